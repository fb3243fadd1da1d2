/*
 * sheet: see sheet.h.
 *
 *	sheet.c          a milestone's sections, in order; pledges
 *	sheet_facts.c    terms, decisions and figures
 *	sheet_why.c      what the answer rests on
 *	sheet_history.c  attestations, alerts, how the answer came about
 *	parts.c          what all of them are made of
 */
#include "pledged/sheet.h"

#include <stdlib.h>

#include "base/mem.h"
#include "core/since.h"
#include "pledged/chart.h"
#include "pledged/origins.h"
#include "pledged/sheet_internal.h"

void sheet_section_open(const struct sheet *sheet, const char *title)
{
	html_open(sheet->html, "section", NULL);
	html_element(sheet->html, sheet->heading != NULL ? sheet->heading : "h2",
		title, NULL);
}

void sheet_section_close(const struct sheet *sheet)
{
	html_close(sheet->html, "section");
	html_text(sheet->html, "\n");
}

/* --- a milestone ---------------------------------------------------------------- */

static void case_take(const struct sheet *sheet, uint32_t index,
	struct sheet_case *out)
{
	struct daemon *daemon = sheet->daemon;
	const struct register_ *reg = daemon->reg;

	*out = (struct sheet_case){.index = index,
		.original = &reg->milestones[index],
		.zone = milestone_zone(reg, &reg->milestones[index]),
		.since = sheet->question->past ? INSTANT_MIN :
			engine_milestone(daemon->engine, index)->since};
	out->known = question_known(sheet->question, daemon);
	milestone_explain(reg, daemon->history, index, out->known,
		&out->explanation);
	out->milestone = out->explanation.milestone;
	out->origins = explanation_origins(daemon, &out->explanation);
	voices_take(&out->voices, daemon, out->known, &out->explanation,
		out->origins);
}

static void case_release(struct sheet_case *at)
{
	free(at->origins);
	explanation_release(&at->explanation);
}

/* By the dates of what it rests on, and when it was found here. */
static void put_since(const struct sheet *sheet, const struct sheet_case *at)
{
	instant since = status_since(sheet->daemon->reg, sheet->daemon->history,
		at->index, at->known);

	if (since != INSTANT_MIN) {
		html_text(sheet->html, ". So since ");
		part_date(sheet->html, zone_date(at->zone, since));
		html_text(sheet->html, " by what was published");
	}
	if (at->since != INSTANT_MIN) {
		html_text(sheet->html, since != INSTANT_MIN ?
			"; found here on " : ". Found here on ");
		part_time(sheet->html, at->since, at->zone);
	}
}

/* Where nobody can say. */
static void put_owings(const struct sheet *sheet, const struct sheet_case *at)
{
	const struct assessment *answer = &at->explanation.assessment;
	struct owings owings;

	if (status_look(answer->status)->hue != HUE_BLIND &&
			answer->knowledge != KNOWLEDGE_STALE)
		return;
	owings_take(&owings, sheet->daemon, at->known, &at->explanation);
	if (owings.count == 0)
		return;
	html_open(sheet->html, "p", "class", "voices", NULL);
	html_text(sheet->html, "Who owes the answer: ");
	owings_tell(sheet, &owings);
	html_text(sheet->html, ".");
	html_close(sheet->html, "p");
}

static void put_lead(const struct sheet *sheet, const struct sheet_case *at)
{
	struct html *html = sheet->html;
	struct text sentence;

	text_init(&sentence, 0);
	explanation_sentence(sheet->daemon->reg, at->index, &at->explanation,
		&sentence);
	html_open(html, "p", "class", "lead", NULL);
	part_status(html, at->explanation.assessment.status);
	html_text(html, " ");
	html_text(html, text_string(&sentence));
	html_close(html, "p");
	text_release(&sentence);
	html_open(html, "p", "class", "voices", NULL);
	html_text(html, "Who says so: ");
	part_voices(sheet, &at->voices);
	put_since(sheet, at);
	html_text(html, ".");
	html_close(html, "p");
	put_owings(sheet, at);
}

static void put_picture(const struct sheet *sheet, const struct sheet_case *at)
{
	struct text svg, words;

	text_init(&svg, 0);
	text_init(&words, 0);
	if (chart_trajectory(sheet->daemon->reg, sheet->daemon->history,
			at->index, at->known, CHART_INLINE, &svg, &words))
		part_picture(sheet->html, &svg, &words);
	text_release(&words);
	text_release(&svg);
}

void sheet_milestone(struct sheet *sheet, uint32_t milestone)
{
	struct sheet_case at;

	case_take(sheet, milestone, &at);
	put_lead(sheet, &at);
	html_open(sheet->html, "div", "class", "pair", NULL);
	put_picture(sheet, &at);
	sheet_facts(sheet, &at);
	html_close(sheet->html, "div");
	sheet_why(sheet, &at);
	sheet_attestations(sheet, &at);
	sheet_alerts(sheet, &at);
	sheet_history(sheet, &at);
	case_release(&at);
}

/* --- a pledge -------------------------------------------------------------------- */

static void put_pledge_facts(const struct sheet *sheet,
	const struct pledge *pledge)
{
	const struct instrument *instrument =
		&sheet->daemon->reg->instruments[pledge->instrument];
	struct html *html = sheet->html;

	sheet_section_open(sheet, "What was promised, and by whom");
	html_open(html, "dl", "class", "facts", NULL);
	part_fact(html, "Obligor", pledge->obligor);
	part_fact_open(html, "Instrument");
	html_link(html, instrument->url, instrument_title(instrument));
	part_fact_close(html);
	if (pledge->cite != NULL || pledge->url != NULL) {
		part_fact_open(html, "Promised in");
		html_link(html, pledge->url, pledge->cite != NULL ?
			pledge->cite : pledge->url);
		part_fact_close(html);
	}
	part_fact(html, "Watched by", pledge->owner);
	for (size_t i = 0; i < pledge->label_count; i++)
		part_fact(html, pledge->labels[i].key, pledge->labels[i].value);
	html_close(html, "dl");
	sheet_section_close(sheet);
}

static void put_timeline(const struct sheet *sheet, const struct pledge *pledge,
	uint32_t count)
{
	uint32_t *milestones = mem_new(count + 1, sizeof *milestones);

	for (uint32_t i = 0; i < count; i++)
		milestones[i] = pledge->first_milestone + i;
	part_timeline(sheet, milestones, count);
	free(milestones);
}

static void put_pledge_milestones(const struct sheet *sheet,
	const struct pledge *pledge)
{
	uint32_t shown = pledge->milestone_count < SHEET_ROWS_MAX ?
		pledge->milestone_count : SHEET_ROWS_MAX;
	struct part_table table;
	struct text caption;

	sheet_section_open(sheet, "Milestones");
	text_init(&caption, 0);
	text_add_count(&caption, pledge->milestone_count, "milestone");
	part_milestones_open(sheet, &table, text_string(&caption), PARTY_NONE);
	text_release(&caption);
	for (uint32_t i = 0; i < shown; i++)
		part_milestone_asked(sheet, &table, pledge->first_milestone + i);
	part_table_close(&table);
	put_timeline(sheet, pledge, shown);
	if (shown < pledge->milestone_count)
		html_textf(sheet->html, "The first %u of %u.", shown,
			pledge->milestone_count);
	sheet_section_close(sheet);
}

void sheet_pledge(struct sheet *sheet, uint32_t index)
{
	const struct pledge *pledge = &sheet->daemon->reg->pledges[index];

	put_pledge_facts(sheet, pledge);
	put_pledge_milestones(sheet, pledge);
}
