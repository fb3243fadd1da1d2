/*
 * holding: figures that are implausible beside what is known. Pure.
 *
 * A figure equal to the one in force is never held; what is held is told of in
 * words here, and stands under its reason in the series.
 */
#ifndef PLEDGED_CORE_HOLDING_H
#define PLEDGED_CORE_HOLDING_H

#include "core/register.h"
#include "core/series.h"

/*
 * Jump. A figure is measured by its ratio, the larger by the smaller, to the one
 * in force of the nearest period before it and of the nearest after it, as
 * known when it was published; beyond max_jump it is held. Where the period has
 * a figure in force that is itself beyond (it was accepted), the new one is
 * measured against that instead. Of a running total only figures of the same
 * year are compared. Zero has no ratio, nor have figures of different sign: they
 * are no jump.
 */
struct jump {
	struct period beside;		/* NONE: it is none */
	struct decimal figure, ratio;	/* there; at least 1 */
};
bool figure_jumps(const struct indicator *indicator,
	const struct series *series, const struct observation *figure,
	struct jump *out);
/* "2020-07: 1200000 is 40 times 2020-06 (max_jump 4): held until accepted" */
void jump_tell(const struct indicator *indicator,
	const struct observation *figure, const struct jump *jump,
	struct text *out);

/* The figure in force of a period when another of it was published; NULL: none. */
const struct observation *figure_in_force(const struct series *series,
	const struct observation *figure);

/* How many periods have a figure in force at an instant. */
size_t periods_known(const struct series *series, instant published);

/*
 * Release. So many of the periods known contradict it; whether these are more
 * than the share a source allows. One corrected figure is a revision, whatever
 * its share.
 */
struct contradiction {
	size_t differ, known;
};
bool release_contradicts(const struct source *source,
	const struct contradiction *found);

#endif
