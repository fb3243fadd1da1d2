/*
 * event: the work of one new figure, in a register of a given size.
 *
 *	event N      one figure to one indicator after another, through
 *	             engine_fetched, with N milestones
 *
 * Prints: microseconds a figure in the median, milestones judged a figure.
 */
#include <stdio.h>

#include "bench.h"
#include "core/engine.h"
#include "made.h"

#define ROUNDS 2000

static const struct policy nobody;
static const struct made_kind kind = {"sum", ", 12mo", 1000, FREQUENCY_MONTH,
	MADE_MONTHS};

/* Everything judged and announced, and settling over. */
static struct engine *engine_make(const struct made *made, instant *now,
	struct effects *effects)
{
	const struct engine_settings settings = {
		.first_sight = FIRST_SIGHT_NONE, .policy = &nobody,
		.polling = {.every = 86400, .min_every = 60},
		.instance = "bench"};
	struct engine *engine = engine_new(made->reg, made->history, &settings);

	engine_start(engine, *now, effects);
	effects_clear(effects);
	while (engine_next(engine) <= *now + SETTLE_SECONDS) {
		*now = engine_next(engine) > *now ? engine_next(engine) : *now;
		engine_advance(engine, *now, 1000, effects);
		effects_clear(effects);
	}
	return engine;
}

static size_t effects_judged(const struct effects *effects)
{
	size_t judged = 0;

	for (size_t i = 0; i < effects->count; i++)
		judged += effects->items[i].kind == EFFECT_ASSESSMENT;
	return judged;
}

/* Round r goes to an indicator far from the one before, with figures of the
   last month that differ from round to round. */
static struct row row_make(const struct made *made, size_t round, instant now)
{
	size_t indicator = round * 7919 % made->reg->indicator_count;
	struct row row = {.indicator = (uint32_t)indicator,
		.observation = made_figure(indicator, MADE_MONTHS - 1, now)};

	row.observation.value.coefficient = (int64_t)(round % 17 + 21);
	return row;
}

static void sources_make(struct register_ *reg)
{
	reg->sources = arena_alloc(reg->arena, 1, sizeof *reg->sources);
	reg->sources[reg->source_count++] = (struct source){.id = "s",
		.url = "http://localhost/", .extract = ".",
		.indicator = NOT_FOUND};
}

int main(int argc, char **argv)
{
	static double times[ROUNDS];
	struct effects effects;
	struct engine *engine;
	instant now = MADE_NOW;
	size_t judged = 0;
	struct made made;

	if (argc != 2)
		bench_fail("usage: event N");
	made_init(&made, bench_number(argv[1]), &kind);
	sources_make(made.reg);
	effects_init(&effects);
	engine = engine_make(&made, &now, &effects);
	for (size_t round = 0; round < ROUNDS; round++, now++) {
		struct fetch_report report = {.started = now, .finished = now,
			.outcome = FETCH_CHANGED, .retry_after = -1,
			.max_age = -1, .rows = 1};
		struct row row = row_make(&made, round, now);
		double start = bench_seconds();

		engine_fetched(engine, 0, &report, &row, 1, now, &effects);
		times[round] = bench_seconds() - start;
		judged += effects_judged(&effects);
		effects_clear(&effects);
	}
	printf("%.3f %.1f\n", bench_median(times, ROUNDS) * 1e6,
		(double)judged / ROUNDS);
	engine_free(engine);
	effects_release(&effects);
	made_release(&made);
	return 0;
}
