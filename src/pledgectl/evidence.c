/*
 * evidence: the bytes that figures were read from, and whether all that was
 * recorded is as it was recorded.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pledgectl/lists.h"
#include "pledgectl/progress.h"

#define ASK_AGAIN_NANOSECONDS 200000000L

int verb_snapshot(const struct request *request)
{
	struct text path, answer;

	if (request->argument_count != 1)
		return tell_usage("snapshot takes one SHA-256, which explain -o json "
			"and list answers tell");
	if (isatty(STDOUT_FILENO) && !request->force)
		return tell_usage("what a source sent may do anything to a terminal: "
			"write it to a file with >, or say --force");
	text_init(&path, 65536);
	text_add_string(&path, "/v1/snapshots/");
	client_add_escaped(&path, request->arguments[0]);
	int status = client_ask(request->client, "GET", text_string(&path),
		&answer);

	if (status == CTL_DONE)
		fwrite(text_string(&answer), 1, answer.length, stdout);
	text_release(&path);
	text_release(&answer);
	return status;
}

/* --- verify ------------------------------------------------------------------------ */

static long long count_of(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

static void print_progress(const json_t *json)
{
	progress_print(string_of(json, "phase"), count_of(json, "done"),
		count_of(json, "total"));
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

static int print_verified(const struct request *request,
	const struct text *answer, json_t *json)
{
	bool good = json_is_true(json_object_get(json, "good"));
	const char *fault = json_string_value(json_object_get(json, "fault"));

	if (request->form != FORM_TABLE) {
		fputs(text_string(answer), stdout);
		return good ? CTL_DONE : CTL_FAILED;
	}
	if (fault != NULL) {
		print_said(stdout, fault);
		putchar('\n');
	}
	print_differences(json);
	printf("%s: %lld facts in order; %lld of %lld answers read again, "
		"%lld figures and documents follow from them\n",
		good ? "good" : "broken", count_of(json, "facts"),
		count_of(json, "answers"), count_of(json, "sample"),
		count_of(json, "followed"));
	if (json_is_string(json_object_get(json, "seal")))
		printf("seal %s\n", string_of(json, "seal"));
	return good ? CTL_DONE : CTL_FAILED;
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
	int status = no_csv(request);

	if (status != CTL_DONE)
		return status;
	text_init(&path, 65536);
	text_init(&query, 65536);
	if (request->sample != NULL)
		client_add_parameter(&query, "sample", request->sample);
	if (request->seal != NULL)
		client_add_parameter(&query, "seal", request->seal);
	text_addf(&path, "/v1/verify%s%s", query.length > 0 ? "?" : "",
		text_string(&query));
	status = client_ask(request->client, "POST", text_string(&path), &answer);
	text_release(&answer);
	if (status == CTL_DONE)
		status = verify_wait(request, &answer, &json);
	if (status == CTL_DONE)
		status = print_verified(request, &answer, json);
	text_release(&answer);
	json_decref(json);
	text_release(&query);
	text_release(&path);
	return status;
}
