/*
 * view_evidence: a figure with how it came, and what a source answered.
 */
#ifndef PLEDGED_PLEDGED_VIEW_EVIDENCE_H
#define PLEDGED_PLEDGED_VIEW_EVIDENCE_H

#include "base/json.h"
#include "store/store.h"

void view_vintage(struct json *json, const char *indicator,
	const struct observation *observation, const struct store_observed *how);
/* Its fields, into an object that is open. */
void view_vintage_fields(struct json *json, const char *indicator,
	const struct observation *observation, const struct store_observed *how);
void view_answer(struct json *json, const struct store_answer *answer);

#endif
