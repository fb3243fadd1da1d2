/*
 * tellings: what is to be told and has been, and what is not to be.
 */
#include "store/load.h"
#include "store/store.h"
#include "store/words.h"

void store_add_mention(struct store_batch *batch,
	const struct mention *mention)
{
	(void)batch, (void)mention;
}

void store_add_needless(struct store_batch *batch, int64_t mention,
	const char *why, instant at)
{
	(void)batch, (void)mention, (void)why, (void)at;
}

void store_add_silence(struct store_batch *batch,
	const struct silence *silence)
{
	(void)batch, (void)silence;
}

int store_load_pending(struct store *store, store_delivery_fn *fn,
	void *context, struct error *error)
{
	return store_load_deliveries(store, STORE_PENDING, 0, 0, fn, context,
		error);
}

int store_load_delivery(struct store *store, int64_t notification,
	store_delivery_fn *fn, void *context, struct error *error)
{
	(void)store, (void)notification, (void)fn, (void)context;
	return error_set(error, ERROR_ABSENT, "not yet");
}

struct attempt_target {
	store_attempt_fn *fn;
	void *context;
};

static void load_attempt(struct cursor *cursor, void *target)
{
	const struct attempt_target *to = target;
	struct delivery attempt = { 0 };

	attempt.notification = cursor_int(cursor);
	cursor_word(cursor, delivery_state, &attempt.state);
	attempt.attempts = cursor_int32_or(cursor, 0);
	attempt.next = cursor_instant(cursor);
	attempt.at = cursor_instant(cursor);
	cursor_copy(cursor, attempt.answer, sizeof attempt.answer);
	if (!cursor->bad)
		to->fn(to->context, &attempt);
}

int store_load_attempts(struct store *store, int64_t notification,
	store_attempt_fn *fn, void *context, struct error *error)
{
	struct attempt_target target = { fn, context };
	sqlite3_stmt *statement = readers_query(store_readers(store),
		QUERY_ATTEMPTS, error);

	if (statement == NULL)
		return -1;
	sqlite3_bind_int64(statement, 1, notification);
	return load_rows(store, statement, load_attempt, &target, error);
}

int store_load_mentions(struct store *store, store_mention_fn *fn,
	void *context, struct error *error)
{
	(void)store, (void)fn, (void)context, (void)error;
	return 0;
}

int store_load_hearings(struct store *store, store_hearing_fn *fn,
	void *context, struct error *error)
{
	(void)store, (void)fn, (void)context, (void)error;
	return 0;
}

int store_load_groups(struct store *store, instant since, store_group_fn *fn,
	void *context, struct error *error)
{
	(void)store, (void)since, (void)fn, (void)context, (void)error;
	return 0;
}

int store_load_silences(struct store *store, instant open_at, int64_t before,
	size_t limit, store_silence_fn *fn, void *context, struct error *error)
{
	(void)store, (void)open_at, (void)before, (void)limit, (void)fn;
	(void)context, (void)error;
	return 0;
}
