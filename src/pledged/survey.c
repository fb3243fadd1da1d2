/* survey: see survey.h. */
#include "pledged/survey.h"

#include <stdlib.h>

#include "base/mem.h"

/* Looked at in one step: answers that the engine has, or judged anew as of
   another time. */
#define KEPT_A_STEP 5000
#define JUDGED_A_STEP 500

void survey_begin(struct survey *survey, struct daemon *daemon,
	const struct question *question, const struct query *query)
{
	*survey = (struct survey){.daemon = daemon, .question = question,
		.query = query,
		.end = (uint32_t)daemon->reg->milestone_count};
}

bool survey_step(struct survey *survey, survey_fn *fn, void *context)
{
	const struct register_ *reg = survey->daemon->reg;
	uint32_t stop = survey->next + (survey->question->past ?
		JUDGED_A_STEP : KEPT_A_STEP);

	for (; survey->next < stop && survey->next < survey->end;
	    survey->next++) {
		struct assessment room;
		instant since;
		const struct assessment *answer = question_answer(
			survey->question, survey->daemon, survey->next, &room,
			&since);

		if (survey->query == NULL || query_accepts(survey->query, reg,
				survey->next, answer))
			fn(context, survey->next, answer);
	}
	return survey->next == survey->end;
}

/* --- rankings --------------------------------------------------------------------- */

void ranking_init(struct ranking *ranking, enum ranking_order order,
	size_t most)
{
	*ranking = (struct ranking){.order = order, .most = most,
		.items = mem_new(most + 1, sizeof *ranking->items)};
}

void ranking_release(struct ranking *ranking)
{
	free(ranking->items);
	ranking->items = NULL;
}

void ranking_clear(struct ranking *ranking)
{
	ranking->seen = ranking->count = 0;
}

static struct ranked ranked_of(enum ranking_order order, uint32_t milestone,
	const struct assessment *answer)
{
	struct ranked ranked = {.milestone = milestone};

	if (order == RANKING_URGENCY)
		ranked.first = status_urgency(answer->status);
	if (order != RANKING_REGISTER)
		ranked.second = answer->due;
	return ranked;
}

static int ranked_compare(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	if (a->second != b->second)
		return a->second < b->second ? -1 : 1;
	return a->milestone < b->milestone ? -1 : a->milestone > b->milestone;
}

static void ranking_swap(struct ranking *ranking, size_t a, size_t b)
{
	struct ranked kept = ranking->items[a];

	ranking->items[a] = ranking->items[b];
	ranking->items[b] = kept;
}

static void ranking_rise(struct ranking *ranking, size_t at)
{
	for (; at > 0 && ranked_compare(&ranking->items[at],
	    &ranking->items[(at - 1) / 2]) > 0; at = (at - 1) / 2)
		ranking_swap(ranking, at, (at - 1) / 2);
}

static void ranking_sink(struct ranking *ranking)
{
	size_t at = 0, below;

	while ((below = 2 * at + 1) < ranking->count) {
		if (below + 1 < ranking->count && ranked_compare(
				&ranking->items[below + 1],
				&ranking->items[below]) > 0)
			below++;
		if (ranked_compare(&ranking->items[below],
				&ranking->items[at]) <= 0)
			break;
		ranking_swap(ranking, at, below);
		at = below;
	}
}

void ranking_take(struct ranking *ranking, uint32_t milestone,
	const struct assessment *answer)
{
	struct ranked ranked = ranked_of(ranking->order, milestone, answer);

	ranking->seen++;
	if (ranking->count < ranking->most) {
		ranking->items[ranking->count++] = ranked;
		ranking_rise(ranking, ranking->count - 1);
	} else if (ranking->most > 0 &&
	    ranked_compare(&ranked, &ranking->items[0]) < 0) {
		ranking->items[0] = ranked;
		ranking_sink(ranking);
	}
}

void ranking_sort(struct ranking *ranking)
{
	qsort(ranking->items, ranking->count, sizeof *ranking->items,
		ranked_compare);
}
