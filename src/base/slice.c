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

struct slice slice_member(struct slice object, const char *key)
{
	size_t length = strlen(key);
	size_t at = skip_space(object, 0) + 1;

	while (at < object.length && object.start[at] != '}') {
		size_t name = skip_space(object, at);
		size_t name_end = skip_string(object, name);
		size_t value = skip_space(object,
			skip_space(object, name_end) + 1);
		size_t end = skip_value(object, value);

		if (name_end - name == length + 2 && end <= object.length &&
			memcmp(object.start + name + 1, key, length) == 0)
			return slice_between(object, value, end);
		at = end + (end < object.length && object.start[end] == ',');
	}
	return (struct slice){NULL, 0};
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
