/*
 * readers: read-only connections, each used by one call at a time, with their
 * prepared statements. Whoever reads takes a free one or opens another, so
 * that every thread has its own while it reads.
 */
#ifndef PLEDGED_STORE_READERS_H
#define PLEDGED_STORE_READERS_H

#include <sqlite3.h>

#include "base/error.h"

#define READERS_KEPT 4	/* idle ones beyond this are closed */

enum query {
	QUERY_LAST_EVENT, QUERY_LAST_ALERT, QUERY_LAST_NOTIFICATION,
	QUERY_LAST_MENTION, QUERY_LAST_SILENCE,
	QUERY_MILESTONES, QUERY_SOURCES, QUERY_ALERTS_OPEN, QUERY_ALERTS,
	QUERY_ALERTS_ENDED,
	QUERY_OUTBOX, QUERY_DEAD, QUERY_DELIVERIES, QUERY_ATTEMPTS,
	QUERY_PENDING, QUERY_DELIVERY, QUERY_MENTIONS, QUERY_HEARINGS,
	QUERY_GROUPS, QUERY_SILENCES, QUERY_SILENCES_OPEN,
	QUERY_EVENTS, QUERY_EVENTS_OF, QUERY_EVENTS_BEFORE, QUERY_MOVES,
	QUERY_EVENT_SINCE, QUERY_EVENT_UNTIL,
	QUERY_ACTIONS, QUERY_ACTIONS_OF, QUERY_ACKNOWLEDGEMENTS,
	QUERY_SERIES, QUERY_DOCUMENTS, QUERY_ATTESTATIONS, QUERY_POLLS,
	QUERY_ORIGIN, QUERY_ORIGINS, QUERY_CHANGES, QUERY_CHANGE_BACK,
	QUERY_LAST_ATTEMPTS,
	QUERY_BODY, QUERY_REASON, QUERY_SNAPSHOT, QUERY_DROPPED,
	QUERY_VINTAGE, QUERY_VINTAGES, QUERY_HELD, QUERY_ACCEPTED,
	QUERY_QUARANTINED, QUERY_SUPPLY,
	QUERY_SUBMISSION, QUERY_ANSWERS, QUERY_ANSWERS_OF, QUERY_LAST_ANSWER,
	QUERY_SAMPLE, QUERY_DEFINITION, QUERY_EXTRACTED,
	QUERY_EXTRACTED_DOCUMENTS, QUERY_LAST_OBSERVATION,
	QUERY_LAST_DOCUMENT, QUERY_DROPPABLE, QUERY_RESTS_FIGURE,
	QUERY_RESTS_DOCUMENT,
	QUERY_POLL_AFTER, QUERY_LAST_POLL, QUERY_SOURCE_BY,
	QUERY_ALL_VINTAGES, QUERY_ALL_DOCUMENTS, QUERY_ALL_ATTESTATIONS,
	QUERY_ALL_CHANGES, QUERY_COUNT
};

struct readers;
struct store;

/* Those of a store; in store.c. */
struct readers *store_readers(struct store *store);

/* What a query asks. */
const char *query_sql(enum query query);

struct readers *readers_new(const char *dir);
void readers_free(struct readers *readers);	/* none is in use */

/* A statement to be bound and stepped, or NULL with an error. */
sqlite3_stmt *readers_query(struct readers *readers, enum query query,
	struct error *error);
/* Gives it back, with its connection; NULL is nothing. */
void readers_done(struct readers *readers, sqlite3_stmt *statement);

#endif
