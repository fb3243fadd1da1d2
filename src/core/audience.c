/*
 * audience: who hears of what has happened, and why: the channels that its
 * routes lead to, and those that have heard of an alert it ends or changes.
 */
#include "core/telling_internal.h"

/* What a channel of the policy has to do with a tiding. */
struct hearer {
	bool listed;			/* it hears, perhaps */
	const struct route *route;	/* of the event that leads to it; NULL */
	const struct alert *ended;	/* the newest of those ended that it has
					   heard of; NULL */
	int64_t thread;			/* of that */
	instant since;			/* it has waited to hear of one of them, for
					   the pace of its group since then;
					   INSTANT_MIN: now */
	bool heard;			/* of what fires still, or began again */
};

struct audience {
	struct hearer hearers[CHANNELS_MAX];	/* by index in the policy */
	uint32_t barred;	/* what has failed there is not told there */
};

static struct hearer *audience_add(struct audience *audience, uint32_t channel)
{
	struct hearer *hearer = &audience->hearers[channel];

	if (!hearer->listed)
		*hearer = (struct hearer){.listed = true, .since = INSTANT_MIN};
	return hearer;
}

/* What fails at a channel is told without it, and to its fallback; by the first
   route, since none may lead there. */
static void audience_turn(struct audience *audience,
	const struct policy *policy, const struct tiding *tiding,
	const struct route *route)
{
	uint32_t self = policy_channel(policy, tiding->event->subject);
	uint32_t fallback = self == NOT_FOUND ? NOT_FOUND :
		policy->channels[self].fallback;

	audience->barred = self;
	if (fallback == NOT_FOUND || fallback == self)
		return;
	struct hearer *hearer = audience_add(audience, fallback);
	if (!hearer->route)
		hearer->route = route;
}

static void audience_route(struct audience *audience,
	const struct policy *policy, const struct tiding *tiding)
{
	struct choice choices[CHANNELS_MAX];
	size_t count = policy_select(policy, &tiding->subject, choices);

	for (size_t i = 0; i < count; i++)
		audience_add(audience, choices[i].channel)->route =
			&policy->routes[choices[i].route];
	if (tiding->event->kind == EVENT_DELIVERY_FAILED &&
			policy->route_count > 0)
		audience_turn(audience, policy, tiding, &policy->routes[
			count ? choices[0].route : 0]);
}

/* Those who hear of an alert that is over, which needs no more waiting. */
static void audience_end(struct engine *engine, struct audience *audience,
	const struct alert *ended, instant now, struct effects *effects)
{
	struct story *story = story_find(engine->telling, ended->id);

	for (struct ear *ear = story ? story->ears : NULL; ear;
			ear = ear->next) {
		struct waiting *waiting = ear->waiting;

		if (ear->receiver->index != NOT_FOUND) {
			struct hearer *hearer = audience_add(audience,
				ear->receiver->index);
			if (ear->thread) {
				hearer->ended = ended;
				hearer->thread = ear->thread;
			}
			if (waiting)
				hearer->since = waiting_pace(waiting, now);
		}
		if (waiting)
			waiting_drop(engine->telling, waiting,
				"it was over before it was told", effects);
	}
}

/* Those who have heard of an alert that is told otherwise. */
static void audience_change(struct engine *engine, struct audience *audience,
	const struct alert *raised)
{
	struct story *story = story_find(engine->telling, raised->id);

	for (struct ear *ear = story ? story->ears : NULL; ear;
			ear = ear->next) {
		if (ear->receiver->index != NOT_FOUND && (ear->thread ||
				ear->waiting))
			audience_add(audience, ear->receiver->index)->heard =
				ear->thread != 0;
	}
}

static bool kinds_are_related(enum event_kind a, enum event_kind b)
{
	return a == b || event_kind_ends(a, b) || event_kind_ends(b, a);
}

/* Those who have heard of the same before, and not yet of its end: to them it has
   never ended. */
static void audience_reopen(struct engine *engine, struct audience *audience,
	const struct alert *raised, struct effects *effects)
{
	struct matter *matter = matter_find(engine->telling, raised);
	struct waiting *ending = matter ? matter->endings : NULL;

	for (struct waiting *next; ending; ending = next) {
		uint32_t channel = ending->group->receiver->index;

		next = ending->end_next;
		if (channel == NOT_FOUND || !kinds_are_related(raised->kind,
				ending->ended->kind))
			continue;
		struct hearer *hearer = audience_add(audience, channel);
		hearer->heard = true;
		if (!hearer->thread)
			hearer->thread = ending->mention.thread;
		waiting_drop(engine->telling, ending,
			"it has begun again before its end was told", effects);
	}
}

/* What a channel is told, and why. NONE: nothing. */
static enum notify_reason hearer_reason(const struct hearer *hearer,
	const struct tiding *tiding)
{
	if (tiding->raised)
		return hearer->ended || hearer->heard ? REASON_CHANGED :
			REASON_FIRST;
	if (hearer->ended)
		return hearer->ended->state == ALERT_WITHDRAWN ?
			REASON_WITHDRAWN : REASON_RESOLVED;
	return hearer->route && !tiding->answers ? REASON_FIRST : REASON_NONE;
}

/* An ending is told with what it ends, and by the route of that. */
static struct route_subject hearer_subject(const struct hearer *hearer,
	const struct tiding *tiding)
{
	struct route_subject subject = tiding->subject;

	if (!tiding->raised && hearer->ended) {
		subject.kind = hearer->ended->kind;
		subject.severity = hearer->ended->severity;
	}
	return subject;
}

static void hearer_tell(struct engine *engine, const struct hearer *hearer,
	struct receiver *receiver, const struct tiding *tiding, instant now,
	struct effects *effects)
{
	enum notify_reason reason = hearer_reason(hearer, tiding);
	const struct route_subject subject = hearer_subject(hearer, tiding);
	const struct route *route = route_to(engine, &subject, receiver);
	const struct alert *about = tiding->raised ? tiding->raised :
		hearer->ended;
	struct text group;

	if (reason == REASON_NONE)
		return;
	if (!route)
		route = hearer->route;
	group_name(route, &subject, &group);
	mention_put(engine, &(struct draft){
		.mention = {.alert = about ? about->id : 0, .reason = reason,
			.channel = receiver->id, .group = text_string(&group),
			.thread = hearer->thread},
		.event = tiding->event,
		.ended = tiding->raised ? NULL : hearer->ended,
		.pace = pace_of(engine, route, receiver),
		.since = tiding->raised ? hearer->since : INSTANT_MIN}, now,
		effects);
	text_release(&group);
}

void tell(struct engine *engine, const struct tiding *tiding, instant now,
	struct effects *effects)
{
	const struct policy *policy = engine->settings.policy;
	struct audience audience = {.barred = NOT_FOUND};

	if (!policy)
		return;
	audience_route(&audience, policy, tiding);
	for (size_t i = 0; i < tiding->ended_count; i++)
		audience_end(engine, &audience, tiding->ended[i], now,
			effects);
	if (tiding->raised && tiding->reason == REASON_CHANGED)
		audience_change(engine, &audience, tiding->raised);
	if (tiding->raised)
		audience_reopen(engine, &audience, tiding->raised, effects);
	for (uint32_t i = 0; i < policy->channel_count; i++) {
		if (audience.hearers[i].listed && i != audience.barred)
			hearer_tell(engine, &audience.hearers[i],
				receiver_of(engine, policy->channels[i].id),
				tiding, now, effects);
	}
}
