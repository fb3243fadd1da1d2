/*
 * delivery: one attempt to bring one notification to one channel. What is said
 * was decided when it was saved; here it is only carried.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "base/frame.h"
#include "base/log.h"
#include "base/mem.h"
#include "pledged/daemon.h"
#include "pledged/health.h"
#include "worker/protocol.h"

#define ANSWER_KEPT 4096	/* bytes of a webhook receiver's answer */
#define MAIL_MARGIN 30		/* seconds a mail worker gets beyond its own limit */

struct carrying {
	struct daemon *daemon;
	int64_t notification;
	struct carrying *prev, *next;
};

static struct carrying *carrying_new(struct daemon *daemon, int64_t notification)
{
	struct carrying *carrying = mem_new(1, sizeof *carrying);

	carrying->daemon = daemon;
	carrying->notification = notification;
	DL_APPEND(daemon->carryings, carrying);
	return carrying;
}

static void carrying_free(struct carrying *carrying)
{
	DL_DELETE(carrying->daemon->carryings, carrying);
	free(carrying);
}

void delivery_stop(struct daemon *daemon)
{
	while (daemon->carryings != NULL)
		carrying_free(daemon->carryings);
}

static void report(struct daemon *daemon, int64_t notification,
	enum delivery_outcome outcome, int64_t retry_after, const char *answer)
{
	engine_delivered(daemon->engine, notification, outcome, retry_after,
		answer, loop_now(daemon->loop), &daemon->effects);
	daemon_absorb(daemon, NULL);
	health_end(daemon, notification, outcome, answer);
}

/* --- log ---------------------------------------------------------------- */

static void send_log(struct daemon *daemon, int64_t notification,
	const struct channel *channel, const struct text *body)
{
	log_notice("%s: %s", channel->id, text_string(body));
	report(daemon, notification, DELIVERED, -1, "written");
}

/* --- webhook -------------------------------------------------------------- */

/* Who answers so may answer better later, 429 and 503 whatever they are sent;
   any other refusal is final. */
static enum delivery_outcome outcome_of_status(int status)
{
	if (status >= 200 && status < 300)
		return DELIVERED;
	if (status == 429 || status == 503)
		return FAILED_FOR_ALL;
	if (status == 408 || status == 425 || status >= 500)
		return FAILED_FOR_NOW;
	return FAILED_FOR_GOOD;
}

static void webhook_done(void *context, const struct fetch_result *result)
{
	struct carrying *carrying = context;
	char answer[32];

	if (!result->arrived) {
		report(carrying->daemon, carrying->notification, FAILED_FOR_ALL, -1,
			result->error);
	} else {
		snprintf(answer, sizeof answer, "HTTP status %d", result->status);
		report(carrying->daemon, carrying->notification,
			outcome_of_status(result->status), result->retry_after,
			answer);
	}
	carrying_free(carrying);
}

/*
 * Standard Webhooks: "v1," and the base64 HMAC-SHA256 over "id.time.body",
 * keyed with the bytes behind "whsec_".
 */
static bool signature_add(const struct channel *channel, const char *id,
	instant at, const struct text *body, struct text *out)
{
	static const char prefix[] = "whsec_";
	const char *secret = channel->secret;
	struct text key, signed_text;
	struct digest digest;

	if (string_starts(secret, prefix))
		secret += sizeof prefix - 1;
	text_init(&key, 4096);
	bool good = text_add_base64_decoded(&key, secret, strlen(secret));

	text_init(&signed_text, 0);
	text_addf(&signed_text, "%s.%lld.", id, (long long)at);
	text_add(&signed_text, body->data, body->length);
	if (good) {
		digest_hmac_sha256(text_string(&key), key.length,
			signed_text.data, signed_text.length, &digest);
		text_add_string(out, "webhook-signature: v1,");
		text_add_base64(out, digest.bytes, sizeof digest.bytes);
	}
	if (key.data != NULL)
		explicit_bzero(key.data, key.length);
	text_release(&key);
	text_release(&signed_text);
	return good;
}

static void send_webhook(struct daemon *daemon, int64_t notification,
	const char *message_id, const struct channel *channel,
	const struct text *body)
{
	struct carrying *carrying = carrying_new(daemon, notification);
	instant now = loop_now(daemon->loop);
	struct text id, timestamp, signature;

	text_init(&id, 1024);
	text_init(&timestamp, 1024);
	text_init(&signature, 1024);
	text_addf(&id, "webhook-id: %s", message_id);
	text_addf(&timestamp, "webhook-timestamp: %lld", (long long)now);
	if (channel->secret != NULL)
		signature_add(channel, message_id, now, body, &signature);
	const char *headers[] = {
		"content-type: application/cloudevents+json; charset=utf-8",
		text_string(&id),
		text_string(&timestamp),
		signature.length > 0 ? text_string(&signature) : NULL,
		NULL,
	};
	struct fetch_request request = {
		.url = channel->url,
		.method = "POST",
		.headers = headers,
		.body = body->data,
		.body_length = body->length,
		.ca_file = channel->ca_file,
		.timeout = channel->timeout,
		.max_body = ANSWER_KEPT,
		.cut_body = true,
		.allow_private = channel->allow_private,
	};

	fetch_start(daemon->sender, &request, webhook_done, carrying);
	text_release(&id);
	text_release(&timestamp);
	text_release(&signature);
}

/* --- email -------------------------------------------------------------------- */

static enum delivery_outcome mail_outcome(int64_t value)
{
	return value == 0 ? DELIVERED : value == 2 ? FAILED_FOR_GOOD
		: value == 3 ? FAILED_FOR_ALL : FAILED_FOR_NOW;
}

static void mail_done(void *context, const uint8_t *payload, size_t length,
	const char *error)
{
	struct carrying *carrying = context;
	enum delivery_outcome outcome = FAILED_FOR_NOW;	/* the worker's fault */
	char *answer = NULL;
	struct frame_reader reader;
	struct frame_field field;

	if (payload != NULL) {
		frame_reader_init(&reader, payload, length);
		while (frame_next(&reader, &field)) {
			if (field.tag == MAIL_OUTCOME) {
				outcome = mail_outcome(frame_field_int(&field));
			} else if (field.tag == MAIL_ANSWER) {
				free(answer);
				answer = frame_field_string(&field);
			}
		}
	}
	report(carrying->daemon, carrying->notification, outcome, -1,
		payload == NULL ? error : answer != NULL ? answer : "");
	free(answer);
	carrying_free(carrying);
}

static void send_email(struct daemon *daemon, int64_t notification,
	const struct channel *channel, const struct text *body)
{
	struct carrying *carrying = carrying_new(daemon, notification);
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
	pool_request(daemon->mail, &frame, channel->timeout + MAIL_MARGIN,
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
		report(daemon, notification, FAILED_FOR_GOOD, -1,
			"its channel is no longer configured");
		return;
	}
	const struct channel *channel = &policy->channels[index];

	health_begin(daemon, notification, channel_id);
	text_init(&body, 0);
	if (store_load_body(daemon->store, notification, message_id, &body,
			&error) < 0) {
		report(daemon, notification, FAILED_FOR_NOW, -1, error.text);
	} else if (channel->type == CHANNEL_LOG) {
		send_log(daemon, notification, channel, &body);
	} else if (channel->type == CHANNEL_WEBHOOK) {
		send_webhook(daemon, notification, message_id, channel, &body);
	} else {
		send_email(daemon, notification, channel, &body);
	}
	text_release(&body);
}
