/*
 * period: the stretch of time a figure is about.
 *
 * Written 2020, 2020-H1, 2020-Q3, 2020-07, 2020-W05 (ISO 8601 week),
 * 2020-07-15, or RFC 3339 for a point in time. A period ends with its last
 * day in the instrument's zone; a point in time ends at itself.
 */
#ifndef PLEDGED_CORE_PERIOD_H
#define PLEDGED_CORE_PERIOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/moment.h"

enum frequency {
	FREQUENCY_NONE,		/* undeclared: dated observations of any form */
	FREQUENCY_POINT,	/* number = instant */
	FREQUENCY_DAY,		/* number = days since 1970-01-01 */
	FREQUENCY_WEEK,		/* number = weeks since the Monday 1969-12-29 */
	FREQUENCY_MONTH,	/* number = year * 12 + month - 1 */
	FREQUENCY_QUARTER,	/* number = year * 4 + quarter - 1 */
	FREQUENCY_HALF,		/* number = year * 2 + half - 1 */
	FREQUENCY_YEAR,		/* number = year */
	FREQUENCY_COUNT
};

struct period {
	enum frequency frequency;	/* NONE: no period */
	int64_t number;
};

#define PERIOD_NONE ((struct period){FREQUENCY_NONE, 0})

/* "day" "week" "month" "quarter" "half" "year"; false: none of them. */
bool frequency_parse(const char *word, enum frequency *out);
const char *frequency_name(enum frequency frequency);
/* Periods a year holds (day 365, …); 0 for NONE and POINT. */
int frequency_per_year(enum frequency frequency);

bool period_parse(const char *text, size_t length, struct period *out);
bool period_read(const char *text, struct period *out);
void text_add_period(struct text *text, struct period period);

static inline bool period_is_none(struct period period)
{
	return period.frequency == FREQUENCY_NONE;
}

static inline bool period_equal(struct period a, struct period b)
{
	return a.frequency == b.frequency && a.number == b.number;
}

/* First and last day (a point: its day in UTC). */
struct date period_first_day(struct period period);
struct date period_last_day(struct period period);
/* First and last second in a zone. */
instant period_start(struct period period, const struct zone *zone);
instant period_end(struct period period, const struct zone *zone);
/* The period of a frequency that holds a day. */
struct period period_of_date(enum frequency frequency, struct date date);
/* The last period of a frequency that has ended by an instant. */
struct period period_ended_by(enum frequency frequency, instant at,
	const struct zone *zone);
struct period period_next(struct period period, int64_t steps);
/*
 * The periods of a finer frequency that make up a period: months of a year,
 * …; false when they do not fit evenly (weeks in a month, months in a week).
 */
bool period_divide(struct period whole, enum frequency part,
	struct period *first, struct period *last);
/* Order by last day, then by first day descending, for series of mixed form. */
int period_compare(struct period a, struct period b);

#endif
