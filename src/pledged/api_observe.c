/*
 * api_observe: people and programs hand in what they observed, and release what
 * is held. All of a request is taken or nothing; whose word it is, the kernel
 * says; the answer comes when figures and verdicts are durable.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "pledged/api.h"
#include "pledged/statement.h"
#include "pledged/submission.h"
#include "pledged/submitted.h"
#include "pledged/view.h"

#define FAULTS_TOLD_MAX 100
#define MILESTONES_TOLD_MAX 1000

static const struct knowledge everything = {INSTANT_MAX, INSTANT_MAX};

/* --- milestones whose status changed -------------------------------------------- */

/* The status of each milestone before the engine is told something. free() it. */
static uint8_t *statuses_take(const struct daemon *daemon)
{
	size_t count = daemon->reg->milestone_count;
	uint8_t *statuses = mem_new(count + 1, sizeof *statuses);

	for (uint32_t i = 0; i < count; i++)
		statuses[i] = (uint8_t)engine_milestone(daemon->engine,
			i)->assessment.status;
	return statuses;
}

static void put_changed(struct json *json, const char *milestone,
	enum status from, enum status to)
{
	json_object(json);
	json_put_string(json, "id", milestone);
	json_put_string(json, "from", status_name(from));
	json_put_string(json, "to", status_name(to));
	json_object_end(json);
}

/* Those that the effects of this turn's call judged otherwise than before. */
static void put_milestones(struct json *json, const struct daemon *daemon,
	uint8_t *statuses)
{
	int64_t count = 0;

	json_key(json, "milestones");
	json_array(json);
	for (size_t i = 0; i < daemon->effects.count; i++) {
		const struct effect *effect = &daemon->effects.items[i];

		if (effect->kind != EFFECT_ASSESSMENT || effect->index == NOT_FOUND)
			continue;
		enum status from = (enum status)statuses[effect->index];
		enum status to = effect->as.milestone->assessment.status;

		if (from == to)
			continue;
		statuses[effect->index] = (uint8_t)to;
		if (count++ < MILESTONES_TOLD_MAX)
			put_changed(json, effect->subject, from, to);
	}
	json_array_end(json);
	json_put_int(json, "milestones_left_out", count > MILESTONES_TOLD_MAX ?
		count - MILESTONES_TOLD_MAX : 0);
}

/* --- what became of each item ------------------------------------------------------ */

/* What was in force before, of a figure; whether there was one, of a document. */
struct before {
	bool known;
	struct decimal value;
};

static struct before before_take(const struct daemon *daemon,
	const struct row *row)
{
	const char *id = daemon->reg->indicators[row->indicator].id;
	const struct observation *figure;

	if (row->document != NULL)
		return (struct before){.known = false};
	figure = series_at(history_series(daemon->history, id),
		row->observation.period, everything);
	return figure == NULL ? (struct before){.known = false} :
		(struct before){true, figure->value};
}

/* What the engine has taken of a request. */
struct taken {
	const struct effect **items;
	size_t count;
};

static struct taken taken_find(const struct daemon *daemon)
{
	struct taken taken = {mem_new(daemon->effects.count + 1,
		sizeof *taken.items), 0};

	for (size_t i = 0; i < daemon->effects.count; i++) {
		const struct effect *effect = &daemon->effects.items[i];

		if (effect->kind == EFFECT_OBSERVATION ||
		    effect->kind == EFFECT_DOCUMENT)
			taken.items[taken.count++] = effect;
	}
	return taken;
}

static bool effect_is_of(const struct effect *effect, const struct row *row)
{
	const struct observation *figure = &effect->as.observation;

	if (effect->index != row->indicator)
		return false;
	if (row->document != NULL)
		return effect->kind == EFFECT_DOCUMENT &&
			string_is(effect->as.document->key, row->document->key) &&
			string_is(effect->as.document->title,
				row->document->title);
	return effect->kind == EFFECT_OBSERVATION &&
		period_equal(figure->period, row->observation.period) &&
		figure->published == row->observation.published &&
		decimal_equal(figure->value, row->observation.value);
}

/* NULL: it said nothing new. */
static const struct effect *taken_of(const struct taken *taken,
	const struct row *row)
{
	for (size_t i = 0; i < taken->count; i++)
		if (effect_is_of(taken->items[i], row))
			return taken->items[i];
	return NULL;
}

static const char *row_news(const struct daemon *daemon,
	const struct row *row, const struct before *before,
	const struct effect *effect)
{
	if (effect == NULL)
		return "same";
	if (row->document != NULL)
		return documents_before(history_documents(daemon->history,
			daemon->reg->indicators[row->indicator].id),
			effect->as.document) != NULL ? "revised" : "new";
	if (effect->as.observation.quarantine != QUARANTINE_NONE)
		return "held";
	return before->known ? "revised" : "new";
}

static void put_item(struct json *json, const struct daemon *daemon,
	const struct row *row, const struct before *before,
	const struct effect *effect)
{
	const char *news = row_news(daemon, row, before, effect);

	json_object(json);
	if (row->document != NULL)
		json_put_string(json, "key", row->document->key);
	view_period(json, "period", row->observation.period);
	if (row->document == NULL)
		json_put_decimal(json, "value", row->observation.value);
	json_put_instant(json, "published", row->observation.published);
	json_put_string(json, "news", news);
	if (row->document == NULL && before->known)
		json_put_decimal(json, "before", before->value);
	if (string_is(news, "held"))
		json_put_string(json, "held", quarantine_words(
			(enum quarantine)effect->as.observation.quarantine));
	json_object_end(json);
}

/* --- observing ------------------------------------------------------------------------ */

struct observing {
	struct daemon *daemon;
	struct server_request *request;
	uint32_t indicator;
	struct submitted submitted;
	struct row *rows;	/* as many as checked */
	size_t checked;
	struct before *before;
	struct reply faults;
	size_t fault_count;
};

static void observing_fault(struct observing *observing, size_t index,
	const char *detail)
{
	struct json *json = &observing->faults.json;

	if (observing->fault_count++ >= FAULTS_TOLD_MAX)
		return;
	json_object(json);
	json_put_int(json, "index", (int64_t)index);
	json_put_string(json, "detail", detail);
	json_object_end(json);
}

/* Without a time of its own it is published now, as far as is known. */
static void observing_check(struct observing *observing, size_t index)
{
	struct daemon *daemon = observing->daemon;
	struct submitted_item *item = &observing->submitted.items[index];
	struct row *row = &observing->rows[index];
	struct error error;

	item->row.indicator = daemon->reg->indicators[observing->indicator].id;
	if (item->fault[0] != '\0')
		observing_fault(observing, index, item->fault);
	else if (row_check(daemon->reg, NOT_FOUND, daemon->settings->zone,
	    &item->row, row, &error) < 0)
		observing_fault(observing, index, error.text);
	if (row->observation.published == INSTANT_MIN)
		row->observation.published = engine_as_of(daemon->engine,
			loop_now(daemon->loop));
}

/* false: some are at fault, which was answered, all of it. */
static bool observing_is_sound(struct observing *observing)
{
	struct text *told = &observing->faults.body;

	reply_begin(&observing->faults);
	json_array(&observing->faults.json);
	for (; observing->checked < observing->submitted.count;
	    observing->checked++)
		observing_check(observing, observing->checked);
	json_array_end(&observing->faults.json);
	if (observing->fault_count > 0)
		reply_problem_list(observing->request, 422, text_string(told),
			"%zu of %zu items cannot be taken, and so none was", observing->fault_count,
			observing->submitted.count);
	reply_drop(&observing->faults);
	return observing->fault_count == 0;
}

static bool items_say_alike(const struct submitted_item *a,
	const struct submitted_item *b)
{
	return string_is(a->note, b->note) && string_is(a->evidence, b->evidence);
}

/* Items with the same note and evidence go together, so that a table is taken
   and judged at once. */
static void observing_take(struct observing *observing, const char *who)
{
	struct daemon *daemon = observing->daemon;
	const struct submitted_item *items = observing->submitted.items;
	size_t count = observing->submitted.count;

	for (size_t from = 0, to; from < count; from = to) {
		for (to = from + 1; to < count &&
		    items_say_alike(&items[from], &items[to]); to++)
			;
		engine_observed(daemon->engine, &observing->rows[from], to - from,
			&(struct stated){.by = who, .note = items[from].note,
			.evidence = items[from].evidence},
			loop_now(daemon->loop), &daemon->effects);
	}
}

static void observing_reply(struct observing *observing, struct reply *reply,
	const char *who, uint8_t *statuses)
{
	struct daemon *daemon = observing->daemon;
	struct taken taken = taken_find(daemon);
	struct json *json = &reply->json;

	reply_begin(reply);
	json_object(json);
	json_put_string(json, "indicator",
		daemon->reg->indicators[observing->indicator].id);
	json_put_string(json, "by", who);
	json_key(json, "items");
	json_array(json);
	for (size_t i = 0; i < observing->checked; i++)
		put_item(json, daemon, &observing->rows[i],
			&observing->before[i], taken_of(&taken,
			&observing->rows[i]));
	json_array_end(json);
	put_milestones(json, daemon, statuses);
	json_object_end(json);
	free(taken.items);
}

/* Why, where all of them say the same. */
static const char *observing_note(const struct observing *observing)
{
	const struct submitted_item *items = observing->submitted.items;

	for (size_t i = 1; i < observing->submitted.count; i++)
		if (!string_is(items[i].note, items[0].note))
			return NULL;
	return items[0].note;
}

static void observing_commit(struct observing *observing,
	struct submission *submission)
{
	struct daemon *daemon = observing->daemon;
	const char *who = submission_who(submission);
	uint8_t *statuses = statuses_take(daemon);
	struct reply reply;

	for (size_t i = 0; i < observing->checked; i++)
		observing->before[i] = before_take(daemon, &observing->rows[i]);
	observing_take(observing, who);
	observing_reply(observing, &reply, who, statuses);
	daemon_absorb(daemon, NULL);
	submission_commit(submission, &reply, observing_note(observing));
	free(statuses);
}

static void observing_run(struct observing *observing,
	struct submission *submission)
{
	const struct indicator *indicator =
		&observing->daemon->reg->indicators[observing->indicator];
	struct error error;
	size_t length;
	const char *body = server_request_body(observing->request, &length);
	int read = submitted_read(&observing->submitted, body, length,
		indicator->kind == INDICATOR_DOCUMENTS, &error);

	observing->rows = mem_new(observing->submitted.count + 1,
		sizeof *observing->rows);
	observing->before = mem_new(observing->submitted.count + 1,
		sizeof *observing->before);
	if (read < 0)
		reply_refusal(observing->request, &error);
	if (read < 0 || !observing_is_sound(observing))
		submission_drop(submission);
	else
		observing_commit(observing, submission);
	for (size_t i = 0; i < observing->checked; i++)
		row_release(&observing->rows[i]);
	free(observing->rows);
	free(observing->before);
	submitted_release(&observing->submitted);
}

void post_observations(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	char *id = rest_id(rest, "/observations");
	struct observing observing = {.daemon = daemon, .request = request,
		.indicator = id == NULL ? NOT_FOUND :
			register_indicator(daemon->reg, id)};
	struct submission *submission;

	if (id == NULL)
		reply_problem(request, 404, "there is no such order: "
			"POST /v1/indicators/{id}/observations");
	else if (observing.indicator == NOT_FOUND)
		reply_absent(daemon, request, THING_INDICATOR, id);
	else if ((submission = submission_begin(daemon, request, "observe",
	    id)) != NULL)
		observing_run(&observing, submission);
	free(id);
}

/* --- accepting --------------------------------------------------------------------- */

struct held {
	uint32_t indicator;
	struct observation figure;
	enum accept_outcome outcome;
};

struct accepting {
	struct daemon *daemon;
	struct server_request *request;
	int64_t number;
	struct acceptance acceptance;
	struct held *held;
	size_t count, capacity;
};

/* Those whose indicator has left the register stay held. */
static void accepting_add(struct accepting *accepting, const char *indicator,
	const struct observation *figure)
{
	uint32_t index = register_indicator(accepting->daemon->reg, indicator);

	if (index == NOT_FOUND)
		return;
	accepting->held = mem_grow(accepting->held, accepting->count,
		&accepting->capacity, sizeof *accepting->held);
	accepting->held[accepting->count++] = (struct held){.indicator = index,
		.figure = *figure};
}

static void take_held(void *context, const char *indicator,
	const struct observation *figure, const struct store_observed *how)
{
	(void)how;
	accepting_add(context, indicator, figure);
}

/* false: it cannot be accepted, which was answered. */
static bool accepting_check(struct accepting *accepting, const char *indicator,
	const struct observation *figure)
{
	if (figure->quarantine == QUARANTINE_NONE) {
		reply_problem(accepting->request, 409, "observation %" PRId64 " is "
			"not held: /v1/observations?held=true lists those that "
			"are", accepting->number);
		return false;
	}
	accepting_add(accepting, indicator, figure);
	if (accepting->count > 0)
		return true;
	reply_problem(accepting->request, 409, "%s is not in the register: put it "
		"back and reload, or leave the figure held", indicator);
	return false;
}

/* The figure, and what came with it if that is asked for. */
static bool accepting_load(struct accepting *accepting)
{
	struct store *store = accepting->daemon->store;
	char indicator[STORE_INDICATOR_MAX];
	struct observation figure;
	struct store_origin origin;
	struct error error;

	if (store_load_observation(store, accepting->number, indicator, &figure,
	    &origin, &error) < 0) {
		if (error.kind == ERROR_ABSENT)
			reply_problem(accepting->request, 404, "%s: "
				"/v1/observations?held=true lists those that are "
				"held", error.text);
		else
			reply_unreadable(accepting->request, &error);
		return false;
	}
	if (!accepting_check(accepting, indicator, &figure))
		return false;
	if (!accepting->acceptance.release)
		return true;
	accepting->count = 0;
	if (store_load_held(store, accepting->number, take_held, accepting,
	    &error) == 0)
		return true;
	reply_unreadable(accepting->request, &error);
	return false;
}

static void accepting_reply(const struct accepting *accepting,
	struct reply *reply, const char *who, uint8_t *statuses)
{
	const struct daemon *daemon = accepting->daemon;
	struct json *json = &reply->json;

	reply_begin(reply);
	json_object(json);
	json_put_string(json, "by", who);
	json_key(json, "items");
	json_array(json);
	for (size_t i = 0; i < accepting->count; i++) {
		const struct held *held = &accepting->held[i];

		json_object(json);
		json_put_int(json, "id", held->figure.id);
		json_put_string(json, "indicator",
			daemon->reg->indicators[held->indicator].id);
		view_period(json, "period", held->figure.period);
		json_put_decimal(json, "value", held->figure.value);
		json_put_string(json, "news", held->outcome == ACCEPTED ?
			"accepted" : "already");
		json_object_end(json);
	}
	json_array_end(json);
	put_milestones(json, daemon, statuses);
	json_object_end(json);
}

static void accepting_commit(struct accepting *accepting,
	struct submission *submission)
{
	struct daemon *daemon = accepting->daemon;
	const struct stated stated = {.by = submission_who(submission),
		.note = accepting->acceptance.note};
	uint8_t *statuses = statuses_take(daemon);
	struct reply reply;

	for (size_t i = 0; i < accepting->count; i++) {
		struct held *held = &accepting->held[i];

		held->outcome = engine_accept(daemon->engine, held->indicator,
			&held->figure, &stated, loop_now(daemon->loop),
			&daemon->effects);
	}
	accepting_reply(accepting, &reply, stated.by, statuses);
	daemon_absorb(daemon, NULL);
	submission_commit(submission, &reply, stated.note);
	free(statuses);
}

static void accepting_run(struct accepting *accepting,
	struct submission *submission)
{
	struct error error;
	size_t length;
	const char *body = server_request_body(accepting->request, &length);
	bool sound = acceptance_read(&accepting->acceptance, body, length,
		&error) == 0;

	if (!sound)
		reply_refusal(accepting->request, &error);
	if (sound && accepting_load(accepting))
		accepting_commit(accepting, submission);
	else
		submission_drop(submission);
	free(accepting->held);
	acceptance_release(&accepting->acceptance);
}

void post_accept(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	char *word = rest_id(rest, "/accept");
	struct accepting accepting = {.daemon = daemon, .request = request,
		.number = word == NULL ? 0 : rest_number(word)};
	struct submission *submission;

	if (word == NULL)
		reply_problem(request, 404, "there is no such order: "
			"POST /v1/observations/{number}/accept");
	else if (accepting.number == 0)
		reply_problem(request, 404, "\"%s\" is no number of an "
			"observation: /v1/observations?held=true lists those that "
			"are held", word);
	else if ((submission = submission_begin(daemon, request, "accept",
	    word)) != NULL)
		accepting_run(&accepting, submission);
	free(word);
}
