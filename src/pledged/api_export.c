/*
 * api_export: GET /v1/export, and one table of it at a time. It goes out some
 * rows at a time as its reader takes them; what is recorded meanwhile is left
 * out, so that the tables agree. A fault of the store, or another register,
 * breaks it off, which its reader sees.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "pledged/api.h"
#include "pledged/columns.h"
#include "pledged/export.h"
#include "pledged/portion.h"

#define EXPORTS_MAX 4		/* at once: each reads the store all along */

struct exporting {
	struct daemon *daemon;
	struct export export;
	const struct export_form *form;
	const struct export_table *table, *last;	/* what is still to come */
	bool begun, opened;	/* the whole; the table */
	size_t rows;		/* of it */
	struct tabular tabular;	/* of CSV */
	struct portion portion;
	bool ended;		/* and not all taken yet */
};

/* How a table becomes bytes, and what stands around all of them. */
struct export_form {
	const char *suffix;	/* ".csv"; NULL: of all tables in one */
	const char *type;
	void (*begin)(struct exporting *exporting);
	void (*open)(struct exporting *exporting);
	void (*row)(struct exporting *exporting, const struct text *row);
	void (*close)(struct exporting *exporting);
	void (*end)(struct exporting *exporting);
};

static void nothing(struct exporting *exporting)
{
	(void)exporting;
}

/* --- JSON: one object, each table an array of it ------------------------------------ */

static void document_begin(struct exporting *exporting)
{
	const struct knowledge *known = &exporting->export.question.known;
	char hex[DIGEST_HEX_SIZE];
	struct json json;
	struct text head;

	text_init(&head, 0);
	json_init(&json, &head);
	digest_hex(&exporting->export.edition.digest, hex);
	json_object(&json);
	json_put_instant(&json, "as_of", known->published_by);
	json_put_instant(&json, "recorded_as_of", known->recorded_by);
	json_put_string(&json, "register", hex);
	json_object_end(&json);
	text_add(&exporting->portion.made, head.data, head.length - strlen("}"));
	text_release(&head);
}

static void document_open(struct exporting *exporting)
{
	text_addf(&exporting->portion.made, ",\n\"%s\":[", exporting->table->name);
}

static void document_row(struct exporting *exporting, const struct text *row)
{
	text_add_string(&exporting->portion.made, exporting->rows > 0 ? ",\n" : "\n");
	text_add(&exporting->portion.made, row->data, row->length);
}

static void document_close(struct exporting *exporting)
{
	text_add_char(&exporting->portion.made, ']');
}

static void document_end(struct exporting *exporting)
{
	text_add_string(&exporting->portion.made, "}\n");
}

/* --- JSON lines, CSV: one table ------------------------------------------------------ */

static void lines_row(struct exporting *exporting, const struct text *row)
{
	text_add(&exporting->portion.made, row->data, row->length);
	text_add_char(&exporting->portion.made, '\n');
}

static void csv_begin(struct exporting *exporting)
{
	columns_add(&exporting->tabular, exporting->table->columns,
		exporting->export.edition.reg);
	tabular_head(&exporting->tabular, &exporting->portion.made);
}

static void csv_row(struct exporting *exporting, const struct text *row)
{
	tabular_row(&exporting->tabular, slice_of(text_string(row)),
		&exporting->portion.made);
}

static const struct export_form forms[] = {
	{NULL, "application/json", document_begin, document_open, document_row,
		document_close, document_end},
	{".csv", "text/csv; charset=utf-8; header=present", csv_begin, nothing,
		csv_row, nothing, nothing},
	{".jsonl", "application/jsonl", nothing, nothing, lines_row, nothing,
		nothing},
};

#define FORM_COUNT (sizeof forms / sizeof *forms)

/* --- the stream ---------------------------------------------------------------------- */

static void exporting_row(void *context, const struct text *row)
{
	struct exporting *exporting = context;

	exporting->form->row(exporting, row);
	exporting->rows++;
}

static void exporting_close_table(struct exporting *exporting)
{
	exporting->form->close(exporting);
	exporting->opened = false;
	exporting->rows = 0;
	exporting->ended = exporting->table++ == exporting->last;
	if (exporting->ended)
		exporting->form->end(exporting);
}

/* Some rows. -1: the store cannot be read, and the log says why. */
static int exporting_make(struct exporting *exporting)
{
	struct error error;
	int done;

	portion_begin(&exporting->portion);
	if (!exporting->begun)
		exporting->form->begin(exporting);
	exporting->begun = true;
	if (!exporting->opened)
		exporting->form->open(exporting);
	exporting->opened = true;
	done = export_some(&exporting->export, exporting->table, &error);
	if (done > 0)
		exporting_close_table(exporting);
	else if (done < 0)
		log_error("export: %s: %s", exporting->table->name, error.text);
	return done < 0 ? -1 : 0;
}

static enum stream_step exporting_next(void *context, struct text *piece)
{
	struct exporting *exporting = context;

	if (!edition_is_current(&exporting->export.edition, exporting->daemon))
		return STREAM_BREAK;
	if (portion_is_taken(&exporting->portion) &&
			exporting_make(exporting) < 0)
		return STREAM_BREAK;
	portion_take(&exporting->portion, piece);
	return exporting->ended && portion_is_taken(&exporting->portion) ?
		STREAM_END : STREAM_MORE;
}

static void exporting_gone(void *context)
{
	struct exporting *exporting = context;

	exporting->daemon->exports--;
	portion_release(&exporting->portion);
	tabular_release(&exporting->tabular);
	export_release(&exporting->export);
	free(exporting);
}

/* --- the question --------------------------------------------------------------------- */

/* Without a time: what was recorded by now, also of what goes out later. */
static int times_read(struct exporting *exporting,
	struct server_request *request, struct error *error)
{
	struct question *question = &exporting->export.question;
	struct daemon *daemon = exporting->daemon;

	if (question_read(daemon, request, question, error) < 0)
		return -1;
	if (question->known.recorded_by == INSTANT_MAX)
		question->known.recorded_by = loop_now(daemon->loop);
	return 0;
}

static void export_start(struct daemon *daemon, struct server_request *request,
	const struct export_form *form, const struct export_table *first,
	const struct export_table *last)
{
	static const struct stream_source source = {exporting_next,
		exporting_gone};
	struct exporting *exporting;
	struct error error;

	if (!request_finds_room(request, daemon->exports, EXPORTS_MAX)) {
		reply_problem(request, 503, "%zu exports are under way: ask again "
			"when one of them has ended", daemon->exports);
		return;
	}
	exporting = mem_new(1, sizeof *exporting);
	*exporting = (struct exporting){.daemon = daemon, .form = form,
		.table = first, .last = last};
	export_init(&exporting->export, daemon);
	tabular_init(&exporting->tabular);
	portion_init(&exporting->portion);
	exporting->export.take = exporting_row;
	exporting->export.context = exporting;
	daemon->exports++;
	if (times_read(exporting, request, &error) < 0) {
		reply_refusal(request, &error);
		exporting_gone(exporting);
		return;
	}
	server_stream(request, 200, form->type, NULL, &source, exporting);
}

static void reply_no_table(struct server_request *request, const char *rest)
{
	struct text names;

	text_init(&names, 0);
	for (size_t i = 0; i < export_table_count; i++)
		text_addf(&names, "%s%s", i > 0 ? ", " : "",
			export_tables[i].name);
	reply_problem(request, 404, "there is no table \"%s\": they are %s, each "
		"with .csv or .jsonl behind", rest, text_string(&names));
	text_release(&names);
}

void get_export(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	(void)rest;
	export_start(daemon, request, &forms[0], &export_tables[0],
		&export_tables[export_table_count - 1]);
}

void get_export_table(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	for (size_t i = 1; i < FORM_COUNT; i++) {
		const struct export_table *table = string_ends(rest,
			forms[i].suffix) ? export_table_find(rest, strlen(rest) -
			strlen(forms[i].suffix)) : NULL;

		if (table == NULL)
			continue;
		export_start(daemon, request, &forms[i], table, table);
		return;
	}
	reply_no_table(request, rest);
}
