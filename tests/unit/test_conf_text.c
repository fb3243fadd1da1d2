/*
 * The scan before libconfig: what it reports, and that the rest of the file
 * is still read.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/conf_reader.h"
#include "conf/conf_text.h"
#include "conf_golden.h"

struct text_case {
	const char *text;
	size_t length;		/* 0: up to the NUL */
	const char *want;	/* the listing; the file is "t" */
	const char *want_member;	/* a key of the root that was still read */
};

#define BYTES(literal) .text = literal, .length = sizeof literal - 1

static const struct text_case cases[] = {
	{"a = 1; # end", 0, "", "a"},
	{"a = 1; // end", 0, "", "a"},
	{"a = \"x # \\\" // /* y\"; b = 15e9;", 0, "", "b"},
	{"a = { b = 1, c = 2, }; d = ( \"x\" \"y\", [ 1, 2 ] );", 0, "", "d"},
	{"a:1\nb:2\n", 0, "", "b"},
	{"a = TRUE; b = false; c = 0x7FFFFFFF; d = -2147483647;", 0, "", "d"},
	{"a = 2147483648L; b = 1.5E-3; c = .5; d = +5.;", 0, "", "d"},
	{"\xef\xbb\xbf" "a = 1;", 0,
		"t:1: the file begins with a byte order mark (BOM): save it "
		"as UTF-8 without one\n", "a"},
	{BYTES("a = 1;\n\0\0\nb = 2;"),
		"t:2: a NUL byte: this must be a text file in UTF-8\n", "b"},
	{"# caf\xe9\na = 1;", 0, "t:1: this line is not UTF-8\n", "a"},
	{"# ok\na = \"\xc3\xa9\"; b = \"\xc3\";", 0,
		"t:2: this line is not UTF-8\n", "b"},
	{"a = ( 1,\n 2,\n\n);\nb = [ 1, ];", 0,
		"t:2: a: a trailing comma before the closing ): take it away\n"
		"t:5: b: a trailing comma before the closing ]: take it "
		"away\n", "b"},
	{"a = 1;\nb = { c = 1;\n c = 2; };\na = 3;", 0,
		"t:3: c: a duplicate key: it stands in this group on line 2 "
		"already\n"
		"t:4: a: a duplicate key: it stands in this group on line 1 "
		"already\n", "b"},
	{"a = ( { b = 1; }, { b = 2; } ); b = 3;", 0, "", "b"},
	{"a = 1;\n  @include \"/etc/passwd\"\nb = 2;", 0,
		"t:2: @include is not possible: name files and folders in the "
		"list `register`\n", "b"},
	{"a = \"@include\"; # @include\nb = 1;", 0, "", "b"},
	{"a = \"x\\x00\"; b = \"\\x80\\x41\"; c = \"\\d\\\\x00\";", 0,
		"t:1: a: \\x00 is no character: write the character itself, "
		"in UTF-8\n"
		"t:1: b: \\x80 is no character: write the character itself, "
		"in UTF-8\n", "c"},
	{"a = 1234567890123456;", 0,
		"t:1: a: 1234567890123456 has 16 significant digits, of which "
		"only 15 would be kept: write it as a string: "
		"\"1234567890123456\"\n", "a"},
	{"a = 0.1234567890123450; b = 0000000000000001.5;", 0, "", "b"},
	{"a = 2147483648;", 0,
		"t:1: a: 2147483648 is beyond 2147483647: write 2147483648L, "
		"or write it as a string: \"2147483648\"\n", "a"},
	{"a = 1e309; b = 1e-309; c = 0e-999;", 0,
		"t:1: a: 1e309 is too large: write it as a string: "
		"\"1e309\"\n"
		"t:1: b: 1e-309 is too small: write it as a string: "
		"\"1e-309\"\n", "c"},
	{"a = 12345678901234567L; b = ( 12345678901234567 );", 0,
		"t:1: a: 12345678901234567 has 17 significant digits, of which "
		"only 15 would be kept: write it as a string: "
		"\"12345678901234567\"\n"
		"t:1: b: 12345678901234567 has 17 significant digits, of which "
		"only 15 would be kept: write it as a string: "
		"\"12345678901234567\"\n", "b"},
	/* what ends the file */
	{"a = 1;\nb 2;\n", 0,
		"t:2: syntax error: = is missing after \"b\"\n", NULL},
	{"a = 1;\nb\nc = 2;\n", 0,
		"t:3: syntax error: = is missing after \"b\"\n", NULL},
	{"a = 1;\n5;\n", 0, "t:2: syntax error: a value without a key\n",
		NULL},
	{"a = 1;\n$b = 5;\n", 0,
		"t:2: syntax error: a $ where none can stand\n", NULL},
	{"a = 1;\n\vb = 5;\n", 0,
		"t:2: syntax error: the byte \\x0b where only ASCII can stand: "
		"is a \" missing?\n", NULL},
	{"a = email;\n", 0,
		"t:1: syntax error: email must stand in quotes: \"email\"\n",
		NULL},
	{"a = ;\n", 0,
		"t:1: syntax error: a value is missing after \"a =\"\n", NULL},
	{"a =\n", 0,
		"t:2: syntax error: a value is missing after \"a =\"\n", NULL},
	{"a = 1;\nb\n", 0,
		"t:3: syntax error: = is missing after \"b\"\n", NULL},
	{"a = 1;;\n", 0,
		"t:1: syntax error: ; without a setting before it\n", NULL},
	{"a = ( 1,, 2 );\n", 0,
		"t:1: syntax error: a comma without an element before it (the "
		"list opened on line 1)\n", NULL},
	{"a = ( b = 1 );\n", 0,
		"t:1: syntax error: b must stand in quotes: \"b\"\n", NULL},
	{"a = [ { b = 1; } ];\n", 0,
		"t:1: syntax error: only plain values can stand in an array "
		"[ … ]: make it a list ( … )\n", NULL},
	{"true = 1;\n", 0, "t:1: syntax error: true can't be a key\n", NULL},
	{"a = \"b\" \"c\" = 1;\n", 0,
		"t:1: syntax error: = without a key before it\n", NULL},
	{"a = ( { b = 1; }\n  { c = 2; } );", 0,
		"t:2: syntax error: a comma is missing before this element "
		"(the list opened on line 1)\n", NULL},
	{"a = ( 1; 2 );", 0,
		"t:1: syntax error: ; where a comma parts elements (the list "
		"opened on line 1)\n", NULL},
	{"a = (\n { b = 1; )\n};", 0,
		"t:2: syntax error: ) cannot close the { opened on line 2\n",
		NULL},
	{"a = 1; }\n", 0, "t:1: syntax error: } closes nothing\n", NULL},
	{"a = 1;\nb = ( {\n", 0,
		"t:2: syntax error: the { opened here is never closed\n", NULL},
	{"a = \"x;\nb = 1;\n", 0,
		"t:1: syntax error: this string is never closed\n", NULL},
	{"a = \"x;\nb = \"y\";\nc = \"z\";\n", 0,
		"t:1: syntax error: the string that begins here ends on line "
		"2: is its closing \" missing?\n", NULL},
	{"a = 1;\n/* b\n", 0, "t:2: this comment is never closed\n", "a"},
	{"a = .;", 0, "t:1: a: a number without digits\n", "a"},
	{"a = [ 1, \"x\" ];", 0, "t:1: syntax error: mismatched element type in array\n",
		NULL},
};

/* Returns the listing; member: whether the root has it. */
static char *parse(const char *bytes, size_t length, const char *member,
	bool *found)
{
	char *copy = mem_string_n(bytes, length);
	struct arena *arena = arena_new();
	struct conf_reader reader;
	struct faults faults;
	struct text out;
	config_t config;

	faults_init(&faults);
	conf_reader_init(&reader, arena, &faults);
	reader.file = "t";
	*found = false;
	if (conf_parse(&reader, copy, length, &config) == 0) {
		*found = member != NULL && config_setting_get_member(
			config_root_setting(&config), member) != NULL;
		config_destroy(&config);
	}
	text_init(&out, 0);
	faults_print(&faults, &out);
	faults_release(&faults);
	conf_reader_release(&reader);
	arena_free(arena);
	free(copy);
	return text_take(&out);
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct text_case *c = &cases[i];
		bool found;
		char *listing = parse(c->text,
			c->length != 0 ? c->length : strlen(c->text),
			c->want_member, &found);

		assert_string_equal(listing, c->want);
		assert_int_equal(found, c->want_member != NULL);
		free(listing);
	}
}

/* A text of count times piece, between begin and end. */
static char *repeat(const char *begin, const char *piece, size_t count,
	const char *end)
{
	struct text text;

	text_init(&text, 0);
	text_add_string(&text, begin);
	for (size_t i = 0; i < count; i++)
		text_addf(&text, piece, i);
	text_add_string(&text, end);
	return text_take(&text);
}

static void test_limits(void **state)
{
	static const struct {
		const char *begin, *piece, *end;
		size_t count;
		const char *want;
	} limits[] = {
		{"a = ", "(", ";", CONF_DEPTH_MAX + 1,
			"t:1: more than 32 brackets within brackets\n"},
		{"", "k%zu = 1;", "", CONF_GROUP_KEYS_MAX, ""},
		{"", "k%zu = 1;", "", CONF_GROUP_KEYS_MAX + 1,
			"t:1: more than 256 keys in one group\n"},
		{"a = ( 1", ",1", " );", CONF_VALUES_MAX,
			"t:1: more than 2000000 values in one file\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
		char *text = repeat(limits[i].begin, limits[i].piece,
			limits[i].count, limits[i].end), *listing;
		bool found;

		listing = parse(text, strlen(text), NULL, &found);
		assert_string_equal(listing, limits[i].want);
		free(listing);
		free(text);
	}
}

static void visit(void *context, const struct conf_phrase *phrase)
{
	text_addf(context, "%d %.*s.%.*s=%.*s\n", phrase->line,
		(int)phrase->list_length, phrase->list,
		(int)phrase->key_length, phrase->key,
		(int)phrase->value_length, phrase->value);
}

static void test_visit(void **state)
{
	char text[] = "a = \"no\"; l = ( { id = \"x\"; n = 5; m = ( { id = "
		"\"no\"; } ); t = \"y\"; }\n { id = \"z\"; } );\nm = ( {id:\"u";
	struct text found;

	(void)state;
	text_init(&found, 0);
	conf_text_visit(text, sizeof text - 1, visit, &found);
	assert_string_equal(text_string(&found),
		"1 l.id=x\n1 l.t=y\n2 l.id=z\n");
	text_release(&found);
}

/* --- the scan against libconfig ------------------------------------------- */

#define MUTATIONS 20000

/* libconfig 1.5 forgets the string it was reading when it stops. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig";
}

static bool libconfig_reads(const char *text, bool *mixed)
{
	config_t config;
	bool reads;

	config_init(&config);
	reads = config_read_string(&config, text) == CONFIG_TRUE;
	*mixed = !reads && strstr(config_error_text(&config),
		"mismatched") != NULL;
	config_destroy(&config);
	return reads;
}

/* libconfig passes over a string that the end of the file cuts off: then what
   is added behind it is no longer within it. */
static bool text_ends_in_string(struct text *text)
{
	bool mixed;

	text_add_string(text, "\"=\n");
	return !libconfig_reads(text_string(text), &mixed);
}

/* What the scan lets through libconfig can read, and the other way round. That
   the types of an array are mixed is libconfig's to find. */
static void agreement_check(char *bytes, size_t length)
{
	char *before = mem_string_n(bytes, length);
	struct conf_obstacle obstacle;
	struct faults faults;
	struct text clean;
	bool reads, mixed;

	faults_init(&faults);
	text_init(&clean, 0);
	conf_text_scan(bytes, length, "t", &faults, &clean, &obstacle);
	reads = libconfig_reads(text_string(&clean), &mixed);
	if (reads != (obstacle.line == 0) && !mixed &&
	    !(reads && text_ends_in_string(&clean)))
		fail_msg("%s: %s\n%s", reads ? "libconfig reads this" :
			"libconfig does not read this", obstacle.text, before);
	text_release(&clean);
	faults_release(&faults);
	free(before);
}

static void test_agreement(void **state)
{
	static const char good[] = "a = 1, b: [ 1, 2, 3 ];\n"
		"c = ( { d = \"x\" \"y\"; e = ( ); }, \"z\", ( [], 5 ), { } )\n"
		"# one\nf = { g = 1.5e3 h = -7; i = 0x1F; j = TRUE };\n"
		"/* two */ k = \"\\x41\\\"\n\\n\"; l-m_*n = 12L; // end";
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < MUTATIONS; i++) {
		char *bytes = mem_string_n(good, sizeof good - 1);
		size_t length = sizeof good - 1;

		if (i != 0)
			golden_mutate(bytes, &length, &seed);
		bytes[length] = '\0';
		agreement_check(bytes, length);
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_visit),
		cmocka_unit_test(test_agreement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
