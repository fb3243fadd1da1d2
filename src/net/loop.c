/*
 * loop: libevent's base with our clock, our one timer and our turns.
 *
 * A turn is one wait and all callbacks that became ready by it. The timer is a
 * timerfd on the wall clock that the kernel cancels when the clock is set, so
 * that a jump ends the wait: every turn looks for one.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>
#include <utlist.h>

#include "base/log.h"
#include "base/mem.h"
#include "net/loop.h"

#define LOOP_JUMP_SECONDS 3	/* smaller steps of the wall clock are nothing */
#define LOOP_TIMER_LAST ((instant)1 << 33)	/* year 2242: "never" for the kernel */

/* Signals and the watchdog come before sockets; everything else takes turns. */
enum loop_priority { LOOP_FIRST, LOOP_NORMAL, LOOP_PRIORITIES };

struct loop_watch {
	struct loop *loop;
	struct event *event;
	loop_fn *fn;
	void *context;
	struct loop_watch *prev, *next;
};

struct loop_posted {
	loop_fn *fn;
	void *context;
	struct loop_posted *next;
};

struct loop_hook {
	loop_fn *fn;
	void *context;
};

struct loop {
	struct event_base *base;
	bool stopped;

	bool clock_read;	/* in this turn */
	struct timespec wall, steady;
	int64_t offset;		/* wall less steady, seconds, as last known */

	int timer_fd;
	struct event *timer;
	instant wake_at;
	struct loop_hook wake, jump, turn_end;
	struct loop_watch *watches;

	int post_fd;
	struct event *post;
	pthread_mutex_t lock;	/* guards the list of posts and nothing else */
	struct loop_posted *posts, *last_post;
};

/* --- clock ---------------------------------------------------------- */

/* Read when first asked for in a turn: no callback runs before the wait of
   that turn is over. */
static const struct loop *loop_clock(const struct loop *constant)
{
	struct loop *loop = (struct loop *)constant;

	if (!loop->clock_read) {
		clock_gettime(CLOCK_REALTIME, &loop->wall);
		clock_gettime(CLOCK_MONOTONIC, &loop->steady);
		loop->clock_read = true;
	}
	return loop;
}

instant loop_now(const struct loop *loop)
{
	return loop_clock(loop)->wall.tv_sec;
}

int64_t loop_ticks(const struct loop *loop)
{
	const struct timespec *steady = &loop_clock(loop)->steady;

	return (int64_t)steady->tv_sec * 1000 + steady->tv_nsec / 1000000;
}

/* Whether wall and monotonic clock have come apart since the last look. */
static bool loop_clock_jumped(struct loop *loop)
{
	int64_t offset = loop_now(loop) - loop_ticks(loop) / 1000;
	int64_t moved = offset - loop->offset;

	if (moved > -LOOP_JUMP_SECONDS && moved < LOOP_JUMP_SECONDS)
		return false;
	loop->offset = offset;
	return true;
}

/* --- the one timer -------------------------------------------------- */

static void loop_hook_run(const struct loop_hook *hook)
{
	if (hook->fn != NULL)
		hook->fn(hook->context);
}

/* Even without a wake-up it is armed, or no jump would be told. Arming it again
   forgets a cancellation that was not yet read: then the next turn comes at
   once. */
static void loop_timer_arm(struct loop *loop)
{
	instant at = loop->wake_at < LOOP_TIMER_LAST ? loop->wake_at : LOOP_TIMER_LAST;
	struct itimerspec when = {.it_value.tv_sec = at > 0 ? at : 1};

	if (timerfd_settime(loop->timer_fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
			&when, NULL) == 0)
		return;
	if (errno != ECANCELED)
		log_bug("timerfd_settime: error %d", errno);
	event_active(loop->timer, EV_READ, 0);
}

static void loop_on_timer(evutil_socket_t fd, short what, void *context)
{
	struct loop *loop = context;
	uint64_t expired;
	(void)what;

	if (read(fd, &expired, sizeof expired) < 0 && errno == EAGAIN)
		return;
	bool due = loop_now(loop) >= loop->wake_at;
	if (due)
		loop->wake_at = INSTANT_MAX;
	loop_timer_arm(loop);
	if (due)
		loop_hook_run(&loop->wake);
}

void loop_on_wake(struct loop *loop, loop_fn *fn, void *context)
{
	loop->wake = (struct loop_hook){fn, context};
}

void loop_on_jump(struct loop *loop, loop_fn *fn, void *context)
{
	loop->jump = (struct loop_hook){fn, context};
}

void loop_wake_at(struct loop *loop, instant at)
{
	if (at == loop->wake_at)
		return;
	loop->wake_at = at;
	loop_timer_arm(loop);
}

/* --- turns ---------------------------------------------------------- */

void loop_on_turn_end(struct loop *loop, loop_fn *fn, void *context)
{
	loop->turn_end = (struct loop_hook){fn, context};
}

void loop_turn(struct loop *loop)
{
	loop->clock_read = false;
	if (event_base_loop(loop->base, EVLOOP_ONCE) < 0)
		log_bug("the event loop failed: error %d", errno);
	if (loop_clock_jumped(loop))
		loop_hook_run(&loop->jump);
	loop_hook_run(&loop->turn_end);
}

void loop_run(struct loop *loop)
{
	while (!loop->stopped)
		loop_turn(loop);
	loop->stopped = false;
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}

/* --- descriptors, signals, intervals --------------------------------- */

static void loop_on_watch(evutil_socket_t fd, short what, void *context)
{
	struct loop_watch *watch = context;
	(void)fd;
	(void)what;

	watch->fn(watch->context);
}

/* fd: a descriptor, a signal's number, or -1 for an interval. */
static struct loop_watch *loop_watch_new(struct loop *loop, int fd, short kind,
	const struct timeval *interval, loop_fn *fn, void *context)
{
	struct loop_watch *watch = mem_new(1, sizeof *watch);

	watch->loop = loop;
	watch->fn = fn;
	watch->context = context;
	watch->event = event_new(loop->base, fd, kind | EV_PERSIST, loop_on_watch, watch);
	if (watch->event == NULL)
		log_bug("no event for descriptor %d", fd);
	if ((kind & EV_READ) == 0)
		event_priority_set(watch->event, LOOP_FIRST);
	if (event_add(watch->event, interval) < 0)
		log_bug("descriptor or signal %d cannot be watched", fd);
	DL_APPEND(loop->watches, watch);
	return watch;
}

struct loop_watch *loop_watch_fd(struct loop *loop, int fd, loop_fn *fn,
	void *context)
{
	return loop_watch_new(loop, fd, EV_READ, NULL, fn, context);
}

void loop_on_signal(struct loop *loop, int number, loop_fn *fn, void *context)
{
	loop_watch_new(loop, number, EV_SIGNAL, NULL, fn, context);
}

struct loop_watch *loop_every(struct loop *loop, int64_t milliseconds,
	loop_fn *fn, void *context)
{
	struct timeval interval = {
		.tv_sec = milliseconds / 1000,
		.tv_usec = milliseconds % 1000 * 1000,
	};

	return loop_watch_new(loop, -1, 0, &interval, fn, context);
}

void loop_unwatch(struct loop_watch *watch)
{
	if (watch == NULL)
		return;
	DL_DELETE(watch->loop->watches, watch);
	event_free(watch->event);
	free(watch);
}

/* --- posts from other threads ----------------------------------------- */

static struct loop_posted *loop_posts_take(struct loop *loop)
{
	pthread_mutex_lock(&loop->lock);
	struct loop_posted *first = loop->posts;
	loop->posts = loop->last_post = NULL;
	pthread_mutex_unlock(&loop->lock);
	return first;
}

/* What is posted meanwhile waits for the next round, so that a callback that
   posts itself again starves nobody. */
static void loop_on_post(evutil_socket_t fd, short what, void *context)
{
	uint64_t count;
	(void)what;

	if (read(fd, &count, sizeof count) < 0)
		return;
	struct loop_posted *posted = loop_posts_take(context);
	while (posted != NULL) {
		struct loop_posted *next = posted->next;

		posted->fn(posted->context);
		free(posted);
		posted = next;
	}
}

void loop_post(struct loop *loop, loop_fn *fn, void *context)
{
	struct loop_posted *posted = mem_new(1, sizeof *posted);

	posted->fn = fn;
	posted->context = context;
	pthread_mutex_lock(&loop->lock);
	if (loop->posts == NULL)
		loop->posts = posted;
	else
		loop->last_post->next = posted;
	loop->last_post = posted;
	/* Within the lock: once it is released the loop may end and be freed. */
	if (eventfd_write(loop->post_fd, 1) < 0)
		log_bug("eventfd_write: error %d", errno);
	pthread_mutex_unlock(&loop->lock);
}

/* --- life ------------------------------------------------------------ */

static void loop_on_log(int severity, const char *message)
{
	if (severity >= EVENT_LOG_ERR)
		log_error("event loop: %s", message);
	else if (severity == EVENT_LOG_WARN)
		log_warning("event loop: %s", message);
}

/* Timeouts are counted from when they are set, not from when the batch of
   callbacks began: libcurl asks in vain when its timer comes too early. */
static struct event_base *loop_base_new(void)
{
	struct event_config *config = event_config_new();

	if (config == NULL)
		return NULL;
	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK |
		EVENT_BASE_FLAG_NO_CACHE_TIME | EVENT_BASE_FLAG_PRECISE_TIMER);
	struct event_base *base = event_base_new_with_config(config);
	event_config_free(config);
	if (base != NULL && event_base_priority_init(base, LOOP_PRIORITIES) < 0) {
		event_base_free(base);
		return NULL;
	}
	return base;
}

static struct event *loop_listen(struct loop *loop, int fd, event_callback_fn fn)
{
	struct event *event = event_new(loop->base, fd, EV_READ | EV_PERSIST, fn, loop);

	if (event != NULL && event_add(event, NULL) == 0)
		return event;
	if (event != NULL)
		event_free(event);
	return NULL;
}

static bool loop_open(struct loop *loop)
{
	loop->base = loop_base_new();
	if (loop->base == NULL)
		return false;
	loop->timer_fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	loop->post_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (loop->timer_fd < 0 || loop->post_fd < 0)
		return false;
	loop->timer = loop_listen(loop, loop->timer_fd, loop_on_timer);
	loop->post = loop_listen(loop, loop->post_fd, loop_on_post);
	return loop->timer != NULL && loop->post != NULL;
}

struct loop *loop_new(void)
{
	struct loop *loop = mem_new(1, sizeof *loop);

	/* A peer that hangs up is an error of one write, not of the process. */
	signal(SIGPIPE, SIG_IGN);
	event_set_log_callback(loop_on_log);
	pthread_mutex_init(&loop->lock, NULL);
	loop->timer_fd = loop->post_fd = -1;
	loop->wake_at = INSTANT_MAX;
	if (!loop_open(loop)) {
		int why = errno;

		loop_free(loop);
		errno = why;
		return NULL;
	}
	loop->offset = loop_now(loop) - loop_ticks(loop) / 1000;
	loop_timer_arm(loop);
	return loop;
}

void loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	while (loop->watches != NULL)
		loop_unwatch(loop->watches);
	struct loop_posted *posted = loop_posts_take(loop);
	while (posted != NULL) {
		struct loop_posted *next = posted->next;

		free(posted);
		posted = next;
	}
	if (loop->timer != NULL)
		event_free(loop->timer);
	if (loop->post != NULL)
		event_free(loop->post);
	if (loop->base != NULL)
		event_base_free(loop->base);
	if (loop->timer_fd >= 0)
		close(loop->timer_fd);
	if (loop->post_fd >= 0)
		close(loop->post_fd);
	pthread_mutex_destroy(&loop->lock);
	free(loop);
}

struct event_base *loop_base(struct loop *loop)
{
	return loop->base;
}
