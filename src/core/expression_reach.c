/*
 * How far the windows of an expression reach: which side of a comparison moves
 * with them, through when there are data, and when to look again.
 */
#include "core/documents.h"
#include "core/expression_internal.h"
#include "core/outcomes.h"

bool expression_is_term(const struct expression *expression)
{
	return expression->operation->reduce != NULL;
}

void expression_terms(const struct expression *expression,
	expression_visit *visit, void *context)
{
	if (expression_is_term(expression)) {
		visit(expression, context);
		return;
	}
	for (size_t i = 0; i < expression->operand_count; i++)
		expression_terms(expression->operands[i], visit, context);
}

bool expression_asks_others(const struct expression *expression)
{
	if (expression->operation->asks_others)
		return true;
	if (expression_is_term(expression))
		return false;
	for (size_t i = 0; i < expression->operand_count; i++)
		if (expression_asks_others(expression->operands[i]))
			return true;
	return false;
}

/* --- the moving side ---------------------------------------------------------- */

/* Days since 1970; windows that move reach further than any fixed one. */
#define REACH_NOTHING INT32_MIN
#define REACH_MOVING INT32_MAX

static int32_t term_reach(const struct expression *term)
{
	if (term->window.kind != WINDOW_PERIOD)
		return REACH_MOVING;
	return date_to_days(period_last_day(term->window.period));
}

static void reach_extend(const struct expression *term, void *context)
{
	int32_t *reach = context;
	int32_t further = term_reach(term);

	if (further > *reach)
		*reach = further;
}

static int32_t expression_reach(const struct expression *expression)
{
	int32_t reach = REACH_NOTHING;

	if (expression_asks_others(expression))
		return REACH_MOVING;
	expression_terms(expression, reach_extend, &reach);
	expression_documents(expression, reach_extend, &reach);
	return reach;
}

bool expression_sides(const struct expression *comparison, struct sides *out)
{
	static const enum comparison mirrored[] = {
		[COMPARE_LT] = COMPARE_GT, [COMPARE_LE] = COMPARE_GE,
		[COMPARE_EQ] = COMPARE_EQ, [COMPARE_NE] = COMPARE_NE,
		[COMPARE_GE] = COMPARE_LE, [COMPARE_GT] = COMPARE_LT,
	};
	struct expression *left, *right;

	if (!operation_is(comparison, OPERATION_COMPARE) ||
	    comparison->operand_count != 2)
		return false;
	left = comparison->operands[0];
	right = comparison->operands[1];
	if (left->type != TYPE_NUMBER)
		return false;
	if (expression_reach(right) > expression_reach(left))
		*out = (struct sides){right, left,
			mirrored[comparison->comparisons[0]]};
	else
		*out = (struct sides){left, right, comparison->comparisons[0]};
	return true;
}

void benchmark_find_sides(struct benchmark *benchmark)
{
	struct sides sides;

	if (!expression_sides(benchmark->root, &sides))
		return;
	benchmark->actual = sides.actual;
	benchmark->target = sides.target;
	benchmark->comparison = (uint8_t)sides.comparison;
}

/* --- data through ------------------------------------------------------------- */

/*
 * The terms that reach furthest are asked together: first for the days all of
 * their windows hold and the coarsest frequency among them, then each for its
 * last figure up to a candidate, which goes back until all agree.
 */
struct through {
	struct asking asking;
	int32_t reach;
	bool nothing;		/* a term has no figure at all */
	bool regular;		/* a term has periods */
	int64_t from, to;	/* days */
	enum frequency frequency;
	struct period candidate;
	bool moved;
};

/* A view of a term that counts; false: it does not, or has no window. */
static bool through_view(struct through *through, const struct expression *term,
	struct view *view)
{
	if (term_reach(term) < through->reach)
		return false;
	view_open(view, term, &through->asking);
	if (view->undefined)
		through->nothing = true;
	return !view->undefined;
}

/* The latest observation of a window without periods. */
static void through_dated(struct through *through, struct view *view)
{
	const struct evaluation *evaluation = view->asking->evaluation;
	const struct observation *figure;
	struct period latest = PERIOD_NONE;

	if (view->expression->window.kind == WINDOW_NONE) {
		figure = series_last(view->series, evaluation->at, evaluation->zone,
			evaluation->known);
		latest = figure != NULL ? figure->period : PERIOD_NONE;
	} else {
		while ((figure = view_next(view)) != NULL)
			latest = figure->period;
	}
	if (period_is_none(latest))
		through->nothing = true;
	else if (!through->regular && (period_is_none(through->candidate) ||
	    period_compare(latest, through->candidate) < 0))
		through->candidate = latest;
}

static void through_measure(const struct expression *term, void *context)
{
	struct through *through = context;
	struct view view;
	int64_t from, to;

	if (!through_view(through, term, &view))
		return;
	if (!view.regular) {
		through_dated(through, &view);
		return;
	}
	from = date_to_days(view_first_day(&view));
	to = date_to_days(view_last_day(&view));
	if (term->window.kind == WINDOW_NONE)
		from = INT64_MIN;
	if (view.last.number > view.ended.number)
		to = date_to_days(period_last_day(view.ended));
	if (!through->regular || from > through->from)
		through->from = from;
	if (!through->regular || to < through->to)
		through->to = to;
	if (!through->regular || view.indicator->frequency > through->frequency)
		through->frequency = view.indicator->frequency;
	through->regular = true;
}

/* The last period of a frequency that ends on a day or before. */
static struct period through_period(enum frequency frequency, int64_t day)
{
	struct date after = date_from_days((int32_t)day + 1);

	return period_next(period_of_date(frequency, after), -1);
}

static int64_t period_end_days(struct period period)
{
	return date_to_days(period_last_day(period));
}

static void through_agree(const struct expression *term, void *context)
{
	struct through *through = context;
	struct evaluation *evaluation = through->asking.evaluation;
	const struct observation *figure;
	struct period latest;
	struct view view;

	if (through->nothing || !through_view(through, term, &view) || !view.regular)
		return;
	figure = series_until(view.series, through_period(view.indicator->frequency,
		period_end_days(through->candidate)), evaluation->known);
	if (figure == NULL) {
		through->nothing = true;
		return;
	}
	latest = through_period(through->frequency, period_end_days(figure->period));
	if (period_compare(latest, through->candidate) < 0) {
		through->candidate = latest;
		through->moved = true;
	}
}

static bool through_is_inside(const struct through *through)
{
	return !through->nothing && (through->from == INT64_MIN ||
		date_to_days(period_first_day(through->candidate)) >= through->from);
}

struct period expression_data_through(const struct expression *expression,
	struct evaluation *evaluation)
{
	struct evaluation apart = *evaluation;	/* no figure is used here */
	struct through through = {
		.asking = {.evaluation = &apart, .partial = true},
		.reach = expression_reach(expression),
	};

	expression_terms(expression, through_measure, &through);
	if (through.nothing || !through.regular)
		return through.nothing ? PERIOD_NONE : through.candidate;
	through.candidate = through_period(through.frequency, through.to);
	do {
		through.moved = false;
		expression_terms(expression, through_agree, &through);
	} while (through.moved && through_is_inside(&through));
	return through_is_inside(&through) ? through.candidate : PERIOD_NONE;
}

/* --- reference instants ---------------------------------------------------------- */

static instant documents_next_reference(const struct indicator *indicator,
	const struct evaluation *evaluation, instant after)
{
	const struct sightings *all = documents_sightings(
		history_documents(evaluation->history, indicator->id), NULL,
		evaluation->known, evaluation->zone);

	return dates_after(all->dates, all->count, after);
}

static instant people_next_reference(const struct benchmark *benchmark,
	const struct evaluation *evaluation, instant after)
{
	struct statements statements;

	if (!benchmark->uses_people)
		return INSTANT_MAX;
	milestone_statements(evaluation->milestone, evaluation->history,
		&statements);
	return statements_next_date(&statements, evaluation->known,
		evaluation->zone, after);
}

static instant indicator_next_reference(const struct indicator *indicator,
	const struct evaluation *evaluation, instant after, instant limit)
{
	const struct zone *zone = evaluation->zone;
	const struct observation *figure;
	struct period period;

	if (indicator->kind == INDICATOR_DOCUMENTS)
		return documents_next_reference(indicator, evaluation, after);
	if (indicator->frequency != FREQUENCY_NONE) {
		period = period_ended_by(indicator->frequency, after, zone);
		return period_end(period_next(period, 1), zone);
	}
	figure = series_first(history_series(evaluation->history, indicator->id),
		after + 1, limit, zone, evaluation->known);
	return figure != NULL ? period_end(figure->period, zone) : INSTANT_MAX;
}

instant benchmark_next_reference(const struct benchmark *benchmark,
	struct evaluation *evaluation, instant after, instant limit)
{
	enum frequency done = FREQUENCY_NONE;
	instant next;

	if (after >= limit)
		return INSTANT_MAX;
	next = people_next_reference(benchmark, evaluation, after);
	for (size_t i = 0; i < benchmark->indicator_count; i++) {
		const struct indicator *indicator =
			&evaluation->reg->indicators[benchmark->indicators[i]];
		instant at;

		if (indicator->frequency != FREQUENCY_NONE &&
		    indicator->frequency == done)
			continue;
		done = indicator->frequency;
		at = indicator_next_reference(indicator, evaluation, after, limit);
		if (at < next)
			next = at;
	}
	for (size_t i = 0; i < benchmark->family_count; i++) {
		instant at = family_next(benchmark->families[i], evaluation,
			after);

		if (at < next)
			next = at;
	}
	return next <= limit ? next : INSTANT_MAX;
}

instant evaluation_next_reference(struct evaluation *evaluation, instant after,
	instant limit)
{
	const struct benchmark *benchmark = evaluation->benchmark;
	instant next = benchmark_next_reference(benchmark, evaluation, after,
		limit);
	instant end;

	if (evaluation->due > after && evaluation->due < next)
		next = evaluation->due;
	if (benchmark->uses_age) {
		end = zone_day_end_after(evaluation->zone, after);
		next = end < next ? end : next;
	}
	return next <= limit ? next : INSTANT_MAX;
}
