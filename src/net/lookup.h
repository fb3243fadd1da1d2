/*
 * lookup: why a name could not be looked up. libcurl only says that it could
 * not; whether the name does not exist, its own name servers are broken or the
 * name servers of this machine are out of reach decides whose fault it is. Asks
 * once more, in a thread of its own: for the name, and when that brings nothing,
 * for the root of the DNS, which every name server knows that is of any use.
 */
#ifndef PLEDGED_NET_LOOKUP_H
#define PLEDGED_NET_LOOKUP_H

#include <stdbool.h>

#include "net/loop.h"

#define LOOKUP_SECONDS 4	/* without an answer for so long: LOOKUP_TROUBLE */

enum lookup_answer {
	LOOKUP_UNKNOWN,		/* not asked */
	LOOKUP_NO_NAME,		/* the name servers say that there is none */
	LOOKUP_NAME_TROUBLE,	/* they answer, but have nothing to say of this one */
	LOOKUP_TROUBLE		/* they say nothing, or now this, now that */
};

struct lookup;

typedef void lookup_done(void *context, enum lookup_answer answer);

/* done is called once, later. host: without a port; "": not asked for again,
   since that took long enough the first time. */
struct lookup *lookup_start(struct loop *loop, const char *host,
	lookup_done *done, void *context);
/* Blocks, for a few seconds at most: whether a name server (NULL: those of this
   machine) knows the root of the DNS. */
struct sockaddr_in;
bool lookup_server_answers(const struct sockaddr_in *server);
/* Its done is not called; NULL is nothing. Before the loop is freed. */
void lookup_cancel(struct lookup *lookup);

#endif
