/*
 * frame: messages between the daemon and its workers.
 *
 *	frame   = length:u32 payload         (length of the payload)
 *	payload = { tag:u8 length:u32 bytes }
 *
 * Integers are big-endian. A message is a list of tagged fields in order; a
 * tag may repeat. Reading never runs past the bytes: a truncated or overlong
 * field ends the reading with an error, since the other side may be hostile.
 */
#ifndef PLEDGED_BASE_FRAME_H
#define PLEDGED_BASE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define FRAME_MAX ((size_t)64 << 20)	/* largest payload */
#define FRAME_HEADER 4

/* Starts a frame in an empty text; frame_end writes its length. */
void frame_begin(struct text *text);
void frame_end(struct text *text);
/* Ends it with a field whose n bytes are not in text but sent behind it. */
void frame_end_before(struct text *text, uint8_t tag, size_t n);
void frame_put(struct text *text, uint8_t tag, const void *bytes, size_t n);
void frame_put_string(struct text *text, uint8_t tag, const char *s); /* NULL: no field */
void frame_put_int(struct text *text, uint8_t tag, int64_t value);

/* Length of the payload announced by a header; false above FRAME_MAX. */
bool frame_length(const uint8_t header[FRAME_HEADER], size_t *length);

struct frame_reader {
	const uint8_t *cursor;
	const uint8_t *end;
	bool broken;
};

struct frame_field {
	uint8_t tag;
	const uint8_t *bytes;	/* inside the payload */
	size_t length;
};

void frame_reader_init(struct frame_reader *reader, const void *payload,
	size_t length);
/* The next field; false at the end or when broken. */
bool frame_next(struct frame_reader *reader, struct frame_field *field);
/* A field's integer; 0 when it is not eight bytes long. */
int64_t frame_field_int(const struct frame_field *field);
/* A field as a fresh C string, cut at a NUL. free() it. */
char *frame_field_string(const struct frame_field *field);

#endif
