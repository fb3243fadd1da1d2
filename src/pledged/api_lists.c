/*
 * api_lists: lists in pages. What is in the register or the configuration
 * stands in their order, and the cursor is an id; what the store has counts
 * up, and the cursor is a number. Milestones and observations have rooms of
 * their own.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "pledged/api.h"
#include "pledged/view.h"
#include "pledged/view_change.h"

/* --- parameters ------------------------------------------------------------ */

/* 0: it is not there, and out stays as it is. */
static int time_read(struct daemon *daemon, struct server_request *request,
	const char *name, instant *out, struct error *error)
{
	const char *value = server_request_query(request, name);
	struct moment moment;

	if (value == NULL)
		return 0;
	if (!moment_parse(value, strlen(value), &moment))
		return error_set(error, ERROR_INPUT, "%s: \"%s\" is not a date "
			"or time (2020-12-31, 2020-12-31T23:59:59Z)", name, value);
	*out = moment_instant(&moment, daemon->settings->zone);
	return 1;
}

int knowledge_read(struct daemon *daemon, struct server_request *request,
	struct knowledge *known, struct error *error)
{
	int published, recorded;

	*known = (struct knowledge){INSTANT_MAX, INSTANT_MAX};
	published = time_read(daemon, request, "as_of", &known->published_by,
		error);
	recorded = time_read(daemon, request, "recorded_as_of",
		&known->recorded_by, error);
	if (published < 0 || recorded < 0)
		return -1;
	if (recorded > 0 && known->recorded_by >= loop_now(daemon->loop))
		return error_set(error, ERROR_INPUT, "recorded_as_of: that time is "
			"not over, and more may be recorded by then: ask for one "
			"that is past, or leave it out");
	if (published == 0)
		known->published_by = known->recorded_by;
	return published > 0 || recorded > 0;
}

static int limit_read(struct server_request *request, size_t *out,
	struct error *error)
{
	const char *limit = server_request_query(request, "limit");
	char *end;

	*out = API_PAGE_DEFAULT;
	if (limit == NULL)
		return 0;
	long value = strtol(limit, &end, 10);

	if (*end != '\0' || end == limit || value < 1 || value > API_PAGE_MAX)
		return error_set(error, ERROR_INPUT,
			"limit: a whole number from 1 to %d", API_PAGE_MAX);
	*out = (size_t)value;
	return 0;
}

/* Which items: 0 what stands open (the default), 1 all; -1 neither. */
static int state_read(struct server_request *request, const char *open,
	struct error *error)
{
	const char *state = server_request_query(request, "state");

	if (state == NULL || string_is(state, open))
		return 0;
	if (string_is(state, "all"))
		return 1;
	return error_set(error, ERROR_INPUT, "state: \"%s\" (the default) or "
		"\"all\"", open);
}

/* --- a page ------------------------------------------------------------------ */

bool list_begin(struct list *list, struct server_request *request)
{
	struct error error;

	*list = (struct list){
		.request = request,
		.cursor = server_request_query(request, "cursor"),
	};
	if (limit_read(request, &list->limit, &error) < 0) {
		reply_refusal(request, &error);
		return false;
	}
	reply_begin(&list->reply);
	json_object(&list->reply.json);
	json_key(&list->reply.json, "items");
	json_array(&list->reply.json);
	return true;
}

bool list_has_room(struct list *list)
{
	if (list->count < list->limit)
		return true;
	list->more = true;
	return false;
}

void list_wrote(struct list *list, const char *id)
{
	list->last = id;
	list->count++;
}

void list_wrote_up_to(struct list *list, const char *id)
{
	list->last = id;
	list->more = true;
}

static void list_close(struct list *list)
{
	json_array_end(&list->reply.json);
	json_put_string(&list->reply.json, "next",
		list->more ? list->last : NULL);
}

static void list_send(struct list *list)
{
	json_object_end(&list->reply.json);
	reply_send(&list->reply, list->request, 200);
}

void list_end(struct list *list)
{
	list_close(list);
	list_send(list);
}

void list_end_judged(struct list *list, const struct daemon *daemon)
{
	list_close(list);
	reply_put_register(&list->reply, daemon);
	list_send(list);
}

/* --- what has a place ----------------------------------------------------------- */

bool list_begin_placed(struct list *list, struct daemon *daemon,
	struct server_request *request, find_fn *find, uint32_t *first)
{
	if (!list_begin(list, request))
		return false;
	*first = 0;
	if (list->cursor == NULL)
		return true;
	uint32_t last = find(daemon, list->cursor);

	if (last == NOT_FOUND) {
		reply_drop(&list->reply);
		reply_problem(request, 400,
			"the cursor is no longer valid: begin again without one");
		return false;
	}
	*first = last + 1;
	return true;
}

/* Writes the thing at a place and gives its id. */
typedef const char *item_fn(struct daemon *daemon, struct json *json,
	uint32_t index);

static void list_placed(struct daemon *daemon, struct server_request *request,
	size_t count, find_fn *find, item_fn *item)
{
	struct list list;
	uint32_t i;

	if (!list_begin_placed(&list, daemon, request, find, &i))
		return;
	for (; i < count && list_has_room(&list); i++)
		list_wrote(&list, item(daemon, &list.reply.json, i));
	list_end(&list);
}

static uint32_t find_pledge(const struct daemon *daemon, const char *id)
{
	return register_pledge(daemon->reg, id);
}

static const char *item_pledge(struct daemon *daemon, struct json *json,
	uint32_t index)
{
	view_pledge(json, daemon->reg, index);
	return daemon->reg->pledges[index].id;
}

void get_pledges(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	(void)rest;
	list_placed(daemon, request, daemon->reg->pledge_count, find_pledge,
		item_pledge);
}

static uint32_t find_indicator(const struct daemon *daemon, const char *id)
{
	return register_indicator(daemon->reg, id);
}

static const char *item_indicator(struct daemon *daemon, struct json *json,
	uint32_t index)
{
	view_indicator(json, daemon->reg, index);
	return daemon->reg->indicators[index].id;
}

void get_indicators(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	(void)rest;
	list_placed(daemon, request, daemon->reg->indicator_count,
		find_indicator, item_indicator);
}

static uint32_t find_source(const struct daemon *daemon, const char *id)
{
	return register_source(daemon->reg, id);
}

static const char *item_source(struct daemon *daemon, struct json *json,
	uint32_t index)
{
	view_source(json, daemon->reg, index, engine_source(daemon->engine, index),
		engine_source_busy(daemon->engine, index));
	return daemon->reg->sources[index].id;
}

void get_sources(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	(void)rest;
	list_placed(daemon, request, daemon->reg->source_count, find_source,
		item_source);
}

static uint32_t find_channel(const struct daemon *daemon, const char *id)
{
	return policy_channel(&daemon->settings->policy, id);
}

static const char *item_channel(struct daemon *daemon, struct json *json,
	uint32_t index)
{
	const struct channel *channel = &daemon->settings->policy.channels[index];

	view_channel(json, channel);
	return channel->id;
}

void get_channels(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	(void)rest;
	list_placed(daemon, request, daemon->settings->policy.channel_count,
		find_channel, item_channel);
}

/* --- what counts up --------------------------------------------------------------- */

/* The number a cursor holds; 0 without one. */
static int cursor_number(const char *cursor, int64_t *out, struct error *error)
{
	char *end = NULL;

	*out = 0;
	if (cursor == NULL)
		return 0;
	*out = strtoll(cursor, &end, 10);
	if (end == cursor || *end != '\0' || *out < 1)
		return error_set(error, ERROR_INPUT, "cursor: \"%s\" is not one "
			"that a page gave", cursor);
	return 0;
}

bool numbered_begin(struct numbered_list *numbered,
	struct server_request *request)
{
	struct error error;

	if (!list_begin(&numbered->list, request))
		return false;
	numbered->last = 0;
	if (cursor_number(numbered->list.cursor, &numbered->cursor, &error) < 0) {
		reply_drop(&numbered->list.reply);
		reply_refusal(request, &error);
		return false;
	}
	return true;
}

/* Likewise, for what stands open or, all, ever stood so. */
static bool numbered_begin_state(struct numbered_list *numbered,
	struct server_request *request, const char *open, bool *all)
{
	struct error error;
	int state = state_read(request, open, &error);

	if (state < 0) {
		reply_refusal(request, &error);
		return false;
	}
	*all = state == 1;
	return numbered_begin(numbered, request);
}

size_t numbered_rows(const struct numbered_list *numbered)
{
	return numbered->list.limit + 1;
}

void numbered_wrote(struct numbered_list *numbered, int64_t number)
{
	list_wrote(&numbered->list, NULL);
	numbered->last = number;
}

void numbered_end(struct numbered_list *numbered, int loaded)
{
	struct server_request *request = numbered->list.request;

	if (loaded < 0) {
		log_error("%s: %s", server_request_path(request),
			numbered->error.text);
		reply_drop(&numbered->list.reply);
		reply_problem(request, 500, "the store cannot be read: see the log");
		return;
	}
	snprintf(numbered->next, sizeof numbered->next, "%" PRId64,
		numbered->last);
	numbered->list.last = numbered->next;
	list_end(&numbered->list);
}

/* --- alerts, notifications ---------------------------------------------------------- */

static void item_alert(void *context, const struct alert *alert)
{
	struct numbered_list *numbered = context;

	if (!list_has_room(&numbered->list))
		return;
	view_alert(&numbered->list.reply.json, alert);
	numbered_wrote(numbered, alert->id);
}

/* Those firing, as the engine has them: oldest first. */
static void list_firing(struct numbered_list *numbered,
	const struct engine *engine)
{
	size_t count = engine_alert_count(engine);

	for (size_t i = 0; i < count && !numbered->list.more; i++) {
		const struct alert *alert = engine_alert(engine, i);

		if (alert->id > numbered->cursor)
			item_alert(numbered, alert);
	}
}

void get_alerts(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct numbered_list numbered;
	int loaded = 0;
	bool all;

	(void)rest;
	if (!numbered_begin_state(&numbered, request, "firing", &all))
		return;
	if (all)
		loaded = store_load_alerts(daemon->store, false, numbered.cursor,
			numbered_rows(&numbered), item_alert, &numbered,
			&numbered.error);
	else
		list_firing(&numbered, daemon->engine);
	numbered_end(&numbered, loaded);
}

static void item_notification(void *context,
	const struct notification *notification, const struct delivery *delivery)
{
	struct numbered_list *numbered = context;

	if (!list_has_room(&numbered->list))
		return;
	view_notification(&numbered->list.reply.json, notification, delivery);
	numbered_wrote(numbered, notification->id);
}

void get_outbox(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct numbered_list numbered;
	bool all;

	(void)rest;
	if (!numbered_begin_state(&numbered, request, "pending", &all))
		return;
	numbered_end(&numbered, store_load_deliveries(daemon->store,
		all ? STORE_ALL : STORE_PENDING,
		numbered.cursor, numbered_rows(&numbered), item_notification,
		&numbered, &numbered.error));
}

/* --- history ------------------------------------------------------------------------ */

/* Answers as they were saved. One that differs from that before it in nothing
   people are shown is passed over. */
struct change_list {
	struct numbered_list numbered;
	const struct zone *zone;
	struct milestone_state before;
	bool has_before;
	size_t looked;		/* to API_PAGE_MAX, where a page ends */
};

static void item_change(void *context, const struct store_change *change)
{
	struct change_list *page = context;
	struct list *list = &page->numbered.list;
	const struct milestone_state *before =
		page->has_before ? &page->before : NULL;
	bool last = change->id == page->numbered.cursor;	/* of the page before */
	bool told = !last && view_change_is_told(before, change, page->zone);

	if (page->looked == API_PAGE_MAX || (told && !list_has_room(list)))
		list->more = true;
	if (list->more)
		return;
	page->looked += !last;
	page->numbered.last = change->id;
	if (told) {
		view_change(&list->reply.json, before, change, page->zone);
		numbered_wrote(&page->numbered, change->id);
	}
	page->before = change->state;
	page->has_before = true;
}

/* Also of a milestone that has left the register. */
static void list_changes(struct daemon *daemon, struct server_request *request,
	const char *milestone)
{
	uint32_t index = register_milestone(daemon->reg, milestone);
	struct change_list page = {.zone = index == NOT_FOUND ?
		daemon->settings->zone : milestone_zone(daemon->reg,
			&daemon->reg->milestones[index])};
	int loaded;

	if (!numbered_begin(&page.numbered, request))
		return;
	loaded = store_load_changes(daemon->store, milestone,
		page.numbered.cursor, API_PAGE_MAX + 2, item_change, &page,
		&page.numbered.error);
	if (loaded == 0 && index == NOT_FOUND && !page.has_before) {
		reply_drop(&page.numbered.list.reply);
		reply_no_milestone(daemon, request, "is and was", milestone);
		return;
	}
	numbered_end(&page.numbered, loaded);
}

void get_history(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	char *id = rest_id(rest, "/history");

	list_changes(daemon, request, id != NULL ? id : rest);
	free(id);
}
