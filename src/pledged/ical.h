/*
 * ical: lines of an iCalendar object (RFC 5545): ended by CRLF, folded at 75
 * bytes between characters. No value can be taken for another line: control
 * characters are left out of all.
 */
#ifndef PLEDGED_PLEDGED_ICAL_H
#define PLEDGED_PLEDGED_ICAL_H

#include "base/moment.h"

/* A property whose value stands as it is. */
void ical_add(struct text *out, const char *name, const char *value);
/* … whose value is a text; NULL or "": it is left out. */
void ical_add_text(struct text *out, const char *name, const char *value);
void ical_add_number(struct text *out, const char *name, int64_t value);
/* 20201231T235959Z */
void ical_add_instant(struct text *out, const char *name, instant at);
/* NAME;VALUE=DATE:20201231 */
void ical_add_date(struct text *out, const char *name, struct date date);
/* A text as a part of a value: within a list its commas are no separators, and
   its line breaks stay. Other control characters are ical_add's to leave out. */
void ical_add_escaped(struct text *out, const char *value);

#endif
