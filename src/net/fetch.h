/*
 * fetch: HTTP(S) requests by libcurl's multi interface on the loop, and
 * regular files, each bounded in size, time, redirects and addresses.
 *
 * Only http and https; TLS 1.2 up with verification; no proxy, cookies or
 * netrc. Unless allowed, addresses outside public space (loopback, private,
 * link-local, metadata, mapped and translated forms) are refused at connect
 * time, so that DNS cannot lie. Bodies are capped as decoded bytes. At most
 * `concurrency` transfers run, `per_host` of them to one host and 16 that may
 * be resolving; the others wait their turn. Error texts hold no query string
 * and no credential.
 *
 * Redirects are followed to http and https alone, never from https to http and
 * never for a POST; each hop waits its turn at its own host, and the timeout
 * holds for all of them together. A request with a secret follows none that
 * leaves its scheme, host and port.
 *
 * Between the starts of two requests to one host (a name or number with its
 * port, in lower case) lie at least `spacing` milliseconds; loopback numbers and
 * "localhost" are exempt. Hosts take turns, and waiting costs nothing.
 *
 * All bodies together, those that are coming and those that callers keep, take
 * at most `memory` bytes: a body for which there is none is dropped and asked
 * for anew in its turn, and nothing begins while callers keep too much. Only a
 * lone body, one file being read and the answer to a POST may go beyond it.
 */
#ifndef PLEDGED_NET_FETCH_H
#define PLEDGED_NET_FETCH_H

#include "base/moment.h"
#include "base/text.h"
#include "net/fetch_url.h"
#include "net/loop.h"

struct fetcher;

struct fetch_limits {
	int concurrency;
	int per_host;
	size_t memory;			/* bytes of bodies; 0: no limit */
	int64_t spacing;		/* milliseconds, at least, between the starts of
					   two requests to one host; 0: none */
	int slow;			/* seconds below 100 bytes a second after which
					   a transfer is given up; 0: 15 */
	const char *user_agent;		/* copied */
};

struct fetch_request {
	const char *url;		/* http, https, or file: with an absolute path */
	const char *method;		/* NULL: GET; or "POST" */
	const char *const *headers;	/* "name: value", NULL-terminated; or NULL.
					   None but Accept and Accept-Language goes
					   to another server after a redirect */
	bool secret;			/* url or headers hold a secret: no redirect
					   to another scheme, host or port */
	const void *body;		/* POST; copied */
	size_t body_length;
	const char *if_none_match;	/* validators; NULL or "": none */
	const char *if_modified_since;
	const char *ca_file;		/* NULL: the system's */
	int64_t timeout;		/* seconds in all */
	size_t max_body;		/* bytes, decoded; at most, and for 0,
					   TEXT_LIMIT_DEFAULT */
	bool cut_body;			/* keep the first max_body, no error */
	bool allow_private;
	bool follow;			/* redirects, at most 5; see above */
};

struct fetch_result {
	bool arrived;			/* a whole answer came (any status) */
	int status;			/* HTTP status; a file read: 200; file not
					   modified since if_none_match: 304 */
	struct text *body;		/* valid during the call; may be taken, and
					   then counts until fetcher_release */
	char etag[256];			/* a file: its size, times and inode */
	char last_modified[256];
	int64_t retry_after;		/* seconds; -1 */
	int64_t max_age;		/* seconds that it is said to stay fresh, less
					   the age it came with; 0: it must not be
					   kept; -1: not said */
	const char *error;		/* not arrived: why, and what to do */
	bool offline;			/* the fault lies on this machine */
	bool unreached;			/* no connection was had to any server */
	bool refused;			/* … and none was tried: no address is public */
	const char *final_url;		/* after redirects */
	bool moved;			/* to final_url, where the answer is (2xx or
					   304), and every redirect on the way there
					   said for good (301, 308) */
	char redirect[FETCH_ORIGIN_MAX]; /* of the answer of one that was not to
					   follow: scheme, host and port of where it
					   leads; "": nowhere */
	char media_type[128];		/* Content-Type as it stands there; "": not said,
					   or too long */
	char next[2048];		/* Link rel=next, resolved against final_url;
					   "": none */
	bool next_unclear;		/* there is one, and it cannot be followed: two
					   that differ, no http URL, too long, or a
					   Link header that cannot be read */
};

typedef void fetch_done(void *context, const struct fetch_result *result);

struct fetcher *fetcher_new(struct loop *loop, const struct fetch_limits *limits);
/* Aborts what is under way: their done is not called. */
void fetcher_free(struct fetcher *fetcher);

/* Copies the request. done is called once, later, never from within; it may
   start and cancel others, but not free the fetcher. */
struct fetch;
struct fetch *fetch_start(struct fetcher *fetcher,
	const struct fetch_request *request, fetch_done *done, void *context);
/* Forgets a request: its done is not called. */
void fetch_cancel(struct fetch *fetch);
/* Requests whose done has not been called, waiting or running. */
size_t fetcher_active(const struct fetcher *fetcher);

/* Bytes of bodies are gone that callers had taken, or made copies of and
   said so by fetcher_hold. */
void fetcher_release(struct fetcher *fetcher, size_t bytes);
void fetcher_hold(struct fetcher *fetcher, size_t bytes);
/* Bytes of bodies there are now, with callers and still coming. */
size_t fetcher_bytes(const struct fetcher *fetcher);

/* Whether two URLs are http(s) ones of the same scheme, host and port. */
bool fetch_urls_share_origin(const char *a, const char *b);

/* Whether a socket address is public unicast space (2000::/3 and what IPv4 has
   left), by address, whatever name led there. */
struct sockaddr;
bool address_is_public(const struct sockaddr *address);

#endif
