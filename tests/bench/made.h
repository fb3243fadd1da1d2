/*
 * made: registers of a given size, with figures, made in memory.
 *
 * Milestones stand ten to a pledge and ten to an indicator. All begin with 2025
 * and are due at the end of 2026; they are judged in the middle of January
 * 2026. Every other indicator is 1 from January 2025 on, the others stay 0.
 */
#ifndef PLEDGED_TESTS_BENCH_MADE_H
#define PLEDGED_TESTS_BENCH_MADE_H

#include "core/assess.h"

#define MADE_NOW INT64_C(1768521600)	/* 2026-01-16T00:00:00Z */
#define MADE_SHARE 10		/* milestones on one indicator */
#define MADE_MONTHS 24		/* of 2024 and 2025 */

/* function(indicator window) >= level */
struct made_kind {
	const char *function;
	const char *window;	/* ", 12mo" */
	int level;
	enum frequency frequency;
	int months;		/* how many of the last have a figure */
};

struct made {
	struct register_ *reg;
	struct history *history;
	struct zone *zone;
};

void made_init(struct made *made, size_t milestones,
	const struct made_kind *kind);
void made_release(struct made *made);

/* Of a month from January 2024 on, counted from 0. */
struct observation made_figure(size_t indicator, int month, instant published);

#endif
