/*
 * tellings: what a store keeps of what is to be told and has been, in memory:
 * exactly what the effects say shall be saved. It fails the test when these do
 * not fit together: a mention told or dropped that does not wait, or saved twice.
 */
#ifndef PLEDGED_TESTS_TELLINGS_H
#define PLEDGED_TESTS_TELLINGS_H

#include "core/engine.h"

/* One item that was told. */
struct told_item {
	instant at;
	char channel[32];
	int64_t notification, mention, event, alert, thread;
	enum notify_reason reason;
	enum severity severity;	/* of the alert, else the event */
};

struct tellings {
	struct event *events;		/* by id - 1 */
	struct alert *alerts;		/* likewise */
	struct mention *mentions;	/* that wait, by id */
	struct hearing *hearings;
	struct silence *silences;	/* by id - 1 */
	struct heard_group {
		char *channel, *group;
		instant told;
	} *groups;
	struct told_item *tolds;
	size_t event_count, alert_count, mention_count, hearing_count,
		silence_count, group_count, told_count;
	size_t event_room, alert_room, mention_room, hearing_room,
		silence_room, group_room, told_room;
	int64_t last_mention;
	size_t mentions_saved, mentions_dropped;
	struct text *log;		/* a line for each notification; NULL */
	bool forgets;			/* who has heard: no restart is to come */
	instant base;			/* times in it are since then: "D hh:mm:ss" */
};

void tellings_release(struct tellings *tellings);
/* Keeps what an effect says; others are left alone. */
void tellings_take(struct tellings *tellings, const struct effect *effect);
/* The ids that have been used. */
void tellings_settings(const struct tellings *tellings,
	struct engine_settings *settings);
/* What a start brings back, but alerts that are open. */
void tellings_restore(const struct tellings *tellings, struct engine *engine);

#endif
