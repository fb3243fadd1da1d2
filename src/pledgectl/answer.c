/* answer: see answer.h. */
#include "pledgectl/answer.h"

#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "pledgectl/flat.h"
#include "pledgectl/members.h"
#include "pledgectl/times.h"

#define LABEL_WIDTH 16
#define INDENT (2 + LABEL_WIDTH)

/* --- forms ---------------------------------------------------------------------------- */

static void print_row(struct text *answer)
{
	struct items items = {.count = 0};

	items_add(&items, answer);
	flat_print(&items, NULL);
	items_release(&items);
}

int answer_print(const struct request *request, int status,
	struct text *answer, answer_table_fn *table)
{
	if (status == CTL_DONE && request->form == FORM_CSV) {
		print_row(answer);
		return status;
	}
	if (status == CTL_DONE && request->form == FORM_TABLE)
		table(request, answer);
	else if (status == CTL_DONE)
		fputs(text_string(answer), stdout);
	text_release(answer);
	return status;
}

/* --- facts ---------------------------------------------------------------------------- */

void fact_print(const struct request *request, const char *label,
	const char *value, enum grid_style style)
{
	printf("  %-*s", LABEL_WIDTH, label);
	print_indented(request, value, INDENT, style);
}

static void add_list(struct text *out, const json_t *list)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (json_is_string(item))
			text_addf(out, "%s%s", i > 0 ? ", " : "",
				json_string_value(item));
}

/* "sector=agriculture, place=north" */
static void add_pairs(struct text *out, const json_t *object)
{
	const char *between = "", *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value) {
		if (!json_is_string(value))
			continue;
		text_addf(out, "%s%s=%s", between, key,
			json_string_value(value));
		between = ", ";
	}
}

static void add_fact(struct text *out, const struct request *request,
	const json_t *value, struct slice raw, enum fact_form form)
{
	const char *string = json_string_value(value);
	struct decimal number;

	if (string != NULL && form == FACT_TIME)
		add_time_whole(out, request, string);
	else if (string != NULL && form == FACT_DAY)
		add_day(out, request, string);
	else if (string != NULL)
		text_add_string(out, string);
	else if (json_is_array(value))
		add_list(out, value);
	else if (json_is_object(value))
		add_pairs(out, value);
	else if (json_is_boolean(value))
		text_add_string(out, json_is_true(value) ? "yes" : "no");
	else if (form == FACT_NUMBER && decimal_parse(raw.start, raw.length,
			&number))
		text_add_decimal_grouped(out, number);
	else if (!json_is_null(value))
		text_add(out, raw.start, raw.length);
}

void facts_print(const struct request *request, const json_t *object,
	struct slice raw, const struct fact *facts)
{
	struct text value;

	text_init(&value, 0);
	for (; facts->label != NULL; facts++) {
		struct slice place = raw;
		const json_t *found = member_at(object, facts->key, &place);

		text_clear(&value);
		if (found != NULL)
			add_fact(&value, request, found, place, facts->form);
		if (value.length > 0)
			fact_print(request, facts->label, text_string(&value),
				facts->form == FACT_STATUS ?
				status_style(text_string(&value)) : GRID_PLAIN);
	}
	text_release(&value);
}
