/*
 * writer: group commit and checkpoints. The mutex guards the two lists and
 * two flags; all else belongs to the thread, and the failure's text to nobody
 * once `failed` is set.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/append.h"
#include "store/database.h"
#include "store/writer.h"

#define CHECKPOINT_PAGES 1000	/* of the log, before it is worked off */

struct batch_list {
	struct store_batch *first;
	struct store_batch **end;
};

struct writer {
	sqlite3 *db;
	struct append *append;
	int finished_fd;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t work;
	struct batch_list waiting;
	struct batch_list finished;
	bool stopping;
	int log_pages;
	atomic_bool failed;
	struct error failure;
};

static void batch_list_init(struct batch_list *list)
{
	list->first = NULL;
	list->end = &list->first;
}

/* Moves everything of one list to the end of another. */
static void batch_list_move(struct batch_list *to, struct batch_list *from)
{
	if (from->first == NULL)
		return;
	*to->end = from->first;
	to->end = from->end;
	batch_list_init(from);
}

static void batch_list_add(struct batch_list *list, struct store_batch *batch)
{
	batch->next = NULL;
	*list->end = batch;
	list->end = &batch->next;
}

/* --- committing -------------------------------------------------------------------- */

static bool batches_are_empty(const struct store_batch *batch)
{
	for (; batch != NULL; batch = batch->next)
		if (!store_batch_is_empty(batch))
			return false;
	return true;
}

/* When a seal is made: no decision hangs on it. */
static instant writer_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (instant)now.tv_sec;
}

static int writer_append(struct writer *writer, const struct store_batch *batch)
{
	if (database_run(writer->db, "BEGIN IMMEDIATE", &writer->failure) < 0)
		return -1;
	for (; batch != NULL; batch = batch->next)
		if (append_batch(writer->append, batch, &writer->failure) < 0)
			return -1;
	if (append_finish(writer->append, writer_now(), &writer->failure) < 0)
		return -1;
	return database_run(writer->db, "COMMIT", &writer->failure);
}

/* Nothing is tried again, and closing must not work off a log whose last
   sync may have failed. */
static void writer_fail(struct writer *writer)
{
	if (!sqlite3_get_autocommit(writer->db))
		database_run(writer->db, "ROLLBACK", NULL);
	sqlite3_db_config(writer->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	atomic_store(&writer->failed, true);
}

static void writer_commit(struct writer *writer, struct store_batch *batches)
{
	bool done = false;

	if (!atomic_load(&writer->failed)) {
		done = batches_are_empty(batches) ||
			writer_append(writer, batches) == 0;
		if (!done)
			writer_fail(writer);
	}
	for (; batches != NULL; batches = batches->next)
		batches->committed = done;
}

/* --- checkpoints -------------------------------------------------------------------- */

static int writer_log_grew(void *context, sqlite3 *db, const char *name,
	int pages)
{
	struct writer *writer = context;

	(void)db;
	(void)name;
	writer->log_pages = pages;
	return SQLITE_OK;
}

/* Readers may hold parts of the log: what is left is for the next time. */
static void writer_checkpoint(struct writer *writer)
{
	int code;

	if (writer->log_pages < CHECKPOINT_PAGES || atomic_load(&writer->failed))
		return;
	code = sqlite3_wal_checkpoint_v2(writer->db, NULL,
		SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	writer->log_pages = 0;
	if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY ||
	    (code & 0xff) == SQLITE_LOCKED)
		return;
	database_error(writer->db, &writer->failure);
	writer_fail(writer);
}

/* --- the thread --------------------------------------------------------------------- */

/* False when there will be no more. */
static bool writer_wait(struct writer *writer, struct batch_list *batches)
{
	pthread_mutex_lock(&writer->mutex);
	while (writer->waiting.first == NULL && !writer->stopping)
		pthread_cond_wait(&writer->work, &writer->mutex);
	batch_list_init(batches);
	batch_list_move(batches, &writer->waiting);
	pthread_mutex_unlock(&writer->mutex);
	return batches->first != NULL;
}

static void writer_finish(struct writer *writer, struct batch_list *batches)
{
	uint64_t one = 1;

	pthread_mutex_lock(&writer->mutex);
	batch_list_move(&writer->finished, batches);
	pthread_mutex_unlock(&writer->mutex);
	/* Fails only when the counter is full, and then it is raised. */
	if (write(writer->finished_fd, &one, sizeof one) < 0)
		return;
}

static void *writer_main(void *context)
{
	struct writer *writer = context;
	struct batch_list batches;

	while (writer_wait(writer, &batches)) {
		writer_commit(writer, batches.first);
		writer_finish(writer, &batches);
		writer_checkpoint(writer);
	}
	return NULL;
}

/* Signals are the main thread's. */
static int writer_create_thread(struct writer *writer)
{
	sigset_t all, before;
	int code;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	code = pthread_create(&writer->thread, NULL, writer_main, writer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (code == 0)
		pthread_setname_np(writer->thread, "store-writer");
	return code;
}

/* What stands there without a seal gets one before anything else. */
static int writer_seal(sqlite3 *db, struct append *append, struct error *error)
{
	if (append_is_sealed(append))
		return 0;
	if (database_run(db, "BEGIN IMMEDIATE", error) == 0 &&
	    append_finish(append, writer_now(), error) == 0 &&
	    database_run(db, "COMMIT", error) == 0)
		return 0;
	if (!sqlite3_get_autocommit(db))
		database_run(db, "ROLLBACK", NULL);
	return -1;
}

struct writer *writer_start(sqlite3 *db, int finished_fd, struct error *error)
{
	struct append *append = append_new(db, error);
	struct writer *writer;
	int code;

	if (append == NULL)
		return NULL;
	if (writer_seal(db, append, error) < 0) {
		append_free(append);
		return NULL;
	}
	writer = mem_new(1, sizeof *writer);
	writer->db = db;
	writer->append = append;
	writer->finished_fd = finished_fd;
	pthread_mutex_init(&writer->mutex, NULL);
	pthread_cond_init(&writer->work, NULL);
	batch_list_init(&writer->waiting);
	batch_list_init(&writer->finished);
	sqlite3_wal_hook(db, writer_log_grew, writer);
	code = writer_create_thread(writer);
	if (code == 0)
		return writer;
	error_set(error, ERROR_SYSTEM, "cannot start a thread: %s", strerror(code));
	writer_free(writer);
	return NULL;
}

void writer_hand_over(struct writer *writer, struct store_batch *batch)
{
	pthread_mutex_lock(&writer->mutex);
	if (writer->stopping) {
		batch_list_add(&writer->finished, batch);
	} else {
		batch_list_add(&writer->waiting, batch);
		pthread_cond_signal(&writer->work);
	}
	pthread_mutex_unlock(&writer->mutex);
}

struct store_batch *writer_take_back(struct writer *writer)
{
	struct store_batch *batches;

	pthread_mutex_lock(&writer->mutex);
	batches = writer->finished.first;
	batch_list_init(&writer->finished);
	pthread_mutex_unlock(&writer->mutex);
	return batches;
}

void writer_stop(struct writer *writer)
{
	pthread_mutex_lock(&writer->mutex);
	writer->stopping = true;
	pthread_cond_signal(&writer->work);
	pthread_mutex_unlock(&writer->mutex);
	pthread_join(writer->thread, NULL);
}

void writer_free(struct writer *writer)
{
	if (writer == NULL)
		return;
	sqlite3_wal_hook(writer->db, NULL, NULL);
	append_free(writer->append);
	pthread_cond_destroy(&writer->work);
	pthread_mutex_destroy(&writer->mutex);
	free(writer);
}

const char *writer_failure(struct writer *writer)
{
	return atomic_load(&writer->failed) ? writer->failure.text : "";
}
