/*
 * web_overview: what has to be seen first: what slipped, what is at risk, what
 * is due next and where nobody can say, each with why and who says so.
 */
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "core/rollup.h"
#include "core/since.h"
#include "core/standing.h"
#include "pledged/origins.h"
#include "pledged/sheet_internal.h"
#include "pledged/survey.h"
#include "pledged/told.h"
#include "pledged/web.h"

#define SHOWN 8			/* of each sort */
#define AHEAD_DAYS 90
#define FAULTS_SHOWN 5

/* --- what is looked for --------------------------------------------------------------- */

enum sort { SORT_SLIPPED, SORT_AT_RISK, SORT_DUE, SORT_BLIND, SORT_COUNT };

static const struct {
	const char *id, *heading, *none;
	const char *list;	/* all of them */
	enum hue hue;
	enum ranking_order order;
	enum part_party party;
} sorts[SORT_COUNT] = {
	[SORT_SLIPPED] = {"slipped", "What slipped",
		"Nothing that was due is missed, and no date was moved later.",
		"/milestones?status=not_met&status=breached&status=reversed"
		"&status=partly_met", HUE_BAD, RANKING_URGENCY, PARTY_VOICES},
	[SORT_AT_RISK] = {"risk", "What is at risk",
		"Nothing that is measured on its way is behind.",
		"/milestones?status=at_risk&status=off_track&status=due",
		HUE_LATE, RANKING_URGENCY, PARTY_VOICES},
	[SORT_DUE] = {"due", "What is due next",
		"Nothing is due any more.",
		"/calendar", HUE_IDLE, RANKING_DUE, PARTY_NONE},
	[SORT_BLIND] = {"blind", "Where we are blind",
		"Nothing waits for figures that should be there.",
		"/milestones?status=unverified&status=awaiting_data", HUE_BLIND,
		RANKING_URGENCY, PARTY_OWINGS},
};

static bool is_undecided(const struct assessment *answer)
{
	return answer->verdict == VERDICT_NONE &&
		!lifecycle_is_over(answer->lifecycle);
}

static bool is_missed(const struct assessment *answer)
{
	return rollup_class(answer->status) == ROLLUP_MISSED;
}

/* Its date was moved later, and it is still to come. */
static bool is_put_off(const struct register_ *reg, uint32_t milestone,
	const struct assessment *answer)
{
	instant original = reg->milestones[milestone].due;

	return is_undecided(answer) && original != INSTANT_MAX &&
		answer->due != INSTANT_MAX && answer->due > original;
}

static bool is_at_risk(const struct assessment *answer)
{
	return answer->status == STATUS_AT_RISK ||
		answer->status == STATUS_OFF_TRACK ||
		answer->status == STATUS_DUE;
}

/* The figure that it waits for should be there. */
static bool is_overdue(const struct register_ *reg, uint32_t milestone,
	const struct assessment *answer)
{
	if (period_is_none(answer->waiting_for) ||
			answer->waiting_indicator == NOT_FOUND)
		return answer->knowledge == KNOWLEDGE_STALE;
	return figure_expected(&reg->indicators[answer->waiting_indicator],
		answer->waiting_for, milestone_zone(reg,
		&reg->milestones[milestone])) < answer->as_of;
}

static bool is_blind(const struct register_ *reg, uint32_t milestone,
	const struct assessment *answer)
{
	if (status_look(answer->status)->hue == HUE_BLIND)
		return true;
	return is_undecided(answer) && answer->status != STATUS_NOT_STARTED &&
		(answer->knowledge == KNOWLEDGE_DISPUTED ||
		 is_overdue(reg, milestone, answer));
}

/* --- looking ------------------------------------------------------------------------ */

/* One milestone shown, and who says so: both are asked step by step. */
struct line {
	struct assessment answer;
	struct voices voices;
	struct owings owings;
	struct text why;
	instant since;
};

struct overview {
	struct page page;
	struct survey survey;
	bool surveyed;
	size_t counts[STATUS_COUNT];
	struct ranking rankings[SORT_COUNT];
	size_t soon;		/* due in AHEAD_DAYS */
	struct line lines[SORT_COUNT][SHOWN];
	size_t told;		/* lines that are filled in */
};

static bool belongs(const struct overview *overview, enum sort sort,
	uint32_t milestone, const struct assessment *answer)
{
	const struct register_ *reg = overview->page.sheet.daemon->reg;
	instant now = overview->page.question.known.published_by;

	switch (sort) {
	case SORT_SLIPPED:
		return is_missed(answer) || is_put_off(reg, milestone, answer);
	case SORT_AT_RISK:
		return is_at_risk(answer);
	case SORT_DUE:
		return is_undecided(answer) && answer->due >= now &&
			answer->due != INSTANT_MAX;
	default:
		return is_blind(reg, milestone, answer);
	}
}

static void take_milestone(void *context, uint32_t milestone,
	const struct assessment *answer)
{
	struct overview *overview = context;

	instant now = overview->page.question.known.published_by;

	overview->counts[answer->status]++;
	if (belongs(overview, SORT_DUE, milestone, answer) &&
			answer->due < now + AHEAD_DAYS * INT64_C(86400))
		overview->soon++;
	for (int sort = 0; sort < SORT_COUNT; sort++)
		if (belongs(overview, (enum sort)sort, milestone, answer))
			ranking_take(&overview->rankings[sort], milestone,
				answer);
}

static void overview_again(struct page *page)
{
	struct overview *overview = (struct overview *)page;

	survey_begin(&overview->survey, page->sheet.daemon, &page->question,
		NULL);
	overview->surveyed = false;
	overview->told = overview->soon = 0;
	for (size_t i = 0; i < STATUS_COUNT; i++)
		overview->counts[i] = 0;
	for (size_t i = 0; i < SORT_COUNT; i++)
		ranking_clear(&overview->rankings[i]);
}

static void line_take(struct overview *overview, enum sort sort, size_t row)
{
	struct daemon *daemon = overview->page.sheet.daemon;
	struct line *line = &overview->lines[sort][row];
	struct knowledge known = overview->page.question.known;
	struct explanation explanation;

	if (!overview->page.question.past)
		known.published_by = engine_as_of(daemon->engine,
			known.published_by);
	milestone_explain(daemon->reg, daemon->history,
		overview->rankings[sort].items[row].milestone, known,
		&explanation);
	struct store_origin *origins = explanation_origins(daemon, &explanation);

	line->answer = explanation.assessment;
	line->since = status_since(daemon->reg, daemon->history,
		overview->rankings[sort].items[row].milestone, known);
	text_release(&line->why);
	text_init(&line->why, 0);
	explanation_sentence(daemon->reg,
		overview->rankings[sort].items[row].milestone, &explanation,
		&line->why);
	voices_take(&line->voices, daemon, known, &explanation, origins);
	owings_take(&line->owings, daemon, known, &explanation);
	free(origins);
	explanation_release(&explanation);
}

/* Looks at milestones, then asks of one after the other that is shown who says
   so. */
static bool overview_step(struct page *page)
{
	struct overview *overview = (struct overview *)page;

	if (!overview->surveyed) {
		overview->surveyed = survey_step(&overview->survey,
			take_milestone, overview);
		for (int i = 0; overview->surveyed && i < SORT_COUNT; i++)
			ranking_sort(&overview->rankings[i]);
		return false;
	}
	for (; overview->told < SORT_COUNT * SHOWN; overview->told++) {
		enum sort sort = (enum sort)(overview->told / SHOWN);
		size_t row = overview->told % SHOWN;

		if (row >= overview->rankings[sort].count)
			continue;
		line_take(overview, sort, row);
		overview->told++;
		return false;
	}
	return true;
}

/* --- showing ------------------------------------------------------------------------ */

static void put_tile(struct page *page, enum sort sort, size_t count,
	const char *words)
{
	struct html *html = &page->html;
	struct text href, class;

	text_init(&href, 0);
	text_init(&class, 0);
	text_addf(&href, "#%s", sorts[sort].id);
	text_addf(&class, "tile %s", count > 0 ? hue_name(sorts[sort].hue) :
		hue_name(HUE_OUT));
	html_open(html, "li", NULL);
	html_open(html, "a", "href", text_string(&href), "class",
		text_string(&class), NULL);
	html_open(html, "strong", NULL);
	html_textf(html, "%zu", count);
	html_close(html, "strong");
	html_textf(html, " %s", words);
	html_close(html, "a");
	html_close(html, "li");
	text_release(&class);
	text_release(&href);
}

static void put_tiles(struct overview *overview)
{
	struct html *html = &overview->page.html;
	static const char *const words[SORT_COUNT] = {
		[SORT_SLIPPED] = "slipped", [SORT_AT_RISK] = "at risk",
		[SORT_DUE] = "due in 90 days", [SORT_BLIND] = "cannot be judged",
	};

	html_open(html, "ul", "class", "tiles", NULL);
	for (int i = 0; i < SORT_COUNT; i++)
		put_tile(&overview->page, (enum sort)i, i == SORT_DUE ?
			overview->soon : overview->rankings[i].seen, words[i]);
	html_close(html, "ul");
}

static void put_rest(struct page *page, enum sort sort, size_t count)
{
	html_open(&page->html, "p", "class", "more", NULL);
	part_link_open(&page->sheet, sorts[sort].list, NULL);
	html_textf(&page->html, "All %zu", count);
	html_close(&page->html, "a");
	html_close(&page->html, "p");
}

static void put_sort(struct overview *overview, enum sort sort)
{
	struct page *page = &overview->page;
	const struct ranking *ranking = &overview->rankings[sort];
	struct part_table table;
	struct text caption;
	size_t shown = ranking->count < SHOWN ? ranking->count : SHOWN;

	if (ranking->seen == 0) {
		html_element(&page->html, "p", sorts[sort].none, "class",
			"none", NULL);
		return;
	}
	text_init(&caption, 0);
	text_add_count(&caption, ranking->seen, "milestone");
	text_addf(&caption, ", %s first", sorts[sort].order == RANKING_DUE ?
		"the nearest" : "the most urgent");
	part_milestones_open(&page->sheet, &table, text_string(&caption),
		sorts[sort].party);
	text_release(&caption);
	for (size_t i = 0; i < shown; i++) {
		const struct line *line = &overview->lines[sort][i];

		part_milestone_row(&page->sheet, &table, &(struct part_row){
			ranking->items[i].milestone, &line->answer,
			sort == SORT_DUE ? NULL : text_string(&line->why),
			sorts[sort].party == PARTY_VOICES ? &line->voices :
			NULL, sorts[sort].party == PARTY_OWINGS ?
			&line->owings : NULL, line->since});
	}
	part_table_close(&table);
	if (shown < ranking->seen)
		put_rest(page, sort, ranking->seen);
}

/* --- what is wrong with the sources -------------------------------------------------- */

static void put_failing(struct page *page)
{
	struct daemon *daemon = page->sheet.daemon;
	struct html *html = &page->html;
	size_t failing = 0;

	for (uint32_t i = 0; i < daemon->reg->source_count; i++) {
		const struct source_state *state = engine_source(daemon->engine,
			i);

		if (state->failures == 0 || failing++ >= FAULTS_SHOWN)
			continue;
		html_open(html, "li", NULL);
		html_text(html, "Source ");
		part_link(&page->sheet, SHEET_SOURCE, daemon->reg->sources[i].id,
			daemon->reg->sources[i].id);
		html_text(html, " fails since ");
		part_time(html, state->failing_since, daemon->settings->zone);
		html_textf(html, ": %s", state->error);
		html_close(html, "li");
	}
	if (failing > FAULTS_SHOWN)
		html_textf(html, "and %zu sources more", failing - FAULTS_SHOWN);
}

static void put_held(void *context, const char *indicator,
	const struct observation *observation, const struct store_observed *how)
{
	struct page *page = context;
	struct html *html = &page->html;
	struct text text;

	text_init(&text, 0);
	text_addf(&text, "%s ", indicator);
	text_add_period(&text, observation->period);
	text_add_string(&text, " = ");
	text_add_decimal_grouped(&text, observation->value);
	html_open(html, "li", NULL);
	html_textf(html, "Held back, not used until somebody accepts it: %s, ",
		text_string(&text));
	html_textf(html, "%s", quarantine_words(
		(enum quarantine)observation->quarantine));
	if (how->source != NULL) {
		html_text(html, ", from ");
		part_link(&page->sheet, SHEET_SOURCE, how->source, how->source);
	}
	html_close(html, "li");
	text_release(&text);
}

/* It is known as it is now. */
static void put_faults(struct page *page)
{
	struct daemon *daemon = page->sheet.daemon;
	struct error error;

	if (page->question.past)
		return;
	html_open(&page->html, "ul", "class", "faults", NULL);
	put_failing(page);
	if (store_load_quarantined(daemon->store, 0, FAULTS_SHOWN, put_held, page,
			&error) < 0)
		log_error("figures held back: %s", error.text);
	html_close(&page->html, "ul");
}

static void overview_write(struct page *page)
{
	struct overview *overview = (struct overview *)page;

	page_open_timed(page, "/", "Overview");
	put_tiles(overview);
	web_put_statuses(page, overview->counts, "");
	for (int i = 0; i < SORT_COUNT; i++) {
		page_section_open(page, sorts[i].id, sorts[i].heading);
		put_sort(overview, (enum sort)i);
		if (i == SORT_BLIND)
			put_faults(page);
		page_section_close(page);
	}
	page_close(page);
}

static void overview_release(struct page *page)
{
	struct overview *overview = (struct overview *)page;

	for (size_t i = 0; i < SORT_COUNT; i++) {
		ranking_release(&overview->rankings[i]);
		for (size_t k = 0; k < SHOWN; k++)
			text_release(&overview->lines[i][k].why);
	}
}

void web_overview(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	static const struct page_work work = {overview_again, overview_step,
		overview_write, overview_release};
	struct overview *overview = mem_new(1, sizeof *overview);

	(void)rest;
	if (!page_begin(&overview->page, daemon, request)) {
		free(overview);
		return;
	}
	for (size_t i = 0; i < SORT_COUNT; i++)
		ranking_init(&overview->rankings[i], sorts[i].order, SHOWN);
	overview_again(&overview->page);
	page_stream(&overview->page, &work);
}
