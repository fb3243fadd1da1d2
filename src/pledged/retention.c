/* retention: see retention.h. */
#include "pledged/retention.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"

#define DAY INT64_C(86400)

struct retention {
	struct daemon *daemon;
	struct loop_watch *watch;	/* NULL: no source has a retention */
	bool sweeping;			/* a step will follow */
	bool again;			/* from the first source on: there is
					   another register */
	uint32_t source;		/* being swept */
	int64_t after;			/* the answer looked at last; 0: none */
	size_t found;			/* in this step */
	size_t count;			/* of this source, so far */
	int64_t bytes;
};

struct retention *retention_new(struct daemon *daemon)
{
	struct retention *retention = mem_new(1, sizeof *retention);

	retention->daemon = daemon;
	return retention;
}

void retention_free(struct retention *retention)
{
	free(retention);
}

/* --- one step -------------------------------------------------------------- */

static const struct source *source_now(const struct retention *retention)
{
	return &retention->daemon->reg->sources[retention->source];
}

static bool indicator_is_rested_on(void *context, const char *id)
{
	const struct retention *retention = context;
	const struct register_ *reg = retention->daemon->reg;
	uint32_t index = register_indicator(reg, id);

	return index == NOT_FOUND || reg->indicators[index].milestone_count > 0;
}

static void body_drop(void *context, const struct store_droppable *droppable)
{
	struct retention *retention = context;
	const struct source *source = source_now(retention);
	struct text reason;

	text_init(&reason, 0);
	text_add_string(&reason, "its source keeps what nothing rests on for ");
	text_add_duration(&reason, source->retention);
	daemon_drop(retention->daemon, droppable, source->id,
		text_string(&reason));
	text_release(&reason);
	retention->found++;
	retention->count++;
	retention->bytes += droppable->length;
}

/* What is older than this may go; INSTANT_MIN: nothing. */
static instant retention_before(const struct retention *retention)
{
	const struct daemon *daemon = retention->daemon;
	struct duration back = source_now(retention)->retention;
	instant before;

	back.count = -back.count;
	return zone_add(daemon->settings->zone, loop_now(daemon->loop), back,
		&before) ? before : INSTANT_MIN;
}

static void source_end(struct retention *retention)
{
	if (retention->count > 0)
		log_notice("retention: %zu bodies of %s were dropped, %lld bytes",
			retention->count, source_now(retention)->id,
			(long long)retention->bytes);
	retention->source++;
	retention->after = 0;
	retention->count = 0;
	retention->bytes = 0;
}

/* false: it cannot be read, and the next sweep tries again. */
static bool source_step(struct retention *retention)
{
	struct error error;

	retention->found = 0;
	if (store_find_droppable(retention->daemon->store,
	    source_now(retention)->id, retention_before(retention),
	    &retention->after, indicator_is_rested_on, body_drop, retention,
	    &error) == 0)
		return true;
	log_error("retention: %s", error.text);
	return false;
}

/* --- a sweep ------------------------------------------------------------------ */

static bool sources_go_on(struct retention *retention)
{
	const struct register_ *reg = retention->daemon->reg;

	while (retention->source < reg->source_count &&
	    source_now(retention)->retention.count == 0)
		retention->source++;
	return retention->source < reg->source_count;
}

static void retention_step(struct retention *retention);

static void sweep_begin(struct retention *retention)
{
	retention->again = false;
	retention->source = 0;
	retention->after = 0;
	retention->count = 0;
	retention->bytes = 0;
}

static void step_committed(void *context, bool committed)
{
	if (committed)
		retention_step(context);
}

static void step_posted(void *context)
{
	retention_step(context);
}

/* The next one follows in a later turn of the loop. */
static void retention_step(struct retention *retention)
{
	struct daemon *daemon = retention->daemon;

	if (retention->again)
		sweep_begin(retention);
	retention->sweeping = !daemon->stopping && sources_go_on(retention) &&
		source_step(retention);
	if (!retention->sweeping)
		return;
	if (retention->after == 0)
		source_end(retention);
	if (retention->found > 0)
		daemon_wait(daemon, step_committed, retention);
	else
		loop_post(daemon->loop, step_posted, retention);
}

static void retention_sweep(void *context)
{
	struct retention *retention = context;

	if (retention->sweeping)
		return;
	sweep_begin(retention);
	retention_step(retention);
}

/* Seconds between sweeps; 0: none is needed. */
static int64_t retention_interval(const struct retention *retention)
{
	const struct register_ *reg = retention->daemon->reg;
	int64_t interval = 0;

	for (size_t i = 0; i < reg->source_count; i++) {
		struct duration keep = reg->sources[i].retention;
		int64_t seconds = DAY;

		if (keep.count == 0)
			continue;
		if (!duration_seconds(keep, &seconds) || seconds > DAY)
			seconds = DAY;
		if (seconds < RETENTION_SECONDS_MIN)
			seconds = RETENTION_SECONDS_MIN;
		if (interval == 0 || seconds < interval)
			interval = seconds;
	}
	return interval;
}

void retention_renew(struct retention *retention)
{
	int64_t interval = retention_interval(retention);

	loop_unwatch(retention->watch);
	retention->watch = interval == 0 ? NULL :
		loop_every(retention->daemon->loop, interval * 1000,
			retention_sweep, retention);
	retention->again = retention->sweeping;
	retention_sweep(retention);
}
