/* trial_print: what `pledged source test` says, in its forms. See trial.h. */
#include "pledged/trial.h"

#include <stdio.h>
#include <string.h>

#include "base/grid.h"
#include "base/json.h"
#include "base/terminal.h"
#include "pledged/extraction.h"
#include "pledged/inquiry.h"
#include "pledged/view.h"

static const struct source *trial_source(const struct trial *trial)
{
	return &trial->reg->sources[trial->source];
}

static size_t trial_taken(const struct trial *trial, enum effect_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < trial->effects.count; i++)
		count += trial->effects.items[i].kind == kind;
	return count;
}

static size_t trial_held(const struct trial *trial)
{
	size_t count = 0;

	for (size_t i = 0; i < trial->effects.count; i++)
		count += trial->effects.items[i].kind == EFFECT_OBSERVATION &&
			trial->effects.items[i].as.observation.quarantine !=
			QUARANTINE_NONE;
	return count;
}

/* The encoding that its text was read in, as far as it was said. */
static const char *exchange_encoding(const struct trial *trial,
	const struct exchange *exchange, char out[CHARSET_MAX])
{
	const struct source *source = trial_source(trial);

	charset_of(exchange->answer.media_type, out);
	return source->encoding != NULL ? source->encoding : out;
}

static bool exchange_came(const struct exchange *exchange)
{
	return exchange->answer.bytes > 0 || exchange->read ||
		exchange->answer.http_status != 0;
}

/* --- a table: the requests ----------------------------------------------- */

static const struct trial_column {
	const char *title;
	enum grid_align align;
	bool shrink;
} request_columns[] = {
	{"REQUEST", GRID_LEFT, false}, {"STATUS", GRID_LEFT, false},
	{"TYPE", GRID_LEFT, true}, {"ENCODING", GRID_LEFT, false},
	{"BYTES", GRID_RIGHT, false}, {"ROWS", GRID_RIGHT, false},
	{"TIME", GRID_RIGHT, false}, {"URL", GRID_LEFT, true},
}, figure_columns[] = {
	{"INDICATOR", GRID_LEFT, true}, {"PERIOD", GRID_LEFT, false},
	{"VALUE", GRID_RIGHT, false}, {"PUBLISHED", GRID_LEFT, false},
	{"REMARK", GRID_LEFT, true},
}, document_columns[] = {
	{"INDICATOR", GRID_LEFT, true}, {"DATE", GRID_LEFT, false},
	{"KEY", GRID_LEFT, true}, {"TITLE", GRID_LEFT, true},
	{"URL", GRID_LEFT, true},
}, reject_columns[] = {
	{"ANSWER", GRID_RIGHT, false}, {"ROW", GRID_RIGHT, false},
	{"REJECTED BECAUSE", GRID_LEFT, true},
};

static struct grid *grid_of(const struct trial_column *columns, size_t count)
{
	struct grid *grid = grid_new();

	for (size_t i = 0; i < count; i++)
		grid_column(grid, columns[i].title, columns[i].align,
			columns[i].shrink);
	return grid;
}
#define GRID_OF(columns) grid_of(columns, sizeof columns / sizeof *columns)

static void grid_end(struct grid *grid, struct text *out)
{
	if (grid_rows(grid) > 0) {
		grid_print(grid, out, terminal_width(), terminal_colour());
		text_add_char(out, '\n');
	}
	grid_free(grid);
}

/* "3.2": the second page of the third request. */
static void cell_number(struct grid *grid, const struct exchange *exchange)
{
	grid_cellf(grid, GRID_PLAIN, "%zu.%zu", exchange->request,
		exchange->page);
}

static void cell_status(struct grid *grid, const struct trial *trial,
	const struct exchange *exchange)
{
	int status = exchange->answer.http_status;

	if (status != 0)
		grid_cellf(grid, status == 200 ? GRID_GOOD : GRID_BAD, "%d",
			status);
	else if (!exchange_came(exchange))
		grid_cell(grid, "none", GRID_BAD);
	else
		grid_cell(grid, trial->given ? "given" : "file", GRID_GOOD);
}

static void request_row(struct grid *grid, const struct trial *trial,
	const struct exchange *exchange)
{
	char charset[CHARSET_MAX], type[64];
	const struct poll_answer *answer = &exchange->answer;

	cell_number(grid, exchange);
	cell_status(grid, trial, exchange);
	string_copy(type, sizeof type, answer->media_type);
	type[strcspn(type, "; ")] = '\0';
	grid_cell(grid, type, GRID_PLAIN);
	grid_cell(grid, exchange_encoding(trial, exchange, charset), GRID_PLAIN);
	grid_cellf(grid, GRID_PLAIN, "%lld", (long long)answer->bytes);
	if (exchange->read)
		grid_cellf(grid, GRID_PLAIN, "%zu", answer->rows);
	else
		grid_cell(grid, "", GRID_PLAIN);
	grid_cellf(grid, GRID_PLAIN, "%lld ms",
		(long long)exchange->milliseconds);
	grid_cell(grid, answer->url, GRID_PLAIN);
}

static void print_requests(const struct trial *trial,
	const struct asking_result *result, struct text *out)
{
	struct grid *grid = GRID_OF(request_columns);

	for (size_t i = 0; i < result->exchange_count; i++)
		request_row(grid, trial, &result->exchanges[i]);
	grid_end(grid, out);
}

static void add_said(struct text *out, const char *name, const char *value)
{
	if (value[0] == '\0')
		return;
	text_addf(out, "  %-15s ", name);
	text_add_printable(out, value);
	text_add_char(out, '\n');
}

static void add_said_seconds(struct text *out, const char *name, int64_t seconds)
{
	struct text text;

	if (seconds <= 0)
		return;
	text_init(&text, 0);
	text_add_seconds(&text, seconds);
	add_said(out, name, text_string(&text));
	text_release(&text);
}

/* What the last answer said, and what follows from all of them for the next
   poll. */
static void print_plan(const struct trial *trial,
	const struct asking_result *result, struct text *out)
{
	const struct fetch_report *report = &result->report;
	const struct exchange *last;
	size_t before = out->length;

	if (result->exchange_count == 0)
		return;
	last = &result->exchanges[result->exchange_count - 1];
	if (last->final_url != NULL)
		add_said(out, "redirected to", last->final_url);
	add_said(out, "moved for good", report->moved);
	add_said(out, "ETag", last->answer.etag);
	add_said(out, "Last-Modified", last->answer.last_modified);
	add_said_seconds(out, "max-age", report->max_age);
	add_said_seconds(out, "Retry-After", report->retry_after);
	add_said_seconds(out, "feed's ttl", report->ttl);
	if (trial->given)
		add_said(out, "next page", last->next != NULL ? last->next : "");
	else if (trial->state.next != INSTANT_MAX)
		add_said_seconds(out, "next poll in",
			trial->state.next - report->finished);
	else
		add_said(out, "next poll", "never");
	if (out->length > before)
		text_add_char(out, '\n');
}

/* --- a table: the rows --------------------------------------------------------- */

static void add_remark(struct text *out, const char *remark)
{
	if (out->length > 0)
		text_add_string(out, ", ");
	text_add_string(out, remark);
}

static void figure_row(struct grid *grid, const struct trial *trial,
	const struct effect *effect)
{
	const struct observation *figure = &effect->as.observation;
	struct text text;

	text_init(&text, 0);
	grid_cell(grid, trial->reg->indicators[effect->index].id, GRID_PLAIN);
	text_add_period(&text, figure->period);
	grid_cell(grid, text_string(&text), GRID_PLAIN);
	text_clear(&text);
	text_add_decimal(&text, figure->value);
	grid_cell(grid, text_string(&text), GRID_PLAIN);
	text_clear(&text);
	if (!figure->published_assumed)
		text_add_instant_zone(&text, figure->published,
			trial->settings->zone);
	grid_cell(grid, text_string(&text), GRID_PLAIN);
	text_clear(&text);
	if (figure->quarantine != QUARANTINE_NONE)
		text_addf(&text, "held: %s", quarantine_words(figure->quarantine));
	if (figure->provisional)
		add_remark(&text, "provisional");
	if (figure->published_assumed)
		add_remark(&text, "published when fetched");
	grid_cell(grid, text_string(&text), figure->quarantine !=
		QUARANTINE_NONE ? GRID_BAD : GRID_DIM);
	text_release(&text);
}

static void document_row(struct grid *grid, const struct trial *trial,
	const struct effect *effect)
{
	const struct document *document = effect->as.document;
	struct text text;

	text_init(&text, 0);
	grid_cell(grid, trial->reg->indicators[effect->index].id, GRID_PLAIN);
	if (!period_is_none(document->period))
		text_add_period(&text, document->period);
	else
		text_add_instant_zone(&text, document->published,
			trial->settings->zone);
	grid_cell(grid, text_string(&text), GRID_PLAIN);
	grid_cell(grid, document->key, GRID_PLAIN);
	grid_cell(grid, document->title, GRID_PLAIN);
	grid_cell(grid, document->url, GRID_PLAIN);
	text_release(&text);
}

/* Those of a kind; returns how many are not shown. */
static size_t print_taken(const struct trial *trial, enum effect_kind kind,
	struct text *out)
{
	struct grid *grid = kind == EFFECT_OBSERVATION ?
		GRID_OF(figure_columns) : GRID_OF(document_columns);
	size_t shown = 0, count = 0;

	for (size_t i = 0; i < trial->effects.count; i++) {
		const struct effect *effect = &trial->effects.items[i];

		if (effect->kind != kind)
			continue;
		count++;
		if (trial->limit > 0 && shown >= trial->limit)
			continue;
		shown++;
		if (kind == EFFECT_OBSERVATION)
			figure_row(grid, trial, effect);
		else
			document_row(grid, trial, effect);
	}
	grid_end(grid, out);
	return count - shown;
}

static size_t print_rejects(const struct trial *trial,
	const struct asking_result *result, struct text *out)
{
	struct grid *grid = GRID_OF(reject_columns);
	size_t shown = 0;

	for (; shown < trial->reject_count &&
		(trial->limit == 0 || shown < trial->limit); shown++) {
		const struct trial_reject *reject = &trial->rejects[shown];

		cell_number(grid, &result->exchanges[reject->answer]);
		grid_cellf(grid, GRID_PLAIN, "%lld", (long long)reject->row);
		grid_cell(grid, reject->why, GRID_BAD);
	}
	grid_end(grid, out);
	return trial->reject_count - shown;
}

/* --- a table: the sum ------------------------------------------------------------ */

/* Rows that say what another has said, and leave no trace. */
static size_t trial_repeated(const struct trial *trial,
	const struct asking_result *result)
{
	return result->row_count - trial_taken(trial, EFFECT_OBSERVATION) -
		trial_taken(trial, EFFECT_DOCUMENT);
}

static void add_part(struct text *out, size_t count, const char *words)
{
	if (count > 0)
		text_addf(out, ", %zu %s", count, words);
}

static void print_kinds(const struct trial *trial, struct text *out)
{
	size_t figures = trial_taken(trial, EFFECT_OBSERVATION);
	size_t documents = trial_taken(trial, EFFECT_DOCUMENT);
	bool of_documents = documents > 0 || (figures == 0 &&
		trial_source(trial)->format == SOURCE_FEED);

	if (!of_documents || figures > 0)
		text_add_count(out, figures, "figure");
	if (figures > 0 && of_documents)
		text_add_string(out, " and ");
	if (of_documents)
		text_add_count(out, documents, "document");
}

static void print_sum(const struct trial *trial,
	const struct asking_result *result, struct text *out)
{
	const struct fetch_report *report = &result->report;

	text_addf(out, "%s: ", trial_source(trial)->id);
	if (report->outcome != FETCH_CHANGED) {
		text_addf(out, "%s: ", fetch_outcome_name(report->outcome));
		text_add_printable(out, report->error);
	} else {
		print_kinds(trial, out);
		text_add_string(out, " would be taken");
		add_part(out, trial_held(trial), "of them held");
		add_part(out, trial_repeated(trial, result),
			"said twice");
	}
	add_part(out, trial->reject_count, "rejected");
	add_part(out, report->passed, "that match leaves out");
	text_add_char(out, '\n');
}

static void print_table(const struct trial *trial,
	const struct asking_result *result, struct text *out)
{
	size_t left;

	print_requests(trial, result, out);
	print_plan(trial, result, out);
	left = print_taken(trial, EFFECT_OBSERVATION, out);
	left += print_taken(trial, EFFECT_DOCUMENT, out);
	left += print_rejects(trial, result, out);
	if (left > 0)
		text_addf(out, "%zu more are not shown: --limit 0 shows all\n",
			left);
	print_sum(trial, result, out);
}

/* --- JSON ------------------------------------------------------------------------- */

static void put_seconds(struct json *json, const char *key, int64_t seconds)
{
	if (seconds > 0)
		json_put_int(json, key, seconds);
	else
		json_put_null(json, key);
}

static void put_exchange(struct json *json, const struct trial *trial,
	const struct exchange *exchange)
{
	const struct poll_answer *answer = &exchange->answer;
	char charset[CHARSET_MAX];

	json_object(json);
	json_put_int(json, "request", (int64_t)exchange->request);
	json_put_int(json, "page", (int64_t)exchange->page);
	json_put_string(json, "url", answer->url);
	view_said(json, "final_url", exchange->final_url);
	json_key(json, "parameters");
	json_raw(json, answer->parameters);
	json_put_int(json, "status", answer->http_status);
	view_said(json, "media_type", answer->media_type);
	view_said(json, "encoding", exchange_encoding(trial, exchange, charset));
	json_put_int(json, "bytes", answer->bytes);
	view_digest(json, "sha256", exchange_came(exchange) ?
		&answer->body : NULL);
	json_put_int(json, "milliseconds", exchange->milliseconds);
	json_put_int(json, "rows", (int64_t)answer->rows);
	view_said(json, "etag", answer->etag);
	view_said(json, "last_modified", answer->last_modified);
	put_seconds(json, "max_age", exchange->max_age);
	put_seconds(json, "retry_after", exchange->retry_after);
	put_seconds(json, "ttl", exchange->ttl);
	view_said(json, "next", exchange->next);
	json_object_end(json);
}

static void put_figure(struct json *json, const struct trial *trial,
	const struct effect *effect)
{
	const struct observation *figure = &effect->as.observation;

	json_object(json);
	json_put_string(json, "indicator",
		trial->reg->indicators[effect->index].id);
	view_period(json, "period", figure->period);
	json_put_decimal(json, "value", figure->value);
	json_put_instant(json, "published", figure->published_assumed ?
		INSTANT_MIN : figure->published);
	json_put_bool(json, "provisional", figure->provisional);
	view_said(json, "held", figure->quarantine != QUARANTINE_NONE ?
		quarantine_name(figure->quarantine) : NULL);
	json_put_int(json, "answer", effect->answer);
	json_object_end(json);
}

static void put_document(struct json *json, const struct trial *trial,
	const struct effect *effect)
{
	const struct document *document = effect->as.document;

	json_object(json);
	json_put_string(json, "indicator",
		trial->reg->indicators[effect->index].id);
	json_put_string(json, "key", document->key);
	json_put_string(json, "title", document->title);
	view_said(json, "url", document->url);
	view_said(json, "text", document->text);
	view_period(json, "period", document->period);
	json_put_instant(json, "published", document->published_assumed ?
		INSTANT_MIN : document->published);
	json_put_int(json, "answer", effect->answer);
	json_object_end(json);
}

/* Calls for each that would be taken, up to the limit. */
static void put_taken(struct json *json, const struct trial *trial,
	struct text *lines)
{
	size_t shown = 0;

	for (size_t i = 0; i < trial->effects.count; i++) {
		const struct effect *effect = &trial->effects.items[i];

		if (effect->kind != EFFECT_OBSERVATION &&
		    effect->kind != EFFECT_DOCUMENT)
			continue;
		if (trial->limit > 0 && shown++ >= trial->limit)
			break;
		if (lines != NULL)
			json_init(json, lines);
		if (effect->kind == EFFECT_OBSERVATION)
			put_figure(json, trial, effect);
		else
			put_document(json, trial, effect);
		if (lines != NULL)
			text_add_char(lines, '\n');
	}
}

static void put_rejects(struct json *json, const struct trial *trial)
{
	for (size_t i = 0; i < trial->reject_count; i++) {
		json_object(json);
		json_put_int(json, "answer", trial->rejects[i].answer);
		json_put_int(json, "row", trial->rejects[i].row);
		json_put_string(json, "why", trial->rejects[i].why);
		json_object_end(json);
	}
}

static void put_totals(struct json *json, const struct trial *trial,
	const struct asking_result *result)
{
	json_key(json, "totals");
	json_object(json);
	json_put_int(json, "answers", (int64_t)result->exchange_count);
	json_put_int(json, "figures",
		(int64_t)trial_taken(trial, EFFECT_OBSERVATION));
	json_put_int(json, "documents",
		(int64_t)trial_taken(trial, EFFECT_DOCUMENT));
	json_put_int(json, "held", (int64_t)trial_held(trial));
	json_put_int(json, "said_twice",
		(int64_t)trial_repeated(trial, result));
	json_put_int(json, "rejected", (int64_t)trial->reject_count);
	json_object_end(json);
}

/* All but the end of the object, which the hint goes before. */
static void print_json(const struct trial *trial,
	const struct asking_result *result, struct text *out)
{
	const struct fetch_report *report = &result->report;
	struct json json;

	json_init(&json, out);
	json_object(&json);
	json_put_string(&json, "source", trial_source(trial)->id);
	json_put_string(&json, "format",
		source_format_name(trial_source(trial)->format));
	json_put_string(&json, "outcome", report->outcome == FETCH_CHANGED ?
		"read" : fetch_outcome_name(report->outcome));
	view_said(&json, "error", report->outcome == FETCH_CHANGED ? NULL
		: report->error);
	view_said(&json, "moved", report->moved);
	json_put_instant(&json, "next_poll", trial->state.next);
	json_key(&json, "answers");
	json_array(&json);
	for (size_t i = 0; i < result->exchange_count; i++)
		put_exchange(&json, trial, &result->exchanges[i]);
	json_array_end(&json);
	json_key(&json, "rows");
	json_array(&json);
	put_taken(&json, trial, NULL);
	json_array_end(&json);
	json_key(&json, "rejected");
	json_array(&json);
	put_rejects(&json, trial);
	json_array_end(&json);
	put_totals(&json, trial, result);
}

/* --- rows alone -------------------------------------------------------------------- */

static void print_csv(const struct trial *trial, struct text *out)
{
	static const struct trial_column columns[] = {
		{"indicator", GRID_LEFT, false}, {"period", GRID_LEFT, false},
		{"value", GRID_LEFT, false}, {"published", GRID_LEFT, false},
		{"remark", GRID_LEFT, false},
	}, documents[] = {
		{"indicator", GRID_LEFT, false}, {"date", GRID_LEFT, false},
		{"key", GRID_LEFT, false}, {"title", GRID_LEFT, false},
		{"url", GRID_LEFT, false},
	};
	bool figures = trial_taken(trial, EFFECT_OBSERVATION) > 0 ||
		trial_taken(trial, EFFECT_DOCUMENT) == 0;
	struct grid *grid = figures ? GRID_OF(columns) : GRID_OF(documents);

	for (size_t i = 0, shown = 0; i < trial->effects.count; i++) {
		const struct effect *effect = &trial->effects.items[i];

		if (trial->limit > 0 && shown >= trial->limit)
			break;
		if (effect->kind == (figures ? EFFECT_OBSERVATION
				: EFFECT_DOCUMENT)) {
			(figures ? figure_row : document_row)(grid, trial, effect);
			shown++;
		}
	}
	grid_print_csv(grid, out);
	grid_free(grid);
}

void trial_print_beside(const struct trial *trial,
	const struct asking_result *result, struct text *out)
{
	if (trial->output != OUTPUT_JSONL && trial->output != OUTPUT_CSV)
		return;
	print_rejects(trial, result, out);
	print_sum(trial, result, out);
}

void trial_print(const struct trial *trial, const struct asking_result *result,
	struct text *out)
{
	struct json json;

	switch (trial->output) {
	case OUTPUT_JSON:
		print_json(trial, result, out);
		break;
	case OUTPUT_JSONL:
		put_taken(&json, trial, out);
		break;
	case OUTPUT_CSV:
		print_csv(trial, out);
		break;
	default:
		print_table(trial, result, out);
		break;
	}
}

void trial_print_end(const struct trial *trial, const char *hint,
	struct text *out)
{
	struct text quoted;
	struct json json;

	if (trial->output == OUTPUT_JSON) {
		text_init(&quoted, 0);
		json_init(&json, &quoted);
		json_string(&json, hint[0] != '\0' ? hint : NULL);
		text_addf(out, ",\"hint\":%s}\n", text_string(&quoted));
		text_release(&quoted);
	} else if (trial->output == OUTPUT_TABLE && hint[0] != '\0') {
		text_addf(out, "\n%s", hint);
	}
}

/* --- hints ----------------------------------------------------------------------------- */

static const struct status_hint {
	int status;
	const char *words;
} status_hints[] = {
	{401, "The server wants to know who asks: put its key or token into a file "
		"that only you may read, and name it by token_file or secret_files."},
	{403, "The server refuses: perhaps it wants a key (token_file, "
		"secret_files), or another polling.user_agent."},
	{404, "There is nothing at that URL: it is asked exactly as it stands "
		"above; compare it with what a browser asks."},
	{405, "The server wants the question in another way: with body it is "
		"sent by POST, without it by GET."},
	{406, "The server has no such form of it: try headers = { Accept = ... }."},
	{410, "It is gone for good: look for where it is published now."},
	{415, "The server does not know the form of the body: try headers = { "
		"Content-Type = ... }."},
	{429, "The server asks for patience: raise every, or polling.spacing."},
};

static const char *const empty_words[] = {
	[SOURCE_CSV] = "the SELECT of extract found no row",
	[SOURCE_JSON] = "the jq program of extract gave nothing",
	[SOURCE_HTML] = "the XPath of rows found nothing",
	[SOURCE_XML] = "the XPath of rows found nothing (is there a prefix of namespaces?)",
	[SOURCE_FEED] = "the feed has no item",
	[SOURCE_TEXT] = "the pattern of extract matched nothing",
};

void trial_hint(const struct trial *trial, const struct fetch_report *report,
	const char *shape, struct text *out)
{
	bool empty = report->outcome == FETCH_CHANGED && report->rows == 0;

	for (size_t i = 0; report->outcome == FETCH_FAILED &&
		i < sizeof status_hints / sizeof *status_hints; i++)
		if (status_hints[i].status == report->http_status)
			text_addf(out, "%s\n", status_hints[i].words);
	if (report->outcome == FETCH_CHANGED && report->passed > 0 &&
		report->passed == report->rows)
		text_add_string(out, "Nothing is left of it: match matched none "
			"of its items.\n");
	if (empty)
		text_addf(out, "There is nothing in it: %s.\n",
			empty_words[trial_source(trial)->format]);
	if (shape != NULL && shape[0] != '\0')
		text_addf(out, "The answer is: %s\n", shape);
}
