/*
 * cursor: columns to values.
 */
#include <stdio.h>
#include <string.h>

#include "store/cursor.h"

int64_t cursor_int_or(struct cursor *cursor, int64_t none)
{
	int column = cursor->column++;

	if (sqlite3_column_type(cursor->statement, column) == SQLITE_NULL)
		return none;
	return sqlite3_column_int64(cursor->statement, column);
}

int64_t cursor_int(struct cursor *cursor)
{
	return cursor_int_or(cursor, 0);
}

int32_t cursor_int32_or(struct cursor *cursor, int32_t none)
{
	int64_t number = cursor_int_or(cursor, none);

	if (number < INT32_MIN || number > INT32_MAX) {
		cursor->bad = true;
		return none;
	}
	return (int32_t)number;
}

instant cursor_instant(struct cursor *cursor)
{
	return cursor_int_or(cursor, INSTANT_MIN);
}

const char *cursor_string(struct cursor *cursor)
{
	return (const char *)sqlite3_column_text(cursor->statement,
		cursor->column++);
}

void cursor_copy(struct cursor *cursor, char *out, size_t size)
{
	const char *string = cursor_string(cursor);

	if (string == NULL)
		string = "";
	if ((size_t)snprintf(out, size, "%s", string) >= size)
		cursor->bad = true;
}

struct decimal cursor_decimal(struct cursor *cursor)
{
	const char *string = cursor_string(cursor);
	struct decimal value = DECIMAL_ZERO;

	if (string == NULL || !decimal_read(string, &value))
		cursor->bad = true;
	return value;
}

struct figure cursor_figure(struct cursor *cursor)
{
	const char *string = cursor_string(cursor);
	struct figure figure = { DECIMAL_ZERO, false };

	if (string == NULL)
		return figure;
	figure.known = decimal_read(string, &figure.value);
	if (!figure.known)
		cursor->bad = true;
	return figure;
}

struct date cursor_date(struct cursor *cursor)
{
	const char *string = cursor_string(cursor);
	struct date date = { 0, 0, 0 };

	if (string != NULL && !date_parse(string, &date))
		cursor->bad = true;
	return date;
}

struct period cursor_period(struct cursor *cursor)
{
	const char *string = cursor_string(cursor);
	struct period period = PERIOD_NONE;

	if (string != NULL && !period_read(string, &period))
		cursor->bad = true;
	return period;
}

bool cursor_digest(struct cursor *cursor, struct digest *out)
{
	int column = cursor->column++;
	const void *bytes = sqlite3_column_blob(cursor->statement, column);

	*out = (struct digest){{0}};
	if (sqlite3_column_type(cursor->statement, column) == SQLITE_NULL)
		return false;
	if (sqlite3_column_bytes(cursor->statement, column) != DIGEST_SIZE) {
		cursor->bad = true;
		return false;
	}
	memcpy(out->bytes, bytes, DIGEST_SIZE);
	return true;
}
