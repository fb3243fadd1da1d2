/* import_table: bytes ─decode→ UTF-8 ─csv_lines→ rows of cells. */
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/conf_file.h"
#include "conf/import_table.h"

#define PIECE 65536		/* bytes decoded at once */

/* --- encodings ------------------------------------------------------------- */

/* What is called so is in fact the other: that is what browsers and
   spreadsheets take it for. */
static const char *encoding_meant(const char *name)
{
	static const char *const latin[] = {"iso-8859-1", "iso8859-1", "latin1",
		"latin-1", "ansi"};
	struct text lower;
	bool is_latin = false;

	text_init(&lower, 0);
	for (const char *c = name; *c != '\0'; c++)
		text_add_char(&lower, (char)(*c >= 'A' && *c <= 'Z' ?
			*c - 'A' + 'a' : *c));
	for (size_t i = 0; i < sizeof latin / sizeof *latin; i++)
		is_latin |= string_is(text_string(&lower), latin[i]);
	text_release(&lower);
	return is_latin ? "WINDOWS-1252" : name;
}

bool import_encoding_is_known(const char *name)
{
	iconv_t state = iconv_open("UTF-8", encoding_meant(name));

	if (state == (iconv_t)-1)
		return false;
	iconv_close(state);
	return true;
}

/* What a byte order mark says; NULL: there is none. */
static const char *encoding_marked(const char *bytes, size_t length)
{
	static const struct {
		const char *mark;
		size_t length;
		const char *encoding;
	} marks[] = {
		{"\xef\xbb\xbf", 3, "UTF-8"},
		{"\xff\xfe", 2, "UTF-16"},
		{"\xfe\xff", 2, "UTF-16"},
	};

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (length >= marks[i].length && memcmp(bytes, marks[i].mark,
		    marks[i].length) == 0)
			return marks[i].encoding;
	return NULL;
}

static int line_of(const struct text *text)
{
	const char *bytes = text_string(text);
	int line = 1;

	for (size_t i = 0; i < text->length; i++)
		line += bytes[i] == '\n';
	return line;
}

/* Decodes until the end or the first bytes that are not in the encoding; the
   line of those, else 0. */
static int bytes_convert(iconv_t state, const char *bytes, size_t length,
	struct text *out)
{
	char *from = (char *)(uintptr_t)bytes, *piece = mem_new(1, PIECE);
	size_t status = 0;

	do {
		char *to = piece;
		size_t room = PIECE;

		status = iconv(state, &from, &length, &to, &room);
		text_add(out, piece, PIECE - room);
	} while (status == (size_t)-1 && errno == E2BIG && !out->cut);
	free(piece);
	return status == (size_t)-1 && !out->cut ? line_of(out) : 0;
}

static bool bytes_decode(const char *bytes, size_t length,
	const char *encoding, struct text *out, int *line, struct error *error)
{
	iconv_t state = iconv_open("UTF-8", encoding_meant(encoding));

	if (state == (iconv_t)-1) {
		error_set(error, ERROR_INPUT, "there is no encoding \"%.64s\"",
			encoding);
		return false;
	}
	*line = bytes_convert(state, bytes, length, out);
	iconv_close(state);
	if (*line != 0)
		error_set(error, ERROR_INPUT, "bytes that are not in the "
			"encoding %.64s", encoding);
	return *line == 0;
}

/* The text of a file in UTF-8 without a mark. */
static bool text_decode(const struct text *bytes, const char *encoding,
	struct text *out, struct origin *place, struct error *error)
{
	const char *marked = encoding_marked(text_string(bytes), bytes->length);
	const char *from = marked != NULL ? marked :
		encoding != NULL ? encoding : "UTF-8";
	size_t skip = marked != NULL && string_is(marked, "UTF-8") ? 3 : 0;

	if (!bytes_decode(text_string(bytes) + skip, bytes->length - skip, from,
	    out, &place->line, error)) {
		if (marked == NULL && encoding == NULL)
			error_set(error, ERROR_INPUT, "is not UTF-8: name its "
				"encoding in the mapping, as in table: { encoding "
				"= \"windows-1252\"; }");
		return false;
	}
	if (out->cut)
		error_set(error, ERROR_LIMIT, "has more than %zu MiB as UTF-8",
			IMPORT_TABLE_MAX >> 20);
	else if (!utf8_is_valid(text_string(out), out->length))
		error_set(error, ERROR_INPUT, "holds a NUL byte: is it CSV, and "
			"is its encoding another?");
	else
		return true;
	return false;
}

/* --- rows ------------------------------------------------------------------ */

struct table_reading {
	struct arena *arena;
	const struct import_form *form;
	struct import_table *table;
	const char *cells[IMPORT_COLUMNS_MAX];	/* of the row so far */
	size_t cell, room;
	struct text line;
	struct origin *place;
	struct error *error;
};

static void table_fault(struct table_reading *reading, int line,
	const char *text)
{
	if (reading->error->kind != ERROR_NONE)
		return;
	reading->place->line = line;
	error_set(reading->error, ERROR_LIMIT, "%s", text);
}

/* Spaces that keep a line together are white space as well. */
static void spaces_make_plain(char *string)
{
	static const char *const spaces[] = {"\xc2\xa0", "\xe2\x80\xaf",
		"\xe2\x80\x89"};

	for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
		for (char *at = string; (at = strstr(at, spaces[i])) != NULL;)
			memset(at, ' ', strlen(spaces[i]));
}

static void cell_take(void *context, struct csv_place place, const char *bytes,
	size_t length)
{
	struct table_reading *reading = context;
	char *string;

	if (length > IMPORT_CELL_MAX)
		table_fault(reading, place.line, "a cell of more than 32768 "
			"bytes");
	if (reading->cell == IMPORT_COLUMNS_MAX) {
		table_fault(reading, place.line, "has more than 256 columns");
		return;
	}
	string = mem_string_n(bytes, length);
	spaces_make_plain(string);
	text_clear(&reading->line);
	text_add_line(&reading->line, string, IMPORT_CELL_MAX);
	free(string);
	reading->cells[reading->cell++] = reading->line.length == 0 ? "" :
		arena_string(reading->arena, text_string(&reading->line));
}

/* The number of cells up to the last that has text. */
static size_t cells_used(const struct table_reading *reading)
{
	size_t used = reading->cell;

	while (used > 0 && reading->cells[used - 1][0] == '\0')
		used--;
	return used;
}

static const char **cells_keep(struct table_reading *reading, size_t count)
{
	const char **cells = arena_alloc(reading->arena, count, sizeof *cells);

	for (size_t i = 0; i < count; i++)
		cells[i] = i < reading->cell ? reading->cells[i] : "";
	return cells;
}

static void header_take(struct table_reading *reading, struct csv_place place)
{
	struct import_table *table = reading->table;

	table->column_count = cells_used(reading);
	table->header = cells_keep(reading, table->column_count);
	table->header_place = place;
}

static void row_keep(struct table_reading *reading, struct csv_place place)
{
	struct import_table *table = reading->table;
	size_t used = cells_used(reading);

	if (table->count == IMPORT_ROWS_MAX) {
		table_fault(reading, place.line, "has more than 100000 rows");
		return;
	}
	table->rows = mem_grow(table->rows, table->count, &reading->room,
		sizeof *table->rows);
	table->rows[table->count++] = (struct import_row){.place = place,
		.cells = cells_keep(reading, table->column_count),
		.excess = used > table->column_count ?
			used - table->column_count : 0};
}

static bool row_take(void *context, struct csv_place place)
{
	struct table_reading *reading = context;

	if (reading->table->header == NULL) {
		if (place.row >= reading->form->header &&
		    cells_used(reading) > 0)
			header_take(reading, place);
	} else if (cells_used(reading) > 0) {
		row_keep(reading, place);
	}
	reading->cell = 0;
	return reading->error->kind == ERROR_NONE;
}

static void table_parse(struct table_reading *reading, const struct text *text)
{
	const struct csv_lines lines = {.delimiter = reading->form->delimiter,
		.cell = cell_take, .row = row_take, .context = reading};
	struct error error;
	int line;

	text_init(&reading->line, 0);
	if (csv_lines_read(&lines, text_string(text), text->length, &line,
	    &error) < 0)
		table_fault(reading, line, error.text);
	if (reading->table->header == NULL)
		table_fault(reading, 0, "has no header: the row that names the "
			"columns is the first with text, or what table.header "
			"says");
	text_release(&reading->line);
}

/* --- the whole ------------------------------------------------------------- */

struct import_table *import_table_read(struct arena *arena, const char *path,
	const struct import_form *form, struct origin *place,
	struct error *error)
{
	struct import_table *table = arena_alloc(arena, 1, sizeof *table);
	struct table_reading reading = {.arena = arena, .form = form,
		.table = table, .place = place, .error = error};
	struct text bytes, text;

	table->file = conf_file_shown(arena, conf_file_absolute(arena, path));
	*place = (struct origin){table->file, 0, 0};
	error->kind = ERROR_NONE;
	text_init(&bytes, 2 * IMPORT_TABLE_MAX);
	text_init(&text, IMPORT_TABLE_MAX);
	if (conf_file_read(path, IMPORT_TABLE_MAX, &bytes, error) == 0) {
		digest_sha256(text_string(&bytes), bytes.length, &table->digest);
		if (text_decode(&bytes, form->encoding, &text, place, error))
			table_parse(&reading, &text);
	}
	text_release(&bytes);
	text_release(&text);
	if (table->rows != NULL)
		arena_adopt(arena, table->rows);
	return error->kind == ERROR_NONE ? table : NULL;
}

void text_add_cell(struct text *text, size_t column, int row)
{
	char letters[8];
	size_t at = sizeof letters;

	for (size_t rest = column + 1; rest > 0 && at > 0; rest = (rest - 1) / 26)
		letters[--at] = (char)('A' + (rest - 1) % 26);
	text_add(text, letters + at, sizeof letters - at);
	text_addf(text, "%d", row);
}
