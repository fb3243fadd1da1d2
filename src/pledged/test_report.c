/* test_report: see test_report.h. A form is a row of functions. */
#include "pledged/test_report.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/mem.h"

struct form {
	void (*begin)(struct test_report *report);
	void (*add)(struct test_report *report,
		const struct test_outcome *outcome);
	void (*suite_end)(struct test_report *report);
	void (*end)(struct test_report *report);
};

struct test_report {
	const struct form *form;
	struct text out;		/* of the suite so far */
	const char *suite;
	double seconds;			/* of the suite */
	size_t suite_tests, suite_failed, suite_broken;
	size_t suites, tests, failed;
};

void test_outcome_release(struct test_outcome *outcome)
{
	for (size_t i = 0; i < outcome->count; i++) {
		free(outcome->failures[i].message);
		free(outcome->failures[i].reason);
	}
	free(outcome->failures);
	outcome->failures = NULL;
	outcome->count = outcome->capacity = 0;
}

void test_outcome_fail(struct test_outcome *outcome, int line, char *message,
	char *reason)
{
	outcome->failures = mem_grow(outcome->failures, outcome->count,
		&outcome->capacity, sizeof *outcome->failures);
	outcome->failures[outcome->count++] = (struct test_failure){
		outcome->file, line, message, reason};
}

static void report_flush(struct test_report *report)
{
	fwrite(text_string(&report->out), 1, report->out.length, stdout);
	text_clear(&report->out);
}

/* --- for people ----------------------------------------------------------- */

static void place_add(struct text *out, const char *file, int line)
{
	text_add_printable(out, file);
	if (line > 0)
		text_addf(out, ":%d", line);
	text_add_string(out, ": ");
}

static void nothing(struct test_report *report)
{
	(void)report;
}

static void text_add_outcome(struct test_report *report,
	const struct test_outcome *outcome)
{
	struct text *out = &report->out;

	if (outcome->count == 0)
		return;
	text_add_string(out, "FAILED ");
	place_add(out, outcome->file, outcome->line);
	text_add_printable(out, outcome->name);
	for (size_t i = 0; i < outcome->count; i++) {
		const struct test_failure *failure = &outcome->failures[i];

		text_add_string(out, "\n  ");
		place_add(out, failure->file, failure->line);
		text_add_printable(out, failure->message);
		if (failure->reason != NULL) {
			text_add_string(out, "\n    ");
			text_add_printable(out, failure->reason);
		}
	}
	text_add_char(out, '\n');
}

static void text_suite_end(struct test_report *report)
{
	struct text *out = &report->out;

	if (report->suite_failed > 0)
		return;
	text_add_string(out, "good ");
	text_add_printable(out, report->suite);
	text_add_string(out, ": ");
	text_add_count(out, report->suite_tests, "test");
	text_add_char(out, '\n');
}

static void text_end(struct test_report *report)
{
	struct text *out = &report->out;

	text_add_count(out, report->suites, "file");
	text_add_string(out, ", ");
	text_add_count(out, report->tests, "test");
	text_addf(out, ", %zu failed\n", report->failed);
}

/* --- TAP --------------------------------------------------------------------
   https://testanything.org/tap-version-14-specification.html */

static void tap_begin(struct test_report *report)
{
	text_add_string(&report->out, "TAP version 14\n");
}

static void tap_add_description(struct text *out, const char *string)
{
	for (; *string != '\0'; string++) {
		if (*string == '#' || *string == '\\')
			text_add_char(out, '\\');
		text_add_char(out, *string);
	}
}

static void tap_add_string(struct text *out, const char *key,
	const char *value)
{
	struct json json;

	text_add_string(out, key);
	json_init(&json, out);
	json_string(&json, value);
	text_add_char(out, '\n');
}

static void tap_add_failure(struct text *out, const struct test_failure *failure)
{
	struct text place;

	text_init(&place, 0);
	text_add_string(&place, failure->file);
	if (failure->line > 0)
		text_addf(&place, ":%d", failure->line);
	tap_add_string(out, "    - at: ", text_string(&place));
	tap_add_string(out, "      message: ", failure->message);
	if (failure->reason != NULL)
		tap_add_string(out, "      reason: ", failure->reason);
	text_release(&place);
}

static void tap_add(struct test_report *report,
	const struct test_outcome *outcome)
{
	struct text *out = &report->out;

	text_addf(out, "%sok %zu - ", outcome->count > 0 ? "not " : "",
		report->tests);
	tap_add_description(out, outcome->file);
	text_add_string(out, ": ");
	tap_add_description(out, outcome->name);
	text_add_char(out, '\n');
	if (outcome->count == 0)
		return;
	text_add_string(out, "  ---\n  failures:\n");
	for (size_t i = 0; i < outcome->count; i++)
		tap_add_failure(out, &outcome->failures[i]);
	text_add_string(out, "  ...\n");
}

static void tap_end(struct test_report *report)
{
	text_addf(&report->out, "1..%zu\n", report->tests);
}

/* --- JUnit -------------------------------------------------------------------
   The elements that all readers of https://github.com/testmoapp/junitxml know. */

static void junit_begin(struct test_report *report)
{
	text_add_string(&report->out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
}

static void xml_attribute(struct text *out, const char *name, const char *value)
{
	text_addf(out, " %s=\"", name);
	text_add_html(out, value);
	text_add_char(out, '"');
}

static void junit_add_failures(struct text *out,
	const struct test_outcome *outcome)
{
	const char *element = outcome->broken ? "error" : "failure";

	text_addf(out, "      <%s", element);
	xml_attribute(out, "message", outcome->failures[0].message);
	xml_attribute(out, "type", outcome->broken ? "unreadable" : "expectation");
	text_add_char(out, '>');
	for (size_t i = 0; i < outcome->count; i++) {
		const struct test_failure *failure = &outcome->failures[i];
		struct text line;

		text_init(&line, 0);
		place_add(&line, failure->file, failure->line);
		text_addf(&line, "%s\n", failure->message);
		if (failure->reason != NULL)
			text_addf(&line, "    %s\n", failure->reason);
		text_add_html(out, text_string(&line));
		text_release(&line);
	}
	text_addf(out, "</%s>\n", element);
}

/* The suite's own line stands before its cases, and is known behind them. */
static void junit_add(struct test_report *report,
	const struct test_outcome *outcome)
{
	struct text *out = &report->out;

	text_add_string(out, "    <testcase");
	xml_attribute(out, "name", outcome->name);
	xml_attribute(out, "classname", outcome->file);
	xml_attribute(out, "file", outcome->file);
	text_addf(out, " line=\"%d\" time=\"%.3f\"", outcome->line,
		outcome->seconds);
	if (outcome->count == 0) {
		text_add_string(out, "/>\n");
		return;
	}
	text_add_string(out, ">\n");
	junit_add_failures(out, outcome);
	text_add_string(out, "    </testcase>\n");
}

static void junit_suite_end(struct test_report *report)
{
	struct text cases = report->out;
	struct text *out = &report->out;

	text_init(out, 0);
	text_add_string(out, "  <testsuite");
	xml_attribute(out, "name", report->suite);
	text_addf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
		"skipped=\"0\" time=\"%.3f\">\n", report->suite_tests,
		report->suite_failed - report->suite_broken,
		report->suite_broken, report->seconds);
	text_add(out, text_string(&cases), cases.length);
	text_add_string(out, "  </testsuite>\n");
	text_release(&cases);
}

static void junit_end(struct test_report *report)
{
	text_add_string(&report->out, "</testsuites>\n");
}

/* --- all of them ---------------------------------------------------------- */

static const struct form
	text_form = {nothing, text_add_outcome, text_suite_end, text_end},
	tap_form = {tap_begin, tap_add, nothing, tap_end},
	junit_form = {junit_begin, junit_add, junit_suite_end, junit_end};

struct test_report *test_report_new(enum output form)
{
	struct test_report *report = mem_new(1, sizeof *report);

	report->form = form == OUTPUT_TAP ? &tap_form
		: form == OUTPUT_JUNIT ? &junit_form : &text_form;
	text_init(&report->out, 0);
	report->form->begin(report);
	report_flush(report);
	return report;
}

void test_report_free(struct test_report *report)
{
	text_release(&report->out);
	free(report);
}

void test_report_suite(struct test_report *report, const char *file)
{
	report->suite = file;
	report->seconds = 0;
	report->suite_tests = report->suite_failed = report->suite_broken = 0;
	report->suites++;
}

void test_report_add(struct test_report *report,
	const struct test_outcome *outcome)
{
	report->tests++;
	report->suite_tests++;
	report->seconds += outcome->seconds;
	if (outcome->count > 0) {
		report->failed++;
		report->suite_failed++;
		report->suite_broken += outcome->broken;
	}
	report->form->add(report, outcome);
}

void test_report_suite_end(struct test_report *report)
{
	report->form->suite_end(report);
	report_flush(report);
}

size_t test_report_end(struct test_report *report)
{
	report->form->end(report);
	report_flush(report);
	return report->failed;
}
