/*
 * windows: a walk over the tree for what its terms over series rest on.
 */
#include "core/windows.h"

/* Functions over a series and what is true of them; of others, nothing is. */
static const struct term {
	const char *name;
	bool settles;	/* over a fixed window, never knows less later */
	bool flow;	/* grows from 0 period by period */
} terms[] = {
	{"sum", true, true},
	{"count", true, true},
	{"avg", true, false},
	{"min", true, false},
	{"max", true, false},
	{"at", true, false},
	{"first", false, false},
	{"last", false, false},
	{"age", false, false},
};

#define TERMS (sizeof terms / sizeof terms[0])

static const struct term *expression_term(const struct expression *expression)
{
	const char *name = operation_name(expression->operation);

	for (size_t i = 0; i < TERMS; i++)
		if (string_is(terms[i].name, name))
			return &terms[i];
	return NULL;
}

static bool window_stays(const struct window *window)
{
	return window->kind == WINDOW_PERIOD || window->kind == WINDOW_TERM;
}

static bool expression_settles(const struct expression *expression)
{
	const struct term *term;

	if (expression_is_term(expression)) {
		term = expression_term(expression);
		return term != NULL && term->settles &&
			window_stays(&expression->window);
	}
	for (size_t i = 0; i < expression->operand_count; i++)
		if (!expression_settles(expression->operands[i]))
			return false;
	return true;
}

bool benchmark_settles(const struct benchmark *benchmark)
{
	return !benchmark->uses_age && expression_settles(benchmark->root);
}

/* ---- flows ---------------------------------------------------------------- */

struct flow {
	const struct register_ *reg;
	const struct milestone *milestone;
	const struct zone *zone;
	struct period first, last;	/* NONE: no term seen yet */
};

/* The window of one term, as days. What runs with the year is asked when the
   milestone is due. */
static bool term_days(const struct flow *flow,
	const struct expression *expression, bool cumulative,
	struct date *from, struct date *to)
{
	const struct window *window = &expression->window;

	if (window->kind == WINDOW_PERIOD) {
		*from = period_first_day(window->period);
		*to = period_last_day(window->period);
		return true;
	}
	*to = zone_date(flow->zone, flow->milestone->due);
	if (window->kind == WINDOW_TERM) {
		if (flow->milestone->start == INSTANT_MIN)
			return false;
		*from = zone_date(flow->zone, flow->milestone->start);
		return true;
	}
	*from = (struct date){to->year, 1, 1};
	return window->kind == WINDOW_YEAR_TO_DATE ||
		(window->kind == WINDOW_NONE && cumulative);
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
static bool flow_term(struct flow *flow, const struct term *term,
	const struct expression *expression)
{
	const struct indicator *indicator =
		&flow->reg->indicators[expression->indicator];
	struct date from, to;
	struct period first, last;

	if (term == NULL || frequency_per_year(indicator->frequency) == 0 ||
	    (!term->flow && !indicator->cumulative) ||
	    !term_days(flow, expression, indicator->cumulative, &from, &to))
		return false;
	if (!term->flow)
		from.month = from.day = 1;
	return periods_within(indicator->frequency, from, to, &first, &last) &&
		flow_join(flow, first, last);
}

static bool expression_has_term(const struct expression *expression)
{
	if (expression_is_term(expression))
		return true;
	for (size_t i = 0; i < expression->operand_count; i++)
		if (expression_has_term(expression->operands[i]))
			return true;
	return false;
}

static bool expression_is(const struct expression *expression,
	const char *name)
{
	return string_is(operation_name(expression->operation), name);
}

static bool flow_walk(struct flow *flow, const struct expression *expression);

/* Terms times or divided by what rests on no series. */
static bool flow_scaled(struct flow *flow, const struct expression *expression)
{
	const struct expression *a = expression->operands[0];
	const struct expression *b = expression->operands[1];

	if (expression_is(expression, "*") && !expression_has_term(a))
		return flow_walk(flow, b);
	return !expression_has_term(b) && flow_walk(flow, a);
}

static bool flow_walk(struct flow *flow, const struct expression *expression)
{
	if (expression_is_term(expression))
		return flow_term(flow, expression_term(expression), expression);
	if (expression_is(expression, "*") || expression_is(expression, "/"))
		return flow_scaled(flow, expression);
	if (!expression_is(expression, "+") && !expression_is(expression, "-"))
		return false;
	for (size_t i = 0; i < expression->operand_count; i++)
		if (!flow_walk(flow, expression->operands[i]))
			return false;
	return true;
}

bool expression_flow(const struct expression *expression,
	const struct register_ *reg, const struct milestone *milestone,
	struct period *first, struct period *last)
{
	struct flow flow = {.reg = reg, .milestone = milestone,
		.zone = milestone_zone(reg, milestone),
		.first = PERIOD_NONE, .last = PERIOD_NONE};

	if (!flow_walk(&flow, expression))
		return false;
	*first = flow.first;
	*last = flow.last;
	return true;
}

/* ---- needs ---------------------------------------------------------------- */

struct needing {
	const struct evaluation *evaluation;
	need_visit *visit;
	void *context;
};

/* The first period of a trailing window that ends with a given one. */
static struct period trailing_first(struct period last,
	struct duration duration)
{
	struct date day = period_last_day(last);
	struct period first;

	if (duration.unit == DURATION_MONTH)
		day = date_add_months(date_add_days(day, 1),
			(int32_t)-duration.count);
	else if (duration.unit == DURATION_DAY)
		day = date_add_days(day, (int32_t)-duration.count + 1);
	first = period_of_date(last.frequency, day);
	return first.number <= last.number ? first : last;
}

static struct period year_first(struct period last)
{
	struct date day = period_last_day(last);

	return period_of_date(last.frequency, (struct date){day.year, 1, 1});
}

/* A window that stays, as periods of the indicator; false: it holds none. */
static bool fixed_periods(const struct evaluation *evaluation,
	const struct window *window, enum frequency frequency,
	struct period *first, struct period *last)
{
	if (window->kind == WINDOW_PERIOD)
		return period_divide(window->period, frequency, first, last);
	return evaluation->start != INSTANT_MIN && periods_within(frequency,
		zone_date(evaluation->zone, evaluation->start),
		zone_date(evaluation->zone, evaluation->due), first, last);
}

static bool need_fixed(const struct evaluation *evaluation,
	const struct window *window, struct period ended, struct need *need)
{
	struct period whole_last;

	if (!fixed_periods(evaluation, window, ended.frequency, &need->first,
	    &whole_last))
		return false;
	need->last = whole_last;
	need->next = PERIOD_NONE;
	if (ended.number < whole_last.number) {
		need->last = ended;
		need->next = ended.number < need->first.number ? need->first :
			period_next(ended, 1);
	}
	return true;
}

/* What moves with time needs its periods up to the last that has ended; one
   more will come if it ends by the due date. */
static void need_moving(const struct evaluation *evaluation,
	const struct window *window, struct period ended, struct need *need)
{
	struct period next = period_next(ended, 1);

	need->last = ended;
	need->first = window->kind == WINDOW_TRAILING ?
		trailing_first(ended, window->duration) :
		window->kind == WINDOW_YEAR_TO_DATE ? year_first(ended) : ended;
	need->next = period_end(next, evaluation->zone) <= evaluation->due ?
		next : PERIOD_NONE;
}

static void need_term(const struct needing *needing,
	const struct expression *expression)
{
	const struct evaluation *evaluation = needing->evaluation;
	const struct indicator *indicator =
		&evaluation->reg->indicators[expression->indicator];
	struct need need = {.indicator = expression->indicator};
	struct period ended;

	if (frequency_per_year(indicator->frequency) == 0)
		return;
	ended = period_ended_by(indicator->frequency, evaluation->at,
		evaluation->zone);
	if (!window_stays(&expression->window))
		need_moving(evaluation, &expression->window, ended, &need);
	else if (!need_fixed(evaluation, &expression->window, ended, &need))
		return;
	/* The latest running total makes those before it needless. */
	if (indicator->cumulative && need.first.number < need.last.number)
		need.first = need.last;
	needing->visit(needing->context, &need);
}

static void needs_walk(const struct needing *needing,
	const struct expression *expression)
{
	if (expression_is_term(expression)) {
		need_term(needing, expression);
		return;
	}
	for (size_t i = 0; i < expression->operand_count; i++)
		needs_walk(needing, expression->operands[i]);
}

void expression_needs(const struct expression *expression,
	const struct evaluation *evaluation, need_visit *visit, void *context)
{
	struct needing needing = {evaluation, visit, context};

	needs_walk(&needing, expression);
}
