/*
 * windows: a walk over the tree for what its terms over series rest on.
 */
#include "core/expression_internal.h"
#include "core/windows.h"

static bool expression_settles(const struct expression *expression)
{
	if (expression_is_term(expression))
		return expression->operation->settles &&
			window_stays(&expression->window);
	if (expression->operation->asks_others ||
	    expression_is_of_documents(expression) ||
	    expression_is_attested(expression))
		return false;
	for (size_t i = 0; i < expression->operand_count; i++)
		if (!expression_settles(expression->operands[i]))
			return false;
	return true;
}

bool benchmark_settles(const struct benchmark *benchmark)
{
	return !benchmark->uses_age && expression_settles(benchmark->root);
}

static bool expression_asks_of(const struct expression *expression,
	struct period period)
{
	if (expression_is_term(expression))
		return expression->window.kind == WINDOW_PERIOD &&
			period_equal(expression->window.period, period);
	for (size_t i = 0; i < expression->operand_count; i++)
		if (expression_asks_of(expression->operands[i], period))
			return true;
	return false;
}

bool benchmark_asks_of(const struct benchmark *benchmark, struct period period)
{
	return expression_asks_of(benchmark->root, period);
}

/* ---- flows ---------------------------------------------------------------- */

struct flow {
	const struct evaluation *evaluation;
	struct period first, last;	/* NONE: no term seen yet */
};

/* The window of one term, as days. What runs with the year is asked when the
   milestone is due. */
static bool term_days(const struct expression *term,
	const struct evaluation *evaluation, struct date *from, struct date *to)
{
	const struct window *window = &term->window;

	if (window->kind == WINDOW_PERIOD) {
		*from = period_first_day(window->period);
		*to = period_last_day(window->period);
		return true;
	}
	if (evaluation->due == INSTANT_MIN || evaluation->due == INSTANT_MAX)
		return false;
	*to = zone_date(evaluation->zone, evaluation->due);
	if (window->kind == WINDOW_TERM) {
		if (evaluation->start == INSTANT_MIN)
			return false;
		*from = zone_date(evaluation->zone, evaluation->start);
		return true;
	}
	*from = (struct date){to->year, 1, 1};
	return window->kind == WINDOW_YEAR_TO_DATE ||
		(window->kind == WINDOW_NONE && term->operation->totals);
}

/* The periods of a frequency that lie within two days. */
static bool periods_within(enum frequency frequency, struct date from,
	struct date to, struct period *first, struct period *last)
{
	*first = period_of_date(frequency, from);
	*last = period_of_date(frequency, to);
	if (date_compare(period_first_day(*first), from) < 0)
		*first = period_next(*first, 1);
	if (date_compare(period_last_day(*last), to) > 0)
		*last = period_next(*last, -1);
	return first->number <= last->number;
}

/* Takes one term's periods in; those seen before must be the same stretch.
   The coarser are kept. */
static bool flow_join(struct flow *flow, struct period first,
	struct period last)
{
	if (period_is_none(flow->first)) {
		flow->first = first;
		flow->last = last;
		return true;
	}
	if (date_compare(period_first_day(first),
	    period_first_day(flow->first)) != 0 ||
	    date_compare(period_last_day(last),
	    period_last_day(flow->last)) != 0)
		return false;
	if (frequency_per_year(first.frequency) <
	    frequency_per_year(flow->first.frequency)) {
		flow->first = first;
		flow->last = last;
	}
	return true;
}

/* A running total told at one period still runs from its year's start. */
static bool flow_term(struct flow *flow, const struct expression *term)
{
	const struct indicator *indicator =
		&flow->evaluation->reg->indicators[term->indicator];
	bool total = indicator->cumulative && term->operation->totals;
	struct date from, to;
	struct period first, last;

	if (frequency_per_year(indicator->frequency) == 0 ||
	    !(term->operation->accumulates || total) ||
	    !term_days(term, flow->evaluation, &from, &to))
		return false;
	if (total)
		from = (struct date){to.year, 1, 1};
	return periods_within(indicator->frequency, from, to, &first, &last) &&
		flow_join(flow, first, last);
}

static bool expression_has_term(const struct expression *expression)
{
	if (expression_is_term(expression) ||
	    expression_is_of_documents(expression))
		return true;
	for (size_t i = 0; i < expression->operand_count; i++)
		if (expression_has_term(expression->operands[i]))
			return true;
	return false;
}

static bool flow_walk(struct flow *flow, const struct expression *expression);

/* Terms times or divided by what rests on no series. */
static bool flow_scaled(struct flow *flow, const struct expression *expression)
{
	const struct expression *a = expression->operands[0];
	const struct expression *b = expression->operands[1];

	if (operation_is(expression, OPERATION_MULTIPLY) &&
	    !expression_has_term(a))
		return flow_walk(flow, b);
	return !expression_has_term(b) && flow_walk(flow, a);
}

static bool flow_walk(struct flow *flow, const struct expression *expression)
{
	if (expression_is_term(expression))
		return flow_term(flow, expression);
	if (operation_is(expression, OPERATION_MULTIPLY) ||
	    operation_is(expression, OPERATION_DIVIDE))
		return flow_scaled(flow, expression);
	if (!operation_is(expression, OPERATION_ADD) &&
	    !operation_is(expression, OPERATION_SUBTRACT) &&
	    !operation_is(expression, OPERATION_NEGATE))
		return false;
	for (size_t i = 0; i < expression->operand_count; i++)
		if (!flow_walk(flow, expression->operands[i]))
			return false;
	return true;
}

bool expression_flow(const struct expression *expression,
	const struct evaluation *evaluation, struct period *first,
	struct period *last)
{
	struct flow flow = {.evaluation = evaluation, .first = PERIOD_NONE,
		.last = PERIOD_NONE};

	if (!flow_walk(&flow, expression))
		return false;
	*first = flow.first;
	*last = flow.last;
	return true;
}

struct coarsest {
	const struct register_ *reg;
	enum frequency frequency;
};

static void coarsest_take(const struct expression *term, void *context)
{
	struct coarsest *coarsest = context;
	enum frequency frequency =
		coarsest->reg->indicators[term->indicator].frequency;

	if (frequency > coarsest->frequency)
		coarsest->frequency = frequency;
}

enum frequency expression_frequency(const struct expression *expression,
	const struct register_ *reg)
{
	struct coarsest coarsest = {reg, FREQUENCY_NONE};

	expression_terms(expression, coarsest_take, &coarsest);
	return coarsest.frequency;
}

/* ---- needs ---------------------------------------------------------------- */

struct needing {
	const struct evaluation *evaluation;
	need_visit *visit;
	void *context;
};

/* The period to come after those that have ended; NONE: the window has all it
   will ever hold, or holds it only after the due date. */
static struct period need_next(const struct view *view,
	const struct evaluation *evaluation)
{
	struct period next = period_next(view->ended, 1);

	if (!window_stays(&view->expression->window))
		return period_end(next, evaluation->zone) <= evaluation->due ?
			next : PERIOD_NONE;
	if (view->ended.number >= view->last.number)
		return PERIOD_NONE;
	return next.number < view->first.number ? view->first : next;
}

/* A change rests on the two ends of its window only, and on the first of them
   only if it was measured. */
static void need_earlier(const struct needing *needing, const struct view *view,
	struct need *need)
{
	struct need earlier = *need;

	earlier.first = earlier.last = view->first;
	earlier.next = PERIOD_NONE;
	if (period_equal(need->first, view->first))
		needing->visit(needing->context, &earlier);
	need->first = need->last;
	need->stays = false;
}

static void need_term(const struct expression *term, void *context)
{
	const struct needing *needing = context;
	struct evaluation apart = *needing->evaluation;	/* no figure is used here */
	struct asking asking = {.evaluation = &apart};
	struct need need = {.indicator = term->indicator,
		.stays = window_stays(&term->window)};
	struct view view;

	view_open(&view, term, &asking);
	if (!view.regular || view.undefined)
		return;
	need.first = period_next(view.first, view_unmeasured(&view));
	need.last = view.ended.number < view.last.number ? view.ended : view.last;
	need.next = need_next(&view, &apart);
	if (term->operation->looks_back)
		need_earlier(needing, &view, &need);
	/* The latest running total makes those before it needless. */
	if (view.indicator->cumulative) {
		need.stays = false;
		if (need.first.number < need.last.number)
			need.first = need.last;
	}
	needing->visit(needing->context, &need);
}

void expression_needs(const struct expression *expression,
	const struct evaluation *evaluation, need_visit *visit, void *context)
{
	struct needing needing = {evaluation, visit, context};

	expression_terms(expression, need_term, &needing);
}

/* ---- documents ------------------------------------------------------------- */

struct closing {
	const struct evaluation *evaluation;
	closing_visit *visit;
	void *context;
};

static void closing_take(const struct expression *term, void *context)
{
	const struct closing *closing = context;
	struct evaluation apart = *closing->evaluation;
	struct asking asking = {.evaluation = &apart};
	struct view view;

	if (!window_stays(&term->window))
		return;
	view_bounds(&view, term, &asking);
	if (!view.undefined)
		closing->visit(closing->context, term->indicator, view.closes);
}

void expression_closings(const struct expression *expression,
	const struct evaluation *evaluation, closing_visit *visit, void *context)
{
	struct closing closing = {evaluation, visit, context};

	expression_documents(expression, closing_take, &closing);
}
