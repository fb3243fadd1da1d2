/*
 * schema: the tables, as steps from one version to the next. Steps that were
 * ever released never change; a new version adds one.
 */
#ifndef PLEDGED_STORE_SCHEMA_H
#define PLEDGED_STORE_SCHEMA_H

#include <sqlite3.h>

#include "base/error.h"

#define SCHEMA_APPLICATION 0x706c6467	/* "pldg", in the file's header */

/* The last period each source (0: people) has given of each indicator. */
#define SUPPLY_INSERT "INSERT INTO supply(indicator, source, period) "
#define SUPPLY_MOVE \
	"ON CONFLICT(indicator, source) DO UPDATE SET period = excluded.period " \
	"WHERE period_after(excluded.period, period)"

/* How far a channel has heard of an alert: by which notification first, and by
   which last. The same in whatever order its rows come. */
#define HEARING_INSERT \
	"INSERT INTO hearing(alert, channel, thread, last, reminders) "
#define HEARING_MOVE \
	"ON CONFLICT(alert, channel) DO UPDATE SET " \
	"thread = min(thread, excluded.thread), " \
	"last = max(last, excluded.last), " \
	"reminders = reminders + excluded.reminders"

/* Which states of an alert are open ones, as its index says it. */
#define ALERT_OPEN_STATES "IN ('firing', 'acknowledged')"

/*
 * Looks whether the file is ours and of a version we know. Reads nothing
 * before it knows. *version: 0 for an empty file.
 */
int schema_check(sqlite3 *db, int64_t *version, struct error *error);
/* Brings a database of a version forward to another, at most STORE_SCHEMA. */
int schema_migrate(sqlite3 *db, int64_t version, int64_t target,
	struct error *error);

#endif
