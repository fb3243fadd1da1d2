/*
 * api_lists: indicators, sources, and the history of a milestone. All else that
 * is listed has a room of its own.
 */
#include <stdlib.h>
#include <string.h>

#include "core/supply.h"
#include "pledged/api.h"
#include "pledged/columns.h"
#include "pledged/selection.h"
#include "pledged/view.h"
#include "pledged/view_change.h"

/* --- parameters ------------------------------------------------------------ */

int time_word_read(const struct daemon *daemon, const char *name,
	const char *word, instant *out, struct error *error)
{
	struct moment moment;

	if (!moment_parse(word, strlen(word), &moment))
		return error_set(error, ERROR_INPUT, "%s: \"%s\" is not a date "
			"or time (2020-12-31, 2020-12-31T23:59:59Z)", name, word);
	*out = moment_instant(&moment, daemon->settings->zone);
	return 0;
}

/* 0: it is not there, and out stays as it is. */
static int time_read(struct daemon *daemon, struct server_request *request,
	const char *name, instant *out, struct error *error)
{
	const char *value = server_request_query(request, name);

	if (value == NULL)
		return 0;
	return time_word_read(daemon, name, value, out, error) < 0 ? -1 : 1;
}

int knowledge_read(struct daemon *daemon, struct server_request *request,
	struct knowledge *known, struct error *error)
{
	int published, recorded;

	*known = (struct knowledge){INSTANT_MAX, INSTANT_MAX};
	published = time_read(daemon, request, "as_of", &known->published_by,
		error);
	recorded = time_read(daemon, request, "recorded_as_of",
		&known->recorded_by, error);
	if (published < 0 || recorded < 0)
		return -1;
	if (recorded > 0 && known->recorded_by >= loop_now(daemon->loop))
		return error_set(error, ERROR_INPUT, "recorded_as_of: that time is "
			"not over, and more may be recorded by then: ask for one "
			"that is past, or leave it out");
	if (published == 0)
		known->published_by = known->recorded_by;
	return published > 0 || recorded > 0;
}

int stretch_check(const struct stretch *span, instant until, struct error *error)
{
	struct text most;

	if (until <= span->from)
		return error_set(error, ERROR_INPUT, "%s: it would be over before "
			"it begins", span->name);
	if (until - span->from <= span->most)
		return 0;
	text_init(&most, 0);
	text_add_seconds(&most, span->most);
	error_set(error, ERROR_LIMIT, "%s: longer than %s, the most that %s "
		"allows", span->name, text_string(&most), span->setting);
	text_release(&most);
	return -1;
}

int stretch_read(const struct stretch *span, const struct zone *zone,
	const char *words, instant *until, struct error *error)
{
	struct duration duration;

	if (!duration_read(words, &duration) ||
			!zone_add(zone, span->from, duration, until))
		return error_set(error, ERROR_INPUT, "%s: \"%s\" is not a number "
			"and a unit, such as 12h or 7d", span->name, words);
	return stretch_check(span, *until, error);
}

/* --- things of the register ----------------------------------------------------- */

/* Things looked at for one page, and milestones that rest on them. */
#define LOOKED_MAX 20000

/* What a list of things is. */
struct thing_list {
	enum thing_kind kind;
	const struct selection_field *filters;
	const char *const *columns;
	void (*put)(struct daemon *daemon, struct json *json, uint32_t index);
};

/* What it costs to look at one. */
static size_t thing_cost(const struct register_ *reg, enum thing_kind kind,
	uint32_t index)
{
	return 1 + (kind == THING_INDICATOR ?
		reg->indicators[index].milestone_count : 0);
}

static void list_selected(struct list *list, struct daemon *daemon,
	const struct thing_list *listed, const struct selection *selection,
	size_t place)
{
	const struct register_ *reg = daemon->reg;
	size_t looked = 0;

	for (uint32_t index = NOT_FOUND; place < thing_count(reg, listed->kind);
	    place++) {
		if (looked >= LOOKED_MAX) {
			list_wrote_up_to(list, thing_id(reg, listed->kind, index));
			break;
		}
		index = thing_in_order(reg, listed->kind, place);
		looked += thing_cost(reg, listed->kind, index);
		if (!selection_accepts(selection, daemon, &index))
			continue;
		if (!list_has_room(list))
			break;
		listed->put(daemon, &list->reply.json, index);
		list_wrote(list, thing_id(reg, listed->kind, index));
	}
}

static void list_things(struct daemon *daemon, struct server_request *request,
	const struct thing_list *listed)
{
	struct selection selection;
	struct error error;
	struct list list;
	size_t place;

	if (selection_read(&selection, listed->filters, request, &error) < 0) {
		reply_refusal(request, &error);
		return;
	}
	if (!list_begin_ordered(&list, daemon, request, listed->kind, &place))
		return;
	list_as_table(&list, daemon, listed->columns);
	list_selected(&list, daemon, listed, &selection, place);
	list_end(&list);
}

/* --- indicators ------------------------------------------------------------------- */

static const struct indicator *indicator_of(const struct daemon *daemon,
	const void *item)
{
	return &daemon->reg->indicators[*(const uint32_t *)item];
}

static bool indicator_has_id(const struct daemon *daemon, const void *item,
	const struct selection_term *term)
{
	return selection_matches(term, indicator_of(daemon, item)->id);
}

static const char *kind_word(int number)
{
	static const char *const words[] = {"figures", "documents", NULL};

	return words[number];
}

static bool indicator_has_kind(const struct daemon *daemon, const void *item,
	const struct selection_term *term)
{
	return selection_matches(term, kind_word(
		indicator_of(daemon, item)->kind == INDICATOR_DOCUMENTS));
}

static bool indicator_has_unit(const struct daemon *daemon, const void *item,
	const struct selection_term *term)
{
	return selection_matches(term, indicator_of(daemon, item)->unit);
}

static const char *frequency_word(int number)
{
	return number > FREQUENCY_YEAR - FREQUENCY_DAY ? NULL :
		frequency_name((enum frequency)(number + FREQUENCY_DAY));
}

static bool indicator_has_frequency(const struct daemon *daemon,
	const void *item, const struct selection_term *term)
{
	enum frequency frequency = indicator_of(daemon, item)->frequency;

	return frequency != FREQUENCY_NONE &&
		selection_matches(term, frequency_name(frequency));
}

static bool indicator_has_source(const struct daemon *daemon, const void *item,
	const struct selection_term *term)
{
	const struct supply_list *givers = supply_sources(
		engine_supply(daemon->engine), *(const uint32_t *)item);

	for (size_t i = 0; i < givers->count; i++)
		if (selection_matches(term,
		    daemon->reg->sources[givers->items[i]].id))
			return true;
	return false;
}

static bool indicator_has_pledge(const struct daemon *daemon, const void *item,
	const struct selection_term *term)
{
	const struct indicator *indicator = indicator_of(daemon, item);

	for (size_t i = 0; i < indicator->milestone_count; i++)
		if (selection_matches(term, milestone_pledge(daemon->reg,
		    &daemon->reg->milestones[indicator->milestones[i]])->id))
			return true;
	return false;
}

static bool indicator_has_milestone(const struct daemon *daemon,
	const void *item, const struct selection_term *term)
{
	const struct indicator *indicator = indicator_of(daemon, item);

	for (size_t i = 0; i < indicator->milestone_count; i++)
		if (selection_matches(term, daemon->reg->milestones[
		    indicator->milestones[i]].id))
			return true;
	return false;
}

static const struct selection_field indicator_filters[] = {
	{"id", indicator_has_id, NULL},
	{"kind", indicator_has_kind, kind_word},
	{"unit", indicator_has_unit, NULL},
	{"frequency", indicator_has_frequency, frequency_word},
	{"source", indicator_has_source, NULL},
	{"pledge", indicator_has_pledge, NULL},
	{"milestone", indicator_has_milestone, NULL},
	{NULL, NULL, NULL},
};

/* With who gives it, and up to when. */
static void put_indicator(struct daemon *daemon, struct json *json,
	uint32_t index)
{
	const struct supply *supply = engine_supply(daemon->engine);
	const struct supply_list *givers = supply_sources(supply, index);

	json_object(json);
	view_indicator_fields(json, daemon->reg, index);
	json_key(json, "sources");
	json_array(json);
	for (size_t i = 0; i < givers->count; i++)
		json_string(json, daemon->reg->sources[givers->items[i]].id);
	json_array_end(json);
	view_period(json, "last_period", supply_last(supply, index));
	json_object_end(json);
}

void get_indicators(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	(void)rest;
	list_things(daemon, request, &(struct thing_list){THING_INDICATOR,
		indicator_filters, columns_indicator, put_indicator});
}

/* --- sources ------------------------------------------------------------------------ */

static const struct source *source_of(const struct daemon *daemon,
	const void *item)
{
	return &daemon->reg->sources[*(const uint32_t *)item];
}

static const struct source_state *source_state_of(const struct daemon *daemon,
	const void *item)
{
	return engine_source(daemon->engine, *(const uint32_t *)item);
}

static bool source_has_id(const struct daemon *daemon, const void *item,
	const struct selection_term *term)
{
	return selection_matches(term, source_of(daemon, item)->id);
}

static const char *format_word(int number)
{
	return number > SOURCE_TEXT ? NULL :
		source_format_name((enum source_format)number);
}

/* As it is read; "format" is that of the list itself. */
static bool source_has_reads(const struct daemon *daemon, const void *item,
	const struct selection_term *term)
{
	return selection_matches(term,
		source_format_name(source_of(daemon, item)->format));
}

static const char *outcome_word(int number)
{
	return number > FETCH_OFFLINE ? NULL :
		fetch_outcome_name((enum fetch_outcome)number);
}

static bool source_has_outcome(const struct daemon *daemon, const void *item,
	const struct selection_term *term)
{
	const struct source_state *state = source_state_of(daemon, item);

	return state->last_attempt != INSTANT_MIN &&
		selection_matches(term, fetch_outcome_name(state->outcome));
}

static bool source_has_failing(const struct daemon *daemon, const void *item,
	const struct selection_term *term)
{
	return selection_is_so(term, source_state_of(daemon, item)->failures > 0);
}

static bool source_has_gone(const struct daemon *daemon, const void *item,
	const struct selection_term *term)
{
	return selection_is_so(term, source_state_of(daemon, item)->gone);
}

static bool source_has_indicator(const struct daemon *daemon, const void *item,
	const struct selection_term *term)
{
	const struct supply_list *given = supply_indicators(
		engine_supply(daemon->engine), *(const uint32_t *)item);

	for (size_t i = 0; i < given->count; i++)
		if (selection_matches(term,
		    daemon->reg->indicators[given->items[i]].id))
			return true;
	return false;
}

static bool source_has_label(const struct daemon *daemon, const void *item,
	const struct selection_term *term)
{
	return selection_matches(term, source_label(source_of(daemon, item),
		term->key));
}

static const struct selection_field source_filters[] = {
	{"id", source_has_id, NULL},
	{"reads", source_has_reads, format_word},
	{"outcome", source_has_outcome, outcome_word},
	{"failing", source_has_failing, selection_bool_word},
	{"gone", source_has_gone, selection_bool_word},
	{"indicator", source_has_indicator, NULL},
	{"label.", source_has_label, NULL},
	{NULL, NULL, NULL},
};

static void put_source(struct daemon *daemon, struct json *json, uint32_t index)
{
	view_source(json, daemon->reg, index, engine_source(daemon->engine, index),
		engine_source_busy(daemon->engine, index));
}

void get_sources(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	(void)rest;
	list_things(daemon, request, &(struct thing_list){THING_SOURCE,
		source_filters, columns_source, put_source});
}

/* --- history ------------------------------------------------------------------------ */

/* Answers as they were saved. One that differs from that before it in nothing
   people are shown is passed over. */
struct change_list {
	struct numbered_list numbered;
	const struct zone *zone;
	struct milestone_state before;
	bool has_before;
	size_t looked;		/* to API_PAGE_MAX, where a page ends */
};

static void item_change(void *context, const struct store_change *change)
{
	struct change_list *page = context;
	struct list *list = &page->numbered.list;
	const struct milestone_state *before =
		page->has_before ? &page->before : NULL;
	bool last = change->id == page->numbered.cursor;	/* of the page before */
	bool told = !last && view_change_is_told(before, change, page->zone);

	if (page->looked == API_PAGE_MAX || (told && !list_has_room(list)))
		list->more = true;
	if (list->more)
		return;
	page->looked += !last;
	page->numbered.last = change->id;
	if (told) {
		view_change(&list->reply.json, before, change, page->zone);
		numbered_wrote(&page->numbered, change->id);
	}
	page->before = change->state;
	page->has_before = true;
}

/* Also of a milestone that has left the register. */
static void list_changes(struct daemon *daemon, struct server_request *request,
	const char *milestone)
{
	uint32_t index = register_milestone(daemon->reg, milestone);
	struct change_list page = {.zone = index == NOT_FOUND ?
		daemon->settings->zone : milestone_zone(daemon->reg,
			&daemon->reg->milestones[index])};
	int loaded;

	if (!numbered_begin(&page.numbered, request))
		return;
	list_as_table(&page.numbered.list, daemon, columns_change);
	loaded = store_load_changes(daemon->store, milestone,
		page.numbered.cursor, API_PAGE_MAX + 2, item_change, &page,
		&page.numbered.error);
	if (loaded == 0 && index == NOT_FOUND && !page.has_before) {
		reply_drop(&page.numbered.list.reply);
		reply_no_milestone(daemon, request, "is and was", milestone);
		return;
	}
	numbered_end(&page.numbered, loaded);
}

void get_history(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	char *id = rest_id(rest, "/history");

	list_changes(daemon, request, id != NULL ? id : rest);
	free(id);
}
