/*
 * alerts: what people do about them: take one in hand, or ask not to be told for
 * a while.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledgectl/lists.h"
#include "pledgectl/members.h"

static void print_time(const struct request *request, const json_t *object,
	const char *key)
{
	struct text time;

	text_init(&time, 0);
	add_time_of(&time, request, object, key);
	fputs(text_string(&time), stdout);
	text_release(&time);
}

/* Answers one by one as sentences, else as a list of that kind. */
static void answers_print(const struct request *request, struct items *items,
	const char *kind, void (*print)(const struct request *request,
		const json_t *answer))
{
	for (size_t i = 0; request->form == FORM_TABLE && i < items->count; i++)
		print(request, items->list[i].json);
	if (request->form != FORM_TABLE)
		items_print(items, request, list_kind_find(kind));
}

/* --- taking in hand ------------------------------------------------------------- */

static int ack_one(const struct request *request, long long number,
	struct items *items)
{
	char path[64];

	snprintf(path, sizeof path, "/v1/alerts/%lld/ack", number);
	return item_post(request, path, json_pack("{s:s, s:s*}", "note",
		request->note, "for", request->span), items);
}

/* All that are open of what it names. */
static int ack_subject(const struct request *request, const char *subject,
	struct items *items)
{
	struct items open;
	struct text query;
	int status, worst = CTL_DONE;

	text_init(&query, 65536);
	client_add_parameter(&query, "subject", subject);
	status = items_get(&open, request, "alerts", text_string(&query));
	text_release(&query);
	if (status == CTL_DONE && open.count == 0) {
		fprintf(stderr, "pledgectl: no alert is open of \"%s\": pledgectl "
			"list alerts tells those that are\n", subject);
		status = CTL_ABSENT;
	}
	for (size_t i = 0; status == CTL_DONE && i < open.count; i++) {
		int done = ack_one(request, integer_of(open.list[i].json, "id"),
			items);

		worst = done != CTL_DONE ? done : worst;
	}
	items_release(&open);
	return status != CTL_DONE ? status : worst;
}

static void print_acknowledged(const struct request *request,
	const json_t *alert)
{
	const json_t *acknowledged = json_object_get(alert, "acknowledged");

	printf("alert %lld, %s", integer_of(alert, "id"),
		string_of(alert, "kind"));
	if (json_is_string(json_object_get(alert, "subject"))) {
		putchar(' ');
		print_said(stdout, string_of(alert, "subject"));
	}
	printf(": %s has it until ", string_of(acknowledged, "by"));
	print_time(request, acknowledged, "until");
	putchar('\n');
}

/* Each for itself: what cannot be done does not keep the others. */
int verb_ack(const struct request *request)
{
	struct items items = {.count = 0};
	int status = CTL_DONE;

	if (request->argument_count == 0)
		return tell_usage("ack takes numbers, which list alerts tells, or "
			"ids of what alerts are about");
	if (request->note == NULL)
		return tell_usage("ack needs -m WHY: what is being done about it?");
	if (request->key != NULL && (request->argument_count > 1 ||
			!word_is_number(request->arguments[0])))
		return tell_usage("with --key ack takes one number");
	for (size_t i = 0; i < request->argument_count; i++) {
		const char *word = request->arguments[i];
		int done = word_is_number(word) ?
			ack_one(request, strtoll(word, NULL, 10), &items) :
			ack_subject(request, word, &items);

		status = done != CTL_DONE ? done : status;
	}
	answers_print(request, &items, "alerts", print_acknowledged);
	items_release(&items);
	return status;
}

/* --- silences ------------------------------------------------------------------- */

/* As the daemon reads them: what holds a space stands in quotes. */
static void add_words(const struct request *request, struct text *out)
{
	for (size_t i = 0; i < request->argument_count; i++) {
		const char *word = request->arguments[i];
		const char *equals = strchr(word, '=');
		const char *value = equals != NULL ? equals + 1 : word;
		bool quote = strpbrk(value, " \t") != NULL &&
			strchr(value, '"') == NULL &&
			request->argument_count > 1;

		if (i > 0)
			text_add_char(out, ' ');
		text_add(out, word, (size_t)(value - word));
		text_addf(out, "%s%s%s", quote ? "\"" : "", value,
			quote ? "\"" : "");
	}
}

static void print_silence(const struct request *request,
	const json_t *silence)
{
	printf("silence %lld, ", integer_of(silence, "id"));
	print_said(stdout, string_of(silence, "match"));
	fputs(", until ", stdout);
	print_time(request, silence, "until");
	printf(": %lld open alerts and %lld milestones are so\n",
		integer_of(silence, "alerts"), integer_of(silence, "milestones"));
}

static void tell_warning(const struct items *items)
{
	const char *warning = items->count == 0 ? NULL : json_string_value(
		json_object_get(items->list[0].json, "warning"));

	if (warning == NULL)
		return;
	fflush(stdout);
	fprintf(stderr, "pledgectl: warning: %s\n", warning);
}

int verb_silence_add(const struct request *request)
{
	struct items items = {.count = 0};
	struct text words;

	if (request->argument_count == 0)
		return tell_usage("silence add takes what alerts are to be like, "
			"such as obligor=CN kind=at_risk, or an id");
	if (request->note == NULL)
		return tell_usage("silence add needs -m WHY: why shall nobody be "
			"told?");
	text_init(&words, 65536);
	add_words(request, &words);
	json_t *body = json_pack("{s:s, s:s, s:s*, s:s*, s:s*}",
		"match", text_string(&words), "note", request->note,
		"for", request->span, "until", request->until,
		"from", request->from);

	text_release(&words);
	int status = item_post(request, "/v1/silences", body, &items);

	answers_print(request, &items, "silences", print_silence);
	tell_warning(&items);
	items_release(&items);
	return status;
}

int verb_silence_list(const struct request *request)
{
	struct items items;
	int status = items_get(&items, request, "silences",
		request->all ? "state=all" : "");

	if (status == CTL_DONE)
		items_print(&items, request, list_kind_find("silences"));
	items_release(&items);
	return status;
}

static int end_one(const struct request *request, const char *number,
	struct items *items)
{
	struct text path, query, answer;

	text_init(&path, 65536);
	text_init(&query, 65536);
	if (request->note != NULL)
		client_add_parameter(&query, "note", request->note);
	text_addf(&path, "/v1/silences/%s%s%s", number,
		query.length > 0 ? "?" : "", text_string(&query));
	int status = client_order(request->client, "DELETE", text_string(&path),
		request->key, &answer);

	if (status == CTL_DONE)
		items_add(items, &answer);
	else
		text_release(&answer);
	text_release(&path);
	text_release(&query);
	return status;
}

static void print_ended(const struct request *request, const json_t *silence)
{
	(void)request;
	printf("silence %lld, ", integer_of(silence, "id"));
	print_said(stdout, string_of(silence, "match"));
	puts(": ended");
}

int verb_silence_end(const struct request *request)
{
	struct items items = {.count = 0};
	int status = CTL_DONE;

	if (request->argument_count == 0)
		return tell_usage("silence end takes numbers, which silence list "
			"tells");
	if (request->key != NULL && request->argument_count > 1)
		return tell_usage("with --key silence end takes one number");
	for (size_t i = 0; i < request->argument_count; i++)
		if (!word_is_number(request->arguments[i]))
			return tell_usage("silence end takes numbers, which "
				"silence list tells");
	for (size_t i = 0; i < request->argument_count; i++) {
		int done = end_one(request, request->arguments[i], &items);

		status = done != CTL_DONE ? done : status;
	}
	answers_print(request, &items, "silences", print_ended);
	items_release(&items);
	return status;
}
