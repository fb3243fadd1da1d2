/*
 * zone: time zones from TZif bytes (RFC 8536).
 *
 *	header v1, data in 32 bits | header, data in 64 bits | \n TZ string \n
 *	                             (versions 2 and up)
 *
 * A zone is a row of spans with one offset each: first the table's, then
 * those the TZ string gives for every year. Everything else asks for the
 * span around an instant.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/moment.h"

#define DAY_SECONDS 86400
#define TRANSITIONS_MAX 10000
#define TYPES_MAX 256
#define OFFSET_MAX (26 * 3600)	/* RFC 8536: -24:59:59 to 25:59:59 */
#define AT_MIN (-62135596800 - 2 * DAY_SECONDS)	/* 0001-01-01, less two days */
#define AT_MAX (253402300799 + 2 * DAY_SECONDS)	/* 9999-12-31, and two more */

/* When in a year the clocks change. */
enum rule_day { RULE_JULIAN, RULE_DAY, RULE_MONTH };

struct rule_change {
	enum rule_day kind;
	int day;	/* JULIAN 1–365, DAY 0–365, MONTH 0–6 = Sunday … */
	int month;	/* MONTH only */
	int week;	/* MONTH only; 5 is the last */
	int32_t time;	/* seconds after local midnight, may be negative */
};

struct zone_rule {
	int32_t standard;
	int32_t daylight;
	bool has_daylight;
	struct rule_change start, end;	/* of daylight time */
};

/* The instants [start, end) with one offset. */
struct zone_span {
	instant start;
	instant end;
	int32_t offset;
};

/* Most instants that are asked for lie between 1970 and 2106: their spans are
   laid out in a row, and found by pieces of 48 days. */
#define NEAR_END ((instant)1 << 32)
#define NEAR_PIECE 22
#define NEAR_PIECES (NEAR_END >> NEAR_PIECE)

struct zone {
	char *name;
	size_t count;		/* of transitions */
	instant *times;		/* ascending */
	uint8_t *types;		/* the type from each time on */
	int32_t offsets[TYPES_MAX];
	bool has_rule;
	struct zone_rule rule;	/* from the last transition on */
	struct zone_span *spans; /* from 1970 to NEAR_END, NULL: not laid out */
	uint16_t *near;		/* the span at the start of each piece of it */
};

/* --- the TZ string --------------------------------------------------- */

struct reader {
	const char *at;
	const char *end;
};

static bool reader_take(struct reader *reader, char c)
{
	if (reader->at == reader->end || *reader->at != c)
		return false;
	reader->at++;
	return true;
}

static bool read_number(struct reader *reader, int least, int most, int *out)
{
	const char *start = reader->at;
	int value = 0;

	while (reader->at < reader->end && *reader->at >= '0' &&
	    *reader->at <= '9' && reader->at - start < 4)
		value = value * 10 + (*reader->at++ - '0');
	*out = value;
	return reader->at != start && value >= least && value <= most;
}

/* Three letters or more, or anything but '>' between '<' and '>'. */
static bool read_name(struct reader *reader)
{
	const char *start = reader->at;

	if (reader_take(reader, '<')) {
		while (reader->at < reader->end && *reader->at != '>')
			reader->at++;
		return reader_take(reader, '>');
	}
	while (reader->at < reader->end && (*reader->at | 0x20) >= 'a' &&
	    (*reader->at | 0x20) <= 'z')
		reader->at++;
	return reader->at - start >= 3;
}

/* [+-]hours[:minutes[:seconds]] in seconds */
static bool read_hours(struct reader *reader, int most, int32_t *out)
{
	bool negative = reader->at < reader->end && *reader->at == '-';
	int hours, minutes = 0, seconds = 0;

	if (!reader_take(reader, '-'))
		reader_take(reader, '+');
	if (!read_number(reader, 0, most, &hours) ||
	    (reader_take(reader, ':') &&
	    (!read_number(reader, 0, 59, &minutes) ||
	    (reader_take(reader, ':') &&
	    !read_number(reader, 0, 59, &seconds)))))
		return false;
	*out = hours * 3600 + minutes * 60 + seconds;
	if (negative)
		*out = -*out;
	return true;
}

/* ,Jn or ,n or ,Mm.w.d, each with /time */
static bool read_change(struct reader *reader, struct rule_change *out)
{
	*out = (struct rule_change){.time = 2 * 3600};
	if (!reader_take(reader, ','))
		return false;
	if (reader_take(reader, 'J')) {
		out->kind = RULE_JULIAN;
		if (!read_number(reader, 1, 365, &out->day))
			return false;
	} else if (reader_take(reader, 'M')) {
		out->kind = RULE_MONTH;
		if (!read_number(reader, 1, 12, &out->month) ||
		    !reader_take(reader, '.') ||
		    !read_number(reader, 1, 5, &out->week) ||
		    !reader_take(reader, '.') ||
		    !read_number(reader, 0, 6, &out->day))
			return false;
	} else {
		out->kind = RULE_DAY;
		if (!read_number(reader, 0, 365, &out->day))
			return false;
	}
	return !reader_take(reader, '/') || read_hours(reader, 167, &out->time);
}

/* The TZ string counts offsets west of Greenwich; we count them east. */
static bool rule_parse(struct reader reader, struct zone_rule *out)
{
	*out = (struct zone_rule){0};
	if (!read_name(&reader) || !read_hours(&reader, 24, &out->standard))
		return false;
	out->standard = -out->standard;
	if (reader.at == reader.end)
		return true;
	out->has_daylight = true;
	out->daylight = out->standard + 3600;
	if (!read_name(&reader))
		return false;
	if (reader.at < reader.end && *reader.at != ',') {
		if (!read_hours(&reader, 24, &out->daylight))
			return false;
		out->daylight = -out->daylight;
	}
	return read_change(&reader, &out->start) &&
		read_change(&reader, &out->end) && reader.at == reader.end;
}

/* Days since 1970 of a change in a year. */
static int32_t change_day(const struct rule_change *change, int year)
{
	struct date first = {(int16_t)year, 1, 1};
	bool leap = date_month_days(year, 2) == 29;
	int32_t day;
	int ahead;

	switch (change->kind) {
	case RULE_JULIAN:	/* 29 February is never counted */
		return date_to_days(first) + change->day - 1 +
			(leap && change->day >= 60);
	case RULE_DAY:
		return date_to_days(first) + change->day;
	case RULE_MONTH:
		break;
	}
	first.month = (uint8_t)change->month;
	/* Sunday is 0 there and 6 here. */
	ahead = (change->day + 6 - date_weekday(first) + 7) % 7;
	day = ahead + (change->week - 1) * 7;
	if (day >= date_month_days(year, change->month))
		day -= 7;
	return date_to_days(first) + day;
}

static struct zone_span rule_change_at(const struct rule_change *change,
	int year, int32_t before, int32_t after)
{
	return (struct zone_span){
		.start = (instant)change_day(change, year) * DAY_SECONDS +
			change->time - before,
		.offset = after,
	};
}

/* The span of the rule around an instant: the changes of that year and its
   neighbours in order; of two at one instant the later counts. */
static struct zone_span rule_span(const struct zone_rule *rule, instant at)
{
	struct zone_span spans[6], span = {INSTANT_MIN, INSTANT_MAX, 0};
	int count = 0, year;

	span.offset = rule->standard;
	if (!rule->has_daylight)
		return span;
	year = date_from_days((int32_t)((at - AT_MIN) / DAY_SECONDS +
		AT_MIN / DAY_SECONDS)).year;
	for (int y = year - 1; y <= year + 1; y++) {
		spans[count++] = rule_change_at(&rule->start, y,
			rule->standard, rule->daylight);
		spans[count++] = rule_change_at(&rule->end, y,
			rule->daylight, rule->standard);
	}
	for (int i = 1; i < count; i++)
		for (int j = i; j > 0 && spans[j].start < spans[j - 1].start;
		    j--) {
			struct zone_span swap = spans[j];

			spans[j] = spans[j - 1];
			spans[j - 1] = swap;
		}
	for (int i = 0; i < count; i++) {
		if (spans[i].start > at) {
			span.end = spans[i].start;
			break;
		}
		span.start = spans[i].start;
		span.offset = spans[i].offset;
	}
	return span;
}

/* --- the TZif file ----------------------------------------------------- */

struct tzif {
	const uint8_t *at;
	const uint8_t *end;
	int version;
	uint32_t utc_flags, wall_flags, leaps, times, types, letters;
};

static uint64_t bytes_big_endian(const uint8_t *bytes, int count)
{
	uint64_t value = 0;

	for (int i = 0; i < count; i++)
		value = value << 8 | bytes[i];
	return value;
}

#define TZIF_HEADER 44

static bool tzif_header(struct tzif *tzif)
{
	uint32_t *counts[] = {&tzif->utc_flags, &tzif->wall_flags,
		&tzif->leaps, &tzif->times, &tzif->types, &tzif->letters};

	if (tzif->end - tzif->at < TZIF_HEADER ||
	    memcmp(tzif->at, "TZif", 4) != 0)
		return false;
	tzif->version = tzif->at[4] == 0 ? 1 : tzif->at[4] - '0';
	for (int i = 0; i < 6; i++)
		*counts[i] = (uint32_t)bytes_big_endian(tzif->at + 20 + 4 * i, 4);
	tzif->at += TZIF_HEADER;
	return tzif->version >= 1 && tzif->version <= 4 &&
		tzif->types >= 1 && tzif->types <= TYPES_MAX &&
		tzif->times <= TRANSITIONS_MAX;
}

/* The length of the data after a header whose times have so many bytes. */
static uint64_t tzif_data_length(const struct tzif *tzif, int width)
{
	return (uint64_t)tzif->times * (width + 1) +
		(uint64_t)tzif->types * 6 + tzif->letters +
		(uint64_t)tzif->leaps * (width + 4) +
		tzif->wall_flags + tzif->utc_flags;
}

static bool tzif_types(const struct tzif *tzif, const uint8_t *at,
	struct zone *zone)
{
	for (uint32_t i = 0; i < tzif->types; i++, at += 6) {
		int32_t offset = (int32_t)bytes_big_endian(at, 4);

		if (offset <= -OFFSET_MAX || offset >= OFFSET_MAX)
			return false;
		zone->offsets[i] = offset;
	}
	return true;
}

static bool tzif_data(struct tzif *tzif, int width, struct zone *zone)
{
	const uint8_t *times = tzif->at;
	const uint8_t *types = times + (size_t)tzif->times * (size_t)width;

	if ((uint64_t)(tzif->end - tzif->at) < tzif_data_length(tzif, width) ||
	    !tzif_types(tzif, types + tzif->times, zone))
		return false;
	zone->count = tzif->times;
	zone->times = mem_new(zone->count, sizeof *zone->times);
	zone->types = mem_new(zone->count, sizeof *zone->types);
	for (size_t i = 0; i < zone->count; i++) {
		uint64_t raw = bytes_big_endian(times + i * (size_t)width, width);

		zone->times[i] = width == 4 ? (int32_t)raw : (int64_t)raw;
		zone->types[i] = types[i];
		if (types[i] >= tzif->types ||
		    (i > 0 && zone->times[i] <= zone->times[i - 1]))
			return false;
	}
	tzif->at += tzif_data_length(tzif, width);
	return true;
}

static bool tzif_footer(struct tzif *tzif, struct zone *zone)
{
	struct reader reader = {(const char *)tzif->at, NULL};

	if (tzif->at == tzif->end || *tzif->at != '\n')
		return false;
	reader.at++;
	reader.end = memchr(reader.at, '\n',
		(size_t)((const char *)tzif->end - reader.at));
	if (reader.end == NULL)
		return false;
	zone->has_rule = reader.at != reader.end;
	return !zone->has_rule || rule_parse(reader, &zone->rule);
}

/* NULL, or what is wrong with the file. */
static const char *zone_read(struct zone *zone, struct tzif tzif)
{
	static const char leap_seconds[] =
		"it counts leap seconds (a \"right/\" zone), and we do not";

	if (!tzif_header(&tzif))
		return "not a TZif file";
	if (tzif.version == 1) {
		if (tzif.leaps != 0)
			return leap_seconds;
		return tzif_data(&tzif, 4, zone) ? NULL : "damaged TZif data";
	}
	if ((uint64_t)(tzif.end - tzif.at) < tzif_data_length(&tzif, 4))
		return "the TZif data ends early";
	tzif.at += tzif_data_length(&tzif, 4);
	if (!tzif_header(&tzif))
		return "no second TZif header";
	if (tzif.leaps != 0)
		return leap_seconds;
	if (!tzif_data(&tzif, 8, zone))
		return "damaged TZif data";
	if (!tzif_footer(&tzif, zone))
		return "damaged TZ string at the end of the TZif data";
	return NULL;
}

static struct zone_span zone_span(const struct zone *zone, instant at);

static void zone_lay_out(struct zone *zone)
{
	uint16_t *near = mem_new(NEAR_PIECES, sizeof *near);
	struct zone_span *spans = NULL;
	size_t count = 0, capacity = 0, piece = 0;
	instant at = 0;

	while (at < NEAR_END) {
		spans = mem_grow(spans, count, &capacity, sizeof *spans);
		spans[count] = zone_span(zone, at);
		at = spans[count].end;
		for (; piece < NEAR_PIECES &&
		    (instant)piece << NEAR_PIECE < at; piece++)
			near[piece] = (uint16_t)count;
		count++;
	}
	zone->spans = spans;
	zone->near = near;
}

struct zone *zone_new(const char *name, const void *bytes, size_t length,
	struct error *error)
{
	struct zone *zone = mem_new(1, sizeof *zone);
	struct tzif tzif = {.at = bytes, .end = (const uint8_t *)bytes + length};
	const char *wrong = zone_read(zone, tzif);

	if (wrong != NULL) {
		error_set(error, ERROR_INPUT, "time zone %s: %s", name, wrong);
		zone_free(zone);
		return NULL;
	}
	zone->name = mem_string(name);
	zone_lay_out(zone);
	return zone;
}

static char utc_name[] = "UTC";
static const struct zone utc = {.name = utc_name};

const struct zone *zone_utc(void)
{
	return &utc;
}

void zone_free(struct zone *zone)
{
	if (zone == NULL || zone == &utc)
		return;
	free(zone->name);
	free(zone->times);
	free(zone->types);
	free(zone->spans);
	free(zone->near);
	free(zone);
}

const char *zone_name(const struct zone *zone)
{
	return zone->name;
}

/* --- instants and local times --------------------------------------------- */

/* How many transitions are at or before an instant. */
static size_t zone_passed(const struct zone *zone, instant at)
{
	size_t low = 0, high = zone->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (zone->times[middle] <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static instant instant_clamp(instant at)
{
	return at < AT_MIN ? AT_MIN : at > AT_MAX ? AT_MAX : at;
}

static struct zone_span zone_span(const struct zone *zone, instant at)
{
	struct zone_span span = {INSTANT_MIN, INSTANT_MAX, zone->offsets[0]};
	size_t passed;

	if (zone->spans != NULL && at >= 0 && at < NEAR_END) {
		size_t near = zone->near[at >> NEAR_PIECE];

		while (zone->spans[near].end <= at)
			near++;
		return zone->spans[near];
	}
	at = instant_clamp(at);
	passed = zone_passed(zone, at);
	if (passed == zone->count && zone->has_rule) {
		span = rule_span(&zone->rule, at);
	} else {
		if (passed > 0)
			span.offset = zone->offsets[zone->types[passed - 1]];
		if (passed < zone->count)
			span.end = zone->times[passed];
	}
	if (passed > 0 && span.start < zone->times[passed - 1])
		span.start = zone->times[passed - 1];
	return span;
}

int32_t zone_offset(const struct zone *zone, instant at)
{
	return zone_span(zone, at).offset;
}

struct clock_time zone_local(const struct zone *zone, instant at)
{
	instant seconds = instant_clamp(at) + zone_offset(zone, at);
	int64_t days = seconds / DAY_SECONDS;
	int32_t rest = (int32_t)(seconds % DAY_SECONDS);

	if (rest < 0) {
		rest += DAY_SECONDS;
		days--;
	}
	return (struct clock_time){
		.date = date_from_days((int32_t)days),
		.hour = (uint8_t)(rest / 3600),
		.minute = (uint8_t)(rest / 60 % 60),
		.second = (uint8_t)(rest % 60),
	};
}

struct date zone_date(const struct zone *zone, instant at)
{
	return zone_local(zone, at).date;
}

/* All that a local time may mean. */
struct zone_fits {
	enum zone_fit fit;
	instant first;		/* GAP: with the offset before it */
	instant last;		/* FOLD: the second; else the first */
	instant change;		/* GAP: the instant the clocks are set */
};

/* The spans that a local time may lie in begin at most 26 hours away. A gap
   lies between two spans: past the end of one, before the start of the
   next. */
static struct zone_fits zone_fits(const struct zone *zone, instant local)
{
	struct zone_fits fits = {.fit = ZONE_GAP};
	struct zone_span span = zone_span(zone, local - OFFSET_MAX);
	bool found = false;

	/* Nearly always no other span is near. */
	if (span.end > local + OFFSET_MAX && span.start <= local - OFFSET_MAX) {
		fits.fit = ZONE_UNIQUE;
		fits.first = fits.last = local - span.offset;
		return fits;
	}
	fits.first = fits.last = local - span.offset;
	fits.change = span.end;
	for (;;) {
		instant at = local - span.offset;

		if (span.start <= at && at < span.end) {
			fits.fit = found ? ZONE_FOLD : ZONE_UNIQUE;
			fits.first = found ? fits.first : at;
			fits.last = at;
			found = true;
		} else if (!found && at >= span.end) {
			fits.first = fits.last = at;
			fits.change = span.end;
		}
		if (span.end > local + OFFSET_MAX)
			return fits;
		span = zone_span(zone, span.end);
	}
}

static struct zone_fits zone_fits_time(const struct zone *zone,
	struct clock_time local)
{
	return zone_fits(zone, (instant)date_to_days(local.date) * DAY_SECONDS +
		local.hour * 3600 + local.minute * 60 + local.second);
}

instant zone_instant(const struct zone *zone, struct clock_time local,
	enum zone_fit *fit)
{
	struct zone_fits fits = zone_fits_time(zone, local);

	if (fit != NULL)
		*fit = fits.fit;
	return fits.first;
}

instant zone_come_to(const struct zone *zone, struct clock_time local)
{
	struct zone_fits fits = zone_fits_time(zone, local);

	return fits.fit == ZONE_GAP ? fits.change : fits.first;
}

instant zone_day_start(const struct zone *zone, struct date date)
{
	return zone_come_to(zone, (struct clock_time){.date = date});
}

/*
 * The later 23:59:59 when there are two, since the day is not over before
 * it. A day whose last second is skipped ends when the clocks are set; one
 * that is skipped altogether is taken as the day that came instead.
 */
instant zone_day_end(const struct zone *zone, struct date date)
{
	struct zone_fits fits = zone_fits_time(zone,
		(struct clock_time){date, 23, 59, 59});

	if (fits.fit != ZONE_GAP)
		return fits.last;
	if (date_compare(zone_date(zone, fits.change - 1), date) == 0)
		return fits.change - 1;
	return fits.first;
}

instant zone_day_end_after(const struct zone *zone, instant at)
{
	struct date day = zone_date(zone, at);
	instant end = zone_day_end(zone, day);

	return end > at ? end : zone_day_end(zone, date_add_days(day, 1));
}

bool zone_add(const struct zone *zone, instant at, struct duration duration,
	instant *out)
{
	struct clock_time local;

	if (duration.unit == DURATION_WORKDAY)
		return false;
	*out = at;
	if (at == INSTANT_MIN || at == INSTANT_MAX)
		return true;
	if (duration.unit == DURATION_SECOND)
		return !__builtin_add_overflow(at, duration.count, out);
	if (duration.count < INT32_MIN || duration.count > INT32_MAX)
		return false;
	local = zone_local(zone, at);
	local.date = duration.unit == DURATION_DAY ?
		date_add_days(local.date, (int32_t)duration.count) :
		date_add_months(local.date, (int32_t)duration.count);
	*out = zone_instant(zone, local, NULL);
	return true;
}
