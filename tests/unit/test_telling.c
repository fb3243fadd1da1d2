/*
 * What is told whom, when and why: little stories on the virtual clock, a line
 * each of what happens, and of what leaves.
 */
#include "core/engine_internal.h"
#include "rig.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HOUR INT64_C(3600)

/* --- policies ------------------------------------------------------------ */

enum { DESK, OPS, BOSS, BOARD, LOGS, HOOK, CHANNELS };

#define CHANNELS_OF(desk_hours, boss_hours) { \
	[DESK] = {.id = "desk", .type = CHANNEL_EMAIL, .hours = desk_hours}, \
	[OPS] = {.id = "ops", .type = CHANNEL_EMAIL}, \
	[BOSS] = {.id = "boss", .type = CHANNEL_EMAIL, .hours = boss_hours}, \
	[BOARD] = {.id = "board", .type = CHANNEL_EMAIL}, \
	[LOGS] = {.id = "logs", .type = CHANNEL_LOG}, \
	[HOOK] = {.id = "hook", .type = CHANNEL_WEBHOOK}}
#define ALWAYS {.quiet = NULL}
#define MORNINGS {.digest = {.every = DIGEST_DAILY, .minute = 480}}
#define BY_DAY {.quiet = nights, .quiet_count = 1, .has_urgent = true, \
	.urgent = SEVERITY_CRITICAL}

static const struct quiet_hours nights[] = {{1320, 420, 127}};
static struct channel plain_channels[] = CHANNELS_OF(ALWAYS, ALWAYS);
static struct channel digest_channels[] = CHANNELS_OF(MORNINGS, ALWAYS);
static struct channel quiet_channels[] = CHANNELS_OF(BY_DAY, BY_DAY);

static uint32_t to_desk[] = {DESK}, to_ops[] = {OPS}, to_boss[] = {BOSS},
	to_board[] = {BOARD}, to_all[] = {DESK, BOSS}, to_logs[] = {LOGS},
	to_hook[] = {HOOK};
static struct match operators[] = {{MATCH_CLASS, NULL, "operator"}};
static struct match dangers[] = {{MATCH_KIND, NULL, "at_risk"}};
static struct group_key by_pledge[] = {{MATCH_PLEDGE, NULL}};
static struct group_key by_kind[] = {{MATCH_KIND, NULL}};
static struct escalation ladder[] = {
	{.after = DAY, .channels = to_boss, .channel_count = 1},
	{.after = 3 * DAY, .channels = to_board, .channel_count = 1}};

#define OPERATORS {.matches = operators, .match_count = 1, .channels = to_ops, \
	.channel_count = 1, .group_wait = 30, .group_interval = 300}
#define TO(list) .channels = list, .channel_count = COUNT(list)
#define PACE .group_wait = 30, .group_interval = 300

static struct route paced[] = {OPERATORS, {TO(to_desk), PACE}};
static struct route at_once[] = {
	{.matches = operators, .match_count = 1, TO(to_ops)}, {TO(to_desk)}};
static struct route two[] = {OPERATORS, {TO(to_desk), PACE, .go_on = true},
	{TO(to_hook)}};
static struct route reminding[] = {OPERATORS, {TO(to_desk), PACE,
	.repeat_interval = DAY}};
static struct route escalating[] = {OPERATORS, {TO(to_desk), PACE,
	.repeat_interval = 0, .steps = ladder, .step_count = COUNT(ladder)}};
static struct route by_pledges[] = {OPERATORS, {TO(to_desk), PACE,
	.group_by = by_pledge, .group_by_count = 1}};
static struct route by_kinds[] = {OPERATORS, {TO(to_desk), PACE,
	.group_by = by_kind, .group_by_count = 1}};
static struct route only_dangers[] = {{.matches = dangers, .match_count = 1,
	TO(to_desk), PACE}};
static struct route logged[] = {{TO(to_logs), PACE}};
static struct route wide[] = {OPERATORS, {TO(to_all), PACE}};
static struct route boss_only[] = {OPERATORS, {TO(to_boss), PACE}};

#define POLICY(channels, routes) \
	{#routes, {channels, CHANNELS, routes, COUNT(routes)}}

static const struct named_policy {
	const char *name;
	struct policy policy;
} policies[] = {
	POLICY(plain_channels, paced), POLICY(plain_channels, at_once),
	POLICY(plain_channels, two), POLICY(plain_channels, reminding),
	POLICY(plain_channels, escalating), POLICY(plain_channels, by_pledges),
	POLICY(plain_channels, by_kinds), POLICY(plain_channels, only_dangers),
	POLICY(plain_channels, logged), POLICY(plain_channels, wide),
	POLICY(plain_channels, boss_only),
	{"digest", {digest_channels, CHANNELS, paced, COUNT(paced)}},
	{"quiet", {quiet_channels, CHANNELS, paced, COUNT(paced)}},
	{"quiet_escalating", {quiet_channels, CHANNELS, escalating,
		COUNT(escalating)}},
	{"quiet_reminding", {quiet_channels, CHANNELS, reminding,
		COUNT(reminding)}},
	{"without_desk", {plain_channels + BOSS, 1, (struct route[]){
		{.channels = (uint32_t[]){0}, .channel_count = 1, PACE}}, 1}},
};

static const struct policy *policy_named(const char *name)
{
	for (size_t i = 0; i < COUNT(policies); i++) {
		if (strcmp(policies[i].name, name) == 0)
			return &policies[i].policy;
	}
	fail_msg("no policy %s", name);
	return NULL;
}

/* --- the scene ----------------------------------------------------------- */

/* p/a (critical), p/b, p/c that waits for p/a, q/d; sources s, t; indicators x,
   which s supplies, and y. */
static void scene_init(struct rig *rig, const char *policy)
{
	static struct text told;

	rig_init(rig, FIRST_SIGHT_EACH);
	rig->world.reg->zone = zone_utc();
	rig->world.reg->instruments[0].zone = zone_utc();
	rig->world.reg->pledges[0].obligor = "CN";
	world_indicator(&rig->world, "x", FREQUENCY_MONTH, 40);
	world_indicator(&rig->world, "y", FREQUENCY_MONTH, 40);
	rig_source(&rig->world, "s")->indicator_id = "x";
	rig_source(&rig->world, "t")->indicator_id = "y";
	world_milestone(&rig->world, "a", "2030-12-31", "attested(\"a\")")
		->severity = SEVERITY_CRITICAL;
	world_milestone(&rig->world, "b", "2031-12-31", "attested(\"b\")")
		->severity = SEVERITY_WARNING;
	world_milestone(&rig->world, "c", "2032-12-31",
		"attested(\"c\") and met(\"p/a\")")->severity = SEVERITY_WARNING;
	world_pledge(&rig->world, "q")->obligor = "US";
	world_milestone(&rig->world, "d", "2030-06-30", "attested(\"d\")")
		->severity = SEVERITY_WARNING;
	world_finish(&rig->world);
	rig->settings.policy = policy_named(policy);
	rig->settings.polling.every = 4000 * DAY;
	text_init(&told, 0);
	rig->store.tellings.log = &told;
	rig->store.tellings.base = world_time(&rig->world,
		"2020-03-02T00:00:00Z");
	rig->now = rig->store.tellings.base;
	rig_start(rig, NULL);
	rig_work(rig);
}

static void scene_release(struct rig *rig)
{
	text_release(rig->store.tellings.log);
	rig_release(rig);
}

static enum subject_kind subject_kind_of(const struct rig *rig,
	const char *subject)
{
	const struct register_ *reg = rig->present->reg;

	return register_milestone(reg, subject) != NOT_FOUND ? SUBJECT_MILESTONE
		: register_source(reg, subject) != NOT_FOUND ? SUBJECT_SOURCE
		: register_indicator(reg, subject) != NOT_FOUND ?
		SUBJECT_INDICATOR : SUBJECT_NONE;
}

/* Something happens, as any input of the engine would have it. */
static void happen(struct rig *rig, enum event_kind kind, const char *subject)
{
	struct engine *engine = rig->engine;
	enum subject_kind about = subject_kind_of(rig, subject);
	struct announcement announcement = about == SUBJECT_MILESTONE ?
		announcement_of(engine, register_milestone(rig->present->reg,
		subject), kind, "it happened") :
		announcement_about(engine, about, about == SUBJECT_NONE ? NULL :
		subject, kind, "it happened");

	engine->asked = rig->now;
	engine_announce(engine, &announcement, rig->now, &rig->effects);
}

static void end_call(struct rig *rig)
{
	telling_advance(rig->engine, rig->now, &rig->effects);
	rig_perform(rig);
	rig_work(rig);
}

static int64_t seconds_of(const char *word)
{
	struct duration duration;
	int64_t seconds;

	if (!duration_read(word, &duration) ||
			!duration_seconds(duration, &seconds))
		fail_msg("no duration: %s", word);
	return seconds;
}

static void silence_words(struct rig *rig, const char *word, const char *words)
{
	const struct silence silence = {.words = words, .from = INSTANT_MIN,
		.until = rig->now + seconds_of(word), .by = "ada",
		.note = "maintenance"};

	assert_true(engine_silence(rig->engine, &silence, rig->now,
		&rig->effects) > 0);
}

static void attest(struct rig *rig, const char *key)
{
	char id[REGISTER_ID_MAX];

	snprintf(id, sizeof(id), "%s/%s", strcmp(key, "d") == 0 ? "q" : "p", key);
	const struct attestation attestation = {.key = key, .by = "ada",
		.yes = true, .on = zone_date(zone_utc(), rig->now),
		.evidence = "", .note = ""};
	assert_int_equal(engine_attest(rig->engine, register_milestone(
		rig->present->reg, id), &attestation, rig->now, &rig->effects),
		ATTESTED);
}

static void command(struct rig *rig, char *words)
{
	static const struct stated stated = {"ada", "mine", NULL};
	char *rest = strchr(words, ' ');
	enum event_kind kind;

	if (rest)
		*rest++ = '\0';
	char *second = rest ? strchr(rest, ' ') : NULL;
	if (strcmp(words, "and") == 0) {	/* in the same call as the next */
		char *about = second;
		*about++ = '\0';
		assert_true(event_kind_parse(rest, &kind));
		happen(rig, kind, about);
		return;
	}
	if (event_kind_parse(words, &kind)) {
		happen(rig, kind, rest ? rest : "");
	} else if (strcmp(words, "ack") == 0) {
		assert_true(engine_acknowledge(rig->engine, atoll(rest),
			&stated, rig->now + seconds_of(second + 1), rig->now,
			&rig->effects));
	} else if (strcmp(words, "silence") == 0) {
		*second++ = '\0';
		silence_words(rig, rest, second);
	} else if (strcmp(words, "end") == 0) {
		assert_true(engine_end_silence(rig->engine, atoll(rest), "bob",
			rig->now, &rig->effects));
	} else if (strcmp(words, "attest") == 0) {
		attest(rig, rest);
	} else if (strcmp(words, "policy") == 0) {
		rig->settings.policy = policy_named(rest);
		engine_reload(rig->engine, rig->present->reg, &rig->settings,
			rig->now, &rig->effects);
	} else if (strcmp(words, "kill") == 0) {
		rig_restart(rig);
	} else if (strcmp(words, "up") != 0) {
		fail_msg("no command: %s", words);
	}
	end_call(rig);
}

/* "D hh:mm:ss": since the base. Returns what follows. */
static char *time_read(const struct rig *rig, char *line, instant *out)
{
	long long day, hours, minutes, seconds;
	int length = 0;

	assert_int_equal(sscanf(line, "%lld %lld:%lld:%lld %n", &day, &hours,
		&minutes, &seconds, &length), 4);
	*out = rig->store.tellings.base + day * DAY + hours * HOUR +
		minutes * 60 + seconds;
	return line + length;
}

/* Each line "D hh:mm:ss command"; "down" lets nothing happen until the next
   line, at whose time a new process starts. */
static void play(struct rig *rig, const char *script, bool kills)
{
	char *copy = mem_string(script);
	bool down = false, together = false;

	for (char *line = copy, *next; *line; line = next) {
		instant at;

		next = strchr(line, '\n');
		*next++ = '\0';
		char *words = time_read(rig, line, &at);
		if (down) {
			rig->now = at;
			rig_restart(rig);
		} else if (!together) {
			rig_to(rig, at);
		}
		together = string_starts(words, "and ");
		down = strcmp(words, "down") == 0;
		if (!down)
			command(rig, words);
		if (kills && !down && !together)
			rig_restart(rig);
	}
	free(copy);
}

/* --- the stories --------------------------------------------------------- */

static const struct story_case {
	const char *what, *policy, *script, *want;
	bool frail;	/* a restart shows: what it finds is looked at anew */
} cases[] = {
#include "telling_cases.h"
};

/* Whether it went as it should. */
static bool story_play(const struct story_case *c, bool kills)
{
	struct rig rig;

	scene_init(&rig, c->policy);
	play(&rig, c->script, kills);
	const char *got = text_string(rig.store.tellings.log);
	bool good = strcmp(got, c->want) == 0;
	if (!good)
		print_error("%s%s: told:\n%swanted:\n%s", c->what,
			kills ? ", killed at every step" : "", got, c->want);
	scene_release(&rig);
	return good;
}

static void stories_play(bool kills)
{
	size_t bad = 0;

	for (size_t i = 0; i < COUNT(cases); i++)
		if (!kills || !cases[i].frail)
			bad += !story_play(&cases[i], kills);
	if (bad)
		fail_msg("%zu of %zu", bad, COUNT(cases));
}

static void test_stories(void **state)
{
	(void)state;
	stories_play(false);
}

/* What a restart brings back goes on as if nothing had been. */
static void test_stories_killed(void **state)
{
	(void)state;
	stories_play(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stories),
		cmocka_unit_test(test_stories_killed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
