/*
 * The functions over values and truths, which ask no series themselves.
 */
#include "core/expression_internal.h"

/* A condition is never decided by what is left out: asked for what is there,
   it is still asked in full. */
static void decide_condition(const struct expression *expression,
	struct asking *asking, struct judgement *out)
{
	bool partial = asking->partial;

	asking->partial = false;
	expression_decide(expression->operands[0], asking, out);
	asking->partial = partial;
}

/* The side a known condition does not take is not asked: its figures were not
   used. */
void measure_if(const struct expression *expression, struct asking *asking,
	struct interval *out)
{
	struct expression *const *operands = expression->operands;
	struct judgement condition;
	struct interval other;

	decide_condition(expression, asking, &condition);
	if (condition.truth != TRUTH_UNKNOWN) {
		expression_ask(operands[condition.truth == TRUTH_TRUE ? 1 : 2],
			asking, out);
		return;
	}
	expression_ask(operands[1], asking, out);
	expression_ask(operands[2], asking, &other);
	*out = interval_if(condition, out, &other);
}

void judge_if(const struct expression *expression, struct asking *asking,
	struct judgement *out)
{
	struct expression *const *operands = expression->operands;
	struct judgement condition, other;

	decide_condition(expression, asking, &condition);
	if (condition.truth != TRUTH_UNKNOWN) {
		expression_decide(operands[condition.truth == TRUTH_TRUE ? 1 : 2],
			asking, out);
		return;
	}
	expression_decide(operands[1], asking, out);
	expression_decide(operands[2], asking, &other);
	*out = judgement_if(condition, *out, other);
}

void measure_abs(const struct expression *expression, struct asking *asking,
	struct interval *out)
{
	expression_ask(expression->operands[0], asking, out);
	*out = interval_abs(out);
}

/* Operands that are not there are not left out: a cap is not lifted because
   nobody knows yet how low it is. */
static void measure_chosen(const struct expression *expression, struct asking *asking,
	struct interval (*choose)(const struct interval *, const struct interval *),
	struct interval *out)
{
	struct interval next;

	expression_ask(expression->operands[0], asking, out);
	for (size_t i = 1; i < expression->operand_count; i++) {
		expression_ask(expression->operands[i], asking, &next);
		*out = choose(out, &next);
	}
}

void measure_least(const struct expression *expression, struct asking *asking,
	struct interval *out)
{
	measure_chosen(expression, asking, interval_least, out);
}

void measure_greatest(const struct expression *expression, struct asking *asking,
	struct interval *out)
{
	measure_chosen(expression, asking, interval_greatest, out);
}

void measure_round(const struct expression *expression, struct asking *asking,
	struct interval *out)
{
	int places = 0;

	if (expression->operand_count == 2)
		expression_is_whole(expression->operands[1], &places);
	expression_ask(expression->operands[0], asking, out);
	*out = interval_round(out, places);
}

void judge_quorum(const struct expression *expression, struct asking *asking,
	struct judgement *out)
{
	struct quorum quorum = {.count = 0};
	int needed = 0;

	expression_is_whole(expression->operands[0], &needed);
	for (size_t i = 1; i < expression->operand_count; i++) {
		expression_decide(expression->operands[i], asking, out);
		quorum_add(&quorum, *out);
	}
	*out = quorum_judgement(&quorum, (size_t)needed);
}
