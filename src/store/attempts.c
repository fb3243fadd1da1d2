/*
 * attempts: what became of the last tries to bring something to a channel.
 */
#include "store/cursor.h"
#include "store/load.h"
#include "store/store.h"
#include "store/words.h"

struct attempt_target {
	store_last_attempt_fn *fn;
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

int store_load_last_attempts(struct store *store, size_t limit,
	store_last_attempt_fn *fn, void *context, struct error *error)
{
	struct attempt_target target = {fn, context};
	sqlite3_stmt *statement = readers_query(store_readers(store),
		QUERY_LAST_ATTEMPTS, error);

	if (statement == NULL)
		return -1;
	load_bind_limit(statement, 1, limit);
	return load_rows(store, statement, load_attempt, &target, error);
}
