/*
 * health: how channels are, by what became of the last attempts to bring
 * something there; and who waits to hear what becomes of one.
 */
#ifndef PLEDGED_PLEDGED_HEALTH_H
#define PLEDGED_PLEDGED_HEALTH_H

#include "pledged/daemon.h"

struct health;

/* How one channel is. */
struct channel_health {
	instant last_attempt, last_success;	/* INSTANT_MIN: none is known */
	instant failing_since;			/* INSTANT_MIN: it does not fail */
	char answer[DELIVERY_ANSWER_MAX];	/* the last */
};

/* Of what the store has of the last HEALTH_ATTEMPTS attempts. */
#define HEALTH_ATTEMPTS 5000
struct health *health_new(struct store *store);
void health_free(struct health *health);
/* Zeroes where nothing is known. */
void health_of(const struct health *health, const char *channel,
	struct channel_health *out);

/* An attempt begins, and has ended. */
void health_begin(struct daemon *daemon, int64_t notification,
	const char *channel);
void health_end(struct daemon *daemon, int64_t notification,
	enum delivery_outcome outcome, const char *answer);

/*
 * Calls fn once when the next attempt at a notification has ended and that is
 * durable; or with over false: after so many seconds, or at the end of the
 * process.
 */
typedef void health_fn(void *context, bool over, enum delivery_outcome outcome,
	const char *answer);
void health_wait(struct daemon *daemon, int64_t notification, int64_t seconds,
	health_fn *fn, void *context);
/* Nobody waits any longer. */
void health_stop(struct daemon *daemon);

#endif
