/*
 * api_charts: pictures. One of a single milestone, and of those that filters
 * select; the pictures of roll-ups stand beside these, in api_rollup.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "pledged/api.h"
#include "pledged/chart.h"
#include "pledged/filters.h"
#include "pledged/query.h"

/* Milestones that one picture looks at, so that the loop is not held up: as the
   engine has them, or judged as of another time. */
#define LOOKED_MAX 10000
#define JUDGED_MAX 1000
#define MONTHS_DEFAULT 12

void reply_chart(struct server_request *request, struct text *svg)
{
	static const char *const headers[] = {"Content-Security-Policy: "
		"default-src 'none'; style-src 'unsafe-inline'", NULL};

	server_reply(request, 200, "image/svg+xml", headers, svg);
	text_release(svg);
}

static void reply_chart_too_large(struct server_request *request)
{
	reply_problem(request, 422, "the picture would be larger than %d bytes: "
		"select less", CHART_BYTES_MAX);
}

/* --- one milestone ----------------------------------------------------------- */

void get_milestone_chart(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct question question;
	struct text svg;
	uint32_t milestone = milestone_asked_of(daemon, request, rest,
		"/chart.svg", &question);

	if (milestone == NOT_FOUND)
		return;
	text_init(&svg, 0);
	if (chart_trajectory(daemon->reg, daemon->history, milestone,
			question.known, CHART_FILE, &svg, NULL))
		reply_chart(request, &svg);
	else
		reply_problem(request, 404, "\"%s\" has no trajectory: its "
			"benchmark is not one comparison, or no figure of it is "
			"known", daemon->reg->milestones[milestone].id);
}

/* --- those that filters select ------------------------------------------------- */

/* One that was selected, with its answer, which is not judged twice. */
struct picked {
	uint32_t milestone;
	struct assessment answer;
};

struct selected {
	struct daemon *daemon;
	struct question question;
	struct query query;
	struct query fixed;	/* of it, what no answer is needed for */
	struct picked *picked;	/* in the register's order */
	size_t count, capacity;
};

static bool term_is_fixed(const struct query_term *term)
{
	switch (term->field) {
	case QUERY_ID:
	case QUERY_PLEDGE:
	case QUERY_INSTRUMENT:
	case QUERY_OBLIGOR:
	case QUERY_SERIES:
	case QUERY_OWNER:
	case QUERY_SEVERITY:
	case QUERY_LABEL:
		return true;
	default:
		return false;
	}
}

static int filters_take(struct selected *selected,
	struct server_request *request, const char *own, struct error *error)
{
	struct query *query = &selected->query;

	if (query_read(selected->daemon, request,
			selected->question.known.published_by,
			&(struct query_words){.own = own}, query, error) < 0)
		return -1;
	for (size_t i = 0; i < query->count; i++)
		if (term_is_fixed(&query->terms[i]))
			selected->fixed.terms[selected->fixed.count++] =
				query->terms[i];
	return 0;
}

static int too_many(const struct selected *selected, struct error *error)
{
	return error_set(error, ERROR_LIMIT, "more than %d milestones would have "
		"to be %s for one picture: select some by pledge, id, obligor, "
		"label.KEY or the like", selected->question.past ? JUDGED_MAX :
		LOOKED_MAX, selected->question.past ? "judged" : "looked at");
}

static int milestones_select(struct selected *selected, struct error *error)
{
	const struct register_ *reg = selected->daemon->reg;
	size_t left = selected->question.past ? JUDGED_MAX : LOOKED_MAX;
	struct assessment terms = {
		.as_of = selected->question.known.published_by};

	for (uint32_t i = 0; i < reg->milestone_count; i++) {
		struct assessment room;
		instant since;

		if (!query_accepts(&selected->fixed, reg, i, &terms))
			continue;
		if (left-- == 0)
			return too_many(selected, error);
		const struct assessment *answer = question_answer(
			&selected->question, selected->daemon, i, &room, &since);

		if (!query_accepts(&selected->query, reg, i, answer))
			continue;
		selected->picked = mem_grow(selected->picked, selected->count,
			&selected->capacity, sizeof *selected->picked);
		selected->picked[selected->count++] =
			(struct picked){i, *answer};
	}
	return 0;
}

static int picked_by_number(const void *left, const void *right)
{
	const struct picked *a = left, *b = right;

	return a->milestone < b->milestone ? -1 : a->milestone > b->milestone;
}

static const struct assessment *selected_answer(void *context, uint32_t index,
	struct assessment *room)
{
	const struct selected *selected = context;
	struct picked wanted = {.milestone = index};
	const struct picked *found = bsearch(&wanted, selected->picked,
		selected->count, sizeof *selected->picked, picked_by_number);

	(void)room;
	return &found->answer;
}

/* As the pictures ask for them. free() them. */
static uint32_t *selected_milestones(const struct selected *selected)
{
	uint32_t *milestones = mem_new(selected->count + 1, sizeof *milestones);

	for (size_t i = 0; i < selected->count; i++)
		milestones[i] = selected->picked[i].milestone;
	return milestones;
}

/* -1: it was refused, and answered. Nothing is to be freed then. */
static int selected_read(struct selected *selected, struct daemon *daemon,
	struct server_request *request, const char *own)
{
	struct error error;

	*selected = (struct selected){.daemon = daemon};
	if (question_read(daemon, request, &selected->question, &error) == 0 &&
	    filters_take(selected, request, own, &error) == 0 &&
	    milestones_select(selected, &error) == 0)
		return 0;
	free(selected->picked);
	reply_problem(request, error.kind == ERROR_LIMIT ? 422 : 400, "%s",
		error.text);
	return -1;
}

static struct answering selected_answers(struct selected *selected)
{
	return (struct answering){selected_answer, selected,
		selected->question.known.published_by};
}

/* --- timeline ---------------------------------------------------------------------- */

static int picked_by_due(const void *left, const void *right)
{
	const struct picked *const *a = left, *const *b = right;

	if ((*a)->answer.due != (*b)->answer.due)
		return (*a)->answer.due < (*b)->answer.due ? -1 : 1;
	return picked_by_number(*a, *b);
}

/* The soonest due first. free() them. */
static uint32_t *selected_by_due(const struct selected *selected)
{
	const struct picked **order = mem_new(selected->count + 1, sizeof *order);
	uint32_t *milestones = mem_new(selected->count + 1, sizeof *milestones);

	for (size_t i = 0; i < selected->count; i++)
		order[i] = &selected->picked[i];
	qsort(order, selected->count, sizeof *order, picked_by_due);
	for (size_t i = 0; i < selected->count; i++)
		milestones[i] = order[i]->milestone;
	free(order);
	return milestones;
}

void get_timeline(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct selected selected;
	struct answering answers;
	struct text svg;

	(void)rest;
	if (selected_read(&selected, daemon, request, WORDS_OF_TIME) < 0)
		return;
	uint32_t *milestones = selected_by_due(&selected);

	answers = selected_answers(&selected);
	text_init(&svg, 0);
	if (chart_timeline(daemon->reg, milestones, selected.count, &answers,
			CHART_FILE, &svg, NULL))
		reply_chart(request, &svg);
	else
		reply_problem(request, 404, "no milestone is like that: "
			"/v1/milestones lists them");
	free(milestones);
	free(selected.picked);
}

/* --- calendar ---------------------------------------------------------------------- */

/* from: a day of the first month, else that of the time asked about. */
static int months_read(struct server_request *request, struct date *first,
	int *months, struct error *error)
{
	const char *from = server_request_query(request, "from");
	const char *count = server_request_query(request, "months");
	int64_t number = count == NULL ? MONTHS_DEFAULT : rest_number(count);
	struct period month;

	if (from != NULL && period_read(from, &month) &&
	    month.frequency == FREQUENCY_MONTH)
		*first = period_first_day(month);
	else if (from != NULL && !date_parse(from, first))
		return error_set(error, ERROR_INPUT, "from: \"%.40s\" is no month "
			"or day, such as 2020-12", from);
	if (!chart_months_fit(*first, number))
		return error_set(error, ERROR_INPUT, "months: it is a number from 1 "
			"to %d, and the last of them lies before the year 10000",
			CHART_MONTHS_MAX);
	*months = (int)number;
	return 0;
}

void get_calendar(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct selected selected;
	struct answering answers;
	struct error error;
	struct date first;
	struct text svg;
	int months = MONTHS_DEFAULT;

	(void)rest;
	if (selected_read(&selected, daemon, request,
			WORDS_OF_TIME " from months") < 0)
		return;
	uint32_t *milestones = selected_milestones(&selected);

	answers = selected_answers(&selected);
	first = zone_date(daemon->reg->zone, answers.as_of);
	text_init(&svg, 0);
	if (months_read(request, &first, &months, &error) < 0)
		reply_refusal(request, &error);
	else if (chart_calendar(daemon->reg, milestones, selected.count, &answers,
			first, months, CHART_FILE, &svg, NULL))
		reply_chart(request, &svg);
	else
		reply_chart_too_large(request);
	free(milestones);
	free(selected.picked);
}
