/*
 * daemon: the shell around the engine. It owns everything that touches the
 * world and performs what the engine decides, in one order only:
 *
 *	input ─engine→ effects ─absorb→ batch ─commit→ durable ─→ fetches, sends
 *
 * All inputs of one turn of the loop go into one batch. Nothing leaves the
 * process before the batch that holds its cause is reported as committed.
 */
#ifndef PLEDGED_PLEDGED_DAEMON_H
#define PLEDGED_PLEDGED_DAEMON_H

#include "conf/settings.h"
#include "core/engine.h"
#include "net/fetch.h"
#include "net/loop.h"
#include "net/pool.h"
#include "net/server.h"
#include "pledged/activity.h"
#include "store/store.h"

/* Judgements a turn of the loop makes at most: some milliseconds. */
#define JUDGEMENTS_PER_TURN 200
/* Webhooks on their way at once, to one host too: receivers are the user's own.
   Of one channel WEBHOOKS_PER_CHANNEL, so that one which hangs has not all. */
#define SENDINGS_MAX 512
/* Batches on their way to the disk above which no new judging is begun. */
#define BATCHES_PENDING_MAX 16

struct action;	/* a fetch or a send to be begun (turn.c) */
struct asker;
struct polling;	/* one poll under way (polling.c) */
struct carrying; /* one attempt at a delivery under way (delivery.h) */
struct making;	/* an answer of many parts (making.h) */
struct parcels;	/* mails that some recipients have (parcel.h) */
struct turn;	/* one batch and what waits for its commit (turn.c) */
struct access_;	/* who may change things (access.c) */
struct verification; /* of the store, the last (verification.h) */
struct backup;	/* of the store, the last (backup.h) */
struct checkup;	/* of the store, after an unclean stop (checkup.h) */
struct retention; /* of bodies (retention.h) */
struct submission; /* what is being saved under a key (submission.h) */
struct heartbeat; /* to a monitor elsewhere (heartbeat.h) */
struct channels_health; /* by their last attempts (channel_health.h) */
struct reporting; /* a report that is being made (api_report.c) */
struct runner;	/* long work in helper threads (job.h) */
struct listener; /* to events, as they come (api_events.c) */

struct daemon {
	const char *conf_path;
	struct settings *settings;
	struct register_ *reg;
	struct history *history;
	struct engine *engine;
	struct store *store;
	struct loop *loop;
	struct fetcher *fetcher;	/* asks sources */
	struct fetcher *sender;		/* brings webhooks: not held up by them */
	struct pool *extract;
	struct asker *asker;		/* asks by them */
	struct pool *mail;
	struct pool *formats;		/* make messages of webhooks: apart from
					   workers that read what sources say */
	struct server *server;
	struct access_ *access;
	struct runner *checking;	/* the store, whole */
	struct runner *reading;		/* bodies out of it */
	struct verification *verification;	/* NULL: none yet */
	struct backup *backup;		/* NULL: none yet */
	struct submission *submissions;
	struct listener *listeners;
	size_t listener_count;
	struct loop_watch *listeners_pulse;	/* NULL: nobody listens */
	struct checkup *checkup;	/* NULL: the last process ended well */
	struct retention *retention;
	struct reporting *reports;
	size_t exports;			/* under way (api_export.c) */
	struct heartbeat *heartbeat;
	int64_t due_since;		/* ticks, for health.h; -1: nothing is */
	struct channels_health *channels_health;
	struct activity activity;
	bool settled;			/* retention has begun */
	struct effects effects;
	struct turn *turn;		/* being filled */
	struct action *actions;		/* committed, and not yet begun */
	struct reload *reload;		/* under way, or NULL */
	struct polling *pollings;
	struct carrying *carryings;
	struct parcels *parcels;
	struct making *makings;
	instant started;
	instant reloaded;
	int exit_status;
	bool stopping;
};

/* Runs until told to stop; the exit status, by sysexits. */
int daemon_run(const char *conf_path);
/* Stops in good order at the end of this turn. */
void daemon_stop(struct daemon *daemon, int exit_status);
/* "watching 2 milestones of 1 pledge by 1 source" to the log. */
void daemon_tell_register(const struct daemon *daemon, const char *doing);
/* The service manager's line about the service: what is watched, and more. */
void daemon_tell_ready(const struct daemon *daemon, const char *more);

/* --- restore.c: what the last process has saved ---------------------------- */

/* Engine settings as the daemon's settings and store have them now. */
struct engine_settings daemon_engine_settings(const struct daemon *daemon);
/* Makes the engine and gives it all that the store has, short of starting it.
   Returns 0, or the exit status after a line to the log. */
int daemon_restore(struct daemon *daemon);
/* The exit status for a fault of the store. */
int daemon_store_fault(const struct error *error);

/* --- turn.c: effects into a batch, a batch to the disk -------------------- */

struct turn *turn_new(struct daemon *daemon);
void turn_free(struct turn *turn);
/* Takes the effects of one engine call into this turn's batch. bodies: the
   bytes of the poll that was the input, kept as evidence, one an answer of its
   report (one when it lists none); NULL: they are kept already, or none came. */
void daemon_absorb(struct daemon *daemon, const struct text *bodies);
/* Hands this turn's batch over, if there is anything in it and it is whole: of
   much that comes at once, some is written down a turn. */
void daemon_commit(struct daemon *daemon);
/* Whether rows are still to be written down: work enough for a turn. */
bool daemon_is_absorbing(const struct daemon *daemon);
/* Whether it is whole: else the register that the rest names must stay. */
bool daemon_is_whole(const struct daemon *daemon);
/* Records what an operator did, and calls fn (or NULL) when that is durable. */
typedef void turn_fn(void *context, bool committed);
void daemon_record(struct daemon *daemon, const char *who, const char *what,
	const char *subject, const char *note, turn_fn *fn, void *context);
/* The same of one that may have an end; when is ours to set. */
void daemon_record_action(struct daemon *daemon,
	const struct store_action *action);

/* Calls fn when all that is in this turn is durable. */
void daemon_wait(struct daemon *daemon, turn_fn *fn, void *context);
/* Drops bytes of a source with this turn's facts. */
void daemon_drop(struct daemon *daemon, const struct store_droppable *droppable,
	const char *source, const char *reason);
/* Puts with this turn's facts what was answered to somebody. */
void daemon_keep_answer(struct daemon *daemon,
	const struct store_submission *submission);

/* --- polling.c, delivery.c: what leaves the process ------------------------ */

/* After a reload: what was to be asked of sources that have left is dropped. */
void actions_reloaded(struct daemon *daemon);
void actions_stop(struct daemon *daemon);
void polling_start(struct daemon *daemon, const char *source_id);
/* After a reload, while the old register is there still: polls of what is not
   asked any more are dropped, of what is asked otherwise begun anew. */
void polling_reloaded(struct daemon *daemon);
void delivery_start(struct daemon *daemon, int64_t notification,
	const char *channel_id);
/* At the end, when neither fetcher nor pools can call back any more. */
void polling_stop(struct daemon *daemon);
void delivery_stop(struct daemon *daemon);

/* --- reload.c ----------------------------------------------------------------- */

/* Reads everything again in a helper thread and swaps it in when it is
   faultless. fn (or NULL) hears how it went: faults as text, "" when well. */
typedef void reload_fn(void *context, bool done, const char *report);
void reload_start(struct daemon *daemon, reload_fn *fn, void *context);
void reload_stop(struct daemon *daemon);

/* --- access.c --------------------------------------------------------------- */

struct access_ *access_new(const struct settings *settings);
void access_free(struct access_ *access);
/* Whether a peer may change things. */
bool access_is_admin(const struct access_ *access,
	const struct server_peer *peer);
/* The peer's user name, or "uid N". free() it. */
char *access_name(const struct server_peer *peer);

/* --- api.c ---------------------------------------------------------------------- */

/* A server_handler; context is the daemon. */
void api_handle(void *context, struct server_request *request);

/* --- api_report.c --------------------------------------------------------------- */

/* At the end: reports that are not yet begun are refused. */
void reports_stop(struct daemon *daemon);

/* --- api_events.c --------------------------------------------------------------- */

/* More may have become durable: whoever listens is told what is new. */
void listeners_wake(struct daemon *daemon);

/* --- notify_*.c: the service manager ---------------------------------------------- */

void notify_ready(const char *status);
void notify_status(const char *status);
void notify_reloading(void);
void notify_stopping(void);
void notify_alive(void);
/* Milliseconds between signs of life; 0: not asked for. */
int64_t notify_interval(void);
/* Descriptors handed to us: how many, then each with its name. */
int notify_sockets(void);
int notify_socket(int index, const char **name);

#endif
