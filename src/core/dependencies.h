/*
 * dependencies: which milestones rest on which others, of a register as read.
 *
 * A milestone rests on those that its benchmark or baseline asks for, under any
 * of the terms it has at any time, on one that its due date hangs on, and on
 * those it waits for (`after`). None
 * may rest on itself, however many steps lie between.
 */
#ifndef PLEDGED_CORE_DEPENDENCIES_H
#define PLEDGED_CORE_DEPENDENCIES_H

#include "core/register.h"

/* Of one milestone on another, in all. */
#define DEPENDENCIES_MAX 5000000

/* Sets level and prerequisite of every milestone, and the register's
   prerequisites. Faults: a cycle, printed in full; more than
   REGISTER_DEPTH_MAX in a row; more than DEPENDENCIES_MAX. */
void dependencies_find(struct register_ *reg, struct faults *faults);

/* Calls visit for each milestone that one rests on under these terms alone, maybe
   more than once. */
typedef void dependency_visit(uint32_t milestone, void *context);
void dependencies_visit(const struct milestone *terms, dependency_visit *visit,
	void *context);

#endif
