/*
 * grid: a table for a terminal, or the same cells as CSV.
 *
 * Columns that may shrink do so to fit width, the last first (what tells which
 * row it is stands before what is said of it), cut with "…"; where that would
 * leave nothing to read, the last columns are left out, and a line below the
 * table names them. Wide characters count two. Cells are made printable. Colour
 * is the caller's wish, given as a style for a cell; none is written when colour
 * is off.
 */
#ifndef PLEDGED_BASE_GRID_H
#define PLEDGED_BASE_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum grid_align { GRID_LEFT, GRID_RIGHT };
/* How a column may be cut to fit: not at all; behind; in its midst, where what
   tells rows apart stands at the end, as in an id. */
enum grid_shrink { GRID_WHOLE, GRID_CUT, GRID_CUT_MIDDLE };
enum grid_style { GRID_PLAIN, GRID_GOOD, GRID_WARN, GRID_BAD, GRID_DIM, GRID_BOLD };

/* The parameters of the escape sequence for a style (ECMA-48 SGR), "31"; NULL:
   none. */
const char *grid_style_code(enum grid_style style);

struct grid;

struct grid *grid_new(void);
void grid_free(struct grid *grid);
/* Declares the next column. */
void grid_column(struct grid *grid, const char *title, enum grid_align align,
	enum grid_shrink shrink);
/* Fills the next cell, row by row. NULL: empty. */
void grid_cell(struct grid *grid, const char *value, enum grid_style style);
void grid_cellf(struct grid *grid, enum grid_style style,
	const char *format, ...) __attribute__((format(printf, 3, 4)));
/* width 0: no limit. */
void grid_print(const struct grid *grid, struct text *out, size_t width,
	bool colour);
void grid_print_csv(const struct grid *grid, struct text *out);
size_t grid_rows(const struct grid *grid);

#endif
