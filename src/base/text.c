/*
 * text: the growing string, string helpers and escapes. UTF-8 is in utf8.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define TEXT_FIRST ((size_t)64)

void text_init(struct text *text, size_t limit)
{
	*text = (struct text){.limit = limit != 0 ? limit : TEXT_LIMIT_DEFAULT};
}

void text_release(struct text *text)
{
	free(text->data);
	*text = (struct text){.limit = text->limit};
}

void text_clear(struct text *text)
{
	text->length = 0;
	text->cut = false;
	if (text->data != NULL)
		text->data[0] = '\0';
}

char *text_take(struct text *text)
{
	char *data = text->data != NULL ? text->data : mem_string("");

	*text = (struct text){.limit = text->limit};
	return data;
}

const char *text_string(const struct text *text)
{
	return text->data != NULL ? text->data : "";
}

/* Room for so many more bytes and a NUL, or false and the text is cut. */
static bool text_reserve(struct text *text, size_t more)
{
	size_t capacity = text->capacity != 0 ? text->capacity : TEXT_FIRST;

	if (text->cut || more > text->limit - text->length) {
		text->cut = true;
		return false;
	}
	if (text->length + more < text->capacity)
		return true;
	while (capacity <= text->length + more)
		capacity *= 2;
	text->data = mem_resize(text->data, capacity, 1);
	text->capacity = capacity;
	return true;
}

void text_add(struct text *text, const void *bytes, size_t length)
{
	if (!text_reserve(text, length))
		return;
	if (length != 0)
		memcpy(text->data + text->length, bytes, length);
	text->length += length;
	text->data[text->length] = '\0';
}

void text_add_string(struct text *text, const char *string)
{
	text_add(text, string, strlen(string));
}

void text_add_char(struct text *text, char c)
{
	text_add(text, &c, 1);
}

void text_addf(struct text *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	text_addv(text, format, arguments);
	va_end(arguments);
}

void text_add_count(struct text *text, size_t count, const char *noun)
{
	text_addf(text, "%zu %s%s", count, noun, count == 1 ? "" : "s");
}

void text_addv(struct text *text, const char *format, va_list arguments)
{
	va_list again;
	int length;

	if (!text_reserve(text, 0))
		return;
	va_copy(again, arguments);
	length = vsnprintf(text->data + text->length,
		text->capacity - text->length, format, arguments);
	if (length < 0) {
		text->cut = true;
	} else if ((size_t)length < text->capacity - text->length &&
	    (size_t)length <= text->limit - text->length) {
		text->length += (size_t)length;
	} else if (text_reserve(text, (size_t)length)) {
		vsnprintf(text->data + text->length, (size_t)length + 1,
			format, again);
		text->length += (size_t)length;
	}
	text->data[text->length] = '\0';
	va_end(again);
}

/* --- plain strings ------------------------------------------------- */

bool string_is(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

const char *string_skip_space(const char *string)
{
	return string + strspn(string, " \t\n\v\f\r");
}

void string_copy(char *out, size_t size, const char *string)
{
	size_t length = strlen(string);

	if (length >= size) {
		length = size - 1;
		while (length > 0 && ((unsigned char)string[length] & 0xc0) == 0x80)
			length--;
	}
	memcpy(out, string, length);
	out[length] = '\0';
}

bool string_starts(const char *string, const char *prefix)
{
	return strncmp(string, prefix, strlen(prefix)) == 0;
}

bool string_ends(const char *string, const char *suffix)
{
	size_t length = strlen(string), tail = strlen(suffix);

	return tail <= length && strcmp(string + length - tail, suffix) == 0;
}

/* Patterns are held against thousands of strings, most of them ASCII. */
static inline uint32_t code_next(const char **cursor, const char *end)
{
	return (unsigned char)**cursor < 0x80 ? (unsigned char)*(*cursor)++ :
		utf8_next(cursor, end);
}

/*
 * Reads a set such as [a-z] or [!0-9] after its '[' and moves *pattern past
 * it. A ']' that comes first is a member. false: no ']' closes it, and
 * *pattern stays.
 */
static bool set_matches(const char **pattern, const char *end, uint32_t code,
	bool *matches)
{
	const char *p = *pattern;
	bool inverted = p < end && (*p == '!' || *p == '^');
	bool found = false;

	p += inverted;
	for (bool first = true; p < end; first = false) {
		uint32_t low, high;

		if (*p == ']' && !first) {
			*pattern = p + 1;
			*matches = found != inverted;
			return true;
		}
		low = high = code_next(&p, end);
		if (end - p > 1 && p[0] == '-' && p[1] != ']') {
			p++;
			high = code_next(&p, end);
		}
		found |= low <= code && code <= high;
	}
	return false;
}

/* Whether one code point matches what *pattern begins with; moves it on. */
static bool pattern_matches_one(const char **pattern, const char *end,
	uint32_t code)
{
	uint32_t wanted;
	bool matches;

	if (*pattern == end)
		return false;
	wanted = code_next(pattern, end);
	if (wanted == '?')
		return true;
	if (wanted == '[' && set_matches(pattern, end, code, &matches))
		return matches;
	return wanted == code;
}

/*
 * One place to go back to is enough: where the last '*' took less, an
 * earlier one cannot help. At most length(string) × length(pattern) steps.
 */
bool string_matches(const char *string, const char *pattern)
{
	const char *s = string, *s_end = string + strlen(string);
	const char *p = pattern, *p_end = pattern + strlen(pattern);
	const char *star = NULL, *star_s = NULL;

	while (s < s_end) {
		uint32_t code;

		if (p < p_end && *p == '*') {
			star = ++p;
			star_s = s;
			continue;
		}
		code = code_next(&s, s_end);
		if (pattern_matches_one(&p, p_end, code))
			continue;
		if (star == NULL)
			return false;
		p = star;
		code_next(&star_s, s_end);
		s = star_s;
	}
	while (p < p_end && *p == '*')
		p++;
	return p == p_end;
}

/* --- the nearest word ------------------------------------------------ */

#define NEAREST_LETTERS_MAX 64
#define NEAREST_EDITS_MAX 3

static int int_least(int a, int b)
{
	return a < b ? a : b;
}

/*
 * Edits to turn a into b: insert, delete, replace, swap neighbours (the
 * optimal string alignment distance). Both at most NEAREST_LETTERS_MAX.
 */
static int edit_distance(const char *a, size_t a_length, const char *b,
	size_t b_length)
{
	int rows[3][NEAREST_LETTERS_MAX + 1];
	int *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= b_length; j++)
		above[j] = before[j] = (int)j;
	for (size_t i = 1; i <= a_length; i++) {
		int *spare = before;

		row[0] = (int)i;
		for (size_t j = 1; j <= b_length; j++) {
			int same = a[i - 1] == b[j - 1] ? 0 : 1;

			row[j] = int_least(above[j - 1] + same,
				int_least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = int_least(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = spare;
	}
	return above[b_length];
}

const char *string_nearest(const char *word, const char *const *names)
{
	size_t length = strlen(word);
	int most = int_least((int)(length / 3), NEAREST_EDITS_MAX);
	const char *nearest = NULL;

	if (length > NEAREST_LETTERS_MAX)
		return NULL;
	for (; *names != NULL; names++) {
		size_t other = strlen(*names);
		int distance;

		if (other > length + NEAREST_EDITS_MAX ||
		    length > other + NEAREST_EDITS_MAX ||
		    other > NEAREST_LETTERS_MAX)
			continue;
		distance = edit_distance(word, length, *names, other);
		if (distance <= most) {
			nearest = *names;
			most = distance - 1;
		}
	}
	return nearest;
}

/* --- escapes -------------------------------------------------------- */

/* Those that break a line or have text read in another order than it stands in
   ("Trojan Source", Boucher and Anderson, 2021) are as bad as the others. */
bool utf8_is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) ||
		(code >= 0x2028 && code <= 0x202e) ||
		(code >= 0x2066 && code <= 0x2069);
}

static const char *html_entity(uint32_t code)
{
	switch (code) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	default: return NULL;
	}
}

void text_add_html(struct text *text, const char *string)
{
	const char *cursor = string, *end = string + strlen(string);
	const char *plain = string;	/* what is still to be copied */

	while (cursor < end) {
		const char *at = cursor;
		uint32_t code = utf8_next(&cursor, end);
		const char *entity = html_entity(code);

		if (entity == NULL && utf8_is_control(code) &&
		    code != '\t' && code != '\n')
			entity = "\xef\xbf\xbd";
		else if (entity == NULL && code >= 0xfffd && code <= 0xffff)
			entity = "\xef\xbf\xbd";	/* the others are not in XML */
		if (entity == NULL)
			continue;
		text_add(text, plain, (size_t)(at - plain));
		text_add_string(text, entity);
		plain = cursor;
	}
	text_add(text, plain, (size_t)(end - plain));
}

void text_add_printable(struct text *text, const char *string)
{
	const char *cursor = string, *end = string + strlen(string);
	const char *plain = string;

	while (cursor < end) {
		const char *at = cursor;
		uint32_t code = utf8_next(&cursor, end);
		bool broken = code == 0xfffd && cursor - at == 1;

		if (!broken && !utf8_is_control(code))
			continue;
		text_add(text, plain, (size_t)(at - plain));
		text_addf(text, code > 0xff && !broken ? "\\u%04x" : "\\x%02x",
			broken ? (uint8_t)*at : code);
		plain = cursor;
	}
	text_add(text, plain, (size_t)(end - plain));
}

static bool code_turns_text(uint32_t code)
{
	return (code >= 0x202a && code <= 0x202e) ||
		(code >= 0x2066 && code <= 0x2069);
}

void text_add_line(struct text *text, const char *string, size_t most)
{
	const char *cursor = string, *end = string + strlen(string);
	struct text line;
	bool space = false;	/* was passed over */

	text_init(&line, most);
	while (cursor < end && !line.cut) {
		uint32_t code = utf8_next(&cursor, end);

		if (code_turns_text(code))
			code = 0xfffd;
		space |= code == ' ' || utf8_is_control(code);
		if (code == ' ' || utf8_is_control(code))
			continue;
		if (space && line.length > 0)
			text_add_char(&line, ' ');
		utf8_add(&line, code);
		space = false;
	}
	text_add(text, line.data, line.length);
	if (line.cut)
		text_add_string(text, "…");
	text_release(&line);
}

void text_add_percent(struct text *text, const char *string, const char *also)
{
	static const char unreserved[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

	for (; *string != '\0'; string++) {
		if (strchr(unreserved, *string) != NULL ||
		    strchr(also, *string) != NULL)
			text_add_char(text, *string);
		else
			text_addf(text, "%%%02X", (unsigned char)*string);
	}
}

void text_add_csv(struct text *text, const char *string)
{
	if (strpbrk(string, ",\"\r\n") == NULL) {
		text_add_string(text, string);
		return;
	}
	text_add_char(text, '"');
	for (const char *quote; (quote = strchr(string, '"')) != NULL;
	    string = quote + 1) {
		text_add(text, string, (size_t)(quote - string) + 1);
		text_add_char(text, '"');
	}
	text_add_string(text, string);
	text_add_char(text, '"');
}
