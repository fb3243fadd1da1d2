/*
 * observe: figures and documents that somebody hands in, one from the command
 * line or a table of them; and the release of those that are held.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledgectl/answer.h"
#include "pledgectl/flat.h"
#include "pledgectl/members.h"
#include "pledgectl/table.h"

#define TABLE_MAX ((size_t)1 << 20)	/* bytes: those of a request */
#define COLUMNS_MAX 16
#define ROWS_MAX 1000			/* of a request, as the daemon has it */

/* --- one from the command line ------------------------------------------------- */

/* Not json_object() and the like: base/json.h has such names too. */
static json_t *item_of_words(const struct request *request)
{
	json_t *item = json_pack("{s:s, s:s, s:s*, s:s*, s:s*}",
		"period", request->arguments[1], "value", request->arguments[2],
		"published", request->published, "note", request->note,
		"evidence", request->evidence);

	if (item != NULL && request->provisional)
		json_object_set_new(item, "provisional", json_true());
	return item;
}

/* --- a table ------------------------------------------------------------------- */

static int tell_table(const struct request *request, size_t line,
	const char *what)
{
	fprintf(stderr, "pledgectl: %s:%zu: %s\n", request->file, line, what);
	return CTL_USAGE;
}

static int file_read(const struct request *request, struct text *out)
{
	bool in = string_is(request->file, "-");
	FILE *file = in ? stdin : fopen(request->file, "r");
	char piece[4096];
	size_t length;
	bool failed;

	if (file == NULL) {
		fprintf(stderr, "pledgectl: %s: %s\n", request->file,
			strerror(errno));
		return CTL_FAILED;
	}
	while ((length = fread(piece, 1, sizeof piece, file)) > 0 && !out->cut)
		text_add(out, piece, length);
	failed = ferror(file) != 0;
	if (!in)
		fclose(file);
	if (out->cut)
		return tell_table(request, 1, "it is larger than 1 MiB: hand it in "
			"in parts");
	return failed ? tell_table(request, 1, "it cannot be read") : CTL_DONE;
}

struct columns {
	char *names[COLUMNS_MAX];
	size_t count;
};

static int columns_read(const struct request *request, struct table *table,
	struct columns *columns)
{
	struct text cell;
	int status = CTL_DONE;

	text_init(&cell, TABLE_MAX);
	do {
		if (!table_next(table, &cell))
			status = tell_table(request, table->line, "a line of column "
				"names is expected, such as period,value");
		else if (columns->count == COLUMNS_MAX)
			status = tell_table(request, table->line,
				"too many columns");
		else
			columns->names[columns->count++] = text_take(&cell);
	} while (status == CTL_DONE && !table->row_ended);
	text_release(&cell);
	return status;
}

/* An empty cell says nothing. */
static bool cell_set(json_t *item, const char *name, const char *cell)
{
	if (*cell == '\0')
		return true;
	if (!string_is(name, "provisional"))
		return json_object_set_new(item, name, json_pack("s", cell)) == 0;
	return json_object_set_new(item, name, json_boolean(
		!string_is(cell, "false") && !string_is(cell, "0") &&
		!string_is(cell, "no"))) == 0;
}

/* What holds for all of the table is said in each item. */
static void item_say(const struct request *request, json_t *item)
{
	if (request->published != NULL)
		cell_set(item, "published", request->published);
	if (request->note != NULL)
		cell_set(item, "note", request->note);
	if (request->evidence != NULL)
		cell_set(item, "evidence", request->evidence);
	if (request->provisional)
		cell_set(item, "provisional", "true");
}

static int row_read(const struct request *request, struct table *table,
	const struct columns *columns, struct text *cell, json_t *item)
{
	size_t column = 0;

	item_say(request, item);
	while (column < columns->count) {
		if (!cell_set(item, columns->names[column++], text_string(cell)))
			return tell_table(request, table->line, "it is not UTF-8");
		if (table->row_ended || column == columns->count)
			break;
		if (!table_next(table, cell))
			return tell_table(request, table->line, "a quote is not "
				"closed, or stands in a cell that does not begin "
				"with one");
	}
	if (column != columns->count || !table->row_ended)
		return tell_table(request, table->line, "another number of cells "
			"than there are column names");
	return CTL_DONE;
}

/* The items of a table; NULL after saying what is wrong. */
static json_t *items_of_table(const struct request *request,
	struct table *table, const struct columns *columns)
{
	json_t *items = json_pack("[]");
	int status = CTL_DONE;
	struct text cell;

	text_init(&cell, TABLE_MAX);
	while (status == CTL_DONE && table_next(table, &cell)) {
		json_t *item = json_pack("{}");

		status = row_read(request, table, columns, &cell, item);
		json_array_append_new(items, item);
		if (json_array_size(items) > ROWS_MAX)
			status = tell_table(request, table->line, "more than 1000 "
				"rows: hand them in in parts");
	}
	text_release(&cell);
	if (status == CTL_DONE && table->broken)
		status = tell_table(request, table->line, "a quote is not closed, "
			"or stands in a cell that does not begin with one");
	if (status == CTL_DONE && json_array_size(items) == 0)
		status = tell_table(request, table->line, "there is no row");
	if (status == CTL_DONE)
		return items;
	json_decref(items);
	return NULL;
}

static json_t *body_of_file(const struct request *request)
{
	struct columns columns = {.count = 0};
	struct text bytes;
	struct table table;
	json_t *items = NULL;

	text_init(&bytes, TABLE_MAX);
	if (file_read(request, &bytes) == CTL_DONE) {
		table_init(&table, text_string(&bytes), bytes.length);
		if (columns_read(request, &table, &columns) == CTL_DONE)
			items = items_of_table(request, &table, &columns);
	}
	for (size_t i = 0; i < columns.count; i++)
		free(columns.names[i]);
	text_release(&bytes);
	return items == NULL ? NULL : json_pack("{s:o}", "items", items);
}

/* --- what became of it ---------------------------------------------------------- */

static void print_item(json_t *item)
{
	const char *held = json_string_value(json_object_get(item, "held"));
	const char *key = json_string_value(json_object_get(item, "key"));

	printf("  ");
	print_said(stdout, key != NULL ? key : string_of(item, "period"));
	printf(": %s", string_of(item, "news"));
	if (held != NULL)
		printf(", %s: see pledgectl list held", held);
	putchar('\n');
}

static void print_changed(json_t *json)
{
	json_t *milestones = json_object_get(json, "milestones"), *milestone;
	size_t i;

	json_array_foreach(milestones, i, milestone)
		printf("%s: %s -> %s\n", string_of(milestone, "id"),
			string_of(milestone, "from"), string_of(milestone, "to"));
}

static void print_observed(const struct request *request,
	const struct text *answer)
{
	json_t *json = json_loads(text_string(answer), 0, NULL), *item;
	size_t i;

	(void)request;
	printf("%s, by ", string_of(json, "indicator"));
	print_said(stdout, string_of(json, "by"));
	putchar('\n');
	json_array_foreach(json_object_get(json, "items"), i, item)
		print_item(item);
	print_changed(json);
	json_decref(json);
}

/* What became of each, a row each. */
static void print_rows(struct text *answer)
{
	struct items items;

	items_take(&items, answer, slice_member(slice_of(text_string(answer)),
		"items"));
	flat_print(&items, NULL);
	items_release(&items);
}

int verb_observe(const struct request *request)
{
	size_t words = request->file != NULL ? 1 : 3;
	struct text path, answer;
	json_t *body;

	if (request->argument_count != words)
		return tell_usage("observe takes an indicator's id, a period and a "
			"value, or with --file an indicator's id alone");
	body = request->file != NULL ? body_of_file(request) :
		item_of_words(request);
	if (body == NULL)
		return request->file != NULL ? CTL_USAGE :
			tell_usage("what is observed is not UTF-8");
	text_init(&path, 65536);
	text_add_string(&path, "/v1/indicators/");
	client_add_escaped(&path, request->arguments[0]);
	text_add_string(&path, "/observations");
	char *said = json_dumps(body, JSON_COMPACT);
	int status = client_post(request->client, text_string(&path), said,
		request->key, &answer);

	json_decref(body);
	free(said);
	text_release(&path);
	if (status == CTL_DONE && request->form == FORM_CSV) {
		print_rows(&answer);
		return status;
	}
	return answer_print(request, status, &answer, print_observed);
}

/* --- what is held ----------------------------------------------------------------- */

static void print_accepted(json_t *json)
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(json, "items"), i, item)
		printf("%lld %s %s: %s\n", integer_of(item, "id"),
			string_of(item, "indicator"), string_of(item, "period"),
			string_of(item, "news"));
	print_changed(json);
}

static int accept_one(const struct request *request, const char *number,
	struct items *answers)
{
	char path[64];

	snprintf(path, sizeof path, "/v1/observations/%.19s/accept", number);
	return item_post(request, path, json_pack("{s:b, s:s}", "release",
		request->release, "note", request->note), answers);
}

/* Each for itself: what cannot be accepted does not keep the others. */
int verb_accept(const struct request *request)
{
	struct items answers = {.count = 0};
	int status = CTL_DONE;

	if (request->argument_count == 0)
		return tell_usage("accept takes numbers, which list held tells");
	if (request->note == NULL)
		return tell_usage("accept needs -m WHY: what makes the figure "
			"plausible?");
	if (request->key != NULL && request->argument_count > 1)
		return tell_usage("with --key accept takes one number");
	for (size_t i = 0; i < request->argument_count; i++)
		if (!word_is_number(request->arguments[i]))
			return tell_usage("accept takes numbers, which list held "
				"tells");
	for (size_t i = 0; i < request->argument_count; i++) {
		int done = accept_one(request, request->arguments[i], &answers);

		status = done != CTL_DONE ? done : status;
	}
	for (size_t i = 0; request->form == FORM_TABLE && i < answers.count; i++)
		print_accepted(answers.list[i].json);
	if (request->form != FORM_TABLE)
		items_print(&answers, request, NULL);
	items_release(&answers);
	return status;
}
