/*
 * api_lists: lists in pages. What is in the register or the configuration
 * stands in their order, and the cursor is an id; what the store has counts
 * up, and the cursor is a number. Milestones, observations and what is told have
 * rooms of their own.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "pledged/api.h"
#include "pledged/view.h"

/* --- parameters ------------------------------------------------------------ */

int time_word_read(const struct daemon *daemon, const char *name,
	const char *word, instant *out, struct error *error)
{
	struct moment moment;

	if (!moment_parse(word, strlen(word), &moment))
		return error_set(error, ERROR_INPUT, "%s: \"%s\" is not a date "
			"or time (2020-12-31, 2020-12-31T23:59:59Z)", name, word);
	*out = moment_instant(&moment, daemon->settings->zone);
	return 0;
}

/* 0: it is not there, and out stays as it is. */
static int time_read(struct daemon *daemon, struct server_request *request,
	const char *name, instant *out, struct error *error)
{
	const char *value = server_request_query(request, name);

	if (value == NULL)
		return 0;
	return time_word_read(daemon, name, value, out, error) < 0 ? -1 : 1;
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

int stretch_check(const struct stretch *span, instant until, struct error *error)
{
	struct text most;

	if (until <= span->from)
		return error_set(error, ERROR_INPUT, "%s: it would be over before "
			"it begins", span->name);
	if (until - span->from <= span->most)
		return 0;
	text_init(&most, 0);
	text_add_seconds(&most, span->most);
	error_set(error, ERROR_LIMIT, "%s: longer than %s, the most that %s "
		"allows", span->name, text_string(&most), span->setting);
	text_release(&most);
	return -1;
}

int stretch_read(const struct stretch *span, const struct zone *zone,
	const char *words, instant *until, struct error *error)
{
	struct duration duration;

	if (!duration_read(words, &duration) ||
			!zone_add(zone, span->from, duration, until))
		return error_set(error, ERROR_INPUT, "%s: \"%s\" is not a number "
			"and a unit, such as 12h or 7d", span->name, words);
	return stretch_check(span, *until, error);
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

int list_state(struct server_request *request, const char *const *words)
{
	const char *state = server_request_query(request, "state");
	struct text expected;
	int found = state == NULL ? 0 : -1;

	for (int i = 0; words[i] != NULL && found < 0; i++)
		if (string_is(state, words[i]))
			found = i;
	if (found >= 0)
		return found;
	text_init(&expected, 0);
	for (int i = 0; words[i] != NULL; i++)
		text_addf(&expected, "%s\"%s\"%s", i == 0 ? "" : words[i + 1] ==
			NULL ? " or " : ", ", words[i], i == 0 ?
			" (the default)" : "");
	reply_problem(request, 400, "state: %s", text_string(&expected));
	text_release(&expected);
	return -1;
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
