/*
 * import_make: the rows of a table, put into the lists of a mapping.
 *
 *	row × mapping ─${name}→ groups and values ─by id→ elements
 *
 * A string that speaks of a column whose cell is empty is left out with its
 * key, and so is a group that says `when` and is told nothing there. An element
 * whose id a row before has made is the same one: the row adds to it and may
 * not say otherwise.
 */
#ifndef PLEDGED_CONF_IMPORT_MAKE_H
#define PLEDGED_CONF_IMPORT_MAKE_H

#include "conf/import_mapping.h"

#define IMPORT_STRING_MAX 65536		/* bytes of a string, made */

struct made;

struct made_list {
	struct made *first, *last;
	size_t number;			/* among all lists */
};

/* One key of an element: a text as it is written, a group, or a list. */
struct made_value {
	const char *name;
	const config_setting_t *from;	/* in the mapping */
	size_t row;			/* of the table that said it first */
	const char *text;
	struct made *group;
	struct made_list *list;
	struct made_value *next;
};

/* An element of a list, or a group. */
struct made {
	const config_setting_t *from;
	size_t row;
	struct made_value *first, *last;
	struct made *next;
};

struct made_all {
	struct made root;
	size_t silent;		/* rows that say nothing */
	size_t pledges, milestones;	/* made */
};

typedef void import_progress(void *context, size_t done, size_t total);

/*
 * Puts every row that is not left out into lists, in the arena, and marks those
 * with faults as left out; what is made is then not to be used. The number of
 * rows marked.
 */
size_t import_make(const struct import_mapping *mapping,
	const struct import_table *table, struct arena *arena,
	struct made_all *made, import_progress *progress, void *context,
	struct faults *faults);

#endif
