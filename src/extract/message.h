/*
 * message: a notification as a JSON object, made by a jq program into what its
 * receiver expects. Pure; meant to run where a fault costs one process.
 *
 * A program sees the object as its input, $channel with the channel's id and
 * its parameters, and $token, a string or null. It gives one result: an object
 * or an array, which is the message as JSON, or a string, which is the message
 * as it stands.
 */
#ifndef PLEDGED_EXTRACT_MESSAGE_H
#define PLEDGED_EXTRACT_MESSAGE_H

#include "extract/extract.h"

#define MESSAGE_MAX ((size_t)16 << 20)	/* bytes of what comes out */

struct message_request {
	const char *prelude;	/* definitions before the program; NULL: none */
	const char *program;
	const char *channel;
	struct extract_pairs parameters;
	const char *token;	/* NULL: none */
	const void *body;	/* the object */
	size_t length;
};

struct message {
	struct text bytes;
	bool is_plain;		/* a string was given: it may be no JSON */
};

/* Makes out of zeroes; message_release whatever came of it. -1 with what is
   wrong, which may repeat what the program saw. */
int message_make(struct message *message, const struct message_request *request,
	struct error *error);
void message_release(struct message *message);

#endif
