/*
 * world: a register and its figures, made in code for a test.
 *
 * One instrument, "deal" (signed 2020-01-15, in force 2020-02-14, its zone
 * New York unless changed before world_finish), one pledge, "p".
 */
#ifndef PLEDGED_TESTS_WORLD_H
#define PLEDGED_TESTS_WORLD_H

#include "core/assess.h"

#define WORLD_THINGS_MAX 32
#define WORLD_MILESTONES_MAX 1024

struct world {
	struct register_ *reg;
	struct history *history;
	struct faults faults;
	struct zone *zones[WORLD_THINGS_MAX];
	size_t zone_count;
};

void world_init(struct world *world);
void world_release(struct world *world);

/* A system's zone, freed with the world. */
const struct zone *world_zone(struct world *world, const char *name);
struct indicator *world_indicator(struct world *world, const char *id,
	enum frequency frequency, int64_t lag_days);
/* An empty calendar with a weekend of Saturday and Sunday. */
struct calendar *world_calendar(struct world *world, const char *id);
/* Days off, "2020-01-24", and those of a calendar that work all the same. */
void world_holidays(struct world *world, struct calendar *calendar,
	const char *first, const char *last);
void world_working(struct world *world, struct calendar *calendar,
	const char *first, const char *last);
/* One of documents. */
struct indicator *world_documents(struct world *world, const char *id,
	int64_t lag_days);
struct pledge *world_pledge(struct world *world, const char *id);
/* Of the pledge added last; due and benchmark may be NULL. */
struct milestone *world_milestone(struct world *world, const char *name,
	const char *due, const char *benchmark);
/* Its clauses, made when first asked for. */
struct clauses *world_clauses(struct world *world,
	struct milestone *milestone);
struct said world_said(const char *text, int line);
/* register_finish; fails the test on errors, unless they are wanted. */
void world_finish(struct world *world);

/* One vintage. published: a date is the end of that day in the zone. */
void world_observe(struct world *world, const char *indicator,
	const char *period, const char *value, const char *published);
/* One version of a document; date "": none. */
void world_document(struct world *world, const char *indicator,
	const char *key, const char *date, const char *title,
	const char *published);
/* A good poll of a source. */
void world_polled(struct world *world, const char *source, const char *at);
/* What somebody attests to the daemon, on a day and said then, or later. */
void world_attest(struct world *world, const char *milestone, const char *key,
	const char *by, bool yes, const char *on, const char *at);
/*
 * The rows of a CSV file of the examples, which has no quotes. prefix comes
 * before the name; rows of indicators that there are not are left out.
 */
struct world_columns {	/* which column is what, from 0 */
	size_t published, name, period, value;
};
void world_read(struct world *world, const char *file, const char *prefix,
	struct world_columns columns);

/* The end of that day in the milestone's zone, or the instant itself. */
instant world_time(const struct world *world, const char *time);
/* As of a time. Fails the test when there is no such milestone. */
struct assessment world_assess(struct world *world, const char *milestone,
	const char *as_of);
/* The sentence; valid until the next call. */
const char *world_reason(struct world *world, const char *milestone,
	const struct assessment *assessment);
/* The number of a fault whose text holds the words; SIZE_MAX: none. */
size_t world_fault(const struct world *world, const char *words);

#endif
