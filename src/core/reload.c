/*
 * reload: a new register takes the place of the old one. What is known is
 * carried over by id; every milestone is then judged again from the queue, a
 * slice at a time.
 */
#include "core/engine_internal.h"

/* A state names an indicator and a milestone by their index, which the new
   register may have given to another; the milestone is found anew. */
static void reload_state(const struct engine *engine, const struct engine *old,
	struct watched *watched)
{
	uint32_t *waiting = &watched->state.assessment.waiting_indicator;

	watched->waiting = false;
	watched->state.assessment.expected = (struct expected){
		.root_cause = NOT_FOUND};
	if (watched->state.since != INSTANT_MIN && *waiting != NOT_FOUND)
		*waiting = register_indicator(engine->reg,
			old->reg->indicators[*waiting].id);
}

/* States move over as they are; what is left with the old has departed. */
static void reload_milestones(struct engine *engine, struct engine *old)
{
	for (size_t i = 0; i < engine->reg->milestone_count; i++) {
		uint32_t index = register_milestone(old->reg,
			engine->reg->milestones[i].id);
		if (index == NOT_FOUND)
			continue;
		engine->milestones[i] = old->milestones[index];
		old->milestones[index] = NULL;
		reload_state(engine, old, engine->milestones[i]);
	}
	watch_fill(engine);
	watch_mark_all(engine, CAUSE_REGISTER);
}

/* Whatever the old register had and the new one has not. One that was never
   saved nor told leaves as silently as it came. */
static void reload_departed(struct engine *engine, const struct engine *old,
	instant now, struct effects *effects)
{
	for (size_t i = 0; i < old->reg->milestone_count; i++) {
		const struct watched *watched = old->milestones[i];
		if (watched && watched->state.announced)
			engine_depart(engine, old->reg->milestones[i].id,
				&watched->state);
	}
	watch_withdraw(engine, old->reg, now, effects);
}

static void reload_sources(struct engine *engine, const struct engine *old,
	instant now)
{
	for (size_t i = 0; i < engine->reg->source_count; i++) {
		uint32_t index = register_source(old->reg,
			engine->reg->sources[i].id);
		const struct polled *polled = index == NOT_FOUND ? NULL
			: &old->sources[index];
		if (polled) {
			engine->sources[i].planned = polled->planned;
			engine->sources[i].busy = polled->busy;
			engine->sources[i].again = polled->again;
			engine->sources[i].deferred = polled->deferred;
			engine->sources[i].not_before = polled->not_before;
			engine->sources[i].fault = polled->fault;
			engine->sources[i].alike = polled->alike;
			engine->sources[i].suspect = polled->suspect;
			engine->sources[i].era = polled->era;
		}
		polls_adopt(engine, (uint32_t)i, polled ? &polled->state : NULL,
			now);
	}
}

void engine_reload(struct engine *engine, const struct register_ *reg,
	const struct engine_settings *settings, instant now,
	struct effects *effects)
{
	engine->asked = now;
	accounts_tell_revised(engine, now, 0, effects);
	watch_save_owed(engine, now, 0, effects);
	struct engine old = *engine;

	engine->settings = *settings;
	outbox_policy(engine->outbox, settings->policy, now);
	telling_policy(engine);
	engine_allocate(engine, reg);
	alerts_forget_places(engine->alerts);
	history_forget_register(engine->history);
	reload_milestones(engine, &old);
	reload_departed(engine, &old, now, effects);
	reload_sources(engine, &old, now);
	alerts_leave(engine, old.reg, now, effects);
	blame_start(engine, now, effects);
	polls_part(engine, now);
	monitor_note_all(engine);
	if (engine->awaited > 0 && !engine->settling) {
		engine->settling = true;
		engine->settle_end = now + SETTLE_SECONDS;
	}
	engine_settle(engine, now);
	telling_replan(engine, now);
	telling_advance(engine, now, effects);
	engine_deallocate(&old);
}
