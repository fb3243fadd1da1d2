/*
 * verify: makes each row's record again from its columns, and its hash from
 * that and the row before; and the digest of each snapshot from its bytes.
 */
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/mem.h"
#include "store/append.h"
#include "store/database.h"
#include "store/intern.h"
#include "store/record.h"

struct verifier {
	sqlite3 *db;
	struct intern *names, *digests;
	struct text record;
	struct text scratch;
};

/* A shared string or digest in its place. */
static int verify_shared(struct verifier *verifier, struct record *record,
	enum column_kind kind, int64_t number, struct error *error)
{
	const void *bytes;
	size_t length;

	if (intern_bytes(kind == COLUMN_NAME ? verifier->names :
	    verifier->digests, number, &bytes, &length, error) < 0)
		return -1;
	if (kind == COLUMN_NAME)
		record_text(record, bytes, length);
	else
		record_blob(record, bytes, length);
	return 0;
}

static int verify_column(struct verifier *verifier, struct record *record,
	enum column_kind kind, sqlite3_value *value, struct error *error)
{
	int type = sqlite3_value_type(value);

	if (type == SQLITE_INTEGER && kind != COLUMN_PLAIN)
		return verify_shared(verifier, record, kind,
			sqlite3_value_int64(value), error);
	if (type == SQLITE_INTEGER)
		record_int(record, sqlite3_value_int64(value));
	else if (type == SQLITE_TEXT)
		record_text(record, (const char *)sqlite3_value_text(value),
			(size_t)sqlite3_value_bytes(value));
	else if (type == SQLITE_BLOB)
		record_blob(record, sqlite3_value_blob(value),
			(size_t)sqlite3_value_bytes(value));
	else
		record_null(record);
	return 0;
}

/* The record of a row of fact_select_sql, in verifier->record. */
static int verify_record(struct verifier *verifier,
	const struct fact_table *table, sqlite3_stmt *row, struct error *error)
{
	struct record record;
	int columns = (int)fact_columns(table);

	text_clear(&verifier->record);
	record_begin(&record, &verifier->record);
	if (table->numbered)
		record_int(&record, sqlite3_column_int64(row, 0));
	for (int i = 0; i < columns; i++)
		if (verify_column(verifier, &record, fact_column_kind(table,
		    (size_t)i), sqlite3_column_value(row, i + 1), error) < 0)
			return -1;
	record_end(&record);
	return 0;
}

/* Whether the packed bytes are those that the first column names. */
static bool verify_packed(struct verifier *verifier, sqlite3_stmt *row,
	int column)
{
	const void *packed = sqlite3_column_blob(row, column), *named;
	size_t packed_length = (size_t)sqlite3_column_bytes(row, column);
	unsigned long long length = ZSTD_getFrameContentSize(packed, packed_length);
	struct digest digest;
	size_t named_length;
	char *bytes;
	bool same;

	if (length > STORE_SNAPSHOT_MAX)	/* or unknown, or no such frame */
		return false;
	bytes = mem_new((size_t)length, 1);
	same = ZSTD_decompress(bytes, (size_t)length, packed, packed_length) ==
		(size_t)length;
	digest_sha256(bytes, (size_t)length, &digest);
	free(bytes);
	return same && intern_bytes(verifier->digests, sqlite3_column_int64(row, 1),
	    &named, &named_length, NULL) == 0 && named_length == DIGEST_SIZE &&
		memcmp(named, digest.bytes, DIGEST_SIZE) == 0;
}

/* Checks one row and makes its hash the one before. */
static int verify_row(struct verifier *verifier, const struct fact_table *table,
	sqlite3_stmt *row, struct digest *hash, struct error *error)
{
	int hash_column = (int)fact_columns(table) + 1;
	long long id = sqlite3_column_int64(row, 0);

	if (verify_record(verifier, table, row, error) < 0)
		return error_prefix(error, "%s: row %lld", table->name, id);
	append_hash(hash, verifier->record.data, verifier->record.length,
		&verifier->scratch, hash);
	if (sqlite3_column_bytes(row, hash_column) != DIGEST_SIZE ||
	    memcmp(sqlite3_column_blob(row, hash_column), hash->bytes,
	    DIGEST_SIZE) != 0)
		return error_set(error, ERROR_INPUT, "%s: row %lld does not match its "
			"hash: it was changed, or a row before it was taken out",
			table->name, id);
	if (table->packed != NULL && !verify_packed(verifier, row, hash_column + 1))
		return error_set(error, ERROR_INPUT, "%s: the bytes of row %lld do not "
			"match their digest", table->name, id);
	return 0;
}

static int verify_table(struct verifier *verifier,
	const struct fact_table *table, struct error *error)
{
	struct digest hash = {{0}};
	struct text sql;
	sqlite3_stmt *statement;
	int code = SQLITE_ERROR, result = 0;

	text_init(&sql, 4096);
	fact_select_sql(table, &sql);
	statement = database_prepare(verifier->db, text_string(&sql), error);
	text_release(&sql);
	if (statement == NULL)
		return -1;
	while (result == 0 && (code = sqlite3_step(statement)) == SQLITE_ROW)
		result = verify_row(verifier, table, statement, &hash, error);
	if (result == 0 && code != SQLITE_DONE)
		result = database_error(verifier->db, error);
	sqlite3_finalize(statement);
	return result;
}

/* All tables as they stood at one moment. */
static int verify_tables(struct verifier *verifier, struct error *error)
{
	verifier->names = intern_new(verifier->db, INTERN_NAME, error);
	if (verifier->names == NULL)
		return -1;
	verifier->digests = intern_new(verifier->db, INTERN_DIGEST, error);
	if (verifier->digests == NULL ||
	    database_run(verifier->db, "BEGIN", error) < 0)
		return -1;
	for (int i = 0; i < FACT_COUNT; i++)
		if (verify_table(verifier, &fact_tables[i], error) < 0)
			return -1;
	return database_run(verifier->db, "COMMIT", error);
}

int store_verify(const char *dir, struct error *error)
{
	struct verifier verifier = { 0 };
	int result;

	verifier.db = database_open(dir, DATABASE_READ, error);
	if (verifier.db == NULL)
		return -1;
	text_init(&verifier.record, BATCH_BYTES_MAX);
	text_init(&verifier.scratch, BATCH_BYTES_MAX + DIGEST_SIZE);
	result = verify_tables(&verifier, error);
	intern_free(verifier.names);
	intern_free(verifier.digests);
	text_release(&verifier.record);
	text_release(&verifier.scratch);
	database_close(verifier.db);
	return result;
}
