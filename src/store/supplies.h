/*
 * supplies: the last period each source has given of each indicator, moved on
 * once a group of commits, since a release gives many periods of one indicator.
 * What it remembers of earlier groups spares it those that change nothing.
 */
#ifndef PLEDGED_STORE_SUPPLIES_H
#define PLEDGED_STORE_SUPPLIES_H

#include <sqlite3.h>

#include "base/error.h"
#include "store/record.h"

struct supplies;

struct supplies *supplies_new(void);
void supplies_free(struct supplies *supply);	/* NULL is nothing */

/*
 * Takes the values of an observation (its id, then its columns, numbers for
 * names). statement: its state statement in fact_tables, run here or by
 * supplies_settle. After an error, or a rollback, only good for supplies_free.
 */
int supplies_note(struct supplies *supply, const struct field *values,
	sqlite3_stmt *statement, struct error *error);
/* Moves the table on by all that was noted. */
int supplies_settle(struct supplies *supply, sqlite3_stmt *statement,
	struct error *error);

#endif
