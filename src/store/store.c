/*
 * store: opening and closing, and the way to the writer and back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/database.h"
#include "store/readers.h"
#include "store/store.h"
#include "store/writer.h"

#define INSTANCE_BYTES 8

struct store {
	int lock;		/* descriptors; -1: none */
	int finished_fd;
	sqlite3 *db;		/* the writer's while it runs */
	struct writer *writer;
	struct readers *readers;
	char instance[2 * INSTANCE_BYTES + 1];
	bool unclean;
	size_t pending;
};

struct readers *store_readers(struct store *store)
{
	return store->readers;
}

/* --- opening ------------------------------------------------------------------------- */

/* Copies a value of meta; "" when there is none. */
static int store_read_meta(sqlite3 *db, const char *key, char *out, size_t size,
	struct error *error)
{
	sqlite3_stmt *statement = database_prepare(db,
		"SELECT value FROM meta WHERE key = ?1", error);
	int code;

	*out = '\0';
	if (statement == NULL)
		return -1;
	sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		snprintf(out, size, "%s",
			(const char *)sqlite3_column_text(statement, 0));
	else if (code != SQLITE_DONE)
		database_error(db, error);
	sqlite3_finalize(statement);
	return code == SQLITE_ROW || code == SQLITE_DONE ? 0 : -1;
}

static int store_write_meta(sqlite3 *db, const char *key, const char *value,
	struct error *error)
{
	sqlite3_stmt *statement = database_prepare(db,
		"INSERT OR REPLACE INTO meta(key, value) VALUES(?1, ?2)", error);
	int result;

	if (statement == NULL)
		return -1;
	sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 2, value, -1, SQLITE_STATIC);
	result = database_step(statement, error);
	sqlite3_finalize(statement);
	return result;
}

static int store_make_instance(struct store *store, struct error *error)
{
	uint8_t bytes[INSTANCE_BYTES];

	if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
		return error_set(error, ERROR_SYSTEM, "no random bytes: %s",
			strerror(errno));
	for (size_t i = 0; i < sizeof bytes; i++)
		snprintf(store->instance + 2 * i, 3, "%02x", bytes[i]);
	return store_write_meta(store->db, "instance", store->instance, error);
}

/* Learns who the store is and how the last process left it, and marks it as
   open until store_close. */
static int store_enter(struct store *store, struct error *error)
{
	char open[8];

	if (store_read_meta(store->db, "instance", store->instance,
	    sizeof store->instance, error) < 0 ||
	    store_read_meta(store->db, "open", open, sizeof open, error) < 0)
		return -1;
	store->unclean = *open != '\0';
	if (*store->instance == '\0' && store_make_instance(store, error) < 0)
		return -1;
	return store_write_meta(store->db, "open", "1", error);
}

static int store_set_up(struct store *store, const char *dir,
	struct error *error)
{
	store->lock = database_lock(dir, error);
	if (store->lock < 0)
		return -1;
	store->db = database_open(dir, DATABASE_WRITE, error);
	if (store->db == NULL || store_enter(store, error) < 0)
		return -1;
	store->finished_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (store->finished_fd < 0)
		return error_set(error, ERROR_SYSTEM, "eventfd: %s", strerror(errno));
	store->readers = readers_new(dir);
	store->writer = writer_start(store->db, store->finished_fd, error);
	return store->writer != NULL ? 0 : -1;
}

/* The writing connection goes last: it works off what is left of the log. */
static void store_free(struct store *store)
{
	writer_free(store->writer);
	readers_free(store->readers);
	database_close(store->db);
	if (store->finished_fd >= 0)
		close(store->finished_fd);
	if (store->lock >= 0)
		close(store->lock);
	free(store);
}

struct store *store_open(const char *dir, struct error *error)
{
	struct store *store = mem_new(1, sizeof *store);

	store->lock = store->finished_fd = -1;
	if (store_set_up(store, dir, error) == 0)
		return store;
	store_free(store);
	return NULL;
}

void store_close(struct store *store)
{
	if (store == NULL)
		return;
	writer_stop(store->writer);
	while (store->pending != 0)
		store_collect(store);
	if (*writer_failure(store->writer) == '\0')
		database_run(store->db, "DELETE FROM meta WHERE key = 'open'", NULL);
	store_free(store);
}

const char *store_instance(const struct store *store)
{
	return store->instance;
}

bool store_was_unclean(const struct store *store)
{
	return store->unclean;
}

/* --- committing ---------------------------------------------------------------------- */

void store_commit(struct store *store, struct store_batch *batch,
	store_done *done, void *context)
{
	batch->done = done;
	batch->context = context;
	store->pending++;
	writer_hand_over(store->writer, batch);
}

int store_fd(const struct store *store)
{
	return store->finished_fd;
}

void store_collect(struct store *store)
{
	struct store_batch *batch, *next;
	uint64_t raised;

	/* First the signal, then the list: what comes between raises it again. */
	if (read(store->finished_fd, &raised, sizeof raised) < 0 && errno != EAGAIN)
		return;
	for (batch = writer_take_back(store->writer); batch != NULL; batch = next) {
		next = batch->next;
		store->pending--;
		if (batch->done != NULL)
			batch->done(batch->context, batch->committed);
		store_batch_free(batch);
	}
}

size_t store_pending(const struct store *store)
{
	return store->pending;
}

const char *store_failure(const struct store *store)
{
	return writer_failure(store->writer);
}
