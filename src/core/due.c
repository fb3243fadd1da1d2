/*
 * due: start and due times as written, resolved in the instrument's zone.
 */
#include <ctype.h>
#include <string.h>

#include "core/due.h"

struct due_reading {
	const struct instrument *instrument;
	const char *text;
	struct origin origin;
	const char *key;
	enum due_side side;
	struct faults *faults;
	struct due *out;
};

/* Dates of an instrument that others can be counted from. */
static const struct anchor {
	const char *word;
	size_t offset;
} anchors[] = {
	{"in_force", offsetof(struct instrument, in_force)},
	{"signed", offsetof(struct instrument, signed_on)},
};
static const char *const anchor_words[] = {"in_force", "signed", NULL};

#define ANCHORS (sizeof anchors / sizeof anchors[0])

struct due due_of_date(struct date date, enum due_side side,
	const struct zone *zone)
{
	return (struct due){
		.at = side == DUE_START ? zone_day_start(zone, date) :
			zone_day_end(zone, date),
		.date = date,
	};
}

static void due_warn_fit(struct due_reading *reading, enum zone_fit fit)
{
	static const char *const ids[] = {
		[ZONE_GAP] = "time-gap", [ZONE_FOLD] = "time-fold",
	};
	static const char *const texts[] = {
		[ZONE_GAP] = "does not exist there, clocks were set forward",
		[ZONE_FOLD] = "exists twice there, the first is taken",
	};

	if (fit == ZONE_UNIQUE)
		return;
	faults_warning(reading->faults, reading->origin, ids[fit],
		"%s: %s in %s %s", reading->key, reading->text,
		zone_name(reading->instrument->zone), texts[fit]);
}

static bool due_take_date(struct due_reading *reading, struct date date)
{
	const struct zone *zone = reading->instrument->zone;

	*reading->out = due_of_date(date, reading->side, zone);
	/* Zones that crossed the date line have skipped whole days. */
	if (date_compare(zone_date(zone, reading->out->at), date) != 0)
		due_warn_fit(reading, ZONE_GAP);
	return true;
}

static bool due_take_moment(struct due_reading *reading,
	const struct moment *moment)
{
	enum zone_fit fit = ZONE_UNIQUE;

	if (moment->kind == MOMENT_DATE)
		return due_take_date(reading, moment->local.date);
	reading->out->date = (struct date){0};
	if (moment->kind == MOMENT_INSTANT)
		reading->out->at = moment->at;
	else
		reading->out->at = zone_instant(reading->instrument->zone,
			moment->local, &fit);
	due_warn_fit(reading, fit);
	return true;
}

/* ---- counted from a date of the instrument ------------------------------- */

static const struct anchor *anchor_find(const char *word, size_t length)
{
	for (size_t i = 0; i < ANCHORS; i++)
		if (strlen(anchors[i].word) == length &&
		    memcmp(anchors[i].word, word, length) == 0)
			return &anchors[i];
	return NULL;
}

static bool due_refuse_word(struct due_reading *reading, size_t length)
{
	const char *text = reading->text;
	char word[REGISTER_ID_MAX + 1] = "";
	const char *near;

	if (length <= REGISTER_ID_MAX)
		memcpy(word, text, length);
	near = string_nearest(word, anchor_words);
	if (near != NULL)
		faults_error(reading->faults, reading->origin,
			"%s: unknown word '%s', did you mean '%s'?",
			reading->key, word, near);
	else
		faults_error(reading->faults, reading->origin,
			"%s: '%s' is neither a date nor counted from in_force "
			"or signed", reading->key, text);
	return false;
}

/* date ± duration, in whole days of the calendar. */
static bool due_add(struct due_reading *reading, struct date *date,
	struct duration duration, const char *written)
{
	struct date sum = *date;

	switch (duration.unit) {
	case DURATION_DAY:
		sum = date_add_days(*date, (int32_t)duration.count);
		break;
	case DURATION_MONTH:
		sum = date_add_months(*date, (int32_t)duration.count);
		break;
	case DURATION_WORKDAY:
		faults_error(reading->faults, reading->origin,
			"%s: %s: working days need a calendar, and there are "
			"none yet: give days (d) or the date itself",
			reading->key, written);
		return false;
	case DURATION_SECOND:
		faults_error(reading->faults, reading->origin,
			"%s: %s: what is counted from a date is counted in "
			"days (d), weeks (w), months (mo) or years (y)",
			reading->key, written);
		return false;
	}
	if (!date_is_valid(sum.year, sum.month, sum.day)) {
		faults_error(reading->faults, reading->origin,
			"%s: '%s' is past the year 9999", reading->key,
			reading->text);
		return false;
	}
	*date = sum;
	return true;
}

/* rest: what follows the anchor, "" or "+ 90d". */
static bool due_take_relative(struct due_reading *reading, struct date date,
	const char *rest)
{
	struct duration duration;
	const char *written;
	size_t length;

	if (*rest == '\0')
		return due_take_date(reading, date);
	written = string_skip_space(rest + 1);
	length = strlen(written);
	while (length > 0 && isspace((unsigned char)written[length - 1]))
		length--;
	if ((*rest != '+' && *rest != '-') ||
	    !duration_parse(written, length, &duration)) {
		faults_error(reading->faults, reading->origin,
			"%s: '%s': after the date comes + and a duration, "
			"such as 90d or 6mo", reading->key,
			reading->text);
		return false;
	}
	if (*rest == '-')
		duration.count = -duration.count;
	return due_add(reading, &date, duration, written) &&
		due_take_date(reading, date);
}

static bool due_read_relative(struct due_reading *reading, const char *text)
{
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
	const struct anchor *anchor = anchor_find(text, length);
	struct date date;

	if (anchor == NULL)
		return due_refuse_word(reading, length);
	memcpy(&date, (const char *)reading->instrument + anchor->offset,
		sizeof date);
	if (date_is_none(date)) {
		faults_error(reading->faults, reading->origin,
			"%s: '%s': the instrument %s has no %s date",
			reading->key, text, reading->instrument->id,
			anchor->word);
		return false;
	}
	return due_take_relative(reading, date, string_skip_space(text + length));
}

bool due_read(const struct instrument *instrument, const char *text,
	struct origin origin, const char *key, enum due_side side,
	struct due *out, struct faults *faults)
{
	struct due_reading reading = {instrument, text, origin, key, side,
		faults, out};
	struct moment moment;
	struct period period;

	if (isalpha((unsigned char)text[0]))
		return due_read_relative(&reading, text);
	if (moment_parse(text, strlen(text), &moment))
		return due_take_moment(&reading, &moment);
	if (period_read(text, &period))
		return due_take_date(&reading, side == DUE_START ?
			period_first_day(period) : period_last_day(period));
	faults_error(faults, origin, "%s: '%s' is not a time: write "
		"2020-12-31, 2019-03-01T00:01, 2020-Q4, 2020-12, 2020 or "
		"in_force + 90d", key, text);
	return false;
}
