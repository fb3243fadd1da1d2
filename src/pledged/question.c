/* question: see question.h. */
#include "pledged/question.h"

#include "pledged/query.h"

/* 0: it is not there, and out stays as it is. */
static int time_read(const struct daemon *daemon,
	const struct server_request *request, const char *name, bool blanks,
	instant *out, struct error *error)
{
	const char *value = server_request_query(request, name);

	if (value == NULL || (blanks && *value == '\0'))
		return 0;
	return time_word_read(daemon->settings->zone, name, value, out,
		error) < 0 ? -1 : 1;
}

/* blanks: what is empty is as if it were not there. */
static int times_read(const struct daemon *daemon,
	const struct server_request *request, bool blanks,
	struct knowledge *known, struct error *error)
{
	int published, recorded;

	*known = (struct knowledge){INSTANT_MAX, INSTANT_MAX};
	published = time_read(daemon, request, "as_of", blanks,
		&known->published_by, error);
	recorded = time_read(daemon, request, "recorded_as_of", blanks,
		&known->recorded_by, error);
	if (published < 0 || recorded < 0)
		return -1;
	if (recorded > 0 && known->recorded_by >= loop_now(daemon->loop))
		return error_set(error, ERROR_INPUT, "recorded_as_of: that time is "
			"not over, and more may be recorded by then: ask for one "
			"that is past, or leave it out");
	if (published == 0)
		known->published_by = known->recorded_by;
	return published > 0 || recorded > 0;
}

int knowledge_read(struct daemon *daemon, struct server_request *request,
	struct knowledge *known, struct error *error)
{
	return times_read(daemon, request, false, known, error);
}

static int question_take(const struct daemon *daemon,
	const struct server_request *request, bool blanks,
	struct question *question, struct error *error)
{
	int past = times_read(daemon, request, blanks, &question->known, error);

	question->past = past > 0;
	if (past == 0)
		question->known.published_by = loop_now(daemon->loop);
	return past < 0 ? -1 : 0;
}

int question_read(struct daemon *daemon, struct server_request *request,
	struct question *question, struct error *error)
{
	return question_take(daemon, request, false, question, error);
}

int question_read_form(struct daemon *daemon, struct server_request *request,
	struct question *question, struct error *error)
{
	return question_take(daemon, request, true, question, error);
}

struct knowledge question_known(const struct question *question,
	const struct daemon *daemon)
{
	struct knowledge known = question->known;

	if (!question->past)
		known.published_by = engine_as_of(daemon->engine,
			known.published_by);
	return known;
}

const struct assessment *question_answer(const struct question *question,
	struct daemon *daemon, uint32_t index, struct assessment *room,
	instant *since)
{
	const struct milestone_state *state =
		engine_milestone(daemon->engine, index);

	*since = INSTANT_MIN;
	if (!question->past && state->since != INSTANT_MIN) {
		*since = state->since;
		return &state->assessment;
	}
	engine_assess(daemon->engine, index, question->known, room);
	return room;
}

const struct assessment *questioned_answer(void *context, uint32_t index,
	struct assessment *room)
{
	const struct questioned *questioned = context;
	instant since;

	return question_answer(questioned->question, questioned->daemon, index,
		room, &since);
}
