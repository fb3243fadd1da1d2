/*
 * view_change: what is different between two answers of a milestone, as JSON.
 */
#ifndef PLEDGED_PLEDGED_VIEW_CHANGE_H
#define PLEDGED_PLEDGED_VIEW_CHANGE_H

#include "base/json.h"
#include "pledged/chronicle.h"

/* Whether anything that view_change shows is different; before NULL: it is the
   first answer, which is. */
bool view_change_is_told(const struct milestone_state *before,
	const struct store_change *change, const struct zone *zone);
/* The same in a line for people: "pending -> met; actual 8.1bn -> 9.74bn". */
void view_change_words(struct text *out, const struct milestone_state *before,
	const struct store_change *change, const struct zone *zone);
/* An entry of a milestone's history, be it a change or what somebody did: both
   have the same members. */
void view_entry(struct json *json, const struct chronicle_entry *entry);

/* What somebody has ordered: its fields, into an object that is open. */
void view_action_fields(struct json *json, const struct store_action *action);

#endif
