/*
 * actions: what people did, and where to find events and answers by time.
 */
#include "store/load.h"
#include "store/store.h"

/* --- actions ---------------------------------------------------------------- */

struct action_target {
	store_action_fn *fn;
	void *context;
};

static void load_action(struct cursor *cursor, void *target)
{
	const struct action_target *to = target;
	struct store_action action = { .id = cursor_int(cursor) };

	action.at = cursor_instant(cursor);
	action.who = cursor_said(cursor);
	action.what = cursor_said(cursor);
	action.subject = cursor_string(cursor);
	action.note = cursor_string(cursor);
	action.until = cursor_instant(cursor);
	if (!cursor->bad)
		to->fn(to->context, &action);
}

int store_load_actions(struct store *store, const char *subject,
	int64_t before, size_t limit, store_action_fn *fn, void *context,
	struct error *error)
{
	struct action_target target = { fn, context };

	return load_before(store, subject != NULL ? QUERY_ACTIONS_OF :
		QUERY_ACTIONS, before, limit, subject, load_action, &target,
		error);
}

int store_load_acknowledgements(struct store *store, const char *milestone,
	int64_t before, size_t limit, store_action_fn *fn, void *context,
	struct error *error)
{
	struct action_target target = { fn, context };

	return load_before(store, QUERY_ACKNOWLEDGEMENTS, before, limit,
		milestone, load_action, &target, error);
}

/* --- places in time ------------------------------------------------------------ */

int store_last_event(struct store *store, int64_t *out, struct error *error)
{
	*out = 0;
	return load_all(store, QUERY_LAST_EVENT, load_counter, out, error);
}

int store_find_events(struct store *store, instant since, instant until,
	int64_t *first, int64_t *last, struct error *error)
{
	*first = *last = 0;
	if (load_of(store, QUERY_EVENT_SINCE, since, load_counter, first,
	    error) < 0)
		return -1;
	return load_of(store, QUERY_EVENT_UNTIL, until, load_counter, last,
		error);
}

struct change_back {
	int64_t id;
	instant at;
};

static void load_change_back(struct cursor *cursor, void *target)
{
	struct change_back *to = target;

	to->id = cursor_int(cursor);
	to->at = cursor_instant(cursor);
}

int store_find_change(struct store *store, const char *milestone, instant until,
	size_t count, int64_t *out, instant *at, struct error *error)
{
	struct change_back back = { .at = INSTANT_MIN };
	int status = load_after(store, QUERY_CHANGE_BACK, until, count, milestone,
		load_change_back, &back, error);

	*out = back.id;
	*at = back.at;
	return status;
}
