/*
 * conf_golden: configurations under tests/data/conf against the listings of
 * faults beside them (NAME.expected). With GOLDEN_UPDATE set the listings are
 * written instead.
 */
#ifndef PLEDGED_TESTS_CONF_GOLDEN_H
#define PLEDGED_TESTS_CONF_GOLDEN_H

#include "conf/register_file.h"

/* Goes to tests/data/conf of the source tree, so that names are short. */
void golden_enter(void);

/* The listing of everything wrong with a configuration; free() it. */
char *golden_listing(const char *path, enum conf_purpose purpose);
/* The register of a configuration without errors, expanded into one file. */
void golden_expanded(const char *path, struct text *out);

/* The register of a configuration that has no error. */
struct register_ *golden_register(const char *path, enum conf_purpose purpose);

/* NAME/pledged.conf gives NAME.expected. */
void golden_check(const char *name);

/* A file of a folder for this test alone, made with a mode; its path stands
   in memory until the next call. */
const char *golden_file(const char *name, const void *bytes, size_t length,
	unsigned mode);
void golden_clean(void);	/* removes that folder */

/* A few bytes changed, removed, or copied from elsewhere; length at least 1. */
void golden_mutate(char *bytes, size_t *length, uint64_t *seed);

#endif
