/*
 * clauses: see clauses.h.
 */
#include "core/clauses.h"
#include "core/dispute.h"
#include "core/due.h"
#include "core/forecast.h"
#include "core/register_index.h"

/* As far as a milestone is followed to what took its place. */
#define SUCCESSORS_MAX 100

static struct origin clause_origin(const struct milestone *milestone, int line)
{
	return (struct origin){milestone->origin.file, line, 0};
}

/* ---- checking ------------------------------------------------------------- */

static void partial_check(const struct milestone *milestone,
	struct faults *faults)
{
	const struct clauses *clauses = milestone->clauses;
	const struct benchmark *benchmark = milestone->benchmark;
	struct origin origin = clause_origin(milestone, clauses->partial_line);

	if (decimal_sign(clauses->partial) == 0)
		return;
	if (benchmark->actual == NULL ||
	    (benchmark->comparison != COMPARE_GE &&
	    benchmark->comparison != COMPARE_GT))
		faults_error(faults, origin, "partial: needs a benchmark that "
			"is a floor: one comparison with >= or >");
	else if (milestone->mode == MODE_THROUGHOUT)
		faults_warning(faults, origin, "partial-unused",
			"partial: has no effect with mode \"throughout\"");
}

static struct due_frame clause_frame(const struct register_ *reg,
	const struct milestone *milestone)
{
	struct due_frame frame = due_frame_of(reg, milestone);

	frame.uses = frame.pledge->calendar;
	return frame;
}

static void cure_check(const struct register_ *reg,
	const struct milestone *milestone, struct faults *faults)
{
	const struct due_frame frame = clause_frame(reg, milestone);
	const struct clauses *clauses = milestone->clauses;
	struct origin origin = clause_origin(milestone, clauses->cure_line);

	instant end;

	if (!clauses->has_cure)
		return;
	due_shift(&frame, milestone->grace_end, clauses->cure, origin, "cure",
		&end, faults);
	if (milestone->mode == MODE_THROUGHOUT)
		faults_warning(faults, origin, "cure-unused",
			"cure: has no effect with mode \"throughout\"");
}

/* It runs from the fulfilment, which is not known: a span from the due date
   shows what is wrong with it. */
static void sustain_check(const struct register_ *reg,
	const struct milestone *milestone, struct faults *faults)
{
	const struct due_frame frame = clause_frame(reg, milestone);
	const struct clauses *clauses = milestone->clauses;
	struct origin origin = clause_origin(milestone, clauses->sustain_line);

	instant end;

	if (!clauses->has_sustain)
		return;
	if (!clauses->sustain_forever)
		due_shift(&frame, milestone->due, clauses->sustain, origin,
			"sustain", &end, faults);
	if (milestone->settles)
		faults_warning(faults, origin, "sustain-unused", "sustain: has "
			"no effect: the benchmark rests on fixed periods "
			"alone, and what is once true of them stays so");
}

static void roll_check(const struct register_ *reg,
	const struct milestone *milestone, struct faults *faults)
{
	const struct clauses *clauses = milestone->clauses;

	if (clauses->has_roll && clauses->roll != ROLL_NONE &&
	    milestone_calendar(reg, milestone) == NULL)
		faults_error(faults, clause_origin(milestone,
			clauses->roll_line), "roll: needs a calendar: give the "
			"instrument %s or the pledge %s one",
			milestone_instrument(reg, milestone)->id,
			milestone_pledge(reg, milestone)->id);
}

/* ---- when people are told -------------------------------------------------- */

/* Of a due date that hangs on another milestone only whether its days can be
   counted is known. */
static void reminds_check(const struct register_ *reg,
	const struct milestone *milestone, struct faults *faults)
{
	const struct due_frame frame = clause_frame(reg, milestone);
	const struct clauses *clauses = milestone->clauses;
	size_t errors = faults->errors;
	instant at;

	for (size_t i = 0; i < clauses->remind_count &&
	    faults->errors == errors; i++) {
		struct duration back = clauses->reminds[i];

		back.count = -back.count;
		due_shift(&frame, milestone->due, back, milestone->origin,
			"remind", &at, faults);
	}
	if (clauses->has_hold && faults->errors == errors)
		due_shift(&frame, milestone->due, clauses->hold,
			milestone->origin, "hold", &at, faults);
	if (decimal_sign(clauses->hysteresis) > 0 && milestone->path == NULL)
		faults_warning(faults, milestone->origin, "hysteresis-unused",
			"hysteresis: has no effect without a path");
}

/* ---- decisions ------------------------------------------------------------ */

/* A decision about one instance belongs to what has instances. */
static void instance_check(const struct milestone *milestone,
	const struct decree *decree, const char *key, struct faults *faults)
{
	if (decree->instance != NULL && milestone->instance == NULL)
		faults_error(faults, clause_origin(milestone, decree->line),
			"%s.for: belongs to recurring milestones, and this one "
			"comes once", key);
}

/* Of what recurs there are none left. */
static void several_check(const struct milestone *milestone,
	const struct decree_list *several, const char *key,
	struct faults *faults)
{
	for (size_t i = 0; i < several->count; i++)
		instance_check(milestone, &several->items[i], key, faults);
}

static void decree_check(const struct zone *zone, struct decree *decree)
{
	decree->at = date_is_none(decree->on) ? INSTANT_MAX :
		due_of_date(decree->on, DUE_START, zone).at;
}

static void successor_check(const struct register_ *reg,
	const struct milestone *milestone, struct faults *faults)
{
	const struct decree *decree = &milestone->clauses->superseded;
	struct origin origin = clause_origin(milestone, decree->line);
	const char *near;

	if (decree->by == NULL ||
	    register_milestone(reg, decree->by) != NOT_FOUND)
		return;
	near = thing_nearest(reg, THING_MILESTONE, decree->by, faults);
	if (near != NULL)
		faults_error(faults, origin, "superseded.by: there is no "
			"milestone '%s', did you mean '%s'?", decree->by, near);
	else
		faults_error(faults, origin, "superseded.by: there is no "
			"milestone '%s': write pledge/milestone", decree->by);
}

static uint32_t milestone_successor(const struct register_ *reg,
	uint32_t number)
{
	const struct clauses *clauses = reg->milestones[number].clauses;

	return clauses == NULL ? NOT_FOUND :
		register_milestone(reg, clauses->superseded.by);
}

static void succession_check(const struct register_ *reg, uint32_t number,
	struct faults *faults)
{
	const struct milestone *milestone = &reg->milestones[number];
	uint32_t at = milestone_successor(reg, number);
	struct origin origin;
	int steps = 0;

	if (at == NOT_FOUND)
		return;
	origin = clause_origin(milestone, milestone->clauses->superseded.line);
	while (at != NOT_FOUND && at != number && ++steps < SUCCESSORS_MAX)
		at = milestone_successor(reg, at);
	if (at == number)
		faults_error(faults, origin, steps == 0 ?
			"superseded.by: %s is this milestone itself" :
			"superseded.by: %s is in the end superseded by this "
			"milestone itself", milestone->clauses->superseded.by);
	else if (at != NOT_FOUND)
		faults_error(faults, origin, "superseded.by: more than %d "
			"milestones follow one another", SUCCESSORS_MAX);
}

void clauses_check_succession(const struct register_ *reg,
	struct faults *faults)
{
	for (uint32_t i = 0; i < reg->milestone_count; i++)
		succession_check(reg, i, faults);
}

bool clauses_decide(const struct clauses *clauses)
{
	return clauses->withdrawn.at != INSTANT_MAX ||
		clauses->superseded.at != INSTANT_MAX ||
		clauses->waived.at != INSTANT_MAX ||
		clauses->amendment_count > 0 || clauses->attestation_count > 0;
}

instant clauses_next(const struct clauses *clauses, instant after)
{
	const instant times[] = {clauses->withdrawn.at, clauses->superseded.at,
		clauses->waived.at};
	instant next = INSTANT_MAX;

	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
		if (times[i] > after && times[i] < next)
			next = times[i];
	for (size_t i = 0; i < clauses->amendment_count; i++) {
		instant at = clauses->amendments[i].decree.at;

		if (at > after && at < next)
			next = at;
	}
	return next;
}

static void amendments_check(const struct milestone *milestone,
	const struct zone *zone, struct faults *faults)
{
	struct clauses *clauses = milestone->clauses;

	for (size_t i = 0; i < clauses->amendment_count; i++) {
		struct amendment *amendment = &clauses->amendments[i];
		struct origin origin = clause_origin(milestone,
			amendment->decree.line);

		decree_check(zone, &amendment->decree);
		instance_check(milestone, &amendment->decree, "amended", faults);
		if (i > 0 && amendment->decree.at <= amendment[-1].decree.at)
			faults_error(faults, origin, "amended: the dates from "
				"which amendments have effect must rise");
		if (amendment->due_said.text == NULL &&
		    amendment->benchmark_said.text == NULL &&
		    amendment->title == NULL)
			faults_error(faults, origin, "amended: this amendment "
				"changes nothing: give due, benchmark or title");
	}
}

/* ---- all of them ---------------------------------------------------------- */

void clauses_check(const struct register_ *reg,
	const struct milestone *milestone, struct faults *faults)
{
	const struct zone *zone = milestone_zone(reg, milestone);

	decree_check(zone, &milestone->clauses->withdrawn);
	decree_check(zone, &milestone->clauses->superseded);
	decree_check(zone, &milestone->clauses->waived);
	instance_check(milestone, &milestone->clauses->withdrawn, "withdrawn",
		faults);
	instance_check(milestone, &milestone->clauses->superseded,
		"superseded", faults);
	instance_check(milestone, &milestone->clauses->waived, "waived", faults);
	several_check(milestone, &milestone->clauses->withdrawn_for,
		"withdrawn", faults);
	several_check(milestone, &milestone->clauses->superseded_for,
		"superseded", faults);
	several_check(milestone, &milestone->clauses->waived_for, "waived",
		faults);
	successor_check(reg, milestone, faults);
	amendments_check(milestone, zone, faults);
	partial_check(milestone, faults);
	cure_check(reg, milestone, faults);
	sustain_check(reg, milestone, faults);
	roll_check(reg, milestone, faults);
	reminds_check(reg, milestone, faults);
	forecast_compile(reg, milestone, faults);
	dispute_compile(milestone, reg, faults);
}

void clauses_check_amended(const struct register_ *reg,
	const struct milestone *milestone, struct faults *faults)
{
	forecast_check(reg, milestone, faults);
	dispute_check(milestone, reg, faults);
	if (milestone->mode != MODE_THROUGHOUT)
		partial_check(milestone, faults);
}

/* ---- terms ---------------------------------------------------------------- */

/* With one more setting, unless it is absent or says none. */
static uint64_t terms_with(uint64_t terms, const char *key,
	const struct said *said)
{
	const uint64_t all[] = {terms, hash_string(key),
		said->text == NULL ? 0 : hash_string(said->text)};

	return said->text == NULL || string_is(said->text, "none") ? terms :
		hash_bytes(all, sizeof all);
}

static bool clauses_count_working_days(const struct clauses *clauses)
{
	return (clauses->has_cure && clauses->cure.unit == DURATION_WORKDAY) ||
		(clauses->has_sustain &&
		clauses->sustain.unit == DURATION_WORKDAY);
}

/* What other clauses count is part of the instants that are terms already. */
uint64_t clauses_terms(const struct clauses *clauses,
	const struct calendar *calendar, uint64_t terms)
{
	bool plain = decimal_sign(clauses->partial) == 0 &&
		!clauses->has_cure && !clauses->has_sustain;
	const struct {
		uint64_t terms;
		double partial;
		int64_t cure, cure_unit, sustain, sustain_unit;
		uint64_t calendar;
	} all = {terms, decimal_to_double(clauses->partial),
		clauses->has_cure ? clauses->cure.count : -1,
		clauses->cure.unit,
		!clauses->has_sustain ? -1 : clauses->sustain_forever ?
			INT64_MAX : clauses->sustain.count,
		clauses->sustain.unit,
		calendar != NULL && clauses_count_working_days(clauses) ?
			calendar->hash : 0};

	terms = plain ? terms : hash_bytes(&all, sizeof all);
	terms = terms_with(terms, "forecast", &clauses->forecast_said);
	return terms_with(terms, "tolerance", &clauses->tolerance_said);
}
