/*
 * facts: the tables that are only appended to, and the state tables that each
 * of their rows moves on. One row of fact_tables is all that the writer, the
 * check of the hash chain and the rebuilding of state know of a table.
 *
 * In its statements ?1 is the row's id and ?2, ?3 … its columns in order; the
 * same numbers serve INSERT, `kept` and `state`.
 */
#ifndef PLEDGED_STORE_FACTS_H
#define PLEDGED_STORE_FACTS_H

#include <stdbool.h>

#include "base/text.h"

/* Their numbers stand in seals: a new one goes before FACT_COUNT, and no other
   ever moves. */
enum fact {
	FACT_FETCH, FACT_SNAPSHOT, FACT_OBSERVATION, FACT_ASSESSMENT, FACT_EVENT,
	FACT_ALERT, FACT_NOTIFICATION, FACT_DELIVERY, FACT_ACTION,
	FACT_DOCUMENT, FACT_ATTESTATION, FACT_DEFINITION, FACT_ANSWER,
	FACT_SUBMISSION, FACT_RETENTION, FACT_SEAL, FACT_MENTION,
	FACT_MENTION_END, FACT_SILENCE, FACT_SILENCE_END, FACT_COUNT
};

#define FACT_COLUMNS_MAX 48
#define FACT_STATES_MAX 3

enum column_kind {
	COLUMN_PLAIN = '-',
	COLUMN_NAME = 'n',	/* text, kept once in `name` */
	COLUMN_DIGEST = 'd'	/* 32 bytes, kept once in `digest` */
};

/* What a row does to state, by its values. */
struct fact_state {
	const char *sql;	/* NULL: no more */
	int only;		/* 0: every row; n: rows in which ?n is there; -n:
				   rows in which it is NULL */
};

struct fact_table {
	const char *name;
	bool numbered;		/* ids are given, and part of the record; else
				   each row's is one more than the last */
	const char *columns;	/* of the record, with commas */
	const char *kinds;	/* a column_kind each; PLAIN after its end */
	const char *packed;	/* a compressed column outside the hash, or NULL */
	const char *kept;	/* a query with a row when the fact need not be
				   kept, as it is there already or no longer true;
				   1: it is there without its packed bytes. NULL:
				   every fact is kept */
	const char *refill;	/* gives such a row its bytes again */
	const char *once;	/* what a row does beside when it is appended,
				   never when state is made anew; or NULL */
	struct fact_state state[FACT_STATES_MAX];
	bool supplies;		/* its only state is moved on once a group:
				   supply.h */
};

extern const struct fact_table fact_tables[FACT_COUNT];
/* The tables a restart loads, NULL at the end. */
extern const char *const state_tables[];

size_t fact_columns(const struct fact_table *table);
enum column_kind fact_column_kind(const struct fact_table *table, size_t column);
/* INSERT INTO …(id, columns, hash[, packed]). */
void fact_insert_sql(const struct fact_table *table, struct text *out);
/* SELECT id, columns, hash[, packed] FROM … in order of the chain. */
void fact_select_sql(const struct fact_table *table, struct text *out);

#endif
