/*
 * flat: objects as the rows of a CSV (RFC 4180) with a line of names. A nested
 * member has a column of its own, "forecast.value", "label.sector"; an array is
 * its JSON in one cell. Values are as the daemon wrote them, to the last digit,
 * but made printable.
 */
#ifndef PLEDGED_PLEDGECTL_FLAT_H
#define PLEDGED_PLEDGECTL_FLAT_H

#include "pledgectl/lists.h"

#define FLAT_COLUMNS_MAX 4096
#define FLAT_DEPTH_MAX 8	/* deeper objects are their JSON, too */

/* Writes the items to standard output; where there is none, the keys of kind
   (NULL: nothing) are the line of names. */
void flat_print(const struct items *items, const struct list_kind *kind);

#endif
