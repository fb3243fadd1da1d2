/*
 * api: the socket's questions and orders. One table of endpoints; each answers
 * with one JSON document, or a problem (RFC 9457) that says what to do.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "pledged/daemon.h"
#include "pledged/query.h"
#include "pledged/view.h"

#define LIMIT_DEFAULT 100
#define LIMIT_MAX 1000
/* Milestones looked at for one page, so that the loop is not held up: a page
   may be short, or empty, and have a next one. */
#define LOOKED_MAX 20000
#define JUDGED_MAX 2000		/* of them, when asked as of another time */
#define DEADLINES_SHOWN 5
#define FAILING_SHOWN 20
#define STALE_CURSOR \
	"the cursor is no longer valid: begin again without one"

/* --- answers --------------------------------------------------------------- */

static void reply_json(struct server_request *request, int status,
	struct text *body)
{
	text_add_char(body, '\n');
	server_reply(request, status, "application/json", NULL, body);
	text_release(body);
}

static const char *status_title(int status)
{
	switch (status) {
	case 400: return "Bad Request";
	case 403: return "Forbidden";
	case 404: return "Not Found";
	case 405: return "Method Not Allowed";
	case 409: return "Conflict";
	case 422: return "Unprocessable Content";
	case 500: return "Internal Server Error";
	case 503: return "Service Unavailable";
	default: return "Error";
	}
}

static void reply_problem_headers(struct server_request *request, int status,
	const char *const *headers, const char *detail)
{
	struct text body;
	struct json json;

	text_init(&body, 0);
	json_init(&json, &body);
	json_object(&json);
	json_put_string(&json, "type", "about:blank");
	json_put_string(&json, "title", status_title(status));
	json_put_int(&json, "status", status);
	json_put_string(&json, "detail", detail);
	json_object_end(&json);
	text_add_char(&body, '\n');
	server_reply(request, status, "application/problem+json", headers, &body);
	text_release(&body);
}

static void reply_problem(struct server_request *request, int status,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

static void reply_problem(struct server_request *request, int status,
	const char *format, ...)
{
	struct text detail;
	va_list arguments;

	text_init(&detail, 0);
	va_start(arguments, format);
	text_addv(&detail, format, arguments);
	va_end(arguments);
	reply_problem_headers(request, status, NULL, text_string(&detail));
	text_release(&detail);
}

/* --- parameters ------------------------------------------------------------ */

/* What every list takes beside its filters. */
struct paging {
	size_t limit;
	const char *cursor;	/* id of the last item of the page before */
};

static int paging_read(struct server_request *request, struct paging *paging,
	struct error *error)
{
	const char *limit = server_request_query(request, "limit");

	paging->cursor = server_request_query(request, "cursor");
	paging->limit = LIMIT_DEFAULT;
	if (limit == NULL)
		return 0;
	char *end;
	long value = strtol(limit, &end, 10);

	if (*end != '\0' || end == limit || value < 1 || value > LIMIT_MAX)
		return error_set(error, ERROR_INPUT,
			"limit: a whole number from 1 to %d", LIMIT_MAX);
	paging->limit = (size_t)value;
	return 0;
}

/* Likewise, for what takes no parameter beside these and `also` (or NULL): a
   filter that is not applied must not look as if it were. */
static int paging_read_alone(struct server_request *request,
	struct paging *paging, const char *also, struct error *error)
{
	const char *name, *value;

	for (size_t i = 0; server_request_parameter(request, i, &name, &value); i++) {
		if (!string_is(name, "limit") && !string_is(name, "cursor") &&
			!string_is(name, also))
			return error_set(error, ERROR_INPUT,
				"there is no parameter \"%s\" here", name);
	}
	return paging_read(request, paging, error);
}

/* as_of: 0 none, 1 read, -1 not a time. */
static int as_of_read(struct daemon *daemon, struct server_request *request,
	instant *at, struct error *error)
{
	const char *value = server_request_query(request, "as_of");
	struct moment moment;

	if (value == NULL)
		return 0;
	if (!moment_parse(value, strlen(value), &moment))
		return error_set(error, ERROR_INPUT, "as_of: \"%s\" is not a date "
			"or time (2020-12-31, 2020-12-31T23:59:59Z)", value);
	*at = moment_instant(&moment, daemon->settings->zone);
	return 1;
}

static bool parameter_is_general(const char *name)
{
	return string_is(name, "limit") || string_is(name, "cursor") ||
		string_is(name, "as_of");
}

static int query_read(struct daemon *daemon, struct server_request *request,
	struct query *query, struct error *error)
{
	const char *name, *value;

	for (size_t i = 0; server_request_parameter(request, i, &name, &value); i++) {
		if (parameter_is_general(name))
			continue;
		int taken = query_add(query, name, value, daemon->settings->zone,
			error);

		if (taken < 0)
			return -1;
		if (taken == 0)
			return error_set(error, ERROR_INPUT,
				"there is no parameter \"%s\"", name);
	}
	return 0;
}

/* --- lists ------------------------------------------------------------------ */

struct list {
	struct json json;
	struct text body;
	size_t limit;
	size_t count;
	const char *last;	/* id of the last item written */
	bool more;
};

static void list_begin(struct list *list, const struct paging *paging)
{
	*list = (struct list){.limit = paging->limit};
	text_init(&list->body, 0);
	json_init(&list->json, &list->body);
	json_object(&list->json);
	json_key(&list->json, "items");
	json_array(&list->json);
}

/* Whether another item may be written; else the page is full. */
static bool list_has_room(struct list *list)
{
	if (list->count < list->limit)
		return true;
	list->more = true;
	return false;
}

static void list_wrote(struct list *list, const char *id)
{
	list->last = id;
	list->count++;
}

static void list_end(struct list *list, struct server_request *request)
{
	json_array_end(&list->json);
	json_put_string(&list->json, "next", list->more ? list->last : NULL);
	json_object_end(&list->json);
	reply_json(request, 200, &list->body);
}

/* Ends a page before it is full: the next begins behind this item. */
static void list_wrote_up_to(struct list *list, const char *id)
{
	list->last = id;
	list->more = true;
}

typedef uint32_t find_fn(const struct register_ *reg, const char *id);
typedef void item_fn(struct daemon *daemon, struct json *json, uint32_t index);

/* A list of things that stand in the register in an order of their own. */
static void list_register(struct daemon *daemon, struct server_request *request,
	size_t count, find_fn *find, const char *(*id)(const struct register_ *,
	uint32_t), item_fn *item)
{
	struct paging paging;
	struct error error;
	struct list list;
	uint32_t first = 0;

	if (paging_read_alone(request, &paging, NULL, &error) < 0) {
		reply_problem(request, 400, "%s", error.text);
		return;
	}
	if (paging.cursor != NULL) {
		first = find(daemon->reg, paging.cursor);
		if (first == NOT_FOUND) {
			reply_problem(request, 400, STALE_CURSOR);
			return;
		}
		first++;
	}
	list_begin(&list, &paging);
	for (uint32_t i = first; i < count && list_has_room(&list); i++) {
		item(daemon, &list.json, i);
		list_wrote(&list, id(daemon->reg, i));
	}
	list_end(&list, request);
}

static const char *pledge_id(const struct register_ *reg, uint32_t index)
{
	return reg->pledges[index].id;
}

static const char *indicator_id(const struct register_ *reg, uint32_t index)
{
	return reg->indicators[index].id;
}

static const char *source_id(const struct register_ *reg, uint32_t index)
{
	return reg->sources[index].id;
}

static void item_pledge(struct daemon *daemon, struct json *json, uint32_t index)
{
	view_pledge(json, daemon->reg, index);
}

static void item_indicator(struct daemon *daemon, struct json *json,
	uint32_t index)
{
	view_indicator(json, daemon->reg, index);
}

static void item_source(struct daemon *daemon, struct json *json, uint32_t index)
{
	view_source(json, daemon->reg, index, engine_source(daemon->engine, index),
		engine_source_busy(daemon->engine, index));
}

static void get_pledges(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	(void)rest;
	list_register(daemon, request, daemon->reg->pledge_count, register_pledge,
		pledge_id, item_pledge);
}

static void get_indicators(struct daemon *daemon,
	struct server_request *request, const char *rest)
{
	(void)rest;
	list_register(daemon, request, daemon->reg->indicator_count,
		register_indicator, indicator_id, item_indicator);
}

static void get_sources(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	(void)rest;
	list_register(daemon, request, daemon->reg->source_count, register_source,
		source_id, item_source);
}

/* --- milestones ---------------------------------------------------------------- */

/* Where a milestone stands: now from the engine, else judged as of a time. */
static const struct assessment *milestone_answer(struct daemon *daemon,
	uint32_t index, bool past, instant at, struct assessment *room,
	instant *since)
{
	const struct milestone_state *state =
		engine_milestone(daemon->engine, index);

	if (!past && state->since != INSTANT_MIN) {
		*since = state->since;
		return &state->assessment;
	}
	struct knowledge known = {
		.published_by = past ? at : loop_now(daemon->loop),
		.recorded_by = INSTANT_MAX,
	};

	milestone_assess(daemon->reg, daemon->history, index, known, room);
	*since = INSTANT_MIN;
	return room;
}

static void get_milestones(struct daemon *daemon,
	struct server_request *request, const char *rest)
{
	struct query query = {.count = 0};
	struct paging paging;
	struct error error;
	struct list list;
	instant at = 0, since;
	uint32_t index = 0;
	int past = as_of_read(daemon, request, &at, &error);

	(void)rest;
	if (past < 0 || paging_read(request, &paging, &error) < 0 ||
		query_read(daemon, request, &query, &error) < 0) {
		reply_problem(request, 400, "%s", error.text);
		return;
	}
	if (paging.cursor != NULL) {
		index = register_milestone(daemon->reg, paging.cursor);
		if (index == NOT_FOUND) {
			reply_problem(request, 400, STALE_CURSOR);
			return;
		}
		index++;
	}
	uint32_t stop = index + (past > 0 ? JUDGED_MAX : LOOKED_MAX);

	list_begin(&list, &paging);
	for (; index < daemon->reg->milestone_count; index++) {
		if (index == stop) {
			list_wrote_up_to(&list, daemon->reg->milestones[index - 1].id);
			break;
		}
		struct assessment room;
		const struct assessment *answer = milestone_answer(daemon, index,
			past > 0, at, &room, &since);

		if (!query_accepts(&query, daemon->reg, index, answer->status))
			continue;
		if (!list_has_room(&list))
			break;
		view_milestone(&list.json, daemon->reg, index, answer, since);
		list_wrote(&list, daemon->reg->milestones[index].id);
	}
	list_end(&list, request);
}

static void get_milestone(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	uint32_t index = register_milestone(daemon->reg, rest);
	struct assessment room;
	struct error error;
	struct text body;
	struct json json;
	instant at = 0, since;
	int past = as_of_read(daemon, request, &at, &error);

	if (index == NOT_FOUND) {
		reply_problem(request, 404, "there is no milestone \"%s\": "
			"/v1/milestones lists them", rest);
		return;
	}
	if (past < 0) {
		reply_problem(request, 400, "%s", error.text);
		return;
	}
	const struct assessment *answer = milestone_answer(daemon, index, past > 0,
		at, &room, &since);

	text_init(&body, 0);
	json_init(&json, &body);
	view_milestone(&json, daemon->reg, index, answer, since);
	reply_json(request, 200, &body);
}

/* --- observations ------------------------------------------------------------ */

/* As the store has them: only there each vintage has its number. */
static void reply_observations(struct daemon *daemon,
	struct server_request *request, const char *id, instant as_of)
{
	struct series series;
	struct text body;
	struct json json;

	series_init(&series);
	if (store_load_series(daemon->store, id, &series) < 0) {
		series_release(&series);
		reply_problem(request, 503, "the figures cannot be read now");
		return;
	}
	text_init(&body, 0);
	json_init(&json, &body);
	json_object(&json);
	json_key(&json, "items");
	json_array(&json);
	for (size_t i = 0; i < series.count; i++) {
		if (series.items[i].published <= as_of)
			view_observation(&json, &series.items[i]);
	}
	json_array_end(&json);
	json_put_null(&json, "next");
	json_object_end(&json);
	series_release(&series);
	reply_json(request, 200, &body);
}

static void get_observations(struct daemon *daemon,
	struct server_request *request, const char *rest)
{
	static const char suffix[] = "/observations";
	size_t length = strlen(rest);
	struct error error;
	instant at = INSTANT_MAX;

	if (!string_ends(rest, suffix)) {
		reply_problem(request, 404, "there is no such thing here: "
			"/v1/indicators/{id}/observations");
		return;
	}
	char *id = mem_string_n(rest, length - (sizeof suffix - 1));

	if (register_indicator(daemon->reg, id) == NOT_FOUND)
		reply_problem(request, 404, "there is no indicator \"%s\"", id);
	else if (as_of_read(daemon, request, &at, &error) < 0)
		reply_problem(request, 400, "%s", error.text);
	else
		reply_observations(daemon, request, id, at);
	free(id);
}

/* --- alerts, channels, outbox ----------------------------------------------- */

/* A list of things that count up: the cursor is the last number. */
struct numbered_list {
	struct list list;
	int64_t last;
	char cursor[32];
};

static void numbered_wrote(struct numbered_list *numbered, int64_t number)
{
	list_wrote(&numbered->list, NULL);
	numbered->last = number;
}

/* Half a list must not look like a whole one. */
static void numbered_fail(struct numbered_list *numbered,
	struct server_request *request, const struct error *error)
{
	log_error("%s: %s", server_request_path(request), error->text);
	text_release(&numbered->list.body);
	reply_problem(request, 500, "the store cannot be read: see the log");
}

static void numbered_end(struct numbered_list *numbered,
	struct server_request *request)
{
	snprintf(numbered->cursor, sizeof numbered->cursor, "%" PRId64,
		numbered->last);
	numbered->list.last = numbered->cursor;
	list_end(&numbered->list, request);
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

/* The number a cursor holds; 0 without one. */
static int cursor_number(const struct paging *paging, int64_t *out,
	struct error *error)
{
	char *end = NULL;

	*out = 0;
	if (paging->cursor == NULL)
		return 0;
	*out = strtoll(paging->cursor, &end, 10);
	if (end == paging->cursor || *end != '\0' || *out < 1)
		return error_set(error, ERROR_INPUT, "cursor: \"%s\" is not one "
			"that a page gave", paging->cursor);
	return 0;
}

/* Reads what the two numbered lists take; -1 when it was refused. */
static int numbered_begin(struct numbered_list *numbered,
	struct server_request *request, const char *open, bool *all,
	int64_t *cursor)
{
	struct paging paging;
	struct error error;
	int state = state_read(request, open, &error);

	if (state < 0 ||
		paging_read_alone(request, &paging, "state", &error) < 0 ||
		cursor_number(&paging, cursor, &error) < 0) {
		reply_problem(request, 400, "%s", error.text);
		return -1;
	}
	*all = state == 1;
	numbered->last = 0;
	list_begin(&numbered->list, &paging);
	return 0;
}

static void item_alert(void *context, const struct alert *alert)
{
	struct numbered_list *numbered = context;

	if (!list_has_room(&numbered->list))
		return;
	view_alert(&numbered->list.json, alert);
	numbered_wrote(numbered, alert->id);
}

static void get_alerts(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct numbered_list numbered;
	struct error error;
	int64_t cursor;
	bool all;

	(void)rest;
	if (numbered_begin(&numbered, request, "firing", &all, &cursor) < 0)
		return;
	if (all && store_load_alerts(daemon->store, false, cursor,
			numbered.list.limit + 1, item_alert, &numbered, &error) < 0) {
		numbered_fail(&numbered, request, &error);
		return;
	}
	for (size_t i = 0; !all && i < engine_alert_count(daemon->engine); i++) {
		if (engine_alert(daemon->engine, i)->id > cursor)
			item_alert(&numbered, engine_alert(daemon->engine, i));
	}
	numbered_end(&numbered, request);
}

static void get_channels(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	const struct policy *policy = &daemon->settings->policy;
	struct paging paging;
	struct error error;
	struct list list;
	uint32_t first = 0;

	(void)rest;
	if (paging_read_alone(request, &paging, NULL, &error) < 0) {
		reply_problem(request, 400, "%s", error.text);
		return;
	}
	if (paging.cursor != NULL) {
		first = policy_channel(policy, paging.cursor);
		if (first == NOT_FOUND) {
			reply_problem(request, 400, STALE_CURSOR);
			return;
		}
		first++;
	}
	list_begin(&list, &paging);
	for (size_t i = first; i < policy->channel_count && list_has_room(&list);
		i++) {
		view_channel(&list.json, &policy->channels[i]);
		list_wrote(&list, policy->channels[i].id);
	}
	list_end(&list, request);
}

static void item_notification(void *context,
	const struct notification *notification, const struct delivery *delivery)
{
	struct numbered_list *numbered = context;

	if (!list_has_room(&numbered->list))
		return;
	view_notification(&numbered->list.json, notification, delivery);
	numbered_wrote(numbered, notification->id);
}

static void get_outbox(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct numbered_list numbered;
	struct error error;
	int64_t cursor;
	bool all;

	(void)rest;
	if (numbered_begin(&numbered, request, "pending", &all, &cursor) < 0)
		return;
	if (store_load_deliveries(daemon->store, !all, cursor,
			numbered.list.limit + 1, item_notification, &numbered,
			&error) < 0) {
		numbered_fail(&numbered, request, &error);
		return;
	}
	numbered_end(&numbered, request);
}

/* --- status -------------------------------------------------------------------- */

static void put_counts(struct json *json, const struct engine *engine)
{
	const size_t *counts = engine_counts(engine);

	json_key(json, "milestones");
	json_object(json);
	json_put_int(json, "total",
		(int64_t)engine_register(engine)->milestone_count);
	json_key(json, "by_status");
	json_object(json);
	for (size_t i = 0; i < STATUS_COUNT; i++) {
		if (counts[i] > 0)
			json_put_int(json, status_name((enum status)i),
				(int64_t)counts[i]);
	}
	json_object_end(json);
	json_object_end(json);
}

/* The nearest deadlines ahead, kept sorted in a few slots. */
static size_t deadlines_find(const struct daemon *daemon,
	uint32_t out[DEADLINES_SHOWN])
{
	const struct register_ *reg = daemon->reg;
	instant now = loop_now(daemon->loop);
	size_t count = 0;

	for (uint32_t i = 0; i < reg->milestone_count; i++) {
		size_t place = count;

		if (reg->milestones[i].due < now)
			continue;
		while (place > 0 && reg->milestones[out[place - 1]].due >
			reg->milestones[i].due)
			place--;
		if (place == DEADLINES_SHOWN)
			continue;
		if (count < DEADLINES_SHOWN)
			count++;
		memmove(&out[place + 1], &out[place],
			(count - 1 - place) * sizeof *out);
		out[place] = i;
	}
	return count;
}

static void put_deadlines(struct json *json, const struct daemon *daemon)
{
	uint32_t nearest[DEADLINES_SHOWN];
	size_t count = deadlines_find(daemon, nearest);

	json_key(json, "deadlines");
	json_array(json);
	for (size_t i = 0; i < count; i++) {
		const struct milestone_state *state =
			engine_milestone(daemon->engine, nearest[i]);

		json_object(json);
		json_put_string(json, "id", daemon->reg->milestones[nearest[i]].id);
		json_put_instant(json, "due", daemon->reg->milestones[nearest[i]].due);
		json_put_string(json, "status", status_name(state->assessment.status));
		json_object_end(json);
	}
	json_array_end(json);
}

static void put_sources(struct json *json, const struct daemon *daemon)
{
	size_t failing = 0;

	json_key(json, "sources");
	json_object(json);
	json_put_int(json, "total", (int64_t)daemon->reg->source_count);
	json_key(json, "failing");
	json_array(json);
	for (uint32_t i = 0; i < daemon->reg->source_count; i++) {
		const struct source_state *state = engine_source(daemon->engine, i);

		if (state->failures == 0 || ++failing > FAILING_SHOWN)
			continue;
		json_object(json);
		json_put_string(json, "id", daemon->reg->sources[i].id);
		json_put_instant(json, "since", state->failing_since);
		json_put_string(json, "error", state->error);
		json_object_end(json);
	}
	json_array_end(json);
	json_put_int(json, "failing_total", (int64_t)failing);
	json_object_end(json);
}

static void get_status(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	char hex[DIGEST_HEX_SIZE];
	struct text body;
	struct json json;

	(void)rest;
	text_init(&body, 0);
	json_init(&json, &body);
	json_object(&json);
	json_put_string(&json, "version", PACKAGE_VERSION);
	json_put_string(&json, "state",
		engine_is_settling(daemon->engine) ? "settling" : "watching");
	json_put_instant(&json, "time", loop_now(daemon->loop));
	json_put_instant(&json, "started", daemon->started);
	json_put_int(&json, "uptime", loop_now(daemon->loop) - daemon->started);
	json_put_instant(&json, "loaded", daemon->reloaded);
	digest_hex(&daemon->reg->digest, hex);
	json_put_string(&json, "register", hex);
	digest_hex(&daemon->settings->digest, hex);
	json_put_string(&json, "configuration", hex);
	put_counts(&json, daemon->engine);
	put_deadlines(&json, daemon);
	put_sources(&json, daemon);
	json_put_int(&json, "alerts", (int64_t)engine_alert_count(daemon->engine));
	json_put_int(&json, "outbox",
		(int64_t)engine_outbox_pending(daemon->engine));
	json_object_end(&json);
	reply_json(request, 200, &body);
}

static void get_health(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct text body;

	(void)rest;
	if (store_failure(daemon->store)[0] != '\0') {
		reply_problem(request, 503, "%s", store_failure(daemon->store));
		return;
	}
	text_init(&body, 0);
	text_add_string(&body, "ok\n");
	server_reply(request, 200, "text/plain; charset=utf-8", NULL, &body);
	text_release(&body);
}

/* --- orders: recorded with who gave them, before they are acknowledged --------- */

struct order {
	struct server_request *request;
	char *report;
	bool done;
};

static struct order *order_new(struct server_request *request)
{
	struct order *order = mem_new(1, sizeof *order);

	order->request = request;
	return order;
}

static void order_free(struct order *order)
{
	free(order->report);
	free(order);
}

static void poll_recorded(void *context, bool committed)
{
	struct order *order = context;
	struct text body;
	struct json json;

	if (!committed) {
		reply_problem(order->request, 503, "it could not be saved");
	} else {
		text_init(&body, 0);
		json_init(&json, &body);
		json_object(&json);
		json_put_string(&json, "source", order->report);
		json_put_bool(&json, "begun", order->done);
		json_object_end(&json);
		reply_json(order->request, 202, &body);
	}
	order_free(order);
}

static void post_poll(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	static const char suffix[] = "/poll";

	if (!string_ends(rest, suffix)) {
		reply_problem(request, 404, "there is no such order: "
			"POST /v1/sources/{id}/poll");
		return;
	}
	struct order *order = order_new(request);

	order->report = mem_string_n(rest, strlen(rest) - (sizeof suffix - 1));
	uint32_t index = register_source(daemon->reg, order->report);

	if (index == NOT_FOUND) {
		reply_problem(request, 404, "there is no source \"%s\": "
			"/v1/sources lists them", order->report);
		order_free(order);
		return;
	}
	char *who = access_name(server_request_peer(request));

	order->done = engine_poll(daemon->engine, index, loop_now(daemon->loop),
		&daemon->effects);
	daemon_absorb(daemon, NULL);
	daemon_record(daemon, who, "poll", order->report, NULL, poll_recorded,
		order);
	free(who);
}

static void reload_recorded(void *context, bool committed)
{
	struct order *order = context;
	struct text body;
	struct json json;

	if (!committed) {
		reply_problem(order->request, 503, "it could not be saved that this "
			"was ordered");
	} else if (!order->done) {
		reply_problem(order->request, 422, "not reloaded, the configuration "
			"in force stays:\n%s", order->report);
	} else {
		text_init(&body, 0);
		json_init(&json, &body);
		json_object(&json);
		json_put_bool(&json, "reloaded", true);
		json_put_string(&json, "warnings", order->report);
		json_object_end(&json);
		reply_json(order->request, 200, &body);
	}
	order_free(order);
}

struct reload_order {
	struct daemon *daemon;
	struct order *order;
	char *who;
};

static void reload_done(void *context, bool done, const char *report)
{
	struct reload_order *reload = context;

	reload->order->done = done;
	reload->order->report = mem_string(report);
	daemon_record(reload->daemon, reload->who, "reload", NULL,
		done ? NULL : report, reload_recorded, reload->order);
	free(reload->who);
	free(reload);
}

static void post_reload(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct reload_order *reload = mem_new(1, sizeof *reload);

	(void)rest;
	reload->daemon = daemon;
	reload->order = order_new(request);
	reload->who = access_name(server_request_peer(request));
	reload_start(daemon, reload_done, reload);
}

/* --- the table -------------------------------------------------------------------- */

typedef void endpoint_fn(struct daemon *daemon, struct server_request *request,
	const char *rest);

/* A path that ends in '/' takes whatever follows as the rest. Parameters: the
   words it takes; NULL: it looks at them itself. */
static const struct endpoint {
	enum server_method method;
	const char *path;
	endpoint_fn *answer;
	const char *parameters;
} endpoints[] = {
	{SERVER_GET, "/v1/status", get_status, ""},
	{SERVER_GET, "/v1/pledges", get_pledges, "limit cursor"},
	{SERVER_GET, "/v1/milestones", get_milestones, NULL},
	{SERVER_GET, "/v1/milestones/", get_milestone, "as_of"},
	{SERVER_GET, "/v1/indicators", get_indicators, "limit cursor"},
	{SERVER_GET, "/v1/indicators/", get_observations, "as_of"},
	{SERVER_GET, "/v1/sources", get_sources, "limit cursor"},
	{SERVER_GET, "/v1/alerts", get_alerts, "limit cursor state"},
	{SERVER_GET, "/v1/channels", get_channels, "limit cursor"},
	{SERVER_GET, "/v1/outbox", get_outbox, "limit cursor state"},
	{SERVER_GET, "/healthz", get_health, ""},
	{SERVER_POST, "/v1/sources/", post_poll, ""},
	{SERVER_POST, "/v1/reload", post_reload, ""},
};

static bool endpoint_matches(const struct endpoint *endpoint, const char *path,
	const char **rest)
{
	size_t length = strlen(endpoint->path);

	if (endpoint->path[length - 1] != '/') {
		*rest = "";
		return string_is(path, endpoint->path);
	}
	*rest = path + length;
	return string_starts(path, endpoint->path) && **rest != '\0';
}

static bool word_is_among(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = words; *at != '\0'; at += strspn(at, " ")) {
		size_t next = strcspn(at, " ");

		if (next == length && strncmp(at, word, length) == 0)
			return true;
		at += next;
	}
	return false;
}

/* The first parameter that an endpoint does not take, or NULL. */
static const char *endpoint_stranger(const struct endpoint *endpoint,
	struct server_request *request)
{
	const char *name, *value;

	for (size_t i = 0; endpoint->parameters != NULL &&
		server_request_parameter(request, i, &name, &value); i++) {
		if (!word_is_among(endpoint->parameters, name))
			return name;
	}
	return NULL;
}

static bool peer_may(struct daemon *daemon, struct server_request *request,
	const struct endpoint *endpoint)
{
	return endpoint->method == SERVER_GET ||
		access_is_admin(daemon->access, server_request_peer(request));
}

static void endpoint_answer(struct daemon *daemon,
	struct server_request *request, const struct endpoint *endpoint,
	const char *rest)
{
	const char *stranger = endpoint_stranger(endpoint, request);

	if (!peer_may(daemon, request, endpoint))
		reply_problem(request, 403, "only administrators may do this: see "
			"admin.admins in pledged.conf");
	else if (stranger != NULL)
		reply_problem(request, 400, "there is no parameter \"%s\" here",
			stranger);
	else
		endpoint->answer(daemon, request, rest);
}

static void reply_not_allowed(struct server_request *request,
	const struct endpoint *endpoint)
{
	static const char *const reading[] = {"Allow: GET, HEAD", NULL};
	static const char *const posting[] = {"Allow: POST", NULL};
	bool reads = endpoint->method == SERVER_GET;

	reply_problem_headers(request, 405, reads ? reading : posting, reads
		? "this can only be read, by GET" : "this takes only POST");
}

void api_handle(void *context, struct server_request *request)
{
	enum server_method method = server_request_method(request);
	const char *path = server_request_path(request);
	const struct endpoint *other = NULL;

	if (method == SERVER_HEAD)
		method = SERVER_GET;
	for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++) {
		const struct endpoint *endpoint = &endpoints[i];
		const char *rest;

		if (!endpoint_matches(endpoint, path, &rest))
			continue;
		if (endpoint->method == method) {
			endpoint_answer(context, request, endpoint, rest);
			return;
		}
		other = endpoint;
	}
	if (other != NULL)
		reply_not_allowed(request, other);
	else
		reply_problem(request, 404, "there is nothing at %s", path);
}
