/*
 * Which alert another follows from, and who is told when that changes.
 */
#include "core/engine_internal.h"
#include "rig.h"

/* Linked in the place of telling's own: what was said to be changed. */
static struct text changed;
static const struct engine *asked;
void __wrap_telling_alert_changed(struct engine *engine, int64_t id,
	instant now);
void __real_telling_alert_changed(struct engine *engine, int64_t id,
	instant now);

void __wrap_telling_alert_changed(struct engine *engine, int64_t id,
	instant now)
{
	const struct alert *alert = engine_alert_of(engine, id);

	if (engine == asked && alert)
		text_addf(&changed, "%s %s\n", event_kind_name(alert->kind),
			alert->subject);
	else if (engine == asked)
		text_addf(&changed, "%lld is over\n", (long long)id);
	__real_telling_alert_changed(engine, id, now);
}

static void expect_changed(const char *want)
{
	if (strcmp(text_string(&changed), want) != 0)
		fail_msg("changed:\n%swanted:\n%s", text_string(&changed), want);
	text_clear(&changed);
}

/* "kind subject ← kind subject", one for each open alert that has a cause. */
static void expect_causes(struct rig *rig, const char *want)
{
	struct text text;

	text_init(&text, 0);
	for (size_t i = 0; i < engine_alert_count(rig->engine); i++) {
		const struct alert *alert = engine_alert(rig->engine, i);
		int64_t id = engine_alert_cause(rig->engine, alert);
		const struct alert *cause = engine_alert_of(rig->engine, id);

		assert_int_equal(id != 0, cause != NULL);
		if (cause)
			text_addf(&text, "%s %s ← %s %s\n",
				event_kind_name(alert->kind), alert->subject,
				event_kind_name(cause->kind), cause->subject);
	}
	if (strcmp(text_string(&text), want) != 0)
		fail_msg("causes:\n%swanted:\n%s", text_string(&text), want);
	text_release(&text);
}

/* Alerts as they would be after a restart, whatever the milestones say. */
static void rig_alert(struct rig *rig, int64_t id, enum event_kind kind,
	enum subject_kind about, const char *subject, enum severity severity)
{
	const struct alert alert = {.id = id, .kind = kind,
		.severity = severity, .subject_kind = about,
		.subject = (char *)subject, .state = ALERT_FIRING,
		.resolved = INSTANT_MIN, .acknowledged = INSTANT_MIN,
		.until = INSTANT_MIN};

	engine_restore_alert(rig->engine, &alert);
}

static void rig_event(struct rig *rig, const char *milestone,
	enum event_kind kind)
{
	const struct announcement announcement = announcement_of(rig->engine,
		register_milestone(rig->present->reg, milestone), kind, "so");

	text_clear(&changed);
	engine_announce(rig->engine, &announcement, rig->now, &rig->effects);
}

/* law ← decree ← practice ← report, each by another word; other rests on no one's
   being met for certain. */
static void chain_init(struct rig *rig)
{
	static const char *practice_after[] = {"p/decree"};
	struct clauses *clauses;

	rig_init(rig, FIRST_SIGHT_EACH);
	world_indicator(&rig->world, "done", FREQUENCY_NONE, 0);
	world_indicator(&rig->world, "used", FREQUENCY_NONE, 0);
	rig_source(&rig->world, "s");
	world_milestone(&rig->world, "law", "2020-06-30", "last(done) >= 1");
	world_milestone(&rig->world, "decree", "2020-12-31",
		"met(\"p/law\") and last(done) >= 2");
	clauses = world_clauses(&rig->world, world_milestone(&rig->world,
		"practice", "2021-06-30", "last(used) >= 1"));
	clauses->after = practice_after;
	clauses->after_count = 1;
	world_milestone(&rig->world, "report", "met(\"p/practice\") + 60d",
		"last(done) >= 4");
	world_milestone(&rig->world, "other", "2021-06-30",
		"met(\"p/law\") or last(done) >= 5");
	world_finish(&rig->world);
	rig_start(rig, "2020-03-01");
	text_init(&changed, 0);
	asked = rig->engine;
}

static void chain_release(struct rig *rig)
{
	asked = NULL;
	text_release(&changed);
	rig_release(rig);
}

/* The nearest counts; one that nobody misses is passed through. */
static void test_chain(void **state)
{
	struct rig rig;
	(void)state;

	chain_init(&rig);
	rig_alert(&rig, 1, EVENT_SLIPPED, SUBJECT_MILESTONE, "p/law",
		SEVERITY_WARNING);
	rig_alert(&rig, 2, EVENT_AT_RISK, SUBJECT_MILESTONE, "p/decree",
		SEVERITY_WARNING);
	rig_alert(&rig, 3, EVENT_UNVERIFIED, SUBJECT_MILESTONE, "p/practice",
		SEVERITY_WARNING);
	rig_alert(&rig, 4, EVENT_DISPUTED, SUBJECT_MILESTONE, "p/practice",
		SEVERITY_WARNING);
	rig_alert(&rig, 5, EVENT_OFF_TRACK, SUBJECT_MILESTONE, "p/report",
		SEVERITY_WARNING);
	rig_alert(&rig, 6, EVENT_AT_RISK, SUBJECT_MILESTONE, "p/other",
		SEVERITY_WARNING);
	expect_causes(&rig, "at_risk p/decree ← slipped p/law\n"
		"unverified p/practice ← slipped p/law\n"
		"off_track p/report ← slipped p/law\n");

	rig_event(&rig, "p/decree", EVENT_BREACHED);
	expect_causes(&rig, "unverified p/practice ← breached p/decree\n"
		"off_track p/report ← breached p/decree\n"
		"breached p/decree ← slipped p/law\n");
	/* Its own two, and those behind it, twice: of one that ended and one
	   that began. */
	expect_changed("2 is over\n"
		"unverified p/practice\noff_track p/report\n"
		"breached p/decree\n"
		"unverified p/practice\noff_track p/report\n");
	rig_event(&rig, "p/law", EVENT_MET_LATE);
	expect_causes(&rig, "unverified p/practice ← breached p/decree\n"
		"off_track p/report ← breached p/decree\n");
	expect_changed("1 is over\nbreached p/decree\nat_risk p/other\n"
		"unverified p/practice\noff_track p/report\n");
	chain_release(&rig);
}

/* What is more severe than its cause speaks for itself. */
static void test_severity(void **state)
{
	struct rig rig;
	(void)state;

	chain_init(&rig);
	rig_alert(&rig, 1, EVENT_SLIPPED, SUBJECT_MILESTONE, "p/law",
		SEVERITY_WARNING);
	rig_alert(&rig, 2, EVENT_AT_RISK, SUBJECT_MILESTONE, "p/decree",
		SEVERITY_CRITICAL);
	rig_alert(&rig, 3, EVENT_AT_RISK, SUBJECT_MILESTONE, "p/practice",
		SEVERITY_INFO);
	expect_causes(&rig, "at_risk p/practice ← slipped p/law\n");
	chain_release(&rig);
}

/* One that is fulfilled passes nothing on; when it is, those that rest on it are
   asked about anew. */
static void test_fulfilled_between(void **state)
{
	struct rig rig;
	(void)state;

	chain_init(&rig);
	rig_event(&rig, "p/law", EVENT_SLIPPED);
	rig_event(&rig, "p/report", EVENT_AT_RISK);
	telling_advance(rig.engine, rig.now, &rig.effects);
	rig_perform(&rig);
	expect_causes(&rig, "at_risk p/report ← slipped p/law\n");
	rig_feed(&rig, "used", "2020-03-01", "1", "2020-03-01");
	assert_int_equal(engine_alert_count(rig.engine), 2);
	assert_int_equal(rig_status(&rig, "p/practice"), STATUS_MET);
	expect_causes(&rig, "");
	assert_non_null(strstr(text_string(&changed), "at_risk p/report\n"));
	chain_release(&rig);
}

/* a names its source, b is not there, c has a second source, of this machine. */
static void sources_init(struct rig *rig)
{
	rig_init(rig, FIRST_SIGHT_EACH);
	world_indicator(&rig->world, "a", FREQUENCY_MONTH, 40);
	world_indicator(&rig->world, "c", FREQUENCY_MONTH, 40);
	rig_source(&rig->world, "s")->indicator_id = "a";
	*rig_source(&rig->world, "t") = (struct source){.id = "t",
		.url = "file:///t", .extract = ".", .indicator_id = "c"};
	world_milestone(&rig->world, "law", "2020-06-30",
		"last(a) + last(c) >= 1");
	world_finish(&rig->world);
	rig_start(rig, "2020-03-01");
	text_init(&changed, 0);
	asked = rig->engine;
}

static void test_sources(void **state)
{
	struct rig rig;
	(void)state;

	sources_init(&rig);
	rig_alert(&rig, 1, EVENT_DATA_STALE, SUBJECT_INDICATOR, "a",
		SEVERITY_WARNING);
	rig_alert(&rig, 2, EVENT_DATA_STALE, SUBJECT_INDICATOR, "c",
		SEVERITY_WARNING);
	rig_alert(&rig, 3, EVENT_DATA_STALE, SUBJECT_INDICATOR, "gone",
		SEVERITY_WARNING);
	rig_alert(&rig, 4, EVENT_DATA_QUARANTINED, SUBJECT_INDICATOR, "a",
		SEVERITY_WARNING);
	expect_causes(&rig, "");
	rig_alert(&rig, 5, EVENT_OFFLINE, SUBJECT_NONE, "", SEVERITY_WARNING);
	expect_causes(&rig, "data_stale a ← offline \n");
	rig_alert(&rig, 6, EVENT_SOURCE_FAILING, SUBJECT_SOURCE, "s",
		SEVERITY_WARNING);
	rig_alert(&rig, 7, EVENT_SOURCE_UNREADABLE, SUBJECT_SOURCE, "t",
		SEVERITY_WARNING);
	rig_alert(&rig, 8, EVENT_DELIVERY_FAILED, SUBJECT_CHANNEL, "desk",
		SEVERITY_CRITICAL);
	rig_alert(&rig, 9, EVENT_SOURCE_FAILING, SUBJECT_SOURCE, "gone",
		SEVERITY_WARNING);
	expect_causes(&rig, "data_stale a ← source_failing s\n"
		"data_stale c ← source_unreadable t\n"
		"source_failing s ← offline \n"
		"delivery_failed desk ← offline \n");

	struct announcement over = announcement_about(rig.engine,
		SUBJECT_SOURCE, "t", EVENT_SOURCE_RECOVERED, "so");
	engine_announce(rig.engine, &over, rig.now, &rig.effects);
	effects_clear(&rig.effects);
	expect_changed("7 is over\ndata_stale c\n");
	over = announcement_about(rig.engine, SUBJECT_NONE, NULL, EVENT_ONLINE,
		"so");
	engine_announce(rig.engine, &over, rig.now, &rig.effects);
	effects_clear(&rig.effects);
	expect_changed("5 is over\ndata_stale a\ndata_stale c\n"
		"data_stale gone\nsource_failing s\n"
		"delivery_failed desk\nsource_failing gone\n");
	expect_causes(&rig, "data_stale a ← source_failing s\n");
	chain_release(&rig);
}

/* Every kind of alert is answered for. */
static void test_kinds(void **state)
{
	struct rig rig;
	(void)state;

	chain_init(&rig);
	for (int i = 0; i < EVENT_KIND_COUNT; i++) {
		const struct alert alert = {.kind = (enum event_kind)i,
			.subject_kind = SUBJECT_MILESTONE,
			.subject = (char []){"p/gone"}};
		assert_int_equal(engine_alert_cause(rig.engine, &alert), 0);
	}
	chain_release(&rig);
}

/* A walk among very many is bounded. */
static void test_wide(void **state)
{
	static const char *after[] = {"p/m*"};
	struct clauses *clauses;
	struct rig rig;
	static char names[1000][16];
	(void)state;

	rig_init(&rig, FIRST_SIGHT_NONE);
	world_indicator(&rig.world, "done", FREQUENCY_NONE, 0);
	rig_source(&rig.world, "s");
	for (int i = 0; i < 1000; i++) {
		snprintf(names[i], sizeof(names[i]), "m%03d", i);
		world_milestone(&rig.world, names[i], "2020-06-30",
			"last(done) >= 1");
	}
	clauses = world_clauses(&rig.world, world_milestone(&rig.world, "all",
		"2021-06-30", "last(done) >= 3"));
	clauses->after = after;
	clauses->after_count = 1;
	world_finish(&rig.world);
	rig_start(&rig, "2020-03-01");
	rig_alert(&rig, 1, EVENT_SLIPPED, SUBJECT_MILESTONE, "p/m200",
		SEVERITY_WARNING);
	rig_alert(&rig, 2, EVENT_AT_RISK, SUBJECT_MILESTONE, "p/all",
		SEVERITY_WARNING);
	assert_int_equal(engine_alert_cause(rig.engine,
		engine_alert_of(rig.engine, 2)), 1);
	rig_alert(&rig, 3, EVENT_SLIPPED, SUBJECT_MILESTONE, "p/m999",
		SEVERITY_WARNING);
	assert_int_equal(engine_alert_cause(rig.engine,
		engine_alert_of(rig.engine, 2)), 1);
	rig_release(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_severity),
		cmocka_unit_test(test_fulfilled_between),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_wide),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
