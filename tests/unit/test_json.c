/*
 * The JSON writer: nesting, escapes, numbers.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void object_is_nested(void **state)
{
	struct text out;
	struct json json;

	(void)state;
	text_init(&out, 0);
	json_init(&json, &out);
	json_object(&json);
	json_put_string(&json, "id", "purchases.agriculture/2020");
	json_key(&json, "list");
	json_array(&json);
	json_int(&json, -1);
	json_object(&json);
	json_object_end(&json);
	json_array(&json);
	json_array_end(&json);
	json_raw(&json, "{\"raw\":1}");
	json_array_end(&json);
	json_put_decimal(&json, "actual", (struct decimal){273, -1});
	json_put_bool(&json, "ok", true);
	json_put_null(&json, "none");
	json_put_string(&json, "null", NULL);
	json_put_int(&json, "min", INT64_MIN);
	json_put_instant(&json, "since", 1611761422);
	json_put_instant(&json, "never", INSTANT_MAX);
	json_put_date(&json, "on", (struct date){2020, 12, 31});
	json_put_date(&json, "no_date", (struct date){0, 0, 0});
	json_object_end(&json);
	assert_string_equal(text_string(&out),
		"{\"id\":\"purchases.agriculture/2020\","
		"\"list\":[-1,{},[],{\"raw\":1}],"
		"\"actual\":27.3,\"ok\":true,\"none\":null,\"null\":null,"
		"\"min\":-9223372036854775808,"
		"\"since\":\"2021-01-27T15:30:22Z\",\"never\":null,"
		"\"on\":\"2020-12-31\",\"no_date\":null}");
	assert_int_equal(json.depth, 0);
	text_release(&out);
}

static const struct {
	const char *bytes;
	size_t length;
	const char *want_json;
} strings[] = {
	{"", 0, "\"\""},
	{"plain", 5, "\"plain\""},
	{"\"\\/", 3, "\"\\\"\\\\/\""},
	{"\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\""},
	{"\x01\x1f\x7f", 3, "\"\\u0001\\u001f\\u007f\""},
	{"\xc2\x9b" "1\xc2\xa0", 5, "\"\\u009b1\xc2\xa0\""},
	{"a\0b", 3, "\"a\\u0000b\""},
	{"中😀", 7, "\"中😀\""},
	{"a\xff" "b\xe4\xb8", 5, "\"a\xef\xbf\xbd" "b\xef\xbf\xbd\xef\xbf\xbd\""},
	{"\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
};

static void strings_are_escaped(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(strings); i++) {
		struct text out;
		struct json json;

		text_init(&out, 0);
		json_init(&json, &out);
		json_string_n(&json, strings[i].bytes, strings[i].length);
		assert_string_equal(text_string(&out), strings[i].want_json);
		text_release(&out);
	}
}

static void doubles_are_short(void **state)
{
	static const struct {
		double value;
		const char *want_json;
	} cases[] = {
		{0.1, "0.1"}, {1, "1"}, {1e300, "1e+300"}, {-2.5, "-2.5"},
		{1.0 / 3, "0.3333333333333333"}, {0.1 + 0.2, "0.30000000000000004"},
		{(double)NAN, "null"}, {(double)INFINITY, "null"},
		{5e-324, "4.94065645841247e-324"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct text out;
		struct json json;

		text_init(&out, 0);
		json_init(&json, &out);
		json_double(&json, cases[i].value);
		assert_string_equal(text_string(&out), cases[i].want_json);
		text_release(&out);
	}
}

static void depth_reaches_its_limit(void **state)
{
	struct text out;
	struct json json;

	(void)state;
	text_init(&out, 0);
	json_init(&json, &out);
	for (int i = 0; i < JSON_DEPTH_MAX - 1; i++)
		json_array(&json);
	for (int i = 0; i < JSON_DEPTH_MAX - 1; i++)
		json_array_end(&json);
	assert_int_equal(out.length, 2 * (JSON_DEPTH_MAX - 1));
	text_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(object_is_nested),
		cmocka_unit_test(strings_are_escaped),
		cmocka_unit_test(doubles_are_short),
		cmocka_unit_test(depth_reaches_its_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
