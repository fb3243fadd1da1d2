/*
 * specimen: the bytes of one answer of a source, read again by the definition
 * they were read by, and held against what was recorded of them. All that is
 * recorded must follow from the bytes; they may say more, which was no news.
 *
 * The same bytes may have come more than once, to another request, at another
 * time, by another definition: each such answer is a reading, tried in turn
 * until all follows, SPECIMEN_READINGS_MAX at most. What then has not followed
 * is not told where there were more.
 *
 * specimen_load and specimen_compare are for a helper thread.
 */
#ifndef PLEDGED_PLEDGED_SPECIMEN_H
#define PLEDGED_PLEDGED_SPECIMEN_H

#include "store/store.h"

#define SPECIMEN_READINGS_MAX 50

struct specimen;

/* Copies what it is told of the answer. */
struct specimen *specimen_new(const struct store_answer *answer);
void specimen_free(struct specimen *specimen);	/* NULL is nothing */

/* Fetches bytes, definitions and what is said to follow from them. -1: one of
   them is not there, or cannot be read. */
int specimen_load(struct specimen *specimen, struct store *store,
	struct error *error);
/* Goes on to the next reading; false: all follows, or there is none. */
bool specimen_next(struct specimen *specimen);
/* What a worker is asked for it, and the bytes that go behind it. -1: it cannot
   be. */
int specimen_frame(const struct specimen *specimen, struct text *frame,
	struct error *error);
const struct text *specimen_bytes(const struct specimen *specimen);
/* Compares with what the worker said (payload NULL: it failed with error). */
void specimen_compare(struct specimen *specimen, const uint8_t *payload,
	size_t length, const char *error);

/* Hears of each thing that does not follow, in words. */
typedef void specimen_differs(void *context, const char *what);
/* At the end. Returns how many records follow. error: why it could not be
   loaded, or NULL. */
size_t specimen_tell(const struct specimen *specimen, const char *error,
	specimen_differs *differs, void *context);

#endif
