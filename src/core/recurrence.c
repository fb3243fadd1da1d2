/*
 * recurrence: see recurrence.h. First the days of every series are counted
 * out, then the list of milestones is made anew with room for all of them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/due.h"
#include "core/recurrence.h"
#include "core/register_index.h"
#include "core/rule.h"

/* A series while it is counted out. */
struct sequence {
	struct recurrence *recurrence;
	const struct instrument *instrument;
	struct date start;	/* the day it begins */
	struct date until;	/* the last day an instance may begin */
	struct period first;	/* by a unit */
	struct date *days;	/* by a rule; free() it */
	size_t count;
};

struct expansion {
	struct register_ *reg;
	struct faults *faults;
	struct sequence *sequences;	/* one for each recurrence */
	struct milestone *milestones;	/* the new list */
	size_t count;
};

static struct origin every_origin(const struct recurrence *recurrence)
{
	return said_origin(recurrence->written,
		&recurrence->written->clauses->every_said);
}

static bool milestone_recurs(const struct milestone *milestone)
{
	return milestone->clauses != NULL &&
		milestone->clauses->every_said.text != NULL;
}

/* --- finding them --------------------------------------------------------------- */

static void recurrence_take(struct register_ *reg,
	const struct milestone *milestone)
{
	const struct pledge *pledge = &reg->pledges[milestone->pledge];
	struct recurrence *recurrence =
		&reg->recurrences[reg->recurrence_count++];

	*recurrence = (struct recurrence){
		.pledge = milestone->pledge,
		.every = milestone->clauses->every_said.text,
		.origin = milestone->origin,
		.written = milestone,
	};
	if (pledge->id != NULL && milestone->name != NULL)
		recurrence->id = arena_printf(reg->arena, "%s/%s", pledge->id,
			milestone->name);
	if (!frequency_parse(recurrence->every, &recurrence->unit))
		recurrence->unit = FREQUENCY_NONE;
}

void recurrences_collect(struct register_ *reg)
{
	size_t count = 0;

	for (size_t i = 0; i < reg->milestone_count; i++)
		count += milestone_recurs(&reg->milestones[i]);
	reg->recurrence_count = 0;
	if (count == 0)
		return;
	reg->recurrences = arena_alloc(reg->arena, count,
		sizeof *reg->recurrences);
	for (size_t i = 0; i < reg->milestone_count; i++)
		if (milestone_recurs(&reg->milestones[i]))
			recurrence_take(reg, &reg->milestones[i]);
}

/* --- where a series begins and ends --------------------------------------------- */

static bool sequence_start(struct expansion *expansion,
	struct sequence *sequence)
{
	const struct milestone *written = sequence->recurrence->written;
	const struct instrument *instrument = sequence->instrument;
	struct due_frame frame;
	struct due start;

	sequence->start = date_is_none(instrument->in_force) ?
		instrument->signed_on : instrument->in_force;
	if (written->start_said.text != NULL) {
		frame = due_frame_of(expansion->reg, written);
		frame.id = sequence->recurrence->id;
		if (!due_read(&frame, written->start_said.text,
		    said_origin(written, &written->start_said), "start",
		    DUE_START, &start, expansion->faults))
			return false;
		sequence->start = zone_date(instrument->zone, start.at);
	}
	if (!date_is_none(sequence->start))
		return true;
	faults_error(expansion->faults, every_origin(sequence->recurrence),
		"every: from when on? Give start, or the instrument %s an "
		"in_force or signed date", instrument->id);
	return false;
}

static bool sequence_end_fault(struct expansion *expansion,
	const struct sequence *sequence, const char *what)
{
	const struct milestone *written = sequence->recurrence->written;
	struct origin origin = every_origin(sequence->recurrence);

	if (!date_is_none(written->clauses->until))
		origin.line = written->clauses->until_line;
	faults_error(expansion->faults, origin, "%s", what);
	return false;
}

/* rule_ends: by COUNT or UNTIL. */
static bool sequence_end(struct expansion *expansion,
	struct sequence *sequence, bool rule_ends)
{
	struct date until = sequence->recurrence->written->clauses->until;

	if (rule_ends && !date_is_none(until))
		return sequence_end_fault(expansion, sequence, "until: the "
			"rule ends by itself, by COUNT or UNTIL: one of them is "
			"enough");
	if (rule_ends)
		until = (struct date){RULE_YEAR_MAX, 12, 31};
	else if (date_is_none(until))
		until = sequence->instrument->ends;
	if (date_is_none(until))
		return sequence_end_fault(expansion, sequence, "every: until "
			"when? Give until = \"2030-12-31\", COUNT or UNTIL in a "
			"rule, or the instrument a date it ends: a register "
			"holds all instances, at most 10000 of a milestone");
	if (until.year > RULE_YEAR_MAX)
		return sequence_end_fault(expansion, sequence, "until: instances "
			"are made up to the year 2500");
	sequence->until = until;
	return true;
}

/* --- counting out ------------------------------------------------------------------ */

static void sequence_count_periods(struct sequence *sequence)
{
	enum frequency unit = sequence->recurrence->unit;
	struct period last = period_of_date(unit, sequence->until);

	sequence->first = period_of_date(unit, sequence->start);
	if (date_compare(period_first_day(sequence->first),
	    sequence->start) < 0)
		sequence->first = period_next(sequence->first, 1);
	if (last.number >= sequence->first.number)
		sequence->count = (size_t)(last.number -
			sequence->first.number + 1);
}

static void sequence_count_days(struct expansion *expansion,
	struct sequence *sequence, const struct rule *rule)
{
	sequence->days = mem_new(INSTANCES_MAX, sizeof *sequence->days);
	sequence->count = rule_expand(rule, sequence->start, sequence->until,
		sequence->days, INSTANCES_MAX);
	sequence->days = mem_resize(sequence->days, sequence->count == 0 ? 1 :
		sequence->count < INSTANCES_MAX ? sequence->count :
		INSTANCES_MAX, sizeof *sequence->days);
	if (rule_skips(rule, sequence->start))
		faults_warning(expansion->faults,
			every_origin(sequence->recurrence), "date-skipped",
			"every: months without the day are passed over; the "
			"last day of every month is BYMONTHDAY=-1");
}

/* Neither a unit nor, as it seems, a rule. */
static void every_fault(struct expansion *expansion,
	const struct recurrence *recurrence, const struct error *error)
{
	static const char *const units[] = {
		"day", "week", "month", "quarter", "half", "year", NULL};
	const char *near = string_nearest(recurrence->every, units);

	if (strchr(recurrence->every, '=') != NULL)
		faults_error(expansion->faults, every_origin(recurrence),
			"every: %s", error->text);
	else if (near != NULL)
		faults_error(expansion->faults, every_origin(recurrence),
			"every: unknown word '%s', did you mean '%s'?",
			recurrence->every, near);
	else
		faults_error(expansion->faults, every_origin(recurrence),
			"every: '%s' is neither day, week, month, quarter, half "
			"or year nor a rule such as FREQ=MONTHLY;BYMONTHDAY=15",
			recurrence->every);
}

static bool sequence_check(struct expansion *expansion,
	const struct sequence *sequence)
{
	if (sequence->count > INSTANCES_MAX)
		return sequence_end_fault(expansion, sequence, "every: more "
			"than 10000 instances: give an earlier until or a longer "
			"unit");
	if (sequence->count > 0)
		return true;
	return sequence_end_fault(expansion, sequence,
		sequence->recurrence->unit != FREQUENCY_NONE ?
		"every: no such period begins between the start and until" :
		"every: this never comes between the start and until");
}

static bool sequence_count(struct expansion *expansion,
	struct sequence *sequence)
{
	const struct recurrence *recurrence = sequence->recurrence;
	bool by_rule = recurrence->unit == FREQUENCY_NONE;
	struct error error;
	struct rule rule = {0};

	if (by_rule && !rule_read(recurrence->every, &rule, &error)) {
		every_fault(expansion, recurrence, &error);
		return false;
	}
	if (!sequence_start(expansion, sequence) ||
	    !sequence_end(expansion, sequence, by_rule && rule_ends(&rule)))
		return false;
	if (by_rule)
		sequence_count_days(expansion, sequence, &rule);
	else
		sequence_count_periods(sequence);
	return sequence_check(expansion, sequence);
}

/* Once there are too many it is not gone on with. */
static void sequences_count(struct expansion *expansion)
{
	const struct register_ *reg = expansion->reg;

	for (size_t i = 0; i < reg->recurrence_count; i++) {
		struct sequence *sequence = &expansion->sequences[i];
		uint32_t instrument =
			reg->pledges[reg->recurrences[i].pledge].instrument;

		sequence->recurrence = &reg->recurrences[i];
		if (instrument == NOT_FOUND || reg->recurrences[i].faulty ||
		    expansion->count > REGISTER_MILESTONES_MAX)
			continue;
		sequence->instrument = &reg->instruments[instrument];
		if (!sequence_count(expansion, sequence))
			sequence->count = 0;
		expansion->count += sequence->count;
	}
}

/* --- instances --------------------------------------------------------------------- */

/* The day it comes, or its period. */
static struct period sequence_period(const struct sequence *sequence, size_t i)
{
	return sequence->days != NULL ?
		period_of_date(FREQUENCY_DAY, sequence->days[i]) :
		period_next(sequence->first, (int64_t)i);
}

static struct date sequence_first_day(const struct sequence *sequence, size_t i)
{
	if (sequence->days == NULL)
		return period_first_day(sequence_period(sequence, i));
	return i == 0 ? sequence->start :
		date_add_days(sequence->days[i - 1], 1);
}

/* What is written of a series, with the label for each ${period}; itself
   without one. */
static const char *written_for(struct arena *arena, const char *written,
	const char *label)
{
	const char *at = written == NULL ? NULL :
		strstr(written, RECURRENCE_MARK);
	struct text text;

	if (at == NULL)
		return written;
	text_init(&text, 0);
	for (; at != NULL; at = strstr(written, RECURRENCE_MARK)) {
		text_add(&text, written, (size_t)(at - written));
		text_add_string(&text, label);
		written = at + strlen(RECURRENCE_MARK);
	}
	text_add_string(&text, written);
	written = arena_string(arena, text_string(&text));
	text_release(&text);
	return written;
}

static bool decree_is_for(const struct decree *decree, const char *label)
{
	return decree->instance == NULL || string_is(decree->instance, label);
}

/* Decisions that there is one of at most, or several for single instances. */
static const struct decree_row {
	const char *key;
	size_t one, several;
} decree_rows[] = {
	{"withdrawn", offsetof(struct clauses, withdrawn),
		offsetof(struct clauses, withdrawn_for)},
	{"superseded", offsetof(struct clauses, superseded),
		offsetof(struct clauses, superseded_for)},
	{"waived", offsetof(struct clauses, waived),
		offsetof(struct clauses, waived_for)},
};

#define DECREE_ROWS (sizeof decree_rows / sizeof decree_rows[0])

static struct decree *row_one(const struct decree_row *row,
	struct clauses *clauses)
{
	return (struct decree *)(void *)((char *)clauses + row->one);
}

static struct decree_list *row_several(const struct decree_row *row,
	struct clauses *clauses)
{
	return (struct decree_list *)(void *)((char *)clauses + row->several);
}

/* Whether a decision is about single instances. */
static bool clauses_differ(struct clauses *clauses)
{
	for (size_t i = 0; i < DECREE_ROWS; i++)
		if (row_one(&decree_rows[i], clauses)->instance != NULL ||
		    row_several(&decree_rows[i], clauses)->count > 0)
			return true;
	return clauses->amendment_count > 0;
}

/* What was decided of this instance, else what was of all. */
static void decree_choose(const struct decree_row *row,
	struct clauses *clauses, const char *label)
{
	struct decree *one = row_one(row, clauses);
	struct decree_list *several = row_several(row, clauses);

	if (!decree_is_for(one, label))
		*one = (struct decree){0};
	for (size_t i = 0; i < several->count; i++)
		if (decree_is_for(&several->items[i], label))
			*one = several->items[i];
	*several = (struct decree_list){0};
}

static void amendments_choose(struct arena *arena, struct clauses *clauses,
	const char *label)
{
	const struct amendment *all = clauses->amendments;
	size_t count = clauses->amendment_count;

	clauses->amendment_count = 0;
	clauses->amendments = count == 0 ? NULL :
		arena_alloc(arena, count, sizeof *all);
	for (size_t i = 0; i < count; i++) {
		struct amendment *amendment;

		if (!decree_is_for(&all[i].decree, label))
			continue;
		amendment = &clauses->amendments[clauses->amendment_count++];
		*amendment = all[i];
		amendment->title = written_for(arena, amendment->title, label);
		amendment->benchmark_said.text = written_for(arena,
			amendment->benchmark_said.text, label);
	}
}

/* What the clauses say of an instance; label NULL: of all of them. NULL when
   they say no more than that it recurs. */
static struct clauses *clauses_of(struct arena *arena,
	const struct clauses *written, const char *label)
{
	static const struct clauses none;
	struct clauses *clauses = arena_alloc(arena, 1, sizeof *clauses);

	memcpy(clauses, written, sizeof *clauses);
	clauses->every_said = (struct said){0};
	clauses->until = (struct date){0};
	clauses->until_line = 0;
	if (label != NULL) {
		for (size_t i = 0; i < DECREE_ROWS; i++)
			decree_choose(&decree_rows[i], clauses, label);
		amendments_choose(arena, clauses, label);
	}
	return memcmp(clauses, &none, sizeof none) == 0 ? NULL : clauses;
}

static const char *period_string(struct arena *arena, struct period period)
{
	const char *string;
	struct text text;

	text_init(&text, 0);
	text_add_period(&text, period);
	string = arena_string(arena, text_string(&text));
	text_release(&text);
	return string;
}

/* What stands for a due date that is not given. */
static struct said due_default(const struct recurrence *recurrence)
{
	const struct milestone *written = recurrence->written;

	if (written->due_said.text != NULL)
		return written->due_said;
	return (struct said){recurrence->unit == FREQUENCY_NONE ? "occurrence" :
		"period_end", written->clauses->every_said.line};
}

static struct instance *instance_new(struct arena *arena,
	const struct sequence *sequence, size_t i)
{
	struct instance *instance = arena_alloc(arena, 1, sizeof *instance);

	instance->recurrence = sequence->recurrence;
	instance->period = sequence_period(sequence, i);
	return instance;
}

/* One string is id, name and label: each is the end of the one before. What
   is an instance already, as by for_each, has a point for the second '@'. */
static void instance_name(struct register_ *reg,
	const struct milestone *written, struct instance *instance,
	struct milestone *milestone)
{
	const char *pledge = reg->pledges[written->pledge].id;
	size_t length = strlen(written->name);
	struct text label;

	text_init(&label, 0);
	text_add_period(&label, instance->period);
	if (pledge == NULL)	/* which is told elsewhere */
		pledge = "";
	milestone->id = arena_printf(reg->arena, "%s/%s%c%s", pledge,
		written->name, strchr(written->name, '@') != NULL ? '.' : '@',
		text_string(&label));
	milestone->name = milestone->id + strlen(pledge) + 1;
	instance->label = milestone->name + length + 1;
	text_release(&label);
}

static struct milestone *expansion_add(struct expansion *expansion,
	const struct milestone *milestone)
{
	struct milestone *added = &expansion->milestones[expansion->count++];

	*added = *milestone;
	return added;
}

/* A table of a path is the reader's; what is checked of it is not shared. */
static struct path *path_copy(struct arena *arena, const struct path *path)
{
	struct path *copy;

	if (path == NULL)
		return NULL;
	copy = arena_alloc(arena, 1, sizeof *copy);
	*copy = *path;
	return copy;
}

static void expansion_add_instance(struct expansion *expansion,
	const struct sequence *sequence, size_t i, struct clauses *shared)
{
	struct arena *arena = expansion->reg->arena;
	const struct milestone *written = sequence->recurrence->written;
	struct instance *instance = instance_new(arena, sequence, i);
	struct milestone *milestone = expansion_add(expansion, written);
	struct period first = period_of_date(FREQUENCY_DAY,
		sequence_first_day(sequence, i));

	milestone->instance = instance;
	instance_name(expansion->reg, written, instance, milestone);
	milestone->title = written_for(arena, written->title, instance->label);
	milestone->benchmark_said.text = written_for(arena,
		written->benchmark_said.text, instance->label);
	milestone->due_said = due_default(sequence->recurrence);
	milestone->start_said.text = period_string(arena, first);
	if (written->start_said.text == NULL)
		milestone->start_said.line = written->clauses->every_said.line;
	milestone->path = path_copy(arena, written->path);
	milestone->clauses = clauses_differ(written->clauses) ?
		clauses_of(arena, written->clauses, instance->label) : shared;
}

static void expansion_add_all(struct expansion *expansion,
	const struct sequence *sequence)
{
	struct clauses *written = sequence->recurrence->written->clauses;
	struct clauses *shared = clauses_differ(written) ? NULL :
		clauses_of(expansion->reg->arena, written, NULL);

	sequence->recurrence->first_milestone = (uint32_t)expansion->count;
	sequence->recurrence->milestone_count = (uint32_t)sequence->count;
	for (size_t i = 0; i < sequence->count; i++)
		expansion_add_instance(expansion, sequence, i, shared);
}

/* --- decisions about one instance ----------------------------------------------------- */

static bool sequence_has(const struct sequence *sequence, const char *label)
{
	enum frequency unit = sequence->days != NULL ? FREQUENCY_DAY :
		sequence->recurrence->unit;
	struct period period;

	if (!period_read(label, &period) || period.frequency != unit)
		return false;
	for (size_t i = 0; i < sequence->count; i++)
		if (period_equal(sequence_period(sequence, i), period))
			return true;
	return false;
}

static void decree_check_for(struct expansion *expansion,
	const struct sequence *sequence, const struct decree *decree,
	const char *key)
{
	struct origin origin = sequence->recurrence->origin;
	struct arena *arena = expansion->reg->arena;

	if (decree->instance == NULL || sequence->count == 0 ||
	    sequence_has(sequence, decree->instance))
		return;
	origin.line = decree->line;
	faults_error(expansion->faults, origin, "%s.for: there is no instance "
		"'%s': they go from %s to %s", key, decree->instance,
		period_string(arena, sequence_period(sequence, 0)),
		period_string(arena, sequence_period(sequence,
		sequence->count - 1)));
}

static void sequence_check_decrees(struct expansion *expansion,
	const struct sequence *sequence)
{
	struct clauses *clauses = sequence->recurrence->written->clauses;

	for (size_t i = 0; i < DECREE_ROWS; i++) {
		const struct decree_row *row = &decree_rows[i];
		const struct decree_list *several = row_several(row, clauses);

		decree_check_for(expansion, sequence, row_one(row, clauses),
			row->key);
		for (size_t j = 0; j < several->count; j++)
			decree_check_for(expansion, sequence,
				&several->items[j], row->key);
	}
	for (size_t i = 0; i < clauses->amendment_count; i++)
		decree_check_for(expansion, sequence,
			&clauses->amendments[i].decree, "amended");
}

/* --- all of them ------------------------------------------------------------------------- */

/* The new list, in the order of the old one. */
static void expansion_fill(struct expansion *expansion)
{
	struct register_ *reg = expansion->reg;
	const struct sequence *sequence = expansion->sequences;

	expansion->milestones = arena_alloc(reg->arena, expansion->count,
		sizeof *expansion->milestones);
	expansion->count = 0;
	for (size_t i = 0; i < reg->milestone_count; i++) {
		if (milestone_recurs(&reg->milestones[i]))
			expansion_add_all(expansion, sequence++);
		else
			expansion_add(expansion, &reg->milestones[i]);
	}
	for (size_t i = 0; i < reg->recurrence_count; i++)
		reg->recurrences[i].written = NULL;
	arena_drop(reg->arena, reg->milestones);
	reg->milestones = expansion->milestones;
	reg->milestone_count = expansion->count;
}

/* Too many of them are told, and not made. */
static void expansion_limit(struct expansion *expansion)
{
	const struct register_ *reg = expansion->reg;

	if (expansion->count <= REGISTER_MILESTONES_MAX)
		return;
	faults_error(expansion->faults, reg->recurrences[0].origin,
		"every: with all instances there are more than the %d "
		"milestones that are possible", REGISTER_MILESTONES_MAX);
	expansion->count = reg->milestone_count - reg->recurrence_count;
	for (size_t i = 0; i < reg->recurrence_count; i++)
		expansion->sequences[i].count = 0;
}

void recurrences_expand(struct register_ *reg, struct faults *faults)
{
	struct expansion expansion = {.reg = reg, .faults = faults};

	if (reg->recurrence_count == 0)
		return;
	expansion.sequences = mem_new(reg->recurrence_count,
		sizeof *expansion.sequences);
	expansion.count = reg->milestone_count - reg->recurrence_count;
	sequences_count(&expansion);
	for (size_t i = 0; i < reg->recurrence_count; i++)
		sequence_check_decrees(&expansion, &expansion.sequences[i]);
	expansion_limit(&expansion);
	expansion_fill(&expansion);
	for (size_t i = 0; i < reg->recurrence_count; i++)
		free(expansion.sequences[i].days);
	free(expansion.sequences);
}
