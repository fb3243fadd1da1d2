/*
 * since: since when an answer has stood as it does, by the dates of what it
 * rests on: judged again as of times before, with what is known now of what was
 * published by then. It is not when anybody here came to know it.
 */
#ifndef PLEDGED_CORE_SINCE_H
#define PLEDGED_CORE_SINCE_H

#include "core/assess.h"

/* How often one is judged again for this at most. */
#define SINCE_STEPS_MAX 1500
/* Some change every day for all that anybody can say beforehand: a span is looked
   at in no more places than these, and a break that is shorter than the time
   between them may be overlooked. The first day is exact. */
#define SINCE_PLACES 128
/* How far back is looked. */
#define SINCE_DAYS_MAX 16384

/* From which instant on, up to known.published_by, a milestone's status was what
   it is then. INSTANT_MIN: that is not found within these bounds, or it rests on
   other milestones. */
instant status_since(const struct register_ *reg, struct history *history,
	uint32_t milestone, struct knowledge known);

#endif
