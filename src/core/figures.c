/*
 * figures: actual against target, and against the path.
 */
#include "core/figures.h"
#include "core/path.h"

static struct figure figure_known(struct decimal value)
{
	return (struct figure){.value = value, .known = true};
}

static struct figure figure_of(const struct expression *expression,
	struct evaluation *evaluation)
{
	struct interval interval = expression_measure(expression, evaluation);

	return interval_is_point(&interval) ?
		figure_known(interval.low.value) : (struct figure){.known = false};
}

typedef bool arithmetic(struct decimal a, struct decimal b,
	struct decimal *out);

static struct figure figure_apply(struct figure a, arithmetic *apply,
	struct figure b)
{
	struct figure result = {.known = false};

	if (a.known && b.known)
		result.known = apply(a.value, b.value, &result.value);
	return result;
}

static bool comparison_is_ceiling(enum comparison comparison)
{
	return comparison == COMPARE_LE || comparison == COMPARE_LT;
}

/* How far the target is missed; 0 when it is not. */
static struct figure shortfall_of(const struct assessment *figures,
	enum comparison comparison)
{
	struct figure miss = comparison_is_ceiling(comparison) ?
		figure_apply(figures->actual, decimal_subtract, figures->target) :
		figure_apply(figures->target, decimal_subtract, figures->actual);

	if (comparison == COMPARE_NE)
		miss.known = false;
	else if (comparison == COMPARE_EQ)
		miss.value = decimal_abs(miss.value);
	else if (miss.known && decimal_sign(miss.value) < 0)
		miss.value = DECIMAL_ZERO;
	return miss;
}

static void figures_share(struct assessment *out)
{
	struct figure done = figure_apply(out->actual, decimal_subtract,
		out->baseline);
	struct figure asked = figure_apply(out->target, decimal_subtract,
		out->baseline);

	out->share_of_level = figure_apply(out->actual, decimal_divide,
		out->target);
	out->share_of_increment = figure_apply(done, decimal_divide, asked);
}

/* ---- against the path ----------------------------------------------------- */

struct figure figures_through(const struct milestone *milestone,
	struct evaluation *evaluation, struct period through)
{
	instant at = evaluation->at, end = period_end(through, evaluation->zone);
	struct figure figure = {.known = false};

	evaluation->at = end < at ? end : at;
	figure.known = expression_partial(milestone->benchmark->actual,
		evaluation, &figure.value);
	evaluation->at = at;
	return figure;
}

/* Of a floor; a ceiling's bounds are the reciprocals, turned round. */
static enum progress pace_progress(const struct milestone *milestone,
	struct decimal pace)
{
	bool ceiling = comparison_is_ceiling(milestone->benchmark->comparison);
	struct decimal bound = pace;

	if (ceiling ? decimal_compare(pace, DECIMAL_ONE) <= 0 :
	    decimal_compare(pace, DECIMAL_ONE) >= 0)
		return PROGRESS_ON_TRACK;
	/* pace <= 1 / at_risk without the rounding of the division */
	if (ceiling && !decimal_multiply(pace, milestone->at_risk, &bound))
		return PROGRESS_OFF_TRACK;
	if (ceiling ? decimal_compare(bound, DECIMAL_ONE) <= 0 :
	    decimal_compare(bound, milestone->at_risk) >= 0)
		return PROGRESS_AT_RISK;
	return PROGRESS_OFF_TRACK;
}

/* A ratio to nothing, or to less, says nothing: there the figures are
   compared as they are. */
static enum progress bare_progress(const struct milestone *milestone,
	struct decimal actual, struct decimal required)
{
	int order = decimal_compare(actual, required);
	bool holds = comparison_is_ceiling(milestone->benchmark->comparison) ?
		order <= 0 : order >= 0;

	return holds ? PROGRESS_ON_TRACK : PROGRESS_OFF_TRACK;
}

static enum progress figures_pace(const struct milestone *milestone,
	struct evaluation *evaluation, struct assessment *out)
{
	struct path_question question = {
		.milestone = milestone, .evaluation = evaluation,
		.target = out->target.value,
		.baseline = out->baseline.known ? &out->baseline.value : NULL,
		.through = out->data_through,
	};
	struct figure actual;

	if (milestone->path == NULL || !out->target.known ||
	    period_is_none(out->data_through))
		return PROGRESS_PENDING;
	out->required_now.known = path_required(&question,
		&out->required_now.value);
	actual = figures_through(milestone, evaluation, out->data_through);
	if (!out->required_now.known || !actual.known)
		return PROGRESS_PENDING;
	if (decimal_sign(out->required_now.value) <= 0)
		return bare_progress(milestone, actual.value,
			out->required_now.value);
	out->pace = figure_apply(actual, decimal_divide, out->required_now);
	return out->pace.known ? pace_progress(milestone, out->pace.value) :
		PROGRESS_PENDING;
}

bool figures_keep_clear(const struct milestone *milestone,
	const struct assessment *assessment, enum progress progress,
	struct decimal margin)
{
	bool ceiling = comparison_is_ceiling(milestone->benchmark->comparison);
	struct decimal threshold = progress == PROGRESS_ON_TRACK ? DECIMAL_ONE :
		milestone->at_risk;
	struct decimal pace = assessment->pace.value, least;

	if (!assessment->pace.known || milestone->benchmark->actual == NULL)
		return true;
	if (!ceiling)
		return !decimal_add(DECIMAL_ONE, margin, &least) ||
			!decimal_multiply(least, threshold, &least) ||
			decimal_compare(pace, least) >= 0;
	return !decimal_multiply(pace, threshold, &pace) ||
		!decimal_subtract(DECIMAL_ONE, margin, &least) ||
		decimal_compare(pace, least) <= 0;
}

bool figures_keep_pace(const struct milestone *milestone,
	const struct assessment *assessment)
{
	return !assessment->pace.known || pace_progress(milestone,
		assessment->pace.value) == PROGRESS_ON_TRACK;
}

enum progress figures_take(const struct milestone *milestone,
	struct evaluation *evaluation, struct assessment *out)
{
	const struct benchmark *benchmark = milestone->benchmark;

	if (benchmark->actual == NULL)
		return PROGRESS_PENDING;
	out->actual.known = expression_partial(benchmark->actual, evaluation,
		&out->actual.value);
	out->target = figure_of(benchmark->target, evaluation);
	if (milestone->baseline != NULL)
		out->baseline = figure_of(milestone->baseline->root,
			evaluation);
	out->data_through = expression_data_through(benchmark->actual,
		evaluation);
	out->shortfall = shortfall_of(out, benchmark->comparison);
	figures_share(out);
	return figures_pace(milestone, evaluation, out);
}

bool figures_hold(const struct milestone *milestone,
	const struct assessment *assessment)
{
	static const struct {
		bool below, equal, above;
	} holds[] = {
		[COMPARE_LT] = {true, false, false},
		[COMPARE_LE] = {true, true, false},
		[COMPARE_EQ] = {false, true, false},
		[COMPARE_NE] = {true, false, true},
		[COMPARE_GE] = {false, true, true},
		[COMPARE_GT] = {false, false, true},
	};
	enum comparison comparison;
	int order;

	if (milestone->benchmark->actual == NULL ||
	    !assessment->actual.known || !assessment->target.known)
		return false;
	comparison = milestone->benchmark->comparison;
	order = decimal_compare(assessment->actual.value,
		assessment->target.value);
	return order < 0 ? holds[comparison].below :
		order > 0 ? holds[comparison].above : holds[comparison].equal;
}
