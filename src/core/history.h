/*
 * history: the series of all indicators, each brought in when first needed.
 *
 * The core asks; the shell has said at the start how a series is loaded (from
 * the store, or not at all when everything was put in by hand).
 */
#ifndef PLEDGED_CORE_HISTORY_H
#define PLEDGED_CORE_HISTORY_H

#include "core/series.h"

/*
 * Fills an empty series with all vintages of an indicator, in any order, by
 * series_add. Returns 0, or -1 when they cannot be read now: the series then
 * counts as having no figure for this judgement and is asked for again.
 */
typedef int history_load(void *context, const char *indicator,
	struct series *series);

struct history;

/* load may be NULL: all series start empty. */
struct history *history_new(history_load *load, void *context);
void history_free(struct history *history);

/* The series of an indicator, loaded if it was not. Never NULL; valid until
   history_free. Keyed by id, so that it outlives a reload of the register. */
struct series *history_series(struct history *history, const char *indicator);

#endif
