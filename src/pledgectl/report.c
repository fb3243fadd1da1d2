/*
 * report: all that is asked of many milestones as one document: HTML into a file,
 * as the daemon writes it, or the main of it on a screen.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledgectl/answer.h"
#include "pledgectl/members.h"
#include "pledgectl/part.h"
#include "pledgectl/progress.h"
#include "pledgectl/rollups.h"

/* --- into a file -------------------------------------------------------------------- */

/* Something that stands in the stream, looked for byte by byte. Its first byte
   stands nowhere else in it. */
struct mark {
	const char *words;
	size_t matched;
};

static bool mark_passes(struct mark *mark, char byte)
{
	if (byte == mark->words[mark->matched])
		mark->matched++;
	else
		mark->matched = byte == mark->words[0];
	if (mark->words[mark->matched] != '\0')
		return false;
	mark->matched = 0;
	return true;
}

struct fetching {
	struct part part;
	struct mark total_mark, sheet_mark;
	bool in_total;		/* its digits come */
	long long sheets, total;
};

/* How many sheets there will be stands at the beginning. */
static void fetching_count(struct fetching *fetching, char byte)
{
	if (fetching->in_total && byte >= '0' && byte <= '9')
		fetching->total = 10 * fetching->total + byte - '0';
	else
		fetching->in_total = mark_passes(&fetching->total_mark, byte);
	fetching->sheets += mark_passes(&fetching->sheet_mark, byte);
}

static bool fetching_take(void *context, const char *bytes, size_t length)
{
	struct fetching *fetching = context;

	for (size_t i = 0; i < length; i++)
		fetching_count(fetching, bytes[i]);
	progress_print("report", fetching->sheets, fetching->total);
	return part_take(&fetching->part, bytes, length);
}

static void print_kept(const struct fetching *fetching)
{
	struct text line;

	text_init(&line, 0);
	text_add_count(&line, (size_t)fetching->total, "milestone");
	printf("%s: %s, %lld bytes\n", fetching->part.name, text_string(&line),
		fetching->part.bytes);
	text_release(&line);
}

static int report_fetch(const struct request *request, const char *path)
{
	struct fetching fetching = {
		.total_mark = {"<meta name=\"pledged-milestones\" content=\"", 0},
		.sheet_mark = {"<section class=\"sheet\">", 0},
	};
	int status = part_open(&fetching.part, request->html, 0666);

	if (status != CTL_DONE)
		return status;
	progress_print("report: judging", 0, 0);
	/* The path names the form: a problem is not to be a page as well. */
	status = client_read(request->client, path, NULL, fetching_take, &fetching);
	progress_end();
	status = part_end(&fetching.part, status);
	if (status == CTL_DONE && !string_is(request->html, "-"))
		print_kept(&fetching);
	return status;
}

/* --- on a screen -------------------------------------------------------------------- */

static const struct {
	const char *member, *heading;
} lists[] = {
	{"missed", "What was missed"}, {"late", "What came late"},
	{"danger", "What is in danger or due"},
	{"unknown", "What could not be verified"},
	{"doubtful", "What rests on old, provisional or disputed figures"},
	{"moved", "What has other terms than at first"},
	{"left_out", "What is left out"},
};

static void print_list(const struct request *request, struct slice whole,
	size_t list)
{
	struct slice array = slice_member(whole, lists[list].member);
	struct items items;
	struct text none;

	text_init(&none, 0);
	items_take(&items, &none, array);
	if (items.count > 0) {
		printf("\n%s\n\n", lists[list].heading);
		items_print(&items, request, list_kind_find("milestones"));
	}
	items_release(&items);
}

static void add_count(struct text *out, const json_t *object, const char *key,
	const char *noun)
{
	text_add_count(out, (size_t)integer_of(object, key), noun);
}

static void print_head(const struct request *request, const json_t *json)
{
	struct text line;

	text_init(&line, 0);
	text_addf(&line, "Report on pledges as of %s, recorded by %s",
		string_of(json, "as_of"), json_is_string(json_object_get(json,
		"recorded_as_of")) ? string_of(json, "recorded_as_of") :
		"any time");
	print_wrapped(request, text_string(&line));
	text_clear(&line);
	add_count(&line, json, "milestones", "milestone");
	text_add_string(&line, " of ");
	add_count(&line, json, "pledges", "pledge");
	text_add_string(&line, " under ");
	add_count(&line, json, "instruments", "instrument");
	text_addf(&line, ": %s; register %s", string_of(json, "selection"),
		string_of(json, "register"));
	print_wrapped(request, text_string(&line));
	putchar('\n');
	text_release(&line);
}

static void print_failing(const json_t *json)
{
	const json_t *source;
	size_t i;

	json_array_foreach(json_object_get(json, "failing"), i, source) {
		printf("  %s: %s since %s, last read well %s: ",
			string_of(source, "source"), string_of(source, "outcome"),
			string_of(source, "failing_since"),
			string_of(source, "last_success"));
		print_said(stdout, string_of(source, "error"));
		putchar('\n');
	}
}

static void print_held(const json_t *json)
{
	const json_t *held = json_object_get(json, "held"), *figure;
	long long more = integer_of(json, "held_left_out");
	size_t i;

	printf("%lld figures held as implausible, and not used\n",
		(long long)json_array_size(held) + more);
	json_array_foreach(held, i, figure)
		printf("  %s %s: %s\n", string_of(figure, "indicator"),
			string_of(figure, "period"), string_of(figure, "held"));
	if (more > 0)
		printf("  … and %lld more\n", more);
}

static void print_method(const struct request *request, const json_t *json)
{
	long long failing = integer_of(json, "failing_left_out") +
		(long long)json_array_size(json_object_get(json, "failing"));

	puts("\nWhat is not covered\n");
	print_wrapped(request, "Nothing that is not known counts as missed: what is "
		"past its due date and undecided is awaiting data or unverified.");
	printf("of %lld sources, %lld had not been read well when last asked, "
		"%lld never asked\n", integer_of(json, "sources"), failing,
		integer_of(json, "sources_not_asked"));
	print_failing(json);
	print_held(json);
}

static void print_report(const struct request *request,
	const struct text *answer)
{
	struct slice whole = slice_of(text_string(answer));
	json_t *json = json_loads(text_string(answer), 0, NULL);

	print_head(request, json);
	scorecard_print(request, json_object_get(json, "scorecard"),
		slice_member(whole, "scorecard"));
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		print_list(request, whole, i);
	print_method(request, json);
	json_decref(json);
}

static int report_show(const struct request *request, const char *path)
{
	struct text answer;

	if (request->form == FORM_CSV)
		return tell_usage("a report is no table: scorecard, list and export "
			"give theirs as CSV");
	int status = client_ask(request->client, "GET", path, &answer);

	return answer_print(request, status, &answer, print_report);
}

int verb_report(const struct request *request)
{
	struct text query, path;
	int status;

	if (request->sort != NULL)
		return tell_usage("a report has its own order: leave --sort out");
	text_init(&query, 65536);
	text_init(&path, 65536);
	client_add_parameter(&query, "format", request->html != NULL ? "html" :
		"json");
	if (request->by != NULL)
		client_add_parameter(&query, "by", request->by);
	status = query_add_filters(request, "milestones", request->within,
		&query);
	text_addf(&path, "/report?%s", text_string(&query));
	if (status == CTL_DONE)
		status = request->html != NULL ?
			report_fetch(request, text_string(&path)) :
			report_show(request, text_string(&path));
	text_release(&path);
	text_release(&query);
	return status;
}
