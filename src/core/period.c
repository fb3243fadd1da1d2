/*
 * Periods are a frequency and a count since an origin, so that next, before
 * and how many are integer arithmetic; dates enter only at the edges.
 */
#include "core/period.h"

#include <string.h>

#define WEEK_ORIGIN (-3)	/* days from 1970-01-01 to Monday 1969-12-29 */

/* Instants that have a date of the years 1 to 9999 in every zone. */
#define INSTANT_DATED_MIN (-62135596800 + 172800)
#define INSTANT_DATED_MAX (253402300799 - 172800)

struct frequency_row {
	const char *name;
	bool declarable;
	int per_year;
	int months;	/* a whole number of months, or 0 */
};

static const struct frequency_row frequencies[FREQUENCY_COUNT] = {
	[FREQUENCY_NONE] = {"none", false, 0, 0},
	[FREQUENCY_POINT] = {"point", false, 0, 0},
	[FREQUENCY_DAY] = {"day", true, 365, 0},
	[FREQUENCY_WEEK] = {"week", true, 52, 0},
	[FREQUENCY_MONTH] = {"month", true, 12, 1},
	[FREQUENCY_QUARTER] = {"quarter", true, 4, 3},
	[FREQUENCY_HALF] = {"half", true, 2, 6},
	[FREQUENCY_YEAR] = {"year", true, 1, 12},
};

bool frequency_parse(const char *word, enum frequency *out)
{
	for (int i = 0; i < FREQUENCY_COUNT; i++) {
		if (!frequencies[i].declarable ||
		    strcmp(frequencies[i].name, word) != 0)
			continue;
		*out = (enum frequency)i;
		return true;
	}
	return false;
}

const char *frequency_name(enum frequency frequency)
{
	return frequencies[frequency].name;
}

int frequency_per_year(enum frequency frequency)
{
	return frequencies[frequency].per_year;
}

static int64_t floor_divide(int64_t a, int64_t b)
{
	int64_t quotient = a / b;

	return quotient - (a % b != 0 && (a < 0) != (b < 0));
}

static struct period period_make(enum frequency frequency, int64_t number)
{
	return (struct period){frequency, number};
}

/* The week that holds a day. */
static int64_t week_of_day(int64_t days)
{
	return floor_divide(days - WEEK_ORIGIN, 7);
}

/* Week 1 of an ISO 8601 year is the one with 4 January in it. */
static int64_t week_first(int year)
{
	return week_of_day(date_to_days((struct date){(int16_t)year, 1, 4}));
}

/* --- text ------------------------------------------------------------- */

/* Reads exactly count digits. */
static bool digits_read(const char *text, size_t count, int *out)
{
	int value = 0;

	for (size_t i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (text[i] - '0');
	}
	*out = value;
	return true;
}

/* The n-th of so many parts of a year: 2020-Q3, 2020-H1. */
static bool part_read(const char *digit, int year, enum frequency frequency,
	struct period *out)
{
	int parts = frequencies[frequency].per_year;
	int part;

	if (!digits_read(digit, 1, &part) || part < 1 || part > parts)
		return false;
	*out = period_make(frequency, (int64_t)year * parts + part - 1);
	return true;
}

static bool week_read(const char *digits, int year, struct period *out)
{
	int week;

	if (!digits_read(digits, 2, &week) || week < 1)
		return false;
	if (week_first(year) + week > week_first(year + 1))
		return false;
	*out = period_make(FREQUENCY_WEEK, week_first(year) + week - 1);
	return true;
}

static bool month_read(const char *digits, int year, struct period *out)
{
	int month;

	if (!digits_read(digits, 2, &month) || month < 1 || month > 12)
		return false;
	*out = period_make(FREQUENCY_MONTH, (int64_t)year * 12 + month - 1);
	return true;
}

/* A date, or an instant with its offset: a local time names no point. */
static bool moment_read(const char *text, size_t length, struct period *out)
{
	struct moment moment;

	if (!moment_parse(text, length, &moment))
		return false;
	if (moment.kind == MOMENT_LOCAL)
		return false;
	if (moment.kind == MOMENT_INSTANT)
		*out = period_make(FREQUENCY_POINT, moment.at);
	else
		*out = period_of_date(FREQUENCY_DAY, moment.local.date);
	return true;
}

bool period_parse(const char *text, size_t length, struct period *out)
{
	int year;

	if (length < 4 || !digits_read(text, 4, &year) || year < 1)
		return false;
	if (length == 4) {
		*out = period_make(FREQUENCY_YEAR, year);
		return true;
	}
	if (text[4] != '-' || length < 7)
		return false;
	if (length == 7 && text[5] == 'Q')
		return part_read(text + 6, year, FREQUENCY_QUARTER, out);
	if (length == 7 && text[5] == 'H')
		return part_read(text + 6, year, FREQUENCY_HALF, out);
	if (length == 7)
		return month_read(text + 5, year, out);
	if (length == 8 && text[5] == 'W')
		return week_read(text + 6, year, out);
	return moment_read(text, length, out);
}

bool period_read(const char *text, struct period *out)
{
	return period_parse(text, strlen(text), out);
}

/* A week's year is that of its Thursday. */
static void text_add_week(struct text *text, int64_t number)
{
	struct date thursday = date_from_days((int32_t)(number * 7 + WEEK_ORIGIN + 3));

	text_addf(text, "%04d-W%02d", thursday.year,
		(int)(number - week_first(thursday.year)) + 1);
}

void text_add_period(struct text *text, struct period period)
{
	struct date first = period_first_day(period);

	switch (period.frequency) {
	case FREQUENCY_POINT:
		text_add_instant(text, period.number);
		break;
	case FREQUENCY_DAY:
		text_add_date(text, first);
		break;
	case FREQUENCY_WEEK:
		text_add_week(text, period.number);
		break;
	case FREQUENCY_MONTH:
		text_addf(text, "%04d-%02d", first.year, first.month);
		break;
	case FREQUENCY_QUARTER:
		text_addf(text, "%04d-Q%d", first.year, (first.month + 2) / 3);
		break;
	case FREQUENCY_HALF:
		text_addf(text, "%04d-H%d", first.year, first.month > 6 ? 2 : 1);
		break;
	case FREQUENCY_YEAR:
		text_addf(text, "%04d", first.year);
		break;
	case FREQUENCY_NONE:
	case FREQUENCY_COUNT:
		break;
	}
}

/* --- edges ------------------------------------------------------------ */

/* The first of a month counted from January of the year 0. */
static struct date month_first_day(int64_t month)
{
	int64_t year = floor_divide(month, 12);

	return (struct date){(int16_t)year, (uint8_t)(month - year * 12 + 1), 1};
}

static struct date point_day(int64_t at)
{
	return date_from_days((int32_t)floor_divide(at, 86400));
}

struct date period_first_day(struct period period)
{
	int months = frequencies[period.frequency].months;

	if (months > 0)
		return month_first_day(period.number * months);
	if (period.frequency == FREQUENCY_WEEK)
		return date_from_days((int32_t)(period.number * 7 + WEEK_ORIGIN));
	if (period.frequency == FREQUENCY_DAY)
		return date_from_days((int32_t)period.number);
	if (period.frequency == FREQUENCY_POINT)
		return point_day(period.number);
	return (struct date){0};
}

struct date period_last_day(struct period period)
{
	int months = frequencies[period.frequency].months;
	struct date day;

	if (months > 0) {
		day = month_first_day(period.number * months + months - 1);
		day.day = (uint8_t)date_month_days(day.year, day.month);
		return day;
	}
	day = period_first_day(period);
	return period.frequency == FREQUENCY_WEEK ? date_add_days(day, 6) : day;
}

instant period_start(struct period period, const struct zone *zone)
{
	if (period.frequency == FREQUENCY_POINT)
		return period.number;
	if (period.frequency == FREQUENCY_NONE)
		return INSTANT_MIN;
	return zone_day_start(zone, period_first_day(period));
}

instant period_end(struct period period, const struct zone *zone)
{
	if (period.frequency == FREQUENCY_POINT)
		return period.number;
	if (period.frequency == FREQUENCY_NONE)
		return INSTANT_MIN;
	return zone_day_end(zone, period_last_day(period));
}

/* --- arithmetic ------------------------------------------------------- */

struct period period_of_date(enum frequency frequency, struct date date)
{
	int months = frequencies[frequency].months;

	if (months > 0)
		return period_make(frequency,
			((int64_t)date.year * 12 + date.month - 1) / months);
	if (frequency == FREQUENCY_WEEK)
		return period_make(frequency, week_of_day(date_to_days(date)));
	if (frequency == FREQUENCY_DAY)
		return period_make(frequency, date_to_days(date));
	return PERIOD_NONE;
}

/* The period with the next second in it has not ended; the one before has. */
struct period period_ended_by(enum frequency frequency, instant at,
	const struct zone *zone)
{
	if (frequency == FREQUENCY_NONE)
		return PERIOD_NONE;
	if (frequency == FREQUENCY_POINT)
		return period_make(frequency, at);
	if (at < INSTANT_DATED_MIN)
		at = INSTANT_DATED_MIN;
	if (at > INSTANT_DATED_MAX)
		at = INSTANT_DATED_MAX;
	return period_next(period_of_date(frequency, zone_date(zone, at + 1)), -1);
}

struct period period_next(struct period period, int64_t steps)
{
	if (!period_is_none(period))
		period.number += steps;
	return period;
}

bool period_divide(struct period whole, enum frequency part,
	struct period *first, struct period *last)
{
	int months = frequencies[part].months;
	int whole_months = frequencies[whole.frequency].months;

	if (whole.frequency == part) {
		*first = *last = whole;
		return part != FREQUENCY_NONE;
	}
	if (part == FREQUENCY_DAY && whole.frequency > FREQUENCY_DAY) {
		*first = period_of_date(part, period_first_day(whole));
		*last = period_of_date(part, period_last_day(whole));
		return true;
	}
	if (months == 0 || whole_months < months)
		return false;
	*first = period_make(part, whole.number * (whole_months / months));
	*last = period_next(*first, whole_months / months - 1);
	return true;
}

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

int period_compare(struct period a, struct period b)
{
	int order;

	if (a.frequency == b.frequency)
		return compare(a.number, b.number);
	order = date_compare(period_last_day(a), period_last_day(b));
	if (order == 0)
		order = date_compare(period_first_day(b), period_first_day(a));
	return order != 0 ? order : compare(a.frequency, b.frequency);
}
