/*
 * register: its things by id, and the questions asked of a whole one.
 * finish.c makes it whole.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/register_index.h"

#define ID_MAX 100

/* Beyond these, names are no longer compared: a register that is wrong
   everywhere would cost references × names. */
#define NEAREST_NAMES_MAX 20000
#define NEAREST_FAULTS_MAX 100

/*
 * Of each kind an open table (linear probing, at most half full) of numbers
 * plus one, 0 being a free place: an id leads to a number in two or three
 * looks, and costs eight bytes.
 */
struct index_table {
	uint32_t *places;
	size_t mask;		/* places less one, a power of two less one */
};

struct register_index {
	struct index_table tables[THING_COUNT];
	uint32_t *order[THING_COUNT];	/* numbers, by id; NULL: not yet sorted */
};

#define THING(word_, list, count_, type, hyphens_) { \
	.word = word_, .hyphens = hyphens_, \
	.items = offsetof(struct register_, list), \
	.count = offsetof(struct register_, count_), \
	.size = sizeof(struct type), \
	.id = offsetof(struct type, id), \
	.origin = offsetof(struct type, origin) }

/* Indicators stand in expressions, where a hyphen is a minus. */
const struct thing things[THING_COUNT] = {
	[THING_CALENDAR] = THING("calendar", calendars,
		calendar_count, calendar, true),
	[THING_INSTRUMENT] = THING("instrument", instruments,
		instrument_count, instrument, true),
	[THING_INDICATOR] = THING("indicator", indicators,
		indicator_count, indicator, false),
	[THING_SOURCE] = THING("source", sources, source_count, source, true),
	[THING_PLEDGE] = THING("pledge", pledges, pledge_count, pledge, true),
	[THING_MILESTONE] = THING("milestone", milestones,
		milestone_count, milestone, true),
	[THING_RECURRENCE] = THING("recurring milestone", recurrences,
		recurrence_count, recurrence, true),
};

struct register_ *register_new(void)
{
	struct register_ *reg = mem_new(1, sizeof *reg);

	reg->arena = arena_new();
	return reg;
}

/* What was secret does not stay in memory that is used again. */
static void source_wipe(const struct source *source)
{
	for (size_t i = 0; i < source->secret_count; i++)
		if (source->secrets[i].secret != NULL)
			explicit_bzero(source->secrets[i].secret,
				strlen(source->secrets[i].secret));
}

void register_free(struct register_ *reg)
{
	if (reg == NULL)
		return;
	for (size_t i = 0; i < reg->source_count; i++)
		source_wipe(&reg->sources[i]);
	arena_free(reg->arena);
	free(reg);
}

/* ---- ids ------------------------------------------------------------------ */

size_t thing_count(const struct register_ *reg, enum thing_kind kind)
{
	size_t count;

	memcpy(&count, (const char *)reg + things[kind].count, sizeof count);
	return count;
}

static const char *thing_at(const struct register_ *reg, enum thing_kind kind,
	size_t number)
{
	const char *items;

	memcpy(&items, (const char *)reg + things[kind].items, sizeof items);
	return items + number * things[kind].size;
}

const char *thing_id(const struct register_ *reg, enum thing_kind kind,
	size_t number)
{
	const char *id;

	memcpy(&id, thing_at(reg, kind, number) + things[kind].id, sizeof id);
	return id;
}

struct origin thing_origin(const struct register_ *reg, enum thing_kind kind,
	size_t number)
{
	struct origin origin;

	memcpy(&origin, thing_at(reg, kind, number) + things[kind].origin,
		sizeof origin);
	return origin;
}

/* The place that holds an id, or the free one where it would stand. */
static uint32_t *index_place(const struct register_ *reg, enum thing_kind kind,
	const char *id)
{
	const struct index_table *table = &reg->index->tables[kind];
	size_t at = hash_string(id) & table->mask;

	while (table->places[at] != 0 && strcmp(id,
	    thing_id(reg, kind, table->places[at] - 1)) != 0)
		at = (at + 1) & table->mask;
	return &table->places[at];
}

uint32_t index_add(struct register_ *reg, enum thing_kind kind,
	uint32_t number)
{
	uint32_t *place = index_place(reg, kind, thing_id(reg, kind, number));

	if (*place == 0)
		*place = number + 1;
	return *place - 1;
}

void index_renew(struct register_ *reg, enum thing_kind kind)
{
	struct index_table *table = &reg->index->tables[kind];
	size_t places = 2;

	while (places < 2 * thing_count(reg, kind))
		places *= 2;
	if (table->places != NULL && table->mask == places - 1)
		memset(table->places, 0, places * sizeof *table->places);
	else
		table->places = arena_alloc(reg->arena, places,
			sizeof *table->places);
	table->mask = places - 1;
}

void index_new(struct register_ *reg)
{
	reg->index = arena_alloc(reg->arena, 1, sizeof *reg->index);
	for (unsigned kind = 0; kind < THING_COUNT; kind++)
		index_renew(reg, kind);
}

/* An id with its number, so that sorting need not look it up. */
struct ordered {
	const char *id;
	uint32_t number;
};

static int ordered_compare(const void *a, const void *b)
{
	const struct ordered *left = a, *right = b;

	return strcmp(left->id, right->id);
}

static void index_sort_kind(struct register_ *reg, enum thing_kind kind)
{
	size_t count = thing_count(reg, kind);
	uint32_t *order = arena_alloc(reg->arena, count, sizeof *order);
	struct ordered *ordered = mem_new(count + 1, sizeof *ordered);

	for (uint32_t i = 0; i < count; i++)
		ordered[i] = (struct ordered){thing_id(reg, kind, i), i};
	qsort(ordered, count, sizeof *ordered, ordered_compare);
	for (size_t i = 0; i < count; i++)
		order[i] = ordered[i].number;
	free(ordered);
	reg->index->order[kind] = order;
}

void index_sort(struct register_ *reg)
{
	for (unsigned kind = 0; kind < THING_COUNT; kind++)
		index_sort_kind(reg, kind);
}

uint32_t thing_in_order(const struct register_ *reg, enum thing_kind kind,
	size_t place)
{
	return reg->index->order[kind][place];
}

size_t thing_place_behind(const struct register_ *reg, enum thing_kind kind,
	const char *id)
{
	size_t low = 0, high = id == NULL ? 0 : thing_count(reg, kind);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint32_t number = thing_in_order(reg, kind, middle);

		if (strcmp(thing_id(reg, kind, number), id) > 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static uint32_t index_find(const struct register_ *reg, enum thing_kind kind,
	const char *id)
{
	if (id == NULL || reg->index == NULL)
		return NOT_FOUND;
	/* A free place holds 0, and NOT_FOUND is one less. */
	return *index_place(reg, kind, id) - 1;
}

uint32_t register_calendar(const struct register_ *reg, const char *id)
{
	return index_find(reg, THING_CALENDAR, id);
}

uint32_t register_instrument(const struct register_ *reg, const char *id)
{
	return index_find(reg, THING_INSTRUMENT, id);
}

uint32_t register_indicator(const struct register_ *reg, const char *id)
{
	return index_find(reg, THING_INDICATOR, id);
}

uint32_t register_source(const struct register_ *reg, const char *id)
{
	return index_find(reg, THING_SOURCE, id);
}

uint32_t register_pledge(const struct register_ *reg, const char *id)
{
	return index_find(reg, THING_PLEDGE, id);
}

uint32_t register_milestone(const struct register_ *reg, const char *id)
{
	return index_find(reg, THING_MILESTONE, id);
}

uint32_t register_recurrence(const struct register_ *reg, const char *id)
{
	return index_find(reg, THING_RECURRENCE, id);
}

bool id_part_is_valid(const char *id, size_t length, bool hyphens)
{
	if (length == 0 || length > ID_MAX)
		return false;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)id[i];

		if (c >= 0x80 || (!isalnum(c) && c != '.' && c != '_' &&
		    !(hyphens && c == '-')))
			return false;
	}
	return true;
}

bool id_is_valid(const char *id, bool hyphens)
{
	return id_part_is_valid(id, strlen(id), hyphens);
}

const char *thing_nearest(const struct register_ *reg, enum thing_kind kind,
	const char *id, const struct faults *faults)
{
	size_t count = thing_count(reg, kind), kept = 0;
	const char **names;
	const char *near;

	if (count > NEAREST_NAMES_MAX || (faults != NULL &&
	    faults->errors >= NEAREST_FAULTS_MAX))
		return NULL;
	names = mem_new(count + 1, sizeof *names);
	for (size_t i = 0; i < count; i++) {
		const char *name = thing_id(reg, kind, i);

		if (name != NULL)
			names[kept++] = name;
	}
	near = string_nearest(id, names);
	free(names);
	return near;
}

/* ---- what a milestone belongs to ------------------------------------------ */

struct origin said_origin(const struct milestone *milestone,
	const struct said *said)
{
	return (struct origin){milestone->origin.file, said->line, 0};
}

const struct pledge *milestone_pledge(const struct register_ *reg,
	const struct milestone *milestone)
{
	return &reg->pledges[milestone->pledge];
}

const struct amendment *milestone_amendment(const struct milestone *milestone,
	instant as_of)
{
	const struct clauses *clauses = milestone->clauses;

	if (clauses == NULL)
		return NULL;
	for (size_t i = clauses->amendment_count; i-- > 0;)
		if (as_of >= clauses->amendments[i].decree.at)
			return &clauses->amendments[i];
	return NULL;
}

const struct milestone *milestone_at(const struct milestone *milestone,
	instant as_of)
{
	const struct amendment *amendment = milestone_amendment(milestone,
		as_of);

	return amendment != NULL ? amendment->milestone : milestone;
}

const struct instrument *milestone_instrument(const struct register_ *reg,
	const struct milestone *milestone)
{
	return &reg->instruments[milestone_pledge(reg, milestone)->instrument];
}

const struct zone *milestone_zone(const struct register_ *reg,
	const struct milestone *milestone)
{
	return milestone_instrument(reg, milestone)->zone;
}

const struct calendar *milestone_calendar(const struct register_ *reg,
	const struct milestone *milestone)
{
	return milestone_pledge(reg, milestone)->calendar;
}

static const char *label_find(const struct label *labels, size_t count,
	const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (string_is(labels[i].key, key))
			return labels[i].value;
	return NULL;
}

const char *milestone_label(const struct register_ *reg,
	const struct milestone *milestone, const char *key)
{
	const struct pledge *pledge = milestone_pledge(reg, milestone);
	const char *value = label_find(milestone->labels,
		milestone->label_count, key);

	return value != NULL ? value :
		label_find(pledge->labels, pledge->label_count, key);
}

const char *source_label(const struct source *source, const char *key)
{
	return label_find(source->labels, source->label_count, key);
}

const char *instrument_title(const struct instrument *instrument)
{
	return instrument->title != NULL ? instrument->title : instrument->id;
}

const char *pledge_title(const struct pledge *pledge)
{
	return pledge->title != NULL ? pledge->title : pledge->id;
}

const char *milestone_title(const struct register_ *reg,
	const struct milestone *milestone)
{
	const char *title = milestone->title;

	if (title == NULL)
		title = milestone_pledge(reg, milestone)->title;
	return title != NULL ? title : milestone->id;
}

void milestone_add_name(struct text *out, const struct register_ *reg,
	const struct milestone *milestone, size_t most)
{
	if (milestone->title != NULL) {
		text_add_line(out, milestone->title, most);
		return;
	}
	text_add_line(out, pledge_title(milestone_pledge(reg, milestone)), most);
	text_add_string(out, ": ");
	text_add_line(out, milestone->name, most);
}

/* ---- words ---------------------------------------------------------------- */

static const char *const severity_words[] = {
	[SEVERITY_INFO] = "info", [SEVERITY_WARNING] = "warning",
	[SEVERITY_CRITICAL] = "critical",
};
static const char *const source_format_words[] = {
	[SOURCE_CSV] = "csv", [SOURCE_JSON] = "json", [SOURCE_HTML] = "html",
	[SOURCE_XML] = "xml", [SOURCE_FEED] = "feed", [SOURCE_TEXT] = "text",
};
static const char *const mode_words[] = {
	[MODE_BY] = "by", [MODE_AT] = "at", [MODE_THROUGHOUT] = "throughout",
};

#define WORDS(words) (sizeof words / sizeof words[0])

static bool word_find(const char *const *words, size_t count,
	const char *word, unsigned *out)
{
	for (unsigned i = 0; i < count; i++)
		if (string_is(words[i], word)) {
			*out = i;
			return true;
		}
	return false;
}

const char *severity_name(enum severity severity)
{
	return severity_words[severity];
}

bool severity_parse(const char *word, enum severity *out)
{
	unsigned found;

	if (!word_find(severity_words, WORDS(severity_words), word, &found))
		return false;
	*out = (enum severity)found;
	return true;
}

bool source_lists_newest(const struct source *source)
{
	return source->lists == LISTS_NEWEST || (source->lists ==
		LISTS_UNSAID && source->format == SOURCE_FEED);
}

const char *source_format_name(enum source_format format)
{
	return source_format_words[format];
}

const char *mode_name(enum milestone_mode mode)
{
	return mode_words[mode];
}

bool mode_parse(const char *word, enum milestone_mode *out)
{
	unsigned found;

	if (!word_find(mode_words, WORDS(mode_words), word, &found))
		return false;
	*out = (enum milestone_mode)found;
	return true;
}
