/*
 * late: what time alone has brought about is told late where nobody was there
 * to tell it: this program was down, or the machine asleep. What figures have
 * brought about is told when they come.
 */
#include "core/engine_internal.h"

#define LATE_SECONDS 600
#define STEPS_MAX 32	/* instants that are looked at on the way */

instant late_since(instant at, instant now)
{
	return at != INSTANT_MIN && at < now - LATE_SECONDS ? at : INSTANT_MIN;
}

static bool cause_is_time(enum cause_kind kind)
{
	return kind == CAUSE_TIME || kind == CAUSE_AMENDMENT ||
		kind == CAUSE_WAIVER || kind == CAUSE_WITHDRAWAL ||
		kind == CAUSE_SUPERSESSION;
}

/* Asks at each instant at which time may have changed the answer which it was
   that did; INSTANT_MIN: none of these. */
static instant late_find(struct engine *engine, const struct change *change,
	enum status to)
{
	instant at = change->before->assessment.next;
	struct assessment then;

	for (int i = 0; i < STEPS_MAX && at <= change->after->as_of; i++) {
		engine_assess(engine, change->index,
			(struct knowledge){at, INSTANT_MAX}, &then);
		if (then.status == to)
			return at;
		at = then.next > at ? then.next : at + 1;
	}
	return INSTANT_MIN;
}

static bool change_may_be_late(const struct change *change)
{
	return change->before->announced &&
		change->before->assessment.next < change->now - LATE_SECONDS;
}

instant late_status(struct engine *engine, const struct change *change,
	enum status to)
{
	struct cause cause;

	if (!change_may_be_late(change))
		return INSTANT_MIN;
	cause_find(engine, change, change->mark, &cause);
	return cause_is_time(cause.kind) ? late_since(late_find(engine, change,
		to), change->now) : INSTANT_MIN;
}

instant late_terms(struct engine *engine, const struct change *change)
{
	const struct amendment *amendment = milestone_amendment(
		&engine->reg->milestones[change->index], change->after->as_of);
	struct cause cause;

	if (!amendment || !change_may_be_late(change))
		return INSTANT_MIN;
	cause_find(engine, change, change->mark, &cause);
	return cause.kind == CAUSE_AMENDMENT ? late_since(amendment->decree.at,
		change->now) : INSTANT_MIN;
}
