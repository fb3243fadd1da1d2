/*
 * The heap against a plain search through all keys.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/heap.h"

#define ENTRIES 97

/* A fixed sequence that looks like chance (Numerical Recipes' constants). */
static uint32_t next_number(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static void heap_knows_the_first(void **state)
{
	struct heap *heap = heap_new(ENTRIES / 2);
	int64_t keys[ENTRIES];
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < ENTRIES; i++)
		keys[i] = INT64_MAX;
	for (int step = 0; step < 20000; step++) {
		uint32_t entry = next_number(&seed) % ENTRIES;
		uint32_t first = UINT32_MAX;
		size_t count = 0;

		keys[entry] = next_number(&seed) % 4 == 0 ? INT64_MAX :
			(int64_t)(next_number(&seed) % 50) - 25;
		heap_set(heap, entry, keys[entry]);
		for (uint32_t i = 0; i < ENTRIES; i++) {
			if (keys[i] == INT64_MAX)
				continue;
			count++;
			if (first == UINT32_MAX || keys[i] < keys[first])
				first = i;
		}
		assert_int_equal(heap_count(heap), count);
		assert_int_equal(heap_first(heap), first);
		assert_true(heap_first_key(heap) ==
			(first == UINT32_MAX ? INT64_MAX : keys[first]));
		assert_true(heap_key(heap, entry) == keys[entry]);
	}
	heap_free(heap);
}

static void empty_heap_never_comes(void **state)
{
	struct heap *heap = heap_new(0);

	(void)state;
	assert_true(heap_first_key(heap) == INT64_MAX);
	assert_int_equal(heap_first(heap), UINT32_MAX);
	assert_true(heap_key(heap, 0) == INT64_MAX);
	heap_free(heap);
	heap_free(NULL);
}

static void heap_gives_all_in_order(void **state)
{
	struct heap *heap = heap_new(1000);
	int64_t last = INT64_MIN;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++)
		heap_set(heap, i, (int64_t)(i * 7919 % 1000) << 40);
	heap_set(heap, 5, INT64_MIN);
	/* Leaving from the middle brings the last into other branches. */
	for (uint32_t i = 7; i < 1000; i += 3)
		heap_set(heap, i, INT64_MAX);
	assert_int_equal(heap_count(heap), 669);
	while (heap_count(heap) != 0) {
		assert_true(heap_first_key(heap) >= last);
		last = heap_first_key(heap);
		heap_set(heap, heap_first(heap), INT64_MAX);
	}
	assert_int_equal(heap_first(heap), UINT32_MAX);
	heap_free(heap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heap_knows_the_first),
		cmocka_unit_test(empty_heap_never_comes),
		cmocka_unit_test(heap_gives_all_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
