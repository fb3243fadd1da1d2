/*
 * Sources that tell one thing differently: when they are disputed, what is
 * said of it, and that the verdict stands.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

/* Figures of a and b from January 2020 on, each published as its month ends;
   "-" is none. */
struct asked {
	const char *benchmark;
	const char *tolerance;
	const char *a, *b;
};

static void world_figures(struct world *world, const char *indicator,
	const char *figures)
{
	char room[200], *rest = room, *figure, period[32], published[32];
	int month = 0;

	snprintf(room, sizeof room, "%s", figures);
	while ((figure = strsep(&rest, " ")) != NULL) {
		snprintf(period, sizeof period, "2020-%02d", ++month);
		snprintf(published, sizeof published, "2020-%02d-01",
			month + 1);
		if (!string_is(figure, "-"))
			world_observe(world, indicator, period, figure,
				published);
	}
}

static void world_ask(struct world *world, const struct asked *asked)
{
	struct milestone *milestone;

	world_init(world);
	world_indicator(world, "a", FREQUENCY_MONTH, 10)->unit = "USD";
	world_indicator(world, "b", FREQUENCY_MONTH, 10)->unit = "USD";
	world_indicator(world, "c", FREQUENCY_MONTH, 10)->unit = "t";
	milestone = world_milestone(world, "m", "2020-12-31",
		asked->benchmark);
	milestone->start_said = world_said("2020-01-01", 4);
	if (asked->tolerance != NULL)
		world_clauses(world, milestone)->tolerance_said =
			world_said(asked->tolerance, 8);
}

#define EITHER "at_least(1, last(a) >= 100, last(b) >= 100)"
#define BOTH "at_least(2, last(a) >= 100, last(b) >= 100)"
#define SUMS "at_least(2, sum(a, 2020) >= 900, sum(b, 2020) >= 900)"

static void test_find(void **state)
{
	static const struct {
		struct asked asked;
		enum dispute_kind want;
		const char *want_reason;
	} cases[] = {
		/* without a tolerance: truths */
		{{EITHER, NULL, "120", "80"}, DISPUTE_TRUTHS, "; sources "
			"differ: last(a) = 120, last(b) = 80"},
		{{EITHER, NULL, "120", "101"}, DISPUTE_NONE, NULL},
		{{BOTH, NULL, "90", "80"}, DISPUTE_NONE, NULL},
		{{EITHER, NULL, "120", "-"}, DISPUTE_NONE, NULL},
		{{"at_least(1, last(b) >= 100, last(a) >= 100)", NULL, "120",
			"80"}, DISPUTE_TRUTHS, "last(a) = 120, last(b) = 80"},
		/* one has not told of March: February is what both know */
		{{EITHER, NULL, "90 120 130", "90 80"}, DISPUTE_TRUTHS,
			"last(a) = 120, last(b) = 80 through 2020-02"},
		{{EITHER, NULL, "90 90 130", "90 80"}, DISPUTE_NONE, NULL},
		{{"not " BOTH " or last(c) > 1", NULL, "120", "80"},
			DISPUTE_TRUTHS, "sources differ"},
		/* other thresholds, windows, units: other things */
		{{"at_least(1, last(a) >= 100, last(b) >= 110)", NULL, "120",
			"80"}, DISPUTE_NONE, NULL},
		{{"at_least(1, last(a) >= 100, sum(b, 1mo) >= 100)", NULL,
			"120", "80"}, DISPUTE_NONE, NULL},
		{{"at_least(1, last(a) >= 100, last(c) >= 100)", NULL, "120",
			"80"}, DISPUTE_NONE, NULL},
		{{"at_least(1, last(a) >= 100, last(b) >= 100, "
			"last(a) > last(b))", NULL, "120", "80"},
			DISPUTE_NONE, NULL},
		{{"at_least(1, sum(a, 2mo) >= 100, sum(b, 2mo) >= 100)", NULL,
			"60 60", "40 40"}, DISPUTE_TRUTHS,
			"sum(a, 2mo) = 120, sum(b, 2mo) = 80"},
		{{"at_least(1, sum(a, 2mo) >= 100, sum(b, 1mo) >= 100)", NULL,
			"60 60", "40 40"}, DISPUTE_NONE, NULL},
		{{EITHER, "any", "120", "80"}, DISPUTE_NONE, NULL},
		/* no counting, no dispute */
		{{"last(a) >= 100 or last(b) >= 100", NULL, "120", "80"},
			DISPUTE_NONE, NULL},
		/* within a tolerance they agree, whatever is true */
		{{EITHER, "3%", "101", "99"}, DISPUTE_NONE, NULL},
		{{EITHER, "1%", "101", "99"}, DISPUTE_FIGURES, "sources differ "
			"by more than 1%: last(a) = 101, last(b) = 99 through "
			"2020-01"},
		{{EITHER, "2%", "100", "98"}, DISPUTE_NONE, NULL},
		{{EITHER, "2", "101", "99"}, DISPUTE_NONE, NULL},
		{{EITHER, "1.9", "101", "99"}, DISPUTE_FIGURES,
			"by more than 1.9: "},
		/* beyond it they do not, though the truth is one */
		{{SUMS, "5%", "10 10 10", "10 10 12"}, DISPUTE_FIGURES,
			"sum(b, 2020) = 32, sum(a, 2020) = 30 through 2020-03"},
		{{SUMS, "5%", "10 10 -", "10 10 12"}, DISPUTE_NONE, NULL},
		{{SUMS, "5%", "10 10 10", "10 - 12"}, DISPUTE_NONE, NULL},
		{{SUMS, "0%", "10 10", "10 10.0"}, DISPUTE_NONE, NULL},
		{{SUMS, "0", "1000 1000", "1000 1000.01"}, DISPUTE_FIGURES,
			"sum(b, 2020) = 2,000.01, sum(a, 2020) = 2,000 "},
		{{SUMS, "5%", "10", "-"}, DISPUTE_NONE, NULL},
		{{"at_least(2, sum(a, 2020) >= 900, 3 * last(b) >= 100)", "10%",
			"10 10 10", "10 10 10"}, DISPUTE_NONE, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct asked *asked = &cases[i].asked;
		struct assessment answer;
		struct world world;
		const char *reason;

		world_ask(&world, asked);
		world_finish(&world);
		world_figures(&world, "a", asked->a);
		world_figures(&world, "b", asked->b);
		world_figures(&world, "c", "1");
		answer = world_assess(&world, "p/m", "2020-04-05");
		reason = world_reason(&world, "p/m", &answer);
		if (answer.dispute.kind != cases[i].want)
			fail_msg("%zu: %d: %s", i, answer.dispute.kind, reason);
		assert_int_equal(answer.knowledge == KNOWLEDGE_DISPUTED,
			cases[i].want != DISPUTE_NONE);
		if (cases[i].want_reason != NULL &&
		    strstr(reason, cases[i].want_reason) == NULL)
			fail_msg("%zu: %s", i, reason);
		if (cases[i].want == DISPUTE_NONE &&
		    strstr(reason, "sources differ") != NULL)
			fail_msg("%zu: %s", i, reason);
		world_release(&world);
	}
}

/* The quorum decides; that its witnesses differ is said beside it. */
static void test_verdict_stands(void **state)
{
	static const struct asked asked = {EITHER, NULL, "120", "80"};
	struct assessment answer, other;
	struct world world;

	(void)state;
	world_ask(&world, &asked);
	world_finish(&world);
	world_figures(&world, "a", asked.a);
	world_figures(&world, "b", asked.b);
	answer = world_assess(&world, "p/m", "2020-03-01");
	assert_int_equal(answer.verdict, VERDICT_MET);
	assert_int_equal(answer.status, STATUS_MET);
	assert_int_equal(answer.knowledge, KNOWLEDGE_DISPUTED);
	other = answer;
	assert_false(assessment_differs(&answer, &other));
	other.dispute.sides[1].figure++;
	assert_true(assessment_differs(&answer, &other));
	world_release(&world);
}

/* A state read back from the store has no figures of it. */
static void test_reason_without_figures(void **state)
{
	static const struct asked asked = {EITHER, NULL, "90", "80"};
	struct assessment answer;
	struct world world;

	(void)state;
	world_ask(&world, &asked);
	world_finish(&world);
	answer = world_assess(&world, "p/m", "2020-03-01");
	answer.knowledge = KNOWLEDGE_DISPUTED;
	assert_non_null(strstr(world_reason(&world, "p/m", &answer),
		"; sources differ"));
	world_release(&world);
}

static void test_faults(void **state)
{
	static const struct {
		const char *benchmark, *tolerance, *want;
	} cases[] = {
		{"last(a) >= 1", "2%", "tolerance: needs a benchmark with "
			"at_least(n, a, b, …), which asks the same of several "
			"sources"},
		{EITHER, "2 per cent", "tolerance: '2 per cent' is neither a "
			"share of the larger figure from 0% to 100%, such as "
			"2%, nor a number in their unit, nor any"},
		{EITHER, "-1", "tolerance: '-1' is neither"},
		{EITHER, "101%", "tolerance: '101%' is neither"},
		{EITHER, "%", "tolerance: '%' is neither"},
		{"at_least(1, last(a) >= 1, not last(b) >= 1)", "2%",
			"'not last(b) >= 1' is not"},
		{"at_least(1, last(a) >= 1, 0 <= last(b) <= 1)", "2%",
			"tolerance: what at_least counts must each be one "
			"comparison of two numbers"},
		{"at_least(1, last(a) >= 1, last(c) >= 1)", "2%",
			"tolerance: 'last(c)' is of another unit than the "
			"sides before it"},
		{"at_least(1, last(a) >= 1, last(b) / last(a) >= 1)", "2%",
			"'last(b) / last(a)' is of another unit"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct asked asked = {cases[i].benchmark,
			cases[i].tolerance, "1", "1"};
		struct world world;
		size_t fault;

		world_ask(&world, &asked);
		assert_int_equal(register_finish(world.reg, &world.faults), -1);
		fault = world_fault(&world, cases[i].want);
		if (fault == SIZE_MAX)
			fail_msg("%zu: %s", i, world.faults.items[0].text);
		assert_int_equal(world.faults.items[fault].line, 8);
		world_release(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_verdict_stands),
		cmocka_unit_test(test_reason_without_figures),
		cmocka_unit_test(test_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
