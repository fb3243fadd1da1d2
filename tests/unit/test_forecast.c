/*
 * Forecasts: what each method expects, of what, and when there is none. The
 * same arithmetic done elsewhere is in tests/system/test_forecast.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/forecast.h"
#include "core/regression.h"
#include "world.h"

/* ---- Student's t ------------------------------------------------------------- */

/* From the tables. */
static void test_student_t(void **state)
{
	static const struct {
		int64_t degrees;
		double want;
	} cases[] = {
		{1, 12.7062}, {2, 4.30265}, {3, 3.18245}, {4, 2.77645},
		{5, 2.57058}, {7, 2.36462}, {10, 2.22814}, {15, 2.13145},
		{20, 2.08596}, {30, 2.04227}, {60, 2.00030}, {120, 1.97993},
		{1000, 1.96234}, {1000000000, 1.95996},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (fabs(student_t_95(cases[i].degrees) - cases[i].want) >
		    cases[i].want * 3e-6)
			fail_msg("t of %d is %.7f", (int)cases[i].degrees,
				student_t_95(cases[i].degrees));
}

/* A line without error has an interval without width. */
static void test_regression(void **state)
{
	struct regression regression = {0};

	(void)state;
	for (int x = -5; x <= 0; x++)
		regression_add(&regression, x, 7 + 2.5 * x);
	assert_true(fabs(regression_sum(&regression, 1, 4) - 17) < 1e-9);
	assert_true(fabs(regression_sum(&regression, 3, 6) - 36) < 1e-9);
	assert_true(regression_margin(&regression, 3, 6) < 1e-6);
}

/* ---- worlds ------------------------------------------------------------------ */

/* Figures of x for the first months of 2020, of which 2019 had 12 of 100. */
struct asked {
	const char *benchmark;
	const char *forecast;
	const char *figures;	/* "8 9 10": from January on; "-": none */
	enum milestone_mode mode;
	const char *baseline;
	const char *path;
	const char *due;	/* NULL: 2020-12-31 */
	const char *as_of;	/* NULL: a month after the last figure */
};

static void world_figures(struct world *world, const char *figures)
{
	char room[400], *rest = room, *figure, period[32], published[32];
	int month = 0;

	for (int i = 1; i <= 12; i++) {
		snprintf(period, sizeof period, "2019-%02d", i);
		world_observe(world, "x", period, "100", "2020-01-01");
	}
	snprintf(room, sizeof room, "%s", figures);
	while ((figure = strsep(&rest, " ")) != NULL) {
		snprintf(period, sizeof period, "2020-%02d", ++month);
		snprintf(published, sizeof published, "%d-%02d-01",
			2020 + month / 12, month % 12 + 1);
		if (!string_is(figure, "-"))
			world_observe(world, "x", period, figure, published);
	}
}

static void world_ask(struct world *world, const struct asked *asked)
{
	struct milestone *milestone;

	world_init(world);
	world->reg->instruments[0].zone = zone_utc();
	world_indicator(world, "x", FREQUENCY_MONTH, 10);
	milestone = world_milestone(world, "m",
		asked->due != NULL ? asked->due : "2020-12-31",
		asked->benchmark);
	milestone->mode = asked->mode;
	milestone->start_said = world_said("2020-01-01", 4);
	if (asked->baseline != NULL)
		milestone->baseline_said = world_said(asked->baseline, 6);
	if (asked->path != NULL)
		milestone->path_said = world_said(asked->path, 7);
	if (asked->forecast != NULL)
		world_clauses(world, milestone)->forecast_said =
			world_said(asked->forecast, 8);
}

static struct assessment world_answer(struct world *world,
	const struct asked *asked)
{
	char month[16];
	int months = 1;

	world_finish(world);
	world_figures(world, asked->figures);
	for (const char *at = asked->figures; *at != '\0'; at++)
		months += *at == ' ';
	snprintf(month, sizeof month, "%d-%02d-28", 2020 + months / 12,
		months % 12 + 1);
	return world_assess(world, "p/m",
		asked->as_of != NULL ? asked->as_of : month);
}

static const char *date_print(struct date date)
{
	static char room[16];

	snprintf(room, sizeof room, "%04d-%02d-%02d", date.year, date.month,
		date.day);
	return date_is_none(date) ? "never" : room;
}

#define ASK(said, method, ...) {.benchmark = said, .forecast = method, \
	.figures = __VA_ARGS__}
#define SUM "sum(x, 2020)"
#define SIX "100 100 100 100 100 100"

static void test_methods(void **state)
{
	static const struct {
		struct asked asked;
		double want_value;
		const char *want_date;
		bool want_misses;
	} cases[] = {
		/* a flow: so much a month */
		{ASK(SUM " >= 1500", "run_rate", SIX), 1200, "2021-03-31", true},
		{ASK(SUM " >= 1200", "run_rate", SIX), 1200, "2020-12-31", false},
		{ASK(SUM " > 1200", "run_rate", SIX), 1200, "2021-01-31", true},
		{ASK(SUM " >= 901", "run_rate", SIX), 1200, "2020-10-31", false},
		{ASK(SUM " >= 1500", "seasonal(x, 2019)", SIX), 1200, "2021-03-31",
			true},
		{ASK(SUM " >= 1500", "least_squares", SIX), 1200, "2021-03-31",
			true},
		{ASK(SUM " >= 5000", "least_squares", "60 50 40 30 20 10"), 210,
			"never", true},
		{ASK("sum(x, start..due) >= 1500", "run_rate", SIX), 1200,
			"2021-03-31", true},
		{ASK("sum(x, ytd) >= 1500", "run_rate", SIX), 1200, "2021-03-31",
			true},
		/* only what the due date can know counts */
		{ASK(SUM " >= 1500", "run_rate", SIX, .due = "2020-09-15"), 800,
			"2021-03-31", true},
		/* a ceiling over a window is kept when that is over, or not */
		{ASK(SUM " <= 1200", "run_rate", SIX), 1200, "2020-12-31", false},
		{ASK(SUM " < 1200", "run_rate", SIX), 1200, "never", true},
		{ASK(SUM " <= 1100", "seasonal(x, 2019)", SIX), 1200, "never",
			true},
		/* a level: it goes on as it did since the first figure */
		{ASK("last(x) >= 170", "run_rate", "100 110 120"), 211.666666667,
			"2020-08-31", false},
		{ASK("last(x) >= 500", "run_rate", "100 110 120"), 211.666666667,
			"2023-05-31", true},
		{ASK("last(x) >= 500", "run_rate", "120 110 100"), 8.33333333333, "never",
			true},
		{ASK("last(x) <= 50", "run_rate", "120 110 100"), 8.33333333333,
			"2020-08-31", false},
		{ASK("last(x) >= 200", "least_squares", "100 110 120"), 210,
			"2020-11-30", false},
		/* or since the baseline at the start: 90 days of 20 */
		{ASK("last(x) >= 150", "run_rate", "- - 120", .baseline = "100"),
			181.111111111, "2020-08-31", false},
		/* a domain is not left: figures are not below 0 */
		{ASK("last(x) <= 0", "run_rate", "100 60 20"), 0, "2020-04-30",
			false},
		/* tested at the due date, not before */
		{ASK("last(x) >= 170", "run_rate", "100 110 120",
			.mode = MODE_AT), 211.666666667, "2020-12-31", false},
		{ASK("last(x) >= 220", "run_rate", "100 110 120",
			.mode = MODE_AT), 211.666666667, "2021-01-31", true},
		/* holds until it does not */
		{ASK("last(x) >= 50", "run_rate", "120 110 100",
			.mode = MODE_THROUGHOUT), 8.33333333333, "never", true},
		{ASK("last(x) >= 50", "run_rate", "100 110 120",
			.mode = MODE_THROUGHOUT), 211.666666667, "2020-12-31", false},
		/* further than a hundred years is never */
		{ASK("last(x) >= 1e9", "run_rate", "100 110 120"), 211.666666667, "never",
			true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct asked *asked = &cases[i].asked;
		struct world world;
		struct forecast forecast;

		world_ask(&world, asked);
		forecast = world_answer(&world, asked).forecast;
		if (forecast.method == FORECAST_NONE)
			fail_msg("%zu: there is none", i);
		if (fabs(forecast.value - cases[i].want_value) >
		    fabs(cases[i].want_value) * 1e-9 + 1e-9)
			fail_msg("%zu: expects %.12g", i, forecast.value);
		if (!string_is(date_print(forecast.date), cases[i].want_date))
			fail_msg("%zu: %s", i, date_print(forecast.date));
		if (forecast.misses != cases[i].want_misses)
			fail_msg("%zu: misses %d", i, forecast.misses);
		world_release(&world);
	}
}

static void test_slip(void **state)
{
	static const struct {
		struct asked asked;
		int32_t want;
	} cases[] = {
		{ASK(SUM " >= 1500", "run_rate", SIX), 90},
		{ASK(SUM " >= 1200", "run_rate", SIX), 0},
		{ASK(SUM " >= 901", "run_rate", SIX), -61},
		{ASK(SUM " < 1200", "run_rate", SIX), DAYS_NONE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct world world;
		struct forecast forecast;

		world_ask(&world, &cases[i].asked);
		forecast = world_answer(&world, &cases[i].asked).forecast;
		if (forecast.slip_days != cases[i].want)
			fail_msg("%zu: %d days", i, (int)forecast.slip_days);
		world_release(&world);
	}
}

static void test_none(void **state)
{
	static const struct asked cases[] = {
		ASK(SUM " >= 1500", NULL, SIX),
		ASK(SUM " >= 1500", "none", SIX),
		/* nothing of the window is there */
		ASK(SUM " >= 1500", "run_rate", "-", .as_of = "2020-03-01"),
		ASK(SUM " >= 1500", "seasonal(x, 2018)", SIX),
		ASK("last(x) >= 500", "run_rate", "100"),
		/* fewer than three points, or not in a row */
		ASK(SUM " >= 1500", "least_squares", "100 100"),
		ASK(SUM " >= 1500", "least_squares", "100 - 100 100"),
		ASK("last(x) >= 500", "least_squares", "100 120"),
		/* one is missing */
		ASK(SUM " >= 1500", "run_rate", "100 - 100 100"),
		ASK(SUM " >= 1500", "seasonal(x, 2019)", "100 - 100 100"),
		/* not started, or over */
		ASK("sum(x, 2021) >= 500", "run_rate", SIX, .as_of = "2019-12-01"),
		ASK(SUM " >= 600", "run_rate", SIX),
		ASK(SUM " <= 500", "run_rate", SIX, .mode = MODE_THROUGHOUT),
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct world world;
		struct assessment answer;

		world_ask(&world, &cases[i]);
		answer = world_answer(&world, &cases[i]);
		if (answer.forecast.method != FORECAST_NONE)
			fail_msg("%zu: %s, expects %g", i,
				status_name(answer.status),
				answer.forecast.value);
		assert_int_equal(answer.forecast.slip_days, DAYS_NONE);
		world_release(&world);
	}
}

/* What misses the target is at risk, though the path says otherwise, and what
   does not is no better than the path says. */
static void test_risk(void **state)
{
	static const struct {
		struct asked asked;
		enum status want;
		const char *want_reason;
	} cases[] = {
		{ASK(SUM " >= 1200", "run_rate", "110 100 100", .path = "linear"),
			STATUS_ON_TRACK, "sum(x, 2020) = 310, needs >= 1.2k; "
			"103.3 % of the path through 2020-03"},
		{ASK(SUM " >= 1200", "least_squares", "120 105 90 91",
			.path = "linear"), STATUS_AT_RISK,
			"101.5 % of the path through 2020-04, but the least "
			"squares line gives 728 by 2020-12-31"},
		{ASK(SUM " >= 1200", "run_rate", "90 100 100", .path = "linear"),
			STATUS_AT_RISK, "96.7 % of the path through 2020-03; "
			"the run rate gives 1.16k by 2020-12-31"},
		{ASK(SUM " >= 1200", "run_rate", "50 50 50", .path = "linear"),
			STATUS_OFF_TRACK, "; the run rate gives 600 by"},
		{ASK(SUM " >= 1200", "run_rate", "50 50 50"), STATUS_PENDING,
			"needs >= 1.2k; the run rate gives 600 by 2020-12-31"},
		/* no verdict rests on it */
		{ASK(SUM " >= 1200", "run_rate", "50 50 50",
			.as_of = "2021-01-05"), STATUS_AWAITING_DATA, "x 2020-04"},
		{ASK(SUM " >= 300", "run_rate", "100 100 100"), STATUS_MET,
			"reached on 2020-03-31"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct world world;
		struct assessment answer;
		const char *reason;

		world_ask(&world, &cases[i].asked);
		answer = world_answer(&world, &cases[i].asked);
		reason = world_reason(&world, "p/m", &answer);
		if (answer.status != cases[i].want)
			fail_msg("%zu: %s: %s", i, status_name(answer.status),
				reason);
		if (strstr(reason, cases[i].want_reason) == NULL)
			fail_msg("%zu: %s", i, reason);
		world_release(&world);
	}
}

/* After the due date it stands as it was then, what has come late taken in. */
static void test_after(void **state)
{
	static const struct asked asked = ASK(SUM " >= 1500", "run_rate",
		SIX " 100 100 100 100 100 100", .as_of = "2021-03-01");
	struct world world;
	struct assessment answer;

	(void)state;
	world_ask(&world, &asked);
	answer = world_answer(&world, &asked);
	assert_int_equal(answer.status, STATUS_NOT_MET);
	assert_int_equal((int)answer.forecast.value, 1200);
	assert_int_equal(answer.forecast.slip_days, 90);
	world_release(&world);
}

static void test_differs(void **state)
{
	static const struct asked asked = ASK("last(x) >= 500", "least_squares",
		"100 120 130");
	struct world world;
	struct assessment a, b;

	(void)state;
	world_ask(&world, &asked);
	a = b = world_answer(&world, &asked);
	assert_false(assessment_differs(&a, &b));
	b.forecast.low -= 1;
	assert_true(assessment_differs(&a, &b));
	b = a;
	b.forecast.date.year++;
	assert_true(assessment_differs(&a, &b));
	world_release(&world);
}

/* ---- faults -------------------------------------------------------------------- */

static void test_faults(void **state)
{
	static const struct {
		struct asked asked;
		const char *want;
	} cases[] = {
		{ASK(SUM " >= 1", "run_rat", SIX), "forecast: unknown forecast "
			"'run_rat', did you mean 'run_rate'?"},
		{ASK(SUM " >= 1", "guess", SIX), "forecast: unknown forecast 'guess': "
			"write run_rate, least_squares, seasonal(indicator, "
			"2017) or none"},
		{ASK(SUM " >= 1", "run_rate 5", SIX), "unknown forecast 'run_rate 5'"},
		{ASK(SUM " >= 1", "seasonal", SIX), "forecast: write "
			"seasonal(indicator, 2017)"},
		{ASK(SUM " >= 1", "seasonal(y, 2019)", SIX),
			"forecast: there is no indicator 'y'"},
		{ASK(SUM " >= 1", "seasonal(x, 2019-01)", SIX), "forecast: the base of "
			"seasonal is a year, such as seasonal(indicator, 2017)"},
		{ASK("last(x) >= 1", "seasonal(x, 2019)", SIX), "forecast: a seasonal "
			"forecast needs a sum or count over fixed periods on "
			"the side that moves"},
		{ASK("sum(x, 2020-Q1) >= 1", "seasonal(x, 2019)", SIX), "forecast: the "
			"benchmark's window is not a year as the base is"},
		{ASK(SUM " == 1", "run_rate", SIX), "forecast: needs a benchmark that "
			"is one comparison with >=, >, <= or <"},
		{ASK(SUM " >= 1 or last(x) >= 1", "run_rate", SIX), "forecast: needs a "
			"benchmark that is one comparison"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct world world;
		size_t fault;

		world_ask(&world, &cases[i].asked);
		assert_int_equal(register_finish(world.reg, &world.faults), -1);
		fault = world_fault(&world, cases[i].want);
		if (fault == SIZE_MAX)
			fail_msg("%zu: %s", i, world.faults.items[0].text);
		assert_int_equal(world.faults.items[fault].line, 8);
		world_release(&world);
	}
}

/* An amended benchmark is checked against the forecast too. */
static void test_amended(void **state)
{
	static struct amendment amendment;
	struct asked asked = ASK(SUM " >= 1500", "seasonal(x, 2019)", SIX);
	struct world world;
	struct clauses *clauses;

	(void)state;
	amendment = (struct amendment){.decree = {.on = {2020, 5, 1}},
		.benchmark_said = world_said("last(x) >= 100", 9)};
	world_ask(&world, &asked);
	clauses = world_clauses(&world, &world.reg->milestones[0]);
	clauses->amendments = &amendment;
	clauses->amendment_count = 1;
	assert_int_equal(register_finish(world.reg, &world.faults), -1);
	assert_true(world_fault(&world, "forecast: a seasonal forecast needs a "
		"sum or count") != SIZE_MAX);
	world_release(&world);
}

/* The terms change with the forecast; none is as if nothing was said. */
static void test_terms(void **state)
{
	static const char *const said[] = {NULL, "none", "run_rate",
		"seasonal(x, 2019)"};
	uint64_t terms[4];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct asked asked = ASK(SUM " >= 1500", said[i], SIX);
		struct world world;

		world_ask(&world, &asked);
		world_finish(&world);
		terms[i] = world.reg->milestones[0].terms;
		world_release(&world);
	}
	assert_true(terms[0] == terms[1]);
	assert_true(terms[1] != terms[2] && terms[2] != terms[3]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_student_t),
		cmocka_unit_test(test_regression),
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_slip),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_risk),
		cmocka_unit_test(test_after),
		cmocka_unit_test(test_differs),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_amended),
		cmocka_unit_test(test_terms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
