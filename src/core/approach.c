/*
 * approach: people are reminded of a due date that comes near while nothing is
 * decided, at its `remind` times. Of several that have passed since they were
 * last looked at only the last is told, and none after the due date.
 */
#include "core/engine_internal.h"

/* The remind times of a milestone whose due date is known. */
struct reminders {
	const struct milestone *milestone;
	const struct calendar *calendar;
	const struct zone *zone;
	instant due;
	bool is_date;		/* it is due on a day, not at a time of one */
};

static bool reminders_make(const struct engine *engine, uint32_t milestone,
	const struct assessment *assessment, struct reminders *out)
{
	const struct milestone *item = &engine->reg->milestones[milestone];

	*out = (struct reminders){item, milestone_calendar(engine->reg, item),
		milestone_zone(engine->reg, item), assessment->due,
		!date_is_none(assessment->due_date)};
	return item->clauses && item->clauses->remind_count > 0 &&
		assessment->due != INSTANT_MAX &&
		assessment->verdict == VERDICT_NONE &&
		!lifecycle_is_over(assessment->lifecycle);
}

/* What is due on a day is reminded of from the beginning of another on: a word
   at its end would come a day late to who reads it in the morning. INSTANT_MAX:
   it leads out of what can be counted. */
static instant reminder_at(const struct reminders *reminders, size_t i)
{
	struct duration back = reminders->milestone->clauses->reminds[i];
	bool by_day = reminders->is_date && back.unit != DURATION_SECOND;
	instant at;

	back.count = -back.count;
	if (!calendar_shift(reminders->calendar, reminders->zone,
			reminders->due, back, &at))
		return INSTANT_MAX;
	return by_day ? zone_day_start(reminders->zone,
		zone_date(reminders->zone, at)) : at;
}

/* The last one at or before an instant; INSTANT_MIN: none. */
static instant reminders_last(const struct reminders *reminders, instant by)
{
	instant last = INSTANT_MIN;

	for (size_t i = 0; i < reminders->milestone->clauses->remind_count;
	    i++) {
		instant at = reminder_at(reminders, i);

		if (at <= by && at > last)
			last = at;
	}
	return last;
}

instant approach_next(const struct engine *engine, uint32_t milestone,
	const struct assessment *assessment)
{
	struct reminders reminders;
	instant next = INSTANT_MAX;

	if (!reminders_make(engine, milestone, assessment, &reminders))
		return next;
	for (size_t i = 0; i < reminders.milestone->clauses->remind_count; i++) {
		instant at = reminder_at(&reminders, i);

		if (at > assessment->as_of && at <= assessment->due)
			next = earlier(next, at);
	}
	return next;
}

/* "due in 7 days, on 2020-12-31" */
static void tell_due(const struct reminders *reminders,
	const struct change *change, struct text *out)
{
	const struct assessment *after = change->after;
	int32_t days = date_to_days(zone_date(reminders->zone, after->due)) -
		date_to_days(zone_date(reminders->zone, after->as_of));

	if (days > 1)
		text_addf(out, "due in %d days, ", (int)days);
	else
		text_add_string(out, days == 1 ? "due tomorrow, " :
			"due today, ");
	if (date_is_none(after->due_date)) {
		text_add_string(out, "at ");
		text_add_instant_zone(out, after->due, reminders->zone);
	} else {
		text_add_string(out, "on ");
		text_add_date(out, after->due_date);
	}
}

/* "; now on_track at 101 % of the path", else how it stands in a sentence. */
static void tell_standing(const struct engine *engine,
	const struct change *change, struct text *out)
{
	const struct assessment *after = change->after;
	struct decimal percent;

	text_addf(out, "; now %s", status_name(after->status));
	if (after->pace.known && decimal_multiply(after->pace.value,
	    decimal_from_int(100), &percent)) {
		text_add_string(out, " at ");
		text_add_decimal(out, decimal_round(percent, 0));
		text_add_string(out, " % of the path");
		return;
	}
	text_add_string(out, ": ");
	assessment_reason(engine->reg, change->index, after, out);
}

static const struct event *approach_announce(struct engine *engine,
	const struct reminders *reminders, const struct change *change,
	instant at, struct effects *effects)
{
	const struct event *event;
	struct text reason;

	text_init(&reason, 0);
	tell_due(reminders, change, &reason);
	tell_standing(engine, change, &reason);
	struct announcement announcement = announcement_of(engine,
		change->index, EVENT_APPROACHING, text_string(&reason));
	announcement.to = status_name(change->after->status);
	if (change->before->announced &&
	    change->before->assessment.due != INSTANT_MAX)
		announcement.late = late_since(at, change->now);
	event = engine_announce(engine, &announcement, change->now, effects);
	text_release(&reason);
	return event;
}

/*
 * Up to when reminders pass without a word: all of them for what is first seen
 * in silence or was decided until now; those that a due date has moved past,
 * since that is told; none where the date becomes known.
 */
static instant approach_passed(const struct engine *engine,
	const struct change *change)
{
	const struct assessment *before = &change->before->assessment;
	const struct assessment *after = change->after;
	const struct amendment *amendment = milestone_amendment(
		&engine->reg->milestones[change->index], after->as_of);

	if (!change->before->announced)
		return engine->settings.first_sight == FIRST_SIGHT_EACH ?
			INSTANT_MIN : after->as_of;
	if (before->verdict != VERDICT_NONE ||
	    lifecycle_is_over(before->lifecycle))
		return after->as_of;
	if (before->due == after->due || before->due == INSTANT_MAX)
		return INSTANT_MIN;
	return amendment && amendment->decree.at > change->since ?
		amendment->decree.at : after->as_of;
}

const struct event *approach_take(struct engine *engine,
	const struct change *change, struct effects *effects)
{
	struct milestone_state *state =
		&engine->milestones[change->index]->state;
	struct reminders reminders;
	instant last;

	if (!reminders_make(engine, change->index, change->after, &reminders) ||
	    change->after->as_of > change->after->due)
		return NULL;
	last = reminders_last(&reminders, change->after->as_of);
	if (last <= state->approached)
		return NULL;
	state->approached = last;
	return last <= approach_passed(engine, change) ? NULL :
		approach_announce(engine, &reminders, change, last, effects);
}
