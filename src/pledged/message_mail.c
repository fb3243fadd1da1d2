/* message_mail: a letter and its headers, as fields for the mail worker. */
#include "base/frame.h"
#include "pledged/letter.h"
#include "pledged/message_forms.h"
#include "pledged/mime.h"
#include "worker/protocol.h"

#define REFERENCES_MAX 20	/* threads that one mail belongs to */

static void put_header(struct text *out, const char *name, const char *value)
{
	struct text header;

	text_init(&header, 65536);
	mime_header(&header, name, value);
	frame_put(out, MAIL_HEADER, header.data, header.length);
	text_release(&header);
}

static void put_header_text(struct text *out, const char *name,
	struct text *value)
{
	put_header(out, name, text_string(value));
	text_clear(value);
}

/* --- threads ------------------------------------------------------------- */

struct threads {
	int64_t items[REFERENCES_MAX];
	size_t count;
};

static void threads_add(struct threads *threads, int64_t thread)
{
	if (thread == 0 || threads->count == REFERENCES_MAX)
		return;
	for (size_t i = 0; i < threads->count; i++) {
		if (threads->items[i] == thread)
			return;
	}
	threads->items[threads->count++] = thread;
}

static void add_message_id(const struct message_context *context,
	struct text *out, const char *id)
{
	text_addf(out, "<%s@%s>", id, mime_domain(context->channel->from));
}

static void add_thread_id(const struct message_context *context,
	struct text *out, int64_t thread)
{
	char id[40];

	notification_message_id(context->instance, thread, id);
	add_message_id(context, out, id);
}

/* Programs take the last reference for what is answered (RFC 5322 3.6.4), so
   the first item's comes last. */
static void put_thread_headers(struct text *out,
	const struct message_context *context)
{
	const struct notification *notification = context->notification;
	int64_t first = notification->items[0].mention.thread;
	struct threads threads = {.count = 0};
	struct text value;

	text_init(&value, 0);
	add_message_id(context, &value, notification->message_id);
	put_header_text(out, "Message-ID", &value);
	threads_add(&threads, first);
	for (size_t i = 1; i < notification->item_count; i++)
		threads_add(&threads, notification->items[i].mention.thread);
	for (size_t i = threads.count; i-- > 0; ) {
		add_thread_id(context, &value, threads.items[i]);
		text_add_string(&value, i > 0 ? " " : "");
	}
	if (threads.count > 0)
		put_header_text(out, "References", &value);
	if (first != 0) {
		add_thread_id(context, &value, first);
		put_header_text(out, "In-Reply-To", &value);
	}
	text_release(&value);
}

/* --- for filters ----------------------------------------------------------- */

/* "slipped, at_risk": of all items, each once. */
static void add_names(const struct notification *notification,
	const char *(*name)(const struct item *item),
	int (*number)(const struct item *item), struct text *out)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < notification->item_count; i++) {
		const struct item *item = &notification->items[i];
		uint64_t bit = UINT64_C(1) << number(item);

		if (seen & bit)
			continue;
		seen |= bit;
		text_addf(out, "%s%s", out->length > 0 ? ", " : "", name(item));
	}
}

static int item_kind(const struct item *item)
{
	return (int)item->event->kind;
}

static const char *item_kind_name(const struct item *item)
{
	return event_kind_name(item->event->kind);
}

static int item_reason(const struct item *item)
{
	return (int)item->mention.reason;
}

static const char *item_reason_name(const struct item *item)
{
	return notify_reason_name(item->mention.reason);
}

static void put_filter_headers(struct text *out, const struct letter *letter,
	const struct message_context *context)
{
	const struct notification *notification = context->notification;
	const struct event *first = notification->items[0].event;
	struct text value;

	text_init(&value, 65536);
	put_header(out, "X-Pledged-Id", notification->message_id);
	put_header(out, "X-Pledged-Class", event_class_name(event_class(
		first->kind, first->subject_kind)));
	put_header(out, "X-Pledged-Severity", severity_name(letter->severity));
	add_names(notification, item_kind_name, item_kind, &value);
	put_header_text(out, "X-Pledged-Kind", &value);
	add_names(notification, item_reason_name, item_reason, &value);
	put_header_text(out, "X-Pledged-Reason", &value);
	if (notification->item_count == 1 && first->subject != NULL) {
		text_add_line(&value, first->subject, NAME_SHOWN);
		put_header_text(out, "X-Pledged-Subject", &value);
	}
	if (letter->severity == SEVERITY_CRITICAL && letter->tone == TONE_BAD)
		put_header(out, "Importance", "high");
	text_release(&value);
}

static void put_mail_headers(struct text *out, const struct letter *letter,
	const struct message_context *context)
{
	const struct channel *channel = context->channel;
	struct text value;

	text_init(&value, 65536);
	text_addf(&value, "pledged <%s>", channel->from);
	put_header_text(out, "From", &value);
	for (size_t i = 0; i < channel->to_count; i++)
		text_addf(&value, "%s%s", i > 0 ? ", " : "", channel->to[i]);
	put_header_text(out, "To", &value);
	put_header(out, "Subject", text_string(&letter->subject));
	mime_date(&value, context->notification->created);
	put_header_text(out, "Date", &value);
	put_thread_headers(out, context);
	put_header(out, "Auto-Submitted", "auto-generated");
	/* Exchange heeds this one alone. */
	put_header(out, "X-Auto-Response-Suppress", "All");
	text_addf(&value, "pledged alerts <%s.pledged.%s>", channel->id,
		mime_domain(channel->from));
	put_header_text(out, "List-Id", &value);
	put_filter_headers(out, letter, context);
	text_release(&value);
}

void message_add_mail(const struct message_context *context, struct text *out)
{
	const char *message_id = context->notification->message_id;
	struct letter *letter = letter_new(context);
	struct text part;

	put_mail_headers(out, letter, context);
	text_init(&part, MESSAGE_MAIL_MAX);
	letter_add_text(letter, message_id, &part);
	frame_put(out, MAIL_TEXT, part.data, part.length);
	text_clear(&part);
	letter_add_html(letter, message_id, &part);
	frame_put(out, MAIL_HTML, part.data, part.length);
	if (letter->has_picture)
		frame_put(out, MAIL_PICTURE, letter->picture.data,
			letter->picture.length);
	text_release(&part);
	letter_free(letter);
}
