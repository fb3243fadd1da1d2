/* submitted: see submitted.h. Read by jansson, whose names base/json.h has too;
   numbers are taken from the text itself. */
#include "pledged/submitted.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/mem.h"
#include "base/slice.h"

static void item_fault(struct submitted_item *item, const char *key,
	const char *what)
{
	if (item->fault[0] == '\0')
		snprintf(item->fault, sizeof item->fault, "%s: %s", key, what);
}

static int significant_digits(struct decimal value)
{
	decimal_wide rest = decimal_normal(value).coefficient;
	int digits = 0;

	for (; rest != 0; rest /= 10)
		digits++;
	return digits;
}

/* A number as it was written. */
static void item_number(struct submitted_item *item, struct slice raw)
{
	struct decimal value;

	if (!decimal_parse(raw.start, raw.length, &value))
		item_fault(item, "value", "it cannot be kept exactly: write it as "
			"a string");
	else if (significant_digits(value) > SUBMITTED_DIGITS)
		item_fault(item, "value", "a number of more than 15 significant "
			"digits: write it as a string, which is exact");
	else
		decimal_print(value, item->value);
	item->row.value = item->value;
}

/* --- fields ---------------------------------------------------------------- */

enum field_kind { FIELD_FIGURE = 1, FIELD_DOCUMENT = 2 };

static const struct submitted_field {
	const char *name;
	unsigned of;		/* field_kinds */
	size_t offset;		/* of a string, in struct submitted_item */
	size_t most;		/* bytes; 0: row_check says */
} fields[] = {
	{"period", FIELD_FIGURE | FIELD_DOCUMENT,
		offsetof(struct submitted_item, row.period), 100},
	{"published", FIELD_FIGURE | FIELD_DOCUMENT,
		offsetof(struct submitted_item, row.published), 100},
	{"value", FIELD_FIGURE, offsetof(struct submitted_item, row.value), 100},
	{"key", FIELD_DOCUMENT, offsetof(struct submitted_item, row.key), 0},
	{"title", FIELD_DOCUMENT, offsetof(struct submitted_item, row.title), 0},
	{"url", FIELD_DOCUMENT, offsetof(struct submitted_item, row.url), 0},
	{"text", FIELD_DOCUMENT, offsetof(struct submitted_item, row.text), 0},
	{"note", FIELD_FIGURE | FIELD_DOCUMENT,
		offsetof(struct submitted_item, note), SUBMITTED_NOTE_MAX},
	{"evidence", FIELD_FIGURE | FIELD_DOCUMENT,
		offsetof(struct submitted_item, evidence),
		SUBMITTED_EVIDENCE_MAX},
};

static const struct submitted_field *field_find(const char *name, unsigned of)
{
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if ((fields[i].of & of) != 0 && string_is(fields[i].name, name))
			return &fields[i];
	return NULL;
}

static void item_string(struct submitted_item *item,
	const struct submitted_field *field, const json_t *value)
{
	if (!json_is_string(value))
		item_fault(item, field->name, "a text is expected");
	else if (field->most != 0 && json_string_length(value) > field->most)
		item_fault(item, field->name, "it is too long");
	else
		*(const char **)(void *)((char *)item + field->offset) =
			json_string_value(value);
}

static void item_member(struct submitted_item *item, const char *name,
	const json_t *value, struct slice whole, unsigned of)
{
	const struct submitted_field *field = field_find(name, of);

	if (string_is(name, "provisional") && of == FIELD_FIGURE) {
		item->row.provisional = json_is_true(value);
		if (!json_is_boolean(value))
			item_fault(item, name, "true or false is expected");
	} else if (field == NULL) {
		char shown[80];

		snprintf(shown, sizeof shown, "%.60s", name);
		item_fault(item, shown, of == FIELD_FIGURE ?
			"there is no such member of a figure: period, value, "
			"published, provisional, note, evidence" :
			"there is no such member of a document: key, title, url, "
			"text, period, published, note, evidence");
	} else if (json_is_number(value) && string_is(name, "value")) {
		item_number(item, slice_member(whole, name));
	} else if (!json_is_null(value)) {
		item_string(item, field, value);
	}
}

static void item_read(struct submitted_item *item, const json_t *json,
	struct slice whole, unsigned of)
{
	const char *name;
	json_t *value;

	if (!json_is_object(json))
		item_fault(item, "item", "an object is expected");
	json_object_foreach((json_t *)json, name, value)
		item_member(item, name, value, whole, of);
}

/* --- the body -------------------------------------------------------------- */

static int items_read(struct submitted *out, const json_t *items,
	struct slice whole, unsigned of, struct error *error)
{
	struct slice raw;
	size_t cursor = 0;

	if (json_object_size(out->body) != 1)
		return error_set(error, ERROR_INPUT, "beside \"items\" there is "
			"nothing else: what belongs to an item stands in it");
	if (json_array_size(items) == 0)
		return error_set(error, ERROR_INPUT, "items: a list of at least one "
			"is expected");
	if (json_array_size(items) > SUBMITTED_MAX)
		return error_set(error, ERROR_LIMIT, "items: more than %d: hand them "
			"in in several requests", SUBMITTED_MAX);
	out->items = mem_new(json_array_size(items), sizeof *out->items);
	for (; out->count < json_array_size(items) &&
	    slice_next(whole, &cursor, &raw); out->count++)
		item_read(&out->items[out->count],
			json_array_get(items, out->count), raw, of);
	return 0;
}

int submitted_read(struct submitted *out, const char *bytes, size_t length,
	bool documents, struct error *error)
{
	json_error_t fault = {.text = ""};
	json_t *body = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &fault);
	const json_t *items = json_object_get(body, "items");
	unsigned of = documents ? FIELD_DOCUMENT : FIELD_FIGURE;
	struct slice whole = {bytes, length};

	*out = (struct submitted){.body = body};
	if (!json_is_object(body))
		return error_set(error, ERROR_INPUT, "the body is not a JSON "
			"object%s%s", fault.text[0] != '\0' ? ": " : "",
			fault.text);
	if (items != NULL)
		return items_read(out, items, slice_member(whole, "items"), of,
			error);
	out->items = mem_new(1, sizeof *out->items);
	out->count = 1;
	item_read(&out->items[0], body, whole, of);
	return 0;
}

void submitted_release(struct submitted *submitted)
{
	json_decref(submitted->body);
	free(submitted->items);
}
