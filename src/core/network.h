/*
 * network: whether this machine is cut off, told from what became of attempts
 * to reach others. Pure: it hears of attempts in the order of time.
 *
 * It counts as offline when an attempt says so itself, or when the last
 * attempts to NETWORK_HOSTS different hosts within NETWORK_SPAN reached nobody
 * and none has reached anybody since the first of them; until one does. With
 * fewer hosts than that it cannot be told from their own failing. Hosts on this
 * machine, and files, tell nothing of it.
 *
 * While offline one attempt at a time is made to find out, from 30 s on every
 * twice that time, at most every five minutes.
 */
#ifndef PLEDGED_CORE_NETWORK_H
#define PLEDGED_CORE_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/moment.h"

#define NETWORK_HOSTS 3
#define NETWORK_SPAN INT64_C(3600)	/* seconds */

struct network {
	bool offline;
	bool here;			/* … said by one that needs no network */
	instant since;			/* the first attempt that reached nobody */
	uint32_t era;			/* grows when somebody is reached after */
	struct {
		uint64_t host;
		instant at;
	} missed[NETWORK_HOSTS];
	size_t count;
	instant probe;			/* not before; while offline */
	int64_t wait;			/* seconds from there to the next one */
};

enum network_heard { NETWORK_REACHED, NETWORK_MISSED, NETWORK_CUT };
enum network_news { NETWORK_SAME, NETWORK_LOST, NETWORK_BACK };

void network_init(struct network *network);
/* It was offline when the last process ended: it is until somebody is reached,
   and one host is tried at once. */
void network_restore(struct network *network, instant now);
/* What stands for the host of a URL; 0: asking it needs no network. */
uint64_t network_host(const char *url);
/* An attempt to a host has ended. CUT: the fault is this machine's. Of host 0
   nothing else is heard, but the end of a fault that such a one told of. */
enum network_news network_hear(struct network *network, uint64_t host,
	enum network_heard heard, instant now);
/* Whether to try one host now; says yes once until the next time comes. */
bool network_probe(struct network *network, instant now);
/* The clock was set back: the next attempt waits no longer than it was to. */
void network_replan(struct network *network, instant now);

#endif
