/*
 * api_explain: what a milestone's answer rests on. It is judged anew, as of now
 * or as of a time, and each figure is asked for its origin in the store.
 */
#include <stdlib.h>

#include "pledged/api.h"
#include "pledged/origins.h"
#include "pledged/view.h"
#include "pledged/view_explanation.h"

static void reply_explanation(struct daemon *daemon,
	struct server_request *request, uint32_t index, struct knowledge known,
	instant since)
{
	struct explanation explanation;
	struct store_origin *origins;
	struct reply reply;

	milestone_explain(daemon->reg, daemon->history, index, known,
		&explanation);
	origins = explanation_origins(daemon, &explanation);
	reply_begin(&reply);
	json_object(&reply.json);
	view_milestone_fields(&reply.json, daemon->reg, daemon->history, index,
		&explanation.assessment, known.recorded_by, since);
	view_explanation_fields(&reply.json, daemon->reg, index, &explanation,
		origins);
	reply_put_register(&reply, daemon);
	json_object_end(&reply.json);
	reply_send(&reply, request, 200);
	free(origins);
	explanation_release(&explanation);
}

void get_explanation(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct question question;
	uint32_t index = milestone_asked_of(daemon, request, rest, "/explain",
		&question);

	if (index == NOT_FOUND)
		return;
	reply_explanation(daemon, request, index,
		question_known(&question, daemon), question.past ? INSTANT_MIN :
		engine_milestone(daemon->engine, index)->since);
}
