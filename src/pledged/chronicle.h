/*
 * chronicle: what became of one milestone, and what people did about it, in
 * order of time.
 *
 *	changes of its answer                   as they were saved
 *	acknowledgements of its alerts          also of those that are over
 *	silences, and their end by hand         that alerts of it may match as it
 *	                                        stands in the register now,
 *	                                        whatever their kind
 *	attestations                            said to the daemon, and registered
 *	figures handed in, held ones accepted   of the indicators that its benchmark
 *	                                        and its baseline name
 *
 * What happened in one second is told before what was judged in it. Of one that
 * has left the register silences, figures and what was registered are not known
 * any more.
 */
#ifndef PLEDGED_PLEDGED_CHRONICLE_H
#define PLEDGED_PLEDGED_CHRONICLE_H

#include "pledged/daemon.h"

/* Acknowledgements, and figures of all indicators together: the latest so many.
   Silences that are looked at, of all there were: the same. Together some tens
   of milliseconds at worst. */
#define CHRONICLE_DEEDS_MAX 1000
#define CHRONICLE_SILENCES_MAX 500
#define CHRONICLE_INDICATORS_MAX 100
/* Saved answers looked at in one call: some milliseconds. */
#define CHRONICLE_LOOKED_MAX 1000

enum chronicle_kind {
	CHRONICLE_ACKNOWLEDGEMENT, CHRONICLE_SILENCE, CHRONICLE_SILENCE_END,
	CHRONICLE_ATTESTATION, CHRONICLE_OBSERVATION, CHRONICLE_ACCEPTANCE,
	CHRONICLE_CHANGE
};
#define CHRONICLE_KINDS (CHRONICLE_CHANGE + 1)
const char *chronicle_kind_name(enum chronicle_kind kind);	/* "change" … */

/* Behind which entry the next is looked for; {0}: from the beginning. */
struct chronicle_place {
	int64_t change;		/* the last saved answer */
	instant time;		/* and the last deed: in this order */
	int kind;
	int64_t number;
};

/* Lives, with its strings, until the function that takes it returns. */
struct chronicle_entry {
	enum chronicle_kind kind;
	int64_t number;		/* of the answer, alert, silence, attestation (0:
				   it is registered), order or held figure */
	instant time;
	const char *what;	/* one line: "pending -> met; actual 1 -> 2", "alert 3
				   taken in hand until 2021-01-27T15:30:22Z" */
	const char *by;		/* who; NULL: nobody, or it is not known */
	const char *why;	/* in their words, or what caused it; NULL: none */
	const char *evidence;	/* NULL: none */
	instant until;		/* of what ends by itself; INSTANT_MIN */
	/* of a change, else NULL */
	const struct store_change *change;
	const struct milestone_state *before;	/* NULL: it is the first */
	const struct zone *zone;
};

/* false: enough, and this one was not taken. */
typedef bool chronicle_fn(void *context, const struct chronicle_entry *entry);

/*
 * Hands over the entries of a milestone (an id, also of one that has left the
 * register) behind a place, up to a time (INSTANT_MAX: all), oldest first; place
 * moves on to the last that was taken, or looked at. 1: there may be more; 0:
 * that was all; -1: the store cannot be read.
 */
int chronicle_visit(struct daemon *daemon, const char *milestone, instant until,
	struct chronicle_place *place, chronicle_fn *fn, void *context,
	struct error *error);
/* The place behind which the latest so many saved answers stand (some of which
   may differ in nothing that is told). */
int chronicle_place_latest(struct daemon *daemon, const char *milestone,
	instant until, size_t changes, struct chronicle_place *out,
	struct error *error);

/* A place as a word, and back; false: it is none. */
void chronicle_place_write(const struct chronicle_place *place,
	struct text *out);
bool chronicle_place_read(const char *word, struct chronicle_place *out);

#endif
