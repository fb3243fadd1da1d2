/*
 * event_filter: which events somebody wants to hear of: by the fields that
 * routes look at and, of what is about a milestone, by those that milestones
 * are listed by.
 */
#ifndef PLEDGED_PLEDGED_EVENT_FILTER_H
#define PLEDGED_PLEDGED_EVENT_FILTER_H

#include "pledged/alert_filter.h"
#include "pledged/query.h"

struct event_filter {
	struct alert_filter event;
	struct query milestone;		/* as it stands now */
};

/* As alert_filter_add; a field of both is the event's. */
int event_filter_add(struct event_filter *filter, const char *name,
	const char *value, const struct zone *zone, struct error *error);
bool event_filter_accepts(const struct event_filter *filter,
	const struct engine *engine, const struct event *event);

#endif
