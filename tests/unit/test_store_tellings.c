/*
 * What the store promises of tellings: what waits to be told comes back with
 * its event, what was told is known to have been heard, and what came before
 * mentions counts as told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "store_folder.h"

/* --- builders --------------------------------------------------------------------- */

static void add_event(struct store_batch *batch, int64_t id)
{
	char subject[32], reason[32];
	struct event event = { .id = id, .time = T0 + id, .kind = EVENT_SLIPPED,
		.severity = SEVERITY_CRITICAL, .subject_kind = SUBJECT_MILESTONE,
		.subject = subject, .from = "at_risk", .to = "not_met",
		.alert = id, .late = id % 2 == 0 ? T0 - id : INSTANT_MIN };

	snprintf(subject, sizeof subject, "p/%lld", (long long)id);
	snprintf(reason, sizeof reason, "why %lld", (long long)id);
	memcpy(event.reason, reason, sizeof reason);
	store_add_event(batch, &event);
}

static void assert_event(const struct event *event, int64_t id)
{
	char subject[32], reason[32];

	snprintf(subject, sizeof subject, "p/%lld", (long long)id);
	snprintf(reason, sizeof reason, "why %lld", (long long)id);
	assert_int_equal(event->id, id);
	assert_int_equal(event->time, T0 + id);
	assert_int_equal(event->kind, EVENT_SLIPPED);
	assert_int_equal(event->severity, SEVERITY_CRITICAL);
	assert_int_equal(event->subject_kind, SUBJECT_MILESTONE);
	assert_string_equal(event->subject, subject);
	assert_string_equal(event->from, "at_risk");
	assert_string_equal(event->to, "not_met");
	assert_string_equal(event->reason, reason);
	assert_int_equal(event->late, id % 2 == 0 ? T0 - id : INSTANT_MIN);
}

static void add_alert(struct store_batch *batch, int64_t id,
	enum alert_state state)
{
	char subject[] = "p/a";
	const struct alert alert = { .id = id, .kind = EVENT_SLIPPED,
		.subject = subject, .subject_kind = SUBJECT_MILESTONE,
		.state = state, .raised = T0, .resolved = INSTANT_MIN,
		.acknowledged = INSTANT_MIN, .until = INSTANT_MIN,
		.escalation = T0, .reason = "why" };

	store_add_alert(batch, &alert);
}

/* Of event id, about alert id. */
static struct mention mention_of(int64_t id, const char *channel)
{
	return (struct mention){ .id = id, .event = id, .alert = id,
		.reason = REASON_FIRST, .channel = channel,
		.group = "audience pledge=p", .made = T0 + id };
}

static void add_notification_at(struct store_batch *batch, int64_t id,
	const struct item *items, size_t count, instant created)
{
	const struct notification notification = { .id = id,
		.message_id = "msg_x", .event = items[0].mention.event,
		.alert = count == 1 ? items[0].mention.alert : 0,
		.channel = items[0].mention.channel,
		.group = items[0].mention.group, .created = created,
		.items = items, .item_count = count };

	store_add_notification(batch, &notification, "Dear reader", 11);
}

static void add_notification(struct store_batch *batch, int64_t id,
	const struct item *items, size_t count)
{
	add_notification_at(batch, id, items, count, T0 + 100 * id);
}

static void add_delivery(struct store_batch *batch, int64_t id,
	enum delivery_state state, int attempts)
{
	const struct delivery delivery = { .notification = id, .state = state,
		.attempts = attempts, .at = T0 + attempts,
		.next = state == DELIVERY_PENDING ? T0 + 100 : INSTANT_MAX,
		.answer = "250 ok" };

	store_add_delivery(batch, &delivery);
}

/* --- what is loaded, as words ------------------------------------------------------- */

static void see_mention(void *context, const struct mention *mention,
	const struct event *event)
{
	assert_event(event, mention->event);
	text_addf(context, "%lld:%s:%s:%s%s%s ", (long long)mention->id,
		notify_reason_name(mention->reason), mention->channel,
		mention->group, mention->undelivered != NULL ? " for " : "",
		mention->undelivered != NULL ? mention->undelivered : "");
}

static void see_hearing(void *context, const struct hearing *hearing)
{
	text_addf(context, "%lld:%s:%lld@%lld+%d ", (long long)hearing->alert,
		hearing->channel, (long long)hearing->thread,
		(long long)(hearing->told - T0), hearing->reminders);
}

static void see_group(void *context, const char *channel, const char *group,
	instant told)
{
	text_addf(context, "%s:%s@%lld ", channel, group,
		(long long)(told - T0));
}

/* The items, with what is wrong in them. */
static void see_items(void *context, const struct notification *notification,
	const struct delivery *delivery)
{
	text_addf(context, "%lld %s %s=", (long long)notification->id,
		delivery_state_name(delivery->state), notification->channel);
	for (size_t i = 0; i < notification->item_count; i++) {
		const struct item *item = &notification->items[i];
		const struct mention *mention = &item->mention;

		assert_true(item->saved);
		assert_null(item->alert);
		assert_string_equal(mention->channel, notification->channel);
		assert_string_equal(mention->group, notification->group);
		assert_event(item->event, mention->event);
		text_addf(context, "%s%lld:%s:a%lld:t%lld@%lld%s%s",
			i == 0 ? "" : " ", (long long)mention->id,
			notify_reason_name(mention->reason),
			(long long)mention->alert, (long long)mention->thread,
			(long long)(mention->made - T0),
			mention->undelivered != NULL ? "<" : "",
			mention->undelivered != NULL ? mention->undelivered : "");
	}
	text_add_string(context, "; ");
}

static void assert_words(struct text *text, const char *want)
{
	assert_string_equal(text_string(text), want);
	text_release(text);
}

static void assert_mentions(struct store *store, const char *want)
{
	struct text text;

	text_init(&text, 0);
	assert_int_equal(store_load_mentions(store, see_mention, &text, NULL), 0);
	assert_words(&text, want);
}

static void assert_hearings(struct store *store, const char *want)
{
	struct text text;

	text_init(&text, 0);
	assert_int_equal(store_load_hearings(store, see_hearing, &text, NULL), 0);
	assert_words(&text, want);
}

static void assert_groups(struct store *store, instant since, const char *want)
{
	struct text text;

	text_init(&text, 0);
	assert_int_equal(store_load_groups(store, since, see_group, &text, NULL),
		0);
	assert_words(&text, want);
}

static void assert_pending(struct store *store, const char *want)
{
	struct text text;

	text_init(&text, 0);
	assert_int_equal(store_load_pending(store, see_items, &text, NULL), 0);
	assert_words(&text, want);
}

static void assert_delivery(struct store *store, int64_t notification,
	const char *want)
{
	struct text text;

	text_init(&text, 0);
	assert_int_equal(store_load_delivery(store, notification, see_items, &text,
		NULL), 0);
	assert_words(&text, want);
}

/* --- alerts ------------------------------------------------------------------------- */

static void see_alert(void *context, const struct alert *alert)
{
	struct seen *seen = context;

	assert_int_equal(alert->kind, EVENT_SLIPPED);
	assert_int_equal(alert->subject_kind, SUBJECT_MILESTONE);
	assert_string_equal(alert->subject, "p/a");
	assert_int_equal(alert->resolved,
		alert_state_is_open(alert->state) ? INSTANT_MIN : T0 + 5);
	assert_string_equal(alert->reason, "why");
	if (alert->state == ALERT_ACKNOWLEDGED) {
		assert_int_equal(alert->acknowledged, T0 + 1);
		assert_int_equal(alert->until, T0 + 7);
		assert_string_equal(alert->by, "anna");
		assert_string_equal(alert->note, "in hand");
		assert_int_equal(alert->escalated, 2);
		assert_int_equal(alert->escalation, T0 + 3);
	} else {
		assert_int_equal(alert->acknowledged, INSTANT_MIN);
		assert_int_equal(alert->until, INSTANT_MIN);
		assert_string_equal(alert->by, "");
		assert_string_equal(alert->note, "");
		assert_int_equal(alert->escalated, 0);
		assert_int_equal(alert->escalation, T0);
	}
	seen->ids[seen->count++] = alert->id;
}

static void test_alerts(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	char subject[] = "p/a";
	struct alert alert = { .kind = EVENT_SLIPPED, .subject = subject,
		.subject_kind = SUBJECT_MILESTONE, .raised = T0, .raised_by = 1,
		.reason = "why" };
	static const enum alert_state ends[] = { ALERT_FIRING, ALERT_RESOLVED,
		ALERT_FIRING, ALERT_WITHDRAWN, ALERT_ACKNOWLEDGED, ALERT_FIRING };
	static const struct {
		bool open;
		int64_t before;
		size_t limit;
		const char *want_ids;
	} cases[] = {
		{ true, 0, 0, "6 5 3 1" }, { false, 0, 0, "6 5 4 3 2 1" },
		{ false, 4, 2, "3 2" }, { true, 5, 1, "3" }, { false, 1, 5, "" },
		{ false, 0, SIZE_MAX, "6 5 4 3 2 1" },
	};

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		alert.id = (int64_t)i + 1;
		alert.state = ALERT_FIRING;
		alert.resolved = alert.acknowledged = alert.until = INSTANT_MIN;
		alert.escalation = T0;
		alert.escalated = 0;
		alert.by = alert.note = NULL;
		store_add_alert(batch, &alert);
		alert.state = ends[i];
		if (!alert_state_is_open(alert.state))
			alert.resolved = T0 + 5;
		if (alert.state == ALERT_ACKNOWLEDGED) {
			alert.acknowledged = T0 + 1;
			alert.until = T0 + 7;
			alert.by = "anna";
			alert.note = "in hand";
			alert.escalated = 2;
			alert.escalation = T0 + 3;
		}
		store_add_alert(batch, &alert);
	}
	commit_well(store, batch);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct seen seen = { .count = 0 };

		assert_int_equal(store_load_alerts(store, cases[i].open,
			cases[i].before, cases[i].limit, see_alert, &seen, NULL), 0);
		assert_seen(&seen, cases[i].want_ids);
	}
	store_close(store);
}

/* --- mentions ------------------------------------------------------------------------ */

static void see_alert_id(void *context, const struct alert *alert)
{
	struct seen *seen = context;

	assert_string_equal(alert->subject, "p/a");
	seen->ids[seen->count++] = alert->id * 10 + (int64_t)alert->state;
}

/* Who is owed the end of an alert hears it, whenever; so what it was is known
   for as long. */
static void test_ended_alerts(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	static const enum alert_state states[] = { ALERT_FIRING, ALERT_RESOLVED,
		ALERT_WITHDRAWN, ALERT_RESOLVED, ALERT_ACKNOWLEDGED };
	struct seen seen = { .count = 0 };
	struct mention mention;
	int64_t number = 0;

	for (int64_t id = 1; id <= 5; id++) {
		add_event(batch, id);
		add_alert(batch, id, states[id - 1]);
		for (int i = 0; i < 2 && id != 4; i++) {
			mention = mention_of(id, i == 0 ? "desk" : "ops");
			mention.id = ++number;
			store_add_mention(batch, &mention);
		}
	}
	commit_well(store, batch);
	assert_int_equal(store_load_ended_alerts(store, see_alert_id, &seen,
		NULL), 0);
	assert_seen(&seen, "22 33");
	store_close(store);
}

static void test_mentions_wait(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	struct mention mention = mention_of(9, "desk");
	struct store_counters counters;

	for (int64_t id = 1; id <= 9; id++)
		add_event(batch, id);
	/* Not in order: groups are told apart. */
	store_add_mention(batch, &mention);
	mention = mention_of(3, "ops");
	mention.reason = REASON_REMINDER;
	mention.undelivered = "desk";
	mention.group = "";
	store_add_mention(batch, &mention);
	mention = mention_of(5, "desk");
	store_add_mention(batch, &mention);
	commit_well(store, batch);
	store_close(store);

	store = open_store(*state);
	assert_mentions(store, "3:reminder:ops: for desk "
		"5:first:desk:audience pledge=p 9:first:desk:audience pledge=p ");
	assert_hearings(store, "");
	assert_int_equal(store_load_counters(store, &counters, NULL), 0);
	assert_int_equal(counters.last_mention, 9);
	assert_int_equal(counters.last_silence, 0);
	/* One is needless, and once is enough; one was never saved. */
	batch = store_batch_new(store);
	store_add_needless(batch, 5, "ended before it was told", T0);
	store_add_needless(batch, 5, "again", T0);
	store_add_needless(batch, 77, "never saved", T0);
	commit_well(store, batch);
	assert_mentions(store, "3:reminder:ops: for desk "
		"9:first:desk:audience pledge=p ");
	store_close(store);
	assert_int_equal(raw_number(*state, "SELECT count(*) FROM mention_end "
		"WHERE why = 'ended before it was told' AND at = 1600000000 "
		"AND notification IS NULL"), 1);
	assert_int_equal(raw_number(*state, "SELECT count(*) FROM mention_end"),
		1);
	assert_state_follows(*state);
}

/* A mention waits, and is told as what it has become. */
static void test_mentions_are_told(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	struct item items[3] = { { .mention = mention_of(2, "desk") },
		{ .mention = mention_of(1, "desk"), .saved = true },
		{ .mention = mention_of(3, "desk") } };

	for (int64_t id = 1; id <= 3; id++) {
		add_event(batch, id);
		add_alert(batch, id, id == 3 ? ALERT_RESOLVED : ALERT_FIRING);
	}
	store_add_mention(batch, &items[1].mention);
	items[1].mention.reason = REASON_SILENCE_ENDED;
	items[1].mention.thread = 7;
	items[0].mention.undelivered = "ops";
	add_notification(batch, 11, items, 3);
	commit_well(store, batch);
	store_close(store);

	store = open_store(*state);
	assert_mentions(store, "");
	assert_pending(store, "11 pending desk=2:first:a2:t0@2<ops "
		"1:silence_ended:a1:t7@1 3:first:a3:t0@3; ");
	/* Of those that are open. */
	assert_hearings(store, "1:desk:7@1100+0 2:desk:11@1100+0 ");
	assert_groups(store, T0 + 1099, "desk:audience pledge=p@1100 ");
	assert_groups(store, T0 + 1100, "");
	store_close(store);
	assert_state_follows(*state);
	assert_int_equal(store_verify(((struct folder *)*state)->path, NULL, NULL,
		NULL), 0);
}

/* First, a reminder that waited, one more, and news in between, while the clock
   was set back. */
static void test_hearings(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	struct item item = { .mention = mention_of(1, "desk") };
	static const struct {
		int64_t notification;
		enum notify_reason reason;
		bool saved;
		const char *channel;
		instant at;
		const char *want_hearings;
	} cases[] = {
		{ 5, REASON_FIRST, false, "desk", 50, "1:desk:5@50+0 " },
		{ 6, REASON_FIRST, true, "ops", 60,
			"1:desk:5@50+0 1:ops:6@60+0 " },
		{ 7, REASON_REMINDER, true, "desk", 70,
			"1:desk:5@70+1 1:ops:6@60+0 " },
		{ 8, REASON_REMINDER, false, "desk", 80,
			"1:desk:5@80+2 1:ops:6@60+0 " },
		{ 9, REASON_CHANGED, true, "desk", 30,
			"1:desk:5@30+2 1:ops:6@60+0 " },
	};

	add_event(batch, 1);
	add_alert(batch, 1, ALERT_FIRING);
	commit_well(store, batch);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		batch = store_batch_new(store);
		item.mention.id = (int64_t)i + 1;
		item.mention.channel = cases[i].channel;
		item.mention.thread = item.mention.thread != 0 &&
			string_is(cases[i].channel, "desk") ? 5 : 0;
		item.mention.reason = cases[i].reason;
		item.mention.made = T0 + cases[i].at;
		item.saved = cases[i].saved;
		if (item.saved)
			store_add_mention(batch, &item.mention);
		add_notification_at(batch, cases[i].notification, &item, 1,
			T0 + cases[i].at);
		commit_well(store, batch);
		assert_hearings(store, cases[i].want_hearings);
	}
	store_close(store);
	assert_state_follows(*state);
	store = open_store(*state);
	assert_hearings(store, cases[4].want_hearings);
	assert_groups(store, INSTANT_MIN, "desk:audience pledge=p@30 "
		"ops:audience pledge=p@60 ");
	store_close(store);
}

/* An alert that takes the place of another goes on in its thread. */
static void test_threads_go_on(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	struct item item = { .mention = mention_of(1, "desk") };

	add_event(batch, 1);
	add_event(batch, 2);
	add_alert(batch, 1, ALERT_RESOLVED);
	add_alert(batch, 2, ALERT_FIRING);
	add_notification(batch, 3, &item, 1);
	item.mention = mention_of(2, "desk");
	item.mention.reason = REASON_CHANGED;
	item.mention.thread = 3;
	add_notification(batch, 4, &item, 1);
	commit_well(store, batch);
	assert_hearings(store, "2:desk:3@400+0 ");
	store_close(store);
	assert_state_follows(*state);
}

/* What is told must be there to be told of. */
static void test_mentions_refer(void **state)
{
	struct item item = { .mention = mention_of(1, "desk") };

	for (int i = 0; i < 2; i++) {
		struct store *store = open_store(*state);
		struct store_batch *batch = store_batch_new(store);

		if (i == 1)
			add_event(batch, 1);
		item.saved = i == 1;
		add_notification(batch, 1, &item, 1);
		assert_false(commit(store, batch));
		assert_non_null(strstr(store_failure(store), i == 0 ?
			"mention:" : "mention_end:"));
		store_close(store);
	}
}

/* --- the outbox ------------------------------------------------------------------------ */

static void see_delivery(void *context, const struct notification *notification,
	const struct delivery *delivery)
{
	struct seen *seen = context;

	assert_string_equal(notification->channel, "desk");
	assert_string_equal(notification->group, "audience pledge=p");
	assert_int_equal(notification->created, T0 + 100 * notification->id);
	assert_int_equal(notification->item_count, 0);
	assert_int_equal(delivery->notification, notification->id);
	if (delivery->attempts == 0) {
		assert_int_equal(delivery->state, DELIVERY_PENDING);
		assert_int_equal(delivery->next, notification->created);
		assert_int_equal(delivery->at, INSTANT_MIN);
	} else {
		assert_int_equal(delivery->at, T0 + delivery->attempts);
		assert_string_equal(delivery->answer, "250 ok");
	}
	seen->ids[seen->count++] = notification->id * 100 +
		delivery->state * 10 + delivery->attempts;
}

static void assert_deliveries(struct store *store, enum store_deliveries which,
	int64_t before, size_t limit, const char *want)
{
	struct seen seen = { .count = 0 };

	assert_int_equal(store_load_deliveries(store, which, before, limit,
		see_delivery, &seen, NULL), 0);
	assert_seen(&seen, want);
}

static void see_attempt(void *context, const struct delivery *attempt)
{
	struct seen *seen = context;

	assert_int_equal(attempt->at, T0 + attempt->attempts);
	assert_string_equal(attempt->answer, "250 ok");
	seen->ids[seen->count++] = attempt->notification * 100 +
		attempt->state * 10 + attempt->attempts;
}

static void assert_attempts(struct store *store, int64_t notification,
	const char *want)
{
	struct seen seen = { .count = 0 };

	assert_int_equal(store_load_attempts(store, notification, see_attempt,
		&seen, NULL), 0);
	assert_seen(&seen, want);
}

static void fill_outbox(struct store *store, int64_t count)
{
	struct store_batch *batch = store_batch_new(store);

	for (int64_t id = 1; id <= count; id++) {
		const struct item item = { .mention = mention_of(id, "desk") };

		add_event(batch, id);
		add_notification(batch, id, &item, 1);
	}
	commit_well(store, batch);
}

static void test_outbox(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch;
	char message_id[40];
	struct text text;
	struct error error;

	fill_outbox(store, 4);
	assert_deliveries(store, STORE_PENDING, 0, 0, "400 300 200 100");
	batch = store_batch_new(store);
	add_delivery(batch, 1, DELIVERY_PENDING, 1);
	add_delivery(batch, 2, DELIVERY_PENDING, 1);
	add_delivery(batch, 2, DELIVERY_DELIVERED, 2);
	add_delivery(batch, 3, DELIVERY_DEAD, 1);
	commit_well(store, batch);
	store_close(store);
	store = open_store(*state);
	assert_deliveries(store, STORE_PENDING, 0, 0, "400 101");
	assert_deliveries(store, STORE_ALL, 0, 0, "400 321 212 101");
	assert_attempts(store, 2, "201 212");
	assert_attempts(store, 4, "");
	text_init(&text, 0);
	assert_int_equal(store_load_body(store, 3, message_id, &text, &error), 0);
	assert_string_equal(text_string(&text), "Dear reader");
	assert_string_equal(message_id, "msg_x");
	assert_int_equal(store_load_body(store, 5, message_id, &text, &error), -1);
	assert_int_equal(error.kind, ERROR_ABSENT);
	text_release(&text);
	store_close(store);
}

/* What was given up is listed, until somebody has it sent again or dropped. */
static void test_dead(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch;

	fill_outbox(store, 6);
	batch = store_batch_new(store);
	for (int64_t id = 2; id <= 6; id++)
		add_delivery(batch, id, DELIVERY_DEAD, 1);
	commit_well(store, batch);
	assert_deliveries(store, STORE_DEAD, 0, 0, "621 521 421 321 221");
	batch = store_batch_new(store);
	add_delivery(batch, 3, DELIVERY_PENDING, 1);
	add_delivery(batch, 4, DELIVERY_DROPPED, 1);
	add_delivery(batch, 5, DELIVERY_PENDING, 1);
	add_delivery(batch, 5, DELIVERY_DEAD, 2);
	add_delivery(batch, 6, DELIVERY_PENDING, 1);
	add_delivery(batch, 6, DELIVERY_DELIVERED, 2);
	commit_well(store, batch);
	assert_deliveries(store, STORE_DEAD, 0, 0, "522 221");
	assert_deliveries(store, STORE_DEAD, 0, 1, "522");
	assert_deliveries(store, STORE_DEAD, 5, 0, "221");
	assert_deliveries(store, STORE_PENDING, 0, 0, "301 100");
	assert_deliveries(store, STORE_ALL, 0, 0, "612 522 431 301 221 100");
	assert_pending(store, "1 pending desk=1:first:a1:t0@1; "
		"3 pending desk=3:first:a3:t0@3; ");
	assert_attempts(store, 5, "521 501 522");
	store_close(store);
	assert_state_follows(*state);
}

static void test_one_delivery(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch;
	struct error error = { 0 };
	struct item items[2] = { { .mention = mention_of(4, "ops") },
		{ .mention = mention_of(3, "ops") } };

	fill_outbox(store, 4);
	batch = store_batch_new(store);
	items[0].mention.id = 11;
	items[1].mention.id = 10;
	add_notification(batch, 5, items, 2);
	add_delivery(batch, 2, DELIVERY_DEAD, 1);
	add_delivery(batch, 3, DELIVERY_DELIVERED, 1);
	add_delivery(batch, 4, DELIVERY_DROPPED, 1);
	commit_well(store, batch);
	assert_delivery(store, 1, "1 pending desk=1:first:a1:t0@1; ");
	assert_delivery(store, 2, "2 dead desk=2:first:a2:t0@2; ");
	assert_delivery(store, 3, "3 delivered desk=3:first:a3:t0@3; ");
	assert_delivery(store, 4, "4 dropped desk=4:first:a4:t0@4; ");
	assert_delivery(store, 5,
		"5 pending ops=11:first:a4:t0@4 10:first:a3:t0@3; ");
	assert_int_equal(store_load_delivery(store, 6, see_items, NULL, &error),
		-1);
	assert_int_equal(error.kind, ERROR_ABSENT);
	assert_non_null(strstr(error.text, "notification 6"));
	store_close(store);
}

static void count_items(void *context, const struct notification *notification,
	const struct delivery *delivery)
{
	struct seen *seen = context;

	(void)delivery;
	for (size_t i = 0; i < notification->item_count; i++) {
		const struct item *item = &notification->items[i];

		assert_int_equal(item->mention.id, seen->ids[0] + 1);
		seen->ids[0] = item->mention.id;
		assert_event(item->event, 1);
	}
	seen->count++;
}

/* Whatever the number of items, each notification has its own, in order. */
static void test_many_items(void **state)
{
	static struct item items[3000];
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	struct seen seen = { .count = 0 };
	int64_t mention = 0;

	add_event(batch, 1);
	for (int64_t id = 1; id <= 12; id++) {
		size_t count = (size_t)(id * 250);

		for (size_t i = 0; i < count; i++) {
			items[i].mention = mention_of(1, "desk");
			items[i].mention.id = ++mention;
			items[i].saved = mention % 3 == 0;
			if (items[i].saved)
				store_add_mention(batch, &items[i].mention);
		}
		add_notification(batch, id, items, count);
	}
	commit_well(store, batch);
	assert_int_equal(store_load_pending(store, count_items, &seen, NULL), 0);
	assert_int_equal(seen.count, 12);
	assert_int_equal(seen.ids[0], mention);
	store_close(store);
	assert_state_follows(*state);
}

/* --- silences --------------------------------------------------------------------------- */

static void see_silence(void *context, const struct silence *silence)
{
	struct seen *seen = context;

	assert_string_equal(silence->words, "obligor=CN kind=at_risk");
	assert_int_equal(silence->from, T0 + silence->id);
	assert_int_equal(silence->until, T0 + 10 * silence->id);
	assert_int_equal(silence->made, T0);
	assert_string_equal(silence->by, "anna");
	assert_string_equal(silence->note, silence->id == 3 ? "" : "holiday");
	if (silence->id == 4) {
		assert_int_equal(silence->ended, T0 + 25);
		assert_string_equal(silence->ended_by, "ben");
	} else {
		assert_int_equal(silence->ended, INSTANT_MAX);
		assert_null(silence->ended_by);
	}
	seen->ids[seen->count++] = silence->id;
}

static void test_silences(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	struct store_counters counters;
	struct silence silence = { .words = "obligor=CN kind=at_risk",
		.made = T0, .by = "anna", .ended = INSTANT_MAX };
	static const struct {
		instant open_at;
		int64_t before;
		size_t limit;
		const char *want_ids;
	} cases[] = {
		{ INSTANT_MIN, 0, 0, "5 4 3 2 1" }, { INSTANT_MIN, 4, 2, "3 2" },
		{ T0, 0, 0, "5 4 3 2 1" }, { T0 + 9, 0, 0, "5 4 3 2 1" },
		{ T0 + 10, 0, 0, "5 4 3 2" }, { T0 + 24, 0, 0, "5 4 3" },
		{ T0 + 25, 0, 0, "5 3" }, { T0 + 25, 5, 0, "3" },
		{ T0 + 24, 0, 1, "5" }, { T0 + 50, 0, 0, "" },
	};

	for (silence.id = 1; silence.id <= 5; silence.id++) {
		silence.from = T0 + silence.id;
		silence.until = T0 + 10 * silence.id;
		silence.note = silence.id == 3 ? NULL : "holiday";
		store_add_silence(batch, &silence);
	}
	commit_well(store, batch);
	batch = store_batch_new(store);
	silence.id = 4;
	silence.ended = T0 + 25;
	silence.ended_by = "ben";
	store_add_silence(batch, &silence);
	commit_well(store, batch);
	store_close(store);
	store = open_store(*state);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct seen seen = { .count = 0 };

		assert_int_equal(store_load_silences(store, cases[i].open_at,
			cases[i].before, cases[i].limit, see_silence, &seen, NULL), 0);
		assert_seen(&seen, cases[i].want_ids);
	}
	assert_int_equal(store_load_counters(store, &counters, NULL), 0);
	assert_int_equal(counters.last_silence, 5);
	store_close(store);
	assert_state_follows(*state);
}

/* --- from before mentions ---------------------------------------------------------------- */

static void add_old_notification(struct store_batch *batch, int64_t id,
	int64_t event, int64_t alert, const char *channel)
{
	const struct notification notification = { .id = id,
		.message_id = "msg_x", .event = event, .alert = alert,
		.channel = channel, .created = T0 + 100 * id };

	store_add_notification(batch, &notification, "Dear reader", 11);
}

/* As the program before this one left it: alerts without acknowledgements,
   events in time, notifications without items. */
static void fill_old(const struct folder *folder)
{
	struct store *store = open_store(folder);
	struct store_batch *batch = store_batch_new(store);

	for (int64_t id = 1; id <= 7; id += 2)
		add_event(batch, id);
	add_alert(batch, 1, ALERT_FIRING);
	add_alert(batch, 3, ALERT_FIRING);
	add_alert(batch, 5, ALERT_RESOLVED);
	add_old_notification(batch, 1, 1, 1, "desk");
	add_old_notification(batch, 2, 1, 1, "ops");
	add_old_notification(batch, 3, 3, 1, "desk");
	add_old_notification(batch, 4, 5, 5, "desk");
	add_old_notification(batch, 5, 7, 0, "desk");
	add_delivery(batch, 1, DELIVERY_DELIVERED, 1);
	add_delivery(batch, 4, DELIVERY_DEAD, 1);
	commit_well(store, batch);
	store_close(store);
	schema_undo(folder, 5);
}

static void check_open_alert(void *context, const struct alert *alert)
{
	assert_int_equal(alert->escalation, T0);
	assert_int_equal(alert->escalated, 0);
	assert_int_equal(alert->acknowledged, INSTANT_MIN);
	assert_int_equal(alert->until, INSTANT_MIN);
	text_addf(context, "%lld ", (long long)alert->id);
}

/* What people were told is not told them again: the channels have heard of what
   is open, and what was on its way still is. */
static void test_migrates_to_tellings(void **state)
{
	static const char want_hearings[] = "1:desk:1@300+0 1:ops:2@200+0 ";
	static const char want_pending[] = "2 pending ops=0:first:a1:t0@200; "
		"3 pending desk=0:first:a1:t0@300; "
		"5 pending desk=0:first:a0:t0@500; ";
	const struct folder *folder = *state;
	struct error error = { 0 };
	struct store *store;
	struct text text;

	fill_old(folder);
	assert_int_equal(raw_number(folder, "PRAGMA user_version"), 5);
	store = open_store(folder);
	text_init(&text, 0);
	assert_int_equal(store_load_alerts(store, true, 0, 0, check_open_alert,
		&text, NULL), 0);
	assert_words(&text, "3 1 ");
	assert_mentions(store, "");
	assert_hearings(store, want_hearings);
	assert_groups(store, INSTANT_MIN, "");
	assert_pending(store, want_pending);
	assert_delivery(store, 4, "4 dead desk=0:first:a5:t0@400; ");
	store_close(store);
	if (store_verify(folder->path, NULL, NULL, &error) != 0)
		fail_msg("%s", error.text);
	assert_state_follows(folder);
	store = open_store(folder);
	assert_hearings(store, want_hearings);
	assert_pending(store, want_pending);
	store_close(store);
}

/* … and goes on in the same thread. */
static void test_tells_on_after_migration(void **state)
{
	const struct folder *folder = *state;
	struct item item = { .mention = mention_of(1, "desk") };
	struct store_batch *batch;
	struct error error = { 0 };
	struct store *store;

	fill_old(folder);
	store = open_store(folder);
	batch = store_batch_new(store);
	item.mention.reason = REASON_REMINDER;
	item.mention.thread = 1;
	add_notification(batch, 9, &item, 1);
	commit_well(store, batch);
	assert_hearings(store, "1:desk:1@900+1 1:ops:2@200+0 ");
	store_close(store);
	if (store_verify(folder->path, NULL, NULL, &error) != 0)
		fail_msg("%s", error.text);
	assert_state_follows(folder);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_FOLDER(test_alerts),
		IN_FOLDER(test_ended_alerts),
		IN_FOLDER(test_mentions_wait),
		IN_FOLDER(test_mentions_are_told),
		IN_FOLDER(test_hearings),
		IN_FOLDER(test_threads_go_on),
		IN_FOLDER(test_mentions_refer),
		IN_FOLDER(test_outbox),
		IN_FOLDER(test_dead),
		IN_FOLDER(test_one_delivery),
		IN_FOLDER(test_many_items),
		IN_FOLDER(test_silences),
		IN_FOLDER(test_migrates_to_tellings),
		IN_FOLDER(test_tells_on_after_migration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
