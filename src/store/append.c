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
#include "store/seal.h"
#include "store/supplies.h"

#define COMPRESSION_LEVEL 3

/* The statements of one table and the end of its chain. */
struct appender {
	const struct fact_table *table;
	int columns;
	sqlite3_stmt *kept, *refill;
	sqlite3_stmt *insert;
	sqlite3_stmt *state[FACT_STATES_MAX], *once;
	int64_t last;		/* id */
	struct digest hash;	/* of that row */
	bool unsealed;		/* no seal has that row yet */
	enum column_kind kinds[FACT_COLUMNS_MAX];
};

struct append {
	sqlite3 *db;
	struct appender facts[FACT_COUNT];
	struct intern *names, *digests;
	struct supplies *supply;
	ZSTD_CCtx *zstd;
	struct text scratch;
	struct text made;	/* a record that is made here */
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

/* NULL is no statement. */
static int appender_prepare_one(sqlite3 *db, const char *sql,
	sqlite3_stmt **out, struct error *error)
{
	if (sql == NULL)
		return 0;
	*out = database_prepare(db, sql, error);
	return *out != NULL ? 0 : -1;
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
	if (appender->insert == NULL ||
	    appender_prepare_one(db, table->kept, &appender->kept, error) < 0 ||
	    appender_prepare_one(db, table->refill, &appender->refill,
	    error) < 0 ||
	    appender_prepare_one(db, table->once, &appender->once, error) < 0)
		return -1;
	for (int i = 0; i < FACT_STATES_MAX; i++)
		if (appender_prepare_one(db, table->state[i].sql,
		    &appender->state[i], error) < 0)
			return -1;
	return appender_load_end(db, appender, error);
}

/* What an older schema kept was never sealed: all of it is now. */
static void append_look_for_seals(struct append *append)
{
	if (append->facts[FACT_SEAL].last != 0)
		return;
	for (int i = 0; i < FACT_COUNT; i++)
		append->facts[i].unsealed = append->facts[i].last != 0;
}

struct append *append_new(sqlite3 *db, struct error *error)
{
	struct append *append = mem_new(1, sizeof *append);

	append->db = db;
	append->zstd = ZSTD_createCCtx();
	append->supply = supplies_new();
	text_init(&append->scratch, BATCH_BYTES_MAX + DIGEST_SIZE);
	text_init(&append->made, 0);
	append->names = intern_new(db, INTERN_NAME, error);
	append->digests = append->names == NULL ? NULL :
		intern_new(db, INTERN_DIGEST, error);
	if (append->digests == NULL)
		goto fail;
	for (int i = 0; i < FACT_COUNT; i++)
		if (appender_prepare(db, &append->facts[i], &fact_tables[i],
		    error) < 0)
			goto fail;
	append_look_for_seals(append);
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
		sqlite3_finalize(append->facts[i].refill);
		sqlite3_finalize(append->facts[i].insert);
		sqlite3_finalize(append->facts[i].once);
		for (int k = 0; k < FACT_STATES_MAX; k++)
			sqlite3_finalize(append->facts[i].state[k]);
	}
	intern_free(append->names);
	intern_free(append->digests);
	supplies_free(append->supply);
	ZSTD_freeCCtx(append->zstd);
	text_release(&append->scratch);
	text_release(&append->made);
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

enum kept { KEPT_NOT, KEPT_WHOLE, KEPT_WITHOUT_BYTES };

static int append_is_kept(struct append *append, struct appender *appender,
	enum kept *out, struct error *error)
{
	int code;

	*out = KEPT_NOT;
	if (appender->kept == NULL)
		return 0;
	append_bind(append, appender, appender->kept);
	code = sqlite3_step(appender->kept);
	if (code == SQLITE_ROW)
		*out = sqlite3_column_int(appender->kept, 0) != 0 ?
			KEPT_WITHOUT_BYTES : KEPT_WHOLE;
	else if (code != SQLITE_DONE)
		database_error(append->db, error);
	sqlite3_reset(appender->kept);
	return code == SQLITE_ROW || code == SQLITE_DONE ? 0 : -1;
}

/* Puts the values, the hash and the packed bytes into a row. */
static int append_write(struct append *append, struct appender *appender,
	sqlite3_stmt *statement, const struct payload *payload,
	struct error *error)
{
	int result = 0;

	append_bind(append, appender, statement);
	sqlite3_bind_blob(statement, appender->columns + 2,
		appender->hash.bytes, DIGEST_SIZE, SQLITE_STATIC);
	if (payload != NULL)
		result = append_pack(append, payload, statement,
			appender->columns + 3, error);
	if (result == 0)
		result = database_step(statement, error);
	free(append->packed);
	append->packed = NULL;
	return result;
}

static int append_refill(struct append *append, struct appender *appender,
	const struct payload *payload, struct error *error);

/* Lets the values move something else on; NULL is nothing. */
static int append_move(struct append *append, struct appender *appender,
	sqlite3_stmt *statement, struct error *error)
{
	if (statement == NULL)
		return 0;
	append_bind(append, appender, statement);
	return database_step(statement, error);
}

/* Whether a row with these values does that to state. */
static bool append_applies(const struct append *append,
	const struct fact_state *state)
{
	if (state->only == 0)
		return true;
	if (state->only > 0)
		return append->values[state->only - 1].tag != FIELD_NULL;
	return append->values[-state->only - 1].tag == FIELD_NULL;
}

/* What a row does to state, now or at the end of the group. */
static int append_states(struct append *append, struct appender *appender,
	struct error *error)
{
	if (appender->table->supplies)
		return supplies_note(append->supply, append->values,
			appender->state[0], error);
	for (int i = 0; i < FACT_STATES_MAX && appender->state[i] != NULL; i++)
		if (append_applies(append, &appender->table->state[i]) &&
		    append_move(append, appender, appender->state[i], error) < 0)
			return -1;
	return 0;
}

static int append_record(struct append *append, const struct entry *entry,
	const void *record, const struct payload *payload, struct error *error)
{
	struct appender *appender = &append->facts[entry->fact];
	enum kept kept;

	if (append_read(append, appender, record, entry->length, error) < 0 ||
	    append_is_kept(append, appender, &kept, error) < 0)
		return -1;
	if (kept == KEPT_WITHOUT_BYTES)
		return append_refill(append, appender, payload, error);
	if (kept == KEPT_WHOLE)
		return 0;
	append_hash(&appender->hash, record, entry->length, &append->scratch,
		&appender->hash);
	if (append_write(append, appender, appender->insert, payload, error) < 0)
		return -1;
	appender->last = append->values[0].number;
	appender->unsealed = true;
	if (append_states(append, appender, error) < 0)
		return -1;
	return append_move(append, appender, appender->once, error);
}

/* Of a fact that is made here, not by a caller. */
static int append_made(struct append *append, enum fact fact,
	struct record *record, struct error *error)
{
	struct entry entry = { .fact = fact, .payload = PAYLOAD_NONE };

	entry.length = record_end(record);
	return append_record(append, &entry, text_string(&append->made), NULL,
		error);
}

/* A snapshot whose bytes were dropped and have come again. */
static int append_refill(struct append *append, struct appender *appender,
	const struct payload *payload, struct error *error)
{
	const struct field *at = &append->values[3];
	struct digest digest;
	struct record record;

	if (append_write(append, appender, appender->refill, payload, error) < 0)
		return -1;
	digest_sha256(payload->bytes, payload->length, &digest);
	text_clear(&append->made);
	record_begin(&record, &append->made);
	record_blob(&record, digest.bytes, sizeof digest.bytes);
	record_int(&record, 1);
	if (at->tag == FIELD_INT)
		record_int(&record, at->number);
	return append_made(append, FACT_RETENTION, &record, error);
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

/* --- seals --------------------------------------------------------------------------- */

bool append_is_sealed(const struct append *append)
{
	for (int i = 0; i < FACT_COUNT; i++)
		if (i != FACT_SEAL && append->facts[i].unsealed)
			return false;
	return true;
}

int append_finish(struct append *append, instant at, struct error *error)
{
	uint8_t ends[FACT_COUNT * SEAL_END_SIZE];
	size_t length = 0;
	struct record record;

	if (append_is_sealed(append))
		return 0;
	if (supplies_settle(append->supply,
	    append->facts[FACT_OBSERVATION].state[0], error) < 0)
		return -1;
	for (int i = 0; i < FACT_COUNT; i++) {
		struct appender *appender = &append->facts[i];

		if (i == FACT_SEAL || !appender->unsealed)
			continue;
		seal_end_write(ends + length, &(struct seal_end){ (enum fact)i,
			appender->last, appender->hash });
		length += SEAL_END_SIZE;
		appender->unsealed = false;
	}
	text_clear(&append->made);
	record_begin(&record, &append->made);
	record_int(&record, at);
	record_blob(&record, ends, length);
	return append_made(append, FACT_SEAL, &record, error);
}
