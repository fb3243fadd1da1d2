/*
 * offline: a register judged without a daemon. The files its sources name are
 * read by the same workers; then the same engine runs over them on a virtual
 * clock, its effects performed in memory.
 */
#ifndef PLEDGED_PLEDGED_OFFLINE_H
#define PLEDGED_PLEDGED_OFFLINE_H

#include "conf/settings.h"
#include "core/engine.h"
#include "pledged/command.h"

struct offline;

/* Reads configuration and register, telling faults on standard error; network:
   and the secrets of sources, which will be asked. NULL after faults. */
struct offline *offline_open(const char *conf, bool network);
/* The same over settings and register that were read otherwise; takes both. */
struct offline *offline_over(struct settings *settings, struct register_ *reg);
void offline_close(struct offline *offline);

const struct settings *offline_settings(const struct offline *offline);
const struct register_ *offline_register(const struct offline *offline);
struct history *offline_history(const struct offline *offline);
struct engine *offline_engine(const struct offline *offline);

/* Reads every source once; with network only, those that need it. Returns how
   many could not be read, each told on standard error. */
size_t offline_read_sources(struct offline *offline, bool network);

/* The earliest time a figure was published; INSTANT_MAX when there is none. */
instant offline_first_publication(const struct offline *offline);

/* A TIME of the command line; false after telling what is wrong. */
bool offline_time(const struct offline *offline, const char *name,
	const char *value, instant *out);

/*
 * Begins a run at a time, from nothing known: what earlier runs learned is
 * forgotten, what was read of the sources is not. tell (or NULL) hears every
 * event in order.
 */
typedef void offline_event_fn(void *context, const struct event *event);
void offline_begin(struct offline *offline, instant from,
	enum first_sight first_sight, offline_event_fn *tell, void *context);
/* Passes time up to and with an instant, which is then the present. */
void offline_pass(struct offline *offline, instant to);
/* When time alone changes something next; INSTANT_MAX: never. */
instant offline_next(const struct offline *offline);
/* Figures that become known at present, as engine_observed takes them. */
void offline_observe(struct offline *offline, const struct row *rows,
	size_t count);
/* From now on a source fails, with an error; NULL: it answers again. */
void offline_fail(struct offline *offline, uint32_t source, const char *error);

/* From the next run on every notification is heard of, as it is made. */
typedef void offline_notify_fn(void *context,
	const struct notification *notification);
void offline_listen(struct offline *offline, offline_notify_fn *notify,
	void *context);

/* A whole run, both ends included, as the settings say. */
void offline_run(struct offline *offline, instant from, instant to,
	offline_event_fn *tell, void *context);

#endif
