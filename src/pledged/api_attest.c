/*
 * api_attest: people sign something off, or deny it. Their name is the one the
 * kernel reports, and they are answered when statement and verdict are durable.
 */
#include <stdlib.h>
#include <string.h>

#include "core/registered.h"
#include "pledged/api.h"
#include "pledged/statement.h"
#include "pledged/submission.h"
#include "pledged/view.h"

/* The milestone as it stands now, and whether this was new. */
static void attest_reply(struct daemon *daemon, struct reply *reply,
	uint32_t index, const char *who, bool again)
{
	const struct milestone_state *state =
		engine_milestone(daemon->engine, index);

	reply_begin(reply);
	json_object(&reply->json);
	json_put_string(&reply->json, "milestone",
		daemon->reg->milestones[index].id);
	json_put_string(&reply->json, "by", who);
	json_put_bool(&reply->json, "again", again);
	json_put_string(&reply->json, "status", state->since == INSTANT_MIN ?
		NULL : status_name(state->assessment.status));
	json_key(&reply->json, "attestations");
	view_attestations(&reply->json, daemon->reg, daemon->history, index,
		(struct knowledge){engine_as_of(daemon->engine,
		loop_now(daemon->loop)), INSTANT_MAX});
	json_object_end(&reply->json);
}

/* false: it was refused, and answered. */
static bool attest_check(struct daemon *daemon, struct server_request *request,
	uint32_t index, struct attestation *attestation)
{
	const struct milestone *milestone = &daemon->reg->milestones[index];
	struct date today = zone_date(milestone_zone(daemon->reg, milestone),
		engine_as_of(daemon->engine, loop_now(daemon->loop)));
	const char *near = NULL;

	if (!milestone_asks(milestone, attestation->key, &near)) {
		reply_problem(request, 422, "the benchmark of %s does not ask for "
			"\"%s\"%s%s%s", milestone->id, attestation->key,
			near != NULL ? ", did you mean \"" : "",
			near != NULL ? near : "", near != NULL ? "\"?" : "");
		return false;
	}
	if (date_is_none(attestation->on))
		attestation->on = today;
	if (date_compare(attestation->on, today) <= 0)
		return true;
	reply_problem(request, 422, "on: what has not happened yet cannot be "
		"attested");
	return false;
}

/* Also one that was known is answered when all before it is durable: it may
   still be on its way to the disk. */
static void attest(struct daemon *daemon, struct server_request *request,
	uint32_t index, struct attestation *attestation,
	struct submission *submission)
{
	enum attest_outcome outcome;
	struct reply reply;
	struct text note;

	attestation->by = submission_who(submission);
	outcome = engine_attest(daemon->engine, index, attestation,
		loop_now(daemon->loop), &daemon->effects);
	daemon_absorb(daemon, NULL);
	if (outcome == ATTESTED_TOO_MANY) {
		reply_problem(request, 422, "there are %d attestations of %s, "
			"and no more are taken", ATTESTATIONS_MAX,
			daemon->reg->milestones[index].id);
		submission_drop(submission);
		return;
	}
	attest_reply(daemon, &reply, index, attestation->by,
		outcome == ATTESTED_AGAIN);
	text_init(&note, 0);
	text_addf(&note, "%s: %s: %s", attestation->key,
		attestation->yes ? "yes" : "no", attestation->note);
	submission_commit(submission, &reply, text_string(&note));
	text_release(&note);
}

static void attest_body(struct daemon *daemon, struct server_request *request,
	uint32_t index, struct submission *submission)
{
	struct statement statement;
	struct error error;
	size_t length;
	const char *body = server_request_body(request, &length);
	bool sound = statement_read(&statement, body, length, &error) == 0;

	if (!sound)
		reply_refusal(request, &error);
	else
		sound = attest_check(daemon, request, index,
			&statement.attestation);
	if (sound)
		attest(daemon, request, index, &statement.attestation,
			submission);
	else
		submission_drop(submission);
	statement_release(&statement);
}

void post_attestation(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	char *id = rest_id(rest, "/attestations");
	uint32_t index = id == NULL ? NOT_FOUND :
		register_milestone(daemon->reg, id);
	struct submission *submission;

	if (id == NULL)
		reply_problem(request, 404, "there is no such order: "
			"POST /v1/milestones/{id}/attestations");
	else if (index == NOT_FOUND)
		reply_no_milestone(daemon, request, "is", id);
	else if ((submission = submission_begin(daemon, request, "attest",
	    id)) != NULL)
		attest_body(daemon, request, index, submission);
	free(id);
}
