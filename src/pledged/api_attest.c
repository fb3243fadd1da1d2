/*
 * api_attest: people sign something off, or deny it. Their name is the one the
 * kernel reports, and they are answered when statement and verdict are durable.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/registered.h"
#include "pledged/api.h"
#include "pledged/statement.h"
#include "pledged/view.h"

/* ---- the order -------------------------------------------------------------- */

struct attesting {
	struct daemon *daemon;
	struct server_request *request;
	char *who;
	char *milestone;	/* full id */
	bool again;
};

static void attesting_free(struct attesting *attesting)
{
	free(attesting->who);
	free(attesting->milestone);
	free(attesting);
}

/* The milestone as it stands now, and whether this was new. */
static void attesting_answer(const struct attesting *attesting, uint32_t index)
{
	struct daemon *daemon = attesting->daemon;
	const struct milestone_state *state =
		engine_milestone(daemon->engine, index);
	struct reply reply;

	reply_begin(&reply);
	json_object(&reply.json);
	json_put_string(&reply.json, "milestone", attesting->milestone);
	json_put_string(&reply.json, "by", attesting->who);
	json_put_bool(&reply.json, "again", attesting->again);
	json_put_string(&reply.json, "status", state->since == INSTANT_MIN ?
		NULL : status_name(state->assessment.status));
	json_key(&reply.json, "attestations");
	view_attestations(&reply.json, daemon->reg, daemon->history, index,
		(struct knowledge){engine_as_of(daemon->engine,
		loop_now(daemon->loop)), INSTANT_MAX});
	json_object_end(&reply.json);
	reply_send(&reply, attesting->request, 200);
}

static void attest_recorded(void *context, bool committed)
{
	struct attesting *attesting = context;
	uint32_t index = register_milestone(attesting->daemon->reg,
		attesting->milestone);

	if (!committed)
		reply_problem(attesting->request, 503, "it could not be saved");
	else if (index == NOT_FOUND)
		reply_problem(attesting->request, 409, "it was saved, and the "
			"milestone has left the register since");
	else
		attesting_answer(attesting, index);
	attesting_free(attesting);
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

static void attest(struct daemon *daemon, struct server_request *request,
	uint32_t index, struct attestation *attestation)
{
	const char *id = daemon->reg->milestones[index].id;
	struct attesting *attesting;
	enum attest_outcome outcome;

	attesting = mem_new(1, sizeof *attesting);
	*attesting = (struct attesting){.daemon = daemon, .request = request,
		.who = access_name(server_request_peer(request)),
		.milestone = mem_string(id)};
	attestation->by = attesting->who;
	outcome = engine_attest(daemon->engine, index, attestation,
		loop_now(daemon->loop), &daemon->effects);
	daemon_absorb(daemon, NULL);
	attesting->again = outcome == ATTESTED_AGAIN;
	if (outcome == ATTESTED_TOO_MANY) {
		reply_problem(request, 422, "there are %d attestations of %s, "
			"and no more are taken", ATTESTATIONS_MAX, id);
		attesting_free(attesting);
		return;
	}
	/* Also of one that was known: it may still be on its way to the disk. */
	daemon_record(daemon, attesting->who, "attest", id, attestation->key,
		attest_recorded, attesting);
}

static void attest_body(struct daemon *daemon, struct server_request *request,
	uint32_t index)
{
	struct statement statement;
	struct error error;
	size_t length;
	const char *body = server_request_body(request, &length);

	if (statement_read(&statement, body, length, &error) < 0)
		reply_refusal(request, &error);
	else if (attest_check(daemon, request, index, &statement.attestation))
		attest(daemon, request, index, &statement.attestation);
	statement_release(&statement);
}

void post_attestation(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	char *id = rest_id(rest, "/attestations");
	uint32_t index = id == NULL ? NOT_FOUND :
		register_milestone(daemon->reg, id);

	if (id == NULL)
		reply_problem(request, 404, "there is no such order: "
			"POST /v1/milestones/{id}/attestations");
	else if (index == NOT_FOUND)
		reply_no_milestone(daemon, request, "is", id);
	else
		attest_body(daemon, request, index);
	free(id);
}
