/* ical: see ical.h. */
#include "pledged/ical.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_BYTES ((size_t)75)

/* The bytes of the character at a place; what is no UTF-8 is one each. */
static size_t character_length(const char *at)
{
	const char *next = at;

	utf8_next(&next, at + strlen(at));
	return (size_t)(next - at);
}

void ical_add(struct text *out, const char *name, const char *value)
{
	struct text line;
	size_t used = 0;

	text_init(&line, 0);
	text_addf(&line, "%s:%s", name, value);
	for (const char *at = text_string(&line); *at != '\0'; ) {
		size_t length = character_length(at);

		if (length == 1 && *at != '\t' && iscntrl((unsigned char)*at)) {
			at++;
			continue;
		}
		if (used + length > LINE_MAX_BYTES) {
			text_add_string(out, "\r\n ");
			used = 1;
		}
		text_add(out, at, length);
		used += length;
		at += length;
	}
	text_add_string(out, "\r\n");
	text_release(&line);
}

void ical_add_escaped(struct text *out, const char *value)
{
	const char *end = value + strlen(value);

	while (value < end) {
		uint32_t code = utf8_next(&value, end);

		if (code == '\n')
			text_add_string(out, "\\n");
		else if (code == '\\' || code == ';' || code == ',')
			text_addf(out, "\\%c", (char)code);
		else if (code == '\t' || (code >= 0x20 && code != 0x7f))
			utf8_add(out, code);
	}
}

void ical_add_text(struct text *out, const char *name, const char *value)
{
	struct text escaped;

	if (value == NULL || *value == '\0')
		return;
	text_init(&escaped, 0);
	ical_add_escaped(&escaped, value);
	ical_add(out, name, text_string(&escaped));
	text_release(&escaped);
}

void ical_add_number(struct text *out, const char *name, int64_t value)
{
	char number[24];

	snprintf(number, sizeof number, "%lld", (long long)value);
	ical_add(out, name, number);
}

void ical_add_instant(struct text *out, const char *name, instant at)
{
	struct clock_time time = zone_local(zone_utc(), at);
	char value[40];

	snprintf(value, sizeof value, "%04d%02d%02dT%02d%02d%02dZ",
		time.date.year, time.date.month, time.date.day, time.hour,
		time.minute, time.second);
	ical_add(out, name, value);
}

void ical_add_date(struct text *out, const char *name, struct date date)
{
	char dated[64], value[24];

	snprintf(dated, sizeof dated, "%s;VALUE=DATE", name);
	snprintf(value, sizeof value, "%04d%02d%02d", date.year, date.month,
		date.day);
	ical_add(out, dated, value);
}
