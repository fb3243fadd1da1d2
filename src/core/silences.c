/*
 * silences: which count, what they hold back, and what comes at their end. See
 * silence.h.
 *
 *	made ── from ─── holds ─── a word before ─── until, or ended by hand ─→ gone
 *
 * At its end whoever waits to hear of an alert that fires still, or has heard
 * of it before the end, is told at once that the silence has ended, unless
 * another holds. That nobody has heard since says that it is still to be done:
 * so one that ended while we were not there is made up for once, and once only.
 */
#include "core/telling_internal.h"

/* Alerts of one silence that are asked for what they wait for. */
#define ASKED_MAX 1000

struct silent {
	struct silence silence;	/* strings owned */
	struct match *matches;
	size_t match_count;
	bool warned;		/* looked at for that, and not to be again */
};

struct silences {
	struct silent **items;	/* not over, or the end still to be told; by id */
	size_t count, capacity;
	int64_t last_id;
	instant next;		/* a warning or an end; INSTANT_MAX */
};

/* --- one ----------------------------------------------------------------- */

static instant silent_end(const struct silent *silent)
{
	return earlier(silent->silence.until, silent->silence.ended);
}

static bool silent_is_over(const struct silent *silent, instant now)
{
	return silent_end(silent) <= now;
}

static instant silent_warning(const struct silent *silent)
{
	return warning_before(silent->silence.from, silent->silence.until);
}

static bool silent_matches(const struct silent *silent,
	const struct route_subject *subject)
{
	return matches_hold(silent->matches, silent->match_count, subject);
}

static void silent_free(struct silent *silent)
{
	free((char *)silent->silence.words);
	free((char *)silent->silence.by);
	free((char *)silent->silence.note);
	free((char *)silent->silence.ended_by);
	free(silent->matches);
	free(silent);
}

static char *string_kept(const char *string, size_t most)
{
	char kept[ALERT_NOTE_MAX + 1];

	string_copy(kept, most + 1, string ? string : "");
	return mem_string(kept);
}

/* Its words as they mean the same in every register; NULL: they mean nothing. */
static struct silent *silent_new(const struct silence *silence,
	const struct register_ *reg)
{
	size_t count = 0;
	struct match *matches = match_words_read(silence->words, reg, &count,
		NULL);
	struct text words;

	if (!matches)
		return NULL;
	struct silent *silent = mem_new(1, sizeof(*silent));
	text_init(&words, 0);
	match_words_write(matches, count, &words);
	silent->silence = *silence;
	silent->silence.words = text_take(&words);
	silent->silence.by = string_kept(silence->by, ALERT_BY_MAX);
	silent->silence.note = string_kept(silence->note, ALERT_NOTE_MAX);
	silent->silence.ended_by = mem_string(silence->ended_by);
	silent->matches = matches;
	silent->match_count = count;
	return silent;
}

static void silent_save(const struct silent *silent, struct effects *effects)
{
	struct silence *copy = effects_block(effects, sizeof(*copy));

	*copy = silent->silence;
	copy->words = effects_string(effects, copy->words);
	copy->by = effects_string(effects, copy->by);
	copy->note = effects_string(effects, copy->note);
	if (copy->ended_by)
		copy->ended_by = effects_string(effects, copy->ended_by);
	effects_add(effects, EFFECT_SILENCE)->as.silence = copy;
}

/* --- all ----------------------------------------------------------------- */

struct silences *silences_new(int64_t last_id)
{
	struct silences *silences = mem_new(1, sizeof(*silences));

	silences->last_id = last_id;
	silences->next = INSTANT_MAX;
	return silences;
}

void silences_free(struct silences *silences)
{
	if (!silences)
		return;
	for (size_t i = 0; i < silences->count; i++)
		silent_free(silences->items[i]);
	free(silences->items);
	free(silences);
}

static void silences_add(struct silences *silences, struct silent *silent)
{
	size_t at = silences->count;

	silences->items = mem_grow(silences->items, silences->count++,
		&silences->capacity, sizeof(*silences->items));
	for (; at > 0 && silences->items[at - 1]->silence.id >
			silent->silence.id; at--)
		silences->items[at] = silences->items[at - 1];
	silences->items[at] = silent;
}

void silences_plan(struct silences *silences)
{
	silences->next = INSTANT_MAX;
	for (size_t i = 0; i < silences->count; i++) {
		const struct silent *silent = silences->items[i];
		instant end = silent_end(silent);

		silences->next = earlier(silences->next, silent->warned ? end :
			earlier(end, silent_warning(silent)));
	}
}

void silences_start(struct silences *silences, instant alive)
{
	for (size_t i = 0; i < silences->count; i++) {
		struct silent *silent = silences->items[i];

		silent->warned = silent_warning(silent) <= alive;
	}
}

instant silences_hold(const struct engine *engine,
	const struct route_subject *subject, instant now, int64_t *silence)
{
	const struct silences *silences = engine->silences;
	instant end = now;

	for (size_t i = 0; i < silences->count; i++) {
		const struct silent *silent = silences->items[i];

		if (!silence_holds(&silent->silence, now) ||
				silent_end(silent) <= end ||
				!silent_matches(silent, subject))
			continue;
		end = silent_end(silent);
		*silence = silent->silence.id;
	}
	return end;
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

/* Whether it is its end that a subject waits for: no other holds then. */
static bool silent_is_last(const struct engine *engine,
	const struct silent *silent, const struct route_subject *subject)
{
	instant end = silent_end(silent);
	int64_t other;

	return silent_matches(silent, subject) &&
		silences_hold(engine, subject, end, &other) == end;
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

instant silences_next(const struct engine *engine)
{
	return engine->silences->next;
}

/* --- what the engine offers ---------------------------------------------- */

void engine_restore_silence(struct engine *engine,
	const struct silence *silence)
{
	struct silences *silences = engine->silences;
	struct silent *silent = silent_new(silence, NULL);

	if (!silent)
		return;
	if (silence->id > silences->last_id)
		silences->last_id = silence->id;
	silences_add(silences, silent);
}

int64_t engine_silence(struct engine *engine, const struct silence *silence,
	instant now, struct effects *effects)
{
	struct silences *silences = engine->silences;
	struct silent *silent;

	engine->asked = now;
	silent = engine_silence_count(engine) < SILENCES_MAX ?
		silent_new(silence, engine->reg) : NULL;
	if (silent) {
		struct silence *made = &silent->silence;

		made->id = ++silences->last_id;
		made->made = now;
		made->from = later(made->from, now);
		made->until = later(made->until, made->from);
		made->ended = INSTANT_MAX;
		silences_add(silences, silent);
		engine->telling->news++;
		silent_save(silent, effects);
		silences_plan(silences);
	}
	telling_advance(engine, now, effects);
	return silent ? silences->last_id : 0;
}

bool engine_end_silence(struct engine *engine, int64_t id, const char *by,
	instant now, struct effects *effects)
{
	struct silences *silences = engine->silences;
	struct silent *silent = NULL;

	engine->asked = now;
	for (size_t i = 0; i < silences->count; i++) {
		if (silences->items[i]->silence.id == id &&
				!silent_is_over(silences->items[i], now))
			silent = silences->items[i];
	}
	if (silent) {
		silent->silence.ended = now;
		silent->silence.ended_by = string_kept(by, ALERT_BY_MAX);
		silent_save(silent, effects);
		silences_plan(silences);
	}
	telling_advance(engine, now, effects);
	return silent != NULL;
}

size_t engine_silence_count(const struct engine *engine)
{
	const struct silences *silences = engine->silences;
	size_t count = 0;

	for (size_t i = 0; i < silences->count; i++)
		count += !silent_is_over(silences->items[i], engine->asked);
	return count;
}

const struct silence *engine_silence_at(const struct engine *engine,
	size_t index)
{
	const struct silences *silences = engine->silences;

	for (size_t i = 0; i < silences->count; i++) {
		if (!silent_is_over(silences->items[i], engine->asked) &&
				index-- == 0)
			return &silences->items[i]->silence;
	}
	return NULL;
}

/* What may come of a milestone is of many kinds: that is not looked at. */
static bool silent_may_match(const struct silent *silent,
	const struct route_subject *subject)
{
	for (size_t i = 0; i < silent->match_count; i++) {
		if (silent->matches[i].field != MATCH_KIND &&
				!matches_hold(&silent->matches[i], 1, subject))
			return false;
	}
	return true;
}

static size_t silent_milestones(const struct engine *engine,
	const struct silent *silent)
{
	const struct register_ *reg = engine->reg;
	struct route_subject subject = {.reg = reg, .kind = EVENT_SLIPPED,
		.about = SUBJECT_MILESTONE, .source = NOT_FOUND,
		.indicator = NOT_FOUND};
	size_t count = 0;

	for (uint32_t i = 0; i < reg->milestone_count; i++) {
		subject.milestone = i;
		subject.severity = reg->milestones[i].severity;
		count += silent_may_match(silent, &subject);
	}
	return count;
}

static bool alert_is_held(const struct engine *engine, int64_t alert,
	int64_t silence)
{
	struct hearing_view hearings[CHANNELS_MAX];
	size_t count = engine_alert_hearings(engine, alert, hearings);

	for (size_t i = 0; i < count; i++)
		if (hearings[i].silence == silence)
			return true;
	return false;
}

void engine_silence_reach(const struct engine *engine,
	const struct silence *silence, struct silence_reach *out)
{
	struct silent *silent = silent_new(silence, engine->reg);

	*out = (struct silence_reach){.held_known = true};
	if (!silent)
		return;
	for (size_t i = 0; i < alerts_count(engine->alerts); i++) {
		const struct route_subject subject = alerts_subject_at(engine,
			i);

		if (!silent_matches(silent, &subject))
			continue;
		out->held_known = ++out->alerts <= ASKED_MAX;
		if (out->held_known)
			out->held += alert_is_held(engine,
				alerts_at(engine->alerts, i)->id, silence->id);
	}
	out->milestones = silent_milestones(engine, silent);
	silent_free(silent);
}
