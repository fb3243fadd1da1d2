/* test_table: see test_table.h. */
#include "conf/test_table.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf_file.h"

#define COLUMNS_MAX 5

enum column { COLUMN_INDICATOR, COLUMN_PERIOD, COLUMN_VALUE, COLUMN_PUBLISHED,
	COLUMN_PROVISIONAL };

static const char *const column_names[COLUMNS_MAX + 1] = {
	[COLUMN_INDICATOR] = "indicator", [COLUMN_PERIOD] = "period",
	[COLUMN_VALUE] = "value", [COLUMN_PUBLISHED] = "published",
	[COLUMN_PROVISIONAL] = "provisional",
};

struct table {
	test_table_row *tell;
	test_table_fault *fault;
	void *context;
	enum column columns[COLUMNS_MAX];
	int count;		/* of columns; 0: none are known yet */
	int line;
	int rows;
};

static void table_fault(struct table *table, const char *format,
	const char *what)
{
	char text[200];

	snprintf(text, sizeof text, format, what);
	table->fault(table->context, table->line, text);
}

static char *trimmed(char *cell)
{
	size_t length;

	cell += strspn(cell, " \t");
	length = strlen(cell);
	while (length > 0 && strchr(" \t\r", cell[length - 1]) != NULL)
		length--;
	cell[length] = '\0';
	return cell;
}

/* Cuts a line into cells; how many, or more than there is room for. */
static int line_cut(char *line, char *cells[COLUMNS_MAX])
{
	int count = 0;

	for (char *next = line; next != NULL; count++) {
		char *cell = strsep(&next, ",");

		if (count < COLUMNS_MAX)
			cells[count] = trimmed(cell);
	}
	return count;
}

static bool table_column(struct table *table, const char *name)
{
	const char *near = string_nearest(name, column_names);
	int column = 0;

	while (column < COLUMNS_MAX && !string_is(column_names[column], name))
		column++;
	for (int i = 0; i < table->count; i++)
		if ((int)table->columns[i] == column) {
			table_fault(table, "a second column \"%.60s\"", name);
			return false;
		}
	if (column < COLUMNS_MAX) {
		table->columns[table->count++] = (enum column)column;
		return true;
	}
	if (near != NULL)
		table_fault(table, "an unknown column, nearest is \"%s\"", near);
	else
		table_fault(table, "an unknown column \"%.60s\": indicator, "
			"period, value, published and provisional are possible",
			name);
	return false;
}

static bool table_header(struct table *table, char *line)
{
	char *cells[COLUMNS_MAX];
	int count = line_cut(line, cells);

	if (count > COLUMNS_MAX) {
		table_fault(table, "%s", "too many columns");
		return false;
	}
	for (int i = 0; i < count; i++)
		if (!table_column(table, cells[i]))
			return false;
	return true;
}

static bool cell_is_true(const char *cell)
{
	return cell != NULL && (string_is(cell, "true") || string_is(cell, "1"));
}

static void table_row(struct table *table, char *line)
{
	const char *values[COLUMNS_MAX] = {NULL};
	char *cells[COLUMNS_MAX];

	if (strchr(line, '"') != NULL || line_cut(line, cells) != table->count) {
		table_fault(table, "%s", "not as many cells as there are columns, "
			"or a quote");
		return;
	}
	for (int i = 0; i < table->count; i++)
		if (cells[i][0] != '\0')
			values[table->columns[i]] = cells[i];
	table->tell(table->context, table->line, &(struct row_text){
		.indicator = values[COLUMN_INDICATOR],
		.period = values[COLUMN_PERIOD],
		.value = values[COLUMN_VALUE],
		.published = values[COLUMN_PUBLISHED],
		.provisional = cell_is_true(values[COLUMN_PROVISIONAL]),
	});
}

/* false: nothing more is read. */
static bool table_line(struct table *table, char *line)
{
	table->line++;
	line = trimmed(line);
	if (line[0] == '\0' || line[0] == '#')
		return true;
	if (table->count == 0)
		return table_header(table, line);
	if (table->rows++ == TEST_TABLE_ROWS_MAX) {
		table_fault(table, "%s", "too many figures: at most a million "
			"are possible");
		return false;
	}
	table_row(table, line);
	return true;
}

void test_table_read(const char *path, test_table_row *tell,
	test_table_fault *fault, void *context)
{
	struct table table = {.tell = tell, .fault = fault, .context = context};
	struct error error;
	struct text bytes;
	char *next;

	text_init(&bytes, 2 * TEST_TABLE_MAX);
	if (conf_file_read(path, TEST_TABLE_MAX, &bytes, &error) != 0)
		fault(context, 0, error.text);
	else if (memchr(text_string(&bytes), '\0', bytes.length) != NULL)
		fault(context, 0, "a NUL byte stands in it");
	else if (bytes.length > 0)
		for (next = bytes.data; next != NULL;)
			if (!table_line(&table, strsep(&next, "\n")))
				break;
	text_release(&bytes);
}
