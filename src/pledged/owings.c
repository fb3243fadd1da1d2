/* owings: see owings.h. */
#include "pledged/owings.h"

#include "core/supply.h"
#include "pledged/origins.h"
#include "pledged/parts.h"

struct asking_who {
	struct owings *owings;
	struct daemon *daemon;
	struct knowledge known;
	const struct explanation *explanation;
};

static bool owing_is_alike(const struct owing *a, const struct owing *b)
{
	return a->kind == b->kind && a->source == b->source &&
		string_is(a->name, b->name) &&
		(a->kind == OWING_SOURCE || a->indicator == b->indicator);
}

static void owing_add(struct owings *owings, const struct owing *owing)
{
	for (size_t i = 0; i < owings->count; i++)
		if (owing_is_alike(&owings->items[i], owing))
			return;
	if (owings->count == OWINGS_MAX)
		owings->more = true;
	else
		owings->items[owings->count++] = *owing;
}

static void add_name(struct owings *owings, enum owing_kind kind,
	const char *name)
{
	struct owing owing = {.kind = kind, .last = PERIOD_NONE};

	string_copy(owing.name, sizeof owing.name, name);
	owing_add(owings, &owing);
}

static struct period last_known(const struct asking_who *who, uint32_t indicator)
{
	struct store_origin latest;

	return origin_of_latest(who->daemon, indicator, milestone_zone(
		who->daemon->reg, who->explanation->milestone), who->known,
		&latest) ? latest.of->period : PERIOD_NONE;
}

/* Those that give the indicator, or are to. */
static void take_sources(const struct asking_who *who, uint32_t indicator)
{
	const struct supply_list *sources = supply_sources(
		engine_supply(who->daemon->engine), indicator);
	struct owing owing = {.kind = OWING_UNSUPPLIED, .indicator = indicator,
		.last = last_known(who, indicator)};

	if (sources->count == 0)
		owing_add(who->owings, &owing);
	owing.kind = OWING_SOURCE;
	for (size_t i = 0; i < sources->count; i++) {
		owing.source = sources->items[i];
		owing_add(who->owings, &owing);
	}
}

static bool lacks_figures(const struct asking_who *who,
	const struct explained *node)
{
	const struct explained_gap *gaps = who->explanation->gaps;

	for (size_t i = 0; i < node->gaps.count; i++)
		if (gaps[node->gaps.first + i].kind == GAP_OVERDUE)
			return true;
	return node->figures.count == 0 && node->gaps.count == 0 &&
		explained_unknown(node) != UNKNOWN_NOTHING;
}

static void take_milestones(const struct asking_who *who,
	const struct explained *node)
{
	for (size_t i = 0; i < node->witnesses.count; i++) {
		const struct witness *witness = &who->explanation->witnesses[
			node->witnesses.first + i];

		if (witness->kind == WITNESS_MILESTONE &&
				witness->truth == TRUTH_UNKNOWN)
			add_name(who->owings, OWING_MILESTONE, witness->id);
	}
}

void owings_take(struct owings *owings, struct daemon *daemon,
	struct knowledge known, const struct explanation *explanation)
{
	const struct asking_who who = {owings, daemon, known, explanation};

	*owings = (struct owings){.count = 0};
	for (size_t i = 0; i < explanation->node_count; i++) {
		const struct explained *node = &explanation->nodes[i];

		if (expression_is_attested(node->expression) &&
				explained_unknown(node) != UNKNOWN_NOTHING)
			add_name(owings, OWING_PEOPLE, node->expression->string);
		else if (node->indicator != NOT_FOUND && lacks_figures(&who, node))
			take_sources(&who, node->indicator);
		take_milestones(&who, node);
	}
}

/* --- in words ------------------------------------------------------------------------ */

static void put_last(struct html *html, const char *before, struct period last)
{
	struct text text;

	text_init(&text, 64);
	text_addf(&text, "%s%s", before, period_is_none(last) ? "nothing" :
		"nothing newer than ");
	if (!period_is_none(last))
		text_add_period(&text, last);
	html_text(html, text_string(&text));
	text_release(&text);
}

static void put_source(const struct sheet *sheet, const struct owing *owing)
{
	struct daemon *daemon = sheet->daemon;
	const struct source_state *state = engine_source(daemon->engine,
		owing->source);
	const struct zone *zone = daemon->settings->zone;
	const char *id = daemon->reg->sources[owing->source].id;

	part_link(sheet, SHEET_SOURCE, id, id);
	if (sheet->question->past) {
		put_last(sheet->html, " had given ", owing->last);
	} else if (state->failing_since != INSTANT_MIN) {
		html_text(sheet->html, " fails since ");
		part_time(sheet->html, state->failing_since, zone);
		html_textf(sheet->html, ": %s", state->error);
	} else if (state->last_success == INSTANT_MIN) {
		html_text(sheet->html, " has not been asked yet");
	} else {
		html_text(sheet->html, " answered well on ");
		part_time(sheet->html, state->last_success, zone);
		put_last(sheet->html, ", and had ", owing->last);
	}
}

static void put_other(const struct sheet *sheet, const char *id)
{
	uint32_t milestone = register_milestone(sheet->daemon->reg, id);

	if (milestone == NOT_FOUND) {
		html_text(sheet->html, id);
		return;
	}
	part_milestone(sheet, milestone);
	html_text(sheet->html, " is not known");
}

static void put_owing(const struct sheet *sheet, const struct owing *owing)
{
	switch (owing->kind) {
	case OWING_SOURCE:
		put_source(sheet, owing);
		break;
	case OWING_UNSUPPLIED:
		html_textf(sheet->html, "no source gives %s",
			sheet->daemon->reg->indicators[owing->indicator].id);
		break;
	case OWING_PEOPLE:
		html_textf(sheet->html, "nobody has attested \"%s\"",
			owing->name);
		break;
	case OWING_MILESTONE:
		put_other(sheet, owing->name);
		break;
	}
}

void owings_tell(const struct sheet *sheet, const struct owings *owings)
{
	for (size_t i = 0; i < owings->count; i++) {
		if (i > 0)
			html_text(sheet->html, "; ");
		put_owing(sheet, &owings->items[i]);
	}
	if (owings->more)
		html_text(sheet->html, "; and others");
}
