/* event_filter: see event_filter.h. */
#include "pledged/event_filter.h"

int event_filter_add(struct event_filter *filter, const char *name,
	const char *value, const struct zone *zone, struct error *error)
{
	int taken = alert_filter_add(&filter->event, name, value, error);

	return taken != 0 ? taken :
		query_add(&filter->milestone, name, value, zone, error);
}

static bool milestone_accepts(const struct query *query,
	const struct engine *engine, const struct event *event)
{
	const struct register_ *reg = engine_register(engine);

	if (query->count == 0)
		return true;
	uint32_t index = event->subject_kind == SUBJECT_MILESTONE ?
		register_milestone(reg, event->subject) : NOT_FOUND;

	return index != NOT_FOUND && query_accepts(query, reg, index,
		&engine_milestone(engine, index)->assessment);
}

bool event_filter_accepts(const struct event_filter *filter,
	const struct engine *engine, const struct event *event)
{
	char none[] = "";
	/* An event is looked at as the alert that it might raise. */
	const struct alert alert = {.kind = event->kind,
		.severity = event->severity,
		.subject_kind = event->subject_kind,
		.subject = event->subject != NULL ? (char *)event->subject :
			none};

	return alert_filter_accepts(&filter->event, engine, &alert) &&
		milestone_accepts(&filter->milestone, engine, event);
}
