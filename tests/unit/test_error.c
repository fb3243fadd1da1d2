/*
 * One error as a value; faults with their excerpts, in order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void error_is_set_and_prefixed(void **state)
{
	struct error error = {ERROR_NONE, ""};

	(void)state;
	assert_int_equal(error_set(&error, ERROR_INPUT, "no %s\nhere", "key"), -1);
	assert_int_equal(error.kind, ERROR_INPUT);
	assert_string_equal(error.text, "no key here");
	assert_int_equal(error_prefix(&error, "%s:%d", "a.conf", 3), -1);
	assert_string_equal(error.text, "a.conf:3: no key here");
	assert_int_equal(error_set(NULL, ERROR_BUG, "ignored"), -1);
	assert_int_equal(error_prefix(NULL, "ignored"), -1);
}

static void long_error_is_cut_between_code_points(void **state)
{
	struct error error;
	char filler[600] = "";

	(void)state;
	memset(filler, 'x', 478);
	error_set(&error, ERROR_INPUT, "%s中", filler);
	assert_int_equal(strlen(error.text), 478);
	filler[476] = '\0';
	error_set(&error, ERROR_INPUT, "%s中", filler);
	assert_int_equal(strlen(error.text), 479);
	error_prefix(&error, "é");
	assert_true(utf8_is_valid(error.text, strlen(error.text)));
	assert_int_equal(strlen(error.text), 479);
}

static void assert_printed(struct faults *faults, const char *want)
{
	struct text out;

	text_init(&out, 0);
	faults_print(faults, &out);
	assert_string_equal(text_string(&out), want);
	text_release(&out);
}

static void faults_are_sorted_and_printed(void **state)
{
	struct faults faults;

	(void)state;
	faults_init(&faults);
	faults_error(&faults, (struct origin){"b.conf", 2, 1}, "due: %d", 1);
	faults_error(&faults, (struct origin){"a.conf", 9, 1}, "due: two");
	faults_warning(&faults, (struct origin){"a.conf", 9, 1},
		"holidays-end", "calendar: ends in %d", 2021);
	faults_error(&faults, (struct origin){"a.conf", 0, 0}, "file: empty");
	faults_error(&faults, (struct origin){0}, "nowhere\x1b\nat all");
	faults_sort(&faults);
	assert_int_equal(faults.errors, 4);
	assert_int_equal(faults.warnings, 1);
	assert_printed(&faults,
		"nowhere  at all\n"
		"a.conf: file: empty\n"
		"a.conf:9: due: two\n"
		"a.conf:9: calendar: ends in 2021 [holidays-end]\n"
		"b.conf:2: due: 1\n");
	faults_release(&faults);
	assert_int_equal(faults.count, 0);
}

/* What is read many times and wrong once is told once; a note tells apart. */
static void faults_that_say_the_same_are_one(void **state)
{
	struct faults faults;
	size_t from;

	(void)state;
	faults_init(&faults);
	for (int i = 0; i < 3; i++) {
		faults_error(&faults, (struct origin){"a.conf", 9, 0}, "due: no");
		faults_excerpt(&faults, "a +", 3, 3);
		faults_warning(&faults, (struct origin){"a.conf", 8, 0}, "odd",
			"due: odd");
		from = faults.count;
		faults_error(&faults, (struct origin){"a.conf", 7, 0}, "id: no");
		faults_error(&faults, (struct origin){"a.conf", 6, 0}, "id: no");
		faults_note(&faults, from, 7, i == 0 ? "one" : "other");
	}
	faults_sort(&faults);
	assert_int_equal(faults.errors, 4);
	assert_int_equal(faults.warnings, 1);
	assert_printed(&faults,
		"a.conf:6: id: no\n"
		"a.conf:7: id: no (one)\n"
		"a.conf:7: id: no (other)\n"
		"a.conf:8: due: odd [odd]\n"
		"a.conf:9: due: no\n    a +\n       ^\n");
	faults_release(&faults);
}

static void faults_move_with_their_places(void **state)
{
	struct faults to, from;

	(void)state;
	faults_init(&to);
	faults_init(&from);
	faults_error(&to, (struct origin){"a.conf", 1, 1}, "due: one");
	faults_warning(&from, (struct origin){"a.conf", 2, 1}, "grace-unused",
		"grace: two");
	faults_error(&from, (struct origin){"a.conf", 3, 1}, "due: three");
	faults_excerpt(&from, "x > ", 4, 4);
	faults_move(&to, &from);
	assert_int_equal(from.count, 0);
	assert_int_equal(to.errors, 2);
	assert_int_equal(to.warnings, 1);
	assert_printed(&to, "a.conf:1: due: one\n"
		"a.conf:2: grace: two [grace-unused]\n"
		"a.conf:3: due: three\n    x > \n        ^\n");
	for (int i = 0; i < FAULTS_MAX; i++)
		faults_error(&from, (struct origin){"b.conf", 1, 1}, "due");
	faults_move(&to, &from);
	assert_int_equal(to.count, FAULTS_MAX);
	assert_int_equal(to.dropped, 3);
	assert_int_equal(to.errors, FAULTS_MAX + 2);
	faults_release(&to);
	faults_release(&from);
}

static const struct {
	const char *expression;
	size_t from, to;
	const char *want_excerpt;
} excerpts[] = {
	{"sum(x, 2020)", 4, 5, "sum(x, 2020)\n    ^"},
	{"a + bcd", 4, 7, "a + bcd\n    ^^^"},
	{"a +", 3, 3, "a +\n   ^"},
	{"a +", 99, 120, "a +\n   ^"},
	{"", 0, 0, "\n^"},
	{"中 + x", 6, 7, "中 + x\n     ^"},
	{"x + 中", 4, 7, "x + 中\n    ^^"},
	{"a\tb", 2, 3, "a b\n  ^"},
	{"a\nb + c\nd", 6, 7, "b + c\n    ^"},
	{"a +\n b", 2, 6, "a +\n  ^\n b\n^^"},
	{"0123456789012345678901234567890123456789012345678901234567890123456789"
	 "0123456789012345678901234567890123456789X123456789012345678901234567890"
	 "123456789012345678901234567890123456789", 110, 111,
	 "…0123456789012345678901234567890123456789X12345678901234567890123456789"
	 "012345678901234567890123456789…\n"
	 "                                         ^"},
};

static void excerpts_point_at_the_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(excerpts); i++) {
		struct faults faults;

		faults_init(&faults);
		faults_excerpt(&faults, "nothing to add it to", 0, 1);
		faults_error(&faults, (struct origin){"f", 1, 1}, "x");
		faults_excerpt(&faults, excerpts[i].expression,
			excerpts[i].from, excerpts[i].to);
		assert_string_equal(faults.items[0].excerpt,
			excerpts[i].want_excerpt);
		faults_release(&faults);
	}
}

static void excerpt_is_indented(void **state)
{
	struct faults faults;

	(void)state;
	faults_init(&faults);
	faults_error(&faults, (struct origin){"f", 1, 1}, "benchmark: no");
	faults_excerpt(&faults, "a + b", 4, 5);
	assert_printed(&faults,
		"f:1: benchmark: no\n    a + b\n        ^\n");
	faults_release(&faults);
}

static void faults_beyond_the_limit_are_counted(void **state)
{
	struct faults faults;
	struct text out;

	(void)state;
	faults_init(&faults);
	for (int i = 0; i < FAULTS_MAX + 7; i++)
		faults_error(&faults, (struct origin){"f", i, 1}, "x");
	faults_excerpt(&faults, "dropped", 0, 1);
	assert_null(faults.items[FAULTS_MAX - 1].excerpt);
	assert_int_equal(faults.errors, FAULTS_MAX + 7);
	assert_int_equal(faults.count, FAULTS_MAX);
	text_init(&out, 0);
	faults_print(&faults, &out);
	assert_true(string_ends(text_string(&out), "f:999: x\nand 7 more\n"));
	text_release(&out);
	faults_release(&faults);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(error_is_set_and_prefixed),
		cmocka_unit_test(long_error_is_cut_between_code_points),
		cmocka_unit_test(faults_are_sorted_and_printed),
		cmocka_unit_test(faults_that_say_the_same_are_one),
		cmocka_unit_test(faults_move_with_their_places),
		cmocka_unit_test(excerpts_point_at_the_place),
		cmocka_unit_test(excerpt_is_indented),
		cmocka_unit_test(faults_beyond_the_limit_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
