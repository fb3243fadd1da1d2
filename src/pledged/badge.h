/*
 * badge: a small picture that tells how something stands, for pages of others:
 * what it is on the left, how it stands on the right.
 */
#ifndef PLEDGED_PLEDGED_BADGE_H
#define PLEDGED_PLEDGED_BADGE_H

#include "base/text.h"
#include "pledged/look.h"

#define BADGE_LABEL_MAX 60	/* bytes of the left side that are shown */

struct badge {
	const char *label;	/* anything */
	const char *words;	/* "not met" */
	const char *sign;
	enum hue hue;
};

/* As SVG, legible without colour, with the words as its text alternative. */
void badge_draw(const struct badge *badge, struct text *svg);

#endif
