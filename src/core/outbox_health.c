/*
 * outbox_health: how channels take what they are sent. One that cannot be
 * reached is spared, operators hear of it, and what it is not brought in the
 * end is told by its fallback.
 */
#include "core/outbox_internal.h"

void outlet_open(struct outlet *outlet, const struct channel *channel, int mails)
{
	outlet->open = true;
	outlet->most = channel->type == CHANNEL_WEBHOOK ? WEBHOOKS_PER_CHANNEL :
		channel->type == CHANNEL_EMAIL ? mails : DELIVERIES_PER_CHANNEL;
	if (outlet->window == 0)
		outlet->window = channel->type == CHANNEL_LOG ? outlet->most
			: WINDOW_FIRST;
	if (outlet->window > outlet->most)
		outlet->window = outlet->most;
	/* What kept it from being reached may have been mended. */
	outlet->failures = outlet->refusals = 0;
	outlet->rest = INSTANT_MIN;
}

bool outlet_may_send(const struct outlet *outlet, instant now)
{
	return outlet->open && outlet->ready.count > 0 &&
		outlet->under_way < outlet->window &&
		(now >= outlet->rest || outlet->ready.items[0]->by_hand);
}

instant outlet_next(const struct outlet *outlet)
{
	instant next = INSTANT_MAX;

	if (!outlet->open || outlet->pending == 0)
		return next;
	if (outlet->ready.count > 0 && outlet->under_way < outlet->window)
		next = outlet->rest;
	if (!outlet->told && outlet->failing != INSTANT_MIN)
		next = earlier(next, outlet->failing + FAILING_AFTER);
	return next;
}

/* --- rests --------------------------------------------------------------- */

/* Those whose time is over go to where they are given up. */
static void outlet_sweep(struct outbox *outbox, struct outlet *outlet,
	instant now)
{
	struct pile *ready = &outlet->ready;

	for (size_t i = ready->count; i-- > 0;) {
		while (i < ready->count && ready->items[i]->given_up <= now) {
			struct entry *entry = ready->items[i];

			pile_remove(entry);
			entry->state = ENTRY_WAITING;
			entry->wake = entry->given_up;
			pile_add(&outbox->waiting, entry);
		}
	}
}

/* Attempts that were under way when it began to rest count as one. */
static void outlet_rest(struct outbox *outbox, struct outlet *outlet,
	int64_t retry_after, instant now)
{
	int64_t wait = 0;

	outlet->window = 1;
	if (now >= outlet->rest)
		wait = backoff_seconds(outlet->id, 0, BACKOFF_FIRST,
			++outlet->failures, REST_MAX);
	if (retry_after > RETRY_AFTER_MAX)
		retry_after = RETRY_AFTER_MAX;
	if (wait < retry_after)
		wait = retry_after;
	if (outlet->rest < now + wait)
		outlet->rest = now + wait;
	outlet_sweep(outbox, outlet, now);
}

/* It is there again: those that could not reach it wait no longer. */
static void outlet_wake(struct outbox *outbox, struct outlet *outlet,
	instant now)
{
	bool rested = outlet->failures > 0;

	outlet->failures = outlet->refusals = 0;
	outlet->rest = INSTANT_MIN;
	for (size_t i = 0; rested && i < outbox->count; i++) {
		struct entry *entry = outbox->items[i];

		if (entry->outlet != outlet || entry->refused ||
				!entry->tried || !entry->pile)
			continue;
		pile_remove(entry);
		entry->tried = false;
		entry->delivery.next = now;
		entry_move_up(outbox, entry, now);
	}
}

void outlet_heard(struct outbox *outbox, const struct entry *entry,
	enum delivery_outcome outcome, int64_t retry_after, instant now)
{
	struct outlet *outlet = entry->outlet;

	if (outcome == DELIVERED || outcome == FAILED_FOR_GOOD) {
		outlet_wake(outbox, outlet, now);
		if (outlet->window < outlet->most)
			outlet->window++;
		if (outcome == DELIVERED)
			outlet->failing = INSTANT_MIN;
		return;
	}
	memcpy(outlet->answer, entry->delivery.answer, sizeof(outlet->answer));
	if (outlet->failing == INSTANT_MIN && !entry->is_test)
		outlet->failing = now;
	if (outcome == FAILED_FOR_ALL || ++outlet->refusals >= REFUSALS_MAX)
		outlet_rest(outbox, outlet, retry_after, now);
}

/* --- what is said of it -------------------------------------------------- */

/* Since when something is under way to it in vain. */
static instant outlet_oldest(const struct outbox *outbox,
	const struct outlet *outlet)
{
	instant oldest = INSTANT_MAX;

	for (size_t i = 0; i < outbox->count; i++) {
		if (outbox->items[i]->outlet == outlet)
			oldest = earlier(oldest, outbox->items[i]->created);
	}
	return oldest;
}

static void outlet_announce(struct engine *engine, const struct outlet *outlet,
	enum event_kind kind, enum severity severity, const char *reason,
	instant now, struct effects *effects)
{
	struct announcement announcement = announcement_about(engine,
		SUBJECT_CHANNEL, effects_string(effects, outlet->id), kind,
		reason);

	announcement.severity = severity;
	engine_announce(engine, &announcement, now, effects);
}

static void outlet_tell_failed(struct engine *engine, struct outlet *outlet,
	enum severity severity, const char *answer, instant now,
	struct effects *effects)
{
	struct text reason;

	if (outlet->told && outlet->severity >= severity)
		return;
	text_init(&reason, 0);
	text_addf(&reason, "%s: %s: ", outlet->id,
		answer[0] ? answer : "no answer");
	text_add_count(&reason, outlet->pending, "message");
	text_add_string(&reason, " undelivered since ");
	text_add_instant(&reason, outlet_oldest(engine->outbox, outlet));
	text_add_string(&reason, "; pledgectl outbox");
	outlet->told = true;
	outlet->severity = severity;
	outlet_announce(engine, outlet, EVENT_DELIVERY_FAILED, severity,
		text_string(&reason), now, effects);
	text_release(&reason);
}

void outlet_look(struct engine *engine, struct outlet *outlet, instant now,
	struct effects *effects)
{
	if (outlet->open && outlet->pending > 0 && !outlet->told &&
			outlet->failing != INSTANT_MIN &&
			now - outlet->failing >= FAILING_AFTER)
		outlet_tell_failed(engine, outlet, SEVERITY_WARNING,
			outlet->answer, now, effects);
}

void outlet_recovered(struct engine *engine, struct outlet *outlet,
	instant now, struct effects *effects)
{
	char reason[REASON_MAX];

	if (!outlet->told)
		return;
	outlet->told = false;
	snprintf(reason, sizeof(reason), "%s: messages arrive again",
		outlet->id);
	outlet_announce(engine, outlet, EVENT_DELIVERY_RECOVERED,
		SEVERITY_INFO, reason, now, effects);
}

/* Whether a channel hears of an alert by itself, and of this event of it: all
   but that it was to be escalated to somebody else. */
static bool hears_itself(const struct engine *engine, const char *channel,
	const struct content *content)
{
	struct hearing_view views[CHANNELS_MAX];
	size_t count = engine_alert_hearings(engine, content->mention.alert,
		views);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(views[i].channel, channel) == 0)
			return content->mention.reason != REASON_ESCALATED &&
				(views[i].waits_until != INSTANT_MIN ||
				views[i].told >= content->event.time);
	}
	return false;
}

static void fall_back(struct engine *engine, const struct entry *entry,
	instant now, struct effects *effects)
{
	const struct policy *policy = engine->settings.policy;
	uint32_t channel = policy ? policy_channel(policy, entry->outlet->id)
		: NOT_FOUND;
	uint32_t fallback = channel == NOT_FOUND ? NOT_FOUND
		: policy->channels[channel].fallback;

	if (fallback == NOT_FOUND || fallback == channel)
		return;
	for (size_t i = 0; i < entry->content_count; i++) {
		const struct content *content = &entry->contents[i];
		struct mention draft = content->mention;

		draft.channel = policy->channels[fallback].id;
		if (hears_itself(engine, draft.channel, content))
			continue;
		struct event *event = effects_event(effects);
		*event = content->event;
		if (event->subject)
			event->subject = effects_string(effects, event->subject);
		if (event->from)
			event->from = effects_string(effects, event->from);
		if (event->to)
			event->to = effects_string(effects, event->to);
		draft.undelivered = entry->outlet->id;
		mention_add(engine, &draft, event, now, effects);
	}
}

void outlet_lost(struct engine *engine, const struct entry *entry,
	instant now, struct effects *effects)
{
	if (entry->is_test)
		return;
	if (!entry->outlet->open) {
		for (size_t i = 0; i < entry->content_count; i++)
			alert_reroute(engine,
				entry->contents[i].mention.alert, now, effects);
		return;
	}
	outlet_tell_failed(engine, entry->outlet, SEVERITY_CRITICAL,
		entry->delivery.answer, now, effects);
	fall_back(engine, entry, now, effects);
}

/* --- restarts and reloads ------------------------------------------------ */

static struct outlet *outlet_of(const struct outbox *outbox, const char *id)
{
	struct outlet *outlet;
	HASH_FIND_STR(outbox->outlets, id, outlet);
	return outlet;
}

static bool alert_is_of_channel(const struct alert *alert)
{
	return alert->subject_kind == SUBJECT_CHANNEL &&
		alert->kind == EVENT_DELIVERY_FAILED;
}

/* When it was tried first, or later: the waits between are known. */
static instant entry_first_try(const struct entry *entry)
{
	instant first = entry->delivery.at;

	for (int32_t i = 1; i < entry->delivery.attempts &&
			first > entry->created; i++)
		first -= backoff_seconds(entry->outlet->id,
			entry->delivery.notification, BACKOFF_FIRST, i,
			BACKOFF_MAX);
	return first > entry->created ? first : entry->created;
}

/*
 * What is known of a channel is in its alert and in what has been tried and has
 * not arrived: it is taken to be failing since then, and is tried with one at a
 * time.
 */
void outlets_restored(struct engine *engine, instant now)
{
	struct outbox *outbox = engine->outbox;

	for (size_t i = 0; i < outbox->count; i++) {
		const struct entry *entry = outbox->items[i];
		struct outlet *outlet = entry->outlet;

		if (entry->delivery.attempts == 0 || entry->is_test)
			continue;
		instant since = earlier(entry_first_try(entry), now);
		outlet->window = 1;
		if (outlet->failing == INSTANT_MIN || since < outlet->failing)
			outlet->failing = since;
		memcpy(outlet->answer, entry->delivery.answer,
			sizeof(outlet->answer));
	}
	for (size_t i = 0; i < alerts_count(engine->alerts); i++) {
		const struct alert *alert = alerts_at(engine->alerts, i);
		struct outlet *outlet = alert_is_of_channel(alert) ?
			outlet_of(outbox, alert->subject) : NULL;

		if (outlet) {
			outlet->told = true;
			outlet->severity = alert->severity;
		}
	}
}
