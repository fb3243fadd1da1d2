/* submission: see submission.h. */
#include "pledged/submission.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "base/log.h"
#include "base/mem.h"

struct submission {
	struct daemon *daemon;
	struct server_request *request;
	char *who, *what, *subject;
	char *about;		/* for those who read actions */
	instant until;
	char *key;		/* NULL: none */
	struct digest body;
	struct reply reply;	/* while it is being saved */
	struct submission *prev, *next;	/* likewise, of the daemon's */
};

static void submission_free(struct submission *submission)
{
	free(submission->who);
	free(submission->what);
	free(submission->subject);
	free(submission->about);
	free(submission->key);
	free(submission);
}

static bool key_is_valid(const char *key)
{
	size_t length = strlen(key);

	for (size_t i = 0; i < length; i++)
		if (key[i] < ' ' || key[i] > '~')
			return false;
	return length >= 1 && length <= SUBMISSION_KEY_MAX;
}

static bool submission_is_pending(const struct submission *submission)
{
	const struct submission *other;

	DL_FOREACH(submission->daemon->submissions, other)
		if (string_is(other->who, submission->who) &&
		    string_is(other->key, submission->key))
			return true;
	return false;
}

/* Something new has come to be. */
static int submission_status(const struct submission *submission)
{
	return string_is(submission->what, "silence") ? 201 : 200;
}

/* --- what was answered before ------------------------------------------------- */

static bool submission_is_same(const struct submission *submission,
	const struct store_submission *before)
{
	return string_is(before->what, submission->what) &&
		string_is(before->subject, submission->subject) &&
		memcmp(&before->body, &submission->body,
			sizeof before->body) == 0;
}

static void submission_replay(const struct submission *submission,
	const struct store_submission *before)
{
	static const char *const headers[] = {"Idempotency-Replayed: true", NULL};
	struct reply reply;

	if (!submission_is_same(submission, before)) {
		reply_problem(submission->request, 422, "this Idempotency-Key was "
			"used for another request: take a new one");
		return;
	}
	reply_begin(&reply);
	text_add_string(&reply.body, before->answer);
	reply_send_as(&reply, submission->request,
		submission_status(submission), "application/json", headers);
}

static void found_replay(void *context, const struct store_submission *before)
{
	submission_replay(context, before);
}

/* Whether it was answered. */
static bool submission_is_answered(struct submission *submission)
{
	struct error error;
	int found;

	if (submission->key == NULL)
		return false;
	if (!key_is_valid(submission->key)) {
		reply_problem(submission->request, 400, "an Idempotency-Key is 1 "
			"to %d printable bytes", SUBMISSION_KEY_MAX);
		return true;
	}
	if (submission_is_pending(submission)) {
		reply_problem(submission->request, 409, "the request with this "
			"Idempotency-Key is still being saved: send it again in "
			"a moment");
		return true;
	}
	found = store_find_submission(submission->daemon->store,
		submission->who, submission->key, found_replay, submission,
		&error);
	if (found >= 0)
		return found > 0;
	log_error("submissions: %s", error.text);
	reply_problem(submission->request, 500, "the store cannot be read: see "
		"the log");
	return true;
}

/* --- this one --------------------------------------------------------------------- */

struct submission *submission_begin(struct daemon *daemon,
	struct server_request *request, const char *what, const char *subject)
{
	struct submission *submission = mem_new(1, sizeof *submission);
	size_t length;
	const char *body = server_request_body(request, &length);

	submission->daemon = daemon;
	submission->request = request;
	submission->who = access_name(server_request_peer(request));
	submission->what = mem_string(what);
	submission->subject = mem_string(subject);
	submission->about = mem_string(subject);
	submission->until = INSTANT_MIN;
	submission->key = mem_string(server_request_header(request,
		"Idempotency-Key"));
	digest_sha256(body, length, &submission->body);
	if (!submission_is_answered(submission))
		return submission;
	submission_free(submission);
	return NULL;
}

const char *submission_who(const struct submission *submission)
{
	return submission->who;
}

void submission_about(struct submission *submission, int64_t number,
	instant until)
{
	char word[24];

	snprintf(word, sizeof word, "%" PRId64, number);
	free(submission->about);
	submission->about = mem_string(word);
	submission->until = until;
}

void submission_drop(struct submission *submission)
{
	submission_free(submission);
}

static void submission_recorded(void *context, bool committed)
{
	struct submission *submission = context;

	DL_DELETE(submission->daemon->submissions, submission);
	if (committed) {
		reply_send(&submission->reply, submission->request,
			submission_status(submission));
	} else {
		reply_drop(&submission->reply);
		reply_problem(submission->request, 503, "it could not be saved");
	}
	submission_free(submission);
}

void submission_commit(struct submission *submission, struct reply *reply,
	const char *note)
{
	struct daemon *daemon = submission->daemon;

	submission->reply = *reply;
	if (submission->key != NULL)
		daemon_keep_answer(daemon, &(struct store_submission){
			.who = submission->who, .key = submission->key,
			.what = submission->what,
			.subject = submission->subject,
			.body = submission->body,
			.answer = text_string(&submission->reply.body),
			.at = loop_now(daemon->loop)});
	DL_APPEND(daemon->submissions, submission);
	daemon_record_action(daemon, &(struct store_action){
		.who = submission->who, .what = submission->what,
		.subject = submission->about, .note = note,
		.until = submission->until});
	daemon_wait(daemon, submission_recorded, submission);
}
