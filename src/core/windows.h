/*
 * windows: which periods of which indicators a checked expression rests on.
 */
#ifndef PLEDGED_CORE_WINDOWS_H
#define PLEDGED_CORE_WINDOWS_H

#include "core/register.h"

/*
 * Whether all that is asked of series is sums and the like over windows that
 * stay where they are. Then truth once known stays, and what a completion can
 * reach only grows, from each reference instant to the next.
 */
bool benchmark_settles(const struct benchmark *benchmark);

/* Whether something is asked of a series over that fixed period. */
bool benchmark_asks_of(const struct benchmark *benchmark, struct period period);

/*
 * Whether an expression grows from 0 over the periods of one window: a sum or
 * count over fixed periods, start..due or the year to date; a running total
 * within its year; sums, differences and multiples of such over the same
 * window. first and last are its periods, at the coarsest frequency. Of
 * the evaluation reg, zone, start and due are asked.
 */
bool expression_flow(const struct expression *expression,
	const struct evaluation *evaluation, struct period *first,
	struct period *last);

/* The coarsest frequency that the inputs of an expression declare; NONE: none
   does. */
enum frequency expression_frequency(const struct expression *expression,
	const struct register_ *reg);

/* Periods one term needs a figure of, at its indicator's frequency. */
struct need {
	uint32_t indicator;
	struct period first, last;	/* that have ended by the instant asked */
	struct period next;		/* the next to come; NONE: none will */
	bool stays;			/* first, whenever it is asked */
};

/*
 * Calls back for each term over a series of regular frequency, in order of
 * appearance, with what it needs at evaluation->at.
 */
typedef void need_visit(void *context, const struct need *need);
void expression_needs(const struct expression *expression,
	const struct evaluation *evaluation, need_visit *visit, void *context);

/* Likewise for each function over documents of a window that stays, with its
   indicator and the end of the window. */
typedef void closing_visit(void *context, uint32_t indicator, instant closes);
void expression_closings(const struct expression *expression,
	const struct evaluation *evaluation, closing_visit *visit, void *context);

#endif
