/*
 * The lexer. Whatever begins with a digit is read as far as letters, digits,
 * dots and underscores go, and then told apart: number, duration, else a name
 * (ids may begin with a digit). Four digits and a hyphen begin a period.
 */
#include "core/expression_internal.h"

#include <string.h>

static bool char_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool char_is_name(char c)
{
	return char_is_digit(c) || (c >= 'a' && c <= 'z') ||
		(c >= 'A' && c <= 'Z') || c == '_' || c == '.';
}

static bool char_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char symbol_texts[SYMBOL_COUNT][4] = {
	[SYMBOL_OR] = "or", [SYMBOL_AND] = "and", [SYMBOL_NOT] = "not",
	[SYMBOL_LT] = "<", [SYMBOL_LE] = "<=", [SYMBOL_EQ] = "==",
	[SYMBOL_NE] = "!=", [SYMBOL_GE] = ">=", [SYMBOL_GT] = ">",
	[SYMBOL_PLUS] = "+", [SYMBOL_MINUS] = "-", [SYMBOL_TIMES] = "*",
	[SYMBOL_OVER] = "/", [SYMBOL_OPEN] = "(", [SYMBOL_CLOSE] = ")",
	[SYMBOL_COMMA] = ",", [SYMBOL_RANGE] = "..",
};

/* What people write in other languages, and what it is here. */
static const struct {
	const char *written;
	const char *meant;
} foreign_symbols[] = {
	{"&&", "and"}, {"||", "or"}, {"<>", "!="}, {"=>", ">="}, {"=<", "<="},
	{"≥", ">="}, {"≤", "<="}, {"≠", "!="}, {"−", "-"}, {"–", "-"},
	{"×", "*"}, {"·", "*"}, {"÷", "/"}, {"“", "\""}, {"”", "\""},
	{"=", "=="}, {"!", "not"}, {"&", "and"}, {"|", "or"}, {"'", "\""},
};

static bool text_has(const struct compiler *compiler, const char *string)
{
	return strncmp(compiler->text + compiler->position, string, strlen(string)) == 0;
}

const char *compiler_quote(struct compiler *compiler, uint32_t from, uint32_t to)
{
	return arena_string_n(compiler->arena, compiler->text + from, to - from);
}

/* --- what begins with a digit --------------------------------------------- */

static uint32_t run_end(const struct compiler *compiler, uint32_t at)
{
	while (char_is_name(compiler->text[at]) &&
	    strncmp(compiler->text + at, "..", 2) != 0)
		at++;
	return at;
}

/* The end of a run that may be a number whose exponent has a sign. */
static uint32_t number_end(const struct compiler *compiler)
{
	const char *text = compiler->text;
	uint32_t from = compiler->position;
	uint32_t end = run_end(compiler, from);
	uint32_t digits = from;

	while (char_is_digit(text[digits]) || text[digits] == '.')
		digits++;
	if (digits + 1 == end && (text[digits] == 'e' || text[digits] == 'E') &&
	    (text[end] == '+' || text[end] == '-') && char_is_digit(text[end + 1]))
		return run_end(compiler, end + 1);
	return end;
}

/* Four digits, a hyphen, and a letter or digit: 2020-07, 2020-Q3, … */
static bool period_begins(const struct compiler *compiler)
{
	const char *text = compiler->text + compiler->position;

	for (int i = 0; i < 4; i++)
		if (!char_is_digit(text[i]))
			return false;
	return text[4] == '-' && (char_is_digit(text[5]) ||
		((text[5] == 'Q' || text[5] == 'H' || text[5] == 'W') &&
		char_is_digit(text[6])));
}

/* 2020-07-15T12:00:00-05:00 holds more than a name's characters. */
static uint32_t period_end_of_text(const struct compiler *compiler)
{
	const char *text = compiler->text;
	uint32_t at = compiler->position + 5;
	bool timed = false;

	for (;; at++) {
		if (strncmp(text + at, "..", 2) == 0)
			return at;
		timed = timed || text[at] == 'T';
		if (char_is_name(text[at]))
			continue;
		if (text[at] == '-' && char_is_digit(text[at + 1]))
			continue;
		if (timed && (text[at] == ':' || text[at] == '+'))
			continue;
		return at;
	}
}

static bool lex_period(struct compiler *compiler, struct token *token)
{
	const char *quoted;

	token->to = period_end_of_text(compiler);
	token->kind = TOKEN_PERIOD;
	if (period_parse(compiler->text + token->from, token->to - token->from,
	    &token->period))
		return true;
	quoted = compiler_quote(compiler, token->from, token->to);
	return compiler_fault(compiler, token->from, token->to,
		"%s is not a period; a difference is written with spaces "
		"around the minus", quoted);
}

static bool lex_digits(struct compiler *compiler, struct token *token)
{
	const char *text = compiler->text + token->from;
	size_t length;

	token->to = number_end(compiler);
	length = token->to - token->from;
	if (decimal_parse(text, length, &token->number)) {
		token->kind = TOKEN_NUMBER;
		return true;
	}
	if (duration_parse(text, length, &token->duration)) {
		token->kind = TOKEN_DURATION;
		return true;
	}
	token->string = compiler_quote(compiler, token->from, token->to);
	if (strspn(token->string, "0123456789.eE+-") == length)
		return compiler_fault(compiler, token->from, token->to,
			"%s is not a number, or one of more than 38 digits",
			token->string);
	if (strspn(token->string, "0123456789_") == length)
		return compiler_fault(compiler, token->from, token->to,
			"%s: numbers are written without separators", token->string);
	token->kind = TOKEN_NAME;
	return true;
}

/* --- the rest -------------------------------------------------------------- */

static bool lex_name(struct compiler *compiler, struct token *token)
{
	static const enum symbol words[] = {SYMBOL_OR, SYMBOL_AND, SYMBOL_NOT};

	token->to = run_end(compiler, token->from);
	token->kind = TOKEN_NAME;
	token->string = compiler_quote(compiler, token->from, token->to);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(token->string, symbol_texts[words[i]]) != 0)
			continue;
		token->kind = TOKEN_SYMBOL;
		token->symbol = words[i];
	}
	return true;
}

/* "text" with \" and \\ in it, on one line. */
static bool lex_text(struct compiler *compiler, struct token *token)
{
	const char *text = compiler->text;
	uint32_t at = token->from + 1;
	size_t length = 0;
	char *string = arena_alloc(compiler->arena,
		compiler->length - token->from + 1, 1);

	for (; text[at] != '"'; at++) {
		if (text[at] == '\\' && (text[at + 1] == '"' || text[at + 1] == '\\'))
			at++;
		if (at >= compiler->length || text[at] == '\n')
			return compiler_fault(compiler, token->from, at,
				"this text has no closing quote");
		string[length++] = text[at];
	}
	token->to = at + 1;
	token->kind = TOKEN_TEXT;
	token->string = string;
	return true;
}

/* The longest symbol here; words are names and come elsewhere. */
static bool lex_symbol(const struct compiler *compiler, struct token *token)
{
	size_t longest = 0;

	for (int i = SYMBOL_LT; i < SYMBOL_COUNT; i++) {
		size_t length = strlen(symbol_texts[i]);

		if (length <= longest || !text_has(compiler, symbol_texts[i]))
			continue;
		longest = length;
		token->kind = TOKEN_SYMBOL;
		token->symbol = (enum symbol)i;
		token->to = token->from + (uint32_t)length;
	}
	return longest > 0;
}

static bool lex_stranger(struct compiler *compiler, uint32_t from)
{
	const char *cursor = compiler->text + from;
	const char *end = compiler->text + compiler->length;
	struct text shown;
	const char *quoted;
	uint32_t to;

	utf8_next(&cursor, end);
	to = (uint32_t)(cursor - compiler->text);
	text_init(&shown, 0);
	text_add_printable(&shown, compiler_quote(compiler, from, to));
	quoted = arena_string(compiler->arena, text_string(&shown));
	text_release(&shown);
	return compiler_fault(compiler, from, to, "unexpected character %s", quoted);
}

/* &&, ≥ and the like; true when there is none here. */
static bool lex_foreign(struct compiler *compiler, uint32_t from)
{
	const size_t count = sizeof(foreign_symbols) / sizeof(foreign_symbols[0]);

	for (size_t i = 0; i < count; i++) {
		const char *written = foreign_symbols[i].written;

		if (text_has(compiler, written))
			return compiler_fault(compiler, from,
				from + (uint32_t)strlen(written),
				"%s is written %s here", written,
				foreign_symbols[i].meant);
	}
	return true;
}

static bool lex_token(struct compiler *compiler, struct token *token)
{
	const char *text = compiler->text;
	char c = text[token->from];

	if (token->from == compiler->length)
		return true;
	if (period_begins(compiler))
		return lex_period(compiler, token);
	if (char_is_digit(c))
		return lex_digits(compiler, token);
	if (char_is_name(c) && c != '.')
		return lex_name(compiler, token);
	if (c == '"')
		return lex_text(compiler, token);
	if (!text_has(compiler, "<>") && lex_symbol(compiler, token))
		return true;
	if (!lex_foreign(compiler, token->from))
		return false;
	return lex_stranger(compiler, token->from);
}

bool compiler_lex(struct compiler *compiler)
{
	struct token *token = &compiler->token;

	while (char_is_space(compiler->text[compiler->position]))
		compiler->position++;
	*token = (struct token){
		.kind = TOKEN_END,
		.from = compiler->position,
		.to = compiler->position,
	};
	if (!lex_token(compiler, token))
		return false;
	compiler->position = token->to;
	return true;
}
