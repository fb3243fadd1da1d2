/*
 * due: when a milestone starts and is due, from what was written.
 *
 *	2020-12-31	2019-03-01T00:01	2020-12-31T23:59:59-05:00
 *	2020-Q4	2020-12	2020		in_force + 90d	signed + 6mo
 *
 * A date is meant in the instrument's zone: the first second of the day for
 * a start, the last for a due. A period is its first or its last day.
 */
#ifndef PLEDGED_CORE_DUE_H
#define PLEDGED_CORE_DUE_H

#include "core/register.h"

struct due {
	instant at;
	struct date date;	/* none: it has a time of day */
};

enum due_side { DUE_START, DUE_END };

/*
 * Reads what was said at origin; key is its name in messages. false with a fault when
 * it is no such time. A local time that does not exist, or exists twice, is
 * resolved (moment.h) with a warning time-gap or time-fold.
 */
bool due_read(const struct instrument *instrument, const char *text,
	struct origin origin, const char *key, enum due_side side,
	struct due *out, struct faults *faults);

/* The start or due that a date means. */
struct due due_of_date(struct date date, enum due_side side,
	const struct zone *zone);

#endif
