/*
 * turns: loaded before the daemon (LD_PRELOAD), it measures the turns of its
 * loop, in processor time of the loop's thread: what others that share the
 * machine take away does not count.
 *
 *	TURNS=FILE        struct turns there, mapped: who reads it may set it
 *			  to nothing, to measure from then on
 *	TURNS_LIMIT=MS    says on standard error where each longer turn is
 */
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define FRAMES_MAX 40

struct turns {
	uint64_t longest;	/* nanoseconds */
	uint64_t all;		/* … together */
	uint64_t count;
	uint64_t over;		/* 10 ms */
};

static struct turns here, *turns = &here;
static uint64_t begun;
static long limit;
static timer_t watch;

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void tell_where(int number)
{
	void *frames[FRAMES_MAX];
	ssize_t ignored = write(2, "a long turn:\n", 13);

	(void)number, (void)ignored;
	backtrace_symbols_fd(frames, backtrace(frames, FRAMES_MAX), 2);
}

static void turns_watch(long ms)
{
	struct itimerspec when = {.it_value = {ms / 1000, ms % 1000 * 1000000}};

	if (limit > 0)
		timer_settime(watch, 0, &when, NULL);
}

static void turns_open(void)
{
	const char *path = getenv("TURNS"), *most = getenv("TURNS_LIMIT");
	int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID,
		.sigev_signo = SIGPROF};

	if (fd >= 0 && ftruncate(fd, sizeof *turns) == 0) {
		void *file = mmap(NULL, sizeof *turns, PROT_READ | PROT_WRITE,
			MAP_SHARED, fd, 0);
		turns = file == MAP_FAILED ? &here : file;
	}
	if (fd >= 0)
		close(fd);
	limit = most ? strtol(most, NULL, 10) : 0;
	event._sigev_un._tid = (int)syscall(SYS_gettid);
	if (limit > 0 && (signal(SIGPROF, tell_where) == SIG_ERR ||
			timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &watch)))
		limit = 0;
}

static void turns_end(void)
{
	uint64_t took = now_ns() - begun;

	turns->longest = took > turns->longest ? took : turns->longest;
	turns->all += took;
	turns->count++;
	turns->over += took > 10000000;
}

int epoll_wait(int fd, struct epoll_event *events, int most, int timeout)
{
	static int (*real)(int, struct epoll_event *, int, int);
	int count;

	if (!real) {
		*(void **)&real = dlsym(RTLD_NEXT, "epoll_wait");
		turns_open();
	} else {
		turns_watch(0);
		turns_end();
	}
	count = real(fd, events, most, timeout);
	begun = now_ns();
	turns_watch(limit);
	return count;
}
