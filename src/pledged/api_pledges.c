/*
 * api_pledges: pledges, each with what its milestones come to, now or as of a
 * time.
 */
#include "core/register_index.h"
#include "pledged/api.h"
#include "pledged/columns.h"
#include "pledged/filters.h"
#include "pledged/view.h"
#include "pledged/view_rollup.h"

/* Milestones looked at for one page, so that the loop is not held up: a page
   may be short, or empty, and have a next one. */
#define LOOKED_MAX 10000
#define JUDGED_MAX 2000		/* of them, when asked as of another time */
/* Milestones of one pledge that are counted; of more it is said that they are
   not. */
#define COUNTED_MAX 100000
#define COUNTED_PAST_MAX 10000

struct asking {
	struct daemon *daemon;
	struct question question;
	struct query query;
	size_t looked;
};

/* What the milestones of one come to. */
struct rolled {
	struct rollup_tally tally;
	bool counted;		/* false: they are too many */
	bool accepted;		/* one of them is as the query says */
};

static void pledge_roll(struct asking *asking, const struct pledge *pledge,
	struct rolled *rolled)
{
	const struct register_ *reg = asking->daemon->reg;
	size_t most = asking->question.past ? COUNTED_PAST_MAX : COUNTED_MAX;

	tally_init(&rolled->tally);
	rolled->counted = pledge->milestone_count <= most;
	rolled->accepted = !rolled->counted ||
		!query_asks_milestones(&asking->query);
	for (uint32_t i = 0; rolled->counted && i < pledge->milestone_count;
	    i++) {
		uint32_t index = pledge->first_milestone + i;
		struct assessment room;
		instant since;
		const struct assessment *answer = question_answer(
			&asking->question, asking->daemon, index, &room, &since);

		rolled->accepted = rolled->accepted ||
			query_accepts(&asking->query, reg, index, answer);
		tally_add(&rolled->tally, index, &reg->milestones[index], answer,
			asking->question.known.published_by);
		asking->looked++;
	}
}

static void put_pledge(struct json *json, const struct asking *asking,
	uint32_t index, const struct rolled *rolled)
{
	const struct register_ *reg = asking->daemon->reg;

	view_pledge_fields(json, reg, index);
	if (!rolled->counted) {
		json_put_null(json, "rollup");
		return;
	}
	json_key(json, "rollup");
	json_object(json);
	json_put_instant(json, "as_of", asking->question.known.published_by);
	view_tally_fields(json, &rolled->tally);
	view_tally_next(json, reg, &rolled->tally);
	json_object_end(json);
}

static bool pledge_is_asked(struct asking *asking, uint32_t index,
	struct rolled *rolled)
{
	const struct register_ *reg = asking->daemon->reg;
	const struct pledge *pledge = &reg->pledges[index];

	asking->looked++;
	if (!query_accepts_pledge(&asking->query, reg, pledge))
		return false;
	pledge_roll(asking, pledge, rolled);
	return rolled->accepted;
}

static void list_pledges(struct list *list, struct asking *asking, size_t place)
{
	const struct register_ *reg = asking->daemon->reg;
	size_t most = asking->question.past ? JUDGED_MAX : LOOKED_MAX;
	struct json *json = &list->reply.json;

	for (uint32_t index = NOT_FOUND; place < reg->pledge_count; place++) {
		struct rolled rolled;

		if (asking->looked >= most) {
			list_wrote_up_to(list, reg->pledges[index].id);
			break;
		}
		index = thing_in_order(reg, THING_PLEDGE, place);
		if (!pledge_is_asked(asking, index, &rolled))
			continue;
		if (!list_has_room(list))
			break;
		json_object(json);
		put_pledge(json, asking, index, &rolled);
		json_object_end(json);
		list_wrote(list, reg->pledges[index].id);
	}
}

void get_pledges(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	static const struct query_words words = {
		.own = WORDS_OF_LIST " " WORDS_OF_TIME, .id = "pledge"};
	struct asking asking = {.daemon = daemon};
	struct error error;
	struct list list;
	size_t place;

	(void)rest;
	if (question_read(daemon, request, &asking.question, &error) < 0 ||
	    query_read(daemon, request, asking.question.known.published_by,
	    &words, &asking.query, &error) < 0) {
		reply_refusal(request, &error);
		return;
	}
	if (!list_begin_ordered(&list, daemon, request, THING_PLEDGE, &place))
		return;
	list_as_table(&list, daemon, columns_pledge);
	list_pledges(&list, &asking, place);
	list_end_judged(&list, daemon);
}

void get_pledge(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	uint32_t index = register_pledge(daemon->reg, rest);
	struct asking asking = {.daemon = daemon};
	struct rolled rolled;
	struct reply reply;
	struct error error;

	if (index == NOT_FOUND) {
		reply_absent(daemon, request, THING_PLEDGE, rest);
		return;
	}
	if (question_read(daemon, request, &asking.question, &error) < 0) {
		reply_refusal(request, &error);
		return;
	}
	pledge_roll(&asking, &daemon->reg->pledges[index], &rolled);
	reply_begin(&reply);
	json_object(&reply.json);
	put_pledge(&reply.json, &asking, index, &rolled);
	reply_put_register(&reply, daemon);
	json_object_end(&reply.json);
	reply_send(&reply, request, 200);
}
