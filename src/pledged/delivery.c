/* delivery: see delivery.h. */
#include "pledged/delivery.h"

#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "base/log.h"
#include "base/mem.h"
#include "pledged/channel_health.h"
#include "pledged/message.h"

static struct carrying *carrying_new(struct daemon *daemon, int64_t notification,
	const char *channel, const char *message_id)
{
	struct carrying *carrying = mem_new(1, sizeof *carrying);

	carrying->daemon = daemon;
	carrying->notification = notification;
	carrying->channel = mem_string(channel);
	string_copy(carrying->message_id, sizeof carrying->message_id,
		message_id);
	DL_APPEND(daemon->carryings, carrying);
	return carrying;
}

static void carrying_free(struct carrying *carrying)
{
	DL_DELETE(carrying->daemon->carryings, carrying);
	free(carrying->channel);
	free(carrying);
}

const struct channel *carrying_channel(const struct carrying *carrying)
{
	const struct policy *policy = &carrying->daemon->settings->policy;
	uint32_t index = policy_channel(policy, carrying->channel);

	return index != NOT_FOUND ? &policy->channels[index] : NULL;
}

void delivery_stop(struct daemon *daemon)
{
	while (daemon->carryings != NULL)
		carrying_free(daemon->carryings);
}

static void delivery_report(struct daemon *daemon, int64_t notification,
	enum delivery_outcome outcome, int64_t retry_after, const char *answer)
{
	engine_delivered(daemon->engine, notification, outcome, retry_after,
		answer, loop_now(daemon->loop), &daemon->effects);
	daemon_absorb(daemon, NULL);
	channel_health_end(daemon, notification, outcome, answer);
}

void carrying_end(struct carrying *carrying, enum delivery_outcome outcome,
	int64_t retry_after, const char *answer)
{
	struct daemon *daemon = carrying->daemon;
	int64_t notification = carrying->notification;

	if (outcome != DELIVERED)
		log_warning("%s: message %lld was not taken: %s",
			carrying->channel, (long long)notification, answer);
	carrying_free(carrying);
	delivery_report(daemon, notification, outcome, retry_after, answer);
}

/* --- log ---------------------------------------------------------------- */

static void send_log(struct daemon *daemon, int64_t notification,
	const struct channel *channel, const struct text *body)
{
	const char *line = text_string(body);

	while (*line != '\0') {
		int priority = message_log_priority(&line);
		size_t length = strcspn(line, "\n");

		log_told(priority, "%s: %.*s", channel->id, (int)length, line);
		line += length + (line[length] == '\n');
	}
	delivery_report(daemon, notification, DELIVERED, -1, "written");
}

/* --- any of them --------------------------------------------------------------- */

void delivery_start(struct daemon *daemon, int64_t notification,
	const char *channel_id)
{
	const struct policy *policy = &daemon->settings->policy;
	uint32_t index = policy_channel(policy, channel_id);
	struct error error;
	struct text body;
	char message_id[40];

	if (index == NOT_FOUND) {
		/* It may come back: the outbox waits for that. */
		delivery_report(daemon, notification, FAILED_FOR_ALL, -1,
			"its channel is no longer configured");
		return;
	}
	const struct channel *channel = &policy->channels[index];

	channel_health_begin(daemon, notification, channel_id);
	text_init(&body, 0);
	if (store_load_body(daemon->store, notification, message_id, &body,
			&error) < 0) {
		delivery_report(daemon, notification, FAILED_FOR_NOW, -1, error.text);
	} else if (channel->type == CHANNEL_LOG) {
		send_log(daemon, notification, channel, &body);
	} else if (channel->type == CHANNEL_WEBHOOK) {
		webhook_send(carrying_new(daemon, notification, channel_id,
			message_id), &body);
	} else {
		mail_send(carrying_new(daemon, notification, channel_id,
			message_id), &body);
	}
	text_release(&body);
}
