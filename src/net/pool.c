/*
 * pool: workers on socketpairs, one request at a time each.
 *
 * A process ends by end of file on its socket, or else by SIGKILL; its pidfd
 * says when, so no SIGCHLD is needed. A request whose worker hung up is failed
 * only once the worker's status is known, since that says why; and a worker that
 * is dead is heard out, since it may have answered before.
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>
#include <utlist.h>

#include "base/log.h"
#include "base/mem.h"
#include "net/pool.h"

#define POOL_IDLE_SECONDS 60
#define POOL_LEAVE_SECONDS 5	/* from end of file to SIGKILL */
#define POOL_OPTIONS_MAX 16
#define POOL_READ ((size_t)1 << 16)
#define POOL_ERROR_MAX 256

#if defined(__SANITIZE_ADDRESS__)
#define POOL_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POOL_SANITIZED 1
#endif
#endif

/*
 *	        spawn           request           answer
 *	(none) -------> IDLE ------------> BUSY ----------> IDLE
 *	                 |                  |
 *	  idle a minute, |                  | time over, nonsense,
 *	 enough requests v                  v end of file, error
 *	              LEAVING ---------------> reaped, gone
 */
enum worker_state {
	WORKER_IDLE,	/* waits for a request; its time is that of idleness */
	WORKER_BUSY,	/* has one; its time is the request's */
	WORKER_LEAVING	/* has no socket any more; ends or was killed */
};

struct pool_request {
	struct text frame;
	const char *rest;	/* sent behind it; the caller's */
	size_t rest_length;
	int64_t timeout;
	pool_done *done;
	void *context;
	struct pool_request *prev, *next;
};

struct worker {
	struct pool *pool;
	enum worker_state state;
	pid_t pid;
	int fd, pid_fd;		/* pid_fd -1: an old kernel */
	bool dead;		/* its last words may still be in the socket */
	bool answered;		/* at least once */
	int64_t cpu_before;	/* microseconds it had used when last asked */
	struct event *readable, *writable, *ended, *timer;
	struct pool_request *request;	/* BUSY; or LEAVING, to be failed */
	size_t sent;
	struct text answer;	/* header and payload, as far as they have come */
	int requests;
	struct worker *prev, *next;
};

struct pool {
	struct loop *loop;
	char *program;
	char *arguments[POOL_OPTIONS_MAX + 3];
	int max, count;
	struct worker *workers;
	struct pool_request *waiting;
	size_t active;
	struct event *step;	/* hands out what waits */
	int deaths;		/* of workers that never answered, in a row */
	struct event *hold;	/* pending: no worker is spawned before it is due */
};

static const char *pool_role(const struct pool *pool)
{
	return pool->arguments[1];
}

/* --- requests ---------------------------------------------------------- */

static void pool_wake(struct pool *pool)
{
	struct timeval now = {0};

	event_add(pool->step, &now);
}

static void pool_request_free(struct pool_request *request)
{
	if (request->frame.data != NULL)
		explicit_bzero(request->frame.data, request->frame.length);
	text_release(&request->frame);
	free(request);
}

/* payload NULL: failed, error says why. */
static void pool_request_finish(struct pool *pool, struct pool_request *request,
	const uint8_t *payload, size_t length, const char *error)
{
	pool->active--;
	request->done(request->context, payload, length, error);
	pool_request_free(request);
}

void pool_request_with(struct pool *pool, struct text *frame, const void *rest,
	size_t rest_length, int64_t timeout, pool_done *done, void *context)
{
	struct pool_request *request = mem_new(1, sizeof *request);

	request->frame = *frame;
	request->rest = rest_length > 0 ? rest : "";
	request->rest_length = rest_length;
	request->frame.cut |= frame->length + rest_length > FRAME_MAX + FRAME_HEADER;
	text_init(frame, frame->limit);
	request->timeout = timeout > 0 ? timeout : 1;
	request->done = done;
	request->context = context;
	DL_APPEND(pool->waiting, request);
	pool->active++;
	pool_wake(pool);
}

void pool_request(struct pool *pool, struct text *frame, int64_t timeout,
	pool_done *done, void *context)
{
	pool_request_with(pool, frame, NULL, 0, timeout, done, context);
}

static size_t pool_request_length(const struct pool_request *request)
{
	return request->frame.length + request->rest_length;
}

size_t pool_active(const struct pool *pool)
{
	return pool->active;
}

/* --- the end of a worker ---------------------------------------------- */

static void worker_event_free(struct event **event)
{
	if (*event != NULL)
		event_free(*event);
	*event = NULL;
}

static void worker_hang_up(struct worker *worker)
{
	worker_event_free(&worker->readable);
	worker_event_free(&worker->writable);
	if (worker->fd >= 0)
		close(worker->fd);
	worker->fd = -1;
}

static void worker_time(struct worker *worker, int64_t seconds)
{
	struct timeval wait = {.tv_sec = seconds};

	event_add(worker->timer, &wait);
}

/* Microseconds of processor time that a running process has used. */
static int64_t process_cpu(pid_t pid)
{
	struct timespec used = {0};
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
		return 0;
	return (int64_t)used.tv_sec * 1000000 + used.tv_nsec / 1000;
}

static int64_t usage_cpu(const struct rusage *usage)
{
	return ((int64_t)usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000 +
		usage->ru_utime.tv_usec + usage->ru_stime.tv_usec;
}

/* One more has ended without having been of any use. */
static void pool_count_death(struct pool *pool)
{
	struct timeval wait = {.tv_sec = 1};

	if (++pool->deaths < POOL_DEATHS_FREE)
		return;
	for (int i = POOL_DEATHS_FREE; i < pool->deaths && wait.tv_sec < POOL_HOLD_MAX; i++)
		wait.tv_sec *= 2;
	event_add(pool->hold, &wait);
}

static void worker_free(struct worker *worker)
{
	struct pool *pool = worker->pool;

	if (worker->requests > 0 && !worker->answered)
		pool_count_death(pool);
	worker_hang_up(worker);
	worker_event_free(&worker->ended);
	worker_event_free(&worker->timer);
	if (worker->pid_fd >= 0)
		close(worker->pid_fd);
	text_release(&worker->answer);
	DL_DELETE(pool->workers, worker);
	pool->count--;
	pool_wake(pool);
	free(worker);
}

/* Of the request at hand alone: a worker may have served for days. */
static void worker_cpu_words(const struct worker *worker, const struct rusage *usage,
	char *out, size_t room)
{
	int64_t used = usage_cpu(usage) - worker->cpu_before;

	snprintf(out, room, "the %s worker was stopped: its program used more than %jd s of "
		"processor time (workers.cpu)", pool_role(worker->pool),
		(intmax_t)((used + 500000) / 1000000));
}

/* What an ending says to whoever runs the daemon. */
static void worker_status_words(const struct worker *worker, int status,
	const struct rusage *usage, char *out, size_t room)
{
	const char *role = pool_role(worker->pool);

	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		worker_cpu_words(worker, usage, out, room);
	else if (WIFSIGNALED(status))
		snprintf(out, room, "the %s worker was killed by signal %d (%s)", role,
			WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == EX_OSERR)
		snprintf(out, room, "the %s worker ran out of memory (workers.memory)", role);
	else
		snprintf(out, room, "the %s worker ended with status %d before it answered",
			role, WEXITSTATUS(status));
}

/* It is dead or as good as dead: SIGKILL was sent, or its pidfd says so. */
static void worker_reap(struct worker *worker)
{
	struct pool_request *request = worker->request;
	struct pool *pool = worker->pool;
	char words[POOL_ERROR_MAX];
	struct rusage usage = {0};
	int status = 0;

	while (wait4(worker->pid, &status, 0, &usage) < 0 && errno == EINTR)
		;
	worker_status_words(worker, status, &usage, words, sizeof words);
	worker_free(worker);
	if (request != NULL)
		pool_request_finish(pool, request, NULL, 0, words);
}

static void worker_kill(struct worker *worker)
{
	kill(worker->pid, SIGKILL);
	if (worker->pid_fd < 0 || worker->dead)
		worker_reap(worker);
}

/* Lets an idle worker end by itself. */
static void worker_dismiss(struct worker *worker)
{
	worker->state = WORKER_LEAVING;
	worker_hang_up(worker);
	if (worker->pid_fd < 0 || worker->dead)
		worker_kill(worker);
	else
		worker_time(worker, POOL_LEAVE_SECONDS);
}

/* The worker is of no use any more. did NULL: its status will say why. */
static void worker_give_up(struct worker *worker, const char *did)
{
	struct pool_request *request = worker->request;
	struct pool *pool = worker->pool;
	char words[POOL_ERROR_MAX];

	worker->state = WORKER_LEAVING;
	worker_hang_up(worker);
	event_del(worker->timer);
	if (did != NULL)
		worker->request = NULL;
	worker_kill(worker);
	if (did == NULL || request == NULL)
		return;
	snprintf(words, sizeof words, "the %s worker %s", pool_role(pool), did);
	pool_request_finish(pool, request, NULL, 0, words);
}

static void worker_on_ended(evutil_socket_t fd, short what, void *context)
{
	struct worker *worker = context;
	(void)fd;
	(void)what;

	worker->dead = true;
	if (worker->state != WORKER_BUSY)
		worker_reap(worker);
}

static void worker_on_time(evutil_socket_t fd, short what, void *context)
{
	struct worker *worker = context;
	char words[POOL_ERROR_MAX];
	(void)fd;
	(void)what;

	switch (worker->state) {
	case WORKER_IDLE:
		worker_dismiss(worker);
		break;
	case WORKER_BUSY:
		snprintf(words, sizeof words,
			"was killed by signal %d after %jd s without an answer", SIGKILL,
			(intmax_t)worker->request->timeout);
		worker_give_up(worker, words);
		break;
	case WORKER_LEAVING:
		worker_kill(worker);
		break;
	}
}

/* --- talking ------------------------------------------------------------- */

static ssize_t worker_send(const struct worker *worker)
{
	const struct pool_request *request = worker->request;
	size_t frame = request->frame.length;
	size_t of_frame = worker->sent < frame ? worker->sent : frame;
	size_t of_rest = worker->sent - of_frame;
	struct iovec pieces[] = {
		{request->frame.data + of_frame, frame - of_frame},
		{(char *)request->rest + of_rest, request->rest_length - of_rest},
	};
	struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};

	return sendmsg(worker->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void worker_on_writable(evutil_socket_t fd, short what, void *context)
{
	struct worker *worker = context;
	(void)fd;
	(void)what;

	ssize_t sent = worker_send(worker);
	if (sent < 0 && errno != EAGAIN && errno != EINTR) {
		worker_give_up(worker, NULL);
		return;
	}
	worker->sent += sent > 0 ? (size_t)sent : 0;
	if (worker->sent == pool_request_length(worker->request))
		event_del(worker->writable);
	else
		event_add(worker->writable, NULL);
}

/* An answer kept in memory is memory an idle worker holds. */
static void worker_rest(struct worker *worker)
{
	worker->state = WORKER_IDLE;
	worker->request = NULL;
	text_release(&worker->answer);
	text_init(&worker->answer, FRAME_MAX + FRAME_HEADER);
	pool_wake(worker->pool);
	if (worker->dead || worker->requests >= POOL_REQUESTS_MAX)
		worker_dismiss(worker);
	else
		worker_time(worker, POOL_IDLE_SECONDS);
}

static void worker_answered(struct worker *worker)
{
	struct pool_request *request = worker->request;
	struct text answer = worker->answer;
	struct pool *pool = worker->pool;

	text_init(&worker->answer, 0);
	worker->answered = true;
	pool->deaths = 0;
	worker_rest(worker);
	pool_request_finish(pool, request, (uint8_t *)answer.data + FRAME_HEADER,
		answer.length - FRAME_HEADER, NULL);
	text_release(&answer);
}

/* Looks at what has come: part of an answer, one whole, or nonsense. */
static void worker_check_answer(struct worker *worker)
{
	const struct text *answer = &worker->answer;
	size_t length;

	if (answer->length < FRAME_HEADER)
		return;
	if (!frame_length((const uint8_t *)answer->data, &length)) {
		worker_give_up(worker, "answered nonsense: a frame too long");
		return;
	}
	if (answer->length < FRAME_HEADER + length)
		return;
	if (answer->length > FRAME_HEADER + length)
		worker_give_up(worker, "answered nonsense: more than one frame");
	else if (worker->sent < pool_request_length(worker->request))
		worker_give_up(worker, "answered before it was asked");
	else
		worker_answered(worker);
}

static void worker_on_readable(evutil_socket_t fd, short what, void *context)
{
	static char piece[POOL_READ];
	struct worker *worker = context;
	(void)what;

	ssize_t got = recv(fd, piece, sizeof piece, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0 || worker->state != WORKER_BUSY) {
		worker_give_up(worker, NULL);
		return;
	}
	text_add(&worker->answer, piece, (size_t)got);
	if (worker->answer.cut)
		worker_give_up(worker, "answered nonsense: a frame too long");
	else
		worker_check_answer(worker);
}

static void worker_ask(struct worker *worker, struct pool_request *request)
{
	worker->state = WORKER_BUSY;
	worker->request = request;
	worker->requests++;
	worker->sent = 0;
	worker->cpu_before = process_cpu(worker->pid);
	worker_time(worker, request->timeout);
	worker_on_writable(worker->fd, EV_WRITE, worker);
}

/* --- spawning ----------------------------------------------------------- */

/* Only what it needs: the socket as 0 and 1, our standard error, no signal
   blocked or ignored, its own process group (Ctrl-C is for the daemon). */
static int pool_spawn_attributes(posix_spawn_file_actions_t *actions,
	posix_spawnattr_t *attributes, int fd)
{
	sigset_t all, none;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_setsigdefault(attributes, &all);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setpgroup(attributes, 0);
	posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF |
		POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	int failed = posix_spawn_file_actions_adddup2(actions, fd, STDIN_FILENO);
	if (failed == 0)
		failed = posix_spawn_file_actions_adddup2(actions, fd, STDOUT_FILENO);
	if (failed == 0)
		failed = posix_spawn_file_actions_addclosefrom_np(actions,
			STDERR_FILENO + 1);
	return failed;
}

/* Returns 0 or an error number. */
static int pool_spawn_process(const struct pool *pool, int fd, pid_t *pid)
{
	char home[] = "HOME=/nonexistent";
#ifdef POOL_SANITIZED
	/* A sandboxed process cannot look for leaks. */
	char sanitizer[] = "ASAN_OPTIONS=detect_leaks=0";
	char *environment[] = {home, sanitizer, NULL};
#else
	char *environment[] = {home, NULL};
#endif
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	int failed = pool_spawn_attributes(&actions, &attributes, fd);
	if (failed == 0)
		failed = posix_spawn(pid, pool->program, &actions, &attributes,
			pool->arguments, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return failed;
}

static struct event *worker_event(struct worker *worker, int fd, short kind,
	event_callback_fn fn)
{
	struct event *event = event_new(loop_base(worker->pool->loop), fd, kind, fn, worker);

	if (event == NULL)
		log_bug("no event for a worker");
	return event;
}

static struct worker *worker_new(struct pool *pool, pid_t pid, int fd)
{
	struct worker *worker = mem_new(1, sizeof *worker);

	worker->pool = pool;
	worker->pid = pid;
	worker->fd = fd;
	worker->pid_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	text_init(&worker->answer, FRAME_MAX + FRAME_HEADER);
	worker->readable = worker_event(worker, fd, EV_READ | EV_PERSIST,
		worker_on_readable);
	worker->writable = worker_event(worker, fd, EV_WRITE | EV_PERSIST,
		worker_on_writable);
	worker->timer = worker_event(worker, -1, 0, worker_on_time);
	event_add(worker->readable, NULL);
	if (worker->pid_fd >= 0) {
		worker->ended = worker_event(worker, worker->pid_fd, EV_READ,
			worker_on_ended);
		event_add(worker->ended, NULL);
	}
	DL_APPEND(pool->workers, worker);
	pool->count++;
	return worker;
}

/* NULL with an error number in *failed. */
static struct worker *pool_spawn(struct pool *pool, int *failed)
{
	int pair[2];
	pid_t pid = -1;

	*failed = 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		*failed = errno;
		return NULL;
	}
	*failed = pool_spawn_process(pool, pair[1], &pid);
	close(pair[1]);
	if (*failed == 0)
		return worker_new(pool, pid, pair[0]);
	close(pair[0]);
	return NULL;
}

/* --- handing out ------------------------------------------------------------ */

/* A request given to a worker that has just ended would be lost with it. */
static bool worker_is_there(const struct worker *worker)
{
	char byte;

	return recv(worker->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

static struct worker *pool_idle_worker(struct pool *pool)
{
	struct worker *worker;

	DL_FOREACH(pool->workers, worker)
		if (worker->state == WORKER_IDLE && worker_is_there(worker))
			return worker;
	return NULL;
}

static struct pool_request *pool_take_first(struct pool *pool)
{
	struct pool_request *request = pool->waiting;

	DL_DELETE(pool->waiting, request);
	return request;
}

static void pool_not_started(struct pool *pool, struct pool_request *request,
	int failed)
{
	char words[POOL_ERROR_MAX];

	snprintf(words, sizeof words, "%s cannot be started: %s", pool->program,
		strerror(failed));
	pool_request_finish(pool, request, NULL, 0, words);
}

/* false: every worker has work, and there will be no other for now. */
static bool pool_hand_out(struct pool *pool)
{
	struct worker *worker = pool_idle_worker(pool);
	int failed = 0;

	if (worker == NULL &&
	    (pool->count >= pool->max || event_pending(pool->hold, EV_TIMEOUT, NULL)))
		return false;
	if (worker == NULL)
		worker = pool_spawn(pool, &failed);
	if (worker == NULL)
		pool_not_started(pool, pool_take_first(pool), failed);
	else
		worker_ask(worker, pool_take_first(pool));
	return true;
}

/* One request a step: a spawn takes a millisecond, and others wait too. */
static void pool_on_step(evutil_socket_t fd, short what, void *context)
{
	struct pool *pool = context;
	bool more = true;
	(void)fd;
	(void)what;

	if (pool->waiting == NULL)
		return;
	if (pool->waiting->frame.cut)
		pool_request_finish(pool, pool_take_first(pool), NULL, 0,
			"the request is too large for a worker");
	else
		more = pool_hand_out(pool);
	if (more && pool->waiting != NULL)
		pool_wake(pool);
}

static void pool_on_hold_end(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	pool_wake(context);
}

/* --- life -------------------------------------------------------------------- */

struct pool *pool_new(struct loop *loop, const struct pool_settings *settings)
{
	struct pool *pool = mem_new(1, sizeof *pool);
	size_t count = 0;

	pool->loop = loop;
	pool->program = mem_string(settings->program);
	pool->arguments[count++] = mem_string(settings->program);
	pool->arguments[count++] = mem_string(settings->role);
	for (size_t i = 0; settings->options != NULL && settings->options[i] != NULL; i++) {
		if (i == POOL_OPTIONS_MAX)
			log_bug("more than %d options for a worker", POOL_OPTIONS_MAX);
		pool->arguments[count++] = mem_string(settings->options[i]);
	}
	pool->max = settings->max > 0 ? settings->max : 1;
	pool->step = evtimer_new(loop_base(loop), pool_on_step, pool);
	pool->hold = evtimer_new(loop_base(loop), pool_on_hold_end, pool);
	if (pool->step == NULL || pool->hold == NULL)
		log_bug("no event for workers");
	return pool;
}

void pool_free(struct pool *pool)
{
	if (pool == NULL)
		return;
	while (pool->workers != NULL) {
		struct worker *worker = pool->workers;

		kill(worker->pid, SIGKILL);
		while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
			;
		if (worker->request != NULL)
			pool_request_free(worker->request);
		worker_free(worker);
	}
	while (pool->waiting != NULL)
		pool_request_free(pool_take_first(pool));
	event_free(pool->step);
	event_free(pool->hold);
	for (size_t i = 0; pool->arguments[i] != NULL; i++)
		free(pool->arguments[i]);
	free(pool->program);
	free(pool);
}
