/*
 * store: the only place that knows SQL. Facts are appended, state tables say
 * where things stand, and both change in one transaction.
 *
 *	loop ──batch──→ writer thread ──commit (synchronous=FULL)──→ loop
 *
 * One connection writes and checkpoints, in a thread of its own; it takes all
 * batches that wait and commits them together. Readers are read-only. Nothing
 * counts as done before its batch is reported as committed. When a commit fails
 * the store says so once and takes no more: the caller ends the process, and a
 * restart resumes from what was committed.
 *
 * Each fact row carries SHA-256(its predecessor's hash, its own columns).
 */
#ifndef PLEDGED_STORE_STORE_H
#define PLEDGED_STORE_STORE_H

#include "base/error.h"
#include "core/attestations.h"
#include "core/effect.h"
#include "core/history.h"

#define STORE_SCHEMA 4		/* user_version; a newer one is refused */
#define STORE_SNAPSHOT_MAX ((size_t)256 << 20)	/* bytes of one body */
#define STORE_SOURCE_MAX 128			/* bytes of a source's id */
#define STORE_ORIGINS_MAX 5000

struct store;

/*
 * Opens DIR/pledged.db, creating it (mode 0600) or migrating it forward, and
 * locks the folder against a second daemon. NULL with an error that says what
 * to do. Starts the writer thread.
 */
struct store *store_open(const char *dir, struct error *error);
/* Waits until everything handed over is committed or refused, and calls what
   is left of the done functions. NULL is nothing. */
void store_close(struct store *store);

/* A random id made with the store: part of every message id. */
const char *store_instance(const struct store *store);
/* True when the last process did not close it. */
bool store_was_unclean(const struct store *store);

/* --- writing ----------------------------------------------------------------- */

struct store_batch;

struct store_batch *store_batch_new(struct store *store);
bool store_batch_is_empty(const struct store_batch *batch);
/* For a batch that is not handed over after all. NULL is nothing. */
void store_batch_free(struct store_batch *batch);

/* Each copies what it is given. Indices have become ids. Facts without an id of
   their own get one by the order of commits; the ids of events and of
   notifications only grow. */
void store_add_fetch(struct store_batch *batch, const char *source,
	const struct fetch_report *report, const struct source_state *state);
/* The bytes of a body, kept once under their digest, compressed. */
void store_add_snapshot(struct store_batch *batch, const struct digest *digest,
	const void *bytes, size_t length, const char *url, instant at);
void store_add_observation(struct store_batch *batch, const char *indicator,
	const char *source, const struct digest *snapshot,
	const struct observation *observation);
void store_add_document(struct store_batch *batch, const char *indicator,
	const char *source, const struct digest *snapshot,
	const struct document *document);
void store_add_attestation(struct store_batch *batch, const char *milestone,
	const struct attestation *attestation);
/* because: why it changed, or NULL; told: the event that says so, or 0. */
void store_add_assessment(struct store_batch *batch, const char *milestone,
	const struct milestone_state *state, const char *reason,
	const struct cause *because, int64_t told);
void store_add_event(struct store_batch *batch, const struct event *event);
void store_add_alert(struct store_batch *batch, const struct alert *alert);
/* body: what will be said, as bytes. */
void store_add_notification(struct store_batch *batch,
	const struct notification *notification, const void *body, size_t length);
void store_add_delivery(struct store_batch *batch,
	const struct delivery *delivery);
/* What an operator did, with the name the socket reported. */
void store_add_action(struct store_batch *batch, instant at, const char *who,
	const char *what, const char *subject, const char *note);

/* Called by store_collect when the batch is durable, or could not be made so. */
typedef void store_done(void *context, bool committed);

/* Hands the batch to the writer, which frees it. */
void store_commit(struct store *store, struct store_batch *batch,
	store_done *done, void *context);
/* Readable when store_collect has something to report. */
int store_fd(const struct store *store);
void store_collect(struct store *store);
/* Batches handed over and not yet reported. */
size_t store_pending(const struct store *store);
/* Why the writer gave up; "" while it works. */
const char *store_failure(const struct store *store);

/* --- reading, on a read-only connection of the calling thread ------------------ */

struct store_counters {
	int64_t last_event, last_alert, last_notification;
};
int store_load_counters(struct store *store, struct store_counters *out,
	struct error *error);
typedef void store_milestone_fn(void *context, const char *id,
	const struct milestone_state *state);
int store_load_milestones(struct store *store, store_milestone_fn *fn,
	void *context, struct error *error);
/* One answer of a milestone, as it was saved, and why. */
struct store_change {
	int64_t id;
	struct milestone_state state;
	const char *reason;		/* NULL: none */
	bool has_cause;			/* false: it was not asked for then */
	struct cause cause;
	int64_t told;			/* the event that says so; 0: none */
};
typedef void store_change_fn(void *context, const struct store_change *change);
/* Of a milestone, ids from `from` on, oldest first, at most limit (0: no
   limit). */
int store_load_changes(struct store *store, const char *milestone, int64_t from,
	size_t limit, store_change_fn *fn, void *context, struct error *error);
typedef void store_source_fn(void *context, const char *id,
	const struct source_state *state);
int store_load_sources(struct store *store, store_source_fn *fn, void *context,
	struct error *error);
typedef void store_alert_fn(void *context, const struct alert *alert);
/* Newest first, ids below `before` (0: all), at most limit (0: no limit).
   firing: only those. */
int store_load_alerts(struct store *store, bool firing, int64_t before,
	size_t limit, store_alert_fn *fn, void *context, struct error *error);
typedef void store_delivery_fn(void *context,
	const struct notification *notification, const struct delivery *delivery);
/* Likewise. pending: only those. */
int store_load_deliveries(struct store *store, bool pending, int64_t before,
	size_t limit, store_delivery_fn *fn, void *context, struct error *error);
typedef void store_event_fn(void *context, const struct event *event);
/* Ids above `after`, oldest first; subject NULL: of everything. limit 0: none. */
int store_load_events(struct store *store, int64_t after, const char *subject,
	size_t limit, store_event_fn *fn, void *context, struct error *error);
typedef void store_observation_fn(void *context,
	const struct observation *observation);
/* Vintages of an indicator; likewise. */
int store_load_observations(struct store *store, const char *indicator,
	int64_t after, size_t limit, store_observation_fn *fn, void *context,
	struct error *error);
typedef void store_document_fn(void *context, const struct document *document);
/* Versions of an indicator's documents; likewise. */
int store_load_documents(struct store *store, const char *indicator,
	int64_t after, size_t limit, store_document_fn *fn, void *context,
	struct error *error);
/* Where a figure came from. */
struct store_origin {
	const struct observation *of;	/* given */
	bool found;
	int64_t id;			/* of the observation; 0: not found */
	char source[STORE_SOURCE_MAX];	/* "": none is known */
	bool has_snapshot;
	struct digest snapshot;		/* of the body it was read from */
};
/* Of figures of one indicator. Those without an id (taken in since the store
   was opened) are looked for among the latest STORE_ORIGINS_MAX. */
int store_load_origins(struct store *store, const char *indicator,
	struct store_origin *origins, size_t count, struct error *error);
/* A history_load: every vintage of an indicator. context is the store. */
int store_load_series(void *store, const char *indicator, struct series *series);
/* The history_loads of the rest; their context is the store. */
extern const struct history_loads store_loads;
/* The body of a notification and its message id; ERROR_ABSENT when there is
   none. */
int store_load_body(struct store *store, int64_t notification,
	char message_id[40], struct text *out, struct error *error);
/* The reason last saved with a milestone's assessment; "" when none. */
int store_load_reason(struct store *store, const char *milestone,
	struct text *out, struct error *error);
int store_load_snapshot(struct store *store, const struct digest *digest,
	struct text *out, struct error *error);

/* Walks the hash chain of every fact table. -1: broken, and where. */
int store_verify(const char *dir, struct error *error);
/* Makes the state tables anew from the facts (offline). */
int store_rebuild(const char *dir, struct error *error);

#endif
