/*
 * placeholder: {name} in what a source is asked: its URL, body and headers.
 *
 * A name is a letter or _ and then letters, digits and _, as in the first
 * level of RFC 6570. Braces around anything else are plain text, so that a
 * body may be JSON.
 */
#ifndef PLEDGED_CORE_PLACEHOLDER_H
#define PLEDGED_CORE_PLACEHOLDER_H

#include <stdbool.h>
#include <stddef.h>

struct placeholder {
	const char *from;	/* its opening brace */
	const char *name;	/* not NUL-terminated */
	size_t length;		/* of the name */
	const char *rest;	/* behind its closing brace */
};

/* The first in a string; false: there is none. */
bool placeholder_next(const char *string, struct placeholder *out);
/* Whether it is of that name. */
bool placeholder_is(const struct placeholder *placeholder, const char *name);
/* Whether one of that name stands in a string; NULL: none does. */
bool placeholder_stands(const char *string, const char *name);
/* Whether a string is such a name, all of it. */
bool placeholder_name_is_valid(const char *name);

#endif
