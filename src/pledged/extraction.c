/* extraction: see extraction.h. */
#include "pledged/extraction.h"

#include <stdlib.h>
#include <string.h>

#include "base/frame.h"
#include "base/mem.h"
#include "worker/protocol.h"

static void put_char(struct text *frame, uint8_t tag, char c)
{
	if (c != '\0')
		frame_put(frame, tag, &c, 1);
}

void extraction_request(struct text *frame, const struct source *source,
	instant at, size_t length)
{
	struct text text;

	text_init(&text, 1024);
	frame_begin(frame);
	frame_put_string(frame, EXTRACT_FORMAT,
		source_format_name(source->format));
	frame_put_string(frame, EXTRACT_PROGRAM, source->extract);
	text_add_instant(&text, at);
	frame_put_string(frame, EXTRACT_FETCHED, text_string(&text));
	put_char(frame, EXTRACT_CSV_DELIMITER, source->csv_delimiter);
	put_char(frame, EXTRACT_CSV_DECIMAL, source->csv_decimal);
	put_char(frame, EXTRACT_CSV_THOUSANDS, source->csv_thousands);
	if (source->csv_no_header)
		frame_put(frame, EXTRACT_CSV_NO_HEADER, "", 0);
	frame_put_string(frame, EXTRACT_ENCODING, source->encoding);
	for (size_t i = 0; i < source->csv_columns_as_count; i++) {
		text_clear(&text);
		text_addf(&text, "%s=%s", source->csv_columns_as[i].key,
			source->csv_columns_as[i].value);
		frame_put_string(frame, EXTRACT_CSV_COLUMN_AS, text_string(&text));
	}
	frame_end_before(frame, EXTRACT_BODY, length);
	text_release(&text);
}

/* --- the answer ---------------------------------------------------------- */

struct reading {
	struct extraction *extraction;
	const struct register_ *reg;
	uint32_t source;
	const struct zone *zone;
	size_t capacity;
	bool open;		/* a row is being read */
	int64_t number;		/* of the open row */
	char *fields[EXTRACT_FAULT + 1];
	bool provisional;
	bool complete;		/* COUNT came */
};

static void row_reject(struct reading *reading, const char *why)
{
	struct extraction *extraction = reading->extraction;

	if (extraction->rejected++ > 0)
		return;
	struct text text;

	text_init(&text, 0);
	text_addf(&text, "row %lld: %s", (long long)reading->number, why);
	string_copy(extraction->first_reject, sizeof extraction->first_reject,
		text_string(&text));
	text_release(&text);
}

static void row_close(struct reading *reading)
{
	struct extraction *extraction = reading->extraction;
	struct row_text text = {
		.indicator = reading->fields[EXTRACT_INDICATOR],
		.period = reading->fields[EXTRACT_PERIOD],
		.value = reading->fields[EXTRACT_VALUE],
		.published = reading->fields[EXTRACT_PUBLISHED],
		.provisional = reading->provisional,
		.key = reading->fields[EXTRACT_KEY],
		.title = reading->fields[EXTRACT_TITLE],
		.url = reading->fields[EXTRACT_URL],
		.text = reading->fields[EXTRACT_TEXT],
	};
	struct error error;
	struct row row;

	if (!reading->open)
		return;
	reading->open = false;
	if (reading->fields[EXTRACT_REJECT] != NULL)
		row_reject(reading, reading->fields[EXTRACT_REJECT]);
	else if (row_check(reading->reg, reading->source, reading->zone, &text,
			&row, &error) < 0)
		row_reject(reading, error.text);
	else {
		extraction->rows = mem_grow(extraction->rows, extraction->count,
			&reading->capacity, sizeof row);
		extraction->rows[extraction->count++] = row;
	}
	for (size_t i = 0; i <= EXTRACT_FAULT; i++) {
		free(reading->fields[i]);
		reading->fields[i] = NULL;
	}
	reading->provisional = false;
}

static void field_take(struct reading *reading, const struct frame_field *field)
{
	switch (field->tag) {
	case EXTRACT_ROW:
		row_close(reading);
		reading->open = true;
		reading->number = frame_field_int(field);
		break;
	case EXTRACT_PROVISIONAL:
		reading->provisional = true;
		break;
	case EXTRACT_COUNT:
		row_close(reading);
		reading->complete = true;
		break;
	default:
		if (field->tag > EXTRACT_FAULT || field->length > EXTRACT_TEXT_MAX)
			break;
		free(reading->fields[field->tag]);
		reading->fields[field->tag] = frame_field_string(field);
	}
}

static void fault_set(struct extraction *extraction, const char *text)
{
	string_copy(extraction->fault, sizeof extraction->fault, text);
}

void extraction_read(struct extraction *extraction,
	const struct register_ *reg, uint32_t source, const struct zone *zone,
	const uint8_t *payload, size_t length, const char *error)
{
	struct reading reading = {
		.extraction = extraction,
		.reg = reg,
		.source = source,
		.zone = zone,
	};
	struct frame_reader reader;
	struct frame_field field;

	memset(extraction, 0, sizeof *extraction);
	if (payload == NULL) {
		fault_set(extraction, error);
		return;
	}
	frame_reader_init(&reader, payload, length);
	while (frame_next(&reader, &field) && !reading.complete &&
		extraction->count + extraction->rejected < EXTRACT_ROWS_MAX)
		field_take(&reading, &field);
	if (reading.fields[EXTRACT_FAULT] != NULL)
		fault_set(extraction, reading.fields[EXTRACT_FAULT]);
	else if (!reading.complete)
		fault_set(extraction, "the worker's answer broke off");
	reading.open = false;
	for (size_t i = 0; i <= EXTRACT_FAULT; i++)
		free(reading.fields[i]);
}

void extraction_release(struct extraction *extraction)
{
	for (size_t i = 0; i < extraction->count; i++)
		row_release(&extraction->rows[i]);
	free(extraction->rows);
	memset(extraction, 0, sizeof *extraction);
}
