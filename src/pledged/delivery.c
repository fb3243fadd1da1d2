/* delivery: see delivery.h. */
#include "pledged/delivery.h"

#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "base/frame.h"
#include "base/log.h"
#include "base/mem.h"
#include "worker/protocol.h"

#define MAIL_MARGIN 30		/* seconds a mail worker gets beyond its own limit */

struct carrying *carrying_new(struct daemon *daemon, int64_t notification,
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

void delivery_report(struct daemon *daemon, int64_t notification,
	enum delivery_outcome outcome, int64_t retry_after, const char *answer)
{
	engine_delivered(daemon->engine, notification, outcome, retry_after,
		answer, loop_now(daemon->loop), &daemon->effects);
	daemon_absorb(daemon, NULL);
}

void carrying_end(struct carrying *carrying, enum delivery_outcome outcome,
	int64_t retry_after, const char *answer)
{
	struct daemon *daemon = carrying->daemon;
	int64_t notification = carrying->notification;

	carrying_free(carrying);
	delivery_report(daemon, notification, outcome, retry_after, answer);
}

/* --- log ---------------------------------------------------------------- */

static void send_log(struct daemon *daemon, int64_t notification,
	const struct channel *channel, const struct text *body)
{
	log_notice("%s: %s", channel->id, text_string(body));
	delivery_report(daemon, notification, DELIVERED, -1, "written");
}

/* --- email -------------------------------------------------------------------- */

static void mail_done(void *context, const uint8_t *payload, size_t length,
	const char *error)
{
	struct carrying *carrying = context;
	enum delivery_outcome outcome = FAILED_FOR_NOW;
	char *answer = NULL;
	struct frame_reader reader;
	struct frame_field field;

	if (payload != NULL) {
		frame_reader_init(&reader, payload, length);
		while (frame_next(&reader, &field)) {
			if (field.tag == MAIL_OUTCOME) {
				int64_t value = frame_field_int(&field);

				outcome = value == 0 ? DELIVERED
					: value == 2 ? FAILED_FOR_GOOD
					: FAILED_FOR_NOW;
			} else if (field.tag == MAIL_ANSWER) {
				free(answer);
				answer = frame_field_string(&field);
			}
		}
	}
	carrying_end(carrying, outcome, -1,
		payload == NULL ? error : answer != NULL ? answer : "");
	free(answer);
}

static void send_email(struct carrying *carrying, const struct text *body)
{
	const struct channel *channel = carrying_channel(carrying);
	struct text frame;

	text_init(&frame, FRAME_MAX + FRAME_HEADER);
	frame_begin(&frame);
	frame_put_string(&frame, MAIL_SERVER, channel->server);
	if (channel->starttls)
		frame_put(&frame, MAIL_STARTTLS, "", 0);
	frame_put_string(&frame, MAIL_USER, channel->user);
	frame_put_string(&frame, MAIL_PASSWORD, channel->password);
	frame_put_string(&frame, MAIL_CA_FILE, channel->ca_file);
	frame_put_int(&frame, MAIL_TIMEOUT, channel->timeout);
	frame_put_string(&frame, MAIL_FROM, channel->from);
	for (size_t i = 0; i < channel->to_count; i++)
		frame_put_string(&frame, MAIL_TO, channel->to[i]);
	text_add(&frame, body->data, body->length);
	frame_end(&frame);
	pool_request(carrying->daemon->mail, &frame, channel->timeout + MAIL_MARGIN,
		mail_done, carrying);
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
		delivery_report(daemon, notification, FAILED_FOR_GOOD, -1,
			"its channel is no longer configured");
		return;
	}
	const struct channel *channel = &policy->channels[index];

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
		send_email(carrying_new(daemon, notification, channel_id,
			message_id), &body);
	}
	text_release(&body);
}
