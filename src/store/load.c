/*
 * load: what a restart and the interfaces read. Each row becomes the core's
 * struct, with strings that live until the next row.
 */
#include <limits.h>
#include <stdlib.h>
#include <zstd.h>

#include "base/mem.h"
#include "core/forecast.h"
#include "core/polled.h"
#include "store/cursor.h"
#include "store/database.h"
#include "store/load.h"
#include "store/readers.h"
#include "store/store.h"
#include "store/words.h"

#define MESSAGE_ID_SIZE sizeof((struct notification *)NULL)->message_id

int load_rows_until(struct store *store, sqlite3_stmt *statement,
	load_row *row, load_enough *enough, void *target, struct error *error)
{
	sqlite3 *db = sqlite3_db_handle(statement);
	const char *file = sqlite3_db_filename(db, "main");
	int64_t count = 0;
	int code, result = 0;

	while (result == 0 && (enough == NULL || !enough(target)) &&
	    (code = sqlite3_step(statement)) != SQLITE_DONE) {
		struct cursor cursor = { .statement = statement };

		count++;
		if (code != SQLITE_ROW) {
			result = database_error(db, error);
			break;
		}
		row(&cursor, target);
		if (cursor.bad)
			result = error_set(error, ERROR_INPUT, "%s: column %d of row "
				"%lld makes no sense; asked: %.80s…", file,
				cursor.column, (long long)count,
				sqlite3_sql(statement));
	}
	readers_done(store_readers(store), statement);
	return result;
}

int load_rows(struct store *store, sqlite3_stmt *statement, load_row *row,
	void *target, struct error *error)
{
	return load_rows_until(store, statement, row, NULL, target, error);
}

int load_all(struct store *store, enum query query, load_row *row,
	void *target, struct error *error)
{
	sqlite3_stmt *statement = readers_query(store_readers(store), query, error);

	return statement == NULL ? -1 :
		load_rows(store, statement, row, target, error);
}

int load_of(struct store *store, enum query query, int64_t number,
	load_row *row, void *target, struct error *error)
{
	sqlite3_stmt *statement = readers_query(store_readers(store), query,
		error);

	if (statement == NULL)
		return -1;
	sqlite3_bind_int64(statement, 1, number);
	return load_rows(store, statement, row, target, error);
}

void load_bind_limit(sqlite3_stmt *statement, int index, size_t limit)
{
	sqlite3_bind_int64(statement, index,
		limit == 0 || limit > INT64_MAX ? -1 : (int64_t)limit);
}

void load_bind_digest(sqlite3_stmt *statement, int index,
	const struct digest *digest)
{
	sqlite3_bind_blob(statement, index, digest->bytes, DIGEST_SIZE,
		SQLITE_STATIC);
}

int load_before(struct store *store, enum query query, int64_t before,
	size_t limit, const char *of, load_row *row, void *target,
	struct error *error)
{
	return load_after(store, query, before > 0 ? before : INT64_MAX, limit,
		of, row, target, error);
}

int load_after(struct store *store, enum query query, int64_t after,
	size_t limit, const char *of, load_row *row, void *target,
	struct error *error)
{
	sqlite3_stmt *statement = readers_query(store_readers(store), query, error);

	if (statement == NULL)
		return -1;
	sqlite3_bind_int64(statement, 1, after);
	load_bind_limit(statement, 2, limit);
	if (of != NULL)
		sqlite3_bind_text(statement, 3, of, -1, SQLITE_STATIC);
	return load_rows(store, statement, row, target, error);
}

/* --- counters ---------------------------------------------------------------------- */

void load_counter(struct cursor *cursor, void *target)
{
	*(int64_t *)target = cursor_int(cursor);
}

int store_load_counters(struct store *store, struct store_counters *out,
	struct error *error)
{
	*out = (struct store_counters){ 0 };
	if (load_all(store, QUERY_LAST_EVENT, load_counter, &out->last_event,
	    error) < 0 ||
	    load_all(store, QUERY_LAST_ALERT, load_counter, &out->last_alert,
	    error) < 0)
		return -1;
	if (load_all(store, QUERY_LAST_NOTIFICATION, load_counter,
	    &out->last_notification, error) < 0 ||
	    load_all(store, QUERY_LAST_MENTION, load_counter,
	    &out->last_mention, error) < 0)
		return -1;
	return load_all(store, QUERY_LAST_SILENCE, load_counter,
		&out->last_silence, error);
}

/* --- milestones --------------------------------------------------------------------- */

static double cursor_double(struct cursor *cursor)
{
	struct figure figure = cursor_figure(cursor);

	return figure.known ? decimal_to_double(figure.value) : 0;
}

static void cursor_forecast(struct cursor *cursor, struct forecast *out)
{
	const char *word = cursor_string(cursor);
	enum forecast_method method = FORECAST_NONE;

	if (word != NULL && !forecast_method_parse(word, &method))
		cursor->bad = true;
	out->method = (uint8_t)method;
	out->value = cursor_double(cursor);
	out->low = cursor_double(cursor);
	out->high = cursor_double(cursor);
	out->date = cursor_date(cursor);
	out->slip_days = cursor_int32_or(cursor, DAYS_NONE);
	out->misses = cursor_int(cursor) != 0;
}

static void cursor_assessment(struct cursor *cursor, struct assessment *out)
{
	out->as_of = cursor_instant(cursor);
	cursor_word(cursor, lifecycle, &out->lifecycle);
	cursor_word(cursor, verdict, &out->verdict);
	cursor_word(cursor, progress, &out->progress);
	cursor_word(cursor, assurance, &out->knowledge);
	cursor_word(cursor, status, &out->status);
	out->event = cursor_instant(cursor);
	out->event_date = cursor_date(cursor);
	out->days_late = cursor_int32_or(cursor, DAYS_NONE);
	out->days_overdue = cursor_int32_or(cursor, DAYS_NONE);
	out->actual = cursor_figure(cursor);
	out->target = cursor_figure(cursor);
	out->baseline = cursor_figure(cursor);
	out->required_now = cursor_figure(cursor);
	out->pace = cursor_figure(cursor);
	out->share_of_level = cursor_figure(cursor);
	out->share_of_increment = cursor_figure(cursor);
	out->shortfall = cursor_figure(cursor);
	out->data_through = cursor_period(cursor);
	cursor_word(cursor, unknown_reason, &out->unknown);
	out->waiting_for = cursor_period(cursor);
	/* An index of a register that is gone; the sentence names it. */
	out->waiting_indicator = NOT_FOUND;
	out->published_assumed = cursor_int(cursor) != 0;
	out->next = cursor_instant(cursor);
	cursor_forecast(cursor, &out->forecast);
}

struct milestone_target {
	store_milestone_fn *fn;
	void *context;
};

/* How people were told that it stands; NULL: as it does. */
static void cursor_told(struct cursor *cursor, struct milestone_state *out)
{
	const char *word = cursor_string(cursor);

	out->told = out->assessment.status;
	if (word != NULL && !word_status(word, &out->told))
		cursor->bad = true;
	out->flips = cursor_int32_or(cursor, 0);
	out->apart = cursor_instant(cursor);
	out->unsettled = cursor_instant(cursor);
	out->approached = cursor_instant(cursor);
}

/* The columns behind the milestone's id. */
static void cursor_state(struct cursor *cursor, struct milestone_state *out)
{
	out->since = cursor_instant(cursor);
	out->terms = (uint64_t)cursor_int(cursor);
	out->assessment.due = cursor_instant(cursor);
	out->assessment.due_date = cursor_date(cursor);
	out->announced = cursor_int(cursor) != 0;
	cursor_assessment(cursor, &out->assessment);
	cursor_told(cursor, out);
}

static void load_milestone(struct cursor *cursor, void *target)
{
	const struct milestone_target *to = target;
	struct milestone_state state = { 0 };
	const char *id = cursor_string(cursor);

	cursor_state(cursor, &state);
	if (!cursor->bad)
		to->fn(to->context, id, &state);
}

int store_load_milestones(struct store *store, store_milestone_fn *fn,
	void *context, struct error *error)
{
	struct milestone_target target = { fn, context };

	return load_all(store, QUERY_MILESTONES, load_milestone, &target, error);
}

struct change_target {
	store_change_fn *fn;
	void *context;
};

static void load_change(struct cursor *cursor, void *target)
{
	const struct change_target *to = target;
	struct store_change change = { 0 };
	const char *cause;

	change.id = cursor_int(cursor);
	change.reason = cursor_string(cursor);
	cause = cursor_string(cursor);
	change.has_cause = cause != NULL;
	if (cause != NULL && !word_cause(cause, &change.cause.kind))
		cursor->bad = true;
	cursor_copy(cursor, change.cause.text, sizeof change.cause.text);
	change.told = cursor_int(cursor);
	change.milestone = cursor_said(cursor);
	cursor_state(cursor, &change.state);
	if (!cursor->bad)
		to->fn(to->context, &change);
}

int store_load_changes(struct store *store, const char *milestone, int64_t from,
	size_t limit, store_change_fn *fn, void *context, struct error *error)
{
	struct change_target target = { fn, context };

	return load_after(store, milestone != NULL ? QUERY_CHANGES :
		QUERY_ALL_CHANGES, from, limit, milestone, load_change, &target,
		error);
}

/* --- sources ------------------------------------------------------------------------ */

struct source_target {
	store_source_fn *fn;
	void *context;
};

static void load_source(struct cursor *cursor, void *target)
{
	const struct source_target *to = target;
	struct source_state state = { 0 };
	const char *id = cursor_string(cursor);

	state.next = cursor_instant(cursor);
	state.last_attempt = cursor_instant(cursor);
	state.last_success = cursor_instant(cursor);
	state.last_change = cursor_instant(cursor);
	state.failing_since = cursor_instant(cursor);
	state.failures = cursor_int32_or(cursor, 0);
	cursor_word(cursor, fetch_outcome, &state.outcome);
	cursor_copy(cursor, state.etag, sizeof state.etag);
	cursor_copy(cursor, state.last_modified, sizeof state.last_modified);
	state.has_body = cursor_digest(cursor, &state.body);
	cursor_digest(cursor, &state.program);
	cursor_copy(cursor, state.error, sizeof state.error);
	state.gone = cursor_int(cursor) != 0;
	state.told = (uint64_t)cursor_int(cursor);
	cursor_copy(cursor, state.moved, sizeof state.moved);
	if (!cursor->bad)
		to->fn(to->context, id, &state);
}

int store_load_sources(struct store *store, store_source_fn *fn, void *context,
	struct error *error)
{
	struct source_target target = { fn, context };

	return load_all(store, QUERY_SOURCES, load_source, &target, error);
}

int store_load_source_by(struct store *store, const char *source,
	int64_t last_poll, store_source_fn *fn, void *context,
	struct error *error)
{
	struct source_target target = { fn, context };

	return load_after(store, QUERY_SOURCE_BY, last_poll, 1, source,
		load_source, &target, error);
}

struct poll_end {
	int64_t id;		/* 0: there is none */
	instant finished;
};

static void load_poll_end(struct cursor *cursor, void *target)
{
	struct poll_end *end = target;

	end->id = cursor_int(cursor);
	end->finished = cursor_instant(cursor);
}

/* Polls stand in the order in which they ended: halving finds the last by some
   twenty looks. (Where the clock was set back, one near it.) */
int store_find_poll(struct store *store, instant by, int64_t *out,
	struct error *error)
{
	int64_t low = 0, high = 0;

	*out = 0;
	if (load_all(store, QUERY_LAST_POLL, load_counter, &high, error) < 0)
		return -1;
	while (low < high) {
		int64_t middle = low + (high - low) / 2;
		struct poll_end end = { 0 };

		if (load_after(store, QUERY_POLL_AFTER, middle, 1, NULL,
		    load_poll_end, &end, error) < 0)
			return -1;
		if (end.id != 0 && end.finished <= by)
			low = *out = end.id;
		else
			high = middle;
	}
	return 0;
}

/* --- events ------------------------------------------------------------------------- */

struct event_target {
	store_event_fn *fn;
	void *context;
};

void cursor_event(struct cursor *cursor, struct event *out)
{
	out->id = cursor_int(cursor);
	out->time = cursor_instant(cursor);
	cursor_word(cursor, event_kind, &out->kind);
	cursor_word(cursor, severity, &out->severity);
	cursor_word(cursor, subject_kind, &out->subject_kind);
	out->subject = cursor_string(cursor);
	out->from = cursor_string(cursor);
	out->to = cursor_string(cursor);
	out->alert = cursor_int(cursor);
	cursor_copy(cursor, out->reason, sizeof out->reason);
	out->late = cursor_instant(cursor);
}

static void load_event(struct cursor *cursor, void *target)
{
	const struct event_target *to = target;
	struct event event = { 0 };

	cursor_event(cursor, &event);
	if (!cursor->bad)
		to->fn(to->context, &event);
}

int store_load_events(struct store *store, int64_t after, const char *subject,
	size_t limit, store_event_fn *fn, void *context, struct error *error)
{
	struct event_target target = { fn, context };

	return load_after(store, subject != NULL ? QUERY_EVENTS_OF : QUERY_EVENTS,
		after, limit, subject, load_event, &target, error);
}

int store_load_events_before(struct store *store, int64_t before, size_t limit,
	store_event_fn *fn, void *context, struct error *error)
{
	struct event_target target = { fn, context };

	return load_before(store, QUERY_EVENTS_BEFORE, before, limit, NULL,
		load_event, &target, error);
}

struct moves_target {
	store_moves_fn *fn;
	void *context;
};

static void load_moves(struct cursor *cursor, void *target)
{
	const struct moves_target *to = target;
	struct store_moves moves;

	moves.milestone = cursor_string(cursor);
	moves.count = cursor_int(cursor);
	moves.last = cursor_instant(cursor);
	if (!cursor->bad)
		to->fn(to->context, &moves);
}

int store_load_moves(struct store *store, instant until, store_moves_fn *fn,
	void *context, struct error *error)
{
	struct moves_target target = { fn, context };

	return load_of(store, QUERY_MOVES, until, load_moves, &target, error);
}

/* --- observations -------------------------------------------------------------------- */

struct observation_target {
	store_observation_fn *fn;
	void *context;
};

void cursor_observation(struct cursor *cursor, struct observation *out)
{
	out->id = cursor_int(cursor);
	out->period = cursor_period(cursor);
	out->value = cursor_decimal(cursor);
	out->published = cursor_instant(cursor);
	out->recorded = cursor_instant(cursor);
	out->published_assumed = cursor_int(cursor) != 0;
	out->provisional = cursor_int(cursor) != 0;
	out->quarantine = (uint8_t)cursor_int(cursor);
}

static void load_observation(struct cursor *cursor, void *target)
{
	const struct observation_target *to = target;
	struct observation observation = { .id = 0 };

	cursor_observation(cursor, &observation);
	if (!cursor->bad)
		to->fn(to->context, &observation);
}

int store_load_observations(struct store *store, const char *indicator,
	int64_t after, size_t limit, store_observation_fn *fn, void *context,
	struct error *error)
{
	struct observation_target target = { fn, context };

	return load_after(store, QUERY_SERIES, after, limit, indicator,
		load_observation, &target, error);
}

struct observation_list {
	struct observation *items;
	size_t count, capacity;
};

static void observation_push(void *context, const struct observation *observation)
{
	struct observation_list *list = context;

	list->items = mem_grow(list->items, list->count, &list->capacity,
		sizeof *list->items);
	list->items[list->count++] = *observation;
}

static int observation_order(const void *left, const void *right)
{
	const struct observation *a = left, *b = right;
	int order = period_compare(a->period, b->period);

	return order != 0 ? order : (a->id > b->id) - (a->id < b->id);
}

/* In order of their periods, so that each is added behind those before it: after
   a revision of a long series they are not so in the order of their ids. */
int store_load_series(void *store, const char *indicator, struct series *series)
{
	struct observation_list list = { .items = NULL };
	int status = store_load_observations(store, indicator, 0, 0,
		observation_push, &list, NULL);

	if (list.count > 1)
		qsort(list.items, list.count, sizeof *list.items,
			observation_order);
	for (size_t i = 0; status == 0 && i < list.count; i++)
		series_add(series, &list.items[i], NULL);
	free(list.items);
	return status;
}

/* --- documents ------------------------------------------------------------------------ */

struct document_target {
	store_document_fn *fn;
	void *context;
};

const char *cursor_said(struct cursor *cursor)
{
	const char *string = cursor_string(cursor);

	return string != NULL ? string : "";
}

void cursor_document(struct cursor *cursor, struct document *out)
{
	out->id = cursor_int(cursor);
	out->source = cursor_said(cursor);
	out->key = cursor_said(cursor);
	out->title = cursor_said(cursor);
	out->url = cursor_said(cursor);
	out->text = cursor_said(cursor);
	out->period = cursor_period(cursor);
	out->published = cursor_instant(cursor);
	out->recorded = cursor_instant(cursor);
	out->published_assumed = cursor_int(cursor) != 0;
}

static void load_document(struct cursor *cursor, void *target)
{
	const struct document_target *to = target;
	struct document document = { .id = 0 };

	cursor_document(cursor, &document);
	if (!cursor->bad)
		to->fn(to->context, &document);
}

int store_load_documents(struct store *store, const char *indicator,
	int64_t after, size_t limit, store_document_fn *fn, void *context,
	struct error *error)
{
	struct document_target target = { fn, context };

	return load_after(store, QUERY_DOCUMENTS, after, limit, indicator,
		load_document, &target, error);
}

static void document_add(void *documents, const struct document *document)
{
	documents_add(documents, document, NULL);
}

static int load_history_documents(void *store, const char *indicator,
	struct documents *documents)
{
	return store_load_documents(store, indicator, 0, 0, document_add,
		documents, NULL);
}

/* --- attestations --------------------------------------------------------------------- */

static void cursor_attestation(struct cursor *cursor, struct attestation *out)
{
	out->id = cursor_int(cursor);
	out->key = cursor_said(cursor);
	out->by = cursor_said(cursor);
	out->yes = cursor_int(cursor) != 0;
	out->on = cursor_date(cursor);
	out->at = cursor_instant(cursor);
	out->recorded = cursor_instant(cursor);
	out->evidence = cursor_said(cursor);
	out->note = cursor_said(cursor);
}

static void load_attestation(struct cursor *cursor, void *target)
{
	struct attestation attestation = { .id = 0 };

	cursor_attestation(cursor, &attestation);
	if (!cursor->bad)
		attestations_add(target, &attestation);
}

struct attestation_target {
	store_attestation_fn *fn;
	void *context;
};

static void load_any_attestation(struct cursor *cursor, void *target)
{
	const struct attestation_target *to = target;
	struct attestation attestation = { .id = 0 };
	const char *milestone;

	cursor_attestation(cursor, &attestation);
	milestone = cursor_said(cursor);
	if (!cursor->bad)
		to->fn(to->context, milestone, &attestation);
}

int store_load_attestations(struct store *store, int64_t after, size_t limit,
	store_attestation_fn *fn, void *context, struct error *error)
{
	struct attestation_target target = { fn, context };

	return load_after(store, QUERY_ALL_ATTESTATIONS, after, limit, NULL,
		load_any_attestation, &target, error);
}

static int load_history_attestations(void *store, const char *milestone,
	struct attestations *attestations)
{
	return load_after(store, QUERY_ATTESTATIONS, 0, 0, milestone,
		load_attestation, attestations, NULL);
}

/* --- polls ---------------------------------------------------------------------------- */

static void load_poll(struct cursor *cursor, void *target)
{
	struct polled_time time = {.started = cursor_instant(cursor)};
	enum fetch_outcome outcome;
	int64_t rows, rejected;

	time.recorded = cursor_instant(cursor);
	cursor_word(cursor, fetch_outcome, &outcome);
	rows = cursor_int(cursor);
	rejected = cursor_int(cursor);
	if (!cursor->bad)
		polled_add(target, time, outcome, (size_t)rows,
			(size_t)rejected);
}

static int load_history_polled(void *store, const char *source,
	struct polled_times *polled)
{
	return load_after(store, QUERY_POLLS, 0, 0, source, load_poll, polled,
		NULL);
}

const struct history_loads store_loads = {
	.documents = load_history_documents,
	.attestations = load_history_attestations,
	.polled = load_history_polled,
};

/* --- bytes ---------------------------------------------------------------------------- */

struct bytes_target {
	struct text *out;
	char *message_id;	/* in the second column, unless NULL */
	bool found;
	bool dropped;		/* it was there: only its bytes are not */
};

static void load_bytes(struct cursor *cursor, void *target)
{
	struct bytes_target *to = target;
	int column = cursor->column++;
	const void *bytes = sqlite3_column_blob(cursor->statement, column);

	to->found = sqlite3_column_type(cursor->statement, column) != SQLITE_NULL;
	text_add(to->out, bytes,
		(size_t)sqlite3_column_bytes(cursor->statement, column));
	if (to->message_id != NULL)
		cursor_copy(cursor, to->message_id, MESSAGE_ID_SIZE);
}

/* What came of a query for the bytes of one thing. */
static int load_outcome(const struct bytes_target *target, const char *what,
	struct error *error)
{
	if (!target->found)
		return error_set(error, ERROR_ABSENT, "no %s of that id is kept", what);
	if (target->out->cut)
		return error_set(error, ERROR_LIMIT, "the %s is larger than %zu bytes",
			what, target->out->limit);
	return 0;
}

int store_load_body(struct store *store, int64_t notification,
	char message_id[MESSAGE_ID_SIZE], struct text *out, struct error *error)
{
	struct bytes_target target = { .out = out, .message_id = message_id };
	sqlite3_stmt *statement = readers_query(store_readers(store), QUERY_BODY,
		error);

	if (statement == NULL)
		return -1;
	sqlite3_bind_int64(statement, 1, notification);
	if (load_rows(store, statement, load_bytes, &target, error) < 0)
		return -1;
	return load_outcome(&target, "notification body", error);
}

int store_load_reason(struct store *store, const char *milestone,
	struct text *out, struct error *error)
{
	struct bytes_target target = { .out = out };
	sqlite3_stmt *statement = readers_query(store_readers(store), QUERY_REASON,
		error);

	if (statement == NULL)
		return -1;
	sqlite3_bind_text(statement, 1, milestone, -1, SQLITE_STATIC);
	return load_rows(store, statement, load_bytes, &target, error);
}

static void load_packed(struct cursor *cursor, void *target)
{
	struct bytes_target *to = target;
	int64_t length = cursor_int(cursor);
	const void *packed = sqlite3_column_blob(cursor->statement, 1);
	size_t packed_length = (size_t)sqlite3_column_bytes(cursor->statement, 1);
	char *bytes;

	to->dropped = packed_length == 0;
	if (to->dropped)
		return;
	if (length < 0 || length > (int64_t)STORE_SNAPSHOT_MAX) {
		cursor->bad = true;
		return;
	}
	bytes = mem_new((size_t)length, 1);
	if (ZSTD_decompress(bytes, (size_t)length, packed, packed_length) ==
	    (size_t)length)
		text_add(to->out, bytes, (size_t)length);
	else
		cursor->bad = true;
	to->found = true;
	free(bytes);
}

struct dropped_target {
	instant at;
	char reason[80];
};

static void load_dropped(struct cursor *cursor, void *target)
{
	struct dropped_target *to = target;

	to->at = cursor_instant(cursor);
	string_copy(to->reason, sizeof to->reason, cursor_said(cursor));
}

static int load_by_digest(struct store *store, enum query query,
	const struct digest *digest, load_row *row, void *target,
	struct error *error)
{
	sqlite3_stmt *statement = readers_query(store_readers(store), query,
		error);

	if (statement == NULL)
		return -1;
	load_bind_digest(statement, 1, digest);
	return load_rows(store, statement, row, target, error);
}

/* Says when and why they went. Returns -1. */
static int load_refuse_dropped(struct store *store,
	const struct digest *digest, struct error *error)
{
	struct dropped_target target = { .at = INSTANT_MIN };
	struct text when;

	if (load_by_digest(store, QUERY_DROPPED, digest, load_dropped, &target,
	    error) < 0)
		return -1;
	text_init(&when, 0);
	text_add_instant(&when, target.at);
	error_set(error, ERROR_ABSENT, "the bytes of this snapshot were dropped "
		"at %s%s%s", text_string(&when), target.reason[0] != '\0' ? ": " :
		"", target.reason);
	text_release(&when);
	return -1;
}

int store_load_snapshot(struct store *store, const struct digest *digest,
	struct text *out, struct error *error)
{
	struct bytes_target target = { .out = out };

	if (load_by_digest(store, QUERY_SNAPSHOT, digest, load_packed, &target,
	    error) < 0)
		return -1;
	if (target.dropped)
		return load_refuse_dropped(store, digest, error);
	return load_outcome(&target, "snapshot", error);
}

int store_load_definition(struct store *store, const struct digest *program,
	struct text *out, struct error *error)
{
	struct bytes_target target = { .out = out };

	if (load_by_digest(store, QUERY_DEFINITION, program, load_bytes, &target,
	    error) < 0)
		return -1;
	return load_outcome(&target, "definition", error);
}
