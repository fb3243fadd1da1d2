/* offline: see offline.h. */
#include "pledged/offline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "core/polled.h"
#include "pledged/asking.h"
#include "pledged/configuration.h"
#include "pledged/paths.h"

struct reading {		/* one source, read once */
	struct offline *offline;
	uint32_t source;
	struct row *rows;
	size_t row_count;
	bool failed;
	bool given;		/* the engine has had its rows */
	bool covers;		/* read without fault */
	const char *failure;	/* it is made to fail; NULL: it is not */
};

struct offline {
	struct settings *settings;
	struct register_ *reg;
	struct history *history;
	struct engine *engine;
	struct loop *loop;
	struct fetcher *fetcher;
	struct pool *pool;
	struct asker *asker;
	struct reading *readings;	/* one a source */
	size_t waiting;			/* readings under way */
	struct effects effects;
	instant now;			/* the virtual clock */
	offline_event_fn *tell;
	void *context;
	offline_notify_fn *notify;
	void *notify_context;
};

/* --- files ------------------------------------------------------------------ */

struct offline *offline_over(struct settings *settings, struct register_ *reg)
{
	struct offline *offline = mem_new(1, sizeof *offline);

	effects_init(&offline->effects);
	offline->settings = settings;
	offline->reg = reg;
	offline->readings = mem_new(reg->source_count + 1,
		sizeof *offline->readings);
	return offline;
}

struct offline *offline_open(const char *conf, bool network)
{
	struct configuration configuration;

	configuration_read(&configuration, conf,
		network ? CONF_FETCH : CONF_OFFLINE);
	configuration_tell(&configuration);
	if (configuration.reg == NULL) {
		configuration_release(&configuration);
		return NULL;
	}
	faults_release(&configuration.faults);
	return offline_over(configuration.settings, configuration.reg);
}

static void rows_free(struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		row_release(&rows[i]);
	free(rows);
}

void offline_close(struct offline *offline)
{
	if (offline == NULL)
		return;
	for (size_t i = 0; offline->readings != NULL &&
		i < offline->reg->source_count; i++) {
		rows_free(offline->readings[i].rows,
			offline->readings[i].row_count);
	}
	free(offline->readings);
	engine_free(offline->engine);
	history_free(offline->history);
	fetcher_free(offline->fetcher);
	pool_free(offline->pool);
	asker_free(offline->asker);
	loop_free(offline->loop);
	effects_release(&offline->effects);
	register_free(offline->reg);
	settings_free(offline->settings);
	free(offline);
}

const struct settings *offline_settings(const struct offline *offline)
{
	return offline->settings;
}

const struct register_ *offline_register(const struct offline *offline)
{
	return offline->reg;
}

struct history *offline_history(const struct offline *offline)
{
	return offline->history;
}

struct engine *offline_engine(const struct offline *offline)
{
	return offline->engine;
}

bool offline_time(const struct offline *offline, const char *name,
	const char *value, instant *out)
{
	struct moment moment;

	if (moment_parse(value, strlen(value), &moment)) {
		*out = moment_instant(&moment, offline->settings->zone);
		return true;
	}
	fprintf(stderr, "pledged: %s: \"%s\" is not a date or time "
		"(2020-12-31, 2020-12-31T23:59:59Z)\n", name, value);
	return false;
}

/* --- sources --------------------------------------------------------------- */

/* Without a time of its own a figure counts as known once its period and the
   indicator's lag are over, and that is said. A document without a date is
   dated by our reading it. */
static void rows_assume(const struct offline *offline, struct row *rows,
	size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct row *row = &rows[i];

		if (row->observation.published != INSTANT_MIN)
			continue;
		row->observation.published =
			period_is_none(row->observation.period) ?
			loop_now(offline->loop) : row_published_assumed(
			&offline->reg->indicators[row->indicator],
			row->observation.period, offline->settings->zone);
		row->observation.published_assumed = true;
	}
}

/* What a server made of an error is for a terminal here. */
static void source_tell(const char *id, const struct fetch_report *report)
{
	struct text words;

	text_init(&words, 0);
	text_addf(&words, "pledged: source %s: ", id);
	if (report->rejected > 0) {
		text_add_count(&words, report->rejected, "row");
		text_add_string(&words, " rejected, ");
	}
	text_add_printable(&words, report->error);
	fprintf(stderr, "%s\n", text_string(&words));
	text_release(&words);
}

static void source_asked(void *context, struct asking_result *result)
{
	struct reading *reading = context;
	struct offline *offline = reading->offline;
	const struct fetch_report *report = &result->report;
	const char *id = offline->reg->sources[reading->source].id;

	offline->waiting--;
	reading->rows = result->rows;
	reading->row_count = result->row_count;
	result->rows = NULL;
	rows_assume(offline, reading->rows, reading->row_count);
	reading->failed = report->outcome != FETCH_CHANGED;
	reading->covers = !reading->failed && report->rejected == 0 &&
		(report->rows > 0 || offline->reg->sources[
		reading->source].may_be_empty);
	if (report->error[0] != '\0')
		source_tell(id, report);
}

static bool offline_open_workers(struct offline *offline)
{
	char *program = paths_worker();

	if (program == NULL)
		return false;
	offline->loop = loop_new();
	offline->pool = extract_pool_open(offline->loop, offline->settings, program);
	offline->fetcher = fetcher_open(offline->loop, offline->settings);
	offline->asker = asker_new(offline->loop, offline->fetcher,
		offline->pool);
	free(program);
	return true;
}

static void source_begin(struct offline *offline, uint32_t index)
{
	struct asking_what what = {
		.reg = offline->reg,
		.source = index,
		.settings = offline->settings,
	};

	offline->waiting++;
	asking_start(offline->asker, &what, source_asked,
		&offline->readings[index]);
}

size_t offline_read_sources(struct offline *offline, bool network)
{
	const struct register_ *reg = offline->reg;
	size_t failed = 0;

	if (reg->source_count == 0)
		return 0;
	if (!offline_open_workers(offline))
		return reg->source_count;
	for (uint32_t i = 0; i < reg->source_count; i++) {
		offline->readings[i].offline = offline;
		offline->readings[i].source = i;
		if (network || string_starts(reg->sources[i].url, "file:"))
			source_begin(offline, i);
		else
			fprintf(stderr, "pledged: source %s: not read, it needs "
				"the network (--fetch)\n", reg->sources[i].id);
	}
	while (offline->waiting > 0)
		loop_turn(offline->loop);
	for (size_t i = 0; i < reg->source_count; i++)
		failed += offline->readings[i].failed;
	return failed;
}

instant offline_first_publication(const struct offline *offline)
{
	instant first = INSTANT_MAX;

	for (size_t i = 0; i < offline->reg->source_count; i++) {
		const struct reading *reading = &offline->readings[i];

		for (size_t k = 0; k < reading->row_count; k++) {
			instant at = reading->rows[k].observation.published;

			if (at < first)
				first = at;
		}
	}
	return first;
}

/* --- effects in memory ----------------------------------------------------- */

/* The file as it was read answers the first poll whole: what was published
   later than the virtual now is in the series and not yet known. */
static void give_rows(struct offline *offline, uint32_t index)
{
	struct reading *reading = &offline->readings[index];
	bool failed = reading->failure != NULL;
	bool first = !reading->given && !failed;
	struct fetch_report report = {
		.started = offline->now,
		.finished = offline->now,
		.outcome = failed ? FETCH_FAILED
			: first ? FETCH_CHANGED : FETCH_UNCHANGED,
		.retry_after = -1,
		.max_age = -1,
		.rows = first ? reading->row_count : 0,
	};

	if (failed)
		string_copy(report.error, sizeof report.error, reading->failure);
	else
		reading->given = true;
	engine_fetched(offline->engine, index, &report, reading->rows,
		report.rows, offline->now, &offline->effects);
}

/* A source that has given all it has is asked on only for those who hear of
   events, of figures that do not come above all: where nobody does, it never
   answers, and years without news cost nothing. */
static bool offline_answers(const struct offline *offline, uint32_t source)
{
	return offline->tell != NULL || !offline->readings[source].given;
}

static void offline_fetch(struct offline *offline, uint32_t source)
{
	if (offline_answers(offline, source))
		give_rows(offline, source);
}

static void perform_one(struct offline *offline, const struct effect *effect)
{
	if (effect->kind == EFFECT_EVENT && offline->tell != NULL)
		offline->tell(offline->context, effect->as.event);
	else if (effect->kind == EFFECT_NOTIFY && offline->notify != NULL)
		offline->notify(offline->notify_context,
			&effect->as.notification);
	else if (effect->kind == EFFECT_FETCH)
		offline_fetch(offline, effect->index);
	else if (effect->kind == EFFECT_SEND)
		engine_delivered(offline->engine, effect->number, DELIVERED, -1,
			"", offline->now, &offline->effects);
}

/* Effects grow while they are performed: an answer is another input. */
static void offline_perform(struct offline *offline)
{
	while (offline->effects.count > 0) {
		struct effects effects = offline->effects;

		effects_init(&offline->effects);
		for (size_t i = 0; i < effects.count; i++)
			perform_one(offline, &effects.items[i]);
		effects_release(&effects);
	}
}

/* --- the virtual clock ------------------------------------------------------ */

static void offline_forget(struct offline *offline)
{
	engine_free(offline->engine);
	history_free(offline->history);
	for (size_t i = 0; i < offline->reg->source_count; i++) {
		offline->readings[i].given = false;
		offline->readings[i].failure = NULL;
	}
	offline->history = history_new(NULL, NULL);
}

/* Read without fault a source counts as polled at any time asked about. */
static void offline_cover(struct offline *offline)
{
	for (size_t i = 0; i < offline->reg->source_count; i++) {
		const struct reading *reading = &offline->readings[i];

		if (reading->offline == NULL)
			continue;	/* nobody asked it */
		history_polled(offline->history,
			offline->reg->sources[i].id)->standing =
			reading->covers ? POLLED_ALWAYS : POLLED_NEVER;
	}
}

void offline_begin(struct offline *offline, instant from,
	enum first_sight first_sight, offline_event_fn *tell, void *context)
{
	const struct settings *settings = offline->settings;
	struct engine_settings engine_settings = {
		.first_sight = first_sight,
		.polling = {
			.every = settings->polling.every,
			.min_every = settings->polling.min_every,
		},
		.policy = &settings->policy,
		.instance = "replay",
	};

	offline_forget(offline);
	offline_cover(offline);
	offline->engine = engine_new(offline->reg, offline->history,
		&engine_settings);
	offline->now = from;
	offline->tell = tell;
	offline->context = context;
	engine_start(offline->engine, from, &offline->effects);
	offline_perform(offline);
}

instant offline_next(const struct offline *offline)
{
	return engine_next(offline->engine);
}

void offline_pass(struct offline *offline, instant to)
{
	instant next = engine_next(offline->engine);

	while (next <= to) {
		if (next > offline->now)
			offline->now = next;
		engine_advance(offline->engine, offline->now, 0,
			&offline->effects);
		offline_perform(offline);
		next = engine_next(offline->engine);
	}
	if (to > offline->now)
		offline->now = to;
}

void offline_observe(struct offline *offline, const struct row *rows,
	size_t count)
{
	engine_observed(offline->engine, rows, count, NULL, offline->now,
		&offline->effects);
	offline_perform(offline);
}

void offline_fail(struct offline *offline, uint32_t source, const char *error)
{
	offline->readings[source].failure = error;
}

void offline_listen(struct offline *offline, offline_notify_fn *notify,
	void *context)
{
	offline->notify = notify;
	offline->notify_context = context;
}

void offline_run(struct offline *offline, instant from, instant to,
	offline_event_fn *tell, void *context)
{
	offline_begin(offline, from, offline->settings->first_sight, tell,
		context);
	offline_pass(offline, to);
}
