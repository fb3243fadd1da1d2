/*
 * turn: the effects of one turn of the loop, committed together, and what may
 * leave the process once they are durable.
 */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/log.h"
#include "base/mem.h"
#include "pledged/daemon.h"
#include "pledged/message.h"

struct action {			/* to be done after the commit */
	enum effect_kind kind;	/* FETCH or SEND */
	char *id;		/* of the source or the channel */
	int64_t notification;	/* SEND */
};

struct waiter {			/* wants to hear of the commit */
	turn_fn *fn;
	void *context;
};

struct turn {
	struct daemon *daemon;
	struct store_batch *batch;	/* NULL: handed over */
	struct action *actions;
	size_t action_count, action_capacity;
	struct waiter *waiters;
	size_t waiter_count, waiter_capacity;
	size_t body_bytes;		/* in the batch, counted by the fetcher */
};

struct turn *turn_new(struct daemon *daemon)
{
	struct turn *turn = mem_new(1, sizeof *turn);

	turn->daemon = daemon;
	turn->batch = store_batch_new(daemon->store);
	return turn;
}

void turn_free(struct turn *turn)
{
	if (turn == NULL)
		return;
	store_batch_free(turn->batch);
	for (size_t i = 0; i < turn->action_count; i++)
		free(turn->actions[i].id);
	free(turn->actions);
	free(turn->waiters);
	free(turn);
}

static void turn_add_action(struct turn *turn, enum effect_kind kind,
	const char *id, int64_t notification)
{
	turn->actions = mem_grow(turn->actions, turn->action_count,
		&turn->action_capacity, sizeof *turn->actions);
	turn->actions[turn->action_count++] = (struct action){
		.kind = kind,
		.id = mem_string(id),
		.notification = notification,
	};
}

/* --- one effect each --------------------------------------------------- */

/* The bytes of one body, kept once. */
static void absorb_body(struct turn *turn, const struct digest *digest,
	const struct text *body, const char *url, instant at)
{
	store_add_snapshot(turn->batch, digest, body->data, body->length, url, at);
	turn->body_bytes += body->length;
	fetcher_hold(turn->daemon->fetcher, body->length);
}

/* What was answered, and how it was asked and read. */
static void absorb_answers(struct turn *turn, const struct source *source,
	const struct fetch_report *report, const struct digest *program,
	const struct text *bodies)
{
	struct text definition;

	text_init(&definition, 0);
	source_definition(source, &definition);
	store_add_definition(turn->batch, program, text_string(&definition),
		definition.length);
	text_release(&definition);
	for (size_t i = 0; i < report->answer_count; i++) {
		const struct poll_answer *answer = &report->answers[i];

		if (bodies != NULL)
			absorb_body(turn, &answer->body, &bodies[i], answer->url,
				answer->at);
		store_add_answer(turn->batch, source->id, answer, program);
	}
}

static void absorb_fetched(struct turn *turn, const struct effect *effect,
	const struct text *bodies)
{
	const struct source *source = &turn->daemon->reg->sources[effect->index];
	const struct fetch_report *report = effect->as.report;

	if (report->answer_count != 0)
		absorb_answers(turn, source, report,
			&effect->source_state->program, bodies);
	else if (bodies != NULL && report->has_body)
		absorb_body(turn, &report->body, &bodies[0], source->url,
			report->finished);
	store_add_fetch(turn->batch, source->id, report, effect->source_state);
}

/* The body that something was read from; NULL: from none. */
static const struct digest *report_snapshot(const struct fetch_report *report,
	uint32_t answer)
{
	if (report == NULL)
		return NULL;
	if (answer < report->answer_count)
		return &report->answers[answer].body;
	return report->has_body ? &report->body : NULL;
}

static void absorb_observation(struct turn *turn, const struct effect *effect,
	const struct fetch_report *report)
{
	const struct register_ *reg = turn->daemon->reg;
	struct store_observed how = {.by = effect->by, .note = effect->note,
		.evidence = effect->evidence, .accepts = effect->accepts};

	if (effect->source != NOT_FOUND) {
		how.source = reg->sources[effect->source].id;
		how.snapshot = report_snapshot(report, effect->answer);
	}
	store_add_observation(turn->batch, reg->indicators[effect->index].id, &how,
		&effect->as.observation);
}

static void absorb_document(struct turn *turn, const struct effect *effect,
	const struct fetch_report *report)
{
	const struct register_ *reg = turn->daemon->reg;
	bool polled = effect->source != NOT_FOUND;

	store_add_document(turn->batch, reg->indicators[effect->index].id,
		polled ? reg->sources[effect->source].id : NULL,
		polled ? report_snapshot(report, effect->answer) : NULL,
		effect->as.document);
}

static void absorb_notify(struct turn *turn, const struct effect *effect)
{
	struct daemon *daemon = turn->daemon;
	const struct event *event = effect->cause;
	const struct policy *policy = &daemon->settings->policy;
	uint32_t channel = policy_channel(policy, effect->as.notification.channel);

	if (channel == NOT_FOUND)
		log_bug("a notification for a channel that is not configured");
	struct message_context context = {
		.reg = daemon->reg,
		.instance = store_instance(daemon->store),
		.event = event,
		.notification = &effect->as.notification,
		.channel = &policy->channels[channel],
		.milestone_index = NOT_FOUND,
		.source_index = NOT_FOUND,
	};
	struct text body;

	if (event->subject_kind == SUBJECT_MILESTONE)
		context.milestone_index =
			register_milestone(daemon->reg, event->subject);
	if (event->subject_kind == SUBJECT_SOURCE)
		context.source_index = register_source(daemon->reg, event->subject);
	if (context.milestone_index != NOT_FOUND)
		context.milestone =
			engine_milestone(daemon->engine, context.milestone_index);
	text_init(&body, 0);
	message_render(&context, &body);
	store_add_notification(turn->batch, &effect->as.notification, body.data,
		body.length);
	text_release(&body);
}

/* report: the poll whose effects these are; NULL: of none so far. */
static void absorb_effect(struct turn *turn, const struct effect *effect,
	const struct text *bodies, const struct fetch_report *report)
{
	struct daemon *daemon = turn->daemon;

	switch (effect->kind) {
	case EFFECT_FETCHED:
		absorb_fetched(turn, effect, bodies);
		break;
	case EFFECT_OBSERVATION:
		absorb_observation(turn, effect, report);
		break;
	case EFFECT_DOCUMENT:
		absorb_document(turn, effect, report);
		break;
	case EFFECT_ATTESTATION:
		store_add_attestation(turn->batch, effect->subject,
			effect->as.attestation);
		break;
	case EFFECT_ASSESSMENT:
		store_add_assessment(turn->batch, effect->subject,
			effect->as.milestone, effect->reason, effect->because,
			effect->cause != NULL ? effect->cause->id : 0);
		break;
	case EFFECT_EVENT:
		store_add_event(turn->batch, effect->as.event);
		break;
	case EFFECT_ALERT:
		store_add_alert(turn->batch, effect->as.alert);
		break;
	case EFFECT_NOTIFY:
		absorb_notify(turn, effect);
		break;
	case EFFECT_DELIVERY:
		store_add_delivery(turn->batch, effect->as.delivery);
		break;
	case EFFECT_FETCH:
		turn_add_action(turn, EFFECT_FETCH,
			daemon->reg->sources[effect->index].id, 0);
		break;
	case EFFECT_SEND:
		turn_add_action(turn, EFFECT_SEND, effect->channel,
			effect->number);
		break;
	case EFFECT_KIND_COUNT:
		break;
	}
}

void daemon_absorb(struct daemon *daemon, const struct text *bodies)
{
	const struct fetch_report *report = NULL;

	for (size_t i = 0; i < daemon->effects.count; i++) {
		const struct effect *effect = &daemon->effects.items[i];

		if (effect->kind == EFFECT_FETCHED)
			report = effect->as.report;
		absorb_effect(daemon->turn, effect, bodies, report);
	}
	effects_clear(&daemon->effects);
}

/* --- the commit ---------------------------------------------------------- */

static void perform_actions(struct turn *turn)
{
	for (size_t i = 0; i < turn->action_count; i++) {
		const struct action *action = &turn->actions[i];

		if (action->kind == EFFECT_FETCH)
			polling_start(turn->daemon, action->id);
		else
			delivery_start(turn->daemon, action->notification,
				action->id);
	}
}

/* What could not be made durable never happened: we end, and the next start
   goes on from what was committed. */
static void turn_committed(void *context, bool committed)
{
	struct turn *turn = context;
	struct daemon *daemon = turn->daemon;

	fetcher_release(daemon->fetcher, turn->body_bytes);
	if (!committed && !daemon->stopping) {
		log_error("cannot save: %s", store_failure(daemon->store));
		daemon_stop(daemon, EX_IOERR);
	}
	for (size_t i = 0; i < turn->waiter_count; i++)
		turn->waiters[i].fn(turn->waiters[i].context, committed);
	if (committed && !daemon->stopping)
		perform_actions(turn);
	turn_free(turn);
}

static bool turn_is_empty(const struct turn *turn)
{
	return store_batch_is_empty(turn->batch) && turn->action_count == 0 &&
		turn->waiter_count == 0;
}

/* What needs no saving is done at once, and may put more into the next turn:
   until there is nothing, or something for the disk. */
void daemon_commit(struct daemon *daemon)
{
	while (!turn_is_empty(daemon->turn)) {
		struct turn *turn = daemon->turn;

		daemon->turn = turn_new(daemon);
		if (!store_batch_is_empty(turn->batch)) {
			struct store_batch *batch = turn->batch;

			turn->batch = NULL;
			store_commit(daemon->store, batch, turn_committed, turn);
			return;
		}
		turn_committed(turn, true);
	}
}

void daemon_record(struct daemon *daemon, const char *who, const char *what,
	const char *subject, const char *note, turn_fn *fn, void *context)
{
	store_add_action(daemon->turn->batch, loop_now(daemon->loop), who, what,
		subject, note);
	daemon_wait(daemon, fn, context);
}

void daemon_wait(struct daemon *daemon, turn_fn *fn, void *context)
{
	struct turn *turn = daemon->turn;

	turn->waiters = mem_grow(turn->waiters, turn->waiter_count,
		&turn->waiter_capacity, sizeof *turn->waiters);
	turn->waiters[turn->waiter_count++] = (struct waiter){fn, context};
}

void daemon_drop(struct daemon *daemon, const struct store_droppable *droppable,
	const char *source, const char *reason)
{
	store_add_drop(daemon->turn->batch, droppable, source, reason,
		loop_now(daemon->loop));
}

void daemon_keep_answer(struct daemon *daemon,
	const struct store_submission *submission)
{
	store_add_submission(daemon->turn->batch, submission);
}
