/*
 * finish: makes a register whole. In this order, each step resting on those
 * before: ids, references, instances of what recurs, times, benchmarks, paths,
 * and at the end which milestones rest on one another, and on each indicator.
 * All faults are found, not the first.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/clauses.h"
#include "core/dependencies.h"
#include "core/due.h"
#include "core/expectation.h"
#include "core/family.h"
#include "core/registered.h"
#include "core/path.h"
#include "core/recurrence.h"
#include "core/register_index.h"
#include "core/windows.h"

#define WEEK 0x7fu	/* all of its days */

struct finish {
	struct register_ *reg;
	struct faults *faults;
};

/* ---- ids ------------------------------------------------------------------ */

/* pledge/milestone or pledge/milestone@instance */
static bool milestone_id_is_valid(const char *id)
{
	const char *slash = strchr(id, '/');
	const char *instance;
	size_t length;

	if (slash == NULL || !id_part_is_valid(id, (size_t)(slash - id), true))
		return false;
	instance = strchr(slash + 1, '@');
	length = instance != NULL ? (size_t)(instance - slash - 1) :
		strlen(slash + 1);
	return id_part_is_valid(slash + 1, length, true) &&
		(instance == NULL || id_is_valid(instance + 1, true)) &&
		strlen(id) <= REGISTER_ID_MAX;
}

/* With room for an instance. */
static bool recurrence_id_is_valid(const char *id)
{
	return milestone_id_is_valid(id) &&
		strlen(id) + INSTANCE_LABEL_MAX <= REGISTER_ID_MAX;
}

static bool thing_id_is_valid(enum thing_kind kind, const char *id)
{
	if (kind == THING_RECURRENCE)
		return recurrence_id_is_valid(id);
	return kind == THING_MILESTONE ? milestone_id_is_valid(id) :
		id_is_valid(id, things[kind].hyphens);
}

static void finish_id(struct finish *finish, enum thing_kind kind,
	uint32_t number)
{
	const char *id = thing_id(finish->reg, kind, number);
	struct origin origin = thing_origin(finish->reg, kind, number), first;
	uint32_t other;

	if (id == NULL) {
		faults_error(finish->faults, origin, "id: is missing from this %s",
			things[kind].word);
		return;
	}
	if (!thing_id_is_valid(kind, id))
		faults_error(finish->faults, origin, "id: '%s': an id of %s %s "
			"is letters, digits, '.'%s and '_', at most 100 of them",
			id, kind == THING_INSTRUMENT || kind == THING_INDICATOR ?
			"an" : "a", things[kind].word,
			things[kind].hyphens ? ", '-'" : "");
	other = index_add(finish->reg, kind, number);
	if (other == number)
		return;
	first = thing_origin(finish->reg, kind, other);
	faults_error(finish->faults, origin,
		"id: the %s '%s' is already defined at %s:%d", things[kind].word,
		id, first.file != NULL ? first.file : "?", first.line);
}

static void finish_milestone_name(struct finish *finish,
	struct milestone *milestone)
{
	const struct pledge *pledge = &finish->reg->pledges[milestone->pledge];

	if (milestone->id == NULL && milestone->name != NULL &&
	    pledge->id != NULL)
		milestone->id = arena_printf(finish->reg->arena, "%s/%s",
			pledge->id, milestone->name);
}

static void finish_ids(struct finish *finish)
{
	struct register_ *reg = finish->reg;

	index_new(reg);
	for (unsigned kind = 0; kind < THING_COUNT; kind++)
		for (uint32_t i = 0; kind != THING_MILESTONE &&
		    kind != THING_RECURRENCE && i < thing_count(reg, kind); i++)
			finish_id(finish, kind, i);
}

/* An id that recurs stands for its instances, and for nothing else. */
static void finish_recurrence_id(struct finish *finish, uint32_t number)
{
	struct recurrence *recurrence = &finish->reg->recurrences[number];
	size_t errors = finish->faults->errors;

	finish_id(finish, THING_RECURRENCE, number);
	recurrence->faulty = finish->faults->errors != errors;
}

static void finish_milestone_ids(struct finish *finish)
{
	struct register_ *reg = finish->reg;

	index_renew(reg, THING_MILESTONE);
	for (size_t i = 0; i < reg->milestone_count; i++)
		finish_milestone_name(finish, &reg->milestones[i]);
	for (uint32_t i = 0; i < reg->milestone_count; i++) {
		const struct milestone *milestone = &reg->milestones[i];

		finish_id(finish, THING_MILESTONE, i);
		if (milestone->instance == NULL && register_recurrence(reg,
		    milestone->id) != NOT_FOUND)
			faults_error(finish->faults, milestone->origin, "id: "
				"'%s' is that of a recurring milestone too",
				milestone->id);
	}
}

/* Each recurring milestone gives way to its instances. */
static void finish_recurrences(struct finish *finish)
{
	recurrences_collect(finish->reg);
	index_renew(finish->reg, THING_RECURRENCE);
	for (uint32_t i = 0; i < finish->reg->recurrence_count; i++)
		finish_recurrence_id(finish, i);
	recurrences_expand(finish->reg, finish->faults);
}

/* ---- references ------------------------------------------------------------ */

static void finish_unknown(struct finish *finish, enum thing_kind kind,
	const char *id, struct origin origin)
{
	const char *near = thing_nearest(finish->reg, kind, id, finish->faults);

	if (near != NULL)
		faults_error(finish->faults, origin,
			"%s: there is no %s '%s', did you mean '%s'?",
			things[kind].word, things[kind].word, id, near);
	else
		faults_error(finish->faults, origin, "%s: there is no %s '%s'",
			things[kind].word, things[kind].word, id);
}

static void finish_calendar(struct finish *finish, struct calendar *calendar)
{
	if ((calendar->weekend & WEEK) == WEEK && calendar->working.count == 0)
		faults_error(finish->faults, calendar->origin, "weekend: all "
			"seven days are off, none would be a working day");
	calendar->first_use = calendar->last_use = (struct calendar_use){0};
	calendar->hash = calendar_hash(calendar);
}

/* The calendar of that name, NULL when none was named. What refers to one that
   is not there is counted by one without a holiday: it is faulted once. */
static struct calendar *finish_calendar_named(struct finish *finish,
	const char *id, struct origin origin)
{
	uint32_t number = register_calendar(finish->reg, id);

	if (number != NOT_FOUND)
		return &finish->reg->calendars[number];
	if (id == NULL)
		return NULL;
	finish_unknown(finish, THING_CALENDAR, id, origin);
	return arena_alloc(finish->reg->arena, 1, sizeof(struct calendar));
}

static void finish_instrument(struct finish *finish,
	struct instrument *instrument)
{
	if (instrument->zone == NULL)
		instrument->zone = finish->reg->zone;
	instrument->calendar = finish_calendar_named(finish,
		instrument->calendar_id, instrument->origin);
}

/* Texts have no unit, no frequency and no domain. */
static void finish_documents(struct finish *finish,
	const struct indicator *indicator)
{
	const struct {
		const char *key;
		bool given;
	} keys[] = {
		{"frequency", indicator->frequency != FREQUENCY_NONE},
		{"unit", indicator->unit != NULL},
		{"cumulative", indicator->cumulative},
		{"min", indicator->has_min}, {"max", indicator->has_max},
	};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (keys[i].given)
			faults_error(finish->faults, indicator->origin,
				"%s: does not go with kind = \"documents\"",
				keys[i].key);
}

static void finish_indicator(struct finish *finish,
	struct indicator *indicator)
{
	int64_t seconds;

	if (indicator->has_min && indicator->has_max &&
	    decimal_compare(indicator->min, indicator->max) > 0)
		faults_error(finish->faults, indicator->origin,
			"min: is above max");
	if (indicator->cumulative && frequency_per_year(indicator->frequency) < 2)
		faults_error(finish->faults, indicator->origin,
			"cumulative: a running total within the year needs a "
			"frequency finer than the year");
	if (!duration_seconds(indicator->lag, &seconds))
		faults_error(finish->faults, indicator->origin,
			"lag: of an indicator it is in days (275d) or a shorter "
			"unit, since months differ and it belongs to no "
			"calendar; that of a milestone may be in working days");
	if (indicator->kind == INDICATOR_DOCUMENTS)
		finish_documents(finish, indicator);
	indicator->milestones = NULL;
	indicator->milestone_count = 0;
	indicator->source_count = 0;
}

/* Each indicator learns which sources name it. */
static void finish_givers(struct register_ *reg)
{
	for (size_t i = 0; i < reg->source_count; i++)
		if (reg->sources[i].indicator != NOT_FOUND)
			reg->indicators[reg->sources[i].indicator].source_count++;
	for (size_t i = 0; i < reg->indicator_count; i++) {
		struct indicator *indicator = &reg->indicators[i];

		indicator->sources = arena_alloc(reg->arena,
			indicator->source_count, sizeof *indicator->sources);
		indicator->source_count = 0;
	}
	for (uint32_t i = 0; i < reg->source_count; i++) {
		uint32_t named = reg->sources[i].indicator;
		struct indicator *indicator;

		if (named == NOT_FOUND)
			continue;
		indicator = &reg->indicators[named];
		indicator->sources[indicator->source_count++] = i;
	}
}

static void finish_source(struct finish *finish, struct source *source)
{
	source->indicator = NOT_FOUND;
	if (source->indicator_id == NULL)
		return;
	source->indicator = register_indicator(finish->reg,
		source->indicator_id);
	if (source->indicator == NOT_FOUND)
		finish_unknown(finish, THING_INDICATOR, source->indicator_id,
			source->origin);
}

static void finish_pledge(struct finish *finish, struct pledge *pledge)
{
	pledge->milestone_count = 0;
	pledge->instrument = NOT_FOUND;
	pledge->calendar = finish_calendar_named(finish, pledge->calendar_id,
		pledge->origin);
	if (pledge->instrument_id == NULL) {
		faults_error(finish->faults, pledge->origin,
			"instrument: is missing: which one holds this pledge?");
		return;
	}
	pledge->instrument = register_instrument(finish->reg,
		pledge->instrument_id);
	if (pledge->instrument == NOT_FOUND)
		finish_unknown(finish, THING_INSTRUMENT, pledge->instrument_id,
			pledge->origin);
	else if (pledge->calendar_id == NULL)
		pledge->calendar = finish->reg->instruments[
			pledge->instrument].calendar;
}

static void finish_things(struct finish *finish)
{
	struct register_ *reg = finish->reg;

	if (reg->zone == NULL)
		reg->zone = zone_utc();
	for (size_t i = 0; i < reg->calendar_count; i++)
		finish_calendar(finish, &reg->calendars[i]);
	for (size_t i = 0; i < reg->instrument_count; i++)
		finish_instrument(finish, &reg->instruments[i]);
	for (size_t i = 0; i < reg->indicator_count; i++)
		finish_indicator(finish, &reg->indicators[i]);
	for (size_t i = 0; i < reg->source_count; i++)
		finish_source(finish, &reg->sources[i]);
	finish_givers(reg);
	for (size_t i = 0; i < reg->pledge_count; i++)
		finish_pledge(finish, &reg->pledges[i]);
}

/* ---- times ---------------------------------------------------------------- */

/* Without a start: the instrument's entry into force, else its signature,
   where that is not after the due date. */
static void finish_default_start(const struct instrument *instrument,
	struct milestone *milestone)
{
	const struct date dates[] = {instrument->in_force,
		instrument->signed_on};

	milestone->start = INSTANT_MIN;
	milestone->start_date = (struct date){0};
	for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
		struct due start;

		if (date_is_none(dates[i]))
			continue;
		start = due_of_date(dates[i], DUE_START, instrument->zone);
		if (start.at > milestone->due)
			continue;
		milestone->start = start.at;
		milestone->start_date = start.date;
		return;
	}
}

static void finish_start(struct finish *finish, const struct due_frame *frame,
	struct milestone *milestone)
{
	struct due start = {.at = INSTANT_MIN};

	if (milestone->start_said.text != NULL)
		due_read(frame, milestone->start_said.text,
			said_origin(milestone, &milestone->start_said),
			"start", DUE_START, &start, finish->faults);
	milestone->start = start.at;
	milestone->start_date = start.date;
}

/* The day that "start" stands for in a due date. */
static struct date start_day(const struct instrument *instrument,
	const struct milestone *milestone)
{
	if (milestone->start != INSTANT_MIN)
		return zone_date(instrument->zone, milestone->start);
	return date_is_none(instrument->in_force) ? instrument->signed_on :
		instrument->in_force;
}

/* Grace is for what is to be reached by a date, not for what holds at one. */
static void finish_grace(struct finish *finish, const struct due_frame *frame,
	struct milestone *milestone)
{
	struct duration grace = milestone->grace;

	if (milestone->mode != MODE_BY && grace.count != 0) {
		faults_warning(finish->faults, milestone->origin,
			"grace-unused", "grace: has no effect with mode \"%s\"",
			mode_name(milestone->mode));
		grace.count = milestone->grace.count = 0;
	}
	due_shift(frame, milestone->due, grace, milestone->origin, "grace",
		&milestone->grace_end, finish->faults);
}

/* What a path requires at a time can't be told without both ends of it. */
static void finish_anchorage(struct finish *finish, struct milestone *milestone,
	struct anchorage anchorage)
{
	struct anchorage *own = arena_alloc(finish->reg->arena, 1, sizeof *own);

	*own = anchorage;
	milestone->anchorage = own;
	if (milestone->path != NULL || milestone->path_said.text != NULL)
		faults_error(finish->faults, said_origin(milestone,
			&milestone->due_said), "due: a milestone with a path "
			"needs a date, and this one hangs on %s",
			finish->reg->milestones[anchorage.milestone].id);
}

static bool finish_due(struct finish *finish, struct due_frame *frame,
	struct milestone *milestone)
{
	const struct said *said = &milestone->due_said;
	struct due due;

	milestone->due = INSTANT_MAX;
	milestone->anchorage = NULL;
	frame->start = start_day(frame->instrument, milestone);
	if (said->text == NULL)
		faults_error(finish->faults, milestone->origin,
			"due: is missing from this milestone");
	if (said->text == NULL || !due_read(frame, said->text,
	    said_origin(milestone, said), "due", DUE_END, &due, finish->faults))
		return false;
	milestone->due = due.at;
	milestone->due_date = due.date;
	if (due.anchorage.milestone != NOT_FOUND)
		finish_anchorage(finish, milestone, due.anchorage);
	return true;
}

/* The start first: the due date may be counted from it. Without a due date it
   is still read, for its own faults. */
static void finish_times(struct finish *finish, struct due_frame *frame,
	struct milestone *milestone)
{
	bool known;

	finish_start(finish, frame, milestone);
	known = finish_due(finish, frame, milestone);
	if (milestone->start_said.text == NULL && milestone->anchorage == NULL)
		finish_default_start(frame->instrument, milestone);
	else if (milestone->start > milestone->due)
		faults_error(finish->faults, said_origin(milestone,
			&milestone->start_said),
			"start: %s is after the due date %s",
			milestone->start_said.text, milestone->due_said.text);
	if (known)
		finish_grace(finish, frame, milestone);
}

/* How long after a day what is known of it may take: that there is no document
   is known by the next poll of its sources. */
static struct duration indicator_wait(const struct register_ *reg,
	const struct indicator *indicator)
{
	int64_t every = indicator->source_count == 0 ? SOURCE_EVERY_UNSET : 0;
	int64_t lag;

	if (indicator->kind != INDICATOR_DOCUMENTS ||
	    !duration_seconds(indicator->lag, &lag))
		return indicator->lag;
	for (size_t i = 0; i < indicator->source_count; i++) {
		const struct source *source =
			&reg->sources[indicator->sources[i]];
		int64_t own = source->every > 0 ? source->every :
			SOURCE_EVERY_UNSET;

		every = own > every ? own : every;
	}
	return (struct duration){lag + every, DURATION_SECOND};
}

/* The lag given, or the longest of the inputs. */
static void finish_lag(struct finish *finish, const struct due_frame *frame,
	struct milestone *milestone)
{
	const struct benchmark *benchmark = milestone->benchmark;
	int64_t longest = 0, seconds;

	for (size_t i = 0; !milestone->has_lag && i < benchmark->indicator_count;
	    i++) {
		struct duration lag = indicator_wait(finish->reg,
			&finish->reg->indicators[benchmark->indicators[i]]);

		if (duration_seconds(lag, &seconds) && seconds > longest) {
			longest = seconds;
			milestone->lag = lag;
		}
	}
	due_shift(frame, milestone->grace_end, milestone->lag,
		milestone->origin, "lag", &milestone->lag_end, finish->faults);
}

/* ---- milestones ----------------------------------------------------------- */

/* The benchmark as it is said; ${period} is left in it where no series put
   the period in its place. */
static struct benchmark *finish_truth(struct finish *finish,
	const struct milestone *milestone)
{
	const struct said *said = &milestone->benchmark_said;
	struct origin origin = said_origin(milestone, said);

	if (strstr(said->text, RECURRENCE_MARK) != NULL) {
		faults_error(finish->faults, origin, "benchmark: " RECURRENCE_MARK
			" is the period of a recurring milestone, and this one "
			"comes once");
		return NULL;
	}
	return benchmark_compile(finish->reg->arena, finish->reg, said->text,
		TYPE_TRUTH, origin, "benchmark", finish->faults);
}

static void finish_benchmark(struct finish *finish,
	struct milestone *milestone)
{
	struct register_ *reg = finish->reg;

	if (milestone->benchmark_said.text == NULL)
		faults_error(finish->faults, milestone->origin,
			"benchmark: is missing from this milestone");
	else
		milestone->benchmark = finish_truth(finish, milestone);
	if (milestone->baseline_said.text != NULL)
		milestone->baseline = benchmark_compile(reg->arena, reg,
			milestone->baseline_said.text, TYPE_NUMBER,
			said_origin(milestone, &milestone->baseline_said), "baseline",
			finish->faults);
}

static const char *unit_said(const struct benchmark *benchmark)
{
	return string_is(benchmark->unit, "1") ? "a pure number" : benchmark->unit;
}

/* What one is measured from is of the same unit as what is measured. */
static void finish_units(struct finish *finish, const struct milestone *milestone)
{
	const struct benchmark *benchmark = milestone->benchmark;
	const struct benchmark *baseline = milestone->baseline;

	if (benchmark == NULL || baseline == NULL || benchmark->unit == NULL ||
	    baseline->unit == NULL || unit_equal(benchmark->unit, baseline->unit))
		return;
	faults_error(finish->faults, said_origin(milestone, &milestone->baseline_said),
		"baseline: is %s, and what the benchmark compares is %s",
		unit_said(baseline), unit_said(benchmark));
}

static void finish_share(struct finish *finish, struct milestone *milestone)
{
	if (decimal_sign(milestone->at_risk) == 0)
		milestone->at_risk = (struct decimal){9, -1};
	if (decimal_sign(milestone->at_risk) < 0 ||
	    decimal_compare(milestone->at_risk, DECIMAL_ONE) > 0)
		faults_error(finish->faults, milestone->origin,
			"at_risk: is a share of the path, above 0 and at most 1");
}

static uint64_t path_points_hash(const struct path *path)
{
	size_t count = path != NULL ? path->point_count : 0;
	uint64_t hash = count;

	for (size_t i = 0; i < count; i++) {
		const struct {
			uint64_t before;
			int64_t days;
			double value;
		} point = {hash, date_to_days(path->points[i].date),
			decimal_to_double(path->points[i].value)};

		hash = hash_bytes(&point, sizeof point);
	}
	return hash;
}

/* Tells apart two versions of a milestone that are judged differently. */
static uint64_t milestone_terms(const struct register_ *reg,
	const struct milestone *milestone)
{
	const struct said *path = &milestone->path_said;
	const struct {
		int64_t start, due, grace_end, lag_end, mode;
		uint64_t benchmark, baseline, path, points;
		double at_risk;
	} terms = {milestone->start, milestone->anchorage == NULL ?
		milestone->due : (int64_t)hash_string(milestone->due_said.text),
		milestone->grace_end,
		milestone->lag_end, milestone->mode,
		hash_string(milestone->benchmark->text),
		milestone->baseline == NULL ? 0
			: hash_string(milestone->baseline->text),
		path->text == NULL ? 0 : hash_string(path->text),
		path_points_hash(milestone->path),
		decimal_to_double(milestone->at_risk)};

	return milestone->clauses == NULL ? hash_bytes(&terms, sizeof terms) :
		clauses_terms(milestone->clauses,
			milestone_calendar(reg, milestone),
			hash_bytes(&terms, sizeof terms));
}

/* What rests on times and benchmark. */
static void finish_judging(struct finish *finish,
	const struct due_frame *frame, struct milestone *milestone)
{
	finish_lag(finish, frame, milestone);
	milestone->settles = benchmark_settles(milestone->benchmark);
	path_compile(finish->reg, milestone, finish->faults);
}

/* ---- amendments ------------------------------------------------------------ */

static void amend_due(struct finish *finish, struct due_frame *frame,
	const struct amendment *amendment, struct milestone *milestone)
{
	milestone->due_said = amendment->due_said;
	if (!finish_due(finish, frame, milestone))
		return;
	if (milestone->start != INSTANT_MIN && milestone->start > milestone->due)
		faults_error(finish->faults, said_origin(milestone,
			&milestone->due_said), "amended: due: %s is before the "
			"start", milestone->due_said.text);
	finish_grace(finish, frame, milestone);
}

static void amend_benchmark(struct finish *finish,
	const struct amendment *amendment, struct milestone *milestone)
{
	milestone->benchmark_said = amendment->benchmark_said;
	milestone->benchmark = finish_truth(finish, milestone);
}

/* A path is checked anew against other terms; a table is the reader's, and
   shared but for what is checked. */
static void amend_path(struct finish *finish, struct milestone *milestone)
{
	struct path *path;

	if (milestone->path == NULL)
		return;
	path = arena_alloc(finish->reg->arena, 1, sizeof *path);
	if (milestone->path_said.text == NULL)
		*path = *milestone->path;
	milestone->path = path;
}

/* The milestone as it is from an amendment on. */
static struct milestone *finish_amendment(struct finish *finish,
	struct due_frame *frame, const struct milestone *before,
	const struct amendment *amendment)
{
	struct milestone *after = arena_alloc(finish->reg->arena, 1,
		sizeof *after);
	size_t errors = finish->faults->errors;

	*after = *before;
	if (amendment->due_said.text != NULL)
		amend_due(finish, frame, amendment, after);
	if (amendment->benchmark_said.text != NULL)
		amend_benchmark(finish, amendment, after);
	if (amendment->title != NULL)
		after->title = amendment->title;
	if (!after->has_lag)
		after->lag = (struct duration){0};
	amend_path(finish, after);
	if (finish->faults->errors != errors)
		return after;
	finish_judging(finish, frame, after);
	clauses_check_amended(finish->reg, after, finish->faults);
	return after;
}

/* Each amends what those before it have left. Its number is part of the terms,
   so that one of the title alone is told too. */
static void finish_amendments(struct finish *finish, struct due_frame *frame,
	struct milestone *milestone)
{
	struct clauses *clauses = milestone->clauses;
	const struct milestone *before = milestone;

	for (size_t i = 0; i < clauses->amendment_count; i++) {
		struct amendment *amendment = &clauses->amendments[i];
		size_t errors = finish->faults->errors;

		amendment->milestone = finish_amendment(finish, frame,
			before, amendment);
		if (finish->faults->errors != errors)
			return;
		amendment->milestone->terms = milestone_terms(
			finish->reg, amendment->milestone) + i + 1;
		before = amendment->milestone;
	}
}

/* The milestones it waits for, by id or pattern. */
static void finish_after(struct finish *finish, struct milestone *milestone)
{
	struct register_ *reg = finish->reg;
	struct clauses *clauses = milestone->clauses;
	struct origin origin = {milestone->origin.file, clauses->after_line, 0};

	clauses->after_families = arena_alloc(reg->arena,
		clauses->after_count + 1, sizeof *clauses->after_families);
	for (size_t i = 0; i < clauses->after_count; i++) {
		const char *id = clauses->after[i];
		const struct family *family = family_of_pattern(reg, id);

		clauses->after_families[i] = family;
		if (string_is(id, milestone->id))
			faults_error(finish->faults, origin,
				"after: a milestone cannot wait for itself");
		else if (family == NULL)
			faults_error(finish->faults, origin, "after: patterns "
				"match more than %d milestones together",
				FAMILY_MEMBERS_MAX);
		else if (family->count == 0)
			finish_unknown(finish, THING_MILESTONE, id, origin);
	}
}

static void finish_milestone(struct finish *finish,
	struct milestone *milestone)
{
	struct register_ *reg = finish->reg;
	const struct pledge *pledge = &reg->pledges[milestone->pledge];
	struct due_frame frame;
	size_t errors = finish->faults->errors;

	finish_share(finish, milestone);
	finish_benchmark(finish, milestone);
	finish_units(finish, milestone);
	if (pledge->instrument == NOT_FOUND)
		return;
	frame = due_frame_of(reg, milestone);
	frame.uses = pledge->calendar;
	finish_times(finish, &frame, milestone);
	if (finish->faults->errors != errors)
		return;
	finish_judging(finish, &frame, milestone);
	milestone->terms = milestone_terms(reg, milestone);
	if (milestone->clauses == NULL)
		return;
	finish_after(finish, milestone);
	clauses_check(reg, milestone, finish->faults);
	if (finish->faults->errors == errors)
		finish_amendments(finish, &frame, milestone);
}

/* ---- what the holiday tables lack ------------------------------------------ */

/* Beyond its table a calendar knows weekends alone. */
static void finish_horizon(struct finish *finish,
	const struct calendar *calendar)
{
	const struct calendar_use *first = &calendar->first_use;
	const struct calendar_use *last = &calendar->last_use;

	if (calendar->first_year == 0)
		return;
	if (last->date.year > calendar->last_year)
		faults_warning(finish->faults, calendar->origin,
			"calendar-ends", "holidays: those of the calendar '%s' "
			"end with %d, and %s is counted up to %04d-%02d-%02d",
			calendar->id, calendar->last_year, last->id,
			last->date.year, last->date.month, last->date.day);
	if (!date_is_none(first->date) &&
	    first->date.year < calendar->first_year)
		faults_warning(finish->faults, calendar->origin,
			"calendar-ends", "holidays: those of the calendar '%s' "
			"begin with %d, and %s is counted from %04d-%02d-%02d",
			calendar->id, calendar->first_year, first->id,
			first->date.year, first->date.month, first->date.day);
}

/* ---- the whole list ------------------------------------------------------- */

/* A pledge's milestones stand in a row. */
static void finish_membership(struct finish *finish)
{
	struct register_ *reg = finish->reg;

	for (uint32_t i = 0; i < reg->milestone_count; i++) {
		struct pledge *pledge = &reg->pledges[
			reg->milestones[i].pledge];

		if (pledge->milestone_count++ == 0)
			pledge->first_milestone = i;
	}
}

/* A period that is asked about should be over by the due date. */
static void finish_due_early(struct finish *finish,
	const struct milestone *milestone)
{
	const struct instance *instance = milestone->instance;

	if (instance->recurrence->unit == FREQUENCY_NONE ||
	    milestone->due >= period_end(instance->period,
	    milestone_zone(finish->reg, milestone)) ||
	    !benchmark_asks_of(milestone->benchmark, instance->period))
		return;
	faults_warning(finish->faults, said_origin(milestone,
		&milestone->due_said), "due-early", "due: %s is before the end "
		"of the period that the benchmark is about",
		milestone->due_said.text);
}

/*
 * What is wrong with several instances of a series is told of the first of
 * them: the rest says the same at the same place.
 */
static void finish_instance(struct finish *finish, struct milestone *milestone)
{
	struct recurrence *recurrence = milestone->instance->recurrence;
	struct faults faults;
	struct finish apart = {finish->reg, &faults};

	if (recurrence->faulty)
		return;
	faults_init(&faults);
	finish->reg->instance = milestone->instance;
	finish_milestone(&apart, milestone);
	finish->reg->instance = NULL;
	if (faults.errors == 0)
		finish_due_early(&apart, milestone);
	recurrence->faulty = faults.errors > 0;
	if (recurrence->faulty || (faults.warnings > 0 && !recurrence->warned)) {
		recurrence->warned = true;
		faults_move(finish->faults, &faults);
	}
	faults_release(&faults);
}

/* A fault in what values of for_each stand in says which ones. */
static void finish_milestone_told(struct finish *finish,
	struct milestone *milestone)
{
	const struct made_of *made_of = milestone->made_of;
	size_t from = finish->faults->count;

	(milestone->instance != NULL ? finish_instance : finish_milestone)(
		finish, milestone);
	for (size_t i = 0; made_of != NULL && i < made_of->line_count; i++)
		faults_note(finish->faults, from, made_of->lines[i],
			made_of->values);
}

static void finish_milestones(struct finish *finish)
{
	struct register_ *reg = finish->reg;

	if (reg->milestone_count > REGISTER_MILESTONES_MAX) {
		faults_error(finish->faults, (struct origin){0},
			"milestones: there are %zu, at most %d are possible",
			reg->milestone_count, REGISTER_MILESTONES_MAX);
		return;
	}
	finish_membership(finish);
	registered_find(reg, finish->faults);
	reg->families = families_new(reg->arena);
	for (uint32_t i = 0; i < reg->milestone_count; i++) {
		reg->families->asking = i;
		finish_milestone_told(finish, &reg->milestones[i]);
	}
	reg->families->asking = NOT_FOUND;
	clauses_check_succession(reg, finish->faults);
	for (size_t i = 0; i < reg->calendar_count; i++)
		finish_horizon(finish, &reg->calendars[i]);
	registered_check(reg, finish->faults);
}

/* ---- which milestones rest on an indicator --------------------------------- */

typedef void input_visit(struct register_ *reg, uint32_t indicator,
	uint32_t milestone);

struct inputs {
	struct register_ *reg;
	uint32_t *seen;		/* by indicator: the milestone visited last */
	input_visit *visit;
};

static void inputs_visit(struct inputs *inputs, uint32_t indicator,
	uint32_t milestone)
{
	if (inputs->seen[indicator] == milestone)
		return;
	inputs->seen[indicator] = milestone;
	inputs->visit(inputs->reg, indicator, milestone);
}

static void inputs_visit_milestone(struct inputs *inputs,
	const struct milestone *milestone, uint32_t number)
{
	const struct benchmark *both[] = {milestone->benchmark,
		milestone->baseline};

	for (size_t b = 0; b < 2; b++)
		for (size_t j = 0; both[b] != NULL &&
		    j < both[b]->indicator_count; j++)
			inputs_visit(inputs, both[b]->indicators[j], number);
	if (milestone->path != NULL && milestone->path->kind == PATH_SEASONAL)
		inputs_visit(inputs, milestone->path->seasonal.indicator,
			number);
	if (milestone->clauses != NULL &&
	    milestone->clauses->forecast == FORECAST_SEASONAL)
		inputs_visit(inputs,
			milestone->clauses->forecast_seasonal.indicator, number);
}

/* By all the terms it has at any time. */
static void inputs_visit_all(struct inputs *inputs, input_visit *visit)
{
	struct register_ *reg = inputs->reg;

	inputs->visit = visit;
	memset(inputs->seen, 0xff, reg->indicator_count * sizeof *inputs->seen);
	for (uint32_t i = 0; i < reg->milestone_count; i++) {
		const struct milestone *milestone = &reg->milestones[i];
		const struct clauses *clauses = milestone->clauses;

		inputs_visit_milestone(inputs, milestone, i);
		for (size_t j = 0; clauses != NULL &&
		    j < clauses->amendment_count; j++)
			if (clauses->amendments[j].milestone != NULL)
				inputs_visit_milestone(inputs,
					clauses->amendments[j].milestone, i);
	}
}

static void input_count(struct register_ *reg, uint32_t indicator,
	uint32_t milestone)
{
	(void)milestone;
	reg->indicators[indicator].milestone_count++;
}

static void input_enter(struct register_ *reg, uint32_t indicator,
	uint32_t milestone)
{
	struct indicator *input = &reg->indicators[indicator];

	input->milestones[input->milestone_count++] = milestone;
}

static void finish_inputs(struct register_ *reg)
{
	struct inputs inputs = {.reg = reg,
		.seen = mem_new(reg->indicator_count, sizeof *inputs.seen)};

	inputs_visit_all(&inputs, input_count);
	for (size_t i = 0; i < reg->indicator_count; i++) {
		struct indicator *indicator = &reg->indicators[i];

		indicator->milestones = arena_alloc(reg->arena,
			indicator->milestone_count,
			sizeof *indicator->milestones);
		indicator->milestone_count = 0;
	}
	inputs_visit_all(&inputs, input_enter);
	free(inputs.seen);
}

int register_finish(struct register_ *reg, struct faults *faults)
{
	struct finish finish = {reg, faults};
	size_t errors = faults->errors;

	finish_ids(&finish);
	finish_things(&finish);
	finish_recurrences(&finish);
	finish_milestone_ids(&finish);
	reg->pool = expression_pool_new();
	finish_milestones(&finish);
	expression_pool_free(reg->pool);
	reg->pool = NULL;
	if (faults->errors != errors)
		return -1;
	dependencies_find(reg, faults);
	if (faults->errors != errors)
		return -1;
	expectation_find(reg);
	finish_inputs(reg);
	index_sort(reg);
	return 0;
}
