/*
 * rollups: see rollups.h.
 *
 * A cell says by a mark how it stands, so that it can be read without colour,
 * and beside it the share that is met, or the status where every cell holds
 * one milestone.
 */
#include "pledgectl/rollups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledgectl/lists.h"
#include "pledgectl/members.h"

#define TABLE_COLUMNS_MAX 60	/* of a matrix on a screen */

/* "41%", or "41-43%" where something is not known. */
static void add_range(struct text *out, const json_t *tally, const char *key)
{
	struct text lower, upper;
	char other[40];

	snprintf(other, sizeof other, "%s_upper", key);
	text_init(&lower, 0);
	text_init(&upper, 0);
	add_percent(&lower, json_object_get(tally, key));
	add_percent(&upper, json_object_get(tally, other));
	if (lower.length == 0)
		text_add_string(out, "–");
	else if (!string_is(text_string(&lower), text_string(&upper)))
		text_addf(out, "%.*s–%s", (int)lower.length - 1,
			text_string(&lower), text_string(&upper));
	else
		text_add_string(out, text_string(&lower));
	text_release(&lower);
	text_release(&upper);
}

/* "left out: 3 withdrawn, 5 without row." */
static void add_left_out(struct text *out, const json_t *counts)
{
	const char *reason;
	json_t *count;
	bool any = false;

	text_add_string(out, "left out: ");
	json_object_foreach((json_t *)counts, reason, count) {
		if (json_integer_value(count) == 0)
			continue;
		text_addf(out, "%s%lld ", any ? ", " : "",
			(long long)json_integer_value(count));
		for (const char *at = reason; *at != '\0'; at++)
			text_add_char(out, *at == '_' ? ' ' : *at);
		any = true;
	}
	text_add_string(out, any ? "." : "none.");
}

/* Of how much what is shown is a share, and by which rule. */
static void print_summary(const struct request *request, const json_t *json)
{
	const json_t *total = json_object_get(json, "total");
	long long partly = integer_of(json_object_get(total, "by_status"),
		"partly_met");
	struct text text;

	text_init(&text, 0);
	text_add_string(&text, "coverage ");
	add_range(&text, total, "coverage");
	text_addf(&text, " of the %lld milestones required, ",
		integer_of(total, "required"));
	add_range(&text, total, "coverage_due");
	text_addf(&text, " of the %lld due by now; ", integer_of(total, "due"));
	if (json_object_get(json, "cells_required") != NULL)
		text_addf(&text, "%lld of %lld cells are met whole; ",
			integer_of(json, "cells_met"),
			integer_of(json, "cells_required"));
	if (partly != 0)
		text_addf(&text, "%lld met in part, which is not met; ", partly);
	add_left_out(&text, json_object_get(json, "left_out"));
	print_wrapped(request, text_string(&text));
	text_clear(&text);
	text_addf(&text, "rule: %s.", text_of(json, "rule"));
	print_wrapped(request, text_string(&text));
	text_release(&text);
}

/* --- cells ------------------------------------------------------------------- */

/* The first that holds of a cell is its mark. */
static const struct mark {
	const char *mark;
	const char *meaning;
	const char *key;	/* a count that is not 0, or a word of worst */
} marks[] = {
	{"–", "nothing required", NULL},
	{"✓", "all met", "complete"},
	{"✗", "something missed", "missed"},
	{"!", "something in danger or due", "off_track at_risk due"},
	{"?", "something not known", "unknown"},
	{"·", "all else ahead", "ahead"},
};

static bool mark_holds(const struct mark *mark, const json_t *tally)
{
	const json_t *value;

	if (mark->key == NULL)
		return integer_of(tally, "required") == 0;
	value = json_object_get(tally, mark->key);
	if (value == NULL)
		return strstr(mark->key, text_of(tally, "worst")) != NULL &&
			*text_of(tally, "worst") != '\0';
	return json_is_true(value) || json_integer_value(value) != 0;
}

static const char *tally_mark(const json_t *tally)
{
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (mark_holds(&marks[i], tally))
			return marks[i].mark;
	return "";
}

static enum grid_style tally_style(const json_t *tally)
{
	return integer_of(tally, "required") == 0 ? GRID_DIM
		: status_style(text_of(tally, "worst"));
}

enum cell_form { CELL_MARK, CELL_PERCENT, CELL_WORD };

static void put_cell(struct grid *grid, const json_t *tally, enum cell_form form)
{
	struct text text;

	text_init(&text, 0);
	if (tally != NULL)
		text_add_string(&text, tally_mark(tally));
	if (tally != NULL && form != CELL_MARK &&
			integer_of(tally, "required") != 0) {
		text_add_char(&text, ' ');
		if (form == CELL_WORD)
			text_add_string(&text, text_of(tally, "worst"));
		else
			add_percent(&text, json_object_get(tally, "coverage"));
	}
	grid_cell(grid, text_string(&text), tally != NULL ? tally_style(tally)
		: GRID_PLAIN);
	text_release(&text);
}

static void put_range(struct grid *grid, const json_t *tally, const char *key)
{
	struct text text;

	text_init(&text, 0);
	add_range(&text, tally, key);
	grid_cell(grid, text_string(&text), GRID_PLAIN);
	text_release(&text);
}

/* --- matrix on a screen --------------------------------------------------------- */

struct matrix {
	const struct request *request;
	const json_t *json, *rows, *columns, *cells;
	enum cell_form form;
	bool concurrent;	/* was asked for */
};

/* Words where every cell holds one milestone, else percentages; marks alone
   where those would not fit. */
static enum cell_form matrix_form(const struct matrix *matrix)
{
	size_t width = 30, i;
	bool single = true;
	const json_t *cell, *column;

	json_array_foreach(matrix->cells, i, cell)
		single &= integer_of(cell, "milestones") == 1;
	json_array_foreach(matrix->columns, i, column) {
		size_t title = utf8_columns(text_of(column, "name"));

		width += 2 + (title > 6 ? title : 6);
	}
	if (matrix->request->width != 0 && width > matrix->request->width)
		return CELL_MARK;
	return single ? CELL_WORD : CELL_PERCENT;
}

static void matrix_titles(const struct matrix *matrix, struct grid *grid)
{
	const json_t *column;
	size_t i;

	grid_column(grid, text_of(matrix->json, "row_key"), GRID_LEFT, true);
	json_array_foreach(matrix->columns, i, column)
		grid_column(grid, text_of(column, "name"), GRID_LEFT, true);
	grid_column(grid, "COVERAGE", GRID_RIGHT, false);
	grid_column(grid, "DUE BY NOW", GRID_RIGHT, false);
	if (matrix->concurrent)
		grid_column(grid, "CONCURRENT", GRID_LEFT, false);
}

static void matrix_totals(const struct matrix *matrix, struct grid *grid,
	const json_t *tally)
{
	const json_t *concurrent = json_object_get(tally, "concurrent");

	put_range(grid, tally, "coverage");
	put_range(grid, tally, "coverage_due");
	if (!matrix->concurrent)
		return;
	if (json_is_boolean(concurrent))
		grid_cellf(grid, json_is_true(concurrent) ? GRID_GOOD : GRID_BAD,
			"%s, %lld days", json_is_true(concurrent) ? "yes" : "no",
			integer_of(tally, "span_days"));
	else
		grid_cell(grid, "not yet", GRID_DIM);
}

/* The cells stand row after row; those that hold nothing are not there. */
static void matrix_row(const struct matrix *matrix, struct grid *grid,
	const json_t *row, size_t *next)
{
	const json_t *column;
	size_t i;

	grid_cell(grid, text_of(row, "name"), GRID_PLAIN);
	json_array_foreach(matrix->columns, i, column) {
		const json_t *cell = json_array_get(matrix->cells, *next);
		bool there = cell != NULL && string_is(text_of(cell, "row"),
			text_of(row, "name")) && string_is(
			text_of(cell, "column"), text_of(column, "name"));

		put_cell(grid, there ? cell : NULL, matrix->form);
		*next += there;
	}
	matrix_totals(matrix, grid, row);
}

static void matrix_grid(const struct matrix *matrix, struct grid *grid)
{
	const json_t *row, *column;
	size_t i, next = 0;

	matrix_titles(matrix, grid);
	json_array_foreach(matrix->rows, i, row)
		matrix_row(matrix, grid, row, &next);
	grid_cell(grid, "all", GRID_BOLD);
	json_array_foreach(matrix->columns, i, column)
		put_cell(grid, column, matrix->form == CELL_WORD ? CELL_PERCENT
			: matrix->form);
	matrix_totals(matrix, grid, json_object_get(matrix->json, "total"));
}

static void print_legend(const struct request *request)
{
	struct text text;

	text_init(&text, 0);
	for (size_t i = 1; i <= sizeof marks / sizeof *marks; i++) {
		const struct mark *mark = &marks[i % (sizeof marks / sizeof *marks)];

		text_addf(&text, "%s%s %s", i > 1 ? "; " : "", mark->mark,
			mark->meaning);
	}
	text_add_string(&text, "; empty: no milestone");
	print_wrapped(request, text_string(&text));
	text_release(&text);
}

static void print_matrix(const struct request *request, const json_t *json)
{
	struct matrix matrix = {request, json, json_object_get(json, "rows"),
		json_object_get(json, "columns"), json_object_get(json, "cells"),
		CELL_MARK, request->within != NULL};
	struct grid *grid = grid_new();

	matrix.form = matrix_form(&matrix);
	matrix_grid(&matrix, grid);
	grid_show(grid, request);
	putchar('\n');
	print_legend(request);
	print_summary(request, json);
	grid_free(grid);
}

/* --- lists of either --------------------------------------------------------------- */

#define TALLY_COLUMNS \
	{"MILESTONES", "milestones", CELL_NUMBER, false}, \
	{"REQUIRED", "required", CELL_NUMBER, false}, \
	{"MET", "met", CELL_NUMBER, false}, \
	{"MISSED", "missed", CELL_NUMBER, false}, \
	{"UNKNOWN", "unknown", CELL_NUMBER, false}, \
	{"AHEAD", "ahead", CELL_NUMBER, false}, \
	{"LEFT OUT", "left_out", CELL_NUMBER, false}, \
	{"DUE", "due", CELL_NUMBER, false}, \
	{"COVERAGE", "coverage", CELL_SHARE, false}, \
	{"COVERAGE UPPER", "coverage_upper", CELL_SHARE, false}, \
	{"COVERAGE DUE", "coverage_due", CELL_SHARE, false}, \
	{"COVERAGE DUE UPPER", "coverage_due_upper", CELL_SHARE, false}, \
	{"COMPLETE", "complete", CELL_BOOL, false}, \
	{"WORST", "worst", CELL_STATUS, false}, \
	{"SPAN DAYS", "span_days", CELL_NUMBER, false}

static const struct list_column cell_columns[] = {
	{"ROW", "row", CELL_TEXT, false},
	{"COLUMN", "column", CELL_TEXT, false},
	TALLY_COLUMNS,
	{"CONCURRENT", "concurrent", CELL_BOOL, false},
	{NULL, NULL, CELL_TEXT, false},
};

static const struct list_column group_columns[] = {
	{"GROUP", "group", CELL_TEXT, false},
	TALLY_COLUMNS,
	{"ON TIME", "on_time", CELL_NUMBER, false},
	{"LATE", "late", CELL_NUMBER, false},
	{"ON TIME SHARE", "on_time_share", CELL_SHARE, false},
	{"NEXT MILESTONE", "next_milestone", CELL_TEXT, false},
	{"NEXT DUE", "next_due", CELL_TIME, false},
	{NULL, NULL, CELL_TEXT, false},
};

static const struct list_column group_table_columns[] = {
	{"GROUP", "group", CELL_TEXT, true},
	{"REQUIRED", "required", CELL_NUMBER, false},
	{"MET", "met", CELL_NUMBER, false},
	{"MISSED", "missed", CELL_NUMBER, false},
	{"UNKNOWN", "unknown", CELL_NUMBER, false},
	{"AHEAD", "ahead", CELL_NUMBER, false},
	{"COVERAGE", "coverage", CELL_SHARE, false},
	{"AT MOST", "coverage_upper", CELL_SHARE, false},
	{"DUE BY NOW", "coverage_due", CELL_SHARE, false},
	{"ON TIME", "on_time_share", CELL_SHARE, false},
	{"WORST", "worst", CELL_STATUS, false},
	{"NEXT DUE", "next_due", CELL_TIME, false},
	{"NEXT MILESTONE", "next_milestone", CELL_ID, true},
	{NULL, NULL, CELL_TEXT, false},
};

static const struct list_kind
	cell_kind = {"cells", cell_columns},
	group_kind = {"groups", group_columns},
	group_table_kind = {"groups", group_table_columns};

/* One array of the answer, as a list; the answer is released. */
static void print_list(const struct request *request, struct text *answer,
	const char *member, const struct list_kind *kind)
{
	struct items items;

	items_take(&items, answer, slice_member(slice_of(text_string(answer)),
		member));
	items_print(&items, request, kind);
	items_release(&items);
}

/* --- verbs ------------------------------------------------------------------------- */

static int ask(const struct request *request, const char *name,
	const struct text *query, struct text *answer)
{
	struct text path;

	text_init(&path, 65536);
	text_addf(&path, "/v1/%s?%s", name, text_string(query));
	int status = client_ask(request->client, "GET", text_string(&path),
		answer);

	text_release(&path);
	return status;
}

static void query_begin(struct text *query, const struct request *request)
{
	text_init(query, 65536);
	if (request->argument_count > 0)
		client_add_parameter(query, "pledge", request->arguments[0]);
	query_add_times(request, query);
}

static int show_matrix(const struct request *request, struct text *answer)
{
	json_t *json = json_loads(text_string(answer), 0, NULL);
	size_t columns = json_array_size(json_object_get(json, "columns"));
	int status = CTL_DONE;

	if (columns <= TABLE_COLUMNS_MAX) {
		print_matrix(request, json);
	} else {
		fprintf(stderr, "pledgectl: %zu columns are too many for a screen, "
			"which has %d at most: swap --rows and --cols, or take "
			"-o csv\n", columns, TABLE_COLUMNS_MAX);
		status = CTL_FAILED;
	}
	json_decref(json);
	return status;
}

int verb_matrix(const struct request *request)
{
	struct text query, answer;

	if (request->rows == NULL || request->columns == NULL)
		return tell_usage("matrix needs --rows KEY and --cols KEY");
	query_begin(&query, request);
	client_add_parameter(&query, "rows", request->rows);
	client_add_parameter(&query, "cols", request->columns);
	if (request->within != NULL)
		client_add_parameter(&query, "within", request->within);
	int status = ask(request, "matrix", &query, &answer);

	text_release(&query);
	if (status == CTL_DONE && request->form == FORM_TABLE)
		status = show_matrix(request, &answer);
	else if (status == CTL_DONE && request->form == FORM_JSON)
		fputs(text_string(&answer), stdout);
	else if (status == CTL_DONE) {
		print_list(request, &answer, "cells", &cell_kind);
		return status;
	}
	text_release(&answer);
	return status;
}

void scorecard_print(const struct request *request, const json_t *scorecard,
	struct slice whole)
{
	struct items items;
	struct text none;

	text_init(&none, 0);
	items_take(&items, &none, slice_member(whole, "items"));
	items_print(&items, request, &group_table_kind);
	items_release(&items);
	putchar('\n');
	print_summary(request, scorecard);
}

static void show_scorecard(const struct request *request,
	const struct text *answer)
{
	json_t *json = json_loads(text_string(answer), 0, NULL);

	scorecard_print(request, json, slice_of(text_string(answer)));
	json_decref(json);
}

int verb_scorecard(const struct request *request)
{
	struct text query, answer;

	query_begin(&query, request);
	if (request->by != NULL)
		client_add_parameter(&query, "by", request->by);
	int status = ask(request, "scorecard", &query, &answer);

	text_release(&query);
	if (status == CTL_DONE && request->form == FORM_TABLE)
		show_scorecard(request, &answer);
	else if (status == CTL_DONE && request->form == FORM_JSON)
		fputs(text_string(&answer), stdout);
	else if (status == CTL_DONE) {
		print_list(request, &answer, "items", &group_kind);
		return status;
	}
	text_release(&answer);
	return status;
}
