/*
 * standing: looks through the periods that a benchmark needs.
 */
#include "core/documents.h"
#include "core/polled.h"
#include "core/standing.h"
#include "core/windows.h"

struct standing_walk {
	const struct evaluation *evaluation;
	struct standing *out;
	instant waiting_end;	/* of the period waited for */
};

static struct series *input_series(const struct evaluation *evaluation,
	uint32_t indicator)
{
	return history_series(evaluation->history,
		evaluation->reg->indicators[indicator].id);
}

instant figure_expected(const struct indicator *indicator,
	struct period period, const struct zone *zone)
{
	instant end = period_end(period, zone), expected;

	return zone_add(zone, end, indicator->lag, &expected) ? expected : end;
}

static void standing_until(struct standing_walk *walk, instant at)
{
	if (at > walk->evaluation->now && at < walk->out->next)
		walk->out->next = at;
}

static void standing_miss(struct standing_walk *walk, const struct need *need,
	struct period period)
{
	const struct evaluation *evaluation = walk->evaluation;
	instant end = period_end(period, evaluation->zone);
	instant expected = figure_expected(
		&evaluation->reg->indicators[need->indicator], period,
		evaluation->zone);

	walk->out->stale |= evaluation->now > expected;
	standing_until(walk, expected + 1);
	if (walk->out->waiting_indicator != NOT_FOUND &&
	    end >= walk->waiting_end)
		return;
	walk->out->waiting_for = period;
	walk->out->waiting_indicator = need->indicator;
	walk->waiting_end = end;
}

/* The first of the needed periods without a known figure; NONE: all have. */
static struct period need_missing(const struct series *series,
	const struct need *need, struct knowledge known)
{
	size_t position = series_position(series, need->first);
	struct period at = need->first;

	while (at.number <= need->last.number) {
		const struct observation *figure = series_walk(series,
			&position, known);

		if (figure == NULL)
			return at;
		if (figure->period.frequency != at.frequency)
			continue;	/* from before it was declared */
		if (figure->period.number != at.number)
			return at;
		at.number++;
	}
	return PERIOD_NONE;
}

static void standing_visit(void *context, const struct need *need)
{
	struct standing_walk *walk = context;
	const struct evaluation *evaluation = walk->evaluation;
	const struct series *series = input_series(evaluation, need->indicator);
	struct period missing;

	if (!period_is_none(need->next))
		standing_until(walk,
			period_end(need->next, evaluation->zone));
	missing = need_missing(series, need, evaluation->known);
	if (!period_is_none(missing))
		standing_miss(walk, need, missing);
}

static bool input_is_of_documents(const struct evaluation *evaluation,
	uint32_t indicator)
{
	return evaluation->reg->indicators[indicator].kind ==
		INDICATOR_DOCUMENTS;
}

static struct documents *input_documents(const struct evaluation *evaluation,
	uint32_t indicator)
{
	return history_documents(evaluation->history,
		evaluation->reg->indicators[indicator].id);
}

static const struct sightings *input_sightings(
	const struct evaluation *evaluation, uint32_t indicator)
{
	return documents_sightings(input_documents(evaluation, indicator),
		NULL, evaluation->known, evaluation->zone);
}

static bool input_is_empty(const struct evaluation *evaluation,
	uint32_t indicator)
{
	if (input_is_of_documents(evaluation, indicator))
		return input_sightings(evaluation, indicator)->count == 0 &&
			documents_covered(evaluation->reg, evaluation->history,
			indicator, evaluation->known, evaluation->zone) ==
			INSTANT_MIN;
	return series_last(input_series(evaluation, indicator),
		evaluation->at, evaluation->zone, evaluation->known) == NULL;
}

bool inputs_empty(const struct benchmark *benchmark,
	const struct evaluation *evaluation)
{
	struct statement_walk walk;
	struct statements statements;

	for (size_t i = 0; i < benchmark->indicator_count; i++)
		if (!input_is_empty(evaluation, benchmark->indicators[i]))
			return false;
	if (!benchmark->uses_people)
		return benchmark->indicator_count > 0;
	milestone_statements(evaluation->milestone, evaluation->history,
		&statements);
	statements_walk(&walk, &statements, NULL, evaluation->known);
	return statement_next(&walk) == NULL;
}

/* ---- documents -------------------------------------------------------------- */

/* Past the due date, what was not read up to it is waited for. */
static void standing_unread(struct standing_walk *walk, uint32_t indicator)
{
	const struct evaluation *evaluation = walk->evaluation;
	instant due = evaluation->due;

	if (walk->out->waiting_indicator != NOT_FOUND ||
	    evaluation->now <= due || documents_covered(evaluation->reg,
	    evaluation->history, indicator, evaluation->known,
	    evaluation->zone) >= due)
		return;
	walk->out->waiting_indicator = indicator;
	walk->out->waiting_for = period_of_date(FREQUENCY_DAY,
		zone_date(evaluation->zone, due));
}

static void standing_documents(struct standing_walk *walk, uint32_t indicator)
{
	const struct evaluation *evaluation = walk->evaluation;
	instant stale = documents_stale_after(evaluation->reg,
		evaluation->history, indicator, evaluation->known,
		evaluation->zone);

	standing_unread(walk, indicator);
	if (stale == INSTANT_MIN || stale == INSTANT_MAX)
		return;
	walk->out->stale |= evaluation->now > stale;
	standing_until(walk, stale + 1);
}

/* The end of a window over documents, from when on their absence is known. */
static void standing_closing(void *context, uint32_t indicator, instant closes)
{
	struct standing_walk *walk = context;
	const struct evaluation *evaluation = walk->evaluation;
	instant known;

	if (zone_add(evaluation->zone, closes,
	    evaluation->reg->indicators[indicator].lag, &known))
		standing_until(walk, known + 1);
}

static void standing_of(const struct expression *expression,
	const struct evaluation *evaluation, struct standing *out)
{
	struct standing_walk walk = {.evaluation = evaluation, .out = out};

	*out = (struct standing){.waiting_for = PERIOD_NONE,
		.waiting_indicator = NOT_FOUND, .next = INSTANT_MAX};
	expression_needs(expression, evaluation, standing_visit, &walk);
}

bool needs_are_met(const struct expression *expression,
	const struct evaluation *evaluation)
{
	struct standing standing;

	standing_of(expression, evaluation, &standing);
	return standing.waiting_indicator == NOT_FOUND;
}

void standing_take(const struct benchmark *benchmark,
	const struct evaluation *evaluation, struct standing *out)
{
	struct standing_walk walk = {.evaluation = evaluation, .out = out};

	standing_of(benchmark->root, evaluation, out);
	if (!benchmark->uses_documents)
		return;
	for (size_t i = 0; i < benchmark->indicator_count; i++)
		if (input_is_of_documents(evaluation, benchmark->indicators[i]))
			standing_documents(&walk, benchmark->indicators[i]);
	expression_closings(benchmark->root, evaluation, standing_closing, &walk);
}

/* The end of the first known period of an indicator; INSTANT_MAX: none. */
static instant input_first(const struct evaluation *evaluation,
	uint32_t indicator)
{
	const struct observation *observation;

	if (input_is_of_documents(evaluation, indicator)) {
		const struct sightings *all = input_sightings(evaluation,
			indicator);

		return all->count > 0 ? all->dates[0] : INSTANT_MAX;
	}
	observation = series_next(input_series(evaluation, indicator),
		PERIOD_NONE, evaluation->known);
	return observation == NULL ? INSTANT_MAX :
		period_end(observation->period, evaluation->zone);
}

instant inputs_first(const struct benchmark *benchmark,
	const struct evaluation *evaluation)
{
	instant first = INSTANT_MAX;
	struct statements statements;

	for (size_t i = 0; i < benchmark->indicator_count; i++)
		first = earlier(first, input_first(evaluation,
			benchmark->indicators[i]));
	if (!benchmark->uses_people)
		return first;
	milestone_statements(evaluation->milestone, evaluation->history,
		&statements);
	return earlier(first, statements_next_date(&statements,
		evaluation->known, evaluation->zone, INSTANT_MIN));
}

/* The end of the first known period that has not ended; INSTANT_MAX: none.
   Nearly always the last period tells at once. */
static instant series_ahead(const struct series *series,
	const struct evaluation *evaluation)
{
	const int64_t day = 86400;
	const struct observation *ahead;
	int64_t last;

	if (series->count == 0)
		return INSTANT_MAX;
	last = date_to_days(period_last_day(
		series->items[series->count - 1].period));
	/* A day ends within two of its beginning in UTC, wherever it is. */
	if ((last + 2) * day <= evaluation->now)
		return INSTANT_MAX;
	ahead = series_first(series, evaluation->now + 1, INSTANT_MAX,
		evaluation->zone, evaluation->known);
	return ahead == NULL ? INSTANT_MAX :
		period_end(ahead->period, evaluation->zone);
}

static instant input_next(const struct evaluation *evaluation,
	uint32_t indicator)
{
	const struct series *series;

	if (input_is_of_documents(evaluation, indicator))
		return documents_next(input_documents(evaluation, indicator),
			evaluation->now, evaluation->zone);
	series = input_series(evaluation, indicator);
	return earlier(series_next_publication(series, evaluation->now),
		series_ahead(series, evaluation));
}

/* What is said in the register becomes known, or its day comes. */
static instant people_next(const struct evaluation *evaluation)
{
	struct statements statements;

	milestone_statements(evaluation->milestone, evaluation->history,
		&statements);
	return earlier(statements_next_known(&statements, evaluation->now),
		statements_next_date(&statements, evaluation->known,
		evaluation->zone, evaluation->now));
}

instant inputs_next(const struct benchmark *benchmark,
	const struct evaluation *evaluation)
{
	instant next = INSTANT_MAX;

	for (size_t i = 0; i < benchmark->indicator_count; i++)
		next = earlier(next, input_next(evaluation,
			benchmark->indicators[i]));
	return benchmark->uses_people ?
		earlier(next, people_next(evaluation)) : next;
}
