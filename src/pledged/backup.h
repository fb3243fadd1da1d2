/*
 * backup: copies of the store for administrators. One at a time is made, in a
 * helper thread, and sent to whoever asked for it; nothing of it stays behind.
 *
 *	post_backup ──recorded──→ COPYING ──→ SENDING ──→ DONE
 *	                             └────────────┴─────→ FAILED
 */
#ifndef PLEDGED_PLEDGED_BACKUP_H
#define PLEDGED_PLEDGED_BACKUP_H

#include "pledged/daemon.h"

struct backup;

/* When the last one that somebody got whole was ordered; INSTANT_MIN: none has
   been since the start. */
instant backup_last_good(const struct daemon *daemon);
/* At the end, when neither the runner nor the server can call back any more.
   NULL is nothing. */
void backup_free(struct backup *backup);

#endif
