/*
 * import_mapping: how a table of commitments becomes a register.
 *
 * A mapping is a register file whose strings speak of columns by ${name}, with
 * a group that says how the table is written and a list that says what its
 * columns hold. Every row of the table is put into the lists once.
 */
#ifndef PLEDGED_CONF_IMPORT_MAPPING_H
#define PLEDGED_CONF_IMPORT_MAPPING_H

#include "conf/conf_reader.h"
#include "conf/import_table.h"

#define IMPORT_MAPPING_MAX ((size_t)1 << 20)	/* bytes */

/* What the text of a cell is made. */
enum import_as {
	IMPORT_TEXT,	/* nothing else */
	IMPORT_ID,	/* its letters, small, and digits, hyphens for the rest */
	IMPORT_DATE,	/* a date, or a month, quarter, half or year */
	IMPORT_NUMBER	/* a plain number */
};

/* Some texts of a cell, and what stands for them. */
struct import_choice {
	const char **from;
	size_t from_count;
	const char *to;
};

struct import_column {
	const char *name;	/* in ${name} */
	const char *header;	/* in the table's header; NULL: by number */
	int number;		/* from 1; 0: by header */
	enum import_as as;
	const char **forms;	/* of a date */
	size_t form_count;
	const char **months;	/* names of the twelve; NULL: English */
	size_t month_count;
	struct import_choice *choices;
	size_t choice_count;
	const char *otherwise;	/* for what no choice has; NULL: a fault */
	const char *fallback;	/* for an empty cell; NULL: nothing is said */
	const char *instead;	/* name of a column before it, which an empty
				   cell leaves it to; NULL: none */
	bool fill;		/* an empty cell repeats the one above */
	int line;		/* in the mapping; 0: of the table alone */
	size_t place;		/* in a row, from 0 */
};

struct import_mapping {
	struct arena *arena;
	const char *path;	/* absolute */
	const char *file;	/* as shown in messages */
	const char *folder;
	config_t config;
	const config_setting_t *root;	/* NULL: it could not be read */
	struct import_form form;
	struct import_column *columns;
	size_t column_count;
	const char **registers;	/* read beside what is made, absolute */
	size_t register_count;
	struct digest digest;
};

/* Reads a mapping. NULL after faults. */
struct import_mapping *import_mapping_load(const char *path,
	struct faults *faults);
void import_mapping_free(struct import_mapping *mapping);

/* Finds the columns in a table, adds those that are not declared under the
   names of its header, fills what is to be filled, and looks whether every
   ${name} is a column. -1 with faults. */
int import_mapping_place(struct import_mapping *mapping,
	struct import_table *table, struct faults *faults);

/* The column of a name that is length bytes long; NULL: there is none. */
const struct import_column *import_column_find(
	const struct import_mapping *mapping, const char *name, size_t length);

/* Whether a setting, or one within it, speaks of a column. */
bool import_speaks(const config_setting_t *setting);

/* The next ${name} of a string from *cursor on, which is moved behind it; NULL:
   there is none. $${ is none. */
const char *import_name_next(const char **cursor, size_t *length);

/* What a mapping says beside a register, for its manual. */
extern const struct conf_table import_table_of_keys;

#endif
