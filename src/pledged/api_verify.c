/*
 * api_verify: an administrator has the store verified; whoever can connect sees
 * how far that is, and what came of it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pledged/api.h"
#include "pledged/verification.h"

static void reply_verification(struct daemon *daemon,
	struct server_request *request, int status)
{
	struct reply reply;

	reply_begin(&reply);
	json_object(&reply.json);
	verification_view(daemon->verification, &reply.json);
	json_object_end(&reply.json);
	reply_send(&reply, request, status);
}

void get_verification(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	(void)rest;
	if (daemon->verification != NULL)
		reply_verification(daemon, request, 200);
	else
		reply_problem(request, 404, "nothing has been verified since the "
			"start: POST /v1/verify has it done");
}

static int sample_read(struct server_request *request, size_t *out,
	struct error *error)
{
	const char *value = server_request_query(request, "sample");
	char *end;
	long number;

	*out = VERIFICATION_SAMPLE_DEFAULT;
	if (value == NULL)
		return 0;
	number = strtol(value, &end, 10);
	if (*end != '\0' || end == value || number < 0 ||
	    number > VERIFICATION_SAMPLE_MAX)
		return error_set(error, ERROR_INPUT,
			"sample: a whole number from 0 to %d",
			VERIFICATION_SAMPLE_MAX);
	*out = (size_t)number;
	return 0;
}

static int seal_read(struct server_request *request, struct digest *room,
	const struct digest **out, struct error *error)
{
	const char *value = server_request_query(request, "seal");

	*out = NULL;
	if (value == NULL)
		return 0;
	if (strlen(value) != 2 * DIGEST_SIZE || !digest_from_hex(value, room))
		return error_set(error, ERROR_INPUT, "seal: %d hexadecimal digits, "
			"as a verification told it", 2 * DIGEST_SIZE);
	*out = room;
	return 0;
}

struct ordered {
	struct daemon *daemon;
	struct server_request *request;
};

static void verify_recorded(void *context, bool committed)
{
	struct ordered *ordered = context;

	if (committed)
		reply_verification(ordered->daemon, ordered->request, 202);
	else
		reply_problem(ordered->request, 503, "it could not be saved that "
			"this was ordered");
	free(ordered);
}

static void verify_order(struct daemon *daemon, struct server_request *request,
	struct verification_what *what)
{
	char *who = access_name(server_request_peer(request));
	struct ordered *ordered;

	what->who = who;
	if (verification_start(daemon, what)) {
		ordered = mem_new(1, sizeof *ordered);
		*ordered = (struct ordered){daemon, request};
		daemon_record(daemon, who, "verify", NULL, note_asked(request),
			verify_recorded, ordered);
	} else if (verification_is_running(daemon->verification)) {
		reply_problem(request, 409, "a verification is under way: "
			"GET /v1/verify tells how far it is");
	} else {
		reply_problem(request, 503, "no thread can be had for it now: try "
			"again later");
	}
	free(who);
}

void post_verify(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct verification_what what;
	struct digest seal;
	struct error error;

	(void)rest;
	if (sample_read(request, &what.sample, &error) < 0 ||
	    seal_read(request, &seal, &what.seal, &error) < 0)
		reply_refusal(request, &error);
	else
		verify_order(daemon, request, &what);
}
