/*
 * chart_calendar: see chart.h.
 *
 *	December 2020
 *	Mo Tu We Th Fr Sa Su
 *	    1  2  3  4  5  6
 *	 …          [31 ✗3]
 *
 * A day on which something is due has the box and the sign of the most urgent
 * of it, and how many there are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pledged/chart_internal.h"

#define MONTHS_A_ROW 3
#define DAY_WIDTH 32
#define DAY_HEIGHT 34
#define MONTH_WIDTH (7 * DAY_WIDTH)
#define MONTH_GAP 22
#define MONTH_HEAD 46
#define WEEKS 6
#define WIDTH (2 * CHART_MARGIN + MONTHS_A_ROW * MONTH_WIDTH + \
	(MONTHS_A_ROW - 1) * MONTH_GAP)
#define NAME_LEFT 136

/* What is due on a day of the months drawn. */
struct deadline {
	struct date date;
	uint32_t milestone;
	enum status status;
};

struct calendar_chart {
	struct chart chart;
	struct date first, last;	/* first day and last */
	int months;
	struct date as_of;
	instant as_of_time;
	struct deadline *deadlines;	/* by date, then by urgency */
	size_t count, capacity;
	bool occurs[STATUS_COUNT];
};

/* --- deadlines --------------------------------------------------------------- */

static int deadline_compare(const void *left, const void *right)
{
	const struct deadline *a = left, *b = right;
	int order = date_compare(a->date, b->date);

	if (order == 0)
		order = status_urgency(a->status) - status_urgency(b->status);
	return order != 0 ? order : a->milestone < b->milestone ? -1 : 1;
}

static void deadline_take(struct calendar_chart *calendar, uint32_t milestone,
	const struct assessment *answer)
{
	const struct register_ *reg = calendar->chart.reg;
	struct date date;

	if (answer->due == INSTANT_MAX)
		return;
	date = zone_date(milestone_zone(reg, &reg->milestones[milestone]),
		answer->due);
	if (date_compare(date, calendar->first) < 0 ||
	    date_compare(date, calendar->last) > 0)
		return;
	calendar->deadlines = mem_grow(calendar->deadlines, calendar->count,
		&calendar->capacity, sizeof *calendar->deadlines);
	calendar->deadlines[calendar->count++] = (struct deadline){date,
		milestone, answer->status};
	calendar->occurs[answer->status] = true;
}

static void deadlines_take(struct calendar_chart *calendar,
	const uint32_t *milestones, size_t count,
	const struct answering *answers)
{
	for (size_t i = 0; i < count; i++) {
		struct assessment room;

		deadline_take(calendar, milestones[i], answers->answer(
			answers->context, milestones[i], &room));
	}
	if (calendar->count > 1)
		qsort(calendar->deadlines, calendar->count,
			sizeof *calendar->deadlines, deadline_compare);
}

/* How many of those from one on are due on its day. */
static size_t day_count(const struct calendar_chart *calendar, size_t first)
{
	size_t count = 1;

	while (first + count < calendar->count &&
	    date_compare(calendar->deadlines[first + count].date,
		    calendar->deadlines[first].date) == 0)
		count++;
	return count;
}

/* The first that is not due before a day. */
static size_t deadline_from(const struct calendar_chart *calendar,
	struct date date)
{
	size_t low = 0, high = calendar->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (date_compare(calendar->deadlines[middle].date, date) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* --- in words ------------------------------------------------------------------ */

static void add_month(struct text *out, struct date date)
{
	text_addf(out, "%04d-%02d", date.year, date.month);
}

static void say_next(const struct calendar_chart *calendar, struct text *out)
{
	size_t next = deadline_from(calendar, calendar->as_of);

	if (next == calendar->count)
		return;
	text_add_string(out, " Next after ");
	text_add_date(out, calendar->as_of);
	text_add_string(out, ": ");
	text_add_date(out, calendar->deadlines[next].date);
	text_add_string(out, ", ");
	chart_add_title(out, calendar->chart.reg, milestone_at(
		&calendar->chart.reg->milestones[
		calendar->deadlines[next].milestone], calendar->as_of_time));
	text_add_char(out, '.');
}

static void say_busiest(const struct calendar_chart *calendar, struct text *out)
{
	size_t most = 1, day = 0;

	for (size_t i = 0; i < calendar->count; i += day_count(calendar, i)) {
		if (day_count(calendar, i) <= most)
			continue;
		most = day_count(calendar, i);
		day = i;
	}
	if (most == 1)
		return;
	text_addf(out, " Most on one day: %zu, ", most);
	text_add_date(out, calendar->deadlines[day].date);
	text_add_char(out, '.');
}

static void say_calendar(struct calendar_chart *calendar)
{
	struct text *title = &calendar->chart.title;
	struct text *out = &calendar->chart.words;

	text_add_string(title, "Deadlines ");
	add_month(title, calendar->first);
	if (calendar->months > 1) {
		text_add_string(title, " to ");
		add_month(title, calendar->last);
	}
	if (calendar->count == 0)
		text_add_string(out, "Nothing is due");
	else
		text_add_count(out, calendar->count, "deadline");
	text_add_string(out, " from ");
	text_add_date(out, calendar->first);
	text_add_string(out, " to ");
	text_add_date(out, calendar->last);
	text_add_char(out, '.');
	say_next(calendar, out);
	say_busiest(calendar, out);
}

/* --- a month ----------------------------------------------------------------------- */

static void draw_weekdays(struct text *svg, double left, double y)
{
	static const char *const days[] = {"Mo", "Tu", "We", "Th", "Fr", "Sa",
		"Su"};

	for (size_t i = 0; i < 7; i++)
		drawing_text(svg, (struct place){left +
			((double)i + 0.5) * DAY_WIDTH, y}, ANCHOR_MIDDLE, 12,
			TONE_MUTED, days[i], 0);
}

/* "✗", "✗3", "120" */
static void draw_deadlines(struct calendar_chart *calendar, size_t first,
	struct area area)
{
	size_t count = day_count(calendar, first);
	const struct look *look = status_look(calendar->deadlines[first].status);
	char label[32];

	if (count == 1 || count >= 1000)
		snprintf(label, sizeof label, "%s", look->sign);
	else if (count < 100)
		snprintf(label, sizeof label, "%s%zu", look->sign, count);
	else
		snprintf(label, sizeof label, "%zu", count);
	area.y += 14;
	area.height -= 17;
	drawing_box(&calendar->chart.body, look->hue, area, label);
}

static void draw_day(struct calendar_chart *calendar, struct date date,
	struct area area)
{
	struct text *svg = &calendar->chart.body;
	size_t first = deadline_from(calendar, date);
	bool due = first < calendar->count && date_compare(
		calendar->deadlines[first].date, date) == 0;
	char number[8];

	snprintf(number, sizeof number, "%d", date.day);
	drawing_text(svg, (struct place){area.x + area.width / 2, area.y + 11},
		ANCHOR_MIDDLE, 11, due ? TONE_BOLD : TONE_MUTED, number, 0);
	if (due)
		draw_deadlines(calendar, first, area);
	if (date_compare(date, calendar->as_of) == 0)
		drawing_outline(svg, area);
}

static void draw_month(struct calendar_chart *calendar, struct date month,
	struct place at)
{
	int weekday = date_weekday(month);
	struct text heading;

	text_init(&heading, 64);
	text_addf(&heading, "%s %d", month_name(month.month), month.year);
	drawing_text(&calendar->chart.body, (struct place){at.x + 4, at.y + 18},
		ANCHOR_START, 14, TONE_BOLD, text_string(&heading), 0);
	text_release(&heading);
	draw_weekdays(&calendar->chart.body, at.x, at.y + 38);
	for (int i = 0; i < date_month_days(month.year, month.month); i++)
		draw_day(calendar, date_add_days(month, i), (struct area){
			at.x + (weekday + i) % 7 * DAY_WIDTH + 1,
			at.y + MONTH_HEAD + (weekday + i) / 7 * DAY_HEIGHT,
			DAY_WIDTH - 2, DAY_HEIGHT - 1});
}

/* Rows of months, each as high as the weeks of its longest. */
static void draw_months(struct calendar_chart *calendar)
{
	struct chart *chart = &calendar->chart;
	double y = chart->y + 6;
	int weeks = 0;

	for (int i = 0; i < calendar->months; i++) {
		struct date month = date_add_months(calendar->first, i);
		int days = date_weekday(month) +
			date_month_days(month.year, month.month);

		draw_month(calendar, month, (struct place){CHART_MARGIN +
			i % MONTHS_A_ROW * (MONTH_WIDTH + MONTH_GAP), y});
		weeks = weeks > (days + 6) / 7 ? weeks : (days + 6) / 7;
		if ((i + 1) % MONTHS_A_ROW != 0 && i + 1 < calendar->months)
			continue;
		y += MONTH_HEAD + weeks * DAY_HEIGHT + 10;
		weeks = 0;
	}
	chart->y = y - 10;
}

/* --- the list ------------------------------------------------------------------------ */

static void draw_deadline(struct calendar_chart *calendar,
	const struct deadline *deadline)
{
	struct chart *chart = &calendar->chart;
	const struct look *look = status_look(deadline->status);
	double y = chart->y + 12;
	struct text label;

	text_init(&label, 0);
	text_add_date(&label, deadline->date);
	drawing_text(&chart->body, (struct place){CHART_MARGIN, y + 4},
		ANCHOR_START, 12, TONE_INK, text_string(&label), 0);
	drawing_sign(&chart->body, look->hue, (struct place){
		NAME_LEFT - 8 - SIGN_WIDTH / 2.0, y}, look->sign);
	text_clear(&label);
	chart_add_title(&label, chart->reg, milestone_at(
		&chart->reg->milestones[deadline->milestone],
		calendar->as_of_time));
	drawing_text(&chart->body, (struct place){NAME_LEFT, y + 4},
		ANCHOR_START, 12, TONE_INK, text_string(&label),
		WIDTH - NAME_LEFT - CHART_MARGIN);
	text_release(&label);
	chart->y += 22;
}

/* Within a page there is a table of them. */
static void draw_list(struct calendar_chart *calendar)
{
	char more[64];
	size_t i = 0;

	if (calendar->chart.form == CHART_INLINE)
		return;
	calendar->chart.y += 8;
	for (; i < calendar->count && i < CHART_ROWS_MAX; i++)
		draw_deadline(calendar, &calendar->deadlines[i]);
	if (i == calendar->count)
		return;
	snprintf(more, sizeof more, "and %zu more", calendar->count - i);
	chart_note(&calendar->chart, more);
}

/* The month behind the last is a date, too. */
bool chart_months_fit(struct date first, int64_t months)
{
	return months >= 1 && months <= CHART_MONTHS_MAX &&
		first.year * 12 + first.month - 1 + months < 10000 * 12;
}

bool chart_calendar(const struct register_ *reg, const uint32_t *milestones,
	size_t count, const struct answering *answers, struct date first,
	int months, enum chart_form form, struct text *svg, struct text *words)
{
	struct calendar_chart calendar = {
		.first = {first.year, first.month, 1},
		.months = months,
		.as_of = zone_date(reg->zone, answers->as_of),
		.as_of_time = answers->as_of,
	};

	if (!chart_months_fit(first, months))
		return false;
	calendar.last = date_add_days(date_add_months(calendar.first, months),
		-1);
	chart_init(&calendar.chart, reg, form, WIDTH);
	deadlines_take(&calendar, milestones, count, answers);
	say_calendar(&calendar);
	chart_head(&calendar.chart);
	draw_months(&calendar);
	chart_status_legend(&calendar.chart, calendar.occurs);
	draw_list(&calendar);
	free(calendar.deadlines);
	return chart_end(&calendar.chart, svg, words);
}
