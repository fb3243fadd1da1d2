/*
 * unsilencing: a word before a silence ends, and its end.
 *
 * At its end whoever waits to hear of an alert that fires still, or has heard
 * of it before the end, is told at once that the silence has ended, unless
 * another holds then. That nobody has heard since says that it is still to be
 * done: so one that ended while we were not there is made up for, and once only.
 */
#include "core/telling_internal.h"

void silences_start(struct silences *silences, instant alive)
{
	for (size_t i = 0; i < silences->count; i++) {
		struct silent *silent = silences->items[i];

		silent->warned = silent_warning(silent) <= alive;
	}
}

/* Whether it is its end that a subject waits for: no other holds then. */
static bool silent_is_last(const struct engine *engine,
	const struct silent *silent, const struct route_subject *subject)
{
	instant end = silent_end(silent);
	int64_t other;

	return silent_matches(silent, subject) &&
		silences_hold(engine, subject, end, &other) == end;
}

/* The first over a subject that is about to end. */
static const struct silent *silences_ending(const struct engine *engine,
	const struct route_subject *subject, instant now)
{
	const struct silences *silences = engine->silences;

	for (size_t i = 0; i < silences->count; i++) {
		const struct silent *silent = silences->items[i];

		if (silence_holds(&silent->silence, now) &&
				silent_warning(silent) <= now &&
				silent_matches(silent, subject))
			return silent;
	}
	return NULL;
}

bool silences_warn(const struct engine *engine,
	const struct route_subject *subject, instant now)
{
	return silences_ending(engine, subject, now) != NULL;
}

/* --- a word before the end ----------------------------------------------- */

/* Of the alerts that a silence holds back from a channel: the worst, the oldest
   of these, speaks for all. */
struct held {
	struct story *story;
	struct receiver *receiver;
	enum severity severity;
	bool warned;		/* something was told there since it was time */
};

static void held_take(struct held *held, struct story *story, struct ear *ear,
	enum severity severity, bool last, instant warning)
{
	if (ear->told != INSTANT_MIN && ear->told >= warning)
		held->warned = true;
	if (!last || !ear->waiting || ear->waiting->mention.made > warning ||
			(held->story && held->severity >= severity))
		return;
	*held = (struct held){story, ear->receiver, severity, held->warned};
}

/* Words that wait from before a restart. */
static void held_look(struct engine *engine, const struct silent *silent,
	struct held held[CHANNELS_MAX])
{
	struct group *group, *next;
	struct waiting *waiting;

	HASH_ITER(hh, engine->telling->groups, group, next) {
		DL_FOREACH(group->first, waiting) {
			const struct route_subject subject =
				waiting_subject(engine, waiting);

			if (waiting->mention.reason ==
					REASON_SILENCE_EXPIRING &&
					group->receiver->index != NOT_FOUND &&
					silent_matches(silent, &subject))
				held[group->receiver->index].warned = true;
		}
	}
}

static void silent_warn(struct engine *engine, struct silent *silent,
	instant now, struct effects *effects)
{
	struct held held[CHANNELS_MAX] = {{0}};

	silent->warned = true;
	for (size_t i = 0; i < alerts_count(engine->alerts); i++) {
		const struct alert *alert = alerts_at(engine->alerts, i);
		struct story *story = story_find(engine->telling, alert->id);
		const struct route_subject subject = alerts_subject_at(engine,
			i);

		if (!story || !silent_matches(silent, &subject))
			continue;
		bool last = silent_is_last(engine, silent, &subject);
		for (struct ear *ear = story->ears; ear; ear = ear->next) {
			if (ear->receiver->index != NOT_FOUND)
				held_take(&held[ear->receiver->index], story,
					ear, alert->severity, last,
					silent_warning(silent));
		}
	}
	held_look(engine, silent, held);
	for (size_t i = 0; i < CHANNELS_MAX; i++) {
		if (held[i].story && !held[i].warned)
			alert_mention(engine, held[i].story, held[i].receiver,
				REASON_SILENCE_EXPIRING, now, effects);
	}
}

void silences_name(const struct engine *engine, struct item *item,
	const struct receiver *receiver, struct effects *effects)
{
	if (!item->alert)
		return;
	const struct route_subject lead = engine_alert_subject(engine,
		item->alert);
	const struct silent *silent = silences_ending(engine, &lead,
		engine->asked);
	const char **names = effects_block(effects,
		SPEAKS_FOR_MAX * sizeof(*names));

	for (size_t i = 0; silent && i < alerts_count(engine->alerts); i++) {
		const struct alert *alert = alerts_at(engine->alerts, i);
		struct story *story = story_find(engine->telling, alert->id);
		struct ear *ear = story ? ear_find(story, receiver) : NULL;
		const struct route_subject subject = alerts_subject_at(engine,
			i);

		if (!ear || !ear->waiting || alert->id == item->alert->id ||
				!silent_is_last(engine, silent, &subject))
			continue;
		item->consequences++;
		if (item->speaks_for_count < SPEAKS_FOR_MAX)
			names[item->speaks_for_count++] =
				effects_string(effects, alert->subject);
	}
	item->speaks_for = names;
}

/* --- the end ------------------------------------------------------------- */

static void ear_unsilence(struct engine *engine, struct ear *ear,
	enum notify_reason reason, instant end, instant now,
	struct effects *effects)
{
	struct waiting *waiting = ear->waiting;

	if (!waiting) {
		if (ear->told != INSTANT_MIN && ear->told < end)
			alert_mention(engine, ear->story, ear->receiver, reason,
				now, effects);
		return;
	}
	if (waiting->mention.made < end &&
			reason_outweighs(reason, waiting->mention.reason))
		waiting->mention.reason = reason;
	waiting_plan(engine, waiting, now);
}

/* As it stood at the end of the silence, which may be a while ago. */
static enum alert_state alert_state_at(const struct alert *alert, instant at)
{
	return alert->acknowledged <= at && at < alert->until ?
		ALERT_ACKNOWLEDGED : ALERT_FIRING;
}

static void alert_unsilence(struct engine *engine, const struct alert *alert,
	instant end, instant now, struct effects *effects)
{
	struct story *story = story_find(engine->telling, alert->id);
	enum notify_reason reason = alert_step(alert_state_at(alert, end),
		ALERT_UNSILENCE).reason;

	if (!story || reason == REASON_NONE || alert->raised >= end)
		return;
	for (struct ear *ear = story->ears; ear; ear = ear->next)
		ear_unsilence(engine, ear, reason, end, now, effects);
	story_plan(engine, story);
}

/* What it held goes on from its end, be there an end to tell of or not. */
static void groups_unsilence(struct engine *engine, const struct silent *silent,
	instant now)
{
	instant end = silent_end(silent);
	struct group *group, *next;
	struct waiting *waiting, *after;

	HASH_ITER(hh, engine->telling->groups, group, next) {
		DL_FOREACH_SAFE(group->first, waiting, after) {
			const struct route_subject subject =
				waiting_subject(engine, waiting);

			if (!silent_matches(silent, &subject))
				continue;
			if (waiting->mention.made < end)
				waiting->since = later(waiting->since, end);
			waiting_plan(engine, waiting, now);
		}
	}
}

static void silent_let_go(struct engine *engine, const struct silent *silent,
	instant now, struct effects *effects)
{
	instant end = silent_end(silent);

	if (end <= silent->silence.from)
		return;
	groups_unsilence(engine, silent, now);
	for (size_t i = 0; i < alerts_count(engine->alerts); i++) {
		const struct alert *alert = alerts_at(engine->alerts, i);
		const struct route_subject subject = alerts_subject_at(engine,
			i);

		if (silent_is_last(engine, silent, &subject))
			alert_unsilence(engine, alert, end, now, effects);
	}
}

/* The end of one may leave another, about to end, as the last, unless it was told
   by an earlier process. All that are over are known until each is told. */
static void silences_let_go(struct engine *engine, instant now,
	struct effects *effects)
{
	struct silences *silences = engine->silences;
	bool changed = false;
	size_t kept = 0;

	for (size_t i = 0; i < silences->count; i++) {
		if (!silent_is_over(silences->items[i], now))
			continue;
		silent_let_go(engine, silences->items[i], now, effects);
		changed |= silent_end(silences->items[i]) >
			engine->telling->alive;
	}
	for (size_t i = 0; i < silences->count; i++) {
		struct silent *silent = silences->items[i];

		if (silent_is_over(silent, now))
			silent_free(silent);
		else
			silences->items[kept++] = silent;
	}
	for (size_t i = 0; i < kept && changed; i++)
		silences->items[i]->warned = false;
	silences->count = kept;
}

void silences_advance(struct engine *engine, instant now,
	struct effects *effects)
{
	struct silences *silences = engine->silences;

	if (now < silences->next || engine->telling->settling)
		return;
	silences_let_go(engine, now, effects);
	for (size_t i = 0; i < silences->count; i++) {
		struct silent *silent = silences->items[i];

		if (!silent->warned && silent_warning(silent) <= now)
			silent_warn(engine, silent, now, effects);
	}
	silences_plan(silences);
}
