/*
 * Sources of register files: how they are asked, presets, secrets.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "conf/preset.h"
#include "conf_golden.h"
#include "core/definition.h"
#include "core/placeholder.h"

static const struct source *source_of(const struct register_ *reg,
	const char *id)
{
	uint32_t number = register_source(reg, id);

	if (number == NOT_FOUND)
		fail_msg("there is no source %s", id);
	return &reg->sources[number];
}

static const char *label_of(const struct label *labels, size_t count,
	const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (string_is(labels[i].key, key))
			return labels[i].value;
	return NULL;
}

/* --- settings -------------------------------------------------------------------- */

static void test_asked(void **state)
{
	struct register_ *reg = golden_register("sources/pledged.conf",
		CONF_OFFLINE);
	const struct source *all = source_of(reg, "all");

	(void)state;
	assert_string_equal(all->url, "https://example.org/{country}/{year}?"
		"key={key}&x=%20");
	assert_non_null(strstr(all->body, "\"lit\": { braces }}"));
	assert_int_equal(all->header_count, 2);
	assert_string_equal(label_of(all->headers, 2, "Cookie"), "k={key}");
	assert_int_equal(all->parameter_count, 3);
	assert_string_equal(all->parameters[0].name, "country");
	assert_string_equal(all->parameters[0].values[1], "DE");
	assert_int_equal(all->parameters[1].value_count, 3);
	assert_string_equal(all->parameters[1].values[0], "2020");
	assert_string_equal(all->parameters[1].values[2], "2022.5");
	assert_string_equal(all->parameters[2].values[0], "");
	assert_int_equal(all->secret_count, 1);
	assert_string_equal(all->secrets[0].name, "key");
	assert_true(string_ends(all->secrets[0].path,
		"/sources/register.d/office-key"));
	assert_null(all->secrets[0].secret);
	assert_true(string_starts(all->next, "if .page"));
	assert_int_equal(all->pages, 12);
	assert_int_equal(all->every, 2 * 86400);
	assert_int_equal(all->near_count, 2);
	assert_int_equal(all->near[0].within.unit, DURATION_MONTH);
	assert_int_equal(all->near[0].every, 6 * 3600);
	assert_int_equal(all->near[1].within.count, 3);
	assert_int_equal(all->timeout, 20);
	assert_int_equal(decimal_compare(all->hold_release,
		(struct decimal){5, -1}), 0);
	assert_int_equal(all->retention.count, 90);
	assert_string_equal(source_label(all, "desk"), "trade");
	assert_null(source_label(all, "trade"));
	assert_int_equal(reg->indicators[0].max_jump.coefficient, 4);
	register_free(reg);
}

static void test_read(void **state)
{
	struct register_ *reg = golden_register("sources/pledged.conf",
		CONF_OFFLINE);
	const struct source *token = source_of(reg, "token");
	const struct source *html = source_of(reg, "html");
	const struct source *xml = source_of(reg, "xml");
	const struct source *feed = source_of(reg, "feed");

	(void)state;
	assert_int_equal(token->format, SOURCE_TEXT);
	assert_string_equal(label_of(token->headers, token->header_count,
		"Authorization"), "Bearer {token}");
	assert_string_equal(label_of(token->headers, token->header_count,
		"Accept"), "text/plain");
	assert_string_equal(token->secrets[0].path, "/srv/token");
	assert_int_equal(token->retention.count, 0);
	assert_int_equal(html->format, SOURCE_HTML);
	assert_string_equal(html->rows, "//tr");
	assert_string_equal(label_of(html->columns, html->column_count,
		"value"), "td[2]");
	/* without one of its own: that of polling */
	assert_int_equal(html->retention.count, 24);
	assert_int_equal(xml->format, SOURCE_XML);
	assert_string_equal(xml->namespaces[0].value, "http://example.org/m");
	assert_string_equal(xml->encoding, "GB18030");
	assert_int_equal(feed->format, SOURCE_FEED);
	assert_string_equal(feed->match, "decree|law");
	assert_true(source_lists_newest(feed));
	assert_true(source_lists_newest(html));
	assert_true(html->may_be_empty);
	assert_false(feed->may_be_empty);
	assert_false(source_lists_newest(xml));
	assert_true(string_ends(source_of(reg, "file")->url,
		"/sources/register.d/data-{place}.json"));
	register_free(reg);
}

/* --- presets ---------------------------------------------------------------------- */

static const char *parameter_of(const struct source *source, const char *name)
{
	for (size_t i = 0; i < source->parameter_count; i++)
		if (string_is(source->parameters[i].name, name))
			return source->parameters[i].values[0];
	return NULL;
}

static void test_preset(void **state)
{
	struct register_ *reg = golden_register("sources/pledged.conf",
		CONF_OFFLINE);
	const struct source *de = source_of(reg, "office-de");
	const struct source *fr = source_of(reg, "office-fr");

	(void)state;
	assert_string_equal(de->preset, "../presets/office.conf");
	assert_int_equal(de->format, SOURCE_JSON);
	assert_string_equal(de->extract, ".rows[]");
	assert_string_equal(de->next, ".next");
	assert_int_equal(de->every, 86400);
	assert_int_equal(de->parameter_count, 3);
	assert_string_equal(parameter_of(de, "geo"), "de");
	assert_string_equal(parameter_of(de, "year"), "2021");
	assert_string_equal(parameter_of(de, "unit"), "EUR");
	assert_int_equal(de->header_count, 2);
	assert_string_equal(label_of(de->headers, 2, "x-client"), "de");
	assert_string_equal(label_of(de->headers, 2, "Accept"),
		"application/json");
	assert_string_equal(parameter_of(fr, "geo"), "fr");
	assert_true(string_ends(fr->secrets[0].path, "/register.d/fr-key"));
	register_free(reg);
}

#define PRESET_REGISTER "instruments = ( { id = \"i\"; } );\n" \
	"indicators = ( { id = \"x\"; frequency = \"year\"; } );\n" \
	"sources = ( { id = \"s\"; url = \"https://example.org/\"; " \
	"indicator = \"x\"; preset = \"p.conf\"; } );\n"
static const char preset_conf[] = "register = \"a.conf\";";

/* Its bytes are part of what the register was read from. */
static void test_preset_digest(void **state)
{
	static const char *const presets[] = {
		"format = \"json\"; extract = \".a\";\n",
		"format = \"json\"; extract = \".b\";\n"};
	struct digest digests[2];

	(void)state;
	golden_file("a.conf", PRESET_REGISTER, sizeof PRESET_REGISTER - 1, 0644);
	for (size_t i = 0; i < 2; i++) {
		struct register_ *reg;

		golden_file("p.conf", presets[i], strlen(presets[i]), 0644);
		reg = golden_register(golden_file("pledged.conf", preset_conf,
			sizeof preset_conf - 1, 0644), CONF_OFFLINE);
		assert_string_equal(reg->sources[0].extract,
			i == 0 ? ".a" : ".b");
		digests[i] = reg->digest;
		register_free(reg);
	}
	assert_memory_not_equal(&digests[0], &digests[1], sizeof digests[0]);
	golden_clean();
}

/* The name of a shipped one is no way to another folder, nor is one that is
   not there. */
static void test_preset_names(void **state)
{
	static const char conf[] = "register = \"a.conf\";";
	static const char *const names[] = {"..", "", "nothing", "/etc"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char text[512], *listing;

		snprintf(text, sizeof text, "sources = ( { id = \"s\"; url = "
			"\"https://example.org/\"; preset = \"%s\"; } );\n",
			names[i]);
		golden_file("a.conf", text, strlen(text), 0644);
		listing = golden_listing(golden_file("pledged.conf", conf,
			sizeof conf - 1, 0644), CONF_OFFLINE);
		assert_non_null(strstr(listing, "sources[0].preset: "));
		free(listing);
	}
	golden_clean();
}

/* --- secrets ----------------------------------------------------------------------- */

#define SECRET "s3cr3t-of-the-office"
#define SECRET_REGISTER "indicators = ( { id = \"x\"; } );\n" \
	"sources = ( { id = \"s\"; url = \"https://example.org/?k={key}\"; " \
	"format = \"json\"; extract = \".\"; secret_files = { key = \"key\"; }; " \
	"token_file = \"token\"; } );\n"

static char *secrets_listing(enum conf_purpose purpose)
{
	static const char conf[] = "register = \"a.conf\"; state_dir = \"/s\";";

	golden_file("a.conf", SECRET_REGISTER, sizeof SECRET_REGISTER - 1, 0644);
	return golden_listing(golden_file("pledged.conf", conf,
		sizeof conf - 1, 0644), purpose);
}

/* Only who goes out opens them. */
static void test_secrets_are_opened(void **state)
{
	static const enum conf_purpose purposes[] = {CONF_FETCH, CONF_DAEMON};
	char *listing = secrets_listing(CONF_OFFLINE);

	(void)state;
	assert_null(strstr(listing, "secret_files"));
	free(listing);
	for (size_t i = 0; i < 2; i++) {
		listing = secrets_listing(purposes[i]);
		assert_non_null(strstr(listing, "sources[0].secret_files: "));
		assert_non_null(strstr(listing, "sources[0].token_file: "));
		assert_non_null(strstr(listing, "/key: No such file"));
		free(listing);
	}
	golden_file("key", SECRET "\n", sizeof SECRET, 0644);
	golden_file("token", SECRET "\nmore\n", sizeof SECRET + 5, 0600);
	listing = secrets_listing(CONF_FETCH);
	assert_non_null(strstr(listing, "/key: may be read or changed by"));
	assert_non_null(strstr(listing, "/token: holds more than one line"));
	assert_null(strstr(listing, SECRET));
	free(listing);
	golden_clean();
}

static void test_secrets_stay_there(void **state)
{
	static const char conf[] = "register = \"a.conf\";";
	struct register_ *reg;
	const struct source *source;
	struct text text;

	(void)state;
	golden_file("key", SECRET "\n", sizeof SECRET, 0600);
	golden_file("token", "bearer-" SECRET, sizeof "bearer-" SECRET - 1, 0400);
	golden_file("a.conf", SECRET_REGISTER, sizeof SECRET_REGISTER - 1, 0644);
	const char *path = golden_file("pledged.conf", conf, sizeof conf - 1,
		0644);

	reg = golden_register(path, CONF_FETCH);
	source = source_of(reg, "s");
	assert_int_equal(source->secret_count, 2);
	assert_string_equal(source->secrets[0].secret, SECRET);
	assert_string_equal(source->secrets[1].secret, "bearer-" SECRET);
	text_init(&text, 0);
	source_definition(source, &text);
	assert_null(strstr(text_string(&text), SECRET));
	assert_non_null(strstr(text_string(&text), "{key}"));
	text_release(&text);
	register_free(reg);
	golden_expanded(path, &text);
	assert_null(strstr(text_string(&text), SECRET));
	assert_non_null(strstr(text_string(&text), "/key\""));
	text_release(&text);
	golden_clean();
}

/* --- expand ------------------------------------------------------------------------ */

static void source_same(const struct source *a, const struct source *b)
{
	struct text one, two;

	text_init(&one, 0);
	text_init(&two, 0);
	source_definition(a, &one);
	source_definition(b, &two);
	assert_string_equal(text_string(&one), text_string(&two));
	text_release(&one);
	text_release(&two);
	assert_int_equal(a->secret_count, b->secret_count);
	for (size_t i = 0; i < a->secret_count; i++)
		assert_string_equal(a->secrets[i].path, b->secrets[i].path);
	assert_int_equal(a->near_count, b->near_count);
	for (size_t i = 0; i < a->near_count; i++)
		assert_int_equal(a->near[i].every, b->near[i].every);
	assert_int_equal(a->retention.count, b->retention.count);
	assert_int_equal(a->label_count, b->label_count);
	assert_true(decimal_equal(a->hold_release, b->hold_release));
}

/* What is written in another folder reads as the same sources. */
static void test_expand(void **state)
{
	static const char conf[] = "register = \"a.conf\";"
		"polling: { retention = \"2y\"; };";
	struct register_ *reg = golden_register("sources/pledged.conf",
		CONF_OFFLINE), *again;
	struct text text;

	(void)state;
	golden_expanded("sources/pledged.conf", &text);
	golden_file("a.conf", text.data, text.length, 0644);
	again = golden_register(golden_file("pledged.conf", conf, sizeof conf - 1,
		0644), CONF_OFFLINE);
	assert_int_equal(reg->source_count, again->source_count);
	for (size_t i = 0; i < reg->source_count; i++)
		source_same(&reg->sources[i], &again->sources[i]);
	register_free(again);
	register_free(reg);
	text_release(&text);
	golden_clean();
}

/* --- {name} ------------------------------------------------------------------------ */

static void test_placeholders(void **state)
{
	static const struct {
		const char *string, *want;	/* NULL: none */
	} cases[] = {
		{"", NULL}, {"{", NULL}, {"{}", NULL}, {"{ a }", NULL},
		{"{\"a\":1}", NULL}, {"{1a}", NULL}, {"{a-b}", NULL},
		{"{a", NULL}, {"{a}", "a"}, {"x{_a1}y", "_a1"}, {"{{a}}", "a"},
		{"{\"a\": {b}}", "b"}, {"{a b}{c}", "c"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct placeholder found;
		bool any = placeholder_next(cases[i].string, &found);

		if (any != (cases[i].want != NULL) ||
		    (any && !placeholder_is(&found, cases[i].want)))
			fail_msg("%s", cases[i].string);
		if (any) {
			assert_int_equal(*found.from, '{');
			assert_int_equal(found.rest[-1], '}');
		}
	}
	assert_true(placeholder_name_is_valid("A_1"));
	assert_false(placeholder_name_is_valid(""));
	assert_false(placeholder_name_is_valid("a "));
}

static int enter(void **state)
{
	(void)state;
	golden_enter();
	presets_found_in("../../../etc/presets");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_asked),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_preset),
		cmocka_unit_test(test_preset_digest),
		cmocka_unit_test(test_preset_names),
		cmocka_unit_test(test_secrets_are_opened),
		cmocka_unit_test(test_secrets_stay_there),
		cmocka_unit_test(test_expand),
		cmocka_unit_test(test_placeholders),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
