/*
 * reminding: what comes of an open alert by time alone.
 *
 *	firing:		reminders, at the interval of their route after they were
 *			told, each wait twice as long; the next escalation
 *	acknowledged:	a word before it expires, and its end
 *
 * When each comes follows from the alert, what has been told and the routes; so
 * it is the same after a restart. Nothing comes of an alert that nobody was to
 * hear of.
 */
#include "core/telling_internal.h"

#define DAY INT64_C(86400)
/* A wait between reminders is at most so often doubled. */
#define DOUBLINGS_MAX 6
/* Escalations of all the routes that lead for one alert. */
#define STEPS_MAX (4 * ESCALATIONS_MAX)

/* --- when ---------------------------------------------------------------- */

instant warning_before(instant from, instant until)
{
	int64_t ahead = (until - from) / 10;

	return until - (ahead < DAY ? ahead : DAY);
}

instant acknowledgement_warning(const struct alert *alert)
{
	return warning_before(alert->acknowledged, alert->until);
}

/* By the routes that match, up to the first without `continue`; the earlier
   first. */
static size_t steps_of(const struct engine *engine, const struct alert *alert,
	const struct escalation *out[STEPS_MAX])
{
	const struct policy *policy = engine->settings.policy;
	const struct route_subject subject = engine_alert_subject(engine, alert);
	size_t count = 0;

	for (size_t i = 0; policy && i < policy->route_count; i++) {
		const struct route *route = &policy->routes[i];

		if (!matches_hold(route->matches, route->match_count, &subject))
			continue;
		for (size_t j = 0; j < route->step_count && count < STEPS_MAX;
				j++) {
			size_t at = count++;

			for (; at > 0 && out[at - 1]->after >
					route->steps[j].after; at--)
				out[at] = out[at - 1];
			out[at] = &route->steps[j];
		}
		if (!route->go_on)
			break;
	}
	return count;
}

static instant escalation_next(const struct engine *engine,
	const struct alert *alert)
{
	const struct escalation *steps[STEPS_MAX];
	size_t count = steps_of(engine, alert, steps);

	return (size_t)alert->escalated < count ? alert->escalation +
		steps[alert->escalated]->after : INSTANT_MAX;
}

/* Whether it can be told something now: it has heard, and nothing waits. */
static bool ear_is_free(const struct ear *ear)
{
	return ear->told != INSTANT_MIN && !ear->waiting &&
		ear->receiver->index != NOT_FOUND;
}

static instant ear_reminder(const struct ear *ear)
{
	int doublings = ear->reminders < DOUBLINGS_MAX ? ear->reminders :
		DOUBLINGS_MAX;

	return ear_is_free(ear) && ear->repeat > 0 ?
		ear->told + (ear->repeat << doublings) : INSTANT_MAX;
}

/* The word before an acknowledgement expires is the only one that nobody has
   heard anything since. */
static instant ear_warning(const struct ear *ear, const struct alert *alert)
{
	instant warning = acknowledgement_warning(alert);

	return ear_is_free(ear) && ear->told < warning ? warning : INSTANT_MAX;
}

static instant story_next(const struct engine *engine,
	const struct story *story)
{
	const struct alert *alert = alerts_open(engine->alerts, story->alert);
	bool firing = alert && alert->state == ALERT_FIRING;
	instant next = INSTANT_MAX;

	if (!alert)
		return next;
	if (!firing)
		next = alert->until;
	else if (story->ears)
		next = escalation_next(engine, alert);
	for (struct ear *ear = story->ears; ear; ear = ear->next)
		next = earlier(next, firing ? ear_reminder(ear) :
			ear_warning(ear, alert));
	return next;
}

void story_plan(struct engine *engine, struct story *story)
{
	if (!story->renewed)
		agenda_set(engine->telling->plans, story->slot,
			story_next(engine, story));
}

void story_renew(struct engine *engine, struct story *story, instant now)
{
	story->renewed = true;
	agenda_set(engine->telling->plans, story->slot, now);
}

static void story_route(const struct engine *engine, struct story *story,
	const struct alert *alert)
{
	const struct route_subject subject = engine_alert_subject(engine, alert);
	for (struct ear *ear = story->ears; ear; ear = ear->next)
		ear->repeat = pace_of(engine, route_to(engine, &subject,
			ear->receiver), ear->receiver).repeat;
}

/* --- what comes ---------------------------------------------------------- */

static void story_expire(struct engine *engine, struct story *story,
	instant now, struct effects *effects)
{
	enum notify_reason reason = alert_take(engine, story->alert,
		ALERT_EXPIRE, now, effects);

	if (reason == REASON_NONE)
		return;
	for (struct ear *ear = story->ears; ear; ear = ear->next) {
		if (ear->thread)
			alert_mention(engine, story, ear->receiver, reason, now,
				effects);
	}
}

static void story_warn(struct engine *engine, struct story *story,
	const struct alert *alert, instant now, struct effects *effects)
{
	for (struct ear *ear = story->ears; ear; ear = ear->next) {
		if (ear_warning(ear, alert) <= now)
			alert_mention(engine, story, ear->receiver,
				REASON_ACKNOWLEDGEMENT_EXPIRING, now, effects);
	}
}

static void story_remind(struct engine *engine, struct story *story,
	const struct alert *alert, instant now, struct effects *effects)
{
	enum notify_reason reason = alert_step(alert->state, ALERT_REMIND).reason;

	for (struct ear *ear = story->ears; ear; ear = ear->next) {
		if (ear_reminder(ear) <= now)
			alert_mention(engine, story, ear->receiver, reason, now,
				effects);
	}
}

/* Several steps whose time passed while we were not there are taken at once. */
static void story_escalate(struct engine *engine, struct story *story,
	const struct alert *alert, instant now, struct effects *effects)
{
	const struct policy *policy = engine->settings.policy;
	const struct escalation *steps[STEPS_MAX];
	size_t count = steps_of(engine, alert, steps);

	while (story->ears && (size_t)alert->escalated < count) {
		const struct escalation *step = steps[alert->escalated];

		if (alert->escalation + step->after > now)
			break;
		enum notify_reason reason = alert_take(engine, story->alert,
			ALERT_ESCALATE, now, effects);
		if (reason == REASON_NONE)
			break;
		for (size_t i = 0; i < step->channel_count; i++)
			alert_mention(engine, story, receiver_of(engine,
				policy->channels[step->channels[i]].id), reason,
				now, effects);
	}
}

/* What is escalated is not also reminded of at the same time: who is to hear of
   both waits already. */
static void story_work(struct engine *engine, struct story *story,
	instant now, struct effects *effects)
{
	const struct alert *alert = alerts_open(engine->alerts, story->alert);

	if (alert && story->renewed)
		story_route(engine, story, alert);
	story->renewed = false;
	if (alert && alert->state == ALERT_ACKNOWLEDGED) {
		if (alert->until <= now)
			story_expire(engine, story, now, effects);
		else
			story_warn(engine, story, alert, now, effects);
	} else if (alert) {
		story_escalate(engine, story, alert, now, effects);
		story_remind(engine, story, alert, now, effects);
	}
	story_plan(engine, story);
}

static int story_compare(const void *a, const void *b)
{
	int64_t one = (*(struct story *const *)a)->alert;
	int64_t two = (*(struct story *const *)b)->alert;

	return (one > two) - (one < two);
}

/* What comes at one time comes in order of the alerts. */
void stories_advance(struct engine *engine, instant now,
	struct effects *effects)
{
	struct telling *telling = engine->telling;
	struct story *due[STORIES_AT_ONCE];
	size_t count = 0;

	while (count < STORIES_AT_ONCE && stories_are_due(engine, now)) {
		due[count] = agenda_first(telling->plans);
		agenda_set(telling->plans, due[count++]->slot, INSTANT_MAX);
	}
	if (count > 1)
		qsort(due, count, sizeof(*due), story_compare);
	for (size_t i = 0; i < count; i++)
		story_work(engine, due[i], now, effects);
}

bool stories_are_due(const struct engine *engine, instant now)
{
	const struct telling *telling = engine->telling;

	return !telling->settling && agenda_next(telling->plans) <= now;
}
