/*
 * specimen: see specimen.h. The rows of the worker's answer stand in two orders,
 * by indicator and period for figures, by indicator and key for documents, so
 * that each record finds those it may come from.
 */
#include "pledged/specimen.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/frame.h"
#include "base/mem.h"
#include "pledged/definition_read.h"
#include "pledged/extraction.h"
#include "worker/protocol.h"

/* A time without an offset is in some zone; which one it was is not kept. */
#define ZONE_SECONDS_MAX (26 * 3600)

/* What is said to follow from the bytes. */
struct record {
	const char *indicator;
	struct observation figure;
	const struct document *document;	/* NULL: a figure */
	bool follows;
};

/* One answer with the bytes. */
struct reading {
	const char *url, *parameters, *media_type;
	instant at;
	bool has_program;
	struct digest program;
	char *definition;	/* NULL: it is not kept */
};

struct specimen {
	struct arena *arena;	/* of all strings */
	const char *source;
	instant at;		/* of the answer that was drawn */
	struct digest digest;
	struct text bytes;
	struct record *records;
	size_t count, capacity;
	size_t followed;
	struct reading readings[SPECIMEN_READINGS_MAX];
	size_t reading_count;
	size_t tried;		/* of them; the last is under way */
	bool more;		/* readings than there is room for */
	bool read;		/* by one of them it could be */
	char fault[320];	/* of the last that it could not be; "" */
};

struct specimen *specimen_new(const struct store_answer *answer)
{
	struct specimen *specimen = mem_new(1, sizeof *specimen);

	specimen->arena = arena_new();
	specimen->source = arena_string(specimen->arena, answer->source);
	specimen->at = answer->answer.at;
	specimen->digest = answer->answer.body;
	text_init(&specimen->bytes, STORE_SNAPSHOT_MAX);
	return specimen;
}

void specimen_free(struct specimen *specimen)
{
	if (specimen == NULL)
		return;
	for (size_t i = 0; i < specimen->reading_count; i++)
		free(specimen->readings[i].definition);
	text_release(&specimen->bytes);
	free(specimen->records);
	arena_free(specimen->arena);
	free(specimen);
}

/* --- from the store ------------------------------------------------------------- */

static struct record *record_add(struct specimen *specimen,
	const char *indicator)
{
	struct record *record;

	specimen->records = mem_grow(specimen->records, specimen->count,
		&specimen->capacity, sizeof *specimen->records);
	record = &specimen->records[specimen->count++];
	*record = (struct record){
		.indicator = arena_string(specimen->arena, indicator)};
	return record;
}

static void take_figure(void *context, const char *indicator,
	const struct observation *observation, const struct store_observed *how)
{
	(void)how;
	record_add(context, indicator)->figure = *observation;
}

static void take_document(void *context, const char *indicator,
	const struct document *document)
{
	struct specimen *specimen = context;
	struct document *copy = document_copy(document);

	arena_adopt(specimen->arena, copy);
	record_add(specimen, indicator)->document = copy;
}

static void take_reading(void *context, const struct store_answer *answer)
{
	struct specimen *specimen = context;
	struct arena *arena = specimen->arena;

	if (strcmp(answer->source, specimen->source) != 0)
		return;
	if (specimen->reading_count == SPECIMEN_READINGS_MAX) {
		specimen->more = true;
		return;
	}
	specimen->readings[specimen->reading_count++] = (struct reading){
		.url = arena_string(arena, answer->answer.url),
		.parameters = arena_string(arena, answer->answer.parameters),
		.media_type = arena_string(arena, answer->answer.media_type),
		.at = answer->answer.at,
		.has_program = answer->has_program,
		.program = answer->program,
	};
}

/* What is not kept is the fault of the reading alone. */
static int reading_load(struct reading *reading, struct store *store,
	struct error *error)
{
	struct text text;

	if (!reading->has_program)
		return 0;
	text_init(&text, 0);
	if (store_load_definition(store, &reading->program, &text, error) == 0) {
		reading->definition = text_take(&text);
		return 0;
	}
	text_release(&text);
	return error->kind == ERROR_ABSENT ? 0 : -1;
}

int specimen_load(struct specimen *specimen, struct store *store,
	struct error *error)
{
	if (store_load_snapshot(store, &specimen->digest, &specimen->bytes,
	    error) < 0 ||
	    store_load_answers_of(store, &specimen->digest, 0, take_reading,
	    specimen, error) < 0 ||
	    store_load_extracted(store, specimen->source, &specimen->digest,
	    take_figure, take_document, specimen, error) < 0)
		return -1;
	for (size_t i = 0; i < specimen->reading_count; i++)
		if (reading_load(&specimen->readings[i], store, error) < 0)
			return -1;
	return 0;
}

bool specimen_next(struct specimen *specimen)
{
	if (specimen->followed == specimen->count ||
	    specimen->tried == specimen->reading_count)
		return false;
	specimen->tried++;
	return true;
}

/* --- to the worker ----------------------------------------------------------------- */

static const struct reading *specimen_reading(const struct specimen *specimen)
{
	return &specimen->readings[specimen->tried - 1];
}

/* How the reading under way was read; what it points to lives in the arena. */
static int reading_source(const struct reading *reading, struct arena *arena,
	struct source *source, struct error *error)
{
	if (reading->definition == NULL)
		return error_set(error, ERROR_ABSENT, "the definition it was read "
			"by is not kept");
	return definition_read(reading->definition, reading->parameters, arena,
		source, error);
}

int specimen_frame(const struct specimen *specimen, struct text *frame,
	struct error *error)
{
	const struct reading *reading = specimen_reading(specimen);
	struct arena *arena = arena_new();
	struct source source;
	struct extraction_request request = {
		.source = &source,
		.fetched = reading->at,
		.url = reading->url,
		.media_type = reading->media_type,
		.length = specimen->bytes.length,
	};
	int status = reading_source(reading, arena, &source, error);

	if (status == 0)
		extraction_frame(frame, &request);
	if (status == 0 && frame->cut)
		status = error_set(error, ERROR_LIMIT, "the bytes are too large "
			"for a worker");
	arena_free(arena);
	return status;
}

const struct text *specimen_bytes(const struct specimen *specimen)
{
	return &specimen->bytes;
}

/* --- the worker's rows -------------------------------------------------------------- */

struct reread_row {
	const char *fields[EXTRACT_TEXT + 1];	/* by tag; NULL: absent */
	struct period period;			/* NONE: it is none */
};

struct reread {
	struct arena *arena;
	struct reread_row *rows;
	size_t count, capacity;
	const struct reread_row **by_period, **by_key;
	const char *indicator;		/* of rows that name none; NULL */
};

static const char *given(const char *field)
{
	return field != NULL && *field != '\0' ? field : NULL;
}

static const char *row_key(const struct reread_row *row)
{
	const char *key = given(row->fields[EXTRACT_KEY]);

	if (key == NULL)
		key = given(row->fields[EXTRACT_URL]);
	if (key == NULL)
		key = given(row->fields[EXTRACT_TITLE]);
	return key != NULL ? key : "";
}

static void reread_field(struct reread *reread, const struct frame_field *field)
{
	struct reread_row *row;

	if (field->tag == EXTRACT_ROW) {
		reread->rows = mem_grow(reread->rows, reread->count,
			&reread->capacity, sizeof *reread->rows);
		reread->rows[reread->count++] = (struct reread_row){
			.fields = {[EXTRACT_INDICATOR] = reread->indicator}};
	} else if (reread->count > 0 && field->tag > EXTRACT_ROW &&
	    field->tag <= EXTRACT_TEXT) {
		row = &reread->rows[reread->count - 1];
		row->fields[field->tag] = arena_string_n(reread->arena,
			(const char *)field->bytes, field->length);
	}
}

static int order_indicator(const struct reread_row *a,
	const struct reread_row *b)
{
	const char *left = a->fields[EXTRACT_INDICATOR];
	const char *right = b->fields[EXTRACT_INDICATOR];

	return strcmp(left != NULL ? left : "", right != NULL ? right : "");
}

static int order_period(const void *left, const void *right)
{
	const struct reread_row *a = *(const struct reread_row *const *)left;
	const struct reread_row *b = *(const struct reread_row *const *)right;
	int order = order_indicator(a, b);

	return order != 0 ? order : period_compare(a->period, b->period);
}

static int order_key(const void *left, const void *right)
{
	const struct reread_row *a = *(const struct reread_row *const *)left;
	const struct reread_row *b = *(const struct reread_row *const *)right;
	int order = order_indicator(a, b);

	return order != 0 ? order : strcmp(row_key(a), row_key(b));
}

static const struct reread_row **reread_sorted(const struct reread *reread,
	int (*order)(const void *, const void *))
{
	const struct reread_row **sorted = mem_new(reread->count + 1,
		sizeof *sorted);

	for (size_t i = 0; i < reread->count; i++)
		sorted[i] = &reread->rows[i];
	qsort(sorted, reread->count, sizeof *sorted, order);
	return sorted;
}

static void reread_make(struct reread *reread, const uint8_t *payload,
	size_t length)
{
	struct frame_reader reader;
	struct frame_field field;

	frame_reader_init(&reader, payload, length);
	while (frame_next(&reader, &field))
		reread_field(reread, &field);
	for (size_t i = 0; i < reread->count; i++) {
		struct reread_row *row = &reread->rows[i];
		const char *period = given(row->fields[EXTRACT_PERIOD]);

		row->period = PERIOD_NONE;
		if (period != NULL && !period_read(period, &row->period))
			row->period = PERIOD_NONE;
	}
	reread->by_period = reread_sorted(reread, order_period);
	reread->by_key = reread_sorted(reread, order_key);
}

static void reread_release(struct reread *reread)
{
	free(reread->rows);
	free(reread->by_period);
	free(reread->by_key);
	arena_free(reread->arena);
}

/* Where those begin that are like a row, in an order. */
static size_t reread_find(const struct reread *reread,
	const struct reread_row **sorted, const struct reread_row *wanted,
	int (*order)(const void *, const void *))
{
	size_t from = 0, count = reread->count;

	while (count > 0) {
		size_t half = count / 2;

		if (order(&sorted[from + half], &wanted) < 0) {
			from += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return from;
}

/* --- the comparison ------------------------------------------------------------------ */

/* A row without a time leaves it to when it was fetched. */
static bool published_follows(const struct reread_row *row, instant published)
{
	const char *text = given(row->fields[EXTRACT_PUBLISHED]);
	struct moment moment;
	instant apart;

	if (text == NULL)
		return true;
	if (!moment_parse(text, strlen(text), &moment))
		return false;
	apart = moment_instant(&moment, zone_utc()) - published;
	return moment.kind == MOMENT_INSTANT ? apart == 0 :
		apart <= ZONE_SECONDS_MAX && apart >= -ZONE_SECONDS_MAX;
}

static bool figure_follows(const struct record *record,
	const struct reread_row *row)
{
	struct decimal value;

	return row->fields[EXTRACT_VALUE] != NULL &&
		decimal_read(row->fields[EXTRACT_VALUE], &value) &&
		decimal_equal(value, record->figure.value) &&
		published_follows(row, record->figure.published);
}

static bool text_follows(const char *recorded, const char *field)
{
	return strcmp(recorded, field != NULL ? field : "") == 0;
}

/* A long title was cut when it was recorded. */
static bool title_follows(const char *recorded, const char *field)
{
	char title[DOCUMENT_TITLE_MAX + 1];

	string_copy(title, sizeof title, field != NULL ? field : "");
	return strcmp(recorded, title) == 0;
}

static bool document_follows(const struct record *record,
	const struct reread_row *row)
{
	const struct document *document = record->document;

	return title_follows(document->title, row->fields[EXTRACT_TITLE]) &&
		text_follows(document->url, row->fields[EXTRACT_URL]) &&
		text_follows(document->text, row->fields[EXTRACT_TEXT]) &&
		period_equal(document->period, row->period) &&
		published_follows(row, document->published);
}

static bool record_follows(const struct record *record,
	const struct reread *reread)
{
	bool is_document = record->document != NULL;
	const struct reread_row wanted = {
		.fields = {[EXTRACT_INDICATOR] = record->indicator,
			[EXTRACT_KEY] = is_document ? record->document->key : NULL},
		.period = is_document ? PERIOD_NONE : record->figure.period,
	};
	const struct reread_row **sorted = is_document ? reread->by_key :
		reread->by_period;
	int (*order)(const void *, const void *) = is_document ? order_key :
		order_period;
	const struct reread_row *like = &wanted;

	for (size_t i = reread_find(reread, sorted, &wanted, order);
	    i < reread->count && order(&sorted[i], &like) == 0; i++)
		if (is_document ? document_follows(record, sorted[i]) :
		    figure_follows(record, sorted[i]))
			return true;
	return false;
}

static void specimen_read(struct specimen *specimen, struct reread *reread,
	const uint8_t *payload, size_t length)
{
	reread_make(reread, payload, length);
	specimen->read = true;
	for (size_t i = 0; i < specimen->count; i++) {
		struct record *record = &specimen->records[i];

		if (record->follows || !record_follows(record, reread))
			continue;
		record->follows = true;
		specimen->followed++;
	}
}

void specimen_compare(struct specimen *specimen, const uint8_t *payload,
	size_t length, const char *error)
{
	struct extraction_found found;
	struct reread reread = {.arena = arena_new()};
	struct source source;
	struct error fault;

	extraction_look(&found, payload, length, error);
	free(found.next);
	if (found.fault[0] == '\0' && reading_source(specimen_reading(specimen),
	    reread.arena, &source, &fault) < 0)
		string_copy(found.fault, sizeof found.fault, fault.text);
	if (found.fault[0] == '\0') {
		reread.indicator = source.indicator_id;
		specimen_read(specimen, &reread, payload, length);
	} else {
		string_copy(specimen->fault, sizeof specimen->fault, found.fault);
	}
	reread_release(&reread);
}

/* --- what is told ------------------------------------------------------------------- */

/* "SOURCE, 2026-11-29T10:00:00Z, SHA-256" */
static void specimen_name(const struct specimen *specimen, struct text *out)
{
	char hex[DIGEST_HEX_SIZE];

	digest_hex(&specimen->digest, hex);
	text_addf(out, "%s, ", specimen->source);
	text_add_instant(out, specimen->at);
	text_addf(out, ", %s", hex);
}

static void record_tell(const struct specimen *specimen,
	const struct record *record, specimen_differs *differs, void *context)
{
	struct text what;

	text_init(&what, 0);
	if (record->document != NULL) {
		text_addf(&what, "document %lld, %s \"",
			(long long)record->document->id, record->indicator);
		text_add_printable(&what, record->document->key);
		text_add_string(&what, "\"");
	} else {
		text_addf(&what, "observation %lld, %s ",
			(long long)record->figure.id, record->indicator);
		text_add_period(&what, record->figure.period);
		text_add_string(&what, " = ");
		text_add_decimal(&what, record->figure.value);
	}
	text_add_string(&what, ", does not follow from the answer of ");
	specimen_name(specimen, &what);
	differs(context, text_string(&what));
	text_release(&what);
}

static void fault_tell(const struct specimen *specimen, const char *fault,
	specimen_differs *differs, void *context)
{
	struct text what;

	text_init(&what, 0);
	text_add_string(&what, "the answer of ");
	specimen_name(specimen, &what);
	text_add_string(&what, " cannot be read again: ");
	text_add_printable(&what, fault);
	differs(context, text_string(&what));
	text_release(&what);
}

size_t specimen_tell(const struct specimen *specimen, const char *error,
	specimen_differs *differs, void *context)
{
	if (error != NULL)
		fault_tell(specimen, error, differs, context);
	else if (!specimen->read && specimen->count > 0)
		fault_tell(specimen, specimen->fault, differs, context);
	else if (!specimen->more)
		for (size_t i = 0; i < specimen->count; i++)
			if (!specimen->records[i].follows)
				record_tell(specimen, &specimen->records[i],
					differs, context);
	return specimen->followed;
}
