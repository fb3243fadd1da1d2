/*
 * Files of register tests: what is read, and that no bytes do harm. What is told
 * of faults is tested by the system tests.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/test_file.h"
#include "conf_golden.h"

#define MUTATIONS 1000

static const char good[] =
	"timezone = \"America/New_York\"; fetch = \"none\";\n"
	"instruments = ( { id = \"i\"; timezone = \"UTC\"; } );\n"
	"indicators = ( { id = \"x\"; frequency = \"month\"; },\n"
	"  { id = \"done\"; nonnegative = true; } );\n"
	"sources = ( { id = \"s\"; url = \"file:x.csv\"; format = \"csv\";\n"
	"  extract = \"SELECT 1\"; } );\n"
	"pledges = ( { id = \"p\"; instrument = \"i\"; milestones = (\n"
	"  { id = \"m\"; due = \"2020-12-31\"; benchmark = \"sum(x, 2020) >= 1\"; },\n"
	"  { id = \"n\"; due = \"2020-12-31\"; benchmark = \"last(done) >= 1\"; } ); } );\n"
	"tests = ( { name = \"one\"; to = \"2021-06-30\"; given = (\n"
	"  { at = \"2020-03-06\"; indicator = \"x\"; first = \"2019-12\"; values = (1, 2.5); },\n"
	"  { at = \"2020-04-06T10:00\"; published = \"2020-04-01\";\n"
	"    figures = [ \"x 2020-02=3\", \"done 2020-01-05 = 1 provisional\" ]; },\n"
	"  { at = \"2020-05-01T00:00:00Z\"; source = \"s\"; fails = \"broken\"; } );\n"
	"  expect = (\n"
	"  { at = \"2020-12-31\"; milestone = \"p/*\"; status = \"pending\"; pace = \"none\"; },\n"
	"  { at = \"2020-12-31\"; alerts = [ \"source_failing s\" ]; },\n"
	"  { from = \"2020-01-01\"; to = \"2020-12-31\"; milestone = \"p/m\";\n"
	"    events = [ \"2020-05-01 met\",\n"
	"      \"2020-05-02T01:02:03Z unverified p/n\" ]; } ); } );\n";

static struct test_file *file_load(const char *text, size_t length,
	char **listing)
{
	const char *path = golden_file("a.test.conf", text, length, 0644);
	struct faults faults;
	struct test_file *file;
	struct text out;

	faults_init(&faults);
	file = test_file_load(path, &faults);
	text_init(&out, 0);
	faults_print(&faults, &out);
	faults_release(&faults);
	*listing = text_take(&out);
	return file;
}

/* The end of a day in New York, five or four hours behind. */
static instant at(const char *text)
{
	struct moment moment;

	assert_true(moment_parse(text, strlen(text), &moment));
	return moment_instant(&moment, zone_utc());
}

static void check_rows(const struct test *test)
{
	const struct test_given *values = &test->givens[0];
	const struct test_given *figures = &test->givens[1];

	assert_int_equal(values->row_count, 2);
	assert_int_equal(values->rows[0].indicator, 0);
	assert_int_equal(values->rows[0].observation.period.number, 2019 * 12 + 11);
	assert_int_equal(values->rows[1].observation.period.number, 2020 * 12);
	assert_true(decimal_equal(values->rows[1].observation.value,
		(struct decimal){25, -1}));
	assert_int_equal(values->rows[0].observation.published,
		at("2020-03-07T04:59:59Z"));
	assert_int_equal(figures->when, at("2020-04-06T14:00:00Z"));
	assert_int_equal(figures->rows[0].observation.published,
		at("2020-04-02T03:59:59Z"));
	assert_int_equal(figures->rows[1].indicator, 1);
	assert_true(figures->rows[1].observation.provisional);
	assert_false(figures->rows[0].observation.provisional);
}

static void check_expects(const struct test *test)
{
	const struct test_expect *events = &test->expects[2];

	assert_string_equal(test->expects[0].wanted[ASPECT_STATUS].text, "pending");
	assert_int_equal(test->expects[0].wanted[ASPECT_STATUS].line, 16);
	assert_int_equal(test->expects[0].when, at("2021-01-01T04:59:59Z"));
	assert_true(test->expects[1].has_alerts);
	assert_int_equal(test->expects[1].alerts[0].kind, EVENT_SOURCE_FAILING);
	assert_string_equal(test->expects[1].alerts[0].subject, "s");
	assert_int_equal(events->since, at("2020-01-01T05:00:00Z"));
	assert_int_equal(events->until, at("2021-01-01T04:59:59Z"));
	assert_int_equal(events->event_sayings.count, 2);
	assert_null(events->events[0].subject);
	assert_int_equal(events->events[0].time.kind, MOMENT_DATE);
	assert_int_equal(events->events[1].kind, EVENT_UNVERIFIED);
}

static void test_good(void **state)
{
	char *listing;
	struct test_file *file = file_load(good, sizeof good - 1, &listing);
	const struct test *test;

	(void)state;
	assert_string_equal(listing, "");
	assert_non_null(file);
	assert_int_equal(file->count, 1);
	assert_int_equal(file->reg->milestone_count, 2);
	test = &file->tests[0];
	assert_int_equal(test->given_count, 3);
	assert_int_equal(test->expect_count, 3);
	assert_int_equal(test->begins, at("2020-01-01T05:00:00Z"));
	assert_int_equal(test->ends, at("2021-07-01T03:59:59Z"));
	check_rows(test);
	assert_int_equal(test->givens[2].source_index, 0);
	assert_string_equal(test->givens[2].fails, "broken");
	check_expects(test);
	test_file_free(file);
	free(listing);
	golden_clean();
}

static void test_mutations(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (int i = 0; i < MUTATIONS; i++) {
		char *bytes = mem_copy(good, sizeof good - 1), *listing;
		size_t length = sizeof good - 1;

		golden_mutate(bytes, &length, &seed);
		test_file_free(file_load(bytes, length, &listing));
		assert_true(utf8_is_valid(listing, strlen(listing)));
		free(listing);
		free(bytes);
	}
	golden_clean();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
