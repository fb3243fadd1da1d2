/*
 * json: a streaming JSON writer (RFC 8259) that prints decimals exactly.
 *
 * Commas and nesting are its own affair; a wrong order of calls is a bug
 * and ends the process. Strings that are not UTF-8 come out with U+FFFD.
 */
#ifndef PLEDGED_BASE_JSON_H
#define PLEDGED_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/decimal.h"
#include "base/moment.h"
#include "base/text.h"

/* An explained expression takes two levels a node, and may be 64 nodes deep. */
#define JSON_DEPTH_MAX 256

struct json {
	struct text *out;
	int depth;
	bool first[JSON_DEPTH_MAX];
	bool array[JSON_DEPTH_MAX];
	bool after_key;
};

/* Hidden from shared libraries: jansson has functions of these names. */
#pragma GCC visibility push(hidden)

/* Writes to the end of out. The output is compact, on one line. */
void json_init(struct json *json, struct text *out);

void json_object(struct json *json);	/* { */
void json_object_end(struct json *json);
void json_array(struct json *json);	/* [ */
void json_array_end(struct json *json);
void json_key(struct json *json, const char *key);

void json_string(struct json *json, const char *value); /* NULL: null */
void json_string_n(struct json *json, const char *bytes, size_t length);
void json_int(struct json *json, int64_t value);
void json_double(struct json *json, double value); /* not finite: null */
void json_decimal(struct json *json, struct decimal value);
void json_bool(struct json *json, bool value);
void json_null(struct json *json);
void json_instant(struct json *json, instant at); /* MIN and MAX: null */
void json_date(struct json *json, struct date date); /* none: null */
/* Text that already is one JSON value. */
void json_raw(struct json *json, const char *value);

/* Key and value at once. */
void json_put_string(struct json *json, const char *key, const char *value);
void json_put_int(struct json *json, const char *key, int64_t value);
void json_put_decimal(struct json *json, const char *key, struct decimal value);
void json_put_bool(struct json *json, const char *key, bool value);
void json_put_null(struct json *json, const char *key);
void json_put_instant(struct json *json, const char *key, instant at);
void json_put_date(struct json *json, const char *key, struct date date);

#pragma GCC visibility pop

#endif
