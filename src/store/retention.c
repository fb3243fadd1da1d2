/*
 * retention: which bodies of a source may be dropped. The answers of the
 * source are walked in pieces; what is old enough and seen only there is looked
 * at indicator by indicator, each found by one step in an index.
 */
#include "store/load.h"
#include "store/store.h"

#define ANSWERS_LOOKED_AT 1000	/* in one call */
#define INDICATORS_LOOKED_AT 5000	/* likewise; passed by one body at most */

struct candidate {
	int64_t answer;
	int64_t body;			/* its number in the database */
	struct digest digest;
	int64_t length;
};

struct retention {
	struct store *store;
	int64_t observation, document;	/* the last ones before we looked */
	int64_t last;			/* answer looked at */
	size_t looked_at;
	struct candidate candidates[STORE_DROPS_MAX];
	size_t count;
	size_t indicators_left;
	store_rests_fn *rests;
	void *context;
};

static void load_candidate(struct cursor *cursor, void *target)
{
	struct retention *to = target;
	struct candidate candidate = { .answer = cursor_int(cursor) };

	candidate.body = cursor_int(cursor);
	cursor_digest(cursor, &candidate.digest);
	candidate.length = cursor_int(cursor);
	to->last = candidate.answer;
	to->looked_at++;
	if (cursor_int(cursor) != 0 && !cursor->bad)
		to->candidates[to->count++] = candidate;
}

static bool retention_is_full(const void *target)
{
	return ((const struct retention *)target)->count == STORE_DROPS_MAX;
}

static int retention_gather(struct retention *retention, const char *source,
	instant before, int64_t after, struct error *error)
{
	sqlite3_stmt *statement;

	if (load_all(retention->store, QUERY_LAST_OBSERVATION, load_counter,
	    &retention->observation, error) < 0 ||
	    load_all(retention->store, QUERY_LAST_DOCUMENT, load_counter,
	    &retention->document, error) < 0)
		return -1;
	statement = readers_query(store_readers(retention->store),
		QUERY_DROPPABLE, error);
	if (statement == NULL)
		return -1;
	sqlite3_bind_int64(statement, 1, after);
	load_bind_limit(statement, 2, ANSWERS_LOOKED_AT);
	sqlite3_bind_text(statement, 3, source, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 4, before);
	return load_rows_until(retention->store, statement, load_candidate,
		retention_is_full, retention, error);
}

/* --- what rests on it ----------------------------------------------------------- */

struct resting {
	const struct retention *retention;
	int64_t indicator;		/* the last looked at; 0: none left */
	bool rests;
};

static void load_resting(struct cursor *cursor, void *target)
{
	struct resting *to = target;

	to->indicator = cursor_int(cursor);
	to->rests = to->retention->rests(to->retention->context,
		cursor_said(cursor));
}

/* Of figures or of documents. */
static int retention_look(struct retention *retention, enum query query,
	int64_t body, bool *rests, struct error *error)
{
	struct resting resting = { .retention = retention };
	int64_t before = 0;

	do {
		sqlite3_stmt *statement = readers_query(
			store_readers(retention->store), query, error);

		if (statement == NULL)
			return -1;
		sqlite3_bind_int64(statement, 1, body);
		sqlite3_bind_int64(statement, 2, before);
		resting.indicator = 0;
		if (load_rows(retention->store, statement, load_resting, &resting,
		    error) < 0)
			return -1;
		before = resting.indicator;
		if (retention->indicators_left > 0)
			retention->indicators_left--;
	} while (before != 0 && !resting.rests);
	*rests = resting.rests;
	return 0;
}

static int retention_judge(struct retention *retention,
	const struct candidate *candidate, bool *rests, struct error *error)
{
	if (retention_look(retention, QUERY_RESTS_FIGURE, candidate->body, rests,
	    error) < 0)
		return -1;
	return *rests ? 0 : retention_look(retention, QUERY_RESTS_DOCUMENT,
		candidate->body, rests, error);
}

int store_find_droppable(struct store *store, const char *source,
	instant before, int64_t *after, store_rests_fn *rests,
	store_droppable_fn *fn, void *context, struct error *error)
{
	struct retention retention = { .store = store, .rests = rests,
		.context = context, .indicators_left = INDICATORS_LOOKED_AT };
	bool more;

	if (retention_gather(&retention, source, before, *after, error) < 0)
		return -1;
	more = retention.looked_at == ANSWERS_LOOKED_AT ||
		retention_is_full(&retention);
	for (size_t i = 0; i < retention.count; i++) {
		const struct candidate *candidate = &retention.candidates[i];
		bool needed;

		if (retention.indicators_left == 0) {
			retention.last = candidate->answer - 1;
			more = true;
			break;
		}
		if (retention_judge(&retention, candidate, &needed, error) < 0)
			return -1;
		if (!needed)
			fn(context, &(struct store_droppable){ candidate->digest,
				candidate->length, candidate->answer,
				retention.observation, retention.document });
	}
	*after = more ? retention.last : 0;
	return 0;
}
