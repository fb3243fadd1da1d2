/*
 * heap: a binary heap of entry numbers, and for each entry its key and its
 * position in the heap.
 */
#include <stdlib.h>

#include "base/heap.h"
#include "base/log.h"
#include "base/mem.h"

#define OUTSIDE UINT32_MAX

struct heap {
	size_t entries;
	size_t count;
	uint32_t *order;	/* entries, the earliest first */
	uint32_t *place;	/* of each entry in order, or OUTSIDE */
	int64_t *keys;		/* of each entry, INT64_MAX when OUTSIDE */
};

static void heap_widen(struct heap *heap, size_t entries)
{
	if (entries >= OUTSIDE)
		log_bug("heap: %zu entries", entries);
	heap->order = mem_resize(heap->order, entries, sizeof *heap->order);
	heap->place = mem_resize(heap->place, entries, sizeof *heap->place);
	heap->keys = mem_resize(heap->keys, entries, sizeof *heap->keys);
	for (size_t i = heap->entries; i < entries; i++) {
		heap->place[i] = OUTSIDE;
		heap->keys[i] = INT64_MAX;
	}
	heap->entries = entries;
}

struct heap *heap_new(size_t entries)
{
	struct heap *heap = mem_new(1, sizeof *heap);

	heap_widen(heap, entries);
	return heap;
}

void heap_free(struct heap *heap)
{
	if (heap == NULL)
		return;
	free(heap->order);
	free(heap->place);
	free(heap->keys);
	free(heap);
}

static bool heap_is_before(const struct heap *heap, uint32_t a, uint32_t b)
{
	if (heap->keys[a] != heap->keys[b])
		return heap->keys[a] < heap->keys[b];
	return a < b;
}

static void heap_put(struct heap *heap, size_t place, uint32_t entry)
{
	heap->order[place] = entry;
	heap->place[entry] = (uint32_t)place;
}

static void heap_rise(struct heap *heap, size_t place)
{
	uint32_t entry = heap->order[place];

	while (place > 0) {
		size_t parent = (place - 1) / 2;

		if (!heap_is_before(heap, entry, heap->order[parent]))
			break;
		heap_put(heap, place, heap->order[parent]);
		place = parent;
	}
	heap_put(heap, place, entry);
}

static void heap_sink(struct heap *heap, size_t place)
{
	uint32_t entry = heap->order[place];

	for (;;) {
		size_t child = place * 2 + 1;

		if (child >= heap->count)
			break;
		if (child + 1 < heap->count && heap_is_before(heap,
		    heap->order[child + 1], heap->order[child]))
			child++;
		if (!heap_is_before(heap, heap->order[child], entry))
			break;
		heap_put(heap, place, heap->order[child]);
		place = child;
	}
	heap_put(heap, place, entry);
}

/* The last of the order takes the place that becomes free. */
static void heap_remove(struct heap *heap, uint32_t entry)
{
	size_t place = heap->place[entry];
	uint32_t last = heap->order[--heap->count];

	heap->place[entry] = OUTSIDE;
	if (last == entry)
		return;
	heap_put(heap, place, last);
	heap_rise(heap, place);
	heap_sink(heap, heap->place[last]);
}

void heap_set(struct heap *heap, uint32_t entry, int64_t key)
{
	if (entry >= heap->entries)
		heap_widen(heap, 2 * (size_t)entry + 16);
	heap->keys[entry] = key;
	if (key == INT64_MAX) {
		if (heap->place[entry] != OUTSIDE)
			heap_remove(heap, entry);
		return;
	}
	if (heap->place[entry] == OUTSIDE)
		heap_put(heap, heap->count++, entry);
	heap_rise(heap, heap->place[entry]);
	heap_sink(heap, heap->place[entry]);
}

int64_t heap_first_key(const struct heap *heap)
{
	return heap->count != 0 ? heap->keys[heap->order[0]] : INT64_MAX;
}

uint32_t heap_first(const struct heap *heap)
{
	return heap->count != 0 ? heap->order[0] : UINT32_MAX;
}

int64_t heap_key(const struct heap *heap, uint32_t entry)
{
	return entry < heap->entries ? heap->keys[entry] : INT64_MAX;
}

size_t heap_count(const struct heap *heap)
{
	return heap->count;
}
