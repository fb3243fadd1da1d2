/*
 * error: why one operation failed; faults: everything wrong with an input.
 *
 * Four words for trouble: warning and error (counted, carried on), fatal
 * (the environment: a full disk, a missing folder), bug (ours). A function
 * either reports an error to its caller or logs it, never both. No text
 * holds a secret.
 */
#ifndef PLEDGED_BASE_ERROR_H
#define PLEDGED_BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum error_kind {
	ERROR_NONE,
	ERROR_INPUT,	/* what was given does not make sense */
	ERROR_LIMIT,	/* a stated maximum was passed */
	ERROR_ABSENT,	/* no such thing */
	ERROR_DENIED,	/* not permitted */
	ERROR_SYSTEM,	/* the environment: files, memory, network */
	ERROR_BUG	/* ours */
};

struct error {
	enum error_kind kind;
	char text[480];	/* one line, no full stop, cut when longer */
};

/* Fills error (NULL: ignored) and returns -1, to be returned in turn. */
int error_set(struct error *error, enum error_kind kind,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts "format: " before the present text. Returns -1. */
int error_prefix(struct error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* --- faults of an input ---------------------------------------------- */

enum fault_level { FAULT_WARNING, FAULT_ERROR };

/* Where something was said. file NULL: nowhere in particular. line and
   column count from 1; 0 is unknown. The file's name outlives the origin. */
struct origin {
	const char *file;
	int line;
	int column;
};

struct fault {
	enum fault_level level;
	char *file;	/* may be NULL */
	int line;
	int column;
	char *id;	/* a warning's documented name, e.g. "holidays-end" */
	char *text;	/* "key: what is wrong", one line */
	char *excerpt;	/* the expression and a caret line, or NULL */
};

struct faults {
	struct fault *items;
	size_t count;
	size_t capacity;
	size_t errors;	/* how many of them are errors, counted to the end */
	size_t warnings;
	size_t dropped;	/* beyond FAULTS_MAX, counted and not kept */
};

#define FAULTS_MAX 1000

void faults_init(struct faults *faults);
void faults_release(struct faults *faults);
/* Adds an error at origin. */
void faults_error(struct faults *faults, struct origin origin,
	const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Adds a warning with its documented id. */
void faults_warning(struct faults *faults, struct origin origin,
	const char *id, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Adds " (note)" to what the faults from a number on say, of those of a line. */
void faults_note(struct faults *faults, size_t from, int line,
	const char *note);
/* Gives the fault added last an excerpt: text, and a caret under the
   columns [from, to) of its (possibly several) lines. Nothing if the last
   fault was dropped. */
void faults_excerpt(struct faults *faults, const char *expression,
	size_t from, size_t to);
/* Takes over all faults of another list, which is empty afterwards. */
void faults_move(struct faults *to, struct faults *from);
/* Forgets every warning. */
void faults_drop_warnings(struct faults *faults);
/* Sorts by file, line, column; keeps the order of equals. Of those that say
   the same beside one another only the first is kept and counted. */
void faults_sort(struct faults *faults);
/* "file:line: key: what is wrong [id]" a line each, excerpts indented,
   "and N more" at the end. */
void faults_print(const struct faults *faults, struct text *out);

#endif
