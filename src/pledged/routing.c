/*
 * routing: the verb routes: who would be told of what. What is asked about is
 * looked for in the register, and every event that may come of it is sent down
 * the routes, as the core does it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grid.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/terminal.h"
#include "core/silence.h"
#include "pledged/command.h"
#include "pledged/configuration.h"

#define NO_STEP UINT32_MAX

/* A channel that hears of something, and by what. */
struct hearer {
	uint32_t channel, route;
	uint32_t step;		/* of the route's escalation; NO_STEP: at once */
	uint64_t kinds;		/* a bit each */
	size_t subjects;
	size_t last;		/* number of the subject counted last */
};

struct routing {
	const struct settings *settings;
	const struct register_ *reg;
	struct match *matches;
	size_t match_count;
	size_t subjects;	/* that match */
	uint64_t kinds;		/* that may come of them … */
	uint64_t unheard;	/* … and of some reach nobody */
	struct hearer *hearers;
	size_t count, capacity;
};

/* --- what may come of what ------------------------------------------------- */

#define BIT(kind) (UINT64_C(1) << (kind))

static const uint64_t kinds_of[] = {
	[SUBJECT_NONE] = BIT(EVENT_FIRST_SIGHT) | BIT(EVENT_OFFLINE) |
		BIT(EVENT_ONLINE),
	[SUBJECT_MILESTONE] = BIT(EVENT_APPROACHING) | BIT(EVENT_AT_RISK) |
		BIT(EVENT_OFF_TRACK) | BIT(EVENT_RECOVERED) |
		BIT(EVENT_SLIPPED) | BIT(EVENT_BREACHED) |
		BIT(EVENT_REVERSED) | BIT(EVENT_MET) | BIT(EVENT_MET_LATE) |
		BIT(EVENT_PARTLY_MET) | BIT(EVENT_WAIVED) |
		BIT(EVENT_UNVERIFIED) | BIT(EVENT_DISPUTED) |
		BIT(EVENT_REVISED) | BIT(EVENT_RESCHEDULED) |
		BIT(EVENT_MODIFIED) | BIT(EVENT_WITHDRAWN) |
		BIT(EVENT_SUPERSEDED),
	[SUBJECT_SOURCE] = BIT(EVENT_SOURCE_FAILING) |
		BIT(EVENT_SOURCE_UNREADABLE) | BIT(EVENT_SOURCE_RECOVERED) |
		BIT(EVENT_SOURCE_MOVED),
	[SUBJECT_INDICATOR] = BIT(EVENT_DATA_STALE) |
		BIT(EVENT_DATA_QUARANTINED) | BIT(EVENT_RECOVERED) |
		BIT(EVENT_REVISED) | BIT(EVENT_NEW_DOCUMENT),
	[SUBJECT_CHANNEL] = BIT(EVENT_DELIVERY_FAILED) |
		BIT(EVENT_DELIVERY_RECOVERED),
};

static struct hearer *routing_hearer(struct routing *routing,
	uint32_t channel, uint32_t route, uint32_t step)
{
	for (size_t i = 0; i < routing->count; i++) {
		struct hearer *hearer = &routing->hearers[i];

		if (hearer->channel == channel && hearer->route == route &&
		    hearer->step == step)
			return hearer;
	}
	routing->hearers = mem_grow(routing->hearers, routing->count,
		&routing->capacity, sizeof *routing->hearers);
	struct hearer *hearer = &routing->hearers[routing->count++];

	*hearer = (struct hearer){.channel = channel, .route = route,
		.step = step};
	return hearer;
}

static void routing_add(struct routing *routing, uint32_t channel,
	uint32_t route, uint32_t step, enum event_kind kind)
{
	struct hearer *hearer = routing_hearer(routing, channel, route, step);

	hearer->kinds |= BIT(kind);
	hearer->subjects += hearer->last != routing->subjects;
	hearer->last = routing->subjects;
}

/* Whom it reaches later, while nobody acknowledges it. */
static void routing_add_steps(struct routing *routing, uint32_t index,
	enum event_kind kind)
{
	const struct route *route = &routing->settings->policy.routes[index];

	for (uint32_t step = 0; step < route->step_count; step++)
		for (size_t i = 0; i < route->steps[step].channel_count; i++)
			routing_add(routing, route->steps[step].channels[i],
				index, step, kind);
}

static void routing_take_kind(struct routing *routing,
	const struct route_subject *subject)
{
	struct choice choices[CHANNELS_MAX];
	size_t count = policy_select(&routing->settings->policy, subject,
		choices);

	routing->kinds |= BIT(subject->kind);
	if (count == 0)
		routing->unheard |= BIT(subject->kind);
	for (size_t i = 0; i < count; i++)
		routing_add(routing, choices[i].channel, choices[i].route,
			NO_STEP, subject->kind);
	for (size_t i = 0; i < count && event_kind_raises(subject->kind); i++)
		if (i == 0 || choices[i].route != choices[i - 1].route)
			routing_add_steps(routing, choices[i].route,
				subject->kind);
}

/* Every event that may come of a subject and is asked about. */
static void routing_take(struct routing *routing, struct route_subject subject)
{
	bool counted = false;

	for (int kind = 0; kind < EVENT_KIND_COUNT; kind++) {
		subject.kind = (enum event_kind)kind;
		if (!(kinds_of[subject.about] & BIT(kind)) ||
		    !matches_hold(routing->matches, routing->match_count,
			&subject))
			continue;
		routing->subjects += !counted;
		counted = true;
		routing_take_kind(routing, &subject);
	}
}

static void routing_take_all(struct routing *routing)
{
	const struct register_ *reg = routing->reg;
	const struct policy *policy = &routing->settings->policy;
	struct route_subject subject = {.reg = reg,
		.severity = SEVERITY_WARNING, .milestone = NOT_FOUND,
		.source = NOT_FOUND, .indicator = NOT_FOUND};

	routing_take(routing, subject);
	for (uint32_t i = 0; i < reg->milestone_count; i++) {
		subject.about = SUBJECT_MILESTONE;
		subject.severity = reg->milestones[i].severity;
		subject.milestone = i;
		routing_take(routing, subject);
	}
	subject.milestone = NOT_FOUND;
	subject.severity = SEVERITY_WARNING;
	subject.about = SUBJECT_SOURCE;
	for (uint32_t i = 0; i < reg->source_count; i++) {
		subject.source = i;
		routing_take(routing, subject);
	}
	subject.source = NOT_FOUND;
	subject.about = SUBJECT_INDICATOR;
	for (uint32_t i = 0; i < reg->indicator_count; i++) {
		subject.indicator = i;
		routing_take(routing, subject);
	}
	subject.indicator = NOT_FOUND;
	subject.about = SUBJECT_CHANNEL;
	for (uint32_t i = 0; i < policy->channel_count; i++) {
		subject.channel = policy->channels[i].id;
		routing_take(routing, subject);
	}
}

/* --- in words ---------------------------------------------------------------- */

static void add_kinds(struct text *out, uint64_t kinds)
{
	const char *between = "";

	for (int kind = 0; kind < EVENT_KIND_COUNT; kind++) {
		if (!(kinds & BIT(kind)))
			continue;
		text_addf(out, "%s%s", between,
			event_kind_name((enum event_kind)kind));
		between = ", ";
	}
}

static uint64_t kinds_that_raise(uint64_t kinds)
{
	for (int kind = 0; kind < EVENT_KIND_COUNT; kind++)
		if (!event_kind_raises((enum event_kind)kind))
			kinds &= ~BIT(kind);
	return kinds;
}

static void add_heard(struct text *out, const struct routing *routing,
	const struct hearer *hearer)
{
	uint64_t all = hearer->step == NO_STEP ? routing->kinds :
		kinds_that_raise(routing->kinds);

	if (hearer->kinds == all)
		text_add_string(out, hearer->step == NO_STEP ? "everything" :
			"every alert");
	else
		add_kinds(out, hearer->kinds);
	if (hearer->subjects < routing->subjects)
		text_addf(out, " of %zu of %zu", hearer->subjects,
			routing->subjects);
}

static void add_seconds(struct text *out, const char *before, int64_t seconds)
{
	text_add_string(out, before);
	text_add_seconds(out, seconds);
}

static void add_group(struct text *out, const struct route *route)
{
	if (route->group_by_count > 0)
		text_add_string(out, " with others of its ");
	for (size_t i = 0; i < route->group_by_count; i++)
		text_addf(out, "%s%s", i > 0 ? ", " : "",
			route->group_by[i].label != NULL ?
			route->group_by[i].label :
			match_field_name(route->group_by[i].field));
}

static void add_hours(struct text *out, const struct channel *channel)
{
	static const char *const every[] = {
		[DIGEST_DAILY] = "a daily", [DIGEST_WEEKLY] = "a weekly",
	};
	const struct hours *hours = &channel->hours;

	if (hours->digest.every != DIGEST_NONE)
		text_addf(out, "; in %s digest", every[hours->digest.every]);
	if (hours->quiet_count > 0)
		text_add_string(out, "; not in quiet hours");
	if (hours->has_urgent)
		text_addf(out, " unless %s", severity_name(hours->urgent));
}

/* "after 30s with others of its pledge, then every 5m; reminder after 7d" */
static void add_pace(struct text *out, const struct routing *routing,
	const struct hearer *hearer)
{
	const struct policy *policy = &routing->settings->policy;
	const struct route *route = &policy->routes[hearer->route];
	const struct channel *channel = &policy->channels[hearer->channel];

	if (hearer->step != NO_STEP) {
		add_seconds(out, "after ", route->steps[hearer->step].after);
		text_add_string(out, " unless acknowledged");
	} else if (channel->type == CHANNEL_LOG) {
		text_add_string(out, "at once");
		return;
	} else {
		if (route->group_wait == 0)
			text_add_string(out, "at once");
		else
			add_seconds(out, "after ", route->group_wait);
		add_group(out, route);
		if (route->group_interval > 0)
			add_seconds(out, ", then every ",
				route->group_interval);
	}
	if (route->repeat_interval > 0)
		add_seconds(out, "; reminder after ", route->repeat_interval);
	add_hours(out, channel);
	if (channel->fallback != NOT_FOUND)
		text_addf(out, "; else %s",
			policy->channels[channel->fallback].id);
}

/* --- answers ------------------------------------------------------------------ */

static const char *const columns[] = {"CHANNEL", "TYPE", "TOLD OF", "WHEN",
	"ROUTE"};

static void grid_add(struct grid *grid, const struct routing *routing,
	const struct hearer *hearer)
{
	const struct policy *policy = &routing->settings->policy;
	const struct channel *channel = &policy->channels[hearer->channel];
	const struct origin *origin = &policy->routes[hearer->route].origin;
	struct text text;

	text_init(&text, 0);
	grid_cell(grid, channel->id, GRID_PLAIN);
	grid_cell(grid, channel_type_name(channel->type), GRID_PLAIN);
	add_heard(&text, routing, hearer);
	grid_cell(grid, text_string(&text), GRID_PLAIN);
	text_clear(&text);
	add_pace(&text, routing, hearer);
	grid_cell(grid, text_string(&text), GRID_PLAIN);
	grid_cellf(grid, GRID_DIM, "%s:%d", origin->file, origin->line);
	text_release(&text);
}

static void print_table(const struct routing *routing, enum output output)
{
	struct grid *grid = grid_new();
	struct text text;

	text_init(&text, 0);
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		grid_column(grid, columns[i], GRID_LEFT, i == 2 || i == 3);
	for (size_t i = 0; i < routing->count; i++)
		grid_add(grid, routing, &routing->hearers[i]);
	if (output == OUTPUT_CSV) {
		grid_print_csv(grid, &text);
	} else {
		if (routing->count > 0)
			grid_print(grid, &text, terminal_width(),
				terminal_colour());
		if (routing->unheard != 0) {
			text_add_string(&text, "nobody hears of: ");
			add_kinds(&text, routing->unheard);
			text_add_char(&text, '\n');
		}
	}
	fputs(text_string(&text), stdout);
	text_release(&text);
	grid_free(grid);
}

static void put_kinds(struct json *json, const char *key, uint64_t kinds)
{
	json_key(json, key);
	json_array(json);
	for (int kind = 0; kind < EVENT_KIND_COUNT; kind++)
		if (kinds & BIT(kind))
			json_string(json,
				event_kind_name((enum event_kind)kind));
	json_array_end(json);
}

static void put_hearer(struct json *json, const struct routing *routing,
	const struct hearer *hearer)
{
	const struct policy *policy = &routing->settings->policy;
	const struct route *route = &policy->routes[hearer->route];
	const struct channel *channel = &policy->channels[hearer->channel];
	struct text words;

	text_init(&words, 0);
	json_object(json);
	json_put_string(json, "channel", channel->id);
	json_put_string(json, "type", channel_type_name(channel->type));
	put_kinds(json, "kinds", hearer->kinds);
	json_put_int(json, "subjects", (int64_t)hearer->subjects);
	add_pace(&words, routing, hearer);
	json_put_string(json, "when", text_string(&words));
	json_key(json, "escalates_after");
	if (hearer->step == NO_STEP)
		json_null(json);
	else
		json_int(json, route->steps[hearer->step].after);
	json_put_string(json, "file", route->origin.file);
	json_put_int(json, "line", route->origin.line);
	json_object_end(json);
	text_release(&words);
}

static void print_json(const struct routing *routing)
{
	struct text text;
	struct json json;

	text_init(&text, 0);
	json_init(&json, &text);
	json_object(&json);
	json_put_int(&json, "subjects", (int64_t)routing->subjects);
	json_key(&json, "channels");
	json_array(&json);
	for (size_t i = 0; i < routing->count; i++)
		put_hearer(&json, routing, &routing->hearers[i]);
	json_array_end(&json);
	put_kinds(&json, "unheard", routing->unheard);
	json_object_end(&json);
	printf("%s\n", text_string(&text));
	text_release(&text);
}

static int routing_answer(struct routing *routing,
	const struct options *options)
{
	struct error error;

	routing->matches = match_words_read(options->subject, routing->reg,
		&routing->match_count, &error);
	if (routing->matches == NULL) {
		fprintf(stderr, "pledged: --for: %s\n", error.text);
		return error.kind == ERROR_ABSENT ? EXIT_ABSENT : EXIT_USAGE;
	}
	routing_take_all(routing);
	if (routing->subjects == 0) {
		fprintf(stderr, "pledged: --for: nothing in the register is "
			"like \"%s\"\n", options->subject);
		return EXIT_ABSENT;
	}
	if (options->output == OUTPUT_JSON)
		print_json(routing);
	else
		print_table(routing, options->output);
	return EXIT_DONE;
}

int command_routes(const struct options *options)
{
	struct configuration configuration;
	int status = EXIT_FAILED;

	if (options->subject == NULL) {
		fputs("pledged: routes needs --for, and a milestone or words "
			"such as \"obligor=CN severity=critical\"\n", stderr);
		return EXIT_USAGE;
	}
	configuration_read(&configuration, options->conf, CONF_OFFLINE);
	configuration_tell(&configuration);
	if (configuration.reg != NULL) {
		struct routing routing = {.settings = configuration.settings,
			.reg = configuration.reg};

		status = routing_answer(&routing, options);
		free(routing.hearers);
		free(routing.matches);
	}
	configuration_release(&configuration);
	return status;
}
