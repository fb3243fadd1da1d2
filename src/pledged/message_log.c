/* message_log: a line an item. */
#include <stdlib.h>

#include "pledged/message_forms.h"
#include "pledged/told.h"

#define PRIORITY_NOTICE 5

/* Those of syslog. What ends well is no error. */
static int told_priority(const struct told *told)
{
	if (told_is_over(told) || !event_kind_raises(told->event->kind))
		return PRIORITY_NOTICE;
	return told->event->severity == SEVERITY_CRITICAL ? 3 :
		told->event->severity == SEVERITY_WARNING ? 4 : PRIORITY_NOTICE;
}

/* "slipped purchases.energy/2020 (awaiting_data -> not_met): … [first, msg_…]" */
static void add_item_line(const struct told *told, struct text *out)
{
	const struct event *event = told->event;
	const struct mention *mention = &told->item->mention;

	text_addf(out, "<%d>%s", told_priority(told),
		event_kind_name(event->kind));
	if (event->subject != NULL) {
		text_add_char(out, ' ');
		text_add_line(out, event->subject, NAME_SHOWN);
	}
	if (event->from != NULL && event->to != NULL) {
		text_add_string(out, " (");
		text_add_line(out, event->from, NAME_SHOWN);
		text_add_string(out, " -> ");
		text_add_line(out, event->to, NAME_SHOWN);
		text_add_char(out, ')');
	}
	text_add_string(out, ": ");
	text_add_line(out, event->reason, LINE_SHOWN);
	text_addf(out, " [%s, %s]", notify_reason_name(mention->reason),
		told->context->notification->message_id);
}

void message_add_log(const struct message_context *context, struct text *out)
{
	const struct notification *notification = context->notification;

	for (size_t i = 0; i < notification->item_count; i++) {
		struct told told = told_of(context, &notification->items[i]);

		if (i > 0)
			text_add_char(out, '\n');
		add_item_line(&told, out);
	}
}

int message_log_priority(const char **line)
{
	const char *at = *line;
	int priority;

	if (at[0] != '<' || at[1] < '0' || at[1] > '7' || at[2] != '>')
		return PRIORITY_NOTICE;
	priority = at[1] - '0';
	*line = at + 3;
	return priority;
}
