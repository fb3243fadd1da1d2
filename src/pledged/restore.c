/*
 * restore: an engine that goes on from what the store has. See daemon.h.
 */
#include <sysexits.h>

#include "base/log.h"
#include "pledged/daemon.h"

/* Seconds of absence after which the end of a silence is still told. */
#define SILENCE_ENDS_TOLD INT64_C(2592000)

/* What another start may get over is EX_IOERR; the rest a person must mend. */
int daemon_store_fault(const struct error *error)
{
	return error->kind == ERROR_DENIED ? EX_NOPERM
		: error->kind == ERROR_ABSENT ? EX_CONFIG
		: error->kind == ERROR_INPUT ? EX_DATAERR : EX_IOERR;
}

struct engine_settings daemon_engine_settings(const struct daemon *daemon)
{
	return (struct engine_settings){
		.first_sight = daemon->settings->first_sight,
		.polling = {
			.every = daemon->settings->polling.every,
			.min_every = daemon->settings->polling.min_every,
			.spread = SETTLE_SECONDS / 2,
		},
		.policy = &daemon->settings->policy,
		.instance = store_instance(daemon->store),
	};
}

static void restore_milestone(void *context, const char *id,
	const struct milestone_state *state)
{
	engine_restore_milestone(context, id, state);
}

static void restore_source(void *context, const char *id,
	const struct source_state *state)
{
	engine_restore_source(context, id, state);
}

static void restore_alert(void *context, const struct alert *alert)
{
	engine_restore_alert(context, alert);
}

static void restore_delivery(void *context,
	const struct notification *notification, const struct delivery *delivery)
{
	engine_restore_delivery(context, notification, delivery);
}

static void restore_mention(void *context, const struct mention *mention,
	const struct event *event)
{
	engine_restore_mention(context, mention, event);
}

static void restore_hearing(void *context, const struct hearing *hearing)
{
	engine_restore_hearing(context, hearing);
}

static void restore_group(void *context, const char *channel,
	const char *group, instant told)
{
	engine_restore_group(context, channel, group, told);
}

static void restore_silence(void *context, const struct silence *silence)
{
	engine_restore_silence(context, silence);
}

static void restore_supply(void *context, const char *indicator,
	const char *source, struct period last)
{
	engine_restore_supply(context, indicator, source, last);
}

/* What waits to be told, and what has been. A silence that ended while nobody
   was there is told of yet. */
static int daemon_restore_telling(struct daemon *daemon, struct error *error)
{
	struct store *store = daemon->store;
	struct engine *engine = daemon->engine;
	instant now = loop_now(daemon->loop);

	if (store_load_silences(store, now - SILENCE_ENDS_TOLD, 0, 0,
			restore_silence, engine, error) < 0 ||
		store_load_ended_alerts(store, restore_alert, engine,
			error) < 0 ||
		store_load_hearings(store, restore_hearing, engine, error) < 0 ||
		store_load_groups(store, now - GROUP_INTERVAL_MAX, restore_group,
			engine, error) < 0 ||
		store_load_mentions(store, restore_mention, engine, error) < 0)
		return -1;
	return 0;
}

int daemon_restore(struct daemon *daemon)
{
	struct engine_settings settings = daemon_engine_settings(daemon);
	struct store *store = daemon->store;
	struct store_counters counters;
	struct error error;

	if (store_load_counters(store, &counters, &error) < 0)
		goto unreadable;
	settings.last_event = counters.last_event;
	settings.last_alert = counters.last_alert;
	settings.last_notification = counters.last_notification;
	settings.last_mention = counters.last_mention;
	settings.last_silence = counters.last_silence;
	daemon->engine = engine_new(daemon->reg, daemon->history, &settings);
	if (store_load_milestones(store, restore_milestone, daemon->engine,
			&error) < 0 ||
		store_load_sources(store, restore_source, daemon->engine,
			&error) < 0 ||
		store_load_supply(store, restore_supply, daemon->engine,
			&error) < 0 ||
		store_load_alerts(store, true, 0, 0, restore_alert,
			daemon->engine, &error) < 0 ||
		store_load_pending(store, restore_delivery, daemon->engine,
			&error) < 0 ||
		daemon_restore_telling(daemon, &error) < 0)
		goto unreadable;
	return 0;

unreadable:
	log_error("cannot read the state: %s", error.text);
	return daemon_store_fault(&error);
}
