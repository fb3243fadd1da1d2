/*
 * expectation: when a milestone is expected, by its own forecast or due date
 * and by those it waits for, and whose date that in the end is.
 *
 * It waits for the milestones of `after`, and for those whose met() its benchmark
 * takes for granted: alone, joined by "and", or within a span. An estimate:
 * no verdict rests on it.
 */
#ifndef PLEDGED_CORE_EXPECTATION_H
#define PLEDGED_CORE_EXPECTATION_H

#include "core/outcomes.h"

/* What is expected of a milestone that is neither fulfilled nor over, with its
   forecast taken; at INSTANT_MAX: nothing is known. cause: NOT_FOUND: its own. */
struct prospect {
	instant at;
	uint32_t cause;
};
struct prospect prospect_of(const struct milestone *milestone,
	struct evaluation *evaluation, const struct assessment *assessment);

/* Sets which prerequisites of a register are awaited: by those that wait for
   them, and by those whose due date hangs on them. */
void expectation_find(struct register_ *reg);

/* Calls visit for each milestone that one waits for under these terms, maybe
   more than once. */
typedef void wait_visit(uint32_t milestone, void *context);
void expectation_waits(const struct milestone *terms, wait_visit *visit,
	void *context);

#endif
