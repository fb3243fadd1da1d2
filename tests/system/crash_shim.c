/*
 * crash_shim: preloaded into pledged, ends it as kill -9 does at a chosen step:
 *
 *	CRASH_AT="sync 12 before"	kinds: see below; before or after the call
 *	CRASH_COUNTS=FILE		how often each came, when it ends well
 *
 * Workers start with an empty environment: they are none of its business.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind {
	SYNC,		/* the store makes something durable */
	SEND,		/* something goes to a receiver, or to a mail worker */
	RECEIVE,	/* … and its answer comes */
	ANSWER,		/* whoever asked us is answered */
	KINDS
};
static const char *const names[KINDS] = {"sync", "send", "receive", "answer"};

static atomic_int counts[KINDS];
static int crash_kind = -1, crash_number;
static bool crash_after;

__attribute__((constructor)) static void shim_read(void)
{
	const char *at = getenv("CRASH_AT");
	char kind[16], when[16];

	if (!at || sscanf(at, "%15s %d %15s", kind, &crash_number, when) != 3)
		return;
	for (int i = 0; i < KINDS; i++)
		if (strcmp(kind, names[i]) == 0)
			crash_kind = i;
	crash_after = strcmp(when, "after") == 0;
}

__attribute__((destructor)) static void shim_write(void)
{
	const char *path = getenv("CRASH_COUNTS");
	FILE *file = path ? fopen(path, "w") : NULL;

	if (!file)
		return;
	for (int i = 0; i < KINDS; i++)
		fprintf(file, "%s %d\n", names[i], atomic_load(&counts[i]));
	fclose(file);
}

/* Returns the number of this call. */
static int reached(enum kind kind)
{
	int number = atomic_fetch_add(&counts[kind], 1) + 1;

	if ((int)kind == crash_kind && number == crash_number && !crash_after)
		kill(getpid(), SIGKILL);
	return number;
}

static void passed(enum kind kind, int number)
{
	if ((int)kind == crash_kind && number == crash_number && crash_after)
		kill(getpid(), SIGKILL);
}

/* A socket of ours that others have come to is the one they ask us by. */
static bool is_asked(int fd)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	const struct sockaddr *name = (const struct sockaddr *)&address;

	return getsockname(fd, (struct sockaddr *)&address, &length) == 0 &&
		name->sa_family == AF_UNIX && length > sizeof(sa_family_t);
}

static bool is_socket(int fd)
{
	int type;
	socklen_t length = sizeof(type);
	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 &&
		type == SOCK_STREAM;
}

static enum kind kind_of(int fd, bool out)
{
	return is_asked(fd) ? out ? ANSWER : KINDS : out ? SEND : RECEIVE;
}

#define REAL(name, result, ...) \
	static result (*real)(__VA_ARGS__); \
	if (!real) \
		*(void **)&real = dlsym(RTLD_NEXT, name)

#define CALLED(fd, out, call) do { \
	enum kind kind_ = is_socket(fd) ? kind_of(fd, out) : KINDS; \
	if (kind_ == KINDS) \
		return call; \
	int number_ = reached(kind_); \
	ssize_t result_ = call; \
	passed(kind_, number_); \
	return result_; \
} while (0)

int fdatasync(int fd)
{
	REAL("fdatasync", int, int);
	int number = reached(SYNC);
	int result = real(fd);
	passed(SYNC, number);
	return result;
}

int fsync(int fd)
{
	REAL("fsync", int, int);
	int number = reached(SYNC);
	int result = real(fd);
	passed(SYNC, number);
	return result;
}

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
	REAL("send", ssize_t, int, const void *, size_t, int);
	CALLED(fd, true, real(fd, bytes, size, flags));
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	REAL("sendmsg", ssize_t, int, const struct msghdr *, int);
	CALLED(fd, true, real(fd, message, flags));
}

ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
	REAL("recv", ssize_t, int, void *, size_t, int);
	CALLED(fd, false, real(fd, bytes, size, flags));
}

ssize_t write(int fd, const void *bytes, size_t size)
{
	REAL("write", ssize_t, int, const void *, size_t);
	CALLED(fd, true, real(fd, bytes, size));
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	REAL("writev", ssize_t, int, const struct iovec *, int);
	CALLED(fd, true, real(fd, parts, count));
}

ssize_t read(int fd, void *bytes, size_t size)
{
	REAL("read", ssize_t, int, void *, size_t);
	CALLED(fd, false, real(fd, bytes, size));
}

ssize_t readv(int fd, const struct iovec *parts, int count)
{
	REAL("readv", ssize_t, int, const struct iovec *, int);
	CALLED(fd, false, real(fd, parts, count));
}
