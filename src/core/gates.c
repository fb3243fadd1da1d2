/*
 * gates: what holds a mention back, in order. All is computed anew from the
 * policy, the alerts, the silences and the time; nothing of it is remembered.
 *
 *	over? ─→ silence ─→ cause ─→ hours of the channel ─→ pace of the group
 *	  └─ needless
 */
#include "core/telling_internal.h"

/* --- what it is about ---------------------------------------------------- */

/* NULL: none that is known. */
static const struct alert *waiting_alert(const struct engine *engine,
	const struct waiting *waiting)
{
	return waiting->ended ? waiting->ended :
		alerts_open(engine->alerts, waiting->mention.alert);
}

struct route_subject event_subject(const struct engine *engine,
	const struct event *event)
{
	const struct alert as_if = {.kind = event->kind,
		.severity = event->severity,
		.subject_kind = event->subject_kind,
		.subject = (char *)(event->subject ? event->subject : "")};

	return engine_alert_subject(engine, &as_if);
}

struct route_subject waiting_subject(const struct engine *engine,
	const struct waiting *waiting)
{
	const struct alert *alert = waiting_alert(engine, waiting);

	return alert ? engine_alert_subject(engine, alert) :
		event_subject(engine, &waiting->kept->event);
}

/* --- over? --------------------------------------------------------------- */

bool reason_is_pressing(enum notify_reason reason)
{
	return reason == REASON_TEST || reason == REASON_ESCALATED ||
		reason == REASON_ACKNOWLEDGEMENT_EXPIRED ||
		reason == REASON_SILENCE_ENDED;
}

bool reason_is_timed(enum notify_reason reason)
{
	return reason == REASON_REMINDER || reason == REASON_SILENCE_EXPIRING ||
		reason == REASON_ACKNOWLEDGEMENT_EXPIRING;
}

/* Whether there is news in it, be there a reason to nag or not: its receiver has
   not been told of this alert, or of what has changed since. */
static bool waiting_is_news(const struct engine *engine,
	const struct waiting *waiting, const struct alert *alert)
{
	const struct route_subject subject = engine_alert_subject(engine, alert);
	const struct ear *ear = waiting->ear;

	if (ear && ear->told != INSTANT_MIN)
		return waiting->mention.event != alert->raised_by;
	return (ear && ear->thread) || route_first(engine, &subject,
		waiting->group->receiver);
}

/* What only nags is needless once somebody has the alert in hand. */
static const char *gate_nagging(const struct engine *engine,
	struct waiting *waiting, const struct alert *alert)
{
	if (alert->state != ALERT_ACKNOWLEDGED)
		return NULL;
	if (!waiting_is_news(engine, waiting, alert))
		return "somebody has it in hand";
	waiting->as = waiting->ear && waiting->ear->thread ? REASON_CHANGED :
		REASON_FIRST;
	return NULL;
}

static const char *gate_alert(struct engine *engine, struct waiting *waiting,
	instant now)
{
	const struct alert *alert = alerts_open(engine->alerts,
		waiting->mention.alert);
	struct route_subject subject;

	switch (waiting->mention.reason) {
	case REASON_RESOLVED:
	case REASON_WITHDRAWN:
		return NULL;
	default:
		break;
	}
	if (!alert)
		return "it was over before it was told";
	switch (waiting->mention.reason) {
	case REASON_REMINDER:
	case REASON_ESCALATED:
	case REASON_SILENCE_ENDED:
	case REASON_ACKNOWLEDGEMENT_EXPIRED:
		return gate_nagging(engine, waiting, alert);
	case REASON_ACKNOWLEDGEMENT_EXPIRING:
		return alert->state == ALERT_ACKNOWLEDGED &&
			now >= acknowledgement_warning(alert) ? NULL :
			"it is no longer about to expire";
	case REASON_SILENCE_EXPIRING:
		subject = engine_alert_subject(engine, alert);
		return silences_warn(engine, &subject, now) ? NULL :
			"it is no longer about to expire";
	default:
		return NULL;
	}
}

/* A date that comes near is no news once it no longer matters. */
static const char *gate_approaching(const struct engine *engine,
	const struct event *event)
{
	uint32_t milestone = event->kind == EVENT_APPROACHING ?
		register_milestone(engine->reg, event->subject) : NOT_FOUND;

	if (event->kind != EVENT_APPROACHING)
		return NULL;
	if (milestone == NOT_FOUND)
		return "it is no longer in the register";
	return milestone_is_open(&engine->milestones[milestone]->state) ? NULL :
		"it was decided before that was told";
}

static const char *gate_over(struct engine *engine, struct waiting *waiting,
	instant now)
{
	if (waiting->group->receiver->index == NOT_FOUND)
		return "its channel is no longer configured";
	return waiting->mention.alert ? gate_alert(engine, waiting, now) :
		gate_approaching(engine, &waiting->kept->event);
}

/* --- the others ---------------------------------------------------------- */

/* What it is told in the order of. */
static void waiting_weigh(const struct engine *engine, struct waiting *waiting,
	const struct route_subject *subject)
{
	waiting->severity = subject->severity;
	waiting->date = subject->milestone == NOT_FOUND ? INSTANT_MAX :
		engine->reg->milestones[subject->milestone].due;
}

/* The end of the silences over it; now: none. A word on a silence passes. */
static instant gate_silence(struct engine *engine, struct waiting *waiting,
	instant now)
{
	struct route_subject subject = waiting_subject(engine, waiting);

	waiting_weigh(engine, waiting, &subject);
	if (waiting->mention.reason == REASON_SILENCE_EXPIRING)
		return now;
	return silences_hold(engine, &subject, now, &waiting->silence);
}

/* A miss that follows when its receiver has been told of the cause is news of
   its own: a parent that is missed may never end, and would name it to nobody. */
static bool alert_is_apart(const struct alert *alert, const struct ear *cause)
{
	return event_kind_is_miss(alert->kind) && cause->told != INSTANT_MIN &&
		alert->raised > cause->told;
}

/* Whether it is told by its cause, of which the receiver hears. What it has
   heard of the alert has an end of its own. */
static bool gate_cause(struct engine *engine, struct waiting *waiting)
{
	const struct alert *alert = waiting->ear ? alerts_open(engine->alerts,
		waiting->mention.alert) : NULL;
	struct story *cause = alert ? story_find(engine->telling,
		engine_alert_cause(engine, alert)) : NULL;
	const struct ear *ear = cause ? ear_find(cause,
		waiting->group->receiver) : NULL;

	if (!ear || alert_is_apart(alert, ear))
		return false;
	waiting->cause = cause;
	DL_APPEND2(cause->kin, waiting, kin_prev, kin_next);
	return true;
}

static instant gate_hours(const struct engine *engine,
	const struct waiting *waiting, instant from)
{
	const struct group *group = waiting->group;
	const struct channel *channel =
		&engine->settings.policy->channels[group->receiver->index];
	enum severity severity = waiting->severity;
	instant since = waiting->since;

	if (channel->type == CHANNEL_LOG || from == INSTANT_MAX)
		return from;
	if (waiting->as == REASON_ESCALATED)
		severity = SEVERITY_CRITICAL;
	/* A digest is over once it is told; what was too much for it is not. */
	if (since == group->told && !group->more)
		since++;
	return hours_open(&channel->hours, severity, since, from);
}

/* Where there is more than its channel's hours: until then, and INSTANT_MAX
   where nobody knows. */
static instant gates_hold(struct engine *engine, struct waiting *waiting,
	instant now)
{
	instant silent = gate_silence(engine, waiting, now);

	/* What the first polls say may make it needless. */
	if (waiting->restored && engine->telling->settling)
		return INSTANT_MAX;
	if (gate_cause(engine, waiting))
		return INSTANT_MAX;
	return waiting->mention.alert ? silent : now;
}

const char *gates_pass(struct engine *engine, struct waiting *waiting,
	instant now)
{
	struct story *before = waiting->cause;

	if (before)
		DL_DELETE2(before->kin, waiting, kin_prev, kin_next);
	waiting->cause = NULL;
	waiting->silence = 0;
	waiting->as = waiting->mention.reason;
	waiting->open = now;
	waiting->severity = waiting->kept->event.severity;
	waiting->date = INSTANT_MAX;
	if (waiting->mention.reason == REASON_TEST)
		return NULL;
	waiting->open = INSTANT_MAX;
	const char *why = gate_over(engine, waiting, now);
	if (why)
		return why;
	instant held = gates_hold(engine, waiting, now);
	if (before && !waiting->cause)
		waiting_renew(engine->telling, waiting, now);
	waiting->open = gate_hours(engine, waiting, held);
	return NULL;
}
