/*
 * origin: from which source, and from which of its answers, a figure came.
 */
#include "store/load.h"
#include "store/store.h"

struct origin_row {
	struct observation observation;
	const char *source;		/* until the next row */
	bool has_snapshot;
	struct digest snapshot;
	const char *by;			/* likewise */
	int64_t accepts;
};

struct origin_target {
	struct store_origin *origins;
	size_t count;
	size_t wanted;			/* of them, still */
};

static bool origin_is_of(const struct observation *wanted,
	const struct observation *row)
{
	if (wanted->id != 0)
		return wanted->id == row->id;
	return wanted->recorded == row->recorded &&
		wanted->published == row->published &&
		period_equal(wanted->period, row->period) &&
		decimal_equal(wanted->value, row->value);
}

/* Whether it is the one. */
static bool origin_take(const struct origin_row *row,
	struct store_origin *origin)
{
	if (origin->found || !origin_is_of(origin->of, &row->observation))
		return false;
	origin->found = true;
	origin->id = row->observation.id;
	string_copy(origin->source, sizeof origin->source,
		row->source != NULL ? row->source : "");
	origin->has_snapshot = row->has_snapshot;
	origin->snapshot = row->snapshot;
	string_copy(origin->by, sizeof origin->by,
		row->by != NULL ? row->by : "");
	origin->accepts = row->accepts;
	return true;
}

static void load_origin(struct cursor *cursor, void *target)
{
	struct origin_target *to = target;
	struct origin_row row = {.has_snapshot = false};

	row.observation.id = cursor_int(cursor);
	row.observation.period = cursor_period(cursor);
	row.observation.value = cursor_decimal(cursor);
	row.observation.published = cursor_instant(cursor);
	row.observation.recorded = cursor_instant(cursor);
	row.source = cursor_string(cursor);
	row.has_snapshot = cursor_digest(cursor, &row.snapshot);
	row.by = cursor_string(cursor);
	row.accepts = cursor_int(cursor);
	for (size_t i = 0; i < to->count && to->wanted > 0 && !cursor->bad; i++)
		to->wanted -= origin_take(&row, &to->origins[i]);
}

static bool origin_is_found(const void *target)
{
	return ((const struct origin_target *)target)->wanted == 0;
}

static int origin_load(struct store *store, enum query query, int64_t id,
	const char *indicator, struct origin_target *target,
	struct error *error)
{
	sqlite3_stmt *statement = readers_query(store_readers(store), query,
		error);

	if (statement == NULL)
		return -1;
	if (query == QUERY_ORIGIN) {
		sqlite3_bind_int64(statement, 1, id);
	} else {
		load_bind_limit(statement, 2, STORE_ORIGINS_MAX);
		sqlite3_bind_text(statement, 3, indicator, -1, SQLITE_STATIC);
	}
	return load_rows_until(store, statement, load_origin, origin_is_found,
		target, error);
}

int store_load_origins(struct store *store, const char *indicator,
	struct store_origin *origins, size_t count, struct error *error)
{
	struct origin_target latest = {origins, count, 0};

	for (size_t i = 0; i < count; i++) {
		struct origin_target one = {&origins[i], 1, 1};
		int64_t id = origins[i].of->id;

		origins[i].found = origins[i].has_snapshot = false;
		origins[i].source[0] = origins[i].by[0] = '\0';
		origins[i].id = origins[i].accepts = 0;
		if (id == 0)
			latest.wanted++;
		else if (origin_load(store, QUERY_ORIGIN, id, NULL, &one,
		    error) < 0)
			return -1;
	}
	return latest.wanted == 0 ? 0 : origin_load(store, QUERY_ORIGINS, 0,
		indicator, &latest, error);
}
