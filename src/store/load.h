/*
 * load: what the files that read have in common.
 */
#ifndef PLEDGED_STORE_LOAD_H
#define PLEDGED_STORE_LOAD_H

#include "store/cursor.h"
#include "store/readers.h"

/* Reads one row and hands it on, unless it is bad. */
typedef void load_row(struct cursor *cursor, void *target);

/* Steps through a query that is bound, and gives it back. */
int load_rows(struct store *store, sqlite3_stmt *statement, load_row *row,
	void *target, struct error *error);
/* The same, ending early once it is enough. */
typedef bool load_enough(const void *target);
int load_rows_until(struct store *store, sqlite3_stmt *statement, load_row *row,
	load_enough *enough, void *target, struct error *error);
/* At most so many rows; 0: no limit. */
void load_bind_limit(sqlite3_stmt *statement, int index, size_t limit);
void load_bind_digest(sqlite3_stmt *statement, int index,
	const struct digest *digest);
/* ?1: a number. */
int load_of(struct store *store, enum query query, int64_t number,
	load_row *row, void *target, struct error *error);
/* A query without anything to bind. */
int load_all(struct store *store, enum query query, load_row *row,
	void *target, struct error *error);
/* ?1: ids above after; ?2: at most limit rows; ?3: of whom, unless NULL. */
int load_after(struct store *store, enum query query, int64_t after,
	size_t limit, const char *of, load_row *row, void *target,
	struct error *error);
/* ?1: ids below before (0: all); the rest likewise. */
int load_before(struct store *store, enum query query, int64_t before,
	size_t limit, const char *of, load_row *row, void *target,
	struct error *error);
/* A load_row: the first column into an int64_t. */
void load_counter(struct cursor *cursor, void *target);

/* The columns of an observation from its id to its quarantine. */
void cursor_observation(struct cursor *cursor, struct observation *out);
/* The columns of a document; its strings live until the next row. */
void cursor_document(struct cursor *cursor, struct document *out);
/* The columns of an event; its strings live until the next row. */
void cursor_event(struct cursor *cursor, struct event *out);
/* "" for NULL. */
const char *cursor_said(struct cursor *cursor);

#endif
