/*
 * frame: tagged fields behind a length.
 */
#include <string.h>

#include "base/frame.h"
#include "base/mem.h"

#define FIELD_HEADER 5

static void uint32_write(uint8_t out[4], uint32_t value)
{
	for (int i = 3; i >= 0; i--, value >>= 8)
		out[i] = (uint8_t)value;
}

static uint32_t uint32_read(const uint8_t in[4])
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++)
		value = value << 8 | in[i];
	return value;
}

void frame_begin(struct text *text)
{
	static const uint8_t header[FRAME_HEADER];

	text_add(text, header, sizeof header);
}

/* A frame that grew too long is marked as cut, for the caller to see. */
static void frame_finish(struct text *text, size_t behind)
{
	size_t length = text->length - FRAME_HEADER + behind;

	if (text->cut || text->length < FRAME_HEADER || length > FRAME_MAX)
		text->cut = true;
	else
		uint32_write((uint8_t *)text->data, (uint32_t)length);
}

void frame_end(struct text *text)
{
	frame_finish(text, 0);
}

static void field_begin(struct text *text, uint8_t tag, size_t n)
{
	uint8_t header[FIELD_HEADER] = {tag};

	uint32_write(header + 1, (uint32_t)n);
	text_add(text, header, sizeof header);
}

void frame_put(struct text *text, uint8_t tag, const void *bytes, size_t n)
{
	if (n > FRAME_MAX) {
		text->cut = true;
		return;
	}
	field_begin(text, tag, n);
	text_add(text, bytes, n);
}

void frame_end_before(struct text *text, uint8_t tag, size_t n)
{
	if (n > FRAME_MAX) {
		text->cut = true;
		return;
	}
	field_begin(text, tag, n);
	frame_finish(text, n);
}

void frame_put_string(struct text *text, uint8_t tag, const char *s)
{
	if (s != NULL)
		frame_put(text, tag, s, strlen(s));
}

void frame_put_int(struct text *text, uint8_t tag, int64_t value)
{
	uint8_t bytes[8];

	uint32_write(bytes, (uint32_t)((uint64_t)value >> 32));
	uint32_write(bytes + 4, (uint32_t)value);
	frame_put(text, tag, bytes, sizeof bytes);
}

bool frame_length(const uint8_t header[FRAME_HEADER], size_t *length)
{
	*length = uint32_read(header);
	return *length <= FRAME_MAX;
}

void frame_reader_init(struct frame_reader *reader, const void *payload,
	size_t length)
{
	static const uint8_t nothing[1];

	reader->cursor = length != 0 ? payload : nothing;
	reader->end = reader->cursor + length;
	reader->broken = false;
}

bool frame_next(struct frame_reader *reader, struct frame_field *field)
{
	size_t left = (size_t)(reader->end - reader->cursor);

	if (reader->broken || left == 0)
		return false;
	if (left < FIELD_HEADER ||
	    uint32_read(reader->cursor + 1) > left - FIELD_HEADER) {
		reader->broken = true;
		return false;
	}
	field->tag = reader->cursor[0];
	field->length = uint32_read(reader->cursor + 1);
	field->bytes = reader->cursor + FIELD_HEADER;
	reader->cursor = field->bytes + field->length;
	return true;
}

int64_t frame_field_int(const struct frame_field *field)
{
	if (field->length != 8)
		return 0;
	return (int64_t)((uint64_t)uint32_read(field->bytes) << 32 |
		uint32_read(field->bytes + 4));
}

char *frame_field_string(const struct frame_field *field)
{
	const char *bytes = (const char *)field->bytes;

	return mem_string_n(bytes, strnlen(bytes, field->length));
}
