/*
 * rule_days: a rule is expanded by asking of each day of its days, weeks,
 * months or years whether every part names it; no day is looked for without
 * end. The parts limit one another as in RFC 5545, 3.3.10, and its table there.
 */
#include "core/rule.h"

/* --- which days -------------------------------------------------------------- */

/* One day seen from all sides, and the stretch its rule counts in. */
struct day {
	int32_t number;			/* days since 1970-01-01 */
	struct date date;
	int32_t month_first, month_last;
	int32_t year_first, year_last;
};

static struct day day_of(int32_t number)
{
	struct date date = date_from_days(number);
	struct day day = {.number = number, .date = date};

	day.month_first = number - date.day + 1;
	day.month_last = day.month_first +
		date_month_days(date.year, date.month) - 1;
	day.year_first = date_to_days((struct date){date.year, 1, 1});
	day.year_last = date_to_days((struct date){date.year, 12, 31});
	return day;
}

/* Whether a day is one of those counted from the first or from the last. */
static bool values_name(const struct rule_values *values, int32_t day,
	int32_t first, int32_t last)
{
	for (size_t i = 0; i < values->count; i++)
		if (values->numbers[i] == day - first + 1 ||
		    values->numbers[i] == day - last - 1)
			return true;
	return false;
}

/* The first day of the week of a day. */
static int32_t week_first(const struct rule *rule, int32_t day)
{
	int weekday = date_weekday(date_from_days(day));

	return day - (weekday - rule->week_start + 7) % 7;
}

/* A week is of the year that has its fourth day. */
static bool week_is_named(const struct rule *rule, int32_t day)
{
	int32_t fourth = week_first(rule, day) + 3;
	int16_t year = date_from_days(fourth).year;
	int32_t first = date_to_days((struct date){year, 1, 1});
	int32_t last = week_first(rule,
		date_to_days((struct date){year, 12, 28})) + 3;

	return values_name(&rule->by[RULE_BYWEEKNO], (fourth - first) / 7, 0,
		(last - first) / 7);
}

/* "2TU" counts within the month, or the year where no month is named. */
static bool weekday_is_named(const struct rule *rule, const struct day *day)
{
	const struct rule_values *values = &rule->by[RULE_BYDAY];
	bool by_month = rule->frequency == RULE_MONTHLY ||
		rule_has(rule, RULE_BYMONTH);
	int32_t first = by_month ? day->month_first : day->year_first;
	int32_t last = by_month ? day->month_last : day->year_last;
	int weekday = date_weekday(day->date);

	for (size_t i = 0; i < values->count; i++) {
		int place = values->numbers[i];

		if (values->weekdays[i] == weekday && (place == 0 ||
		    place == (day->number - first) / 7 + 1 ||
		    place == -((last - day->number) / 7 + 1)))
			return true;
	}
	return false;
}

/* What the rule leaves open is as it is on the day it starts. */
static bool day_is_like(const struct rule *rule, const struct day *day,
	struct date start)
{
	if (rule->parts & (RULE_CHOOSES_DAYS | 1u << RULE_BYMONTHDAY))
		return true;
	if (rule->frequency == RULE_WEEKLY)
		return date_weekday(day->date) == date_weekday(start);
	if (rule->frequency == RULE_YEARLY && !rule_has(rule, RULE_BYMONTH) &&
	    day->date.month != start.month)
		return false;
	return rule->frequency == RULE_DAILY || day->date.day == start.day;
}

static bool rule_names(const struct rule *rule, int32_t number,
	struct date start)
{
	struct day day = day_of(number);

	if (rule_has(rule, RULE_BYMONTH) && !values_name(
	    &rule->by[RULE_BYMONTH], day.date.month, 1, 12))
		return false;
	if (rule_has(rule, RULE_BYMONTHDAY) && !values_name(
	    &rule->by[RULE_BYMONTHDAY], number, day.month_first, day.month_last))
		return false;
	if (rule_has(rule, RULE_BYYEARDAY) && !values_name(
	    &rule->by[RULE_BYYEARDAY], number, day.year_first, day.year_last))
		return false;
	if (rule_has(rule, RULE_BYWEEKNO) && !week_is_named(rule, number))
		return false;
	if (rule_has(rule, RULE_BYDAY) && !weekday_is_named(rule, &day))
		return false;
	return day_is_like(rule, &day, start);
}

/* --- expanding --------------------------------------------------------------- */

#define STRETCH_MAX 366

/* The day, week, month or year a rule looks at, one INTERVAL after another. */
struct stretch {
	int32_t first, last;
};

static struct stretch stretch_month(struct date start, int32_t months)
{
	struct date first = date_add_months(
		(struct date){start.year, start.month, 1}, months);
	int32_t day = date_to_days(first);

	return (struct stretch){day, day +
		date_month_days(first.year, first.month) - 1};
}

static struct stretch stretch_year(struct date start, int32_t years)
{
	int16_t year = (int16_t)(start.year + years);

	return (struct stretch){date_to_days((struct date){year, 1, 1}),
		date_to_days((struct date){year, 12, 31})};
}

static struct stretch rule_stretch(const struct rule *rule, struct date start,
	int32_t step)
{
	int32_t by = step * rule->interval;
	int32_t day = date_to_days(start);

	switch (rule->frequency) {
	case RULE_DAILY:
		return (struct stretch){day + by, day + by};
	case RULE_WEEKLY:
		day = week_first(rule, day) + 7 * by;
		return (struct stretch){day, day + 6};
	case RULE_MONTHLY:
		return stretch_month(start, by);
	case RULE_YEARLY:
		break;
	}
	return stretch_year(start, by);
}

/* The days of a stretch that the rule names. */
static size_t stretch_days(const struct rule *rule, struct stretch stretch,
	struct date start, int32_t days[STRETCH_MAX])
{
	const struct rule_values *places = &rule->by[RULE_BYSETPOS];
	int32_t all[STRETCH_MAX];
	int32_t count = 0;
	size_t chosen = 0;

	for (int32_t day = stretch.first; day <= stretch.last; day++)
		if (rule_names(rule, day, start))
			all[count++] = day;
	for (int32_t i = 0; i < count; i++)
		if (places->count == 0 || values_name(places, i, 0, count - 1))
			days[chosen++] = all[i];
	return chosen;
}

struct expanding {
	struct date *days;
	size_t count, most;	/* one more than most says that there are more */
	int32_t from, to;
};

/* false: there is no need for more. */
static bool expanding_add(struct expanding *expanding, int32_t day)
{
	if (day < expanding->from)
		return true;
	if (day > expanding->to || expanding->count > expanding->most)
		return false;
	if (expanding->count < expanding->most)
		expanding->days[expanding->count] = date_from_days(day);
	expanding->count++;
	return true;
}

static int32_t rule_last_day(const struct rule *rule, struct date until)
{
	const struct date ends[] = {{RULE_YEAR_MAX, 12, 31}, rule->until};

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (!date_is_none(ends[i]) && date_compare(ends[i], until) < 0)
			until = ends[i];
	return date_to_days(until);
}

size_t rule_expand(const struct rule *rule, struct date start,
	struct date until, struct date *days, size_t most)
{
	size_t limit = rule->count != 0 ? (size_t)rule->count : SIZE_MAX;
	struct expanding expanding = {.days = days, .most = most,
		.from = date_to_days(start), .to = rule_last_day(rule, until)};
	int32_t found[STRETCH_MAX];

	for (int32_t step = 0;; step++) {
		struct stretch stretch = rule_stretch(rule, start, step);
		size_t count;

		if (stretch.first > expanding.to)
			return expanding.count;
		count = stretch_days(rule, stretch, start, found);
		for (size_t i = 0; i < count; i++)
			if (!expanding_add(&expanding, found[i]) ||
			    expanding.count == limit)
				return expanding.count;
	}
}
