/*
 * polled: when a source was read to the end without fault, so that what it
 * did not list by then is known to be absent. Only grows; one instant a poll.
 */
#ifndef PLEDGED_CORE_POLLED_H
#define PLEDGED_CORE_POLLED_H

#include "core/history.h"
#include "core/poll.h"
#include "core/register.h"

enum polled_standing {
	POLLED_AS_RECORDED,
	POLLED_ALWAYS,		/* read offline: as at any time asked about */
	POLLED_NEVER		/* could not be read offline */
};

/* A good poll. */
struct polled_time {
	instant started;	/* what it did not list was absent then */
	instant recorded;	/* when we had read it */
};

struct polled_list {
	struct polled_time *items;	/* by when they began */
	size_t count, capacity;
};

struct polled_times {
	struct polled_list all;
	struct polled_list found;	/* of these, in which something was found */
	bool faulty;			/* a row of what was read last was rejected */
	bool empty;			/* nothing was found in it */
	enum polled_standing standing;
};

void polled_init(struct polled_times *polled);
void polled_release(struct polled_times *polled);

/*
 * Takes a poll that has ended, in the order of time. Good is one that was read
 * and of which no row was rejected, or one that found the same as such a one.
 * Returns whether it was good.
 */
bool polled_add(struct polled_times *polled, struct polled_time time,
	enum fetch_outcome outcome, size_t rows, size_t rejected);

/*
 * The last good poll known at a time; INSTANT_MIN: none. An answer in which
 * nothing was found is as likely the page of a failure (a login, an apology, a
 * feed that was reset) as an empty list: it tells of no absence, unless
 * may_be_empty says that the source answers so.
 */
instant polled_last(const struct polled_times *polled, bool may_be_empty,
	struct knowledge known);
/* The first one likewise. */
instant polled_first(const struct polled_times *polled, bool may_be_empty,
	struct knowledge known);

/*
 * Until when a series of documents is complete under what is known: the last
 * good poll, less the indicator's lag, of each source that gives it, and the
 * earliest of these. INSTANT_MIN: nothing is known to be absent. Such are the
 * sources that name the indicator, and those whose rows have.
 */
instant documents_covered(const struct register_ *reg, struct history *history,
	uint32_t indicator, struct knowledge known, const struct zone *zone);

/*
 * Since when it is: of each source that lists only the newest (source_lists_newest)
 * the date of the oldest document it has listed, or its first good poll where it
 * has listed none, and the latest of these. INSTANT_MIN: every source lists all.
 */
instant documents_covered_since(const struct register_ *reg,
	struct history *history, uint32_t indicator, struct knowledge known,
	const struct zone *zone);

/*
 * When such a series counts as no longer read: its last good poll, the lag and
 * twice the time between polls (a day where the source sets none) are over.
 * INSTANT_MAX: never, INSTANT_MIN: it never was read.
 */
instant documents_stale_after(const struct register_ *reg,
	struct history *history, uint32_t indicator, struct knowledge known,
	const struct zone *zone);

#endif
