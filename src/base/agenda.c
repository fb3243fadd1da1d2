/*
 * agenda: a heap of slots, what is in each, and those that are free.
 */
#include <stdlib.h>

#include "base/agenda.h"
#include "base/heap.h"
#include "base/mem.h"

struct agenda {
	struct heap *heap;
	void **things;		/* by slot; NULL: free */
	size_t count, capacity;
	uint32_t *free;		/* slots, the last freed last */
	size_t free_count, free_capacity;
};

struct agenda *agenda_new(void)
{
	struct agenda *agenda = mem_new(1, sizeof *agenda);

	agenda->heap = heap_new(0);
	return agenda;
}

void agenda_free(struct agenda *agenda)
{
	if (agenda == NULL)
		return;
	heap_free(agenda->heap);
	free(agenda->things);
	free(agenda->free);
	free(agenda);
}

uint32_t agenda_add(struct agenda *agenda, void *thing)
{
	uint32_t slot;

	if (agenda->free_count != 0) {
		slot = agenda->free[--agenda->free_count];
	} else {
		agenda->things = mem_grow(agenda->things, agenda->count,
			&agenda->capacity, sizeof *agenda->things);
		slot = (uint32_t)agenda->count++;
	}
	agenda->things[slot] = thing;
	return slot;
}

void agenda_remove(struct agenda *agenda, uint32_t slot)
{
	heap_set(agenda->heap, slot, INT64_MAX);
	agenda->things[slot] = NULL;
	agenda->free = mem_grow(agenda->free, agenda->free_count,
		&agenda->free_capacity, sizeof *agenda->free);
	agenda->free[agenda->free_count++] = slot;
}

void agenda_set(struct agenda *agenda, uint32_t slot, int64_t due)
{
	heap_set(agenda->heap, slot, due);
}

int64_t agenda_due(const struct agenda *agenda, uint32_t slot)
{
	return heap_key(agenda->heap, slot);
}

int64_t agenda_next(const struct agenda *agenda)
{
	return heap_first_key(agenda->heap);
}

void *agenda_first(const struct agenda *agenda)
{
	uint32_t slot = heap_first(agenda->heap);

	return slot == UINT32_MAX ? NULL : agenda->things[slot];
}
