/*
 * heap: what wants to happen when, earliest first, with a position for each
 * entry so that it can move or leave in O(log n). Entries are small integers
 * (the index of a milestone, a source, …), each at most once.
 */
#ifndef PLEDGED_BASE_HEAP_H
#define PLEDGED_BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap;

/* For entries 0 … entries-1; room for higher ones is made when they come. */
struct heap *heap_new(size_t entries);
void heap_free(struct heap *heap);
/* Puts entry at key, or moves it there. INT64_MAX removes it. */
void heap_set(struct heap *heap, uint32_t entry, int64_t key);
/* The earliest key, INT64_MAX when empty. */
int64_t heap_first_key(const struct heap *heap);
/* The entry with the earliest key (ties: the lowest number); UINT32_MAX when empty. */
uint32_t heap_first(const struct heap *heap);
/* The key of an entry, INT64_MAX when it is not in. */
int64_t heap_key(const struct heap *heap, uint32_t entry);
size_t heap_count(const struct heap *heap);

#endif
