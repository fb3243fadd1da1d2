/*
 * Trajectories: what is drawn of which milestone, and what is said of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/trajectory.h"
#include "pledged/chart.h"
#include "pledged/ticks.h"
#include "svg.h"
#include "world.h"

/* ---- worlds ------------------------------------------------------------------ */

/* Figures of x: of 2020 those given, the first of January, "-" is none; where
   the path asks for 2019, of that a hundred a month. */
struct chart_case {
	const char *name;
	const char *benchmark, *baseline, *path, *forecast, *start, *due;
	const char *figures, *as_of, *title;
	enum frequency frequency;	/* NONE: dated, of each month's 15th */
	bool share;		/* its unit is % */
	const char *amended_due;	/* from 2020-04-01 on; NULL: as it was */
	const char *want;	/* words; NULL: no picture */
	int lines;		/* polylines: actual, path, forecast */
};

static void case_figures(struct world *world, const struct chart_case *one)
{
	char room[400], *rest = room, *figure, period[32], published[32];
	int month = 0;

	for (int i = 1; i <= 12; i++) {
		snprintf(period, sizeof period, "2019-%02d", i);
		if (one->path != NULL && string_starts(one->path, "seasonal"))
			world_observe(world, "x", period, "100", "2020-01-01");
	}
	snprintf(room, sizeof room, "%s", one->figures);
	while ((figure = strsep(&rest, " ")) != NULL) {
		month++;
		snprintf(period, sizeof period, one->frequency == FREQUENCY_NONE ?
			"2020-%02d-15" : "2020-%02d", month);
		snprintf(published, sizeof published, "%d-%02d-01",
			2020 + month / 12, month % 12 + 1);
		if (!string_is(figure, "-"))
			world_observe(world, "x", period, figure, published);
	}
}

static void case_amend(struct world *world, struct milestone *milestone,
	const char *due)
{
	struct clauses *clauses = world_clauses(world, milestone);

	clauses->amendments = arena_alloc(world->reg->arena, 1,
		sizeof *clauses->amendments);
	clauses->amendment_count = 1;
	clauses->amendments[0] = (struct amendment){
		.decree = {.on = {2020, 4, 1}},
		.due_said = world_said(due, 9)};
}

static void case_open(struct world *world, const struct chart_case *one)
{
	struct milestone *milestone;
	struct indicator *indicator;

	world_init(world);
	world->reg->instruments[0].zone = zone_utc();
	indicator = world_indicator(world, "x", one->frequency, 10);
	indicator->unit = one->share ? "%" : "USD";
	milestone = world_milestone(world, "m",
		one->due != NULL ? one->due : "2020-12-31", one->benchmark);
	milestone->title = one->title;
	if (one->start == NULL || *one->start != '\0')
		milestone->start_said = world_said(one->start != NULL ?
			one->start : "2020-01-01", 4);
	if (one->baseline != NULL)
		milestone->baseline_said = world_said(one->baseline, 6);
	if (one->path != NULL)
		milestone->path_said = world_said(one->path, 7);
	if (one->forecast != NULL)
		world_clauses(world, milestone)->forecast_said =
			world_said(one->forecast, 8);
	if (one->amended_due != NULL)
		case_amend(world, milestone, one->amended_due);
	world_finish(world);
	case_figures(world, one);
}

static bool case_draw(struct world *world, const struct chart_case *one,
	struct text *svg, struct text *words)
{
	struct knowledge known = {world_time(world, one->as_of), INSTANT_MAX};

	text_init(svg, 0);
	text_init(words, 0);
	return chart_trajectory(world->reg, world->history,
		register_milestone(world->reg, "p/m"), known, CHART_FILE, svg,
		words);
}

/* ---- what is said and drawn -------------------------------------------------- */

static const struct chart_case cases[] = {
	{.name = "flow", .frequency = FREQUENCY_MONTH,
		.benchmark = "sum(x, 2020) >= 33.5e9", .path = "linear",
		.forecast = "run_rate", .title = "Agricultural goods, 2020",
		.figures = "1e9 2.5e9 2e9 1.5e9 2.1e9 2.2e9 3.3e9",
		.as_of = "2020-08-10", .lines = 3,
		.want = "14.6 bn USD of 33.5 bn required by 2020-12-31; 75 % of "
			"the path through 2020-07. Forecast: 25 bn USD by "
			"2020-12-31."},
	{.name = "seasonal", .frequency = FREQUENCY_MONTH,
		.benchmark = "sum(x, 2020) >= 1500", .path = "seasonal(x, 2019)",
		.figures = "90 80 100 140", .as_of = "2020-05-20", .lines = 2,
		.want = "410 USD of 1.5 k required by 2020-12-31; 82 % of the "
			"path through 2020-04."},
	{.name = "ceiling", .frequency = FREQUENCY_MONTH,
		.benchmark = "sum(x, 2020) <= 900", .path = "linear",
		.figures = "90 80 100 140", .as_of = "2020-05-20", .lines = 2,
		.want = "410 USD of at most 900 allowed by 2020-12-31; 137 % of "
			"the path through 2020-04."},
	{.name = "level", .frequency = FREQUENCY_MONTH, .share = true,
		.benchmark = "last(x) >= 5.5", .baseline = "4.2",
		.path = "linear", .forecast = "least_squares",
		.figures = "4.2 4.25 4.4 4.3 4.5 4.6", .as_of = "2020-07-20",
		.lines = 3,
		.want = "4.6 %; 5.5 % required by 2020-12-31; 95 % of the path "
			"through 2020-06. Forecast: 5.02 % by 2020-12-31 (between "
			"4.58 and 5.45 at 95 %)."},
	{.name = "level-alone", .frequency = FREQUENCY_MONTH, .share = true,
		.benchmark = "last(x) <= 3", .start = "",
		.figures = "4.2 4.25 - 4.3 4.5 4.6", .as_of = "2020-07-20",
		.lines = 1,
		.want = "4.6 %; at most 3 % allowed by 2020-12-31."},
	{.name = "dated", .frequency = FREQUENCY_NONE,
		.benchmark = "last(x) >= 12", .figures = "1 3 4 7 7 11",
		.as_of = "2020-07-20", .lines = 1,
		.want = "11 USD; 12 USD required by 2020-12-31."},
	{.name = "one", .frequency = FREQUENCY_MONTH,
		.benchmark = "sum(x, 2020) >= 12e6", .path = "linear",
		.figures = "7e5", .as_of = "2020-02-20", .lines = 2,
		.want = "700 k USD of 12 m required by 2020-12-31; 70 % of the "
			"path through 2020-01."},
	{.name = "below-zero", .frequency = FREQUENCY_MONTH,
		.benchmark = "last(x) >= 0", .figures = "-40 -35.5 -20 -22",
		.as_of = "2020-05-20", .lines = 1,
		.want = "-22 USD; 0 USD required by 2020-12-31."},
	{.name = "hostile", .frequency = FREQUENCY_MONTH,
		.benchmark = "sum(x, 2020) >= 1", .figures = "1 2",
		.title = "<script>alert(1)</script> & \"a long\" title \x01 that "
			"goes on and on and on, far beyond what there is room for "
			"\xe2\x82\xac \xe4\xb8\xad\xe5\x9b\xbd",
		.as_of = "2020-05-20", .lines = 1,
		.want = "3 USD of 1 required by 2020-12-31."},
	{.name = "later", .frequency = FREQUENCY_MONTH,
		.benchmark = "sum(x, 2020) >= 100", .due = "2020-03-31",
		.figures = "10 20 30 10 20 30 40 50 60 70 80 90",
		.as_of = "2021-03-20", .lines = 1,
		.want = "120 USD of 100 required by 2020-03-31."},
	{.name = "to-the-top", .frequency = FREQUENCY_MONTH,
		.benchmark = "sum(x, 2020) >= 100",
		.figures = "10 10 10 10 10 10 10 10 10 10 10 10",
		.as_of = "2021-03-20", .lines = 1,
		.want = "120 USD of 100 required by 2020-12-31."},
	{.name = "no-figure", .frequency = FREQUENCY_MONTH,
		.benchmark = "sum(x, 2020) >= 100", .figures = "-",
		.as_of = "2020-03-20"},
	{.name = "no-comparison", .frequency = FREQUENCY_MONTH,
		.benchmark = "sum(x, 2020) >= 1 and last(x) >= 1",
		.figures = "1 2", .as_of = "2020-03-20"},
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct chart_case *one = &cases[i];
		struct world world;
		struct text svg, words, again, same;

		case_open(&world, one);
		bool drawn = case_draw(&world, one, &svg, &words);

		if (drawn != (one->want != NULL) || (drawn &&
		    !string_is(text_string(&words), one->want)))
			fail_msg("%s: '%s', wanted '%s'", one->name,
				text_string(&words), one->want);
		if (drawn) {
			svg_keep(one->name, &svg);
			svg_check(one->name, &svg);
			if ((int)svg_times(&svg, "<polyline") != one->lines)
				fail_msg("%s: %d lines", one->name,
					(int)svg_times(&svg, "<polyline"));
			case_draw(&world, one, &again, &same);
			assert_string_equal(svg.data, again.data);
			text_release(&again);
			text_release(&same);
		} else {
			assert_int_equal(svg.length + words.length, 0);
		}
		text_release(&svg);
		text_release(&words);
		world_release(&world);
	}
}

/* ---- many points ---------------------------------------------------------------- */

static void observe_days(struct world *world, int days)
{
	struct date date = {2010, 1, 1};
	char period[16], value[16];

	for (int i = 0; i < days; i++, date = date_add_days(date, 1)) {
		snprintf(period, sizeof period, "%04d-%02d-%02d", date.year,
			date.month, date.day);
		snprintf(value, sizeof value, "%d", 1000 + i * 7 % 90);
		world_observe(world, "x", period, value, period);
	}
}

/* Of many the last is among those drawn. */
static void test_it_is_thinned(void **state)
{
	static const struct chart_case daily = {.frequency = FREQUENCY_DAY,
		.benchmark = "last(x) >= 1200", .start = "2010-01-01",
		.due = "2020-12-31", .baseline = "1000", .path = "linear",
		.figures = "-", .as_of = "2019-06-30"};
	static const struct chart_case dated = {.frequency = FREQUENCY_NONE,
		.benchmark = "last(x) >= 1200", .start = "2010-01-01",
		.due = "2020-12-31", .figures = "-", .as_of = "2019-06-30"};
	const struct chart_case *both[] = {&daily, &dated};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct trajectory trajectory;
		struct world world;
		struct text svg, words;
		struct knowledge known = {0, INSTANT_MAX};

		case_open(&world, both[i]);
		observe_days(&world, 3000);
		known.published_by = world_time(&world, both[i]->as_of);
		assert_true(trajectory_take(world.reg, world.history,
			register_milestone(world.reg, "p/m"), known,
			&trajectory));
		assert_in_range(trajectory.actual.count,
			TRAJECTORY_POINTS_MAX / 2, TRAJECTORY_POINTS_MAX);
		assert_int_equal(trajectory.actual.points[
			trajectory.actual.count - 1].value,
			1000 + 2999 * 7 % 90);
		trajectory_release(&trajectory);
		assert_true(case_draw(&world, both[i], &svg, &words));
		svg_keep(i == 0 ? "daily" : "many-dates", &svg);
		svg_check("many", &svg);
		text_release(&svg);
		text_release(&words);
		world_release(&world);
	}
}

/* ---- what was known before ----------------------------------------------------- */

/* A year in which every third month is revised twice. */
static void observe_revised(struct world *world)
{
	for (int month = 1; month <= 9; month++) {
		char period[16], published[16];

		snprintf(period, sizeof period, "2020-%02d", month);
		snprintf(published, sizeof published, "2020-%02d-10", month + 1);
		world_observe(world, "x", period, "100", published);
		if (month % 3 != 0)
			continue;
		snprintf(published, sizeof published, "2020-%02d-20", month + 2);
		world_observe(world, "x", period, "160", published);
		snprintf(published, sizeof published, "2021-%02d-20", month);
		world_observe(world, "x", period, "190", published);
	}
}

static const struct chart_case revised = {.frequency = FREQUENCY_MONTH,
	.benchmark = "sum(x, 2020) >= 1200", .figures = "-"};

/* Each line ends with what was known just before the revision. */
static void test_revisions(void **state)
{
	static const struct {
		const char *as_of;
		size_t count;
		double ends[TRAJECTORY_EARLIER_MAX];
	} rows[] = {
		{"2020-05-19", 0, {0}},
		{"2020-05-20", 1, {400}},
		{"2020-08-25", 2, {400, 760}},
		{"2020-11-20", 3, {400, 760, 1020}},
		/* Of six, the first and the last, and two between. */
		{"2021-12-31", 4, {400, 760, 1080, 1140}},
	};
	struct world world;

	(void)state;
	case_open(&world, &revised);
	observe_revised(&world);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct knowledge known = {world_time(&world, rows[i].as_of),
			INSTANT_MAX};
		struct trajectory trajectory;

		assert_true(trajectory_take(world.reg, world.history,
			register_milestone(world.reg, "p/m"), known,
			&trajectory));
		assert_int_equal(trajectory.earlier_count, rows[i].count);
		for (size_t k = 0; k < rows[i].count; k++) {
			const struct trajectory_line *line =
				&trajectory.earlier[k];

			assert_int_equal(line->points[line->count - 1].value,
				rows[i].ends[k]);
		}
		trajectory_release(&trajectory);
	}
	world_release(&world);
}

/* What is revised by less than can be seen has no line, and none in the
   legend. */
static void test_revisions_are_drawn_where_they_show(void **state)
{
	static const struct {
		const char *value;
		size_t lines;
	} rows[] = {{"101", 0}, {"160", 1}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct chart_case one = revised;
		struct world world;
		struct text svg, words;

		one.figures = "100 100 100 100 100 100";
		one.as_of = "2020-08-10";
		case_open(&world, &one);
		world_observe(&world, "x", "2020-03", rows[i].value, "2020-08-01");
		assert_true(case_draw(&world, &one, &svg, &words));
		svg_keep(rows[i].lines > 0 ? "revised" : "hardly-revised", &svg);
		svg_check("revised", &svg);
		assert_int_equal(svg_times(&svg, "<polyline"), 1 + rows[i].lines);
		assert_int_equal(svg_times(&svg, ">before revisions<"),
			rows[i].lines);
		text_release(&svg);
		text_release(&words);
		world_release(&world);
	}
}

/* ---- what a forecast lies between --------------------------------------------- */

static double end_of(const struct trajectory_line *line)
{
	assert_true(line->count > 0);
	return line->points[line->count - 1].value;
}

/* It opens from what is known, and never leaves what the domain allows. */
static void test_band(void **state)
{
	static const struct chart_case falling = {.frequency = FREQUENCY_MONTH,
		.benchmark = "sum(x, 2020) >= 2000", .forecast = "least_squares",
		.figures = "100 20 90 10 70 1", .as_of = "2020-07-20"};
	struct trajectory trajectory;
	struct knowledge known = {0, INSTANT_MAX};
	struct world world;

	(void)state;
	case_open(&world, &falling);
	known.published_by = world_time(&world, falling.as_of);
	assert_true(trajectory_take(world.reg, world.history,
		register_milestone(world.reg, "p/m"), known, &trajectory));
	assert_int_equal(trajectory.low.count, trajectory.forecast.count);
	assert_int_equal(trajectory.high.count, trajectory.forecast.count);
	assert_int_equal(trajectory.low.points[0].value, 291);
	assert_int_equal(trajectory.high.points[0].value, 291);
	for (size_t i = 0; i < trajectory.low.count; i++) {
		assert_true(trajectory.low.points[i].value >= 291);
		assert_true(trajectory.low.points[i].value <=
			trajectory.high.points[i].value);
	}
	assert_true(end_of(&trajectory.low) ==
		trajectory.assessment.forecast.low);
	assert_true(end_of(&trajectory.high) ==
		trajectory.assessment.forecast.high);
	trajectory_release(&trajectory);
	world_release(&world);
}

/* Of very many figures only where the forecast begins and ends is told. */
static void test_band_of_many(void **state)
{
	static const struct chart_case daily = {.frequency = FREQUENCY_DAY,
		.benchmark = "last(x) >= 1200", .start = "2010-01-01",
		.due = "2020-12-31", .forecast = "least_squares",
		.figures = "-", .as_of = "2019-06-30"};
	struct trajectory trajectory;
	struct knowledge known = {0, INSTANT_MAX};
	struct world world;

	(void)state;
	case_open(&world, &daily);
	observe_days(&world, 3000);
	known.published_by = world_time(&world, daily.as_of);
	assert_true(trajectory_take(world.reg, world.history,
		register_milestone(world.reg, "p/m"), known, &trajectory));
	assert_int_equal(trajectory.forecast.count, 2);
	assert_true(end_of(&trajectory.low) ==
		trajectory.assessment.forecast.low);
	trajectory_release(&trajectory);
	world_release(&world);
}

/* ---- due dates ---------------------------------------------------------------- */

static void test_original_due(void **state)
{
	static const struct {
		const char *due;	/* that it was amended to */
		const char *as_of;
		bool said, drawn;
	} rows[] = {
		{"2021-03-31", "2020-05-20", true, true},
		{"2021-03-31", "2020-02-20", false, false},	/* not yet */
		{"2020-09-30", "2020-05-20", true, false},	/* it lies behind */
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct chart_case one = revised;
		struct world world;
		struct text svg, words;

		one.figures = "100 100 100";
		one.benchmark = "sum(x, start..due) >= 1200";
		one.as_of = rows[i].as_of;
		one.amended_due = rows[i].due;
		case_open(&world, &one);
		assert_true(case_draw(&world, &one, &svg, &words));
		svg_keep("amended", &svg);
		svg_check("amended", &svg);
		assert_int_equal(svg_times(&words, " First due 2020-12-31."),
			rows[i].said);
		assert_int_equal(svg_times(&svg, ">first due 2020-12-31<"),
			rows[i].drawn);
		text_release(&svg);
		text_release(&words);
		world_release(&world);
	}
}

/* ---- ticks -------------------------------------------------------------------------- */

static void test_value_ticks(void **state)
{
	static const struct {
		double low, high;
		const char *want;
	} ticks[] = {
		{0, 33.5e9, "0 10 bn 20 bn 30 bn 40 bn"},
		{0, 12.5e9, "0 2.5 bn 5 bn 7.5 bn 10 bn 12.5 bn"},
		{1000, 1005, "1,000 1,001 1,002 1,003 1,004 1,005"},
		{4.2, 5.5, "4 4.25 4.5 4.75 5 5.25 5.5"},
		{-40, 0, "-40 -30 -20 -10 0"},
		{7, 7, "6 8"},
		{0, 0, "0 0.2"},
		{0, 1e-7, "0 0.00000002 0.00000004 0.00000006 0.00000008 "
			"0.0000001"},
		{0, 3e15, "0 500 tn 1,000 tn 1,500 tn 2,000 tn 2,500 tn 3,000 tn"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof ticks / sizeof ticks[0]; i++) {
		struct scale scale = {0};
		struct ticks out;
		struct text got;

		text_init(&got, 0);
		ticks_of_values(ticks[i].low, ticks[i].high, &out, &scale);
		for (size_t n = 0; n < out.count; n++)
			text_addf(&got, "%s%s", n > 0 ? " " : "",
				out.items[n].label);
		assert_true(scale.from <= ticks[i].low);
		assert_true(scale.to >= ticks[i].high);
		if (!string_is(text_string(&got), ticks[i].want))
			fail_msg("%g to %g: '%s', wanted '%s'", ticks[i].low,
				ticks[i].high, text_string(&got), ticks[i].want);
		text_release(&got);
	}
}

static instant at(const char *day)
{
	struct date date;

	assert_true(date_parse(day, &date));
	return zone_day_start(zone_utc(), date);
}

static void test_time_ticks(void **state)
{
	static const struct {
		const char *from, *to, *want;
	} ticks[] = {
		{"2020-01-01", "2020-12-31",
			"2020-01 2020-03 2020-05 2020-07 2020-09 2020-11"},
		{"2019-11-15", "2020-02-20", "2019-11-18 2019-12-02 2019-12-16 "
			"2019-12-30 2020-01-13 2020-01-27 2020-02-10"},
		{"2010-01-01", "2020-12-31", "2010 2012 2014 2016 2018 2020"},
		{"2020-03-01", "2020-03-04",
			"2020-03-01 2020-03-02 2020-03-03 2020-03-04"},
		{"1900-01-01", "2100-01-01",
			"1900 1950 2000 2050 2100"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof ticks / sizeof ticks[0]; i++) {
		struct ticks out;
		struct text got;

		text_init(&got, 0);
		ticks_of_time(at(ticks[i].from), at(ticks[i].to), zone_utc(),
			8, &out);
		for (size_t n = 0; n < out.count; n++)
			text_addf(&got, "%s%s", n > 0 ? " " : "",
				out.items[n].label);
		if (!string_is(text_string(&got), ticks[i].want))
			fail_msg("%s to %s: '%s', wanted '%s'", ticks[i].from,
				ticks[i].to, text_string(&got), ticks[i].want);
		text_release(&got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_it_is_thinned),
		cmocka_unit_test(test_revisions),
		cmocka_unit_test(test_revisions_are_drawn_where_they_show),
		cmocka_unit_test(test_band),
		cmocka_unit_test(test_band_of_many),
		cmocka_unit_test(test_original_due),
		cmocka_unit_test(test_value_ticks),
		cmocka_unit_test(test_time_ticks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
