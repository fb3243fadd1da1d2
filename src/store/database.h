/*
 * database: a connection with the settings that hold for every one of ours,
 * and what SQLite's codes mean to the person who runs the daemon.
 */
#ifndef PLEDGED_STORE_DATABASE_H
#define PLEDGED_STORE_DATABASE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define DATABASE_FILE "pledged.db"
#define DATABASE_VALUE_MAX (512 << 20)	/* bytes of one value or row */

enum database_mode { DATABASE_READ, DATABASE_WRITE };

/*
 * Opens DIR/pledged.db. WRITE creates it (mode 0600) when it is missing and
 * brings its schema forward; READ refuses any version but the present one.
 * NULL with an error that says what to do.
 */
sqlite3 *database_open(const char *dir, enum database_mode mode,
	struct error *error);
/* The same of a file by its path, as database_path makes it. */
sqlite3 *database_open_path(const char *path, enum database_mode mode,
	struct error *error);
/* DIR/file with the folder's own links resolved, since SQLite is told to
   follow none. NULL with an error; free() it. */
char *database_path(const char *dir, const char *file, struct error *error);
/* NULL is nothing. */
void database_close(sqlite3 *db);

/*
 * Locks DIR/lock for this process and returns the descriptor that holds it;
 * -1 when another process has it, or on error.
 */
int database_lock(const char *dir, struct error *error);

/* Runs statements that give no rows. */
int database_run(sqlite3 *db, const char *sql, struct error *error);
/* The first column of the first row; 0 when there is none. */
int database_number(sqlite3 *db, const char *sql, int64_t *out,
	struct error *error);
/* A statement kept for long, or NULL. */
sqlite3_stmt *database_prepare(sqlite3 *db, const char *sql,
	struct error *error);
/* Steps to the end of a statement that gives no rows, and resets it. */
int database_step(sqlite3_stmt *statement, struct error *error);
/* Says in words what went wrong last, and what to do. Returns -1. */
int database_error(sqlite3 *db, struct error *error);

#endif
