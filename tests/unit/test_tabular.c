/* tabular: objects as lines of CSV. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/tabular.h"

static void add_columns(struct tabular *tabular, const char *const *paths)
{
	for (; *paths != NULL; paths++)
		assert_true(tabular_column(tabular, *paths, *paths));
}

static const char *const columns[] = {"id", "value", "forecast.value",
	"forecast.date", "names", "changes", NULL};

static const struct {
	const char *object, *want;
} rows[] = {
	{"{\"id\":\"a\",\"value\":27335339028.123456789012}",
		"a,27335339028.123456789012,,,,\r\n"},
	{"{\"value\":0.10,\"id\":\"order\"}", "order,0.10,,,,\r\n"},
	{"{\"id\":null,\"value\":true,\"forecast\":null}", ",true,,,,\r\n"},
	{"{\"id\":\"null\",\"forecast\":{\"method\":\"x\",\"value\":-2,"
		"\"date\":\"2021-01-01\"}}", "null,,-2,2021-01-01,,\r\n"},
	{"{\"names\":[\"a\",\"b\"],\"changes\":{\"id\":{\"from\":1}}}",
		",,,,\"[\"\"a\"\",\"\"b\"\"]\","
		"\"{\"\"id\"\":{\"\"from\"\":1}}\"\r\n"},
	{"{\"id\":\"two\\nlines, \\\"said\\\"\",\"value\":1}",
		"\"two\nlines, \"\"said\"\"\",1,,,,\r\n"},
	{"{\"stranger\":{\"id\":\"b\"},\"deep\":{\"forecast\":{\"value\":1}}}",
		",,,,,\r\n"},
	{"{}", ",,,,,\r\n"},
};

static void objects_are_rows(void **state)
{
	struct tabular tabular;
	struct text out;

	(void)state;
	tabular_init(&tabular);
	add_columns(&tabular, columns);
	text_init(&out, 0);
	tabular_head(&tabular, &out);
	assert_string_equal(text_string(&out),
		"id,value,forecast.value,forecast.date,names,changes\r\n");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		text_clear(&out);
		tabular_row(&tabular, slice_of(rows[i].object), &out);
		assert_string_equal(text_string(&out), rows[i].want);
	}
	text_release(&out);
	tabular_release(&tabular);
}

static void a_title_is_not_a_path(void **state)
{
	struct tabular tabular;
	struct text out;

	(void)state;
	tabular_init(&tabular);
	assert_true(tabular_column(&tabular, "label.a", "labels.a"));
	assert_true(tabular_column(&tabular, "label.b.c", "labels.b.c"));
	text_init(&out, 0);
	tabular_head(&tabular, &out);
	tabular_row(&tabular, slice_of("{\"labels\":{\"b.c\":\"y\","
		"\"a\":\"x\"},\"label.a\":1}"), &out);
	assert_string_equal(text_string(&out), "label.a,label.b.c\r\nx,y\r\n");
	text_release(&out);
	tabular_release(&tabular);
}

static void columns_have_a_limit(void **state)
{
	struct tabular tabular;
	char name[16];

	(void)state;
	tabular_init(&tabular);
	for (int i = 0; i < TABULAR_COLUMNS_MAX; i++) {
		snprintf(name, sizeof name, "c%d", i);
		assert_true(tabular_column(&tabular, name, name));
	}
	assert_false(tabular_column(&tabular, "one", "more"));
	tabular_release(&tabular);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_are_rows),
		cmocka_unit_test(a_title_is_not_a_path),
		cmocka_unit_test(columns_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
