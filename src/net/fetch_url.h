/*
 * fetch_url: what fetching needs to know of URLs: whose they are, and where a
 * server's words (Location, Link) lead from one. libcurl's parser alone reads
 * them, so that no two readings can differ.
 */
#ifndef PLEDGED_NET_FETCH_URL_H
#define PLEDGED_NET_FETCH_URL_H

#include <stdbool.h>
#include <stddef.h>

#define FETCH_HOST_MAX 280	/* "name:port" of a URL */
#define FETCH_ORIGIN_MAX 300	/* "https://name:port" */
#define FETCH_URL_MAX 8192	/* bytes that a server may lead to */

/* The host of a URL in lower case, with its port when one is written that its
   scheme does not mean anyway, into out. false: not an http or https URL, or
   one with a user in it; out then says what is wrong. */
bool fetch_url_host(const char *url, char *out, size_t room);

/* Whether such a host is a number, so that no name needs to be looked up. */
bool fetch_host_is_address(const char *host);
/* Whether it is this machine by number, or "localhost". */
bool fetch_host_is_loopback(const char *host);

enum fetch_url_verdict {
	FETCH_URL_GOOD,
	FETCH_URL_NONSENSE,	/* or longer than FETCH_URL_MAX */
	FETCH_URL_SCHEME,	/* neither http nor https */
	FETCH_URL_USER		/* has a user name in it */
};

/* Where reference, as a server wrote it, leads from base: into *out, without
   its fragment and to be freed, when good. */
enum fetch_url_verdict fetch_url_resolve(const char *base, const char *reference,
	char **out);

bool fetch_url_is_secure(const char *url);	/* https */
/* "https://a.example" of a good URL. */
void fetch_url_origin(const char *url, char out[FETCH_ORIGIN_MAX]);

#endif
