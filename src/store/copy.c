/*
 * copy: the whole store into one file (VACUUM INTO), which is checked before
 * anybody gets it. The file loses its name as soon as it is open for reading,
 * so that nothing is left of a copy that nobody takes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/check.h"
#include "store/database.h"

#define COPY_FILE "copy.db"	/* while it is made */
#define COPY_STEPS 100000	/* of SQLite's machine, between two reports */
#define COPY_PIECE ((size_t)1 << 20)

struct copying {
	store_progress_fn *progress;
	void *context;
	const char *path;
	int64_t total;		/* bytes that are expected */
	bool stopped;
};

/* false: stop. */
static bool copying_tell(struct copying *copying, const char *phase,
	int64_t done, int64_t total)
{
	if (copying->progress != NULL && !copying->progress(copying->context,
	    phase, done, total))
		copying->stopped = true;
	return !copying->stopped;
}

static bool copying_tell_check(void *context, const char *table, int64_t done,
	int64_t total)
{
	(void)table;
	return copying_tell(context, "checking", done, total);
}

/* How far it is, by what stands in the file. */
static int copying_goes_on(void *context)
{
	struct copying *copying = context;
	struct stat file;

	return !copying_tell(copying, "copying", stat(copying->path, &file) == 0 ?
		(int64_t)file.st_size : 0, copying->total);
}

/* Bytes of the pages in use. */
static int copy_estimate(sqlite3 *db, int64_t *out, struct error *error)
{
	int64_t pages, unused, size;

	if (database_number(db, "PRAGMA page_count", &pages, error) < 0 ||
	    database_number(db, "PRAGMA freelist_count", &unused, error) < 0 ||
	    database_number(db, "PRAGMA page_size", &size, error) < 0)
		return -1;
	*out = (pages - unused) * size;
	return 0;
}

/* A disk that is full stops the store itself: rather no copy. */
static int copy_find_room(const char *dir, int64_t bytes, struct error *error)
{
	struct statvfs disk;

	if (statvfs(dir, &disk) < 0)
		return error_set(error, ERROR_SYSTEM, "%s: %s", dir,
			strerror(errno));
	if ((double)disk.f_bavail * (double)disk.f_frsize >= 1.1 * (double)bytes)
		return 0;
	return error_set(error, ERROR_LIMIT, "%s has no room for a copy of %lld "
		"MiB: make room there", dir, (long long)(bytes >> 20) + 1);
}

/* An empty file that only we can read, which SQLite then takes. */
static int copy_create(const char *path, struct error *error)
{
	int fd;

	unlink(path);	/* of a process that was killed */
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_set(error, ERROR_SYSTEM, "cannot create %s: %s", path,
			strerror(errno));
	close(fd);
	return 0;
}

static int copy_vacuum(sqlite3 *db, const char *path, struct error *error)
{
	sqlite3_stmt *statement;
	int result;

	/* SQLite attaches the file, and writes to it alone. */
	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 1);
	if (database_run(db, "PRAGMA query_only = OFF", error) < 0)
		return -1;
	statement = database_prepare(db, "VACUUM INTO ?1", error);
	if (statement == NULL)
		return -1;
	sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC);
	result = database_step(statement, error);
	sqlite3_finalize(statement);
	return result;
}

static int copy_write(struct copying *copying, const char *dir,
	struct error *error)
{
	sqlite3 *db = database_open(dir, DATABASE_READ, error);
	int result = -1;

	if (db == NULL)
		return -1;
	if (copy_estimate(db, &copying->total, error) == 0 &&
	    copy_find_room(dir, copying->total, error) == 0 &&
	    copy_create(copying->path, error) == 0) {
		if (copying->progress != NULL)
			sqlite3_progress_handler(db, COPY_STEPS, copying_goes_on,
				copying);
		result = copy_vacuum(db, copying->path, error);
	}
	if (result < 0 && (sqlite3_errcode(db) & 0xff) == SQLITE_FULL)
		error_set(error, ERROR_LIMIT, "%s has no room for a copy: make room "
			"there", dir);
	database_close(db);
	return result;
}

/* Takes what is this store's alone out of the copy: who it is, and that it is
   open. Nothing but the copy is lost where that fails. */
static int copy_part(const char *path, struct error *error)
{
	sqlite3 *db = NULL;
	int result = -1;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE, NULL) != SQLITE_OK)
		database_error(db, error);
	else
		result = database_run(db, "PRAGMA journal_mode = OFF;"
			"PRAGMA synchronous = OFF;"
			"DELETE FROM meta WHERE key IN ('instance', 'open')",
			error);
	database_close(db);
	return result;
}

static int copy_check(struct copying *copying, struct error *error)
{
	sqlite3 *db = database_open_path(copying->path, DATABASE_READ, error);
	int result;

	if (db == NULL)
		return -1;
	result = check_database(db, copying_tell_check, copying, error);
	database_close(db);
	return result;
}

static int copy_hash(struct copying *copying, struct store_copy *out,
	struct error *error)
{
	struct digest_state *state = digest_new();
	char *piece = mem_new(COPY_PIECE, 1);
	ssize_t length;

	out->bytes = 0;
	do {
		length = pread(out->fd, piece, COPY_PIECE, (off_t)out->bytes);
		if (length > 0) {
			digest_add(state, piece, (size_t)length);
			out->bytes += length;
		}
	} while (length > 0 && copying_tell(copying, "hashing", out->bytes,
		copying->total));
	digest_finish(state, &out->digest);
	free(piece);
	return length >= 0 ? 0 : error_set(error, ERROR_SYSTEM,
		"the copy cannot be read: %s", strerror(errno));
}

static int copy_make(struct copying *copying, const char *dir,
	struct store_copy *out, struct error *error)
{
	if (copy_write(copying, dir, error) < 0 ||
	    copy_part(copying->path, error) < 0 ||
	    copy_check(copying, error) != 0)
		return -1;
	out->fd = open(copying->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (out->fd < 0)
		return error_set(error, ERROR_SYSTEM, "cannot open %s: %s",
			copying->path, strerror(errno));
	if (copy_hash(copying, out, error) == 0 && !copying->stopped)
		return 0;
	close(out->fd);
	return -1;
}

int store_copy(const char *dir, store_progress_fn *progress, void *context,
	struct store_copy *out, struct error *error)
{
	char *path = database_path(dir, COPY_FILE, error);
	struct copying copying = { .progress = progress, .context = context,
		.path = path };
	int result;

	if (path == NULL)
		return -1;
	*out = (struct store_copy){ .fd = -1 };
	result = copy_make(&copying, dir, out, error);
	unlink(path);
	free(path);
	if (result < 0)
		out->fd = -1;
	return copying.stopped ? 1 : result;
}
