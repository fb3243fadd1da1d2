/*
 * api_tables: lists as CSV, made of the JSON that would be sent instead, so that
 * both say the same, digit for digit. Row by row as it is read, since making all
 * at once would hold the loop up.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/slice.h"
#include "pledged/accept.h"
#include "pledged/api.h"
#include "pledged/columns.h"

#define PIECE_BYTES 32768

int form_read(struct server_request *request, enum form *out,
	struct error *error)
{
	const char *said = server_request_query(request, "format");
	const char *accept = server_request_header(request, "Accept");

	if (said != NULL && !string_is(said, "csv") && !string_is(said, "json"))
		return error_set(error, ERROR_INPUT, "format: json or csv");
	if (said != NULL)
		*out = string_is(said, "csv") ? FORM_CSV : FORM_JSON;
	else
		*out = accept_quality(accept, "text/csv") >
			accept_quality(accept, "application/json") ?
			FORM_CSV : FORM_JSON;
	return 0;
}

/* A table being sent, row by row, of a document that stays until its end. */
struct tabling {
	struct text document;
	struct slice items;
	size_t cursor;
	struct tabular tabular;
	struct text line;	/* the last row made */
	size_t told;		/* of it */
};

/* false: that was the last. */
static bool tabling_advance(struct tabling *tabling)
{
	struct slice item;

	text_clear(&tabling->line);
	tabling->told = 0;
	if (!slice_next(tabling->items, &tabling->cursor, &item))
		return false;
	tabular_row(&tabling->tabular, item, &tabling->line);
	return true;
}

static enum stream_step tabling_next(void *context, struct text *piece)
{
	struct tabling *tabling = context;

	while (piece->length < PIECE_BYTES) {
		size_t rest = tabling->line.length - tabling->told;
		size_t room = PIECE_BYTES - piece->length;

		if (tabling->line.cut)
			return STREAM_BREAK;
		if (rest == 0 && !tabling_advance(tabling))
			return STREAM_END;
		if (rest > room)
			rest = room;
		if (rest > 0)
			text_add(piece, tabling->line.data + tabling->told,
				rest);
		tabling->told += rest;
	}
	return STREAM_MORE;
}

static void tabling_gone(void *context)
{
	struct tabling *tabling = context;

	text_release(&tabling->document);
	text_release(&tabling->line);
	tabular_release(&tabling->tabular);
	free(tabling);
}

/* Takes the document over. */
static void table_stream(struct reply *reply, struct server_request *request,
	const struct table *table, const char *const *headers)
{
	static const struct stream_source source = {tabling_next, tabling_gone};
	struct tabling *tabling = mem_new(1, sizeof *tabling);

	tabling->document = reply->body;
	tabling->items = slice_member(slice_of(text_string(&tabling->document)),
		table->member);
	tabular_init(&tabling->tabular);
	columns_add(&tabling->tabular, table->columns, table->reg);
	text_init(&tabling->line, 0);
	tabular_head(&tabling->tabular, &tabling->line);
	server_stream(request, 200, "text/csv; charset=utf-8; header=present",
		headers, &source, tabling);
}

void reply_send_table(struct reply *reply, struct server_request *request,
	const struct table *table, const char *link)
{
	const char *const headers[] = {"Vary: Accept", link, NULL};

	if (table->columns == NULL)
		reply_send_as(reply, request, 200, "application/json",
			headers + 1);
	else if (table->form == FORM_JSON || reply->body.cut)
		reply_send_as(reply, request, 200, "application/json", headers);
	else
		table_stream(reply, request, table, headers);
}
