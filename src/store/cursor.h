/*
 * cursor: the columns of one row, left to right, as the values they stand
 * for. What does not read as such a value marks the row as bad; the reader of
 * a row looks once, at its end.
 */
#ifndef PLEDGED_STORE_CURSOR_H
#define PLEDGED_STORE_CURSOR_H

#include <sqlite3.h>

#include "core/effect.h"

struct cursor {
	sqlite3_stmt *statement;
	int column;
	bool bad;
};

int64_t cursor_int(struct cursor *cursor);	/* NULL: 0 */
int64_t cursor_int_or(struct cursor *cursor, int64_t none);
int32_t cursor_int32_or(struct cursor *cursor, int32_t none);
instant cursor_instant(struct cursor *cursor);	/* NULL: INSTANT_MIN */
/* Valid until the next row; NULL is NULL. */
const char *cursor_string(struct cursor *cursor);
/* Into room of a size; NULL: "". */
void cursor_copy(struct cursor *cursor, char *out, size_t size);
struct decimal cursor_decimal(struct cursor *cursor);
struct figure cursor_figure(struct cursor *cursor);
struct date cursor_date(struct cursor *cursor);
struct period cursor_period(struct cursor *cursor);
/* false: NULL, and out is zeroed. */
bool cursor_digest(struct cursor *cursor, struct digest *out);

/* cursor_word(cursor, status, &out): by the word_… function of that name. */
#define cursor_word(cursor, name, out) do { \
	if (!word_##name(cursor_string(cursor), out)) \
		(cursor)->bad = true; \
} while (0)

#endif
