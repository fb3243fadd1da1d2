/*
 * test_report: what became of register tests, for people (text), for a test
 * harness (TAP 14) and for what reads JUnit's XML. Written to standard output
 * suite by suite; at most one suite is held.
 */
#ifndef PLEDGED_PLEDGED_TEST_REPORT_H
#define PLEDGED_PLEDGED_TEST_REPORT_H

#include "base/text.h"
#include "pledged/command.h"

struct test_failure {
	const char *file;
	int line;
	char *message;		/* one line, without the place */
	char *reason;		/* more about it, or NULL */
};

/* One test and what failed in it. */
struct test_outcome {
	const char *name;
	const char *file;
	int line;
	bool broken;		/* it could not be run at all */
	double seconds;
	struct test_failure *failures;
	size_t count;
	size_t capacity;
};

void test_outcome_release(struct test_outcome *outcome);
/* Takes message and reason. */
void test_outcome_fail(struct test_outcome *outcome, int line, char *message,
	char *reason);

struct test_report;

struct test_report *test_report_new(enum output form);
void test_report_free(struct test_report *report);

/* A file begins, and ends. */
void test_report_suite(struct test_report *report, const char *file);
void test_report_suite_end(struct test_report *report);
void test_report_add(struct test_report *report,
	const struct test_outcome *outcome);
/* All is told. Returns how many tests failed. */
size_t test_report_end(struct test_report *report);

#endif
