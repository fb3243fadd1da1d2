/*
 * polls: asking sources and taking their figures. A source is asked by one
 * fetch at a time; what it fails to say changes nothing that is known.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/engine_internal.h"

#define DAY INT64_C(86400)

/* --- planning ------------------------------------------------------------ */

/* The longest wait the present settings can give: a plan made under other
   settings, or under a clock that was wrong, is cut to it. */
static instant plan_latest(const struct engine *engine,
	const struct source *source, instant now)
{
	const struct poll_settings *settings = &engine->settings.polling;
	int64_t wait = source->every > 0 ? source->every : settings->every;

	wait = wait > settings->min_every ? wait : settings->min_every;
	return now + (wait > DAY ? wait : DAY);
}

/* Of a plan made at polled->planned. */
static void polls_cut(struct engine *engine, uint32_t index, instant now)
{
	struct polled *polled = &engine->sources[index];
	instant latest = plan_latest(engine, &engine->reg->sources[index], now);
	instant next = plan_cut(polled->state.next, polled->planned, now);

	polled->state.next = next < latest ? next : latest;
	if (polled->planned > now)
		polled->planned = now;
	if (!polled->busy)
		heap_set(engine->polls, index, polled->state.next);
}

void polls_replan(struct engine *engine, instant now)
{
	for (size_t i = 0; i < engine->reg->source_count; i++)
		polls_cut(engine, (uint32_t)i, now);
}

static void polls_await(struct engine *engine, struct polled *polled)
{
	if (polled->awaited)
		return;
	polled->awaited = true;
	engine->awaited++;
}

static void polls_attempted(struct engine *engine, struct polled *polled)
{
	if (!polled->awaited)
		return;
	polled->awaited = false;
	engine->awaited--;
}

void polls_adopt(struct engine *engine, uint32_t index,
	const struct source_state *state, instant now)
{
	struct polled *polled = &engine->sources[index];
	const struct source *source = &engine->reg->sources[index];
	struct digest program;

	source_program(source, &program);
	if (state)
		polled->state = *state;
	bool tried = state && state->last_attempt != INSTANT_MIN;
	if (!engine->started || !state)
		polled->planned = tried ? state->last_attempt : now;
	if (!tried) {
		instant first = poll_first(source, &engine->settings.polling,
			now);
		if (!state || state->next > first)
			polled->state.next = first;
	} else if (memcmp(&program, &state->program, sizeof(program)) != 0) {
		source_forget_validators(&polled->state);
		polled->state.next = now;
		polled->again = polled->busy;
		tried = false;
	}
	polls_cut(engine, index, now);
	if (!tried || (!engine->started && polled->state.next <= now))
		polls_await(engine, polled);
}

static void polls_ask(struct engine *engine, uint32_t source,
	struct effects *effects)
{
	struct polled *polled = &engine->sources[source];

	polled->busy = true;
	heap_set(engine->polls, source, INSTANT_MAX);
	struct effect *effect = effects_add(effects, EFFECT_FETCH);
	effect->index = source;
	effect->subject = engine->reg->sources[source].id;
	effect->source_state = &polled->state;
}

void polls_advance(struct engine *engine, instant now, struct effects *effects)
{
	while (heap_first_key(engine->polls) <= now)
		polls_ask(engine, heap_first(engine->polls), effects);
}

bool engine_poll(struct engine *engine, uint32_t source, instant now,
	struct effects *effects)
{
	engine->asked = now;
	if (engine->sources[source].busy)
		return false;
	polls_ask(engine, source, effects);
	return true;
}

/* --- how sources are doing ----------------------------------------------- */

static void source_announce(struct engine *engine, uint32_t source,
	enum event_kind kind, const char *reason, instant now,
	struct effects *effects)
{
	engine_announce(engine, &(struct announcement){
		.kind = kind,
		.severity = event_kind_raises(kind) ? SEVERITY_WARNING
			: SEVERITY_INFO,
		.subject_kind = SUBJECT_SOURCE,
		.subject = engine->reg->sources[source].id,
		.reg = engine->reg,
		.milestone = NOT_FOUND,
		.source = source,
		.reason = reason,
		.spare = EVENT_KIND_COUNT,
	}, now, effects);
}

static void failure_reason(const struct source_state *state, const char *what,
	struct text *out)
{
	text_addf(out, "%s since ", what);
	text_add_instant(out, state->failing_since);
	text_addf(out, ", %d attempt%s: %s", (int)state->failures,
		state->failures == 1 ? "" : "s", state->error);
}

/* What one attempt tells of a source; before: its state until then. Each alert
   is raised once, and a success ends them all. */
static void polls_tell(struct engine *engine, uint32_t source,
	const struct source_state *before, instant now, struct effects *effects)
{
	const struct source_state *state = &engine->sources[source].state;
	enum event_kind kind = EVENT_KIND_COUNT;
	struct text reason;

	text_init(&reason, 0);
	if (state->failures == 0 && before->failures > 0) {
		kind = EVENT_SOURCE_RECOVERED;
		text_addf(&reason, "it answers again, after %d failure%s since ",
			(int)before->failures, before->failures == 1 ? "" : "s");
		text_add_instant(&reason, before->failing_since);
	} else if (state->outcome == FETCH_UNREADABLE) {
		kind = EVENT_SOURCE_UNREADABLE;
		failure_reason(state, "cannot be read", &reason);
	} else if (state->outcome == FETCH_FAILED &&
			state->failures >= SOURCE_FAILURES_ALERT) {
		kind = EVENT_SOURCE_FAILING;
		failure_reason(state, "no good answer", &reason);
	}
	if (kind != EVENT_KIND_COUNT)
		source_announce(engine, source, kind, text_string(&reason), now,
			effects);
	text_release(&reason);
}

/* --- figures ------------------------------------------------------------- */

void polls_touch(struct engine *engine, uint32_t indicator,
	enum series_news news)
{
	enum touch touch = news == SERIES_REVISED ? TOUCH_REVISED : TOUCH_NEW;

	if (engine->touches[indicator] == TOUCH_NONE)
		engine->touched[engine->touched_count++] = indicator;
	if (touch > engine->touches[indicator])
		engine->touches[indicator] = touch;
}

/* Whether the last word on any period is one that is not used. */
static bool series_is_quarantined(const struct series *series)
{
	for (size_t i = 0; i < series->count; i++) {
		bool last = i + 1 == series->count || !period_equal(
			series->items[i].period, series->items[i + 1].period);
		if (last && series->items[i].quarantine)
			return true;
	}
	return false;
}

static void quarantine_announce(struct engine *engine, uint32_t index,
	enum event_kind kind, const char *reason, instant now,
	struct effects *effects)
{
	engine_announce(engine, &(struct announcement){
		.kind = kind,
		.severity = kind == EVENT_RECOVERED ? SEVERITY_INFO
			: SEVERITY_WARNING,
		.subject_kind = SUBJECT_INDICATOR,
		.subject = engine->reg->indicators[index].id,
		.reg = engine->reg,
		.milestone = NOT_FOUND,
		.source = NOT_FOUND,
		.reason = reason,
		.spare = EVENT_KIND_COUNT,
	}, now, effects);
}

/* An implausible figure is kept and told; a plausible one in its place ends
   the alert. */
static void quarantine_tell(struct engine *engine, uint32_t index,
	const struct series *series, const struct observation *observation,
	instant now, struct effects *effects)
{
	const char *id = engine->reg->indicators[index].id;
	struct text reason;

	if (observation->quarantine) {
		text_init(&reason, 0);
		text_add_period(&reason, observation->period);
		text_add_string(&reason, ": ");
		text_add_decimal(&reason, observation->value);
		text_add_string(&reason, " is outside the indicator's domain "
			"and is not used");
		quarantine_announce(engine, index, EVENT_DATA_QUARANTINED,
			text_string(&reason), now, effects);
		text_release(&reason);
	} else if (alerts_fires(engine->alerts, SUBJECT_INDICATOR, id,
			EVENT_DATA_QUARANTINED) && !series_is_quarantined(series)) {
		quarantine_announce(engine, index, EVENT_RECOVERED,
			"a plausible figure has taken the place of the "
			"implausible one", now, effects);
	}
}

static void polls_take_row(struct engine *engine, uint32_t source,
	const struct row *row, struct series *series, instant now,
	struct effects *effects)
{
	struct observation observation = row->observation;

	observation.recorded = engine_as_of(engine, now);
	enum series_news news = series_add(series, &observation, NULL);
	if (news == SERIES_SAME)
		return;
	polls_touch(engine, row->indicator, news);
	struct effect *effect = effects_add(effects, EFFECT_OBSERVATION);
	effect->index = row->indicator;
	effect->subject = engine->reg->indicators[row->indicator].id;
	effect->source = source;
	effect->as.observation = observation;
	quarantine_tell(engine, row->indicator, series, &observation, now,
		effects);
}

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* By indicator, period and publication, then as they stand in the table. */
static int row_order(const void *left, const void *right)
{
	const struct row *a = *(const struct row *const *)left;
	const struct row *b = *(const struct row *const *)right;
	int order = compare(a->indicator, b->indicator);

	if (order == 0 && a->document && b->document)
		order = strcmp(a->document->key, b->document->key);
	else if (order == 0)
		order = period_compare(a->observation.period,
			b->observation.period);
	if (order == 0)
		order = compare(a->observation.published,
			b->observation.published);
	return order != 0 ? order : (a > b) - (a < b);
}

/* A document that stands twice in a table is what the table says last. */
static bool row_is_outdone(const struct row *row, const struct row *next)
{
	return row->document && next->document &&
		row->indicator == next->indicator &&
		row->observation.published == next->observation.published &&
		strcmp(row->document->key, next->document->key) == 0;
}

/*
 * A vintage that repeats the one before it is not kept, so those of one period
 * are taken in the order in which they came to be, whatever the order of the
 * table's rows: a figure that went and came back is no repetition. One
 * indicator after the other, each is looked up once, and its periods in their
 * order go to the end of its series.
 */
static void polls_take_rows(struct engine *engine, uint32_t source,
	const struct row *rows, size_t count, instant now, struct effects *effects)
{
	const struct row **ordered = mem_new(count, sizeof *ordered);
	struct series *series = NULL;

	for (size_t i = 0; i < count; i++)
		ordered[i] = &rows[i];
	qsort(ordered, count, sizeof *ordered, row_order);
	for (size_t i = 0; i < count; i++) {
		uint32_t indicator = ordered[i]->indicator;
		if (i + 1 < count && row_is_outdone(ordered[i], ordered[i + 1]))
			continue;
		if (ordered[i]->document) {
			gather_document(engine, source, ordered[i], now, effects);
			continue;
		}
		if (!series || indicator != ordered[i - 1]->indicator)
			series = history_series(engine->history,
				engine->reg->indicators[indicator].id);
		polls_take_row(engine, source, ordered[i], series, now, effects);
	}
	free(ordered);
}

/* --- an attempt has ended ------------------------------------------------ */

static void polls_finish(struct engine *engine, uint32_t index,
	const struct fetch_report *report, instant now, struct effects *effects)
{
	struct polled *polled = &engine->sources[index];
	const struct source_state before = polled->state;

	polled->busy = false;
	polled->planned = now;
	poll_finished(&engine->reg->sources[index], &engine->settings.polling,
		report, &polled->state);
	if (polled->again) {
		/* It was read by the old program: ask by the new one. */
		source_forget_validators(&polled->state);
		polled->state.next = now;
		polled->again = false;
	} else {
		polls_attempted(engine, polled);
	}
	heap_set(engine->polls, index, polled->state.next);

	struct effect *effect = effects_add(effects, EFFECT_FETCHED);
	effect->index = index;
	effect->subject = engine->reg->sources[index].id;
	effect->as.report = report;
	effect->source_state = &polled->state;
	polls_tell(engine, index, &before, now, effects);
}

/* Figures and the judgements they change are committed together: what is not
   judged in this call is saved as due. */
static void polls_took(struct engine *engine, instant now,
	struct effects *effects)
{
	engine_settle(engine, now);
	watch_mark_touched(engine);
	watch_judge(engine, now, INSTANT_MIN, JUDGED_AT_ONCE, effects);
	watch_save_touched(engine, now, effects);
	outbox_advance(engine->outbox, now, effects);
}

void engine_fetched(struct engine *engine, uint32_t source,
	const struct fetch_report *report, const struct row *rows,
	size_t row_count, instant now, struct effects *effects)
{
	engine->asked = now;
	polls_finish(engine, source, report, now, effects);
	if (report->outcome == FETCH_CHANGED)
		polls_take_rows(engine, source, rows, row_count, now, effects);
	gather_polled(engine, source, report);
	polls_took(engine, now, effects);
}

void engine_observed(struct engine *engine, const struct row *rows,
	size_t row_count, instant now, struct effects *effects)
{
	engine->asked = now;
	polls_take_rows(engine, NOT_FOUND, rows, row_count, now, effects);
	polls_took(engine, now, effects);
}
