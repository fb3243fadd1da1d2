/*
 * Series against a model that looks at every vintage each time; history.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/history.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct knowledge everything = {INSTANT_MAX, INSTANT_MAX};

static struct observation vintage(int64_t month, int64_t value, instant published)
{
	return (struct observation){
		.period = {FREQUENCY_MONTH, month},
		.value = decimal_from_int(value),
		.published = published,
		.recorded = published,
	};
}

/* --- what adding says -------------------------------------------------------- */

enum mark { PLAIN, PROVISIONAL, QUARANTINED };

/* Each case adds to what those before it left. */
static const struct {
	int64_t month, value;
	instant published, recorded;
	enum mark mark;
	enum series_news want;
	int64_t want_previous;	/* of REVISED */
} additions[] = {
	{1, 10, 100, 100, PLAIN, SERIES_NEW, 0},
	{1, 10, 100, 100, PLAIN, SERIES_SAME, 0},
	{1, 10, 200, 200, PLAIN, SERIES_SAME, 0},
	{1, 11, 200, 200, PLAIN, SERIES_REVISED, 10},
	{1, 11, 300, 300, PROVISIONAL, SERIES_REVISED, 11},
	{1, 11, 350, 350, PROVISIONAL, SERIES_SAME, 0},
	{1, 9, 50, 400, PLAIN, SERIES_EARLIER, 0},
	{1, 10, 150, 400, PLAIN, SERIES_SAME, 0},
	{1, 12, 300, 310, PLAIN, SERIES_REVISED, 11},	/* a correction */
	{3, 30, 100, 100, PLAIN, SERIES_NEW, 0},
	{2, 99, 100, 100, QUARANTINED, SERIES_NEW, 0},
	{2, 99, 110, 110, QUARANTINED, SERIES_SAME, 0},
	{2, 20, 120, 120, PLAIN, SERIES_NEW, 0},
	{2, 99, 130, 130, QUARANTINED, SERIES_REVISED, 20},
	{2, 98, 133, 133, QUARANTINED, SERIES_REVISED, 20},
	{2, 99, 136, 136, QUARANTINED, SERIES_SAME, 0},
	/* The figure in force comes back, once. */
	{2, 20, 140, 140, PLAIN, SERIES_REVISED, 20},
	{2, 20, 145, 145, PLAIN, SERIES_SAME, 0},
	{2, 99, 150, 150, QUARANTINED, SERIES_REVISED, 20},
	{2, 20, 155, 155, PLAIN, SERIES_REVISED, 20},
	{2, 21, 160, 160, PLAIN, SERIES_REVISED, 20},
	/* Known to nobody who was asked before it was recorded. */
	{4, 7, 100, 500, PLAIN, SERIES_NEW, 0},
	{4, 7, 200, 300, PLAIN, SERIES_REVISED, 7},
};

static void test_news(void **state)
{
	struct series series;

	(void)state;
	series_init(&series);
	for (size_t i = 0; i < COUNT(additions); i++) {
		struct observation item = vintage(additions[i].month,
			additions[i].value, additions[i].published);
		struct observation previous = {0};
		uint64_t changes = series.changes;
		enum series_news news;

		item.recorded = additions[i].recorded;
		item.provisional = additions[i].mark == PROVISIONAL;
		item.quarantine = additions[i].mark == QUARANTINED
			? QUARANTINE_DOMAIN : QUARANTINE_NONE;
		news = series_add(&series, &item, &previous);
		if (news != additions[i].want)
			fail_msg("addition %zu: %d", i, news);
		assert_int_equal(series.changes != changes, news != SERIES_SAME);
		if (news == SERIES_REVISED)
			assert_true(decimal_equal(previous.value,
				decimal_from_int(additions[i].want_previous)));
	}
	series_release(&series);
}

/* Rows of the store come back in any order and none is lost: the third says
   again what the first said, with another in between. */
static void test_rows(void **state)
{
	static const int orders[][3] = {
		{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0},
	};
	const struct knowledge late = {350, INSTANT_MAX};

	(void)state;
	for (size_t i = 0; i < COUNT(orders); i++) {
		struct series series;

		series_init(&series);
		for (int j = 0; j < 3; j++) {
			int row = orders[i][j];
			struct observation item = vintage(1, row == 1 ? 7 : 5,
				100 + 100 * row);

			item.id = row + 1;
			series_add(&series, &item, NULL);
		}
		assert_int_equal(series.count, 3);
		assert_true(decimal_equal(series_at(&series,
			(struct period){FREQUENCY_MONTH, 1}, late)->value,
			decimal_from_int(5)));
		series_release(&series);
	}
}

/* What has no row yet comes after what has: a poll before and one after a restart
   may be of one second. */
static void test_within_a_second(void **state)
{
	const struct period month = {FREQUENCY_MONTH, 1};
	const struct knowledge late = {350, INSTANT_MAX};
	struct observation items[] = {vintage(1, 46, 90), vintage(1, 40, 100),
		vintage(1, 40, 100), vintage(1, 41, 100), vintage(1, 42, 100)};
	struct observation previous;
	struct series series;

	(void)state;
	series_init(&series);
	items[0].id = 67;
	items[1].id = 68;
	series_add(&series, &items[0], NULL);
	series_add(&series, &items[1], NULL);
	assert_int_equal(series_add(&series, &items[2], NULL), SERIES_SAME);
	assert_int_equal(series_add(&series, &items[3], &previous), SERIES_REVISED);
	assert_true(decimal_equal(previous.value, decimal_from_int(40)));
	assert_int_equal(series_add(&series, &items[4], NULL), SERIES_REVISED);
	assert_true(decimal_equal(series_at(&series, month, late)->value,
		decimal_from_int(42)));
	series_release(&series);
}

/* --- the model ------------------------------------------------------------------ */

#define ITEMS 60

struct model {
	struct observation items[ITEMS];
	size_t count;
	const struct zone *zone;
};

/* A version 2 TZif file of one type, UTC, no transitions and a TZ string. */
static struct zone *zone_ruled(const char *rule)
{
	static const uint8_t block[54] = {'T', 'Z', 'i', 'f', '2',
		[39] = 1, [43] = 4, [50] = 'U', 'T', 'C'};
	uint8_t bytes[256];
	int length;

	memcpy(bytes, block, sizeof block);
	memcpy(bytes + sizeof block, block, sizeof block);
	length = snprintf((char *)bytes + 2 * sizeof block, 100, "\n%s\n", rule);
	return zone_new(rule, bytes, 2 * sizeof block + (size_t)length, NULL);
}

static uint32_t seed;

static int chance(int below)
{
	seed = seed * 1664525 + 1013904223;
	return (int)((seed >> 10) % (uint32_t)below);
}

static struct period period_random(bool mixed)
{
	static const struct {
		enum frequency frequency;
		int64_t first;
		int span;
	} forms[] = {
		{FREQUENCY_MONTH, 2020 * 12, 24}, {FREQUENCY_DAY, 18262, 730},
		{FREQUENCY_QUARTER, 2020 * 4, 8}, {FREQUENCY_YEAR, 2020, 2},
		{FREQUENCY_WEEK, 2610, 100}, {FREQUENCY_POINT, 1577836800, 730 * 86400},
	};
	size_t form = mixed ? (size_t)chance(COUNT(forms)) : 0;

	return (struct period){
		forms[form].frequency,
		forms[form].first + chance(forms[form].span),
	};
}

static bool model_knows(const struct observation *item, struct knowledge known)
{
	return item->published <= known.published_by &&
		item->recorded <= known.recorded_by && !item->quarantine;
}

static bool vintage_wins(const struct observation *a, const struct observation *b)
{
	if (a->published != b->published)
		return a->published > b->published;
	return a->recorded != b->recorded ? a->recorded > b->recorded : a->id > b->id;
}

static const struct observation *model_at(const struct model *model,
	struct period period, struct knowledge known)
{
	const struct observation *found = NULL;

	for (size_t i = 0; i < model->count; i++)
		if (period_equal(model->items[i].period, period) &&
		    model_knows(&model->items[i], known) &&
		    (found == NULL || vintage_wins(&model->items[i], found)))
			found = &model->items[i];
	return found;
}

/* Of the known periods that end in [from, to], the earliest or latest to end;
   ties by the order of periods. */
static const struct observation *model_end(const struct model *model, instant from,
	instant to, bool latest, struct knowledge known)
{
	const struct observation *found = NULL;

	for (size_t i = 0; i < model->count; i++) {
		const struct observation *item = &model->items[i];
		instant end = period_end(item->period, model->zone);
		instant other;
		int order;

		if (!model_knows(item, known) || end < from || end > to)
			continue;
		if (found != NULL) {
			other = period_end(found->period, model->zone);
			order = end != other ? (end > other) - (end < other) :
				period_compare(item->period, found->period);
			if (latest ? order <= 0 : order >= 0)
				continue;
		}
		found = item;
	}
	return found == NULL ? NULL : model_at(model, found->period, known);
}

/* The known period nearest to one in the order of periods: after it, or not
   after it. */
static const struct observation *model_near(const struct model *model,
	struct period period, bool after, struct knowledge known)
{
	const struct observation *found = NULL;

	for (size_t i = 0; i < model->count; i++) {
		const struct observation *item = &model->items[i];
		int order = period_compare(item->period, period);

		if (!model_knows(item, known) || (after ? order <= 0 : order > 0))
			continue;
		if (found == NULL ||
		    (period_compare(item->period, found->period) < 0) == after)
			found = item;
	}
	return found == NULL ? NULL : model_at(model, found->period, known);
}

static instant model_publication(const struct model *model, instant after)
{
	instant next = INSTANT_MAX;

	for (size_t i = 0; i < model->count; i++)
		if (!model->items[i].quarantine && model->items[i].published > after &&
		    model->items[i].published < next)
			next = model->items[i].published;
	return next;
}

static void same(const struct observation *got, const struct observation *want)
{
	if (want == NULL) {
		assert_null(got);
		return;
	}
	assert_non_null(got);
	assert_true(period_equal(got->period, want->period));
	assert_true(decimal_equal(got->value, want->value));
}

static void questions(const struct series *series, const struct model *model, bool mixed)
{
	struct knowledge known = {chance(60), chance(4) == 0 ? INSTANT_MAX : chance(60)};
	struct period period = period_random(mixed);
	instant from = 1577836800 + chance(730 * 86400);
	instant to = from + chance(100 * 86400);

	if (chance(3) == 0)	/* at an edge */
		from = period_end(period, model->zone) + chance(3) - 1;
	same(series_at(series, period, known), model_at(model, period, known));
	same(series_next(series, period, known), model_near(model, period, true, known));
	same(series_until(series, period, known),
		model_near(model, period, false, known));
	same(series_last(series, from, model->zone, known),
		model_end(model, INSTANT_MIN, from, true, known));
	same(series_first(series, from, to, model->zone, known),
		model_end(model, from, to, false, known));
	assert_int_equal(series_next_publication(series, known.published_by),
		model_publication(model, known.published_by));
}

/* Every known period once and in order. */
static void walk(const struct series *series, const struct model *model)
{
	const struct observation *item, *other;
	struct period before = PERIOD_NONE;
	size_t position = 0;

	other = series_next(series, PERIOD_NONE, everything);
	while ((item = series_walk(series, &position, everything)) != NULL) {
		assert_ptr_equal(item, other);
		same(item, model_at(model, item->period, everything));
		if (!period_is_none(before))
			assert_true(period_compare(before, item->period) < 0);
		before = item->period;
		other = series_next(series, before, everything);
	}
	assert_null(other);
}

static void test_model(void **state)
{
	struct zone *zones[] = {zone_ruled("UTC0"), zone_ruled("<+14>-14"),
		zone_ruled("<-12>12"), zone_ruled("EST5EDT,M3.2.0,M11.1.0")};

	(void)state;
	seed = 5;
	for (int round = 0; round < 600; round++) {
		bool mixed = round % 3 != 0;
		struct model model = {.zone = zones[round % COUNT(zones)]};
		struct series series;
		int size = chance(ITEMS + 1);

		series_init(&series);
		for (int i = 0; i < size; i++) {
			struct observation item = {
				.period = period_random(mixed),
				.value = decimal_from_int(chance(4)),
				.published = chance(60),
				.recorded = chance(60),
				.id = i + 1,
				.quarantine = chance(8) == 0
					? QUARANTINE_DOMAIN : QUARANTINE_NONE,
			};

			assert_int_not_equal(series_add(&series, &item, NULL),
				SERIES_SAME);
			assert_int_equal(series_add(&series, &item, NULL), SERIES_SAME);
			model.items[model.count++] = item;
		}
		for (int i = 0; i < 50; i++)
			questions(&series, &model, mixed);
		walk(&series, &model);
		series_release(&series);
	}
	for (size_t i = 0; i < COUNT(zones); i++)
		zone_free(zones[i]);
}

/* --- many at once ------------------------------------------------------------- */

#define MERGED 60

static int by_period(const void *a, const void *b)
{
	return period_compare(((const struct observation *)a)->period,
		((const struct observation *)b)->period);
}

static void random_vintages(struct observation items[MERGED], bool mixed, instant now)
{
	for (int i = 0; i < MERGED; i++)
		items[i] = (struct observation){
			.period = period_random(mixed),
			.value = decimal_from_int(chance(3)),
			.published = chance(60),
			.recorded = now,
			.quarantine = chance(8) == 0
				? QUARANTINE_DOMAIN : QUARANTINE_NONE,
		};
	qsort(items, MERGED, sizeof *items, by_period);
}

static void same_series(const struct series *a, const struct series *b)
{
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->changes, b->changes);
	assert_int_equal(a->frequency, b->frequency);
	assert_int_equal(a->first_published, b->first_published);
	assert_int_equal(a->last_published, b->last_published);
	for (size_t i = 0; i < a->count; i++) {
		assert_true(period_equal(a->items[i].period, b->items[i].period));
		assert_true(decimal_equal(a->items[i].value, b->items[i].value));
		assert_int_equal(a->items[i].published, b->items[i].published);
		assert_int_equal(a->items[i].recorded, b->items[i].recorded);
	}
}

/* In one pass as one by one, whatever stood there before. */
static void test_merge(void **state)
{
	struct observation items[MERGED], before, other;

	(void)state;
	for (int round = 0; round < 600; round++) {
		struct series one, many;
		struct series_merge merge;
		bool mixed = round % 3 == 1;

		series_init(&one);
		series_init(&many);
		for (instant now = 60; now < 60 + 3; now++) {
			random_vintages(items, mixed || (round % 3 == 2 && now > 60),
				now);
			series_merge_begin(&merge, &many);
			for (int i = 0; i < MERGED; i++) {
				enum series_news news =
					series_add(&one, &items[i], &before);

				assert_int_equal(series_merge_add(&merge, &items[i],
					&other), news);
				if (news == SERIES_REVISED)
					assert_true(decimal_equal(before.value,
						other.value));
			}
			series_merge_end(&merge);
			same_series(&one, &many);
		}
		series_release(&one);
		series_release(&many);
	}
}

/* Many periods, evenly, with gaps and with very uneven vintages. */
static void test_positions(void **state)
{
	(void)state;
	for (int gap = 1; gap <= 40; gap += 13) {
		struct series series;
		struct observation item;
		int64_t month = 0;

		series_init(&series);
		for (int i = 0; i < 300; i++, month += i % gap + 1)
			for (int v = 0; v <= (i < 20 ? 30 : i % 3); v++) {
				item = vintage(month, month * 100 + v, v);
				series_add(&series, &item, NULL);
			}
		for (int64_t at = -3; at < month + 3; at++) {
			size_t position = series_position(&series,
				(struct period){FREQUENCY_MONTH, at});

			assert_true(position == series.count ||
				series.items[position].period.number >= at);
			assert_true(position == 0 ||
				series.items[position - 1].period.number < at);
		}
		series_release(&series);
	}
}

/* --- history --------------------------------------------------------------------- */

struct shelf {
	int asked;
	int fails;
};

static int shelf_load(void *context, const char *indicator, struct series *series)
{
	struct shelf *shelf = context;
	struct observation item = vintage(1, (int64_t)strlen(indicator), 0);

	shelf->asked++;
	series_add(series, &item, NULL);
	return shelf->fails-- > 0 ? -1 : 0;
}

static void test_history(void **state)
{
	struct shelf shelf = {.fails = 2};
	struct history *history = history_new(shelf_load, &shelf);
	char id[] = "first";
	struct series *first;

	(void)state;
	assert_int_equal(history_series(history, id)->count, 0);
	assert_int_equal(history_series(history, id)->count, 0);
	first = history_series(history, id);
	assert_int_equal(first->count, 1);
	assert_ptr_equal(history_series(history, "first"), first);
	assert_int_equal(shelf.asked, 3);
	/* The same address may come to hold another id. */
	memcpy(id, "other", 5);
	assert_ptr_not_equal(history_series(history, id), first);
	assert_ptr_equal(history_series(history, "first"), first);
	assert_int_equal(shelf.asked, 4);
	history_free(history);
	history_free(NULL);

	history = history_new(NULL, NULL);
	assert_int_equal(history_series(history, "any")->count, 0);
	history_free(history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_news),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_within_a_second),
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_positions),
		cmocka_unit_test(test_history),
	};

	return cmocka_run_group_tests_name("series", tests, NULL, NULL);
}
