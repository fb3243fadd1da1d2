/*
 * api_explain: what a milestone's answer rests on. It is judged anew, as of now
 * or as of a time, and each figure is asked for its origin in the store.
 */
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "pledged/api.h"
#include "pledged/view.h"
#include "pledged/view_explanation.h"

/* Origins of all figures, in their order, and their ids. What the store does not
   have yet, or cannot read now, has none. */
static struct store_origin *origins_load(struct daemon *daemon,
	struct explanation *explanation)
{
	struct store_origin *origins = mem_new(explanation->figure_count + 1,
		sizeof *origins);
	struct error error;

	for (size_t i = 0; i < explanation->figure_count; i++)
		origins[i].of = &explanation->figures[i].observation;
	for (size_t i = 0; i < explanation->node_count; i++) {
		const struct explained *node = &explanation->nodes[i];

		if (node->figures.count > 0 && store_load_origins(daemon->store,
		    daemon->reg->indicators[node->indicator].id,
		    &origins[node->figures.first], node->figures.count,
		    &error) < 0)
			log_error("origins of figures: %s", error.text);
	}
	for (size_t i = 0; i < explanation->figure_count; i++)
		explanation->figures[i].observation.id = origins[i].id;
	return origins;
}

static void reply_explanation(struct daemon *daemon,
	struct server_request *request, uint32_t index, struct knowledge known,
	instant since)
{
	struct explanation explanation;
	struct store_origin *origins;
	struct reply reply;

	milestone_explain(daemon->reg, daemon->history, index, known,
		&explanation);
	origins = origins_load(daemon, &explanation);
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
	uint32_t index = milestone_asked(daemon, request, rest, "/explain");
	struct question question;
	struct error error;

	if (index == NOT_FOUND)
		return;
	if (question_read(daemon, request, &question, &error) < 0) {
		reply_refusal(request, &error);
		return;
	}
	if (!question.past)
		question.known.published_by = engine_as_of(daemon->engine,
			question.known.published_by);
	reply_explanation(daemon, request, index, question.known, question.past ?
		INSTANT_MIN : engine_milestone(daemon->engine, index)->since);
}
