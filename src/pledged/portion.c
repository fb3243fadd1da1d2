/* portion: see portion.h. */
#include "pledged/portion.h"

void portion_init(struct portion *portion)
{
	text_init(&portion->made, 0);
	portion->taken = 0;
}

void portion_release(struct portion *portion)
{
	text_release(&portion->made);
}

bool portion_is_taken(const struct portion *portion)
{
	return portion->taken == portion->made.length;
}

struct text *portion_begin(struct portion *portion)
{
	text_clear(&portion->made);
	portion->taken = 0;
	return &portion->made;
}

void portion_take(struct portion *portion, struct text *piece)
{
	size_t left = portion->made.length - portion->taken;

	if (left > PORTION_PIECE)
		left = PORTION_PIECE;
	if (left > 0)
		text_add(piece, portion->made.data + portion->taken, left);
	portion->taken += left;
}
