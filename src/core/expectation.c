/*
 * expectation: the latest of one's own date and of those waited for.
 */
#include "core/expectation.h"
#include "core/expression_internal.h"
#include "core/family.h"

struct waiting {
	struct evaluation *evaluation;
	struct prospect *prospect;
};

/* Fulfilled or over, it is waited for no more. */
static void wait_for(uint32_t milestone, void *context)
{
	struct waiting *waiting = context;
	instant now = waiting->evaluation->now;
	const struct outcome *outcome = outcome_of(waiting->evaluation,
		milestone);
	struct prospect *prospect = waiting->prospect;

	if (outcome->withdrawn <= now || outcome->superseded <= now ||
	    outcome->waived <= now || outcome->event != INSTANT_MIN ||
	    outcome->expected == INSTANT_MAX ||
	    outcome->expected <= prospect->at)
		return;
	prospect->at = outcome->expected;
	prospect->cause = outcome->cause != NOT_FOUND ? outcome->cause :
		milestone;
}

static void truth_visit(const struct expression *truth, wait_visit *visit,
	void *context)
{
	if (truth->operation->judge == judge_met)
		family_visit(truth->family, visit, context);
	if (truth->operation->judge != judge_within &&
	    !operation_is(truth, OPERATION_AND))
		return;
	for (size_t i = 0; i < truth->operand_count; i++)
		truth_visit(truth->operands[i], visit, context);
}

void expectation_waits(const struct milestone *terms, wait_visit *visit,
	void *context)
{
	const struct clauses *clauses = terms->clauses;

	truth_visit(terms->benchmark->root, visit, context);
	for (size_t i = 0; clauses != NULL && i < clauses->after_count; i++)
		family_visit(clauses->after_families[i], visit, context);
}

static void prerequisite_await(uint32_t milestone, void *context)
{
	struct register_ *reg = context;

	reg->prerequisites[reg->milestones[milestone].prerequisite].awaited =
		true;
}

static void terms_await(struct register_ *reg,
	const struct milestone *terms)
{
	expectation_waits(terms, prerequisite_await, reg);
	if (terms->anchorage != NULL)
		prerequisite_await(terms->anchorage->milestone, reg);
}

void expectation_find(struct register_ *reg)
{
	for (size_t i = 0; i < reg->milestone_count; i++) {
		const struct milestone *milestone = &reg->milestones[i];
		const struct clauses *clauses = milestone->clauses;

		if (milestone->level == 0)
			continue;
		terms_await(reg, milestone);
		for (size_t k = 0; clauses != NULL &&
		    k < clauses->amendment_count; k++)
			terms_await(reg, clauses->amendments[k].milestone);
	}
}

/* What is overdue comes today at the earliest. */
static instant own_date(const struct milestone *milestone,
	struct evaluation *evaluation, const struct assessment *assessment)
{
	instant today = zone_day_end(evaluation->zone,
		zone_date(evaluation->zone, evaluation->now));
	instant at = milestone->due;

	if (!date_is_none(assessment->forecast.date))
		at = zone_day_end(evaluation->zone, assessment->forecast.date);
	return at < evaluation->now ? today : at;
}

struct prospect prospect_of(const struct milestone *milestone,
	struct evaluation *evaluation, const struct assessment *assessment)
{
	struct prospect prospect = {own_date(milestone, evaluation, assessment),
		NOT_FOUND};
	struct waiting waiting = {evaluation, &prospect};

	if (evaluation->outcomes != NULL)
		expectation_waits(milestone, wait_for, &waiting);
	return prospect;
}
