/* webhook_answer: see webhook_answer.h. */
#include "pledged/webhook_answer.h"

#include <stdio.h>
#include <string.h>

#include "pledged/secrets.h"

#define FAULT_SHOWN 130	/* bytes of a program's fault */

/* --- whether it has it --------------------------------------------------- */

/* Who answers so may answer better later, 429 and 503 whatever they are sent;
   any other refusal is final. */
static enum delivery_outcome outcome_of_status(int status)
{
	if (status >= 200 && status < 300)
		return DELIVERED;
	if (status == 429 || status == 503)
		return FAILED_FOR_ALL;
	if (status == 408 || status == 425 || status >= 500)
		return FAILED_FOR_NOW;
	return FAILED_FOR_GOOD;
}

/* What a person is to do. */
static const struct {
	int status;
	const char *words;
} advice[] = {
	{401, "it refuses the credentials: see token_file and secret_file"},
	{403, "it refuses the credentials: see token_file and secret_file"},
	{404, "there is nothing at its url: put the right one into channels"},
	{410, "it is gone for good: put its new url into channels, or take the "
		"channel out"},
	{413, "the message is larger than it takes: group less, or use a "
		"format of your own"},
};

static const char *advice_of(int status)
{
	for (size_t i = 0; i < sizeof advice / sizeof *advice; i++)
		if (advice[i].status == status)
			return advice[i].words;
	return NULL;
}

/* --- what it says -------------------------------------------------------- */

/* White space of any kind, and much of it, is one space. */
static void text_add_folded(struct text *text, const char *bytes, size_t length)
{
	bool space = false;

	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '\0' || strchr(" \t\r\n\f\v", bytes[i]) != NULL) {
			space = true;
			continue;
		}
		if (space && text->length > 0)
			text_add_char(text, ' ');
		space = false;
		text_add_char(text, bytes[i]);
	}
}

static void add_status(struct text *said, const struct fetch_result *result)
{
	const char *words = advice_of(result->status);

	text_addf(said, "HTTP status %d", result->status);
	if (words != NULL)
		text_addf(said, ", %s", words);
	else if (result->redirect[0] != '\0')
		text_addf(said, ", which leads to %s and is not followed: put "
			"the new url into channels", result->redirect);
}

static void add_body(struct text *said, const struct fetch_result *result)
{
	size_t length = result->body != NULL ? result->body->length : 0;
	struct text folded;

	text_init(&folded, 0);
	text_add_folded(&folded, length > 0 ? result->body->data : "",
		length);
	if (folded.length > 0)
		text_addf(said, ": %s", text_string(&folded));
	text_release(&folded);
}

enum delivery_outcome webhook_judge(const struct channel *channel,
	const struct fetch_result *result, char answer[DELIVERY_ANSWER_MAX])
{
	struct text said;

	if (!result->arrived) {
		string_copy(answer, DELIVERY_ANSWER_MAX, result->error);
		return FAILED_FOR_ALL;
	}
	text_init(&said, 0);
	add_status(&said, result);
	add_body(&said, result);
	answer_make(answer, channel, &said);
	text_release(&said);
	return outcome_of_status(result->status);
}

void webhook_fault(const struct channel *channel, int64_t notification,
	const char *fault, char answer[DELIVERY_ANSWER_MAX])
{
	struct text said, folded;
	char shown[FAULT_SHOWN];

	text_init(&folded, 0);
	text_add_folded(&folded, fault, strlen(fault));
	secrets_hide(&folded, channel);
	string_copy(shown, sizeof shown, text_string(&folded));
	text_init(&said, 0);
	text_addf(&said, "format %.60s: %s: mend it, reload, then "
		"pledgectl outbox retry %lld", channel->format, shown,
		(long long)notification);
	answer_make(answer, channel, &said);
	text_release(&said);
	text_release(&folded);
}
