/*
 * pledged-worker ROLE [--memory=BYTES] [--cpu=SECONDS]: reads frames from
 * standard input and answers each on standard output until it is closed.
 * Started by pledged, never by hand. The memory is the process's, the CPU time
 * each request's; both bind a sandboxed role only. It ends with EX_OSERR when
 * it has no memory left, by SIGXCPU when the time is up.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/mem.h"
#include "worker/roles.h"

#define MEMORY_DEFAULT ((int64_t)256 << 20)
#define CPU_DEFAULT 10
/* Read but never shown: libxml2 looks at four bytes where one is at fault. */
#define PAYLOAD_SPARE 4

static const struct role {
	const char *name;
	role_answer *answer;
	bool sandboxed;
} roles[] = {
	{"extract", extract_answer, true},
	{"mail", mail_answer, false},
};

struct limits {
	int64_t memory;
	int64_t cpu;
};

/* --- frames on descriptors --------------------------------------------------- */

static bool read_all(void *bytes, size_t length)
{
	for (size_t got = 0; got < length;) {
		ssize_t n = read(STDIN_FILENO, (char *)bytes + got, length - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		got += (size_t)n;
	}
	return true;
}

static bool write_all(const void *bytes, size_t length)
{
	for (size_t put = 0; put < length;) {
		ssize_t n = write(STDOUT_FILENO, (const char *)bytes + put,
			length - put);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		put += (size_t)n;
	}
	return true;
}

/* One request and its answer; false at the end or when the pipe broke. */
static bool serve_one(const struct role *role)
{
	uint8_t header[FRAME_HEADER];
	size_t length;

	if (!read_all(header, sizeof header) || !frame_length(header, &length))
		return false;
	uint8_t *payload = mem_new(length + PAYLOAD_SPARE, 1);
	struct text answer;

	text_init(&answer, FRAME_MAX + FRAME_HEADER);
	bool good = read_all(payload, length);

	if (good) {
		role->answer(payload, length, &answer);
		good = write_all(answer.data, answer.length);
	}
	explicit_bzero(payload, length);
	free(payload);
	text_release(&answer);
	return good;
}

/* --- start ------------------------------------------------------------------------ */

static const struct role *role_find(const char *name)
{
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
		if (string_is(roles[i].name, name))
			return &roles[i];
	}
	return NULL;
}

static bool limit_read(const char *word, const char *name, int64_t *out)
{
	char *end = NULL;

	if (!string_starts(word, name))
		return false;
	errno = 0;
	*out = strtoll(word + strlen(name), &end, 10);
	return *out > 0 && *end == '\0' && errno == 0;
}

static bool limits_impose(const struct role *role, const struct limits *limits)
{
	if (!sandbox_harden())
		return false;
	if (!role->sandboxed)
		return sandbox_read_only();
	return sandbox_allow_cpu(limits->cpu) && sandbox_enter(limits->memory);
}

int main(int argc, char **argv)
{
	const struct role *role = argc > 1 ? role_find(argv[1]) : NULL;
	struct limits limits = {MEMORY_DEFAULT, CPU_DEFAULT};

	for (int i = 2; i < argc; i++) {
		if (!limit_read(argv[i], "--memory=", &limits.memory) &&
			!limit_read(argv[i], "--cpu=", &limits.cpu))
			role = NULL;
	}
	if (role == NULL) {
		fputs("pledged-worker: started by pledged, not by hand\n", stderr);
		return EX_USAGE;
	}
	/* The daemon or a mail server that hangs up is an answer, not an end. */
	signal(SIGPIPE, SIG_IGN);
	if (!limits_impose(role, &limits)) {
		fputs("pledged-worker: the sandbox does not load\n", stderr);
		return EX_UNAVAILABLE;
	}
	while (serve_one(role)) {
		if (role->sandboxed && !sandbox_allow_cpu(limits.cpu))
			return EX_UNAVAILABLE;
	}
	return 0;
}
