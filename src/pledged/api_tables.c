/*
 * api_tables: lists as CSV, made of the JSON that would be sent instead, so that
 * both say the same, digit for digit.
 */
#include "base/slice.h"
#include "pledged/accept.h"
#include "pledged/api.h"
#include "pledged/columns.h"

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

static void table_write(const struct table *table, const struct text *document,
	struct text *out)
{
	struct slice items = slice_member(slice_of(text_string(document)),
		table->member);
	struct tabular tabular;
	struct slice item;
	size_t cursor = 0;

	tabular_init(&tabular);
	columns_add(&tabular, table->columns, table->reg);
	tabular_head(&tabular, out);
	while (slice_next(items, &cursor, &item))
		tabular_row(&tabular, item, out);
	tabular_release(&tabular);
}

void reply_send_table(struct reply *reply, struct server_request *request,
	const struct table *table, const char *link)
{
	const char *const headers[] = {"Vary: Accept", link, NULL};
	struct text csv;

	if (table->columns == NULL) {
		reply_send_as(reply, request, 200, "application/json",
			headers + 1);
		return;
	}
	if (table->form == FORM_JSON) {
		reply_send_as(reply, request, 200, "application/json", headers);
		return;
	}
	text_init(&csv, 0);
	table_write(table, &reply->body, &csv);
	reply_drop(reply);
	if (!csv.cut)
		server_reply(request, 200,
			"text/csv; charset=utf-8; header=present", headers, &csv);
	else
		reply_problem(request, 500, "the table would be longer than %zu "
			"bytes: ask for less of it", TEXT_LIMIT_DEFAULT);
	text_release(&csv);
}
