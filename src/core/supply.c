/*
 * supply: see supply.h. A table by id, and lists by index over it.
 */
#include "core/supply.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define uthash_malloc(size) mem_new(1, size)
#define uthash_fatal(message) abort()
#include <uthash.h>

struct supplied {		/* an indicator */
	char *id;
	struct period last;
	char **givers;		/* ids of sources */
	size_t giver_count, giver_capacity;
	UT_hash_handle hh;
};

struct supply {
	struct supplied *all;
	const struct register_ *reg;
	struct supplied **bound;		/* by indicator; NULL: nothing yet */
	struct supply_list *sources;		/* by indicator */
	struct supply_list *indicators;		/* by source */
};

struct supply *supply_new(void)
{
	return mem_new(1, sizeof(struct supply));
}

static void supply_unbind(struct supply *supply)
{
	const struct register_ *reg = supply->reg;

	for (size_t i = 0; reg != NULL && i < reg->indicator_count; i++)
		free(supply->sources[i].items);
	for (size_t i = 0; reg != NULL && i < reg->source_count; i++)
		free(supply->indicators[i].items);
	free(supply->bound);
	free(supply->sources);
	free(supply->indicators);
	supply->reg = NULL;
}

void supply_free(struct supply *supply)
{
	struct supplied *supplied, *next;

	if (supply == NULL)
		return;
	supply_unbind(supply);
	HASH_ITER(hh, supply->all, supplied, next) {
		HASH_DEL(supply->all, supplied);
		for (size_t i = 0; i < supplied->giver_count; i++)
			free(supplied->givers[i]);
		free(supplied->givers);
		free(supplied->id);
		free(supplied);
	}
	free(supply);
}

/* --- by id ------------------------------------------------------------------ */

static struct supplied *supplied_of(struct supply *supply, const char *id)
{
	struct supplied *supplied;

	HASH_FIND_STR(supply->all, id, supplied);
	if (supplied != NULL)
		return supplied;
	supplied = mem_new(1, sizeof *supplied);
	supplied->id = mem_string(id);
	HASH_ADD_KEYPTR(hh, supply->all, supplied->id, strlen(supplied->id),
		supplied);
	return supplied;
}

static void supplied_until(struct supplied *supplied, struct period period)
{
	if (period_is_none(supplied->last) ||
	    supplied->last.frequency != period.frequency ||
	    supplied->last.number < period.number)
		supplied->last = period;
}

/* Whether the source is one more. */
static bool supplied_by(struct supplied *supplied, const char *source)
{
	for (size_t i = 0; i < supplied->giver_count; i++)
		if (strcmp(supplied->givers[i], source) == 0)
			return false;
	if (supplied->giver_count == SUPPLIERS_MAX)
		return false;
	supplied->givers = mem_grow(supplied->givers, supplied->giver_count,
		&supplied->giver_capacity, sizeof *supplied->givers);
	supplied->givers[supplied->giver_count++] = mem_string(source);
	return true;
}

void supply_restore(struct supply *supply, const char *indicator,
	const char *source, struct period period)
{
	struct supplied *supplied = supplied_of(supply, indicator);

	supplied_until(supplied, period);
	if (source != NULL)
		supplied_by(supplied, source);
}

/* --- by index ----------------------------------------------------------------- */

static void list_push(struct supply_list *list, uint32_t item)
{
	list->items = mem_grow(list->items, list->count, &list->capacity,
		sizeof *list->items);
	list->items[list->count++] = item;
}

static void supply_pair(struct supply *supply, uint32_t indicator,
	uint32_t source)
{
	list_push(&supply->sources[indicator], source);
	list_push(&supply->indicators[source], indicator);
}

static void supply_bind_one(struct supply *supply, uint32_t indicator)
{
	const struct register_ *reg = supply->reg;
	const struct indicator *named = &reg->indicators[indicator];
	struct supplied *supplied;

	for (size_t i = 0; i < named->source_count; i++)
		supply_pair(supply, indicator, named->sources[i]);
	HASH_FIND_STR(supply->all, named->id, supplied);
	supply->bound[indicator] = supplied;
	for (size_t i = 0; supplied != NULL && i < supplied->giver_count; i++) {
		uint32_t source = register_source(reg, supplied->givers[i]);

		if (source != NOT_FOUND &&
		    reg->sources[source].indicator != indicator)
			supply_pair(supply, indicator, source);
	}
}

void supply_bind(struct supply *supply, const struct register_ *reg)
{
	supply_unbind(supply);
	supply->reg = reg;
	supply->bound = mem_new(reg->indicator_count + 1,
		sizeof *supply->bound);
	supply->sources = mem_new(reg->indicator_count + 1,
		sizeof *supply->sources);
	supply->indicators = mem_new(reg->source_count + 1,
		sizeof *supply->indicators);
	for (uint32_t i = 0; i < reg->indicator_count; i++)
		supply_bind_one(supply, i);
}

void supply_take(struct supply *supply, uint32_t indicator, uint32_t source,
	struct period period)
{
	const struct register_ *reg = supply->reg;
	struct supplied *supplied = supply->bound[indicator];

	if (supplied == NULL)
		supplied = supply->bound[indicator] = supplied_of(supply,
			reg->indicators[indicator].id);
	supplied_until(supplied, period);
	if (source != NOT_FOUND &&
	    supplied_by(supplied, reg->sources[source].id) &&
	    reg->sources[source].indicator != indicator)
		supply_pair(supply, indicator, source);
}

struct period supply_last(const struct supply *supply, uint32_t indicator)
{
	const struct supplied *supplied = supply->bound[indicator];
	enum frequency frequency =
		supply->reg->indicators[indicator].frequency;

	if (supplied == NULL || supplied->last.frequency != frequency)
		return PERIOD_NONE;
	return supplied->last;
}

const struct supply_list *supply_sources(const struct supply *supply,
	uint32_t indicator)
{
	return &supply->sources[indicator];
}

const struct supply_list *supply_indicators(const struct supply *supply,
	uint32_t source)
{
	return &supply->indicators[source];
}
