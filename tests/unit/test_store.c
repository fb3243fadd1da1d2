/*
 * What the store promises: what was acknowledged is there after any failure
 * and any kill; state equals what the facts make of it; a changed fact is
 * found; what is loaded is what was saved.
 */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "fault_vfs.h"
#include "store_folder.h"
#include "core/documents.h"
#include "core/polled.h"
#include "store/facts.h"
#include "store/order.h"
#include "store/readers.h"
#include "store/record.h"
#include "store/schema.h"
#include "store/store.h"

/* --- the lock -------------------------------------------------------------------------- */

/* As after a kill while a worker was being started: the owner is gone, and a
   child of it holds the lock for a moment more. */
static void lock_leave_to_child(const struct folder *folder)
{
	char path[96], owner[24];
	pid_t process = fork();

	assert_true(process >= 0);
	if (process > 0) {
		assert_int_equal(waitpid(process, NULL, 0), process);
		return;
	}
	snprintf(path, sizeof path, "%s/lock", folder->path);
	int fd = open(path, O_RDWR | O_CREAT, 0600);
	int length = snprintf(owner, sizeof owner, "%ld\n", (long)getpid());

	if (fd < 0 || flock(fd, LOCK_EX) < 0 || write(fd, owner, (size_t)length) < 0)
		_exit(1);
	if (fork() == 0)
		poll(NULL, 0, 50);
	_exit(0);
}

static void test_open_waits_for_an_orphaned_lock(void **state)
{
	const struct folder *folder = *state;
	struct error error = { 0 };

	lock_leave_to_child(folder);
	struct store *store = store_open(folder->path, &error);

	if (store == NULL)
		fail_msg("%s", error.text);
	store_close(store);
}

/* --- commits ------------------------------------------------------------------------ */

static struct store_batch *batch_of_event(struct store *store, int64_t id)
{
	struct store_batch *batch = store_batch_new(store);
	struct event event = { .id = id, .time = T0 + id, .kind = EVENT_SLIPPED,
		.severity = SEVERITY_CRITICAL, .subject_kind = SUBJECT_MILESTONE,
		.subject = "p/a", .from = "at_risk", .to = "not_met",
		.late = INSTANT_MIN, .reason = "why" };

	store_add_event(batch, &event);
	return batch;
}

static int64_t last_event(struct store *store)
{
	struct store_counters counters;

	assert_int_equal(store_load_counters(store, &counters, NULL), 0);
	return counters.last_event;
}

/* --- opening ------------------------------------------------------------------------ */

static void test_open_makes_a_database(void **state)
{
	const struct folder *folder = *state;
	struct store *store = open_store(folder);
	char instance[40];
	struct stat info;

	assert_int_equal(stat(folder->db, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_false(store_was_unclean(store));
	assert_string_equal(store_failure(store), "");
	snprintf(instance, sizeof instance, "%s", store_instance(store));
	assert_int_equal(strlen(instance), 16);
	store_close(store);
	assert_int_equal(raw_number(folder, "PRAGMA user_version"), STORE_SCHEMA);
	assert_int_equal(raw_number(folder, "PRAGMA application_id"), 0x706c6467);
	assert_int_equal(raw_number(folder,
		"SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"),
		1);
	store = open_store(folder);
	assert_false(store_was_unclean(store));
	assert_string_equal(store_instance(store), instance);
	store_close(store);
}

static void test_open_refuses_a_second(void **state)
{
	const struct folder *folder = *state;
	struct store *store = open_store(folder);
	struct error error = { 0 };
	char want[32];

	assert_null(store_open(folder->path, &error));
	snprintf(want, sizeof want, "process %ld", (long)getpid());
	assert_non_null(strstr(error.text, want));
	assert_int_equal(store_rebuild(folder->path, &error), -1);
	assert_int_equal(store_verify(folder->path, NULL, NULL, &error), 0);
	store_close(store);
	store_close(open_store(folder));
}

static void write_file(const char *path, const char *bytes)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(bytes, file);
	fclose(file);
}

static void spoil_by_link(const struct folder *folder)
{
	char path[96];

	snprintf(path, sizeof path, "%s/other.db", folder->path);
	assert_int_equal(rename(folder->db, path), 0);
	assert_int_equal(symlink(path, folder->db), 0);
}

static void spoil_by_text(const struct folder *folder)
{
	write_file(folder->db, "this is a letter, and it is longer than the hundred "
		"bytes that the header of a database takes in its file, surely");
}

static void test_open_refuses_what_is_not_ours(void **state)
{
	const struct folder *folder = *state;
	static const struct {
		const char *sql;
		void (*spoil)(const struct folder *folder);
		const char *want_text;
	} cases[] = {
		{ "PRAGMA user_version = 99", NULL, "newer pledged (schema 99" },
		{ "PRAGMA application_id = 17", NULL, "not a database of pledged" },
		{ "PRAGMA application_id = 0", NULL, "not a database of pledged" },
		{ "PRAGMA user_version = 0", NULL, "not a database of pledged" },
		{ NULL, spoil_by_text, "not a database" },
		{ NULL, spoil_by_link, "symbolic link" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error error = { 0 };

		store_close(open_store(folder));
		if (cases[i].sql != NULL)
			raw_run(folder, cases[i].sql);
		else
			cases[i].spoil(folder);
		assert_null(store_open(folder->path, &error));
		if (strstr(error.text, cases[i].want_text) == NULL)
			fail_msg("case %zu: %s", i, error.text);
		assert_int_equal(store_verify(folder->path, NULL, NULL, &error), -1);
		folder_empty(folder);
	}
}

static void test_open_needs_a_folder(void **state)
{
	struct error error = { 0 };

	(void)state;
	assert_null(store_open("/tmp/test_store.none/x", &error));
	assert_non_null(strstr(error.text, "No such file"));
}

/* The table of facts must say what the schema says. */
static void test_facts_match_the_schema(void **state)
{
	const struct folder *folder = *state;
	struct text sql;

	store_close(open_store(folder));
	text_init(&sql, 0);
	for (int i = 0; i < FACT_COUNT; i++) {
		const struct fact_table *table = &fact_tables[i];

		text_clear(&sql);
		text_addf(&sql, "SELECT count(*) FROM pragma_table_info('%s')",
			table->name);
		assert_int_equal(raw_number(folder, text_string(&sql)),
			fact_columns(table) + 2 + (table->packed != NULL));
		assert_true(fact_columns(table) <= FACT_COLUMNS_MAX);
		text_clear(&sql);
		fact_select_sql(table, &sql);
		raw_run(folder, text_string(&sql));
	}
	text_release(&sql);
}

/* --- what is saved is what is loaded -------------------------------------------------- */

static struct figure figure(const char *text)
{
	struct figure figure = { DECIMAL_ZERO, true };

	assert_true(decimal_read(text, &figure.value));
	return figure;
}

static void assert_figure(const struct figure *a, const struct figure *b)
{
	assert_int_equal(a->known, b->known);
	if (a->known)
		assert_true(decimal_equal(a->value, b->value));
}

static struct milestone_state rich_state(void)
{
	struct milestone_state state = { .since = T0, .terms = UINT64_MAX - 4,
		.announced = true, .told = STATUS_PARTLY_MET,
		.apart = INSTANT_MIN, .unsettled = INSTANT_MIN,
		.approached = INSTANT_MIN };
	struct assessment *a = &state.assessment;

	a->due = T0 + 99;
	a->due_date = (struct date){ 2020, 12, 31 };
	a->lifecycle = LIFECYCLE_RESCHEDULED;
	a->verdict = VERDICT_PARTLY_MET;
	a->progress = PROGRESS_OFF_TRACK;
	a->knowledge = KNOWLEDGE_STALE;
	a->status = STATUS_PARTLY_MET;
	a->as_of = T0 + 7;
	a->event = T0 + 5;
	a->event_date = (struct date){ 2021, 2, 3 };
	a->days_late = -3;
	a->days_overdue = 85;
	a->actual = figure("27335339028.25");
	a->target = figure("-1e300");
	a->pace = figure("0.8167167167167167167167167167167167");
	a->shortfall = figure("99999999999999999999999999999999999999");
	a->data_through = (struct period){ FREQUENCY_MONTH, 2020 * 12 + 11 };
	a->unknown = UNKNOWN_MISSING;
	a->waiting_for = (struct period){ FREQUENCY_QUARTER, 2020 * 4 + 3 };
	a->published_assumed = true;
	a->next = INSTANT_MAX;
	a->forecast = (struct forecast){ .method = FORECAST_LEAST_SQUARES,
		.value = 87819551012.9, .low = -1.5e-7, .high = 1e300,
		.date = { 2021, 5, 31 }, .slip_days = -151, .misses = true };
	return state;
}

static struct milestone_state bare_state(void)
{
	struct milestone_state state = { .since = INSTANT_MIN,
		.apart = INSTANT_MIN, .unsettled = INSTANT_MIN,
		.approached = INSTANT_MIN };

	state.assessment.due = state.assessment.as_of = state.assessment.event = INSTANT_MIN;
	state.assessment.next = INSTANT_MAX;
	state.assessment.days_late = state.assessment.days_overdue = DAYS_NONE;
	state.assessment.forecast.slip_days = DAYS_NONE;
	return state;
}

/* People were told something else than how it stands. */
static struct milestone_state damped_state(void)
{
	struct milestone_state state = rich_state();

	state.told = STATUS_NOT_STARTED;
	state.flips = 3;
	state.apart = T0 - 3600;
	state.unsettled = T0 - 7200;
	state.approached = T0 - 86400;
	return state;
}

static void assert_forecast(const struct forecast *a, const struct forecast *b)
{
	assert_int_equal(a->method, b->method);
	assert_true(a->value == b->value && a->low == b->low &&
		a->high == b->high);
	assert_int_equal(date_compare(a->date, b->date), 0);
	assert_int_equal(a->slip_days, b->slip_days);
	assert_int_equal(a->misses, b->misses);
}

static void assert_states_equal(const struct milestone_state *a,
	const struct milestone_state *b)
{
	const struct assessment *x = &a->assessment, *y = &b->assessment;

	assert_int_equal(a->since, b->since);
	assert_int_equal(a->told, b->told);
	assert_int_equal(a->flips, b->flips);
	assert_int_equal(a->apart, b->apart);
	assert_int_equal(a->unsettled, b->unsettled);
	assert_int_equal(a->approached, b->approached);
	assert_true(a->terms == b->terms);
	assert_int_equal(x->due, y->due);
	assert_int_equal(date_compare(x->due_date, y->due_date), 0);
	assert_int_equal(a->announced, b->announced);
	assert_int_equal(x->lifecycle, y->lifecycle);
	assert_int_equal(x->verdict, y->verdict);
	assert_int_equal(x->progress, y->progress);
	assert_int_equal(x->knowledge, y->knowledge);
	assert_int_equal(x->status, y->status);
	assert_int_equal(x->as_of, y->as_of);
	assert_int_equal(x->event, y->event);
	assert_int_equal(date_compare(x->event_date, y->event_date), 0);
	assert_int_equal(x->days_late, y->days_late);
	assert_int_equal(x->days_overdue, y->days_overdue);
	assert_figure(&x->actual, &y->actual);
	assert_figure(&x->target, &y->target);
	assert_figure(&x->baseline, &y->baseline);
	assert_figure(&x->required_now, &y->required_now);
	assert_figure(&x->pace, &y->pace);
	assert_figure(&x->share_of_level, &y->share_of_level);
	assert_figure(&x->share_of_increment, &y->share_of_increment);
	assert_figure(&x->shortfall, &y->shortfall);
	assert_true(period_equal(x->data_through, y->data_through));
	assert_int_equal(x->unknown, y->unknown);
	assert_true(period_equal(x->waiting_for, y->waiting_for));
	assert_int_equal(x->published_assumed, y->published_assumed);
	assert_int_equal(x->next, y->next);
	assert_forecast(&x->forecast, &y->forecast);
}

static void check_milestone(void *context, const char *id,
	const struct milestone_state *state)
{
	struct milestone_state want = string_is(id, "p/bare") ? bare_state() :
		string_is(id, "p/damped") ? damped_state() : rich_state();

	assert_states_equal(state, &want);
	assert_int_equal(state->assessment.waiting_indicator, NOT_FOUND);
	++*(int *)context;
}

static void assert_reason(struct store *store, const char *id, const char *want)
{
	struct text text;

	text_init(&text, 0);
	assert_int_equal(store_load_reason(store, id, &text, NULL), 0);
	assert_string_equal(text_string(&text), want);
	text_release(&text);
}

static void check_change(void *context, const struct store_change *change)
{
	static const struct {
		int64_t id, told;
		const char *reason, *cause;
	} wanted[] = {
		{1, 0, "first", NULL}, {3, 0, "second", "x 2020-12 = 8.1bn"},
		{4, 7, "third", "x 2020-12 = 8.1bn"},
	};
	int at = (*(int *)context)++;

	assert_int_equal(change->id, wanted[at].id);
	assert_int_equal(change->told, wanted[at].told);
	assert_string_equal(change->reason, wanted[at].reason);
	assert_int_equal(change->has_cause, wanted[at].cause != NULL);
	if (wanted[at].cause == NULL)
		return;
	assert_int_equal(change->cause.kind, CAUSE_REVISION);
	assert_string_equal(change->cause.text, wanted[at].cause);
	assert_int_equal(change->state.assessment.status,
		rich_state().assessment.status);
}

static void test_changes_of_a_milestone(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	struct milestone_state rich = rich_state();
	const struct cause cause = {CAUSE_REVISION, "x 2020-12 = 8.1bn"};
	int seen = 0;

	store_add_assessment(batch, "p/one", &rich, "first", NULL, 0);
	store_add_assessment(batch, "p/two", &rich, "another", &cause, 0);
	store_add_assessment(batch, "p/one", &rich, "second", &cause, 0);
	store_add_assessment(batch, "p/one", &rich, "third", &cause, 7);
	commit_well(store, batch);
	assert_int_equal(store_load_changes(store, "p/one", 0, 2, check_change,
		&seen, NULL), 0);
	assert_int_equal(seen, 2);
	assert_int_equal(store_load_changes(store, "p/one", 4, 0, check_change,
		&seen, NULL), 0);
	assert_int_equal(store_load_changes(store, "p/none", 0, 0, check_change,
		&seen, NULL), 0);
	assert_int_equal(seen, 3);
	store_close(store);
}

static void test_milestones(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	struct milestone_state rich = rich_state(), bare = bare_state();
	struct milestone_state damped = damped_state();
	const struct cause figure = {CAUSE_FIGURE, "x 2020-12 = 8.1bn"};
	struct error error;
	int count = 0;

	store_add_assessment(batch, "p/rich", &bare, "at first", NULL, 0);
	store_add_assessment(batch, "p/bare", &bare, NULL, &figure, 0);
	store_add_assessment(batch, "p/rich", &rich, "d'où: 27.3bn", &figure, 7);
	store_add_assessment(batch, "p/damped", &damped, NULL, NULL, 0);
	commit_well(store, batch);
	assert_int_equal(store_load_milestones(store, check_milestone, &count,
		&error), 0);
	assert_int_equal(count, 3);
	assert_reason(store, "p/rich", "d'où: 27.3bn");
	assert_reason(store, "p/bare", "");
	assert_reason(store, "p/none", "");
	store_close(store);
	assert_int_equal(raw_number(*state, "SELECT count(*) FROM assessment"), 4);
}

static void test_migrates_to_causes(void **state)
{
	const struct folder *folder = *state;
	struct store *store = open_store(folder);
	struct store_batch *batch = store_batch_new(store);
	struct milestone_state rich = rich_state();
	const struct cause cause = {CAUSE_TIME, "time has passed"};
	struct error error = { 0 };

	store_add_assessment(batch, "p/rich", &rich, "before", NULL, 0);
	commit_well(store, batch);
	store_close(store);
	schema_undo(folder, 3);
	store = open_store(folder);
	batch = store_batch_new(store);
	store_add_assessment(batch, "p/rich", &rich, "after", &cause, 3);
	commit_well(store, batch);
	store_close(store);
	assert_int_equal(raw_number(folder, "PRAGMA user_version"), STORE_SCHEMA);
	assert_int_equal(raw_number(folder, "SELECT count(*) FROM assessment "
		"WHERE cause IS NULL"), 1);
	if (store_verify(folder->path, NULL, NULL, &error) < 0)
		fail_msg("%s", error.text);
}

static void test_migrates_to_forecasts(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	struct milestone_state bare = bare_state();
	struct error error;
	int count = 0;

	store_add_assessment(batch, "p/bare", &bare, "before", NULL, 0);
	commit_well(store, batch);
	store_close(store);
	schema_undo(*state, 1);
	store = open_store(*state);
	assert_int_equal(store_load_milestones(store, check_milestone, &count,
		&error), 0);
	assert_int_equal(count, 1);
	assert_reason(store, "p/bare", "before");
	store_close(store);
	assert_int_equal(store_verify(((const struct folder *)*state)->path,
		NULL, NULL, &error), 0);
	assert_int_equal(raw_number(*state, "PRAGMA user_version"), STORE_SCHEMA);
}

static struct source_state rich_source(void)
{
	struct source_state state = { .next = T0 + 60, .last_attempt = T0,
		.last_success = INSTANT_MIN, .last_change = T0 - 9,
		.failing_since = T0 - 1, .failures = 3, .outcome = FETCH_UNREADABLE,
		.etag = "\"abc\"", .last_modified = "Tue, 01 Sep 2020 00:00:00 GMT",
		.has_body = true, .error = "line 3: no such column", .gone = true,
		.told = UINT64_MAX - 7, .moved = "http://elsewhere/" };

	memset(state.body.bytes, 7, DIGEST_SIZE);
	memset(state.program.bytes, 9, DIGEST_SIZE);
	return state;
}

static void check_source(void *context, const char *id,
	const struct source_state *state)
{
	struct source_state want = rich_source();

	assert_string_equal(id, "census");
	assert_int_equal(state->next, want.next);
	assert_int_equal(state->last_attempt, want.last_attempt);
	assert_int_equal(state->last_success, want.last_success);
	assert_int_equal(state->last_change, want.last_change);
	assert_int_equal(state->failing_since, want.failing_since);
	assert_int_equal(state->failures, want.failures);
	assert_int_equal(state->outcome, want.outcome);
	assert_string_equal(state->etag, want.etag);
	assert_string_equal(state->last_modified, want.last_modified);
	assert_int_equal(state->has_body, want.has_body);
	assert_memory_equal(&state->body, &want.body, DIGEST_SIZE);
	assert_memory_equal(&state->program, &want.program, DIGEST_SIZE);
	assert_string_equal(state->error, want.error);
	assert_int_equal(state->gone, want.gone);
	assert_true(state->told == want.told);
	assert_string_equal(state->moved, want.moved);
	++*(int *)context;
}

static void test_sources(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	struct fetch_report report = { .started = T0 - 2, .finished = T0,
		.outcome = FETCH_FAILED, .http_status = 503, .retry_after = -1,
		.max_age = 600, .error = "HTTP 503", .ttl = 90, .gone = true,
		.unreached = true, .moved = "http://new/" };
	struct source_state source = rich_source(), first = { .failures = 1 };
	struct error error;
	int count = 0;

	store_add_fetch(batch, "census", &report, &first);
	store_add_fetch(batch, "census", &report, &source);
	commit_well(store, batch);
	assert_int_equal(store_load_sources(store, check_source, &count, &error),
		0);
	assert_int_equal(count, 1);
	store_close(store);
	assert_int_equal(raw_number(*state, "SELECT count(*) FROM fetch WHERE "
		"http_status = 503 AND retry_after IS NULL AND max_age = 600 "
		"AND ttl = 90 AND gone AND unreached AND moved = 'http://new/'"), 2);
}

struct source_seen {
	int64_t failures;
	int count;
};

static void see_source(void *context, const char *id,
	const struct source_state *state)
{
	struct source_seen *seen = context;

	assert_string_equal(id, "gd");
	seen->failures = state->failures;
	seen->count++;
}

/* How a source stood at a time is what its last poll by then left. */
static void test_sources_by_a_time(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	struct fetch_report report = { .outcome = FETCH_FAILED };
	struct source_state source;
	static const struct {
		instant by;
		int64_t poll, failures;	/* 0: it had not been asked */
	} cases[] = {
		{ T0 - 1, 0, 0 }, { T0, 1, 0 }, { T0 + 9, 1, 0 }, { T0 + 10, 2, 1 },
		{ T0 + 35, 4, 3 }, { T0 + 1000, 100, 99 },
	};

	source_state_init(&source);
	for (int i = 0; i < 100; i++) {
		report.finished = T0 + 10 * i;
		source.failures = i;
		store_add_fetch(batch, i == 0 ? "else" : "gd", &report, &source);
	}
	commit_well(store, batch);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct source_seen seen = { 0 };
		int64_t poll = -1;

		assert_int_equal(store_find_poll(store, cases[i].by, &poll, NULL), 0);
		assert_int_equal(poll, cases[i].poll);
		assert_int_equal(store_load_source_by(store, "gd", poll,
			see_source, &seen, NULL), 0);
		assert_int_equal(seen.count, cases[i].failures > 0);
		assert_int_equal(seen.failures, cases[i].failures);
	}
	store_close(store);
}

static void see_event(void *context, const struct event *event)
{
	struct seen *seen = context;

	assert_int_equal(event->time, T0 + event->id);
	assert_int_equal(event->kind, EVENT_SLIPPED);
	assert_int_equal(event->severity, SEVERITY_CRITICAL);
	assert_string_equal(event->subject, "p/a");
	assert_string_equal(event->from, "at_risk");
	assert_string_equal(event->to, "not_met");
	assert_string_equal(event->reason, "why");
	seen->ids[seen->count++] = event->id;
}

static void test_events(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch;
	struct event other = { .id = 6, .kind = EVENT_FIRST_SIGHT };
	static const struct {
		int64_t after;
		const char *subject;
		size_t limit;
		const char *want_ids;
	} cases[] = {
		{ 0, "p/a", 0, "1 2 3 4 5" }, { 2, "p/a", 2, "3 4" },
		{ 0, NULL, 3, "1 2 3" }, { 0, "p/none", 0, "" }, { 9, NULL, 0, "" },
	};

	for (int64_t id = 1; id <= 5; id++)
		commit_well(store, batch_of_event(store, id));
	batch = store_batch_new(store);
	store_add_event(batch, &other);
	commit_well(store, batch);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct seen seen = { .count = 0 };

		assert_int_equal(store_load_events(store, cases[i].after,
			cases[i].subject, cases[i].limit, see_event, &seen, NULL), 0);
		assert_seen(&seen, cases[i].want_ids);
	}
	assert_int_equal(last_event(store), 6);
	store_close(store);
}

static void test_snapshots(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	struct digest digest, other;
	struct text text;
	struct error error = { 0 };
	char bytes[20000];

	memset(bytes, 'x', sizeof bytes);
	bytes[77] = '\0';
	digest_sha256(bytes, sizeof bytes, &digest);
	digest_sha256("", 0, &other);
	store_add_snapshot(batch, &digest, bytes, sizeof bytes, "http://x/", T0);
	store_add_snapshot(batch, &digest, bytes, sizeof bytes, "http://y/", T0);
	commit_well(store, batch);
	batch = store_batch_new(store);
	store_add_snapshot(batch, &digest, bytes, sizeof bytes, "http://z/", T0);
	commit_well(store, batch);
	text_init(&text, 0);
	assert_int_equal(store_load_snapshot(store, &digest, &text, &error), 0);
	assert_int_equal(text.length, sizeof bytes);
	assert_memory_equal(text.data, bytes, sizeof bytes);
	text_clear(&text);
	assert_int_equal(store_load_snapshot(store, &other, &text, &error), -1);
	assert_int_equal(error.kind, ERROR_ABSENT);
	batch = store_batch_new(store);
	store_add_snapshot(batch, &other, "", 0, NULL, T0);
	commit_well(store, batch);
	assert_int_equal(store_load_snapshot(store, &other, &text, &error), 0);
	assert_int_equal(text.length, 0);
	text_release(&text);
	store_close(store);
	assert_int_equal(raw_number(*state, "SELECT count(*) FROM snapshot"), 2);
	assert_int_equal(raw_number(*state, "SELECT max(length(bytes)) < 200 "
		"FROM snapshot"), 1);
}

static struct digest digest_of(const char *bytes)
{
	struct digest digest;

	digest_sha256(bytes, strlen(bytes), &digest);
	return digest;
}

static struct observation observation(int month, const char *value, instant at)
{
	struct observation observation = { .published = at, .recorded = at + 1,
		.period = { FREQUENCY_MONTH, 2020 * 12 + month - 1 } };

	assert_true(decimal_read(value, &observation.value));
	return observation;
}

static void add_figure(struct store_batch *batch, const char *indicator,
	const char *source, const struct digest *snapshot,
	const struct observation *observation)
{
	const struct store_observed how = { .source = source,
		.snapshot = snapshot };

	store_add_observation(batch, indicator, &how, observation);
}

static void test_series(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	struct observation first = observation(1, "0.10", T0);
	struct observation revised = observation(1, "12.5e9", T0 + 50);
	struct observation second = observation(2, "-3", T0 + 60);
	struct series series;

	second.published_assumed = second.provisional = true;
	add_figure(batch, "x", "census", NULL, &first);
	add_figure(batch, "y", "census", NULL, &first);
	add_figure(batch, "x", NULL, NULL, &second);
	commit_well(store, batch);
	batch = store_batch_new(store);
	add_figure(batch, "x", "census", NULL, &revised);
	/* Reading goes on while the writer is at work. */
	store_commit(store, batch, NULL, NULL);
	series_init(&series);
	assert_int_equal(store_load_series(store, "x", &series), 0);
	assert_in_range(series.count, 2, 3);
	series_release(&series);
	collect_all(store);
	series_init(&series);
	assert_int_equal(store_load_series(store, "x", &series), 0);
	assert_int_equal(series.count, 3);
	assert_true(decimal_equal(series.items[0].value, first.value));
	assert_int_equal(series.items[0].id, 1);
	assert_int_equal(series.items[0].recorded, T0 + 1);
	assert_true(decimal_equal(series.items[1].value, revised.value));
	assert_true(period_equal(series.items[1].period, first.period));
	assert_true(decimal_equal(series.items[2].value, second.value));
	assert_true(series.items[2].published_assumed);
	assert_true(series.items[2].provisional);
	assert_false(series.items[2].quarantine);
	series_release(&series);
	series_init(&series);
	assert_int_equal(store_load_series(store, "z", &series), 0);
	assert_int_equal(series.count, 0);
	store_close(store);
}

static void see_observation(void *context,
	const struct observation *observation)
{
	struct seen *seen = context;

	assert_int_equal(observation->published, T0);
	seen->ids[seen->count++] = observation->id;
}

static void test_observations(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	struct observation first = observation(1, "1", T0);
	static const struct {
		const char *indicator;
		int64_t after;
		size_t limit;
		const char *want_ids;
	} cases[] = {
		{ "x", 0, 0, "1 3 4" }, { "x", 0, 2, "1 3" }, { "x", 1, 1, "3" },
		{ "x", 2, 9, "3 4" }, { "x", 4, 9, "" }, { "y", 0, 1, "2" },
		{ "z", 0, 0, "" },
	};

	add_figure(batch, "x", NULL, NULL, &first);
	add_figure(batch, "y", NULL, NULL, &first);
	add_figure(batch, "x", NULL, NULL, &first);
	add_figure(batch, "x", NULL, NULL, &first);
	commit_well(store, batch);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct seen seen = { .count = 0 };

		assert_int_equal(store_load_observations(store, cases[i].indicator,
			cases[i].after, cases[i].limit, see_observation, &seen,
			NULL), 0);
		assert_seen(&seen, cases[i].want_ids);
	}
	store_close(store);
}

/* --- documents, attestations, polls ------------------------------------------------------ */

static struct document document(const char *key, const char *text, instant at)
{
	return (struct document){ .key = key, .title = "T", .url = "http://u",
		.text = text, .source = "gd", .published = at,
		.recorded = at + 1, .period = { FREQUENCY_DAY, 18321 } };
}

static struct attestation attestation(const char *by, bool yes, instant at)
{
	return (struct attestation){ .key = "adopted", .by = by, .yes = yes,
		.evidence = "http://e", .note = "", .on = { 2020, 3, 4 },
		.at = at, .recorded = at };
}

static void add_poll(struct store_batch *batch, instant at,
	enum fetch_outcome outcome, size_t rows, size_t rejected)
{
	struct fetch_report report = { .started = at, .finished = at + 5,
		.outcome = outcome, .rows = rows, .rejected = rejected };
	struct source_state state;

	source_state_init(&state);
	store_add_fetch(batch, "gd", &report, &state);
}

static void fill_documents(struct store *store)
{
	struct store_batch *batch = store_batch_new(store);
	struct document first = document("n1", "one", T0);
	struct document second = document("n1", "two", T0 + 50);
	struct document other = document("n2", "", T0 + 60);
	struct attestation yes = attestation("anna", true, T0);
	struct attestation no = attestation("ben", false, T0 + 1);

	other.period = PERIOD_NONE;
	other.published_assumed = true;
	store_add_document(batch, "gz", "gd", NULL, &first);
	store_add_document(batch, "gz", "gd", NULL, &second);
	store_add_document(batch, "gz", NULL, NULL, &other);
	store_add_document(batch, "else", "gd", NULL, &first);
	store_add_attestation(batch, "p/m", &yes);
	store_add_attestation(batch, "p/m", &no);
	store_add_attestation(batch, "p/n", &no);
	add_poll(batch, T0, FETCH_CHANGED, 3, 0);
	add_poll(batch, T0 + 10, FETCH_FAILED, 0, 0);
	add_poll(batch, T0 + 15, FETCH_CHANGED, 0, 0);
	add_poll(batch, T0 + 20, FETCH_CHANGED, 1, 2);
	add_poll(batch, T0 + 30, FETCH_UNCHANGED, 0, 0);
	commit_well(store, batch);
}

struct whole {
	char told[400];
};

static void tell_whole(struct whole *whole, int64_t id, const char *of)
{
	size_t length = strlen(whole->told);

	snprintf(whole->told + length, sizeof whole->told - length, "%lld %s,",
		(long long)id, of);
}

static void tell_document(void *context, const char *indicator,
	const struct document *document)
{
	tell_whole(context, document->id, indicator);
}

static void tell_attestation(void *context, const char *milestone,
	const struct attestation *said)
{
	assert_string_equal(said->key, "adopted");
	tell_whole(context, said->id, milestone);
}

static void tell_change(void *context, const struct store_change *change)
{
	tell_whole(context, change->id, change->milestone);
}

static void tell_vintage(void *context, const char *indicator,
	const struct observation *observation, const struct store_observed *how)
{
	assert_null(how->by);
	tell_whole(context, observation->id, indicator);
}

/* All of a table, whatever it is about, from where the last page ended. */
static void test_whole_tables(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch;
	struct milestone_state rich = rich_state();
	struct observation figure = { .value = decimal_from_int(1),
		.period = PERIOD_NONE, .published = T0,
		.recorded = T0 };
	const struct store_observed how = { .source = NULL };
	struct whole whole = { "" };

	fill_documents(store);
	batch = store_batch_new(store);
	store_add_observation(batch, "x", &how, &figure);
	store_add_observation(batch, "y", &how, &figure);
	store_add_assessment(batch, "p/one", &rich, "first", NULL, 0);
	store_add_assessment(batch, "p/two", &rich, "first", NULL, 0);
	commit_well(store, batch);
	assert_int_equal(store_load_all_documents(store, 0, 3, tell_document,
		&whole, NULL), 0);
	assert_int_equal(store_load_all_documents(store, 3, 3, tell_document,
		&whole, NULL), 0);
	assert_int_equal(store_load_attestations(store, 1, 0, tell_attestation,
		&whole, NULL), 0);
	assert_int_equal(store_load_vintages(store, NULL, 0, 0, tell_vintage,
		&whole, NULL), 0);
	assert_int_equal(store_load_vintages(store, "y", 0, 0, tell_vintage,
		&whole, NULL), 0);
	assert_int_equal(store_load_changes(store, NULL, 2, 0, tell_change,
		&whole, NULL), 0);
	assert_string_equal(whole.told, "1 gz,2 gz,3 gz,4 else,2 p/m,3 p/n,"
		"1 x,2 y,2 y,2 p/two,");
	store_close(store);
}

static void test_documents(void **state)
{
	struct store *store = open_store(*state);
	struct history *history = history_new(store_load_series, store);
	const struct knowledge all = { INSTANT_MAX, INSTANT_MAX };
	const struct documents *documents;
	const struct attestations *attestations;
	struct error error = { 0 };

	fill_documents(store);
	history_load_by(history, &store_loads);
	documents = history_documents(history, "gz");
	assert_int_equal(documents->count, 3);
	assert_int_equal(documents->items[0]->id, 1);
	assert_string_equal(documents->items[1]->text, "two");
	assert_string_equal(documents->items[1]->source, "gd");
	assert_string_equal(documents->items[2]->source, "");
	assert_int_equal(documents->items[0]->recorded, T0 + 1);
	assert_int_equal(documents->items[1]->recorded, T0 + 51);
	assert_true(period_equal(documents->items[0]->period,
		(struct period){ FREQUENCY_DAY, 18321 }));
	assert_true(documents->items[2]->published_assumed);
	assert_false(documents->unread);
	attestations = history_attestations(history, "p/m");
	assert_int_equal(attestations->count, 2);
	assert_string_equal(attestations->items[0]->by, "anna");
	assert_int_equal(attestations->items[0]->recorded, T0);
	assert_int_equal(attestations->items[1]->recorded, T0 + 1);
	assert_false(attestations->items[1]->yes);
	assert_string_equal(attestations->items[1]->evidence, "http://e");
	assert_int_equal(polled_last(history_polled(history, "gd"), false, all), T0);
	assert_true(history_polled(history, "gd")->faulty);
	history_free(history);
	store_close(store);
	if (store_verify(((const struct folder *)*state)->path, NULL, NULL,
	    &error) != 0)
		fail_msg("%s", error.text);
}

static void random_history(const struct folder *folder, uint64_t seed);

/* --- migration ---------------------------------------------------------------------------- */

static char *dump_schema(const struct folder *folder)
{
	sqlite3 *db = raw_open(folder);
	sqlite3_stmt *statement;
	struct text out;

	text_init(&out, 0);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT name, sql FROM "
		"sqlite_schema ORDER BY name", -1, &statement, NULL), SQLITE_OK);
	while (sqlite3_step(statement) == SQLITE_ROW)
		text_addf(&out, "%s: %s\n",
			(const char *)sqlite3_column_text(statement, 0),
			(const char *)sqlite3_column_text(statement, 1));
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return text_take(&out);
}

/* A database of each older version becomes what a new one is. */
static void test_migration(void **state)
{
	const struct folder *folder = *state;
	char *fresh, *migrated;

	store_close(open_store(folder));
	fresh = dump_schema(folder);
	for (int64_t version = 1; version < STORE_SCHEMA; version++) {
		struct error error = { 0 };
		sqlite3 *db;

		folder_empty(folder);
		assert_int_equal(sqlite3_open(folder->db, &db), SQLITE_OK);
		if (order_register(db, &error) < 0 ||
		    schema_migrate(db, 0, version, &error) < 0)
			fail_msg("%s", error.text);
		sqlite3_close(db);
		assert_int_equal(raw_number(folder, "PRAGMA user_version"),
			version);
		store_close(open_store(folder));
		assert_int_equal(raw_number(folder, "PRAGMA user_version"),
			STORE_SCHEMA);
		migrated = dump_schema(folder);
		assert_string_equal(migrated, fresh);
		free(migrated);
	}
	free(fresh);
}

/* Facts of an older version are kept, in the same chain. */
static void test_migration_keeps(void **state)
{
	const struct folder *folder = *state;
	const struct knowledge all = { INSTANT_MAX, INSTANT_MAX };
	struct error error = { 0 };
	struct history *history;
	struct store *store;

	random_history(folder, 5);
	store = open_store(folder);
	fill_documents(store);
	store_close(store);
	schema_undo(folder, 2);
	store = open_store(folder);
	history = history_new(store_load_series, store);
	history_load_by(history, &store_loads);
	assert_int_equal(history_documents(history, "gz")->count, 0);
	assert_int_equal(polled_last(history_polled(history, "gd"), false, all), T0);
	history_free(history);
	fill_documents(store);
	store_close(store);
	if (store_verify(folder->path, NULL, NULL, &error) != 0)
		fail_msg("%s", error.text);
}

/* Only what a restart loads whole is gone through from end to end. */
static void test_queries_search(void **state)
{
	const struct folder *folder = *state;
	static const bool scans[QUERY_COUNT] = {
		[QUERY_MILESTONES] = true, [QUERY_SOURCES] = true,
		[QUERY_SUPPLY] = true, [QUERY_PENDING] = true,
		[QUERY_MENTIONS] = true, [QUERY_HEARINGS] = true,
		[QUERY_GROUPS] = true, [QUERY_ALERTS_ENDED] = true,
		[QUERY_LAST_ATTEMPTS] = true,	/* as far as its limit */
		[QUERY_ACKNOWLEDGEMENTS] = true, /* the alerts of one milestone */
		[QUERY_MOVES] = true,
	};
	/* … or put in order, being few. */
	static const bool sorts[QUERY_COUNT] = { [QUERY_SILENCES_OPEN] = true,
		[QUERY_ACKNOWLEDGEMENTS] = true };
	static const char *const want_indexes[QUERY_COUNT] = {
		[QUERY_SERIES] = "observation_indicator",
		[QUERY_DOCUMENTS] = "document_indicator",
		[QUERY_ATTESTATIONS] = "attestation_milestone",
		[QUERY_POLLS] = "fetch_source",
		[QUERY_EVENTS_OF] = "event_subject",
		[QUERY_MOVES] = "event_subject",
		[QUERY_ORIGINS] = "observation_indicator",
		[QUERY_CHANGES] = "assessment_milestone",
		[QUERY_CHANGE_BACK] = "assessment_milestone",
		[QUERY_EVENT_SINCE] = "event_time",
		[QUERY_EVENT_UNTIL] = "event_time",
		[QUERY_ACTIONS_OF] = "action_subject",
		[QUERY_ACKNOWLEDGEMENTS] = "action_subject",
		[QUERY_ACCEPTED] = "observation_accepted",
		[QUERY_ALERTS_OPEN] = "alert_state_open",
		[QUERY_HEARINGS] = "alert_state_open",
		[QUERY_ALERTS_ENDED] = "SEARCH a USING INTEGER PRIMARY KEY",
		[QUERY_LAST_MENTION] = "mention",
		[QUERY_DEAD] = "delivery_attempt_dead",
		[QUERY_PENDING] = "SCAN o",
		[QUERY_MENTIONS] = "SCAN w",
		[QUERY_DELIVERY] = "SEARCH i USING PRIMARY KEY (notification=?)",
		[QUERY_SILENCES_OPEN] = "silence_state_over",
		[QUERY_DELIVERIES] = "delivery_attempt_notification",
		[QUERY_ATTEMPTS] = "delivery_attempt_notification",
		[QUERY_DROPPED] = "retention_digest",
		[QUERY_VINTAGES] = "observation_indicator",
		[QUERY_HELD] = "observation_snapshot",
		[QUERY_QUARANTINED] = "observation_quarantined",
		[QUERY_SUBMISSION] = "submission_who",
		[QUERY_ANSWERS] = "answer_source",
		[QUERY_ANSWERS_OF] = "answer_body",
		[QUERY_EXTRACTED] = "observation_snapshot",
		[QUERY_EXTRACTED_DOCUMENTS] = "document_snapshot",
		[QUERY_DROPPABLE] = "answer_source",
		[QUERY_RESTS_FIGURE] = "observation_snapshot",
		[QUERY_RESTS_DOCUMENT] = "document_snapshot",
		[QUERY_SOURCE_BY] = "fetch_source",
	};
	sqlite3 *db;

	store_close(open_store(folder));
	db = raw_open(folder);
	for (enum query query = 0; query < QUERY_COUNT; query++) {
		bool found = want_indexes[query] == NULL;
		sqlite3_stmt *statement;
		char sql[2048];

		snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", query_sql(query));
		assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL),
			SQLITE_OK);
		while (sqlite3_step(statement) == SQLITE_ROW) {
			const char *step = (const char *)sqlite3_column_text(statement, 3);

			if ((!scans[query] && strstr(step, "SCAN") != NULL) ||
			    (!sorts[query] && strstr(step, "B-TREE") != NULL))
				fail_msg("%s: %s", query_sql(query), step);
			if (!found)
				found = strstr(step, want_indexes[query]) != NULL;
		}
		if (!found)
			fail_msg("%s: not by %s", query_sql(query),
				want_indexes[query]);
		sqlite3_finalize(statement);
	}
	sqlite3_close(db);
}

/* --- random histories -------------------------------------------------------------------- */

static void add_notification(struct store_batch *batch, int64_t id)
{
	struct notification notification = { .id = id, .event = 1, .alert = 2,
		.channel = "desk", .created = T0 };

	snprintf(notification.message_id, sizeof notification.message_id,
		"msg_%lld", (long long)id);
	store_add_notification(batch, &notification, "Dear reader", 11);
}

static void add_delivery(struct store_batch *batch, int64_t id,
	enum delivery_state state, int attempts)
{
	struct delivery delivery = { .notification = id, .state = state,
		.attempts = attempts, .at = T0 + attempts,
		.next = state == DELIVERY_PENDING ? T0 + 100 : INSTANT_MAX,
		.answer = "250 ok" };

	store_add_delivery(batch, &delivery);
}

struct dice {
	uint64_t state;
	bool modern;		/* what only this schema has: causes, evidence */
	instant now;
};

static uint32_t roll(struct dice *dice, uint32_t sides)
{
	dice->state = dice->state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(dice->state >> 33) % sides;
}

#define WAITING_MAX 16

struct history_ids {
	int64_t event, notification, mention, silence;
	int64_t waiting[WAITING_MAX];	/* mentions */
	size_t waiting_count;
};

/* How one body was asked for and read. */
static void random_answer(struct store_batch *batch, struct dice *dice,
	const char *source, const struct digest *body)
{
	struct poll_answer answer = { .url = "http://x/", .media_type = "",
		.parameters = roll(dice, 2) ? "{\"year\":\"2020\"}" : "{}",
		.at = dice->now, .http_status = 200, .etag = "\"e\"",
		.body = *body, .bytes = 24, .rows = 1 };
	struct digest program;
	char text[16];

	snprintf(text, sizeof text, "{\"url\":\"%u\"}", roll(dice, 3));
	digest_sha256(text, strlen(text), &program);
	store_add_definition(batch, &program, text, strlen(text));
	store_add_answer(batch, source, &answer, &program);
}

/* What a person says, handed in under a key. */
static void random_statement(struct store_batch *batch, struct dice *dice)
{
	struct observation said = observation(1 + (int)roll(dice, 12), "7",
		dice->now);
	const struct store_observed how = { .by = "anna", .note = "by phone",
		.evidence = roll(dice, 2) ? "http://e" : NULL };
	struct store_submission submission = { .who = "anna", .key = "k-1",
		.what = "observe", .subject = "y", .answer = "{}", .at = dice->now };

	store_add_observation(batch, "y", &how, &said);
	store_add_submission(batch, &submission);
}

static void random_fetch(struct store_batch *batch, struct dice *dice)
{
	struct fetch_report report = { .outcome = roll(dice, 4), .bytes = 5,
		.started = ++dice->now };
	struct source_state source = { .outcome = report.outcome,
		.next = T0 + roll(dice, 1000), .failures = (int32_t)roll(dice, 5),
		.has_body = roll(dice, 2) == 0 };
	struct digest digest;
	char id[8], value[8], bytes[24] = "";

	snprintf(id, sizeof id, "s%u", roll(dice, 5));
	snprintf(value, sizeof value, "%u", roll(dice, 9));
	/* Mostly its own. */
	snprintf(bytes, sizeof bytes, "%s%s", roll(dice, 9) ? id : "", value);
	digest_sha256(bytes, sizeof bytes, &digest);
	store_add_snapshot(batch, &digest, bytes, sizeof bytes, id, T0);
	if (dice->modern) {
		random_answer(batch, dice, id, &digest);
		report.ttl = roll(dice, 3);
		source.gone = roll(dice, 2);
		source.told = roll(dice, 3);
	}
	store_add_fetch(batch, id, &report, &source);
	if (roll(dice, 2) == 0) {
		struct observation seen = observation(1 + (int)roll(dice, 12), value,
			T0 + roll(dice, 1000));

		add_figure(batch, "x", id, &digest, &seen);
	}
}

static void random_document(struct store_batch *batch, struct dice *dice)
{
	struct document random = { .key = "k", .title = "t", .url = "",
		.text = roll(dice, 2) == 0 ? "" : "text", .source = "",
		.published = T0 + roll(dice, 9), .recorded = T0 };
	struct attestation said = { .key = "k", .by = "anna", .evidence = "",
		.note = "", .on = { 2020, 1, 2 }, .at = T0, .recorded = T0,
		.yes = roll(dice, 2) == 0 };

	store_add_document(batch, "gz", "s", NULL, &random);
	store_add_attestation(batch, "p/m", &said);
	if (dice->modern)
		random_statement(batch, dice);
}

static void random_assessment(struct store_batch *batch, struct dice *dice)
{
	struct milestone_state state = roll(dice, 2) ? rich_state() : bare_state();
	struct cause cause = {.text = "because"};
	char id[8];

	snprintf(id, sizeof id, "p/%u", roll(dice, 9));
	state.assessment.status = state.told = roll(dice, STATUS_COUNT);
	if (dice->modern && roll(dice, 2))
		state.told = roll(dice, STATUS_COUNT);
	state.since = T0 + roll(dice, 1000);
	cause.kind = roll(dice, CAUSE_KIND_COUNT);
	store_add_assessment(batch, id, &state, roll(dice, 2) ? "so" : NULL,
		dice->modern && roll(dice, 2) ? &cause : NULL,
		dice->modern ? roll(dice, 3) : 0);
}

static void random_alert(struct store_batch *batch, struct dice *dice)
{
	char subject[] = "p/1";
	struct alert alert = { .id = 1 + roll(dice, 20), .subject = subject,
		.kind = roll(dice, EVENT_KIND_COUNT),
		.state = roll(dice, 2) ? ALERT_RESOLVED : ALERT_FIRING,
		.raised = T0, .resolved = INSTANT_MIN, .escalation = T0,
		.acknowledged = INSTANT_MIN, .until = INSTANT_MIN };

	if (dice->modern && roll(dice, 2)) {
		alert.state = roll(dice, ALERT_STATE_COUNT);
		alert.by = "anna";
		alert.until = T0 + roll(dice, 9);
		alert.escalated = (int32_t)roll(dice, 3);
		alert.escalation = T0 + roll(dice, 3);
	}
	store_add_alert(batch, &alert);
	store_add_action(batch, &(struct store_action){ .at = T0, .who = "root",
		.what = "ack", .subject = subject, .until = alert.until });
}

static struct mention random_mention(struct dice *dice,
	struct history_ids *ids)
{
	static const char *const channels[] = { "desk", "ops", "log" };
	static const char *const groups[] = { "audience", "operator", "" };

	return (struct mention){ .id = ++ids->mention,
		.event = 1 + roll(dice, (uint32_t)ids->event),
		.alert = roll(dice, 20),
		.reason = REASON_FIRST + roll(dice, REASON_COUNT - 1),
		.channel = channels[roll(dice, 3)], .group = groups[roll(dice, 3)],
		.undelivered = roll(dice, 4) ? NULL : "desk",
		.thread = roll(dice, (uint32_t)ids->notification + 1),
		.made = T0 + roll(dice, 100) };
}

/* Takes one out of those that wait. */
static int64_t random_waiting(struct dice *dice, struct history_ids *ids)
{
	size_t at = roll(dice, (uint32_t)ids->waiting_count);
	int64_t mention = ids->waiting[at];

	ids->waiting[at] = ids->waiting[--ids->waiting_count];
	return mention;
}

/* Of what waits and of what is new, in no order. */
static void random_notification(struct store_batch *batch, struct dice *dice,
	struct history_ids *ids)
{
	struct item items[4] = { { .saved = false } };
	struct notification notification = { .message_id = "msg_x",
		.event = ids->event, .alert = roll(dice, 3), .channel = "desk",
		.group = "audience", .created = T0 + roll(dice, 100),
		.items = items };

	while (notification.item_count < 4 && roll(dice, 3) != 0) {
		struct item *item = &items[notification.item_count++];

		item->mention = random_mention(dice, ids);
		item->saved = ids->waiting_count > 0 && roll(dice, 2);
		if (item->saved)
			item->mention.id = random_waiting(dice, ids);
	}
	notification.id = ++ids->notification;
	store_add_notification(batch, &notification, "Dear reader", 11);
}

static void random_silence(struct store_batch *batch, struct dice *dice,
	struct history_ids *ids)
{
	struct silence silence = { .id = ids->silence, .words = "kind=at_risk",
		.from = T0, .until = T0 + roll(dice, 100), .made = T0, .by = "anna",
		.ended = T0 + roll(dice, 100), .ended_by = "ben" };

	if (ids->silence == 0 || roll(dice, 2)) {
		silence.id = ++ids->silence;
		silence.ended = INSTANT_MAX;
	}
	store_add_silence(batch, &silence);
}

static void random_tellings(struct store_batch *batch, struct dice *dice,
	struct history_ids *ids)
{
	struct mention mention;

	if (ids->waiting_count < WAITING_MAX) {
		mention = random_mention(dice, ids);
		store_add_mention(batch, &mention);
		ids->waiting[ids->waiting_count++] = mention.id;
	}
	random_notification(batch, dice, ids);
	if (ids->waiting_count > 0 && roll(dice, 3) == 0)
		store_add_needless(batch, random_waiting(dice, ids), "over", T0);
	store_add_needless(batch, ids->mention + 1000, "never saved", T0);
	random_silence(batch, dice, ids);
}

static void random_message(struct store_batch *batch, struct dice *dice,
	struct history_ids *ids)
{
	struct event event = { .id = ++ids->event, .time = T0,
		.late = dice->modern && roll(dice, 4) == 0 ? T0 - 9 : INSTANT_MIN };

	store_add_event(batch, &event);
	if (dice->modern)
		random_tellings(batch, dice, ids);
	else if (roll(dice, 2) == 0)
		add_notification(batch, ++ids->notification);
	if (ids->notification != 0)
		add_delivery(batch, 1 + roll(dice, (uint32_t)ids->notification),
			dice->modern ? roll(dice, 4) : roll(dice, 3),
			(int)roll(dice, 9));
}

static struct store_batch *random_batch(struct store *store, struct dice *dice,
	struct history_ids *ids)
{
	struct store_batch *batch = store_batch_new(store);

	for (uint32_t left = roll(dice, 12); left > 0; left--) {
		switch (roll(dice, 5)) {
		case 0: random_fetch(batch, dice); break;
		case 1: random_assessment(batch, dice); break;
		case 2: random_alert(batch, dice); break;
		case 3: random_message(batch, dice, ids); break;
		case 4: random_document(batch, dice); break;
		}
	}
	return batch;
}

static bool rests_on_nothing(void *context, const char *indicator)
{
	(void)context;
	(void)indicator;
	return false;
}

static void drop_it(void *context, const struct store_droppable *droppable)
{
	store_add_drop(context, droppable, "s1", "retention 1d", T0 + 5000);
}

/* Some of its bodies come again later. */
static void random_drops(struct store *store)
{
	struct store_batch *batch = store_batch_new(store);

	collect_all(store);
	for (int i = 0; i < 5; i++) {
		int64_t after = 0;
		char id[16];

		snprintf(id, sizeof id, "s%d", i);
		assert_int_equal(store_find_droppable(store, id, INSTANT_MAX,
			&after, rests_on_nothing, drop_it, batch, NULL), 0);
	}
	commit_well(store, batch);
}

/* A history of many batches, some of which are committed together. */
static void random_history(const struct folder *folder, uint64_t seed)
{
	struct store *store = open_store(folder);
	struct dice dice = { seed, seed % 2 == 0, T0 };
	struct history_ids ids = { .event = 0 };

	for (int i = 0; i < 60; i++) {
		store_commit(store, random_batch(store, &dice, &ids), NULL, NULL);
		if (roll(&dice, 3) == 0)
			collect_all(store);
		if (dice.modern && i % 20 == 19)
			random_drops(store);
	}
	collect_all(store);
	assert_string_equal(store_failure(store), "");
	store_close(store);
}

static void test_rebuild_equals_state(void **state)
{
	const struct folder *folder = *state;
	struct error error = { 0 };

	for (uint64_t seed = 1; seed <= 16; seed++) {
		char *before, *after;

		random_history(folder, seed);
		before = dump_state(folder);
		assert_true(strlen(before) > 500);
		raw_run(folder, "UPDATE milestone_state SET status = 'met';"
			"DELETE FROM outbox; DELETE FROM source_state WHERE fetch > 3;"
			"DELETE FROM supply WHERE indicator % 2;"
			"UPDATE supply SET period = '2099-01';"
			"DELETE FROM mention_waiting; DELETE FROM item WHERE place > 0;"
			"UPDATE hearing SET last = 0, reminders = 99;"
			"DELETE FROM group_told; UPDATE silence_state SET over = 0;"
			"INSERT INTO alert_state(alert, kind, severity, state) "
			"VALUES(999, 'met', 'info', 'firing')");
		if (store_rebuild(folder->path, &error) != 0)
			fail_msg("%s", error.text);
		after = dump_state(folder);
		assert_string_equal(before, after);
		if (store_verify(folder->path, NULL, NULL, &error) != 0)
			fail_msg("%s", error.text);
		free(before);
		free(after);
		folder_empty(folder);
	}
}

/* Everything there is, from both sides of a retention. */
static void assert_whole(const struct folder *folder)
{
	struct store_verified verified;
	struct error error = { 0 };

	if (store_verify(folder->path, NULL, &verified, &error) != 0)
		fail_msg("%s", error.text);
	assert_true(verified.facts > 100 && verified.bodies > 0 &&
		verified.dropped > 0 && verified.seal > 0);
}

/* Without the last rows of a table, and without the seals that name them. */
#define CUT(table) "DELETE FROM " table " WHERE id > (SELECT max(id) - 3 FROM " \
	table ")"

static const struct tampering {
	const char *sql;
	const char *want_text;
} tamperings[] = {
	{ "UPDATE fetch SET bytes = 6 WHERE id = 3", "fetch: row 3" },
	{ "UPDATE fetch SET state_told = 77 WHERE id = 3", "fetch: row 3" },
	{ "UPDATE fetch SET hash = x'00' WHERE id = 3", "fetch: row 3" },
	{ "UPDATE observation SET value = '1e9' WHERE id = 2",
		"observation: row 2 does not match" },
	{ "UPDATE observation SET person = 'ben' WHERE person = 'anna'",
		"observation: row" },
	{ "UPDATE observation SET quarantined = 1 WHERE id = 2",
		"observation: row 2" },
	{ "DELETE FROM observation WHERE id IN (3, 4)",
		"observation: rows 3 to 4 are gone" },
	{ "UPDATE assessment SET reason = 'no' WHERE id = 4",
		"assessment: row 4" },
	{ "UPDATE event SET time = time + 1 WHERE id = 2", "event: row 2" },
	{ "DELETE FROM event WHERE id = 2", "event: row 3" },
	{ "UPDATE event SET id = 1000 WHERE id = 3", "event: row 4" },
	{ "UPDATE alert_change SET state = CASE state WHEN 'firing' THEN "
		"'resolved' ELSE 'firing' END WHERE id = 2", "alert_change: row 2" },
	{ "UPDATE notification SET body = x'00' WHERE id = 2",
		"notification: row 2" },
	{ "UPDATE delivery_attempt SET state = 'delivered', attempts = 77 "
		"WHERE id = 2", "delivery_attempt: row 2" },
	{ "UPDATE action SET who = 'nobody' WHERE id = 1", "action: row 1" },
	{ "UPDATE document SET text = 'other' WHERE id = 2", "document: row 2" },
	{ "UPDATE attestation SET yes = 1 - yes WHERE id = 2",
		"attestation: row 2" },
	{ "UPDATE answer SET http_status = 404 WHERE id = 5", "answer: row 5" },
	{ "UPDATE submission SET who = 'ben' WHERE id = 1", "submission: row 1" },
	{ "UPDATE retention SET reason = 'none' WHERE id = 1",
		"retention: row 1" },
	{ "UPDATE seal SET at = at - 1 WHERE id = 4", "seal: row 4" },
	{ "UPDATE mention SET channel = (SELECT max(id) FROM name) WHERE id = 2",
		"mention: row 2" },
	{ "UPDATE mention_end SET why = 'over' WHERE id = 2",
		"mention_end: row 2" },
	{ "UPDATE silence SET until = until + 1 WHERE id = 1",
		"silence: row 1" },
	{ "UPDATE silence_end SET person = 'carl' WHERE id = 1",
		"silence_end: row 1" },
	{ "DELETE FROM mention WHERE id = 3", "mention: rows 3 to 3 are gone" },
	{ "DELETE FROM mention_end WHERE id = 3",
		"mention_end: rows 3 to 3 are gone" },
	/* Two rows that have changed places. */
	{ "UPDATE document SET id = -1 WHERE id = 2;"
		"UPDATE document SET id = 2 WHERE id = 3;"
		"UPDATE document SET id = 3 WHERE id = -1", "document: row" },
	/* What rows share. */
	{ "UPDATE name SET text = 'p/77' WHERE text = 'p/1'", "row" },
	{ "DELETE FROM name WHERE text = 's1'", "no name" },
	{ "UPDATE digest SET bytes = zeroblob(32) WHERE id = 1", "row" },
	{ "DELETE FROM digest WHERE id = 1", "no digest" },
	/* Bytes. */
	{ "UPDATE snapshot SET bytes = (SELECT bytes FROM snapshot "
		"WHERE length(bytes) > 0 ORDER BY id LIMIT 1) WHERE id = (SELECT id "
		"FROM snapshot WHERE length(bytes) > 0 ORDER BY id LIMIT 1, 1)",
		"do not match their digest" },
	{ "UPDATE snapshot SET bytes = x'0011' WHERE length(bytes) > 0",
		"do not match their digest" },
	{ "UPDATE snapshot SET bytes = x'' WHERE id = (SELECT max(id) FROM "
		"snapshot WHERE length(bytes) > 0)", "no row of retention" },
	{ "UPDATE definition SET text = '{}' WHERE id = 1", "definition: row 1" },
	/* Cut off, in every table. */
	{ CUT("fetch"), "fetch: row" }, { CUT("snapshot"), "is not there" },
	{ CUT("observation"), "observation: row" },
	{ CUT("assessment"), "assessment: row" }, { CUT("event"), "event: row" },
	{ CUT("alert_change"), "alert_change: row" },
	{ CUT("notification"), "notification: row" },
	{ CUT("delivery_attempt"), "delivery_attempt: row" },
	{ CUT("action"), "action: row" }, { CUT("document"), "document: row" },
	{ CUT("attestation"), "attestation: row" },
	{ CUT("definition"), "definition" }, { CUT("answer"), "answer: row" },
	{ CUT("submission"), "submission: row" },
	{ CUT("retention"), "retention" }, { CUT("seal"), "have no seal" },
	{ CUT("mention"), "mention" }, { CUT("mention_end"), "mention_end" },
	{ CUT("silence"), "silence" }, { CUT("silence_end"), "silence_end" },
	{ "DELETE FROM seal", "have no seal" },
	{ "DELETE FROM fetch", "fetch: row" },
	/* Put in: by somebody who knows how hashes are made, but not in a
	   commit. */
	{ "INSERT INTO action(at, who, what, hash) VALUES(1, 'root', 'ack', "
		"zeroblob(32))", "action: row" },
	{ "UPDATE observation SET id = 100000 "
		"WHERE id = (SELECT max(id) FROM observation)", "are gone" },
};

static char *read_file(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	char *bytes;

	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	*length = (size_t)ftell(file);
	rewind(file);
	bytes = mem_new(*length, 1);
	assert_int_equal(fread(bytes, 1, *length, file), *length);
	fclose(file);
	return bytes;
}

static void restore_file(const char *path, const char *bytes, size_t length)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	fclose(file);
}

static void test_verify_finds_changes(void **state)
{
	const struct folder *folder = *state;
	size_t length;
	char *whole;

	random_history(folder, 42);
	whole = read_file(folder->db, &length);
	assert_whole(folder);
	for (size_t i = 0; i < sizeof tamperings / sizeof *tamperings; i++) {
		struct error error = { 0 };

		folder_empty(folder);
		restore_file(folder->db, whole, length);
		raw_run(folder, tamperings[i].sql);
		if (store_verify(folder->path, NULL, NULL, &error) != -1)
			fail_msg("not found: %s", tamperings[i].sql);
		if (strstr(error.text, tamperings[i].want_text) == NULL)
			fail_msg("%s: %s", tamperings[i].sql, error.text);
	}
	free(whole);
}

/* What a fact refers to and is not there is missed, whoever left it out. */
static void test_verify_follows_references(void **state)
{
	static const char *const want_texts[] = {
		"observation: row 1: the body it was read from is not there",
		"document: row 1: the body it was read from is not there",
		"observation: row 1: the figure it accepts is not there",
		"answer: row 1: its body is not there",
		"answer: row 1: the definition it was read by is not there",
	};
	const struct digest none = digest_of("none");
	const struct store_observed accepting = { .by = "anna", .accepts = 7 };
	const struct observation figure = observation(1, "1", T0);
	const struct document read = document("n1", "text", T0);
	const struct poll_answer answer = { .url = "u", .parameters = "{}",
		.media_type = "", .at = T0, .body = none };

	for (size_t i = 0; i < sizeof want_texts / sizeof *want_texts; i++) {
		struct store *store = open_store(*state);
		struct store_batch *batch = store_batch_new(store);
		struct error error = { 0 };

		if (i == 0)
			add_figure(batch, "x", "s", &none, &figure);
		if (i == 1)
			store_add_document(batch, "gz", "s", &none, &read);
		if (i == 2)
			store_add_observation(batch, "x", &accepting, &figure);
		if (i == 4)
			store_add_snapshot(batch, &none, "none", 4, NULL, T0);
		if (i >= 3)
			store_add_answer(batch, "s", &answer, &none);
		commit_well(store, batch);
		store_close(store);
		assert_int_equal(store_verify(((struct folder *)*state)->path, NULL,
			NULL, &error), -1);
		if (strstr(error.text, want_texts[i]) == NULL)
			fail_msg("%s", error.text);
		folder_empty(*state);
	}
}

/* Rows with hashes as they should be, made by the program itself, are told from
   those that were there when the seal was put on. */
static void test_verify_finds_what_was_written_anew(void **state)
{
	const struct folder *folder = *state;
	struct error error = { 0 };
	struct store *store = open_store(folder);

	for (int64_t id = 1; id <= 6; id++)
		commit_well(store, batch_of_event(store, id));
	store_close(store);
	raw_run(folder, "DELETE FROM event WHERE id > 3");
	store = open_store(folder);
	for (int64_t id = 14; id <= 16; id++)
		commit_well(store, batch_of_event(store, id));
	store_close(store);
	assert_int_equal(store_verify(folder->path, NULL, NULL, &error), -1);
	assert_non_null(strstr(error.text, "event: row 4, to which seal 4 goes, is "
		"gone"));
	raw_run(folder, "UPDATE event SET id = id - 10 WHERE id > 10");
	assert_int_equal(store_verify(folder->path, NULL, NULL, &error), -1);
}

/* Who has noted down a seal finds out that all was cut off evenly. */
static void test_verify_by_seal(void **state)
{
	const struct folder *folder = *state;
	struct store_verified then, now;
	struct store_verifying how = { .seal = &then.digest };
	struct store *store = open_store(folder);
	struct error error = { 0 };

	commit_well(store, batch_of_event(store, 1));
	commit_well(store, batch_of_event(store, 2));
	assert_int_equal(store_verify(folder->path, NULL, &then, &error), 0);
	assert_int_equal(then.seal, 2);
	assert_int_equal(then.facts, 4);
	assert_true(then.sealed > T0);
	commit_well(store, batch_of_event(store, 3));
	store_close(store);
	assert_int_equal(store_verify(folder->path, &how, &now, &error), 0);
	assert_int_equal(now.seal, 3);
	assert_memory_not_equal(&now.digest, &then.digest, DIGEST_SIZE);
	raw_run(folder, "DELETE FROM event WHERE id > 1;"
		"DELETE FROM seal WHERE id > 1");
	assert_int_equal(store_verify(folder->path, NULL, &now, &error), 0);
	assert_int_equal(store_verify(folder->path, &how, &now, &error), -1);
	assert_non_null(strstr(error.text, "noted down"));
}

struct watched {
	int calls, stop_at;
	int64_t most;
};

static bool watch_progress(void *context, const char *table, int64_t done,
	int64_t total)
{
	struct watched *watched = context;

	assert_non_null(table);
	assert_true(total == 0 || done <= total);
	if (done > watched->most)
		watched->most = done;
	return ++watched->calls != watched->stop_at;
}

static void test_verify_tells_and_stops(void **state)
{
	const struct folder *folder = *state;
	struct watched watched = { 0 };
	struct store_verifying how = { .progress = watch_progress,
		.context = &watched };
	struct error error = { 0 };

	random_history(folder, 42);
	assert_int_equal(store_verify(folder->path, &how, NULL, &error), 0);
	assert_true(watched.calls >= FACT_COUNT);
	assert_int_equal(watched.most, raw_number(folder, "SELECT max("
		"(SELECT count(*) FROM fetch), (SELECT count(*) FROM assessment), "
		"(SELECT count(*) FROM attestation), (SELECT count(*) FROM event), "
		"(SELECT count(*) FROM alert_change), (SELECT count(*) FROM action), "
		"(SELECT count(*) FROM observation), (SELECT count(*) FROM seal), "
		"(SELECT count(*) FROM answer), (SELECT count(*) FROM document), "
		"(SELECT count(*) FROM mention), (SELECT count(*) FROM silence))"));
	watched = (struct watched){ .stop_at = 3 };
	assert_int_equal(store_verify(folder->path, &how, NULL, &error), 1);
	assert_int_equal(watched.calls, 3);
}

static void test_check(void **state)
{
	const struct folder *folder = *state;
	struct watched watched = { .stop_at = 1 };
	struct store *store = open_store(folder);
	struct store_batch *batch = store_batch_new(store);
	struct error error = { 0 };

	for (int i = 0; i < 100000; i++) {
		struct observation figure = observation(1 + i % 12, "1", T0);

		add_figure(batch, "x", "census", NULL, &figure);
	}
	commit_well(store, batch);
	/* Beside the writer. */
	assert_int_equal(store_check(folder->path, NULL, NULL, &error), 0);
	store_close(store);
	assert_int_equal(store_check(folder->path, watch_progress, &watched,
		&error), 1);
	int fd = open(folder->db, O_WRONLY);

	/* Pages in the middle of a table. */
	for (off_t at = 100 * 4096; at < 110 * 4096; at += 512)
		assert_int_equal(pwrite(fd, "spoiled", 7, at), 7);
	close(fd);
	assert_int_equal(store_check(folder->path, NULL, NULL, &error), -1);
	assert_non_null(strstr(error.text, "restore a backup"));
}

/* --- evidence --------------------------------------------------------------------------------- */

static const char definition_text[] = "{\"url\":\"http://x/\"}";

/* An answer of a source with its body and how it was read. */
static void add_answer(struct store_batch *batch, const char *source,
	const char *body, instant at)
{
	struct digest program = digest_of(definition_text);
	struct poll_answer answer = { .url = "http://x/?key={key}",
		.parameters = "{\"country\":\"FR\"}", .media_type = "text/csv",
		.at = at, .http_status = 200, .etag = "\"e\"",
		.last_modified = "Tue, 01 Sep 2020 00:00:00 GMT",
		.body = digest_of(body), .bytes = (int64_t)strlen(body), .rows = 3 };

	store_add_definition(batch, &program, definition_text,
		strlen(definition_text));
	store_add_snapshot(batch, &answer.body, body, strlen(body), answer.url,
		at);
	store_add_answer(batch, source, &answer, &program);
}

static void see_answer(void *context, const struct store_answer *answer)
{
	struct seen *seen = context;
	struct digest program = digest_of(definition_text);

	assert_string_equal(answer->answer.url, "http://x/?key={key}");
	assert_string_equal(answer->answer.parameters, "{\"country\":\"FR\"}");
	assert_string_equal(answer->answer.media_type, "text/csv");
	assert_string_equal(answer->answer.etag, "\"e\"");
	assert_int_equal(answer->answer.http_status, 200);
	assert_int_equal(answer->answer.at, T0 + answer->id);
	assert_int_equal(answer->answer.rows, 3);
	assert_true(answer->has_program && answer->has_bytes);
	assert_memory_equal(&answer->program, &program, DIGEST_SIZE);
	seen->ids[seen->count++] = answer->id;
}

static void test_answers(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	struct digest one = digest_of("one"), program = digest_of(definition_text);
	struct seen seen = { .count = 0 };
	struct error error = { 0 };
	struct text text;

	add_answer(batch, "census", "one", T0 + 1);
	add_answer(batch, "other", "one", T0 + 2);
	add_answer(batch, "census", "two", T0 + 3);
	add_answer(batch, "census", "one", T0 + 4);
	commit_well(store, batch);
	assert_int_equal(store_load_answers(store, "census", 0, 0, see_answer,
		&seen, &error), 0);
	assert_int_equal(store_load_answers(store, "census", 4, 1, see_answer,
		&seen, &error), 0);
	assert_int_equal(store_load_answers(store, "none", 0, 0, see_answer,
		&seen, &error), 0);
	assert_seen(&seen, "4 3 1 3");
	seen.count = 0;
	assert_int_equal(store_load_answers_of(store, &one, 0, see_answer, &seen,
		&error), 0);
	assert_int_equal(store_load_answers_of(store, &one, 1, see_answer, &seen,
		&error), 0);
	assert_int_equal(store_load_answers_of(store, &program, 0, see_answer,
		&seen, &error), 0);
	assert_seen(&seen, "1 2 4 1");
	text_init(&text, 0);
	assert_int_equal(store_load_definition(store, &program, &text, &error), 0);
	assert_string_equal(text_string(&text), definition_text);
	assert_int_equal(store_load_definition(store, &one, &text, &error), -1);
	assert_int_equal(error.kind, ERROR_ABSENT);
	text_release(&text);
	store_close(store);
	assert_int_equal(raw_number(*state, "SELECT count(*) FROM definition"), 1);
}

static void see_vintage(void *context, const char *indicator,
	const struct observation *observation, const struct store_observed *how)
{
	struct seen *seen = context;

	assert_true(string_is(indicator, "x") || string_is(indicator, "y"));
	if (how->by != NULL) {
		assert_string_equal(how->by, "anna");
		assert_string_equal(how->note, "by phone");
		assert_string_equal(how->evidence, "http://e");
	}
	seen->ids[seen->count++] = observation->id * 10 + how->accepts;
}

static void see_extracted_document(void *context, const char *indicator,
	const struct document *document)
{
	struct seen *seen = context;

	assert_string_equal(indicator, "gz");
	assert_string_equal(document->key, "n1");
	seen->ids[seen->count++] = -document->id;
}

/* Of two releases, one of them held and accepted in part; and what a person
   says: 1 and 2 of the first, 3 to 5 of the second, 6 accepts 4, 7 is said, 8 is
   said and held. */
static void fill_releases(struct store *store)
{
	struct store_batch *batch = store_batch_new(store);
	struct digest one = digest_of("one"), two = digest_of("two");
	struct observation figure = observation(1, "1", T0);
	struct document read = document("n1", "text", T0);
	struct store_observed said = { .by = "anna", .note = "by phone",
		.evidence = "http://e" };

	add_answer(batch, "census", "one", T0 + 1);
	add_figure(batch, "x", "census", &one, &figure);
	add_figure(batch, "y", "census", &one, &figure);
	store_add_document(batch, "gz", "census", &one, &read);
	add_answer(batch, "census", "two", T0 + 2);
	add_figure(batch, "x", "census", &two, &figure);
	figure.quarantine = QUARANTINE_RELEASE;
	add_figure(batch, "y", "census", &two, &figure);
	add_figure(batch, "x", "census", &two, &figure);
	figure.quarantine = QUARANTINE_NONE;
	said.accepts = 4;
	said.source = "census";
	said.snapshot = &two;
	store_add_observation(batch, "y", &said, &figure);
	said = (struct store_observed){ .by = "anna", .note = "by phone",
		.evidence = "http://e" };
	store_add_observation(batch, "x", &said, &figure);
	figure.quarantine = QUARANTINE_JUMP;
	store_add_observation(batch, "x", &said, &figure);
	commit_well(store, batch);
}

static void test_vintages(void **state)
{
	struct store *store = open_store(*state);
	struct digest one = digest_of("one"), two = digest_of("two");
	struct seen seen = { .count = 0 };
	static const struct {
		int64_t id;
		const char *want_ids;
	} held[] = { { 3, "50 40" }, { 4, "50 40" }, { 1, "" }, { 7, "" },
		{ 8, "80" }, { 99, "" } };

	fill_releases(store);
	assert_int_equal(store_load_vintages(store, "x", 1, 3, see_vintage, &seen,
		NULL), 0);
	assert_int_equal(store_load_vintages(store, "y", 0, 0, see_vintage, &seen,
		NULL), 0);
	assert_seen(&seen, "30 50 70 20 40 64");
	for (size_t i = 0; i < sizeof held / sizeof *held; i++) {
		seen.count = 0;
		assert_int_equal(store_load_held(store, held[i].id, see_vintage,
			&seen, NULL), 0);
		assert_seen(&seen, held[i].want_ids);
	}
	seen.count = 0;
	assert_int_equal(store_load_extracted(store, "census", &one, see_vintage,
		see_extracted_document, &seen, NULL), 0);
	assert_int_equal(store_load_extracted(store, "census", &two, see_vintage,
		see_extracted_document, &seen, NULL), 0);
	assert_int_equal(store_load_extracted(store, "other", &one, see_vintage,
		see_extracted_document, &seen, NULL), 0);
	assert_seen(&seen, "10 20 -1 30 50 40");
	store_close(store);
	assert_int_equal(store_verify(((struct folder *)*state)->path, NULL, NULL,
		NULL), 0);
}

static void test_one_observation(void **state)
{
	struct store *store = open_store(*state);
	struct digest two = digest_of("two");
	char indicator[STORE_INDICATOR_MAX];
	struct observation figure;
	struct store_origin origin;
	struct error error = { 0 };

	fill_releases(store);
	assert_int_equal(store_load_observation(store, 6, indicator, &figure,
		&origin, &error), 0);
	assert_string_equal(indicator, "y");
	assert_int_equal(figure.id, 6);
	assert_int_equal(figure.recorded, T0 + 1);
	assert_string_equal(origin.source, "census");
	assert_string_equal(origin.by, "anna");
	assert_int_equal(origin.accepts, 4);
	assert_true(origin.has_snapshot && origin.of == &figure);
	assert_memory_equal(&origin.snapshot, &two, DIGEST_SIZE);
	origin = (struct store_origin){ .of = &figure };
	assert_int_equal(store_load_origins(store, "y", &origin, 1, &error), 0);
	assert_true(origin.found && origin.accepts == 4);
	assert_string_equal(origin.by, "anna");
	assert_int_equal(store_load_observation(store, 9, indicator, &figure,
		&origin, &error), -1);
	assert_int_equal(error.kind, ERROR_ABSENT);
	store_close(store);
}

static void see_submission(void *context,
	const struct store_submission *submission)
{
	*(instant *)context = submission->at;
	assert_string_equal(submission->what, "observe");
	assert_string_equal(submission->subject, "x");
	assert_string_equal(submission->answer, "{\"id\":1}");
	assert_int_equal(submission->body.bytes[0], 9);
}

static void test_submissions(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	struct store_submission submission = { .who = "anna", .key = "k",
		.what = "observe", .subject = "x", .answer = "{\"id\":1}",
		.body = {{ 9 }}, .at = T0 };
	instant at = 0;

	store_add_submission(batch, &submission);
	submission.at++;
	store_add_submission(batch, &submission);
	submission.who = "ben";
	store_add_submission(batch, &submission);
	commit_well(store, batch);
	assert_int_equal(store_find_submission(store, "anna", "k", see_submission,
		&at, NULL), 1);
	assert_int_equal(at, T0);
	assert_int_equal(store_find_submission(store, "ben", "k", see_submission,
		&at, NULL), 1);
	assert_int_equal(at, T0 + 1);
	assert_int_equal(store_find_submission(store, "anna", "K", see_submission,
		&at, NULL), 0);
	store_close(store);
}

/* --- supply ----------------------------------------------------------------------------------- */

static void see_supply(void *context, const char *indicator,
	const char *source, struct period last)
{
	struct text *text = context;

	text_addf(text, "%s/%s=", indicator, source != NULL ? source : "-");
	text_add_period(text, last);
	text_add_char(text, ' ');
}

static void assert_supply(const struct folder *folder, const char *want)
{
	struct store *store = open_store(folder);
	struct text text;

	text_init(&text, 0);
	assert_int_equal(store_load_supply(store, see_supply, &text, NULL), 0);
	assert_string_equal(text_string(&text), want);
	text_release(&text);
	store_close(store);
}

static void add_period(struct store_batch *batch, const char *indicator,
	const char *source, const char *period, enum quarantine quarantine)
{
	struct observation figure = observation(1, "1", T0);

	assert_true(period_read(period, &figure.period));
	figure.quarantine = (uint8_t)quarantine;
	add_figure(batch, indicator, source, NULL, &figure);
}

/* Whatever forms periods have, over several commits, and from the facts of an
   older schema. */
static void test_supply(void **state)
{
	const struct folder *folder = *state;
	static const struct {
		const char *indicator, *source, *period;
		enum quarantine quarantine;
	} rows[] = {
		{ "x", "a", "2020-09", 0 }, { "x", "a", "2020-10", 0 },
		{ "x", "a", "2020-02", 0 }, { "x", "a", "2021-01", QUARANTINE_JUMP },
		{ "x", "b", "2020-03", 0 }, { "x", NULL, "2020-12", 0 },
		/* As text the quarter comes after the month, and the year first. */
		{ "y", "a", "2020-Q3", 0 }, { "y", "a", "2020-10", 0 },
		{ "z", "a", "2020-10", 0 }, { "z", "a", "2020", 0 },
		{ "d", "a", "2020-10-02", 0 }, { "d", "a", "2020-W39", 0 },
		{ "t", "a", "2020-10-02T10:00:00Z", 0 },
		{ "t", "a", "2020-10-02T09:59:59-02:00", 0 },
	};
	static const char want[] = "x/-=2020-12 x/a=2020-10 x/b=2020-03 "
		"y/a=2020-10 z/a=2020 d/a=2020-10-02 t/a=2020-10-02T11:59:59Z ";
	struct store *store = open_store(folder);

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct store_batch *batch = store_batch_new(store);

		add_period(batch, rows[i].indicator, rows[i].source,
			rows[i].period, rows[i].quarantine);
		store_commit(store, batch, NULL, NULL);
		if (i % 3 == 0)
			collect_all(store);
	}
	collect_all(store);
	store_close(store);
	assert_supply(folder, want);
	assert_int_equal(store_rebuild(folder->path, NULL), 0);
	assert_supply(folder, want);
	schema_undo(folder, 4);
	assert_supply(folder, want);
}

/* More than are remembered at once, in one group. */
static void test_supply_of_many(void **state)
{
	const struct folder *folder = *state;
	struct store *store = open_store(folder);
	struct store_batch *batch = store_batch_new(store);
	char indicator[16];

	for (int round = 0; round < 3; round++)
		for (int i = 0; i < 20000; i++) {
			snprintf(indicator, sizeof indicator, "x%d", i);
			add_period(batch, indicator, "a", round == 1 ? "2020-12" :
				"2020-03", 0);
		}
	commit_well(store, batch);
	store_close(store);
	assert_int_equal(raw_number(folder, "SELECT count(*) FROM supply "
		"WHERE period = '2020-12'"), 20000);
	assert_int_equal(raw_number(folder, "SELECT count(*) FROM supply"), 20000);
}

/* --- retention -------------------------------------------------------------------------------- */

static void add_read(struct store_batch *batch, const char *source,
	instant started)
{
	struct fetch_report report = { .outcome = FETCH_CHANGED,
		.started = started, .finished = started + 1 };
	struct source_state state;

	source_state_init(&state);
	store_add_fetch(batch, source, &report, &state);
}

static bool rests_on(void *context, const char *indicator)
{
	(void)context;
	return string_is(indicator, "judged");
}

struct drops {
	struct store_batch *batch;
	struct text text;	/* lengths of what may go */
};

static void note_drop(void *context, const struct store_droppable *droppable)
{
	struct drops *drops = context;

	text_addf(&drops->text, "%lld ", (long long)droppable->length);
	if (drops->batch != NULL)
		store_add_drop(drops->batch, droppable, "s", "retention 1d",
			T0 + 5000);
}

/* Which bodies, known by their lengths, may go; they go into a batch. */
static void assert_droppable(struct store *store, instant before,
	struct store_batch *batch, const char *want)
{
	struct drops drops = { .batch = batch };
	int64_t after = 0;

	text_init(&drops.text, 0);
	assert_int_equal(store_find_droppable(store, "s", before, &after,
		rests_on, note_drop, &drops, NULL), 0);
	assert_int_equal(after, 0);
	assert_string_equal(text_string(&drops.text), want);
	text_release(&drops.text);
}

/* Bodies of 1 to 8 bytes: 1 is old and read, 2 is of a figure that is judged by
   (and superseded by 3), 4 of a document likewise, 5 has come from elsewhere
   too, 6 has come again of late, 7 was said nothing of, 8 is the last. */
static void fill_retention(struct store *store)
{
	static const char bytes[] = "12345678";
	struct store_batch *batch = store_batch_new(store);
	struct document read = document("n1", "text", T0);

	for (size_t i = 1; i <= 8; i++) {
		struct observation figure = observation(1, i == 2 ? "1" : "2",
			T0 + (instant)i);
		char body[12];

		string_copy(body, i + 1, bytes);
		struct digest digest = digest_of(body);

		add_answer(batch, "s", body, T0 + (instant)i * 10);
		if (i <= 2)
			add_figure(batch, i == 2 ? "judged" : "x", "s", &digest,
				&figure);
		if (i == 4)
			store_add_document(batch, "judged", "s", &digest, &read);
		if (i == 5)
			add_answer(batch, "other", body, T0 + 51);
		add_read(batch, "s", T0 + (instant)i * 10 - 1);
		add_read(batch, "other", T0 + 100);
	}
	add_answer(batch, "s", "123456", T0 + 85);
	commit_well(store, batch);
}

static void test_retention(void **state)
{
	const struct folder *folder = *state;
	struct store *store = open_store(folder);
	struct digest dropped = digest_of("1"), kept = digest_of("12");
	struct store_batch *batch;
	struct error error = { 0 };
	struct text text;

	fill_retention(store);
	assert_droppable(store, T0 + 10, NULL, "");
	assert_droppable(store, T0 + 11, NULL, "1 ");
	assert_droppable(store, T0 + 31, NULL, "1 3 ");
	batch = store_batch_new(store);
	assert_droppable(store, INSTANT_MAX, batch, "1 3 7 ");
	/* Twice is once. */
	assert_droppable(store, INSTANT_MAX, batch, "1 3 7 ");
	commit_well(store, batch);
	assert_droppable(store, INSTANT_MAX, NULL, "");
	text_init(&text, 0);
	assert_int_equal(store_load_snapshot(store, &dropped, &text, &error), -1);
	assert_int_equal(error.kind, ERROR_ABSENT);
	assert_non_null(strstr(error.text, "dropped at 2020-09-13T13:50:00Z: "
		"retention 1d"));
	assert_int_equal(store_load_snapshot(store, &kept, &text, &error), 0);
	store_close(store);
	assert_int_equal(raw_number(folder, "SELECT count(*) FROM retention"), 3);
	assert_int_equal(store_verify(folder->path, NULL, NULL, &error), 0);
	/* It comes again. */
	store = open_store(folder);
	batch = store_batch_new(store);
	add_answer(batch, "s", "1", T0 + 110);
	commit_well(store, batch);
	text_clear(&text);
	assert_int_equal(store_load_snapshot(store, &dropped, &text, &error), 0);
	assert_string_equal(text_string(&text), "1");
	text_release(&text);
	store_close(store);
	assert_int_equal(raw_number(folder, "SELECT count(*) FROM retention "
		"WHERE kept"), 1);
	assert_int_equal(store_verify(folder->path, NULL, NULL, &error), 0);
	/* To be taken out again it would need another fact. */
	raw_run(folder, "UPDATE snapshot SET bytes = x'' WHERE id = 1");
	assert_int_equal(store_verify(folder->path, NULL, NULL, &error), -1);
	assert_non_null(strstr(error.text, "no row of retention"));
}

/* What came between the decision and its commit keeps the bytes. */
static void test_retention_is_overtaken(void **state)
{
	static const char *const comings[] = { "answer", "other source", "figure",
		"document", "nothing" };

	for (size_t i = 0; i < sizeof comings / sizeof *comings; i++) {
		struct store *store = open_store(*state);
		struct store_batch *drops = store_batch_new(store);
		struct store_batch *batch = store_batch_new(store);
		struct digest one = digest_of("1");
		struct observation figure = observation(1, "1", T0);
		struct document read = document("n1", "text", T0);

		fill_retention(store);
		assert_droppable(store, T0 + 11, drops, "1 ");
		if (i == 0)
			add_answer(batch, "s", "1", T0 + 200);
		if (i == 1)
			add_answer(batch, "other", "1", T0 + 200);
		if (i == 2)
			add_figure(batch, "judged", "s", &one, &figure);
		if (i == 3)
			store_add_document(batch, "judged", "s", &one, &read);
		commit_well(store, batch);
		commit_well(store, drops);
		store_close(store);
		assert_int_equal(raw_number(*state, "SELECT count(*) FROM snapshot "
			"WHERE length(bytes) = 0"), i == 4);
		folder_empty(*state);
	}
}

static void drop_counted(void *context, const struct store_droppable *droppable)
{
	assert_int_equal(droppable->length, 6);
	++*(size_t *)context;
}

/* Piece by piece, however many there are and whatever stands between. */
static void test_retention_of_many(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	size_t found = 0, calls = 0;
	int64_t after = 0;
	char body[16];

	for (int i = 0; i < 3000; i++) {
		snprintf(body, sizeof body, "%06d", i / 10);
		add_answer(batch, "s", body, T0 + i);
	}
	add_read(batch, "s", T0 + 4000);
	commit_well(store, batch);
	do {
		size_t before = found;

		assert_int_equal(store_find_droppable(store, "s", INSTANT_MAX,
			&after, rests_on, drop_counted, &found, NULL), 0);
		assert_true(found - before <= STORE_DROPS_MAX);
	} while (++calls < 20 && after != 0);
	assert_int_equal(found, 300);
	assert_in_range(calls, 3, 5);
	store_close(store);
}

/* --- a sample --------------------------------------------------------------------------------- */

static void see_sample(void *context, const struct store_answer *answer)
{
	struct seen *seen = context;

	assert_true(answer->has_bytes);
	seen->ids[seen->count++] = answer->id;
}

static void test_sample(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	struct seen first = { .count = 0 }, again = { .count = 0 };

	/* Only every tenth has brought something. */
	for (int i = 1; i <= 1000; i++) {
		struct observation figure = observation(1, "1", T0);
		char body[16];

		snprintf(body, sizeof body, "%d", i);
		add_answer(batch, "s", body, T0 + i);
		struct digest digest = digest_of(body);

		if (i % 10 == 0)
			add_figure(batch, "x", "s", &digest, &figure);
	}
	commit_well(store, batch);
	assert_int_equal(store_sample_answers(store, 10, 7, see_sample, &first,
		NULL), 0);
	assert_int_equal(store_sample_answers(store, 10, 7, see_sample, &again,
		NULL), 0);
	assert_int_equal(first.count, 10);
	assert_memory_equal(first.ids, again.ids, sizeof first.ids);
	for (int i = 0; i < 10; i++) {
		assert_in_range(first.ids[i], i * 100 + 1, i * 100 + 100);
		assert_int_equal(first.ids[i] % 10, 0);
	}
	again.count = 0;
	assert_int_equal(store_sample_answers(store, 10, 8, see_sample, &again,
		NULL), 0);
	assert_memory_not_equal(first.ids, again.ids, sizeof first.ids);
	first.count = 0;
	assert_int_equal(store_sample_answers(store, 0, 7, see_sample, &first,
		NULL), 0);
	assert_int_equal(first.count, 0);
	store_close(store);
	folder_empty(*state);
	store = open_store(*state);
	assert_int_equal(store_sample_answers(store, 5, 7, see_sample, &first,
		NULL), 0);
	assert_int_equal(first.count, 0);
	store_close(store);
}

/* --- from before evidence --------------------------------------------------------------------- */

static void test_migrates_to_evidence(void **state)
{
	const struct folder *folder = *state;
	struct store_verified verified;
	struct error error = { 0 };
	struct store *store;
	char *before, *after;
	int64_t from = 0;

	random_history(folder, 7);
	before = dump_state(folder);
	schema_undo(folder, 4);
	store = open_store(folder);
	store_close(store);
	/* What stood there is sealed as it stood. */
	if (store_verify(folder->path, NULL, &verified, &error) != 0)
		fail_msg("%s", error.text);
	assert_int_equal(verified.seal, 1);
	after = dump_state(folder);
	assert_string_equal(before, after);
	free(after);
	assert_int_equal(store_rebuild(folder->path, &error), 0);
	after = dump_state(folder);
	assert_string_equal(before, after);
	free(before);
	free(after);
	/* Nobody knows any more what its bodies were the answers to. */
	store = open_store(folder);
	assert_int_equal(store_find_droppable(store, "s1", INSTANT_MAX, &from,
		rests_on_nothing, drop_it, NULL, &error), 0);
	fill_releases(store);
	store_close(store);
	raw_run(folder, "DELETE FROM fetch WHERE id > 10");
	assert_int_equal(store_verify(folder->path, NULL, NULL, &error), -1);
	assert_non_null(strstr(error.text, "to which seal 1 goes"));
}

/* --- failures ------------------------------------------------------------------------------ */

/* Every kind of evidence beside an event: an answer with what was read from it,
   what somebody handed in, a body dropped, and now and then one that comes
   again. */
/* A mention and a silence that the next batch but one ends: the mention as
   needless, or in a notification with one of its own. */
static void add_tellings(struct store_batch *batch, int64_t id)
{
	struct mention mention = { .id = 2 * id, .event = id, .alert = id % 7,
		.reason = REASON_FIRST, .channel = "desk", .group = "audience",
		.made = T0 + id };
	struct silence silence = { .id = id, .words = "kind=at_risk",
		.from = T0, .until = T0 + 1000, .made = T0, .by = "anna",
		.note = "holiday", .ended = INSTANT_MAX };
	struct item items[2] = { { .mention = mention, .saved = true },
		{ .mention = mention } };
	struct notification notification = { .id = id, .message_id = "msg_x",
		.event = id, .channel = "desk", .group = "audience",
		.created = T0 + id, .items = &items[1], .item_count = 1 };

	store_add_mention(batch, &mention);
	store_add_silence(batch, &silence);
	items[0].mention.id = 2 * (id - 2);
	items[1].mention.id++;
	if (id > 2 && id % 3 == 0)
		store_add_needless(batch, items[0].mention.id, "over", T0 + id);
	else if (id > 2)
		notification.items = items, notification.item_count = 2;
	store_add_notification(batch, &notification, "Dear reader", 11);
	silence.id -= 2;
	silence.ended = T0 + id;
	if (id > 2)
		store_add_silence(batch, &silence);
}

static struct store_batch *batch_of_all(struct store *store, int64_t id)
{
	struct store_batch *batch = batch_of_event(store, id);
	struct store_submission submission = { .who = "anna", .key = "k",
		.what = "observe", .subject = "x", .answer = "{}", .at = T0 };
	struct observation figure = observation(1 + (int)(id % 12), "1", T0 + id);
	struct store_droppable droppable = { .answer = id - 3,
		.observation = INT64_MAX, .document = INT64_MAX };
	struct digest digest;
	char body[40];

	snprintf(body, sizeof body, "body %lld", (long long)id);
	digest = digest_of(body);
	add_answer(batch, "s", body, T0 + id);
	add_figure(batch, "x", "s", &digest, &figure);
	add_read(batch, "s", T0 + id);
	store_add_submission(batch, &submission);
	add_tellings(batch, id);
	snprintf(body, sizeof body, "body %lld", (long long)id - 3);
	droppable.digest = digest_of(body);
	store_add_drop(batch, &droppable, "s", "retention 1d", T0 + id);
	if (id % 5 == 0)
		store_add_snapshot(batch, &droppable.digest, body, strlen(body),
			NULL, T0 + id);
	return batch;
}

/* Commits one by one until one is refused; returns how many were
   acknowledged. */
static int64_t commit_until_refused(struct store *store, int64_t most)
{
	int64_t id = 1;

	while (id <= most && commit(store, batch_of_all(store, id)))
		id++;
	return id - 1;
}

static void assert_intact(const struct folder *folder, int64_t acknowledged)
{
	struct error error = { 0 };
	struct store *store = store_open(folder->path, &error);

	if (store == NULL)
		fail_msg("%s", error.text);
	/* The one that was refused may be there, what was acknowledged must. */
	assert_in_range(last_event(store), acknowledged, acknowledged + 1);
	commit_well(store, batch_of_all(store, acknowledged + 2));
	store_close(store);
	assert_state_follows(folder);
	assert_int_equal(raw_number(folder, "SELECT count(*) FROM "
		"pragma_quick_check WHERE quick_check <> 'ok'"), 0);
	if (store_verify(folder->path, NULL, NULL, &error) != 0)
		fail_msg("%s", error.text);
}

static void fail_while_committing(const struct folder *folder,
	enum fault_at at, int n, int code, const char *want_text)
{
	struct store *store = open_store(folder);
	int outcome = 0;
	int64_t done;

	fault_vfs_arm(at, n, code);
	done = commit_until_refused(store, 40);
	assert_int_equal(fault_vfs.fired, 1);
	assert_true(done < 40);
	if (strstr(store_failure(store), want_text) == NULL)
		fail_msg("%s", store_failure(store));
	/* Nothing is tried again, neither that commit nor a later one. */
	fault_vfs.writes = fault_vfs.syncs = 0;
	store_commit(store, batch_of_all(store, done + 3), note_outcome, &outcome);
	collect_all(store);
	assert_int_equal(outcome, -1);
	store_close(store);
	assert_int_equal(fault_vfs.syncs, 0);
	fault_vfs_arm(FAULT_NEVER, 0, 0);
	assert_intact(folder, done);
	folder_empty(folder);
}

static void test_failed_commits(void **state)
{
	static const struct {
		enum fault_at at;
		int code;
		const char *want_text;
	} cases[] = {
		{ FAULT_WRITE, SQLITE_IOERR_WRITE, "check the disk" },
		{ FAULT_WRITE, SQLITE_FULL, "make room there" },
		{ FAULT_SYNC, SQLITE_IOERR_FSYNC, "check the disk" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (int n = 1; n <= 12; n++)
			fail_while_committing(*state, cases[i].at, n, cases[i].code,
				cases[i].want_text);
}

/* Whatever fails while a database is made, the next start makes it. */
static void test_failed_creation(void **state)
{
	const struct folder *folder = *state;

	for (enum fault_at at = FAULT_WRITE; at <= FAULT_SYNC; at++) {
		int n = 0;

		do {
			struct error error = { 0 };
			struct store *store;

			fault_vfs_arm(at, ++n, at == FAULT_WRITE ?
				SQLITE_IOERR_WRITE : SQLITE_IOERR_FSYNC);
			store = store_open(folder->path, &error);
			if (store == NULL && strstr(error.text, "check the disk") == NULL)
				fail_msg("%d of %d: %s", n, at, error.text);
			store_close(store);
			fault_vfs.at = FAULT_NEVER;
			assert_intact(folder, 0);
			folder_empty(folder);
		} while (fault_vfs.fired != 0);
		assert_true(n > 3);
	}
}

/* All of a group are refused, in the order they came, and all after it. */
static void test_failed_group(void **state)
{
	struct store *store = open_store(*state);
	int outcomes[30] = { 0 };

	fault_vfs_arm(FAULT_WRITE, 4, SQLITE_IOERR_WRITE);
	for (int i = 0; i < 30; i++)
		store_commit(store, batch_of_all(store, i + 1), note_outcome,
			&outcomes[i]);
	assert_int_equal(store_pending(store), 30);
	store_close(store);
	assert_int_equal(fault_vfs.fired, 1);
	assert_int_equal(outcomes[29], -1);
	for (int i = 1; i < 30; i++)
		assert_true(outcomes[i] <= outcomes[i - 1] && outcomes[i] != 0);
}

static void test_order_of_ids(void **state)
{
	struct store *store = open_store(*state);

	assert_true(commit(store, batch_of_event(store, 5)));
	assert_false(commit(store, batch_of_event(store, 4)));
	assert_non_null(strstr(store_failure(store),
		"event 4 was handed over after 5"));
	store_close(store);
	store = open_store(*state);
	assert_true(store_was_unclean(store));
	assert_int_equal(last_event(store), 5);
	store_close(store);
}

static void test_too_large(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);
	struct digest digest = {{0}};

	store_add_snapshot(batch, &digest, "", STORE_SNAPSHOT_MAX + 1, NULL, T0);
	assert_false(store_batch_is_empty(batch));
	assert_false(commit(store, batch));
	assert_non_null(strstr(store_failure(store), "passes"));
	store_close(store);
}

static void test_empty_batches(void **state)
{
	struct store *store = open_store(*state);
	struct store_batch *batch = store_batch_new(store);

	assert_true(store_batch_is_empty(batch));
	assert_true(commit(store, batch));
	store_batch_free(store_batch_new(store));
	store_batch_free(NULL);
	store_close(store);
	store_close(NULL);
}

/* --- kill -9 --------------------------------------------------------------------------------- */

static _Noreturn void child_commits(const struct folder *folder, int64_t from,
	int out)
{
	struct store *store = store_open(folder->path, NULL);
	int outcome;

	for (int64_t id = from; store != NULL; id++) {
		outcome = 0;
		store_commit(store, batch_of_all(store, id), note_outcome,
			&outcome);
		while (outcome == 0) {
			struct pollfd ready = { store_fd(store), POLLIN, 0 };

			poll(&ready, 1, -1);
			store_collect(store);
		}
		if (outcome < 0 || write(out, &id, sizeof id) != sizeof id)
			break;
	}
	_exit(1);
}

/* Lets a child commit, kills it after so many acknowledgements, and returns
   the last one it gave. */
static int64_t child_until_killed(const struct folder *folder, int64_t from,
	int acknowledgements)
{
	int64_t last = from - 1, id;
	int ends[2];
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0)
		child_commits(folder, from, ends[1]);
	close(ends[1]);
	while (acknowledgements-- > 0 && read(ends[0], &id, sizeof id) == sizeof id)
		last = id;
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	while (read(ends[0], &id, sizeof id) == sizeof id)
		last = id;
	close(ends[0]);
	return last;
}

static void test_kill(void **state)
{
	const struct folder *folder = *state;
	int64_t last = 0;

	store_close(open_store(folder));
	for (int round = 0; round < 12; round++) {
		struct error error = { 0 };
		struct store *store;
		int64_t acknowledged = child_until_killed(folder, last + 1, round * 3);

		store = store_open(folder->path, &error);
		if (store == NULL)
			fail_msg("%s", error.text);
		last = last_event(store);
		/* Children that were killed before they opened leave no mark. */
		if (acknowledged >= round * 3 && round > 0)
			assert_true(store_was_unclean(store));
		assert_in_range(last, acknowledged, acknowledged + 1);
		store_close(store);
		if (store_verify(folder->path, NULL, NULL, &error) != 0)
			fail_msg("%s", error.text);
		assert_state_follows(folder);
	}
	assert_true(last > 100);
	assert_true(raw_number(folder, "SELECT count(*) FROM retention "
		"WHERE kept") > 10);
}

/* --- records ---------------------------------------------------------------------------------- */

static void test_records(void **state)
{
	struct text text;
	struct record record;
	struct record_reader reader;
	struct field field;
	size_t length;

	(void)state;
	text_init(&text, 0);
	record_begin(&record, &text);
	record_int(&record, INT64_MIN);
	record_null(&record);
	record_text(&record, "héé", 5);
	record_blob(&record, "", 0);
	length = record_end(&record);
	assert_int_equal(length, 9 + 1 + 10 + 5);
	record_begin(&record, &text);
	record_null(&record);
	assert_int_equal(record_end(&record), 0);
	assert_int_equal(text.length, length);
	record_reader_init(&reader, text.data, length);
	record_next(&reader, &field);
	assert_true(field.tag == FIELD_INT && field.number == INT64_MIN);
	record_next(&reader, &field);
	assert_int_equal(field.tag, FIELD_NULL);
	record_next(&reader, &field);
	assert_int_equal(field.tag, FIELD_TEXT);
	assert_memory_equal(field.bytes, "héé", field.length);
	record_next(&reader, &field);
	assert_true(field.tag == FIELD_BLOB && field.length == 0);
	for (int i = 0; i < 3; i++) {
		record_next(&reader, &field);
		assert_int_equal(field.tag, FIELD_NULL);
	}
	text_release(&text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		IN_FOLDER(test_open_makes_a_database),
		IN_FOLDER(test_open_refuses_a_second),
		IN_FOLDER(test_open_waits_for_an_orphaned_lock),
		IN_FOLDER(test_open_refuses_what_is_not_ours),
		IN_FOLDER(test_open_needs_a_folder),
		IN_FOLDER(test_facts_match_the_schema),
		IN_FOLDER(test_documents),
		IN_FOLDER(test_migration),
		IN_FOLDER(test_migration_keeps),
		IN_FOLDER(test_migrates_to_causes),
		IN_FOLDER(test_changes_of_a_milestone),
		IN_FOLDER(test_sources_by_a_time),
		IN_FOLDER(test_whole_tables),
		IN_FOLDER(test_milestones),
		IN_FOLDER(test_migrates_to_forecasts),
		IN_FOLDER(test_sources),
		IN_FOLDER(test_events),
		IN_FOLDER(test_snapshots),
		IN_FOLDER(test_series),
		IN_FOLDER(test_observations),
		IN_FOLDER(test_queries_search),
		IN_FOLDER(test_rebuild_equals_state),
		IN_FOLDER(test_verify_finds_changes),
		IN_FOLDER(test_answers),
		IN_FOLDER(test_vintages),
		IN_FOLDER(test_one_observation),
		IN_FOLDER(test_submissions),
		IN_FOLDER(test_supply),
		IN_FOLDER(test_supply_of_many),
		IN_FOLDER(test_retention),
		IN_FOLDER(test_retention_is_overtaken),
		IN_FOLDER(test_retention_of_many),
		IN_FOLDER(test_sample),
		IN_FOLDER(test_migrates_to_evidence),
		IN_FOLDER(test_verify_finds_what_was_written_anew),
		IN_FOLDER(test_verify_by_seal),
		IN_FOLDER(test_verify_follows_references),
		IN_FOLDER(test_verify_tells_and_stops),
		IN_FOLDER(test_check),
		IN_FOLDER(test_failed_commits),
		IN_FOLDER(test_failed_creation),
		IN_FOLDER(test_failed_group),
		IN_FOLDER(test_order_of_ids),
		IN_FOLDER(test_too_large),
		IN_FOLDER(test_empty_batches),
		IN_FOLDER(test_kill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
