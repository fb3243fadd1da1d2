/*
 * watch: which milestones are judged when, and what a judgement changes.
 *
 * A milestone is judged when one of its figures changed, or how one stands
 * that it rests on, or when its own next instant has come (the heap).
 * A judgement is saved when it differs, and when it wants to be woken earlier
 * than the store knows: a saved `next` may be early, never late, so a restart
 * judges at most a little too much and nothing too little.
 */
#include "core/clauses.h"
#include "core/engine_internal.h"

/* --- queue --------------------------------------------------------------- */

void queue_init(struct queue *queue, size_t capacity)
{
	*queue = (struct queue){mem_new(capacity + 1, sizeof(uint32_t)),
		capacity + 1, 0, 0};
}

void queue_release(struct queue *queue)
{
	free(queue->items);
	*queue = (struct queue){0};
}

void queue_push(struct queue *queue, uint32_t item)
{
	size_t end = queue->head + queue->count++;
	queue->items[end % queue->capacity] = item;
}

bool queue_pop(struct queue *queue, uint32_t *item)
{
	if (queue->count == 0)
		return false;
	*item = queue->items[queue->head];
	queue->head = (queue->head + 1) % queue->capacity;
	queue->count--;
	return true;
}

/* --- who is judged next -------------------------------------------------- */

static bool watched_is_judged(const struct watched *watched)
{
	return watched->state.since != INSTANT_MIN;
}

static void watch_enqueue(struct engine *engine, uint32_t milestone)
{
	struct watched *watched = engine->milestones[milestone];
	uint32_t level = engine->reg->milestones[milestone].level;

	if (watched->waiting)
		return;
	watched->waiting = true;
	if (level == 0)
		queue_push(&engine->dirty, milestone);
	else
		heap_set(engine->resting, milestone, level);
}

void watch_mark(struct engine *engine, uint32_t milestone)
{
	outcomes_touch(engine->outcomes, milestone);
	outcomes_touch(engine->past, milestone);
	watch_enqueue(engine, milestone);
}

void watch_fill(struct engine *engine)
{
	memset(engine->counts, 0, sizeof(engine->counts));
	engine->unseen = 0;
	for (size_t i = 0; i < engine->reg->milestone_count; i++) {
		struct watched *watched = engine->milestones[i];
		if (!watched) {
			watched = mem_new(1, sizeof(*watched));
			watched->state.since = INSTANT_MIN;
			watched->state.approached = INSTANT_MIN;
			watched->state.apart = INSTANT_MIN;
			watched->state.unsettled = INSTANT_MIN;
			assessment_date(&watched->state.assessment,
				&engine->reg->milestones[i]);
			watched->saved_next = INSTANT_MAX;
			engine->milestones[i] = watched;
		}
		if (watched_is_judged(watched))
			engine->counts[watched->state.assessment.status]++;
		if (!watched->state.announced)
			engine->unseen++;
	}
}

static bool milestone_is_withdrawn(const struct engine *engine,
	uint32_t milestone, instant as_of)
{
	const struct clauses *clauses =
		engine->reg->milestones[milestone].clauses;

	return clauses && decree_holds(&clauses->withdrawn, as_of);
}

/* The store keeps of the dates only the due one, to tell when it moves. */
static void watched_date(struct watched *watched,
	const struct milestone *milestone)
{
	struct assessment *assessment = &watched->state.assessment;
	instant due = assessment->due;
	struct date due_date = assessment->due_date;

	assessment_date(assessment, milestone);
	assessment->due = due;
	assessment->due_date = due_date;
}

void watch_restore(struct engine *engine, uint32_t milestone,
	const struct milestone_state *state)
{
	struct watched *watched = engine->milestones[milestone];

	/* One that had left and has come back is seen anew; not one that the
	   register itself says is withdrawn. */
	if (state->since == INSTANT_MIN || watched_is_judged(watched) ||
			(state->assessment.lifecycle == LIFECYCLE_WITHDRAWN &&
			!milestone_is_withdrawn(engine, milestone,
				state->assessment.as_of)))
		return;
	watched->state = *state;
	damping_restore(&watched->state);
	watched->since = state->assessment.as_of;
	watched_date(watched, milestone_at(&engine->reg->milestones[milestone],
		state->assessment.as_of));
	watched->saved_next = state->assessment.next;
	if (state->assessment.waiting_indicator >= engine->reg->indicator_count)
		watched->state.assessment.waiting_indicator = NOT_FOUND;
	engine->judged = engine_as_of(engine, state->assessment.as_of);
	engine->counts[state->assessment.status]++;
	if (state->announced)
		engine->unseen--;
}

/*
 * A judgement that changed nothing was not saved, and yet it was made: while an
 * earlier process lived, which is known of the last thing it saved, whatever
 * became known before a milestone's saved next instant had been judged.
 */
static void watch_judged_before(struct engine *engine)
{
	instant alive = engine->judged;
	instant as_of = engine_as_of(engine, engine->asked);

	for (size_t i = 0; i < engine->reg->source_count; i++) {
		instant attempt = engine->sources[i].state.last_attempt;
		alive = attempt > alive ? attempt : alive;
	}
	for (size_t i = 0; i < engine->reg->milestone_count; i++) {
		struct watched *watched = engine->milestones[i];
		instant through = earlier(earlier(alive, as_of),
			watched->saved_next - 1);

		if (watched_is_judged(watched) && through > watched->since)
			watched->since = through;
	}
}

/* Whether something may have been decided about it that it was not judged by. */
static bool decisions_may_differ(const struct milestone *milestone,
	const struct milestone_state *state)
{
	return milestone->clauses && (clauses_decide(milestone->clauses) ||
		state->assessment.verdict == VERDICT_WAIVED ||
		state->assessment.lifecycle != LIFECYCLE_ACTIVE);
}

/* When one is to be looked at that stands as it stood; what there is to tell of
   it may be said otherwise in the register by now. */
static instant restored_next(const struct engine *engine, uint32_t milestone)
{
	const struct milestone_state *state =
		&engine->milestones[milestone]->state;
	struct assessment from = state->assessment;

	if (!engine->reg->milestones[milestone].clauses)
		return from.next;
	from.as_of = later(from.as_of, state->approached);
	return earlier(from.next, earlier(approach_next(engine, milestone,
		&from), damping_next(engine, milestone, from.as_of)));
}

/* Announced milestones wait for their next instant, unless their terms have
   changed or decisions about them may have, or which figures differ is to be
   found again; the others, for first sight. */
void watch_start(struct engine *engine)
{
	watch_judged_before(engine);
	for (size_t i = 0; i < engine->reg->milestone_count; i++) {
		const struct milestone_state *state =
			&engine->milestones[i]->state;
		const struct milestone *milestone = &engine->reg->milestones[i];
		if (!state->announced || state->terms != milestone->terms ||
				state->assessment.due != milestone->due ||
				decisions_may_differ(milestone, state) ||
				milestone->level > 0 ||
				milestone->benchmark->uses_people ||
				state->assessment.knowledge ==
				KNOWLEDGE_DISPUTED)
			watch_mark(engine, (uint32_t)i);
		else
			heap_set(engine->wakes, (uint32_t)i,
				restored_next(engine, (uint32_t)i));
	}
}

void watch_mark_all(struct engine *engine, enum cause_kind mark)
{
	for (size_t i = 0; i < engine->reg->milestone_count; i++) {
		engine->milestones[i]->mark.kind = mark;
		watch_mark(engine, (uint32_t)i);
	}
}

void watch_settled(struct engine *engine)
{
	uint32_t milestone;

	while (queue_pop(&engine->held, &milestone)) {
		engine->milestones[milestone]->waiting = false;
		watch_mark(engine, milestone);
	}
	if (engine->unseen == 0)
		return;
	for (size_t i = 0; i < engine->reg->milestone_count; i++) {
		if (!engine->milestones[i]->state.announced)
			watch_mark(engine, (uint32_t)i);
	}
}

/* While settling, what was announced before waits for the end of it. */
static bool watch_holds(struct engine *engine, uint32_t milestone)
{
	struct watched *watched = engine->milestones[milestone];

	if (!engine->settling || !watched->state.announced)
		return false;
	heap_set(engine->wakes, milestone, INSTANT_MAX);
	watched->waiting = true;
	queue_push(&engine->held, milestone);
	return true;
}

static bool watch_next(struct engine *engine, instant due_by,
	uint32_t *milestone)
{
	if (queue_pop(&engine->dirty, milestone))
		return true;
	while (heap_first_key(engine->wakes) <= due_by) {
		*milestone = heap_first(engine->wakes);
		if (engine->reg->milestones[*milestone].level == 0)
			return true;
		heap_set(engine->wakes, *milestone, INSTANT_MAX);
		watch_enqueue(engine, *milestone);
	}
	*milestone = heap_first(engine->resting);
	if (*milestone == NOT_FOUND)
		return false;
	heap_set(engine->resting, *milestone, INSTANT_MAX);
	return true;
}

static bool watch_pick(struct engine *engine, instant due_by,
	uint32_t *milestone)
{
	for (;;) {
		if (!watch_next(engine, due_by, milestone))
			return false;
		if (!watch_holds(engine, *milestone))
			break;
	}
	engine->milestones[*milestone]->waiting = false;
	return true;
}

/* --- judging ------------------------------------------------------------- */

static void watched_take(struct engine *engine, struct watched *watched,
	const struct milestone *milestone, const struct assessment *fresh,
	instant now)
{
	struct milestone_state *state = &watched->state;
	bool judged = watched_is_judged(watched);

	if (judged)
		engine->counts[state->assessment.status]--;
	engine->counts[fresh->status]++;
	if (!judged || state->assessment.status != fresh->status)
		state->since = now;
	state->assessment = *fresh;
	state->terms = milestone->terms;
	watched->since = fresh->as_of;
}

static void watched_save(struct engine *engine, uint32_t index,
	const struct event *cause, const struct cause *because,
	struct effects *effects)
{
	struct watched *watched = engine->milestones[index];
	struct effect *effect = effects_add(effects, EFFECT_ASSESSMENT);
	struct text reason;

	text_init(&reason, 0);
	assessment_reason(engine->reg, index, &watched->state.assessment,
		&reason);
	effect->index = index;
	effect->subject = engine->reg->milestones[index].id;
	effect->reason = effects_string(effects, text_string(&reason));
	effect->as.milestone = &watched->state;
	effect->cause = cause;
	effect->because = because;
	watched->saved_next = watched->state.assessment.next;
	text_release(&reason);
}

/* Whether it is remembered otherwise how people were told of it. */
static bool told_otherwise(const struct milestone_state *a,
	const struct milestone_state *b)
{
	return a->told != b->told || a->flips != b->flips ||
		a->apart != b->apart || a->unsettled != b->unsettled ||
		a->approached != b->approached;
}

static bool change_is_saved(const struct engine *engine,
	const struct change *change, instant saved_next)
{
	const struct milestone_state *before = change->before;

	return told_otherwise(before,
			&engine->milestones[change->index]->state) ||
		before->since == INSTANT_MIN ||
		before->terms != change->milestone->terms ||
		before->assessment.due != change->after->due ||
		change->after->next < saved_next ||
		assessment_differs(&before->assessment, change->after);
}

static const struct cause *change_cause(struct engine *engine,
	const struct change *change, struct effects *effects)
{
	struct cause *because = effects_block(effects, sizeof(*because));

	cause_find(engine, change, change->mark, because);
	return because;
}

/* Those that rest on what is now known to stand otherwise. */
static void watch_mark_dependants(struct engine *engine)
{
	const struct register_ *reg = engine->reg;
	uint32_t changed;

	while (outcomes_changed(engine->outcomes, &changed)) {
		const struct prerequisite *prerequisite = &reg->prerequisites[
			reg->milestones[changed].prerequisite];

		for (size_t i = 0; i < prerequisite->dependant_count; i++) {
			uint32_t dependant = prerequisite->dependants[i];

			engine->milestones[dependant]->mark =
				(struct mark){CAUSE_MILESTONE, changed};
			watch_mark(engine, dependant);
		}
	}
}

/* It is looked at again when there may be something to tell, too. */
static void watch_plan(struct engine *engine, uint32_t index,
	struct assessment *fresh)
{
	struct watched *watched = engine->milestones[index];
	instant told = earlier(damping_next(engine, index, fresh->as_of),
		approach_next(engine, index, fresh));

	fresh->next = earlier(fresh->next, told);
	watched->state.assessment.next = fresh->next;
	heap_set(engine->wakes, index, fresh->next);
}

/* While settling, a milestone not yet seen is judged for whoever asks, and
   neither saved nor told: a restart sees it anew. */
static void watch_judge_one(struct engine *engine, uint32_t index, instant now,
	struct effects *effects)
{
	struct watched *watched = engine->milestones[index];
	const struct milestone *milestone = milestone_at(
		&engine->reg->milestones[index], engine_as_of(engine, now));
	const struct milestone_state before = watched->state;
	struct assessment fresh;
	const struct change change = {index, milestone, &before, &fresh,
		watched->since, watched->mark, now};
	const struct event *cause = NULL;

	watched->mark.kind = CAUSE_TIME;
	engine->judged = engine_as_of(engine, now);
	outcomes_assess(engine->outcomes, index,
		(struct knowledge){engine->judged, INSTANT_MAX}, &fresh);
	watch_mark_dependants(engine);
	if (fresh.next <= engine->judged)
		fresh.next = engine->judged + 1;
	heap_set(engine->wakes, index, fresh.next);
	watched_take(engine, watched, milestone, &fresh, now);
	monitor_note(engine, index, &before);
	if (change.mark.kind == CAUSE_MILESTONE)
		inhibit_judged(engine, index, now);
	if (before.announced) {
		cause = change_tell(engine, &change, effects);
	} else if (engine->settling) {
		return;
	} else {
		watched->state.announced = true;
		engine->unseen--;
		cause = sight_take(engine, &change, effects);
		change_tell_dispute(engine, &change,
			engine->settings.first_sight != FIRST_SIGHT_EACH,
			effects);
	}
	watch_plan(engine, index, &fresh);
	if (!before.announced ||
	    change_is_saved(engine, &change, watched->saved_next))
		watched_save(engine, index, cause, change_cause(engine, &change,
			effects), effects);
}

void watch_save_waiting(struct engine *engine, uint32_t index, instant now,
	struct effects *effects)
{
	struct watched *watched = engine->milestones[index];

	if (!watched->waiting || !watched->state.announced ||
			watched->saved_next <= now)
		return;
	watched->state.assessment.next = now;
	watched_save(engine, index, NULL, NULL, effects);
}

/* What those judged have changed for others is judged after a restart too. */
static void watch_save_dependants(struct engine *engine, instant now,
	struct effects *effects)
{
	if (heap_count(engine->resting) == 0)
		return;
	for (uint32_t i = 0; i < engine->reg->milestone_count; i++)
		if (engine->reg->milestones[i].level > 0)
			watch_save_waiting(engine, i, now, effects);
}

void watch_judge(struct engine *engine, instant now, instant due_by,
	size_t budget, struct effects *effects)
{
	uint32_t milestone;
	size_t judged = 0;

	while ((budget == 0 || judged < budget) &&
			watch_pick(engine, due_by, &milestone)) {
		watch_judge_one(engine, milestone, now, effects);
		judged++;
	}
	watch_save_dependants(engine, now, effects);
	sight_finish(engine, now, effects);
	monitor_noted(engine, now, effects);
}

bool watch_is_behind(const struct engine *engine, instant now)
{
	return engine->dirty.count > 0 || heap_count(engine->resting) > 0 ||
		heap_first_key(engine->wakes) <= now;
}

/* --- what new figures touch ---------------------------------------------- */

void watch_mark_touched(struct engine *engine)
{
	for (size_t i = 0; i < engine->touched_count; i++) {
		const struct indicator *indicator =
			&engine->reg->indicators[engine->touched[i]];
		for (size_t j = 0; j < indicator->milestone_count; j++)
			watch_mark(engine, indicator->milestones[j]);
	}
}

static void watch_owe(struct engine *engine, uint32_t milestone)
{
	struct watched *watched = engine->milestones[milestone];

	if (!watched->waiting || watched->owed || !watched->state.announced)
		return;
	watched->owed = true;
	queue_push(&engine->owed, milestone);
}

void watch_owe_touched(struct engine *engine)
{
	bool waiting = engine->dirty.count > 0 || engine->held.count > 0 ||
		heap_count(engine->resting) > 0;

	for (size_t i = 0; i < engine->touched_count; i++) {
		uint32_t index = engine->touched[i];
		const struct indicator *indicator =
			&engine->reg->indicators[index];
		for (size_t j = 0; waiting && j < indicator->milestone_count; j++)
			watch_owe(engine, indicator->milestones[j]);
		engine->touches[index] = TOUCH_NONE;
	}
	engine->touched_count = 0;
}

void watch_save_owed(struct engine *engine, instant now, size_t budget,
	struct effects *effects)
{
	uint32_t milestone;

	for (size_t i = 0; (budget == 0 || i < budget) &&
	    queue_pop(&engine->owed, &milestone); i++) {
		engine->milestones[milestone]->owed = false;
		watch_save_waiting(engine, milestone, now, effects);
	}
}

/* --- leaving ------------------------------------------------------------- */

/* The state it is remembered by, owned by the effects as its id is: nothing of
   it stays in the engine. */
static const struct milestone_state *departed_state(
	const struct departed *departed, instant now, struct effects *effects)
{
	struct milestone_state *state = effects_block(effects, sizeof(*state));

	*state = departed->state;
	state->assessment.lifecycle = LIFECYCLE_WITHDRAWN;
	state->assessment.status = STATUS_WITHDRAWN;
	state->assessment.next = INSTANT_MAX;
	state->since = now;
	return state;
}

static const struct cause *departed_cause(const char *reason,
	struct effects *effects)
{
	struct cause *because = effects_block(effects, sizeof(*because));

	because->kind = CAUSE_REGISTER;
	string_copy(because->text, sizeof(because->text), reason);
	return because;
}

static void departed_withdraw(struct engine *engine,
	const struct departed *departed, const struct register_ *reg,
	instant now, struct effects *effects)
{
	static const char reason[] = "it is no longer in the register";
	uint32_t index = reg ? register_milestone(reg, departed->id) : NOT_FOUND;
	const char *id = effects_string(effects, departed->id);

	struct announcement announcement = announcement_about(engine,
		SUBJECT_MILESTONE, id, EVENT_WITHDRAWN, reason);

	announcement.severity = index == NOT_FOUND ? SEVERITY_WARNING :
		reg->milestones[index].severity;
	announcement.reg = reg ? reg : engine->reg;
	announcement.milestone = index;
	announcement.from = status_name(departed->state.assessment.status);
	announcement.to = status_name(STATUS_WITHDRAWN);
	announcement.quiet = !departed->state.announced;
	const struct event *event = engine_announce(engine, &announcement, now,
		effects);
	struct effect *effect = effects_add(effects, EFFECT_ASSESSMENT);
	effect->subject = id;
	effect->reason = effects_string(effects, reason);
	effect->as.milestone = departed_state(departed, now, effects);
	effect->cause = event;
	effect->because = departed_cause(reason, effects);
}

void watch_withdraw(struct engine *engine, const struct register_ *reg,
	instant now, struct effects *effects)
{
	for (size_t i = 0; i < engine->departed_count; i++)
		departed_withdraw(engine, &engine->departed[i], reg, now,
			effects);
	engine_forget_departed(engine);
}
