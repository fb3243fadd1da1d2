/*
 * trajectory: see trajectory.h.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/figures.h"
#include "core/forecast.h"
#include "core/history.h"
#include "core/outcomes.h"
#include "core/path.h"
#include "core/projection.h"
#include "core/trajectory.h"
#include "core/windows.h"

struct tracing {
	struct trajectory *out;
	struct milestone milestone;	/* by its terms, its dates resolved */
	struct evaluation *evaluation;
	struct trajectory_line *actual;	/* that is traced … */
	int64_t points_max;		/* … by so many points */
	struct period through;		/* its last; NONE: at a date */
	enum frequency frequency;	/* of a step; NONE: dated figures */
	struct period first, last;	/* FLOW: its window */
	double least, most;		/* what is forecast lies between */
};

static void line_add(struct trajectory_line *line, instant at, double value)
{
	if (!isfinite(value))
		return;
	line->points = mem_grow(line->points, line->count, &line->capacity,
		sizeof *line->points);
	line->points[line->count++] = (struct trajectory_point){at, value};
}

/* How many steps are one, so that so many fit. */
static int64_t stride_of(int64_t count, int64_t most)
{
	return 1 + (count - 1) / most;
}

static int64_t stride(int64_t count)
{
	return stride_of(count, TRAJECTORY_POINTS_MAX);
}

/* ---- what has been ---------------------------------------------------------- */

/* A flow begins with nothing where its window begins. */
static void origin_add(struct tracing *tracing, struct trajectory_line *line)
{
	line_add(line, period_start(tracing->first, tracing->evaluation->zone),
		0);
}

static bool actual_add(struct tracing *tracing, struct period period)
{
	struct figure figure = figures_through(&tracing->milestone,
		tracing->evaluation, period);

	if (figure.known)
		line_add(tracing->actual, period_end(period,
			tracing->evaluation->zone),
			decimal_to_double(figure.value));
	return figure.known;
}

/* The first period of a level that is told. */
static struct period level_first(const struct tracing *tracing,
	struct period through)
{
	instant start = tracing->milestone.start;
	struct period first;

	if (start == INSTANT_MIN)
		return period_next(through, 1 - TRAJECTORY_PERIODS);
	first = period_of_date(tracing->frequency,
		zone_date(tracing->evaluation->zone, start));
	return period_end(first, tracing->evaluation->zone) < start ?
		period_next(first, 1) : first;
}

static void actual_periods(struct tracing *tracing)
{
	struct evaluation *evaluation = tracing->evaluation;
	struct period through = expression_data_through(
		tracing->milestone.benchmark->actual, evaluation);
	struct period first;
	int64_t step;

	if (period_is_none(through))
		return;
	through = period_of_date(tracing->frequency, period_last_day(through));
	if (tracing->out->flow && through.number > tracing->last.number)
		through = tracing->last;
	if (tracing->out->flow)
		origin_add(tracing, tracing->actual);
	first = tracing->out->flow ? tracing->first :
		level_first(tracing, through);
	step = stride_of(through.number - first.number + 1,
		tracing->points_max);
	first.number += (through.number - first.number) % step;
	for (struct period at = first; at.number <= through.number;
	    at.number += step)
		if (actual_add(tracing, at))
			tracing->through = at;
}

static instant dates_from(const struct tracing *tracing)
{
	return tracing->milestone.start == INSTANT_MIN ? INSTANT_MIN :
		tracing->milestone.start - 1;
}

/* How many dates there are; more than the most: one more. */
static int64_t dates_count(struct tracing *tracing, instant limit)
{
	int64_t count = 0;
	instant at = dates_from(tracing);

	while (count <= TRAJECTORY_DATES_MAX &&
	    (at = benchmark_next_reference(tracing->milestone.benchmark,
		    tracing->evaluation, at, limit)) <= limit)
		count++;
	return count;
}

/* Figures that belong to no periods of one length. */
static void actual_dates(struct tracing *tracing)
{
	struct evaluation *evaluation = tracing->evaluation;
	instant limit = evaluation->at, at = dates_from(tracing);
	int64_t count = dates_count(tracing, limit);
	int64_t step = stride_of(count, tracing->points_max);
	struct decimal value;

	if (count > TRAJECTORY_DATES_MAX)
		return;
	for (int64_t i = 1; i <= count; i++) {
		evaluation->at = limit;
		at = benchmark_next_reference(tracing->milestone.benchmark,
			evaluation, at, limit);
		evaluation->at = at;
		if ((count - i) % step == 0 && expression_partial(
		    tracing->milestone.benchmark->actual, evaluation, &value))
			line_add(tracing->actual, at,
				decimal_to_double(value));
	}
	evaluation->at = limit;
}

static void actual_trace(struct tracing *tracing, struct trajectory_line *line,
	int64_t points_max)
{
	tracing->actual = line;
	tracing->points_max = points_max;
	if (tracing->frequency == FREQUENCY_NONE ||
	    tracing->frequency == FREQUENCY_POINT)
		actual_dates(tracing);
	else
		actual_periods(tracing);
}

/* ---- what was known before ---------------------------------------------------- */

struct times {
	instant *items;
	size_t count, capacity;
};

static int time_compare(const void *left, const void *right)
{
	const instant *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

/* Whether it says something else of its period than what was known before. */
static bool observation_revises(const struct observation *item,
	const struct observation *before, struct knowledge known)
{
	return period_equal(item->period, before->period) &&
		before->published < item->published &&
		observation_is_known(item, known) &&
		observation_is_known(before, known) &&
		!decimal_equal(item->value, before->value);
}

static void revisions_of(const struct tracing *tracing,
	const struct series *series, struct times *times)
{
	const struct trajectory *out = tracing->out;

	for (size_t i = 1; i < series->count; i++) {
		const struct observation *item = &series->items[i];
		instant end = period_end(item->period, out->zone);

		if (!observation_revises(item, item - 1,
			tracing->evaluation->known) || end < out->from ||
		    end > out->to)
			continue;
		times->items = mem_grow(times->items, times->count,
			&times->capacity, sizeof *times->items);
		times->items[times->count++] = item->published;
	}
}

/* When figures between the ends of what is told were revised, each time once. */
static void revisions_gather(const struct tracing *tracing, struct times *times)
{
	const struct benchmark *benchmark = tracing->milestone.benchmark;
	const struct evaluation *evaluation = tracing->evaluation;
	size_t kept = 0;

	for (size_t i = 0; i < benchmark->indicator_count; i++)
		revisions_of(tracing, history_series(evaluation->history,
			evaluation->reg->indicators[benchmark->indicators[i]].id),
			times);
	if (times->count > 1)
		qsort(times->items, times->count, sizeof *times->items,
			time_compare);
	for (size_t i = 0; i < times->count; i++)
		if (kept == 0 || times->items[kept - 1] != times->items[i])
			times->items[kept++] = times->items[i];
	times->count = kept;
}

/* Points with nothing that the actual does not have: not to be seen. */
static bool line_is_hidden(const struct trajectory_line *line,
	const struct trajectory_line *actual)
{
	size_t at = 0;

	for (size_t i = 0; i < line->count; i++) {
		while (at < actual->count &&
		    actual->points[at].at < line->points[i].at)
			at++;
		if (at == actual->count ||
		    actual->points[at].at != line->points[i].at ||
		    actual->points[at].value != line->points[i].value)
			return false;
	}
	return true;
}

static void earlier_trace(struct tracing *tracing, instant published_by)
{
	struct trajectory *out = tracing->out;
	struct trajectory_line *line = &out->earlier[out->earlier_count];
	struct evaluation *evaluation = tracing->evaluation, kept = *evaluation;

	evaluation->known.published_by = evaluation->now = published_by;
	evaluation->at = earlier(evaluation->at, published_by);
	actual_trace(tracing, line, TRAJECTORY_EARLIER_POINTS_MAX);
	*evaluation = kept;
	if (!line_is_hidden(line, &out->actual)) {
		out->earlier_count++;
		return;
	}
	free(line->points);
	*line = (struct trajectory_line){NULL, 0, 0};
}

static void earlier_traces(struct tracing *tracing)
{
	struct times times = {NULL, 0, 0};
	size_t most = TRAJECTORY_EARLIER_MAX;

	revisions_gather(tracing, &times);
	for (size_t i = 0; i < times.count && i < most; i++) {
		size_t at = times.count <= most ? i :
			i * (times.count - 1) / (most - 1);

		earlier_trace(tracing, times.items[at] - 1);
	}
	free(times.items);
}

/* ---- what is asked ------------------------------------------------------------ */

static void path_add(struct tracing *tracing, struct period through)
{
	const struct assessment *assessment = &tracing->out->assessment;
	struct path_question question = {
		.milestone = &tracing->milestone,
		.evaluation = tracing->evaluation,
		.target = assessment->target.value,
		.baseline = assessment->baseline.known ?
			&assessment->baseline.value : NULL,
		.through = through,
	};
	struct decimal required;

	if (path_required(&question, &required))
		line_add(&tracing->out->path, period_end(through,
			tracing->evaluation->zone), decimal_to_double(required));
}

static void path_steps(struct tracing *tracing, struct period first,
	struct period last)
{
	int64_t step = stride(last.number - first.number + 1);

	first.number += (last.number - first.number) % step;
	for (; first.number <= last.number; first.number += step)
		path_add(tracing, first);
}

static void path_trace(struct tracing *tracing)
{
	const struct zone *zone = tracing->evaluation->zone;
	const struct milestone *milestone = &tracing->milestone;

	if (milestone->path == NULL || !tracing->out->assessment.target.known)
		return;
	if (tracing->out->flow) {
		origin_add(tracing, &tracing->out->path);
		path_steps(tracing, tracing->first, tracing->last);
	} else if (milestone->start != INSTANT_MIN &&
	    milestone->due != INSTANT_MAX) {
		path_steps(tracing,
			period_of_date(FREQUENCY_DAY,
				zone_date(zone, milestone->start)),
			period_of_date(FREQUENCY_DAY,
				zone_date(zone, milestone->due)));
	}
}

/* ---- what is to come ---------------------------------------------------------- */

static int64_t steps_to_due(const struct tracing *tracing,
	const struct projection *projection)
{
	struct period end = period_ended_by(projection->frequency,
		tracing->milestone.due, tracing->evaluation->zone);

	if (projection->flow && end.number > projection->last.number)
		end = projection->last;
	return end.number - projection->through.number;
}

/* What the figures known and the domains of those to come allow on the due
   date, and so before it. */
static void bounds_take(struct tracing *tracing)
{
	struct evaluation due = *tracing->evaluation;
	struct interval bounds;

	due.at = due.due;
	bounds = expression_measure(tracing->milestone.benchmark->actual, &due);
	tracing->least = bounds.low.kind == BOUND_FINITE ?
		decimal_to_double(bounds.low.value) : -INFINITY;
	tracing->most = bounds.high.kind == BOUND_FINITE ?
		decimal_to_double(bounds.high.value) : INFINITY;
}

/* A step with what it lies between; on the due date that is told already. */
static void forecast_add(struct tracing *tracing,
	const struct projection *projection, int64_t step, int64_t last)
{
	struct trajectory *out = tracing->out;
	const struct forecast *due = &out->assessment.forecast;
	instant at = period_end(period_next(projection->through, step),
		tracing->evaluation->zone);
	double value = step == last ? due->value :
		projection_at(projection, step), margin;

	line_add(&out->forecast, at, value);
	if (projection->method != FORECAST_LEAST_SQUARES)
		return;
	margin = projection_margin(projection, step);
	line_add(&out->low, at, step == last ? due->low :
		fmax(value - margin, tracing->least));
	line_add(&out->high, at, step == last ? due->high :
		fmin(value + margin, tracing->most));
}

static void forecast_steps(struct tracing *tracing,
	const struct projection *projection, int64_t steps)
{
	int64_t step = stride(steps);

	forecast_add(tracing, projection, 0, steps);
	for (int64_t i = 1 + (steps - 1) % step; i < steps; i += step)
		forecast_add(tracing, projection, i, steps);
	forecast_add(tracing, projection, steps, steps);
}

/* Where it begins and ends, without what lies between. */
static void forecast_ends(struct tracing *tracing)
{
	struct trajectory *out = tracing->out;
	const struct forecast *due = &out->assessment.forecast;
	const struct trajectory_point *last =
		&out->actual.points[out->actual.count - 1];

	if (last->at >= tracing->milestone.due)
		return;
	line_add(&out->forecast, last->at, last->value);
	line_add(&out->low, last->at, last->value);
	line_add(&out->high, last->at, last->value);
	line_add(&out->forecast, tracing->milestone.due, due->value);
	line_add(&out->low, tracing->milestone.due, due->low);
	line_add(&out->high, tracing->milestone.due, due->high);
}

/* The number of the period that a day lies in. */
static int64_t period_number(const struct tracing *tracing, struct date day)
{
	return period_of_date(tracing->frequency, day).number;
}

/* Whether it is a line through so much that once is enough. */
static bool forecast_is_costly(const struct tracing *tracing)
{
	const struct assessment *assessment = &tracing->out->assessment;
	instant start = tracing->out->flow ? period_start(tracing->first,
		tracing->evaluation->zone) : assessment->start;

	return assessment->forecast.method == FORECAST_LEAST_SQUARES &&
		start != INSTANT_MIN && period_number(tracing,
			period_last_day(assessment->data_through)) -
		period_number(tracing, zone_date(tracing->evaluation->zone,
			start)) > TRAJECTORY_SQUARES_MAX;
}

static void forecast_trace(struct tracing *tracing)
{
	const struct assessment *assessment = &tracing->out->assessment;
	struct projection projection;
	struct figure actual;
	int64_t steps;

	if (assessment->forecast.method == FORECAST_NONE)
		return;
	if (forecast_is_costly(tracing)) {
		forecast_ends(tracing);
		return;
	}
	actual = figures_through(&tracing->milestone, tracing->evaluation,
		assessment->data_through);
	if (!actual.known || !projection_make(&(struct projection_question){
		.milestone = &tracing->milestone,
		.evaluation = tracing->evaluation,
		.through = assessment->data_through,
		.actual = decimal_to_double(actual.value),
		.baseline = assessment->baseline.known ?
			&assessment->baseline.value : NULL}, &projection))
		return;
	bounds_take(tracing);
	steps = steps_to_due(tracing, &projection);
	if (steps > 0)
		forecast_steps(tracing, &projection, steps);
}

/* ---- the whole ------------------------------------------------------------------ */

static void span_take(struct trajectory *out, const struct trajectory_line *line)
{
	if (line->count == 0)
		return;
	out->from = earlier(out->from, line->points[0].at);
	out->to = later(out->to, line->points[line->count - 1].at);
}

static void trajectory_span(struct tracing *tracing)
{
	struct trajectory *out = tracing->out;
	const struct assessment *assessment = &out->assessment;

	out->from = out->flow ? period_start(tracing->first, out->zone) :
		assessment->start != INSTANT_MIN ? assessment->start :
		INSTANT_MAX;
	out->to = assessment->due != INSTANT_MAX ? assessment->due :
		INSTANT_MIN;
	span_take(out, &out->actual);
	span_take(out, &out->path);
	span_take(out, &out->forecast);
}

/* Of what was due long ago, half as long again is told, and the event. */
static instant trace_until(const struct assessment *assessment)
{
	instant until = assessment->due;

	if (until == INSTANT_MAX || assessment->start == INSTANT_MIN ||
	    assessment->start >= until)
		return assessment->as_of;
	until += (assessment->due - assessment->start) / 2;
	return earlier(assessment->as_of, later(until, assessment->event));
}

static void trajectory_trace(struct tracing *tracing)
{
	struct trajectory *out = tracing->out;
	const struct benchmark *benchmark = tracing->milestone.benchmark;

	out->flow = expression_flow(benchmark->actual, tracing->evaluation,
		&tracing->first, &tracing->last);
	tracing->frequency = out->flow ? tracing->first.frequency :
		expression_frequency(benchmark->actual, tracing->evaluation->reg);
	actual_trace(tracing, &out->actual, TRAJECTORY_POINTS_MAX);
	out->through = tracing->through;
	if (out->actual.count == 0)
		return;
	path_trace(tracing);
	forecast_trace(tracing);
	trajectory_span(tracing);
	earlier_traces(tracing);
}

bool trajectory_take(const struct register_ *reg, struct history *history,
	uint32_t number, struct knowledge known, struct trajectory *out)
{
	struct outcomes *outcomes;
	struct evaluation evaluation;
	struct tracing tracing = {.out = out, .evaluation = &evaluation};

	memset(out, 0, sizeof *out);
	out->milestone = milestone_at(&reg->milestones[number],
		known.published_by);
	if (out->milestone->benchmark->actual == NULL)
		return false;
	out->zone = milestone_zone(reg, out->milestone);
	out->ceiling = out->milestone->benchmark->comparison == COMPARE_LE ||
		out->milestone->benchmark->comparison == COMPARE_LT;
	outcomes = reg->milestones[number].level == 0 ? NULL :
		outcomes_new(reg, history);
	milestone_assess_with(reg, history, outcomes, number, known,
		&out->assessment);
	tracing.milestone = *out->milestone;
	tracing.milestone.start = out->assessment.start;
	tracing.milestone.due = out->assessment.due;
	evaluation = milestone_evaluation(reg, history, &tracing.milestone,
		known);
	evaluation.at = trace_until(&out->assessment);
	evaluation.outcomes = outcomes;
	trajectory_trace(&tracing);
	outcomes_free(outcomes);
	if (out->actual.count == 0)
		trajectory_release(out);
	return out->actual.count > 0;
}

void trajectory_release(struct trajectory *trajectory)
{
	free(trajectory->actual.points);
	free(trajectory->path.points);
	free(trajectory->forecast.points);
	free(trajectory->low.points);
	free(trajectory->high.points);
	for (size_t i = 0; i < TRAJECTORY_EARLIER_MAX; i++)
		free(trajectory->earlier[i].points);
	memset(trajectory, 0, sizeof *trajectory);
}
