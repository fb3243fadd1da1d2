/*
 * rollups: what many milestones come to, as tables: scorecard and matrix.
 */
#ifndef PLEDGED_PLEDGECTL_ROLLUPS_H
#define PLEDGED_PLEDGECTL_ROLLUPS_H

#include <jansson.h>

#include "base/slice.h"
#include "pledgectl/verbs.h"

/* The groups of a scorecard (an answer, or the part of one), and of how much
   they are shares by which rule; whole: the same as it was written. It stays. */
void scorecard_print(const struct request *request, const json_t *scorecard,
	struct slice whole);

#endif
