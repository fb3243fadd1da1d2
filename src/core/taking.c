/*
 * taking: figures that a poll or a person brings: which of them are new, and
 * which are held. What is told of both is the affair of accounts.c.
 */
#include <stdlib.h>
#include <string.h>

#include "core/engine_internal.h"

#define FIGURES_NAMED 3		/* of a release, in a reason */
#define TAKEN_ALONE 20000	/* rows that leave no time for anything else */
#define MERGED_FROM 64		/* figures of one indicator: in one pass */

/* In which order the rows of an indicator are taken. */
enum taking_order {
	BY_PERIOD,	/* at the end of its series, one after the other */
	BY_RELEASE,	/* as they were published: what is compared with what was
			   known by then */
	BY_RELEASE_OF_ALL	/* … by the whole source */
};

struct taken {
	const struct row *row;
	enum taking_order order;
	uint8_t quarantine;
	bool passed_over;	/* one of two that differ says what is known */
};

struct taking {
	struct bringing by;
	struct taken *items;
	size_t count;
	struct series *series;		/* of the row taken last */
	uint32_t indicator;		/* … whose it is */
	struct series_merge *merge;	/* … while many are added; NULL */
};

/* --- one figure ----------------------------------------------------------------- */

static struct series *taking_series(struct taking *taking, uint32_t indicator)
{
	if (!taking->series || taking->indicator != indicator)
		taking->series = history_series(taking->by.engine->history,
			taking->by.engine->reg->indicators[indicator].id);
	taking->indicator = indicator;
	return taking->series;
}

static const char *stated_word(struct effects *effects, const char *word)
{
	return word ? effects_string(effects, word) : NULL;
}

static void taking_save(struct taking *taking, const struct row *row,
	const struct observation *figure)
{
	struct effect *effect = effects_add(taking->by.effects, EFFECT_OBSERVATION);
	const struct stated *stated = taking->by.stated;

	effect->index = row->indicator;
	effect->subject = taking->by.engine->reg->indicators[row->indicator].id;
	effect->source = taking->by.source;
	effect->answer = row->answer;
	effect->accepts = taking->by.accepts;
	effect->as.observation = *figure;
	if (stated) {
		effect->by = stated_word(taking->by.effects, stated->by);
		effect->note = stated_word(taking->by.effects, stated->note);
		effect->evidence = stated_word(taking->by.effects,
			stated->evidence);
	}
}

static bool says_what_is_in_force(const struct series *series,
	const struct observation *figure)
{
	const struct observation *force = figure_in_force(series, figure);

	return force && decimal_equal(force->value, figure->value);
}

/* False: it says nothing new. */
static bool take_figure(struct taking *taking, const struct taken *taken)
{
	struct engine *engine = taking->by.engine;
	const struct row *row = taken->row;
	struct series *series = taking_series(taking, row->indicator);
	struct observation figure = row->observation, before;
	struct jump jump;

	figure.quarantine = taken->quarantine;
	figure.recorded = engine_as_of(engine, taking->by.now);
	if (!figure.quarantine && taking->by.accepts == 0 &&
	    figure_jumps(&engine->reg->indicators[row->indicator], series,
	    &figure, &jump) && !says_what_is_in_force(series, &figure))
		figure.quarantine = QUARANTINE_JUMP;
	enum series_news news = taking->merge ?
		series_merge_add(taking->merge, &figure, &before) :
		series_add(series, &figure, &before);
	if (news == SERIES_SAME)
		return false;
	polls_touch(engine, row->indicator, news);
	taking_save(taking, row, &figure);
	if (figure.quarantine) {
		account_hold(&taking->by, row->indicator, &figure, &jump);
		return true;
	}
	supply_take(engine->supply, row->indicator, taking->by.source,
		figure.period);
	if (news == SERIES_REVISED)
		account_revise(&taking->by, row->indicator, &figure, &before);
	return true;
}

/* --- the order of rows ------------------------------------------------------------ */

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int order_of_things(const struct row *a, const struct row *b)
{
	if (a->document && b->document)
		return strcmp(a->document->key, b->document->key);
	return period_compare(a->observation.period, b->observation.period);
}

/* … then as they stand in the table. */
static int taken_order(const void *left, const void *right)
{
	const struct taken *one = left, *two = right;
	const struct row *a = one->row, *b = two->row;
	int of = compare(a->indicator, b->indicator);
	int published = compare(a->observation.published,
		b->observation.published);
	int order = 0;

	if (one->order == BY_RELEASE_OF_ALL)
		order = published;
	if (order == 0)
		order = of;
	if (order == 0 && one->order == BY_RELEASE)
		order = published;
	if (order == 0)
		order = order_of_things(a, b);
	if (order == 0)
		order = published;
	return order != 0 ? order : (a > b) - (a < b);
}

static enum taking_order taking_order_of(const struct register_ *reg,
	uint32_t source, const struct row *row)
{
	if (source != NOT_FOUND &&
	    decimal_sign(reg->sources[source].hold_release) > 0)
		return BY_RELEASE_OF_ALL;
	return decimal_sign(reg->indicators[row->indicator].max_jump) > 0 ?
		BY_RELEASE : BY_PERIOD;
}

/* Those that stand in order already are not sorted. */
static struct taken *taken_new(const struct register_ *reg, uint32_t source,
	const struct row *rows, size_t count)
{
	struct taken *items = mem_new(count + 1, sizeof(*items));
	bool sorted = true;

	for (size_t i = 0; i < count; i++) {
		items[i] = (struct taken){&rows[i],
			taking_order_of(reg, source, &rows[i]),
			rows[i].observation.quarantine, false};
		sorted = sorted && (i == 0 ||
			taken_order(&items[i - 1], &items[i]) < 0);
	}
	if (!sorted)
		qsort(items, count, sizeof(*items), taken_order);
	return items;
}

void rows_order(const struct register_ *reg, uint32_t source, struct row *rows,
	size_t count)
{
	struct taken *items = taken_new(reg, source, rows, count);
	struct row *ordered = mem_new(count + 1, sizeof(*ordered));

	for (size_t i = 0; i < count; i++)
		ordered[i] = *items[i].row;
	memcpy(rows, ordered, count * sizeof(*rows));
	free(ordered);
	free(items);
}

/* --- what was accepted ---------------------------------------------------------------- */

/* A figure outside the domain that is in force was accepted, and is held no
   more when it is said again. */
static void taking_look_back(struct taking *taking, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		struct taken *taken = &taking->items[i];

		if (taken->quarantine && !taken->row->document &&
		    says_what_is_in_force(taking_series(taking,
		    taken->row->indicator), &taken->row->observation))
			taken->quarantine = QUARANTINE_NONE;
	}
}

/* --- what a table says twice --------------------------------------------------------- */

static bool rows_are_of_one(const struct row *a, const struct row *b)
{
	return a->indicator == b->indicator &&
		a->observation.published == b->observation.published &&
		!a->document == !b->document && order_of_things(a, b) == 0;
}

/* A document that stands twice in a table is what the table says last; so is a
   figure of one value. */
static void twice_outdo(struct taking *taking, size_t from, size_t to)
{
	for (size_t i = from; i + 1 < to; i++)
		taking->items[i].passed_over = true;
}

/* Which of two figures is meant nobody knows: none of them is taken. Those that
   say what is known already say nothing. */
static void twice_hold(struct taking *taking, size_t from, size_t to)
{
	const struct series *series = taking_series(taking,
		taking->items[from].row->indicator);
	bool differ = false;

	for (size_t i = from + 1; i < to; i++)
		differ |= !decimal_equal(
			taking->items[from].row->observation.value,
			taking->items[i].row->observation.value);
	if (!differ)
		twice_outdo(taking, from, to);
	for (size_t i = from; differ && i < to; i++) {
		struct taken *taken = &taking->items[i];

		taken->passed_over = says_what_is_in_force(series,
			&taken->row->observation);
		if (!taken->quarantine)
			taken->quarantine = QUARANTINE_DUPLICATE;
	}
}

static size_t twice_end(const struct taking *taking, size_t from)
{
	size_t to = from + 1;

	while (to < taking->count && rows_are_of_one(taking->items[from].row,
			taking->items[to].row))
		to++;
	return to;
}

static void taking_look_twice(struct taking *taking, size_t from, size_t to)
{
	for (size_t i = from, end; i < to; i = end) {
		end = twice_end(taking, i);
		if (end == i + 1)
			continue;
		if (taking->items[i].row->document)
			twice_outdo(taking, i, end);
		else
			twice_hold(taking, i, end);
	}
}

/* --- releases ---------------------------------------------------------------------------- */

static void release_count(struct taking *taking, size_t from, size_t to,
	struct contradiction *out)
{
	uint32_t counted = NOT_FOUND;

	for (size_t i = from; i < to; i++) {
		const struct row *row = taking->items[i].row;
		const struct series *series;

		if (row->document || taking->items[i].quarantine ||
		    taking->items[i].passed_over)
			continue;
		series = taking_series(taking, row->indicator);
		if (counted != row->indicator)
			out->known += periods_known(series,
				row->observation.published);
		counted = row->indicator;
		out->differ += figure_in_force(series, &row->observation) &&
			!says_what_is_in_force(series, &row->observation);
	}
}

static size_t release_hold(struct taking *taking, size_t from, size_t to,
	struct text *named)
{
	size_t held = 0;

	for (size_t i = from; i < to; i++) {
		struct taken *taken = &taking->items[i];
		const struct row *row = taken->row;

		if (row->document || taken->quarantine || taken->passed_over ||
		    says_what_is_in_force(taking_series(taking,
		    row->indicator), &row->observation))
			continue;
		taken->quarantine = QUARANTINE_RELEASE;
		if (held++ >= FIGURES_NAMED)
			continue;
		text_addf(named, "%s%s ", held > 1 ? ", " : "",
			taking->by.engine->reg->indicators[row->indicator].id);
		text_add_period(named, row->observation.period);
	}
	return held;
}

/* Whether the figures of one release contradict too much; then they are held,
   and words about it are made. */
static void release_look(struct taking *taking, size_t from, size_t to,
	struct text *words)
{
	const struct source *source =
		&taking->by.engine->reg->sources[taking->by.source];
	struct contradiction found = {0, 0};
	struct text named;
	size_t held;

	release_count(taking, from, to, &found);
	if (!release_contradicts(source, &found))
		return;
	text_init(&named, 0);
	held = release_hold(taking, from, to, &named);
	text_addf(words, "a release of %s contradicts %zu of the %zu periods "
		"known, %zu %% (hold_release ", source->id, found.differ,
		found.known, 100 * found.differ / found.known);
	text_add_decimal(words, source->hold_release);
	text_addf(words, "): its ");
	text_add_count(words, held, "new figure");
	text_addf(words, " %s held until accepted: %s",
		held == 1 ? "is" : "are", text_string(&named));
	if (held > FIGURES_NAMED)
		text_addf(words, " and %zu more", held - FIGURES_NAMED);
	text_release(&named);
}

/* People hear of a release once; each of its indicators has its alert. */
static void release_tell(const struct taking *taking, size_t from, size_t to,
	const bool *fresh, const char *words)
{
	uint32_t told = NOT_FOUND;

	for (size_t i = from; i < to; i++) {
		uint32_t indicator = taking->items[i].row->indicator;

		if (!fresh[i - from] || indicator == told ||
		    taking->items[i].quarantine != QUARANTINE_RELEASE)
			continue;
		indicator_announce(&taking->by, indicator, EVENT_DATA_QUARANTINED,
			words, told != NOT_FOUND);
		told = indicator;
	}
}

/* --- the rows of a table ----------------------------------------------------------------- */

static size_t release_end(const struct taking *taking, size_t from)
{
	size_t to = from + 1;

	if (taking->items[from].order != BY_RELEASE_OF_ALL)
		return taking->count;
	while (to < taking->count &&
		taking->items[to].row->observation.published ==
		taking->items[from].row->observation.published)
		to++;
	return to;
}

static bool take_one(struct taking *taking, const struct taken *taken)
{
	if (taken->passed_over)
		return false;
	if (!taken->row->document)
		return take_figure(taking, taken);
	gather_document(&taking->by, taken->row);
	return true;
}

/* … of rows that are of one indicator. */
static size_t run_end(const struct taking *taking, size_t from, size_t to)
{
	size_t end = from + 1;

	while (end < to && taking->items[end].row->indicator ==
		taking->items[from].row->indicator)
		end++;
	return end;
}

/* Many that stand in order of their periods, not only behind those known, and
   that are compared with nothing on the way. */
static bool run_merges(struct taking *taking, size_t from, size_t to)
{
	const struct taken *first = &taking->items[from];
	const struct series *series;

	if (to - from < MERGED_FROM || first->order != BY_PERIOD ||
	    first->row->document)
		return false;
	series = taking_series(taking, first->row->indicator);
	return series->count > 0 && period_compare(
		first->row->observation.period,
		series->items[series->count - 1].period) <= 0;
}

static void take_run(struct taking *taking, size_t from, size_t to, bool *fresh)
{
	struct series_merge merge;

	if (run_merges(taking, from, to)) {
		series_merge_begin(&merge, taking->series);
		taking->merge = &merge;
	}
	for (size_t i = from; i < to; i++)
		fresh[i - from] = take_one(taking, &taking->items[i]);
	if (taking->merge)
		series_merge_end(taking->merge);
	taking->merge = NULL;
}

static void take_release(struct taking *taking, size_t from, size_t to)
{
	bool *fresh = mem_new(to - from, sizeof(*fresh));
	struct text words;

	text_init(&words, 0);
	taking_look_back(taking, from, to);
	taking_look_twice(taking, from, to);
	if (taking->items[from].order == BY_RELEASE_OF_ALL)
		release_look(taking, from, to, &words);
	for (size_t i = from, end; i < to; i = end) {
		end = run_end(taking, i, to);
		take_run(taking, i, end, &fresh[i - from]);
	}
	if (words.length > 0)
		release_tell(taking, from, to, fresh, text_string(&words));
	text_release(&words);
	free(fresh);
}

/*
 * A vintage that repeats the one before it is not kept, so those of one period
 * are taken in the order in which they came to be, whatever the order of the
 * table's rows: a figure that went and came back is no repetition. Where jumps
 * are looked for, what one release says of an indicator is taken before the
 * next one; where releases are, what it says of all.
 */
static void taking_run(struct taking *taking, const struct row *rows,
	size_t count)
{
	taking->items = taken_new(taking->by.engine->reg, taking->by.source, rows,
		count);
	taking->count = count;
	for (size_t i = 0, end; i < count; i = end) {
		end = release_end(taking, i);
		take_release(taking, i, end);
	}
	accounts_tell_held(&taking->by);
	accounts_tell_documents(&taking->by);
	free(taking->items);
}

void take_rows(const struct bringing *by, const struct row *rows, size_t count)
{
	struct taking taking = {.by = *by};

	taking_run(&taking, rows, count);
}

/* Figures and the judgements they change are committed together: what is not
   judged in this call is saved as due, or owed that. Many rows are enough for
   one call. */
void take_judged(struct engine *engine, size_t rows, instant now,
	struct effects *effects)
{
	engine_settle(engine, now);
	watch_mark_touched(engine);
	if (rows < TAKEN_ALONE)
		watch_judge(engine, now, INSTANT_MIN, JUDGED_AT_ONCE, effects);
	accounts_queue(engine);
	if (rows < TAKEN_ALONE)
		accounts_tell_revised(engine, now, TOLD_AT_ONCE, effects);
	watch_owe_touched(engine);
	if (rows < TAKEN_ALONE)
		watch_save_owed(engine, now, SAVED_AT_ONCE, effects);
}

/* --- what people say ------------------------------------------------------------------------ */

/* What they brought may be what was missed. */
static void stated_judged(struct engine *engine, const struct stated *stated,
	bool accepts, const struct row *rows, size_t count, instant now,
	struct effects *effects)
{
	engine->stated = stated;
	engine->accepting = accepts;
	for (size_t i = 0; i < count; i++)
		monitor_note_indicator(engine, rows[i].indicator);
	take_judged(engine, count, now, effects);
	engine->stated = NULL;
	telling_advance(engine, now, effects);
}

void engine_observed(struct engine *engine, const struct row *rows,
	size_t row_count, const struct stated *stated, instant now,
	struct effects *effects)
{
	engine->asked = now;
	take_rows(&(struct bringing){.engine = engine, .source = NOT_FOUND,
		.stated = stated, .now = now, .effects = effects}, rows,
		row_count);
	stated_judged(engine, stated, false, rows, row_count, now, effects);
}

/* Somebody accepted it before, or the figure in force says the same. */
static bool figure_is_accepted(const struct series *series,
	const struct observation *held)
{
	size_t i = series_position(series, held->period);
	const struct observation *force = series_at(series, held->period,
		(struct knowledge){INSTANT_MAX, INSTANT_MAX});

	if (force && force->published >= held->published &&
	    decimal_equal(force->value, held->value))
		return true;
	for (; i < series->count && period_equal(series->items[i].period,
			held->period); i++)
		if (!series->items[i].quarantine &&
		    series->items[i].published == held->published &&
		    series->items[i].recorded >= held->recorded &&
		    decimal_equal(series->items[i].value, held->value))
			return true;
	return false;
}

enum accept_outcome engine_accept(struct engine *engine, uint32_t indicator,
	const struct observation *held, const struct stated *stated,
	instant now, struct effects *effects)
{
	struct row row = {.indicator = indicator, .observation = *held};
	struct taking taking = {.by = {.engine = engine, .source = NOT_FOUND,
		.stated = stated, .accepts = held->id, .now = now,
		.effects = effects}};

	engine->asked = now;
	row.observation.id = 0;
	row.observation.quarantine = QUARANTINE_NONE;
	if (figure_is_accepted(history_series(engine->history,
	    engine->reg->indicators[indicator].id), held))
		return ACCEPTED_ALREADY;
	taking_run(&taking, &row, 1);
	stated_judged(engine, stated, true, &row, 1, now, effects);
	return ACCEPTED;
}
