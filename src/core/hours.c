/*
 * hours: when a channel may be spoken to. See hours.h. Everything is computed
 * anew from the settings and the time asked about; a day is looked at together
 * with the one before, from which a quiet night reaches into it.
 */
#include "core/hours.h"

#include "core/calendar.h"

#define DAY_MINUTES 1440
/* Quiet for longer than this is quiet for ever: hours repeat every week. */
#define WEEK_AND_A_DAY (INT64_C(8) * 86400)
/* Digest times in a row that are looked at; of a daily one every weekday. */
#define DIGESTS_TRIED 8

/* --- times of day -------------------------------------------------------- */

static const struct zone *zone_or_utc(const struct zone *zone)
{
	return zone ? zone : zone_utc();
}

/* When a minute of a day comes; those from 1440 on are of the next day. */
static instant minute_instant(const struct zone *zone, struct date date,
	int minute)
{
	date = date_add_days(date, minute / DAY_MINUTES);
	minute %= DAY_MINUTES;
	return zone_come_to(zone, (struct clock_time){.date = date,
		.hour = (uint8_t)(minute / 60), .minute = (uint8_t)(minute % 60)});
}

/* --- quiet hours --------------------------------------------------------- */

/* The end of the quiet hours that begin on a day, where a time lies in them;
   else that time. */
static instant quiet_end_of(const struct quiet_hours *quiet,
	const struct zone *zone, struct date day, instant at)
{
	int to = quiet->to > quiet->from ? quiet->to : quiet->to + DAY_MINUTES;

	if (!(quiet->days & 1u << date_weekday(day)))
		return at;
	instant start = minute_instant(zone, day, quiet->from);
	instant end = minute_instant(zone, day, to);
	return start <= at && at < end ? end : at;
}

/* The latest end of the quiet hours that a time lies in; it itself: none. */
static instant quiet_end(const struct hours *hours, instant at)
{
	const struct zone *zone = zone_or_utc(hours->zone);
	struct date today = zone_date(zone, at);
	struct date before = date_add_days(today, -1);
	instant end = at;

	for (size_t i = 0; i < hours->quiet_count; i++) {
		const struct quiet_hours *quiet = &hours->quiet[i];

		end = later(end, quiet_end_of(quiet, zone, before, at));
		end = later(end, quiet_end_of(quiet, zone, today, at));
	}
	return end;
}

static bool is_quiet(const struct hours *hours, instant at)
{
	return quiet_end(hours, at) > at;
}

/* The first instant from a time on that is not quiet; INSTANT_MAX: none. */
static instant quiet_over(const struct hours *hours, instant from)
{
	instant at = from;

	for (instant end; (end = quiet_end(hours, at)) > at;) {
		if (end - from > WEEK_AND_A_DAY)
			return INSTANT_MAX;
		at = end;
	}
	return at;
}

/* --- digests ------------------------------------------------------------- */

static bool digest_comes_on(const struct digest_time *digest, struct date day)
{
	return digest->every == DIGEST_DAILY ||
		date_weekday(day) == digest->weekday;
}

/* The first time of a digest from a time on. */
static instant digest_from(const struct hours *hours, instant from)
{
	const struct digest_time *digest = &hours->digest;
	const struct zone *zone = zone_or_utc(digest->zone ? digest->zone :
		hours->zone);
	struct date day = date_add_days(zone_date(zone, from), -1);
	instant at = from;

	/* Nine days: the one before, a week, and the day of the next. */
	for (int i = 0; i < 9; i++, day = date_add_days(day, 1)) {
		if (!digest_comes_on(digest, day))
			continue;
		at = minute_instant(zone, day, digest->minute);
		if (at >= from)
			break;
	}
	return at;
}

/* The same of those that are not quiet. false: all are. */
static bool digest_audible(const struct hours *hours, instant from,
	instant *out)
{
	for (int i = 0; i < DIGESTS_TRIED; i++) {
		*out = digest_from(hours, from);
		if (!is_quiet(hours, *out))
			return true;
		from = *out + 1;
	}
	return false;
}

/* One whose time has passed while we were not there is told as soon as it is
   not quiet. */
static instant digest_open(const struct hours *hours, instant since,
	instant now)
{
	instant at;

	if (!digest_audible(hours, since, &at))
		at = quiet_over(hours, digest_from(hours, since));
	return at >= now ? at : quiet_over(hours, now);
}

instant hours_open(const struct hours *hours, enum severity severity,
	instant since, instant now)
{
	if (hours->has_urgent && severity >= hours->urgent)
		return now;
	if (hours->digest.every == DIGEST_NONE)
		return quiet_over(hours, now);
	return digest_open(hours, since, now);
}

/* --- as people write them ------------------------------------------------ */

static bool digits_read(const char **cursor, int *out)
{
	const char *start = *cursor;

	*out = 0;
	while (**cursor >= '0' && **cursor <= '9' && *cursor - start < 2)
		*out = *out * 10 + *(*cursor)++ - '0';
	return *cursor > start;
}

/* Moves on behind it. */
static bool minute_scan(const char **cursor, int *out)
{
	int hour, minute;

	if (!digits_read(cursor, &hour) || *(*cursor)++ != ':')
		return false;
	const char *start = *cursor;
	if (!digits_read(cursor, &minute) || *cursor - start != 2)
		return false;
	*out = hour * 60 + minute;
	return minute < 60 && *out <= DAY_MINUTES;
}

bool minute_read(const char *string, int *out)
{
	return minute_scan(&string, out) && *string == '\0';
}

/* The next word, as long as it is; moves on behind it and what parts words. */
static const char *word_next(const char **cursor, size_t *length)
{
	const char *word = *cursor;

	*length = strcspn(word, " ");
	*cursor = string_skip_space(word + *length);
	return word;
}

static bool word_is(const char *word, size_t length, const char *wanted)
{
	return length == strlen(wanted) && memcmp(word, wanted, length) == 0;
}

bool digest_time_read(const char *string, struct digest_time *out,
	struct error *error)
{
	const char *cursor = string_skip_space(string);
	size_t length;
	const char *word = word_next(&cursor, &length);

	*out = (struct digest_time){.every = DIGEST_DAILY};
	if (word_is(word, length, "weekly")) {
		out->every = DIGEST_WEEKLY;
		word = word_next(&cursor, &length);
		out->weekday = weekday_parse(word, length);
	} else if (!word_is(word, length, "daily")) {
		out->weekday = -1;
	}
	if (out->weekday < 0 || !minute_scan(&cursor, &out->minute) ||
			(*cursor && *cursor != ' ')) {
		error_set(error, ERROR_INPUT, "'%s' is no time of a digest: "
			"write \"daily 08:00\" or \"weekly mon 08:00\", and "
			"behind it a time zone if it is not the channel's",
			string);
		return false;
	}
	cursor = string_skip_space(cursor);
	out->zone_id = *cursor ? cursor : NULL;
	return true;
}
