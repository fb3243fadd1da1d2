/*
 * rig: the engine on a virtual clock, with a store in memory that keeps exactly
 * what the effects say shall be saved, so that a restart finds no more than that.
 *
 * What happens is written to a log, a line each: an event as "kind subject
 * from>to", with "(late: TIME)" behind where it is, and its reason on the next
 * line where that is asked for; an alert as "+kind subject" when it is raised,
 * "~" told otherwise, "=" acknowledged, "-" resolved and "/" withdrawn, each item
 * of a notification as "!channel kind".
 */
#ifndef PLEDGED_TESTS_RIG_H
#define PLEDGED_TESTS_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "core/engine.h"
#include "core/polled.h"
#include "tellings.h"
#include "world.h"

#define DAY INT64_C(86400)

/* --- the store: what a restart finds ------------------------------------- */

#define KEPT_MAX 64

struct kept_milestone {
	char id[REGISTER_ID_MAX];
	struct milestone_state state;
};

struct kept_source {
	char id[REGISTER_ID_MAX];
	struct source_state state;
};

struct kept_figure {
	char indicator[REGISTER_ID_MAX];
	char source[REGISTER_ID_MAX];	/* "": people */
	struct observation observation;
};

struct kept_delivery {
	char channel[32];
	struct notification notification;
	struct delivery delivery;
	struct item *items;
};

struct store {
	struct kept_milestone milestones[WORLD_MILESTONES_MAX];
	struct kept_source sources[KEPT_MAX];
	size_t milestone_count, source_count;
	struct alert *alerts;		/* by id - 1 */
	struct kept_figure *figures;
	struct kept_delivery *deliveries; /* by id - 1 */
	size_t alert_count, figure_count, delivery_count;
	size_t alert_room, figure_room, delivery_room;
	int64_t last_event;
	size_t assessments_saved;
	struct history *history;	/* documents, attestations and polls */
	struct tellings tellings;
};

/* --- the rig ------------------------------------------------------------- */

enum { FETCHES_KEPT = 64 };

struct rig {
	struct world world, next_world;	/* next_world: after a reload */
	struct world *present;
	struct history *history;
	struct engine_settings settings;
	struct engine *engine;
	struct effects effects;
	struct store store;
	instant now;
	size_t budget;			/* of each engine_advance */
	struct text log;		/* what was announced */
	struct text causes;		/* why answers changed */
	bool log_times, log_reasons;
	bool only_events;		/* no notifications in the log */
	bool hold_fetches, hold_sends;	/* the test answers them itself */
	uint32_t fetches[FETCHES_KEPT];
	size_t fetch_count;
	int64_t *sends;
	size_t send_count, send_room;
	/* What a source gives; NULL: nothing new. */
	size_t (*publish)(struct rig *rig, uint32_t source, struct row *rows,
		struct fetch_report *report);
	enum delivery_outcome (*receive)(const struct rig *rig, int64_t id);
};

#define ROWS_MAX 1024		/* of one poll */

/* Two channels, "desk" and "ops", which hears what concerns operators. */
extern const struct policy rig_policy;

void rig_init(struct rig *rig, enum first_sight first_sight);
void rig_release(struct rig *rig);
struct source *rig_source(struct world *world, const char *id);

/* time NULL: now. */
void rig_start(struct rig *rig, const char *time);
/* kill -9, and a new process with what the store has. */
void rig_restart(struct rig *rig);
/* Performs the effects of the last call. */
void rig_perform(struct rig *rig);
/* Answers whatever the test does not answer itself, and lets the engine do
   what is due at this instant. */
void rig_work(struct rig *rig);
void rig_to(struct rig *rig, instant to);
void rig_until(struct rig *rig, const char *time);
void rig_answer_fetch(struct rig *rig, uint32_t source);
void rig_answer_send(struct rig *rig, int64_t id);

struct row rig_row(const struct rig *rig, const char *indicator,
	const char *period, const char *value, const char *published);
/* A row, or a figure, arrives now from the first source. */
void rig_take_row(struct rig *rig, const struct row *row);
void rig_feed(struct rig *rig, const char *indicator, const char *period,
	const char *value, const char *published);

/* What was announced since the last look. */
void rig_expect(struct rig *rig, const char *want);
/* Why answers changed since the last look. */
void rig_expect_causes(struct rig *rig, const char *want);
enum status rig_status(const struct rig *rig, const char *milestone);

/* law: a dated step, due 2020-12-31 with 30 days of grace. sum: a yearly sum on
   a linear path from the start of the year, figures 40 days after the month. */
void deal_init(struct rig *rig, enum first_sight first_sight);

#endif
