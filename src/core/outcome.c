/*
 * outcome: the states of a milestone over time, as sets of what may be.
 */
#include "core/outcome.h"

#define MET OUTCOME_BIT(STATUS_MET)
#define MET_LATE OUTCOME_BIT(STATUS_MET_LATE)
#define FULFILLED (MET | MET_LATE)
#define NOT_MET OUTCOME_BIT(STATUS_NOT_MET)
#define PARTLY_MET OUTCOME_BIT(STATUS_PARTLY_MET)
#define BREACHED OUTCOME_BIT(STATUS_BREACHED)
#define REVERSED OUTCOME_BIT(STATUS_REVERSED)
#define WAIVED OUTCOME_BIT(STATUS_WAIVED)
#define MISSES (NOT_MET | PARTLY_MET | BREACHED | REVERSED)

struct outcome outcome_none(void)
{
	return (struct outcome){
		.event = INSTANT_MIN, .undone = INSTANT_MAX,
		.open = INSTANT_MAX, .earliest = INSTANT_MIN,
		.lasts = INSTANT_MIN, .late = INSTANT_MAX,
		.withdrawn = INSTANT_MAX, .superseded = INSTANT_MAX,
		.waived = INSTANT_MAX, .expected = INSTANT_MAX,
		.cause = NOT_FOUND, .miss = STATUS_NOT_MET,
	};
}

static uint32_t outcome_miss(const struct outcome *outcome)
{
	return outcome->miss == STATUS_COUNT ? NOT_MET | PARTLY_MET :
		OUTCOME_BIT(outcome->miss);
}

/* Once fulfilled: for good, or until it is undone. */
static uint32_t states_after(const struct outcome *outcome, instant at,
	instant now)
{
	uint32_t states = outcome->event <= outcome->late ? MET : MET_LATE;

	if (at >= outcome->undone)
		return REVERSED;
	return at > now && at <= outcome->lasts ? states | REVERSED : states;
}

/* As long as it is not known to be fulfilled. */
static uint32_t states_before(const struct outcome *outcome, instant at,
	instant now)
{
	bool open = at >= outcome->open || (outcome->ahead && at > now);
	uint32_t states = at > outcome->late ? outcome_miss(outcome) :
		OUTCOME_NONE;

	if (outcome->event == INSTANT_MIN && at >= outcome->undone)
		return BREACHED;
	if (open && outcome->breaks)
		states |= BREACHED;
	if (!open || at < outcome->earliest)
		return states;
	states |= at > outcome->late ? FULFILLED : MET;
	return outcome->lasts != INSTANT_MIN ? states | REVERSED : states;
}

static uint32_t states_judged(const struct outcome *outcome, instant at,
	instant now)
{
	return outcome->event != INSTANT_MIN && at >= outcome->event ?
		states_after(outcome, at, now) : states_before(outcome, at, now);
}

uint32_t outcome_states(const struct outcome *outcome, instant at, instant now)
{
	uint32_t states, covered = MISSES;

	if (at >= outcome->withdrawn)
		return OUTCOME_BIT(STATUS_WITHDRAWN);
	if (at >= outcome->superseded)
		return OUTCOME_BIT(STATUS_SUPERSEDED);
	states = states_judged(outcome, at, now);
	if (outcome->waiver == WAIVER_APPLICABILITY)
		covered |= OUTCOME_NONE;
	if (at < outcome->waived || (states & covered) == 0)
		return states;
	return (states & ~covered) | WAIVED;
}

static enum truth states_truth(uint32_t states, uint32_t wanted)
{
	if ((states & wanted) == 0)
		return TRUTH_FALSE;
	return (states & ~wanted) == 0 ? TRUTH_TRUE : TRUTH_UNKNOWN;
}

enum truth outcome_met(const struct outcome *outcome, instant at, instant now)
{
	return states_truth(states_judged(outcome, at, now), FULFILLED);
}

enum truth outcome_is(const struct outcome *outcome, enum status status,
	instant at, instant now)
{
	return states_truth(outcome_states(outcome, at, now),
		OUTCOME_BIT(status));
}

static instant after(instant at)
{
	return at == INSTANT_MAX ? INSTANT_MAX : at + 1;
}

size_t outcome_turns(const struct outcome *outcome, instant now,
	instant turns[OUTCOME_TURNS])
{
	const instant all[OUTCOME_TURNS] = {
		outcome->event, outcome->undone, outcome->open,
		outcome->earliest, after(outcome->late), after(outcome->lasts),
		outcome->ahead || outcome->lasts > now ? now + 1 : INSTANT_MAX,
		outcome->withdrawn, outcome->superseded, outcome->waived,
	};
	size_t count = 0;

	for (size_t i = 0; i < OUTCOME_TURNS; i++)
		if (all[i] > INSTANT_MIN + 1 && all[i] != INSTANT_MAX)
			turns[count++] = all[i];
	return count;
}

bool outcome_equal(const struct outcome *a, const struct outcome *b)
{
	return a->event == b->event && a->undone == b->undone &&
		a->open == b->open && a->earliest == b->earliest &&
		a->lasts == b->lasts && a->late == b->late &&
		a->withdrawn == b->withdrawn &&
		a->superseded == b->superseded && a->waived == b->waived &&
		a->expected == b->expected && a->cause == b->cause &&
		a->ahead == b->ahead && a->breaks == b->breaks &&
		a->waiver == b->waiver && a->miss == b->miss;
}
