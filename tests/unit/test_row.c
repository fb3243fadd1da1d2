/*
 * Rows from a worker, believed in nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/row.h"
#include "world.h"

#define LONG "1234567890123456789012345678901234"

static const struct row_case {
	struct row_text text;
	uint32_t source;	/* 1: has a default indicator */
	const char *want;	/* the value; NULL: an error */
	const char *want_error;	/* words of it */
	const char *want_published;
	bool want_quarantined;
} rows[] = {
	{{"x", "2020-07", "12.50", NULL, false}, 0, "12.5", NULL, NULL, false},
	{{NULL, "2020-07", "1", NULL, false}, 1, "1", NULL, NULL, false},
	{{"x", "2020-07", "1", "2020-08-20", false}, 0, "1", NULL,
		"2020-08-20T23:59:59-04:00", false},
	{{"x", "2020-07", "1", "2020-08-20T10:00:00Z", false}, 0, "1", NULL,
		"2020-08-20T10:00:00Z", false},
	{{"x", "2020-07", LONG, NULL, false}, 0, LONG, NULL, NULL, false},
	{{"x", "2020-07", "-1", NULL, false}, 0, "-1", NULL, NULL, true},
	{{"any", "2020-07-15", "-1", NULL, true}, 0, "-1", NULL, NULL, false},
	{{"any", "2020", "1", NULL, true}, 0, "1", NULL, NULL, false},
	{{NULL, "2020-07", "1", NULL, false}, 0, NULL,
		"indicator is missing", NULL, false},
	{{"nope", "2020-07", "1", NULL, false}, 1, NULL, "\"nope\"", NULL, false},
	{{"x", NULL, "1", NULL, false}, 0, NULL, "period is missing", NULL, false},
	{{"x", "July", "1", NULL, false}, 0, NULL, "\"July\"", NULL, false},
	{{"x", "2020-Q3", "1", NULL, false}, 0, NULL, "not a month", NULL, false},
	{{"x", "2020-13", "1", NULL, false}, 0, NULL, "\"2020-13\"", NULL, false},
	{{"x", "2020-07", NULL, NULL, false}, 0, NULL, "value is missing",
		NULL, false},
	{{"x", "2020-07", "", NULL, false}, 0, NULL, "not a number", NULL, false},
	{{"x", "2020-07", "nan", NULL, false}, 0, NULL, "\"nan\"", NULL, false},
	{{"x", "2020-07", "1e999999", NULL, false}, 0, NULL, "not a number",
		NULL, false},
	{{"x", "2020-07", LONG "5", NULL, false}, 0, NULL, "more than 34",
		NULL, false},
	{{"x", "2020-07", "1", "yesterday", false}, 0, NULL, "\"yesterday\"",
		NULL, false},
	{{"x", "2020-07", "1\033[2J\n", NULL, false}, 0, NULL, "\"1?[2J?\"",
		NULL, false},
};

static void row_world(struct world *world)
{
	struct register_ *reg;

	world_init(world);
	reg = world->reg;
	world_indicator(world, "x", FREQUENCY_MONTH, 40);
	world_indicator(world, "any", FREQUENCY_NONE, 0)->has_min = false;
	reg->sources[reg->source_count++] = (struct source){.id = "s"};
	reg->sources[reg->source_count++] = (struct source){.id = "t",
		.indicator_id = "x"};
	world_finish(world);
}

static void check_row(const struct world *world, const struct row_case *c)
{
	struct row row;
	struct error error = {0};
	struct decimal value;
	const struct zone *zone = world->reg->instruments[0].zone;
	int result = row_check(world->reg, c->source, zone, &c->text, &row,
		&error);

	if (!c->want) {
		assert_int_equal(result, -1);
		if (!strstr(error.text, c->want_error))
			fail_msg("'%s' in '%s'", c->want_error, error.text);
		return;
	}
	if (result < 0)
		fail_msg("%s", error.text);
	assert_true(decimal_read(c->want, &value));
	assert_true(decimal_equal(row.observation.value, value));
	assert_int_equal(row.observation.published, c->want_published
		? world_time(world, c->want_published) : INSTANT_MIN);
	assert_int_equal(row.observation.quarantined, c->want_quarantined);
	assert_int_equal(row.observation.provisional, c->text.provisional);
}

static void test_rows(void **state)
{
	struct world world;
	(void)state;

	row_world(&world);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		check_row(&world, &rows[i]);
	world_release(&world);
}

static void test_published_assumed(void **state)
{
	struct world world;
	struct period june;
	(void)state;

	row_world(&world);
	assert_true(period_read("2020-06", &june));
	assert_int_equal(row_published_assumed(&world.reg->indicators[0], june,
		world.reg->instruments[0].zone),
		world_time(&world, "2020-08-09T23:59:59-04:00"));
	world_release(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_published_assumed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
