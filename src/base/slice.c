/* slice: see slice.h. */
#include "base/slice.h"

#include <string.h>

struct slice slice_of(const char *text)
{
	return (struct slice){text, strlen(text)};
}

static size_t skip_space(struct slice text, size_t at)
{
	while (at < text.length && strchr(" \t\r\n", text.start[at]) != NULL)
		at++;
	return at;
}

/* Behind a string that opens at a place. */
static size_t skip_string(struct slice text, size_t at)
{
	for (at++; at < text.length && text.start[at] != '"'; at++) {
		if (text.start[at] == '\\')
			at++;
	}
	return at + 1;
}

/* Behind a value: a string, or all up to the comma or bracket that ends it. */
static size_t skip_value(struct slice text, size_t at)
{
	int depth = 0;

	while (at < text.length) {
		char c = text.start[at];

		if (c == '"') {
			at = skip_string(text, at);
			continue;
		}
		if (depth == 0 && (c == ',' || c == ']' || c == '}'))
			break;
		depth += c == '[' || c == '{';
		depth -= c == ']' || c == '}';
		at++;
	}
	return at < text.length ? at : text.length;
}

/* Without the space at its end. */
static struct slice slice_between(struct slice text, size_t from, size_t to)
{
	while (to > from && strchr(" \t\r\n", text.start[to - 1]) != NULL)
		to--;
	return (struct slice){text.start + from, to - from};
}

bool slice_next_member(struct slice object, size_t *cursor, struct slice *key,
	struct slice *value)
{
	size_t at = skip_space(object, *cursor == 0 ?
		skip_space(object, 0) + 1 : *cursor);

	if (at >= object.length || object.start[at] == '}')
		return false;
	size_t key_end = skip_string(object, at);
	size_t from = skip_space(object, skip_space(object, key_end) + 1);
	size_t end = skip_value(object, from);

	if (end < from)
		return false;
	*key = (struct slice){object.start + at + 1, key_end - at - 2};
	*value = slice_between(object, from, end);
	*cursor = end + (end < object.length && object.start[end] == ',');
	return true;
}

struct slice slice_member(struct slice object, const char *key)
{
	size_t length = strlen(key), cursor = 0;
	struct slice name, value;

	while (slice_next_member(object, &cursor, &name, &value))
		if (name.length == length &&
		    memcmp(name.start, key, length) == 0)
			return value;
	return (struct slice){NULL, 0};
}

/* The code of \u and four digits; text that is no JSON: less. */
static uint32_t escaped_code(struct slice string, size_t at)
{
	static const char digits[] = "0123456789abcdef";
	uint32_t code = 0;

	for (size_t i = at; i < at + 4 && i < string.length; i++) {
		const char *digit = strchr(digits, string.start[i] |
			(string.start[i] >= 'A' ? 0x20 : 0));

		code = 16 * code + (digit != NULL ?
			(uint32_t)(digit - digits) % 16 : 0);
	}
	return code;
}

void slice_add_said(struct text *out, struct slice string)
{
	static const char letters[] = "b\bf\fn\nr\rt\t";

	for (size_t i = 1; i + 1 < string.length; i++) {
		char c = string.start[i];

		if (c != '\\') {
			text_add_char(out, c);
			continue;
		}
		c = string.start[++i];
		if (c == 'u') {
			utf8_add(out, escaped_code(string, i + 1));
			i += 4;
			continue;
		}
		for (const char *letter = letters; *letter != '\0'; letter += 2)
			if (c == letter[0]) {
				c = letter[1];
				break;
			}
		text_add_char(out, c);
	}
}

bool slice_next(struct slice array, size_t *cursor, struct slice *element)
{
	size_t at = *cursor == 0 ? skip_space(array, 0) + 1 : *cursor;

	at = skip_space(array, at);
	if (at >= array.length || array.start[at] == ']')
		return false;
	size_t end = skip_value(array, at);

	*element = slice_between(array, at, end);
	*cursor = end + (end < array.length && array.start[end] == ',');
	return true;
}
