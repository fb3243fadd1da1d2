/*
 * heartbeat: asks a URL again and again while the daemon is well (health.h), so
 * that somebody elsewhere notices when it falls silent: whether it is ill, or
 * hangs, or is gone with its machine.
 *
 * Regular to the millisecond, one request at a time; one that fails is not
 * repeated, the next is soon. What changes is logged, once.
 */
#ifndef PLEDGED_PLEDGED_HEARTBEAT_H
#define PLEDGED_PLEDGED_HEARTBEAT_H

struct daemon;
struct heartbeat;

/* The first beat comes at once. Without a URL in the settings there is none. */
struct heartbeat *heartbeat_new(struct daemon *daemon);
/* After a reload: what has changed takes effect. */
void heartbeat_renew(struct heartbeat *heartbeat);
void heartbeat_free(struct heartbeat *heartbeat);	/* NULL is nothing */

#endif
