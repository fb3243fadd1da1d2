/*
 * outbox: notifications on their way, each to one channel, until they are
 * delivered or given up. See outbox_internal.h for the states of an entry,
 * outbox_lines.c for who waits for whom, outbox_health.c for how channels are
 * spared and what is said of those that fail.
 */
#include "core/outbox_internal.h"

static struct outlet *outbox_outlet(struct outbox *outbox, const char *id)
{
	struct outlet *outlet;

	HASH_FIND_STR(outbox->outlets, id, outlet);
	if (!outlet) {
		outlet = mem_new(1, sizeof(*outlet));
		outlet->id = mem_string(id);
		outlet->rest = outlet->failing = INSTANT_MIN;
		HASH_ADD_KEYPTR(hh, outbox->outlets, outlet->id,
			strlen(outlet->id), outlet);
	}
	return outlet;
}

/* --- entries ------------------------------------------------------------- */

void entry_move_up(struct outbox *outbox, struct entry *entry, instant now)
{
	instant wake = entry->delivery.next;

	/* One whose channel is gone waits to be given up, or for its return. */
	if (!entry->outlet->open)
		wake = entry->given_up;
	if (entry->outlet->open && wake <= now) {
		entry->state = ENTRY_READY;
		pile_add(&entry->outlet->ready, entry);
	} else {
		entry->state = ENTRY_WAITING;
		entry->wake = wake;
		pile_add(&outbox->waiting, entry);
	}
}

static size_t string_room(const char *string)
{
	return string ? strlen(string) + 1 : 0;
}

static const char *string_keep(char **at, const char *string)
{
	size_t size = string_room(string);
	char *copy = *at;

	if (!string)
		return NULL;
	memcpy(copy, string, size);
	*at += size;
	return copy;
}

static size_t item_room(const struct item *item)
{
	return string_room(item->mention.group) +
		string_room(item->event->subject) +
		string_room(item->event->from) + string_room(item->event->to);
}

static void content_keep(struct entry *entry, const struct item *item,
	char **at)
{
	struct content *content = &entry->contents[entry->content_count++];

	content->mention = item->mention;
	content->mention.channel = entry->outlet->id;
	content->mention.group = string_keep(at, item->mention.group);
	content->event = *item->event;
	content->event.subject = string_keep(at, item->event->subject);
	content->event.from = string_keep(at, item->event->from);
	content->event.to = string_keep(at, item->event->to);
}

/* Copies what may have to be told elsewhere. What a fallback cannot be brought
   goes no further. */
static void entry_keep(struct entry *entry, const struct item *items,
	size_t count)
{
	size_t room = 0, kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (items[i].mention.undelivered)
			continue;
		room += item_room(&items[i]);
		kept++;
	}
	if (kept == 0)
		return;
	entry->contents = mem_new(kept, sizeof(*entry->contents));
	char *at = entry->strings = mem_new(1, room + 1);
	for (size_t i = 0; i < count; i++)
		if (!items[i].mention.undelivered)
			content_keep(entry, &items[i], &at);
}

/* A test is told nowhere else. */
static void entry_take_items(struct entry *entry, const struct item *items,
	size_t count)
{
	if (count == 0)
		return;
	entry->is_test = items[0].mention.reason == REASON_TEST;
	if (entry->is_test)
		return;
	lines_of(entry, items, count);
	entry_keep(entry, items, count);
}

struct entry *entry_new(struct outbox *outbox,
	const struct notification *notification)
{
	struct entry *entry = mem_new(1, sizeof(*entry));

	entry->delivery.notification = notification->id;
	entry->delivery.next = notification->created;
	entry->delivery.at = INSTANT_MIN;
	entry->outlet = outbox_outlet(outbox, notification->channel);
	entry->outlet->pending++;
	entry->created = entry->planned = notification->created;
	entry_take_items(entry, notification->items, notification->item_count);
	entry->given_up = entry->created + (entry->is_test ?
		TEST_GIVEN_UP_AFTER : GIVEN_UP_AFTER);

	outbox->items = mem_grow(outbox->items, outbox->count,
		&outbox->capacity, sizeof(*outbox->items));
	entry->position = outbox->count;
	outbox->items[outbox->count++] = entry;
	HASH_ADD(hh, outbox->by_id, delivery.notification,
		sizeof(entry->delivery.notification), entry);
	return entry;
}

static void entry_release(struct entry *entry)
{
	free(entry->places);
	free(entry->contents);
	free(entry->strings);
	free(entry);
}

static void entry_free(struct outbox *outbox, struct entry *entry)
{
	struct entry *last = outbox->items[--outbox->count];

	outbox->items[entry->position] = last;
	last->position = entry->position;
	entry->outlet->pending--;
	HASH_DEL(outbox->by_id, entry);
	entry_release(entry);
}

void entry_save(const struct entry *entry, struct effects *effects)
{
	struct delivery *copy = effects_block(effects, sizeof(*copy));
	*copy = entry->delivery;
	effects_add(effects, EFFECT_DELIVERY)->as.delivery = copy;
}

void entry_end(struct engine *engine, struct entry *entry,
	enum delivery_state state, instant now, struct effects *effects)
{
	if (entry->pile)
		pile_remove(entry);
	entry->delivery.state = state;
	entry->delivery.next = INSTANT_MAX;
	entry_save(entry, effects);
	if (state == DELIVERY_DELIVERED)
		outlet_recovered(engine, entry->outlet, now, effects);
	else if (state == DELIVERY_DEAD)
		outlet_lost(engine, entry, now, effects);
	lines_leave(engine->outbox, entry, now);
	entry_free(engine->outbox, entry);
}

static void entry_retry(struct outbox *outbox, struct entry *entry,
	int64_t retry_after, instant now, struct effects *effects)
{
	struct delivery *delivery = &entry->delivery;
	int64_t wait = backoff_seconds(entry->outlet->id, delivery->notification,
		BACKOFF_FIRST, delivery->attempts, BACKOFF_MAX);

	if (retry_after > RETRY_AFTER_MAX)
		retry_after = RETRY_AFTER_MAX;
	delivery->next = now + (retry_after > wait ? retry_after : wait);
	entry->planned = now;
	entry_save(entry, effects);
	entry_move_up(outbox, entry, now);
}

/* --- the outbox ---------------------------------------------------------- */

struct outbox *outbox_new(int64_t last_id)
{
	struct outbox *outbox = mem_new(1, sizeof(*outbox));
	outbox->waiting.by_time = true;
	outbox->last_id = last_id;
	return outbox;
}

void outbox_free(struct outbox *outbox)
{
	struct outlet *outlet, *next;

	if (!outbox)
		return;
	HASH_CLEAR(hh, outbox->by_id);
	for (size_t i = 0; i < outbox->count; i++)
		entry_release(outbox->items[i]);
	lines_free(outbox);
	HASH_ITER(hh, outbox->outlets, outlet, next) {
		HASH_DEL(outbox->outlets, outlet);
		free(outlet->ready.items);
		free(outlet->id);
		free(outlet);
	}
	free(outbox->waiting.items);
	free(outbox->items);
	free(outbox);
}

struct entry *outbox_find(const struct outbox *outbox, int64_t id)
{
	struct entry *entry;
	HASH_FIND(hh, outbox->by_id, &id, sizeof(id), entry);
	return entry;
}

void outbox_restore(struct outbox *outbox,
	const struct notification *notification, const struct delivery *delivery)
{
	if (delivery->state != DELIVERY_PENDING ||
			outbox_find(outbox, notification->id))
		return;
	struct entry *entry = entry_new(outbox, notification);
	entry->delivery = *delivery;
	if (delivery->at != INSTANT_MIN)
		entry->planned = delivery->at;
	if (notification->id > outbox->last_id)
		outbox->last_id = notification->id;
}

static int entry_compare(const void *a, const void *b)
{
	int64_t one = (*(struct entry *const *)a)->delivery.notification;
	int64_t two = (*(struct entry *const *)b)->delivery.notification;
	return one < two ? -1 : one > two;
}

/* A clock set back makes no wait longer, and the days until an entry is given
   up begin anew. */
static void entry_cut(struct entry *entry, instant now)
{
	entry->delivery.next = plan_cut(entry->delivery.next, entry->planned,
		now);
	entry->given_up = plan_cut(entry->given_up, entry->created, now);
	if (entry->planned > now)
		entry->planned = now;
	if (entry->created > now)
		entry->created = now;
}

void outbox_start(struct engine *engine, instant now)
{
	struct outbox *outbox = engine->outbox;

	if (outbox->count > 1)
		qsort(outbox->items, outbox->count, sizeof(*outbox->items),
			entry_compare);
	outlets_restored(engine, now);
	for (size_t i = 0; i < outbox->count; i++) {
		struct entry *entry = outbox->items[i];

		entry->position = i;
		entry_cut(entry, now);
		/* Time in which we were not there gave it no chance. */
		if (entry->outlet->open &&
				entry->given_up < now + TRIED_AT_LEAST)
			entry->given_up = now + TRIED_AT_LEAST;
		lines_join(outbox, entry, now);
	}
}

/* Puts every entry that may move where it now belongs. */
static void outbox_sort(struct outbox *outbox, instant now)
{
	for (size_t i = 0; i < outbox->count; i++) {
		struct entry *entry = outbox->items[i];
		if (!entry->pile)
			continue;
		pile_remove(entry);
		entry_move_up(outbox, entry, now);
	}
}

void outbox_replan(struct outbox *outbox, instant now)
{
	struct outlet *outlet, *next;

	for (size_t i = 0; i < outbox->count; i++)
		entry_cut(outbox->items[i], now);
	HASH_ITER(hh, outbox->outlets, outlet, next) {
		outlet->rest = earlier(outlet->rest, now);
		outlet->failing = earlier(outlet->failing, now);
	}
	outbox_sort(outbox, now);
}

/* So many mails of each channel at once that those which hang never hold all
   the workers. */
static int mails_per_channel(const struct policy *policy)
{
	int channels = 0, share;

	for (size_t i = 0; policy && i < policy->channel_count; i++)
		channels += policy->channels[i].type == CHANNEL_EMAIL;
	share = channels > 0 ? MAILS_UNDER_WAY_MAX / channels : 1;
	return share < 1 ? 1 : share > DELIVERIES_PER_CHANNEL ?
		DELIVERIES_PER_CHANNEL : share;
}

void outbox_policy(struct outbox *outbox, const struct policy *policy,
	instant now)
{
	struct outlet *outlet, *next;
	int mails = mails_per_channel(policy);

	HASH_ITER(hh, outbox->outlets, outlet, next)
		outlet->open = false;
	for (size_t i = 0; policy && i < policy->channel_count; i++)
		outlet_open(outbox_outlet(outbox, policy->channels[i].id),
			&policy->channels[i], mails);
	/* The alert of one that is gone ends with it. */
	HASH_ITER(hh, outbox->outlets, outlet, next)
		outlet->told &= outlet->open;
	outbox_sort(outbox, now);
}

/* "msg_" and 120 bits of SHA-256 over the store's instance and the number, in
   base32 (RFC 4648, lower case): nobody can guess the next one's. */
void notification_message_id(const char *instance, int64_t id, char out[40])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	char seed[160];
	struct digest digest;
	size_t length = 4;

	int size = snprintf(seed, sizeof(seed), "%.120s:%lld", instance,
		(long long)id);
	digest_sha256(seed, (size_t)size, &digest);
	memcpy(out, "msg_", length);
	for (size_t i = 0; i < 15; i += 5) {
		uint64_t bits = 0;
		for (size_t j = 0; j < 5; j++)
			bits = bits << 8 | digest.bytes[i + j];
		for (int shift = 35; shift >= 0; shift -= 5)
			out[length++] = letters[bits >> shift & 31];
	}
	out[length] = '\0';
}

int64_t outbox_notify(struct engine *engine, const struct notification *draft,
	instant now, struct effects *effects)
{
	struct outbox *outbox = engine->outbox;
	struct effect *effect = effects_add(effects, EFFECT_NOTIFY);
	struct notification *notification = &effect->as.notification;

	*notification = *draft;
	effect->cause = draft->items[0].event;
	notification->id = ++outbox->last_id;
	notification_message_id(engine->instance, notification->id,
		notification->message_id);
	notification->event = draft->items[0].mention.event;
	notification->alert = draft->item_count == 1 ?
		draft->items[0].mention.alert : 0;
	notification->created = now;
	struct entry *entry = entry_new(outbox, notification);
	entry->by_hand = entry->is_test;
	lines_join(outbox, entry, now);
	return entry->delivery.notification;
}

void outbox_delivered(struct engine *engine, int64_t notification,
	enum delivery_outcome outcome, int64_t retry_after, const char *answer,
	instant now, struct effects *effects)
{
	struct entry *entry = outbox_find(engine->outbox, notification);

	if (!entry || entry->state != ENTRY_UNDER_WAY)
		return;
	struct outlet *outlet = entry->outlet;
	outlet->under_way--;
	entry->by_hand = false;
	entry->tried = true;
	entry->refused = outcome == FAILED_FOR_NOW;
	entry->delivery.attempts++;
	entry->delivery.at = now;
	snprintf(entry->delivery.answer, sizeof(entry->delivery.answer), "%s",
		answer ? answer : "");
	outlet_heard(engine->outbox, entry, outcome, retry_after, now);
	if (outcome == DELIVERED)
		entry_end(engine, entry, DELIVERY_DELIVERED, now, effects);
	else if (outcome == FAILED_FOR_GOOD || now >= entry->given_up)
		entry_end(engine, entry, DELIVERY_DEAD, now, effects);
	else
		entry_retry(engine->outbox, entry, retry_after, now, effects);
	outlet_look(engine, outlet, now, effects);
}

/* It may have been waiting untried, while its channel could not be reached. */
static void entry_give_up(struct engine *engine, struct entry *entry,
	instant now, struct effects *effects)
{
	struct delivery *delivery = &entry->delivery;

	if (!entry->outlet->open)
		snprintf(delivery->answer, sizeof(delivery->answer),
			"the channel %s is no longer configured",
			entry->outlet->id);
	else if (delivery->attempts == 0)
		snprintf(delivery->answer, sizeof(delivery->answer), "%s",
			entry->outlet->answer);
	entry_end(engine, entry, DELIVERY_DEAD, now, effects);
}

static bool entry_is_over(const struct entry *entry, instant now)
{
	const struct outlet *outlet = entry->outlet;
	return now >= entry->given_up && (!outlet->open || outlet->failures > 0);
}

/* What waits until its time. */
static void outbox_wake(struct engine *engine, instant now,
	struct effects *effects)
{
	struct outbox *outbox = engine->outbox;
	size_t ended = 0;

	while (outbox->waiting.count > 0 && ended < ENDED_AT_ONCE &&
			outbox->waiting.items[0]->wake <= now) {
		struct entry *entry = outbox->waiting.items[0];

		if (entry_is_over(entry, now)) {
			entry_give_up(engine, entry, now, effects);
			ended++;
		} else {
			pile_remove(entry);
			entry_move_up(outbox, entry, now);
		}
	}
}

void outbox_expire(struct engine *engine, instant now, struct effects *effects)
{
	struct outlet *outlet, *next;

	outbox_wake(engine, now, effects);
	HASH_ITER(hh, engine->outbox->outlets, outlet, next)
		outlet_look(engine, outlet, now, effects);
}

static void outlet_send(struct outlet *outlet, instant now,
	struct effects *effects)
{
	while (outlet_may_send(outlet, now)) {
		struct entry *entry = outlet->ready.items[0];
		pile_remove(entry);
		entry->state = ENTRY_UNDER_WAY;
		outlet->under_way++;
		struct effect *effect = effects_add(effects, EFFECT_SEND);
		effect->number = entry->delivery.notification;
		effect->channel = outlet->id;
	}
}

void outbox_advance(struct outbox *outbox, instant now,
	struct effects *effects)
{
	struct outlet *outlet, *next;

	HASH_ITER(hh, outbox->outlets, outlet, next)
		outlet_send(outlet, now, effects);
}

instant outbox_next(const struct outbox *outbox)
{
	instant first = outbox->waiting.count ? outbox->waiting.items[0]->wake
		: INSTANT_MAX;
	struct outlet *outlet, *next;

	HASH_ITER(hh, outbox->outlets, outlet, next)
		first = earlier(first, outlet_next(outlet));
	return first;
}

size_t outbox_count(const struct outbox *outbox)
{
	return outbox->count;
}

const struct delivery *outbox_at(const struct outbox *outbox, size_t index,
	const char **channel)
{
	if (index >= outbox->count)
		return NULL;
	*channel = outbox->items[index]->outlet->id;
	return &outbox->items[index]->delivery;
}
