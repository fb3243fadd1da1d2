/*
 * loop: the event loop, its one clock and its one timer.
 *
 * The wall clock is read once per turn and handed down. A jump of it by more
 * than a few seconds against the monotonic clock is told, so that plans made on
 * wall time are made anew.
 */
#ifndef PLEDGED_NET_LOOP_H
#define PLEDGED_NET_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/moment.h"

struct event_base;
struct loop;

/* NULL: the kernel gives none, errno says why. Broken pipes become errors of
   the write; libevent's own messages go to the log. */
struct loop *loop_new(void);
void loop_free(struct loop *loop);
struct event_base *loop_base(struct loop *loop);

/* Runs until loop_stop. */
void loop_run(struct loop *loop);
/* One turn, waiting for something to happen. */
void loop_turn(struct loop *loop);
void loop_stop(struct loop *loop);

/* Wall clock of this turn, in seconds. */
instant loop_now(const struct loop *loop);
/* Monotonic milliseconds of this turn. */
int64_t loop_ticks(const struct loop *loop);

/* The one timer: fn is called once wall time reaches at (INSTANT_MAX: never).
   Setting it again moves it. */
typedef void loop_fn(void *context);
void loop_on_wake(struct loop *loop, loop_fn *fn, void *context);
void loop_wake_at(struct loop *loop, instant at);

/* fn after a jump of the wall clock, in the first turn that sees it. */
void loop_on_jump(struct loop *loop, loop_fn *fn, void *context);

/* fn at the end of every turn in which anything happened. */
void loop_on_turn_end(struct loop *loop, loop_fn *fn, void *context);

/* Calls fn when fd is readable, until loop_unwatch. */
struct loop_watch;
struct loop_watch *loop_watch_fd(struct loop *loop, int fd, loop_fn *fn,
	void *context);
void loop_unwatch(struct loop_watch *watch);

/* Calls fn on the loop when the signal arrives. */
void loop_on_signal(struct loop *loop, int number, loop_fn *fn, void *context);

/* From any thread: calls fn on the loop soon. */
void loop_post(struct loop *loop, loop_fn *fn, void *context);

/* fn every so many milliseconds of monotonic time (watchdog, keep-alives);
   the loop's only other timer. Returns a handle for loop_unwatch. */
struct loop_watch *loop_every(struct loop *loop, int64_t milliseconds,
	loop_fn *fn, void *context);

#endif
