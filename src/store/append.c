/*
 * append: one record into its table. The values of a record are resolved once
 * (names and digests to their numbers) and bound to each of the table's
 * statements, whose parameters are numbered alike.
 */
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/mem.h"
#include "store/append.h"
#include "store/database.h"
#include "store/intern.h"
#include "store/record.h"

#define COMPRESSION_LEVEL 3

/* The statements of one table and the end of its chain. */
struct appender {
	const struct fact_table *table;
	int columns;
	sqlite3_stmt *kept;
	sqlite3_stmt *insert;
	sqlite3_stmt *state[FACT_STATES_MAX];
	int64_t last;		/* id */
	struct digest hash;	/* of that row */
	enum column_kind kinds[FACT_COLUMNS_MAX];
};

struct append {
	sqlite3 *db;
	struct appender facts[FACT_COUNT];
	struct intern *names, *digests;
	ZSTD_CCtx *zstd;
	struct text scratch;
	char *packed;
	struct field values[1 + FACT_COLUMNS_MAX];	/* id, columns */
};

/* --- set-up ----------------------------------------------------------------------- */

static int appender_load_end(sqlite3 *db, struct appender *appender,
	struct error *error)
{
	char sql[80];
	sqlite3_stmt *statement;
	int code;

	snprintf(sql, sizeof sql, "SELECT id, hash FROM %s ORDER BY id DESC LIMIT 1",
		appender->table->name);
	statement = database_prepare(db, sql, error);
	if (statement == NULL)
		return -1;
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW && sqlite3_column_bytes(statement, 1) == DIGEST_SIZE) {
		appender->last = sqlite3_column_int64(statement, 0);
		memcpy(appender->hash.bytes, sqlite3_column_blob(statement, 1),
			DIGEST_SIZE);
	} else if (code == SQLITE_ROW) {
		error_set(error, ERROR_INPUT, "table %s: its last row has no hash",
			appender->table->name);
		code = SQLITE_CORRUPT;
	} else if (code != SQLITE_DONE) {
		database_error(db, error);
	}
	sqlite3_finalize(statement);
	return code == SQLITE_ROW || code == SQLITE_DONE ? 0 : -1;
}

static int appender_prepare(sqlite3 *db, struct appender *appender,
	const struct fact_table *table, struct error *error)
{
	struct text sql;

	appender->table = table;
	appender->columns = (int)fact_columns(table);
	for (int i = 0; i < appender->columns; i++)
		appender->kinds[i] = fact_column_kind(table, (size_t)i);
	text_init(&sql, 4096);
	fact_insert_sql(table, &sql);
	appender->insert = database_prepare(db, text_string(&sql), error);
	text_release(&sql);
	if (appender->insert == NULL)
		return -1;
	if (table->kept != NULL &&
	    (appender->kept = database_prepare(db, table->kept, error)) == NULL)
		return -1;
	for (int i = 0; i < FACT_STATES_MAX && table->state[i] != NULL; i++)
		if ((appender->state[i] = database_prepare(db, table->state[i],
		    error)) == NULL)
			return -1;
	return appender_load_end(db, appender, error);
}

struct append *append_new(sqlite3 *db, struct error *error)
{
	struct append *append = mem_new(1, sizeof *append);

	append->db = db;
	append->zstd = ZSTD_createCCtx();
	text_init(&append->scratch, BATCH_BYTES_MAX + DIGEST_SIZE);
	append->names = intern_new(db, INTERN_NAME, error);
	append->digests = append->names == NULL ? NULL :
		intern_new(db, INTERN_DIGEST, error);
	if (append->digests == NULL)
		goto fail;
	for (int i = 0; i < FACT_COUNT; i++)
		if (appender_prepare(db, &append->facts[i], &fact_tables[i],
		    error) < 0)
			goto fail;
	return append;
fail:
	append_free(append);
	return NULL;
}

void append_free(struct append *append)
{
	if (append == NULL)
		return;
	for (int i = 0; i < FACT_COUNT; i++) {
		sqlite3_finalize(append->facts[i].kept);
		sqlite3_finalize(append->facts[i].insert);
		for (int k = 0; k < FACT_STATES_MAX; k++)
			sqlite3_finalize(append->facts[i].state[k]);
	}
	intern_free(append->names);
	intern_free(append->digests);
	ZSTD_freeCCtx(append->zstd);
	text_release(&append->scratch);
	free(append);
}

/* --- one record -------------------------------------------------------------------- */

void append_hash(const struct digest *previous, const void *record,
	size_t length, struct text *scratch, struct digest *out)
{
	text_clear(scratch);
	text_add(scratch, previous->bytes, sizeof previous->bytes);
	text_add(scratch, record, length);
	digest_sha256(scratch->data, scratch->length, out);
}

static void field_set_int(struct field *field, int64_t number)
{
	*field = (struct field){ .tag = FIELD_INT, .number = number };
}

/* Puts the number of a shared string or digest in its place. */
static int append_resolve(struct append *append, enum column_kind kind,
	struct field *field, struct error *error)
{
	struct intern *intern = kind == COLUMN_NAME ? append->names :
		append->digests;
	int64_t number;

	if (kind == COLUMN_PLAIN || field->tag == FIELD_NULL)
		return 0;
	if (intern_number(intern, field->bytes, field->length, &number, error) < 0)
		return -1;
	field_set_int(field, number);
	return 0;
}

/* Ids only grow: the order of ids is the order of the chain. */
static int append_take_id(struct append *append, struct appender *appender,
	struct record_reader *reader, struct error *error)
{
	if (!appender->table->numbered) {
		field_set_int(&append->values[0], appender->last + 1);
		return 0;
	}
	record_next(reader, &append->values[0]);
	if (append->values[0].number > appender->last)
		return 0;
	return error_set(error, ERROR_BUG, "%s %lld was handed over after %lld",
		appender->table->name, (long long)append->values[0].number,
		(long long)appender->last);
}

static int append_read(struct append *append, struct appender *appender,
	const void *record, size_t length, struct error *error)
{
	struct record_reader reader;

	record_reader_init(&reader, record, length);
	if (append_take_id(append, appender, &reader, error) < 0)
		return -1;
	for (int i = 0; i < appender->columns; i++) {
		struct field *field = &append->values[1 + i];

		record_next(&reader, field);
		if (append_resolve(append, appender->kinds[i], field, error) < 0)
			return -1;
	}
	return 0;
}

static void field_bind(sqlite3_stmt *statement, int index,
	const struct field *field)
{
	switch (field->tag) {
	case FIELD_NULL:
		sqlite3_bind_null(statement, index);
		break;
	case FIELD_INT:
		sqlite3_bind_int64(statement, index, field->number);
		break;
	case FIELD_TEXT:
		sqlite3_bind_text64(statement, index, (const char *)field->bytes,
			field->length, SQLITE_STATIC, SQLITE_UTF8);
		break;
	case FIELD_BLOB:
		sqlite3_bind_blob64(statement, index, field->bytes, field->length,
			SQLITE_STATIC);
		break;
	}
}

/* Binds as many of the values as the statement knows. */
static void append_bind(struct append *append, struct appender *appender,
	sqlite3_stmt *statement)
{
	int known = sqlite3_bind_parameter_count(statement);

	for (int i = 0; i <= appender->columns && i < known; i++)
		field_bind(statement, i + 1, &append->values[i]);
}

static int append_pack(struct append *append, const struct payload *payload,
	sqlite3_stmt *statement, int index, struct error *error)
{
	size_t room = ZSTD_compressBound(payload->length);
	size_t length;

	append->packed = mem_new(room, 1);
	length = ZSTD_compressCCtx(append->zstd, append->packed, room,
		payload->bytes, payload->length, COMPRESSION_LEVEL);
	if (ZSTD_isError(length))
		return error_set(error, ERROR_SYSTEM, "cannot compress a snapshot: %s",
			ZSTD_getErrorName(length));
	sqlite3_bind_blob64(statement, index, append->packed, length,
		SQLITE_STATIC);
	return 0;
}

/* 1: the fact is kept already. */
static int append_is_kept(struct append *append, struct appender *appender,
	struct error *error)
{
	int code;

	if (appender->kept == NULL)
		return 0;
	append_bind(append, appender, appender->kept);
	code = sqlite3_step(appender->kept);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		database_error(append->db, error);
	sqlite3_reset(appender->kept);
	if (code == SQLITE_DONE)
		return 0;
	return code == SQLITE_ROW ? 1 : -1;
}

static int append_insert(struct append *append, struct appender *appender,
	const struct payload *payload, struct error *error)
{
	int result = 0;

	append_bind(append, appender, appender->insert);
	sqlite3_bind_blob(appender->insert, appender->columns + 2,
		appender->hash.bytes, DIGEST_SIZE, SQLITE_STATIC);
	if (payload != NULL)
		result = append_pack(append, payload, appender->insert,
			appender->columns + 3, error);
	if (result == 0)
		result = database_step(appender->insert, error);
	free(append->packed);
	append->packed = NULL;
	return result;
}

static int append_record(struct append *append, const struct entry *entry,
	const void *record, const struct payload *payload, struct error *error)
{
	struct appender *appender = &append->facts[entry->fact];
	int kept;

	if (append_read(append, appender, record, entry->length, error) < 0)
		return -1;
	kept = append_is_kept(append, appender, error);
	if (kept != 0)
		return kept < 0 ? -1 : 0;
	append_hash(&appender->hash, record, entry->length, &append->scratch,
		&appender->hash);
	if (append_insert(append, appender, payload, error) < 0)
		return -1;
	appender->last = append->values[0].number;
	for (int i = 0; i < FACT_STATES_MAX && appender->state[i] != NULL; i++) {
		append_bind(append, appender, appender->state[i]);
		if (database_step(appender->state[i], error) < 0)
			return -1;
	}
	return 0;
}

int append_batch(struct append *append, const struct store_batch *batch,
	struct error *error)
{
	struct entry entry;
	const void *record;
	size_t offset = 0;

	if (store_batch_is_cut(batch))
		return error_set(error, ERROR_LIMIT, "one batch passes %zu bytes, or a "
			"snapshot %zu", BATCH_BYTES_MAX, STORE_SNAPSHOT_MAX);
	while (store_batch_next(batch, &offset, &entry, &record)) {
		const struct payload *payload = entry.payload == PAYLOAD_NONE ?
			NULL : &batch->payloads[entry.payload];

		if (append_record(append, &entry, record, payload, error) < 0)
			return error_prefix(error, "%s", fact_tables[entry.fact].name);
	}
	return 0;
}
