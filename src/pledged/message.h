/*
 * message: what is said about events, made once when it is saved, so that
 * every retry says the same bytes.
 *
 *	log	a line an item, each begun with "<N>", its priority (syslog)
 *	webhook	a CloudEvents 1.0 object (JSON)
 *	email	fields of the mail worker's request (worker/protocol.h): headers,
 *		text, HTML, a picture; server, recipients and credentials are
 *		added when it is sent
 *
 * Whatever a register or a source says is cut to a stated length and freed of
 * what breaks lines or turns text. A mail is at most MESSAGE_MAIL_MAX bytes
 * without its picture.
 */
#ifndef PLEDGED_PLEDGED_MESSAGE_H
#define PLEDGED_PLEDGED_MESSAGE_H

#include "core/engine.h"

struct message_context {
	const struct register_ *reg;
	struct history *history;	/* for the picture; NULL: there is none */
	const struct engine *engine;	/* where milestones stand */
	const char *instance;		/* of the store */
	const struct notification *notification; /* with its items */
	const struct channel *channel;
};

#define MESSAGE_ITEMS_SHOWN 100	/* of a mail; of more it tells how many */
#define MESSAGE_MAIL_MAX ((size_t)1 << 20)

void message_render(const struct message_context *context, struct text *out);

/* The priority that a line of a log message is begun with, which is passed over;
   5 (notice) where there is none. */
int message_log_priority(const char **line);

#endif
