/*
 * calendar_ics: see calendar_ics.h.
 *
 *	bytes ─unfold→ NAME;PARAMETER=VALUE:VALUE ─→ event ─END:VEVENT→ days
 */
#include <ctype.h>
#include <libical/ical.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "core/calendar_ics.h"

#define NAME_MAX_SHOWN 40

struct ics_event {
	int line;		/* of BEGIN:VEVENT; 0: none is open */
	size_t errors;		/* that there were before it */
	struct date start;	/* none: not given */
	struct date end;	/* none: not given */
	int days;		/* by DURATION; 0: not given */
	bool timed;		/* DTSTART has a time of day */
	bool cancelled;
	char *rule;
	int rule_line;
	struct calendar_days more, but;	/* RDATE, EXDATE */
};

/* A content line: its parts point into the reader's line. */
struct ics_line {
	char *name;
	char *value;
};

struct ics {
	struct calendar *calendar;
	struct calendar_days *days;
	struct origin origin;	/* of the content line at hand */
	struct faults *faults;
	const char *at, *end;	/* what was not read yet */
	int next_line;
	struct text line;
	bool opened, closed;	/* BEGIN and END:VCALENDAR were seen */
	size_t inner;		/* components open within what counts */
	struct ics_event event;
	size_t rules;		/* in the file so far */
	size_t events;		/* likewise, of whole days */
	bool full;		/* of days */
};

static bool ics_fault(struct ics *ics, const char *name, const char *text)
{
	faults_error(ics->faults, ics->origin, "%.*s: %s", NAME_MAX_SHOWN, name,
		text);
	return false;
}

/* ---- lines ---------------------------------------------------------------- */

/* A line as it stands in the file, without its end. */
static const char *ics_physical(struct ics *ics, size_t *length)
{
	const char *start = ics->at;
	const char *stop = memchr(start, '\n', (size_t)(ics->end - start));

	ics->next_line++;
	ics->at = stop != NULL ? stop + 1 : ics->end;
	if (stop == NULL)
		stop = ics->end;
	if (stop > start && stop[-1] == '\r')
		stop--;
	*length = (size_t)(stop - start);
	return start;
}

/* Puts the next content line together: what begins with white space goes on
   with the one before (RFC 5545, 3.1). false: there is none. */
static bool ics_unfold(struct ics *ics)
{
	const char *piece;
	size_t length;

	text_clear(&ics->line);
	ics->line.cut = false;
	if (ics->at == ics->end)
		return false;
	piece = ics_physical(ics, &length);
	ics->origin.line = ics->next_line;
	text_add(&ics->line, piece, length);
	while (ics->at != ics->end && (*ics->at == ' ' || *ics->at == '\t')) {
		piece = ics_physical(ics, &length);
		text_add(&ics->line, piece + 1, length - 1);
	}
	return true;
}

/* NAME;PARAMETERS:VALUE in its parts; parameters say nothing that the form of
   a date does not say. A colon within quotes belongs to a parameter. */
static bool ics_split(struct ics *ics, struct ics_line *out)
{
	char *at = ics->line.data;
	bool quoted = false;

	out->name = at;
	at += strcspn(at, ";:");
	for (; *at != '\0' && (quoted || *at != ':'); at++) {
		if (*at == '"')
			quoted = !quoted;
		else if (*at == ';' && !quoted)
			*at = '\0';
	}
	if (*at == '\0' || out->name[0] == '\0')
		return ics_fault(ics, "iCalendar", "this line is not of the "
			"form NAME:VALUE");
	*at = '\0';
	out->value = at + 1;
	return true;
}

/* ---- dates ---------------------------------------------------------------- */

/* "20200124", all of it; false: not the form, or no such date. */
static bool ics_date(const char *text, size_t length, struct date *out)
{
	char read[11];

	if (length != 8)
		return false;
	memcpy(read, text, 4);
	memcpy(read + 5, text + 4, 2);
	memcpy(read + 8, text + 6, 2);
	read[4] = read[7] = '-';
	read[10] = '\0';
	return date_parse(read, out);
}

/* Whether it begins as a date with a time of day does: "20200124T". */
static bool ics_is_timed(const char *text)
{
	struct date date;

	return strlen(text) > 8 && text[8] == 'T' && ics_date(text, 8, &date);
}

static bool ics_take_date(struct ics *ics, const struct ics_line *line,
	struct date *out)
{
	if (ics_date(line->value, strlen(line->value), out))
		return true;
	if (ics_is_timed(line->value)) {
		ics->event.timed = true;
		return true;
	}
	return ics_fault(ics, line->name, "is no date such as 20201231");
}

/* "P3D" or "P1W". */
static bool ics_take_duration(struct ics *ics, const struct ics_line *line)
{
	const char *value = line->value + (line->value[0] == '+');
	char *unit;
	long count;

	if (value[0] != 'P' || !isdigit((unsigned char)value[1]))
		return ics_fault(ics, line->name, "is no duration in days, "
			"such as P3D");
	count = strtol(value + 1, &unit, 10);
	if ((!string_is(unit, "D") && !string_is(unit, "W")) || count < 1 ||
	    count > CALENDAR_ICS_EVENT_MAX)
		return ics_fault(ics, line->name, "is no duration in days, "
			"such as P3D, of at most a year");
	ics->event.days = (int)(*unit == 'W' ? 7 * count : count);
	return true;
}

/* "20200124,20200125" */
static bool ics_take_dates(struct ics *ics, const struct ics_line *line,
	struct calendar_days *out)
{
	const char *at = line->value;

	for (;;) {
		size_t length = strcspn(at, ",");
		struct date date;

		if (!ics_date(at, length, &date))
			return ics_fault(ics, line->name, "is no list of "
				"dates such as 20201231");
		if (!calendar_days_add(out, date, date))
			return ics_fault(ics, line->name, "too many dates of "
				"one event, at most 20000 are possible");
		if (at[length] == '\0')
			return true;
		at += length + 1;
	}
}

/* ---- properties ----------------------------------------------------------- */

static bool ics_take_start(struct ics *ics, const struct ics_line *line)
{
	return ics_take_date(ics, line, &ics->event.start);
}

static bool ics_take_end(struct ics *ics, const struct ics_line *line)
{
	return ics_take_date(ics, line, &ics->event.end);
}

static bool ics_take_more(struct ics *ics, const struct ics_line *line)
{
	return ics_take_dates(ics, line, &ics->event.more);
}

static bool ics_take_but(struct ics *ics, const struct ics_line *line)
{
	return ics_take_dates(ics, line, &ics->event.but);
}

static bool ics_take_status(struct ics *ics, const struct ics_line *line)
{
	ics->event.cancelled = strcasecmp(line->value, "CANCELLED") == 0;
	return true;
}

static bool ics_take_rule(struct ics *ics, const struct ics_line *line)
{
	if (ics->event.rule != NULL)
		return ics_fault(ics, line->name,
			"an event has one rule at most");
	if (++ics->rules > CALENDAR_ICS_RULES_MAX)
		return ics_fault(ics, line->name, "one rule too many: a file "
			"has at most 200");
	ics->event.rule = mem_string(line->value);
	ics->event.rule_line = ics->origin.line;
	return true;
}

static bool ics_refuse(struct ics *ics, const struct ics_line *line)
{
	return ics_fault(ics, line->name, "is not understood here: write the "
		"days of this event one by one");
}

static const struct {
	const char *name;
	bool (*take)(struct ics *ics, const struct ics_line *line);
} properties[] = {
	{"DTEND", ics_take_end},
	{"DTSTART", ics_take_start},
	{"DURATION", ics_take_duration},
	{"EXDATE", ics_take_but},
	{"EXRULE", ics_refuse},
	{"RDATE", ics_take_more},
	{"RECURRENCE-ID", ics_refuse},
	{"RRULE", ics_take_rule},
	{"STATUS", ics_take_status},
};

static void ics_property(struct ics *ics, const struct ics_line *line)
{
	for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++)
		if (strcasecmp(properties[i].name, line->name) == 0)
			properties[i].take(ics, line);
}

/* ---- an event's days ------------------------------------------------------ */

/* length: days. Those of a rule without an end are not what the table knows. */
static bool ics_add(struct ics *ics, struct date first, int length,
	bool known)
{
	struct date last = date_add_days(first, length - 1);

	if (calendar_days_have(&ics->event.but, first))
		return true;
	if (!calendar_days_add(ics->days, first, last)) {
		if (!ics->full)
			faults_error(ics->faults, ics->origin, "one day too "
				"many: a calendar has at most %d",
				CALENDAR_DAYS_MAX);
		ics->full = true;
		return false;
	}
	if (known) {
		calendar_know(ics->calendar, first.year);
		calendar_know(ics->calendar, last.year);
	}
	return true;
}

static struct icaltimetype ical_of_date(struct date date)
{
	return (struct icaltimetype){.year = date.year, .month = date.month,
		.day = date.day, .is_date = 1};
}

/* A part of a rule by its name: "UNTIL" of "FREQ=YEARLY;UNTIL=20301231". */
static const char *rule_part(const char *rule, const char *name)
{
	size_t length = strlen(name);

	while (rule != NULL) {
		if (strncasecmp(rule, name, length) == 0 && rule[length] == '=')
			return rule + length + 1;
		rule = strchr(rule, ';');
		rule = rule != NULL ? rule + 1 : NULL;
	}
	return NULL;
}

/* What libical would follow for ever, or read as another date than it says. */
static const char *rule_fault(const char *rule)
{
	static const char *const refused[] = {"BYHOUR", "BYMINUTE", "BYSECOND",
		"RSCALE"};
	static const char *const paces[] = {"DAILY", "WEEKLY", "MONTHLY",
		"YEARLY"};
	const char *pace = rule_part(rule, "FREQ");
	const char *until = rule_part(rule, "UNTIL");
	struct date date;
	bool known = false;

	for (size_t i = 0; i < sizeof paces / sizeof paces[0]; i++)
		known |= pace != NULL && strncasecmp(pace, paces[i],
			strlen(paces[i])) == 0;
	if (!known)
		return "FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY";
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		if (rule_part(rule, refused[i]) != NULL)
			return "a rule of days has no BYHOUR, BYMINUTE, "
				"BYSECOND or RSCALE";
	if (until != NULL && (strcspn(until, ";T") != 8 ||
	    !ics_date(until, 8, &date)))
		return "UNTIL is no date such as 20301231";
	return NULL;
}

/* A rule as libical reads it, with an end. false: it is none. */
static bool rule_read(const char *rule, struct icalrecurrencetype *out,
	bool *endless)
{
	const struct date horizon = {CALENDAR_ICS_YEAR_MAX, 12, 31};

	*out = icalrecurrencetype_from_string(rule);
	if (out->freq == ICAL_NO_RECURRENCE)
		return false;
	*endless = out->count == 0 && icaltime_is_null_time(out->until);
	if (out->count == 0 && (*endless ||
	    out->until.year > CALENDAR_ICS_YEAR_MAX))
		out->until = ical_of_date(horizon);
	return true;
}

/* The dates of a rule, at most as many as a calendar may have. Returns how
   many there were. */
static size_t rule_follow(struct ics *ics, struct icalrecurrencetype rule,
	int length, bool known)
{
	icalrecur_iterator *iterator = icalrecur_iterator_new(rule,
		ical_of_date(ics->event.start));
	size_t count = 0;

	while (iterator != NULL && count < CALENDAR_DAYS_MAX) {
		struct icaltimetype next = icalrecur_iterator_next(iterator);
		struct date date = {(int16_t)next.year, (uint8_t)next.month,
			(uint8_t)next.day};

		if (icaltime_is_null_time(next) ||
		    next.year > CALENDAR_ICS_YEAR_MAX ||
		    !date_is_valid(next.year, next.month, next.day) ||
		    !ics_add(ics, date, length, known))
			break;
		count++;
	}
	if (iterator != NULL)
		icalrecur_iterator_free(iterator);
	return count;
}

static void event_follow(struct ics *ics, int length)
{
	const char *text = ics->event.rule, *wrong = rule_fault(text);
	struct icalrecurrencetype rule;
	bool endless;

	ics->origin.line = ics->event.rule_line;
	if (wrong != NULL) {
		ics_fault(ics, "RRULE", wrong);
		return;
	}
	if (!rule_read(text, &rule, &endless)) {
		ics_fault(ics, "RRULE", "is no rule of RFC 5545");
		return;
	}
	if (rule_follow(ics, rule, length, !endless) == 0 && !ics->full)
		faults_warning(ics->faults, ics->origin, "date-never",
			"RRULE: no day ever comes of this rule");
}

/* How many days it lasts; 0 with a fault. */
static int event_length(struct ics *ics)
{
	const struct ics_event *event = &ics->event;
	int32_t length = event->days;

	if (!date_is_none(event->end))
		length = date_to_days(event->end) - date_to_days(event->start);
	else if (length == 0)
		length = 1;
	/* Some programs give the same day twice. */
	if (length == 0)
		length = 1;
	if (length > 0 && length <= CALENDAR_ICS_EVENT_MAX)
		return (int)length;
	ics_fault(ics, "DTEND", length < 0 ? "is before DTSTART" :
		"is more than a year after DTSTART");
	return 0;
}

static void event_take(struct ics *ics)
{
	struct ics_event *event = &ics->event;
	int length;

	if (event->cancelled || ics->faults->errors != event->errors)
		return;
	if (event->timed) {
		faults_warning(ics->faults, ics->origin, "holiday-timed",
			"DTSTART: an event with a time of day is no day off, "
			"it is passed over");
		return;
	}
	if (date_is_none(event->start)) {
		ics_fault(ics, "DTSTART", "is missing from this event");
		return;
	}
	length = event_length(ics);
	if (length == 0)
		return;
	ics->events++;
	calendar_days_settle(&event->but);
	if (event->rule != NULL)
		event_follow(ics, length);
	else
		ics_add(ics, event->start, length, true);
	for (size_t i = 0; i < event->more.count; i++)
		ics_add(ics, date_from_days(event->more.items[i]), length,
			true);
}

static void event_release(struct ics_event *event)
{
	free(event->rule);
	free(event->more.items);
	free(event->but.items);
	*event = (struct ics_event){0};
}

/* ---- components ----------------------------------------------------------- */

/* Whatever stands in a calendar besides events, and in events besides
   properties, is passed over with all it holds. */
static void ics_begin(struct ics *ics, const char *component)
{
	bool event = strcasecmp(component, "VEVENT") == 0;

	if (ics->inner == 0 && event && ics->event.line == 0) {
		ics->event.line = ics->origin.line;
		ics->event.errors = ics->faults->errors;
	} else {
		ics->inner++;
	}
}

static void ics_end(struct ics *ics, const char *component)
{
	if (ics->inner > 0) {
		ics->inner--;
	} else if (ics->event.line != 0) {
		ics->origin.line = ics->event.line;
		event_take(ics);
		event_release(&ics->event);
	} else {
		ics->closed = strcasecmp(component, "VCALENDAR") == 0;
	}
}

static void ics_content(struct ics *ics, const struct ics_line *line)
{
	bool begin = strcasecmp(line->name, "BEGIN") == 0;

	if (begin && !ics->opened)
		ics->opened = strcasecmp(line->value, "VCALENDAR") == 0;
	else if (begin)
		ics_begin(ics, line->value);
	else if (strcasecmp(line->name, "END") == 0)
		ics_end(ics, line->value);
	else if (ics->event.line != 0 && ics->inner == 0)
		ics_property(ics, line);
}

/* One content line. false: there are no more, or it makes no sense to go on. */
static bool ics_step(struct ics *ics)
{
	struct ics_line line;

	if (ics->closed || ics->full || !ics_unfold(ics))
		return false;
	if (ics->line.cut)
		return ics_fault(ics, "iCalendar", "this line is longer than "
			"64 KiB");
	if (ics->line.length == 0)
		return true;
	if (memchr(ics->line.data, '\0', ics->line.length) != NULL)
		return ics_fault(ics, "iCalendar", "a NUL byte stands here");
	if (!ics_split(ics, &line))
		return false;
	ics_content(ics, &line);
	if (!ics->opened)
		ics_fault(ics, "iCalendar",
			"BEGIN:VCALENDAR is expected first");
	return ics->opened;
}

int calendar_ics_read(struct calendar *calendar, struct calendar_days *days,
	const char *bytes, size_t length, const char *file,
	struct faults *faults)
{
	struct ics ics = {.calendar = calendar, .days = days, .faults = faults,
		.origin = {.file = file}, .at = bytes, .end = bytes + length};
	size_t errors = faults->errors;

	if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		ics.at += 3;
	text_init(&ics.line, CALENDAR_ICS_LINE_MAX);
	while (ics_step(&ics))
		;
	ics.origin.line = ics.next_line;
	if (faults->errors == errors && !ics.closed)
		ics_fault(&ics, "iCalendar",
			"is cut short: END:VCALENDAR is missing");
	else if (faults->errors == errors && ics.events == 0)
		ics_fault(&ics, "iCalendar", "holds no event of whole days");
	event_release(&ics.event);
	text_release(&ics.line);
	return faults->errors == errors ? 0 : -1;
}
