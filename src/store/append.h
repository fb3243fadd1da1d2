/*
 * append: puts records into their tables, with ids and hashes, and moves the
 * state tables on. Works inside a transaction of its caller. After an error,
 * or a rollback, it is only good for append_free.
 */
#ifndef PLEDGED_STORE_APPEND_H
#define PLEDGED_STORE_APPEND_H

#include <sqlite3.h>

#include "store/batch.h"

struct append;

/* NULL on error. */
struct append *append_new(sqlite3 *db, struct error *error);
void append_free(struct append *append);	/* NULL is nothing */

/* Appends all of a batch. */
int append_batch(struct append *append, const struct store_batch *batch,
	struct error *error);

/*
 * Ends a group: what waited for that, and a seal over the ends of the tables
 * that have grown since the last one, so that rows cut off at the end of a
 * table are missed. Nothing when none has.
 */
int append_finish(struct append *append, instant at, struct error *error);
/* Whether there is nothing to seal. */
bool append_is_sealed(const struct append *append);

/*
 * The hash of a row: SHA-256(hash of the row before, record). scratch is
 * overwritten.
 */
void append_hash(const struct digest *previous, const void *record,
	size_t length, struct text *scratch, struct digest *out);

#endif
