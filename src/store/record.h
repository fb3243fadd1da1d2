/*
 * record: the columns of one fact as bytes. In this form a fact waits for the
 * writer, and over it its hash is made.
 *
 *	record = field…            without the NULLs at its end
 *	field  = 'N'
 *	       | 'I' number:i64
 *	       | 'T' length:u32 bytes      text
 *	       | 'B' length:u32 bytes      blob
 *
 * Integers are big-endian. Because NULLs at the end are left out, a column
 * added by a later schema changes no record made before it.
 */
#ifndef PLEDGED_STORE_RECORD_H
#define PLEDGED_STORE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum field_tag {
	FIELD_NULL = 'N', FIELD_INT = 'I', FIELD_TEXT = 'T', FIELD_BLOB = 'B'
};

struct record {
	struct text *out;
	size_t start;
	size_t solid;	/* where its last field that is not NULL ends */
};

/* Starts a record at the end of out. */
void record_begin(struct record *record, struct text *out);
void record_null(struct record *record);
void record_int(struct record *record, int64_t number);
void record_text(struct record *record, const char *text, size_t length);
void record_blob(struct record *record, const void *bytes, size_t length);
/* Ends it; returns its length. */
size_t record_end(struct record *record);

struct field {
	enum field_tag tag;
	int64_t number;
	const uint8_t *bytes;	/* inside the record */
	uint32_t length;
};

struct record_reader {
	const uint8_t *cursor;
	const uint8_t *end;
};

void record_reader_init(struct record_reader *reader, const void *bytes,
	size_t length);
/* The next field, NULL for ever after the last. */
void record_next(struct record_reader *reader, struct field *field);

#endif
