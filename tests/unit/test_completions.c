/*
 * What is unknown, against brute force: random expressions with every function
 * over figures, asked with some of these missing, must hold what comes out
 * when the missing ones are filled in at random within their domain.
 *
 *	past    whatever the windows, asked at one instant: what has ended and
 *	        is missing is filled in
 *	fixed   fixed windows that reach past the instant asked at: all of the
 *	        year is filled in, and asked again at its end
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

#define SEED UINT64_C(0x9e3779b97f4a7c15)
#define WORLDS 120
#define EXPRESSIONS 25		/* a world */
#define COMPLETIONS 4		/* an expression */
#define DOMAIN_MAX 20

static uint64_t random_state;

static unsigned chance(unsigned below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)(random_state >> 33) % below;
}

/* ---- random expressions ------------------------------------------------------- */

enum window_family { FAMILY_PAST, FAMILY_FIXED };

static const char *pick(const char *const *words)
{
	unsigned count = 0;

	while (words[count] != NULL)
		count++;
	return words[chance(count)];
}

/* month: x and y; quarter: q; running total by month: c; without a frequency:
   d. */
static void add_term(struct text *out, enum window_family family)
{
	static const char *const over[] = {"sum", "avg", "min", "max", "count",
		"first", "last", NULL};
	static const char *const totals[] = {"sum", "avg", "last", NULL};
	static const char *const change[] = {"change", "growth", NULL};
	static const char *const months[] = {"x", "y", "d", NULL};
	static const char *const moving[] = {"1mo", "3mo", "6mo", "ytd",
		"start..due", "2020-Q1", "2020-02", NULL};
	static const char *const fixed[] = {"2020", "2020-Q3", "2020-H1",
		"2020-08", "2020-12", "2020-Q1", NULL};
	static const char *const quarters[] = {"3mo", "6mo", "ytd", "2020-Q1",
		NULL};
	static const char *const whole[] = {"2020", "2020-Q3", "2020-H2", NULL};
	static const char *const ends[] = {"2020-02", "2020-03", NULL};
	static const char *const later[] = {"2020-03", "2020-09", "2020-12",
		NULL};
	static const char *const single[] = {"x", "c", NULL};
	bool past = family == FAMILY_PAST;

	switch (chance(past ? 7 : 4)) {
	case 0:
		text_addf(out, "%s(%s, %s)", pick(over), pick(months),
			pick(past ? moving : fixed));
		return;
	case 1:
		text_addf(out, "%s(q, %s)", pick(over),
			pick(past ? quarters : whole));
		return;
	case 2:
		text_addf(out, "%s(c, %s)", pick(totals),
			pick(past ? moving : fixed));
		return;
	case 3:
		text_addf(out, "at(%s, %s)", pick(single),
			pick(past ? ends : later));
		return;
	case 4:
		text_addf(out, "%s(%s, 3mo)", pick(change), pick(single));
		return;
	default:
		text_addf(out, "last(%s)", pick(months));
	}
}

static void add_truth(struct text *out, enum window_family family, int depth);

static void add_number(struct text *out, enum window_family family, int depth)
{
	static const char *const infix[] = {"+", "-", "*", "/", NULL};
	static const char *const choice[] = {"least", "greatest", NULL};
	static const char *const single[] = {"abs", "round", "-", NULL};

	if (depth == 0 || chance(4) == 0) {
		if (chance(4) == 0)
			text_addf(out, "%u", chance(60));
		else
			add_term(out, family);
		return;
	}
	switch (chance(4)) {
	case 0:
		text_addf(out, "%s(", pick(choice));
		add_number(out, family, depth - 1);
		text_add_string(out, ", ");
		break;
	case 1:
		text_addf(out, "%s(", pick(single));
		break;
	case 2:
		text_add_string(out, "if(");
		add_truth(out, family, depth - 1);
		text_add_string(out, ", ");
		add_number(out, family, depth - 1);
		text_add_string(out, ", ");
		break;
	default:
		text_add_string(out, "(");
		add_number(out, family, depth - 1);
		text_addf(out, " %s ", pick(infix));
	}
	add_number(out, family, depth - 1);
	text_add_string(out, ")");
}

static void add_truth(struct text *out, enum window_family family, int depth)
{
	static const char *const compare[] = {"<", "<=", ">=", ">", "==", "!=",
		NULL};
	static const char *const logic[] = {"and", "or", NULL};

	switch (depth == 0 ? 0 : chance(8)) {
	case 1:
		text_add_string(out, "not (");
		break;
	case 2:
		text_addf(out, "at_least(%u, ", 1 + chance(2));
		add_truth(out, family, depth - 1);
		text_add_string(out, ", ");
		break;
	case 3:
	case 4:
		text_add_string(out, "(");
		add_truth(out, family, depth - 1);
		text_addf(out, " %s ", pick(logic));
		break;
	case 5:
		text_add_string(out, "if(");
		add_truth(out, family, depth - 1);
		text_add_string(out, ", ");
		add_truth(out, family, depth - 1);
		text_add_string(out, ", ");
		break;
	case 6:
		text_addf(out, "%u <= ", chance(30));
		add_number(out, family, depth - 1);
		text_addf(out, " < %u", 30 + chance(60));
		return;
	default:
		add_number(out, family, depth);
		text_addf(out, " %s ", pick(compare));
		add_number(out, family, 0);
		return;
	}
	add_truth(out, family, depth - 1);
	text_add_string(out, ")");
}

/* ---- random figures ------------------------------------------------------------- */

#define MONTHS 15	/* from October 2019 */
#define QUARTERS 5

/* One year of the world, and what is known of it. */
struct figures {
	int month[2][MONTHS];
	int quarter[QUARTERS];
	int total[MONTHS];
	int dated[MONTHS];		/* on the 15th; below 0: none then */
	bool known[5][MONTHS];
};

enum series_row { ROW_X, ROW_Y, ROW_Q, ROW_C, ROW_D };
static const char *const series_ids[] = {"x", "y", "q", "c", "d"};

static void figures_draw(struct figures *figures)
{
	int total = 0;

	for (int m = 0; m < MONTHS; m++) {
		for (int s = 0; s < 2; s++)
			figures->month[s][m] = (int)chance(DOMAIN_MAX + 1);
		figures->dated[m] = (int)chance(DOMAIN_MAX + 8) - 7;
		/* A running total begins anew with the year. */
		total = (m == 3 ? 0 : total) + (int)chance(4);
		figures->total[m] = total;
	}
	for (int q = 0; q < QUARTERS; q++)
		figures->quarter[q] = (int)chance(DOMAIN_MAX + 1);
}

/* Completions keep what is known; what lies between known totals lies between
   them too. */
static void totals_redraw(struct figures *figures)
{
	for (int m = 0; m < MONTHS; m++) {
		bool first = m == 0 || m == 3;
		int low = first ? 0 : figures->total[m - 1], high = low + 6;

		if (figures->known[ROW_C][m])
			continue;
		for (int n = m + 1; n < MONTHS && n != 3; n++)
			if (figures->known[ROW_C][n]) {
				high = figures->total[n];
				break;
			}
		figures->total[m] = low + (int)chance(
			(unsigned)(high - low) + 1);
	}
}

static void figures_redraw(struct figures *figures, int settled)
{
	struct figures fresh;

	figures_draw(&fresh);
	for (int m = 0; m < MONTHS; m++) {
		for (int s = 0; s < 2; s++)
			if (!figures->known[s][m])
				figures->month[s][m] = fresh.month[s][m];
		if (m >= settled)
			figures->dated[m] = fresh.dated[m];
	}
	for (int q = 0; q < QUARTERS; q++)
		if (!figures->known[ROW_Q][q])
			figures->quarter[q] = fresh.quarter[q];
	totals_redraw(figures);
}

static void observe(struct history *history, const struct zone *zone,
	enum series_row row, struct period period, int value)
{
	struct observation observation = {.period = period,
		.value = decimal_from_int(value)};

	observation.published = observation.recorded =
		period_end(period, zone) + 1;
	series_add(history_series(history, series_ids[row]), &observation,
		NULL);
}

static struct period month_at(int month)
{
	return (struct period){FREQUENCY_MONTH, 2019 * 12 + 9 + month};
}

static struct period quarter_at(int quarter)
{
	return (struct period){FREQUENCY_QUARTER, 2019 * 4 + 3 + quarter};
}

/* The figures of the first months: those known, or all. */
static struct history *figures_history(const struct figures *figures,
	const struct zone *zone, int months, int settled, bool all)
{
	struct history *history = history_new(NULL, NULL);

	for (int m = 0; m < months; m++) {
		for (int s = 0; s < 2; s++)
			if (all || figures->known[s][m])
				observe(history, zone, (enum series_row)s,
					month_at(m), figures->month[s][m]);
		if (all || figures->known[ROW_C][m])
			observe(history, zone, ROW_C, month_at(m),
				figures->total[m]);
		if ((all || m < settled) && figures->dated[m] >= 0)
			observe(history, zone, ROW_D, period_of_date(
				FREQUENCY_DAY, date_add_days(period_first_day(
				month_at(m)), 14)), figures->dated[m]);
	}
	for (int q = 0; q < months / 3; q++)
		if (all || figures->known[ROW_Q][q])
			observe(history, zone, ROW_Q, quarter_at(q),
				figures->quarter[q]);
	return history;
}

/* ---- one world -------------------------------------------------------------------- */

struct trial {
	struct world world;
	struct figures figures;
	enum window_family family;
	int months;		/* that have ended at the instant asked at */
	int settled;		/* up to which d is complete */
	instant at, end;
	struct history *partly;
	const char *text;
};

static void trial_open(struct trial *trial, enum window_family family)
{
	struct world *world = &trial->world;
	const struct zone *zone;

	world_init(world);
	zone = world->reg->instruments[0].zone = zone_utc();
	for (int i = 0; i < 5; i++) {
		static const enum frequency frequencies[] = {FREQUENCY_MONTH,
			FREQUENCY_MONTH, FREQUENCY_QUARTER, FREQUENCY_MONTH,
			FREQUENCY_NONE};
		struct indicator *indicator = world_indicator(world,
			series_ids[i], frequencies[i], i == ROW_D ? 61 : 10);

		indicator->has_max = i != ROW_C;
		indicator->max = decimal_from_int(DOMAIN_MAX);
		indicator->cumulative = i == ROW_C;
	}
	world_finish(world);
	trial->family = family;
	figures_draw(&trial->figures);
	/* The first three months are known: a record has begun. */
	for (int i = 0; i < 5; i++)
		for (int m = 0; m < MONTHS; m++)
			trial->figures.known[i][m] = m < (i == ROW_Q ? 1 : 3) ||
				chance(3) > 0;
	trial->months = 7 + (int)chance(5);
	for (int m = trial->months; m < MONTHS; m++)
		trial->figures.known[ROW_X][m] = trial->figures.known[ROW_Y][m] =
			trial->figures.known[ROW_C][m] = false;
	for (int q = trial->months / 3; q < QUARTERS; q++)
		trial->figures.known[ROW_Q][q] = false;
	/* A lag of 61 days: what is dated up to then is there. */
	trial->settled = trial->months - 2;
	trial->at = period_end(month_at(trial->months - 1), zone);
	trial->end = period_end(month_at(MONTHS - 1), zone);
	trial->partly = figures_history(&trial->figures, zone, trial->months,
		trial->settled, false);
}

static void trial_close(struct trial *trial)
{
	history_free(trial->partly);
	world_release(&trial->world);
}

static struct evaluation trial_asks(const struct trial *trial, bool whole,
	struct history *history)
{
	const struct zone *zone = zone_utc();
	/* Of what is whole, nothing is still to come. */
	instant now = whole ? trial->end + 100 * 86400 : trial->at;

	return (struct evaluation){.reg = trial->world.reg, .history = history,
		.zone = zone, .known = {now + 1, INSTANT_MAX},
		.at = whole && trial->family == FAMILY_FIXED ? trial->end :
			trial->at,
		.now = now, .start = period_start(month_at(3), zone),
		.due = trial->family == FAMILY_FIXED ? trial->end : trial->at,
	};
}

static struct history *trial_completes(struct trial *trial)
{
	figures_redraw(&trial->figures, trial->settled);
	return figures_history(&trial->figures, zone_utc(),
		trial->family == FAMILY_FIXED ? MONTHS : trial->months,
		trial->settled, true);
}

/* ---- what must hold ---------------------------------------------------------------- */

static void bound_print(const struct bound *bound, char room[DECIMAL_STRING_MAX])
{
	if (bound->kind == BOUND_FINITE)
		decimal_print(bound->value, room);
	else
		snprintf(room, DECIMAL_STRING_MAX, "%s",
			bound->kind == BOUND_PLUS_INFINITE ? "+inf" : "-inf");
}

static void trial_fails(const struct trial *trial, const char *what,
	const struct interval *was, const struct interval *is)
{
	char low[DECIMAL_STRING_MAX], high[DECIMAL_STRING_MAX];
	char now_low[DECIMAL_STRING_MAX], now_high[DECIMAL_STRING_MAX];

	bound_print(&was->low, low);
	bound_print(&was->high, high);
	bound_print(&is->low, now_low);
	bound_print(&is->high, now_high);
	fail_msg("%s: %s: [%s, %s], filled in [%s, %s], %d months", trial->text,
		what, low, high, now_low, now_high, trial->months);
}

static int numbers_narrowed, truths_decided, truths_open;

static void check_number(struct trial *trial, const struct benchmark *benchmark)
{
	struct evaluation asks = trial_asks(trial, false, trial->partly);
	struct interval was = expression_measure(benchmark->root, &asks);

	for (int i = 0; i < COMPLETIONS; i++) {
		struct history *history = trial_completes(trial);
		struct evaluation whole = trial_asks(trial, true, history);
		struct interval is = expression_measure(benchmark->root,
			&whole);

		if (bound_compare(&is.low, &was.low) < 0 ||
		    bound_compare(&is.high, &was.high) > 0)
			trial_fails(trial, "not held", &was, &is);
		numbers_narrowed += interval_is_point(&is) &&
			!interval_is_point(&was);
		history_free(history);
	}
}

static void check_truth(struct trial *trial, const struct benchmark *benchmark)
{
	struct evaluation asks = trial_asks(trial, false, trial->partly);
	struct judgement was = expression_judge(benchmark->root, &asks), is;

	for (int i = 0; i < COMPLETIONS; i++) {
		struct history *history = trial_completes(trial);
		struct evaluation whole = trial_asks(trial, true, history);

		is = expression_judge(benchmark->root, &whole);
		if (was.truth != TRUTH_UNKNOWN && is.truth != was.truth)
			fail_msg("%s: was %s, filled in it is not",
				trial->text, was.truth == TRUTH_TRUE ? "true" :
				"false");
		/* Asked in the past nothing is ahead: what cannot become true
		   by a completion does not. */
		if (trial->family == FAMILY_PAST && !was.may_be_true &&
		    is.truth == TRUTH_TRUE)
			fail_msg("%s: could not be true, and is", trial->text);
		if (trial->family == FAMILY_PAST && !was.may_be_false &&
		    is.truth == TRUTH_FALSE)
			fail_msg("%s: could not be false, and is", trial->text);
		truths_decided += was.truth != TRUTH_UNKNOWN;
		truths_open += was.truth == TRUTH_UNKNOWN;
		history_free(history);
	}
}

/* NULL: units, windows or sizes do not fit after all. */
static struct benchmark *trial_compiles(struct trial *trial,
	enum expression_type type)
{
	struct faults faults;
	struct benchmark *benchmark;

	faults_init(&faults);
	benchmark = benchmark_compile(trial->world.reg->arena,
		trial->world.reg, trial->text, type,
		(struct origin){"test.conf", 1, 0}, "benchmark", &faults);
	if (benchmark == NULL)
		fail_msg("%s: %s", trial->text, faults.items[0].text);
	faults_release(&faults);
	return benchmark;
}

static void check_expression(struct trial *trial)
{
	struct figures figures = trial->figures;
	bool truth = chance(2) == 0;
	struct text text;

	text_init(&text, 0);
	if (truth)
		add_truth(&text, trial->family, 3);
	else
		add_number(&text, trial->family, 3);
	trial->text = text_string(&text);
	if (truth)
		check_truth(trial, trial_compiles(trial, TYPE_TRUTH));
	else
		check_number(trial, trial_compiles(trial, TYPE_NUMBER));
	text_release(&text);
	trial->figures = figures;
}

static void check_family(enum window_family family)
{
	random_state = SEED + family;
	numbers_narrowed = truths_decided = truths_open = 0;
	for (int i = 0; i < WORLDS; i++) {
		struct trial trial;

		trial_open(&trial, family);
		for (int k = 0; k < EXPRESSIONS; k++)
			check_expression(&trial);
		trial_close(&trial);
	}
	/* Each kind of answer was there to be wrong. */
	assert_true(numbers_narrowed > 500);
	assert_true(truths_decided > 500);
	assert_true(truths_open > 500);
}

static void test_past(void **state)
{
	(void)state;
	check_family(FAMILY_PAST);
}

static void test_fixed(void **state)
{
	(void)state;
	check_family(FAMILY_FIXED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_past),
		cmocka_unit_test(test_fixed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
