/*
 * trajectory: the way of one milestone that is one comparison, as a flat
 * report for who draws it: what the figures came to at the end of each period,
 * what the path asked for, and where they are heading.
 *
 * For display: binary numbers, and at most TRAJECTORY_POINTS_MAX points a
 * line, besides where a flow begins. Of more, each n-th is told, counted back
 * from the last.
 */
#ifndef PLEDGED_CORE_TRAJECTORY_H
#define PLEDGED_CORE_TRAJECTORY_H

#include "core/assess.h"

#define TRAJECTORY_POINTS_MAX 240
/* Dates of figures without a frequency; a milestone with more has none. */
#define TRAJECTORY_DATES_MAX 10000
/* Periods that are told of a level without a start. */
#define TRAJECTORY_PERIODS 24
/* Times at which figures were revised, of which is told what was known before, by
   fewer points. */
#define TRAJECTORY_EARLIER_MAX 4
#define TRAJECTORY_EARLIER_POINTS_MAX 60
/* Periods since the start that a line of least squares is laid through once
   more, to be told step by step; of more it is told where it begins and ends. */
#define TRAJECTORY_SQUARES_MAX 400

struct trajectory_point {
	instant at;
	double value;
};

struct trajectory_line {
	struct trajectory_point *points;	/* by time */
	size_t count, capacity;
};

struct trajectory {
	struct assessment assessment;
	const struct milestone *milestone;	/* by its terms then */
	const struct zone *zone;
	bool flow;			/* grows from 0 over a window */
	bool ceiling;			/* what may not be exceeded */
	instant from, to;		/* all that is told lies between */
	struct period through;		/* of the last actual; NONE: at its date */
	struct trajectory_line actual;	/* one point at least */
	struct trajectory_line path;	/* none: there is no path, or it is not
					   known what it asks */
	struct trajectory_line forecast; /* from the last actual to the due date;
					   none: there is no forecast, or nothing
					   is to come */
	struct trajectory_line low, high; /* what it lies between at 95 %, at the
					   same times; none: that is not told */
	struct trajectory_line earlier[TRAJECTORY_EARLIER_MAX];
	size_t earlier_count;		/* the actual as it was known before
					   figures of it were revised, the oldest
					   first; of many, some from the first to
					   the last */
};

/*
 * Under what is known. false: the benchmark is not one comparison, or no figure
 * of it is known; nothing is to be released. Costs a judgement, and for each
 * point what the benchmark's windows hold, which is asked again for each
 * earlier line.
 */
bool trajectory_take(const struct register_ *reg, struct history *history,
	uint32_t milestone, struct knowledge known, struct trajectory *out);
void trajectory_release(struct trajectory *trajectory);

#endif
