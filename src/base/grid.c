/*
 * grid: cells in rows, measured and padded when printed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/grid.h"
#include "base/log.h"
#include "base/mem.h"

#define GRID_GAP 2		/* spaces between columns */
#define GRID_COLUMNS_MAX 64
#define GRID_SHRUNK_LEAST 4	/* no column is cut below this */
#define GRID_SHRUNK_FAIR 24
/* Cut below this nobody can read them: others are left out before. The first
   tells which row it is. */
#define GRID_READABLE 12
#define GRID_READABLE_FIRST 16

struct grid_column {
	char *title;
	enum grid_align align;
	enum grid_shrink shrink;
	size_t least;
};

struct grid_cell {
	char *value;
	size_t width;
	enum grid_style style;
};

struct grid {
	struct grid_column columns[GRID_COLUMNS_MAX];
	size_t column_count;
	struct grid_cell *cells;
	size_t cell_count;
	size_t cell_capacity;
};

/* Select Graphic Rendition, ECMA-48. */
static const char *const style_codes[] = {
	[GRID_PLAIN] = NULL,
	[GRID_GOOD] = "32",
	[GRID_WARN] = "33",
	[GRID_BAD] = "31",
	[GRID_DIM] = "2",
	[GRID_BOLD] = "1",
};

const char *grid_style_code(enum grid_style style)
{
	return style_codes[style];
}

struct grid *grid_new(void)
{
	return mem_new(1, sizeof(struct grid));
}

static void grid_drop_cells(struct grid *grid)
{
	for (size_t i = 0; i < grid->cell_count; i++)
		free(grid->cells[i].value);
	grid->cell_count = 0;
}

void grid_free(struct grid *grid)
{
	if (grid == NULL)
		return;
	for (size_t i = 0; i < grid->column_count; i++)
		free(grid->columns[i].title);
	grid_drop_cells(grid);
	free(grid->cells);
	free(grid);
}

void grid_column(struct grid *grid, const char *title, enum grid_align align,
	enum grid_shrink shrink)
{
	if (grid->column_count == GRID_COLUMNS_MAX || grid->cell_count != 0)
		log_bug("grid: the column %s after %zu columns and %zu cells",
			title, grid->column_count, grid->cell_count);
	struct text printable;

	text_init(&printable, 0);
	text_add_printable(&printable, title);
	grid->columns[grid->column_count++] = (struct grid_column){
		.title = text_take(&printable),
		.align = align,
		.shrink = shrink,
	};
}

void grid_at_least(struct grid *grid, size_t width)
{
	if (grid->column_count == 0)
		log_bug("grid: a width before the first column");
	grid->columns[grid->column_count - 1].least = width;
}

void grid_cell(struct grid *grid, const char *value, enum grid_style style)
{
	struct grid_cell *cell;
	struct text printable;

	if (grid->column_count == 0)
		log_bug("grid: a cell before the first column");
	text_init(&printable, 0);
	text_add_printable(&printable, value != NULL ? value : "");
	grid->cells = mem_grow(grid->cells, grid->cell_count,
		&grid->cell_capacity, sizeof *grid->cells);
	cell = &grid->cells[grid->cell_count++];
	cell->width = utf8_columns(text_string(&printable));
	cell->value = text_take(&printable);
	cell->style = style;
}

void grid_cellf(struct grid *grid, enum grid_style style,
	const char *format, ...)
{
	struct text text;
	va_list arguments;

	text_init(&text, 0);
	va_start(arguments, format);
	text_addv(&text, format, arguments);
	va_end(arguments);
	grid_cell(grid, text_string(&text), style);
	text_release(&text);
}

size_t grid_rows(const struct grid *grid)
{
	if (grid->column_count == 0)
		return 0;
	return (grid->cell_count + grid->column_count - 1) /
		grid->column_count;
}

/* --- widths ------------------------------------------------------------- */

/* Without cells. */
static void grid_measure_titles(const struct grid *grid, size_t *widths)
{
	for (size_t i = 0; i < grid->column_count; i++) {
		size_t title = utf8_columns(grid->columns[i].title);
		size_t least = grid->columns[i].least;

		widths[i] = title > least ? title : least;
	}
}

static void grid_measure(const struct grid *grid, size_t *widths)
{
	grid_measure_titles(grid, widths);
	for (size_t i = 0; i < grid->cell_count; i++) {
		size_t *width = &widths[i % grid->column_count];

		if (grid->cells[i].width > *width)
			*width = grid->cells[i].width;
	}
}

/* What a column needs at least to be read. */
static size_t grid_needs(const struct grid *grid, const size_t *widths,
	size_t column)
{
	size_t readable = column == 0 ? GRID_READABLE_FIRST : GRID_READABLE;

	return grid->columns[column].shrink && widths[column] > readable ?
		readable : widths[column];
}

/* How many columns can be read side by side, from the first on; that is always
   one of them. */
static size_t grid_room(const struct grid *grid, const size_t *widths,
	size_t width)
{
	size_t needed = grid_needs(grid, widths, 0), count = 1;

	for (; count < grid->column_count; count++) {
		needed += GRID_GAP + grid_needs(grid, widths, count);
		if (needed > width)
			break;
	}
	return count;
}

/* The column that gives way next: of those that may shrink the last that is
   still fair to read, then the widest; NULL: none. */
static size_t *grid_giving(const struct grid *grid, size_t *widths, size_t count)
{
	size_t *widest = NULL;

	for (size_t i = count; i-- > 0;) {
		if (!grid->columns[i].shrink || widths[i] <= GRID_SHRUNK_LEAST)
			continue;
		if (widths[i] > GRID_SHRUNK_FAIR)
			return &widths[i];
		if (widest == NULL || widths[i] > *widest)
			widest = &widths[i];
	}
	return widest;
}

/* Narrows the first columns until all of them fit, or none can give. */
static void grid_fit(const struct grid *grid, size_t *widths, size_t count,
	size_t width)
{
	size_t total = (count - 1) * GRID_GAP;
	size_t *giving;

	for (size_t i = 0; i < count; i++) {
		/* None needs more than the whole line, and so the loop below
		   is short however long a cell is. */
		if (grid->columns[i].shrink && widths[i] > width)
			widths[i] = width > GRID_SHRUNK_LEAST ? width :
				GRID_SHRUNK_LEAST;
		total += widths[i];
	}
	while (total > width && (giving = grid_giving(grid, widths,
			count)) != NULL) {
		--*giving;
		total--;
	}
}

/* --- print ----------------------------------------------------------------- */

static void add_spaces(struct text *out, size_t count)
{
	text_addf(out, "%*s", (int)count, "");
}

/* The end of what fits into so many columns; *used: those it takes. */
static const char *value_head(const char *value, size_t columns, size_t *used)
{
	const char *cursor = value, *end = value + strlen(value), *fits = value;

	*used = 0;
	while (cursor < end) {
		size_t more = (size_t)utf8_width(utf8_next(&cursor, end));

		if (*used + more > columns)
			break;
		*used += more;
		fits = cursor;
	}
	return fits;
}

/* The beginning of the last part that takes at most so many columns; no mark
   whose letter is cut off. */
static const char *value_tail(const char *value, size_t columns, size_t *used)
{
	const char *cursor = value, *end = value + strlen(value), *from = value;

	*used = utf8_columns(value);
	while (cursor < end) {
		size_t less = (size_t)utf8_width(utf8_next(&cursor, end));

		if (*used <= columns && less > 0)
			break;
		*used -= less;
		from = cursor;
	}
	return from;
}

/* Adds as much of value as fits into width columns with "…" behind it, or in
   its midst. Returns the columns used. */
static size_t add_cut(struct text *out, const char *value, size_t width,
	enum grid_shrink shrink)
{
	size_t room = width - 1, head, tail = 0;
	const char *last = shrink == GRID_CUT_MIDDLE ? value_tail(value, room / 2,
		&tail) : "";
	const char *fits = value_head(value, room - tail, &head);

	text_add(out, value, (size_t)(fits - value));
	text_add_string(out, "…");
	text_add_string(out, last);
	return head + 1 + tail;
}

struct grid_place {
	size_t width;
	enum grid_align align;
	enum grid_shrink shrink;
	bool last;	/* nothing follows: no spaces at the end of the line */
	bool colour;
};

static void add_cell(struct text *out, const struct grid_cell *cell,
	struct grid_place place)
{
	const char *code = place.colour ? style_codes[cell->style] : NULL;
	size_t used = cell->width;

	if (place.align == GRID_RIGHT && used < place.width)
		add_spaces(out, place.width - used);
	if (code != NULL && used != 0)
		text_addf(out, "\x1b[%sm", code);
	if (used > place.width)
		used = add_cut(out, cell->value, place.width, place.shrink);
	else
		text_add_string(out, cell->value);
	if (code != NULL && cell->width != 0)
		text_add_string(out, "\x1b[0m");
	if (place.last)
		return;
	if (place.align == GRID_LEFT && used < place.width)
		add_spaces(out, place.width - used);
	add_spaces(out, GRID_GAP);
}

/* One line; cells beyond count are empty. */
static void add_row(struct text *out, const struct grid *grid,
	const struct grid_cell *cells, size_t count, const size_t *widths,
	bool colour)
{
	size_t last = count;

	while (last > 1 && cells[last - 1].width == 0)
		last--;
	for (size_t i = 0; i < last; i++)
		add_cell(out, &cells[i], (struct grid_place){
			.width = widths[i],
			.align = grid->columns[i].align,
			.shrink = grid->columns[i].shrink,
			.last = i == last - 1,
			.colour = colour,
		});
	text_add_char(out, '\n');
}

static void add_titles(struct text *out, const struct grid *grid,
	const size_t *widths, size_t count, bool colour)
{
	struct grid_cell titles[GRID_COLUMNS_MAX];

	for (size_t i = 0; i < count; i++)
		titles[i] = (struct grid_cell){
			.value = grid->columns[i].title,
			.width = utf8_columns(grid->columns[i].title),
			.style = GRID_BOLD,
		};
	add_row(out, grid, titles, count, widths, colour);
}

/* What a reader misses is named, cut to the width like the rest. */
static void add_left_out(struct text *out, const struct grid *grid,
	size_t count, struct grid_place place)
{
	struct grid_cell cell = {.style = GRID_DIM};
	struct text names;

	text_init(&names, 0);
	for (size_t i = count; i < grid->column_count; i++)
		text_addf(&names, "%s %s", i == count ? "no room for" : ",",
			grid->columns[i].title);
	cell.width = utf8_columns(text_string(&names));
	cell.value = text_take(&names);
	add_cell(out, &cell, place);
	text_add_char(out, '\n');
	free(cell.value);
}

static void add_rows(struct text *out, const struct grid *grid,
	const size_t *widths, size_t count, bool colour)
{
	for (size_t i = 0; i < grid->cell_count; i += grid->column_count) {
		size_t left = grid->cell_count - i;

		add_row(out, grid, grid->cells + i, left < count ? left : count,
			widths, colour);
	}
}

void grid_print(const struct grid *grid, struct text *out, size_t width,
	bool colour)
{
	size_t widths[GRID_COLUMNS_MAX];
	size_t count = grid->column_count;

	if (count == 0)
		return;
	grid_measure(grid, widths);
	if (width != 0) {
		count = grid_room(grid, widths, width);
		grid_fit(grid, widths, count, width);
	}
	add_titles(out, grid, widths, count, colour);
	add_rows(out, grid, widths, count, colour);
	if (count < grid->column_count)
		add_left_out(out, grid, count, (struct grid_place){
			.width = width, .last = true, .colour = colour});
}

void grid_print_rows(struct grid *grid, struct text *out, size_t width,
	bool colour)
{
	size_t widths[GRID_COLUMNS_MAX];
	size_t count = grid->column_count;

	if (count == 0)
		return;
	/* As many columns as below the titles, whatever is in these rows. */
	grid_measure_titles(grid, widths);
	if (width != 0)
		count = grid_room(grid, widths, width);
	grid_measure(grid, widths);
	if (width != 0)
		grid_fit(grid, widths, count, width);
	add_rows(out, grid, widths, count, colour);
	grid_drop_cells(grid);
}

void grid_print_csv(const struct grid *grid, struct text *out)
{
	size_t cells = grid_rows(grid) * grid->column_count;

	for (size_t i = 0; i < grid->column_count; i++) {
		if (i != 0)
			text_add_char(out, ',');
		text_add_csv(out, grid->columns[i].title);
	}
	text_add_char(out, '\n');
	for (size_t i = 0; i < cells; i++) {
		if (i % grid->column_count != 0)
			text_add_char(out, ',');
		if (i < grid->cell_count)
			text_add_csv(out, grid->cells[i].value);
		if ((i + 1) % grid->column_count == 0)
			text_add_char(out, '\n');
	}
}
