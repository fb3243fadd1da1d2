/*
 * members: what stands in an object that the daemon has answered with.
 */
#ifndef PLEDGED_PLEDGECTL_MEMBERS_H
#define PLEDGED_PLEDGECTL_MEMBERS_H

#include <jansson.h>

#include "base/slice.h"

/* The member that a path leads to, "forecast.value"; raw: the object as it was
   written, then that member. NULL: there is none. */
const json_t *member_at(const json_t *object, const char *path,
	struct slice *raw);

/* A member that is a text, or "-". */
const char *string_of(const json_t *object, const char *key);
/* The same, or "". */
const char *text_of(const json_t *object, const char *key);
/* A member that is a whole number, or 0. */
long long integer_of(const json_t *object, const char *key);

#endif
