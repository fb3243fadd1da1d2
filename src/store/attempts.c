/*
 * attempts: what became of each try to bring a notification to its channel.
 */
#include "store/cursor.h"
#include "store/load.h"
#include "store/store.h"
#include "store/words.h"

struct attempt_target {
	store_attempt_fn *fn;
	void *context;
};

static void load_attempt(struct cursor *cursor, void *target)
{
	const struct attempt_target *to = target;
	const char *channel = cursor_string(cursor);
	struct delivery delivery = {.notification = cursor_int(cursor)};

	cursor_word(cursor, delivery_state, &delivery.state);
	delivery.attempts = cursor_int32_or(cursor, 0);
	delivery.next = cursor_instant(cursor);
	delivery.at = cursor_instant(cursor);
	cursor_copy(cursor, delivery.answer, sizeof delivery.answer);
	if (!cursor->bad)
		to->fn(to->context, channel, &delivery);
}

int store_load_attempts(struct store *store, int64_t notification,
	size_t limit, store_attempt_fn *fn, void *context, struct error *error)
{
	struct attempt_target target = {fn, context};
	enum query query = notification != 0 ? QUERY_ATTEMPTS_OF :
		QUERY_ATTEMPTS;
	sqlite3_stmt *statement = readers_query(store_readers(store), query,
		error);

	if (statement == NULL)
		return -1;
	load_bind_limit(statement, 1, limit);
	if (notification != 0)
		sqlite3_bind_int64(statement, 2, notification);
	return load_rows(store, statement, load_attempt, &target, error);
}
