/*
 * message: what is said about an event, made once when it is saved, so that
 * every retry says the same bytes.
 *
 *	log	one line
 *	webhook	a CloudEvents 1.0 object (JSON)
 *	email	fields of the mail worker's request (worker/protocol.h): headers,
 *		text, HTML; server, recipients and credentials are added when it
 *		is sent
 */
#ifndef PLEDGED_PLEDGED_MESSAGE_H
#define PLEDGED_PLEDGED_MESSAGE_H

#include "core/engine.h"

struct message_context {
	const struct register_ *reg;
	const char *instance;			/* of the store */
	const struct event *event;
	const struct notification *notification;
	const struct channel *channel;
	/* About a milestone: where it stands; else NULL. */
	const struct milestone_state *milestone;
	uint32_t milestone_index;
	/* About a source, likewise. */
	uint32_t source_index;			/* NOT_FOUND: none */
};

void message_render(const struct message_context *context, struct text *out);

/* The headline of an event: "SLIPPED: Agricultural goods, 2020". */
void message_headline(const struct message_context *context, struct text *out);

/* --- mail headers (mime.c) ------------------------------------------------- */

/*
 * "Name: value" with what is not printable ASCII in RFC 2047 encoded words
 * (UTF-8, base64, each a whole number of code points), folded at 76 columns
 * with CRLF and a space. Control characters become spaces: nothing a source
 * or a register says can start another header.
 */
void mime_header(struct text *out, const char *name, const char *value);
/* RFC 5322 3.3: "Wed, 27 Jan 2021 15:30:22 +0000". */
void mime_date(struct text *out, instant at);
/* The part behind the @ of an address; "localhost" when there is none. */
const char *mime_domain(const char *address);

#endif
