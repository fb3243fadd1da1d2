/*
 * api_milestones: milestones with their answers, one or those that filters
 * select: now as the engine has them, else judged as of a time.
 */
#include <stdlib.h>

#include "core/register_index.h"
#include "pledged/api.h"
#include "pledged/columns.h"
#include "pledged/filters.h"
#include "pledged/view.h"

/* Milestones looked at for one page, so that the loop is not held up: a page
   may be short, or empty, and have a next one. */
#define LOOKED_MAX 10000
#define JUDGED_MAX 2000		/* of them, when asked as of another time */

struct query_taking {
	struct query *query;
	const char *id;
};

static int query_take(void *context, const char *name, const char *value,
	const struct zone *zone, struct error *error)
{
	const struct query_taking *taking = context;

	return query_add(taking->query, string_is(name, "id") ? taking->id :
		name, value, zone, error);
}

int query_read(struct daemon *daemon, struct server_request *request,
	instant now, const struct query_words *words, struct query *query,
	struct error *error)
{
	struct query_taking taking = {query, words->id != NULL ? words->id :
		"id"};

	*query = (struct query){.now = now};
	return filters_read(daemon, request, &(struct filters){words->own,
		words->blanks, query_take, &taking}, error);
}

static void list_milestones(struct list *list, struct daemon *daemon,
	const struct question *question, const struct query *query, size_t place)
{
	const struct register_ *reg = daemon->reg;
	size_t stop = place + (question->past ? JUDGED_MAX : LOOKED_MAX);

	for (uint32_t index = NOT_FOUND; place < reg->milestone_count; place++) {
		struct assessment room;
		instant since;

		if (place == stop) {
			list_wrote_up_to(list, reg->milestones[index].id);
			break;
		}
		index = thing_in_order(reg, THING_MILESTONE, place);

		const struct assessment *answer = question_answer(question, daemon,
			index, &room, &since);

		if (!query_accepts(query, reg, index, answer))
			continue;
		if (!list_has_room(list))
			break;
		view_milestone_said(&list->reply.json, reg, daemon->history,
			index, answer, question->known.recorded_by, since);
		list_wrote(list, reg->milestones[index].id);
	}
}

void reply_no_milestone(struct daemon *daemon, struct server_request *request,
	const char *is, const char *id)
{
	const struct register_ *reg = daemon->reg;
	uint32_t series = register_recurrence(reg, id);
	uint32_t pledge = register_pledge(reg, id);
	const char *near = thing_nearest(reg, THING_MILESTONE, id, NULL);

	if (series != NOT_FOUND)
		reply_problem(request, 404, "\"%s\" recurs: name one instance, "
			"such as %s", id, reg->milestones[
			reg->recurrences[series].first_milestone].id);
	else if (pledge != NOT_FOUND && reg->pledges[pledge].milestone_count > 0)
		reply_problem(request, 404, "\"%s\" is a pledge: name one of its "
			"milestones, such as %s", id, reg->milestones[
			reg->pledges[pledge].first_milestone].id);
	else if (near != NULL)
		reply_problem(request, 404, "there %s no milestone \"%s\", did "
			"you mean \"%s\"?", is, id, near);
	else
		reply_problem(request, 404, "there %s no milestone \"%s\": "
			"/v1/milestones lists them", is, id);
}

uint32_t milestone_asked(struct daemon *daemon, struct server_request *request,
	const char *rest, const char *suffix)
{
	char *id = rest_id(rest, suffix);
	uint32_t index = id == NULL ? NOT_FOUND : register_milestone(daemon->reg, id);

	if (index == NOT_FOUND)
		reply_no_milestone(daemon, request, "is", id == NULL ? rest : id);
	free(id);
	return index;
}

uint32_t milestone_asked_of(struct daemon *daemon,
	struct server_request *request, const char *rest, const char *suffix,
	struct question *question)
{
	uint32_t index = milestone_asked(daemon, request, rest, suffix);
	struct error error;

	if (index == NOT_FOUND ||
			question_read(daemon, request, question, &error) == 0)
		return index;
	reply_refusal(request, &error);
	return NOT_FOUND;
}

void get_milestones(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	static const struct query_words words = {
		.own = WORDS_OF_LIST " " WORDS_OF_TIME};
	struct query query;
	struct question question;
	struct error error;
	struct list list;
	size_t place;

	(void)rest;
	if (question_read(daemon, request, &question, &error) < 0 ||
	    query_read(daemon, request, question.known.published_by, &words,
		&query, &error) < 0) {
		reply_refusal(request, &error);
		return;
	}
	if (!list_begin_ordered(&list, daemon, request, THING_MILESTONE, &place))
		return;
	list_as_table(&list, daemon, columns_milestone);
	list_milestones(&list, daemon, &question, &query, place);
	list_end_judged(&list, daemon);
}

/* --- one of them ----------------------------------------------------------- */

static void put_milestone(struct reply *reply, struct daemon *daemon,
	const struct question *question, uint32_t index)
{
	struct json *json = &reply->json;
	struct assessment room;
	instant since;
	const struct assessment *answer = question_answer(question, daemon, index,
		&room, &since);

	json_object(json);
	view_milestone_fields(json, daemon->reg, daemon->history, index, answer,
		question->known.recorded_by, since);
	reply_put_register(reply, daemon);
	json_object_end(json);
}

static void put_series(struct json *json, struct daemon *daemon,
	const struct question *question, uint32_t recurrence)
{
	struct questioned questioned = {question, daemon};

	view_series(json, daemon->reg, recurrence, &(struct answering){
		.answer = questioned_answer, .context = &questioned,
		.as_of = question->known.published_by});
}

/* A past answer is judged now, and the loop is not held up by thousands. */
static int series_fits(const struct daemon *daemon,
	const struct question *question, uint32_t recurrence,
	struct error *error)
{
	const struct recurrence *series = &daemon->reg->recurrences[recurrence];

	if (!question->past || series->milestone_count <= JUDGED_MAX)
		return 0;
	return error_set(error, ERROR_LIMIT, "as_of: %s has %u instances, and at "
		"most %d are judged at once: ask /v1/milestones?id=%s@*, page "
		"by page", series->id, series->milestone_count, JUDGED_MAX,
		series->id);
}

/* A milestone, or by the id that its instances share, a series. */
void get_milestone(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	uint32_t index = register_milestone(daemon->reg, rest);
	uint32_t recurrence = register_recurrence(daemon->reg, rest);
	struct question question;
	struct reply reply;
	struct error error;

	if (index == NOT_FOUND && recurrence == NOT_FOUND) {
		reply_no_milestone(daemon, request, "is", rest);
		return;
	}
	if (question_read(daemon, request, &question, &error) < 0 ||
		(index == NOT_FOUND && series_fits(daemon, &question, recurrence,
		&error) < 0)) {
		reply_refusal(request, &error);
		return;
	}
	reply_begin(&reply);
	if (index != NOT_FOUND)
		put_milestone(&reply, daemon, &question, index);
	else
		put_series(&reply.json, daemon, &question, recurrence);
	reply_send(&reply, request, 200);
}
