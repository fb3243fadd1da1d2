/*
 * view_rollup: what many milestones come to, as JSON. Each writes members into
 * an object that is open.
 */
#ifndef PLEDGED_PLEDGED_VIEW_ROLLUP_H
#define PLEDGED_PLEDGED_VIEW_ROLLUP_H

#include "base/json.h"
#include "core/rollup.h"

/* Counts, coverage, the worst status, and how many there are of each. */
void view_tally_fields(struct json *json, const struct rollup_tally *tally);
/* Which of them is due next, and when. */
void view_tally_next(struct json *json, const struct register_ *reg,
	const struct rollup_tally *tally);
/* "rule" and "left_out": by which milestones were counted, and which not. */
void view_rule_fields(struct json *json, const struct rollup *rollup);
/* The same, and of a scorecard "total" and "items". */
void view_scorecard_fields(struct json *json, const struct register_ *reg,
	const struct rollup *rollup);

#endif
