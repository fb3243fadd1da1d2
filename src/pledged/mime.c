/* mime: see mime.h. */
#include "pledged/mime.h"

#include <string.h>

#include "base/digest.h"

#define LINE_COLUMNS 76
#define WORD_BYTES 39	/* 52 base64 characters and the frame: 64 columns */

static bool text_is_plain(const char *value)
{
	for (const char *c = value; *c != '\0'; c++) {
		if (*c < 0x20 || *c > 0x7e)
			return false;
	}
	/* What looks like an encoded word must not be taken for one. */
	return strstr(value, "=?") == NULL;
}

/* Folds at spaces; a word longer than a line stands on its own. */
static void add_folded(struct text *out, size_t column, const char *value)
{
	bool first = true;

	while (*value != '\0') {
		size_t length = strcspn(value, " ");

		if (!first && column + 1 + length > LINE_COLUMNS) {
			text_add_string(out, "\r\n");
			column = 0;
		}
		if (!first) {
			text_add_char(out, ' ');
			column++;
		}
		text_add(out, value, length);
		column += length;
		value += length;
		first = false;
		if (*value == ' ')
			value++;
	}
}

/* The bytes of as many whole code points as fit into one encoded word, with
   control characters made spaces. */
static void take_word(const char **cursor, const char *end, struct text *word)
{
	while (*cursor < end) {
		const char *next = *cursor;
		uint32_t code = utf8_next(&next, end);
		struct text one;

		text_init(&one, 8);
		utf8_add(&one, code < 0x20 || code == 0x7f ? ' ' : code);
		bool fits = word->length + one.length <= WORD_BYTES;

		if (fits) {
			text_add(word, one.data, one.length);
			*cursor = next;
		}
		text_release(&one);
		if (!fits)
			return;
	}
}

static void add_encoded(struct text *out, size_t column, const char *value)
{
	const char *end = value + strlen(value);
	struct text word;

	text_init(&word, WORD_BYTES + 8);
	while (value < end) {
		text_clear(&word);
		take_word(&value, end, &word);
		if (column + 12 + (word.length + 2) / 3 * 4 > LINE_COLUMNS) {
			text_add_string(out, "\r\n ");
			column = 1;
		}
		text_add_string(out, "=?UTF-8?B?");
		text_add_base64(out, word.data, word.length);
		text_add_string(out, "?=");
		column = LINE_COLUMNS;	/* one word a line */
	}
	text_release(&word);
}

void mime_header(struct text *out, const char *name, const char *value)
{
	text_add_string(out, name);
	text_add_string(out, ": ");
	if (text_is_plain(value))
		add_folded(out, strlen(name) + 2, value);
	else
		add_encoded(out, strlen(name) + 2, value);
}

void mime_date(struct text *out, instant at)
{
	static const char *const days[] = {
		"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	static const char *const months[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun",
		"Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct clock_time time = zone_local(zone_utc(), at);

	text_addf(out, "%s, %d %s %04d %02d:%02d:%02d +0000",
		days[date_weekday(time.date)], time.date.day,
		months[time.date.month - 1], time.date.year,
		time.hour, time.minute, time.second);
}

const char *mime_domain(const char *address)
{
	const char *at = strrchr(address, '@');

	return at != NULL && at[1] != '\0' ? at + 1 : "localhost";
}

/* --- flowed text ------------------------------------------------------------ */

/* RFC 3676 4.4: a line that begins like a quotation or a mailbox's separator,
   or with a space, is begun with one more. */
static bool line_is_stuffed(const char *line)
{
	return *line == ' ' || *line == '>' || string_starts(line, "From ");
}

/* Columns of a word and the space behind it, both inside a line. */
static size_t word_columns(const char *word, size_t length)
{
	const char *end = word + length;
	size_t columns = 1;

	while (word < end)
		columns += (size_t)utf8_width(utf8_next(&word, end));
	return columns;
}

void mime_flowed(struct text *out, const char *paragraph)
{
	size_t column = 0;

	while (*paragraph != '\0') {
		size_t length = strcspn(paragraph, " ");
		size_t columns = word_columns(paragraph, length);

		if (length == 0) {	/* no line but a soft one ends in a space */
			paragraph++;
			continue;
		}
		if (column > 0 && column + columns > FLOWED_COLUMNS) {
			text_add_string(out, " \n");
			column = 0;
		} else if (column > 0) {
			text_add_char(out, ' ');
		}
		if (column == 0 && line_is_stuffed(paragraph)) {
			text_add_char(out, ' ');
			column++;
		}
		text_add(out, paragraph, length);
		column += columns;
		paragraph += length;
	}
	text_add_char(out, '\n');
}
