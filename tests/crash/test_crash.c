/*
 * What receivers have been told at the end of a long story is the same whatever
 * happens to the process that tells it: it is killed at each of its steps in
 * turn, and at many in one life. Nothing is missing, nothing is needless, and
 * what comes twice comes under the same id and says the same.
 *
 * A kill is a fork: the child goes on from a copy of the folder as it is on the
 * disk then, with nothing in memory but what is outside, and its parent as if
 * nothing had happened. CRASH_EVERY=1 tries every point, else each n-th.
 */
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/digest.h"
#include "base/log.h"
#include "crash.h"

/*
 * A child goes on alone: whatever lock the thread that writes holds just then,
 * nobody would let go of there. So SQLite's own are held over the fork, in the
 * order in which it takes them itself.
 */
static pid_t child_fork(void)
{
	static const int locks[] = {SQLITE_MUTEX_STATIC_VFS1,
		SQLITE_MUTEX_STATIC_PRNG, SQLITE_MUTEX_STATIC_PMEM,
		SQLITE_MUTEX_STATIC_MEM};
	const size_t count = sizeof locks / sizeof locks[0];

	for (size_t i = 0; i < count; i++)
		sqlite3_mutex_enter(sqlite3_mutex_alloc(locks[i]));
	pid_t child = fork();
	for (size_t i = count; i-- > 0; )
		sqlite3_mutex_leave(sqlite3_mutex_alloc(locks[i]));
	return child;
}

#define CHILDREN_MAX 2
#define EVERY_DEFAULT 60
#define LIVES_DEFAULT 4		/* with many kills each */
#define KILLED_EVERY 40		/* points, in those */
#define FAILURES_MAX 20
#define SHOWN 2000		/* bytes of what differs */

static const char *const point_names[POINT_COUNT] = {
	[POINT_UNSAVED] = "before the commit",
	[POINT_SAVED] = "after the commit, before it is sent",
	[POINT_SENT] = "after it is sent, before the answer",
};

const char *crash_point_name(enum crash_point point)
{
	return point_names[point];
}

static bool is_child;

/* A child is no test of its own: it ends, and says so. */
void crash_fail(const char *format, ...)
{
	char words[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	fprintf(stderr, "%s\n", words);
	if (is_child)
		_exit(2);
	fail_msg("%s", words);
	abort();
}

static struct outside expected;
static size_t points, points_by[POINT_COUNT];
static char top[64];		/* where all folders are */

/* --- folders ---------------------------------------------------------------- */

static const char *const files[] = {"pledged.db", "pledged.db-wal"};

static void file_copy(const char *from, const char *to)
{
	char bytes[65536];
	ssize_t count;
	int in = open(from, O_RDONLY | O_CLOEXEC);

	if (in < 0)
		return;
	int out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(out >= 0);
	while ((count = read(in, bytes, sizeof(bytes))) > 0)
		assert_int_equal(write(out, bytes, (size_t)count), count);
	assert_int_equal(count, 0);
	close(in);
	close(out);
}

static void folder_copy(const char *from, const char *to)
{
	char one[256], other[256];

	assert_int_equal(mkdir(to, 0700), 0);
	for (size_t i = 0; i < 2; i++) {
		snprintf(one, sizeof(one), "%s/%s", from, files[i]);
		snprintf(other, sizeof(other), "%s/%s", to, files[i]);
		file_copy(one, other);
	}
}

static void folder_remove(const char *dir)
{
	static const char *const others[] = {"pledged.db", "pledged.db-wal",
		"pledged.db-shm", "lock"};
	char path[256];

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, others[i]);
		unlink(path);
	}
	rmdir(dir);
}

/* --- lives ------------------------------------------------------------------ */

static int story_ends(struct outside *outside, const char *what)
{
	struct text differs;

	text_init(&differs, 0);
	outside_sort(outside);
	bool same = outside_same(&expected, outside, &differs);
	if (!same && what)
		fprintf(stderr, "%s:\n%.*s", what, SHOWN,
			text_string(&differs));
	text_release(&differs);
	return same ? 0 : 1;
}

/* In a child: what is outside is its own copy. */
static _Noreturn void child_goes_on(const char *dir, struct outside *outside,
	instant now, life_point *fn, void *context, const char *what)
{
	is_child = true;
	signal(SIGSEGV, SIG_DFL);	/* cmocka's is for the tests themselves */
	life_run(dir, outside, now, fn, context);
	folder_remove(dir);
	_exit(story_ends(outside, what));
}

struct killing {		/* at one point a life */
	size_t every, first;
	const char *spoil;	/* what is done to the store then; NULL: nothing */
	int most;		/* failures, after which nothing is tried */
	int children;
	int failures;
	size_t tried;
};

static void folder_spoil(const char *dir, const char *sql)
{
	char path[256];
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/pledged.db", dir);
	crash_check(sqlite3_open(path, &db) == SQLITE_OK);
	crash_check(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_close(db);
}

static void child_wait(struct killing *killing)
{
	int status;

	assert_true(wait(&status) > 0);
	killing->children--;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		killing->failures++;
}

static void kill_here(struct killing *killing, struct life *life,
	enum crash_point point)
{
	char dir[128], what[160];

	snprintf(dir, sizeof(dir), "%s/kill-%zu", top, points);
	snprintf(what, sizeof(what), "killed at step %zu, %lld, %s", points,
		(long long)life_now(life), crash_point_name(point));
	folder_copy(life_dir(life), dir);
	if (killing->spoil)
		folder_spoil(dir, killing->spoil);
	fflush(NULL);
	pid_t child = child_fork();
	assert_true(child >= 0);
	if (child == 0)
		child_goes_on(dir, life_outside(life), life_now(life), NULL,
			NULL, killing->spoil ? NULL : what);
	killing->tried++;
	if (++killing->children == CHILDREN_MAX)
		child_wait(killing);
}

static void kill_at_each(void *context, struct life *life,
	enum crash_point point)
{
	struct killing *killing = context;

	points_by[point]++;
	if (points++ % killing->every == killing->first &&
			killing->failures < killing->most)
		kill_here(killing, life, point);
}

/* … and at many: whoever is killed waits to hear how it goes on without it. */
struct often {
	uint64_t seed;
	size_t points, kills;
	char dir[160];
};

static void kill_often(void *context, struct life *life,
	enum crash_point point)
{
	struct often *often = context;
	uint64_t lot[] = {often->seed, often->points++};
	char what[64];
	int status;

	(void)point;
	if (hash_bytes(lot, sizeof(lot)) % KILLED_EVERY != 0)
		return;
	snprintf(often->dir, sizeof(often->dir), "%s/often-%llu-%zu", top,
		(unsigned long long)often->seed, ++often->kills);
	folder_copy(life_dir(life), often->dir);
	snprintf(what, sizeof(what), "killed often, by lot %llu",
		(unsigned long long)often->seed);
	pid_t child = child_fork();
	crash_check(child >= 0);
	if (child == 0)
		child_goes_on(often->dir, life_outside(life), life_now(life),
			kill_often, often, what);
	folder_remove(life_dir(life));
	crash_check(waitpid(child, &status, 0) == child);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 3);
}

static size_t number_from(const char *variable, size_t otherwise)
{
	const char *word = getenv(variable);
	return word && *word ? (size_t)strtoul(word, NULL, 10) : otherwise;
}

/* --- tests ------------------------------------------------------------------ */

static int make_top(void **state)
{
	(void)state;
	snprintf(top, sizeof(top), "%s/test_crash.XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	log_init("crash", LOG_LEVEL_WARNING);
	return mkdtemp(top) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *about, int kind,
	struct FTW *place)
{
	(void)about, (void)kind, (void)place;
	return remove(path);
}

static int remove_top(void **state)
{
	(void)state;
	outside_release(&expected);
	return nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void story(struct outside *outside, life_point *fn, void *context)
{
	char dir[128];

	snprintf(dir, sizeof(dir), "%s/calm", top);
	assert_int_equal(mkdir(dir, 0700), 0);
	outside_init(outside);
	life_run(dir, outside, tale_start, fn, context);
	outside_sort(outside);
	folder_remove(dir);
}

static size_t told_of(const char *words)
{
	size_t count = 0;

	for (size_t i = 0; i < expected.told_count; i++)
		count += strstr(expected.told[i], words) != NULL;
	return count;
}

/* Everything that may be told is, in a life without a kill. */
static void test_calm(void **state)
{
	static const char *const words[] = {" first", " changed", " reminder",
		" escalated", " silence_expiring", " silence_ended",
		" acknowledgement_expiring", " acknowledgement_expired",
		" resolved", " withdrawn", " for desk", " for hook",
		"delivery_failed", "delivery_recovered", "approaching",
		"new_document", "source_failing", "data_stale",
		"data_quarantined", "revised"};
	(void)state;

	story(&expected, NULL, NULL);
	assert_string_equal(text_string(&expected.faults), "");
	if (getenv("CRASH_SHOW"))
		for (size_t i = 0; i < expected.told_count; i++)
			printf("%s\n", expected.told[i]);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (told_of(words[i]) == 0)
			fail_msg("nothing is told of%s", words[i]);
}

static void test_again(void **state)
{
	struct outside outside;
	struct text differs;
	(void)state;

	story(&outside, NULL, NULL);
	text_init(&differs, 0);
	if (!outside_same(&expected, &outside, &differs))
		fail_msg("%s", text_string(&differs));
	text_release(&differs);
	outside_release(&outside);
}

static void test_each_kill(void **state)
{
	struct killing killing = {.every = number_from("CRASH_EVERY",
		EVERY_DEFAULT), .most = FAILURES_MAX};
	struct outside outside;
	(void)state;

	killing.first = number_from("CRASH_FIRST", 7) % killing.every;
	points = 0;
	story(&outside, kill_at_each, &killing);
	while (killing.children > 0)
		child_wait(&killing);
	outside_release(&outside);
	print_message("%zu of %zu points tried: %zu before a commit, %zu after "
		"one, %zu after a send\n", killing.tried, points,
		points_by[POINT_UNSAVED], points_by[POINT_SAVED],
		points_by[POINT_SENT]);
	assert_int_equal(killing.failures, 0);
	assert_true(points > 1000);
}

static void test_many_kills(void **state)
{
	size_t lives = number_from("CRASH_LIVES", LIVES_DEFAULT);
	struct killing killing = {.children = 0};
	(void)state;

	for (size_t i = 1; i <= lives; i++) {
		struct often often = {.seed = i};
		struct outside outside;
		char dir[128];

		snprintf(dir, sizeof(dir), "%s/life-%zu", top, i);
		assert_int_equal(mkdir(dir, 0700), 0);
		outside_init(&outside);
		fflush(NULL);
		pid_t child = child_fork();
		assert_true(child >= 0);
		if (child == 0)
			child_goes_on(dir, &outside, tale_start, kill_often,
				&often, "not killed at all");
		if (++killing.children == CHILDREN_MAX)
			child_wait(&killing);
	}
	while (killing.children > 0)
		child_wait(&killing);
	assert_int_equal(killing.failures, 0);
}

/* What a process forgets, the comparison finds. */
static void test_it_sees(void **state)
{
	static const char *const spoils[] = {"DELETE FROM mention_waiting",
		"DELETE FROM outbox", "DELETE FROM hearing"};
	(void)state;

	for (size_t i = 0; i < sizeof(spoils) / sizeof(spoils[0]); i++) {
		struct killing killing = {.every = 199, .first = 101,
			.spoil = spoils[i], .most = 1};
		struct outside outside;

		points = 0;
		story(&outside, kill_at_each, &killing);
		while (killing.children > 0)
			child_wait(&killing);
		outside_release(&outside);
		if (killing.failures == 0)
			fail_msg("not seen: %s", spoils[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calm),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_each_kill),
		cmocka_unit_test(test_many_kills),
		cmocka_unit_test(test_it_sees),
	};
	return cmocka_run_group_tests(tests, make_top, remove_top);
}
