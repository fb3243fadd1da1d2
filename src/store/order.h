/*
 * order: period_after(a, b), for SQL: whether the period written as a comes
 * after the one written as b in the order of period_compare. Their texts do
 * not sort so where forms are mixed.
 */
#ifndef PLEDGED_STORE_ORDER_H
#define PLEDGED_STORE_ORDER_H

#include <sqlite3.h>

#include "base/error.h"

/* Makes the function known to a connection. */
int order_register(sqlite3 *db, struct error *error);

#endif
