/*
 * calendar_ics: days from an iCalendar file (RFC 5545), as public holidays
 * are published.
 *
 * Of each VEVENT its days are taken: from DTSTART up to but without DTEND (or for its
 * DURATION; else one day), on each date of its RRULE and RDATE and on none of its EXDATE.
 * What is CANCELLED is left out. An event with a time of day is no day off: it is
 * passed over with a warning (holiday-timed). A rule is of a day or longer, and is followed to
 * the end of CALENDAR_ICS_YEAR_MAX.
 *
 * Text is read here and its dates are checked here; libical only follows rules.
 */
#ifndef PLEDGED_CORE_CALENDAR_ICS_H
#define PLEDGED_CORE_CALENDAR_ICS_H

#include "core/calendar.h"

#define CALENDAR_ICS_MAX ((size_t)8 << 20)	/* bytes of a file */
#define CALENDAR_ICS_LINE_MAX ((size_t)64 << 10)
#define CALENDAR_ICS_RULES_MAX 200		/* of one file */
#define CALENDAR_ICS_EVENT_MAX 366		/* days of one event */
#define CALENDAR_ICS_YEAR_MAX 2199

/*
 * Adds the days of a file to those of a calendar, and has it know their years,
 * but for those of rules without an end. -1 with faults that name file and
 * line. The days are not settled.
 */
int calendar_ics_read(struct calendar *calendar, struct calendar_days *days,
	const char *bytes, size_t length, const char *file,
	struct faults *faults);

#endif
