/*
 * export: everything the daemon knows, into a folder: one file a table, or one
 * document of JSON. The folder gets its name when all of it is there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pledgectl/lists.h"
#include "pledgectl/part.h"
#include "pledgectl/progress.h"
#include "pledgectl/table.h"

#define TABLES_MAX 64

struct exporting {
	const struct request *request;
	struct part folder;
	struct text query;	/* the times; one moment for all tables */
	char *tables[TABLES_MAX];
	size_t table_count;
	size_t done;		/* tables */
	const char *name;	/* of the table that comes */
	struct part part;
	long long bytes, files;
};

/* --- a file ------------------------------------------------------------------------ */

static bool exporting_take(void *context, const char *bytes, size_t length)
{
	struct exporting *exporting = context;
	char phase[128];

	snprintf(phase, sizeof phase, "export: %s, %lld kB,", exporting->name,
		(exporting->part.bytes + (long long)length) / 1000);
	progress_print(phase, (long long)exporting->done,
		(long long)exporting->table_count);
	return part_take(&exporting->part, bytes, length);
}

static int export_file(struct exporting *exporting, const char *path,
	const char *name)
{
	struct text whole;
	int status = part_open_within(&exporting->part, &exporting->folder, name);

	if (status != CTL_DONE)
		return status;
	text_init(&whole, 65536);
	text_addf(&whole, "/v1/export%s%s%s", path,
		exporting->query.length > 0 ? "?" : "",
		text_string(&exporting->query));
	exporting->name = name;
	status = client_read(exporting->request->client, text_string(&whole), NULL,
		exporting_take, exporting);
	exporting->bytes += exporting->part.bytes;
	exporting->files++;
	text_release(&whole);
	return part_end_within(&exporting->part, status);
}

static int export_table(struct exporting *exporting, const char *table,
	const char *suffix)
{
	struct text path;
	int status;

	text_init(&path, 1024);
	text_addf(&path, "/%s%s", table, suffix);
	status = export_file(exporting, text_string(&path),
		text_string(&path) + 1);
	text_release(&path);
	return status;
}

/* --- tables ------------------------------------------------------------------------ */

/* It becomes the name of a file within the folder. */
static bool table_name_is_plain(const char *name)
{
	return *name != '\0' && name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
		"0123456789_")] == '\0';
}

static void tables_take(struct exporting *exporting, const char *name)
{
	size_t count = exporting->table_count;

	if (count == TABLES_MAX || !table_name_is_plain(name) || (count > 0 &&
			string_is(exporting->tables[count - 1], name)))
		return;
	exporting->tables[exporting->table_count++] = mem_string(name);
}

/* Which there are is a table, too: a column of it. */
static int tables_read(struct exporting *exporting)
{
	struct text answer, cell;
	struct table table;
	int status = client_ask(exporting->request->client, "GET",
		"/v1/export/tables.csv", &answer);
	bool first = true, head = true;

	text_init(&cell, 0);
	table_init(&table, text_string(&answer), answer.length);
	while (status == CTL_DONE && table_next(&table, &cell)) {
		if (first && !head)
			tables_take(exporting, text_string(&cell));
		head &= !table.row_ended;
		first = table.row_ended;
		text_clear(&cell);
	}
	text_release(&cell);
	text_release(&answer);
	return status;
}

static int export_tables(struct exporting *exporting, const char *suffix)
{
	int status = tables_read(exporting);

	for (; status == CTL_DONE && exporting->done < exporting->table_count;
			exporting->done++)
		status = export_table(exporting,
			exporting->tables[exporting->done], suffix);
	return status;
}

/* --- the verb ---------------------------------------------------------------------- */

static int export_folder(struct exporting *exporting)
{
	switch (exporting->request->form) {
	case FORM_JSON:
		exporting->table_count = 1;
		return export_file(exporting, "", "pledged.json");
	case FORM_JSONL:
		return export_tables(exporting, ".jsonl");
	default:
		return export_tables(exporting, ".csv");
	}
}

/* "out/" is "out". */
static char *folder_name(const char *argument)
{
	size_t length = strlen(argument);

	while (length > 1 && argument[length - 1] == '/')
		length--;
	return mem_string_n(argument, length);
}

int verb_export(const struct request *request)
{
	struct exporting exporting = {.request = request};
	char *name;
	int status;

	if (request->argument_count != 1 || *request->arguments[0] == '\0')
		return tell_usage("export takes a folder, which it makes");
	name = folder_name(request->arguments[0]);
	text_init(&exporting.query, 65536);
	query_add_times(request, &exporting.query);
	status = part_open_folder(&exporting.folder, name);
	if (status == CTL_DONE) {
		status = export_folder(&exporting);
		progress_end();
		status = part_end_folder(&exporting.folder, status);
	}
	if (status == CTL_DONE)
		printf("%s: %lld files, %lld bytes\n", name, exporting.files,
			exporting.bytes);
	for (size_t i = 0; i < exporting.table_count; i++)
		free(exporting.tables[i]);
	text_release(&exporting.query);
	free(name);
	return status;
}
