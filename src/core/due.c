/*
 * due: start and due times as written, resolved in the instrument's zone.
 */
#include <ctype.h>
#include <string.h>

#include "core/due.h"
#include "core/register_index.h"

#define TIME_TEXT_MAX 64	/* of a date with what belongs to it */
#define DATE_LENGTH 10		/* 2020-12-31 */

struct due_reading {
	const struct due_frame *frame;
	const char *text;
	struct origin origin;
	const char *key;
	enum due_side side;
	struct faults *faults;
	struct due *out;
	int weekday;		/* that was written before it; -1: none */
};

struct due_frame due_frame_of(const struct register_ *reg,
	const struct milestone *milestone)
{
	const struct pledge *pledge = milestone_pledge(reg, milestone);
	const struct clauses *clauses = milestone->clauses;
	struct due_frame frame = {
		.reg = reg,
		.instrument = milestone_instrument(reg, milestone),
		.pledge = pledge,
		.calendar = pledge->calendar,
		.id = milestone->id,
		.instance = milestone->instance,
	};

	if (clauses != NULL && clauses->has_roll)
		frame.roll = clauses->roll;
	else if (frame.calendar != NULL)
		frame.roll = frame.calendar->roll;
	return frame;
}

static void due_note(const struct due_frame *frame, struct date date)
{
	if (frame->uses != NULL)
		calendar_note_use(frame->uses, date, frame->id);
}

/* ---- dates and times ------------------------------------------------------ */

struct due due_of_date(struct date date, enum due_side side,
	const struct zone *zone)
{
	return (struct due){
		.at = side == DUE_START ? zone_day_start(zone, date) :
			zone_day_end(zone, date),
		.date = date,
		.anchorage = {.milestone = NOT_FOUND},
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
		zone_name(reading->frame->instrument->zone), texts[fit]);
}

/* A due on a day off goes where the rule says. */
static struct date due_roll(const struct due_frame *frame, struct date date,
	enum due_side side)
{
	struct date rolled;

	if (side == DUE_START || frame->calendar == NULL ||
	    frame->roll == ROLL_NONE)
		return date;
	rolled = calendar_roll(frame->calendar, date, frame->roll);
	due_note(frame, date);
	due_note(frame, rolled);
	return rolled;
}

/* Zones that crossed the date line have skipped whole days. */
static void due_check_day(struct due_reading *reading)
{
	struct due *out = reading->out;

	if (date_compare(zone_date(reading->frame->instrument->zone, out->at),
	    out->date) != 0)
		due_warn_fit(reading, ZONE_GAP);
}

static bool due_take_date(struct due_reading *reading, struct date date)
{
	const struct due_frame *frame = reading->frame;

	*reading->out = due_of_date(due_roll(frame, date, reading->side),
		reading->side, frame->instrument->zone);
	due_check_day(reading);
	return true;
}

static void due_check_weekday(struct due_reading *reading, struct date date)
{
	int weekday = date_weekday(date);

	if (reading->weekday >= 0 && reading->weekday != weekday)
		faults_warning(reading->faults, reading->origin, "weekday",
			"%s: '%s': that day is a %s, not a %s", reading->key,
			reading->text, weekday_name(weekday),
			weekday_name(reading->weekday));
}

static bool due_take_moment(struct due_reading *reading,
	const struct moment *moment)
{
	enum zone_fit fit = ZONE_UNIQUE;

	due_check_weekday(reading, moment->local.date);
	if (moment->kind == MOMENT_DATE)
		return due_take_date(reading, moment->local.date);
	*reading->out = (struct due){.anchorage = {.milestone = NOT_FOUND}};
	if (moment->kind == MOMENT_INSTANT)
		reading->out->at = moment->at;
	else
		reading->out->at = zone_instant(
			reading->frame->instrument->zone, moment->local, &fit);
	due_warn_fit(reading, fit);
	return true;
}

/* "2021-02-30" and the like: the month is there and the day is not. */
static bool date_never_comes(const char *text, struct date *last)
{
	char first[DATE_LENGTH + 1] = "";
	int day;

	if (strlen(text) < DATE_LENGTH)
		return false;
	memcpy(first, text, DATE_LENGTH);
	if (first[8] < '0' || first[8] > '3' || first[9] < '0' || first[9] > '9')
		return false;
	day = (first[8] - '0') * 10 + first[9] - '0';
	memcpy(first + 8, "01", 2);
	if (!date_parse(first, last) || day > 31 ||
	    day <= date_month_days(last->year, last->month))
		return false;
	last->day = (uint8_t)date_month_days(last->year, last->month);
	return true;
}

/* Read as if it were the last of the month, with a warning. */
static bool due_read_never(struct due_reading *reading, const char *text)
{
	struct moment moment;
	struct date last;
	struct text read;
	bool good;

	if (strlen(text) > TIME_TEXT_MAX || !date_never_comes(text, &last))
		return false;
	text_init(&read, 0);
	text_add_date(&read, last);
	text_add_string(&read, text + DATE_LENGTH);
	good = moment_parse(text_string(&read), read.length, &moment);
	if (good) {
		faults_warning(reading->faults, reading->origin, "date-never",
			"%s: %s never comes, %.*s is taken", reading->key,
			reading->text, DATE_LENGTH, text_string(&read));
		due_take_moment(reading, &moment);
	}
	text_release(&read);
	return good;
}

/* ---- counted from another date -------------------------------------------- */

/* What something is counted from. */
struct due_base {
	struct date date;
	uint32_t milestone;	/* the day it is fulfilled; NOT_FOUND: the date */
};

/*
 * A word that a time may begin with. find tells what it stands for; *rest is
 * what follows the word, and is moved past whatever belongs to it. false with
 * a fault.
 */
struct anchor {
	const char *word;
	bool (*find)(struct due_reading *reading, const struct anchor *anchor,
		const char **rest, struct due_base *base);
	size_t offset;		/* of a date in struct instrument */
};

static bool anchor_of_instrument(struct due_reading *reading,
	const struct anchor *anchor, const char **rest, struct due_base *base)
{
	const struct instrument *instrument = reading->frame->instrument;

	(void)rest;
	memcpy(&base->date, (const char *)instrument + anchor->offset,
		sizeof base->date);
	if (date_is_none(base->date))
		faults_error(reading->faults, reading->origin,
			"%s: '%s': the instrument %s has no %s date",
			reading->key, reading->text, instrument->id,
			anchor->word);
	return !date_is_none(base->date);
}

static bool anchor_of_start(struct due_reading *reading,
	const struct anchor *anchor, const char **rest, struct due_base *base)
{
	(void)anchor;
	(void)rest;
	base->date = reading->frame->start;
	if (reading->side == DUE_START)
		faults_error(reading->faults, reading->origin,
			"%s: '%s': a start can't be counted from itself",
			reading->key, reading->text);
	else if (date_is_none(base->date))
		faults_error(reading->faults, reading->origin,
			"%s: '%s': the milestone has no start, and the "
			"instrument %s no in_force or signed date",
			reading->key, reading->text,
			reading->frame->instrument->id);
	return reading->side != DUE_START && !date_is_none(base->date);
}

/* period_start, period_end: of an instance of a unit; occurrence: by a rule. */
static bool anchor_of_instance(struct due_reading *reading,
	const struct anchor *anchor, const char **rest, struct due_base *base)
{
	const struct instance *instance = reading->frame->instance;
	bool by_rule = string_is(anchor->word, "occurrence");

	(void)rest;
	if (instance == NULL || by_rule !=
	    (instance->recurrence->unit == FREQUENCY_NONE)) {
		faults_error(reading->faults, reading->origin, "%s: '%s': %s "
			"belongs to a milestone with every = %s", reading->key,
			reading->text, anchor->word, by_rule ? "\"FREQ=…\"" :
			"\"month\" or another unit");
		return false;
	}
	base->date = string_is(anchor->word, "period_start") ?
		period_first_day(instance->period) :
		period_last_day(instance->period);
	return true;
}

static bool anchor_unknown(struct due_reading *reading, const char *id)
{
	const struct register_ *reg = reading->frame->reg;
	const char *near = thing_nearest(reg, THING_MILESTONE, id,
		reading->faults);

	if (register_recurrence(reg, id) != NOT_FOUND)
		faults_error(reading->faults, reading->origin, "%s: '%s': %s is "
			"a series: name one of its instances, such as %s@2020-Q1",
			reading->key, reading->text, id, id);
	else if (near != NULL)
		faults_error(reading->faults, reading->origin, "%s: there is no "
			"milestone '%s', did you mean '%s'?", reading->key, id,
			near);
	else
		faults_error(reading->faults, reading->origin, "%s: there is no "
			"milestone '%s': write pledge/milestone", reading->key,
			id);
	return false;
}

/* The id in ("id"), moving past it; false: there is none, or it is too long. */
static bool anchor_id(const char **rest, char id[REGISTER_ID_MAX + 1])
{
	const char *text = *rest;
	size_t length;

	if (*text != '(')
		return false;
	text = string_skip_space(text + 1);
	length = *text == '"' ? strcspn(text + 1, "\"") : 0;
	if (length == 0 || length > REGISTER_ID_MAX || text[length + 1] != '"')
		return false;
	memcpy(id, text + 1, length);
	id[length] = '\0';
	text = string_skip_space(text + length + 2);
	if (*text != ')')
		return false;
	*rest = string_skip_space(text + 1);
	return true;
}

/* met("law/adopted"): the day another milestone is fulfilled. */
static bool anchor_of_milestone(struct due_reading *reading,
	const struct anchor *anchor, const char **rest, struct due_base *base)
{
	char id[REGISTER_ID_MAX + 1];

	(void)anchor;
	if (reading->side == DUE_START || !anchor_id(rest, id)) {
		faults_error(reading->faults, reading->origin,
			reading->side == DUE_START ? "%s: '%s': a start can't "
			"hang on another milestone, a due date can" :
			"%s: '%s': after met comes the id of a milestone: "
			"met(\"pledge/milestone\") + 60d", reading->key,
			reading->text);
		return false;
	}
	base->milestone = register_milestone(reading->frame->reg, id);
	return base->milestone != NOT_FOUND || anchor_unknown(reading, id);
}

static const struct anchor anchors[] = {
	{"in_force", anchor_of_instrument,
		offsetof(struct instrument, in_force)},
	{"signed", anchor_of_instrument,
		offsetof(struct instrument, signed_on)},
	{"start", anchor_of_start, 0},
	{"period_start", anchor_of_instance, 0},
	{"period_end", anchor_of_instance, 0},
	{"occurrence", anchor_of_instance, 0},
	{"met", anchor_of_milestone, 0},
};

#define ANCHORS (sizeof anchors / sizeof anchors[0])

static const struct anchor *anchor_find(const char *word, size_t length)
{
	for (size_t i = 0; i < ANCHORS; i++)
		if (strlen(anchors[i].word) == length &&
		    memcmp(anchors[i].word, word, length) == 0)
			return &anchors[i];
	return NULL;
}

static bool due_refuse_word(struct due_reading *reading, const char *text,
	size_t length)
{
	const char *words[ANCHORS + 1] = {NULL}, *near;
	char word[REGISTER_ID_MAX + 1] = "";

	for (size_t i = 0; i < ANCHORS; i++)
		words[i] = anchors[i].word;
	if (length <= REGISTER_ID_MAX)
		memcpy(word, text, length);
	near = string_nearest(word, words);
	if (near != NULL)
		faults_error(reading->faults, reading->origin,
			"%s: unknown word '%s', did you mean '%s'?",
			reading->key, word, near);
	else
		faults_error(reading->faults, reading->origin,
			"%s: '%s' is neither a date nor counted from in_force, "
			"signed or start", reading->key, reading->text);
	return false;
}

/* ---- durations ------------------------------------------------------------ */

/* Why a date could not be shifted. */
static int shift_fault(const struct due_frame *frame,
	struct duration duration, struct error *error)
{
	struct text text;

	if (duration.unit == DURATION_SECOND)
		return error_set(error, ERROR_INPUT, "what is counted from a "
			"date is counted in days (d), weeks (w), working days "
			"(wd), months (mo) or years (y)");
	if (duration.unit == DURATION_WORKDAY && frame->calendar == NULL)
		return error_set(error, ERROR_INPUT, "working days need a "
			"calendar: give the instrument %s or the pledge %s one",
			frame->instrument->id, frame->pledge->id);
	if (duration.unit == DURATION_WORKDAY)
		return error_set(error, ERROR_LIMIT, "at most %d working days "
			"are counted, in the years 1 to 9999",
			CALENDAR_COUNT_MAX);
	text_init(&text, 0);
	text_add_duration(&text, duration);
	error_set(error, ERROR_LIMIT, "%s leads out of the years 1 to 9999",
		text_string(&text));
	text_release(&text);
	return -1;
}

/* date ± duration, in whole days of the calendar. */
static bool due_count(const struct due_frame *frame, struct date date,
	struct duration duration, struct date *out, struct error *error)
{
	if (!calendar_shift_date(frame->calendar, date, duration, out))
		return shift_fault(frame, duration, error) == 0;
	if (duration.unit == DURATION_WORKDAY) {
		due_note(frame, date);
		due_note(frame, *out);
	}
	return true;
}

bool due_after(const struct due_frame *frame, struct date date,
	struct duration duration, enum due_side side, struct due *out,
	struct error *error)
{
	if (!due_count(frame, date, duration, &date, error))
		return false;
	*out = due_of_date(due_roll(frame, date, side), side,
		frame->instrument->zone);
	return true;
}

bool due_shift(const struct due_frame *frame, instant at,
	struct duration span, struct origin origin, const char *key,
	instant *out, struct faults *faults)
{
	const struct zone *zone = frame->instrument->zone;
	struct error error;

	if (!calendar_shift(frame->calendar, zone, at, span, out)) {
		shift_fault(frame, span, &error);
		faults_error(faults, origin, "%s: %s", key, error.text);
		return false;
	}
	if (span.unit == DURATION_WORKDAY && at != INSTANT_MAX) {
		due_note(frame, zone_date(zone, at));
		due_note(frame, zone_date(zone, *out));
	}
	return true;
}

/* "+ 90d", "- 1mo" or nothing, which is no days. */
static bool due_read_duration(struct due_reading *reading, const char *rest,
	struct duration *duration)
{
	const char *written;
	size_t length;

	*duration = (struct duration){0, DURATION_DAY};
	if (*rest == '\0')
		return true;
	written = string_skip_space(rest + 1);
	length = strlen(written);
	while (length > 0 && isspace((unsigned char)written[length - 1]))
		length--;
	if ((*rest != '+' && *rest != '-') ||
	    !duration_parse(written, length, duration)) {
		faults_error(reading->faults, reading->origin,
			"%s: '%s': after the date comes + and a duration, "
			"such as 90d or 6mo", reading->key,
			reading->text);
		return false;
	}
	if (*rest == '-')
		duration->count = -duration->count;
	return true;
}

/* word: the anchor's, length bytes, and what follows it. */
static bool due_read_relative(struct due_reading *reading, const char *word,
	size_t length)
{
	const struct anchor *anchor = anchor_find(word, length);
	const char *rest = string_skip_space(word + length);
	struct due_base base = {.milestone = NOT_FOUND};
	const struct date some_day = {2020, 1, 1};
	struct due_frame frame = *reading->frame;
	bool hangs;
	struct duration duration;
	struct error error;

	if (anchor == NULL)
		return due_refuse_word(reading, word, length);
	if (!anchor->find(reading, anchor, &rest, &base) ||
	    !due_read_duration(reading, rest, &duration))
		return false;
	hangs = base.milestone != NOT_FOUND;
	if (hangs)
		frame.uses = NULL;
	if (!due_after(&frame, hangs ? some_day : base.date, duration,
	    reading->side, reading->out, &error)) {
		faults_error(reading->faults, reading->origin, "%s: '%s': %s",
			reading->key, reading->text, error.text);
		return false;
	}
	if (hangs)
		*reading->out = (struct due){.at = INSTANT_MAX,
			.anchorage = {base.milestone, duration}};
	else
		due_check_day(reading);
	return true;
}

/* ---- once the day is known -------------------------------------------------- */

bool due_resolve(const struct register_ *reg, const struct milestone *milestone,
	struct date day, struct milestone *out)
{
	const struct due_frame frame = due_frame_of(reg, milestone);
	const struct zone *zone = frame.instrument->zone;
	struct error error;
	struct due due, start = due_of_date(day, DUE_START, zone);

	*out = *milestone;
	if (!due_after(&frame, day, milestone->anchorage->span, DUE_END, &due,
	    &error))
		return false;
	out->due = due.at;
	out->due_date = due.date;
	if (milestone->start_said.text == NULL) {
		out->start = earlier(start.at, due.at);
		out->start_date = start.date;
	}
	return calendar_shift(frame.calendar, zone, out->due, out->grace,
			&out->grace_end) &&
		calendar_shift(frame.calendar, zone, out->grace_end, out->lag,
			&out->lag_end);
}

/* ---- all of them ---------------------------------------------------------- */

/* Past a weekday at the beginning, which is kept. */
static const char *due_skip_weekday(struct due_reading *reading,
	const char *text, size_t length)
{
	reading->weekday = weekday_parse(text, length);
	if (reading->weekday < 0)
		return text;
	return string_skip_space(text + length + (text[length] == ','));
}

static bool due_read_time(struct due_reading *reading, const char *text)
{
	struct moment moment;
	struct period period;

	if (moment_parse(text, strlen(text), &moment))
		return due_take_moment(reading, &moment);
	if (reading->weekday < 0 && period_read(text, &period))
		return due_take_date(reading, reading->side == DUE_START ?
			period_first_day(period) : period_last_day(period));
	if (due_read_never(reading, text))
		return true;
	faults_error(reading->faults, reading->origin, "%s: '%s' is not a "
		"time: write 2020-12-31, 2019-03-01T00:01, 2020-Q4, 2020-12, "
		"2020 or in_force + 90d", reading->key, reading->text);
	return false;
}

bool due_read(const struct due_frame *frame, const char *text,
	struct origin origin, const char *key, enum due_side side,
	struct due *out, struct faults *faults)
{
	struct due_reading reading = {frame, text, origin, key, side, faults,
		out, -1};
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
	const char *rest = due_skip_weekday(&reading, text, length);

	return length == 0 || rest != text ? due_read_time(&reading, rest) :
		due_read_relative(&reading, text, length);
}
