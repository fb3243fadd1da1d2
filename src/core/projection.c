/*
 * projection: see projection.h.
 */
#include <math.h>

#include "core/projection.h"
#include "core/seasonal.h"
#include "core/standing.h"
#include "core/windows.h"

struct projecting {
	const struct projection_question *question;
	struct evaluation *evaluation;
	const struct expression *actual;
	struct projection *out;
};

static int64_t period_days(struct period period)
{
	return date_to_days(period_last_day(period));
}

static int64_t elapsed(const struct projection *projection)
{
	return projection->through.number - projection->first.number + 1;
}

/* ---- points ------------------------------------------------------------------ */

/* A known figure; x in steps from `through`. false: no more are wanted. */
typedef bool point_visit(struct projecting *projecting, double x, double y);

/* Whether all figures are there of the periods that end at an instant. */
static bool point_is_whole(struct projecting *projecting, instant at)
{
	struct period through;

	projecting->evaluation->at = at;
	through = expression_data_through(projecting->actual,
		projecting->evaluation);
	return !period_is_none(through) &&
		period_end(through, projecting->evaluation->zone) == at;
}

/* The step that ends at an instant, from `through`. */
static double point_place(const struct projecting *projecting, instant at)
{
	const struct projection *out = projecting->out;
	struct period period = period_of_date(out->frequency,
		zone_date(projecting->evaluation->zone, at));

	return (double)(period.number - out->through.number);
}

/* Periods end one after the other; what has none has the dates of its
   figures. */
static instant point_next(const struct projecting *projecting, instant after,
	instant limit)
{
	const struct evaluation *evaluation = projecting->evaluation;
	instant end;

	if (expression_frequency(projecting->actual, evaluation->reg) ==
	    FREQUENCY_NONE)
		return benchmark_next_reference(
			projecting->question->milestone->benchmark,
			projecting->evaluation, after, limit);
	end = period_end(period_next(period_ended_by(
		projecting->out->frequency, after, evaluation->zone), 1),
		evaluation->zone);
	return end <= limit ? end : INSTANT_MAX;
}

static instant points_start(const struct projecting *projecting)
{
	const struct milestone *milestone = projecting->question->milestone;
	const struct evaluation *evaluation = projecting->evaluation;

	if (projecting->out->flow)
		return period_start(projecting->out->first, evaluation->zone);
	return milestone->start != INSTANT_MIN ? milestone->start :
		inputs_first(milestone->benchmark, evaluation);
}

static bool point_level(struct projecting *projecting, double *y)
{
	struct interval level = expression_measure(projecting->actual,
		projecting->evaluation);

	*y = interval_is_point(&level) ? decimal_to_double(level.low.value) : 0;
	return interval_is_point(&level);
}

/* Each known level. false: there are too many. */
static bool levels_visit(struct projecting *projecting, point_visit *visit)
{
	instant limit = period_end(projecting->question->through,
		projecting->evaluation->zone);
	instant at = points_start(projecting);
	double y;

	if (at > limit)
		return true;
	for (int points = 0; (at = point_next(projecting, at - (points == 0),
	    limit)) <= limit; points++) {
		if (points == PROJECTION_POINTS_MAX)
			return false;
		if (point_is_whole(projecting, at) &&
		    point_level(projecting, &y) &&
		    !visit(projecting, point_place(projecting, at), y))
			return true;
	}
	return true;
}

/* What each period has added, where the one before it is known too. */
static bool flows_visit(struct projecting *projecting, point_visit *visit)
{
	struct projection *out = projecting->out;
	struct decimal sum = DECIMAL_ZERO, before = DECIMAL_ZERO, added;
	bool whole = true;

	if (elapsed(out) > PROJECTION_POINTS_MAX)
		return false;
	for (struct period at = out->first; at.number <= out->through.number;
	    at.number++) {
		bool follows = whole;

		whole = point_is_whole(projecting, period_end(at,
			projecting->evaluation->zone)) && expression_partial(
			projecting->actual, projecting->evaluation, &sum);
		if (whole && follows && decimal_subtract(sum, before, &added) &&
		    !visit(projecting, (double)(at.number -
		    out->through.number), decimal_to_double(added)))
			return true;
		before = sum;
	}
	return true;
}

/* ---- run rate ---------------------------------------------------------------- */

static bool rate_from_first(struct projecting *projecting, double x, double y)
{
	struct projection *out = projecting->out;
	struct period at = period_next(out->through, (int64_t)x);
	int64_t days = period_days(out->through) - period_days(at);

	if (days > 0)
		out->rate = (out->actual - y) / (double)days;
	return false;
}

static bool project_level_rate(struct projecting *projecting)
{
	const struct projection_question *question = projecting->question;
	struct projection *out = projecting->out;
	instant start = question->milestone->start;
	int64_t days;

	out->rate = NAN;
	if (question->baseline == NULL || start == INSTANT_MIN) {
		levels_visit(projecting, rate_from_first);
		return !isnan(out->rate);
	}
	days = period_days(out->through) - date_to_days(zone_date(
		projecting->evaluation->zone, start));
	if (days > 0)
		out->rate = (out->actual - decimal_to_double(
			*question->baseline)) / (double)days;
	return days > 0;
}

static bool project_rate(struct projecting *projecting)
{
	struct projection *out = projecting->out;

	if (!out->flow)
		return project_level_rate(projecting);
	out->rate = out->actual / (double)elapsed(out);
	return true;
}

static double rate_at(const struct projection *projection, int64_t steps)
{
	if (!projection->flow)
		steps = period_days(period_next(projection->through, steps)) -
			period_days(projection->through);
	return projection->actual + projection->rate * (double)steps;
}

/* ---- least squares ----------------------------------------------------------- */

static bool squares_add(struct projecting *projecting, double x, double y)
{
	regression_add(&projecting->out->regression, x, y);
	return true;
}

static bool project_squares(struct projecting *projecting)
{
	struct regression *regression = &projecting->out->regression;
	bool all = projecting->out->flow ?
		flows_visit(projecting, squares_add) :
		levels_visit(projecting, squares_add);

	return all && regression->count >= 3 && regression->sxx > 0;
}

/* New observations: of a level the last of the steps, of a flow all of them. */
static double squares_new(const struct projection *projection, int64_t steps,
	double *sum_x)
{
	double n = (double)steps;

	*sum_x = projection->flow ? n * (n + 1) / 2 : n;
	return projection->flow ? n : 1;
}

static double squares_at(const struct projection *projection, int64_t steps)
{
	double sum_x, count = squares_new(projection, steps, &sum_x);
	double sum = regression_sum(&projection->regression, count, sum_x);

	return projection->flow ? projection->actual + sum : sum;
}

double projection_margin(const struct projection *projection, int64_t steps)
{
	double sum_x, count = squares_new(projection, steps, &sum_x);

	return steps <= 0 ? 0 :
		regression_margin(&projection->regression, count, sum_x);
}

/* ---- seasonal ---------------------------------------------------------------- */

/* Of the window, where it repeats: n periods after its beginning are whole
   years and a part. The window's end is the base's, also where one has a day
   more. */
static double share_through(const struct projection *projection, int64_t n)
{
	int64_t year = projection->last.number - projection->first.number + 1;

	return (double)(n / year) + projection->shares[n % year];
}

static bool project_seasonal(struct projecting *projecting)
{
	const struct seasonal *seasonal =
		&projecting->question->milestone->clauses->forecast_seasonal;
	struct projection *out = projecting->out;
	int64_t periods = seasonal_periods(seasonal, out->frequency);
	struct decimal sum = DECIMAL_ZERO;
	double whole;

	if (periods <= 0 || periods >= PROJECTION_SHARES)
		return false;
	for (int64_t n = 1; n <= periods; n++) {
		if (!seasonal_next(seasonal, projecting->evaluation,
		    out->frequency, n, &sum))
			return false;
		out->shares[n] = decimal_to_double(sum);
	}
	whole = out->shares[periods];
	for (int64_t n = 1; n < PROJECTION_SHARES; n++)
		out->shares[n] = n < periods ? out->shares[n] / whole : 1;
	return whole > 0 && share_through(out, elapsed(out)) > 0;
}

static double seasonal_at(const struct projection *projection, int64_t steps)
{
	int64_t n = elapsed(projection);

	return projection->actual * share_through(projection, n + steps) /
		share_through(projection, n);
}

/* ---- all of them ------------------------------------------------------------- */

static const struct method {
	bool (*project)(struct projecting *projecting);
	double (*at)(const struct projection *projection, int64_t steps);
} methods[] = {
	[FORECAST_RUN_RATE] = {project_rate, rate_at},
	[FORECAST_LEAST_SQUARES] = {project_squares, squares_at},
	[FORECAST_SEASONAL] = {project_seasonal, seasonal_at},
};

double projection_at(const struct projection *projection, int64_t steps)
{
	return steps <= 0 ? projection->actual :
		methods[projection->method].at(projection, steps);
}

/* Whether all is there of what a flow has come to. */
static bool flow_is_whole(const struct projecting *projecting, instant end)
{
	struct evaluation then = *projecting->evaluation;

	then.at = end;
	return needs_are_met(projecting->actual, &then);
}

/* Of a flow, the window; of a level, how long a step is. false: no period of
   the window has data, or one before the last has none. */
static bool project_frame(struct projecting *projecting)
{
	const struct evaluation *evaluation = projecting->evaluation;
	struct projection *out = projecting->out;
	instant end = period_end(projecting->question->through,
		evaluation->zone);

	out->flow = expression_flow(projecting->actual, evaluation,
		&out->first, &out->last);
	out->frequency = out->flow ? out->first.frequency :
		expression_frequency(projecting->actual, evaluation->reg);
	if (out->frequency == FREQUENCY_NONE)
		out->frequency = FREQUENCY_DAY;
	out->through = period_of_date(out->frequency,
		zone_date(evaluation->zone, end));
	if (!out->flow)
		return true;
	if (out->through.number > out->last.number)
		out->through = out->last;
	return out->through.number >= out->first.number &&
		flow_is_whole(projecting, end);
}

bool projection_make(const struct projection_question *question,
	struct projection *out)
{
	struct evaluation evaluation = *question->evaluation;
	struct projecting projecting = {question, &evaluation,
		question->milestone->benchmark->actual, out};

	*out = (struct projection){.actual = question->actual,
		.method = question->milestone->clauses->forecast};
	return project_frame(&projecting) &&
		methods[out->method].project(&projecting);
}
