/*
 * sheet_why: what an answer rests on: the benchmark part by part with what each
 * came to, then the figures of each part with their sources and evidence, the
 * periods that lack one, and what is no figure.
 */
#include <stdio.h>
#include <string.h>

#include "core/reason.h"
#include "pledged/origins.h"
#include "pledged/sheet_internal.h"
#include "pledged/told.h"

#define FOLDED_ABOVE 13		/* figures of a year, and one more */
#define INDENTS 8

/* --- the parts of the benchmark -------------------------------------------------- */

/* Constants say nothing that the text does not. */
static bool node_is_told(const struct explained *node)
{
	return node->asked && (node->depth < 2 || node->type == TYPE_TRUTH ||
		node->indicator != NOT_FOUND || node->witnesses.count > 0);
}

static void add_node_text(struct text *out, const struct sheet_case *at,
	const struct explained *node)
{
	reason_add_quoted(out, at->milestone->benchmark->text, node->from,
		node->to);
}

static void add_bound(struct text *out, const char *before,
	const struct bound *bound)
{
	if (bound->kind != BOUND_FINITE)
		return;
	text_addf(out, "%s%s", out->length > 0 ? ", " : "", before);
	text_add_decimal_short(out, bound->value);
}

static void add_number(struct text *out, const struct explained *node)
{
	if (interval_is_point(&node->value)) {
		text_add_decimal_grouped(out, decimal_round_significant(
			node->value.low.value, 15));
	} else {
		add_bound(out, "at least ", &node->value.low);
		add_bound(out, "at most ", &node->value.high);
		if (out->length == 0)
			text_add_string(out, "not known");
	}
	if (node->unit != NULL && !string_is(node->unit, "1"))
		text_addf(out, " %s", node->unit);
}

static void add_outcome(struct text *out, const struct sheet_case *at,
	const struct explained *node)
{
	static const char *const truths[] = {[TRUTH_FALSE] = "does not hold",
		[TRUTH_TRUE] = "holds", [TRUTH_UNKNOWN] = "not known"};
	enum unknown_reason reason = explained_unknown(node);

	if (node->type == TYPE_TRUTH)
		text_add_string(out, truths[node->judgement.truth]);
	else if (node->type == TYPE_DATE && interval_is_point(&node->value))
		text_add_date(out, zone_date(at->zone, (instant)
			decimal_to_double(node->value.low.value)));
	else if (node->type == TYPE_DURATION && interval_is_point(&node->value))
		text_add_seconds(out, (int64_t)decimal_to_double(
			node->value.low.value));
	else
		add_number(out, node);
	if (reason != UNKNOWN_NOTHING)
		text_addf(out, ": %s", unknown_reason_text(reason));
}

static void put_node(const struct sheet *sheet, struct part_table *table,
	const struct sheet_case *at, const struct explained *node)
{
	struct text words;
	char indent[16];

	snprintf(indent, sizeof indent, "in%u", node->depth < INDENTS ?
		node->depth : INDENTS);
	part_row_open(table);
	part_cell_open(table);
	text_init(&words, 0);
	add_node_text(&words, at, node);
	html_element(sheet->html, "code", text_string(&words), "class", indent,
		NULL);
	part_cell_close(table);
	text_clear(&words);
	add_outcome(&words, at, node);
	part_cell(table, text_string(&words));
	text_release(&words);
	part_row_close(table);
}

static void put_nodes(const struct sheet *sheet, const struct sheet_case *at)
{
	static const struct part_column columns[] = {
		{"Part of the test", NULL, true}, {"Says", NULL, false},
	};
	const struct explanation *explanation = &at->explanation;
	struct part_table table;
	size_t shown = 0;

	part_table_open(&table, sheet->html, columns, 2,
		"The test, part by part", "parts");
	for (size_t i = 0; i < explanation->node_count; i++) {
		if (!node_is_told(&explanation->nodes[i]))
			continue;
		if (shown++ < SHEET_NODES_MAX)
			put_node(sheet, &table, at, &explanation->nodes[i]);
	}
	part_table_close(&table);
	if (shown > SHEET_NODES_MAX)
		html_textf(sheet->html, "and %zu parts more",
			shown - SHEET_NODES_MAX);
}

static size_t span_shown(const struct explained_span *span)
{
	return span->count < SHEET_FIGURES_MAX ? span->count :
		SHEET_FIGURES_MAX;
}

/* The table of what a part rests on, and what it leaves out. */
static void ground_open(const struct sheet *sheet, struct part_table *table,
	const struct sheet_case *at, const struct explained *node,
	const struct part_column *columns, size_t count)
{
	struct text caption;

	text_init(&caption, 0);
	add_node_text(&caption, at, node);
	part_table_open(table, sheet->html, columns, count,
		text_string(&caption), "figures");
	text_release(&caption);
}

static void ground_close(struct part_table *table,
	const struct explained_span *span, const char *which)
{
	size_t rest = span->count + span->left_out - span_shown(span);

	part_table_close(table);
	if (rest > 0)
		html_textf(table->html, "and %zu %s", rest, which);
}

/* --- figures ---------------------------------------------------------------------- */

static void put_evidence(const struct sheet *sheet,
	const struct store_origin *origin)
{
	char hex[DIGEST_HEX_SIZE], path[DIGEST_HEX_SIZE + 32], word[16];

	if (!origin->has_snapshot)
		return;
	digest_hex(&origin->snapshot, hex);
	snprintf(path, sizeof path, "/v1/snapshots/%s", hex);
	string_copy(word, 11, hex);
	if (sheet->report)
		html_element(sheet->html, "code", hex, NULL);
	else
		html_element(sheet->html, "a", word, "href", path, "title",
			"what the source answered, by its SHA-256", NULL);
}

static void put_said_by(const struct sheet *sheet,
	const struct store_origin *origin)
{
	if (origin->source[0] != '\0')
		part_link(sheet, SHEET_SOURCE, origin->source, origin->source);
	if (origin->by[0] == '\0')
		return;
	if (origin->source[0] != '\0')
		html_text(sheet->html, ", accepted by ");
	html_text(sheet->html, origin->by);
}

static void put_note(const struct sheet *sheet,
	const struct explained_figure *figure)
{
	struct text note;

	text_init(&note, 0);
	if (!figure->used)
		text_add_string(&note, "held back, not used");
	else if (figure->observation.provisional)
		text_add_string(&note, "provisional");
	if (figure->vintages > 1) {
		text_addf(&note, "%svintage %u of %u", note.length > 0 ? ", " :
			"", figure->vintage, figure->vintages);
		if (figure->before.known) {
			text_add_string(&note, ", before: ");
			text_add_decimal_grouped(&note, figure->before.value);
		}
	}
	html_text(sheet->html, text_string(&note));
	text_release(&note);
}

static void put_value(const struct sheet *sheet,
	struct decimal value)
{
	struct text text;

	text_init(&text, 128);
	text_add_decimal_grouped(&text, value);
	html_text(sheet->html, text_string(&text));
	text_release(&text);
}

static void put_figure(const struct sheet *sheet, struct part_table *table,
	const struct sheet_case *at, size_t index)
{
	const struct explained_figure *figure = &at->explanation.figures[index];
	const struct store_origin *origin = &at->origins[index];
	struct text period;

	part_row_open(table);
	text_init(&period, 64);
	text_add_period(&period, figure->observation.period);
	part_cell(table, text_string(&period));
	text_release(&period);
	part_cell_open(table);
	put_value(sheet, figure->observation.value);
	part_cell_close(table);
	part_cell_open(table);
	part_date(sheet->html, zone_date(at->zone,
		figure->observation.published));
	if (figure->observation.published_assumed)
		html_text(sheet->html, " (assumed)");
	part_cell_close(table);
	part_cell_open(table);
	put_said_by(sheet, origin);
	part_cell_close(table);
	part_cell_open(table);
	put_note(sheet, figure);
	part_cell_close(table);
	part_cell_open(table);
	put_evidence(sheet, origin);
	part_cell_close(table);
	part_row_close(table);
}

/* The latest first. */
static void put_figures(const struct sheet *sheet, const struct sheet_case *at,
	const struct explained *node)
{
	static const struct part_column columns[] = {
		{"Period", NULL, true}, {"Figure", "number", false},
		{"Published", NULL, false}, {"By", NULL, false},
		{"Note", NULL, false}, {"Evidence", NULL, false},
	};
	const struct explained_span *span = &node->figures;
	struct part_table table;

	ground_open(sheet, &table, at, node, columns, 6);
	for (size_t i = 0; i < span_shown(span); i++)
		put_figure(sheet, &table, at, span->first + span->count - 1 - i);
	ground_close(&table, span, "earlier");
}

/* --- gaps and witnesses ---------------------------------------------------------------- */

static void add_gap(struct text *out, const struct sheet_case *at,
	const struct explained_gap *gap)
{
	text_add_period(out, gap->period);
	if (gap->kind == GAP_AHEAD) {
		text_add_string(out, " lies ahead");
		return;
	}
	text_add_string(out, gap->kind == GAP_OVERDUE ?
		" is overdue since " : " is expected by ");
	text_add_date(out, zone_date(at->zone, gap->expected));
}

static void put_gaps(const struct sheet *sheet, const struct sheet_case *at,
	const struct explained *node)
{
	const struct explained_span *span = &node->gaps;
	struct text words;
	size_t shown = 0;

	if (span->count == 0)
		return;
	text_init(&words, 0);
	text_add_string(&words, "No figure yet: ");
	for (; shown < span->count && shown < SHEET_FIGURES_MAX; shown++) {
		text_add_string(&words, shown > 0 ? "; " : "");
		add_gap(&words, at, &at->explanation.gaps[span->first + shown]);
	}
	if (shown < span->count + span->left_out)
		text_addf(&words, "; and %zu more",
			span->count + span->left_out - shown);
	html_element(sheet->html, "p", text_string(&words), "class", "gaps",
		NULL);
	text_release(&words);
}

/* What was known before what is waited for. */
static void put_latest(const struct sheet *sheet, const struct sheet_case *at,
	const struct explained *node)
{
	struct html *html = sheet->html;
	struct store_origin origin;
	struct text words;

	if (!origin_of_latest(sheet->daemon, node->indicator, at->zone,
			at->known, &origin))
		return;
	text_init(&words, 0);
	text_add_string(&words, "The latest known: ");
	text_add_period(&words, origin.of->period);
	text_add_string(&words, " = ");
	text_add_decimal_grouped(&words, origin.of->value);
	text_add_string(&words, ", published ");
	html_open(html, "p", NULL);
	html_text(html, text_string(&words));
	part_date(html, zone_date(at->zone, origin.of->published));
	html_text(html, " by ");
	put_said_by(sheet, &origin);
	html_text(html, " ");
	put_evidence(sheet, &origin);
	html_close(html, "p");
	text_release(&words);
}

static void put_witness(const struct sheet *sheet, struct part_table *table,
	const struct sheet_case *at, const struct witness *witness)
{
	static const char *const truths[] = {[TRUTH_FALSE] = "against",
		[TRUTH_TRUE] = "for", [TRUTH_UNKNOWN] = "neither"};
	bool there = witness->kind != WITNESS_MILESTONE ||
		register_milestone(sheet->daemon->reg, witness->id) == NOT_FOUND;

	part_row_open(table);
	part_cell_open(table);
	if (there)
		html_text(sheet->html, witness->id);
	else
		part_link(sheet, SHEET_MILESTONE, witness->id, witness->id);
	part_cell_close(table);
	part_cell(table, witness_kind_name(witness->kind));
	part_cell_open(table);
	html_link(sheet->html, witness->url, witness->text != NULL &&
		*witness->text != '\0' ? witness->text : witness->url);
	part_cell_close(table);
	part_cell_open(table);
	if (witness->at != INSTANT_MIN)
		part_date(sheet->html, zone_date(at->zone, witness->at));
	part_cell_close(table);
	part_cell(table, truths[witness->truth]);
	part_row_close(table);
}

static void put_witnesses(const struct sheet *sheet,
	const struct sheet_case *at, const struct explained *node)
{
	static const struct part_column columns[] = {
		{"Witness", NULL, true}, {"Kind", NULL, false},
		{"Says", NULL, false}, {"On", NULL, false},
		{"Speaks", NULL, false},
	};
	const struct explained_span *span = &node->witnesses;
	struct part_table table;

	ground_open(sheet, &table, at, node, columns, 5);
	for (size_t i = 0; i < span_shown(span); i++)
		put_witness(sheet, &table, at,
			&at->explanation.witnesses[span->first + i]);
	ground_close(&table, span, "more");
}

/* "exports.agriculture, 2020-01 to 2020-12: 12 figures" */
static void add_summary(struct text *out, const struct sheet_case *at,
	const struct explained *node)
{
	add_node_text(out, at, node);
	text_add_string(out, ": ");
	if (node->figures.count > 0)
		text_add_count(out, node->figures.count +
			node->figures.left_out, "figure");
	else if (node->witnesses.count > 0)
		text_add_count(out, node->witnesses.count +
			node->witnesses.left_out, "witness");
	else
		text_add_string(out, node->gaps.count > 0 ?
			"a figure is waited for" : "nothing yet");
}

static void put_ground(const struct sheet *sheet, const struct sheet_case *at,
	const struct explained *node)
{
	bool unfolded = sheet->report || node->figures.count <= FOLDED_ABOVE;
	struct text summary;

	text_init(&summary, 0);
	add_summary(&summary, at, node);
	html_open(sheet->html, "details", unfolded ? "open" : NULL, "", NULL);
	html_element(sheet->html, "summary", text_string(&summary), NULL);
	text_release(&summary);
	if (node->figures.count > 0)
		put_figures(sheet, at, node);
	else if (node->indicator != NOT_FOUND)
		put_latest(sheet, at, node);
	put_gaps(sheet, at, node);
	if (node->witnesses.count > 0)
		put_witnesses(sheet, at, node);
	html_close(sheet->html, "details");
}

void sheet_why(const struct sheet *sheet, const struct sheet_case *at)
{
	const struct explanation *explanation = &at->explanation;
	size_t shown = 0;

	sheet_section_open(sheet, "Why");
	put_nodes(sheet, at);
	for (size_t i = 0; i < explanation->node_count; i++) {
		const struct explained *node = &explanation->nodes[i];

		if ((node->indicator != NOT_FOUND || node->witnesses.count > 0) &&
				shown++ < SHEET_GROUNDS_MAX)
			put_ground(sheet, at, node);
	}
	if (shown > SHEET_GROUNDS_MAX)
		html_textf(sheet->html, "and %zu more", shown -
			SHEET_GROUNDS_MAX);
	sheet_section_close(sheet);
}
