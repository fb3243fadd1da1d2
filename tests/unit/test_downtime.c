/*
 * A register over years, run undisturbed, then killed at random, then left alone
 * for weeks at a time: killed it tells the same at the same times; left alone
 * it tells nothing that was not to be told, nothing twice, and what was to be
 * told by time alone with the time at which it was.
 */
#include "rig.h"

static uint64_t random_state;

static uint64_t chance(uint64_t below)
{
	random_state = random_state * UINT64_C(6364136223846793005) +
		UINT64_C(1442695040888963407);
	return (random_state >> 33) % below;
}

/* --- the register -------------------------------------------------------- */

static struct duration reminds[] = {{30, DURATION_DAY}, {7, DURATION_DAY}};

static struct milestone *deadline(struct rig *rig, const char *name,
	const char *due, const char *benchmark, int64_t grace)
{
	struct milestone *milestone = world_milestone(&rig->world, name, due,
		benchmark);
	struct clauses *clauses = world_clauses(&rig->world, milestone);

	milestone->grace = (struct duration){grace, DURATION_DAY};
	clauses->reminds = reminds;
	clauses->remind_count = 2;
	return milestone;
}

static void life_init(struct rig *rig, int64_t hold)
{
	static struct amendment later[] = {{.decree = {.on = {2020, 8, 3}},
		.due_said = {"2020-12-01", 9}}};
	struct milestone *sum;

	rig_init(rig, FIRST_SIGHT_EACH);
	world_indicator(&rig->world, "x", FREQUENCY_MONTH, 40);
	world_indicator(&rig->world, "done", FREQUENCY_NONE, 0);
	rig_source(&rig->world, "s");
	deadline(rig, "missed", "2020-05-31", "last(done) >= 9", 20);
	deadline(rig, "cured", "2020-07-15", "last(done) >= 2", 0);
	deadline(rig, "early", "2020-12-31", "last(done) >= 1", 0);
	deadline(rig, "moved", "2020-09-30", "last(done) >= 9", 5)
		->clauses->amendments = later;
	rig->world.reg->milestones[3].clauses->amendment_count = 1;
	deadline(rig, "waived", "2020-06-30", "last(done) >= 9", 0)
		->clauses->waived = (struct decree){.on = {2020, 10, 9}};
	deadline(rig, "over", "2020-06-30", "last(done) >= 9", 0)
		->clauses->withdrawn = (struct decree){.on = {2020, 11, 2}};
	deadline(rig, "after", "met(\"p/early\") + 200d", "last(done) >= 9", 0);
	sum = deadline(rig, "sum", "2020-12-31", "sum(x, 2020) >= 120", 0);
	sum->start_said = world_said("2020-01-01", 1);
	sum->path_said = world_said("linear", 1);
	sum->clauses->has_hold = hold > 0;
	sum->clauses->hold = (struct duration){hold, DURATION_DAY};
	sum = deadline(rig, "blind", "2020-12-31", "sum(x, 2021) >= 120", 0);
	sum->has_lag = true;
	sum->lag = (struct duration){10, DURATION_DAY};
	world_finish(&rig->world);
}

/* Twelve months, of chance, each in the month after next; and what is done. */
static struct {
	const char *indicator, *period;
	char value[8], given[24];
} releases[16];
static size_t release_count;

static void release(const char *indicator, const char *period, int64_t value,
	const char *given)
{
	snprintf(releases[release_count].value, sizeof(releases->value), "%d",
		(int)value);
	snprintf(releases[release_count].given, sizeof(releases->given), "%s",
		given);
	releases[release_count].indicator = indicator;
	releases[release_count++].period = period;
}

static void releases_make(void)
{
	static const char *const months[] = {"2020-01", "2020-02", "2020-03",
		"2020-04", "2020-05", "2020-06", "2020-07", "2020-08",
		"2020-09", "2020-10", "2020-11", "2020-12"};
	char given[24];

	release_count = 0;
	release("done", "2020-01-20", 0, "2020-01-21");
	release("done", "2020-04-11", 1, "2020-04-12");
	release("done", "2020-08-20", 2, "2020-08-22");
	for (int i = 0; i < 12; i++) {
		snprintf(given, sizeof(given), "%d-%02d-%02d", i < 10 ? 2020 :
			2021, (i + 2) % 12 + 1, (int)(1 + chance(7)));
		release("x", months[i], 6 + (int64_t)chance(9), given);
	}
}

static size_t give(struct rig *rig, uint32_t source, struct row *rows,
	struct fetch_report *report)
{
	size_t count = 0;
	(void)source;

	for (size_t i = 0; i < release_count; i++)
		if (world_time(&rig->world, releases[i].given) <= rig->now)
			rows[count++] = rig_row(rig, releases[i].indicator,
				releases[i].period, releases[i].value,
				releases[i].given);
	report->outcome = FETCH_CHANGED;
	return count;
}

/* --- what was told ------------------------------------------------------- */

struct told {
	char kind[32], subject[32], time[32], late[40];
	instant at;
	bool matched;
};

#define TOLD_MAX 400

/* Of milestones: "TIME ID ALERT KIND SUBJECT FROM>TO (late: TIME)". */
static size_t told_read(const char *log, struct told *out)
{
	size_t count = 0;

	for (; *log; log = strchr(log, '\n') + 1) {
		struct told *told = &out[count];
		const char *late = strstr(log, " (late: ");
		struct moment moment;

		*told = (struct told){.matched = false};
		if (*log != '2' || sscanf(log, "%31s %*d %*d %31s %31s",
		    told->time, told->kind, told->subject) != 3 ||
		    strncmp(told->subject, "p/", 2) != 0)
			continue;
		assert_true(moment_parse(told->time, strlen(told->time),
			&moment));
		told->at = moment.at;
		if (late && late < strchr(log, '\n'))
			assert_int_equal(sscanf(late, " (late: %39[^)])",
				told->late), 1);
		assert_true(++count < TOLD_MAX);
	}
	return count;
}

/* The undisturbed run's event that one is: of its kind and subject, not later (but
   that its poll may come later in the day), the last such; where it is late, the
   one at that very time. */
static struct told *told_find(struct told *all, size_t count,
	const struct told *told)
{
	for (size_t i = count; i-- > 0;)
		if (!all[i].matched && string_is(all[i].kind, told->kind) &&
		    string_is(all[i].subject, told->subject) &&
		    (told->late[0] ? string_is(all[i].time, told->late) :
		    all[i].at < told->at + DAY))
			return &all[i];
	return NULL;
}

static void alerts_say(struct rig *rig, struct text *out)
{
	text_clear(out);
	for (size_t i = 0; i < engine_alert_count(rig->engine); i++) {
		const struct alert *alert = engine_alert(rig->engine, i);

		if (alert->subject_kind == SUBJECT_MILESTONE)
			text_addf(out, "%s %s\n", event_kind_name(alert->kind),
				alert->subject);
	}
}

/* Nothing but time is of any consequence to these. */
static bool time_alone(const struct told *told)
{
	static const char *const subjects[] = {"p/missed", "p/moved",
		"p/waived", "p/over"};

	for (size_t i = 0; i < sizeof(subjects) / sizeof(*subjects); i++)
		if (string_is(told->subject, subjects[i]))
			return true;
	return false;
}

/* --- the runs ------------------------------------------------------------ */

enum disturbance { UNDISTURBED, KILLED, LEFT_ALONE };

static void life_run(struct rig *rig, int64_t hold, enum disturbance how,
	struct text *alerts)
{
	instant end;

	life_init(rig, hold);
	rig->publish = give;
	rig->log_times = true;
	rig_start(rig, "2020-02-01T09:00:00-05:00");
	end = world_time(&rig->world, "2021-06-30");
	for (int i = 0; how != UNDISTURBED && i < 30; i++) {
		rig_to(rig, rig->now + (int64_t)chance(15 * DAY));
		if (how == LEFT_ALONE)
			rig->now += (int64_t)chance(30 * DAY);
		rig_restart(rig);
	}
	rig_to(rig, later(rig->now, end));
	alerts_say(rig, alerts);
}

static void same_as(const char *one, const char *two, uint64_t seed)
{
	if (strcmp(one, two) != 0)
		fail_msg("seed %llu:\n%sundisturbed:\n%s",
			(unsigned long long)seed, one, two);
}

/* A kill now and then changes nothing, whatever waits. */
static void test_killed(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct text undisturbed, alerts;
		struct rig rig;

		text_init(&undisturbed, 0);
		text_init(&alerts, 0);
		random_state = seed;
		releases_make();
		life_run(&rig, (int64_t)(seed % 4) * 10, UNDISTURBED, &alerts);
		text_add_string(&undisturbed, text_string(&rig.log));
		rig_release(&rig);
		life_run(&rig, (int64_t)(seed % 4) * 10, KILLED, &alerts);
		same_as(text_string(&rig.log), text_string(&undisturbed), seed);
		rig_release(&rig);
		text_release(&undisturbed);
		text_release(&alerts);
	}
}

static void test_left_alone(void **state)
{
	static struct told all[TOLD_MAX], some[TOLD_MAX];
	size_t late = 0;
	(void)state;

	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct text undisturbed, alerts;
		struct rig rig;

		text_init(&undisturbed, 0);
		text_init(&alerts, 0);
		random_state = seed;
		releases_make();
		life_run(&rig, 0, UNDISTURBED, &undisturbed);
		size_t all_count = told_read(text_string(&rig.log), all);
		rig_release(&rig);
		life_run(&rig, 0, LEFT_ALONE, &alerts);
		size_t some_count = told_read(text_string(&rig.log), some);
		for (size_t i = 0; i < some_count; i++) {
			struct told *found = told_find(all, all_count, &some[i]);

			if (!found)
				fail_msg("seed %llu: %s %s %s late %s",
					(unsigned long long)seed, some[i].time,
					some[i].kind, some[i].subject,
					some[i].late);
			found->matched = true;
			if (time_alone(&some[i]) && found->at < some[i].at - 600)
				assert_int_not_equal(some[i].late[0], '\0');
			late += some[i].late[0] != '\0';
		}
		same_as(text_string(&alerts), text_string(&undisturbed), seed);
		rig_release(&rig);
		text_release(&undisturbed);
		text_release(&alerts);
	}
	assert_true(late > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_left_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
