/* Cells of a table as a register writes them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "conf/import_value.h"

#define FORMS(...) .forms = (const char *[]){__VA_ARGS__}, \
	.form_count = sizeof (const char *[]){__VA_ARGS__} / sizeof(char *)

static const char *const french[] = {"janvier", "février", "mars", "avril", "mai",
	"juin", "juillet", "août", "septembre", "octobre", "novembre",
	"décembre"};

struct value_case {
	const char *cell;
	struct import_column column;
	const char *want;	/* NULL: an error */
	const char *want_error;	/* stands in it */
	char decimal, thousands;
};

#define DATE(text, ...) .cell = text, .column = {.as = IMPORT_DATE, FORMS(__VA_ARGS__)}
#define NUMBER(text) .cell = text, .column = {.as = IMPORT_NUMBER}
#define MARKS(point, group) .decimal = point, .thousands = group
#define ID(text) .cell = text, .column = {.as = IMPORT_ID}

static const struct value_case cases[] = {
	/* dates */
	{DATE("31.12.2024", "%d.%m.%Y"), .want = "2024-12-31"},
	{DATE("1.2.2024", "%d.%m.%Y"), .want = "2024-02-01"},
	{DATE("29.02.2023", "%d.%m.%Y"),
		.want_error = "there is no such day"},
	{DATE("0.2.2024", "%d.%m.%Y"),
		.want_error = "there is no such day"},
	{DATE("00/2024", "%m/%Y"),
		.want_error = "there is no such day"},
	{DATE("1.2.2024 ", "%d.%m.%Y"),
		.want_error = "is no date of the form \"%d.%m.%Y\""},
	{DATE("1.2.24", "%d.%m.%Y"),
		.want_error = "is no date"},
	{DATE("1.2.24", "%d.%m.%y"), .want = "2024-02-01"},
	{DATE("12/31/2024", "%d/%m/%Y", "%m/%d/%Y"),
		.want = "2024-12-31"},
	{DATE("Q3 2024", "Q%q %Y"), .want = "2024-Q3"},
	{DATE("q3 2024", "Q%q %Y"), .want = "2024-Q3"},
	{DATE("Q5 2024", "Q%q %Y"),
		.want_error = "there is no such day"},
	{DATE("2024/H2", "%Y/H%s"), .want = "2024-H2"},
	{DATE("end of 2024", "End of %Y"), .want = "2024"},
	{DATE("5 Sept. 2024", "%d %b %Y"), .want = "2024-09-05"},
	{DATE("MAY 2024", "%b %Y"), .want = "2024-05"},
	{DATE("Ju 2024", "%b %Y"), .want_error = "no date"},
	{.cell = "Juin 2024", .column = {.as = IMPORT_DATE, FORMS("%b %Y"),
		.months = (const char **)(uintptr_t)french}, .want = "2024-06"},
	{.cell = "juillet 2024", .column = {.as = IMPORT_DATE, FORMS("%b %Y"),
		.months = (const char **)(uintptr_t)french}, .want = "2024-07"},
	{DATE("", "%Y"), .want = ""},
	{.cell = "", .column = {.as = IMPORT_DATE, FORMS("%Y"), .fallback = "2030"},
		.want = "2030"},
	/* numbers */
	{NUMBER("12500.5"), .want = "12500.5"},
	{NUMBER("12 500,5"), .want = "12500.5", MARKS(',', ' ')},
	{NUMBER("1.234.567,5"), .want = "1234567.5", MARKS(',', '.')},
	{NUMBER("1.23"), .want_error = "is no number", MARKS(',', '.')},
	{NUMBER("1.2345"), .want_error = "is no number", MARKS(',', '.')},
	{NUMBER(".123"), .want_error = "is no number", MARKS(',', '.')},
	{NUMBER("1,123.456"), .want_error = "is no number", MARKS(',', '.')},
	{NUMBER("1,5"), .want_error = "with '.' before its decimals"},
	{NUMBER("85 %"), .want_error = "is no number"},
	/* ids */
	{ID("Law on Public Money"), .want = "law-on-public-money"},
	{ID("Économie & Société – 2.1"), .want = "economie-societe-2.1"},
	{ID("Straße, Łódź, Œuvre"), .want = "strasse-lodz-oeuvre"},
	{ID("--a--"), .want = "a"},
	{ID("公開"), .want_error = "has no letter or digit"},
	{ID("a very long name of a step that goes on and on and on, and does not end here"),
		.want = "a-very-long-name-of-a-step-that-goes-on-and-on-and-on-and-does"},
	{ID("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
		.want = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
};

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct value_case *c = &cases[i];
		struct import_form form = {.decimal = c->decimal != 0 ?
			c->decimal : '.', .thousands = c->thousands};
		struct error error = {0};
		struct text out;

		text_init(&out, 0);
		if (import_value(&c->column, &form, c->cell, &out, &error)) {
			if (c->want == NULL)
				fail_msg("%s: no error", c->cell);
			assert_string_equal(text_string(&out), c->want);
		} else {
			if (c->want != NULL)
				fail_msg("%s: %s", c->cell, error.text);
			assert_non_null(strstr(error.text, c->want_error));
		}
		text_release(&out);
	}
}

static void test_choices(void **state)
{
	const char *done[] = {"Done", "Complete"}, *none[] = {"n/a"};
	struct import_choice choices[] = {{done, 2, "yes"}, {none, 1, ""}};
	struct import_column column = {.choices = choices, .choice_count = 2};
	struct import_form form = {.decimal = '.'};
	struct error error;
	struct text out;

	(void)state;
	text_init(&out, 0);
	assert_true(import_value(&column, &form, "complete", &out, &error));
	assert_string_equal(text_string(&out), "yes");
	assert_false(import_value(&column, &form, "Complet", &out, &error));
	assert_non_null(strstr(error.text, "nearest is \"Complete\""));
	text_clear(&out);
	column.otherwise = "other";
	assert_true(import_value(&column, &form, "Complet", &out, &error));
	assert_string_equal(text_string(&out), "other");
	/* What is not among them is read by what the column is. */
	text_clear(&out);
	column.otherwise = NULL;
	column.as = IMPORT_NUMBER;
	assert_true(import_value(&column, &form, "N/A", &out, &error));
	assert_true(import_value(&column, &form, "5", &out, &error));
	assert_string_equal(text_string(&out), "5");
	assert_false(import_value(&column, &form, "five", &out, &error));
	text_release(&out);
}

static void test_forms(void **state)
{
	static const char *const good[] = {"%Y", "%d.%m.%Y", "%b %y", "%Y-Q%q",
		"H%s/%Y"};
	static const char *const bad[] = {"", "%d", "%d.%m", "%d %Y", "%Y %Y",
		"%q", "%m %q %Y", "%Y%", "%x %Y", "%m %b %Y"};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(import_form_is_valid(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(import_form_is_valid(bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
