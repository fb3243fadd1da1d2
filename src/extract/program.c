/* program: see program.h. */
#include "extract/program.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define KEPT 8		/* compiled programs */
#define LINE_SHOWN 60	/* bytes of a line at fault */

/*
 * Before every frame: what depends on more than the input is an error. All of
 * it on one line, so that jq's line numbers are the author's. An error of null
 * would look like the end of the results.
 */
static const char before[] =
	"def _error: error; "
	"def error: if . == null then \"null\" else . end | _error; "
	"def error(m): m | error; "
	"def localtime: error(\"programs may not use the local zone\"); "
	"def strflocaltime(f): error(\"programs may not use the local zone\"); "
	"def env: error(\"programs may not read the environment\"); "
	"def input: error(\"there is one input\"); "
	"def inputs: error(\"there is one input\"); "
	"def debug: .; def stderr: .; def input_line_number: 0; "
	"def input_filename: null; def halt: error(\"halt\"); "
	"def halt_error: error; def halt_error(c): error; "
	"{} as $ENV | ";
static const char after[] = "\n)";

struct compiled {
	const char *frame;
	char *prelude;		/* "": none */
	char *text;
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

int program_fault(jv invalid, struct error *error)
{
	jv text = message_text(jv_invalid_get_msg(invalid));

	error_set(error, ERROR_INPUT, "%s", jv_string_value(text));
	jv_free(text);
	return -1;
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
	const struct program *program;
	long above;		/* lines of the prelude */
	struct error *error;
};

static long lines_count(const char *text)
{
	long count = 0;

	for (; *text != '\0'; text++)
		count += *text == '\n';
	return count;
}

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
		return error_set(compiling->error, ERROR_INPUT, "%.*s",
			(int)length, said);
	long number = strtol(at + sizeof place - 1, NULL, 10) - compiling->above;

	if (number <= 0)
		return error_set(compiling->error, ERROR_INPUT, "prelude, line "
			"%ld: %.*s", number + compiling->above, (int)length, said);
	const char *line = line_find(compiling->program->text, number);
	const char *words = words_of(said, length, line == NULL);

	length = words != NULL ? strlen(words)
		: (size_t)((shell != NULL ? shell : at) - said);
	if (words == NULL)
		words = said;
	if (line == NULL)
		return error_set(compiling->error, ERROR_INPUT,
			"%.*s", (int)length, words);
	return error_set(compiling->error, ERROR_INPUT,
		"line %ld: %.*s: %.*s", number, (int)length, words,
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
	free(compiled->prelude);
	free(compiled->text);
	memset(compiled, 0, sizeof *compiled);
}

static const char *prelude_of(const struct program *program)
{
	return program->prelude != NULL ? program->prelude : "";
}

static bool compiled_is(const struct compiled *compiled,
	const struct program *program)
{
	return compiled->jq != NULL && compiled->frame == program->frame &&
		string_is(compiled->text, program->text) &&
		string_is(compiled->prelude, prelude_of(program));
}

/* The program's place: where it is, or an empty one. */
static struct compiled *compiled_place(const struct program *program)
{
	struct compiled *oldest = &kept[0];

	for (size_t i = 0; i < KEPT; i++) {
		if (compiled_is(&kept[i], program))
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

/* NULL: it may be tried. */
static const char *program_refused(const struct program *program)
{
	if (names_environment(program->text))
		return "programs may not read the environment ($ENV)";
	if (program->text[strspn(program->text, " \t\r\n")] == '\0')
		return "the program is empty";
	return NULL;
}

static int jq_start_up(jq_state **jq, struct error *error)
{
	*jq = jq_init();
	if (*jq == NULL)
		return error_set(error, ERROR_SYSTEM, "jq does not start");
	jq_set_nomem_handler(*jq, memory_exhausted, NULL);
	/* Without these an import aborts the process. */
	jq_set_attr(*jq, jv_string("JQ_LIBRARY_PATH"), jv_array());
	jq_set_attr(*jq, jv_string("JQ_ORIGIN"), jv_string("/nonexistent"));
	return 0;
}

static bool jq_accepts(jq_state *jq, const struct program *program,
	struct error *error)
{
	const char *prelude = prelude_of(program);
	struct compiling compiling = {program, lines_count(prelude), error};
	struct text whole;

	text_init(&whole, 0);
	text_addf(&whole, "%s%s%s%s%s", before, program->frame, prelude,
		program->text, after);
	jq_set_error_cb(jq, take_fault, &compiling);
	bool good = jq_compile(jq, text_string(&whole));

	jq_set_error_cb(jq, NULL, NULL);
	text_release(&whole);
	return good && error->kind == ERROR_NONE;
}

static int program_compile(struct compiled *compiled,
	const struct program *program, struct error *error)
{
	const char *refused = program_refused(program);

	if (refused != NULL)
		return error_set(error, ERROR_INPUT, "%s", refused);
	if (jq_start_up(&compiled->jq, error) < 0)
		return -1;
	error->kind = ERROR_NONE;
	if (!jq_accepts(compiled->jq, program, error)) {
		compiled_release(compiled);
		return error->kind != ERROR_NONE ? -1 : error_set(error,
			ERROR_INPUT, "jq does not accept the program");
	}
	compiled->frame = program->frame;
	compiled->prelude = mem_string(prelude_of(program));
	compiled->text = mem_string(program->text);
	return 0;
}

jq_state *program_find(const struct program *program, struct error *error)
{
	struct compiled *compiled = compiled_place(program);

	if (compiled->jq == NULL && program_compile(compiled, program, error) < 0)
		return NULL;
	compiled->used = ++uses;
	return compiled->jq;
}

void program_forget(jq_state *jq)
{
	for (size_t i = 0; i < KEPT; i++)
		if (kept[i].jq == jq)
			compiled_release(&kept[i]);
}

void program_end(void)
{
	for (size_t i = 0; i < KEPT; i++)
		compiled_release(&kept[i]);
}

/* --- what it is run over ---------------------------------------------------- */

jv program_input(const char *text, size_t length, struct error *error)
{
	struct jv_parser *parser = jv_parser_new(0);

	jv_parser_set_buf(parser, text, (int)length, 0);
	jv value = jv_parser_next(parser), more = jv_invalid();

	if (jv_is_valid(value))
		more = jv_parser_next(parser);
	if (!jv_is_valid(value) && jv_invalid_has_msg(jv_copy(value))) {
		program_fault(jv_copy(value), error);
		error_prefix(error, "not JSON");
	}
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
