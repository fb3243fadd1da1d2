/*
 * inhibit: which open alert another follows from, so that it is told in its
 * place.
 *
 *	offline ─→ source_failing, source_unreadable ─→ data_stale
 *	        └→ delivery_failed
 *	a milestone missed ─→ what rests on it: in danger, unverified, missed
 *
 * A milestone follows from the nearest missed one of those it waits for (those of
 * `after`, those whose met() its benchmark takes for granted, the one that its
 * due date hangs on) and through any of them that is not fulfilled; what is more
 * severe than its cause speaks for itself. Costs a bounded walk, or the sources
 * of one indicator.
 */
#include "core/engine_internal.h"
#include "core/expectation.h"

#define WALK_MAX 256	/* milestones that a cause is looked for among */

/* The older of two numbers; 0 is none. */
static int64_t older(int64_t a, int64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/* --- machine and sources ------------------------------------------------- */

static int64_t offline_alert(const struct engine *engine)
{
	return alerts_of(engine->alerts, SUBJECT_NONE, "", EVENT_OFFLINE);
}

static bool source_needs_network(const struct engine *engine, uint32_t source)
{
	return source != NOT_FOUND &&
		network_host(engine->reg->sources[source].url) != 0;
}

static int64_t cause_of_source(const struct engine *engine,
	const struct alert *alert)
{
	return source_needs_network(engine, register_source(engine->reg,
		alert->subject)) ? offline_alert(engine) : 0;
}

static int64_t cause_of_delivery(const struct engine *engine,
	const struct alert *alert)
{
	(void)alert;
	return offline_alert(engine);
}

static int64_t cause_of_stale(const struct engine *engine,
	const struct alert *alert)
{
	uint32_t indicator = register_indicator(engine->reg, alert->subject);
	const struct supply_list *sources;
	int64_t found = 0;
	bool network = false;

	if (indicator == NOT_FOUND)
		return 0;
	sources = supply_sources(engine->supply, indicator);
	for (size_t i = 0; i < sources->count; i++) {
		const char *id = engine->reg->sources[sources->items[i]].id;

		found = older(found, alerts_of(engine->alerts, SUBJECT_SOURCE,
			id, EVENT_SOURCE_FAILING));
		found = older(found, alerts_of(engine->alerts, SUBJECT_SOURCE,
			id, EVENT_SOURCE_UNREADABLE));
		network |= source_needs_network(engine, sources->items[i]);
	}
	return found != 0 || !network ? found : offline_alert(engine);
}

/* --- milestones ---------------------------------------------------------- */

/* Milestones in the order in which they were come to, each once. */
struct walk {
	uint32_t items[WALK_MAX];
	size_t count;
};

static void walk_visit(uint32_t milestone, void *context)
{
	struct walk *walk = context;

	if (walk->count == WALK_MAX)
		return;
	for (size_t i = 0; i < walk->count; i++)
		if (walk->items[i] == milestone)
			return;
	walk->items[walk->count++] = milestone;
}

/* Those that a milestone waits for, by its terms now. */
static void walk_extend(struct walk *walk, const struct engine *engine,
	uint32_t milestone)
{
	const struct milestone *terms = &engine->reg->milestones[milestone];

	if (terms->level == 0)
		return;
	terms = milestone_at(terms, engine_as_of(engine, engine->asked));
	expectation_waits(terms, walk_visit, walk);
	if (terms->anchorage)
		walk_visit(terms->anchorage->milestone, walk);
}

/* Nobody waits for it any more. */
static bool milestone_is_done(const struct engine *engine, uint32_t milestone)
{
	const struct assessment *now =
		&engine->milestones[milestone]->state.assessment;

	return now->verdict == VERDICT_MET || now->verdict == VERDICT_MET_LATE ||
		now->verdict == VERDICT_WAIVED ||
		lifecycle_is_over(now->lifecycle);
}

static int64_t milestone_missed(const struct engine *engine,
	uint32_t milestone, enum severity severity)
{
	const struct alert *about[EVENT_KIND_COUNT];
	size_t count = alerts_about(engine->alerts, SUBJECT_MILESTONE,
		engine->reg->milestones[milestone].id, about);
	int64_t found = 0;

	for (size_t i = 0; i < count; i++)
		if (event_kind_is_miss(about[i]->kind) &&
		    about[i]->severity >= severity)
			found = older(found, about[i]->id);
	return found;
}

static int64_t cause_of_milestone(const struct engine *engine,
	const struct alert *alert)
{
	uint32_t milestone = register_milestone(engine->reg, alert->subject);
	struct walk walk;
	int64_t found = 0;

	if (milestone == NOT_FOUND ||
	    engine->reg->milestones[milestone].level == 0)
		return 0;
	walk.items[0] = milestone;
	walk.count = 1;
	walk_extend(&walk, engine, milestone);
	for (size_t i = 1; i < walk.count && found == 0; i++) {
		if (milestone_is_done(engine, walk.items[i]))
			continue;
		found = milestone_missed(engine, walk.items[i],
			alert->severity);
		walk_extend(&walk, engine, walk.items[i]);
	}
	return found;
}

/* --- by kind ------------------------------------------------------------- */

static int64_t cause_of_itself(const struct engine *engine,
	const struct alert *alert)
{
	(void)engine, (void)alert;
	return 0;
}

/* How the cause of each kind of alert is found; kinds without are no alerts. */
static int64_t (*const causes[EVENT_KIND_COUNT])(const struct engine *,
	const struct alert *) = {
	[EVENT_AT_RISK] = cause_of_milestone,
	[EVENT_OFF_TRACK] = cause_of_milestone,
	[EVENT_UNVERIFIED] = cause_of_milestone,
	[EVENT_SLIPPED] = cause_of_milestone,
	[EVENT_BREACHED] = cause_of_milestone,
	[EVENT_REVERSED] = cause_of_itself,
	[EVENT_DISPUTED] = cause_of_itself,
	[EVENT_SOURCE_FAILING] = cause_of_source,
	[EVENT_SOURCE_UNREADABLE] = cause_of_source,
	[EVENT_DATA_STALE] = cause_of_stale,
	[EVENT_DATA_QUARANTINED] = cause_of_itself,
	[EVENT_OFFLINE] = cause_of_itself,
	[EVENT_DELIVERY_FAILED] = cause_of_delivery,
};

int64_t engine_alert_cause(const struct engine *engine,
	const struct alert *alert)
{
	return causes[alert->kind] ? causes[alert->kind](engine, alert) : 0;
}

/* --- when causes change -------------------------------------------------- */

static void follower_changed(struct engine *engine, const struct alert *alert,
	instant now)
{
	if (causes[alert->kind] != cause_of_itself)
		telling_alert_changed(engine, alert->id, now);
}

void inhibit_judged(struct engine *engine, uint32_t milestone, instant now)
{
	const struct alert *about[EVENT_KIND_COUNT];
	size_t count = alerts_about(engine->alerts, SUBJECT_MILESTONE,
		engine->reg->milestones[milestone].id, about);

	for (size_t i = 0; i < count; i++)
		follower_changed(engine, about[i], now);
}

/* Of all that rest on a milestone, through others or not. */
static void dependants_changed(struct engine *engine, uint32_t milestone,
	instant now)
{
	const struct register_ *reg = engine->reg;
	struct queue queue;
	bool *seen;

	if (milestone == NOT_FOUND ||
	    reg->milestones[milestone].prerequisite == NOT_FOUND)
		return;
	seen = mem_new(reg->milestone_count, sizeof(*seen));
	queue_init(&queue, reg->milestone_count);
	do {
		uint32_t number = reg->milestones[milestone].prerequisite;
		const struct prerequisite *prerequisite = number == NOT_FOUND ?
			NULL : &reg->prerequisites[number];

		for (size_t i = 0; prerequisite &&
		    i < prerequisite->dependant_count; i++) {
			uint32_t dependant = prerequisite->dependants[i];

			if (seen[dependant])
				continue;
			seen[dependant] = true;
			inhibit_judged(engine, dependant, now);
			queue_push(&queue, dependant);
		}
	} while (queue_pop(&queue, &milestone));
	queue_release(&queue);
	free(seen);
}

static void supplied_changed(struct engine *engine, uint32_t source,
	instant now)
{
	const struct supply_list *supplied;

	if (source == NOT_FOUND)
		return;
	supplied = supply_indicators(engine->supply, source);
	for (size_t i = 0; i < supplied->count; i++) {
		int64_t id = alerts_of(engine->alerts, SUBJECT_INDICATOR,
			engine->reg->indicators[supplied->items[i]].id,
			EVENT_DATA_STALE);

		if (id != 0)
			telling_alert_changed(engine, id, now);
	}
}

/* All that may need the network. */
static void networked_changed(struct engine *engine, instant now)
{
	for (size_t i = 0; i < alerts_count(engine->alerts); i++) {
		const struct alert *alert = alerts_at(engine->alerts, i);

		if (alert->subject_kind != SUBJECT_MILESTONE)
			follower_changed(engine, alert, now);
	}
}

void inhibit_changed(struct engine *engine, const struct alert *alert,
	instant now)
{
	switch (alert->subject_kind) {
	case SUBJECT_MILESTONE:
		dependants_changed(engine, register_milestone(engine->reg,
			alert->subject), now);
		break;
	case SUBJECT_SOURCE:
		supplied_changed(engine, register_source(engine->reg,
			alert->subject), now);
		break;
	case SUBJECT_NONE:
		networked_changed(engine, now);
		break;
	case SUBJECT_INDICATOR:
	case SUBJECT_CHANNEL:
		break;
	}
}
