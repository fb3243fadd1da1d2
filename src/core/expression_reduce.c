/*
 * The functions over a window: from a view to an interval. Each takes the
 * figures that are there and adds what those not there may be.
 */
#include "core/expression_internal.h"

static struct interval interval_of_count(int64_t count)
{
	return interval_point(decimal_from_int(count));
}

/* Nothing there when asked for what is there. */
static bool view_is_left_out(const struct view *view, struct interval *out)
{
	if (!view->asking->partial || view->known > 0)
		return false;
	*out = interval_anything(UNKNOWN_ABSENT);
	return true;
}

static void interval_join(struct interval *out, const struct interval *more,
	struct interval (*join)(const struct interval *, const struct interval *))
{
	*out = join(out, more);
}

/* --- sum, avg ----------------------------------------------------------------- */

/* So many unknown figures, each anything the indicator allows. */
static void add_figures(const struct view *view, int64_t count,
	enum unknown_reason reason, struct interval *out)
{
	struct interval figure, factor, product;

	view_domain(view, reason, &figure);
	factor = interval_of_count(count);
	product = interval_multiply(&figure, &factor);
	interval_join(out, &product, interval_add);
}

/* Any number of unknown figures, none included. */
static void add_any_figures(const struct view *view, enum unknown_reason reason,
	struct interval *out)
{
	static const struct bound zero = {{0, 0}, BOUND_FINITE};
	struct interval figure;

	view_domain(view, reason, &figure);
	figure = interval_unknown(
		bound_compare(&figure.low, &zero) < 0 ? bound_minus_infinite : zero,
		bound_compare(&figure.high, &zero) > 0 ? bound_plus_infinite : zero,
		reason);
	interval_join(out, &figure, interval_add);
}

static bool sum_figures(struct view *view, struct interval *out)
{
	struct decimal sum = DECIMAL_ZERO;
	const struct observation *figure;

	while ((figure = view_next(view)) != NULL) {
		if (decimal_gather(&sum, &figure->value))
			continue;
		*out = interval_anything(UNKNOWN_RANGE);
		return false;
	}
	*out = interval_point(sum);
	return true;
}

void reduce_sum(struct view *view, struct interval *out)
{
	if (view->indicator->cumulative) {
		total_over(view, out);
		return;
	}
	if (!sum_figures(view, out) || view_is_left_out(view, out))
		return;
	if (view->regular) {
		if (view_missing(view) > 0)
			add_figures(view, view_missing(view), view_reason(view),
				out);
		if (view_ahead(view) > 0)
			add_figures(view, view_ahead(view), UNKNOWN_AHEAD, out);
		return;
	}
	if (view_is_unsettled(view))
		add_any_figures(view, view_reason(view), out);
	if (view_is_open(view))
		add_any_figures(view, UNKNOWN_AHEAD, out);
}

/* What a function gives that found no figure and has nothing else to go by. */
static void reduce_nothing(const struct view *view, struct interval *out)
{
	bool ahead = view->regular ||
		(view_is_open(view) && !view_is_unsettled(view));

	view_domain(view, ahead ? UNKNOWN_AHEAD : view_reason(view), out);
}

/* Irregular: an average of known and unknown lies in the domain. */
static void average_dated(struct view *view, struct interval *out)
{
	struct interval count;

	if (!sum_figures(view, out) || view_is_left_out(view, out))
		return;
	if (view->known == 0) {
		reduce_nothing(view, out);
	} else if (view_is_unsettled(view)) {
		view_domain(view, view_reason(view), out);
	} else if (view_is_open(view)) {
		view_domain(view, UNKNOWN_AHEAD, out);
	} else {
		count = interval_of_count(view->known);
		interval_join(out, &count, interval_divide);
	}
}

/* Of a running total with figures left out: over the periods it has grown. */
static int64_t average_count(struct view *view)
{
	const struct observation *figure;
	int64_t through = view->first.number - 1;

	if (!view->asking->partial)
		return view_periods(view);
	if (!view->indicator->cumulative)
		return view->known;
	while ((figure = view_next(view)) != NULL)
		through = figure->period.number;
	return through - view->first.number + 1;
}

void reduce_average(struct view *view, struct interval *out)
{
	struct interval count;
	int64_t periods;

	if (!view->regular && !view->indicator->cumulative) {
		average_dated(view, out);
		return;
	}
	reduce_sum(view, out);
	periods = view->regular ? average_count(view) : 1;
	if (periods == 0) {
		reduce_nothing(view, out);
		return;
	}
	count = interval_of_count(periods);
	interval_join(out, &count, interval_divide);
}

/* --- min, max, count -------------------------------------------------------- */

typedef struct interval interval_choice(const struct interval *,
	const struct interval *);

/* The extreme of what is known, of one missing figure and of one ahead: more
   of either kind change nothing. */
static void reduce_extreme(struct view *view, interval_choice *choose,
	struct interval *out)
{
	const struct observation *figure;
	struct interval other;
	bool missing, ahead, found = false;

	while ((figure = view_next(view)) != NULL) {
		other = interval_point(figure->value);
		*out = found ? choose(out, &other) : other;
		found = true;
	}
	if (view_is_left_out(view, out))
		return;
	missing = view->regular ? view_missing(view) > 0 : view_is_unsettled(view);
	ahead = view->regular ? view_ahead(view) > 0 : view_is_open(view);
	if (missing) {
		view_domain(view, view_reason(view), &other);
		*out = found ? choose(out, &other) : other;
		found = true;
	}
	if (ahead) {
		view_domain(view, UNKNOWN_AHEAD, &other);
		*out = found ? choose(out, &other) : other;
		found = true;
	}
	if (!found)
		reduce_nothing(view, out);
}

void reduce_min(struct view *view, struct interval *out)
{
	reduce_extreme(view, interval_least, out);
}

void reduce_max(struct view *view, struct interval *out)
{
	reduce_extreme(view, interval_greatest, out);
}

/* Between none and so many more; without a limit for count -1. */
static void add_counts(int64_t count, enum unknown_reason reason, struct interval *out)
{
	struct interval more = interval_unknown(bound_finite(DECIMAL_ZERO),
		count < 0 ? bound_plus_infinite : bound_finite(decimal_from_int(count)),
		reason);

	if (count != 0)
		interval_join(out, &more, interval_add);
}

void reduce_count(struct view *view, struct interval *out)
{
	while (view_next(view) != NULL)
		;
	*out = interval_of_count(view->known);
	if (view->regular) {
		add_counts(view_missing(view), view_reason(view), out);
		add_counts(view_ahead(view), UNKNOWN_AHEAD, out);
		return;
	}
	if (view_is_unsettled(view))
		add_counts(-1, view_reason(view), out);
	if (view_is_open(view))
		add_counts(-1, UNKNOWN_AHEAD, out);
}

/* --- one figure --------------------------------------------------------------- */

static void reduce_figure(struct view *view, const struct observation *figure,
	struct interval *out)
{
	view_use(view, figure);
	*out = interval_point(figure->value);
}

/* The figure of one period of a regular series. */
static void figure_of(struct view *view, struct period period, struct interval *out)
{
	const struct observation *figure;

	if (view->indicator->cumulative) {
		total_at(view, period_last_day(period), out);
		return;
	}
	if (period.number > view->ended.number ||
	    period.number < view->first.number + view_unmeasured(view)) {
		view_domain(view, UNKNOWN_AHEAD, out);
		return;
	}
	figure = series_at(view->series, period, view->asking->evaluation->known);
	if (figure == NULL)
		view_domain(view, view_reason(view), out);
	else
		reduce_figure(view, figure, out);
}

/* With what is missing left out: the first or last figure that is there. */
static void figure_there(struct view *view, bool first, struct interval *out)
{
	const struct observation *figure, *found = NULL;

	while ((figure = view_next(view)) != NULL) {
		found = figure;
		if (first)
			break;
	}
	if (!view_is_left_out(view, out))
		*out = interval_point(found->value);
}

void reduce_first(struct view *view, struct interval *out)
{
	const struct evaluation *evaluation = view->asking->evaluation;
	const struct observation *figure;

	if (view->asking->partial) {
		figure_there(view, true, out);
	} else if (view->regular) {
		if (view_periods(view) > 0)
			figure_of(view, view->first, out);
		else
			reduce_nothing(view, out);
	} else {
		figure = view_next(view);
		if (figure == NULL)
			reduce_nothing(view, out);
		else if (period_end(figure->period, evaluation->zone) > view->settled)
			view_domain(view, view_reason(view), out);
		else
			*out = interval_point(figure->value);
	}
}

/* The latest known figure of the whole series ended by the reference instant. */
static const struct observation *figure_latest(const struct view *view)
{
	const struct evaluation *evaluation = view->asking->evaluation;

	return series_last(view->series, evaluation->at, evaluation->zone,
		evaluation->known);
}

/* The figure of a window without periods that ends last. */
static const struct observation *dated_last(struct view *view)
{
	const struct zone *zone = view->asking->evaluation->zone;
	const struct observation *figure, *found = NULL;
	instant ends = INSTANT_MIN;

	if (view->expression->window.kind == WINDOW_NONE)
		return figure_latest(view);
	while ((figure = view_next(view)) != NULL) {
		instant end = period_end(figure->period, zone);

		if (end < ends)
			continue;
		found = figure;
		ends = end;
	}
	return found;
}

/*
 * A figure not settled by the end of the window may be followed by another. A
 * series that has figures, all of them later, has its first ahead.
 */
static void figure_by(struct view *view, const struct observation *figure,
	struct interval *out)
{
	const struct evaluation *evaluation = view->asking->evaluation;
	instant close = view_close(view);

	if (figure != NULL && (view->asking->partial || view->settled >= close ||
	    period_end(figure->period, evaluation->zone) >= close))
		reduce_figure(view, figure, out);
	else if (figure == NULL && !view_is_unsettled(view))
		view_domain(view, UNKNOWN_AHEAD, out);
	else
		view_domain(view, view_reason(view), out);
}

static void last_dated(struct view *view, struct interval *out)
{
	if (view_is_open(view))
		view_domain(view, UNKNOWN_AHEAD, out);
	else
		figure_by(view, dated_last(view), out);
}

static void last_there(struct view *view, struct interval *out)
{
	const struct observation *figure;

	if (view->expression->window.kind != WINDOW_NONE) {
		figure_there(view, false, out);
		return;
	}
	figure = figure_latest(view);
	if (figure == NULL)
		*out = interval_anything(UNKNOWN_ABSENT);
	else
		reduce_figure(view, figure, out);
}

void reduce_last(struct view *view, struct interval *out)
{
	if (view->asking->partial)
		last_there(view, out);
	else if (!view->regular)
		last_dated(view, out);
	else if (view_periods(view) > 0)
		figure_of(view, view->last, out);
	else
		reduce_nothing(view, out);
}

/* Its window is one period of the series, whatever form that has. */
void reduce_at(struct view *view, struct interval *out)
{
	const struct evaluation *evaluation = view->asking->evaluation;
	struct period period = view->expression->window.period;
	const struct observation *figure;
	bool ahead;

	if (view->regular && (view->indicator->cumulative || !view->asking->partial)) {
		figure_of(view, period, out);
		return;
	}
	figure = series_at(view->series, period, evaluation->known);
	ahead = period_end(period, evaluation->zone) > evaluation->at;
	if (figure != NULL && !ahead)
		reduce_figure(view, figure, out);
	else if (view->asking->partial)
		*out = interval_anything(UNKNOWN_ABSENT);
	else
		view_domain(view, ahead ? UNKNOWN_AHEAD : view_reason(view), out);
}

/* --- two figures -------------------------------------------------------------- */

/* What an indicator without periods stood at by an instant: its latest figure
   then. */
static void level_by(struct view *view, instant by, struct interval *out)
{
	const struct evaluation *evaluation = view->asking->evaluation;
	const struct observation *figure = series_last(view->series, by,
		evaluation->zone, evaluation->known);

	view->closes = by;
	if (view->asking->partial && figure == NULL)
		*out = interval_anything(UNKNOWN_ABSENT);
	else
		figure_by(view, figure, out);
}

/* With what is missing left out: the latest figure there is, and the one so far
   before it. */
static void ends_there(struct view *view, struct interval *latest,
	struct interval *earlier)
{
	struct knowledge known = view->asking->evaluation->known;
	const struct observation *after, *before = NULL;

	after = series_until(view->series, view->last, known);
	if (after != NULL && after->period.frequency == view->last.frequency)
		before = series_at(view->series, period_next(after->period,
			view->first.number - view->last.number), known);
	*latest = *earlier = interval_anything(UNKNOWN_ABSENT);
	if (before == NULL)
		return;
	reduce_figure(view, after, latest);
	reduce_figure(view, before, earlier);
}

/* The figures at both ends of a window that takes in the period before it. */
static void view_ends(struct view *view, struct interval *latest,
	struct interval *earlier)
{
	if (!view->regular) {
		instant opens = view->opens;

		level_by(view, view->closes, latest);
		level_by(view, opens - 1, earlier);
	} else if (view->asking->partial) {
		ends_there(view, latest, earlier);
	} else {
		figure_of(view, view->last, latest);
		figure_of(view, view->first, earlier);
	}
}

void reduce_change(struct view *view, struct interval *out)
{
	struct interval earlier;

	view_ends(view, out, &earlier);
	interval_join(out, &earlier, interval_subtract);
}

static bool interval_has_zero(const struct interval *a)
{
	const struct bound zero = bound_finite(DECIMAL_ZERO);

	return bound_compare(&a->low, &zero) <= 0 && bound_compare(&a->high, &zero) >= 0;
}

/* Growth from nothing is not a number: a figure ahead that may be nothing leaves
   nothing to be made of it. */
void reduce_growth(struct view *view, struct interval *out)
{
	const struct interval one = interval_point(DECIMAL_ONE);
	struct interval earlier, ratio;

	view_ends(view, out, &earlier);
	ratio = interval_divide(out, &earlier);
	if (earlier.reason == UNKNOWN_AHEAD && interval_has_zero(&earlier)) {
		ratio = interval_anything(UNKNOWN_AHEAD);
		if (out->reason > ratio.reason)
			ratio.reason = out->reason;
	}
	*out = interval_subtract(&ratio, &one);
}

/*
 * Seconds since the last known period ended: late figures are what is asked
 * about, so none counts as missing. At an instant past now others will have
 * come by then.
 */
void reduce_age(struct view *view, struct interval *out)
{
	const struct evaluation *evaluation = view->asking->evaluation;
	const struct observation *figure = figure_latest(view);
	struct bound age = bound_plus_infinite;

	if (figure != NULL) {
		view_use(view, figure);
		age = bound_finite(decimal_from_int(evaluation->at -
			period_end(figure->period, evaluation->zone)));
	}
	if (figure != NULL && evaluation->at <= evaluation->now)
		*out = interval_point(age.value);
	else
		*out = interval_unknown(bound_finite(DECIMAL_ZERO), age,
			view_reason(view));
}
