/*
 * series: every vintage of every period of one indicator, in memory.
 *
 * Bitemporal: each vintage has the time it was published and the time we
 * recorded it. Nothing is ever overwritten; what is known at a time is found,
 * not kept. Vintages stand in one array, by period, then published, then
 * recorded, then id.
 */
#ifndef PLEDGED_CORE_SERIES_H
#define PLEDGED_CORE_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/decimal.h"
#include "core/period.h"

/* Why a figure is kept and shown, but not used. */
enum quarantine {
	QUARANTINE_NONE,
	QUARANTINE_DOMAIN,	/* outside the indicator's domain */
	QUARANTINE_JUMP,	/* too far from the figure before it */
	QUARANTINE_DUPLICATE,	/* its own release gives it twice, differently */
	QUARANTINE_RELEASE	/* of a release that contradicts too much */
};

const char *quarantine_name(enum quarantine quarantine);	/* "domain" … */
/* "outside the indicator's domain" …; what it says of a figure. */
const char *quarantine_words(enum quarantine quarantine);

struct observation {
	struct decimal value;
	struct period period;
	instant published;
	instant recorded;
	int64_t id;		/* row in the store; 0 before it has one */
	bool published_assumed;	/* no row and no fetch told when */
	bool provisional;
	uint8_t quarantine;	/* enum quarantine */
};

/* What was known: published at or before one time, recorded by another. */
struct knowledge {
	instant published_by;
	instant recorded_by;	/* INSTANT_MAX: whatever we know today */
};

struct series {
	struct observation *items;
	size_t count;
	size_t capacity;
	uint64_t changes;	/* grows with every addition */
	enum frequency frequency;	/* of all its periods; NONE: mixed or empty */
	instant first_published;	/* the earliest; INSTANT_MAX: empty */
	instant last_published;		/* the latest; INSTANT_MIN: empty */
};

void series_init(struct series *series);
void series_release(struct series *series);

enum series_news {
	SERIES_SAME,	/* says nothing new: not added */
	SERIES_NEW,	/* the first figure of its period */
	SERIES_REVISED,	/* a period that had another figure, known before it */
	SERIES_EARLIER	/* a vintage older than one already known */
};

/*
 * Adds a vintage unless it repeats the one in force just before it (same value,
 * same provisional mark), with no other word of that period since; or, in
 * quarantine, any that was held since that one. Where the figure in force comes
 * back after one that was held, it is added again: the last word is plausible.
 * Same published and another value: a correction, which wins by being recorded
 * later. A row
 * of the store (its id is not 0) has passed this once, in the order of its
 * time, and is kept whatever stands there by now; only the same row again is
 * SERIES_SAME. previous (may be NULL) receives the vintage it revises.
 */
enum series_news series_add(struct series *series,
	const struct observation *observation, struct observation *previous);

/*
 * Adds many, ascending by period, in one pass: each as series_add would, which
 * moves all that stands behind. Between begin and end the series itself is not
 * to be looked at.
 */
struct series_merge {
	struct series *series;
	struct series merged;
	size_t position;	/* of the series: what is not yet in merged */
};
void series_merge_begin(struct series_merge *merge, struct series *series);
enum series_news series_merge_add(struct series_merge *merge,
	const struct observation *observation, struct observation *previous);
void series_merge_end(struct series_merge *merge);

/* The vintage of a period in force under what is known; NULL: none. A
   quarantined vintage is passed over. */
const struct observation *series_at(const struct series *series,
	struct period period, struct knowledge known);

/* The same for the latest period that ended by an instant in a zone. NULL:
   none. */
const struct observation *series_last(const struct series *series,
	instant ended_by, const struct zone *zone, struct knowledge known);
/* The same for the earliest period that ended in [from, to]. */
const struct observation *series_first(const struct series *series,
	instant from, instant to, const struct zone *zone,
	struct knowledge known);
/* The known vintage of the next period after a given one (NONE: the first). */
const struct observation *series_next(const struct series *series,
	struct period after, struct knowledge known);
/* The known vintage of the last period not after a given one in the order of
   period_compare. NULL: none. */
const struct observation *series_until(const struct series *series,
	struct period period, struct knowledge known);
/* The same of the very last period. */
const struct observation *series_latest(const struct series *series,
	struct knowledge known);

/*
 * To walk many periods in one pass: the position of the first vintage of the
 * first period not before a given one, and, from a position, the known vintage
 * of the next period that has one (NULL at the end), moving on past its others.
 */
size_t series_position(const struct series *series, struct period period);
const struct observation *series_walk_vintages(const struct series *series,
	size_t *position, struct knowledge known);

static inline bool observation_is_known(const struct observation *item,
	struct knowledge known)
{
	return item->published <= known.published_by &&
		item->recorded <= known.recorded_by && !item->quarantine;
}

/* Mostly a period has one vintage, and it is known. */
static inline const struct observation *series_walk(const struct series *series,
	size_t *position, struct knowledge known)
{
	const struct observation *item;

	if (*position + 1 >= series->count)
		return series_walk_vintages(series, position, known);
	item = &series->items[*position];
	if (!observation_is_known(item, known) ||
	    period_equal(item->period, item[1].period))
		return series_walk_vintages(series, position, known);
	++*position;
	return item;
}

/* The earliest `published` after a time; INSTANT_MAX: none. When more will
   be known without anything being recorded. */
instant series_next_publication(const struct series *series, instant after);

#endif
