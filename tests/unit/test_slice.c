/* slice: members and elements of a JSON text, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/slice.h"
#include "base/text.h"

static void assert_slice(struct slice slice, const char *expected)
{
	assert_int_equal(slice.length, strlen(expected));
	assert_memory_equal(slice.start, expected, slice.length);
}

static void test_members(void **state)
{
	static const struct {
		const char *object, *key, *want;
	} cases[] = {
		{"{\"a\":1,\"b\":2}", "b", "2"},
		{" { \"a\" : 1.50 ,\n \"b\" : [ 1, 2 ] } ", "a", "1.50"},
		{" { \"a\" : 1.50 ,\n \"b\" : [ 1, 2 ] } ", "b", "[ 1, 2 ]"},
		{"{\"x\":{\"a\":3},\"a\":4}", "a", "4"},
		{"{\"a\":\"}\\\",\",\"b\":\"c\"}", "b", "\"c\""},
		{"{\"aa\":1,\"a\":27335339028.123456}", "a", "27335339028.123456"},
		{"{\"\\u0061\":1}", "a", ""},
		{"{}", "a", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct slice found = slice_member(slice_of(cases[i].object),
			cases[i].key);

		if (*cases[i].want == '\0')
			assert_int_equal(found.length, 0);
		else
			assert_slice(found, cases[i].want);
	}
}

static void test_elements(void **state)
{
	struct slice array = slice_of(" [ 1 , {\"a\":[2]} ,\"x,]\" ] ");
	struct slice element;
	size_t cursor = 0;

	(void)state;
	assert_true(slice_next(array, &cursor, &element));
	assert_slice(element, "1");
	assert_true(slice_next(array, &cursor, &element));
	assert_slice(element, "{\"a\":[2]}");
	assert_true(slice_next(array, &cursor, &element));
	assert_slice(element, "\"x,]\"");
	assert_false(slice_next(array, &cursor, &element));
	cursor = 0;
	assert_false(slice_next(slice_of("[]"), &cursor, &element));
}

static void test_all_members(void **state)
{
	struct slice object = slice_of(" { \"a\" : [1,2] , \"b.c\":{\"d\":\"}\"}} ");
	struct slice key, value;
	size_t cursor = 0;

	(void)state;
	assert_true(slice_next_member(object, &cursor, &key, &value));
	assert_slice(key, "a");
	assert_slice(value, "[1,2]");
	assert_true(slice_next_member(object, &cursor, &key, &value));
	assert_slice(key, "b.c");
	assert_slice(value, "{\"d\":\"}\"}");
	assert_false(slice_next_member(object, &cursor, &key, &value));
	cursor = 0;
	assert_false(slice_next_member(slice_of("{}"), &cursor, &key, &value));
}

static void test_said(void **state)
{
	static const struct {
		const char *string, *want;
	} cases[] = {
		{"\"\"", ""}, {"\"plain\"", "plain"},
		{"\"a\\\"b\\\\c\\/d\"", "a\"b\\c/d"},
		{"\"\\b\\f\\n\\r\\t\"", "\b\f\n\r\t"},
		{"\"\\u001b\\u009B\\u20ac\"", "\x1b\xc2\x9b\xe2\x82\xac"},
		{"\"\\ud83d\"", "\xef\xbf\xbd"},
		{"\"\\u00", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct text said;

		text_init(&said, 0);
		slice_add_said(&said, slice_of(cases[i].string));
		if (*cases[i].want != '\0' || cases[i].string[1] == '"')
			assert_string_equal(text_string(&said), cases[i].want);
		text_release(&said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_elements),
		cmocka_unit_test(test_all_members),
		cmocka_unit_test(test_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
