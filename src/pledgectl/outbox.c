/*
 * outbox: messages on their way and those given up, and whether a channel can be
 * reached at all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledgectl/answer.h"
#include "pledgectl/members.h"

static int outbox_get(const struct request *request, const char *query,
	struct items *items)
{
	return items_get(items, request, "outbox", query);
}

/* Those given up are not among those on their way, and want somebody. */
static int tell_dead(const struct request *request)
{
	struct items dead;
	int status = outbox_get(request, "state=dead", &dead);

	if (status == CTL_DONE && dead.count > 0)
		printf("%zu given up: outbox --dead lists them, outbox retry or "
			"outbox drop ends that\n", dead.count);
	items_release(&dead);
	return status;
}

int verb_outbox_list(const struct request *request)
{
	struct items items;
	bool pending = !request->all && !request->dead;
	int status;

	if (request->all && request->dead)
		return tell_usage("--all lists those given up, too: leave --dead "
			"out");
	status = outbox_get(request, request->all ? "state=all" :
		request->dead ? "state=dead" : "", &items);
	if (status == CTL_DONE)
		items_print(&items, request, list_kind_find("outbox"));
	items_release(&items);
	if (status == CTL_DONE && pending && request->form == FORM_TABLE)
		status = tell_dead(request);
	return status;
}

/* --- one -------------------------------------------------------------------------- */

static const struct fact notification_facts[] = {
	{"message id", "message_id", FACT_PLAIN},
	{"created", "created", FACT_TIME},
	{"last attempt", "last_attempt", FACT_TIME},
	{"answer", "answer", FACT_PLAIN}, {"next", "next", FACT_TIME},
	{NULL, NULL, FACT_PLAIN},
};

static void print_items(const struct request *request, const json_t *items)
{
	const json_t *item;
	size_t i;

	puts("tells");
	json_array_foreach(items, i, item) {
		const char *subject = json_string_value(json_object_get(item,
			"milestone"));
		struct text line;

		text_init(&line, 0);
		text_addf(&line, "  %s: %s", string_of(item, "told_as"),
			string_of(item, "kind"));
		if (subject != NULL)
			text_addf(&line, " %s", subject);
		text_addf(&line, ": %s", string_of(item, "reason"));
		print_wrapped(request, text_string(&line));
		text_release(&line);
	}
}

static void print_attempts(const struct request *request, const json_t *attempts)
{
	const json_t *attempt;
	struct text line;
	size_t i;

	if (json_array_size(attempts) > 0)
		puts("attempts");
	text_init(&line, 0);
	json_array_foreach(attempts, i, attempt) {
		const char *answer = json_string_value(
			json_object_get(attempt, "answer"));

		text_clear(&line);
		add_time_of(&line, request, attempt, "at");
		text_addf(&line, " %s%s%s", string_of(attempt, "state"),
			answer != NULL ? ": " : "", answer != NULL ? answer : "");
		fputs("  ", stdout);
		print_indented(request, text_string(&line), 2, GRID_PLAIN);
	}
	text_release(&line);
}

static void print_body(const json_t *body)
{
	const json_t *headers = json_object_get(body, "headers"), *header;
	size_t i;

	puts("says");
	json_array_foreach(headers, i, header) {
		print_said(stdout, json_string_value(header));
		putchar('\n');
	}
	if (json_is_array(headers))
		putchar('\n');
	print_said(stdout, string_of(body, "text"));
	putchar('\n');
}

static void print_notification(const struct request *request,
	const struct text *answer)
{
	json_t *json = json_loads(text_string(answer), 0, NULL);

	printf("message %lld to %s: %s, %lld attempts\n", integer_of(json, "id"),
		string_of(json, "channel"), string_of(json, "state"),
		integer_of(json, "attempts"));
	facts_print(request, json, slice_of(text_string(answer)),
		notification_facts);
	print_items(request, json_object_get(json, "items"));
	print_attempts(request, json_object_get(json, "attempts_made"));
	print_body(json_object_get(json, "body"));
	json_decref(json);
}

int verb_outbox_show(const struct request *request)
{
	struct text answer;

	if (request->argument_count != 1)
		return tell_usage("outbox show takes one number, which outbox "
			"tells");
	int status = get_below(request, "notifications/", request->arguments[0],
		"", false, &answer);

	return answer_print(request, status, &answer, print_notification);
}

/* --- by hand ----------------------------------------------------------------------- */

static int handle_one(const struct request *request, const char *what,
	long long number, struct items *items)
{
	char path[64];

	snprintf(path, sizeof path, "/v1/outbox/%lld/%s", number, what);
	return item_post(request, path, json_pack("{s:s*}", "note",
		request->note), items);
}

static int handle_dead(const struct request *request, const char *what,
	struct items *items)
{
	struct items dead;
	int status = outbox_get(request, "state=dead", &dead), worst = status;

	for (size_t i = dead.count; status == CTL_DONE && i-- > 0; ) {
		int done = handle_one(request, what,
			integer_of(dead.list[i].json, "id"), items);

		worst = done != CTL_DONE ? done : worst;
	}
	items_release(&dead);
	return worst;
}

static int handle_words(const struct request *request, const char *what,
	struct items *items)
{
	int status = CTL_DONE;

	for (size_t i = 0; i < request->argument_count; i++) {
		int done = handle_one(request, what,
			strtoll(request->arguments[i], NULL, 10), items);

		status = done != CTL_DONE ? done : status;
	}
	return status;
}

/* What was done is told of each; table: as the word for it. */
static int handle(const struct request *request, const char *what,
	const char *done)
{
	struct items items = {.count = 0};
	int status = request->dead ? handle_dead(request, what, &items) :
		handle_words(request, what, &items);

	for (size_t i = 0; request->form == FORM_TABLE && i < items.count; i++)
		printf("message %lld to %s: %s\n",
			integer_of(items.list[i].json, "id"),
			string_of(items.list[i].json, "channel"), done);
	if (request->form == FORM_TABLE && request->dead && items.count == 0 &&
			status == CTL_DONE)
		puts("no message is given up");
	if (request->form != FORM_TABLE)
		items_print(&items, request, list_kind_find("outbox"));
	items_release(&items);
	return status;
}

static int numbers_check(const struct request *request, const char *usage)
{
	bool sound = request->argument_count > 0;

	for (size_t i = 0; i < request->argument_count; i++)
		sound = sound && word_is_number(request->arguments[i]);
	if (!sound)
		return tell_usage(usage);
	return request->key != NULL && request->argument_count > 1 ?
		tell_usage("with --key one number is taken") : CTL_DONE;
}

int verb_outbox_retry(const struct request *request)
{
	static const char usage[] = "outbox retry takes numbers, which outbox "
		"--dead tells, or --dead alone for all of them";
	int status = CTL_DONE;

	if (request->dead && (request->argument_count > 0 ||
			request->key != NULL))
		return tell_usage(usage);
	if (!request->dead)
		status = numbers_check(request, usage);
	return status != CTL_DONE ? status :
		handle(request, "retry", "is sent again");
}

int verb_outbox_drop(const struct request *request)
{
	int status = numbers_check(request, "outbox drop takes numbers, which "
		"outbox tells");

	if (status != CTL_DONE)
		return status;
	if (request->note == NULL)
		return tell_usage("outbox drop needs -m WHY: why shall nobody hear "
			"of it?");
	return handle(request, "drop", "dropped");
}

/* --- channels ---------------------------------------------------------------------- */

static void print_tested(const struct request *request,
	const struct text *answer)
{
	json_t *json = json_loads(text_string(answer), 0, NULL);

	(void)request;
	printf("%s: delivered: ", string_of(json, "channel"));
	print_said(stdout, string_of(json, "answer"));
	putchar('\n');
	json_decref(json);
}

int verb_channel_test(const struct request *request)
{
	struct text answer;

	if (request->argument_count != 1)
		return tell_usage("channel test takes one channel's id, which list "
			"channels tells");
	int status = post_below(request, "channels/", request->arguments[0],
		"/test", &answer);

	return answer_print(request, status, &answer, print_tested);
}
