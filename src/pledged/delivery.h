/*
 * delivery: one attempt to bring one notification to one channel. What is said
 * was decided when it was saved; here it is only carried.
 */
#ifndef PLEDGED_PLEDGED_DELIVERY_H
#define PLEDGED_PLEDGED_DELIVERY_H

#include "pledged/daemon.h"

/* An attempt under way: in the daemon's list until it ends, or the daemon. The
   channel is known by id, since its policy may be replaced meanwhile. */
struct carrying {
	struct daemon *daemon;
	int64_t notification;
	char *channel;
	char message_id[40];
	struct carrying *prev, *next;
};

/* Its channel, as configured now; NULL: it is no longer. */
const struct channel *carrying_channel(const struct carrying *carrying);
/* Reports how it went, as engine_delivered takes it, and frees it. */
void carrying_end(struct carrying *carrying, enum delivery_outcome outcome,
	int64_t retry_after, const char *answer);

/* mail.c: has a worker send it to whoever has not got it yet. */
void mail_send(struct carrying *carrying, const struct text *body);
/* webhook.c: posts a body, or what the channel's program makes of it. */
void webhook_send(struct carrying *carrying, const struct text *body);

#endif
