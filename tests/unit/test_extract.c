/*
 * Extraction: bytes and a program into rows, and the words for what is wrong.
 * A row is shown as "name=value …", an absent field not at all; rows end in ";".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "extract/extract.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FETCHED "2021-01-28T15:30:22Z"

struct extract_case {
	const char *what;
	const char *format;
	const char *body;
	const char *program;
	const char *want;	/* rows; NULL: a fault … */
	const char *want_fault;	/* … in these words, as a pattern */
	struct extract_request with;
};

/* --- running one ------------------------------------------------------------- */

struct shown {
	struct text text;
	size_t rows, most;
};

static void show_field(struct text *out, const char *name, const char *value)
{
	if (value != NULL)
		text_addf(out, "%s=%s ", name, value);
}

static bool show_row(void *context, const struct extract_row *row)
{
	struct shown *shown = context;
	struct text *out = &shown->text;

	if (++shown->rows > shown->most)
		return false;
	show_field(out, "indicator", row->indicator);
	show_field(out, "period", row->period);
	show_field(out, "value", row->value);
	show_field(out, "published", row->published);
	show_field(out, "key", row->key);
	show_field(out, "title", row->title);
	show_field(out, "url", row->url);
	show_field(out, "text", row->text);
	if (row->provisional)
		text_add_string(out, "provisional ");
	if (row->reject[0] != '\0')
		text_addf(out, "REJECT(%s) ", row->reject);
	if (out->length > 0 && out->data[out->length - 1] == ' ')
		out->data[--out->length] = '\0';
	text_add_string(out, ";");
	return true;
}

/* The body stands in memory of its own size, for a sanitizer to guard. */
static int run(const struct extract_case *one, size_t length,
	struct shown *shown, struct error *error)
{
	struct extract_request request = one->with;
	char *copy = malloc(length != 0 ? length : 1);

	memcpy(copy, one->body, length);
	request.format = one->format;
	request.program = one->program;
	request.fetched = FETCHED;
	request.body = copy;
	request.length = length;
	*error = (struct error){.kind = ERROR_NONE};
	text_init(&shown->text, 0);
	shown->rows = 0;
	shown->most = 100;
	int status = extract_run(&request, show_row, shown, NULL, error);

	free(copy);
	return status;
}

static void check_case(const struct extract_case *one, size_t length)
{
	struct shown shown;
	struct error error;
	int status = run(one, length, &shown, &error);

	if (one->want != NULL && status < 0)
		fail_msg("%s: fault: %s", one->what, error.text);
	else if (one->want != NULL && !string_is(one->want, text_string(&shown.text)))
		fail_msg("%s:\n got %s\nwant %s", one->what,
			text_string(&shown.text), one->want);
	else if (one->want == NULL && status == 0)
		fail_msg("%s: no fault, but %s", one->what,
			text_string(&shown.text));
	else if (one->want == NULL && !string_matches(error.text, one->want_fault))
		fail_msg("%s:\n got %s\nwant %s", one->what, error.text,
			one->want_fault);
	text_release(&shown.text);
}

static void check_cases(const struct extract_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_case(&cases[i], strlen(cases[i].body));
}

#define CSV(what, body, program, want, ...) \
	{what, "csv", body, program, want, NULL, {__VA_ARGS__}}
#define CSV_FAULT(what, body, program, fault, ...) \
	{what, "csv", body, program, NULL, fault, {__VA_ARGS__}}
#define JSON(what, body, program, want) \
	{what, "json", body, program, want, NULL, {.format = NULL}}
#define JSON_FAULT(what, body, program, fault) \
	{what, "json", body, program, NULL, fault, {.format = NULL}}

/* --- CSV: the table ------------------------------------------------------------ */

#define PLAIN "SELECT period, value FROM data"
#define TYPE "SELECT typeof(v) AS value FROM data"
#define FIRST "SELECT c1 AS value FROM data"

static void csv_tables_are_read(void **state)
{
	static const struct extract_case cases[] = {
		CSV("header", "period,value\n2020-01,5\n2020-02,7\n", PLAIN,
			"period=2020-01 value=5;period=2020-02 value=7;"),
		CSV("no line end at the end", "period,value\n2020-01,5", PLAIN,
			"period=2020-01 value=5;"),
		CSV("CRLF and CR", "period,value\r\n2020-01,5\r2020-02,6", PLAIN,
			"period=2020-01 value=5;period=2020-02 value=6;"),
		CSV("empty lines", "period,value\n\n2020-01,5\n\n\n", PLAIN,
			"period=2020-01 value=5;"),
		CSV("numbered columns", "period,value\n2020-01,5\n",
			"SELECT c1 AS period, c2 AS value FROM data",
			"period=2020-01 value=5;"),
		CSV("quoting", "period,value\n\"2020\",\"a \"\"b\"\", c\nd\"\n", PLAIN,
			"period=2020 value=a \"b\", c\nd;"),
		CSV("space around cells", "period , value\n 2020 ,\t5\n", PLAIN,
			"period=2020 value=5;"),
		CSV("byte order mark", "\xef\xbb\xbfperiod,value\n2020,5\n", PLAIN,
			"period=2020 value=5;"),
		CSV("names in any case", "Period,VALUE\n2020,5\n", PLAIN,
			"period=2020 value=5;"),
		CSV("names with everything in them",
			"a b,\"q\"\"q\",gr\xc3\xb6\xc3\x9f" "e\n1,2,3\n",
			"SELECT \"a b\" AS period, \"q\"\"q\" AS value, "
			"gr\xc3\xb6\xc3\x9f" "e AS key FROM data",
			"period=1 value=2 key=3;"),
		CSV("a name said twice is the first", "value,value\n1,2\n",
			"SELECT value, c2 AS key FROM data", "value=1 key=2;"),
		CSV("names that say where a column stands", "c2,C1,c\n1,2,3\n",
			"SELECT c1 AS period, c2 AS value, c AS key FROM data",
			"period=1 value=2 key=3;"),
		CSV("empty names", ",value,\n1,2,3\n",
			"SELECT c1 AS period, value, c3 AS key FROM data",
			"period=1 value=2 key=3;"),
		CSV("empty cells are null", "period,value\n2020,\n,5\n\"\",6\n",
			"SELECT period, value FROM data",
			"period=2020;value=5;value=6;"),
		CSV("short and long rows", "period,value\n2020\n2021,5,x\n",
			"SELECT period, value, c3 AS key FROM data",
			"period=2020;period=2021 value=5 key=x;"),
		CSV("no header", "2020,5\n2021,6\n",
			"SELECT c1 AS period, c2 AS value FROM data",
			"period=2020 value=5;period=2021 value=6;",
			.csv_no_header = true),
		CSV("only a header", "period,value\n", PLAIN, ""),
		CSV("semicolons", "period;value\n2020;1,5\n", PLAIN,
			"period=2020 value=1.5;",
			.csv_delimiter = ';', .csv_decimal = ','),
		CSV("tabs", "period\tvalue\n2020\t\t\n2021\t5\n", PLAIN,
			"period=2020;period=2021 value=5;", .csv_delimiter = '\t'),
		CSV("a mark inside a quoted delimiter", "value\n\"1;2\"\n", FIRST,
			"value=1;2;", .csv_delimiter = ';'),
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

static void csv_columns_are_typed(void **state)
{
	static struct extract_column_as text = {(char *)(uintptr_t)"v", false};
	static struct extract_column_as number = {(char *)(uintptr_t)"V", true};
	static struct extract_column_as third = {(char *)(uintptr_t)"c3", false};
#define AS(column) .columns_as = &column, .columns_as_count = 1
	static const struct extract_case cases[] = {
		CSV("integers", "v\n5\n-7\n+3\n0\n", TYPE, "value=integer;"
			"value=integer;value=integer;value=integer;"),
		CSV("reals", "v\n1.5\n.5\n-0.25\n1e+05\n1.5E3\n", TYPE, "value=real;"
			"value=real;value=real;value=real;value=real;"),
		CSV("empty cells change nothing", "v\n5\n\"\"\n7\n", TYPE,
			"value=integer;value=null;value=integer;"),
		CSV("one word makes text", "v\n5\nn/a\n", TYPE,
			"value=text;value=text;"),
		CSV("leading zeros are a code", "v\n5\n0101\n",
			"SELECT v AS value FROM data", "value=5;value=0101;"),
		CSV("leading zeros after a sign", "v\n-05\n", FIRST, "value=-05;"),
		CSV("zeros before a point", "v\n00.5\n", TYPE, "value=text;"),
		CSV("nothing but zeros", "v\n00\n", TYPE, "value=text;"),
		CSV("an E without sign or point is a code", "v\n1E5\n", FIRST,
			"value=1E5;"),
		CSV("15 digits", "v\n123456789012345\n0.000123456789012345\n", FIRST,
			"value=123456789012345;value=0.000123456789012345;"),
		CSV("16 digits stay text", "v\n1234567890123456\n1\n", TYPE,
			"value=text;value=text;"),
		CSV("16 digits with a point stay exact", "v\n27335339028.123456\n",
			FIRST, "value=27335339028.123456;"),
		CSV("signs and points alone", "v\n-\n", TYPE, "value=text;"),
		CSV("a point alone", "v\n.\n", TYPE, "value=text;"),
		CSV("a date is no number", "v\n2020-01\n", TYPE, "value=text;"),
		CSV("half an exponent", "v\n1.5e\n", TYPE, "value=text;"),
		CSV("two points", "v\n1.2.3\n", TYPE, "value=text;"),
		CSV("no infinity, no hex", "v\ninf\n0x10\nnan\n", TYPE,
			"value=text;value=text;value=text;"),
		CSV("thousands", "v\n\"1,234\"\n\"-12,345,678.5\"\n12\n", FIRST,
			"value=1234;value=-12345678.5;value=12;",
			.csv_thousands = ','),
		CSV("thousands the Indian way", "v\n\"12,34,567\"\n", FIRST,
			"value=1234567;", .csv_thousands = ','),
		CSV("thousands in the wrong place", "v\n\"1,23\"\n", TYPE,
			"value=text;", .csv_thousands = ','),
		CSV("a list is no number", "v\n\"1,2,345\"\n", TYPE,
			"value=text;", .csv_thousands = ','),
		CSV("thousands at the end", "v\n\"1,\"\n", TYPE, "value=text;",
			.csv_thousands = ','),
		CSV("points and commas changed", "v;w\n1.234,5;x\n", FIRST,
			"value=1234.5;", .csv_delimiter = ';', .csv_decimal = ',',
			.csv_thousands = '.'),
		CSV("apostrophes", "v\n1'234'567\n", FIRST, "value=1234567;",
			.csv_thousands = '\''),
		CSV("a point where a comma is meant", "v\n1.5\n", TYPE,
			"value=text;", .csv_delimiter = ';', .csv_decimal = ','),
		CSV("as text", "v\n5\n", TYPE, "value=text;", AS(text)),
		CSV("as number, in spite of one word", "v\n0101\n1E2\nn/a\n",
			"SELECT v AS value, typeof(v) AS key FROM data",
			"value=101 key=integer;value=100 key=real;"
			"value=n/a key=text;", AS(number)),
		CSV("as text by its place", "a,b,c\n1,2,3\n",
			"SELECT typeof(a) AS key, typeof(c) AS value FROM data",
			"value=text key=integer;", AS(third)),
		CSV_FAULT("as, for a column that is not there", "a,b\n1,2\n", PLAIN,
			"columns_as: the table has no column \"v\"", AS(text)),
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

static void csv_results_become_rows(void **state)
{
	static const struct extract_case cases[] = {
		CSV("every field", "a\n1\n", "SELECT 'i' AS indicator, 'p' AS period, "
			"1 AS value, 'w' AS published, 'k' AS key, 't' AS title, "
			"'u' AS url, 'x' AS text, 1 AS provisional, 9 AS other "
			"FROM data", "indicator=i period=p value=1 published=w "
			"key=k title=t url=u text=x provisional;"),
		CSV("names in any case", "a\n1\n", "SELECT 2020 AS Period, "
			"3 AS VALUE FROM data", "period=2020 value=3;"),
		CSV("JSON in a cell", "a\n\"[4,5]\"\n", "SELECT key AS period, "
			"json_each.value AS value FROM data, json_each(a)",
			"period=0 value=4;period=1 value=5;"),
		CSV("the first of two", "a\n1\n", "SELECT 1 AS value, 2 AS value "
			"FROM data", "value=1;"),
		CSV("provisional", "a\n1\n0\nfalse\nno\np\n\"\"\n",
			"SELECT a AS key, a AS provisional FROM data", "key=1 provisional;"
			"key=0;key=false;key=no;key=p provisional;;"),
		CSV("15 digits of a real", "a\n1\n", "SELECT 0.1 AS value UNION ALL "
			"SELECT 1e300 UNION ALL SELECT 12345.0 / 1000",
			"value=0.1;value=1e+300;value=12.345;"),
		CSV("more digits are rejected", "a\n1\n", "SELECT 1.0 / 3 AS value",
			"REJECT(value: a number of more than 15 significant digits: "
			"round it, or give it as a string);"),
		CSV("also of an integer", "a\n1\n", "SELECT 1234567890123456 AS value "
			"UNION ALL SELECT 1200000000000000000 UNION ALL "
			"SELECT '1234567890123456'", "REJECT(value: a number of more "
			"than 15 significant digits: round it, or give it as a string);"
			"value=1200000000000000000;value=1234567890123456;"),
		CSV("infinity", "a\n1\n", "SELECT 1e999 AS value",
			"REJECT(value: not a finite number);"),
		CSV("what is no text", "a\n1\n", "SELECT x'ff00' AS title, 1 AS value",
			"value=1 REJECT(title: not UTF-8, or with a NUL in it);"),
		CSV("too long", "a\n1\n", "SELECT 1 AS value, "
			"hex(zeroblob(32769)) AS text",
			"value=1 REJECT(text: longer than 64 KiB);"),
		CSV("the time", "a\n1\n", "SELECT :fetched AS published, "
			"date(:fetched) AS period, a AS value FROM data",
			"period=2021-01-28 value=1 published=" FETCHED ";"),
		CSV("exports of a month", "category,year,month,value_usd\n"
			"agriculture,2020,1,5\nagriculture,2020,12,7\n",
			"SELECT 'exports.' || category AS indicator, "
			"printf('%d-%02d', year, month) AS period, "
			"value_usd AS value FROM data WHERE value_usd > 5",
			"indicator=exports.agriculture period=2020-12 value=7;"),
		CSV("sums and windows", "k,v\na,1\na,2\nb,3\n",
			"WITH t AS (SELECT k, sum(v) AS s FROM data GROUP BY k) "
			"SELECT k AS key, s AS value FROM t ORDER BY k DESC",
			"value=3 key=b;value=3 key=a;"),
		CSV("a recursion that ends", "a\n1\n", "WITH RECURSIVE n(x) AS "
			"(SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3) "
			"SELECT x AS value FROM n", "value=1;value=2;value=3;"),
		CSV("comments and a semicolon", "a\n1\n",
			"-- why\nSELECT a AS value FROM data; /* and */ -- so on",
			"value=1;"),
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

static void csv_faults_say_what_to_do(void **state)
{
	static const struct extract_case cases[] = {
		CSV_FAULT("nothing", "", PLAIN, "the table is empty"),
		CSV_FAULT("a mark inside a cell", "period,value\n2020,5\n2020,5\" pipe\n",
			PLAIN, "not CSV: line 3: a quotation mark inside a cell: *"),
		CSV_FAULT("text behind a quoted cell", "a\n\"b\"c\n", FIRST,
			"not CSV: line 2: a quotation mark inside a cell: *"),
		CSV_FAULT("cut off in a quoted cell", "a\n\"b\nc", FIRST,
			"not CSV: the last quoted cell is never closed: *"),
		CSV_FAULT("not UTF-8", "a\n\xe9\n", FIRST, "the text is not UTF-8: "
			"say its encoding, as in csv: { encoding = \"GB18030\"; }"),
		CSV_FAULT("an unknown encoding", "a\n1\n", FIRST,
			"there is no encoding \"UTF-9\"", .encoding = "UTF-9"),
		CSV_FAULT("not in the encoding", "a\n\x81\xff\n", FIRST,
			"byte 3 is not Shift_JIS text", .encoding = "Shift_JIS"),
		CSV_FAULT("no program", "a\n1\n", "",
			"extract: one SELECT is wanted, and nothing after it"),
		CSV_FAULT("a mistyped column", "period,value_usd\n2020,5\n",
			"SELECT valeu_usd AS value FROM data", "extract: no such "
			"column: valeu_usd; did you mean \"value_usd\"?"),
		CSV_FAULT("a quoted one is no text", "period,value\n2020,5\n",
			"SELECT \"elsewhere\" AS value FROM data", "extract: no such "
			"column: elsewhere; there are: period, value"),
		CSV_FAULT("no header and a name", "2020,5\n", "SELECT value FROM data",
			"extract: no such column: value; there are: c1 to c2",
			.csv_no_header = true),
		CSV_FAULT("another table", "a\n1\n", "SELECT a AS value FROM date",
			"extract: no such table: date"),
		CSV_FAULT("syntax", "a\n1\n", "SELEC a FROM data",
			"extract: near \"SELEC\": syntax error"),
		CSV_FAULT("two statements", "a\n1\n", "SELECT 1 AS value; SELECT 2",
			"extract: one SELECT is wanted, and nothing after it"),
		CSV_FAULT("a second that writes", "a\n1\n",
			"SELECT 1 AS value; DROP TABLE cells",
			"extract: one SELECT is wanted, and nothing after it"),
		CSV_FAULT("a plan", "a\n1\n", "EXPLAIN SELECT 1",
			"extract: one SELECT is wanted, and nothing after it"),
		CSV_FAULT("another parameter", "a\n1\n", "SELECT :now AS value",
			"extract: there is no parameter :now, only :fetched"),
		CSV_FAULT("a nameless parameter", "a\n1\n", "SELECT ? AS value",
			"extract: there is no parameter [?], only :fetched"),
		CSV_FAULT("too many results", "a\n1\n", "WITH RECURSIVE n(x) AS "
			"(SELECT 1 UNION ALL SELECT x + 1 FROM n) "
			"SELECT x AS value FROM n", "extract: there are too many results"),
		CSV_FAULT("no end", "a\n1\n", "WITH RECURSIVE n(x) AS "
			"(SELECT 1 UNION ALL SELECT x + 1 FROM n) "
			"SELECT count(*) AS value FROM n", "extract: the program takes "
			"too long: it was stopped after 2 million steps",
			.steps = 2000000),
		CSV_FAULT("a text of a gigabyte", "a\n1\n",
			"SELECT hex(zeroblob(1000000000)) AS text",
			"extract: string or blob too big"),
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

#define ONE_SELECT "extract: a program is one SELECT: it changes and opens nothing"
#define NO_CLOCK "extract: programs may not use the clock: use :fetched"

static void csv_programs_are_confined(void **state)
{
	static const struct { const char *program, *want; } cases[] = {
		{"ATTACH '/etc/passwd' AS p", ONE_SELECT},
		{"DETACH main", ONE_SELECT},
		{"PRAGMA database_list", ONE_SELECT},
		{"SELECT name AS value FROM pragma_database_list", "extract: *"},
		{"INSERT INTO cells VALUES(1)", ONE_SELECT},
		{"WITH x AS (SELECT 1) DELETE FROM cells", ONE_SELECT},
		{"UPDATE cells SET c1 = 2 RETURNING c1 AS value", ONE_SELECT},
		{"CREATE TABLE t(a)", ONE_SELECT},
		{"CREATE TEMP VIEW v AS SELECT 1", ONE_SELECT},
		{"VACUUM INTO '/tmp/pledged-vacuum'", "extract: *"},
		{"BEGIN", ONE_SELECT},
		{"SELECT load_extension('x')", "extract: *load_extension*"},
		{"SELECT readfile('/etc/passwd') AS value", "extract: no such function: "
			"readfile"},
		{"SELECT random() AS value", "extract: programs may not use random()"},
		{"SELECT a AS value FROM data ORDER BY RANDOM()",
			"extract: programs may not use random()"},
		{"SELECT hex(randomblob(4)) AS value",
			"extract: programs may not use randomblob()"},
		{"SELECT date('now') AS period", NO_CLOCK},
		{"SELECT strftime('%Y', 'now', '-1 day') AS period", NO_CLOCK},
		{"SELECT julianday() AS period", NO_CLOCK},
		{"SELECT CURRENT_TIMESTAMP AS published", NO_CLOCK},
		{"SELECT current_date AS published FROM data", NO_CLOCK},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct extract_case one = {cases[i].program, "csv", "a\n1\n",
			cases[i].program, NULL, cases[i].want, {.format = NULL}};

		check_case(&one, strlen(one.body));
	}
	struct extract_case after = CSV("afterwards", "a\n1\n",
		"SELECT a AS value FROM data", "value=1;");

	check_case(&after, strlen(after.body));
}

static void encodings_are_read(void **state)
{
	static const struct {
		const char *encoding, *body;
		size_t length;
		const char *want;
	} cases[] = {
		{"ISO-8859-1", "a\nS\xe3o Paulo\n", 12, "S\xc3\xa3o Paulo"},
		{"windows-1252", "a\n5 \x80\n", 6, "5 \xe2\x82\xac"},
		{"GB18030", "a\n\xd6\xd0\xb9\xfa\n", 7, "\xe4\xb8\xad\xe5\x9b\xbd"},
		{"GBK", "a\n\xd6\xd0\n", 5, "\xe4\xb8\xad"},
		{"Shift_JIS", "a\n\x93\xfa\x96\x7b\n", 7, "\xe6\x97\xa5\xe6\x9c\xac"},
		{"Big5", "a\n\xa4\xa4\n", 5, "\xe4\xb8\xad"},
		{"EUC-JP", "a\n\xc6\xfc\n", 5, "\xe6\x97\xa5"},
		{"utf-8", "a\n\xc3\xa9\n", 5, "\xc3\xa9"},
		{"UTF-16LE", "a\0\n\0\xe9\0\n\0", 8, "\xc3\xa9"},
		{"UTF-16", "\xff\xfe" "a\0\n\0\xe9\0\n\0", 10, "\xc3\xa9"},
		{NULL, "\xfe\xff\0a\0\n\0\xe9\0\n", 10, "\xc3\xa9"},
		/* What the bytes say counts before what was said of them. */
		{"ISO-8859-1", "\xef\xbb\xbf" "a\n\xc3\xa9\n", 8, "\xc3\xa9"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char want[64];
		struct extract_case one = {cases[i].encoding != NULL
			? cases[i].encoding : "by its mark", "csv", cases[i].body,
			"SELECT a AS title FROM data", want, NULL,
			{.encoding = cases[i].encoding}};

		snprintf(want, sizeof want, "title=%s;", cases[i].want);
		check_case(&one, cases[i].length);
	}
}

static void csv_is_not_wider_than_stated(void **state)
{
	struct text body;

	(void)state;
	text_init(&body, 0);
	for (int i = 1; i < EXTRACT_COLUMNS_MAX; i++)
		text_add_string(&body, "name,");
	struct extract_case one = CSV("widest", NULL,
		"SELECT count(c500) AS value FROM data", "value=1;");

	text_add_string(&body, "last\n");
	for (int i = 1; i < EXTRACT_COLUMNS_MAX; i++)
		text_add_string(&body, "1,");
	text_add_string(&body, "1\n");
	one.body = text_string(&body);
	check_case(&one, body.length);
	text_add_string(&body, "1,");
	for (int i = 0; i < EXTRACT_COLUMNS_MAX; i++)
		text_add_string(&body, "1,");
	one.body = text_string(&body);
	one.what = "too wide";
	one.want = NULL;
	one.want_fault = "more than 500 columns";
	check_case(&one, body.length);
	text_release(&body);
}

/* --- JSON -------------------------------------------------------------------- */

#define ROWS "[{\"page\":1,\"total\":3},[" \
	"{\"indicator\":{\"id\":\"NY.GDP\"},\"date\":\"2022\",\"value\":null}," \
	"{\"indicator\":{\"id\":\"NY.GDP\"},\"date\":\"2021\"," \
	"\"value\":1832641364775.52,\"obs_status\":\"\"}," \
	"{\"indicator\":{\"id\":\"NY.GDP\"},\"date\":\"2020\"," \
	"\"value\":1830489311088.89,\"obs_status\":\"E\"}]]"
#define TABLE "[[\"ALL_VAL_MO\",\"E_COMMODITY\",\"time\"],\n" \
	"[\"155905\",\"\",\"2016-01\"],\n[\"95905\",\"0101\",\"2016-01\"]]"
#define SAME "{value: .}"

static void json_results_become_rows(void **state)
{
	static const struct extract_case cases[] = {
		JSON("[meta, rows]", ROWS, ".[1][] | {indicator: .indicator.id, "
			"period: .date, value, provisional: (.obs_status == \"E\")}",
			"indicator=NY.GDP period=2022;"
			"indicator=NY.GDP period=2021 value=1832641364775.52;"
			"indicator=NY.GDP period=2020 value=1830489311088.89 "
			"provisional;"),
		JSON("an array of arrays", TABLE, ".[0] as $h | .[1:][]\n"
			"| [$h, .] | transpose | map({(.[0]): .[1]}) | add\n"
			"| select(.E_COMMODITY != \"\")\n"
			"| {key: .E_COMMODITY, period: .time, value: .ALL_VAL_MO}",
			"period=2016-01 value=95905 key=0101;"),
		JSON("an object by period", "{\"2020\":5,\"2021\":6}",
			"to_entries[] | {period: .key, value}",
			"period=2020 value=5;period=2021 value=6;"),
		JSON("every field", "null", "{indicator:\"i\",period:2020,value:1,"
			"published:\"w\",key:\"k\",title:\"t\",url:\"u\",text:\"x\","
			"provisional:true,other:[1]}", "indicator=i period=2020 value=1 "
			"published=w key=k title=t url=u text=x provisional;"),
		JSON("numbers", "[5,-7,0.1,1e300,123456789012345,1.50,-0.0]",
			".[] | " SAME, "value=5;value=-7;value=0.1;value=1e+300;"
			"value=123456789012345;value=1.5;value=-0;"),
		JSON("a number of more digits is rejected",
			"[1234567890123456,27335339028.123456]", ".[] | " SAME,
			"REJECT(value: a number of more than 15 significant digits: "
			"round it, or give it as a string);"
			"REJECT(value: a number of more than 15 significant digits: "
			"round it, or give it as a string);"),
		JSON("a string is exact", "[\"27335339028.123456\"]", ".[] | " SAME,
			"value=27335339028.123456;"),
		JSON("a computed figure is rounded by its author", "[0.1,0.2]",
			"{value: (add * 100 | round / 100)}", "value=0.3;"),
		JSON("neither NaN nor infinity", "[1]", "{value: nan}, "
			"{value: -infinite}", "REJECT(value: not a finite number);"
			"REJECT(value: not a finite number);"),
		JSON("null and absent", "{\"value\":null}", "{value, key}", ";"),
		JSON("nothing", "[]", ".[]", ""),
		JSON("fields of the wrong kind", "null",
			"{value: true}, {value: 1, key: [1]}, {title: {}}",
			"REJECT(value: neither text nor a number);"
			"value=1 REJECT(key: neither text nor a number);"
			"REJECT(title: neither text nor a number);"),
		JSON("results of the wrong kind", "[1]", "., .[0], null, \"a\"",
			"REJECT(the result is an array: end the program with | .[]);"
			"REJECT(the result is not an object);"
			"REJECT(the result is not an object);"
			"REJECT(the result is not an object);"),
		JSON("a NUL in a text", "\"a\\u0000b\"", "{title: .}",
			"REJECT(title: not UTF-8, or with a NUL in it);"),
		JSON("too long", "\"a\"", "{text: (. * 65537)}",
			"REJECT(text: longer than 64 KiB);"),
		JSON("as long as may be", "\"a\"",
			"{text: (. * 65536)} | {value: (.text | length)}", "value=65536;"),
		JSON("provisional in other words", "null", "{key: 1, provisional: \"p\"},"
			"{key: 2, provisional: \"false\"}, {key: 3, provisional: 0},"
			"{key: 4, provisional: null}", "key=1 provisional;key=2;key=3;key=4;"),
		JSON("the time", "null", "{published: $fetched, "
			"period: $fetched[0:10], value: ($fetched | fromdate)}",
			"period=2021-01-28 value=1611847822 published=" FETCHED ";"),
		JSON("byte order mark", "\xef\xbb\xbf[1]", ".[] | " SAME, "value=1;"),
		JSON("space around", "\n [1] \n", ".[] | " SAME, "value=1;"),
		JSON("functions and comments", "[1,2]",
			"# doubled\ndef twice: . * 2;\n.[] | {value: twice} # so",
			"value=2;value=4;"),
		JSON("errors caught", "[1,\"x\"]",
			".[] | try {value: (. + 1)} catch {title: .}", "value=2;"
			"title=string (\"x\") and number (1) cannot be added;"),
		JSON("a label", "[1,2,3]", "label $out | .[] | "
			"if . > 2 then break $out else {value: .} end",
			"value=1;value=2;"),
		JSON("a name that begins with ENV", "[1]",
			".[] as $ENVELOPE | {value: $ENVELOPE}", "value=1;"),
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

static void json_faults_say_where(void **state)
{
	static const struct extract_case cases[] = {
		JSON_FAULT("nothing", "", SAME, "not JSON: there is nothing in it"),
		JSON_FAULT("space", " \n", SAME, "not JSON: there is nothing in it"),
		JSON_FAULT("cut off", "[1,\n2", SAME, "not JSON: Unfinished * line 2, *"),
		JSON_FAULT("a page of HTML", "<html>\n", SAME, "not JSON: Invalid *"),
		JSON_FAULT("rubbish behind", "[1] x", SAME,
			"not JSON: there is more after the first value"),
		JSON_FAULT("two values", "{}\n{}", SAME,
			"not JSON: there is more after the first value"),
		JSON_FAULT("not UTF-8", "[\"\xe9\"]", SAME, "the text is not UTF-8"),
		JSON_FAULT("no program", "1", " \n", "extract: the program is empty"),
		JSON_FAULT("an unknown function", "1", ".a |\n  frob(.b)",
			"extract: line 2: frob/1 is not defined:   frob(.b)"),
		JSON_FAULT("an unknown variable", "1", "{value: $now}",
			"extract: line 1: $now is not defined: {value: $now}"),
		JSON_FAULT("syntax", "1", ".[1][]\n| {period: .date value: .value}",
			"extract: line 2: syntax error, unexpected *: "
			"| {period: .date value: .value}"),
		JSON_FAULT("an end too early", "1", ".[1] |",
			"extract: the program ends too early"),
		JSON_FAULT("an open text", "1", ".[1] | \"abc",
			"extract: *the program ends in the middle of something*"),
		JSON_FAULT("a wrong kind", "[1]", "{value: .value}",
			"extract: Cannot index array with string \"value\""),
		JSON_FAULT("an error of its own", "1", "error(\"no rows\")",
			"extract: no rows"),
		JSON_FAULT("an error of null ends nothing quietly", "[1,2]",
			".[] | if . == 2 then error(null) else {value: .} end",
			"extract: null"),
		JSON_FAULT("an error that is no text", "1", "error({a: 1})",
			"extract: {\"a\":1}"),
		JSON_FAULT("halt", "1", "{value: 1}, halt", "extract: halt"),
		JSON_FAULT("halt_error", "1", "\"x\" | halt_error", "extract: x"),
		JSON_FAULT("too many results", "1", "range(1000) | " SAME,
			"extract: there are too many results"),
		JSON_FAULT("the bracket around it closed", "1", ".) | (now",
			"extract: programs may not use the clock: use $fetched"),
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

static void json_programs_are_confined(void **state)
{
	static const struct { const char *program, *want; } cases[] = {
		{"now", "extract: programs may not use the clock: use $fetched"},
		{"{value: (now | todate)}",
			"extract: programs may not use the clock: use $fetched"},
		{"0 | localtime", "extract: programs may not use the local zone"},
		{"0 | strflocaltime(\"%H\")",
			"extract: programs may not use the local zone"},
		{"env", "extract: programs may not read the environment"},
		{"env.HOME", "extract: programs may not read the environment"},
		{"$ENV", "extract: programs may not read the environment ($ENV)"},
		{"$ENV.HOME", "extract: programs may not read the environment ($ENV)"},
		{"$ ENV", "extract: programs may not read the environment ($ENV)"},
		{"input", "extract: there is one input"},
		{"[inputs]", "extract: there is one input"},
		{"import \"a\" as a; .", "extract: line 1: programs may not import: *"},
		{"include \"a\"; .", "extract: line 1: programs may not import: *"},
		{"import \"/etc/passwd\" as $p; $p",
			"extract: line 1: programs may not import: *"},
		{"{title: ($__prog_args | tojson)}", "extract: *is not defined*"},
		{"\"/etc/passwd\" | modulemeta", "extract: *"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct extract_case one = {cases[i].program, "json", "1",
			cases[i].program, NULL, cases[i].want, {.format = NULL}};

		check_case(&one, 1);
	}
	struct extract_case hidden = JSON("hidden by a comment", "1",
		"$#\nENV | {value: length}", "value=0;");

	check_case(&hidden, 1);
}

static void json_is_not_deeper_than_stated(void **state)
{
	struct text body;
	struct extract_case one = JSON_FAULT("too deep", NULL, SAME,
		"not JSON: Exceeds depth limit for parsing*");

	(void)state;
	text_init(&body, 0);
	for (int i = 0; i < 100000; i++)
		text_add_char(&body, '[');
	one.body = text_string(&body);
	check_case(&one, body.length);
	text_release(&body);
}

/* --- both ---------------------------------------------------------------------- */

static void programs_are_used_again(void **state)
{
	(void)state;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 12; i++) {
			char program[64], want[64];
			struct extract_case one = {program, "json", "[2]", program,
				want, NULL, {.format = NULL}};

			snprintf(program, sizeof program, ".[] | {value: (. + %d)}", i);
			snprintf(want, sizeof want, "value=%d;", i + 2);
			check_case(&one, 3);
			check_case(&one, 3);
			one.body = "[\"x\"]";
			one.want = NULL;
			one.want_fault = "extract: * cannot be added";
			check_case(&one, 5);
		}
	}
}

static void requests_have_limits(void **state)
{
	char *program = malloc(EXTRACT_PROGRAM_MAX + 2);
	struct extract_case one = {"too long", "json", "1", program, NULL,
		"the extraction program is longer than 65536 bytes", {.format = NULL}};

	(void)state;
	memset(program, ' ', EXTRACT_PROGRAM_MAX + 1);
	program[EXTRACT_PROGRAM_MAX + 1] = '\0';
	check_case(&one, 1);
	one.format = "xlsx";
	one.program = ".";
	one.want_fault = "there is no format \"xlsx\"";
	check_case(&one, 1);
	one.format = NULL;
	one.want_fault = "there is no format \"\"";
	check_case(&one, 1);
	free(program);
}

/* jq's parser drops a text when it meets a fault behind it. To tell jq's own
   leaks from ours takes whole backtraces through a library without frames. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:jq_parse\n";
}

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "fast_unwind_on_malloc=0";
}

static int let_go(void **state)
{
	(void)state;
	extract_end();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_tables_are_read),
		cmocka_unit_test(csv_columns_are_typed),
		cmocka_unit_test(csv_results_become_rows),
		cmocka_unit_test(csv_faults_say_what_to_do),
		cmocka_unit_test(csv_programs_are_confined),
		cmocka_unit_test(encodings_are_read),
		cmocka_unit_test(csv_is_not_wider_than_stated),
		cmocka_unit_test(json_results_become_rows),
		cmocka_unit_test(json_faults_say_where),
		cmocka_unit_test(json_programs_are_confined),
		cmocka_unit_test(json_is_not_deeper_than_stated),
		cmocka_unit_test(programs_are_used_again),
		cmocka_unit_test(requests_have_limits),
	};

	return cmocka_run_group_tests(tests, NULL, let_go);
}
