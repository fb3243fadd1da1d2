/*
 * extraction: the conversation with extract workers: a request made from a
 * source and its bytes, an answer read into checked rows. Shared by the
 * daemon and the offline commands.
 */
#ifndef PLEDGED_PLEDGED_EXTRACTION_H
#define PLEDGED_PLEDGED_EXTRACTION_H

#include "core/row.h"

struct extraction {
	struct row *rows;	/* checked */
	size_t count;
	size_t rejected;
	char first_reject[320];	/* "row 3: …"; "" when none */
	char fault[320];	/* the program or the bytes failed; "" when not */
};

/* A request frame for a worker, but for the bytes to be read (so many), which
   pool_request_with sends behind it; at: the time the programs see as fetched. */
void extraction_request(struct text *frame, const struct source *source,
	instant at, size_t length);

/* Reads an answer (payload NULL: the worker failed with error). */
void extraction_read(struct extraction *extraction,
	const struct register_ *reg, uint32_t source, const struct zone *zone,
	const uint8_t *payload, size_t length, const char *error);
void extraction_release(struct extraction *extraction);

#endif
