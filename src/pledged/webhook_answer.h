/*
 * webhook_answer: what a receiver answered: whether it has the message, and
 * what is remembered of it.
 */
#ifndef PLEDGED_PLEDGED_WEBHOOK_ANSWER_H
#define PLEDGED_PLEDGED_WEBHOOK_ANSWER_H

#include "core/engine.h"
#include "net/fetch.h"

/*
 * Judges the answer to a POST to a channel. answer gets, on one line and
 * printable, the status, what to do about it, and what the receiver says; of
 * the channel's secrets nothing, whatever the receiver repeats.
 */
enum delivery_outcome webhook_judge(const struct channel *channel,
	const struct fetch_result *result, char answer[DELIVERY_ANSWER_MAX]);

/* Why a channel's program made no message, in the same way. */
void webhook_fault(const struct channel *channel, int64_t notification,
	const char *fault, char answer[DELIVERY_ANSWER_MAX]);

#endif
