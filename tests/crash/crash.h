/*
 * crash: pledged itself on a virtual clock, with its store on a real file, and
 * all that is outside of it: sources, receivers, people. A process may be killed
 * at any of its steps; what is outside lives on.
 *
 *	engine effects ─absorb→ batch │ commit │ send │ answer │ …
 *	                              ↑        ↑      ↑
 *	                      points at which it may be killed
 *
 * Turns, the restoring of the engine and the messages are the daemon's own code;
 * the loop, the network and the workers are what is made up here.
 */
#ifndef PLEDGED_TESTS_CRASH_H
#define PLEDGED_TESTS_CRASH_H

#include "pledged/daemon.h"

#define HOUR INT64_C(3600)
#define DAY INT64_C(86400)

enum crash_point {
	POINT_UNSAVED,		/* effects are in the batch, which is not committed */
	POINT_SAVED,		/* it is; nothing has left yet */
	POINT_SENT,		/* the receiver has it; we do not know yet */
	POINT_COUNT
};
const char *crash_point_name(enum crash_point point);

/* What must hold, in a child too. */
#define crash_check(what) \
	((what) ? (void)0 : crash_fail("%s:%d: %s", __FILE__, __LINE__, #what))
_Noreturn void crash_fail(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* --- outside.c: what a kill does not touch --------------------------------- */

#define DEEDS_MAX 64

/* A message, as a receiver keeps it. */
struct message {
	char id[40];
	uint64_t body;		/* its bytes, as a hash */
	bool taken;		/* the receiver has it; else it was only seen */
	int times;		/* how often it came */
};

struct outside {
	struct message *messages;
	size_t message_count, message_room;
	char **told;		/* "desk slipped p/one not_met first", one an item */
	size_t told_count, told_room;
	bool done[DEEDS_MAX];	/* deeds that were acknowledged to who did them */
	struct text faults;	/* what no receiver should have to see */
};

void outside_init(struct outside *outside);
void outside_release(struct outside *outside);

/* What a receiver does with a message. */
enum delivery_outcome outside_receive(struct outside *outside,
	struct store *store, int64_t notification, const char *channel,
	instant now);
/* What a source answers. Returns how many rows. */
#define ROWS_MAX 64
size_t outside_answer(const struct register_ *reg, uint32_t source,
	instant now, struct row rows[ROWS_MAX], struct fetch_report *report);

struct deed {			/* what people do */
	instant at;
	/* The answer stands when it is durable; false: there is nothing to do. */
	bool (*fn)(struct daemon *daemon, const struct deed *deed, instant now);
	const char *subject, *words;
};
extern const struct deed deeds[];
extern const size_t deed_count;
/* When another register is in force. */
extern const instant tale_start, tale_reload, tale_end;

/* Sorts what was told, to compare. */
void outside_sort(struct outside *outside);
/* What differs from what should have been told, a line each. true: nothing. */
bool outside_same(const struct outside *expected, const struct outside *found,
	struct text *out);

/* --- life.c: one process --------------------------------------------------- */

struct life;
typedef void life_point(void *context, struct life *life,
	enum crash_point point);

/* A process that goes on from what is in a folder; it is called at every point at
   which it may be killed. Runs to the end of the story. */
void life_run(const char *dir, struct outside *outside, instant now,
	life_point *fn, void *context);
instant life_now(const struct life *life);
const char *life_dir(const struct life *life);
struct outside *life_outside(const struct life *life);

#endif
