/*
 * explain: the tree that a milestone's answer rests on, the figures below it,
 * and the sentence. What is true is told by words, whatever a terminal can show.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/decimal.h"
#include "base/grid.h"
#include "base/mem.h"
#include "base/moment.h"
#include "pledgectl/answer.h"
#include "pledgectl/flat.h"
#include "pledgectl/lists.h"
#include "pledgectl/members.h"
#include "pledgectl/times.h"
#include "pledgectl/verbs.h"

#define LEAVES_MAX 4096		/* nodes of an expression */

/* A value as the daemon wrote it, and as it is read. */
struct thing {
	struct slice raw;
	json_t *json;
};

static struct thing thing_member(struct thing thing, const char *key)
{
	return (struct thing){slice_member(thing.raw, key),
		json_object_get(thing.json, key)};
}

/* The element behind *cursor and *index, both beginning as 0. */
static bool thing_next(struct thing array, size_t *cursor, size_t *index,
	struct thing *element)
{
	element->json = json_array_get(array.json, *index);
	++*index;
	return element->json != NULL &&
		slice_next(array.raw, cursor, &element->raw);
}

static const char *thing_string(struct thing thing, const char *key)
{
	return text_of(thing.json, key);
}

static bool thing_number(struct thing thing, const char *key,
	struct decimal *out)
{
	struct slice raw = slice_member(thing.raw, key);

	return json_is_number(json_object_get(thing.json, key)) &&
		decimal_parse(raw.start, raw.length, out);
}

static bool thing_is(struct thing thing, const char *key)
{
	return json_is_true(json_object_get(thing.json, key));
}

/* Runs of space as one. */
static void add_squeezed(struct text *out, const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		bool space = strchr(" \t\r\n", *at) != NULL;

		if (!space)
			text_add_char(out, *at);
		else if (at > text && strchr(" \t\r\n", at[-1]) == NULL)
			text_add_char(out, ' ');
	}
}

/* --- the tree -------------------------------------------------------------------- */

struct tree {
	struct grid *grid;
	struct text cell;
	struct thing *leaves;		/* nodes that rest on something */
	size_t leaf_count;
};

static const struct {
	const char *text;
	enum grid_style style;
} truths[] = {
	{"\xe2\x9c\x97 false", GRID_BAD}, {"\xe2\x9c\x93 true", GRID_GOOD},
	{"? unknown", GRID_WARN},
};

static void cell_truth(struct tree *tree, struct thing node)
{
	json_t *truth = json_object_get(node.json, "truth");
	int which = json_is_true(truth) ? 1 : json_is_false(truth) ? 0 : 2;

	if (string_is(thing_string(node, "type"), "truth"))
		grid_cell(tree->grid, truths[which].text, truths[which].style);
	else
		grid_cell(tree->grid, "", GRID_PLAIN);
}

static void add_number(struct text *out, struct decimal value, bool seconds)
{
	if (seconds)
		text_add_seconds(out, (int64_t)decimal_to_double(value));
	else
		text_add_decimal_short(out, value);
}

/* "27.3bn", "at least 15", "2 to 5", "unknown" */
static void add_value(struct text *out, struct thing node, bool seconds)
{
	struct thing interval = thing_member(node, "interval");
	struct decimal low, high;
	bool has_low, has_high;

	if (thing_number(node, "value", &low)) {
		add_number(out, low, seconds);
		return;
	}
	if (!json_is_object(interval.json))
		return;
	has_low = thing_number(interval, "low", &low);
	has_high = thing_number(interval, "high", &high);
	text_add_string(out, has_low && !has_high ? "at least " :
		has_high && !has_low ? "at most " : !has_low ? "unknown" : "");
	if (has_low)
		add_number(out, low, seconds);
	if (has_low && has_high)
		text_add_string(out, " to ");
	if (has_high)
		add_number(out, high, seconds);
}

static void cell_value(struct tree *tree, struct thing node)
{
	bool seconds = string_is(thing_string(node, "type"), "duration");
	const char *unit = thing_string(node, "unit");

	text_clear(&tree->cell);
	text_add_string(&tree->cell, thing_string(node, "value"));
	add_value(&tree->cell, node, seconds);
	if (tree->cell.length > 0 && *unit != '\0' && !seconds &&
	    !string_is(unit, "1"))
		text_addf(&tree->cell, " %s", unit);
	grid_cell(tree->grid, text_string(&tree->cell), GRID_PLAIN);
}

static bool leaf_is_new(const struct tree *tree, struct thing node)
{
	for (size_t i = 0; i < tree->leaf_count; i++)
		if (string_is(thing_string(tree->leaves[i], "text"),
		    thing_string(node, "text")))
			return false;
	return true;
}

/* A node, then those below it; as deep as an expression may be. */
static void tree_add(struct tree *tree, struct thing node, int depth)
{
	struct thing operands = thing_member(node, "operands"), operand;
	size_t cursor = 0, index = 0;

	cell_truth(tree, node);
	cell_value(tree, node);
	text_clear(&tree->cell);
	for (int i = 0; i < depth; i++)
		text_add_string(&tree->cell, "  ");
	add_squeezed(&tree->cell, thing_string(node, "text"));
	grid_cell(tree->grid, text_string(&tree->cell), GRID_PLAIN);
	if ((json_object_get(node.json, "figures") != NULL ||
	    json_object_get(node.json, "witnesses") != NULL) &&
	    tree->leaf_count < LEAVES_MAX && leaf_is_new(tree, node))
		tree->leaves[tree->leaf_count++] = node;
	while (thing_next(operands, &cursor, &index, &operand))
		tree_add(tree, operand, depth + 1);
}

/* --- figures --------------------------------------------------------------------- */

/* "revised from 1,443,583,860; provisional" */
static void add_notes(struct text *out, struct thing figure)
{
	static const struct {
		const char *key, *note;
	} notes[] = {
		{"provisional", "provisional"},
		{"published_assumed", "publication assumed"},
		{"quarantined", "in quarantine, not used"},
	};
	struct decimal before;

	if (thing_number(figure, "before", &before)) {
		text_add_string(out, "revised from ");
		text_add_decimal_grouped(out, before);
	}
	for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++)
		if (thing_is(figure, notes[i].key))
			text_addf(out, "%s%s", out->length > 0 ? "; " : "",
				notes[i].note);
}

static void row_figure(struct grid *grid, struct text *cell,
	struct thing figure)
{
	struct decimal value;

	grid_cell(grid, thing_string(figure, "period"), GRID_PLAIN);
	text_clear(cell);
	if (thing_number(figure, "value", &value))
		text_add_decimal_grouped(cell, value);
	grid_cell(grid, text_string(cell), GRID_PLAIN);
	grid_cellf(grid, GRID_PLAIN, "%.10s", thing_string(figure, "published"));
	grid_cellf(grid, GRID_PLAIN, "%lld of %lld",
		integer_of(figure.json, "vintage"),
		integer_of(figure.json, "vintages"));
	grid_cell(grid, thing_string(figure, "source"), GRID_PLAIN);
	text_clear(cell);
	add_notes(cell, figure);
	grid_cell(grid, text_string(cell),
		thing_is(figure, "quarantined") ? GRID_WARN : GRID_DIM);
}

static void row_note(struct grid *grid, const char *period, const char *note,
	const char *more)
{
	grid_cell(grid, period, GRID_PLAIN);
	grid_cell(grid, "-", GRID_PLAIN);
	for (int i = 0; i < 3; i++)
		grid_cell(grid, "", GRID_PLAIN);
	grid_cellf(grid, GRID_WARN, "%s%s", note, more);
}

/* Periods ahead are one row. */
static void rows_missing(struct grid *grid, struct thing leaf)
{
	struct thing missing = thing_member(leaf, "missing"), gap;
	size_t cursor = 0, index = 0, ahead = 0;
	const char *first = "";

	while (thing_next(missing, &cursor, &index, &gap)) {
		const char *state = thing_string(gap, "state");

		if (!string_is(state, "ahead"))
			row_note(grid, thing_string(gap, "period"),
				string_is(state, "overdue") ?
				"not published, was expected by " :
				"not published yet, expected by ",
				thing_string(gap, "expected"));
		else if (ahead++ == 0)
			first = thing_string(gap, "period");
	}
	if (ahead > 0)
		row_note(grid, first, ahead > 1 ? "this and those after it lie "
			"ahead" : "lies ahead", "");
}

static struct grid *figures_grid(struct thing leaf)
{
	static const struct {
		const char *title;
		enum grid_align align;
	} columns[] = {{"PERIOD", GRID_LEFT}, {"VALUE", GRID_RIGHT},
		{"PUBLISHED", GRID_LEFT}, {"VINTAGE", GRID_LEFT},
		{"SOURCE", GRID_LEFT}, {"NOTE", GRID_LEFT}};
	struct thing figures = thing_member(leaf, "figures"), figure;
	struct grid *grid = grid_new();
	size_t cursor = 0, index = 0;
	struct text cell;

	text_init(&cell, 0);
	for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
		grid_column(grid, columns[i].title, columns[i].align, i >= 4);
	while (thing_next(figures, &cursor, &index, &figure))
		row_figure(grid, &cell, figure);
	rows_missing(grid, leaf);
	text_release(&cell);
	return grid;
}

static void print_left_out(struct thing leaf, const char *key,
	const char *what)
{
	json_int_t count = json_integer_value(json_object_get(leaf.json, key));

	if (count > 0)
		printf("and %lld more %s\n", (long long)count, what);
}

/* "  milestone jv.law/adopted: met, 2020-03-31", "  attestation ann says no: …";
   an address that is the id too is said once. */
static void print_witness(struct thing witness)
{
	const char *id = thing_string(witness, "id");
	const char *url = thing_string(witness, "url");
	char day[sizeof "2020-03-31"];
	const char *parts[] = {thing_string(witness, "text"), day,
		strcmp(url, id) == 0 ? "" : url};

	snprintf(day, sizeof day, "%.10s", thing_string(witness, "at"));
	printf("  %s ", thing_string(witness, "kind"));
	print_said(stdout, id);
	if (strcmp(thing_string(witness, "kind"), "attestation") == 0)
		fputs(thing_is(witness, "truth") ? " says yes" : " says no", stdout);
	for (size_t i = 0, said = 0; i < 3; i++) {
		if (*parts[i] == '\0')
			continue;
		fputs(said++ == 0 ? ": " : ", ", stdout);
		print_said(stdout, parts[i]);
	}
	putchar('\n');
}

static void print_witnesses(struct thing leaf)
{
	struct thing witnesses = thing_member(leaf, "witnesses"), witness;
	size_t cursor = 0, index = 0;

	while (thing_next(witnesses, &cursor, &index, &witness))
		print_witness(witness);
	print_left_out(leaf, "witnesses_left_out", "of these");
}

static void print_leaf(struct thing leaf, const struct request *request)
{
	struct text title;

	text_init(&title, 0);
	add_squeezed(&title, thing_string(leaf, "text"));
	putchar('\n');
	print_said(stdout, text_string(&title));
	putchar('\n');
	text_release(&title);
	if (json_object_get(leaf.json, "figures") != NULL) {
		struct grid *grid = figures_grid(leaf);

		if (grid_rows(grid) > 0)
			grid_show(grid, request);
		else
			puts("  no figure");
		grid_free(grid);
		print_left_out(leaf, "figures_left_out", "figures");
		print_left_out(leaf, "missing_left_out", "periods are missing");
	}
	print_witnesses(leaf);
}

/* The columns of a CSV without a row. */
static const struct list_column basis_columns[] = {
	{"FUNCTION", "function", CELL_TEXT, false},
	{"RESTS ON", "rests_on", CELL_TEXT, false},
	{"PERIOD", "period", CELL_TEXT, false},
	{"VALUE", "value", CELL_NUMBER, false},
	{NULL, NULL, CELL_TEXT, false},
};

static const struct list_kind basis = {"basis", basis_columns};

/* --- the whole ------------------------------------------------------------------- */

static void print_head(const struct request *request, struct thing whole)
{
	struct text line;

	print_said(stdout, thing_string(whole, "id"));
	printf(": %s\n", thing_string(whole, "status"));
	text_init(&line, 0);
	text_add_string(&line, "as of ");
	add_time_whole(&line, request, thing_string(whole, "as_of"));
	text_add_string(&line, ", tested at ");
	add_time_whole(&line, request, thing_string(whole, "at"));
	print_wrapped(request, text_string(&line));
	putchar('\n');
	text_release(&line);
}

static void print_explanation(const struct request *request,
	const struct text *answer)
{
	struct thing whole = {slice_of(text_string(answer)),
		json_loads(text_string(answer), 0, NULL)};
	struct tree tree = {.grid = grid_new(),
		.leaves = mem_new(LEAVES_MAX, sizeof *tree.leaves)};

	text_init(&tree.cell, 0);
	grid_column(tree.grid, "TRUTH", GRID_LEFT, false);
	grid_column(tree.grid, "VALUE", GRID_RIGHT, false);
	grid_column(tree.grid, "EXPRESSION", GRID_LEFT, true);
	tree_add(&tree, thing_member(whole, "tree"), 0);
	print_head(request, whole);
	grid_show(tree.grid, request);
	for (size_t i = 0; i < tree.leaf_count; i++)
		print_leaf(tree.leaves[i], request);
	putchar('\n');
	print_wrapped(request, thing_string(whole, "sentence"));
	grid_free(tree.grid);
	text_release(&tree.cell);
	free(tree.leaves);
	json_decref(whole.json);
}

/* --- as rows ------------------------------------------------------------------------- */

/* Each thing of a kind that a leaf rests on, with the leaf: an item. */
static void rows_add(struct items *rows, struct thing leaf, const char *key,
	const char *kind)
{
	struct thing things = thing_member(leaf, key), thing;
	struct slice text = slice_member(leaf.raw, "text");
	size_t cursor = 0, index = 0;

	while (thing_next(things, &cursor, &index, &thing)) {
		struct text row;

		text_init(&row, 0);
		text_addf(&row, "{\"function\":%.*s,\"rests_on\":\"%s\",%.*s",
			(int)text.length, text.start, kind,
			(int)thing.raw.length - 1, thing.raw.start + 1);
		items_add(rows, &row);
	}
}

static void leaves_add(struct items *rows, struct thing node)
{
	struct thing operands = thing_member(node, "operands"), operand;
	size_t cursor = 0, index = 0;

	rows_add(rows, node, "figures", "figure");
	rows_add(rows, node, "missing", "nothing");
	rows_add(rows, node, "witnesses", "witness");
	while (thing_next(operands, &cursor, &index, &operand))
		leaves_add(rows, operand);
}

/* A tree is no table; what it rests on is. */
static void print_rows(const struct text *answer)
{
	struct thing whole = {slice_of(text_string(answer)),
		json_loads(text_string(answer), 0, NULL)};
	struct items rows = {.count = 0};

	leaves_add(&rows, thing_member(whole, "tree"));
	flat_print(&rows, &basis);
	items_release(&rows);
	json_decref(whole.json);
}

int verb_explain(const struct request *request)
{
	struct text answer;

	if (request->argument_count != 1 ||
	    strchr(request->arguments[0], '/') == NULL)
		return tell_usage("explain takes one milestone's id, "
			"pledge/milestone");
	int status = milestone_get(request, "/explain", &answer);

	if (status == CTL_DONE && request->form == FORM_CSV) {
		print_rows(&answer);
		text_release(&answer);
		return status;
	}
	return answer_print(request, status, &answer, print_explanation);
}
