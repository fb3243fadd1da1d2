/*
 * history: everything that was recorded, each part brought in when first
 * needed: the figures and the documents of each indicator, what people have
 * attested of each milestone, and when each source was read.
 *
 * The core asks; the shell has said at the start how a part is loaded (from
 * the store, or not at all when everything was put in by hand). All is kept by
 * id, so that it outlives a reload of the register.
 */
#ifndef PLEDGED_CORE_HISTORY_H
#define PLEDGED_CORE_HISTORY_H

#include "core/series.h"

struct attestations;	/* core/attestations.h */
struct documents;	/* core/documents.h */
struct polled_times;	/* core/polled.h */

/*
 * Fills an empty series with all vintages of an indicator, in any order, by
 * series_add. Returns 0, or -1 when they cannot be read now: the series then
 * counts as having no figure for this judgement and is asked for again.
 */
typedef int history_load(void *context, const char *indicator,
	struct series *series);

/* The same of the rest: by documents_add, attestations_add, polled_add (in the
   order of time). NULL: all of a kind start empty. */
struct history_loads {
	int (*documents)(void *context, const char *indicator,
		struct documents *documents);
	int (*attestations)(void *context, const char *milestone,
		struct attestations *attestations);
	int (*polled)(void *context, const char *source,
		struct polled_times *polled);
};

struct history;

/* load may be NULL: all series start empty. */
struct history *history_new(history_load *load, void *context);
/* Before anything is asked of it; by the context of history_new. */
void history_load_by(struct history *history, const struct history_loads *loads);
void history_free(struct history *history);

/* The series of an indicator, loaded if it was not. Never NULL; valid until
   history_free. */
struct series *history_series(struct history *history, const char *indicator);
/* The same if it is loaded; NULL: it is not, and nothing is done. */
const struct series *history_loaded(const struct history *history,
	const char *indicator);
/* As the series. */
struct documents *history_documents(struct history *history,
	const char *indicator);
struct attestations *history_attestations(struct history *history,
	const char *milestone);
struct polled_times *history_polled(struct history *history,
	const char *source);

/* Another register takes the place of the one that was judged: nothing made of
   its zones is kept. */
void history_forget_register(struct history *history);

#endif
