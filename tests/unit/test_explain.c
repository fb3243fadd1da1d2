/*
 * Explanations: what each node of a benchmark gave, from which figures, and
 * the sentence; in small worlds, and of the Phase One purchases.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/explain.h"
#include "world.h"

/* --- as lines ------------------------------------------------------------------ */

static void bound_write(const struct bound *bound, struct text *out)
{
	if (bound->kind == BOUND_FINITE)
		text_add_decimal(out, bound->value);
	else
		text_add_string(out,
			bound->kind == BOUND_MINUS_INFINITE ? "-inf" : "inf");
}

static void value_write(const struct explained *node, struct text *out)
{
	static const char *const truths[] = {"false", "true", "unknown"};

	if (!node->asked)
		text_add_string(out, "-");
	else if (node->type == TYPE_TRUTH)
		text_add_string(out, truths[node->judgement.truth]);
	else if (interval_is_point(&node->value))
		text_add_decimal(out, node->value.low.value);
	else {
		text_add_char(out, '[');
		bound_write(&node->value.low, out);
		text_add_char(out, ',');
		bound_write(&node->value.high, out);
		text_add_char(out, ']');
	}
}

static void figure_write(const struct explained_figure *figure,
	struct text *out)
{
	text_add_char(out, ' ');
	text_add_period(out, figure->observation.period);
	text_add_char(out, ':');
	text_add_decimal(out, figure->observation.value);
	if (figure->vintages > 1)
		text_addf(out, "(%u/%u)", figure->vintage, figure->vintages);
	if (figure->before.known) {
		text_add_string(out, "<-");
		text_add_decimal(out, figure->before.value);
	}
	if (!figure->used)
		text_add_char(out, '!');
}

static void gap_write(const struct explained_gap *gap, struct text *out)
{
	text_add_char(out, ' ');
	text_add_period(out, gap->period);
	text_addf(out, "?%s", gap_kind_name(gap->kind));
}

/* Depth, text, value, unit | figures | gaps; a line for each node. */
static void explanation_write(const struct explanation *explanation,
	struct text *out)
{
	const char *text = explanation->milestone->benchmark->text;

	for (size_t n = 0; n < explanation->node_count; n++) {
		const struct explained *node = &explanation->nodes[n];

		text_addf(out, "%u %.*s = ", node->depth,
			(int)(node->to - node->from), text + node->from);
		value_write(node, out);
		if (node->unit != NULL)
			text_addf(out, " %s", node->unit);
		text_add_string(out, node->indicator == NOT_FOUND ? "" : " |");
		for (size_t i = 0; i < node->figures.count; i++)
			figure_write(&explanation->figures[
				node->figures.first + i], out);
		for (size_t i = 0; i < node->gaps.count; i++)
			gap_write(&explanation->gaps[node->gaps.first + i], out);
		text_add_char(out, '\n');
	}
}

/* --- a small world --------------------------------------------------------------- */

struct seen {
	const char *indicator, *period, *value, *published;
};

static const struct seen figures[] = {
	{"m", "2019-12", "7", "2020-01-20"},
	{"m", "2020-01", "1", "2020-02-20"},
	{"m", "2020-01", "2", "2020-03-10"},
	{"m", "2020-02", "3", "2020-03-20"},
	{"m", "2020-03", "4", "2020-04-20"},
	{"m", "2020-05", "6", "2020-06-20"},
	{"t", "2020-01", "10", "2020-02-10"},
	{"t", "2020-02", "25", "2020-03-10"},
	{"d", "2020-03-05", "1", "2020-03-05"},
	{"q", "2020-Q1", "40", "2020-04-30"},
};

static void small_world(struct world *world, const char *due,
	const char *benchmark)
{
	struct indicator *monthly;

	world_init(world);
	monthly = world_indicator(world, "m", FREQUENCY_MONTH, 30);
	monthly->unit = "USD";
	world_indicator(world, "t", FREQUENCY_MONTH, 20)->cumulative = true;
	world_indicator(world, "d", FREQUENCY_NONE, 0);
	world_indicator(world, "q", FREQUENCY_QUARTER, 45)->unit = "t";
	world_milestone(world, "x", due, benchmark)->start_said =
		world_said("2020-01-01", 6);
}

static void small_world_fill(struct world *world)
{
	world_finish(world);
	for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
		world_observe(world, figures[i].indicator, figures[i].period,
			figures[i].value, figures[i].published);
}

static void world_explain(struct world *world, const char *as_of,
	struct explanation *out)
{
	milestone_explain(world->reg, world->history,
		register_milestone(world->reg, "p/x"),
		(struct knowledge){world_time(world, as_of), INSTANT_MAX}, out);
}

static void lines_check(const char *where,
	const struct explanation *explanation, const char *want)
{
	struct text text;

	text_init(&text, 0);
	explanation_write(explanation, &text);
	if (strcmp(text_string(&text), want) != 0)
		fail_msg("%s:\n%s--- not\n%s", where, text_string(&text), want);
	text_release(&text);
}

static void sentence_check(const char *where, const struct world *world,
	const struct explanation *explanation, const char *want)
{
	struct text text;

	text_init(&text, 0);
	explanation_sentence(world->reg, register_milestone(world->reg, "p/x"),
		explanation, &text);
	if (want != NULL && strcmp(text_string(&text), want) != 0)
		fail_msg("%s:\n%s\n--- not\n%s", where, text_string(&text), want);
	assert_true(text.length > 0);
	text_release(&text);
}

static const struct tree {
	const char *due, *benchmark, *as_of, *at, *want, *want_sentence;
} trees[] = {
	{"2020-03-31", "sum(m, 2020-Q1) >= sum(m, 2019-12) + 5", "2020-04-30",
		"2020-03-31",
		"0 sum(m, 2020-Q1) >= sum(m, 2019-12) + 5 = false\n"
		"1 sum(m, 2020-Q1) = 9 USD | 2020-01:2(2/2)<-1 2020-02:3 "
		"2020-03:4\n"
		"1 sum(m, 2019-12) + 5 = 12 USD\n"
		"2 sum(m, 2019-12) = 7 USD | 2019-12:7\n"
		"2 5 = 5\n",
		"The floor is not met: from 2020-01 to 2020-03 m came to 9 USD; "
		"12 were required, 5 more than the 7 of 2019-12. All three "
		"months are published, the last on 2020-04-20."},
	{"2020-06-30", "sum(m, 2020-H1) >= 16", "2020-07-05", "2020-06-30",
		"0 sum(m, 2020-H1) >= 16 = unknown\n"
		"1 sum(m, 2020-H1) = [15,inf] USD | 2020-01:2(2/2)<-1 2020-02:3 "
		"2020-03:4 2020-05:6 2020-04?overdue 2020-06?expected\n"
		"1 16 = 16\n",
		"The floor was due on 2020-06-30, and the data to decide it are "
		"still to come: from 2020-01 to 2020-05 m came to 15 USD; 16 "
		"were required. Of six months four are published, the last on "
		"2020-06-20. m 2020-04 was not published (expected by "
		"2020-05-30); m 2020-06 is not published yet (expected by "
		"2020-07-30)."},
	{"2020-12-31", "sum(m, 2020) <= 100", "2020-04-25", "2020-04-25",
		"0 sum(m, 2020) <= 100 = unknown\n"
		"1 sum(m, 2020) = [9,inf] USD | 2020-01:2(2/2)<-1 2020-02:3 "
		"2020-03:4 2020-04?ahead 2020-05?ahead 2020-06?ahead "
		"2020-07?ahead 2020-08?ahead 2020-09?ahead 2020-10?ahead "
		"2020-11?ahead 2020-12?ahead\n"
		"1 100 = 100\n",
		"The ceiling is still open: from 2020-01 to 2020-03 m came to 9 "
		"USD; at most 100 were allowed. Of twelve months three are "
		"published, the last on 2020-04-20."},
	{"2020-03-31", "last(m) >= 4 and (sum(m, 2mo) < 4 or last(d) >= 1)",
		"2020-02-25", "2020-02-25",
		"0 last(m) >= 4 and (sum(m, 2mo) < 4 or last(d) >= 1) = false\n"
		"1 last(m) >= 4 = false\n"
		"2 last(m) = 1 USD | 2020-01:1\n"
		"2 4 = 4\n"
		"1 (sum(m, 2mo) < 4 or last(d) >= 1) = unknown\n"
		"2 sum(m, 2mo) < 4 = false\n"
		"3 sum(m, 2mo) = 8 USD | 2019-12:7 2020-01:1\n"
		"3 4 = 4\n"
		"2 last(d) >= 1 = unknown\n"
		"3 last(d) = [0,inf] |\n"
		"3 1 = 1\n",
		"The condition is still open: of its two parts none are true; "
		"last(m) >= 4 is false; (sum(m, 2mo) < 4 or last(d) >= 1) is not "
		"known."},
	{"2020-12-31", "last(t) >= 30", "2020-03-31", "2020-03-31",
		"0 last(t) >= 30 = unknown\n"
		"1 last(t) = [25,inf] | 2020-02:25 2020-03?expected\n"
		"1 30 = 30\n",
		"The floor is still open: in 2020-02 t stood at 25; 30 were "
		"required. The latest figure was published on 2020-03-10. t "
		"2020-03 is not published yet (expected by 2020-04-20)."},
	{"2020-12-31", "change(m, 1mo) >= 3", "2020-03-31", "2020-03-31",
		"0 change(m, 1mo) >= 3 = unknown\n"
		"1 change(m, 1mo) = [-3,inf] USD | 2020-02:3 2020-03?expected\n"
		"1 3 = 3\n",
		"The floor is still open: change(m, 1mo) is 1 USD; 3 were "
		"required. m 2020-03 is not published yet (expected by 2020-04-30)."},
	{"2020-12-31", "sum(m, 2020-Q1) / last(q) > 0.5 and age(m) <= 60d",
		"2020-05-31", "2020-05-31",
		"0 sum(m, 2020-Q1) / last(q) > 0.5 and age(m) <= 60d = false\n"
		"1 sum(m, 2020-Q1) / last(q) > 0.5 = false\n"
		"2 sum(m, 2020-Q1) / last(q) = 0.225 USD/t\n"
		"3 sum(m, 2020-Q1) = 9 USD | 2020-01:2(2/2)<-1 2020-02:3 "
		"2020-03:4\n"
		"3 last(q) = 40 t | 2020-Q1:40\n"
		"2 0.5 = 0.5\n"
		"1 age(m) <= 60d = false\n"
		"2 age(m) = 5270400 | 2020-03:4 2020-05?expected\n"
		"2 60d = 5184000\n",
		"The condition is still open: of its two parts none are true; "
		"sum(m, 2020-Q1) / last(q) > 0.5 is false; age(m) <= 60d is "
		"false. m 2020-05 is not published yet (expected by 2020-06-30)."},
};

static void test_trees(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++) {
		const struct tree *row = &trees[i];
		struct explanation explanation;
		struct world world;

		small_world(&world, row->due, row->benchmark);
		small_world_fill(&world);
		world_explain(&world, row->as_of, &explanation);
		if (explanation.at != world_time(&world, row->at))
			fail_msg("%s: not asked at %s", row->benchmark, row->at);
		lines_check(row->benchmark, &explanation, row->want);
		sentence_check(row->benchmark, &world, &explanation,
			row->want_sentence);
		explanation_release(&explanation);
		world_release(&world);
	}
}

/* --- sentences ------------------------------------------------------------------- */

static void set_waived(struct clauses *clauses)
{
	clauses->waived = (struct decree){.on = {2020, 4, 15},
		.reason = "floods", .authority = "Joint Committee",
		.kind = WAIVER_NONOBSERVANCE};
}

static void set_waived_applicability(struct clauses *clauses)
{
	set_waived(clauses);
	clauses->waived.kind = WAIVER_APPLICABILITY;
}

static void set_withdrawn(struct clauses *clauses)
{
	clauses->withdrawn = (struct decree){.on = {2020, 3, 1},
		.reason = "no longer needed"};
}

static void set_partial(struct clauses *clauses)
{
	clauses->partial = (struct decimal){8, -1};
}

static void set_amended(struct clauses *clauses)
{
	static struct amendment amendment;

	amendment = (struct amendment){
		.decree = {.on = {2020, 3, 20}, .reason = "epidemic",
			.authority = "Decision 4"},
		.due_said = {"2020-06-30", 9}};
	clauses->amendments = &amendment;
	clauses->amendment_count = 1;
}

static const struct sentence {
	void (*set)(struct clauses *clauses);
	enum milestone_mode mode;
	const char *due, *benchmark, *as_of, *want;
} sentences[] = {
	{set_waived, MODE_BY, "2020-03-31", "sum(m, 2020-Q1) > 20",
		"2020-04-30",
		"The miss was waived on 2020-04-15: floods (Joint Committee). "
		"What was missed: from 2020-01 to 2020-03 m came to 9 USD; more "
		"than 20 were required. All three months are published, the last "
		"on 2020-04-20."},
	{set_waived_applicability, MODE_BY, "2020-03-31",
		"sum(m, 2020-Q1) > 20", "2020-04-30",
		"Waived as not applicable on 2020-04-15: floods (Joint "
		"Committee). As to the figures: from 2020-01 to 2020-03 m came "
		"to 9 USD; more than 20 were required. All three months are "
		"published, the last on 2020-04-20."},
	{set_withdrawn, MODE_BY, "2020-03-31", "sum(m, 2020-Q1) > 20",
		"2020-04-30",
		"Nothing is owed any more: withdrawn on 2020-03-01: no longer "
		"needed."},
	{set_partial, MODE_BY, "2020-03-31", "sum(m, 2020-Q1) >= 10",
		"2020-04-30",
		"The floor is partly met: from 2020-01 to 2020-03 m came to 9 "
		"USD; 10 were required. All three months are published, the last "
		"on 2020-04-20."},
	{set_amended, MODE_BY, "2020-03-31", "sum(m, 2020-Q2) >= 10",
		"2020-04-30",
		"The floor is still open: sum(m, 2020-Q2) >= 10 is not known. m "
		"2020-04 is not published yet (expected by 2020-05-30). Amended "
		"on 2020-03-20: epidemic (Decision 4); originally due on "
		"2020-03-31."},
	{NULL, MODE_BY, "2020-12-31", "sum(m, 2020) >= 4", "2020-04-30",
		"The floor was met on 2020-02-29: from 2020-01 to 2020-02 m came "
		"to at least 5 USD; 4 were required. Of twelve months two are "
		"published, the last on 2020-03-20."},
	{NULL, MODE_BY, "2020-02-29", "last(m) >= 4", "2020-05-01",
		"The floor was met on 2020-01-01: in 2019-12 m stood at 7 USD; 4 "
		"were required. The latest figure was published on 2020-01-20."},
	{NULL, MODE_THROUGHOUT, "2020-12-31", "last(m) <= 3", "2020-05-01",
		"The ceiling was breached on 2020-03-31: in 2020-03 m stood at 4 "
		"USD; at most 3 were allowed. The latest figure was published on "
		"2020-04-20."},
	{NULL, MODE_THROUGHOUT, "2020-03-31", "avg(m, 2mo) <= 9", "2020-05-01",
		"The ceiling held until 2020-03-31: from 2020-02 to 2020-03 m "
		"was on average 3.5 USD; at most 9 were allowed. Both months are "
		"published, the last on 2020-04-20."},
	{NULL, MODE_BY, "2020-12-31", "sum(m, 2020) <= 8", "2020-05-01",
		"The ceiling can no longer be met: from 2020-01 to 2020-03 m "
		"came to 9 USD; at most 8 were allowed. Of twelve months three "
		"are published, the last on 2020-04-20. m 2020-04 is not "
		"published yet (expected by 2020-05-30)."},
	{NULL, MODE_BY, "2020-12-31", "last(d) >= 2", "2020-01-05",
		"The floor is still open: last(d) >= 2 is not known."},
	{NULL, MODE_BY, "2020-12-31", "sum(m, 2020) != 8 or not last(d) >= 1",
		"2019-06-01",
		"The condition counts from 2020-01-01 on: of its two parts none "
		"are true; sum(m, 2020) != 8 is not known; not last(d) >= 1 is "
		"not known."},
	{NULL, MODE_AT, "2020-01-31", "sum(m, 2020-01) == 1.5 * 2",
		"2020-05-01",
		"The condition is not met: in 2020-01 m came to 2 USD; exactly 3 "
		"were asked for. The latest figure was published on 2020-03-10."},
	{NULL, MODE_BY, "2020-05-31", "max(m, 2020-H1) >= 2 * sum(m, 2020-01)",
		"2020-07-01",
		"The floor was met on 2020-03-31: from 2020-01 to 2020-03 the "
		"greatest of m was at least 4 USD; 4 were required. Of six "
		"months three are published, the last on 2020-04-20."},
	{NULL, MODE_BY, "2020-05-31", "sum(m, 2020-01) * 3 <= sum(m, 2020-02)",
		"2020-07-01",
		"The floor is not met: in 2020-02 m came to 3 USD; 6 were "
		"required, 3 times the 2 of 2020-01. The latest figure was "
		"published on 2020-03-20."},
};

static void test_sentences(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
		const struct sentence *row = &sentences[i];
		struct explanation explanation;
		struct world world;

		small_world(&world, row->due, row->benchmark);
		world.reg->milestones[0].mode = row->mode;
		if (row->set != NULL)
			row->set(world_clauses(&world,
				&world.reg->milestones[0]));
		small_world_fill(&world);
		world_explain(&world, row->as_of, &explanation);
		sentence_check(row->benchmark, &world, &explanation, row->want);
		explanation_release(&explanation);
		world_release(&world);
	}
}

/* --- what is listed ---------------------------------------------------------------- */

static struct explanation explain_daily(struct world *world, int days)
{
	struct explanation explanation;
	struct series *series;

	world_init(world);
	world_indicator(world, "d", FREQUENCY_DAY, 0);
	world_milestone(world, "x", "2021-12-31", "sum(d, 2021) >= 1000");
	world_finish(world);
	series = history_series(world->history, "d");
	for (int i = 0; i < days; i++) {
		struct observation observation = {
			.value = DECIMAL_ONE,
			.period = period_of_date(FREQUENCY_DAY,
				date_add_days((struct date){2021, 1, 1}, i))};

		observation.published = period_end(observation.period,
			world->reg->instruments[0].zone);
		series_add(series, &observation, NULL);
	}
	world_explain(world, "2022-06-01", &explanation);
	return explanation;
}

static void test_what_is_in_quarantine_is_told(void **state)
{
	struct observation wild = {.value = {999, 0}, .quarantine = QUARANTINE_DOMAIN};
	struct explanation explanation;
	struct world world;

	(void)state;
	small_world(&world, "2020-04-30", "sum(m, 2020-Q1) + last(m) >= 1000");
	small_world_fill(&world);
	period_read("2020-02", &wild.period);
	wild.published = world_time(&world, "2020-04-01");
	series_add(history_series(world.history, "m"), &wild, NULL);
	period_read("2020-04", &wild.period);
	series_add(history_series(world.history, "m"), &wild, NULL);
	world_explain(&world, "2020-05-01", &explanation);
	lines_check("quarantine", &explanation, "0 sum(m, 2020-Q1) + last(m) >= 1000 = unknown\n"
		"1 sum(m, 2020-Q1) + last(m) = [9,inf] USD\n"
		"2 sum(m, 2020-Q1) = 9 USD | 2020-01:2(2/2)<-1 2020-02:3 "
		"2020-02:999! 2020-03:4\n"
		"2 last(m) = [0,inf] USD | 2020-04:999! 2020-04?expected\n"
		"1 1000 = 1000\n");
	explanation_release(&explanation);
	world_release(&world);
}

static void test_figures_are_those_known_then(void **state)
{
	struct explanation explanation;
	struct world world;

	(void)state;
	small_world(&world, "2020-12-31", "sum(m, 2020-01) >= 9");
	small_world_fill(&world);
	world_explain(&world, "2020-03-01", &explanation);
	lines_check("first vintage", &explanation, "0 sum(m, 2020-01) >= 9 = false\n"
		"1 sum(m, 2020-01) = 1 USD | 2020-01:1\n"
		"1 9 = 9\n");
	explanation_release(&explanation);
	world_explain(&world, "2020-03-11", &explanation);
	lines_check("second vintage", &explanation, "0 sum(m, 2020-01) >= 9 = false\n"
		"1 sum(m, 2020-01) = 2 USD | 2020-01:2(2/2)<-1\n"
		"1 9 = 9\n");
	explanation_release(&explanation);
	world_release(&world);
}

static void test_lists_have_an_end(void **state)
{
	struct explanation explanation;
	struct world world;

	(void)state;
	explanation = explain_daily(&world, 365);
	assert_int_equal(explanation.nodes[1].figures.count, 365);
	assert_int_equal(explanation.nodes[1].gaps.count, 0);
	explanation_release(&explanation);
	world_release(&world);
	explanation = explain_daily(&world, 1);
	assert_int_equal(explanation.nodes[1].gaps.count, 364);
	explanation_release(&explanation);
	world_release(&world);
}

static void test_a_long_window_lists_the_latest(void **state)
{
	struct explanation explanation;
	struct world world;

	(void)state;
	explanation = explain_daily(&world, 500);
	explanation_release(&explanation);
	world_release(&world);
	world_init(&world);
	world_indicator(&world, "n", FREQUENCY_NONE, 0);
	world_milestone(&world, "x", "2024-12-31", "count(n, 10y) >= 1000");
	world_finish(&world);
	for (int i = 0; i < EXPLAIN_LISTED_MAX + 7; i++) {
		struct observation observation = {.value = DECIMAL_ONE,
			.period = period_of_date(FREQUENCY_DAY, date_add_days(
				(struct date){2021, 1, 1}, i))};

		series_add(history_series(world.history, "n"), &observation,
			NULL);
	}
	world_explain(&world, "2024-06-01", &explanation);
	assert_int_equal(explanation.nodes[1].figures.count,
		EXPLAIN_LISTED_MAX);
	assert_int_equal(explanation.nodes[1].figures.left_out, 7);
	assert_int_equal(explanation.figures[0].observation.period.number,
		date_to_days((struct date){2021, 1, 8}));
	explanation_release(&explanation);
	world_release(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trees),
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_what_is_in_quarantine_is_told),
		cmocka_unit_test(test_figures_are_those_known_then),
		cmocka_unit_test(test_lists_have_an_end),
		cmocka_unit_test(test_a_long_window_lists_the_latest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
