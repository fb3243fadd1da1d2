/*
 * The pool against this very program as its worker: with an argument it plays
 * one, and does what the first byte of the request says.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/pool.h"

enum { TAG = 1 };

extern char **environ;

/* --- the worker -------------------------------------------------------- */

static bool worker_read(void *bytes, size_t length)
{
	char *at = bytes;

	while (length > 0) {
		ssize_t got = read(STDIN_FILENO, at, length);

		if (got <= 0)
			return false;
		at += got;
		length -= (size_t)got;
	}
	return true;
}

static void worker_write(const void *bytes, size_t length)
{
	const char *at = bytes;

	while (length > 0) {
		ssize_t put = write(STDOUT_FILENO, at, length);

		if (put <= 0)
			_exit(9);
		at += put;
		length -= (size_t)put;
	}
}

static void worker_answer(const char *bytes, size_t length)
{
	struct text frame;

	text_init(&frame, FRAME_MAX + FRAME_HEADER);
	frame_begin(&frame);
	frame_put(&frame, TAG, bytes, length);
	frame_end(&frame);
	worker_write(frame.data, frame.length);
	text_release(&frame);
}

/* What was given to the worker: environment, arguments, descriptors above 2,
   how SIGPIPE stands. */
static void worker_describe(int count, char **arguments)
{
	struct sigaction action;
	struct text out;
	struct dirent *entry;

	text_init(&out, 0);
	for (char **line = environ; *line != NULL; line++)
		text_addf(&out, "%s;", *line);
	for (int i = 1; i < count; i++)
		text_addf(&out, "%s;", arguments[i]);
	DIR *folder = opendir("/proc/self/fd");
	while (folder != NULL && (entry = readdir(folder)) != NULL)
		if (entry->d_name[0] != '.' && strtol(entry->d_name, NULL, 10) > 2 &&
		    strtol(entry->d_name, NULL, 10) != dirfd(folder))
			text_addf(&out, "fd %s;", entry->d_name);
	if (folder != NULL)
		closedir(folder);
	sigaction(SIGPIPE, NULL, &action);
	text_addf(&out, "pipe %s;", action.sa_handler == SIG_DFL ? "default" : "ignored");
	if (getpgrp() == getpid())
		text_add_string(&out, "own group");
	worker_answer(out.data, out.length);
	text_release(&out);
}

static void worker_act(const char *word, size_t length, int count, char **arguments)
{
	static char large[150000];
	char number[32];

	switch (word[0]) {
	case 'c':	/* crash */
		signal(SIGSEGV, SIG_DFL);	/* not a sanitizer's */
		raise(SIGSEGV);
		break;
	case 'd':
		worker_describe(count, arguments);
		break;
	case 'e':	/* echo */
		worker_answer(word, length);
		break;
	case 'h':	/* hang */
		for (;;)
			pause();
	case 'l':	/* last words, more than are read at once */
		snprintf(large, sizeof large, "%d", (int)getpid());
		worker_answer(large, sizeof large);
		_exit(0);
	case 'n':	/* nonsense: a frame of 4 GiB */
		worker_write("\xff\xff\xff\xff", 4);
		pause();
		break;
	case 'p':
		snprintf(number, sizeof number, "%d", (int)getpid());
		worker_answer(number, strlen(number));
		break;
	case 'm':	/* no memory left */
		_exit(EX_OSERR);
	case 's':	/* a second of processor time, and no more */
		setrlimit(RLIMIT_CPU, &(struct rlimit){1, 2});
		signal(SIGXCPU, SIG_DFL);
		for (volatile unsigned i = 0;; i++)
			;
	case 't':	/* two answers */
		worker_write("\0\0\0\0\0\0\0\0", 8);
		pause();
		break;
	default:
		_exit(3);
	}
}

static int worker_main(int count, char **arguments)
{
	uint8_t header[FRAME_HEADER];
	size_t length;

	while (worker_read(header, sizeof header) && frame_length(header, &length)) {
		char *payload = mem_new(length + 1, 1);
		struct frame_reader reader;
		struct frame_field field;

		if (!worker_read(payload, length))
			return 4;
		frame_reader_init(&reader, payload, length);
		if (frame_next(&reader, &field))
			worker_act((const char *)field.bytes, field.length, count,
				arguments);
		free(payload);
	}
	return 0;
}

/* --- the tests ------------------------------------------------------------ */

struct result {
	struct loop *loop;
	struct pool *pool;
	int done, failed, want;
	size_t length;
	char text[4096];
	const char *order;	/* what must come, in this order */
	const char *again;	/* a request to make from within done */
};

static void request(struct result *result, const char *word, size_t length,
	int64_t timeout);

static void on_done(void *context, const uint8_t *payload, size_t length,
	const char *error)
{
	struct result *result = context;
	struct frame_reader reader;
	struct frame_field field = {0};

	result->done++;
	if (payload == NULL) {
		result->failed++;
		snprintf(result->text, sizeof result->text, "%s", error);
	} else {
		frame_reader_init(&reader, payload, length);
		assert_true(frame_next(&reader, &field));
		result->length = field.length;
		snprintf(result->text, sizeof result->text, "%.*s",
			(int)(field.length < 4000 ? field.length : 4000),
			(const char *)field.bytes);
	}
	if (result->order != NULL)
		assert_int_equal(result->text[1], *result->order++);
	if (result->again != NULL) {
		const char *again = result->again;

		result->again = NULL;
		request(result, again, strlen(again), 60);
	}
	if (result->done == result->want)
		loop_stop(result->loop);
}

static void request(struct result *result, const char *word, size_t length,
	int64_t timeout)
{
	struct text frame;

	text_init(&frame, FRAME_MAX + FRAME_HEADER);
	frame_begin(&frame);
	frame_put(&frame, TAG, word, length);
	frame_end(&frame);
	result->want++;
	pool_request(result->pool, &frame, timeout, on_done, result);
	text_release(&frame);
}

static const char *ask(struct result *result, const char *word)
{
	int done = result->done;

	request(result, word, strlen(word), 60);
	assert_int_equal(result->done, done);	/* never from within */
	assert_int_equal(pool_active(result->pool), 1);
	loop_run(result->loop);
	assert_int_equal(result->done, done + 1);
	assert_int_equal(pool_active(result->pool), 0);
	return result->text;
}

static int setup(void **state)
{
	static struct result result;
	static const char *const options[] = {"--memory=1", "--cpu=2", NULL};
	static char program[4096];
	ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);

	assert_true(length > 0);
	program[length] = '\0';
	result = (struct result){.loop = loop_new()};
	struct pool_settings settings = {
		.program = program, .role = "extract", .options = options, .max = 1,
	};
	result.pool = pool_new(result.loop, &settings);
	*state = &result;
	return 0;
}

static int teardown(void **state)
{
	struct result *result = *state;

	pool_free(result->pool);
	loop_free(result->loop);
	return 0;
}

static void test_echo(void **state)
{
	struct result *result = *state;
	char first[32];

	assert_string_equal(ask(result, "e hello"), "e hello");
	snprintf(first, sizeof first, "%s", ask(result, "p"));
	assert_string_equal(ask(result, "p"), first);	/* the same worker */
}

static void test_what_a_worker_gets(void **state)
{
	struct result *result = *state;
	int extra = dup(0);	/* not close-on-exec */
	const char *said = ask(result, "d");

	close(extra);
	assert_true(string_starts(said, "HOME=/nonexistent;"));
	assert_null(strstr(said, "PATH="));
	assert_null(strstr(said, "fd "));
	assert_non_null(strstr(said, ";extract;--memory=1;--cpu=2;"));
	assert_non_null(strstr(said, "pipe default;own group"));
}

static void test_large(void **state)
{
	struct result *result = *state;
	size_t length = (size_t)20 << 20;
	char *large = mem_new(length, 1);

	memset(large, 'e', length);
	request(result, large, length, 60);
	loop_run(result->loop);
	assert_int_equal(result->failed, 0);
	assert_int_equal(result->length, length);
	free(large);
}

/* What follows a frame is sent as if it stood in it. */
static void test_rest(void **state)
{
	struct result *result = *state;
	static const size_t lengths[] = {0, 1, 300, (size_t)20 << 20};

	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		size_t length = lengths[i];
		char *rest = mem_new(length + 1, 1);
		struct text frame;

		memset(rest, 'e', length);
		text_init(&frame, 0);
		frame_begin(&frame);
		if (length == 0)
			frame_put(&frame, TAG, "e", 1);
		frame_end_before(&frame, TAG, length);
		result->want++;
		pool_request_with(result->pool, &frame, length > 0 ? rest : NULL, length,
			60, on_done, result);
		loop_run(result->loop);
		assert_int_equal(result->failed, 0);
		assert_int_equal(result->length, length > 0 ? length : 1);
		assert_int_equal(result->text[0], 'e');
		free(rest);
	}
}

static void test_too_large(void **state)
{
	struct result *result = *state;
	static const char large_words[200];
	struct text frame;

	text_init(&frame, 100);
	frame_begin(&frame);
	frame_put(&frame, TAG, large_words, sizeof large_words);
	frame_end(&frame);
	assert_true(frame.cut);
	result->want++;
	pool_request(result->pool, &frame, 60, on_done, result);
	text_release(&frame);
	loop_run(result->loop);
	assert_string_equal(result->text, "the request is too large for a worker");
}

static void test_faults(void **state)
{
	static const struct {
		const char *word, *want_error;
	} cases[] = {
		{"c", "the extract worker was killed by signal 11 (Segmentation fault)"},
		{"x", "the extract worker ended with status 3 before it answered"},
		{"n", "the extract worker answered nonsense: a frame too long"},
		{"t", "the extract worker answered nonsense: more than one frame"},
		{"m", "the extract worker ran out of memory (workers.memory)"},
		{"s", "the extract worker was stopped: its program used more than 1 s of "
			"processor time (workers.cpu)"},
	};
	struct result *result = *state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_string_equal(ask(result, cases[i].word), cases[i].want_error);
		assert_int_equal(result->failed, i + 1);
		/* and the next request is served */
		assert_string_equal(ask(result, "e again"), "e again");
	}
}

static void test_timeout(void **state)
{
	struct result *result = *state;

	request(result, "h", 1, 1);
	request(result, "e next", 6, 60);
	result->again = "e more";
	while (result->done == 0)
		loop_turn(result->loop);
	assert_string_equal(result->text,
		"the extract worker was killed by signal 9 after 1 s without an answer");
	loop_run(result->loop);
	assert_int_equal(result->done, 3);
	assert_int_equal(result->failed, 1);
	assert_string_equal(result->text, "e more");
}

static void wait_for_end(struct result *result, pid_t pid)
{
	assert_true(pid > 1);
	while (kill(pid, 0) == 0)	/* until it is reaped */
		loop_turn(result->loop);
}

/* The worker is dead before its answer is read. */
static void test_last_words_count(void **state)
{
	struct result *result = *state;
	siginfo_t info;

	for (int i = 0; i < 3; i++) {
		request(result, "l", 1, 60);
		loop_turn(result->loop);
		assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
		loop_run(result->loop);
		assert_int_equal(result->failed, 0);
		assert_int_equal(result->length, 150000);
		wait_for_end(result, (pid_t)strtol(result->text, NULL, 10));
	}
}

static void test_order(void **state)
{
	struct result *result = *state;

	result->order = "123456789";
	for (char word[3] = "e1"; word[1] <= '9'; word[1]++)
		request(result, word, 2, 60);
	assert_int_equal(pool_active(result->pool), 9);
	loop_run(result->loop);
	assert_int_equal(result->done, 9);
}

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Those that end at once come at once a few times, and then in their time. */
static void test_deaths_in_a_row(void **state)
{
	struct result *result = *state;

	for (int i = 0; i < POOL_DEATHS_FREE; i++)
		ask(result, "x");
	int64_t began = milliseconds();
	ask(result, "x");
	assert_in_range(milliseconds() - began, 990, 30000);
	assert_string_equal(result->text,
		"the extract worker ended with status 3 before it answered");
	began = milliseconds();
	assert_string_equal(ask(result, "e again"), "e again");
	assert_in_range(milliseconds() - began, 1990, 30000);
	/* one that answers makes good for all */
	for (int i = 0; i < POOL_DEATHS_FREE; i++)
		ask(result, "x");
	assert_int_equal(result->failed, 2 * POOL_DEATHS_FREE + 1);
}

static void test_worker_killed_while_idle(void **state)
{
	struct result *result = *state;
	pid_t pid = (pid_t)strtol(ask(result, "p"), NULL, 10);

	assert_true(pid > 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	wait_for_end(result, pid);
	assert_string_equal(ask(result, "e after"), "e after");
	assert_int_equal(result->failed, 0);
}

static void test_replaced_after_many(void **state)
{
	struct result *result = *state;
	char first[32];

	snprintf(first, sizeof first, "%s", ask(result, "p"));
	for (int i = 1; i < POOL_REQUESTS_MAX; i++)
		request(result, "e", 1, 60);
	loop_run(result->loop);
	assert_int_equal(result->failed, 0);
	assert_string_not_equal(ask(result, "p"), first);
}

static void test_no_program(void **state)
{
	struct result *result = *state;
	struct pool_settings settings = {.program = "/nonexistent/worker",
		.role = "mail", .max = 2};

	pool_free(result->pool);
	result->pool = pool_new(result->loop, &settings);
	assert_string_equal(ask(result, "e"),
		"/nonexistent/worker cannot be started: No such file or directory");
}

/* Freed with requests under way and waiting: no done, no zombie, no leak. */
static void test_free_busy(void **state)
{
	struct result *result = *state;

	request(result, "h", 1, 60);
	request(result, "e", 1, 60);
	loop_turn(result->loop);
	pool_free(result->pool);
	result->pool = NULL;
	assert_int_equal(result->done, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

#define POOL_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(int count, char **arguments)
{
	const struct CMUnitTest tests[] = {
		POOL_TEST(test_echo),
		POOL_TEST(test_what_a_worker_gets),
		POOL_TEST(test_large),
		POOL_TEST(test_rest),
		POOL_TEST(test_too_large),
		POOL_TEST(test_faults),
		POOL_TEST(test_timeout),
		POOL_TEST(test_last_words_count),
		POOL_TEST(test_order),
		POOL_TEST(test_deaths_in_a_row),
		POOL_TEST(test_worker_killed_while_idle),
		POOL_TEST(test_replaced_after_many),
		POOL_TEST(test_no_program),
		POOL_TEST(test_free_busy),
	};

	if (count > 1)
		return worker_main(count, arguments);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
