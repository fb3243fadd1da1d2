/*
 * Reminders of a due date that comes near.
 */
#include "rig.h"

static struct duration month_and_week[] = {{30, DURATION_DAY},
	{7, DURATION_DAY}};

static struct milestone *reminded(struct rig *rig, const char *name,
	const char *due, struct duration *reminds, size_t count)
{
	struct milestone *milestone = world_milestone(&rig->world, name, due,
		"last(done) >= 1");
	struct clauses *clauses = world_clauses(&rig->world, milestone);

	clauses->reminds = reminds;
	clauses->remind_count = count;
	return milestone;
}

static void approach_init(struct rig *rig, enum first_sight first_sight)
{
	rig_init(rig, first_sight);
	world_indicator(&rig->world, "done", FREQUENCY_NONE, 0);
	rig_source(&rig->world, "s");
	rig->log_reasons = true;
	rig->only_events = true;
}

static void test_times(void **state)
{
	struct rig rig;
	(void)state;

	approach_init(&rig, FIRST_SIGHT_EACH);
	reminded(&rig, "law", "2020-12-31", month_and_week, 2);
	world_finish(&rig.world);
	rig_start(&rig, "2020-03-01");
	rig_feed(&rig, "done", "2020-02-20", "0", "2020-02-20");
	rig_until(&rig, "2020-11-30T23:59:59-05:00");
	rig_expect(&rig, "");
	rig_until(&rig, "2020-12-01T00:00:00-05:00");
	rig_expect(&rig, "approaching p/law >pending\n"
		"  due in 30 days, on 2020-12-31; now pending: last(done) = 0, "
		"needs >= 1\n");
	/* Not again after a restart, and no trace is left in the store. */
	size_t saved = rig.store.assessments_saved;
	rig_restart(&rig);
	rig_until(&rig, "2020-12-23T23:59:59-05:00");
	rig_expect(&rig, "");
	assert_int_equal(rig.store.assessments_saved, saved);
	rig_until(&rig, "2020-12-24T00:00:00-05:00");
	rig_expect(&rig, "approaching p/law >pending\n"
		"  due in 7 days, on 2020-12-31; now pending: last(done) = 0, "
		"needs >= 1\n");
	rig_until(&rig, "2021-03-01");
	rig_expect(&rig, "slipped p/law pending>not_met\n"
		"  last(done) = 0, needs >= 1\n"
		"+slipped p/law\n");
	assert_int_equal(rig.store.alert_count, 1);	/* no alert of a reminder */
	rig_release(&rig);
}

/* What is decided before is not reminded of, nor what is decided later of what
   came before. */
static void test_met_early(void **state)
{
	struct rig rig;
	(void)state;

	approach_init(&rig, FIRST_SIGHT_EACH);
	reminded(&rig, "law", "2020-12-31", month_and_week, 2);
	world_finish(&rig.world);
	rig_start(&rig, "2020-03-01");
	rig_feed(&rig, "done", "2020-02-20", "0", "2020-02-20");
	rig_until(&rig, "2020-12-10");
	text_clear(&rig.log);
	rig_feed(&rig, "done", "2020-12-09", "1", "2020-12-10");
	text_clear(&rig.log);
	rig_until(&rig, "2020-12-28");
	rig_expect(&rig, "");
	/* A revision takes it away: the reminder has passed. */
	rig_feed(&rig, "done", "2020-12-09", "0", "2020-12-28");
	assert_int_equal(rig_status(&rig, "p/law"), STATUS_PENDING);
	assert_null(strstr(text_string(&rig.log), "approaching"));
	rig_release(&rig);
}

/* A percentage where there is a path; tomorrow and today in words; a due with a
   time of day; working days; the clocks of the zone. */
static void test_words(void **state)
{
	static struct duration days[] = {{1, DURATION_DAY}, {6 * 3600,
		DURATION_SECOND}};
	static struct duration worked[] = {{5, DURATION_WORKDAY}};
	static struct duration month[] = {{1, DURATION_MONTH}};
	struct rig rig;
	struct milestone *sum;
	(void)state;

	approach_init(&rig, FIRST_SIGHT_EACH);
	world_calendar(&rig.world, "c");
	rig.world.reg->instruments[0].calendar_id = "c";
	world_holidays(&rig.world, &rig.world.reg->calendars[0], "2020-11-26",
		"2020-11-27");
	world_indicator(&rig.world, "x", FREQUENCY_MONTH, 40);
	sum = reminded(&rig, "sum", "2020-12-31", days, 1);
	sum->benchmark_said = world_said("sum(x, 2020) >= 120", 1);
	sum->start_said = world_said("2020-01-01", 1);
	sum->path_said = world_said("linear", 1);
	reminded(&rig, "hour", "2020-11-05T18:00", days, 2);
	reminded(&rig, "work", "2020-11-30", worked, 1);
	reminded(&rig, "clock", "2020-11-20T12:00", month, 1);
	world_finish(&rig.world);
	rig_start(&rig, "2020-03-01");
	rig_feed(&rig, "x", "2020-01", "12.2", "2020-03-01");
	rig.log_times = true;
	rig_until(&rig, "2020-11-30");
	rig_feed(&rig, "x", "2020-02", "8", "2020-11-30");
	rig_until(&rig, "2020-12-30");
	assert_non_null(strstr(text_string(&rig.log),
		/* an hour later by the clock of the world */
		"2020-10-20T16:00:00Z 2 0 approaching p/clock >pending\n"
		"  due in 31 days, at 2020-11-20T12:00:00-05:00; now pending: "));
	assert_non_null(strstr(text_string(&rig.log),
		"2020-11-04T23:00:00Z 3 0 approaching p/hour >pending\n"
		"  due tomorrow, at 2020-11-05T18:00:00-05:00; now pending: "));
	assert_non_null(strstr(text_string(&rig.log),
		"2020-11-05T17:00:00Z 4 0 approaching p/hour >pending\n"
		"  due today, at 2020-11-05T18:00:00-05:00; now pending: "));
	/* 25, 24, 23, 20 and 19 November: two were off. */
	assert_non_null(strstr(text_string(&rig.log),
		"2020-11-19T05:00:00Z 6 0 approaching p/work >pending\n"
		"  due in 11 days, on 2020-11-30; now pending: "));
	assert_non_null(strstr(text_string(&rig.log),
		"2020-12-30T05:00:00Z 9 0 approaching p/sum >on_track\n"
		"  due tomorrow, on 2020-12-31; now on_track at 101 % of the "
		"path\n"));
	rig_release(&rig);
}

/* What was first seen when they had passed is not told of them, but where each
   is asked for; then of the last. */
static void test_first_sight(void **state)
{
	struct rig rig;
	(void)state;

	for (int each = 0; each < 2; each++) {
		approach_init(&rig, each ? FIRST_SIGHT_EACH :
			FIRST_SIGHT_SUMMARY);
		reminded(&rig, "law", "2020-12-31", month_and_week, 2);
		world_finish(&rig.world);
		rig_start(&rig, "2020-12-28");
		rig_until(&rig, "2020-12-31T23:59:59-05:00");
		rig_expect(&rig, each ? "approaching p/law >pending\n"
			"  due in 3 days, on 2020-12-31; now pending: there is "
			"no figure yet for last(done) >= 1\n" : "");
		rig_release(&rig);
	}
}

/* A due date that moves: what it moves past is told by that, the rest when it
   comes. */
static void test_moved(void **state)
{
	struct amendment amendments[] = {
		{.decree = {.on = {2020, 12, 27}},
			.due_said = {"2021-03-31", 9}},
		{.decree = {.on = {2021, 3, 3}},
			.due_said = {"2021-03-20", 10}},
	};
	struct milestone *law;
	struct rig rig;
	(void)state;

	approach_init(&rig, FIRST_SIGHT_EACH);
	law = reminded(&rig, "law", "2020-12-31", month_and_week, 2);
	law->clauses->amendments = amendments;
	law->clauses->amendment_count = 2;
	world_finish(&rig.world);
	rig.log_reasons = false;
	rig_start(&rig, "2020-03-01");
	rig_until(&rig, "2020-12-26");
	rig_expect(&rig, "approaching p/law >pending\n"
		"approaching p/law >pending\n");
	rig_until(&rig, "2021-03-01");
	rig_expect(&rig, "slipped p/law 2020-12-31>2021-03-31\n+slipped p/law\n"
		"approaching p/law >pending\n");
	rig_until(&rig, "2021-03-12");
	rig_expect(&rig, "rescheduled p/law 2021-03-31>2021-03-20\n");
	rig_until(&rig, "2021-03-13");
	rig_expect(&rig, "approaching p/law >pending\n");
	rig_release(&rig);
}

/* Brought forward past a remind time: the event of that says when it is due. */
static void test_brought_forward(void **state)
{
	struct amendment amendment = {.decree = {.on = {2020, 6, 10}},
		.due_said = {"2020-06-30", 9}};
	struct milestone *law;
	struct rig rig;
	(void)state;

	approach_init(&rig, FIRST_SIGHT_EACH);
	law = reminded(&rig, "law", "2020-12-31", month_and_week, 2);
	law->clauses->amendments = &amendment;
	law->clauses->amendment_count = 1;
	world_finish(&rig.world);
	rig.log_reasons = false;
	rig_start(&rig, "2020-03-01");
	rig_until(&rig, "2020-06-20");
	rig_expect(&rig, "rescheduled p/law 2020-12-31>2020-06-30\n");
	rig_until(&rig, "2020-06-24");
	rig_expect(&rig, "approaching p/law >pending\n");
	rig_release(&rig);
}

/* One that hangs on another is reminded of once its date is known: also at once,
   since nobody knew of it. One that is over is not. */
static void test_hanging(void **state)
{
	struct rig rig;
	struct milestone *off;
	(void)state;

	approach_init(&rig, FIRST_SIGHT_EACH);
	world_indicator(&rig.world, "law", FREQUENCY_NONE, 0);
	world_milestone(&rig.world, "law", "2020-12-31", "last(law) >= 1");
	reminded(&rig, "after", "met(\"p/law\") + 10d", month_and_week, 2);
	off = reminded(&rig, "off", "2020-12-31", month_and_week, 2);
	off->clauses->waived = (struct decree){.on = {2020, 5, 1},
		.kind = WAIVER_APPLICABILITY};
	world_finish(&rig.world);
	rig_start(&rig, "2020-03-01");
	rig_until(&rig, "2020-06-01");
	text_clear(&rig.log);
	rig_feed(&rig, "law", "2020-05-30", "1", "2020-06-01");
	rig_expect(&rig, "met p/law pending>met\n"
		"  last(law) = 1, needs >= 1; reached on 2020-05-30\n"
		"approaching p/after >pending\n"
		"  due in 8 days, on 2020-06-09; now pending: there is no "
		"figure yet for last(done) >= 1\n");
	rig_until(&rig, "2020-06-03");
	rig_expect(&rig, "approaching p/after >pending\n"
		"  due in 7 days, on 2020-06-09; now pending: there is no "
		"figure yet for last(done) >= 1\n");
	rig_until(&rig, "2020-12-31");
	text_clear(&rig.log);
	rig_until(&rig, "2021-12-31");
	assert_null(strstr(text_string(&rig.log), "approaching"));
	rig_release(&rig);
}

/* Each instance of what recurs. */
static void test_recurring(void **state)
{
	struct milestone *law;
	struct rig rig;
	(void)state;

	approach_init(&rig, FIRST_SIGHT_EACH);
	law = reminded(&rig, "law", "period_end + 10d", month_and_week + 1, 1);
	law->start_said = world_said("2020-01-01", 1);
	law->clauses->every_said = world_said("quarter", 1);
	law->clauses->until = (struct date){2020, 12, 31};
	world_finish(&rig.world);
	rig.log_reasons = false;
	rig.log_times = true;
	rig_start(&rig, "2020-03-01");
	rig_until(&rig, "2021-01-10");
	for (const char *want[] = {"2020-04-03T04:00:00Z", "p/law@2020-Q1",
	    "2020-07-03T04:00:00Z", "p/law@2020-Q2", "2020-10-03T04:00:00Z",
	    "p/law@2020-Q3", "2021-01-03T05:00:00Z", "p/law@2020-Q4", NULL},
	    **at = want; *at; at++)
		if (!strstr(text_string(&rig.log), *at))
			fail_msg("no %s in %s", *at, text_string(&rig.log));
	rig_release(&rig);
}

/* Of those that pass while nobody is there the last is told, late; after the due
   date none is. */
static void test_down(void **state)
{
	struct rig rig;
	(void)state;

	approach_init(&rig, FIRST_SIGHT_EACH);
	reminded(&rig, "law", "2020-12-31", month_and_week, 2);
	world_finish(&rig.world);
	rig_start(&rig, "2020-03-01");
	rig_feed(&rig, "done", "2020-02-20", "0", "2020-02-20");
	rig.now = world_time(&rig.world, "2020-12-29T12:00:00-05:00");
	rig_restart(&rig);
	rig_to(&rig, rig.now + SETTLE_SECONDS);
	rig_expect(&rig, "approaching p/law >pending "
		"(late: 2020-12-24T05:00:00Z)\n"
		"  due in 2 days, on 2020-12-31; now pending: last(done) = 0, "
		"needs >= 1\n");
	rig_release(&rig);

	approach_init(&rig, FIRST_SIGHT_EACH);
	reminded(&rig, "law", "2020-12-31", month_and_week, 2);
	world_finish(&rig.world);
	rig_start(&rig, "2020-03-01");
	rig_feed(&rig, "done", "2020-02-20", "0", "2020-02-20");
	rig.now = world_time(&rig.world, "2021-01-02T12:00:00-05:00");
	rig_restart(&rig);
	rig_to(&rig, rig.now + SETTLE_SECONDS);
	rig_expect(&rig, "slipped p/law pending>not_met "
		"(late: 2021-01-01T05:00:00Z)\n"
		"  last(done) = 0, needs >= 1\n"
		"+slipped p/law\n");
	rig_release(&rig);
}

/* Whoever writes new ones into the register is told of those to come. */
static void test_register_says_more(void **state)
{
	struct rig rig;
	(void)state;

	for (int restart = 0; restart < 2; restart++) {
		approach_init(&rig, FIRST_SIGHT_EACH);
		world_milestone(&rig.world, "law", "2020-12-31",
			"last(done) >= 1");
		world_finish(&rig.world);
		rig_start(&rig, "2020-03-01");
		rig_until(&rig, "2020-12-10");
		world_init(&rig.next_world);
		world_indicator(&rig.next_world, "done", FREQUENCY_NONE, 0);
		rig_source(&rig.next_world, "s");
		struct clauses *clauses = world_clauses(&rig.next_world,
			world_milestone(&rig.next_world, "law", "2020-12-31",
			"last(done) >= 1"));
		clauses->reminds = month_and_week;
		clauses->remind_count = 2;
		world_finish(&rig.next_world);
		rig.present = &rig.next_world;
		if (restart) {
			rig_restart(&rig);
		} else {
			engine_reload(rig.engine, rig.next_world.reg,
				&rig.settings, rig.now, &rig.effects);
			rig_perform(&rig);
			rig_work(&rig);
		}
		rig.log_reasons = false;
		rig_until(&rig, "2020-12-31T23:59:59-05:00");
		assert_non_null(strstr(text_string(&rig.log),
			"approaching p/law"));
		rig_release(&rig);
	}
}

/* What cannot be counted is found when the register is read; what has no effect
   is a warning. */
static void test_faults(void **state)
{
	static struct duration worked[] = {{5, DURATION_WORKDAY}};
	struct clauses *clauses;
	struct rig rig;
	(void)state;

	approach_init(&rig, FIRST_SIGHT_EACH);
	reminded(&rig, "law", "2020-12-31", worked, 1);
	reminded(&rig, "hanging", "met(\"p/law\") + 9d", worked, 1);
	clauses = reminded(&rig, "held", "2020-12-31", NULL, 0)->clauses;
	clauses->has_hold = true;
	clauses->hold = worked[0];
	clauses->hysteresis = (struct decimal){5, -2};
	assert_int_equal(register_finish(rig.world.reg, &rig.world.faults), -1);
	assert_int_equal(rig.world.faults.errors, 3);
	assert_int_not_equal(world_fault(&rig.world, "remind: working days need "
		"a calendar"), SIZE_MAX);
	assert_int_not_equal(world_fault(&rig.world, "hold: working days need "
		"a calendar"), SIZE_MAX);
	assert_int_not_equal(world_fault(&rig.world, "hysteresis: has no effect "
		"without a path"), SIZE_MAX);
	rig_release(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_met_early),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_first_sight),
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_brought_forward),
		cmocka_unit_test(test_hanging),
		cmocka_unit_test(test_recurring),
		cmocka_unit_test(test_down),
		cmocka_unit_test(test_register_says_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
