/*
 * expectation: the latest of one's own date and of those waited for.
 */
#include "core/expectation.h"
#include "core/expression_internal.h"

struct waiting {
	struct evaluation *evaluation;
	struct prospect *prospect;
};

/* Fulfilled or over, it is waited for no more, or until its event. */
static void wait_for(struct waiting *waiting, uint32_t milestone)
{
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

static void wait_for_all(struct waiting *waiting, const struct family *family)
{
	for (size_t i = 0; i < family->count; i++)
		wait_for(waiting, family->members[i]);
}

static void wait_for_truth(struct waiting *waiting,
	const struct expression *truth)
{
	if (truth->operation->judge == judge_met)
		wait_for_all(waiting, truth->family);
	if (truth->operation->judge != judge_within &&
	    !operation_is(truth, OPERATION_AND))
		return;
	for (size_t i = 0; i < truth->operand_count; i++)
		wait_for_truth(waiting, truth->operands[i]);
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
	const struct clauses *clauses = milestone->clauses;
	struct prospect prospect = {own_date(milestone, evaluation, assessment),
		NOT_FOUND};
	struct waiting waiting = {evaluation, &prospect};

	if (evaluation->outcomes == NULL)
		return prospect;
	wait_for_truth(&waiting, milestone->benchmark->root);
	for (size_t i = 0; clauses != NULL && i < clauses->after_count; i++)
		wait_for_all(&waiting, clauses->after_families[i]);
	return prospect;
}
