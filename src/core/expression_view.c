/*
 * Windows: from what is written to periods (or, without a declared frequency,
 * to instants), and walking the known figures in them.
 */
#include "core/expression_internal.h"

/* --- what fits an indicator ----------------------------------------------- */

static int months_of(enum frequency frequency)
{
	return frequency < FREQUENCY_MONTH ? 0 : 12 / frequency_per_year(frequency);
}

static bool trailing_fits(enum frequency frequency, struct duration duration)
{
	int months = months_of(frequency);

	if (months > 0)
		return duration.unit == DURATION_MONTH && duration.count % months == 0;
	if (frequency == FREQUENCY_WEEK)
		return duration.unit == DURATION_DAY && duration.count % 7 == 0;
	return duration.unit == DURATION_DAY || duration.unit == DURATION_MONTH;
}

bool window_fits(const struct window *window, const struct indicator *indicator)
{
	struct period first, last;

	if (indicator->frequency == FREQUENCY_NONE)
		return true;
	if (window->kind == WINDOW_PERIOD)
		return period_divide(window->period, indicator->frequency, &first, &last);
	return window->kind != WINDOW_TRAILING ||
		trailing_fits(indicator->frequency, window->duration);
}

bool window_stays(const struct window *window)
{
	return window->kind == WINDOW_PERIOD || window->kind == WINDOW_TERM;
}

bool window_one_period(const struct indicator *indicator, struct period period,
	struct period *out)
{
	struct period first;

	*out = period;
	if (indicator->frequency == FREQUENCY_NONE ||
	    indicator->frequency == period.frequency)
		return true;
	return indicator->cumulative &&
		period_divide(period, indicator->frequency, &first, out);
}

/* --- regular: declared frequency -------------------------------------------- */

typedef void view_opener(struct view *view, const struct evaluation *evaluation);

/* The first period that begins on a day or later. */
static struct period period_from_day(enum frequency frequency, struct date day)
{
	struct period period = period_of_date(frequency, day);

	return date_compare(period_first_day(period), day) < 0 ?
		period_next(period, 1) : period;
}

static void regular_latest(struct view *view, const struct evaluation *evaluation)
{
	(void)evaluation;
	view->first = view->last = view->ended;
}

static void regular_period(struct view *view, const struct evaluation *evaluation)
{
	(void)evaluation;
	period_divide(view->expression->window.period, view->indicator->frequency,
		&view->first, &view->last);
}

static void regular_trailing(struct view *view, const struct evaluation *evaluation)
{
	struct duration duration = view->expression->window.duration;
	enum frequency frequency = view->indicator->frequency;
	int64_t count = duration.count;
	struct date after;

	(void)evaluation;
	view->last = view->ended;
	if (frequency == FREQUENCY_DAY && duration.unit == DURATION_MONTH) {
		after = period_first_day(period_next(view->last, 1));
		view->first = period_of_date(frequency,
			date_add_months(after, (int32_t)-count));
		return;
	}
	if (frequency == FREQUENCY_WEEK)
		count /= 7;
	else if (frequency != FREQUENCY_DAY)
		count /= months_of(frequency);
	view->first = period_next(view->last, 1 - count);
}

static void regular_year_to_date(struct view *view, const struct evaluation *evaluation)
{
	struct date first = zone_date(evaluation->zone, evaluation->at);

	first.month = first.day = 1;
	view->first = period_from_day(view->indicator->frequency, first);
	view->last = view->ended;
}

static bool term_is_known(struct view *view, const struct evaluation *evaluation)
{
	view->undefined = evaluation->start == INSTANT_MIN ||
		evaluation->due == INSTANT_MIN || evaluation->due == INSTANT_MAX;
	return !view->undefined;
}

static void regular_term(struct view *view, const struct evaluation *evaluation)
{
	enum frequency frequency = view->indicator->frequency;
	const struct zone *zone = evaluation->zone;

	if (!term_is_known(view, evaluation))
		return;
	view->first = period_from_day(frequency, zone_date(zone, evaluation->start));
	view->last = period_ended_by(frequency, evaluation->due, zone);
}

static view_opener *const regular_openers[] = {
	[WINDOW_NONE] = regular_latest,
	[WINDOW_PERIOD] = regular_period,
	[WINDOW_TRAILING] = regular_trailing,
	[WINDOW_YEAR_TO_DATE] = regular_year_to_date,
	[WINDOW_TERM] = regular_term,
};

static void regular_open(struct view *view, const struct evaluation *evaluation)
{
	regular_openers[view->expression->window.kind](view, evaluation);
	if (view->expression->operation->looks_back)
		view->first = period_next(view->first, -1);
}

/* --- not regular: observations of any form ---------------------------------- */

static void dated_all(struct view *view, const struct evaluation *evaluation)
{
	view->opens = INSTANT_MIN;
	view->closes = evaluation->at;
}

static void dated_period(struct view *view, const struct evaluation *evaluation)
{
	view->opens = period_start(view->expression->window.period, evaluation->zone);
	view->closes = period_end(view->expression->window.period, evaluation->zone);
}

static void dated_trailing(struct view *view, const struct evaluation *evaluation)
{
	struct duration back = view->expression->window.duration;

	back.count = -back.count;
	view->closes = evaluation->at;
	view->undefined = !zone_add(evaluation->zone, evaluation->at, back, &view->opens);
	view->opens++;
}

static void dated_year_to_date(struct view *view, const struct evaluation *evaluation)
{
	struct date first = zone_date(evaluation->zone, evaluation->at);

	first.month = first.day = 1;
	view->opens = zone_day_start(evaluation->zone, first);
	view->closes = evaluation->at;
}

static void dated_term(struct view *view, const struct evaluation *evaluation)
{
	if (!term_is_known(view, evaluation))
		return;
	view->opens = evaluation->start;
	view->closes = evaluation->due;
}

static view_opener *const dated_openers[] = {
	[WINDOW_NONE] = dated_all,
	[WINDOW_PERIOD] = dated_period,
	[WINDOW_TRAILING] = dated_trailing,
	[WINDOW_YEAR_TO_DATE] = dated_year_to_date,
	[WINDOW_TERM] = dated_term,
};

/* Up to when no figure is still to come: the lag before now. */
static instant settled_until(const struct view *view)
{
	struct evaluation *evaluation = view->asking->evaluation;
	struct duration lag = view->indicator->lag;
	struct duration back = {-lag.count, lag.unit};
	instant settled = evaluation->now;

	if (lag.count == 0)
		return settled;
	if (evaluation->settled.now == evaluation->now &&
	    evaluation->settled.lag.count == lag.count &&
	    evaluation->settled.lag.unit == lag.unit)
		return evaluation->settled.until;
	if (!zone_add(evaluation->zone, evaluation->now, back, &settled))
		settled = evaluation->now;
	evaluation->settled.lag = lag;
	evaluation->settled.now = evaluation->now;
	evaluation->settled.until = settled;
	return settled;
}

/* Past the day a point stands under in UTC, which may not be its day here. */
static struct period day_around(instant at, const struct zone *zone, int days)
{
	return period_next(period_ended_by(FREQUENCY_DAY, at, zone), days);
}

/* --- a view -------------------------------------------------------------------- */

/* The last period that a regular view's walk may give. */
static struct period view_limit(const struct view *view)
{
	return view->last.number < view->ended.number ? view->last : view->ended;
}

instant view_close(const struct view *view)
{
	instant at = view->asking->evaluation->at;

	return earlier(view->closes, at);
}

void view_open(struct view *view, const struct expression *expression,
	struct asking *asking)
{
	struct evaluation *evaluation = asking->evaluation;
	enum window_kind kind = expression->window.kind;

	view->expression = expression;
	view->asking = asking;
	view->indicator = &evaluation->reg->indicators[expression->indicator];
	view->series = history_series(evaluation->history, view->indicator->id);
	view->regular = view->indicator->frequency != FREQUENCY_NONE;
	view->undefined = false;
	view->known = 0;
	view->position = SIZE_MAX;	/* found when a walk begins */
	if (view->regular) {
		view->ended = period_ended_by(view->indicator->frequency,
			evaluation->at, evaluation->zone);
		regular_open(view, evaluation);
	} else {
		view->settled = settled_until(view);
		dated_openers[kind](view, evaluation);
	}
}

void view_bounds(struct view *view, const struct expression *expression,
	struct asking *asking)
{
	*view = (struct view){.expression = expression, .asking = asking};
	dated_openers[expression->window.kind](view, asking->evaluation);
}

void view_use(struct view *view, const struct observation *figure)
{
	struct evaluation *evaluation = view->asking->evaluation;

	view->asking->figures++;
	evaluation->published_assumed |= figure->published_assumed;
	evaluation->provisional |= figure->provisional;
	if (view->asking->note != NULL)
		view->asking->note(view->asking->context, figure);
}

static const struct observation *regular_next(struct view *view)
{
	struct knowledge known = view->asking->evaluation->known;
	struct period limit = view_limit(view);
	const struct observation *figure;

	if (view->position == SIZE_MAX)
		view->position = series_position(view->series, view->first);
	while ((figure = series_walk(view->series, &view->position, known)) != NULL) {
		if (figure->period.frequency != limit.frequency)
			continue;	/* from before the frequency was declared */
		return figure->period.number <= limit.number ? figure : NULL;
	}
	return NULL;
}

static const struct observation *dated_next(struct view *view)
{
	const struct evaluation *evaluation = view->asking->evaluation;
	const struct zone *zone = evaluation->zone;
	instant close = view_close(view);
	const struct observation *figure;

	if (view->position == SIZE_MAX)
		view->position = series_position(view->series,
			day_around(view->opens, zone, -1));
	while ((figure = series_walk(view->series, &view->position,
	    evaluation->known)) != NULL) {
		if (period_start(figure->period, zone) >= view->opens &&
		    period_end(figure->period, zone) <= close)
			return figure;
		if (period_compare(figure->period, day_around(close, zone, 3)) > 0)
			return NULL;
	}
	return NULL;
}

const struct observation *view_next(struct view *view)
{
	const struct observation *figure;

	figure = view->regular ? regular_next(view) : dated_next(view);
	if (figure == NULL)
		return NULL;
	view->known++;
	view_use(view, figure);
	return figure;
}

int64_t view_periods(const struct view *view)
{
	int64_t count = view->last.number - view->first.number + 1;

	return count > 0 ? count : 0;
}

/* Whether the window, asked when all is due, begins with a period or later. */
static bool view_outgrows(const struct view *view, struct period begins)
{
	struct evaluation due = *view->asking->evaluation;
	struct view then = *view;

	due.at = due.due;
	if (due.at == INSTANT_MIN || due.at == INSTANT_MAX)
		return false;
	then.ended = period_ended_by(begins.frequency, due.at, due.zone);
	regular_open(&then, &due);
	return then.first.number >= begins.number;
}

/*
 * What was not measured before the record began will not be completed. That
 * holds for windows that move and, by the due date, have left it behind; one
 * that rests on it to the end lacks it.
 */
int64_t view_unmeasured(const struct view *view)
{
	const struct evaluation *evaluation = view->asking->evaluation;
	const struct observation *begins;
	int64_t last;

	if (view->asking->partial || evaluation->at >= evaluation->due ||
	    window_stays(&view->expression->window))
		return 0;
	begins = series_next(view->series, PERIOD_NONE, evaluation->known);
	if (begins == NULL || begins->period.frequency != view->first.frequency ||
	    begins->period.number <= view->first.number ||
	    !view_outgrows(view, begins->period))
		return 0;
	last = view_limit(view).number;
	if (begins->period.number <= last)
		last = begins->period.number - 1;
	return last < view->first.number ? 0 : last - view->first.number + 1;
}

/* What is left out does not count as missing or ahead. What was not measured
   counts as ahead: it is unknown, and no completion of the missing is it. */
int64_t view_ahead(const struct view *view)
{
	int64_t count = view_periods(view);
	int64_t past = view->last.number - view->ended.number;

	if (view->asking->partial)
		return 0;
	past = past < 0 ? 0 : past < count ? past : count;
	return past + view_unmeasured(view);
}

int64_t view_missing(const struct view *view)
{
	if (view->asking->partial)
		return 0;
	return view_periods(view) - view_ahead(view) - view->known;
}

static bool view_is_absent(const struct view *view)
{
	struct knowledge known = view->asking->evaluation->known;

	return known.published_by < view->series->first_published ||
		series_next(view->series, PERIOD_NONE, known) == NULL;
}

/*
 * A record that begins only after the due date tells nothing of the time
 * before it, and no miss: what it lacks may be completed. One that has begun
 * by then was merely empty until it did.
 */
static bool view_precedes_record(const struct view *view)
{
	const struct evaluation *evaluation = view->asking->evaluation;
	instant close = view_close(view);
	const struct observation *begins;

	if (view->known > 0)
		return false;
	begins = series_next(view->series, PERIOD_NONE, evaluation->known);
	if (evaluation->due != INSTANT_MAX && evaluation->due > close)
		close = evaluation->due;
	return begins == NULL ||
		period_end(begins->period, evaluation->zone) > close;
}

bool view_is_unsettled(const struct view *view)
{
	if (view->asking->partial)
		return false;
	return view->settled < view_close(view) || view_precedes_record(view);
}

bool view_is_open(const struct view *view)
{
	return !view->asking->partial && view->closes > view->asking->evaluation->at;
}

enum unknown_reason view_reason(const struct view *view)
{
	return view_is_absent(view) ? UNKNOWN_ABSENT : UNKNOWN_MISSING;
}

void view_domain(const struct view *view, enum unknown_reason reason,
	struct interval *out)
{
	const struct indicator *indicator = view->indicator;

	*out = interval_unknown(
		indicator->has_min ? bound_finite(indicator->min) : bound_minus_infinite,
		indicator->has_max ? bound_finite(indicator->max) : bound_plus_infinite,
		reason);
}

struct date view_first_day(const struct view *view)
{
	if (view->regular)
		return period_first_day(view->first);
	return zone_date(view->asking->evaluation->zone, view->opens);
}

struct date view_last_day(const struct view *view)
{
	if (view->regular)
		return period_last_day(view->last);
	return zone_date(view->asking->evaluation->zone, view->closes);
}

struct date view_ended_day(const struct view *view)
{
	const struct evaluation *evaluation = view->asking->evaluation;

	return period_last_day(period_ended_by(FREQUENCY_DAY, evaluation->at,
		evaluation->zone));
}
