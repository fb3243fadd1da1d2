/*
 * intern: strings and digests that many rows share, kept once in a table and
 * known by a small number. A cache of fixed size stands before the table; what
 * collides in it is looked up again.
 */
#ifndef PLEDGED_STORE_INTERN_H
#define PLEDGED_STORE_INTERN_H

#include <sqlite3.h>

#include "base/error.h"

#define INTERN_CACHED 65536	/* entries */

enum intern_kind { INTERN_NAME, INTERN_DIGEST };

struct intern;

/* One serves either intern_number (needs a writing connection) or
   intern_bytes. NULL on error. */
struct intern *intern_new(sqlite3 *db, enum intern_kind kind,
	struct error *error);
void intern_free(struct intern *intern);	/* NULL is nothing */

/* The number of some bytes, which are entered if they are new. What was
   numbered in a transaction that is then rolled back is remembered wrongly:
   the intern must be freed too. */
int intern_number(struct intern *intern, const void *bytes, size_t length,
	int64_t *number, struct error *error);
/* The bytes of a number, valid until the next call; ERROR_ABSENT. */
int intern_bytes(struct intern *intern, int64_t number, const void **bytes,
	size_t *length, struct error *error);

#endif
