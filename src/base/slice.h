/*
 * slice: pieces of a JSON text, byte for byte as somebody wrote them, so that
 * no figure passes through a binary number on its way. The text is known to be
 * well-formed; a member whose name is written with escapes is not found.
 */
#ifndef PLEDGED_BASE_SLICE_H
#define PLEDGED_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct slice {
	const char *start;
	size_t length;		/* 0: there is none */
};

/* The value of a member of an object. */
struct slice slice_member(struct slice object, const char *key);
/* The next member of an object, its key without the quotes; *cursor begins
   as 0. */
bool slice_next_member(struct slice object, size_t *cursor, struct slice *key,
	struct slice *value);
/* Adds what a string says, its escapes undone. Those of surrogates, which
   pledged does not write, become U+FFFD. */
void slice_add_said(struct text *out, struct slice string);
/* The next element of an array; *cursor begins as 0. */
bool slice_next(struct slice array, size_t *cursor, struct slice *element);
struct slice slice_of(const char *text);

#endif
