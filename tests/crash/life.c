/*
 * life: one process. What stands here for the loop does in a turn what the
 * loop does: inputs, then judging, then the commit (daemon_turn_end).
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/log.h"
#include "base/mem.h"
#include "conf/register_file.h"
#include "crash.h"

#define POLL_TAKES 3		/* seconds */
#define SEND_TAKES 1
#define TURNS_MAX 10000		/* time does not stand still */

struct pending {		/* an answer on its way to us */
	instant due;
	int64_t notification;	/* 0: a poll */
	enum delivery_outcome outcome;
	char source[64];
	struct pending *prev, *next;
};

struct posted {
	loop_fn *fn;
	void *context;
	struct posted *prev, *next;
};

struct life {
	struct daemon daemon;	/* first: callbacks are given it */
	char dir[128];
	instant now;
	struct outside *outside;
	struct pending *pendings;
	struct posted *posted;
	bool reloaded;
	bool unsaved;		/* something to be saved is in the batch */
	size_t turns;		/* at this instant */
	bool deeds_saved[DEEDS_MAX];	/* in the batch that is being saved */
	life_point *fn;
	void *context;
};

/* The loop of the daemon is this: its address tells where we are. */
static struct life *alive;

instant life_now(const struct life *life)
{
	return life->now;
}

const char *life_dir(const struct life *life)
{
	return life->dir;
}

struct outside *life_outside(const struct life *life)
{
	return life->outside;
}

static void life_at(struct life *life, enum crash_point point)
{
	if (life->fn)
		life->fn(life->context, life, point);
}

static void life_absorb(struct life *life)
{
	const struct effects *effects = &life->daemon.effects;

	for (size_t i = 0; i < effects->count; i++)
		life->unsaved |= effect_is_saved(effects->items[i].kind);
	daemon_absorb(&life->daemon, NULL);
}

/* --- in the place of the network ------------------------------------------ */

instant loop_now(const struct loop *loop)
{
	(void)loop;
	return alive->now;
}

void loop_post(struct loop *loop, loop_fn *fn, void *context)
{
	struct posted *posted = mem_new(1, sizeof(*posted));

	(void)loop;
	posted->fn = fn;
	posted->context = context;
	DL_APPEND(alive->posted, posted);
}

void fetcher_hold(struct fetcher *fetcher, size_t bytes)
{
	(void)fetcher, (void)bytes;
}

void fetcher_release(struct fetcher *fetcher, size_t bytes)
{
	(void)fetcher, (void)bytes;
}

void daemon_stop(struct daemon *daemon, int exit_status)
{
	(void)daemon;
	crash_fail("the daemon stops with %d", exit_status);
}

static struct pending *pending_add(struct life *life, instant due)
{
	struct pending *pending = mem_new(1, sizeof(*pending));

	pending->due = due;
	DL_APPEND(life->pendings, pending);
	return pending;
}

void polling_start(struct daemon *daemon, const char *source)
{
	struct life *life = (struct life *)daemon;
	struct pending *pending = pending_add(life, life->now + POLL_TAKES);

	snprintf(pending->source, sizeof(pending->source), "%s", source);
}

void delivery_start(struct daemon *daemon, int64_t notification,
	const char *channel)
{
	struct life *life = (struct life *)daemon;

	life_at(life, POINT_SAVED);
	enum delivery_outcome outcome = outside_receive(life->outside,
		daemon->store, notification, channel, life->now);
	life_at(life, POINT_SENT);
	struct pending *pending = pending_add(life, life->now + SEND_TAKES);
	pending->notification = notification;
	pending->outcome = outcome;
}

/* --- inputs ---------------------------------------------------------------- */

static void life_poll_answered(struct life *life, const char *source)
{
	struct daemon *daemon = &life->daemon;
	uint32_t index = register_source(daemon->reg, source);
	struct row rows[ROWS_MAX];
	struct fetch_report report = {.started = life->now,
		.finished = life->now, .outcome = FETCH_CHANGED,
		.retry_after = -1, .max_age = -1};

	if (index == NOT_FOUND)
		return;
	size_t count = outside_answer(daemon->reg, index, life->now, rows,
		&report);
	report.rows = count;
	engine_fetched(daemon->engine, index, &report, rows, count, life->now,
		&daemon->effects);
	life_absorb(life);
	for (size_t i = 0; i < count; i++)
		row_release(&rows[i]);
}

static void life_answers(struct life *life)
{
	struct pending *pending, *next;

	DL_FOREACH_SAFE(life->pendings, pending, next) {
		if (pending->due > life->now)
			continue;
		DL_DELETE(life->pendings, pending);
		if (pending->notification) {
			engine_delivered(life->daemon.engine,
				pending->notification, pending->outcome, -1,
				pending->outcome == DELIVERED ? "250 yes"
				: "550 no", life->now, &life->daemon.effects);
			life_absorb(life);
		} else {
			life_poll_answered(life, pending->source);
		}
		free(pending);
	}
}

/* Who was not answered does it again; who sees that it is done already does
   not. */
static void life_deeds(struct life *life)
{
	for (size_t i = 0; i < deed_count; i++) {
		if (life->outside->done[i] || life->deeds_saved[i] ||
				deeds[i].at > life->now)
			continue;
		if (deeds[i].fn(&life->daemon, &deeds[i], life->now))
			life_absorb(life);
		life->deeds_saved[i] = true;
	}
}

static void life_read(struct daemon *daemon, bool later)
{
	const char *top = getenv("SRCDIR");
	struct faults faults;
	struct text text;
	char path[512];

	snprintf(path, sizeof(path), "%s/tests/crash/pledged%s.conf",
		top ? top : ".", later ? "-2" : "");
	faults_init(&faults);
	daemon->settings = settings_load(path, CONF_OFFLINE, &faults);
	daemon->reg = daemon->settings ? register_load(daemon->settings,
		&faults) : NULL;
	if (!daemon->reg) {
		text_init(&text, 0);
		faults_print(&faults, &text);
		crash_fail("%s", text_string(&text));
	}
	faults_release(&faults);
}

static void life_reload(struct life *life)
{
	struct daemon *daemon = &life->daemon;
	struct settings *old_settings = daemon->settings;
	struct register_ *old_reg = daemon->reg;

	life->reloaded = true;
	life_read(daemon, true);
	struct engine_settings settings = daemon_engine_settings(daemon);
	engine_reload(daemon->engine, daemon->reg, &settings, life->now,
		&daemon->effects);
	life_absorb(life);
	actions_reloaded(daemon);
	register_free(old_reg);
	settings_free(old_settings);
}

/* --- turns ----------------------------------------------------------------- */

static void life_posted(struct life *life)
{
	struct posted *posted = life->posted;

	DL_DELETE(life->posted, posted);
	posted->fn(posted->context);
	free(posted);
}

/* Waits for the disk: what happens meanwhile in the daemon happens after it
   here. */
static void life_collect(struct life *life)
{
	struct store *store = life->daemon.store;
	struct pollfd wait = {.fd = store_fd(store), .events = POLLIN};

	while (store_pending(store) > 0) {
		crash_check(poll(&wait, 1, 60000) == 1);
		store_collect(store);
	}
}

static void life_confirm(struct life *life)
{
	for (size_t i = 0; i < deed_count; i++)
		if (life->deeds_saved[i])
			life->outside->done[i] = true;
}

static void life_turn_end(struct life *life)
{
	struct daemon *daemon = &life->daemon;

	if (engine_next(daemon->engine) <= life->now &&
			!daemon_is_absorbing(daemon)) {
		engine_advance(daemon->engine, life->now, JUDGEMENTS_PER_TURN,
			&daemon->effects);
		life_absorb(life);
	}
	if (daemon_is_whole(daemon)) {
		if (life->unsaved)
			life_at(life, POINT_UNSAVED);
		life->unsaved = false;
	}
	daemon_commit(daemon);
	life_collect(life);
	life_confirm(life);
}

static instant life_next(const struct life *life)
{
	instant next = engine_next(life->daemon.engine);
	const struct pending *pending;

	DL_FOREACH(life->pendings, pending)
		next = earlier(next, pending->due);
	for (size_t i = 0; i < deed_count; i++)
		if (!life->outside->done[i] && !life->deeds_saved[i])
			next = earlier(next, deeds[i].at);
	if (!life->reloaded)
		next = earlier(next, tale_reload);
	return next;
}

static void life_turns(struct life *life)
{
	for (;;) {
		while (life->posted)
			life_posted(life);
		if (!life->reloaded && life->now >= tale_reload)
			life_reload(life);
		life_answers(life);
		life_deeds(life);
		life_turn_end(life);
		instant next = life_next(life);
		if (next > tale_end && !life->posted)
			return;
		if (next > life->now && !life->posted) {
			life->now = next;
			life->turns = 0;
		}
		crash_check(life->turns++ < TURNS_MAX);
	}
}

static void life_open(struct life *life)
{
	struct daemon *daemon = &life->daemon;
	struct error error;

	effects_init(&daemon->effects);
	life->reloaded = life->now >= tale_reload;
	life_read(daemon, life->reloaded);
	daemon->store = store_open(life->dir, &error);
	if (!daemon->store)
		crash_fail("%s", error.text);
	daemon->history = history_new(store_load_series, daemon->store);
	history_load_by(daemon->history, &store_loads);
	crash_check(daemon_restore(daemon) == 0);
	daemon->turn = turn_new(daemon);
	engine_start(daemon->engine, life->now, &daemon->effects);
	life_absorb(life);
	life_turn_end(life);
}

static void life_close(struct life *life)
{
	struct daemon *daemon = &life->daemon;
	struct pending *pending, *next;

	store_close(daemon->store);
	actions_stop(daemon);
	turn_free(daemon->turn);
	engine_free(daemon->engine);
	history_free(daemon->history);
	effects_release(&daemon->effects);
	register_free(daemon->reg);
	settings_free(daemon->settings);
	DL_FOREACH_SAFE(life->pendings, pending, next)
		free(pending);
}

void life_run(const char *dir, struct outside *outside, instant now,
	life_point *fn, void *context)
{
	struct life *life = mem_new(1, sizeof(*life));

	alive = life;
	life->now = now;
	life->outside = outside;
	life->fn = fn;
	life->context = context;
	snprintf(life->dir, sizeof(life->dir), "%s", dir);
	life_open(life);
	life_turns(life);
	life_close(life);
	free(life);
}
