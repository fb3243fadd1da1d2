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
	const char *name, bool blanks, instant *out, struct error *error)
{
	const char *value = server_request_query(request, name);

	if (value == NULL || (blanks && *value == '\0'))
		return 0;
	return time_word_read(daemon, name, value, out, error) < 0 ? -1 : 1;
}

int knowledge_read_form(struct daemon *daemon, struct server_request *request,
	bool blanks, struct knowledge *known, struct error *error)
{
	int published, recorded;

	*known = (struct knowledge){INSTANT_MAX, INSTANT_MAX};
	published = time_read(daemon, request, "as_of", blanks,
		&known->published_by, error);
	recorded = time_read(daemon, request, "recorded_as_of", blanks,
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

int knowledge_read(struct daemon *daemon, struct server_request *request,
	struct knowledge *known, struct error *error)
{
	return knowledge_read_form(daemon, request, false, known, error);
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

	if (selection_read(&selection, daemon, listed->filters, request, &error) < 0) {
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

static const struct indicator *indicator_of(const struct selection_item *of)
{
	return &of->daemon->reg->indicators[*(const uint32_t *)of->item];
}

static const char *indicator_id(const struct selection_item *of)
{
	return indicator_of(of)->id;
}

static const char *kind_word(int number)
{
	static const char *const words[] = {"figures", "documents", NULL};

	return words[number];
}

static const char *indicator_kind(const struct selection_item *of)
{
	return kind_word(indicator_of(of)->kind == INDICATOR_DOCUMENTS);
}

static const char *indicator_unit(const struct selection_item *of)
{
	return indicator_of(of)->unit;
}

static const char *frequency_word(int number)
{
	return number > FREQUENCY_YEAR - FREQUENCY_DAY ? NULL :
		frequency_name((enum frequency)(number + FREQUENCY_DAY));
}

static const char *indicator_frequency(const struct selection_item *of)
{
	enum frequency frequency = indicator_of(of)->frequency;

	return frequency != FREQUENCY_NONE ? frequency_name(frequency) : NULL;
}

static bool indicator_has_source(const struct selection_item *of,
	const char *pattern)
{
	const struct daemon *daemon = of->daemon;
	const struct supply_list *givers = supply_sources(
		engine_supply(daemon->engine), *(const uint32_t *)of->item);

	for (size_t i = 0; i < givers->count; i++)
		if (string_matches(daemon->reg->sources[givers->items[i]].id,
		    pattern))
			return true;
	return false;
}

static const struct milestone *indicator_milestone(
	const struct selection_item *of, size_t number)
{
	return &of->daemon->reg->milestones[
		indicator_of(of)->milestones[number]];
}

static bool indicator_has_pledge(const struct selection_item *of,
	const char *pattern)
{
	for (size_t i = 0; i < indicator_of(of)->milestone_count; i++)
		if (string_matches(milestone_pledge(of->daemon->reg,
		    indicator_milestone(of, i))->id, pattern))
			return true;
	return false;
}

static bool indicator_has_milestone(const struct selection_item *of,
	const char *pattern)
{
	for (size_t i = 0; i < indicator_of(of)->milestone_count; i++)
		if (string_matches(indicator_milestone(of, i)->id, pattern))
			return true;
	return false;
}

static const struct selection_field indicator_filters[] = {
	{.name = "id", .value = indicator_id},
	{.name = "kind", .value = indicator_kind, .word = kind_word},
	{.name = "unit", .value = indicator_unit},
	{.name = "frequency", .value = indicator_frequency,
		.word = frequency_word},
	{.name = "source", .has = indicator_has_source},
	{.name = "pledge", .has = indicator_has_pledge},
	{.name = "milestone", .has = indicator_has_milestone},
	{.name = NULL},
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

static const struct thing_list indicator_list = {THING_INDICATOR,
	indicator_filters, columns_indicator, put_indicator};

void get_indicators(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	(void)rest;
	list_things(daemon, request, &indicator_list);
}

/* --- sources ------------------------------------------------------------------------ */

static const struct source *source_of(const struct selection_item *of)
{
	return &of->daemon->reg->sources[*(const uint32_t *)of->item];
}

static const struct source_state *source_state_of(
	const struct selection_item *of)
{
	return engine_source(of->daemon->engine, *(const uint32_t *)of->item);
}

static const char *source_id(const struct selection_item *of)
{
	return source_of(of)->id;
}

static const char *format_word(int number)
{
	return number == SOURCE_FORMAT_COUNT ? NULL :
		source_format_name((enum source_format)number);
}

/* As it is read; "format" is that of the list itself. */
static const char *source_reads(const struct selection_item *of)
{
	return source_format_name(source_of(of)->format);
}

static const char *outcome_word(int number)
{
	return number == FETCH_OUTCOME_COUNT ? NULL :
		fetch_outcome_name((enum fetch_outcome)number);
}

static const char *source_outcome(const struct selection_item *of)
{
	const struct source_state *state = source_state_of(of);

	return state->last_attempt == INSTANT_MIN ? NULL :
		fetch_outcome_name(state->outcome);
}

static const char *source_failing(const struct selection_item *of)
{
	return selection_bool(source_state_of(of)->failures > 0);
}

static const char *source_gone(const struct selection_item *of)
{
	return selection_bool(source_state_of(of)->gone);
}

static const char *source_label_of(const struct selection_item *of)
{
	return source_label(source_of(of), of->key);
}

static bool source_has_indicator(const struct selection_item *of,
	const char *pattern)
{
	const struct daemon *daemon = of->daemon;
	const struct supply_list *given = supply_indicators(
		engine_supply(daemon->engine), *(const uint32_t *)of->item);

	for (size_t i = 0; i < given->count; i++)
		if (string_matches(daemon->reg->indicators[given->items[i]].id,
		    pattern))
			return true;
	return false;
}

static const struct selection_field source_filters[] = {
	{.name = "id", .value = source_id},
	{.name = "reads", .value = source_reads, .word = format_word},
	{.name = "outcome", .value = source_outcome, .word = outcome_word},
	{.name = "failing", .value = source_failing,
		.word = selection_bool_word},
	{.name = "gone", .value = source_gone, .word = selection_bool_word},
	{.name = "indicator", .has = source_has_indicator},
	{.name = "label.", .value = source_label_of},
	{.name = NULL},
};

static void put_source(struct daemon *daemon, struct json *json, uint32_t index)
{
	view_source(json, daemon->reg, index, engine_source(daemon->engine, index),
		engine_source_busy(daemon->engine, index));
}

static const struct thing_list source_list = {THING_SOURCE, source_filters,
	columns_source, put_source};

void get_sources(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	(void)rest;
	list_things(daemon, request, &source_list);
}

/* --- one of them ---------------------------------------------------------------- */

static void reply_one(struct daemon *daemon, struct server_request *request,
	const struct thing_list *listed, const char *id, uint32_t index)
{
	struct reply reply;

	if (index == NOT_FOUND) {
		reply_absent(daemon, request, listed->kind, id);
		return;
	}
	reply_begin(&reply);
	listed->put(daemon, &reply.json, index);
	reply_send(&reply, request, 200);
}

void get_indicator(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	reply_one(daemon, request, &indicator_list, rest,
		register_indicator(daemon->reg, rest));
}

void get_source(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	reply_one(daemon, request, &source_list, rest,
		register_source(daemon->reg, rest));
}
