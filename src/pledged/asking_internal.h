/*
 * asking_internal: what the parts of asking share.
 *
 *	asking.c		polls and their requests: what is asked next
 *	asking_answers.c	what comes of one: its bytes, its next page
 *	asking_end.c		rows and the result of all
 *	asker.c			who may go on, and when
 *
 * A function that may end the asking says so: it is gone then.
 */
#ifndef PLEDGED_PLEDGED_ASKING_INTERNAL_H
#define PLEDGED_PLEDGED_ASKING_INTERNAL_H

#include "pledged/asking.h"
#include "pledged/extraction.h"
#include "pledged/inquiry.h"

enum place {		/* which list of the asker it stands in */
	PLACE_NONE,	/* none: it is being fetched or extracted */
	PLACE_TURN,	/* its work waits for a turn of the loop */
	PLACE_GATE,	/* it has not begun: too many are under way */
	PLACE_ROOM	/* another keeps much: it waits before its next request */
};

struct asking {
	struct asker *asker;
	const struct register_ *reg;
	uint32_t source;
	const struct settings *settings;
	struct digest program;		/* of its definition */
	asking_done *done;		/* NULL: cancelled while a worker had it */
	void *context;
	void (*reject)(void *context, uint32_t answer, int64_t row,
		const char *why);

	char *etag, *last_modified, *moved;
	bool has_body;
	struct digest body;
	struct text given;
	bool is_given;

	bool many;			/* of several answers, perhaps */
	bool counted;			/* it is one of asker->many */
	size_t request_count;
	size_t begun;			/* requests: number of the present one */
	size_t page;			/* of it, from 1; 0: none was asked */
	struct inquiry inquiry;	/* the present one */
	struct text next;		/* URL to ask for; empty: that was all */
	struct text base;		/* what that is relative to */
	struct fetch *fetch;
	int64_t asked;			/* ticks: the present request */
	int64_t spent;			/* milliseconds, on all requests so far */
	bool extracting;		/* a worker has it: it cannot be freed */
	size_t extracted;		/* … the exchange of this number */
	size_t kept;			/* bytes of bodies and payloads */

	size_t rows;			/* of all answers, not checked yet */
	struct exchange *exchanges;
	size_t exchange_count, exchange_capacity;
	size_t checked;			/* exchanges whose rows have been */
	bool ordered;			/* … and put in order */
	struct extraction extraction;
	struct extraction_reading *reading;
	struct fetch_report report;

	enum place place;
	void (*work)(struct asking *asking);
	struct asking *prev, *next_asking;		/* all of them */
	struct asking *place_prev, *place_next;
};

struct asker {
	struct loop *loop;
	struct fetcher *fetcher;
	struct pool *pool;
	struct asking *askings;
	struct asking *turns, *gate, *waiting;	/* PLACE_TURN, _GATE, _ROOM */
	bool posted;			/* asker_turn will come */
	size_t many;			/* under way, of several answers */
	struct asking *large;		/* keeps more than its share; NULL */
};

static inline const struct source *asking_source(const struct asking *asking)
{
	return &asking->reg->sources[asking->source];
}

static inline struct exchange *asking_last(struct asking *asking)
{
	return &asking->exchanges[asking->exchange_count - 1];
}

/* --- asker.c ------------------------------------------------------------- */

void asking_place(struct asking *asking, enum place place);
/* Calls work in a turn of the loop, in which little else is done unless it is
   asking_go_on. */
void asking_queue(struct asking *asking, void (*work)(struct asking *asking));
/* Those that may begin or go on now do so. */
void asker_let_on(struct asker *asker);
/* Whether there is room for one more answer beside those it keeps; takes it. */
bool asking_has_room(struct asking *asking);

/* --- asking.c ------------------------------------------------------------- */

/* Asks for the next page or request, or ends it. */
void asking_go_on(struct asking *asking);

/* --- asking_answers.c -------------------------------------------------------- */

/* Whether validators are sent. */
bool asking_is_conditional(const struct asking *asking);
/* A fetch_done; may end it. */
void asking_fetched(void *context, const struct fetch_result *result);
/* The last exchange has its body; may end it. */
void asking_arrive(struct asking *asking);
/* All answers have come; may end it. */
void asking_all_here(struct asking *asking);
/* A copy of a server's words without secrets; free() it. */
char *asking_hidden(const struct asking *asking, const char *string);

/* --- asking_end.c --------------------------------------------------------------- */

/* Checks the rows of all answers, some a turn, and ends it. */
void asking_check(struct asking *asking);
/* Makes an error the report's, with where it was. */
void asking_set_error(struct asking *asking, size_t request, size_t page,
	const char *error);
/* These end it: done is called. With the answers of so many exchanges; with none,
   as it failed where it stands; with the one that cannot be read. */
void asking_tell(struct asking *asking, size_t first, size_t count);
void asking_fail(struct asking *asking, enum fetch_outcome outcome,
	const char *error);
void asking_unreadable(struct asking *asking, size_t number);
/* Without a word: it is cancelled, or the asker ends, whose fetcher is gone. */
void asking_free(struct asking *asking);
void asking_discard(struct asking *asking);

#endif
