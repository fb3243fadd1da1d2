/* health_of: the health of a running daemon. See health.h. */
#include "pledged/daemon.h"
#include "pledged/health.h"

static size_t channels_count(const struct policy *policy)
{
	size_t count = 0;

	for (size_t i = 0; i < policy->channel_count; i++)
		count += policy->channels[i].type != CHANNEL_LOG;
	return count;
}

struct health health_of(const struct daemon *daemon)
{
	const struct policy *policy = &daemon->settings->policy;
	struct health health = {
		.failure = store_failure(daemon->store),
		.channels = channels_count(policy),
	};

	if (daemon->due_since >= 0)
		health.behind = (loop_ticks(daemon->loop) - daemon->due_since) /
			1000;
	for (size_t i = 0; i < engine_alert_count(daemon->engine); i++) {
		const struct alert *alert = engine_alert(daemon->engine, i);

		health.offline |= alert->kind == EVENT_OFFLINE;
		/* One that has left the configuration counts no more. */
		health.failing += alert->kind == EVENT_DELIVERY_FAILED &&
			policy_channel(policy, alert->subject) != NOT_FOUND;
	}
	return health;
}

void health_note(struct daemon *daemon)
{
	if (engine_next(daemon->engine) > loop_now(daemon->loop))
		daemon->due_since = -1;
	else if (daemon->due_since < 0)
		daemon->due_since = loop_ticks(daemon->loop);
}
