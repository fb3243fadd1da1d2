/*
 * registered: the attestations that stand in the register's own files, each
 * checked and brought to its milestone (for finish.c), and what a milestone
 * asks people for.
 */
#ifndef PLEDGED_CORE_REGISTERED_H
#define PLEDGED_CORE_REGISTERED_H

#include "core/register.h"

/* Before milestones are checked: finds that of each, and makes room there. */
void registered_find(struct register_ *reg, struct faults *faults);

/* After it: a key that no benchmark of the milestone asks for, dates that
   cannot be. Faults at their origin; what is good stands with its milestone,
   by when it was said. */
void registered_check(struct register_ *reg, struct faults *faults);

/* Whether a benchmark of the milestone, as it is or will be amended, asks for a
   key. near (may be NULL): the nearest it asks for, if not; or NULL. */
bool milestone_asks(const struct milestone *milestone, const char *key,
	const char **near);

#endif
