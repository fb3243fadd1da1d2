/*
 * trajectory: see trajectory.h.
 */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "core/figures.h"
#include "core/forecast.h"
#include "core/outcomes.h"
#include "core/path.h"
#include "core/projection.h"
#include "core/trajectory.h"
#include "core/windows.h"

struct tracing {
	struct trajectory *out;
	struct milestone milestone;	/* by its terms, its dates resolved */
	struct evaluation *evaluation;
	enum frequency frequency;	/* of a step; NONE: dated figures */
	struct period first, last;	/* FLOW: its window */
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
static int64_t stride(int64_t count)
{
	return 1 + (count - 1) / TRAJECTORY_POINTS_MAX;
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
		line_add(&tracing->out->actual, period_end(period,
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
		origin_add(tracing, &tracing->out->actual);
	first = tracing->out->flow ? tracing->first :
		level_first(tracing, through);
	step = stride(through.number - first.number + 1);
	first.number += (through.number - first.number) % step;
	for (struct period at = first; at.number <= through.number;
	    at.number += step)
		if (actual_add(tracing, at))
			tracing->out->through = at;
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
	int64_t count = dates_count(tracing, limit), step = stride(count);
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
			line_add(&tracing->out->actual, at,
				decimal_to_double(value));
	}
	evaluation->at = limit;
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

static void forecast_steps(struct tracing *tracing,
	const struct projection *projection, int64_t steps)
{
	struct trajectory *out = tracing->out;
	const struct zone *zone = tracing->evaluation->zone;
	int64_t step = stride(steps);

	line_add(&out->forecast, period_end(projection->through, zone),
		projection->actual);
	for (int64_t i = 1 + (steps - 1) % step; i < steps; i += step)
		line_add(&out->forecast, period_end(period_next(
			projection->through, i), zone),
			projection_at(projection, i));
	line_add(&out->forecast, period_end(period_next(projection->through,
		steps), zone), out->assessment.forecast.value);
}

static void forecast_trace(struct tracing *tracing)
{
	const struct assessment *assessment = &tracing->out->assessment;
	struct projection projection;
	struct figure actual;
	int64_t steps;

	if (assessment->forecast.method == FORECAST_NONE)
		return;
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
	if (tracing->frequency == FREQUENCY_NONE ||
	    tracing->frequency == FREQUENCY_POINT)
		actual_dates(tracing);
	else
		actual_periods(tracing);
	if (out->actual.count == 0)
		return;
	path_trace(tracing);
	forecast_trace(tracing);
	trajectory_span(tracing);
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
	trajectory->actual.points = trajectory->path.points =
		trajectory->forecast.points = NULL;
}
