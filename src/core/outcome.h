/*
 * outcome: what others may know of a milestone: when it was fulfilled, when
 * that was undone, and where neither is known.
 *
 * A plain value, as of a time. From it every state the milestone may have had
 * at an instant is told, so that whoever rests on it is judged by what was so
 * then, and not by what it says today. What is not known is all that may be.
 */
#ifndef PLEDGED_CORE_OUTCOME_H
#define PLEDGED_CORE_OUTCOME_H

#include "core/assess.h"

struct outcome {
	instant event;		/* fulfilled, which may lie ahead where that is
				   certain; INSTANT_MIN: not, as far as is known */
	instant undone;		/* reversed, or breached where there is no event;
				   INSTANT_MAX: not */
	instant open;		/* the first past instant at which it may have
				   been fulfilled or broken; INSTANT_MAX: none */
	instant earliest;	/* it is not fulfilled before; INSTANT_MIN */
	instant lasts;		/* until then a fulfilment may yet be undone;
				   INSTANT_MIN: never */
	instant late;		/* without fulfilment after it: a miss;
				   INSTANT_MAX: it is never one */
	instant withdrawn, superseded, waived;	/* INSTANT_MAX: not */
	instant expected;	/* when fulfilment is expected, seen from as_of,
				   unless it has come; INSTANT_MAX: unknown */
	uint32_t cause;		/* whose date that in the end is; NOT_FOUND: its
				   own */
	bool ahead;		/* it may be fulfilled after the time asked about */
	bool breaks;		/* what is open may as well be a violation */
	uint8_t waiver;		/* enum waiver_kind */
	uint8_t miss;		/* enum status of a miss; STATUS_COUNT: not_met
				   or partly_met */
};

/* Statuses that are decided, as a set of bits; OUTCOME_NONE: none of them. */
#define OUTCOME_BIT(status) (UINT32_C(1) << (status))
#define OUTCOME_NONE OUTCOME_BIT(STATUS_COUNT)
/* The words that may be asked for, as a set. */
#define OUTCOME_DECIDED (OUTCOME_BIT(STATUS_MET) | OUTCOME_BIT(STATUS_MET_LATE) | \
	OUTCOME_BIT(STATUS_PARTLY_MET) | OUTCOME_BIT(STATUS_NOT_MET) | \
	OUTCOME_BIT(STATUS_BREACHED) | OUTCOME_BIT(STATUS_REVERSED) | \
	OUTCOME_BIT(STATUS_WAIVED) | OUTCOME_BIT(STATUS_WITHDRAWN) | \
	OUTCOME_BIT(STATUS_SUPERSEDED))

/* Nothing known, nothing decided. */
struct outcome outcome_none(void);

/* All that the status may have been at an instant, asked at now. */
uint32_t outcome_states(const struct outcome *outcome, instant at, instant now);
/* Whether it was fulfilled and not undone then, whatever else was decided. */
enum truth outcome_met(const struct outcome *outcome, instant at, instant now);
/* Whether its status then was this one, of OUTCOME_DECIDED. */
enum truth outcome_is(const struct outcome *outcome, enum status status,
	instant at, instant now);
/* The instants at which any of this may change, in no order; returns how many. */
#define OUTCOME_TURNS 10
size_t outcome_turns(const struct outcome *outcome, instant now,
	instant turns[OUTCOME_TURNS]);
bool outcome_equal(const struct outcome *a, const struct outcome *b);

#endif
