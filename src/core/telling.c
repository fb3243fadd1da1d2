/*
 * telling: from what has happened to notifications, by way of mentions that
 * wait at their gates. See notify.h, and telling_internal.h for its parts. Here
 * it is made, brought back after a restart, planned and driven.
 */
#include "core/telling_internal.h"

/* --- a restart ----------------------------------------------------------- */

struct telling *telling_new(int64_t last_mention)
{
	struct telling *telling = mem_new(1, sizeof(*telling));

	telling->last_mention = last_mention;
	telling->alive = INSTANT_MIN;
	telling->due = agenda_new();
	telling->plans = agenda_new();
	return telling;
}

void telling_free(struct telling *telling)
{
	if (!telling)
		return;
	groups_free(telling);
	stories_free(telling);
	receivers_free(telling);
	agenda_free(telling->due);
	agenda_free(telling->plans);
	free(telling);
}

void telling_restore(struct engine *engine, const struct mention *mention,
	const struct event *event)
{
	struct telling *telling = engine->telling;
	const struct draft draft = {.mention = *mention,
		.since = mention->made};
	int64_t last = telling->last_mention;
	struct waiting *waiting = waiting_new(telling, &draft, event,
		mention->made);

	waiting->mention.id = mention->id;
	telling->last_mention = mention->id > last ? mention->id : last;
	telling->alive = later(telling->alive, mention->made);
	waiting->saved = waiting->restored = true;
	waiting_add(telling, group_of(telling, receiver_of(engine,
		mention->channel), mention->group ? mention->group : ""),
		waiting);
}

void telling_restore_hearing(struct engine *engine,
	const struct hearing *hearing)
{
	struct story *story = story_of(engine->telling, hearing->alert);
	struct ear *ear = ear_of(story, receiver_of(engine, hearing->channel));

	engine->telling->alive = later(engine->telling->alive, hearing->told);
	ear->thread = hearing->thread;
	ear->told = hearing->told;
	ear->reminders = hearing->reminders;
}

void telling_restore_group(struct engine *engine, const char *channel,
	const char *group, instant told)
{
	struct group *kept = group_of(engine->telling, receiver_of(engine,
		channel), group);

	engine->telling->alive = later(engine->telling->alive, told);
	kept->told = later(kept->told, told);
	kept->idle = kept->told + GROUP_INTERVAL_MAX;
}

void telling_restore_ended(struct telling *telling, const struct alert *alert)
{
	telling->ended = mem_grow(telling->ended, telling->ended_count,
		&telling->ended_capacity, sizeof(*telling->ended));
	telling->ended[telling->ended_count++] = alert_keep(alert);
}

static int ended_compare(const void *a, const void *b)
{
	int64_t one = (*(struct alert *const *)a)->id;
	int64_t two = (*(struct alert *const *)b)->id;

	return (one > two) - (one < two);
}

static const struct alert *ended_find(const struct telling *telling,
	int64_t id)
{
	struct alert key = {.id = id}, *wanted = &key;
	struct alert **found = telling->ended_count == 0 ? NULL : bsearch(&wanted,
		telling->ended, telling->ended_count, sizeof(*telling->ended),
		ended_compare);

	return found ? *found : NULL;
}

static int waiting_compare(const struct waiting *a, const struct waiting *b)
{
	return (a->mention.id > b->mention.id) - (a->mention.id < b->mention.id);
}

/* Which alert it is about, and who is to hear of that. */
static void waiting_bind(struct engine *engine, struct waiting *waiting)
{
	struct telling *telling = engine->telling;
	const struct mention *mention = &waiting->mention;
	const struct alert *ended = ended_find(telling, mention->alert);

	if (ended)
		waiting_close(telling, waiting, ended);
	if (mention->reason == REASON_SILENCE_EXPIRING ||
			!alerts_open(engine->alerts, mention->alert))
		return;
	struct ear *ear = ear_of(story_of(telling, mention->alert),
		waiting->group->receiver);
	if (ear->waiting)
		return;
	ear->waiting = waiting;
	waiting->ear = ear;
	if (!ear->thread)
		ear->thread = mention->thread;
}

static void ended_release(struct telling *telling)
{
	for (size_t i = 0; i < telling->ended_count; i++)
		alert_discard(telling->ended[i]);
	free(telling->ended);
	telling->ended = NULL;
	telling->ended_count = telling->ended_capacity = 0;
}

/* Alerts that have ended meanwhile are heard of no more, and those that
   somebody has in hand expire though nobody has heard of them. */
static void stories_bind(struct engine *engine)
{
	struct story *story, *next;

	HASH_ITER(hh, engine->telling->stories, story, next) {
		if (!alerts_open(engine->alerts, story->alert))
			story_free(engine->telling, story);
	}
	for (size_t i = 0; i < alerts_count(engine->alerts); i++) {
		const struct alert *alert = alerts_at(engine->alerts, i);

		engine->telling->alive = later(engine->telling->alive,
			later(alert->raised, alert->acknowledged));
		if (alert->state == ALERT_ACKNOWLEDGED)
			story_of(engine->telling, alert->id);
	}
}

void telling_start(struct engine *engine, instant now)
{
	struct telling *telling = engine->telling;
	struct group *group, *next;
	struct waiting *waiting;

	telling->settling = true;
	if (telling->ended_count > 1)
		qsort(telling->ended, telling->ended_count,
			sizeof(*telling->ended), ended_compare);
	HASH_ITER(hh, telling->groups, group, next) {
		DL_SORT(group->first, waiting_compare);
		DL_FOREACH(group->first, waiting)
			waiting_bind(engine, waiting);
	}
	ended_release(telling);
	stories_bind(engine);
	silences_start(engine->silences, telling->alive);
	telling_policy(engine);
	telling_replan(engine, now);
}

/* --- planning ------------------------------------------------------------ */

/* A clock set back makes no wait longer. */
static instant instant_cut(instant at, instant now)
{
	return at > now ? now : at;
}

static void waiting_replan(struct engine *engine, struct waiting *waiting,
	instant now)
{
	const struct route_subject about = waiting_subject(engine, waiting);
	const struct route_subject event = event_subject(engine,
		&waiting->kept->event);
	const struct receiver *receiver = waiting->group->receiver;
	const struct route *route = route_to(engine, &about, receiver);

	waiting->since = instant_cut(waiting->since, now);
	waiting->pace = pace_of(engine, route ? route : route_first(engine,
		&event, receiver), receiver);
}

static void groups_replan(struct engine *engine, instant now)
{
	struct group *group, *next;
	struct waiting *waiting;

	HASH_ITER(hh, engine->telling->groups, group, next) {
		group->told = instant_cut(group->told, now);
		DL_FOREACH(group->first, waiting)
			waiting_replan(engine, waiting, now);
		group_plan(engine, group, now);
	}
}

static void alert_cut(struct alert *alert, instant now)
{
	alert->until = plan_cut(alert->until, alert->acknowledged, now);
	alert->acknowledged = instant_cut(alert->acknowledged, now);
	alert->escalation = instant_cut(alert->escalation, now);
}

static void stories_replan(struct engine *engine, instant now)
{
	struct story *story, *next;

	HASH_ITER(hh, engine->telling->stories, story, next) {
		struct alert *alert = alerts_open(engine->alerts, story->alert);

		if (alert)
			alert_cut(alert, now);
		for (struct ear *ear = story->ears; ear; ear = ear->next)
			ear->told = instant_cut(ear->told, now);
		story_renew(engine, story, now);
	}
}

void telling_policy(struct engine *engine)
{
	const struct policy *policy = engine->settings.policy;
	struct receiver *receiver, *next;

	HASH_ITER(hh, engine->telling->receivers, receiver, next)
		receiver->index = policy ? policy_channel(policy, receiver->id)
			: NOT_FOUND;
}

void telling_replan(struct engine *engine, instant now)
{
	silences_plan(engine->silences);
	groups_replan(engine, now);
	stories_replan(engine, now);
}

void telling_alert_changed(struct engine *engine, int64_t alert, instant now)
{
	const struct alert *open = alerts_open(engine->alerts, alert);
	bool acknowledged = open && open->state == ALERT_ACKNOWLEDGED;
	struct story *story = acknowledged ? story_of(engine->telling, alert) :
		story_find(engine->telling, alert);

	if (!story)
		return;
	if (!open) {
		story_end(engine, story, now);
		return;
	}
	for (struct ear *ear = story->ears; ear; ear = ear->next) {
		if (ear->waiting)
			waiting_plan(engine, ear->waiting, now);
	}
	story_plan(engine, story);
}

/* --- driving ------------------------------------------------------------- */

void telling_save(struct engine *engine, instant now, struct effects *effects)
{
	groups_save(engine->telling, effects);
	engine->telling->call++;
	outbox_advance(engine->outbox, now, effects);
}

void telling_advance(struct engine *engine, instant now,
	struct effects *effects)
{
	struct telling *telling = engine->telling;

	if (telling->settling && engine->started && !engine->settling) {
		telling->settling = false;
		telling_replan(engine, now);
	}
	outbox_expire(engine, now, effects);
	silences_advance(engine, now, effects);
	stories_advance(engine, now, effects);
	groups_advance(engine, now, effects);
	telling_save(engine, now, effects);
}

bool telling_is_behind(const struct engine *engine, instant now)
{
	return agenda_next(engine->telling->due) <= now ||
		stories_are_due(engine, now);
}

instant telling_next(const struct engine *engine)
{
	const struct telling *telling = engine->telling;
	instant next = agenda_next(telling->due);

	return telling->settling ? next : earlier(next,
		earlier(agenda_next(telling->plans), silences_next(engine)));
}
