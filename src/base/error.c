/*
 * error: one failure as a value; a list of the faults of an input.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"

#define EXCERPT_COLUMNS 100	/* of a long line, around the caret */
#define EXCERPT_LEAD 40		/* of them before it */
#define EXCERPT_LINES 8

/* Ends a string that snprintf cut inside a sequence before that sequence. */
static void string_trim_utf8(char *string)
{
	size_t length = strlen(string), from = length;

	while (from > 0 && length - from < 3 &&
	    ((uint8_t)string[from - 1] & 0xc0) == 0x80)
		from--;
	if (from > 0 && ((uint8_t)string[from - 1] & 0xc0) == 0xc0 &&
	    !utf8_is_valid(string + from - 1, length - from + 1))
		string[from - 1] = '\0';
}

static void string_one_line(char *string)
{
	for (; *string != '\0'; string++)
		if ((uint8_t)*string < 0x20 || *string == 0x7f)
			*string = ' ';
}

int error_set(struct error *error, enum error_kind kind,
	const char *format, ...)
{
	va_list arguments;

	if (error == NULL)
		return -1;
	error->kind = kind;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof error->text, format, arguments);
	va_end(arguments);
	string_trim_utf8(error->text);
	string_one_line(error->text);
	return -1;
}

int error_prefix(struct error *error, const char *format, ...)
{
	char old[sizeof error->text];
	size_t length;
	va_list arguments;

	if (error == NULL)
		return -1;
	memcpy(old, error->text, sizeof old);
	va_start(arguments, format);
	vsnprintf(error->text, sizeof error->text, format, arguments);
	va_end(arguments);
	length = strlen(error->text);
	for (const char *tail = ": "; *tail != '\0'; tail++)
		if (length < sizeof error->text - 1)
			error->text[length++] = *tail;
	for (const char *tail = old; *tail != '\0'; tail++)
		if (length < sizeof error->text - 1)
			error->text[length++] = *tail;
	error->text[length] = '\0';
	string_trim_utf8(error->text);
	string_one_line(error->text);
	return -1;
}

/* --- faults of an input ---------------------------------------------- */

void faults_init(struct faults *faults)
{
	*faults = (struct faults){0};
}

static void fault_release(struct fault *fault)
{
	free(fault->file);
	free(fault->id);
	free(fault->text);
	free(fault->excerpt);
}

void faults_release(struct faults *faults)
{
	for (size_t i = 0; i < faults->count; i++)
		fault_release(&faults->items[i]);
	free(faults->items);
	faults_init(faults);
}

static void faults_add(struct faults *faults, enum fault_level level,
	struct origin origin, const char *id, const char *format,
	va_list arguments) __attribute__((format(printf, 5, 0)));

static void faults_add(struct faults *faults, enum fault_level level,
	struct origin origin, const char *id, const char *format,
	va_list arguments)
{
	struct text text;
	struct fault *fault;

	*(level == FAULT_ERROR ? &faults->errors : &faults->warnings) += 1;
	if (faults->count == FAULTS_MAX) {
		faults->dropped++;
		return;
	}
	text_init(&text, 0);
	text_addv(&text, format, arguments);
	faults->items = mem_grow(faults->items, faults->count,
		&faults->capacity, sizeof *faults->items);
	fault = &faults->items[faults->count++];
	*fault = (struct fault){
		.level = level,
		.file = mem_string(origin.file),
		.line = origin.line,
		.column = origin.column,
		.id = mem_string(id),
		.text = text_take(&text),
	};
	string_one_line(fault->text);
}

void faults_error(struct faults *faults, struct origin origin,
	const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	faults_add(faults, FAULT_ERROR, origin, NULL, format, arguments);
	va_end(arguments);
}

void faults_warning(struct faults *faults, struct origin origin,
	const char *id, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	faults_add(faults, FAULT_WARNING, origin, id, format, arguments);
	va_end(arguments);
}

void faults_move(struct faults *to, struct faults *from)
{
	to->errors += from->errors;
	to->warnings += from->warnings;
	to->dropped += from->dropped;
	for (size_t i = 0; i < from->count; i++) {
		if (to->count == FAULTS_MAX) {
			fault_release(&from->items[i]);
			to->dropped++;
			continue;
		}
		to->items = mem_grow(to->items, to->count, &to->capacity,
			sizeof *to->items);
		to->items[to->count++] = from->items[i];
	}
	free(from->items);
	faults_init(from);
}

void faults_drop_warnings(struct faults *faults)
{
	size_t kept = 0;

	for (size_t i = 0; i < faults->count; i++) {
		if (faults->items[i].level == FAULT_WARNING)
			fault_release(&faults->items[i]);
		else
			faults->items[kept++] = faults->items[i];
	}
	faults->count = kept;
	faults->warnings = 0;
}

/* --- excerpts --------------------------------------------------------- */

/* A line of an expression, and the part of it that is at fault. */
struct excerpt_line {
	const char *start, *end;
	const char *from, *to;	/* within it; from == to: one caret there */
};

/*
 * Adds the line and a line of carets under its part. Each code point takes
 * the columns it needs; a control character is shown as one space.
 */
static void excerpt_add_line(struct text *out, struct excerpt_line line)
{
	const char *cursor = line.start;
	struct text carets;
	size_t columns = 0;

	/* A long line loses what is far before the carets … */
	while (cursor < line.from && line.from - cursor > EXCERPT_LEAD &&
	    line.end - line.start > EXCERPT_COLUMNS)
		utf8_next(&cursor, line.end);
	text_init(&carets, 0);
	if (cursor != line.start) {
		text_add_string(out, "…");
		text_add_char(&carets, ' ');
	}
	/* … and behind them. */
	while (cursor < line.end && columns < EXCERPT_COLUMNS) {
		bool inside = line.from <= cursor && cursor < line.to;
		uint32_t code = utf8_next(&cursor, line.end);
		int width = utf8_width(code);

		if (code < 0x20 || (code >= 0x7f && code < 0xa0)) {
			code = ' ';
			width = 1;
		}
		utf8_add(out, code);
		for (int i = 0; i < width; i++, columns++)
			if (cursor <= line.from || inside)
				text_add_char(&carets, inside ? '^' : ' ');
	}
	if (cursor < line.end)
		text_add_string(out, "…");
	if (line.from == line.to)
		text_add_char(&carets, '^');
	text_add_char(out, '\n');
	text_add_string(out, text_string(&carets));
	text_release(&carets);
}

void faults_excerpt(struct faults *faults, const char *expression,
	size_t from, size_t to)
{
	const char *end = expression + strlen(expression);
	const char *first, *last;
	struct fault *fault;
	struct text out;
	int lines = 0;

	if (faults->count == 0 || faults->dropped != 0)
		return;
	fault = &faults->items[faults->count - 1];
	first = expression + (from < (size_t)(end - expression) ?
		from : (size_t)(end - expression));
	last = expression + (to < (size_t)(end - expression) ?
		to : (size_t)(end - expression));
	if (last < first)
		last = first;
	text_init(&out, 0);
	for (const char *start = expression; start <= last &&
	    lines < EXCERPT_LINES;) {
		const char *stop = strchrnul(start, '\n');
		struct excerpt_line line = {
			.start = start, .end = stop,
			.from = first > start ? first : start,
			.to = last < stop ? last : stop,
		};

		start = stop + 1;
		if (first > stop || (line.from == line.to && first < line.from))
			continue;
		if (lines++ != 0)
			text_add_char(&out, '\n');
		excerpt_add_line(&out, line);
	}
	free(fault->excerpt);
	fault->excerpt = text_take(&out);
}

/* --- order and print --------------------------------------------------- */

void faults_note(struct faults *faults, size_t from, int line,
	const char *note)
{
	for (size_t i = from; i < faults->count; i++) {
		struct fault *fault = &faults->items[i];
		struct text text;

		if (fault->line != line)
			continue;
		text_init(&text, 0);
		text_addf(&text, "%s (%s)", fault->text, note);
		free(fault->text);
		fault->text = text_take(&text);
	}
}

static int int_compare(int a, int b)
{
	return (a > b) - (a < b);
}

static int fault_compare(const struct fault *a, const struct fault *b)
{
	int order = strcmp(a->file != NULL ? a->file : "",
		b->file != NULL ? b->file : "");

	if (order == 0)
		order = int_compare(a->line, b->line);
	if (order == 0)
		order = int_compare(a->column, b->column);
	return order;
}

static bool fault_equal(const struct fault *a, const struct fault *b)
{
	return a->level == b->level && fault_compare(a, b) == 0 &&
		string_is(a->id, b->id) && string_is(a->text, b->text) &&
		string_is(a->excerpt, b->excerpt);
}

/* Merges the sorted halves [0, middle) and [middle, count) of items. */
static void faults_merge(struct fault *items, size_t middle, size_t count,
	struct fault *room)
{
	size_t left = 0, right = middle;

	for (size_t i = 0; i < count; i++) {
		bool take_left = right == count || (left < middle &&
			fault_compare(&items[left], &items[right]) <= 0);

		room[i] = items[take_left ? left++ : right++];
	}
	memcpy(items, room, count * sizeof *items);
}

/* Merge sort, since qsort promises nothing for equals. */
static void faults_sort_range(struct fault *items, size_t count,
	struct fault *room)
{
	size_t middle = count / 2;

	if (count < 2)
		return;
	faults_sort_range(items, middle, room);
	faults_sort_range(items + middle, count - middle, room);
	faults_merge(items, middle, count, room);
}

/* What stands once in a file and is read many times is wrong once. */
static void faults_unite(struct faults *faults)
{
	size_t kept = 0;

	for (size_t i = 0; i < faults->count; i++) {
		struct fault *fault = &faults->items[i];

		if (kept == 0 || !fault_equal(&faults->items[kept - 1], fault)) {
			faults->items[kept++] = *fault;
			continue;
		}
		if (fault->level == FAULT_ERROR)
			faults->errors--;
		else
			faults->warnings--;
		fault_release(fault);
	}
	faults->count = kept;
}

void faults_sort(struct faults *faults)
{
	struct fault *room = mem_new(faults->count, sizeof *room);

	faults_sort_range(faults->items, faults->count, room);
	free(room);
	faults_unite(faults);
}

static void fault_print(const struct fault *fault, struct text *out)
{
	if (fault->file != NULL) {
		text_add_printable(out, fault->file);
		if (fault->line > 0)
			text_addf(out, ":%d", fault->line);
		text_add_string(out, ": ");
	}
	text_add_printable(out, fault->text);
	if (fault->id != NULL)
		text_addf(out, " [%s]", fault->id);
	text_add_char(out, '\n');
	for (const char *line = fault->excerpt; line != NULL && *line != '\0';) {
		const char *end = strchrnul(line, '\n');

		text_add_string(out, "    ");
		text_add(out, line, (size_t)(end - line));
		text_add_char(out, '\n');
		line = *end != '\0' ? end + 1 : end;
	}
}

void faults_print(const struct faults *faults, struct text *out)
{
	for (size_t i = 0; i < faults->count; i++)
		fault_print(&faults->items[i], out);
	if (faults->dropped != 0)
		text_addf(out, "and %zu more\n", faults->dropped);
}
