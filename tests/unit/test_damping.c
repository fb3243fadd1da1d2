/*
 * What flaps around a threshold is told when it can be relied on, and what
 * recovers for want of a figure has not.
 */
#include "rig.h"

/* A level of 200 to be reached, on a path of 100 until the last day: a figure of
   95 is a pace of 0.95. */
static struct milestone *level(struct rig *rig)
{
	static struct path_point points[] = {
		{{2020, 1, 1}, {100, 0}}, {{2023, 12, 30}, {100, 0}}};
	static struct path path;
	struct milestone *milestone;

	path = (struct path){.kind = PATH_TABLE, .points = points,
		.point_count = 2};
	world_indicator(&rig->world, "x", FREQUENCY_DAY, 40);
	rig_source(&rig->world, "s");
	milestone = world_milestone(&rig->world, "m", "2023-12-31",
		"last(x) >= 200");
	milestone->start_said = world_said("2020-01-01", 1);
	milestone->baseline_said = world_said("100", 1);
	milestone->path = &path;
	return milestone;
}

static void level_init(struct rig *rig, int64_t hold_days,
	const char *hysteresis)
{
	struct clauses *clauses;

	rig_init(rig, FIRST_SIGHT_EACH);
	rig->only_events = true;
	clauses = world_clauses(&rig->world, level(rig));
	clauses->has_hold = hold_days > 0;
	clauses->hold = (struct duration){hold_days, DURATION_DAY};
	assert_true(decimal_read(hysteresis, &clauses->hysteresis));
	world_finish(&rig->world);
	rig_start(rig, "2020-03-01T12:00:00-05:00");
	rig->log_reasons = true;
}

/* At noon of a day, the figure of the day before. */
static void at(struct rig *rig, const char *day, const char *value)
{
	char noon[32];
	struct text before;
	struct date date;

	snprintf(noon, sizeof(noon), "%sT12:00:00-05:00", day);
	rig_until(rig, noon);
	if (!value)
		return;
	assert_true(date_parse(day, &date));
	text_init(&before, 0);
	text_add_date(&before, date_add_days(date, -1));
	rig_feed(rig, "x", text_string(&before), value, noon);
	text_release(&before);
}

static void test_hold(void **state)
{
	(void)state;
	for (int restarts = 0; restarts < 2; restarts++) {
		struct rig rig;
		static const struct {
			const char *day, *value;
		} figures[] = {
			{"2020-03-02", "120"}, {"2020-03-10", "95"},
			{"2020-03-13", "120"}, {"2020-03-20", "80"},
			{"2020-03-24", "95"}, {"2020-03-26", "101"},
			{"2020-04-01", "95"}, {"2020-04-05", "80"},
		};

		level_init(&rig, 7, "0");
		for (size_t i = 0; i < sizeof(figures) / sizeof(*figures);
		    i++) {
			at(&rig, figures[i].day, figures[i].value);
			if (restarts)
				rig_restart(&rig);
		}
		at(&rig, "2020-04-07", NULL);
		rig_expect(&rig, "");
		/* In danger for a week, whichever: the worse of now is told. */
		rig_until(&rig, "2020-04-08T11:59:59-05:00");
		rig_expect(&rig, "");
		rig_until(&rig, "2020-04-08T12:00:00-05:00");
		rig_expect(&rig, "off_track p/m on_track>off_track\n"
			"  last(x) = 80, needs >= 200; 80 % of the path through "
			"2020-04-04; held for 7d; changed 2 times since "
			"2020-03-10\n+off_track p/m\n");
		/* And that it is over. */
		at(&rig, "2020-04-10", "120");
		if (restarts)
			rig_restart(&rig);
		at(&rig, "2020-04-16", NULL);
		rig_expect(&rig, "");
		assert_int_equal(rig_status(&rig, "p/m"), STATUS_ON_TRACK);
		at(&rig, "2020-04-17", NULL);
		rig_expect(&rig, "recovered p/m off_track>on_track\n"
			"  last(x) = 120, needs >= 200; 120 % of the path "
			"through 2020-04-09; held for 7d\n"
			"-off_track p/m\n");
		/* A verdict waits for nobody, and takes what waits along. */
		at(&rig, "2020-05-01", "80");
		at(&rig, "2020-05-02", "200");
		rig_expect(&rig, "met p/m on_track>met\n"
			"  last(x) = 200, needs >= 200; reached on 2020-05-01\n");
		rig_until(&rig, "2020-06-01");
		rig_expect(&rig, "");
		rig_release(&rig);
	}
}

/* From a threshold on it counts only where it is passed by a margin. */
static void test_hysteresis(void **state)
{
	struct rig rig;
	(void)state;

	level_init(&rig, 0, "0.05");
	rig.log_reasons = false;
	at(&rig, "2020-03-02", "120");
	at(&rig, "2020-03-03", "99");
	rig_expect(&rig, "at_risk p/m on_track>at_risk\n+at_risk p/m\n");
	at(&rig, "2020-03-04", "102");
	at(&rig, "2020-03-05", "98");
	at(&rig, "2020-03-06", "104.9");
	rig_restart(&rig);
	at(&rig, "2020-03-07", "99");
	rig_expect(&rig, "");
	at(&rig, "2020-03-08", "89");
	rig_expect(&rig, "off_track p/m at_risk>off_track\n-at_risk p/m\n"
		"+off_track p/m\n");
	at(&rig, "2020-03-09", "94");	/* 0.9 and a twentieth of it: 0.945 */
	rig_expect(&rig, "");
	at(&rig, "2020-03-10", "94.5");
	rig_expect(&rig, "at_risk p/m off_track>at_risk\n-off_track p/m\n"
		"+at_risk p/m\n");
	at(&rig, "2020-03-11", "104");
	at(&rig, "2020-03-12", "99");
	rig.log_reasons = true;
	at(&rig, "2020-03-13", "105");
	rig_expect(&rig, "recovered p/m at_risk>on_track\n"
		"  last(x) = 105, needs >= 200; 105 % of the path through "
		"2020-03-12; changed 1 time since 2020-03-11\n"
		"-at_risk p/m\n");
	rig_release(&rig);
}

/* It has lasted since it was past the margin. */
static void test_hold_past_margin(void **state)
{
	struct rig rig;
	(void)state;

	level_init(&rig, 7, "0.05");
	rig.log_reasons = false;
	at(&rig, "2020-03-02", "95");
	at(&rig, "2020-03-09", NULL);
	rig_expect(&rig, "at_risk p/m pending>at_risk\n+at_risk p/m\n");
	at(&rig, "2020-03-10", "101");
	at(&rig, "2020-03-30", "106");
	rig_restart(&rig);
	at(&rig, "2020-04-05", NULL);
	rig_expect(&rig, "");
	at(&rig, "2020-04-06", NULL);
	rig_expect(&rig, "recovered p/m at_risk>on_track\n-at_risk p/m\n");
	rig_release(&rig);
}

/* What waits when the date comes is told then, if it is a danger: nothing else
   would tell of it. */
static void test_due(void **state)
{
	struct rig rig;
	(void)state;

	level_init(&rig, 30, "0");
	rig.log_reasons = false;
	at(&rig, "2020-03-02", "120");
	at(&rig, "2023-12-20", "80");
	rig_until(&rig, "2023-12-31");
	text_clear(&rig.log);	/* of its source */
	rig_until(&rig, "2024-01-01");
	rig_expect(&rig, "off_track p/m on_track>off_track\n+off_track p/m\n");
	assert_int_equal(rig_status(&rig, "p/m"), STATUS_AWAITING_DATA);
	rig_until(&rig, "2024-02-10");
	rig_expect(&rig, "data_stale x\n+data_stale x\n"
		"unverified p/m awaiting_data>unverified\n"
		"+unverified p/m\n");
	rig_release(&rig);
}

/* A hold that ends while nobody is there is told late. */
static void test_down(void **state)
{
	struct rig rig;
	(void)state;

	level_init(&rig, 7, "0");
	rig.log_reasons = false;
	at(&rig, "2020-03-02", "120");
	at(&rig, "2020-03-03", "80");
	rig.now = world_time(&rig.world, "2020-03-20T12:00:00-05:00");
	rig_restart(&rig);
	rig_expect(&rig, "off_track p/m on_track>off_track "
		"(late: 2020-03-10T16:00:00Z)\n+off_track p/m\n");
	rig_restart(&rig);
	rig_until(&rig, "2020-03-30");
	rig_expect(&rig, "");
	rig_release(&rig);
}

/* --- years of it --------------------------------------------------------- */

static uint64_t random_state;

static uint64_t chance(uint64_t below)
{
	random_state = random_state * UINT64_C(6364136223846793005) +
		UINT64_C(1442695040888963407);
	return (random_state >> 33) % below;
}

/* What should be told of a status each day, by rules that are told apart from
   the engine's. */
struct model {
	enum status told, now;
	int apart;		/* day; -1: none */
	struct text log;
};

static void model_tell(struct model *model, int day, int hold)
{
	bool danger = model->told != STATUS_ON_TRACK;

	if (model->apart < 0 || day - model->apart < hold)
		return;
	if (danger)
		text_addf(&model->log, "-%s\n", status_name(model->told));
	if (model->now != STATUS_ON_TRACK)
		text_addf(&model->log, "+%s\n", status_name(model->now));
	model->told = model->now;
	model->apart = -1;
}

static void model_day(struct model *model, int day, int hold, enum status now)
{
	model_tell(model, day, hold);
	model->now = now;
	if (now == model->told)
		model->apart = -1;
	else if (model->apart < 0)
		model->apart = day;
}

/* The alerts alone, of "[+-]kind subject". */
static void log_alerts(const char *log, struct text *out)
{
	char sign, kind[32], subject[32];

	for (; *log; log = strchr(log, '\n') + 1)
		if (sscanf(log, "%c%31s %31s", &sign, kind, subject) == 3 &&
		    (sign == '+' || sign == '-') &&
		    string_is(subject, "p/m"))
			text_addf(out, "%c%s\n", sign, kind);
}

static void test_years(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct model model = {STATUS_ON_TRACK, STATUS_ON_TRACK, -1,
			{0}};
		int hold = 1 + (int)(seed % 10);
		struct text alerts;
		struct rig rig;
		int64_t value = 100;

		random_state = seed;
		text_init(&model.log, 0);
		text_init(&alerts, 0);
		level_init(&rig, hold, "0");
		rig.log_reasons = false;
		at(&rig, "2020-03-01", "120");
		for (int day = 1; day < 1200; day++) {
			char date[16], figure[16];
			struct date on = date_add_days((struct date)
				{2020, 3, 1}, day);

			value += (int64_t)chance(13) - 6;
			value = value < 70 ? 70 : value > 125 ? 125 : value;
			snprintf(date, sizeof(date), "%04d-%02d-%02d", on.year,
				on.month, on.day);
			snprintf(figure, sizeof(figure), "%lld",
				(long long)value);
			at(&rig, date, figure);
			if (seed % 2 == 0 && chance(4) == 0)
				rig_restart(&rig);
			model_day(&model, day, hold, rig_status(&rig, "p/m"));
		}
		log_alerts(text_string(&rig.log), &alerts);
		if (strcmp(text_string(&alerts), text_string(&model.log)) != 0)
			fail_msg("seed %llu: told\n%swanted\n%s",
				(unsigned long long)seed, text_string(&alerts),
				text_string(&model.log));
		assert_true(model.log.length > 0);
		text_release(&model.log);
		text_release(&alerts);
		rig_release(&rig);
	}
}

/* --- missing figures ----------------------------------------------------- */

/* A sum over the months of 2020 on a linear path. */
static void months_init(struct rig *rig, const char *benchmark, bool floor)
{
	struct milestone *milestone;

	rig_init(rig, FIRST_SIGHT_EACH);
	rig->only_events = true;
	world_indicator(&rig->world, "x", FREQUENCY_MONTH, 300);
	if (floor) {
		rig->world.reg->indicators[0].has_min = true;
		rig->world.reg->indicators[0].min = DECIMAL_ZERO;
	}
	rig_source(&rig->world, "s");
	milestone = world_milestone(&rig->world, "m", "2020-12-31", benchmark);
	milestone->start_said = world_said("2020-01-01", 1);
	milestone->path_said = world_said("linear", 1);
	world_finish(&rig->world);
	rig_start(rig, "2020-02-01");
}

/* With a month left out a ceiling looks kept. */
static void test_gap_of_ceiling(void **state)
{
	struct rig rig;
	(void)state;

	months_init(&rig, "sum(x, 2020) <= 120", false);
	rig_until(&rig, "2020-03-10");
	rig_feed(&rig, "x", "2020-01", "10.5", "2020-03-10");
	rig_expect(&rig, "at_risk p/m pending>at_risk\n+at_risk p/m\n");
	rig_until(&rig, "2020-04-10");
	rig_feed(&rig, "x", "2020-03", "10.5", "2020-04-10");
	assert_int_equal(rig_status(&rig, "p/m"), STATUS_ON_TRACK);
	rig_expect(&rig, "");
	rig_restart(&rig);
	rig_until(&rig, "2020-05-10");
	rig_feed(&rig, "x", "2020-04", "10.5", "2020-05-10");
	rig_expect(&rig, "");
	/* With it, it is at risk as ever, and then no more. */
	rig_feed(&rig, "x", "2020-02", "10.5", "2020-05-10");
	assert_int_equal(rig_status(&rig, "p/m"), STATUS_AT_RISK);
	rig_expect(&rig, "");
	rig_until(&rig, "2020-06-10");
	rig_feed(&rig, "x", "2020-05", "5", "2020-06-10");
	rig_expect(&rig, "recovered p/m at_risk>on_track\n-at_risk p/m\n");
	rig_release(&rig);
}

/* A floor that is kept without a month is kept with it. */
static void test_gap_of_floor(void **state)
{
	struct rig rig;
	(void)state;

	months_init(&rig, "sum(x, 2020) >= 120", true);
	rig_until(&rig, "2020-03-10");
	rig_feed(&rig, "x", "2020-01", "9.5", "2020-03-10");
	rig_expect(&rig, "at_risk p/m pending>at_risk\n+at_risk p/m\n");
	rig_until(&rig, "2020-04-10");
	rig_feed(&rig, "x", "2020-03", "25", "2020-04-10");
	rig_expect(&rig, "recovered p/m at_risk>on_track\n-at_risk p/m\n");
	rig_release(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_hysteresis),
		cmocka_unit_test(test_hold_past_margin),
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_down),
		cmocka_unit_test(test_years),
		cmocka_unit_test(test_gap_of_ceiling),
		cmocka_unit_test(test_gap_of_floor),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
