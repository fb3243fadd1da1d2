/* polled: see polled.h. */
#include "core/polled.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/documents.h"

void polled_init(struct polled_times *polled)
{
	*polled = (struct polled_times){.items = NULL};
}

void polled_release(struct polled_times *polled)
{
	free(polled->items);
	polled_init(polled);
}

bool polled_add(struct polled_times *polled, instant started,
	enum fetch_outcome outcome, size_t rows, size_t rejected)
{
	if (outcome == FETCH_CHANGED)
		polled->faulty = rows == 0 || rejected > 0;
	if ((outcome != FETCH_CHANGED && outcome != FETCH_UNCHANGED) ||
	    polled->faulty)
		return false;
	/* A clock that was set back tells nothing new. */
	if (polled->count > 0 && started <= polled->items[polled->count - 1])
		return true;
	polled->items = mem_grow(polled->items, polled->count,
		&polled->capacity, sizeof *polled->items);
	polled->items[polled->count++] = started;
	return true;
}

instant polled_last(const struct polled_times *polled, struct knowledge known)
{
	instant by = earlier(known.published_by, known.recorded_by);
	size_t from = 0, count = polled->count;

	if (polled->standing != POLLED_AS_RECORDED)
		return polled->standing == POLLED_ALWAYS ? by : INSTANT_MIN;
	while (count > 0) {
		size_t half = count / 2;

		if (polled->items[from + half] <= by) {
			from += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return from > 0 ? polled->items[from - 1] : INSTANT_MIN;
}

/* --- of an indicator ---------------------------------------------------------- */

struct covering {
	const struct register_ *reg;
	struct history *history;
	struct knowledge known;
	const struct indicator *indicator;
	const struct documents *documents;
	instant polled;			/* the earliest of the last polls */
	instant stale_after;
	size_t sources;
};

static void covering_take(struct covering *covering, uint32_t number)
{
	const struct source *source = &covering->reg->sources[number];
	const struct polled_times *polled = history_polled(covering->history,
		source->id);
	int64_t every = source->every > 0 ? source->every :
		SOURCE_EVERY_UNSET;
	instant last = polled_last(polled, covering->known);
	instant stale = last == INSTANT_MIN ? INSTANT_MIN : last + 2 * every;

	if (polled->standing == POLLED_ALWAYS)
		stale = INSTANT_MAX;
	covering->polled = earlier(covering->polled, last);
	covering->stale_after = earlier(covering->stale_after, stale);
	covering->sources++;
}

static bool source_is_named(const struct indicator *indicator, uint32_t source)
{
	for (size_t i = 0; i < indicator->source_count; i++)
		if (indicator->sources[i] == source)
			return true;
	return false;
}

/* Sources whose rows have given it, as far as that is known. */
static void covering_take_givers(struct covering *covering)
{
	const struct documents *documents = covering->documents;

	for (size_t i = 0; i < documents->source_count; i++) {
		const struct document_source *giver = &documents->sources[i];
		uint32_t source = register_source(covering->reg, giver->id);

		if (source != NOT_FOUND &&
		    giver->published <= covering->known.published_by &&
		    giver->recorded <= covering->known.recorded_by &&
		    !source_is_named(covering->indicator, source))
			covering_take(covering, source);
	}
}

static void covering_make(struct covering *covering,
	const struct register_ *reg, struct history *history,
	uint32_t indicator, struct knowledge known)
{
	*covering = (struct covering){
		.reg = reg, .history = history, .known = known,
		.indicator = &reg->indicators[indicator],
		.documents = history_documents(history,
			reg->indicators[indicator].id),
		.polled = INSTANT_MAX, .stale_after = INSTANT_MAX,
	};
	for (size_t i = 0; i < covering->indicator->source_count; i++)
		covering_take(covering, covering->indicator->sources[i]);
	covering_take_givers(covering);
	if (covering->sources == 0 || covering->documents->unread ||
	    covering->documents->count >= DOCUMENTS_MAX)
		covering->polled = covering->stale_after = INSTANT_MIN;
}

instant documents_covered(const struct register_ *reg, struct history *history,
	uint32_t indicator, struct knowledge known, const struct zone *zone)
{
	struct covering covering;
	struct duration back;
	instant covered;

	covering_make(&covering, reg, history, indicator, known);
	back = covering.indicator->lag;
	back.count = -back.count;
	if (back.count == 0 || covering.polled == INSTANT_MIN ||
	    !zone_add(zone, covering.polled, back, &covered))
		return covering.polled;
	return covered;
}

instant documents_stale_after(const struct register_ *reg,
	struct history *history, uint32_t indicator, struct knowledge known,
	const struct zone *zone)
{
	struct covering covering;
	instant after;

	covering_make(&covering, reg, history, indicator, known);
	if (covering.stale_after == INSTANT_MIN ||
	    covering.stale_after == INSTANT_MAX ||
	    !zone_add(zone, covering.stale_after, covering.indicator->lag,
	    &after))
		return covering.stale_after;
	return after;
}
