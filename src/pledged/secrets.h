/*
 * secrets: what only we and a receiver know, kept out of what it answers. Some
 * repeat what they were sent: the path of a request, the line that logs in.
 */
#ifndef PLEDGED_PLEDGED_SECRETS_H
#define PLEDGED_PLEDGED_SECRETS_H

#include "core/engine.h"

/*
 * Puts "…" wherever a text holds a secret of the channel: its token, signing
 * secrets and password, bare or in base64 as they are sent; the path and query
 * of its URL, whole or the longer pieces of them; its longer parameters.
 */
void secrets_hide(struct text *text, const struct channel *channel);

/* What is remembered of an answer: said without secrets, printable, on one line
   as far as it was one, cut between characters. Changes said. */
void answer_make(char answer[DELIVERY_ANSWER_MAX],
	const struct channel *channel, struct text *said);

#endif
