/*
 * engine: making it, what a restart brings back, the passing of time, and
 * questions. What it does in between is in watch.c, polls.c, alerts.c,
 * outbox.c and reload.c.
 */
#include "core/engine_internal.h"

/* --- the arrays of one register ------------------------------------------ */

void engine_allocate(struct engine *engine, const struct register_ *reg)
{
	size_t milestones = reg->milestone_count;

	engine->reg = reg;
	engine->milestones = mem_new(milestones + 1,
		sizeof(*engine->milestones));
	queue_init(&engine->dirty, milestones);
	engine->resting = heap_new(milestones);
	queue_init(&engine->held, milestones);
	queue_init(&engine->owed, milestones);
	engine->wakes = heap_new(milestones);
	engine->outcomes = outcomes_new(reg, engine->history);
	engine->past = outcomes_new(reg, engine->history);

	engine->sources = mem_new(reg->source_count + 1, sizeof(struct polled));
	for (size_t i = 0; i < reg->source_count; i++) {
		source_state_init(&engine->sources[i].state);
		engine->sources[i].not_before = INSTANT_MIN;
	}
	engine->polls = heap_new(reg->source_count);
	engine->awaited = 0;

	engine->touched = mem_new(reg->indicator_count + 1, sizeof(uint32_t));
	engine->touches = mem_new(reg->indicator_count + 1, sizeof(enum touch));
	engine->touched_count = 0;
	engine->accounts = mem_new(reg->indicator_count + 1,
		sizeof(*engine->accounts));
	queue_init(&engine->revised, reg->indicator_count);

	supply_bind(engine->supply, reg);
	engine->stale = heap_new(reg->indicator_count);
	engine->expected = mem_new(reg->indicator_count + 1, sizeof(instant));
	for (size_t i = 0; i < reg->indicator_count; i++)
		engine->expected[i] = INSTANT_MIN;
	queue_init(&engine->noted, reg->indicator_count);
	engine->is_noted = mem_new(reg->indicator_count + 1, sizeof(bool));
	queue_init(&engine->nearing, reg->source_count);
}

void engine_deallocate(struct engine *engine)
{
	for (size_t i = 0; i < engine->reg->milestone_count; i++)
		free(engine->milestones[i]);
	free(engine->milestones);
	queue_release(&engine->dirty);
	queue_release(&engine->held);
	queue_release(&engine->owed);
	heap_free(engine->resting);
	heap_free(engine->wakes);
	outcomes_free(engine->outcomes);
	outcomes_free(engine->past);
	free(engine->sources);
	heap_free(engine->polls);
	free(engine->touched);
	free(engine->touches);
	accounts_forget(engine);
	free(engine->accounts);
	queue_release(&engine->revised);
	heap_free(engine->stale);
	free(engine->expected);
	queue_release(&engine->noted);
	queue_release(&engine->nearing);
	free(engine->is_noted);
}

struct engine *engine_new(const struct register_ *reg, struct history *history,
	const struct engine_settings *settings)
{
	struct engine *engine = mem_new(1, sizeof(*engine));

	engine->history = history;
	engine->settings = *settings;
	engine->instance = mem_string(settings->instance ? settings->instance : "");
	engine->last_event = settings->last_event;
	engine->alerts = alerts_new(settings->last_alert);
	engine->telling = telling_new(settings->last_mention);
	engine->silences = silences_new(settings->last_silence);
	engine->outbox = outbox_new(settings->last_notification);
	engine->supply = supply_new();
	network_init(&engine->network);
	engine->judged = engine->asked = INSTANT_MIN;
	engine_allocate(engine, reg);
	watch_fill(engine);
	return engine;
}

void engine_forget_departed(struct engine *engine)
{
	for (size_t i = 0; i < engine->departed_count; i++)
		free(engine->departed[i].id);
	free(engine->departed);
	engine->departed = NULL;
	engine->departed_count = engine->departed_capacity = 0;
}

void engine_free(struct engine *engine)
{
	if (!engine)
		return;
	engine_deallocate(engine);
	engine_forget_departed(engine);
	alerts_free(engine->alerts);
	telling_free(engine->telling);
	silences_free(engine->silences);
	outbox_free(engine->outbox);
	supply_free(engine->supply);
	free(engine->overturned);
	free(engine->instance);
	free(engine);
}

void engine_depart(struct engine *engine, const char *id,
	const struct milestone_state *state)
{
	engine->departed = mem_grow(engine->departed, engine->departed_count,
		&engine->departed_capacity, sizeof(*engine->departed));
	engine->departed[engine->departed_count++] =
		(struct departed){mem_string(id), *state};
}

/* --- what a restart brings back ------------------------------------------ */

void engine_restore_milestone(struct engine *engine, const char *id,
	const struct milestone_state *state)
{
	uint32_t index = register_milestone(engine->reg, id);

	if (index != NOT_FOUND)
		watch_restore(engine, index, state);
	else if (state->since != INSTANT_MIN &&
			state->assessment.lifecycle != LIFECYCLE_WITHDRAWN)
		engine_depart(engine, id, state);
}

void engine_restore_source(struct engine *engine, const char *id,
	const struct source_state *state)
{
	uint32_t index = register_source(engine->reg, id);

	if (index != NOT_FOUND)
		engine->sources[index].state = *state;
}

void engine_restore_supply(struct engine *engine, const char *indicator,
	const char *source, struct period last)
{
	supply_restore(engine->supply, indicator, source, last);
}

void engine_restore_alert(struct engine *engine, const struct alert *alert)
{
	if (alert_state_is_open(alert->state))
		alerts_restore(engine->alerts, alert);
	else
		telling_restore_ended(engine->telling, alert);
}

void engine_restore_delivery(struct engine *engine,
	const struct notification *notification, const struct delivery *delivery)
{
	outbox_restore(engine->outbox, notification, delivery);
}

void engine_restore_mention(struct engine *engine,
	const struct mention *mention, const struct event *event)
{
	telling_restore(engine, mention, event);
}

void engine_restore_hearing(struct engine *engine,
	const struct hearing *hearing)
{
	telling_restore_hearing(engine, hearing);
}

void engine_restore_group(struct engine *engine, const char *channel,
	const char *group, instant told)
{
	telling_restore_group(engine, channel, group, told);
}

/* --- time ---------------------------------------------------------------- */

instant plan_cut(instant next, instant planned, instant now)
{
	if (planned <= now || next <= now || next == INSTANT_MAX)
		return next;
	int64_t wait = next > planned ? next - planned : 0;
	return next - now > wait ? now + wait : next;
}

instant engine_as_of(const struct engine *engine, instant now)
{
	return now > engine->judged ? now : engine->judged;
}

void engine_settle(struct engine *engine, instant now)
{
	if (!engine->settling)
		return;
	if (engine->awaited > 0 && now < engine->settle_end)
		return;
	engine->settling = false;
	watch_settled(engine);
	monitor_note_all(engine);
}

void engine_start(struct engine *engine, instant now, struct effects *effects)
{
	engine->asked = now;
	outbox_policy(engine->outbox, engine->settings.policy, now);
	outbox_start(engine, now);
	telling_start(engine, now);
	watch_withdraw(engine, NULL, now, effects);
	supply_bind(engine->supply, engine->reg);
	for (size_t i = 0; i < engine->reg->source_count; i++) {
		const struct source_state state = engine->sources[i].state;
		bool known = state.next != INSTANT_MAX ||
			state.last_attempt != INSTANT_MIN;
		polls_adopt(engine, (uint32_t)i, known ? &state : NULL, now);
	}
	engine->started = true;
	alerts_leave(engine, engine->reg, now, effects);
	blame_start(engine, now, effects);
	polls_part(engine, now);
	engine->settling = true;
	engine->settle_end = now + SETTLE_SECONDS;
	watch_start(engine);
	engine_settle(engine, now);
	polls_advance(engine, now, effects);
	watch_judge(engine, now, now, JUDGED_AT_ONCE, effects);
	telling_advance(engine, now, effects);
}

void engine_advance(struct engine *engine, instant now, size_t budget,
	struct effects *effects)
{
	engine->asked = now;
	engine_settle(engine, now);
	polls_advance(engine, now, effects);
	watch_judge(engine, now, now, budget, effects);
	accounts_tell_revised(engine, now, TOLD_AT_ONCE, effects);
	watch_save_owed(engine, now, SAVED_AT_ONCE, effects);
	stale_advance(engine, now, effects);
	telling_advance(engine, now, effects);
}

void engine_replan(struct engine *engine, instant now, struct effects *effects)
{
	engine->asked = now;
	if (engine->settle_end > now + SETTLE_SECONDS)
		engine->settle_end = now + SETTLE_SECONDS;
	network_replan(&engine->network, now);
	polls_replan(engine, now);
	watch_mark_all(engine, CAUSE_CLOCK);
	outbox_replan(engine->outbox, now);
	telling_replan(engine, now);
	telling_advance(engine, now, effects);
}

void engine_delivered(struct engine *engine, int64_t notification,
	enum delivery_outcome outcome, int64_t retry_after, const char *answer,
	instant now, struct effects *effects)
{
	bool behind = telling_is_behind(engine, now);

	engine->asked = now;
	outbox_delivered(engine, notification, outcome, retry_after, answer, now,
		effects);
	/* Many may end in one turn: what is due anyway is engine_advance's. */
	if (behind)
		telling_save(engine, now, effects);
	else
		telling_advance(engine, now, effects);
}

instant engine_next(const struct engine *engine)
{
	if (engine->dirty.count > 0 || heap_count(engine->resting) > 0 ||
	    engine_owes(engine) || monitor_is_due(engine) ||
	    telling_is_behind(engine, engine->asked))
		return engine->asked;
	instant next = earlier(heap_first_key(engine->wakes),
		heap_first_key(engine->polls));
	next = earlier(next, engine->settling ? engine->settle_end :
		heap_first_key(engine->stale));
	next = earlier(next, telling_next(engine));
	return earlier(next, outbox_next(engine->outbox));
}

/* --- questions ----------------------------------------------------------- */

bool engine_owes(const struct engine *engine)
{
	return engine->owed.count + engine->revised.count > 0;
}

bool engine_is_settling(const struct engine *engine)
{
	return engine->settling;
}

const struct register_ *engine_register(const struct engine *engine)
{
	return engine->reg;
}

const struct milestone_state *engine_milestone(const struct engine *engine,
	uint32_t milestone)
{
	return &engine->milestones[milestone]->state;
}

const struct source_state *engine_source(const struct engine *engine,
	uint32_t source)
{
	return &engine->sources[source].state;
}

bool engine_source_busy(const struct engine *engine, uint32_t source)
{
	return engine->sources[source].busy;
}

const struct supply *engine_supply(const struct engine *engine)
{
	return engine->supply;
}

size_t engine_alert_count(const struct engine *engine)
{
	return alerts_count(engine->alerts);
}

const struct alert *engine_alert(const struct engine *engine, size_t index)
{
	return alerts_at(engine->alerts, index);
}

size_t engine_alerts_acknowledged(const struct engine *engine)
{
	return alerts_acknowledged(engine->alerts);
}

const struct alert *engine_alert_of(const struct engine *engine, int64_t id)
{
	return alerts_open(engine->alerts, id);
}

void engine_assess(struct engine *engine, uint32_t milestone,
	struct knowledge known, struct assessment *out)
{
	outcomes_assess(engine->past, milestone, known, out);
}

const size_t *engine_counts(const struct engine *engine)
{
	return engine->counts;
}

size_t engine_outbox_pending(const struct engine *engine)
{
	return outbox_count(engine->outbox);
}

const struct delivery *engine_outbox(const struct engine *engine, size_t index,
	const char **channel)
{
	return outbox_at(engine->outbox, index, channel);
}
