/*
 * projection: what the moving side of a benchmark is expected to be so many
 * periods after its last figures.
 *
 *	run_rate       a flow: each period to come brings the mean of those of
 *	               its window that have been; a level: it changes each day
 *	               by the mean change a day since the baseline at the start,
 *	               without these since the first figure from the start on.
 *	               The mean and the drift method of R. J. Hyndman and
 *	               G. Athanasopoulos, Forecasting: Principles and Practice,
 *	               3rd edition, 2021, section 5.2.
 *	least_squares  a straight line (regression.h) through a level's figures,
 *	               or through what each period of its window has added to a
 *	               flow: what it has reached is a sum of these, and the
 *	               errors of such sums are anything but independent.
 *	seasonal       a flow grows in the shares that a base year had, and in
 *	               the same again in each year after: what has come, divided
 *	               by the share through then, as the trackers of the Phase
 *	               One purchases set month against year (C. P. Bown,
 *	               US-China phase one tracker, Peterson Institute for
 *	               International Economics, 2020-22).
 */
#ifndef PLEDGED_CORE_PROJECTION_H
#define PLEDGED_CORE_PROJECTION_H

#include "core/regression.h"
#include "core/register.h"

/* Points a least squares looks at; a milestone with more has no forecast. */
#define PROJECTION_POINTS_MAX 10000
/* Periods of a year, and none. */
#define PROJECTION_SHARES (366 + 1)

struct projection {
	enum forecast_method method;
	bool flow;		/* grows from 0 over a window; else a level */
	enum frequency frequency;	/* of a step; a level of figures
					   without any: a day */
	struct period first, last;	/* FLOW: its window */
	struct period through;		/* the last with figures */
	double actual;			/* through it */
	double rate;			/* RUN_RATE: a period, or a level's day */
	struct regression regression;	/* LEAST_SQUARES: x 0 at through */
	double shares[PROJECTION_SHARES];	/* SEASONAL: of the year by its
						   n-th period */
};

struct projection_question {
	const struct milestone *milestone;
	struct evaluation *evaluation;	/* comes back as it was */
	struct period through;		/* the last period with data */
	double actual;			/* the moving side through it */
	const struct decimal *baseline;	/* NULL: not known */
};

/* false: what is known does not carry the method; a flow needs all its figures
   so far. Costs, for least squares,
   what the benchmark's windows cost at each point. */
bool projection_make(const struct projection_question *question,
	struct projection *out);

/* What is expected so many steps after `through`; at 0, what is known. */
double projection_at(const struct projection *projection, int64_t steps);

/* LEAST_SQUARES: half the width of the interval about it, at 95 %. */
double projection_margin(const struct projection *projection, int64_t steps);

#endif
