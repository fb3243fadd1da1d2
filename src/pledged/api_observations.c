/*
 * api_observations: what was observed of an indicator, vintage by vintage, with
 * how it came; and what is held back of all.
 */
#include <stdlib.h>

#include "pledged/api.h"
#include "pledged/columns.h"
#include "pledged/selection.h"
#include "pledged/view.h"
#include "pledged/view_evidence.h"

/* As the store has them: only there each vintage has its number. */
struct observation_list {
	struct numbered_list numbered;
	struct daemon *daemon;
	struct selection selection;
	struct knowledge known;
	size_t looked;
	size_t looked_max;	/* a page ends there, though it may be short */
};

/* Whether one is to be shown, which is wanted if all is as it should be; else
   the page is through with it, or full. */
static bool page_takes(struct observation_list *page, int64_t number,
	bool wanted)
{
	struct list *list = &page->numbered.list;

	if (page->looked == page->looked_max || (wanted && !list_has_room(list)))
		list->more = true;
	if (list->more)
		return false;
	page->looked++;
	page->numbered.last = number;
	return wanted;
}

/* --- filters ---------------------------------------------------------------------- */

/* A figure, or of documents one of them. */
struct vintage {
	const char *indicator;
	const struct observation *observation;
	const struct store_observed *how;
};

static bool vintage_has_indicator(const struct daemon *daemon,
	const void *item, const struct selection_term *term)
{
	(void)daemon;
	return selection_matches(term, ((const struct vintage *)item)->indicator);
}

static bool period_matches(const struct selection_term *term,
	struct period period)
{
	struct text text;

	text_init(&text, 0);
	if (!period_is_none(period))
		text_add_period(&text, period);

	bool matches = selection_matches(term, text_string(&text));

	text_release(&text);
	return matches;
}

static bool vintage_has_period(const struct daemon *daemon, const void *item,
	const struct selection_term *term)
{
	const struct vintage *vintage = item;

	(void)daemon;
	return period_matches(term, vintage->observation->period);
}

static bool vintage_has_source(const struct daemon *daemon, const void *item,
	const struct selection_term *term)
{
	(void)daemon;
	return selection_matches(term,
		((const struct vintage *)item)->how->source);
}

static bool vintage_has_by(const struct daemon *daemon, const void *item,
	const struct selection_term *term)
{
	(void)daemon;
	return selection_matches(term, ((const struct vintage *)item)->how->by);
}

static bool vintage_has_quarantined(const struct daemon *daemon,
	const void *item, const struct selection_term *term)
{
	const struct vintage *vintage = item;

	(void)daemon;
	return selection_is_so(term,
		vintage->observation->quarantine != QUARANTINE_NONE);
}

static const struct selection_field vintage_filters[] = {
	{"as_of", NULL, NULL},
	{"recorded_as_of", NULL, NULL},
	{"period", vintage_has_period, NULL},
	{"source", vintage_has_source, NULL},
	{"by", vintage_has_by, NULL},
	{"quarantined", vintage_has_quarantined, selection_bool_word},
	{NULL, NULL, NULL},
};

static const struct selection_field held_filters[] = {
	{"held", NULL, NULL},
	{"indicator", vintage_has_indicator, NULL},
	{"period", vintage_has_period, NULL},
	{"source", vintage_has_source, NULL},
	{NULL, NULL, NULL},
};

static bool document_has_key(const struct daemon *daemon, const void *item,
	const struct selection_term *term)
{
	(void)daemon;
	return selection_matches(term, ((const struct document *)item)->key);
}

static bool document_has_period(const struct daemon *daemon, const void *item,
	const struct selection_term *term)
{
	(void)daemon;
	return period_matches(term, ((const struct document *)item)->period);
}

static bool document_has_source(const struct daemon *daemon, const void *item,
	const struct selection_term *term)
{
	(void)daemon;
	return selection_matches(term, ((const struct document *)item)->source);
}

static const struct selection_field document_filters[] = {
	{"as_of", NULL, NULL},
	{"recorded_as_of", NULL, NULL},
	{"key", document_has_key, NULL},
	{"period", document_has_period, NULL},
	{"source", document_has_source, NULL},
	{NULL, NULL, NULL},
};

/* --- of one indicator -------------------------------------------------------------- */

static void item_observation(void *context, const char *indicator,
	const struct observation *observation, const struct store_observed *how)
{
	struct observation_list *page = context;
	bool known = observation->published <= page->known.published_by &&
		observation->recorded <= page->known.recorded_by;
	struct vintage vintage = {indicator, observation, how};

	if (!page_takes(page, observation->id, known && selection_accepts(
	    &page->selection, page->daemon, &vintage)))
		return;
	view_vintage(&page->numbered.list.reply.json, indicator, observation,
		how);
	numbered_wrote(&page->numbered, observation->id);
}

static void item_document(void *context, const struct document *document)
{
	struct observation_list *page = context;
	bool known = document->published <= page->known.published_by &&
		document->recorded <= page->known.recorded_by;

	if (!page_takes(page, document->id, known && selection_accepts(
	    &page->selection, page->daemon, document)))
		return;
	view_document(&page->numbered.list.reply.json, document);
	numbered_wrote(&page->numbered, document->id);
}

static int load_page(struct observation_list *page, struct daemon *daemon,
	uint32_t index)
{
	const struct indicator *indicator = &daemon->reg->indicators[index];
	struct numbered_list *numbered = &page->numbered;

	return indicator->kind == INDICATOR_DOCUMENTS ?
		store_load_documents(daemon->store, indicator->id,
		numbered->cursor, page->looked_max + 1, item_document, page,
		&numbered->error) :
		store_load_vintages(daemon->store, indicator->id,
		numbered->cursor, page->looked_max + 1, item_observation, page,
		&numbered->error);
}

static void list_observations(struct daemon *daemon,
	struct server_request *request, uint32_t indicator)
{
	bool documents = daemon->reg->indicators[indicator].kind ==
		INDICATOR_DOCUMENTS;
	struct observation_list page = {.daemon = daemon};
	struct error error;
	int past = knowledge_read(daemon, request, &page.known, &error);

	if (past < 0 || selection_read(&page.selection, documents ?
	    document_filters : vintage_filters, request, &error) < 0) {
		reply_refusal(request, &error);
		return;
	}
	if (!numbered_begin(&page.numbered, request))
		return;
	list_as_table(&page.numbered.list, daemon, documents ? columns_document :
		columns_vintage);
	page.looked_max = past > 0 || page.selection.count > 0 ? API_PAGE_MAX :
		page.numbered.list.limit;
	numbered_end(&page.numbered, load_page(&page, daemon, indicator));
}

void get_observations(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	char *id = rest_id(rest, "/observations");

	if (id == NULL)
		reply_problem(request, 404, "there is no such thing here: "
			"/v1/indicators/{id}/observations");
	else if (register_indicator(daemon->reg, id) == NOT_FOUND)
		reply_absent(daemon, request, THING_INDICATOR, id);
	else
		list_observations(daemon, request,
			register_indicator(daemon->reg, id));
	free(id);
}

/* --- held ------------------------------------------------------------------------- */

/* What is used in the place of one that is held. */
static void put_in_force(struct json *json, struct daemon *daemon,
	const char *indicator, struct period period)
{
	const struct knowledge all = {INSTANT_MAX, INSTANT_MAX};
	const struct observation *figure = series_at(
		history_series(daemon->history, indicator), period, all);

	if (figure != NULL)
		json_put_decimal(json, "in_force", figure->value);
	else
		json_put_null(json, "in_force");
}

static void item_held(void *context, const char *indicator,
	const struct observation *observation, const struct store_observed *how)
{
	struct observation_list *page = context;
	struct json *json = &page->numbered.list.reply.json;
	struct vintage vintage = {indicator, observation, how};

	if (!page_takes(page, observation->id, selection_accepts(
	    &page->selection, page->daemon, &vintage)))
		return;
	json_object(json);
	view_vintage_fields(json, indicator, observation, how);
	put_in_force(json, page->daemon, indicator, observation->period);
	json_object_end(json);
	numbered_wrote(&page->numbered, observation->id);
}

static void list_held(struct daemon *daemon, struct server_request *request,
	struct observation_list *page)
{
	if (!numbered_begin(&page->numbered, request))
		return;
	list_as_table(&page->numbered.list, daemon, columns_held);
	page->looked_max = page->selection.count > 0 ? API_PAGE_MAX :
		page->numbered.list.limit;
	numbered_end(&page->numbered, store_load_quarantined(daemon->store,
		page->numbered.cursor, page->looked_max + 1, item_held, page,
		&page->numbered.error));
}

void get_held(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct observation_list page = {.daemon = daemon};
	struct error error;

	(void)rest;
	if (!string_is(server_request_query(request, "held"), "true"))
		reply_problem(request, 400, "of all indicators only what is held "
			"is listed: ask with held=true, or for the rest "
			"/v1/indicators/{id}/observations");
	else if (selection_read(&page.selection, held_filters, request,
	    &error) < 0)
		reply_refusal(request, &error);
	else
		list_held(daemon, request, &page);
}
