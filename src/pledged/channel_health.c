/* channel_health: see channel_health.h. */
#include "pledged/channel_health.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#define uthash_malloc(size) mem_new(1, size)
#define uthash_fatal(message) log_bug("%s", message)
#include <uthash.h>
#include <utlist.h>

#define LOOK_MILLISECONDS 500

struct known {
	char *channel;
	struct channel_health health;
	UT_hash_handle hh;
};

struct attempt {		/* under way */
	int64_t notification;
	struct known *known;
	UT_hash_handle hh;
};

struct waiting {
	struct daemon *daemon;
	int64_t notification;
	int64_t deadline;	/* ticks */
	channel_health_fn *fn;
	void *context;
	bool heard;		/* its outcome is on its way to the disk */
	enum delivery_outcome outcome;
	char answer[DELIVERY_ANSWER_MAX];
	struct waiting *prev, *next;
};

struct channels_health {
	struct known *channels;
	struct attempt *attempts;
	struct waiting *waiting;
	struct loop_watch *look;	/* while anybody waits */
};

static struct known *channel_health_known(struct channels_health *health, const char *channel)
{
	struct known *known;

	HASH_FIND_STR(health->channels, channel, known);
	if (known == NULL) {
		known = mem_new(1, sizeof *known);
		known->channel = mem_string(channel);
		known->health = (struct channel_health){
			.last_attempt = INSTANT_MIN, .last_success = INSTANT_MIN,
			.failing_since = INSTANT_MIN};
		HASH_ADD_KEYPTR(hh, health->channels, known->channel,
			strlen(known->channel), known);
	}
	return known;
}

/* What the store has of one: the newer come first. A failure is one of those in
   a row while no newer success is known. */
static void channel_health_recall(void *context, const char *channel,
	const struct delivery *attempt)
{
	struct channel_health *health = &channel_health_known(context, channel)->health;

	if (attempt->at == INSTANT_MIN)		/* by hand, and no attempt */
		return;
	if (health->last_attempt == INSTANT_MIN) {
		health->last_attempt = attempt->at;
		string_copy(health->answer, sizeof health->answer,
			attempt->answer);
	}
	if (health->last_success != INSTANT_MIN)
		return;
	if (attempt->state == DELIVERY_DELIVERED)
		health->last_success = attempt->at;
	else
		health->failing_since = attempt->at;
}

struct channels_health *channel_health_new(struct store *store)
{
	struct channels_health *health = mem_new(1, sizeof *health);
	struct error error;

	if (store_load_last_attempts(store, CHANNEL_HEALTH_ATTEMPTS, channel_health_recall,
			health, &error) < 0)
		log_warning("how channels were is not known: %s", error.text);
	return health;
}

void channel_health_free(struct channels_health *health)
{
	struct attempt *attempt, *next_attempt;
	struct known *known, *next;

	if (health == NULL)
		return;
	HASH_ITER(hh, health->attempts, attempt, next_attempt) {
		HASH_DEL(health->attempts, attempt);
		free(attempt);
	}
	HASH_ITER(hh, health->channels, known, next) {
		HASH_DEL(health->channels, known);
		free(known->channel);
		free(known);
	}
	free(health);
}

void channel_health_of(const struct channels_health *health, const char *channel,
	struct channel_health *out)
{
	const struct known *known;

	HASH_FIND_STR(health->channels, channel, known);
	*out = known != NULL ? known->health : (struct channel_health){
		.last_attempt = INSTANT_MIN, .last_success = INSTANT_MIN,
		.failing_since = INSTANT_MIN};
}

/* --- attempts ----------------------------------------------------------------- */

void channel_health_begin(struct daemon *daemon, int64_t notification,
	const char *channel)
{
	struct channels_health *health = daemon->channels_health;
	struct attempt *attempt;

	HASH_FIND(hh, health->attempts, &notification, sizeof notification,
		attempt);
	if (attempt != NULL)
		return;
	attempt = mem_new(1, sizeof *attempt);
	attempt->notification = notification;
	attempt->known = channel_health_known(health, channel);
	HASH_ADD(hh, health->attempts, notification,
		sizeof attempt->notification, attempt);
}

static void channel_health_note(struct channel_health *health, bool delivered,
	const char *answer, instant now)
{
	health->last_attempt = now;
	if (delivered) {
		health->last_success = now;
		health->failing_since = INSTANT_MIN;
	} else if (health->failing_since == INSTANT_MIN) {
		health->failing_since = now;
	}
	string_copy(health->answer, sizeof health->answer, answer);
}

static void waiting_end(struct waiting *waiting, bool over)
{
	struct channels_health *health = waiting->daemon->channels_health;

	DL_DELETE(health->waiting, waiting);
	if (health->waiting == NULL && health->look != NULL) {
		loop_unwatch(health->look);
		health->look = NULL;
	}
	waiting->fn(waiting->context, over, waiting->outcome, waiting->answer);
	free(waiting);
}

static void waiting_saved(void *context, bool committed)
{
	waiting_end(context, committed);
}

static void waiting_hear(struct waiting *waiting,
	enum delivery_outcome outcome, const char *answer)
{
	waiting->heard = true;
	waiting->outcome = outcome;
	string_copy(waiting->answer, sizeof waiting->answer, answer);
	daemon_wait(waiting->daemon, waiting_saved, waiting);
}

void channel_health_end(struct daemon *daemon, int64_t notification,
	enum delivery_outcome outcome, const char *answer)
{
	struct channels_health *health = daemon->channels_health;
	struct attempt *attempt;
	struct waiting *waiting;

	HASH_FIND(hh, health->attempts, &notification, sizeof notification,
		attempt);
	if (attempt != NULL) {
		channel_health_note(&attempt->known->health, outcome == DELIVERED,
			answer, loop_now(daemon->loop));
		HASH_DEL(health->attempts, attempt);
		free(attempt);
	}
	DL_FOREACH(health->waiting, waiting)
		if (waiting->notification == notification && !waiting->heard)
			waiting_hear(waiting, outcome, answer);
}

/* --- who waits ---------------------------------------------------------------- */

static void channel_health_look(void *context)
{
	struct daemon *daemon = context;
	struct waiting *waiting, *next;

	DL_FOREACH_SAFE(daemon->channels_health->waiting, waiting, next)
		if (!waiting->heard &&
		    waiting->deadline <= loop_ticks(daemon->loop))
			waiting_end(waiting, false);
}

void channel_health_wait(struct daemon *daemon, int64_t notification, int64_t seconds,
	channel_health_fn *fn, void *context)
{
	struct channels_health *health = daemon->channels_health;
	struct waiting *waiting = mem_new(1, sizeof *waiting);

	waiting->daemon = daemon;
	waiting->notification = notification;
	waiting->deadline = loop_ticks(daemon->loop) + seconds * 1000;
	waiting->fn = fn;
	waiting->context = context;
	DL_APPEND(health->waiting, waiting);
	if (health->look == NULL)
		health->look = loop_every(daemon->loop, LOOK_MILLISECONDS,
			channel_health_look, daemon);
}

/* Those heard wait for the commit, which tells them. */
void channel_health_stop(struct daemon *daemon)
{
	struct waiting *waiting, *next;

	if (daemon->channels_health == NULL)
		return;
	DL_FOREACH_SAFE(daemon->channels_health->waiting, waiting, next)
		if (!waiting->heard)
			waiting_end(waiting, false);
}
