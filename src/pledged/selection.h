/*
 * selection: which items a list shows, by what each has; a list's filters are a
 * table. Milestones have query.h, alerts alert_filter.h.
 */
#ifndef PLEDGED_PLEDGED_SELECTION_H
#define PLEDGED_PLEDGED_SELECTION_H

#include "base/error.h"
#include "pledged/daemon.h"

#define SELECTION_TERMS_MAX 32

struct selection_term;

struct selection_field {
	const char *name;	/* ends in '.': a key follows, as in label.sector */
	/* Whether an item has what the term's pattern says; NULL: the list
	   itself looks at this parameter. */
	bool (*has)(const struct daemon *daemon, const void *item,
		const struct selection_term *term);
	/* The words it can be, by number; NULL behind the last. Without: any. */
	const char *(*word)(int number);
};

struct selection_term {
	const struct selection_field *field;
	const char *key;	/* "": none */
	const char *pattern;
};

/* Items that satisfy every term; of terms on one field, one is enough. */
struct selection {
	struct selection_term terms[SELECTION_TERMS_MAX];
	size_t count;
};

/* Reads all parameters but those of every list by a table, which ends with a
   name of NULL. -1: one is none of these, or says what cannot be. The request
   outlives it. */
int selection_read(struct selection *selection,
	const struct selection_field *fields, struct server_request *request,
	struct error *error);
bool selection_accepts(const struct selection *selection,
	const struct daemon *daemon, const void *item);

/* NULL, as of what is not there, matches nothing. */
bool selection_matches(const struct selection_term *term, const char *value);
bool selection_is_so(const struct selection_term *term, bool so);
/* The words of selection_is_so. */
const char *selection_bool_word(int number);

#endif
