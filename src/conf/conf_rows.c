/*
 * conf_rows: libcsv over the lines of a table. It tells cells and ends of rows,
 * but not where they stand, so it is fed line by line.
 */
#include <stdlib.h>
#include <string.h>

#include <csv.h>

#include "base/mem.h"
#include "conf/conf_file.h"
#include "conf/conf_rows.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct rows_reading {
	struct arena *arena;
	struct conf_rows *rows;
	size_t cell_room, line_room;
	size_t cell;		/* cells of the row so far */
	int line;		/* being fed */
	int begun;		/* line on which the row begins */
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

static void header_cell(struct rows_reading *reading, const char *name)
{
	struct conf_rows *rows = reading->rows;

	if (rows->column_count == ROWS_COLUMNS_MAX) {
		rows_fault(reading, reading->begun, ERROR_LIMIT,
			"has more than 64 columns");
		return;
	}
	rows->columns[rows->column_count++] = name;
}

static void header_end(struct rows_reading *reading)
{
	const struct conf_rows *rows = reading->rows;

	reading->headed = true;
	for (size_t i = 0; i < rows->column_count; i++) {
		if (!rows_name_is_valid(rows->columns[i]))
			rows_fault(reading, reading->begun, ERROR_INPUT,
				"the header: a name has 1 to 64 characters, none "
				"of them white space, $, {, }, \" or a point");
		for (size_t j = 0; j < i; j++)
			if (string_is(rows->columns[i], rows->columns[j]))
				rows_fault(reading, reading->begun, ERROR_INPUT,
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

static void row_end(struct rows_reading *reading)
{
	struct conf_rows *rows = reading->rows;

	if (reading->cell != rows->column_count) {
		if (reading->error->kind == ERROR_NONE)
			error_set(reading->error, ERROR_INPUT, "a row of %zu "
				"cells under a header of %zu", reading->cell,
				rows->column_count);
		reading->place->line = reading->begun;
		return;
	}
	if (rows->count == ROWS_MAX) {
		rows_fault(reading, reading->begun, ERROR_LIMIT,
			"has more than 100000 rows");
		return;
	}
	rows->lines = mem_grow(rows->lines, rows->count, &reading->line_room,
		sizeof *rows->lines);
	rows->lines[rows->count++] = reading->begun;
}

static void cell_seen(void *bytes, size_t length, void *context)
{
	struct rows_reading *reading = context;
	const char *cell;

	if (reading->error->kind != ERROR_NONE)
		return;
	cell = arena_string_n(reading->arena, length != 0 ? bytes : "", length);
	if (reading->headed)
		row_cell(reading, cell);
	else
		header_cell(reading, cell);
	reading->cell++;
}

static void row_seen(int end, void *context)
{
	struct rows_reading *reading = context;

	(void)end;
	if (reading->error->kind != ERROR_NONE)
		return;
	if (reading->headed)
		row_end(reading);
	else
		header_end(reading);
	reading->cell = 0;
	reading->begun = reading->line + 1;
}

static bool line_is_blank(const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (strchr(" \t\r\n", line[i]) == NULL)
			return false;
	return true;
}

/* A blank line is no row; one within quotes belongs to the row begun. */
static void rows_feed(struct rows_reading *reading, struct csv_parser *parser,
	const char *bytes, size_t length)
{
	for (size_t at = 0; at < length && reading->error->kind == ERROR_NONE;) {
		const char *end = memchr(bytes + at, '\n', length - at);
		size_t span = end != NULL ? (size_t)(end - bytes) + 1 - at :
			length - at;

		reading->line++;
		if (reading->begun == reading->line &&
		    line_is_blank(bytes + at, span))
			reading->begun++;
		else if (csv_parse(parser, bytes + at, span, cell_seen, row_seen,
		    reading) != span)
			rows_fault(reading, reading->line, ERROR_INPUT,
				"a quote stands where none may be");
		at += span;
	}
	if (reading->error->kind == ERROR_NONE &&
	    csv_fini(parser, cell_seen, row_seen, reading) != 0)
		rows_fault(reading, reading->begun, ERROR_INPUT,
			"the row that begins here has a quote without its end");
}

static void rows_parse(struct rows_reading *reading, const char *bytes,
	size_t length)
{
	struct csv_parser parser;

	if (length >= 3 && memcmp(bytes, BYTE_ORDER_MARK, 3) == 0) {
		bytes += 3;
		length -= 3;
	}
	if (!utf8_is_valid(bytes, length)) {
		rows_fault(reading, 0, ERROR_INPUT,
			"is not UTF-8, or holds a NUL byte");
		return;
	}
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return;
	rows_feed(reading, &parser, bytes, length);
	csv_free(&parser);
	if (!reading->headed)
		rows_fault(reading, 0, ERROR_INPUT,
			"is empty: its first row names the columns");
}

struct conf_rows *conf_rows_read(struct arena *arena, const char *path,
	struct digest_state *digest, struct origin *place, struct error *error)
{
	struct conf_rows *rows = arena_alloc(arena, 1, sizeof *rows);
	struct rows_reading reading = {.arena = arena, .rows = rows,
		.begun = 1, .place = place, .error = error};
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
