/*
 * extraction: the conversation with extract workers: a request made from a
 * source and the bytes of an answer, and what came back read into checked rows.
 * Shared by the daemon and the offline commands.
 *
 * What a worker says is looked over at once for all but its rows; these are
 * checked later, some at a time, so that many do not hold up the loop.
 */
#ifndef PLEDGED_PLEDGED_EXTRACTION_H
#define PLEDGED_PLEDGED_EXTRACTION_H

#include "core/row.h"

/* --- a request ------------------------------------------------------------- */

struct extraction_request {
	const struct source *source;
	size_t number;		/* of its requests, for the parameters */
	instant fetched;	/* the time that programs see */
	const char *url;	/* as asked, without secrets */
	const char *media_type;	/* of the answer; "": not said */
	size_t length;		/* bytes of the answer */
};

/* A frame for a worker, but for the bytes to be read, which pool_request_with
   sends behind it. */
void extraction_frame(struct text *frame,
	const struct extraction_request *request);

/* The charset that a media type names, into out; "": none. */
#define CHARSET_MAX 64
void charset_of(const char *media_type, char out[CHARSET_MAX]);

/* --- an answer ---------------------------------------------------------------- */

/* All but the rows. */
struct extraction_found {
	char fault[320];	/* the program or the bytes failed; "": not */
	size_t rows;
	int64_t ttl;		/* seconds; 0: not said */
	size_t passed;		/* items that match left out */
	char *next;		/* as in struct extract_found; NULL: none; the
				   taker's */
};

/* payload NULL: the worker failed with error. */
void extraction_look(struct extraction_found *found, const uint8_t *payload,
	size_t length, const char *error);

/* The rows of all answers to one poll. */
struct extraction {
	struct row *rows;	/* checked */
	size_t count, capacity;
	size_t rejected;
	char first_reject[320];	/* "row 3: …"; "" when none */
	uint32_t first_answer;	/* which answer it was in */
};

/* Hears of every row that is none: its number in its answer, from 1. */
typedef void extraction_reject(void *context, uint32_t answer, int64_t number,
	const char *why);

/* Reading the rows of one answer. */
struct extraction_reading;
struct extraction_reader {
	const struct register_ *reg;	/* outlives the reading */
	uint32_t source;
	const struct zone *zone;
	uint32_t answer;		/* number of it in the poll */
	extraction_reject *reject;	/* NULL: nobody wants to know */
	void *context;
};
/* The payload stays the caller's until the end; it was looked over. */
struct extraction_reading *extraction_begin(struct extraction *extraction,
	const struct extraction_reader *reader, const uint8_t *payload,
	size_t length);
/* Checks at most so many rows; false: that was all of them. */
bool extraction_go_on(struct extraction_reading *reading, size_t rows);
void extraction_end(struct extraction_reading *reading); /* NULL is nothing */

void extraction_release(struct extraction *extraction);

#endif
