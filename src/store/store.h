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
 * Each fact row carries SHA-256(its predecessor's hash, its own columns), and
 * each commit a seal: a row, chained likewise, with the ends of the tables that
 * it has lengthened. So no row can be changed, taken out, put in or cut off
 * unseen by who has noted down a seal of a later time.
 */
#ifndef PLEDGED_STORE_STORE_H
#define PLEDGED_STORE_STORE_H

#include "base/error.h"
#include "core/attestations.h"
#include "core/effect.h"
#include "core/history.h"

#define STORE_SCHEMA 7		/* user_version; a newer one is refused */
#define STORE_SNAPSHOT_MAX ((size_t)256 << 20)	/* bytes of one body */
#define STORE_SOURCE_MAX 128			/* bytes of a source's id */
#define STORE_INDICATOR_MAX 256			/* … of an indicator's, with the NUL */
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
/* How a source is asked and read, as one text, kept once under its SHA-256. */
void store_add_definition(struct store_batch *batch,
	const struct digest *program, const char *text, size_t length);
/* What one request of a poll was answered. Goes before what was read from it;
   its body is a snapshot, its program a definition. */
void store_add_answer(struct store_batch *batch, const char *source,
	const struct poll_answer *answer, const struct digest *program);
/* How a figure came. NULL: not given. */
struct store_observed {
	const char *source;
	const struct digest *snapshot;	/* the body it was read from */
	const char *by, *note, *evidence;	/* who said it, or accepted it */
	int64_t accepts;		/* the held figure it lets stand; 0: none */
};
void store_add_observation(struct store_batch *batch, const char *indicator,
	const struct store_observed *how, const struct observation *observation);
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
/* That waits. Its event is saved before it. */
void store_add_mention(struct store_batch *batch,
	const struct mention *mention);
/* A mention that waited is needless, and why. Of one that does not wait:
   nothing. */
void store_add_needless(struct store_batch *batch, int64_t mention,
	const char *why, instant at);
/* As it is made, and once more when it is ended by hand. */
void store_add_silence(struct store_batch *batch,
	const struct silence *silence);
/* With its items, in their order, which it ends where they waited; their
   reason and thread count as they now are. body: what will be said, as bytes.
   A group of NULL is of before there were any: only tests have one. */
void store_add_notification(struct store_batch *batch,
	const struct notification *notification, const void *body, size_t length);
void store_add_delivery(struct store_batch *batch,
	const struct delivery *delivery);
/* What an operator did, with the name the socket reported. */
struct store_action {
	int64_t id;		/* given; when added: the store's to give */
	instant at;
	const char *who, *what;
	const char *subject;	/* an id or a number; NULL: none */
	const char *note;	/* why, in their words; NULL: none */
	instant until;		/* of what ends by itself; INSTANT_MIN */
};
void store_add_action(struct store_batch *batch,
	const struct store_action *action);
/* What somebody handed in under a key of theirs, and what was answered, so that
   the same again is answered alike and done once. */
struct store_submission {
	const char *who, *key;
	const char *what, *subject;
	struct digest body;		/* of what was handed in */
	const char *answer;
	instant at;
};
void store_add_submission(struct store_batch *batch,
	const struct store_submission *submission);

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
	int64_t last_event, last_alert, last_notification, last_mention,
		last_silence;
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
	const char *milestone;
	struct milestone_state state;
	const char *reason;		/* NULL: none */
	bool has_cause;			/* false: it was not asked for then */
	struct cause cause;
	int64_t told;			/* the event that says so; 0: none */
};
typedef void store_change_fn(void *context, const struct store_change *change);
/* Of a milestone, or NULL: of all; ids from `from` on, oldest first, at most
   limit (0: no limit). */
int store_load_changes(struct store *store, const char *milestone, int64_t from,
	size_t limit, store_change_fn *fn, void *context, struct error *error);
/* The answer behind which `count` follow that were given by a time; 0: there are
   no more than these. at: when it was given. */
int store_find_change(struct store *store, const char *milestone, instant until,
	size_t count, int64_t *out, instant *at, struct error *error);
typedef void store_source_fn(void *context, const char *id,
	const struct source_state *state);
int store_load_sources(struct store *store, store_source_fn *fn, void *context,
	struct error *error);
/* The last poll of any source that had ended by a time; 0: none had. */
int store_find_poll(struct store *store, instant by, int64_t *out,
	struct error *error);
/* How a source stood after the last of its polls up to one; none is no error. */
int store_load_source_by(struct store *store, const char *source,
	int64_t last_poll, store_source_fn *fn, void *context,
	struct error *error);
typedef void store_alert_fn(void *context, const struct alert *alert);
/* Newest first, ids below `before` (0: all), at most limit (0: no limit).
   open: only those firing or acknowledged. */
int store_load_alerts(struct store *store, bool open, int64_t before,
	size_t limit, store_alert_fn *fn, void *context, struct error *error);
/* Those that are over, and of which a mention that waits is to tell. */
int store_load_ended_alerts(struct store *store, store_alert_fn *fn,
	void *context, struct error *error);
typedef void store_delivery_fn(void *context,
	const struct notification *notification, const struct delivery *delivery);
/* Likewise. Without items. */
enum store_deliveries { STORE_PENDING, STORE_DEAD, STORE_ALL };
int store_load_deliveries(struct store *store, enum store_deliveries which,
	int64_t before, size_t limit, store_delivery_fn *fn, void *context,
	struct error *error);
/* All that are pending, oldest first, with their items and the events of those.
   One of before there were items is about its own event, by a mention 0. */
int store_load_pending(struct store *store, store_delivery_fn *fn,
	void *context, struct error *error);
/* One, likewise, wherever it stands; ERROR_ABSENT. */
int store_load_delivery(struct store *store, int64_t notification,
	store_delivery_fn *fn, void *context, struct error *error);
/* What came of each attempt at a notification, oldest first: where it stood
   after it, and the answer. None is no error. */
typedef void store_attempt_fn(void *context, const struct delivery *attempt);
int store_load_attempts(struct store *store, int64_t notification,
	store_attempt_fn *fn, void *context, struct error *error);
/* The last attempts at whatever notification, newest first, at most limit. */
typedef void store_last_attempt_fn(void *context, const char *channel,
	const struct delivery *attempt);
int store_load_last_attempts(struct store *store, size_t limit,
	store_last_attempt_fn *fn, void *context, struct error *error);
/* Mentions that wait, oldest first. */
typedef void store_mention_fn(void *context, const struct mention *mention,
	const struct event *event);
int store_load_mentions(struct store *store, store_mention_fn *fn,
	void *context, struct error *error);
/* How far channels have heard of alerts that are open; reminders: all there
   were. */
typedef void store_hearing_fn(void *context, const struct hearing *hearing);
int store_load_hearings(struct store *store, store_hearing_fn *fn,
	void *context, struct error *error);
/* When each group was told of last on each channel, where that is after since. */
typedef void store_group_fn(void *context, const char *channel,
	const char *group, instant told);
int store_load_groups(struct store *store, instant since, store_group_fn *fn,
	void *context, struct error *error);
/* Newest first; before and limit as for alerts. open_at: only those that are not
   over then; INSTANT_MIN: all. */
typedef void store_silence_fn(void *context, const struct silence *silence);
int store_load_silences(struct store *store, instant open_at, int64_t before,
	size_t limit, store_silence_fn *fn, void *context, struct error *error);
typedef void store_event_fn(void *context, const struct event *event);
/* Ids above `after`, oldest first; subject NULL: of everything. limit 0: none. */
int store_load_events(struct store *store, int64_t after, const char *subject,
	size_t limit, store_event_fn *fn, void *context, struct error *error);
/* The same newest first, ids below before (0: all). limit 0: none. */
int store_load_events_before(struct store *store, int64_t before, size_t limit,
	store_event_fn *fn, void *context, struct error *error);
/* The number of the last there is; 0: none. */
int store_last_event(struct store *store, int64_t *out, struct error *error);
/* Numbers of the first event from a time on and of the last up to one, by time
   and then by number; 0: there is none. Where the clock was set back, others
   before the one or behind the other may be of that time, too. */
int store_find_events(struct store *store, instant since, instant until,
	int64_t *first, int64_t *last, struct error *error);
/* How often the terms of a milestone were changed, its due date above all, and
   when for the last time, as events say that were made by a time. Looks at all
   events: for a thread of its own. */
struct store_moves {
	const char *milestone;
	int64_t count;
	instant last;
};
typedef void store_moves_fn(void *context, const struct store_moves *moves);
int store_load_moves(struct store *store, instant until, store_moves_fn *fn,
	void *context, struct error *error);

/* Actions: before and limit as for alerts; strings live until the function
   returns. */
typedef void store_action_fn(void *context, const struct store_action *action);
/* subject NULL: all. */
int store_load_actions(struct store *store, const char *subject,
	int64_t before, size_t limit, store_action_fn *fn, void *context,
	struct error *error);
/* Acknowledgements of whatever alerts there were of a milestone. */
int store_load_acknowledgements(struct store *store, const char *milestone,
	int64_t before, size_t limit, store_action_fn *fn, void *context,
	struct error *error);
typedef void store_observation_fn(void *context,
	const struct observation *observation);
/* Vintages of an indicator; limits as for events. */
int store_load_observations(struct store *store, const char *indicator,
	int64_t after, size_t limit, store_observation_fn *fn, void *context,
	struct error *error);
typedef void store_document_fn(void *context, const struct document *document);
/* Versions of an indicator's documents; likewise. */
int store_load_documents(struct store *store, const char *indicator,
	int64_t after, size_t limit, store_document_fn *fn, void *context,
	struct error *error);
typedef void store_indicated_document_fn(void *context, const char *indicator,
	const struct document *document);
/* The same of all indicators. */
int store_load_all_documents(struct store *store, int64_t after, size_t limit,
	store_indicated_document_fn *fn, void *context, struct error *error);
/* What people have attested of any milestone; limits as for events. */
typedef void store_attestation_fn(void *context, const char *milestone,
	const struct attestation *attestation);
int store_load_attestations(struct store *store, int64_t after, size_t limit,
	store_attestation_fn *fn, void *context, struct error *error);
/* A figure with how it came; strings live until the function returns. */
typedef void store_vintage_fn(void *context, const char *indicator,
	const struct observation *observation, const struct store_observed *how);
/* Of an indicator, or NULL: of all; limits as for events. */
int store_load_vintages(struct store *store, const char *indicator,
	int64_t after, size_t limit, store_vintage_fn *fn, void *context,
	struct error *error);
/* The figures in quarantine of the release that one figure came with: same
   source, same body; of one without a body, only itself. None is no error. */
int store_load_held(struct store *store, int64_t id, store_vintage_fn *fn,
	void *context, struct error *error);
/* Of an indicator, those that let a held figure stand; newest first, before and
   limit as for alerts. */
int store_load_accepted(struct store *store, const char *indicator,
	int64_t before, size_t limit, store_vintage_fn *fn, void *context,
	struct error *error);
/* Those of all indicators that nobody has accepted; limits as for events. */
int store_load_quarantined(struct store *store, int64_t after, size_t limit,
	store_vintage_fn *fn, void *context, struct error *error);
/* The last period that each source has given of each indicator, quarantine
   left out. source NULL: people. */
typedef void store_supply_fn(void *context, const char *indicator,
	const char *source, struct period last);
int store_load_supply(struct store *store, store_supply_fn *fn, void *context,
	struct error *error);
/* Where a figure came from. */
struct store_origin {
	const struct observation *of;	/* given */
	bool found;
	int64_t id;			/* of the observation; 0: not found */
	char source[STORE_SOURCE_MAX];	/* "": none is known */
	bool has_snapshot;
	struct digest snapshot;		/* of the body it was read from */
	char by[ATTESTATION_BY_MAX + 1];	/* who said or accepted it; "": none */
	int64_t accepts;		/* the held figure it lets stand; 0: none */
};
/* Of figures of one indicator. Those without an id (taken in since the store
   was opened) are looked for among the latest STORE_ORIGINS_MAX. */
int store_load_origins(struct store *store, const char *indicator,
	struct store_origin *origins, size_t count, struct error *error);
/* One figure by its id, with its origin (whose `of` becomes out);
   ERROR_ABSENT. */
int store_load_observation(struct store *store, int64_t id,
	char indicator[STORE_INDICATOR_MAX], struct observation *out,
	struct store_origin *origin, struct error *error);
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
/* ERROR_ABSENT when it was never kept, or its bytes were dropped. */
int store_load_snapshot(struct store *store, const struct digest *digest,
	struct text *out, struct error *error);
/* The first under this key of this person. 1: found, 0: none, -1: error. What
   was handed over and is not yet committed is not found. */
typedef void store_submission_fn(void *context,
	const struct store_submission *submission);
int store_find_submission(struct store *store, const char *who, const char *key,
	store_submission_fn *fn, void *context, struct error *error);

/* --- evidence ------------------------------------------------------------------ */

/* An answer as it was kept; strings live until the function returns. */
struct store_answer {
	int64_t id;
	const char *source;
	struct poll_answer answer;
	bool has_program;		/* of the definition it was read by */
	struct digest program;
	bool has_bytes;			/* false: its body was dropped */
};
typedef void store_answer_fn(void *context, const struct store_answer *answer);
/* Of a source, ids below before (0: all), newest first, at most limit (0: no
   limit). */
int store_load_answers(struct store *store, const char *source, int64_t before,
	size_t limit, store_answer_fn *fn, void *context, struct error *error);
/* Those with a body, oldest first, at most limit (0: no limit). */
int store_load_answers_of(struct store *store, const struct digest *body,
	size_t limit, store_answer_fn *fn, void *context, struct error *error);
/* Answers whose bytes are there and on which figures or documents rest: one of
   each of count (at most STORE_SAMPLE_MAX) equal stretches of the store that has
   any. The same seed chooses the same. */
#define STORE_SAMPLE_MAX 100000
int store_sample_answers(struct store *store, size_t count, uint64_t seed,
	store_answer_fn *fn, void *context, struct error *error);
/* The text of a definition; ERROR_ABSENT. */
int store_load_definition(struct store *store, const struct digest *program,
	struct text *out, struct error *error);
/* What is said to follow from a body that a source gave, by indicator, oldest
   first: figures without those that people have accepted, then documents.
   Only what was news when it came: reading it again gives all of it and may
   give more. */
int store_load_extracted(struct store *store, const char *source,
	const struct digest *snapshot, store_vintage_fn *figure,
	store_indicated_document_fn *document, void *context,
	struct error *error);

/*
 * --- retention -------------------------------------------------------------------
 *
 * A body may be dropped when every answer with it is of one source and older
 * than a time, when it is not of the last poll of that source that was read,
 * and when nothing of an indicator on which a verdict rests was read from it,
 * be it superseded since. The fact that it was there stays, with one that says
 * what became of it. Its space is used again by what is kept next; the file
 * does not shrink (a backup is made without such room), and until then what
 * the bytes were can be found in it.
 */
struct store_droppable {
	struct digest digest;
	int64_t length;		/* of the body, as it came */
	int64_t answer;		/* the last with this body */
	int64_t observation, document;	/* the last there were, of any body */
};
/* Whether a verdict rests on figures of an indicator. */
typedef bool store_rests_fn(void *context, const char *indicator);
typedef void store_droppable_fn(void *context,
	const struct store_droppable *droppable);
/*
 * Bodies of a source that may be dropped, from the answer *after on (0 at
 * first), at most STORE_DROPS_MAX. Looks at so many answers that the loop may
 * call it, and moves *after on, back to 0 at the end. store_add_drop belongs
 * into the same turn, so that no verdict comes between.
 */
#define STORE_DROPS_MAX 100
int store_find_droppable(struct store *store, const char *source,
	instant before, int64_t *after, store_rests_fn *rests,
	store_droppable_fn *fn, void *context, struct error *error);
/* Drops the bytes, unless something has come to rest on them meanwhile: then
   nothing happens. */
void store_add_drop(struct store_batch *batch,
	const struct store_droppable *droppable, const char *source,
	const char *reason, instant at);

/* --- proof ----------------------------------------------------------------------- */

/* How far it is: rows done of total, of a table (total 0: it cannot be said).
   false: stop. */
typedef bool store_progress_fn(void *context, const char *table, int64_t done,
	int64_t total);
struct store_verifying {
	store_progress_fn *progress;	/* NULL: nobody wants to know */
	void *context;
	const struct digest *seal;	/* one noted down before, which must still
					   be there; NULL: none */
};
struct store_verified {
	int64_t facts;		/* rows that are as they were written */
	int64_t bodies, dropped;	/* snapshots with their bytes, and without */
	int64_t seal;		/* number of the last; 0: nothing is sealed */
	instant sealed;		/* when it was made */
	struct digest digest;	/* its hash: to be noted down */
};
/*
 * Walks the hash chain of every fact table as of one moment, compares bodies
 * and definitions with their digests, looks for what rows refer to, and
 * compares the ends of all tables with the seals. For a thread of its own. 0:
 * all is as it was written; 1: stopped; -1: broken, and where, or it cannot be
 * read. how and out may be NULL.
 */
int store_verify(const char *dir, const struct store_verifying *how,
	struct store_verified *out, struct error *error);
/* Whether the file itself is sound (PRAGMA quick_check), for after an unclean
   stop; in a thread of its own. Returns likewise. progress may be NULL. */
int store_check(const char *dir, store_progress_fn *progress, void *context,
	struct error *error);
/*
 * A copy of the whole store as of one moment, without the room of what was
 * dropped, found sound by quick_check. It is a file in DIR that has no name any
 * more and that nobody else can open: closing it is the end of it, whatever
 * happens. Whoever opens it in the place of the store has another store, with an
 * id of its own: what it goes on to say bears no id under which something else
 * was said meanwhile. For a thread of its own; what is written meanwhile is held up by
 * nothing, but the log grows until the copy is made.
 */
struct store_copy {
	int fd;			/* the caller's to close */
	int64_t bytes;
	struct digest digest;	/* SHA-256 of them */
};
/* progress by "copying", "checking" and "hashing"; it may be NULL. 0; 1:
   stopped; -1 with an error: LIMIT where the disk has no room for it. */
int store_copy(const char *dir, store_progress_fn *progress, void *context,
	struct store_copy *out, struct error *error);
/* Makes the state tables anew from the facts (offline). */
int store_rebuild(const char *dir, struct error *error);

#endif
