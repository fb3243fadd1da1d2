/*
 * pool: worker processes that answer one request at a time.
 *
 * Workers are spawned (never forked into our memory) on demand with an empty
 * environment, a socketpair as their standard input and output, and a role
 * as their only argument; kept for the next request; ended when idle for a
 * minute or after POOL_REQUESTS_MAX requests. One that crashes, hangs past the
 * request's time or answers nonsense is killed and replaced, and costs that one
 * request. Requests beyond `max` wait in order.
 *
 * After POOL_DEATHS_FREE workers in a row that ended without ever having
 * answered, the next is spawned only after a second, then two, and so on up to
 * POOL_HOLD_MAX: whatever ends them at once does so without keeping the machine
 * busy. Requests wait meanwhile, and are served by the workers that there are.
 */
#ifndef PLEDGED_NET_POOL_H
#define PLEDGED_NET_POOL_H

#include "base/frame.h"
#include "net/loop.h"

#define POOL_REQUESTS_MAX 10000
#define POOL_DEATHS_FREE 5
#define POOL_HOLD_MAX 16	/* seconds */

struct pool;

struct pool_settings {
	const char *program;	/* path of pledged-worker */
	const char *role;	/* "extract" or "mail" */
	const char *const *options;	/* further arguments, NULL-terminated; or NULL */
	int max;		/* processes */
};

struct pool *pool_new(struct loop *loop, const struct pool_settings *settings);
void pool_free(struct pool *pool);	/* kills the workers */

/*
 * Sends a frame (frame_begin … frame_end; taken over and emptied, wiped
 * when done with, since it may hold a password) and calls done with the
 * payload of the answer, or with payload NULL and an error that names the worker
 * by its role and says what it did ("the extract worker was killed by signal 9
 * after 10 s without an answer", …): the same words for the same end, without
 * a process id, so that they can be compared. timeout in seconds.
 */
typedef void pool_done(void *context, const uint8_t *payload, size_t length,
	const char *error);
void pool_request(struct pool *pool, struct text *frame, int64_t timeout,
	pool_done *done, void *context);
/* The same for a frame (frame_begin … frame_end_before) whose last bytes stay
   where they are: the caller's, unchanged until done is called. */
void pool_request_with(struct pool *pool, struct text *frame, const void *rest,
	size_t rest_length, int64_t timeout, pool_done *done, void *context);
size_t pool_active(const struct pool *pool);

#endif
