/*
 * Asking a checked tree: the operators, and the entry points. Depth is bounded
 * by EXPRESSION_DEPTH_MAX, so is the stack.
 */
#include "core/expression_internal.h"

void expression_ask(const struct expression *expression, struct asking *asking,
	struct interval *out)
{
	const struct operation *operation = expression->operation;
	struct view view;

	if (operation->reduce == NULL) {
		operation->measure(expression, asking, out);
		return;
	}
	view_open(&view, expression, asking);
	if (view.undefined)
		*out = interval_anything(UNKNOWN_DEPENDENCY);
	else
		operation->reduce(&view, out);
}

void expression_decide(const struct expression *expression,
	struct asking *asking, struct judgement *out)
{
	expression->operation->judge(expression, asking, out);
}

/* --- leaves ----------------------------------------------------------------- */

void measure_number(const struct expression *expression, struct asking *asking,
	struct interval *out)
{
	(void)asking;
	*out = interval_point(expression->number);
}

/* Durations are measured in seconds; months as those before the reference
   instant, since age is counted back from there. */
void measure_duration(const struct expression *expression, struct asking *asking,
	struct interval *out)
{
	const struct evaluation *evaluation = asking->evaluation;
	struct duration back = expression->duration;
	int64_t seconds;
	instant before;

	if (!duration_seconds(back, &seconds)) {
		back.count = -back.count;
		if (!zone_add(evaluation->zone, evaluation->at, back, &before)) {
			*out = interval_anything(UNKNOWN_RANGE);
			return;
		}
		seconds = evaluation->at - before;
	}
	*out = interval_point(decimal_from_int(seconds));
}

void measure_date(const struct expression *expression, struct asking *asking,
	struct interval *out)
{
	*out = interval_point(decimal_from_int(
		zone_day_end(asking->evaluation->zone, expression->date)));
}

/* --- arithmetic -------------------------------------------------------------- */

typedef struct interval interval_operation(const struct interval *,
	const struct interval *);

static void measure_fold(const struct expression *expression, struct asking *asking,
	interval_operation *operation, struct interval *out)
{
	struct interval next;

	expression_ask(expression->operands[0], asking, out);
	for (size_t i = 1; i < expression->operand_count; i++) {
		expression_ask(expression->operands[i], asking, &next);
		*out = operation(out, &next);
	}
}

/* A sum of what is there leaves out the terms that are not. */
static void add_partial(const struct expression *expression, struct asking *asking,
	struct interval *out)
{
	struct interval next;
	bool found = false;

	for (size_t i = 0; i < expression->operand_count; i++) {
		expression_ask(expression->operands[i], asking, &next);
		if (!interval_is_point(&next))
			continue;
		*out = found ? interval_add(out, &next) : next;
		found = true;
	}
	if (!found)
		*out = interval_anything(UNKNOWN_ABSENT);
}

void measure_add(const struct expression *expression, struct asking *asking,
	struct interval *out)
{
	if (asking->partial)
		add_partial(expression, asking, out);
	else
		measure_fold(expression, asking, interval_add, out);
}

void measure_subtract(const struct expression *expression, struct asking *asking,
	struct interval *out)
{
	measure_fold(expression, asking, interval_subtract, out);
}

void measure_multiply(const struct expression *expression, struct asking *asking,
	struct interval *out)
{
	measure_fold(expression, asking, interval_multiply, out);
}

void measure_divide(const struct expression *expression, struct asking *asking,
	struct interval *out)
{
	measure_fold(expression, asking, interval_divide, out);
}

void measure_negate(const struct expression *expression, struct asking *asking,
	struct interval *out)
{
	expression_ask(expression->operands[0], asking, out);
	*out = interval_negate(out);
}

/* --- truth -------------------------------------------------------------------- */

typedef struct judgement judgement_operation(struct judgement, struct judgement);

/* To the last operand: each has a say in why it is unknown, and in which
   figures were used. */
static void judge_fold(const struct expression *expression, struct asking *asking,
	judgement_operation *operation, struct judgement *out)
{
	struct judgement next;

	expression_decide(expression->operands[0], asking, out);
	for (size_t i = 1; i < expression->operand_count; i++) {
		expression_decide(expression->operands[i], asking, &next);
		*out = operation(*out, next);
	}
}

void judge_or(const struct expression *expression, struct asking *asking,
	struct judgement *out)
{
	judge_fold(expression, asking, judgement_or, out);
}

void judge_and(const struct expression *expression, struct asking *asking,
	struct judgement *out)
{
	judge_fold(expression, asking, judgement_and, out);
}

void judge_not(const struct expression *expression, struct asking *asking,
	struct judgement *out)
{
	expression_decide(expression->operands[0], asking, out);
	*out = judgement_not(*out);
}

/* a < b < c is a < b and b < c, with b asked once. */
void judge_compare(const struct expression *expression, struct asking *asking,
	struct judgement *out)
{
	struct interval sides[2];

	expression_ask(expression->operands[0], asking, &sides[0]);
	for (size_t i = 1; i < expression->operand_count; i++) {
		struct interval *left = &sides[(i - 1) % 2];
		struct interval *right = &sides[i % 2];
		struct judgement next;

		expression_ask(expression->operands[i], asking, right);
		next = interval_compare(left, expression->comparisons[i - 1], right);
		*out = i == 1 ? next : judgement_and(*out, next);
	}
}

/* --- entry points -------------------------------------------------------------- */

struct judgement expression_judge(const struct expression *expression,
	struct evaluation *evaluation)
{
	struct asking asking = {.evaluation = evaluation};
	struct judgement out;

	expression_decide(expression, &asking, &out);
	return out;
}

struct interval expression_measure(const struct expression *expression,
	struct evaluation *evaluation)
{
	struct asking asking = {.evaluation = evaluation};
	struct interval out;

	expression_ask(expression, &asking, &out);
	return out;
}

static void term_found(const struct expression *term, void *context)
{
	(void)term;
	*(bool *)context = true;
}

bool expression_partial(const struct expression *expression,
	struct evaluation *evaluation, struct decimal *out)
{
	struct asking asking = {.evaluation = evaluation, .partial = true};
	bool has_terms = false;
	struct interval value;

	if (expression->type == TYPE_TRUTH)
		return false;
	expression_ask(expression, &asking, &value);
	expression_terms(expression, term_found, &has_terms);
	if (!interval_is_point(&value) || (has_terms && asking.figures == 0))
		return false;
	*out = value.low.value;
	return true;
}
