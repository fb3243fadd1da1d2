/*
 * filters: the parameters of a request that select. All are, but those that its
 * endpoint reads itself; what is neither is refused by name.
 */
#ifndef PLEDGED_PLEDGED_FILTERS_H
#define PLEDGED_PLEDGED_FILTERS_H

#include "base/error.h"
#include "pledged/daemon.h"

/* What lists and questions about a time take besides, for own. */
#define WORDS_OF_LIST "limit cursor format"
#define WORDS_OF_TIME "as_of recorded_as_of"

/* Takes one: 1; 0: it is no filter; -1 with what is wrong with it. Both words
   are the request's. */
typedef int filter_fn(void *context, const char *name, const char *value,
	const struct zone *zone, struct error *error);

struct filters {
	const char *own;	/* words between spaces that are no filters */
	bool blanks;		/* people's forms send fields that they left
				   empty: those are as if they were not there */
	filter_fn *take;
	void *context;
};

int filters_read(const struct daemon *daemon,
	const struct server_request *request, const struct filters *filters,
	struct error *error);

#endif
