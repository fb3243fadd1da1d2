/* against: see against.h. */
#include "pledged/against.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/grid.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/terminal.h"
#include "core/aspect.h"
#include "pledged/view.h"

#define ROWS_HELD 1000	/* of a table, before they are printed */

struct side {
	struct offline *offline;
	struct event *events;	/* of the present instant, with their strings */
	bool *matched;
	size_t count;
	size_t room, matched_room;
};

struct against {
	struct side here, there;
	enum output form;
	struct grid *grid;	/* TABLE */
	struct text text;
	size_t differences;
};

/* --- hearing ---------------------------------------------------------------- */

static void side_hear(void *context, const struct event *event)
{
	struct side *side = context;
	struct event *copy;

	side->events = mem_grow(side->events, side->count, &side->room,
		sizeof *side->events);
	side->matched = mem_grow(side->matched, side->count,
		&side->matched_room, sizeof *side->matched);
	side->matched[side->count] = false;
	copy = &side->events[side->count++];
	*copy = *event;
	copy->subject = mem_string(event->subject);
	copy->from = mem_string(event->from);
	copy->to = mem_string(event->to);
}

static void side_forget(struct side *side)
{
	for (size_t i = 0; i < side->count; i++) {
		free((char *)(uintptr_t)side->events[i].subject);
		free((char *)(uintptr_t)side->events[i].from);
		free((char *)(uintptr_t)side->events[i].to);
	}
	side->count = 0;
}

static void side_release(struct side *side)
{
	side_forget(side);
	free(side->events);
	free(side->matched);
}

/* --- writing ------------------------------------------------------------------ */

struct difference {
	instant time;
	const char *what;	/* kind of event, aspect, "milestone" */
	const char *subject;	/* NULL: a summary */
	/* of each side: an event, or else a text; both NULL: it has none */
	const struct event *events[2];
	const char *values[2];
};

static const char *difference_word(const struct difference *difference)
{
	if (difference->events[0] == NULL && difference->values[0] == NULL)
		return "only_there";
	if (difference->events[1] == NULL && difference->values[1] == NULL)
		return "only_here";
	return "differs";
}

static void against_grid(struct against *against)
{
	static const struct {
		const char *title;
		bool shrink;
	} columns[] = {{"TIME", false}, {"DIFFERENCE", false}, {"WHAT", false},
		{"SUBJECT", true}, {"HERE", true}, {"THERE", true}};

	against->grid = grid_new();
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		grid_column(against->grid, columns[i].title, GRID_LEFT,
			columns[i].shrink);
}

static void against_print(struct against *against)
{
	text_clear(&against->text);
	if (grid_rows(against->grid) > 0)
		grid_print(against->grid, &against->text, terminal_width(),
			terminal_colour());
	fputs(text_string(&against->text), stdout);
	grid_free(against->grid);
	against->grid = NULL;
}

static void write_row(struct against *against,
	const struct difference *difference)
{
	struct grid *grid = against->grid;

	text_clear(&against->text);
	text_add_instant(&against->text, difference->time);
	grid_cell(grid, text_string(&against->text), GRID_DIM);
	grid_cell(grid, difference_word(difference), GRID_PLAIN);
	grid_cell(grid, difference->what, GRID_PLAIN);
	grid_cell(grid, difference->subject, GRID_PLAIN);
	for (int i = 0; i < 2; i++)
		grid_cell(grid, difference->events[i] != NULL
			? difference->events[i]->reason
			: difference->values[i], GRID_PLAIN);
	if (grid_rows(grid) < ROWS_HELD)
		return;
	against_print(against);
	against_grid(against);
}

static void write_line(struct against *against,
	const struct difference *difference)
{
	static const char *const keys[] = {"here", "there"};
	struct json json;

	text_clear(&against->text);
	json_init(&json, &against->text);
	json_object(&json);
	json_put_string(&json, "difference", difference_word(difference));
	json_put_instant(&json, "time", difference->time);
	json_put_string(&json, "what", difference->what);
	json_put_string(&json, "subject", difference->subject);
	for (int i = 0; i < 2; i++) {
		json_key(&json, keys[i]);
		if (difference->events[i] != NULL)
			view_event(&json, difference->events[i]);
		else
			json_string(&json, difference->values[i]);
	}
	json_object_end(&json);
	puts(text_string(&against->text));
}

static void against_write(struct against *against,
	const struct difference *difference)
{
	against->differences++;
	if (against->form == OUTPUT_JSONL)
		write_line(against, difference);
	else
		write_row(against, difference);
}

/* --- events of one instant ------------------------------------------------- */

static void write_events(struct against *against, const struct event *here,
	const struct event *there)
{
	const struct event *one = here != NULL ? here : there;

	against_write(against, &(struct difference){one->time,
		event_kind_name(one->kind), one->subject, {here, there},
		{NULL, NULL}});
}

static bool event_says_the_same(const struct event *a, const struct event *b)
{
	return string_is(a->reason, b->reason) && string_is(a->from, b->from) &&
		string_is(a->to, b->to) && a->severity == b->severity;
}

static void match_event(struct against *against, const struct event *here)
{
	struct side *there = &against->there;

	for (size_t i = 0; i < there->count; i++) {
		const struct event *other = &there->events[i];

		if (there->matched[i] || other->kind != here->kind ||
		    !string_is(other->subject, here->subject))
			continue;
		there->matched[i] = true;
		if (!event_says_the_same(here, other))
			write_events(against, here, other);
		return;
	}
	write_events(against, here, NULL);
}

static void against_match(struct against *against)
{
	struct side *here = &against->here, *there = &against->there;

	for (size_t i = 0; i < here->count; i++)
		match_event(against, &here->events[i]);
	for (size_t i = 0; i < there->count; i++)
		if (!there->matched[i])
			write_events(against, NULL, &there->events[i]);
	side_forget(here);
	side_forget(there);
}

/* --- the answers at the end ------------------------------------------------- */

static void side_assess(const struct side *side, uint32_t milestone, instant as_of,
	struct assessment *out)
{
	engine_assess(offline_engine(side->offline), milestone,
		(struct knowledge){as_of, INSTANT_MAX}, out);
}

/* A milestone that only one of them has; which: 0 here, 1 there. */
static void write_alone(struct against *against, int which, uint32_t milestone,
	instant as_of)
{
	const struct side *side = which == 0 ? &against->here : &against->there;
	struct difference difference = {.time = as_of, .what = "milestone",
		.subject = offline_register(side->offline)->milestones[
			milestone].id};
	struct assessment assessment;

	side_assess(side, milestone, as_of, &assessment);
	difference.values[which] = status_name(assessment.status);
	against_write(against, &difference);
}

static void write_aspect(struct against *against, enum aspect aspect,
	const struct answer *here, const struct answer *there)
{
	struct text values[2];

	text_init(&values[0], 0);
	text_init(&values[1], 0);
	aspect_add(aspect, here, &values[0]);
	aspect_add(aspect, there, &values[1]);
	if (!string_is(text_string(&values[0]), text_string(&values[1])))
		against_write(against, &(struct difference){
			here->assessment->as_of, aspect_name(aspect),
			here->reg->milestones[here->milestone].id, {NULL, NULL},
			{text_string(&values[0]), text_string(&values[1])}});
	text_release(&values[0]);
	text_release(&values[1]);
}

static void match_answer(struct against *against, uint32_t milestone,
	uint32_t other, instant as_of)
{
	struct assessment ours, theirs;
	const struct answer
		here = {offline_register(against->here.offline), milestone, &ours},
		there = {offline_register(against->there.offline), other, &theirs};

	side_assess(&against->here, milestone, as_of, &ours);
	side_assess(&against->there, other, as_of, &theirs);
	for (int i = 0; i < ASPECT_COUNT; i++)
		if (i != ASPECT_REASON)
			write_aspect(against, (enum aspect)i, &here, &there);
}

static void against_finish(struct against *against, instant as_of)
{
	const struct register_ *here = offline_register(against->here.offline);
	const struct register_ *there = offline_register(against->there.offline);

	for (uint32_t i = 0; i < here->milestone_count; i++) {
		uint32_t other = register_milestone(there,
			here->milestones[i].id);

		if (other == NOT_FOUND)
			write_alone(against, 0, i, as_of);
		else
			match_answer(against, i, other, as_of);
	}
	for (uint32_t i = 0; i < there->milestone_count; i++)
		if (register_milestone(here, there->milestones[i].id) == NOT_FOUND)
			write_alone(against, 1, i, as_of);
}

/* --- together ------------------------------------------------------------------ */

static void side_begin(struct side *side, instant from)
{
	offline_begin(side->offline, from,
		offline_settings(side->offline)->first_sight, side_hear, side);
}

/* The next instant at which either of them has something to do. */
static instant against_next(const struct against *against)
{
	return earlier(offline_next(against->here.offline),
		offline_next(against->there.offline));
}

static void against_live(struct against *against, instant from, instant to)
{
	side_begin(&against->here, from);
	side_begin(&against->there, from);
	against_match(against);
	for (instant next = against_next(against); next <= to;
	    next = against_next(against)) {
		offline_pass(against->here.offline, next);
		offline_pass(against->there.offline, next);
		against_match(against);
	}
}

void against_tell(struct offline *here, struct offline *there, instant from,
	instant to, enum output form)
{
	struct against against = {.here.offline = here, .there.offline = there,
		.form = form};

	text_init(&against.text, 0);
	if (form != OUTPUT_JSONL)
		against_grid(&against);
	against_live(&against, from, to);
	against_finish(&against, to);
	if (form != OUTPUT_JSONL) {
		against_print(&against);
		if (against.differences == 0)
			puts("no difference");
	}
	text_release(&against.text);
	side_release(&against.here);
	side_release(&against.there);
}
