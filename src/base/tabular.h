/*
 * tabular: JSON objects as lines of CSV (RFC 4180). Each column stands for one
 * member, that of an object within by its path: "forecast.value". Numbers are
 * digit for digit as they were written; null, and what is not there, is an
 * empty cell; a list, and an object that a column stands for whole, is a cell
 * of JSON. What no column stands for is left out.
 */
#ifndef PLEDGED_BASE_TABULAR_H
#define PLEDGED_BASE_TABULAR_H

#include "base/slice.h"
#include "base/text.h"

#define TABULAR_COLUMNS_MAX 512

struct tabular_column {
	char *title;
	char *path;
};

struct tabular {
	struct tabular_column *columns;
	struct slice *cells;	/* of the row being written */
	size_t count, room;
};

void tabular_init(struct tabular *tabular);
void tabular_release(struct tabular *tabular);
/* One more column, of which rows should have the members in this order: it is
   quicker so. false: there are TABULAR_COLUMNS_MAX. */
bool tabular_column(struct tabular *tabular, const char *title,
	const char *path);

/* The line of titles, and an object as a line; both end in CR LF. */
void tabular_head(const struct tabular *tabular, struct text *out);
void tabular_row(struct tabular *tabular, struct slice object,
	struct text *out);

#endif
