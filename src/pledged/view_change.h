/*
 * view_change: what the store has kept of people's doings and of answers: what is
 * different between two answers of a milestone, and what somebody ordered.
 */
#ifndef PLEDGED_PLEDGED_VIEW_CHANGE_H
#define PLEDGED_PLEDGED_VIEW_CHANGE_H

#include "base/json.h"
#include "store/store.h"

/* Whether anything that view_change shows is different; before NULL: it is the
   first answer, which is. */
bool view_change_is_told(const struct milestone_state *before,
	const struct store_change *change, const struct zone *zone);
/* The same in a line for people: "pending -> met; actual 8.1bn -> 9.74bn". */
void view_change_words(struct text *out, const struct milestone_state *before,
	const struct store_change *change, const struct zone *zone);
/* The same field by field, into an object that is open: each "from" and "to". */
void view_change_fields(struct json *json, const struct milestone_state *before,
	const struct store_change *change, const struct zone *zone);

/* What somebody has ordered: its fields, into an object that is open. */
void view_action_fields(struct json *json, const struct store_action *action);

#endif
