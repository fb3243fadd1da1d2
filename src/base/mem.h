/*
 * mem: memory that is either there or ends the process.
 *
 * A daemon that loses nothing on kill -9 may treat exhausted memory as one:
 * these functions never return NULL; on failure they write one line to
 * standard error and leave with EX_OSERR. What a stranger can make large is
 * bounded by its own limit before it comes here.
 */
#ifndef PLEDGED_BASE_MEM_H
#define PLEDGED_BASE_MEM_H

#include <stddef.h>

/* Zeroed memory for count items of size bytes. Release with free(). */
void *mem_new(size_t count, size_t size);

/* Resizes block to count items of size bytes; new bytes are not zeroed. */
void *mem_resize(void *block, size_t count, size_t size);

/*
 * Makes room for one more item in a growing array: when count == *capacity,
 * doubles it. Returns the array, moved or not.
 */
void *mem_grow(void *array, size_t count, size_t *capacity, size_t size);

/* Copies. The NULL of a string is NULL. Release with free(). */
char *mem_string(const char *string);
char *mem_string_n(const char *bytes, size_t length);
void *mem_copy(const void *bytes, size_t length);

#endif
