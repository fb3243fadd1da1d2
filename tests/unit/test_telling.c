/*
 * What is told whom, when and why: little stories on the virtual clock, a line
 * each of what happens, and of what leaves.
 */
#include <time.h>

#include "core/engine_internal.h"
#include "scene.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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
static struct channel slim_channels[] = {[DESK] = {.id = "desk",
	.type = CHANNEL_WEBHOOK, .items_most = 2, .hours = MORNINGS}};
static struct channel quiet_channels[] = CHANNELS_OF(BY_DAY, BY_DAY);

static uint32_t to_desk[] = {DESK}, to_ops[] = {OPS}, to_boss[] = {BOSS},
	to_board[] = {BOARD}, to_all[] = {DESK, BOSS}, to_logs[] = {LOGS},
	to_hook[] = {HOOK};
static struct match operators[] = {{MATCH_CLASS, NULL, "operator"}};
static struct match dangers[] = {{MATCH_KIND, NULL, "at_risk"}};
static struct group_key by_pledge[] = {{MATCH_PLEDGE, NULL}};
static struct group_key by_milestone[] = {{MATCH_MILESTONE, NULL}};
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
static struct route hooked[] = {{TO(to_hook), PACE}};
static struct route each[] = {{TO(to_desk), PACE, .group_by = by_milestone,
	.group_by_count = 1}};
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
	POLICY(plain_channels, boss_only), POLICY(plain_channels, hooked),
	POLICY(plain_channels, each),
	{"digest", {digest_channels, CHANNELS, paced, COUNT(paced)}},
	{"slim_digest", {slim_channels, 1, only_dangers, 1}},
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
	struct scene scene = {.policy_named = policy_named};

	scene_init(&scene, policy_named(c->policy));
	scene_play(&scene, c->script, kills);
	const char *got = text_string(&scene.told);
	bool good = strcmp(got, c->want) == 0;
	if (!good)
		print_error("%s%s: told:\n%swanted:\n%s", c->what,
			kills ? ", killed at every step" : "", got, c->want);
	scene_release(&scene);
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

static enum delivery_outcome receive_nothing(const struct rig *rig, int64_t id)
{
	return string_is(rig->store.deliveries[id - 1].channel, "desk") ?
		FAILED_FOR_NOW : DELIVERED;
}

/* What never arrived on a channel that is gone now is told, if it is still so, to
   those that its routes lead to. */
static void test_lost_with_its_channel(void **state)
{
	(void)state;
	for (int kills = 0; kills < 2; kills++) {
		struct scene scene = {.policy_named = policy_named};

		scene_init(&scene, policy_named("paced"));
		scene.rig.receive = receive_nothing;
		scene_play(&scene, "0 10:00:00 at_risk p/b\n"
			"0 10:10:00 at_risk p/a\n"
			"0 10:30:00 policy without_desk\n"
			"2 10:00:00 recovered p/a\n"
			"3 10:00:20 up\n"
			"3 11:00:00 up\n"
			"4 10:00:00 recovered p/b\n"
			"6 10:00:00 up\n", kills);
		assert_string_equal(text_string(&scene.told),
			"0 10:00:30 desk: first at_risk p/b\n"
			"0 10:10:30 desk: first at_risk p/a\n"
			"3 10:01:00 boss: first at_risk p/b\n"
			"4 10:00:30 boss: resolved recovered p/b of at_risk\n");
		scene_release(&scene);
	}
}

/* --- a flood ------------------------------------------------------------- */

struct measured {
	clock_t all, longest;	/* of the engine's calls */
};

static void measure(struct measured *measured, clock_t since)
{
	clock_t took = clock() - since;

	measured->all += took;
	if (took > measured->longest)
		measured->longest = took;
}

static struct announcement flood_one(struct rig *rig, size_t i, bool over)
{
	char id[32];

	if (rig->world.reg->milestone_count > i + 4)
		return announcement_of(rig->engine, (uint32_t)i + 4, over ?
			EVENT_MET_LATE : EVENT_SLIPPED, "not met by its due date");
	snprintf(id, sizeof(id), "i%zu", i);
	return announcement_about(rig->engine, SUBJECT_INDICATOR,
		effects_string(&rig->effects, id), over ? EVENT_RECOVERED :
		EVENT_DATA_STALE, "there is no figure of this indicator");
}

/* 250 of them in a call, as judging would. */
static void flood_announce(struct rig *rig, size_t count, bool over,
	struct measured *measured)
{
	for (size_t i = 0; i < count;) {
		clock_t since = clock();

		rig->engine->asked = rig->now;
		for (size_t end = i + 250; i < end && i < count; i++) {
			struct announcement announcement = flood_one(rig, i,
				over);
			engine_announce(rig->engine, &announcement, rig->now,
				&rig->effects);
		}
		telling_advance(rig->engine, rig->now, &rig->effects);
		measure(measured, since);
		rig_perform(rig);
	}
}

static void flood_tell(struct rig *rig, struct measured *measured)
{
	instant end = rig->now + 3600;

	for (instant next; (next = engine_next(rig->engine)) <= end;) {
		rig->now = later(rig->now, next);
		clock_t since = clock();
		engine_advance(rig->engine, rig->now, 0, &rig->effects);
		measure(measured, since);
		rig_perform(rig);
		while (rig->send_count > 0)
			rig_answer_send(rig, rig->sends[--rig->send_count]);
	}
	rig->now = end;
}

/* Told, reminded of and over; how long the engine took is said, and not
   judged. */
static void flood(const char *policy, size_t count, size_t want_messages)
{
	struct scene scene = {.policy_named = policy_named,
		.more = count > 1000 ? 0 : count};
	struct measured measured = {0};
	struct rig *rig = &scene.rig;

	scene_init(&scene, policy_named(policy));
	rig->store.tellings.log = NULL;
	rig->store.tellings.forgets = true;
	flood_announce(rig, count, false, &measured);
	assert_int_equal(rig->store.tellings.mention_count, count);
	flood_tell(rig, &measured);
	flood_announce(rig, count, true, &measured);
	flood_tell(rig, &measured);
	assert_int_equal(rig->store.tellings.mention_count, 0);
	assert_int_equal(rig->store.tellings.told_count, 2 * count);
	assert_int_equal(rig->store.delivery_count, 2 * want_messages);
	print_message("%s: %zu alerts told, and their ends, in %zu messages: "
		"%.0f ms, no call longer than %.1f ms\n", policy, count,
		rig->store.delivery_count,
		(double)measured.all * 1e3 / CLOCKS_PER_SEC,
		(double)measured.longest * 1e3 / CLOCKS_PER_SEC);
	scene_release(&scene);
}

static void test_flood(void **state)
{
	(void)state;
	flood("paced", 2500, 1);
	flood("paced", 10000, 10000 / NOTIFICATION_ITEMS_MAX);
	flood("hooked", 10000, 20);
	flood("each", 1000, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stories),
		cmocka_unit_test(test_stories_killed),
		cmocka_unit_test(test_lost_with_its_channel),
		cmocka_unit_test(test_flood),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
