/*
 * mentions: that one channel shall hear of one event, by which route, and how a
 * later word takes the place of one that waits.
 */
#include "core/telling_internal.h"

/* --- by which route ------------------------------------------------------ */

const struct route *route_first(const struct engine *engine,
	const struct route_subject *subject, const struct receiver *receiver)
{
	const struct policy *policy = engine->settings.policy;
	struct choice choices[CHANNELS_MAX];
	size_t count = policy ? policy_select(policy, subject, choices) : 0;

	for (size_t i = 0; i < count; i++) {
		if (choices[i].channel == receiver->index)
			return &policy->routes[choices[i].route];
	}
	return NULL;
}

static bool route_escalates_to(const struct route *route, uint32_t channel)
{
	for (size_t i = 0; i < route->step_count; i++) {
		const struct escalation *step = &route->steps[i];

		for (size_t j = 0; j < step->channel_count; j++) {
			if (step->channels[j] == channel)
				return true;
		}
	}
	return false;
}

const struct route *route_to(const struct engine *engine,
	const struct route_subject *subject, const struct receiver *receiver)
{
	const struct policy *policy = engine->settings.policy;
	const struct route *first = route_first(engine, subject, receiver);

	for (size_t i = 0; !first && policy && i < policy->route_count; i++) {
		const struct route *route = &policy->routes[i];

		if (!matches_hold(route->matches, route->match_count, subject))
			continue;
		if (route_escalates_to(route, receiver->index))
			return route;
		if (!route->go_on)
			break;
	}
	return first;
}

struct pace pace_of(const struct engine *engine, const struct route *route,
	const struct receiver *receiver)
{
	const struct policy *policy = engine->settings.policy;

	if (!route)
		return (struct pace){0};
	if (policy->channels[receiver->index].type == CHANNEL_LOG)
		return (struct pace){.repeat = route->repeat_interval};
	return (struct pace){route->group_wait, route->group_interval,
		route->repeat_interval};
}

/* What a route groups with it; without one there is only its class. */
void group_name(const struct route *route,
	const struct route_subject *subject, struct text *out)
{
	const struct route alone = {0};

	text_init(out, MENTION_GROUP_MAX);
	route_group(route ? route : &alone, subject, out);
}

/* --- one mention --------------------------------------------------------- */

/* Of two reasons to hear of one alert the weightier is said. */
static int reason_weight(enum notify_reason reason)
{
	static const uint8_t weights[REASON_COUNT] = {
		[REASON_REMINDER] = 1,
		[REASON_ACKNOWLEDGEMENT_EXPIRING] = 2,
		[REASON_CHANGED] = 3,
		[REASON_FIRST] = 4,
		[REASON_SILENCE_ENDED] = 5,
		[REASON_ACKNOWLEDGEMENT_EXPIRED] = 6,
		[REASON_ESCALATED] = 7,
	};
	return weights[reason];
}

bool reason_outweighs(enum notify_reason reason, enum notify_reason other)
{
	return reason_weight(reason) > reason_weight(other);
}

struct waiting *waiting_new(struct telling *telling,
	const struct draft *draft, const struct event *event, instant now)
{
	struct waiting *waiting = mem_new(1, sizeof(*waiting));

	waiting->mention = draft->mention;
	waiting->mention.id = ++telling->last_mention;
	waiting->mention.event = event->id;
	waiting->mention.undelivered = mem_string(draft->mention.undelivered);
	waiting->mention.made = draft->since == INSTANT_MIN ? now :
		draft->since;
	waiting->since = waiting->mention.made;
	waiting->pace = draft->pace;
	waiting->kept = event_keep(telling, event);
	if (draft->ended)
		waiting_close(telling, waiting, draft->ended);
	return waiting;
}

instant waiting_pace(const struct waiting *waiting, instant now)
{
	instant made = waiting->mention.made;

	return made + waiting->pace.wait > now ? made : INSTANT_MIN;
}

/* The ear that is to hear it; NULL: it is about no open alert, or beside what
   is told of it. */
static struct ear *draft_ear(struct engine *engine, const struct draft *draft,
	struct receiver *receiver)
{
	const struct mention *mention = &draft->mention;

	if (draft->ended || mention->reason == REASON_SILENCE_EXPIRING ||
			!alerts_open(engine->alerts, mention->alert))
		return NULL;
	struct ear *ear = ear_of(story_of(engine->telling, mention->alert),
		receiver);
	if (!ear->thread)
		ear->thread = mention->thread;
	return ear;
}

void mention_put(struct engine *engine, const struct draft *given, instant now,
	struct effects *effects)
{
	struct telling *telling = engine->telling;
	struct draft draft = *given;
	struct receiver *receiver = receiver_of(engine, draft.mention.channel);
	struct ear *ear = draft_ear(engine, &draft, receiver);
	struct waiting *before = ear ? ear->waiting : NULL;
	const struct event *event = draft.event;

	if (before) {
		bool heavier = reason_outweighs(draft.mention.reason,
			before->mention.reason);
		bool news = event->id > before->mention.event;
		if (!heavier && !news)
			return;
		if (!heavier)
			draft.mention.reason = before->mention.reason;
		if (!news)
			event = &before->kept->event;
		draft.since = waiting_pace(before, now);
	}
	struct waiting *waiting = waiting_new(telling, &draft, event, now);
	waiting_add(telling, group_of(telling, receiver, draft.mention.group),
		waiting);
	if (before)
		waiting_drop(telling, before, "a later word takes its place",
			effects);
	waiting->ear = ear;
	if (ear) {
		ear->waiting = waiting;
		ear->repeat = draft.pace.repeat;
	}
	waiting_plan(engine, waiting, now);
}

/* What there is to say of an alert that nothing new has happened to. */
static struct event *alert_event(const struct alert *alert,
	struct effects *effects)
{
	struct event *event = effects_event(effects);

	event->id = alert->raised_by;
	event->time = alert->raised;
	event->kind = alert->kind;
	event->severity = alert->severity;
	event->subject_kind = alert->subject_kind;
	if (alert->subject_kind != SUBJECT_NONE)
		event->subject = effects_string(effects, alert->subject);
	event->alert = alert->id;
	event->late = INSTANT_MIN;
	memcpy(event->reason, alert->reason, sizeof(event->reason));
	return event;
}

void alert_mention(struct engine *engine, struct story *story,
	struct receiver *receiver, enum notify_reason reason, instant now,
	struct effects *effects)
{
	const struct alert *alert = alerts_open(engine->alerts, story->alert);
	struct text group;

	if (!alert || receiver->index == NOT_FOUND)
		return;
	const struct route_subject subject = engine_alert_subject(engine, alert);
	const struct route *route = route_to(engine, &subject, receiver);
	group_name(route, &subject, &group);
	mention_put(engine, &(struct draft){
		.mention = {.alert = alert->id, .reason = reason,
			.channel = receiver->id, .group = text_string(&group)},
		.event = alert_event(alert, effects),
		.pace = pace_of(engine, route, receiver),
		.since = INSTANT_MIN}, now, effects);
	text_release(&group);
}

void mention_add(struct engine *engine, const struct mention *mention,
	const struct event *event, instant now, struct effects *effects)
{
	struct receiver *receiver = receiver_of(engine, mention->channel);
	const struct alert *alert = alerts_open(engine->alerts, mention->alert);
	struct draft draft = {.mention = *mention, .event = event,
		.since = INSTANT_MIN};

	if (receiver->index == NOT_FOUND)
		return;
	draft.mention.thread = 0;
	if (alert) {
		const struct route_subject subject =
			engine_alert_subject(engine, alert);
		draft.pace = pace_of(engine, route_to(engine, &subject,
			receiver), receiver);
	}
	mention_put(engine, &draft, now, effects);
}

int64_t telling_number(struct engine *engine)
{
	return ++engine->telling->last_mention;
}

void alert_reroute(struct engine *engine, int64_t id, instant now,
	struct effects *effects)
{
	const struct alert *alert = alerts_open(engine->alerts, id);
	struct story *story = alert ? story_find(engine->telling, id) : NULL;
	const struct policy *policy = engine->settings.policy;
	struct choice choices[CHANNELS_MAX];

	if (!story)
		return;
	const struct route_subject subject = engine_alert_subject(engine, alert);
	size_t count = policy ? policy_select(policy, &subject, choices) : 0;
	for (size_t i = 0; i < count; i++) {
		struct receiver *other = receiver_of(engine,
			policy->channels[choices[i].channel].id);

		if (!ear_find(story, other))
			alert_mention(engine, story, other, REASON_FIRST, now,
				effects);
	}
}

void waiting_needless(struct engine *engine, struct waiting *waiting,
	const char *why, instant now, struct effects *effects)
{
	bool gone = waiting->group->receiver->index == NOT_FOUND;
	struct ear *ear = waiting->ear;
	struct story *story = ear ? ear->story : NULL;

	waiting_drop(engine->telling, waiting, why, effects);
	if (!ear)
		return;
	ear_leave(engine, ear, now);
	if (gone)
		alert_reroute(engine, story->alert, now, effects);
	story_plan(engine, story);
}
