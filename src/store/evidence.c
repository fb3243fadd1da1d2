/*
 * evidence: what sources were asked and answered, and what people handed in.
 */
#include <string.h>

#include "store/load.h"
#include "store/store.h"

/* --- answers ----------------------------------------------------------------- */

struct answer_target {
	store_answer_fn *fn;
	void *context;
	bool found;
};

static void load_answer(struct cursor *cursor, void *target)
{
	struct answer_target *to = target;
	struct store_answer answer = { .id = cursor_int(cursor) };
	struct poll_answer *what = &answer.answer;

	answer.source = cursor_said(cursor);
	what->at = cursor_instant(cursor);
	what->url = cursor_said(cursor);
	what->parameters = cursor_said(cursor);
	what->media_type = cursor_said(cursor);
	what->http_status = cursor_int32_or(cursor, 0);
	cursor_copy(cursor, what->etag, sizeof what->etag);
	cursor_copy(cursor, what->last_modified, sizeof what->last_modified);
	cursor_digest(cursor, &what->body);
	what->bytes = cursor_int(cursor);
	what->rows = (size_t)cursor_int(cursor);
	answer.has_program = cursor_digest(cursor, &answer.program);
	answer.has_bytes = cursor_int(cursor) != 0;
	if (cursor->bad)
		return;
	to->found = true;
	to->fn(to->context, &answer);
}

int store_load_answers(struct store *store, const char *source, int64_t before,
	size_t limit, store_answer_fn *fn, void *context, struct error *error)
{
	struct answer_target target = { fn, context, false };

	return load_before(store, QUERY_ANSWERS, before, limit, source,
		load_answer, &target, error);
}

int store_load_answers_of(struct store *store, const struct digest *body,
	size_t limit, store_answer_fn *fn, void *context, struct error *error)
{
	struct answer_target target = { fn, context, false };
	sqlite3_stmt *statement = readers_query(store_readers(store),
		QUERY_ANSWERS_OF, error);

	if (statement == NULL)
		return -1;
	load_bind_digest(statement, 1, body);
	load_bind_limit(statement, 2, limit);
	return load_rows(store, statement, load_answer, &target, error);
}

/* --- a sample ------------------------------------------------------------------ */

/* Hands on the first good answer of [from, until), if there is one. */
static int sample_first(struct store *store, int64_t from, int64_t until,
	struct answer_target *target, struct error *error)
{
	sqlite3_stmt *statement;

	if (from >= until)
		return 0;
	statement = readers_query(store_readers(store), QUERY_SAMPLE, error);
	if (statement == NULL)
		return -1;
	sqlite3_bind_int64(statement, 1, from);
	load_bind_limit(statement, 2, 1);
	sqlite3_bind_int64(statement, 3, until);
	return load_rows(store, statement, load_answer, target, error);
}

/* From a place that chance has chosen to the end of the stretch, and then from
   its beginning to that place. */
static int sample_stretch(struct store *store, int64_t from, int64_t until,
	uint64_t chance, struct answer_target *target, struct error *error)
{
	int64_t at;

	if (from >= until)
		return 0;
	at = from + (int64_t)(chance % (uint64_t)(until - from));
	target->found = false;
	if (sample_first(store, at, until, target, error) < 0)
		return -1;
	return target->found ? 0 :
		sample_first(store, from, at, target, error);
}

int store_sample_answers(struct store *store, size_t count, uint64_t seed,
	store_answer_fn *fn, void *context, struct error *error)
{
	struct answer_target target = { fn, context, false };
	int64_t last = 0, stretches, from = 1;

	if (load_all(store, QUERY_LAST_ANSWER, load_counter, &last, error) < 0)
		return -1;
	stretches = (int64_t)(count < STORE_SAMPLE_MAX ? count :
		STORE_SAMPLE_MAX);
	for (int64_t i = 0; i < stretches; i++) {
		const uint64_t dice[] = { seed, (uint64_t)i };
		/* last / stretches × (i + 1), without passing 64 bits. */
		int64_t until = 1 + last / stretches * (i + 1) +
			last % stretches * (i + 1) / stretches;

		if (sample_stretch(store, from, until, hash_bytes(dice, sizeof dice),
		    &target, error) < 0)
			return -1;
		from = until;
	}
	return 0;
}

/* --- submissions ---------------------------------------------------------------- */

struct submission_target {
	store_submission_fn *fn;
	void *context;
	int found;
};

static void load_submission(struct cursor *cursor, void *target)
{
	struct submission_target *to = target;
	struct store_submission submission;

	submission.who = cursor_said(cursor);
	submission.key = cursor_said(cursor);
	submission.what = cursor_said(cursor);
	submission.subject = cursor_said(cursor);
	cursor_digest(cursor, &submission.body);
	submission.answer = cursor_said(cursor);
	submission.at = cursor_instant(cursor);
	if (cursor->bad)
		return;
	to->found = 1;
	to->fn(to->context, &submission);
}

int store_find_submission(struct store *store, const char *who, const char *key,
	store_submission_fn *fn, void *context, struct error *error)
{
	struct submission_target target = { fn, context, 0 };
	sqlite3_stmt *statement = readers_query(store_readers(store),
		QUERY_SUBMISSION, error);

	if (statement == NULL)
		return -1;
	sqlite3_bind_text(statement, 1, who, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 2, key, -1, SQLITE_STATIC);
	if (load_rows(store, statement, load_submission, &target, error) < 0)
		return -1;
	return target.found;
}
