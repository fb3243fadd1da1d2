/*
 * Notifications on their way: who waits for whom, who is spared, what is given
 * up, and who hears of that. Notifications are made by hand here; the sends
 * that the engine asks for are answered as a test wants them answered.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/engine_internal.h"
#include "world.h"

#define HOUR INT64_C(3600)
#define DAY INT64_C(86400)
#define KEPT_MAX 11000
#define ITEMS_KEPT 4

enum { DESK, OPS, HOOK, CHANNELS };

static struct channel channels[CHANNELS] = {
	[DESK] = {.id = "desk", .type = CHANNEL_EMAIL, .fallback = OPS},
	[OPS] = {.id = "ops", .type = CHANNEL_EMAIL, .fallback = DESK},
	[HOOK] = {.id = "hook", .type = CHANNEL_WEBHOOK,
		.fallback = NOT_FOUND},
};
static uint32_t to_ops[] = {OPS};
static struct route routes[] = {{.channels = to_ops, .channel_count = 1}};
static const struct policy policy = {channels, CHANNELS, routes, 1};
static const struct policy unheard = {channels, CHANNELS, NULL, 0};

struct kept {			/* a notification, as the store has it */
	struct notification notification;
	struct delivery delivery;
	struct item items[ITEMS_KEPT];	/* its first ones */
	struct event events[ITEMS_KEPT];
	char subjects[ITEMS_KEPT][32];
	char channel[32], undelivered[32];
};

struct rig {
	struct world world;
	struct history *history;
	struct engine *engine;
	struct engine_settings settings;
	struct effects effects;
	struct kept *kept;	/* by number - 1 */
	size_t count;
	struct alert alert;	/* of a channel, the last; id 0: none */
	char alert_subject[32];
	struct text events;	/* "delivery_failed warning desk: …" */
	struct text sends;	/* "desk 1 ", in order */
	int64_t sent[KEPT_MAX];	/* not yet answered */
	size_t sent_count, send_total;
	size_t at_once;		/* deliveries that one call saved, at most */
	instant now;
	enum delivery_outcome (*receive)(struct rig *rig, struct kept *kept);
	bool hold;		/* the test answers */
};

static void rig_init(struct rig *rig)
{
	memset(rig, 0, sizeof(*rig));
	world_init(&rig->world);
	world_milestone(&rig->world, "one", "2030-12-31",
		"attested(\"it\")");
	world_finish(&rig->world);
	rig->history = history_new(NULL, NULL);
	rig->settings = (struct engine_settings){
		.first_sight = FIRST_SIGHT_NONE, .policy = &policy,
		.polling = {.every = DAY, .min_every = 60}, .instance = "i"};
	rig->kept = mem_new(KEPT_MAX, sizeof(*rig->kept));
	effects_init(&rig->effects);
	text_init(&rig->events, 0);
	text_init(&rig->sends, 0);
	rig->now = world_time(&rig->world, "2020-03-01T09:00:00Z");
}

static void rig_release(struct rig *rig)
{
	engine_free(rig->engine);
	history_free(rig->history);
	effects_release(&rig->effects);
	text_release(&rig->events);
	text_release(&rig->sends);
	free(rig->kept);
	world_release(&rig->world);
}

static void keep_item(struct kept *kept, size_t i, const struct item *item)
{
	snprintf(kept->subjects[i], sizeof(kept->subjects[i]), "%s",
		item->event->subject);
	kept->events[i] = *item->event;
	kept->events[i].subject = kept->subjects[i];
	kept->items[i] = *item;
	kept->items[i].event = &kept->events[i];
	kept->items[i].mention.group = "audience";
	if (item->mention.undelivered) {
		snprintf(kept->undelivered, sizeof(kept->undelivered), "%s",
			item->mention.undelivered);
		kept->items[i].mention.undelivered = kept->undelivered;
	}
}

static void keep_notification(struct rig *rig,
	const struct notification *notification)
{
	struct kept *kept = &rig->kept[rig->count++];
	size_t count = notification->item_count;

	assert_true(rig->count <= KEPT_MAX);
	assert_int_equal(notification->id, rig->count);
	*kept = (struct kept){.notification = *notification,
		.delivery = {.notification = notification->id,
			.next = notification->created, .at = INSTANT_MIN}};
	snprintf(kept->channel, sizeof(kept->channel), "%s",
		notification->channel);
	kept->notification.channel = kept->channel;
	kept->notification.items = kept->items;
	if (count > ITEMS_KEPT)
		count = kept->notification.item_count = ITEMS_KEPT;
	for (size_t i = 0; i < count; i++)
		keep_item(kept, i, &notification->items[i]);
}

static void keep_alert(struct rig *rig, const struct alert *alert)
{
	rig->alert = *alert;
	snprintf(rig->alert_subject, sizeof(rig->alert_subject), "%s",
		alert->subject);
	rig->alert.subject = rig->alert_subject;
	rig->alert.by = rig->alert.note = NULL;
	if (!alert_state_is_open(alert->state))
		rig->alert.id = 0;
}

static void perform(struct rig *rig, const struct effect *effect)
{
	const struct event *event = effect->as.event;

	switch (effect->kind) {
	case EFFECT_EVENT:
		text_addf(&rig->events, "%s %d %s\n",
			event_kind_name(event->kind), (int)event->severity,
			event->reason);
		break;
	case EFFECT_ALERT:
		keep_alert(rig, effect->as.alert);
		break;
	case EFFECT_NOTIFY:
		keep_notification(rig, &effect->as.notification);
		break;
	case EFFECT_DELIVERY:
		rig->kept[effect->as.delivery->notification - 1].delivery =
			*effect->as.delivery;
		break;
	case EFFECT_SEND:
		if (rig->sends.length < 400)
			text_addf(&rig->sends, "%s%s %lld",
				rig->sends.length ? ", " : "",
				effect->channel, (long long)effect->number);
		rig->sent[rig->sent_count++] = effect->number;
		rig->send_total++;
		break;
	default:
		break;
	}
}

static void rig_perform(struct rig *rig)
{
	size_t saved = 0;

	for (size_t i = 0; i < rig->effects.count; i++) {
		saved += rig->effects.items[i].kind == EFFECT_DELIVERY;
		perform(rig, &rig->effects.items[i]);
	}
	if (rig->at_once < saved)
		rig->at_once = saved;
	effects_clear(&rig->effects);
}

static void rig_answer(struct rig *rig, int64_t number,
	enum delivery_outcome outcome, int64_t retry_after, const char *answer)
{
	size_t i = 0;

	while (i < rig->sent_count && rig->sent[i] != number)
		i++;
	assert_true(i < rig->sent_count);
	memmove(rig->sent + i, rig->sent + i + 1,
		(--rig->sent_count - i) * sizeof(*rig->sent));
	engine_delivered(rig->engine, number, outcome, retry_after, answer,
		rig->now, &rig->effects);
	rig_perform(rig);
}

static void rig_work(struct rig *rig)
{
	for (;;) {
		if (rig->sent_count > 0 && !rig->hold) {
			struct kept *kept = &rig->kept[rig->sent[0] - 1];
			rig_answer(rig, rig->sent[0], rig->receive ?
				rig->receive(rig, kept) : DELIVERED, -1,
				"550 no");
		} else if (engine_next(rig->engine) <= rig->now) {
			engine_advance(rig->engine, rig->now, 0,
				&rig->effects);
			rig_perform(rig);
		} else {
			return;
		}
	}
}

static void rig_to(struct rig *rig, instant to)
{
	rig_work(rig);
	for (instant next; (next = engine_next(rig->engine)) <= to;) {
		assert_true(next > rig->now);	/* time does not stand still */
		rig->now = next;
		rig_work(rig);
	}
	rig->now = to;
}

static void rig_start(struct rig *rig)
{
	struct engine *old = rig->engine;

	rig->settings.last_notification = (int64_t)rig->count;
	rig->sent_count = 0;
	rig->engine = engine_new(rig->world.reg, rig->history,
		&rig->settings);
	if (rig->alert.id)
		engine_restore_alert(rig->engine, &rig->alert);
	for (size_t i = rig->count; i-- > 0;)
		if (rig->kept[i].delivery.state == DELIVERY_PENDING)
			engine_restore_delivery(rig->engine,
				&rig->kept[i].notification,
				&rig->kept[i].delivery);
	engine_free(old);
	engine_start(rig->engine, rig->now, &rig->effects);
	rig_perform(rig);
	rig_work(rig);
}

static int64_t events_made = 100000;

/* A notification to a channel of some subjects, "a b !c": what is marked could
   not be brought to another, whose fallback this one is. */
static int64_t rig_tell(struct rig *rig, int channel, const char *subjects)
{
	struct event events[8];
	struct item items[8];
	char words[8][32];
	size_t count = 0;

	memset(items, 0, sizeof(items));
	memset(events, 0, sizeof(events));
	for (const char *at = subjects; *at; count++) {
		bool again = *at == '!';
		at += again;
		size_t length = strcspn(at, " ");
		snprintf(words[count], sizeof(words[count]), "%.*s",
			(int)length, at);
		at += length + strspn(at + length, " ");
		events[count] = (struct event){.id = ++events_made,
			.time = rig->now,
			.kind = EVENT_SLIPPED, .subject = words[count],
			.subject_kind = SUBJECT_MILESTONE, .late = INSTANT_MIN};
		items[count].mention = (struct mention){.event = events_made,
			.reason = REASON_CHANGED, .channel =
			channels[channel].id, .group = "audience",
			.undelivered = again ? "hook" : NULL,
			.made = rig->now};
		items[count].event = &events[count];
	}
	int64_t number = outbox_notify(rig->engine, &(struct notification){
		.channel = channels[channel].id, .group = "audience",
		.items = items, .item_count = count}, rig->now, &rig->effects);
	rig_perform(rig);
	return number;
}

static void rig_advance(struct rig *rig)
{
	engine_advance(rig->engine, rig->now, 0, &rig->effects);
	rig_perform(rig);
}

/* What was sent since the last such question. */
static void expect_sends(struct rig *rig, const char *sends)
{
	assert_string_equal(text_string(&rig->sends), sends);
	text_clear(&rig->sends);
}

static void expect_events(struct rig *rig, const char *events)
{
	assert_string_equal(text_string(&rig->events), events);
	text_clear(&rig->events);
}

static enum delivery_state state_of(const struct rig *rig, int64_t number)
{
	return rig->kept[number - 1].delivery.state;
}

static void restore_again(struct rig *rig)
{
	rig->hold = true;
	rig_start(rig);
	text_clear(&rig->sends);
}

/* --- lines --------------------------------------------------------------- */

static void test_lines(void **state)
{
	struct rig rig;
	(void)state;

	rig_init(&rig);
	restore_again(&rig);
	rig_tell(&rig, DESK, "a b a");
	rig_tell(&rig, DESK, "a");
	rig_tell(&rig, DESK, "b c");
	rig_tell(&rig, DESK, "c a");
	rig_tell(&rig, OPS, "a");
	rig_tell(&rig, DESK, "d");
	rig_advance(&rig);
	expect_sends(&rig, "desk 1, desk 6, ops 5");
	rig_answer(&rig, 1, DELIVERED, -1, "");
	expect_sends(&rig, "desk 2, desk 3");
	rig_answer(&rig, 3, FAILED_FOR_NOW, -1, "");
	rig_answer(&rig, 2, DELIVERED, -1, "");
	expect_sends(&rig, "");
	rig_start(&rig);		/* the order survives */
	rig_to(&rig, rig.now + 10);
	/* It is not known how well it is: one at a time, until one arrives. */
	expect_sends(&rig, "desk 6, ops 5");
	rig_answer(&rig, 6, DELIVERED, -1, "");
	expect_sends(&rig, "desk 3");
	rig_answer(&rig, 3, FAILED_FOR_GOOD, -1, "");
	rig_advance(&rig);
	assert_int_equal(state_of(&rig, 3), DELIVERY_DEAD);
	assert_non_null(strstr(text_string(&rig.sends), "desk 4"));
	rig_release(&rig);
}

static void test_many_items(void **state)
{
	enum { ITEMS = 10000 };
	struct item *items = mem_new(ITEMS, sizeof(*items));
	struct event *events = mem_new(ITEMS, sizeof(*events));
	char (*names)[16] = mem_new(ITEMS, sizeof(*names));
	struct rig rig;
	(void)state;

	rig_init(&rig);
	restore_again(&rig);
	for (size_t i = 0; i < ITEMS; i++) {
		snprintf(names[i], sizeof(names[i]), "p/%zu", i);
		events[i].subject = names[i];
		items[i].event = &events[i];
		items[i].mention.group = "audience";
	}
	for (int i = 0; i < 2; i++) {
		outbox_notify(rig.engine, &(struct notification){
			.channel = "desk", .group = "audience",
			.items = items, .item_count = ITEMS}, rig.now,
			&rig.effects);
		rig_perform(&rig);
	}
	rig_tell(&rig, DESK, "other");
	rig_advance(&rig);
	expect_sends(&rig, "desk 1, desk 3");
	rig_answer(&rig, 1, DELIVERED, -1, "");
	expect_sends(&rig, "desk 2");
	free(items);
	free(events);
	free(names);
	rig_release(&rig);
}

/* --- by hand ------------------------------------------------------------- */

static bool rig_resend(struct rig *rig, int64_t number)
{
	bool done = engine_resend(rig->engine,
		&rig->kept[number - 1].notification,
		&rig->kept[number - 1].delivery, rig->now, &rig->effects);
	rig_perform(rig);
	return done;
}

static bool rig_drop(struct rig *rig, int64_t number)
{
	bool done = engine_drop(rig->engine, &rig->kept[number - 1].delivery,
		"anna", rig->now, &rig->effects);
	rig_perform(rig);
	return done;
}

static void test_resend(void **state)
{
	struct rig rig;
	(void)state;

	rig_init(&rig);
	rig.settings.policy = &unheard;
	restore_again(&rig);
	rig_tell(&rig, HOOK, "a");
	rig_tell(&rig, HOOK, "a");
	rig_tell(&rig, HOOK, "a");
	rig_advance(&rig);
	assert_false(rig_resend(&rig, 1));	/* it is under way */
	rig_answer(&rig, 1, FAILED_FOR_NOW, 7200, "later");
	expect_sends(&rig, "hook 1");
	assert_true(rig_resend(&rig, 1));	/* not before, it said */
	expect_sends(&rig, "hook 1");
	rig_answer(&rig, 1, FAILED_FOR_GOOD, -1, "never");
	expect_sends(&rig, "hook 2");
	/* It goes before what came later, though behind what is under way. */
	assert_true(rig_resend(&rig, 1));
	assert_int_equal(state_of(&rig, 1), DELIVERY_PENDING);
	rig_answer(&rig, 2, FAILED_FOR_NOW, -1, "");
	rig_to(&rig, rig.now + 10);
	expect_sends(&rig, "hook 2");
	rig_answer(&rig, 2, DELIVERED, -1, "");
	expect_sends(&rig, "hook 1");
	rig_answer(&rig, 1, DELIVERED, -1, "");
	expect_sends(&rig, "hook 3");
	assert_false(rig_resend(&rig, 1));	/* it has arrived */
	rig_answer(&rig, 3, FAILED_FOR_GOOD, -1, "");
	rig.kept[2].notification.channel = "gone";
	assert_false(rig_resend(&rig, 3));
	rig_release(&rig);
}

/* One that is sent again while others of its line wait takes its place among
   them; and whoever is kept waiting by it moves when it has gone. */
static void test_resend_among_others(void **state)
{
	struct rig rig;
	(void)state;

	rig_init(&rig);
	rig.settings.policy = &unheard;
	restore_again(&rig);
	rig_tell(&rig, HOOK, "a b");
	rig_tell(&rig, HOOK, "b");
	rig_tell(&rig, HOOK, "a");
	rig_advance(&rig);
	rig_answer(&rig, 1, FAILED_FOR_GOOD, -1, "");
	rig_answer(&rig, 2, FAILED_FOR_NOW, -1, "");
	rig_answer(&rig, 3, FAILED_FOR_NOW, -1, "");
	text_clear(&rig.sends);
	assert_true(rig_resend(&rig, 1));
	expect_sends(&rig, "hook 1");
	rig_to(&rig, rig.now + 20);
	expect_sends(&rig, "");
	rig_answer(&rig, 1, DELIVERED, -1, "");
	expect_sends(&rig, "hook 2, hook 3");
	rig_release(&rig);
}

static void test_drop(void **state)
{
	struct rig rig;
	(void)state;

	rig_init(&rig);
	restore_again(&rig);
	rig_tell(&rig, DESK, "a");
	rig_tell(&rig, DESK, "a");
	rig_tell(&rig, DESK, "a");
	rig_advance(&rig);
	assert_false(rig_drop(&rig, 1));
	assert_true(rig_drop(&rig, 2));
	assert_int_equal(state_of(&rig, 2), DELIVERY_DROPPED);
	assert_string_equal(rig.kept[1].delivery.answer, "dropped by anna");
	rig_answer(&rig, 1, FAILED_FOR_GOOD, -1, "no");
	expect_sends(&rig, "desk 1, desk 3, ops 4, ops 5");
	assert_true(rig_drop(&rig, 1));
	assert_int_equal(state_of(&rig, 1), DELIVERY_DROPPED);
	assert_false(rig_drop(&rig, 1));
	rig_answer(&rig, 3, DELIVERED, -1, "");
	assert_false(rig_drop(&rig, 3));
	assert_int_equal(state_of(&rig, 3), DELIVERY_DELIVERED);
	rig_release(&rig);
}

static void test_channel_test(void **state)
{
	struct rig rig;
	(void)state;

	rig_init(&rig);
	restore_again(&rig);
	assert_int_equal(engine_test_channel(rig.engine, "nobody", "anna",
		rig.now, &rig.effects), 0);
	/* The channel rests, and others wait: a test goes all the same. */
	rig_tell(&rig, HOOK, "a");
	rig_tell(&rig, HOOK, "b");
	rig_advance(&rig);
	rig_answer(&rig, 1, FAILED_FOR_ALL, -1, "");
	rig_answer(&rig, 2, FAILED_FOR_ALL, -1, "");
	rig_tell(&rig, HOOK, "c");
	rig_advance(&rig);
	expect_sends(&rig, "hook 1, hook 2");
	assert_int_equal(engine_test_channel(rig.engine, "hook", "anna",
		rig.now, &rig.effects), 4);
	rig_perform(&rig);
	expect_sends(&rig, "hook 4");
	expect_events(&rig, "channel_test 0 a test that anna has asked for\n");
	const struct kept *kept = &rig.kept[3];
	assert_int_equal(kept->items[0].mention.reason, REASON_TEST);
	assert_int_equal(kept->items[0].mention.alert, 0);
	assert_string_equal(kept->subjects[0], "hook");
	/* It arrives: so do the others. */
	rig_answer(&rig, 4, DELIVERED, -1, "");
	rig_to(&rig, rig.now);
	expect_sends(&rig, "hook 1, hook 2");
	rig_release(&rig);
}

static enum delivery_outcome receive_none(struct rig *rig, struct kept *kept)
{
	(void)rig, (void)kept;
	return FAILED_FOR_ALL;
}

static void test_failing_test(void **state)
{
	struct rig rig;
	(void)state;

	rig_init(&rig);
	rig.receive = receive_none;
	rig_start(&rig);
	engine_test_channel(rig.engine, "desk", "anna", rig.now, &rig.effects);
	rig_perform(&rig);
	instant start = rig.now;
	while (state_of(&rig, 1) == DELIVERY_PENDING)
		rig_to(&rig, rig.now + 60);
	assert_in_range(rig.now - start, HOUR, 2 * HOUR);
	assert_int_equal(state_of(&rig, 1), DELIVERY_DEAD);
	assert_int_equal(rig.count, 1);
	expect_events(&rig, "channel_test 0 a test that anna has asked for\n");
	rig_release(&rig);
}

/* --- what cannot be delivered -------------------------------------------- */

static void test_death(void **state)
{
	struct rig rig;
	(void)state;

	rig_init(&rig);
	restore_again(&rig);
	rig_tell(&rig, DESK, "a");
	rig_tell(&rig, DESK, "b");
	rig_tell(&rig, DESK, "c");
	rig_advance(&rig);
	rig.now += 60;
	rig_answer(&rig, 2, FAILED_FOR_GOOD, -1, "550 5.1.1 no such user");
	expect_events(&rig, "delivery_failed 2 desk: 550 5.1.1 no such user: "
		"3 messages undelivered since 2020-03-01T09:00:00Z; "
		"pledgectl outbox\n");
	rig_to(&rig, rig.now);
	/* The failure itself, and what was lost: on another channel alone. */
	assert_int_equal(rig.count, 5);
	for (int i = 3; i < 5; i++)
		assert_string_equal(rig.kept[i].channel, "ops");
	const struct kept *again = rig.kept[3].undelivered[0] ? &rig.kept[3]
		: &rig.kept[4];
	assert_string_equal(again->undelivered, "desk");
	assert_string_equal(again->subjects[0], "b");
	assert_int_equal(again->items[0].mention.reason, REASON_CHANGED);
	/* Once; and what a fallback cannot be brought goes no further. */
	rig_answer(&rig, 1, FAILED_FOR_GOOD, -1, "550");
	expect_events(&rig, "");
	assert_int_equal(rig.count, 6);
	rig_answer(&rig, again->notification.id, FAILED_FOR_GOOD, -1, "551");
	assert_non_null(strstr(text_string(&rig.events),
		"delivery_failed 2 ops: 551: "));
	text_clear(&rig.events);
	for (size_t i = 6; i < rig.count; i++)
		assert_string_equal(rig.kept[i].undelivered, "");
	/* The next success ends it. */
	rig_answer(&rig, 3, DELIVERED, -1, "");
	expect_events(&rig, "delivery_recovered 0 desk: messages arrive "
		"again\n");
	rig_release(&rig);
}

/* One message to desk about an alert, which cannot be brought there. */
static void lose(struct rig *rig, int64_t alert, enum notify_reason reason,
	instant at)
{
	const struct event event = {.id = ++events_made, .time = at,
		.kind = EVENT_SLIPPED, .subject = "p/one", .alert = alert,
		.subject_kind = SUBJECT_MILESTONE, .late = INSTANT_MIN};
	const struct item item = {.event = &event, .mention = {
		.event = event.id, .alert = alert, .reason = reason,
		.channel = "desk", .group = "audience", .made = at}};
	int64_t number = outbox_notify(rig->engine, &(struct notification){
		.channel = "desk", .group = "audience", .items = &item,
		.item_count = 1}, rig->now, &rig->effects);

	rig_advance(rig);
	rig_answer(rig, number, FAILED_FOR_GOOD, -1, "550");
	rig_to(rig, rig->now + 60);
}

/* A fallback that has heard of an alert hears of it by itself, but for what was
   to go to somebody's superior. */
static void test_fallback_knows(void **state)
{
	struct rig rig;
	(void)state;

	rig_init(&rig);
	rig.hold = true;
	rig.alert = (struct alert){.id = 7, .kind = EVENT_SLIPPED,
		.subject_kind = SUBJECT_MILESTONE, .subject = rig.alert_subject,
		.raised = rig.now - DAY, .escalation = rig.now - DAY,
		.resolved = INSTANT_MIN, .acknowledged = INSTANT_MIN,
		.until = INSTANT_MIN};
	snprintf(rig.alert_subject, sizeof(rig.alert_subject), "p/one");
	rig.engine = engine_new(rig.world.reg, rig.history, &rig.settings);
	engine_restore_alert(rig.engine, &rig.alert);
	engine_restore_hearing(rig.engine, &(struct hearing){.alert = 7,
		.channel = "ops", .thread = 1, .told = rig.now - HOUR});
	engine_start(rig.engine, rig.now, &rig.effects);
	rig_perform(&rig);
	rig_to(&rig, rig.now + 120);
	lose(&rig, 7, REASON_REMINDER, rig.now - DAY);
	size_t before = rig.count;	/* with that desk fails */
	lose(&rig, 7, REASON_FIRST, rig.now - 2 * HOUR);
	assert_int_equal(rig.count, before + 1);
	lose(&rig, 7, REASON_ESCALATED, rig.now - DAY);
	assert_int_equal(rig.count, before + 3);
	assert_string_equal(rig.kept[rig.count - 1].undelivered, "desk");
	lose(&rig, 7, REASON_CHANGED, rig.now);	/* it does not know that yet */
	assert_int_equal(rig.count, before + 5);
	rig_release(&rig);
}

/* What was brought there for another goes no further, and what was not does,
   be they told together or not. */
static void test_death_of_both(void **state)
{
	static const char *const together[] = {"!a b", "b !a"};
	(void)state;

	for (size_t i = 0; i < 2; i++) {
		struct rig rig;

		rig_init(&rig);
		restore_again(&rig);
		rig_tell(&rig, DESK, together[i]);
		rig_advance(&rig);
		rig_answer(&rig, 1, FAILED_FOR_GOOD, -1, "550");
		size_t lost = 0;
		for (size_t j = 1; j < rig.count; j++) {
			if (!rig.kept[j].undelivered[0])
				continue;
			assert_string_equal(rig.kept[j].subjects[0], "b");
			lost += rig.kept[j].notification.item_count;
		}
		assert_int_equal(lost, 1);
		rig_release(&rig);
	}
}

static bool down;

static enum delivery_outcome receive_while_up(struct rig *rig,
	struct kept *kept)
{
	(void)rig;
	return down && strcmp(kept->channel, "desk") == 0 ? FAILED_FOR_ALL
		: DELIVERED;
}

/* Failing for an hour is told, once, also over a restart; dying in the end is
   told again, and what it was. */
static void test_failing(void **state)
{
	struct rig rig;
	(void)state;

	rig_init(&rig);
	down = true;
	rig.receive = receive_while_up;
	rig_start(&rig);
	rig_tell(&rig, DESK, "a");
	instant start = rig.now;
	rig_to(&rig, start + HOUR / 2);
	rig_start(&rig);
	rig_to(&rig, start + HOUR - 60);
	expect_events(&rig, "");
	rig_to(&rig, start + HOUR + 60);
	expect_events(&rig, "delivery_failed 1 desk: 550 no: 1 message "
		"undelivered since 2020-03-01T09:00:00Z; pledgectl outbox\n");
	assert_string_equal(rig.kept[1].channel, "ops");
	rig_to(&rig, start + 2 * DAY);
	rig_start(&rig);
	rig_to(&rig, start + 3 * DAY - 1);
	expect_events(&rig, "");
	rig_to(&rig, start + 3 * DAY + HOUR);
	assert_int_equal(state_of(&rig, 1), DELIVERY_DEAD);
	expect_events(&rig, "delivery_failed 2 desk: 550 no: 1 message "
		"undelivered since 2020-03-01T09:00:00Z; pledgectl outbox\n");
	rig_start(&rig);
	down = false;
	rig_tell(&rig, DESK, "b");
	rig_to(&rig, rig.now + HOUR);
	expect_events(&rig, "delivery_recovered 0 desk: messages arrive "
		"again\n");
	down = true;
	start = rig.now;
	rig_tell(&rig, DESK, "c");
	rig_to(&rig, start + 2 * HOUR);
	assert_non_null(strstr(text_string(&rig.events), "delivery_failed 1"));
	rig_release(&rig);
}

/* --- sparing channels ---------------------------------------------------- */

/* Ten thousand wait for a channel that is down: it is tried with one at a time,
   another one each time, and when it is up they all go. */
static void test_down(void **state)
{
	enum { MANY = 10000 };
	struct rig rig;
	(void)state;

	rig_init(&rig);
	down = true;
	rig.receive = receive_while_up;
	rig_start(&rig);
	for (int i = 0; i < MANY; i++) {
		char subject[16];
		snprintf(subject, sizeof(subject), "p/%d", i);
		rig_tell(&rig, DESK, subject);
	}
	instant start = rig.now;
	rig_to(&rig, start + 60);
	assert_in_range(rig.send_total, 4, 15);
	rig_to(&rig, start + 6 * HOUR);
	assert_in_range(rig.send_total, 6 * 12, 6 * 25);
	size_t tried = 0;
	for (int i = 0; i < MANY; i++)
		tried += rig.kept[i].delivery.attempts == 1;
	assert_in_range(tried, 6 * 12, 6 * 25);
	rig_start(&rig);
	size_t before = rig.send_total;
	rig_to(&rig, rig.now + 300);
	assert_in_range(rig.send_total - before, 1, 15);
	down = false;
	rig_to(&rig, rig.now + 301);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(state_of(&rig, i + 1), DELIVERY_DELIVERED);
	rig_release(&rig);
}

/* Those that were never tried are given up in their time all the same, and a
   machine that was off for long gives them a chance first. */
static void test_given_up_untried(void **state)
{
	enum { MANY = 1000 };
	struct rig rig;
	(void)state;

	rig_init(&rig);
	down = true;
	rig.receive = receive_while_up;
	rig_start(&rig);
	for (int i = 0; i < MANY; i++) {
		char subject[16];
		snprintf(subject, sizeof(subject), "p/%d", i);
		rig_tell(&rig, DESK, subject);
	}
	instant start = rig.now;
	rig_to(&rig, start + DAY);
	rig.now = start + 5 * DAY;
	rig_start(&rig);
	rig_to(&rig, rig.now + HOUR - 1);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(state_of(&rig, i + 1), DELIVERY_PENDING);
	rig_to(&rig, rig.now + HOUR);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(state_of(&rig, i + 1), DELIVERY_DEAD);
		assert_string_equal(rig.kept[i].delivery.answer, "550 no");
	}
	assert_in_range(rig.at_once, 1, 250);
	rig_release(&rig);
}

static void test_hanging(void **state)
{
	struct rig rig;
	(void)state;

	rig_init(&rig);
	restore_again(&rig);
	for (int i = 0; i < 200; i++) {
		char subject[16];
		snprintf(subject, sizeof(subject), "p/%d", i);
		rig_tell(&rig, i % 2 ? HOOK : DESK, subject);
	}
	rig_advance(&rig);
	/* Nobody knows yet how they take it: few at first. */
	assert_int_equal(rig.sent_count, 4 + DELIVERIES_PER_CHANNEL);
	/* desk hangs. hook goes on, with more at a time. */
	for (int i = 0; i < 20; i++) {
		size_t at = 0;
		while (rig.sent[at] % 2)
			at++;
		rig_answer(&rig, rig.sent[at], DELIVERED, -1, "");
	}
	size_t hook = 0;
	for (size_t i = 0; i < rig.sent_count; i++)
		hook += rig.sent[i] % 2 == 0;
	assert_int_equal(hook, 24);
	assert_int_equal(rig.sent_count - hook, DELIVERIES_PER_CHANNEL);
	rig_release(&rig);
}

/* Retry-After of a receiver that takes nothing holds for the whole channel. */
static void test_retry_after(void **state)
{
	struct rig rig;
	(void)state;

	rig_init(&rig);
	restore_again(&rig);
	for (int i = 0; i < 6; i++)
		rig_tell(&rig, HOOK, (char[]){(char)('a' + i), '\0'});
	rig_advance(&rig);
	expect_sends(&rig, "hook 1, hook 2, hook 3, hook 4");
	rig_answer(&rig, 1, FAILED_FOR_ALL, 1800, "503");
	for (int i = 2; i <= 4; i++)
		rig_answer(&rig, i, FAILED_FOR_ALL, -1, "503");
	rig_to(&rig, rig.now + 1799);
	expect_sends(&rig, "");
	rig_to(&rig, rig.now + 1);
	assert_int_equal(rig.sent_count, 1);
	rig_release(&rig);
}

static enum delivery_outcome refuse_low(struct rig *rig, struct kept *kept)
{
	(void)rig;
	return kept->notification.id <= 30 ? FAILED_FOR_NOW : DELIVERED;
}

/* Thirty that the receiver chokes on hold the others up for minutes at most. */
static void test_refusals(void **state)
{
	struct rig rig;
	(void)state;

	rig_init(&rig);
	rig.receive = refuse_low;
	rig_start(&rig);
	for (int i = 0; i < 100; i++) {
		char subject[16];
		snprintf(subject, sizeof(subject), "p/%d", i);
		rig_tell(&rig, HOOK, subject);
	}
	rig_advance(&rig);
	rig_work(&rig);
	assert_in_range(rig.send_total, 10, 20);
	rig_to(&rig, rig.now + 2 * HOUR);
	for (int i = 31; i <= 100; i++)
		assert_int_equal(state_of(&rig, i), DELIVERY_DELIVERED);
	instant start = rig.now;
	int64_t late = rig_tell(&rig, HOOK, "late");
	rig_advance(&rig);
	rig_to(&rig, start + 300);
	assert_int_equal(state_of(&rig, late), DELIVERY_DELIVERED);
	rig_release(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_many_items),
		cmocka_unit_test(test_resend),
		cmocka_unit_test(test_resend_among_others),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_channel_test),
		cmocka_unit_test(test_failing_test),
		cmocka_unit_test(test_death),
		cmocka_unit_test(test_fallback_knows),
		cmocka_unit_test(test_death_of_both),
		cmocka_unit_test(test_failing),
		cmocka_unit_test(test_down),
		cmocka_unit_test(test_given_up_untried),
		cmocka_unit_test(test_hanging),
		cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_refusals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
