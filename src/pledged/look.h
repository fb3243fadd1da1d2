/*
 * look: how a status is shown to people, the same in every picture, page and
 * table: a word, a sign that is told apart without colour, and a hue.
 */
#ifndef PLEDGED_PLEDGED_LOOK_H
#define PLEDGED_PLEDGED_LOOK_H

#include "core/assess.h"

/* What a colour stands for. */
enum hue {
	HUE_GOOD,	/* kept, or on the way */
	HUE_LATE,	/* kept late or in part, or in danger */
	HUE_BAD,	/* not kept, or far off the way */
	HUE_BLIND,	/* nobody can say */
	HUE_IDLE,	/* its time has not come */
	HUE_OUT,	/* nothing is asked of it any more */
	HUE_COUNT
};
/* "good", …: of classes. */
const char *hue_name(enum hue hue);

struct look {
	const char *words;	/* "not met" */
	const char *sign;	/* one or two characters */
	enum hue hue;
};
const struct look *status_look(enum status status);

#endif
