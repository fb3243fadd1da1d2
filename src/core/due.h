/*
 * due: when a milestone starts and is due, from what was written.
 *
 *	2020-12-31	2019-03-01T00:01	2020-12-31T23:59:59-05:00
 *	2020-Q4		2020-12			2020
 *	Thu 2020-12-31	Fri 2019-03-01T00:01
 *	in_force + 90d	signed + 6mo	in_force + 20wd		start + 6mo
 *	period_start + 10d	period_end + 20wd	occurrence + 10d
 *	met("law/adopted") + 60d
 *
 * A date is meant in the instrument's zone: the first second of the day for
 * a start, the last for a due. A period is its first or its last day. A month
 * after a date is the same day, or the last of a month that is shorter; working
 * days are those of the calendar (calendar.h). A due that is a date and falls
 * on a day off is rolled as the calendar says, or the milestone; a start and a
 * time of day are not.
 */
#ifndef PLEDGED_CORE_DUE_H
#define PLEDGED_CORE_DUE_H

#include "core/register.h"

struct due {
	instant at;
	struct date date;	/* none: it has a time of day */
	struct anchorage anchorage;	/* of a milestone: at is INSTANT_MAX;
					   NOT_FOUND: none */
};

enum due_side { DUE_START, DUE_END };

/* What the times of a milestone are read against. */
struct due_frame {
	const struct register_ *reg;
	const struct instrument *instrument;
	const struct pledge *pledge;
	const struct calendar *calendar;	/* NULL: none */
	struct calendar *uses;		/* where it is noted what is asked of that;
					   NULL: nowhere, as when judging */
	enum roll roll;
	const char *id;			/* the milestone's */
	struct date start;		/* none: it is not known */
	const struct instance *instance; /* NULL: it comes once */
};

/* That of a milestone whose references are resolved; without a start, and
   noting nothing. */
struct due_frame due_frame_of(const struct register_ *reg,
	const struct milestone *milestone);

/*
 * Reads what was said at origin; key is its name in messages. false with a fault when
 * it is no such time. What can be doubted is resolved with a warning: a local
 * time that does not exist or exists twice (time-gap, time-fold; moment.h), a day
 * that its month does not have (date-never: the month's last), a weekday that is not
 * the date's (weekday: the date holds).
 */
bool due_read(const struct due_frame *frame, const char *text,
	struct origin origin, const char *key, enum due_side side,
	struct due *out, struct faults *faults);

/* The start or due that a date means; not rolled. */
struct due due_of_date(struct date date, enum due_side side,
	const struct zone *zone);

/* What is counted from a date: "in_force + 20wd", rolled. false with an error that
   says what a duration must be. */
bool due_after(const struct due_frame *frame, struct date date,
	struct duration duration, enum due_side side, struct due *out,
	struct error *error);

/* An instant and a span after it, such as a grace or a lag, never rolled. false with
   a fault at origin that begins with key. */
bool due_shift(const struct due_frame *frame, instant at,
	struct duration span, struct origin origin, const char *key,
	instant *out, struct faults *faults);

/*
 * The terms of a milestone whose due date hangs on another, once that was
 * fulfilled, on a day: the due date and all that is counted from it, and the
 * start where none is given. false: what is counted leads out of the years 1 to
 * 9999.
 */
bool due_resolve(const struct register_ *reg, const struct milestone *milestone,
	struct date day, struct milestone *out);

#endif
