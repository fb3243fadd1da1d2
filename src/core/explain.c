/*
 * explain: walks the tree once more and writes down what each node gives. Which
 * figures a function used is heard from the views it opens.
 */
#include "core/explaining.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/outcomes.h"
#include "core/standing.h"
#include "core/windows.h"

const char *gap_kind_name(enum gap_kind kind)
{
	static const char *const names[] = {
		[GAP_AHEAD] = "ahead", [GAP_EXPECTED] = "expected",
		[GAP_OVERDUE] = "overdue",
	};

	return names[kind];
}

/* --- figures ------------------------------------------------------------------- */

static void figure_noted(void *context, const struct observation *figure)
{
	struct explaining *explaining = context;
	size_t count = explaining->noted_count;

	if (count > 0 && figure ==
	    explaining->noted[(count - 1) % EXPLAIN_LISTED_MAX])
		return;
	explaining->noted[count % EXPLAIN_LISTED_MAX] = figure;
	explaining->noted_count++;
}

/* Recorded and published by then, in quarantine or not. */
static bool vintage_is_there(const struct observation *item,
	struct knowledge known)
{
	return item->published <= known.published_by &&
		item->recorded <= known.recorded_by;
}

static void figure_add(struct explaining *explaining,
	const struct explained_figure *figure)
{
	struct explanation *out = explaining->out;
	struct explained_span *span = &explaining->node->figures;

	if (span->count == EXPLAIN_LISTED_MAX ||
	    out->figure_count == EXPLAIN_FIGURES_MAX) {
		span->left_out++;
		return;
	}
	out->figures = mem_grow(out->figures, out->figure_count,
		&out->figure_capacity, sizeof *out->figures);
	out->figures[out->figure_count++] = *figure;
	span->count++;
}

/* Counts a period's vintages, from the position of the first: which of them the
   figure is, and what the one before it said. Returns the latest that is in
   quarantine and came after the figure (NULL: after nothing), or NULL. */
static const struct observation *vintages_look(const struct series *series,
	size_t position, struct period period, struct knowledge known,
	const struct observation *figure, struct explained_figure *out)
{
	const struct observation *quarantined = NULL;

	for (; position < series->count &&
	    period_equal(series->items[position].period, period); position++) {
		const struct observation *item = &series->items[position];

		if (!vintage_is_there(item, known))
			continue;
		if (item->quarantine) {
			quarantined = item > figure || figure == NULL ? item : NULL;
			continue;
		}
		out->vintages++;
		if (item == figure)
			out->vintage = out->vintages;
		else if (item < figure)
			out->before = (struct figure){item->value, true};
	}
	return quarantined;
}

/* A figure, and what came after it and is not used; or, figure NULL, a period
   that has only the latter. */
static void period_explain(struct explaining *explaining,
	const struct series *series, struct period period,
	const struct observation *figure)
{
	struct explained_figure found = {.used = true};
	const struct observation *quarantined = vintages_look(series,
		series_position(series, period), period,
		explaining->evaluation->known, figure, &found);

	if (figure != NULL) {
		found.observation = *figure;
		figure_add(explaining, &found);
	}
	if (quarantined != NULL)
		figure_add(explaining, &(struct explained_figure){
			.observation = *quarantined});
}

static int noted_order(const void *left, const void *right)
{
	const struct observation *a = *(const struct observation *const *)left;
	const struct observation *b = *(const struct observation *const *)right;

	return (a > b) - (a < b);	/* they stand in the series by period */
}

static void figures_explain(struct explaining *explaining,
	const struct series *series)
{
	size_t count = explaining->noted_count;

	explaining->node->figures.first = explaining->out->figure_count;
	if (count > EXPLAIN_LISTED_MAX) {
		explaining->node->figures.left_out = count - EXPLAIN_LISTED_MAX;
		count = EXPLAIN_LISTED_MAX;
	}
	qsort(explaining->noted, count, sizeof *explaining->noted, noted_order);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || explaining->noted[i] != explaining->noted[i - 1])
			period_explain(explaining, series,
				explaining->noted[i]->period, explaining->noted[i]);
}

/* --- gaps ---------------------------------------------------------------------- */

static void gap_add(struct explaining *explaining, struct period period)
{
	const struct evaluation *evaluation = explaining->evaluation;
	struct explanation *out = explaining->out;
	struct explained_span *span = &explaining->node->gaps;
	struct explained_gap gap = {.period = period};

	if (span->count == EXPLAIN_LISTED_MAX) {
		span->left_out++;
		return;
	}
	gap.expected = figure_expected(&evaluation->reg->indicators[
		explaining->node->indicator], period, evaluation->zone);
	gap.kind = period_end(period, evaluation->zone) > evaluation->at ?
		GAP_AHEAD : evaluation->now > gap.expected ? GAP_OVERDUE :
		GAP_EXPECTED;
	out->gaps = mem_grow(out->gaps, out->gap_count, &out->gap_capacity,
		sizeof *out->gaps);
	out->gaps[out->gap_count++] = gap;
	span->count++;
}

static const struct series *node_series(const struct explaining *explaining)
{
	const struct evaluation *evaluation = explaining->evaluation;

	return history_series(evaluation->history, evaluation->reg->indicators[
		explaining->node->indicator].id);
}

/* Periods that have ended and are needed, but have no figure. */
static void need_explain(void *context, const struct need *need)
{
	struct explaining *explaining = context;
	const struct series *series = node_series(explaining);
	struct knowledge known = explaining->evaluation->known;
	struct period at = need->first;

	for (; at.number <= need->last.number; at.number++)
		if (series_at(series, at, known) == NULL) {
			period_explain(explaining, series, at, NULL);
			gap_add(explaining, at);
		}
}

/* What lies ahead of the reference instant in a window that stays. Of a running
   total the last says what those before it would. */
static void ahead_explain(struct explaining *explaining, const struct view *view)
{
	struct period at = period_next(view->ended, 1);

	if (!window_stays(&view->expression->window) ||
	    view->ended.number >= view->last.number)
		return;
	if (view->indicator->cumulative)
		at = view->last;
	else if (at.number < view->first.number)
		at = view->first;
	for (; at.number <= view->last.number; at.number++)
		gap_add(explaining, at);
}

/* --- nodes --------------------------------------------------------------------- */

static void term_explain(struct explaining *explaining)
{
	struct explained *node = explaining->node;
	struct evaluation apart = *explaining->evaluation;
	struct asking asking = {.evaluation = &apart};
	struct view view;

	node->indicator = node->expression->indicator;
	figures_explain(explaining, node_series(explaining));
	node->gaps.first = explaining->out->gap_count;
	view_open(&view, node->expression, &asking);
	if (!view.regular || view.undefined)
		return;
	if (view_periods(&view) > 0) {
		node->first = view.first;
		node->last = view.last;
	}
	expression_needs(node->expression, &apart, need_explain, explaining);
	ahead_explain(explaining, &view);
}

static void node_ask(struct explaining *explaining)
{
	struct explained *node = explaining->node;
	const struct operation *operation = node->expression->operation;
	struct asking asking = {.evaluation = explaining->evaluation,
		.context = explaining};

	if (expression_is_term(node->expression))
		asking.note = figure_noted;
	explaining->noted_count = 0;
	if (node->type == TYPE_TRUTH && operation->judge != NULL)
		expression_decide(node->expression, &asking, &node->judgement);
	else if (operation->measure != NULL || operation->reduce != NULL)
		expression_ask(node->expression, &asking, &node->value);
	else
		return;
	node->asked = true;
}

static void node_unit(struct explaining *explaining)
{
	struct explained *node = explaining->node;
	struct unit unit;

	if (node->type == TYPE_NUMBER && expression_unit(&explaining->units,
	    node->expression, &unit))
		node->unit = unit_string(&unit, explaining->out->arena);
}

static void node_explain(struct explaining *explaining,
	const struct expression *expression, uint32_t depth)
{
	struct explanation *out = explaining->out;
	struct explained node = {
		.expression = expression,
		.operation = operation_name(expression->operation),
		.depth = depth, .from = expression->from, .to = expression->to,
		.type = expression->type, .indicator = NOT_FOUND,
		.first = PERIOD_NONE, .last = PERIOD_NONE,
		.witnesses = {.first = out->witness_count},
	};

	out->nodes = mem_grow(out->nodes, out->node_count, &out->node_capacity,
		sizeof *out->nodes);
	explaining->node = &out->nodes[out->node_count++];
	*explaining->node = node;
	node_ask(explaining);
	node_unit(explaining);
	if (expression_is_term(expression))
		term_explain(explaining);
	if (expression->operation->explain != NULL)
		expression->operation->explain(expression, explaining);
	for (size_t i = 0; i < expression->operand_count; i++)
		node_explain(explaining, expression->operands[i], depth + 1);
}

/* --- the whole ------------------------------------------------------------------ */

void milestone_explain(const struct register_ *reg, struct history *history,
	uint32_t number, struct knowledge known, struct explanation *out)
{
	struct evaluation evaluation;
	struct explaining explaining = {.out = out, .evaluation = &evaluation};
	struct outcomes *outcomes;
	struct faults faults;

	memset(out, 0, sizeof *out);
	out->milestone = milestone_at(&reg->milestones[number],
		known.published_by);
	out->arena = arena_new();
	outcomes = outcomes_new(reg, history);
	outcomes_assess(outcomes, number, known, &out->assessment);
	out->at = out->assessment.rests_on;
	evaluation = milestone_evaluation(reg, history, out->milestone, known);
	evaluation.start = out->assessment.start;
	evaluation.due = out->assessment.due;
	evaluation.at = out->at;
	evaluation.outcomes = outcomes;
	faults_init(&faults);
	explaining.units = (struct compiler){.arena = out->arena, .reg = reg,
		.text = out->milestone->benchmark->text, .faults = &faults};
	node_explain(&explaining, out->milestone->benchmark->root, 0);
	faults_release(&faults);
	outcomes_free(outcomes);
}

void explanation_release(struct explanation *explanation)
{
	free(explanation->nodes);
	free(explanation->figures);
	free(explanation->gaps);
	free(explanation->witnesses);
	arena_free(explanation->arena);
}

enum unknown_reason explained_unknown(const struct explained *node)
{
	if (!node->asked)
		return UNKNOWN_NOTHING;
	if (node->type == TYPE_TRUTH)
		return node->judgement.truth == TRUTH_UNKNOWN ?
			node->judgement.reason : UNKNOWN_NOTHING;
	return interval_is_point(&node->value) ? UNKNOWN_NOTHING :
		node->value.reason;
}

const struct explained *explanation_find(const struct explanation *explanation,
	const struct expression *expression)
{
	for (size_t i = 0; i < explanation->node_count; i++)
		if (explanation->nodes[i].expression == expression)
			return &explanation->nodes[i];
	return NULL;
}
