/* commands: the verbs that need no daemon. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/grid.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/terminal.h"
#include "conf/register_expand.h"
#include "core/lint.h"
#include "core/register_index.h"
#include "pledged/against.h"
#include "pledged/command.h"
#include "pledged/configuration.h"
#include "pledged/daemon.h"
#include "pledged/look.h"
#include "pledged/offline.h"
#include "pledged/preview.h"
#include "pledged/view.h"

int command_run(const struct options *options)
{
	return daemon_run(options->conf);
}

/* --- check ------------------------------------------------------------------- */

static void add_register(struct text *text, const struct register_ *reg,
	const struct settings *settings)
{
	const struct {
		size_t count;
		const char *noun;
	} counts[] = {
		{reg->instrument_count, "instrument"},
		{reg->pledge_count, "pledge"},
		{reg->milestone_count, "milestone"},
		{reg->indicator_count, "indicator"},
		{reg->source_count, "source"},
		{settings->policy.channel_count, "channel"},
	};

	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		text_add_string(text, i > 0 ? ", " : "");
		text_add_count(text, counts[i].count, counts[i].noun);
	}
}

int command_check(const struct options *options)
{
	struct configuration configuration;
	const struct faults *faults = &configuration.faults;
	struct text text;
	int status = EXIT_FAILED;

	configuration_read(&configuration, options->conf, CONF_OFFLINE);
	if (configuration.reg != NULL) {
		register_lint(configuration.reg, &configuration.faults);
		faults_sort(&configuration.faults);
	}
	configuration_tell(&configuration);
	text_init(&text, 0);
	if (configuration.reg == NULL) {
		text_add_count(&text, faults->errors, "error");
		text_add_string(&text, ", ");
		text_add_count(&text, faults->warnings, "warning");
		fprintf(stderr, "pledged: %s\n", text_string(&text));
	} else {
		add_register(&text, configuration.reg, configuration.settings);
		text_add_string(&text, "; ");
		text_add_count(&text, faults->warnings, "warning");
		printf("%s: %s\n", options->conf, text_string(&text));
		status = options->strict && faults->warnings > 0 ? EXIT_WARNED
			: EXIT_DONE;
	}
	text_release(&text);
	configuration_release(&configuration);
	return status;
}

/* --- expand ------------------------------------------------------------------- */

static bool write_out(void *context, const char *bytes, size_t length)
{
	(void)context;
	return fwrite(bytes, 1, length, stdout) == length;
}

int command_expand(const struct options *options)
{
	struct configuration configuration;
	int status = EXIT_FAILED;

	configuration_read(&configuration, options->conf, CONF_OFFLINE);
	if (configuration.reg != NULL &&
		register_expand(configuration.settings, write_out, NULL,
			&configuration.faults) == 0 && fflush(stdout) == 0)
		status = EXIT_DONE;
	if (status != EXIT_DONE)
		configuration_tell(&configuration);
	configuration_release(&configuration);
	return status;
}

/* --- assess ------------------------------------------------------------------- */

static enum grid_style status_style(enum status status)
{
	static const enum grid_style styles[HUE_COUNT] = {
		[HUE_GOOD] = GRID_GOOD, [HUE_LATE] = GRID_WARN,
		[HUE_BAD] = GRID_BAD, [HUE_BLIND] = GRID_WARN,
		[HUE_IDLE] = GRID_PLAIN, [HUE_OUT] = GRID_PLAIN,
	};

	return styles[status_look(status)->hue];
}

/* Answers, in whichever form was asked for. */
struct answers {
	enum output output;
	const struct register_ *reg;
	struct history *history;
	struct grid *grid;
	struct text text;
	struct json json;
};

static const struct {
	const char *title;
	const char *key;
	enum grid_align align;
	bool shrink;
} columns[] = {
	{"MILESTONE", "id", GRID_LEFT, true},
	{"STATUS", "status", GRID_LEFT, false},
	{"DUE", "due", GRID_LEFT, false},
	{"ACTUAL", "actual", GRID_RIGHT, false},
	{"TARGET", "target", GRID_RIGHT, false},
	{"PACE", "pace", GRID_RIGHT, false},
	{"REASON", "reason", GRID_LEFT, true},
};

static void answers_begin(struct answers *answers, enum output output,
	const struct register_ *reg)
{
	*answers = (struct answers){.output = output, .reg = reg};
	text_init(&answers->text, (size_t)1 << 32);
	if (output == OUTPUT_JSON) {
		json_init(&answers->json, &answers->text);
		json_array(&answers->json);
	}
	if (output == OUTPUT_JSON || output == OUTPUT_JSONL)
		return;
	answers->grid = grid_new();
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		grid_column(answers->grid, output == OUTPUT_CSV
			? columns[i].key : columns[i].title,
			columns[i].align, columns[i].shrink);
}

static void cell_figure(struct grid *grid, const struct figure *figure,
	enum output output)
{
	struct text text;

	text_init(&text, 0);
	if (figure->known && output == OUTPUT_CSV)
		text_add_decimal(&text, figure->value);
	else if (figure->known)
		text_add_decimal_short(&text, figure->value);
	grid_cell(grid, text_string(&text), GRID_PLAIN);
	text_release(&text);
}

static void cell_due(struct grid *grid, const struct register_ *reg,
	uint32_t index, const struct assessment *a)
{
	struct text text;

	text_init(&text, 0);
	if (!date_is_none(a->due_date))
		text_add_date(&text, a->due_date);
	else if (a->due != INSTANT_MAX)
		text_add_instant_zone(&text, a->due,
			milestone_zone(reg, &reg->milestones[index]));
	grid_cell(grid, text_string(&text), GRID_PLAIN);
	text_release(&text);
}

static void answers_row(struct answers *answers, uint32_t index,
	const struct assessment *a)
{
	const struct register_ *reg = answers->reg;
	struct grid *grid = answers->grid;
	struct figure pace = a->pace;
	struct text reason;

	grid_cell(grid, reg->milestones[index].id, GRID_PLAIN);
	grid_cell(grid, status_name(a->status), status_style(a->status));
	cell_due(grid, reg, index, a);
	cell_figure(grid, &a->actual, answers->output);
	cell_figure(grid, &a->target, answers->output);
	pace.value = view_ratio(pace.value);
	cell_figure(grid, &pace, answers->output);
	text_init(&reason, 0);
	assessment_reason(reg, index, a, &reason);
	grid_cell(grid, text_string(&reason), GRID_PLAIN);
	text_release(&reason);
}

static void answers_add(struct answers *answers, uint32_t index,
	const struct assessment *assessment, instant since)
{
	if (answers->grid != NULL) {
		answers_row(answers, index, assessment);
		return;
	}
	if (answers->output == OUTPUT_JSONL)
		json_init(&answers->json, &answers->text);
	view_milestone_said(&answers->json, answers->reg, answers->history,
		index, assessment, INSTANT_MAX, since);
	if (answers->output == OUTPUT_JSONL)
		text_add_char(&answers->text, '\n');
}

static void answers_end(struct answers *answers)
{
	if (answers->output == OUTPUT_TABLE)
		grid_print(answers->grid, &answers->text, terminal_width(),
			terminal_colour());
	if (answers->output == OUTPUT_CSV)
		grid_print_csv(answers->grid, &answers->text);
	if (answers->output == OUTPUT_JSON) {
		json_array_end(&answers->json);
		text_add_char(&answers->text, '\n');
	}
	fwrite(text_string(&answers->text), 1, answers->text.length, stdout);
	text_release(&answers->text);
	grid_free(answers->grid);
}

/* Whether a milestone is asked for by its id or a pattern, by its series or by
   its pledge. */
static bool milestone_is_named(const struct register_ *reg, uint32_t index,
	const char *name)
{
	const struct milestone *milestone = &reg->milestones[index];
	const char *series = milestone->instance != NULL ?
		milestone->instance->recurrence->id : NULL;

	return string_matches(milestone->id, name) || string_is(series, name) ||
		string_is(milestone_pledge(reg, milestone)->id, name);
}

static bool milestone_is_wanted(const struct options *options,
	const struct register_ *reg, uint32_t index)
{
	for (size_t i = 0; i < options->argument_count; i++)
		if (milestone_is_named(reg, index, options->arguments[i]))
			return true;
	return options->argument_count == 0;
}

/* Tells what was asked for and is not there; false when something was. */
static bool names_are_known(const struct options *options,
	const struct register_ *reg)
{
	bool known = true;

	for (size_t i = 0; i < options->argument_count; i++) {
		const char *name = options->arguments[i], *near;
		uint32_t index = 0;

		while (index < reg->milestone_count &&
		       !milestone_is_named(reg, index, name))
			index++;
		if (index < reg->milestone_count)
			continue;
		near = thing_nearest(reg, strchr(name, '/') == NULL ?
			THING_PLEDGE : THING_MILESTONE, name, NULL);
		fprintf(stderr, near == NULL ?
			"pledged: there is no milestone or pledge \"%s\"\n" :
			"pledged: there is no milestone or pledge \"%s\", did "
			"you mean \"%s\"?\n", name, near);
		known = false;
	}
	return known;
}

/* Of a series, a table of everything leaves out what has not started. */
static bool milestone_is_ahead(const struct options *options,
	const struct milestone *milestone, const struct assessment *assessment)
{
	return options->output == OUTPUT_TABLE && options->argument_count == 0 &&
		milestone->instance != NULL &&
		assessment->status == STATUS_NOT_STARTED;
}

static int assess(struct offline *offline, const struct options *options)
{
	const struct register_ *reg = offline_register(offline);
	instant as_of = (instant)time(NULL);
	struct answers answers;
	size_t ahead = 0;

	if (options->as_of != NULL &&
		!offline_time(offline, "--as-of", options->as_of, &as_of))
		return EXIT_USAGE;
	size_t failed = offline_read_sources(offline, options->fetch);
	instant from = offline_first_publication(offline);

	offline_run(offline, from < as_of ? from : as_of, as_of, NULL, NULL);
	answers_begin(&answers, options->output, reg);
	answers.history = offline_history(offline);
	for (uint32_t i = 0; i < reg->milestone_count; i++) {
		struct knowledge known = {as_of, INSTANT_MAX};
		struct assessment assessment;

		if (!milestone_is_wanted(options, reg, i))
			continue;
		engine_assess(offline_engine(offline), i, known, &assessment);
		if (milestone_is_ahead(options, &reg->milestones[i],
			&assessment)) {
			ahead++;
			continue;
		}
		answers_add(&answers, i, &assessment,
			engine_milestone(offline_engine(offline), i)->since);
	}
	answers_end(&answers);
	if (ahead > 0)
		printf("%zu instances have not started: name a pledge or '*' "
			"to list them\n", ahead);
	if (!names_are_known(options, reg))
		return EXIT_ABSENT;
	return failed > 0 ? EXIT_FAILED : EXIT_DONE;
}

int command_assess(const struct options *options)
{
	struct offline *offline = offline_open(options->conf, options->fetch);
	int status = offline == NULL ? EXIT_FAILED : assess(offline, options);

	offline_close(offline);
	return status;
}

/* --- replay ---------------------------------------------------------------------- */

static void tell_jsonl(void *context, const struct event *event)
{
	struct text *text = context;
	struct json json;

	text_clear(text);
	json_init(&json, text);
	view_event(&json, event);
	puts(text_string(text));
}

static void tell_table(void *context, const struct event *event)
{
	struct grid *grid = context;
	struct text text;

	text_init(&text, 0);
	text_add_instant(&text, event->time);
	grid_cell(grid, text_string(&text), GRID_DIM);
	grid_cell(grid, event_kind_name(event->kind),
		event_kind_raises(event->kind) ? GRID_BAD : GRID_PLAIN);
	grid_cell(grid, event->subject, GRID_PLAIN);
	grid_cell(grid, event->reason, GRID_PLAIN);
	text_release(&text);
}

static void replay_table(struct offline *offline, instant from, instant to)
{
	struct grid *grid = grid_new();
	struct text text;

	grid_column(grid, "TIME", GRID_LEFT, false);
	grid_column(grid, "EVENT", GRID_LEFT, false);
	grid_column(grid, "SUBJECT", GRID_LEFT, true);
	grid_column(grid, "REASON", GRID_LEFT, true);
	offline_run(offline, from, to, tell_table, grid);
	text_init(&text, (size_t)1 << 32);
	grid_print(grid, &text, terminal_width(), terminal_colour());
	fputs(text_string(&text), stdout);
	text_release(&text);
	grid_free(grid);
}

static bool replay_span(const struct offline *offline,
	const struct options *options, instant *from, instant *to)
{
	if (options->from == NULL || options->to == NULL) {
		fputs("pledged: replay needs --from TIME and --to TIME\n", stderr);
		return false;
	}
	if (!offline_time(offline, "--from", options->from, from) ||
		!offline_time(offline, "--to", options->to, to))
		return false;
	if (*to < *from)
		fputs("pledged: --to is before --from\n", stderr);
	return *to >= *from;
}

static int replay_against(struct offline *offline,
	const struct options *options, instant from, instant to)
{
	struct offline *other = offline_open(options->against, options->fetch);
	size_t failed;

	if (other == NULL)
		return EXIT_FAILED;
	failed = offline_read_sources(offline, options->fetch);
	failed += offline_read_sources(other, options->fetch);
	against_tell(offline, other, from, to, options->output);
	offline_close(other);
	return failed > 0 ? EXIT_FAILED : EXIT_DONE;
}

static void replay_run(struct offline *offline, const struct options *options,
	instant from, instant to)
{
	struct text text;

	if (options->output != OUTPUT_JSONL) {
		replay_table(offline, from, to);
		return;
	}
	text_init(&text, 0);
	offline_run(offline, from, to, tell_jsonl, &text);
	text_release(&text);
}

struct listening {
	struct offline *offline;
	struct preview *preview;
};

static void replay_notify(void *context,
	const struct notification *notification)
{
	struct listening *listening = context;
	struct offline *offline = listening->offline;
	const struct policy *policy = &offline_settings(offline)->policy;

	preview_add(listening->preview, &(struct message_context){
		.reg = offline_register(offline),
		.history = offline_history(offline),
		.engine = offline_engine(offline),
		.instance = "replay",
		.notification = notification,
		.channel = &policy->channels[policy_channel(policy,
			notification->channel)],
	});
}

/* Every message is written, too, as whoever gets it would see it. */
static int replay_messages(struct offline *offline,
	const struct options *options, instant from, instant to)
{
	struct error error;
	struct listening listening = {offline,
		preview_open(options->messages, &error)};

	if (listening.preview == NULL) {
		fprintf(stderr, "pledged: --messages: %s\n", error.text);
		return EXIT_FAILED;
	}
	offline_listen(offline, replay_notify, &listening);
	replay_run(offline, options, from, to);
	int64_t count = preview_close(listening.preview, &error);

	if (count < 0) {
		fprintf(stderr, "pledged: --messages: %s\n", error.text);
		return EXIT_FAILED;
	}
	fprintf(stderr, "pledged: %lld message%s in %s\n", (long long)count,
		count == 1 ? "" : "s", options->messages);
	return EXIT_DONE;
}

static int replay(struct offline *offline, const struct options *options)
{
	int status = EXIT_DONE;
	instant from, to;

	if (!replay_span(offline, options, &from, &to))
		return EXIT_USAGE;
	if (options->against != NULL && options->messages != NULL) {
		fputs("pledged: --messages and --against are two questions\n",
			stderr);
		return EXIT_USAGE;
	}
	if (options->against != NULL)
		return replay_against(offline, options, from, to);
	size_t failed = offline_read_sources(offline, options->fetch);

	if (options->messages != NULL)
		status = replay_messages(offline, options, from, to);
	else
		replay_run(offline, options, from, to);
	return failed > 0 ? EXIT_FAILED : status;
}

int command_replay(const struct options *options)
{
	struct offline *offline = offline_open(options->conf, options->fetch);
	int status = offline == NULL ? EXIT_FAILED : replay(offline, options);

	offline_close(offline);
	return status;
}

/* --- rebuild --------------------------------------------------------------------- */

static int rebuild(const struct settings *settings)
{
	struct error error;

	if (settings->state_dir == NULL) {
		fputs("pledged: state_dir is not set: there is nothing to rebuild\n",
			stderr);
		return EXIT_FAILED;
	}
	if (store_rebuild(settings->state_dir, &error) < 0) {
		fprintf(stderr, "pledged: %s\n", error.text);
		return EXIT_FAILED;
	}
	printf("%s: the state tables are made anew from the facts\n",
		settings->state_dir);
	return EXIT_DONE;
}

int command_rebuild(const struct options *options)
{
	struct configuration configuration;
	int status = EXIT_FAILED;

	configuration_read(&configuration, options->conf, CONF_OFFLINE);
	if (configuration.settings != NULL)
		status = rebuild(configuration.settings);
	else
		configuration_tell(&configuration);
	configuration_release(&configuration);
	return status;
}
