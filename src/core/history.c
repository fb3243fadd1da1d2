/*
 * A hash table by indicator id. Whoever judges a register asks for the same
 * few thousand ids again and again with the same pointers, so a small direct
 * table by address stands in front; a hit is proven by comparing the strings,
 * for an address may have come to hold another id.
 */
#include "core/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define uthash_malloc(size) mem_new(1, size)
#define uthash_fatal(message) abort()
#include <uthash.h>

#define RECENT_BITS 12

struct entry {
	char *indicator;
	struct series series;
	bool loaded;
	UT_hash_handle hh;
};

struct history {
	history_load *load;
	void *context;
	struct entry *entries;
	struct entry *recent[1 << RECENT_BITS];
};

struct history *history_new(history_load *load, void *context)
{
	struct history *history = mem_new(1, sizeof(*history));

	history->load = load;
	history->context = context;
	return history;
}

void history_free(struct history *history)
{
	struct entry *entry, *next;

	if (history == NULL)
		return;
	HASH_ITER(hh, history->entries, entry, next) {
		HASH_DEL(history->entries, entry);
		series_release(&entry->series);
		free(entry->indicator);
		free(entry);
	}
	free(history);
}

static struct entry *entry_new(struct history *history, const char *indicator)
{
	struct entry *entry = mem_new(1, sizeof(*entry));

	entry->indicator = mem_string(indicator);
	series_init(&entry->series);
	HASH_ADD_KEYPTR(hh, history->entries, entry->indicator,
		strlen(entry->indicator), entry);
	return entry;
}

/* A series that cannot be read now stays empty and unloaded. */
static void entry_load(struct history *history, struct entry *entry)
{
	entry->loaded = history->load == NULL ||
		history->load(history->context, entry->indicator, &entry->series) == 0;
	if (!entry->loaded)
		series_release(&entry->series);
}

static struct entry **recent_slot(struct history *history, const char *indicator)
{
	uint64_t mixed = (uint64_t)(uintptr_t)indicator * UINT64_C(0x9e3779b97f4a7c15);

	return &history->recent[mixed >> (64 - RECENT_BITS)];
}

struct series *history_series(struct history *history, const char *indicator)
{
	struct entry **recent = recent_slot(history, indicator);
	struct entry *entry = *recent;

	if (entry == NULL || strcmp(entry->indicator, indicator) != 0) {
		HASH_FIND_STR(history->entries, indicator, entry);
		if (entry == NULL)
			entry = entry_new(history, indicator);
		*recent = entry;
	}
	if (!entry->loaded)
		entry_load(history, entry);
	return &entry->series;
}
