/* ical: see ical.h. */
#include "pledged/ical.h"

#include <stdio.h>
#include <string.h>

#define LINE_MAX_BYTES ((size_t)75)

/* All but the tab. */
static const char controls[] = "\x01\x02\x03\x04\x05\x06\x07\x08\n\x0b\x0c\r"
	"\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d"
	"\x1e\x1f\x7f";

/* Many calendars are of many thousand lines: what stays is copied in runs. */
static void add_folded(struct text *out, const char *at, const char *end)
{
	const char *run = at;
	size_t used = 0;

	while (at < end) {
		const char *next = at;

		utf8_next(&next, end);
		if (used + (size_t)(next - at) > LINE_MAX_BYTES) {
			text_add(out, run, (size_t)(at - run));
			text_add_string(out, "\r\n ");
			run = at;
			used = 1;
		}
		used += (size_t)(next - at);
		at = next;
	}
	text_add(out, run, (size_t)(end - run));
}

void ical_add(struct text *out, const char *name, const char *value)
{
	struct text line;

	text_init(&line, 0);
	text_add_string(&line, name);
	text_add_char(&line, ':');
	while (*value != '\0') {
		size_t length = strcspn(value, controls);

		text_add(&line, value, length);
		value += length + (value[length] != '\0');
	}
	add_folded(out, line.data, line.data + line.length);
	text_add_string(out, "\r\n");
	text_release(&line);
}

#define REPLACEMENT "\xef\xbf\xbd"

/* What stands for a character; NULL: it does. Of ASCII, ical_add leaves out what
   controls. */
static const char *text_escape(uint32_t code)
{
	switch (code) {
	case '\n': return "\\n";
	case '\\': return "\\\\";
	case ';': return "\\;";
	case ',': return "\\,";
	case 0xfffd: return REPLACEMENT;	/* or what is no UTF-8 */
	default: return code > 0x7f && utf8_is_control(code) ? REPLACEMENT :
		NULL;
	}
}

void ical_add_escaped(struct text *out, const char *value)
{
	const char *end = value + strlen(value), *run = value;

	while (value < end) {
		const char *at = value;
		const char *escape = text_escape(utf8_next(&value, end));

		if (escape == NULL)
			continue;
		text_add(out, run, (size_t)(at - run));
		text_add_string(out, escape);
		run = value;
	}
	text_add(out, run, (size_t)(end - run));
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
