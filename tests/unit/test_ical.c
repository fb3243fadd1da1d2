/* What lines of an iCalendar object promise, whatever their values are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "pledged/ical.h"

#define COUNT(table) (sizeof table / sizeof *(table))

static void test_texts(void **state)
{
	static const struct {
		const char *value, *want_text;
	} cases[] = {
		{"plain", "SUMMARY:plain\r\n"},
		{"a,b;c\\d", "SUMMARY:a\\,b\\;c\\\\d\r\n"},
		{"two\nlines", "SUMMARY:two\\nlines\r\n"},
		{"a\r\nBEGIN:VALARM", "SUMMARY:a\\nBEGIN:VALARM\r\n"},
		{"a\x01\x7f\tb", "SUMMARY:a\tb\r\n"},
		{"\xff", "SUMMARY:\xef\xbf\xbd\r\n"},
		{"\xe2\x80\xae\xc2\x9b", "SUMMARY:\xef\xbf\xbd\xef\xbf\xbd\r\n"},
		{"", ""}, {NULL, ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct text text;

		text_init(&text, 0);
		ical_add_text(&text, "SUMMARY", cases[i].value);
		assert_string_equal(text_string(&text), cases[i].want_text);
		text_release(&text);
	}
}

/* What stands as it is cannot end its line either. */
static void test_values(void **state)
{
	struct text text;

	(void)state;
	text_init(&text, 0);
	ical_add(&text, "URL", "https://example.org/\r\nBEGIN:VALARM");
	ical_add_number(&text, "SEQUENCE", 12);
	ical_add_date(&text, "DTSTART", (struct date){2020, 12, 31});
	ical_add_instant(&text, "DTSTAMP", 1609459199);
	assert_string_equal(text_string(&text),
		"URL:https://example.org/BEGIN:VALARM\r\nSEQUENCE:12\r\n"
		"DTSTART;VALUE=DATE:20201231\r\nDTSTAMP:20201231T235959Z\r\n");
	text_release(&text);
}

/* Takes the folds out again; no line is longer than 75 bytes, none ends within
   a character. */
static void unfold(const char *text, struct text *out)
{
	while (*text != '\0') {
		const char *end = strstr(text, "\r\n");

		assert_non_null(end);
		assert_true((size_t)(end - text) <= 75);
		assert_true(utf8_is_valid(text, (size_t)(end - text)));
		text_add(out, text, (size_t)(end - text));
		text = end + 2;
		if (*text == ' ')
			text++;
		else
			text_add_char(out, '\n');
	}
}

static void test_folds(void **state)
{
	static const char *const pieces[] = {"a", "é", "約", "😀", "ab約"};

	(void)state;
	for (size_t i = 0; i < COUNT(pieces); i++) {
		for (int times = 15; times < 120; times++) {
			struct text value, line, back;

			text_init(&value, 0);
			text_init(&line, 0);
			text_init(&back, 0);
			text_add_string(&value, "X:");
			for (int k = 0; k < times; k++)
				text_add_string(&value, pieces[i]);
			ical_add(&line, "X", text_string(&value) + 2);
			unfold(text_string(&line), &back);
			text_add_char(&value, '\n');
			assert_string_equal(text_string(&back),
				text_string(&value));
			text_release(&value);
			text_release(&line);
			text_release(&back);
		}
	}
}

/* One of 75 is whole, one of 76 is not. */
static void test_edge(void **state)
{
	char value[80];
	struct text text;

	(void)state;
	for (size_t length = 73; length <= 74; length++) {
		memset(value, 'v', length);
		value[length] = '\0';
		text_init(&text, 0);
		ical_add(&text, "X", value);
		assert_int_equal(text.length, length == 73 ? 77 : 81);
		text_release(&text);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_folds),
		cmocka_unit_test(test_edge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
