/*
 * export: everything that is known, as tables of objects: what the register
 * says, how its milestones stand, every figure with all its vintages, documents
 * and statements, what changed, what was told, what people did, and the code
 * lists that all of these are written by.
 *
 * A table is written some rows at a time, by a cursor that outlives any change
 * of what is there; each row is one JSON object, from which the other forms are
 * made, so that all say the same, digit for digit.
 */
#ifndef PLEDGED_PLEDGED_EXPORT_H
#define PLEDGED_PLEDGED_EXPORT_H

#include "base/json.h"
#include "pledged/edition.h"
#include "pledged/question.h"

#define EXPORT_ROWS 200		/* read from the store at once */
#define EXPORT_DOCUMENTS 20	/* … with their texts */
#define EXPORT_JUDGED 100	/* milestones judged at once */

struct export;

/* Writes some rows of a table; 1: that was all; 0: there may be more; -1 with an
   error: the store cannot be read. */
typedef int export_step(struct export *export, struct error *error);

struct export_table {
	const char *name;			/* "observations" */
	const char *const *columns;		/* see columns.h */
	export_step *step;
};
extern const struct export_table export_tables[];
extern const size_t export_table_count;
/* NULL: there is none of this name. */
const struct export_table *export_table_find(const char *name, size_t length);

/* What becomes of a row. */
typedef void export_take(void *context, const struct text *row);

struct export {
	struct daemon *daemon;
	struct edition edition;
	struct question question;	/* what was known when */
	export_take *take;
	void *context;
	/* within a table; {0} at its begin */
	size_t place;
	int64_t cursor;
	size_t loaded;			/* rows that the store gave last */
	/* the row being written */
	struct text row;
	struct json json;
};

void export_init(struct export *export, struct daemon *daemon);
void export_release(struct export *export);
/* Some rows of a table; as export_step. */
int export_some(struct export *export, const struct export_table *table,
	struct error *error);

#endif
