/*
 * pattern: a regular expression over texts from strangers (PCRE2).
 *
 * Letters match without regard to case unless the pattern says (?-i); title
 * and text are UTF-8 and matched by character. Interpreted, never compiled to
 * machine code, and bounded: a pattern has at most PATTERN_LENGTH_MAX bytes,
 * one match at most PATTERN_STEPS_MAX steps, PATTERN_DEPTH_MAX levels and
 * PATTERN_HEAP_KIB of memory. What passes a limit is answered "unknown".
 */
#ifndef PLEDGED_CORE_PATTERN_H
#define PLEDGED_CORE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

#define PATTERN_LENGTH_MAX 4096
#define PATTERN_STEPS_MAX 100000
#define PATTERN_DEPTH_MAX 10000
#define PATTERN_HEAP_KIB 4096

struct pattern {
	const char *text;	/* as written; in the arena, as all of it is */
	const void *code;
};

struct pattern_fault {
	size_t offset;		/* in bytes of the text */
	char text[128];
};

/* NULL with a fault. The pattern lives as long as the arena. */
const struct pattern *pattern_compile(struct arena *arena, const char *text,
	struct pattern_fault *fault);

enum pattern_answer { PATTERN_NO, PATTERN_YES, PATTERN_UNKNOWN };

/* Whether it is found anywhere in a subject, which is UTF-8; what is not is
   "unknown". Frees what it allocates. */
enum pattern_answer pattern_find(const struct pattern *pattern,
	const char *subject);

#endif
