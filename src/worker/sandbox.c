/* sandbox: see roles.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <seccomp.h>

#include "worker/roles.h"

/* Sanitizers map terabytes and read their own maps. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* With anything else EPERM is answered: killing would end every jq program,
   which looks for a file in vain. */
static const int allowed[] = {
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(munmap),
	SCMP_SYS(mremap), SCMP_SYS(brk), SCMP_SYS(madvise), SCMP_SYS(futex),
	SCMP_SYS(getrandom), SCMP_SYS(clock_gettime), SCMP_SYS(getpid),
	SCMP_SYS(gettid), SCMP_SYS(tgkill), SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(exit_group),
	SCMP_SYS(timer_settime),
};

static bool filter_load(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	bool good = filter != NULL;

	for (size_t i = 0; good && i < sizeof allowed / sizeof *allowed; i++)
		good = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) == 0;
	/* Memory, never to be executed. */
	good = good && seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
		SCMP_A2(SCMP_CMP_MASKED_EQ, 4 /* PROT_EXEC */, 0)) == 0;
	good = good && seccomp_load(filter) == 0;
	if (filter != NULL)
		seccomp_release(filter);
	return good;
}

/* What changes a file, or puts another program in this one's place. */
static const int writing[] = {
	SCMP_SYS(creat), SCMP_SYS(truncate), SCMP_SYS(mkdir), SCMP_SYS(mkdirat),
	SCMP_SYS(mknod), SCMP_SYS(mknodat), SCMP_SYS(rename),
	SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(unlink),
	SCMP_SYS(unlinkat), SCMP_SYS(rmdir), SCMP_SYS(link), SCMP_SYS(linkat),
	SCMP_SYS(symlink), SCMP_SYS(symlinkat), SCMP_SYS(chmod),
	SCMP_SYS(fchmodat), SCMP_SYS(chown), SCMP_SYS(lchown),
	SCMP_SYS(fchownat), SCMP_SYS(execve), SCMP_SYS(execveat),
	SCMP_SYS(ptrace), SCMP_SYS(io_uring_setup),
	/* Its flags are out of a filter's sight; libraries do without. */
	SCMP_SYS(openat2),
};

/* Of open and openat, the ways that write. */
static bool filter_opening(scmp_filter_ctx filter, int call, unsigned flags)
{
	static const struct {
		uint64_t mask, value;
	} ways[] = {
		{O_ACCMODE, O_WRONLY}, {O_ACCMODE, O_RDWR}, {O_CREAT, O_CREAT},
	};

	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		struct scmp_arg_cmp way = SCMP_CMP(flags, SCMP_CMP_MASKED_EQ,
			ways[i].mask, ways[i].value);

		if (seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EROFS), call,
				1, &way) != 0)
			return false;
	}
	return true;
}

bool sandbox_read_only(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	bool good = filter != NULL;

	for (size_t i = 0; good && i < sizeof writing / sizeof *writing; i++)
		good = seccomp_rule_add(filter, SCMP_ACT_ERRNO(
			writing[i] == SCMP_SYS(openat2) ? ENOSYS : EROFS),
			writing[i], 0) == 0;
	good = good && filter_opening(filter, SCMP_SYS(open), 1) &&
		filter_opening(filter, SCMP_SYS(openat), 2) &&
		seccomp_load(filter) == 0;
	if (filter != NULL)
		seccomp_release(filter);
	return good;
}

static bool limit_set(__rlimit_resource_t resource, rlim_t value)
{
	struct rlimit limit = {value, value};

	return setrlimit(resource, &limit) == 0;
}

/* The kernel takes us before the daemon when memory runs out. */
static void volunteer_for_oom(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "500", 3) < 0)
		errno = 0;	/* the default will do */
	close(fd);
}

bool sandbox_harden(void)
{
	volunteer_for_oom();
	return limit_set(RLIMIT_CORE, 0) &&
		prctl(PR_SET_DUMPABLE, 0) == 0 &&
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

bool sandbox_limit_memory(int64_t memory)
{
	return SANITIZED || limit_set(RLIMIT_AS, (rlim_t)memory);
}

bool sandbox_enter(int64_t memory)
{
	if (!sandbox_limit_memory(memory))
		return false;
	/* Standard output is a socket, which this does not concern. Where standard
	   error is a file, a last word that cannot be written must not be what
	   ends it: the exit status says more. */
	signal(SIGXFSZ, SIG_IGN);
	return limit_set(RLIMIT_FSIZE, 0) && filter_load();
}

/* A timer and not RLIMIT_CPU: that counts from the start of the process, and
   a worker that served long would be ended in the middle of a small request. */
bool sandbox_allow_cpu(int64_t seconds)
{
	static timer_t timer;
	static bool made;
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGXCPU};
	struct itimerspec once = {.it_value = {.tv_sec = seconds}};

	if (!made)
		made = timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer) == 0;
	return made && timer_settime(timer, 0, &once, NULL) == 0;
}
