/*
 * outbox: messages on their way and those given up, and whether a channel can be
 * reached at all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledgectl/lists.h"

static long long number_of(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

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

static void print_line(const char *label, const char *value)
{
	printf("  %-12s ", label);
	print_said(stdout, value);
	putchar('\n');
}

static void print_member(const json_t *object, const char *label,
	const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	if (value != NULL)
		print_line(label, value);
}

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

static void print_attempts(const json_t *attempts)
{
	const json_t *attempt;
	size_t i;

	if (json_array_size(attempts) > 0)
		puts("attempts");
	json_array_foreach(attempts, i, attempt) {
		printf("  %s  %s", string_of(attempt, "at"),
			string_of(attempt, "state"));
		if (json_is_string(json_object_get(attempt, "answer"))) {
			fputs(": ", stdout);
			print_said(stdout, string_of(attempt, "answer"));
		}
		putchar('\n');
	}
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

	printf("message %lld to %s: %s, %lld attempts\n", number_of(json, "id"),
		string_of(json, "channel"), string_of(json, "state"),
		number_of(json, "attempts"));
	print_member(json, "message id", "message_id");
	print_member(json, "created", "created");
	print_member(json, "last attempt", "last_attempt");
	print_member(json, "answer", "answer");
	print_member(json, "next", "next");
	print_items(request, json_object_get(json, "items"));
	print_attempts(json_object_get(json, "attempts_made"));
	print_body(json_object_get(json, "body"));
	json_decref(json);
}

int verb_outbox_show(const struct request *request)
{
	struct text path, answer;
	int status = no_csv(request);

	if (status != CTL_DONE)
		return status;
	if (request->argument_count != 1)
		return tell_usage("outbox show takes one number, which outbox "
			"tells");
	text_init(&path, 65536);
	text_add_string(&path, "/v1/notifications/");
	client_add_escaped(&path, request->arguments[0]);
	status = client_ask(request->client, "GET", text_string(&path), &answer);
	if (status == CTL_DONE && request->form == FORM_TABLE)
		print_notification(request, &answer);
	else if (status == CTL_DONE)
		fputs(text_string(&answer), stdout);
	text_release(&path);
	text_release(&answer);
	return status;
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
			number_of(dead.list[i].json, "id"), items);

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
			number_of(items.list[i].json, "id"),
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

int verb_channel_test(const struct request *request)
{
	struct text path, answer;
	int status = no_csv(request);

	if (status != CTL_DONE)
		return status;
	if (request->argument_count != 1)
		return tell_usage("channel test takes one channel's id, which list "
			"channels tells");
	text_init(&path, 65536);
	text_add_string(&path, "/v1/channels/");
	client_add_escaped(&path, request->arguments[0]);
	text_add_string(&path, "/test");
	path_add_note(request, &path);
	status = client_ask(request->client, "POST", text_string(&path), &answer);
	if (status == CTL_DONE && request->form == FORM_TABLE) {
		json_t *json = json_loads(text_string(&answer), 0, NULL);

		printf("%s: delivered: ", string_of(json, "channel"));
		print_said(stdout, string_of(json, "answer"));
		putchar('\n');
		json_decref(json);
	} else if (status == CTL_DONE) {
		fputs(text_string(&answer), stdout);
	}
	text_release(&path);
	text_release(&answer);
	return status;
}
