/*
 * clauses: see clauses.h.
 */
#include "core/clauses.h"

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

/* A span after an instant: only working days have no end yet. */
static void span_check(struct duration span, const char *key,
	struct origin origin, struct faults *faults)
{
	if (span.unit == DURATION_WORKDAY)
		faults_error(faults, origin, "%s: working days need a "
			"calendar, and there are none yet: give days (d)", key);
}

static void cure_check(const struct milestone *milestone,
	struct faults *faults)
{
	const struct clauses *clauses = milestone->clauses;
	struct origin origin = clause_origin(milestone, clauses->cure_line);

	if (!clauses->has_cure)
		return;
	span_check(clauses->cure, "cure", origin, faults);
	if (milestone->mode == MODE_THROUGHOUT)
		faults_warning(faults, origin, "cure-unused",
			"cure: has no effect with mode \"throughout\"");
}

static void sustain_check(const struct milestone *milestone,
	struct faults *faults)
{
	const struct clauses *clauses = milestone->clauses;
	struct origin origin = clause_origin(milestone, clauses->sustain_line);

	if (!clauses->has_sustain)
		return;
	span_check(clauses->sustain, "sustain", origin, faults);
	if (milestone->settles)
		faults_warning(faults, origin, "sustain-unused", "sustain: has "
			"no effect: the benchmark rests on fixed periods "
			"alone, and what is once true of them stays so");
}

void clauses_check(const struct register_ *reg,
	const struct milestone *milestone, struct faults *faults)
{
	(void)reg;
	partial_check(milestone, faults);
	cure_check(milestone, faults);
	sustain_check(milestone, faults);
}

/* ---- terms ---------------------------------------------------------------- */

uint64_t clauses_terms(const struct clauses *clauses, uint64_t terms)
{
	const struct {
		uint64_t terms;
		double partial;
		int64_t cure, cure_unit, sustain, sustain_unit;
	} all = {terms, decimal_to_double(clauses->partial),
		clauses->has_cure ? clauses->cure.count : -1,
		clauses->cure.unit,
		!clauses->has_sustain ? -1 : clauses->sustain_forever ?
			INT64_MAX : clauses->sustain.count,
		clauses->sustain.unit};

	return hash_bytes(&all, sizeof all);
}
