/*
 * The growing text, string helpers, UTF-8 and escapes; arena and mem beside.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void text_grows_and_is_taken(void **state)
{
	struct text text;
	char *taken;

	(void)state;
	text_init(&text, 0);
	assert_string_equal(text_string(&text), "");
	for (int i = 0; i < 1000; i++)
		text_addf(&text, "%d,", i);
	assert_int_equal(text.length, 3890);
	assert_int_equal(strlen(text_string(&text)), 3890);
	assert_string_equal(text_string(&text) + 3882, "998,999,");
	taken = text_take(&text);
	assert_int_equal(strlen(taken), 3890);
	free(taken);
	taken = text_take(&text);
	assert_string_equal(taken, "");
	free(taken);
}

static void text_stops_at_its_limit(void **state)
{
	struct text text;

	(void)state;
	text_init(&text, 5);
	text_add_string(&text, "abc");
	text_addf(&text, "%s", "def");
	assert_true(text.cut);
	assert_string_equal(text_string(&text), "abc");
	text_add_char(&text, 'x');	/* ignored once it is cut */
	assert_string_equal(text_string(&text), "abc");
	text_clear(&text);
	text_addf(&text, "%s", "12345");
	assert_false(text.cut);
	assert_string_equal(text_string(&text), "12345");
	text_add(&text, "", 0);
	assert_false(text.cut);
	text_release(&text);
	assert_int_equal(text.limit, 5);
}

static const struct {
	const char *string, *pattern;
	bool want_match;
} patterns[] = {
	{"", "", true},
	{"", "*", true},
	{"a", "", false},
	{"jv-cap-gd/done", "jv-cap-*/done", true},
	{"jv-cap-gd/open", "jv-cap-*/done", false},
	{"abcabcabd", "*abd", true},
	{"abcabcabd", "*abc", false},
	{"a", "?", true},
	{"é", "?", true},
	{"", "?", false},
	{"b2", "[a-c][0-9]", true},
	{"d2", "[a-c][0-9]", false},
	{"d2", "[!a-c]*", true},
	{"]", "[]]", true},
	{"-", "[a-]", true},
	{"[x", "[x", true},
	{"中", "[一-龥]", true},
	{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "*a*a*a*a*a*a*a*a*a*b", false},
	{"a*b", "a[*]b", true},
	{"axb", "a[*]b", false},
};

static void patterns_match(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(patterns); i++)
		if (string_matches(patterns[i].string, patterns[i].pattern) !=
		    patterns[i].want_match)
			fail_msg("%s against %s", patterns[i].string,
				patterns[i].pattern);
}

static void nearest_name_is_found(void **state)
{
	static const char *const names[] = {
		"benchmark", "baseline", "due", "start", "title", "path", NULL};
	static const struct {
		const char *word, *want_name;
	} cases[] = {
		{"bechmark", "benchmark"},
		{"benchmrak", "benchmark"},
		{"benchmarking", "benchmark"},
		{"titel", "title"},
		{"Due", "due"},
		{"du", NULL},		/* a third of two letters is none */
		{"strat", "start"},
		{"pats", "path"},
		{"unrelated", NULL},
		{"", NULL},
		{"benchmark", "benchmark"},
		{"bnchmrkxx", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (!string_is(string_nearest(cases[i].word, names),
		    cases[i].want_name))
			fail_msg("%s", cases[i].word);
}

static void plain_strings_compare(void **state)
{
	(void)state;
	assert_true(string_is("a", "a"));
	assert_true(string_is(NULL, NULL));
	assert_false(string_is("a", NULL));
	assert_false(string_is(NULL, "a"));
	assert_true(string_starts("file:x", "file:"));
	assert_false(string_starts("fil", "file:"));
	assert_true(string_ends("a.conf", ".conf"));
	assert_false(string_ends("conf", ".conf"));
}

static const struct {
	const char *bytes;
	size_t length;
	bool want_valid;
	uint32_t want_first;
	size_t want_step;
} sequences[] = {
	{"a", 1, true, 'a', 1},
	{"\0", 1, false, 0, 1},
	{"\xc3\xa9", 2, true, 0xe9, 2},
	{"\xe4\xb8\xad", 3, true, 0x4e2d, 3},
	{"\xf0\x9f\x98\x80", 4, true, 0x1f600, 4},
	{"\xf4\x8f\xbf\xbf", 4, true, 0x10ffff, 4},
	{"\xf4\x90\x80\x80", 4, false, 0xfffd, 1},	/* above the last */
	{"\xc0\x80", 2, false, 0xfffd, 1},		/* overlong */
	{"\xe0\x9f\xbf", 3, false, 0xfffd, 1},
	{"\xf0\x8f\xbf\xbf", 4, false, 0xfffd, 1},
	{"\xed\xa0\x80", 3, false, 0xfffd, 1},		/* a surrogate */
	{"\xed\x9f\xbf", 3, true, 0xd7ff, 3},
	{"\xe4\xb8", 2, false, 0xfffd, 1},		/* ends early */
	{"\xe4\xb8z", 3, false, 0xfffd, 1},
	{"\x80", 1, false, 0xfffd, 1},
	{"\xff", 1, false, 0xfffd, 1},
};

static void utf8_is_decoded(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sequences); i++) {
		const char *cursor = sequences[i].bytes;
		const char *end = cursor + sequences[i].length;

		assert_int_equal(utf8_is_valid(cursor, sequences[i].length),
			sequences[i].want_valid);
		assert_int_equal(utf8_next(&cursor, end),
			sequences[i].want_first);
		assert_int_equal(cursor - sequences[i].bytes,
			sequences[i].want_step);
	}
}

static void utf8_is_written_as_it_is_read(void **state)
{
	struct text text;

	(void)state;
	text_init(&text, 0);
	for (uint32_t code = 1; code < 0x110000; code += 13) {
		const char *cursor;

		text_clear(&text);
		utf8_add(&text, code);
		cursor = text_string(&text);
		assert_int_equal(utf8_next(&cursor, cursor + text.length),
			code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
	}
	text_release(&text);
}

static void columns_are_counted(void **state)
{
	static const struct {
		const char *string;
		size_t want_columns;
	} cases[] = {
		{"", 0}, {"abc", 3}, {"é", 1}, {"e\xcc\x81", 1}, {"中国", 4},
		{"😀", 2}, {"\xe2\x80\x8b", 0}, {"ｶﾅ", 2}, {"Ａ", 2},
		{"한국", 4}, {"…", 1}, {"\xc2\xad", 1}, {"\x1b", 0},
		{"\xf0\xa0\x80\x80", 2}, {"\xff", 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(utf8_columns(cases[i].string),
			cases[i].want_columns);
}

static void add_query(struct text *text, const char *string)
{
	text_add_percent(text, string, "/");
}

static void add_name(struct text *text, const char *string)
{
	text_add_percent(text, string, "/@");
}

static const struct {
	void (*add)(struct text *text, const char *string);
	const char *string, *want_text;
} escapes[] = {
	{text_add_html, "a<b>&\"'", "a&lt;b&gt;&amp;&quot;&#39;"},
	{text_add_html, "tab\tline\n", "tab\tline\n"},
	{text_add_html, "\x1b[2J\r\x7f\xc2\x85",
		"\xef\xbf\xbd[2J\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
	{text_add_html, "\xff中", "\xef\xbf\xbd中"},
	{text_add_html, "a\xef\xbf\xbe\xef\xbf\xbf", "a\xef\xbf\xbd\xef\xbf\xbd"},
	{text_add_html, "plain", "plain"},
	{add_query, "a b&c=d/é~", "a%20b%26c%3Dd/%C3%A9~"},
	{text_add_printable, "a\x1b[2J\n\t\x7f", "a\\x1b[2J\\x0a\\x09\\x7f"},
	{text_add_printable, "\xc2\x9b" "31m", "\\x9b31m"},
	{text_add_printable, "a\xe2\x80\xae" "b\xe2\x81\xa6" "c\xe2\x80\xa8",
		"a\\u202eb\\u2066c\\u2028"},
	{text_add_printable, "\xd7\x90\xe2\x80\x8f", "\xd7\x90\xe2\x80\x8f"},
	{text_add_html, "a\xe2\x80\xae" "b", "a\xef\xbf\xbd" "b"},
	{text_add_printable, "\xff中\xef\xbf\xbd", "\\xff中\xef\xbf\xbd"},
	{add_name, "p.1/m-2_x~@2020-Q3", "p.1/m-2_x~@2020-Q3"},
	{add_name, "a b&c=d?#%\"'<>:+", "a%20b%26c%3Dd%3F%23%25%22%27%3C%3E%3A%2B"},
	{add_name, "\n\xe4\xb8\xad*", "%0A%E4%B8%AD%2A"},
	{add_name, "", ""},
	{text_add_csv, "plain", "plain"},
	{text_add_csv, "", ""},
	{text_add_csv, "a,b", "\"a,b\""},
	{text_add_csv, "say \"x\"", "\"say \"\"x\"\"\""},
	{text_add_csv, "two\nlines", "\"two\nlines\""},
};

static void escapes_are_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(escapes); i++) {
		struct text text;

		text_init(&text, 0);
		escapes[i].add(&text, escapes[i].string);
		assert_string_equal(text_string(&text), escapes[i].want_text);
		text_release(&text);
	}
}

static void arena_holds_everything(void **state)
{
	struct arena *arena = arena_new();
	char *strings[2000];
	uint64_t *large;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		uint64_t *number = arena_alloc(arena, 1, sizeof *number);

		assert_int_equal((uintptr_t)number % sizeof *number, 0);
		assert_int_equal(*number, 0);
		*number = UINT64_MAX;
		strings[i] = arena_printf(arena, "string %d", i);
	}
	large = arena_alloc(arena, 100000, sizeof *large);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(large[i], 0);
	assert_string_equal(strings[0], "string 0");
	assert_string_equal(strings[1999], "string 1999");
	assert_null(arena_string(arena, NULL));
	assert_string_equal(arena_string_n(arena, "abcdef", 3), "abc");
	assert_in_range(arena_size(arena), 850000, 1200000);
	arena_free(arena);
	arena_free(NULL);
}

static void memory_grows(void **state)
{
	int *numbers = NULL;
	size_t capacity = 0;

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		numbers = mem_grow(numbers, i, &capacity, sizeof *numbers);
		numbers[i] = (int)i;
	}
	assert_int_equal(numbers[999], 999);
	assert_int_equal(capacity, 1024);
	free(numbers);
	assert_null(mem_string(NULL));
}

static void counts_have_their_noun(void **state)
{
	struct text text;
	(void)state;

	text_init(&text, 0);
	text_add_count(&text, 0, "source");
	text_add_string(&text, ", ");
	text_add_count(&text, 1, "source");
	text_add_string(&text, ", ");
	text_add_count(&text, 21, "source");
	assert_string_equal(text_string(&text), "0 sources, 1 source, 21 sources");
	text_release(&text);
}

static void lines_are_fit_for_people(void **state)
{
	static const struct {
		const char *string;
		size_t most;
		const char *want;
	} cases[] = {
		{"", 10, ""}, {"Zoë  paid", 20, "Zoë paid"},
		{" a\r\n\tb ", 20, "a b"}, {"a\x01\x7f\xc2\x85", 20, "a"},
		{"a\xe2\x80\xa8z", 20, "a z"},
		{"x\xe2\x80\xaegpj", 20, "x\xef\xbf\xbdgpj"},
		{"\xff!", 20, "\xef\xbf\xbd!"},
		{"abcdef", 6, "abcdef"}, {"abcdefg", 6, "abcdef…"},
		{"abcdeë", 6, "abcde…"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct text out;

		text_init(&out, 0);
		text_add_line(&out, cases[i].string, cases[i].most);
		assert_string_equal(text_string(&out), cases[i].want);
		text_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_grows_and_is_taken),
		cmocka_unit_test(text_stops_at_its_limit),
		cmocka_unit_test(counts_have_their_noun),
		cmocka_unit_test(patterns_match),
		cmocka_unit_test(nearest_name_is_found),
		cmocka_unit_test(plain_strings_compare),
		cmocka_unit_test(utf8_is_decoded),
		cmocka_unit_test(utf8_is_written_as_it_is_read),
		cmocka_unit_test(columns_are_counted),
		cmocka_unit_test(escapes_are_written),
		cmocka_unit_test(lines_are_fit_for_people),
		cmocka_unit_test(arena_holds_everything),
		cmocka_unit_test(memory_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
