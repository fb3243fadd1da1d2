/*
 * telling_internal: what telling.c, audience.c, mentions.c, waiting.c, gates.c,
 * groups.c, hearings.c, reminding.c, silences.c and unsilencing.c share.
 *
 *	receiver ──┬── group ──── waiting ── kept_event
 *	           └── ear ────────┘ (at most one of an alert)
 *	               └── story, of one alert
 *
 * Invariants, between two calls of the engine:
 * - Each waiting mention is in the store, in one group, and its group is due no
 *   later than it is itself.
 * - A receiver waits at most once to hear of an open alert: what is newer takes
 *   the place of what waits, with the weightier reason (mention_put).
 * - Nobody is told the end of what has begun again since: a new beginning takes
 *   the place of an end that waits (audience.c).
 * - A story is there for each open alert that somebody hears of or that is
 *   acknowledged; its agenda says when something of it comes next.
 * - Nothing here is saved but mentions. All else follows from them, the alerts,
 *   the silences, the policy, and what has been told.
 */
#ifndef PLEDGED_CORE_TELLING_INTERNAL_H
#define PLEDGED_CORE_TELLING_INTERNAL_H

#include "base/agenda.h"
#include "core/engine_internal.h"

#include "base/log.h"
#define uthash_malloc(size) mem_new(1, size)
#define uthash_fatal(message) log_bug("%s", message)
#include <uthash.h>
#include <utlist.h>

/* Items that one call tells, unless one notification has more; and alerts of
   which one call reminds. */
#define ITEMS_AT_ONCE 500
#define STORIES_AT_ONCE 500

/* A channel, by its id, whether the policy has it or not. */
struct receiver {
	char *id;
	uint32_t index;		/* in the policy; NOT_FOUND: it has it not */
	UT_hash_handle hh;
};

/* An event of which somebody waits to hear, shared by those who do. */
struct kept_event {
	struct event event;	/* strings owned */
	size_t uses;
	const struct event *copy; /* owned by the effects … */
	uint64_t call;		/* … of this call */
	UT_hash_handle hh;	/* by id */
};

/* Seconds, of the route by which a receiver hears of something. */
struct pace {
	int64_t wait, interval, repeat;
};

/* What begins and ends: a subject. Of one whose end waits to be told somewhere. */
struct matter {
	char *key;		/* a digit for the kind, then the id */
	struct waiting *endings;
	UT_hash_handle hh;	/* by key */
};

struct waiting {
	struct mention mention;	/* channel and group: its group's; undelivered:
				   owned */
	struct kept_event *kept;
	struct alert *ended;	/* its alert, if that is over: a copy; NULL */
	struct group *group;
	struct ear *ear;	/* NULL: it is about no open alert, or is a word
				   on a silence */
	bool saved;
	bool restored;		/* … by an earlier process */
	int64_t former;		/* the number it is saved under, and is no more; 0 */
	struct pace pace;
	instant since;		/* made, or let go by a silence */
	enum notify_reason as;	/* by its gates: why it is told … */
	instant open;		/* … and not before */
	int64_t silence;	/* that holds it; 0 */
	enum severity severity;	/* of its alert, or event */
	instant date;		/* its milestone's due; INSTANT_MAX: none */
	struct story *cause;	/* that is told in its place; NULL */
	struct waiting *prev, *next;		/* of its group, by number */
	struct waiting *fresh_prev, *fresh_next; /* of those not saved */
	struct waiting *kin_prev, *kin_next;	/* of its cause's consequences */
	struct matter *matter;	/* of an ending; NULL */
	struct waiting *end_prev, *end_next;	/* of the matter's */
};

/* What is told together on a channel. */
struct group {
	char *key;		/* channel, '\n', name */
	const char *name;	/* in key */
	struct receiver *receiver;
	struct waiting *first;
	size_t count;
	struct waiting *look;	/* the next that is looked at; NULL: from the first */
	instant looked;		/* when all had been the last time … */
	uint64_t knew;		/* … and by what news */
	instant told;		/* the last time; INSTANT_MIN: never */
	instant idle;		/* … with its interval: kept so long */
	bool more;		/* too much was due for one notification */
	uint32_t slot;		/* in the agenda */
	UT_hash_handle hh;	/* by key */
};

/* One receiver of one alert. */
struct ear {
	struct receiver *receiver;
	struct story *story;
	int64_t thread;		/* as in struct hearing; 0: it has heard nothing of
				   the alert, nor of one that it took over from */
	instant told;		/* of this alert; INSTANT_MIN: not yet */
	int32_t reminders;
	int64_t repeat;		/* seconds, by its route */
	struct waiting *waiting;	/* NULL: nothing does */
	struct ear *next;
};

/* Who hears of an alert, while it is open. */
struct story {
	int64_t alert;
	struct ear *ears;
	struct waiting *kin;	/* consequences that it is told in place of */
	const struct alert *copy; /* of the alert, owned by the effects … */
	uint64_t call;		/* … of this call */
	bool renewed;		/* its routes are still to be found again */
	uint32_t slot;		/* in the agenda */
	UT_hash_handle hh;	/* by alert */
};

struct telling {
	int64_t last_mention;
	uint64_t call;		/* counts what the effects of one call own */
	uint64_t news;		/* counts what may hold others back */
	bool settling;		/* what was restored, and reminders, wait for the
				   first polls */
	struct receiver *receivers;
	struct kept_event *kept;
	struct matter *matters;
	struct group *groups;
	struct agenda *due;	/* groups */
	size_t swept;		/* groups left by the last sweep */
	struct story *stories;
	struct agenda *plans;	/* stories */
	struct waiting *fresh;	/* not saved yet */
	instant alive;		/* restored: something was done then, and so all
				   that was due by then */
	struct alert **ended;	/* restored, until the start */
	size_t ended_count, ended_capacity;
};

/* --- mentions.c ---------------------------------------------------------- */

/* Whom a policy lets hear of a subject by which route: its first that leads to
   the channel; NULL: none does. */
const struct route *route_first(const struct engine *engine,
	const struct route_subject *subject, const struct receiver *receiver);
/* … or one that escalates to it. */
const struct route *route_to(const struct engine *engine,
	const struct route_subject *subject, const struct receiver *receiver);
/* The pace of a route (NULL: none) on a receiver: a log is told at once. */
struct pace pace_of(const struct engine *engine, const struct route *route,
	const struct receiver *receiver);
/* What a route (NULL: none) groups a subject with; release it. */
void group_name(const struct route *route,
	const struct route_subject *subject, struct text *out);
bool reason_outweighs(enum notify_reason reason, enum notify_reason other);

/* A mention on its way to those that wait: its alert, reason, channel, group and
   thread are set. */
struct draft {
	struct mention mention;
	const struct event *event;
	const struct alert *ended; /* its alert, if that is over */
	struct pace pace;
	instant since;		/* INSTANT_MIN: now */
};
/* One of the next number, in no group yet. */
struct waiting *waiting_new(struct telling *telling,
	const struct draft *draft, const struct event *event, instant now);
/* Since when what takes its place waits for others, so that what changes all the
   time is told all the same; INSTANT_MIN: from now on, since that time is over,
   and it is held back by more than that. */
instant waiting_pace(const struct waiting *waiting, instant now);
/* It takes the place of what its receiver waits to hear of the alert, unless
   that weighs as much and there is no news. */
void mention_put(struct engine *engine, const struct draft *draft, instant now,
	struct effects *effects);
/* The same of an alert that nothing new has happened to: a reminder … */
void alert_mention(struct engine *engine, struct story *story,
	struct receiver *receiver, enum notify_reason reason, instant now,
	struct effects *effects);
/* One that waits is needless. What its channel can hear no more of, as that is
   gone, is told to those that the routes of its alert lead to now. */
void waiting_needless(struct engine *engine, struct waiting *waiting,
	const char *why, instant now, struct effects *effects);

/* --- waiting.c ----------------------------------------------------------- */

struct receiver *receiver_of(struct engine *engine, const char *id);
void receivers_free(struct telling *telling);
/* An event, shared by those who wait to hear of it. */
struct kept_event *event_keep(struct telling *telling,
	const struct event *event);
/* A copy owned by the effects, one for all who hear of it in this call. */
const struct event *event_copied(struct telling *telling,
	struct kept_event *kept, struct effects *effects);
const char *string_copied(struct effects *effects, const char *string);
/* A copy for what waits, and its end. */
struct alert *alert_keep(const struct alert *alert);
void alert_discard(struct alert *alert);
/* The subject of an alert, if an end of it waits; NULL. */
struct matter *matter_find(const struct telling *telling,
	const struct alert *alert);
/* Puts one at the end of its group. */
void waiting_add(struct telling *telling, struct group *group,
	struct waiting *waiting);
/* It is about an alert that is over; kept. */
void waiting_close(struct telling *telling, struct waiting *waiting,
	const struct alert *ended);
/* What held it has let it go: it waits as if it were made now, under a new
   number, also after a restart. It moves to the end of its group. */
void waiting_renew(struct telling *telling, struct waiting *waiting,
	instant now);
/* The number that it is saved under is no more. */
void former_drop(struct waiting *waiting, struct effects *effects);
/* It is needless: said to the store if that has it. */
void waiting_drop(struct telling *telling, struct waiting *waiting,
	const char *why, struct effects *effects);
/* It is told, or dropped. */
void waiting_remove(struct telling *telling, struct waiting *waiting);

/* --- groups.c ------------------------------------------------------------ */

struct group *group_of(struct telling *telling, struct receiver *receiver,
	const char *name);
/* With what waits in them. */
void groups_free(struct telling *telling);
/* When it is to be told, by its gates and the pace of its group. */
instant waiting_due(const struct waiting *waiting);
/* Passes it by its gates again; its group comes due by then. */
void waiting_plan(struct engine *engine, struct waiting *waiting, instant now);
/* The same of all of a group. */
void group_plan(struct engine *engine, struct group *group, instant now);
/* Tells what is due, and lets the rest wait. */
void groups_advance(struct engine *engine, instant now,
	struct effects *effects);
/* What was made in this call and waits still is saved. */
void groups_save(struct telling *telling, struct effects *effects);

/* --- gates.c ------------------------------------------------------------- */

/* Sets what holds it and until when, and as what it is told. Returns why it is
   needless, or NULL. */
const char *gates_pass(struct engine *engine, struct waiting *waiting,
	instant now);
/* Whether it is past the pace of its group; or waits for no others, but for the
   group's interval. */
bool reason_is_pressing(enum notify_reason reason);
bool reason_is_timed(enum notify_reason reason);
/* What it is about: its alert, open or over, else its event. */
struct route_subject waiting_subject(const struct engine *engine,
	const struct waiting *waiting);
struct route_subject event_subject(const struct engine *engine,
	const struct event *event);

/* --- hearings.c ---------------------------------------------------------- */

struct story *story_find(const struct telling *telling, int64_t alert);
struct story *story_of(struct telling *telling, int64_t alert);
struct ear *ear_find(const struct story *story,
	const struct receiver *receiver);
struct ear *ear_of(struct story *story, struct receiver *receiver);
/* Forgets one that has heard nothing and waits for nothing: what follows from the
   alert is told there by itself. */
void ear_leave(struct engine *engine, struct ear *ear, instant now);
/* Its alert is over: its consequences go on, and what waits is no longer an
   ear's. */
void story_end(struct engine *engine, struct story *story, instant now);
void story_free(struct telling *telling, struct story *story);
void stories_free(struct telling *telling);
/* The alert as it stands, owned by the effects; NULL: it is not open. */
const struct alert *story_alert(struct engine *engine, struct story *story,
	struct effects *effects);

/* --- reminding.c --------------------------------------------------------- */

/* A tenth of a time before its end, at most a day. */
instant warning_before(instant from, instant until);
instant acknowledgement_warning(const struct alert *alert);
/* Plans when something of it comes next. */
void story_plan(struct engine *engine, struct story *story);
/* … after its routes may be others: many may be so at once, and each is planned
   when it is its turn. */
void story_renew(struct engine *engine, struct story *story, instant now);
void stories_advance(struct engine *engine, instant now,
	struct effects *effects);
/* Whether there are more than one call may take. */
bool stories_are_due(const struct engine *engine, instant now);

/* --- silences.c ---------------------------------------------------------- */

/* One that is not over, or whose end is still to be told. */
struct silent {
	struct silence silence;	/* strings owned */
	struct match *matches;
	size_t match_count;
	bool warned;		/* looked at for that, and not to be again */
};

struct silences {
	struct silent **items;	/* by id */
	size_t count, capacity;
	int64_t last_id;
	instant next;		/* a warning or an end; INSTANT_MAX */
};

instant silent_end(const struct silent *silent);
bool silent_is_over(const struct silent *silent, instant now);
/* When it is time for a word that it is about to end. */
instant silent_warning(const struct silent *silent);
bool silent_matches(const struct silent *silent,
	const struct route_subject *subject);
void silent_free(struct silent *silent);
/* Plans what comes next. */
void silences_plan(struct silences *silences);
instant silences_next(const struct engine *engine);
/* The end of those that hold a subject at a time, and one of them; that time
   itself: none does. */
instant silences_hold(const struct engine *engine,
	const struct route_subject *subject, instant at, int64_t *silence);

/* --- unsilencing.c ------------------------------------------------------- */

/* What was due until then has been done. */
void silences_start(struct silences *silences, instant alive);
/* Whether one over a subject is about to end, and people are told so. */
bool silences_warn(const struct engine *engine,
	const struct route_subject *subject, instant now);
/* Names the alerts that are held back beside an item's, which warns. */
void silences_name(const struct engine *engine, struct item *item,
	const struct receiver *receiver, struct effects *effects);
/* Warns before the end of some, and tells what those held that are over. */
void silences_advance(struct engine *engine, instant now,
	struct effects *effects);

#endif
