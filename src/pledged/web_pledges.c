/* web_pledges: pledges, each with how its milestones stand, and one of them. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pledged/survey.h"
#include "pledged/web.h"

#define ROWS 50			/* on a page */
#define LOOKED_A_STEP 5000

/* First pledges are looked for, then the milestones of those found. */
struct pledges_page {
	struct page page;
	size_t number;		/* of the page, from 1 */
	uint32_t next;		/* pledge looked at next */
	size_t seen;		/* that are selected */
	uint32_t found[ROWS];	/* those shown */
	size_t count;
	size_t counting;	/* the one whose milestones are counted */
	struct survey survey;
	size_t counts[ROWS][STATUS_COUNT];
};

/* --- looking for them ------------------------------------------------------------------- */

static bool field_accepts(const struct page *page, const char *name,
	const char *value)
{
	const char *pattern = page_parameter(page, name);

	return pattern == NULL || (value != NULL &&
		string_matches(value, pattern));
}

static bool page_accepts(const struct page *page, const struct pledge *pledge)
{
	const struct register_ *reg = page->sheet.daemon->reg;

	return field_accepts(page, "obligor", pledge->obligor) &&
		field_accepts(page, "owner", pledge->owner) &&
		field_accepts(page, "instrument",
			reg->instruments[pledge->instrument].id);
}

static void count_begin(struct pledges_page *list)
{
	const struct pledge *pledge = &list->page.sheet.daemon->reg->pledges[
		list->found[list->counting]];

	survey_begin(&list->survey, list->page.sheet.daemon,
		&list->page.question, NULL);
	list->survey.next = pledge->first_milestone;
	list->survey.end = pledge->first_milestone + pledge->milestone_count;
}

static void pledges_find(struct pledges_page *list)
{
	const struct register_ *reg = list->page.sheet.daemon->reg;
	size_t first = (list->number - 1) * ROWS;
	uint32_t stop = list->next + LOOKED_A_STEP;

	for (; list->next < stop && list->next < reg->pledge_count;
	    list->next++) {
		if (!page_accepts(&list->page, &reg->pledges[list->next]))
			continue;
		if (list->seen >= first && list->count < ROWS)
			list->found[list->count++] = list->next;
		list->seen++;
	}
	if (list->next == reg->pledge_count && list->count > 0)
		count_begin(list);
}

static void take_milestone(void *context, uint32_t milestone,
	const struct assessment *answer)
{
	struct pledges_page *list = context;

	(void)milestone;
	list->counts[list->counting][answer->status]++;
}

static void pledges_again(struct page *page)
{
	struct pledges_page *list = (struct pledges_page *)page;

	list->next = 0;
	list->seen = list->count = list->counting = 0;
	memset(list->counts, 0, sizeof list->counts);
}

static bool pledges_step(struct page *page)
{
	struct pledges_page *list = (struct pledges_page *)page;

	if (list->next < page->sheet.daemon->reg->pledge_count) {
		pledges_find(list);
		return false;
	}
	if (list->counting == list->count)
		return true;
	if (survey_step(&list->survey, take_milestone, list) &&
			++list->counting < list->count)
		count_begin(list);
	return false;
}

/* --- showing them ------------------------------------------------------------------------ */

static void put_counts(struct html *html, const size_t counts[STATUS_COUNT])
{
	struct part_share shares[STATUS_COUNT];

	for (size_t i = 0; i < STATUS_COUNT; i++)
		shares[i] = (struct part_share){
			status_look((enum status)i)->hue, counts[i]};
	part_bar(html, shares, STATUS_COUNT);
	for (size_t i = 0; i < STATUS_COUNT; i++) {
		if (counts[i] == 0)
			continue;
		part_status(html, (enum status)i);
		html_textf(html, " %zu ", counts[i]);
	}
}

static void put_pledge(struct pledges_page *list, struct part_table *table,
	size_t row)
{
	const struct register_ *reg = list->page.sheet.daemon->reg;
	const struct pledge *pledge = &reg->pledges[list->found[row]];

	part_row_open(table);
	part_cell_open(table);
	part_link(&list->page.sheet, SHEET_PLEDGE, pledge->id,
		pledge_title(pledge));
	html_element(table->html, "span", pledge->id, "class", "by", NULL);
	part_cell_close(table);
	part_cell(table, pledge->obligor);
	part_cell(table, reg->instruments[pledge->instrument].id);
	part_cell_open(table);
	put_counts(table->html, list->counts[row]);
	part_cell_close(table);
	part_row_close(table);
}

static void put_rows(struct pledges_page *list)
{
	static const struct part_column columns[] = {
		{"Pledge", "what", true}, {"Obligor", NULL, false},
		{"Instrument", NULL, false}, {"Milestones", "counts", false},
	};
	struct part_table table;
	struct text caption;

	text_init(&caption, 0);
	text_add_count(&caption, list->seen, "pledge");
	part_table_open(&table, &list->page.html, columns, 4,
		text_string(&caption), "pledges");
	text_release(&caption);
	for (size_t i = 0; i < list->count; i++)
		put_pledge(list, &table, i);
	part_table_close(&table);
	page_put_pager(&list->page, list->number,
		list->seen > list->number * ROWS);
}

static void pledges_write(struct page *page)
{
	struct pledges_page *list = (struct pledges_page *)page;

	page_open(page, "/pledges", "Pledges");
	page_form_open(page, "/pledges");
	web_put_parties(page);
	page_form_close(page);
	if (list->count == 0)
		html_element(&page->html, "p", "No pledge is like that.",
			"class", "none", NULL);
	else
		put_rows(list);
	page_close(page);
}

static void pledges_release(struct page *page)
{
	(void)page;
}

void web_pledges(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	static const struct page_work work = {pledges_again, pledges_step,
		pledges_write, pledges_release};
	struct pledges_page *list = mem_new(1, sizeof *list);

	(void)rest;
	if (!page_begin_list(&list->page, daemon, request, &list->number)) {
		free(list);
		return;
	}
	pledges_again(&list->page);
	page_stream(&list->page, &work);
}

/* --- one of them ------------------------------------------------------------------------- */

void web_pledge(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	uint32_t index = register_pledge(daemon->reg, rest);
	struct page page = {.sent = 0};

	if (index == NOT_FOUND) {
		reply_absent(daemon, request, THING_PLEDGE, rest);
		return;
	}
	if (!page_begin(&page, daemon, request))
		return;
	page_open_timed(&page, "/pledges",
		pledge_title(&daemon->reg->pledges[index]));
	sheet_pledge(&page.sheet, index);
	page_close(&page);
	page_send(&page, 200);
}
