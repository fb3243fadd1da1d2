/*
 * outbox_orders: what people have done with what is on its way.
 */
#include "core/outbox_internal.h"

/* Somebody waits for it: it is tried at once. */
static void entry_hurry(struct outbox *outbox, struct entry *entry, instant now)
{
	struct pile *pile = entry->pile;

	if (pile)
		pile_remove(entry);
	entry->by_hand = true;
	entry->delivery.next = entry->planned = now;
	if (entry->given_up < now + GIVEN_UP_AFTER)
		entry->given_up = now + GIVEN_UP_AFTER;
	if (pile)
		entry_move_up(outbox, entry, now);
}

/* One that was given up, or dropped, is on its way again. */
static bool outbox_take_back(struct engine *engine,
	const struct notification *notification,
	const struct delivery *delivery, instant now, struct effects *effects)
{
	const struct policy *policy = engine->settings.policy;

	if ((delivery->state != DELIVERY_DEAD &&
			delivery->state != DELIVERY_DROPPED) || !policy ||
			policy_channel(policy, notification->channel) == NOT_FOUND)
		return false;
	struct entry *entry = entry_new(engine->outbox, notification);
	entry->delivery = *delivery;
	entry->delivery.state = DELIVERY_PENDING;
	entry_hurry(engine->outbox, entry, now);
	/* Its fallback has heard already. */
	entry->content_count = 0;
	entry_save(entry, effects);
	lines_join(engine->outbox, entry, now);
	return true;
}

bool engine_resend(struct engine *engine,
	const struct notification *notification,
	const struct delivery *delivery, instant now, struct effects *effects)
{
	struct entry *entry = outbox_find(engine->outbox, notification->id);
	bool done = true;

	engine->asked = now;
	if (!entry)
		done = outbox_take_back(engine, notification, delivery, now,
			effects);
	else if (entry->state == ENTRY_UNDER_WAY || !entry->outlet->open)
		done = false;
	else
		entry_hurry(engine->outbox, entry, now);
	telling_advance(engine, now, effects);
	return done;
}

static void dropped_by(struct delivery *delivery, const char *by)
{
	delivery->state = DELIVERY_DROPPED;
	delivery->next = INSTANT_MAX;
	snprintf(delivery->answer, sizeof(delivery->answer), "dropped by %s", by);
}

bool engine_drop(struct engine *engine, const struct delivery *delivery,
	const char *by, instant now, struct effects *effects)
{
	struct entry *entry = outbox_find(engine->outbox,
		delivery->notification);

	engine->asked = now;
	if (entry ? entry->state == ENTRY_UNDER_WAY
			: delivery->state != DELIVERY_DEAD)
		return false;
	if (entry) {
		dropped_by(&entry->delivery, by);
		entry_end(engine, entry, DELIVERY_DROPPED, now, effects);
	} else {
		struct delivery *copy = effects_block(effects, sizeof(*copy));

		*copy = *delivery;
		dropped_by(copy, by);
		effects_add(effects, EFFECT_DELIVERY)->as.delivery = copy;
	}
	telling_advance(engine, now, effects);
	return true;
}

int64_t engine_test_channel(struct engine *engine, const char *channel,
	const char *by, instant now, struct effects *effects)
{
	const struct policy *policy = engine->settings.policy;
	uint32_t index = policy ? policy_channel(policy, channel) : NOT_FOUND;
	char reason[REASON_MAX];

	engine->asked = now;
	if (index == NOT_FOUND)
		return 0;
	const char *id = effects_string(effects, policy->channels[index].id);
	snprintf(reason, sizeof(reason), "a test that %s has asked for", by);
	struct announcement announcement = announcement_about(engine,
		SUBJECT_CHANNEL, id, EVENT_CHANNEL_TEST, reason);
	announcement.quiet = true;
	const struct event *event = engine_announce(engine, &announcement, now,
		effects);
	struct item *item = effects_block(effects, sizeof(*item));

	item->mention = (struct mention){.id = telling_number(engine),
		.event = event->id, .reason = REASON_TEST, .channel = id,
		.group = "", .made = now};
	item->event = event;
	int64_t number = outbox_notify(engine, &(struct notification){
		.channel = id, .group = "", .items = item, .item_count = 1},
		now, effects);
	telling_advance(engine, now, effects);
	return number;
}
