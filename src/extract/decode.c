/* decode: see decode.h. */
#include "extract/decode.h"

#include <string.h>
#include <strings.h>

#include <libxml/encoding.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>

static const struct {
	const char *bytes;
	size_t length;
	const char *encoding;
} marks[] = {
	{"\xef\xbb\xbf", 3, "UTF-8"},
	{"\xff\xfe", 2, "UTF-16LE"},
	{"\xfe\xff", 2, "UTF-16BE"},
};

static int utf8_fault(const char *bytes, size_t length, bool unsaid,
	struct error *error)
{
	if (memchr(bytes, '\0', length) != NULL)
		return error_set(error, ERROR_INPUT,
			"there are NUL bytes in it: this is no text");
	return error_set(error, ERROR_INPUT, "the text is not UTF-8%s", unsaid
		? ": say its encoding, as in csv: { encoding = \"GB18030\"; }" : "");
}

/* We say what is wrong ourselves. */
static void error_ignore(void *context, xmlErrorPtr error)
{
	(void)context, (void)error;
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

static int decode_other(struct decoded *decoded, const char *encoding,
	struct error *error)
{
	xmlCharEncodingHandlerPtr handler = xmlFindCharEncodingHandler(encoding);
	int status = 0;

	if (handler == NULL)
		return error_set(error, ERROR_INPUT,
			"there is no encoding \"%s\"", encoding);
	xmlSetStructuredErrorFunc(NULL, error_ignore);
	xmlBufferPtr in = xmlBufferCreateStatic(
		(void *)(uintptr_t)decoded->bytes, decoded->length);
	xmlBufferPtr out = xmlBufferCreate();

	if (convert(handler, in, out) < 0)
		status = error_set(error, ERROR_INPUT, "byte %zu is not %s text",
			decoded->length - (size_t)xmlBufferLength(in) + 1, encoding);
	text_add(&decoded->own, xmlBufferContent(out),
		(size_t)xmlBufferLength(out));
	decoded->bytes = text_string(&decoded->own);
	decoded->length = decoded->own.length;
	if (status == 0 && decoded->own.cut)
		status = error_set(error, ERROR_LIMIT, "the text is too long");
	xmlBufferFree(in);
	xmlBufferFree(out);
	xmlCharEncCloseFunc(handler);
	return status;
}

int decoded_init(struct decoded *decoded, const char *encoding,
	const void *bytes, size_t length, struct error *error)
{
	*decoded = (struct decoded){length > 0 ? bytes : "", length, {0}};
	text_init(&decoded->own, DECODED_MAX);
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		if (length >= marks[i].length && memcmp(decoded->bytes,
				marks[i].bytes, marks[i].length) == 0) {
			decoded->bytes += marks[i].length;
			decoded->length -= marks[i].length;
			encoding = marks[i].encoding;
			break;
		}
	}
	if (encoding != NULL && strcasecmp(encoding, "UTF-8") != 0 &&
		decode_other(decoded, encoding, error) < 0)
		return -1;
	if (!utf8_is_valid(decoded->bytes, decoded->length))
		return utf8_fault(decoded->bytes, decoded->length,
			encoding == NULL, error);
	return 0;
}

void decoded_release(struct decoded *decoded)
{
	text_release(&decoded->own);
}
