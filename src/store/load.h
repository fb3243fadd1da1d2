/*
 * load: what the files that read have in common.
 */
#ifndef PLEDGED_STORE_LOAD_H
#define PLEDGED_STORE_LOAD_H

#include "store/cursor.h"
#include "store/readers.h"

/* Reads one row and hands it on, unless it is bad. */
typedef void load_row(struct cursor *cursor, void *target);

/* Steps through a query that is bound, and gives it back. */
int load_rows(struct store *store, sqlite3_stmt *statement, load_row *row,
	void *target, struct error *error);
/* The same, ending early once it is enough. */
typedef bool load_enough(const void *target);
int load_rows_until(struct store *store, sqlite3_stmt *statement, load_row *row,
	load_enough *enough, void *target, struct error *error);
/* At most so many rows; 0: no limit. */
void load_bind_limit(sqlite3_stmt *statement, int index, size_t limit);

#endif
