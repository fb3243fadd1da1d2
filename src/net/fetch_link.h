/*
 * fetch_link: the next page, as Link headers (RFC 8288) say it.
 *
 * Of each link the first rel counts; a link with an anchor is about something
 * else. Quoted parameters, several words in a rel, several links in a header
 * and several headers are read as they are meant.
 */
#ifndef PLEDGED_NET_FETCH_LINK_H
#define PLEDGED_NET_FETCH_LINK_H

#include <stdbool.h>

#define FETCH_LINK_MAX 2048	/* bytes of a target, NUL included */

struct fetch_link {
	char target[FETCH_LINK_MAX];	/* as it stands there; "": none so far */
	bool unclear;		/* a header cannot be read, a target is too
				   long, or there are two */
};

/* Reads the value of one more header; link begins as zeros. */
void fetch_link_read(struct fetch_link *link, const char *value);

#endif
