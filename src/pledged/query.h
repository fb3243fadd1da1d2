/*
 * query: the filters of the lists, the same for the socket and the offline
 * commands.
 */
#ifndef PLEDGED_PLEDGED_QUERY_H
#define PLEDGED_PLEDGED_QUERY_H

#include "base/error.h"
#include "core/assess.h"

#define QUERY_TERMS_MAX 32

enum query_field {
	QUERY_STATUS, QUERY_ID, QUERY_PLEDGE, QUERY_INSTRUMENT, QUERY_OBLIGOR,
	QUERY_SERIES, QUERY_OWNER, QUERY_SEVERITY, QUERY_DUE_BEFORE, QUERY_DUE_AFTER,
	QUERY_DUE_WITHIN, QUERY_KNOWLEDGE, QUERY_LABEL
};

struct query_term {
	enum query_field field;
	const char *name;	/* as it was given */
	const char *label;	/* LABEL: the key */
	const char *pattern;
	enum status status;	/* STATUS */
	enum assurance knowledge;	/* KNOWLEDGE */
	instant at;		/* DUE_*; WITHIN: its end */
};

/* Milestones that satisfy every term; of terms on one field with several
   values, one is enough. */
struct query {
	struct query_term terms[QUERY_TERMS_MAX];
	size_t count;
	instant now;		/* what due_within counts from; 0: it is none */
};

/* Whether name is a filter; then its term is added. -1 with an error when the
   value makes no sense, 0 when name is none, 1 when it was taken. Name and
   value outlive the query. */
int query_add(struct query *query, const char *name, const char *value,
	const struct zone *zone, struct error *error);

bool query_accepts(const struct query *query, const struct register_ *reg,
	uint32_t milestone, const struct assessment *answer);
/* Whether a pledge is so, as far as it says so itself; and whether more is asked,
   which one of its milestones must have. */
bool query_accepts_pledge(const struct query *query,
	const struct register_ *reg, const struct pledge *pledge);
bool query_asks_milestones(const struct query *query);

#endif
