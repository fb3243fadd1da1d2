/* web_milestones: milestones that filters select, and one of them. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pledged/filters.h"
#include "pledged/survey.h"
#include "pledged/told.h"
#include "pledged/web.h"

#define ROWS 50			/* on a page */

struct milestones_page {
	struct page page;
	struct query query;
	struct survey survey;
	struct ranking ranking;
	size_t counts[STATUS_COUNT];
	size_t number;		/* from 1 */
};

/* --- the list ------------------------------------------------------------------------- */

static const char *const order_values[] = {"urgency", "due", "register",
	NULL};
static const char *const order_words[] = {"most urgent first", "due date",
	"order of the register", NULL};

static enum ranking_order order_of(const struct page *page)
{
	const char *sort = page_parameter(page, "sort");

	return string_is(sort, "due") ? RANKING_DUE :
		string_is(sort, "register") ? RANKING_REGISTER :
		RANKING_URGENCY;
}

static void take_milestone(void *context, uint32_t milestone,
	const struct assessment *answer)
{
	struct milestones_page *list = context;

	list->counts[answer->status]++;
	ranking_take(&list->ranking, milestone, answer);
}

static void milestones_again(struct page *page)
{
	struct milestones_page *list = (struct milestones_page *)page;

	survey_begin(&list->survey, page->sheet.daemon, &page->question,
		&list->query);
	ranking_clear(&list->ranking);
	memset(list->counts, 0, sizeof list->counts);
}

static bool milestones_step(struct page *page)
{
	struct milestones_page *list = (struct milestones_page *)page;

	return survey_step(&list->survey, take_milestone, list);
}

static void put_filters(struct page *page)
{
	static const char *const severities[] = {"critical", "warning", "info",
		NULL};
	const char *known[KNOWLEDGE_COUNT + 1];
	const char *statuses[STATUS_COUNT + 1], *words[STATUS_COUNT + 1];

	for (size_t i = 0; i < STATUS_COUNT; i++) {
		statuses[i] = status_name((enum status)i);
		words[i] = status_look((enum status)i)->words;
	}
	statuses[STATUS_COUNT] = words[STATUS_COUNT] = NULL;
	for (size_t i = 0; i < KNOWLEDGE_COUNT; i++)
		known[i] = assurance_name((enum assurance)i);
	known[KNOWLEDGE_COUNT] = NULL;
	page_form_open(page, "/milestones");
	page_choice(page, "status", "Status",
		&(struct page_words){statuses, words, NULL});
	web_put_choices(page);
	page_choice(page, "severity", "Severity",
		&(struct page_words){.values = severities});
	page_choice(page, "knowledge", "Knowledge",
		&(struct page_words){.values = known});
	page_field(page, "due_after", "Due from");
	page_field(page, "due_before", "Due until");
	page_choice(page, "sort", "Order", &(struct page_words){order_values,
		order_words, order_values[0]});
	page_form_close(page);
}

static void put_rows(struct milestones_page *list)
{
	struct page *page = &list->page;
	size_t first = (list->number - 1) * ROWS;
	struct part_table table;
	struct text caption;

	text_init(&caption, 0);
	text_add_count(&caption, list->ranking.seen, "milestone");
	part_milestones_open(&page->sheet, &table, text_string(&caption),
		PARTY_NONE);
	for (size_t i = first; i < list->ranking.count && i < first + ROWS; i++) {
		uint32_t index = list->ranking.items[i].milestone;
		struct assessment room;
		instant since;

		part_milestone_row(&page->sheet, &table, &(struct part_row){
			.milestone = index, .answer = question_answer(
			&page->question, page->sheet.daemon, index, &room,
			&since)});
	}
	part_table_close(&table);
	text_release(&caption);
	page_put_pager(page, list->number, list->ranking.count > first + ROWS ||
		(list->ranking.seen > list->ranking.count &&
		 first + 2 * ROWS <= RANKING_MAX));
}

static void milestones_write(struct page *page)
{
	struct milestones_page *list = (struct milestones_page *)page;

	ranking_sort(&list->ranking);
	page_open(page, "/milestones", "Milestones");
	put_filters(page);
	web_put_statuses(page, list->counts, "");
	if (list->ranking.seen == 0)
		html_element(&page->html, "p", "No milestone is like that.",
			"class", "none", NULL);
	else
		put_rows(list);
	page_close(page);
}

static void milestones_release(struct page *page)
{
	ranking_release(&((struct milestones_page *)page)->ranking);
}

static bool number_fits(struct page *page, size_t number)
{
	if (number * ROWS <= RANKING_MAX)
		return true;
	reply_problem(page->request, 400, "page: the list is shown up to the "
		"first %d; filter it, or read /v1/milestones to its end",
		RANKING_MAX);
	page_release(page);
	return false;
}

void web_milestones(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	static const struct page_work work = {milestones_again, milestones_step,
		milestones_write, milestones_release};
	struct milestones_page *list = mem_new(1, sizeof *list);

	(void)rest;
	if (!page_begin(&list->page, daemon, request) ||
	    !page_query(&list->page, &list->query,
	    WORDS_OF_TIME " sort page") ||
	    !page_number(&list->page, &list->number) ||
	    !number_fits(&list->page, list->number)) {
		free(list);
		return;
	}
	ranking_init(&list->ranking, order_of(&list->page),
		list->number * ROWS + 1);
	milestones_again(&list->page);
	page_stream(&list->page, &work);
}

/* --- one of them ------------------------------------------------------------------------ */

static void put_milestone(struct page *page, uint32_t index)
{
	const struct register_ *reg = page->sheet.daemon->reg;
	struct text name;

	text_init(&name, 0);
	add_milestone_name(reg, milestone_at(&reg->milestones[index],
		page->question.known.published_by), &name);
	page_open_timed(page, "/milestones", text_string(&name));
	text_release(&name);
	sheet_milestone(&page->sheet, index);
	page_close(page);
}

void web_milestone(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	uint32_t index = milestone_asked(daemon, request, rest, "");
	struct page page = {.sent = 0};

	if (index == NOT_FOUND || !page_begin(&page, daemon, request))
		return;
	put_milestone(&page, index);
	page_send(&page, 200);
}
