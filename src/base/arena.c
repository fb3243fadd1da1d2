/*
 * arena: a list of blocks, filled from the front.
 *
 *	arena -> newest block -> older block -> ...
 *
 * What is larger than a quarter of the next block gets one of its own, put
 * behind the newest so that the room left there stays in use.
 */
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"

#define ARENA_BLOCK_FIRST ((size_t)4 << 10)
#define ARENA_BLOCK_LARGEST ((size_t)256 << 10)
#define ARENA_ALIGN alignof(max_align_t)

struct arena_block {
	struct arena_block *older;
	size_t used;
	size_t room;
	alignas(max_align_t) char bytes[];
};

struct arena_adopted {
	struct arena_adopted *older;
	void *block;
};

struct arena {
	struct arena_block *newest;
	struct arena_adopted *adopted;	/* itself in a block */
	size_t next_room;	/* of the next ordinary block */
	size_t taken;
};

struct arena *arena_new(void)
{
	struct arena *arena = mem_new(1, sizeof *arena);

	arena->next_room = ARENA_BLOCK_FIRST;
	arena->taken = sizeof *arena;
	return arena;
}

void arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	for (struct arena_adopted *adopted = arena->adopted; adopted != NULL;
	    adopted = adopted->older)
		free(adopted->block);
	for (struct arena_block *block = arena->newest, *older; block != NULL;
	    block = older) {
		older = block->older;
		free(block);
	}
	free(arena);
}

static struct arena_block *arena_block_new(struct arena *arena, size_t room)
{
	struct arena_block *block = mem_new(1, sizeof *block + room);

	block->room = room;
	arena->taken += sizeof *block + room;
	return block;
}

static void *arena_large(struct arena *arena, size_t bytes)
{
	struct arena_block *block = arena_block_new(arena, bytes);

	block->used = bytes;
	if (arena->newest != NULL) {
		block->older = arena->newest->older;
		arena->newest->older = block;
	} else {
		arena->newest = block;
	}
	return block->bytes;
}

static void arena_extend(struct arena *arena)
{
	struct arena_block *block = arena_block_new(arena, arena->next_room);

	block->older = arena->newest;
	arena->newest = block;
	if (arena->next_room < ARENA_BLOCK_LARGEST)
		arena->next_room *= 2;
}

static void *arena_take(struct arena *arena, size_t bytes, size_t align)
{
	struct arena_block *block = arena->newest;

	if (block != NULL) {
		size_t from = (block->used + align - 1) & ~(align - 1);

		if (from <= block->room && bytes <= block->room - from) {
			block->used = from + bytes;
			return block->bytes + from;
		}
	}
	if (bytes > arena->next_room / 4)
		return arena_large(arena, bytes);
	arena_extend(arena);
	arena->newest->used = bytes;
	return arena->newest->bytes;
}

/* A type's alignment divides its size. */
static size_t align_of_size(size_t size)
{
	size_t align = size & -size;

	return align == 0 || align > ARENA_ALIGN ? ARENA_ALIGN : align;
}

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
	size_t bytes;

	/* The refusal of an impossible size is mem_new's. */
	if (__builtin_mul_overflow(count, size, &bytes) ||
	    bytes > PTRDIFF_MAX / 2)
		return mem_new(count, size);
	return arena_take(arena, bytes, align_of_size(size));
}

char *arena_string(struct arena *arena, const char *string)
{
	if (string == NULL)
		return NULL;
	return arena_string_n(arena, string, strlen(string));
}

char *arena_string_n(struct arena *arena, const char *bytes, size_t length)
{
	char *copy = arena_take(arena, length + 1, 1);

	if (length != 0)
		memcpy(copy, bytes, length);
	return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list arguments, again;
	int length;
	char *string;

	va_start(arguments, format);
	va_copy(again, arguments);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length < 0)
		length = 0;
	string = arena_take(arena, (size_t)length + 1, 1);
	vsnprintf(string, (size_t)length + 1, format, again);
	va_end(again);
	return string;
}

void arena_adopt(struct arena *arena, void *block)
{
	struct arena_adopted *adopted = arena_alloc(arena, 1, sizeof *adopted);

	*adopted = (struct arena_adopted){arena->adopted, block};
	arena->adopted = adopted;
}

void arena_drop(struct arena *arena, const void *block)
{
	for (struct arena_adopted *adopted = arena->adopted; adopted != NULL;
	    adopted = adopted->older)
		if (adopted->block == block) {
			free(adopted->block);
			adopted->block = NULL;
		}
}

size_t arena_size(const struct arena *arena)
{
	return arena->taken;
}
