/*
 * retention: bodies of sources go when their time is over, if the store finds
 * that nothing rests on them (store/store.h): what a milestone of the register
 * asks of is kept, and so is what came of indicators that have left it, since
 * answers of the past rest on it.
 *
 * Swept after settling, after a reload and then once a day, or as often as the
 * shortest retention of a source, RETENTION_SECONDS_MIN at the least; never where
 * no source has one. A step at a time: the next follows when what the last has
 * dropped is durable.
 */
#ifndef PLEDGED_PLEDGED_RETENTION_H
#define PLEDGED_PLEDGED_RETENTION_H

#include "pledged/daemon.h"

#define RETENTION_SECONDS_MIN 1

struct retention *retention_new(struct daemon *daemon);
/* When nothing can call back any more. NULL is nothing. */
void retention_free(struct retention *retention);
/* Once settled, and after each reload. */
void retention_renew(struct retention *retention);

#endif
