/*
 * hearings: who hears of an open alert on which channel, how far they have
 * heard, and what waits to be told them.
 */
#include "core/telling_internal.h"

struct story *story_find(const struct telling *telling, int64_t alert)
{
	struct story *story;

	HASH_FIND(hh, telling->stories, &alert, sizeof(alert), story);
	return story;
}

struct story *story_of(struct telling *telling, int64_t alert)
{
	struct story *story = story_find(telling, alert);

	if (story)
		return story;
	story = mem_new(1, sizeof(*story));
	story->alert = alert;
	story->slot = agenda_add(telling->plans, story);
	HASH_ADD(hh, telling->stories, alert, sizeof(story->alert), story);
	return story;
}

struct ear *ear_find(const struct story *story,
	const struct receiver *receiver)
{
	struct ear *ear = story->ears;

	while (ear && ear->receiver != receiver)
		ear = ear->next;
	return ear;
}

/* In order of their channels, however they came to be. */
struct ear *ear_of(struct story *story, struct receiver *receiver)
{
	struct ear **link = &story->ears;

	while (*link && strcmp((*link)->receiver->id, receiver->id) < 0)
		link = &(*link)->next;
	if (!*link || (*link)->receiver != receiver) {
		struct ear *ear = mem_new(1, sizeof(*ear));

		ear->receiver = receiver;
		ear->story = story;
		ear->told = INSTANT_MIN;
		ear->next = *link;
		*link = ear;
	}
	return *link;
}

void ear_leave(struct engine *engine, struct ear *ear, instant now)
{
	struct story *story = ear->story;
	struct ear **link = &story->ears;
	struct receiver *receiver = ear->receiver;
	struct waiting *kin, *next;

	if (ear->thread || ear->waiting)
		return;
	while (*link != ear)
		link = &(*link)->next;
	*link = ear->next;
	free(ear);
	DL_FOREACH_SAFE2(story->kin, kin, next, kin_next) {
		if (kin->group->receiver == receiver)
			waiting_plan(engine, kin, now);
	}
}

void story_free(struct telling *telling, struct story *story)
{
	struct ear *ear, *next;

	LL_FOREACH_SAFE(story->ears, ear, next) {
		if (ear->waiting)
			ear->waiting->ear = NULL;
		free(ear);
	}
	HASH_DEL(telling->stories, story);
	agenda_remove(telling->plans, story->slot);
	free(story);
}

static int kin_compare(const struct waiting *a, const struct waiting *b)
{
	return (a->mention.id > b->mention.id) - (a->mention.id < b->mention.id);
}

void story_end(struct engine *engine, struct story *story, instant now)
{
	struct waiting *kin;

	DL_SORT2(story->kin, kin_compare, kin_prev, kin_next);
	while ((kin = story->kin)) {
		DL_DELETE2(story->kin, kin, kin_prev, kin_next);
		kin->cause = NULL;
		waiting_renew(engine->telling, kin, now);
		waiting_plan(engine, kin, now);
	}
	for (struct ear *ear = story->ears; ear; ear = ear->next) {
		if (ear->waiting)
			agenda_set(engine->telling->due,
				ear->waiting->group->slot, now);
	}
	story_free(engine->telling, story);
}

void stories_free(struct telling *telling)
{
	struct story *story, *next;

	HASH_ITER(hh, telling->stories, story, next)
		story_free(telling, story);
}

const struct alert *story_alert(struct engine *engine, struct story *story,
	struct effects *effects)
{
	const struct alert *alert = alerts_open(engine->alerts, story->alert);

	if (!alert)
		return NULL;
	if (!story->copy || story->call != engine->telling->call) {
		story->copy = effects_alert(effects, alert);
		story->call = engine->telling->call;
	}
	return story->copy;
}

/* --- questions ----------------------------------------------------------- */

static struct hearing_view hearing_view(const struct engine *engine,
	const struct alert *alert, const struct ear *ear)
{
	const struct route_subject subject = engine_alert_subject(engine, alert);
	struct hearing_view view = {.channel = ear->receiver->id,
		.told = ear->told, .reminders = ear->reminders,
		.waits_until = INSTANT_MIN};

	if (!ear->waiting)
		return view;
	instant silent = silences_hold(engine, &subject, engine->asked,
		&view.silence);
	view.waits_until = later(waiting_due(ear->waiting), silent);
	if (ear->waiting->cause)
		view.cause = ear->waiting->cause->alert;
	return view;
}

size_t engine_alert_hearings(const struct engine *engine, int64_t alert,
	struct hearing_view out[CHANNELS_MAX])
{
	const struct alert *open = alerts_open(engine->alerts, alert);
	const struct story *story = open ? story_find(engine->telling, alert)
		: NULL;
	size_t count = 0;

	for (struct ear *ear = story ? story->ears : NULL;
			ear && count < CHANNELS_MAX; ear = ear->next)
		out[count++] = hearing_view(engine, open, ear);
	return count;
}

instant engine_alert_next(const struct engine *engine, int64_t alert)
{
	const struct story *story = story_find(engine->telling, alert);

	return story ? agenda_due(engine->telling->plans, story->slot) :
		INSTANT_MAX;
}
