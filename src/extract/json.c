/*
 * json: JSON by a jq program (libjq); each result is an object, one row. A
 * second program may say where the next page is.
 */
#include <stdlib.h>
#include <string.h>

#include <jq.h>
#include <jv.h>

#include "base/text.h"
#include "extract/decode.h"
#include "extract/extract.h"
#include "extract/program.h"

/* The time and what was asked are inputs. */
static const char frame[] =
	"def now: error(\"programs may not use the clock: use $fetched\"); "
	".fetched as $fetched | .url as $url | .parameters as $parameters "
	"| .body | (";

static jq_state *json_program(const char *text, struct error *error)
{
	jq_state *jq = program_find(&(struct program){.frame = frame,
		.text = text}, error);

	if (jq == NULL)
		error_prefix(error, "extract");
	return jq;
}

static int json_fault(jv invalid, struct error *error)
{
	program_fault(invalid, error);
	return error_prefix(error, "extract");
}

void extract_json_end(void)
{
	program_end();
}

/* --- rows -------------------------------------------------------------------- */

/* The field's text, to be freed after the row; invalid: none. */
static jv take_field(struct extract_row *row, size_t field, jv value)
{
	char number[32];
	const char *why = NULL;

	switch (jv_get_kind(value)) {
	case JV_KIND_STRING:
	case JV_KIND_NULL:
	case JV_KIND_INVALID:
		break;
	case JV_KIND_NUMBER:
		why = extract_number(jv_number_value(value), number);
		jv_free(value);
		value = why == NULL ? jv_string(number) : jv_invalid();
		break;
	default:
		why = "neither text nor a number";
	}
	if (why != NULL)
		extract_row_reject(row, field, why);
	else if (jv_get_kind(value) == JV_KIND_STRING)
		extract_row_set(row, field, jv_string_value(value),
			(size_t)jv_string_length_bytes(jv_copy(value)));
	return value;
}

static bool says_yes(jv value)
{
	jv_kind kind = jv_get_kind(value);
	bool yes = kind == JV_KIND_TRUE ||
		(kind == JV_KIND_NUMBER && jv_number_value(value) != 0) ||
		(kind == JV_KIND_STRING && extract_says_yes(jv_string_value(value)));

	jv_free(value);
	return yes;
}

static bool take_object(jv object, extract_take *take, void *context)
{
	struct extract_row row = {.indicator = NULL};
	jv values[EXTRACT_FIELD_COUNT];

	if (jv_get_kind(object) != JV_KIND_OBJECT) {
		extract_row_reject(&row, EXTRACT_FIELD_COUNT,
			jv_get_kind(object) == JV_KIND_ARRAY
			? "the result is an array: end the program with | .[]"
			: "the result is not an object");
		jv_free(object);
		return take(context, &row);
	}
	for (size_t i = 0; i < EXTRACT_FIELD_COUNT; i++)
		values[i] = take_field(&row, i, jv_object_get(jv_copy(object),
			jv_string(extract_fields[i].name)));
	row.provisional = says_yes(jv_object_get(object,
		jv_string("provisional")));
	bool more = take(context, &row);

	for (size_t i = 0; i < EXTRACT_FIELD_COUNT; i++)
		jv_free(values[i]);
	return more;
}

static int take_results(jq_state *jq, extract_take *take, void *context,
	struct error *error)
{
	for (;;) {
		jv result = jq_next(jq);

		if (jv_is_valid(result)) {
			if (take_object(result, take, context))
				continue;
			return error_set(error, ERROR_LIMIT,
				"extract: there are too many results");
		}
		if (!jv_invalid_has_msg(jv_copy(result))) {
			jv_free(result);
			return 0;
		}
		return json_fault(result, error);
	}
}

/* --- one run ------------------------------------------------------------------- */

static jv parameters_value(const struct extract_request *request)
{
	jv object = jv_object();

	for (size_t i = 0; i < request->parameters.count; i++)
		object = jv_object_set(object,
			jv_string(request->parameters.items[i].name),
			jv_string(request->parameters.items[i].value));
	return object;
}

static void program_start(jq_state *jq, jv value,
	const struct extract_request *request)
{
	jv input = jv_object_set(jv_object(), jv_string("fetched"),
		jv_string(request->fetched));

	input = jv_object_set(input, jv_string("url"),
		jv_string(request->url != NULL ? request->url : ""));
	input = jv_object_set(input, jv_string("parameters"),
		parameters_value(request));
	input = jv_object_set(input, jv_string("body"), value);
	jq_start(jq, input, 0);
}

static int rows_run(jv value, const struct extract_request *request,
	extract_take *take, void *context, struct error *error)
{
	jq_state *jq = json_program(request->program, error);

	if (jq == NULL) {
		jv_free(value);
		return -1;
	}
	program_start(jq, value, request);
	int status = take_results(jq, take, context, error);

	/* What was stopped half-way holds on to the document. */
	if (status < 0)
		program_forget(jq);
	return status;
}

/* --- the next page -------------------------------------------------------------- */

/* All but what RFC 3986 2.3 leaves as it is. */
static void add_encoded(struct text *out, const char *bytes, size_t length)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

	for (size_t i = 0; i < length; i++) {
		if (bytes[i] != '\0' && strchr(plain, bytes[i]) != NULL)
			text_add_char(out, bytes[i]);
		else
			text_addf(out, "%%%02X", (unsigned char)bytes[i]);
	}
}

static void add_string(struct text *out, jv string)
{
	add_encoded(out, jv_string_value(string),
		(size_t)jv_string_length_bytes(jv_copy(string)));
	jv_free(string);
}

/* A value of the query; NULL, or why it is none. */
static const char *add_value(struct text *out, jv value)
{
	char number[32];
	const char *why = NULL;

	switch (jv_get_kind(value)) {
	case JV_KIND_STRING:
		add_string(out, jv_copy(value));
		break;
	case JV_KIND_NUMBER:
		why = extract_number(jv_number_value(value), number);
		if (why == NULL)
			text_add_string(out, number);
		break;
	case JV_KIND_TRUE:
	case JV_KIND_FALSE:
		text_add_string(out, jv_get_kind(value) == JV_KIND_TRUE
			? "true" : "false");
		break;
	default:
		why = "neither text, nor a number, nor true or false";
	}
	jv_free(value);
	return why;
}

/* {page: 2, q: "a b"}: "&page=2&q=a%20b", by name. What is null is not set. */
static int query_make(struct text *out, jv object, struct error *error)
{
	jv keys = jv_keys(jv_copy(object));
	int count = jv_array_length(jv_copy(keys)), status = 0;

	for (int i = 0; status == 0 && i < count; i++) {
		jv key = jv_array_get(jv_copy(keys), i);
		jv value = jv_object_get(jv_copy(object), jv_copy(key));
		const char *why = NULL;

		if (jv_get_kind(value) == JV_KIND_NULL) {
			jv_free(value);
		} else {
			text_add_char(out, '&');
			add_string(out, jv_copy(key));
			text_add_char(out, '=');
			why = add_value(out, value);
		}
		if (why != NULL)
			status = error_set(error, ERROR_INPUT, "next: %.60s: %s",
				jv_string_value(key), why);
		jv_free(key);
	}
	jv_free(keys);
	jv_free(object);
	return status;
}

/* The first result counts. */
static int next_take(jv result, struct extract_found *found,
	struct error *error)
{
	struct text query;
	int status = 0;

	switch (jv_get_kind(result)) {
	case JV_KIND_NULL:
	case JV_KIND_FALSE:
		break;
	case JV_KIND_STRING:
		status = extract_found_next(found, jv_string_value(result),
			(size_t)jv_string_length_bytes(jv_copy(result)), error);
		break;
	case JV_KIND_OBJECT:
		text_init(&query, 0);
		status = query_make(&query, jv_copy(result), error);
		if (status == 0)
			status = extract_found_next(found, text_string(&query),
				query.length, error);
		text_release(&query);
		break;
	default:
		status = error_set(error, ERROR_INPUT, "next: its result is neither "
			"a URL, nor an object of query parameters, nor null");
	}
	jv_free(result);
	return status;
}

static int next_run(jv value, const struct extract_request *request,
	struct extract_found *found, struct error *error)
{
	jq_state *jq = json_program(request->next, error);
	int status = 0;

	if (jq == NULL) {
		jv_free(value);
		return error_prefix(error, "next");
	}
	program_start(jq, value, request);
	jv result = jq_next(jq);

	if (jv_is_valid(result)) {
		status = next_take(result, found, error);
	} else if (jv_invalid_has_msg(jv_copy(result))) {
		json_fault(result, error);
		status = error_prefix(error, "next");
	} else {
		jv_free(result);
	}
	if (status < 0)
		program_forget(jq);
	else
		/* Lets go of the document. */
		jq_start(jq, jv_null(), 0);
	return status;
}

/* --- the whole ------------------------------------------------------------------ */

int extract_json(const struct extract_request *request, extract_take *take,
	void *context, struct extract_found *found, struct error *error)
{
	struct decoded decoded;
	jv value = jv_invalid();

	/* A fault of the program is told whatever the bytes are. */
	if (json_program(request->program, error) == NULL)
		return -1;
	if (decoded_init(&decoded, DECODE_TEXT, request, error) == 0)
		value = program_input(decoded.bytes, decoded.length, error);
	decoded_release(&decoded);
	if (!jv_is_valid(value))
		return -1;
	int status = rows_run(jv_copy(value), request, take, context, error);

	if (status < 0 || request->next == NULL) {
		jv_free(value);
		return status;
	}
	return next_run(value, request, found, error);
}
