/*
 * stale: an indicator whose next period should be there and is not, while an
 * undecided milestone waits for it. Sources that answer well and have nothing
 * newer are at fault as those that fail are: this is about the figures.
 *
 * Told of indicators that a source of the register supplies and that have come
 * to some period: once every such source has answered well after the figure
 * was expected, else when twice the time between its polls is over.
 */
#include "core/engine_internal.h"
#include "core/standing.h"
#include "core/windows.h"

struct staleness {
	uint32_t number;
	const struct indicator *indicator;
	struct period last;
	instant expected;	/* the figure after it, at the latest */
	instant overdue;	/* … when sources had their time to bring it */
	instant now;
};

/* The last period known. What it was supplied with tells that where its series
   is not loaded, with figures that are published ahead: they end no alert, which
   is why the series is loaded for one. */
static struct period staleness_last(const struct engine *engine,
	uint32_t number, bool told, instant as_of)
{
	const struct indicator *indicator = &engine->reg->indicators[number];
	const struct series *series = told ?
		history_series(engine->history, indicator->id) :
		history_loaded(engine->history, indicator->id);
	const struct observation *latest;

	if (!series)
		return supply_last(engine->supply, number);
	latest = series_latest(series, (struct knowledge){as_of, INSTANT_MAX});
	return latest && latest->period.frequency == indicator->frequency ?
		latest->period : PERIOD_NONE;
}

static int64_t source_patience(const struct engine *engine, uint32_t source)
{
	int64_t every = engine->reg->sources[source].every;

	return 2 * (every > 0 ? every : engine->settings.polling.every);
}

/* False: nobody can say that a figure is missing. */
static bool staleness_make(const struct engine *engine, uint32_t number,
	bool told, instant now, struct staleness *out)
{
	const struct supply_list *sources = supply_sources(engine->supply, number);
	const struct indicator *indicator = &engine->reg->indicators[number];
	int64_t patience = 0;

	if (indicator->kind != INDICATOR_FIGURES || sources->count == 0 ||
	    frequency_per_year(indicator->frequency) == 0)
		return false;
	*out = (struct staleness){.number = number, .indicator = indicator,
		.last = staleness_last(engine, number, told, now),
		.now = now};
	if (period_is_none(out->last))
		return false;
	out->expected = figure_expected(indicator, period_next(out->last, 1),
		engine->reg->zone);
	for (size_t i = 0; i < sources->count; i++) {
		int64_t needs = source_patience(engine, sources->items[i]);

		patience = needs > patience ? needs : patience;
	}
	out->overdue = out->expected + patience;
	return true;
}

/* The source that answered last of all, if all have since the figure was
   expected; NOT_FOUND: some have not. */
static uint32_t staleness_answered(const struct engine *engine,
	const struct staleness *stale)
{
	const struct supply_list *sources = supply_sources(engine->supply,
		stale->number);
	uint32_t last = NOT_FOUND;

	for (size_t i = 0; i < sources->count; i++) {
		uint32_t source = sources->items[i];
		instant good = engine->sources[source].state.last_success;

		if (good <= stale->expected)
			return NOT_FOUND;
		if (last == NOT_FOUND ||
		    good > engine->sources[last].state.last_success)
			last = source;
	}
	return last;
}

struct missing {
	const struct staleness *stale;
	const struct zone *zone;	/* of the milestone */
	bool found;
};

/* What moves on with time has come to all periods since the last known one. Of
   what stays the first that is missing is to be late. */
static void missing_look(void *context, const struct need *need)
{
	struct missing *missing = context;
	const struct staleness *stale = missing->stale;
	int64_t after = stale->last.number;

	if (need->indicator != stale->number ||
	    need->first.number > need->last.number || need->last.number <= after)
		return;
	missing->found |= !need->stays || need->first.number <= after ||
		stale->now > figure_expected(stale->indicator, need->first,
		missing->zone);
}

/* Whether it is undecided for want of figures, and newer ones of the indicator
   are among them: one that ended before is only what it is measured against, or
   has a gap that the newer ones do not fill. */
static bool milestone_misses(const struct engine *engine,
	const struct staleness *stale, uint32_t number)
{
	const struct milestone_state *state = &engine->milestones[number]->state;
	const struct assessment *assessment = &state->assessment;
	const struct milestone *terms;
	struct evaluation evaluation;
	struct missing missing = {.stale = stale};

	if (!milestone_is_open(state) || state->since == INSTANT_MIN ||
	    period_is_none(assessment->waiting_for))
		return false;
	terms = milestone_at(&engine->reg->milestones[number], stale->now);
	evaluation = milestone_evaluation(engine->reg, engine->history, terms,
		(struct knowledge){stale->now, INSTANT_MAX});
	evaluation.start = assessment->start;
	evaluation.due = assessment->due;
	evaluation.at = earlier(stale->now, assessment->grace_end);
	missing.zone = evaluation.zone;
	expression_needs(terms->benchmark->root, &evaluation, missing_look,
		&missing);
	return missing.found;
}

static bool staleness_matters(const struct engine *engine,
	const struct staleness *stale)
{
	for (size_t i = 0; i < stale->indicator->milestone_count; i++)
		if (milestone_misses(engine, stale,
		    stale->indicator->milestones[i]))
			return true;
	return false;
}

/* Whether the figure that is expected has come, and is held: of that people are
   told already. */
static bool staleness_is_held(const struct engine *engine,
	const struct staleness *stale)
{
	const struct series *series = history_series(engine->history,
		stale->indicator->id);
	struct period next = period_next(stale->last, 1);

	for (size_t i = series_position(series, next); i < series->count &&
	    period_equal(series->items[i].period, next); i++)
		if (series->items[i].quarantine != QUARANTINE_NONE)
			return true;
	return false;
}

static void stale_announce(struct engine *engine,
	const struct indicator *indicator, enum event_kind kind,
	const char *reason, instant now, struct effects *effects)
{
	struct announcement announcement = announcement_about(engine,
		SUBJECT_INDICATOR, indicator->id, kind, reason);

	announcement.spare = EVENT_DATA_QUARANTINED;
	engine_announce(engine, &announcement, now, effects);
}

/* It is told of no more, whatever its figures are. */
static void stale_dropped(struct engine *engine, uint32_t number, instant now,
	struct effects *effects)
{
	stale_announce(engine, &engine->reg->indicators[number],
		EVENT_RECOVERED, supply_sources(engine->supply,
		number)->count == 0 ? "no source supplies it any more" :
		"it is defined otherwise now, and no next figure is known to be "
		"missing", now, effects);
}

static void stale_recovered(struct engine *engine,
	const struct staleness *stale, instant now, struct effects *effects)
{
	struct text reason;

	text_init(&reason, 0);
	if (stale->now <= stale->expected) {
		text_add_period(&reason, stale->last);
		text_add_string(&reason, " has come");
	} else {
		text_add_string(&reason, "the last figure is of ");
		text_add_period(&reason, stale->last);
		text_add_string(&reason,
			", and nothing undecided waits for a newer one");
	}
	stale_announce(engine, stale->indicator, EVENT_RECOVERED,
		text_string(&reason), now, effects);
	text_release(&reason);
}

/* "2020-12 was expected by 2021-02-09; its source census answered well at …,
   and had nothing newer than 2020-11" */
static void stale_told(struct engine *engine, const struct staleness *stale,
	uint32_t answered, instant now, struct effects *effects)
{
	const struct supply_list *sources = supply_sources(engine->supply,
		stale->number);
	struct text reason;

	text_init(&reason, 0);
	text_add_period(&reason, period_next(stale->last, 1));
	text_add_string(&reason, " was expected by ");
	text_add_date(&reason, zone_date(engine->reg->zone, stale->expected));
	if (answered == NOT_FOUND) {
		text_addf(&reason, "; its source%s not answered well since, and "
			"the last figure is of ", sources->count == 1 ?
			" has" : "s have");
	} else {
		text_addf(&reason, "; its source %s answered well at ",
			engine->reg->sources[answered].id);
		text_add_instant(&reason,
			engine->sources[answered].state.last_success);
		text_add_string(&reason, ", and had nothing newer than ");
	}
	text_add_period(&reason, stale->last);
	stale_announce(engine, stale->indicator, EVENT_DATA_STALE,
		text_string(&reason), now, effects);
	text_release(&reason);
}

/* When to look again though nobody brings anything. */
static instant stale_next(const struct engine *engine,
	const struct staleness *stale)
{
	const struct series *series = history_loaded(engine->history,
		stale->indicator->id);
	instant next = stale->now > stale->overdue ? INSTANT_MAX :
		stale->overdue + 1;

	return series && stale->now > stale->expected ? earlier(next,
		series_next_publication(series, stale->now)) : next;
}

void stale_look(struct engine *engine, uint32_t number, instant now,
	struct effects *effects)
{
	const char *id = engine->reg->indicators[number].id;
	bool told = alerts_fires(engine->alerts, SUBJECT_INDICATOR, id,
		EVENT_DATA_STALE);
	struct staleness stale;
	uint32_t answered;
	bool late;

	if (engine->settling ||
	    (!told && engine_as_of(engine, now) <= engine->expected[number]))
		return;
	heap_set(engine->stale, number, INSTANT_MAX);
	if (!staleness_make(engine, number, told, engine_as_of(engine, now),
	    &stale)) {
		if (told)
			stale_dropped(engine, number, now, effects);
		return;
	}
	heap_set(engine->stale, number, stale_next(engine, &stale));
	engine->expected[number] = stale.expected;
	late = stale.now > stale.expected && staleness_matters(engine, &stale);
	answered = staleness_answered(engine, &stale);
	if (told && !late)
		stale_recovered(engine, &stale, now, effects);
	else if (!told && late &&
	    (answered != NOT_FOUND || stale.now > stale.overdue) &&
	    !staleness_is_held(engine, &stale))
		stale_told(engine, &stale, answered, now, effects);
}

void stale_advance(struct engine *engine, instant now, struct effects *effects)
{
	if (engine->settling || watch_is_behind(engine, now))
		return;
	for (size_t i = 0; i < LOOKED_AT_ONCE &&
	    heap_first_key(engine->stale) <= now; i++)
		stale_look(engine, heap_first(engine->stale), now, effects);
}

void stale_polled(struct engine *engine, uint32_t source)
{
	const struct supply_list *supplied = supply_indicators(engine->supply,
		source);

	for (size_t i = 0; i < supplied->count; i++)
		monitor_note_indicator(engine, supplied->items[i]);
}
