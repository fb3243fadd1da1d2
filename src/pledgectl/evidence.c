/*
 * evidence: the bytes that figures were read from, and whether all that was
 * recorded is as it was recorded.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pledgectl/answer.h"
#include "pledgectl/members.h"
#include "pledgectl/progress.h"

#define ASK_AGAIN_NANOSECONDS 200000000L

int verb_snapshot(const struct request *request)
{
	struct text answer;

	if (request->argument_count != 1)
		return tell_usage("snapshot takes one SHA-256, which explain -o json "
			"and list answers tell");
	if (isatty(STDOUT_FILENO) && !request->force)
		return tell_usage("what a source sent may do anything to a terminal: "
			"write it to a file with >, or say --force");
	int status = get_below(request, "snapshots/", request->arguments[0], "",
		false, &answer);

	if (status == CTL_DONE)
		fwrite(text_string(&answer), 1, answer.length, stdout);
	text_release(&answer);
	return status;
}

/* --- verify ------------------------------------------------------------------------ */

static void print_progress(const json_t *json)
{
	progress_print(string_of(json, "phase"), integer_of(json, "done"),
		integer_of(json, "total"));
}

static void print_differences(const json_t *json)
{
	json_t *differences = json_object_get(json, "differences"), *one;
	size_t i;

	json_array_foreach(differences, i, one) {
		print_said(stdout, json_string_value(one));
		putchar('\n');
	}
}

static void print_verdict(const struct request *request, const json_t *json)
{
	struct text line;

	text_init(&line, 0);
	text_addf(&line, "%s: %lld facts in order; %lld of %lld answers read "
		"again, %lld figures and documents follow from them",
		json_is_true(json_object_get(json, "good")) ? "good" : "broken",
		integer_of(json, "facts"), integer_of(json, "answers"),
		integer_of(json, "sample"), integer_of(json, "followed"));
	print_indented(request, text_string(&line), 0, GRID_PLAIN);
	text_release(&line);
}

static void print_verified(const struct request *request,
	const struct text *answer)
{
	json_t *json = json_loads(text_string(answer), 0, NULL);
	const char *fault = json_string_value(json_object_get(json, "fault"));

	if (fault != NULL) {
		print_said(stdout, fault);
		putchar('\n');
	}
	print_differences(json);
	print_verdict(request, json);
	if (json_is_string(json_object_get(json, "seal")))
		printf("seal %s\n", string_of(json, "seal"));
	json_decref(json);
}

/* Until it has ended; the last answer. */
static int verify_wait(const struct request *request, struct text *answer,
	json_t **json)
{
	static const struct timespec pause = {0, ASK_AGAIN_NANOSECONDS};
	int status;

	for (;;) {
		status = client_ask(request->client, "GET", "/v1/verify", answer);
		if (status != CTL_DONE)
			break;
		*json = json_loads(text_string(answer), 0, NULL);
		if (!string_is(string_of(*json, "state"), "running"))
			break;
		print_progress(*json);
		json_decref(*json);
		*json = NULL;
		text_release(answer);
		nanosleep(&pause, NULL);
	}
	progress_end();
	return status;
}

int verb_verify(const struct request *request)
{
	struct text path, query, answer;
	json_t *json = NULL;
	int status;

	text_init(&path, 65536);
	text_init(&query, 65536);
	if (request->sample != NULL)
		client_add_parameter(&query, "sample", request->sample);
	if (request->seal != NULL)
		client_add_parameter(&query, "seal", request->seal);
	if (request->note != NULL)
		client_add_parameter(&query, "note", request->note);
	text_addf(&path, "/v1/verify%s%s", query.length > 0 ? "?" : "",
		text_string(&query));
	status = client_ask(request->client, "POST", text_string(&path), &answer);
	text_release(&answer);
	text_release(&query);
	text_release(&path);
	if (status == CTL_DONE)
		status = verify_wait(request, &answer, &json);
	bool good = json_is_true(json_object_get(json, "good"));

	json_decref(json);
	status = answer_print(request, status, &answer, print_verified);
	return status != CTL_DONE || good ? status : CTL_FAILED;
}
