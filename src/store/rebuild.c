/*
 * rebuild: empties the state tables and lets every fact move them on again,
 * by the same statements that did it the first time.
 */
#include <unistd.h>

#include "store/database.h"
#include "store/facts.h"
#include "store/store.h"

static int rebuild_clear(sqlite3 *db, struct error *error)
{
	char sql[80];

	for (int i = 0; state_tables[i] != NULL; i++) {
		snprintf(sql, sizeof sql, "DELETE FROM %s", state_tables[i]);
		if (database_run(db, sql, error) < 0)
			return -1;
	}
	return 0;
}

/* Whether a row does that to state. */
static bool rebuild_applies(sqlite3_stmt *row, const struct fact_state *state)
{
	if (state->only == 0)
		return true;
	if (state->only > 0)
		return sqlite3_column_type(row, state->only - 1) != SQLITE_NULL;
	return sqlite3_column_type(row, -state->only - 1) == SQLITE_NULL;
}

static int rebuild_row(sqlite3_stmt *row, sqlite3_stmt *state,
	struct error *error)
{
	int parameters = sqlite3_bind_parameter_count(state);

	for (int i = 0; i < parameters; i++)
		sqlite3_bind_value(state, i + 1, sqlite3_column_value(row, i));
	return database_step(state, error);
}

static int rebuild_from(sqlite3_stmt *row, const struct fact_table *table,
	sqlite3_stmt *const *states, struct error *error)
{
	int code;

	while ((code = sqlite3_step(row)) == SQLITE_ROW)
		for (int i = 0; i < FACT_STATES_MAX && states[i] != NULL; i++)
			if (rebuild_applies(row, &table->state[i]) &&
			    rebuild_row(row, states[i], error) < 0)
				return -1;
	if (code != SQLITE_DONE)
		return database_error(sqlite3_db_handle(row), error);
	return 0;
}

static int rebuild_table(sqlite3 *db, const struct fact_table *table,
	struct error *error)
{
	sqlite3_stmt *states[FACT_STATES_MAX] = { NULL }, *row;
	struct text sql;
	int result = -1;

	text_init(&sql, 4096);
	fact_select_sql(table, &sql);
	row = database_prepare(db, text_string(&sql), error);
	text_release(&sql);
	for (int i = 0; row != NULL && i < FACT_STATES_MAX &&
	    table->state[i].sql != NULL; i++) {
		states[i] = database_prepare(db, table->state[i].sql, error);
		if (states[i] == NULL)
			goto out;
	}
	if (row != NULL)
		result = rebuild_from(row, table, states, error);
out:
	for (int i = 0; i < FACT_STATES_MAX; i++)
		sqlite3_finalize(states[i]);
	sqlite3_finalize(row);
	return result;
}

static int rebuild_all(sqlite3 *db, struct error *error)
{
	if (database_run(db, "BEGIN IMMEDIATE", error) < 0 ||
	    rebuild_clear(db, error) < 0)
		return -1;
	for (int i = 0; i < FACT_COUNT; i++)
		if (fact_tables[i].state[0].sql != NULL &&
		    rebuild_table(db, &fact_tables[i], error) < 0)
			return -1;
	return database_run(db, "COMMIT", error);
}

int store_rebuild(const char *dir, struct error *error)
{
	int lock = database_lock(dir, error), result = -1;
	sqlite3 *db;

	if (lock < 0)
		return -1;
	/* What is not there is not made. */
	db = database_open(dir, DATABASE_READ, error);
	if (db != NULL) {
		database_close(db);
		db = database_open(dir, DATABASE_WRITE, error);
	}
	if (db != NULL)
		result = rebuild_all(db, error);
	database_close(db);
	close(lock);
	return result;
}
