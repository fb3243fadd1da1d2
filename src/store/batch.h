/*
 * batch: facts as records, waiting for the writer. Adding one copies bytes and
 * does nothing else, so that a turn of the loop can add tens of thousands.
 */
#ifndef PLEDGED_STORE_BATCH_H
#define PLEDGED_STORE_BATCH_H

#include "store/facts.h"
#include "store/store.h"

#define BATCH_BYTES_MAX ((size_t)1 << 30)	/* of records */

/* Bytes kept beside the records, to be compressed by the writer. */
struct payload {
	void *bytes;
	size_t length;
};

#define PAYLOAD_NONE UINT32_MAX

/* What stands before each record. */
struct entry {
	enum fact fact;
	uint32_t payload;
	size_t length;
};

struct store_batch {
	struct text entries;		/* entry, record, entry, record, … */
	struct payload *payloads;
	size_t payload_count;
	size_t payload_capacity;
	struct text scratch;
	store_done *done;
	void *context;
	bool committed;
	struct store_batch *next;	/* in the writer's lists */
};

/* Whether a limit was passed, so that it cannot be committed whole. */
bool store_batch_is_cut(const struct store_batch *batch);
/* Reads the entry at *offset and moves on; false at the end. */
bool store_batch_next(const struct store_batch *batch, size_t *offset,
	struct entry *entry, const void **record);

#endif
