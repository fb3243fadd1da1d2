/*
 * record: columns to bytes and back. Both sides are ours, so that reading
 * trusts the lengths; what comes from the disk is read by SQLite.
 */
#include <endian.h>
#include <string.h>

#include "store/record.h"

void record_begin(struct record *record, struct text *out)
{
	*record = (struct record){out, out->length, out->length};
}

void record_null(struct record *record)
{
	text_add_char(record->out, FIELD_NULL);
}

void record_int(struct record *record, int64_t number)
{
	uint64_t wire = htobe64((uint64_t)number);

	text_add_char(record->out, FIELD_INT);
	text_add(record->out, &wire, sizeof wire);
	record->solid = record->out->length;
}

static void record_bytes(struct record *record, enum field_tag tag,
	const void *bytes, size_t length)
{
	uint32_t wire = htobe32((uint32_t)length);

	if (length > UINT32_MAX) {
		record->out->cut = true;
		return;
	}
	text_add_char(record->out, (char)tag);
	text_add(record->out, &wire, sizeof wire);
	text_add(record->out, bytes, length);
	record->solid = record->out->length;
}

void record_text(struct record *record, const char *text, size_t length)
{
	record_bytes(record, FIELD_TEXT, text, length);
}

void record_blob(struct record *record, const void *bytes, size_t length)
{
	record_bytes(record, FIELD_BLOB, bytes, length);
}

size_t record_end(struct record *record)
{
	record->out->length = record->solid;
	if (record->out->data != NULL)
		record->out->data[record->solid] = '\0';
	return record->solid - record->start;
}

void record_reader_init(struct record_reader *reader, const void *bytes,
	size_t length)
{
	reader->cursor = bytes;
	reader->end = reader->cursor + length;
}

static const uint8_t *record_take(struct record_reader *reader, size_t length)
{
	const uint8_t *bytes = reader->cursor;

	reader->cursor += length;
	return bytes;
}

void record_next(struct record_reader *reader, struct field *field)
{
	uint64_t number;
	uint32_t length;

	*field = (struct field){.tag = FIELD_NULL};
	if (reader->cursor >= reader->end)
		return;
	field->tag = (enum field_tag)*record_take(reader, 1);
	if (field->tag == FIELD_INT) {
		memcpy(&number, record_take(reader, sizeof number), sizeof number);
		field->number = (int64_t)be64toh(number);
	} else if (field->tag != FIELD_NULL) {
		memcpy(&length, record_take(reader, sizeof length), sizeof length);
		field->length = be32toh(length);
		field->bytes = record_take(reader, field->length);
	}
}
