/*
 * dispute: sources that tell one thing differently. What at_least counts is
 * looked at: the quorum decides all the same, and says so.
 *
 *	without a tolerance  where all operands ask the same of different
 *	                     indicators (alike but for these, of one unit), and
 *	                     some are known to be true and some to be false
 *	with a tolerance     where the figures of the sides that move lie
 *	                     further apart than it, as of the last period that
 *	                     all of those with figures have; nearer than that
 *	                     they agree, whatever is true of them
 *	"any"                never: the operands are different things
 */
#ifndef PLEDGED_CORE_DISPUTE_H
#define PLEDGED_CORE_DISPUTE_H

#include "core/assess.h"

/* Reads the tolerance of a milestone's clauses, and checks it against the
   benchmark; each fault where it stands. */
void dispute_compile(const struct milestone *milestone,
	const struct register_ *reg, struct faults *faults);
/* The check alone, for a milestone with another benchmark. */
void dispute_check(const struct milestone *milestone,
	const struct register_ *reg, struct faults *faults);

/* As at evaluation->at; kind NONE: nothing differs. Costs, where the benchmark
   has an at_least, what its windows cost a few times. */
void dispute_find(const struct milestone *milestone,
	const struct evaluation *evaluation, struct dispute *out);

bool disputes_differ(const struct dispute *a, const struct dispute *b);

#endif
