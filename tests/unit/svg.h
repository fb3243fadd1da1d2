/*
 * svg: what every picture must be, whatever it shows: well-formed, without
 * anything that runs or leads outside, and legible: all text within its
 * bounds, and none over another.
 */
#ifndef PLEDGED_TESTS_SVG_H
#define PLEDGED_TESTS_SVG_H

#include "base/text.h"

/* name: in messages. Fails the test. */
void svg_check(const char *name, const struct text *svg);
/* How often a part occurs. */
size_t svg_times(const struct text *svg, const char *part);
/* With CHARTS=FOLDER in the environment the picture is left there, to be looked
   at. */
void svg_keep(const char *name, const struct text *svg);

#endif
