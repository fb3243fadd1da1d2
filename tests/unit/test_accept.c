/* accept: how welcome a media type is (RFC 9110, 12.5.1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "pledged/accept.h"

static const struct {
	const char *accept, *type;
	int want;
} cases[] = {
	{NULL, "text/csv", 1000},
	{"", "text/csv", 1000},
	{" \t", "text/csv", 1000},
	{"text/csv", "text/csv", 1000},
	{"Text/CSV", "text/csv", 1000},
	{"text/csv;header=present", "text/csv", 1000},
	{"text/csvs", "text/csv", 0},
	{"text/cs", "text/csv", 0},
	{"application/json", "text/csv", 0},
	{"*/*", "text/csv", 1000},
	{"text/*", "text/csv", 1000},
	{"text/*", "application/json", 0},
	{"*/*;q=0.1, text/csv", "text/csv", 1000},
	{"text/csv;q=0.2, */*", "text/csv", 200},
	{"text/*;q=0.7,*/*;q=0.9", "text/csv", 700},
	{"text/csv ; q=0.25", "text/csv", 250},
	{"text/csv;q=0.1239", "text/csv", 123},
	{"text/csv;Q=0", "text/csv", 0},
	{"text/csv;q=0., */*", "text/csv", 0},
	{"text/csv;q=1.5", "text/csv", 1000},
	{"text/csv;q=high", "text/csv", 1000},
	{"text/csv;header=present;q=0.5", "text/csv", 500},
	{"image/png;q=0.5, text/csv", "text/csv", 1000},
	{",,text/csv;q=0.5,", "text/csv", 500},
	{";q=0.5", "text/csv", 0},
	{"/", "text/csv", 0},
	{"*", "text/csv", 0},
	{"text/csv;", "text/csv", 1000},
};

static void types_are_welcome(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(accept_quality(cases[i].accept,
			cases[i].type), cases[i].want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_are_welcome),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
