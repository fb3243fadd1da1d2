/* page: see page.h. */
#include "config.h"

#include "pledged/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pledged/api.h"
#include "pledged/page_links.h"

/* Of one page: its rows are bounded, and what their names come to is not. */
#define PAGE_BYTES_MAX ((size_t)8 << 20)
#define PAGE_PIECE ((size_t)64 << 10)
#define DIGEST_SHOWN 12		/* letters of the register's */

static const char *const page_headers[] = {
	"Content-Security-Policy: default-src 'none'; style-src 'self'; "
		"script-src 'self'; img-src 'self'; connect-src 'self'; "
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	"Referrer-Policy: no-referrer",
	"X-Content-Type-Options: nosniff",
	"Cache-Control: no-store",
	NULL
};
#define PAGE_TYPE "text/html; charset=utf-8"

/* --- what is asked ---------------------------------------------------------------- */

const char *page_parameter(const struct page *page, const char *name)
{
	const char *value = server_request_query(page->request, name);

	return value == NULL || *value == '\0' ? NULL : value;
}

bool page_begin(struct page *page, struct daemon *daemon,
	struct server_request *request)
{
	struct error error;

	page->request = request;
	page->edition = edition_of(daemon);
	page->sheet = (struct sheet){.html = &page->html, .daemon = daemon,
		.question = &page->question};
	if (question_read_form(daemon, request, &page->question, &error) < 0) {
		reply_refusal(request, &error);
		return false;
	}
	text_init(&page->body, PAGE_BYTES_MAX);
	text_init(&page->selected, 0);
	html_init(&page->html, &page->body);
	return true;
}

bool page_query(struct page *page, struct query *query, const char *own)
{
	struct error error;

	if (query_read(page->sheet.daemon, page->request,
			page->question.known.published_by, &(struct query_words){
			.own = own, .blanks = true}, query, &error) == 0)
		return true;
	reply_refusal(page->request, &error);
	page_release(page);
	return false;
}

/* --- head ------------------------------------------------------------------------- */

static const struct tab {
	const char *path, *name;
} tabs[] = {
	{"/", "Overview"}, {"/milestones", "Milestones"},
	{"/pledges", "Pledges"}, {"/scorecard", "Scorecard"},
	{"/matrix", "Matrix"}, {"/calendar", "Calendar"},
	{"/alerts", "Alerts"}, {"/sources", "Sources"},
	{"/deliveries", "Deliveries"},
};

bool page_is_at(const char *path)
{
	for (size_t i = 1; i < sizeof tabs / sizeof *tabs; i++) {
		size_t length = strlen(tabs[i].path);

		if (string_starts(path, tabs[i].path) &&
				(path[length] == '\0' || path[length] == '/'))
			return true;
	}
	return string_is(path, tabs[0].path);
}

static void put_meta(struct html *html, struct page *page, const char *title)
{
	html_raw(html, "<!DOCTYPE html>\n");
	html_open(html, "html", "lang", "en", NULL);
	html_open(html, "head", NULL);
	html_void(html, "meta", "charset", "utf-8", NULL);
	html_void(html, "meta", "name", "viewport", "content",
		"width=device-width, initial-scale=1", NULL);
	html_void(html, "meta", "name", "color-scheme", "content", "light dark",
		NULL);
	html_open(html, "title", NULL);
	html_textf(html, "%s · pledged", title);
	html_close(html, "title");
	html_void(html, "link", "rel", "icon", "href", "/assets/icon.svg",
		"type", "image/svg+xml", NULL);
	html_void(html, "link", "rel", "stylesheet", "href", "/assets/page.css",
		NULL);
	html_void(html, "link", "rel", "stylesheet", "href",
		"/assets/picture.css", NULL);
	html_element(html, "script", NULL, "src", "/assets/page.js", "defer",
		"", NULL);
	if (page != NULL)
		page_put_alternates(page);
	html_close(html, "head");
}

/* sheet NULL: the links keep no time. */
static void put_tabs(struct html *html, const struct sheet *sheet,
	const char *present)
{
	html_open(html, "nav", "aria-label", "Pages", NULL);
	html_open(html, "ul", NULL);
	for (size_t i = 0; i < sizeof tabs / sizeof *tabs; i++) {
		const char *here = string_is(present, tabs[i].path) ? "page" :
			NULL;
		struct text path;

		text_init(&path, 0);
		if (sheet != NULL)
			part_add_path(&path, sheet, tabs[i].path);
		else
			text_add_string(&path, tabs[i].path);
		html_open(html, "li", NULL);
		html_element(html, "a", tabs[i].name, "href",
			text_string(&path), "aria-current", here, NULL);
		html_close(html, "li");
		text_release(&path);
	}
	html_close(html, "ul");
	html_close(html, "nav");
}

/* Of a page; NULL: of a problem. live: the script shows what changes, and is told
   what may. */
static void put_head(struct html *html, struct page *page, const char *tab,
	const char *title, bool live)
{
	struct text kinds;

	put_meta(html, page, title);
	text_init(&kinds, 0);
	for (int i = 0; i < EVENT_KIND_COUNT; i++)
		text_addf(&kinds, "%s%s", i > 0 ? " " : "",
			event_kind_name((enum event_kind)i));
	html_open(html, "body", "data-live", live ? text_string(&kinds) : NULL,
		NULL);
	text_release(&kinds);
	html_element(html, "a", "Skip to the content", "class", "skip", "href",
		"#main", NULL);
	html_open(html, "header", NULL);
	html_open(html, "div", "class", "bar", NULL);
	html_open(html, "p", "class", "brand", NULL);
	html_void(html, "img", "src", "/assets/icon.svg", "alt", "", "width",
		"24", "height", "24", NULL);
	html_text(html, "pledged");
	html_close(html, "p");
	put_tabs(html, page == NULL ? NULL : &page->sheet, tab);
	html_close(html, "div");
	html_close(html, "header");
	html_text(html, "\n");
	html_open(html, "main", "id", "main", "tabindex", "-1", NULL);
}

/* That what is shown is not what is known now. */
static void put_past(struct page *page)
{
	const struct knowledge *known = &page->question.known;
	const struct zone *zone = page->sheet.daemon->settings->zone;
	struct html *html = &page->html;

	if (!page->question.past)
		return;
	html_open(html, "p", "class", "past", "role", "note", NULL);
	html_text(html, "What was known on ");
	part_time(html, known->published_by, zone);
	if (known->recorded_by != INSTANT_MAX) {
		html_text(html, ", as far as it was recorded by ");
		part_time(html, known->recorded_by, zone);
	}
	html_text(html, ". ");
	html_element(html, "a", "What is known now", "href",
		server_request_path(page->request), NULL);
	html_close(html, "p");
}

void page_open(struct page *page, const char *tab, const char *title)
{
	put_head(&page->html, page, tab, title, !page->question.past);
	put_past(page);
	html_element(&page->html, "h1", title, NULL);
}

void page_open_timed(struct page *page, const char *tab, const char *title)
{
	put_head(&page->html, page, tab, title, !page->question.past);
	put_past(page);
	html_open(&page->html, "div", "class", "top", NULL);
	html_element(&page->html, "h1", title, NULL);
	page_form_open(page, server_request_path(page->request));
	page_form_close(page);
	html_close(&page->html, "div");
}

void page_open_now(struct page *page, const char *tab, const char *title,
	const char *what)
{
	struct html *html = &page->html;

	page->of_now = true;
	put_head(html, page, tab, title, true);
	html_element(html, "h1", title, NULL);
	if (!page->question.past)
		return;
	html_open(html, "p", "class", "past", "role", "note", NULL);
	html_textf(html, "%s: this is how it is now. Links to the other pages "
		"keep ", what);
	part_time(html, page->question.known.published_by,
		page->sheet.daemon->settings->zone);
	html_text(html, ". ");
	html_element(html, "a", "What is known now", "href",
		server_request_path(page->request), NULL);
	html_close(html, "p");
}

/* --- foot -------------------------------------------------------------------------- */

static void put_register(struct html *html, const struct daemon *daemon)
{
	char hex[DIGEST_HEX_SIZE], word[DIGEST_SHOWN + 1];

	digest_hex(&daemon->reg->digest, hex);
	string_copy(word, sizeof word, hex);
	html_text(html, " by register ");
	html_element(html, "code", word, "title", hex, NULL);
}

void page_close(struct page *page)
{
	struct daemon *daemon = page->sheet.daemon;
	struct html *html = &page->html;

	html_close(html, "main");
	html_text(html, "\n");
	html_open(html, "footer", NULL);
	page_put_forms(page);
	html_open(html, "p", NULL);
	html_text(html, "As of ");
	part_time(html, page->of_now ? loop_now(daemon->loop) :
		page->question.known.published_by, daemon->settings->zone);
	html_textf(html, " %s", zone_name(daemon->settings->zone));
	put_register(html, daemon);
	html_textf(html, ". pledged %s", PACKAGE_VERSION);
	html_close(html, "p");
	html_element(html, "p", NULL, "id", "live", "role", "status", NULL);
	html_close(html, "footer");
	html_close(html, "body");
	html_close(html, "html");
	html_text(html, "\n");
}

/* --- answers ----------------------------------------------------------------------- */

void page_release(struct page *page)
{
	text_release(&page->body);
	text_release(&page->selected);
}

void page_send(struct page *page, int status)
{
	server_reply(page->request, status, PAGE_TYPE, page_headers,
		&page->body);
	page_release(page);
}

static enum stream_step page_next(void *context, struct text *piece)
{
	struct page *page = context;
	struct daemon *daemon = page->sheet.daemon;

	if (!page->written) {
		if (!edition_is_current(&page->edition, daemon)) {
			page->edition = edition_of(daemon);
			page->work->again(page);
		}
		if (!page->work->step(page))
			return STREAM_MORE;
		page->work->write(page);
		page->written = true;
		return page->body.cut ? STREAM_BREAK : STREAM_MORE;
	}
	size_t length = page->body.length - page->sent;

	if (length > PAGE_PIECE)
		length = PAGE_PIECE;
	text_add(piece, page->body.data + page->sent, length);
	page->sent += length;
	return page->sent == page->body.length ? STREAM_END : STREAM_MORE;
}

static void page_gone(void *context)
{
	struct page *page = context;

	page->work->release(page);
	page_release(page);
	free(page);
}

void page_stream(struct page *page, const struct page_work *work)
{
	static const struct stream_source source = {page_next, page_gone};

	page->work = work;
	server_stream(page->request, 200, PAGE_TYPE, page_headers, &source,
		page);
}

/* --- sections and forms ---------------------------------------------------------------- */

void page_section_open(struct page *page, const char *id, const char *title)
{
	html_open(&page->html, "section", "id", id, NULL);
	html_element(&page->html, "h2", title, NULL);
}

void page_section_close(struct page *page)
{
	html_close(&page->html, "section");
	html_text(&page->html, "\n");
}

void page_form_open(struct page *page, const char *path)
{
	html_open(&page->html, "form", "method", "get", "action", path, "class",
		"filters", NULL);
}

void page_form_close(struct page *page)
{
	struct html *html = &page->html;
	const struct zone *zone = page->sheet.daemon->settings->zone;
	const instant at = page->question.known.published_by;
	bool day = !page->question.past ||
		zone_day_end(zone, zone_date(zone, at)) == at;

	html_open(html, "label", NULL);
	html_element(html, "span", "As of", NULL);
	html_void(html, "input", "name", "as_of", "type", day ? "date" : "text",
		"value", page_parameter(page, "as_of"), NULL);
	html_close(html, "label");
	html_element(html, "button", "Show", "type", "submit", NULL);
	html_close(html, "form");
	html_text(html, "\n");
}

void page_field(struct page *page, const char *name, const char *label)
{
	struct html *html = &page->html;

	html_open(html, "label", NULL);
	html_element(html, "span", label, NULL);
	html_void(html, "input", "name", name, "value",
		page_parameter(page, name), "autocomplete", "off", NULL);
	html_close(html, "label");
}

static void put_option(struct html *html, const char *value, const char *words,
	bool selected)
{
	html_element(html, "option", words, "value", value, "selected",
		selected ? "" : NULL, NULL);
}

void page_choice(struct page *page, const char *name, const char *label,
	const struct page_words *words)
{
	const char *asked = page_parameter(page, name);
	const char *now = asked != NULL ? asked : words->usual;
	struct html *html = &page->html;
	bool found = now == NULL;

	html_open(html, "label", NULL);
	html_element(html, "span", label, NULL);
	html_open(html, "select", "name", name, NULL);
	if (words->usual == NULL)
		put_option(html, "", "any", now == NULL);
	for (size_t i = 0; words->values[i] != NULL; i++) {
		bool selected = string_is(words->values[i], now);

		put_option(html, words->values[i], words->words != NULL ?
			words->words[i] : words->values[i], selected);
		found |= selected;
	}
	if (!found)
		put_option(html, now, now, true);
	html_close(html, "select");
	html_close(html, "label");
}

/* --- pages of a list ------------------------------------------------------------------- */

/* So that its rows can be counted: more pages than any list has. */
#define PAGE_NUMBER_MAX 1000000

bool page_number(struct page *page, size_t *out)
{
	const char *word = page_parameter(page, "page");
	int64_t number = word == NULL ? 1 : rest_number(word);

	*out = (size_t)number;
	if (number > 0 && number <= PAGE_NUMBER_MAX)
		return true;
	reply_problem(page->request, 400, "page: \"%s\" is not a whole number "
		"from 1 to %d", word, PAGE_NUMBER_MAX);
	page_release(page);
	return false;
}

bool page_begin_list(struct page *page, struct daemon *daemon,
	struct server_request *request, size_t *number)
{
	return page_begin(page, daemon, request) && page_number(page, number);
}

static void put_neighbour(struct page *page, size_t number, const char *words,
	const char *rel)
{
	struct text href;

	text_init(&href, 0);
	text_addf(&href, "?page=%zu", number);
	add_parameters_but(&href, page->request, "page", '&');
	html_element(&page->html, "a", words, "href", text_string(&href), "rel",
		rel, NULL);
	html_text(&page->html, " ");
	text_release(&href);
}

void page_put_pager(struct page *page, size_t number, bool more)
{
	if (number == 1 && !more)
		return;
	html_open(&page->html, "nav", "aria-label", "Pages of this list",
		"class", "pager", NULL);
	if (number > 1)
		put_neighbour(page, number - 1, "Previous", "prev");
	html_textf(&page->html, "Page %zu ", number);
	if (more)
		put_neighbour(page, number + 1, "Next", "next");
	html_close(&page->html, "nav");
}

/* --- problems -------------------------------------------------------------------------- */

void page_problem(struct server_request *request, int status,
	const char *title, const char *detail, const char *const *headers)
{
	const char *all[sizeof page_headers / sizeof *page_headers + 4];
	size_t count = 0;
	struct text body;
	struct html html;

	for (size_t i = 0; page_headers[i] != NULL; i++)
		all[count++] = page_headers[i];
	for (size_t i = 0; headers != NULL && headers[i] != NULL && i < 4; i++)
		all[count++] = headers[i];
	all[count] = NULL;
	text_init(&body, PAGE_BYTES_MAX);
	html_init(&html, &body);
	put_head(&html, NULL, NULL, title, false);
	html_element(&html, "h1", title, NULL);
	html_element(&html, "p", detail, "class", "lead", NULL);
	html_open(&html, "p", NULL);
	html_element(&html, "a", "Overview", "href", "/", NULL);
	html_close(&html, "p");
	html_close(&html, "main");
	html_close(&html, "body");
	html_close(&html, "html");
	server_reply(request, status, PAGE_TYPE, all, &body);
	text_release(&body);
}
