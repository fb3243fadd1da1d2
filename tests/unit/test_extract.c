/*
 * Extraction: bytes and a program into rows, and the words for what is wrong.
 * A row is shown as "name=value …", an absent field not at all; rows end in ";".
 * Behind them stands what else was found: NEXT(…), TTL(…),
 * PASSED(…).
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
#include "extract/message.h"

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
	struct extract_found found;
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
	extract_found_init(&found);
	int status = extract_run(&request, show_row, shown, &found, error);

	if (found.next.length > 0)
		text_addf(&shown->text, "NEXT(%s)", text_string(&found.next));
	if (found.ttl != 0)
		text_addf(&shown->text, "TTL(%lld)", (long long)found.ttl);
	if (found.passed != 0)
		text_addf(&shown->text, "PASSED(%lld)", (long long)found.passed);
	extract_found_release(&found);
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
		CSV("thousands in spaces of any kind", "v\n1 234\n1\xc2\xa0" "234\n"
			"1\xe2\x80\xaf" "234\n", TYPE, "value=integer;value=integer;"
			"value=integer;", .csv_thousands = ' '),
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
		CSV_FAULT("not UTF-8", "a\n\xe9\n", FIRST, "the text is not UTF-8 "
			"(byte 3), and nothing says what it is: say its encoding, "
			"as in encoding = \"GB18030\""),
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
			"extract: there is no parameter :now, only :fetched, :url"),
		CSV_FAULT("a nameless parameter", "a\n1\n", "SELECT ? AS value",
			"extract: there is no parameter [?], only :fetched, :url"),
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
		const char *encoding, *charset, *body;
		size_t length;
		const char *want;
	} cases[] = {
		{"ISO-8859-1", NULL, "a\nS\xe3o Paulo\n", 12, "S\xc3\xa3o Paulo"},
		{"windows-1252", NULL, "a\n5 \x80\n", 6, "5 \xe2\x82\xac"},
		{"ISO-8859-1", NULL, "a\n5 \x80\n", 6, "5 \xe2\x82\xac"},
		{"windows-1252", NULL, "a\n\x9f\x81\n", 5, "\xc5\xb8\xc2\x81"},
		{"windows-1251", NULL, "a\n\xcf\xf0\n", 5, "\xd0\x9f\xd1\x80"},
		{"GB18030", NULL, "a\n\xd6\xd0\xb9\xfa\n", 7,
			"\xe4\xb8\xad\xe5\x9b\xbd"},
		{"GB18030", NULL, "a\n\x82\x35\x8f\x33\n", 7, "\xe9\xbe\xa6"},
		{"GBK", NULL, "a\n\xd6\xd0\n", 5, "\xe4\xb8\xad"},
		{"gb2312", NULL, "a\n\xd6\xd0\n", 5, "\xe4\xb8\xad"},
		{"Shift_JIS", NULL, "a\n\x93\xfa\x96\x7b\n", 7,
			"\xe6\x97\xa5\xe6\x9c\xac"},
		{"Big5", NULL, "a\n\xa4\xa4\n", 5, "\xe4\xb8\xad"},
		{"EUC-JP", NULL, "a\n\xc6\xfc\n", 5, "\xe6\x97\xa5"},
		{"EUC-KR", NULL, "a\n\xc7\xd1\n", 5, "\xed\x95\x9c"},
		{"utf-8", NULL, "a\n\xc3\xa9\n", 5, "\xc3\xa9"},
		{"UTF-16LE", NULL, "a\0\n\0\xe9\0\n\0", 8, "\xc3\xa9"},
		{"UTF-16", NULL, "\xff\xfe" "a\0\n\0\xe9\0\n\0", 10, "\xc3\xa9"},
		{NULL, NULL, "\xfe\xff\0a\0\n\0\xe9\0\n", 10, "\xc3\xa9"},
		/* What the bytes say counts before what was said of them. */
		{"ISO-8859-1", NULL, "\xef\xbb\xbf" "a\n\xc3\xa9\n", 8, "\xc3\xa9"},
		/* By the server. */
		{NULL, "windows-1251", "a\n\xcf\xf0\n", 5, "\xd0\x9f\xd1\x80"},
		{NULL, "GBK", "a\n\xd6\xd0\n", 5, "\xe4\xb8\xad"},
		{NULL, "no-such", "a\n\xc3\xa9\n", 5, "\xc3\xa9"},
		{"Shift_JIS", "GBK", "a\n\x93\xfa\n", 5, "\xe6\x97\xa5"},
		/* By a server that is wrong. */
		{NULL, "ISO-8859-1", "a\n\xc3\xa9\n", 5, "\xc3\xa9"},
		{NULL, "us-ascii", "a\n\xc3\xa9\n", 5, "\xc3\xa9"},
		{NULL, "UTF-16", "a\n\xc3\xa9\n", 5, "\xc3\xa9"},
		{NULL, "Shift_JIS", "a\n\xc3\xa9\xff\n", 6, NULL},
		{NULL, "GBK", "a\n\xe4\xb8\xad\xe5\x9b\xbd\xe4\xba\xba\xe6\xb0\x91"
			"\xe5\x85\xb1\xe5\x92\x8c\xe5\x9b\xbd\xe5\xb2\x81\n", 27,
			"\xe4\xb8\xad\xe5\x9b\xbd\xe4\xba\xba\xe6\xb0\x91"
			"\xe5\x85\xb1\xe5\x92\x8c\xe5\x9b\xbd\xe5\xb2\x81"},
		/* Two bytes that are a character in either. */
		{NULL, "GBK", "a\n\xc4\xa3\n", 5, "\xe6\xa8\xa1"},
		/* By where the NULs are. */
		{NULL, NULL, "a\0\n\0\x2d\x4e\n\0", 8, "\xe4\xb8\xad"},
		{NULL, NULL, "\0a\0\n\x4e\x2d\0\n", 8, "\xe4\xb8\xad"},
		{NULL, NULL, "a\0\0\0\n\0\0\0\x2d\x4e\0\0", 12, "\xe4\xb8\xad"},
		{NULL, NULL, "\0\0\0a\0\0\0\n\0\0\x4e\x2d", 12, "\xe4\xb8\xad"},
		{NULL, NULL, "a\nb\0\0c\n\n", 8, NULL},
		{NULL, NULL, "a\nb\0", 4, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char want[64], what[80];
		struct extract_case one = {what, "csv", cases[i].body,
			"SELECT a AS title FROM data", want, NULL,
			{.encoding = cases[i].encoding,
			.charset = cases[i].charset}};

		snprintf(what, sizeof what, "encoding %zu", i);
		snprintf(want, sizeof want, "title=%s;", cases[i].want != NULL
			? cases[i].want : "");
		if (cases[i].want == NULL) {
			one.want = NULL;
			one.want_fault = "*";
		}
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
		JSON_FAULT("not UTF-8", "[\"\xe9\"]", SAME, "the text is not UTF-8 (byte 3)*"),
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

/* --- HTML and XML ---------------------------------------------------------------- */

#define PAIR(n, v) {(char *)(uintptr_t)(n), (char *)(uintptr_t)(v)}
#define PAIRS(...) {(struct extract_pair[]){__VA_ARGS__}, \
	COUNT(((struct extract_pair[]){__VA_ARGS__}))}
#define TEXT_ITSELF .columns = PAIRS(PAIR("text", "."))
#define CASE(format, what, body, program, want, ...) \
	{what, format, body, program, want, NULL, {__VA_ARGS__}}
#define FAULT(format, what, body, program, fault, ...) \
	{what, format, body, program, NULL, fault, {__VA_ARGS__}}

#define TABLE_OF_HTML "<!DOCTYPE html><title>t</title><table><tr><th>Month" \
	"<tr><td> 2020-01 <td>1&nbsp;234<td>p<tr><td>2020-02<td><b>5</b>\n 6<td>" \
	"</table><a rel=next href=' ?page=2 '>more</a>"

static void html_is_read(void **state)
{
	const struct extract_case cases[] = {
		CASE("html", "a table", TABLE_OF_HTML, "//tr[td]",
			"period=2020-01 value=1234 provisional;period=2020-02 value=56;",
			.columns = PAIRS(PAIR("period", "td[1]"),
				PAIR("value", "translate(normalize-space(td[2]), "
				"' \xc2\xa0', '')"), PAIR("provisional", "td[3]"))),
		CASE("html", "white space is one space", TABLE_OF_HTML, "//tr[td]",
			"key=1 title=2020-01 text=1 234;"
			"key=2 title=2020-02 text=5 6;",
			.columns = PAIRS(PAIR("title", "td[1]"), PAIR("text", "td[2]"),
				PAIR("key", "position()"))),
		CASE("html", "nothing found", TABLE_OF_HTML, "//p", "", TEXT_ITSELF),
		CASE("html", "absent, empty", "<p>x<p>", "//p",
			"title=x;;", .columns = PAIRS(PAIR("title", "."),
				PAIR("key", "@id"), PAIR("url", "''"))),
		CASE("html", "numbers", "<p>0.1<p>x<p>3", "//p",
			"value=0.1;REJECT(value: not a finite number);value=3;",
			.columns = PAIRS(PAIR("value", "number(.)"))),
		CASE("html", "more digits than a number keeps", "<p>1", "//p",
			"REJECT(value: a number of more than 15 significant digits: "
			"round it, or give it as a string);",
			.columns = PAIRS(PAIR("value", ". div 3"))),
		CASE("html", "true and false", "<p>1<p>2", "//p",
			"key=true provisional;key=false;", .columns =
			PAIRS(PAIR("key", ". = 1"), PAIR("provisional", ". = 1"))),
		CASE("html", "variables", "<p>x", "//p", "published=" FETCHED
			" key=FR url=https://example.org/a;", .columns =
			PAIRS(PAIR("published", "$fetched"), PAIR("url", "$url"),
				PAIR("key", "$country")),
			.parameters = PAIRS(PAIR("country", "FR")),
			.url = "https://example.org/a"),
		CASE("html", "no document is too broken", "<p><b><td>x</i></q", "//td",
			"text=x;", TEXT_ITSELF),
		CASE("html", "a script is no markup",
			"<script>if(a<b)'</td>'</script><td>x", "//td", "text=x;",
			TEXT_ITSELF),
		CASE("html", "the next page", TABLE_OF_HTML, "//p",
			"NEXT(?page=2)", TEXT_ITSELF, .next = "//a[@rel='next']/@href"),
		CASE("html", "no next page", TABLE_OF_HTML, "//p", "", TEXT_ITSELF,
			.next = "//a[@rel='prev']/@href"),
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

#define SERIES "<?xml version='1.0'?><s:data xmlns:s='urn:s' xmlns='urn:o'>" \
	"<s:series id='A'><obs t='2020-01' v=' 5 '/><obs t='2020-02' v='7'/>" \
	"</s:series><link>next.xml</link></s:data>"

static void xml_is_read(void **state)
{
	const struct extract_case cases[] = {
		CASE("xml", "namespaces", SERIES, "/a:data/a:series/o:obs",
			"period=2020-01 value=5 key=A;period=2020-02 value=7 key=A;",
			.columns = PAIRS(PAIR("period", "@t"), PAIR("value", "@v"),
				PAIR("key", "../@id")),
			.namespaces = PAIRS(PAIR("a", "urn:s"), PAIR("o", "urn:o")),
			),
		CASE("xml", "without a prefix: none", SERIES, "//obs", "",
			TEXT_ITSELF),
		CASE("xml", "inner space stays", "<a> x \n y </a>", "/a",
			"text=x \n y;", TEXT_ITSELF),
		CASE("xml", "CDATA and characters", "<a><![CDATA[<b>]]>&amp;&#233;"
			"</a>", "/a", "text=<b>&\xc3\xa9;", TEXT_ITSELF),
		CASE("xml", "the named characters of HTML", "<a>1&nbsp;&eacute;</a>",
			"/a", "text=1\xc2\xa0\xc3\xa9;", TEXT_ITSELF),
		CASE("xml", "attributes declared without a default",
			"<!DOCTYPE a [<!ATTLIST a k ID #IMPLIED>]><a k='x'/>",
			"id('x')", "key=x;", .columns = PAIRS(PAIR("key", "@k"))),
		CASE("xml", "a DTD elsewhere is not asked for", "<!DOCTYPE a SYSTEM "
			"'file:///etc/passwd'><a>x</a>", "/a", "text=x;", TEXT_ITSELF),
		CASE("xml", "the next page", SERIES, "//x", "NEXT(next.xml)",
			TEXT_ITSELF, .next = "//*[local-name()='link']"),
		CASE("xml", "GB18030 as declared", "<?xml version='1.0' "
			"encoding='GB18030'?><a>\xd6\xd0</a>", "/a",
			"text=\xe4\xb8\xad;", TEXT_ITSELF),
		CASE("xml", "UTF-8, whatever is declared", "<?xml version='1.0' "
			"encoding='ISO-8859-1'?><a>\xc3\xa9</a>", "/a",
			"text=\xc3\xa9;", TEXT_ITSELF),
		CASE("html", "as a <meta> says", "<meta charset=gb2312><p>\xd6\xd0",
			"//p", "text=\xe4\xb8\xad;", TEXT_ITSELF),
		CASE("html", "as an older <meta> says", "<!-- <meta charset=big5> -->"
			"<meta http-equiv='Content-Type' content='text/html; "
			"charset=Shift_JIS'><p>\x93\xfa", "//p",
			"text=\xe6\x97\xa5;", TEXT_ITSELF),
		CASE("html", "the server before the <meta>", "<meta charset=big5>"
			"<p>\xd6\xd0", "//p", "text=\xe4\xb8\xad;", TEXT_ITSELF,
			.charset = "gbk"),
		CASE("html", "unsaid, letters that stand alone", "<p>caf\xe9 5 \x80",
			"//p", "text=caf\xc3\xa9 5 \xe2\x82\xac;", TEXT_ITSELF),
		FAULT("html", "unsaid, letters in rows", "<p>\xd6\xd0\xb9\xfa", "//p",
			"the text is not UTF-8 (byte 4), and nothing says what it is: "
			"say its encoding, as in encoding = \"GB18030\"", TEXT_ITSELF),
		FAULT("html", "said wrongly", "<meta charset=utf-8><p>\xd6\xd0",
			"//p", "the text is not UTF-8 (byte 24), though it says itself "
			"so: say its encoding, *", TEXT_ITSELF),
		FAULT("xml", "not UTF-8", "<a>caf\xe9</a>", "/a",
			"the text is not UTF-8 (byte 7), and nothing*", TEXT_ITSELF),
		FAULT("xml", "said by the server", "<a>\x81\xff</a>", "/a",
			"the text is neither Shift_JIS, as the server says, nor "
			"UTF-8 (byte 4): *", TEXT_ITSELF, .charset = "Shift_JIS"),
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

#define ENTITIES "line 1: the document declares entities, which are not read"

static void markup_faults_say_where(void **state)
{
	const struct extract_case cases[] = {
		FAULT("xml", "nothing", " \n", "/a", "there is nothing in it",
			TEXT_ITSELF),
		FAULT("xml", "cut off", "<a>\n<b>x</b>", "/a", "not XML: line 2, "
			"column 9: Premature end of data *", TEXT_ITSELF),
		FAULT("xml", "tags that cross", "<a>\n<b></a></b>", "/a",
			"not XML: line 2, column 8: Opening and ending tag mismatch*",
			TEXT_ITSELF),
		FAULT("xml", "JSON", "{\"a\": 1}", "/a", "not XML: line 1, column 1: "
			"Start tag expected*", TEXT_ITSELF),
		FAULT("xml", "an entity", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
			"/a", ENTITIES, TEXT_ITSELF),
		FAULT("xml", "an external entity", "<!DOCTYPE a [<!ENTITY x SYSTEM "
			"'file:///etc/passwd'>]><a>&x;</a>", "/a", ENTITIES,
			TEXT_ITSELF),
		FAULT("xml", "a remote one", "<!DOCTYPE a [<!ENTITY x SYSTEM "
			"'http://127.0.0.1/x'>]><a>&x;</a>", "/a", ENTITIES,
			TEXT_ITSELF),
		FAULT("xml", "a parameter entity", "<!DOCTYPE a [<!ENTITY % p SYSTEM "
			"'file:///etc/passwd'>%p;]><a/>", "/a", ENTITIES, TEXT_ITSELF),
		FAULT("xml", "an unparsed entity", "<!DOCTYPE a [<!NOTATION n SYSTEM "
			"'n'><!ENTITY x SYSTEM 'x' NDATA n>]><a/>", "/a", ENTITIES,
			TEXT_ITSELF),
		FAULT("xml", "a name that is not declared", "<a>\n1&x;2</a>", "/a",
			"line 2: a name between & and ; that is not declared*",
			TEXT_ITSELF),
		FAULT("xml", "nor with a DTD elsewhere", "<!DOCTYPE a SYSTEM 'x'>"
			"<a>1&x;2</a>", "/a", "line 1: a name between*", TEXT_ITSELF),
		FAULT("xml", "default attributes", "<!DOCTYPE a [<!ATTLIST a k CDATA "
			"'x'>]><a/>", "/a", "line 1: the document declares default "
			"attributes*", TEXT_ITSELF),
		FAULT("html", "an unknown field", "<p>", "//p", "columns: there is no "
			"field \"valeu\": there are indicator, *",
			.columns = PAIRS(PAIR("valeu", "."))),
		FAULT("html", "a field twice", "<p>", "//p",
			"columns: key is there twice",
			.columns = PAIRS(PAIR("key", "."), PAIR("key", "@id"))),
		FAULT("html", "no columns", "<p>", "//p",
			"columns: an XPath for each field is wanted", .format = NULL),
		FAULT("html", "a cut XPath", "<p>", "//p[", "rows: XPath: cannot be "
			"read, at its end: //p[[]", TEXT_ITSELF),
		FAULT("html", "a bracket too many", "<p>", "//p", "columns: key: "
			"XPath: cannot be read, before \")\": @id)",
			.columns = PAIRS(PAIR("key", "@id)"))),
		FAULT("html", "an empty XPath", "<p>", "", "rows: XPath: *",
			TEXT_ITSELF),
		FAULT("html", "an unknown function", "<p>", "//p", "row 1: columns: "
			"key: XPath: a function that XPath 1.0 does not have: "
			"matches(., 'x')", .columns = PAIRS(PAIR("key",
			"matches(., 'x')"))),
		FAULT("html", "no files", "<p>", "document('/etc/passwd')",
			"rows: XPath: a function that XPath 1.0 does not have: *",
			TEXT_ITSELF),
		FAULT("html", "no clock", "<p>", "//p[current-dateTime()]",
			"rows: XPath: a function that XPath 1.0 does not have: *",
			TEXT_ITSELF),
		FAULT("html", "an unknown variable", "<p>", "//p", "row 1: columns: "
			"key: XPath: a variable that is not known: *$fetched*",
			.columns = PAIRS(PAIR("key", "$now"))),
		FAULT("html", "an unknown prefix", "<p>", "//x:p", "rows: XPath: a "
			"prefix that namespaces does not name: //x:p", TEXT_ITSELF),
		FAULT("html", "rows that are none", "<p>", "count(//p)", "rows: XPath: "
			"its result is no set of nodes*: count(//p)", TEXT_ITSELF),
		FAULT("html", "no address", "<p>", "//p", "next: the XPath gives no "
			"address: true()", TEXT_ITSELF, .next = "true()"),
		FAULT("html", "a parameter that is no name", "<p>", "//p",
			"parameters: \"a b\" is no name of a variable", TEXT_ITSELF,
			.parameters = PAIRS(PAIR("a b", "c"))),
		FAULT("html", "a prefix that is none", "<p>", "//p",
			"namespaces: \"1\" is no prefix", TEXT_ITSELF,
			.namespaces = PAIRS(PAIR("1", "c"))),
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

/* before, count times middle (a %d in it counts), after. */
static void check_made(const struct extract_case *one, const char *before,
	const char *middle, int count, const char *after)
{
	struct extract_case made = *one;
	const char *number = strstr(middle, "%d");
	struct text body;

	text_init(&body, 0);
	text_add_string(&body, before);
	for (int i = 0; i < count; i++) {
		size_t length = number != NULL ? (size_t)(number - middle)
			: strlen(middle);

		text_add(&body, middle, length);
		if (number != NULL)
			text_addf(&body, "%d%s", i, number + 2);
	}
	text_add_string(&body, after);
	made.body = text_string(&body);
	check_case(&made, body.length);
	text_release(&body);
}

static void markup_has_limits(void **state)
{
	static const char *const formats[] = {"html", "xml"};

	(void)state;
	for (size_t i = 0; i < COUNT(formats); i++) {
		const struct extract_case wide = FAULT(formats[i], "attributes", NULL,
			"//p", "line 2: a tag has more than 1000 attributes",
			TEXT_ITSELF);
		const struct extract_case deep = FAULT(formats[i], "depth", NULL,
			"//p", "line 1: tags within tags, more than 256 deep",
			TEXT_ITSELF);
		const struct extract_case long_text = FAULT(formats[i], "text",
			NULL, "//p", "line *: more than 10000000 bytes of text in "
			"one place", TEXT_ITSELF);
		const struct extract_case many = FAULT(formats[i], "nodes", NULL,
			"//p", "line *: more than 1000000 tags, attributes and texts "
			"up to here", TEXT_ITSELF);
		const struct extract_case widest = CASE(formats[i], "widest", NULL,
			"//p", "text=x;", TEXT_ITSELF);
		const struct extract_case slow = FAULT(formats[i], "steps", NULL,
			"//p[count(//p) > 0]", "rows: the XPath takes too long: it was "
			"stopped after 2 million steps: //p[[]count(//p) > 0]",
			TEXT_ITSELF, .steps = 2000000);

		check_made(&wide, "<d>\n<p", " a%d='1'", 40000, ">x</p></d>");
		check_made(&widest, "<d><p", " a%d='>'", 1000, ">x</p></d>");
		check_made(&deep, "", "<div>", 300, "<p>x");
		check_made(&long_text, "<p>", "xxxxxxxxxxxxxxxxxxxxxxxxx", 500000,
			"</p>");
		check_made(&many, "<d>", "<p a='1'>x</p>", 251000, "</d>");
		check_made(&slow, "<d>", "<p>x</p>", 20000, "</d>");
	}
}

/* A quotation mark, comment or script that libxml2 reads otherwise than a
   browser hides no attributes from the count. */
static void attributes_hide_nowhere(void **state)
{
	static const char *const hides[] = {"<p ", "<p \" ", "<p a$=\" ",
		"<p a =' ", "<!-- x --!><p ", "<!--><p ", "<!---><p ",
		"<!-- - -- ---><p ", "<script></script ><p ", "<p/", "<p a='x'",
		"<p a=\"x\"b='", "<![CDATA[ ]]><p "};
	static const char *const harmless[] = {"<p>x<!-- ", "<p>x<script> a<b ",
		"<p>x<style> a<b ", "<p>x</a ", "<p>x<!DOCTYPE "};
	const struct extract_case hidden = FAULT("html", "hidden", NULL, "//p",
		"line 1: a tag has more than 1000 attributes", TEXT_ITSELF);
	const struct extract_case none = CASE("html", "none", NULL, "//p[1]",
		"key=1;", .columns = PAIRS(PAIR("key", "1")));

	(void)state;
	for (size_t i = 0; i < COUNT(hides); i++) {
		bool open = strchr("='", hides[i][strlen(hides[i]) - 2]) != NULL ||
			hides[i][strlen(hides[i]) - 1] == '\'';

		check_made(&hidden, hides[i], open ? "' b%d='" : " b%d", 2000, ">");
	}
	for (size_t i = 0; i < COUNT(harmless); i++)
		check_made(&none, harmless[i], " b%d", 2000, "");
}

/* --- feeds ------------------------------------------------------------------------ */

#define RSS(items) "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/" \
	"modules/content/' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel>" \
	"<title>Gazette</title><ttl>90</ttl>" items "</channel></rss>"
#define RDF(space, items) "<?xml version='1.0'?><rdf:RDF xmlns='" space "' " \
	"xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' " \
	"xmlns:dc='http://purl.org/dc/elements/1.1/' " \
	"xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'>" items \
	"</rdf:RDF>"
#define ATOM(entries) "<feed xmlns='http://www.w3.org/2005/Atom' " \
	"xml:base='http://example.org/d/'><title>Gazette</title>" entries "</feed>"
#define FEED(what, body, want, ...) \
	{what, "feed", body, "", want, NULL, {__VA_ARGS__}}
#define FEED_FAULT(what, body, fault, ...) \
	{what, "feed", body, "", NULL, fault, {__VA_ARGS__}}
#define FEED_URL .url = "https://example.org/a/feed.xml"

static void feeds_become_documents(void **state)
{
	static const struct extract_case cases[] = {
		FEED("RSS 2.0", RSS("<item><title>No. 7</title><link>/7?a&amp;b</link>"
			"<guid isPermaLink='false'>g7</guid><pubDate>Wed, 27 Jan 2021 "
			"23:39:21 GMT</pubDate><description>short</description>"
			"<content:encoded><![CDATA[<p>One</p><p>Two &amp; <b>3</b>"
			"<script>a<b</script></p>]]></content:encoded></item>"),
			"period=2021-01-27T23:39:21Z published=2021-01-27T23:39:21Z "
			"key=g7 title=No. 7 url=https://example.org/7?a&b "
			"text=One Two & 3;TTL(5400)", FEED_URL),
		FEED("what is missing", RSS("<item><guid>http://x.org/8</guid>"
			"<title>A</title></item><item><link>http://x.org/9</link>"
			"<description>&lt;i&gt;D&lt;/i&gt; &lt; 3</description></item>"),
			"key=http://x.org/8 title=A url=http://x.org/8;"
			"key=http://x.org/9 url=http://x.org/9 text=D < 3;TTL(5400)",
			FEED_URL),
		FEED("a day", RSS("<item><title>A</title><dc:date>2021-01-20"
			"</dc:date></item>"),
			"period=2021-01-20 published=2021-01-20 title=A;TTL(5400)",
			FEED_URL),
		FEED("a time to come is nobody's knowledge", RSS("<item><title>A"
			"</title><pubDate>28 Jan 2099 10:00 GMT</pubDate></item><item>"
			"<title>B</title><pubDate>28 Jan 2021</pubDate></item>"),
			"period=2099-01-28T10:00:00Z title=A;"
			"period=2021-01-28 title=B;TTL(5400)", FEED_URL),
		FEED("RSS 0.91", "<?xml version='1.0'?><!DOCTYPE rss PUBLIC '-//N//DTD "
			"RSS 0.91//EN' 'http://my.netscape.com/rss-0.91.dtd'>"
			"<rss version='0.91'><channel><item><title>Caf&eacute;</title>"
			"<link>http://x.org/1</link></item></channel></rss>",
			"key=http://x.org/1 title=Caf\xc3\xa9 url=http://x.org/1;",
			FEED_URL),
		FEED("RSS 1.0", RDF("http://purl.org/rss/1.0/", "<channel "
			"rdf:about='c'><sy:updatePeriod>daily</sy:updatePeriod>"
			"<sy:updateFrequency>4</sy:updateFrequency></channel>"
			"<item rdf:about='http://x.org/1'><title>A</title>"
			"<link>http://x.org/1.html</link><dc:date>2021-01-14T10:00"
			"+09:00</dc:date></item>"), "period=2021-01-14T01:00:00Z "
			"published=2021-01-14T01:00:00Z key=http://x.org/1 title=A "
			"url=http://x.org/1.html;TTL(21600)", FEED_URL),
		FEED("RSS 0.90", RDF("http://my.netscape.com/rdf/simple/0.9/",
			"<channel><title>c</title></channel><item><title>A</title>"
			"<link>http://x.org/1</link></item>"),
			"key=http://x.org/1 title=A url=http://x.org/1;", FEED_URL),
		FEED("Atom", ATOM("<entry xml:base='e/'><id>urn:1</id><title "
			"type='html'>A &lt;i&gt;b&lt;/i&gt;</title><link rel='self' "
			"href='s'/><link href='x.html'/><published>2021-01-01T10:00:00"
			"+02:00</published><updated>2021-01-02T10:00:00.5Z</updated>"
			"<content type='xhtml'><div xmlns='http://www.w3.org/1999/"
			"xhtml'><p>1</p><p>2 &amp; <b>3</b></p></div></content></entry>"
			"<entry><id>urn:2</id><title>a &lt;b&gt; c</title><updated>"
			"2021-01-02</updated><content type='image/png' src='x'/>"
			"<summary>S</summary></entry>"),
			"period=2021-01-01T08:00:00Z published=2021-01-02T10:00:00Z "
			"key=urn:1 title=A b url=http://example.org/d/e/x.html "
			"text=1 2 & 3;period=2021-01-02 published=2021-01-02 key=urn:2 "
			"title=a <b> c text=S;", FEED_URL),
		FEED("Atom 0.3", "<feed version='0.3' xmlns='http://purl.org/atom/ns#'>"
			"<entry><id>i</id><title mode='escaped' type='text/html'>A "
			"&lt;b&gt;c&lt;/b&gt;</title><link rel='alternate' "
			"href='http://x.org/1'/><issued>2003-12-13T08:29:29-04:00"
			"</issued><modified>2003-12-13T18:30:02Z</modified></entry>"
			"</feed>", "period=2003-12-13T12:29:29Z "
			"published=2003-12-13T18:30:02Z key=i title=A c "
			"url=http://x.org/1;", FEED_URL),
		FEED("nothing in it", RSS(""), "TTL(5400)", FEED_URL),
		FEED("what matches", RSS("<item><title>Coal law</title></item><item>"
			"<title>x</title><description>about COAL</description></item>"
			"<item><title>gas</title></item>"),
			"title=Coal law;title=x text=about COAL;TTL(5400)PASSED(1)",
			.match = "coal"),
		FEED_FAULT("a page", "<!DOCTYPE html>\n<html><head><title>503 Service\n"
			"Unavailable</title>", "not a feed but an HTML page, \"503 "
			"Service Unavailable\"", FEED_URL),
		FEED_FAULT("a page of XHTML", "<?xml version='1.0'?>\n<html xmlns='x'/>",
			"not a feed but an HTML page", FEED_URL),
		FEED_FAULT("something else", "<svg/>", "not a feed: its outermost tag "
			"is <svg>, not <rss>, <rdf:RDF> or <feed>", FEED_URL),
		FEED_FAULT("cut off", "<rss><channel><item><title>x",
			"not XML: line 1, column 29: Premature end *", FEED_URL),
		FEED_FAULT("no pattern", RSS(""), "match: the pattern, at byte 4: "
			"missing closing parenthesis", .match = "(co"),
		FEED_FAULT("a pattern without end", RSS("<item><title>aaaaaaaaaaaaaa"
			"aaaaaaaaaaaaaaaaaaaaaaaaaa!</title></item>"), "match: the "
			"pattern takes too long on item 1, \"aaaa*", .match = "(a|aa)+$"),
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

static void feeds_are_dated(void **state)
{
	static const struct { const char *said, *period; } cases[] = {
		{"Wed, 20 Jan 2021 23:39:21 GMT", "2021-01-20T23:39:21Z"},
		{"20 Jan 2021 23:39 +0900", "2021-01-20T14:39:00Z"},
		{"Wed,20 January 2021 23:39:21 +09:00", "2021-01-20T14:39:21Z"},
		{"Wed, 20 Jan 21 23:39:21 EST", "2021-01-21T04:39:21Z"},
		{"Wed, 2 Sept. 2020 9:05:00 UTC", "2020-09-02T09:05:00Z"},
		{"Wed, 20 Jan 2021 23:39:60 Z", "2021-01-20T23:39:59Z"},
		{"Wed, 20 Jan 2021 09:00:00 GMT+0200", "2021-01-20T07:00:00Z"},
		{"2021-01-20 08:44:52 GMT", "2021-01-20T08:44:52Z"},
		{"2021-01-20T08:44:52Z", "2021-01-20T08:44:52Z"},
		{"2021-01-20T08:44:52.123456789-03:30", "2021-01-20T12:14:52Z"},
		{"2021-01-20T08:44+0200", "2021-01-20T06:44:00Z"},
		{" 2021-01-20\n", "2021-01-20"},
		{"20 Jan 21", "2021-01-20"},
		/* Of which zone is not said, or means two: the day is known. */
		{"2021-01-20T08:44:52", "2021-01-20"},
		{"Wed, 20 Jan 2021 08:44:52", "2021-01-20"},
		{"Wed, 20 Jan 2021 08:44:52 CST", "2021-01-20"},
		{"Wed, 31 Feb 2021 08:44:52 GMT", NULL},
		{"20 Jan 2021 25:00 GMT", NULL},
		{"20 Jan 2021 10:61 GMT", NULL},
		{"20 Jan", NULL},
		{"20/01/2021", NULL},
		{"yesterday", NULL},
		{"2021-13-01", NULL},
		{"", NULL},
		{"1 2 3 4 5 6 7 8 9 10 11 12", NULL},
		{"99999999999999999999999999999999999999999999999999999 Jan 2021",
			NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char body[300], want[120] = "title=t;";
		struct extract_case one = {cases[i].said, "feed", body, "", want, NULL,
			{.format = NULL}};

		snprintf(body, sizeof body, "<rss><channel><item><title>t</title>"
			"<pubDate>%s</pubDate></item></channel></rss>",
			cases[i].said);
		if (cases[i].period != NULL)
			snprintf(want, sizeof want, "period=%s published=%s title=t;",
				cases[i].period, cases[i].period);
		check_case(&one, strlen(body));
	}
}

static void long_texts_of_feeds_are_cut(void **state)
{
	struct shown shown;
	struct error error;
	struct text body;
	struct extract_case one = FEED("long", NULL, NULL, .format = NULL);

	(void)state;
	text_init(&body, 0);
	text_add_string(&body, "<rss><channel><item><description>x");
	for (int i = 0; i < 50000; i++)
		text_add_string(&body, "\xc3\xa9");
	text_add_string(&body, "</description></item></channel></rss>");
	one.body = text_string(&body);
	assert_int_equal(run(&one, body.length, &shown, &error), 0);
	assert_int_equal(shown.text.length,
		strlen("text=;") + EXTRACT_FIELD_MAX - 1);
	text_release(&shown.text);
	text_release(&body);
}

/* --- text -------------------------------------------------------------------------- */

#define TEXT(what, body, program, want) CASE("text", what, body, program, want, \
	.format = NULL)
#define TEXT_FAULT(what, body, program, want) FAULT("text", what, body, program, \
	want, .format = NULL)
#define MONTHS "(?<period>\\d{4}-\\d\\d): (?<value>[\\d.]+)"

static void text_is_matched(void **state)
{
	static const struct extract_case cases[] = {
		TEXT("every match", "2020-01: 5, 2020-02: 7.5\n2020-03: 1", MONTHS,
			"period=2020-01 value=5;period=2020-02 value=7.5;"
			"period=2020-03 value=1;"),
		TEXT("^ and $ are a line's", "2020 5\r\n2021 x\n2022 7",
			"^(?<period>\\d+) (?<value>\\d+)$",
			"period=2020 value=5;period=2022 value=7;"),
		TEXT("\\A and \\z are the text's", "a\nb\nc", "\\A(?<key>\\w)|"
			"(?<title>\\w)\\z", "key=a;title=c;"),
		TEXT("groups that take no part", "a1 b2", "(?:a(?<key>\\d)|"
			"b(?<value>\\d))", "key=1;value=2;"),
		TEXT("one name for two", "a1 b2",
			"(?J)(?:a(?<key>\\d)|b(?<key>\\d))", "key=1;key=2;"),
		TEXT("provisional", "5p 6 7", "(?<value>\\d)(?<provisional>p?)",
			"value=5 provisional;value=6;value=7;"),
		TEXT("letters are as they are", "A a", "(?<key>a)", "key=a;"),
		TEXT("letters of any script", "\xe7\xac\xac" "7\xe5\x8f\xb7 \xd0\x9f",
			"(?<key>\\p{Han}\\d\\w)|(?<title>\\p{Cyrillic})",
			"key=\xe7\xac\xac" "7\xe5\x8f\xb7;title=\xd0\x9f;"),
		TEXT("nothing found", "x", "(?<key>y)", ""),
		TEXT("a match of nothing is none", "x", "(?<key>y*)", ""),
		TEXT("nothing there", "", "(?<key>y)", ""),
		TEXT_FAULT("an unknown field", "x", "(?<valeu>x)", "extract: there is "
			"no field \"valeu\": there are indicator, *"),
		TEXT_FAULT("no fields", "x", "x", "extract: the pattern names no group: "
			"each is a field, as in (?<value>[[]0-9.]+)"),
		TEXT_FAULT("no pattern", "x", "(?<key>x", "extract: the pattern, at byte "
			"9: missing closing parenthesis: its end"),
		TEXT_FAULT("nor this", "x", "(?<key>[z-a])", "extract: the pattern, at "
			"byte 11: range out of order in character class: *"),
		TEXT_FAULT("half a character", "\xc3\xa9", "(?<key>\\C)",
			"extract: the pattern, at byte *"),
		TEXT_FAULT("too many ways", "x\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
			"(?<key>(a|aa)+)$", "extract: the pattern, from line 1 on: it "
			"takes too long: it has more ways to match than can be tried"),
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

/* What stands about the ends of windows is found once, and what is longer than
   half of one is never cut. */
static void text_is_searched_in_windows(void **state)
{
	const struct extract_case lines = TEXT("lines", NULL,
		"(?s)<(?<key>\\d+) .*? \\g{key}>", "key=1;key=2;key=3;");
	const struct extract_case too_long = TEXT_FAULT("too long", NULL,
		"(?s)<(?<key>.*)>", "extract: the pattern, from line 1 on: a match is "
		"longer than 32 KiB: *");
	const struct extract_case behind = TEXT("behind", NULL,
		"(?<=\xc3\xa9k)(?<key>\\d)", "key=7;");

	(void)state;
	for (int gap = 32700; gap < 32800; gap += 7) {
		struct text body;
		struct extract_case one = lines;

		text_init(&body, 0);
		for (int i = 1; i <= 3; i++) {
			for (int k = 0; k < gap; k++)
				text_add_char(&body, k % 60 != 0 ? 'x' : '\n');
			text_addf(&body, "<%d yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy "
				"\n %d>", i, i);
		}
		one.body = text_string(&body);
		check_case(&one, body.length);
		text_release(&body);
	}
	check_made(&too_long, "<", "x", 70000, ">");
	for (int i = 0; i < 4; i++)
		check_made(&behind, &"xxx"[i], "\xc3\xa9", 32768, "k7");
}

static void text_has_limits(void **state)
{
	const struct extract_case nested = TEXT_FAULT("nested", "x",
		"((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((x))))))))"
		"))))))))))))))))))))))))))))))))))))))))))))))))))))",
		"extract: the pattern, at byte *: parentheses are too deeply nested: *");
	char program[5001];
	struct extract_case one = TEXT_FAULT("long", "x", program,
		"extract: the pattern, at byte *: pattern string is longer than *");

	(void)state;
	check_case(&nested, 1);
	memset(program, 'x', sizeof program - 1);
	program[sizeof program - 1] = '\0';
	check_case(&one, 1);
}

/* --- what programs see, and the next page ------------------------------------------- */

#define ASKED .url = "https://example.org/?c=FR", \
	.parameters = PAIRS(PAIR("c", "FR"), PAIR("year", "2020"))
#define NEXT(program, want) CASE("json", program, "{\"page\":1}", "empty", want, \
	ASKED, .next = program)
#define NEXT_FAULT(program, fault) FAULT("json", program, "{\"page\":1}", "empty", \
	fault, ASKED, .next = program)

static void programs_see_what_was_asked(void **state)
{
	const struct extract_case cases[] = {
		CASE("json", "jq", "1", "{key: $parameters.c, period: "
			"$parameters.year, url: $url, published: $fetched}",
			"period=2020 published=" FETCHED " key=FR "
			"url=https://example.org/?c=FR;", ASKED),
		CASE("json", "jq without", "1", "{key: ($parameters | length), "
			"url: $url}", "key=0 url=;", .format = NULL),
		CASE("csv", "SQL", "a\n1\n", "SELECT :c AS key, :year AS period, "
			":url AS url, :fetched AS published FROM data",
			"period=2020 published=" FETCHED " key=FR "
			"url=https://example.org/?c=FR;", ASKED),
		FAULT("csv", "SQL without", "a\n1\n", "SELECT :d AS key FROM data",
			"extract: there is no parameter :d, only :fetched, :url, :c, "
			":year", ASKED),
		FAULT("csv", "SQL by number", "a\n1\n", "SELECT ?1 AS key FROM data",
			"extract: there is no parameter [?]1, only *", ASKED),
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

static void json_says_where_the_next_page_is(void **state)
{
	const struct extract_case cases[] = {
		NEXT("\"?page=\" + (.page + 1 | tostring)", "NEXT(?page=2)"),
		NEXT("{page: (.page + 1), q: \"a b&\\u00e9\", all: true, no: null}",
			"NEXT(&all=true&page=2&q=a%20b%26%C3%A9)"),
		NEXT("{\"a[]\": \"x\"}", "NEXT(&a%5B%5D=x)"),
		NEXT("$url, \"second\"", "NEXT(https://example.org/?c=FR)"),
		NEXT("$parameters.c", "NEXT(FR)"),
		NEXT(".next", ""),
		NEXT("empty", ""),
		NEXT("\"\"", ""),
		NEXT("{}", ""),
		NEXT("if .page < 9 then false else 1 end", ""),
		NEXT_FAULT("[1]", "next: its result is neither a URL, nor an object of "
			"query parameters, nor null"),
		NEXT_FAULT("{a: [1]}", "next: a: neither text, nor a number, nor true "
			"or false"),
		NEXT_FAULT("{a: (1 / 3)}", "next: a: a number of more than 15 *"),
		NEXT_FAULT("\"a\\u0000\"", "next: where the next page is has control "
			"characters in it"),
		NEXT_FAULT("\"a\\nHost: x\"", "next: where the next page is has control "
			"characters in it"),
		NEXT_FAULT("\"a\" * 5000", "next: where the next page is takes more "
			"than 4096 bytes"),
		NEXT_FAULT(".page.x", "next: extract: Cannot index number with *"),
		NEXT_FAULT("frob", "next: extract: line 1: frob/0 is not defined: frob"),
		NEXT_FAULT("now", "next: extract: programs may not use the clock*"),
	};

	(void)state;
	for (int round = 0; round < 2; round++)
		check_cases(cases, COUNT(cases));
}

/* --- all ------------------------------------------------------------------------- */

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

/* --- messages ----------------------------------------------------------- */

static const char prelude[] = "def one: \"1\";\ndef two: one + one;\n";

static const struct {
	const char *program;
	const char *body;
	const char *want;	/* NULL: a fault … */
	const char *want_fault;	/* … in these words */
	bool want_plain;
} message_cases[] = {
	{".", "{\"a\":[1,2.50,\"x\"]}", "{\"a\":[1,2.5,\"x\"]}", NULL, false},
	{"[.a, two]", "{\"a\":null}", "[null,\"11\"]", NULL, false},
	{"\"<\\(.a)>\\n\"", "{\"a\":1}", "<1>\n", NULL, true},
	{"{id: $channel.id, p: $channel.parameters, t: $token}", "{}",
		"{\"id\":\"hook\",\"p\":{\"topic\":\"a=b\"},\"t\":\"secret\"}",
		NULL, false},
	{".a", "{\"a\":true}", NULL, "its result is boolean: an object, an "
		"array or a string is expected", false},
	{"empty", "{}", NULL, "it gives no result: an object, an array or a "
		"string is expected", false},
	{"{}, {}", "{}", NULL, "it gives more than one result: put them into "
		"one [ … ]", false},
	{"{}, error(\"late\")", "{}", NULL, "late", false},
	{"error(null)", "{}", NULL, "null", false},
	{"now", "{}", NULL, "programs may not use the clock: use .time", false},
	{"$fetched", "{}", NULL, "line 1: $fetched is not defined: $fetched",
		false},
	{"# One.\n\nthree", "{}", NULL, "line 3: three/0 is not defined: three",
		false},
	{" \n", "{}", NULL, "the program is empty", false},
	{".", "{", NULL, "not JSON: Unfinished JSON term at EOF "
		"at line 1, column 1", false},
	{"[\"0123456789abcdef\" * 1100000]", "{}", NULL,
		"its result is larger than 16 MiB", false},
};

static void messages_are_made(void **state)
{
	char name[] = "topic", value[] = "a=b";
	struct extract_pair pair = {name, value};
	struct message message;
	struct error error;

	(void)state;
	for (size_t i = 0; i < COUNT(message_cases); i++) {
		int status = message_make(&message, &(struct message_request){
			.prelude = prelude,
			.program = message_cases[i].program,
			.channel = "hook",
			.parameters = {&pair, 1},
			.token = "secret",
			.body = message_cases[i].body,
			.length = strlen(message_cases[i].body),
		}, &error);

		if (message_cases[i].want != NULL) {
			assert_int_equal(status, 0);
			assert_string_equal(text_string(&message.bytes),
				message_cases[i].want);
			assert_int_equal(message.is_plain,
				message_cases[i].want_plain);
		} else {
			assert_int_equal(status, -1);
			assert_string_equal(error.text,
				message_cases[i].want_fault);
		}
		message_release(&message);
	}
}

/* The same text is another program without its prelude. */
static void a_prelude_is_part_of_its_program(void **state)
{
	struct message_request request = {.prelude = prelude,
		.program = "[one]", .channel = "", .body = "{}", .length = 2};
	struct message message;
	struct error error;

	(void)state;
	assert_int_equal(message_make(&message, &request, &error), 0);
	message_release(&message);
	request.prelude = NULL;
	assert_int_equal(message_make(&message, &request, &error), -1);
	message_release(&message);
	request.prelude = "def one: wrong;\n";
	assert_int_equal(message_make(&message, &request, &error), -1);
	assert_true(string_starts(error.text, "prelude, line 1: wrong/0 is"));
	message_release(&message);
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
		cmocka_unit_test(html_is_read),
		cmocka_unit_test(xml_is_read),
		cmocka_unit_test(markup_faults_say_where),
		cmocka_unit_test(markup_has_limits),
		cmocka_unit_test(attributes_hide_nowhere),
		cmocka_unit_test(feeds_become_documents),
		cmocka_unit_test(feeds_are_dated),
		cmocka_unit_test(long_texts_of_feeds_are_cut),
		cmocka_unit_test(text_is_matched),
		cmocka_unit_test(text_is_searched_in_windows),
		cmocka_unit_test(text_has_limits),
		cmocka_unit_test(programs_see_what_was_asked),
		cmocka_unit_test(json_says_where_the_next_page_is),
		cmocka_unit_test(programs_are_used_again),
		cmocka_unit_test(requests_have_limits),
		cmocka_unit_test(messages_are_made),
		cmocka_unit_test(a_prelude_is_part_of_its_program),
	};

	return cmocka_run_group_tests(tests, NULL, let_go);
}
