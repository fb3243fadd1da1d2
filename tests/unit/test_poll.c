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

	/* What is wrong with bytes that were read is so while they are the same,
	   and is not said of this machine's fault. */
	report = (struct fetch_report){.finished = NOW + 4, .rejected = 1,
		.rows = 1, .outcome = FETCH_CHANGED, .error = "row 1"};
	poll_finished(&source, &settings, &report, &known);
	report = (struct fetch_report){.outcome = FETCH_UNCHANGED};
	poll_finished(&source, &settings, &report, &known);
	assert_string_equal(known.error, "row 1");
	report = (struct fetch_report){.outcome = FETCH_OFFLINE, .error = "no"};
	poll_finished(&source, &settings, &report, &known);
	report = (struct fetch_report){.outcome = FETCH_UNCHANGED};
	poll_finished(&source, &settings, &report, &known);
	assert_string_equal(known.error, "");
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

/* --- what else the server says ----------------------------------------------- */

static struct source_state tried(enum fetch_outcome outcome, int32_t failures)
{
	const struct source source = {.id = "s", .url = "http://s/",
		.extract = "."};
	const struct fetch_report report = {.finished = NOW, .outcome = outcome,
		.retry_after = -1, .max_age = -1};
	struct source_state known;

	source_state_init(&known);
	known.failures = failures;
	poll_finished(&source, &settings, &report, &known);
	return known;
}

static void test_feed(void **state)
{
	const struct source source = {.id = "s", .every = HOUR};
	struct fetch_report report = {.finished = NOW,
		.outcome = FETCH_CHANGED, .retry_after = -1, .max_age = 7200,
		.ttl = 9000};
	struct source_state known;

	(void)state;
	source_state_init(&known);
	poll_finished(&source, &settings, &report, &known);
	assert_int_equal(known.next, NOW + 9000);
	report.ttl = 90 * DAY;
	poll_finished(&source, &settings, &report, &known);
	assert_int_equal(known.next, NOW + DAY);
}

static void test_gone(void **state)
{
	const struct source source = {.id = "s", .every = HOUR};
	struct fetch_report report = {.finished = NOW,
		.outcome = FETCH_FAILED, .http_status = 410, .gone = true,
		.retry_after = -1, .max_age = -1};
	struct source_state known;

	(void)state;
	source_state_init(&known);
	poll_finished(&source, &settings, &report, &known);
	assert_true(known.gone);
	assert_int_equal(known.next, INSTANT_MAX);
	/* Somebody asked once more. */
	report = (struct fetch_report){.finished = NOW,
		.outcome = FETCH_CHANGED, .retry_after = -1, .max_age = -1};
	poll_finished(&source, &settings, &report, &known);
	assert_false(known.gone);
	assert_int_equal(known.next, NOW + HOUR);
}

/* An attempt that could not be made is no failure, and leaves what is known. */
static void test_offline(void **state)
{
	const struct source source = {.id = "s", .every = HOUR};
	const struct fetch_report report = {.finished = NOW,
		.outcome = FETCH_OFFLINE, .retry_after = -1, .max_age = -1};
	struct source_state known;

	(void)state;
	source_state_init(&known);
	known.failures = 2;
	known.failing_since = NOW - DAY;
	snprintf(known.etag, sizeof(known.etag), "\"a\"");
	poll_finished(&source, &settings, &report, &known);
	assert_int_equal(known.failures, 2);
	assert_int_equal(known.failing_since, NOW - DAY);
	assert_string_equal(known.etag, "\"a\"");
	assert_int_equal(known.next, NOW + 60);
	assert_int_equal(known.outcome, FETCH_OFFLINE);
}

static void test_moved(void **state)
{
	const struct source source = {.id = "s", .every = HOUR};
	struct fetch_report report = {.finished = NOW,
		.outcome = FETCH_UNREADABLE, .retry_after = -1, .max_age = -1,
		.moved = "http://new/"};
	struct source_state known;

	(void)state;
	source_state_init(&known);
	/* A login in the place of everything. */
	poll_finished(&source, &settings, &report, &known);
	assert_string_equal(known.moved, "");
	report.outcome = FETCH_CHANGED;
	poll_finished(&source, &settings, &report, &known);
	assert_string_equal(known.moved, "");
	report.rows = 1;
	poll_finished(&source, &settings, &report, &known);
	assert_string_equal(known.moved, "http://new/");
	report.moved[0] = '\0';
	poll_finished(&source, &settings, &report, &known);
	assert_string_equal(known.moved, "http://new/");
	report.outcome = FETCH_FAILED;
	for (int i = 1; i <= SOURCE_FAILURES_ALERT; i++) {
		assert_string_equal(known.moved, "http://new/");
		poll_finished(&source, &settings, &report, &known);
	}
	assert_string_equal(known.moved, "");
}

/* --- near ---------------------------------------------------------------------- */

static const struct near_case {
	const char *what;
	int64_t every;			/* near by now */
	int64_t begins, then;		/* from NOW on; 0: never */
	int32_t failures;
	int64_t not_before;		/* from NOW on; 0: not said */
	int64_t want_least, want_most;
} nears[] = {
	{"not near", 0, 0, 0, 0, 0, 6 * HOUR, 6 * HOUR},
	{"near", HOUR, 0, 0, 0, 0, HOUR, HOUR},
	{"min_every", 60, 0, 0, 0, 0, 900, 900},
	{"Retry-After", HOUR, 0, 0, 0, 2 * HOUR, 2 * HOUR, 2 * HOUR},
	{"no slower than its own", DAY, 0, 0, 0, 0, 6 * HOUR, 6 * HOUR},
	{"soon near", 0, 2 * HOUR, HOUR, 0, 0, 2 * HOUR, 2 * HOUR},
	{"soon, and asked just now", 0, 600, HOUR, 0, 0, HOUR, HOUR},
	{"nearer soon", 3 * HOUR, 2 * HOUR, HOUR, 0, 0, 2 * HOUR, 2 * HOUR},
	{"after its plan", 0, 9 * HOUR, HOUR, 0, 0, 6 * HOUR, 6 * HOUR},
	{"failing", HOUR, 0, 0, 50, 0, HOUR / 2, HOUR},
};

static void test_near(void **state)
{
	const struct source source = {.id = "s"};

	(void)state;
	for (size_t i = 0; i < sizeof(nears) / sizeof(*nears); i++) {
		const struct near_case *c = &nears[i];
		const struct nearness near = {c->every, c->begins ?
			NOW + c->begins : INSTANT_MAX, c->then};
		struct source_state known = tried(c->failures ?
			FETCH_FAILED : FETCH_CHANGED, c->failures);
		instant next = poll_near(&source, &settings, &known, &near,
			c->not_before ? NOW + c->not_before : INSTANT_MIN, NOW);

		if (next - NOW < c->want_least || next - NOW > c->want_most)
			fail_msg("%s: %lld seconds", c->what,
				(long long)(next - NOW));
	}
	const struct fetch_report asked = {.finished = NOW, .retry_after = 9};
	const struct fetch_report not_asked = {.retry_after = -1};
	assert_int_equal(poll_not_before(&asked), NOW + 9);
	assert_int_equal(poll_not_before(&not_asked), INSTANT_MIN);
}

/* --- many at once ---------------------------------------------------------------- */

#define MANY 10000

static void test_parted(void **state)
{
	const struct poll_settings spread = {.every = HOUR, .min_every = 60,
		.spread = 30};
	static size_t at[2 * 30 + 1], later[2 * 30 + 1];

	(void)state;
	assert_int_equal(poll_parted("s", POLLS_AT_ONCE - 1, &spread), 0);
	assert_int_equal(poll_parted("s", MANY, &settings), 0);
	for (int i = 0; i < MANY; i++) {
		char id[16];
		const struct source source = {.id = id};
		const struct fetch_report report = {.outcome = FETCH_CHANGED,
			.retry_after = -1, .max_age = -1};
		struct source_state known;

		snprintf(id, sizeof(id), "s%d", i);
		int64_t first = poll_parted(id, MANY, &spread);
		assert_in_range(first, 0, 30);
		at[first]++;
		source_state_init(&known);
		poll_finished(&source, &spread, &report, &known);
		assert_in_range(known.next, HOUR, HOUR + 30);
		later[first + known.next - HOUR]++;
	}
	/* No second has many more than its share, and each round fewer. */
	for (size_t i = 0; i <= 30; i++)
		assert_in_range(at[i], 1, 2 * MANY / 31);
	for (size_t i = 0; i <= 60; i++)
		assert_in_range(later[i], 0, 2 * MANY / 31);
}

/* --- kinds of fault --------------------------------------------------------------- */

static uint64_t fault(enum fetch_outcome outcome, int status, bool gone,
	const char *error)
{
	struct fetch_report report = {.outcome = outcome, .http_status = status,
		.gone = gone};

	snprintf(report.error, sizeof(report.error), "%s", error);
	return fetch_fault(&report);
}

static void test_faults(void **state)
{
	(void)state;
	assert_int_equal(fault(FETCH_FAILED, 500, false, "a"),
		fault(FETCH_FAILED, 503, false, "b"));
	assert_int_not_equal(fault(FETCH_FAILED, 500, false, ""),
		fault(FETCH_FAILED, 404, false, ""));
	assert_int_not_equal(fault(FETCH_FAILED, 410, true, ""),
		fault(FETCH_FAILED, 404, false, ""));
	assert_int_equal(fault(FETCH_FAILED, 0, false, "no answer in 30 seconds"),
		fault(FETCH_FAILED, 0, false, "no answer in 10 seconds"));
	assert_int_not_equal(fault(FETCH_FAILED, 0, false, "no answer in time"),
		fault(FETCH_FAILED, 0, false, "connection refused"));
	assert_int_equal(fault(FETCH_UNREADABLE, 200, false,
		"row 7: period \"2020 x\" is not one"),
		fault(FETCH_UNREADABLE, 200, false,
		"row 812: period \"abc\" is not one"));
	assert_int_not_equal(fault(FETCH_UNREADABLE, 200, false, ""),
		fault(FETCH_FAILED, 0, false, ""));
	assert_int_not_equal(fault(FETCH_FAILED, 0, false, "\"open"), 0);
}

static void test_words(void **state)
{
	(void)state;
	for (int i = FETCH_CHANGED; i <= FETCH_OFFLINE; i++) {
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
		cmocka_unit_test(test_feed),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_offline),
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_near),
		cmocka_unit_test(test_parted),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
