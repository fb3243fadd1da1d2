/*
 * Milestones that rest on others: what is known of those at an instant, who
 * may rest on whom, and that order and memory change no answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/outcomes.h"
#include "world.h"

/*
 * Votes have no frequency: on 2020-03-10 a passed, on 2020-06-20 b did, c
 * never does. x is a monthly series, published a month late. All are due
 * 2020-06-30 but for what a benchmark under test says.
 */
static void votes_begin(struct world *world)
{
	static const char *const names[] = {"a", "b", "c"};
	char id[16], text[64];

	world_init(world);
	world_indicator(world, "vote.a", FREQUENCY_NONE, 0);
	world_indicator(world, "vote.b", FREQUENCY_NONE, 0);
	world_indicator(world, "vote.c", FREQUENCY_NONE, 0);
	world_indicator(world, "x", FREQUENCY_MONTH, 31);
	for (size_t i = 0; i < 3; i++) {
		snprintf(id, sizeof id, "m-%s", names[i]);
		snprintf(text, sizeof text, "last(vote.%s) >= 1", names[i]);
		world_milestone(world, arena_string(world->reg->arena, id),
			"2020-06-30", arena_string(world->reg->arena, text));
	}
	world_milestone(world, "sum", "2020-04-30",
		"sum(x, 2020-Q1) >= 10");
}

static void votes_observe(struct world *world)
{
	world_observe(world, "vote.a", "2020-01-10", "0", "2020-01-10");
	world_observe(world, "vote.b", "2020-01-10", "0", "2020-01-10");
	world_observe(world, "vote.c", "2020-01-10", "0", "2020-01-10");
	world_observe(world, "vote.a", "2020-03-10", "1", "2020-03-10");
	world_observe(world, "vote.b", "2020-06-20", "1", "2020-06-20");
	world_observe(world, "x", "2020-01", "4", "2020-02-20");
	world_observe(world, "x", "2020-02", "4", "2020-03-20");
	world_observe(world, "x", "2020-03", "4", "2020-04-20");
}

/* ---- what is asked, at a time ------------------------------------------------ */

struct asked {
	const char *benchmark, *due;
	const char *as_of, *status;
	const char *event;		/* NULL: none */
	enum milestone_mode mode;
};

static const struct asked asked[] = {
	/* before and after it is fulfilled */
	{"met(\"p/m-a\")", "2020-03-31", "2020-03-09", "at_risk", NULL, 0},
	{"met(\"p/m-a\")", "2020-03-31", "2020-03-10", "met", "2020-03-10", 0},
	{"met(\"p/m-b\")", "2020-03-31", "2020-04-01", "not_met", NULL, 0},
	{"met(\"p/m-b\")", "2020-03-31", "2020-06-21", "met_late", "2020-06-20", 0},
	{"met(\"p/m-c\")", "2020-03-31", "2020-07-01", "not_met", NULL, 0},
	{"not met(\"p/m-c\")", "2020-03-31", "2020-03-10", "met", "2020-02-14", 0},
	{"met(\"p/m-a\")", "2020-03-31", "2020-05-01", "met", "2020-03-31", MODE_AT},
	{"met(\"p/m-b\")", "2020-03-31", "2020-05-01", "not_met", NULL, MODE_AT},
	{"met(\"p/m-b\")", "2020-12-31", "2020-05-01", "pending", NULL, MODE_AT},
	{"not met(\"p/m-b\")", "2020-12-31", "2020-06-21", "breached",
		"2020-06-20", MODE_THROUGHOUT},
	/* what is not known of it is not known here, and no miss */
	{"met(\"p/sum\")", "2020-03-31", "2020-04-10", "awaiting_data", NULL, 0},
	{"met(\"p/sum\")", "2020-03-31", "2020-04-21", "met", "2020-03-31", 0},
	{"met(\"p/sum\")", "2020-02-29", "2020-04-21", "met_late", "2020-03-31", 0},
	{"not met(\"p/sum\")", "2020-03-31", "2020-04-10", "met", "2020-02-14", 0},
	/* counts and shares */
	{"met_count(\"p/m-?\") >= 1", "2020-06-30", "2020-03-10", "met",
		"2020-03-10", 0},
	{"met_count(\"p/m-*\") >= 2", "2020-06-30", "2020-06-19", "pending",
		NULL, 0},
	{"met_count(\"p/m-*\") >= 2", "2020-06-30", "2020-06-20", "met",
		"2020-06-20", 0},
	{"met_count(\"p/m-*\") >= 3", "2020-06-30", "2020-07-01", "not_met",
		NULL, 0},
	{"met_share(\"p/m-*\") >= 0.6", "2020-06-30", "2020-07-01", "met",
		"2020-06-20", 0},
	{"met_share(\"p/m-*\") >= 0.7", "2020-06-30", "2020-07-01", "not_met",
		NULL, 0},
	{"met_count(\"p/*\") >= 2", "2020-03-31", "2020-04-10", "awaiting_data",
		NULL, 0},
	/* words of statuses */
	{"status(\"p/m-a\") == \"met\"", "2020-06-30", "2020-03-10", "met",
		"2020-03-10", 0},
	{"\"not_met\" == status(\"p/m-c\")", "2020-12-31", "2020-06-30",
		"pending", NULL, 0},
	{"status(\"p/m-c\") == \"not_met\"", "2020-12-31", "2020-07-01",
		"met", "2020-07-01", 0},
	{"status(\"p/m-c\") != \"met\"", "2020-07-31", "2020-08-01", "met",
		"2020-07-31", MODE_AT},
	{"status(\"p/m-c\") == \"waived\"", "2020-07-31", "2020-08-01",
		"not_met", NULL, 0},
	/* spans */
	{"within(180d, met(\"p/m-a\"), met(\"p/m-b\"))", "2020-12-31",
		"2020-06-20", "met", "2020-06-20", 0},
	{"within(90d, met(\"p/m-a\"), met(\"p/m-b\"))", "2020-12-31",
		"2020-05-01", "pending", NULL, 0},
	{"within(90d, met(\"p/m-a\"), met(\"p/m-b\"))", "2020-12-31",
		"2020-06-09", "not_met", NULL, 0},
	{"within(90d, met(\"p/m-a\"), met(\"p/m-c\"))", "2020-12-31",
		"2020-06-07", "pending", NULL, 0},
	{"within(102d, met(\"p/m-a\"), last(vote.b) >= 1)", "2020-12-31",
		"2020-06-20", "met", "2020-06-20", 0},
	{"within(101d, met(\"p/m-a\"), last(vote.b) >= 1)", "2020-12-31",
		"2020-06-20", "not_met", NULL, 0},
	/* together with figures */
	{"met(\"p/m-a\") and sum(x, 2020-Q1) >= 12", "2020-03-31", "2020-04-21",
		"met", "2020-03-31", 0},
	{"met_count(\"p/m-*\") * 5 > sum(x, 2020-Q1)", "2020-04-30",
		"2020-05-01", "not_met", NULL, 0},
};

static void event_check(const struct asked *row, const struct assessment *is)
{
	char day[16] = "";

	if (!date_is_none(is->event_date))
		snprintf(day, sizeof day, "%04d-%02d-%02d", is->event_date.year,
			is->event_date.month, is->event_date.day);
	if (!string_is(status_name(is->status), row->status) ||
	    !string_is(day, row->event != NULL ? row->event : ""))
		fail_msg("%s by %s, on %s: is %s %s, not %s %s", row->benchmark,
			row->due, row->as_of, status_name(is->status), day,
			row->status, row->event != NULL ? row->event : "");
}

static void test_asked(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
		struct world world;
		struct milestone *milestone;
		struct assessment assessment;

		votes_begin(&world);
		milestone = world_milestone(&world, "z", asked[i].due,
			asked[i].benchmark);
		milestone->mode = asked[i].mode;
		milestone->has_lag = true;
		milestone->lag = (struct duration){60, DURATION_DAY};
		world_finish(&world);
		votes_observe(&world);
		assessment = world_assess(&world, "p/z", asked[i].as_of);
		event_check(&asked[i], &assessment);
		world_release(&world);
	}
}

/* ---- who counts --------------------------------------------------------------- */

static struct decree decree_on(int16_t year, uint8_t month, uint8_t day)
{
	return (struct decree){.on = {year, month, day},
		.reason = "it was decided", .line = 9};
}

/* Of a, b and c, c is let off from July on: then two of two are met. */
static void share_check(void (*let_off)(struct clauses *clauses),
	const char *before, const char *after)
{
	struct world world;
	struct assessment assessment;

	votes_begin(&world);
	let_off(world_clauses(&world, &world.reg->milestones[2]));
	world_milestone(&world, "z", "2020-12-31", "met_share(\"p/m-*\") == 1");
	world_finish(&world);
	votes_observe(&world);
	assessment = world_assess(&world, "p/z", "2020-06-30");
	assert_string_equal(status_name(assessment.status), before);
	assessment = world_assess(&world, "p/z", "2020-07-31");
	assert_string_equal(status_name(assessment.status), after);
	assessment = world_assess(&world, "p/z", "2021-01-31");
	assert_string_equal(status_name(assessment.status),
		string_is(after, "met") ? "met" : "not_met");
	world_release(&world);
}

static void let_withdraw(struct clauses *clauses)
{
	clauses->withdrawn = decree_on(2020, 7, 15);
}

static void let_supersede(struct clauses *clauses)
{
	clauses->superseded = decree_on(2020, 7, 15);
	clauses->superseded.by = "p/m-a";
}

static void let_excuse(struct clauses *clauses)
{
	clauses->waived = decree_on(2020, 7, 15);
	clauses->waived.kind = WAIVER_NONOBSERVANCE;
}

static void let_nothing(struct clauses *clauses)
{
	(void)clauses;
}

static void test_share(void **state)
{
	(void)state;
	share_check(let_withdraw, "pending", "met");
	share_check(let_supersede, "pending", "met");
	share_check(let_excuse, "pending", "met");
	share_check(let_nothing, "pending", "pending");
}

/* ---- when it is expected ------------------------------------------------------- */

/* a is due in June; b waits for it, and c for b by its benchmark. */
static void test_expected(void **state)
{
	struct world world;
	struct milestone *milestone;
	struct assessment assessment;
	const char *after[] = {"p/m-a"};

	(void)state;
	votes_begin(&world);
	milestone = world_milestone(&world, "b", "2020-05-31",
		"last(vote.c) >= 1");
	world_clauses(&world, milestone)->after = after;
	milestone->clauses->after_count = 1;
	world_milestone(&world, "c", "2020-06-10", "met(\"p/b\")");
	world_milestone(&world, "d", "2020-06-10", "not met(\"p/b\")");
	world_finish(&world);
	votes_observe(&world);
	assessment = world_assess(&world, "p/c", "2020-03-09");
	assert_string_equal(status_name(assessment.status), "at_risk");
	assert_int_equal(assessment.expected.slip_days, 20);
	assert_int_equal(assessment.expected.root_cause, 0);
	assert_non_null(strstr(world_reason(&world, "p/c", &assessment),
		"waits for p/m-a, expected 2020-06-30, 20 days late"));
	assessment = world_assess(&world, "p/b", "2020-03-09");
	assert_int_equal(assessment.expected.slip_days, 30);
	assessment = world_assess(&world, "p/c", "2020-03-10");
	assert_string_equal(status_name(assessment.status), "pending");
	assert_int_equal(assessment.expected.root_cause, NOT_FOUND);
	assessment = world_assess(&world, "p/c", "2020-06-09");
	assert_string_equal(status_name(assessment.status), "pending");
	assessment = world_assess(&world, "p/b", "2020-07-09");
	assert_int_equal(assessment.expected.slip_days, 39);
	assert_int_equal(assessment.expected.root_cause, NOT_FOUND);
	world_release(&world);
}

/* ---- who may rest on whom ------------------------------------------------------ */

static void test_faults(void **state)
{
	static const struct {
		const char *benchmark, *fault;
	} rows[] = {
		{"met(\"p/m-x\")", "unknown milestone \"p/m-x\", did you mean "
			"\"p/m-a\"?"},
		{"met(\"nothing-like-it\")", "unknown milestone"},
		{"met(\"p/r\")", "count them by met_count(\"p/r@*\")"},
		{"met(vote.a)", "met takes the id of a milestone in quotes"},
		{"met_count(\"q/*\") > 1", "no other milestone matches"},
		{"met_share(\"p/z\") > 1", "cannot rest on itself"},
		{"met_share(\"p/*\") > 1", "circle"},
		{"met(\"p/z\")", "p/z (test.conf:5) → p/z"},
		{"met(\"p/y\")", "p/y (test.conf:5) → p/z (test.conf:5) → p/y"},
		{"status(\"p/m-a\") == \"mett\"", "did you mean \"met\"?"},
		{"status(\"p/m-a\") == \"on_track\"", "comes and goes"},
		{"status(\"p/m-a\") >= \"met\"", "by == or !="},
		{"status(\"p/m-a\")", "this is a text"},
		{"within(2, met(\"p/m-a\"), met(\"p/m-b\"))", "length of time"},
		{"within(2d, 3, met(\"p/m-b\"))", "truths"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world world;

		votes_begin(&world);
		world_milestone(&world, "r@2020", "2020-12-31",
			"last(vote.a) >= 1");
		world_milestone(&world, "y", "2020-12-31",
			"not met(\"p/z\")");
		world_milestone(&world, "z", "2020-12-31", rows[i].benchmark);
		assert_int_equal(register_finish(world.reg, &world.faults), -1);
		if (world_fault(&world, rows[i].fault) == SIZE_MAX)
			fail_msg("%s: %s", rows[i].benchmark,
				world.faults.items[0].text);
		world_release(&world);
	}
}

/* ---- due dates that hang on another --------------------------------------------- */

static const struct {
	const char *as_of, *status, *start, *due;	/* NULL: not known */
	int32_t late;
} hanging[] = {
	{"2020-03-09", "not_started", NULL, NULL, DAYS_NONE},
	{"2020-03-10", "pending", "2020-03-10", "2020-05-10", DAYS_NONE},
	{"2020-05-11", "not_met", "2020-03-10", "2020-05-10", DAYS_NONE},
	{"2020-06-20", "met_late", "2020-03-10", "2020-05-10", 41},
	/* It passed later than was said, so there was more time. */
	{"2020-07-01", "met", "2020-05-04", "2020-07-04", DAYS_NONE},
};

static void check_day(struct date got, const char *want, const char *as_of)
{
	struct date date = {0};

	if (want != NULL)
		assert_true(date_parse(want, &date));
	if (date_compare(got, date) != 0)
		fail_msg("as of %s: %04d-%02d-%02d", as_of, got.year, got.month,
			got.day);
}

static void test_hanging_due(void **state)
{
	struct world world;
	struct assessment got;
	uint32_t number;

	(void)state;
	votes_begin(&world);
	world_milestone(&world, "hung", "met(\"p/m-a\") + 2mo",
		"last(vote.b) >= 1");
	world_milestone(&world, "on-it", "met(\"p/hung\") + 10d",
		"last(vote.c) >= 1");
	world_finish(&world);
	votes_observe(&world);
	world_observe(&world, "vote.a", "2020-03-10", "0", "2020-06-25");
	world_observe(&world, "vote.a", "2020-05-04", "1", "2020-06-25");
	number = register_milestone(world.reg, "p/hung");
	for (size_t i = 0; i < sizeof hanging / sizeof hanging[0]; i++) {
		milestone_assess(world.reg, world.history, number,
			(struct knowledge){world_time(&world, hanging[i].as_of),
			INSTANT_MAX}, &got);
		assert_string_equal(status_name(got.status),
			hanging[i].status);
		check_day(got.start_date, hanging[i].start, hanging[i].as_of);
		check_day(got.due_date, hanging[i].due, hanging[i].as_of);
		assert_int_equal(got.days_late, hanging[i].late);
		assert_int_equal(got.lifecycle, LIFECYCLE_ACTIVE);
		assert_true(got.next > got.as_of);
	}
	world_release(&world);
}

static void test_hanging_faults(void **state)
{
	static const struct {
		const char *due, *path, *fault;
	} rows[] = {
		{"met(\"p/m-x\") + 1d", NULL, "due: there is no milestone "
			"'p/m-x', did you mean 'p/m-a'?"},
		{"met(\"p/m-a\") + 1h", NULL, "counted in days"},
		{"met(\"p/m-a\") + 1wd", NULL, "need a calendar"},
		{"met(\"p/m-a\") + 1d", "linear", "with a path needs a date"},
		{"met(\"p/z\") + 1d", NULL, "p/z (test.conf:5) → p/z"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world world;
		struct milestone *milestone;

		votes_begin(&world);
		milestone = world_milestone(&world, "z", rows[i].due,
			"last(vote.a) >= 1");
		if (rows[i].path != NULL)
			milestone->path_said = world_said(rows[i].path, 1);
		assert_int_equal(register_finish(world.reg, &world.faults), -1);
		if (world_fault(&world, rows[i].fault) == SIZE_MAX)
			fail_msg("%s: %s", rows[i].due,
				world.faults.items[0].text);
		world_release(&world);
	}
}

/* ---- when to ask again ------------------------------------------------------- */

/*
 * Who rests on others is never woken before them, or all of a family would be
 * judged within the one judgement of who counts them. What is decided for good
 * wakes nobody.
 */
static void test_wakes(void **state)
{
	static const struct {
		const char *counted, *next;
	} rows[] = {
		{"sum(x, 2020-Q1) >= 100", "2020-12-31"},
		{"sum(x, 2020) >= 100", "2020-06-30"},
		{"last(x) >= 100", "2020-06-30"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world world;
		struct assessment counted, counting;

		votes_begin(&world);
		world_milestone(&world, "k", "2020-04-30", rows[i].counted);
		world_milestone(&world, "z", "2020-12-31",
			"met_count(\"p/k*\") >= 1");
		world_finish(&world);
		votes_observe(&world);
		world_observe(&world, "x", "2020-04", "4", "2020-05-10");
		world_observe(&world, "x", "2020-05", "4", "2020-06-10");
		counted = world_assess(&world, "p/k", "2020-06-20");
		counting = world_assess(&world, "p/z", "2020-06-20");
		assert_string_equal(status_name(counted.status), "not_met");
		assert_true(counted.next <= counting.next ||
			counting.next > counting.due);
		assert_int_equal(counting.next / 86400,
			world_time(&world, rows[i].next) / 86400);
		world_release(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_asked),
		cmocka_unit_test(test_share),
		cmocka_unit_test(test_expected),
		cmocka_unit_test(test_wakes),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_hanging_due),
		cmocka_unit_test(test_hanging_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
