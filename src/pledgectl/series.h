/*
 * series: how a recurring milestone was kept, instance by instance.
 */
#ifndef PLEDGED_PLEDGECTL_SERIES_H
#define PLEDGED_PLEDGECTL_SERIES_H

#include "pledgectl/verbs.h"

/* Whether an answer about a milestone is about a series; then prints it to
   standard output as a table, or its instances as CSV; false, too, in other
   forms. The answer is taken over: it is released when true is returned. */
bool series_print(const struct request *request, struct text *answer);

#endif
