/*
 * fetch_transfer: what the two halves of fetching share: queues and lists
 * (fetch.c), and the requests that are at libcurl (fetch_transfer.c).
 */
#ifndef PLEDGED_NET_FETCH_TRANSFER_H
#define PLEDGED_NET_FETCH_TRANSFER_H

#include <netinet/in.h>

#include <curl/curl.h>
#include <uthash.h>

#include "net/fetch.h"
#include "net/fetch_memory.h"
#include "net/fetch_words.h"
#include "net/file.h"
#include "net/multi.h"

struct event;

/*
 *	fetch_start -> QUEUED -> RUNNING [-> ASKING] -> DELIVERING
 *	                          |   ^
 *	         no memory for it v   | set aside; at most twice
 *	                        POSTPONED
 *	            QUEUED <- RUNNING			a redirect; at most 5 times
 *
 *	            -> READING                       -> DELIVERING
 *	            -> REFUSED                       -> DELIVERING
 */
enum fetch_state {
	FETCH_QUEUED,		/* in its host's queue */
	FETCH_RUNNING,		/* in the multi; holds a place of its host */
	FETCH_ASKING,		/* the same, out of the multi: why there is no such
				   name is being found out */
	FETCH_POSTPONED,	/* in the list of postponed; need is what it needs */
	FETCH_READING,		/* in the list of files */
	FETCH_REFUSED,		/* in the list of refused; words is why */
	FETCH_DELIVERING	/* in no list; its done is being called */
};

enum fetch_ring { FETCH_BY_NAME, FETCH_BY_NUMBER, FETCH_RINGS };

struct fetch_host {
	char *name;		/* with the port, if one is written */
	enum fetch_ring ring;
	bool spaced;		/* rests between two starts */
	int running;
	size_t postponed;
	bool ready;		/* stands in its ring … */
	bool resting;		/* … or among those at rest, never in both … */
	int64_t rests_until;	/* … until these ticks */
	struct fetch *queue;
	struct fetch_host *prev, *next;
	UT_hash_handle hh;
};

struct fetch {
	struct fetcher *fetcher;
	struct fetch_host *host;	/* NULL: a file, or refused */
	enum fetch_state state;
	struct fetch *prev, *next;
	fetch_done *done;
	void *context;

	char *url;			/* after redirects, where they led */
	char *asked_host;		/* the first one's name; NULL: no redirect yet */
	bool post, cut_body, allow_private, follow, secret;
	bool validates;			/* names what is already had */
	struct curl_slist *headers;
	void *body;
	size_t body_length;
	char *if_none_match;		/* a file's validator */
	char *ca_file;
	int64_t timeout;		/* seconds for all transfers together … */
	int64_t spent;			/* … and microseconds of those before this one */
	size_t max_body;
	int redirects;
	bool moved_for_good;		/* by every redirect so far */

	CURL *easy;
	bool resolving;
	struct lookup *lookup;		/* ASKING */
	bool cut;			/* enough of the body has come */
	size_t skipped;			/* bytes of the body of a redirect */
	struct sockaddr_in tried_v4;	/* the last address of its kind, family 0: */
	struct sockaddr_in6 tried_v6;	/* none */
	size_t allotted;		/* of memory; 0: its share is enough */
	bool lacking;			/* stopped for want of memory */
	size_t need;			/* bytes; 0: never postponed so far */
	enum fetch_fault fault;
	struct text received;
	size_t header_bytes;
	bool headers_ended;		/* the empty line behind them has come */
	char address[ADDRESS_TEXT_MAX];	/* the one refused */
	int os_errno;
	char said[CURL_ERROR_SIZE];	/* by curl */
	char words[FETCH_WORDS_MAX];	/* why it failed */
	struct file file;		/* READING */
	bool file_open;
};

struct fetcher {
	struct loop *loop;
	struct multi *multi;
	struct event *step;		/* work to do soon, never armed in vain */
	int concurrency, per_host;
	int64_t spacing;		/* milliseconds; 0: hosts never rest */
	long slow_seconds;
	char *user_agent;
	bool keep_ca_path;		/* curl has no CA file of its own */

	struct fetch_host *hosts;
	struct fetch_host *rings[FETCH_RINGS];
	enum fetch_ring turn;		/* the ring to look at next */
	struct fetch_host *resting;	/* in the order in which they may go on */
	struct event *rest;		/* when the first of them may */
	struct fetch *running, *postponed, *files, *refused;
	int running_count, resolving;
	size_t active;
	struct fetch_memory memory;
	CURL **idle;			/* handles for reuse */
	int idle_count;
};

/* --- fetch.c ------------------------------------------------------------ */

void fetcher_wake(struct fetcher *fetcher);
CURL *fetcher_take_easy(struct fetcher *fetcher);
void fetch_put_easy(struct fetch *fetch);
void fetch_forget_transfer(struct fetch *fetch);
/* To be sent; the line is known to be sound. */
void fetch_add_header(struct fetch *fetch, const char *line);
/* A name is being looked up for it, or no more. */
void fetch_resolves(struct fetch *fetch);
void fetch_resolved(struct fetch *fetch);
/* Gives back the places that a transfer holds. */
void fetch_leave_running(struct fetch *fetch);
void fetch_release_allotted(struct fetch *fetch);
/* Leaves the transfer behind and queues it before all else of the host of url,
   which it takes over. */
void fetch_go_on(struct fetch *fetch, char *url);
/* Its host has been asked, and rests if it is one that does. */
void fetch_host_rest(struct fetcher *fetcher, struct fetch_host *host);
/* Calls done; fetch is gone then. Failures are told in fetch->words. */
void fetch_deliver(struct fetch *fetch, struct fetch_result *result);
void fetch_deliver_failure(struct fetch *fetch, struct fetch_result *result);

/* --- fetch_transfer.c ---------------------------------------------------- */

/* Begins; it stands in no list, and its host has a place. */
void fetch_run(struct fetch *fetch);
/* A multi_done. */
void fetch_ended(void *context, CURL *easy, CURLcode code);

#endif
