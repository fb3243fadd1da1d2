/*
 * outcomes: a memory of how the milestones stand that others rest on.
 *
 * Judging a milestone asks for the outcomes of others; each is judged when it
 * is first asked for, as purely as ever, and remembered until time alone may
 * change it or its figures are said to have changed (outcomes_touch). So the
 * answer is the same whatever was asked before, in whatever order; only the
 * work differs. Depth is bounded by REGISTER_DEPTH_MAX, which the register
 * was checked for.
 *
 * Of a whole family (a pattern over ids) it keeps how many of its members are
 * fulfilled from which instant on, so that asking costs a search among those
 * instants and not a walk over the members.
 */
#ifndef PLEDGED_CORE_OUTCOMES_H
#define PLEDGED_CORE_OUTCOMES_H

#include "core/outcome.h"

struct outcomes;

/* Of a register that nothing rests on others in, it is empty and costs
   nothing. Both must outlive it. */
struct outcomes *outcomes_new(const struct register_ *reg,
	struct history *history);
void outcomes_free(struct outcomes *outcomes);

/* milestone_assess with a memory: for whoever asks for more than one. */
void outcomes_assess(struct outcomes *outcomes, uint32_t milestone,
	struct knowledge known, struct assessment *out);

/* Something that a milestone is judged by has changed: what is remembered of it,
   and of all that rests on it, is dropped. */
void outcomes_touch(struct outcomes *outcomes, uint32_t milestone);

/* Takes one milestone whose outcome has become another since it was last
   remembered; false: there is none. */
bool outcomes_changed(struct outcomes *outcomes, uint32_t *milestone);

/* --- while one is judged -------------------------------------------------- */

/* Valid until the next call. Shortens evaluation->until. */
const struct outcome *outcome_of(struct evaluation *evaluation,
	uint32_t milestone);
/* Remembers what was found of a milestone that others rest on. until: when time
   alone may change it. */
void outcomes_keep(struct outcomes *outcomes, uint32_t milestone,
	struct knowledge known, instant until, const struct outcome *outcome);

/* How a family stood at an instant. Members that are withdrawn, superseded or
   waived do not count. */
struct tally {
	uint32_t met, may;	/* certainly fulfilled; that or possibly */
	struct {
		uint32_t met, count;
	} low, high;		/* the share of those that count, at the least
				   and at the most */
};
struct tally family_tally(const struct family *family,
	struct evaluation *evaluation);
/* The next instant after one at which a family may stand otherwise;
   INSTANT_MAX: none. */
instant family_next(const struct family *family, struct evaluation *evaluation,
	instant after);

#endif
