/*
 * order: one function for SQL.
 */
#include "core/period.h"
#include "store/database.h"
#include "store/order.h"

/* What is no period comes before every one. */
static struct period order_period(sqlite3_value *value)
{
	const char *text = (const char *)sqlite3_value_text(value);
	struct period period = PERIOD_NONE;

	if (text != NULL && !period_read(text, &period))
		return PERIOD_NONE;
	return period;
}

static void order_period_after(sqlite3_context *context, int count,
	sqlite3_value **values)
{
	struct period a = order_period(values[0]), b = order_period(values[1]);

	(void)count;
	sqlite3_result_int(context, !period_is_none(a) &&
		(period_is_none(b) || period_compare(a, b) > 0));
}

int order_register(sqlite3 *db, struct error *error)
{
	if (sqlite3_create_function_v2(db, "period_after", 2,
	    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL,
	    order_period_after, NULL, NULL, NULL) != SQLITE_OK)
		return database_error(db, error);
	return 0;
}
