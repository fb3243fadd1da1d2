/*
 * vintage: figures with how they came, and the last period of each source.
 */
#include <stdio.h>

#include "store/load.h"
#include "store/store.h"

struct vintage_target {
	store_vintage_fn *fn;
	void *context;
};

static void load_vintage(struct cursor *cursor, void *target)
{
	const struct vintage_target *to = target;
	struct observation observation = { .id = 0 };
	struct store_observed how = { .source = NULL };
	struct digest snapshot;
	const char *indicator;

	cursor_observation(cursor, &observation);
	indicator = cursor_said(cursor);
	how.source = cursor_string(cursor);
	how.snapshot = cursor_digest(cursor, &snapshot) ? &snapshot : NULL;
	how.by = cursor_string(cursor);
	how.note = cursor_string(cursor);
	how.evidence = cursor_string(cursor);
	how.accepts = cursor_int(cursor);
	if (!cursor->bad)
		to->fn(to->context, indicator, &observation, &how);
}

int store_load_vintages(struct store *store, const char *indicator,
	int64_t after, size_t limit, store_vintage_fn *fn, void *context,
	struct error *error)
{
	struct vintage_target target = { fn, context };

	return load_after(store, indicator != NULL ? QUERY_VINTAGES :
		QUERY_ALL_VINTAGES, after, limit, indicator, load_vintage,
		&target, error);
}

int store_load_accepted(struct store *store, const char *indicator,
	int64_t before, size_t limit, store_vintage_fn *fn, void *context,
	struct error *error)
{
	struct vintage_target target = { fn, context };

	return load_before(store, QUERY_ACCEPTED, before, limit, indicator,
		load_vintage, &target, error);
}

int store_load_quarantined(struct store *store, int64_t after, size_t limit,
	store_vintage_fn *fn, void *context, struct error *error)
{
	struct vintage_target target = { fn, context };

	return load_after(store, QUERY_QUARANTINED, after, limit, NULL,
		load_vintage, &target, error);
}

static int vintage_load_by_id(struct store *store, enum query query, int64_t id,
	store_vintage_fn *fn, void *context, struct error *error)
{
	struct vintage_target target = { fn, context };

	return load_of(store, query, id, load_vintage, &target, error);
}

/* --- one ---------------------------------------------------------------------- */

struct one_target {
	char *indicator;
	struct observation *out;
	struct store_origin *origin;
};

static void one_take(void *context, const char *indicator,
	const struct observation *observation, const struct store_observed *how)
{
	const struct one_target *to = context;

	string_copy(to->indicator, STORE_INDICATOR_MAX, indicator);
	*to->out = *observation;
	*to->origin = (struct store_origin){
		.of = to->out,
		.found = true,
		.id = observation->id,
		.has_snapshot = how->snapshot != NULL,
		.accepts = how->accepts,
	};
	if (how->snapshot != NULL)
		to->origin->snapshot = *how->snapshot;
	string_copy(to->origin->source, sizeof to->origin->source,
		how->source != NULL ? how->source : "");
	string_copy(to->origin->by, sizeof to->origin->by,
		how->by != NULL ? how->by : "");
}

int store_load_observation(struct store *store, int64_t id,
	char indicator[STORE_INDICATOR_MAX], struct observation *out,
	struct store_origin *origin, struct error *error)
{
	struct one_target target = { indicator, out, origin };

	*origin = (struct store_origin){ .of = out };
	if (vintage_load_by_id(store, QUERY_VINTAGE, id, one_take, &target,
	    error) < 0)
		return -1;
	if (!origin->found)
		return error_set(error, ERROR_ABSENT, "there is no observation %lld",
			(long long)id);
	return 0;
}

/* --- a release ------------------------------------------------------------------ */

struct alone_target {
	store_vintage_fn *fn;
	void *context;
	bool has_body;
};

/* Hands on what is held and came without a body. */
static void alone_take(void *context, const char *indicator,
	const struct observation *observation, const struct store_observed *how)
{
	struct alone_target *to = context;

	to->has_body = how->snapshot != NULL;
	if (!to->has_body && observation->quarantine != QUARANTINE_NONE)
		to->fn(to->context, indicator, observation, how);
}

int store_load_held(struct store *store, int64_t id, store_vintage_fn *fn,
	void *context, struct error *error)
{
	struct alone_target alone = { fn, context, false };

	if (vintage_load_by_id(store, QUERY_VINTAGE, id, alone_take, &alone,
	    error) < 0)
		return -1;
	if (!alone.has_body)
		return 0;
	return vintage_load_by_id(store, QUERY_HELD, id, fn, context, error);
}

/* --- what follows from a body ---------------------------------------------------- */

static int extracted_load(struct store *store, enum query query,
	const char *source, const struct digest *snapshot, load_row *row,
	void *target, struct error *error)
{
	sqlite3_stmt *statement = readers_query(store_readers(store), query,
		error);

	if (statement == NULL)
		return -1;
	load_bind_digest(statement, 1, snapshot);
	sqlite3_bind_text(statement, 3, source, -1, SQLITE_STATIC);
	return load_rows(store, statement, row, target, error);
}

struct extracted_target {
	store_indicated_document_fn *fn;
	void *context;
};

static void load_extracted_document(struct cursor *cursor, void *target)
{
	const struct extracted_target *to = target;
	struct document document = { .id = 0 };
	const char *indicator;

	cursor_document(cursor, &document);
	indicator = cursor_said(cursor);
	if (!cursor->bad)
		to->fn(to->context, indicator, &document);
}

int store_load_all_documents(struct store *store, int64_t after, size_t limit,
	store_indicated_document_fn *fn, void *context, struct error *error)
{
	struct extracted_target target = { fn, context };

	return load_after(store, QUERY_ALL_DOCUMENTS, after, limit, NULL,
		load_extracted_document, &target, error);
}

int store_load_extracted(struct store *store, const char *source,
	const struct digest *snapshot, store_vintage_fn *figure,
	store_indicated_document_fn *document, void *context,
	struct error *error)
{
	struct vintage_target figures = { figure, context };
	struct extracted_target documents = { document, context };

	if (extracted_load(store, QUERY_EXTRACTED, source, snapshot, load_vintage,
	    &figures, error) < 0)
		return -1;
	return extracted_load(store, QUERY_EXTRACTED_DOCUMENTS, source, snapshot,
		load_extracted_document, &documents, error);
}

/* --- supply ----------------------------------------------------------------------- */

struct supply_target {
	store_supply_fn *fn;
	void *context;
};

static void load_supply(struct cursor *cursor, void *target)
{
	const struct supply_target *to = target;
	const char *indicator = cursor_said(cursor);
	const char *source = cursor_string(cursor);
	struct period last = cursor_period(cursor);

	if (!cursor->bad)
		to->fn(to->context, indicator, source, last);
}

int store_load_supply(struct store *store, store_supply_fn *fn, void *context,
	struct error *error)
{
	struct supply_target target = { fn, context };

	return load_all(store, QUERY_SUPPLY, load_supply, &target, error);
}
