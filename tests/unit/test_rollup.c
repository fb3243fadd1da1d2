/*
 * Matrix and scorecard: what counts, what does not, and what is unknown.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "core/rollup.h"
#include "world.h"

#define NOW 1000000000
#define DAY 86400

/* One milestone: where it stands, what it weighs and how it is. */
struct stand {
	const char *pledge, *place, *measure, *weight;
	enum status status;
	int due, event;		/* days from now; event 0: none */
};

static struct stand stands[] = {
	{"a-bj", "bj", "law", "1", STATUS_MET, -100, -120},
	{"a-bj", "bj", "rule", "3", STATUS_MET_LATE, -100, -20},
	{"a-hn", "hn", "law", "1", STATUS_NOT_MET, -100, 0},
	{"a-hn", "hn", "rule", "0.5", STATUS_UNVERIFIED, -100, 0},
	{"b-bj", "bj", "law", "1", STATUS_WITHDRAWN, -100, 0},
	{"b-bj", "bj", "rule", "1", STATUS_PARTLY_MET, -100, 0},
	{"b-hn", "hn", "law", "1", STATUS_ON_TRACK, 30, 0},
	{"b-hn", "hn", "rule", "1", STATUS_AT_RISK, 10, 0},
	{"c-gd", "gd", "law", "1", STATUS_WAIVED, -100, 0},
	{"c-gd", "gd", "rule", "1", STATUS_SUPERSEDED, -100, 0},
	{"d", NULL, "law", "1", STATUS_MET, -100, -100},
	{"d", "bj", NULL, "1", STATUS_MET, -100, -100},
	{"e", "sc", "law", "1", STATUS_MET, 50, -10},	/* early */
	{"e", "sc", "rule", "1", STATUS_DUE, -5, 0},	/* in its grace */
	{"e", "sc", "std", "0", STATUS_AWAITING_DATA, -100, 0},
};
#define STANDS (sizeof stands / sizeof *stands)

static struct label labels[STANDS][2];

static void stand_add(struct world *world, size_t number)
{
	static char names[STANDS][8];
	const struct stand *stand = &stands[number];
	struct milestone *milestone;
	size_t count = 0;

	if (number == 0 || !string_is(stand->pledge, stands[number - 1].pledge))
		world_pledge(world, stand->pledge)->obligor =
			stand->pledge[0] == 'a' ? "CN" : NULL;
	snprintf(names[number], sizeof names[number], "m%zu", number);
	milestone = world_milestone(world, names[number], "2030", "last(x) >= 1");
	assert_true(decimal_read(stand->weight, &milestone->weight));
	if (stand->place != NULL)
		labels[number][count++] = (struct label){"place", stand->place};
	if (stand->measure != NULL)
		labels[number][count++] = (struct label){"measure",
			stand->measure};
	milestone->labels = labels[number];
	milestone->label_count = count;
}

static int setup(void **state)
{
	struct world *world = mem_new(1, sizeof *world);

	world_init(world);
	world->reg->pledge_count = 0;	/* without its own */
	world_indicator(world, "x", FREQUENCY_MONTH, 0);
	for (size_t i = 0; i < STANDS; i++)
		stand_add(world, i);
	world_finish(world);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	world_release(*state);
	free(*state);
	return 0;
}

static const struct assessment *answer(void *context, uint32_t milestone,
	struct assessment *room)
{
	const struct stand *stand = &stands[milestone];
	size_t *asked = context;

	++*asked;
	*room = (struct assessment){.status = stand->status,
		.due = NOW + (instant)stand->due * DAY,
		.event = stand->event == 0 ? INSTANT_MIN :
			NOW + (instant)stand->event * DAY};
	room->grace_end = room->due + 10 * DAY;
	return room;
}

static int make(const struct world *world, const char *pattern,
	const char *rows, const char *columns, struct rollup *out,
	struct error *error)
{
	struct rollup_request request = {.pattern = pattern,
		.rows = rollup_key_read(rows), .as_of = NOW,
		.milestones_max = STANDS};
	size_t asked = 0;
	int result;

	request.columns = columns != NULL ? rollup_key_read(columns) :
		(struct rollup_key){ROLLUP_ALL, NULL};
	result = rollup_make(out, world->reg, &request, answer, &asked, error);
	assert_true(asked <= STANDS);
	return result;
}

static const struct rollup_tally *line_find(const struct rollup_line *lines,
	size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (string_is(lines[i].name, name))
			return &lines[i].tally;
	fail_msg("there is no %s", name);
	return NULL;
}

static const struct row_case {
	const char *name;
	uint32_t milestones, required, met, missed, unknown, ahead, due;
	int lower, upper;		/* -1: nothing to divide by */
	int due_lower, due_upper;
	enum status worst;
	bool complete;
	int span;			/* -1: none */
} row_cases[] = {
	/* weights 1 met, 3 met late, 1 in part; the withdrawn one is out */
	{"bj", 4, 3, 2, 1, 0, 0, 3, 8000, 8000, 8000, 8000, STATUS_PARTLY_MET,
		false, 100},
	/* 1 missed, 0.5 unknown, 2 ahead: of 3.5, and of 1.5 due by now */
	{"hn", 4, 4, 0, 1, 1, 2, 2, 0, 1428, 0, 3333, STATUS_NOT_MET, false, -1},
	/* waived and superseded alone: nothing is required */
	{"gd", 2, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1, STATUS_COUNT, false, -1},
	/* met before it is due, due within grace, and one that weighs nothing */
	{"sc", 3, 3, 1, 0, 1, 1, 1, 5000, 5000, -1, -1, STATUS_DUE, false, 0},
};

static void row_check(const struct rollup_tally *tally,
	const struct row_case *want)
{
	int lower = -1, upper = -1, span = -1;

	assert_int_equal(tally->milestones, want->milestones);
	assert_int_equal(tally_required(tally), want->required);
	assert_int_equal(tally->by_class[ROLLUP_MET], want->met);
	assert_int_equal(tally->by_class[ROLLUP_MISSED], want->missed);
	assert_int_equal(tally->by_class[ROLLUP_UNKNOWN], want->unknown);
	assert_int_equal(tally->by_class[ROLLUP_AHEAD], want->ahead);
	assert_int_equal(tally->due_count, want->due);
	weights_share(&tally->all, &lower, &upper);
	assert_int_equal(lower, want->lower);
	assert_int_equal(upper, want->upper);
	lower = upper = -1;
	weights_share(&tally->due, &lower, &upper);
	assert_int_equal(lower, want->due_lower);
	assert_int_equal(upper, want->due_upper);
	assert_int_equal(tally->worst, want->worst);
	assert_int_equal(tally_is_complete(tally), want->complete);
	tally_span(tally, &span);
	assert_int_equal(span, want->span);
}

static void a_matrix(void **state)
{
	struct rollup rollup;
	struct error error;

	assert_int_equal(make(*state, NULL, "place", "label.measure", &rollup,
		&error), 0);
	assert_int_equal(rollup.row_count, 4);
	assert_int_equal(rollup.column_count, 3);
	assert_string_equal(rollup.rows[0].name, "bj");
	assert_string_equal(rollup.columns[1].name, "rule");
	for (size_t i = 0; i < sizeof row_cases / sizeof *row_cases; i++)
		row_check(line_find(rollup.rows, rollup.row_count,
			row_cases[i].name), &row_cases[i]);
	assert_int_equal(rollup.without_row, 1);
	assert_int_equal(rollup.without_column, 1);
	assert_int_equal(rollup.total.milestones, STANDS - 2);
	assert_int_equal(rollup.cells_required, 7);
	assert_int_equal(rollup.cells_met, 2);	/* bj law, sc law */
	assert_true(tally_is_complete(&rollup.cells[0]));
	assert_int_equal(rollup.cells[3 * 3 + 2].by_status[STATUS_AWAITING_DATA],
		1);
	assert_int_equal(rollup.cells[0 * 3 + 2].milestones, 0);
	rollup_release(&rollup);
}

static void columns_add_up_to_rows(void **state)
{
	struct rollup rollup;
	struct error error;
	int64_t required = 0, met = 0;
	uint32_t milestones = 0;

	assert_int_equal(make(*state, NULL, "place", "measure", &rollup, &error),
		0);
	for (size_t i = 0; i < rollup.column_count; i++) {
		required += rollup.columns[i].tally.all.required;
		met += rollup.columns[i].tally.all.met;
		milestones += rollup.columns[i].tally.milestones;
	}
	assert_int_equal(required, rollup.total.all.required);
	assert_int_equal(met, rollup.total.all.met);
	assert_int_equal(milestones, rollup.total.milestones);
	assert_int_equal(rollup.total.next_due, NOW + 10 * DAY);
	rollup_release(&rollup);
}

static void a_scorecard(void **state)
{
	struct rollup rollup;
	struct error error;
	const struct rollup_tally *china;
	int share;

	assert_int_equal(make(*state, NULL, "obligor", NULL, &rollup, &error), 0);
	assert_int_equal(rollup.row_count, 1);
	assert_int_equal(rollup.column_count, 1);
	assert_int_equal(rollup.without_row, STANDS - 4);
	china = line_find(rollup.rows, 1, "CN");
	assert_int_equal(china->milestones, 4);
	assert_true(tally_on_time(china, &share));
	assert_int_equal(share, 3333);		/* of met, met late, missed */
	assert_int_equal(china->next, NOT_FOUND);
	rollup_release(&rollup);
}

static const struct {
	const char *pattern, *rows;
	size_t milestones;	/* 0: an error */
	const char *want;
} patterns[] = {
	{"a-*", "place", 4, NULL},
	{"*-bj", "pledge", 4, NULL},
	{"*/m0", "place", 1, NULL},
	{"a-?n/*", "milestone", 2, NULL},
	{"*", "severity", 14, NULL},
	{"z*", "place", 0, "no milestone is selected by \"z*\""},
	{"a-*", "palce", 0, "none of the 4 milestones selected has the label "
		"\"palce\""},
	{"b-*", "obligor", 0, "none of the 4 milestones selected has the field "
		"\"obligor\""},
};

static void what_is_selected(void **state)
{
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		struct rollup rollup;
		struct error error;
		int result = make(*state, patterns[i].pattern, patterns[i].rows,
			"measure", &rollup, &error);

		assert_int_equal(result, patterns[i].want == NULL ? 0 : -1);
		assert_int_equal(rollup.total.milestones, patterns[i].milestones);
		if (result < 0)
			assert_string_equal(error.text, patterns[i].want);
		rollup_release(&rollup);
	}
}

/* Those alone that are given, whatever stands beside them in their pledge. */
static void what_is_given(void **state)
{
	const struct world *world = *state;
	static const uint32_t given[] = {1, 2, 5};
	struct rollup_request request = {.rows = rollup_key_read("pledge"),
		.columns = {ROLLUP_ALL, NULL}, .as_of = NOW,
		.milestones = given, .milestone_count = 3, .milestones_max = 3};
	struct rollup rollup;
	struct error error;
	size_t asked = 0;

	assert_int_equal(rollup_make(&rollup, world->reg, &request, answer,
		&asked, &error), 0);
	assert_int_equal(asked, 3);
	assert_int_equal(rollup.total.milestones, 3);
	for (size_t i = 0; i < 3; i++)
		assert_true(rollup.total.by_status[stands[given[i]].status] > 0);
	rollup_release(&rollup);
	request.milestone_count = 0;
	assert_int_equal(rollup_make(&rollup, world->reg, &request, answer,
		&asked, &error), 0);
	assert_int_equal(rollup.total.milestones, 0);
	rollup_release(&rollup);
	request.milestone_count = 3;
	request.milestones_max = 2;
	assert_int_equal(rollup_make(&rollup, world->reg, &request, answer,
		&asked, &error), -1);
	assert_int_equal(error.kind, ERROR_LIMIT);
	assert_int_equal(asked, 3);
	rollup_release(&rollup);
}

static void no_more_than_asked_for(void **state)
{
	const struct world *world = *state;
	struct rollup_request request = {.rows = rollup_key_read("place"),
		.columns = rollup_key_read("measure"), .as_of = NOW,
		.milestones_max = STANDS - 1};
	struct rollup rollup;
	struct error error;
	size_t asked = 0;

	assert_int_equal(rollup_make(&rollup, world->reg, &request, answer,
		&asked, &error), -1);
	assert_int_equal(error.kind, ERROR_LIMIT);
	assert_int_equal(asked, 0);
	rollup_release(&rollup);
}

/* Counted one by one it is what it is at once. */
static void in_parts(void **state)
{
	const struct world *world = *state;
	struct rollup_request request = {.rows = rollup_key_read("place"),
		.columns = rollup_key_read("measure"), .as_of = NOW,
		.milestones_max = STANDS};
	struct rollup whole, parts;
	struct rolling *rolling;
	struct error error;
	size_t asked = 0, steps = 0;

	assert_int_equal(make(world, NULL, "place", "measure", &whole, &error), 0);
	rolling = rollup_begin(&parts, world->reg, &request, &error);
	assert_non_null(rolling);
	do
		assert_int_equal(asked, steps++);
	while (!rollup_count(rolling, 1, answer, &asked));
	rollup_end(rolling);
	rollup_end(NULL);
	assert_int_equal(steps, asked);
	assert_int_equal(parts.row_count, whole.row_count);
	assert_int_equal(parts.column_count, whole.column_count);
	assert_memory_equal(parts.cells, whole.cells, whole.row_count *
		whole.column_count * sizeof *whole.cells);
	assert_memory_equal(&parts.total, &whole.total, sizeof whole.total);
	rollup_release(&parts);
	rollup_release(&whole);
}

/* Every status is of one class, and what decides nothing is no miss. */
static void classes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < STATUS_COUNT; i++) {
		const char *name = status_name((enum status)i);
		enum rollup_class class = rollup_class((enum status)i);

		if (strstr(name, "met") != NULL || string_is(name, "breached") ||
		    string_is(name, "reversed"))
			assert_true(class == ROLLUP_MET || class == ROLLUP_MISSED);
		else
			assert_true(class != ROLLUP_MET && class != ROLLUP_MISSED);
	}
	assert_int_equal(rollup_class(STATUS_UNVERIFIED), ROLLUP_UNKNOWN);
	assert_int_equal(rollup_class(STATUS_AWAITING_DATA), ROLLUP_UNKNOWN);
	assert_int_equal(rollup_class(STATUS_PARTLY_MET), ROLLUP_MISSED);
}

#define WORLD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(a_matrix),
		WORLD(columns_add_up_to_rows),
		WORLD(a_scorecard),
		WORLD(what_is_selected),
		WORLD(what_is_given),
		WORLD(no_more_than_asked_for),
		WORLD(in_parts),
		cmocka_unit_test(classes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
