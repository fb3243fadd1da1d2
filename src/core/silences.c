/*
 * silences: which count, and what they hold back. See silence.h.
 *
 *	made ── from ─── holds ─── a word before ─── until, or ended by hand ─→ gone
 */
#include "core/telling_internal.h"

/* Alerts of one silence that are asked for what they wait for. */
#define ASKED_MAX 1000

/* --- one ----------------------------------------------------------------- */

instant silent_end(const struct silent *silent)
{
	return earlier(silent->silence.until, silent->silence.ended);
}

bool silent_is_over(const struct silent *silent, instant now)
{
	return silent_end(silent) <= now;
}

instant silent_warning(const struct silent *silent)
{
	return warning_before(silent->silence.from, silent->silence.until);
}

bool silent_matches(const struct silent *silent,
	const struct route_subject *subject)
{
	return matches_hold(silent->matches, silent->match_count, subject);
}

void silent_free(struct silent *silent)
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

static bool silent_concerns(const struct silent *silent,
	const struct register_ *reg, uint32_t milestone)
{
	return silent_may_match(silent, &(struct route_subject){.reg = reg,
		.kind = EVENT_SLIPPED, .about = SUBJECT_MILESTONE,
		.severity = reg->milestones[milestone].severity,
		.milestone = milestone, .source = NOT_FOUND,
		.indicator = NOT_FOUND});
}

static size_t silent_milestones(const struct engine *engine,
	const struct silent *silent)
{
	size_t count = 0;

	for (uint32_t i = 0; i < engine->reg->milestone_count; i++)
		count += silent_concerns(silent, engine->reg, i);
	return count;
}

bool engine_silence_concerns(const struct engine *engine,
	const struct silence *silence, uint32_t milestone)
{
	struct silent *silent = silent_new(silence, engine->reg);
	bool concerns = silent != NULL && silent_concerns(silent, engine->reg,
		milestone);

	if (silent != NULL)
		silent_free(silent);
	return concerns;
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
