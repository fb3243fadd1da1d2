/*
 * The engine on a virtual clock, from polls and figures to what is announced.
 */
#include "rig.h"

/* --- judging and announcing ---------------------------------------------- */

static void test_slip(void **state)
{
	struct rig rig;
	(void)state;

	deal_init(&rig, FIRST_SIGHT_EACH);
	world_finish(&rig.world);
	rig_start(&rig, "2020-03-01");
	rig_feed(&rig, "done", "2020-02-20", "0", "2020-02-20");
	rig_until(&rig, "2021-01-30T23:59:59-05:00");
	assert_int_equal(rig_status(&rig, "p/law"), STATUS_DUE);
	rig_expect(&rig, "");
	rig_until(&rig, "2021-01-31T00:00:00-05:00");
	assert_int_equal(rig_status(&rig, "p/law"), STATUS_NOT_MET);
	rig_expect(&rig, "slipped p/law due>not_met\n+slipped p/law\n"
		"!desk slipped\n");
	const struct alert *alert = engine_alert(rig.engine, 0);
	assert_int_equal(alert->raised, rig.now);
	assert_int_equal(alert->severity, SEVERITY_WARNING);

	/* A late fulfilment ends it. */
	rig_until(&rig, "2021-02-05T12:00:00-05:00");
	rig_feed(&rig, "done", "2021-02-04", "1", "2021-02-05T12:00:00-05:00");
	rig_expect(&rig, "met_late p/law not_met>met_late\n-slipped p/law\n"
		"!desk met_late\n");
	rig_release(&rig);
}

/* A figure that somebody observed is taken and judged as a source's is, and is no
   poll of it. */
static void test_observed(void **state)
{
	struct rig rig;
	(void)state;

	deal_init(&rig, FIRST_SIGHT_EACH);
	world_finish(&rig.world);
	rig_start(&rig, "2020-03-01");
	rig_expect(&rig, "");
	const struct row row = rig_row(&rig, "done", "2020-02-20", "1",
		"2020-03-01");
	instant next = engine_source(rig.engine, 0)->next;

	engine_observed(rig.engine, &row, 1, NULL, rig.now, &rig.effects);
	rig_perform(&rig);
	rig_work(&rig);
	rig_expect(&rig, "met p/law pending>met\n!desk met\n");
	assert_int_equal(engine_source(rig.engine, 0)->next, next);
	engine_observed(rig.engine, &row, 1, NULL, rig.now, &rig.effects);
	assert_int_equal(rig.effects.count, 0);
	rig_release(&rig);
}

/* Decisions are told on their day, also after a restart, and once. */
static void test_decisions(void **state)
{
	struct amendment amendment = {.decree = {.on = {2021, 2, 5},
		.reason = "more time", .authority = "Council"},
		.due_said = {"2021-06-30", 9}};
	struct clauses clauses = {.amendments = &amendment,
		.amendment_count = 1,
		.waived = {.on = {2021, 8, 20}, .reason = "drought"},
		.withdrawn = {.on = {2021, 9, 1}}};
	struct rig rig;
	(void)state;

	deal_init(&rig, FIRST_SIGHT_EACH);
	rig.world.reg->milestones[0].clauses = &clauses;
	world_finish(&rig.world);
	rig_start(&rig, "2020-03-01");
	rig_feed(&rig, "done", "2020-02-20", "0", "2020-02-20");
	rig_until(&rig, "2021-02-04");
	rig_expect(&rig, "slipped p/law due>not_met\n+slipped p/law\n"
		"!desk slipped\n");
	rig_until(&rig, "2021-02-05");
	assert_int_equal(rig_status(&rig, "p/law"), STATUS_PENDING);
	rig_expect(&rig, "slipped p/law 2020-12-31>2021-06-30\n"
		"~slipped p/law\n!desk slipped\n");
	rig_until(&rig, "2021-08-19");
	rig_expect(&rig, "unverified p/sum awaiting_data>unverified\n"
		"+unverified p/sum\n!desk unverified\n"
		"slipped p/law due>not_met\n~slipped p/law\n"
		"!desk slipped\n");
	rig_restart(&rig);
	rig_expect(&rig, "");
	rig_until(&rig, "2021-08-20");
	rig_expect(&rig, "waived p/law not_met>waived\n-slipped p/law\n"
		"!desk waived\n");
	rig_until(&rig, "2021-09-02");
	assert_int_equal(rig_status(&rig, "p/law"), STATUS_WITHDRAWN);
	rig_expect(&rig, "withdrawn p/law waived>withdrawn\n"
		"!desk withdrawn\n");
	rig_restart(&rig);
	rig_until(&rig, "2021-09-10");
	rig_expect(&rig, "");
	rig_release(&rig);
}

/* Each change of an answer says what caused it, also after a restart. */
static void test_causes_of_decisions(void **state)
{
	struct amendment amendment = {.decree = {.on = {2021, 2, 5},
		.reason = "more time", .authority = "Council"},
		.due_said = {"2021-06-30", 9}};
	struct clauses clauses = {.amendments = &amendment,
		.amendment_count = 1,
		.waived = {.on = {2021, 8, 20}, .reason = "drought"},
		.withdrawn = {.on = {2021, 9, 1}}};
	struct rig rig;
	(void)state;

	deal_init(&rig, FIRST_SIGHT_EACH);
	rig.world.reg->milestones[0].clauses = &clauses;
	world_finish(&rig.world);
	rig_start(&rig, "2020-03-01");
	rig_feed(&rig, "done", "2020-02-20", "0", "2020-02-20");
	rig_expect_causes(&rig,
		"p/law pending: first_seen: first judged\n"
		"p/sum pending: first_seen: first judged\n");
	rig_until(&rig, "2021-09-02");
	rig_expect_causes(&rig,
		"p/law due: time: the due date has passed\n"
		"p/sum awaiting_data: time: the due date has passed\n"
		"p/law not_met: time: the grace period is over\n"
		"p/law pending: amendment: amended on 2021-02-05: more time (Council)\n"
		"p/sum unverified: time: the time for its data is over\n"
		"p/law due: time: the due date has passed\n"
		"p/law not_met: time: the grace period is over\n"
		"p/law waived: waiver: waived on 2021-08-20: drought\n"
		"p/law withdrawn: withdrawal: withdrawn on 2021-09-01\n");
	rig_restart(&rig);
	rig_until(&rig, "2021-09-10");
	rig_expect_causes(&rig, "");
	rig_release(&rig);
}

static void test_pace(void **state)
{
	struct rig rig;
	(void)state;

	deal_init(&rig, FIRST_SIGHT_EACH);
	world_finish(&rig.world);
	rig_start(&rig, "2020-02-20");
	rig_feed(&rig, "x", "2020-01", "8", "2020-02-20");
	rig_expect(&rig, "at_risk p/sum pending>at_risk\n+at_risk p/sum\n"
		"!desk at_risk\n");
	rig_until(&rig, "2020-03-20");
	rig_feed(&rig, "x", "2020-02", "5", "2020-03-20");
	rig_expect(&rig, "off_track p/sum at_risk>off_track\n-at_risk p/sum\n"
		"+off_track p/sum\n!desk off_track\n");
	rig_until(&rig, "2020-04-20");
	rig_feed(&rig, "x", "2020-03", "5", "2020-04-20");
	rig_expect(&rig, "");		/* still off track: said once */
	rig_until(&rig, "2020-05-20");
	rig_feed(&rig, "x", "2020-04", "50", "2020-05-20");
	rig_expect(&rig, "recovered p/sum off_track>on_track\n"
		"-off_track p/sum\n!desk recovered\n");
	assert_int_equal(engine_alert_count(rig.engine), 0);
	assert_int_equal(engine_counts(rig.engine)[STATUS_ON_TRACK], 1);
	assert_int_equal(engine_counts(rig.engine)[STATUS_AT_RISK], 0);

	/* Enough in May: met at once, without waiting for the year's end. */
	rig_until(&rig, "2020-06-20");
	rig_feed(&rig, "x", "2020-05", "40", "2020-06-20");
	rig_expect(&rig, "met p/sum on_track>met\n!desk met\n");
	rig_release(&rig);
}

/* Missing data ends no alert; the figure that comes late does. */
static void test_unverified_then_met(void **state)
{
	struct rig rig;
	(void)state;

	deal_init(&rig, FIRST_SIGHT_EACH);
	world_finish(&rig.world);
	rig_start(&rig, "2020-02-20");
	rig_feed(&rig, "x", "2020-01", "1", "2020-02-20");
	rig_expect(&rig, "off_track p/sum pending>off_track\n"
		"+off_track p/sum\n!desk off_track\n");
	rig_until(&rig, "2021-02-09T23:59:59-05:00");
	assert_int_equal(rig_status(&rig, "p/sum"), STATUS_AWAITING_DATA);
	text_clear(&rig.log);			/* law slips meanwhile */
	rig_until(&rig, "2021-02-10T00:00:00-05:00");
	rig_expect(&rig, "unverified p/sum awaiting_data>unverified\n"
		"+unverified p/sum\n!desk unverified\n");
	rig_until(&rig, "2021-03-01");
	rig_feed(&rig, "x", "2020-12", "99", "2021-03-01");
	rig_expect(&rig, "met p/sum unverified>met\n-off_track p/sum\n"
		"-unverified p/sum\nrecovered x\n-data_stale x\n!desk met\n"
		"!ops recovered\n");
	rig_release(&rig);
}

/* --- revisions ----------------------------------------------------------- */

static void growth_init(struct rig *rig)
{
	rig_init(rig, FIRST_SIGHT_EACH);
	world_indicator(&rig->world, "x", FREQUENCY_YEAR, 40);
	rig_source(&rig->world, "s");
	world_milestone(&rig->world, "more", "2020-12-31",
		"sum(x, 2020) >= sum(x, 2017) + 10");
	world_finish(&rig->world);
	rig_start(rig, "2020-03-01");
}

static void test_revised_target(void **state)
{
	struct rig rig;
	(void)state;

	growth_init(&rig);
	rig_feed(&rig, "x", "2017", "100", "2020-03-01");
	rig_expect(&rig, "");		/* first known is no revision */
	rig_until(&rig, "2020-07-01");
	rig_feed(&rig, "x", "2017", "80", "2020-07-01");
	rig_expect(&rig, "revised p/more pending>pending\nrevised x\n!desk revised\n"
		"!ops revised\n");
	rig_feed(&rig, "x", "2017", "80", "2020-07-01");
	rig_expect(&rig, "");
	rig_release(&rig);
}

static void test_revised_verdict(void **state)
{
	struct rig rig;
	(void)state;

	growth_init(&rig);
	rig_feed(&rig, "x", "2017", "100", "2020-03-01");
	rig_until(&rig, "2021-01-20");
	text_clear(&rig.log);
	rig_feed(&rig, "x", "2020", "105", "2021-01-20");
	rig_expect(&rig, "slipped p/more awaiting_data>not_met\n"
		"+slipped p/more\n!desk slipped\n");
	rig_until(&rig, "2021-03-01");
	rig_feed(&rig, "x", "2020", "120", "2021-03-01");
	rig_expect(&rig, "revised p/more not_met>met\nmet p/more not_met>met\n"
		"-slipped p/more\nrevised x\n!desk revised\n!desk met\n"
		"!ops revised\n");
	rig_until(&rig, "2021-04-01");
	rig_feed(&rig, "x", "2017", "115", "2021-04-01");
	rig_expect(&rig, "revised p/more met>not_met\nslipped p/more met>not_met\n"
		"+slipped p/more\nrevised x\n!desk revised\n!desk slipped\n"
		"!ops revised\n");
	rig_release(&rig);
}

static void test_causes_of_figures(void **state)
{
	struct rig rig;
	(void)state;

	growth_init(&rig);
	rig_feed(&rig, "x", "2017", "100", "2020-03-01");
	rig_until(&rig, "2021-01-20");
	rig_expect_causes(&rig,
		"p/more pending: first_seen: first judged\n"
		"p/more awaiting_data: time: the due date has passed\n");
	rig_feed(&rig, "x", "2020", "105", "2021-01-20");
	rig_feed(&rig, "x", "2020", "106", "2021-01-20");
	rig_expect_causes(&rig,
		"p/more not_met: figure: x 2020 = 105, published 2021-01-20\n"
		"p/more not_met: revision: x 2020 = 106, before 105, "
		"published 2021-01-20\n");
	rig_until(&rig, "2021-03-01");
	rig_feed(&rig, "x", "2020", "120", "2021-03-01");
	rig_expect_causes(&rig,
		"p/more met: revision: x 2020 = 120, before 106, published 2021-03-01\n");
	rig_until(&rig, "2021-04-01");
	rig_feed(&rig, "x", "2017", "115", "2021-04-01");
	rig_expect_causes(&rig,
		"p/more not_met: revision: x 2017 = 115, before 100, published 2021-04-01\n");
	rig_release(&rig);
}

/* A revision in the second of the last judgement is one; one that the last
   judgement knew is none, when a later figure changes the verdict. */
static void test_revised_in_time(void **state)
{
	struct rig rig;
	(void)state;

	rig_init(&rig, FIRST_SIGHT_EACH);
	world_indicator(&rig.world, "x", FREQUENCY_NONE, 0);
	rig_source(&rig.world, "s");
	world_milestone(&rig.world, "step", "2020-06-30", "last(x) >= 2");
	world_finish(&rig.world);
	rig_start(&rig, "2020-03-01");
	rig_feed(&rig, "x", "2020-01-15", "2", "2020-01-20");
	rig_expect(&rig, "met p/step pending>met\n!desk met\n");
	rig_until(&rig, "2020-03-02");
	rig_feed(&rig, "x", "2020-01-10", "0", "2020-01-20");
	rig_expect(&rig, "");
	rig_feed(&rig, "x", "2020-01-15", "1", "2020-03-02");
	rig_expect(&rig, "revised p/step met>pending\nrevised x\n!desk revised\n"
		"!ops revised\n");

	rig_until(&rig, "2020-07-10");
	rig_expect(&rig, "slipped p/step pending>not_met\n+slipped p/step\n"
		"!desk slipped\n");
	rig_feed(&rig, "x", "2020-01-15", "0", "2020-07-10");
	rig_expect(&rig, "revised x\n!ops revised\n");
	rig_until(&rig, "2020-07-20");
	rig_feed(&rig, "x", "2020-07-15", "2", "2020-07-20");
	rig_expect(&rig, "met_late p/step not_met>met_late\n-slipped p/step\n"
		"!desk met_late\n");
	rig_release(&rig);
}

/* A revision that changed nothing was judged, though that was not saved: after a
   restart a later figure is no revision for its sake. */
static void test_revised_before_restart(void **state)
{
	struct rig rig;
	(void)state;

	rig_init(&rig, FIRST_SIGHT_EACH);
	world_indicator(&rig.world, "x", FREQUENCY_NONE, 0);
	rig_source(&rig.world, "s");
	world_milestone(&rig.world, "step", "2020-06-30", "last(x) >= 2");
	world_finish(&rig.world);
	rig_start(&rig, "2020-07-01");
	rig_feed(&rig, "x", "2020-01-10", "1", "2020-01-20");
	rig_feed(&rig, "x", "2020-01-15", "1", "2020-01-20");
	rig_until(&rig, "2020-07-11");
	text_clear(&rig.log);
	rig_feed(&rig, "x", "2020-01-10", "0", "2020-07-11");
	rig_expect(&rig, "revised x\n!ops revised\n");
	rig_until(&rig, "2020-07-13");
	rig_restart(&rig);
	rig_until(&rig, "2020-07-20");
	rig_feed(&rig, "x", "2020-07-15", "2", "2020-07-20");
	rig_expect(&rig, "met_late p/step not_met>met_late\n-slipped p/step\n"
		"!desk met_late\n");
	rig_release(&rig);
}

/* A miss that was declared early and is taken back leaves no alert behind. */
static void test_revised_away(void **state)
{
	struct rig rig;
	(void)state;

	rig_init(&rig, FIRST_SIGHT_EACH);
	world_indicator(&rig.world, "x", FREQUENCY_MONTH, 40);
	rig_source(&rig.world, "s");
	world_milestone(&rig.world, "cap", "2020-12-31", "sum(x, 2020) <= 100")
		->mode = MODE_AT;
	world_finish(&rig.world);
	rig_start(&rig, "2020-03-01");
	rig_feed(&rig, "x", "2020-01", "101", "2020-03-01");
	rig_expect(&rig, "slipped p/cap pending>not_met\n+slipped p/cap\n"
		"!desk slipped\n");
	rig_until(&rig, "2020-04-01");
	rig_feed(&rig, "x", "2020-01", "99", "2020-04-01");
	rig_expect(&rig, "revised p/cap not_met>pending\n-slipped p/cap\nrevised x\n"
		"!desk revised\n!ops revised\n");
	rig_release(&rig);
}

static size_t publish_ahead(struct rig *rig, uint32_t source, struct row *rows,
	struct fetch_report *report)
{
	(void)source;
	report->outcome = FETCH_CHANGED;
	rows[0] = rig_row(rig, "x", "2017", "100", "2020-02-01");
	rows[1] = rig_row(rig, "x", "2017", "80", "2020-07-19");
	rows[2] = rig_row(rig, "x", "2020", "85", "2021-01-20");
	rows[3] = rig_row(rig, "x", "2020", "95", "2021-03-26");
	return 4;
}

/* Replay: everything is fed at the start and becomes known in its time. */
static void test_published_ahead(void **state)
{
	struct rig rig;
	(void)state;

	rig_init(&rig, FIRST_SIGHT_EACH);
	world_indicator(&rig.world, "x", FREQUENCY_YEAR, 40);
	rig_source(&rig.world, "s");
	world_milestone(&rig.world, "more", "2020-12-31",
		"sum(x, 2020) >= sum(x, 2017) + 10");
	world_finish(&rig.world);
	rig.publish = publish_ahead;
	rig_start(&rig, "2020-01-20");
	rig_until(&rig, "2020-07-19T23:59:58-04:00");
	rig_expect(&rig, "");
	rig_until(&rig, "2020-07-19");
	rig_expect(&rig, "revised p/more pending>pending\n!desk revised\n");
	rig_until(&rig, "2021-01-19");
	text_clear(&rig.log);		/* 2018 and 2019 are missed */
	rig_until(&rig, "2021-03-25");
	rig_expect(&rig, "slipped p/more awaiting_data>not_met\n"
		"+slipped p/more\n!desk slipped\n");
	rig_until(&rig, "2021-03-26");
	rig_expect(&rig, "revised p/more not_met>met\nmet p/more not_met>met\n"
		"-slipped p/more\n!desk revised\n!desk met\n");
	rig_release(&rig);
}

static size_t publish_jumbled(struct rig *rig, uint32_t source, struct row *rows,
	struct fetch_report *report)
{
	(void)source;
	if (rig->now > world_time(&rig->world, "2021-01-15"))
		return 0;
	report->outcome = FETCH_CHANGED;
	rows[0] = rig_row(rig, "x", "2020", "9", "2021-01-20");
	rows[1] = rig_row(rig, "x", "2020", "9", "2021-03-20");
	rows[2] = rig_row(rig, "y", "2020", "1", "2021-01-10");
	rows[3] = rig_row(rig, "x", "2020", "5", "2021-02-20");
	return 4;
}

/* In whatever order a table has its rows: a figure that went and came back is
   not the repetition of what it was at first. */
static void test_jumbled_rows(void **state)
{
	struct rig rig;
	(void)state;

	rig_init(&rig, FIRST_SIGHT_EACH);
	world_indicator(&rig.world, "x", FREQUENCY_YEAR, 0);
	world_indicator(&rig.world, "y", FREQUENCY_YEAR, 0);
	rig_source(&rig.world, "s");
	world_milestone(&rig.world, "more", "2020-12-31", "sum(x, 2020) >= 9");
	world_finish(&rig.world);
	rig.publish = publish_jumbled;
	rig_start(&rig, "2021-01-15");
	rig_until(&rig, "2021-02-19");
	assert_int_equal(rig_status(&rig, "p/more"), STATUS_MET);
	rig_until(&rig, "2021-03-19");
	assert_int_equal(rig_status(&rig, "p/more"), STATUS_NOT_MET);
	rig_until(&rig, "2021-03-20");
	assert_int_equal(rig_status(&rig, "p/more"), STATUS_MET);
	rig_release(&rig);
}

/* --- first sight and settling -------------------------------------------- */

static const struct sight_case {
	enum first_sight mode;
	const char *want;
} sights[] = {
	{FIRST_SIGHT_EACH, "slipped p/law >not_met\n+slipped p/law\n"
		"unverified p/sum >unverified\n+unverified p/sum\n"
		"!desk slipped\n!desk unverified\n"},
	{FIRST_SIGHT_SUMMARY, "slipped p/law >not_met\n+slipped p/law\n"
		"unverified p/sum >unverified\n+unverified p/sum\n"
		"first_sight\n!desk first_sight\n"},
	{FIRST_SIGHT_NONE, "slipped p/law >not_met\n+slipped p/law\n"
		"unverified p/sum >unverified\n+unverified p/sum\n"},
};

static size_t publish_no(struct rig *rig, uint32_t source, struct row *rows,
	struct fetch_report *report)
{
	(void)source;
	report->outcome = FETCH_CHANGED;
	rows[0] = rig_row(rig, "done", "2020-02-20", "0", "2020-02-20");
	return 1;
}

static void test_first_sight(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sights) / sizeof(*sights); i++) {
		struct rig rig;
		deal_init(&rig, sights[i].mode);
		world_finish(&rig.world);
		rig.publish = publish_no;
		rig_start(&rig, "2021-06-01");
		rig_expect(&rig, sights[i].want);
		assert_int_equal(engine_alert_count(rig.engine), 2);
		rig_restart(&rig);
		rig_until(&rig, "2021-09-01");
		rig_expect(&rig, "");		/* never twice */
		rig_release(&rig);
	}
}

static void test_first_sight_words(void **state)
{
	struct effects effects;
	struct rig rig;
	enum first_sight back;
	(void)state;

	for (int i = 0; i <= FIRST_SIGHT_NONE; i++) {
		assert_true(first_sight_parse(
			first_sight_name((enum first_sight)i), &back));
		assert_int_equal(back, i);
	}
	deal_init(&rig, FIRST_SIGHT_SUMMARY);
	rig.world.reg->source_count = 0;	/* nothing to wait for */
	world_finish(&rig.world);
	effects_init(&effects);
	rig.engine = engine_new(rig.world.reg, rig.history, &rig.settings);
	engine_start(rig.engine, world_time(&rig.world, "2021-06-01"), &effects);
	assert_false(engine_is_settling(rig.engine));
	const char *reason = "";
	for (size_t i = 0; i < effects.count; i++) {
		if (effects.items[i].kind == EFFECT_NOTIFY)
			reason = effects.items[i].cause->reason;
	}
	assert_string_equal(reason, "2 milestones were already decided when "
		"first seen: 2 unverified");
	effects_release(&effects);
	rig_release(&rig);
}

/* Nobody hears "unverified" of a figure that arrives a second later; a source
   that does not answer holds things up no longer than SETTLE_SECONDS. */
static void test_settling(void **state)
{
	struct rig rig;
	(void)state;

	deal_init(&rig, FIRST_SIGHT_EACH);
	rig_source(&rig.world, "t");
	world_finish(&rig.world);
	rig.hold_fetches = true;
	rig_start(&rig, "2021-06-01");
	assert_true(engine_is_settling(rig.engine));
	assert_int_equal(rig.fetch_count, 2);
	rig.now++;
	rig_feed(&rig, "x", "2020-01", "200", "2020-02-01");
	rig_expect(&rig, "");
	assert_int_equal(rig_status(&rig, "p/sum"), STATUS_MET);
	assert_true(engine_is_settling(rig.engine));
	rig_to(&rig, rig.now + SETTLE_SECONDS - 2);
	rig_expect(&rig, "");
	rig_to(&rig, rig.now + 1);
	assert_false(engine_is_settling(rig.engine));
	rig_expect(&rig, "unverified p/law >unverified\n+unverified p/law\n"
		"met p/sum >met\n!desk unverified\n!desk met\n");
	rig_release(&rig);
}

/* What settling holds back is not lost when the process dies in it. */
static void test_killed_while_settling(void **state)
{
	struct rig rig;
	(void)state;

	deal_init(&rig, FIRST_SIGHT_EACH);
	rig_source(&rig.world, "t");
	world_finish(&rig.world);
	rig_start(&rig, "2020-06-01");
	text_clear(&rig.log);
	rig.now += 2 * DAY;
	rig.hold_fetches = true;
	rig_restart(&rig);		/* both sources are overdue */
	assert_true(engine_is_settling(rig.engine));
	rig_feed(&rig, "x", "2020-01", "200", "2020-06-02");
	rig_expect(&rig, "");
	rig_restart(&rig);		/* t never answered */
	rig_expect(&rig, "");
	rig_to(&rig, rig.now + SETTLE_SECONDS);
	rig_expect(&rig, "met p/sum pending>met\n!desk met\n");
	rig_release(&rig);
}

/* --- reload -------------------------------------------------------------- */

struct reload_milestone {
	const char *name, *due, *benchmark;
};

static const struct reload_case {
	const char *what;
	struct reload_milestone after[3];
	const char *want;
} reloads[] = {
	{"the same", {{"a", "2020-12-31", "last(done) >= 1"},
		{"b", "2020-06-30", "last(done) >= 1"}}, ""},
	{"in another order", {{"b", "2020-06-30", "last(done) >= 1"},
		{"a", "2020-12-31", "last(done) >= 1"}}, ""},
	{"moved later", {{"a", "2021-03-31", "last(done) >= 1"},
		{"b", "2020-06-30", "last(done) >= 1"}},
		"slipped p/a 2020-12-31>2021-03-31\n+slipped p/a\n"
		"!desk slipped\n"},
	{"moved earlier", {{"a", "2020-10-31", "last(done) >= 1"},
		{"b", "2020-06-30", "last(done) >= 1"}},
		"rescheduled p/a 2020-12-31>2020-10-31\n!desk rescheduled\n"},
	{"another benchmark", {{"a", "2020-12-31", "last(done) >= 2"},
		{"b", "2020-06-30", "last(done) >= 1"}},
		"modified p/a\n!desk modified\n"},
	{"one left", {{"a", "2020-12-31", "last(done) >= 1"}},
		"withdrawn p/b not_met>withdrawn\n/slipped p/b\n"
		"!desk withdrawn\n"},
	{"one more, decided", {{"a", "2020-12-31", "last(done) >= 1"},
		{"b", "2020-06-30", "last(done) >= 1"},
		{"c", "2020-05-31", "last(done) >= 1"}},
		"slipped p/c >not_met\n+slipped p/c\n!desk slipped\n"},
};

static void reload_world(struct world *world,
	const struct reload_milestone *milestones)
{
	world_indicator(world, "done", FREQUENCY_NONE, 0);
	rig_source(world, "s");
	for (size_t i = 0; i < 3 && milestones[i].name; i++)
		world_milestone(world, milestones[i].name, milestones[i].due,
			milestones[i].benchmark);
	world_finish(world);
}

/* A changed register is met by a reload or by a restart, with the same words. */
static void reload_try(const struct reload_case *c, bool restart)
{
	struct rig rig;

	rig_init(&rig, FIRST_SIGHT_EACH);
	reload_world(&rig.world, reloads[0].after);
	rig_start(&rig, "2020-03-01");
	rig_feed(&rig, "done", "2020-02-20", "0", "2020-02-20");
	rig_until(&rig, "2020-07-10");
	text_clear(&rig.log);
	size_t saved = rig.store.assessments_saved;
	world_init(&rig.next_world);
	reload_world(&rig.next_world, c->after);
	rig.present = &rig.next_world;
	if (restart) {
		rig_restart(&rig);
	} else {
		engine_reload(rig.engine, rig.next_world.reg, &rig.settings,
			rig.now, &rig.effects);
		rig_perform(&rig);
		rig_work(&rig);
	}
	if (strcmp(text_string(&rig.log), c->want) != 0)
		fail_msg("%s%s: %swanted: %s", c->what,
			restart ? " by restart" : "", text_string(&rig.log),
			c->want);
	if (!c->want[0])
		assert_int_equal(rig.store.assessments_saved, saved);
	text_clear(&rig.log);
	rig_restart(&rig);
	rig_until(&rig, "2020-09-01");
	rig_expect(&rig, "");			/* not again */
	rig_release(&rig);
}

static void test_reload(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(reloads) / sizeof(*reloads); i++) {
		reload_try(&reloads[i], false);
		reload_try(&reloads[i], true);
	}
}

static void test_causes_of_reload(void **state)
{
	static const struct reload_milestone after[3] = {
		{"a", "2020-12-31", "last(done) >= 0"}};
	struct rig rig;
	(void)state;

	rig_init(&rig, FIRST_SIGHT_EACH);
	reload_world(&rig.world, reloads[0].after);
	rig_start(&rig, "2020-03-01");
	rig_feed(&rig, "done", "2020-02-20", "0", "2020-02-20");
	rig_until(&rig, "2020-07-10");
	rig_expect_causes(&rig,
		"p/a pending: first_seen: first judged\n"
		"p/b pending: first_seen: first judged\n"
		"p/b not_met: time: the due date has passed\n");
	world_init(&rig.next_world);
	reload_world(&rig.next_world, after);
	rig.present = &rig.next_world;
	engine_reload(rig.engine, rig.next_world.reg, &rig.settings, rig.now,
		&rig.effects);
	rig_perform(&rig);
	rig_work(&rig);
	rig_expect_causes(&rig,
		"p/b withdrawn: register: it is no longer in the register\n"
		"p/a met: register: the register says something else of it\n");
	rig_release(&rig);
}

/* A later date is a slip, but no end of a danger that is still there. */
static void test_slip_in_danger(void **state)
{
	struct rig rig;
	(void)state;

	deal_init(&rig, FIRST_SIGHT_EACH);
	world_finish(&rig.world);
	rig_start(&rig, "2020-02-20");
	rig_feed(&rig, "x", "2020-01", "1", "2020-02-20");
	text_clear(&rig.log);
	/* The same terms again, but for one date. */
	rig.world.reg->milestones[1].due_date.year = 2021;
	rig.world.reg->milestones[1].due += 365 * DAY;
	rig.world.reg->milestones[1].terms++;
	engine_reload(rig.engine, rig.world.reg, &rig.settings, rig.now,
		&rig.effects);
	rig_perform(&rig);
	rig_work(&rig);
	rig_expect(&rig, "slipped p/sum 2020-12-31>2021-12-31\n"
		"+slipped p/sum\n!desk slipped\n");
	assert_int_equal(engine_alert_count(rig.engine), 2);
	rig_release(&rig);
}

/* A source whose program has changed is asked afresh, and by the new program
   even when the old one was under way. */
static void test_reload_source(void **state)
{
	const struct fetch_report report = {.outcome = FETCH_UNCHANGED,
		.retry_after = -1, .max_age = -1, .etag = "\"old\""};
	struct rig rig;
	(void)state;

	rig_init(&rig, FIRST_SIGHT_EACH);
	reload_world(&rig.world, reloads[0].after);
	rig_start(&rig, "2020-03-01");
	rig.hold_fetches = true;
	rig_to(&rig, rig.now + DAY);
	assert_int_equal(rig.fetch_count, 1);
	world_init(&rig.next_world);
	rig_source(&rig.next_world, "s")->extract = ".new";
	world_indicator(&rig.next_world, "done", FREQUENCY_NONE, 0);
	world_finish(&rig.next_world);
	rig.present = &rig.next_world;
	engine_reload(rig.engine, rig.next_world.reg, &rig.settings, rig.now,
		&rig.effects);
	rig_perform(&rig);
	rig_work(&rig);
	assert_int_equal(rig.fetch_count, 1);
	assert_true(engine_source_busy(rig.engine, 0));
	assert_false(engine_poll(rig.engine, 0, rig.now, &rig.effects));
	engine_fetched(rig.engine, 0, &report, NULL, 0, rig.now, &rig.effects);
	rig_perform(&rig);
	assert_true(engine_is_settling(rig.engine));
	assert_string_equal(engine_source(rig.engine, 0)->etag, "");
	rig_work(&rig);
	assert_int_equal(rig.fetch_count, 2);
	engine_fetched(rig.engine, 0, &report, NULL, 0, rig.now, &rig.effects);
	assert_false(engine_is_settling(rig.engine));
	rig_release(&rig);
}

/* --- sources ------------------------------------------------------------- */

static enum fetch_outcome next_outcome;

static size_t publish_outcome(struct rig *rig, uint32_t source,
	struct row *rows, struct fetch_report *report)
{
	(void)rig;
	(void)source;
	(void)rows;
	report->outcome = next_outcome;
	snprintf(report->error, sizeof(report->error), "connection refused");
	return 0;
}

static void source_tries(struct rig *rig, enum fetch_outcome outcome, int times)
{
	next_outcome = outcome;
	for (int i = 0; i < times; i++) {
		rig->now += 60;
		assert_true(engine_poll(rig->engine, 0, rig->now, &rig->effects));
		rig_perform(rig);
		rig_work(rig);
	}
}

static void test_source_alerts(void **state)
{
	struct rig rig;
	(void)state;

	deal_init(&rig, FIRST_SIGHT_EACH);
	world_finish(&rig.world);
	rig.publish = publish_outcome;
	rig_start(&rig, "2020-03-01");
	source_tries(&rig, FETCH_FAILED, 2);
	rig_expect(&rig, "");
	source_tries(&rig, FETCH_FAILED, 1);
	rig_expect(&rig, "source_failing s\n+source_failing s\n"
		"!ops source_failing\n");
	const char *reason = engine_alert(rig.engine, 0)->reason;
	assert_non_null(strstr(reason, "3 attempts: connection refused"));
	assert_non_null(strstr(reason, "since 2020-03-02T"));
	rig_restart(&rig);
	source_tries(&rig, FETCH_FAILED, 5);
	rig_expect(&rig, "");
	source_tries(&rig, FETCH_UNREADABLE, 2);
	rig_expect(&rig, "source_unreadable s\n+source_unreadable s\n"
		"!ops source_unreadable\n");
	source_tries(&rig, FETCH_UNCHANGED, 2);
	rig_expect(&rig, "source_recovered s\n-source_failing s\n"
		"-source_unreadable s\n!ops source_recovered\n");
	source_tries(&rig, FETCH_UNREADABLE, 1);
	rig_expect(&rig, "source_unreadable s\n+source_unreadable s\n"
		"!ops source_unreadable\n");
	rig_release(&rig);
}

static void test_quarantine(void **state)
{
	struct rig rig;
	(void)state;

	deal_init(&rig, FIRST_SIGHT_EACH);
	world_finish(&rig.world);
	rig_start(&rig, "2020-03-01");
	struct row row = rig_row(&rig, "x", "2020-01", "-5", "2020-03-01");
	row.observation.quarantine = QUARANTINE_DOMAIN;
	rig_take_row(&rig, &row);
	rig_expect(&rig, "data_quarantined x\n+data_quarantined x\n"
		"!ops data_quarantined\n");
	rig_take_row(&rig, &row);
	rig_expect(&rig, "");
	assert_int_equal(rig.store.figure_count, 1);
	rig.now += DAY;
	rig_feed(&rig, "x", "2020-01", "50", "2020-03-02");
	rig_expect(&rig, "recovered x\n-data_quarantined x\n!ops recovered\n");
	rig_release(&rig);
}

/* --- the clock is set back ------------------------------------------------- */

static void rig_replan(struct rig *rig, instant now)
{
	rig->now = now;
	engine_replan(rig->engine, now, &rig->effects);
	rig_perform(rig);
	rig_work(rig);
}

static enum delivery_outcome receive_later(const struct rig *rig, int64_t id)
{
	(void)rig;
	(void)id;
	return FAILED_FOR_NOW;
}

/* A poll planned a day ahead and a retry planned ten seconds ahead wait no
   longer than that, whatever the clock was set to, also after a restart. */
static void test_clock_back_plans(void **state)
{
	(void)state;
	for (int restart = 0; restart < 2; restart++) {
		struct rig rig;

		deal_init(&rig, FIRST_SIGHT_EACH);
		world_finish(&rig.world);
		rig.settings.polling.every = 3600;
		rig.receive = receive_later;
		rig_start(&rig, "2020-02-20");
		rig_feed(&rig, "x", "2020-01", "8", "2020-02-20");
		const struct delivery *delivery =
			&rig.store.deliveries[0].delivery;
		int64_t retry = delivery->next - rig.now;
		assert_in_range(retry, 5, 10);
		assert_int_equal(engine_source(rig.engine, 0)->next,
			rig.now + 3600);

		rig.hold_fetches = rig.hold_sends = true;
		rig.now -= 12 * 3600;	/* less than a day's Retry-After */
		if (restart)
			rig_restart(&rig);
		else
			rig_replan(&rig, rig.now);
		assert_int_equal(engine_source(rig.engine, 0)->next,
			rig.now + 3600);
		rig_to(&rig, rig.now + retry - 1);
		assert_int_equal(rig.send_count, 0);
		rig_to(&rig, rig.now + 1);
		assert_int_equal(rig.send_count, 1);
		assert_int_equal(rig.fetch_count, 0);
		/* And once more: the wait begins anew, and is no shorter. */
		rig_replan(&rig, rig.now - 30 * DAY);
		assert_int_equal(engine_source(rig.engine, 0)->next,
			rig.now + 3600);
		rig_to(&rig, rig.now + 3600);
		assert_int_equal(rig.fetch_count, 1);
		rig_release(&rig);
	}
}

/* What has been told is neither taken back nor told again; figures that come
   meanwhile are judged, as of when the clock had been. */
static void test_clock_back_knowledge(void **state)
{
	(void)state;
	for (int restart = 0; restart < 2; restart++) {
		struct rig rig;

		deal_init(&rig, FIRST_SIGHT_EACH);
		world_finish(&rig.world);
		rig_start(&rig, "2020-03-01");
		rig_feed(&rig, "done", "2020-02-20", "0", "2020-02-20");
		rig_until(&rig, "2021-01-20");
		rig_feed(&rig, "x", "2020-12", "120", "2021-01-20");
		rig_expect(&rig, "met p/sum awaiting_data>met\n!desk met\n");
		rig_until(&rig, "2021-02-01");
		rig_expect(&rig, "slipped p/law due>not_met\n"
			"+slipped p/law\n!desk slipped\n");
		instant told = engine_milestone(rig.engine, 0)->assessment.as_of;

		rig.now = world_time(&rig.world, "2020-06-01");
		if (restart)
			rig_restart(&rig);
		else
			rig_replan(&rig, rig.now);
		rig_to(&rig, rig.now + DAY);
		rig_expect(&rig, "");
		assert_int_equal(rig_status(&rig, "p/law"), STATUS_NOT_MET);
		assert_int_equal(rig_status(&rig, "p/sum"), STATUS_MET);
		assert_true(engine_as_of(rig.engine, rig.now) >= told);
		assert_true(engine_next(rig.engine) > rig.now);

		rig_feed(&rig, "x", "2020-12", "90", "2021-01-21");
		rig_expect(&rig, "revised p/sum met>awaiting_data\nrevised x\n"
		"!desk revised\n!ops revised\n");
		/* Its time comes a second time. */
		rig_until(&rig, "2021-02-02");
		rig_expect(&rig, "");
		assert_int_equal(engine_as_of(rig.engine, rig.now), rig.now);
		rig_release(&rig);
	}
}

/* Nor are terms, once in effect, others again while the clock is before them. */
static void test_clock_back_terms(void **state)
{
	(void)state;
	for (int restart = 0; restart < 2; restart++) {
		struct rig rig;
		struct clauses *clauses;
		struct amendment amendment = {
			.decree = {.on = {2020, 9, 1}, .reason = "more time"},
			.due_said = {"2021-03-31", 9}};

		rig_init(&rig, FIRST_SIGHT_EACH);
		world_indicator(&rig.world, "x", FREQUENCY_NONE, 0);
		rig_source(&rig.world, "s");
		clauses = world_clauses(&rig.world, world_milestone(&rig.world,
			"law", "2020-12-31", "last(x) >= 1"));
		clauses->amendments = &amendment;
		clauses->amendment_count = 1;
		world_finish(&rig.world);
		rig_start(&rig, "2020-03-01");
		rig_until(&rig, "2020-10-01");
		rig_expect(&rig, "slipped p/law 2020-12-31>2021-03-31\n"
			"+slipped p/law\n!desk slipped\n");
		rig.now = world_time(&rig.world, "2020-06-01");
		if (restart)
			rig_restart(&rig);
		else
			rig_replan(&rig, rig.now);
		rig_until(&rig, "2020-10-02");
		rig_expect(&rig, "");
		rig_release(&rig);
	}
}

static void test_clock_back_settling(void **state)
{
	struct rig rig;
	(void)state;

	deal_init(&rig, FIRST_SIGHT_EACH);
	world_finish(&rig.world);
	rig.hold_fetches = true;
	rig_start(&rig, "2020-03-01");
	rig_replan(&rig, rig.now - 90 * DAY);
	assert_true(engine_is_settling(rig.engine));
	rig_to(&rig, rig.now + SETTLE_SECONDS);
	assert_false(engine_is_settling(rig.engine));
	rig_release(&rig);
}

/* --- the outbox ---------------------------------------------------------- */

/* Nobody who would hear that desk fails. */
static uint32_t to_desk[] = {0};
static struct route desk_route[] = {{NULL, 0, to_desk, 1, false,
	.origin = {0}}};
static struct channel desk_channel[] = {{.id = "desk",
	.fallback = NOT_FOUND}};
static const struct policy desk_alone = {desk_channel, 1, desk_route, 1};

static enum delivery_outcome receive_nothing(const struct rig *rig, int64_t id)
{
	(void)rig;
	(void)id;
	return FAILED_FOR_NOW;
}

static void test_delivery_backoff(void **state)
{
	struct rig rig;
	(void)state;

	deal_init(&rig, FIRST_SIGHT_EACH);
	world_finish(&rig.world);
	rig.receive = receive_nothing;
	rig.settings.policy = &desk_alone;
	rig_start(&rig, "2020-02-20");
	instant start = rig.now;
	rig_feed(&rig, "x", "2020-01", "8", "2020-02-20");
	const struct delivery *delivery = &rig.store.deliveries[0].delivery;
	int64_t limit = 10;
	while (delivery->state == DELIVERY_PENDING) {
		if (limit < 3600)
			assert_in_range(delivery->next - rig.now, limit / 2, limit);
		else
			assert_in_range(delivery->next - rig.now, 1800, 3600);
		limit = limit * 2 < 3600 ? limit * 2 : 3600;
		rig_to(&rig, delivery->next);
	}
	assert_int_equal(delivery->state, DELIVERY_DEAD);
	assert_in_range(rig.now - start, 3 * DAY, 3 * DAY + 3600);
	assert_string_equal(delivery->answer, "answer");
	assert_int_equal(engine_outbox_pending(rig.engine), 0);
	rig_release(&rig);
}

static void test_delivery_outcomes(void **state)
{
	struct rig rig;
	(void)state;

	deal_init(&rig, FIRST_SIGHT_EACH);
	world_finish(&rig.world);
	rig.settings.policy = &desk_alone;
	rig_start(&rig, "2020-02-20");
	rig.hold_sends = true;
	rig_feed(&rig, "x", "2020-01", "8", "2020-02-20");
	assert_int_equal(rig.send_count, 1);
	const struct delivery *delivery = &rig.store.deliveries[0].delivery;

	/* The receiver said when; a second answer to one send counts nothing. */
	engine_delivered(rig.engine, 1, FAILED_FOR_NOW, 7200, "busy", rig.now,
		&rig.effects);
	engine_delivered(rig.engine, 1, DELIVERED, -1, "", rig.now,
		&rig.effects);
	engine_delivered(rig.engine, 99, DELIVERED, -1, "", rig.now,
		&rig.effects);
	rig_perform(&rig);
	assert_int_equal(delivery->state, DELIVERY_PENDING);
	assert_int_equal(delivery->next, rig.now + 7200);
	assert_int_equal(delivery->attempts, 1);
	rig_to(&rig, rig.now + 7199);
	assert_int_equal(rig.send_count, 1);
	rig_to(&rig, rig.now + 1);
	assert_int_equal(rig.send_count, 2);
	engine_delivered(rig.engine, 1, FAILED_FOR_NOW, 90 * DAY, "", rig.now,
		&rig.effects);
	rig_perform(&rig);
	assert_int_equal(delivery->next, rig.now + DAY);
	rig_to(&rig, rig.now + DAY);
	engine_delivered(rig.engine, 1, FAILED_FOR_GOOD, -1, "gone", rig.now,
		&rig.effects);
	rig_perform(&rig);
	assert_int_equal(delivery->state, DELIVERY_DEAD);
	assert_string_equal(delivery->answer, "gone");
	rig_release(&rig);
}

/* The end of an alert is not told before its beginning has arrived. */
static void test_delivery_order(void **state)
{
	struct rig rig;
	(void)state;

	deal_init(&rig, FIRST_SIGHT_EACH);
	world_finish(&rig.world);
	rig.settings.policy = &desk_alone;
	rig_start(&rig, "2020-02-28");
	rig.hold_sends = true;
	rig_feed(&rig, "x", "2020-01", "8", "2020-02-20");
	rig.now += 2 * DAY;
	rig_feed(&rig, "x", "2020-02", "31", "2020-03-01");
	rig_expect(&rig, "at_risk p/sum pending>at_risk\n+at_risk p/sum\n"
		"!desk at_risk\nrecovered p/sum at_risk>on_track\n"
		"-at_risk p/sum\n!desk recovered\n");
	assert_int_equal(rig.send_count, 1);
	engine_delivered(rig.engine, 1, FAILED_FOR_NOW, -1, "", rig.now,
		&rig.effects);
	rig_perform(&rig);
	assert_int_equal(rig.send_count, 1);
	rig_restart(&rig);		/* the order survives */
	rig_to(&rig, rig.now + 10);
	assert_int_equal(rig.send_count, 1);
	assert_int_equal(rig.sends[0], 1);
	engine_delivered(rig.engine, 1, DELIVERED, -1, "", rig.now,
		&rig.effects);
	rig_perform(&rig);
	assert_int_equal(rig.send_count, 2);
	assert_int_equal(rig.sends[1], 2);
	rig_release(&rig);
}

#define MANY 100000

static void restore_many(struct rig *rig, size_t count, instant now)
{
	for (size_t i = count; i-- > 0;) {
		char subject[32];
		const struct event event = {.subject = subject};
		const struct item item = {.event = &event};
		const struct notification notification = {.id = (int64_t)i + 1,
			.items = &item, .item_count = 1,
			.channel = i % 4 < 2 ? "desk" : "ops", .created = now};
		const struct delivery delivery = {
			.notification = notification.id, .next = now,
			.at = INSTANT_MIN};
		snprintf(subject, sizeof(subject), "p/%zu", i / 2);
		engine_restore_delivery(rig->engine, &notification, &delivery);
	}
}

/* Many are pending: at most so many under way for each channel, the lowest
   numbers first, one of each alert, and a channel that hangs delays no other. */
static void test_many_deliveries(void **state)
{
	struct rig rig;
	size_t desk = 0, ops = 0;
	(void)state;

	deal_init(&rig, FIRST_SIGHT_EACH);
	rig.world.reg->source_count = 0;
	world_finish(&rig.world);
	rig.now = world_time(&rig.world, "2020-02-20");
	rig.engine = engine_new(rig.world.reg, rig.history, &rig.settings);
	restore_many(&rig, MANY, rig.now);
	engine_start(rig.engine, rig.now, &rig.effects);
	assert_int_equal(engine_outbox_pending(rig.engine), MANY);
	for (size_t i = 0; i < rig.effects.count; i++) {
		const struct effect *effect = &rig.effects.items[i];
		if (effect->kind != EFFECT_SEND)
			continue;
		bool is_desk = strcmp(effect->channel, "desk") == 0;
		size_t nth = is_desk ? desk++ : ops++;
		assert_int_equal(effect->number,
			nth * 4 + (is_desk ? 1 : 3));
	}
	assert_int_equal(desk, DELIVERIES_PER_CHANNEL);
	assert_int_equal(ops, DELIVERIES_PER_CHANNEL);

	/* desk hangs; ops takes all of its own, in order. */
	int64_t last = 0;
	size_t delivered = 0;
	for (size_t i = 0; i < rig.effects.count; i++) {
		if (rig.effects.items[i].kind != EFFECT_SEND ||
				strcmp(rig.effects.items[i].channel, "desk") == 0)
			continue;
		int64_t id = rig.effects.items[i].number;
		assert_true(id > last || id == last - 3 || id % 4 == 0);
		last = id;
		engine_delivered(rig.engine, id, DELIVERED, -1, "", rig.now,
			&rig.effects);
		delivered++;
	}
	assert_int_equal(delivered, MANY / 2);
	assert_int_equal(engine_outbox_pending(rig.engine), MANY / 2);
	rig_release(&rig);
}

/* The channel is gone: its messages wait for its return, and are given up
   when nobody would want them any more. */
static void test_lost_channel(void **state)
{
	static struct channel only_ops[] = {{.id = "ops",
		.fallback = NOT_FOUND}};
	static const struct policy nobody = {only_ops, 1, NULL, 0};
	struct rig rig;
	(void)state;

	deal_init(&rig, FIRST_SIGHT_EACH);
	world_finish(&rig.world);
	rig.receive = receive_nothing;
	rig.settings.policy = &desk_alone;
	rig_start(&rig, "2020-02-20");
	rig_feed(&rig, "x", "2020-01", "8", "2020-02-20");
	instant created = rig.now;
	rig.hold_sends = true;
	rig.settings.policy = &nobody;
	rig_restart(&rig);
	rig_to(&rig, rig.now + DAY);
	assert_int_equal(rig.send_count, 0);
	rig.settings.policy = &desk_alone;
	engine_reload(rig.engine, rig.present->reg, &rig.settings, rig.now,
		&rig.effects);
	rig_perform(&rig);
	assert_int_equal(rig.send_count, 1);
	rig.settings.policy = &nobody;
	rig_restart(&rig);
	rig_to(&rig, created + 3 * DAY - 1);
	assert_int_equal(rig.store.deliveries[0].delivery.state,
		DELIVERY_PENDING);
	rig_to(&rig, created + 3 * DAY);
	assert_int_equal(rig.store.deliveries[0].delivery.state, DELIVERY_DEAD);
	rig_release(&rig);
}

static void test_message_ids(void **state)
{
	struct rig rig;
	(void)state;

	deal_init(&rig, FIRST_SIGHT_EACH);
	world_finish(&rig.world);
	rig_start(&rig, "2020-02-20");
	rig_feed(&rig, "x", "2020-01", "8", "2020-02-20");
	rig.now += 30 * DAY;
	rig_feed(&rig, "x", "2020-02", "1", "2020-03-20");
	const char *one = rig.store.deliveries[0].notification.message_id;
	const char *two = rig.store.deliveries[1].notification.message_id;
	assert_int_equal(strlen(one), 28);
	assert_memory_equal(one, "msg_", 4);
	assert_int_equal(strspn(one + 4, "abcdefghijklmnopqrstuvwxyz234567"), 24);
	assert_string_not_equal(one, two);
	rig_release(&rig);
}

/* --- random histories ---------------------------------------------------- */

/* A small generator of our own: the same everywhere (xorshift64*). */
static uint64_t chance_state;

static uint64_t chance(uint64_t below)
{
	chance_state ^= chance_state >> 12;
	chance_state ^= chance_state << 25;
	chance_state ^= chance_state >> 27;
	return (chance_state * UINT64_C(2685821657736338717) >> 33) % below;
}

struct release {	/* one figure: given from a day on, known from another */
	uint32_t source;
	instant given;
	struct row row;
};

#define RELEASES_MAX 600
static struct release releases[RELEASES_MAX];
static struct document texts[RELEASES_MAX];	/* of those that are one */
static char text_keys[RELEASES_MAX][8];
static size_t release_count;
static uint64_t weather;	/* which polls and deliveries fail */

static uint64_t luck(uint64_t a, uint64_t b)
{
	const uint64_t seed[] = {weather, a, b};
	return hash_bytes(seed, sizeof(seed));
}

static size_t publish_releases(struct rig *rig, uint32_t source,
	struct row *rows, struct fetch_report *report)
{
	size_t count = 0;

	if (luck(source, (uint64_t)rig->now) % 10 == 0) {
		report->outcome = luck(1, (uint64_t)rig->now) % 2
			? FETCH_FAILED : FETCH_UNREADABLE;
		snprintf(report->error, sizeof(report->error), "no");
		return 0;
	}
	report->outcome = FETCH_CHANGED;
	for (size_t i = 0; i < release_count; i++) {
		if (releases[i].source == source && releases[i].given <= rig->now)
			rows[count++] = releases[i].row;
	}
	return count;
}

struct saying {		/* what somebody attests */
	instant at;
	const char *milestone;
	struct attestation said;
};

#define SAYINGS 24
static struct saying sayings[SAYINGS];	/* by time */

/* Now and then people give a figure of their own, or accept what is held. */
struct deed {
	instant at;
	bool accepts;
	uint64_t lot;		/* which one of those held */
	struct row row;
};

#define DEEDS 40
static struct deed deeds[DEEDS];	/* by time */

/* Nothing is told of the channels: when that is would depend on who goes first,
   and on what a restart forgets. */
static enum delivery_outcome receive_by_luck(const struct rig *rig, int64_t id)
{
	uint64_t lot = luck((uint64_t)id, (uint64_t)
		rig->store.deliveries[id - 1].delivery.attempts) % 8;
	return lot < 4 ? FAILED_FOR_NOW : DELIVERED;
}

/* Some stand before what they rest on, some after. */
static void random_dependants(struct world *world, bool first)
{
	static const struct {
		const char *name, *due, *benchmark;
		enum milestone_mode mode;
		bool first;
	} rows[] = {
		{"most", "2021-01-31", "met_share(\"p/*\") >= 0.3", 0, true},
		{"step-then", "2020-12-31", "met(\"p/d-step\")", 0, true},
		{"d-step", "2020-11-30",
			"met(\"p/step\") and last(y) >= 5", 0, true},
		{"cap-missed", "2021-06-30",
			"status(\"p/cap\") == \"not_met\"", 0, false},
		{"near", "2021-03-31", "within(200d, met(\"p/step\"), "
			"met(\"p/both\"), last(x) >= 10)", 0, true},
		{"hung", "met(\"p/d-step\") + 2mo", "sum(x, start..due) >= 20",
			0, true},
		{"hung-on", "met(\"p/hung\") + 45d", "last(y) >= 9", 0, false},
		{"never", "2020-12-31", "not met(\"p/year\")", MODE_THROUGHOUT,
			false},
		{"two", "2020-12-31", "met_count(\"p/?e*\") >= 1 or "
			"status(\"p/never\") == \"breached\"", 0, false},
		{"kept", "2021-01-31", "met_share(\"p/report@*\") >= 0.5", 0,
			true},
		{"papers", "2021-02-28", "within(150d, met(\"p/law\"), "
			"met(\"p/report@2020-Q2\")) or met(\"p/word\")", 0,
			false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].first == first)
			world_milestone(world, rows[i].name, rows[i].due,
				rows[i].benchmark)->mode = rows[i].mode;
}

/* Documents, people, and what comes again each quarter. */
static void random_others(struct world *world)
{
	static const char *first_before[] = {"p/step"};
	static const char *both_before[] = {"p/law", "p/report@*"};
	struct milestone *milestone;
	struct clauses *clauses;

	world_milestone(world, "law", "2020-09-30", "exists(gz, \"law\")");
	world_milestone(world, "clean", "2020-12-31",
		"not exists(gz, \"ban\")")->mode = MODE_THROUGHOUT;
	world_milestone(world, "word", "2020-10-31",
		"attested(\"adopted\", 2) and count(gz, 2020) >= 3");
	milestone = world_milestone(world, "report", "period_end + 40d",
		"sum(x, period) >= 25 or count(gz, period) >= 2 or "
		"attested(\"filed\")");
	milestone->start_said = world_said("2020-01-01", 1);
	clauses = world_clauses(world, milestone);
	clauses->every_said = world_said("quarter", 1);
	clauses->until = (struct date){2020, 12, 31};
	clauses->after = first_before;
	clauses->after_count = 1;
	milestone = world_milestone(world, "rate", "2021-01-31",
		"sum(x, 2020) >= 115");
	milestone->start_said = world_said("2020-01-01", 1);
	world_clauses(world, milestone)->forecast_said =
		world_said("run_rate", 1);
	milestone = world_milestone(world, "trend", "2021-03-31",
		"avg(y, 3mo) >= 12");
	milestone->start_said = world_said("2020-01-01", 1);
	world_clauses(world, milestone)->forecast_said =
		world_said("least_squares", 1);
	clauses = world_clauses(world, world_milestone(world, "last",
		"2021-02-28", "last(y) >= 1"));
	clauses->after = both_before;
	clauses->after_count = 2;
}

static void random_register(struct rig *rig)
{
	struct world *world = &rig->world;
	struct milestone *milestone;

	rig_init(rig, FIRST_SIGHT_EACH);
	random_dependants(world, true);
	assert_true(decimal_read("6", &world_indicator(world, "x",
		FREQUENCY_MONTH, 40)->max_jump));
	world_indicator(world, "y", FREQUENCY_MONTH, 10);
	world_indicator(world, "z", FREQUENCY_NONE, 0);
	world_documents(world, "gz", 2);
	rig_source(world, "s");
	assert_true(decimal_read("0.1",
		&rig_source(world, "t")->hold_release));
	rig_source(world, "u")->indicator_id = "gz";
	rig_source(world, "v");
	milestone = world_milestone(world, "flow", "2020-12-31",
		"sum(x, 2020) >= 100");
	milestone->start_said = world_said("2020-01-01", 1);
	milestone->path_said = world_said("linear", 1);
	world_milestone(world, "growth", "2020-12-31",
		"sum(x, 2020) >= 1.1 * sum(x, 2019)")->grace =
		(struct duration){20, DURATION_DAY};
	world_milestone(world, "step", "2020-09-30", "last(z) >= 2")->grace =
		(struct duration){30, DURATION_DAY};
	world_milestone(world, "year", "2020-10-31", "sum(y, 12mo) >= 110");
	world_milestone(world, "cap", "2020-12-31", "sum(y, 2020) <= 110")
		->mode = MODE_AT;
	world_milestone(world, "both", "2020-12-31",
		"at(x, 2020-06) >= 9 and sum(y, 2020-Q3) >= 25");
	milestone = world_milestone(world, "ratio", "2021-03-31",
		"avg(y, 6mo) >= 1.2 * at(x, 2019-12)");
	milestone->baseline_said = world_said("avg(y, 2019)", 1);
	random_others(world);
	random_dependants(world, false);
	world_finish(world);
	rig->publish = publish_releases;
	rig->receive = receive_by_luck;
	rig->log_times = true;
	rig->now = world_time(world, "2020-01-10T07:00:00Z");
}

static void random_release(struct rig *rig, uint32_t source,
	const char *indicator, const char *period, instant ended, int64_t lag)
{
	instant published = ended + lag * DAY;

	for (size_t vintage = 0; vintage < 1 + chance(3); vintage++) {
		struct release *release = &releases[release_count++];
		char value[8];
		assert_true(release_count <= RELEASES_MAX);
		snprintf(value, sizeof(value), "%d", (int)chance(20));
		release->source = source;
		release->row = rig_row(rig, indicator, period, value, "2020-01-01");
		release->row.observation.published = published;
		/* A poll may find it late, or see it announced early. */
		release->given = published + ((int64_t)chance(40) - 20) * DAY;
		published += (int64_t)(1 + chance(60)) * DAY;
	}
}

/* One document: in some versions it is dated, and is what is looked for. */
static void random_document(struct rig *rig, size_t number)
{
	static const char *const titles[] = {"A law", "A ban", "A report", "By-law",
		"Nothing"};
	instant published = world_time(&rig->world, "2020-01-01") +
		(int64_t)chance(420) * DAY;

	for (size_t vintage = 0; vintage < 1 + chance(3); vintage++) {
		struct document *text = &texts[release_count];
		struct release *release = &releases[release_count];
		char *key = text_keys[release_count++];

		assert_true(release_count <= RELEASES_MAX);
		snprintf(key, sizeof(text_keys[0]), "n%d", (int)number);
		*text = (struct document){.key = key, .url = "", .text = "",
			.title = titles[chance(5)], .source = ""};
		*release = (struct release){.source = 2, .row = {.indicator =
			register_indicator(rig->present->reg, "gz"),
			.document = text}};
		if (chance(2))
			release->row.observation.period = period_of_date(FREQUENCY_DAY,
				zone_date(rig->world.zones[0],
				published - (int64_t)chance(30) * DAY));
		release->row.observation.published = published;
		release->given = published + ((int64_t)chance(40) - 20) * DAY;
		published += (int64_t)(1 + chance(60)) * DAY;
	}
}

static void random_deeds(struct rig *rig)
{
	instant at = world_time(&rig->world, "2020-02-01T09:00:00Z");

	for (size_t i = 0; i < DEEDS; i++) {
		char period[16], value[8];

		at += (int64_t)chance(24 * (uint64_t)DAY);
		snprintf(period, sizeof(period), "%d-%02d",
			2019 + (int)chance(2), 1 + (int)chance(12));
		snprintf(value, sizeof(value), "%d", (int)chance(20));
		deeds[i] = (struct deed){at, chance(2), chance(1000), rig_row(rig,
			chance(2) ? "x" : "y", period, value, "2020-01-01")};
		deeds[i].row.observation.published = at -
			(int64_t)chance(60) * DAY;
	}
}

static void random_sayings(struct rig *rig)
{
	static const char *const people[] = {"anna", "ben", "carl"};
	instant at = world_time(&rig->world, "2020-02-01T10:00:00Z");

	for (size_t i = 0; i < SAYINGS; i++) {
		bool word = chance(2);

		at += (int64_t)chance(40 * (uint64_t)DAY);
		sayings[i] = (struct saying){at, word ? "p/word" : chance(2) ?
			"p/report@2020-Q2" : "p/report@2020-Q3",
			{.key = word ? "adopted" : "filed",
			.by = people[chance(3)], .yes = chance(4) != 0,
			.evidence = "", .note = "", .on = zone_date(
			rig->world.zones[0], at - (int64_t)chance(60) * DAY)}};
	}
}

static void random_history(struct rig *rig, uint64_t seed)
{
	chance_state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	weather = chance(UINT64_C(1) << 30);
	release_count = 0;
	for (int month = 0; month < 26; month++) {
		char period[24], day[48];
		snprintf(period, sizeof(period), "%d-%02d", 2019 + month / 12,
			1 + month % 12);
		snprintf(day, sizeof(day), "%s-%02d", period,
			1 + (int)chance(28));
		instant ended = world_time(&rig->world, day) + 20 * DAY;
		random_release(rig, 0, "x", period, ended, (int64_t)chance(60));
		random_release(rig, 1, "y", period, ended, (int64_t)chance(30));
		if (chance(3) == 0)
			random_release(rig, 1, "z", day, ended, 1);
		/* Another source of the same, now and then. */
		if (chance(4) == 0)
			random_release(rig, 3, "y", period, ended,
				(int64_t)chance(50));
	}
	for (size_t i = 0; i < 20; i++)
		random_document(rig, i);
	random_sayings(rig);
	random_deeds(rig);
}

/* On the last instant itself it may be told already; the engine waits for the
   end of it. */
static bool on_last_instant(const struct rig *rig,
	const struct assessment *assessment)
{
	return rig->now == assessment->grace_end;
}

/* Whose figure is waited for is not kept over a restart. */
static bool answers_differ(const struct assessment *one,
	const struct assessment *two)
{
	struct assessment a = *one, b = *two;

	if (a.waiting_indicator == NOT_FOUND || b.waiting_indicator == NOT_FOUND)
		a.waiting_indicator = b.waiting_indicator = NOT_FOUND;
	return assessment_differs(&a, &b);
}

/* Every judgement in force is what judging from nothing gives now. */
static void judge_from_nothing(struct rig *rig)
{
	size_t counts[STATUS_COUNT] = {0};

	for (size_t i = 0; i < rig->present->reg->milestone_count; i++) {
		const struct assessment *kept = &engine_milestone(rig->engine,
			(uint32_t)i)->assessment;
		struct assessment fresh;
		milestone_assess(rig->present->reg, rig->history, (uint32_t)i,
			(struct knowledge){rig->now, INSTANT_MAX}, &fresh);
		counts[kept->status]++;
		if (!on_last_instant(rig, kept) &&
				answers_differ(kept, &fresh))
			fail_msg("%s is %s, from nothing %s",
				rig->present->reg->milestones[i].id,
				status_name(kept->status),
				status_name(fresh.status));
	}
	assert_memory_equal(counts, engine_counts(rig->engine), sizeof(counts));
}

static void rig_say(struct rig *rig, const struct saying *saying)
{
	engine_attest(rig->engine, register_milestone(rig->present->reg,
		saying->milestone), &saying->said, rig->now, &rig->effects);
	rig_perform(rig);
}

static size_t deeds_of_use;	/* held figures accepted, over all walks */

static void rig_accept(struct rig *rig, uint64_t lot)
{
	static const struct stated anna = {"anna", "seen", NULL};
	size_t held = 0, wanted;

	for (size_t i = 0; i < rig->store.figure_count; i++)
		held += rig->store.figures[i].observation.quarantine != 0;
	if (held == 0)
		return;
	wanted = lot % held;
	for (size_t i = 0; i < rig->store.figure_count; i++) {
		const struct kept_figure *figure = &rig->store.figures[i];
		struct observation held_one = figure->observation;

		if (!held_one.quarantine || wanted-- > 0)
			continue;
		held_one.id = (int64_t)i + 1;
		deeds_of_use += engine_accept(rig->engine, register_indicator(
			rig->present->reg, figure->indicator), &held_one, &anna,
			rig->now, &rig->effects) == ACCEPTED;
		break;
	}
	rig_perform(rig);
}

static void rig_do(struct rig *rig, const struct deed *deed)
{
	static const struct stated ben = {"ben", NULL, NULL};

	if (deed->accepts) {
		rig_accept(rig, deed->lot);
		return;
	}
	engine_observed(rig->engine, &deed->row, 1, &ben, rig->now,
		&rig->effects);
	rig_perform(rig);
}

/* Every seventh or so instant at which something happens: kill and restart. */
static void random_walk(struct rig *rig, bool restarts, bool check)
{
	instant end = world_time(&rig->world, "2021-07-01"), next;
	uint64_t turn = 0;
	size_t said = 0, done = 0;

	rig_start(rig, NULL);
	for (;;) {
		next = engine_next(rig->engine);
		if (said < SAYINGS && sayings[said].at < next)
			next = sayings[said].at;
		if (done < DEEDS && deeds[done].at < next)
			next = deeds[done].at;
		if (next > end)
			break;
		/* Time alone changes nothing until then. */
		rig->now = next - 1 > rig->now ? next - 1 : rig->now;
		if (check)
			judge_from_nothing(rig);
		rig->now = next;
		while (said < SAYINGS && sayings[said].at == next)
			rig_say(rig, &sayings[said++]);
		while (done < DEEDS && deeds[done].at == next)
			rig_do(rig, &deeds[done++]);
		rig_work(rig);
		if (restarts && luck(turn++, 7) % 7 == 0)
			rig_restart(rig);
		if (check)
			judge_from_nothing(rig);
	}
	rig->now = end;
}

/* What was told is told in as many notifications. */
static void same_notifications(const struct rig *a, const struct rig *b)
{
	assert_int_equal(a->store.delivery_count, b->store.delivery_count);
	for (size_t i = 0; i < a->store.delivery_count; i++) {
		const struct kept_delivery *one = &a->store.deliveries[i];
		const struct kept_delivery *two = &b->store.deliveries[i];
		assert_string_equal(one->notification.message_id,
			two->notification.message_id);
		assert_int_equal(one->delivery.state, two->delivery.state);
		assert_int_equal(one->delivery.attempts, two->delivery.attempts);
	}
	if (strcmp(text_string(&a->log), text_string(&b->log)) != 0)
		fail_msg("without:\n%swith:\n%s", text_string(&a->log),
			text_string(&b->log));
}

static int line_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Its lines in order of what they say; free() what they point into. */
static char *log_lines(const struct text *log, char **lines, size_t *count)
{
	char *copy = mem_string(text_string(log));

	*count = 0;
	for (char *line = copy, *end; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		lines[(*count)++] = line;
	}
	qsort(lines, *count, sizeof(*lines), line_compare);
	return copy;
}

/* The same happened and was told, by as many calls as there may be. */
static void same_log(const struct rig *a, const struct rig *b)
{
	char **one = mem_new(a->log.length + 1, sizeof(*one));
	char **two = mem_new(b->log.length + 1, sizeof(*two));
	size_t ones, twos;
	char *first = log_lines(&a->log, one, &ones);
	char *second = log_lines(&b->log, two, &twos);

	assert_int_equal(ones, twos);
	for (size_t i = 0; i < ones; i++)
		assert_string_equal(one[i], two[i]);
	free(first);
	free(second);
	free(one);
	free(two);
}

static void same_outcome(const struct rig *a, const struct rig *b)
{
	for (size_t i = 0; i < a->world.reg->milestone_count; i++) {
		const struct milestone_state *one = engine_milestone(a->engine,
			(uint32_t)i);
		const struct milestone_state *two = engine_milestone(b->engine,
			(uint32_t)i);
		assert_false(answers_differ(&one->assessment,
			&two->assessment));
		assert_int_equal(one->since, two->since);
	}
	for (size_t i = 0; i < a->store.source_count; i++)
		assert_int_equal(engine_source(a->engine, (uint32_t)i)->next,
			engine_source(b->engine, (uint32_t)i)->next);
	assert_int_equal(engine_alert_count(a->engine),
		engine_alert_count(b->engine));
	for (size_t i = 0; i < engine_alert_count(a->engine); i++)
		assert_int_equal(engine_alert(a->engine, i)->id,
			engine_alert(b->engine, i)->id);
}

/* --- what is held ------------------------------------------------------------ */

static struct row table[8];
static size_t table_count;

static void rig_table(struct rig *rig)
{
	const struct fetch_report report = {.started = rig->now,
		.finished = rig->now, .outcome = FETCH_CHANGED,
		.retry_after = -1, .max_age = -1, .rows = table_count};

	engine_fetched(rig->engine, 0, &report, table, table_count, rig->now,
		&rig->effects);
	rig_perform(rig);
	rig_work(rig);
	table_count = 0;
}

static void table_add(const struct rig *rig, const char *period,
	const char *value, const char *published)
{
	table[table_count++] = rig_row(rig, "x", period, value, published);
}

static const char *alert_reason(const struct rig *rig)
{
	return engine_alert(rig->engine, engine_alert_count(rig->engine) - 1)
		->reason;
}

static void held_init(struct rig *rig, const char *max_jump,
	const char *hold_release)
{
	rig_init(rig, FIRST_SIGHT_EACH);
	assert_true(decimal_read(max_jump, &world_indicator(&rig->world, "x",
		FREQUENCY_MONTH, 40)->max_jump));
	assert_true(decimal_read(hold_release,
		&rig_source(&rig->world, "s")->hold_release));
	world_milestone(&rig->world, "sum", "2020-12-31",
		"sum(x, 2020) >= 1000");
	world_finish(&rig->world);
	rig_start(rig, "2020-09-01");
}

static const struct observation *held_figure(struct rig *rig)
{
	struct series *series = history_series(rig->history, "x");

	for (size_t i = 0; i < series->count; i++)
		if (series->items[i].quarantine) {
			series->items[i].id = 77;	/* as the store does */
			return &series->items[i];
		}
	fail_msg("nothing is held");
	return NULL;
}

static void test_jump(void **state)
{
	const struct stated anna = {"anna", "seen", "http://e/"};
	struct rig rig;
	(void)state;

	held_init(&rig, "4", "0");
	table_add(&rig, "2020-06", "30", "2020-09-01");
	table_add(&rig, "2020-07", "1200", "2020-09-01");
	rig_table(&rig);
	rig_expect(&rig, "data_quarantined x\n+data_quarantined x\n"
		"!ops data_quarantined\n");
	assert_string_equal(alert_reason(&rig), "2020-07: 1200 is 40 times "
		"2020-06 (max_jump 4): held until accepted");
	assert_int_equal(rig_status(&rig, "p/sum"), STATUS_PENDING);
	/* The same again, later, is not told again. */
	rig_until(&rig, "2020-09-02");
	table_add(&rig, "2020-07", "1200", "2020-09-02");
	rig_table(&rig);
	rig_expect(&rig, "");
	assert_int_equal(rig.store.figure_count, 2);

	const struct observation held = *held_figure(&rig);
	text_clear(&rig.causes);
	assert_int_equal(engine_accept(rig.engine, 0, &held, &anna, rig.now,
		&rig.effects), ACCEPTED);
	const struct effect *effect = &rig.effects.items[0];
	assert_int_equal(effect->kind, EFFECT_OBSERVATION);
	assert_int_equal(effect->accepts, 77);
	assert_int_equal(effect->source, NOT_FOUND);
	assert_string_equal(effect->by, "anna");
	assert_string_equal(effect->evidence, "http://e/");
	rig_perform(&rig);
	rig_expect(&rig, "recovered x\n-data_quarantined x\nmet p/sum pending>met\n"
		"!ops recovered\n!desk met\n");
	rig_expect_causes(&rig, "p/sum met: figure: x 2020-07 = 1.2k, "
		"published 2020-09-01, accepted by anna\n");
	assert_int_equal(engine_accept(rig.engine, 0, &held, &anna, rig.now,
		&rig.effects), ACCEPTED_ALREADY);
	assert_int_equal(rig.effects.count, 0);

	/* It is in force: itself held no more, and what comes near it. */
	rig_until(&rig, "2020-09-03");
	table_add(&rig, "2020-07", "1200", "2020-09-03");
	table_add(&rig, "2020-08", "1300", "2020-09-03");
	rig_table(&rig);
	table_add(&rig, "2020-07", "1201", "2020-09-03");
	rig_table(&rig);
	rig_expect(&rig, "revised x\n!ops revised\n");
	/* A worse jump is measured against it. */
	table_add(&rig, "2020-07", "9000", "2020-09-04");
	rig_table(&rig);
	rig_expect(&rig, "data_quarantined x\n+data_quarantined x\n"
		"!ops data_quarantined\n");
	rig_release(&rig);
}

/* A figure that comes back after one that was held ends the alert. */
static void test_jump_taken_back(void **state)
{
	struct rig rig;
	(void)state;

	held_init(&rig, "4", "0");
	table_add(&rig, "2020-06", "30", "2020-09-01");
	table_add(&rig, "2020-07", "31", "2020-09-01");
	rig_table(&rig);
	table_add(&rig, "2020-07", "0.031", "2020-09-02");
	rig_table(&rig);
	rig_expect(&rig, "data_quarantined x\n+data_quarantined x\n"
		"!ops data_quarantined\n");
	assert_string_equal(alert_reason(&rig), "2020-07: 0.031 is 968 times "
		"less than 2020-06 (max_jump 4): held until accepted");
	table_add(&rig, "2020-07", "31", "2020-09-03");
	rig_table(&rig);
	rig_expect(&rig, "recovered x\n-data_quarantined x\n!ops recovered\n");
	rig_release(&rig);
}

static void test_duplicate(void **state)
{
	struct rig rig;
	(void)state;

	held_init(&rig, "0", "0");
	for (int again = 0; again < 2; again++) {
		table_add(&rig, "2020-07", "7", "2020-09-01");
		table_add(&rig, "2020-07", "5", "2020-09-01");
		table_add(&rig, "2020-06", "5", "2020-09-01");
		table_add(&rig, "2020-06", "5", "2020-09-01");
		rig_table(&rig);
		assert_int_equal(rig.store.figure_count, 3);
		rig_expect(&rig, again ? "" : "data_quarantined x\n"
			"+data_quarantined x\n!ops data_quarantined\n");
	}
	assert_non_null(strstr(alert_reason(&rig), "2020-07: 7 is given twice "
		"by one release, differently: held until accepted; and 1 more"));
	/* One of two says what is known: it says nothing, the other is held. */
	table_add(&rig, "2020-06", "5", "2020-09-02");
	table_add(&rig, "2020-06", "6", "2020-09-02");
	for (int again = 0; again < 2; again++) {
		rig.now++;
		table_count = 2;
		rig_table(&rig);
		assert_int_equal(rig.store.figure_count, 4);
	}
	rig_release(&rig);
}

static void test_release(void **state)
{
	struct rig rig;
	(void)state;

	held_init(&rig, "0", "0.5");
	table_add(&rig, "2020-04", "4", "2020-09-01");
	table_add(&rig, "2020-05", "5", "2020-09-01");
	table_add(&rig, "2020-06", "6", "2020-09-01");
	table_add(&rig, "2020-07", "7", "2020-09-01");
	rig_table(&rig);
	/* Half of them is not more than half. */
	rig_until(&rig, "2020-09-02");
	table_add(&rig, "2020-04", "3", "2020-09-02");
	table_add(&rig, "2020-05", "4", "2020-09-02");
	rig_table(&rig);
	rig_expect(&rig, "revised x\n!ops revised\n");
	rig_until(&rig, "2020-09-03");
	table_add(&rig, "2020-04", "1", "2020-09-03");
	table_add(&rig, "2020-05", "1", "2020-09-03");
	table_add(&rig, "2020-06", "1", "2020-09-03");
	table_add(&rig, "2020-07", "7", "2020-09-03");
	table_add(&rig, "2020-08", "1", "2020-09-03");
	rig_table(&rig);
	rig_expect(&rig, "data_quarantined x\n+data_quarantined x\n"
		"!ops data_quarantined\n");
	assert_string_equal(alert_reason(&rig), "a release of s contradicts 3 "
		"of the 4 periods known, 75 % (hold_release 0.5): its 4 new "
		"figures are held until accepted: x 2020-04, x 2020-05, "
		"x 2020-06 and 1 more");
	/* 4, then 2, then 4: what is held is none of it, the new month too. */
	assert_int_equal(rig.store.figure_count, 10);
	assert_true(period_equal(series_latest(history_series(rig.history, "x"),
		(struct knowledge){INSTANT_MAX, INSTANT_MAX})->period,
		table[3].observation.period));
	rig_release(&rig);
}

/* A table that says the same figure twice revises one figure by it. */
static void test_release_says_twice(void **state)
{
	struct rig rig;
	(void)state;

	held_init(&rig, "0", "0.3");
	table_add(&rig, "2020-04", "4", "2020-09-01");
	table_add(&rig, "2020-05", "5", "2020-09-01");
	table_add(&rig, "2020-06", "6", "2020-09-01");
	rig_table(&rig);
	table_add(&rig, "2020-06", "7", "2020-09-02");
	table_add(&rig, "2020-06", "7", "2020-09-02");
	rig_until(&rig, "2020-09-02");
	rig_table(&rig);
	rig_expect(&rig, "revised x\n!ops revised\n");
	rig_release(&rig);
}

/* What was accepted though it is outside the domain is held no more when the
   source says it again. */
static void test_domain_accepted(void **state)
{
	const struct stated anna = {"anna", "it is so", NULL};
	struct rig rig;
	(void)state;

	held_init(&rig, "0", "0");
	table_add(&rig, "2020-06", "-5", "2020-09-01");
	table[0].observation.quarantine = QUARANTINE_DOMAIN;
	rig_table(&rig);
	rig_expect(&rig, "data_quarantined x\n+data_quarantined x\n"
		"!ops data_quarantined\n");
	const struct observation held = *held_figure(&rig);
	assert_int_equal(engine_accept(rig.engine, 0, &held, &anna, rig.now,
		&rig.effects), ACCEPTED);
	rig_perform(&rig);
	rig_expect(&rig, "recovered x\n-data_quarantined x\n!ops recovered\n");
	rig_until(&rig, "2020-09-02");
	table_add(&rig, "2020-06", "-5", "2020-09-02");
	table[0].observation.quarantine = QUARANTINE_DOMAIN;
	rig_table(&rig);
	rig_expect(&rig, "");
	assert_int_equal(rig.store.figure_count, 2);
	/* Another one beyond it is. */
	table_add(&rig, "2020-06", "-6", "2020-09-02");
	table[0].observation.quarantine = QUARANTINE_DOMAIN;
	rig_table(&rig);
	rig_expect(&rig, "data_quarantined x\n+data_quarantined x\n"
		"!ops data_quarantined\n");
	rig_release(&rig);
}

/* What it is measured against has ended, or has a gap that newer figures do not
   fill: nobody waits for the next one. One that moves waits for each. */
static void test_stale_of_use(void **state)
{
	static const struct {
		const char *benchmark, *last;
		const char *told;
	} rows[] = {
		/* monthly up to last, less 2020-03; looked at until 2020-12-10 */
		{"sum(x, 2020) >= 1000", "2020-09", "data_stale x\n"
			"+data_stale x\n!ops data_stale\n"},
		{"last(x) >= 1000", "2020-09", "data_stale x\n"
			"+data_stale x\n!ops data_stale\n"},
		{"last(x) >= 1000", "2020-10", ""},
		{"sum(x, 2020-Q1) >= 1000", "2020-09", ""},
		{"at(x, 2020-11) >= 1000", "2020-09", ""},
		{"at(x, 2020-10) >= 1000", "2020-09", "data_stale x\n"
			"+data_stale x\n!ops data_stale\n"},
		{"sum(x, 2019) + sum(y, 2020-Q3) >= 1000", "2020-09", ""},
		{"sum(t, 2020) >= 1000", "2020-09", "data_stale t\n"
			"+data_stale t\n!ops data_stale\n"},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig rig;

		rig_init(&rig, FIRST_SIGHT_EACH);
		world_indicator(&rig.world, "x", FREQUENCY_MONTH, 15);
		world_indicator(&rig.world, "y", FREQUENCY_MONTH, 15);
		world_indicator(&rig.world, "t", FREQUENCY_MONTH, 15)
			->cumulative = true;
		rig_source(&rig.world, "s");
		world_milestone(&rig.world, "sum", "2020-12-31",
			rows[i].benchmark)->start_said =
			world_said("2020-01-01", 1);
		world_finish(&rig.world);
		rig_start(&rig, "2020-09-01");
		for (int month = 1; month <= 12; month++) {
			char period[16];

			snprintf(period, sizeof(period), "2020-%02d", month);
			if (month != 3 && strcmp(period, rows[i].last) <= 0)
				rig_feed(&rig, strstr(rows[i].benchmark, "(t") ?
					"t" : "x", period, "5", "2020-09-01");
		}
		text_clear(&rig.log);
		rig_until(&rig, "2020-12-10");
		if (strcmp(text_string(&rig.log), rows[i].told) != 0)
			fail_msg("%s: %s", rows[i].benchmark,
				text_string(&rig.log));
		rig_release(&rig);
	}
}

/* A figure that is known before it is published has not come, whether its
   series is loaded or not. */
static void test_stale_ahead(void **state)
{
	struct rig rig;
	(void)state;

	held_init(&rig, "0", "0");
	table_add(&rig, "2020-06", "5", "2020-09-01");
	table_add(&rig, "2020-07", "5", "2020-12-01");
	rig_table(&rig);
	rig_until(&rig, "2020-09-20");
	rig_expect(&rig, "data_stale x\n+data_stale x\n!ops data_stale\n");
	rig_restart(&rig);
	rig_until(&rig, "2020-10-20");
	rig_expect(&rig, "");
	rig_release(&rig);
}

/* A register with the indicator and the milestone of held_init, or without, in
   the place of that one. */
static void held_next(struct rig *rig, bool has_it, enum frequency frequency)
{
	struct world *next = &rig->next_world;

	world_init(next);
	if (has_it) {
		world_indicator(next, "x", frequency, 40);
		rig_source(next, "s");
		world_milestone(next, "sum", "2020-12-31",
			"sum(x, 2020) >= 1000");
	}
	world_finish(next);
	rig->present = next;
}

/* What left the register while no process ran has no alerts any more. */
static void test_left_while_down(void **state)
{
	struct rig rig;
	(void)state;

	held_init(&rig, "4", "0");
	table_add(&rig, "2020-06", "5", "2020-09-01");
	table_add(&rig, "2020-04", "500", "2020-09-01");
	rig_table(&rig);
	rig_until(&rig, "2020-09-20");
	rig.publish = publish_outcome;
	source_tries(&rig, FETCH_FAILED, 3);
	assert_int_equal(engine_alert_count(rig.engine), 3);
	text_clear(&rig.log);
	held_next(&rig, false, FREQUENCY_MONTH);
	rig_restart(&rig);
	assert_int_equal(engine_alert_count(rig.engine), 0);
	rig_expect(&rig, "withdrawn p/sum pending>withdrawn\nrecovered x\n"
		"/data_quarantined x\n/data_stale x\nsource_recovered s\n"
		"/source_failing s\n!desk withdrawn\n!ops recovered\n"
		"!ops source_recovered\n");
	rig_release(&rig);
}

/* An indicator that is of another frequency now misses nothing yet. */
static void test_stale_redefined(void **state)
{
	struct rig rig;
	(void)state;

	held_init(&rig, "0", "0");
	table_add(&rig, "2020-06", "5", "2020-09-01");
	rig_table(&rig);
	rig_until(&rig, "2020-09-20");
	rig_expect(&rig, "data_stale x\n+data_stale x\n!ops data_stale\n");
	held_next(&rig, true, FREQUENCY_QUARTER);
	engine_reload(rig.engine, rig.next_world.reg, &rig.settings, rig.now,
		&rig.effects);
	rig_perform(&rig);
	rig_work(&rig);
	rig_expect(&rig, "recovered x\n-data_stale x\n!ops recovered\n");
	rig_release(&rig);
}

/* Whatever is held, no verdict and no figure is another. */
static void test_held_moves_nothing(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct rig rig;
		struct assessment before;

		chance_state = seed;
		held_init(&rig, "2", "0.3");
		for (int round = 0; round < 6; round++) {
			before = engine_milestone(rig.engine, 0)->assessment;
			size_t kept = rig.store.figure_count;
			bool used = false;

			for (size_t i = 0; i < 1 + chance(7); i++) {
				char period[16], value[16];
				snprintf(period, sizeof(period), "2020-%02d",
					1 + (int)chance(8));
				snprintf(value, sizeof(value), "%d",
					1 + (int)chance(400));
				table_add(&rig, period, value, "2020-09-01");
			}
			rig.now++;
			rig_table(&rig);
			for (; kept < rig.store.figure_count; kept++)
				used |= !rig.store.figures[kept].observation
					.quarantine;
			if (!used)
				assert_false(assessment_differs(&before,
					&engine_milestone(rig.engine, 0)
					->assessment));
		}
		judge_from_nothing(&rig);
		rig_release(&rig);
	}
}

/* --- the machine, and what is near ------------------------------------------- */

static void rig_attempt(struct rig *rig, uint32_t source,
	const struct fetch_report *given)
{
	struct fetch_report report = *given;

	report.started = report.finished = rig->now;
	report.retry_after = report.max_age = -1;
	engine_fetched(rig->engine, source, &report, NULL, 0, rig->now,
		&rig->effects);
	rig_perform(rig);
}

static void test_machine_offline(void **state)
{
	const struct fetch_report missed = {.outcome = FETCH_FAILED,
		.unreached = true, .error = "no connection"};
	const struct fetch_report answered = {.outcome = FETCH_FAILED,
		.http_status = 503, .error = "status 503"};
	const struct fetch_report unasked = {.outcome = FETCH_FAILED,
		.unasked = true, .error = "not a public address"};
	static const char *const urls[] = {"http://a.example/x",
		"http://A.example:8080/y", "https://b.example", "http://c.example/",
		"http://localhost/"};
	struct rig rig;
	(void)state;

	rig_init(&rig, FIRST_SIGHT_EACH);
	rig.hold_fetches = true;
	for (int i = 0; i < 5; i++)
		rig_source(&rig.world, (const char *[]){"a", "a2", "b", "c",
			"here"}[i])->url = urls[i];
	world_finish(&rig.world);
	rig_start(&rig, "2020-09-01");
	assert_int_equal(rig.fetch_count, 5);
	rig.fetch_count = 0;
	/* One host twice, and one on this machine, are not three. */
	rig_attempt(&rig, 0, &missed);
	rig_attempt(&rig, 1, &missed);
	rig_attempt(&rig, 4, &missed);
	rig_attempt(&rig, 2, &missed);
	assert_int_equal(engine_source(rig.engine, 0)->failures, 1);
	rig_expect(&rig, "");
	rig_attempt(&rig, 3, &missed);
	rig_expect(&rig, "offline\n+offline \n!ops offline\n");
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(engine_source(rig.engine, i)->failures, 0);
	assert_int_equal(engine_source(rig.engine, 4)->failures, 1);
	assert_int_equal(engine_source(rig.engine, 3)->outcome, FETCH_OFFLINE);

	/* One at a time finds out; nobody is told of anything. */
	for (int i = 0; i < 40; i++) {
		rig_to(&rig, engine_next(rig.engine));
		size_t asked = 0;
		while (rig.fetch_count > 0) {
			uint32_t source = rig.fetches[--rig.fetch_count];
			asked += source != 4;
			rig_attempt(&rig, source, source == 4 ? &answered :
				&missed);
		}
		assert_in_range(asked, 0, 1);
	}
	text_clear(&rig.log);		/* the one on this machine is failing */
	rig_restart(&rig);
	rig_expect(&rig, "");
	assert_true(rig.fetch_count > 0);
	rig.fetch_count = 0;
	/* An address that was refused is no proof of a network. */
	rig_attempt(&rig, 1, &unasked);
	rig_expect(&rig, "");
	assert_int_equal(engine_source(rig.engine, 1)->outcome, FETCH_FAILED);
	rig_attempt(&rig, 0, &answered);
	rig_expect(&rig, "online\n-offline \n!ops online\n");
	rig_release(&rig);
}

/* A machine that starts again and again while it is cut off blames nobody. */
static void test_restart_offline(void **state)
{
	const struct fetch_report missed = {.outcome = FETCH_FAILED,
		.unreached = true, .error = "no connection"};
	const struct fetch_report answered = {.outcome = FETCH_UNCHANGED};
	static const char *const urls[] = {"http://a.example/",
		"http://b.example/", "http://c.example/"};
	struct rig rig;
	(void)state;

	rig_init(&rig, FIRST_SIGHT_EACH);
	rig.hold_fetches = true;
	for (int i = 0; i < 3; i++)
		rig_source(&rig.world, (const char *[]){"a", "b", "c"}[i])
			->url = urls[i];
	world_finish(&rig.world);
	rig_start(&rig, "2020-09-01");
	for (int start = 0; start < 5; start++) {
		for (int round = 0; round < 3; round++) {
			while (rig.fetch_count > 0)
				rig_attempt(&rig,
					rig.fetches[--rig.fetch_count], &missed);
			rig_to(&rig, engine_next(rig.engine));
		}
		rig_restart(&rig);
	}
	rig_expect(&rig, "offline\n+offline \n!ops offline\n");
	assert_int_equal(rig.fetch_count, 1);
	rig_attempt(&rig, rig.fetches[--rig.fetch_count], &answered);
	rig_expect(&rig, "online\n-offline \n!ops online\n");
	rig_work(&rig);
	assert_int_equal(rig.fetch_count, 2);
	rig_release(&rig);
}

static void test_gone_and_moved(void **state)
{
	const struct fetch_report gone = {.outcome = FETCH_FAILED,
		.http_status = 410, .gone = true, .error = "status 410"};
	const struct fetch_report moved = {.outcome = FETCH_UNCHANGED,
		.moved = "http://new.example/"};
	struct rig rig;
	(void)state;

	deal_init(&rig, FIRST_SIGHT_EACH);
	world_finish(&rig.world);
	rig_start(&rig, "2020-03-01");
	rig_attempt(&rig, 0, &moved);
	rig_expect(&rig, "source_moved s\n!ops source_moved\n");
	rig_attempt(&rig, 0, &moved);
	rig_expect(&rig, "");
	rig_attempt(&rig, 0, &gone);
	rig_expect(&rig, "source_failing s\n+source_failing s\n"
		"!ops source_failing\n");
	rig_restart(&rig);
	assert_int_equal(rig.fetch_count, 0);
	assert_int_equal(engine_source(rig.engine, 0)->next, INSTANT_MAX);
	assert_true(engine_poll(rig.engine, 0, rig.now, &rig.effects));
	rig_perform(&rig);
	rig_work(&rig);
	rig_expect(&rig, "source_recovered s\n-source_failing s\n"
		"!ops source_recovered\n");
	rig_release(&rig);
}

#define CROWD 600

/* How many of so many sources are asked at the start. */
static size_t crowd_asked(const char *url)
{
	static char ids[CROWD][16];
	struct rig rig;
	size_t asked = 0;

	rig_init(&rig, FIRST_SIGHT_NONE);
	rig.settings.polling.spread = SETTLE_SECONDS / 2;
	struct register_ *reg = rig.world.reg;

	reg->sources = arena_alloc(reg->arena, CROWD, sizeof *reg->sources);
	for (size_t i = 0; i < CROWD; i++) {
		snprintf(ids[i], sizeof ids[i], "s%zu", i);
		rig_source(&rig.world, ids[i])->url = url;
	}
	world_finish(&rig.world);
	rig.now = world_time(&rig.world, "2020-01-01");
	rig.engine = engine_new(reg, rig.history, &rig.settings);
	engine_start(rig.engine, rig.now, &rig.effects);
	for (size_t i = 0; i < rig.effects.count; i++)
		asked += rig.effects.items[i].kind == EFFECT_FETCH;
	rig_release(&rig);
	return asked;
}

/* Others are not asked by all at once; this machine does not mind. */
static void test_crowd_at_start(void **state)
{
	size_t far = crowd_asked("https://statistics.example/");

	(void)state;
	assert_in_range(far, 1, CROWD / 2);
	assert_int_equal(crowd_asked("http://127.0.0.1:8080/"), CROWD);
	assert_int_equal(crowd_asked("file:/srv/figures.csv"), CROWD);
}

static void test_near(void **state)
{
	static struct near near[] = {{{14, DURATION_DAY}, 6 * 3600},
		{{2, DURATION_DAY}, 3600}};
	struct rig rig;
	(void)state;

	rig_init(&rig, FIRST_SIGHT_EACH);
	world_indicator(&rig.world, "x", FREQUENCY_MONTH, 40);
	struct source *source = rig_source(&rig.world, "s");
	source->near = near;
	source->near_count = 2;
	source->every = 7 * DAY;
	world_milestone(&rig.world, "sum", "2020-12-31", "sum(x, 2020) >= 100");
	world_finish(&rig.world);
	rig_start(&rig, "2020-12-01T12:00:00Z");
	/* It supplies x only since it has given some. */
	rig_feed(&rig, "x", "2020-01", "8", "2020-12-01T12:00:00Z");
	rig_until(&rig, "2020-12-16T23:00:00-05:00");
	assert_int_equal(engine_source(rig.engine, 0)->next,
		world_time(&rig.world, "2020-12-17T23:59:59-05:00"));
	rig_until(&rig, "2020-12-20");
	instant next = engine_source(rig.engine, 0)->next;
	assert_in_range(next - rig.now, 1, 6 * 3600);
	rig_until(&rig, "2020-12-31");
	assert_in_range(engine_source(rig.engine, 0)->next - rig.now, 1, 3600);
	/* Decided: as ever. */
	rig_feed(&rig, "x", "2020-12", "100", "2021-01-01");
	rig_until(&rig, "2021-01-03");
	next = engine_source(rig.engine, 0)->next;
	rig_to(&rig, next);
	assert_int_equal(engine_source(rig.engine, 0)->next, next + 7 * DAY);
	rig_release(&rig);
}

/* --- documents and people ---------------------------------------------- */

static void rig_gazette(struct rig *rig)
{
	rig_init(rig, FIRST_SIGHT_EACH);
	world_documents(&rig->world, "gz", 0);
	rig_source(&rig->world, "a")->indicator_id = "gz";
	rig->world.reg->sources[0].every = DAY;
	world_milestone(&rig->world, "law", "2020-06-30",
		"exists(gz, \"law\")");
	world_milestone(&rig->world, "clean", "2020-06-30",
		"not exists(gz, \"ban\")")->mode = MODE_THROUGHOUT;
	world_finish(&rig->world);
}

static struct row rig_document(const struct rig *rig, const char *key,
	const char *date, const char *title)
{
	struct document document = {.key = key, .title = title, .url = "",
		.text = "", .source = ""};
	struct row row = {.indicator = register_indicator(rig->present->reg,
		"gz")};

	assert_true(period_read(date, &row.observation.period));
	row.observation.published = rig->now;
	row.document = document_copy(&document);
	return row;
}

static void rig_publish(struct rig *rig, const char *key, const char *date,
	const char *title)
{
	struct row row = rig_document(rig, key, date, title);

	rig_take_row(rig, &row);
	row_release(&row);
}

/* Absence is known by the next poll, and a restart knows the same. */
static void test_gazette(void **state)
{
	struct rig rig;
	(void)state;

	rig_gazette(&rig);
	rig_start(&rig, "2020-03-01T12:00:00Z");
	rig_expect(&rig, "");
	rig_to(&rig, world_time(&rig.world, "2020-05-10T12:00:00Z"));
	rig_publish(&rig, "n1", "2020-05-09", "A law");
	rig_expect(&rig, "new_document gz\nmet p/law pending>met\n"
		"!desk met\n!desk new_document\n");
	rig_publish(&rig, "n1", "2020-05-09", "A decree");
	rig_expect(&rig, "revised p/law met>pending\n!desk revised\n");
	rig_publish(&rig, "n1", "2020-05-09", "A law after all");
	rig_expect(&rig, "met p/law pending>met\n!desk met\n");
	rig_restart(&rig);
	rig_expect(&rig, "");
	rig_to(&rig, world_time(&rig.world, "2020-07-02T12:00:00Z"));
	rig_expect(&rig, "met p/clean awaiting_data>met\n!desk met\n");
	rig_restart(&rig);
	rig_expect(&rig, "");
	assert_int_equal(rig_status(&rig, "p/clean"), STATUS_MET);
	rig_release(&rig);
}

/* A reload by which nobody asks for documents any more, and one by which
   somebody does again: the polls in between count. */
static void test_gazette_unasked(void **state)
{
	struct rig rig;
	struct world bare;
	(void)state;

	rig_gazette(&rig);
	world_init(&bare);
	world_documents(&bare, "gz", 0);
	rig_source(&bare, "a")->indicator_id = "gz";
	bare.reg->sources[0].every = DAY;
	world_finish(&bare);
	rig_start(&rig, "2020-06-29T12:00:00Z");
	engine_reload(rig.engine, bare.reg, &rig.settings, rig.now,
		&rig.effects);
	rig_perform(&rig);
	rig_to(&rig, world_time(&rig.world, "2020-07-02T18:00:00Z"));
	engine_reload(rig.engine, rig.world.reg, &rig.settings, rig.now,
		&rig.effects);
	rig_perform(&rig);
	rig_work(&rig);
	assert_int_equal(rig_status(&rig, "p/clean"), STATUS_MET);
	assert_int_equal(rig_status(&rig, "p/law"), STATUS_NOT_MET);
	rig_release(&rig);
	world_release(&bare);
}

static enum attest_outcome rig_attest(struct rig *rig, const char *by, bool yes,
	struct date on)
{
	const struct attestation said = {.key = "adopted", .by = by, .yes = yes,
		.evidence = "", .note = "", .on = on};
	enum attest_outcome outcome = engine_attest(rig->engine,
		register_milestone(rig->present->reg, "p/law"), &said, rig->now,
		&rig->effects);
	size_t statements = 0, judgements = 0;

	/* Statement and verdict are one commit. */
	for (size_t i = 0; i < rig->effects.count; i++) {
		statements += rig->effects.items[i].kind == EFFECT_ATTESTATION;
		judgements += rig->effects.items[i].kind == EFFECT_ASSESSMENT;
	}
	assert_int_equal(statements, outcome == ATTESTED);
	assert_true(outcome == ATTESTED || judgements == 0);
	rig_perform(rig);
	rig_work(rig);
	return outcome;
}

static void test_attested(void **state)
{
	const struct date may = {2020, 5, 1}, june = {2020, 6, 1};
	struct rig rig;
	(void)state;

	rig_init(&rig, FIRST_SIGHT_EACH);
	world_milestone(&rig.world, "law", "2020-06-30",
		"attested(\"adopted\", 2)");
	world_finish(&rig.world);
	rig_start(&rig, "2020-06-10T12:00:00Z");
	rig_expect(&rig, "");
	assert_int_equal(rig_attest(&rig, "anna", true, may), ATTESTED);
	assert_int_equal(rig_attest(&rig, "anna", true, may), ATTESTED_AGAIN);
	rig_expect(&rig, "");
	assert_int_equal(rig_attest(&rig, "ben", true, june), ATTESTED);
	rig_expect(&rig, "met p/law pending>met\n!desk met\n");
	rig_restart(&rig);
	assert_int_equal(rig_attest(&rig, "ben", true, june), ATTESTED_AGAIN);
	assert_int_equal(rig_status(&rig, "p/law"), STATUS_MET);
	assert_int_equal(rig_attest(&rig, "carl", false, june), ATTESTED);
	rig_expect(&rig, "revised p/law met>pending\ndisputed p/law\n"
		"+disputed p/law\n!desk revised\n!desk disputed\n");
	assert_int_equal(engine_milestone(rig.engine, 0)->assessment.knowledge,
		KNOWLEDGE_DISPUTED);
	assert_int_equal(rig_attest(&rig, "carl", true, june), ATTESTED);
	rig_expect(&rig, "met p/law pending>met\nrecovered p/law\n-disputed p/law\n"
		"!desk met\n!desk recovered\n");
	rig_release(&rig);
}

/* --- much at once --------------------------------------------------------- */

#define TOUCHED 1000

static size_t count_met(const struct rig *rig)
{
	return engine_counts(rig->engine)[STATUS_MET];
}

static void many_init(struct rig *rig)
{
	static char names[TOUCHED][8];

	rig_init(rig, FIRST_SIGHT_NONE);
	world_indicator(&rig->world, "done", FREQUENCY_NONE, 0);
	rig_source(&rig->world, "s");
	for (int i = 0; i < TOUCHED; i++) {
		snprintf(names[i], sizeof(names[i]), "m%d", i);
		world_milestone(&rig->world, names[i], "2020-12-31",
			"last(done) >= 1");
	}
	world_finish(&rig->world);
	rig_start(rig, "2020-03-01");
	rig_feed(rig, "done", "2020-02-20", "0", "2020-02-20");
	rig_until(rig, "2020-06-01");
}

/* The figure that all of them wait for; what it leaves owed is not done. */
static void many_feed(struct rig *rig)
{
	const struct fetch_report report = {.outcome = FETCH_CHANGED,
		.retry_after = -1, .max_age = -1};
	const struct row row = rig_row(rig, "done", "2020-05-20", "1",
		"2020-05-20");

	engine_fetched(rig->engine, 0, &report, &row, 1, rig->now,
		&rig->effects);
	rig_perform(rig);
}

static void many_restart(struct rig *rig)
{
	rig_restart(rig);
	rig_to(rig, rig->now + DAY);
	assert_int_equal(count_met(rig), TOUCHED);
}

/* What one figure touches is more than a call judges or saves as due: whoever
   waits with the commit until nothing is owed loses no judgement. */
static void test_owed(void **state)
{
	struct rig rig;
	(void)state;

	many_init(&rig);
	many_feed(&rig);
	assert_true(engine_owes(rig.engine));
	assert_true(engine_next(rig.engine) <= rig.now);
	while (engine_owes(rig.engine)) {
		engine_advance(rig.engine, rig.now, 1, &rig.effects);
		rig_perform(&rig);
	}
	assert_true(count_met(&rig) < TOUCHED);
	many_restart(&rig);
	rig_release(&rig);
}

/* A reload leaves nothing owed. */
static void test_owed_reload(void **state)
{
	struct rig rig;
	(void)state;

	many_init(&rig);
	many_feed(&rig);
	engine_reload(rig.engine, rig.world.reg, &rig.settings, rig.now,
		&rig.effects);
	rig_perform(&rig);
	assert_false(engine_owes(rig.engine));
	many_restart(&rig);
	rig_release(&rig);
}

/* Rows put in order before are taken as those that were not. */
static void test_rows_order(void **state)
{
	struct rig plain, ordered;
	struct row rows[64];
	const struct fetch_report report = {.outcome = FETCH_CHANGED,
		.retry_after = -1, .max_age = -1};
	(void)state;

	deal_init(&plain, FIRST_SIGHT_EACH);
	deal_init(&ordered, FIRST_SIGHT_EACH);
	world_finish(&plain.world);
	world_finish(&ordered.world);
	rig_start(&plain, "2020-10-01");
	rig_start(&ordered, "2020-10-01");
	for (size_t i = 0; i < 64; i++) {
		char period[16], value[16];

		snprintf(period, sizeof(period), "2020-%02zu",
			1 + i * 29 % 9);
		snprintf(value, sizeof(value), "%zu", i * 7 % 5);
		rows[i] = rig_row(&plain, "x", period, value, i % 2 ?
			"2020-09-01" : "2020-09-20");
	}
	engine_fetched(plain.engine, 0, &report, rows, 64, plain.now,
		&plain.effects);
	rig_perform(&plain);
	rig_work(&plain);
	rows_order(ordered.world.reg, 0, rows, 64);
	engine_fetched(ordered.engine, 0, &report, rows, 64, ordered.now,
		&ordered.effects);
	rig_perform(&ordered);
	rig_work(&ordered);
	assert_true(plain.store.figure_count > 9);
	same_outcome(&plain, &ordered);
	same_notifications(&plain, &ordered);
	rig_release(&plain);
	rig_release(&ordered);
}

/* Ten times as slow under the sanitizers, which look at the code and not at chance. */
#ifdef __SANITIZE_ADDRESS__
#define HISTORIES 4
#else
#define HISTORIES 10
#endif

static void test_incremental_is_whole(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
		struct rig rig;
		random_register(&rig);
		random_history(&rig, seed);
		random_walk(&rig, false, true);
		rig_release(&rig);
	}
}

static void test_restart_changes_nothing(void **state)
{
	size_t events = 0;
	(void)state;
	for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
		struct rig calm, shaken;
		random_register(&calm);
		random_register(&shaken);
		random_history(&calm, seed);
		random_walk(&calm, false, false);
		random_walk(&shaken, true, true);
		same_outcome(&calm, &shaken);
		same_notifications(&calm, &shaken);
		events += (size_t)calm.store.last_event;
		rig_release(&calm);
		rig_release(&shaken);
	}
	assert_true(events > HISTORIES * 20);	/* something did happen */
	assert_true(deeds_of_use > HISTORIES);
}

/* Judging one at a time is judging all at once. */
static void test_slices_change_nothing(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
		struct rig whole, sliced;
		random_register(&whole);
		random_register(&sliced);
		random_history(&whole, seed);
		sliced.budget = 1;
		/* How a delivery fares goes by its number, and there are more. */
		whole.receive = sliced.receive = NULL;
		random_walk(&whole, false, false);
		random_walk(&sliced, false, false);
		same_outcome(&whole, &sliced);
		same_log(&whole, &sliced);
		rig_release(&whole);
		rig_release(&sliced);
	}
}

/* Polls that bring nothing new save no judgement. */
static void test_nothing_new_saves_nothing(void **state)
{
	struct rig rig;
	(void)state;

	random_register(&rig);
	random_history(&rig, 3);
	random_walk(&rig, false, false);
	size_t saved = rig.store.assessments_saved;
	size_t figures = rig.store.figure_count;
	rig_to(&rig, rig.now + 400 * DAY);
	saved = rig.store.assessments_saved - saved;
	if (rig.store.figure_count != figures)
		fail_msg("%zu figures", rig.store.figure_count - figures);
	assert_true(saved < 3 * rig.world.reg->milestone_count);
	rig_release(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slip),
		cmocka_unit_test(test_observed),
		cmocka_unit_test(test_decisions),
		cmocka_unit_test(test_causes_of_decisions),
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_unverified_then_met),
		cmocka_unit_test(test_revised_target),
		cmocka_unit_test(test_gazette),
		cmocka_unit_test(test_gazette_unasked),
		cmocka_unit_test(test_attested),
		cmocka_unit_test(test_revised_verdict),
		cmocka_unit_test(test_causes_of_figures),
		cmocka_unit_test(test_revised_in_time),
		cmocka_unit_test(test_revised_before_restart),
		cmocka_unit_test(test_revised_away),
		cmocka_unit_test(test_published_ahead),
		cmocka_unit_test(test_jumbled_rows),
		cmocka_unit_test(test_first_sight),
		cmocka_unit_test(test_first_sight_words),
		cmocka_unit_test(test_settling),
		cmocka_unit_test(test_killed_while_settling),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_causes_of_reload),
		cmocka_unit_test(test_slip_in_danger),
		cmocka_unit_test(test_reload_source),
		cmocka_unit_test(test_source_alerts),
		cmocka_unit_test(test_quarantine),
		cmocka_unit_test(test_jump),
		cmocka_unit_test(test_jump_taken_back),
		cmocka_unit_test(test_duplicate),
		cmocka_unit_test(test_release),
		cmocka_unit_test(test_release_says_twice),
		cmocka_unit_test(test_domain_accepted),
		cmocka_unit_test(test_stale_of_use),
		cmocka_unit_test(test_stale_ahead),
		cmocka_unit_test(test_left_while_down),
		cmocka_unit_test(test_stale_redefined),
		cmocka_unit_test(test_held_moves_nothing),
		cmocka_unit_test(test_machine_offline),
		cmocka_unit_test(test_restart_offline),
		cmocka_unit_test(test_gone_and_moved),
		cmocka_unit_test(test_crowd_at_start),
		cmocka_unit_test(test_near),
		cmocka_unit_test(test_clock_back_plans),
		cmocka_unit_test(test_clock_back_knowledge),
		cmocka_unit_test(test_clock_back_terms),
		cmocka_unit_test(test_clock_back_settling),
		cmocka_unit_test(test_delivery_backoff),
		cmocka_unit_test(test_delivery_outcomes),
		cmocka_unit_test(test_delivery_order),
		cmocka_unit_test(test_many_deliveries),
		cmocka_unit_test(test_lost_channel),
		cmocka_unit_test(test_message_ids),
		cmocka_unit_test(test_owed),
		cmocka_unit_test(test_owed_reload),
		cmocka_unit_test(test_rows_order),
		cmocka_unit_test(test_incremental_is_whole),
		cmocka_unit_test(test_restart_changes_nothing),
		cmocka_unit_test(test_slices_change_nothing),
		cmocka_unit_test(test_nothing_new_saves_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
