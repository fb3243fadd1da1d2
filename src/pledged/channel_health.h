/*
 * channel_health: how channels are, by what became of the last attempts to bring
 * something there; and who waits to hear what becomes of one.
 */
#ifndef PLEDGED_PLEDGED_CHANNEL_HEALTH_H
#define PLEDGED_PLEDGED_CHANNEL_HEALTH_H

#include "pledged/daemon.h"

struct channels_health;

/* How one channel is. */
struct channel_health {
	instant last_attempt, last_success;	/* INSTANT_MIN: none is known */
	instant failing_since;			/* INSTANT_MIN: it does not fail */
	char answer[DELIVERY_ANSWER_MAX];	/* the last */
};

/* Of what the store has of the last CHANNEL_HEALTH_ATTEMPTS attempts. */
#define CHANNEL_HEALTH_ATTEMPTS 5000
struct channels_health *channel_health_new(struct store *store);
void channel_health_free(struct channels_health *health);
/* Zeroes where nothing is known. */
void channel_health_of(const struct channels_health *health, const char *channel,
	struct channel_health *out);

/* An attempt begins, and has ended. */
void channel_health_begin(struct daemon *daemon, int64_t notification,
	const char *channel);
void channel_health_end(struct daemon *daemon, int64_t notification,
	enum delivery_outcome outcome, const char *answer);

/*
 * Calls fn once when the next attempt at a notification has ended and that is
 * durable; or with over false: after so many seconds, or at the end of the
 * process.
 */
typedef void channel_health_fn(void *context, bool over, enum delivery_outcome outcome,
	const char *answer);
void channel_health_wait(struct daemon *daemon, int64_t notification, int64_t seconds,
	channel_health_fn *fn, void *context);
/* Nobody waits any longer. */
void channel_health_stop(struct daemon *daemon);

#endif
