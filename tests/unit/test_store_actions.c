/*
 * What the store promises of what people did, and of events by time: all of it
 * comes back, by what it was done to and by when it happened.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "store_folder.h"

/* --- builders --------------------------------------------------------------------- */

static void add_event(struct store_batch *batch, int64_t id, instant time,
	const char *subject, int64_t alert)
{
	store_add_event(batch, &(struct event){ .id = id, .time = time,
		.kind = EVENT_SLIPPED, .severity = SEVERITY_WARNING,
		.subject_kind = SUBJECT_MILESTONE, .subject = subject,
		.alert = alert, .late = INSTANT_MIN, .reason = "why" });
}

static void add_action(struct store_batch *batch, const char *what,
	const char *subject, const char *note, instant until)
{
	store_add_action(batch, &(struct store_action){ .at = T0, .who = "anna",
		.what = what, .subject = subject, .note = note,
		.until = until });
}

/* "3 acknowledge 7 (why) until 9, " */
static void see_action(void *context, const struct store_action *action)
{
	assert_string_equal(action->who, "anna");
	assert_int_equal(action->at, T0);
	text_addf(context, "%lld %s %s", (long long)action->id, action->what,
		action->subject != NULL ? action->subject : "-");
	if (action->note != NULL)
		text_addf(context, " (%s)", action->note);
	if (action->until != INSTANT_MIN)
		text_addf(context, " until %lld", (long long)(action->until - T0));
	text_add_string(context, ", ");
}

/* --- tests ------------------------------------------------------------------------ */

static void fill_actions(struct store *store)
{
	struct store_batch *batch = store_batch_new(store);

	add_event(batch, 1, T0, "p/a", 7);
	add_event(batch, 2, T0, "p/b", 8);
	add_event(batch, 3, T0, "p/a", 7);	/* the same alert again */
	add_event(batch, 4, T0, "p/a", 77);
	add_event(batch, 5, T0, "p/a", 0);
	add_action(batch, "reload", NULL, NULL, INSTANT_MIN);
	add_action(batch, "acknowledge", "7", "mine", T0 + 9);
	add_action(batch, "acknowledge", "8", "of another", T0 + 9);
	add_action(batch, "end silence", "7", "a silence", INSTANT_MIN);
	add_action(batch, "acknowledge", "77", "", T0 + 5);
	add_action(batch, "attest", "p/a", "key: yes", INSTANT_MIN);
	commit_well(store, batch);
}

static const struct {
	const char *subject, *milestone;	/* neither: all */
	int64_t before;
	size_t limit;
	const char *want;
} asked[] = {
	{ NULL, NULL, 0, 2, "6 attest p/a (key: yes), "
		"5 acknowledge 77 until 5, " },
	{ NULL, NULL, 3, 0, "2 acknowledge 7 (mine) until 9, 1 reload -, " },
	{ "7", NULL, 0, 0, "4 end silence 7 (a silence), "
		"2 acknowledge 7 (mine) until 9, " },
	{ "7", NULL, 4, 0, "2 acknowledge 7 (mine) until 9, " },
	{ "p", NULL, 0, 0, "" },
	{ NULL, "p/a", 0, 0, "5 acknowledge 77 until 5, "
		"2 acknowledge 7 (mine) until 9, " },
	{ NULL, "p/a", 0, 1, "5 acknowledge 77 until 5, " },
	{ NULL, "p/b", 0, 0, "3 acknowledge 8 (of another) until 9, " },
	{ NULL, "p/c", 0, 0, "" },
};

static void test_actions(void **state)
{
	struct store *store = open_store(*state);

	fill_actions(store);
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		struct text seen;
		int loaded;

		text_init(&seen, 0);
		loaded = asked[i].milestone != NULL ?
			store_load_acknowledgements(store, asked[i].milestone,
				asked[i].before, asked[i].limit, see_action,
				&seen, NULL) :
			store_load_actions(store, asked[i].subject,
				asked[i].before, asked[i].limit, see_action,
				&seen, NULL);
		assert_int_equal(loaded, 0);
		assert_string_equal(text_string(&seen), asked[i].want);
		text_release(&seen);
	}
	store_close(store);
}

/* The clock was set back between 3 and 4. */
static void fill_times(struct store *store)
{
	static const int times[] = { 10, 20, 50, 30, 40 };
	struct store_batch *batch = store_batch_new(store);

	for (int i = 0; i < 5; i++)
		add_event(batch, i + 1, T0 + times[i], "p/a", 0);
	commit_well(store, batch);
}

static const struct {
	instant since, until;
	int64_t want_first, want_last;
} spans[] = {
	{ INSTANT_MIN, INSTANT_MAX, 1, 3 },
	{ T0 + 20, T0 + 20, 2, 2 },
	{ T0 + 21, T0 + 45, 4, 5 },
	{ T0 + 60, INSTANT_MAX, 0, 3 },
	{ INSTANT_MIN, T0 + 9, 1, 0 },
};

static void test_events_by_time(void **state)
{
	struct store *store = open_store(*state);
	int64_t first, last;

	assert_int_equal(store_last_event(store, &last, NULL), 0);
	assert_int_equal(last, 0);
	assert_int_equal(store_find_events(store, INSTANT_MIN, INSTANT_MAX,
		&first, &last, NULL), 0);
	assert_true(first == 0 && last == 0);
	fill_times(store);
	assert_int_equal(store_last_event(store, &last, NULL), 0);
	assert_int_equal(last, 5);
	for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
		assert_int_equal(store_find_events(store, spans[i].since,
			spans[i].until, &first, &last, NULL), 0);
		assert_int_equal(first, spans[i].want_first);
		assert_int_equal(last, spans[i].want_last);
	}
	store_close(store);
}

static void test_latest_changes(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	int64_t change;
	instant at;

	for (int i = 1; i <= 6; i++) {
		const struct milestone_state milestone = {
			.assessment = { .as_of = T0 + i } };

		store_add_assessment(batch, i % 2 == 0 ? "p/b" : "p/a",
			&milestone, NULL, NULL, 0);
	}
	commit_well(store, batch);
	assert_int_equal(store_find_change(store, "p/a", INSTANT_MAX, 1, &change,
		&at, NULL), 0);
	assert_true(change == 3 && at == T0 + 3);
	assert_int_equal(store_find_change(store, "p/a", T0 + 4, 1, &change, &at,
		NULL), 0);
	assert_true(change == 1 && at == T0 + 1);
	assert_int_equal(store_find_change(store, "p/a", INSTANT_MAX, 3, &change,
		&at, NULL), 0);
	assert_true(change == 0 && at == INSTANT_MIN);
	store_close(store);
}

static void see_accepted(void *context, const char *indicator,
	const struct observation *observation, const struct store_observed *how)
{
	(void)observation;
	text_addf(context, "%s %lld by %s, ", indicator, (long long)how->accepts,
		how->by);
}

static void add_figure(struct store_batch *batch, const char *indicator,
	int64_t accepts)
{
	const struct observation observation = {
		.period = period_of_date(FREQUENCY_DAY,
			(struct date){ 2020, 1, 31 }),
		.value = decimal_from_int(1), .published = T0, .recorded = T0 };

	store_add_observation(batch, indicator, &(struct store_observed){
		.by = accepts != 0 ? "anna" : NULL, .accepts = accepts },
		&observation);
}

static void test_accepted(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	struct text seen;

	add_figure(batch, "x", 0);
	add_figure(batch, "x", 1);
	add_figure(batch, "y", 2);
	add_figure(batch, "x", 3);
	commit_well(store, batch);
	text_init(&seen, 0);
	assert_int_equal(store_load_accepted(store, "x", 0, 0, see_accepted,
		&seen, NULL), 0);
	assert_string_equal(text_string(&seen), "x 3 by anna, x 1 by anna, ");
	text_clear(&seen);
	assert_int_equal(store_load_accepted(store, "x", 4, 1, see_accepted,
		&seen, NULL), 0);
	assert_string_equal(text_string(&seen), "x 1 by anna, ");
	text_release(&seen);
	store_close(store);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_FOLDER(test_actions),
		IN_FOLDER(test_events_by_time),
		IN_FOLDER(test_latest_changes),
		IN_FOLDER(test_accepted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
