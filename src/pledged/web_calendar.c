/* web_calendar: deadlines, month by month. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "pledged/chart.h"
#include "pledged/filters.h"
#include "pledged/survey.h"
#include "pledged/web.h"

#define ROWS_MAX 200
#define MONTHS_DEFAULT 6
#define MONTHS_MAX CHART_MONTHS_MAX

struct calendar_page {
	struct page page;
	struct query query;
	struct survey survey;
	struct ranking ranking;
	struct date first;	/* day of the first month */
	int months;
	instant from, until;	/* of what is shown: until is after it */
};

/* --- what is shown -------------------------------------------------------------------- */

static void take_milestone(void *context, uint32_t milestone,
	const struct assessment *answer)
{
	struct calendar_page *calendar = context;

	if (answer->due != INSTANT_MAX && answer->due >= calendar->from &&
			answer->due < calendar->until)
		ranking_take(&calendar->ranking, milestone, answer);
}

static void calendar_again(struct page *page)
{
	struct calendar_page *calendar = (struct calendar_page *)page;

	survey_begin(&calendar->survey, page->sheet.daemon, &page->question,
		&calendar->query);
	ranking_clear(&calendar->ranking);
}

static bool calendar_step(struct page *page)
{
	struct calendar_page *calendar = (struct calendar_page *)page;

	return survey_step(&calendar->survey, take_milestone, calendar);
}

/* --- showing it ------------------------------------------------------------------------- */

/* Those of one month, from place on; returns the place behind them. */
static size_t put_month(struct calendar_page *calendar, struct date month,
	size_t place)
{
	struct page *page = &calendar->page;
	instant end = zone_day_start(page->sheet.daemon->settings->zone,
		date_add_months(month, 1));
	struct part_table table;
	struct text words;

	if (place == calendar->ranking.count ||
			calendar->ranking.items[place].second >= end)
		return place;
	size_t behind = place;

	while (behind < calendar->ranking.count &&
	    calendar->ranking.items[behind].second < end)
		behind++;
	text_init(&words, 0);
	text_addf(&words, "%s %d", month_name(month.month), month.year);
	page_section_open(page, NULL, text_string(&words));
	text_clear(&words);
	text_add_count(&words, behind - place, "deadline");
	part_milestones_open(&page->sheet, &table, text_string(&words),
		PARTY_NONE);
	for (; place < behind; place++)
		part_milestone_asked(&page->sheet, &table,
			calendar->ranking.items[place].milestone);
	part_table_close(&table);
	page_section_close(page);
	text_release(&words);
	return behind;
}

static void put_filters(struct page *page)
{
	static const char *const months[] = {"1", "3", "6", "12", "24", NULL};

	page_form_open(page, "/calendar");
	page_field(page, "from", "From");
	page_choice(page, "months", "Months",
		&(struct page_words){.values = months, .usual = "6"});
	web_put_choices(page);
	page_form_close(page);
}

static void put_picture(struct calendar_page *calendar)
{
	struct sheet *sheet = &calendar->page.sheet;
	struct questioned questioned = {sheet->question, sheet->daemon};
	const struct answering answers = {questioned_answer, &questioned,
		sheet->question->known.published_by};
	uint32_t milestones[ROWS_MAX];
	struct text svg, words;

	for (size_t i = 0; i < calendar->ranking.count; i++)
		milestones[i] = calendar->ranking.items[i].milestone;
	text_init(&svg, 0);
	text_init(&words, 0);
	if (chart_calendar(sheet->daemon->reg, milestones,
			calendar->ranking.count, &answers, calendar->first,
			calendar->months, CHART_INLINE, &svg, &words))
		part_picture(sheet->html, &svg, &words);
	text_release(&words);
	text_release(&svg);
}

/* "due_after=2024-04-01&due_before=2024-09-30": the same, asked for. */
static void add_span(const struct calendar_page *calendar, struct text *out)
{
	text_add_string(out, "due_after=");
	text_add_instant(out, calendar->from);
	text_add_string(out, "&due_before=");
	text_add_instant(out, calendar->until - 1);
}

static void calendar_write(struct page *page)
{
	struct calendar_page *calendar = (struct calendar_page *)page;
	size_t place = 0;

	ranking_sort(&calendar->ranking);
	add_span(calendar, &page->selected);
	page_open(page, "/calendar", "Calendar");
	put_filters(page);
	put_picture(calendar);
	for (int i = 0; i < calendar->months; i++)
		place = put_month(calendar, date_add_months(calendar->first, i),
			place);
	if (calendar->ranking.count == 0)
		html_element(&page->html, "p", "Nothing is due in these months.",
			"class", "none", NULL);
	if (calendar->ranking.seen > calendar->ranking.count)
		html_textf(&page->html, "The first %zu of %zu: ask for fewer "
			"months.", calendar->ranking.count,
			calendar->ranking.seen);
	page_close(page);
}

static void calendar_release(struct page *page)
{
	ranking_release(&((struct calendar_page *)page)->ranking);
}

/* --- what is asked ---------------------------------------------------------------------- */

static int months_read(struct calendar_page *calendar, struct error *error)
{
	const char *word = page_parameter(&calendar->page, "months");
	int64_t months = word == NULL ? MONTHS_DEFAULT : rest_number(word);

	if (months < 1 || months > MONTHS_MAX)
		return error_set(error, ERROR_INPUT, "months: a whole number from "
			"1 to %d", MONTHS_MAX);
	calendar->months = (int)months;
	return 0;
}

/* A day, or the month of the time asked about. */
static int first_read(struct calendar_page *calendar, struct error *error)
{
	const char *word = page_parameter(&calendar->page, "from");
	const struct zone *zone = calendar->page.sheet.daemon->settings->zone;
	instant from = calendar->page.question.known.published_by;

	if (word != NULL && time_word_read(zone, "from", word, &from, error) < 0)
		return -1;
	calendar->first = zone_date(zone, from);
	calendar->first.day = 1;
	calendar->from = zone_day_start(zone, calendar->first);
	calendar->until = zone_day_start(zone,
		date_add_months(calendar->first, calendar->months));
	return 0;
}

void web_calendar(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	static const struct page_work work = {calendar_again, calendar_step,
		calendar_write, calendar_release};
	struct calendar_page *calendar = mem_new(1, sizeof *calendar);
	struct error error;

	(void)rest;
	if (!page_begin(&calendar->page, daemon, request) ||
	    !page_query(&calendar->page, &calendar->query,
	    WORDS_OF_TIME " from months")) {
		free(calendar);
		return;
	}
	if (months_read(calendar, &error) < 0 ||
			first_read(calendar, &error) < 0) {
		reply_refusal(request, &error);
		page_release(&calendar->page);
		free(calendar);
		return;
	}
	ranking_init(&calendar->ranking, RANKING_DUE, ROWS_MAX);
	calendar_again(&calendar->page);
	page_stream(&calendar->page, &work);
}
