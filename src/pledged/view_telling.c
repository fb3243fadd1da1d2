/* view_telling: see view_telling.h. */
#include "pledged/view_telling.h"

#include <stdlib.h>
#include <string.h>

#include "base/frame.h"
#include "pledged/view.h"
#include "worker/protocol.h"

/* --- alerts ------------------------------------------------------------------- */

/* Who has it in hand; null where nobody has, or has any longer. */
static void put_acknowledged(struct json *json, const struct alert *alert)
{
	if (alert->state != ALERT_ACKNOWLEDGED) {
		json_put_null(json, "acknowledged");
		return;
	}
	json_key(json, "acknowledged");
	json_object(json);
	view_said(json, "by", alert->by);
	json_put_instant(json, "at", alert->acknowledged);
	json_put_instant(json, "until", alert->until);
	view_said(json, "note", alert->note);
	json_object_end(json);
}

void view_alert_fields(struct json *json, const struct alert *alert)
{
	json_put_int(json, "id", alert->id);
	json_put_string(json, "kind", event_kind_name(alert->kind));
	json_put_string(json, "class",
		event_class_name(event_class(alert->kind,
		alert->subject_kind)));
	json_put_string(json, "severity", severity_name(alert->severity));
	json_put_string(json, "subject",
		alert->subject_kind == SUBJECT_NONE ? NULL : alert->subject);
	view_subject(json, alert->subject_kind, alert->subject);
	json_put_string(json, "state", alert_state_name(alert->state));
	json_put_instant(json, "raised", alert->raised);
	json_put_instant(json, "resolved", alert->resolved);
	json_put_string(json, "reason", alert->reason);
	put_acknowledged(json, alert);
	json_put_int(json, "escalated", alert->escalated);
	view_number(json, "raised_by", alert->raised_by);
	view_number(json, "resolved_by", alert->resolved_by);
}

void view_hearing(struct json *json, const struct hearing_view *hearing)
{
	json_object(json);
	json_put_string(json, "channel", hearing->channel);
	json_put_instant(json, "told", hearing->told);
	json_put_int(json, "reminders", hearing->reminders);
	json_put_bool(json, "waits", hearing->waits_until != INSTANT_MIN);
	json_put_instant(json, "waits_until", hearing->waits_until);
	view_number(json, "silence", hearing->silence);
	view_number(json, "cause", hearing->cause);
	json_object_end(json);
}

/* --- silences ----------------------------------------------------------------- */

static const char *silence_state(const struct silence *silence, instant now)
{
	if (silence->ended <= now)
		return "ended";
	if (silence->until <= now)
		return "over";
	return silence->from > now ? "ahead" : "open";
}

void view_silence_fields(struct json *json, const struct silence *silence,
	instant now)
{
	json_put_int(json, "id", silence->id);
	json_put_string(json, "match", silence->words);
	json_put_string(json, "state", silence_state(silence, now));
	json_put_instant(json, "from", silence->from);
	json_put_instant(json, "until", silence->until);
	json_put_string(json, "by", silence->by);
	json_put_string(json, "note", silence->note);
	json_put_instant(json, "made", silence->made);
	json_put_instant(json, "ended", silence->ended);
	view_said(json, "ended_by", silence->ended_by);
}

/* --- channels ----------------------------------------------------------------- */

/* Of a receiver's address the path is often the secret. */
static char *view_origin(const char *url)
{
	char *shown = view_url(url);
	char *authority = strstr(shown, "://");

	if (authority != NULL)
		authority[3 + strcspn(authority + 3, "/")] = '\0';
	return shown;
}

static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat",
	"sun"};

static void add_minute(struct text *out, int minute)
{
	text_addf(out, "%02d:%02d", minute / 60, minute % 60);
}

/* "weekly mon 08:00 Europe/Brussels" */
static void put_digest(struct json *json, const struct digest_time *digest)
{
	struct text words;

	if (digest->every == DIGEST_NONE) {
		json_put_null(json, "digest");
		return;
	}
	text_init(&words, 0);
	if (digest->every == DIGEST_WEEKLY)
		text_addf(&words, "weekly %s ", weekdays[digest->weekday % 7]);
	else
		text_add_string(&words, "daily ");
	add_minute(&words, digest->minute);
	if (digest->zone != NULL)
		text_addf(&words, " %s", zone_name(digest->zone));
	json_put_string(json, "digest", text_string(&words));
	text_release(&words);
}

static void put_minute(struct json *json, const char *key, int minute)
{
	struct text words;

	text_init(&words, 0);
	add_minute(&words, minute);
	json_put_string(json, key, text_string(&words));
	text_release(&words);
}

static void put_quiet(struct json *json, const struct hours *hours)
{
	json_key(json, "quiet");
	json_array(json);
	for (size_t i = 0; i < hours->quiet_count; i++) {
		const struct quiet_hours *quiet = &hours->quiet[i];

		json_object(json);
		put_minute(json, "from", quiet->from);
		put_minute(json, "to", quiet->to);
		json_key(json, "days");
		json_array(json);
		for (unsigned day = 0; day < 7; day++)
			if (quiet->days >> day & 1)
				json_string(json, weekdays[day]);
		json_array_end(json);
		json_object_end(json);
	}
	json_array_end(json);
}

/* When it may be spoken to; opens: for what is not urgent, null: at any time. */
static void put_hours(struct json *json, const struct hours *hours, instant now)
{
	bool holds = hours->digest.every != DIGEST_NONE ||
		hours->quiet_count > 0;
	instant opens = holds ? hours_open(hours, SEVERITY_INFO, now, now) : now;

	put_digest(json, &hours->digest);
	put_quiet(json, hours);
	json_put_string(json, "urgent",
		hours->has_urgent ? severity_name(hours->urgent) : NULL);
	json_put_string(json, "timezone",
		hours->zone != NULL ? zone_name(hours->zone) : NULL);
	json_put_instant(json, "opens", opens > now ? opens : INSTANT_MIN);
}

static void put_address(struct json *json, const struct channel *channel)
{
	if (channel->type == CHANNEL_EMAIL) {
		json_key(json, "to");
		json_array(json);
		for (size_t i = 0; i < channel->to_count; i++)
			json_string(json, channel->to[i]);
		json_array_end(json);
		json_put_string(json, "server", channel->server);
	}
	if (channel->type == CHANNEL_WEBHOOK) {
		char *url = view_origin(channel->url);

		json_put_string(json, "url", url);
		json_put_bool(json, "signed", channel->secret != NULL);
		json_put_string(json, "format", channel->format);
		free(url);
	}
}

void view_channel_fields(struct json *json, const struct policy *policy,
	const struct channel *channel, instant now)
{
	json_put_string(json, "id", channel->id);
	json_put_string(json, "type", channel_type_name(channel->type));
	put_address(json, channel);
	json_put_string(json, "fallback", channel->fallback < policy->channel_count ?
		policy->channels[channel->fallback].id : NULL);
	put_hours(json, &channel->hours, now);
}

/* --- notifications ------------------------------------------------------------ */

void view_notification_fields(struct json *json,
	const struct notification *notification, const struct delivery *delivery)
{
	json_put_int(json, "id", notification->id);
	json_put_string(json, "message_id", notification->message_id);
	json_put_string(json, "channel", notification->channel);
	json_put_int(json, "event", notification->event);
	view_number(json, "alert", notification->alert);
	json_put_instant(json, "created", notification->created);
	json_put_string(json, "state", delivery_state_name(delivery->state));
	json_put_int(json, "attempts", delivery->attempts);
	json_put_instant(json, "last_attempt", delivery->at);
	json_put_instant(json, "next",
		delivery->state == DELIVERY_PENDING ? delivery->next : INSTANT_MAX);
	json_put_string(json, "answer",
		delivery->answer[0] != '\0' ? delivery->answer : NULL);
}

static void put_item(struct json *json, const struct item *item)
{
	const struct mention *mention = &item->mention;

	json_object(json);
	json_put_string(json, "told_as", notify_reason_name(mention->reason));
	if (item->event != NULL)
		view_event_fields(json, item->event);
	else
		json_put_int(json, "event", mention->event);
	view_number(json, "about", mention->alert);
	view_said(json, "undelivered", mention->undelivered);
	view_number(json, "thread", mention->thread);
	json_object_end(json);
}

void view_items(struct json *json, const struct notification *notification)
{
	json_put_string(json, "group", notification->group);
	json_key(json, "items");
	json_array(json);
	for (size_t i = 0; i < notification->item_count; i++)
		put_item(json, &notification->items[i]);
	json_array_end(json);
}

/* "Name: value" on one line. */
static void put_header(struct json *json, const struct frame_field *field)
{
	struct text line;

	text_init(&line, 0);
	for (size_t i = 0; i < field->length; i++)
		if (field->bytes[i] != '\r' && field->bytes[i] != '\n')
			text_add_char(&line, (char)field->bytes[i]);
	json_string(json, text_string(&line));
	text_release(&line);
}

static void put_headers(struct json *json, const struct text *body)
{
	struct frame_reader reader;
	struct frame_field field;

	json_key(json, "headers");
	json_array(json);
	frame_reader_init(&reader, body->data, body->length);
	while (frame_next(&reader, &field))
		if (field.tag == MAIL_HEADER)
			put_header(json, &field);
	json_array_end(json);
}

static void put_part(struct json *json, const char *key,
	const struct text *body, uint8_t tag)
{
	struct frame_reader reader;
	struct frame_field field;

	frame_reader_init(&reader, body->data, body->length);
	json_key(json, key);
	while (frame_next(&reader, &field)) {
		if (field.tag != tag)
			continue;
		json_string_n(json, (const char *)field.bytes, field.length);
		return;
	}
	json_null(json);
}

/* A mail is kept as the fields of the worker's request, whose lengths have
   zeroes in them; any other message is text. */
void view_body(struct json *json, const struct text *body)
{
	bool text = utf8_is_valid(text_string(body), body->length);

	json_key(json, "body");
	json_object(json);
	if (text) {
		json_put_null(json, "headers");
		json_put_string(json, "text", text_string(body));
		json_put_null(json, "html");
	} else {
		put_headers(json, body);
		put_part(json, "text", body, MAIL_TEXT);
		put_part(json, "html", body, MAIL_HTML);
	}
	json_object_end(json);
}
