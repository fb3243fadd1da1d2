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
#include "net/lookup.h"

#define FETCH_WORDS_MAX 320	/* what people see, NUL included */
#define FETCH_HOST_MAX 280	/* "name:port" of a URL */

/* What our own callbacks found, which curl only calls an aborted transfer. */
enum fetch_fault {
	FETCH_FAULT_NONE,
	FETCH_FAULT_BODY,	/* more than max_body */
	FETCH_FAULT_RATIO,	/* a little that unpacks to a lot */
	FETCH_FAULT_HEADERS,	/* headers without end */
	FETCH_FAULT_ADDRESS,	/* an address that is not public */
	FETCH_FAULT_SOCKET	/* no socket to be had here */
};

struct fetch_failure {
	CURL *easy;
	CURLcode code;
	enum fetch_fault fault;
	const char *host;		/* as asked for */
	const char *said;		/* curl's own words */
	char address[ADDRESS_TEXT_MAX];	/* the one refused */
	int os_errno;			/* of a socket that was not to be had */
	enum lookup_answer lookup;	/* of the second asking */
	int64_t timeout;		/* seconds */
	size_t max_body;
};

/* The host of a URL, with its port when one is written, into out. false: not
   an http or https URL, or one with a user in it; out then says what is wrong. */
bool fetch_url_host(const char *url, char *out, size_t room);

/* Whether such a host is a number, so that no name needs to be looked up. */
bool fetch_host_is_address(const char *host);

/* Whether only asking for the name once more can tell whose fault it is; host
   is then the name to ask for. */
bool fetch_failure_needs_lookup(const struct fetch_failure *failure,
	char host[FETCH_HOST_MAX]);

/* Writes the words; returns whether the fault lies on this machine. */
bool fetch_failure_words(const struct fetch_failure *failure,
	char out[FETCH_WORDS_MAX]);

#endif
