/* web_sources: where figures and documents come from, and how that goes. */
#include <stdlib.h>
#include <string.h>

#include "pledged/view.h"
#include "pledged/web.h"

#define ROWS 100		/* on a page */

enum health_of_source { SOURCE_WORKS, SOURCE_FAILS, SOURCE_GONE, SOURCE_NEW };

static const struct {
	const char *words, *sign;
	enum hue hue;
} looks[] = {
	[SOURCE_WORKS] = {"works", "✓", HUE_GOOD},
	[SOURCE_FAILS] = {"fails", "✗", HUE_BAD},
	[SOURCE_GONE] = {"gone", "⊗", HUE_BAD},
	[SOURCE_NEW] = {"not asked yet", "·", HUE_IDLE},
};

static enum health_of_source health_of_state(const struct source_state *state)
{
	if (state->gone)
		return SOURCE_GONE;
	if (state->failures > 0)
		return SOURCE_FAILS;
	return state->last_success == INSTANT_MIN ? SOURCE_NEW : SOURCE_WORKS;
}

static void put_health(struct html *html, const struct source_state *state)
{
	enum health_of_source health = health_of_state(state);

	part_badge(html, looks[health].hue, looks[health].sign,
		looks[health].words);
}

static void put_said(struct page *page, const struct source_state *state)
{
	const struct zone *zone = page->sheet.daemon->settings->zone;
	struct html *html = &page->html;

	if (state->failing_since != INSTANT_MIN) {
		html_textf(html, "%d time%s in a row since ", state->failures,
			state->failures == 1 ? "" : "s");
		part_time(html, state->failing_since, zone);
		html_text(html, ": ");
	}
	html_text(html, state->error);
	if (state->moved[0] != '\0')
		html_textf(html, " It has moved to %s.", state->moved);
}

static void put_time(struct page *page, struct part_table *table, instant at)
{
	part_cell_open(table);
	part_time(&page->html, at, page->sheet.daemon->settings->zone);
	part_cell_close(table);
}

static void put_name(struct page *page, const struct source *source)
{
	struct html *html = &page->html;
	char *url = view_url(source->url);
	struct text id;

	text_init(&id, 0);
	text_addf(&id, "source-%s", source->id);
	html_element(html, "span", source->id, "id", text_string(&id), NULL);
	html_open(html, "span", "class", "by", NULL);
	html_link(html, url, url);
	html_close(html, "span");
	text_release(&id);
	free(url);
}

static void put_source(struct page *page, struct part_table *table,
	uint32_t index)
{
	struct daemon *daemon = page->sheet.daemon;
	const struct source_state *state = engine_source(daemon->engine, index);

	part_row_open(table);
	part_cell_open(table);
	put_health(&page->html, state);
	part_cell_close(table);
	part_cell_open(table);
	put_name(page, &daemon->reg->sources[index]);
	part_cell_close(table);
	put_time(page, table, state->last_success);
	put_time(page, table, state->last_change);
	put_time(page, table, state->next);
	part_cell_open(table);
	put_said(page, state);
	part_cell_close(table);
	part_row_close(table);
}

static void put_sources(struct page *page, size_t number)
{
	static const struct part_column columns[] = {
		{"State", "how", false}, {"Source", "what", true},
		{"Last good answer", NULL, false}, {"Last news", NULL, false},
		{"Asked next", NULL, false}, {"What is wrong", "why", false},
	};
	size_t count = page->sheet.daemon->reg->source_count;
	size_t first = (number - 1) * ROWS;
	struct part_table table;
	struct text caption;

	text_init(&caption, 0);
	text_add_count(&caption, count, "source");
	part_table_open(&table, &page->html, columns, 6, text_string(&caption),
		"sources");
	text_release(&caption);
	for (size_t i = first; i < count && i < first + ROWS; i++)
		put_source(page, &table, (uint32_t)i);
	part_table_close(&table);
	page_put_pager(page, number, count > first + ROWS);
}

void web_sources(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct page page = {.sent = 0};
	size_t number;

	(void)rest;
	if (!page_begin_list(&page, daemon, request, &number))
		return;
	page_open_now(&page, "/sources", "Sources",
		"How sources are is known as of now only");
	page_form_open(&page, "/sources");
	page_form_close(&page);
	put_sources(&page, number);
	page_close(&page);
	page_send(&page, 200);
}
