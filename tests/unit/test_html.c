/*
 * HTML that what it shows cannot break.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/html.h"

static void test_elements(void **state)
{
	struct text out;
	struct html html;

	(void)state;
	text_init(&out, 0);
	html_init(&html, &out);
	html_open(&html, "p", "class", "a", "id", NULL, "title", "", NULL);
	html_text(&html, "1 < 2 & \"so\"");
	html_text(&html, NULL);
	html_void(&html, "br", NULL);
	html_element(&html, "b", "</b><script>", "lang", "\"><x", NULL);
	html_textf(&html, "%s %d", "'<'", 5);
	html_raw(&html, "<svg/>");
	html_close(&html, "p");
	assert_string_equal(text_string(&out), "<p class=\"a\" title=\"\">"
		"1 &lt; 2 &amp; &quot;so&quot;<br><b lang=\"&quot;&gt;&lt;x\">"
		"&lt;/b&gt;&lt;script&gt;</b>&#39;&lt;&#39; 5<svg/></p>");
	text_release(&out);
}

static void test_links(void **state)
{
	static const struct {
		const char *url;
		const char *want;
	} cases[] = {
		{"https://example.org/?a=1&b=\"", "<a href=\"https://example.org/?a=1&amp;"
			"b=&quot;\" rel=\"noreferrer noopener\">x</a>"},
		{"HTTP://example.org", "<a href=\"HTTP://example.org\" "
			"rel=\"noreferrer noopener\">x</a>"},
		{"javascript:alert(1)", "x"},
		{" https://example.org", "x"},
		{"data:text/html,x", "x"},
		{"//example.org", "x"},
		{"", "x"},
		{NULL, "x"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct text out;
		struct html html;

		text_init(&out, 0);
		html_init(&html, &out);
		html_link(&html, cases[i].url, "x");
		assert_string_equal(text_string(&out), cases[i].want);
		text_release(&out);
	}
}

static void close_the_wrong_one(struct html *html)
{
	html_open(html, "p", NULL);
	html_close(html, "b");
}

static void open_too_many(struct html *html)
{
	for (int i = 0; i <= HTML_DEPTH_MAX; i++)
		html_open(html, "b", NULL);
}

/* Both end the process: a page is whole, or there is none. */
static void test_bugs(void **state)
{
	void (*const bugs[])(struct html *) = {close_the_wrong_one, open_too_many};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		pid_t child = fork();
		int status;

		if (child == 0) {
			struct text out;
			struct html html;

			if (freopen("/dev/null", "w", stderr) == NULL)
				_exit(0);
			text_init(&out, 0);
			html_init(&html, &out);
			bugs[i](&html);
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_elements),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_bugs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
