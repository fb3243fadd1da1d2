/*
 * telling: from what has happened to notifications, by way of mentions that
 * wait at their gates. See notify.h.
 */
#include "core/engine_internal.h"

struct telling {
	int64_t last_mention;
};

struct telling *telling_new(int64_t last_mention)
{
	struct telling *telling = mem_new(1, sizeof(*telling));
	telling->last_mention = last_mention;
	return telling;
}

void telling_free(struct telling *telling)
{
	free(telling);
}

void telling_restore(struct engine *engine, const struct mention *mention,
	const struct event *event)
{
	(void)engine, (void)mention, (void)event;
}

void telling_restore_hearing(struct engine *engine,
	const struct hearing *hearing)
{
	(void)engine, (void)hearing;
}

void telling_restore_group(struct engine *engine, const char *channel,
	const char *group, instant told)
{
	(void)engine, (void)channel, (void)group, (void)told;
}

int64_t telling_number(struct engine *engine)
{
	return ++engine->telling->last_mention;
}

void mention_add(struct engine *engine, const struct mention *draft,
	const struct event *event, instant now, struct effects *effects)
{
	struct item *item = effects_block(effects, sizeof(*item));

	item->mention = *draft;
	item->mention.id = telling_number(engine);
	item->mention.made = now;
	item->mention.group = effects_string(effects, draft->group);
	item->event = event;
	outbox_notify(engine, &(struct notification){
		.channel = draft->channel, .group = item->mention.group,
		.items = item, .item_count = 1}, now, effects);
}

/* What fails at a channel is told without it, and to its fallback. */
static size_t choices_elsewhere(const struct policy *policy,
	const struct tiding *tiding, struct choice choices[CHANNELS_MAX],
	size_t count)
{
	uint32_t self = policy_channel(policy, tiding->event->subject);
	uint32_t fallback = self == NOT_FOUND ? NOT_FOUND
		: policy->channels[self].fallback;
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (choices[i].channel == fallback)
			fallback = NOT_FOUND;
		if (choices[i].channel != self)
			choices[kept++] = choices[i];
	}
	if (fallback != NOT_FOUND && fallback != self && kept < CHANNELS_MAX &&
			policy->route_count > 0)
		choices[kept++] = (struct choice){fallback,
			count ? choices[0].route : 0};
	return kept;
}

void tell(struct engine *engine, const struct tiding *tiding, instant now,
	struct effects *effects)
{
	const struct policy *policy = engine->settings.policy;
	struct choice choices[CHANNELS_MAX];

	size_t count = policy ? policy_select(policy, &tiding->subject, choices)
		: 0;
	if (tiding->event->kind == EVENT_DELIVERY_FAILED)
		count = choices_elsewhere(policy, tiding, choices, count);
	for (size_t i = 0; i < count; i++) {
		struct text group;

		text_init(&group, MENTION_GROUP_MAX);
		route_group(&policy->routes[choices[i].route],
			&tiding->subject, &group);
		mention_add(engine, &(struct mention){
			.event = tiding->event->id,
			.alert = tiding->event->alert,
			.reason = REASON_FIRST,
			.channel = policy->channels[choices[i].channel].id,
			.group = text_string(&group)}, tiding->event, now,
			effects);
		text_release(&group);
	}
}

void telling_alert_changed(struct engine *engine, int64_t alert, instant now)
{
	(void)engine, (void)alert, (void)now;
}

void telling_replan(struct engine *engine, instant now)
{
	(void)engine, (void)now;
}

void telling_start(struct engine *engine, instant now)
{
	(void)engine, (void)now;
}

void telling_advance(struct engine *engine, instant now,
	struct effects *effects)
{
	outbox_expire(engine, now, effects);
	outbox_advance(engine->outbox, now, effects);
}

bool telling_is_behind(const struct engine *engine, instant now)
{
	(void)engine, (void)now;
	return false;
}

instant telling_next(const struct engine *engine)
{
	(void)engine;
	return INSTANT_MAX;
}
