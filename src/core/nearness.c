/*
 * nearness: sources are asked more often while a milestone is near that rests
 * on what they supply, and whose milestones those are. Costs one step for each
 * milestone of each indicator of a source, and only of sources that set `near`.
 */
#include "core/engine_internal.h"

bool milestone_is_open(const struct milestone_state *state)
{
	return state->assessment.verdict == VERDICT_NONE &&
		!lifecycle_is_over(state->assessment.lifecycle);
}

/* The least schedule that holds at an instant; when the next begins after. */
struct looking {
	const struct source *source;
	instant at;
	int64_t every;		/* 0: none */
	instant begins;
};

/* From `within` before its due date until its data must be there. */
static void looking_take(struct looking *looking,
	const struct assessment *assessment, const struct zone *zone)
{
	for (size_t i = 0; i < looking->source->near_count; i++) {
		const struct near *near = &looking->source->near[i];
		struct duration back = near->within;
		instant begins;

		back.count = -back.count;
		if (!zone_add(zone, assessment->due, back, &begins))
			continue;
		if (begins > looking->at)
			looking->begins = earlier(looking->begins, begins);
		else if (looking->every == 0 || near->every < looking->every)
			looking->every = near->every;
	}
}

static void looking_at(struct looking *looking, const struct engine *engine,
	uint32_t source)
{
	const struct supply_list *supplied = supply_indicators(engine->supply,
		source);

	for (size_t i = 0; i < supplied->count; i++) {
		const struct indicator *indicator =
			&engine->reg->indicators[supplied->items[i]];

		for (size_t k = 0; k < indicator->milestone_count; k++) {
			uint32_t number = indicator->milestones[k];
			const struct milestone_state *state =
				&engine->milestones[number]->state;

			if (milestone_is_open(state) &&
			    state->assessment.due != INSTANT_MAX &&
			    state->assessment.lag_end >= looking->at)
				looking_take(looking, &state->assessment,
					milestone_zone(engine->reg,
					&engine->reg->milestones[number]));
		}
	}
}

static struct nearness source_nearness(const struct engine *engine,
	uint32_t source, instant now)
{
	struct looking here = {.source = &engine->reg->sources[source],
		.at = now, .begins = INSTANT_MAX};
	struct looking there = here;

	looking_at(&here, engine, source);
	there.at = here.begins;
	if (here.begins != INSTANT_MAX)
		looking_at(&there, engine, source);
	return (struct nearness){here.every, here.begins, there.every};
}

void polls_near(struct engine *engine, uint32_t source, instant now)
{
	struct polled *polled = &engine->sources[source];
	struct nearness near;

	if (engine->reg->sources[source].near_count == 0 || polled->busy ||
	    polled->state.gone || polled->state.outcome == FETCH_OFFLINE ||
	    polled->state.last_attempt == INSTANT_MIN)
		return;
	near = source_nearness(engine, source, now);
	polled->state.next = poll_near(&engine->reg->sources[source],
		&engine->settings.polling, &polled->state, &near,
		polled->not_before, now);
	heap_set(engine->polls, source, polled->state.next);
}

/* --- what changes of a milestone ---------------------------------------------- */

void monitor_note_indicator(struct engine *engine, uint32_t indicator)
{
	if (engine->is_noted[indicator])
		return;
	engine->is_noted[indicator] = true;
	queue_push(&engine->noted, indicator);
}

static bool change_is_noted(const struct milestone_state *before,
	const struct milestone_state *after)
{
	const struct assessment *a = &before->assessment, *b = &after->assessment;

	return before->since == INSTANT_MIN || a->due != b->due ||
		milestone_is_open(before) != milestone_is_open(after) ||
		a->knowledge != b->knowledge ||
		a->waiting_indicator != b->waiting_indicator;
}

void monitor_note(struct engine *engine, uint32_t milestone,
	const struct milestone_state *before)
{
	const struct benchmark *benchmark =
		engine->reg->milestones[milestone].benchmark;

	if (!change_is_noted(before, &engine->milestones[milestone]->state))
		return;
	for (size_t i = 0; i < benchmark->indicator_count; i++)
		monitor_note_indicator(engine, benchmark->indicators[i]);
}

/* A source that many of them rest on is looked at once, and after them. */
static void monitor_look(struct engine *engine, uint32_t indicator, instant now,
	struct effects *effects)
{
	const struct supply_list *sources = supply_sources(engine->supply,
		indicator);

	engine->is_noted[indicator] = false;
	stale_look(engine, indicator, now, effects);
	for (size_t i = 0; i < sources->count; i++) {
		struct polled *polled = &engine->sources[sources->items[i]];

		if (polled->noted ||
		    engine->reg->sources[sources->items[i]].near_count == 0)
			continue;
		polled->noted = true;
		queue_push(&engine->nearing, sources->items[i]);
	}
}

bool monitor_is_due(const struct engine *engine)
{
	return !engine->settling &&
		engine->noted.count + engine->nearing.count > 0;
}

void monitor_noted(struct engine *engine, instant now, struct effects *effects)
{
	uint32_t item;

	if (engine->settling || watch_is_behind(engine, now))
		return;
	for (size_t i = 0; i < LOOKED_AT_ONCE; i++) {
		if (queue_pop(&engine->noted, &item)) {
			monitor_look(engine, item, now, effects);
		} else if (queue_pop(&engine->nearing, &item)) {
			engine->sources[item].noted = false;
			polls_near(engine, item, now);
		} else {
			return;
		}
	}
}

void monitor_note_all(struct engine *engine)
{
	for (uint32_t i = 0; i < engine->reg->indicator_count; i++)
		monitor_note_indicator(engine, i);
}
