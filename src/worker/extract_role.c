/*
 * extract role: a request's fields to extract_run, its rows to an answer; or to
 * message_make, and its message.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "extract/extract.h"
#include "extract/message.h"
#include "worker/protocol.h"
#include "worker/roles.h"

#define COLUMNS_AS_MAX EXTRACT_COLUMNS_MAX

#define PAIRS_MAX 1000		/* of one kind */

struct owned {		/* strings the request points into */
	char *format, *program, *fetched, *encoding, *url, *charset, *match,
		*next, *prelude, *channel, *token;
};

/* "name=value"; the first '=' ends the name. */
static void take_pair(struct extract_pairs *pairs, char *said)
{
	char *equals = strchr(said, '=');

	if (equals == NULL || pairs->count == PAIRS_MAX) {
		free(said);
		return;
	}
	*equals = '\0';
	pairs->items = mem_resize(pairs->items, pairs->count + 1,
		sizeof *pairs->items);
	pairs->items[pairs->count++] = (struct extract_pair){said, equals + 1};
}

/* The value stands in the name's memory. */
static void pairs_release(struct extract_pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++)
		free(pairs->items[i].name);
	free(pairs->items);
}

static void take_column_as(struct extract_request *request, char *said)
{
	char *equals = strrchr(said, '=');

	if (equals == NULL || request->columns_as_count == COLUMNS_AS_MAX) {
		free(said);
		return;
	}
	*equals = '\0';
	request->columns_as = mem_resize(request->columns_as,
		request->columns_as_count + 1, sizeof *request->columns_as);
	request->columns_as[request->columns_as_count++] =
		(struct extract_column_as){said, string_is(equals + 1, "number")};
}

static void take_string(char **place, const struct frame_field *field)
{
	free(*place);
	*place = frame_field_string(field);
}

static char first_byte(const struct frame_field *field)
{
	return field->length > 0 ? (char)field->bytes[0] : '\0';
}

/* A field that goes to pairs; false: it is none of these. */
static bool request_take_pair(struct extract_request *request,
	const struct frame_field *field)
{
	struct extract_pairs *pairs = field->tag == EXTRACT_PARAMETER
		? &request->parameters : field->tag == EXTRACT_COLUMN
		? &request->columns : field->tag == EXTRACT_NAMESPACE
		? &request->namespaces : NULL;

	if (pairs != NULL)
		take_pair(pairs, frame_field_string(field));
	return pairs != NULL;
}

static void request_take(struct extract_request *request, struct owned *owned,
	const struct frame_field *field)
{
	if (request_take_pair(request, field))
		return;
	switch (field->tag) {
	case EXTRACT_FORMAT: take_string(&owned->format, field); break;
	case EXTRACT_PROGRAM: take_string(&owned->program, field); break;
	case EXTRACT_FETCHED: take_string(&owned->fetched, field); break;
	case EXTRACT_ENCODING: take_string(&owned->encoding, field); break;
	case EXTRACT_URL_ASKED: take_string(&owned->url, field); break;
	case EXTRACT_CHARSET: take_string(&owned->charset, field); break;
	case EXTRACT_MATCH: take_string(&owned->match, field); break;
	case EXTRACT_NEXT_PROGRAM: take_string(&owned->next, field); break;
	case EXTRACT_PRELUDE: take_string(&owned->prelude, field); break;
	case EXTRACT_CHANNEL: take_string(&owned->channel, field); break;
	case EXTRACT_TOKEN: take_string(&owned->token, field); break;
	case EXTRACT_CSV_DELIMITER: request->csv_delimiter = first_byte(field); break;
	case EXTRACT_CSV_DECIMAL: request->csv_decimal = first_byte(field); break;
	case EXTRACT_CSV_THOUSANDS: request->csv_thousands = first_byte(field); break;
	case EXTRACT_CSV_NO_HEADER: request->csv_no_header = true; break;
	case EXTRACT_CSV_COLUMN_AS:
		take_column_as(request, frame_field_string(field));
		break;
	case EXTRACT_BODY:
		request->body = field->bytes;
		request->length = field->length;
		break;
	default:
		break;
	}
}

struct answering {
	struct text *answer;
	int64_t rows;
};

static bool take_row(void *context, const struct extract_row *row)
{
	struct answering *answering = context;
	struct text *answer = answering->answer;

	if (++answering->rows > EXTRACT_ROWS_MAX)
		return false;
	frame_put_int(answer, EXTRACT_ROW, answering->rows);
	frame_put_string(answer, EXTRACT_INDICATOR, row->indicator);
	frame_put_string(answer, EXTRACT_PERIOD, row->period);
	frame_put_string(answer, EXTRACT_VALUE, row->value);
	frame_put_string(answer, EXTRACT_PUBLISHED, row->published);
	if (row->provisional)
		frame_put(answer, EXTRACT_PROVISIONAL, "", 0);
	frame_put_string(answer, EXTRACT_KEY, row->key);
	frame_put_string(answer, EXTRACT_TITLE, row->title);
	frame_put_string(answer, EXTRACT_URL, row->url);
	frame_put_string(answer, EXTRACT_TEXT, row->text);
	if (row->reject[0] != '\0')
		frame_put_string(answer, EXTRACT_REJECT, row->reject);
	return !answer->cut;
}

static void request_release(struct extract_request *request,
	struct owned *owned)
{
	for (size_t i = 0; i < request->columns_as_count; i++)
		free(request->columns_as[i].name);
	free(request->columns_as);
	pairs_release(&request->parameters);
	pairs_release(&request->columns);
	pairs_release(&request->namespaces);
	if (owned->token != NULL)
		explicit_bzero(owned->token, strlen(owned->token));
	free(owned->token);
	free(owned->prelude);
	free(owned->channel);
	free(owned->url);
	free(owned->charset);
	free(owned->match);
	free(owned->next);
	free(owned->format);
	free(owned->program);
	free(owned->fetched);
	free(owned->encoding);
}

/* Rows and their count; or -1, and the answer is of no use. */
static int rows_put(struct text *answer, const struct extract_request *request,
	struct error *error)
{
	struct answering answering = {answer, 0};
	struct extract_found found;

	frame_begin(answer);
	extract_found_init(&found);
	int status = extract_run(request, take_row, &answering, &found, error);

	if (status == 0 && found.next.length > 0)
		frame_put_string(answer, EXTRACT_NEXT, text_string(&found.next));
	if (status == 0 && found.ttl > 0)
		frame_put_int(answer, EXTRACT_TTL, found.ttl);
	if (status == 0 && found.passed > 0)
		frame_put_int(answer, EXTRACT_PASSED, found.passed);
	extract_found_release(&found);
	if (status < 0)
		return -1;
	frame_put_int(answer, EXTRACT_COUNT, answering.rows);
	frame_end(answer);
	return answer->cut ? error_set(error, ERROR_LIMIT,
		"extract: the results are too large") : 0;
}

static const char *given(const char *string)
{
	return string != NULL ? string : "";
}

/* Or -1, and the answer is of no use. */
static int message_put(struct text *answer,
	const struct extract_request *request, const struct owned *owned,
	struct error *error)
{
	struct message message;
	int status = message_make(&message, &(struct message_request){
		.prelude = owned->prelude,
		.program = given(owned->program),
		.channel = given(owned->channel),
		.parameters = request->parameters,
		.token = owned->token,
		.body = request->body,
		.length = request->length,
	}, error);

	if (status == 0) {
		frame_begin(answer);
		frame_put(answer, message.is_plain ? EXTRACT_PLAIN
			: EXTRACT_MESSAGE, message.bytes.data,
			message.bytes.length);
		frame_end(answer);
	}
	message_release(&message);
	return status;
}

static int request_answer(struct extract_request *request,
	const struct owned *owned, struct text *answer, struct error *error)
{
	if (string_is(owned->format, EXTRACT_FORMAT_MESSAGE))
		return message_put(answer, request, owned, error);
	request->format = owned->format;
	request->program = given(owned->program);
	request->fetched = given(owned->fetched);
	request->encoding = owned->encoding;
	request->url = owned->url;
	request->charset = owned->charset;
	request->match = owned->match;
	request->next = owned->next;
	return rows_put(answer, request, error);
}

void extract_answer(const void *payload, size_t length, struct text *answer)
{
	struct extract_request request = {.body = ""};
	struct owned owned = {.format = NULL};
	struct frame_reader reader;
	struct frame_field field;
	struct error error = {.kind = ERROR_NONE};
	int status;

	frame_reader_init(&reader, payload, length);
	while (frame_next(&reader, &field))
		request_take(&request, &owned, &field);
	if (reader.broken)
		status = error_set(&error, ERROR_BUG, "the request is broken");
	else
		status = request_answer(&request, &owned, answer, &error);
	if (status < 0) {
		text_clear(answer);
		frame_begin(answer);
		frame_put_string(answer, EXTRACT_FAULT, error.text);
		frame_end(answer);
	}
	request_release(&request, &owned);
}
