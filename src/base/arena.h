/*
 * arena: many allocations, one release. The register and its compiled
 * expressions live in one.
 */
#ifndef PLEDGED_BASE_ARENA_H
#define PLEDGED_BASE_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena); /* NULL is nothing */

/* Zeroed memory, aligned for any type of that size, valid until arena_free. */
void *arena_alloc(struct arena *arena, size_t count, size_t size);
char *arena_string(struct arena *arena, const char *string); /* NULL: NULL */
char *arena_string_n(struct arena *arena, const char *bytes, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Frees a block from mem_new or mem_resize with everything else. The block
   must not move any more. */
void arena_adopt(struct arena *arena, void *block);

/* Frees a block that was adopted before its time; nothing for any other. */
void arena_drop(struct arena *arena, const void *block);

/* Bytes taken from the system so far, adopted blocks not counted. */
size_t arena_size(const struct arena *arena);

#endif
