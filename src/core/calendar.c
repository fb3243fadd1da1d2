/*
 * calendar: see calendar.h.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/digest.h"
#include "base/mem.h"
#include "core/calendar.h"

/* Further than any count or roll can go: CALENDAR_COUNT_MAX weeks with one
   working day each, and all holidays there may be. */
#define WALK_MAX (7 * CALENDAR_COUNT_MAX + CALENDAR_DAYS_MAX + 7)

#define DAY_FIRST (-719162)	/* 0001-01-01 */
#define DAY_LAST 2932896	/* 9999-12-31 */

/* ---- the table ------------------------------------------------------------ */

bool calendar_days_add(struct calendar_days *days, struct date first,
	struct date last)
{
	int32_t from = date_to_days(first), to = date_to_days(last);

	if (to < from)
		return true;
	if ((size_t)(to - from) >= CALENDAR_DAYS_MAX - days->count)
		return false;
	for (int32_t day = from; day <= to; day++) {
		days->items = mem_grow(days->items, days->count, &days->room,
			sizeof *days->items);
		days->items[days->count++] = day;
	}
	return true;
}

static int day_compare(const void *a, const void *b)
{
	int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;

	return (left > right) - (left < right);
}

void calendar_days_settle(struct calendar_days *days)
{
	size_t kept = 0;

	if (days->count == 0)
		return;
	qsort(days->items, days->count, sizeof *days->items, day_compare);
	for (size_t i = 0; i < days->count; i++)
		if (kept == 0 || days->items[kept - 1] != days->items[i])
			days->items[kept++] = days->items[i];
	days->count = kept;
}

static bool days_have(const struct calendar_days *days, int32_t day)
{
	return days->count != 0 && bsearch(&day, days->items, days->count,
		sizeof *days->items, day_compare) != NULL;
}

bool calendar_days_have(const struct calendar_days *days, struct date date)
{
	return days_have(days, date_to_days(date));
}

void calendar_know(struct calendar *calendar, int year)
{
	if (calendar->first_year == 0 || year < calendar->first_year)
		calendar->first_year = year;
	if (year > calendar->last_year)
		calendar->last_year = year;
}

/* ---- days that work ------------------------------------------------------- */

/* 1970-01-01 was a Thursday, 3. */
static int day_weekday(int32_t day)
{
	return (int)(((int64_t)day - DAY_FIRST) % 7);
}

static bool day_works(const struct calendar *calendar, int32_t day)
{
	bool weekend = (calendar->weekend >> day_weekday(day) & 1) != 0;

	if (!weekend && !days_have(&calendar->holidays, day))
		return true;
	return days_have(&calendar->working, day);
}

bool calendar_works(const struct calendar *calendar, struct date date)
{
	return day_works(calendar, date_to_days(date));
}

/* Walks from a day, not counting it, to the count-th that works. false: the
   walk left the years there are. */
static bool days_walk(const struct calendar *calendar, int32_t *day, int step,
	int64_t count)
{
	int32_t at = *day;

	for (int32_t walked = 0; count > 0; walked++) {
		at += step;
		if (at < DAY_FIRST || at > DAY_LAST || walked >= WALK_MAX)
			return false;
		if (day_works(calendar, at))
			count--;
	}
	*day = at;
	return true;
}

bool calendar_add(const struct calendar *calendar, struct date date,
	int64_t count, struct date *out)
{
	int32_t day = date_to_days(date);

	if (count > CALENDAR_COUNT_MAX || count < -CALENDAR_COUNT_MAX ||
	    !days_walk(calendar, &day, count < 0 ? -1 : 1,
	    count < 0 ? -count : count))
		return false;
	*out = date_from_days(day);
	return true;
}

/* ---- rolling -------------------------------------------------------------- */

static struct date date_roll(const struct calendar *calendar,
	struct date date, int step)
{
	int32_t day = date_to_days(date);

	return days_walk(calendar, &day, step, 1) ? date_from_days(day) : date;
}

struct date calendar_roll(const struct calendar *calendar, struct date date,
	enum roll roll)
{
	struct date next;

	if (calendar == NULL || roll == ROLL_NONE ||
	    calendar_works(calendar, date))
		return date;
	if (roll == ROLL_BACKWARD)
		return date_roll(calendar, date, -1);
	next = date_roll(calendar, date, 1);
	if (roll == ROLL_MODIFIED_FORWARD && (next.month != date.month ||
	    next.year != date.year))
		return date_roll(calendar, date, -1);
	return next;
}

/* ---- durations ------------------------------------------------------------ */

/* Dates stop at the first and the last there is. */
static bool shift_day(const struct calendar *calendar, struct date date,
	struct duration duration, struct date *out)
{
	int64_t count = duration.count;

	if (duration.unit == DURATION_WORKDAY)
		return calendar != NULL &&
			calendar_add(calendar, date, count, out);
	if (duration.unit == DURATION_SECOND || count < INT32_MIN ||
	    count > INT32_MAX)
		return false;
	*out = duration.unit == DURATION_DAY ?
		date_add_days(date, (int32_t)count) :
		date_add_months(date, (int32_t)count);
	return true;
}

bool calendar_shift_date(const struct calendar *calendar, struct date date,
	struct duration duration, struct date *out)
{
	if (!shift_day(calendar, date, duration, out))
		return false;
	if (duration.unit == DURATION_DAY)
		return date_to_days(*out) - date_to_days(date) ==
			duration.count;
	if (duration.unit == DURATION_MONTH)
		return (out->year - date.year) * 12 + out->month -
			date.month == duration.count;
	return true;
}

bool calendar_shift(const struct calendar *calendar, const struct zone *zone,
	instant at, struct duration duration, instant *out)
{
	struct clock_time local;
	struct date date;

	if (duration.unit == DURATION_SECOND)
		return zone_add(zone, at, duration, out);
	*out = at;
	if (duration.unit == DURATION_WORKDAY && calendar == NULL)
		return false;
	if (at == INSTANT_MIN || at == INSTANT_MAX || duration.count == 0)
		return true;
	local = zone_local(zone, at);
	if (!shift_day(calendar, local.date, duration, &date))
		return false;
	if (at == zone_day_end(zone, local.date)) {
		*out = zone_day_end(zone, date);
	} else {
		local.date = date;
		*out = zone_instant(zone, local, NULL);
	}
	return true;
}

/* ---- what rests on it ----------------------------------------------------- */

void calendar_note_use(struct calendar *calendar, struct date date,
	const char *id)
{
	struct calendar_use *first = &calendar->first_use;
	struct calendar_use *last = &calendar->last_use;

	if (date_is_none(first->date) || date_compare(date, first->date) < 0)
		*first = (struct calendar_use){date, id};
	if (date_is_none(last->date) || date_compare(date, last->date) > 0)
		*last = (struct calendar_use){date, id};
}

uint64_t calendar_hash(const struct calendar *calendar)
{
	const struct calendar_days *holidays = &calendar->holidays;
	const struct calendar_days *working = &calendar->working;
	const struct {
		uint64_t weekend, holidays, working;
	} all = {calendar->weekend,
		holidays->count == 0 ? 0 : hash_bytes(holidays->items,
			holidays->count * sizeof *holidays->items),
		working->count == 0 ? 0 : hash_bytes(working->items,
			working->count * sizeof *working->items)};

	return hash_bytes(&all, sizeof all);
}

/* ---- words ---------------------------------------------------------------- */

static const char *const roll_words[] = {
	[ROLL_NONE] = "none", [ROLL_FORWARD] = "forward",
	[ROLL_BACKWARD] = "backward",
	[ROLL_MODIFIED_FORWARD] = "modified_forward",
};

const char *roll_name(enum roll roll)
{
	return roll_words[roll];
}

bool roll_parse(const char *word, enum roll *out)
{
	for (unsigned i = 0; i < sizeof roll_words / sizeof roll_words[0]; i++)
		if (string_is(roll_words[i], word)) {
			*out = (enum roll)i;
			return true;
		}
	return false;
}

static const char *const weekday_words[] = {"Monday", "Tuesday", "Wednesday",
	"Thursday", "Friday", "Saturday", "Sunday"};

int weekday_parse(const char *word, size_t length)
{
	for (int day = 0; day < 7; day++)
		if ((length == 3 || length == strlen(weekday_words[day])) &&
		    strncasecmp(word, weekday_words[day], length) == 0)
			return day;
	return -1;
}

const char *weekday_name(int weekday)
{
	return weekday_words[weekday];
}
