/* flat: see flat.h. */
#include "pledgectl/flat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/tabular.h"

/* A path that some object has, in the order first seen. */
struct path {
	char *name;
	bool said;		/* it has a value somewhere */
};

struct paths {
	struct path *list;
	size_t count, capacity;
	size_t likely;		/* where the next is, if this object is like
				   those before it */
};

static struct path *paths_find(struct paths *paths, const char *name)
{
	for (size_t i = 0; i < paths->count; i++) {
		size_t at = (paths->likely + i) % paths->count;

		if (string_is(paths->list[at].name, name)) {
			paths->likely = at + 1;
			return &paths->list[at];
		}
	}
	paths->list = mem_grow(paths->list, paths->count, &paths->capacity,
		sizeof *paths->list);
	paths->list[paths->count] = (struct path){.name = mem_string(name)};
	paths->likely = paths->count + 1;
	return &paths->list[paths->count++];
}

/* As deep as objects of answers are within one another. */
static void paths_walk(struct paths *paths, struct slice object,
	struct text *path)
{
	size_t cursor = 0, length = path->length;
	struct slice key, value;

	while (slice_next_member(object, &cursor, &key, &value)) {
		path->length = length;
		text_add(path, key.start, key.length);
		if (value.length > 2 && *value.start == '{') {
			text_add_char(path, '.');
			paths_walk(paths, value, path);
		} else if (paths->count < TABULAR_COLUMNS_MAX) {
			paths_find(paths, text_string(path))->said |=
				value.length > 0 && *value.start != 'n' &&
				*value.start != '{';
		}
	}
}

/* What is null wherever it is no object has no column beside its members. */
static bool path_is_shown(const struct paths *paths, const struct path *path)
{
	size_t length = strlen(path->name);

	for (size_t i = 0; !path->said && i < paths->count; i++)
		if (string_starts(paths->list[i].name, path->name) &&
				paths->list[i].name[length] == '.')
			return false;
	return true;
}

/* Labels are told by their name, as in questions. */
static void path_column(struct tabular *tabular, const char *path)
{
	struct text title;

	text_init(&title, 0);
	if (string_starts(path, "labels."))
		text_addf(&title, "label.%s", strchr(path, '.') + 1);
	else
		text_add_string(&title, path);
	tabular_column(tabular, text_string(&title), path);
	text_release(&title);
}

static void columns_of_items(struct tabular *tabular,
	const struct items *items)
{
	struct paths paths = {.count = 0};
	struct text path;

	text_init(&path, 65536);
	for (size_t i = 0; i < items->count; i++) {
		text_clear(&path);
		paths.likely = 0;
		paths_walk(&paths, items->list[i].raw, &path);
	}
	for (size_t i = 0; i < paths.count; i++)
		if (path_is_shown(&paths, &paths.list[i]))
			path_column(tabular, paths.list[i].name);
	for (size_t i = 0; i < paths.count; i++)
		free(paths.list[i].name);
	free(paths.list);
	text_release(&path);
}

static void columns_of_kind(struct tabular *tabular,
	const struct list_kind *kind)
{
	for (const struct list_column *c = kind->columns; c->title != NULL; c++)
		if (c->cell != CELL_STANDING && c->cell != CELL_WORKING)
			path_column(tabular, c->key);
}

/* A line that ends in CR LF. */
static void line_print(struct text *line)
{
	line->length -= 2;
	line->data[line->length] = '\0';
	if (isatty(STDOUT_FILENO))
		print_said(stdout, text_string(line));
	else
		fwrite(line->data, 1, line->length, stdout);
	putchar('\n');
	text_clear(line);
}

void flat_print(const struct items *items, const struct list_kind *kind)
{
	struct tabular tabular;
	struct text line;

	tabular_init(&tabular);
	columns_of_items(&tabular, items);
	if (items->count == 0 && kind != NULL)
		columns_of_kind(&tabular, kind);
	text_init(&line, 0);
	if (tabular.count > 0) {
		tabular_head(&tabular, &line);
		line_print(&line);
	}
	for (size_t i = 0; i < items->count; i++) {
		tabular_row(&tabular, items->list[i].raw, &line);
		line_print(&line);
	}
	text_release(&line);
	tabular_release(&tabular);
}
