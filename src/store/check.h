/*
 * check: whether a database is sound, as SQLite sees it.
 */
#ifndef PLEDGED_STORE_CHECK_H
#define PLEDGED_STORE_CHECK_H

#include <sqlite3.h>

#include "store/store.h"

/* 0: it is; 1: stopped; -1: it is not, or cannot be read. progress may be
   NULL. */
int check_database(sqlite3 *db, store_progress_fn *progress, void *context,
	struct error *error);

#endif
