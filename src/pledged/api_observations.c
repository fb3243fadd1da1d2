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
};

/* --- filters ---------------------------------------------------------------------- */

/* A figure, or of documents one of them. */
struct vintage {
	const char *indicator;
	const struct observation *observation;
	const struct store_observed *how;
};

static const struct vintage *vintage_of(const struct selection_item *of)
{
	return of->item;
}

static const char *vintage_indicator(const struct selection_item *of)
{
	return vintage_of(of)->indicator;
}

static const char *vintage_source(const struct selection_item *of)
{
	return vintage_of(of)->how->source;
}

static const char *vintage_by(const struct selection_item *of)
{
	return vintage_of(of)->how->by;
}

static const char *vintage_quarantined(const struct selection_item *of)
{
	return selection_bool(vintage_of(of)->observation->quarantine !=
		QUARANTINE_NONE);
}

static bool period_matches(struct period period, const char *pattern)
{
	struct text text;
	bool matches;

	text_init(&text, 0);
	if (!period_is_none(period))
		text_add_period(&text, period);
	matches = string_matches(text_string(&text), pattern);
	text_release(&text);
	return matches;
}

static bool vintage_has_period(const struct selection_item *of,
	const char *pattern)
{
	return period_matches(vintage_of(of)->observation->period, pattern);
}

static const struct selection_field vintage_filters[] = {
	{.name = "as_of"},
	{.name = "recorded_as_of"},
	{.name = "period", .has = vintage_has_period},
	{.name = "source", .value = vintage_source},
	{.name = "by", .value = vintage_by},
	{.name = "quarantined", .value = vintage_quarantined,
		.word = selection_bool_word},
	{.name = NULL},
};

static const struct selection_field held_filters[] = {
	{.name = "held"},
	{.name = "indicator", .value = vintage_indicator},
	{.name = "period", .has = vintage_has_period},
	{.name = "source", .value = vintage_source},
	{.name = NULL},
};

static const struct document *document_of(const struct selection_item *of)
{
	return of->item;
}

static const char *document_key(const struct selection_item *of)
{
	return document_of(of)->key;
}

static const char *document_source_id(const struct selection_item *of)
{
	return document_of(of)->source;
}

static bool document_has_period(const struct selection_item *of,
	const char *pattern)
{
	return period_matches(document_of(of)->period, pattern);
}

static const struct selection_field document_filters[] = {
	{.name = "as_of"},
	{.name = "recorded_as_of"},
	{.name = "key", .value = document_key},
	{.name = "period", .has = document_has_period},
	{.name = "source", .value = document_source_id},
	{.name = NULL},
};

/* --- of one indicator -------------------------------------------------------------- */

static void item_observation(void *context, const char *indicator,
	const struct observation *observation, const struct store_observed *how)
{
	struct observation_list *page = context;
	bool known = observation->published <= page->known.published_by &&
		observation->recorded <= page->known.recorded_by;
	struct vintage vintage = {indicator, observation, how};

	if (!numbered_takes(&page->numbered, observation->id, known &&
			selection_accepts(&page->selection, page->daemon,
			&vintage)))
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

	if (!numbered_takes(&page->numbered, document->id, known &&
			selection_accepts(&page->selection, page->daemon,
			document)))
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
		numbered->cursor, numbered_rows(numbered), item_document, page,
		&numbered->error) :
		store_load_vintages(daemon->store, indicator->id,
		numbered->cursor, numbered_rows(numbered), item_observation, page,
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

	if (past < 0 || selection_read(&page.selection, daemon, documents ?
	    document_filters : vintage_filters, request, &error) < 0) {
		reply_refusal(request, &error);
		return;
	}
	if (!numbered_begin(&page.numbered, request))
		return;
	list_as_table(&page.numbered.list, daemon, documents ? columns_document :
		columns_vintage);
	if (past > 0 || page.selection.count > 0)
		page.numbered.looked_max = API_PAGE_MAX;
	numbered_end(&page.numbered, load_page(&page, daemon, indicator));
}

void get_observations(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	char *id = rest_id(rest, "/observations");
	uint32_t indicator = register_indicator(daemon->reg, id);

	if (indicator == NOT_FOUND)
		reply_absent(daemon, request, THING_INDICATOR, id);
	else
		list_observations(daemon, request, indicator);
	free(id);
}

/* --- one ------------------------------------------------------------------------- */

static void put_observation(void *context, const char *indicator,
	const struct observation *observation, const struct store_observed *how)
{
	view_vintage(context, indicator, observation, how);
}

/* As the list of its indicator has it. */
void get_observation(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	char indicator[STORE_INDICATOR_MAX];
	struct store_origin origin;
	struct observation figure;
	struct error error;
	struct reply reply;
	int64_t number = rest_number(rest);

	if (number == 0 || store_load_observation(daemon->store, number,
			indicator, &figure, &origin, &error) < 0) {
		if (number == 0 || error.kind == ERROR_ABSENT)
			reply_problem(request, 404, "there is no observation %s: "
				"/v1/indicators/{id}/observations lists them", rest);
		else
			reply_unreadable(request, &error);
		return;
	}
	reply_begin(&reply);
	if (store_load_vintages(daemon->store, indicator, number - 1, 1,
			put_observation, &reply.json, &error) == 0) {
		reply_send(&reply, request, 200);
	} else {
		reply_drop(&reply);
		reply_unreadable(request, &error);
	}
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

	if (!numbered_takes(&page->numbered, observation->id, selection_accepts(
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
	if (page->selection.count > 0)
		page->numbered.looked_max = API_PAGE_MAX;
	numbered_end(&page->numbered, store_load_quarantined(daemon->store,
		page->numbered.cursor, numbered_rows(&page->numbered), item_held,
		page, &page->numbered.error));
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
	else if (selection_read(&page.selection, daemon, held_filters, request,
	    &error) < 0)
		reply_refusal(request, &error);
	else
		list_held(daemon, request, &page);
}
