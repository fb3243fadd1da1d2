/*
 * stretch: how long something is to last that somebody asks for, no longer than a
 * setting allows.
 */
#ifndef PLEDGED_PLEDGED_STRETCH_H
#define PLEDGED_PLEDGED_STRETCH_H

#include "base/error.h"
#include "base/moment.h"

struct stretch {
	const char *name;	/* of what says it */
	instant from;
	int64_t most;		/* seconds, as a setting has it */
	const char *setting;
};

/* Its end, "7d" from its beginning on; -1 with what is wrong. */
int stretch_read(const struct stretch *span, const struct zone *zone,
	const char *words, instant *until, struct error *error);
/* Likewise of an end that is known. */
int stretch_check(const struct stretch *span, instant until, struct error *error);

#endif
