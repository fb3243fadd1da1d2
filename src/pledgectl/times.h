/*
 * times: how people read the times of answers: in a zone of theirs, or from now
 * on. Every time says its zone, so that it means the same in somebody else's
 * hands, and can be asked about by --as-of.
 */
#ifndef PLEDGED_PLEDGECTL_TIMES_H
#define PLEDGED_PLEDGECTL_TIMES_H

#include "pledgectl/verbs.h"

/* Sets zone and now of a request; name: as --zone has it, NULL is "local". -1
   with an error. */
int times_begin(struct request *request, const char *name, struct error *error);
void times_end(struct request *request);

/* A time as the daemon wrote it, to the minute: "2026-11-30T09:12+01:00", or
   relative "in 3d 4h". A date stays one. What is none is added as it is. */
void add_time(struct text *out, const struct request *request, const char *said);
/* To the second, never relative. */
void add_time_whole(struct text *out, const struct request *request,
	const char *said);
/* The end of a day is that day, wherever it was: "2020-12-31", or "in 31d". */
void add_day(struct text *out, const struct request *request, const char *said);

#endif
