/*
 * The functions over other milestones: what they ask for, checked, and what
 * they answer at a reference instant. What is not known of another milestone is
 * unknown here, so that it never makes a miss.
 */
#include "core/expression_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/explain.h"
#include "core/family.h"
#include "core/outcomes.h"
#include "core/register_index.h"

/* --- checking --------------------------------------------------------------- */

/* Whether instances of it are in the register, and so it itself is not. */
static bool milestone_recurs(const struct register_ *reg, const char *id)
{
	size_t length = strlen(id);

	for (size_t i = 0; i < reg->milestone_count; i++) {
		const char *other = reg->milestones[i].id;

		if (other != NULL && strncmp(other, id, length) == 0 &&
		    other[length] == '@')
			return true;
	}
	return false;
}

static bool fault_unknown_milestone(struct compiler *compiler,
	const struct expression *argument)
{
	const char *nearest;

	if (milestone_recurs(compiler->reg, argument->string))
		return node_fault(compiler, argument, "\"%s\" comes again and "
			"again: name one of its instances, or count them by "
			"met_count(\"%s@*\")", argument->string,
			argument->string);
	nearest = thing_nearest(compiler->reg, THING_MILESTONE,
		argument->string, compiler->faults);
	if (nearest != NULL)
		return node_fault(compiler, argument, "unknown milestone \"%s\", "
			"did you mean \"%s\"?", argument->string, nearest);
	return node_fault(compiler, argument, "unknown milestone \"%s\": write "
		"pledge/milestone", argument->string);
}

static bool check_id(struct compiler *compiler, const struct expression *node)
{
	const struct expression *argument = node->operands[0];

	return operation_is(argument, OPERATION_TEXT) || node_fault(compiler,
		argument, "%s takes the id of a milestone in quotes: %s",
		node->operation->name, node->operation->signature);
}

/* What it asks for is in the place of what it was written with. */
static bool node_asks(struct expression *node, const struct family *family)
{
	node->family = family;
	node->type = (uint8_t)node->operation->type;
	return true;
}

bool check_one(struct compiler *compiler, struct expression *node)
{
	const struct expression *argument = node->operands[0];
	const struct family *family;

	if (!check_id(compiler, node))
		return false;
	family = family_of_one(compiler->reg, argument->string);
	if (family == NULL)
		return fault_unknown_milestone(compiler, argument);
	return node_asks(node, family);
}

bool check_family(struct compiler *compiler, struct expression *node)
{
	const struct expression *argument = node->operands[0];
	const struct family *family;

	if (!check_id(compiler, node))
		return false;
	family = family_of_pattern(compiler->reg, argument->string);
	if (family == NULL)
		return node_fault(compiler, argument, "the patterns of this "
			"register match more than %d milestones together",
			FAMILY_MEMBERS_MAX);
	if (family->count > 0)
		return node_asks(node, family);
	if (register_milestone(compiler->reg, argument->string) != NOT_FOUND)
		return node_fault(compiler, argument,
			"a milestone cannot rest on itself");
	if (strpbrk(argument->string, "*?") == NULL)
		return fault_unknown_milestone(compiler, argument);
	return node_fault(compiler, argument, "no other milestone matches "
		"\"%s\": * stands for any letters, ? for one", argument->string);
}

/* The words of statuses that come and go with the figures have no date. */
static bool status_read(struct compiler *compiler,
	const struct expression *literal, uint8_t *out)
{
	const char *words[STATUS_COUNT + 1] = {NULL};
	enum status status;
	const char *nearest;

	if (status_parse(literal->string, &status)) {
		*out = (uint8_t)status;
		return (OUTCOME_DECIDED & OUTCOME_BIT(status)) != 0 ||
			node_fault(compiler, literal, "\"%s\" comes and goes "
				"with time and figures; a benchmark can rest on "
				"what is decided: met, met_late, partly_met, "
				"not_met, breached, reversed, waived, withdrawn, "
				"superseded", literal->string);
	}
	for (unsigned i = 0; i < STATUS_COUNT; i++)
		words[i] = status_name((enum status)i);
	nearest = string_nearest(literal->string, words);
	if (nearest != NULL)
		return node_fault(compiler, literal, "there is no status \"%s\", "
			"did you mean \"%s\"?", literal->string, nearest);
	return node_fault(compiler, literal, "there is no status \"%s\"",
		literal->string);
}

bool check_status_word(struct compiler *compiler, struct expression *node)
{
	bool turned = operation_is(node->operands[0], OPERATION_TEXT);
	const struct expression *call = node->operands[turned ? 1 : 0];
	const struct expression *literal = node->operands[turned ? 0 : 1];
	bool unequal = node->comparisons[0] == COMPARE_NE;
	uint8_t status = STATUS_COUNT;

	if (node->operand_count != 2 || call->type != TYPE_TEXT ||
	    !call->operation->asks_others ||
	    !operation_is(literal, OPERATION_TEXT) ||
	    (!unequal && node->comparisons[0] != COMPARE_EQ))
		return node_fault(compiler, node, "a text is compared with a "
			"status alone, by == or !=");
	if (!status_read(compiler, literal, &status))
		return false;
	node->operation = &operations[OPERATION_STATUS];
	node->wanted.family = call->family;
	node->wanted.status = status;
	node->wanted.unequal = unequal;
	node->type = TYPE_TRUTH;
	return true;
}

static bool expression_is_within(const struct expression *node)
{
	return node->operation->judge == judge_within;
}

bool check_within(struct compiler *compiler, struct expression *node)
{
	if (!check_operands(compiler, node))
		return false;
	if (!operation_is(node->operands[0], OPERATION_DURATION))
		return node_fault(compiler, node->operands[0], "within takes a "
			"length of time first: %s", node->operation->signature);
	for (size_t i = 1; i < node->operand_count; i++) {
		const struct expression *operand = node->operands[i];

		if (operand->type != TYPE_TRUTH)
			return node_fault(compiler, operand, "within takes "
				"truths here, such as met(\"pledge/milestone\") "
				"or a comparison");
		if (expression_has(operand, expression_is_within))
			return node_fault(compiler, operand, "within cannot "
				"stand in another");
	}
	node->type = TYPE_TRUTH;
	return true;
}

/* --- one milestone ---------------------------------------------------------- */

static struct judgement judgement_from(enum truth truth)
{
	if (truth != TRUTH_UNKNOWN)
		return judgement_of(truth == TRUTH_TRUE);
	return (struct judgement){.truth = TRUTH_UNKNOWN, .may_be_true = true,
		.may_be_false = true, .reason = UNKNOWN_DEPENDENCY};
}

void judge_met(const struct expression *expression, struct asking *asking,
	struct judgement *out)
{
	struct evaluation *evaluation = asking->evaluation;

	*out = judgement_from(outcome_met(outcome_of(evaluation,
		expression->family->members[0]), evaluation->at,
		evaluation->now));
}

void judge_status(const struct expression *expression, struct asking *asking,
	struct judgement *out)
{
	struct evaluation *evaluation = asking->evaluation;

	*out = judgement_from(outcome_is(outcome_of(evaluation,
		expression->wanted.family->members[0]),
		(enum status)expression->wanted.status, evaluation->at,
		evaluation->now));
	if (expression->wanted.unequal)
		*out = judgement_not(*out);
}

/* --- families --------------------------------------------------------------- */

static struct interval interval_between(struct decimal low, struct decimal high)
{
	return interval_unknown(bound_finite(low), bound_finite(high),
		UNKNOWN_DEPENDENCY);
}

/* Asked for what is there, those not known to be fulfilled are not. */
void measure_met_count(const struct expression *expression,
	struct asking *asking, struct interval *out)
{
	struct tally tally = family_tally(expression->family,
		asking->evaluation);

	*out = interval_between(decimal_from_int(tally.met),
		decimal_from_int(asking->partial ? tally.met : tally.may));
}

/* 0 of 0 is no share. */
static bool share_of(uint32_t met, uint32_t count, struct decimal *out)
{
	return count > 0 && decimal_divide(decimal_from_int(met),
		decimal_from_int(count), out);
}

void measure_met_share(const struct expression *expression,
	struct asking *asking, struct interval *out)
{
	struct tally tally = family_tally(expression->family,
		asking->evaluation);
	struct decimal low = DECIMAL_ZERO, high = DECIMAL_ONE;
	bool some = share_of(tally.low.met, tally.low.count, &low);
	bool any = share_of(tally.high.met, tally.high.count, &high);

	if (!some && !any)
		*out = interval_anything(UNKNOWN_RANGE);
	else
		*out = interval_between(low, asking->partial ? low : high);
}

/* --- within ----------------------------------------------------------------- */

/* When something came true: at the earliest, and as far as is known. */
struct coming {
	instant earliest, known;	/* INSTANT_MAX: not */
};

/* Of another milestone that is when it was fulfilled, also if that was before
   the start. */
static struct coming coming_of_milestone(const struct outcome *outcome,
	instant now)
{
	struct coming coming = {INSTANT_MAX, INSTANT_MAX};
	instant open = later(outcome->open, outcome->earliest);

	if (outcome->event != INSTANT_MIN)
		coming.known = outcome->event;
	else if (outcome->ahead)
		coming.earliest = later(now + 1, outcome->earliest);
	if (!outcome->breaks || outcome->undone == INSTANT_MAX)
		coming.earliest = earlier(coming.earliest, open);
	coming.earliest = earlier(coming.earliest, coming.known);
	return coming;
}

/* Reference instants that one operand is looked for at. */
#define COMINGS_MAX 100000

/* Of anything else, the first reference instant at which it is true. */
static struct coming coming_of_truth(const struct expression *operand,
	struct asking *asking)
{
	struct evaluation *evaluation = asking->evaluation;
	struct coming coming = {INSTANT_MAX, INSTANT_MAX};
	struct judgement judgement;
	size_t looked = 0;

	evaluation->at = evaluation->start;
	if (evaluation->at == INSTANT_MIN)
		evaluation->at = evaluation_next_reference(evaluation,
			INSTANT_MIN, evaluation->now);
	while (evaluation->at <= evaluation->now && looked++ < COMINGS_MAX) {
		expression_decide(operand, asking, &judgement);
		if (judgement.truth != TRUTH_FALSE)
			coming.earliest = earlier(coming.earliest,
				evaluation->at);
		if (judgement.truth == TRUTH_TRUE) {
			coming.known = evaluation->at;
			return coming;
		}
		evaluation->at = evaluation_next_reference(evaluation,
			evaluation->at, evaluation->now);
	}
	coming.earliest = earlier(coming.earliest, later(evaluation->now + 1,
		evaluation->start));
	return coming;
}

static struct coming operand_coming(const struct expression *operand,
	struct asking *asking)
{
	struct evaluation *evaluation = asking->evaluation;

	if (operand->operation->judge == judge_met)
		return coming_of_milestone(outcome_of(evaluation,
			operand->family->members[0]), evaluation->now);
	return coming_of_truth(operand, asking);
}

/* The end of the span after an instant: of days and longer, to the end of that
   day. */
static instant span_end(const struct evaluation *evaluation, instant at,
	struct duration duration)
{
	instant end;

	if (at == INSTANT_MAX || !zone_add(evaluation->zone, at, duration, &end))
		return INSTANT_MAX;
	return duration.unit == DURATION_SECOND ? end :
		zone_day_end(evaluation->zone, zone_date(evaluation->zone, end));
}

/* What has not come by the end of the span comes after it at the earliest. */
static void span_expires(struct evaluation *evaluation, const struct span *span)
{
	instant end = span_end(evaluation, span->first_known,
		span->expression->operands[0]->duration);

	if (end > evaluation->now)
		evaluation->until = earlier(evaluation->until, end);
}

/* Marks of figures used are kept apart, to be given with each answer. */
static void span_find(const struct expression *expression,
	struct asking *asking, struct span *span)
{
	struct evaluation *evaluation = asking->evaluation;
	struct evaluation before = *evaluation;

	*span = (struct span){.expression = expression, .first = INSTANT_MAX,
		.first_known = INSTANT_MAX, .last = INSTANT_MIN,
		.last_known = INSTANT_MIN};
	evaluation->provisional = evaluation->published_assumed = false;
	for (size_t i = 1; i < expression->operand_count; i++) {
		struct coming coming = operand_coming(expression->operands[i],
			asking);

		span->first = earlier(span->first, coming.earliest);
		span->last = later(span->last, coming.earliest);
		span->first_known = earlier(span->first_known, coming.known);
		span->last_known = later(span->last_known, coming.known);
	}
	span_expires(evaluation, span);
	span->provisional = evaluation->provisional;
	span->published_assumed = evaluation->published_assumed;
	evaluation->at = before.at;
	evaluation->provisional = before.provisional;
	evaluation->published_assumed = before.published_assumed;
}

/* Found out once a judgement, since it is the same at every instant. */
static struct span span_of(const struct expression *expression,
	struct asking *asking)
{
	struct spans *spans = asking->evaluation->spans;
	struct span found;

	for (size_t i = 0; spans != NULL && i < spans->count; i++)
		if (spans->items[i].expression == expression)
			return spans->items[i];
	span_find(expression, asking, &found);
	if (spans != NULL && spans->count < SPANS_MAX)
		spans->items[spans->count++] = found;
	return found;
}

/*
 * Each event lies between its earliest and its known instant. They are too far
 * apart for certain when the last one cannot have come soon enough after the
 * first, and fit for certain when even the earliest first reaches the last.
 */
static enum truth span_truth(const struct span *span,
	const struct evaluation *evaluation, struct duration duration)
{
	if (span->last > evaluation->at ||
	    span->last > span_end(evaluation, span->first_known, duration))
		return TRUTH_FALSE;
	if (span->last_known <= evaluation->at && span->last_known <=
	    span_end(evaluation, span->first, duration))
		return TRUTH_TRUE;
	return TRUTH_UNKNOWN;
}

void judge_within(const struct expression *expression, struct asking *asking,
	struct judgement *out)
{
	struct evaluation *evaluation = asking->evaluation;
	struct span span = span_of(expression, asking);

	*out = judgement_from(span_truth(&span, evaluation,
		expression->operands[0]->duration));
	evaluation->provisional |= span.provisional;
	evaluation->published_assumed |= span.published_assumed;
}

/* --- explaining ------------------------------------------------------------------ */

/* The one status it may have had, if there is but one. */
static const char *outcome_word(const struct outcome *outcome,
	const struct evaluation *evaluation)
{
	uint32_t states = outcome_states(outcome, evaluation->at,
		evaluation->now);

	for (unsigned i = 0; i < STATUS_COUNT; i++)
		if (states == OUTCOME_BIT(i))
			return status_name((enum status)i);
	return states == OUTCOME_NONE ? "not decided" : "not known";
}

/* How the members stood at the reference instant. */
static void members_explain(const struct family *family,
	struct explaining *explaining)
{
	struct evaluation apart = *explaining_evaluation(explaining);

	for (uint32_t i = 0; i < family->count; i++) {
		uint32_t member = family->members[i];
		const struct outcome *outcome = outcome_of(&apart, member);

		explain_witness(explaining, &(struct witness){
			.kind = WITNESS_MILESTONE,
			.id = apart.reg->milestones[member].id,
			.text = outcome_word(outcome, &apart),
			.at = outcome->event,
			.truth = outcome_met(outcome, apart.at, apart.now)});
	}
}

void explain_family(const struct expression *expression,
	struct explaining *explaining)
{
	members_explain(expression->family, explaining);
}

void explain_status(const struct expression *expression,
	struct explaining *explaining)
{
	members_explain(expression->wanted.family, explaining);
}
