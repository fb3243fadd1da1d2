/*
 * verify: makes each row's record again from its columns, and its hash from
 * that and the row before; compares bodies and definitions with their digests,
 * and the ends of the tables with the seals; looks for what rows refer to.
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

#define PROGRESS_ROWS 512	/* between two reports */

#define ADVICE \
	"restore a backup from before, and keep this file: it shows what was done"

/* What a column refers to. */
static const struct reference {
	enum fact fact;
	int column;		/* from 1, as in the statements of facts */
	const char *sql;	/* a row when it is there */
	const char *what;
} references[] = {
	{ FACT_OBSERVATION, 3, "SELECT 1 FROM snapshot WHERE digest = ?1",
		"the body it was read from" },
	{ FACT_OBSERVATION, 12, "SELECT 1 FROM observation WHERE id = ?1",
		"the figure it accepts" },
	{ FACT_DOCUMENT, 3, "SELECT 1 FROM snapshot WHERE digest = ?1",
		"the body it was read from" },
	{ FACT_ANSWER, 9, "SELECT 1 FROM snapshot WHERE digest = ?1",
		"its body" },
	{ FACT_ANSWER, 12, "SELECT 1 FROM definition WHERE program = ?1",
		"the definition it was read by" },
};
#define REFERENCE_COUNT (sizeof references / sizeof *references)

struct verifier {
	sqlite3 *db;
	struct intern *names, *digests;
	struct text record;
	struct text scratch;
	const struct store_verifying *how;
	struct store_verified *out;
	sqlite3_stmt *references[REFERENCE_COUNT];
	int64_t found[REFERENCE_COUNT];	/* the last one that was there */
	sqlite3_stmt *dropped;	/* what became of the bytes of a digest */
	sqlite3_stmt *ends[FACT_COUNT];	/* the hash of a row */
	struct seal_end sealed[FACT_COUNT];	/* the last seal's; last 0: none */
	int64_t last[FACT_COUNT];	/* id of the last row */
	bool has_seal;		/* the one we were given was met */
	int64_t total;		/* rows of this table, about */
	int64_t done;
	bool stopped;
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

/* --- bodies ------------------------------------------------------------------- */

/* Whether the packed bytes are those that the first column names. */
static bool verify_bytes(struct verifier *verifier, sqlite3_stmt *row,
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

/* Whether the last fact about a digest says that its bytes were dropped. */
static bool verify_dropped(struct verifier *verifier, int64_t digest)
{
	bool dropped;

	sqlite3_bind_int64(verifier->dropped, 1, digest);
	dropped = sqlite3_step(verifier->dropped) == SQLITE_ROW &&
		sqlite3_column_int(verifier->dropped, 0) == 0;
	sqlite3_reset(verifier->dropped);
	return dropped;
}

static int verify_packed(struct verifier *verifier,
	const struct fact_table *table, sqlite3_stmt *row, int column,
	struct error *error)
{
	long long id = sqlite3_column_int64(row, 0);

	if (sqlite3_column_bytes(row, column) == 0) {
		verifier->out->dropped++;
		if (verify_dropped(verifier, sqlite3_column_int64(row, 1)))
			return 0;
		return error_set(error, ERROR_INPUT, "%s: the bytes of row %lld "
			"were taken out, and no row of retention says that they were "
			"dropped: " ADVICE, table->name, id);
	}
	verifier->out->bodies++;
	if (verify_bytes(verifier, row, column))
		return 0;
	return error_set(error, ERROR_INPUT, "%s: the bytes of row %lld do not "
		"match their digest: " ADVICE, table->name, id);
}

static int verify_definition(struct verifier *verifier, sqlite3_stmt *row,
	struct error *error)
{
	const void *named;
	size_t named_length;
	struct digest digest;

	digest_sha256(sqlite3_column_blob(row, 2),
		(size_t)sqlite3_column_bytes(row, 2), &digest);
	if (intern_bytes(verifier->digests, sqlite3_column_int64(row, 1), &named,
	    &named_length, error) < 0)
		return -1;
	if (named_length == DIGEST_SIZE &&
	    memcmp(named, digest.bytes, DIGEST_SIZE) == 0)
		return 0;
	return error_set(error, ERROR_INPUT, "definition: the text of row %lld "
		"does not match its digest: " ADVICE,
		(long long)sqlite3_column_int64(row, 0));
}

/* --- what rows refer to ------------------------------------------------------------ */

static int verify_reference(struct verifier *verifier, size_t at,
	sqlite3_stmt *row, struct error *error)
{
	const struct reference *reference = &references[at];
	sqlite3_stmt *statement = verifier->references[at];
	int64_t number = sqlite3_column_int64(row, reference->column);
	int code;

	if (sqlite3_column_type(row, reference->column) == SQLITE_NULL ||
	    number == verifier->found[at])
		return 0;
	sqlite3_bind_int64(statement, 1, number);
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		verifier->found[at] = number;
	else if (code == SQLITE_DONE)
		error_set(error, ERROR_INPUT, "%s: row %lld: %s is not there any "
			"more: " ADVICE, fact_tables[reference->fact].name,
			(long long)sqlite3_column_int64(row, 0), reference->what);
	else
		database_error(verifier->db, error);
	sqlite3_reset(statement);
	return code == SQLITE_ROW ? 0 : -1;
}

static int verify_references(struct verifier *verifier, enum fact fact,
	sqlite3_stmt *row, struct error *error)
{
	for (size_t i = 0; i < REFERENCE_COUNT; i++)
		if (references[i].fact == fact &&
		    verify_reference(verifier, i, row, error) < 0)
			return -1;
	return 0;
}

/* --- seals ---------------------------------------------------------------------- */

/* Whether the row that a seal names is the one that stands there. */
static int verify_end(struct verifier *verifier, const struct seal_end *end,
	long long seal, struct error *error)
{
	const char *name = fact_tables[end->fact].name;
	sqlite3_stmt *statement = verifier->ends[end->fact];
	int code, result = -1;

	sqlite3_bind_int64(statement, 1, end->last);
	code = sqlite3_step(statement);
	if (code == SQLITE_DONE)
		error_set(error, ERROR_INPUT, "%s: row %lld, to which seal %lld goes, "
			"is gone: the end of the table was cut off: " ADVICE, name,
			(long long)end->last, seal);
	else if (code != SQLITE_ROW)
		database_error(verifier->db, error);
	else if (sqlite3_column_bytes(statement, 0) != DIGEST_SIZE ||
	    memcmp(sqlite3_column_blob(statement, 0), end->hash.bytes,
	    DIGEST_SIZE) != 0)
		error_set(error, ERROR_INPUT, "%s: row %lld is not the one that seal "
			"%lld was put on: the end of the table was cut off and written "
			"anew: " ADVICE, name, (long long)end->last, seal);
	else
		result = 0;
	sqlite3_reset(statement);
	return result;
}

static int verify_seal(struct verifier *verifier, sqlite3_stmt *row,
	const struct digest *hash, struct error *error)
{
	const uint8_t *ends = sqlite3_column_blob(row, 2);
	size_t length = (size_t)sqlite3_column_bytes(row, 2);
	long long id = sqlite3_column_int64(row, 0);
	const struct digest *wanted = verifier->how->seal;

	for (size_t i = 0; i + SEAL_END_SIZE <= length; i += SEAL_END_SIZE) {
		struct seal_end end;

		if (!seal_end_read(ends + i, &end))
			return error_set(error, ERROR_INPUT, "seal: row %lld names a "
				"table that is not known", id);
		if (verify_end(verifier, &end, id, error) < 0)
			return -1;
		verifier->sealed[end.fact] = end;
	}
	verifier->out->seal = id;
	verifier->out->sealed = sqlite3_column_int64(row, 1);
	verifier->out->digest = *hash;
	if (wanted != NULL &&
	    memcmp(wanted->bytes, hash->bytes, DIGEST_SIZE) == 0)
		verifier->has_seal = true;
	return 0;
}

/* What the seals, once all are read, say of all tables. */
static int verify_sealed(struct verifier *verifier, struct error *error)
{
	for (int i = 0; i < FACT_COUNT; i++)
		if (i != FACT_SEAL && verifier->last[i] != verifier->sealed[i].last)
			return error_set(error, ERROR_INPUT, "%s: rows %lld to %lld "
				"have no seal: they were put in, or the end of the table "
				"seal was cut off: " ADVICE, fact_tables[i].name,
				(long long)verifier->sealed[i].last + 1,
				(long long)verifier->last[i]);
	if (verifier->how->seal != NULL && !verifier->has_seal)
		return error_set(error, ERROR_INPUT, "the seal that was noted down is "
			"not in this store: it is another store, or its end was cut off "
			"after that: " ADVICE);
	return 0;
}

/* --- rows ------------------------------------------------------------------------ */

/* What more there is to a row than its hash, which is good. */
static int verify_content(struct verifier *verifier, enum fact fact,
	sqlite3_stmt *row, const struct digest *hash, struct error *error)
{
	const struct fact_table *table = &fact_tables[fact];

	if (table->packed != NULL && verify_packed(verifier, table, row,
	    (int)fact_columns(table) + 2, error) < 0)
		return -1;
	if (fact == FACT_DEFINITION && verify_definition(verifier, row, error) < 0)
		return -1;
	if (fact == FACT_SEAL && verify_seal(verifier, row, hash, error) < 0)
		return -1;
	return verify_references(verifier, fact, row, error);
}

/* Whether rows between this one and the last are gone. */
static int verify_id(struct verifier *verifier, enum fact fact, int64_t id,
	struct error *error)
{
	long long before = verifier->last[fact];

	if (fact_tables[fact].numbered || id == before + 1)
		return 0;
	return error_set(error, ERROR_INPUT, "%s: rows %lld to %lld are gone: "
		ADVICE, fact_tables[fact].name, before + 1, (long long)id - 1);
}

/* Checks one row and makes its hash the one before. */
static int verify_row(struct verifier *verifier, enum fact fact,
	sqlite3_stmt *row, struct digest *hash, struct error *error)
{
	const struct fact_table *table = &fact_tables[fact];
	int hash_column = (int)fact_columns(table) + 1;
	long long id = sqlite3_column_int64(row, 0);

	if (verify_id(verifier, fact, id, error) < 0)
		return -1;
	if (verify_record(verifier, table, row, error) < 0)
		return error_prefix(error, "%s: row %lld", table->name, id);
	append_hash(hash, verifier->record.data, verifier->record.length,
		&verifier->scratch, hash);
	if (sqlite3_column_bytes(row, hash_column) != DIGEST_SIZE ||
	    memcmp(sqlite3_column_blob(row, hash_column), hash->bytes,
	    DIGEST_SIZE) != 0)
		return error_set(error, ERROR_INPUT, "%s: row %lld does not match its "
			"hash: it was changed, or a row before it was taken out or put "
			"in; up to row %lld all is as it was written: " ADVICE,
			table->name, id, (long long)verifier->last[fact]);
	verifier->last[fact] = id;
	verifier->out->facts++;
	return verify_content(verifier, fact, row, hash, error);
}

/* --- tables ----------------------------------------------------------------------- */

/* false: whoever asked wants no more of it. */
static bool verify_report(struct verifier *verifier,
	const struct fact_table *table)
{
	const struct store_verifying *how = verifier->how;

	if (how->progress != NULL && !how->progress(how->context, table->name,
	    verifier->done, verifier->total))
		verifier->stopped = true;
	return !verifier->stopped;
}

static int verify_rows(struct verifier *verifier, enum fact fact,
	sqlite3_stmt *row, struct error *error)
{
	const struct fact_table *table = &fact_tables[fact];
	int every = table->packed != NULL ? 1 : PROGRESS_ROWS;
	struct digest hash = {{0}};
	int code;

	while ((code = sqlite3_step(row)) == SQLITE_ROW) {
		if (verify_row(verifier, fact, row, &hash, error) < 0)
			return -1;
		if (++verifier->done % every == 0 && !verify_report(verifier, table))
			return 0;
	}
	if (code != SQLITE_DONE)
		return database_error(verifier->db, error);
	verifier->total = verifier->done;
	verify_report(verifier, table);
	return 0;
}

static int verify_table(struct verifier *verifier, enum fact fact,
	struct error *error)
{
	const struct fact_table *table = &fact_tables[fact];
	struct text sql;
	sqlite3_stmt *row;
	int result;

	text_init(&sql, 4096);
	text_addf(&sql, "SELECT count(*) FROM %s", table->name);
	verifier->done = 0;
	result = database_number(verifier->db, text_string(&sql),
		&verifier->total, error);
	text_clear(&sql);
	fact_select_sql(table, &sql);
	row = result < 0 ? NULL :
		database_prepare(verifier->db, text_string(&sql), error);
	text_release(&sql);
	if (row == NULL)
		return -1;
	result = verify_rows(verifier, fact, row, error);
	sqlite3_finalize(row);
	return result;
}

/* All tables as they stood at one moment; then what the seals say of them. */
static int verify_tables(struct verifier *verifier, struct error *error)
{
	if (database_run(verifier->db, "BEGIN", error) < 0)
		return -1;
	for (int i = 0; i < FACT_COUNT && !verifier->stopped; i++)
		if (verify_table(verifier, (enum fact)i, error) < 0)
			return -1;
	if (verifier->stopped)
		return 1;
	return verify_sealed(verifier, error);
}

static int verifier_prepare(struct verifier *verifier, struct error *error)
{
	char sql[80];

	verifier->names = intern_new(verifier->db, INTERN_NAME, error);
	verifier->digests = verifier->names == NULL ? NULL :
		intern_new(verifier->db, INTERN_DIGEST, error);
	verifier->dropped = verifier->digests == NULL ? NULL :
		database_prepare(verifier->db, "SELECT kept FROM retention "
		"WHERE digest = ?1 ORDER BY id DESC LIMIT 1", error);
	if (verifier->dropped == NULL)
		return -1;
	for (size_t i = 0; i < REFERENCE_COUNT; i++)
		if ((verifier->references[i] = database_prepare(verifier->db,
		    references[i].sql, error)) == NULL)
			return -1;
	for (int i = 0; i < FACT_COUNT; i++) {
		snprintf(sql, sizeof sql, "SELECT hash FROM %s WHERE id = ?1",
			fact_tables[i].name);
		verifier->ends[i] = database_prepare(verifier->db, sql, error);
		if (verifier->ends[i] == NULL)
			return -1;
	}
	return 0;
}

static void verifier_release(struct verifier *verifier)
{
	for (size_t i = 0; i < REFERENCE_COUNT; i++)
		sqlite3_finalize(verifier->references[i]);
	for (int i = 0; i < FACT_COUNT; i++)
		sqlite3_finalize(verifier->ends[i]);
	sqlite3_finalize(verifier->dropped);
	intern_free(verifier->names);
	intern_free(verifier->digests);
	text_release(&verifier->record);
	text_release(&verifier->scratch);
	database_close(verifier->db);
}

int store_verify(const char *dir, const struct store_verifying *how,
	struct store_verified *out, struct error *error)
{
	const struct store_verifying quietly = { .progress = NULL };
	struct store_verified unasked;
	struct verifier verifier = { .how = how != NULL ? how : &quietly,
		.out = out != NULL ? out : &unasked };
	int result;

	*verifier.out = (struct store_verified){ .sealed = INSTANT_MIN };
	verifier.db = database_open(dir, DATABASE_READ, error);
	if (verifier.db == NULL)
		return -1;
	text_init(&verifier.record, BATCH_BYTES_MAX);
	text_init(&verifier.scratch, BATCH_BYTES_MAX + DIGEST_SIZE);
	result = verifier_prepare(&verifier, error);
	if (result == 0)
		result = verify_tables(&verifier, error);
	verifier_release(&verifier);
	return result;
}
