/*
 * conf_rows: the rows of a table, the first of which is its header.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/conf_file.h"
#include "conf/conf_rows.h"
#include "conf/csv_lines.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct rows_reading {
	struct arena *arena;
	struct conf_rows *rows;
	size_t cell_room, line_room;
	size_t cell;		/* cells of the row so far */
	bool headed;		/* the header is behind */
	struct origin *place;
	struct error *error;	/* of the first fault; kind NONE: none yet */
};

static void rows_fault(struct rows_reading *reading, int line,
	enum error_kind kind, const char *text)
{
	if (reading->error->kind != ERROR_NONE)
		return;
	reading->place->line = line;
	error_set(reading->error, kind, "%s", text);
}

bool rows_name_is_valid(const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < length; i++)
		if ((unsigned char)name[i] <= ' ' || name[i] == 0x7f ||
		    strchr("${}\".", name[i]) != NULL)
			return false;
	return length != 0 && length <= ROWS_NAME_MAX;
}

/* --- the header ------------------------------------------------------------ */

static void header_cell(struct rows_reading *reading, int line,
	const char *name)
{
	struct conf_rows *rows = reading->rows;

	if (rows->column_count == ROWS_COLUMNS_MAX) {
		rows_fault(reading, line, ERROR_LIMIT,
			"has more than 64 columns");
		return;
	}
	rows->columns[rows->column_count++] = name;
}

static void header_end(struct rows_reading *reading, int line)
{
	const struct conf_rows *rows = reading->rows;

	reading->headed = true;
	for (size_t i = 0; i < rows->column_count; i++) {
		if (!rows_name_is_valid(rows->columns[i]))
			rows_fault(reading, line, ERROR_INPUT,
				"the header: a name has 1 to 64 characters, none "
				"of them white space, $, {, }, \" or a point");
		for (size_t j = 0; j < i; j++)
			if (string_is(rows->columns[i], rows->columns[j]))
				rows_fault(reading, line, ERROR_INPUT,
					"the header names a column twice");
	}
}

/* --- rows ------------------------------------------------------------------ */

static void row_cell(struct rows_reading *reading, const char *cell)
{
	struct conf_rows *rows = reading->rows;
	size_t count = rows->count * rows->column_count + reading->cell;

	if (reading->cell >= rows->column_count)
		return;		/* told at the row's end */
	rows->cells = mem_grow(rows->cells, count, &reading->cell_room,
		sizeof *rows->cells);
	rows->cells[count] = cell;
}

static void row_end(struct rows_reading *reading, int line)
{
	struct conf_rows *rows = reading->rows;

	if (reading->cell != rows->column_count) {
		if (reading->error->kind == ERROR_NONE)
			error_set(reading->error, ERROR_INPUT, "a row of %zu "
				"cells under a header of %zu", reading->cell,
				rows->column_count);
		reading->place->line = line;
		return;
	}
	if (rows->count == ROWS_MAX) {
		rows_fault(reading, line, ERROR_LIMIT,
			"has more than 100000 rows");
		return;
	}
	rows->lines = mem_grow(rows->lines, rows->count, &reading->line_room,
		sizeof *rows->lines);
	rows->lines[rows->count++] = line;
}

static void cell_seen(void *context, struct csv_place place,
	const char *bytes, size_t length)
{
	struct rows_reading *reading = context;
	const char *cell;

	if (reading->error->kind != ERROR_NONE)
		return;
	cell = arena_string_n(reading->arena, bytes, length);
	if (reading->headed)
		row_cell(reading, cell);
	else
		header_cell(reading, place.line, cell);
	reading->cell++;
}

static bool row_seen(void *context, struct csv_place place)
{
	struct rows_reading *reading = context;

	if (reading->error->kind != ERROR_NONE)
		return false;
	if (reading->headed)
		row_end(reading, place.line);
	else
		header_end(reading, place.line);
	reading->cell = 0;
	return reading->error->kind == ERROR_NONE;
}

static void rows_parse(struct rows_reading *reading, const char *bytes,
	size_t length)
{
	const struct csv_lines lines = {.cell = cell_seen, .row = row_seen,
		.context = reading};
	struct error error;
	int line;

	if (length >= 3 && memcmp(bytes, BYTE_ORDER_MARK, 3) == 0) {
		bytes += 3;
		length -= 3;
	}
	if (!utf8_is_valid(bytes, length)) {
		rows_fault(reading, 0, ERROR_INPUT,
			"is not UTF-8, or holds a NUL byte");
		return;
	}
	if (csv_lines_read(&lines, bytes, length, &line, &error) < 0)
		rows_fault(reading, line, error.kind, error.text);
	if (!reading->headed)
		rows_fault(reading, 0, ERROR_INPUT,
			"is empty: its first row names the columns");
}

struct conf_rows *conf_rows_read(struct arena *arena, const char *path,
	struct digest_state *digest, struct origin *place, struct error *error)
{
	struct conf_rows *rows = arena_alloc(arena, 1, sizeof *rows);
	struct rows_reading reading = {.arena = arena, .rows = rows,
		.place = place, .error = error};
	struct text bytes;

	*rows = (struct conf_rows){.path = arena_string(arena, path),
		.file = conf_file_shown(arena, path),
		.columns = arena_alloc(arena, ROWS_COLUMNS_MAX,
			sizeof *rows->columns)};
	*place = (struct origin){rows->file, 0, 0};
	error->kind = ERROR_NONE;
	text_init(&bytes, 2 * ROWS_FILE_MAX);
	if (conf_file_read(path, ROWS_FILE_MAX, &bytes, error) == 0) {
		if (digest != NULL)
			digest_add(digest, text_string(&bytes), bytes.length);
		rows_parse(&reading, text_string(&bytes), bytes.length);
	}
	text_release(&bytes);
	if (rows->cells != NULL)
		arena_adopt(arena, rows->cells);
	if (rows->lines != NULL)
		arena_adopt(arena, rows->lines);
	return error->kind == ERROR_NONE ? rows : NULL;
}
