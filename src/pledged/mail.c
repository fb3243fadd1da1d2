/* mail: an attempt at a mail, by a worker that speaks SMTP. See delivery.h. */
#include <stdlib.h>

#include "base/frame.h"
#include "pledged/delivery.h"
#include "pledged/parcel.h"
#include "pledged/secrets.h"
#include "worker/protocol.h"

#define MAIL_MARGIN 30		/* seconds a mail worker gets beyond its own limit */

static enum delivery_outcome mail_outcome(int64_t value)
{
	return value == 0 ? DELIVERED : value == 2 ? FAILED_FOR_GOOD
		: value == 3 ? FAILED_FOR_ALL : FAILED_FOR_NOW;
}

/* Who is left of it, where others were taken now or before. */
static void mail_note(struct carrying *carrying, enum delivery_outcome outcome,
	const struct frame_reader *answer, struct text *words)
{
	struct parcels *parcels = carrying->daemon->parcels;
	struct frame_reader reader = *answer;
	struct frame_field field;
	bool first = true;

	if (outcome == DELIVERED)
		parcel_forget(parcels, carrying->notification);
	while (frame_next(&reader, &field)) {
		if (field.tag != MAIL_LEFT)
			continue;
		if (first)
			parcel_forget(parcels, carrying->notification);
		first = false;
		char *address = frame_field_string(&field);

		parcel_leave(parcels, carrying->notification, address);
		free(address);
	}
	if (first && parcel_is_opened(parcels, carrying->notification))
		text_add_string(words, "; the other recipients have it");
}

static void mail_done(void *context, const uint8_t *payload, size_t length,
	const char *error)
{
	struct carrying *carrying = context;
	enum delivery_outcome outcome = FAILED_FOR_NOW;	/* the worker's fault */
	struct frame_reader whole, reader;
	struct frame_field field;
	const struct channel *channel = carrying_channel(carrying);
	char answer[DELIVERY_ANSWER_MAX];
	struct text words;

	text_init(&words, 0);
	frame_reader_init(&whole, payload, payload != NULL ? length : 0);
	for (reader = whole; frame_next(&reader, &field);) {
		if (field.tag == MAIL_OUTCOME)
			outcome = mail_outcome(frame_field_int(&field));
		/* Without its secrets nothing could be hidden. */
		else if (field.tag == MAIL_ANSWER && channel != NULL)
			text_add(&words, field.bytes, field.length);
	}
	if (payload == NULL)
		text_add_string(&words, error);
	else
		mail_note(carrying, outcome, &whole, &words);
	answer_make(answer, channel != NULL ? channel : &(struct channel){
		.id = carrying->channel}, &words);
	carrying_end(carrying, outcome, -1, answer);
	text_release(&words);
}

/* Those that have not got it yet; how many. */
static size_t put_recipients(struct text *frame, const struct daemon *daemon,
	int64_t notification, const struct channel *channel)
{
	size_t count = 0;

	for (size_t i = 0; i < channel->to_count; i++) {
		if (!parcel_is_left(daemon->parcels, notification,
				channel->to[i]))
			continue;
		frame_put_string(frame, MAIL_TO, channel->to[i]);
		count++;
	}
	return count;
}

void mail_send(struct carrying *carrying, const struct text *body)
{
	const struct channel *channel = carrying_channel(carrying);
	struct daemon *daemon = carrying->daemon;
	struct text frame;

	text_init(&frame, FRAME_MAX + FRAME_HEADER);
	frame_begin(&frame);
	if (put_recipients(&frame, daemon, carrying->notification,
			channel) == 0) {
		text_release(&frame);
		parcel_forget(daemon->parcels, carrying->notification);
		carrying_end(carrying, DELIVERED, -1,
			"whoever had not got it is no longer a recipient");
		return;
	}
	frame_put_string(&frame, MAIL_SERVER, channel->server);
	if (channel->starttls)
		frame_put(&frame, MAIL_STARTTLS, "", 0);
	frame_put_string(&frame, MAIL_USER, channel->user);
	frame_put_string(&frame, MAIL_PASSWORD, channel->password);
	frame_put_string(&frame, MAIL_CA_FILE, channel->ca_file);
	frame_put_int(&frame, MAIL_TIMEOUT, channel->timeout);
	frame_put_string(&frame, MAIL_FROM, channel->from);
	text_add(&frame, body->data, body->length);
	frame_end(&frame);
	pool_request(daemon->mail, &frame, channel->timeout + MAIL_MARGIN,
		mail_done, carrying);
}
