/*
 * row: one result of an extraction program, as text from a worker, checked
 * here into an observation, a figure or a document. The worker is not trusted;
 * neither is the row.
 */
#ifndef PLEDGED_CORE_ROW_H
#define PLEDGED_CORE_ROW_H

#include "core/documents.h"
#include "core/register.h"

struct row_text {		/* NULL: the field was absent or null */
	const char *indicator;
	const char *period;
	const char *value;
	const char *published;
	bool provisional;
	const char *key, *title, *url, *text;	/* of a document */
};

struct row {
	uint32_t indicator;
	struct observation observation;	/* id and recorded are 0; published is
					   INSTANT_MIN when the row gave none */
	uint32_t answer;		/* of the poll, that it was read from */
	struct document *document;	/* the row's own; its period and times are
					   those of observation. NULL: a figure */
};

/*
 * Checks one row: a known indicator (or the source's; NOT_FOUND is no source), a
 * period of the indicator's frequency, a decimal of at most 34 digits, a valid
 * time (a date: the end of that day in zone). A figure outside the indicator's
 * domain is marked as quarantined. Of a document: a key (else its url, else its
 * title), title or text, the period it may have, all UTF-8 and within the limits
 * of documents.h; a longer title is cut. -1 with what is wrong and the value that
 * is.
 */
int row_check(const struct register_ *reg, uint32_t source,
	const struct zone *zone, const struct row_text *text, struct row *out,
	struct error *error);

/* Frees what a checked row owns. */
void row_release(struct row *row);

/* The time a figure without one is taken to be known: the end of its period
   in zone plus the indicator's lag. */
instant row_published_assumed(const struct indicator *indicator,
	struct period period, const struct zone *zone);

#endif
