/*
 * world: what tests of the core build registers with.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "core/documents.h"
#include "core/polled.h"
#include "world.h"

#define ZONE_BYTES_MAX 16384
#define LINE_COLUMNS_MAX 8

void world_init(struct world *world)
{
	struct register_ *reg = register_new();
	struct instrument *instrument;

	memset(world, 0, sizeof *world);
	faults_init(&world->faults);
	world->reg = reg;
	world->history = history_new(NULL, NULL);
	reg->calendars = arena_alloc(reg->arena, WORLD_THINGS_MAX,
		sizeof *reg->calendars);
	reg->instruments = arena_alloc(reg->arena, WORLD_THINGS_MAX,
		sizeof *reg->instruments);
	reg->indicators = arena_alloc(reg->arena, WORLD_THINGS_MAX,
		sizeof *reg->indicators);
	reg->sources = arena_alloc(reg->arena, WORLD_THINGS_MAX,
		sizeof *reg->sources);
	reg->pledges = arena_alloc(reg->arena, WORLD_THINGS_MAX,
		sizeof *reg->pledges);
	reg->milestones = arena_alloc(reg->arena, WORLD_MILESTONES_MAX,
		sizeof *reg->milestones);
	instrument = &reg->instruments[reg->instrument_count++];
	instrument->id = "deal";
	instrument->signed_on = (struct date){2020, 1, 15};
	instrument->in_force = (struct date){2020, 2, 14};
	instrument->zone = world_zone(world, "America/New_York");
	world_pledge(world, "p");
}

void world_release(struct world *world)
{
	history_free(world->history);
	register_free(world->reg);
	faults_release(&world->faults);
	for (size_t i = 0; i < world->zone_count; i++)
		zone_free(world->zones[i]);
}

const struct zone *world_zone(struct world *world, const char *name)
{
	char path[256], bytes[ZONE_BYTES_MAX];
	struct error error;
	size_t length;
	FILE *file;

	snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
	file = fopen(path, "rb");
	if (file == NULL)
		fail_msg("no zone %s", name);
	length = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	world->zones[world->zone_count] = zone_new(name, bytes, length, &error);
	assert_non_null(world->zones[world->zone_count]);
	return world->zones[world->zone_count++];
}

struct said world_said(const char *text, int line)
{
	return (struct said){text, line};
}

struct indicator *world_indicator(struct world *world, const char *id,
	enum frequency frequency, int64_t lag_days)
{
	struct indicator *indicator =
		&world->reg->indicators[world->reg->indicator_count++];

	indicator->id = id;
	indicator->frequency = frequency;
	indicator->lag = (struct duration){lag_days, DURATION_DAY};
	indicator->has_min = true;
	indicator->min = DECIMAL_ZERO;
	indicator->origin = (struct origin){"test.conf", 1, 0};
	return indicator;
}

struct calendar *world_calendar(struct world *world, const char *id)
{
	struct calendar *calendar =
		&world->reg->calendars[world->reg->calendar_count++];

	calendar->id = id;
	calendar->weekend = 1u << 5 | 1u << 6;
	calendar->origin = (struct origin){"test.conf", 6, 0};
	return calendar;
}

/* Their number is known from the first day on: the arena takes it over. */
static void days_give(struct world *world, struct calendar *calendar,
	struct calendar_days *days, const char *first, const char *last)
{
	struct date from, to;

	assert_true(date_parse(first, &from));
	assert_true(date_parse(last, &to));
	if (days->items == NULL) {
		days->room = CALENDAR_DAYS_MAX;
		days->items = mem_new(days->room, sizeof *days->items);
		arena_adopt(world->reg->arena, days->items);
	}
	assert_true(calendar_days_add(days, from, to));
	calendar_days_settle(days);
	calendar_know(calendar, from.year);
	calendar_know(calendar, to.year);
}

void world_holidays(struct world *world, struct calendar *calendar,
	const char *first, const char *last)
{
	days_give(world, calendar, &calendar->holidays, first, last);
}

void world_working(struct world *world, struct calendar *calendar,
	const char *first, const char *last)
{
	days_give(world, calendar, &calendar->working, first, last);
}

struct indicator *world_documents(struct world *world, const char *id,
	int64_t lag_days)
{
	struct indicator *indicator = world_indicator(world, id, FREQUENCY_NONE,
		lag_days);

	indicator->kind = INDICATOR_DOCUMENTS;
	indicator->has_min = false;
	return indicator;
}

struct pledge *world_pledge(struct world *world, const char *id)
{
	struct pledge *pledge =
		&world->reg->pledges[world->reg->pledge_count++];

	pledge->id = id;
	pledge->instrument_id = "deal";
	pledge->obligor = "CN";
	pledge->origin = (struct origin){"test.conf", 2, 0};
	return pledge;
}

struct milestone *world_milestone(struct world *world, const char *name,
	const char *due, const char *benchmark)
{
	struct register_ *reg = world->reg;
	struct milestone *milestone =
		&reg->milestones[reg->milestone_count++];

	milestone->name = name;
	milestone->pledge = (uint32_t)(reg->pledge_count - 1);
	milestone->severity = SEVERITY_WARNING;
	milestone->weight = DECIMAL_ONE;
	milestone->origin = (struct origin){"test.conf", 3, 0};
	milestone->due_said = world_said(due, 4);
	milestone->benchmark_said = world_said(benchmark, 5);
	return milestone;
}

struct clauses *world_clauses(struct world *world,
	struct milestone *milestone)
{
	if (milestone->clauses == NULL)
		milestone->clauses = arena_alloc(world->reg->arena, 1,
			sizeof *milestone->clauses);
	return milestone->clauses;
}

static void faults_show(const struct faults *faults)
{
	struct text text;

	text_init(&text, 0);
	faults_print(faults, &text);
	fprintf(stderr, "%s\n", text_string(&text));
	text_release(&text);
}

void world_finish(struct world *world)
{
	if (register_finish(world->reg, &world->faults) == 0)
		return;
	faults_show(&world->faults);
	fail_msg("the register has faults");
}

/* ---- figures --------------------------------------------------------------- */

instant world_time(const struct world *world, const char *time)
{
	struct moment moment;

	if (!moment_parse(time, strlen(time), &moment))
		fail_msg("'%s' is no time", time);
	return moment_instant(&moment, world->reg->instruments[0].zone);
}

void world_observe(struct world *world, const char *indicator,
	const char *period, const char *value, const char *published)
{
	struct observation observation = {.published = world_time(world, published)};

	observation.recorded = observation.published;
	if (!period_read(period, &observation.period) ||
	    !decimal_read(value, &observation.value))
		fail_msg("no figure: %s %s %s", indicator, period, value);
	series_add(history_series(world->history, indicator), &observation,
		NULL);
}

void world_document(struct world *world, const char *indicator,
	const char *key, const char *date, const char *title,
	const char *published)
{
	struct document document = {.key = key, .title = title, .url = "",
		.text = "", .source = "",
		.published = world_time(world, published)};

	document.recorded = document.published;
	if (*date != '\0' && !period_read(date, &document.period))
		fail_msg("'%s' is no date", date);
	documents_add(history_documents(world->history, indicator), &document,
		NULL);
}

void world_polled(struct world *world, const char *source, const char *at)
{
	instant time = world_time(world, at);

	polled_add(history_polled(world->history, source),
		(struct polled_time){time, time}, FETCH_CHANGED, 1, 0);
}

void world_attest(struct world *world, const char *milestone, const char *key,
	const char *by, bool yes, const char *on, const char *at)
{
	struct attestation said = {.key = key, .by = by, .yes = yes,
		.evidence = "", .note = "", .at = world_time(world, at)};
	struct moment moment;

	if (!moment_parse(on, strlen(on), &moment))
		fail_msg("'%s' is no day", on);
	said.on = moment.local.date;
	said.recorded = said.at;
	attestations_add(history_attestations(world->history, milestone), &said);
}

static size_t line_split(char *line, char *cells[LINE_COLUMNS_MAX])
{
	size_t count = 0;

	line[strcspn(line, "\r\n")] = '\0';
	for (char *cell = line; cell != NULL && count < LINE_COLUMNS_MAX;) {
		cells[count++] = strsep(&cell, ",");
	}
	return count;
}

static void world_take(struct world *world, char *line, const char *prefix,
	struct world_columns columns)
{
	char *cells[LINE_COLUMNS_MAX], indicator[REGISTER_ID_MAX];

	if (line_split(line, cells) < 4)
		fail_msg("a row of fewer than four cells");
	snprintf(indicator, sizeof indicator, "%s%s", prefix,
		cells[columns.name]);
	if (register_indicator(world->reg, indicator) != NOT_FOUND)
		world_observe(world, indicator, cells[columns.period],
			cells[columns.value], cells[columns.published]);
}

void world_read(struct world *world, const char *file, const char *prefix,
	struct world_columns columns)
{
	const char *top = getenv("SRCDIR");
	char path[512], line[512];
	FILE *stream;

	snprintf(path, sizeof path, "%s/etc/examples/%s",
		top != NULL ? top : ".", file);
	stream = fopen(path, "r");
	if (stream == NULL)
		fail_msg("%s cannot be read", path);
	if (fgets(line, sizeof line, stream) == NULL)
		fail_msg("%s is empty", path);
	while (fgets(line, sizeof line, stream) != NULL)
		world_take(world, line, prefix, columns);
	fclose(stream);
}

/* ---- asking ----------------------------------------------------------------- */

static uint32_t world_number(const struct world *world, const char *milestone)
{
	uint32_t number = register_milestone(world->reg, milestone);

	if (number == NOT_FOUND)
		fail_msg("no milestone %s", milestone);
	return number;
}

struct assessment world_assess(struct world *world, const char *milestone,
	const char *as_of)
{
	struct knowledge known = {world_time(world, as_of), INSTANT_MAX};
	struct assessment assessment;

	milestone_assess(world->reg, world->history,
		world_number(world, milestone), known, &assessment);
	return assessment;
}

const char *world_reason(struct world *world, const char *milestone,
	const struct assessment *assessment)
{
	static char sentence[1024];
	struct text text;

	text_init(&text, 0);
	assessment_reason(world->reg, world_number(world, milestone),
		assessment, &text);
	snprintf(sentence, sizeof sentence, "%s", text_string(&text));
	text_release(&text);
	return sentence;
}

size_t world_fault(const struct world *world, const char *words)
{
	for (size_t i = 0; i < world->faults.count; i++)
		if (strstr(world->faults.items[i].text, words) != NULL)
			return i;
	return SIZE_MAX;
}
