/*
 * Running totals within a year. A total that is not known lies between the
 * last known one before it in its year and the next known one after it, for a
 * running total does not fall.
 *
 *	sum over  |----year----|----year----|      = T(31 Dec) - T(before)
 *	             ^before      ^end              + T(end)
 */
#include "core/expression_internal.h"

/* The last period of the indicator that ends on a day or before. */
static struct period period_through(enum frequency frequency, struct date day)
{
	return period_next(period_of_date(frequency, date_add_days(day, 1)), -1);
}

/* NULL for what is of another year than the day. */
static const struct observation *same_year(const struct observation *figure,
	struct date day)
{
	if (figure == NULL || period_last_day(figure->period).year != day.year)
		return NULL;
	return figure;
}

/* The last known total of the day's year up to the end of the day. */
static const struct observation *total_before(const struct view *view, struct date day)
{
	const struct evaluation *evaluation = view->asking->evaluation;
	const struct observation *figure;

	if (view->regular)
		figure = series_until(view->series,
			period_through(view->indicator->frequency, day),
			evaluation->known);
	else
		figure = series_last(view->series, zone_day_end(evaluation->zone, day),
			evaluation->zone, evaluation->known);
	return same_year(figure, day);
}

/* The first known total of the day's year past the end of the day. */
static const struct observation *total_after(const struct view *view, struct date day)
{
	const struct evaluation *evaluation = view->asking->evaluation;
	const struct observation *figure;

	if (view->regular)
		figure = series_next(view->series,
			period_through(view->indicator->frequency, day),
			evaluation->known);
	else
		figure = series_first(view->series,
			zone_day_end(evaluation->zone, day) + 1, INSTANT_MAX,
			evaluation->zone, evaluation->known);
	return same_year(figure, day);
}

/* Whether a total ended by a day may still come to light after the last one
   known before it. */
static bool total_is_awaited(const struct view *view, struct date ended,
	const struct observation *before)
{
	struct period latest;

	if (!view->regular)
		return view_is_unsettled(view);
	latest = period_through(view->indicator->frequency, ended);
	if (before != NULL)
		return period_compare(before->period, latest) < 0;
	return period_last_day(latest).year == ended.year;
}

/* Whether a day lies in what the window holds from before the record began. */
static bool total_is_unmeasured(const struct view *view, struct date day)
{
	int64_t count = view->regular ? view_unmeasured(view) : 0;

	return count > 0 && date_compare(day,
		period_first_day(period_next(view->first, count))) < 0;
}

static void total_unknown(struct view *view, struct date day, struct date ended,
	const struct observation *before, struct interval *out)
{
	bool ahead = date_compare(day, ended) > 0;
	const struct observation *after = ahead ? NULL : total_after(view, day);
	struct interval floor, ceiling;

	view_domain(view, ahead || total_is_unmeasured(view, day) ?
		UNKNOWN_AHEAD : view_reason(view), out);
	if (before != NULL) {
		view_use(view, before);
		floor = interval_point(before->value);
		*out = interval_greatest(out, &floor);
	}
	if (after != NULL) {
		ceiling = interval_point(after->value);
		/* Unless it fell after all: then it lies between the two. */
		if (bound_compare(&ceiling.low, &out->low) < 0)
			*out = interval_unknown(ceiling.low, out->low, out->reason);
		else
			*out = interval_least(out, &ceiling);
	}
	/* A missing one before it may turn out as high as any. */
	if (ahead && day.year == ended.year && total_is_awaited(view, ended, before)) {
		out->greatest = out->high;
		out->reason = view_reason(view);
	}
}

/* Left out what is missing, the total is the last one known. */
static void total_partial(struct view *view, const struct observation *before,
	struct interval *out)
{
	*out = interval_anything(UNKNOWN_ABSENT);
	if (before == NULL)
		return;
	view_use(view, before);
	*out = interval_point(before->value);
}

void total_at(struct view *view, struct date day, struct interval *out)
{
	struct date ended = view_ended_day(view);
	struct date until = date_compare(day, ended) > 0 ? ended : day;
	const struct observation *before = NULL;
	bool exact;

	if (until.year == day.year)
		before = total_before(view, until);
	exact = before != NULL &&
		date_compare(period_last_day(before->period), day) == 0;
	if (exact || view->asking->partial)
		total_partial(view, before, out);
	else
		total_unknown(view, day, ended, before, out);
}

/* What was added from the start of one day to the end of another of the same
   year. It is never less than nothing unless the figures fell. */
static void growth_within(struct view *view, struct date from, struct date to,
	struct interval *out)
{
	const struct interval nothing = interval_point(DECIMAL_ZERO);
	struct interval before;

	total_at(view, to, out);
	if (from.month == 1 && from.day == 1)
		return;
	total_at(view, date_add_days(from, -1), &before);
	*out = interval_subtract(out, &before);
	if (!interval_is_point(out) && bound_compare(&out->high, &nothing.low) >= 0)
		*out = interval_greatest(out, &nothing);
}

/* The same with what is missing left out: known only with a figure inside, and
   one before it where the year began earlier. */
static void growth_partial(struct view *view, struct date from, struct date to,
	struct interval *out)
{
	struct date ended = view_ended_day(view);
	const struct observation *end, *start;
	struct interval before;

	if (date_compare(to, ended) > 0)
		to = ended;
	*out = interval_anything(UNKNOWN_ABSENT);
	end = total_before(view, to);
	if (end == NULL || date_compare(period_last_day(end->period), from) < 0)
		return;
	if (from.month == 1 && from.day == 1) {
		total_partial(view, end, out);
		return;
	}
	start = total_before(view, date_add_days(from, -1));
	if (start == NULL)
		return;
	total_partial(view, start, &before);
	total_partial(view, end, out);
	*out = interval_subtract(out, &before);
}

void total_over(struct view *view, struct interval *out)
{
	struct date first = view_first_day(view);
	struct date last = view_last_day(view);
	bool partial = view->asking->partial;
	struct interval part;
	bool found = !partial;

	*out = interval_point(DECIMAL_ZERO);
	for (int year = first.year; year <= last.year; year++) {
		struct date from = {(int16_t)year, 1, 1};
		struct date to = {(int16_t)year, 12, 31};

		from = year == first.year ? first : from;
		to = year == last.year ? last : to;
		if (date_compare(to, from) < 0)
			break;
		(partial ? growth_partial : growth_within)(view, from, to, &part);
		if (partial && !interval_is_point(&part))
			continue;
		found = true;
		*out = interval_add(out, &part);
	}
	if (!found)
		*out = interval_anything(UNKNOWN_ABSENT);
}
