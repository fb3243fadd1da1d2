/*
 * engine_internal: what the parts of the engine share. Nothing outside
 * engine.c, watch.c, change.c, damping.c, approach.c, late.c, sight.c, cause.c,
 * revision.c, polls.c, nearness.c, taking.c, accounts.c, gathering.c, blame.c,
 * stale.c, alerts.c, announce.c, inhibit.c, outbox*.c, reload.c and what
 * telling_internal.h names reads this.
 *
 *	polls ─rows─→ taking ─figures─→ watch ─changes─→ announce ─events─→
 *		telling ─notifications─→ outbox
 */
#ifndef PLEDGED_CORE_ENGINE_INTERNAL_H
#define PLEDGED_CORE_ENGINE_INTERNAL_H

#include "base/heap.h"
#include "base/mem.h"
#include "core/engine.h"
#include "core/holding.h"
#include "core/network.h"
#include "core/outcomes.h"
#include "core/supply.h"

/* Judgements that an input makes by itself; what it touches beyond that waits
   in the queue. */
#define JUDGED_AT_ONCE 250
/* Of those that wait, so many are saved as due by one call. */
#define SAVED_AT_ONCE 500
/* Indicators whose figures are told to be revised, and others that are looked
   at for what is missing of them. */
#define TOLD_AT_ONCE 250
#define LOOKED_AT_ONCE 500

/* Numbers below a fixed count, first in first out, each at most once. */
struct queue {
	uint32_t *items;
	size_t capacity;
	size_t head;
	size_t count;
};

/* TIME, unless it is known better: REGISTER, CLOCK, or MILESTONE and which. */
struct mark {
	enum cause_kind kind;
	uint32_t milestone;
};

struct watched {
	struct milestone_state state;
	instant saved_next;	/* the store's; INSTANT_MAX: it has none */
	bool waiting;		/* in one of the queues */
	bool owed;		/* … and in that of those to be saved as due */
	instant since;		/* what is known up to then it was judged by */
	struct mark mark;	/* why it is to be judged */
};

struct polled {
	struct source_state state;
	instant planned;	/* when state.next was */
	bool busy;		/* a fetch is under way */
	bool again;		/* … of a program that has changed since */
	bool awaited;		/* settling waits for an attempt */
	bool deferred;		/* until this machine is online again */
	bool noted;		/* in the queue of those nearing */
	instant not_before;	/* as the server asked; INSTANT_MIN: at any time */
	uint64_t fault;		/* of the last attempts, as fetch_fault; 0: none */
	int32_t alike;		/* … in a row */
	int32_t suspect;	/* failures that may be this machine's, not its */
	uint32_t era;		/* … of which era of the network */
};

/* A verdict that a revision changed. */
struct overturned {
	uint32_t milestone;
	enum status from, to;
};

/* What calls bring of an indicator, to be told at their end. */
struct account {
	bool queued;		/* in the queue of those revised */
	size_t held;		/* but those of a release */
	size_t revised;
	size_t documents;	/* that are new, and news */
	struct text held_words, revised_words, document_words;
};

/* A milestone that the register no longer has. */
struct departed {
	char *id;
	struct milestone_state state;
};

/* What a call has brought of an indicator. */
enum touch { TOUCH_NONE, TOUCH_NEW, TOUCH_REVISED };

/* What first sight has shown so far, for the summary. */
struct sight {
	size_t counts[STATUS_COUNT];
	size_t total;
	enum severity severity;	/* the highest */
};

struct alerts;
struct outbox;
struct telling;
struct silences;

struct engine {
	const struct register_ *reg;
	struct history *history;
	struct engine_settings settings;
	char *instance;

	struct watched **milestones;	/* by index in the register */
	struct queue dirty;		/* to be judged */
	struct heap *resting;		/* the same, of those that rest on others,
					   by level: after all others, and each
					   after those it rests on */
	struct queue held;		/* announced before, until settled */
	struct queue owed;		/* touched, and not yet saved as due */
	struct heap *wakes;		/* milestones by assessment.next */
	struct outcomes *outcomes;	/* of those that others rest on */
	struct outcomes *past;		/* the same for questions as of a time */
	size_t counts[STATUS_COUNT];
	size_t unseen;			/* milestones before first sight */
	struct sight sight;
	struct departed *departed;	/* to be withdrawn */
	size_t departed_count;
	size_t departed_capacity;

	struct polled *sources;
	struct heap *polls;		/* sources by state.next, unless busy */
	size_t awaited;
	bool settling;
	instant settle_end;

	struct supply *supply;
	struct network network;
	struct heap *stale;		/* indicators, by when to look at them */
	instant *expected;		/* of each: until then it is not stale */
	struct queue noted;		/* indicators to look at */
	bool *is_noted;			/* by index in the register */
	struct queue nearing;		/* sources to be asked earlier, perhaps */

	struct alerts *alerts;
	struct telling *telling;
	struct silences *silences;
	struct outbox *outbox;
	int64_t last_event;

	uint32_t *touched;		/* indicators with news in this call */
	size_t touched_count;
	enum touch *touches;		/* by index in the register */
	struct account **accounts;	/* likewise, of those touched; NULL */
	struct queue revised;		/* indicators of which that is to be told */
	struct overturned *overturned;	/* … until all of them are */
	size_t overturned_count, overturned_capacity;
	const struct stated *stated;	/* by whom, while figures of people are
					   judged; NULL */
	bool accepting;			/* … that were held until then */
	instant judged;			/* the latest instant that a milestone
					   was judged as of */
	instant asked;			/* time of the last input, only to answer
					   engine_next when work is left */
	bool started;
};

/* --- engine.c ------------------------------------------------------------ */

/* Arrays for a register of this size; all of them empty, watch_fill still to
   be called. */
void engine_allocate(struct engine *engine, const struct register_ *reg);
void engine_deallocate(struct engine *engine);
/* An instant planned when the clock said `planned`. If it now says less, it has
   been set back: the plan's wait begins anew. */
instant plan_cut(instant next, instant planned, instant now);
/* Ends settling when nothing is awaited any more or its time is over. */
void engine_settle(struct engine *engine, instant now);
/* Keeps a milestone that the register does not have, until watch_withdraw. */
void engine_depart(struct engine *engine, const char *id,
	const struct milestone_state *state);
void engine_forget_departed(struct engine *engine);

/* --- watch.c ------------------------------------------------------------- */

void queue_init(struct queue *queue, size_t capacity);
void queue_release(struct queue *queue);
void queue_push(struct queue *queue, uint32_t item);
bool queue_pop(struct queue *queue, uint32_t *item);

/* A change of one milestone's assessment on its way to being told. */
struct change {
	uint32_t index;
	const struct milestone *milestone;
	const struct milestone_state *before;
	const struct assessment *after;
	instant since;		/* what was known by then was judged before */
	struct mark mark;	/* why it was judged */
	instant now;
};

/* Makes the milestones that were not carried over, and counts them all. */
void watch_fill(struct engine *engine);
/* Takes a state brought back from the store. */
void watch_restore(struct engine *engine, uint32_t milestone,
	const struct milestone_state *state);
/* Puts a milestone into the queue, once; what is remembered of how it stands
   is forgotten. */
void watch_mark(struct engine *engine, uint32_t milestone);
/* Marks what first sight waits for and gives back what settling held. */
void watch_settled(struct engine *engine);
/* Plans every milestone at the start. */
void watch_start(struct engine *engine);
void watch_mark_all(struct engine *engine, enum cause_kind mark);
/* Judges what waits in the queue, then what is due by an instant
   (INSTANT_MIN: nothing); at most budget of them (0: no limit). */
void watch_judge(struct engine *engine, instant now, instant due_by,
	size_t budget, struct effects *effects);
/* Whether some are still to be judged that are due by now. */
bool watch_is_behind(const struct engine *engine, instant now);
/* Marks the milestones of the touched indicators. */
void watch_mark_touched(struct engine *engine);
/* The same of one milestone, while it is still waiting. */
void watch_save_waiting(struct engine *engine, uint32_t milestone,
	instant now, struct effects *effects);
/* Touched milestones that are still waiting are owed an early wake-up in the
   store, so that a restart judges them. */
void watch_owe_touched(struct engine *engine);
/* Saves those of some that still wait; at most budget of them (0: no limit). */
void watch_save_owed(struct engine *engine, instant now, size_t budget,
	struct effects *effects);
/* Announces the departed as withdrawn. reg: where they stood; NULL: unknown. */
void watch_withdraw(struct engine *engine, const struct register_ *reg,
	instant now, struct effects *effects);

/* --- change.c ------------------------------------------------------------ */

/* What is told of a milestone that was announced before. Returns the last event
   made; NULL: none. */
const struct event *change_tell(struct engine *engine,
	const struct change *change, struct effects *effects);
/* Of that: sources that differ, or agree again. quiet: no notification. */
const struct event *change_tell_dispute(struct engine *engine,
	const struct change *change, bool quiet, struct effects *effects);

/* --- damping.c ----------------------------------------------------------- */

/* What is to be told now of how a milestone stands. */
struct telling_of_change {
	enum event_kind kind;	/* COUNT: nothing */
	enum status from, to;
	instant due;		/* when a hold was over; INSTANT_MIN: there was
				   none */
};
/* Remembers how people were told that it stands, and since when it stands
   otherwise. Once it is announced, damping_told is called. */
struct telling_of_change damping_take(const struct engine *engine,
	const struct change *change);
void damping_told(const struct engine *engine, const struct change *change);
/* For how long it was held and how often it changed, between the two. */
void damping_say(const struct engine *engine, const struct change *change,
	struct text *out);
/* When what is held back is to be looked at again; INSTANT_MAX. */
instant damping_next(const struct engine *engine, uint32_t milestone,
	instant as_of);
/* Makes sense of what the store has kept of it. */
void damping_restore(struct milestone_state *state);

/* --- approach.c ---------------------------------------------------------- */

/* Tells of a remind time that has come, or notes that it has passed. */
const struct event *approach_take(struct engine *engine,
	const struct change *change, struct effects *effects);
/* The next after assessment->as_of; INSTANT_MAX: none. */
instant approach_next(const struct engine *engine, uint32_t milestone,
	const struct assessment *assessment);

/* --- late.c -------------------------------------------------------------- */

/* An instant at which something should have been told, if that is long ago; else
   INSTANT_MIN. */
instant late_since(instant at, instant now);
/* … at which a milestone came to stand as it does, or its terms were amended;
   INSTANT_MIN where it was not time alone. */
instant late_status(struct engine *engine, const struct change *change,
	enum status to);
instant late_terms(struct engine *engine, const struct change *change);

/* --- sight.c ------------------------------------------------------------- */

/* The first judgement of a milestone that people are told of. */
const struct event *sight_take(struct engine *engine,
	const struct change *change, struct effects *effects);
/* The summary, once nothing is unseen. */
void sight_finish(struct engine *engine, instant now, struct effects *effects);

/* --- revision.c ---------------------------------------------------------- */

/* Whether a figure or document under this milestone was revised by what became
   known after since, up to now; which ones is added to out:
   "exports.energy 2017-03". */
bool revision_find(struct engine *engine, const struct milestone *milestone,
	instant since, instant now, struct text *out);
/* Whether it is judged by an indicator. */
bool milestone_uses(const struct milestone *milestone, uint32_t indicator);

/* --- cause.c ------------------------------------------------------------- */

/* Why the answer of a milestone is not what it was. Looks at a bounded number
   of figures. */
void cause_find(struct engine *engine, const struct change *change,
	struct mark mark, struct cause *out);

/* --- polls.c ------------------------------------------------------------- */

/* Plans source by what is known of it; state NULL: nothing. */
void polls_adopt(struct engine *engine, uint32_t source,
	const struct source_state *state, instant now);
/* After the clock was set back. */
void polls_replan(struct engine *engine, instant now);
/* Asks the sources that are due. */
void polls_advance(struct engine *engine, instant now,
	struct effects *effects);
/* Those due by now are parted in time. */
void polls_part(struct engine *engine, instant now);
/* This machine is online again: who waited for that is due. */
void polls_resume(struct engine *engine, instant now);

/* --- nearness.c ---------------------------------------------------------- */

/* It has no verdict, and may get one. */
bool milestone_is_open(const struct milestone_state *state);
/* Brings a source's next poll forward, for what is near or comes near. */
void polls_near(struct engine *engine, uint32_t source, instant now);
/* What has changed of a milestone may matter to how its indicators and their
   sources are watched: they are noted, and looked at by monitor_noted, once
   settling is over, some in a call. */
void monitor_note_indicator(struct engine *engine, uint32_t indicator);
void monitor_note(struct engine *engine, uint32_t milestone,
	const struct milestone_state *before);
void monitor_note_all(struct engine *engine);
void monitor_noted(struct engine *engine, instant now,
	struct effects *effects);
/* Whether there are some. */
bool monitor_is_due(const struct engine *engine);

/* --- blame.c ------------------------------------------------------------- */

/* What an attempt says of this machine. Returns the report as it counts for the
   source: as given, or excused, owned by the effects. */
const struct fetch_report *blame_hear(struct engine *engine, uint32_t source,
	const struct fetch_report *report, instant now,
	struct effects *effects);
/* What it tells of the source; before: its state until then. Each fault is told
   once, another kind of fault again, and a success ends them all. */
void blame_tell(struct engine *engine, uint32_t source,
	const struct fetch_report *report, const struct source_state *before,
	instant now, struct effects *effects);
/* With a register that needs no network nobody waits for it; an alert from
   before a restart tells that this machine was offline, and is so still. */
void blame_start(struct engine *engine, instant now, struct effects *effects);

/* --- stale.c ------------------------------------------------------------- */

/* Tells that an indicator has become stale, or is no longer. */
void stale_look(struct engine *engine, uint32_t indicator, instant now,
	struct effects *effects);
/* Those that a source supplies, which was asked, are noted. */
void stale_polled(struct engine *engine, uint32_t source);
/* The same of those whose time has come. */
void stale_advance(struct engine *engine, instant now,
	struct effects *effects);

/* --- taking.c ------------------------------------------------------------ */

/* Who brings figures, and when. */
struct bringing {
	struct engine *engine;
	uint32_t source;	/* NOT_FOUND: people */
	const struct stated *stated;	/* NULL: nobody says so */
	int64_t accepts;	/* the held figure that is accepted; 0: none */
	bool first;		/* what it lists is not news: its first good
				   answer, or the first to another program */
	instant now;
	struct effects *effects;
};

/* Takes the rows of a table. */
void take_rows(const struct bringing *by, const struct row *rows, size_t count);
/* Judges what so many rows touch, and tells of figures revised. */
void take_judged(struct engine *engine, size_t rows, instant now,
	struct effects *effects);
/* --- accounts.c ---------------------------------------------------------- */

/* Notes that a call has brought something of an indicator. */
void polls_touch(struct engine *engine, uint32_t indicator,
	enum series_news news);
/* … a figure that is held; jump: where that is why. */
void account_hold(const struct bringing *by, uint32_t indicator,
	const struct observation *figure, const struct jump *jump);
/* … one in the place of another, which was known before this call. */
void account_revise(const struct bringing *by, uint32_t indicator,
	const struct observation *figure, const struct observation *before);
/* … a document that is new, and news. */
void account_document(const struct bringing *by, uint32_t indicator,
	const struct document *document);
/* An event about an indicator; quiet: no notification. */
void indicator_announce(const struct bringing *by, uint32_t indicator,
	enum event_kind kind, const char *reason, bool quiet);
/* Tells of each touched indicator what is held, or that nothing is any more. */
void accounts_tell_held(const struct bringing *by);
/* Likewise which documents are new. */
void accounts_tell_documents(const struct bringing *by);
/* After that: those that were revised wait to be told of. */
void accounts_queue(struct engine *engine);
/* Tells of those that wait; at most budget of them (0: no limit). */
void accounts_tell_revised(struct engine *engine, instant now, size_t budget,
	struct effects *effects);
/* At the end, without a word. */
void accounts_forget(struct engine *engine);
/* A verdict is another by a revision. */
void accounts_overturned(struct engine *engine, uint32_t milestone,
	enum status from, enum status to);

/* --- gathering.c --------------------------------------------------------- */

/* Takes a row that is a document. */
void gather_document(const struct bringing *by, const struct row *row);
/* A poll has ended: what is known to be absent may have grown. */
void gather_polled(struct engine *engine, uint32_t source,
	const struct fetch_report *report);

/* --- announce.c ---------------------------------------------------------- */

struct announcement {
	enum event_kind kind;
	enum severity severity;
	enum subject_kind subject_kind;
	const char *subject;
	const struct register_ *reg;	/* where the two stand */
	uint32_t milestone;		/* NOT_FOUND: not about one */
	uint32_t source;
	const char *from, *to;		/* outlive the effects, or owned by them */
	const char *reason;
	bool quiet;			/* no notification */
	enum event_kind spare;		/* an alert not to end; COUNT: none */
	enum event_kind besides;	/* one to end that the kind does not end;
					   COUNT: none */
	bool leaves;			/* its subject is asked about no more */
	instant late;			/* as in the event; INSTANT_MIN */
	bool agreed;			/* a recovery of sources that differed,
					   and of nothing else */
};

/* An announcement about a milestone of the present register. */
struct announcement announcement_of(const struct engine *engine,
	uint32_t milestone, enum event_kind kind, const char *reason);
/* The same about anything else: a warning where it raises an alert, else an
   information. */
struct announcement announcement_about(const struct engine *engine,
	enum subject_kind about, const char *subject, enum event_kind kind,
	const char *reason);
/*
 * Event, alerts raised and ended, mentions. NULL when there is nothing to say: a
 * condition whose alert fires already, an answer to nothing.
 */
const struct event *engine_announce(struct engine *engine,
	const struct announcement *announcement, instant now,
	struct effects *effects);
/* What is not in the register has nothing to answer for any more, and a channel
   that is not there needs no delivery: ends their alerts as withdrawn. before:
   where they may have stood until now. */
void alerts_leave(struct engine *engine, const struct register_ *before,
	instant now, struct effects *effects);
/* Copies a sentence, cut between characters. */
void reason_copy(char out[REASON_MAX], const char *reason);

/* --- alerts.c ------------------------------------------------------------ */

struct alerts *alerts_new(int64_t last_id);
void alerts_free(struct alerts *alerts);
/* Goes on where it was, firing or acknowledged. */
void alerts_restore(struct alerts *alerts, const struct alert *alert);
size_t alerts_count(const struct alerts *alerts);
const struct alert *alerts_at(struct alerts *alerts, size_t index);
size_t alerts_acknowledged(const struct alerts *alerts);
/* What engine_alert_subject says of the one at an index, quicker: for those who
   ask of them all. */
struct route_subject alerts_subject_at(const struct engine *engine,
	size_t index);
/* The register is another. */
void alerts_forget_places(struct alerts *alerts);
bool alerts_fires(const struct alerts *alerts, enum subject_kind subject_kind,
	const char *subject, enum event_kind kind);
/* The number of the open alert of a subject and kind; 0: there is none. */
int64_t alerts_of(const struct alerts *alerts, enum subject_kind subject_kind,
	const char *subject, enum event_kind kind);
/* All open alerts of a subject, in no order. Returns how many. */
size_t alerts_about(const struct alerts *alerts, enum subject_kind subject_kind,
	const char *id, const struct alert *out[EVENT_KIND_COUNT]);
/* By number; NULL: none that is open. */
struct alert *alerts_open(const struct alerts *alerts, int64_t id);
/* A new one, firing; not saved yet. Returns its number. */
int64_t alerts_raise(struct alerts *alerts, const struct event *event);
/* The only place that changes the state of an alert, by alert_step. Returns it as
   it now is, owned by the effects, which save it; NULL: nothing of it is to be
   saved. One that has ended is gone after the call. */
const struct alert *alerts_step(struct alerts *alerts, int64_t id,
	enum alert_input input, instant now, enum notify_reason *reason,
	struct effects *effects);

/*
 * The same for whoever reminds, escalates and lets acknowledgements end; what
 * follows from it is told by telling_alert_changed. Returns why people are told;
 * NONE: they are not, or no such alert is open. ESCALATE counts a step as taken,
 * EXPIRE begins to count them anew.
 */
enum notify_reason alert_take(struct engine *engine, int64_t id,
	enum alert_input input, instant now, struct effects *effects);

/* --- inhibit.c ----------------------------------------------------------- */

/* An alert was raised, or has ended: what may follow from it is told to be
   changed (telling_alert_changed). */
void inhibit_changed(struct engine *engine, const struct alert *alert,
	instant now);
/* A milestone was judged since one that it rests on stands otherwise. */
void inhibit_judged(struct engine *engine, uint32_t milestone, instant now);

/* --- telling.c ----------------------------------------------------------- */

/* What has happened, for those who hear of it. */
struct tiding {
	const struct event *event;	/* owned by the effects */
	struct route_subject subject;
	const struct alert *raised;	/* which it raised, or that fires still;
					   NULL */
	enum notify_reason reason;	/* of that: FIRST or CHANGED */
	const struct alert *const *ended; /* which it ended, as they now are */
	size_t ended_count;
	bool answers;			/* it only answers what it ends: who has
					   heard nothing of that hears no answer */
};

struct telling *telling_new(int64_t last_mention);
void telling_free(struct telling *telling);
void telling_restore(struct engine *engine, const struct mention *mention,
	const struct event *event);
void telling_restore_hearing(struct engine *engine,
	const struct hearing *hearing);
/* One that is over, of whose end somebody is to hear. */
void telling_restore_ended(struct telling *telling, const struct alert *alert);
void telling_restore_group(struct engine *engine, const char *channel,
	const char *group, instant told);
/* Mentions to the channels of its routes, and to those that have heard of an
   alert it ends. Of what fails at a channel (delivery_failed) that channel
   itself hears nothing, and its fallback does. */
void tell(struct engine *engine, const struct tiding *tiding, instant now,
	struct effects *effects);
/* One more mention, of an event to a channel: draft has all but id, thread and
   made. */
void mention_add(struct engine *engine, const struct mention *draft,
	const struct event *event, instant now, struct effects *effects);
/* A channel is gone that was to hear of an alert: it is told to those that its
   routes lead to now, and that hear nothing of it. */
void alert_reroute(struct engine *engine, int64_t alert, instant now,
	struct effects *effects);
/* The number of one more mention, which passes all gates (a test). */
int64_t telling_number(struct engine *engine);
/* An alert is not as it was: raised, told otherwise, acknowledged, ended (it is
   gone then), or its cause. It comes after tell() where both do. */
void telling_alert_changed(struct engine *engine, int64_t alert, instant now);
/* The policy is another: before anything more is told, and telling_replan. */
void telling_policy(struct engine *engine);
/* Policy, register, silences or clock are not as they were. */
void telling_replan(struct engine *engine, instant now);
/* Takes up what was restored; after the policy is set. */
void telling_start(struct engine *engine, instant now);
/* Gives up what the outbox must (outbox_expire), reminds, escalates, lets
   acknowledgements end, and brings what has passed its gates into
   notifications, then sends what is due and has room (outbox_advance). */
void telling_advance(struct engine *engine, instant now,
	struct effects *effects);
/* The end of it alone: mentions are saved, and what has room is sent. */
void telling_save(struct engine *engine, instant now, struct effects *effects);
/* Whether more is to be told at once than one call may. */
bool telling_is_behind(const struct engine *engine, instant now);
instant telling_next(const struct engine *engine);

/* --- silences.c ---------------------------------------------------------- */

struct silences *silences_new(int64_t last_id);
void silences_free(struct silences *silences);

/* --- outbox.c, outbox_health.c ------------------------------------------- */

struct outbox *outbox_new(int64_t last_id);
void outbox_free(struct outbox *outbox);
void outbox_restore(struct outbox *outbox,
	const struct notification *notification, const struct delivery *delivery);
/* Takes up what was restored; after the policy is set, and alerts restored. */
void outbox_start(struct engine *engine, instant now);
/* Opens the channels of a policy and closes the others. */
void outbox_policy(struct outbox *outbox, const struct policy *policy,
	instant now);
/* After the clock was set back. */
void outbox_replan(struct outbox *outbox, instant now);
/* A notification sets out: draft has channel, group and items, which are owned
   by the effects. Returns its number. */
int64_t outbox_notify(struct engine *engine,
	const struct notification *draft, instant now,
	struct effects *effects);
void outbox_delivered(struct engine *engine, int64_t notification,
	enum delivery_outcome outcome, int64_t retry_after, const char *answer,
	instant now, struct effects *effects);
/* Gives up what is over, and tells of channels that fail: before mentions are
   looked at, since it may make some. */
void outbox_expire(struct engine *engine, instant now,
	struct effects *effects);
/* Sends what is due and has room in its channel. */
void outbox_advance(struct outbox *outbox, instant now,
	struct effects *effects);
instant outbox_next(const struct outbox *outbox);
size_t outbox_count(const struct outbox *outbox);
const struct delivery *outbox_at(const struct outbox *outbox, size_t index,
	const char **channel);

#endif
