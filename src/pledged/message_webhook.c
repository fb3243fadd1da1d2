/* message_webhook: a CloudEvents 1.0 object about one item, or several. */
#include <string.h>

#include "pledged/message_forms.h"
#include "pledged/told.h"
#include "pledged/view.h"

/* "org.pledged.milestone.slipped": kinds that begin with their subject do
   not say it twice. */
static void add_type(const struct event *event, struct text *out)
{
	const char *kind = event_kind_name(event->kind);
	const char *subject = event->subject_kind == SUBJECT_NONE ? "register"
		: subject_kind_name(event->subject_kind);
	size_t length = strlen(subject);

	if (string_starts(kind, subject) && kind[length] == '_')
		kind += length + 1;
	text_addf(out, "org.pledged.%s.%s", subject, kind);
}

static void put_acknowledged(struct json *json, const struct alert *alert)
{
	if (alert == NULL || alert->state != ALERT_ACKNOWLEDGED) {
		json_put_null(json, "acknowledged");
		return;
	}
	json_key(json, "acknowledged");
	json_object(json);
	view_said(json, "by", alert->by);
	json_put_instant(json, "until", alert->until);
	view_said(json, "note", alert->note);
	json_object_end(json);
}

static void put_consequences(struct json *json, const struct item *item)
{
	json_key(json, "consequences");
	json_array(json);
	for (size_t i = 0; i < item->speaks_for_count; i++)
		json_string(json, item->speaks_for[i]);
	json_array_end(json);
	json_put_int(json, "consequence_count", (int64_t)item->consequences);
}

/* The message that told of it first on this channel: this one, or one before. */
static void put_thread(struct json *json, const struct told *told)
{
	const struct message_context *context = told->context;
	char id[40];

	if (told->item->mention.thread == 0) {
		json_put_string(json, "thread",
			context->notification->message_id);
		return;
	}
	notification_message_id(context->instance, told->item->mention.thread,
		id);
	json_put_string(json, "thread", id);
}

/* Why it is told, and what has become of it since. */
static void put_telling(struct json *json, const struct told *told)
{
	const struct item *item = told->item;

	json_put_string(json, "told_as",
		notify_reason_name(item->mention.reason));
	view_number(json, "reminder", item->reminders);
	json_put_instant(json, "late", told->event->late);
	json_put_string(json, "state", item->alert == NULL ? NULL :
		alert_state_name(item->alert->state));
	put_acknowledged(json, item->alert);
	put_consequences(json, item);
	json_put_string(json, "undelivered", item->mention.undelivered);
	put_thread(json, told);
}

static void put_headline(struct json *json, const struct told *told)
{
	struct text headline, lead;

	text_init(&headline, 0);
	text_init(&lead, 0);
	add_subject_line(told, &headline);
	add_lead(told, &lead);
	json_put_string(json, "headline", text_string(&headline));
	json_put_string(json, "summary", text_string(&lead));
	text_release(&headline);
	text_release(&lead);
}

static void put_item(struct json *json, const struct told *told)
{
	json_object(json);
	view_event_fields(json, told->event);
	put_headline(json, told);
	put_telling(json, told);
	if (told->state != NULL) {
		json_key(json, "assessment");
		view_milestone(json, told->context->reg, told->index,
			&told->state->assessment, told->state->since);
	}
	json_object_end(json);
}

/* --- the envelope ---------------------------------------------------------- */

static void put_envelope(struct json *json,
	const struct message_context *context, const char *type,
	const char *subject, instant at)
{
	struct text source;

	json_put_string(json, "specversion", "1.0");
	json_put_string(json, "id", context->notification->message_id);
	text_init(&source, 0);
	text_addf(&source, "urn:pledged:%s", context->instance);
	json_put_string(json, "source", text_string(&source));
	text_release(&source);
	json_put_string(json, "type", type);
	if (subject != NULL)
		json_put_string(json, "subject", subject);
	json_put_instant(json, "time", at);
	json_put_string(json, "datacontenttype", "application/json");
}

static void put_one(struct json *json, const struct told *told)
{
	struct text type;

	text_init(&type, 0);
	add_type(told->event, &type);
	put_envelope(json, told->context, text_string(&type),
		told->event->subject, told->event->time);
	text_release(&type);
	json_key(json, "data");
	put_item(json, told);
}

static void put_many(struct json *json, const struct message_context *context)
{
	const struct notification *notification = context->notification;

	put_envelope(json, context, "org.pledged.notification", NULL,
		notification->created);
	json_key(json, "data");
	json_object(json);
	json_put_int(json, "count", (int64_t)notification->item_count);
	view_said(json, "group", notification->group);
	json_key(json, "items");
	json_array(json);
	for (size_t i = 0; i < notification->item_count; i++) {
		struct told told = told_of(context, &notification->items[i]);

		put_item(json, &told);
	}
	json_array_end(json);
	json_object_end(json);
}

void message_add_webhook(const struct message_context *context,
	struct text *out)
{
	const struct notification *notification = context->notification;
	struct json json;

	json_init(&json, out);
	json_object(&json);
	if (notification->item_count == 1) {
		struct told told = told_of(context, notification->items);

		put_one(&json, &told);
	} else {
		put_many(&json, context);
	}
	json_object_end(&json);
}
