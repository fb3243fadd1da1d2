/*
 * forecast: see forecast.h.
 */
#include <math.h>
#include <string.h>

#include "core/figures.h"
#include "core/forecast.h"
#include "core/projection.h"
#include "core/seasonal.h"
#include "core/windows.h"

/* Binary arithmetic does not tell values apart that are as near as this, as
   a share of the larger. */
#define FORECAST_NEAR 1e-9

/* ---- words --------------------------------------------------------------------- */

static const char *const method_words[] = {
	[FORECAST_NONE] = "none", [FORECAST_RUN_RATE] = "run_rate",
	[FORECAST_LEAST_SQUARES] = "least_squares",
	[FORECAST_SEASONAL] = "seasonal", NULL,
};

const char *forecast_method_name(enum forecast_method method)
{
	return method_words[method];
}

bool forecast_method_parse(const char *word, enum forecast_method *out)
{
	for (unsigned i = 0; method_words[i] != NULL; i++)
		if (string_is(method_words[i], word)) {
			*out = (enum forecast_method)i;
			return true;
		}
	return false;
}

const char *forecast_method_text(enum forecast_method method)
{
	static const char *const texts[] = {
		[FORECAST_NONE] = "no forecast",
		[FORECAST_RUN_RATE] = "the run rate",
		[FORECAST_LEAST_SQUARES] = "the least squares line",
		[FORECAST_SEASONAL] = "the seasonal profile",
	};

	return texts[method];
}

/* ---- reading and checking ------------------------------------------------------ */

static struct seasonal_reading forecast_reading(const struct register_ *reg,
	const struct milestone *milestone, struct faults *faults)
{
	return (struct seasonal_reading){reg, "forecast",
		said_origin(milestone, &milestone->clauses->forecast_said),
		faults};
}

static void forecast_unknown(const struct seasonal_reading *reading,
	const char *text, const char *word)
{
	const char *near = word[0] != '\0' ? string_nearest(word, method_words) :
		NULL;

	faults_error(reading->faults, reading->origin,
		near != NULL ? "forecast: unknown forecast '%s', did you mean "
		"'%s'?" : "forecast: unknown forecast '%s': write run_rate, "
		"least_squares, seasonal(indicator, 2017) or none", text, near);
}

static bool forecast_read(const struct seasonal_reading *reading,
	struct clauses *clauses)
{
	const char *text = clauses->forecast_said.text, *rest;
	char word[REGISTER_ID_MAX + 1] = "";
	enum forecast_method method;

	rest = setting_word(text, word);
	if (rest == NULL || !forecast_method_parse(word, &method) ||
	    (method != FORECAST_SEASONAL && *rest != '\0')) {
		forecast_unknown(reading, text, word);
		return false;
	}
	if (method == FORECAST_SEASONAL && !seasonal_read(reading, rest,
	    &clauses->forecast_seasonal))
		return false;
	clauses->forecast = method;
	return true;
}

void forecast_check(const struct register_ *reg,
	const struct milestone *milestone, struct faults *faults)
{
	const struct clauses *clauses = milestone->clauses;
	const struct benchmark *benchmark = milestone->benchmark;
	struct seasonal_reading reading = forecast_reading(reg, milestone,
		faults);
	struct evaluation evaluation = {
		.reg = reg, .zone = milestone_zone(reg, milestone),
		.start = milestone->start, .due = milestone->due,
	};
	struct period first = PERIOD_NONE, last = PERIOD_NONE;
	bool flow;

	if (clauses->forecast == FORECAST_NONE)
		return;
	if (benchmark->actual == NULL ||
	    benchmark->comparison == COMPARE_EQ ||
	    benchmark->comparison == COMPARE_NE) {
		faults_error(faults, reading.origin, "forecast: needs a "
			"benchmark that is one comparison with >=, >, <= or <");
		return;
	}
	flow = expression_flow(benchmark->actual, &evaluation, &first, &last);
	if (clauses->forecast == FORECAST_SEASONAL)
		seasonal_fits(&reading, &clauses->forecast_seasonal, flow,
			first, last);
}

void forecast_compile(const struct register_ *reg,
	const struct milestone *milestone, struct faults *faults)
{
	struct seasonal_reading reading = forecast_reading(reg, milestone,
		faults);

	if (milestone->clauses->forecast_said.text != NULL &&
	    forecast_read(&reading, milestone->clauses))
		forecast_check(reg, milestone, faults);
}

/* ---- what is asked ------------------------------------------------------------- */

struct forecasting {
	const struct milestone *milestone;
	const struct zone *zone;
	struct projection projection;
	double target;
	int64_t due_steps;	/* from the last figures to those of the due date */
	struct date due;
	bool ceiling;
};

static bool forecast_holds(const struct forecasting *forecasting, double value)
{
	double target = forecasting->target;
	double near = FORECAST_NEAR * fmax(fabs(value), fabs(target));

	switch (forecasting->milestone->benchmark->comparison) {
	case COMPARE_GE:
		return value >= target - near;
	case COMPARE_GT:
		return value > target + near;
	case COMPARE_LE:
		return value <= target + near;
	default:
		return value < target - near;
	}
}

static void forecast_frame(struct forecasting *forecasting)
{
	const struct milestone *milestone = forecasting->milestone;
	const struct projection *projection = &forecasting->projection;
	struct period end = period_ended_by(projection->frequency,
		milestone->due, forecasting->zone);

	if (projection->flow && end.number > projection->last.number)
		end = projection->last;
	forecasting->due_steps = end.number - projection->through.number;
	if (forecasting->due_steps < 0)
		forecasting->due_steps = 0;
	forecasting->due = zone_date(forecasting->zone, milestone->due);
	forecasting->ceiling =
		milestone->benchmark->comparison == COMPARE_LE ||
		milestone->benchmark->comparison == COMPARE_LT;
}

/* ---- value --------------------------------------------------------------------- */

static double forecast_round(double value)
{
	struct decimal rounded;

	return decimal_from_double(value, FORECAST_DIGITS, &rounded) ?
		decimal_to_double(rounded) : NAN;
}

static double bounded(double value, const struct interval *bounds)
{
	if (bounds->low.kind == BOUND_FINITE)
		value = fmax(value, decimal_to_double(bounds->low.value));
	if (bounds->high.kind == BOUND_FINITE)
		value = fmin(value, decimal_to_double(bounds->high.value));
	return forecast_round(value);
}

static bool forecast_value(const struct forecasting *forecasting,
	const struct evaluation *evaluation, struct forecast *out)
{
	const struct projection *projection = &forecasting->projection;
	int64_t steps = forecasting->due_steps;
	struct evaluation due = *evaluation;
	struct interval bounds;
	double value = projection_at(projection, steps), margin = 0;

	due.at = due.due;
	bounds = expression_measure(forecasting->milestone->benchmark->actual,
		&due);
	if (projection->method == FORECAST_LEAST_SQUARES)
		margin = projection_margin(projection, steps);
	out->value = bounded(value, &bounds);
	out->low = bounded(value - margin, &bounds);
	out->high = bounded(value + margin, &bounds);
	return isfinite(value) && isfinite(margin) && isfinite(out->value) &&
		isfinite(out->low) && isfinite(out->high);
}

/* ---- date ---------------------------------------------------------------------- */

#define STEPS_NEVER INT64_MAX

/* The first step from one on at which the benchmark is expected to hold. */
static int64_t forecast_reached(const struct forecasting *forecasting,
	int64_t steps)
{
	const struct projection *projection = &forecasting->projection;
	int64_t most = FORECAST_YEARS_MAX *
		(frequency_per_year(projection->frequency) + 1);

	for (; steps <= most; steps++)
		if (forecast_holds(forecasting, projection_at(projection, steps)))
			return steps;
	return STEPS_NEVER;
}

static struct date step_date(const struct forecasting *forecasting,
	int64_t steps)
{
	if (steps == STEPS_NEVER)
		return (struct date){0};
	return period_last_day(period_next(forecasting->projection.through,
		steps));
}

/* A ceiling over a window is kept once the window is over, or never. */
static struct date window_date(const struct forecasting *forecasting)
{
	const struct projection *projection = &forecasting->projection;
	int64_t steps = projection->last.number - projection->through.number;

	return step_date(forecasting, forecast_holds(forecasting,
		projection_at(projection, steps)) ? steps : STEPS_NEVER);
}

static struct date forecast_date(const struct forecasting *forecasting,
	const struct forecast *forecast)
{
	enum milestone_mode mode = forecasting->milestone->mode;
	int64_t from = mode == MODE_BY ? 0 : forecasting->due_steps + 1;

	if (mode != MODE_BY && !forecast->misses)
		return forecasting->due;
	if (mode == MODE_THROUGHOUT)
		return (struct date){0};
	if (forecasting->projection.flow && forecasting->ceiling)
		return window_date(forecasting);
	return step_date(forecasting, forecast_reached(forecasting, from));
}

/* ---- the whole ----------------------------------------------------------------- */

static bool forecast_is_asked(const struct milestone *milestone,
	const struct assessment *assessment)
{
	static const bool open[VERDICT_WAIVED + 1] = {
		[VERDICT_NONE] = true, [VERDICT_NOT_MET] = true,
		[VERDICT_PARTLY_MET] = true,
	};
	const struct clauses *clauses = milestone->clauses;

	return clauses != NULL && clauses->forecast != FORECAST_NONE &&
		open[assessment->verdict] &&
		!lifecycle_is_over(assessment->lifecycle) &&
		assessment->as_of >= milestone->start &&
		milestone->due != INSTANT_MAX && assessment->target.known &&
		!period_is_none(assessment->data_through);
}

static bool forecast_project(struct forecasting *forecasting,
	const struct evaluation *evaluation,
	const struct assessment *assessment)
{
	struct evaluation apart = *evaluation;	/* no figure is used here */
	struct figure actual = figures_through(forecasting->milestone, &apart,
		assessment->data_through);
	struct projection_question question = {
		.milestone = forecasting->milestone, .evaluation = &apart,
		.through = assessment->data_through,
		.actual = actual.known ? decimal_to_double(actual.value) : NAN,
		.baseline = assessment->baseline.known ?
			&assessment->baseline.value : NULL,
	};

	return isfinite(question.actual) &&
		projection_make(&question, &forecasting->projection);
}

/* Nothing is written where what is known carries no forecast. */
static void forecast_make(const struct milestone *milestone,
	const struct evaluation *evaluation, struct assessment *assessment)
{
	struct forecasting forecasting = {.milestone = milestone,
		.zone = evaluation->zone};
	struct forecast forecast = {.slip_days = DAYS_NONE};

	if (!forecast_project(&forecasting, evaluation, assessment))
		return;
	forecasting.target = decimal_to_double(assessment->target.value);
	forecast_frame(&forecasting);
	if (!isfinite(forecasting.target) ||
	    !forecast_value(&forecasting, evaluation, &forecast))
		return;
	forecast.method = (uint8_t)forecasting.projection.method;
	forecast.misses = !forecast_holds(&forecasting, forecast.value);
	forecast.date = forecast_date(&forecasting, &forecast);
	if (!date_is_none(forecast.date))
		forecast.slip_days = date_to_days(forecast.date) -
			date_to_days(forecasting.due);
	assessment->forecast = forecast;
}

/* Most milestones ask for none: for them nothing is prepared. */
void forecast_take(const struct milestone *milestone,
	const struct evaluation *evaluation, struct assessment *assessment)
{
	assessment->forecast = (struct forecast){.slip_days = DAYS_NONE};
	if (forecast_is_asked(milestone, assessment))
		forecast_make(milestone, evaluation, assessment);
}
