/*
 * conf_text: one pass over the tokens of a configuration file, with the
 * grammar of libconfig 1.5 (manual, chapter "Configuration Files").
 *
 * Mending is done in place where the bytes suffice (a comma becomes a space);
 * where something has to be added, the text up to there is copied to `clean`
 * and the addition put behind it. An untouched file is copied once.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "conf/conf_text.h"

#define NAME_SHOWN 40	/* letters of a name in messages */

enum scan_token {	/* what stood there last */
	SCAN_OPEN,	/* the start, or a bracket that opens */
	SCAN_NAME,	/* a name in a group, which is to become a key */
	SCAN_KEY,	/* a name, = or : */
	SCAN_STRING,
	SCAN_VALUE,	/* any other value */
	SCAN_COMMA,
	SCAN_SEMICOLON
};

enum scan_event {	/* what comes now */
	EVENT_NAME, EVENT_ASSIGN, EVENT_VALUE, EVENT_COMMA, EVENT_SEMICOLON,
	EVENT_CLOSE, EVENT_COUNT
};

#define AFTER(token) (1u << SCAN_##token)
#define AFTER_VALUE (AFTER(STRING) | AFTER(VALUE))

/* The grammar: after which tokens an event may come, in groups (and the file
   itself) and in lists and arrays. A string may also follow a string. */
static const unsigned scan_fits[2][EVENT_COUNT] = {
	{
		[EVENT_NAME] = AFTER(OPEN) | AFTER_VALUE | AFTER(COMMA) |
			AFTER(SEMICOLON),
		[EVENT_ASSIGN] = AFTER(NAME),
		[EVENT_VALUE] = AFTER(KEY),
		[EVENT_COMMA] = AFTER_VALUE,
		[EVENT_SEMICOLON] = AFTER_VALUE,
		[EVENT_CLOSE] = AFTER(OPEN) | AFTER_VALUE | AFTER(COMMA) |
			AFTER(SEMICOLON),
	},
	{
		[EVENT_VALUE] = AFTER(OPEN) | AFTER(COMMA),
		[EVENT_COMMA] = AFTER_VALUE,
		[EVENT_CLOSE] = AFTER(OPEN) | AFTER_VALUE | AFTER(COMMA),
	},
};

struct scan_name {
	const char *start;
	size_t length;
};

struct scan_frame {
	char open;	/* { ( [, or { for the whole file */
	int line;
	size_t first_key;
	struct scan_name key;	/* whose value it is, or is within */
};

struct scan_key {
	struct scan_name name;
	uint32_t hash;
	int line;
};

struct scan {
	const char *file;
	struct faults *faults;		/* NULL: nothing is told */
	struct text *clean;		/* NULL: nothing is mended */
	struct conf_obstacle *obstacle;
	conf_phrase_visit *visit;
	void *context;

	char *at, *end;
	char *plain;			/* not copied from here on */
	int line;
	enum scan_token before;
	char *comma;			/* the last one behind a value */
	int comma_line;
	struct scan_name name;		/* a name that may become a key */
	struct scan_name key;		/* the last key, for messages */
	struct scan_name list;		/* the last key at the top */
	struct scan_frame frames[CONF_DEPTH_MAX + 1];
	int depth;
	struct scan_key *keys;		/* of all open groups */
	size_t key_count, key_capacity;
	size_t values;
	int duplicates;
	bool nul_told;
	int long_from, long_to;		/* lines of the last that has several */
	bool stopped;
};

/* --- telling and mending ------------------------------------------------- */

static int name_shown(struct scan_name name)
{
	return name.length < NAME_SHOWN ? (int)name.length : NAME_SHOWN;
}

static void scan_fault(struct scan *scan, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* An error at a line, under the last key when there is one. */
static void scan_fault(struct scan *scan, int line, const char *format, ...)
{
	struct origin origin = {scan->file, line, 0};
	struct text text;
	va_list arguments;

	if (scan->faults == NULL)
		return;
	text_init(&text, 0);
	va_start(arguments, format);
	text_addv(&text, format, arguments);
	va_end(arguments);
	if (scan->key.length != 0)
		faults_error(scan->faults, origin, "%.*s: %s",
			name_shown(scan->key), scan->key.start,
			text_string(&text));
	else
		faults_error(scan->faults, origin, "%s", text_string(&text));
	text_release(&text);
}

static void scan_block(struct scan *scan, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void scan_block_as(struct scan *scan, int line, const char *what,
	const char *format, va_list arguments)
	__attribute__((format(printf, 4, 0)));

/* The first obstacle is the one to be told. */
static void scan_block_as(struct scan *scan, int line, const char *what,
	const char *format, va_list arguments)
{
	struct conf_obstacle *obstacle = scan->obstacle;
	int length;

	if (obstacle == NULL || obstacle->line != 0)
		return;
	obstacle->line = line;
	length = snprintf(obstacle->text, sizeof obstacle->text, "%s", what);
	vsnprintf(obstacle->text + length, sizeof obstacle->text -
		(size_t)length, format, arguments);
}

static void scan_block(struct scan *scan, int line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	scan_block_as(scan, line, "syntax error: ", format, arguments);
	va_end(arguments);
}

static void scan_stop(struct scan *scan, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A limit is passed: what comes behind is not even looked at. */
static void scan_stop(struct scan *scan, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	scan_block_as(scan, scan->line, "", format, arguments);
	va_end(arguments);
	scan->stopped = true;
}

/* Puts addition before the text at a place, which is not copied yet. */
static void scan_insert(struct scan *scan, char *place, const char *addition)
{
	if (scan->clean == NULL)
		return;
	text_add(scan->clean, scan->plain, (size_t)(place - scan->plain));
	text_add_string(scan->clean, addition);
	scan->plain = place;
}

/* Overwrites what has not been copied yet. */
static void scan_overwrite(struct scan *scan, char *from, size_t length, char by)
{
	if (scan->clean != NULL && from >= scan->plain)
		memset(from, by, length);
}

/* --- brackets ------------------------------------------------------------ */

static struct scan_frame *scan_top(struct scan *scan)
{
	return &scan->frames[scan->depth];
}

static bool scan_in_list(struct scan *scan)
{
	return scan_top(scan)->open != '{';
}

static const char *frame_word(char open)
{
	return open == '(' ? "list" : open == '[' ? "array" : "group";
}

/* What is wrong with an event in a list or in a group. */
static const char *const scan_wrong[2][EVENT_COUNT] = {
	{
		[EVENT_NAME] = "a name where none can stand",
		[EVENT_ASSIGN] = "= without a key before it",
		[EVENT_VALUE] = "a value without a key",
		[EVENT_COMMA] = "a comma without a setting before it",
		[EVENT_SEMICOLON] = "; without a setting before it",
	},
	{
		[EVENT_ASSIGN] = "= where no key can stand: only groups { … } "
			"have keys",
		[EVENT_VALUE] = "a comma is missing before this element",
		[EVENT_COMMA] = "a comma without an element before it",
		[EVENT_SEMICOLON] = "; where a comma parts elements",
	},
};

/* Where one " is missing, every later string begins where it should end. */
static void scan_misplaced(struct scan *scan, enum scan_event event)
{
	const struct scan_frame *frame = scan_top(scan);

	if (scan->long_to == scan->line)
		scan_block(scan, scan->long_from, "the string that begins here "
			"ends on line %d: is its closing \" missing?",
			scan->line);
	else if (scan->before == SCAN_NAME)
		scan_block(scan, scan->line, "= is missing after \"%.*s\"",
			name_shown(scan->name), scan->name.start);
	else if (scan->before == SCAN_KEY)
		scan_block(scan, scan->line, "a value is missing after "
			"\"%.*s =\"", name_shown(scan->key), scan->key.start);
	else if (scan_in_list(scan))
		scan_block(scan, scan->line, "%s (the %s opened on line %d)",
			scan_wrong[1][event], frame_word(frame->open),
			frame->line);
	else
		scan_block(scan, scan->line, "%s", scan_wrong[0][event]);
}

/* An event leaves a token, whether it fits or not. */
static void scan_event(struct scan *scan, enum scan_event event,
	enum scan_token token)
{
	unsigned fits = scan_fits[scan_in_list(scan)][event];

	if ((fits >> scan->before & 1) == 0 &&
	    (token != SCAN_STRING || scan->before != SCAN_STRING))
		scan_misplaced(scan, event);
	scan->before = token;
}

static void scan_value(struct scan *scan, enum scan_token token)
{
	if (++scan->values > CONF_VALUES_MAX)
		scan_stop(scan, "more than %d values in one file",
			CONF_VALUES_MAX);
	scan_event(scan, EVENT_VALUE, token);
}

static void scan_open(struct scan *scan)
{
	char open = *scan->at++;

	scan_value(scan, SCAN_OPEN);
	if (scan_top(scan)->open == '[')
		scan_block(scan, scan->line, "only plain values can stand in "
			"an array [ … ]: make it a list ( … )");
	if (scan->depth == CONF_DEPTH_MAX) {
		scan_stop(scan, "more than %d brackets within brackets",
			CONF_DEPTH_MAX);
		return;
	}
	scan->depth++;
	*scan_top(scan) = (struct scan_frame){open, scan->line,
		scan->key_count, scan->key};
}

static void scan_trailing_comma(struct scan *scan, char close)
{
	scan_fault(scan, scan->comma_line, "a trailing comma before the "
		"closing %c: take it away", close);
	scan_overwrite(scan, scan->comma, 1, ' ');
}

static void scan_close(struct scan *scan)
{
	char close = *scan->at++;
	char open = close == '}' ? '{' : close == ')' ? '(' : '[';

	if (scan->depth == 0) {
		scan_block(scan, scan->line, "%c closes nothing", close);
		return;
	}
	if (scan_top(scan)->open != open)
		scan_block(scan, scan->line,
			"%c cannot close the %c opened on line %d", close,
			scan_top(scan)->open, scan_top(scan)->line);
	if (scan->before == SCAN_COMMA && scan->comma != NULL &&
	    close != '}') {
		/* A group's comma ends a setting, and is fine. */
		scan->key = scan_top(scan)->key;
		scan_trailing_comma(scan, close);
	}
	scan_event(scan, EVENT_CLOSE, SCAN_VALUE);
	scan->key = scan_top(scan)->key;
	scan->key_count = scan_top(scan)->first_key;
	scan->depth--;
}

/* --- names and keys ------------------------------------------------------ */

static bool char_begins_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '*';
}

static bool char_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool name_is_bool(struct scan_name name)
{
	return (name.length == 4 && strncasecmp(name.start, "true", 4) == 0) ||
		(name.length == 5 && strncasecmp(name.start, "false", 5) == 0);
}

static void scan_name(struct scan *scan)
{
	struct scan_name name = {.start = scan->at};

	while (char_begins_name(*scan->at) || char_is_digit(*scan->at) ||
	    *scan->at == '-' || *scan->at == '_')
		scan->at++;
	name.length = (size_t)(scan->at - name.start);
	if (scan_in_list(scan) || scan->before == SCAN_KEY) {
		scan_value(scan, SCAN_VALUE);
		if (!name_is_bool(name))
			scan_block(scan, scan->line, "%.*s must stand in "
				"quotes: \"%.*s\"", name_shown(name),
				name.start, name_shown(name), name.start);
		return;
	}
	scan_event(scan, EVENT_NAME, SCAN_NAME);
	if (name_is_bool(name))
		scan_block(scan, scan->line, "%.*s can't be a key",
			name_shown(name), name.start);
	scan->name = name;
}

static uint32_t name_hash(struct scan_name name)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < name.length; i++)
		hash = (hash ^ (unsigned char)name.start[i]) * 16777619u;
	return hash;
}

static const struct scan_key *scan_find(struct scan *scan,
	const struct scan_key *key)
{
	for (size_t i = scan_top(scan)->first_key; i < scan->key_count; i++) {
		const struct scan_key *other = &scan->keys[i];

		if (other->hash == key->hash &&
		    other->name.length == key->name.length &&
		    memcmp(other->name.start, key->name.start,
			key->name.length) == 0)
			return other;
	}
	return NULL;
}

/* The second of two equal keys becomes one that everybody passes over. */
static void scan_duplicate(struct scan *scan, struct scan_name name, int first)
{
	char addition[32];

	scan_fault(scan, scan->line, "a duplicate key: it stands in this "
		"group on line %d already", first);
	snprintf(addition, sizeof addition, "x_*%d*", ++scan->duplicates);
	scan_insert(scan, (char *)name.start, addition);
}

static void scan_add_key(struct scan *scan)
{
	struct scan_key key = {scan->key, name_hash(scan->key), scan->line};
	const struct scan_key *first = scan_find(scan, &key);

	if (first != NULL) {
		scan_duplicate(scan, key.name, first->line);
		return;
	}
	if (scan->key_count - scan_top(scan)->first_key == CONF_GROUP_KEYS_MAX) {
		scan_stop(scan, "more than %d keys in one group",
			CONF_GROUP_KEYS_MAX);
		return;
	}
	scan->keys = mem_grow(scan->keys, scan->key_count, &scan->key_capacity,
		sizeof *scan->keys);
	scan->keys[scan->key_count++] = key;
}

/* = or : after a name makes it a key. */
static void scan_assign(struct scan *scan)
{
	bool is_key = scan->before == SCAN_NAME && !scan_in_list(scan);

	scan->at++;
	scan_event(scan, EVENT_ASSIGN, SCAN_KEY);
	if (!is_key)
		return;
	scan->key = scan->name;
	if (scan->depth == 0)
		scan->list = scan->name;
	scan_add_key(scan);
}

/* --- comments and strings ------------------------------------------------ */

static void scan_line_comment(struct scan *scan)
{
	char *end = memchr(scan->at, '\n', (size_t)(scan->end - scan->at));

	scan->at = end != NULL ? end : scan->end;
}

static void scan_block_comment(struct scan *scan)
{
	int from = scan->line;

	for (scan->at += 2; scan->at < scan->end; scan->at++) {
		if (*scan->at == '\n')
			scan->line++;
		if (scan->at[0] == '*' && scan->at[1] == '/') {
			scan->at += 2;
			return;
		}
	}
	/* libconfig does not mind. */
	scan->key = (struct scan_name){0};
	scan_fault(scan, from, "this comment is never closed");
}

static int hex_value(char c)
{
	if (char_is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \xNN gives a byte; a NUL would end the string, others are no UTF-8. */
static void scan_escape(struct scan *scan)
{
	int high, low;

	if (scan->at[1] == '"' || scan->at[1] == '\\') {
		scan->at += 2;
		return;
	}
	if ((scan->at[1] | 0x20) == 'x' &&
	    (high = hex_value(scan->at[2])) >= 0 &&
	    (low = hex_value(scan->at[3])) >= 0 &&
	    (high >= 8 || high + low == 0)) {
		scan_fault(scan, scan->line, "\\x%c%c is no character: write "
			"the character itself, in UTF-8", scan->at[2],
			scan->at[3]);
		scan_overwrite(scan, scan->at, 4, '_');
	}
	scan->at++;
}

static void scan_phrase(struct scan *scan, const char *start)
{
	struct conf_phrase phrase = {
		.list = scan->list.start, .list_length = scan->list.length,
		.key = scan->key.start, .key_length = scan->key.length,
		.value = start, .value_length = (size_t)(scan->at - start),
		.line = scan->line,
	};

	if (scan->visit != NULL && scan->depth == 2 &&
	    scan->frames[1].open == '(' && scan->frames[2].open == '{')
		scan->visit(scan->context, &phrase);
}

static void scan_string(struct scan *scan)
{
	int from = scan->line;
	bool is_value = scan->before == SCAN_KEY;
	char *start;

	scan_value(scan, SCAN_STRING);
	for (start = ++scan->at; scan->at < scan->end;) {
		if (*scan->at == '"')
			break;
		if (*scan->at == '\n')
			scan->line++;
		if (*scan->at == '\\')
			scan_escape(scan);
		else
			scan->at++;
	}
	if (scan->at >= scan->end) {
		scan->at = scan->end;
		scan_block(scan, from, "this string is never closed");
		return;
	}
	if (is_value)
		scan_phrase(scan, start);
	if (from != scan->line) {
		scan->long_from = from;
		scan->long_to = scan->line;
	}
	scan->at++;
}

/* What can begin no token. */
static void scan_garbage(struct scan *scan)
{
	unsigned char c = (unsigned char)*scan->at++;

	if (scan->long_to == scan->line)
		scan_misplaced(scan, EVENT_VALUE);
	else if (c > ' ' && c < 0x7f)
		scan_block(scan, scan->line, "a %c where none can stand", c);
	else
		scan_block(scan, scan->line, "the byte \\x%02x where only "
			"ASCII can stand: is a \" missing?", c);
}

/* --- numbers ------------------------------------------------------------- */

struct scan_number {
	char *start, *end;	/* without L */
	int digits;		/* significant */
	bool any;		/* a digit at all */
	bool whole;		/* no point, no exponent */
	bool hex;
	bool is_long;		/* L follows */
};

/* Moves over digits; zeros wait until a digit follows them. */
static char *number_digits(struct scan_number *number, char *at, int *zeros)
{
	for (; char_is_digit(*at); at++) {
		number->any = true;
		if (*at != '0') {
			number->digits += *zeros + 1;
			*zeros = 0;
		} else if (number->digits != 0) {
			*zeros += 1;
		}
	}
	return at;
}

static char *number_exponent(struct scan_number *number, char *at)
{
	char *digits = at + 1;

	if ((!number->any && number->whole) || (*at != 'e' && *at != 'E'))
		return at;
	if (*digits == '+' || *digits == '-')
		digits++;
	if (!char_is_digit(*digits))
		return at;
	number->whole = false;
	while (char_is_digit(*digits))
		digits++;
	return digits;
}

static char *number_hex(struct scan_number *number, char *at)
{
	number->hex = number->any = true;
	for (at += 2; hex_value(*at) >= 0; at++)
		;
	return at;
}

static struct scan_number number_read(char *at)
{
	struct scan_number number = {.start = at, .whole = true};
	int zeros = 0;

	if (at[0] == '0' && (at[1] | 0x20) == 'x' && hex_value(at[2]) >= 0) {
		number.end = number_hex(&number, at);
	} else {
		if (*at == '+' || *at == '-')
			at++;
		at = number_digits(&number, at, &zeros);
		if (*at == '.') {
			number.whole = false;
			at = number_digits(&number, at + 1, &zeros);
		}
		number.end = number_exponent(&number, at);
	}
	number.is_long = number.whole && number.any && *number.end == 'L';
	return number;
}

/* The number alone: what follows it may be the rest of a large file. */
static const char *number_copy(const struct scan_number *number,
	char room[CONF_NUMBER_MAX + 1])
{
	size_t length = (size_t)(number->end - number->start);

	memcpy(room, number->start, length);
	room[length] = '\0';
	return room;
}

/* What is read would not be what is written. Returns whether that was said. */
static bool scan_check_whole(struct scan *scan,
	const struct scan_number *number)
{
	int length = (int)(number->end - number->start);
	char room[CONF_NUMBER_MAX + 1];
	long long value;

	errno = 0;
	value = strtoll(number_copy(number, room), NULL, number->hex ? 16 : 10);
	if (errno != 0)
		scan_fault(scan, scan->line, "%.*s is too large: write it as "
			"a string: \"%.*s\"", length, number->start, length,
			number->start);
	else if (!number->is_long && (value > INT32_MAX || value < -INT32_MAX))
		scan_fault(scan, scan->line, "%.*s is beyond %d: write %.*sL, "
			"or write it as a string: \"%.*s\"", length,
			number->start, INT32_MAX, length, number->start,
			length, number->start);
	else
		return false;
	return true;
}

static bool scan_check_float(struct scan *scan,
	const struct scan_number *number)
{
	int length = (int)(number->end - number->start);
	char room[CONF_NUMBER_MAX + 1];
	double value = strtod(number_copy(number, room), NULL);

	if (isfinite(value) && (number->digits == 0 || isnormal(value)))
		return false;
	scan_fault(scan, scan->line, "%.*s is too %s: write it as a string: "
		"\"%.*s\"", length, number->start,
		isfinite(value) ? "small" : "large", length, number->start);
	return true;
}

static bool scan_check_number(struct scan *scan,
	const struct scan_number *number)
{
	int length = (int)(number->end - number->start);

	if (!number->any) {
		scan_fault(scan, scan->line, "a number without digits");
		return false;
	}
	if (length > CONF_NUMBER_MAX) {
		scan_fault(scan, scan->line, "a number of more than %d characters: "
			"write it as a string", CONF_NUMBER_MAX);
		return true;
	}
	if (number->digits > CONF_DIGITS_MAX && !number->hex) {
		scan_fault(scan, scan->line, "%.*s has %d significant digits, "
			"of which only %d would be kept: write it as a "
			"string: \"%.*s\"", length, number->start,
			number->digits, CONF_DIGITS_MAX, length, number->start);
		return true;
	}
	return number->whole ? scan_check_whole(scan, number) :
		scan_check_float(scan, number);
}

static void scan_number(struct scan *scan)
{
	struct scan_number number = number_read(scan->at);

	if (number.end == scan->at + 1 && !number.any && *scan->at != '.') {
		scan_garbage(scan);	/* a sign alone */
		return;
	}
	scan_value(scan, SCAN_VALUE);
	scan->at = number.end;
	/* Mended as asked: a string. In an array all must be of one type. */
	if (scan_check_number(scan, &number) && scan_top(scan)->open != '[') {
		scan_insert(scan, number.start, "\"");
		scan_insert(scan, number.end, "\"");
		if (number.is_long && scan->clean != NULL)
			scan->plain += strspn(number.end, "L");
	}
	if (number.is_long)
		scan->at += scan->at[1] == 'L' ? 2 : 1;
}

/* --- the rest ------------------------------------------------------------ */

static void scan_comma(struct scan *scan)
{
	bool after_value = scan->before == SCAN_VALUE ||
		scan->before == SCAN_STRING;

	scan_event(scan, EVENT_COMMA, SCAN_COMMA);
	scan->comma = after_value ? scan->at : NULL;
	scan->at++;
	scan->comma_line = scan->line;
}

static void scan_semicolon(struct scan *scan)
{
	scan_event(scan, EVENT_SEMICOLON, SCAN_SEMICOLON);
	scan->at++;
}

/* Files are brought in by the list `register` alone, so that every one is
   known, bounded and named in messages. */
static void scan_include(struct scan *scan)
{
	if (strncmp(scan->at, "@include", 8) == 0) {
		scan->key = (struct scan_name){0};
		scan_fault(scan, scan->line, "@include is not possible: name "
			"files and folders in the list `register`");
		scan_overwrite(scan, scan->at, 1, '#');
		scan_line_comment(scan);
		return;
	}
	scan_garbage(scan);
}

static void scan_step(struct scan *scan)
{
	char c = *scan->at;

	if (c == '\n') {
		scan->line++;
		scan->at++;
	} else if (c == ' ' || c == '\t' || c == '\r' || c == '\f') {
		scan->at++;
	} else if (c == '#' || (c == '/' && scan->at[1] == '/')) {
		scan_line_comment(scan);
	} else if (c == '/' && scan->at[1] == '*') {
		scan_block_comment(scan);
	} else if (char_begins_name(c)) {
		scan_name(scan);
	} else if (c == '=' || c == ':') {
		scan_assign(scan);
	} else if (c == '"') {
		scan_string(scan);
	} else if (char_is_digit(c) || c == '-' || c == '+' || c == '.') {
		scan_number(scan);
	} else if (c == '{' || c == '(' || c == '[') {
		scan_open(scan);
	} else if (c == '}' || c == ')' || c == ']') {
		scan_close(scan);
	} else if (c == ',') {
		scan_comma(scan);
	} else if (c == ';') {
		scan_semicolon(scan);
	} else {
		scan_include(scan);
	}
}

static void scan_run(struct scan *scan, char *bytes, size_t length)
{
	scan->at = scan->plain = bytes;
	scan->end = bytes + length;
	scan->line = 1;
	scan->frames[0] = (struct scan_frame){.open = '{'};
	while (scan->at < scan->end && !scan->stopped)
		scan_step(scan);
	if (scan->depth == 0 && !scan->stopped)
		scan_event(scan, EVENT_CLOSE, SCAN_OPEN);
	else if (scan->depth != 0)
		scan_block(scan, scan_top(scan)->line,
			"the %c opened here is never closed",
			scan_top(scan)->open);
	free(scan->keys);
	scan->keys = NULL;
}

/* --- bytes before tokens ------------------------------------------------- */

static int line_of(const char *bytes, const char *place)
{
	int line = 1;

	for (; (bytes = memchr(bytes, '\n', (size_t)(place - bytes))) != NULL;
	    bytes++)
		line++;
	return line;
}

/* The first NUL is told, all become spaces. */
static void scan_nuls(struct scan *scan, char *bytes, size_t length)
{
	char *end = bytes + length, *nul = memchr(bytes, '\0', length);

	if (nul != NULL)
		scan_fault(scan, line_of(bytes, nul), "a NUL byte: this must "
			"be a text file in UTF-8");
	for (; nul != NULL; nul = memchr(nul, '\0', (size_t)(end - nul)))
		*nul = ' ';
}

static void scan_mark(struct scan *scan, char *bytes, size_t length)
{
	if (length < 3 || memcmp(bytes, "\xef\xbb\xbf", 3) != 0)
		return;
	scan_fault(scan, 1, "the file begins with a byte order mark (BOM): "
		"save it as UTF-8 without one");
	memset(bytes, ' ', 3);
}

static bool bytes_are_ascii(const char *bytes, size_t length)
{
	uint64_t any = 0, word;
	size_t i = 0;

	for (; i + sizeof word <= length; i += sizeof word) {
		memcpy(&word, bytes + i, sizeof word);
		any |= word;
	}
	for (; i < length; i++)
		any |= (unsigned char)bytes[i];
	return (any & UINT64_C(0x8080808080808080)) == 0;
}

static void scan_utf8(struct scan *scan, const char *bytes, size_t length)
{
	const char *end = bytes + length;
	int number = 1;

	if (bytes_are_ascii(bytes, length) || utf8_is_valid(bytes, length))
		return;
	for (const char *line = bytes; line < end; number++) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));

		if (stop == NULL)
			stop = end;
		if (!utf8_is_valid(line, (size_t)(stop - line))) {
			scan_fault(scan, number, "this line is not UTF-8");
			return;
		}
		line = stop + 1;
	}
}

void conf_text_scan(char *bytes, size_t length, const char *file,
	struct faults *faults, struct text *clean,
	struct conf_obstacle *obstacle)
{
	struct scan scan = {.file = file, .faults = faults, .clean = clean,
		.obstacle = obstacle};

	*obstacle = (struct conf_obstacle){0};
	scan_nuls(&scan, bytes, length);
	scan_mark(&scan, bytes, length);
	scan_utf8(&scan, bytes, length);
	scan_run(&scan, bytes, length);
	text_add(clean, scan.plain, (size_t)(scan.end - scan.plain));
	/* libconfig knows no comment without the end of its line. */
	text_add_char(clean, '\n');
}

void conf_text_visit(char *bytes, size_t length, conf_phrase_visit *visit,
	void *context)
{
	struct scan scan = {.visit = visit, .context = context};

	scan_run(&scan, bytes, length);
}
