/*
 * chart_timeline: see chart.h.
 *
 *	sign  title            ┊ ▽─────▼━━━◆      ┊  2020-12-31   +44 d
 *
 * What was promised stands above the line of a row, as triangles: hollow the
 * first due date, full that of now. What came of it stands on the line.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pledged/chart_internal.h"
#include "pledged/ticks.h"

#define WIDTH 960
#define NAME_LEFT 52
#define NAME_ROOM 340
#define PLOT_LEFT 404
#define PLOT_RIGHT 764	/* the last label of a time has room */
#define TIME_TICKS 5	/* have room for labels */
#define DUE_LEFT 806
#define LATE_RIGHT (WIDTH - CHART_MARGIN)
#define ROW_HEIGHT 27
#define ROWS_LONG 20	/* of more, times stand below them, too */

#define DAY INT64_C(86400)

/* A milestone's dates; INSTANT_MAX, or of a start MIN: it has none. */
struct row {
	uint32_t milestone;
	enum status status;
	instant start, original, due, expected, event;
	int32_t late;		/* days; DAYS_NONE: none */
	bool estimate;		/* late is what is expected */
	bool broken;		/* the event is that it was not kept */
};

struct timeline {
	struct chart chart;
	instant as_of;
	struct row rows[CHART_ROWS_MAX];
	size_t count, all;
	struct scale times;
	struct ticks ticks;
	double top, bottom;
};

/* --- rows -------------------------------------------------------------------- */

static instant row_expected(const struct chart *chart, uint32_t milestone,
	const struct assessment *a)
{
	struct date date = a->forecast.method != FORECAST_NONE ?
		a->forecast.date : a->expected.date;

	if (a->event != INSTANT_MIN || date_is_none(date))
		return INSTANT_MAX;
	return zone_day_end(milestone_zone(chart->reg,
		&chart->reg->milestones[milestone]), date);
}

static void row_late(struct row *row, const struct assessment *a)
{
	int32_t slip = a->forecast.method != FORECAST_NONE ?
		a->forecast.slip_days : a->expected.slip_days;

	row->late = a->days_late != DAYS_NONE ? a->days_late : a->days_overdue;
	if (row->late != DAYS_NONE || row->expected == INSTANT_MAX ||
	    slip == DAYS_NONE || slip <= 0)
		return;
	row->late = slip;
	row->estimate = true;
}

static struct row row_of(const struct chart *chart, uint32_t milestone,
	const struct assessment *a)
{
	struct row row = {
		.milestone = milestone,
		.status = a->status,
		.start = a->start,
		.original = assessment_original_due(chart->reg, milestone, a),
		.due = a->due,
		.expected = row_expected(chart, milestone, a),
		.event = a->event != INSTANT_MIN ? a->event : INSTANT_MAX,
		.broken = a->verdict == VERDICT_BREACHED ||
			a->verdict == VERDICT_REVERSED,
	};

	row_late(&row, a);
	return row;
}

static void rows_take(struct timeline *timeline, const uint32_t *milestones,
	const struct answering *answers)
{
	for (; timeline->count < timeline->all &&
	    timeline->count < CHART_ROWS_MAX; timeline->count++) {
		struct assessment room;
		uint32_t milestone = milestones[timeline->count];

		timeline->rows[timeline->count] = row_of(&timeline->chart,
			milestone, answers->answer(answers->context, milestone,
			&room));
	}
}

static bool row_was_moved(const struct row *row)
{
	return row->original != INSTANT_MAX && row->due != INSTANT_MAX &&
		row->due != row->original;
}

/* --- in words ------------------------------------------------------------------ */

static void say_statuses(const struct timeline *timeline, struct text *out)
{
	uint32_t counts[STATUS_COUNT] = {0};
	const char *before = ": ";

	for (size_t i = 0; i < timeline->count; i++)
		counts[timeline->rows[i].status]++;
	for (size_t i = 0; i < STATUS_COUNT; i++)
		chart_say_part(out, &before, counts[i],
			status_look((enum status)i)->words);
}

static bool row_is_late(const struct row *row)
{
	return row->late != DAYS_NONE && row->late > 0 && !row->estimate;
}

static bool row_is_expected_late(const struct row *row)
{
	return row->late != DAYS_NONE && row->late > 0 && row->estimate;
}

/* " 2 moved to another date, 1 expected late." */
static void say_dates(const struct timeline *timeline, struct text *out)
{
	static const struct {
		bool (*holds)(const struct row *row);
		const char *words;
	} parts[] = {
		{row_was_moved, "moved to another date"},
		{row_is_late, "late, or over their date by now"},
		{row_is_expected_late, "expected late"},
	};
	const char *before = " ";

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		uint32_t count = 0;

		for (size_t row = 0; row < timeline->count; row++)
			count += parts[i].holds(&timeline->rows[row]);
		chart_say_part(out, &before, count, parts[i].words);
	}
	if (before[0] == ',')
		text_add_char(out, '.');
}

static void say_timeline(struct timeline *timeline)
{
	struct text *out = &timeline->chart.words;

	text_add_count(out, timeline->count, "milestone");
	text_add_string(out, " as of ");
	text_add_date(out, zone_date(timeline->chart.reg->zone,
		timeline->as_of));
	say_statuses(timeline, out);
	text_add_char(out, '.');
	say_dates(timeline, out);
	chart_say_drawn(out, timeline->count, timeline->all);
}

/* --- times ----------------------------------------------------------------------- */

struct reach {
	instant from, to;
};

static void reach_take(struct reach *reach, instant at)
{
	if (at == INSTANT_MAX || at == INSTANT_MIN)
		return;
	reach->from = earlier(reach->from, at);
	reach->to = later(reach->to, at);
}

/* The same of what is less certain, or less asked for, unless it would press
   all else together. */
static void reach_take_near(struct reach *reach, const struct reach *firm, instant at)
{
	instant room = (firm->to - firm->from) / 2 + 30 * DAY;

	if (at >= firm->from - room && at <= firm->to + room)
		reach_take(reach, at);
}

static struct reach rows_reach(const struct timeline *timeline)
{
	struct reach firm = {INSTANT_MAX, INSTANT_MIN}, reach;

	for (size_t i = 0; i < timeline->count; i++) {
		reach_take(&firm, timeline->rows[i].original);
		reach_take(&firm, timeline->rows[i].due);
		reach_take(&firm, timeline->rows[i].event);
	}
	if (firm.from > firm.to)
		firm = (struct reach){timeline->as_of, timeline->as_of};
	reach = firm;
	reach_take_near(&reach, &firm, timeline->as_of);
	for (size_t i = 0; i < timeline->count; i++) {
		reach_take_near(&reach, &firm, timeline->rows[i].expected);
		if (timeline->rows[i].start != INSTANT_MIN)
			reach_take_near(&reach, &firm, timeline->rows[i].start);
	}
	return reach;
}

/* With some room, so that no mark is cut. */
static void timeline_times(struct timeline *timeline)
{
	struct reach reach = rows_reach(timeline);
	instant room = (reach.to - reach.from) / 40 + 5 * DAY;

	reach.from -= room;
	reach.to += room;
	timeline->times = (struct scale){(double)reach.from, (double)reach.to,
		PLOT_LEFT, PLOT_RIGHT};
	ticks_of_time(reach.from, reach.to, timeline->chart.reg->zone,
		TIME_TICKS, &timeline->ticks);
}

static bool is_within(const struct timeline *timeline, instant at)
{
	return (double)at >= timeline->times.from &&
		(double)at <= timeline->times.to;
}

static double x_of(const struct timeline *timeline, instant at)
{
	double x = scale_place(&timeline->times, (double)at);

	return x < PLOT_LEFT ? PLOT_LEFT : x > PLOT_RIGHT ? PLOT_RIGHT : x;
}

/* --- the plane --------------------------------------------------------------------- */

static void draw_tick_labels(struct timeline *timeline, double y)
{
	for (size_t i = 0; i < timeline->ticks.count; i++)
		drawing_label(&timeline->chart.body, (struct place){scale_place(
			&timeline->times, timeline->ticks.items[i].value), y},
			ANCHOR_MIDDLE, 12, TONE_MUTED,
			timeline->ticks.items[i].label);
}

static void draw_grid(struct timeline *timeline)
{
	struct text *svg = &timeline->chart.body;

	for (size_t i = 0; i < timeline->ticks.count; i++) {
		double x = scale_place(&timeline->times,
			timeline->ticks.items[i].value);

		drawing_line(svg, STROKE_GRID, (struct place){x, timeline->top},
			(struct place){x, timeline->bottom});
	}
	for (size_t i = 0; i <= timeline->count; i++) {
		double y = timeline->top + (double)i * ROW_HEIGHT;

		drawing_line(svg, STROKE_GRID, (struct place){CHART_MARGIN, y},
			(struct place){LATE_RIGHT, y});
	}
}

static void draw_as_of(struct timeline *timeline)
{
	double x = scale_place(&timeline->times, (double)timeline->as_of);
	struct text label;

	if (!is_within(timeline, timeline->as_of))
		return;
	text_init(&label, 64);
	text_add_string(&label, "as of ");
	text_add_date(&label, zone_date(timeline->chart.reg->zone,
		timeline->as_of));
	drawing_line(&timeline->chart.body, STROKE_DATE,
		(struct place){x, timeline->top - 22},
		(struct place){x, timeline->bottom});
	drawing_text(&timeline->chart.body, (struct place){x, timeline->top - 27},
		ANCHOR_MIDDLE, 12, TONE_INK, text_string(&label), 0);
	text_release(&label);
}

static void draw_headings(struct timeline *timeline)
{
	struct text *svg = &timeline->chart.body;
	double y = timeline->top - 7;

	draw_tick_labels(timeline, y);
	drawing_text(svg, (struct place){DUE_LEFT, y}, ANCHOR_START, 12,
		TONE_MUTED, "due", 0);
	drawing_text(svg, (struct place){LATE_RIGHT, y}, ANCHOR_END, 12,
		TONE_MUTED, "late", 0);
}

/* --- a row --------------------------------------------------------------------------- */

/* From the start to the due date, and from that to what came of it. */
static void draw_spans(struct timeline *timeline, const struct row *row, double y)
{
	struct text *svg = &timeline->chart.body;
	instant end = row->event != INSTANT_MAX ? row->event : row->expected;
	double due;

	if (row->due == INSTANT_MAX)
		return;
	due = x_of(timeline, row->due);
	if (row->start != INSTANT_MIN && row->start < row->due)
		drawing_line(svg, STROKE_SPAN, (struct place){x_of(timeline,
			row->start), y}, (struct place){due, y});
	if (end != INSTANT_MAX && end > row->due)
		drawing_line(svg, STROKE_DELAY, (struct place){due, y},
			(struct place){x_of(timeline, end), y});
}

static void draw_marks(struct timeline *timeline, const struct row *row, double y)
{
	struct text *svg = &timeline->chart.body;

	if (row->start != INSTANT_MIN && is_within(timeline, row->start))
		drawing_mark(svg, MARK_START,
			(struct place){x_of(timeline, row->start), y});
	if (row_was_moved(row))
		drawing_mark(svg, MARK_HOLLOW_FLAG, (struct place){
			x_of(timeline, row->original), y - 3});
	if (row->due != INSTANT_MAX)
		drawing_mark(svg, MARK_FLAG, (struct place){
			x_of(timeline, row->due), y - 3});
	if (row->expected != INSTANT_MAX)
		drawing_mark(svg, is_within(timeline, row->expected) ?
			MARK_DIAMOND : MARK_BEYOND,
			(struct place){x_of(timeline, row->expected), y});
	if (row->event != INSTANT_MAX)
		drawing_mark(svg, row->broken ? MARK_CROSS : MARK_DOT,
			(struct place){x_of(timeline, row->event), y});
}

static void draw_due(struct timeline *timeline, const struct row *row, double y)
{
	struct text label;

	text_init(&label, 64);
	if (row->due == INSTANT_MAX)
		text_add_string(&label, "not known yet");
	else
		chart_add_day(&label, timeline->chart.reg, row->milestone,
			row->due);
	drawing_text(&timeline->chart.body, (struct place){DUE_LEFT, y + 4},
		ANCHOR_START, 12, row->due == INSTANT_MAX ? TONE_MUTED :
		TONE_INK, text_string(&label), 0);
	text_clear(&label);
	if (row->late != DAYS_NONE && row->late > 0)
		text_addf(&label, "%s%d d", row->estimate ? "≈ " : "",
			row->late);
	drawing_text(&timeline->chart.body, (struct place){LATE_RIGHT, y + 4},
		ANCHOR_END, 12, TONE_INK, text_string(&label), 0);
	text_release(&label);
}

static void draw_row(struct timeline *timeline, const struct row *row, double y)
{
	const struct register_ *reg = timeline->chart.reg;
	const struct look *look = status_look(row->status);
	struct text title;

	text_init(&title, 0);
	chart_add_title(&title, reg, milestone_at(
		&reg->milestones[row->milestone], timeline->as_of));
	drawing_sign(&timeline->chart.body, look->hue, (struct place){
		CHART_MARGIN + SIGN_WIDTH / 2.0, y}, look->sign);
	drawing_text(&timeline->chart.body, (struct place){NAME_LEFT, y + 4},
		ANCHOR_START, 12, TONE_INK, text_string(&title), NAME_ROOM);
	text_release(&title);
	draw_spans(timeline, row, y);
	draw_marks(timeline, row, y);
	draw_due(timeline, row, y);
}

static void draw_rows(struct timeline *timeline)
{
	struct chart *chart = &timeline->chart;

	timeline_times(timeline);
	timeline->top = chart->y +
		(is_within(timeline, timeline->as_of) ? 48 : 30);
	timeline->bottom = timeline->top + (double)timeline->count * ROW_HEIGHT;
	draw_grid(timeline);
	draw_as_of(timeline);
	draw_headings(timeline);
	for (size_t i = 0; i < timeline->count; i++)
		draw_row(timeline, &timeline->rows[i], timeline->top +
			((double)i + 0.5) * ROW_HEIGHT);
	chart->y = timeline->bottom;
	if (timeline->count <= ROWS_LONG)
		return;
	draw_tick_labels(timeline, timeline->bottom + 16);
	chart->y += CHART_LINE;
}

/* --- legends --------------------------------------------------------------------------- */

static bool some_row(const struct timeline *timeline,
	bool (*holds)(const struct row *row))
{
	for (size_t i = 0; i < timeline->count; i++)
		if (holds(&timeline->rows[i]))
			return true;
	return false;
}

static bool row_is_expected(const struct row *row)
{
	return row->expected != INSTANT_MAX;
}

static bool row_is_fulfilled(const struct row *row)
{
	return row->event != INSTANT_MAX && !row->broken;
}

static bool row_is_broken(const struct row *row)
{
	return row->event != INSTANT_MAX && row->broken;
}

static bool row_has_start(const struct row *row)
{
	return row->start != INSTANT_MIN;
}

static void draw_mark_legend(struct timeline *timeline)
{
	struct legend legend = chart_legend(&timeline->chart);

	legend_mark(&legend, MARK_FLAG, "due");
	if (some_row(timeline, row_was_moved))
		legend_mark(&legend, MARK_HOLLOW_FLAG, "first due");
	if (some_row(timeline, row_is_expected))
		legend_mark(&legend, MARK_DIAMOND, "expected");
	if (some_row(timeline, row_is_fulfilled))
		legend_mark(&legend, MARK_DOT, "fulfilled");
	if (some_row(timeline, row_is_broken))
		legend_mark(&legend, MARK_CROSS, "broken");
	if (some_row(timeline, row_has_start))
		legend_stroke(&legend, STROKE_SPAN, "from start to due date");
	chart_legend_end(&timeline->chart, &legend);
}

/* The signs that occur. */
static void draw_sign_legend(struct timeline *timeline)
{
	bool occurs[STATUS_COUNT] = {false};

	for (size_t i = 0; i < timeline->count; i++)
		occurs[timeline->rows[i].status] = true;
	chart_status_legend(&timeline->chart, occurs);
}

bool chart_timeline(const struct register_ *reg, const uint32_t *milestones,
	size_t count, const struct answering *answers, enum chart_form form,
	struct text *svg, struct text *words)
{
	struct timeline *timeline;
	bool drawn;

	if (count == 0)
		return false;
	timeline = mem_new(1, sizeof *timeline);
	timeline->as_of = answers->as_of;
	timeline->all = count;
	chart_init(&timeline->chart, reg, form, WIDTH);
	text_add_string(&timeline->chart.title, "Milestones and their dates");
	rows_take(timeline, milestones, answers);
	say_timeline(timeline);
	chart_head(&timeline->chart);
	draw_mark_legend(timeline);
	draw_rows(timeline);
	draw_sign_legend(timeline);
	drawn = chart_end(&timeline->chart, svg, words);
	free(timeline);
	return drawn;
}
