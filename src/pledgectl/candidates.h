/*
 * candidates: what may stand in one place of a command line. What is in the
 * register is asked of the daemon, which has a second for it all; where it is away,
 * or slow, there is less to offer, and never a complaint.
 */
#ifndef PLEDGED_PLEDGECTL_CANDIDATES_H
#define PLEDGED_PLEDGECTL_CANDIDATES_H

#include <stddef.h>

#include "pledgectl/client.h"

struct completion {
	const char *socket;
	struct client *client;	/* NULL: not asked yet */
	const char *verb;	/* the words of it; NULL: none yet */
	const char *before;	/* the last argument of the verb; NULL: none */
	const char *prefix;	/* "--sort=", which candidates repeat */
	const char *word;	/* what has been typed of it */
	char **seen;		/* candidates, which are told once */
	size_t count, capacity;
};

/* Writes a candidate that begins as what has been typed, once: a line of its own.
   meaning: NULL or "": nothing is said. One that holds what ends a line is not
   offered. */
void offer(struct completion *completion, const char *word,
	const char *meaning);
/* Offers what a word of a synopsis stands for: "MILESTONE", "ID|timeline". */
void offer_place(struct completion *completion, const char *place);
void candidates_release(struct completion *completion);

#endif
