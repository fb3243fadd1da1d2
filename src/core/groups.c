/*
 * groups: mentions that wait, by what is told together on a channel, and the
 * notifications they become.
 *
 *	       due = the earliest of its mentions
 *	group ────────────────────────────────→ looked at ─→ told, needless, waits
 *
 * A mention waits for its gates (gates.c) and then for the pace of its group:
 * `wait` seconds for others that come with it, and `interval` seconds since the
 * group was told last. What has passed its gates when a group is told is told
 * with it.
 */
#include "core/telling_internal.h"

/* Mentions that one call looks at. */
#define LOOKS_AT_ONCE 5000

/* --- groups -------------------------------------------------------------- */

struct group *group_of(struct telling *telling, struct receiver *receiver,
	const char *name)
{
	struct group *group;
	struct text key;

	text_init(&key, 0);
	text_addf(&key, "%s\n%s", receiver->id, name);
	HASH_FIND(hh, telling->groups, text_string(&key), key.length, group);
	if (!group) {
		size_t length = key.length;

		group = mem_new(1, sizeof(*group));
		group->key = text_take(&key);
		group->name = group->key + strlen(receiver->id) + 1;
		group->receiver = receiver;
		group->told = group->idle = group->looked = INSTANT_MIN;
		group->slot = agenda_add(telling->due, group);
		HASH_ADD_KEYPTR(hh, telling->groups, group->key, length, group);
	}
	text_release(&key);
	return group;
}

static void group_free(struct telling *telling, struct group *group)
{
	HASH_DEL(telling->groups, group);
	agenda_remove(telling->due, group->slot);
	free(group->key);
	free(group);
}

/* Forgets groups of which nothing waits and whose interval is over, whenever
   there are twice as many as were left the last time. */
static void groups_sweep(struct telling *telling, instant now)
{
	struct group *group, *next;

	if (HASH_COUNT(telling->groups) <= 2 * telling->swept + 64)
		return;
	HASH_ITER(hh, telling->groups, group, next) {
		if (!group->first && group->idle <= now)
			group_free(telling, group);
	}
	telling->swept = HASH_COUNT(telling->groups);
}

void groups_free(struct telling *telling)
{
	struct group *group, *next;

	HASH_ITER(hh, telling->groups, group, next) {
		while (group->first)
			waiting_remove(telling, group->first);
		group_free(telling, group);
	}
}

/* --- when ---------------------------------------------------------------- */

instant waiting_due(const struct waiting *waiting)
{
	const struct group *group = waiting->group;
	enum notify_reason reason = waiting->as;
	instant due = waiting->open;

	if (due == INSTANT_MAX || group->more || reason_is_pressing(reason))
		return due;
	if (!reason_is_timed(reason))
		due = later(due, waiting->since + waiting->pace.wait);
	if (group->told != INSTANT_MIN)
		due = later(due, group->told + waiting->pace.interval);
	return due;
}

void waiting_plan(struct engine *engine, struct waiting *waiting, instant now)
{
	struct agenda *agenda = engine->telling->due;
	uint32_t slot = waiting->group->slot;
	bool needless = gates_pass(engine, waiting, now);
	instant due = needless ? now : waiting_due(waiting);

	if (due < agenda_due(agenda, slot))
		agenda_set(agenda, slot, due);
}

void group_plan(struct engine *engine, struct group *group, instant now)
{
	struct waiting *waiting, *next;

	agenda_set(engine->telling->due, group->slot, INSTANT_MAX);
	DL_FOREACH_SAFE(group->first, waiting, next)
		waiting_plan(engine, waiting, now);
}

/* News that a silence is over when its time comes waits for no end. */
static bool waiting_is_hushed(const struct waiting *waiting, instant now)
{
	return waiting->silence && !waiting->mention.alert &&
		waiting_due(waiting) <= now;
}

static instant group_due(const struct group *group)
{
	const struct waiting *waiting;
	instant due = INSTANT_MAX;

	DL_FOREACH(group->first, waiting)
		due = earlier(due, waiting_due(waiting));
	return due;
}

/* Passes all of a group by their gates, and those that are needless out; what is
   over the budget, in the next call. What has passed by them in this second does
   not again while there is no news. Returns whether all have. */
static bool group_look(struct engine *engine, struct group *group,
	instant now, size_t *budget, struct effects *effects)
{
	struct telling *telling = engine->telling;

	if (group->looked == now && group->knew == telling->news)
		return true;
	if (!group->look) {
		group->look = group->first;
		group->knew = telling->news;
	}
	for (; group->look && *budget > 0; --*budget) {
		struct waiting *waiting = group->look;

		group->look = waiting->next;
		const char *why = gates_pass(engine, waiting, now);
		if (!why && waiting_is_hushed(waiting, now))
			why = "silenced";
		if (why)
			waiting_needless(engine, waiting, why, now, effects);
	}
	if (!group->look)
		group->looked = now;
	return !group->look;
}

/* --- telling ------------------------------------------------------------- */

/* One of those that are told now, and what they are ordered by. */
struct told {
	struct waiting *waiting;
	enum severity severity;
	instant date;
	int64_t number;
};

static int told_compare(const void *a, const void *b)
{
	const struct told *one = a, *two = b;

	if (one->severity != two->severity)
		return one->severity > two->severity ? -1 : 1;
	if (one->date != two->date)
		return one->date < two->date ? -1 : 1;
	return (one->number > two->number) - (one->number < two->number);
}

/* Those of a group that have passed their gates, the more urgent first. */
static struct told *group_ready(const struct group *group, instant now,
	size_t *count)
{
	struct told *all = mem_new(group->count, sizeof(*all));
	struct waiting *waiting;

	*count = 0;
	DL_FOREACH(group->first, waiting) {
		if (waiting->open <= now && !waiting->silence)
			all[(*count)++] = (struct told){waiting,
				waiting->severity, waiting->date,
				waiting->mention.id};
	}
	qsort(all, *count, sizeof(*all), told_compare);
	return all;
}

/* Consequences of an alert that its receiver is told of by it alone. */
static void item_speaks_for(const struct engine *engine, struct item *item,
	const struct receiver *receiver, struct effects *effects)
{
	struct story *story = story_find(engine->telling, item->mention.alert);
	struct waiting *kin = story ? story->kin : NULL;
	const char **names = effects_block(effects,
		SPEAKS_FOR_MAX * sizeof(*names));

	for (; kin; kin = kin->kin_next) {
		if (kin->group->receiver != receiver)
			continue;
		item->consequences++;
		if (item->speaks_for_count < SPEAKS_FOR_MAX)
			names[item->speaks_for_count++] = effects_string(
				effects, kin->kept->event.subject);
	}
	item->speaks_for = names;
}

static void item_make(struct engine *engine, struct waiting *waiting,
	const struct notification *draft, struct item *item,
	struct effects *effects)
{
	struct telling *telling = engine->telling;
	struct story *story = story_find(telling, waiting->mention.alert);
	struct ear *ear = story ? ear_find(story, waiting->group->receiver)
		: NULL;

	former_drop(waiting, effects);
	item->mention = waiting->mention;
	item->mention.group = draft->group;
	item->mention.reason = waiting->as;
	item->mention.undelivered = string_copied(effects,
		waiting->mention.undelivered);
	if (ear)
		item->mention.thread = ear->thread;
	if (ear && item->mention.reason == REASON_REMINDER)
		item->reminders = ear->reminders + 1;
	item->saved = waiting->saved;
	item->event = event_copied(telling, waiting->kept, effects);
	if (waiting->ended)
		item->alert = effects_alert(effects, waiting->ended);
	else if (story)
		item->alert = story_alert(engine, story, effects);
	if (waiting->mention.reason == REASON_SILENCE_EXPIRING)
		silences_name(engine, item, waiting->group->receiver, effects);
	else if (story && story->kin)
		item_speaks_for(engine, item, waiting->group->receiver,
			effects);
}

/* Its channel has heard of its alert. */
static void ear_hears(struct engine *engine, const struct waiting *waiting,
	int64_t notification, instant now)
{
	struct story *story = story_find(engine->telling,
		waiting->mention.alert);
	struct ear *ear = story ? ear_of(story, waiting->group->receiver) : NULL;

	if (!ear)
		return;
	if (!ear->thread)
		ear->thread = notification;
	ear->told = now;
	ear->reminders += waiting->mention.reason == REASON_REMINDER;
}

static void group_notify(struct engine *engine, struct group *group,
	const struct told *all, size_t count, instant now,
	struct effects *effects)
{
	struct item *items = effects_block(effects, count * sizeof(*items));
	const struct notification draft = {.channel = group->receiver->id,
		.group = effects_string(effects, group->name),
		.items = items, .item_count = count};

	for (size_t i = 0; i < count; i++)
		item_make(engine, all[i].waiting, &draft, &items[i], effects);
	int64_t id = outbox_notify(engine, &draft, now, effects);
	group->told = now;
	for (size_t i = 0; i < count; i++) {
		struct waiting *waiting = all[i].waiting;
		struct story *story = story_find(engine->telling,
			waiting->mention.alert);

		group->idle = later(group->idle, now + waiting->pace.interval);
		ear_hears(engine, waiting, id, now);
		waiting_remove(engine->telling, waiting);
		if (story)
			story_plan(engine, story);
	}
}

static size_t items_max(const struct engine *engine, const struct group *group)
{
	const struct policy *policy = engine->settings.policy;
	const struct channel *channel =
		&policy->channels[group->receiver->index];

	if (channel->type != CHANNEL_WEBHOOK)
		return NOTIFICATION_ITEMS_MAX;
	return channel->items_most > 0 ? channel->items_most
		: WEBHOOK_ITEMS_MAX;
}

/* Tells what of a group has passed its gates, in as many notifications as its
   channel needs. What is too much for one call is told by the next at once.
   Returns how many it told. */
static size_t group_tell(struct engine *engine, struct group *group,
	instant now, struct effects *effects)
{
	size_t count, told = 0, most = items_max(engine, group);
	struct told *all = group_ready(group, now, &count);

	while (told < count && told < ITEMS_AT_ONCE) {
		size_t items = count - told < most ? count - told : most;

		group_notify(engine, group, all + told, items, now, effects);
		told += items;
	}
	free(all);
	group->more = told < count;
	agenda_set(engine->telling->due, group->slot, group_due(group));
	return told;
}

/* By what has waited longest, so that the order is no matter of chance. */
static int group_compare(const void *a, const void *b)
{
	const struct group *one = *(struct group *const *)a;
	const struct group *two = *(struct group *const *)b;
	int64_t first = one->first ? one->first->mention.id : INT64_MAX;
	int64_t second = two->first ? two->first->mention.id : INT64_MAX;

	return (first > second) - (first < second);
}

/*
 * All that are due are looked at before any is told, so that what follows from
 * another is held back, and named, when that is told. What is too much for one
 * call stays due; while there are more reminders to come, none is told.
 */
void groups_advance(struct engine *engine, instant now,
	struct effects *effects)
{
	struct telling *telling = engine->telling;
	struct group **due = NULL;
	size_t count = 0, room = 0, looks = LOOKS_AT_ONCE, told = 0;

	if (stories_are_due(engine, now))
		return;
	while (agenda_next(telling->due) <= now && looks > 0) {
		struct group *group = agenda_first(telling->due);

		if (!group_look(engine, group, now, &looks, effects))
			break;
		instant next = group_due(group);

		looks -= looks > 0;
		agenda_set(telling->due, group->slot,
			next > now ? next : INSTANT_MAX);
		if (next > now)
			continue;
		due = mem_grow(due, count, &room, sizeof(*due));
		due[count++] = group;
	}
	if (count > 1)
		qsort(due, count, sizeof(*due), group_compare);
	for (size_t i = 0; i < count; i++) {
		if (told < ITEMS_AT_ONCE)
			told += group_tell(engine, due[i], now, effects);
		else
			agenda_set(telling->due, due[i]->slot, now);
	}
	free(due);
	groups_sweep(telling, now);
}

/* --- saving -------------------------------------------------------------- */

static void waiting_save(struct telling *telling, struct waiting *waiting,
	struct effects *effects)
{
	struct mention *copy = effects_block(effects, sizeof(*copy));

	former_drop(waiting, effects);
	*copy = waiting->mention;
	copy->group = effects_string(effects, copy->group);
	copy->undelivered = string_copied(effects, copy->undelivered);
	if (waiting->ear)
		copy->thread = waiting->ear->thread;
	effects_add(effects, EFFECT_MENTION)->as.mention = copy;
	DL_DELETE2(telling->fresh, waiting, fresh_prev, fresh_next);
	waiting->saved = true;
}

void groups_save(struct telling *telling, struct effects *effects)
{
	while (telling->fresh)
		waiting_save(telling, telling->fresh, effects);
}
