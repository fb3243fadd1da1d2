/*
 * selection: which items a list shows, by what each has; a list's filters are a
 * table. Milestones have query.h, alerts alert_filter.h.
 */
#ifndef PLEDGED_PLEDGED_SELECTION_H
#define PLEDGED_PLEDGED_SELECTION_H

#include "base/error.h"
#include "pledged/daemon.h"

#define SELECTION_TERMS_MAX 32

/* What is asked whether it is so. */
struct selection_item {
	const struct daemon *daemon;
	const void *item;	/* whatever the list is of */
	const char *key;	/* behind a name that ends in '.' */
};

/* Of value and has there is one; neither: the list itself looks at this
   parameter. */
struct selection_field {
	const char *name;	/* ends in '.': a key follows, as in label.sector */
	/* What an item has one of; NULL: it has none, which matches nothing. */
	const char *(*value)(const struct selection_item *of);
	/* Whether it has something that a pattern says. */
	bool (*has)(const struct selection_item *of, const char *pattern);
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
int selection_read(struct selection *selection, const struct daemon *daemon,
	const struct selection_field *fields, struct server_request *request,
	struct error *error);
bool selection_accepts(const struct selection *selection,
	const struct daemon *daemon, const void *item);

/* "true" or "false", and both as words. */
const char *selection_bool(bool so);
const char *selection_bool_word(int number);

#endif
