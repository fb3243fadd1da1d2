/*
 * intern: bytes to numbers and back, through a direct-mapped cache.
 */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "store/database.h"
#include "store/intern.h"

struct interned {
	char *bytes;	/* NULL: free */
	size_t length;
	int64_t number;
};

struct intern {
	enum intern_kind kind;
	sqlite3_stmt *find, *enter, *read;
	struct interned *cache;
};

static const struct {
	const char *find, *enter, *read;
} intern_sql[] = {
	[INTERN_NAME] = {
		"SELECT id FROM name WHERE text = ?1",
		"INSERT INTO name(text) VALUES(?1)",
		"SELECT text FROM name WHERE id = ?1" },
	[INTERN_DIGEST] = {
		"SELECT id FROM digest WHERE bytes = ?1",
		"INSERT INTO digest(bytes) VALUES(?1)",
		"SELECT bytes FROM digest WHERE id = ?1" },
};

struct intern *intern_new(sqlite3 *db, enum intern_kind kind,
	struct error *error)
{
	struct intern *intern = mem_new(1, sizeof *intern);

	intern->kind = kind;
	intern->find = database_prepare(db, intern_sql[kind].find, error);
	intern->enter = database_prepare(db, intern_sql[kind].enter, error);
	intern->read = database_prepare(db, intern_sql[kind].read, error);
	intern->cache = mem_new(INTERN_CACHED, sizeof *intern->cache);
	if (intern->find != NULL && intern->enter != NULL && intern->read != NULL)
		return intern;
	intern_free(intern);
	return NULL;
}

void intern_free(struct intern *intern)
{
	if (intern == NULL)
		return;
	sqlite3_finalize(intern->find);
	sqlite3_finalize(intern->enter);
	sqlite3_finalize(intern->read);
	for (size_t i = 0; i < INTERN_CACHED; i++)
		free(intern->cache[i].bytes);
	free(intern->cache);
	free(intern);
}

static void interned_set(struct interned *entry, const void *bytes,
	size_t length, int64_t number)
{
	free(entry->bytes);
	entry->bytes = mem_string_n(bytes, length);
	entry->length = length;
	entry->number = number;
}

static void intern_bind(struct intern *intern, sqlite3_stmt *statement,
	const void *bytes, size_t length)
{
	if (intern->kind == INTERN_NAME)
		sqlite3_bind_text64(statement, 1, bytes, length, SQLITE_STATIC,
			SQLITE_UTF8);
	else
		sqlite3_bind_blob64(statement, 1, bytes, length, SQLITE_STATIC);
}

static int intern_look_up(struct intern *intern, const void *bytes,
	size_t length, int64_t *number, struct error *error)
{
	sqlite3 *db = sqlite3_db_handle(intern->find);
	int code;

	intern_bind(intern, intern->find, bytes, length);
	code = sqlite3_step(intern->find);
	if (code == SQLITE_ROW)
		*number = sqlite3_column_int64(intern->find, 0);
	else if (code != SQLITE_DONE)
		database_error(db, error);
	sqlite3_reset(intern->find);
	if (code != SQLITE_DONE)
		return code == SQLITE_ROW ? 0 : -1;
	intern_bind(intern, intern->enter, bytes, length);
	if (database_step(intern->enter, error) < 0)
		return -1;
	*number = sqlite3_last_insert_rowid(db);
	return 0;
}

int intern_number(struct intern *intern, const void *bytes, size_t length,
	int64_t *number, struct error *error)
{
	struct interned *entry =
		&intern->cache[hash_bytes(bytes, length) % INTERN_CACHED];

	if (entry->bytes == NULL || entry->length != length ||
	    memcmp(entry->bytes, bytes, length) != 0) {
		if (intern_look_up(intern, bytes, length, number, error) < 0)
			return -1;
		interned_set(entry, bytes, length, *number);
	}
	*number = entry->number;
	return 0;
}

static int intern_read(struct intern *intern, int64_t number,
	struct interned *entry, struct error *error)
{
	int code;

	sqlite3_bind_int64(intern->read, 1, number);
	code = sqlite3_step(intern->read);
	if (code == SQLITE_ROW) {
		const void *bytes = sqlite3_column_blob(intern->read, 0);
		size_t length = (size_t)sqlite3_column_bytes(intern->read, 0);

		interned_set(entry, bytes != NULL ? bytes : "", length, number);
	} else if (code == SQLITE_DONE) {
		error_set(error, ERROR_ABSENT, "no %s %lld",
			intern->kind == INTERN_NAME ? "name" : "digest",
			(long long)number);
	} else {
		database_error(sqlite3_db_handle(intern->read), error);
	}
	sqlite3_reset(intern->read);
	return code == SQLITE_ROW ? 0 : -1;
}

int intern_bytes(struct intern *intern, int64_t number, const void **bytes,
	size_t *length, struct error *error)
{
	struct interned *entry =
		&intern->cache[(uint64_t)number % INTERN_CACHED];

	if (entry->bytes == NULL || entry->number != number)
		if (intern_read(intern, number, entry, error) < 0)
			return -1;
	*bytes = entry->bytes;
	*length = entry->length;
	return 0;
}
