/*
 * alert_filter: which alerts a list shows, by the fields that routes and
 * silences look at.
 */
#ifndef PLEDGED_PLEDGED_ALERT_FILTER_H
#define PLEDGED_PLEDGED_ALERT_FILTER_H

#include "base/error.h"
#include "core/engine.h"

#define ALERT_TERMS_MAX 32

struct alert_term {
	bool subject;		/* by the id of what it is about, of any kind */
	struct match match;	/* else */
};

/* Alerts that satisfy every term; of terms on one field with several values,
   one is enough. */
struct alert_filter {
	struct alert_term terms[ALERT_TERMS_MAX];
	size_t count;
};

/* Whether name is a filter; then its term is added. -1 with an error, 0 when
   name is none, 1 when it was taken. Name and value outlive the filter. */
int alert_filter_add(struct alert_filter *filter, const char *name,
	const char *value, struct error *error);
bool alert_filter_accepts(const struct alert_filter *filter,
	const struct engine *engine, const struct alert *alert);

#endif
