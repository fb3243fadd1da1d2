/*
 * One sorted array. A period is found by guessing its place from its number,
 * right at once when periods follow one another with as many vintages each,
 * and by galloping from there otherwise.
 */
#include "core/series.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const struct {
	const char *name, *words;
} quarantines[] = {
	[QUARANTINE_NONE] = {"none", "in use"},
	[QUARANTINE_DOMAIN] = {"domain", "outside the indicator's domain"},
	[QUARANTINE_JUMP] = {"jump", "too far from the figures beside it"},
	[QUARANTINE_DUPLICATE] = {"duplicate",
		"given twice by one release, differently"},
	[QUARANTINE_RELEASE] = {"release",
		"of a release that contradicts too much of the last one"},
};

const char *quarantine_name(enum quarantine quarantine)
{
	return quarantines[quarantine].name;
}

const char *quarantine_words(enum quarantine quarantine)
{
	return quarantines[quarantine].words;
}

void series_init(struct series *series)
{
	*series = (struct series){
		.first_published = INSTANT_MAX,
		.last_published = INSTANT_MIN,
	};
}

void series_release(struct series *series)
{
	free(series->items);
	series_init(series);
}

/* --- finding -------------------------------------------------------------- */

/* How the vintage at a position stands to a period. */
static int place_compare(const struct series *series, size_t at, struct period period)
{
	struct period there = series->items[at].period;

	if (there.frequency == period.frequency)
		return (there.number > period.number) - (there.number < period.number);
	return period_compare(there, period);
}

/* Where a period of the series' own frequency would stand if all periods
   between its first and its last had equally many vintages. */
static size_t place_guess(const struct series *series, struct period period)
{
	int64_t first = series->items[0].period.number;
	int64_t last = series->items[series->count - 1].period.number;
	double share;

	if (series->frequency == FREQUENCY_NONE ||
	    series->frequency != period.frequency || period.number <= first)
		return 0;
	share = (double)(period.number - first) / (double)(last - first + 1);
	return (size_t)(share * (double)series->count);
}

/*
 * The first position in (below, above] whose period is not before `period`,
 * when that of `above` is not and that of `below` is.
 */
static size_t place_bisect(const struct series *series, struct period period,
	size_t below, size_t above)
{
	while (above - below > 1) {
		size_t middle = below + (above - below) / 2;

		if (place_compare(series, middle, period) < 0)
			below = middle;
		else
			above = middle;
	}
	return above;
}

static size_t gallop_up(const struct series *series, struct period period,
	size_t below, size_t end)
{
	size_t step = 1;

	while (end - below > step && place_compare(series, below + step, period) < 0) {
		below += step;
		step *= 2;
	}
	return place_bisect(series, period, below,
		end - below > step ? below + step : end);
}

static size_t gallop_down(const struct series *series, struct period period,
	size_t above)
{
	size_t step = 1;

	while (above >= step && place_compare(series, above - step, period) >= 0) {
		above -= step;
		step *= 2;
	}
	if (above >= step)
		return place_bisect(series, period, above - step, above);
	if (above == 0 || place_compare(series, 0, period) >= 0)
		return 0;
	return place_bisect(series, period, 0, above);
}

size_t series_position(const struct series *series, struct period period)
{
	size_t end = series->count;
	size_t guess;

	if (end == 0 || place_compare(series, end - 1, period) < 0)
		return end;
	guess = place_guess(series, period);
	if (place_compare(series, guess, period) < 0)
		return gallop_up(series, period, guess, end - 1);
	return gallop_down(series, period, guess);
}

/* The end of the vintages of the period at a position. */
static size_t period_past(const struct series *series, size_t position)
{
	struct period period = series->items[position].period;

	do
		position++;
	while (position < series->count &&
		period_equal(series->items[position].period, period));
	return position;
}

/* The start of the vintages of the period at a position. */
static size_t period_begin(const struct series *series, size_t position)
{
	struct period period = series->items[position].period;

	while (position > 0 && period_equal(series->items[position - 1].period, period))
		position--;
	return position;
}

/* Of vintages [from, to) of one period, the last that is known. */
static const struct observation *vintage_in_force(const struct series *series,
	size_t from, size_t to, struct knowledge known)
{
	while (to-- > from)
		if (observation_is_known(&series->items[to], known))
			return &series->items[to];
	return NULL;
}

const struct observation *series_walk_vintages(const struct series *series,
	size_t *position, struct knowledge known)
{
	const struct observation *found = NULL;

	while (found == NULL && *position < series->count) {
		size_t end = period_past(series, *position);

		found = vintage_in_force(series, *position, end, known);
		*position = end;
	}
	return found;
}

const struct observation *series_at(const struct series *series,
	struct period period, struct knowledge known)
{
	size_t from = series_position(series, period);

	if (from == series->count || !period_equal(series->items[from].period, period))
		return NULL;
	return vintage_in_force(series, from, period_past(series, from), known);
}

const struct observation *series_next(const struct series *series,
	struct period after, struct knowledge known)
{
	size_t position = 0;

	if (!period_is_none(after)) {
		position = series_position(series, after);
		if (position < series->count &&
		    period_equal(series->items[position].period, after))
			position = period_past(series, position);
	}
	return series_walk(series, &position, known);
}

/* The last period with a known vintage that stands before a position. */
static const struct observation *walk_back(const struct series *series,
	size_t *position, struct knowledge known)
{
	const struct observation *found = NULL;

	while (found == NULL && *position > 0) {
		size_t from = period_begin(series, *position - 1);

		found = vintage_in_force(series, from, *position, known);
		*position = from;
	}
	return found;
}

const struct observation *series_until(const struct series *series,
	struct period period, struct knowledge known)
{
	size_t position = series_position(series, period);

	if (position < series->count &&
	    period_equal(series->items[position].period, period))
		position = period_past(series, position);
	return walk_back(series, &position, known);
}

const struct observation *series_latest(const struct series *series,
	struct knowledge known)
{
	size_t position = series->count;

	return walk_back(series, &position, known);
}

/*
 * In a mixed series a point stands under its day in UTC and may in truth end
 * up to a day before or after its neighbours; two days either way hold all
 * that could be meant.
 */
#define MIXED_SLACK 2

static struct period slack_day(instant at, const struct zone *zone, int64_t days)
{
	return period_next(period_ended_by(FREQUENCY_DAY, at, zone), days);
}

static const struct observation *mixed_last(const struct series *series,
	instant ended_by, const struct zone *zone, struct knowledge known)
{
	size_t position = series_position(series,
		slack_day(ended_by, zone, MIXED_SLACK + 1));
	const struct observation *best = NULL;
	const struct observation *item;
	struct period floor = PERIOD_NONE;
	instant best_end = INSTANT_MIN;

	while ((item = walk_back(series, &position, known)) != NULL) {
		instant end = period_end(item->period, zone);

		if (best != NULL && period_compare(item->period, floor) < 0)
			break;
		if (end > ended_by || (best != NULL && end <= best_end))
			continue;
		best = item;
		best_end = end;
		floor = slack_day(end, zone, -MIXED_SLACK);
	}
	return best;
}

const struct observation *series_last(const struct series *series,
	instant ended_by, const struct zone *zone, struct knowledge known)
{
	if (series->count == 0)
		return NULL;
	if (series->frequency == FREQUENCY_NONE)
		return mixed_last(series, ended_by, zone, known);
	return series_until(series,
		period_ended_by(series->frequency, ended_by, zone), known);
}

static const struct observation *mixed_first(const struct series *series,
	instant from, instant to, const struct zone *zone, struct knowledge known)
{
	size_t position = series_position(series, slack_day(from, zone, -MIXED_SLACK));
	const struct observation *best = NULL;
	const struct observation *item;
	struct period ceiling = slack_day(to, zone, MIXED_SLACK + 1);
	instant best_end = to;

	while ((item = series_walk(series, &position, known)) != NULL) {
		instant end = period_end(item->period, zone);

		if (period_compare(item->period, ceiling) > 0)
			break;
		if (end < from || end > best_end || (best != NULL && end == best_end))
			continue;
		best = item;
		best_end = end;
		ceiling = slack_day(end, zone, MIXED_SLACK + 1);
	}
	return best;
}

const struct observation *series_first(const struct series *series,
	instant from, instant to, const struct zone *zone, struct knowledge known)
{
	const struct observation *item;
	struct period before;

	if (series->count == 0)
		return NULL;
	if (series->frequency == FREQUENCY_NONE)
		return mixed_first(series, from, to, zone, known);
	before = period_ended_by(series->frequency,
		from == INSTANT_MIN ? from : from - 1, zone);
	item = series_next(series, before, known);
	return item != NULL && period_end(item->period, zone) <= to ? item : NULL;
}

instant series_next_publication(const struct series *series, instant after)
{
	instant next = INSTANT_MAX;

	if (after >= series->last_published)
		return INSTANT_MAX;
	for (size_t i = 0; i < series->count; i++) {
		const struct observation *item = &series->items[i];

		if (item->published > after && item->published < next &&
		    !item->quarantine)
			next = item->published;
	}
	return next;
}

/* --- adding --------------------------------------------------------------- */

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* What has no row yet comes after what has. */
static int64_t id_order(int64_t id)
{
	return id != 0 ? id : INT64_MAX;
}

/* The order of vintages of one period. */
static int vintage_compare(const struct observation *a, const struct observation *b)
{
	int order = compare(a->published, b->published);

	if (order == 0)
		order = compare(a->recorded, b->recorded);
	return order != 0 ? order : compare(id_order(a->id), id_order(b->id));
}

/* Says the same, to everybody who knows the other. */
static bool observation_repeats(const struct observation *later,
	const struct observation *earlier)
{
	return later->provisional == earlier->provisional &&
		!later->quarantine == !earlier->quarantine &&
		later->recorded >= earlier->recorded &&
		decimal_equal(later->value, earlier->value);
}

static void series_insert(struct series *series, size_t position,
	const struct observation *observation)
{
	enum frequency frequency = observation->period.frequency;

	series->items = mem_grow(series->items, series->count, &series->capacity,
		sizeof(*series->items));
	memmove(&series->items[position + 1], &series->items[position],
		(series->count - position) * sizeof(*series->items));
	series->items[position] = *observation;
	if (series->count == 0)
		series->frequency = frequency;
	else if (series->frequency != frequency)
		series->frequency = FREQUENCY_NONE;
	if (observation->published < series->first_published)
		series->first_published = observation->published;
	if (observation->published > series->last_published)
		series->last_published = observation->published;
	series->count++;
	series->changes++;
}

/* The last vintage of [from, to) that is used at all. */
static const struct observation *vintage_used(const struct series *series,
	size_t from, size_t to)
{
	const struct knowledge all = {INSTANT_MAX, INSTANT_MAX};

	return vintage_in_force(series, from, to, all);
}

/*
 * Whether what stands before a position makes a vintage needless there: the
 * very last one, or one that has been held since the one used last. A row of
 * the store only by itself.
 */
static bool vintage_is_needless(const struct series *series, size_t from,
	size_t position, const struct observation *observation)
{
	if (position == from)
		return false;
	if (observation->id != 0)
		return vintage_compare(&series->items[position - 1], observation) == 0;
	while (position-- > from) {
		const struct observation *before = &series->items[position];

		if (observation_repeats(observation, before))
			return true;
		if (!before->quarantine || !observation->quarantine)
			return false;
	}
	return false;
}

/* Among the vintages [from, to) of its period. */
static size_t vintage_position(const struct series *series, size_t from, size_t to,
	const struct observation *observation)
{
	while (to > from && vintage_compare(&series->items[to - 1], observation) > 0)
		to--;
	return to;
}

enum series_news series_add(struct series *series,
	const struct observation *observation, struct observation *previous)
{
	size_t from = series_position(series, observation->period);
	size_t to = from;
	const struct observation *before;
	enum series_news news;
	size_t position;

	if (from < series->count &&
	    period_equal(series->items[from].period, observation->period))
		to = period_past(series, from);
	position = vintage_position(series, from, to, observation);
	if (vintage_is_needless(series, from, position, observation))
		return SERIES_SAME;
	before = vintage_used(series, from, position);
	if (vintage_used(series, position, to) != NULL)
		news = SERIES_EARLIER;
	else
		news = before == NULL ? SERIES_NEW : SERIES_REVISED;
	if (news == SERIES_REVISED && previous != NULL)
		*previous = *before;
	series_insert(series, position, observation);
	return news;
}

/* --- adding many ----------------------------------------------------------- */

static void merge_move(struct series_merge *merge)
{
	struct series *merged = &merge->merged;

	merged->items = mem_grow(merged->items, merged->count,
		&merged->capacity, sizeof(*merged->items));
	merged->items[merged->count++] =
		merge->series->items[merge->position++];
}

void series_merge_begin(struct series_merge *merge, struct series *series)
{
	*merge = (struct series_merge){.series = series, .merged = *series};
	merge->merged.items = NULL;
	merge->merged.count = merge->merged.capacity = 0;
}

enum series_news series_merge_add(struct series_merge *merge,
	const struct observation *observation, struct observation *previous)
{
	while (merge->position < merge->series->count && place_compare(
	    merge->series, merge->position, observation->period) <= 0)
		merge_move(merge);
	return series_add(&merge->merged, observation, previous);
}

void series_merge_end(struct series_merge *merge)
{
	struct series *series = merge->series;

	while (merge->position < series->count)
		merge_move(merge);
	/* The first of all may have been a new one. */
	if (series->count > 0 && series->frequency != merge->merged.frequency)
		merge->merged.frequency = FREQUENCY_NONE;
	free(series->items);
	*series = merge->merged;
}
