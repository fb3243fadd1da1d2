/*
 * Due dates and spans by a calendar: working days, days off that are rolled,
 * whose calendar it is, and what its table lacks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/due.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define YEARLY "sum(x, 2020) >= 5"

/* "cn" is the instrument's, "us" is not referred to. */
static void world_open(struct world *world)
{
	struct calendar *cn, *us;

	world_init(world);
	world_indicator(world, "x", FREQUENCY_MONTH, 0);
	world_indicator(world, "done", FREQUENCY_NONE, 0);
	cn = world_calendar(world, "cn");
	world_holidays(world, cn, "2020-01-24", "2020-02-02");
	world_holidays(world, cn, "2020-04-04", "2020-04-06");
	world_working(world, cn, "2020-01-19", "2020-01-19");
	us = world_calendar(world, "us");
	world_holidays(world, us, "2020-02-17", "2020-02-17");
	world->reg->instruments[0].calendar_id = "cn";
}

static void instant_check(const struct world *world, const char *what,
	instant got, const char *want)
{
	struct text text;

	text_init(&text, 0);
	text_add_instant_zone(&text, got, world->reg->instruments[0].zone);
	if (!string_is(text_string(&text), want))
		fail_msg("%s: is %s, not %s", what, text_string(&text), want);
	text_release(&text);
}

/* ---- due ------------------------------------------------------------------ */

static const struct due_case {
	const char *due;
	const char *start;
	enum roll roll;		/* of the calendar */
	const char *roll_own;	/* of the milestone */
	const char *calendar;	/* of the pledge */
	const char *want;	/* NULL: a fault */
	const char *want_fault;
} dues[] = {
	/* working days: 17 February is a holiday in the one, not in the other */
	{"in_force + 30wd", NULL, ROLL_NONE, NULL, NULL,
		"2020-03-27T23:59:59-04:00", NULL},
	{"in_force + 30wd", NULL, ROLL_NONE, NULL, "us",
		"2020-03-30T23:59:59-04:00", NULL},
	{"in_force + 0wd", NULL, ROLL_NONE, NULL, NULL,
		"2020-02-14T23:59:59-05:00", NULL},
	{"signed + 10wd", NULL, ROLL_NONE, NULL, NULL,
		"2020-02-05T23:59:59-05:00", NULL},
	{"signed+3wd", NULL, ROLL_NONE, NULL, NULL,
		"2020-01-19T23:59:59-05:00", NULL},
	{"in_force - 10wd", NULL, ROLL_NONE, NULL, NULL,
		"2020-01-23T23:59:59-05:00", NULL},
	{"in_force + 10001wd", NULL, ROLL_NONE, NULL, NULL, NULL,
		"at most 10000 working days"},
	/* from the start */
	{"start + 6mo", "2020-08-31", ROLL_NONE, NULL, NULL,
		"2021-02-28T23:59:59-05:00", NULL},
	{"start + 1wd", "2020-01-17T12:00", ROLL_NONE, NULL, NULL,
		"2020-01-19T23:59:59-05:00", NULL},
	{"start + 5wd", NULL, ROLL_NONE, NULL, NULL,
		"2020-02-21T23:59:59-05:00", NULL},
	{"start", "2020-03-01", ROLL_NONE, NULL, NULL,
		"2020-03-01T23:59:59-05:00", NULL},
	/* rolling: 1 February is a Saturday and a holiday */
	{"2020-02-01", NULL, ROLL_NONE, NULL, NULL,
		"2020-02-01T23:59:59-05:00", NULL},
	{"2020-02-01", NULL, ROLL_FORWARD, NULL, NULL,
		"2020-02-03T23:59:59-05:00", NULL},
	{"2020-02-01", NULL, ROLL_BACKWARD, NULL, NULL,
		"2020-01-23T23:59:59-05:00", NULL},
	{"2020-05-31", NULL, ROLL_MODIFIED_FORWARD, NULL, NULL,
		"2020-05-29T23:59:59-04:00", NULL},
	{"2020-02", NULL, ROLL_FORWARD, NULL, NULL,
		"2020-03-02T23:59:59-05:00", NULL},
	{"in_force + 1d", NULL, ROLL_FORWARD, NULL, NULL,
		"2020-02-17T23:59:59-05:00", NULL},
	{"in_force + 1d", NULL, ROLL_FORWARD, NULL, "us",
		"2020-02-15T23:59:59-05:00", NULL},
	{"2020-02-01", NULL, ROLL_FORWARD, "backward", NULL,
		"2020-01-23T23:59:59-05:00", NULL},
	{"2020-02-01", NULL, ROLL_FORWARD, "none", NULL,
		"2020-02-01T23:59:59-05:00", NULL},
	{"2020-02-01", NULL, ROLL_NONE, "forward", NULL,
		"2020-02-03T23:59:59-05:00", NULL},
	/* a time of day is meant as it is said */
	{"2020-02-01T12:00", NULL, ROLL_FORWARD, NULL, NULL,
		"2020-02-01T12:00:00-05:00", NULL},
	{"2020-02-01T12:00Z", NULL, ROLL_FORWARD, NULL, NULL,
		"2020-02-01T07:00:00-05:00", NULL},
	/* what was written is what a weekday is held against */
	{"Sat 2020-02-01", NULL, ROLL_FORWARD, NULL, NULL,
		"2020-02-03T23:59:59-05:00", NULL},
	{"2020-02-01", NULL, ROLL_NONE, NULL, "uss", NULL,
		"calendar: there is no calendar 'uss', did you mean 'us'?"},
};

static void due_check(const struct due_case *row)
{
	struct world world;
	struct milestone *milestone;

	world_open(&world);
	world.reg->calendars[0].roll = row->roll;
	world.reg->pledges[0].calendar_id = row->calendar;
	milestone = world_milestone(&world, "m", row->due, YEARLY);
	milestone->start_said = world_said(row->start, 7);
	if (row->roll_own != NULL) {
		struct clauses *clauses = world_clauses(&world, milestone);

		clauses->has_roll = roll_parse(row->roll_own, &clauses->roll);
		assert_true(clauses->has_roll);
	}
	if (row->want_fault == NULL) {
		world_finish(&world);
		instant_check(&world, row->due, milestone->due, row->want);
	} else {
		assert_int_equal(register_finish(world.reg, &world.faults), -1);
		if (world_fault(&world, row->want_fault) == SIZE_MAX)
			fail_msg("%s: no fault '%s'", row->due, row->want_fault);
		assert_int_equal(world.faults.errors, 1);
	}
	world_release(&world);
}

static void test_dues(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(dues); i++)
		due_check(&dues[i]);
}

static void test_start_is_not_rolled(void **state)
{
	struct world world;
	struct milestone *milestone;

	(void)state;
	world_open(&world);
	world.reg->calendars[0].roll = ROLL_FORWARD;
	milestone = world_milestone(&world, "m", "2020-12-31", YEARLY);
	milestone->start_said = world_said("2020-02-01", 7);
	world_finish(&world);
	instant_check(&world, "start", milestone->start,
		"2020-02-01T00:00:00-05:00");
	world_release(&world);
}

static void test_roll_needs_calendar(void **state)
{
	struct world world;
	struct clauses *clauses;

	(void)state;
	world_open(&world);
	world.reg->instruments[0].calendar_id = NULL;
	clauses = world_clauses(&world, world_milestone(&world, "m", "2020",
		YEARLY));
	clauses->has_roll = true;
	clauses->roll = ROLL_FORWARD;
	clauses->roll_line = 9;
	assert_int_equal(register_finish(world.reg, &world.faults), -1);
	assert_int_equal(world_fault(&world, "roll: needs a calendar: give the "
		"instrument deal or the pledge p one"), 0);
	assert_int_equal(world.faults.items[0].line, 9);
	world_release(&world);
}

/* ---- spans ---------------------------------------------------------------- */

static void test_grace_and_lag(void **state)
{
	const struct duration ten = {10, DURATION_WORKDAY};
	struct world world;
	struct milestone *milestone;

	(void)state;
	world_open(&world);
	milestone = world_milestone(&world, "m", "2020-01-17", YEARLY);
	milestone->grace = ten;
	milestone->has_lag = true;
	milestone->lag = (struct duration){3, DURATION_WORKDAY};
	world_finish(&world);
	instant_check(&world, "grace", milestone->grace_end,
		"2020-02-07T23:59:59-05:00");
	instant_check(&world, "lag", milestone->lag_end,
		"2020-02-12T23:59:59-05:00");
	world_release(&world);
}

/* At the end of 17 February 2018 clocks in Brazil went from 24:00 to 23:00. */
static void test_grace_over_a_fold(void **state)
{
	static const struct duration graces[] = {{1, DURATION_DAY},
		{1, DURATION_WORKDAY}, {86400, DURATION_SECOND}};
	static const char *const wants[] = {"2018-02-17T23:59:59-03:00",
		"2018-02-19T23:59:59-03:00", "2018-02-17T23:59:59-02:00"};

	(void)state;
	for (size_t i = 0; i < COUNT(graces); i++) {
		struct world world;
		struct milestone *milestone;

		world_open(&world);
		world.reg->instruments[0].zone = world_zone(&world,
			"America/Sao_Paulo");
		milestone = world_milestone(&world, "m", "2018-02-16", YEARLY);
		milestone->grace = graces[i];
		world_finish(&world);
		instant_check(&world, "grace", milestone->grace_end, wants[i]);
		world_release(&world);
	}
}

/* Fulfilled on a day: late, and cured only where the working days reach it. */
static void cure_check(const char *day, enum verdict want)
{
	struct world world;
	struct milestone *milestone;
	struct clauses *clauses;

	world_open(&world);
	milestone = world_milestone(&world, "m", "2020-01-17",
		"last(done) >= 1");
	clauses = world_clauses(&world, milestone);
	clauses->has_cure = true;
	clauses->cure = (struct duration){10, DURATION_WORKDAY};
	world_finish(&world);
	world_observe(&world, "done", "2020-01-01", "0", "2020-01-01");
	world_observe(&world, "done", day, "1", day);
	assert_int_equal(world_assess(&world, "p/m", "2020-06-01").verdict,
		want);
	world_release(&world);
}

static void test_cure(void **state)
{
	(void)state;
	cure_check("2020-02-07", VERDICT_MET_LATE);
	cure_check("2020-02-08", VERDICT_NOT_MET);
}

static void sustain_check(const char *day, enum verdict want)
{
	struct world world;
	struct milestone *milestone;
	struct clauses *clauses;

	world_open(&world);
	milestone = world_milestone(&world, "m", "2020-12-31",
		"last(done) >= 1");
	milestone->start_said = world_said("2020-01-01", 7);
	clauses = world_clauses(&world, milestone);
	clauses->has_sustain = true;
	clauses->sustain = (struct duration){10, DURATION_WORKDAY};
	world_finish(&world);
	world_observe(&world, "done", "2020-01-17", "1", "2020-01-17");
	world_observe(&world, "done", day, "0", day);
	assert_int_equal(world_assess(&world, "p/m", "2020-06-01").verdict,
		want);
	world_release(&world);
}

static void test_sustain(void **state)
{
	(void)state;
	sustain_check("2020-02-07", VERDICT_REVERSED);
	sustain_check("2020-02-10", VERDICT_MET);
}

/* ---- what a verdict rests on ---------------------------------------------- */

static uint64_t terms_with(const char *due, struct duration cure,
	const char *holiday)
{
	struct world world;
	struct milestone *milestone;
	struct clauses *clauses;
	uint64_t terms;

	world_open(&world);
	if (holiday != NULL)
		world_holidays(&world, &world.reg->calendars[0], holiday,
			holiday);
	milestone = world_milestone(&world, "m", due, YEARLY);
	clauses = world_clauses(&world, milestone);
	clauses->has_cure = true;
	clauses->cure = cure;
	world_finish(&world);
	terms = milestone->terms;
	world_release(&world);
	return terms;
}

static void test_terms(void **state)
{
	const struct duration days = {10, DURATION_DAY};
	const struct duration working = {10, DURATION_WORKDAY};

	(void)state;
	assert_true(terms_with("in_force + 9wd", days, "2020-02-20") !=
		terms_with("in_force + 9wd", days, NULL));
	assert_true(terms_with("in_force + 9d", days, "2020-02-20") ==
		terms_with("in_force + 9d", days, NULL));
	assert_true(terms_with("in_force + 9d", working, "2020-02-25") !=
		terms_with("in_force + 9d", working, NULL));
}

static void test_amended(void **state)
{
	struct world world;
	struct milestone *milestone;
	struct clauses *clauses;

	(void)state;
	world_open(&world);
	world.reg->calendars[0].roll = ROLL_FORWARD;
	milestone = world_milestone(&world, "m", "2020-02-01", YEARLY);
	clauses = world_clauses(&world, milestone);
	clauses->amendments = arena_alloc(world.reg->arena, 2,
		sizeof *clauses->amendments);
	clauses->amendment_count = 2;
	clauses->amendments[0] = (struct amendment){
		.decree = {.on = {2020, 1, 20}},
		.due_said = {"in_force + 30wd", 11}};
	clauses->amendments[1] = (struct amendment){
		.decree = {.on = {2020, 3, 20}}, .due_said = {"2020-04-05", 12}};
	world_finish(&world);
	instant_check(&world, "before", milestone->due,
		"2020-02-03T23:59:59-05:00");
	instant_check(&world, "first", clauses->amendments[0].milestone->due,
		"2020-03-27T23:59:59-04:00");
	instant_check(&world, "second", clauses->amendments[1].milestone->due,
		"2020-04-07T23:59:59-04:00");
	world_release(&world);
}

/* ---- tables that are too short -------------------------------------------- */

static const struct {
	const char *due;
	enum roll roll;
	struct duration grace;
	const char *want;	/* NULL: nothing is told */
} horizons[] = {
	{"2020-12-30", ROLL_FORWARD, {0, DURATION_DAY}, NULL},
	{"2022-06-30", ROLL_NONE, {0, DURATION_DAY}, NULL},
	{"2022-06-30T12:00", ROLL_FORWARD, {5, DURATION_DAY}, NULL},
	{"2022-06-30", ROLL_FORWARD, {0, DURATION_DAY},
		"holidays: those of the calendar 'cn' end with 2020, and p/m is "
		"counted up to 2022-06-30"},
	{"2020-12-30", ROLL_NONE, {2, DURATION_WORKDAY},
		"is counted up to 2021-01-01"},
	{"in_force + 250wd", ROLL_NONE, {0, DURATION_DAY},
		"end with 2020, and p/m is counted up to 2021-02-01"},
	{"in_force - 50wd", ROLL_NONE, {0, DURATION_DAY},
		"begin with 2020, and p/m is counted from 2019-11-"},
};

static void test_horizons(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(horizons); i++) {
		struct world world;
		size_t fault;

		world_open(&world);
		world.reg->calendars[0].roll = horizons[i].roll;
		world_milestone(&world, "m", horizons[i].due, YEARLY)->grace =
			horizons[i].grace;
		world_finish(&world);
		assert_int_equal(world.faults.count, horizons[i].want != NULL);
		if (horizons[i].want != NULL) {
			fault = world_fault(&world, horizons[i].want);
			if (fault == SIZE_MAX)
				fail_msg("%s: %s", horizons[i].due,
					world.faults.items[0].text);
			assert_string_equal(world.faults.items[fault].id,
				"calendar-ends");
			assert_int_equal(world.faults.items[fault].line, 6);
		}
		world_release(&world);
	}
}

static void test_calendar_faults(void **state)
{
	struct world world;

	(void)state;
	world_open(&world);
	world.reg->calendars[1].weekend = 0x7f;
	world.reg->instruments[0].calendar_id = "cnn";
	world_calendar(&world, "cn");
	world_calendar(&world, "a b");
	world_milestone(&world, "m", "in_force + 3wd", YEARLY);
	assert_int_equal(register_finish(world.reg, &world.faults), -1);
	assert_int_not_equal(world_fault(&world, "all seven days are off"),
		SIZE_MAX);
	assert_int_not_equal(world_fault(&world, "there is no calendar 'cnn', "
		"did you mean 'cn'?"), SIZE_MAX);
	assert_int_not_equal(world_fault(&world,
		"the calendar 'cn' is already defined"), SIZE_MAX);
	assert_int_not_equal(world_fault(&world,
		"an id of a calendar is letters"), SIZE_MAX);
	assert_int_equal(world.faults.errors, 4);
	world_release(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dues),
		cmocka_unit_test(test_start_is_not_rolled),
		cmocka_unit_test(test_roll_needs_calendar),
		cmocka_unit_test(test_grace_and_lag),
		cmocka_unit_test(test_grace_over_a_fold),
		cmocka_unit_test(test_cure),
		cmocka_unit_test(test_sustain),
		cmocka_unit_test(test_terms),
		cmocka_unit_test(test_amended),
		cmocka_unit_test(test_horizons),
		cmocka_unit_test(test_calendar_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
