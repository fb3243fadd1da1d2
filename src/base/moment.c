/*
 * moment: dates, durations, and instants as text. Zones are in zone.c.
 */
#include <string.h>

#include "base/moment.h"

#define DAY_SECONDS 86400
#define YEAR_MIN 1
#define YEAR_MAX 9999
#define DAYS_MIN (-719162)	/* 0001-01-01 */
#define DAYS_MAX 2932896	/* 9999-12-31 */
#define ERA_DAYS 146097		/* 400 years */

/* --- dates -------------------------------------------------------- */

static bool year_is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

const char *month_name(int month)
{
	static const char *const names[] = {"January", "February", "March",
		"April", "May", "June", "July", "August", "September", "October",
		"November", "December"};

	return names[month - 1];
}

int date_month_days(int year, int month)
{
	static const uint8_t days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (month < 1 || month > 12)
		return 0;
	return days[month - 1] + (month == 2 && year_is_leap(year));
}

bool date_is_valid(int year, int month, int day)
{
	return year >= YEAR_MIN && year <= YEAR_MAX && day >= 1 &&
		day <= date_month_days(year, month);
}

bool date_is_none(struct date date)
{
	return date.year == 0 && date.month == 0 && date.day == 0;
}

int date_compare(struct date a, struct date b)
{
	int left = a.year * 512 + a.month * 32 + a.day;
	int right = b.year * 512 + b.month * 32 + b.day;

	return (left > right) - (left < right);
}

/* The year of the algorithm begins in March, so that the leap day ends it. */
int32_t date_to_days(struct date date)
{
	int32_t year = date.year - (date.month <= 2);
	int32_t era = (year >= 0 ? year : year - 399) / 400;
	int32_t of_era = year - era * 400;
	int32_t month = (date.month + 9) % 12;
	int32_t of_year = (153 * month + 2) / 5 + date.day - 1;
	int32_t day = of_era * 365 + of_era / 4 - of_era / 100 + of_year;

	return era * ERA_DAYS + day - 719468;
}

/*
 * Days outside the years 1 to 9999 give the first or the last date. Divisions
 * by multiplying: Neri and Schneider, "Euclidean Affine Functions and Their
 * Application to Calendar Algorithms" (2022).
 */
struct date date_from_days(int32_t days)
{
	uint32_t quarters, century, of_century, of_year, month;
	uint64_t years;
	bool late;

	days = days < DAYS_MIN ? DAYS_MIN : days > DAYS_MAX ? DAYS_MAX : days;
	quarters = 4 * (uint32_t)(days + 719468) + 3;
	century = quarters / ERA_DAYS;
	of_century = quarters % ERA_DAYS | 3;
	years = UINT64_C(2939745) * of_century;
	of_year = (uint32_t)(years & UINT32_MAX) / 2939745 / 4;
	month = 2141 * of_year + 197913;
	late = of_year >= 306;		/* January and February */
	return (struct date){
		.year = (int16_t)(100 * century + (uint32_t)(years >> 32) + late),
		.month = (uint8_t)((month >> 16) - (late ? 12 : 0)),
		.day = (uint8_t)((month & 0xffff) / 2141 + 1),
	};
}

struct date date_add_days(struct date date, int32_t days)
{
	int32_t sum;

	if (__builtin_add_overflow(date_to_days(date), days, &sum))
		sum = days < 0 ? DAYS_MIN : DAYS_MAX;
	return date_from_days(sum);
}

struct date date_add_months(struct date date, int32_t months)
{
	int64_t sum = (int64_t)date.year * 12 + date.month - 1 + months;
	int year, month, last;

	if (sum < YEAR_MIN * 12)
		return date_from_days(DAYS_MIN);
	if (sum >= (YEAR_MAX + 1) * 12)
		return date_from_days(DAYS_MAX);
	year = (int)(sum / 12);
	month = (int)(sum % 12) + 1;
	last = date_month_days(year, month);
	return (struct date){
		.year = (int16_t)year,
		.month = (uint8_t)month,
		.day = (uint8_t)(date.day < last ? date.day : last),
	};
}

int date_weekday(struct date date)
{
	int32_t days = date_to_days(date) + 3;	/* 1970-01-01: a Thursday */

	return days >= 0 ? days % 7 : (days % 7 + 7) % 7;
}

/* --- reading fixed forms ------------------------------------------- */

struct reader {
	const char *at;
	const char *end;
};

static bool read_char(struct reader *reader, const char *any)
{
	if (reader->at == reader->end || *reader->at == '\0' ||
	    strchr(any, *reader->at) == NULL)
		return false;
	reader->at++;
	return true;
}

/* Exactly so many digits. */
static bool read_digits(struct reader *reader, int count, int *out)
{
	*out = 0;
	if (reader->end - reader->at < count)
		return false;
	for (; count > 0; count--, reader->at++) {
		if (*reader->at < '0' || *reader->at > '9')
			return false;
		*out = *out * 10 + (*reader->at - '0');
	}
	return true;
}

static bool read_date(struct reader *reader, struct date *out)
{
	int year, month, day;

	if (!read_digits(reader, 4, &year) || !read_char(reader, "-") ||
	    !read_digits(reader, 2, &month) || !read_char(reader, "-") ||
	    !read_digits(reader, 2, &day) || !date_is_valid(year, month, day))
		return false;
	*out = (struct date){(int16_t)year, (uint8_t)month, (uint8_t)day};
	return true;
}

/* HH:MM[:SS[.fraction]] */
static bool read_time(struct reader *reader, struct clock_time *out)
{
	int hour, minute, second = 0, digit;

	if (!read_digits(reader, 2, &hour) || !read_char(reader, ":") ||
	    !read_digits(reader, 2, &minute))
		return false;
	if (read_char(reader, ":")) {
		if (!read_digits(reader, 2, &second))
			return false;
		if (read_char(reader, ".,")) {
			if (!read_digits(reader, 1, &digit))
				return false;
			while (read_char(reader, "0123456789"))
				continue;
		}
	}
	if (hour > 23 || minute > 59 || second > 59)
		return false;
	out->hour = (uint8_t)hour;
	out->minute = (uint8_t)minute;
	out->second = (uint8_t)second;
	return true;
}

/* Z or ±HH:MM */
static bool read_offset(struct reader *reader, int32_t *out)
{
	bool west = reader->at < reader->end && *reader->at == '-';
	int hours, minutes;

	*out = 0;
	if (read_char(reader, "Zz"))
		return true;
	if (!read_char(reader, "+-") || !read_digits(reader, 2, &hours) ||
	    !read_char(reader, ":") || !read_digits(reader, 2, &minutes) ||
	    hours > 23 || minutes > 59)
		return false;
	*out = (hours * 60 + minutes) * (west ? -60 : 60);
	return true;
}

bool date_parse(const char *text, struct date *out)
{
	struct reader reader = {text, text + strlen(text)};
	struct date date;

	if (!read_date(&reader, &date) || reader.at != reader.end)
		return false;
	*out = date;
	return true;
}

static instant clock_time_seconds(struct clock_time local)
{
	return (instant)date_to_days(local.date) * DAY_SECONDS +
		local.hour * 3600 + local.minute * 60 + local.second;
}

bool moment_parse(const char *text, size_t length, struct moment *out)
{
	struct reader reader = {text, text + length};
	struct moment moment = {.kind = MOMENT_DATE};
	int32_t offset;

	if (!read_date(&reader, &moment.local.date))
		return false;
	if (reader.at != reader.end) {
		if (!read_char(&reader, "Tt ") ||
		    !read_time(&reader, &moment.local))
			return false;
		moment.kind = MOMENT_LOCAL;
	}
	if (reader.at != reader.end) {
		if (!read_offset(&reader, &offset) || reader.at != reader.end)
			return false;
		moment.kind = MOMENT_INSTANT;
		moment.at = clock_time_seconds(moment.local) - offset;
	}
	*out = moment;
	return true;
}

instant moment_instant(const struct moment *moment, const struct zone *zone)
{
	switch (moment->kind) {
	case MOMENT_DATE:
		return zone_day_end(zone, moment->local.date);
	case MOMENT_LOCAL:
		return zone_instant(zone, moment->local, NULL);
	case MOMENT_INSTANT:
		break;
	}
	return moment->at;
}

/* --- writing --------------------------------------------------------- */

void text_add_date(struct text *text, struct date date)
{
	text_addf(text, "%04d-%02d-%02d", date.year, date.month, date.day);
}

/* Writes a local time; with_offset false means Z. */
static void text_add_clock_time(struct text *text, struct clock_time local)
{
	text_add_date(text, local.date);
	text_addf(text, "T%02d:%02d:%02d", local.hour, local.minute,
		local.second);
}

static bool text_add_infinity(struct text *text, instant at)
{
	if (at != INSTANT_MIN && at != INSTANT_MAX)
		return false;
	text_add_string(text, at == INSTANT_MIN ? "-infinity" : "infinity");
	return true;
}

void text_add_instant(struct text *text, instant at)
{
	if (text_add_infinity(text, at))
		return;
	text_add_clock_time(text, zone_local(zone_utc(), at));
	text_add_char(text, 'Z');
}

/* RFC 3339 has no seconds in an offset: local mean times of long ago, which
   do, are written in UTC. */
void text_add_instant_zone(struct text *text, instant at,
	const struct zone *zone)
{
	int32_t offset, size;

	if (text_add_infinity(text, at))
		return;
	offset = zone_offset(zone, at);
	if (offset % 60 != 0) {
		text_add_instant(text, at);
		return;
	}
	size = (offset < 0 ? -offset : offset) / 60;
	text_add_clock_time(text, zone_local(zone, at));
	text_addf(text, "%c%02d:%02d", offset < 0 ? '-' : '+', size / 60,
		size % 60);
}

/* --- durations ------------------------------------------------------ */

struct duration_row {
	const char *name;
	enum duration_unit unit;
	int64_t factor;
	int64_t most;	/* in its own unit: 1,000 years */
};

static const struct duration_row duration_rows[] = {
	{"s", DURATION_SECOND, 1, 31557600000},
	{"m", DURATION_SECOND, 60, 525960000},
	{"h", DURATION_SECOND, 3600, 8766000},
	{"d", DURATION_DAY, 1, 365250},
	{"w", DURATION_DAY, 7, 52178},
	{"wd", DURATION_WORKDAY, 1, 365250},
	{"mo", DURATION_MONTH, 1, 12000},
	{"q", DURATION_MONTH, 3, 4000},
	{"y", DURATION_MONTH, 12, 1000},
};

#define DURATION_ROWS (sizeof duration_rows / sizeof duration_rows[0])

bool duration_parse(const char *text, size_t length, struct duration *out)
{
	struct reader reader = {text, text + length};
	int64_t count = 0;
	int digit;
	size_t left;

	while (read_digits(&reader, 1, &digit)) {
		count = count * 10 + digit;
		if (count > duration_rows[0].most)
			return false;
	}
	left = (size_t)(reader.end - reader.at);
	for (size_t i = 0; i < DURATION_ROWS && reader.at != text; i++) {
		const struct duration_row *row = &duration_rows[i];

		if (strlen(row->name) != left ||
		    memcmp(row->name, reader.at, left) != 0)
			continue;
		*out = (struct duration){count * row->factor, row->unit};
		return count <= row->most;
	}
	return false;
}

bool duration_read(const char *text, struct duration *out)
{
	return duration_parse(text, strlen(text), out);
}

bool duration_seconds(struct duration duration, int64_t *out)
{
	switch (duration.unit) {
	case DURATION_SECOND:
		*out = duration.count;
		return true;
	case DURATION_DAY:
		return !__builtin_mul_overflow(duration.count,
			(int64_t)DAY_SECONDS, out);
	case DURATION_WORKDAY:
	case DURATION_MONTH:
		break;
	}
	return false;
}

/* The largest name that takes the count without rest, but days as days:
   "90d" and "14d" read as they were meant, "12w 6d" would not. */
void text_add_duration(struct text *text, struct duration duration)
{
	const struct duration_row *best = NULL;

	for (size_t i = 0; i < DURATION_ROWS; i++) {
		const struct duration_row *row = &duration_rows[i];

		if (row->unit != duration.unit || row->factor == 7 ||
		    row->factor == 3)
			continue;
		if (best == NULL || (duration.count != 0 &&
		    duration.count % row->factor == 0))
			best = row;
	}
	text_addf(text, "%lld%s", (long long)(duration.count / best->factor),
		best->name);
}

void text_add_seconds(struct text *text, int64_t seconds)
{
	static const struct {
		uint64_t size;
		char name;
	} parts[] = {{DAY_SECONDS, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
	uint64_t left = seconds < 0 ? -(uint64_t)seconds : (uint64_t)seconds;
	size_t i = 0;

	if (seconds < 0)
		text_add_char(text, '-');
	while (i < 3 && left < parts[i].size)
		i++;
	text_addf(text, "%llu%c", (unsigned long long)(left / parts[i].size),
		parts[i].name);
	left %= parts[i].size;
	if (i < 3 && left >= parts[i + 1].size)
		text_addf(text, " %llu%c",
			(unsigned long long)(left / parts[i + 1].size),
			parts[i + 1].name);
}
