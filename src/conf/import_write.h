/* import_write: lists that were made, as the text of a register file. */
#ifndef PLEDGED_CONF_IMPORT_WRITE_H
#define PLEDGED_CONF_IMPORT_WRITE_H

#include "conf/import_make.h"

/* What a line of the text comes of. */
struct import_line {
	const config_setting_t *from;	/* in the mapping; NULL: neither */
	size_t row;			/* of the table */
};

struct import_lines {
	struct import_line *items;	/* line 1 is the first */
	size_t count, room;
};

/* Adds the text behind what is there; every line of it gets one of lines. */
void import_write(const struct made *root, struct text *out,
	struct import_lines *lines);

/* Adds a comment of one line. */
void import_write_comment(struct text *out, struct import_lines *lines,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
