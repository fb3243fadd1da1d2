/* extraction: see extraction.h. */
#include "pledged/extraction.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/frame.h"
#include "base/mem.h"
#include "pledged/inquiry.h"
#include "worker/protocol.h"

/* --- a request ------------------------------------------------------------- */

static void put_char(struct text *frame, uint8_t tag, char c)
{
	if (c != '\0')
		frame_put(frame, tag, &c, 1);
}

static void put_pair(struct text *frame, uint8_t tag, const char *key,
	const char *value)
{
	struct text text;

	text_init(&text, 0);
	text_addf(&text, "%s=%s", key, value);
	frame_put_string(frame, tag, text_string(&text));
	text_release(&text);
}

static void put_labels(struct text *frame, uint8_t tag,
	const struct label *labels, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put_pair(frame, tag, labels[i].key, labels[i].value);
}

static void put_csv(struct text *frame, const struct source *source)
{
	put_char(frame, EXTRACT_CSV_DELIMITER, source->csv_delimiter);
	put_char(frame, EXTRACT_CSV_DECIMAL, source->csv_decimal);
	put_char(frame, EXTRACT_CSV_THOUSANDS, source->csv_thousands);
	if (source->csv_no_header)
		frame_put(frame, EXTRACT_CSV_NO_HEADER, "", 0);
	put_labels(frame, EXTRACT_CSV_COLUMN_AS, source->csv_columns_as,
		source->csv_columns_as_count);
}

/* How it is read, whatever the answer. */
static void put_program(struct text *frame, const struct source *source)
{
	frame_put_string(frame, EXTRACT_FORMAT,
		source_format_name(source->format));
	frame_put_string(frame, EXTRACT_PROGRAM, source->extract != NULL ?
		source->extract : source->rows);
	put_csv(frame, source);
	frame_put_string(frame, EXTRACT_ENCODING, source->encoding);
	put_labels(frame, EXTRACT_COLUMN, source->columns, source->column_count);
	put_labels(frame, EXTRACT_NAMESPACE, source->namespaces,
		source->namespace_count);
	frame_put_string(frame, EXTRACT_MATCH, source->match);
	if (!string_is(source->next, "link"))
		frame_put_string(frame, EXTRACT_NEXT_PROGRAM, source->next);
}

void charset_of(const char *media_type, char out[CHARSET_MAX])
{
	size_t length;

	out[0] = '\0';
	while ((media_type = strchr(media_type, ';')) != NULL) {
		media_type = string_skip_space(media_type + 1);
		if (strncasecmp(media_type, "charset=", 8) != 0)
			continue;
		media_type += 8;
		media_type += *media_type == '"';
		length = strcspn(media_type, "\"; \t");
		if (length < CHARSET_MAX) {
			memcpy(out, media_type, length);
			out[length] = '\0';
		}
		return;
	}
}

void extraction_frame(struct text *frame,
	const struct extraction_request *request)
{
	const struct source *source = request->source;
	char charset[CHARSET_MAX];
	struct text fetched;

	text_init(&fetched, 0);
	text_add_instant(&fetched, request->fetched);
	charset_of(request->media_type, charset);
	frame_begin(frame);
	put_program(frame, source);
	frame_put_string(frame, EXTRACT_FETCHED, text_string(&fetched));
	frame_put_string(frame, EXTRACT_URL_ASKED, request->url);
	if (charset[0] != '\0')
		frame_put_string(frame, EXTRACT_CHARSET, charset);
	for (size_t i = 0; i < source->parameter_count; i++)
		put_pair(frame, EXTRACT_PARAMETER, source->parameters[i].name,
			inquiry_value(source, request->number, i));
	frame_end_before(frame, EXTRACT_BODY, request->length);
	text_release(&fetched);
}

/* --- all but the rows ---------------------------------------------------------- */

static void fault_set(struct extraction_found *found, const char *text)
{
	string_copy(found->fault, sizeof found->fault, text);
}

static void take_string(char **place, const struct frame_field *field)
{
	free(*place);
	*place = frame_field_string(field);
}

/* No more than there can be rows. */
static int64_t found_count(const struct frame_field *field)
{
	int64_t count = frame_field_int(field);

	return count < 0 ? 0 : count > EXTRACT_ROWS_MAX ? EXTRACT_ROWS_MAX : count;
}

/* Whether the answer ends with this field. */
static bool found_take(struct extraction_found *found,
	const struct frame_field *field)
{
	char *fault;

	switch (field->tag) {
	case EXTRACT_ROW:
		found->rows++;
		break;
	case EXTRACT_NEXT:
		take_string(&found->next, field);
		break;
	case EXTRACT_TTL:
		found->ttl = frame_field_int(field);
		break;
	case EXTRACT_PASSED:
		found->passed = (size_t)found_count(field);
		break;
	case EXTRACT_FAULT:
		fault = frame_field_string(field);
		fault_set(found, fault);
		free(fault);
		return true;
	case EXTRACT_COUNT:
		return true;
	default:
		break;
	}
	return false;
}

void extraction_look(struct extraction_found *found, const uint8_t *payload,
	size_t length, const char *error)
{
	struct frame_reader reader;
	struct frame_field field;
	bool ended = false;

	memset(found, 0, sizeof *found);
	if (payload == NULL) {
		fault_set(found, error);
		return;
	}
	frame_reader_init(&reader, payload, length);
	while (!ended && frame_next(&reader, &field))
		ended = found_take(found, &field);
	if (!ended)
		fault_set(found, "the worker's answer broke off");
	else if (found->rows > EXTRACT_ROWS_MAX)
		fault_set(found, "the worker's answer has too many rows");
	if (found->ttl < 0)
		found->ttl = 0;
}

/* --- rows ------------------------------------------------------------------------- */

struct extraction_reading {
	struct extraction *extraction;
	struct extraction_reader reader;
	struct frame_reader frame;
	bool open;		/* a row is being read */
	int64_t number;		/* of the open row */
	char *fields[EXTRACT_FAULT + 1];
	bool provisional;
	bool complete;		/* COUNT came */
	size_t closed;		/* rows so far */
};

static void row_reject(struct extraction_reading *reading, const char *why)
{
	struct extraction *extraction = reading->extraction;
	const struct extraction_reader *reader = &reading->reader;
	struct text text;

	text_init(&text, 0);
	inquiry_hide(&reader->reg->sources[reader->source], why, &text);
	if (reader->reject != NULL)
		reader->reject(reader->context, reader->answer, reading->number,
			text_string(&text));
	if (extraction->rejected++ == 0) {
		struct text first;

		text_init(&first, 0);
		text_addf(&first, "row %lld: %s", (long long)reading->number,
			text_string(&text));
		string_copy(extraction->first_reject,
			sizeof extraction->first_reject, text_string(&first));
		extraction->first_answer = reader->answer;
		text_release(&first);
	}
	text_release(&text);
}

/* A server that repeats the question in its answer must not bring a secret
   into what is kept. */
static void fields_hide(struct extraction_reading *reading)
{
	const struct source *source =
		&reading->reader.reg->sources[reading->reader.source];
	struct text hidden;

	for (size_t i = 0; source->secret_count > 0 && i <= EXTRACT_FAULT; i++) {
		if (reading->fields[i] == NULL ||
		    !inquiry_betrays(source, reading->fields[i]))
			continue;
		text_init(&hidden, 0);
		inquiry_hide(source, reading->fields[i], &hidden);
		free(reading->fields[i]);
		reading->fields[i] = text_take(&hidden);
	}
}

static void row_take(struct extraction_reading *reading)
{
	const struct extraction_reader *reader = &reading->reader;
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

	if (row_check(reader->reg, reader->source, reader->zone, &text, &row,
			&error) < 0) {
		row_reject(reading, error.text);
		return;
	}
	row.answer = reader->answer;
	extraction->rows = mem_grow(extraction->rows, extraction->count,
		&extraction->capacity, sizeof row);
	extraction->rows[extraction->count++] = row;
}

static void fields_free(struct extraction_reading *reading)
{
	for (size_t i = 0; i <= EXTRACT_FAULT; i++) {
		free(reading->fields[i]);
		reading->fields[i] = NULL;
	}
	reading->provisional = false;
}

static void row_close(struct extraction_reading *reading)
{
	if (!reading->open)
		return;
	reading->open = false;
	reading->closed++;
	fields_hide(reading);
	if (reading->fields[EXTRACT_REJECT] != NULL)
		row_reject(reading, reading->fields[EXTRACT_REJECT]);
	else
		row_take(reading);
	fields_free(reading);
}

static void field_take(struct extraction_reading *reading,
	const struct frame_field *field)
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
		take_string(&reading->fields[field->tag], field);
	}
}

struct extraction_reading *extraction_begin(struct extraction *extraction,
	const struct extraction_reader *reader, const uint8_t *payload,
	size_t length)
{
	struct extraction_reading *reading = mem_new(1, sizeof *reading);

	reading->extraction = extraction;
	reading->reader = *reader;
	frame_reader_init(&reading->frame, payload, length);
	return reading;
}

bool extraction_go_on(struct extraction_reading *reading, size_t rows)
{
	size_t until = reading->closed + rows;
	struct frame_field field;

	while (!reading->complete && reading->closed < until) {
		if (!frame_next(&reading->frame, &field))
			return false;
		field_take(reading, &field);
	}
	return !reading->complete;
}

void extraction_end(struct extraction_reading *reading)
{
	if (reading == NULL)
		return;
	fields_free(reading);
	free(reading);
}

void extraction_release(struct extraction *extraction)
{
	for (size_t i = 0; i < extraction->count; i++)
		row_release(&extraction->rows[i]);
	free(extraction->rows);
	memset(extraction, 0, sizeof *extraction);
}
