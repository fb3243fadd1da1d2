/*
 * Pictures of many: timeline, matrix, scorecard, calendar. Answers are made by
 * hand; each picture is held to what svg.h asks, in both forms.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pledged/asset.h"
#include "pledged/chart.h"
#include "pledged/drawing.h"
#include "pledged/drawing.h"
#include "svg.h"
#include "world.h"

#define DAY INT64_C(86400)
#define NOW "2021-03-26"

/* ---- worlds ------------------------------------------------------------------ */

/* A milestone and its answer; dates NULL: none. */
struct entry {
	const char *title;
	enum status status;
	const char *start, *original, *due, *expected, *event;
	int32_t late, overdue;		/* 0: none */
	enum verdict verdict;
	const char *row, *column;	/* labels */
};

struct stage {
	struct world world;
	struct assessment answers[WORLD_MILESTONES_MAX];
	uint32_t milestones[WORLD_MILESTONES_MAX];
	struct label labels[WORLD_MILESTONES_MAX][2];
	char names[WORLD_MILESTONES_MAX][16];
	size_t count;
	instant now;
};

static instant day_end(const char *day, instant none)
{
	struct date date;

	if (day == NULL)
		return none;
	assert_true(date_parse(day, &date));
	return zone_day_end(zone_utc(), date);
}

static struct assessment answer_of(const struct entry *entry, instant now)
{
	struct assessment answer = {
		.status = entry->status,
		.verdict = entry->verdict,
		.as_of = now,
		.start = day_end(entry->start, INSTANT_MIN),
		.due = day_end(entry->due, INSTANT_MAX),
		.event = day_end(entry->event, INSTANT_MIN),
		.days_late = entry->late != 0 ? entry->late : DAYS_NONE,
		.days_overdue = entry->overdue != 0 ? entry->overdue : DAYS_NONE,
	};

	if (entry->expected == NULL)
		return answer;
	assert_true(date_parse(entry->expected, &answer.forecast.date));
	answer.forecast.method = FORECAST_RUN_RATE;
	answer.forecast.slip_days = (int32_t)((day_end(entry->expected, 0) -
		answer.due) / DAY);
	return answer;
}

static void stage_add(struct stage *stage, const struct entry *entry)
{
	size_t number = stage->count++;
	struct milestone *milestone;

	snprintf(stage->names[number], sizeof stage->names[number], "m%zu",
		number);
	milestone = world_milestone(&stage->world, stage->names[number],
		entry->original != NULL ? entry->original :
		entry->due != NULL ? entry->due : "2020", "last(x) >= 1");
	milestone->title = entry->title;
	stage->labels[number][0] = (struct label){"place", entry->row};
	stage->labels[number][1] = (struct label){"measure", entry->column};
	milestone->labels = stage->labels[number];
	milestone->label_count = entry->row == NULL ? 0 : 2;
	stage->answers[number] = answer_of(entry, stage->now);
	stage->milestones[number] = (uint32_t)number;
}

static struct stage *stage_open(const struct entry *entries, size_t count)
{
	struct stage *stage = calloc(1, sizeof *stage);

	assert_non_null(stage);
	world_init(&stage->world);
	stage->world.reg->instruments[0].zone = zone_utc();
	stage->world.reg->zone = zone_utc();
	stage->now = day_end(NOW, 0);
	world_indicator(&stage->world, "x", FREQUENCY_MONTH, 0);
	for (size_t i = 0; i < count; i++)
		stage_add(stage, &entries[i]);
	world_finish(&stage->world);
	return stage;
}

static void stage_close(struct stage *stage)
{
	world_release(&stage->world);
	free(stage);
}

static const struct assessment *stage_answer(void *context, uint32_t milestone,
	struct assessment *room)
{
	const struct stage *stage = context;

	(void)room;
	return &stage->answers[milestone];
}

/* ---- drawing ------------------------------------------------------------------- */

enum picture { TIMELINE, MATRIX, SCORECARD, CALENDAR };

static bool rollup_draw(struct stage *stage, enum picture picture,
	enum chart_form form, struct text *svg, struct text *words)
{
	struct rollup_request wanted = {
		.rows = rollup_key_read("place"),
		.columns = picture == MATRIX ? rollup_key_read("measure") :
			(struct rollup_key){ROLLUP_ALL, NULL},
		.as_of = stage->now,
		.milestones_max = WORLD_MILESTONES_MAX,
	};
	struct rollup rollup;
	struct error error;
	bool made = rollup_make(&rollup, stage->world.reg, &wanted, stage_answer,
		stage, &error) == 0;
	bool drawn;

	if (!made)
		rollup.row_count = 0;
	drawn = picture == MATRIX ? chart_matrix(stage->world.reg, &rollup,
		"place", "measure", form, svg, words) : chart_scorecard(
		stage->world.reg, &rollup, "place", form, svg, words);
	rollup_release(&rollup);
	return drawn;
}

static bool picture_draw(struct stage *stage, enum picture picture,
	enum chart_form form, struct text *svg, struct text *words)
{
	struct answering answers = {stage_answer, stage, stage->now};

	text_init(svg, 0);
	text_init(words, 0);
	switch (picture) {
	case TIMELINE:
		return chart_timeline(stage->world.reg, stage->milestones,
			stage->count, &answers, form, svg, words);
	case CALENDAR:
		return chart_calendar(stage->world.reg, stage->milestones,
			stage->count, &answers, (struct date){2021, 2, 14}, 4,
			form, svg, words);
	default:
		return rollup_draw(stage, picture, form, svg, words);
	}
}

/* In both forms; the words are those of either. */
static void picture_check(struct stage *stage, enum picture picture,
	const char *name, const char *want)
{
	struct text file, inlined, words, same;
	char kept[64];

	assert_true(picture_draw(stage, picture, CHART_FILE, &file, &words));
	svg_keep(name, &file);
	svg_check(name, &file);
	assert_int_equal(svg_times(&file, "<style>"), 1);
	if (want != NULL)
		assert_string_equal(text_string(&words), want);
	assert_true(picture_draw(stage, picture, CHART_INLINE, &inlined, &same));
	snprintf(kept, sizeof kept, "%s-inline", name);
	svg_keep(kept, &inlined);
	svg_check(kept, &inlined);
	assert_int_equal(svg_times(&inlined, "<style>"), 0);
	assert_int_equal(svg_times(&inlined, "p-paper"), 0);
	assert_true(inlined.length < file.length);
	assert_string_equal(text_string(&words), text_string(&same));
	text_release(&file);
	text_release(&inlined);
	text_release(&words);
	text_release(&same);
}

/* ---- a few of each kind ---------------------------------------------------------- */

static const struct entry few[] = {
	{"Law adopted", STATUS_MET, "2020-01-01", NULL, "2021-02-15", NULL,
		"2021-01-20", .verdict = VERDICT_MET, .row = "bj", .column = "law"},
	{"Another law", STATUS_MET, "2020-01-01", NULL, "2020-10-31", NULL,
		"2020-10-31", .verdict = VERDICT_MET, .row = "bj", .column = "law"},
	{"Regulation in force", STATUS_MET_LATE, "2020-01-01", NULL, "2020-12-31",
		NULL, "2021-02-01", .late = 32, .verdict = VERDICT_MET_LATE,
		.row = "bj", .column = "rule"},
	{"Moved once", STATUS_ON_TRACK, "2020-06-01", "2020-12-31", "2021-06-30",
		"2021-05-30", NULL, .row = "hn", .column = "law"},
	{"Slipping", STATUS_OFF_TRACK, "2020-06-01", NULL, "2021-06-30",
		"2021-11-20", NULL, .row = "hn", .column = "rule"},
	{"Slipping for ever", STATUS_AT_RISK, "2020-06-01", NULL, "2021-05-31",
		"2087-01-01", NULL, .row = "gd", .column = "law"},
	{"No new barrier", STATUS_BREACHED, "2020-01-01", NULL, "2021-05-31", NULL,
		"2020-09-09", .verdict = VERDICT_BREACHED, .row = "gd",
		.column = "rule"},
	{"Missed", STATUS_NOT_MET, "2020-01-01", NULL, "2020-12-31", NULL, NULL,
		.overdue = 85, .verdict = VERDICT_NOT_MET, .row = "gd",
		.column = "rule"},
	{"Nobody knows", STATUS_UNVERIFIED, NULL, NULL, "2020-12-31", NULL, NULL,
		.row = "sx", .column = "law"},
	{"When that is done", STATUS_NOT_STARTED, NULL, NULL, NULL, NULL, NULL,
		.row = "sx", .column = "rule"},
	{"Given up", STATUS_WITHDRAWN, "2020-01-01", NULL, "2020-12-31", NULL,
		NULL, .row = "xz", .column = "rule"},
};
#define FEW (sizeof few / sizeof *few)

/* What a picture says, and how often it shows what. */
static const struct few_case {
	enum picture picture;
	const char *name, *want;
	struct {
		const char *part;
		size_t times;
	} shows[8];
} few_cases[] = {
	{TIMELINE, "timeline",
		"11 milestones as of 2021-03-26: 1 not started, 1 on track, 1 at "
		"risk, 1 off track, 1 unverified, 2 met, 1 met late, 1 not met, "
		"1 breached, 1 withdrawn. 1 moved to another date, 2 late, or "
		"over their date by now, 2 expected late.",
		/* Marks: in the legend, and where they are. */
		{{"p-flag p-hollow", 1 + 1}, {"p-broken\" fill", 1 + 1},
			{"p-dot\" fill", 1 + 3}, {">not known yet<", 1},
			{">≈ 143 d<", 1}, {">85 d<", 1},
			{"m-8 -5l8 5l-8 5", 1}}},
	{MATRIX, "matrix",
		"3 of 10 required milestones are met, 30–40\u00a0% by weight; 2 "
		"missed, 1 not known yet, 4 ahead. Least of all: hn and 2 more, "
		"0\u00a0%. Left out: 1 withdrawn. Complete: 2 of 8 cells.",
		{{">0/2<", 1}, {">2/2<", 1}, {">✓+<", 1 + 1}, {">30–40\u00a0%<", 1}}},
	{SCORECARD, "scorecard",
		"3 of 10 required milestones are met, 30–40\u00a0% by weight; 2 "
		"missed, 1 not known yet, 4 ahead. Least of all: hn and 2 more, "
		"0\u00a0%. Left out: 1 withdrawn.",
		{{">nothing is required<", 1}, {">3/10<", 1},
			{">2021-05-31<", 2}}},
	{CALENDAR, "calendar",
		"3 deadlines from 2021-02-01 to 2021-05-31. Next after "
		"2021-03-26: 2021-05-31, No new barrier. Most on one day: 2, "
		"2021-05-31.",
		{{">⊗2<", 1}, {">Slipping for ever<", 1}, {">February 2021<", 1},
			{">June 2021<", 0}}},
};

static void test_of_a_few(void **state)
{
	struct stage *stage = stage_open(few, FEW);

	(void)state;
	for (size_t i = 0; i < sizeof few_cases / sizeof *few_cases; i++) {
		const struct few_case *one = &few_cases[i];
		struct text svg, words;

		picture_check(stage, one->picture, one->name, one->want);
		picture_draw(stage, one->picture, CHART_FILE, &svg, &words);
		for (size_t k = 0; k < 8 && one->shows[k].part != NULL; k++)
			if (svg_times(&svg, one->shows[k].part) !=
			    one->shows[k].times)
				fail_msg("%s: %zu times %s", one->name, svg_times(
					&svg, one->shows[k].part),
					one->shows[k].part);
		text_release(&svg);
		text_release(&words);
	}
	stage_close(stage);
}

static void test_the_same_facts_are_the_same_bytes(void **state)
{
	(void)state;
	for (int picture = TIMELINE; picture <= CALENDAR; picture++) {
		struct stage *one = stage_open(few, FEW);
		struct stage *other = stage_open(few, FEW);
		struct text svg, words, again, same;

		picture_draw(one, (enum picture)picture, CHART_INLINE, &svg,
			&words);
		picture_draw(other, (enum picture)picture, CHART_INLINE, &again,
			&same);
		assert_string_equal(text_string(&svg), text_string(&again));
		text_release(&svg);
		text_release(&words);
		text_release(&again);
		text_release(&same);
		stage_close(one);
		stage_close(other);
	}
}

/* ---- one, and none ---------------------------------------------------------------- */

static void test_of_one(void **state)
{
	static const struct entry one[] = {{"The only one", STATUS_DUE, NULL, NULL,
		"2021-03-20", NULL, NULL, .row = "here", .column = "law"}};
	static const char *const names[] = {"one-timeline", "one-matrix",
		"one-scorecard", "one-calendar"};

	(void)state;
	for (int picture = TIMELINE; picture <= CALENDAR; picture++) {
		struct stage *stage = stage_open(one, 1);

		picture_check(stage, (enum picture)picture, names[picture], NULL);
		stage_close(stage);
	}
}

/* Wherever times have their labels, these keep off what stands beside them. */
static void test_times_have_room(void **state)
{
	struct entry two[] = {
		{"First", STATUS_MET, NULL, NULL, "2020-01-01", NULL, NULL,
			.row = "a", .column = "a"},
		{"Last", STATUS_MET, NULL, NULL, NULL, NULL, NULL, .row = "a",
			.column = "a"},
	};

	(void)state;
	for (int days = 1; days < 9000; days += 1 + days / 8) {
		char due[32], name[32];
		struct date date = date_add_days((struct date){2020, 1, 1}, days);
		struct stage *stage;
		struct text svg, words;

		snprintf(due, sizeof due, "%04d-%02d-%02d", date.year,
			date.month, date.day);
		snprintf(name, sizeof name, "times-%d", days);
		two[1].due = due;
		stage = stage_open(two, 2);
		assert_true(picture_draw(stage, TIMELINE, CHART_INLINE, &svg,
			&words));
		svg_check(name, &svg);
		text_release(&svg);
		text_release(&words);
		stage_close(stage);
	}
}

/* Nothing is added to what there is already. */
static void test_of_none(void **state)
{
	static const struct entry unplaced[] = {{"Nowhere", STATUS_DUE, NULL, NULL,
		"2019-03-20", NULL, NULL, .row = NULL, .column = NULL}};
	struct stage *stage = stage_open(unplaced, 1);
	struct text svg, words;

	(void)state;
	assert_false(picture_draw(stage, MATRIX, CHART_FILE, &svg, &words));
	assert_false(picture_draw(stage, SCORECARD, CHART_FILE, &svg, &words));
	assert_int_equal(svg.length + words.length, 0);
	picture_check(stage, CALENDAR, "empty-calendar",
		"Nothing is due from 2021-02-01 to 2021-05-31.");
	stage->count = 0;
	assert_false(picture_draw(stage, TIMELINE, CHART_FILE, &svg, &words));
	assert_int_equal(svg.length + words.length, 0);
	stage_close(stage);
}

static void test_calendar_has_limits(void **state)
{
	static const struct {
		int year, months;
		bool drawn;
	} cases[] = {
		{2021, CHART_MONTHS_MAX, true}, {2021, CHART_MONTHS_MAX + 1, false},
		{2021, 0, false}, {9999, 12, false}, {9999, 11, true},
		{9998, 12, true}, {1, 1, true},
	};
	struct stage *stage = stage_open(few, FEW);
	struct answering answers = {stage_answer, stage, stage->now};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(chart_calendar(stage->world.reg,
			stage->milestones, stage->count, &answers, (struct date){
			(int16_t)cases[i].year, 1, 1}, cases[i].months,
			CHART_INLINE, NULL, NULL), cases[i].drawn);
	stage_close(stage);
}

/* ---- titles of strangers ------------------------------------------------------------ */

#define LONG "A title that goes on and on, far beyond what there is room for in " \
	"any row of any picture, because nobody has told whoever wrote it to stop, " \
	"and so it is cut"
#define CHINESE "关于在全国范围内实施外商投资准入前国民待遇加负面清单管理制度的若干意见的通知" \
	"关于在全国范围内实施外商投资准入前国民待遇加负面清单管理制度的若干意见的通知"

static const struct entry hostile[] = {
	{"<script>alert(1)</script>\"'>&<![CDATA[x]]>", STATUS_DUE, "2021-01-01",
		NULL, "2021-03-20", NULL, NULL, .row = "<b>\"&'", .column = "]]>"},
	{LONG, STATUS_MET, "2021-01-01", NULL, "2021-03-20", NULL, "2021-03-20",
		.row = LONG, .column = LONG},
	{CHINESE, STATUS_NOT_MET, "2021-01-01", NULL, "2021-03-20", NULL, NULL,
		.overdue = 99999, .row = CHINESE, .column = CHINESE},
	{"\xe2\x80\xae\x01\x1b[2J\xef\xbf\xbf\xff\xc3 turned", STATUS_AT_RISK,
		"2021-01-01", NULL, "2021-03-21", "2021-05-01", NULL,
		.row = "\xe2\x80\xae\xef\xbf\xbe", .column = "\x01\x02"},
	{"Z\xcd\x82\xcd\x82\xcd\x82\xcd\x82\xcd\x82\xcd\x82\xcd\x82\xcd\x82"
		"\xcd\x82\xcd\x82\xcd\x82\xcd\x82 climbs", STATUS_BREACHED, NULL,
		NULL, "2021-03-21", NULL, NULL, .row = "WWWWWWWWWWWWWWWWWWWWWWWWWWWW",
		.column = "mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm"},
	{"\xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7 \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d",
		STATUS_REVERSED, NULL, NULL, "2021-03-22", NULL, NULL, .row = "",
		.column = " "},
	{"line\nbreak\ttab", STATUS_ON_TRACK, NULL, NULL, "2021-03-22", NULL, NULL,
		.row = "a\nb", .column = "a\tb"},
};
#define HOSTILE (sizeof hostile / sizeof *hostile)

static void test_titles_of_strangers(void **state)
{
	static const char *const names[] = {"hostile-timeline", "hostile-matrix",
		"hostile-scorecard", "hostile-calendar"};

	(void)state;
	for (int picture = TIMELINE; picture <= CALENDAR; picture++) {
		struct stage *stage = stage_open(hostile, HOSTILE);
		struct text svg, words;

		picture_check(stage, (enum picture)picture, names[picture], NULL);
		picture_draw(stage, (enum picture)picture, CHART_FILE, &svg,
			&words);
		assert_int_equal(svg_times(&svg, "\xcd\x82\xcd\x82\xcd\x82\xcd\x82"),
			0);
		text_release(&svg);
		text_release(&words);
		stage_close(stage);
	}
}

/* Marks that are left out do not count where a line is broken. */
static void test_paragraph_of_marks(void **state)
{
	static char string[4096];
	struct text svg;
	size_t length = 0;

	(void)state;
	length += (size_t)snprintf(string, sizeof string, "one two three four ");
	while (length < sizeof string - 40)
		length += (size_t)snprintf(string + length, sizeof string - length,
			"o\xcd\x82\xcd\x82\xcd\x82\xcd\x82\xcd\x82\xcd\x82%s",
			length % 3 == 0 ? " " : "");
	text_init(&svg, 0);
	assert_int_equal(drawing_paragraph(&svg, (struct place){0, 20}, 12,
		TONE_INK, string, 90, 20), 20);
	assert_non_null(strstr(svg.data, ">one two three<"));
	assert_int_equal(svg_times(&svg, "<text"), 20);
	text_release(&svg);
}

/* ---- very many ---------------------------------------------------------------------- */

/* The most that a picture may hold, all of it as long as can be. */
static struct stage *stage_of_many(void)
{
	static struct entry many[WORLD_MILESTONES_MAX - 10];
	static char labels[60][2][300];
	size_t count = sizeof many / sizeof *many;

	for (size_t i = 0; i < 60; i++) {
		snprintf(labels[i][0], sizeof labels[i][0], "%zu %s", i, CHINESE);
		snprintf(labels[i][1], sizeof labels[i][1], "&&&&&&&&&&&&&&&& %zu", i);
	}
	for (size_t i = 0; i < count; i++)
		many[i] = (struct entry){CHINESE, (enum status)(i % STATUS_COUNT),
			"2019-01-01", "2020-12-31", "2021-03-20", "2021-05-01",
			NULL, .overdue = 99999, .row = labels[i % 60][i % 2],
			.column = labels[i / 60][1]};
	return stage_open(many, count);
}

/* Every cell that may be drawn holds something. */
static void test_of_the_fullest_matrix(void **state)
{
	size_t rows = CHART_ROWS_MAX + 3, columns = CHART_COLUMNS_MAX + 3;
	struct rollup rollup = {.row_count = rows, .column_count = columns};
	struct stage *stage = stage_open(few, 1);
	struct rollup_tally full = {.milestones = 99999,
		.by_class = {[ROLLUP_MET] = 12345, [ROLLUP_MISSED] = 87654},
		.worst = STATUS_NOT_MET, .next = NOT_FOUND,
		.all = {99999000000, 12345000000, 0}};
	struct text svg, words;

	(void)state;
	rollup.total = full;
	rollup.rows = calloc(rows, sizeof *rollup.rows);
	rollup.columns = calloc(columns, sizeof *rollup.columns);
	rollup.cells = calloc(rows * columns, sizeof *rollup.cells);
	for (size_t i = 0; i < rows; i++)
		rollup.rows[i] = (struct rollup_line){CHINESE, full};
	for (size_t i = 0; i < columns; i++)
		rollup.columns[i] = (struct rollup_line){LONG, full};
	for (size_t i = 0; i < rows * columns; i++)
		rollup.cells[i] = full;
	text_init(&svg, 0);
	text_init(&words, 0);
	assert_true(chart_matrix(stage->world.reg, &rollup, "place", "measure",
		CHART_FILE, &svg, &words));
	svg_keep("fullest-matrix", &svg);
	svg_check("fullest-matrix", &svg);
	assert_non_null(strstr(text_string(&words), " The first 100 of 103 rows are "
		"drawn. The first 30 of 33 columns are drawn."));
	assert_int_equal(svg_times(&svg, ">12345/99999<"), 3000);
	text_release(&svg);
	text_release(&words);
	free(rollup.rows);
	free(rollup.columns);
	free(rollup.cells);
	stage_close(stage);
}

static void test_of_very_many(void **state)
{
	struct stage *stage = stage_of_many();
	struct text svg, words;

	(void)state;
	picture_check(stage, TIMELINE, "many-timeline", NULL);
	picture_check(stage, MATRIX, "many-matrix", NULL);
	picture_check(stage, SCORECARD, "many-scorecard", NULL);
	picture_check(stage, CALENDAR, "many-calendar", NULL);
	assert_true(picture_draw(stage, TIMELINE, CHART_FILE, &svg, &words));
	assert_non_null(strstr(text_string(&words),
		" The first 100 of 1014 are drawn."));
	text_release(&svg);
	text_release(&words);
	stage_close(stage);
}

/* ---- looks ------------------------------------------------------------------------------ */

/* Whatever has a class has a look in the dark. */
static void test_style_knows_every_class(void **state)
{
	struct stage *stage = stage_open(few, FEW);
	const char *style = asset_find("picture.css")->bytes;
	struct text svg, words;

	(void)state;
	for (int picture = TIMELINE; picture <= CALENDAR; picture++) {
		picture_draw(stage, (enum picture)picture, CHART_INLINE, &svg,
			&words);
		for (const char *at = svg.data;
		    (at = strstr(at, "class=\"")) != NULL; at++) {
			char rule[64];

			snprintf(rule, sizeof rule, ".%.*s",
				(int)strcspn(at + 7, " \""), at + 7);
			if (strstr(style, rule) == NULL)
				fail_msg("there is no rule of %s", rule);
		}
		text_release(&svg);
		text_release(&words);
	}
	stage_close(stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_of_a_few),
		cmocka_unit_test(test_the_same_facts_are_the_same_bytes),
		cmocka_unit_test(test_of_one),
		cmocka_unit_test(test_times_have_room),
		cmocka_unit_test(test_of_none),
		cmocka_unit_test(test_calendar_has_limits),
		cmocka_unit_test(test_titles_of_strangers),
		cmocka_unit_test(test_paragraph_of_marks),
		cmocka_unit_test(test_of_very_many),
		cmocka_unit_test(test_of_the_fullest_matrix),
		cmocka_unit_test(test_style_knows_every_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
