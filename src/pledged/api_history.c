/*
 * api_history: what became of a milestone, and what people did about it and
 * about everything else.
 */
#include <stdlib.h>
#include <string.h>

#include "pledged/api.h"
#include "pledged/chronicle.h"
#include "pledged/columns.h"
#include "pledged/view.h"
#include "pledged/view_change.h"

/* --- of a milestone --------------------------------------------------------- */

struct history_page {
	struct list list;
	struct chronicle_place place;
	int64_t latest;		/* saved answers it begins before; 0: at its place */
	struct text next;
};

/* What somebody did is its own cause. */
static const char *cause_of(const struct chronicle_entry *entry)
{
	if (entry->change == NULL)
		return "person";
	return entry->change->has_cause ?
		cause_kind_name(entry->change->cause.kind) : NULL;
}

static const char *status_of(const struct milestone_state *state)
{
	return state == NULL ? NULL : status_name(state->assessment.status);
}

/* Be it a change or what somebody did: both have the same members. */
static void put_entry(struct json *json, const struct chronicle_entry *entry)
{
	const struct store_change *change = entry->change;

	json_object(json);
	json_put_int(json, "id", entry->number);
	json_put_string(json, "kind", chronicle_kind_name(entry->kind));
	json_put_instant(json, "time", entry->time);
	json_put_string(json, "from", status_of(entry->before));
	json_put_string(json, "to",
		status_of(change == NULL ? NULL : &change->state));
	json_put_string(json, "change", entry->what);
	json_key(json, "changes");
	json_object(json);
	if (change != NULL)
		view_change_fields(json, entry->before, change, entry->zone);
	json_object_end(json);
	json_put_string(json, "cause", cause_of(entry));
	json_put_string(json, "because", entry->why);
	json_put_string(json, "by", entry->by);
	json_put_string(json, "evidence", entry->evidence);
	json_put_instant(json, "until", entry->until);
	view_number(json, "event", change == NULL ? 0 : change->told);
	json_put_string(json, "reason", change == NULL ? NULL : change->reason);
	json_object_end(json);
}

static bool item_entry(void *context, const struct chronicle_entry *entry)
{
	struct history_page *page = context;

	if (!list_has_room(&page->list))
		return false;
	put_entry(&page->list.reply.json, entry);
	list_wrote(&page->list, NULL);
	return true;
}

static int place_read(struct history_page *page, struct error *error)
{
	const char *latest = server_request_query(page->list.request, "latest");
	const char *cursor = page->list.cursor;
	int64_t count = latest != NULL ? rest_number(latest) : 0;

	if (cursor != NULL && !chronicle_place_read(cursor, &page->place))
		return error_set(error, ERROR_INPUT, "cursor: \"%s\" is not one "
			"that a page gave", cursor);
	if (latest != NULL && (count < 1 || count > API_PAGE_MAX))
		return error_set(error, ERROR_INPUT, "latest: a whole number from "
			"1 to %d", API_PAGE_MAX);
	page->latest = cursor == NULL ? count : 0;
	return 0;
}

/* false: it was refused, and answered. */
static bool history_begin(struct history_page *page,
	struct server_request *request)
{
	struct error error;

	if (!list_begin(&page->list, request))
		return false;
	if (place_read(page, &error) == 0)
		return true;
	reply_drop(&page->list.reply);
	reply_refusal(request, &error);
	return false;
}

/* Also of a milestone that has left the register. */
static void list_history(struct daemon *daemon, struct server_request *request,
	const char *milestone)
{
	struct history_page page = {.place = {0}};
	struct error error;

	if (!history_begin(&page, request))
		return;
	list_as_table(&page.list, daemon, columns_entry);
	int more = page.latest == 0 ? 0 : chronicle_place_latest(daemon,
		milestone, INSTANT_MAX, (size_t)page.latest, &page.place, &error);

	if (more == 0)
		more = chronicle_visit(daemon, milestone, INSTANT_MAX,
			&page.place, item_entry, &page, &error);

	if (more < 0) {
		reply_drop(&page.list.reply);
		reply_unreadable(request, &error);
	} else if (page.place.change == 0 && page.list.count == 0 &&
	    register_milestone(daemon->reg, milestone) == NOT_FOUND) {
		reply_drop(&page.list.reply);
		reply_no_milestone(daemon, request, "is and was", milestone);
	} else {
		text_init(&page.next, 0);
		chronicle_place_write(&page.place, &page.next);
		page.list.more = more > 0;
		page.list.last = text_string(&page.next);
		list_end(&page.list);
		text_release(&page.next);
	}
}

void get_history(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	char *id = rest_id(rest, "/history");

	list_history(daemon, request, id != NULL ? id : rest);
	free(id);
}

/* --- of everything ---------------------------------------------------------------- */

/* Actions looked at for one page where they are filtered. */
#define LOOKED_MAX 5000

struct action_page {
	struct numbered_list numbered;
	const char *subject, *what, *by;	/* patterns; NULL: any */
};

static bool word_accepts(const char *pattern, const char *word)
{
	return pattern == NULL || string_matches(word != NULL ? word : "",
		pattern);
}

static bool page_accepts(const struct action_page *page,
	const struct store_action *action)
{
	return word_accepts(page->subject, action->subject) &&
		word_accepts(page->what, action->what) &&
		word_accepts(page->by, action->who);
}

static void item_action(void *context, const struct store_action *action)
{
	struct action_page *page = context;
	struct json *json = &page->numbered.list.reply.json;

	if (!numbered_takes(&page->numbered, action->id,
			page_accepts(page, action)))
		return;
	json_object(json);
	view_action_fields(json, action);
	json_object_end(json);
	numbered_wrote(&page->numbered, action->id);
}

void get_actions(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct action_page page = {
		.subject = server_request_query(request, "subject"),
		.what = server_request_query(request, "what"),
		.by = server_request_query(request, "by")};
	/* An id that is no pattern has an index. */
	bool plain = page.subject != NULL && strpbrk(page.subject, "*?[") == NULL;

	(void)rest;
	if (!numbered_begin(&page.numbered, request))
		return;
	list_as_table(&page.numbered.list, daemon, columns_action);
	if (page.what != NULL || page.by != NULL || (!plain &&
			page.subject != NULL))
		page.numbered.looked_max = LOOKED_MAX;
	numbered_end(&page.numbered, store_load_actions(daemon->store,
		plain ? page.subject : NULL, page.numbered.cursor,
		numbered_rows(&page.numbered), item_action, &page,
		&page.numbered.error));
}
