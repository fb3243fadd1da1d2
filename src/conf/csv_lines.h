/*
 * csv_lines: CSV by RFC 4180, with the lines on which its rows stand.
 *
 * White space around a cell that is not quoted is not part of it. A blank line
 * is no row; one within quotes belongs to the row begun.
 */
#ifndef PLEDGED_CONF_CSV_LINES_H
#define PLEDGED_CONF_CSV_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Where a row begins. */
struct csv_place {
	int line;
	int row;	/* as a spreadsheet counts: blank lines are rows, lines
			   within quotes are not */
};

struct csv_lines {
	char delimiter;		/* 0: a comma */
	/* A cell, without a NUL; then the end of its row. */
	void (*cell)(void *context, struct csv_place place, const char *bytes,
		size_t length);
	bool (*row)(void *context, struct csv_place place); /* false: enough */
	void *context;
};

/* Tells cells and rows in order. -1 with an error and its line when a quote
   stands where none may be, or is never closed. */
int csv_lines_read(const struct csv_lines *lines, const char *bytes,
	size_t length, int *line, struct error *error);

#endif
