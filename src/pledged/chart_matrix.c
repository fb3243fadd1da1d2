/*
 * chart_matrix: see chart.h.
 *
 *	              law   regulation  standard   met
 *	Guangdong     [✓]      [✗]        [ ? ]    33–66 %
 *	Hainan        [✓]      [○]        [2/3]    50 %
 *	met           100 %    …
 *
 * A cell of one milestone has its sign; one of several says how many of those
 * required are met. Its box is that of the most urgent in it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pledged/chart_internal.h"

#define WIDTH_MAX 880
#define NAME_ROOM 190
#define PLOT_LEFT (CHART_MARGIN + NAME_ROOM + 10)
#define SHARE_ROOM 84
#define COLUMN_LEAST 46		/* "50–75" has room */
#define COLUMN_MOST 96
#define ROW_HEIGHT 26
#define SLANT_MOST 130		/* of a heading's length */

struct matrix {
	struct chart chart;
	const struct rollup *rollup;
	size_t rows, columns;		/* that are drawn */
	double column;			/* width */
	double slant;			/* length of slanted headings; 0: they
					   lie flat */
	bool many;			/* a cell has several milestones */
	bool occurs[STATUS_COUNT];
	double top, bottom;		/* of the cells */
};

static const struct rollup_tally *cell_of(const struct matrix *matrix,
	size_t row, size_t column)
{
	return &matrix->rollup->cells[row * matrix->rollup->column_count +
		column];
}

/* How a cell is shown; where all of it is left out, by what it is mostly. */
static enum status cell_status(const struct rollup_tally *cell)
{
	enum status status = STATUS_SUPERSEDED;

	if (cell->worst != STATUS_COUNT)
		return cell->worst;
	for (size_t i = 0; i < STATUS_COUNT; i++)
		if (cell->by_status[i] > cell->by_status[status])
			status = (enum status)i;
	return status;
}

/* --- in words ------------------------------------------------------------------ */

static void say_matrix(struct matrix *matrix, const char *row_key,
	const char *column_key)
{
	const struct rollup *rollup = matrix->rollup;
	struct text *title = &matrix->chart.title, *out = &matrix->chart.words;

	text_add_string(title, "What is met, ");
	chart_add_name(title, row_key);
	text_add_string(title, " by ");
	chart_add_name(title, column_key);
	chart_say_rollup(out, rollup);
	text_addf(out, " Complete: %zu of %zu cells.", rollup->cells_met,
		rollup->cells_required);
	if (matrix->rows < rollup->row_count)
		text_addf(out, " The first %zu of %zu rows are drawn.",
			matrix->rows, rollup->row_count);
	if (matrix->columns < rollup->column_count)
		text_addf(out, " The first %zu of %zu columns are drawn.",
			matrix->columns, rollup->column_count);
}

/* --- measures -------------------------------------------------------------------- */

static void cell_label(const struct rollup_tally *cell, char *out, size_t size)
{
	snprintf(out, size, "%u/%u", cell->by_class[ROLLUP_MET],
		tally_required(cell));
}

/* What stands in a cell, and so how wide it must be. */
static void matrix_look(struct matrix *matrix)
{
	char label[32];

	matrix->column = COLUMN_LEAST;
	for (size_t i = 0; i < matrix->rows * matrix->columns; i++) {
		const struct rollup_tally *cell = cell_of(matrix,
			i / matrix->columns, i % matrix->columns);

		if (cell->milestones == 0)
			continue;
		matrix->occurs[cell_status(cell)] = true;
		if (tally_required(cell) < 2)
			continue;
		matrix->many = true;
		cell_label(cell, label, sizeof label);
		matrix->column = fmax(matrix->column,
			drawing_width(label, 13) + 10);
	}
}

/* Columns take the room there is, and headings lie flat where they fit. */
static void matrix_measure(struct matrix *matrix)
{
	double room = (WIDTH_MAX - PLOT_LEFT - SHARE_ROOM - CHART_MARGIN) /
		(double)matrix->columns, widest = 0;

	for (size_t i = 0; i < matrix->columns; i++)
		widest = fmax(widest, drawing_width(
			matrix->rollup->columns[i].name, 12) + 8);
	matrix->column = fmax(matrix->column, fmin(room, COLUMN_MOST));
	if (widest > matrix->column)
		matrix->slant = fmin(widest, SLANT_MOST);
	matrix->chart.width = PLOT_LEFT + SHARE_ROOM + CHART_MARGIN +
		fmax(matrix->column * (double)matrix->columns, 340);
}

/* --- the plane -------------------------------------------------------------------- */

static double column_x(const struct matrix *matrix, size_t column)
{
	return PLOT_LEFT + ((double)column + 0.5) * matrix->column;
}

static double row_y(const struct matrix *matrix, size_t row)
{
	return matrix->top + ((double)row + 0.5) * ROW_HEIGHT;
}

static double share_x(const struct matrix *matrix)
{
	return PLOT_LEFT + matrix->column * (double)matrix->columns + SHARE_ROOM;
}

static void draw_headings(struct matrix *matrix)
{
	struct text *svg = &matrix->chart.body;
	double y = matrix->top - 8;

	for (size_t i = 0; i < matrix->columns; i++) {
		const char *name = matrix->rollup->columns[i].name;
		struct place at = {column_x(matrix, i), y};

		if (matrix->slant > 0)
			drawing_slanted(svg, (struct place){at.x + 4, at.y}, 12,
				name, matrix->slant);
		else
			drawing_text(svg, at, ANCHOR_MIDDLE, 12, TONE_INK, name,
				matrix->column - 4);
	}
	drawing_text(svg, (struct place){share_x(matrix), y}, ANCHOR_END, 12,
		TONE_MUTED, "met", 0);
}

static struct box cell_box(const struct matrix *matrix, size_t row,
	size_t column)
{
	const struct rollup_tally *cell = cell_of(matrix, row, column);
	struct box box = {.area = {
		column_x(matrix, column) - matrix->column / 2 + 1.5,
		row_y(matrix, row) - ROW_HEIGHT / 2.0 + 1.5, matrix->column - 3,
		ROW_HEIGHT - 3}};

	if (tally_required(cell) > 1)
		cell_label(cell, box.sign, sizeof box.sign);
	else
		string_copy(box.sign, sizeof box.sign,
			status_look(cell_status(cell))->sign);
	return box;
}

/* The boxes of one hue, which are many. */
static void draw_hue(struct matrix *matrix, enum hue hue, struct box *room)
{
	size_t count = 0;

	for (size_t i = 0; i < matrix->rows * matrix->columns; i++) {
		size_t row = i / matrix->columns, column = i % matrix->columns;
		const struct rollup_tally *cell = cell_of(matrix, row, column);

		if (cell->milestones > 0 &&
		    status_look(cell_status(cell))->hue == hue)
			room[count++] = cell_box(matrix, row, column);
	}
	if (count > 0)
		drawing_boxes(&matrix->chart.body, hue, room, count);
}

static void draw_cells(struct matrix *matrix)
{
	struct box *room = mem_new(matrix->rows * matrix->columns, sizeof *room);

	for (int hue = 0; hue < HUE_COUNT; hue++)
		draw_hue(matrix, (enum hue)hue, room);
	free(room);
}

static void draw_row(struct matrix *matrix, size_t row)
{
	const struct rollup_line *line = &matrix->rollup->rows[row];
	double y = row_y(matrix, row) + 4;
	struct text share;

	text_init(&share, 64);
	weights_add_share(&share, &line->tally.all);
	drawing_text(&matrix->chart.body, (struct place){CHART_MARGIN, y},
		ANCHOR_START, 13, TONE_INK, line->name, NAME_ROOM);
	drawing_text(&matrix->chart.body, (struct place){share_x(matrix), y},
		ANCHOR_END, 12, TONE_INK, text_string(&share), 0);
	text_release(&share);
}

/* "50–75": columns have no room for more, so their name says that it is %. */
static void draw_column_share(struct matrix *matrix, size_t column)
{
	struct text share;

	text_init(&share, 64);
	weights_add_share(&share, &matrix->rollup->columns[column].tally.all);
	if (string_ends(text_string(&share), ROLLUP_PERCENT))
		share.data[share.length - strlen(ROLLUP_PERCENT)] = '\0';
	drawing_text(&matrix->chart.body, (struct place){
		column_x(matrix, column), matrix->bottom + 17}, ANCHOR_MIDDLE,
		12, TONE_INK, text_string(&share), 0);
	text_release(&share);
}

static void draw_total(struct matrix *matrix)
{
	struct text *svg = &matrix->chart.body;
	struct text share;

	text_init(&share, 64);
	weights_add_share(&share, &matrix->rollup->total.all);
	drawing_line(svg, STROKE_FRAME,
		(struct place){CHART_MARGIN, matrix->bottom + 2},
		(struct place){share_x(matrix), matrix->bottom + 2});
	drawing_text(svg, (struct place){CHART_MARGIN, matrix->bottom + 17},
		ANCHOR_START, 12, TONE_MUTED, "met, %", 0);
	drawing_text(svg, (struct place){share_x(matrix), matrix->bottom + 17},
		ANCHOR_END, 12, TONE_BOLD, text_string(&share), 0);
	text_release(&share);
}

static void draw_matrix(struct matrix *matrix)
{
	matrix->top = matrix->chart.y + 26 + matrix->slant * SLANT_SINE;
	matrix->bottom = matrix->top + (double)matrix->rows * ROW_HEIGHT;
	draw_headings(matrix);
	for (size_t i = 0; i < matrix->rows; i++)
		draw_row(matrix, i);
	draw_cells(matrix);
	for (size_t i = 0; i < matrix->columns; i++)
		draw_column_share(matrix, i);
	draw_total(matrix);
	matrix->chart.y = matrix->bottom + 22;
}

static size_t at_most(size_t count, size_t most)
{
	return count < most ? count : most;
}

bool chart_matrix(const struct register_ *reg, const struct rollup *rollup,
	const char *row_key, const char *column_key, enum chart_form form,
	struct text *svg, struct text *words)
{
	struct matrix matrix = {
		.rollup = rollup,
		.rows = at_most(rollup->row_count, CHART_ROWS_MAX),
		.columns = at_most(rollup->column_count, CHART_COLUMNS_MAX),
	};

	if (matrix.rows == 0 || matrix.columns == 0)
		return false;
	chart_init(&matrix.chart, reg, form, WIDTH_MAX);
	matrix_look(&matrix);
	matrix_measure(&matrix);
	say_matrix(&matrix, row_key, column_key);
	chart_head(&matrix.chart);
	draw_matrix(&matrix);
	chart_status_legend(&matrix.chart, matrix.occurs);
	if (matrix.many)
		chart_note(&matrix.chart, "2/3: of three required, two are met; "
			"the box is that of the most urgent of them.");
	return chart_end(&matrix.chart, svg, words);
}
