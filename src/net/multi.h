/*
 * multi: libcurl's multi interface driven by the loop: many transfers, one
 * thread, work only when a socket or curl's timer says so.
 */
#ifndef PLEDGED_NET_MULTI_H
#define PLEDGED_NET_MULTI_H

#include <stdbool.h>

#include <curl/curl.h>

#include "net/loop.h"

struct multi;

/* A transfer has ended; easy is out of the multi again and the callee's. */
typedef void multi_done(void *context, CURL *easy, CURLcode code);

/* connections: how many idle ones are kept for reuse. */
struct multi *multi_new(struct loop *loop, int connections, multi_done *done,
	void *context);
/* Every transfer has been removed before. */
void multi_free(struct multi *multi);

/* Starts a transfer; nothing of it happens before the loop's next turn. false:
   curl refuses the handle. */
bool multi_add(struct multi *multi, CURL *easy);
/* Aborts one. Not from within a callback of curl's. */
void multi_remove(struct multi *multi, CURL *easy);

#endif
