/*
 * What recurs: the days of rules, the instances a milestone becomes, what is
 * told of faulty ones, and how each is judged by itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/compliance.h"
#include "core/recurrence.h"
#include "core/rule.h"
#include "world.h"

/* --- the days of a rule -------------------------------------------------------- */

#define UNTIL_2022 "2022-12-31"

static const struct rule_case {
	const char *rule;
	const char *start;
	const char *until;
	const char *want;	/* all days, or the first few and "…" */
} rules[] = {
	/* month ends */
	{"FREQ=MONTHLY;BYMONTHDAY=-1", "2020-01-31", "2020-05-15",
		"2020-01-31 2020-02-29 2020-03-31 2020-04-30"},
	{"FREQ=MONTHLY;BYMONTHDAY=31", "2020-01-01", "2020-08-01",
		"2020-01-31 2020-03-31 2020-05-31 2020-07-31"},
	{"FREQ=MONTHLY", "2020-01-31", "2020-06-01",
		"2020-01-31 2020-03-31 2020-05-31"},
	{"FREQ=MONTHLY;BYMONTHDAY=15", "2020-01-16", "2020-03-15",
		"2020-02-15 2020-03-15"},
	{"FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=-1", "2020-03-01", UNTIL_2022,
		"2020-03-31 2020-06-30 2020-09-30 2020-12-31 …"},
	{"FREQ=MONTHLY;BYMONTHDAY=1,-1", "2020-02-01", "2020-03-31",
		"2020-02-01 2020-02-29 2020-03-01 2020-03-31"},
	/* leap days */
	{"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2019-01-01", "2030-01-01",
		"2020-02-29 2024-02-29 2028-02-29"},
	{"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", "2019-01-01", UNTIL_2022,
		"2019-02-28 2020-02-29 2021-02-28 2022-02-28"},
	{"FREQ=YEARLY", "2020-02-29", "2030-01-01",
		"2020-02-29 2024-02-29 2028-02-29"},
	{"FREQ=YEARLY;BYYEARDAY=366", "2019-01-01", "2026-01-01",
		"2020-12-31 2024-12-31"},
	{"FREQ=YEARLY;BYYEARDAY=-1,1", "2020-06-01", UNTIL_2022,
		"2020-12-31 2021-01-01 2021-12-31 2022-01-01 2022-12-31"},
	/* the century that is none, and the one that is */
	{"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2096-01-01", "2104-12-31",
		"2096-02-29 2104-02-29"},
	{"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2397-01-01", "2403-12-31",
		"2400-02-29"},
	/* weekdays */
	{"FREQ=MONTHLY;BYDAY=-1FR", "2020-01-01", "2020-05-01",
		"2020-01-31 2020-02-28 2020-03-27 2020-04-24"},
	{"FREQ=MONTHLY;BYDAY=2TU", "2020-01-15", "2020-04-01",
		"2020-02-11 2020-03-10"},
	{"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2020-01-01",
		"2020-05-31", "2020-01-31 2020-02-28 2020-03-31 2020-04-30 "
		"2020-05-29"},
	{"FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "2020-01-01", "2021-12-31",
		"2020-03-13 2020-11-13 2021-08-13"},
	{"FREQ=WEEKLY;BYDAY=MO,FR", "2020-01-01", "2020-01-11",
		"2020-01-03 2020-01-06 2020-01-10"},
	{"FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=MO", "2020-01-01",
		"2020-01-31", "2020-01-05 2020-01-13 2020-01-19 2020-01-27"},
	{"FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU", "2020-01-01",
		"2020-01-31", "2020-01-12 2020-01-13 2020-01-26 2020-01-27"},
	{"FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "2020-01-01", UNTIL_2022,
		"2020-11-26 2021-11-25 2022-11-24"},
	{"FREQ=YEARLY;BYDAY=-1SU", "2020-01-01", UNTIL_2022,
		"2020-12-27 2021-12-26 2022-12-25"},
	{"FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO", "2020-01-01", "2027-01-01",
		"2020-12-28 2026-12-28"},
	{"FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", "2020-01-01", "2026-12-31",
		"2021-01-04 2022-01-03 2023-01-02 2024-01-01 2024-12-30 "
		"2025-12-29"},
	{"FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=-1", "2020-01-01", "2020-01-20",
		"2020-01-03 2020-01-10 2020-01-17"},
	/* quarters by months */
	{"FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1", "2020-02-14",
		"2020-12-31", "2020-03-31 2020-06-30 2020-09-30 2020-12-31"},
	/* the ends */
	{"FREQ=DAILY;COUNT=3", "2020-02-28", "2500-12-31",
		"2020-02-28 2020-02-29 2020-03-01"},
	{"FREQ=DAILY;INTERVAL=10;UNTIL=20200125", "2020-01-05", "2500-12-31",
		"2020-01-05 2020-01-15 2020-01-25"},
	{"FREQ=DAILY;UNTIL=20200131", "2020-01-30", "2020-01-30", "2020-01-30"},
	{"FREQ=MONTHLY;COUNT=2;BYMONTHDAY=1", "2020-01-02", "2500-12-31",
		"2020-02-01 2020-03-01"},
	{"FREQ=DAILY", "2020-01-02", "2020-01-01", ""},
	/* clocks set forward and back are nothing to days */
	{"FREQ=DAILY", "2020-03-07", "2020-03-09",
		"2020-03-07 2020-03-08 2020-03-09"},
	{"FREQ=DAILY", "2011-12-29", "2011-12-31",
		"2011-12-29 2011-12-30 2011-12-31"},
	/* never, as far as that can't be read from the rule */
	{"FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29", "2021-01-01",
		"2080-12-31", ""},
	{"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;INTERVAL=1000", "2021-01-01",
		"2025-12-31", ""},
};

static struct date date_of(const char *text)
{
	struct date date;

	if (!date_parse(text, &date))
		fail_msg("'%s' is no date", text);
	return date;
}

#define DAYS_ROOM 400

static void days_add(struct text *out, const struct date *days, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			text_add_char(out, ' ');
		text_add_date(out, days[i]);
	}
}

static void rule_check_days(const struct rule_case *test)
{
	struct date days[DAYS_ROOM];
	struct error error;
	struct rule rule;
	struct text text;
	size_t count, length;

	if (!rule_read(test->rule, &rule, &error))
		fail_msg("%s: %s", test->rule, error.text);
	count = rule_expand(&rule, date_of(test->start), date_of(test->until),
		days, DAYS_ROOM);
	assert_true(count <= DAYS_ROOM);
	text_init(&text, 0);
	days_add(&text, days, count);
	length = strlen(test->want);
	if (length > 3 && string_is(test->want + length - 3, "…"))
		assert_memory_equal(text_string(&text), test->want, length - 3);
	else if (!string_is(text_string(&text), test->want))
		fail_msg("%s from %s: %s, not %s", test->rule, test->start,
			text_string(&text), test->want);
	text_release(&text);
}

static void test_rule_days(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		rule_check_days(&rules[i]);
}

/* One more than there is room for says that there are more. */
static void test_rule_bound(void **state)
{
	struct date days[3];
	struct error error;
	struct rule rule;

	(void)state;
	assert_true(rule_read("FREQ=DAILY", &rule, &error));
	assert_int_equal(rule_expand(&rule, date_of("2020-01-01"),
		date_of("2500-12-31"), days, 3), 4);
	assert_int_equal(rule_expand(&rule, date_of("2020-01-01"),
		date_of("2020-01-03"), days, 3), 3);
}

static const struct {
	const char *rule;
	const char *want;	/* words of the error */
} wrong_rules[] = {
	{"", "'' is no part"},
	{"FREQ", "FREQ=: DAILY"},
	{"FREQ=", "FREQ=: DAILY"},
	{"FREQ=HOURLY", "a rule names days"},
	{"FREQ=SECONDLY;BYMONTH=2", "a rule names days"},
	{"FREQ=monthly", "DAILY, WEEKLY, MONTHLY or YEARLY"},
	{"BYMONTHDAY=15", "FREQ is missing"},
	{"FREQ=MONTHLY;", "'' is no part"},
	{"FREQ=MONTHLY;BYMONTHDAY=15;BYMONTHDAY=16", "BYMONTHDAY stands there twice"},
	{"FREQ=MONTHLY;BYMONTHDAYS=15", "did you mean BYMONTHDAY"},
	{"FREQ=MONTHLY;BYHOUR=9", "not times of day"},
	{"FREQ=MONTHLY;RSCALE=HEBREW", "is no part"},
	{"FREQ=MONTHLY;SKIP=FORWARD", "is no part"},
	{"FREQ=MONTHLY;BYMONTHDAY=32", "from 1 to 31"},
	{"FREQ=MONTHLY;BYMONTHDAY=0", "from 1 to 31"},
	{"FREQ=MONTHLY;BYMONTHDAY=1,,2", "BYMONTHDAY=: "},
	{"FREQ=MONTHLY;BYMONTHDAY=-", "BYMONTHDAY=-"},
	{"FREQ=MONTHLY;BYMONTHDAY=1 5", "BYMONTHDAY=1 5"},
	{"FREQ=MONTHLY;BYMONTHDAY=999999999999", "BYMONTHDAY"},
	{"FREQ=YEARLY;BYMONTH=-1", "from 1 to 12"},
	{"FREQ=YEARLY;BYMONTH=13", "from 1 to 12"},
	{"FREQ=MONTHLY;INTERVAL=0", "from 1 to 1000"},
	{"FREQ=MONTHLY;COUNT=10001", "from 1 to 10000"},
	{"FREQ=MONTHLY;COUNT=1;UNTIL=20200101", "one of them is enough"},
	{"FREQ=MONTHLY;UNTIL=20200230", "a date such as"},
	{"FREQ=MONTHLY;UNTIL=20200101T000000Z", "a date such as"},
	{"FREQ=MONTHLY;BYDAY=XX", "a weekday such as MO"},
	{"FREQ=MONTHLY;BYDAY=M", "a weekday such as MO"},
	{"FREQ=MONTHLY;BYDAY=0MO", "from 1 to 53"},
	{"FREQ=MONTHLY;BYDAY=1", "a weekday"},
	{"FREQ=WEEKLY;BYDAY=2MO", "MONTHLY or YEARLY only"},
	{"FREQ=YEARLY;BYWEEKNO=2;BYDAY=2MO", "does not go with BYWEEKNO"},
	{"FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY does not go with FREQ=WEEKLY"},
	{"FREQ=MONTHLY;BYWEEKNO=1", "BYWEEKNO does not go with FREQ=MONTHLY"},
	{"FREQ=MONTHLY;BYYEARDAY=1", "BYYEARDAY does not go with FREQ=MONTHLY"},
	{"FREQ=YEARLY;BYWEEKNO=2", "BYWEEKNO needs BYDAY"},
	{"FREQ=MONTHLY;BYSETPOS=1", "chooses among the days"},
	{"FREQ=MONTHLY;WKST=1", "MO, TU"},
	{"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never comes"},
	{"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30,31,-30", "never comes"},
	{"FREQ=MONTHLY;BYMONTH=4,6;BYMONTHDAY=31", "never comes"},
};

static void test_rule_faults(void **state)
{
	struct error error;
	struct rule rule;

	(void)state;
	for (size_t i = 0; i < sizeof wrong_rules / sizeof wrong_rules[0]; i++) {
		if (rule_read(wrong_rules[i].rule, &rule, &error))
			fail_msg("%s is taken", wrong_rules[i].rule);
		if (strstr(error.text, wrong_rules[i].want) == NULL)
			fail_msg("%s: %s, not %s", wrong_rules[i].rule,
				error.text, wrong_rules[i].want);
	}
}

/* Whatever stands there is refused, or names rising days within the bounds. */
static void rule_check_any(const char *text)
{
	struct date days[DAYS_ROOM];
	struct date start = date_of("2020-01-31"), until = date_of("2020-12-31");
	struct error error;
	struct rule rule;
	size_t count;

	if (!rule_read(text, &rule, &error))
		return;
	rule_skips(&rule, start);
	count = rule_expand(&rule, start, until, days, DAYS_ROOM);
	assert_true(count <= 366);
	for (size_t i = 0; i < count; i++)
		assert_true(date_compare(days[i], i == 0 ? start : days[i - 1])
			>= (i > 0) && date_compare(days[i], until) <= 0);
}

#define MUTATIONS 200	/* of each rule */

static void test_rule_mutations(void **state)
{
	static const char bytes[] = "0123456789-+,;=BYDAMONTHSEPCUI \xff";
	uint32_t chance = 1;

	(void)state;
	for (size_t i = 0; i < sizeof rules / sizeof rules[0] * MUTATIONS; i++) {
		char text[128];
		size_t length;

		snprintf(text, sizeof text, "%s", rules[i / MUTATIONS].rule);
		length = strlen(text);
		for (int changes = 0; changes < 2; changes++) {
			chance = chance * 1664525 + 1013904223;
			text[(chance >> 8) % length] =
				bytes[(chance >> 20) % (sizeof bytes - 1)];
		}
		rule_check_any(text);
	}
}

static const struct {
	const char *rule;
	const char *start;
	bool want;
} skips[] = {
	{"FREQ=MONTHLY;BYMONTHDAY=28", "2020-01-31", false},
	{"FREQ=MONTHLY;BYMONTHDAY=29", "2020-01-01", true},
	{"FREQ=MONTHLY;BYMONTHDAY=31", "2020-01-01", true},
	{"FREQ=MONTHLY;BYMONTHDAY=-1", "2020-01-31", false},
	{"FREQ=MONTHLY;BYMONTHDAY=-31", "2020-01-31", true},
	{"FREQ=MONTHLY", "2020-01-31", true},
	{"FREQ=MONTHLY", "2020-01-28", false},
	{"FREQ=MONTHLY;BYDAY=-1FR", "2020-01-31", false},
	{"FREQ=YEARLY;BYMONTH=1,12;BYMONTHDAY=31", "2020-01-01", false},
	{"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2020-01-01", true},
	{"FREQ=YEARLY", "2020-02-29", true},
	{"FREQ=YEARLY", "2020-03-31", false},
	{"FREQ=DAILY", "2020-03-31", false},
};

static void test_rule_skips(void **state)
{
	struct error error;
	struct rule rule;

	(void)state;
	for (size_t i = 0; i < sizeof skips / sizeof skips[0]; i++) {
		assert_true(rule_read(skips[i].rule, &rule, &error));
		if (rule_skips(&rule, date_of(skips[i].start)) != skips[i].want)
			fail_msg("%s from %s", skips[i].rule, skips[i].start);
	}
}

/* --- instances ------------------------------------------------------------------ */

static struct milestone *recurring(struct world *world, const char *every,
	const char *until, const char *due)
{
	struct milestone *milestone = world_milestone(world, "m", due,
		"sum(x, ytd) >= 5");
	struct clauses *clauses = world_clauses(world, milestone);

	clauses->every_said = world_said(every, 6);
	if (until != NULL) {
		clauses->until = date_of(until);
		clauses->until_line = 7;
	}
	return milestone;
}

static void world_figures(struct world *world)
{
	world_indicator(world, "x", FREQUENCY_MONTH, 20);
	world_indicator(world, "y", FREQUENCY_QUARTER, 20);
}

static const struct series_case {
	const char *every, *start, *until, *due;
	const char *want;	/* name start…due, one after another */
} series[] = {
	/* in force on 2020-02-14: the quarter it lies in is not owed */
	{"quarter", NULL, "2020-12-31", "period_end + 45d",
		"m@2020-Q2 2020-04-01…2020-08-14 "
		"m@2020-Q3 2020-07-01…2020-11-14 "
		"m@2020-Q4 2020-10-01…2021-02-14 "},
	/* a period that begins on the last day is owed, one after it is not */
	{"quarter", "2020-01-01", "2020-07-01", NULL,
		"m@2020-Q1 2020-01-01…2020-03-31 "
		"m@2020-Q2 2020-04-01…2020-06-30 "
		"m@2020-Q3 2020-07-01…2020-09-30 "},
	{"quarter", "2020-01-02", "2020-06-30", "period_start + 10d",
		"m@2020-Q2 2020-04-01…2020-04-11 "},
	{"month", "2020-01-01", "2020-03-15", "period_end + 1mo",
		"m@2020-01 2020-01-01…2020-02-29 "
		"m@2020-02 2020-02-01…2020-03-29 "
		"m@2020-03 2020-03-01…2020-04-30 "},
	{"half", NULL, "2021-01-01", "period_end",
		"m@2020-H2 2020-07-01…2020-12-31 "
		"m@2021-H1 2021-01-01…2021-06-30 "},
	{"year", "2019-07-01", "2021-06-30", "period_end + 3mo",
		"m@2020 2020-01-01…2021-03-31 m@2021 2021-01-01…2022-03-31 "},
	{"week", "2020-12-22", "2021-01-04", NULL,
		"m@2020-W53 2020-12-28…2021-01-03 "
		"m@2021-W01 2021-01-04…2021-01-10 "},
	{"day", "2020-02-28", "2020-03-01", "period_end + 1d",
		"m@2020-02-28 2020-02-28…2020-02-29 "
		"m@2020-02-29 2020-02-29…2020-03-01 "
		"m@2020-03-01 2020-03-01…2020-03-02 "},
	/* by a rule: from the day after the one before */
	{"FREQ=MONTHLY;BYMONTHDAY=15", NULL, "2020-04-30", NULL,
		"m@2020-02-15 2020-02-14…2020-02-15 "
		"m@2020-03-15 2020-02-16…2020-03-15 "
		"m@2020-04-15 2020-03-16…2020-04-15 "},
	{"FREQ=YEARLY;BYMONTH=6;COUNT=2;BYMONTHDAY=30", "2020-01-01", NULL,
		"occurrence + 10d",
		"m@2020-06-30 2020-01-01…2020-07-10 "
		"m@2021-06-30 2020-07-01…2021-07-10 "},
	{"FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20200430", "in_force + 30d", NULL, NULL,
		"m@2020-03-27 2020-03-15…2020-03-27 "
		"m@2020-04-24 2020-03-28…2020-04-24 "},
};

static void milestones_add(const struct register_ *reg, struct text *out)
{
	for (size_t i = 0; i < reg->milestone_count; i++) {
		const struct milestone *milestone = &reg->milestones[i];

		text_addf(out, "%s ", milestone->name);
		text_add_date(out, milestone->start_date);
		text_add_string(out, "…");
		text_add_date(out, milestone->due_date);
		text_add_char(out, ' ');
	}
}

static void series_check(const struct series_case *test)
{
	struct world world;
	struct text text;

	world_init(&world);
	world_figures(&world);
	recurring(&world, test->every, test->until, test->due)->start_said =
		world_said(test->start, 8);
	world_finish(&world);
	text_init(&text, 0);
	milestones_add(world.reg, &text);
	if (!string_is(text_string(&text), test->want))
		fail_msg("%s from %s: %s, not %s", test->every, test->start,
			text_string(&text), test->want);
	text_release(&text);
	world_release(&world);
}

static void test_series(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof series / sizeof series[0]; i++)
		series_check(&series[i]);
}

/* They stand where the milestone stood, and are found by it. */
static void test_places(void **state)
{
	const struct recurrence *recurrence;
	struct world world;

	(void)state;
	world_init(&world);
	world_figures(&world);
	world_milestone(&world, "before", "2020", "sum(x, 2020) >= 5");
	recurring(&world, "quarter", "2020-12-31", NULL)->title =
		"${period}: planted by ${period}";
	world_milestone(&world, "after", "2020", "sum(x, 2020) >= 5");
	world_pledge(&world, "q");
	world_milestone(&world, "m", "2020", "sum(x, 2020) >= 5");
	world_finish(&world);
	assert_int_equal(world.reg->milestone_count, 6);
	assert_int_equal(world.reg->pledges[0].milestone_count, 5);
	assert_int_equal(world.reg->pledges[1].first_milestone, 5);
	assert_int_equal(register_recurrence(world.reg, "p/m"), 0);
	assert_int_equal(register_recurrence(world.reg, "q/m"), NOT_FOUND);
	assert_int_equal(register_milestone(world.reg, "p/m"), NOT_FOUND);
	assert_int_equal(register_milestone(world.reg, "p/m@2020-Q3"), 2);
	recurrence = &world.reg->recurrences[0];
	assert_int_equal(recurrence->first_milestone, 1);
	assert_int_equal(recurrence->milestone_count, 3);
	assert_string_equal(world.reg->milestones[2].title,
		"2020-Q3: planted by 2020-Q3");
	assert_ptr_equal(world.reg->milestones[2].instance->recurrence,
		recurrence);
	assert_null(world.reg->milestones[0].instance);
	assert_null(world.reg->milestones[2].clauses);
	world_release(&world);
}

/* A benchmark may ask for the period by its name, also one amended; what comes
   once has none. */
static void test_period_is_named(void **state)
{
	struct milestone *milestone;
	struct clauses *clauses;
	struct world world;

	(void)state;
	world_init(&world);
	world_figures(&world);
	milestone = recurring(&world, "quarter", "2020-12-31", NULL);
	milestone->benchmark_said.text = "sum(x, ${period}) >= 2 "
		"or sum(x, ${period}) < 0";
	clauses = milestone->clauses;
	clauses->amendments = arena_alloc(world.reg->arena, 1,
		sizeof *clauses->amendments);
	clauses->amendment_count = 1;
	clauses->amendments[0] = (struct amendment){
		.decree = {.on = date_of("2020-11-01")},
		.benchmark_said = world_said("sum(x, ${period}) >= 7", 9)};
	world_finish(&world);
	milestone = &world.reg->milestones[register_milestone(world.reg,
		"p/m@2020-Q3")];
	assert_string_equal(milestone->benchmark->text,
		"sum(x, 2020-Q3) >= 2 or sum(x, 2020-Q3) < 0");
	assert_string_equal(milestone_at(milestone, world_time(&world,
		"2020-12-01"))->benchmark->text, "sum(x, 2020-Q3) >= 7");
	world_release(&world);

	world_init(&world);
	world_figures(&world);
	world_milestone(&world, "m", "2020", "sum(x, ${period}) >= 5");
	assert_int_equal(register_finish(world.reg, &world.faults), -1);
	assert_int_equal(world.faults.errors, 1);
	assert_int_not_equal(world_fault(&world, "benchmark: ${period} is the "
		"period of a recurring milestone"), SIZE_MAX);
	world_release(&world);
}

/* The instrument's end is one where nothing else is said. */
static void test_instrument_ends(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	world_figures(&world);
	world.reg->instruments[0].ends = date_of("2021-08-14");
	recurring(&world, "quarter", NULL, NULL);
	world_finish(&world);
	assert_int_equal(world.reg->milestone_count, 6);
	assert_string_equal(world.reg->milestones[5].name, "m@2021-Q3");
	world_release(&world);
}

static const struct series_fault {
	const char *every, *start, *until, *due;
	const char *benchmark;
	int line;
	const char *want;
} series_faults[] = {
	{"quarter", NULL, NULL, NULL, NULL, 6,
		"until when? Give until = \"2030-12-31\", COUNT or UNTIL"},
	{"FREQ=MONTHLY", NULL, NULL, NULL, NULL, 6, "at most 10000"},
	{"FREQ=MONTHLY;COUNT=3", NULL, "2020-12-31", NULL, NULL, 7,
		"the rule ends by itself"},
	{"quarterly", NULL, "2020-12-31", NULL, NULL, 6,
		"unknown word 'quarterly', did you mean 'quarter'?"},
	{"now and then", NULL, "2020-12-31", NULL, NULL, 6,
		"is neither day, week"},
	{"FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30", NULL, "2020-12-31", NULL, NULL,
		6, "every: FREQ=HOURLY: DAILY, WEEKLY"},
	{"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", NULL, "2020-12-31", NULL, NULL,
		6, "this never comes: no month"},
	{"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;INTERVAL=2", "2021-01-01",
		"2040-12-31", NULL, NULL, 7, "never comes between"},
	{"quarter", NULL, "2020-03-31", NULL, NULL, 7, "no such period begins"},
	{"quarter", NULL, "2020-01-01", NULL, NULL, 7, "no such period begins"},
	{"day", NULL, "2050-12-31", NULL, NULL, 7, "more than 10000 instances"},
	{"FREQ=DAILY", NULL, "2050-12-31", NULL, NULL, 7,
		"more than 10000 instances"},
	{"year", NULL, "2501-12-31", NULL, NULL, 7, "up to the year 2500"},
	{"month", "inforce", "2020-12-31", NULL, NULL, 8, "did you mean"},
	/* told once, not of each instance */
	{"month", NULL, "2020-12-31", "period_start - 5d", NULL, 8,
		"is after the due date period_start - 5d"},
	{"month", NULL, "2020-12-31", "occurrence + 5d", NULL, 4,
		"occurrence belongs to"},
	{"FREQ=MONTHLY;BYMONTHDAY=1", NULL, "2020-12-31", "period_end + 5d",
		NULL, 4, "period_end belongs to"},
	{"month", NULL, "2020-12-31", "perod_end + 5d", NULL, 4,
		"did you mean 'period_end'"},
	{"month", NULL, "2020-12-31", NULL, "sum(x, period) >= period", 5,
		"stands in functions only, as in sum(indicator, period)"},
	{"month", NULL, "2020-12-31", NULL, "sum(y, period) >= 5", 5,
		"y is given by quarter, and period is not a whole number"},
	{"quarter", NULL, "2020-12-31", NULL, "at(x, period) >= 5", 5,
		"x is given by month, and period is not one of them"},
	{"week", NULL, "2020-12-31", NULL, "sum(x, period) >= 5", 5,
		"is not a whole number"},
	{"FREQ=MONTHLY;BYMONTHDAY=1", NULL, "2020-12-31", NULL,
		"sum(x, period) >= 5", 5, "a rule has no periods: from one day "
		"to the next it is start..due"},
};

static void series_fault_check(const struct series_fault *test)
{
	struct world world;
	struct milestone *milestone;
	size_t fault;

	world_init(&world);
	world_figures(&world);
	milestone = recurring(&world, test->every, test->until, test->due);
	milestone->start_said = world_said(test->start, 8);
	if (test->start == NULL && test->line == 8)
		milestone->clauses->every_said.line = 8;
	if (test->benchmark != NULL)
		milestone->benchmark_said = world_said(test->benchmark, 5);
	assert_int_equal(register_finish(world.reg, &world.faults), -1);
	fault = world_fault(&world, test->want);
	if (fault == SIZE_MAX)
		fail_msg("%s: %s, not %s", test->every,
			world.faults.items[0].text, test->want);
	assert_int_equal(world.faults.errors, 1);
	assert_int_equal(world.faults.items[fault].line, test->line);
	world_release(&world);
}

static void test_series_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof series_faults / sizeof series_faults[0];
	    i++)
		series_fault_check(&series_faults[i]);
}

/* Without a date to count from, and with an id that stands twice. */
static void test_other_faults(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	world_figures(&world);
	world.reg->instruments[0].in_force = (struct date){0};
	world.reg->instruments[0].signed_on = (struct date){0};
	recurring(&world, "quarter", "2020-12-31", NULL);
	recurring(&world, "quarter", "2020-12-31", NULL);
	world_milestone(&world, "m", "2020", "sum(x, 2020) >= 5");
	world_milestone(&world, "n", "2020", "sum(x, period) >= 5");
	assert_int_equal(register_finish(world.reg, &world.faults), -1);
	assert_int_not_equal(world_fault(&world, "from when on?"), SIZE_MAX);
	assert_int_not_equal(world_fault(&world,
		"the recurring milestone 'p/m' is already defined"), SIZE_MAX);
	assert_int_not_equal(world_fault(&world,
		"that of a recurring milestone too"), SIZE_MAX);
	assert_int_not_equal(world_fault(&world,
		"and this one comes once"), SIZE_MAX);
	assert_int_equal(world.faults.errors, 4);
	world_release(&world);
}

/* Many long series: told, and not made. */
static void test_too_many(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	world_figures(&world);
	world.reg->milestones = arena_alloc(world.reg->arena, 110,
		sizeof *world.reg->milestones);
	for (int i = 0; i < 110; i++)
		recurring(&world, "FREQ=DAILY;COUNT=10000", NULL, NULL)->name =
			arena_printf(world.reg->arena, "m%d", i);
	assert_int_equal(register_finish(world.reg, &world.faults), -1);
	assert_int_equal(world.faults.errors, 1);
	assert_int_not_equal(world_fault(&world, "more than the 1000000"),
		SIZE_MAX);
	assert_int_equal(world.reg->milestone_count, 0);
	world_release(&world);
}

/* A warning is told once, of the first instance it is true of. */
static void test_warned_once(void **state)
{
	struct world world;
	struct milestone *milestone;

	(void)state;
	world_init(&world);
	world_figures(&world);
	milestone = recurring(&world, "quarter", "2030-12-31", NULL);
	milestone->mode = MODE_AT;
	milestone->grace = (struct duration){5, DURATION_DAY};
	world_finish(&world);
	assert_int_equal(world.faults.warnings, 1);
	assert_string_equal(world.faults.items[0].id, "grace-unused");
	world_release(&world);
}

/* Only where the figures of the period are asked for. */
static void test_due_early(void **state)
{
	static const struct {
		const char *due, *benchmark;
		bool want;
	} cases[] = {
		{"period_end", "sum(x, period) >= 5", false},
		{"period_end - 1d", "sum(x, period) >= 5", true},
		{"period_start + 10d", "last(x) > 1 and at(y, period) >= 5",
			true},
		{"period_start + 10d", "sum(x, ytd) >= 5", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct world world;

		world_init(&world);
		world_figures(&world);
		recurring(&world, "quarter", "2021-12-31", cases[i].due)
			->benchmark_said = world_said(cases[i].benchmark, 5);
		world_finish(&world);
		assert_int_equal(world.faults.warnings, cases[i].want);
		if (cases[i].want)
			assert_string_equal(world.faults.items[0].id,
				"due-early");
		world_release(&world);
	}
}

/* --- judged ------------------------------------------------------------------------ */

static void expect(struct world *world, const char *milestone,
	const char *as_of, enum status want)
{
	struct assessment answer = world_assess(world, milestone, as_of);

	if (answer.status != want)
		fail_msg("%s as of %s: %s, not %s", milestone, as_of,
			status_name(answer.status), status_name(want));
}

/* Each by the figures of its own period, and none before it begins. */
static void test_period_judged(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	world_figures(&world);
	recurring(&world, "quarter", "2020-12-31", "period_end + 45d")
		->benchmark_said = world_said("sum(x, period) >= 5", 5);
	world_finish(&world);
	world_observe(&world, "x", "2020-03", "9", "2020-04-20");
	world_observe(&world, "x", "2020-04", "3", "2020-05-20");
	world_observe(&world, "x", "2020-05", "2", "2020-06-20");
	world_observe(&world, "x", "2020-07", "1", "2020-08-20");
	world_observe(&world, "x", "2020-08", "1", "2020-09-20");
	world_observe(&world, "x", "2020-09", "2", "2020-10-20");
	expect(&world, "p/m@2020-Q2", "2020-03-31", STATUS_NOT_STARTED);
	expect(&world, "p/m@2020-Q2", "2020-04-30", STATUS_PENDING);
	expect(&world, "p/m@2020-Q2", "2020-06-20", STATUS_MET);
	expect(&world, "p/m@2020-Q3", "2020-06-30", STATUS_NOT_STARTED);
	expect(&world, "p/m@2020-Q3", "2020-10-19", STATUS_PENDING);
	expect(&world, "p/m@2020-Q3", "2020-10-20", STATUS_NOT_MET);
	expect(&world, "p/m@2020-Q4", "2020-10-20", STATUS_PENDING);
	expect(&world, "p/m@2020-Q4", "2021-12-31", STATUS_UNVERIFIED);
	world_release(&world);
}

static void test_term_judged(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	world_indicator(&world, "reports", FREQUENCY_NONE, 0);
	recurring(&world, "FREQ=MONTHLY;BYMONTHDAY=15", "2020-05-31",
		"occurrence + 5d")->benchmark_said =
		world_said("count(reports, start..due) >= 1", 5);
	world_finish(&world);
	world_observe(&world, "reports", "2020-02-15", "1", "2020-02-15");
	world_observe(&world, "reports", "2020-03-19", "1", "2020-03-19");
	expect(&world, "p/m@2020-02-15", "2020-02-16", STATUS_MET);
	expect(&world, "p/m@2020-03-15", "2020-03-19", STATUS_MET);
	expect(&world, "p/m@2020-04-15", "2020-03-15", STATUS_NOT_STARTED);
	world_release(&world);
}

/* --- decisions ------------------------------------------------------------------------ */

static void test_decrees(void **state)
{
	struct world world;
	struct clauses *clauses;

	(void)state;
	world_init(&world);
	world_figures(&world);
	clauses = recurring(&world, "quarter", "2021-12-31", NULL)->clauses;
	clauses->waived = (struct decree){.on = date_of("2020-06-01"),
		.kind = WAIVER_APPLICABILITY, .instance = "2020-Q3"};
	clauses->withdrawn = (struct decree){.on = date_of("2021-02-01")};
	clauses->amendments = arena_alloc(world.reg->arena, 2,
		sizeof *clauses->amendments);
	clauses->amendment_count = 2;
	clauses->amendments[0] = (struct amendment){
		.decree = {.on = date_of("2020-05-01"), .instance = "2020-Q4"},
		.due_said = world_said("2021-01-31", 9)};
	clauses->amendments[1] = (struct amendment){
		.decree = {.on = date_of("2020-07-01")},
		.due_said = world_said("period_end + 10d", 9),
		.title = "amended, ${period}"};
	world_finish(&world);
	expect(&world, "p/m@2020-Q2", "2020-06-15", STATUS_PENDING);
	expect(&world, "p/m@2020-Q3", "2020-06-15", STATUS_WAIVED);
	expect(&world, "p/m@2020-Q3", "2021-03-01", STATUS_WITHDRAWN);
	expect(&world, "p/m@2021-Q1", "2021-03-01", STATUS_WITHDRAWN);
	assert_int_equal(world.reg->milestones[0].clauses->amendment_count, 1);
	assert_int_equal(world.reg->milestones[2].clauses->amendment_count, 2);
	assert_int_equal(milestone_at(&world.reg->milestones[2],
		world_time(&world, "2020-06-01"))->due_date.month, 1);
	assert_int_equal(milestone_at(&world.reg->milestones[2],
		world_time(&world, "2020-08-01"))->due_date.day, 10);
	assert_string_equal(milestone_at(&world.reg->milestones[3],
		world_time(&world, "2020-08-01"))->title, "amended, 2021-Q1");
	world_release(&world);
}

static void test_decree_faults(void **state)
{
	struct world world;
	struct clauses *clauses;

	(void)state;
	world_init(&world);
	world_figures(&world);
	clauses = recurring(&world, "quarter", "2021-12-31", NULL)->clauses;
	clauses->waived = (struct decree){.on = date_of("2020-06-01"),
		.instance = "2020-Q1", .line = 11};
	clauses->withdrawn = (struct decree){.on = date_of("2020-06-01"),
		.instance = "third", .line = 12};
	clauses = world_clauses(&world, world_milestone(&world, "n", "2020",
		"sum(x, 2020) >= 5"));
	clauses->waived = (struct decree){.on = date_of("2020-06-01"),
		.instance = "2020-Q3", .line = 13};
	assert_int_equal(register_finish(world.reg, &world.faults), -1);
	assert_int_equal(world.faults.errors, 3);
	assert_int_not_equal(world_fault(&world, "waived.for: there is no "
		"instance '2020-Q1': they go from 2020-Q2 to 2021-Q4"), SIZE_MAX);
	assert_int_not_equal(world_fault(&world, "withdrawn.for"), SIZE_MAX);
	assert_int_not_equal(world_fault(&world, "this one comes once"),
		SIZE_MAX);
	world_release(&world);
}

/* --- with a calendar ------------------------------------------------------------------- */

static void test_working_days(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	world_figures(&world);
	world_calendar(&world, "c");
	world.reg->instruments[0].calendar_id = "c";
	recurring(&world, "quarter", "2020-07-01", "period_end + 20wd");
	world_finish(&world);
	/* 2020-06-30 is a Tuesday, 2020-09-30 a Wednesday. */
	assert_int_equal(date_compare(world.reg->milestones[0].due_date,
		date_of("2020-07-28")), 0);
	assert_int_equal(date_compare(world.reg->milestones[1].due_date,
		date_of("2020-10-28")), 0);
	world_release(&world);
}

/* --- the record ------------------------------------------------------------------------- */

static void test_compliance(void **state)
{
	static const enum status statuses[] = {STATUS_MET, STATUS_MET,
		STATUS_MET_LATE, STATUS_NOT_MET, STATUS_PARTLY_MET,
		STATUS_BREACHED, STATUS_REVERSED, STATUS_PENDING, STATUS_AT_RISK,
		STATUS_DUE, STATUS_AWAITING_DATA, STATUS_UNVERIFIED,
		STATUS_NOT_STARTED, STATUS_WAIVED, STATUS_WITHDRAWN,
		STATUS_SUPERSEDED};
	static const uint32_t want[COMPLIANCE_COUNT] = {
		[COMPLIANCE_ON_TIME] = 2, [COMPLIANCE_LATE] = 1,
		[COMPLIANCE_MISSED] = 4, [COMPLIANCE_OPEN] = 4,
		[COMPLIANCE_UNVERIFIED] = 1, [COMPLIANCE_AHEAD] = 1,
		[COMPLIANCE_WAIVED] = 1, [COMPLIANCE_WITHDRAWN] = 2};
	struct compliance compliance = {0};
	struct decimal share;
	double shown;

	(void)state;
	assert_false(compliance_share(&compliance, &share));
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
		compliance_add(&compliance,
			&(struct assessment){.status = statuses[i]});
	assert_int_equal(compliance.total, 16);
	assert_memory_equal(compliance.counts, want, sizeof want);
	assert_true(compliance_share(&compliance, &share));
	shown = decimal_to_double(share);
	assert_true(shown > 0.2857 && shown < 0.2858);
	assert_string_equal(compliance_name(COMPLIANCE_AHEAD), "not_started");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rule_days),
		cmocka_unit_test(test_rule_bound),
		cmocka_unit_test(test_rule_faults),
		cmocka_unit_test(test_rule_mutations),
		cmocka_unit_test(test_rule_skips),
		cmocka_unit_test(test_series),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_period_is_named),
		cmocka_unit_test(test_instrument_ends),
		cmocka_unit_test(test_series_faults),
		cmocka_unit_test(test_other_faults),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_warned_once),
		cmocka_unit_test(test_due_early),
		cmocka_unit_test(test_period_judged),
		cmocka_unit_test(test_term_judged),
		cmocka_unit_test(test_decrees),
		cmocka_unit_test(test_decree_faults),
		cmocka_unit_test(test_working_days),
		cmocka_unit_test(test_compliance),
	};

	return cmocka_run_group_tests_name("recurrence", tests, NULL, NULL);
}
