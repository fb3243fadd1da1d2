/*
 * Registers made whole: due dates as written, references, faults with their
 * places, defaults, and who rests on what.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/register_index.h"
#include "world.h"

#define YEARLY "sum(x, 2020) >= 5"

static void world_series(struct world *world)
{
	world_indicator(world, "x", FREQUENCY_MONTH, 40);
	world_indicator(world, "y", FREQUENCY_QUARTER, 60);
	world_indicator(world, "done", FREQUENCY_NONE, 0);
}

/* ---- times as written ------------------------------------------------------ */

static const struct time_case {
	const char *zone;
	bool start;
	const char *text;
	const char *want;	/* NULL: a fault */
	const char *want_fault;	/* words of the fault or the warning */
	const char *want_id;	/* of the warning */
	bool want_time_of_day;
} times[] = {
	{"America/New_York", false, "2020-12-31", "2020-12-31T23:59:59-05:00",
		NULL, NULL, false},
	{"America/New_York", true, "2020-12-31", "2020-12-31T00:00:00-05:00",
		NULL, NULL, false},
	{"America/New_York", false, "2020-07", "2020-07-31T23:59:59-04:00",
		NULL, NULL, false},
	{"America/New_York", true, "2020-07", "2020-07-01T00:00:00-04:00",
		NULL, NULL, false},
	{"America/New_York", false, "2020-Q1", "2020-03-31T23:59:59-04:00",
		NULL, NULL, false},
	{"America/New_York", true, "2020-Q4", "2020-10-01T00:00:00-04:00",
		NULL, NULL, false},
	{"America/New_York", false, "2020", "2020-12-31T23:59:59-05:00",
		NULL, NULL, false},
	{"America/New_York", false, "2019-03-01T00:01",
		"2019-03-01T00:01:00-05:00", NULL, NULL, true},
	{"America/New_York", false, "2020-12-31T23:59:59Z",
		"2020-12-31T18:59:59-05:00", NULL, NULL, true},
	{"America/New_York", false, "in_force", "2020-02-14T23:59:59-05:00",
		NULL, NULL, false},
	{"America/New_York", false, "in_force + 90d",
		"2020-05-14T23:59:59-04:00", NULL, NULL, false},
	{"America/New_York", false, "in_force+2w",
		"2020-02-28T23:59:59-05:00", NULL, NULL, false},
	{"America/New_York", false, "signed + 6mo",
		"2020-07-15T23:59:59-04:00", NULL, NULL, false},
	{"America/New_York", true, "in_force - 1y",
		"2019-02-14T00:00:00-05:00", NULL, NULL, false},
	{"Asia/Shanghai", false, "2020-12-31", "2020-12-31T23:59:59+08:00",
		NULL, NULL, false},
	/* clocks: 02:30 is skipped in March and comes twice at 01:30 in November */
	{"America/New_York", false, "2020-03-08T02:30",
		"2020-03-08T03:30:00-04:00", "does not exist there",
		"time-gap", true},
	{"America/New_York", false, "2020-11-01T01:30",
		"2020-11-01T01:30:00-04:00", "exists twice there",
		"time-fold", true},
	{"America/New_York", false, "start + 6mo", "2020-08-14T23:59:59-04:00",
		NULL, NULL, false},
	{"America/New_York", true, "start", NULL,
		"can't be counted from itself", NULL, false},
	{"America/New_York", false, "in_force - 2mo",
		"2019-12-14T23:59:59-05:00", NULL, NULL, false},
	{"America/New_York", false, "in_force + 999y", "3019-02-14T23:59:59-05:00",
		NULL, NULL, false},
	/* weekdays and days that never come */
	{"America/New_York", false, "Thu 2020-12-31",
		"2020-12-31T23:59:59-05:00", NULL, NULL, false},
	{"America/New_York", false, "thursday, 2020-12-31",
		"2020-12-31T23:59:59-05:00", NULL, NULL, false},
	{"America/New_York", false, "Mon 2020-12-31",
		"2020-12-31T23:59:59-05:00",
		"due: 'Mon 2020-12-31': that day is a Thursday, not a Monday",
		"weekday", false},
	{"America/New_York", true, "Sat 2019-03-01T00:01",
		"2019-03-01T00:01:00-05:00", "that day is a Friday", "weekday",
		true},
	{"America/New_York", false, "Mon 2020", NULL, "is not a time", NULL,
		false},
	{"America/New_York", false, "Mon", NULL, "is not a time", NULL, false},
	{"America/New_York", false, "2021-02-30", "2021-02-28T23:59:59-05:00",
		"due: 2021-02-30 never comes, 2021-02-28 is taken",
		"date-never", false},
	{"America/New_York", false, "2021-02-29T12:00",
		"2021-02-28T12:00:00-05:00", "never comes", "date-never", true},
	{"America/New_York", true, "2020-06-31", "2020-06-30T00:00:00-04:00",
		"2020-06-30 is taken", "date-never", false},
	{"America/New_York", false, "2020-02-32", NULL, "is not a time", NULL,
		false},
	{"America/New_York", false, "2020-13-31", NULL, "is not a time", NULL,
		false},
	{"America/New_York", false, "2021-02-30x", NULL, "is not a time", NULL,
		false},
	/* Samoa had no 30 December 2011. */
	{"Pacific/Apia", false, "2011-12-30", NULL,
		"does not exist there", "time-gap", false},
	/* faults */
	{"America/New_York", false, "", NULL, "is not a time", NULL, false},
	{"America/New_York", false, "inforce + 90d", NULL,
		"did you mean 'in_force'", NULL, false},
	{"America/New_York", false, "tomorrow", NULL,
		"neither a date nor counted from", NULL, false},
	{"America/New_York", false, "in_force + 20wd", NULL,
		"working days need a calendar: give the instrument deal or "
		"the pledge p one", NULL, false},
	{"America/New_York", false, "in_force + 6h", NULL,
		"counted in days", NULL, false},
	{"America/New_York", false, "in_force + ", NULL, "a duration", NULL,
		false},
	{"America/New_York", false, "in_force 90d", NULL, "comes +", NULL,
		false},
	{"America/New_York", false, "in_force + 90d x", NULL, "a duration",
		NULL, false},
	{"America/New_York", false, "met(\"a/b\") + 60d", NULL,
		"there is no milestone 'a/b'", NULL, false},
	{"America/New_York", false, "met + 60d", NULL,
		"met(\"pledge/milestone\") + 60d", NULL, false},
	{"America/New_York", false, "met(\"a/b\" + 60d", NULL,
		"comes the id of a milestone", NULL, false},
	{"America/New_York", true, "met(\"a/b\") + 60d", NULL,
		"a start can't hang on another milestone", NULL, false},
};

static void time_check_fault(const struct world *world,
	const struct time_case *test)
{
	size_t fault = world_fault(world, test->want_fault);
	const struct fault *found;

	if (fault == SIZE_MAX)
		fail_msg("%s: no fault '%s'", test->text, test->want_fault);
	found = &world->faults.items[fault];
	assert_int_equal(found->line, 4);
	assert_string_equal(found->file, "test.conf");
	assert_int_equal(found->level,
		test->want_id != NULL ? FAULT_WARNING : FAULT_ERROR);
	if (test->want_id != NULL)
		assert_string_equal(found->id, test->want_id);
}

static void time_check(const struct time_case *test)
{
	struct world world;
	struct milestone *milestone;
	struct text text;
	bool failed;

	world_init(&world);
	world_series(&world);
	world.reg->instruments[0].zone = world_zone(&world, test->zone);
	milestone = world_milestone(&world, "m", "2030", YEARLY);
	if (test->start)
		milestone->start_said = world_said(test->text, 4);
	else
		milestone->due_said = world_said(test->text, 4);
	failed = register_finish(world.reg, &world.faults) != 0;
	if (failed != (test->want_fault != NULL && test->want_id == NULL))
		fail_msg("%s: failed %d", test->text, failed);
	if (test->want_fault != NULL)
		time_check_fault(&world, test);
	if (test->want != NULL) {
		text_init(&text, 0);
		text_add_instant_zone(&text, test->start ? milestone->start :
			milestone->due, world.reg->instruments[0].zone);
		assert_string_equal(text_string(&text), test->want);
		text_release(&text);
		assert_int_equal(date_is_none(test->start ?
			milestone->start_date : milestone->due_date),
			test->want_time_of_day);
	}
	world_release(&world);
}

static void test_times(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
		time_check(&times[i]);
}

static void test_relative_needs_date(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	world_series(&world);
	world.reg->instruments[0].in_force = (struct date){0};
	world_milestone(&world, "m", "in_force + 1d", YEARLY);
	assert_int_equal(register_finish(world.reg, &world.faults), -1);
	assert_int_not_equal(world_fault(&world, "has no in_force date"),
		SIZE_MAX);
	world_release(&world);
}

/* ---- defaults -------------------------------------------------------------- */

static const struct default_case {
	struct date signed_on, in_force;
	const char *due;
	struct date want;	/* start; none: none */
} defaults[] = {
	{{2020, 1, 15}, {2020, 2, 14}, "2020-12-31", {2020, 2, 14}},
	{{2020, 1, 15}, {0, 0, 0}, "2020-12-31", {2020, 1, 15}},
	{{2020, 1, 15}, {2020, 2, 14}, "2020-02-01", {2020, 1, 15}},
	{{2020, 1, 15}, {2020, 2, 14}, "2019-12-31", {0, 0, 0}},
	{{0, 0, 0}, {0, 0, 0}, "2020-12-31", {0, 0, 0}},
};

static void test_default_start(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++) {
		struct world world;
		struct milestone *milestone;

		world_init(&world);
		world_series(&world);
		world.reg->instruments[0].signed_on = defaults[i].signed_on;
		world.reg->instruments[0].in_force = defaults[i].in_force;
		milestone = world_milestone(&world, "m", defaults[i].due,
			YEARLY);
		world_finish(&world);
		assert_int_equal(date_compare(milestone->start_date,
			defaults[i].want), 0);
		assert_int_equal(milestone->start == INSTANT_MIN,
			date_is_none(defaults[i].want));
		world_release(&world);
	}
}

static void test_grace_and_lag(void **state)
{
	struct world world;
	struct milestone *plain, *given;

	(void)state;
	world_init(&world);
	world_series(&world);
	plain = world_milestone(&world, "plain", "2020-12-31",
		"sum(x, 2020) + sum(y, 2020) >= 5");
	given = world_milestone(&world, "given", "2020-12-31", YEARLY);
	given->grace = (struct duration){30, DURATION_DAY};
	given->has_lag = true;
	given->lag = (struct duration){10, DURATION_DAY};
	given->at_risk = (struct decimal){8, -1};
	world_finish(&world);
	assert_int_equal(plain->grace_end, plain->due);
	assert_int_equal(plain->lag_end, world_time(&world, "2021-03-01"));
	assert_true(decimal_equal(plain->at_risk, (struct decimal){9, -1}));
	assert_int_equal(given->grace_end, world_time(&world, "2021-01-30"));
	assert_int_equal(given->lag_end, world_time(&world, "2021-02-09"));
	assert_true(decimal_equal(given->at_risk, (struct decimal){8, -1}));
	assert_string_equal(plain->id, "p/plain");
	world_release(&world);
}

/* ---- faults ---------------------------------------------------------------- */

static const struct milestone_case {
	const char *benchmark, *baseline, *path, *start, *name;
	enum milestone_mode mode;
	struct duration grace, lag;
	struct decimal at_risk;
	const char *want;	/* words of the fault; NULL: none */
	bool want_warning;
} milestones[] = {
	{.benchmark = YEARLY, .want = NULL},
	{.benchmark = NULL, .want = "benchmark: is missing"},
	{.benchmark = "sum(xx, 2020) >= 5", .want = "xx"},
	{.benchmark = YEARLY, .start = "2031", .want = "start: 2031 is after"},
	{.benchmark = YEARLY, .name = "a b", .want = "id: 'p/a b'"},
	{.benchmark = YEARLY, .name = "a@2020-03", .want = NULL},
	{.benchmark = YEARLY, .name = "a@b@c", .want = "id: 'p/a@b@c'"},
	{.benchmark = YEARLY, .name = "a@", .want = "id: 'p/a@'"},
	{.benchmark = YEARLY, .at_risk = {11, -1}, .want = "at_risk:"},
	{.benchmark = YEARLY, .at_risk = {-5, -1}, .want = "at_risk:"},
	{.benchmark = YEARLY, .grace = {20, DURATION_WORKDAY},
		.want = "grace: working days need a calendar"},
	{.benchmark = YEARLY, .lag = {20, DURATION_WORKDAY},
		.want = "lag: working days need a calendar"},
	{.benchmark = YEARLY, .mode = MODE_AT, .grace = {3, DURATION_DAY},
		.want = "grace: has no effect", .want_warning = true},
	/* paths */
	{.benchmark = YEARLY, .path = "linear", .want = NULL},
	{.benchmark = YEARLY, .path = " seasonal ( x , 2017 ) ", .want = NULL},
	{.benchmark = YEARLY, .path = "linera", .want = "did you mean 'linear'"},
	{.benchmark = YEARLY, .path = "seasonal", .want = "write seasonal("},
	{.benchmark = YEARLY, .path = "seasonal(x)", .want = "write seasonal("},
	{.benchmark = YEARLY, .path = "seasonal(x, 2017) y",
		.want = "write seasonal("},
	{.benchmark = YEARLY, .path = "seasonal(x, 2017-05)",
		.want = "the base of seasonal is a year"},
	{.benchmark = YEARLY, .path = "seasonal(dome, 2017)",
		.want = "did you mean 'done'"},
	{.benchmark = YEARLY, .path = "seasonal(y, 2017)",
		.want = "the frequency of the base"},
	{.benchmark = "sum(x, 2020-Q1) >= 5", .path = "seasonal(x, 2017)",
		.want = "is not a year as the base is"},
	{.benchmark = "last(x) >= 5", .path = "seasonal(x, 2017)",
		.want = "needs a sum or count"},
	{.benchmark = "last(x) >= 5", .path = "linear",
		.want = "there is none: give baseline"},
	{.benchmark = "last(x) >= 5", .path = "linear", .baseline = "3",
		.want = NULL},
	{.benchmark = "last(x) >= 5 and last(y) >= 5", .path = "linear",
		.want = "one comparison"},
	{.benchmark = "last(x) == 5", .path = "linear", .baseline = "3",
		.want = "one comparison"},
};

static void milestone_check(const struct milestone_case *test)
{
	struct world world;
	struct milestone *milestone;
	bool want_failed = test->want != NULL && !test->want_warning;

	world_init(&world);
	world_series(&world);
	milestone = world_milestone(&world, test->name != NULL ? test->name :
		"m", "2020-12-31", test->benchmark);
	milestone->baseline_said = world_said(test->baseline, 6);
	milestone->path_said = world_said(test->path, 7);
	milestone->start_said = world_said(test->start, 8);
	milestone->mode = test->mode;
	milestone->grace = test->grace;
	milestone->lag = test->lag;
	milestone->has_lag = test->lag.count != 0;
	milestone->at_risk = test->at_risk;
	if ((register_finish(world.reg, &world.faults) != 0) != want_failed)
		fail_msg("%s, %s: %zu errors", test->benchmark, test->path,
			world.faults.errors);
	if (test->want != NULL && world_fault(&world, test->want) == SIZE_MAX)
		fail_msg("no fault '%s' but %s", test->want,
			world.faults.count ? world.faults.items[0].text : "none");
	if (test->want == NULL)
		assert_int_equal(world.faults.count, 0);
	world_release(&world);
}

static void test_milestone_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof milestones / sizeof milestones[0]; i++)
		milestone_check(&milestones[i]);
}

/* What a benchmark compares and what it began from are of one unit. */
static void test_baseline_unit(void **state)
{
	static const struct {
		const char *baseline;
		const char *want;
	} cases[] = {
		{"last(pay) / last(work)", NULL},
		{"3", NULL},
		{"last(x)", NULL},
		{"last(pay)", "baseline: is USD, and what the benchmark compares is "
			"USD/hour"},
		{"growth(pay, 1mo)", "baseline: is a pure number, and what the "
			"benchmark compares is USD/hour"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct world world;
		struct milestone *milestone;

		world_init(&world);
		world_series(&world);
		world_indicator(&world, "pay", FREQUENCY_MONTH, 40)->unit = "USD";
		world_indicator(&world, "work", FREQUENCY_MONTH, 40)->unit = "hour";
		world_indicator(&world, "wage", FREQUENCY_MONTH, 40)->unit = "USD/hour";
		milestone = world_milestone(&world, "m", "2020-12-31",
			"last(wage) >= 5");
		milestone->baseline_said = world_said(cases[i].baseline, 6);
		assert_int_equal(register_finish(world.reg, &world.faults) != 0,
			cases[i].want != NULL);
		if (cases[i].want != NULL)
			assert_int_not_equal(world_fault(&world, cases[i].want),
				SIZE_MAX);
		world_release(&world);
	}
}

/* All are found, each with its place. */
static void test_faults_together(void **state)
{
	static const char *const wants[] = {
		"id: the indicator 'x' is already defined at test.conf:1",
		"id: 'a-b': an id of an indicator",
		"instrument: there is no instrument 'dael', did you mean 'deal'?",
		"instrument: is missing",
		"indicator: there is no indicator 'dome', did you mean 'done'?",
		"cumulative: a running total",
		"min: is above max",
		"id: is missing from this source",
		"due: is missing",
		"due: '2020-02-40' is not a time",
		"start: unknown word 'signd', did you mean 'signed'?",
	};
	struct world world;
	struct indicator *indicator;

	(void)state;
	world_init(&world);
	world_series(&world);
	world_indicator(&world, "x", FREQUENCY_MONTH, 0);
	indicator = world_indicator(&world, "a-b", FREQUENCY_YEAR, 0);
	indicator->cumulative = true;
	indicator->has_max = true;
	indicator->max = (struct decimal){-1, 0};
	world.reg->sources[0].indicator_id = "dome";
	world.reg->source_count = 1;
	world_pledge(&world, "q")->instrument_id = "dael";
	world_pledge(&world, "r")->instrument_id = NULL;
	world_pledge(&world, "s");
	world_milestone(&world, "m", NULL, YEARLY);
	world_milestone(&world, "n", "2020-02-40", YEARLY)->start_said =
		world_said("signd", 8);
	assert_int_equal(register_finish(world.reg, &world.faults), -1);
	for (size_t i = 0; i < sizeof wants / sizeof wants[0]; i++)
		if (world_fault(&world, wants[i]) == SIZE_MAX)
			fail_msg("no fault '%s'", wants[i]);
	assert_int_equal(world.faults.errors, sizeof wants / sizeof wants[0]);
	world_release(&world);
}

/* ---- a whole register ------------------------------------------------------ */

static void test_whole(void **state)
{
	static const struct label pledge_labels[] = {{"sector", "energy"},
		{"tier", "1"}};
	static const struct label own_labels[] = {{"tier", "2"}};
	struct world world;
	struct milestone *first, *second;
	const struct register_ *reg;
	uint64_t terms;

	(void)state;
	world_init(&world);
	reg = world.reg;
	world_series(&world);
	reg->pledges[0].labels = pledge_labels;
	reg->pledges[0].label_count = 2;
	reg->pledges[0].title = "Pledge";
	first = world_milestone(&world, "a", "2020", YEARLY);
	first->baseline_said = world_said("sum(x, 2017)", 6);
	first->path_said = world_said("seasonal(x, 2017)", 7);
	world_pledge(&world, "q");
	second = world_milestone(&world, "b", "2020",
		"sum(y, 2020) >= sum(x, 2020)");
	second->labels = own_labels;
	second->label_count = 1;
	world_finish(&world);

	assert_int_equal(register_indicator(reg, "y"), 1);
	assert_int_equal(register_indicator(reg, "z"), NOT_FOUND);
	assert_int_equal(register_milestone(reg, "q/b"), 1);
	assert_int_equal(register_pledge(reg, "q"), 1);
	assert_int_equal(register_instrument(reg, "deal"), 0);
	assert_int_equal(register_source(reg, "deal"), NOT_FOUND);
	assert_int_equal(reg->pledges[1].first_milestone, 1);
	assert_int_equal(reg->pledges[1].milestone_count, 1);
	assert_int_equal(reg->indicators[0].milestone_count, 2);
	assert_int_equal(reg->indicators[0].milestones[1], 1);
	assert_int_equal(reg->indicators[1].milestone_count, 1);
	assert_int_equal(reg->indicators[2].milestone_count, 0);
	assert_string_equal(milestone_label(reg, first, "tier"), "1");
	assert_null(milestone_label(reg, second, "sector"));
	assert_string_equal(milestone_label(reg, second, "tier"), "2");
	assert_string_equal(milestone_title(reg, first), "Pledge");
	assert_string_equal(milestone_title(reg, second), "q/b");
	assert_true(first->settles);

	terms = first->terms;
	assert_int_not_equal(terms, second->terms);
	first->due_said = world_said("2021", 4);
	world_finish(&world);
	assert_int_not_equal(terms, first->terms);
	world_release(&world);
}

/* ---- the order of ids ---------------------------------------------------------- */

static void test_order(void **state)
{
	static const struct {
		const char *behind;
		size_t want;
	} places[] = {
		{NULL, 0}, {"", 0}, {"p/B", 1}, {"p/C", 1}, {"p/a", 2},
		{"p/a-1", 3}, {"p/a.1", 4}, {"p/a.0", 3}, {"zzz", 4},
	};
	static const char *const written[] = {"a.1", "a", "B", "a-1"};
	static const char *const wanted[] = {"p/B", "p/a", "p/a-1", "p/a.1"};
	struct world world;

	(void)state;
	world_init(&world);
	world_series(&world);
	for (size_t i = 0; i < 4; i++)
		world_milestone(&world, written[i], "2020", YEARLY);
	world_finish(&world);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(thing_id(world.reg, THING_MILESTONE,
			thing_in_order(world.reg, THING_MILESTONE, i)),
			wanted[i]);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		assert_int_equal(thing_place_behind(world.reg,
			THING_MILESTONE, places[i].behind), places[i].want);
	assert_int_equal(thing_place_behind(world.reg, THING_SOURCE, "x"), 0);
	world_release(&world);
}

static const struct settle_case {
	const char *benchmark;
	bool want;
} settles[] = {
	{"sum(x, 2020) >= 5", true},
	{"sum(x, 2020) >= 1.1 * sum(x, 2017) or avg(x, 2020) > 3", true},
	{"at(x, 2020-07) >= 5", true},
	{"sum(x, start..due) >= 5", true},
	{"sum(x, 12mo) >= 5", false},
	{"sum(x, ytd) >= 5", false},
	{"last(x) >= 5", false},
	{"sum(x, 2020) >= last(y)", false},
	{"age(x) <= 30d", false},
	{"sum(x, 2020) >= 100 - least(20, greatest(0, 50 - sum(y, 2020)))", true},
	{"if(sum(x, 2020) > 5, at(x, 2020-07), round(sum(y, 2020))) >= 1", true},
	{"at_least(1, sum(x, 2020) > 5, last(y) > 3)", false},
	{"change(x, 12mo) >= 5", false},
};

static void test_settles(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof settles / sizeof settles[0]; i++) {
		struct world world;
		struct milestone *milestone;

		world_init(&world);
		world_series(&world);
		milestone = world_milestone(&world, "m", "2020-12-31",
			settles[i].benchmark);
		world_finish(&world);
		if (milestone->settles != settles[i].want)
			fail_msg("%s", settles[i].benchmark);
		world_release(&world);
	}
}

/* ---- clauses -------------------------------------------------------------- */

static const struct clause_case {
	const char *benchmark;
	enum milestone_mode mode;
	struct clauses clauses;
	const char *want;	/* words of the fault; NULL: none */
	bool want_warning;
} clause_cases[] = {
	{"sum(x, 2020) >= 5", MODE_BY, {.partial = {8, -1}}, NULL, false},
	{"sum(x, 2020) <= 5", MODE_BY, {.partial = {8, -1}},
		"partial: needs a benchmark that is a floor", false},
	{"last(x) > 1 and last(y) > 1", MODE_BY, {.partial = {8, -1}},
		"partial: needs a benchmark that is a floor", false},
	{"last(x) > 1", MODE_THROUGHOUT, {.partial = {8, -1}},
		"partial: has no effect with mode \"throughout\"", true},
	{"last(x) > 1", MODE_BY, {.has_cure = true, .cure = {6,
		DURATION_MONTH}}, NULL, false},
	{"last(x) > 1", MODE_BY, {.has_cure = true, .cure = {6,
		DURATION_WORKDAY}}, "cure: working days need", false},
	{"last(x) > 1", MODE_BY, {.superseded = {.on = {2020, 1, 1},
		.by = "p/n"}}, "there is no milestone 'p/n', did you mean "
		"'p/m'?", false},
	{"last(x) > 1", MODE_BY, {.superseded = {.on = {2020, 1, 1},
		.by = "p/m"}}, "superseded.by: p/m is this milestone itself",
		false},
	{"last(x) > 1", MODE_AT, {.has_sustain = true,
		.sustain_forever = true}, NULL, false},
	{"last(x) > 1", MODE_BY, {.has_sustain = true, .sustain = {6,
		DURATION_WORKDAY}}, "sustain: working days need", false},
	{"sum(x, 2020) > 1", MODE_BY, {.has_sustain = true, .sustain = {6,
		DURATION_DAY}}, "sustain: has no effect", true},
	{"last(x) > 1", MODE_THROUGHOUT, {.has_cure = true, .cure = {6,
		DURATION_DAY}}, "cure: has no effect with mode", true},
};

static void test_clauses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof clause_cases / sizeof clause_cases[0];
	    i++) {
		const struct clause_case *row = &clause_cases[i];
		struct world world;
		struct milestone *milestone;
		bool good = row->want == NULL || row->want_warning;

		world_init(&world);
		world_series(&world);
		milestone = world_milestone(&world, "m", "2020-12-31",
			row->benchmark);
		milestone->mode = row->mode;
		*world_clauses(&world, milestone) = row->clauses;
		if ((register_finish(world.reg, &world.faults) == 0) != good)
			fail_msg("%s (%zu) is judged otherwise",
				row->benchmark, i);
		assert_int_equal(world.faults.count, row->want != NULL);
		if (row->want != NULL &&
		    world_fault(&world, row->want) == SIZE_MAX)
			fail_msg("no fault '%s'", row->want);
		world_release(&world);
	}
}

static void test_amendments(void **state)
{
	static const struct {
		struct amendment first, second;
		const char *want;
	} rows[] = {
		{{.decree = {.on = {2020, 2, 1}}, .title = "t"},
			{.decree = {.on = {2020, 2, 1}}, .title = "u"},
			"must rise"},
		{{.decree = {.on = {2020, 2, 1}}, .title = "t"},
			{.decree = {.on = {2020, 3, 1}}}, "changes nothing"},
		{{.decree = {.on = {2020, 2, 1}}, .due_said = {"2019", 7}},
			{.decree = {.on = {2020, 3, 1}}, .title = "u"},
			"amended: due: 2019 is before the start"},
		{{.decree = {.on = {2020, 2, 1}},
			.benchmark_said = {"last(z) > 1", 7}},
			{.decree = {.on = {2020, 3, 1}}, .title = "u"}, "indicator"},
		{{.decree = {.on = {2020, 2, 1}},
			.benchmark_said = {"last(y) < 1", 7}},
			{.decree = {.on = {2020, 3, 1}}, .title = "u"},
			"partial: needs a benchmark that is a floor"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct amendment both[] = {rows[i].first, rows[i].second};
		struct world world;
		struct milestone *milestone;

		world_init(&world);
		world_series(&world);
		milestone = world_milestone(&world, "m", "2020", YEARLY);
		milestone->start_said = world_said("2020-01-01", 6);
		world_clauses(&world, milestone)->amendments = both;
		milestone->clauses->partial = (struct decimal){8, -1};
		milestone->clauses->amendment_count = 2;
		assert_int_equal(register_finish(world.reg, &world.faults), -1);
		assert_int_equal(world.faults.errors, 1);
		if (world_fault(&world, rows[i].want) == SIZE_MAX)
			fail_msg("no fault '%s'", rows[i].want);
		world_release(&world);
	}
}

/* What a later benchmark rests on is watched from the beginning. */
static void test_amended_inputs(void **state)
{
	struct amendment amendment = {.decree = {.on = {2020, 2, 1}},
		.benchmark_said = {"sum(y, 2020) >= 5", 7},
		.due_said = {"2021", 8}};
	struct world world;
	struct milestone *milestone;

	(void)state;
	world_init(&world);
	world_series(&world);
	milestone = world_milestone(&world, "m", "2020", YEARLY);
	world_clauses(&world, milestone)->amendments = &amendment;
	milestone->clauses->amendment_count = 1;
	world_finish(&world);
	assert_int_equal(world.reg->indicators[0].milestone_count, 1);
	assert_int_equal(world.reg->indicators[1].milestone_count, 1);
	assert_int_not_equal(milestone->terms, amendment.milestone->terms);
	assert_true(amendment.milestone->due > milestone->due);
	assert_int_equal(amendment.milestone->lag.count, 60);
	assert_int_equal(milestone->lag.count, 40);
	world_release(&world);
}

/* Each of three by the next: the third by the first, and so in the end by
   itself. */
static void test_succession(void **state)
{
	static const char *const names[] = {"a", "b", "c"};
	static const char *const by[] = {"p/b", "p/c", "p/a"};
	struct world world;

	(void)state;
	world_init(&world);
	world_series(&world);
	for (size_t i = 0; i < 3; i++)
		world_clauses(&world, world_milestone(&world, names[i], "2020",
			YEARLY))->superseded = (struct decree){
				.on = {2020, 1, 1}, .by = by[i]};
	assert_int_equal(register_finish(world.reg, &world.faults), -1);
	assert_int_equal(world.faults.errors, 3);
	assert_true(world_fault(&world, "p/b is in the end superseded by this")
		!= SIZE_MAX);
	world_release(&world);
}

static void test_words(void **state)
{
	enum severity severity;
	enum milestone_mode mode;

	(void)state;
	assert_true(severity_parse("critical", &severity));
	assert_string_equal(severity_name(severity), "critical");
	assert_false(severity_parse("grave", &severity));
	assert_true(mode_parse("at", &mode));
	assert_string_equal(mode_name(mode), "at");
	assert_false(mode_parse("through", &mode));
	assert_true(id_is_valid("exports.energy_2", false));
	assert_false(id_is_valid("a-b", false));
	assert_true(id_is_valid("a-b", true));
	assert_false(id_is_valid("", true));
	assert_false(id_is_valid("é", true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_relative_needs_date),
		cmocka_unit_test(test_default_start),
		cmocka_unit_test(test_grace_and_lag),
		cmocka_unit_test(test_milestone_faults),
		cmocka_unit_test(test_baseline_unit),
		cmocka_unit_test(test_faults_together),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_settles),
		cmocka_unit_test(test_clauses),
		cmocka_unit_test(test_succession),
		cmocka_unit_test(test_amendments),
		cmocka_unit_test(test_amended_inputs),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
