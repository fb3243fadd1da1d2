/*
 * text: plain text by a pattern (PCRE2) with named groups; each match is a
 * row, each group a field.
 *
 * A text is searched in windows, since PCRE2 counts its limits per place where
 * a match may begin. A window ends with the text or WINDOW bytes on, and only
 * matches that begin in its first half count; the next one begins there:
 *
 *	…… text ………………………………………………………………………………
 *	   [back][   matches begin here   |      and end here      ]
 *	                            [back][                        | …
 *
 * So a match of up to half a window is found as in the whole text, and one
 * that would need more is a fault and never cut.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "core/pattern.h"
#include "extract/decode.h"
#include "extract/extract.h"

#define WINDOW ((size_t)64 << 10)
#define BACK ((size_t)4 << 10)		/* what a pattern may look back at */
#define NESTING_MAX 50
#define GROUPS_MAX 100
#define LINE_SHOWN 40

struct group {
	uint32_t number;
	size_t field;
};

struct reading {
	const struct decoded *decoded;
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *limits;
	struct group groups[GROUPS_MAX];
	size_t group_count;
	extract_take *take;
	void *context;
	struct error *error;
};

/* --- the pattern ----------------------------------------------------------------- */

static int compile_fault(int code, size_t offset, const char *program,
	struct error *error)
{
	char said[128];

	if (pcre2_get_error_message(code, (PCRE2_UCHAR *)said, sizeof said) < 0)
		snprintf(said, sizeof said, "no pattern");
	return error_set(error, ERROR_INPUT, "extract: the pattern, at byte %zu: "
		"%s: %.*s", offset + 1, said, LINE_SHOWN,
		offset < strlen(program) ? program + offset : "its end");
}

static int pattern_read(struct reading *reading, const char *program)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	PCRE2_SIZE offset = 0;
	int code = 0;

	pcre2_set_max_pattern_length(context, PATTERN_LENGTH_MAX);
	pcre2_set_parens_nest_limit(context, NESTING_MAX);
	pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
	reading->code = pcre2_compile((PCRE2_SPTR)program, PCRE2_ZERO_TERMINATED,
		PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C,
		&code, &offset, context);
	pcre2_compile_context_free(context);
	return reading->code != NULL ? 0
		: compile_fault(code, offset, program, reading->error);
}

/* An entry of the table of names is a number of two bytes and the name. */
static int groups_read(struct reading *reading)
{
	uint32_t count = 0, size = 0;
	PCRE2_SPTR table = NULL;

	pcre2_pattern_info(reading->code, PCRE2_INFO_NAMECOUNT, &count);
	pcre2_pattern_info(reading->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	pcre2_pattern_info(reading->code, PCRE2_INFO_NAMETABLE, &table);
	if (count == 0)
		return error_set(reading->error, ERROR_INPUT, "extract: the pattern "
			"names no group: each is a field, as in (?<value>[0-9.]+)");
	if (count > GROUPS_MAX)
		return error_set(reading->error, ERROR_LIMIT,
			"extract: the pattern names more than %d groups", GROUPS_MAX);
	for (uint32_t i = 0; i < count; i++) {
		const unsigned char *entry = table + (size_t)i * size;
		const char *name = (const char *)entry + 2;
		size_t field = extract_field_find(name);

		if (field == EXTRACT_NO_FIELD)
			return error_set(reading->error, ERROR_INPUT, "extract: there "
				"is no field \"%.40s\": there are "
				EXTRACT_FIELDS_SAID, name);
		reading->groups[reading->group_count++] = (struct group){
			(uint32_t)entry[0] << 8 | entry[1], field};
	}
	return 0;
}

/* --- rows -------------------------------------------------------------------------- */

/* The bytes of a group, which end in a NUL; NULL: it took no part, or none. */
static char *group_text(struct reading *reading, uint32_t number,
	const char *subject, size_t *length)
{
	const PCRE2_SIZE *places = pcre2_get_ovector_pointer(reading->match);
	size_t from = places[2 * number], to = places[2 * number + 1];

	if (from == PCRE2_UNSET || to <= from)
		return NULL;
	*length = to - from;
	return mem_string_n(subject + from, *length);
}

static bool match_take(struct reading *reading, const char *subject)
{
	struct extract_row row = {.indicator = NULL};
	char *values[GROUPS_MAX];
	bool given[EXTRACT_FIELD_COUNT + 1] = {false};

	for (size_t i = 0; i < reading->group_count; i++) {
		const struct group *group = &reading->groups[i];
		size_t length = 0;

		values[i] = given[group->field] ? NULL : group_text(reading,
			group->number, subject, &length);
		if (values[i] == NULL)
			continue;
		given[group->field] = true;
		if (group->field == EXTRACT_IS_PROVISIONAL)
			row.provisional = extract_says_yes(values[i]);
		else
			extract_row_set(&row, group->field, values[i], length);
	}
	bool more = reading->take(reading->context, &row);

	for (size_t i = 0; i < reading->group_count; i++)
		free(values[i]);
	return more;
}

/* --- the search ---------------------------------------------------------------------- */

static size_t boundary(const struct decoded *decoded, size_t at)
{
	if (at >= decoded->length)
		return decoded->length;
	while (at > 0 && ((unsigned char)decoded->bytes[at] & 0xc0) == 0x80)
		at--;
	return at;
}

static int search_fault(struct reading *reading, int code, size_t at)
{
	const char *why = code == PCRE2_ERROR_PARTIAL
		? "a match is longer than 32 KiB: let it end sooner, as by [^\\n]* "
			"or .*? instead of .*"
		: "it takes too long: it has more ways to match than can be tried";

	return error_set(reading->error, ERROR_LIMIT,
		"extract: the pattern, from line %zu on: %s",
		decoded_line(reading->decoded, at), why);
}

/*
 * One window: matches that begin in [from, half). Returns where the next one
 * may begin, in the whole text; SIZE_MAX with a fault.
 */
static size_t window_search(struct reading *reading, size_t from)
{
	const struct decoded *decoded = reading->decoded;
	size_t base = boundary(decoded, from > BACK ? from - BACK : 0);
	size_t half = boundary(decoded, from + WINDOW / 2);
	size_t end = boundary(decoded, from + WINDOW);
	bool last = end == decoded->length;
	const char *subject = decoded->bytes + base;

	for (;;) {
		int code = pcre2_match(reading->code, (PCRE2_SPTR)subject,
			end - base, from - base, PCRE2_NO_JIT |
			PCRE2_NO_UTF_CHECK | PCRE2_NOTEMPTY | (last ? 0 :
			PCRE2_PARTIAL_HARD), reading->match,
			reading->limits);
		const PCRE2_SIZE *places =
			pcre2_get_ovector_pointer(reading->match);

		if (code == PCRE2_ERROR_NOMATCH)
			return last ? decoded->length : half;
		if (code < 0 && code != PCRE2_ERROR_PARTIAL)
			return search_fault(reading, code, from), SIZE_MAX;
		size_t start = base + places[0], over = base + places[1];

		if (!last && start >= half)
			return half;
		if (code == PCRE2_ERROR_PARTIAL)
			return search_fault(reading, code, start), SIZE_MAX;
		if (!match_take(reading, subject))
			return error_set(reading->error, ERROR_LIMIT,
				"extract: there are too many results"), SIZE_MAX;
		from = over;
		if (!last && from >= half)
			return from;
		if (from >= decoded->length)
			return decoded->length;
	}
}

static int text_search(struct reading *reading)
{
	size_t from = 0;

	while (from < reading->decoded->length) {
		from = window_search(reading, from);
		if (from == SIZE_MAX)
			return -1;
	}
	return 0;
}

/* --- the whole -------------------------------------------------------------------------- */

static int reading_run(struct reading *reading, const char *program)
{
	if (pattern_read(reading, program) < 0 || groups_read(reading) < 0)
		return -1;
	reading->match = pcre2_match_data_create_from_pattern(reading->code, NULL);
	reading->limits = pcre2_match_context_create(NULL);
	if (reading->match == NULL || reading->limits == NULL)
		return error_set(reading->error, ERROR_LIMIT,
			"extract: the pattern needs more memory than there is");
	pcre2_set_match_limit(reading->limits, PATTERN_STEPS_MAX);
	pcre2_set_depth_limit(reading->limits, PATTERN_DEPTH_MAX);
	pcre2_set_heap_limit(reading->limits, PATTERN_HEAP_KIB);
	return text_search(reading);
}

int extract_text(const struct extract_request *request, extract_take *take,
	void *context, struct extract_found *found, struct error *error)
{
	struct decoded decoded;
	struct reading *reading = mem_new(1, sizeof *reading);
	int status = decoded_init(&decoded, DECODE_TEXT, request, error);

	(void)found;
	*reading = (struct reading){.decoded = &decoded, .take = take,
		.context = context, .error = error};
	if (status == 0)
		status = reading_run(reading, request->program);
	pcre2_match_context_free(reading->limits);
	pcre2_match_data_free(reading->match);
	pcre2_code_free(reading->code);
	decoded_release(&decoded);
	free(reading);
	return status;
}
