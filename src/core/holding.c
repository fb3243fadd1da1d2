/*
 * holding: see holding.h.
 */
#include "core/holding.h"

static struct knowledge known_at(instant published)
{
	return (struct knowledge){published, INSTANT_MAX};
}

const struct observation *figure_in_force(const struct series *series,
	const struct observation *figure)
{
	return series_at(series, figure->period, known_at(figure->published));
}

/* --- jumps ---------------------------------------------------------------------- */

/* The larger by the smaller; false: they have no ratio. */
static bool ratio_of(struct decimal a, struct decimal b, struct decimal *out)
{
	struct decimal one = decimal_abs(a), two = decimal_abs(b);
	bool less = decimal_compare(one, two) < 0;

	return decimal_sign(a) * decimal_sign(b) > 0 &&
		decimal_divide(less ? two : one, less ? one : two, out);
}

static bool is_beyond(const struct indicator *indicator, struct decimal value,
	const struct observation *beside, struct decimal *ratio)
{
	return beside != NULL && ratio_of(value, beside->value, ratio) &&
		decimal_compare(*ratio, indicator->max_jump) > 0;
}

static bool is_comparable(const struct indicator *indicator,
	const struct observation *a, struct period b)
{
	return a != NULL && (!indicator->cumulative ||
		period_last_day(a->period).year == period_last_day(b).year);
}

/* Whether it is beyond where the figure in force of its period is not; that one
   being beyond tells of an accepted jump. */
static bool jumps_beside(const struct indicator *indicator,
	const struct observation *figure, const struct observation *force,
	const struct observation *beside, bool *accepted, struct jump *out)
{
	struct decimal ratio, old;

	if (!is_comparable(indicator, beside, figure->period) ||
	    !is_beyond(indicator, figure->value, beside, &ratio))
		return false;
	if (force != NULL && is_beyond(indicator, force->value, beside, &old)) {
		*accepted = true;
		return false;
	}
	*out = (struct jump){beside->period, beside->value, ratio};
	return true;
}

bool figure_jumps(const struct indicator *indicator,
	const struct series *series, const struct observation *figure,
	struct jump *out)
{
	struct knowledge known = known_at(figure->published);
	const struct observation *force = figure_in_force(series, figure);
	bool accepted = false;
	struct decimal ratio;

	out->beside = PERIOD_NONE;
	if (decimal_sign(indicator->max_jump) == 0)
		return false;
	if (jumps_beside(indicator, figure, force, series_until(series,
	    period_next(figure->period, -1), known), &accepted, out) ||
	    jumps_beside(indicator, figure, force, series_next(series,
	    figure->period, known), &accepted, out))
		return true;
	if (!accepted || !is_beyond(indicator, figure->value, force, &ratio))
		return false;
	*out = (struct jump){figure->period, force->value, ratio};
	return true;
}

void jump_tell(const struct indicator *indicator,
	const struct observation *figure, const struct jump *jump,
	struct text *out)
{
	bool falls = decimal_compare(decimal_abs(figure->value),
		decimal_abs(jump->figure)) < 0;

	text_add_period(out, figure->period);
	text_add_string(out, ": ");
	text_add_decimal(out, figure->value);
	text_add_string(out, " is ");
	text_add_decimal_short(out, jump->ratio);
	text_add_string(out, falls ? " times less than " : " times ");
	if (period_equal(jump->beside, figure->period))
		text_add_string(out, "the figure in force");
	else
		text_add_period(out, jump->beside);
	text_add_string(out, " (max_jump ");
	text_add_decimal(out, indicator->max_jump);
	text_add_string(out, "): held until accepted");
}

/* --- releases ------------------------------------------------------------------- */

size_t periods_known(const struct series *series, instant published)
{
	size_t position = 0, count = 0;

	while (series_walk(series, &position, known_at(published)) != NULL)
		count++;
	return count;
}

bool release_contradicts(const struct source *source,
	const struct contradiction *found)
{
	struct decimal allowed;

	if (found->differ < 2 || !decimal_multiply(source->hold_release,
	    decimal_from_int((int64_t)found->known), &allowed))
		return false;
	return decimal_compare(decimal_from_int((int64_t)found->differ),
		allowed) > 0;
}
