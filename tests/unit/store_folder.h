/*
 * store_folder: a folder with a store in it, one a test; what the tests of the
 * store do with its file, and what they have in common.
 */
#ifndef PLEDGED_TESTS_STORE_FOLDER_H
#define PLEDGED_TESTS_STORE_FOLDER_H

#include <sqlite3.h>

#include "store/store.h"

#define T0 ((instant)1600000000)

struct folder {
	char path[64];
	char db[96];
};

/* Set-up and end of a test; the state is the folder. */
int folder_make(void **state);
int folder_remove(void **state);
/* Without any file of a store. */
void folder_empty(const struct folder *folder);

#define IN_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)

/* Behind the back of the store. */
sqlite3 *raw_open(const struct folder *folder);
void raw_run(const struct folder *folder, const char *sql);
int64_t raw_number(const struct folder *folder, const char *sql);
/* All state tables, row by row. */
char *dump_state(const struct folder *folder);
/* State is what the facts make of it, also after whatever happened. */
void assert_state_follows(const struct folder *folder);
/* Makes a database, closed, one of an older version again. What only a later
   one has must not be in it. */
void schema_undo(const struct folder *folder, int version);

struct store *open_store(const struct folder *folder);
/* A store_done: 1 or -1 into an int. */
void note_outcome(void *context, bool committed);
void collect_all(struct store *store);
/* Hands over, waits, and tells whether it was committed. */
bool commit(struct store *store, struct store_batch *batch);
void commit_well(struct store *store, struct store_batch *batch);

/* What was met, by its numbers. */
struct seen {
	int64_t ids[32];
	size_t count;
};
void assert_seen(const struct seen *seen, const char *want);

#endif
