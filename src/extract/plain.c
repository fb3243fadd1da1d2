/* plain: see plain.h. */
#include "extract/plain.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libxml/HTMLparser.h>

#define TAG_NAME_MAX 12
#define ENTITY_MAX 12

struct plain {
	struct text *out;
	size_t start;		/* what stands before it is not ours */
	bool gap;		/* white space is due before the next character */
};

static void plain_gap(struct plain *plain)
{
	plain->gap = plain->out->length > plain->start;
}

static void plain_code(struct plain *plain, uint32_t code)
{
	if (code <= ' ' || code == 0x7f || code == 0xa0 || code == 0x3000 ||
		code == 0x2028 || code == 0x2029) {
		plain_gap(plain);
		return;
	}
	if (plain->gap)
		text_add_char(plain->out, ' ');
	plain->gap = false;
	utf8_add(plain->out, code);
}

void plain_add_collapsed(struct text *out, const char *string)
{
	const char *cursor = string, *end = string + strlen(string);
	struct plain plain = {out, out->length, false};

	while (cursor < end)
		plain_code(&plain, utf8_next(&cursor, end));
}

/* --- HTML ------------------------------------------------------------------------ */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool tag_breaks(const char *name)
{
	static const char *const breaking[] = {"address", "article", "blockquote",
		"br", "dd", "div", "dl", "dt", "figcaption", "figure", "footer", "h1",
		"h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "ol", "option",
		"p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead",
		"tr", "ul"};

	for (size_t i = 0; i < sizeof breaking / sizeof *breaking; i++) {
		if (strcasecmp(breaking[i], name) == 0)
			return true;
	}
	return false;
}

/* Behind the next one of word, without regard to case; NULL: there is none. */
static const char *behind(const char *at, const char *end, const char *word)
{
	size_t length = strlen(word);

	for (; (size_t)(end - at) >= length; at++) {
		if (strncasecmp(at, word, length) == 0)
			return at + length;
	}
	return NULL;
}

/* Behind the tag that begins at a '<'; a quoted '>' does not end it. */
static const char *tag_end(const char *at, const char *end)
{
	char quote = '\0';

	for (; at < end; at++) {
		if (quote != '\0')
			quote = *at == quote ? '\0' : quote;
		else if (*at == '>')
			return at + 1;
		else if ((*at == '"' || *at == '\'') && at[-1] == '=')
			quote = *at;
	}
	return end;
}

static const char *or_end(const char *at, const char *end)
{
	return at != NULL ? at : end;
}

/* Behind the tag or comment at a '<'; NULL: it is a '<'. */
static const char *take_tag(struct plain *plain, const char *at, const char *end)
{
	char name[TAG_NAME_MAX] = "";
	const char *from = at + 1 + (at + 1 < end && at[1] == '/');
	size_t used = 0;

	if (end - at >= 4 && memcmp(at, "<!--", 4) == 0)
		return or_end(behind(at + 4, end, "-->"), end);
	if (from < end && (*from == '!' || *from == '?') && at[1] == *from)
		return tag_end(from, end);
	if (from >= end || !is_letter(*from))
		return NULL;
	while (from < end && used < TAG_NAME_MAX - 1 &&
		(is_letter(*from) || (*from >= '0' && *from <= '9')))
		name[used++] = *from++;
	if (tag_breaks(name))
		plain_gap(plain);
	const char *over = tag_end(from, end);

	if (at[1] != '/' && strcasecmp(name, "script") == 0)
		over = or_end(behind(over, end, "</script>"), end);
	else if (at[1] != '/' && strcasecmp(name, "style") == 0)
		over = or_end(behind(over, end, "</style>"), end);
	return over;
}

/* 0: there is no such character. */
static uint32_t number_code(const char *digits)
{
	bool hex = *digits == 'x' || *digits == 'X';
	char *over;
	unsigned long code = strtoul(digits + hex, &over, hex ? 16 : 10);

	if (over == digits + hex || *over != '\0' || code > 0x10ffff ||
		(code >= 0xd800 && code < 0xe000))
		return 0;
	return (uint32_t)code;
}

/* Behind the character named at a '&'; NULL: it is a '&'. */
static const char *take_named(struct plain *plain, const char *at,
	const char *end)
{
	char name[ENTITY_MAX] = "";
	size_t used = 0;
	uint32_t code = 0;

	for (at++; at < end && *at != ';' && used < ENTITY_MAX - 1; at++) {
		if (!is_letter(*at) && *at != '#' && !(*at >= '0' && *at <= '9'))
			return NULL;
		name[used++] = *at;
	}
	if (at >= end || *at != ';')
		return NULL;
	if (name[0] == '#') {
		code = number_code(name + 1);
	} else {
		const htmlEntityDesc *known = htmlEntityLookup((xmlChar *)name);

		code = known != NULL ? known->value
			: strcmp(name, "apos") == 0 ? '\'' : 0;
	}
	if (code == 0)
		return NULL;
	plain_code(plain, code);
	return at + 1;
}

void plain_add_html(struct text *out, const char *html)
{
	const char *cursor = html, *end = html + strlen(html);
	struct plain plain = {out, out->length, false};

	while (cursor < end) {
		const char *over = *cursor == '<' ? take_tag(&plain, cursor, end)
			: *cursor == '&' ? take_named(&plain, cursor, end) : NULL;

		if (over != NULL)
			cursor = over;
		else
			plain_code(&plain, utf8_next(&cursor, end));
	}
}
