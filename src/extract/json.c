/*
 * json: JSON by a jq program (libjq); each result is an object, one row. A
 * second program may say where the next page is.
 */
#include <stdlib.h>
#include <string.h>

#include <jq.h>
#include <jv.h>

#include "base/mem.h"
#include "base/text.h"
#include "extract/decode.h"
#include "extract/extract.h"

#define KEPT 8		/* compiled programs */
#define LINE_SHOWN 60	/* bytes of a line at fault */

/*
 * Around each program: the time and what was asked are inputs, and what would
 * make two runs over the same bytes differ is an error. On the program's own first line, so that
 * jq's line numbers are the author's. An error of null would look like the
 * end of the results.
 */
static const char before[] =
	"def _error: error; "
	"def error: if . == null then \"null\" else . end | _error; "
	"def error(m): m | error; "
	"def now: error(\"programs may not use the clock: use $fetched\"); "
	"def localtime: error(\"programs may not use the local zone\"); "
	"def strflocaltime(f): error(\"programs may not use the local zone\"); "
	"def env: error(\"programs may not read the environment\"); "
	"def input: error(\"there is one input\"); "
	"def inputs: error(\"there is one input\"); "
	"def debug: .; def stderr: .; def input_line_number: 0; "
	"def input_filename: null; def halt: error(\"halt\"); "
	"def halt_error: error; def halt_error(c): error; "
	"{} as $ENV | .fetched as $fetched | .url as $url "
	"| .parameters as $parameters | .body | (";
static const char after[] = "\n)";

struct compiled {
	char *program;
	jq_state *jq;
	uint64_t used;		/* the clock of the least recently used */
};

static struct compiled kept[KEPT];
static uint64_t uses;

/* --- what jq says ---------------------------------------------------------- */

static jv message_text(jv message)
{
	return jv_get_kind(message) == JV_KIND_STRING ? message
		: jv_dump_string(message, 0);
}

/* A runtime fault. */
static void take_message(void *context, jv message)
{
	jv text = message_text(message);

	error_set(context, ERROR_INPUT, "extract: %s", jv_string_value(text));
	jv_free(text);
}

static int line_shown(const char *line)
{
	size_t length = strcspn(line, "\n");

	return (int)(length < LINE_SHOWN ? length : LINE_SHOWN);
}

/* Where line begins in the program; NULL: behind its end. */
static const char *line_find(const char *program, long line)
{
	while (--line > 0 && program != NULL) {
		program = strchr(program, '\n');
		program = program != NULL ? program + 1 : NULL;
	}
	return line == 0 ? program : NULL;
}

struct compiling {
	const char *program;
	struct error *error;
};

/* jq's words that mislead here, and what they mean. */
static const char *words_of(const char *line, size_t length, bool behind_end)
{
	static const struct { const char *part, *words; } known[] = {
		{"unexpected import", "programs may not import"},
		{"unexpected include", "programs may not import"},
		{"unexpected $end", "the program ends in the middle of something, "
			"such as a string or a bracket"},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (memmem(line, length, known[i].part, strlen(known[i].part)))
			return known[i].words;
	}
	return behind_end ? "the program ends too early" : NULL;
}

/* said: WHAT (Unix …) at <top-level>, line N: */
static int fault_set(const struct compiling *compiling, const char *said)
{
	static const char place[] = " at <top-level>, line ";
	size_t length = strcspn(said, "\n");
	const char *at = memmem(said, length, place, sizeof place - 1);
	const char *shell = memmem(said, length, " (Unix ", 7);

	if (at == NULL)
		return error_set(compiling->error, ERROR_INPUT, "extract: %.*s",
			(int)length, said);
	long number = strtol(at + sizeof place - 1, NULL, 10);
	const char *line = line_find(compiling->program, number);
	const char *words = words_of(said, length, line == NULL);

	length = words != NULL ? strlen(words)
		: (size_t)((shell != NULL ? shell : at) - said);
	if (words == NULL)
		words = said;
	if (line == NULL)
		return error_set(compiling->error, ERROR_INPUT,
			"extract: %.*s", (int)length, words);
	return error_set(compiling->error, ERROR_INPUT,
		"extract: line %ld: %.*s: %.*s", number, (int)length, words,
		line_shown(line), line);
}

/* A fault of compilation: the first counts. What follows it on further lines
   shows what stands around the program. */
static void take_fault(void *context, jv message)
{
	static const char prefix[] = "jq: error: ";
	const struct compiling *compiling = context;
	jv text = message_text(message);
	const char *said = jv_string_value(text);

	if (string_starts(said, prefix))
		said += sizeof prefix - 1;
	if (compiling->error->kind == ERROR_NONE)
		fault_set(compiling, said);
	jv_free(text);
}

/* --- programs -------------------------------------------------------------- */

static void compiled_release(struct compiled *compiled)
{
	if (compiled->jq != NULL)
		jq_teardown(&compiled->jq);
	free(compiled->program);
	memset(compiled, 0, sizeof *compiled);
}

/* The program's place: where it is, or an empty one. */
static struct compiled *compiled_place(const char *program)
{
	struct compiled *oldest = &kept[0];

	for (size_t i = 0; i < KEPT; i++) {
		if (kept[i].jq != NULL && string_is(kept[i].program, program))
			return &kept[i];
		if (kept[i].used < oldest->used)
			oldest = &kept[i];
	}
	compiled_release(oldest);
	return oldest;
}

/* $ENV, which may be written with space inside; $ENVELOPE is another. */
static bool names_environment(const char *program)
{
	for (const char *c = strchr(program, '$'); c != NULL; c = strchr(c, '$')) {
		c++;
		c += strspn(c, " \t\r\n");
		if (string_starts(c, "ENV") && strspn(c + 3, "abcdefghijklmnopqrst"
				"uvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:") == 0)
			return true;
	}
	return false;
}

/* jq would abort, which looks like a fault of ours: ends as mem does. */
static void memory_exhausted(void *context)
{
	(void)context;
	mem_new(SIZE_MAX, 1);
}

static int program_compile(struct compiled *compiled, const char *program,
	struct error *error)
{
	struct compiling compiling = {program, error};
	struct text whole;

	if (names_environment(program))
		return error_set(error, ERROR_INPUT,
			"extract: programs may not read the environment ($ENV)");
	if (program[strspn(program, " \t\r\n")] == '\0')
		return error_set(error, ERROR_INPUT, "extract: the program is empty");
	compiled->jq = jq_init();
	if (compiled->jq == NULL)
		return error_set(error, ERROR_SYSTEM, "jq does not start");
	jq_set_nomem_handler(compiled->jq, memory_exhausted, NULL);
	jq_set_error_cb(compiled->jq, take_fault, &compiling);
	/* Without these an import aborts the process. */
	jq_set_attr(compiled->jq, jv_string("JQ_LIBRARY_PATH"), jv_array());
	jq_set_attr(compiled->jq, jv_string("JQ_ORIGIN"), jv_string("/nonexistent"));
	text_init(&whole, 0);
	text_addf(&whole, "%s%s%s", before, program, after);
	error->kind = ERROR_NONE;
	int good = jq_compile(compiled->jq, text_string(&whole));

	text_release(&whole);
	jq_set_error_cb(compiled->jq, NULL, NULL);
	if (good && error->kind == ERROR_NONE) {
		compiled->program = mem_string(program);
		return 0;
	}
	compiled_release(compiled);
	return error->kind != ERROR_NONE ? -1 : error_set(error, ERROR_INPUT,
		"extract: jq does not accept the program");
}

void extract_json_end(void)
{
	for (size_t i = 0; i < KEPT; i++)
		compiled_release(&kept[i]);
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
		take_message(error, jv_invalid_get_msg(result));
		return -1;
	}
}

/* --- one run ------------------------------------------------------------------- */

static int parse_fault(jv invalid, struct error *error)
{
	jv message = message_text(jv_invalid_get_msg(invalid));

	error_set(error, ERROR_INPUT, "not JSON: %s", jv_string_value(message));
	jv_free(message);
	return -1;
}

/* The one value that text is; invalid: it is not. */
static jv value_parse(const char *text, size_t length, struct error *error)
{
	struct jv_parser *parser = jv_parser_new(0);

	jv_parser_set_buf(parser, text, (int)length, 0);
	jv value = jv_parser_next(parser), more = jv_invalid();

	if (jv_is_valid(value))
		more = jv_parser_next(parser);
	if (!jv_is_valid(value) && jv_invalid_has_msg(jv_copy(value)))
		parse_fault(jv_copy(value), error);
	else if (!jv_is_valid(value))
		error_set(error, ERROR_INPUT, "not JSON: there is nothing in it");
	else if (jv_is_valid(more) || jv_invalid_has_msg(jv_copy(more)))
		error_set(error, ERROR_INPUT,
			"not JSON: there is more after the first value");
	else {
		jv_parser_free(parser);
		jv_free(more);
		return value;
	}
	jv_parser_free(parser);
	jv_free(value);
	jv_free(more);
	return jv_invalid();
}

/* Compiled, or compiled now; NULL with a fault. Good until the next call. */
static struct compiled *program_find(const char *program, struct error *error)
{
	struct compiled *compiled = compiled_place(program);

	if (compiled->jq == NULL && program_compile(compiled, program, error) < 0)
		return NULL;
	compiled->used = ++uses;
	return compiled;
}

static jv parameters_value(const struct extract_request *request)
{
	jv object = jv_object();

	for (size_t i = 0; i < request->parameters.count; i++)
		object = jv_object_set(object,
			jv_string(request->parameters.items[i].name),
			jv_string(request->parameters.items[i].value));
	return object;
}

static void program_start(struct compiled *compiled, jv value,
	const struct extract_request *request)
{
	jv input = jv_object_set(jv_object(), jv_string("fetched"),
		jv_string(request->fetched));

	input = jv_object_set(input, jv_string("url"),
		jv_string(request->url != NULL ? request->url : ""));
	input = jv_object_set(input, jv_string("parameters"),
		parameters_value(request));
	input = jv_object_set(input, jv_string("body"), value);
	jq_start(compiled->jq, input, 0);
}

static int rows_run(jv value, const struct extract_request *request,
	extract_take *take, void *context, struct error *error)
{
	struct compiled *compiled = program_find(request->program, error);

	if (compiled == NULL) {
		jv_free(value);
		return -1;
	}
	program_start(compiled, value, request);
	int status = take_results(compiled->jq, take, context, error);

	/* What was stopped half-way holds on to the document. */
	if (status < 0)
		compiled_release(compiled);
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
	struct compiled *compiled = program_find(request->next, error);
	int status = 0;

	if (compiled == NULL) {
		jv_free(value);
		return error_prefix(error, "next");
	}
	program_start(compiled, value, request);
	jv result = jq_next(compiled->jq);

	if (jv_is_valid(result)) {
		status = next_take(result, found, error);
	} else if (jv_invalid_has_msg(jv_copy(result))) {
		take_message(error, jv_invalid_get_msg(result));
		status = error_prefix(error, "next");
	} else {
		jv_free(result);
	}
	if (status < 0)
		compiled_release(compiled);
	else
		/* Lets go of the document. */
		jq_start(compiled->jq, jv_null(), 0);
	return status;
}

/* --- the whole ------------------------------------------------------------------ */

int extract_json(const struct extract_request *request, extract_take *take,
	void *context, struct extract_found *found, struct error *error)
{
	struct decoded decoded;
	jv value = jv_invalid();

	/* A fault of the program is told whatever the bytes are. */
	if (program_find(request->program, error) == NULL)
		return -1;
	if (decoded_init(&decoded, DECODE_TEXT, request, error) == 0)
		value = value_parse(decoded.bytes, decoded.length, error);
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
