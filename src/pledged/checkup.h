/*
 * checkup: after an unclean stop, whether the store's file is sound. It is served
 * from at once; the look at it runs beside, and what it finds is logged and told
 * with the status.
 */
#ifndef PLEDGED_PLEDGED_CHECKUP_H
#define PLEDGED_PLEDGED_CHECKUP_H

#include "base/json.h"
#include "pledged/daemon.h"

struct checkup;

/* Begins one. */
struct checkup *checkup_new(struct daemon *daemon);
/* When the runner cannot call back any more. NULL is nothing. */
void checkup_free(struct checkup *checkup);
/* {"check": "not_needed" | "running" | "sound" | "damaged" | "unknown", "fault"};
   checkup NULL: it was stopped in good order. */
void checkup_view(const struct checkup *checkup, struct json *json);

#endif
