/*
 * orders: what administrators have the daemon do, and what they sign off.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledgectl/answer.h"
#include "pledgectl/members.h"

static void print_polled(const struct request *request,
	const struct text *answer)
{
	json_t *json = json_loads(text_string(answer), 0, NULL);

	printf("%s: %s\n", request->arguments[0],
		json_is_true(json_object_get(json, "begun")) ? "polling" :
		"already under way");
	json_decref(json);
}

int verb_poll(const struct request *request)
{
	struct text answer;

	if (request->argument_count != 1)
		return tell_usage("poll takes one source's id");
	int status = post_below(request, "sources/", request->arguments[0],
		"/poll", &answer);

	return answer_print(request, status, &answer, print_polled);
}

/* What is not given is not said. free() it; NULL: not UTF-8. */
static char *attest_body(const struct request *request)
{
	/* Not json_object() and the like: base/json.h has such names too. */
	json_t *body = json_pack("{s:s, s:b, s:s*, s:s*, s:s*}",
		"key", request->arguments[1], "attested", !request->no,
		"on", request->on, "evidence", request->evidence,
		"note", request->note);
	char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;

	json_decref(body);
	return text;
}

static int attest_usage(const struct request *request)
{
	if (request->argument_count != 2)
		return tell_usage("attest takes a milestone's id and a key");
	if (request->evidence == NULL && !request->no)
		return tell_usage("attest needs --evidence URL: where can others "
			"see that it happened?");
	if (request->note == NULL)
		return tell_usage("attest needs -m NOTE");
	return CTL_DONE;
}

static void print_attested(const struct request *request,
	const struct text *answer)
{
	json_t *json = json_loads(text_string(answer), 0, NULL);
	const char *word = request->no ? "no" : "yes";

	if (json_is_true(json_object_get(json, "again")))
		printf("%s has said %s to \"%s\" already; ", string_of(json, "by"),
			word, request->arguments[1]);
	else
		printf("%s says %s to \"%s\"; ", string_of(json, "by"), word,
			request->arguments[1]);
	printf("%s is %s\n", string_of(json, "milestone"),
		string_of(json, "status"));
	json_decref(json);
}

int verb_attest(const struct request *request)
{
	struct text path, answer;
	int status = attest_usage(request);
	char *body;

	if (status != CTL_DONE)
		return status;
	body = attest_body(request);
	if (body == NULL)
		return tell_usage("what is attested is not UTF-8");
	text_init(&path, 65536);
	text_add_string(&path, "/v1/milestones/");
	client_add_escaped(&path, request->arguments[0]);
	text_add_string(&path, "/attestations");
	status = client_post(request->client, text_string(&path), body, request->key,
		&answer);
	free(body);
	text_release(&path);
	return answer_print(request, status, &answer, print_attested);
}

static void print_reloaded(const struct request *request,
	const struct text *answer)
{
	json_t *json = json_loads(text_string(answer), 0, NULL);

	(void)request;
	print_said(stdout, string_of(json, "warnings"));
	puts("reloaded");
	json_decref(json);
}

int verb_reload(const struct request *request)
{
	struct text answer;
	int status = post_below(request, "reload", "", "", &answer);

	return answer_print(request, status, &answer, print_reloaded);
}
