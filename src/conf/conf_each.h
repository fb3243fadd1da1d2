/*
 * conf_each: elements of lists that are written once and read many times.
 *
 *	for_each = "provinces.csv";                       a row an instance
 *	for_each = { place = "provinces.csv"; measure = [ "law", … ]; };
 *
 * While such an element is read, ${name} in its strings, and in those of
 * everything inside it, stands for the value that the instance has under that
 * name: a column of a table, ${place.column} in a product, ${measure} of a
 * list. $${ stands for ${ itself. The tree of settings stays as it is; names
 * are replaced where a string leaves it, which is conf_string and nowhere else.
 */
#ifndef PLEDGED_CONF_CONF_EACH_H
#define PLEDGED_CONF_CONF_EACH_H

#include "conf/conf_reader.h"
#include "conf/conf_rows.h"

#define EACH_INSTANCES_MAX 100000	/* of one element */
#define EACH_TOTAL_MAX 1000000		/* of all elements */
#define EACH_DEPTH_MAX 4		/* for_each within for_each */
#define EACH_DIMENSIONS_MAX 8		/* of one product */
#define EACH_LINES_MAX 16		/* of an element, kept for its faults */
#define EACH_STRING_MAX 65536		/* bytes, its names replaced */

struct each_id;

/* What is gone over: the values of one name, or of a table's columns. */
struct each_dimension {
	const char *prefix;		/* "place"; NULL: names stand alone */
	const struct conf_rows *rows;
	struct conf_rows list;		/* the rows, when they are a setting's */
	const char *name;		/* of that one column */
};

/* One element at work. Lives where it is opened, until it is closed. */
struct conf_each {
	struct conf_reader *reader;
	const config_setting_t *element;
	struct conf_each *outer;
	struct each_dimension dimensions[EACH_DIMENSIONS_MAX];
	size_t dimension_count;
	size_t total, number;		/* instances, and the one being read */
	size_t depth;
	bool bound, begun, twice;	/* has names; is under way; an id was
					   told to be there twice */
	struct each_id *ids;		/* of the instances so far */
	size_t id_room;			/* a power of two */
};

/*
 * Opens an element; without the key for_each (or a table that has none) it is
 * read once. false when a fault was added: then it is not read at all. Closed
 * in either case.
 */
bool conf_each_open(struct conf_reader *reader, struct conf_each *each,
	const config_setting_t *element, bool possible);
/* Binds the names of the next instance; false: there is none. */
bool conf_each_next(struct conf_each *each);
void conf_each_close(struct conf_each *each);

/* A name in a string, and what it stands for. */
struct each_name {
	const char *name, *value;
	struct origin origin;		/* of the value */
};
/* What a group being read is made of: the instances around it, outermost
   first, and the first EACH_LINES_MAX lines of it on which values stand; in the
   arena. NULL: none do. */
const struct made_of *conf_made_of(struct conf_reader *reader,
	const config_setting_t *group);

/* The next name in a string that is bound, each name once; cursor begins at
   its beginning. */
bool each_name_next(const struct conf_reader *reader, const char *string,
	const char **cursor, struct each_name *out);

/*
 * Checks that an id is one, and that no instance before has it: both can only
 * be said here with the row that the fault is owed to. True for what is written
 * once.
 */
bool conf_each_id(struct conf_reader *reader, const config_setting_t *setting,
	const char *id, bool hyphens);

#endif
