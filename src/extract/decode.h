/*
 * decode: bytes of any text encoding as UTF-8, by libxml2 (which decodes by
 * ICU where files cannot be opened).
 *
 * What decides, the first that there is:
 *   1. a byte order mark;
 *   2. the encoding that the source names, as it stands;
 *   3. the server's word, then the document's own (the XML declaration, a
 *      <meta> of HTML, within the first DECLARED_WITHIN bytes). Neither is
 *      believed against the bytes: one that they are not in is passed over,
 *      and so is one that would make letters of bytes that are UTF-8;
 *   4. the bytes: UTF-16 or UTF-32 by where their NULs stand, UTF-8 if they
 *      are well-formed, and windows-1252 for HTML whose other bytes stand
 *      alone, as accented letters do. Nothing else is guessed.
 * Names mean what they mean on the web (WHATWG Encoding): ISO-8859-1 is
 * windows-1252, GB2312 and GBK are GB18030, Shift_JIS is windows-31j, EUC-KR
 * is windows-949. In HTML that is said to be UTF-8, a few ill-formed bytes
 * become U+FFFD, as in a browser.
 */
#ifndef PLEDGED_EXTRACT_DECODE_H
#define PLEDGED_EXTRACT_DECODE_H

#include "extract/extract.h"

#define DECODED_MAX ((size_t)256 << 20)
#define DECLARED_WITHIN 4096

enum decode_kind { DECODE_TEXT, DECODE_XML, DECODE_HTML };

struct decoded {
	const char *bytes;	/* UTF-8 without NUL: the given bytes, or own's */
	size_t length;
	struct text own;
};

/* The body of a request. -1: no such encoding, bytes that are not in it, or
   what they are in is not known; the fault says that it can be named. Release
   it in either case. */
int decoded_init(struct decoded *decoded, enum decode_kind kind,
	const struct extract_request *request, struct error *error);
void decoded_release(struct decoded *decoded);

/* The line of a place in decoded bytes, from 1. */
size_t decoded_line(const struct decoded *decoded, size_t offset);

#endif
