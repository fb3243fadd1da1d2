/*
 * outbox: notifications on their way, each to one channel.
 *
 *	BEHIND ──the one before has ended──→ WAITING ──due──→ READY
 *	                                        ↑               │ room
 *	                                        └──failed── UNDER_WAY ──→ gone
 *
 * A channel sends in order of id, and has at most so many under way at once,
 * so that one which hangs holds up no other. Notifications of one alert to one
 * channel stand in line: only the first of the line moves.
 */
#include "core/engine_internal.h"

#include "base/log.h"
#define uthash_malloc(size) mem_new(1, size)
#define uthash_fatal(message) log_bug("%s", message)
#include <uthash.h>

#define BACKOFF_FIRST INT64_C(10)
#define BACKOFF_MAX INT64_C(3600)
#define RETRY_AFTER_MAX INT64_C(86400)
#define GIVEN_UP_AFTER (INT64_C(3) * 86400)

enum entry_state { ENTRY_BEHIND, ENTRY_WAITING, ENTRY_READY, ENTRY_UNDER_WAY };

struct outlet;
struct pile;

struct entry {
	struct delivery delivery;
	enum entry_state state;
	struct outlet *outlet;
	int64_t alert;		/* 0: stands in no line */
	instant created;
	instant planned;	/* when delivery.next was */
	struct entry *behind;	/* the next in its line */
	instant wake;		/* WAITING: until then */
	struct pile *pile;	/* WAITING, READY: where it is */
	size_t slot;		/* … and its place there */
	size_t position;	/* in the outbox's items */
	UT_hash_handle hh;	/* by notification */
};

/* A binary heap of entries that know their place. */
struct pile {
	struct entry **items;
	size_t count;
	size_t capacity;
	bool by_time;		/* by wake, then id; else by id */
};

/* A channel, as long as anything is on its way to it. */
struct outlet {
	char *id;
	bool open;		/* the policy has it */
	struct pile ready;
	int under_way;
	int most;		/* under way at once */
	UT_hash_handle hh;
};

struct line_key {
	const struct outlet *outlet;
	int64_t alert;
};

struct line {
	struct line_key key;
	struct entry *last;
	UT_hash_handle hh;
};

struct outbox {
	struct entry **items;	/* all pending, in no order */
	size_t count;
	size_t capacity;
	struct entry *by_id;
	struct outlet *outlets;
	struct line *lines;
	struct pile waiting;
	int64_t last_id;
};

/* --- piles --------------------------------------------------------------- */

static bool entry_before(const struct pile *pile, const struct entry *a,
	const struct entry *b)
{
	if (pile->by_time && a->wake != b->wake)
		return a->wake < b->wake;
	return a->delivery.notification < b->delivery.notification;
}

static void pile_put(struct pile *pile, struct entry *entry, size_t slot)
{
	pile->items[slot] = entry;
	entry->slot = slot;
}

static void pile_rise(struct pile *pile, struct entry *entry)
{
	size_t slot = entry->slot;

	while (slot > 0) {
		struct entry *parent = pile->items[(slot - 1) / 2];
		if (!entry_before(pile, entry, parent))
			break;
		pile_put(pile, parent, slot);
		slot = (slot - 1) / 2;
	}
	pile_put(pile, entry, slot);
}

static void pile_sink(struct pile *pile, struct entry *entry)
{
	size_t slot = entry->slot;

	for (;;) {
		size_t child = 2 * slot + 1;
		if (child >= pile->count)
			break;
		if (child + 1 < pile->count && entry_before(pile,
				pile->items[child + 1], pile->items[child]))
			child++;
		if (!entry_before(pile, pile->items[child], entry))
			break;
		pile_put(pile, pile->items[child], slot);
		slot = child;
	}
	pile_put(pile, entry, slot);
}

static void pile_add(struct pile *pile, struct entry *entry)
{
	pile->items = mem_grow(pile->items, pile->count, &pile->capacity,
		sizeof(*pile->items));
	entry->pile = pile;
	pile_put(pile, entry, pile->count++);
	pile_rise(pile, entry);
}

static void pile_remove(struct entry *entry)
{
	struct pile *pile = entry->pile;
	struct entry *last = pile->items[--pile->count];

	entry->pile = NULL;
	if (last == entry)
		return;
	pile_put(pile, last, entry->slot);
	pile_rise(pile, last);
	pile_sink(pile, last);
}

/* --- outlets and lines --------------------------------------------------- */

static struct outlet *outbox_outlet(struct outbox *outbox, const char *id)
{
	struct outlet *outlet;

	HASH_FIND_STR(outbox->outlets, id, outlet);
	if (!outlet) {
		outlet = mem_new(1, sizeof(*outlet));
		outlet->id = mem_string(id);
		HASH_ADD_KEYPTR(hh, outbox->outlets, outlet->id,
			strlen(outlet->id), outlet);
	}
	return outlet;
}

static struct line *outbox_line(const struct outbox *outbox,
	const struct entry *entry)
{
	struct line_key key = {entry->outlet, entry->alert};
	struct line *line;

	HASH_FIND(hh, outbox->lines, &key, sizeof(key), line);
	return line;
}

/* An entry that may move: it waits until its time, or is ready. */
static void entry_move_up(struct outbox *outbox, struct entry *entry,
	instant now)
{
	instant wake = entry->delivery.next;

	/* One whose channel is gone waits to be given up, or for its return. */
	if (!entry->outlet->open)
		wake = entry->created + GIVEN_UP_AFTER;
	if (entry->outlet->open && wake <= now) {
		entry->state = ENTRY_READY;
		pile_add(&entry->outlet->ready, entry);
	} else {
		entry->state = ENTRY_WAITING;
		entry->wake = wake;
		pile_add(&outbox->waiting, entry);
	}
}

/* Puts an entry at the end of its line; it moves at once if it is alone. */
static void entry_line_up(struct outbox *outbox, struct entry *entry,
	instant now)
{
	if (entry->alert) {
		struct line *line = outbox_line(outbox, entry);
		if (line) {
			entry->state = ENTRY_BEHIND;
			line->last->behind = entry;
			line->last = entry;
			return;
		}
		line = mem_new(1, sizeof(*line));
		line->key = (struct line_key){entry->outlet, entry->alert};
		line->last = entry;
		HASH_ADD(hh, outbox->lines, key, sizeof(line->key), line);
	}
	entry_move_up(outbox, entry, now);
}

/* The first of a line has gone: the next moves. */
static void entry_leave_line(struct outbox *outbox, struct entry *entry,
	instant now)
{
	if (entry->behind) {
		entry_move_up(outbox, entry->behind, now);
	} else if (entry->alert) {
		struct line *line = outbox_line(outbox, entry);
		HASH_DEL(outbox->lines, line);
		free(line);
	}
}

/* --- entries ------------------------------------------------------------- */

static struct entry *entry_new(struct outbox *outbox,
	const struct notification *notification)
{
	struct entry *entry = mem_new(1, sizeof(*entry));

	entry->delivery.notification = notification->id;
	entry->delivery.next = notification->created;
	entry->delivery.at = INSTANT_MIN;
	entry->outlet = outbox_outlet(outbox, notification->channel);
	entry->alert = notification->alert;
	entry->created = entry->planned = notification->created;

	outbox->items = mem_grow(outbox->items, outbox->count,
		&outbox->capacity, sizeof(*outbox->items));
	entry->position = outbox->count;
	outbox->items[outbox->count++] = entry;
	HASH_ADD(hh, outbox->by_id, delivery.notification,
		sizeof(entry->delivery.notification), entry);
	return entry;
}

static void entry_free(struct outbox *outbox, struct entry *entry)
{
	struct entry *last = outbox->items[--outbox->count];

	outbox->items[entry->position] = last;
	last->position = entry->position;
	HASH_DEL(outbox->by_id, entry);
	free(entry);
}

static void entry_save(const struct entry *entry, struct effects *effects)
{
	struct delivery *copy = effects_block(effects, sizeof(*copy));
	*copy = entry->delivery;
	effects_add(effects, EFFECT_DELIVERY)->as.delivery = copy;
}

/* It is delivered or dead: no more is to be done about it. */
static void entry_end(struct outbox *outbox, struct entry *entry,
	enum delivery_state state, instant now, struct effects *effects)
{
	entry->delivery.state = state;
	entry->delivery.next = INSTANT_MAX;
	entry_save(entry, effects);
	entry_leave_line(outbox, entry, now);
	entry_free(outbox, entry);
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
	struct outlet *outlet, *next_outlet;
	struct line *line, *next_line;

	if (!outbox)
		return;
	HASH_CLEAR(hh, outbox->by_id);
	for (size_t i = 0; i < outbox->count; i++)
		free(outbox->items[i]);
	HASH_ITER(hh, outbox->lines, line, next_line) {
		HASH_DEL(outbox->lines, line);
		free(line);
	}
	HASH_ITER(hh, outbox->outlets, outlet, next_outlet) {
		HASH_DEL(outbox->outlets, outlet);
		free(outlet->ready.items);
		free(outlet->id);
		free(outlet);
	}
	free(outbox->waiting.items);
	free(outbox->items);
	free(outbox);
}

static struct entry *outbox_find(const struct outbox *outbox, int64_t id)
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
	if (entry->planned > now)
		entry->planned = now;
	if (entry->created > now)
		entry->created = now;
}

void outbox_start(struct outbox *outbox, instant now)
{
	if (outbox->count > 1)
		qsort(outbox->items, outbox->count, sizeof(*outbox->items),
			entry_compare);
	for (size_t i = 0; i < outbox->count; i++) {
		outbox->items[i]->position = i;
		entry_cut(outbox->items[i], now);
		entry_line_up(outbox, outbox->items[i], now);
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
	for (size_t i = 0; i < outbox->count; i++)
		entry_cut(outbox->items[i], now);
	outbox_sort(outbox, now);
}

void outbox_policy(struct outbox *outbox, const struct policy *policy,
	instant now)
{
	struct outlet *outlet, *next;

	HASH_ITER(hh, outbox->outlets, outlet, next)
		outlet->open = false;
	for (size_t i = 0; policy && i < policy->channel_count; i++) {
		const struct channel *channel = &policy->channels[i];

		outlet = outbox_outlet(outbox, channel->id);
		outlet->open = true;
		outlet->most = channel->type == CHANNEL_WEBHOOK ?
			WEBHOOKS_PER_CHANNEL : DELIVERIES_PER_CHANNEL;
	}
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

int64_t outbox_notify(struct engine *engine,
	const struct notification *draft, instant now,
	struct effects *effects)
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
	entry_line_up(outbox, entry_new(outbox, notification), now);
	return notification->id;
}

void outbox_delivered(struct outbox *outbox, int64_t notification,
	enum delivery_outcome outcome, int64_t retry_after, const char *answer,
	instant now, struct effects *effects)
{
	struct entry *entry = outbox_find(outbox, notification);

	if (!entry || entry->state != ENTRY_UNDER_WAY)
		return;
	entry->outlet->under_way--;
	entry->delivery.attempts++;
	entry->delivery.at = now;
	snprintf(entry->delivery.answer, sizeof(entry->delivery.answer), "%s",
		answer ? answer : "");
	if (outcome == DELIVERED)
		entry_end(outbox, entry, DELIVERY_DELIVERED, now, effects);
	else if (outcome == FAILED_FOR_GOOD ||
			now - entry->created >= GIVEN_UP_AFTER)
		entry_end(outbox, entry, DELIVERY_DEAD, now, effects);
	else
		entry_retry(outbox, entry, retry_after, now, effects);
}

static void outbox_wake(struct outbox *outbox, instant now,
	struct effects *effects)
{
	while (outbox->waiting.count > 0 && outbox->waiting.items[0]->wake <= now) {
		struct entry *entry = outbox->waiting.items[0];
		pile_remove(entry);
		if (entry->outlet->open) {
			entry_move_up(outbox, entry, now);
			continue;
		}
		snprintf(entry->delivery.answer, sizeof(entry->delivery.answer),
			"the channel %s is no longer configured",
			entry->outlet->id);
		entry_end(outbox, entry, DELIVERY_DEAD, now, effects);
	}
}

static void outlet_send(struct outlet *outlet, struct effects *effects)
{
	while (outlet->open && outlet->ready.count > 0 &&
			outlet->under_way < outlet->most) {
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

	outbox_wake(outbox, now, effects);
	HASH_ITER(hh, outbox->outlets, outlet, next)
		outlet_send(outlet, effects);
}

instant outbox_next(const struct outbox *outbox)
{
	return outbox->waiting.count ? outbox->waiting.items[0]->wake
		: INSTANT_MAX;
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
