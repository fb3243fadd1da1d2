/*
 * conf_text: the text of a configuration file on its way to libconfig.
 *
 * libconfig changes numbers silently, stops at the first syntax error with
 * two words, and takes time that grows with the square of a group's keys. So
 * the text is read once before it: what libconfig would get wrong is reported
 * and mended in the text, so that the rest of the file can still be read and
 * everything else in it be found.
 */
#ifndef PLEDGED_CONF_CONF_TEXT_H
#define PLEDGED_CONF_CONF_TEXT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"

#define CONF_DEPTH_MAX 32		/* brackets within brackets */
#define CONF_GROUP_KEYS_MAX 256		/* keys of one group */
#define CONF_VALUES_MAX 2000000		/* values of one file */
#define CONF_DIGITS_MAX 15		/* significant digits a double keeps */
#define CONF_NUMBER_MAX 100		/* characters of a number, leading zeros too */

/* The first syntax error, or the limit passed, after which the file is not
   read; libconfig would only say "syntax error". */
struct conf_obstacle {
	int line;		/* 0: none */
	char text[160];
};

/*
 * Reads bytes (followed by a NUL; some are changed in place). Faults go to
 * faults with the name of the file; what libconfig may read comes to the end
 * of clean.
 */
void conf_text_scan(char *bytes, size_t length, const char *file,
	struct faults *faults, struct text *clean,
	struct conf_obstacle *obstacle);

/*
 * Calls visit for every `key = "string"` directly in a group that is an
 * element of a list at the top, whether or not the file is well-formed:
 * what can be said of a file that cannot be read.
 */
struct conf_phrase {
	const char *list, *key, *value;	/* as written, not NUL-terminated */
	size_t list_length, key_length, value_length;
	int line;
};
typedef void conf_phrase_visit(void *context, const struct conf_phrase *phrase);
void conf_text_visit(char *bytes, size_t length, conf_phrase_visit *visit,
	void *context);

#endif
