/*
 * mem: allocation that ends the process rather than fail.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/mem.h"

#define MEM_GROW_FIRST 8

/* No allocation, no stdio buffers, no exit handlers: none can be relied on. */
static _Noreturn void mem_fail(void)
{
	static const char said[] = ": out of memory\n";
	const char *name = program_invocation_short_name;

	if (write(STDERR_FILENO, name, strlen(name)) < 0 ||
	    write(STDERR_FILENO, said, sizeof said - 1) < 0)
		_exit(EX_OSERR);
	_exit(EX_OSERR);
}

static size_t mem_bytes(size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX)
		mem_fail();
	return bytes != 0 ? bytes : 1;
}

void *mem_new(size_t count, size_t size)
{
	void *block = calloc(1, mem_bytes(count, size));

	if (block == NULL)
		mem_fail();
	return block;
}

void *mem_resize(void *block, size_t count, size_t size)
{
	void *moved = realloc(block, mem_bytes(count, size));

	if (moved == NULL)
		mem_fail();
	return moved;
}

void *mem_grow(void *array, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return array;
	if (*capacity > PTRDIFF_MAX / 2)
		mem_fail();
	*capacity = *capacity != 0 ? *capacity * 2 : MEM_GROW_FIRST;
	return mem_resize(array, *capacity, size);
}

char *mem_string(const char *string)
{
	return string != NULL ? mem_string_n(string, strlen(string)) : NULL;
}

char *mem_string_n(const char *bytes, size_t length)
{
	char *copy = mem_new(length + 1, 1);

	if (length != 0)
		memcpy(copy, bytes, length);
	return copy;
}

void *mem_copy(const void *bytes, size_t length)
{
	void *copy = mem_new(length, 1);

	if (length != 0)
		memcpy(copy, bytes, length);
	return copy;
}
