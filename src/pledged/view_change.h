/*
 * view_change: what is different between two answers of a milestone, as JSON
 * and in a line for people.
 */
#ifndef PLEDGED_PLEDGED_VIEW_CHANGE_H
#define PLEDGED_PLEDGED_VIEW_CHANGE_H

#include "base/json.h"
#include "store/store.h"

/* Whether anything that view_change shows is different; before NULL: it is the
   first answer, which is. */
bool view_change_is_told(const struct milestone_state *before,
	const struct store_change *change, const struct zone *zone);
void view_change(struct json *json, const struct milestone_state *before,
	const struct store_change *change, const struct zone *zone);
/* "at_risk -> not_met; actual 8.1bn -> 9.74bn" */
void add_change(struct text *out, const struct milestone_state *before,
	const struct store_change *change, const struct zone *zone);

#endif
