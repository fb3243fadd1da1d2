/*
 * aspect: what one can say or ask of an answer by name, as text.
 *
 * The names are those of a milestone in JSON. Register tests compare what is
 * expected with what is; a comparison of two registers tells what differs.
 * Nothing is ever taken for known that is not: that is "none".
 */
#ifndef PLEDGED_CORE_ASPECT_H
#define PLEDGED_CORE_ASPECT_H

#include "core/assess.h"

enum aspect {
	ASPECT_STATUS, ASPECT_LIFECYCLE, ASPECT_VERDICT, ASPECT_PROGRESS,
	ASPECT_KNOWLEDGE, ASPECT_ACTUAL, ASPECT_TARGET, ASPECT_BASELINE,
	ASPECT_REQUIRED_NOW, ASPECT_PACE, ASPECT_SHARE_OF_LEVEL,
	ASPECT_SHARE_OF_INCREMENT, ASPECT_SHORTFALL, ASPECT_DATA_THROUGH,
	ASPECT_DUE, ASPECT_ORIGINAL_DUE, ASPECT_EVENT_DATE, ASPECT_DAYS_LATE,
	ASPECT_DAYS_OVERDUE, ASPECT_FORECAST_VALUE, ASPECT_FORECAST_DATE,
	ASPECT_FORECAST_SLIP_DAYS, ASPECT_REASON,
	ASPECT_COUNT
};

struct answer {
	const struct register_ *reg;
	uint32_t milestone;
	const struct assessment *assessment;
};

const char *aspect_name(enum aspect aspect);

/* Whether a text could be one's value; else an error with what is expected and
   the nearest word. */
bool aspect_check(enum aspect aspect, const char *text, struct error *error);

/* The value as people are told it. */
void aspect_add(enum aspect aspect, const struct answer *answer,
	struct text *out);

/*
 * Whether it is what a text, good by aspect_check, says. A figure is compared
 * as a number; a ratio by three decimals and what a path requires by the
 * target's, or six digits, as they are shown; a time by its day where a day is
 * said; a reason contains the text.
 */
bool aspect_is(enum aspect aspect, const struct answer *answer,
	const char *text);

#endif
