/*
 * api_rollup: what many milestones come to, as a matrix of cells or as groups.
 * core/rollup counts; here the questions are read and the answers written.
 */
#include "core/rollup.h"
#include "pledged/api.h"
#include "pledged/chart.h"
#include "pledged/columns.h"
#include "pledged/view_rollup.h"

/* What one answer may look at, so that the loop is not held up: answers the
   engine has, or those judged anew as of another time. */
#define KEPT_MAX 100000
#define JUDGED_MAX 10000

#define DAY INT64_C(86400)

struct asked {
	struct daemon *daemon;
	struct question question;
	int64_t within;		/* days for what is concurrent; -1: not asked */
	struct table table;
};

/* --- tallies ----------------------------------------------------------------- */

/* Null until all of it is met: only then is it known. */
static void put_concurrent(struct json *json, const struct rollup_tally *tally,
	int64_t within)
{
	int days = 0;
	bool dated = tally_span(tally, &days);

	if (within < 0)
		return;
	if (tally_is_complete(tally) && dated)
		json_put_bool(json, "concurrent", days <= within);
	else
		json_put_null(json, "concurrent");
}

static void put_tally(struct json *json, const struct rollup_tally *tally,
	const struct asked *asked)
{
	view_tally_fields(json, tally);
	put_concurrent(json, tally, asked->within);
}

static void put_total(struct json *json, const struct rollup *rollup,
	const struct asked *asked)
{
	json_key(json, "total");
	json_object(json);
	put_tally(json, &rollup->total, asked);
	json_object_end(json);
}

/* Makes it, or answers why not. */
static bool rollup_ask(struct rollup *rollup, struct asked *asked,
	struct rollup_request *wanted, struct server_request *request)
{
	struct questioned questioned = {&asked->question, asked->daemon};
	struct error error;

	wanted->as_of = asked->question.known.published_by;
	wanted->milestones_max = asked->question.past ? JUDGED_MAX : KEPT_MAX;
	wanted->pattern = server_request_query(request, "pledge");
	if (rollup_make(rollup, asked->daemon->reg, wanted, questioned_answer,
		&questioned, &error) == 0)
		return true;
	reply_problem(request, error.kind == ERROR_ABSENT ? 404 : 422, "%s",
		error.text);
	rollup_release(rollup);
	return false;
}

/* --- matrix ---------------------------------------------------------------------- */

static void put_lines(struct json *json, const char *key,
	const struct rollup_line *lines, size_t count, const struct asked *asked)
{
	json_key(json, key);
	json_array(json);
	for (size_t i = 0; i < count; i++) {
		json_object(json);
		json_put_string(json, "name", lines[i].name);
		put_tally(json, &lines[i].tally, asked);
		json_object_end(json);
	}
	json_array_end(json);
}

/* Those that hold something. */
static void put_cells(struct json *json, const struct rollup *rollup,
	const struct asked *asked)
{
	json_key(json, "cells");
	json_array(json);
	for (size_t i = 0; i < rollup->row_count * rollup->column_count; i++) {
		const struct rollup_tally *cell = &rollup->cells[i];

		if (cell->milestones == 0)
			continue;
		json_object(json);
		json_put_string(json, "row",
			rollup->rows[i / rollup->column_count].name);
		json_put_string(json, "column",
			rollup->columns[i % rollup->column_count].name);
		put_tally(json, cell, asked);
		json_object_end(json);
	}
	json_array_end(json);
}

static void reply_matrix(struct server_request *request, const char *rows,
	const char *columns, const struct rollup *rollup,
	const struct asked *asked)
{
	struct reply reply;
	struct json *json = &reply.json;

	reply_begin(&reply);
	json_object(json);
	json_put_instant(json, "as_of", asked->question.known.published_by);
	json_put_string(json, "pledge", server_request_query(request, "pledge"));
	json_put_string(json, "row_key", rows);
	json_put_string(json, "column_key", columns);
	reply_put_register(&reply, asked->daemon);
	view_rule_fields(json, rollup);
	json_put_int(json, "cells_required", (int64_t)rollup->cells_required);
	json_put_int(json, "cells_met", (int64_t)rollup->cells_met);
	put_total(json, rollup, asked);
	put_lines(json, "rows", rollup->rows, rollup->row_count, asked);
	put_lines(json, "columns", rollup->columns, rollup->column_count, asked);
	put_cells(json, rollup, asked);
	json_object_end(json);
	reply_send_table(&reply, request, &asked->table, NULL);
}

/* within: a span in days. */
static int within_read(struct server_request *request, int64_t *out,
	struct error *error)
{
	const char *value = server_request_query(request, "within");
	struct duration duration;
	int64_t seconds;

	*out = -1;
	if (value == NULL)
		return 0;
	if (!duration_read(value, &duration) ||
		!duration_seconds(duration, &seconds) || seconds < 0)
		return error_set(error, ERROR_INPUT, "within: \"%.80s\" is no span "
			"in days, such as 180d", value);
	*out = seconds / DAY;
	return 0;
}

/* Reads what a matrix is asked by, and makes it, or answers why not. */
static bool matrix_ask(struct rollup *rollup, struct asked *asked,
	struct server_request *request)
{
	const char *rows = server_request_query(request, "rows");
	const char *columns = server_request_query(request, "cols");
	struct error error;

	if (rows == NULL || columns == NULL) {
		reply_problem(request, 400, "a matrix needs rows and cols: the key "
			"of a label, or one of instrument, milestone, obligor, "
			"owner, pledge, severity");
		return false;
	}
	if (form_read(request, &asked->table.form, &error) < 0 ||
		question_read(asked->daemon, request, &asked->question, &error) < 0 ||
		within_read(request, &asked->within, &error) < 0) {
		reply_refusal(request, &error);
		return false;
	}
	struct rollup_request wanted = {
		.rows = rollup_key_read(rows),
		.columns = rollup_key_read(columns),
	};

	return rollup_ask(rollup, asked, &wanted, request);
}

void get_matrix(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct asked asked = {.daemon = daemon, .table = {.reg = daemon->reg,
		.member = "cells", .columns = columns_cell}};
	struct rollup rollup;

	(void)rest;
	if (!matrix_ask(&rollup, &asked, request))
		return;
	reply_matrix(request, server_request_query(request, "rows"),
		server_request_query(request, "cols"), &rollup, &asked);
	rollup_release(&rollup);
}

/* --- scorecard ------------------------------------------------------------------- */

static void reply_scorecard(struct server_request *request, const char *by,
	const struct rollup *rollup, const struct asked *asked)
{
	struct reply reply;
	struct json *json = &reply.json;

	reply_begin(&reply);
	json_object(json);
	json_put_instant(json, "as_of", asked->question.known.published_by);
	json_put_string(json, "by", by);
	reply_put_register(&reply, asked->daemon);
	view_scorecard_fields(json, asked->daemon->reg, rollup);
	json_object_end(json);
	reply_send_table(&reply, request, &asked->table, NULL);
}

static const char *scorecard_key(const struct daemon *daemon,
	struct server_request *request)
{
	const char *by = server_request_query(request, "by");

	return by != NULL ? by : rollup_party(daemon->reg);
}

/* The same of a scorecard. */
static bool scorecard_ask(struct rollup *rollup, struct asked *asked,
	struct server_request *request)
{
	struct rollup_request wanted = {
		.rows = rollup_key_read(scorecard_key(asked->daemon, request)),
		.columns = {ROLLUP_ALL, NULL},
	};
	struct error error;

	if (form_read(request, &asked->table.form, &error) < 0 ||
		question_read(asked->daemon, request, &asked->question, &error) < 0) {
		reply_refusal(request, &error);
		return false;
	}
	return rollup_ask(rollup, asked, &wanted, request);
}

void get_scorecard(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct asked asked = {.daemon = daemon, .within = -1, .table = {
		.reg = daemon->reg, .member = "items", .columns = columns_group}};
	struct rollup rollup;

	(void)rest;
	if (!scorecard_ask(&rollup, &asked, request))
		return;
	reply_scorecard(request, scorecard_key(daemon, request), &rollup, &asked);
	rollup_release(&rollup);
}

/* --- their pictures -------------------------------------------------------------- */

void get_matrix_chart(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct asked asked = {.daemon = daemon};
	struct rollup rollup;
	struct text svg;

	(void)rest;
	if (!matrix_ask(&rollup, &asked, request))
		return;
	text_init(&svg, 0);
	if (chart_matrix(daemon->reg, &rollup,
			server_request_query(request, "rows"),
			server_request_query(request, "cols"), CHART_FILE, &svg,
			NULL))
		reply_chart(request, &svg);
	else
		reply_problem(request, 404, "no milestone has both: see "
			"without_row and without_column of /v1/matrix");
	rollup_release(&rollup);
}

void get_scorecard_chart(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct asked asked = {.daemon = daemon, .within = -1};
	struct rollup rollup;
	struct text svg;

	(void)rest;
	if (!scorecard_ask(&rollup, &asked, request))
		return;
	text_init(&svg, 0);
	if (chart_scorecard(daemon->reg, &rollup, scorecard_key(daemon, request),
			CHART_FILE, &svg, NULL))
		reply_chart(request, &svg);
	else
		reply_problem(request, 404, "no milestone has \"%s\"",
			scorecard_key(daemon, request));
	rollup_release(&rollup);
}
