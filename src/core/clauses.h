/*
 * clauses: what few milestones say besides start, due and benchmark: what
 * softens a miss, what outlasts a fulfilment, and what was decided later.
 */
#ifndef PLEDGED_CORE_CLAUSES_H
#define PLEDGED_CORE_CLAUSES_H

#include "core/register.h"

/*
 * Checks what a milestone's clauses say of it as it is otherwise checked; each
 * fault at its origin. What has no effect beside the rest is a warning.
 */
void clauses_check(const struct register_ *reg,
	const struct milestone *milestone, struct faults *faults);

/* A hash of terms, changed by the clauses a milestone is judged by; as it is
   without any. */
uint64_t clauses_terms(const struct clauses *clauses, uint64_t terms);

#endif
