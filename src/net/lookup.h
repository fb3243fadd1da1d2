/*
 * lookup: why a name could not be looked up. libcurl only says that it could
 * not; whether the name does not exist or the name servers are out of reach
 * decides whose fault it is. Asks once more, in a thread of its own.
 */
#ifndef PLEDGED_NET_LOOKUP_H
#define PLEDGED_NET_LOOKUP_H

#include "net/loop.h"

#define LOOKUP_SECONDS 4	/* without an answer for so long: LOOKUP_TROUBLE */

enum lookup_answer {
	LOOKUP_UNKNOWN,		/* not asked */
	LOOKUP_NO_NAME,		/* the name servers say that there is none */
	LOOKUP_TROUBLE		/* they say nothing, or now this, now that */
};

struct lookup;

typedef void lookup_done(void *context, enum lookup_answer answer);

/* done is called once, later. host: without a port. */
struct lookup *lookup_start(struct loop *loop, const char *host,
	lookup_done *done, void *context);
/* Its done is not called; NULL is nothing. Before the loop is freed. */
void lookup_cancel(struct lookup *lookup);

#endif
