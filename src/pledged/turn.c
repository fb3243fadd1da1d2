/*
 * turn: the effects of one turn of the loop, committed together, and what may
 * leave the process once they are durable.
 *
 *	effects ─absorb→ batch ─commit→ durable ─→ actions ─→ fetches, sends
 *	      └─ many rows: late, some a turn ─┘        └─ some a turn
 *
 * A batch that waits for rows stays open over several turns, and takes what
 * else happens in them: what an input says is committed whole or not at all.
 */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include <utlist.h>

#include "base/log.h"
#include "base/mem.h"
#include "pledged/daemon.h"
#include "pledged/message.h"

/* Rows that are written down in one turn; a few milliseconds. */
#define ROWS_ABSORBED 8000
/* Fetches and sends that are begun in one turn; likewise. */
#define ACTIONS_BEGUN 200
/* Mails of one turn that may have a picture, which takes from 0.2 to 13 ms, and
   a mail worker much longer; and seconds for them. Where more are told at once,
   the others have none. */
#define PICTURES_MAX 20
#define PICTURES_SECONDS 0.02

struct action {			/* to be done after the commit */
	enum effect_kind kind;	/* FETCH or SEND */
	char *id;		/* of the source or the channel; NULL: neither is
				   there any more */
	int64_t notification;	/* SEND */
	struct action *prev, *next;
};

/* The bodies that the rows of a poll were read from. */
struct bodies {
	struct digest *answers;
	size_t count;
	struct digest whole;	/* of a poll that lists no answers */
	bool has_whole;
};

struct late {			/* effects whose rows are not in the batch yet */
	struct effects effects;
	size_t at;
	struct bodies bodies;
	struct late *prev, *next;
};

struct waiter {			/* wants to hear of the commit */
	turn_fn *fn;
	void *context;
};

struct turn {
	struct daemon *daemon;
	struct store_batch *batch;	/* NULL: handed over */
	struct late *late;
	bool again;			/* another turn comes for them */
	struct action *actions;
	struct waiter *waiters;
	size_t waiter_count, waiter_capacity;
	size_t body_bytes;		/* in the batch, counted by the fetcher */
	size_t pictures;		/* mails that may have one … */
	double pictured;		/* … and the seconds they took */
};

struct turn *turn_new(struct daemon *daemon)
{
	struct turn *turn = mem_new(1, sizeof *turn);

	turn->daemon = daemon;
	turn->batch = store_batch_new(daemon->store);
	return turn;
}

static void late_free(struct turn *turn, struct late *late)
{
	DL_DELETE(turn->late, late);
	effects_release(&late->effects);
	free(late->bodies.answers);
	free(late);
}

static void actions_free(struct action **actions)
{
	struct action *action, *next;

	DL_FOREACH_SAFE(*actions, action, next) {
		free(action->id);
		free(action);
	}
	*actions = NULL;
}

void turn_free(struct turn *turn)
{
	if (turn == NULL)
		return;
	store_batch_free(turn->batch);
	while (turn->late != NULL)
		late_free(turn, turn->late);
	actions_free(&turn->actions);
	free(turn->waiters);
	free(turn);
}

static void turn_add_action(struct turn *turn, enum effect_kind kind,
	const char *id, int64_t notification)
{
	struct action *action = mem_new(1, sizeof *action);

	action->kind = kind;
	action->id = mem_string(id);
	action->notification = notification;
	DL_APPEND(turn->actions, action);
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

static struct bodies bodies_of(const struct fetch_report *report)
{
	struct bodies bodies = {
		.answers = mem_new(report->answer_count + 1,
			sizeof *bodies.answers),
		.count = report->answer_count,
		.whole = report->body,
		.has_whole = report->has_body,
	};

	for (size_t i = 0; i < report->answer_count; i++)
		bodies.answers[i] = report->answers[i].body;
	return bodies;
}

/* The body that something was read from; NULL: from none. */
static const struct digest *bodies_at(const struct bodies *bodies,
	uint32_t answer)
{
	if (answer < bodies->count)
		return &bodies->answers[answer];
	return bodies->has_whole ? &bodies->whole : NULL;
}

static void absorb_observation(struct turn *turn, const struct effect *effect,
	const struct bodies *bodies)
{
	const struct register_ *reg = turn->daemon->reg;
	struct store_observed how = {.by = effect->by, .note = effect->note,
		.evidence = effect->evidence, .accepts = effect->accepts};

	if (effect->source != NOT_FOUND) {
		how.source = reg->sources[effect->source].id;
		how.snapshot = bodies_at(bodies, effect->answer);
	}
	store_add_observation(turn->batch, reg->indicators[effect->index].id, &how,
		&effect->as.observation);
}

static void absorb_document(struct turn *turn, const struct effect *effect,
	const struct bodies *bodies)
{
	const struct register_ *reg = turn->daemon->reg;
	bool polled = effect->source != NOT_FOUND;

	store_add_document(turn->batch, reg->indicators[effect->index].id,
		polled ? reg->sources[effect->source].id : NULL,
		polled ? bodies_at(bodies, effect->answer) : NULL,
		effect->as.document);
}

/* Of this thread, since when does not matter. */
static double seconds_worked(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

static void turn_render(struct turn *turn, struct message_context *context,
	struct text *body)
{
	bool pictured = context->channel->type == CHANNEL_EMAIL &&
		context->notification->item_count == 1 &&
		turn->pictures < PICTURES_MAX &&
		turn->pictured < PICTURES_SECONDS;
	double begun = pictured ? seconds_worked() : 0;

	context->history = pictured ? turn->daemon->history : NULL;
	message_render(context, body);
	if (pictured) {
		turn->pictures++;
		turn->pictured += seconds_worked() - begun;
	}
}

static void absorb_notify(struct turn *turn, const struct effect *effect)
{
	struct daemon *daemon = turn->daemon;
	const struct policy *policy = &daemon->settings->policy;
	const struct notification *notification = &effect->as.notification;
	uint32_t channel = policy_channel(policy, notification->channel);
	struct text body;

	if (channel == NOT_FOUND)
		log_bug("a notification for a channel that is not configured");
	struct message_context context = {
		.reg = daemon->reg,
		.engine = daemon->engine,
		.instance = store_instance(daemon->store),
		.notification = notification,
		.channel = &policy->channels[channel],
	};

	text_init(&body, 0);
	turn_render(turn, &context, &body);
	store_add_notification(turn->batch, notification, body.data,
		body.length);
	text_release(&body);
}

/* bodies: of the poll whose effects these are. */
static void absorb_row(struct turn *turn, const struct effect *effect,
	const struct bodies *bodies)
{
	if (effect->kind == EFFECT_OBSERVATION)
		absorb_observation(turn, effect, bodies);
	else
		absorb_document(turn, effect, bodies);
}

static bool effect_is_row(const struct effect *effect)
{
	return effect->kind == EFFECT_OBSERVATION ||
		effect->kind == EFFECT_DOCUMENT;
}

/* All but rows. */
static void absorb_effect(struct turn *turn, const struct effect *effect,
	const struct text *bodies)
{
	struct daemon *daemon = turn->daemon;

	switch (effect->kind) {
	case EFFECT_FETCHED:
		absorb_fetched(turn, effect, bodies);
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
	case EFFECT_MENTION:
		store_add_mention(turn->batch, effect->as.mention);
		break;
	case EFFECT_DROP:
		store_add_needless(turn->batch, effect->number, effect->reason,
			loop_now(daemon->loop));
		break;
	case EFFECT_SILENCE:
		store_add_silence(turn->batch, effect->as.silence);
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
	case EFFECT_OBSERVATION:
	case EFFECT_DOCUMENT:
	case EFFECT_KIND_COUNT:
		break;
	}
}

/* --- rows, some a turn --------------------------------------------------- */

/* False: there are more. */
static bool late_absorb(struct turn *turn, struct late *late, size_t *budget)
{
	while (late->at < late->effects.count) {
		const struct effect *effect = &late->effects.items[late->at];

		if (*budget == 0)
			return false;
		if (effect_is_row(effect)) {
			absorb_row(turn, effect, &late->bodies);
			--*budget;
		}
		late->at++;
	}
	return true;
}

/* In the order in which they came to be, so that of two that say something else
   of the same the same is the later one after a restart. */
static void turn_absorb(struct turn *turn, size_t budget)
{
	while (turn->late != NULL && late_absorb(turn, turn->late, &budget))
		late_free(turn, turn->late);
}

/* What the engine may change is taken at once; rows never change. Behind those
   that are late already all are. */
void daemon_absorb(struct daemon *daemon, const struct text *bodies)
{
	struct turn *turn = daemon->turn;
	struct late *late = mem_new(1, sizeof *late);

	for (size_t i = 0; i < daemon->effects.count; i++) {
		const struct effect *effect = &daemon->effects.items[i];

		activity_take(&daemon->activity, effect);
		absorb_effect(turn, effect, bodies);
		if (effect->kind == EFFECT_FETCHED)
			late->bodies = bodies_of(effect->as.report);
	}
	late->effects = daemon->effects;
	effects_init(&daemon->effects);
	DL_APPEND(turn->late, late);
	if (turn->late == late && late->effects.count <= ROWS_ABSORBED)
		turn_absorb(turn, ROWS_ABSORBED);
}

bool daemon_is_absorbing(const struct daemon *daemon)
{
	return daemon->turn->late != NULL;
}

bool daemon_is_whole(const struct daemon *daemon)
{
	return daemon->turn->late == NULL && !engine_owes(daemon->engine);
}

/* --- the commit ---------------------------------------------------------- */

static void perform_action(struct daemon *daemon, const struct action *action)
{
	if (action->id == NULL)
		return;
	if (action->kind == EFFECT_FETCH)
		polling_start(daemon, action->id);
	else
		delivery_start(daemon, action->notification, action->id);
}

static void perform_actions(void *context)
{
	struct daemon *daemon = context;
	struct action *action;

	if (daemon->stopping)
		return;
	for (int i = 0; i < ACTIONS_BEGUN && daemon->actions != NULL; i++) {
		action = daemon->actions;
		DL_DELETE(daemon->actions, action);
		perform_action(daemon, action);
		free(action->id);
		free(action);
	}
	if (daemon->actions != NULL)
		loop_post(daemon->loop, perform_actions, daemon);
}

/* Behind those that wait for a turn of theirs already. */
static void turn_perform(struct turn *turn)
{
	struct daemon *daemon = turn->daemon;
	bool waiting = daemon->actions != NULL;

	DL_CONCAT(daemon->actions, turn->actions);
	turn->actions = NULL;
	if (!waiting)
		perform_actions(daemon);
}

/* A source that has left and comes back is asked as a new one. */
void actions_reloaded(struct daemon *daemon)
{
	struct action *action;

	DL_FOREACH(daemon->actions, action) {
		if (action->kind != EFFECT_FETCH || action->id == NULL ||
		    register_source(daemon->reg, action->id) != NOT_FOUND)
			continue;
		free(action->id);
		action->id = NULL;
	}
}

void actions_stop(struct daemon *daemon)
{
	actions_free(&daemon->actions);
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
		turn_perform(turn);
	turn_free(turn);
}

static bool turn_is_empty(const struct turn *turn)
{
	return store_batch_is_empty(turn->batch) && turn->actions == NULL &&
		turn->waiter_count == 0;
}

/* The end of the turn that it comes in goes on. */
static void turn_again(void *context)
{
	struct daemon *daemon = context;

	daemon->turn->again = false;
}

/* At the end, whatever it takes. */
static void turn_finish(struct daemon *daemon)
{
	while (engine_owes(daemon->engine)) {
		engine_advance(daemon->engine, loop_now(daemon->loop), 1,
			&daemon->effects);
		daemon_absorb(daemon, NULL);
	}
	turn_absorb(daemon->turn, SIZE_MAX);
}

/* False: another turn comes for the rest. */
static bool turn_go_on(struct daemon *daemon)
{
	struct turn *turn = daemon->turn;

	if (daemon->stopping)
		turn_finish(daemon);
	else
		turn_absorb(turn, ROWS_ABSORBED);
	if (daemon_is_whole(daemon))
		return true;
	if (!turn->again)
		loop_post(daemon->loop, turn_again, daemon);
	turn->again = true;
	return false;
}

/* What needs no saving is done at once, and may put more into the next turn:
   until there is nothing, or something for the disk. */
void daemon_commit(struct daemon *daemon)
{
	if (!turn_go_on(daemon))
		return;
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
	daemon_record_action(daemon, &(struct store_action){.who = who,
		.what = what, .subject = subject, .note = note,
		.until = INSTANT_MIN});
	if (fn != NULL)
		daemon_wait(daemon, fn, context);
}

void daemon_record_action(struct daemon *daemon,
	const struct store_action *action)
{
	struct store_action now = *action;

	now.at = loop_now(daemon->loop);
	store_add_action(daemon->turn->batch, &now);
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
