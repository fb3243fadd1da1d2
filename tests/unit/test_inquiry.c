/* What a source is asked: parameters and secrets in URL, body and headers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pledged/inquiry.h"

static const char *countries[] = {"FR", "C\xc3\xb4te d'Ivoire", "a&b"};
static const char *years[] = {"2020", "2021"};
static const char *one[] = {"x/\"<&\n"};
static const struct parameter parameters[] = {
	{"country", countries, 3}, {"year", years, 2}, {"one", one, 1},
};
static struct source_secret secrets[] = {
	{.name = "key", .path = "/etc/key", .secret = (char *)"s&cret 1"},
	{.name = "shut", .path = "/etc/shut", .secret = NULL},
	{.name = "odd", .path = "/etc/odd", .secret = (char *)"%s\"/\\%25x"},
};
static const struct label accept[] = {
	{"Accept", "text/{year}"}, {"Authorization", "Bearer {key}"},
};

#define SOURCE .parameters = parameters, .parameter_count = 3, \
	.secrets = secrets, .secret_count = 3

static void test_products(void **state)
{
	struct source source = {.url = "http://s.example/", SOURCE};
	struct source plain = {.url = "http://s.example/"};

	(void)state;
	assert_int_equal(inquiry_count(&plain), 1);
	assert_int_equal(inquiry_count(&source), 6);
	assert_string_equal(inquiry_value(&source, 0, 0), "FR");
	assert_string_equal(inquiry_value(&source, 1, 0), "FR");
	assert_string_equal(inquiry_value(&source, 1, 1), "2021");
	assert_string_equal(inquiry_value(&source, 4, 0), "a&b");
	assert_string_equal(inquiry_value(&source, 4, 1), "2020");
	assert_string_equal(inquiry_value(&source, 4, 2), one[0]);
}

static const struct case_ {
	struct source source;
	size_t number;
	const char *want_url, *want_shown, *want_body;
	const char *want_type;	/* header that is added; NULL: none */
	bool want_secret;
} cases[] = {
	{{.url = "http://s.example/{country}?y={year}&x={nobody}&{", SOURCE}, 2,
		"http://s.example/C%C3%B4te%20d%27Ivoire?y=2020&x={nobody}&{",
		"http://s.example/C%C3%B4te%20d%27Ivoire?y=2020&x={nobody}&{",
		"", NULL, false},
	{{.url = "http://s.example/?k={key}&c={country}", SOURCE}, 4,
		"http://s.example/?k=s%26cret%201&c=a%26b",
		"http://s.example/?k={key}&c=a%26b", "", NULL, true},
	{{.url = "http://s.example/", .body = " {\"c\": \"{one}\", "
		"\"k\": \"{key}\", \"o\": {}}", SOURCE}, 0, "http://s.example/",
		"http://s.example/", " {\"c\": \"x/\\\"<&\\n\", "
		"\"k\": \"s&cret 1\", \"o\": {}}",
		"Content-Type: application/json", true},
	{{.url = "http://s.example/", .body = "<q>{one}</q>", SOURCE}, 0,
		"http://s.example/", "http://s.example/",
		"<q>x/&quot;&lt;&amp;\n</q>", "Content-Type: application/xml",
		false},
	{{.url = "http://s.example/", .body = "c={country}&k={key}", SOURCE}, 4,
		"http://s.example/", "http://s.example/",
		"c=a%26b&k=s%26cret%201",
		"Content-Type: application/x-www-form-urlencoded", true},
	{{.url = "http://s.example/", .body = "SELECT {country}", SOURCE,
		.headers = (const struct label[]){{"content-type",
			"application/sparql-query"}}, .header_count = 1}, 4,
		"http://s.example/", "http://s.example/", "SELECT a&b", NULL, false},
	{{.url = "file:/a/{country} %", SOURCE}, 4, "file:/a/a&b %",
		"file:/a/a&b %", "", NULL, false},
};

static void test_filled_in(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct case_ *c = &cases[i];
		struct inquiry inquiry;
		struct error error;

		assert_int_equal(inquiry_make(&inquiry, &c->source, c->number,
			true, &error), 0);
		assert_string_equal(text_string(&inquiry.url), c->want_url);
		assert_string_equal(text_string(&inquiry.shown), c->want_shown);
		assert_string_equal(text_string(&inquiry.body), c->want_body);
		assert_int_equal(inquiry.post, c->source.body != NULL);
		assert_int_equal(inquiry.secret, c->want_secret);
		if (c->want_type != NULL)
			assert_string_equal(inquiry.headers[0], c->want_type);
		else
			assert_int_equal(inquiry.header_count,
				c->source.header_count);
		inquiry_release(&inquiry);
	}
}

static void test_told_apart(void **state)
{
	struct source source = {.url = "http://s.example/", SOURCE,
		.headers = accept, .header_count = 2};
	struct inquiry inquiry;
	struct error error;

	(void)state;
	assert_int_equal(inquiry_make(&inquiry, &source, 5, true, &error), 0);
	assert_string_equal(text_string(&inquiry.named),
		"country=a&b, year=2021");
	assert_string_equal(text_string(&inquiry.parameters),
		"{\"country\":\"a&b\",\"year\":\"2021\",\"one\":\"x/\\\"<&\\n\"}");
	assert_string_equal(inquiry.headers[0], "Accept: text/2021");
	assert_string_equal(inquiry.headers[1], "Authorization: Bearer s&cret 1");
	assert_null(inquiry.headers[2]);
	assert_true(inquiry.secret);
	inquiry_release(&inquiry);
	/* What is not sent needs no secret. */
	assert_int_equal(inquiry_make(&inquiry, &source, 5, false, &error), 0);
	assert_string_equal(inquiry.headers[1], "Authorization: Bearer {key}");
	inquiry_release(&inquiry);
}

static void test_shut_secret(void **state)
{
	struct source source = {.url = "http://s.example/{shut}", SOURCE};
	struct inquiry inquiry;
	struct error error;

	(void)state;
	assert_int_equal(inquiry_make(&inquiry, &source, 0, true, &error), -1);
	assert_string_equal(error.text, "the secret {shut} has not been read "
		"from /etc/shut");
	inquiry_release(&inquiry);
	assert_int_equal(inquiry_make(&inquiry, &source, 0, false, &error), 0);
	assert_string_equal(text_string(&inquiry.url), "http://s.example/{shut}");
	inquiry_release(&inquiry);
	assert_false(inquiry_is_fixed(&source));
	source.url = "http://s.example/{other}";
	assert_true(inquiry_is_fixed(&source));
}

static void test_hiding(void **state)
{
	static const struct {
		const char *said, *want;
	} said[] = {
		{"", ""},
		{"http://s.example/?k=s%26cret%201&p=2",
			"http://s.example/?k={key}&p=2"},
		{"k=s&cret+1, k=s%26cret 1!", "k={key}, k={key}!"},
		{"s&cret 2 s&cret", "s&cret 2 s&cret"},
		{"s%2", "s%2"},
		{"{\"a\": \"s&amp;cret 1\"}", "{\"a\": \"{key}\"}"},
		{"%s\\\"\\/\\\\%2525x!", "{odd}!"},
		{"%25s%22%2f%5C%2525x %s\"/\\%25x", "{odd} {odd}"},
		/* What was cut ends with a part of one. */
		{"a %25s%22%2f%5C%2525", "a {odd}"},
		{"a %s\"/", "a %s\"/"},
	};
	struct source source = {.url = "", SOURCE}, plain = {.url = ""};

	(void)state;
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		struct text out;

		text_init(&out, 0);
		inquiry_hide(&source, said[i].said, &out);
		assert_string_equal(text_string(&out), said[i].want);
		assert_int_equal(inquiry_betrays(&source, said[i].said),
			strcmp(said[i].said, said[i].want) != 0);
		text_clear(&out);
		inquiry_hide(&plain, said[i].said, &out);
		assert_string_equal(text_string(&out), said[i].said);
		text_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_products),
		cmocka_unit_test(test_filled_in),
		cmocka_unit_test(test_told_apart),
		cmocka_unit_test(test_shut_secret),
		cmocka_unit_test(test_hiding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
