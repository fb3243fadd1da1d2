/*
 * rule: the days a recurrence rule names (RFC 5545, 3.3.10).
 *
 *	FREQ=MONTHLY;BYMONTHDAY=15		FREQ=MONTHLY;BYDAY=-1FR
 *	FREQ=YEARLY;BYMONTH=4,10;BYMONTHDAY=1;COUNT=8
 *
 * Rules name days here, never times of day: FREQ is DAILY, WEEKLY, MONTHLY or
 * YEARLY, UNTIL is a date. Neither zones nor the clock are asked. A week number
 * belongs to the year in which most days of the week lie, and is asked within
 * the calendar year.
 */
#ifndef PLEDGED_CORE_RULE_H
#define PLEDGED_CORE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/moment.h"

#define RULE_LENGTH_MAX 500	/* bytes */
#define RULE_VALUES_MAX 31	/* of one part */
#define RULE_YEAR_MAX 2500	/* days are looked for until then */

enum rule_frequency {
	RULE_DAILY, RULE_WEEKLY, RULE_MONTHLY, RULE_YEARLY
};

enum rule_part {
	RULE_BYDAY, RULE_BYMONTH, RULE_BYMONTHDAY, RULE_BYSETPOS, RULE_BYWEEKNO,
	RULE_BYYEARDAY, RULE_COUNT, RULE_FREQ, RULE_INTERVAL, RULE_UNTIL,
	RULE_WKST, RULE_PARTS
};

/* Values of a part; of BYDAY a place among the weekdays, 0 for all, and which. */
struct rule_values {
	size_t count;		/* 0: the part is not there */
	int16_t numbers[RULE_VALUES_MAX];	/* below 0: from the end */
	uint8_t weekdays[RULE_VALUES_MAX];	/* 0 = Monday */
};

struct rule {
	enum rule_frequency frequency;
	uint32_t parts;		/* which stand there: a bit an enum rule_part */
	int interval;
	int week_start;		/* 0 = Monday */
	int count;		/* 0: none */
	struct date until;	/* none: none */
	struct rule_values by[RULE_BYYEARDAY + 1];
};

/* Parts that tell of themselves which days are meant. */
#define RULE_CHOOSES_DAYS \
	(1u << RULE_BYDAY | 1u << RULE_BYWEEKNO | 1u << RULE_BYYEARDAY)

static inline bool rule_has(const struct rule *rule, enum rule_part part)
{
	return rule->parts >> part & 1;
}

/* Reads and checks a rule. false with an error that says what may stand there. */
bool rule_read(const char *text, struct rule *out, struct error *error);

/* Whether it ends by itself: COUNT or UNTIL. */
bool rule_ends(const struct rule *rule);

/* Whether it names a day of the month that some month it may fall in does not
   have; such a month is passed over. start tells the day where the rule does
   not. */
bool rule_skips(const struct rule *rule, struct date start);

/*
 * The days of a rule from start up to and with until, and the year 2500, rising:
 * the first most of them into days. Returns how many there are; most + 1 when
 * there are more. Start itself is among them only when the rule names it. Looks
 * at each day between at most once.
 */
size_t rule_expand(const struct rule *rule, struct date start,
	struct date until, struct date *days, size_t most);

#endif
