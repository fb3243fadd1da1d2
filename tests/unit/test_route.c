/*
 * Which channels hear of what.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/route.h"
#include "world.h"

enum { DESK, HOOK, OPS, LOG, CHANNELS };

static struct channel channels[CHANNELS] = {
	{.id = "desk"}, {.id = "hook"}, {.id = "ops"}, {.id = "log"}};

static struct match critical[] = {
	{MATCH_SEVERITY, NULL, "critical"}, {MATCH_OBLIGOR, NULL, "C?"}};
static struct match operators[] = {{MATCH_CLASS, NULL, "operator"}};
static struct match farm[] = {{MATCH_LABEL, "sector", "agri*"}};
static struct match slips[] = {{MATCH_KIND, NULL, "slipped"},
	{MATCH_MILESTONE, NULL, "p/*"}, {MATCH_PLEDGE, NULL, "p"},
	{MATCH_INSTRUMENT, NULL, "deal"}};
static struct match census[] = {{MATCH_SOURCE, NULL, "*"}};
static uint32_t to_desk_hook[] = {DESK, HOOK}, to_ops[] = {OPS},
	to_hook_log[] = {HOOK, LOG}, to_log[] = {LOG}, to_desk[] = {DESK};

static const struct route_case {
	const char *what;
	struct route routes[3];
	size_t count;
	enum event_kind kind;
	enum severity severity;
	const char *milestone;	/* NULL: of a source */
	const char *want;	/* ids in order */
} cases[] = {
	{"the first that matches",
		{{critical, 2, to_desk_hook, 2, false, .origin = {0}},
		{NULL, 0, to_log, 1, false, .origin = {0}}}, 2,
		EVENT_SLIPPED, SEVERITY_CRITICAL, "p/a", "desk hook "},
	{"all of a route must match",
		{{critical, 2, to_desk_hook, 2, false, .origin = {0}},
		{NULL, 0, to_log, 1, false, .origin = {0}}}, 2,
		EVENT_SLIPPED, SEVERITY_WARNING, "p/a", "log "},
	{"continue, and each channel once",
		{{critical, 2, to_desk_hook, 2, true, .origin = {0}},
		{NULL, 0, to_hook_log, 2, false, .origin = {0}}}, 2,
		EVENT_SLIPPED, SEVERITY_CRITICAL, "p/a", "desk hook log "},
	{"none", {{operators, 1, to_ops, 1, false, .origin = {0}}}, 1,
		EVENT_MET, SEVERITY_INFO, "p/a", ""},
	{"operators", {{operators, 1, to_ops, 1, false, .origin = {0}}}, 1,
		EVENT_SOURCE_FAILING, SEVERITY_WARNING, NULL, "ops "},
	{"a source has no obligor", {{critical, 2, to_desk, 1, false, .origin = {0}}}, 1,
		EVENT_SOURCE_FAILING, SEVERITY_CRITICAL, NULL, ""},
	{"a milestone has no source", {{census, 1, to_desk, 1, false, .origin = {0}}}, 1,
		EVENT_MET, SEVERITY_INFO, "p/a", ""},
	{"a source", {{census, 1, to_desk, 1, false, .origin = {0}}}, 1,
		EVENT_SOURCE_RECOVERED, SEVERITY_INFO, NULL, "desk "},
	{"a label", {{farm, 1, to_desk, 1, false, .origin = {0}}}, 1,
		EVENT_MET, SEVERITY_INFO, "p/a", "desk "},
	{"no such label", {{farm, 1, to_desk, 1, false, .origin = {0}}}, 1,
		EVENT_MET, SEVERITY_INFO, "p/b", ""},
	{"a label of a source", {{farm, 1, to_desk, 1, false, .origin = {0}}}, 1,
		EVENT_SOURCE_FAILING, SEVERITY_WARNING, NULL, "desk "},
	{"ids and kinds", {{slips, 4, to_desk, 1, false, .origin = {0}}}, 1,
		EVENT_SLIPPED, SEVERITY_INFO, "p/b", "desk "},
	{"another kind", {{slips, 4, to_desk, 1, false, .origin = {0}}}, 1,
		EVENT_MET, SEVERITY_INFO, "p/b", ""},
};

static void select_case(const struct world *world, const struct route_case *c,
	char out[64])
{
	struct route routes[3];
	memcpy(routes, c->routes, sizeof(routes));
	const struct policy policy = {channels, CHANNELS, routes, c->count};
	const struct route_subject subject = {
		.reg = world->reg, .kind = c->kind, .severity = c->severity,
		.milestone = c->milestone
			? register_milestone(world->reg, c->milestone) : NOT_FOUND,
		.source = c->milestone ? NOT_FOUND : 0,
		.indicator = NOT_FOUND,
	};
	struct choice chosen[CHANNELS_MAX];
	size_t count = policy_select(&policy, &subject, chosen);

	out[0] = '\0';
	for (size_t i = 0; i < count; i++)
		snprintf(out + strlen(out), 64 - strlen(out), "%s ",
			channels[chosen[i].channel].id);
}

static void test_routes(void **state)
{
	static const struct label labels[] = {{"sector", "agriculture"}};
	struct world world;
	(void)state;

	world_init(&world);
	world_indicator(&world, "x", FREQUENCY_MONTH, 0);
	struct milestone *a = world_milestone(&world, "a", "2020-12-31",
		"sum(x, 2020) >= 1");
	a->labels = labels;
	a->label_count = 1;
	world_milestone(&world, "b", "2020-12-31", "sum(x, 2020) >= 1");
	world.reg->sources[world.reg->source_count++] = (struct source){
		.id = "census", .url = "http://s/", .extract = ".",
		.labels = labels, .label_count = 1};
	world_finish(&world);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char got[64];
		select_case(&world, &cases[i], got);
		if (strcmp(got, cases[i].want) != 0)
			fail_msg("%s: '%s'", cases[i].what, got);
	}
	world_release(&world);
}

static void test_words(void **state)
{
	enum match_field field;
	enum channel_type type;
	const struct policy policy = {channels, CHANNELS, NULL, 0};
	(void)state;

	for (int i = 0; i < MATCH_FIELD_COUNT; i++) {
		assert_true(match_field_parse(
			match_field_name((enum match_field)i), &field));
		assert_int_equal(field, i);
	}
	assert_false(match_field_parse("colour", &field));
	for (int i = CHANNEL_LOG; i <= CHANNEL_WEBHOOK; i++) {
		assert_true(channel_type_parse(
			channel_type_name((enum channel_type)i), &type));
		assert_int_equal(type, i);
	}
	assert_false(channel_type_parse("pigeon", &type));
	assert_int_equal(policy_channel(&policy, "ops"), OPS);
	assert_int_equal(policy_channel(&policy, "opsx"), NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
