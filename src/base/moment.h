/*
 * moment: instants, dates, durations and time zones, without a clock.
 *
 * An instant is whole seconds since 1970-01-01T00:00:00Z on the proleptic
 * Gregorian calendar without leap seconds. The end of a day is its last
 * second, 23:59:59 local: what is due on a day is late from the next second
 * on. Local times that do not exist or exist twice are resolved as RFC 5545
 * 3.3.5 says: in a gap with the offset before it, in a fold the first.
 */
#ifndef PLEDGED_BASE_MOMENT_H
#define PLEDGED_BASE_MOMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

typedef int64_t instant;

#define INSTANT_MIN INT64_MIN	/* before everything */
#define INSTANT_MAX INT64_MAX	/* never */

static inline instant earlier(instant a, instant b)
{
	return a < b ? a : b;
}

static inline instant later(instant a, instant b)
{
	return a > b ? a : b;
}

/* --- dates -------------------------------------------------------- */

/* Years 1 to 9999. A zeroed date is "none". */
struct date {
	int16_t year;
	uint8_t month;	/* 1 … 12 */
	uint8_t day;	/* 1 … 31 */
};

bool date_is_valid(int year, int month, int day);
bool date_is_none(struct date date);
int date_compare(struct date a, struct date b);
/* Days since 1970-01-01, and back. Method: Howard Hinnant,
   "chrono-Compatible Low-Level Date Algorithms". */
int32_t date_to_days(struct date date);
struct date date_from_days(int32_t days);
struct date date_add_days(struct date date, int32_t days);
/* A month later on the same day, or on the month's last when it is
   shorter: 2020-01-31 + 1 = 2020-02-29. */
struct date date_add_months(struct date date, int32_t months);
int date_weekday(struct date date);	/* 0 = Monday … 6 = Sunday */
int date_month_days(int year, int month);
const char *month_name(int month);	/* 1: "January" */
/* "2020-12-31" exactly; false when it is not a valid date. */
bool date_parse(const char *text, struct date *out);
void text_add_date(struct text *text, struct date date);

/* --- durations ------------------------------------------------------ */

enum duration_unit {
	DURATION_SECOND,	/* s, and m h folded into it */
	DURATION_DAY,		/* d, and w folded into it */
	DURATION_WORKDAY,	/* wd */
	DURATION_MONTH,		/* mo, and q (3) y (12) folded into it */
};

struct duration {
	int64_t count;
	enum duration_unit unit;
};

/* "90s" "15m" "6h" "90d" "2w" "20wd" "6mo" "2q" "2y": a whole number and a
   unit, all length bytes; at most 1,000 years. */
bool duration_parse(const char *text, size_t length, struct duration *out);
bool duration_read(const char *text, struct duration *out);
/* Length in seconds when that is fixed (seconds; days as 86,400); false for
   working days and months. */
bool duration_seconds(struct duration duration, int64_t *out);
void text_add_duration(struct text *text, struct duration duration);
/* Seconds as people say them, two parts at most: "3d 4h", "45s". */
void text_add_seconds(struct text *text, int64_t seconds);

/* --- zones ------------------------------------------------------------ */

struct zone;

struct clock_time {	/* a local date and time of day */
	struct date date;
	uint8_t hour, minute, second;
};

enum zone_fit {		/* how a local time maps to an instant */
	ZONE_UNIQUE,
	ZONE_GAP,	/* does not exist (clocks were set forward) */
	ZONE_FOLD	/* exists twice (clocks were set back) */
};

/* A zone from the bytes of a TZif file (RFC 8536: versions 1 to 4, with the
   TZ string of the footer for later times). NULL with an error when they
   are not one. */
struct zone *zone_new(const char *name, const void *bytes, size_t length,
	struct error *error);
/* The zone "UTC", never freed. */
const struct zone *zone_utc(void);
void zone_free(struct zone *zone);	/* NULL and UTC: nothing */
const char *zone_name(const struct zone *zone);

/* Seconds east of UTC at an instant. */
int32_t zone_offset(const struct zone *zone, instant at);
struct clock_time zone_local(const struct zone *zone, instant at);
struct date zone_date(const struct zone *zone, instant at);
/* fit may be NULL. */
instant zone_instant(const struct zone *zone, struct clock_time local,
	enum zone_fit *fit);
/* When a local time is come to: in a gap when the clocks are set, in a fold for
   the first time. */
instant zone_come_to(const struct zone *zone, struct clock_time local);
/* The first and last second of a day, which may be no 86,400 apart. */
instant zone_day_start(const struct zone *zone, struct date date);
instant zone_day_end(const struct zone *zone, struct date date);
/* The next end of a day after an instant. */
instant zone_day_end_after(const struct zone *zone, instant at);
/* at + duration: seconds and days of elapsed local calendar; months by
   date_add_months; working days are refused with false (a calendar's task). */
bool zone_add(const struct zone *zone, instant at, struct duration duration,
	instant *out);

/* --- instants as text ---------------------------------------------- */

enum moment_kind {
	MOMENT_DATE,	/* a date */
	MOMENT_LOCAL,	/* a date and time without offset */
	MOMENT_INSTANT	/* with Z or an offset */
};

struct moment {
	enum moment_kind kind;
	struct clock_time local;	/* DATE and LOCAL; INSTANT: as written */
	instant at;			/* INSTANT only */
};

/*
 * Reads "2020-12-31", "2019-03-01T00:01[:00]", "2020-12-31T23:59:59-05:00"
 * or "…Z" (RFC 3339; a space may stand for T; a fraction of a second is
 * cut). false when it is none of them or not a valid date and time.
 */
bool moment_parse(const char *text, size_t length, struct moment *out);
/* The instant a moment means: a date is the end of that day in the zone. */
instant moment_instant(const struct moment *moment, const struct zone *zone);

/* RFC 3339: "2021-01-27T15:30:22Z", and with a zone's offset
   "2020-12-31T23:59:59-05:00". INSTANT_MIN/MAX: "-infinity", "infinity". */
void text_add_instant(struct text *text, instant at);
void text_add_instant_zone(struct text *text, instant at,
	const struct zone *zone);

#endif
