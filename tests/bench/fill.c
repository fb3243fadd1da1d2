/*
 * fill: a store with so many observations, for measuring a restart.
 *
 *	fill DIR COUNT    of the indicators x0, x1, …, 120 months each
 *
 * Prints: seconds.
 */
#include <poll.h>
#include <stdio.h>

#include "bench.h"
#include "store/store.h"

#define MONTHS 120
#define BATCH 10000

static void committed(void *context, bool good)
{
	if (!good)
		bench_fail("a batch was not committed");
	*(size_t *)context += 1;
}

static void batch_fill(struct store_batch *batch, size_t from, size_t until)
{
	const struct store_observed nobody = {.source = NULL};

	for (size_t i = from; i < until; i++) {
		struct observation figure = {
			.value = {(int64_t)(i % 1000), 0},
			.period = {FREQUENCY_MONTH, 2016 * 12 +
				(int64_t)(i % MONTHS)},
			.published = 1700000000, .recorded = 1700000000};
		char indicator[32];

		snprintf(indicator, sizeof indicator, "x%zu", i / MONTHS);
		store_add_observation(batch, indicator, &nobody, &figure);
	}
}

int main(int argc, char **argv)
{
	double start = bench_seconds();
	size_t count, batches = 0, done = 0;
	struct error error;
	struct store *store;

	if (argc != 3)
		bench_fail("usage: fill DIR COUNT");
	count = bench_number(argv[2]);
	store = store_open(argv[1], &error);
	if (store == NULL)
		bench_fail("%s", error.text);
	for (size_t i = 0; i < count; i += BATCH, batches++) {
		struct store_batch *batch = store_batch_new(store);

		batch_fill(batch, i, i + BATCH < count ? i + BATCH : count);
		store_commit(store, batch, committed, &done);
	}
	while (done < batches) {
		struct pollfd ready = {.fd = store_fd(store), .events = POLLIN};

		poll(&ready, 1, -1);
		store_collect(store);
	}
	store_close(store);
	printf("%.6f\n", bench_seconds() - start);
	return 0;
}
