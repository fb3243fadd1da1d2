/*
 * dependencies: a walk in depth over milestones and those they rest on, then
 * the same edges the other way round.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "core/dependencies.h"
#include "core/family.h"

/* Cycles told of; a pattern too wide makes as many as it has members. */
#define CYCLES_MAX 10
#define LEVEL_OPEN UINT32_MAX		/* the walk is inside it */
#define LEVEL_NONE (UINT32_MAX - 1)	/* not walked yet */

/* ---- edges ------------------------------------------------------------------ */

static void benchmark_visit(const struct benchmark *benchmark,
	dependency_visit *visit, void *context)
{
	for (size_t i = 0; benchmark != NULL && i < benchmark->family_count; i++)
		family_visit(benchmark->families[i], visit, context);
}

void dependencies_visit(const struct milestone *terms, dependency_visit *visit,
	void *context)
{
	const struct clauses *clauses = terms->clauses;

	if (terms->anchorage != NULL)
		visit(terms->anchorage->milestone, context);
	benchmark_visit(terms->benchmark, visit, context);
	benchmark_visit(terms->baseline, visit, context);
	for (size_t i = 0; clauses != NULL && clauses->after_families != NULL &&
	    i < clauses->after_count; i++)
		family_visit(clauses->after_families[i], visit, context);
}

static void visit_all_terms(const struct milestone *milestone,
	dependency_visit *visit, void *context)
{
	const struct clauses *clauses = milestone->clauses;

	dependencies_visit(milestone, visit, context);
	for (size_t i = 0; clauses != NULL && i < clauses->amendment_count; i++)
		if (clauses->amendments[i].milestone != NULL)
			dependencies_visit(clauses->amendments[i].milestone,
				visit, context);
}

/* ---- cycles and levels ------------------------------------------------------ */

struct walk {
	struct register_ *reg;
	struct faults *faults;
	uint32_t stack[REGISTER_DEPTH_MAX + 1];
	uint32_t depth;
	uint32_t cycles;
	size_t edges;
	bool stopped;
};

static void text_place(struct text *text, const struct milestone *milestone)
{
	struct origin origin = said_origin(milestone,
		&milestone->benchmark_said);

	text_addf(text, "%s (%s:%d)", milestone->id,
		origin.file != NULL ? origin.file : "?", origin.line);
}

static void walk_cycle(struct walk *walk, uint32_t back)
{
	const struct milestone *milestones = walk->reg->milestones;
	struct text text;
	uint32_t i = walk->depth;

	text_init(&text, 0);
	while (i > 0 && walk->stack[i - 1] != back)
		i--;
	for (i--; i < walk->depth; i++) {
		text_place(&text, &milestones[walk->stack[i]]);
		text_add_string(&text, " → ");
	}
	faults_error(walk->faults, said_origin(&milestones[back],
		&milestones[back].benchmark_said),
		"milestones rest on one another in a circle: %s%s",
		text_string(&text), milestones[back].id);
	text_release(&text);
	walk->stopped = ++walk->cycles >= CYCLES_MAX;
}

static void walk_deep(struct walk *walk, uint32_t number)
{
	const struct milestone *milestone = &walk->reg->milestones[number];

	faults_error(walk->faults, said_origin(milestone,
		&milestone->benchmark_said), "more than %d milestones "
		"rest on one another in a row up to %s", REGISTER_DEPTH_MAX,
		milestone->id);
	walk->stopped = true;
}

static void walk_milestone(struct walk *walk, uint32_t number);

/* One that another rests on: walked first, and the other is above it. */
static void walk_edge(uint32_t number, void *context)
{
	struct walk *walk = context;
	struct milestone *milestones = walk->reg->milestones;
	uint32_t above = walk->stack[walk->depth - 1];
	uint32_t *height = &milestones[above].prerequisite;	/* so far */

	walk->edges++;
	if (walk->stopped)
		return;
	if (milestones[number].level == LEVEL_OPEN) {
		walk_cycle(walk, number);
		return;
	}
	if (milestones[number].level == LEVEL_NONE)
		walk_milestone(walk, number);
	if (milestones[number].level + 1 > *height)
		*height = milestones[number].level + 1;
}

static void walk_milestone(struct walk *walk, uint32_t number)
{
	struct milestone *milestone = &walk->reg->milestones[number];

	milestone->level = LEVEL_OPEN;
	milestone->prerequisite = 0;
	if (walk->depth > REGISTER_DEPTH_MAX) {
		walk_deep(walk, number);
	} else {
		walk->stack[walk->depth++] = number;
		visit_all_terms(milestone, walk_edge, walk);
		walk->depth--;
	}
	milestone->level = milestone->prerequisite;
	if (milestone->level > REGISTER_DEPTH_MAX && !walk->stopped)
		walk_deep(walk, number);
}

static void dependencies_walk(struct walk *walk)
{
	struct register_ *reg = walk->reg;

	for (uint32_t i = 0; i < reg->milestone_count; i++)
		reg->milestones[i].level = LEVEL_NONE;
	for (uint32_t i = 0; i < reg->milestone_count && !walk->stopped; i++)
		if (reg->milestones[i].level == LEVEL_NONE)
			walk_milestone(walk, i);
	if (walk->edges > DEPENDENCIES_MAX)
		faults_error(walk->faults, (struct origin){0}, "milestones: they "
			"rest on one another %zu times, at most %d are possible",
			walk->edges, DEPENDENCIES_MAX);
}

/* ---- the other way round ---------------------------------------------------- */

struct reversal {
	struct register_ *reg;
	uint32_t *seen;		/* by milestone: who rested on it last */
	uint32_t dependant;
	bool entering;		/* else counting */
};

static void reversal_edge(uint32_t number, void *context)
{
	struct reversal *reversal = context;
	struct register_ *reg = reversal->reg;
	struct milestone *milestone = &reg->milestones[number];
	struct prerequisite *prerequisite;

	if (reversal->seen[number] == reversal->dependant)
		return;
	reversal->seen[number] = reversal->dependant;
	if (milestone->prerequisite == NOT_FOUND)
		milestone->prerequisite = (uint32_t)reg->prerequisite_count++;
	if (!reversal->entering)
		return;
	prerequisite = &reg->prerequisites[milestone->prerequisite];
	if (prerequisite->dependants != NULL)
		prerequisite->dependants[prerequisite->dependant_count] =
			reversal->dependant;
	prerequisite->dependant_count++;
}

static void reversal_run(struct reversal *reversal, bool entering)
{
	struct register_ *reg = reversal->reg;

	reversal->entering = entering;
	memset(reversal->seen, 0xff, reg->milestone_count *
		sizeof(*reversal->seen));
	for (uint32_t i = 0; i < reg->milestone_count; i++) {
		reversal->dependant = i;
		if (reg->milestones[i].level > 0)
			visit_all_terms(&reg->milestones[i], reversal_edge,
				reversal);
	}
}

/* First numbers are given, then dependants counted, then entered. */
static void dependencies_reverse(struct register_ *reg)
{
	struct reversal reversal = {.reg = reg, .seen = mem_new(
		reg->milestone_count, sizeof(*reversal.seen))};

	reg->prerequisite_count = 0;
	for (size_t i = 0; i < reg->milestone_count; i++)
		reg->milestones[i].prerequisite = NOT_FOUND;
	reversal_run(&reversal, false);
	reg->prerequisites = arena_alloc(reg->arena, reg->prerequisite_count + 1,
		sizeof(*reg->prerequisites));
	reversal_run(&reversal, true);
	for (size_t i = 0; i < reg->prerequisite_count; i++) {
		struct prerequisite *prerequisite = &reg->prerequisites[i];

		prerequisite->dependants = arena_alloc(reg->arena,
			prerequisite->dependant_count, sizeof(uint32_t));
		prerequisite->dependant_count = 0;
	}
	reversal_run(&reversal, true);
	for (uint32_t i = 0; i < reg->milestone_count; i++)
		if (reg->milestones[i].prerequisite != NOT_FOUND)
			reg->prerequisites[reg->milestones[i].prerequisite]
				.milestone = i;
	free(reversal.seen);
}

void dependencies_find(struct register_ *reg, struct faults *faults)
{
	struct walk walk = {.reg = reg, .faults = faults};
	size_t errors = faults->errors;

	dependencies_walk(&walk);
	if (faults->errors == errors)
		dependencies_reverse(reg);
}
