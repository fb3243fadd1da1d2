/*
 * decode: bytes of any text encoding as UTF-8, by libxml2 (which decodes by
 * ICU where files cannot be opened). A byte order mark decides before what was
 * said.
 */
#ifndef PLEDGED_EXTRACT_DECODE_H
#define PLEDGED_EXTRACT_DECODE_H

#include "base/error.h"
#include "base/text.h"

#define DECODED_MAX ((size_t)256 << 20)

struct decoded {
	const char *bytes;	/* UTF-8 without NUL: the given bytes, or own's */
	size_t length;
	struct text own;
};

/* encoding NULL: UTF-8, and the fault says that another could be named. -1: no
   such encoding, or bytes that are not in it. Release it in either case. */
int decoded_init(struct decoded *decoded, const char *encoding,
	const void *bytes, size_t length, struct error *error);
void decoded_release(struct decoded *decoded);

#endif
