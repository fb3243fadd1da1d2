/*
 * text: a growing byte string with a stated limit.
 *
 * A write that would pass the limit leaves the text as it was and marks it
 * as cut; every later write is then ignored. The builder of a text checks
 * once, at the end.
 */
#ifndef PLEDGED_BASE_TEXT_H
#define PLEDGED_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *data;	/* always ends in a NUL that length does not count;
			   NULL before the first write */
	size_t length;
	size_t capacity;
	size_t limit;	/* most bytes it may hold */
	bool cut;	/* a write was refused */
};

#define TEXT_LIMIT_DEFAULT ((size_t)64 << 20)

/* An empty text; limit 0 means TEXT_LIMIT_DEFAULT. */
void text_init(struct text *text, size_t limit);
void text_release(struct text *text);
/* Empties the text, keeps its memory. */
void text_clear(struct text *text);
/* Gives the bytes away ("" rather than NULL) and empties; free() them. */
char *text_take(struct text *text);
/* The bytes as a C string, "" when nothing was written. */
const char *text_string(const struct text *text);

void text_add(struct text *text, const void *bytes, size_t length);
void text_add_string(struct text *text, const char *string);
void text_add_char(struct text *text, char c);
void text_addf(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void text_addv(struct text *text, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));
/* "1 milestone", "2 milestones" */
void text_add_count(struct text *text, size_t count, const char *noun);

/* --- plain strings ------------------------------------------------- */

bool string_is(const char *a, const char *b); /* equal; NULL is only NULL */
bool string_starts(const char *string, const char *prefix);
bool string_ends(const char *string, const char *suffix);
/* Behind the white space a string begins with. */
const char *string_skip_space(const char *string);
/* Copies into size bytes, NUL included, cut between code points when longer. */
void string_copy(char *out, size_t size, const char *string);
/* Shell-style pattern: * ? and [a-z]; the whole string must match. */
bool string_matches(const char *string, const char *pattern);
/*
 * The entry of names (NULL-terminated) nearest to word by edit distance
 * with transpositions, or NULL if none is near (more than a third of the
 * word's letters, at most 3, would have to change).
 */
const char *string_nearest(const char *word, const char *const *names);

/* --- UTF-8 ---------------------------------------------------------- */

/* Whether the bytes are well-formed UTF-8 without NUL. */
bool utf8_is_valid(const char *bytes, size_t length);
/*
 * Decodes one code point at *cursor (before end) and moves it on; an
 * ill-formed byte gives U+FFFD and moves on by one.
 */
uint32_t utf8_next(const char **cursor, const char *end);
/* Whether a code point controls something (C0, C1, DEL), breaks lines or turns the
   direction of text. */
bool utf8_is_control(uint32_t code);
/* Columns a terminal needs for a code point: 0, 1 or 2. No locale. */
int utf8_width(uint32_t code);
/* Columns of a whole string. */
size_t utf8_columns(const char *string);
/* Appends a code point as UTF-8. */
void utf8_add(struct text *text, uint32_t code);

/* --- escapes -------------------------------------------------------- */

/* Adds a string as text or attribute value of HTML and XML (& < > " ' escaped;
   control characters other than tab and newline, those that turn the direction
   of text, and what XML has not, become U+FFFD). */
void text_add_html(struct text *text, const char *string);
/* Adds a string fit for a terminal or a log: control characters (C0, C1,
   DEL) as \xNN, those that break lines or turn the direction of text as \uNNNN,
   so that a source's title cannot move the cursor or seem another. */
void text_add_printable(struct text *text, const char *string);
/* Adds a string fit for one line that people read, most bytes of it at most, cut
   between code points with "…" behind: spaces, what breaks lines and what
   controls are one space between words, those that turn the direction of text
   and what is no UTF-8 U+FFFD. */
void text_add_line(struct text *text, const char *string, size_t most);
/* Adds a string percent-encoded (RFC 3986): what is no letter, digit or one of
   - . _ ~ and of the bytes in also. */
void text_add_percent(struct text *text, const char *string, const char *also);
/* Adds one CSV cell, quoted as RFC 4180 asks when it must be. */
void text_add_csv(struct text *text, const char *string);

#endif
