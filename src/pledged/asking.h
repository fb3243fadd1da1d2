/*
 * asking: one poll of one source: every combination of its parameters a
 * request, every request its pages, one answer after the other; and one result.
 * Whatever goes wrong with one of them is the failure of all, and nothing is
 * taken of them.
 *
 *	for each request ─ fetch ─ where is the next page? ─ fetch ─ …
 *	                      (by its program: extracted at once)
 *	then             ─ all bytes as the last time? unchanged
 *	                 ─ extract what was not yet ─ check the rows ─ done
 *
 * Of polls of several answers at most ASKINGS_OF_MANY are under way, and what
 * they keep of answers is bounded: ASKING_SHARE bytes each, and one of them at a
 * time up to ASKING_KEPT_MAX. The others wait, so that none waits for another
 * for ever. A poll takes at most ASKING_ANSWERS_MAX answers, ASKING_ROWS_MAX
 * rows and ASKING_SECONDS_MAX seconds (what it waits for others not counted);
 * beyond it fails and says so. Large
 * answers and many rows are worked on a part a turn of the loop.
 *
 * What is sent holds the source's secrets; all that is handed on has {name} in
 * their place.
 */
#ifndef PLEDGED_PLEDGED_ASKING_H
#define PLEDGED_PLEDGED_ASKING_H

#include "conf/settings.h"
#include "core/row.h"
#include "net/fetch.h"
#include "net/pool.h"
#include "worker/protocol.h"

#define ASKINGS_OF_MANY 32
#define ASKING_SHARE ((size_t)512 << 10)
#define ASKING_KEPT_MAX ((size_t)32 << 20)	/* before the last answer */
#define ASKING_ANSWERS_MAX 1000
#define ASKING_ROWS_MAX EXTRACT_ROWS_MAX
#define ASKING_SECONDS_MAX 3600

struct asker;		/* who asks, and what is waiting */
struct asking;		/* one poll under way */

/* Fetcher and pool are the caller's and go before it: it hears of none of its
   requests any more then. */
struct asker *asker_new(struct loop *loop, struct fetcher *fetcher,
	struct pool *pool);
void asker_free(struct asker *asker); /* no done is called any more */

struct asking_what {
	const struct register_ *reg;	/* until asking_renew gives another */
	uint32_t source;
	const struct settings *settings;	/* likewise */
	/* Of the last poll by the same definition; NULL or "": none. Validators
	   are sent where the poll is one request, and where the next page is does
	   not stand in a header; a poll of several pages gives none. */
	const char *etag;
	const char *last_modified;
	const char *moved;		/* asked instead of a URL without
					   placeholders */
	const struct digest *body;	/* with these bytes it is unchanged */
	/* Bytes that stand for the answer to the first request: nothing is asked.
	   NULL: it is asked. Copied. */
	const struct text *given;
	/* Hears of each row that is none, before done does; or NULL. */
	void (*reject)(void *context, uint32_t answer, int64_t row,
		const char *why);
};

/* One request and what came of it. */
struct exchange {
	struct poll_answer answer;	/* url and parameters always; the rest when
					   an answer came */
	size_t request, page;		/* from 1 */
	struct text body;		/* its bytes; empty: none came */
	char *next;			/* URL of the next page; NULL: there is none,
					   or it is not known */
	char *final_url;		/* after redirects; NULL: the same */
	int64_t milliseconds;		/* waiting for its turn included */
	int64_t retry_after, max_age;	/* seconds; -1: not said */
	int64_t ttl;			/* seconds; 0: not said */
	char *sent;			/* for asking alone: holds secrets */
	uint8_t *payload;		/* the same: what the worker said */
	size_t payload_length;
	bool read;			/* the worker has said it */
};

struct asking_result {
	struct fetch_report report;	/* answers are those that were read; of an
					   unreadable poll the one that was not */
	const struct text *bodies;	/* theirs, in the same order */
	struct row *rows;		/* may be taken (set to NULL) */
	size_t row_count;
	const struct exchange *exchanges;	/* all, in order, whatever came of them */
	size_t exchange_count;
	size_t request_count;		/* there are */
};

/* What is in the result is valid during the call; the asking ends with it. */
typedef void asking_done(void *context, struct asking_result *result);

/* done is called once, later, never from within. It may start and cancel
   others. */
struct asking *asking_start(struct asker *asker, const struct asking_what *what,
	asking_done *done, void *context);
/* Its done is not called. */
void asking_cancel(struct asking *asking);

/* The register, and the source's number in it, have become others. false: what
   is asked is not the same any more, and the old register will be gone: the
   asking can only be cancelled. */
bool asking_renew(struct asking *asking, const struct register_ *reg,
	uint32_t source, const struct settings *settings);

#endif
