/*
 * import_table: a table of commitments as a spreadsheet writes it: CSV of any
 * delimiter and encoding, whose header may stand below other rows.
 *
 * Of a cell every run of white space, line breaks too, is one space. A row that
 * is shorter than the header ends with empty cells; one without any text is
 * passed over.
 */
#ifndef PLEDGED_CONF_IMPORT_TABLE_H
#define PLEDGED_CONF_IMPORT_TABLE_H

#include "base/arena.h"
#include "base/digest.h"
#include "conf/csv_lines.h"

#define IMPORT_TABLE_MAX ((size_t)32 << 20)	/* bytes, encoded or not */
#define IMPORT_ROWS_MAX 100000
#define IMPORT_COLUMNS_MAX 256
#define IMPORT_CELL_MAX 32768			/* bytes, as UTF-8 */
#define IMPORT_HEADER_MAX 1000			/* the header's row, at most */

/* How the table is written. */
struct import_form {
	const char *encoding;	/* as iconv calls it; NULL: UTF-8, or what a byte
				   order mark says */
	char delimiter;
	char decimal, thousands;	/* thousands 0: none */
	int header;		/* its row, from 1 */
};

struct import_row {
	struct csv_place place;
	const char **cells;	/* one for each column of the header */
	size_t excess;		/* cells with text behind those */
	bool left_out;		/* for whoever goes over the rows */
};

struct import_table {
	const char *file;	/* as shown in messages */
	const char **header;
	size_t column_count;
	struct csv_place header_place;
	struct import_row *rows;
	size_t count;
	struct digest digest;	/* of the bytes as they stand in the file */
};

/* Whether there is an encoding of that name. */
bool import_encoding_is_known(const char *name);

/* Reads a table into the arena. NULL with an error and its place. */
struct import_table *import_table_read(struct arena *arena, const char *path,
	const struct import_form *form, struct origin *place,
	struct error *error);

/* The name that a spreadsheet gives to a cell: "C12"; column from 0. */
void text_add_cell(struct text *text, size_t column, int row);

#endif
