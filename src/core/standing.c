/*
 * standing: looks through the periods that a benchmark needs.
 */
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

bool inputs_empty(const struct benchmark *benchmark,
	const struct evaluation *evaluation)
{
	for (size_t i = 0; i < benchmark->indicator_count; i++)
		if (series_last(input_series(evaluation,
		    benchmark->indicators[i]), evaluation->at,
		    evaluation->zone, evaluation->known) != NULL)
			return false;
	return benchmark->indicator_count > 0;
}

static void standing_of(const struct expression *expression,
	const struct evaluation *evaluation, struct standing *out)
{
	struct standing_walk walk = {.evaluation = evaluation, .out = out};

	*out = (struct standing){.waiting_for = PERIOD_NONE,
		.waiting_indicator = NOT_FOUND, .next = INSTANT_MAX};
	expression_needs(expression, evaluation, standing_visit, &walk);
}

void standing_take(const struct benchmark *benchmark,
	const struct evaluation *evaluation, struct standing *out)
{
	standing_of(benchmark->root, evaluation, out);
}

bool needs_are_met(const struct expression *expression,
	const struct evaluation *evaluation)
{
	struct standing standing;

	standing_of(expression, evaluation, &standing);
	return standing.waiting_indicator == NOT_FOUND;
}

instant inputs_first(const struct benchmark *benchmark,
	const struct evaluation *evaluation)
{
	instant first = INSTANT_MAX;

	for (size_t i = 0; i < benchmark->indicator_count; i++) {
		const struct observation *observation = series_next(
			input_series(evaluation, benchmark->indicators[i]),
			PERIOD_NONE, evaluation->known);
		instant end;

		if (observation == NULL)
			continue;
		end = period_end(observation->period, evaluation->zone);
		if (end < first)
			first = end;
	}
	return first;
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

instant inputs_next(const struct benchmark *benchmark,
	const struct evaluation *evaluation)
{
	instant next = INSTANT_MAX;

	for (size_t i = 0; i < benchmark->indicator_count; i++) {
		const struct series *series = input_series(evaluation,
			benchmark->indicators[i]);
		instant published = series_next_publication(series,
			evaluation->now);
		instant ends = series_ahead(series, evaluation);

		next = published < next ? published : next;
		next = ends < next ? ends : next;
	}
	return next;
}
