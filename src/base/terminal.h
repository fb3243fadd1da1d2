/*
 * terminal: the standard descriptors, and what standard output can show.
 */
#ifndef PLEDGED_BASE_TERMINAL_H
#define PLEDGED_BASE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Puts /dev/null in the place of those that are closed, so that nothing opened
   later is taken for one of them; using it fails as before. false: there is no
   /dev/null. */
bool terminal_fill_closed(void);
/* Columns, by $COLUMNS or the terminal; 0 when it is none: no limit. */
size_t terminal_width(void);
/* Whether to use colour: a terminal, and no NO_COLOR (no-color.org). */
bool terminal_colour(void);

#endif
