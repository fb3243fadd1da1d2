/*
 * Judging: the published record of the Phase One purchases, and small worlds
 * in which one rule decides.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

static struct decimal number(const char *text)
{
	struct decimal value;

	if (!decimal_read(text, &value))
		fail_msg("no number: %s", text);
	return value;
}

/* want NULL: not asked; "none": not known. places: digits it is rounded to. */
static void figure_check(const char *where, const char *what,
	struct figure figure, const char *want, int places)
{
	char print[DECIMAL_STRING_MAX];

	if (want == NULL)
		return;
	if (string_is(want, "none")) {
		if (figure.known)
			fail_msg("%s: %s is known", where, what);
		return;
	}
	if (!figure.known)
		fail_msg("%s: %s is not known", where, what);
	if (decimal_equal(decimal_round(figure.value, places), number(want)))
		return;
	decimal_print(figure.value, print);
	fail_msg("%s: %s is %s, not %s", where, what, print, want);
}

static void period_check(const char *where, struct period period,
	const char *want)
{
	struct period wanted = PERIOD_NONE;

	if (want == NULL)
		return;
	if (!string_is(want, "none") && !period_read(want, &wanted))
		fail_msg("no period: %s", want);
	if (!period_equal(period, wanted))
		fail_msg("%s: a period is not %s", where, want);
}

static void words_check(const char *where, const char *is, const char *want)
{
	if (want != NULL && strstr(is, want) == NULL)
		fail_msg("%s: '%s' does not say '%s'", where, is, want);
}

/* ---- the Phase One agreement ------------------------------------------------ */

#define GOODS(prefix, year) "sum(" prefix ".agriculture, " year ") + sum(" \
	prefix ".manufactured, " year ") + sum(" prefix ".energy, " year ")"

static const struct purchase {
	const char *pledge, *name, *start, *due, *benchmark, *baseline, *path;
} purchases[] = {
#define PURCHASE(good, year, table, more) { \
	"purchases." good, year, year "-01-01", year "-12-31", \
	"sum(" table "." good ", " year ") >= sum(exports." good ", 2017) + " \
	more, "sum(exports." good ", 2017)", "seasonal(exports." good ", 2017)" }
	PURCHASE("agriculture", "2020", "exports", "12.5e9"),
	PURCHASE("agriculture", "2021", "exports_ytd", "19.5e9"),
	PURCHASE("manufactured", "2020", "exports", "32.9e9"),
	PURCHASE("manufactured", "2021", "exports_ytd", "44.8e9"),
	PURCHASE("energy", "2020", "exports", "18.5e9"),
	PURCHASE("energy", "2021", "exports_ytd", "33.9e9"),
	{"purchases.goods", "2020", "2020-01-01", "2020-12-31",
		GOODS("exports", "2020") " >= " GOODS("exports", "2017")
		" + 63.9e9", GOODS("exports", "2017"), "linear"},
	{"purchases.goods", "2021", "2021-01-01", "2021-12-31",
		GOODS("exports_ytd", "2021") " >= " GOODS("exports", "2017")
		" + 98.2e9", GOODS("exports", "2017"), "linear"},
	{"ip.action-plan", "published", NULL, "2020-03-30",
		"last(ip.action_plan.published) >= 1", NULL, NULL},
	{"finance.equity-caps", "removed", NULL, "2020-04-01",
		"last(finance.equity_caps.removed) >= 1", NULL, NULL},
};

static void phase_one_indicators(struct world *world)
{
	static const char *const monthly[] = {"exports.agriculture",
		"exports.manufactured", "exports.energy"};
	static const char *const running[] = {"exports_ytd.agriculture",
		"exports_ytd.manufactured", "exports_ytd.energy"};

	for (size_t i = 0; i < 3; i++)
		world_indicator(world, monthly[i], FREQUENCY_MONTH, 40);
	for (size_t i = 0; i < 3; i++)
		world_indicator(world, running[i], FREQUENCY_MONTH,
			40)->cumulative = true;
	world_indicator(world, "ip.action_plan.published", FREQUENCY_NONE, 0);
	world_indicator(world, "finance.equity_caps.removed", FREQUENCY_NONE,
		0);
}

static void phase_one_init(struct world *world)
{
	world_init(world);
	phase_one_indicators(world);
	for (size_t i = 0; i < sizeof purchases / sizeof purchases[0]; i++) {
		const struct purchase *purchase = &purchases[i];
		struct milestone *milestone;

		if (i == 0 || !string_is(purchase->pledge,
		    purchases[i - 1].pledge))
			world_pledge(world, purchase->pledge);
		milestone = world_milestone(world, purchase->name,
			purchase->due, purchase->benchmark);
		milestone->start_said = world_said(purchase->start, 6);
		milestone->baseline_said = world_said(purchase->baseline, 7);
		milestone->path_said = world_said(purchase->path, 8);
	}
	world_finish(world);
	world_read(world, "phase-one/exports-monthly.csv", "exports.",
		(struct world_columns){0, 1, 2, 3});
	world_read(world, "phase-one/exports-ytd.csv", "exports_ytd.",
		(struct world_columns){0, 1, 2, 3});
	world_read(world, "phase-one/structural.csv", "",
		(struct world_columns){3, 0, 1, 2});
}

static const struct answer {
	const char *milestone, *as_of;
	enum status want;
	const char *want_actual, *want_target, *want_required;
	const char *want_pace, *want_level, *want_increment;
	const char *want_through, *want_waiting;
	int32_t want_late, want_overdue;	/* 0: null */
	enum assurance want_knowledge;
	const char *want_reason;
} answers[] = {
	{.milestone = "purchases.goods/2020", .as_of = "2020-07-20",
		.want = STATUS_OFF_TRACK, .want_actual = "26707987811",
		.want_required = "59446039074", .want_pace = "0.449",
		.want_through = "2020-05", .want_waiting = "2020-06",
		.want_reason = "44.9 % of the path through 2020-05"},
	{.milestone = "purchases.energy/2020", .as_of = "2020-07-01",
		.want = STATUS_OFF_TRACK, .want_target = "34422063839"},
	{.milestone = "purchases.energy/2020", .as_of = "2020-07-19",
		.want = STATUS_OFF_TRACK, .want_target = "26149222398"},
	{.milestone = "purchases.energy/2020", .as_of = "2021-01-05",
		.want = STATUS_AWAITING_DATA, .want_through = "2020-11",
		.want_waiting = "2020-12", .want_reason = "exports.energy "
		"2020-12 is not published yet (expected by 2021-02-09)"},
	{.milestone = "purchases.energy/2020", .as_of = "2021-01-28",
		.want = STATUS_NOT_MET, .want_actual = "9738346232",
		.want_target = "26149222398", .want_level = "0.372",
		.want_through = "2020-12", .want_waiting = "none",
		.want_overdue = 28, .want_reason =
		"sum(exports.energy, 2020) = 9.74bn, needs >= 26.1bn"},
	{.milestone = "purchases.agriculture/2020", .as_of = "2021-03-26",
		.want = STATUS_NOT_MET, .want_actual = "27335339028",
		.want_target = "33469792856", .want_increment = "0.509",
		.want_pace = "0.817", .want_overdue = 85, .want_reason =
		"sum(exports.agriculture, 2020) = 27.3bn, needs >= 33.5bn"},
	{.milestone = "purchases.agriculture/2021", .as_of = "2020-12-31",
		.want = STATUS_NOT_STARTED, .want_actual = "none",
		.want_knowledge = KNOWLEDGE_NO_DATA,
		.want_reason = "starts on 2021-01-01"},
	{.milestone = "purchases.agriculture/2021", .as_of = "2022-01-15",
		.want = STATUS_AWAITING_DATA, .want_waiting = "2021-12",
		.want_actual = "30198996424"},
	{.milestone = "purchases.agriculture/2021", .as_of = "2022-02-10",
		.want = STATUS_UNVERIFIED, .want_waiting = "2021-12",
		.want_knowledge = KNOWLEDGE_STALE, .want_reason =
		"exports_ytd.agriculture 2021-12 was not published"},
	{.milestone = "purchases.manufactured/2021", .as_of = "2022-03-01",
		.want = STATUS_UNVERIFIED, .want_knowledge = KNOWLEDGE_STALE},
	{.milestone = "purchases.energy/2021", .as_of = "2024-03-01",
		.want = STATUS_UNVERIFIED, .want_knowledge = KNOWLEDGE_STALE},
	{.milestone = "purchases.goods/2021", .as_of = "2026-01-01",
		.want = STATUS_UNVERIFIED, .want_knowledge = KNOWLEDGE_STALE},
	{.milestone = "ip.action-plan/published", .as_of = "2020-03-30",
		.want = STATUS_PENDING, .want_knowledge = KNOWLEDGE_NO_DATA},
	{.milestone = "ip.action-plan/published", .as_of = "2020-04-19",
		.want = STATUS_UNVERIFIED, .want_knowledge = KNOWLEDGE_NO_DATA},
	{.milestone = "ip.action-plan/published", .as_of = "2020-06-01",
		.want = STATUS_MET_LATE, .want_late = 21, .want_actual = "1",
		.want_reason = "reached on 2020-04-20, 21 days late"},
	{.milestone = "finance.equity-caps/removed", .as_of = "2020-06-01",
		.want = STATUS_MET, .want_reason =
		"last(finance.equity_caps.removed) = 1, needs >= 1; "
		"reached on 2020-04-01"},
};

static void answer_check(struct world *world, const struct answer *answer)
{
	struct assessment is = world_assess(world, answer->milestone,
		answer->as_of);
	char where[128];

	snprintf(where, sizeof where, "%s as of %s", answer->milestone,
		answer->as_of);
	if (is.status != answer->want)
		fail_msg("%s: %s, not %s", where, status_name(is.status),
			status_name(answer->want));
	figure_check(where, "actual", is.actual, answer->want_actual, 0);
	figure_check(where, "target", is.target, answer->want_target, 0);
	figure_check(where, "required", is.required_now, answer->want_required,
		0);
	figure_check(where, "pace", is.pace, answer->want_pace, 3);
	figure_check(where, "level", is.share_of_level, answer->want_level, 3);
	figure_check(where, "increment", is.share_of_increment,
		answer->want_increment, 3);
	period_check(where, is.data_through, answer->want_through);
	period_check(where, is.waiting_for, answer->want_waiting);
	if (is.days_late != (answer->want_late ? answer->want_late : DAYS_NONE))
		fail_msg("%s: %d days late", where, (int)is.days_late);
	if (is.days_overdue !=
	    (answer->want_overdue ? answer->want_overdue : DAYS_NONE))
		fail_msg("%s: %d days overdue", where, (int)is.days_overdue);
	if (is.knowledge != answer->want_knowledge)
		fail_msg("%s: %s", where, assurance_name(is.knowledge));
	words_check(where, world_reason(world, answer->milestone, &is),
		answer->want_reason);
}

static void test_phase_one(void **state)
{
	struct world world;

	(void)state;
	phase_one_init(&world);
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
		answer_check(&world, &answers[i]);
	world_release(&world);
}

/*
 * Whoever sleeps until `next` misses nothing: between one answer and its next
 * instant no day's end brings another answer. And what is undecided for want
 * of a figure never becomes a miss.
 */
static void next_check(struct world *world, const char *milestone)
{
	struct assessment slept = world_assess(world, milestone, "2020-01-01");
	struct date day = {2020, 1, 1}, last = {2022, 4, 1};

	for (; date_compare(day, last) < 0; day = date_add_days(day, 1)) {
		char text[32];
		struct assessment is;

		snprintf(text, sizeof text, "%04d-%02d-%02d", day.year,
			day.month, day.day);
		is = world_assess(world, milestone, text);
		if (slept.next > is.as_of) {
			if (assessment_differs(&slept, &is))
				fail_msg("%s changed on %s: %s, %s", milestone,
					text, status_name(slept.status),
					status_name(is.status));
		} else {
			slept = is;
		}
		if (strstr(milestone, "/2021") != NULL)
			assert_int_equal(is.verdict, VERDICT_NONE);
	}
}

static void test_next(void **state)
{
	struct world world;

	(void)state;
	phase_one_init(&world);
	for (size_t i = 0; i < world.reg->milestone_count; i++)
		next_check(&world, world.reg->milestones[i].id);
	world_release(&world);
}

/* ---- small worlds ------------------------------------------------------------ */

/*
 * x: months from 2020-01 on, published a day after their end unless the list
 * says otherwise: "5 6 - 7@2020-09-01": "-" was never published.
 */
static void months_observe(struct world *world, const char *indicator,
	const char *figures)
{
	char list[512], *rest = list, *word;
	struct period period = {FREQUENCY_MONTH, 2020 * 12};

	snprintf(list, sizeof list, "%s", figures);
	while ((word = strsep(&rest, " ")) != NULL) {
		char when[32], what[32];
		char *at = strchr(word, '@');
		struct date day = date_add_days(period_last_day(period), 1);
		struct date first = period_first_day(period);

		snprintf(when, sizeof when, "%04d-%02d-%02d", day.year,
			day.month, day.day);
		snprintf(what, sizeof what, "%04d-%02d", first.year,
			first.month);
		if (at != NULL)
			*at++ = '\0';
		if (!string_is(word, "-"))
			world_observe(world, indicator, what, word,
				at != NULL ? at : when);
		period = period_next(period, 1);
	}
}

static const struct rule {
	const char *why;
	const char *benchmark, *start, *due, *baseline, *path;
	enum milestone_mode mode;
	int grace;		/* days */
	const char *partial, *cure, *sustain;
	const char *x, *total;	/* months_observe */
	const char *event_day, *event_published; /* of `done`, value 1 */
	const char *as_of;
	enum status want;
	const char *want_event;	/* date; "none" */
	const char *want_actual, *want_required, *want_pace, *want_shortfall;
	int32_t want_late, want_overdue;
	bool want_fresh;	/* knowledge: assessed */
	const char *want_reason;
} rules[] = {
	/* by */
	{.why = "a floor is met as soon as nine months suffice",
		.benchmark = "sum(x, 2020) >= 9", .start = "2020-01-01",
		.due = "2020-12-31", .x = "1 1 1 1 1 1 1 1 1",
		.as_of = "2020-10-15", .want = STATUS_MET,
		.want_event = "2020-09-30", .want_shortfall = "0"},
	{.why = "and not before",
		.benchmark = "sum(x, 2020) >= 9", .start = "2020-01-01",
		.due = "2020-12-31", .x = "1 1 1 1 1 1 1 1 1",
		.as_of = "2020-09-30", .want = STATUS_PENDING,
		.want_event = "none", .want_shortfall = "1"},
	{.why = "a ceiling is missed when nine months exceed it",
		.benchmark = "sum(x, 2020) <= 8", .start = "2020-01-01",
		.due = "2020-12-31", .x = "1 1 1 1 1 1 1 1 1",
		.as_of = "2020-10-15", .want = STATUS_NOT_MET,
		.want_event = "none", .want_shortfall = "1"},
	{.why = "a ceiling is not met before the year is over",
		.benchmark = "sum(x, 2020) <= 8", .start = "2020-01-01",
		.due = "2020-12-31", .x = "1 1 1 1 1 1 1 1",
		.as_of = "2020-10-15", .want = STATUS_PENDING},
	{.why = "a figure that was lost leaves the year undecided",
		.benchmark = "sum(x, 2020) >= 20", .start = "2020-01-01",
		.due = "2020-12-31", .x = "1 1 1 1 1 1 1 1 1 1 - 1",
		.as_of = "2021-06-01", .want = STATUS_UNVERIFIED},
	{.why = "but not what no completion could reach",
		.benchmark = "sum(x, 2020) <= 10", .start = "2020-01-01",
		.due = "2020-12-31", .x = "1 1 1 1 1 1 1 1 1 1 - 1",
		.as_of = "2021-06-01", .want = STATUS_NOT_MET,
		.want_overdue = 152},
	{.why = "true already at the start: the start",
		.benchmark = "last(x) >= 1", .start = "2020-06-15",
		.due = "2020-12-31", .x = "1 1 1 1 1 1",
		.as_of = "2020-08-01", .want = STATUS_MET,
		.want_event = "2020-06-15"},
	{.why = "what was true before the start counts only if it stays",
		.benchmark = "last(x) >= 5", .start = "2020-06-15",
		.due = "2020-12-31", .x = "5 5 5 5 1 1 5",
		.as_of = "2020-09-01", .want = STATUS_MET,
		.want_event = "2020-07-31"},
	{.why = "fulfilled once is fulfilled, whatever comes after",
		.benchmark = "last(x) >= 5", .start = "2020-01-01",
		.due = "2020-12-31", .x = "1 5 1 1 1 1 1 1 1 1 1 1",
		.as_of = "2021-03-01", .want = STATUS_MET,
		.want_event = "2020-02-29"},
	{.why = "not met, when every month is known",
		.benchmark = "last(x) >= 5", .start = "2020-02-01",
		.due = "2020-12-31", .x = "1 1 1 1 1 1 1 1 1 1 1 1",
		.as_of = "2021-01-10", .want = STATUS_NOT_MET,
		.want_event = "none", .want_overdue = 10},
	{.why = "one month that is missing could have been it",
		.benchmark = "last(x) >= 5", .start = "2020-02-01",
		.due = "2020-12-31", .x = "1 1 1 1 - 1 1 1 1 1 1 1",
		.as_of = "2021-01-10", .want = STATUS_AWAITING_DATA,
		.want_reason = "x 2020-05 was not published (expected by "
		"2020-07-10)"},
	{.why = "but not the one before the record began",
		.benchmark = "last(x) >= 5", .start = "2020-01-01",
		.due = "2020-12-31", .x = "1 1 1 1 1 1 1 1 1 1 1 1",
		.as_of = "2021-06-10", .want = STATUS_NOT_MET,
		.want_overdue = 161},
	{.why = "nor a window that was not yet filled",
		.benchmark = "sum(x, 6mo) >= 40", .start = "2020-01-01",
		.due = "2020-12-31", .x = "- - 1 1 1 1 1 1 1 1 1 1",
		.as_of = "2021-01-10", .want = STATUS_NOT_MET,
		.want_overdue = 10},
	{.why = "which can be enough all the same",
		.benchmark = "sum(x, 6mo) >= 40", .start = "2020-01-01",
		.due = "2020-12-31", .x = "- - 50 1 1 1 1 1 1 1 1 1",
		.as_of = "2021-01-10", .want = STATUS_MET,
		.want_event = "2020-03-31"},
	{.why = "a window never filled by the due date stays undecided",
		.benchmark = "sum(x, 12mo) >= 40", .start = "2020-01-01",
		.due = "2020-12-31", .x = "- 1 1 1 1 1 1 1 1 1 1 1",
		.as_of = "2021-06-10", .want = STATUS_UNVERIFIED,
		.want_reason = "x 2020-01 was not published"},
	{.why = "so does a level whose record begins after it",
		.benchmark = "last(x) >= 5", .start = "2020-01-01",
		.due = "2020-03-31", .x = "- - - 1 1",
		.as_of = "2020-08-10", .want = STATUS_UNVERIFIED},
	{.why = "a fixed window counts what came before the record as missing",
		.benchmark = "sum(x, 2020) >= 40", .start = "2020-01-01",
		.due = "2020-12-31", .x = "- 1 1 1 1 1 1 1 1 1 1 1",
		.as_of = "2021-06-10", .want = STATUS_UNVERIFIED},
	{.why = "what the record has lost stays open beside it",
		.benchmark = "sum(x, 6mo) >= 40", .start = "2020-01-01",
		.due = "2020-12-31", .x = "- - 1 1 - 1 1 1 1 1 1 1",
		.as_of = "2021-06-10", .want = STATUS_UNVERIFIED,
		.want_reason = "x 2020-05 was not published"},
	{.why = "a window not yet filled waits for no figure",
		.benchmark = "sum(x, 6mo) >= 40", .start = "2020-01-01",
		.due = "2020-12-31", .x = "- - 1 1", .as_of = "2020-05-15",
		.want = STATUS_PENDING, .want_fresh = true},
	{.why = "nor does one left behind",
		.benchmark = "last(total) >= 50", .start = "2020-01-01",
		.due = "2020-12-31", .total = "1 2 3 4 5 6 7 8 9 10 11 12",
		.as_of = "2021-06-10", .want = STATUS_NOT_MET,
		.want_overdue = 161},
	{.why = "late is late, whenever",
		.benchmark = "last(x) >= 5", .start = "2020-01-01",
		.due = "2020-06-30", .x = "1 1 1 1 1 1 1 1 5",
		.as_of = "2020-12-01", .want = STATUS_MET_LATE,
		.want_event = "2020-09-30", .want_late = 92,
		.want_actual = "5"},
	{.why = "late after a gap too",
		.benchmark = "last(x) >= 5", .start = "2020-01-01",
		.due = "2020-06-30", .x = "1 1 1 - 1 1 1 1 5",
		.as_of = "2020-12-01", .want = STATUS_MET_LATE,
		.want_event = "2020-09-30", .want_late = 92},
	{.why = "within grace it is met, and says how late",
		.benchmark = "last(x) >= 5", .start = "2020-01-01",
		.due = "2020-06-30", .grace = 31, .x = "1 1 1 1 1 1 5",
		.as_of = "2020-12-01", .want = STATUS_MET,
		.want_event = "2020-07-31", .want_late = 31,
		.want_reason = "reached on 2020-07-31, 31 days late, within "
			"grace"},
	{.why = "due, between the date and the end of grace",
		.benchmark = "last(x) >= 5", .start = "2020-01-01",
		.due = "2020-06-30", .grace = 31, .x = "1 1 1 1 1 1 5",
		.as_of = "2020-07-20", .want = STATUS_DUE, .want_overdue = 20},
	{.why = "before the due date, what may come may come",
		.benchmark = "last(x) >= 5", .start = "2020-01-01",
		.due = "2020-12-31", .x = "1 1 1", .as_of = "2020-05-01",
		.want = STATUS_PENDING},
	{.why = "not started",
		.benchmark = "sum(x, 2020) >= 5", .start = "2020-03-01",
		.due = "2020-12-31", .x = "1", .as_of = "2020-02-29",
		.want = STATUS_NOT_STARTED},
	{.why = "knowing later does not make the event later",
		.benchmark = "last(x) >= 5", .start = "2020-01-01",
		.due = "2020-06-30", .x = "1 1 1 1 1 5@2020-11-15",
		.as_of = "2020-12-01", .want = STATUS_MET,
		.want_event = "2020-06-30"},
	{.why = "until then nothing is known of it",
		.benchmark = "last(x) >= 5", .start = "2020-01-01",
		.due = "2020-06-30", .x = "1 1 1 1 1 5@2020-11-15",
		.as_of = "2020-11-14", .want = STATUS_UNVERIFIED},
	{.why = "a trailing window moves on",
		.benchmark = "sum(x, 3mo) >= 10", .start = "2020-01-01",
		.due = "2020-12-31", .x = "5 1 1 1 4 4 4 1",
		.as_of = "2020-12-15", .want = STATUS_MET,
		.want_event = "2020-07-31"},
	/* adjusted levels, changes */
#define ADJUSTED "sum(x, 2020) >= 100 - " \
	"least(20, greatest(0, 50 - at(total, 2020-12)))"
	{.why = "a shortfall elsewhere lowers the floor by as much",
		.benchmark = ADJUSTED, .start = "2020-01-01", .due = "2020-12-31",
		.x = "8 8 8 8 8 8 8 8 8 8 8 4",
		.total = "4 8 12 16 20 24 28 32 36 40 40 40",
		.as_of = "2021-03-01", .want = STATUS_MET,
		.want_event = "2020-12-31", .want_actual = "92"},
	{.why = "without it the floor stands",
		.benchmark = ADJUSTED, .start = "2020-01-01", .due = "2020-12-31",
		.x = "8 8 8 8 8 8 8 8 8 8 8 4",
		.total = "4 8 12 16 20 24 28 32 36 40 45 50",
		.as_of = "2021-03-01", .want = STATUS_NOT_MET,
		.want_overdue = 60},
	{.why = "beyond its cap a shortfall lowers it no further",
		.benchmark = ADJUSTED, .start = "2020-01-01", .due = "2020-12-31",
		.x = "7 7 7 7 7 7 7 7 7 7 7 2",
		.total = "1 1 1 1 1 1 1 1 1 1 1 1",
		.as_of = "2021-03-01", .want = STATUS_NOT_MET,
		.want_overdue = 60},
	{.why = "a shortfall nobody knows yet lowers nothing",
		.benchmark = ADJUSTED, .start = "2020-01-01", .due = "2020-12-31",
		.x = "8 8 8 8 8 8 8 8 8 8 8 4",
		.total = "4 8 12 16 20 24 28 32 36 40 40",
		.as_of = "2021-06-01", .want = STATUS_UNVERIFIED},
	{.why = "but is not waited for where the lowest floor is missed",
		.benchmark = ADJUSTED, .start = "2020-01-01", .due = "2020-12-31",
		.x = "6 6 6 6 6 6 6 6 6 6 6 6",
		.total = "4 8 12 16 20 24 28 32 36 40 40",
		.as_of = "2021-06-01", .want = STATUS_NOT_MET,
		.want_overdue = 152},
	{.why = "a level that hangs on a condition still ahead is no miss yet",
		.benchmark = "sum(x, 2020) >= if(at(total, 2020-12) >= 40, 90, 100)",
		.start = "2020-01-01", .due = "2020-12-31",
		.x = "9 9 9 9 9 9 9 9 9 9 1", .total = "4 8 12 16 20 24 28 32 36 39 39",
		.as_of = "2020-12-20", .want = STATUS_PENDING},
	{.why = "and one when it is past",
		.benchmark = "sum(x, 2020) >= if(at(total, 2020-12) >= 40, 90, 100)",
		.start = "2020-01-01", .due = "2020-12-31",
		.x = "9 9 9 9 9 9 9 9 9 9 1 1",
		.total = "4 8 12 16 20 24 28 32 36 39 39 39",
		.as_of = "2021-03-01", .want = STATUS_NOT_MET,
		.want_overdue = 60},
	{.why = "growth is met in the month that grew",
		.benchmark = "growth(x, 3mo) >= 0.5", .start = "2020-01-01",
		.due = "2020-12-31", .x = "2 2 2 2 2 3 2",
		.as_of = "2020-08-20", .want = STATUS_MET,
		.want_event = "2020-06-30"},
	{.why = "a month between its ends is not missed",
		.benchmark = "growth(x, 3mo) >= 0.5", .mode = MODE_AT,
		.start = "2020-01-01", .due = "2020-06-30",
		.x = "2 2 2 - - 2.5", .as_of = "2020-08-20",
		.want = STATUS_NOT_MET, .want_overdue = 51},
	{.why = "growth since before the record is no figure that misses",
		.benchmark = "growth(x, 3mo) >= 0.5", .start = "2020-01-01",
		.due = "2020-06-30", .x = "2 2 2 2 2 2 2",
		.as_of = "2020-08-20", .want = STATUS_NOT_MET,
		.want_overdue = 51},
	/* events */
	{.why = "an event on the due day is in time",
		.benchmark = "last(done) >= 1", .due = "2020-06-30",
		.event_day = "2020-06-30", .event_published = "2020-07-05",
		.as_of = "2020-07-10", .want = STATUS_MET,
		.want_event = "2020-06-30"},
	{.why = "a day later it is a day late",
		.benchmark = "last(done) >= 1", .due = "2020-06-30",
		.event_day = "2020-07-01", .event_published = "2020-07-05",
		.as_of = "2020-07-10", .want = STATUS_MET_LATE,
		.want_event = "2020-07-01", .want_late = 1},
	{.why = "an event nobody told of is no miss",
		.benchmark = "last(done) >= 1", .due = "2020-06-30",
		.event_day = "2020-07-01", .event_published = "2020-07-05",
		.as_of = "2020-07-04", .want = STATUS_UNVERIFIED},
	{.why = "against a due time of day the instant counts",
		.benchmark = "last(done) >= 1", .due = "2020-06-30T12:00",
		.event_day = "2020-06-30T11:59:00-04:00",
		.event_published = "2020-06-30", .as_of = "2020-07-10",
		.want = STATUS_MET, .want_event = "none"},
	{.why = "a minute past it is late on the same day",
		.benchmark = "last(done) >= 1", .due = "2020-06-30T12:00",
		.event_day = "2020-06-30T12:01:00-04:00",
		.event_published = "2020-06-30", .as_of = "2020-07-10",
		.want = STATUS_MET_LATE, .want_event = "none", .want_late = -1},
	{.why = "while grace runs, an event may still come",
		.benchmark = "last(done) >= 2", .due = "2020-06-30",
		.grace = 31, .event_day = "2020-05-01",
		.event_published = "2020-05-02", .as_of = "2020-07-10",
		.want = STATUS_DUE, .want_overdue = 10},
	{.why = "and no longer when it is over",
		.benchmark = "last(done) >= 2", .due = "2020-06-30",
		.grace = 31, .event_day = "2020-05-01",
		.event_published = "2020-05-02", .as_of = "2020-08-01",
		.want = STATUS_NOT_MET, .want_overdue = 32},
	{.why = "time alone can make it true, at the end of a day",
		.benchmark = "age(x) >= 30d", .start = "2020-02-01",
		.due = "2020-06-30", .x = "1", .as_of = "2020-03-05",
		.want = STATUS_MET, .want_event = "2020-03-01"},
	{.why = "and until then has not",
		.benchmark = "age(x) >= 30d", .start = "2020-02-01",
		.due = "2020-06-30", .x = "1", .as_of = "2020-02-29",
		.want = STATUS_PENDING},
	/* at */
	{.why = "at looks at the due date alone",
		.benchmark = "last(x) >= 5", .mode = MODE_AT,
		.start = "2020-01-01", .due = "2020-06-30",
		.x = "1 9 1 1 1 5 1 1", .as_of = "2020-10-01",
		.want = STATUS_MET, .want_event = "2020-06-30"},
	{.why = "earlier does not help",
		.benchmark = "last(x) >= 5", .mode = MODE_AT,
		.start = "2020-01-01", .due = "2020-06-30",
		.x = "1 9 1 1 1 1 9 9", .as_of = "2020-10-01",
		.want = STATUS_NOT_MET, .want_event = "none",
		.want_overdue = 93},
	{.why = "at, before: what is to come may come",
		.benchmark = "last(x) >= 5", .mode = MODE_AT,
		.start = "2020-01-01", .due = "2020-06-30", .x = "9 9 9",
		.as_of = "2020-05-01", .want = STATUS_PENDING},
	{.why = "at, early, when it is certain",
		.benchmark = "sum(x, 2020) >= 5", .mode = MODE_AT,
		.start = "2020-01-01", .due = "2020-12-31", .x = "5",
		.as_of = "2020-03-01", .want = STATUS_MET,
		.want_event = "2020-12-31"},
	{.why = "at, early, when it is certainly not",
		.benchmark = "sum(x, 2020) <= 4", .mode = MODE_AT,
		.start = "2020-01-01", .due = "2020-12-31", .x = "5",
		.as_of = "2020-03-01", .want = STATUS_NOT_MET},
	{.why = "at, without the figure of that day",
		.benchmark = "last(x) >= 5", .mode = MODE_AT,
		.start = "2020-01-01", .due = "2020-06-30",
		.x = "9 9 9 9 9 - 9", .as_of = "2020-10-01",
		.want = STATUS_UNVERIFIED},
	/* throughout */
	{.why = "throughout: held at the end of every month",
		.benchmark = "last(x) >= 5", .mode = MODE_THROUGHOUT,
		.start = "2020-01-01", .due = "2020-06-30",
		.x = "5 6 5 7 5 5 1", .as_of = "2020-09-01",
		.want = STATUS_MET, .want_event = "2020-06-30",
		.want_reason = "last(x) >= 5; held until 2020-06-30"},
	{.why = "the first violation decides at once, and is dated",
		.benchmark = "last(x) >= 5", .mode = MODE_THROUGHOUT,
		.start = "2020-01-01", .due = "2020-12-31",
		.x = "5 6 4 3 9", .as_of = "2020-06-05",
		.want = STATUS_BREACHED, .want_event = "2020-03-31",
		.want_reason = "last(x) >= 5; violated on 2020-03-31"},
	{.why = "not before it is known",
		.benchmark = "last(x) >= 5", .mode = MODE_THROUGHOUT,
		.start = "2020-01-01", .due = "2020-12-31",
		.x = "5 6 4 3 9", .as_of = "2020-03-31",
		.want = STATUS_PENDING, .want_event = "none"},
	{.why = "a missing month leaves it undecided",
		.benchmark = "last(x) >= 5", .mode = MODE_THROUGHOUT,
		.start = "2020-01-01", .due = "2020-06-30",
		.x = "5 6 - 7 5 5 5", .as_of = "2020-09-01",
		.want = STATUS_UNVERIFIED, .want_event = "none",
		.want_reason = "x 2020-03 was not published"},
	{.why = "but not beside a known violation",
		.benchmark = "last(x) >= 5", .mode = MODE_THROUGHOUT,
		.start = "2020-01-01", .due = "2020-06-30",
		.x = "5 6 - 7 4 5 5", .as_of = "2020-09-01",
		.want = STATUS_BREACHED, .want_event = "2020-05-31",
		.want_overdue = 63},
	{.why = "what came before the start is no part of it",
		.benchmark = "last(x) >= 5", .mode = MODE_THROUGHOUT,
		.start = "2020-03-01", .due = "2020-06-30",
		.x = "1 1 5 5 5 5", .as_of = "2020-09-01",
		.want = STATUS_MET},
	{.why = "nor what comes after the due date, whatever the grace",
		.benchmark = "last(x) >= 5", .mode = MODE_THROUGHOUT,
		.start = "2020-03-01", .due = "2020-06-30", .grace = 60,
		.x = "1 1 5 5 5 4 5", .as_of = "2020-07-05",
		.want = STATUS_BREACHED, .want_event = "2020-06-30",
		.want_overdue = 5},
	{.why = "a ceiling over the year is broken in the month that passes it",
		.benchmark = "sum(x, 2020) <= 8", .mode = MODE_THROUGHOUT,
		.start = "2020-01-01", .due = "2020-12-31",
		.x = "3 3 3 1", .as_of = "2020-06-05",
		.want = STATUS_BREACHED, .want_event = "2020-03-31"},
	{.why = "and kept when the year is over",
		.benchmark = "sum(x, 2020) <= 18", .mode = MODE_THROUGHOUT,
		.start = "2020-01-01", .due = "2020-12-31",
		.x = "1 1 1 1 1 1 1 1 1 1 1 1", .as_of = "2021-01-05",
		.want = STATUS_MET, .want_event = "2020-12-31"},
	{.why = "held early, when nothing to come can break it",
		.benchmark = "sum(x, 3mo) >= 0", .mode = MODE_THROUGHOUT,
		.start = "2020-05-01", .due = "2020-12-31",
		.x = "1 1 1 1 1 1", .as_of = "2020-07-05",
		.want = STATUS_MET, .want_event = "2020-12-31", .want_reason =
		"sum(x, 3mo) >= 0; certain to hold until 2020-12-31"},
	{.why = "without periods, what is in force at the start counts",
		.benchmark = "last(done) >= 2", .mode = MODE_THROUGHOUT,
		.start = "2020-06-01", .due = "2020-06-30",
		.event_day = "2020-05-01", .event_published = "2020-05-02",
		.as_of = "2020-06-10", .want = STATUS_BREACHED,
		.want_event = "2020-06-01"},
	{.why = "an event in force is not known to stay so",
		.benchmark = "last(done) >= 1", .mode = MODE_THROUGHOUT,
		.start = "2020-06-01", .due = "2020-06-30",
		.event_day = "2020-05-01", .event_published = "2020-05-02",
		.as_of = "2020-06-10", .want = STATUS_PENDING},
	/* partial */
	{.why = "eight tenths of a floor are enough to be partly met",
		.benchmark = "sum(x, 2020) >= 15", .partial = "0.8",
		.start = "2020-01-01", .due = "2020-12-31",
		.x = "1 1 1 1 1 1 1 1 1 1 1 1", .as_of = "2021-01-05",
		.want = STATUS_PARTLY_MET, .want_event = "none",
		.want_overdue = 5, .want_shortfall = "3",
		.want_reason = "sum(x, 2020) = 12, needs >= 15"},
	{.why = "a little less is not",
		.benchmark = "sum(x, 2020) >= 15.1", .partial = "0.8",
		.start = "2020-01-01", .due = "2020-12-31",
		.x = "1 1 1 1 1 1 1 1 1 1 1 1", .as_of = "2021-01-05",
		.want = STATUS_NOT_MET},
	{.why = "without the clause a miss is a miss",
		.benchmark = "sum(x, 2020) >= 12.1",
		.start = "2020-01-01", .due = "2020-12-31",
		.x = "1 1 1 1 1 1 1 1 1 1 1 1", .as_of = "2021-01-05",
		.want = STATUS_NOT_MET},
	{.why = "what is reached is met, not partly",
		.benchmark = "sum(x, 2020) >= 12", .partial = "0.8",
		.start = "2020-01-01", .due = "2020-12-31",
		.x = "1 1 1 1 1 1 1 1 1 1 1 1", .as_of = "2021-01-05",
		.want = STATUS_MET},
	{.why = "and it is not partly met before it is missed",
		.benchmark = "sum(x, 2020) >= 15", .partial = "0.8",
		.start = "2020-01-01", .due = "2020-12-31",
		.x = "1 1 1 1 1 1 1 1 1 1 4", .as_of = "2020-12-05",
		.want = STATUS_PENDING},
	{.why = "nor while a figure is missing",
		.benchmark = "sum(x, 2020) >= 15", .partial = "0.8",
		.start = "2020-01-01", .due = "2020-12-31",
		.x = "1 1 1 1 1 1 - 1 1 1 1 3", .as_of = "2021-06-05",
		.want = STATUS_UNVERIFIED},
	{.why = "fulfilled later, it is late",
		.benchmark = "last(x) >= 5", .partial = "0.8",
		.start = "2020-01-01", .due = "2020-06-30",
		.x = "1 1 1 1 1 4 4 5", .as_of = "2020-09-05",
		.want = STATUS_MET_LATE, .want_event = "2020-08-31",
		.want_late = 62},
	{.why = "a share of nothing says nothing",
		.benchmark = "last(x) - 10 >= -5", .partial = "0.8",
		.start = "2020-01-01", .due = "2020-06-30",
		.x = "1 1 1 1 1 4 4", .as_of = "2020-08-05",
		.want = STATUS_NOT_MET},
	/* cure */
	{.why = "within its cure a late fulfilment is late",
		.benchmark = "last(x) >= 5", .cure = "62d",
		.start = "2020-01-01", .due = "2020-06-30",
		.x = "1 1 1 1 1 1 1 5", .as_of = "2020-12-01",
		.want = STATUS_MET_LATE, .want_event = "2020-08-31",
		.want_late = 62},
	{.why = "after it, nothing helps",
		.benchmark = "last(x) >= 5", .cure = "62d",
		.start = "2020-01-01", .due = "2020-06-30",
		.x = "1 1 1 1 1 1 1 1 5", .as_of = "2020-12-01",
		.want = STATUS_NOT_MET, .want_event = "none",
		.want_overdue = 154},
	{.why = "it begins after grace",
		.benchmark = "last(x) >= 5", .cure = "62d", .grace = 31,
		.start = "2020-01-01", .due = "2020-06-30",
		.x = "1 1 1 1 1 1 1 1 5", .as_of = "2020-12-01",
		.want = STATUS_MET_LATE, .want_event = "2020-09-30",
		.want_late = 92},
	{.why = "no cure at all, where it is nothing",
		.benchmark = "last(x) >= 5", .cure = "0d",
		.start = "2020-01-01", .due = "2020-06-30",
		.x = "1 1 1 1 1 1 5", .as_of = "2020-12-01",
		.want = STATUS_NOT_MET},
	{.why = "a window that stays is cured in time too",
		.benchmark = "sum(x, 2020) >= 9", .cure = "62d",
		.start = "2020-01-01", .due = "2020-06-30",
		.x = "1 1 1 1 1 1 1 2", .as_of = "2020-12-01",
		.want = STATUS_MET_LATE, .want_event = "2020-08-31",
		.want_late = 62},
	{.why = "or too late",
		.benchmark = "sum(x, 2020) >= 9", .cure = "62d",
		.start = "2020-01-01", .due = "2020-06-30",
		.x = "1 1 1 1 1 1 1 1 1", .as_of = "2020-12-01",
		.want = STATUS_NOT_MET},
	{.why = "a miss of one date is cured where a cure is set",
		.benchmark = "last(x) >= 5", .mode = MODE_AT, .cure = "62d",
		.start = "2020-01-01", .due = "2020-06-30",
		.x = "9 9 9 9 9 1 5", .as_of = "2020-12-01",
		.want = STATUS_MET_LATE, .want_event = "2020-07-31",
		.want_late = 31},
	{.why = "not while it is undecided",
		.benchmark = "last(x) >= 5", .mode = MODE_AT, .cure = "62d",
		.start = "2020-01-01", .due = "2020-06-30",
		.x = "9 9 9 9 9 - 5", .as_of = "2020-12-01",
		.want = STATUS_UNVERIFIED},
	/* sustain */
	{.why = "what was reached and does not last is reversed",
		.benchmark = "last(x) >= 5", .sustain = "forever",
		.start = "2020-01-01", .due = "2020-06-30",
		.x = "1 5 6 5 5 5 5 4 6", .as_of = "2020-12-01",
		.want = STATUS_REVERSED, .want_event = "2020-08-31",
		.want_actual = "4", .want_reason = "last(x) = 4, needs >= 5; "
		"was reached, no longer true on 2020-08-31"},
	{.why = "not before that is known",
		.benchmark = "last(x) >= 5", .sustain = "forever",
		.start = "2020-01-01", .due = "2020-06-30",
		.x = "1 5 6 5 5 5 5 4 6", .as_of = "2020-08-31",
		.want = STATUS_MET, .want_event = "2020-02-29"},
	{.why = "before the due date too",
		.benchmark = "last(x) >= 5", .sustain = "forever",
		.start = "2020-01-01", .due = "2020-06-30",
		.x = "1 5 4 5 5 5 5", .as_of = "2020-12-01",
		.want = STATUS_REVERSED, .want_event = "2020-03-31"},
	{.why = "within its span only",
		.benchmark = "last(x) >= 5", .sustain = "6mo",
		.start = "2020-01-01", .due = "2020-06-30",
		.x = "1 5 6 5 5 5 5 5 4", .as_of = "2020-12-01",
		.want = STATUS_MET, .want_event = "2020-02-29"},
	{.why = "a missing figure reverses nothing",
		.benchmark = "last(x) >= 5", .sustain = "forever",
		.start = "2020-01-01", .due = "2020-06-30",
		.x = "1 5 6 - 5 5 5 - 6", .as_of = "2020-12-01",
		.want = STATUS_MET},
	{.why = "held on one date, and not after it",
		.benchmark = "last(x) >= 5", .mode = MODE_AT,
		.sustain = "forever", .start = "2020-01-01",
		.due = "2020-06-30", .x = "1 1 1 1 1 5 4 6",
		.as_of = "2020-12-01", .want = STATUS_REVERSED,
		.want_event = "2020-07-31"},
	{.why = "held throughout, and not after it",
		.benchmark = "last(x) >= 5", .mode = MODE_THROUGHOUT,
		.sustain = "forever", .start = "2020-05-01",
		.due = "2020-06-30", .x = "1 1 1 1 5 5 4 6",
		.as_of = "2020-12-01", .want = STATUS_REVERSED,
		.want_event = "2020-07-31"},
	{.why = "time alone reverses",
		.benchmark = "age(x) <= 60d", .sustain = "forever",
		.start = "2020-02-01", .due = "2020-02-28", .x = "1 1",
		.as_of = "2020-06-01", .want = STATUS_REVERSED,
		.want_event = "2020-04-30"},
	/* paths */
	{.why = "a flow runs from 0 over its window, whatever the start",
		.benchmark = "sum(x, 2020) >= 24", .start = "2020-06-01",
		.due = "2020-12-31", .path = "linear", .baseline = "12",
		.x = "2 2 2 2 2 2", .as_of = "2020-07-15",
		.want = STATUS_ON_TRACK, .want_required = "12",
		.want_pace = "1"},
	{.why = "nine tenths of the path is at risk",
		.benchmark = "sum(x, 2020) >= 24", .start = "2020-01-01",
		.due = "2020-12-31", .path = "linear",
		.x = "2 2 2 2 1", .as_of = "2020-06-15",
		.want = STATUS_AT_RISK, .want_required = "10",
		.want_pace = "0.9"},
	{.why = "less is off track",
		.benchmark = "sum(x, 2020) >= 24", .start = "2020-01-01",
		.due = "2020-12-31", .path = "linear",
		.x = "2 2 2 2 0.9", .as_of = "2020-06-15",
		.want = STATUS_OFF_TRACK, .want_pace = "0.89"},
	{.why = "a ceiling turns it round",
		.benchmark = "sum(x, 2020) <= 24", .start = "2020-01-01",
		.due = "2020-12-31", .path = "linear",
		.x = "2 2 2 2 2", .as_of = "2020-06-15",
		.want = STATUS_ON_TRACK, .want_pace = "1"},
	{.why = "a little over the allowance",
		.benchmark = "sum(x, 2020) <= 24", .start = "2020-01-01",
		.due = "2020-12-31", .path = "linear",
		.x = "2 2 2 2 3", .as_of = "2020-06-15",
		.want = STATUS_AT_RISK, .want_pace = "1.1"},
	{.why = "more than a ninth over it",
		.benchmark = "sum(x, 2020) <= 24", .start = "2020-01-01",
		.due = "2020-12-31", .path = "linear",
		.x = "2 2 2 2 3.2", .as_of = "2020-06-15",
		.want = STATUS_OFF_TRACK, .want_pace = "1.12"},
	{.why = "a level runs from the baseline at the start, by days",
		.benchmark = "last(x) >= 376", .start = "2020-01-01",
		.due = "2021-01-01", .path = "linear", .baseline = "10",
		.x = "40 70 100", .as_of = "2020-04-10",
		.want = STATUS_ON_TRACK, .want_required = "100",
		.want_pace = "1"},
	{.why = "no pace when nothing is required yet, but figures compare",
		.benchmark = "last(x) >= 366", .start = "2020-01-31",
		.due = "2021-01-01", .path = "linear", .baseline = "0",
		.x = "0", .as_of = "2020-02-10",
		.want = STATUS_ON_TRACK, .want_required = "0",
		.want_pace = "none"},
	{.why = "after the due date the pace stays",
		.benchmark = "sum(x, 2020) >= 24", .start = "2020-01-01",
		.due = "2020-12-31", .path = "linear",
		.x = "1 1 1 1 1 1 1 1 1 1 1 1 9", .as_of = "2021-03-01",
		.want = STATUS_NOT_MET, .want_required = "24",
		.want_pace = "0.5", .want_overdue = 60},
	{.why = "a running total asked for its last month is a flow",
		.benchmark = "at(total, 2020-06) >= 24", .start = "2020-06-01",
		.due = "2020-12-31", .path = "linear",
		.total = "2 4 6 8 10 12", .as_of = "2020-07-15",
		.want = STATUS_NOT_MET, .want_required = "24",
		.want_pace = "0.5"},
	{.why = "or for the largest of its last quarter",
		.benchmark = "max(total, 2020-Q4) >= 24", .start = "2020-06-01",
		.due = "2020-12-31", .path = "linear",
		.total = "2 4 6 8 10 12 14 16 18 20", .as_of = "2020-11-15",
		.want = STATUS_ON_TRACK, .want_required = "20",
		.want_pace = "1"},
	{.why = "so is its latest figure, in the year of the due date",
		.benchmark = "last(total) >= 12", .start = "2020-01-01",
		.due = "2020-06-30", .path = "linear",
		.total = "2 4 6 8", .as_of = "2020-05-15",
		.want = STATUS_ON_TRACK, .want_required = "8",
		.want_pace = "1"},
	{.why = "the pace is taken where every series has a figure",
		.benchmark = "sum(x, 2020) + sum(total, 2020) >= 48",
		.start = "2020-01-01", .due = "2020-12-31", .path = "linear",
		.x = "2 2 2 2 2", .total = "2 4 6", .as_of = "2020-06-05",
		.want = STATUS_ON_TRACK, .want_actual = "16",
		.want_required = "12", .want_pace = "1"},
	{.why = "over a quarter, month by month",
		.benchmark = "2 * sum(x, 2020-Q2) >= 12", .start = "2020-01-01",
		.due = "2020-06-30", .path = "linear",
		.x = "9 9 9 2", .as_of = "2020-05-15",
		.want = STATUS_ON_TRACK, .want_required = "4",
		.want_pace = "1"},
	{.why = "from the start to the due date",
		.benchmark = "sum(x, start..due) >= 12", .start = "2020-03-01",
		.due = "2020-08-31", .path = "linear",
		.x = "9 9 2 2", .as_of = "2020-05-15",
		.want = STATUS_ON_TRACK, .want_required = "4",
		.want_pace = "1"},
	/* no comparison */
	{.why = "without one comparison there are no figures",
		.benchmark = "last(x) >= 5 and sum(x, 2020) >= 10",
		.start = "2020-01-01", .due = "2020-12-31", .x = "4 4 4",
		.as_of = "2020-05-01", .want = STATUS_PENDING,
		.want_actual = "none"},
};

static struct duration duration_of(const char *text)
{
	struct duration duration;

	if (!duration_parse(text, strlen(text), &duration))
		fail_msg("no duration: %s", text);
	return duration;
}

static void rule_clauses(struct world *world, const struct rule *rule,
	struct milestone *milestone)
{
	if (rule->partial != NULL)
		world_clauses(world, milestone)->partial = number(rule->partial);
	if (rule->sustain != NULL) {
		world_clauses(world, milestone)->has_sustain = true;
		if (string_is(rule->sustain, "forever"))
			milestone->clauses->sustain_forever = true;
		else
			milestone->clauses->sustain = duration_of(rule->sustain);
	}
	if (rule->cure != NULL) {
		world_clauses(world, milestone)->has_cure = true;
		milestone->clauses->cure = duration_of(rule->cure);
	}
}

static void rule_world(struct world *world, const struct rule *rule)
{
	struct milestone *milestone;

	world_init(world);
	world_indicator(world, "x", FREQUENCY_MONTH, 40);
	world_indicator(world, "done", FREQUENCY_NONE, 0);
	world_indicator(world, "total", FREQUENCY_MONTH, 40)->cumulative = true;
	milestone = world_milestone(world, "m", rule->due, rule->benchmark);
	milestone->start_said = world_said(rule->start, 6);
	milestone->baseline_said = world_said(rule->baseline, 7);
	milestone->path_said = world_said(rule->path, 8);
	milestone->mode = rule->mode;
	milestone->grace = (struct duration){rule->grace, DURATION_DAY};
	rule_clauses(world, rule, milestone);
	world_finish(world);
	if (rule->x != NULL)
		months_observe(world, "x", rule->x);
	if (rule->total != NULL)
		months_observe(world, "total", rule->total);
	if (rule->event_day != NULL)
		world_observe(world, "done", rule->event_day, "1",
			rule->event_published);
}

static void event_check(const struct rule *rule, struct date is)
{
	struct date want = {0};

	if (rule->want_event == NULL)
		return;
	if (!string_is(rule->want_event, "none"))
		assert_true(date_parse(rule->want_event, &want));
	if (date_compare(is, want) != 0)
		fail_msg("%s: the event is on %d-%d-%d", rule->why, is.year,
			is.month, is.day);
}

/* want: 0 null, -1 zero days. */
static void days_check(const char *why, int32_t is, int32_t want)
{
	if (is != (want == 0 ? DAYS_NONE : want == -1 ? 0 : want))
		fail_msg("%s: %d days", why, (int)is);
}

static void test_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		const struct rule *rule = &rules[i];
		struct world world;
		struct assessment is;
		const char *reason;

		rule_world(&world, rule);
		is = world_assess(&world, "p/m", rule->as_of);
		if (is.status != rule->want)
			fail_msg("%s: %s, not %s", rule->why,
				status_name(is.status),
				status_name(rule->want));
		event_check(rule, is.event_date);
		figure_check(rule->why, "actual", is.actual,
			rule->want_actual, 6);
		figure_check(rule->why, "required", is.required_now,
			rule->want_required, 6);
		figure_check(rule->why, "pace", is.pace, rule->want_pace, 6);
		figure_check(rule->why, "shortfall", is.shortfall,
			rule->want_shortfall, 6);
		days_check(rule->why, is.days_late, rule->want_late);
		if (rule->want_fresh && is.knowledge != KNOWLEDGE_ASSESSED)
			fail_msg("%s: %s", rule->why,
				assurance_name(is.knowledge));
		if (rule->want_overdue != 0)
			days_check(rule->why, is.days_overdue,
				rule->want_overdue);
		reason = world_reason(&world, "p/m", &is);
		words_check(rule->why, reason, rule->want_reason);
		if (reason[0] == '\0')
			fail_msg("%s: no reason", rule->why);
		world_release(&world);
	}
}

/* ---- decisions ---------------------------------------------------------------- */

/* x >= 5 once in 2020; the clauses are the caller's until decided_finish. */
static struct clauses *decided_init(struct world *world, const char *benchmark,
	enum milestone_mode mode)
{
	struct milestone *milestone;

	world_init(world);
	world_indicator(world, "x", FREQUENCY_MONTH, 40);
	milestone = world_milestone(world, "new", "2021-06-30", benchmark);
	milestone = world_milestone(world, "m", "2020-06-30", benchmark);
	milestone->start_said = world_said("2020-01-01", 6);
	milestone->mode = mode;
	return world_clauses(world, milestone);
}

static void decided_check(struct world *world, const char *as_of,
	enum status want, const char *want_reason)
{
	struct assessment is = world_assess(world, "p/m", as_of);

	if (is.status != want)
		fail_msg("%s: %s, not %s", as_of, status_name(is.status),
			status_name(want));
	words_check(as_of, world_reason(world, "p/m", &is), want_reason);
}

static void test_withdrawn(void **state)
{
	struct world world;
	struct clauses *clauses;
	struct assessment is;

	(void)state;
	clauses = decided_init(&world, "last(x) >= 5", MODE_BY);
	clauses->superseded = (struct decree){.on = {2020, 8, 1},
		.by = "p/new", .reason = "a later plan"};
	clauses->withdrawn = (struct decree){.on = {2020, 9, 1},
		.reason = "no longer needed", .authority = "Council"};
	world_finish(&world);
	months_observe(&world, "x", "1 1 1 1 1 1 1 1 1");
	decided_check(&world, "2020-06-05", STATUS_PENDING, NULL);
	is = world_assess(&world, "p/m", "2020-07-31");
	assert_int_equal(is.status, STATUS_NOT_MET);
	assert_int_equal(is.lifecycle, LIFECYCLE_ACTIVE);
	assert_true(is.next == is.as_of + 1);
	is = world_assess(&world, "p/m", "2020-08-01T00:00");
	assert_int_equal(is.lifecycle, LIFECYCLE_SUPERSEDED);
	assert_int_equal(is.verdict, VERDICT_NOT_MET);
	assert_int_equal(is.days_overdue, DAYS_NONE);
	decided_check(&world, "2020-08-01", STATUS_SUPERSEDED,
		"superseded on 2020-08-01 by p/new: a later plan");
	decided_check(&world, "2020-08-31", STATUS_SUPERSEDED, NULL);
	decided_check(&world, "2020-09-01", STATUS_WITHDRAWN,
		"withdrawn on 2020-09-01: no longer needed (Council)");
	world_release(&world);
}

static const struct waiver_case {
	enum waiver_kind kind;
	enum milestone_mode mode;
	const char *x, *as_of;
	enum status want;
	const char *want_reason;
} waivers[] = {
	{WAIVER_NONOBSERVANCE, MODE_BY, "1 1 1 1 1 1 1 1 1", "2020-07-31",
		STATUS_NOT_MET, NULL},
	{WAIVER_NONOBSERVANCE, MODE_BY, "1 1 1 1 1 1 1 1 1", "2020-08-01",
		STATUS_WAIVED, "waived on 2020-08-01: drought (Board); "
		"last(x) = 1, needs >= 5"},
	{WAIVER_NONOBSERVANCE, MODE_BY, "1 1 1 1 5 1 1 1 1", "2020-08-01",
		STATUS_MET, NULL},
	{WAIVER_NONOBSERVANCE, MODE_BY, "1 1 1 1 1 1 5 1 1", "2020-09-01",
		STATUS_MET_LATE, NULL},
	/* a miss that is not known is none */
	{WAIVER_NONOBSERVANCE, MODE_BY, "1 1 1 - 1 1 1 1 1", "2020-09-01",
		STATUS_UNVERIFIED, NULL},
	{WAIVER_NONOBSERVANCE, MODE_THROUGHOUT, "5 5 1 5 5 5",
		"2020-06-01", STATUS_BREACHED, NULL},
	{WAIVER_NONOBSERVANCE, MODE_THROUGHOUT, "5 5 1 5 5 5",
		"2020-08-02", STATUS_WAIVED, "violated on 2020-03-31"},
	{WAIVER_APPLICABILITY, MODE_BY, "1 1 1 - 1 1 1 1 1", "2020-07-31",
		STATUS_AWAITING_DATA, NULL},
	{WAIVER_APPLICABILITY, MODE_BY, "1 1 1 - 1 1 1 1 1", "2020-08-01",
		STATUS_WAIVED, "waived as not applicable on 2020-08-01: "
		"drought (Board)"},
	{WAIVER_APPLICABILITY, MODE_BY, "1 1 1 1 1 1 1 1 1", "2020-08-01",
		STATUS_WAIVED, NULL},
	{WAIVER_APPLICABILITY, MODE_BY, "1 1 1 1 5 1 1 1 1", "2020-08-01",
		STATUS_MET, NULL},
	{WAIVER_APPLICABILITY, MODE_BY, "1 1 1 1 1 1 5 1 1", "2020-09-01",
		STATUS_MET_LATE, NULL},
};

static void test_waived(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof waivers / sizeof waivers[0]; i++) {
		const struct waiver_case *row = &waivers[i];
		struct world world;
		struct clauses *clauses = decided_init(&world, "last(x) >= 5",
			row->mode);
		struct assessment is;

		clauses->waived = (struct decree){.on = {2020, 8, 1},
			.kind = row->kind, .reason = "drought",
			.authority = "Board"};
		world_finish(&world);
		months_observe(&world, "x", row->x);
		decided_check(&world, row->as_of, row->want,
			row->want_reason);
		is = world_assess(&world, "p/m", row->as_of);
		if (is.status == STATUS_WAIVED)
			assert_int_equal(is.days_overdue, DAYS_NONE);
		world_release(&world);
	}
}

static struct amendment *amendments_make(struct world *world,
	struct clauses *clauses, size_t count)
{
	clauses->amendments = arena_alloc(world->reg->arena, count,
		sizeof *clauses->amendments);
	clauses->amendment_count = count;
	return clauses->amendments;
}

/* Each day is judged by the terms of that day. */
static void test_amended(void **state)
{
	static const struct {
		const char *as_of;
		enum status want;
		enum lifecycle want_lifecycle;
		const char *want_title, *want_reason;
	} rows[] = {
		{"2020-07-31", STATUS_NOT_MET, LIFECYCLE_ACTIVE, "p/m",
			"last(x) = 1, needs >= 5"},
		{"2020-08-01", STATUS_PENDING, LIFECYCLE_RESCHEDULED, "p/m",
			"last(x) = 1, needs >= 5; originally due on "
			"2020-06-30"},
		{"2020-11-30", STATUS_NOT_MET, LIFECYCLE_RESCHEDULED, "p/m",
			"last(x) = 3, needs >= 5; originally due on "
			"2020-06-30"},
		{"2020-12-01", STATUS_MET, LIFECYCLE_RESCHEDULED, "Easier",
			"last(x) = 3, needs >= 3; reached on 2020-09-30; "
			"originally due on 2020-06-30, 92 days earlier"},
	};
	struct world world;
	struct amendment *amendments;

	(void)state;
	amendments = amendments_make(&world, decided_init(&world,
		"last(x) >= 5", MODE_BY), 2);
	amendments[0] = (struct amendment){.decree = {.on = {2020, 8, 1}},
		.due_said = {"2020-09-30", 7}};
	amendments[1] = (struct amendment){.decree = {.on = {2020, 12, 1}},
		.benchmark_said = {"last(x) >= 3", 8}, .title = "Easier"};
	world_finish(&world);
	months_observe(&world, "x", "1 1 1 1 1 1 1 1 3 3");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct assessment is = world_assess(&world, "p/m",
			rows[i].as_of);
		const struct milestone *milestone = milestone_at(
			&world.reg->milestones[1], is.as_of);

		decided_check(&world, rows[i].as_of, rows[i].want,
			rows[i].want_reason);
		assert_int_equal(is.lifecycle, rows[i].want_lifecycle);
		assert_string_equal(milestone_title(world.reg, milestone),
			rows[i].want_title);
		if (i % 2 == 0)
			assert_true(is.next == is.as_of + 1);
	}
	world_release(&world);
}

/* ---- against a plain reading of the rules ------------------------------------- */

#define MONTHS 9	/* 2020-01 to 2020-09, due at the end of June */
#define MONTHS_DUE 6

static uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* 0: never published. */
static void random_months(uint64_t *seed, int months[MONTHS], char *text)
{
	for (int i = 0; i < MONTHS; i++) {
		months[i] = random_next(seed) % 8 == 0 ? 0 :
			2 + (int)(random_next(seed) % 5);
		*text++ = (char)(months[i] == 0 ? '-' : '0' + months[i]);
		*text++ = ' ';
	}
	text[-1] = '\0';
}

/* last(x) >= 4 at the end of each month from the first on. */
static enum verdict plain_throughout(const int months[MONTHS], int sustain)
{
	bool open = false;

	for (int i = 0; i < MONTHS_DUE; i++) {
		if (months[i] != 0 && months[i] < 4)
			return VERDICT_BREACHED;
		open |= months[i] == 0;
	}
	for (int i = MONTHS_DUE; !open && i < MONTHS_DUE + sustain; i++)
		if (months[i] != 0 && months[i] < 4)
			return VERDICT_REVERSED;
	return open ? VERDICT_NONE : VERDICT_MET;
}

static enum verdict plain_by(const int months[MONTHS], int cure, int sustain)
{
	bool open = false;

	for (int i = 0; i < MONTHS_DUE + cure; i++) {
		open |= months[i] == 0 && i < MONTHS_DUE;
		if (months[i] < 4)
			continue;
		for (int k = i + 1; k < MONTHS && k <= i + sustain; k++)
			if (months[k] != 0 && months[k] < 4)
				return VERDICT_REVERSED;
		return i < MONTHS_DUE ? VERDICT_MET : VERDICT_MET_LATE;
	}
	return open ? VERDICT_NONE : VERDICT_NOT_MET;
}

static void plain_check(uint64_t *seed)
{
	int months[MONTHS], cure = (int)(random_next(seed) % 3);
	int sustain = (int)(random_next(seed) % 3);
	enum milestone_mode mode = random_next(seed) % 2 == 0 ? MODE_BY :
		MODE_THROUGHOUT;
	char text[4 * MONTHS];
	struct world world;
	struct clauses *clauses = decided_init(&world, "last(x) >= 4", mode);
	enum verdict is, want;

	random_months(seed, months, text);
	clauses->has_cure = mode == MODE_BY;
	clauses->cure = (struct duration){31 * cure, DURATION_DAY};
	clauses->has_sustain = sustain > 0;
	clauses->sustain = (struct duration){31 * sustain, DURATION_DAY};
	world_finish(&world);
	months_observe(&world, "x", text);
	is = world_assess(&world, "p/m", "2020-10-05").verdict;
	want = mode == MODE_BY ? plain_by(months, cure, sustain) :
		plain_throughout(months, sustain);
	if (is != want)
		fail_msg("mode %s, cure %d, sustain %d, %s: %s, not %s",
			mode_name(mode), cure, sustain, text,
			verdict_name(is), verdict_name(want));
	world_release(&world);
}

static void test_plain(void **state)
{
	uint64_t seed = 20200214;

	(void)state;
	for (int i = 0; i < 500; i++)
		plain_check(&seed);
}

/* Whoever sleeps until `next` misses no decision either. */
static void test_decisions_wake(void **state)
{
	struct world world;
	struct clauses *clauses;

	(void)state;
	clauses = decided_init(&world, "last(x) >= 5", MODE_BY);
	clauses->waived = (struct decree){.on = {2020, 9, 1}};
	clauses->superseded = (struct decree){.on = {2021, 2, 1},
		.by = "p/new"};
	clauses->withdrawn = (struct decree){.on = {2021, 3, 1}};
	amendments_make(&world, clauses, 1)[0] = (struct amendment){
		.decree = {.on = {2020, 8, 1}},
		.due_said = {"2020-08-15", 7}};
	world_finish(&world);
	months_observe(&world, "x", "1 1 1 1 1 1 1 1 1 1 1 1");
	next_check(&world, "p/m");
	world_release(&world);
}

/* ---- paths over a base year and over a table ---------------------------------- */

static void test_seasonal(void **state)
{
	struct world world;
	struct milestone *milestone;
	struct assessment is;

	(void)state;
	world_init(&world);
	world_indicator(&world, "x", FREQUENCY_QUARTER, 40);
	milestone = world_milestone(&world, "m", "2020-12-31",
		"sum(x, 2020) >= 200");
	milestone->path_said = world_said("seasonal(x, 2019)", 8);
	world_finish(&world);
	world_observe(&world, "x", "2019-Q1", "10", "2019-05-01");
	world_observe(&world, "x", "2019-Q2", "20", "2019-08-01");
	world_observe(&world, "x", "2019-Q3", "30", "2019-11-01");
	world_observe(&world, "x", "2020-Q1", "15", "2020-04-10");
	is = world_assess(&world, "p/m", "2020-04-15");
	assert_false(is.required_now.known);	/* the base year is not whole */
	assert_int_equal(is.status, STATUS_PENDING);
	world_observe(&world, "x", "2019-Q4", "40", "2020-04-20");
	is = world_assess(&world, "p/m", "2020-04-25");
	figure_check("seasonal", "required", is.required_now, "20", 6);
	figure_check("seasonal", "pace", is.pace, "0.75", 6);
	world_release(&world);
}

static const struct point_case {
	const char *months, *as_of, *want;
} points[] = {
	{"1", "2020-02-15", "16.53"},		/* 31 of 60 days to 32 */
	{"1 1", "2020-03-15", "32"},
	{"1 1 1 1", "2020-05-15", "62"},
	{"1 1 1 1 1 1 1 1 1 1 1 1", "2021-01-15", "100"},
};

static void test_table(void **state)
{
	struct path_point table[] = {
		{{2020, 2, 29}, {32, 0}}, {{2020, 3, 31}, {32, 0}},
		{{2020, 4, 30}, {62, 0}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
		struct world world;
		struct path path = {.kind = PATH_TABLE, .points = table,
			.point_count = 3};
		struct assessment is;

		world_init(&world);
		world_indicator(&world, "x", FREQUENCY_MONTH, 40);
		world_milestone(&world, "m", "2020-12-31",
			"sum(x, 2020) >= 100")->path = &path;
		world_finish(&world);
		months_observe(&world, "x", points[i].months);
		is = world_assess(&world, "p/m", points[i].as_of);
		figure_check(points[i].as_of, "required", is.required_now,
			points[i].want, 2);
		world_release(&world);
	}
}

/* ---- marks -------------------------------------------------------------------- */

static void test_marks(void **state)
{
	struct observation observation = {.value = {7, 0}, .published_assumed = true,
		.provisional = true};
	struct world world;
	struct assessment is;

	(void)state;
	world_init(&world);
	world_indicator(&world, "x", FREQUENCY_MONTH, 40);
	world_milestone(&world, "m", "2020-12-31",
		"last(x) >= 9")->start_said = world_said("2020-02-01", 6);
	world_finish(&world);
	months_observe(&world, "x", "1 1 1 - 9");
	assert_true(period_read("2020-04", &observation.period));
	observation.published = world_time(&world, "2020-05-02");
	series_add(history_series(world.history, "x"), &observation, NULL);
	is = world_assess(&world, "p/m", "2020-05-10");
	assert_int_equal(is.knowledge, KNOWLEDGE_PROVISIONAL);
	assert_true(is.published_assumed);
	/* April is passed by: May decides. */
	is = world_assess(&world, "p/m", "2020-06-10");
	assert_int_equal(is.status, STATUS_MET);
	assert_int_equal(is.knowledge, KNOWLEDGE_ASSESSED);
	assert_false(is.published_assumed);
	world_release(&world);
}

/* What is past its lag makes the knowledge stale at the second after it. */
static void test_stale(void **state)
{
	struct world world;
	struct assessment is;

	(void)state;
	world_init(&world);
	world_indicator(&world, "x", FREQUENCY_MONTH, 40);
	world_milestone(&world, "m", "2020-12-31",
		"sum(x, 2020) >= 9")->start_said = world_said("2020-01-01", 6);
	world_finish(&world);
	months_observe(&world, "x", "1 1 1");
	is = world_assess(&world, "p/m", "2020-06-09");
	assert_int_equal(is.knowledge, KNOWLEDGE_ASSESSED);
	assert_int_equal(is.next, is.as_of + 1);
	is = world_assess(&world, "p/m", "2020-06-10");
	assert_int_equal(is.knowledge, KNOWLEDGE_STALE);
	period_check("stale", is.waiting_for, "2020-04");
	assert_int_equal(is.next, world_time(&world, "2020-06-30"));
	world_release(&world);
}

/* Of a window's figures a change needs the first and the last. */
static void test_stale_change(void **state)
{
	struct world world;
	struct assessment is;

	(void)state;
	world_init(&world);
	world_indicator(&world, "x", FREQUENCY_MONTH, 40);
	world_milestone(&world, "m", "2020-12-31",
		"change(x, 3mo) >= 9")->start_said = world_said("2020-01-01", 6);
	world_finish(&world);
	months_observe(&world, "x", "1 1 - 1 1 1");
	is = world_assess(&world, "p/m", "2020-07-15");
	assert_int_equal(is.knowledge, KNOWLEDGE_NO_DATA);
	period_check("change", is.waiting_for, "2020-03");
	is = world_assess(&world, "p/m", "2020-05-15");
	assert_int_equal(is.knowledge, KNOWLEDGE_ASSESSED);
	world_release(&world);
}

/* A running total needs its latest figure alone. */
static void test_running(void **state)
{
	struct world world;
	struct assessment is;

	(void)state;
	world_init(&world);
	world_indicator(&world, "x", FREQUENCY_MONTH, 40)->cumulative = true;
	world_milestone(&world, "m", "2020-12-31", "sum(x, 2020) >= 9");
	world_finish(&world);
	months_observe(&world, "x", "1 - 3");
	is = world_assess(&world, "p/m", "2020-04-20");
	assert_int_equal(is.knowledge, KNOWLEDGE_ASSESSED);
	period_check("running", is.waiting_for, "none");
	is = world_assess(&world, "p/m", "2020-06-20");
	assert_int_equal(is.knowledge, KNOWLEDGE_ASSESSED);
	period_check("running", is.waiting_for, "2020-05");
	world_release(&world);
}

/* Each boundary in time is named by the answer before it. */
static void test_boundaries(void **state)
{
	static const struct {
		const char *at;
		enum status want;
	} steps[] = {
		{"2020-06-01", STATUS_NOT_STARTED},
		{"2020-06-15T00:00:00-04:00", STATUS_PENDING},
		{"2020-07-01T00:00:00-04:00", STATUS_DUE},
		{"2020-08-01T00:00:00-04:00", STATUS_AWAITING_DATA},
		{"2020-09-10T00:00:00-04:00", STATUS_UNVERIFIED},
	};
	struct world world;
	struct milestone *milestone;
	struct assessment is;

	(void)state;
	world_init(&world);
	world_indicator(&world, "done", FREQUENCY_NONE, 0);
	milestone = world_milestone(&world, "m", "2020-06-30",
		"last(done) >= 1");
	milestone->start_said = world_said("2020-06-15", 6);
	milestone->grace = (struct duration){31, DURATION_DAY};
	milestone->lag = (struct duration){40, DURATION_DAY};
	milestone->has_lag = true;
	world_finish(&world);
	is = world_assess(&world, "p/m", steps[0].at);
	for (size_t i = 1; i < sizeof steps / sizeof steps[0]; i++) {
		assert_int_equal(is.status, steps[i - 1].want);
		assert_int_equal(is.next, world_time(&world, steps[i].at));
		is = world_assess(&world, "p/m", steps[i].at);
	}
	assert_int_equal(is.status, STATUS_UNVERIFIED);
	assert_int_equal(is.next, INSTANT_MAX);
	world_observe(&world, "done", "2020-10-01", "1", "2020-09-20");
	is = world_assess(&world, "p/m", "2020-09-15");
	assert_int_equal(is.next, world_time(&world, "2020-09-20"));
	/* A record that begins after the due date tells nothing of the time
	   before it. */
	is = world_assess(&world, "p/m", "2020-09-25");
	assert_int_equal(is.status, STATUS_UNVERIFIED);
	assert_int_equal(is.next, world_time(&world, "2020-10-01"));
	is = world_assess(&world, "p/m", "2020-10-01");
	assert_int_equal(is.status, STATUS_MET_LATE);
	world_release(&world);
}

/* A baseline may rest on a series of its own. */
static void test_baseline(void **state)
{
	struct world world;
	struct milestone *milestone;
	struct assessment is;

	(void)state;
	world_init(&world);
	world_indicator(&world, "x", FREQUENCY_MONTH, 40);
	world_indicator(&world, "z", FREQUENCY_YEAR, 40);
	milestone = world_milestone(&world, "m", "2020-12-31",
		"sum(x, 2020) >= 12");
	milestone->baseline_said = world_said("at(z, 2019)", 7);
	world_finish(&world);
	months_observe(&world, "x", "1 1 1 1");
	world_observe(&world, "z", "2019", "20", "2020-05-20");
	is = world_assess(&world, "p/m", "2020-05-10");
	assert_false(is.baseline.known);
	assert_int_equal(is.next, world_time(&world, "2020-05-20"));
	is = world_assess(&world, "p/m", "2020-05-20");
	figure_check("baseline", "baseline", is.baseline, "20", 0);
	figure_check("baseline", "level", is.share_of_level, "0.333", 3);
	figure_check("baseline", "increment", is.share_of_increment, "2", 3);
	world_release(&world);
}

static void test_words(void **state)
{
	enum status status;

	(void)state;
	for (unsigned i = 0; i < STATUS_COUNT; i++) {
		assert_true(status_parse(status_name((enum status)i), &status));
		assert_int_equal(status, i);
		for (unsigned j = 0; j < i; j++)
			assert_int_not_equal(status_urgency((enum status)i),
				status_urgency((enum status)j));
	}
	assert_false(status_parse("done", &status));
	assert_string_equal(verdict_name(VERDICT_MET_LATE), "met_late");
	assert_string_equal(progress_name(PROGRESS_OFF_TRACK), "off_track");
	assert_string_equal(lifecycle_name(LIFECYCLE_WITHDRAWN), "withdrawn");
	assert_string_equal(assurance_name(KNOWLEDGE_NO_DATA), "no_data");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_phase_one),
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_amended),
		cmocka_unit_test(test_withdrawn),
		cmocka_unit_test(test_waived),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_decisions_wake),
		cmocka_unit_test(test_seasonal),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_stale),
		cmocka_unit_test(test_stale_change),
		cmocka_unit_test(test_running),
		cmocka_unit_test(test_boundaries),
		cmocka_unit_test(test_baseline),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
