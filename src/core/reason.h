/*
 * reason: the parts that the one-line reason and the explanation's sentence
 * have in common.
 */
#ifndef PLEDGED_CORE_REASON_H
#define PLEDGED_CORE_REASON_H

#include "base/text.h"
#include "core/register.h"

/* Bytes [from, to) of an expression with runs of space as one, cut in the
   middle of nothing but a long one. */
void reason_add_quoted(struct text *out, const char *text, size_t from,
	size_t to);

/* "withdrawn on 2020-08-01: no longer needed (Council decision 12)" */
void reason_add_decree(struct text *out, const char *what,
	const struct decree *decree);

#endif
