/*
 * When a source is asked again, from what it answered.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/poll.h"

#define NOW INT64_C(1600000000)
#define HOUR 3600
#define DAY 86400

static const struct poll_settings settings = {
	.every = 6 * HOUR, .min_every = 900, .spread = 0};

static const struct wait_case {
	const char *what;
	int64_t every;
	enum fetch_outcome outcome;
	int32_t failures;		/* before */
	int64_t retry_after, max_age;
	int64_t want_least, want_most;	/* seconds until the next */
} waits[] = {
	{"the default", 0, FETCH_CHANGED, 0, -1, -1, 6 * HOUR, 6 * HOUR},
	{"its own", HOUR, FETCH_UNCHANGED, 0, -1, -1, HOUR, HOUR},
	{"after failures too", HOUR, FETCH_UNCHANGED, 9, -1, -1, HOUR, HOUR},
	{"min_every", 60, FETCH_CHANGED, 0, -1, -1, 900, 900},
	{"max-age is longer", HOUR, FETCH_CHANGED, 0, -1, 7200, 7200, 7200},
	{"max-age is capped", HOUR, FETCH_CHANGED, 0, -1, 90 * DAY, DAY, DAY},
	{"retry-after", HOUR, FETCH_CHANGED, 0, 10000, 7200, 10000, 10000},
	{"a schedule over a day", 3 * DAY, FETCH_CHANGED, 0, -1, 9 * DAY,
		3 * DAY, 3 * DAY},
	{"one failure", HOUR, FETCH_FAILED, 0, -1, -1, 900, 900},
	{"a fifth", HOUR, FETCH_UNREADABLE, 4, -1, -1, 900, 960},
	{"a sixth", HOUR, FETCH_FAILED, 5, -1, -1, 960, 1920},
	{"at most an hour", HOUR, FETCH_FAILED, 50, -1, -1, HOUR / 2, HOUR},
	{"at most the schedule", DAY, FETCH_FAILED, 50, -1, -1, DAY / 2, DAY},
	{"told to stay away", HOUR, FETCH_FAILED, 0, 40000, -1, 40000, 40000},
	{"told for ever", HOUR, FETCH_FAILED, 0, 40 * DAY, -1, DAY, DAY},
};

static void test_waits(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		const struct wait_case *c = &waits[i];
		const struct source source = {.id = "s", .url = "http://s/",
			.extract = ".", .every = c->every};
		const struct fetch_report report = {.started = NOW - 1,
			.finished = NOW, .outcome = c->outcome,
			.retry_after = c->retry_after, .max_age = c->max_age};
		struct source_state known;
		source_state_init(&known);
		known.failures = c->failures;
		poll_finished(&source, &settings, &report, &known);
		if (known.next - NOW < c->want_least ||
				known.next - NOW > c->want_most)
			fail_msg("%s: %lld seconds", c->what,
				(long long)(known.next - NOW));
		bool failed = c->outcome == FETCH_FAILED ||
			c->outcome == FETCH_UNREADABLE;
		assert_int_equal(known.failures, failed ? c->failures + 1 : 0);
		assert_int_equal(known.last_attempt, NOW);
	}
}

static void test_state(void **state)
{
	(void)state;
	const struct source source = {.id = "s", .url = "http://s/", .extract = "."};
	struct fetch_report report = {.finished = NOW, .outcome = FETCH_CHANGED,
		.retry_after = -1, .max_age = -1, .etag = "\"a\"",
		.body = {{1}}, .has_body = true};
	struct source_state known;

	source_state_init(&known);
	poll_finished(&source, &settings, &report, &known);
	assert_string_equal(known.etag, "\"a\"");
	assert_int_equal(known.last_change, NOW);

	/* A 304 without validators leaves those that were sent. */
	report = (struct fetch_report){.finished = NOW + 1,
		.outcome = FETCH_UNCHANGED, .retry_after = -1, .max_age = -1};
	poll_finished(&source, &settings, &report, &known);
	assert_string_equal(known.etag, "\"a\"");
	assert_true(known.has_body);
	assert_int_equal(known.last_change, NOW);
	assert_int_equal(known.last_success, NOW + 1);

	/* An error drops them, and says since when. */
	report = (struct fetch_report){.finished = NOW + 2,
		.outcome = FETCH_FAILED, .retry_after = -1, .max_age = -1,
		.error = "refused"};
	poll_finished(&source, &settings, &report, &known);
	report.finished = NOW + 3;
	poll_finished(&source, &settings, &report, &known);
	assert_string_equal(known.etag, "");
	assert_false(known.has_body);
	assert_int_equal(known.failing_since, NOW + 2);
	assert_int_equal(known.failures, 2);
	assert_string_equal(known.error, "refused");
	assert_int_equal(known.last_success, NOW + 1);
}

/* The same for the same, another for another. */
static void test_backoff(void **state)
{
	(void)state;
	int64_t distinct = 0;
	for (int64_t i = 0; i < 100; i++) {
		int64_t wait = backoff_seconds("hook", i, 10, 9, HOUR);
		assert_int_equal(wait, backoff_seconds("hook", i, 10, 9, HOUR));
		assert_in_range(wait, 10 * 256 / 2, 10 * 256);
		distinct += wait != backoff_seconds("hook", i + 1, 10, 9, HOUR);
	}
	assert_true(distinct > 90);
	assert_in_range(backoff_seconds("hook", 1, 10, 1, HOUR), 5, 10);
	assert_in_range(backoff_seconds("hook", 1, 10, INT32_MAX, HOUR),
		HOUR / 2, HOUR);
}

static void test_program(void **state)
{
	(void)state;
	const struct label as[] = {{"code", "text"}};
	const struct source sources[] = {
		{.id = "a", .url = "http://s/", .extract = "."},
		{.id = "a", .url = "http://s/.", .extract = ""},
		{.id = "a", .url = "http://s/", .extract = ".x"},
		{.id = "a", .url = "http://s/", .extract = ".", .indicator_id = "x"},
		{.id = "a", .url = "http://s/", .extract = ".", .encoding = "x"},
		{.id = "a", .url = "http://s/", .extract = ".", .csv_delimiter = ';'},
		{.id = "a", .url = "http://s/", .extract = ".",
			.csv_columns_as = as, .csv_columns_as_count = 1},
	};
	struct digest digests[7], again;
	for (size_t i = 0; i < 7; i++) {
		source_program(&sources[i], &digests[i]);
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(&digests[i], &digests[j],
				sizeof(digests[i]));
	}
	/* How often it is asked is no part of what it means. */
	struct source slower = sources[0];
	slower.every = 99;
	source_program(&slower, &again);
	assert_memory_equal(&digests[0], &again, sizeof(again));
}

static void test_first(void **state)
{
	(void)state;
	const struct poll_settings spread = {.every = DAY, .spread = 30};
	struct source source = {.id = "a"};

	assert_int_equal(poll_first(&source, &settings, NOW), NOW);
	assert_in_range(poll_first(&source, &spread, NOW), NOW, NOW + 29);
}

static void test_words(void **state)
{
	(void)state;
	for (int i = FETCH_CHANGED; i <= FETCH_UNREADABLE; i++) {
		enum fetch_outcome back;
		assert_true(fetch_outcome_parse(
			fetch_outcome_name((enum fetch_outcome)i), &back));
		assert_int_equal(back, i);
	}
	enum fetch_outcome none;
	assert_false(fetch_outcome_parse("fine", &none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_state),
		cmocka_unit_test(test_backoff),
		cmocka_unit_test(test_program),
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
