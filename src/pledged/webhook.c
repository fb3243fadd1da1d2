/*
 * webhook: a notification on its way to a URL.
 *
 *	body ─program, in a worker→ message ─POST→ answer
 *
 * The body is a CloudEvents object. A channel with a format has a worker make
 * its receiver's own message out of it, anew for each attempt: the same one
 * for the same program. The id stays over all attempts, so that a receiver can
 * drop a duplicate; time and signature are each attempt's own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/frame.h"
#include "pledged/delivery.h"
#include "pledged/webhook_answer.h"
#include "worker/protocol.h"

#define ANSWER_KEPT 4096	/* bytes of a receiver's answer */

#define TYPE_EVENT "content-type: application/cloudevents+json; charset=utf-8"
#define TYPE_JSON "content-type: application/json"
#define TYPE_PLAIN "content-type: text/plain; charset=utf-8"

/* --- signatures ---------------------------------------------------------- */

static void text_wipe(struct text *text)
{
	if (text->data != NULL)
		explicit_bzero(text->data, text->capacity);
	text_release(text);
}

/*
 * Standard Webhooks: "v1," and the base64 HMAC-SHA256 over "id.time.body",
 * keyed with the bytes behind "whsec_".
 */
static void signature_add(struct text *out, const char *secret,
	const struct text *content)
{
	static const char prefix[] = "whsec_";
	struct text key;
	struct digest digest;

	if (secret == NULL)
		return;
	if (string_starts(secret, prefix))
		secret += sizeof prefix - 1;
	text_init(&key, 4096);
	if (text_add_base64_decoded(&key, secret, strlen(secret))) {
		digest_hmac_sha256(text_string(&key), key.length, content->data,
			content->length, &digest);
		text_add_string(out, " v1,");
		text_add_base64(out, digest.bytes, sizeof digest.bytes);
	}
	text_wipe(&key);
}

/* By the secret, and by the one before it while receivers change over: they
   take either. */
static void signatures_add(struct text *out, const struct channel *channel,
	const char *id, instant at, const void *body, size_t length)
{
	struct text content;

	text_init(&content, 0);
	text_addf(&content, "%s.%lld.", id, (long long)at);
	text_add(&content, body, length);
	text_add_string(out, "webhook-signature:");
	signature_add(out, channel->secret, &content);
	signature_add(out, channel->secret_before, &content);
	text_release(&content);
}

/* --- the POST ------------------------------------------------------------ */

static void posted(void *context, const struct fetch_result *result)
{
	struct carrying *carrying = context;
	const struct channel *channel = carrying_channel(carrying);
	char answer[DELIVERY_ANSWER_MAX];
	/* Without its secrets nothing could be hidden. */
	struct channel gone = {.id = carrying->channel};
	struct fetch_result mute = *result;

	if (channel == NULL)
		mute.body = NULL;
	enum delivery_outcome outcome = webhook_judge(
		channel != NULL ? channel : &gone, &mute, answer);

	carrying_end(carrying, outcome, result->arrived ? result->retry_after
		: -1, answer);
}

struct headers {
	struct text id, at, signature, token;
};

static void headers_make(struct headers *headers,
	const struct carrying *carrying, const struct channel *channel,
	const void *body, size_t length)
{
	instant now = loop_now(carrying->daemon->loop);

	text_init(&headers->id, 0);
	text_init(&headers->at, 0);
	text_init(&headers->signature, 0);
	text_init(&headers->token, 0);
	text_addf(&headers->id, "webhook-id: %s", carrying->message_id);
	text_addf(&headers->at, "webhook-timestamp: %lld", (long long)now);
	if (channel->secret != NULL)
		signatures_add(&headers->signature, channel,
			carrying->message_id, now, body, length);
	if (channel->token != NULL && !channel->token_in_body)
		text_addf(&headers->token, "authorization: Bearer %s",
			channel->token);
}

static void headers_release(struct headers *headers)
{
	text_release(&headers->id);
	text_release(&headers->at);
	text_release(&headers->signature);
	text_wipe(&headers->token);
}

static void post(struct carrying *carrying, const struct channel *channel,
	const char *type, const void *body, size_t length)
{
	struct headers headers;

	headers_make(&headers, carrying, channel, body, length);
	const char *lines[6] = {type, text_string(&headers.id),
		text_string(&headers.at)};
	size_t count = 3;

	if (headers.signature.length > 0)
		lines[count++] = text_string(&headers.signature);
	if (headers.token.length > 0)
		lines[count++] = text_string(&headers.token);
	fetch_start(carrying->daemon->sender, &(struct fetch_request){
		.url = channel->url,
		.method = "POST",
		.headers = lines,
		.secret = true,
		.body = body,
		.body_length = length,
		.ca_file = channel->ca_file,
		.timeout = channel->timeout,
		.max_body = ANSWER_KEPT,
		.cut_body = true,
		.allow_private = channel->allow_private,
	}, posted, carrying);
	headers_release(&headers);
}

/* --- the program --------------------------------------------------------- */

/* What the program made; false: nothing, and the attempt has ended. */
static bool message_find(struct carrying *carrying,
	const struct channel *channel, const uint8_t *payload, size_t length,
	struct frame_field *found)
{
	char answer[DELIVERY_ANSWER_MAX];
	struct frame_reader reader;
	char *fault;

	frame_reader_init(&reader, payload, length);
	if (!frame_next(&reader, found) || (found->tag != EXTRACT_MESSAGE &&
			found->tag != EXTRACT_PLAIN &&
			found->tag != EXTRACT_FAULT)) {
		carrying_end(carrying, FAILED_FOR_NOW, -1,
			"the worker that makes its message answers nonsense");
		return false;
	}
	if (found->tag != EXTRACT_FAULT)
		return true;
	fault = frame_field_string(found);
	webhook_fault(channel, carrying->notification, fault, answer);
	free(fault);
	carrying_end(carrying, FAILED_FOR_GOOD, -1, answer);
	return false;
}

static void message_made(void *context, const uint8_t *payload, size_t length,
	const char *error)
{
	struct carrying *carrying = context;
	const struct channel *channel = carrying_channel(carrying);
	char answer[DELIVERY_ANSWER_MAX];
	struct frame_field found;

	if (channel == NULL) {
		carrying_end(carrying, FAILED_FOR_GOOD, -1,
			"its channel is no longer configured");
	} else if (payload == NULL) {
		snprintf(answer, sizeof answer, "format %.60s: %.150s",
			channel->format, error);
		carrying_end(carrying, FAILED_FOR_NOW, -1, answer);
	} else if (message_find(carrying, channel, payload, length, &found)) {
		post(carrying, channel, found.tag == EXTRACT_PLAIN ? TYPE_PLAIN
			: TYPE_JSON, found.bytes, found.length);
	}
}

static void put_parameters(struct text *frame, const struct channel *channel)
{
	struct text pair;

	text_init(&pair, 0);
	for (size_t i = 0; i < channel->parameter_count; i++) {
		text_clear(&pair);
		text_addf(&pair, "%s=%s", channel->parameters[i].key,
			channel->parameters[i].value);
		frame_put_string(frame, EXTRACT_PARAMETER, text_string(&pair));
	}
	text_release(&pair);
}

static void frame_make(struct text *frame, const struct channel *channel,
	const struct text *body)
{
	text_init(frame, FRAME_MAX + FRAME_HEADER);
	frame_begin(frame);
	frame_put_string(frame, EXTRACT_FORMAT, EXTRACT_FORMAT_MESSAGE);
	frame_put_string(frame, EXTRACT_PRELUDE, channel->prelude);
	frame_put_string(frame, EXTRACT_PROGRAM, channel->program);
	frame_put_string(frame, EXTRACT_CHANNEL, channel->id);
	put_parameters(frame, channel);
	frame_put_string(frame, EXTRACT_TOKEN, channel->token);
	frame_put(frame, EXTRACT_BODY, body->data, body->length);
	frame_end(frame);
}

static void message_ask(struct carrying *carrying,
	const struct channel *channel, const struct text *body)
{
	struct daemon *daemon = carrying->daemon;
	struct text frame;

	frame_make(&frame, channel, body);
	if (frame.cut) {
		text_wipe(&frame);
		carrying_end(carrying, FAILED_FOR_GOOD, -1,
			"it is too large for a worker to make its message");
		return;
	}
	pool_request(daemon->formats, &frame, daemon->settings->workers.timeout,
		message_made, carrying);
}

void webhook_send(struct carrying *carrying, const struct text *body)
{
	const struct channel *channel = carrying_channel(carrying);

	if (channel->program != NULL)
		message_ask(carrying, channel, body);
	else
		post(carrying, channel, TYPE_EVENT, body->data, body->length);
}
