/*
 * Charts: what is drawn of which milestone, and what is said of it. With
 * CHARTS=FOLDER in the environment the pictures are left there, to be looked
 * at.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libxml/parser.h>

#include "core/trajectory.h"
#include "pledged/chart.h"
#include "pledged/ticks.h"
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

static size_t times(const char *text, const char *part)
{
	size_t count = 0;

	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		count++;
	return count;
}

static void svg_keep(const char *name, const struct text *svg)
{
	const char *folder = getenv("CHARTS");
	char path[4096];
	FILE *file;

	if (folder == NULL)
		return;
	snprintf(path, sizeof path, "%s/%s.svg", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fwrite(svg->data, 1, svg->length, file);
	fclose(file);
}

static void svg_check(const struct text *svg)
{
	xmlDoc *document = xmlReadMemory(svg->data, (int)svg->length, "chart",
		NULL, XML_PARSE_NONET | XML_PARSE_NOERROR);

	assert_non_null(document);
	assert_string_equal(xmlDocGetRootElement(document)->name, "svg");
	xmlFreeDoc(document);
	assert_true(svg->length <= CHART_BYTES_MAX);
	assert_null(strstr(svg->data, "nan"));
	assert_null(strstr(svg->data, "inf"));
	assert_null(strstr(svg->data, "<script"));
	assert_null(strstr(svg->data, "href"));
}

#define BN3 "1e9 2e9 3e9"

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
			svg_check(&svg);
			if ((int)times(svg.data, "<polyline") != one->lines)
				fail_msg("%s: %d lines", one->name,
					(int)times(svg.data, "<polyline"));
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
		svg_check(&svg);
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
			&out);
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
		cmocka_unit_test(test_value_ticks),
		cmocka_unit_test(test_time_ticks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
