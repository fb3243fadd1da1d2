/*
 * database: opening, settings, errors in words.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "store/database.h"
#include "store/order.h"
#include "store/schema.h"
#include "store/store.h"

#define WRITER_PATIENCE_MS 5000	/* for a stranger who holds the file */
#define READER_PATIENCE_MS 1000
#define LOCK_TRIES 400			/* two seconds of moments */
#define LOCK_MOMENT_NS 5000000

static const struct {
	int code;
	enum error_kind kind;
	const char *advice;
} advices[] = {
	{ SQLITE_FULL, ERROR_SYSTEM,
		"the disk is full: make room there, then start pledged again" },
	{ SQLITE_IOERR, ERROR_SYSTEM,
		"reading or writing failed: check the disk, then start pledged "
		"again" },
	{ SQLITE_CANTOPEN, ERROR_SYSTEM,
		"it cannot be opened: check that pledged's user owns the folder, "
		"and that nothing in it is a symbolic link" },
	{ SQLITE_READONLY, ERROR_SYSTEM,
		"it cannot be written: check the owner and the file system" },
	{ SQLITE_PERM, ERROR_SYSTEM, "it cannot be written: check the owner" },
	{ SQLITE_BUSY, ERROR_SYSTEM,
		"another program holds it: only pledged may write to it" },
	{ SQLITE_LOCKED, ERROR_SYSTEM,
		"another program holds it: only pledged may write to it" },
	{ SQLITE_CORRUPT, ERROR_INPUT,
		"it is damaged: restore a backup" },
	{ SQLITE_NOTADB, ERROR_INPUT,
		"it is not a database: move it away or restore a backup" },
	{ SQLITE_NOMEM, ERROR_SYSTEM, "no memory" },
};

int database_error(sqlite3 *db, struct error *error)
{
	int code = sqlite3_extended_errcode(db), os = sqlite3_system_errno(db);
	const char *file = sqlite3_db_filename(db, "main");
	const char *cause = sqlite3_errmsg(db);

	if (file == NULL || *file == '\0')
		file = DATABASE_FILE;
	if ((code & 0xff) == SQLITE_IOERR && os != 0)
		cause = strerror(os);
	for (size_t i = 0; i < sizeof advices / sizeof *advices; i++)
		if (advices[i].code == (code & 0xff))
			return error_set(error, advices[i].kind, "%s: %s (%s, code %d)",
				file, advices[i].advice, cause, code);
	return error_set(error, ERROR_BUG, "%s: %s (code %d)", file, cause, code);
}

int database_run(sqlite3 *db, const char *sql, struct error *error)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return database_error(db, error);
	return 0;
}

sqlite3_stmt *database_prepare(sqlite3 *db, const char *sql,
	struct error *error)
{
	sqlite3_stmt *statement;

	if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement,
	    NULL) == SQLITE_OK)
		return statement;
	database_error(db, error);
	return NULL;
}

int database_number(sqlite3 *db, const char *sql, int64_t *out,
	struct error *error)
{
	sqlite3_stmt *statement = database_prepare(db, sql, error);
	int code;

	*out = 0;
	if (statement == NULL)
		return -1;
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*out = sqlite3_column_int64(statement, 0);
	else if (code != SQLITE_DONE)
		database_error(db, error);
	sqlite3_finalize(statement);
	return code == SQLITE_ROW || code == SQLITE_DONE ? 0 : -1;
}

int database_step(sqlite3_stmt *statement, struct error *error)
{
	int code = sqlite3_step(statement);

	if (code != SQLITE_DONE && code != SQLITE_ROW) {
		database_error(sqlite3_db_handle(statement), error);
		sqlite3_reset(statement);
		return -1;
	}
	sqlite3_reset(statement);
	return 0;
}

/* --- settings ------------------------------------------------------------------ */

static const struct { int what, value; } switches[] = {
	{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
	{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
	{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
	{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
	{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
	{ SQLITE_DBCONFIG_DQS_DML, 0 },
	{ SQLITE_DBCONFIG_DQS_DDL, 0 },
};

static const struct { int what, value; } limits[] = {
	{ SQLITE_LIMIT_LENGTH, DATABASE_VALUE_MAX },
	{ SQLITE_LIMIT_SQL_LENGTH, 32768 },
	{ SQLITE_LIMIT_COLUMN, 64 },
	{ SQLITE_LIMIT_EXPR_DEPTH, 50 },
	{ SQLITE_LIMIT_COMPOUND_SELECT, 4 },
	{ SQLITE_LIMIT_VDBE_OP, 10000 },
	{ SQLITE_LIMIT_FUNCTION_ARG, 8 },
	{ SQLITE_LIMIT_ATTACHED, 0 },
	{ SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100 },
	{ SQLITE_LIMIT_VARIABLE_NUMBER, 64 },
	{ SQLITE_LIMIT_TRIGGER_DEPTH, 1 },
	{ SQLITE_LIMIT_WORKER_THREADS, 0 },
};

/* What concerns the connection alone and touches no file. */
static void database_restrict(sqlite3 *db)
{
	for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
		sqlite3_db_config(db, switches[i].what, switches[i].value, NULL);
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		sqlite3_limit(db, limits[i].what, limits[i].value);
}

static const char settings_both[] =
	"PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;"
	"PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 0;";
static const char settings_read[] =
	"PRAGMA query_only = ON; PRAGMA cache_size = -8192;";
static const char settings_write[] =
	"PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
	"PRAGMA secure_delete = OFF; PRAGMA journal_size_limit = 67108864;"
	"PRAGMA cache_size = -32768;";

/* Readers and the writer go on beside one another only in this mode. */
static int database_use_wal(sqlite3 *db, struct error *error)
{
	sqlite3_stmt *statement = database_prepare(db,
		"PRAGMA journal_mode = WAL", error);
	int code, result = -1;

	if (statement == NULL)
		return -1;
	code = sqlite3_step(statement);
	if (code != SQLITE_ROW)
		database_error(db, error);
	else if (string_is("wal", (const char *)sqlite3_column_text(statement, 0)))
		result = 0;
	else
		error_set(error, ERROR_SYSTEM, "%s: the file system cannot share "
			"memory between processes: put state_dir on a local disk",
			sqlite3_db_filename(db, "main"));
	sqlite3_finalize(statement);
	return result;
}

static int database_prepare_write(sqlite3 *db, int64_t version,
	struct error *error)
{
	if (database_run(db, "PRAGMA synchronous = FULL", error) < 0 ||
	    order_register(db, error) < 0 ||
	    schema_migrate(db, version, STORE_SCHEMA, error) < 0 ||
	    database_use_wal(db, error) < 0)
		return -1;
	return database_run(db, settings_write, error);
}

static int database_prepare_read(sqlite3 *db, int64_t version,
	struct error *error)
{
	if (version != STORE_SCHEMA)
		return error_set(error, ERROR_INPUT,
			"%s has schema %lld, not %d: start the daemon once to bring it "
			"forward", sqlite3_db_filename(db, "main"),
			(long long)version, STORE_SCHEMA);
	return database_run(db, settings_read, error);
}

static int database_settle(sqlite3 *db, enum database_mode mode,
	struct error *error)
{
	int64_t version;

	database_restrict(db);
	sqlite3_busy_timeout(db, mode == DATABASE_WRITE ?
		WRITER_PATIENCE_MS : READER_PATIENCE_MS);
	if (schema_check(db, &version, error) < 0 ||
	    database_run(db, settings_both, error) < 0)
		return -1;
	if (mode == DATABASE_WRITE)
		return database_prepare_write(db, version, error);
	return database_prepare_read(db, version, error);
}

/* --- files --------------------------------------------------------------------- */

/* What another try would not change is told apart from what it might. */
static enum error_kind errno_kind(int number)
{
	return number == ENOENT || number == ENOTDIR ? ERROR_ABSENT :
		number == EACCES || number == EPERM || number == EROFS ?
		ERROR_DENIED : ERROR_SYSTEM;
}

char *database_path(const char *dir, const char *file,
	struct error *error)
{
	char *real = realpath(dir, NULL);
	int number = errno;
	struct text path;

	if (real == NULL) {
		error_set(error, errno_kind(number), "state_dir %s: %s%s", dir,
			strerror(number), number == ENOENT ? ": make this folder, "
			"the program does not" : "");
		return NULL;
	}
	text_init(&path, 0);
	text_addf(&path, "%s/%s", real, file);
	free(real);
	return text_take(&path);
}

/* Makes the name of a new file last. */
static int database_sync_folder(const char *path)
{
	char *dir = mem_string(path);
	int fd, result;

	*strrchr(dir, '/') = '\0';
	fd = open(*dir != '\0' ? dir : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(dir);
	if (fd < 0)
		return -1;
	result = fsync(fd);
	close(fd);
	return result;
}

/* Makes an empty file that only we can read, unless it is there. */
static int database_create(const char *path, struct error *error)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		0600);

	if (fd < 0 && errno == EEXIST)
		return 0;
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && database_sync_folder(path) == 0)
		return 0;
	return error_set(error, errno_kind(errno), "cannot create %s: %s", path,
		strerror(errno));
}

sqlite3 *database_open_path(const char *path, enum database_mode mode,
	struct error *error)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
		SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE;
	sqlite3 *db = NULL;

	flags |= mode == DATABASE_WRITE ? SQLITE_OPEN_READWRITE :
		SQLITE_OPEN_READONLY;
	if (mode == DATABASE_WRITE && database_create(path, error) < 0)
		return NULL;
	if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK) {
		database_error(db, error);
		error_prefix(error, "%s", path);
		sqlite3_close(db);
		return NULL;
	}
	if (database_settle(db, mode, error) == 0)
		return db;
	sqlite3_close(db);
	return NULL;
}

sqlite3 *database_open(const char *dir, enum database_mode mode,
	struct error *error)
{
	char *path = database_path(dir, DATABASE_FILE, error);
	sqlite3 *db;

	if (path == NULL)
		return NULL;
	db = database_open_path(path, mode, error);
	free(path);
	return db;
}

void database_close(sqlite3 *db)
{
	sqlite3_close(db);
}

/* Who has the lock, as far as its file tells; 0: it does not. */
static long database_lock_owner(int fd)
{
	char owner[24] = "";

	return pread(fd, owner, sizeof owner - 1, 0) > 0 ? strtol(owner, NULL, 10)
		: 0;
}

static int database_lock_refused(int fd, const char *path, struct error *error)
{
	long owner = database_lock_owner(fd);
	char words[24] = "unknown";

	if (owner > 0)
		snprintf(words, sizeof words, "%ld", owner);
	return error_set(error, ERROR_SYSTEM, "%s is held by another pledged "
		"(process %s): stop it first, or give this one its own state_dir",
		path, words);
}

static bool database_lock_is_orphaned(int fd)
{
	long owner = database_lock_owner(fd);

	return owner > 0 && kill((pid_t)owner, 0) < 0 && errno == ESRCH;
}

/*
 * A process that was killed while it started a worker leaves the lock to that
 * worker until the worker's program runs, a moment later: a lock whose owner is
 * gone is waited for. Returns 0 or the reason it was not taken.
 */
static int database_lock_take(int fd)
{
	const struct timespec moment = {.tv_nsec = LOCK_MOMENT_NS};

	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK)
			return errno;
		if (!database_lock_is_orphaned(fd))
			break;
		nanosleep(&moment, NULL);
	}
	return EWOULDBLOCK;
}

/* Who holds the lock is a courtesy: what fails here is no fault. */
static void database_lock_sign(int fd)
{
	char owner[24];
	int length = snprintf(owner, sizeof owner, "%ld\n", (long)getpid());

	if (ftruncate(fd, 0) < 0 || pwrite(fd, owner, (size_t)length, 0) < 0)
		return;
}

static int database_lock_path(const char *path, struct error *error)
{
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return error_set(error, errno_kind(errno), "cannot open %s: %s", path,
			strerror(errno));
	int reason = database_lock_take(fd);

	if (reason == 0) {
		database_lock_sign(fd);
		return fd;
	}
	if (reason == EWOULDBLOCK)
		database_lock_refused(fd, path, error);
	else
		error_set(error, ERROR_SYSTEM, "cannot lock %s: %s", path,
			strerror(reason));
	close(fd);
	return -1;
}

int database_lock(const char *dir, struct error *error)
{
	char *path = database_path(dir, "lock", error);
	int fd;

	if (path == NULL)
		return -1;
	fd = database_lock_path(path, error);
	free(path);
	return fd;
}
