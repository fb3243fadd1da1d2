/* tabular: see tabular.h. */
#include "base/tabular.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void tabular_init(struct tabular *tabular)
{
	*tabular = (struct tabular){.columns = NULL};
}

void tabular_release(struct tabular *tabular)
{
	for (size_t i = 0; i < tabular->count; i++) {
		free(tabular->columns[i].title);
		free(tabular->columns[i].path);
	}
	free(tabular->columns);
	free(tabular->cells);
}

bool tabular_column(struct tabular *tabular, const char *title,
	const char *path)
{
	if (tabular->count == TABULAR_COLUMNS_MAX)
		return false;
	tabular->columns = mem_grow(tabular->columns, tabular->count,
		&tabular->room, sizeof *tabular->columns);
	tabular->columns[tabular->count++] = (struct tabular_column){
		mem_string(title), mem_string(path)};
	free(tabular->cells);
	tabular->cells = NULL;
	return true;
}

/* A line of cells, each added by its place. */
typedef void cell_add(const struct tabular *tabular, size_t place,
	struct text *cell);

static void line_add(const struct tabular *tabular, cell_add *add,
	struct text *out)
{
	struct text cell;

	text_init(&cell, 0);
	for (size_t i = 0; i < tabular->count; i++) {
		text_clear(&cell);
		add(tabular, i, &cell);
		if (i > 0)
			text_add_char(out, ',');
		text_add_csv(out, text_string(&cell));
	}
	text_add_string(out, "\r\n");
	text_release(&cell);
}

static void add_title(const struct tabular *tabular, size_t place,
	struct text *cell)
{
	text_add_string(cell, tabular->columns[place].title);
}

void tabular_head(const struct tabular *tabular, struct text *out)
{
	line_add(tabular, add_title, out);
}

static void add_value(const struct tabular *tabular, size_t place,
	struct text *cell)
{
	struct slice value = tabular->cells[place];

	if (value.length == 0 || *value.start == 'n')
		return;
	if (*value.start == '"')
		slice_add_said(cell, value);
	else
		text_add(cell, value.start, value.length);
}

/* The column of a path, looked for from the one expected on; as many as there
   are: none has it. */
static size_t column_find(const struct tabular *tabular, const char *path,
	size_t expected)
{
	for (size_t i = 0; i < tabular->count; i++) {
		size_t place = (expected + i) % tabular->count;

		if (string_is(tabular->columns[place].path, path))
			return place;
	}
	return tabular->count;
}

/* As deep as objects are within one another that no column stands for: those of
   our own views. */
static void object_place(struct tabular *tabular, struct slice object,
	struct text *path, size_t *expected)
{
	size_t cursor = 0, length = path->length;
	struct slice key, value;

	while (slice_next_member(object, &cursor, &key, &value)) {
		path->length = length;
		text_add(path, key.start, key.length);
		size_t place = column_find(tabular, text_string(path),
			*expected);

		if (place < tabular->count) {
			tabular->cells[place] = value;
			*expected = place + 1;
		} else if (value.length > 0 && *value.start == '{') {
			text_add_char(path, '.');
			object_place(tabular, value, path, expected);
		}
	}
}

void tabular_row(struct tabular *tabular, struct slice object,
	struct text *out)
{
	size_t expected = 0;
	struct text path;

	if (tabular->cells == NULL)
		tabular->cells = mem_new(tabular->count + 1,
			sizeof *tabular->cells);
	memset(tabular->cells, 0, tabular->count * sizeof *tabular->cells);
	text_init(&path, 0);
	object_place(tabular, object, &path, &expected);
	line_add(tabular, add_value, out);
	text_release(&path);
}
