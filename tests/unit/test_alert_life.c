/*
 * The life of alerts: raised, told otherwise, acknowledged, escalated, over; each
 * by the table of core/alert.h, and the same after a restart.
 */
#include "core/engine_internal.h"
#include "rig.h"

/* Linked in the place of telling's own: what was handed on to be told. */
static struct text tidings;
void __wrap_tell(struct engine *engine, const struct tiding *tiding,
	instant now, struct effects *effects);
void __real_tell(struct engine *engine, const struct tiding *tiding,
	instant now, struct effects *effects);

void __wrap_tell(struct engine *engine, const struct tiding *tiding,
	instant now, struct effects *effects)
{
	text_addf(&tidings, "%s", event_kind_name(tiding->event->kind));
	if (tiding->raised) {
		assert_ptr_not_equal(tiding->raised, engine_alert_of(engine,
			tiding->raised->id));
		assert_int_equal(tiding->event->alert, tiding->raised->id);
		text_addf(&tidings, " raised %s %s", alert_state_name(
			tiding->raised->state),
			notify_reason_name(tiding->reason));
	}
	for (size_t i = 0; i < tiding->ended_count; i++) {
		const struct alert *alert = tiding->ended[i];

		assert_null(engine_alert_of(engine, alert->id));
		assert_int_equal(alert->resolved, now);
		assert_int_equal(alert->resolved_by, tiding->event->id);
		text_addf(&tidings, " ended %s %s", event_kind_name(alert->kind),
			alert_state_name(alert->state));
	}
	text_add_string(&tidings, tiding->answers ? " answers\n" : "\n");
	__real_tell(engine, tiding, now, effects);
}

static void expect_tidings(const char *want)
{
	if (strcmp(text_string(&tidings), want) != 0)
		fail_msg("told:\n%swanted:\n%s", text_string(&tidings), want);
	text_clear(&tidings);
}

/* "law" is missed on 2021-01-31, and its alert fires. */
static void missed_init(struct rig *rig)
{
	text_clear(&tidings);
	deal_init(rig, FIRST_SIGHT_EACH);
	world_finish(&rig->world);
	rig_start(rig, "2020-03-01");
	rig_feed(rig, "done", "2020-02-20", "0", "2020-02-20");
	rig_until(rig, "2021-02-01T12:00:00-05:00");
	rig_expect(rig, "slipped p/law due>not_met\n+slipped p/law\n"
		"!desk slipped\n");
}

static bool rig_acknowledge(struct rig *rig, int64_t alert, const char *by,
	const char *note, instant until)
{
	const struct stated stated = {by, note, NULL};
	bool done = engine_acknowledge(rig->engine, alert, &stated, until,
		rig->now, &rig->effects);

	rig_perform(rig);
	rig_work(rig);
	return done;
}

static enum notify_reason rig_take(struct rig *rig, int64_t alert,
	enum alert_input input)
{
	enum notify_reason reason = alert_take(rig->engine, alert, input,
		rig->now, &rig->effects);

	rig_perform(rig);
	rig_work(rig);
	return reason;
}

static void test_acknowledged(void **state)
{
	struct rig rig;
	const struct alert *alert;
	(void)state;

	missed_init(&rig);
	alert = engine_alert_of(rig.engine, 1);
	assert_ptr_equal(alert, engine_alert(rig.engine, 0));
	assert_int_equal(alert->acknowledged, INSTANT_MIN);
	assert_string_equal(alert->by, "");
	assert_false(rig_acknowledge(&rig, 2, "ada", "no such", rig.now + DAY));
	assert_true(rig_acknowledge(&rig, 1, "ada", "asked Beijing",
		rig.now + 7 * DAY));
	rig_expect(&rig, "=slipped p/law\n");

	/* Later words count, and a restart knows them. */
	rig_to(&rig, rig.now + DAY);
	assert_true(rig_acknowledge(&rig, 1, "bob", "answer due in May",
		rig.now + 30 * DAY));
	rig_expect(&rig, "=slipped p/law\n");
	rig_restart(&rig);
	rig_expect(&rig, "");
	alert = engine_alert_of(rig.engine, 1);
	assert_non_null(alert);
	assert_int_equal(alert->state, ALERT_ACKNOWLEDGED);
	assert_int_equal(alert->acknowledged, rig.now);
	assert_int_equal(alert->until, rig.now + 30 * DAY);
	assert_string_equal(alert->by, "bob");
	assert_string_equal(alert->note, "answer due in May");

	/* It hides no end. */
	rig_feed(&rig, "done", "2021-02-04", "1", "2021-02-02T12:00:00-05:00");
	rig_until(&rig, "2021-02-05");
	rig_expect(&rig, "met_late p/law not_met>met_late\n-slipped p/law\n"
		"!desk met_late\n");
	assert_null(engine_alert_of(rig.engine, 1));
	assert_false(rig_acknowledge(&rig, 1, "ada", "late", rig.now + DAY));
	rig_release(&rig);
}

/* Whatever is too long is cut, between characters. */
static void test_acknowledged_at_length(void **state)
{
	char by[ALERT_BY_MAX + 3], note[ALERT_NOTE_MAX + 3];
	const struct alert *alert;
	struct rig rig;
	(void)state;

	memset(by, 'a', sizeof(by));
	memset(note, 'n', sizeof(note));
	memcpy(by + ALERT_BY_MAX - 1, "é", sizeof("é"));
	memcpy(note + ALERT_NOTE_MAX - 1, "é", sizeof("é"));
	missed_init(&rig);
	assert_true(rig_acknowledge(&rig, 1, by, note, rig.now + DAY));
	alert = engine_alert_of(rig.engine, 1);
	assert_int_equal(strlen(alert->by), ALERT_BY_MAX - 1);
	assert_int_equal(strlen(alert->note), ALERT_NOTE_MAX - 1);
	assert_true(rig_acknowledge(&rig, 1, NULL, NULL, rig.now + DAY));
	assert_string_equal(engine_alert_of(rig.engine, 1)->note, "");
	rig_release(&rig);
}

/* Steps are counted while nobody has it in hand, and anew after that. */
static void test_escalated(void **state)
{
	const struct alert *alert;
	struct rig rig;
	(void)state;

	missed_init(&rig);
	alert = engine_alert_of(rig.engine, 1);
	assert_int_equal(alert->escalation, alert->raised);
	assert_int_equal(rig_take(&rig, 1, ALERT_ESCALATE), REASON_ESCALATED);
	assert_int_equal(rig_take(&rig, 1, ALERT_REMIND), REASON_REMINDER);
	rig_expect(&rig, "~slipped p/law\n");	/* a reminder changes nothing */
	rig_restart(&rig);
	alert = engine_alert_of(rig.engine, 1);
	assert_int_equal(alert->escalated, 1);

	rig_acknowledge(&rig, 1, "ada", "mine", rig.now + DAY);
	assert_int_equal(rig_take(&rig, 1, ALERT_ESCALATE), REASON_NONE);
	assert_int_equal(rig_take(&rig, 1, ALERT_REMIND), REASON_NONE);
	assert_int_equal(alert->escalated, 1);
	rig_to(&rig, rig.now + DAY - 1);
	text_clear(&rig.log);
	assert_int_equal(rig_take(&rig, 1, ALERT_EXPIRE),
		REASON_ACKNOWLEDGEMENT_EXPIRED);
	assert_int_equal(alert->state, ALERT_FIRING);
	assert_int_equal(alert->escalated, 0);
	assert_int_equal(alert->escalation, rig.now);
	rig_expect(&rig, "~slipped p/law\n");
	assert_int_equal(rig_take(&rig, 1, ALERT_EXPIRE), REASON_NONE);
	rig_expect(&rig, "");
	assert_int_equal(rig_take(&rig, 7, ALERT_REMIND), REASON_NONE);
	rig_release(&rig);
}

/* Every pair of state and input: what is over stays so, every end says how, and
   nothing but an end ends. */
static void test_table(void **state)
{
	(void)state;
	for (int s = 0; s < ALERT_STATE_COUNT; s++) {
		for (int i = 0; i < ALERT_INPUT_COUNT; i++) {
			struct alert_step step = alert_step(
				(enum alert_state)s, (enum alert_input)i);
			bool open = alert_state_is_open((enum alert_state)s);
			bool ends = i == ALERT_RESOLVE || i == ALERT_WITHDRAW;

			assert_in_range(step.state, 0, ALERT_WITHDRAWN);
			assert_int_equal(alert_state_is_open(step.state),
				open && !ends);
			if (!open) {
				assert_int_equal(step.state, s);
				assert_int_equal(step.reason, REASON_NONE);
			} else if (ends) {
				assert_int_equal(step.reason,
					i == ALERT_RESOLVE ? REASON_RESOLVED :
					REASON_WITHDRAWN);
			}
		}
	}
}

/* What is told otherwise says so in its alert, which keeps what people said. */
static void test_told_otherwise(void **state)
{
	struct rig rig;
	const struct alert *alert;
	(void)state;

	missed_init(&rig);
	rig_acknowledge(&rig, 1, "ada", "mine", rig.now + 90 * DAY);
	rig_expect(&rig, "=slipped p/law\n");
	world_init(&rig.next_world);
	world_indicator(&rig.next_world, "x", FREQUENCY_MONTH, 40);
	world_indicator(&rig.next_world, "done", FREQUENCY_NONE, 0);
	rig_source(&rig.next_world, "s");
	world_milestone(&rig.next_world, "law", "2021-06-30",
		"last(done) >= 1")->severity = SEVERITY_CRITICAL;
	world_finish(&rig.next_world);
	rig.present = &rig.next_world;
	engine_reload(rig.engine, rig.next_world.reg, &rig.settings, rig.now,
		&rig.effects);
	rig_perform(&rig);
	rig_work(&rig);
	rig_expect(&rig, "withdrawn p/sum awaiting_data>withdrawn\n"
		"!desk withdrawn\n"
		"slipped p/law 2020-12-31>2021-06-30\n=slipped p/law\n"
		"!desk slipped\n");
	rig_restart(&rig);
	alert = engine_alert_of(rig.engine, 1);
	assert_int_equal(alert->state, ALERT_ACKNOWLEDGED);
	assert_string_equal(alert->reason,
		"due moved from 2020-12-31 to 2021-06-30");
	assert_int_equal(alert->severity, SEVERITY_CRITICAL);
	assert_string_equal(alert->note, "mine");
	assert_int_equal(alert->raised_by, 1);
	rig_release(&rig);
}

/* Of every state and what may come after it: blindness is told, and ends
   nothing. */
static void test_blindness_ends_nothing(void **state)
{
	static const enum status blind[] = {STATUS_NOT_STARTED, STATUS_PENDING,
		STATUS_DUE, STATUS_AWAITING_DATA, STATUS_UNVERIFIED};
	(void)state;

	for (int from = 0; from < STATUS_COUNT; from++) {
		for (size_t i = 0; i < sizeof(blind) / sizeof(*blind); i++) {
			enum event_kind kind = event_of_change(
				(enum status)from, blind[i]);

			for (int alert = 0; kind != EVENT_KIND_COUNT &&
			    alert < EVENT_KIND_COUNT; alert++)
				assert_false(event_kind_ends(kind,
					(enum event_kind)alert));
		}
	}
	for (int alert = 0; alert < EVENT_KIND_COUNT; alert++) {
		assert_false(event_kind_ends(EVENT_DATA_STALE,
			(enum event_kind)alert));
		assert_false(event_kind_ends(EVENT_OFFLINE,
			(enum event_kind)alert));
		assert_false(event_kind_ends(EVENT_SOURCE_FAILING,
			(enum event_kind)alert));
	}
}

/* Sources that differed have not agreed when one of them falls silent. */
static void test_silent_source_agrees_not(void **state)
{
	struct rig rig;
	struct milestone *both;
	(void)state;

	rig_init(&rig, FIRST_SIGHT_EACH);
	world_indicator(&rig.world, "a", FREQUENCY_MONTH, 40);
	world_indicator(&rig.world, "b", FREQUENCY_MONTH, 40);
	rig_source(&rig.world, "s");
	both = world_milestone(&rig.world, "both", "2022-12-31",
		"at_least(2, sum(a, 2mo) >= 900, sum(b, 2mo) >= 900)");
	world_clauses(&rig.world, both)->tolerance_said = world_said("2%", 1);
	world_finish(&rig.world);
	rig_start(&rig, "2020-03-01");
	rig_feed(&rig, "a", "2020-01", "60", "2020-03-01");
	rig_feed(&rig, "b", "2020-01", "40", "2020-03-01");
	rig_feed(&rig, "a", "2020-02", "60", "2020-03-01");
	rig_feed(&rig, "b", "2020-02", "40", "2020-03-01");
	rig_expect(&rig, "disputed p/both\n+disputed p/both\n!desk disputed\n");
	rig_until(&rig, "2020-05-05");
	rig_feed(&rig, "a", "2020-03", "50", "2020-05-05");
	rig_feed(&rig, "a", "2020-04", "50", "2020-05-05");
	rig_until(&rig, "2020-06-01");
	assert_int_equal(engine_milestone(rig.engine, 0)->assessment.knowledge,
		KNOWLEDGE_ASSESSED);
	assert_null(strstr(text_string(&rig.log), "recovered p/both"));
	rig_restart(&rig);
	rig_feed(&rig, "b", "2020-03", "50", "2020-06-01");
	rig_feed(&rig, "b", "2020-04", "50", "2020-06-01");
	assert_non_null(strstr(text_string(&rig.log),
		"recovered p/both\n-disputed p/both\n"));
	rig_release(&rig);
}

/* Whoever tells is handed the whole of it. */
static void test_tidings(void **state)
{
	struct rig rig;
	(void)state;

	missed_init(&rig);
	expect_tidings("slipped raised firing first\n");
	rig_acknowledge(&rig, 1, "ada", "mine", rig.now + 900 * DAY);
	struct announcement announcement = announcement_of(rig.engine, 0,
		EVENT_SLIPPED, "later still");
	engine_announce(rig.engine, &announcement, rig.now, &rig.effects);
	announcement.kind = EVENT_BREACHED;
	engine_announce(rig.engine, &announcement, rig.now, &rig.effects);
	announcement.kind = EVENT_REVISED;
	announcement.besides = EVENT_BREACHED;
	engine_announce(rig.engine, &announcement, rig.now, &rig.effects);
	announcement.besides = EVENT_KIND_COUNT;
	announcement.kind = EVENT_RECOVERED;	/* there is nothing to end */
	assert_null(engine_announce(rig.engine, &announcement, rig.now,
		&rig.effects));
	announcement.kind = EVENT_DISPUTED;
	engine_announce(rig.engine, &announcement, rig.now, &rig.effects);
	assert_null(engine_announce(rig.engine, &announcement, rig.now,
		&rig.effects));			/* it stands */
	announcement.kind = EVENT_AT_RISK;
	engine_announce(rig.engine, &announcement, rig.now, &rig.effects);
	announcement.kind = EVENT_RECOVERED;
	engine_announce(rig.engine, &announcement, rig.now, &rig.effects);
	announcement.kind = EVENT_OFF_TRACK;
	announcement.quiet = true;
	engine_announce(rig.engine, &announcement, rig.now, &rig.effects);
	announcement.quiet = false;
	announcement.kind = EVENT_SUPERSEDED;
	engine_announce(rig.engine, &announcement, rig.now, &rig.effects);
	telling_advance(rig.engine, rig.now, &rig.effects);
	rig_perform(&rig);
	expect_tidings("slipped raised acknowledged changed\n"
		"breached raised firing first\n"
		"revised ended breached resolved\n"
		"disputed raised firing first\n"
		"at_risk raised firing first\n"
		"recovered ended at_risk resolved answers\n"
		"superseded ended slipped withdrawn ended disputed withdrawn "
		"ended off_track withdrawn\n");
	rig_release(&rig);
}

/* What routes and silences look at is found anew in the present register. */
static void test_subject(void **state)
{
	struct rig rig;
	struct route_subject subject;
	(void)state;

	missed_init(&rig);
	subject = engine_alert_subject(rig.engine, engine_alert(rig.engine, 0));
	assert_ptr_equal(subject.reg, rig.world.reg);
	assert_int_equal(subject.kind, EVENT_SLIPPED);
	assert_int_equal(subject.about, SUBJECT_MILESTONE);
	assert_string_equal(rig.world.reg->milestones[subject.milestone].id,
		"p/law");
	assert_int_equal(subject.source, NOT_FOUND);
	assert_int_equal(subject.indicator, NOT_FOUND);
	assert_null(subject.channel);
	const struct alert about[] = {
		{.kind = EVENT_SOURCE_FAILING, .subject_kind = SUBJECT_SOURCE,
			.subject = (char []){"s"}},
		{.kind = EVENT_DATA_STALE, .subject_kind = SUBJECT_INDICATOR,
			.subject = (char []){"x"}},
		{.kind = EVENT_DELIVERY_FAILED, .subject_kind = SUBJECT_CHANNEL,
			.subject = (char []){"desk"}},
		{.kind = EVENT_SLIPPED, .subject_kind = SUBJECT_MILESTONE,
			.subject = (char []){"p/gone"}},
	};
	assert_int_equal(engine_alert_subject(rig.engine, &about[0]).source, 0);
	assert_int_equal(engine_alert_subject(rig.engine, &about[1]).indicator,
		register_indicator(rig.world.reg, "x"));
	/* Its only source is concerned. */
	assert_int_equal(engine_alert_subject(rig.engine, &about[1]).source,
		NOT_FOUND);
	rig_feed(&rig, "x", "2020-01", "1", "2021-02-01");
	assert_int_equal(engine_alert_subject(rig.engine, &about[1]).source, 0);
	assert_string_equal(engine_alert_subject(rig.engine,
		&about[2]).channel, "desk");
	assert_int_equal(engine_alert_subject(rig.engine, &about[3]).milestone,
		NOT_FOUND);
	rig_release(&rig);
}

/* Found by number among many, in order, whichever have gone. */
static void test_numbers(void **state)
{
	struct alerts *alerts = alerts_new(0);
	struct effects effects;
	enum notify_reason reason;
	char id[32];
	(void)state;

	effects_init(&effects);
	for (int i = 1; i <= 1000; i++) {
		const struct event event = {.id = i, .kind = EVENT_SLIPPED,
			.subject_kind = SUBJECT_MILESTONE, .subject = id};
		snprintf(id, sizeof(id), "p/%d", i);
		assert_int_equal(alerts_raise(alerts, &event), i);
	}
	for (int i = 3; i <= 1000; i += 3)
		assert_int_equal(alerts_step(alerts, i, ALERT_RESOLVE, 5,
			&reason, &effects)->resolved, 5);
	assert_int_equal(alerts_count(alerts), 667);
	for (size_t i = 0, number = 1; i < 667; i++, number++) {
		number += number % 3 == 0;
		assert_int_equal(alerts_at(alerts, i)->id, number);
		snprintf(id, sizeof(id), "p/%zu", number);
		assert_int_equal(alerts_of(alerts, SUBJECT_MILESTONE, id,
			EVENT_SLIPPED), number);
	}
	for (int i = 1; i <= 1000; i++)
		assert_int_equal(alerts_open(alerts, i) != NULL, i % 3 != 0);
	effects_release(&effects);
	alerts_free(alerts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_acknowledged),
		cmocka_unit_test(test_acknowledged_at_length),
		cmocka_unit_test(test_escalated),
		cmocka_unit_test(test_told_otherwise),
		cmocka_unit_test(test_tidings),
		cmocka_unit_test(test_blindness_ends_nothing),
		cmocka_unit_test(test_silent_source_agrees_not),
		cmocka_unit_test(test_subject),
	};
	text_init(&tidings, 0);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	text_release(&tidings);
	return failed;
}
