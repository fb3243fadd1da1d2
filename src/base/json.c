/*
 * json: the streaming writer. depth counts the open containers; first[d] and
 * array[d] belong to the one at depth d, first[0] to the single value at the
 * top.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"

void json_init(struct json *json, struct text *out)
{
	*json = (struct json){.out = out, .first[0] = true, .array[0] = true};
}

/* Writes what must stand before the next value. */
static void json_before_value(struct json *json)
{
	bool first = json->first[json->depth];

	if (json->after_key) {
		json->after_key = false;
		return;
	}
	if (!json->array[json->depth])
		log_bug("json: a value in an object without a key");
	if (json->depth == 0 && !first)
		log_bug("json: a second value at the top");
	if (!first)
		text_add_char(json->out, ',');
	json->first[json->depth] = false;
}

static void json_open(struct json *json, bool array)
{
	json_before_value(json);
	if (++json->depth == JSON_DEPTH_MAX)
		log_bug("json: nested deeper than %d", JSON_DEPTH_MAX - 1);
	json->first[json->depth] = true;
	json->array[json->depth] = array;
	text_add_char(json->out, array ? '[' : '{');
}

static void json_close(struct json *json, bool array)
{
	if (json->depth == 0 || json->array[json->depth] != array ||
	    json->after_key)
		log_bug("json: the end of what is not open");
	json->depth--;
	text_add_char(json->out, array ? ']' : '}');
}

void json_object(struct json *json)
{
	json_open(json, false);
}

void json_object_end(struct json *json)
{
	json_close(json, false);
}

void json_array(struct json *json)
{
	json_open(json, true);
}

void json_array_end(struct json *json)
{
	json_close(json, true);
}

/* --- strings -------------------------------------------------------- */

static void json_add_escape(struct text *out, uint32_t code)
{
	static const char short_forms[] = "\"\"\\\\\bb\ff\nn\rr\tt";

	for (const char *form = short_forms; *form != '\0'; form += 2) {
		if ((uint32_t)form[0] == code) {
			text_add_char(out, '\\');
			text_add_char(out, form[1]);
			return;
		}
	}
	if (code < 0x20 || (code >= 0x7f && code < 0xa0))
		text_addf(out, "\\u%04x", code);
	else
		utf8_add(out, code);
}

/* Adds a string in quotes. Runs without anything to escape are copied. The C1
   controls need no escape, but JSON too is looked at in terminals. */
static void json_add_string(struct text *out, const char *bytes, size_t length)
{
	const char *cursor = bytes, *end = bytes + length, *plain = bytes;

	text_add_char(out, '"');
	while (cursor < end) {
		const char *at = cursor;
		uint32_t code;

		if ((uint8_t)*cursor >= 0x20 && (uint8_t)*cursor < 0x7f &&
		    *cursor != '"' && *cursor != '\\') {
			cursor++;
			continue;
		}
		code = utf8_next(&cursor, end);
		if (code >= 0xa0 && cursor - at > 1)
			continue;
		text_add(out, plain, (size_t)(at - plain));
		json_add_escape(out, code);
		plain = cursor;
	}
	text_add(out, plain, (size_t)(end - plain));
	text_add_char(out, '"');
}

void json_key(struct json *json, const char *key)
{
	if (json->array[json->depth] || json->after_key)
		log_bug("json: the key \"%s\" outside an object", key);
	if (!json->first[json->depth])
		text_add_char(json->out, ',');
	json->first[json->depth] = false;
	json->after_key = true;
	json_add_string(json->out, key, strlen(key));
	text_add_char(json->out, ':');
}

/* --- values ----------------------------------------------------------- */

void json_string_n(struct json *json, const char *bytes, size_t length)
{
	json_before_value(json);
	json_add_string(json->out, bytes, length);
}

void json_string(struct json *json, const char *value)
{
	if (value == NULL)
		json_null(json);
	else
		json_string_n(json, value, strlen(value));
}

void json_raw(struct json *json, const char *value)
{
	json_before_value(json);
	text_add_string(json->out, value);
}

/* By hand: answers are largely counts, and a format costs as much as ten. */
void json_int(struct json *json, int64_t value)
{
	char room[24], *at = room + sizeof room;
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do
		*--at = (char)('0' + rest % 10);
	while ((rest /= 10) != 0);
	if (value < 0)
		*--at = '-';
	json_before_value(json);
	text_add(json->out, at, (size_t)(room + sizeof room - at));
}

/* The fewest digits that read back as the same number. */
void json_double(struct json *json, double value)
{
	char text[40] = "null";

	for (int digits = 15; isfinite(value) && digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	json_raw(json, text);
}

void json_decimal(struct json *json, struct decimal value)
{
	json_before_value(json);
	text_add_decimal(json->out, value);
}

void json_bool(struct json *json, bool value)
{
	json_raw(json, value ? "true" : "false");
}

void json_null(struct json *json)
{
	json_raw(json, "null");
}

void json_instant(struct json *json, instant at)
{
	if (at == INSTANT_MIN || at == INSTANT_MAX) {
		json_null(json);
		return;
	}
	json_before_value(json);
	text_add_char(json->out, '"');
	text_add_instant(json->out, at);
	text_add_char(json->out, '"');
}

void json_date(struct json *json, struct date date)
{
	if (date_is_none(date)) {
		json_null(json);
		return;
	}
	json_before_value(json);
	text_add_char(json->out, '"');
	text_add_date(json->out, date);
	text_add_char(json->out, '"');
}

/* --- key and value ------------------------------------------------------ */

void json_put_string(struct json *json, const char *key, const char *value)
{
	json_key(json, key);
	json_string(json, value);
}

void json_put_int(struct json *json, const char *key, int64_t value)
{
	json_key(json, key);
	json_int(json, value);
}

void json_put_decimal(struct json *json, const char *key, struct decimal value)
{
	json_key(json, key);
	json_decimal(json, value);
}

void json_put_bool(struct json *json, const char *key, bool value)
{
	json_key(json, key);
	json_bool(json, value);
}

void json_put_null(struct json *json, const char *key)
{
	json_key(json, key);
	json_null(json);
}

void json_put_instant(struct json *json, const char *key, instant at)
{
	json_key(json, key);
	json_instant(json, at);
}

void json_put_date(struct json *json, const char *key, struct date date)
{
	json_key(json, key);
	json_date(json, date);
}
