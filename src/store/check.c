/*
 * check: whether the file is sound, as SQLite sees it: for after an unclean
 * stop. Says nothing of what stands in it; that is verify's.
 */
#include "store/check.h"
#include "store/database.h"

#define CHECK_STEPS 1000000	/* of SQLite's machine, between two reports */

struct checking {
	store_progress_fn *progress;
	void *context;
	int64_t steps;
	bool stopped;
};

static int check_goes_on(void *context)
{
	struct checking *checking = context;

	checking->steps += CHECK_STEPS;
	checking->stopped = !checking->progress(checking->context, "file",
		checking->steps, 0);
	return checking->stopped;
}

/* The first fault that SQLite finds; 0: none. */
static int check_file(sqlite3 *db, struct checking *checking,
	struct error *error)
{
	sqlite3_stmt *statement = database_prepare(db, "PRAGMA quick_check(1)",
		error);
	const char *said;
	int result = -1;

	if (statement == NULL)
		return -1;
	if (sqlite3_step(statement) != SQLITE_ROW) {
		result = checking->stopped ? 1 : database_error(db, error);
	} else {
		said = (const char *)sqlite3_column_text(statement, 0);
		if (string_is("ok", said))
			result = 0;
		else
			error_set(error, ERROR_INPUT, "%s is damaged: restore a backup "
				"(SQLite says: %s)", sqlite3_db_filename(db, "main"), said);
	}
	sqlite3_finalize(statement);
	return result;
}

int check_database(sqlite3 *db, store_progress_fn *progress, void *context,
	struct error *error)
{
	struct checking checking = { progress, context, 0, false };
	int result;

	if (progress != NULL)
		sqlite3_progress_handler(db, CHECK_STEPS, check_goes_on, &checking);
	result = check_file(db, &checking, error);
	sqlite3_progress_handler(db, 0, NULL, NULL);
	return result;
}

int store_check(const char *dir, store_progress_fn *progress, void *context,
	struct error *error)
{
	sqlite3 *db = database_open(dir, DATABASE_READ, error);
	int result;

	if (db == NULL)
		return -1;
	result = check_database(db, progress, context, error);
	database_close(db);
	return result;
}
