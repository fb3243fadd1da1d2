/*
 * portion: what is made at once of a long answer, and handed on in pieces that a
 * stream may take: one sheet, or one row, may be longer than these.
 */
#ifndef PLEDGED_PLEDGED_PORTION_H
#define PLEDGED_PLEDGED_PORTION_H

#include "base/text.h"

#define PORTION_PIECE ((size_t)256 << 10)

struct portion {
	struct text made;
	size_t taken;
};

void portion_init(struct portion *portion);
void portion_release(struct portion *portion);
/* Whether all is taken; then there is room for the next. */
bool portion_is_taken(const struct portion *portion);
/* What the next is to be added to. */
struct text *portion_begin(struct portion *portion);
/* Adds a piece of what is left. */
void portion_take(struct portion *portion, struct text *piece);

#endif
