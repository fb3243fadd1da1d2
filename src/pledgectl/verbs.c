/* verbs: see verbs.h. */
#include "pledgectl/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/mem.h"
#include "base/moment.h"
#include "pledgectl/answer.h"
#include "pledgectl/lists.h"
#include "pledgectl/members.h"
#include "pledgectl/times.h"

int tell_usage(const char *what)
{
	fprintf(stderr, "pledgectl: %s: see pledgectl --help\n", what);
	return CTL_USAGE;
}

int tell_unknown(const char *what, const char *word, const char *const *names)
{
	const char *nearest = string_nearest(word, names);

	fprintf(stderr, "pledgectl: %s \"%s\"%s%s: see pledgectl --help\n", what,
		word, nearest != NULL ? ", did you mean " : "",
		nearest != NULL ? nearest : "");
	return CTL_USAGE;
}

bool word_is_number(const char *word)
{
	return *word != '\0' && strlen(word) < 19 &&
		strspn(word, "0123456789") == strlen(word);
}

/* --- queries ------------------------------------------------------------------ */

/* The fields of each list; every other name is a label's. */
static const char *const milestone_fields[] = {"id", "pledge", "series",
	"instrument", "obligor", "owner", "severity", "status", "knowledge", NULL};
static const char *const alert_fields[] = {"subject", "kind", "severity",
	"class", "obligor", "owner", "instrument", "pledge", "milestone",
	"source", "indicator", "channel", "place", NULL};
static const char *const indicator_fields[] = {"id", "kind", "unit",
	"frequency", "source", "pledge", "milestone", NULL};
static const char *const source_fields[] = {"id", "reads", "outcome", "failing",
	"gone", "indicator", NULL};
static const char *const channel_fields[] = {"id", "type", "failing", NULL};
static const char *const outbox_fields[] = {"channel", "state", "alert", NULL};
static const char *const held_fields[] = {"indicator", "period", "source",
	NULL};
static const char *const observation_fields[] = {"period", "source", "by", "key",
	"quarantined", "held", NULL};

static const char *const event_fields[] = {"subject", "kind", "severity",
	"class", "obligor", "owner", "instrument", "pledge", "milestone",
	"source", "indicator", "channel", "place", "id", "series", "status",
	"knowledge", "due_before", "due_after", NULL};
static const char *const action_fields[] = {"subject", "what", "by", NULL};

static const struct {
	const char *list;
	const char *const *fields;
} list_fields[] = {
	{"milestones", milestone_fields}, {"pledges", milestone_fields},
	{"alerts", alert_fields}, {"indicators", indicator_fields},
	{"sources", source_fields}, {"channels", channel_fields},
	{"outbox", outbox_fields}, {"held", held_fields},
	{"events", event_fields}, {"actions", action_fields},
	{"observations", observation_fields},
};

static const char *const *fields_of(const char *list)
{
	static const char *const none[] = {NULL};

	for (size_t i = 0; i < sizeof list_fields / sizeof *list_fields; i++)
		if (string_is(list_fields[i].list, list))
			return list_fields[i].fields;
	return none;
}

static bool name_is_field(const char *const *fields, const char *name,
	size_t length)
{
	for (size_t i = 0; fields[i] != NULL; i++) {
		if (strlen(fields[i]) == length &&
			strncmp(fields[i], name, length) == 0)
			return true;
	}
	return false;
}

/* "obligor=CN" is a field, "sector=agriculture" a label. */
static int add_match(struct text *query, const char *const *fields,
	const char *match)
{
	const char *equals = strchr(match, '=');
	struct text name;

	if (equals == NULL || equals == match)
		return tell_usage("--match takes NAME=VALUE");
	size_t length = (size_t)(equals - match);

	text_init(&name, 1024);
	if (!name_is_field(fields, match, length) &&
			!string_starts(match, "label."))
		text_add_string(&name, "label.");
	text_add(&name, match, length);
	client_add_parameter(query, text_string(&name), equals + 1);
	text_release(&name);
	return CTL_DONE;
}

int query_add_matches(const struct request *request, const char *list,
	struct text *query)
{
	const char *const *fields = fields_of(list);
	int status = CTL_DONE;

	for (size_t i = 0; i < request->match_count && status == CTL_DONE; i++)
		status = add_match(query, fields, request->matches[i]);
	return status;
}

static int add_within(struct text *query, const char *within)
{
	struct duration duration;

	if (!duration_read(within, &duration))
		return tell_usage("a span is a number and a unit, such as 30d or 6mo");
	client_add_parameter(query, "due_within", within);
	return CTL_DONE;
}

void query_add_times(const struct request *request, struct text *query)
{
	if (request->as_of != NULL)
		client_add_parameter(query, "as_of", request->as_of);
	if (request->recorded_as_of != NULL)
		client_add_parameter(query, "recorded_as_of",
			request->recorded_as_of);
}

/* Why something is ordered, where that is said. */
static void path_add_note(const struct request *request, struct text *path)
{
	struct text query;

	if (request->note == NULL)
		return;
	text_init(&query, 65536);
	client_add_parameter(&query, "note", request->note);
	text_addf(path, "?%s", text_string(&query));
	text_release(&query);
}

static int build_alert_query(const struct request *request,
	const char *within, struct text *query)
{
	if (within != NULL || request->as_of != NULL ||
			request->recorded_as_of != NULL)
		return tell_usage("alerts are asked for as they stand now: "
			"by --status, --match and --all");
	if (request->all || request->status != NULL)
		client_add_parameter(query, "state", request->status != NULL ?
			request->status : "all");
	return query_add_matches(request, "alerts", query);
}

int query_add_filters(const struct request *request, const char *list,
	const char *within, struct text *query)
{
	query_add_times(request, query);
	if (request->status != NULL)
		client_add_parameter(query, "status", request->status);
	int status = query_add_matches(request, list, query);

	return status != CTL_DONE || within == NULL ? status :
		add_within(query, within);
}

/* What the filters of the command line ask for. Which of them a list has is the
   daemon's to say. */
static int build_query(const struct request *request,
	const struct list_kind *kind, const char *within, struct text *query)
{
	if (string_is(kind->name, "alerts"))
		return build_alert_query(request, within, query);
	if (request->all && !string_is(kind->name, "milestones"))
		client_add_parameter(query, "state", "all");
	return query_add_filters(request, kind->name, within, query);
}

/* Whether a table leaves out what has not started of a series: unless it was
   asked for by status, by id, by its series or by date. */
static bool list_is_short(const struct request *request, const char *within)
{
	for (size_t i = 0; i < request->match_count; i++)
		if (string_starts(request->matches[i], "id=") ||
			string_starts(request->matches[i], "series="))
			return false;
	return request->form == FORM_TABLE && !request->all &&
		request->status == NULL && within == NULL;
}

static void list_print(struct items *items, const struct request *request,
	const struct list_kind *kind, const char *within)
{
	size_t ahead = 0;

	if (string_is(kind->name, "milestones") && list_is_short(request, within))
		ahead = items_drop_ahead(items, 0);
	if (string_is(kind->name, "alerts") && request->form == FORM_TABLE &&
			!request->all)
		items_sort(items, "standing");
	items_print(items, request, kind);
	if (ahead > 0)
		printf("%zu instances have not started: --all lists them\n",
			ahead);
}

/* Lists of one thing: of whose. */
static const struct {
	const char *name, *place, *what;
} lists_of[] = {
	{"answers", "sources/", "one source's id"},
	{"observations", "indicators/", "one indicator's id"},
};

/* What a list of one thing belongs to; NULL: it belongs to none. */
static const char *list_owner(const char *name, const char **what)
{
	for (size_t i = 0; i < sizeof lists_of / sizeof *lists_of; i++) {
		*what = lists_of[i].what;
		if (string_is(lists_of[i].name, name))
			return lists_of[i].place;
	}
	return NULL;
}

/* Where a list stands below /v1/. */
static int list_place(const struct request *request, const char *name,
	struct text *place, struct text *query)
{
	const char *what, *owner = list_owner(name, &what);

	if (owner != NULL && request->argument_count != 2) {
		fprintf(stderr, "pledgectl: list %s takes %s: see pledgectl "
			"--help\n", name, what);
		return CTL_USAGE;
	}
	if (owner == NULL && request->argument_count == 2) {
		fprintf(stderr, "pledgectl: list: \"%s\" is one word too many: see "
			"pledgectl --help\n", request->arguments[1]);
		return CTL_USAGE;
	}
	if (owner != NULL) {
		text_add_string(place, owner);
		client_add_escaped(place, request->arguments[1]);
		text_add_char(place, '/');
	}
	if (string_is(name, "held")) {
		client_add_parameter(query, "held", "true");
		name = "observations";
	}
	text_add_string(place, name);
	return CTL_DONE;
}

static int list(const struct request *request, const char *name,
	const char *within, const char *sort)
{
	const struct list_kind *kind = list_kind_find(name);
	struct items items;
	struct text query, place;

	if (kind == NULL)
		return tell_unknown("there is no list of", name,
			list_kind_names());
	text_init(&query, 65536);
	text_init(&place, 65536);
	int status = build_query(request, kind, within, &query);

	if (status == CTL_DONE)
		status = list_place(request, name, &place, &query);
	if (status == CTL_DONE) {
		status = items_get(&items, request, text_string(&place),
			text_string(&query));
		if (status == CTL_DONE && sort != NULL)
			items_sort(&items, sort);
		if (status == CTL_DONE)
			list_print(&items, request, kind, within);
		items_release(&items);
	}
	text_release(&query);
	text_release(&place);
	return status;
}

int verb_list(const struct request *request)
{
	return list(request, request->argument_count > 0
		? request->arguments[0] : "milestones", request->within,
		request->sort);
}

int verb_due(const struct request *request)
{
	return list(request, "milestones",
		request->within != NULL ? request->within : "30d",
		request->sort != NULL ? request->sort : "due");
}

/* --- status ----------------------------------------------------------------------- */

static void print_counts(json_t *milestones)
{
	const char *status;
	json_t *count;

	printf("milestones   %lld\n", integer_of(milestones, "total"));
	json_object_foreach(json_object_get(milestones, "by_status"), status, count)
		printf("  %-15s %lld\n", status,
			(long long)json_integer_value(count));
}

/* A line below another. */
static void print_below(const struct request *request, const char *line)
{
	fputs("  ", stdout);
	print_indented(request, line, 2, GRID_PLAIN);
}

static void print_deadlines(const struct request *request, json_t *deadlines)
{
	size_t i;
	json_t *deadline;
	struct text line;

	if (json_array_size(deadlines) == 0)
		return;
	puts("next deadlines");
	text_init(&line, 0);
	json_array_foreach(deadlines, i, deadline) {
		text_clear(&line);
		add_day(&line, request, string_of(deadline, "due"));
		text_addf(&line, "  %s (%s)", string_of(deadline, "id"),
			string_of(deadline, "status"));
		print_below(request, text_string(&line));
	}
	text_release(&line);
}

static void print_sources(const struct request *request, json_t *sources)
{
	json_t *failing = json_object_get(sources, "failing"), *source;
	struct text line;
	size_t i;

	printf("sources      %lld, %lld failing\n",
		integer_of(sources, "total"), integer_of(sources, "failing_total"));
	text_init(&line, 0);
	json_array_foreach(failing, i, source) {
		text_clear(&line);
		text_addf(&line, "%s since ", string_of(source, "id"));
		add_time_of(&line, request, source, "since");
		text_addf(&line, ": %s", string_of(source, "error"));
		print_below(request, text_string(&line));
	}
	text_release(&line);
}

static void print_alerts(const json_t *json)
{
	long long open = integer_of(json, "alerts");
	long long taken = integer_of(json, "acknowledged");
	long long silences = integer_of(json, "silences");

	printf("alerts       %lld firing", open - taken);
	if (taken > 0)
		printf(", %lld acknowledged", taken);
	if (silences > 0)
		printf(", %lld silences", silences);
	putchar('\n');
}

static void print_status(const struct request *request,
	const struct text *answer)
{
	json_t *json = json_loads(text_string(answer), 0, NULL);
	struct text line;

	text_init(&line, 0);
	text_addf(&line, "pledged %s, %s, up ", string_of(json, "version"),
		string_of(json, "state"));
	text_add_seconds(&line, integer_of(json, "uptime"));
	text_add_string(&line, " (since ");
	add_time_whole(&line, request, string_of(json, "started"));
	text_add_char(&line, ')');
	print_wrapped(request, text_string(&line));
	print_counts(json_object_get(json, "milestones"));
	print_sources(request, json_object_get(json, "sources"));
	print_alerts(json);
	printf("outbox       %lld waiting\n", integer_of(json, "outbox"));
	print_deadlines(request, json_object_get(json, "deadlines"));
	text_release(&line);
	json_decref(json);
}

int verb_status(const struct request *request)
{
	struct text answer;
	int status = client_ask(request->client, "GET", "/v1/status", &answer);

	return answer_print(request, status, &answer, print_status);
}

/* --- one thing -------------------------------------------------------------------- */

int post_below(const struct request *request, const char *place, const char *id,
	const char *suffix, struct text *answer)
{
	struct text path;

	text_init(&path, 65536);
	text_addf(&path, "/v1/%s", place);
	client_add_escaped(&path, id);
	text_add_string(&path, suffix);
	path_add_note(request, &path);
	int status = client_ask(request->client, "POST", text_string(&path),
		answer);

	text_release(&path);
	return status;
}

int get_below(const struct request *request, const char *place, const char *id,
	const char *suffix, bool times, struct text *answer)
{
	struct text path, query;

	text_init(&path, 65536);
	text_init(&query, 65536);
	text_addf(&path, "/v1/%s", place);
	client_add_escaped(&path, id);
	if (times)
		query_add_times(request, &query);
	text_addf(&path, "%s%s%s", suffix, query.length > 0 ? "?" : "",
		text_string(&query));
	int status = client_ask(request->client, "GET", text_string(&path),
		answer);

	text_release(&query);
	text_release(&path);
	return status;
}

/* --- milestones ------------------------------------------------------------------- */

int milestone_get(const struct request *request, const char *suffix,
	struct text *answer)
{
	return get_below(request, "milestones/", request->arguments[0], suffix,
		true, answer);
}

int verb_history(const struct request *request)
{
	struct list_kind changes = {.columns = history_columns};
	struct items items;
	struct text path;
	int status;

	if (request->argument_count != 1 ||
	    strchr(request->arguments[0], '/') == NULL)
		return tell_usage("history takes one milestone's id, "
			"pledge/milestone");
	text_init(&path, 65536);
	text_add_string(&path, "milestones/");
	client_add_escaped(&path, request->arguments[0]);
	text_add_string(&path, "/history");
	status = items_get(&items, request, text_string(&path), "");
	if (status == CTL_DONE)
		items_print(&items, request, &changes);
	items_release(&items);
	text_release(&path);
	return status;
}
