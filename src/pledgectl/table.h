/*
 * table: a CSV (RFC 4180, UTF-8, with or without BOM) in memory, its cells one
 * after the other.
 */
#ifndef PLEDGED_PLEDGECTL_TABLE_H
#define PLEDGED_PLEDGECTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct table {
	const char *at, *end;
	size_t line;		/* of the cell read last, from 1 */
	bool row_ended;		/* that cell was the last of its row */
	bool broken;		/* a quote that is not closed, or in a cell that
				   does not begin with one */
};

void table_init(struct table *table, const char *bytes, size_t length);
/* Puts the next cell into out; false at the end, or where it is broken. Lines
   without a byte are passed over. */
bool table_next(struct table *table, struct text *out);

#endif
