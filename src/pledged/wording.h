/*
 * wording: what an order says, as the body of a request: a JSON object whose
 * members are texts. An order that needs none may come without a body.
 */
#ifndef PLEDGED_PLEDGED_WORDING_H
#define PLEDGED_PLEDGED_WORDING_H

#include "base/error.h"

struct wording {
	const char *name;
	size_t most;		/* bytes */
	const char *said;	/* NULL: it is not there, or null */
};

/* Fills in what is said. Returns what owns it, for wording_free; NULL with what
   is wrong. */
void *wording_read(const char *bytes, size_t length, struct wording *members,
	size_t count, struct error *error);
void wording_free(void *owner);

#endif
