/*
 * tellings: what has happened, what is to be told of it, and what was, as
 * facts. Which columns follow from the others is left out where it can be: an
 * alert is escalated from when it was raised, a change is told as it stands.
 */
#include <string.h>

#include "store/pen.h"
#include "store/words.h"

void store_add_event(struct store_batch *batch, const struct event *event)
{
	struct pen pen;

	pen_begin(&pen, batch, FACT_EVENT);
	pen_int(&pen, event->id);
	pen_instant(&pen, event->time);
	pen_string(&pen, event_kind_name(event->kind));
	pen_string(&pen, severity_name(event->severity));
	pen_string(&pen, subject_kind_word(event->subject_kind));
	pen_string(&pen, event->subject);
	pen_string(&pen, event->from);
	pen_string(&pen, event->to);
	pen_int_unless(&pen, event->alert, 0);
	pen_string(&pen, event->reason);
	pen_instant(&pen, event->late);
	pen_end(&pen);
}

void store_add_alert(struct store_batch *batch, const struct alert *alert)
{
	struct pen pen;

	pen_begin(&pen, batch, FACT_ALERT);
	pen_int(&pen, alert->id);
	pen_string(&pen, event_kind_name(alert->kind));
	pen_string(&pen, severity_name(alert->severity));
	pen_string(&pen, subject_kind_word(alert->subject_kind));
	pen_string(&pen, alert->subject);
	pen_string(&pen, alert_state_name(alert->state));
	pen_instant(&pen, alert->raised);
	pen_instant(&pen, alert->resolved);
	pen_int_unless(&pen, alert->raised_by, 0);
	pen_int_unless(&pen, alert->resolved_by, 0);
	pen_string(&pen, alert->reason);
	pen_instant(&pen, alert->acknowledged);
	pen_instant(&pen, alert->until);
	pen_string(&pen, alert->by);
	pen_string(&pen, alert->note);
	pen_int_unless(&pen, alert->escalated, 0);
	pen_int_unless(&pen, alert->escalation, alert->raised);
	pen_end(&pen);
}

/* --- mentions and notifications ------------------------------------------------- */

/* A fact without one is from before there were any. */
static void pen_group(struct pen *pen, const char *group)
{
	if (group == NULL)
		record_null(&pen->record);
	else
		record_text(&pen->record, group, strlen(group));
}

/* The end of a mention that waits, in a notification or without one. It is told
   as it now is: a silence over it may have ended, and the channel have heard of
   its alert meanwhile. */
static void add_mention_end(struct store_batch *batch,
	const struct mention *mention, int64_t notification, size_t place,
	const char *why, instant at)
{
	struct pen pen;

	pen_begin(&pen, batch, FACT_MENTION_END);
	pen_int(&pen, mention->id);
	pen_int_unless(&pen, notification, 0);
	pen_string(&pen, why);
	pen_instant(&pen, at);
	if (notification != 0) {
		pen_string(&pen, notify_reason_name(mention->reason));
		pen_int_unless(&pen, mention->thread, 0);
		pen_int_unless(&pen, (int64_t)place, 0);
	}
	pen_end(&pen);
}

/* notification 0: it waits. */
static void add_mention(struct store_batch *batch,
	const struct mention *mention, int64_t notification, size_t place)
{
	struct pen pen;

	pen_begin(&pen, batch, FACT_MENTION);
	pen_int(&pen, mention->id);
	pen_int(&pen, mention->event);
	pen_int_unless(&pen, mention->alert, 0);
	pen_string(&pen, notify_reason_name(mention->reason));
	pen_string(&pen, mention->channel);
	pen_group(&pen, mention->group);
	pen_string(&pen, mention->undelivered);
	pen_int_unless(&pen, mention->thread, 0);
	pen_instant(&pen, mention->made);
	pen_int_unless(&pen, notification, 0);
	pen_int_unless(&pen, (int64_t)place, 0);
	pen_end(&pen);
}

void store_add_mention(struct store_batch *batch,
	const struct mention *mention)
{
	add_mention(batch, mention, 0, 0);
}

void store_add_needless(struct store_batch *batch, int64_t mention,
	const char *why, instant at)
{
	add_mention_end(batch, &(struct mention){ .id = mention }, 0, 0, why, at);
}

static void add_item(struct store_batch *batch,
	const struct notification *notification, size_t place)
{
	const struct item *item = &notification->items[place];

	if (item->saved)
		add_mention_end(batch, &item->mention, notification->id, place,
			NULL, notification->created);
	else
		add_mention(batch, &item->mention, notification->id, place);
}

void store_add_notification(struct store_batch *batch,
	const struct notification *notification, const void *body, size_t length)
{
	struct pen pen;

	pen_begin(&pen, batch, FACT_NOTIFICATION);
	pen_int(&pen, notification->id);
	pen_string(&pen, notification->message_id);
	pen_int_unless(&pen, notification->event, 0);
	pen_int_unless(&pen, notification->alert, 0);
	pen_string(&pen, notification->channel);
	pen_instant(&pen, notification->created);
	if (body != NULL)
		record_blob(&pen.record, body, length);
	else
		record_null(&pen.record);
	pen_group(&pen, notification->group);
	pen_end(&pen);
	for (size_t i = 0; i < notification->item_count; i++)
		add_item(batch, notification, i);
}

void store_add_delivery(struct store_batch *batch,
	const struct delivery *delivery)
{
	struct pen pen;

	pen_begin(&pen, batch, FACT_DELIVERY);
	pen_int(&pen, delivery->notification);
	pen_string(&pen, delivery_state_name(delivery->state));
	pen_int(&pen, delivery->attempts);
	pen_instant(&pen, delivery->next);
	pen_instant(&pen, delivery->at);
	pen_string(&pen, delivery->answer);
	pen_end(&pen);
}

/* --- silences ------------------------------------------------------------------- */

static void add_silence_end(struct store_batch *batch,
	const struct silence *silence)
{
	struct pen pen;

	pen_begin(&pen, batch, FACT_SILENCE_END);
	pen_int(&pen, silence->id);
	pen_instant(&pen, silence->ended);
	pen_string(&pen, silence->ended_by);
	pen_end(&pen);
}

void store_add_silence(struct store_batch *batch,
	const struct silence *silence)
{
	struct pen pen;

	if (silence->ended != INSTANT_MAX) {
		add_silence_end(batch, silence);
		return;
	}
	pen_begin(&pen, batch, FACT_SILENCE);
	pen_int(&pen, silence->id);
	pen_string(&pen, silence->words);
	pen_int(&pen, silence->from);
	pen_int(&pen, silence->until);
	pen_instant(&pen, silence->made);
	pen_string(&pen, silence->by);
	pen_string(&pen, silence->note);
	pen_end(&pen);
}
