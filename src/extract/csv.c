/*
 * csv: CSV by an SQL query. The bytes become a table in memory, `cells`, whose
 * columns are c1, c2, …; the view `data` adds the names of the header. The
 * bytes are read twice: to type the columns, and to store them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <csv.h>
#include <sqlite3.h>

#include "base/mem.h"
#include "base/text.h"
#include "extract/decode.h"
#include "extract/extract.h"
#include "extract/sql.h"

#define NUMBER_SIZE 32
#define DIGITS_MAX 15		/* significant ones, which a double keeps */

struct column {
	char *name;		/* of the header; NULL: none */
	bool number;		/* every cell that is not empty is a plain number */
	bool decided;		/* by the request */
};

struct table {
	const struct extract_request *request;
	sqlite3 *db;
	sqlite3_stmt *insert;
	struct column columns[EXTRACT_COLUMNS_MAX];
	size_t column_count;
	size_t row, cell;	/* where the reading stands */
	bool storing;		/* second pass */
	bool too_wide;
	bool full;		/* a row could not be stored */
	struct error *error;
};

/* --- cells ----------------------------------------------------------------- */

struct number {
	const struct extract_request *request;
	char *out;
	size_t used;
	size_t digits, whole;	/* of the mantissa; before its point */
	size_t significant;
	size_t group;		/* digits since the last mark of thousands */
	bool grouped, point, exponent, signed_exponent;
};

static void number_digit(struct number *number, char c)
{
	if (!number->exponent) {
		number->significant += c != '0' || number->significant > 0;
		number->digits++;
		number->whole += !number->point;
		number->group++;
	}
	number->out[number->used++] = c;
}

/* Marks of thousands stand before three digits, or two in some countries. */
static bool number_mark(struct number *number)
{
	bool good = number->grouped ? number->group == 2 || number->group == 3
		: number->whole > 0;

	number->grouped = true;
	number->group = 0;
	return good && !number->point && !number->exponent;
}

/* Whether what stands before the point, or all of it, is in order. */
static bool number_whole_is_good(const struct number *number)
{
	return !number->grouped || number->group == 3;
}

static bool number_take(struct number *number, char c, char before)
{
	char decimal = number->request->csv_decimal;
	char thousands = number->request->csv_thousands;

	if (c >= '0' && c <= '9') {
		number_digit(number, c);
	} else if (c == (decimal != 0 ? decimal : '.')) {
		if (number->point || number->exponent ||
			!number_whole_is_good(number))
			return false;
		number->point = true;
		number->out[number->used++] = '.';
	} else if (thousands != 0 && c == thousands) {
		return number_mark(number);
	} else if (c == '-' || c == '+') {
		if (before != '\0' && before != 'e' && before != 'E')
			return false;
		number->signed_exponent |= before != '\0';
		number->out[number->used++] = c;
	} else if (c == 'e' || c == 'E') {
		if (number->exponent || number->digits == 0)
			return false;
		number->exponent = true;
		number->out[number->used++] = c;
	} else {
		return false;
	}
	return true;
}

/* The length of a space that keeps a number on one line and is a mark of
   thousands where a space is one; 0: there is none. */
static size_t space_length(const char *at, size_t left)
{
	static const char *const spaces[] = {"\xc2\xa0", "\xe2\x80\xaf",
		"\xe2\x80\x89"};

	for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
		size_t length = strlen(spaces[i]);

		if (length <= left && memcmp(at, spaces[i], length) == 0)
			return length;
	}
	return 0;
}

/*
 * A cell as a plain number in out: its own decimal mark made a point, its
 * thousands nothing. false: it is none, has too many digits or, unless any
 * will do, leading zeros or an exponent without sign and point (0101 and 1E5
 * are codes).
 */
static bool cell_number(const struct extract_request *request, const char *cell,
	size_t length, bool any, char out[NUMBER_SIZE])
{
	struct number number = {.request = request, .out = out};

	for (size_t i = 0, step; i < length; i += step) {
		size_t space = request->csv_thousands != ' ' ? 0 :
			space_length(cell + i, length - i);

		step = space > 0 ? space : 1;
		if (number.used == NUMBER_SIZE - 1 ||
			!number_take(&number, space > 0 ? ' ' : cell[i],
				i > 0 ? cell[i - 1] : '\0'))
			return false;
	}
	out[number.used] = '\0';
	if (number.digits == 0 || number.significant > DIGITS_MAX ||
		out[number.used - 1] < '0' || out[number.used - 1] > '9')
		return false;
	if (!number.point && !number_whole_is_good(&number))
		return false;
	bool zeros = number.whole > 1 && out[strspn(out, "+-")] == '0';

	return any || (!zeros &&
		(!number.exponent || number.signed_exponent || number.point));
}

static void cell_bind(struct table *table, const char *cell, size_t length)
{
	const struct column *column = &table->columns[table->cell];
	int index = (int)table->cell + 1;
	char number[NUMBER_SIZE];

	if (length == 0)
		sqlite3_bind_null(table->insert, index);
	else if (!column->number || !cell_number(table->request, cell, length,
			column->decided, number))
		sqlite3_bind_text(table->insert, index, cell, (int)length,
			SQLITE_TRANSIENT);
	else if (strpbrk(number, ".eE") == NULL)
		sqlite3_bind_int64(table->insert, index, strtoll(number, NULL, 10));
	else
		sqlite3_bind_double(table->insert, index, strtod(number, NULL));
}

static bool row_is_header(const struct table *table)
{
	return table->row == 0 && !table->request->csv_no_header;
}

static void cell_type(struct table *table, const char *cell, size_t length)
{
	struct column *column = &table->columns[table->cell];
	char number[NUMBER_SIZE];

	if (table->cell == table->column_count) {
		column->number = true;
		table->column_count++;
	}
	if (row_is_header(table))
		column->name = mem_string_n(cell, length);
	else if (length > 0 && column->number)
		column->number = cell_number(table->request, cell, length, false,
			number);
}

static void cell_seen(void *bytes, size_t length, void *context)
{
	struct table *table = context;
	const char *cell = length > 0 ? bytes : "";

	if (table->cell >= EXTRACT_COLUMNS_MAX) {
		table->too_wide = true;
		return;
	}
	if (!table->storing)
		cell_type(table, cell, length);
	else if (!row_is_header(table))
		cell_bind(table, cell, length);
	table->cell++;
}

static void row_seen(int terminator, void *context)
{
	struct table *table = context;

	(void)terminator;
	if (table->storing && !row_is_header(table)) {
		table->full |= sqlite3_step(table->insert) != SQLITE_DONE;
		sqlite3_reset(table->insert);
		sqlite3_clear_bindings(table->insert);
	}
	table->row++;
	table->cell = 0;
}

/* --- reading --------------------------------------------------------------- */

static int quote_fault(struct table *table, const char *bytes, size_t offset,
	size_t length)
{
	size_t line = 1;

	if (offset >= length)
		return error_set(table->error, ERROR_INPUT, "not CSV: the last "
			"quoted cell is never closed: is the table complete?");
	for (size_t i = 0; i < offset; i++)
		line += bytes[i] == '\n';
	return error_set(table->error, ERROR_INPUT, "not CSV: line %zu: a "
		"quotation mark inside a cell: such a cell is quoted as a "
		"whole, and the mark in it doubled", line);
}

/* One pass over the bytes. */
static int table_read(struct table *table, const char *bytes, size_t length)
{
	struct csv_parser parser;
	char delimiter = table->request->csv_delimiter;

	csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI);
	if (delimiter != 0)
		csv_set_delim(&parser, (unsigned char)delimiter);
	table->row = table->cell = 0;
	size_t read = csv_parse(&parser, bytes, length, cell_seen, row_seen, table);
	int end = read == length
		? csv_fini(&parser, cell_seen, row_seen, table) : -1;
	bool memory = csv_error(&parser) == CSV_ENOMEM;

	csv_free(&parser);
	if (memory || table->full)
		return error_set(table->error, ERROR_LIMIT,
			"the table needs more memory than there is");
	if (end != 0)
		return quote_fault(table, bytes, read, length);
	if (table->too_wide)
		return error_set(table->error, ERROR_LIMIT,
			"more than %d columns", EXTRACT_COLUMNS_MAX);
	return 0;
}

/* --- the table --------------------------------------------------------------- */

static bool column_is(const struct table *table, size_t index, const char *said)
{
	const char *name = table->columns[index].name;
	char plain[24];

	snprintf(plain, sizeof plain, "c%zu", index + 1);
	return strcasecmp(said, plain) == 0 ||
		(name != NULL && strcasecmp(said, name) == 0);
}

static int columns_decide(struct table *table)
{
	const struct extract_request *request = table->request;

	for (size_t k = 0; k < request->columns_as_count; k++) {
		const struct extract_column_as *as = &request->columns_as[k];
		bool found = false;

		for (size_t i = 0; i < table->column_count; i++) {
			if (!column_is(table, i, as->name))
				continue;
			found = true;
			table->columns[i].decided = true;
			table->columns[i].number = as->number;
		}
		if (!found)
			return error_set(table->error, ERROR_INPUT, "columns_as: "
				"the table has no column \"%.80s\"", as->name);
	}
	return 0;
}

static void add_quoted(struct text *sql, const char *name)
{
	text_add_char(sql, '"');
	for (const char *c = name; *c != '\0'; c++) {
		if (*c == '"')
			text_add_char(sql, '"');
		text_add_char(sql, *c);
	}
	text_add_char(sql, '"');
}

/* A header's name is a column unless it says c1, or something twice. */
static bool name_is_usable(const struct table *table, size_t index)
{
	const char *name = table->columns[index].name;

	if (name == NULL || *name == '\0' || sql_name_is_numbered(name))
		return false;
	for (size_t i = 0; i < index; i++) {
		if (table->columns[i].name != NULL &&
			strcasecmp(table->columns[i].name, name) == 0)
			return false;
	}
	return true;
}

static void add_columns(struct text *sql, size_t count)
{
	for (size_t i = 0; i < count; i++)
		text_addf(sql, "%sc%zu", i > 0 ? "," : "", i + 1);
}

static int table_create(struct table *table)
{
	struct text sql;
	int status = 0;

	text_init(&sql, 0);
	text_add_string(&sql, "CREATE TABLE cells(");
	add_columns(&sql, table->column_count);
	text_add_string(&sql, "); CREATE VIEW data AS SELECT ");
	add_columns(&sql, table->column_count);
	for (size_t i = 0; i < table->column_count; i++) {
		if (!name_is_usable(table, i))
			continue;
		text_addf(&sql, ",c%zu AS ", i + 1);
		add_quoted(&sql, table->columns[i].name);
	}
	text_add_string(&sql, " FROM cells; BEGIN");
	if (sqlite3_exec(table->db, text_string(&sql), NULL, NULL, NULL) != SQLITE_OK)
		status = error_set(table->error, ERROR_INPUT, "csv: the header: %s",
			sqlite3_errmsg(table->db));
	text_clear(&sql);
	text_add_string(&sql, "INSERT INTO cells VALUES(");
	for (size_t i = 0; i < table->column_count; i++)
		text_add_string(&sql, i > 0 ? ",?" : "?");
	text_add_char(&sql, ')');
	if (status == 0 && sqlite3_prepare_v2(table->db, text_string(&sql), -1,
			&table->insert, NULL) != SQLITE_OK)
		status = error_set(table->error, ERROR_BUG, "csv: %s",
			sqlite3_errmsg(table->db));
	text_release(&sql);
	return status;
}

static int table_fill(struct table *table, const char *bytes, size_t length)
{
	if (table_read(table, bytes, length) < 0)
		return -1;
	if (table->column_count == 0)
		return error_set(table->error, ERROR_INPUT, "the table is empty");
	if (columns_decide(table) < 0 || table_create(table) < 0)
		return -1;
	table->storing = true;
	int status = table_read(table, bytes, length);

	sqlite3_finalize(table->insert);
	table->insert = NULL;
	sqlite3_exec(table->db, "COMMIT", NULL, NULL, NULL);
	return status;
}

int extract_csv(const struct extract_request *request, extract_take *take,
	void *context, struct extract_found *found, struct error *error)
{
	struct table *table = mem_new(1, sizeof *table);
	struct decoded decoded;

	(void)found;
	table->request = request;
	table->error = error;
	int status = decoded_init(&decoded, DECODE_TEXT, request, error);

	if (status == 0)
		status = sql_open(&table->db, error);
	if (status == 0)
		status = table_fill(table, decoded.bytes, decoded.length);
	decoded_release(&decoded);
	if (status == 0)
		status = sql_run(table->db, "data", request, take, context, error);
	sqlite3_finalize(table->insert);
	sqlite3_close(table->db);
	for (size_t i = 0; i < EXTRACT_COLUMNS_MAX; i++)
		free(table->columns[i].name);
	free(table);
	return status;
}
