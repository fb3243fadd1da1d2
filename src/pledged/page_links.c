/* page_links: see page_links.h. */
#include "config.h"

#include "pledged/page_links.h"

#include <string.h>

/* --- what a page shows ------------------------------------------------------------ */

/* How the interface is asked for what a page shows. Paths of one thing end in
   '/'; its id follows. */
static const struct shown {
	const char *path;	/* of the page */
	const char *json;	/* of a list; of one thing '/': its id follows */
	const char *csv;
	const char *kept;	/* parameters that it takes besides the time;
				   NULL: all but those that only pages have */
	const char *filter;	/* what selects the one thing among milestones */
	bool timed;		/* it can be asked as of a time */
} shown[] = {
	{"/", "/v1/milestones", "/v1/milestones", NULL, NULL, true},
	{"/milestones", "/v1/milestones", "/v1/milestones", NULL, NULL, true},
	{"/milestones/", "/v1/milestones/", "/v1/milestones", "", "id", true},
	{"/pledges", "/v1/pledges", "/v1/pledges", NULL, NULL, true},
	{"/pledges/", "/v1/pledges/", "/v1/milestones", "", "pledge", true},
	{"/scorecard", "/v1/scorecard", "/v1/scorecard", "pledge", NULL, true},
	{"/matrix", "/v1/matrix", "/v1/matrix", "pledge", NULL, true},
	{"/calendar", "/v1/milestones", "/v1/milestones", NULL, NULL, true},
	{"/alerts", "/v1/alerts", "/v1/alerts", "", NULL, false},
	{"/sources", "/v1/sources", "/v1/sources", "", NULL, false},
	{"/deliveries", "/v1/outbox", "/v1/outbox", "state", NULL, false},
};

/* Of pages alone. */
#define PAGE_WORDS "sort page from months rows cols by before"
#define TIME_WORDS "as_of recorded_as_of"

static const struct shown *shown_find(const struct page *page)
{
	const char *path = server_request_path(page->request);

	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
		size_t length = strlen(shown[i].path);
		bool one = shown[i].filter != NULL;

		if (one ? string_starts(path, shown[i].path) &&
				path[length] != '\0' :
				string_is(path, shown[i].path))
			return &shown[i];
	}
	return NULL;
}

/* The id of the one thing a page is about, as the path has it. */
static const char *shown_id(const struct page *page, const struct shown *of)
{
	return of->filter == NULL ? NULL :
		server_request_path(page->request) + strlen(of->path);
}

/* --- how it is asked for ------------------------------------------------------------ */

struct address {
	struct text text;
	const char *before;	/* the next parameter */
};

static void address_begin(struct address *address, const char *path)
{
	text_init(&address->text, 0);
	text_add_string(&address->text, path);
	address->before = "?";
}

static void address_add(struct address *address, const char *name,
	const char *value)
{
	text_add_string(&address->text, address->before);
	text_add_percent(&address->text, name, "/@");
	text_add_char(&address->text, '=');
	text_add_percent(&address->text, value, "/@");
	address->before = "&";
}

/* The page's parameters that `kept` has, or where that is NULL, that are of no
   page alone; never those of `left`. */
static void address_keep(struct address *address, const struct page *page,
	const char *kept, const char *left)
{
	const char *name, *value;

	for (size_t i = 0; server_request_parameter(page->request, i, &name,
	    &value); i++) {
		if (*value == '\0' || word_is_in(TIME_WORDS, name) ||
				word_is_in(left, name))
			continue;
		if (kept != NULL ? word_is_in(kept, name) :
				!word_is_in(PAGE_WORDS, name))
			address_add(address, name, value);
	}
}

static void address_time(struct address *address, const struct page *page)
{
	static const char *const names[] = {"as_of", "recorded_as_of"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (page_parameter(page, names[i]) != NULL)
			address_add(address, names[i], page_parameter(page,
				names[i]));
}

/* --- the forms ------------------------------------------------------------------------ */

enum other { OTHER_CSV, OTHER_JSON, OTHER_CALENDAR, OTHER_FEED, OTHER_REPORT,
	OTHER_EXPORT, OTHER_INTERFACE, OTHER_COUNT };

static const struct {
	const char *words, *type;
	bool alternate;		/* the document's head tells of it */
	const char *path;	/* NULL: that of the list */
	const char *left;	/* filters that it does not know */
	bool filtered, timed;
} others[OTHER_COUNT] = {
	[OTHER_CSV] = {"This as CSV", "text/csv", true, NULL, "", true, true},
	[OTHER_JSON] = {"This as JSON", "application/json", true, NULL, "",
		true, true},
	[OTHER_CALENDAR] = {"Deadlines for a calendar", "text/calendar", true,
		"/calendar.ics", "state", true, true},
	[OTHER_FEED] = {"What happens, as a feed", "application/atom+xml", true,
		"/feed.atom", "state due_within", true, false},
	[OTHER_REPORT] = {"Report to print", "text/html", false, "/report",
		"state", true, true},
	[OTHER_EXPORT] = {"Everything as JSON", "application/json", false,
		"/v1/export", "", false, true},
	[OTHER_INTERFACE] = {"Interface for programs", "application/json", false,
		"/v1/openapi.json", "", false, false},
};

static void address_list(struct address *address, const struct page *page,
	const struct shown *of, enum other other)
{
	const char *id = shown_id(page, of);

	address_begin(address, other == OTHER_CSV ? of->csv : of->json);
	if (id != NULL && other == OTHER_JSON)
		text_add_percent(&address->text, id, "/@");
	else if (id != NULL)
		address_add(address, of->filter, id);
	address_keep(address, page, of->kept, "");
	if (page->selected.length > 0) {
		text_addf(&address->text, "%s%s", address->before,
			text_string(&page->selected));
		address->before = "&";
	}
	if (of->timed)
		address_time(address, page);
	if (other == OTHER_CSV)
		address_add(address, "format", "csv");
}

static void address_elsewhere(struct address *address, const struct page *page,
	const struct shown *of, enum other other)
{
	address_begin(address, others[other].path);
	if (others[other].filtered && of->filter != NULL)
		address_add(address, of->filter, shown_id(page, of));
	else if (others[other].filtered)
		address_keep(address, page, of->kept, others[other].left);
	if (others[other].timed)
		address_time(address, page);
}

/* Where a form of the page is; to be released. */
static void address_of(struct address *address, const struct page *page,
	const struct shown *of, enum other other)
{
	if (others[other].path == NULL)
		address_list(address, page, of, other);
	else
		address_elsewhere(address, page, of, other);
}

void page_put_alternates(struct page *page)
{
	const struct shown *of = shown_find(page);

	for (int other = 0; of != NULL && other < OTHER_COUNT; other++) {
		struct address address;

		if (!others[other].alternate)
			continue;
		address_of(&address, page, of, (enum other)other);
		html_void(&page->html, "link", "rel", "alternate", "type",
			others[other].type, "title", others[other].words, "href",
			text_string(&address.text), NULL);
		text_release(&address.text);
	}
}

void page_put_forms(struct page *page)
{
	const struct shown *of = shown_find(page);
	struct html *html = &page->html;

	if (of == NULL)
		return;
	html_open(html, "ul", "class", "forms", "aria-label",
		"This page in other forms", NULL);
	for (int other = 0; other < OTHER_COUNT; other++) {
		struct address address;

		address_of(&address, page, of, (enum other)other);
		html_open(html, "li", NULL);
		html_element(html, "a", others[other].words, "href",
			text_string(&address.text), "type", others[other].type,
			NULL);
		html_close(html, "li");
		text_release(&address.text);
	}
	html_close(html, "ul");
}
