/*
 * api_outbox: messages on their way and those given up, what each says and what
 * became of every attempt; and that one is tried again, or dropped.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledged/api.h"
#include "pledged/columns.h"
#include "pledged/selection.h"
#include "pledged/submission.h"
#include "pledged/view.h"
#include "pledged/view_telling.h"
#include "pledged/wording.h"

/* --- the list --------------------------------------------------------------------- */

static const char *const states[] = {"pending", "dead", "all", NULL};
static const enum store_deliveries deliveries[] = {STORE_PENDING, STORE_DEAD,
	STORE_ALL};

struct outbox_page {
	struct numbered_list numbered;
	struct daemon *daemon;
	struct selection selection;
};

static const char *notification_channel(const struct selection_item *of)
{
	const struct notification *notification = of->item;

	return notification->channel;
}

static bool notification_has_alert(const struct selection_item *of,
	const char *number)
{
	const struct notification *notification = of->item;

	return notification->alert != 0 &&
		notification->alert == rest_number(number);
}

static const struct selection_field filters[] = {
	{.name = "state"},
	{.name = "channel", .value = notification_channel},
	{.name = "alert", .has = notification_has_alert},
	{.name = NULL},
};

static void put_first(void *context, const struct event *event)
{
	struct json *json = context;

	json_put_string(json, "kind", event_kind_name(event->kind));
	json_put_string(json, "subject", event->subject);
}

/* What it tells first, in short; nothing where that cannot be read. */
static void put_about(const struct daemon *daemon, struct json *json,
	int64_t event)
{
	struct error error;

	if (event > 0)
		store_load_events(daemon->store, event - 1, NULL, 1, put_first,
			json, &error);
}

static void item_notification(void *context,
	const struct notification *notification, const struct delivery *delivery)
{
	struct outbox_page *page = context;
	struct json *json = &page->numbered.list.reply.json;

	if (!numbered_takes(&page->numbered, notification->id, selection_accepts(
			&page->selection, page->daemon, notification)))
		return;
	json_object(json);
	view_notification_fields(json, notification, delivery);
	put_about(page->daemon, json, notification->event);
	json_object_end(json);
	numbered_wrote(&page->numbered, notification->id);
}

void get_outbox(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct outbox_page page = {.daemon = daemon};
	int state = list_state(request, states);
	struct error error;

	(void)rest;
	if (state < 0)
		return;
	if (selection_read(&page.selection, daemon, filters, request, &error) < 0) {
		reply_refusal(request, &error);
		return;
	}
	if (!numbered_begin(&page.numbered, request))
		return;
	list_as_table(&page.numbered.list, daemon, columns_notification);
	if (page.selection.count > 0)
		page.numbered.looked_max = API_PAGE_MAX;
	numbered_end(&page.numbered, store_load_deliveries(daemon->store,
		deliveries[state], page.numbered.cursor,
		numbered_rows(&page.numbered), item_notification, &page,
		&page.numbered.error));
}

/* --- one --------------------------------------------------------------------------- */

struct shown {
	struct daemon *daemon;
	struct json *json;
};

static void put_notification(void *context,
	const struct notification *notification, const struct delivery *delivery)
{
	struct shown *shown = context;

	view_notification_fields(shown->json, notification, delivery);
	view_items(shown->json, notification);
}

static void put_attempt(void *context, const struct delivery *attempt)
{
	struct shown *shown = context;

	json_object(shown->json);
	json_put_instant(shown->json, "at", attempt->at);
	json_put_int(shown->json, "number", attempt->attempts);
	json_put_string(shown->json, "state",
		delivery_state_name(attempt->state));
	view_said(shown->json, "answer", attempt->answer);
	json_put_instant(shown->json, "next",
		attempt->state == DELIVERY_PENDING ? attempt->next :
		INSTANT_MAX);
	json_object_end(shown->json);
}

static int put_attempts(struct shown *shown, int64_t number,
	struct error *error)
{
	int loaded;

	json_key(shown->json, "attempts_made");
	json_array(shown->json);
	loaded = store_load_attempts(shown->daemon->store, number,
		put_attempt, shown, error);
	json_array_end(shown->json);
	return loaded;
}

/* 404 for one that there is not, else the store cannot be read. */
static void reply_no_notification(struct server_request *request,
	const char *word, const struct error *error)
{
	if (error->kind == ERROR_ABSENT)
		reply_problem(request, 404, "there is no message %s: "
			"/v1/outbox lists those on their way, with state=dead "
			"those given up", word);
	else
		reply_unreadable(request, error);
}

static int notification_write(struct daemon *daemon, struct json *json,
	int64_t number, struct error *error)
{
	struct shown shown = {daemon, json};
	char message_id[40];
	struct text body;
	int loaded;

	if (number == 0)
		return error_set(error, ERROR_ABSENT, "no number");
	if (store_load_delivery(daemon->store, number, put_notification, &shown,
			error) < 0 || put_attempts(&shown, number, error) < 0)
		return -1;
	text_init(&body, 0);
	loaded = store_load_body(daemon->store, number, message_id, &body,
		error);
	if (loaded == 0)
		view_body(json, &body);
	text_release(&body);
	return loaded;
}

void get_notification(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct reply reply;
	struct error error;

	reply_begin(&reply);
	json_object(&reply.json);
	if (notification_write(daemon, &reply.json, rest_number(rest),
			&error) < 0) {
		reply_drop(&reply);
		reply_no_notification(request, rest, &error);
		return;
	}
	json_object_end(&reply.json);
	reply_send(&reply, request, 200);
}

/* --- by hand ------------------------------------------------------------------------- */

struct handling {
	struct daemon *daemon;
	struct server_request *request;
	struct submission *submission;
	const char *word;		/* its number */
	const char *note;		/* NULL: none */
	bool drop;			/* else: try again */
	bool done;
	enum delivery_state state;	/* as it was found */
	instant at;
	char answer[DELIVERY_ANSWER_MAX];
	bool has_channel;
	struct reply reply;		/* once done */
};

/* The store's strings live only here. */
static void handling_take(void *context,
	const struct notification *notification, const struct delivery *delivery)
{
	struct handling *handling = context;
	struct daemon *daemon = handling->daemon;
	instant now = loop_now(daemon->loop);
	struct delivery after = *delivery;

	handling->state = delivery->state;
	handling->at = delivery->at;
	string_copy(handling->answer, sizeof handling->answer,
		delivery->answer);
	handling->has_channel = policy_channel(&daemon->settings->policy,
		notification->channel) != NOT_FOUND;
	handling->done = handling->drop ? engine_drop(daemon->engine, delivery,
		submission_who(handling->submission), now, &daemon->effects) :
		engine_resend(daemon->engine, notification, delivery, now,
		&daemon->effects);
	if (!handling->done)
		return;
	after.state = handling->drop ? DELIVERY_DROPPED : DELIVERY_PENDING;
	after.next = now;
	reply_begin(&handling->reply);
	json_object(&handling->reply.json);
	view_notification_fields(&handling->reply.json, notification, &after);
	json_object_end(&handling->reply.json);
}

/* Why nothing can be done about it, and what can. */
static void reply_not_handled(const struct handling *handling)
{
	struct server_request *request = handling->request;
	struct text at;

	text_init(&at, 0);
	text_add_instant(&at, handling->at);
	if (handling->state == DELIVERY_DELIVERED)
		reply_problem(request, 409, "message %s was delivered %s: %s",
			handling->word, text_string(&at), handling->answer);
	else if (handling->state == DELIVERY_DROPPED)
		reply_problem(request, 409, "message %s has been dropped: %s",
			handling->word, handling->answer);
	else if (!handling->drop && !handling->has_channel)
		reply_problem(request, 409, "the channel of message %s is no "
			"longer configured: put it back and reload, or drop the "
			"message", handling->word);
	else
		reply_problem(request, 409, "message %s is under way just now: "
			"/v1/notifications/%s tells what becomes of it",
			handling->word, handling->word);
	text_release(&at);
}

static void handling_run(struct handling *handling)
{
	struct daemon *daemon = handling->daemon;
	struct error error;
	int loaded = store_load_delivery(daemon->store,
		rest_number(handling->word), handling_take, handling, &error);

	if (loaded == 0 && handling->done) {
		daemon_absorb(daemon, NULL);
		submission_commit(handling->submission, &handling->reply,
			handling->note);
		return;
	}
	if (loaded < 0)
		reply_no_notification(handling->request, handling->word, &error);
	else
		reply_not_handled(handling);
	submission_drop(handling->submission);
}

static void handling_body(struct handling *handling)
{
	struct wording said = {"note", ALERT_NOTE_MAX, NULL};
	struct error error;
	size_t length;
	const char *body = server_request_body(handling->request, &length);
	void *owner = wording_read(body, length, &said, 1, &error);

	handling->note = said.said;
	if (owner != NULL && handling->drop &&
			(said.said == NULL || *said.said == '\0')) {
		error_set(&error, ERROR_INPUT, "note: is missing: why shall "
			"nobody hear of it?");
		reply_refusal(handling->request, &error);
		submission_drop(handling->submission);
	} else if (owner != NULL) {
		handling_run(handling);
	} else {
		reply_refusal(handling->request, &error);
		submission_drop(handling->submission);
	}
	wording_free(owner);
}

void post_outbox(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	char *retry = rest_id(rest, "/retry"), *drop = rest_id(rest, "/drop");
	char *word = retry != NULL ? retry : drop;
	struct handling handling = {.daemon = daemon, .request = request,
		.word = word, .drop = retry == NULL};
	struct error error = {.kind = ERROR_ABSENT};

	if (word == NULL)
		reply_problem(request, 404, "there is no such order: "
			"POST /v1/outbox/{number}/retry or …/drop");
	else if (rest_number(word) == 0)
		reply_no_notification(request, word, &error);
	else if ((handling.submission = submission_begin(daemon, request,
	    handling.drop ? "drop" : "retry", word)) != NULL)
		handling_body(&handling);
	free(retry);
	free(drop);
}
