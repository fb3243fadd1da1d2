/*
 * flat: objects of an answer as a CSV, its columns whatever members they have: a
 * nested one has a column of its own, "forecast.value", "label.sector"; see
 * base/tabular.h. Lines end as they do elsewhere on the machine. To a terminal it
 * is made printable, to a file or a program it is byte for byte.
 */
#ifndef PLEDGED_PLEDGECTL_FLAT_H
#define PLEDGED_PLEDGECTL_FLAT_H

#include "pledgectl/lists.h"

/* Writes the items to standard output; where there is none, the keys of kind
   (NULL: nothing) are the line of names. */
void flat_print(const struct items *items, const struct list_kind *kind);

#endif
