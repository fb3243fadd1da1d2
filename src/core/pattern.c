/* pattern: see pattern.h. The only file of the core that knows PCRE2. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "core/pattern.h"

static void *arena_give(size_t size, void *arena)
{
	return arena_alloc(arena, 1, size);
}

/* It goes with the arena. */
static void arena_keep(void *block, void *arena)
{
	(void)block;
	(void)arena;
}

static void fault_set(struct pattern_fault *fault, int code, size_t offset)
{
	fault->offset = offset;
	if (pcre2_get_error_message(code, (PCRE2_UCHAR *)fault->text,
	    sizeof fault->text) < 0)
		snprintf(fault->text, sizeof fault->text, "no pattern");
}

const struct pattern *pattern_compile(struct arena *arena, const char *text,
	struct pattern_fault *fault)
{
	const uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS |
		PCRE2_NEVER_BACKSLASH_C;
	struct pattern *pattern = arena_alloc(arena, 1, sizeof *pattern);
	pcre2_general_context *memory = pcre2_general_context_create(arena_give,
		arena_keep, arena);
	pcre2_compile_context *context = pcre2_compile_context_create(memory);
	PCRE2_SIZE offset = 0;
	int code = 0;

	pcre2_set_max_pattern_length(context, PATTERN_LENGTH_MAX);
	pattern->text = arena_string(arena, text);
	pattern->code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
		options, &code, &offset, context);
	if (pattern->code != NULL)
		return pattern;
	fault_set(fault, code, offset);
	return NULL;
}

enum pattern_answer pattern_find(const struct pattern *pattern,
	const char *subject)
{
	pcre2_match_context *context = pcre2_match_context_create(NULL);
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	int found = PCRE2_ERROR_NOMEMORY;

	if (context != NULL && data != NULL) {
		pcre2_set_match_limit(context, PATTERN_STEPS_MAX);
		pcre2_set_depth_limit(context, PATTERN_DEPTH_MAX);
		pcre2_set_heap_limit(context, PATTERN_HEAP_KIB);
		found = pcre2_match(pattern->code, (PCRE2_SPTR)subject,
			strlen(subject), 0, PCRE2_NO_JIT, data, context);
	}
	pcre2_match_data_free(data);
	pcre2_match_context_free(context);
	if (found >= 0)
		return PATTERN_YES;
	return found == PCRE2_ERROR_NOMATCH ? PATTERN_NO : PATTERN_UNKNOWN;
}
