/*
 * clauses: what few milestones say besides start, due and benchmark: what
 * softens a miss, what outlasts a fulfilment, and what was decided later.
 */
#ifndef PLEDGED_CORE_CLAUSES_H
#define PLEDGED_CORE_CLAUSES_H

#include "core/register.h"

/*
 * Checks what a milestone's clauses say of it as it is otherwise checked, and
 * tells when they take effect; each fault at its origin. What has no effect
 * beside the rest is a warning.
 */
void clauses_check(const struct register_ *reg,
	const struct milestone *milestone, struct faults *faults);

/* The same of one that was amended, for what its new benchmark may break. */
void clauses_check_amended(const struct register_ *reg,
	const struct milestone *milestone, struct faults *faults);

/* Once all milestones are checked: none may be superseded by itself, through
   others or not. */
void clauses_check_succession(const struct register_ *reg,
	struct faults *faults);

/* Whether a decision is in effect. */
static inline bool decree_holds(const struct decree *decree, instant as_of)
{
	return as_of >= decree->at;
}

/* Whether there are decisions among them. */
bool clauses_decide(const struct clauses *clauses);

/* The next instant after one at which a clause takes effect; INSTANT_MAX. */
instant clauses_next(const struct clauses *clauses, instant after);

/* A hash of terms, changed by the clauses a milestone is judged by; as it is
   without any. Decisions are no terms. calendar: by which they count working
   days, or NULL. */
uint64_t clauses_terms(const struct clauses *clauses,
	const struct calendar *calendar, uint64_t terms);

#endif
