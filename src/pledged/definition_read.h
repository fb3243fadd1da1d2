/*
 * definition_read: a kept definition (core/definition.h) back into the settings
 * of a source, as far as they say how its answers are read.
 */
#ifndef PLEDGED_PLEDGED_DEFINITION_READ_H
#define PLEDGED_PLEDGED_DEFINITION_READ_H

#include "base/arena.h"
#include "base/error.h"
#include "core/register.h"

/*
 * parameters: those of the one request that was answered, a JSON object; they
 * become the source's, each with its one value. What out points to lives in the
 * arena. Where the next page is, is left out. -1: it is none of ours.
 */
int definition_read(const char *text, const char *parameters,
	struct arena *arena, struct source *out, struct error *error);

#endif
