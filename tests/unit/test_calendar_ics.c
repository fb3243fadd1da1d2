/*
 * Days from iCalendar files: what is taken, what is passed over, what is told
 * with its line, and that no bytes do harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/calendar_ics.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define MUTATIONS 2000

#define OPEN "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
#define CLOSE "END:VCALENDAR\r\n"
#define EVENT(properties) "BEGIN:VEVENT\r\n" properties "END:VEVENT\r\n"
#define ONE(properties) OPEN EVENT(properties) CLOSE

struct reading {
	struct calendar calendar;
	struct faults faults;
	int result;
};

static void reading_open(struct reading *reading, const char *bytes,
	size_t length)
{
	*reading = (struct reading){.calendar = {.id = "c"}};
	faults_init(&reading->faults);
	reading->result = calendar_ics_read(&reading->calendar,
		&reading->calendar.holidays, bytes, length, "c.ics",
		&reading->faults);
	calendar_days_settle(&reading->calendar.holidays);
}

static void reading_close(struct reading *reading)
{
	free(reading->calendar.holidays.items);
	faults_release(&reading->faults);
}

static void days_list(const struct calendar_days *days, struct text *out)
{
	text_init(out, 0);
	for (size_t i = 0; i < days->count; i++) {
		if (i > 0)
			text_add_char(out, ' ');
		text_add_date(out, date_from_days(days->items[i]));
	}
}

/* ---- what is taken -------------------------------------------------------- */

static const struct {
	const char *bytes;
	const char *want;
	int want_first, want_last;	/* years that are known */
} taken[] = {
	{ONE("DTSTART;VALUE=DATE:20200101\r\n"), "2020-01-01", 2020, 2020},
	{ONE("DTSTART;VALUE=DATE:20191231\r\nDTEND;VALUE=DATE:20200103\r\n"),
		"2019-12-31 2020-01-01 2020-01-02", 2019, 2020},
	{ONE("DTSTART;VALUE=DATE:20200101\r\nDTEND;VALUE=DATE:20200101\r\n"),
		"2020-01-01", 2020, 2020},
	{ONE("DTSTART:20200101\nDURATION:P2D\n"), "2020-01-01 2020-01-02",
		2020, 2020},
	/* two events on a day, one of them again */
	{OPEN EVENT("DTSTART:20200101\r\n") EVENT("DTSTART:20200101\r\n")
		EVENT("DTSTART:20200501\r\n") CLOSE, "2020-01-01 2020-05-01",
		2020, 2020},
	/* rules */
	{ONE("DTSTART:20200101\r\nRRULE:FREQ=YEARLY;COUNT=3\r\n"),
		"2020-01-01 2021-01-01 2022-01-01", 2020, 2022},
	{ONE("DTSTART:20200101\r\nRRULE:FREQ=YEARLY;UNTIL=20210101\r\n"
		"EXDATE;VALUE=DATE:20200101,20220101\r\n"), "2021-01-01", 2021,
		2021},
	{ONE("DTSTART:20201126\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;"
		"COUNT=2\r\nRDATE;VALUE=DATE:20230401\r\n"),
		"2020-11-26 2021-11-25 2023-04-01", 2020, 2023},
	{ONE("DTSTART:20200229\r\nRRULE:FREQ=YEARLY;UNTIL=20270101\r\n"),
		"2020-02-29 2024-02-29", 2020, 2024},
	/* passed over */
	{OPEN EVENT("STATUS:CANCELLED\r\nDTSTART:20200101\r\n")
		EVENT("DTSTART:20200501\r\nSTATUS:CONFIRMED\r\n") CLOSE,
		"2020-05-01", 2020, 2020},
	{OPEN "BEGIN:VTIMEZONE\r\nBEGIN:STANDARD\r\nDTSTART:19701101T020000\r\n"
		"END:STANDARD\r\nEND:VTIMEZONE\r\n"
		EVENT("DTSTART:20200501\r\nBEGIN:VALARM\r\nDURATION:PT5M\r\n"
		"END:VALARM\r\nSUMMARY;X=\"a:b;c\":May: day\r\n") CLOSE,
		"2020-05-01", 2020, 2020},
	/* lines: folded, in small letters, without CR, after a BOM, blank */
	{"\xef\xbb\xbf" "begin:vcalendar\nbegin:vevent\ndtst\n art;value=da\n"
		"\tte:2020\n 0101\n\nend:vevent\nend:vcalendar", "2020-01-01",
		2020, 2020},
};

static void test_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(taken); i++) {
		struct reading reading;
		struct text days;

		reading_open(&reading, taken[i].bytes, strlen(taken[i].bytes));
		if (reading.result != 0)
			fail_msg("%zu: %s", i, reading.faults.items[0].text);
		days_list(&reading.calendar.holidays, &days);
		assert_string_equal(text_string(&days), taken[i].want);
		assert_int_equal(reading.faults.count, 0);
		assert_int_equal(reading.calendar.first_year,
			taken[i].want_first);
		assert_int_equal(reading.calendar.last_year,
			taken[i].want_last);
		text_release(&days);
		reading_close(&reading);
	}
}

/* It goes on for ever, so it tells nothing about what the table knows. */
static void test_rule_without_end(void **state)
{
	static const char endless[] = OPEN
		EVENT("DTSTART:20000101\r\nRRULE:FREQ=YEARLY\r\n")
		EVENT("DTSTART:20200124\r\n") CLOSE;
	struct reading reading;

	(void)state;
	reading_open(&reading, endless, sizeof endless - 1);
	assert_int_equal(reading.result, 0);
	assert_int_equal(reading.calendar.holidays.count, 201);
	assert_int_equal(reading.calendar.first_year, 2020);
	assert_int_equal(reading.calendar.last_year, 2020);
	reading_close(&reading);
}

/* ---- what is told --------------------------------------------------------- */

static const struct {
	const char *bytes;
	const char *want;
	int want_line;
	const char *want_id;	/* of a warning */
} told[] = {
	{"", "iCalendar: is cut short: END:VCALENDAR is missing", 0, NULL},
	{"hello\n", "iCalendar: this line is not of the form NAME:VALUE", 1,
		NULL},
	{"A:B\n", "iCalendar: BEGIN:VCALENDAR is expected first", 1, NULL},
	{OPEN CLOSE, "iCalendar: holds no event of whole days", 3, NULL},
	{OPEN EVENT("DTSTART:20200101\r\n"), "is cut short", 5, NULL},
	{OPEN "BEGIN:VEVENT\r\nDTSTART:20200101\r\n" CLOSE, "is cut short",
		5, NULL},
	{ONE("DTSTART:20240230\r\n"), "DTSTART: is no date such as 20201231",
		4, NULL},
	{ONE("DTSTART:20201301\r\n"), "DTSTART: is no date", 4, NULL},
	{ONE("SUMMARY:x\r\n"), "DTSTART: is missing from this event", 3, NULL},
	{ONE("DTSTART:20200102\r\nDTEND:20200101\r\n"),
		"DTEND: is before DTSTART", 3, NULL},
	{ONE("DTSTART:20200102\r\nDTEND:20210201\r\n"),
		"DTEND: is more than a year after", 3, NULL},
	{ONE("DTSTART:20200102\r\nDURATION:PT5M\r\n"),
		"DURATION: is no duration in days", 5, NULL},
	{ONE("DTSTART:20200102\r\nDURATION:P99999999999999999999D\r\n"),
		"DURATION: is no duration in days", 5, NULL},
	{ONE("DTSTART:20200102\r\nEXDATE:20200102,x\r\n"),
		"EXDATE: is no list of dates", 5, NULL},
	{ONE("DTSTART:20200102\r\nRECURRENCE-ID:20200102\r\n"),
		"RECURRENCE-ID: is not understood here", 5, NULL},
	{ONE("DTSTART:20200102\r\nRRULE:FREQ=HOURLY;BYMONTH=2;"
		"BYMONTHDAY=30\r\n"), "RRULE: FREQ must be DAILY", 5, NULL},
	{ONE("DTSTART:20200102\r\nRRULE:nonsense\r\n"),
		"RRULE: FREQ must be DAILY", 5, NULL},
	{ONE("DTSTART:20200102\r\nRRULE:FREQ=DAILY;BYHOUR=25\r\n"),
		"RRULE: a rule of days has no BYHOUR", 5, NULL},
	{ONE("DTSTART:20200102\r\nRRULE:FREQ=DAILY;UNTIL=20240230\r\n"),
		"RRULE: UNTIL is no date", 5, NULL},
	{ONE("DTSTART:20200102\r\nRRULE:FREQ=DAILY;BYDAY=XX\r\n"),
		"RRULE: is no rule of RFC 5545", 5, NULL},
	{ONE("DTSTART:20200102\r\nRRULE:FREQ=DAILY\r\nRRULE:FREQ=DAILY\r\n"),
		"RRULE: an event has one rule at most", 6, NULL},
	{ONE("DTSTART:20200102\r\nRRULE:FREQ=DAILY;COUNT=30000\r\n"
		"DTEND:20200105\r\n"), "one day too many: a calendar has at "
		"most 20000", 5, NULL},
	{ONE("DTSTART:20200102\r\nRRULE:FREQ=DAILY;BYMONTH=2;"
		"BYMONTHDAY=30\r\n"), "RRULE: no day ever comes of this rule", 5, "date-never"},
	{OPEN EVENT("DTSTART:20200101T090000Z\r\nDTEND:20200101T100000Z\r\n")
		EVENT("DTSTART:20200501\r\n") CLOSE,
		"DTSTART: an event with a time of day is no day off", 3,
		"holiday-timed"},
};

static void test_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(told); i++) {
		const struct fault *fault;
		struct reading reading;

		reading_open(&reading, told[i].bytes, strlen(told[i].bytes));
		assert_int_equal(reading.faults.count, 1);
		fault = &reading.faults.items[0];
		if (strstr(fault->text, told[i].want) == NULL)
			fail_msg("%zu: %s", i, fault->text);
		assert_string_equal(fault->file, "c.ics");
		if (told[i].want_line != 0)
			assert_int_equal(fault->line, told[i].want_line);
		assert_int_equal(reading.result,
			told[i].want_id != NULL ? 0 : -1);
		if (told[i].want_id != NULL)
			assert_string_equal(fault->id, told[i].want_id);
		reading_close(&reading);
	}
}

static void test_limits(void **state)
{
	struct reading reading;
	struct text text;

	(void)state;
	text_init(&text, 0);
	text_add_string(&text, OPEN "BEGIN:VEVENT\r\nSUMMARY:");
	while (text.length < CALENDAR_ICS_LINE_MAX + 100)
		text_add_string(&text, "0123456789");
	reading_open(&reading, text.data, text.length);
	assert_int_equal(reading.result, -1);
	assert_int_equal(reading.faults.items[0].line, 4);
	assert_non_null(strstr(reading.faults.items[0].text, "64 KiB"));
	reading_close(&reading);

	text_clear(&text);
	text_add_string(&text, OPEN);
	for (int i = 0; i <= CALENDAR_ICS_RULES_MAX; i++)
		text_add_string(&text, EVENT("DTSTART:20200101\r\n"
			"RRULE:FREQ=YEARLY;COUNT=1\r\n"));
	reading_open(&reading, text.data, text.length);
	assert_int_equal(reading.result, -1);
	assert_non_null(strstr(reading.faults.items[0].text,
		"one rule too many"));
	reading_close(&reading);
	text_release(&text);
}

/* The same bytes every time: a generator of Knuth's with a fixed seed. */
static uint64_t chance(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

static void test_mutations(void **state)
{
	static const char whole[] = OPEN
		EVENT("DTSTART;VALUE=DATE:20200101\r\nDTEND:20200103\r\n"
		"RRULE:FREQ=YEARLY;COUNT=3;BYMONTH=1;BYDAY=2MO\r\n"
		"EXDATE:20200102\r\nSTATUS:CONFIRMED\r\n")
		EVENT("DTSTART:20200501\r\nDURATION:P3D\r\n") CLOSE;
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < MUTATIONS; i++) {
		char bytes[sizeof whole];
		struct reading reading;

		memcpy(bytes, whole, sizeof whole);
		for (uint64_t j = chance(&seed) % 4 + 1; j > 0; j--)
			bytes[chance(&seed) % (sizeof whole - 1)] =
				chance(&seed) % 2 != 0 ?
				(char)chance(&seed) :
				whole[chance(&seed) % (sizeof whole - 1)];
		reading_open(&reading, bytes, chance(&seed) % 8 != 0 ?
			sizeof whole - 1 : chance(&seed) % sizeof whole);
		assert_int_equal(reading.result, reading.faults.errors == 0 ?
			0 : -1);
		assert_true(reading.calendar.holidays.count <=
			CALENDAR_DAYS_MAX);
		reading_close(&reading);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_rule_without_end),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
