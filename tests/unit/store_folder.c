/*
 * store_folder: see store_folder.h.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "fault_vfs.h"
#include "store/facts.h"
#include "store_folder.h"

int folder_make(void **state)
{
	struct folder *folder = mem_new(1, sizeof *folder);

	snprintf(folder->path, sizeof folder->path, "/tmp/test_store.XXXXXX");
	if (mkdtemp(folder->path) == NULL)
		return -1;
	snprintf(folder->db, sizeof folder->db, "%s/pledged.db", folder->path);
	fault_vfs_register();
	fault_vfs_arm(FAULT_NEVER, 0, 0);
	*state = folder;
	return 0;
}

void folder_empty(const struct folder *folder)
{
	static const char *const names[] = { "pledged.db", "pledged.db-wal",
		"pledged.db-shm", "pledged.db-journal", "lock", "other.db" };
	char path[96];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "%s/%s", folder->path, names[i]);
		unlink(path);
	}
}

int folder_remove(void **state)
{
	struct folder *folder = *state;

	folder_empty(folder);
	rmdir(folder->path);
	free(folder);
	return 0;
}

sqlite3 *raw_open(const struct folder *folder)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(folder->db, &db), SQLITE_OK);
	return db;
}

void raw_run(const struct folder *folder, const char *sql)
{
	sqlite3 *db = raw_open(folder);
	char *message = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
	sqlite3_close(db);
}

int64_t raw_number(const struct folder *folder, const char *sql)
{
	sqlite3 *db = raw_open(folder);
	sqlite3_stmt *statement;
	int64_t number;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}

/* --- commits ------------------------------------------------------------------------ */

struct store *open_store(const struct folder *folder)
{
	struct error error = { 0 };
	struct store *store = store_open(folder->path, &error);

	if (store == NULL)
		fail_msg("%s", error.text);
	return store;
}

void note_outcome(void *context, bool committed)
{
	*(int *)context = committed ? 1 : -1;
}

void collect_all(struct store *store)
{
	while (store_pending(store) != 0) {
		struct pollfd ready = { store_fd(store), POLLIN, 0 };

		assert_int_equal(poll(&ready, 1, 60000), 1);
		store_collect(store);
	}
}

/* Hands over, waits, and tells whether it was committed. */
bool commit(struct store *store, struct store_batch *batch)
{
	int outcome = 0;

	store_commit(store, batch, note_outcome, &outcome);
	collect_all(store);
	assert_int_not_equal(outcome, 0);
	return outcome > 0;
}

void commit_well(struct store *store, struct store_batch *batch)
{
	if (!commit(store, batch))
		fail_msg("%s", store_failure(store));
}

void assert_seen(const struct seen *seen, const char *want)
{
	char got[256] = "";
	size_t length = 0;

	for (size_t i = 0; i < seen->count; i++)
		length += (size_t)snprintf(got + length, sizeof got - length,
			"%s%lld", i == 0 ? "" : " ", (long long)seen->ids[i]);
	assert_string_equal(got, want);
}

char *dump_state(const struct folder *folder)
{
	sqlite3 *db = raw_open(folder);
	struct text out;

	text_init(&out, 0);
	for (int i = 0; state_tables[i] != NULL; i++) {
		sqlite3_stmt *statement;
		char sql[80];

		snprintf(sql, sizeof sql, "SELECT * FROM %s ORDER BY 1, 2",
			state_tables[i]);
		assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL),
			SQLITE_OK);
		text_addf(&out, "%s\n", state_tables[i]);
		while (sqlite3_step(statement) == SQLITE_ROW) {
			for (int k = 0; k < sqlite3_column_count(statement); k++)
				text_addf(&out, "|%s",
					(const char *)sqlite3_column_text(statement, k));
			text_add_char(&out, '\n');
		}
		sqlite3_finalize(statement);
	}
	sqlite3_close(db);
	return text_take(&out);
}

/* State is what the facts make of it, also after whatever happened. */
void assert_state_follows(const struct folder *folder)
{
	char *before = dump_state(folder), *after;

	assert_int_equal(store_rebuild(folder->path, NULL), 0);
	after = dump_state(folder);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

/* --- older schemas -------------------------------------------------------------------- */

#define DROP(table, column) "ALTER TABLE " table " DROP COLUMN " column ";"
#define DROP_FORECAST(table) \
	DROP(table, "forecast") DROP(table, "forecast_value") \
	DROP(table, "forecast_low") DROP(table, "forecast_high") \
	DROP(table, "forecast_date") DROP(table, "forecast_slip") \
	DROP(table, "forecast_misses")

#define DROP_ACKNOWLEDGED(table) \
	DROP(table, "acknowledged") DROP(table, "until") DROP(table, "person") \
	DROP(table, "note") DROP(table, "escalated") DROP(table, "escalation")
#define DROP_TOLD(table) \
	DROP(table, "told_status") DROP(table, "flips") \
	DROP(table, "apart") DROP(table, "unsettled") \
	DROP(table, "approached")

void schema_undo(const struct folder *folder, int version)
{
	/* What led from the version to the next. */
	static const char *const undo[STORE_SCHEMA] = {
		[1] = DROP_FORECAST("assessment") DROP_FORECAST("milestone_state"),
		[2] = "DROP TABLE document; DROP TABLE attestation;"
			"DROP INDEX fetch_source",
		[3] = "DROP INDEX assessment_milestone;"
			DROP("assessment", "cause") DROP("assessment", "because")
			DROP("assessment", "told"),
		[4] = "DROP INDEX observation_quarantined; DROP INDEX observation_accepts;"
			"DROP INDEX observation_snapshot;"
			"DROP INDEX document_snapshot;"
			"DROP TABLE definition; DROP TABLE answer;"
			"DROP TABLE submission; DROP TABLE retention;"
			"DROP TABLE seal; DROP TABLE supply;"
			DROP("fetch", "ttl") DROP("fetch", "gone")
			DROP("fetch", "moved") DROP("fetch", "unreached")
			DROP("fetch", "state_gone") DROP("fetch", "state_told")
			DROP("fetch", "state_moved") DROP("source_state", "gone")
			DROP("source_state", "told") DROP("source_state", "moved")
			DROP("source_state", "read_since")
			DROP("observation", "person") DROP("observation", "accepts")
			DROP("observation", "note") DROP("observation", "evidence"),
		[5] = "DROP INDEX alert_state_open;"
			"CREATE INDEX alert_state_firing ON alert_state(alert)"
			" WHERE state = 'firing';"
			"DROP INDEX delivery_attempt_dead; DROP TABLE silence_state;"
			"DROP TABLE silence_end; DROP TABLE silence;"
			"DROP TABLE group_told; DROP TABLE hearing; DROP TABLE item;"
			"DROP TABLE mention_waiting; DROP TABLE mention_end;"
			"DROP TABLE mention;"
			DROP_ACKNOWLEDGED("alert_change")
			DROP_ACKNOWLEDGED("alert_state") DROP("event", "late")
			DROP_TOLD("assessment") DROP_TOLD("milestone_state")
			DROP("notification", "group_key"),
		[6] = DROP("action", "until") "DROP INDEX action_subject;"
			"DROP INDEX event_time; DROP INDEX observation_accepted",
	};
	char sql[40];

	for (int step = STORE_SCHEMA - 1; step >= version; step--)
		raw_run(folder, undo[step]);
	snprintf(sql, sizeof sql, "PRAGMA user_version = %d", version);
	raw_run(folder, sql);
}
