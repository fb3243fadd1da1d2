/*
 * lint: what a register without faults most likely does not mean as it is
 * written. For `pledged check` alone: judging and loading know nothing of it.
 *
 * No figure is looked at: whatever is told holds for all figures there may be.
 */
#ifndef PLEDGED_CORE_LINT_H
#define PLEDGED_CORE_LINT_H

#include "core/register.h"

/* The ids of all warnings register_lint may give; ends with NULL. */
const char *const *lint_ids(void);

/* Adds a warning, with its id and origin, for each doubt about a finished
   register. */
void register_lint(const struct register_ *reg, struct faults *faults);

#endif
