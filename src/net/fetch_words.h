/*
 * fetch_words: why a transfer failed, in words a person can act on. They name
 * hosts and numbers; never a path, a query or a credential.
 */
#ifndef PLEDGED_NET_FETCH_WORDS_H
#define PLEDGED_NET_FETCH_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>

#include "net/address.h"
#include "net/fetch_url.h"
#include "net/lookup.h"

#define FETCH_WORDS_MAX 320	/* what people see, NUL included */

/* What our own callbacks found, which curl only calls an aborted transfer. */
enum fetch_fault {
	FETCH_FAULT_NONE,
	FETCH_FAULT_BODY,	/* more than max_body */
	FETCH_FAULT_RATIO,	/* a little that unpacks to a lot */
	FETCH_FAULT_HEADERS,	/* headers without end */
	FETCH_FAULT_HALF,	/* headers that break off, which curl takes for a whole */
	FETCH_FAULT_LENGTHS,	/* lengths that contradict each other */
	FETCH_FAULT_ADDRESS,	/* an address that is not public */
	FETCH_FAULT_SOCKET,	/* no socket to be had here */
	FETCH_FAULT_UNASKED,	/* "not modified", of nothing that was named */
	/* Redirects that are not followed: */
	FETCH_FAULT_MANY,	/* one more than there may be */
	FETCH_FAULT_NONSENSE,
	FETCH_FAULT_SCHEME,
	FETCH_FAULT_USER,
	FETCH_FAULT_POST,	/* of a POST, wherever to */
	FETCH_FAULT_DOWNGRADE,	/* from https to http */
	FETCH_FAULT_SECRET	/* to another server, with a secret */
};

/* The ways an attempt to connect went, by the routing table of this machine;
   a name may stand for addresses of both kinds. */
struct fetch_routes {
	bool some, none;	/* of those tried, has a route; has none */
};

struct fetch_failure {
	CURL *easy;
	CURLcode code;
	enum fetch_fault fault;
	const char *host;		/* as asked for */
	const char *said;		/* curl's own words */
	char address[ADDRESS_TEXT_MAX];	/* the one refused */
	char target[FETCH_ORIGIN_MAX];	/* of a redirect not followed */
	int os_errno;			/* of a socket that was not to be had */
	struct fetch_routes routes;
	enum lookup_answer lookup;	/* of the second asking */
	int64_t timeout;		/* seconds */
	int64_t spent;			/* microseconds of it, before this transfer */
	size_t max_body;
};

/* Whether only asking once more can tell whose fault it is that a name was not
   found; host is then what lookup_start is to ask for. */
bool fetch_failure_needs_lookup(const struct fetch_failure *failure,
	char host[FETCH_HOST_MAX]);

/* Whether this machine has a route to an address: asks the routing table alone,
   by naming it as the peer of a datagram never sent. */
bool fetch_route_to(const struct sockaddr *address, socklen_t size);

/* Whether it ended before there was a connection to any server, and not since
   we refused one. */
bool fetch_failure_is_unreached(const struct fetch_failure *failure);
/* Whether it ended since we refused every address there was. */
bool fetch_failure_is_refused(const struct fetch_failure *failure);

/* Writes the words; returns whether the fault lies on this machine. */
bool fetch_failure_words(const struct fetch_failure *failure,
	char out[FETCH_WORDS_MAX]);

#endif
