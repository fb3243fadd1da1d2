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

/* Reads configuration and register, telling faults on standard error. NULL
   after faults. */
struct offline *offline_open(const char *conf);
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

/* Runs the engine from one time to another, both included; tell (or NULL)
   hears every event in order. */
typedef void offline_event_fn(void *context, const struct event *event);
void offline_run(struct offline *offline, instant from, instant to,
	offline_event_fn *tell, void *context);

#endif
