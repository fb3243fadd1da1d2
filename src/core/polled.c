/* polled: see polled.h. */
#include "core/polled.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/documents.h"

void polled_init(struct polled_times *polled)
{
	*polled = (struct polled_times){.faulty = false};
}

void polled_release(struct polled_times *polled)
{
	free(polled->all.items);
	free(polled->found.items);
	polled_init(polled);
}

/* A clock that was set back tells nothing new. */
static void list_add(struct polled_list *list, struct polled_time time)
{
	if (list->count > 0 &&
	    time.started <= list->items[list->count - 1].started)
		return;
	list->items = mem_grow(list->items, list->count, &list->capacity,
		sizeof *list->items);
	list->items[list->count++] = time;
}

bool polled_add(struct polled_times *polled, struct polled_time time,
	enum fetch_outcome outcome, size_t rows, size_t rejected)
{
	if (outcome == FETCH_CHANGED) {
		polled->faulty = rejected > 0;
		polled->empty = rows == 0;
	}
	if ((outcome != FETCH_CHANGED && outcome != FETCH_UNCHANGED) ||
	    polled->faulty)
		return false;
	list_add(&polled->all, time);
	if (!polled->empty)
		list_add(&polled->found, time);
	return true;
}

/* How many began by then. */
static size_t list_begun(const struct polled_list *list, instant by)
{
	size_t from = 0, count = list->count;

	while (count > 0) {
		size_t half = count / 2;

		if (list->items[from + half].started <= by) {
			from += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return from;
}

static const struct polled_list *polled_good(const struct polled_times *polled,
	bool may_be_empty)
{
	return may_be_empty ? &polled->all : &polled->found;
}

instant polled_last(const struct polled_times *polled, bool may_be_empty,
	struct knowledge known)
{
	const struct polled_list *list = polled_good(polled, may_be_empty);
	instant by = earlier(known.published_by, known.recorded_by);
	size_t count;

	if (polled->standing != POLLED_AS_RECORDED)
		return polled->standing == POLLED_ALWAYS ? by : INSTANT_MIN;
	count = list_begun(list, by);
	/* Those that were still under way: mostly none, or the last. */
	while (count > 0 && list->items[count - 1].recorded > known.recorded_by)
		count--;
	return count > 0 ? list->items[count - 1].started : INSTANT_MIN;
}

instant polled_first(const struct polled_times *polled, bool may_be_empty,
	struct knowledge known)
{
	instant last = polled_last(polled, may_be_empty, known);

	return last == INSTANT_MIN || polled->standing == POLLED_ALWAYS ? last :
		polled_good(polled, may_be_empty)->items[0].started;
}

/* --- of an indicator ---------------------------------------------------------- */

struct covering {
	const struct register_ *reg;
	struct history *history;
	struct knowledge known;
	const struct indicator *indicator;
	const struct documents *documents;
	instant polled;			/* the earliest of the last polls */
	instant since;			/* the latest that they are known since */
	instant stale_after;
	size_t sources;
	const struct zone *zone;
};

/* What the source of that number has given; NULL: nothing. */
static const struct document_source *covering_giver(
	const struct covering *covering, const char *id)
{
	const struct documents *documents = covering->documents;

	for (size_t i = 0; i < documents->source_count; i++)
		if (strcmp(documents->sources[i].id, id) == 0)
			return &documents->sources[i];
	return NULL;
}

static instant covering_since(const struct covering *covering,
	const struct source *source, const struct polled_times *polled)
{
	const struct document_source *giver;
	instant reach = INSTANT_MAX;

	if (!source_lists_newest(source))
		return INSTANT_MIN;
	giver = covering_giver(covering, source->id);
	if (giver != NULL)
		reach = document_source_reach(giver, covering->known,
			covering->zone);
	return earlier(reach, polled_first(polled, source->may_be_empty,
		covering->known));
}

static void covering_take(struct covering *covering, uint32_t number)
{
	const struct source *source = &covering->reg->sources[number];
	const struct polled_times *polled = history_polled(covering->history,
		source->id);
	int64_t every = source->every > 0 ? source->every :
		SOURCE_EVERY_UNSET;
	instant last = polled_last(polled, source->may_be_empty,
		covering->known);
	instant stale = last == INSTANT_MIN ? INSTANT_MIN : last + 2 * every;

	if (polled->standing == POLLED_ALWAYS)
		stale = INSTANT_MAX;
	covering->polled = earlier(covering->polled, last);
	covering->since = later(covering->since,
		covering_since(covering, source, polled));
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
	uint32_t indicator, struct knowledge known, const struct zone *zone)
{
	*covering = (struct covering){
		.reg = reg, .history = history, .known = known, .zone = zone,
		.indicator = &reg->indicators[indicator],
		.documents = history_documents(history,
			reg->indicators[indicator].id),
		.polled = INSTANT_MAX, .since = INSTANT_MIN,
		.stale_after = INSTANT_MAX,
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

	covering_make(&covering, reg, history, indicator, known, zone);
	back = covering.indicator->lag;
	back.count = -back.count;
	if (back.count == 0 || covering.polled == INSTANT_MIN ||
	    !zone_add(zone, covering.polled, back, &covered))
		return covering.polled;
	return covered;
}

instant documents_covered_since(const struct register_ *reg,
	struct history *history, uint32_t indicator, struct knowledge known,
	const struct zone *zone)
{
	struct covering covering;

	covering_make(&covering, reg, history, indicator, known, zone);
	return covering.since;
}

instant documents_stale_after(const struct register_ *reg,
	struct history *history, uint32_t indicator, struct knowledge known,
	const struct zone *zone)
{
	struct covering covering;
	instant after;

	covering_make(&covering, reg, history, indicator, known, zone);
	if (covering.stale_after == INSTANT_MIN ||
	    covering.stale_after == INSTANT_MAX ||
	    !zone_add(zone, covering.stale_after, covering.indicator->lag,
	    &after))
		return covering.stale_after;
	return after;
}
