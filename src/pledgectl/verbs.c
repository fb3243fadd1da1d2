/* verbs: see verbs.h. */
#include "pledgectl/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/decimal.h"
#include "base/mem.h"
#include "base/moment.h"
#include "pledgectl/lists.h"
#include "pledgectl/series.h"

#define PROSE_WIDTH 100		/* where the terminal has none */

int tell_usage(const char *what)
{
	fprintf(stderr, "pledgectl: %s: see pledgectl --help\n", what);
	return CTL_USAGE;
}

void print_wrapped(const struct request *request, const char *prose)
{
	size_t width = request->width != 0 ? request->width : PROSE_WIDTH;
	size_t used = 0;
	struct text word;

	text_init(&word, 0);
	while (*prose != '\0') {
		size_t length = strcspn(prose, " ");

		text_clear(&word);
		text_add(&word, prose, length);
		size_t columns = utf8_columns(text_string(&word));

		if (used != 0) {
			bool fits = used + 1 + columns <= width;

			putchar(fits ? ' ' : '\n');
			used = fits ? used + 1 : 0;
		}
		print_said(stdout, text_string(&word));
		used += columns;
		prose += length + (prose[length] == ' ');
	}
	putchar('\n');
	text_release(&word);
}

/* --- queries ------------------------------------------------------------------ */

static const char *const milestone_fields[] = {"id", "pledge", "series",
	"instrument", "obligor", "owner", "severity", "status", NULL};
static const char *const alert_fields[] = {"subject", "kind", "severity",
	"class", "obligor", "owner", "instrument", "pledge", "milestone",
	"source", "indicator", "channel", "place", NULL};

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

static int add_matches(const struct request *request,
	const char *const *fields, struct text *query)
{
	int status = CTL_DONE;

	for (size_t i = 0; i < request->match_count && status == CTL_DONE; i++)
		status = add_match(query, fields, request->matches[i]);
	return status;
}

static int add_within(struct text *query, const char *within)
{
	struct duration duration;
	struct text time_text;
	instant now = (instant)time(NULL), end;

	if (!duration_read(within, &duration) ||
		!zone_add(zone_utc(), now, duration, &end))
		return tell_usage("a span is a number and a unit, such as 30d or 6mo");
	text_init(&time_text, 128);
	text_add_instant(&time_text, now);
	client_add_parameter(query, "due_after", text_string(&time_text));
	text_clear(&time_text);
	text_add_instant(&time_text, end);
	client_add_parameter(query, "due_before", text_string(&time_text));
	text_release(&time_text);
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

int query_add_filters(const struct request *request, const char *within,
	struct text *query)
{
	int status;

	query_add_times(request, query);
	if (request->status != NULL)
		client_add_parameter(query, "status", request->status);
	status = add_matches(request, milestone_fields, query);
	if (within != NULL && status == CTL_DONE)
		status = add_within(query, within);
	return status;
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
	return add_matches(request, alert_fields, query);
}

/* What the filters of the command line ask for; milestones and alerts alone
   have any. */
static int build_query(const struct request *request,
	const struct list_kind *kind, const char *within, struct text *query)
{
	if (string_is(kind->name, "alerts"))
		return build_alert_query(request, within, query);
	if (!string_is(kind->name, "milestones")) {
		if (request->status != NULL || request->match_count > 0 ||
			within != NULL || request->as_of != NULL ||
			request->recorded_as_of != NULL)
			return tell_usage("only milestones and alerts can be "
				"filtered");
		if (request->all)
			client_add_parameter(query, "state", "all");
		return CTL_DONE;
	}
	return query_add_filters(request, within, query);
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

/* Where a list stands below /v1/. */
static int list_place(const struct request *request, const char *name,
	struct text *place, struct text *query)
{
	bool of_source = string_is(name, "answers");

	if (of_source && request->argument_count != 2)
		return tell_usage("list answers takes one source's id");
	if (!of_source && request->argument_count == 2) {
		fprintf(stderr, "pledgectl: list: \"%s\" is one word too many: see "
			"pledgectl --help\n", request->arguments[1]);
		return CTL_USAGE;
	}
	if (of_source) {
		text_add_string(place, "sources/");
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

	if (kind == NULL) {
		const char *nearest = string_nearest(name, list_kind_names());

		fprintf(stderr, "pledgectl: there is no list of \"%s\"%s%s: see "
			"pledgectl --help\n", name,
			nearest != NULL ? ", did you mean " : "",
			nearest != NULL ? nearest : "");
		return CTL_USAGE;
	}
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

const char *string_of(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value != NULL ? value : "-";
}

static void print_counts(json_t *milestones)
{
	const char *status;
	json_t *count;

	printf("milestones   %lld\n", (long long)json_integer_value(
		json_object_get(milestones, "total")));
	json_object_foreach(json_object_get(milestones, "by_status"), status, count)
		printf("  %-15s %lld\n", status,
			(long long)json_integer_value(count));
}

static void print_deadlines(json_t *deadlines)
{
	size_t i;
	json_t *deadline;

	if (json_array_size(deadlines) == 0)
		return;
	puts("next deadlines");
	json_array_foreach(deadlines, i, deadline)
		printf("  %s  %s (%s)\n", string_of(deadline, "due"),
			string_of(deadline, "id"), string_of(deadline, "status"));
}

static void print_sources(json_t *sources)
{
	json_t *failing = json_object_get(sources, "failing"), *source;
	size_t i;

	printf("sources      %lld, %lld failing\n",
		(long long)json_integer_value(json_object_get(sources, "total")),
		(long long)json_integer_value(
			json_object_get(sources, "failing_total")));
	json_array_foreach(failing, i, source) {
		printf("  %s since %s: ", string_of(source, "id"),
			string_of(source, "since"));
		print_said(stdout, string_of(source, "error"));
		putchar('\n');
	}
}

static void print_alerts(const json_t *json)
{
	long long open = json_integer_value(json_object_get(json, "alerts"));
	long long taken = json_integer_value(json_object_get(json,
		"acknowledged"));
	long long silences = json_integer_value(json_object_get(json,
		"silences"));

	printf("alerts       %lld firing", open - taken);
	if (taken > 0)
		printf(", %lld acknowledged", taken);
	if (silences > 0)
		printf(", %lld silences", silences);
	putchar('\n');
}

static void print_status(const struct text *answer)
{
	json_t *json = json_loads(text_string(answer), 0, NULL);
	struct text uptime;

	text_init(&uptime, 128);
	text_add_seconds(&uptime,
		json_integer_value(json_object_get(json, "uptime")));
	printf("pledged %s, %s, up %s (since %s)\n", string_of(json, "version"),
		string_of(json, "state"), text_string(&uptime),
		string_of(json, "started"));
	print_counts(json_object_get(json, "milestones"));
	print_sources(json_object_get(json, "sources"));
	print_alerts(json);
	printf("outbox       %lld waiting\n", (long long)json_integer_value(
		json_object_get(json, "outbox")));
	print_deadlines(json_object_get(json, "deadlines"));
	text_release(&uptime);
	json_decref(json);
}

int no_csv(const struct request *request)
{
	return request->form == FORM_CSV
		? tell_usage("-o csv is for lists") : CTL_DONE;
}

int verb_status(const struct request *request)
{
	struct text answer;
	int status = no_csv(request);

	if (status != CTL_DONE)
		return status;
	status = client_ask(request->client, "GET", "/v1/status", &answer);
	if (status == CTL_DONE && request->form == FORM_TABLE)
		print_status(&answer);
	else if (status == CTL_DONE)
		fputs(text_string(&answer), stdout);
	text_release(&answer);
	return status;
}

/* --- show ------------------------------------------------------------------------- */

/* The lines a person reads first; the rest is in -o json. */
struct shown {
	const char *label;
	const char *key;
	bool grouped;
};

static const struct shown shown[] = {
	{"status", "status", false}, {"reason", "reason", false},
	{"title", "title", false}, {"obligor", "obligor", false},
	{"instrument", "instrument", false}, {"severity", "severity", false},
	{"knowledge", "knowledge", false}, {"since", "since", false},
	{"start", "start", false}, {"due", "due", false},
	{"event", "event_date", false}, {"days late", "days_late", false},
	{"days overdue", "days_overdue", false},
	{"actual", "actual", true}, {"target", "target", true},
	{"baseline", "baseline", true}, {"required now", "required_now", true},
	{"unit", "unit", false}, {"data through", "data_through", false},
	{"pace", "pace", false}, {"share of level", "share_of_level", false},
	{"of increment", "share_of_increment", false},
	{"shortfall", "shortfall", true}, {"as of", "as_of", false},
};

static const struct shown expected[] = {
	{"forecast", "method", false}, {"expected", "value", true},
	{"at least", "low", true}, {"at most", "high", true},
	{"reached on", "date", false}, {"slip days", "slip_days", false},
};

static const struct shown awaited[] = {
	{"expected on", "date", false}, {"slip days", "slip_days", false},
	{"because of", "root_cause", false},
};

/* The members of an object that have a value; a decimal is taken from the text
   itself, all its digits. */
static void print_members(json_t *object, struct slice whole,
	const struct shown *rows, size_t count)
{
	struct text line;

	text_init(&line, 0);
	for (size_t i = 0; i < count; i++) {
		json_t *value = json_object_get(object, rows[i].key);
		struct slice raw = slice_member(whole, rows[i].key);
		struct decimal number;

		if (value == NULL || json_is_null(value))
			continue;
		text_clear(&line);
		if (json_is_string(value))
			text_add_printable(&line, json_string_value(value));
		else if (rows[i].grouped && decimal_parse(raw.start, raw.length,
				&number))
			text_add_decimal_grouped(&line, number);
		else
			text_add(&line, raw.start, raw.length);
		printf("  %-15s %s\n", rows[i].label, text_string(&line));
	}
	text_release(&line);
}

static void print_milestone(const struct text *answer)
{
	struct slice whole = slice_of(text_string(answer));
	json_t *json = json_loads(text_string(answer), 0, NULL);
	json_t *forecast = json_object_get(json, "forecast");

	puts(string_of(json, "id"));
	print_members(json, whole, shown, sizeof shown / sizeof *shown);
	if (json_is_object(forecast))
		print_members(forecast, slice_member(whole, "forecast"),
			expected, sizeof expected / sizeof *expected);
	if (json_is_object(json_object_get(json, "expected")))
		print_members(json_object_get(json, "expected"),
			slice_member(whole, "expected"), awaited,
			sizeof awaited / sizeof *awaited);
	json_decref(json);
}

int milestone_get(const struct request *request, const char *suffix,
	struct text *answer)
{
	struct text path, query;
	int status;

	text_init(&path, 65536);
	text_init(&query, 65536);
	text_add_string(&path, "/v1/milestones/");
	client_add_escaped(&path, request->arguments[0]);
	query_add_times(request, &query);
	text_addf(&path, "%s%s%s", suffix, query.length > 0 ? "?" : "",
		text_string(&query));
	status = client_ask(request->client, "GET", text_string(&path), answer);
	text_release(&query);
	text_release(&path);
	return status;
}

int verb_show(const struct request *request)
{
	struct text answer;
	int status = no_csv(request);

	if (status != CTL_DONE)
		return status;
	if (request->argument_count != 1)
		return tell_usage("show takes one milestone's id");
	status = milestone_get(request, "", &answer);
	if (status == CTL_DONE && request->form != FORM_TABLE)
		fputs(text_string(&answer), stdout);
	else if (status == CTL_DONE && series_print(request, &answer))
		return status;
	else if (status == CTL_DONE)
		print_milestone(&answer);
	text_release(&answer);
	return status;
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
