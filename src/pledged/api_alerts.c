/*
 * api_alerts: alerts as they stand: who has them in hand, who has heard of them,
 * what holds them back and what comes next. And that somebody takes one.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pledged/alert_filter.h"
#include "pledged/api.h"
#include "pledged/columns.h"
#include "pledged/filters.h"
#include "pledged/submission.h"
#include "pledged/view.h"
#include "pledged/view_telling.h"
#include "pledged/wording.h"

/* Alerts looked at for one page, and of the store's. */
#define LOOKED_MAX 20000
#define LOADED_MAX API_PAGE_MAX
/* Silences held against alerts for one page; it may then be short. */
#define HELD_AGAINST_MAX 100000
/* Open alerts that are asked what they follow from. */
#define ASKED_MAX 2000

/* --- what holds one back ------------------------------------------------------- */

/* The silences that hold now, read. */
struct hush {
	struct {
		int64_t id;
		struct match *matches;
		size_t match_count;
	} *items;
	size_t count;
};

static void hush_read(struct hush *hush, const struct daemon *daemon)
{
	const struct engine *engine = daemon->engine;
	size_t silences = engine_silence_count(engine);

	hush->count = 0;
	hush->items = mem_new(silences + 1, sizeof *hush->items);
	for (size_t i = 0; i < silences; i++) {
		const struct silence *silence = engine_silence_at(engine, i);
		struct error error;
		size_t count = 0;

		if (!silence_holds(silence, loop_now(daemon->loop)))
			continue;
		/* Of a thing that has left the register: it matches nothing. */
		struct match *matches = match_words_read(silence->words,
			daemon->reg, &count, &error);

		if (matches == NULL)
			continue;
		hush->items[hush->count].id = silence->id;
		hush->items[hush->count].matches = matches;
		hush->items[hush->count++].match_count = count;
	}
}

static void hush_release(struct hush *hush)
{
	for (size_t i = 0; i < hush->count; i++)
		free(hush->items[i].matches);
	free(hush->items);
}

static void put_silences(struct json *json, const struct engine *engine,
	const struct hush *hush, const struct alert *alert)
{
	struct route_subject subject = engine_alert_subject(engine, alert);

	json_key(json, "silences");
	json_array(json);
	for (size_t i = 0; i < hush->count; i++)
		if (matches_hold(hush->items[i].matches,
				hush->items[i].match_count, &subject))
			json_int(json, hush->items[i].id);
	json_array_end(json);
}

/* --- what follows from one ----------------------------------------------------- */

/* What each open alert follows from; 0: from none. */
struct causes {
	int64_t *items;
	size_t count;
	bool known;		/* false: there are too many to ask */
};

static void causes_read(struct causes *causes, const struct engine *engine)
{
	causes->count = engine_alert_count(engine);
	causes->known = causes->count <= ASKED_MAX;
	causes->items = NULL;
	if (!causes->known)
		return;
	causes->items = mem_new(causes->count + 1, sizeof *causes->items);
	for (size_t i = 0; i < causes->count; i++)
		causes->items[i] = engine_alert_cause(engine,
			engine_alert(engine, i));
}

static void put_consequences(struct json *json, const struct causes *causes,
	int64_t alert)
{
	int64_t count = 0;

	if (!causes->known) {
		json_put_null(json, "consequences");
		return;
	}
	for (size_t i = 0; i < causes->count; i++)
		count += causes->items[i] == alert;
	json_put_int(json, "consequences", count);
}

/* What alerts are shown in the light of. */
struct around {
	struct hush hush;
	struct causes causes;
};

static void around_read(struct around *around, const struct daemon *daemon)
{
	hush_read(&around->hush, daemon);
	causes_read(&around->causes, daemon->engine);
}

static void around_release(struct around *around)
{
	hush_release(&around->hush);
	free(around->causes.items);
}

/* --- what comes of one ---------------------------------------------------------- */

/* Whether a step of one of its routes is to be taken at a time. */
static bool alert_escalates_at(const struct daemon *daemon,
	const struct alert *alert, instant at)
{
	struct route_subject subject = engine_alert_subject(daemon->engine,
		alert);
	const struct policy *policy = &daemon->settings->policy;
	struct choice choices[CHANNELS_MAX];
	size_t count = policy_select(policy, &subject, choices);

	for (size_t i = 0; i < count; i++) {
		const struct route *route = &policy->routes[choices[i].route];

		for (size_t k = 0; k < route->step_count; k++)
			if (alert->escalation + route->steps[k].after == at)
				return true;
	}
	return false;
}

static const char *next_word(const struct daemon *daemon,
	const struct alert *alert, instant at)
{
	if (alert->state == ALERT_ACKNOWLEDGED)
		return notify_reason_name(at >= alert->until ?
			REASON_ACKNOWLEDGEMENT_EXPIRED :
			REASON_ACKNOWLEDGEMENT_EXPIRING);
	return notify_reason_name(alert_escalates_at(daemon, alert, at) ?
		REASON_ESCALATED : REASON_REMINDER);
}

static void put_next(struct json *json, const struct daemon *daemon,
	const struct alert *alert)
{
	instant at = engine_alert_next(daemon->engine, alert->id);

	if (at == INSTANT_MAX) {
		json_put_null(json, "next");
		return;
	}
	json_key(json, "next");
	json_object(json);
	json_put_instant(json, "at", at);
	json_put_string(json, "what", next_word(daemon, alert, at));
	json_object_end(json);
}

static void put_hearings(struct json *json, const struct engine *engine,
	const struct alert *alert)
{
	struct hearing_view hearings[CHANNELS_MAX];
	size_t count = engine_alert_hearings(engine, alert->id, hearings);

	json_key(json, "hearings");
	json_array(json);
	for (size_t i = 0; i < count; i++)
		view_hearing(json, &hearings[i]);
	json_array_end(json);
}

/* What is known of one that is open besides what is saved. */
static void put_standing(struct json *json, const struct daemon *daemon,
	const struct around *around, const struct alert *alert)
{
	view_number(json, "cause", engine_alert_cause(daemon->engine, alert));
	put_consequences(json, &around->causes, alert->id);
	put_silences(json, daemon->engine, &around->hush, alert);
	put_next(json, daemon, alert);
	put_hearings(json, daemon->engine, alert);
}

static void put_alert(struct json *json, const struct daemon *daemon,
	const struct around *around, const struct alert *alert)
{
	json_object(json);
	view_alert_fields(json, alert);
	if (alert_state_is_open(alert->state))
		put_standing(json, daemon, around, alert);
	json_object_end(json);
}

/* --- the list ------------------------------------------------------------------- */

static const char *const states[] = {"open", "firing", "acknowledged", "all",
	NULL};
enum list_of { LIST_OPEN, LIST_FIRING, LIST_ACKNOWLEDGED, LIST_ALL };

struct alert_page {
	struct numbered_list numbered;
	struct daemon *daemon;
	struct alert_filter filter;
	struct around around;
	int state;		/* a list_of */
	size_t looked, held_against;
};

static bool state_accepts(int state, const struct alert *alert)
{
	return state == LIST_ALL || state == LIST_OPEN ||
		(state == LIST_FIRING) == (alert->state == ALERT_FIRING);
}

/* Ends the page once it is full, or has cost enough. */
static bool page_has_room(struct alert_page *page, size_t most)
{
	bool enough = page->looked == most ||
		page->held_against > HELD_AGAINST_MAX;

	if (enough)
		page->numbered.list.more = true;
	return !enough && list_has_room(&page->numbered.list);
}

/* What it is through with, the next page leaves out. */
static void page_take(struct alert_page *page, const struct alert *alert)
{
	struct daemon *daemon = page->daemon;

	page->looked++;
	page->numbered.last = alert->id;
	if (!state_accepts(page->state, alert) || !alert_filter_accepts(
			&page->filter, daemon->engine, alert))
		return;
	page->held_against += page->around.hush.count;
	put_alert(&page->numbered.list.reply.json, daemon, &page->around, alert);
	numbered_wrote(&page->numbered, alert->id);
}

static void item_alert(void *context, const struct alert *alert)
{
	struct alert_page *page = context;
	const struct alert *open = engine_alert_of(page->daemon->engine,
		alert->id);

	if (!page->numbered.list.more && page_has_room(page, LOADED_MAX))
		page_take(page, open != NULL ? open : alert);
}

/* The place of the first with a higher number. */
static size_t alert_place(const struct engine *engine, int64_t after)
{
	size_t low = 0, high = engine_alert_count(engine);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (engine_alert(engine, middle)->id > after)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Those open, as the engine has them: oldest first. */
static void list_open(struct alert_page *page)
{
	const struct engine *engine = page->daemon->engine;
	size_t count = engine_alert_count(engine);

	for (size_t i = alert_place(engine, page->numbered.cursor);
	    i < count && page_has_room(page, LOOKED_MAX); i++)
		page_take(page, engine_alert(engine, i));
}

static int filter_take(void *context, const char *name, const char *value,
	const struct zone *zone, struct error *error)
{
	(void)zone;
	return alert_filter_add(context, name, value, error);
}

/* false: it was refused, and answered. */
static bool filter_read(const struct daemon *daemon,
	struct server_request *request, struct alert_filter *filter)
{
	struct error error;

	if (filters_read(daemon, request, &(struct filters){
			WORDS_OF_LIST " state", false, filter_take, filter},
			&error) == 0)
		return true;
	reply_refusal(request, &error);
	return false;
}

void get_alerts(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct alert_page page = {.daemon = daemon,
		.state = list_state(request, states)};
	int loaded = 0;

	(void)rest;
	if (page.state < 0 || !filter_read(daemon, request, &page.filter) ||
			!numbered_begin(&page.numbered, request))
		return;
	list_as_table(&page.numbered.list, daemon, columns_alert);
	around_read(&page.around, daemon);
	if (page.state == LIST_ALL)
		loaded = store_load_alerts(daemon->store, false,
			page.numbered.cursor, page.filter.count > 0 ?
			LOADED_MAX + 1 : numbered_rows(&page.numbered),
			item_alert, &page, &page.numbered.error);
	else
		list_open(&page);
	around_release(&page.around);
	numbered_end(&page.numbered, loaded);
}

/* --- one ------------------------------------------------------------------------ */

/* Looks for one that is over, and writes it, or when and how that came. While
   its end is being saved, the store still has it open. */
struct ended {
	struct daemon *daemon;
	struct reply *reply;	/* NULL: words only */
	const struct around *around;	/* with a reply */
	int64_t number;
	bool found;
	int64_t by;		/* event */
	struct text words;
};

static void take_ended(void *context, const struct alert *alert)
{
	struct ended *ended = context;

	if (alert->id != ended->number)
		return;
	ended->found = true;
	ended->by = alert->resolved_by;
	if (ended->reply != NULL) {
		put_alert(&ended->reply->json, ended->daemon, ended->around,
			alert);
		return;
	}
	text_addf(&ended->words, "%s%s%s, ", event_kind_name(alert->kind),
		alert->subject[0] != '\0' ? " " : "", alert->subject);
	if (alert_state_is_open(alert->state)) {
		text_add_string(&ended->words, "ended just now");
		return;
	}
	text_addf(&ended->words, "%s ", alert_state_name(alert->state));
	text_add_instant(&ended->words, alert->resolved);
}

static void take_ending(void *context, const struct event *event)
{
	struct ended *ended = context;

	if (event->id == ended->by)
		text_addf(&ended->words, " by %s: %s",
			event_kind_name(event->kind), event->reason);
}

/* -1: the store cannot be read, which was answered. */
static int ended_find(struct ended *ended, struct server_request *request)
{
	struct store *store = ended->daemon->store;
	struct error error;

	if (store_load_alerts(store, false, ended->number + 1, 1, take_ended,
			ended, &error) == 0 && (ended->reply != NULL ||
			ended->by == 0 || store_load_events(store,
			ended->by - 1, NULL, 1, take_ending, ended, &error) == 0))
		return 0;
	reply_unreadable(request, &error);
	return -1;
}

static int64_t alert_number(const struct daemon *daemon, size_t index)
{
	return engine_alert(daemon->engine, index)->id;
}

static void reply_no_alert(const struct daemon *daemon,
	struct server_request *request, const char *word)
{
	reply_none_open(daemon, request, "alert", word,
		engine_alert_count(daemon->engine), alert_number);
}

void get_alert(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	const struct alert *open = engine_alert_of(daemon->engine,
		rest_number(rest));
	struct around around;
	struct reply reply;
	struct ended ended = {.daemon = daemon, .reply = &reply,
		.around = &around, .number = rest_number(rest)};
	int found = 0;

	reply_begin(&reply);
	around_read(&around, daemon);
	if (open != NULL)
		put_alert(&reply.json, daemon, &around, open);
	else if (ended.number != 0)
		found = ended_find(&ended, request);
	around_release(&around);
	if (found < 0) {
		reply_drop(&reply);
		return;
	}
	if (open != NULL || ended.found) {
		reply_send(&reply, request, 200);
		return;
	}
	reply_drop(&reply);
	reply_no_alert(daemon, request, rest);
}

/* --- taking one in hand ----------------------------------------------------------- */

/* 409 for one that is over, 404 for one that never was. */
static void reply_not_open(struct daemon *daemon,
	struct server_request *request, const char *word)
{
	struct ended ended = {.daemon = daemon, .number = rest_number(word)};

	text_init(&ended.words, 0);
	if (ended_find(&ended, request) < 0)
		;
	else if (!ended.found)
		reply_no_alert(daemon, request, word);
	else
		reply_problem(request, 409, "alert %s is over: %s", word,
			text_string(&ended.words));
	text_release(&ended.words);
}

/* Until when: `for` from now on, as the settings allow. */
static int until_read(const struct daemon *daemon, const char *words,
	instant *until, struct error *error)
{
	struct stretch span = {"for", loop_now(daemon->loop),
		daemon->settings->alerts.acknowledge_most,
		"alerts.acknowledge_most"};

	*until = span.from + daemon->settings->alerts.acknowledge_for;
	return words == NULL ? 0 : stretch_read(&span, daemon->settings->zone,
		words, until, error);
}

static void ack(struct daemon *daemon, struct server_request *request,
	const char *word, struct submission *submission, const char *note,
	instant until)
{
	const struct stated stated = {.by = submission_who(submission),
		.note = note};
	int64_t number = rest_number(word);
	struct around around;
	struct reply reply;

	if (!engine_acknowledge(daemon->engine, number, &stated, until,
			loop_now(daemon->loop), &daemon->effects)) {
		reply_not_open(daemon, request, word);
		submission_drop(submission);
		return;
	}
	daemon_absorb(daemon, NULL);
	reply_begin(&reply);
	around_read(&around, daemon);
	put_alert(&reply.json, daemon, &around,
		engine_alert_of(daemon->engine, number));
	around_release(&around);
	submission_about(submission, number, until);
	submission_commit(submission, &reply, note);
}

static void ack_body(struct daemon *daemon, struct server_request *request,
	const char *word, struct submission *submission)
{
	struct wording members[] = {
		{"note", ALERT_NOTE_MAX, NULL}, {"for", 100, NULL},
	};
	struct error error;
	instant until;
	size_t length;
	const char *body = server_request_body(request, &length);
	void *owner = wording_read(body, length, members, 2, &error);
	bool sound = owner != NULL;

	if (sound && (members[0].said == NULL || *members[0].said == '\0')) {
		error_set(&error, ERROR_INPUT, "note: is missing: what is being "
			"done about it?");
		sound = false;
	}
	if (sound && until_read(daemon, members[1].said, &until, &error) < 0)
		sound = false;
	if (sound) {
		ack(daemon, request, word, submission, members[0].said, until);
	} else {
		reply_refusal(request, &error);
		submission_drop(submission);
	}
	wording_free(owner);
}

void post_ack(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	char *word = rest_id(rest, "/ack");
	struct submission *submission;

	if (word == NULL)
		reply_problem(request, 404, "there is no such order: "
			"POST /v1/alerts/{id}/ack");
	else if (rest_number(word) == 0)
		reply_no_alert(daemon, request, word);
	else if ((submission = submission_begin(daemon, request, "acknowledge",
	    word)) != NULL)
		ack_body(daemon, request, word, submission);
	free(word);
}
