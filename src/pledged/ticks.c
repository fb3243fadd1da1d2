/* ticks: see ticks.h. */
#include "pledged/ticks.h"

#include <math.h>
#include <stdio.h>

#include "base/decimal.h"
#include "base/text.h"

/* --- scales ------------------------------------------------------------------ */

double scale_place(const struct scale *scale, double value)
{
	double share = scale->to > scale->from ?
		(value - scale->from) / (scale->to - scale->from) : 0;

	return scale->place_from +
		share * (scale->place_to - scale->place_from);
}

/* --- ticks of values ----------------------------------------------------------- */

#define VALUE_STEPS 6	/* about so many */
#define POWER_MAX 300

/* 1, 2, 2.5 or 5 times a power of ten: exact. */
static struct decimal step_of(double least)
{
	static const struct decimal steps[] = {{1, 0}, {2, 0}, {25, -1}, {5, 0},
		{1, 1}};
	struct decimal step;
	double power = 1;
	int32_t exponent = 0;

	for (; least / power >= 10 && exponent < POWER_MAX; exponent++)
		power *= 10;
	for (; least / power < 1 && exponent > -POWER_MAX; exponent--)
		power /= 10;
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		step = steps[i];
		if (decimal_to_double(step) >= least / power * (1 - 1e-9))
			break;
	}
	step.exponent += exponent;
	return step;
}

/* The word of large numbers, that all labels share. */
struct magnitude {
	int power;
	const char *word;
};

/* Not so large that labels get more than two decimals by it; a thousand is
   written out. */
static struct magnitude magnitude_of(double most, double step)
{
	static const struct magnitude words[] = {
		{12, " tn"}, {9, " bn"}, {6, " m"}, {3, " k"}, {0, ""},
	};
	size_t i = 0;

	for (; words[i].power > 0; i++) {
		double unit = decimal_to_double((struct decimal){1,
			words[i].power});

		if (most >= unit && step >= unit / 100 &&
		    (words[i].power > 3 || most >= 10 * unit))
			break;
	}
	return words[i];
}

static void tick_label(struct tick *tick, struct decimal value,
	const struct magnitude *magnitude)
{
	struct text label;

	text_init(&label, sizeof tick->label - 1);
	value.exponent -= magnitude->power;
	text_add_decimal_grouped(&label, value);
	if (decimal_sign(value) != 0)
		text_add_string(&label, magnitude->word);
	string_copy(tick->label, sizeof tick->label, text_string(&label));
	text_release(&label);
}

void ticks_of_values(double low, double high, struct ticks *out,
	struct scale *scale)
{
	double room = high > low ? high - low : fabs(high) > 0 ? fabs(high) : 1;
	struct decimal step = step_of(room / VALUE_STEPS), value;
	double size = decimal_to_double(step);
	double first = floor(low / size + 1e-9), last = ceil(high / size - 1e-9);
	struct magnitude magnitude;

	if (last <= first)
		last = first + 1;
	scale->from = first * size;
	scale->to = last * size;
	magnitude = magnitude_of(fmax(fabs(scale->from), fabs(scale->to)),
		size);
	out->count = 0;
	for (double i = first; i <= last && out->count < TICKS_MAX; i++) {
		struct tick *tick = &out->items[out->count];

		if (fabs(i) > 1e15 || !decimal_multiply(step,
		    decimal_from_int((int64_t)i), &value))
			break;
		tick->value = i * size;
		tick_label(tick, value, &magnitude);
		out->count++;
	}
}

/* --- ticks of time ------------------------------------------------------------- */

/* Steps that divide what is above them: three months a year. */
static const struct time_step {
	int days, months;
} time_steps[] = {
	{1, 0}, {2, 0}, {7, 0}, {14, 0}, {0, 1}, {0, 2}, {0, 3}, {0, 6}, {0, 12},
	{0, 24}, {0, 60}, {0, 120}, {0, 240}, {0, 600}, {0, 1200}, {0, 12000},
};

static struct date month_first(int number)
{
	return (struct date){(int16_t)(number / 12), (uint8_t)(number % 12 + 1), 1};
}

/* The first tick not before a day. */
static struct date time_first(const struct time_step *step, struct date from)
{
	int32_t days = date_to_days(from);
	int months = from.year * 12 + from.month - 1 + (from.day > 1);

	if (step->months > 0)
		return month_first((months + step->months - 1) / step->months *
			step->months);
	/* 1970-01-05 was a Monday. */
	while ((days - 4) % step->days != 0)
		days++;
	return date_from_days(days);
}

static struct date time_next(const struct time_step *step, struct date date)
{
	return step->months > 0 ? date_add_months(date, step->months) :
		date_add_days(date, step->days);
}

static void time_label(struct tick *tick, const struct time_step *step,
	struct date date)
{
	int room = sizeof tick->label;

	if (step->months % 12 == 0 && step->months > 0)
		snprintf(tick->label, room, "%04d", date.year);
	else if (step->months > 0)
		snprintf(tick->label, room, "%04d-%02d", date.year, date.month);
	else
		snprintf(tick->label, room, "%04d-%02d-%02d", date.year,
			date.month, date.day);
}

/* false: there are too many. */
static bool time_ticks(const struct time_step *step, instant from, instant to,
	const struct zone *zone, size_t most, struct ticks *out)
{
	struct date last = zone_date(zone, to);

	out->count = 0;
	for (struct date date = time_first(step, zone_date(zone, from));
	    date_compare(date, last) <= 0; date = time_next(step, date)) {
		struct tick *tick = &out->items[out->count];
		instant at = zone_day_start(zone, date);

		if (at < from || at > to)
			continue;
		if (out->count == most)
			return false;
		tick->value = (double)at;
		time_label(tick, step, date);
		out->count++;
	}
	return true;
}

void ticks_of_time(instant from, instant to, const struct zone *zone,
	size_t most, struct ticks *out)
{
	for (size_t i = 0; i < sizeof time_steps / sizeof time_steps[0]; i++)
		if (time_ticks(&time_steps[i], from, to, zone, most, out))
			return;
	out->count = 0;
}
