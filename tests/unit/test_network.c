/*
 * When a machine counts as offline, from what became of attempts; and who
 * supplies what.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/network.h"
#include "core/supply.h"
#include "world.h"

#define NOW INT64_C(1600000000)

static void test_hosts(void **state)
{
	static const char *const same[] = {"http://a.example",
		"https://A.EXAMPLE:8443/x?y", "http://user@a.example/#z"};
	static const char *const none[] = {"file:/a", "http://localhost/",
		"http://127.0.0.1:80/", "http://[::1]:8080/x", "nothing"};

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(network_host(same[i]), network_host(same[0]));
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(network_host(none[i]), 0);
	assert_int_not_equal(network_host("http://b.example/"),
		network_host(same[0]));
	assert_int_not_equal(network_host("http://[2001:db8::1]/"),
		network_host("http://[2001:db8::2]/"));
}

static const struct step {
	uint64_t host;
	enum network_heard heard;
	int64_t after;			/* seconds since the step before */
	enum network_news want;
} steps[] = {
	{1, NETWORK_MISSED, 0, NETWORK_SAME},
	{2, NETWORK_MISSED, 10, NETWORK_SAME},
	{1, NETWORK_MISSED, 10, NETWORK_SAME},
	{4, NETWORK_REACHED, 10, NETWORK_SAME},	/* so it is they who fail */
	{3, NETWORK_MISSED, 10, NETWORK_SAME},
	{1, NETWORK_MISSED, NETWORK_SPAN, NETWORK_SAME},
	{2, NETWORK_MISSED, 1, NETWORK_SAME},	/* 3 is too long ago */
	{0, NETWORK_MISSED, 1, NETWORK_SAME},
	{3, NETWORK_MISSED, 1, NETWORK_LOST},
	{5, NETWORK_MISSED, 1, NETWORK_SAME},
	{0, NETWORK_REACHED, 1, NETWORK_SAME},
	{5, NETWORK_REACHED, 1, NETWORK_BACK},
	{5, NETWORK_CUT, 1, NETWORK_LOST},
	{5, NETWORK_CUT, 1, NETWORK_SAME},
	{1, NETWORK_REACHED, 1, NETWORK_BACK},
	{0, NETWORK_CUT, 1, NETWORK_LOST},
	{0, NETWORK_REACHED, 1, NETWORK_BACK},
};

static void test_heard(void **state)
{
	struct network network;
	instant now = NOW;

	(void)state;
	network_init(&network);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		now += steps[i].after;
		if (network_hear(&network, steps[i].host, steps[i].heard, now) !=
				steps[i].want)
			fail_msg("step %zu", i);
	}
}

static void test_probes(void **state)
{
	struct network network;
	int64_t waits[5] = {30, 60, 120, 240, 300};
	instant now = NOW;

	(void)state;
	network_init(&network);
	network_hear(&network, 1, NETWORK_CUT, now);
	for (size_t i = 0; i < 5; i++) {
		assert_false(network_probe(&network, now + waits[i] - 1));
		now += waits[i];
		assert_true(network_probe(&network, now));
		assert_false(network_probe(&network, now));
	}
}

static void test_supply(void **state)
{
	struct world world;
	struct supply *supply = supply_new();
	struct period may = {FREQUENCY_MONTH, 2020 * 12 + 4};

	(void)state;
	world_init(&world);
	world_indicator(&world, "x", FREQUENCY_MONTH, 0);
	world_indicator(&world, "y", FREQUENCY_MONTH, 0);
	world.reg->sources[0] = (struct source){.id = "s", .url = "http://s/",
		.extract = ".", .indicator_id = "x"};
	world.reg->sources[1] = (struct source){.id = "t", .url = "http://t/",
		.extract = "."};
	world.reg->source_count = 2;
	world_finish(&world);
	supply_restore(supply, "y", "t", may);
	supply_restore(supply, "y", NULL, period_next(may, -1));
	supply_restore(supply, "y", "gone", period_next(may, -2));
	supply_bind(supply, world.reg);
	assert_true(period_equal(supply_last(supply, 1), may));
	assert_true(period_is_none(supply_last(supply, 0)));
	assert_int_equal(supply_sources(supply, 0)->count, 1);
	assert_int_equal(supply_indicators(supply, 1)->count, 1);
	for (int again = 0; again < 2; again++) {
		supply_take(supply, 0, 0, may);
		supply_take(supply, 0, 1, period_next(may, 1));
		supply_take(supply, 0, NOT_FOUND, may);
		assert_int_equal(supply_sources(supply, 0)->count, 2);
		assert_int_equal(supply_indicators(supply, 1)->count, 2);
		supply_bind(supply, world.reg);
	}
	assert_true(period_equal(supply_last(supply, 0), period_next(may, 1)));
	supply_free(supply);
	world_release(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_heard),
		cmocka_unit_test(test_probes),
		cmocka_unit_test(test_supply),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
