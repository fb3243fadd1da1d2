/*
 * Periods: text, edges, arithmetic and order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/period.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A version 2 TZif file of one type, UTC, no transitions and a TZ string. */
static struct zone *zone_ruled(const char *rule)
{
	static const uint8_t block[54] = {'T', 'Z', 'i', 'f', '2',
		[39] = 1, [43] = 4, [50] = 'U', 'T', 'C'};
	uint8_t bytes[256];
	int length;

	memcpy(bytes, block, sizeof block);
	memcpy(bytes + sizeof block, block, sizeof block);
	length = snprintf((char *)bytes + 2 * sizeof block, 100, "\n%s\n", rule);
	return zone_new(rule, bytes, 2 * sizeof block + (size_t)length, NULL);
}

static struct period period_of(const char *text)
{
	struct period period;

	if (!period_read(text, &period))
		fail_msg("%s is no period", text);
	return period;
}

static void date_check(struct date got, const char *want)
{
	struct date wanted;

	assert_true(date_parse(want, &wanted));
	assert_int_equal(date_compare(got, wanted), 0);
}

static const struct {
	const char *text;
	enum frequency want_frequency;
	const char *want_first, *want_last;
} texts[] = {
	{"2020", FREQUENCY_YEAR, "2020-01-01", "2020-12-31"},
	{"0001", FREQUENCY_YEAR, "0001-01-01", "0001-12-31"},
	{"9999", FREQUENCY_YEAR, "9999-01-01", "9999-12-31"},
	{"2020-H1", FREQUENCY_HALF, "2020-01-01", "2020-06-30"},
	{"2020-H2", FREQUENCY_HALF, "2020-07-01", "2020-12-31"},
	{"2020-Q1", FREQUENCY_QUARTER, "2020-01-01", "2020-03-31"},
	{"2020-Q4", FREQUENCY_QUARTER, "2020-10-01", "2020-12-31"},
	{"2020-02", FREQUENCY_MONTH, "2020-02-01", "2020-02-29"},
	{"2021-02", FREQUENCY_MONTH, "2021-02-01", "2021-02-28"},
	{"1900-02", FREQUENCY_MONTH, "1900-02-01", "1900-02-28"},
	{"2020-12", FREQUENCY_MONTH, "2020-12-01", "2020-12-31"},
	{"2020-W01", FREQUENCY_WEEK, "2019-12-30", "2020-01-05"},
	{"2020-W53", FREQUENCY_WEEK, "2020-12-28", "2021-01-03"},
	{"2021-W01", FREQUENCY_WEEK, "2021-01-04", "2021-01-10"},
	{"1969-W52", FREQUENCY_WEEK, "1969-12-22", "1969-12-28"},
	{"2020-07-15", FREQUENCY_DAY, "2020-07-15", "2020-07-15"},
	{"1969-12-31", FREQUENCY_DAY, "1969-12-31", "1969-12-31"},
	{"2020-07-15T12:00:00Z", FREQUENCY_POINT, "2020-07-15", "2020-07-15"},
	{"1969-12-31T23:59:59Z", FREQUENCY_POINT, "1969-12-31", "1969-12-31"},
};

static const char *const refused[] = {
	"", "202", "0000", "20200", "2020-", "2020-0", "2020-00", "2020-13", "2020-7",
	"2020-Q0", "2020-Q5", "2020-q1", "2020-H0", "2020-H3", "2020-W00", "2020-W5",
	"2020-W54", "2021-W53", "2020-02-30", "2020Q1", "2020-07-15T12:00:00", " 2020",
	"2020 ", "-2020",
};

static void test_texts(void **state)
{
	struct text out;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct period period = period_of(texts[i].text);

		assert_int_equal(period.frequency, texts[i].want_frequency);
		date_check(period_first_day(period), texts[i].want_first);
		date_check(period_last_day(period), texts[i].want_last);
		text_init(&out, 0);
		text_add_period(&out, period);
		assert_string_equal(text_string(&out), texts[i].text);
		text_release(&out);
	}
	for (size_t i = 0; i < COUNT(refused); i++)
		assert_false(period_read(refused[i], &(struct period){0}));
	assert_false(period_parse("2020-07-15", 6, &(struct period){0}));
	assert_true(period_parse("2020-07-15", 7, &(struct period){0}));
}

static void test_frequencies(void **state)
{
	static const struct {
		const char *word;
		enum frequency want;
		int want_per_year;
	} words[] = {
		{"day", FREQUENCY_DAY, 365}, {"week", FREQUENCY_WEEK, 52},
		{"month", FREQUENCY_MONTH, 12}, {"quarter", FREQUENCY_QUARTER, 4},
		{"half", FREQUENCY_HALF, 2}, {"year", FREQUENCY_YEAR, 1},
	};
	enum frequency got;

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		assert_true(frequency_parse(words[i].word, &got));
		assert_int_equal(got, words[i].want);
		assert_string_equal(frequency_name(got), words[i].word);
		assert_int_equal(frequency_per_year(got), words[i].want_per_year);
	}
	assert_false(frequency_parse("none", &got));
	assert_false(frequency_parse("point", &got));
	assert_false(frequency_parse("Month", &got));
}

/* Neighbours touch, text comes back, and every day finds its period. */
static void test_neighbours(void **state)
{
	struct text out;

	(void)state;
	for (int f = FREQUENCY_DAY; f < FREQUENCY_COUNT; f++) {
		enum frequency frequency = (enum frequency)f;
		struct period period = period_of_date(frequency, (struct date){1899, 12, 30});
		struct period back;

		for (int i = 0; i < 3000 && period_last_day(period).year < 2200; i++) {
			struct period next = period_next(period, 1);
			struct date last = period_last_day(period);

			assert_int_equal(date_compare(date_add_days(last, 1),
				period_first_day(next)), 0);
			assert_true(period_equal(period_of_date(frequency, last), period));
			assert_true(period_equal(period_of_date(frequency,
				period_first_day(period)), period));
			text_init(&out, 0);
			text_add_period(&out, period);
			assert_true(period_read(text_string(&out), &back));
			assert_true(period_equal(period, back));
			text_release(&out);
			period = next;
		}
	}
}

static const struct {
	const char *whole;
	enum frequency part;
	const char *want_first, *want_last;	/* NULL: does not fit */
} divisions[] = {
	{"2020", FREQUENCY_MONTH, "2020-01", "2020-12"},
	{"2020", FREQUENCY_QUARTER, "2020-Q1", "2020-Q4"},
	{"2020", FREQUENCY_HALF, "2020-H1", "2020-H2"},
	{"2020", FREQUENCY_YEAR, "2020", "2020"},
	{"2020", FREQUENCY_DAY, "2020-01-01", "2020-12-31"},
	{"2020-Q3", FREQUENCY_MONTH, "2020-07", "2020-09"},
	{"2020-H2", FREQUENCY_QUARTER, "2020-Q3", "2020-Q4"},
	{"2020-02", FREQUENCY_DAY, "2020-02-01", "2020-02-29"},
	{"2020-W53", FREQUENCY_DAY, "2020-12-28", "2021-01-03"},
	{"2020-W53", FREQUENCY_WEEK, "2020-W53", "2020-W53"},
	{"2020-07-15", FREQUENCY_DAY, "2020-07-15", "2020-07-15"},
	{"2020", FREQUENCY_WEEK, NULL, NULL},
	{"2020-02", FREQUENCY_WEEK, NULL, NULL},
	{"2020-W05", FREQUENCY_MONTH, NULL, NULL},
	{"2020-02", FREQUENCY_YEAR, NULL, NULL},
	{"2020-02", FREQUENCY_QUARTER, NULL, NULL},
	{"2020-07-15", FREQUENCY_MONTH, NULL, NULL},
	{"2020", FREQUENCY_POINT, NULL, NULL},
	{"2020", FREQUENCY_NONE, NULL, NULL},
	{"2020-07-15T12:00:00Z", FREQUENCY_DAY, NULL, NULL},
};

static void test_divisions(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(divisions); i++) {
		struct period first, last;

		assert_int_equal(period_divide(period_of(divisions[i].whole),
			divisions[i].part, &first, &last),
			divisions[i].want_first != NULL);
		if (divisions[i].want_first == NULL)
			continue;
		assert_true(period_equal(first, period_of(divisions[i].want_first)));
		assert_true(period_equal(last, period_of(divisions[i].want_last)));
	}
}

/* period_ended_by is the last whose end is not after; in zones with days of 23
   and 25 hours, and one that sets its clocks at midnight. */
static void test_ended(void **state)
{
	static const char *const rules[] = {"UTC0", "EST5EDT,M3.2.0,M11.1.0",
		"<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
		"<-03>3<-02>,M10.3.0/0,M2.3.0/0"};
	uint32_t seed = 3;

	(void)state;
	for (size_t i = 0; i < COUNT(rules); i++) {
		struct zone *zone = zone_ruled(rules[i]);

		assert_non_null(zone);
		for (int round = 0; round < 4000; round++) {
			enum frequency f = (enum frequency)(FREQUENCY_DAY + round % 6);
			struct period period;
			instant at;

			seed = seed * 1664525 + 1013904223;
			at = (instant)seed;
			if (round % 2 == 0) {	/* at an edge */
				period = period_of_date(f, zone_date(zone, at));
				at = period_end(period, zone) - round / 2 % 3 + 1;
			}
			period = period_ended_by(f, at, zone);
			assert_true(period_end(period, zone) <= at);
			assert_true(period_end(period_next(period, 1), zone) > at);
			assert_int_equal(period_end(period, zone) + 1,
				period_start(period_next(period, 1), zone));
		}
		zone_free(zone);
	}
	assert_int_equal(period_ended_by(FREQUENCY_POINT, 77, zone_utc()).number, 77);
	assert_true(period_is_none(period_ended_by(FREQUENCY_NONE, 77, zone_utc())));
	assert_int_equal(period_ended_by(FREQUENCY_YEAR, INSTANT_MAX,
		zone_utc()).number, 9998);
	assert_true(period_ended_by(FREQUENCY_YEAR, INSTANT_MIN, zone_utc()).number <= 1);
}

/* Sorted as they must sort; every pair is compared both ways. */
static const char *const ordered[] = {
	"2019", "2020-01-31", "2020-01", "2020-W05", "2020-03-31T10:00:00Z",
	"2020-03-31T11:00:00Z", "2020-03-31", "2020-03", "2020-Q1",
	"2020-04-01T00:00:00Z", "2020-04-01", "2020-W27", "2020-12-31T00:00:00Z",
	"2020-12-31", "2020-12", "2020-Q4", "2020-H2", "2020", "2021-01-01",
};

static void test_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ordered); i++)
		for (size_t j = 0; j < COUNT(ordered); j++)
			assert_int_equal(period_compare(period_of(ordered[i]),
				period_of(ordered[j])), (i > j) - (i < j));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_frequencies),
		cmocka_unit_test(test_neighbours),
		cmocka_unit_test(test_divisions),
		cmocka_unit_test(test_ended),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests_name("period", tests, NULL, NULL);
}
