/*
 * Hash tables by id, one a kind. Whoever judges a register asks for the same
 * few thousand ids again and again with the same pointers, so a small direct
 * table by address stands in front of each; a hit is proven by comparing the
 * strings, for an address may have come to hold another id.
 */
#include "core/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/attestations.h"
#include "core/documents.h"
#include "core/polled.h"

#define uthash_malloc(size) mem_new(1, size)
#define uthash_fatal(message) abort()
#include <uthash.h>

#define RECENT_BITS 12

enum shelf_kind { SHELF_SERIES, SHELF_DOCUMENTS, SHELF_ATTESTATIONS,
	SHELF_POLLED, SHELF_COUNT };

struct entry {
	char *id;
	union {
		struct series series;
		struct documents documents;
		struct attestations attestations;
		struct polled_times polled;
	};
	bool loaded;
	UT_hash_handle hh;
};

struct shelf {
	struct entry *entries;
	struct entry *recent[1 << RECENT_BITS];
};

struct history {
	history_load *load;
	struct history_loads loads;
	void *context;
	struct shelf shelves[SHELF_COUNT];
};

/* --- by kind ------------------------------------------------------------------ */

static void entry_init(struct entry *entry, enum shelf_kind kind)
{
	switch (kind) {
	case SHELF_SERIES: series_init(&entry->series); break;
	case SHELF_DOCUMENTS: documents_init(&entry->documents); break;
	case SHELF_ATTESTATIONS: attestations_init(&entry->attestations); break;
	case SHELF_POLLED: polled_init(&entry->polled); break;
	case SHELF_COUNT: break;
	}
}

static void entry_release(struct entry *entry, enum shelf_kind kind)
{
	switch (kind) {
	case SHELF_SERIES: series_release(&entry->series); break;
	case SHELF_DOCUMENTS: documents_release(&entry->documents); break;
	case SHELF_ATTESTATIONS: attestations_release(&entry->attestations); break;
	case SHELF_POLLED: polled_release(&entry->polled); break;
	case SHELF_COUNT: break;
	}
}

/* 0 where there is nothing to load from. */
static int entry_fill(const struct history *history, struct entry *entry,
	enum shelf_kind kind)
{
	const struct history_loads *loads = &history->loads;
	void *context = history->context;

	switch (kind) {
	case SHELF_SERIES:
		return history->load == NULL ? 0 :
			history->load(context, entry->id, &entry->series);
	case SHELF_DOCUMENTS:
		return loads->documents == NULL ? 0 :
			loads->documents(context, entry->id, &entry->documents);
	case SHELF_ATTESTATIONS:
		return loads->attestations == NULL ? 0 : loads->attestations(
			context, entry->id, &entry->attestations);
	case SHELF_POLLED:
		return loads->polled == NULL ? 0 :
			loads->polled(context, entry->id, &entry->polled);
	case SHELF_COUNT:
		break;
	}
	return 0;
}

/* --- the shelves -------------------------------------------------------------- */

struct history *history_new(history_load *load, void *context)
{
	struct history *history = mem_new(1, sizeof(*history));

	history->load = load;
	history->context = context;
	return history;
}

void history_load_by(struct history *history, const struct history_loads *loads)
{
	history->loads = *loads;
}

static void shelf_release(struct shelf *shelf, enum shelf_kind kind)
{
	struct entry *entry, *next;

	HASH_ITER(hh, shelf->entries, entry, next) {
		HASH_DEL(shelf->entries, entry);
		entry_release(entry, kind);
		free(entry->id);
		free(entry);
	}
}

void history_free(struct history *history)
{
	if (history == NULL)
		return;
	for (int kind = 0; kind < SHELF_COUNT; kind++)
		shelf_release(&history->shelves[kind], (enum shelf_kind)kind);
	free(history);
}

static struct entry *entry_new(struct shelf *shelf, enum shelf_kind kind,
	const char *id)
{
	struct entry *entry = mem_new(1, sizeof(*entry));

	entry->id = mem_string(id);
	entry_init(entry, kind);
	HASH_ADD_KEYPTR(hh, shelf->entries, entry->id, strlen(entry->id), entry);
	return entry;
}

/* What cannot be read now stays empty and unloaded. */
static void entry_load(struct history *history, struct entry *entry,
	enum shelf_kind kind)
{
	entry->loaded = entry_fill(history, entry, kind) == 0;
	if (!entry->loaded)
		entry_release(entry, kind);
	if (kind == SHELF_DOCUMENTS)
		entry->documents.unread = !entry->loaded;
}

static struct entry **recent_slot(struct shelf *shelf, const char *id)
{
	uint64_t mixed = (uint64_t)(uintptr_t)id * UINT64_C(0x9e3779b97f4a7c15);

	return &shelf->recent[mixed >> (64 - RECENT_BITS)];
}

static struct entry *history_entry(struct history *history,
	enum shelf_kind kind, const char *id)
{
	struct shelf *shelf = &history->shelves[kind];
	struct entry **recent = recent_slot(shelf, id);
	struct entry *entry = *recent;

	if (entry == NULL || strcmp(entry->id, id) != 0) {
		HASH_FIND_STR(shelf->entries, id, entry);
		if (entry == NULL)
			entry = entry_new(shelf, kind, id);
		*recent = entry;
	}
	if (!entry->loaded)
		entry_load(history, entry, kind);
	return entry;
}

struct series *history_series(struct history *history, const char *indicator)
{
	return &history_entry(history, SHELF_SERIES, indicator)->series;
}

const struct series *history_loaded(const struct history *history,
	const char *indicator)
{
	struct entry *entry;

	HASH_FIND_STR(history->shelves[SHELF_SERIES].entries, indicator, entry);
	return entry != NULL && entry->loaded ? &entry->series : NULL;
}

struct documents *history_documents(struct history *history,
	const char *indicator)
{
	return &history_entry(history, SHELF_DOCUMENTS, indicator)->documents;
}

struct attestations *history_attestations(struct history *history,
	const char *milestone)
{
	return &history_entry(history, SHELF_ATTESTATIONS,
		milestone)->attestations;
}

struct polled_times *history_polled(struct history *history,
	const char *source)
{
	return &history_entry(history, SHELF_POLLED, source)->polled;
}

void history_forget_register(struct history *history)
{
	struct entry *entry, *next;

	HASH_ITER(hh, history->shelves[SHELF_DOCUMENTS].entries, entry, next)
		documents_forget_zones(&entry->documents);
}
