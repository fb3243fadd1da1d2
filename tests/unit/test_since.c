/* Since when an answer stands, by the dates of the figures it rests on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/since.h"
#include "world.h"

static void set_up(struct world *world, const char *benchmark)
{
	world_init(world);
	world_indicator(world, "x", FREQUENCY_MONTH, 40);
	world_milestone(world, "m", "2020-12-31", benchmark);
	world_finish(world);
}

static void since_is(struct world *world, const char *as_of,
	const char *expected)
{
	const struct zone *zone = milestone_zone(world->reg,
		&world->reg->milestones[0]);
	struct knowledge known = {world_time(world, as_of), INSTANT_MAX};
	instant since = status_since(world->reg, world->history, 0, known);
	struct text text;

	text_init(&text, 64);
	if (since == INSTANT_MIN)
		text_add_string(&text, "never");
	else
		text_add_date(&text, zone_date(zone, since));
	assert_string_equal(text_string(&text), expected);
	text_release(&text);
}

/* Published late on a day is known from then on. */
static void test_of_figures(void **state)
{
	struct world world;

	(void)state;
	set_up(&world, "last(x) >= 10");
	world_observe(&world, "x", "2020-03", "1", "2020-04-20");
	world_observe(&world, "x", "2020-05", "12", "2020-06-20");
	since_is(&world, "2020-06-19", "2020-02-14");
	since_is(&world, "2020-06-20", "2020-06-20");
	since_is(&world, "2026-01-01", "2020-06-20");
	world_release(&world);
}

/* Nobody published anything: time alone makes it so. */
static void test_of_time_alone(void **state)
{
	struct world world;

	(void)state;
	set_up(&world, "last(x) >= 10");
	since_is(&world, "2021-01-05", "2021-01-01");
	since_is(&world, "2021-06-30", "2021-02-10");
	since_is(&world, "2026-11-30", "2021-02-10");
	world_release(&world);
}

static void test_of_others(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	world_indicator(&world, "x", FREQUENCY_MONTH, 40);
	world_milestone(&world, "m", "2020-12-31", "met(\"p/n\")");
	world_milestone(&world, "n", "2020-12-31", "last(x) >= 10");
	world_finish(&world);
	since_is(&world, "2021-06-30", "never");
	world_release(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_of_figures),
		cmocka_unit_test(test_of_time_alone),
		cmocka_unit_test(test_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
