/*
 * conf_rows: tables that stand beside register files, for elements written
 * once and read once a row.
 *
 * CSV by RFC 4180, in UTF-8, with a header of names; white space around a cell
 * that is not quoted is not part of it, and a row has as many cells as the
 * header. A table is read once, whole, and stays until its arena goes.
 */
#ifndef PLEDGED_CONF_CONF_ROWS_H
#define PLEDGED_CONF_CONF_ROWS_H

#include "base/arena.h"
#include "base/digest.h"
#include "base/error.h"

#define ROWS_FILE_MAX ((size_t)10 << 20)	/* bytes of one table */
#define ROWS_MAX 100000
#define ROWS_COLUMNS_MAX 64
#define ROWS_NAME_MAX 64			/* bytes of a column's name */

struct conf_rows {
	const char *path;		/* absolute; NULL: values of a setting */
	const char *file;		/* as shown in messages */
	const char **columns;		/* their names */
	size_t column_count;
	const char **cells;		/* row after row */
	int *lines;			/* on which each row begins */
	size_t count;
	struct conf_rows *next;		/* for whoever keeps several */
};

/*
 * Reads a table into the arena, and its bytes into a digest (NULL: none). NULL
 * with the place and an error that does not repeat it: a file that is none, is
 * too large or not UTF-8, a header that is empty or names a column twice, a row
 * of another length.
 */
struct conf_rows *conf_rows_read(struct arena *arena, const char *path,
	struct digest_state *digest, struct origin *place, struct error *error);

/* Whether a name may stand between ${ and }: 1 to ROWS_NAME_MAX bytes without
   white space, control characters and any of $ { } " . */
bool rows_name_is_valid(const char *name);

#endif
