/* lists: see lists.h. */
#include "pledgectl/lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/mem.h"
#include "base/moment.h"
#include "pledgectl/flat.h"
#include "pledgectl/members.h"
#include "pledgectl/times.h"

#define PAGE_LIMIT 1000
#define TABLE_BYTES_MAX ((size_t)1 << 32)	/* more than ANSWER_MAX may become */

static const struct list_column milestone_columns[] = {
	{"MILESTONE", "id", CELL_ID, true},
	{"STATUS", "status", CELL_STATUS, false},
	{"DUE", "due", CELL_DAY, false},
	{"ACTUAL", "actual", CELL_SHORT, false},
	{"TARGET", "target", CELL_SHORT, false},
	{"PACE", "pace", CELL_SHORT, false},
	{"REASON", "reason", CELL_TEXT, true},
	{NULL, NULL, CELL_TEXT, false},
};

const struct list_column history_columns[] = {
	{"TIME", "time", CELL_TIME, false},
	{"CHANGE", "change", CELL_TEXT, true},
	{"BY", "by", CELL_TEXT, false},
	{"CAUSE", "cause", CELL_TEXT, false},
	{"WHY", "because", CELL_TEXT, true},
	{NULL, NULL, CELL_TEXT, false},
};

static const struct list_column pledge_columns[] = {
	{"PLEDGE", "id", CELL_ID, true},
	{"OBLIGOR", "obligor", CELL_TEXT, false},
	{"INSTRUMENT", "instrument", CELL_TEXT, false},
	{"WORST", "rollup.worst", CELL_STATUS, false},
	{"NEXT DUE", "rollup.next_due", CELL_DAY, false},
	{"TITLE", "title", CELL_TEXT, true},
	{NULL, NULL, CELL_TEXT, false},
};

static const struct list_column indicator_columns[] = {
	{"INDICATOR", "id", CELL_ID, true},
	{"UNIT", "unit", CELL_TEXT, false},
	{"FREQUENCY", "frequency", CELL_TEXT, false},
	{"LAG", "lag", CELL_TEXT, false},
	{"MILESTONES", "milestones", CELL_NUMBER, false},
	{"TITLE", "title", CELL_TEXT, true},
	{NULL, NULL, CELL_TEXT, false},
};

static const struct list_column source_columns[] = {
	{"SOURCE", "id", CELL_ID, true},
	{"OUTCOME", "outcome", CELL_STATUS, false},
	{"LAST SUCCESS", "last_success", CELL_TIME, false},
	{"NEXT", "next", CELL_TIME, false},
	{"FAILURES", "failures", CELL_NUMBER, false},
	{"URL", "url", CELL_TEXT, true},
	{"ERROR", "error", CELL_TEXT, true},
	{NULL, NULL, CELL_TEXT, false},
};

static const struct list_column alert_columns[] = {
	{"ALERT", "id", CELL_NUMBER, false},
	{"SEVERITY", "severity", CELL_STATUS, false},
	{"KIND", "kind", CELL_STATUS, false},
	{"SUBJECT", "subject", CELL_ID, true},
	{"RAISED", "raised", CELL_TIME, false},
	{"STANDING", "standing", CELL_STANDING, true},
	{"REASON", "reason", CELL_TEXT, true},
	{NULL, NULL, CELL_TEXT, false},
};

static const struct list_column silence_columns[] = {
	{"SILENCE", "id", CELL_NUMBER, false},
	{"STATE", "state", CELL_STATUS, false},
	{"MATCH", "match", CELL_TEXT, true},
	{"UNTIL", "until", CELL_TIME, false},
	{"BY", "by", CELL_TEXT, false},
	{"ALERTS", "alerts", CELL_NUMBER, false},
	{"HELD BACK", "held_back", CELL_NUMBER, false},
	{"MILESTONES", "milestones", CELL_NUMBER, false},
	{"WHY", "note", CELL_TEXT, true},
	{NULL, NULL, CELL_TEXT, false},
};

static const struct list_column channel_columns[] = {
	{"CHANNEL", "id", CELL_TEXT, false},
	{"TYPE", "type", CELL_TEXT, false},
	{"STATE", "working", CELL_WORKING, true},
	{"PENDING", "pending", CELL_NUMBER, false},
	{"DEAD", "dead", CELL_NUMBER, false},
	{"LAST SUCCESS", "last_success", CELL_TIME, false},
	{"FALLBACK", "fallback", CELL_TEXT, false},
	{"SERVER", "server", CELL_TEXT, true},
	{"URL", "url", CELL_TEXT, true},
	{NULL, NULL, CELL_TEXT, false},
};

static const struct list_column outbox_columns[] = {
	{"NUMBER", "id", CELL_NUMBER, false},
	{"CHANNEL", "channel", CELL_TEXT, false},
	{"STATE", "state", CELL_STATUS, false},
	{"KIND", "kind", CELL_TEXT, false},
	{"SUBJECT", "subject", CELL_ID, true},
	{"ATTEMPTS", "attempts", CELL_NUMBER, false},
	{"CREATED", "created", CELL_TIME, false},
	{"NEXT", "next", CELL_TIME, false},
	{"ANSWER", "answer", CELL_TEXT, true},
	{NULL, NULL, CELL_TEXT, false},
};

static const struct list_column held_columns[] = {
	{"NUMBER", "id", CELL_NUMBER, false},
	{"INDICATOR", "indicator", CELL_ID, true},
	{"PERIOD", "period", CELL_TEXT, false},
	{"VALUE", "value", CELL_SHORT, false},
	{"IN FORCE", "in_force", CELL_SHORT, false},
	{"WHY", "held", CELL_TEXT, true},
	{"SOURCE", "source", CELL_TEXT, true},
	{"SINCE", "recorded", CELL_TIME, false},
	{NULL, NULL, CELL_TEXT, false},
};

static const struct list_column observation_columns[] = {
	{"NUMBER", "id", CELL_NUMBER, false},
	{"PERIOD", "period", CELL_TEXT, false},
	{"VALUE", "value", CELL_NUMBER, false},
	{"PUBLISHED", "published", CELL_TIME, false},
	{"RECORDED", "recorded", CELL_TIME, false},
	{"SOURCE", "source", CELL_TEXT, true},
	{"BY", "by", CELL_TEXT, true},
	{"HELD", "held", CELL_TEXT, true},
	{NULL, NULL, CELL_TEXT, false},
};

static const struct list_column document_columns[] = {
	{"NUMBER", "id", CELL_NUMBER, false},
	{"PERIOD", "period", CELL_TEXT, false},
	{"KEY", "key", CELL_ID, true},
	{"TITLE", "title", CELL_TEXT, true},
	{"PUBLISHED", "published", CELL_TIME, false},
	{"RECORDED", "recorded", CELL_TIME, false},
	{"URL", "url", CELL_ID, true},
	{NULL, NULL, CELL_TEXT, false},
};

static const struct list_column answer_columns[] = {
	{"TIME", "time", CELL_TIME, false},
	{"STATUS", "status", CELL_NUMBER, false},
	{"BYTES", "bytes", CELL_NUMBER, false},
	{"ROWS", "rows", CELL_NUMBER, false},
	{"KEPT", "kept", CELL_BOOL, false},
	{"SHA-256", "sha256", CELL_TEXT, true},
	{"PARAMETERS", "parameters", CELL_TEXT, true},
	{"URL", "url", CELL_TEXT, true},
	{NULL, NULL, CELL_TEXT, false},
};

static const struct list_column action_columns[] = {
	{"TIME", "time", CELL_TIME, false},
	{"BY", "by", CELL_TEXT, false},
	{"WHAT", "what", CELL_TEXT, false},
	{"SUBJECT", "subject", CELL_TEXT, true},
	{"UNTIL", "until", CELL_TIME, false},
	{"WHY", "note", CELL_TEXT, true},
	{NULL, NULL, CELL_TEXT, false},
};

static const struct list_kind kinds[] = {
	{"milestones", milestone_columns},
	{"pledges", pledge_columns},
	{"indicators", indicator_columns},
	{"sources", source_columns},
	{"alerts", alert_columns},
	{"silences", silence_columns},
	{"channels", channel_columns},
	{"outbox", outbox_columns},
	{"held", held_columns},
	{"answers", answer_columns},
	{"actions", action_columns},
	{"observations", observation_columns},
};

static const struct list_kind documents = {"observations", document_columns};

#define KIND_COUNT (sizeof kinds / sizeof *kinds)

const struct list_kind *list_kind_find(const char *name)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		if (string_is(kinds[i].name, name))
			return &kinds[i];
	}
	return NULL;
}

const char *const *list_kind_names(void)
{
	static const char *names[KIND_COUNT + 1];

	for (size_t i = 0; i < KIND_COUNT; i++)
		names[i] = kinds[i].name;
	return names;
}

/* --- statuses --------------------------------------------------------------- */

/* Most urgent first: the order of --sort urgency. */
static const struct {
	const char *word;
	enum grid_style style;
	bool other;	/* not of a milestone, but of a source, alert, message */
} statuses[] = {
	{"breached", GRID_BAD, false}, {"not_met", GRID_BAD, false},
	{"reversed", GRID_BAD, false}, {"slipped", GRID_BAD, true},
	{"off_track", GRID_BAD, false}, {"failed", GRID_BAD, true},
	{"unreadable", GRID_BAD, true}, {"source_failing", GRID_BAD, true},
	{"source_unreadable", GRID_BAD, true},
	{"delivery_failed", GRID_BAD, true}, {"critical", GRID_BAD, true},
	{"dead", GRID_BAD, true}, {"due", GRID_WARN, false},
	{"at_risk", GRID_WARN, false}, {"unverified", GRID_WARN, false},
	{"awaiting_data", GRID_WARN, false}, {"partly_met", GRID_WARN, false},
	{"warning", GRID_WARN, true}, {"pending", GRID_PLAIN, false},
	{"on_track", GRID_GOOD, false}, {"not_started", GRID_DIM, false},
	{"met_late", GRID_WARN, false}, {"met", GRID_GOOD, false},
	{"changed", GRID_GOOD, true}, {"unchanged", GRID_GOOD, true},
	{"waived", GRID_DIM, false}, {"superseded", GRID_DIM, false},
	{"withdrawn", GRID_DIM, false},
};

#define STATUS_WORDS (sizeof statuses / sizeof *statuses)

static size_t status_rank(const char *status)
{
	for (size_t i = 0; i < STATUS_WORDS; i++) {
		if (string_is(statuses[i].word, status))
			return i;
	}
	return STATUS_WORDS;
}

const char *milestone_status(size_t number)
{
	for (size_t i = 0; i < STATUS_WORDS; i++)
		if (!statuses[i].other && number-- == 0)
			return statuses[i].word;
	return NULL;
}

enum grid_style status_style(const char *status)
{
	size_t rank = status_rank(status);

	return rank < STATUS_WORDS ? statuses[rank].style : GRID_PLAIN;
}

/* --- pages -------------------------------------------------------------------- */

static void items_add_page(struct items *items, struct text *page,
	struct slice array)
{
	struct slice element;
	size_t cursor = 0;

	items->pages = mem_grow(items->pages, items->page_count,
		&items->page_capacity, sizeof *items->pages);
	items->pages[items->page_count++] = *page;
	while (array.length > 0 && slice_next(array, &cursor, &element)) {
		items->list = mem_grow(items->list, items->count,
			&items->capacity, sizeof *items->list);
		items->list[items->count++] = (struct item){
			.raw = element,
			.json = json_loadb(element.start, element.length, 0, NULL),
		};
	}
}

/* The cursor of the next page; free() it. NULL: that was the last. */
static char *page_next(const struct text *page)
{
	json_t *json = json_loads(text_string(page), 0, NULL);
	char *next = mem_string(json_string_value(json_object_get(json, "next")));

	json_decref(json);
	return next;
}

int items_get(struct items *items, const struct request *request,
	const char *list, const char *query)
{
	char *cursor = NULL;
	int status;

	memset(items, 0, sizeof *items);
	do {
		struct text path, page;

		text_init(&path, 65536);
		text_addf(&path, "/v1/%s?limit=%d", list, PAGE_LIMIT);
		if (*query != '\0')
			text_addf(&path, "&%s", query);
		if (cursor != NULL) {
			text_add_string(&path, "&cursor=");
			client_add_escaped(&path, cursor);
		}
		status = client_ask(request->client, "GET", text_string(&path), &page);
		text_release(&path);
		free(cursor);
		cursor = NULL;
		if (status == CTL_DONE) {
			cursor = page_next(&page);
			items_add_page(items, &page, slice_member(
				slice_of(text_string(&page)), "items"));
		} else {
			text_release(&page);
		}
	} while (cursor != NULL);
	return status;
}

void items_add(struct items *items, struct text *answer)
{
	struct slice whole = slice_of(text_string(answer));

	items->pages = mem_grow(items->pages, items->page_count,
		&items->page_capacity, sizeof *items->pages);
	items->pages[items->page_count++] = *answer;
	while (whole.length > 0 && whole.start[whole.length - 1] == '\n')
		whole.length--;
	items->list = mem_grow(items->list, items->count, &items->capacity,
		sizeof *items->list);
	items->list[items->count++] = (struct item){.raw = whole,
		.json = json_loadb(whole.start, whole.length, 0, NULL)};
}

void items_take(struct items *items, struct text *answer, struct slice array)
{
	memset(items, 0, sizeof *items);
	items_add_page(items, answer, array);
}

int item_post(const struct request *request, const char *path, json_t *body,
	struct items *items)
{
	char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
	struct text answer;

	json_decref(body);
	if (text == NULL)
		return tell_usage("what was said is not UTF-8");
	int status = client_post(request->client, path, text, request->key,
		&answer);

	free(text);
	if (status == CTL_DONE)
		items_add(items, &answer);
	else
		text_release(&answer);
	return status;
}

static bool item_is_ahead(const struct item *item)
{
	return json_object_get(item->json, "instance") != NULL && string_is(
		json_string_value(json_object_get(item->json, "status")),
		"not_started");
}

size_t items_drop_ahead(struct items *items, size_t keep)
{
	size_t kept = 0;

	for (size_t i = 0; i < items->count; i++) {
		struct item *item = &items->list[i];

		if (item_is_ahead(item) && keep == 0) {
			json_decref(item->json);
			continue;
		}
		keep -= item_is_ahead(item);
		items->list[kept++] = *item;
	}
	size_t dropped = items->count - kept;

	items->count = kept;
	return dropped;
}

void items_release(struct items *items)
{
	for (size_t i = 0; i < items->count; i++)
		json_decref(items->list[i].json);
	for (size_t i = 0; i < items->page_count; i++)
		text_release(&items->pages[i]);
	free(items->list);
	free(items->pages);
}

static const char *item_string(const struct item *item, const char *key)
{
	return text_of(item->json, key);
}

/* --- order ---------------------------------------------------------------------- */

/* Due times carry their zone's offset: compared as instants. */
static instant item_due(const struct item *item)
{
	const char *due = item_string(item, "due");
	struct moment moment;

	if (!moment_parse(due, strlen(due), &moment))
		return INSTANT_MAX;
	return moment_instant(&moment, zone_utc());
}

static int compare_id(const void *a, const void *b)
{
	return strcmp(item_string(a, "id"), item_string(b, "id"));
}

static int compare_due(const void *a, const void *b)
{
	instant left = item_due(a), right = item_due(b);

	return left != right ? (left < right ? -1 : 1) : compare_id(a, b);
}

static int compare_urgency(const void *a, const void *b)
{
	size_t left = status_rank(item_string(a, "status"));
	size_t right = status_rank(item_string(b, "status"));

	return left != right ? (left < right ? -1 : 1) : compare_due(a, b);
}

/* Nobody has it and somebody was told; it is held back; somebody has it; it is
   over. */
static int alert_rank(const struct item *item)
{
	const char *state = item_string(item, "state");

	if (string_is(state, "acknowledged"))
		return 2;
	if (!string_is(state, "firing"))
		return 3;
	return json_array_size(json_object_get(item->json, "silences")) > 0 ||
		json_is_integer(json_object_get(item->json, "cause"));
}

static int severity_rank(const struct item *item)
{
	const char *severity = item_string(item, "severity");

	return string_is(severity, "critical") ? 0 :
		string_is(severity, "warning") ? 1 : 2;
}

static int compare_standing(const void *a, const void *b)
{
	int order = alert_rank(a) - alert_rank(b);
	const struct item *one = a, *two = b;
	json_int_t left = json_integer_value(json_object_get(one->json, "id"));
	json_int_t right = json_integer_value(json_object_get(two->json, "id"));

	if (order == 0)
		order = severity_rank(a) - severity_rank(b);
	return order != 0 ? order : left < right ? -1 : left > right;
}

void items_sort(struct items *items, const char *order)
{
	int (*compare)(const void *, const void *) =
		string_is(order, "due") ? compare_due
		: string_is(order, "standing") ? compare_standing
		: string_is(order, "urgency") ? compare_urgency : compare_id;

	if (items->count > 1)
		qsort(items->list, items->count, sizeof *items->list, compare);
}

void add_percent(struct text *out, const json_t *share)
{
	/* As many ten-thousandths as the daemon wrote. */
	if (json_is_number(share))
		text_addf(out, "%d%%",
			(int)(json_number_value(share) * 10000 + 0.5) / 100);
}

/* --- cells ----------------------------------------------------------------------- */

/* "27.3bn" */
static void add_short_number(struct text *out, struct slice raw)
{
	struct decimal value;

	if (decimal_parse(raw.start, raw.length, &value))
		text_add_decimal_short(out, value);
}

/* The value as the daemon wrote it, without the quotes of a string. */
static void add_plain(struct text *out, const json_t *value, struct slice raw)
{
	if (json_is_string(value))
		text_add_string(out, json_string_value(value));
	else if (value != NULL && !json_is_null(value))
		text_add(out, raw.start, raw.length);
}

void add_time_of(struct text *out, const struct request *request,
	const json_t *object, const char *key)
{
	const char *time = json_string_value(json_object_get(object, key));

	if (time != NULL)
		add_time(out, request, time);
}

/* The first channel for which something of it waits; NULL: nothing does. */
static const json_t *alert_waiting(const json_t *hearings, bool *told)
{
	const json_t *waiting = NULL, *hearing;
	size_t i;

	*told = false;
	json_array_foreach(hearings, i, hearing) {
		if (json_is_string(json_object_get(hearing, "told")))
			*told = true;
		else if (waiting == NULL)
			waiting = hearing;
	}
	return waiting;
}

static void add_told(struct text *out, const struct request *request,
	const struct item *item)
{
	const json_t *hearings = json_object_get(item->json, "hearings");
	const json_t *next = json_object_get(item->json, "next");
	bool told;
	const json_t *waiting = alert_waiting(hearings, &told);

	if (json_array_size(hearings) == 0) {
		text_add_string(out, "no route tells anybody");
	} else if (!told) {
		text_add_string(out, "not told yet, waits until ");
		add_time_of(out, request, waiting, "waits_until");
	} else {
		text_add_string(out, "nobody has it");
	}
	if (json_is_object(next)) {
		text_addf(out, ", %s ", string_of(next, "what"));
		add_time_of(out, request, next, "at");
	}
}

/* Who has an alert in hand, or why nobody need: what to do about it. */
static void add_standing(struct text *out, const struct request *request,
	const struct item *item)
{
	const json_t *acknowledged = json_object_get(item->json,
		"acknowledged");
	const json_t *cause = json_object_get(item->json, "cause");
	const json_t *silences = json_object_get(item->json, "silences");
	const char *state = item_string(item, "state");

	if (json_is_object(acknowledged)) {
		text_addf(out, "%s has it until ", string_of(acknowledged, "by"));
		add_time_of(out, request, acknowledged, "until");
	} else if (!string_is(state, "firing")) {
		text_addf(out, "%s ", state);
		add_time_of(out, request, item->json, "resolved");
	} else if (json_is_integer(cause)) {
		text_addf(out, "follows from alert %lld",
			(long long)json_integer_value(cause));
	} else if (json_array_size(silences) > 0) {
		text_addf(out, "held back by silence %lld", (long long)
			json_integer_value(json_array_get(silences, 0)));
	} else {
		add_told(out, request, item);
	}
}

static void add_working(struct text *out, const struct request *request,
	const struct item *item)
{
	const json_t *channel = item->json;

	if (json_is_string(json_object_get(channel, "failing_since"))) {
		text_add_string(out, "failing since ");
		add_time_of(out, request, channel, "failing_since");
		text_addf(out, ": %s", string_of(channel, "answer"));
	} else if (json_is_string(json_object_get(channel, "last_success"))) {
		text_add_string(out, "works");
	} else {
		text_add_string(out, "not used yet");
	}
	if (json_is_string(json_object_get(channel, "opens"))) {
		text_add_string(out, ", waits until ");
		add_time_of(out, request, channel, "opens");
	}
}

static void add_cell(struct text *out, const struct request *request,
	const struct item *item, const struct list_column *column)
{
	struct slice raw = item->raw;
	const json_t *value = member_at(item->json, column->key, &raw);
	const char *string = json_is_string(value) ? json_string_value(value) :
		"";

	switch (column->cell) {
	case CELL_SHORT:
		add_short_number(out, raw);
		break;
	case CELL_SHARE:
		add_percent(out, value);
		break;
	case CELL_DAY:
		add_day(out, request, string);
		break;
	case CELL_TIME:
		add_time(out, request, string);
		break;
	case CELL_STANDING:
		add_standing(out, request, item);
		break;
	case CELL_WORKING:
		add_working(out, request, item);
		break;
	default:
		add_plain(out, value, raw);
	}
}

static void list_columns(struct grid *grid, const struct list_column *columns)
{
	for (const struct list_column *c = columns; c->title != NULL; c++)
		grid_column(grid, c->title, c->cell == CELL_NUMBER ||
			c->cell == CELL_SHORT || c->cell == CELL_SHARE ?
			GRID_RIGHT : GRID_LEFT, !c->shrink ? GRID_WHOLE :
			c->cell == CELL_ID ? GRID_CUT_MIDDLE : GRID_CUT);
}

void list_row(struct grid *grid, const struct request *request,
	const struct item *item, const struct list_column *columns)
{
	struct text cell;

	text_init(&cell, 0);
	for (const struct list_column *c = columns; c->title != NULL; c++) {
		text_clear(&cell);
		add_cell(&cell, request, item, c);
		grid_cell(grid, text_string(&cell), c->cell == CELL_STATUS ?
			status_style(text_string(&cell)) : GRID_PLAIN);
	}
	text_release(&cell);
}

void grid_show(const struct grid *grid, const struct request *request)
{
	struct text out;

	text_init(&out, TABLE_BYTES_MAX);
	grid_print(grid, &out, request->width, request->colour);
	fwrite(text_string(&out), 1, out.length, stdout);
	text_release(&out);
}

static void print_grid(const struct items *items, const struct request *request,
	const struct list_kind *kind)
{
	struct grid *grid = grid_new();

	list_columns(grid, kind->columns);
	for (size_t i = 0; i < items->count; i++)
		list_row(grid, request, &items->list[i], kind->columns);
	grid_show(grid, request);
	grid_free(grid);
}

static void print_raw(const struct items *items, bool lines)
{
	if (!lines)
		putchar('[');
	for (size_t i = 0; i < items->count; i++) {
		if (!lines && i > 0)
			putchar(',');
		fwrite(items->list[i].raw.start, 1, items->list[i].raw.length, stdout);
		if (lines)
			putchar('\n');
	}
	if (!lines)
		puts("]");
}

/* What an indicator of texts has has a key. */
static const struct list_kind *kind_of(const struct items *items,
	const struct list_kind *kind)
{
	return kind != NULL && items->count > 0 &&
		kind->columns == observation_columns && json_object_get(
		items->list[0].json, "key") != NULL ? &documents : kind;
}

void items_print(const struct items *items, const struct request *request,
	const struct list_kind *kind)
{
	if (request->form == FORM_JSON || request->form == FORM_JSONL)
		print_raw(items, request->form == FORM_JSONL);
	else if (request->form == FORM_CSV)
		flat_print(items, kind);
	else
		print_grid(items, request, kind_of(items, kind));
}
