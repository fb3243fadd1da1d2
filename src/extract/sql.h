/*
 * sql: one SELECT over a database in memory, its results as rows. It sees no
 * clock, no chance, no file; it changes nothing, and stops after so many
 * steps. For formats that become tables.
 */
#ifndef PLEDGED_EXTRACT_SQL_H
#define PLEDGED_EXTRACT_SQL_H

#include <sqlite3.h>

#include "extract/extract.h"

/* A fresh database in memory; sqlite3_close it, in case of -1 too. */
int sql_open(sqlite3 **db, struct error *error);
/* c1, c2, …: names that every table has. */
bool sql_name_is_numbered(const char *name);
/* Runs the request's program, which from here on is all the database takes.
   table: where the programs' columns are, to name them when one is wrong. */
int sql_run(sqlite3 *db, const char *table,
	const struct extract_request *request, extract_take *take,
	void *context, struct error *error);

#endif
