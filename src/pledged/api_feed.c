/*
 * api_feed: GET /feed.atom, what has happened, for feed readers (RFC 4287),
 * newest first, in pages (RFC 5005). The same bytes for the same facts.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/html.h"
#include "base/mem.h"
#include "pledged/api.h"
#include "pledged/event_filter.h"
#include "pledged/filters.h"
#include "pledged/making.h"
#include "pledged/told.h"

#define LOADED_A_TURN 200	/* events */
#define LOOKED_MAX 100000	/* for one page, which may then be short */

struct feed {
	struct daemon *daemon;
	struct server_request *request;
	struct event_filter filter;	/* its words are the request's */
	size_t limit;
	int64_t cursor;			/* events before it; 0: all */
	int64_t before;			/* how far has been looked */
	int64_t shown;			/* the last that is on this page */
	size_t count, looked, loaded;	/* loaded: in this step */
	bool more;
	instant updated;		/* of the newest */
	struct text entries;
};

static void feed_free(void *context)
{
	struct feed *feed = context;

	text_release(&feed->entries);
	free(feed);
}

static void feed_begin(void *context)
{
	struct feed *feed = context;

	feed->before = feed->shown = feed->cursor;
	feed->count = feed->looked = 0;
	feed->more = false;
	feed->updated = INSTANT_MIN;
	text_clear(&feed->entries);
}

/* --- an entry ------------------------------------------------------------------ */

static void add_time_element(struct html *xml, const char *tag, instant at)
{
	struct text time;

	text_init(&time, 0);
	text_add_instant(&time, at);
	html_element(xml, tag, text_string(&time), NULL);
	text_release(&time);
}

/* "urn:pledged:INSTANCE", and what follows. */
static void add_id(struct html *xml, const struct feed *feed, const char *rest)
{
	struct text id;

	text_init(&id, 0);
	text_addf(&id, "urn:pledged:%s%s", store_instance(feed->daemon->store),
		rest);
	html_element(xml, "id", text_string(&id), NULL);
	text_release(&id);
}

/* "Slipped: Agricultural goods, 2020" */
static void add_title(struct html *xml, const struct feed *feed,
	const struct event *event)
{
	const struct register_ *reg = feed->daemon->reg;
	uint32_t index = event->subject_kind == SUBJECT_MILESTONE ?
		register_milestone(reg, event->subject) : NOT_FOUND;
	struct text title;

	text_init(&title, 0);
	text_add_string(&title, wording_headline((int)event->kind));
	if (event->subject != NULL)
		text_add_string(&title, ": ");
	if (index != NOT_FOUND)
		add_milestone_name(reg, milestone_at(&reg->milestones[index],
			event->time), &title);
	else if (event->subject != NULL)
		text_add_line(&title, event->subject, NAME_SHOWN);
	html_element(xml, "title", text_string(&title), NULL);
	text_release(&title);
}

static void add_link(struct html *xml, const struct event *event)
{
	struct text path;

	if (event->subject_kind != SUBJECT_MILESTONE)
		return;
	text_init(&path, 0);
	text_add_string(&path, "/milestones/");
	text_add_percent(&path, event->subject, "/@");
	html_element(xml, "link", NULL, "rel", "alternate", "type", "text/html",
		"href", text_string(&path), NULL);
	text_release(&path);
}

static void add_category(struct html *xml, const char *scheme, const char *term)
{
	char urn[64];

	if (term == NULL)
		return;
	snprintf(urn, sizeof urn, "urn:pledged:%s", scheme);
	html_element(xml, "category", NULL, "term", term, "scheme", urn, NULL);
}

static void add_categories(struct html *xml, const struct event *event)
{
	add_category(xml, "kind", event_kind_name(event->kind));
	add_category(xml, "class", event_class_name(event_class(event->kind,
		event->subject_kind)));
	add_category(xml, "severity", severity_name(event->severity));
	if (event->subject != NULL)
		add_category(xml, subject_kind_name(event->subject_kind),
			event->subject);
}

/* "at_risk -> not_met: sum(…) = 27.3bn, needs >= 33.5bn" */
static void add_content(struct html *xml, const struct event *event)
{
	struct text words;

	text_init(&words, 0);
	if (event->from != NULL && event->to != NULL)
		text_addf(&words, "%s -> %s%s", event->from, event->to,
			event->reason[0] != '\0' ? ": " : "");
	text_add_line(&words, event->reason, LINE_SHOWN);
	html_element(xml, "content", text_string(&words), "type", "text", NULL);
	text_release(&words);
}

static void add_entry(struct feed *feed, const struct event *event)
{
	struct html xml;
	char number[40];

	html_init(&xml, &feed->entries);
	snprintf(number, sizeof number, ":event:%" PRId64, event->id);
	html_open(&xml, "entry", NULL);
	add_id(&xml, feed, number);
	add_title(&xml, feed, event);
	add_time_element(&xml, "published", event->time);
	add_time_element(&xml, "updated", event->time);
	add_link(&xml, event);
	add_categories(&xml, event);
	add_content(&xml, event);
	html_close(&xml, "entry");
	text_add_char(&feed->entries, '\n');
}

/* Of those loaded, newest first. Once the page is full, another says that there
   is a next one. */
static void take_event(void *context, const struct event *event)
{
	struct feed *feed = context;

	feed->loaded++;
	feed->before = event->id;
	if (feed->more || !event_filter_accepts(&feed->filter,
	    feed->daemon->engine, event))
		return;
	if (feed->count == feed->limit) {
		feed->more = true;
		return;
	}
	add_entry(feed, event);
	feed->count++;
	feed->shown = event->id;
	feed->updated = later(feed->updated, event->time);
}

/* --- the feed -------------------------------------------------------------------- */

/* This feed with another cursor; 0: from the newest on. */
static void add_page_link(struct html *xml, const struct feed *feed,
	const char *relation, int64_t cursor)
{
	struct text path;

	text_init(&path, 0);
	text_add_string(&path, "/feed.atom");
	if (cursor > 0)
		text_addf(&path, "?cursor=%" PRId64, cursor);
	add_parameters(&path, feed->request, "cursor", cursor > 0 ? '&' : '?');
	html_element(xml, "link", NULL, "rel", relation, "type",
		"application/atom+xml", "href", text_string(&path), NULL);
	text_release(&path);
}

/* Nothing that happened is of before 1970. */
static void feed_write(const struct feed *feed, struct text *body)
{
	struct html xml;

	html_init(&xml, body);
	html_raw(&xml, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
	html_open(&xml, "feed", "xmlns", "http://www.w3.org/2005/Atom",
		"xml:lang", "en", NULL);
	add_id(&xml, feed, ":events");
	html_element(&xml, "title", "What became of pledges", NULL);
	add_time_element(&xml, "updated", later(feed->updated, 0));
	html_open(&xml, "author", NULL);
	html_element(&xml, "name", "pledged", NULL);
	html_close(&xml, "author");
	add_page_link(&xml, feed, "self", feed->cursor);
	add_page_link(&xml, feed, "first", 0);
	if (feed->more)
		add_page_link(&xml, feed, "next", feed->shown);
	html_raw(&xml, "\n");
	html_raw(&xml, text_string(&feed->entries));
	html_close(&xml, "feed");
	text_add_char(body, '\n');
}

static enum making_step feed_step(void *context, struct text *body)
{
	struct feed *feed = context;
	struct error error;

	feed->loaded = 0;
	if (store_load_events_before(feed->daemon->store, feed->before,
	    LOADED_A_TURN, take_event, feed, &error) < 0) {
		reply_unreadable(feed->request, &error);
		return MAKING_REFUSED;
	}
	feed->looked += feed->loaded;
	if (!feed->more && feed->loaded == LOADED_A_TURN &&
			feed->looked < LOOKED_MAX)
		return MAKING_MORE;
	if (!feed->more && feed->loaded == LOADED_A_TURN) {
		feed->more = true;
		feed->shown = feed->before;
	}
	feed_write(feed, body);
	return MAKING_DONE;
}

static int filter_take(void *context, const char *name, const char *value,
	const struct zone *zone, struct error *error)
{
	return event_filter_add(context, name, value, zone, error);
}

/* false: it was refused, and answered. */
static bool feed_read(struct feed *feed)
{
	struct server_request *request = feed->request;
	struct numbered_list page;
	struct error error;

	if (filters_read(feed->daemon, request, &(struct filters){
			"limit cursor", false, filter_take, &feed->filter},
			&error) < 0) {
		reply_refusal(request, &error);
		return false;
	}
	if (!numbered_begin(&page, request))
		return false;
	feed->limit = page.list.limit;
	feed->cursor = page.cursor;
	reply_drop(&page.list.reply);
	return true;
}

void get_feed(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	static const struct making_kind kind = {
		"application/atom+xml; charset=utf-8", NULL, feed_step, feed_begin,
		feed_free};
	struct feed *feed = mem_new(1, sizeof *feed);

	(void)rest;
	feed->daemon = daemon;
	feed->request = request;
	text_init(&feed->entries, MAKING_BYTES_MAX);
	if (feed_read(feed))
		making_start(daemon, request, &kind, feed);
	else
		feed_free(feed);
}
