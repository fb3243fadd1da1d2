/*
 * test_table: figures in a plain table, for register tests.
 *
 * CSV without quotes: a line of column names (indicator, period, value,
 * published, provisional, in any order), then a figure a line. Spaces around a
 * cell are nothing, an empty cell is absent, a line that is empty or begins
 * with # is passed over.
 */
#ifndef PLEDGED_CONF_TEST_TABLE_H
#define PLEDGED_CONF_TEST_TABLE_H

#include "base/error.h"
#include "core/row.h"

#define TEST_TABLE_MAX ((size_t)16 << 20)
#define TEST_TABLE_ROWS_MAX 1000000

/* Called for each figure; its strings are valid until it returns. */
typedef void test_table_row(void *context, int line, const struct row_text *row);
/* Called for what is wrong; line 0: of the file as a whole. */
typedef void test_table_fault(void *context, int line, const char *what);

void test_table_read(const char *path, test_table_row *tell,
	test_table_fault *fault, void *context);

#endif
