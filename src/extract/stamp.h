/*
 * stamp: the times of feeds, as they are really written.
 *
 *	RFC 822, 2822:	"Wed, 23 Jul 2025 23:39:21 GMT", also without weekday
 *			or seconds, with a year of two digits, "+0900", "+09:00",
 *			"EST", with the words of English months in full
 *	RFC 3339:	"2025-07-14T08:44:52Z", also with a space for the T and
 *			before the zone, and with "GMT" or "+0900" for it
 *	a date:		"2025-07-14", "23 Jul 2025"
 */
#ifndef PLEDGED_EXTRACT_STAMP_H
#define PLEDGED_EXTRACT_STAMP_H

#include "base/moment.h"

struct stamp {
	bool has_time;		/* else: a day */
	struct date date;
	instant at;		/* of has_time */
};

/* false: it is none of them, or no date of the calendar. A time that does not
   say of which zone it is gives its day, since the instant is not known. */
bool stamp_read(const char *text, struct stamp *out);

#endif
