/* trial: the verb `source`: asks one source once. See trial.h. */
#include "pledged/trial.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/frame.h"
#include "base/grid.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/terminal.h"
#include "core/engine.h"
#include "core/register_index.h"
#include "net/file.h"
#include "pledged/configuration.h"
#include "pledged/extraction.h"
#include "pledged/paths.h"
#include "pledged/inquiry.h"

#define SHOWN_ROWS 20		/* of a table, where nothing else is said */
#define SHAPE_MAX 400		/* bytes of what an answer looks like */

/* A trial under way. */
struct trying {
	struct trial trial;
	struct loop *loop;
	struct fetcher *fetcher;
	struct pool *pool;
	struct asker *asker;
	struct text given;
	struct text out;
	struct text beside;	/* for standard error */
	struct text hint;
	struct fetch_report report;
	struct text body;	/* of the answer that is looked at for the hint */
	struct text shape;
	bool over;
	bool good;
};

/* --- what becomes of the rows ----------------------------------------------- */

/* An engine that knows nothing else takes them, as the daemon's would. */
static void trying_take(struct trying *trying, struct asking_result *result)
{
	struct trial *trial = &trying->trial;
	struct engine_settings settings = {
		.first_sight = FIRST_SIGHT_NONE,
		.polling = {
			.every = trial->settings->polling.every,
			.min_every = trial->settings->polling.min_every,
		},
		.policy = &trial->settings->policy,
		.instance = "trial",
	};
	instant now = result->report.finished;
	struct history *history = history_new(NULL, NULL);
	struct engine *engine = engine_new(trial->reg, history, &settings);

	for (size_t i = 0; i < result->row_count; i++) {
		struct observation *figure = &result->rows[i].observation;

		figure->published_assumed = figure->published == INSTANT_MIN;
		if (figure->published_assumed)
			figure->published = result->report.started;
	}
	engine_start(engine, now, &trial->effects);
	effects_clear(&trial->effects);
	engine_fetched(engine, trial->source, &result->report, result->rows,
		result->row_count, now, &trial->effects);
	trial->state = *engine_source(engine, trial->source);
	/* What is printed of the effects lives in the history. */
	trial_print(trial, result, &trying->out);
	trial_print_beside(trial, result, &trying->beside);
	effects_clear(&trial->effects);
	engine_free(engine);
	history_free(history);
}

static void trial_rejected(void *context, uint32_t answer, int64_t row,
	const char *why)
{
	struct trial *trial = &((struct trying *)context)->trial;

	trial->rejects = mem_grow(trial->rejects, trial->reject_count,
		&trial->reject_capacity, sizeof *trial->rejects);
	trial->rejects[trial->reject_count++] = (struct trial_reject){
		.answer = answer,
		.row = row,
		.why = mem_string(why),
	};
}

/* --- what an answer looks like ------------------------------------------------ */

static const char json_shape[] =
	"def shape($n): if type == \"object\" then if $n == 0 then \"{…}\" else "
	"\"{\" + ([to_entries[:20][] | .key + \": \" + (.value | shape($n - 1))] "
	"| join(\", \")) + \"}\" end "
	"elif type == \"array\" then if length == 0 then \"[]\" else "
	"\"\\(length) of [\" + (reduce (.[:3][] | shape($n - 1)) as $s ([]; "
	"if index([$s]) then . else . + [$s] end) | join(\" | \")) + \"]\" end "
	"else type end; {key: (shape(4) | .[:380])}";
static const struct label tree_columns[] = {
	{"key", "name()"}, {"title", "@id"}, {"url", "@class"},
};

/* A program for a worker that tells the shape, of a source of that format;
   false: there is none. */
static bool shape_source(enum source_format format, struct source *out)
{
	*out = (struct source){.id = "", .format = format};
	switch (format) {
	case SOURCE_JSON:
		out->extract = json_shape;
		return true;
	case SOURCE_FEED:
	case SOURCE_XML:
	case SOURCE_HTML:
		if (format == SOURCE_FEED)
			out->format = SOURCE_XML;
		out->rows = "(//*)[position() <= 40]";
		out->columns = tree_columns;
		out->column_count = sizeof tree_columns / sizeof *tree_columns;
		return true;
	default:
		return false;
	}
}

/* A server's words: a part of its answer may be the question. */
static void shape_say(struct trying *trying, const char *words)
{
	struct text hidden;

	text_init(&hidden, 0);
	inquiry_hide(&trying->trial.reg->sources[trying->trial.source], words,
		&hidden);
	text_add_printable(&trying->shape, text_string(&hidden));
	text_release(&hidden);
}

/* "table#main.figures" of an element, the whole of anything else. */
static void shape_take(struct trying *trying, const struct frame_field *field)
{
	struct text *shape = &trying->shape;
	char *value = frame_field_string(field);

	if (field->tag == EXTRACT_KEY && shape->length > 0)
		text_add_char(shape, ' ');
	if (field->tag == EXTRACT_TITLE && value[0] != '\0')
		text_add_char(shape, '#');
	if (field->tag == EXTRACT_URL && value[0] != '\0')
		text_add_char(shape, '.');
	if (field->tag == EXTRACT_TITLE || field->tag == EXTRACT_KEY ||
	    field->tag == EXTRACT_URL)
		shape_say(trying, value);
	free(value);
}

/* The beginning, cut at a line's or a character's end. */
static void shape_begins(struct trying *trying)
{
	char begins[SHAPE_MAX / 2];

	string_copy(begins, sizeof begins, text_string(&trying->body));
	text_add_char(&trying->shape, '"');
	shape_say(trying, begins);
	text_add_string(&trying->shape,
		strlen(begins) < trying->body.length ? "\"…" : "\"");
}

static void shape_told(void *context, const uint8_t *payload, size_t length,
	const char *error)
{
	struct trying *trying = context;
	struct frame_reader reader;
	struct frame_field field;

	(void)error;
	trying->over = true;
	if (payload != NULL) {
		frame_reader_init(&reader, payload, length);
		while (trying->shape.length < SHAPE_MAX &&
			frame_next(&reader, &field))
			shape_take(trying, &field);
	}
	if (trying->shape.length == 0)
		shape_begins(trying);
}

static void shape_ask(struct trying *trying)
{
	struct source source;
	struct extraction_request request = {
		.source = &source,
		.url = "",
		.media_type = "",
		.length = trying->body.length,
	};
	struct text frame;

	if (!shape_source(trying->trial.reg->sources[trying->trial.source].format,
		&source)) {
		shape_begins(trying);
		trying->over = true;
		return;
	}
	text_init(&frame, 0);
	extraction_frame(&frame, &request);
	pool_request_with(trying->pool, &frame, trying->body.data,
		trying->body.length, trying->trial.settings->workers.timeout,
		shape_told, trying);
	text_release(&frame);
}

/* --- the asking ------------------------------------------------------------------- */

/* A person is helped by the look of an answer that gave nothing, but where the
   rejected rows say what is wrong. */
static bool wants_shape(const struct asking_result *result)
{
	const struct fetch_report *report = &result->report;

	return result->exchange_count > 0 &&
		((report->outcome == FETCH_UNREADABLE && report->rejected == 0) ||
		(report->outcome == FETCH_CHANGED && report->rows == report->passed));
}

static void trying_done(void *context, struct asking_result *result)
{
	struct trying *trying = context;

	trying->report = result->report;
	trying->good = result->report.outcome == FETCH_CHANGED &&
		result->report.rejected == 0;
	trying_take(trying, result);
	if (!wants_shape(result)) {
		trying->over = true;
		return;
	}
	const struct text *body = result->report.answer_count > 0 ?
		&result->bodies[0] : &result->exchanges[0].body;

	text_add(&trying->body, text_string(body), body->length);
	shape_ask(trying);
}

static bool trying_open(struct trying *trying)
{
	const struct settings *settings = trying->trial.settings;
	char *program = paths_worker();

	if (program == NULL)
		return false;
	trying->loop = loop_new();
	if (trying->loop != NULL) {
		trying->pool = extract_pool_open(trying->loop, settings, program);
		trying->fetcher = fetcher_open(trying->loop, settings);
		trying->asker = asker_new(trying->loop, trying->fetcher,
			trying->pool);
	}
	free(program);
	return trying->loop != NULL;
}

static void trying_close(struct trying *trying)
{
	struct trial *trial = &trying->trial;

	fetcher_free(trying->fetcher);
	pool_free(trying->pool);
	asker_free(trying->asker);
	loop_free(trying->loop);
	for (size_t i = 0; i < trial->reject_count; i++)
		free(trial->rejects[i].why);
	free(trial->rejects);
	effects_release(&trial->effects);
	text_release(&trying->given);
	text_release(&trying->out);
	text_release(&trying->beside);
	text_release(&trying->hint);
	text_release(&trying->body);
	text_release(&trying->shape);
}

static void trying_init(struct trying *trying,
	const struct configuration *configuration, const struct options *options,
	uint32_t source)
{
	*trying = (struct trying){.trial = {
		.reg = configuration->reg,
		.settings = configuration->settings,
		.source = source,
		.output = options->output,
		.given = options->file != NULL,
	}};
	trying->trial.limit = options->output == OUTPUT_TABLE ? SHOWN_ROWS : 0;
	effects_init(&trying->trial.effects);
	text_init(&trying->given, (size_t)configuration->settings->polling.max_body);
	text_init(&trying->out, (size_t)1 << 32);
	text_init(&trying->beside, 0);
	text_init(&trying->hint, 0);
	text_init(&trying->body, 0);
	text_init(&trying->shape, 0);
}

static void trying_ask(struct trying *trying)
{
	struct asking_what what = {
		.reg = trying->trial.reg,
		.source = trying->trial.source,
		.settings = trying->trial.settings,
		.given = trying->trial.given ? &trying->given : NULL,
		.reject = trial_rejected,
	};

	asking_start(trying->asker, &what, trying_done, trying);
	while (!trying->over)
		loop_turn(trying->loop);
	trial_hint(&trying->trial, &trying->report, text_string(&trying->shape),
		&trying->hint);
	trial_print_end(&trying->trial, text_string(&trying->hint), &trying->out);
	fwrite(text_string(&trying->out), 1, trying->out.length, stdout);
	if (!trying->good || trying->hint.length > 0)
		fputs(text_string(&trying->beside), stderr);
	if (trying->beside.length > 0)
		fputs(text_string(&trying->hint), stderr);
}

/* --- the file ----------------------------------------------------------------------- */

static int read_stdin(struct text *out, struct error *error)
{
	char piece[65536];
	ssize_t got;

	while ((got = read(STDIN_FILENO, piece, sizeof piece)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set(error, ERROR_SYSTEM, "standard input: "
				"cannot be read: %s", strerror(errno));
		text_add(out, piece, (size_t)got);
		if (out->cut)
			return error_set(error, ERROR_LIMIT, "standard input: "
				"larger than polling.max_body");
	}
	return 0;
}

static int read_given(const char *path, struct text *out, struct error *error)
{
	struct file file;
	int more;

	if (string_is(path, "-"))
		return read_stdin(out, error);
	if (file_open(&file, path, out->limit, error) < 0)
		return -1;
	while ((more = file_read(&file, out, error)) > 0)
		;
	file_close(&file);
	return more;
}

/* --- the verb ------------------------------------------------------------------------- */

static bool limit_read(const struct options *options, struct trial *trial)
{
	char *end;

	if (options->limit == NULL)
		return true;
	errno = 0;
	long long limit = strtoll(options->limit, &end, 10);

	if (end == options->limit || *end != '\0' || limit < 0 || errno != 0) {
		fprintf(stderr, "pledged: --limit: \"%s\" is no number of rows\n",
			options->limit);
		return false;
	}
	trial->limit = (size_t)limit;
	return true;
}

static int try(const struct configuration *configuration,
	const struct options *options, uint32_t source)
{
	struct trying trying;
	struct error error;
	int status = EXIT_FAILED;

	trying_init(&trying, configuration, options, source);
	if (!limit_read(options, &trying.trial)) {
		status = EXIT_USAGE;
	} else if (options->file != NULL &&
		read_given(options->file, &trying.given, &error) < 0) {
		fprintf(stderr, "pledged: --file: %s\n", error.text);
	} else if (trying_open(&trying)) {
		trying_ask(&trying);
		status = trying.good ? EXIT_DONE : EXIT_FAILED;
	}
	trying_close(&trying);
	return status;
}

static void list_row(struct grid *grid, const struct source *source)
{
	grid_cell(grid, source->id, GRID_PLAIN);
	grid_cell(grid, source_format_name(source->format), GRID_PLAIN);
	grid_cellf(grid, GRID_PLAIN, "%zu", inquiry_count(source));
	grid_cell(grid, source->indicator_id, GRID_PLAIN);
	grid_cell(grid, source->url, GRID_PLAIN);
}

static void list_object(struct text *out, const struct source *source)
{
	struct json json;

	json_init(&json, out);
	json_object(&json);
	json_put_string(&json, "id", source->id);
	json_put_string(&json, "format", source_format_name(source->format));
	json_put_int(&json, "requests", (int64_t)inquiry_count(source));
	json_put_string(&json, "indicator", source->indicator_id);
	json_put_string(&json, "url", source->url);
	json_object_end(&json);
}

static void list_json(const struct register_ *reg, bool lines, struct text *out)
{
	text_add_string(out, lines ? "" : "[");
	for (size_t i = 0; i < reg->source_count; i++) {
		text_add_string(out, lines || i == 0 ? "" : ",");
		list_object(out, &reg->sources[i]);
		text_add_string(out, lines ? "\n" : "");
	}
	text_add_string(out, lines ? "" : "]\n");
}

/* The sources there are to be tried. */
static int list(const struct register_ *reg, enum output output)
{
	struct grid *grid = grid_new();
	struct text out;

	text_init(&out, (size_t)1 << 32);
	grid_column(grid, "ID", GRID_LEFT, true);
	grid_column(grid, "FORMAT", GRID_LEFT, false);
	grid_column(grid, "REQUESTS", GRID_RIGHT, false);
	grid_column(grid, "INDICATOR", GRID_LEFT, true);
	grid_column(grid, "URL", GRID_LEFT, true);
	for (size_t i = 0; i < reg->source_count; i++)
		list_row(grid, &reg->sources[i]);
	if (output == OUTPUT_JSON || output == OUTPUT_JSONL)
		list_json(reg, output == OUTPUT_JSONL, &out);
	else if (output == OUTPUT_CSV)
		grid_print_csv(grid, &out);
	else
		grid_print(grid, &out, terminal_width(), terminal_colour());
	fwrite(text_string(&out), 1, out.length, stdout);
	text_release(&out);
	grid_free(grid);
	return EXIT_DONE;
}

static int absent(const struct register_ *reg, const char *id)
{
	const char *near = thing_nearest(reg, THING_SOURCE, id, NULL);

	fprintf(stderr, near == NULL ? "pledged: there is no source \"%s\"\n" :
		"pledged: there is no source \"%s\", did you mean \"%s\"?\n", id,
		near);
	return EXIT_ABSENT;
}

static int source_test(const struct configuration *configuration,
	const struct options *options)
{
	uint32_t source;

	if (options->argument_count == 1)
		return list(configuration->reg, options->output);
	source = register_source(configuration->reg, options->arguments[1]);
	return source == NOT_FOUND ?
		absent(configuration->reg, options->arguments[1]) :
		try(configuration, options, source);
}

int command_source(const struct options *options)
{
	struct configuration configuration;
	int status = EXIT_FAILED;

	if (options->argument_count == 0 || options->argument_count > 2 ||
	    !string_is(options->arguments[0], "test")) {
		fputs("pledged: source: say \"source test\", and which one: see "
			"pledged --help\n", stderr);
		return EXIT_USAGE;
	}
	configuration_read(&configuration, options->conf,
		options->argument_count == 2 && options->file == NULL ?
		CONF_FETCH : CONF_OFFLINE);
	configuration_tell(&configuration);
	if (configuration.reg != NULL)
		status = source_test(&configuration, options);
	configuration_release(&configuration);
	return status;
}
