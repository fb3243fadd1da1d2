/*
 * feed: RSS 0.9 to 2.0 and Atom, as documents.
 *
 *	          RSS 0.91 … 2.0      RSS 0.9, 1.0 (RDF)   Atom 0.3, 1.0
 *	items     channel/item        RDF/item             feed/entry
 *	key       guid                rdf:about            id          else url
 *	url       link, guid          link                 link[alternate]
 *	title     title               title                title
 *	text      content:encoded, description             content, summary
 *	dated     pubDate, dc:date    dc:date              published, issued
 *	          (elements of any of these stand in for those that are missing)
 *
 * A document's period is when it is dated. It was published when this version
 * of it was: when Atom says it was updated, else as it is dated; but a time
 * that at the fetch has yet to come is no time at which it was known, and is
 * left to whoever fetched it.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libxml/tree.h>
#include <libxml/uri.h>

#include "base/arena.h"
#include "base/mem.h"
#include "core/pattern.h"
#include "extract/decode.h"
#include "extract/extract.h"
#include "extract/plain.h"
#include "extract/stamp.h"
#include "extract/tree.h"

#define ATOM "http://www.w3.org/2005/Atom"
#define ATOM_03 "http://purl.org/atom/ns#"
#define CONTENT "http://purl.org/rss/1.0/modules/content/"
#define DC "http://purl.org/dc/elements/1.1/"
#define DC_TERMS "http://purl.org/dc/terms/"
#define RDF "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
#define SYNDICATION "http://purl.org/rss/1.0/modules/syndication/"

#define RAW_MAX ((size_t)1 << 20)	/* bytes of one element's text */
#define TTL_MAX ((int64_t)366 * 86400)

/* The fields of the present item; all are texts. */
struct item {
	struct text key, title, url, text, period, published;
};

static const size_t item_texts[] = {
	offsetof(struct item, key), offsetof(struct item, title),
	offsetof(struct item, url), offsetof(struct item, text),
	offsetof(struct item, period), offsetof(struct item, published),
};

static void item_each(struct item *item, void (*visit)(struct text *))
{
	for (size_t i = 0; i < sizeof item_texts / sizeof *item_texts; i++)
		visit((struct text *)(void *)((char *)item + item_texts[i]));
}

static void text_begin(struct text *text)
{
	text_init(text, 0);
}

struct feed {
	const struct extract_request *request;
	xmlDocPtr document;
	struct arena *arena;		/* of the pattern */
	const struct pattern *match;	/* NULL: all */
	instant fetched;
	bool atom;
	size_t number;			/* of the item, from 1 */
	int64_t passed;			/* items left out */
	struct item item;
	extract_take *take;
	void *context;
	struct error *error;
};

/* --- elements ------------------------------------------------------------------- */

static bool node_is(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE &&
		strcasecmp((const char *)node->name, name) == 0;
}

static bool in_namespace(const xmlNode *node, const char *uri)
{
	return node->ns != NULL && string_is((const char *)node->ns->href, uri);
}

/* Of the feed's own vocabulary: as its parent's is, or of none. */
static bool is_own(const xmlNode *node, const xmlNode *parent)
{
	return node->ns == NULL || (parent->ns != NULL && string_is(
		(const char *)node->ns->href, (const char *)parent->ns->href));
}

/* The first child of a name; uri NULL: of the feed's own vocabulary. */
static xmlNodePtr child_find(const xmlNode *parent, const char *uri,
	const char *name)
{
	for (xmlNodePtr node = parent->children; node != NULL; node = node->next) {
		if (node_is(node, name) && (uri != NULL ? in_namespace(node, uri)
			: is_own(node, parent)))
			return node;
	}
	return NULL;
}

/* Text of an element or attribute, cut at RAW_MAX; free() it. NULL: none. */
static char *node_text(const xmlNode *node)
{
	xmlChar *content = node != NULL ? xmlNodeGetContent(node) : NULL;
	size_t length = content != NULL ? strlen((char *)content) : 0;
	char *text;

	if (length == 0) {
		xmlFree(content);
		return NULL;
	}
	text = mem_new((length < RAW_MAX ? length : RAW_MAX) + 1, 1);
	string_copy(text, (length < RAW_MAX ? length : RAW_MAX) + 1,
		(char *)content);
	xmlFree(content);
	return text;
}

static char *attribute_text(xmlNodePtr node, const char *uri, const char *name)
{
	xmlAttrPtr attribute = uri != NULL
		? xmlHasNsProp(node, (const xmlChar *)name, (const xmlChar *)uri)
		: xmlHasProp(node, (const xmlChar *)name);

	return node_text((const xmlNode *)attribute);
}

static bool attribute_is(xmlNodePtr node, const char *name, const char *value)
{
	char *said = attribute_text(node, NULL, name);
	bool is = said != NULL && strcasecmp(said, value) == 0;

	free(said);
	return is;
}

/* --- texts ------------------------------------------------------------------------- */

/* Cut to a field's length, between characters. */
static void text_fit(struct text *text, size_t most)
{
	while (text->length > most ||
		(text->length == most && text->length > 0 &&
		!utf8_is_valid(text->data, text->length)))
		text->data[--text->length] = '\0';
}

/* What stands in an element, its tags written out again; free() it. */
static char *node_markup(const struct feed *feed, xmlNodePtr node)
{
	xmlBufferPtr buffer = xmlBufferCreate();

	xmlNodeDump(buffer, feed->document, node, 0, 0);
	char *markup = mem_string((const char *)xmlBufferContent(buffer));

	xmlBufferFree(buffer);
	return markup;
}

/*
 * An element as plain text. Atom says what it is: text, or HTML, or elements of
 * XHTML, which stand there as they are. In RSS it is taken for HTML, as it
 * mostly is.
 */
static void plain_of(const struct feed *feed, xmlNodePtr node, struct text *out)
{
	bool elements = xmlFirstElementChild(node) != NULL;
	char *raw = elements ? node_markup(feed, node) : node_text(node);

	if (raw == NULL)
		return;
	bool html = elements || !feed->atom ||
		attribute_is(node, "type", "html") ||
		attribute_is(node, "type", "text/html") ||
		attribute_is(node, "mode", "escaped");

	if (html)
		plain_add_html(out, raw);
	else
		plain_add_collapsed(out, raw);
	free(raw);
}

/* Content of another type than text is not for reading. */
static bool content_is_text(xmlNodePtr node)
{
	char *type = attribute_text(node, NULL, "type");
	bool text = type == NULL || string_is(type, "html") ||
		string_is(type, "xhtml") || strncasecmp(type, "text", 4) == 0 ||
		string_ends(type, "xhtml+xml");

	free(type);
	return text;
}

static void body_take(struct feed *feed, xmlNodePtr node)
{
	static const struct { const char *uri, *name; } known[] = {
		{CONTENT, "encoded"}, {NULL, "content"}, {NULL, "summary"},
		{NULL, "description"}, {DC, "description"}, {ATOM, "summary"},
	};
	struct text *out = &feed->item.text;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		xmlNodePtr child = child_find(node, known[i].uri, known[i].name);

		if (child != NULL && content_is_text(child))
			plain_of(feed, child, out);
		if (out->length > 0)
			break;
	}
	text_fit(out, EXTRACT_FIELD_MAX);
}

static void title_take(struct feed *feed, xmlNodePtr node)
{
	xmlNodePtr title = child_find(node, NULL, "title");

	if (title == NULL)
		title = child_find(node, DC, "title");
	if (title != NULL)
		plain_of(feed, title, &feed->item.title);
	text_fit(&feed->item.title, EXTRACT_FIELD_MAX);
}

/* --- addresses ------------------------------------------------------------------- */

static bool has_scheme(const char *url)
{
	size_t length = strspn(url, "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");

	return length > 1 && url[length] == ':';
}

/* Relative to xml:base where there is one, else to the feed's own URL. */
static void url_add(struct feed *feed, xmlNodePtr node, const char *said,
	struct text *out)
{
	xmlChar *base = has_scheme(said) ? NULL
		: xmlNodeGetBase(feed->document, node);
	xmlChar *whole = base != NULL
		? xmlBuildURI((const xmlChar *)said, base) : NULL;

	plain_add_collapsed(out, whole != NULL ? (char *)whole : said);
	xmlFree(whole);
	xmlFree(base);
}

static void url_of_text(struct feed *feed, xmlNodePtr node, struct text *out)
{
	struct text said;
	char *raw = node_text(node);

	if (raw == NULL)
		return;
	text_init(&said, 0);
	plain_add_collapsed(&said, raw);
	if (said.length > 0)
		url_add(feed, node, text_string(&said), out);
	text_release(&said);
	free(raw);
}

/* <link rel="alternate" href="…"/>, where rel may be left out. */
static void url_of_link(struct feed *feed, const xmlNode *parent,
	struct text *out)
{
	for (xmlNodePtr node = parent->children; node != NULL && out->length == 0;
		node = node->next) {
		bool atom = node_is(node, "link") && (in_namespace(node, ATOM) ||
			in_namespace(node, ATOM_03));
		char *rel = atom ? attribute_text(node, NULL, "rel") : NULL;
		char *href = atom && (rel == NULL || string_is(rel, "alternate"))
			? attribute_text(node, NULL, "href") : NULL;

		if (href != NULL)
			url_add(feed, node, href, out);
		free(rel);
		free(href);
	}
}

static void url_take(struct feed *feed, xmlNodePtr node)
{
	struct text *out = &feed->item.url;
	xmlNodePtr link = feed->atom ? NULL : child_find(node, NULL, "link");
	xmlNodePtr guid = child_find(node, NULL, "guid");

	url_of_text(feed, link, out);
	if (out->length == 0)
		url_of_link(feed, node, out);
	if (out->length == 0 && guid != NULL &&
		!attribute_is(guid, "isPermaLink", "false")) {
		url_of_text(feed, guid, out);
		if (!has_scheme(text_string(out)))
			text_clear(out);
	}
}

static void key_take(struct feed *feed, xmlNodePtr node)
{
	struct text *out = &feed->item.key;
	xmlNodePtr named = child_find(node, NULL, feed->atom ? "id" : "guid");
	char *raw = named != NULL ? node_text(named)
		: attribute_text(node, RDF, "about");

	if (raw != NULL)
		plain_add_collapsed(out, raw);
	if (out->length == 0)
		text_add_string(out, text_string(&feed->item.url));
	free(raw);
}

/* --- times ------------------------------------------------------------------------- */

struct dating { const char *uri, *name; };

/* The first of these that can be read. */
static bool stamp_find(const xmlNode *node, const struct dating *known,
	size_t count, struct stamp *out)
{
	bool found = false;

	for (size_t i = 0; !found && i < count; i++) {
		char *raw = node_text(child_find(node, known[i].uri,
			known[i].name));

		found = raw != NULL && stamp_read(raw, out);
		free(raw);
	}
	return found;
}

static void stamp_add(struct text *out, const struct stamp *stamp)
{
	if (stamp->has_time)
		text_add_instant(out, stamp->at);
	else
		text_add_date(out, stamp->date);
}

/* Whether it had come at the fetch; a day is over in every zone 36 hours
   after it began in UTC. */
static bool stamp_has_come(const struct feed *feed, const struct stamp *stamp)
{
	instant at = stamp->has_time ? stamp->at
		: (instant)date_to_days(stamp->date) * 86400 + 36 * 3600;

	return at <= feed->fetched;
}

static void times_take(struct feed *feed, xmlNodePtr node)
{
	static const struct dating first[] = {{NULL, "pubDate"},
		{NULL, "published"}, {NULL, "issued"}, {ATOM, "published"},
		{DC, "date"}, {DC_TERMS, "issued"}, {DC_TERMS, "created"},
		{NULL, "created"}, {NULL, "updated"}, {ATOM, "updated"},
		{NULL, "modified"}, {DC_TERMS, "modified"}};
	static const struct dating last[] = {{NULL, "updated"},
		{ATOM, "updated"}, {NULL, "modified"}, {DC_TERMS, "modified"}};
	struct stamp dated, known;

	if (!stamp_find(node, first, sizeof first / sizeof *first, &dated))
		return;
	stamp_add(&feed->item.period, &dated);
	if (!stamp_find(node, last, sizeof last / sizeof *last, &known))
		known = dated;
	if (stamp_has_come(feed, &known))
		stamp_add(&feed->item.published, &known);
}

/* RSS: ttl in minutes; else the syndication module's times in a period. */
static int64_t ttl_find(const xmlNode *channel)
{
	static const struct { const char *name; int64_t seconds; } periods[] = {
		{"hourly", 3600}, {"daily", 86400}, {"weekly", 7 * 86400},
		{"monthly", 30 * 86400}, {"yearly", 365 * 86400}};
	char *ttl = node_text(child_find(channel, NULL, "ttl"));
	char *period = node_text(child_find(channel, SYNDICATION, "updatePeriod"));
	char *often = node_text(child_find(channel, SYNDICATION,
		"updateFrequency"));
	int64_t found = ttl != NULL ? strtoll(ttl, NULL, 10) : 0;
	int64_t times = often != NULL ? strtoll(often, NULL, 10) : 1;

	found = found > 0 && found <= TTL_MAX / 60 ? found * 60 : 0;
	for (size_t i = 0; found == 0 && period != NULL && times > 0 &&
		i < sizeof periods / sizeof *periods; i++) {
		if (strncasecmp(string_skip_space(period), periods[i].name,
				strlen(periods[i].name)) == 0)
			found = periods[i].seconds / times;
	}
	free(ttl);
	free(period);
	free(often);
	return found;
}

/* --- items --------------------------------------------------------------------------- */

/* 1 it is wanted, 0 it is not, -1 with a fault. */
static int item_matches(struct feed *feed)
{
	const char *const texts[] = {text_string(&feed->item.title),
		text_string(&feed->item.text)};

	for (size_t i = 0; feed->match != NULL && i < 2; i++) {
		enum pattern_answer answer = pattern_find(feed->match, texts[i]);

		if (answer == PATTERN_UNKNOWN)
			return error_set(feed->error, ERROR_LIMIT, "match: the pattern "
				"takes too long on item %zu, \"%.60s\"",
				feed->number, texts[0]);
		if (answer == PATTERN_YES)
			return 1;
	}
	return feed->match == NULL;
}

static void field_set(struct extract_row *row, const char *name,
	const struct text *text)
{
	if (text->length > 0)
		extract_row_set(row, extract_field_find(name), text_string(text),
			text->length);
}

static int item_take(struct feed *feed, xmlNodePtr node)
{
	struct extract_row row = {.indicator = NULL};
	struct item *item = &feed->item;

	feed->number++;
	item_each(item, text_clear);
	title_take(feed, node);
	url_take(feed, node);
	key_take(feed, node);
	body_take(feed, node);
	times_take(feed, node);
	int wanted = item_matches(feed);

	feed->passed += wanted == 0;
	if (wanted <= 0)
		return wanted;
	field_set(&row, "key", &item->key);
	field_set(&row, "title", &item->title);
	field_set(&row, "url", &item->url);
	field_set(&row, "text", &item->text);
	field_set(&row, "period", &item->period);
	field_set(&row, "published", &item->published);
	return feed->take(feed->context, &row) ? 0 : error_set(feed->error,
		ERROR_LIMIT, "feed: there are too many items");
}

static int items_take(struct feed *feed, const xmlNode *parent,
	const char *name)
{
	for (xmlNodePtr node = parent->children; node != NULL; node = node->next) {
		if (node_is(node, name) && item_take(feed, node) < 0)
			return -1;
	}
	return 0;
}

/* --- the feed -------------------------------------------------------------------------- */

/* Items of RSS stand in the channel, or beside it. */
static int feed_walk(struct feed *feed, struct extract_found *found)
{
	xmlNodePtr root = xmlDocGetRootElement(feed->document);
	xmlNodePtr channel = child_find(root, NULL, "channel");

	if (node_is(root, "feed") && (in_namespace(root, ATOM) ||
		in_namespace(root, ATOM_03) || root->ns == NULL)) {
		feed->atom = true;
		found->ttl = ttl_find(root);
		return items_take(feed, root, "entry");
	}
	if (!node_is(root, "rss") && !node_is(root, "RDF"))
		return error_set(feed->error, ERROR_INPUT, "not a feed: its outermost "
			"tag is <%.40s>, not <rss>, <rdf:RDF> or <feed>",
			(const char *)root->name);
	/* The channel of RDF is of another namespace than its parent. */
	for (xmlNodePtr node = root->children; channel == NULL && node != NULL;
		node = node->next)
		channel = node_is(node, "channel") ? node : NULL;
	if (channel != NULL) {
		found->ttl = ttl_find(channel);
		if (items_take(feed, channel, "item") < 0)
			return -1;
	}
	return items_take(feed, root, "item");
}

/* A page where a feed should be: an error, a form, a consent. */
static bool is_page(const struct decoded *decoded)
{
	char start[512];
	size_t length = decoded->length < sizeof start - 1 ? decoded->length
		: sizeof start - 1;

	memcpy(start, decoded->bytes, length);
	start[length] = '\0';
	const char *tag = string_skip_space(start);

	if (strncmp(tag, "<?xml", 5) == 0 && strstr(tag, "?>") != NULL)
		tag = string_skip_space(strstr(tag, "?>") + 2);
	return strncasecmp(tag, "<!doctype html", 14) == 0 ||
		strncasecmp(tag, "<html", 5) == 0;
}

static int page_fault(const struct decoded *decoded, struct error *error)
{
	const char *end = decoded->bytes + decoded->length;
	const char *from = decoded->bytes, *to = NULL;
	struct text title;

	while (from != NULL && end - from > 7 && strncasecmp(from, "<title>", 7) != 0)
		from = memchr(from + 1, '<', (size_t)(end - from - 1));
	if (from != NULL && end - from > 7)
		to = memchr(from + 7, '<', (size_t)(end - from - 7));
	text_init(&title, 0);
	if (to != NULL) {
		char *raw = mem_string_n(from + 7, (size_t)(to - from - 7));

		plain_add_html(&title, raw);
		free(raw);
	}
	error_set(error, ERROR_INPUT, "not a feed but an HTML page%s%.80s%s",
		title.length > 0 ? ", \"" : "", text_string(&title),
		title.length > 0 ? "\"" : "");
	text_release(&title);
	return -1;
}

static int match_compile(struct feed *feed)
{
	struct pattern_fault fault;

	if (feed->request->match == NULL)
		return 0;
	feed->arena = arena_new();
	feed->match = pattern_compile(feed->arena, feed->request->match, &fault);
	return feed->match != NULL ? 0 : error_set(feed->error, ERROR_INPUT,
		"match: the pattern, at byte %zu: %s", fault.offset + 1, fault.text);
}

static int feed_read(struct feed *feed, const struct decoded *decoded,
	struct extract_found *found)
{
	struct moment fetched;

	if (match_compile(feed) < 0)
		return -1;
	if (is_page(decoded))
		return page_fault(decoded, feed->error);
	feed->fetched = moment_parse(feed->request->fetched,
		strlen(feed->request->fetched), &fetched)
		? moment_instant(&fetched, zone_utc()) : INSTANT_MAX;
	feed->document = tree_read(decoded, false, feed->request->url,
		feed->error);
	return feed->document != NULL ? feed_walk(feed, found) : -1;
}

int extract_feed(const struct extract_request *request, extract_take *take,
	void *context, struct extract_found *found, struct error *error)
{
	struct feed *feed = mem_new(1, sizeof *feed);
	struct decoded decoded;

	feed->request = request;
	feed->take = take;
	feed->context = context;
	feed->error = error;
	item_each(&feed->item, text_begin);
	int status = decoded_init(&decoded, DECODE_XML, request, error);

	if (status == 0)
		status = feed_read(feed, &decoded, found);
	found->passed = feed->passed;
	decoded_release(&decoded);
	xmlFreeDoc(feed->document);
	item_each(&feed->item, text_release);
	arena_free(feed->arena);
	free(feed);
	return status;
}
