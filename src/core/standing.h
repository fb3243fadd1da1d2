/*
 * standing: what is there, and what is missing, of a benchmark's inputs.
 */
#ifndef PLEDGED_CORE_STANDING_H
#define PLEDGED_CORE_STANDING_H

#include "core/register.h"

struct standing {
	struct period waiting_for;	/* the earliest without a figure; NONE */
	uint32_t waiting_indicator;	/* whose; NOT_FOUND: none */
	bool stale;			/* a missing period is past its lag */
	instant next;			/* when time alone may change this */
};

/* At evaluation->at, seen from evaluation->now. */
void standing_take(const struct benchmark *benchmark,
	const struct evaluation *evaluation, struct standing *out);

/* Whether no ended period that an expression needs at evaluation->at is without
   a figure. */
bool needs_are_met(const struct expression *expression,
	const struct evaluation *evaluation);

/* Whether no input has any figure by evaluation->at. */
bool inputs_empty(const struct benchmark *benchmark,
	const struct evaluation *evaluation);

/* The time by which a period's figure is expected: its end and the lag. */
instant figure_expected(const struct indicator *indicator,
	struct period period, const struct zone *zone);

/* The earliest figure known of a benchmark's inputs; INSTANT_MAX: none. */
instant inputs_first(const struct benchmark *benchmark,
	const struct evaluation *evaluation);

/* When what is already recorded next counts: it is published, or its period
   ends, after evaluation->now. INSTANT_MAX: never. */
instant inputs_next(const struct benchmark *benchmark,
	const struct evaluation *evaluation);

#endif
