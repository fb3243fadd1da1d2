/*
 * made: registers of a given size.
 */
#include "made.h"

#include <stdio.h>

#include "bench.h"

#define ZONE_FILE "/usr/share/zoneinfo/America/New_York"
#define ZONE_BYTES_MAX 16384
#define MONTH_FIRST (2024 * 12)
#define MONTH_SECONDS (INT64_C(86400) * 30)

static struct zone *zone_make(void)
{
	FILE *file = fopen(ZONE_FILE, "rb");
	char bytes[ZONE_BYTES_MAX];
	struct error error;
	struct zone *zone;
	size_t length;

	if (file == NULL)
		bench_fail("%s is missing", ZONE_FILE);
	length = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	zone = zone_new("America/New_York", bytes, length, &error);
	if (zone == NULL)
		bench_fail("%s", error.text);
	return zone;
}

static void indicators_make(struct register_ *reg, size_t count,
	enum frequency frequency)
{
	reg->indicators = arena_alloc(reg->arena, count,
		sizeof *reg->indicators);
	for (size_t i = 0; i < count; i++)
		reg->indicators[reg->indicator_count++] = (struct indicator){
			.id = arena_printf(reg->arena, "x%zu", i),
			.frequency = frequency, .has_min = true,
			.lag = {40, DURATION_DAY}, .min = DECIMAL_ZERO};
}

static void pledges_make(struct register_ *reg, size_t count)
{
	reg->pledges = arena_alloc(reg->arena, count, sizeof *reg->pledges);
	for (size_t i = 0; i < count; i++)
		reg->pledges[reg->pledge_count++] = (struct pledge){
			.id = arena_printf(reg->arena, "p%zu", i),
			.instrument_id = "deal", .obligor = "CN"};
}

static void milestone_make(struct register_ *reg, size_t number,
	const struct made_kind *kind)
{
	struct milestone *milestone = &reg->milestones[reg->milestone_count++];
	char text[256];

	snprintf(text, sizeof text, "%s(x%zu%s) >= %d", kind->function,
		number / MADE_SHARE, kind->window, kind->level);
	milestone->pledge = (uint32_t)(number / MADE_SHARE);
	milestone->name = arena_printf(reg->arena, "m%zu", number % MADE_SHARE);
	milestone->severity = SEVERITY_WARNING;
	milestone->weight = DECIMAL_ONE;
	milestone->due_said.text = "2026-12-31";
	milestone->benchmark_said.text = arena_string(reg->arena, text);
}

static void register_make(struct made *made, size_t milestones,
	const struct made_kind *kind)
{
	size_t groups = (milestones + MADE_SHARE - 1) / MADE_SHARE;
	struct register_ *reg = made->reg;
	struct faults faults;

	faults_init(&faults);
	reg->instruments = arena_alloc(reg->arena, 1, sizeof *reg->instruments);
	reg->instruments[reg->instrument_count++] = (struct instrument){
		.id = "deal", .zone = made->zone, .in_force = {2025, 1, 1}};
	indicators_make(reg, groups, kind->frequency);
	pledges_make(reg, groups);
	reg->milestones = arena_alloc(reg->arena, milestones,
		sizeof *reg->milestones);
	for (size_t i = 0; i < milestones; i++)
		milestone_make(reg, i, kind);
	if (register_finish(reg, &faults) != 0)
		bench_fail("%s", faults.items[0].text);
	faults_release(&faults);
}

struct observation made_figure(size_t indicator, int month, instant published)
{
	return (struct observation){
		.value = {indicator % 2 == 0 && month >= MADE_MONTHS / 2, 0},
		.period = {FREQUENCY_MONTH, MONTH_FIRST + month},
		.published = published, .recorded = published};
}

static void series_make(struct made *made, size_t indicator, int months)
{
	struct series *series = history_series(made->history,
		made->reg->indicators[indicator].id);

	for (int month = MADE_MONTHS - months; month < MADE_MONTHS; month++) {
		struct observation figure = made_figure(indicator, month,
			MADE_NOW - MONTH_SECONDS * (MADE_MONTHS - month));

		series_add(series, &figure, NULL);
	}
}

void made_init(struct made *made, size_t milestones,
	const struct made_kind *kind)
{
	made->reg = register_new();
	made->history = history_new(NULL, NULL);
	made->zone = zone_make();
	register_make(made, milestones, kind);
	for (size_t i = 0; i < made->reg->indicator_count; i++)
		series_make(made, i, kind->months);
}

void made_release(struct made *made)
{
	history_free(made->history);
	register_free(made->reg);
	zone_free(made->zone);
}
