/* series: see series.h. */
#include "pledgectl/series.h"

#include <stdio.h>

#include "pledgectl/answer.h"
#include "pledgectl/members.h"

static const struct list_column instance_columns[] = {
	{"INSTANCE", "instance", CELL_TEXT, true},
	{"STATUS", "status", CELL_STATUS, false},
	{"START", "start", CELL_DAY, false},
	{"DUE", "due", CELL_DAY, false},
	{"EVENT", "event_date", CELL_DAY, false},
	{"DAYS LATE", "days_late", CELL_NUMBER, false},
	{"ACTUAL", "actual", CELL_SHORT, false},
	{"TARGET", "target", CELL_SHORT, false},
	{NULL, NULL, CELL_TEXT, false},
};

static const struct list_kind instances = {"instances", instance_columns};

/* The record in the order it is read. */
static const struct {
	const char *key;
	const char *words;
} record[] = {
	{"on_time", "on time"}, {"late", "late"}, {"missed", "missed"},
	{"open", "open"}, {"unverified", "unverified"}, {"waived", "waived"},
	{"withdrawn", "withdrawn"}, {"not_started", "not started"},
};

static const struct fact identity[] = {
	{"title", "title", FACT_PLAIN}, {"obligor", "obligor", FACT_PLAIN},
	{"instrument", "instrument", FACT_PLAIN},
	{"every", "every", FACT_PLAIN}, {"as of", "as_of", FACT_TIME},
	{NULL, NULL, FACT_PLAIN},
};

/* "7 instances: 3 on time, 1 late, 3 not started" */
static void print_record(const struct request *request, json_t *series)
{
	const char *between = ": ";
	struct text text;

	text_init(&text, 0);
	text_add_count(&text, (size_t)integer_of(series, "total"), "instance");
	for (size_t i = 0; i < sizeof record / sizeof *record; i++) {
		long long count = integer_of(series, record[i].key);

		if (count == 0)
			continue;
		text_addf(&text, "%s%lld %s", between, count,
			record[i].words);
		between = ", ";
	}
	fact_print(request, "record", text_string(&text), GRID_PLAIN);
	text_release(&text);
}

bool series_print(const struct request *request, struct text *answer)
{
	json_t *json = json_loads(text_string(answer), 0, NULL);
	json_t *series = json_object_get(json, "series");
	struct slice whole = slice_of(text_string(answer));
	struct slice array = slice_member(slice_member(whole, "series"),
		"instances");
	bool table = request->form == FORM_TABLE;
	struct items items;
	size_t ahead = 0;

	if (!json_is_object(series) || (!table && request->form != FORM_CSV)) {
		json_decref(json);
		return false;
	}
	if (table) {
		puts(json_string_value(json_object_get(json, "id")));
		facts_print(request, json, whole, identity);
		print_record(request, series);
	}
	items_take(&items, answer, array);
	if (table)
		ahead = items_drop_ahead(&items, 1);
	items_print(&items, request, &instances);
	if (ahead > 0)
		printf("%zu more have not started\n", ahead);
	items_release(&items);
	json_decref(json);
	return true;
}
