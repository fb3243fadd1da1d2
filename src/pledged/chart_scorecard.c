/*
 * chart_scorecard: see chart.h.
 *
 *	           met     late missed ?   ahead          met       of due  next
 *	all       [✓ 12   |+ 3 |✗ 4   |? 1|○ 6     ]  15/26  57–61 %  78 %
 *	CN        [✓ 2 |✗ 4             |○ 1       ]   2/7   …
 *
 * A bar is all that is required of its group, so that groups compare by
 * shares, whatever their size.
 */
#include <stdio.h>

#include "pledged/chart_internal.h"

#define WIDTH 940
#define NAME_ROOM 180
#define BAR_LEFT (CHART_MARGIN + NAME_ROOM + 10)
#define BAR_WIDTH 360
#define BAR_HEIGHT 22
#define ROW_HEIGHT 32
#define COUNT_RIGHT (BAR_LEFT + BAR_WIDTH + 84)
#define SHARE_RIGHT (COUNT_RIGHT + 88)
#define DUE_RIGHT (SHARE_RIGHT + 88)
#define NEXT_RIGHT (WIDTH - CHART_MARGIN)

/* The segments of a bar, from left to right. */
static const struct segment {
	enum hue hue;
	const char *sign, *words;
	enum rollup_class class;
	bool late;		/* of those met: late */
} segments[] = {
	{HUE_GOOD, "✓", "met in time", ROLLUP_MET, false},
	{HUE_LATE, "✓+", "met late", ROLLUP_MET, true},
	{HUE_BAD, "✗", "missed", ROLLUP_MISSED, false},
	{HUE_BLIND, "?", "not known yet", ROLLUP_UNKNOWN, false},
	{HUE_IDLE, "○", "ahead", ROLLUP_AHEAD, false},
};

#define SEGMENT_COUNT (sizeof segments / sizeof *segments)

static uint32_t segment_size(const struct segment *segment,
	const struct rollup_tally *tally)
{
	uint32_t late = tally->by_status[STATUS_MET_LATE];

	if (segment->class != ROLLUP_MET)
		return tally->by_class[segment->class];
	return segment->late ? late : tally->by_class[ROLLUP_MET] - late;
}

/* "✗ 4", or as much of it as there is room for. */
static void segment_label(const struct segment *segment, uint32_t size,
	double width, char *out, size_t room)
{
	snprintf(out, room, "%s %u", segment->sign, size);
	if (drawing_width(out, 13) > width - 4)
		snprintf(out, room, "%u", size);
	if (drawing_width(out, 13) > width - 2)
		out[0] = '\0';
}

static void draw_bar(struct chart *chart, const struct rollup_tally *tally,
	double y)
{
	double required = tally_required(tally), before = 0;
	char label[32];

	for (size_t i = 0; i < SEGMENT_COUNT; i++) {
		uint32_t size = segment_size(&segments[i], tally);
		struct area area = {BAR_LEFT + before / required * BAR_WIDTH,
			y - BAR_HEIGHT / 2.0, size / required * BAR_WIDTH,
			BAR_HEIGHT};

		if (size == 0)
			continue;
		before += size;
		if (area.width > 4) {
			area.x += 0.75;
			area.width -= 1.5;
		}
		segment_label(&segments[i], size, area.width, label, sizeof label);
		drawing_box(&chart->body, segments[i].hue, area, label);
	}
}

/* --- numbers ------------------------------------------------------------------- */

static void draw_number(struct chart *chart, double right, double y,
	enum tone tone, struct text *number)
{
	drawing_text(&chart->body, (struct place){right, y + 4}, ANCHOR_END, 12,
		tone, text_string(number), 0);
	text_clear(number);
}

static void draw_numbers(struct chart *chart, const struct rollup_tally *tally,
	double y, enum tone tone)
{
	struct text number;

	text_init(&number, 64);
	text_addf(&number, "%u/%u", tally->by_class[ROLLUP_MET],
		tally_required(tally));
	draw_number(chart, COUNT_RIGHT, y, tone, &number);
	weights_add_share(&number, &tally->all);
	draw_number(chart, SHARE_RIGHT, y, tone, &number);
	weights_add_share(&number, &tally->due);
	draw_number(chart, DUE_RIGHT, y, tone, &number);
	if (tally->next != NOT_FOUND)
		chart_add_day(&number, chart->reg, tally->next, tally->next_due);
	draw_number(chart, NEXT_RIGHT, y, tone, &number);
	text_release(&number);
}

/* --- rows ------------------------------------------------------------------------ */

static void draw_headings(struct chart *chart)
{
	static const struct {
		double right;
		const char *words;
	} headings[] = {
		{COUNT_RIGHT, "met"}, {SHARE_RIGHT, "by weight"},
		{DUE_RIGHT, "of due"}, {NEXT_RIGHT, "next due"},
	};

	chart->y += 24;
	for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
		drawing_text(&chart->body, (struct place){headings[i].right,
			chart->y}, ANCHOR_END, 12, TONE_MUTED, headings[i].words,
			0);
	chart->y += 4;
}

static void draw_row(struct chart *chart, const char *name,
	const struct rollup_tally *tally, enum tone tone)
{
	double y = chart->y + ROW_HEIGHT / 2.0;

	drawing_text(&chart->body, (struct place){CHART_MARGIN, y + 4},
		ANCHOR_START, 13, tone, name, NAME_ROOM);
	if (tally_required(tally) > 0)
		draw_bar(chart, tally, y);
	else
		drawing_text(&chart->body, (struct place){BAR_LEFT, y + 4},
			ANCHOR_START, 12, TONE_MUTED, "nothing is required", 0);
	draw_numbers(chart, tally, y, tone);
	chart->y += ROW_HEIGHT;
}

static void draw_legend(struct chart *chart, const struct rollup_tally *total)
{
	struct legend legend = chart_legend(chart);

	for (size_t i = 0; i < SEGMENT_COUNT; i++)
		if (segment_size(&segments[i], total) > 0)
			legend_sign(&legend, segments[i].hue, segments[i].sign,
				segments[i].words);
	chart_legend_end(chart, &legend);
}

bool chart_scorecard(const struct register_ *reg, const struct rollup *rollup,
	const char *by, enum chart_form form, struct text *svg,
	struct text *words)
{
	size_t rows = rollup->row_count < CHART_ROWS_MAX ? rollup->row_count :
		CHART_ROWS_MAX;
	struct chart chart;

	if (rows == 0)
		return false;
	chart_init(&chart, reg, form, WIDTH);
	text_add_string(&chart.title, "Scorecard by ");
	chart_add_name(&chart.title, by);
	chart_say_rollup(&chart.words, rollup);
	chart_say_drawn(&chart.words, rows, rollup->row_count);
	chart_head(&chart);
	draw_legend(&chart, &rollup->total);
	draw_headings(&chart);
	draw_row(&chart, "all", &rollup->total, TONE_BOLD);
	for (size_t i = 0; i < rows; i++)
		draw_row(&chart, rollup->rows[i].name, &rollup->rows[i].tally,
			TONE_INK);
	return chart_end(&chart, svg, words);
}
