/*
 * documents: the texts of one indicator, every version of each.
 *
 * A document is known by its key: seen again it is the same, and with another
 * title, address, text or date it is a revision. Bitemporal as figures are:
 * each version has the time it was published and the time we recorded it, and
 * nothing is ever overwritten. What a source no longer lists stays.
 *
 * A document is dated by its period, else by when it was first published.
 */
#ifndef PLEDGED_CORE_DOCUMENTS_H
#define PLEDGED_CORE_DOCUMENTS_H

#include "core/pattern.h"
#include "core/series.h"

#define DOCUMENT_KEY_MAX 500		/* bytes, without the NUL */
#define DOCUMENT_TITLE_MAX 1000
#define DOCUMENT_URL_MAX 2000
#define DOCUMENT_TEXT_MAX 65536
#define DOCUMENTS_MAX 500000		/* versions of one indicator; with so many
					   its absences are no longer known */
#define MATCHERS_MAX 20000		/* patterns remembered for one indicator */

struct document {
	const char *key, *title, *url, *text;	/* never NULL; "": absent */
	const char *source;		/* id of the one that gave it; "" none */
	struct period period;		/* NONE: dated by its publication */
	instant published;
	instant recorded;
	int64_t id;			/* row in the store; 0 before it has one */
	bool published_assumed;
};

/* A copy in one block, strings included. free() it. */
struct document *document_copy(const struct document *document);

/* A source that gave one of them, and since when that is known. */
struct document_source {
	char *id;
	instant published, recorded;
	const struct document **oldest;	/* versions it gave, each dated before all
					   that it had given until then */
	size_t oldest_count, oldest_capacity;
};

struct documents {
	struct document **items;	/* as they were taken in; they stay where
					   they are */
	size_t count, capacity;
	struct document_source *sources;
	size_t source_count, source_capacity;
	struct publication *published;	/* of each version, ascending, once asked */
	size_t published_count;
	instant last_published;		/* INSTANT_MIN: empty */
	instant last_recorded;
	bool unread;			/* they could not be loaded: of absence
					   nothing is known */
	struct titled *keys;		/* the versions of each key, by key */
	struct matcher *matchers;	/* what patterns have answered, by pattern */
	size_t matcher_count;
};

void documents_init(struct documents *documents);
void documents_release(struct documents *documents);

/*
 * Adds a copy of a version unless it repeats the one before it. A row of the
 * store (its id is not 0) is kept whatever stands there. kept (may be NULL)
 * receives what was added.
 */
enum series_news documents_add(struct documents *documents,
	const struct document *document, const struct document **kept);

/* The version before one of the same key under what is known; NULL: none. */
const struct document *documents_before(const struct documents *documents,
	const struct document *version);

/* Documents that match, by date. */
struct sightings {
	instant *dates;			/* ascending */
	size_t count;
	instant *doubtful;		/* of those that a limit left undecided */
	size_t doubtful_count;
	instant first_assumed;		/* the earliest whose publication is
					   assumed; INSTANT_MAX: none */
};

/*
 * What matches a pattern in title or text (NULL: every document) under what is
 * known. Valid until the next call or addition; asked again it costs nothing.
 */
const struct sightings *documents_sightings(struct documents *documents,
	const struct pattern *pattern, struct knowledge known,
	const struct zone *zone);
/* Another register, with other zones, takes the place of the one judged: what
   was made by zones is made anew. */
void documents_forget_zones(struct documents *documents);

/* The date of the oldest document that a source had given, as far as that is
   known; INSTANT_MAX: it had given none. */
instant document_source_reach(const struct document_source *source,
	struct knowledge known, const struct zone *zone);

/* How many of ascending dates lie in [from, to]. */
size_t dates_within(const instant *dates, size_t count, instant from,
	instant to);
/* The first of them after an instant; INSTANT_MAX: none. */
instant dates_after(const instant *dates, size_t count, instant after);

/* Whether title or text match a pattern. */
enum pattern_answer document_match(const struct document *document,
	const struct pattern *pattern);

/* When what is recorded by now next counts: a version is published, or a
   document's date comes. INSTANT_MAX: never. */
instant documents_next(struct documents *documents, instant now,
	const struct zone *zone);

/* Visits the version in force of each document that is known, in no order. */
typedef void document_visit(void *context, const struct document *document,
	instant dated);
void documents_visit(const struct documents *documents, struct knowledge known,
	const struct zone *zone, document_visit *visit, void *context);

#endif
