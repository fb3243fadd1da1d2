/*
 * api_observations: what was observed of an indicator, vintage by vintage, with
 * how it came; and what is held back of all.
 */
#include <stdlib.h>

#include "pledged/api.h"
#include "pledged/view.h"
#include "pledged/view_evidence.h"

/* As the store has them: only there each vintage has its number. */
struct observation_list {
	struct numbered_list numbered;
	struct knowledge known;
	size_t looked;
	size_t looked_max;	/* a page ends there, though it may be short */
};

static bool page_is_full(struct observation_list *page, bool known)
{
	struct list *list = &page->numbered.list;

	if (page->looked == page->looked_max || (known && !list_has_room(list)))
		list->more = true;
	return list->more;
}

static void item_observation(void *context, const char *indicator,
	const struct observation *observation, const struct store_observed *how)
{
	struct observation_list *page = context;
	bool known = observation->published <= page->known.published_by &&
		observation->recorded <= page->known.recorded_by;

	if (page_is_full(page, known))
		return;
	page->looked++;
	page->numbered.last = observation->id;
	if (known) {
		view_vintage(&page->numbered.list.reply.json, indicator,
			observation, how);
		numbered_wrote(&page->numbered, observation->id);
	}
}

static void item_document(void *context, const struct document *document)
{
	struct observation_list *page = context;
	bool known = document->published <= page->known.published_by &&
		document->recorded <= page->known.recorded_by;

	if (page_is_full(page, known))
		return;
	page->looked++;
	page->numbered.last = document->id;
	if (known) {
		view_document(&page->numbered.list.reply.json, document);
		numbered_wrote(&page->numbered, document->id);
	}
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
	struct observation_list page = {.looked = 0};
	struct error error;
	int past = knowledge_read(daemon, request, &page.known, &error);

	if (past < 0) {
		reply_refusal(request, &error);
		return;
	}
	if (!numbered_begin(&page.numbered, request))
		return;
	page.looked_max = past > 0 ? API_PAGE_MAX : page.numbered.list.limit;
	numbered_end(&page.numbered, load_page(&page, daemon, indicator));
}

void get_observations(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	char *id = rest_id(rest, "/observations");

	if (id == NULL)
		get_indicator(daemon, request, rest);
	else if (register_indicator(daemon->reg, id) == NOT_FOUND)
		reply_absent(daemon, request, THING_INDICATOR, id);
	else
		list_observations(daemon, request,
			register_indicator(daemon->reg, id));
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

struct held_list {
	struct numbered_list numbered;
	struct daemon *daemon;
};

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
	struct held_list *page = context;
	struct json *json = &page->numbered.list.reply.json;

	if (!list_has_room(&page->numbered.list))
		return;
	json_object(json);
	view_vintage_fields(json, indicator, observation, how);
	put_in_force(json, page->daemon, indicator, observation->period);
	json_object_end(json);
	numbered_wrote(&page->numbered, observation->id);
}

void get_held(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct held_list page = {.daemon = daemon};

	(void)rest;
	if (!string_is(server_request_query(request, "held"), "true")) {
		reply_problem(request, 400, "of all indicators only what is held "
			"is listed: ask with held=true, or for the rest "
			"/v1/indicators/{id}/observations");
		return;
	}
	if (!numbered_begin(&page.numbered, request))
		return;
	numbered_end(&page.numbered, store_load_quarantined(daemon->store,
		page.numbered.cursor, numbered_rows(&page.numbered), item_held,
		&page, &page.numbered.error));
}
