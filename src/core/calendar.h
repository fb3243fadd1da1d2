/*
 * calendar: working days, and where a deadline goes that falls on none.
 *
 * A day works unless it is of the weekend or a holiday; a day that is named
 * as worked does in any case (in China, weekends that make up for a holiday).
 * A number of working days counts from the next day on: 1wd after a Friday is
 * Monday, whether or not that Friday worked; 0wd is the day itself.
 *
 * The rules by which a day off is rolled are the business day conventions of
 * the 2006 ISDA Definitions, section 4.12: Following, Preceding, and Modified
 * Following, the next working day unless that is in another month.
 *
 * Counting costs the days that are passed over, and a search in the table.
 */
#ifndef PLEDGED_CORE_CALENDAR_H
#define PLEDGED_CORE_CALENDAR_H

#include "base/error.h"
#include "base/moment.h"

#define CALENDAR_DAYS_MAX 20000		/* holidays, and days worked */
#define CALENDAR_COUNT_MAX 10000	/* working days that are counted */

enum roll {
	ROLL_NONE,		/* the day itself */
	ROLL_FORWARD,		/* the next working day */
	ROLL_BACKWARD,		/* the one before */
	ROLL_MODIFIED_FORWARD	/* forward, but backward out of the month */
};

/* Days since 1970-01-01; ascending and each once when settled. */
struct calendar_days {
	int32_t *items;
	size_t count;
	size_t room;
};

/* A day that something was counted to or rolled from, and for whom. */
struct calendar_use {
	struct date date;	/* none: nothing was */
	const char *id;		/* the milestone's */
};

struct calendar {
	const char *id;
	unsigned weekend;		/* a bit a day, 1 << date_weekday */
	enum roll roll;
	struct calendar_days holidays;
	struct calendar_days working;	/* worked all the same */
	/* The years that the table knows, from the first to the last of its
	   dates. Both 0: it has none, and every year is known. */
	int first_year, last_year;
	struct origin origin;

	/* as checked */
	struct calendar_use first_use, last_use;
	uint64_t hash;			/* calendar_hash */
};

/* Enters the days from first to last. false: there would be more than
   CALENDAR_DAYS_MAX. The items are mem_grow's until settled. */
bool calendar_days_add(struct calendar_days *days, struct date first,
	struct date last);
/* Sorts them, each once. */
void calendar_days_settle(struct calendar_days *days);
/* Whether settled days have one. */
bool calendar_days_have(const struct calendar_days *days, struct date date);
/* Has the table know a year, and all between it and those it knows. */
void calendar_know(struct calendar *calendar, int year);

bool calendar_works(const struct calendar *calendar, struct date date);

/* The count-th working day after a date, or before it when count is negative;
   at most CALENDAR_COUNT_MAX. false: there is none in years 1 to 9999. */
bool calendar_add(const struct calendar *calendar, struct date date,
	int64_t count, struct date *out);

/* The working day that a date becomes by a rule; itself when it works, when
   there is no calendar, and when no day around it works. */
struct date calendar_roll(const struct calendar *calendar, struct date date,
	enum roll roll);

/*
 * A date and a duration after it (before it, when negative), in days, months
 * (date_add_months: the month's last day where it is shorter) or working
 * days. false: it is of seconds, of working days without a calendar or
 * beyond CALENDAR_COUNT_MAX, or past the year 9999.
 */
bool calendar_shift_date(const struct calendar *calendar, struct date date,
	struct duration duration, struct date *out);

/*
 * An instant and a duration after it: seconds have passed, else it is the same
 * time of another day, and the end of a day stays the end of one, whatever the
 * clocks do at midnight. false: working days without a calendar (it may be
 * NULL) or beyond what is counted.
 */
bool calendar_shift(const struct calendar *calendar, const struct zone *zone,
	instant at, struct duration duration, instant *out);

/* Notes that a verdict rests on what the table says of a date. */
void calendar_note_use(struct calendar *calendar, struct date date,
	const char *id);

/* A hash of all that decides which days work. */
uint64_t calendar_hash(const struct calendar *calendar);

/* "modified_forward", and back; false: no such word. */
const char *roll_name(enum roll roll);
bool roll_parse(const char *word, enum roll *out);

/* "mon" or "monday" of any case, all length bytes: 0 = Monday; -1: none. */
int weekday_parse(const char *word, size_t length);
const char *weekday_name(int weekday);	/* "Monday" */

#endif
