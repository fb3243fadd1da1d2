/*
 * outbox_internal: what the parts of the outbox share. Nothing outside outbox.c
 * and outbox_*.c reads this.
 *
 *	BEHIND ──those before have ended──→ WAITING ──due──→ READY
 *	                                       ↑               │ room
 *	                                       └──failed── UNDER_WAY ──→ gone
 */
#ifndef PLEDGED_CORE_OUTBOX_INTERNAL_H
#define PLEDGED_CORE_OUTBOX_INTERNAL_H

#include "core/engine_internal.h"

#include "base/log.h"
#define uthash_malloc(size) mem_new(1, size)
#define uthash_fatal(message) log_bug("%s", message)
#include <uthash.h>

#define BACKOFF_FIRST INT64_C(10)
#define BACKOFF_MAX INT64_C(3600)
#define REST_MAX INT64_C(300)		/* of a channel, between two trials */
#define RETRY_AFTER_MAX INT64_C(86400)
#define GIVEN_UP_AFTER (INT64_C(3) * 86400)
#define TEST_GIVEN_UP_AFTER INT64_C(3600)
#define TRIED_AT_LEAST INT64_C(3600)	/* … after a start, whatever its age */
#define FAILING_AFTER INT64_C(3600)	/* without a success: operators hear */
#define WINDOW_FIRST 4			/* under way at once, until it is seen how
					   the channel takes it */
#define REFUSALS_MAX 10			/* in a row: it is the channel */
#define ENDED_AT_ONCE 200		/* given up by one call */

enum entry_state { ENTRY_BEHIND, ENTRY_WAITING, ENTRY_READY, ENTRY_UNDER_WAY };

struct outlet;
struct pile;
struct place;

/* What an entry tells, as long as it may have to be told elsewhere. */
struct content {
	struct mention mention;	/* its strings are the entry's block */
	struct event event;
};

struct entry {
	struct delivery delivery;
	enum entry_state state;
	struct outlet *outlet;
	struct place *places;	/* its lines, one for each subject it tells of */
	size_t place_count;
	size_t blockers;	/* lines in which others stand before it */
	struct content *contents;
	size_t content_count;
	char *strings;		/* of the contents */
	bool is_test;
	bool by_hand;		/* somebody waits for this attempt: before all
				   others, and though the channel rests */
	bool tried;		/* in vain: others are sent before it … */
	bool refused;		/* … also when the channel is there again, since
				   it was when it did not take this */
	instant created;
	instant given_up;	/* no attempt after this one */
	instant planned;	/* when delivery.next was */
	instant wake;		/* WAITING: until then */
	struct pile *pile;	/* WAITING, READY: where it is */
	size_t slot;		/* … and its place there */
	size_t position;	/* in the outbox's items */
	UT_hash_handle hh;	/* by notification */
};

/* A binary heap of entries that know their place. */
struct pile {
	struct entry **items;
	size_t count;
	size_t capacity;
	bool by_time;		/* by wake, then id; else in the order of sending */
};

void pile_add(struct pile *pile, struct entry *entry);
void pile_remove(struct entry *entry);

/*
 * A channel, as long as the engine lives.
 *
 * How many it is sent at once grows with each that it takes, from WINDOW_FIRST
 * to most, so that one which hangs holds little of what all share. When it
 * cannot be reached it rests, and is tried with one at a time, another one each
 * time; the others wait untried until one has arrived.
 */
struct outlet {
	char *id;
	bool open;		/* the policy has it */
	struct pile ready;
	size_t pending;
	int under_way;
	int most;		/* under way at once */
	int window;		/* … as things are */
	instant rest;		/* nothing is sent before */
	int32_t failures;	/* rests in a row */
	int refusals;		/* attempts in a row that failed for now */
	instant failing;	/* since when nothing has arrived that was tried;
				   INSTANT_MIN: it is well, or not known */
	bool told;		/* its delivery_failed fires … */
	enum severity severity;	/* … and how much that was told as */
	char answer[DELIVERY_ANSWER_MAX]; /* of the last failure */
	UT_hash_handle hh;
};

struct line;

struct outbox {
	struct entry **items;	/* all pending, in no order */
	size_t count;
	size_t capacity;
	struct entry *by_id;
	struct outlet *outlets;
	struct line *lines;
	struct pile waiting;
	int64_t last_id;
};

/* --- outbox.c ------------------------------------------------------------ */

struct entry *outbox_find(const struct outbox *outbox, int64_t id);
struct entry *entry_new(struct outbox *outbox,
	const struct notification *notification);
void entry_save(const struct entry *entry, struct effects *effects);
/* Delivered, dead or dropped: no more is to be done about it. It is told
   elsewhere where that is due. */
void entry_end(struct engine *engine, struct entry *entry,
	enum delivery_state state, instant now, struct effects *effects);
/* An entry that may move: it waits until its time, or is ready. */
void entry_move_up(struct outbox *outbox, struct entry *entry, instant now);

/* --- outbox_lines.c ------------------------------------------------------ */

/* Puts an entry into the lines of what it tells of, by number, though behind
   one that is under way; it moves up at once if it is the first in all. */
void lines_join(struct outbox *outbox, struct entry *entry, instant now);
/* … and out of them: those that are first now move up. */
void lines_leave(struct outbox *outbox, struct entry *entry, instant now);
/* Makes its places out of what it tells. */
void lines_of(struct entry *entry, const struct item *items, size_t count);
void lines_free(struct outbox *outbox);

/* --- outbox_health.c ----------------------------------------------------- */

/* mails: how many of one channel at once. */
void outlet_open(struct outlet *outlet, const struct channel *channel, int mails);
bool outlet_may_send(const struct outlet *outlet, instant now);
/* What an attempt says of the channel. */
void outlet_heard(struct outbox *outbox, const struct entry *entry,
	enum delivery_outcome outcome, int64_t retry_after, instant now);
/* When time alone changes something of it. */
instant outlet_next(const struct outlet *outlet);
/* What was restored says that it is failing. */
void outlets_restored(struct engine *engine, instant now);
/* A message has arrived: whoever heard that none do hears that. */
void outlet_recovered(struct engine *engine, struct outlet *outlet,
	instant now, struct effects *effects);
/* Operators hear of it when nothing has arrived for too long. */
void outlet_look(struct engine *engine, struct outlet *outlet, instant now,
	struct effects *effects);
/* A message is given up: operators hear of it, and the fallback hears it; of a
   channel that is gone, those that are in its place. */
void outlet_lost(struct engine *engine, const struct entry *entry,
	instant now, struct effects *effects);

#endif
