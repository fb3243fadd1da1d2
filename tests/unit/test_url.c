/* Where the next page is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/fetch_url.h"
#include "net/url.h"

static const struct next_case {
	const char *asked, *next;
	const char *want;	/* or, with a '!', part of the fault */
} nexts[] = {
	{"http://a.example/x?q=1", "http://b.example/y", "http://b.example/y"},
	{"http://a.example/d/x?q=1", "y?p=2", "http://a.example/d/y?p=2"},
	{"http://a.example/d/x?q=1", "?p=2", "http://a.example/d/x?p=2"},
	{"http://a.example/d/x", "/y", "http://a.example/y"},
	{"https://a.example/d/x", "//b.example/y", "https://b.example/y"},
	{"http://a.example/d/e/x", "../y#part", "http://a.example/d/y"},
	{"http://a.example/x#old", "&page=2", "http://a.example/x?page=2"},
	{"http://a.example/x?q=a%20b&page=1&z=3", "&page=2&limit=5",
		"http://a.example/x?q=a%20b&z=3&page=2&limit=5"},
	{"http://a.example/x?page=1&page=9&pages=4", "&page=2",
		"http://a.example/x?pages=4&page=2"},
	{"http://a.example/x?page", "&page=2", "http://a.example/x?page=2"},
	{"http://a.example:81/x", "&c=%26%3D", "http://a.example:81/x?c=%26%3d"},
	{"http://a.example/x", "y z%20a?q=b%20c d&e=%C3%A4",
		"http://a.example/y%20z%20a?q=b%20c+d&e=%C3%A4"},
	{"http://a.example/x", "file:///etc/passwd", "!neither http nor https"},
	{"http://a.example/x", "gopher://a.example/", "!neither http nor https"},
	{"http://a.example/x", "http://u:p@a.example/", "!user name"},
	{"http://a.example/x", "http://", "!makes no URL"},
	{"http://a.example/x", "http://a.example:99999999/", "!makes no URL"},
	{"file:/x", "y", "!"},
};

static void test_next(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof nexts / sizeof *nexts; i++) {
		const struct next_case *c = &nexts[i];
		struct error error = {.kind = ERROR_NONE};
		struct text out;

		text_init(&out, 0);
		int got = url_next(c->asked, c->next, &out, &error);

		if (c->want[0] == '!') {
			if (got != -1 || strstr(error.text, c->want + 1) == NULL)
				fail_msg("%s: %d %s %s", c->next, got,
					error.text, text_string(&out));
		} else {
			if (got != 0)
				fail_msg("%s: %s", c->next, error.text);
			assert_string_equal(text_string(&out), c->want);
		}
		text_release(&out);
	}
}

static void test_length(void **state)
{
	struct text next, out;
	struct error error;

	(void)state;
	text_init(&next, 0);
	text_init(&out, 0);
	text_add_string(&next, "/");
	while (next.length < FETCH_URL_MAX)
		text_add_char(&next, 'x');
	assert_int_equal(url_next("http://a.example/", text_string(&next), &out,
		&error), -1);
	text_clear(&next);
	text_add_string(&next, "&p=");
	while (next.length < 2 * FETCH_URL_MAX)
		text_add_char(&next, 'x');
	assert_int_equal(url_next("http://a.example/", text_string(&next), &out,
		&error), -1);
	text_release(&next);
	text_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
