/* flat: see flat.h. */
#include "pledgectl/flat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct column {
	char *name;
	bool said;	/* some item has a value there */
	bool shown;
	char *cell;	/* of the row being made; NULL: empty */
};

struct flat {
	struct column *columns;
	size_t count, capacity;
	size_t likely;		/* where the next name is, if this item is like
				   those before it */
	struct text name;	/* of the member being walked */
};

/* The column of a name; NULL: there are too many. */
static struct column *flat_column(struct flat *flat)
{
	const char *name = text_string(&flat->name);

	for (size_t i = 0; i < flat->count; i++) {
		size_t at = (flat->likely + i) % flat->count;

		if (string_is(flat->columns[at].name, name)) {
			flat->likely = at + 1;
			return &flat->columns[at];
		}
	}
	if (flat->count == FLAT_COLUMNS_MAX)
		return NULL;
	flat->columns = mem_grow(flat->columns, flat->count, &flat->capacity,
		sizeof *flat->columns);
	flat->columns[flat->count] = (struct column){.name = mem_string(name)};
	flat->likely = flat->count + 1;
	return &flat->columns[flat->count++];
}

/* --- a walk over the members of an object ------------------------------------------- */

typedef void leaf_fn(struct column *column, struct slice raw,
	const json_t *value);

/* Labels are told by their name, as in questions. */
static void flat_push(struct flat *flat, struct slice key)
{
	struct slice labels = slice_of("labels");
	bool label = flat->name.length == 0 && key.length == labels.length &&
		memcmp(key.start, labels.start, key.length) == 0;

	if (flat->name.length > 0)
		text_add_char(&flat->name, '.');
	text_add(&flat->name, key.start, key.length - label);
}

static void flat_pop(struct flat *flat, size_t length)
{
	flat->name.length = length;
	flat->name.data[length] = '\0';
}

/* jansson has the members in the order of the text. */
static void flat_walk(struct flat *flat, struct slice raw, json_t *object,
	int depth, leaf_fn *leaf)
{
	void *member = json_object_iter(object);
	size_t cursor = 0, before = flat->name.length;
	struct slice key, value;

	while (member != NULL && slice_next_member(raw, &cursor, &key, &value)) {
		json_t *json = json_object_iter_value(member);
		struct column *column = NULL;

		flat_push(flat, key);
		if (json_is_object(json) && depth < FLAT_DEPTH_MAX)
			flat_walk(flat, value, json, depth + 1, leaf);
		else if ((column = flat_column(flat)) != NULL)
			leaf(column, value, json);
		flat_pop(flat, before);
		member = json_object_iter_next(object, member);
	}
}

static void leaf_note(struct column *column, struct slice raw,
	const json_t *value)
{
	(void)raw;
	column->said |= !json_is_null(value);
}

static void leaf_fill(struct column *column, struct slice raw,
	const json_t *value)
{
	free(column->cell);
	column->cell = json_is_null(value) ? NULL : json_is_string(value) ?
		mem_string(json_string_value(value)) :
		mem_string_n(raw.start, raw.length);
}

/* --- rows ------------------------------------------------------------------------------- */

/* What is null wherever it is no object has no column beside its members. */
static bool column_is_shown(const struct flat *flat, size_t index)
{
	const struct column *column = &flat->columns[index];
	size_t length = strlen(column->name);

	for (size_t i = 0; !column->said && i < flat->count; i++) {
		if (string_starts(flat->columns[i].name, column->name) &&
				flat->columns[i].name[length] == '.')
			return false;
	}
	return true;
}

static void line_add(struct text *line, const char *cell)
{
	struct text printable;

	text_init(&printable, 0);
	text_add_printable(&printable, cell != NULL ? cell : "");
	text_add_csv(line, text_string(&printable));
	text_add_char(line, ',');
	text_release(&printable);
}

static void line_print(struct text *line)
{
	if (line->length > 0)
		fwrite(text_string(line), 1, line->length - 1, stdout);
	putchar('\n');
	text_clear(line);
}

static void print_rows(struct flat *flat, const struct items *items)
{
	struct text line;

	text_init(&line, 0);
	for (size_t i = 0; i < flat->count; i++)
		if (flat->columns[i].shown)
			line_add(&line, flat->columns[i].name);
	line_print(&line);
	for (size_t n = 0; n < items->count; n++) {
		flat_walk(flat, items->list[n].raw, items->list[n].json, 0,
			leaf_fill);
		for (size_t i = 0; i < flat->count; i++) {
			struct column *column = &flat->columns[i];

			if (column->shown)
				line_add(&line, column->cell);
			free(column->cell);
			column->cell = NULL;
		}
		line_print(&line);
	}
	text_release(&line);
}

static void print_names(const struct list_kind *kind)
{
	struct text line;

	text_init(&line, 0);
	for (const struct list_column *c = kind->columns; c->title != NULL; c++)
		if (c->cell != CELL_STANDING && c->cell != CELL_WORKING)
			line_add(&line, c->key);
	line_print(&line);
	text_release(&line);
}

void flat_print(const struct items *items, const struct list_kind *kind)
{
	struct flat flat = {.count = 0};

	text_init(&flat.name, 65536);
	for (size_t i = 0; i < items->count; i++)
		flat_walk(&flat, items->list[i].raw, items->list[i].json, 0,
			leaf_note);
	for (size_t i = 0; i < flat.count; i++)
		flat.columns[i].shown = column_is_shown(&flat, i);
	if (items->count > 0)
		print_rows(&flat, items);
	else if (kind != NULL)
		print_names(kind);
	for (size_t i = 0; i < flat.count; i++)
		free(flat.columns[i].name);
	free(flat.columns);
	text_release(&flat.name);
}
