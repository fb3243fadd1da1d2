/* decode: see decode.h. */
#include "extract/decode.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libxml/encoding.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>

#include "extract/tree.h"

#define NAME_MAX_SAID 60	/* bytes of an encoding's name */
#define SAY_IT "say its encoding, as in encoding = \"GB18030\""

/* Well-formed sequences of UTF-8 that no text in another encoding has by
   chance: one where each byte is a letter, some where two bytes may be one. */
#define SEQUENCES_OF_LETTERS 1
#define SEQUENCES_OF_PAIRS 8

static const struct {
	const char *bytes;
	size_t length;
	const char *encoding;
} marks[] = {
	{"\xef\xbb\xbf", 3, "UTF-8"},
	{"\xff\xfe\0\0", 4, "UTF-32LE"},
	{"\0\0\xfe\xff", 4, "UTF-32BE"},
	{"\xff\xfe", 2, "UTF-16LE"},
	{"\xfe\xff", 2, "UTF-16BE"},
};

/* What the names of the left mean on the web. */
static const char *const labels[][2] = {
	{"utf8", "UTF-8"}, {"x-utf-8", "UTF-8"},
	{"iso-8859-1", "windows-1252"}, {"iso8859-1", "windows-1252"},
	{"iso_8859-1", "windows-1252"}, {"latin1", "windows-1252"},
	{"l1", "windows-1252"}, {"ascii", "windows-1252"},
	{"us-ascii", "windows-1252"}, {"cp1252", "windows-1252"},
	{"x-cp1252", "windows-1252"}, {"iso-8859-9", "windows-1254"},
	{"latin5", "windows-1254"}, {"iso-8859-11", "windows-874"},
	{"tis-620", "windows-874"}, {"gb2312", "GB18030"},
	{"gb_2312-80", "GB18030"}, {"gbk", "GB18030"}, {"x-gbk", "GB18030"},
	{"cp936", "GB18030"}, {"x-sjis", "Shift_JIS"}, {"sjis", "Shift_JIS"},
	{"shift-jis", "Shift_JIS"}, {"windows-31j", "Shift_JIS"},
	{"x-euc-jp", "EUC-JP"}, {"euc-kr", "CP949"}, {"euckr", "CP949"},
	{"ks_c_5601-1987", "CP949"}, {"windows-949", "CP949"},
	{"big5-hkscs", "Big5-HKSCS"}, {"x-x-big5", "Big5"},
};

static const char *label_meaning(const char *said)
{
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		if (strcasecmp(labels[i][0], said) == 0)
			return labels[i][1];
	}
	return said;
}

static bool is_utf8(const char *encoding)
{
	return strcasecmp(encoding, "UTF-8") == 0;
}

/* --- decoding ----------------------------------------------------------------- */

/* The only table of ours: what Microsoft left open is a control character, as
   the web has it and not every library. */
static void decode_1252(struct text *out, const char *bytes, size_t length)
{
	static const uint16_t high[32] = {
		0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021,
		0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f,
		0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
		0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178,
	};

	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)bytes[i];

		if (byte < 0x80)
			text_add_char(out, bytes[i]);
		else
			utf8_add(out, byte < 0xa0 ? high[byte - 0x80] : byte);
	}
}

/* All of in through the handler; -1 at bytes it cannot read. */
static int convert(xmlCharEncodingHandlerPtr handler, xmlBufferPtr in,
	xmlBufferPtr out)
{
	while (xmlBufferLength(in) > 0) {
		int before = xmlBufferLength(in);

		if (xmlCharEncInFunc(handler, out, in) < 0 ||
			xmlBufferLength(in) == before ||
			(size_t)xmlBufferLength(out) > DECODED_MAX)
			return -1;
	}
	return 0;
}

/* The bytes at which the handler stopped; 0: it read all. */
static size_t decode_by(xmlCharEncodingHandlerPtr handler, const char *bytes,
	size_t length, struct text *out)
{
	xmlBufferPtr in = xmlBufferCreateStatic((void *)(uintptr_t)bytes, length);
	xmlBufferPtr decoded = xmlBufferCreate();
	int status = convert(handler, in, decoded);
	size_t at = length - (size_t)xmlBufferLength(in) + 1;

	text_add(out, xmlBufferContent(decoded), (size_t)xmlBufferLength(decoded));
	xmlBufferFree(in);
	xmlBufferFree(decoded);
	return status < 0 ? at : 0;
}

/* Bytes as UTF-8 at the end of out. */
static int decode(const char *encoding, const char *bytes, size_t length,
	struct text *out, struct error *error)
{
	const char *meant = label_meaning(encoding);
	size_t fault = 0;

	if (strlen(meant) > NAME_MAX_SAID)
		return error_set(error, ERROR_INPUT, "that is no encoding's name");
	if (strcasecmp(meant, "windows-1252") == 0) {
		decode_1252(out, bytes, length);
	} else {
		xmlCharEncodingHandlerPtr handler =
			xmlFindCharEncodingHandler(meant);

		if (handler == NULL)
			return error_set(error, ERROR_INPUT,
				"there is no encoding \"%s\"", encoding);
		fault = decode_by(handler, bytes, length, out);
		xmlCharEncCloseFunc(handler);
	}
	if (fault != 0)
		return error_set(error, ERROR_INPUT, "byte %zu is not %s text",
			fault, encoding);
	if (out->cut)
		return error_set(error, ERROR_LIMIT, "the text is too long");
	return 0;
}

/* --- what the bytes say -------------------------------------------------------- */

/* What each of four neighbouring bytes may be: "0" NUL, "x" not NUL, "?". */
static bool nuls_fit(const char *bytes, size_t length, const char *pattern)
{
	bool some = false;

	for (size_t i = 0; i + 4 <= length; i += 4) {
		for (size_t k = 0; k < 4; k++) {
			if ((pattern[k] == '0' && bytes[i + k] != 0) ||
				(pattern[k] == 'x' && bytes[i + k] == 0))
				return false;
			some |= bytes[i + k] == 0;
		}
	}
	return some;
}

/* The encoding of text with NULs and without a mark, by its beginning, which
   is in ASCII; NULL: it is none. */
static const char *wide_sniff(const char *bytes, size_t length)
{
	static const char *const known[][2] = {
		{"UTF-32BE", "00??"}, {"UTF-32LE", "??00"},
		{"UTF-16BE", "?x?x"}, {"UTF-16LE", "x?x?"},
	};
	static const char *const starts[] = {"000x", "x000", "0x?x", "x0x?"};
	size_t looked = length < DECLARED_WITHIN ? length : DECLARED_WITHIN;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		bool fits = length >= 4 && length % (i < 2 ? 4 : 2) == 0 &&
			nuls_fit(bytes, 4, starts[i]) &&
			nuls_fit(bytes, looked, known[i][1]);

		if (fits)
			return known[i][0];
	}
	return NULL;
}

struct census {
	size_t others;		/* bytes beyond ASCII */
	size_t neighbours;	/* of them beside another one */
	size_t bad;		/* of them in no sequence of UTF-8 */
	size_t sequences;	/* of UTF-8, well-formed */
	size_t first_bad;	/* its place, from 1 */
};

static void census_take(struct census *census, const char *bytes, size_t length)
{
	const char *cursor = bytes, *end = bytes + length;
	bool before = false;

	*census = (struct census){0};
	for (size_t i = 0; i < length; i++) {
		bool other = (unsigned char)bytes[i] >= 0x80;

		census->others += other;
		census->neighbours += other && before;
		before = other;
	}
	while (cursor < end) {
		const char *at = cursor;
		bool other = (unsigned char)*at >= 0x80;

		utf8_next(&cursor, end);
		census->sequences += cursor - at > 1;
		if (!other || cursor - at > 1)
			continue;
		if (census->bad++ == 0)
			census->first_bad = (size_t)(at - bytes) + 1;
	}
}

/* --- what the document says ----------------------------------------------------- */

/* The word behind name, '=' and perhaps a quotation mark; "" when none is. */
static void word_behind(const char *from, const char *end, const char *name,
	char out[NAME_MAX_SAID])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:";
	size_t used = 0, length = strlen(name);
	const char *at = from;

	out[0] = '\0';
	if ((size_t)(end - from) < length)
		return;
	while (at + length < end && strncasecmp(at, name, length) != 0)
		at++;
	at += length;
	while (at < end && strchr(" \t\r\n", *at) != NULL)
		at++;
	if (at >= end || *at++ != '=')
		return;
	while (at < end && strchr(" \t\r\n\"'", *at) != NULL)
		at++;
	while (at < end && used < NAME_MAX_SAID - 1 && *at != '\0' &&
		strchr(letters, *at) != NULL)
		out[used++] = *at++;
	out[used] = '\0';
}

/* <meta charset="…">, and <meta … content="text/html; charset=…">. */
static void meta_charset(const char *bytes, size_t length,
	char out[NAME_MAX_SAID])
{
	const char *end = bytes + length, *at = bytes;

	while (out[0] == '\0' && at < end &&
		(at = memchr(at, '<', (size_t)(end - at))) != NULL) {
		bool comment = end - at > 4 && memcmp(at, "<!--", 4) == 0;
		const char *over = comment
			? memmem(at, (size_t)(end - at), "-->", 3)
			: memchr(at, '>', (size_t)(end - at));

		if (over == NULL)
			return;
		if (over - at > 5 && strncasecmp(at, "<meta", 5) == 0)
			word_behind(at, over, "charset", out);
		at = over;
	}
}

/* "": nothing. A text that can be read as ASCII is not in UTF-16 or UTF-32. */
static void declared(enum decode_kind kind, const char *bytes, size_t length,
	char out[NAME_MAX_SAID])
{
	size_t looked = length < DECLARED_WITHIN ? length : DECLARED_WITHIN;
	size_t space = 0;

	out[0] = '\0';
	while (space < looked && strchr(" \t\r\n", bytes[space]) != NULL &&
		bytes[space] != '\0')
		space++;
	const char *start = bytes + space;
	const char *over = looked - space > 5 && memcmp(start, "<?xml", 5) == 0
		? memmem(start, looked - space, "?>", 2) : NULL;

	if (kind == DECODE_TEXT)
		return;
	if (over != NULL)
		word_behind(start, over, "encoding", out);
	if (kind == DECODE_HTML && out[0] == '\0')
		meta_charset(bytes, looked, out);
	if (strncasecmp(out, "UTF-16", 6) == 0 ||
		strncasecmp(out, "UTF-32", 6) == 0 ||
		strncasecmp(out, "UCS-", 4) == 0)
		out[0] = '\0';
}

/* --- the decision ---------------------------------------------------------------- */

static void use(struct decoded *decoded, struct text *text)
{
	text_release(&decoded->own);
	decoded->own = *text;
	decoded->bytes = text_string(&decoded->own);
	decoded->length = decoded->own.length;
}

/* By a name that is not to be doubted. */
static int decode_surely(struct decoded *decoded, const char *encoding,
	struct error *error)
{
	struct census census;
	struct text text;

	if (is_utf8(label_meaning(encoding))) {
		if (utf8_is_valid(decoded->bytes, decoded->length))
			return 0;
		census_take(&census, decoded->bytes, decoded->length);
		return census.bad == 0 ? 0 : error_set(error, ERROR_INPUT,
			"byte %zu is not UTF-8 text: " SAY_IT, census.first_bad);
	}
	text_init(&text, DECODED_MAX);
	if (decode(encoding, decoded->bytes, decoded->length, &text, error) < 0) {
		text_release(&text);
		return -1;
	}
	use(decoded, &text);
	return 0;
}

static size_t code_points(const struct text *text)
{
	size_t count = 0;

	for (size_t i = 0; i < text->length; i++)
		count += ((unsigned char)text->data[i] & 0xc0) != 0x80;
	return count;
}

/* A name as said; NULL: it names no encoding. */
static const char *known_name(const char *said)
{
	const char *meant = said != NULL ? label_meaning(said) : "";

	if (meant[0] == '\0' || strlen(meant) > NAME_MAX_SAID)
		return NULL;
	if (is_utf8(meant) || strcasecmp(meant, "windows-1252") == 0)
		return said;
	xmlCharEncodingHandlerPtr handler = xmlFindCharEncodingHandler(meant);

	if (handler == NULL)
		return NULL;
	xmlCharEncCloseFunc(handler);
	return said;
}

/* By a name that somebody said: 1 it was, 0 it cannot be. */
static int decode_as_said(struct decoded *decoded, const char *said,
	const struct census *census)
{
	struct error ignored;
	struct text text;

	if (said == NULL)
		return 0;
	if (is_utf8(label_meaning(said)))
		return census->bad == 0;
	text_init(&text, DECODED_MAX);
	if (decode(said, decoded->bytes, decoded->length, &text, &ignored) < 0) {
		text_release(&text);
		return 0;
	}
	bool letters = code_points(&text) == decoded->length;

	if (census->bad == 0 && census->sequences >=
		(letters ? SEQUENCES_OF_LETTERS : SEQUENCES_OF_PAIRS)) {
		text_release(&text);
		return 1;
	}
	use(decoded, &text);
	return 1;
}

/* HTML said to be UTF-8 in which one byte of a hundred of those beyond ASCII
   is not. */
static bool decode_nearly(struct decoded *decoded, const struct census *census)
{
	const char *cursor = decoded->bytes, *end = cursor + decoded->length;
	struct text text;

	if (census->bad * 100 > census->others)
		return false;
	text_init(&text, DECODED_MAX);
	while (cursor < end)
		utf8_add(&text, utf8_next(&cursor, end));
	use(decoded, &text);
	return true;
}

static bool says_utf8(const char *said)
{
	return said != NULL && is_utf8(label_meaning(said));
}

static int unsaid_fault(const char *server, const char *own,
	const struct census *census, struct error *error)
{
	const char *said = own != NULL ? own : server;
	const char *who = own != NULL ? "it says itself" : "the server says";

	if (said == NULL)
		return error_set(error, ERROR_INPUT, "the text is not UTF-8 "
			"(byte %zu), and nothing says what it is: " SAY_IT,
			census->first_bad);
	if (says_utf8(said))
		return error_set(error, ERROR_INPUT, "the text is not UTF-8 "
			"(byte %zu), though %s so: " SAY_IT, census->first_bad, who);
	return error_set(error, ERROR_INPUT, "the text is neither %.40s, as %s, "
		"nor UTF-8 (byte %zu): " SAY_IT, said, who, census->first_bad);
}

static int decode_unsaid(struct decoded *decoded, enum decode_kind kind,
	const struct extract_request *request, struct error *error)
{
	char declaration[NAME_MAX_SAID];
	struct census census;
	struct text text;

	declared(kind, decoded->bytes, decoded->length, declaration);
	const char *server = known_name(request->charset);
	const char *own = known_name(declaration);
	bool utf8_or_nothing = (server == NULL || says_utf8(server)) &&
		(own == NULL || says_utf8(own));

	if (utf8_or_nothing && utf8_is_valid(decoded->bytes, decoded->length))
		return 0;
	census_take(&census, decoded->bytes, decoded->length);
	if (decode_as_said(decoded, server, &census) != 0 ||
		decode_as_said(decoded, own, &census) != 0 || census.bad == 0)
		return 0;
	if (kind == DECODE_HTML && (says_utf8(server) || says_utf8(own)) &&
		decode_nearly(decoded, &census))
		return 0;
	if (kind != DECODE_HTML || server != NULL || own != NULL ||
		census.neighbours * 4 > census.others)
		return unsaid_fault(server, own, &census, error);
	text_init(&text, DECODED_MAX);
	decode_1252(&text, decoded->bytes, decoded->length);
	use(decoded, &text);
	return 0;
}

static const char *mark_take(struct decoded *decoded)
{
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		if (decoded->length < marks[i].length || memcmp(decoded->bytes,
				marks[i].bytes, marks[i].length) != 0)
			continue;
		decoded->bytes += marks[i].length;
		decoded->length -= marks[i].length;
		return marks[i].encoding;
	}
	return NULL;
}

int decoded_init(struct decoded *decoded, enum decode_kind kind,
	const struct extract_request *request, struct error *error)
{
	*decoded = (struct decoded){request->length > 0 ? request->body : "",
		request->length, {0}};
	text_init(&decoded->own, DECODED_MAX);
	tree_prepare();
	const char *sure = mark_take(decoded);

	if (sure == NULL)
		sure = request->encoding;
	if (sure == NULL && memchr(decoded->bytes, '\0', decoded->length) != NULL)
		sure = wide_sniff(decoded->bytes, decoded->length);
	int status = sure != NULL ? decode_surely(decoded, sure, error)
		: decode_unsaid(decoded, kind, request, error);

	if (status < 0)
		return -1;
	if (memchr(decoded->bytes, '\0', decoded->length) != NULL)
		return error_set(error, ERROR_INPUT,
			"there are NUL bytes in it: this is no text");
	return utf8_is_valid(decoded->bytes, decoded->length) ? 0 :
		error_set(error, ERROR_INPUT, "this is no text: " SAY_IT);
}

void decoded_release(struct decoded *decoded)
{
	text_release(&decoded->own);
}

size_t decoded_line(const struct decoded *decoded, size_t offset)
{
	size_t line = 1;

	for (size_t i = 0; i < offset && i < decoded->length; i++)
		line += decoded->bytes[i] == '\n';
	return line;
}
