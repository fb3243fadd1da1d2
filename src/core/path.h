/*
 * path: what is required at each time between start and due date.
 *
 * A flow (a sum or count over fixed periods, a running total) goes from 0 to
 * the target over those periods, whatever start and baseline are; a level
 * goes from the baseline at the start to the target on the due date.
 */
#ifndef PLEDGED_CORE_PATH_H
#define PLEDGED_CORE_PATH_H

#include "core/register.h"

/* Reads path_said, unless there is a table, and checks the path against the
   benchmark; needs the milestone's times and benchmarks. */
void path_compile(const struct register_ *reg, struct milestone *milestone,
	struct faults *faults);

struct path_question {
	const struct milestone *milestone;
	struct evaluation *evaluation;
	struct decimal target;
	const struct decimal *baseline;	/* NULL: not known */
	struct period through;		/* the last period with data */
};

/* What the path asks for through a period; false: that is not known. */
bool path_required(const struct path_question *question, struct decimal *out);

#endif
