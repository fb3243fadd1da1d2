/*
 * load_tellings: what is to be told and has been. A notification with its items
 * is several rows of one query, gathered here until the next one's first.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "store/load.h"
#include "store/store.h"
#include "store/words.h"

/* --- alerts ------------------------------------------------------------------------- */

struct alert_target {
	store_alert_fn *fn;
	void *context;
};

static void load_alert(struct cursor *cursor, void *target)
{
	const struct alert_target *to = target;
	struct alert alert = { 0 };

	alert.id = cursor_int(cursor);
	cursor_word(cursor, event_kind, &alert.kind);
	cursor_word(cursor, severity, &alert.severity);
	cursor_word(cursor, subject_kind, &alert.subject_kind);
	alert.subject = mem_string(cursor_string(cursor));
	cursor_word(cursor, alert_state, &alert.state);
	alert.raised = cursor_instant(cursor);
	alert.resolved = cursor_instant(cursor);
	alert.raised_by = cursor_int(cursor);
	alert.resolved_by = cursor_int(cursor);
	cursor_copy(cursor, alert.reason, sizeof alert.reason);
	alert.acknowledged = cursor_instant(cursor);
	alert.until = cursor_instant(cursor);
	alert.by = cursor_said(cursor);
	alert.note = cursor_said(cursor);
	alert.escalated = cursor_int32_or(cursor, 0);
	alert.escalation = cursor_int_or(cursor, alert.raised);
	if (!cursor->bad)
		to->fn(to->context, &alert);
	free(alert.subject);
}

int store_load_alerts(struct store *store, bool open, int64_t before,
	size_t limit, store_alert_fn *fn, void *context, struct error *error)
{
	struct alert_target target = { fn, context };

	return load_before(store, open ? QUERY_ALERTS_OPEN : QUERY_ALERTS,
		before, limit, NULL, load_alert, &target, error);
}

int store_load_ended_alerts(struct store *store, store_alert_fn *fn,
	void *context, struct error *error)
{
	struct alert_target target = { fn, context };

	return load_all(store, QUERY_ALERTS_ENDED, load_alert, &target, error);
}

/* --- deliveries --------------------------------------------------------------------- */

struct delivery_target {
	store_delivery_fn *fn;
	void *context;
};

/* The columns of a notification; its strings live until the next row. */
static void cursor_notification(struct cursor *cursor,
	struct notification *out)
{
	out->id = cursor_int(cursor);
	cursor_copy(cursor, out->message_id, sizeof out->message_id);
	out->event = cursor_int(cursor);
	out->alert = cursor_int(cursor);
	out->channel = cursor_string(cursor);
	out->group = cursor_said(cursor);
	out->created = cursor_instant(cursor);
}

/* … and of where it stands; PENDING before its first attempt. */
static void cursor_delivery(struct cursor *cursor, struct delivery *out)
{
	const char *state = cursor_string(cursor);

	if (!word_delivery_state(state != NULL ? state :
	    delivery_state_name(DELIVERY_PENDING), &out->state))
		cursor->bad = true;
	out->attempts = cursor_int32_or(cursor, 0);
	out->next = cursor_instant(cursor);
	out->at = cursor_instant(cursor);
	cursor_copy(cursor, out->answer, sizeof out->answer);
}

static void load_delivery(struct cursor *cursor, void *target)
{
	const struct delivery_target *to = target;
	struct notification notification = { 0 };
	struct delivery delivery = { 0 };

	cursor_notification(cursor, &notification);
	delivery.notification = notification.id;
	cursor_delivery(cursor, &delivery);
	if (!cursor->bad)
		to->fn(to->context, &notification, &delivery);
}

int store_load_deliveries(struct store *store, enum store_deliveries which,
	int64_t before, size_t limit, store_delivery_fn *fn, void *context,
	struct error *error)
{
	static const enum query queries[] = {
		[STORE_PENDING] = QUERY_OUTBOX, [STORE_DEAD] = QUERY_DEAD,
		[STORE_ALL] = QUERY_DELIVERIES,
	};
	struct delivery_target target = { fn, context };

	return load_before(store, queries[which], before, limit, NULL,
		load_delivery, &target, error);
}

struct attempt_target {
	store_attempt_fn *fn;
	void *context;
};

static void load_attempt(struct cursor *cursor, void *target)
{
	const struct attempt_target *to = target;
	struct delivery attempt = { 0 };

	attempt.notification = cursor_int(cursor);
	cursor_delivery(cursor, &attempt);
	if (!cursor->bad)
		to->fn(to->context, &attempt);
}

int store_load_attempts(struct store *store, int64_t notification,
	store_attempt_fn *fn, void *context, struct error *error)
{
	struct attempt_target target = { fn, context };

	return load_of(store, QUERY_ATTEMPTS, notification, load_attempt, &target,
		error);
}

/* --- with their items --------------------------------------------------------------- */

/* One notification, as far as its rows have come; id 0: none yet. */
struct gathering {
	struct delivery_target to;
	struct notification notification;
	struct delivery delivery;
	struct item *items;
	struct event *events;	/* of the items */
	size_t count, item_capacity, event_capacity;
	char **strings;		/* that all these point at */
	size_t string_count, string_capacity;
};

static const char *gathering_string(struct gathering *gathering,
	const char *string)
{
	if (string == NULL)
		return NULL;
	gathering->strings = mem_grow(gathering->strings,
		gathering->string_count, &gathering->string_capacity,
		sizeof *gathering->strings);
	return gathering->strings[gathering->string_count++] =
		mem_string(string);
}

/* Hands on what there is, and is empty. */
static void gathering_give(struct gathering *gathering)
{
	struct notification *notification = &gathering->notification;

	for (size_t i = 0; i < gathering->count; i++)
		gathering->items[i].event = &gathering->events[i];
	notification->items = gathering->items;
	notification->item_count = gathering->count;
	if (notification->id != 0)
		gathering->to.fn(gathering->to.context, notification,
			&gathering->delivery);
	for (size_t i = 0; i < gathering->string_count; i++)
		free(gathering->strings[i]);
	gathering->string_count = gathering->count = 0;
	notification->id = 0;
}

static void gathering_release(struct gathering *gathering)
{
	gathering->notification.id = 0;
	gathering_give(gathering);
	free(gathering->strings);
	free(gathering->items);
	free(gathering->events);
}

/* Room for one more. */
static struct item *gathering_grow(struct gathering *gathering,
	struct event **event)
{
	gathering->items = mem_grow(gathering->items, gathering->count,
		&gathering->item_capacity, sizeof *gathering->items);
	gathering->events = mem_grow(gathering->events, gathering->count,
		&gathering->event_capacity, sizeof *gathering->events);
	*event = &gathering->events[gathering->count];
	return &gathering->items[gathering->count++];
}

/* The columns of a mention that was told; of before there were mentions: of the
   event that it was told for. */
static void cursor_item(struct cursor *cursor,
	struct gathering *gathering, struct mention *out)
{
	const struct notification *notification = &gathering->notification;
	const char *reason;

	out->channel = notification->channel;
	out->group = notification->group;
	out->id = cursor_int(cursor);
	reason = cursor_string(cursor);
	out->reason = REASON_FIRST;
	if (reason != NULL && !word_notify_reason(reason, &out->reason))
		cursor->bad = true;
	out->thread = cursor_int(cursor);
	out->alert = cursor_int(cursor);
	out->undelivered = gathering_string(gathering, cursor_string(cursor));
	out->made = cursor_instant(cursor);
	if (out->id != 0)
		return;
	out->alert = notification->alert;
	out->made = notification->created;
}

static void gathering_add(struct gathering *gathering, struct cursor *cursor)
{
	struct event *event;
	struct item *item = gathering_grow(gathering, &event);

	*item = (struct item){ .saved = true };
	*event = (struct event){ 0 };
	cursor_item(cursor, gathering, &item->mention);
	if (sqlite3_column_type(cursor->statement, cursor->column) ==
	    SQLITE_NULL) {
		gathering->count--;
		return;
	}
	cursor_event(cursor, event);
	event->subject = gathering_string(gathering, event->subject);
	event->from = gathering_string(gathering, event->from);
	event->to = gathering_string(gathering, event->to);
	item->mention.event = event->id;
}

static void load_gathered(struct cursor *cursor, void *target)
{
	struct gathering *gathering = target;
	struct notification notification = { 0 };
	struct delivery delivery = { 0 };

	cursor_notification(cursor, &notification);
	delivery.notification = notification.id;
	cursor_delivery(cursor, &delivery);
	if (notification.id != gathering->notification.id) {
		gathering_give(gathering);
		notification.channel = gathering_string(gathering,
			notification.channel);
		notification.group = gathering_string(gathering,
			notification.group);
		gathering->notification = notification;
		gathering->delivery = delivery;
	}
	gathering_add(gathering, cursor);
}

int store_load_pending(struct store *store, store_delivery_fn *fn,
	void *context, struct error *error)
{
	struct gathering gathering = { .to = { fn, context } };
	int result = load_all(store, QUERY_PENDING, load_gathered, &gathering,
		error);

	if (result == 0)
		gathering_give(&gathering);
	gathering_release(&gathering);
	return result;
}

int store_load_delivery(struct store *store, int64_t notification,
	store_delivery_fn *fn, void *context, struct error *error)
{
	struct gathering gathering = { .to = { fn, context } };
	int result = load_of(store, QUERY_DELIVERY, notification, load_gathered,
		&gathering, error);

	if (result == 0 && gathering.notification.id == 0)
		result = error_set(error, ERROR_ABSENT, "there is no notification "
			"%lld", (long long)notification);
	if (result == 0)
		gathering_give(&gathering);
	gathering_release(&gathering);
	return result;
}

/* --- what waits, and what was heard ------------------------------------------------- */

struct mention_target {
	store_mention_fn *fn;
	void *context;
};

static void load_mention(struct cursor *cursor, void *target)
{
	const struct mention_target *to = target;
	struct mention mention = { 0 };
	struct event event = { 0 };

	mention.id = cursor_int(cursor);
	mention.event = cursor_int(cursor);
	mention.alert = cursor_int(cursor);
	cursor_word(cursor, notify_reason, &mention.reason);
	mention.channel = cursor_string(cursor);
	mention.group = cursor_said(cursor);
	mention.undelivered = cursor_string(cursor);
	mention.thread = cursor_int(cursor);
	mention.made = cursor_instant(cursor);
	cursor_event(cursor, &event);
	if (!cursor->bad)
		to->fn(to->context, &mention, &event);
}

int store_load_mentions(struct store *store, store_mention_fn *fn,
	void *context, struct error *error)
{
	struct mention_target target = { fn, context };

	return load_all(store, QUERY_MENTIONS, load_mention, &target, error);
}

struct hearing_target {
	store_hearing_fn *fn;
	void *context;
};

static void load_hearing(struct cursor *cursor, void *target)
{
	const struct hearing_target *to = target;
	struct hearing hearing = { 0 };

	hearing.alert = cursor_int(cursor);
	hearing.channel = cursor_string(cursor);
	hearing.thread = cursor_int(cursor);
	hearing.told = cursor_instant(cursor);
	hearing.reminders = cursor_int32_or(cursor, 0);
	if (!cursor->bad)
		to->fn(to->context, &hearing);
}

int store_load_hearings(struct store *store, store_hearing_fn *fn,
	void *context, struct error *error)
{
	struct hearing_target target = { fn, context };

	return load_all(store, QUERY_HEARINGS, load_hearing, &target, error);
}

struct group_target {
	store_group_fn *fn;
	void *context;
};

static void load_group(struct cursor *cursor, void *target)
{
	const struct group_target *to = target;
	const char *channel = cursor_string(cursor);
	const char *group = cursor_string(cursor);

	to->fn(to->context, channel, group, cursor_instant(cursor));
}

int store_load_groups(struct store *store, instant since, store_group_fn *fn,
	void *context, struct error *error)
{
	struct group_target target = { fn, context };

	return load_of(store, QUERY_GROUPS, since, load_group, &target, error);
}

/* --- silences ----------------------------------------------------------------------- */

struct silence_target {
	store_silence_fn *fn;
	void *context;
};

static void load_silence(struct cursor *cursor, void *target)
{
	const struct silence_target *to = target;
	struct silence silence = { 0 };

	silence.id = cursor_int(cursor);
	silence.words = cursor_said(cursor);
	silence.from = cursor_instant(cursor);
	silence.until = cursor_instant(cursor);
	silence.made = cursor_instant(cursor);
	silence.by = cursor_said(cursor);
	silence.note = cursor_said(cursor);
	silence.ended = cursor_int_or(cursor, INSTANT_MAX);
	silence.ended_by = cursor_string(cursor);
	if (!cursor->bad)
		to->fn(to->context, &silence);
}

int store_load_silences(struct store *store, instant open_at, int64_t before,
	size_t limit, store_silence_fn *fn, void *context, struct error *error)
{
	struct silence_target target = { fn, context };
	sqlite3_stmt *statement = readers_query(store_readers(store),
		open_at == INSTANT_MIN ? QUERY_SILENCES : QUERY_SILENCES_OPEN,
		error);

	if (statement == NULL)
		return -1;
	sqlite3_bind_int64(statement, 1, before > 0 ? before : INT64_MAX);
	load_bind_limit(statement, 2, limit);
	if (open_at != INSTANT_MIN)
		sqlite3_bind_int64(statement, 3, open_at);
	return load_rows(store, statement, load_silence, &target, error);
}
