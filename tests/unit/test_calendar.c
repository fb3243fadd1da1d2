/*
 * Calendars: which days work, counting them, rolling off those that do not,
 * and durations after a date or an instant.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/calendar.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define WEEKEND (1u << 5 | 1u << 6)

static struct date date_of(const char *text)
{
	struct date date;

	if (!date_parse(text, &date))
		fail_msg("%s is no date", text);
	return date;
}

static void date_check(const char *what, struct date got, const char *want)
{
	struct text text;

	text_init(&text, 0);
	text_add_date(&text, got);
	if (!string_is(text_string(&text), want))
		fail_msg("%s is %s, not %s", what, text_string(&text), want);
	text_release(&text);
}

static void days_fill(struct calendar_days *days, const char *const *spans)
{
	for (size_t i = 0; spans[i] != NULL; i += 2)
		assert_true(calendar_days_add(days, date_of(spans[i]),
			date_of(spans[i + 1])));
	calendar_days_settle(days);
}

/* China around the Spring Festival of 2020, from its public notices. */
static struct calendar calendar_china(void)
{
	static const char *const holidays[] = {
		"2020-04-04", "2020-04-06", "2020-01-24", "2020-01-30",
		"2020-01-31", "2020-02-02", "2020-01-30", "2020-01-31", NULL};
	static const char *const working[] = {
		"2020-01-19", "2020-01-19", NULL};
	struct calendar calendar = {.id = "cn", .weekend = WEEKEND};

	days_fill(&calendar.holidays, holidays);
	days_fill(&calendar.working, working);
	return calendar;
}

static void calendar_release(struct calendar *calendar)
{
	free(calendar->holidays.items);
	free(calendar->working.items);
}

static void days_that_work(void **state)
{
	static const struct {
		const char *date;
		bool want;
	} cases[] = {
		{"2020-01-17", true}, {"2020-01-18", false},
		{"2020-01-19", true},	/* a Sunday that made up for a holiday */
		{"2020-01-23", true}, {"2020-01-24", false},
		{"2020-01-31", false}, {"2020-02-02", false},
		{"2020-02-03", true}, {"2020-04-06", false},
		{"0001-01-01", true}, {"9999-12-31", true},
		{"1969-12-31", true}, {"1969-12-28", false},
	};
	struct calendar calendar = calendar_china();

	(void)state;
	assert_int_equal(calendar.holidays.count, 13);
	for (size_t i = 0; i < COUNT(cases); i++)
		if (calendar_works(&calendar, date_of(cases[i].date)) !=
		    cases[i].want)
			fail_msg("%s", cases[i].date);
	calendar_release(&calendar);
}

static void counts(void **state)
{
	static const struct {
		const char *date;
		int64_t count;
		const char *want;	/* NULL: none */
	} cases[] = {
		{"2020-02-14", 30, "2020-03-27"},
		{"2020-02-14", 1, "2020-02-17"},
		{"2020-02-14", 0, "2020-02-14"},
		{"2020-02-15", 0, "2020-02-15"},	/* a Saturday */
		{"2020-02-15", 1, "2020-02-17"},
		{"2020-02-17", -1, "2020-02-14"},
		{"2020-02-16", -1, "2020-02-14"},
		{"2020-01-18", 1, "2020-01-19"},
		{"2020-01-23", 1, "2020-02-03"},
		{"2020-02-03", -1, "2020-01-23"},
		{"2020-02-03", -10, "2020-01-13"},
		{"2020-01-01", 10000, "2058-05-09"},
		{"2020-01-01", 10001, NULL},
		{"2020-01-01", -10001, NULL},
		{"9999-12-30", 1, "9999-12-31"},
		{"9999-12-31", 1, NULL},
		{"0001-01-01", -1, NULL},
	};
	struct calendar calendar = calendar_china();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct date got;
		bool there = calendar_add(&calendar, date_of(cases[i].date),
			cases[i].count, &got);

		if (there != (cases[i].want != NULL))
			fail_msg("%s: a day was found or not", cases[i].date);
		if (there)
			date_check(cases[i].date, got, cases[i].want);
	}
	calendar_release(&calendar);
}

static void rolls(void **state)
{
	static const struct {
		const char *date;
		enum roll roll;
		const char *want;
	} cases[] = {
		{"2020-02-01", ROLL_NONE, "2020-02-01"},
		{"2020-02-01", ROLL_FORWARD, "2020-02-03"},
		{"2020-02-01", ROLL_BACKWARD, "2020-01-23"},
		{"2020-02-01", ROLL_MODIFIED_FORWARD, "2020-02-03"},
		{"2020-01-31", ROLL_FORWARD, "2020-02-03"},
		{"2020-01-31", ROLL_MODIFIED_FORWARD, "2020-01-23"},
		{"2020-01-19", ROLL_FORWARD, "2020-01-19"},
		{"2022-12-31", ROLL_FORWARD, "2023-01-02"},
		{"2022-12-31", ROLL_MODIFIED_FORWARD, "2022-12-30"},
		{"9999-12-25", ROLL_FORWARD, "9999-12-27"},
	};
	struct calendar calendar = calendar_china();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		date_check(cases[i].date, calendar_roll(&calendar,
			date_of(cases[i].date), cases[i].roll), cases[i].want);
	date_check("none", calendar_roll(NULL, date_of("2020-02-01"),
		ROLL_FORWARD), "2020-02-01");
	calendar_release(&calendar);
}

static void calendars_without_a_working_day(void **state)
{
	struct calendar calendar = {.weekend = 0x7f};
	struct date got;

	(void)state;
	assert_false(calendar_add(&calendar, date_of("2020-01-01"), 1, &got));
	date_check("roll", calendar_roll(&calendar, date_of("2020-01-01"),
		ROLL_FORWARD), "2020-01-01");
}

static void durations(void **state)
{
	static const struct {
		const char *date, *duration;
		bool negative;
		const char *want;
	} cases[] = {
		{"2020-01-31", "1mo", false, "2020-02-29"},
		{"2021-01-31", "1mo", false, "2021-02-28"},
		{"2020-02-29", "1y", false, "2021-02-28"},
		{"2020-02-29", "4y", false, "2024-02-29"},
		{"2020-03-31", "1mo", true, "2020-02-29"},
		{"2020-02-14", "90d", false, "2020-05-14"},
		{"2020-02-14", "30wd", false, "2020-03-27"},
		{"2020-02-14", "30wd", true, "2019-12-27"},
		{"2020-02-14", "6h", false, NULL},
		{"9999-12-31", "1d", false, NULL},
		{"9999-12-01", "1mo", false, NULL},
		{"0001-01-31", "1mo", true, NULL},
	};
	struct calendar calendar = calendar_china();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct duration duration;
		struct date got;

		assert_true(duration_read(cases[i].duration, &duration));
		if (cases[i].negative)
			duration.count = -duration.count;
		if (calendar_shift_date(&calendar, date_of(cases[i].date),
		    duration, &got) != (cases[i].want != NULL))
			fail_msg("%s %s", cases[i].date, cases[i].duration);
		if (cases[i].want != NULL)
			date_check(cases[i].date, got, cases[i].want);
	}
	calendar_release(&calendar);
}

static void instants(void **state)
{
	struct calendar calendar = calendar_china();
	const struct duration ten = {10, DURATION_WORKDAY};
	const struct duration none = {0, DURATION_WORKDAY};
	const struct zone *utc = zone_utc();
	instant at = zone_day_end(utc, date_of("2020-01-17")), got;

	(void)state;
	assert_true(calendar_shift(&calendar, utc, at, ten, &got));
	assert_int_equal(got, zone_day_end(utc, date_of("2020-02-07")));
	assert_true(calendar_shift(&calendar, utc, at, none, &got));
	assert_int_equal(got, at);
	assert_false(calendar_shift(NULL, utc, at, ten, &got));
	assert_true(calendar_shift(NULL, utc, at,
		(struct duration){90, DURATION_SECOND}, &got));
	assert_int_equal(got, at + 90);
	assert_true(calendar_shift(&calendar, utc, INSTANT_MAX, ten, &got));
	assert_true(got == INSTANT_MAX);
	calendar_release(&calendar);
}

static void limits(void **state)
{
	struct calendar_days days = {0};
	struct date first = date_of("2000-01-01");
	struct date last = date_add_days(first, CALENDAR_DAYS_MAX - 1);

	(void)state;
	assert_false(calendar_days_add(&days, first,
		date_add_days(last, 1)));
	assert_true(calendar_days_add(&days, first, last));
	assert_false(calendar_days_add(&days, first, first));
	assert_int_equal(days.count, CALENDAR_DAYS_MAX);
	free(days.items);
}

static void what_a_calendar_is_known_by(void **state)
{
	struct calendar calendar = calendar_china();
	uint64_t before = calendar_hash(&calendar);

	(void)state;
	calendar_know(&calendar, 2020);
	calendar_know(&calendar, 2018);
	calendar_know(&calendar, 2019);
	assert_int_equal(calendar.first_year, 2018);
	assert_int_equal(calendar.last_year, 2020);
	calendar_note_use(&calendar, date_of("2020-05-01"), "a");
	calendar_note_use(&calendar, date_of("2021-05-01"), "b");
	calendar_note_use(&calendar, date_of("2020-06-01"), "c");
	assert_string_equal(calendar.first_use.id, "a");
	assert_string_equal(calendar.last_use.id, "b");
	assert_true(calendar_hash(&calendar) == before);
	calendar.working.count = 0;
	assert_true(calendar_hash(&calendar) != before);
	calendar_release(&calendar);
}

static void words(void **state)
{
	enum roll roll;

	(void)state;
	assert_true(roll_parse("modified_forward", &roll));
	assert_int_equal(roll, ROLL_MODIFIED_FORWARD);
	assert_string_equal(roll_name(ROLL_BACKWARD), "backward");
	assert_false(roll_parse("following", &roll));
	assert_int_equal(weekday_parse("mon", 3), 0);
	assert_int_equal(weekday_parse("SUNDAY", 6), 6);
	assert_int_equal(weekday_parse("Sund", 4), -1);
	assert_int_equal(weekday_parse("signed", 3), -1);
	assert_string_equal(weekday_name(5), "Saturday");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_that_work),
		cmocka_unit_test(counts),
		cmocka_unit_test(rolls),
		cmocka_unit_test(calendars_without_a_working_day),
		cmocka_unit_test(durations),
		cmocka_unit_test(instants),
		cmocka_unit_test(limits),
		cmocka_unit_test(what_a_calendar_is_known_by),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
