/*
 * conf_reader: walks parsed settings against tables.
 *
 * A table lists the keys a group may have, sorted by name; a row says what
 * kind of value a key takes, where it goes, whether it must stand there,
 * what it is when absent, and how far this version acts on it. What no row
 * allows is a fault, with the nearest key that would be. Nothing stops at the
 * first fault.
 *
 * Values go to an object (a struct) at the row's offset; without an object
 * they are checked all the same. Strings are copied into the arena, so the
 * parsed file can go.
 */
#ifndef PLEDGED_CONF_CONF_READER_H
#define PLEDGED_CONF_CONF_READER_H

#include <libconfig.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/error.h"

/* A string leaves libconfig by conf_string, lest names stay in it. Whoever has
   to see it as it is written says so by #undef. */
#define config_setting_get_string take_it_by_conf_string

#define CONF_TABLE_KEYS_MAX 64
#define CONF_LIST_MAX 1000000	/* elements of one list */

struct conf_names;	/* strings that many settings share */
struct conf_each;
struct conf_rows;

struct conf_reader {
	struct arena *arena;
	struct faults *faults;
	const char *file;	/* as shown in messages, in the arena */
	const char *folder;	/* what relative names are relative to */
	void *context;		/* the caller's, for its own rows */
	struct conf_names *names;
	size_t errors;		/* told so far, equal ones each time */
	struct digest_state *digest;	/* of all that is read; NULL: none */
	/* conf_each: elements written once and read many times */
	struct conf_each *each;	/* innermost; NULL: none */
	size_t instances;	/* made so far */
	bool unmade;		/* an element could not be: what refers to it
				   is not to blame */
	struct conf_rows *tables;	/* read so far */
	struct text replaced;
};

enum conf_standing {
	CONF_OPTIONAL,
	CONF_REQUIRED
};

struct conf_key;

/* What values a key may take. */
struct conf_kind {
	const char *name;	/* in the manual: "duration" */
	const char *expected;	/* in messages: "a duration such as \"90d\"" */
	/* Reads a string. target may be NULL. false with an error; a kind
	   without it takes no strings and has no defaults. */
	bool (*parse)(struct conf_reader *reader, const struct conf_key *key,
		const char *string, void *target, struct error *error);
	/* Reads any setting itself; false when a fault was added. NULL:
	   strings, by parse. */
	bool (*read)(struct conf_reader *reader, const struct conf_key *key,
		const config_setting_t *setting, void *object);
};

/* One of the words a key may take. */
struct conf_word {
	const char *word;	/* NULL ends the list */
	int value;
};

struct conf_key {
	const char *name;
	const struct conf_kind *kind;
	enum conf_standing standing;
	size_t offset;
	size_t second;		/* offset of what goes with it: a list's count */
	const char *fallback;	/* as one would write it; NULL: none */
	int64_t least, most;	/* range, both 0: any */
	const struct conf_word *words;
	const struct conf_table *inside;
	/* How a string is written in a file of another folder; free() it.
	   NULL: as it is. */
	char *(*moved)(const struct conf_reader *reader, const char *string);
};

/* What was found in a group, for its close. */
struct conf_group {
	const struct conf_table *table;
	const config_setting_t *setting;
	uint64_t given, taken;	/* a bit a row: it stands there; it was good */
};

struct conf_table {
	const struct conf_key *keys;
	size_t count;
	/* Elements of a list: a zeroed or prepared object for the next, or
	   NULL to pass over it. parent is the list's own object. */
	void *(*open)(struct conf_reader *reader, void *parent,
		const config_setting_t *setting);
	/* Checks between keys, after all were read. NULL: none. */
	void (*close)(struct conf_reader *reader, const struct conf_group *group,
		void *parent, void *object);
};

#define CONF_TABLE(rows) .keys = rows, .count = sizeof rows / sizeof rows[0]

void conf_reader_init(struct conf_reader *reader, struct arena *arena,
	struct faults *faults);
void conf_reader_release(struct conf_reader *reader);

/*
 * Scans, parses and reports the text of a file (length bytes and a NUL; some
 * are changed). 0 with config filled, to be destroyed by the caller; -1 with
 * nothing to destroy.
 */
int conf_parse(struct conf_reader *reader, char *bytes, size_t length,
	config_t *config);

/* Reads a group (the root is one) into object. */
void conf_read(struct conf_reader *reader, const struct conf_table *table,
	const config_setting_t *setting, void *object);
/* Gives an object the defaults of a table and of the groups inside. */
void conf_defaults(struct conf_reader *reader, const struct conf_table *table,
	void *object);

/* Reads a setting as another kind than its row's would, for kinds that are
   another one and something more. */
bool conf_read_as(struct conf_reader *reader, const struct conf_kind *kind,
	const struct conf_key *key, const config_setting_t *setting,
	void *object);

/* Whether a table has a row for a key. */
bool conf_table_has(const struct conf_table *table, const char *name);

/* A table, and the keys of another, which somebody else reads; in the arena. */
struct conf_table conf_table_with(struct arena *arena,
	const struct conf_table *own, const struct conf_table *other);

/* Whether a group has a key, and whether its value was good. */
bool conf_given(const struct conf_group *group, const char *name);
bool conf_taken(const struct conf_group *group, const char *name);

/* Where a setting stands, and its name: "polling.every", "channels[1].to". */
struct origin conf_origin(const struct conf_reader *reader,
	const config_setting_t *setting);
/* A fault of a setting: "channels[1].to: " and the text. Returns false. */
bool conf_fault(struct conf_reader *reader, const config_setting_t *setting,
	const char *format, ...) __attribute__((format(printf, 3, 4)));
void conf_warn(struct conf_reader *reader, const config_setting_t *setting,
	const char *id, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* A fault of a key within a group, whether it stands there or not. */
bool conf_fault_key(struct conf_reader *reader, const config_setting_t *group,
	const char *key, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* The same without the values of names in it: said once, whatever the instance
   (an element of a list by the list's key). */
bool conf_fault_plain(struct conf_reader *reader,
	const config_setting_t *setting, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * The string of a setting with the names of the instance in their places: the
 * only way one leaves libconfig. Good until the next call. NULL: it is no
 * string, or a fault was added.
 */
const char *conf_string(struct conf_reader *reader,
	const config_setting_t *setting);
/* A fault of a key that a table does not have, with the nearest that it has;
   none of one that begins with x_. */
void conf_fault_unknown(struct conf_reader *reader,
	const struct conf_table *table, const config_setting_t *setting);
/* The row of a table by its key, NULL when it has none such. */
const struct conf_key *conf_table_find(const struct conf_table *table,
	const char *name);

/* A string that others will ask for too, once in the arena. */
const char *conf_shared(struct conf_reader *reader, const char *string);

/* A member of an object, NULL without an object. */
static inline void *conf_member(void *object, size_t offset)
{
	return object != NULL ? (char *)object + offset : NULL;
}

/* The rows of a table and of all tables inside, with full paths. */
struct conf_row {
	char path[96];
	const struct conf_key *key;
};
size_t conf_rows(const struct conf_table *table, struct conf_row *rows,
	size_t most);

#endif
