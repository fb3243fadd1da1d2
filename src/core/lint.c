/*
 * lint: see lint.h. A benchmark is asked when no figure is known at all: what is
 * decided even then does not depend on any.
 */
#include "core/expectation.h"
#include "core/lint.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "core/expression_internal.h"
#include "core/placeholder.h"

#define uthash_malloc(size) mem_new(1, size)
#define uthash_fatal(message) log_bug("%s", message)
#include <uthash.h>

enum lint {
	LINT_CEILING_NOT_FIXED, LINT_CONSTANT, LINT_DUE_BEFORE_PREDECESSOR,
	LINT_LAG_LATE, LINT_NEAR_IDLE, LINT_NO_OWNER,
	LINT_PATH_DATA, LINT_SECRET_UNUSED, LINT_UNREACHABLE, LINT_UNUSED_INDICATOR,
	LINT_WINDOW_AFTER_DUE,
	LINT_COUNT
};

static const char *const ids[LINT_COUNT + 1] = {
	[LINT_CEILING_NOT_FIXED] = "ceiling-not-fixed",
	[LINT_CONSTANT] = "constant",
	[LINT_DUE_BEFORE_PREDECESSOR] = "due-before-predecessor",
	[LINT_LAG_LATE] = "lag-late",
	[LINT_NEAR_IDLE] = "near-idle",
	[LINT_NO_OWNER] = "no-owner",
	[LINT_PATH_DATA] = "path-data",
	[LINT_SECRET_UNUSED] = "secret-unused",
	[LINT_UNREACHABLE] = "unreachable",
	[LINT_UNUSED_INDICATOR] = "unused-indicator",
	[LINT_WINDOW_AFTER_DUE] = "window-after-due",
};

const char *const *lint_ids(void)
{
	return ids;
}

/* One place of a file is told of once, however many things are made of it. */
struct told {
	struct place {
		const char *file;
		uint32_t line, lint, from;
		uint32_t padding;
	} place;
	UT_hash_handle hh;
};

struct linting {
	const struct register_ *reg;
	struct history *nothing;	/* has no figure of anything */
	struct faults *faults;
	/* of the milestone at hand, by the terms at hand */
	const struct milestone *milestone;
	const struct zone *zone;
	struct told *told;
};

static bool lint_is_new(struct linting *linting, enum lint lint,
	struct origin origin, uint32_t from)
{
	const struct place place = {.file = origin.file,
		.line = (uint32_t)origin.line, .lint = lint, .from = from};
	struct told *told;

	HASH_FIND(hh, linting->told, &place, sizeof place, told);
	if (told != NULL)
		return false;
	told = mem_new(1, sizeof *told);
	told->place = place;
	HASH_ADD(hh, linting->told, place, sizeof place, told);
	return true;
}

static void lint_forget(struct linting *linting)
{
	struct told *told, *next;

	HASH_ITER(hh, linting->told, told, next) {
		HASH_DEL(linting->told, told);
		free(told);
	}
}

/* --- of a benchmark ----------------------------------------------------------- */

/* Bytes of the benchmark under which the carets stand. */
static void lint_part(struct linting *linting, enum lint lint,
	const struct expression *part, const char *what)
{
	const struct milestone *milestone = linting->milestone;
	struct origin origin = said_origin(milestone,
		&milestone->benchmark_said);

	if (!lint_is_new(linting, lint, origin, part->from))
		return;
	faults_warning(linting->faults, origin, ids[lint], "benchmark: %s", what);
	faults_excerpt(linting->faults, milestone->benchmark->text, part->from,
		part->to);
}

static void term_found(const struct expression *term, void *context)
{
	(void)term;
	*(bool *)context = true;
}

static bool has_term(const struct expression *expression,
	expression_visit *visit)
{
	bool found = false;

	expression_terms(expression, visit, &found);
	return found;
}

#define CENTURY (INT64_C(36525) * 86400)
#define ANY_DAY INT64_C(1577836800)	/* for a due that is not known yet */

static bool instant_is_known(instant at)
{
	return at != INSTANT_MIN && at != INSTANT_MAX;
}

/* Asked on the due date by one who lived long before it. */
static struct judgement part_judge(const struct linting *linting,
	const struct expression *part)
{
	const struct milestone *milestone = linting->milestone;
	instant at = instant_is_known(milestone->due) ? milestone->due : ANY_DAY;
	struct evaluation evaluation = {
		.reg = linting->reg, .history = linting->nothing,
		.zone = linting->zone,
		.known = {at - CENTURY, at - CENTURY},
		.at = at, .now = at - CENTURY,
		.start = milestone->start, .due = milestone->due,
	};

	return expression_judge(part, &evaluation);
}

static void part_tell(struct linting *linting, const struct expression *part,
	bool truth)
{
	if (truth)
		lint_part(linting, LINT_CONSTANT, part,
			"this is always true, whatever the figures");
	else if (has_term(part, term_found))
		lint_part(linting, LINT_UNREACHABLE, part, "this can never be "
			"true: no figure that is possible reaches it");
	else
		lint_part(linting, LINT_CONSTANT, part, "this is never true, "
			"whatever the figures");
}

/* Whether a part rests on figures alone, not on other milestones, documents or
   statements, nor on what changes as time passes. */
static bool part_is_plain(const struct expression *part)
{
	static operation_judge *const judges[] = {judge_or, judge_and, judge_not,
		judge_compare, judge_if, judge_quorum};
	static operation_measure *const measures[] = {measure_number,
		measure_duration, measure_date, measure_add, measure_subtract,
		measure_multiply, measure_divide, measure_negate, measure_if,
		measure_abs, measure_least, measure_greatest, measure_round};
	const struct operation *operation = part->operation;
	bool plain = expression_is_term(part) && !operation->passes;

	for (size_t i = 0; i < sizeof judges / sizeof *judges; i++)
		plain |= operation->judge == judges[i];
	for (size_t i = 0; i < sizeof measures / sizeof *measures; i++)
		plain |= operation->measure == measures[i];
	for (size_t i = 0; plain && i < part->operand_count; i++)
		plain = part_is_plain(part->operands[i]);
	return plain;
}

/* The smallest parts that are decided. Whether one was told. */
static bool lint_truth(struct linting *linting, const struct expression *part)
{
	struct judgement judgement;
	bool told = false;

	if (part->type != TYPE_TRUTH)
		return false;
	for (size_t i = 0; i < part->operand_count; i++)
		told |= lint_truth(linting, part->operands[i]);
	if (told || !part_is_plain(part))
		return told;
	judgement = part_judge(linting, part);
	if (judgement.truth == TRUTH_UNKNOWN)
		return false;
	part_tell(linting, part, judgement.truth == TRUTH_TRUE);
	return true;
}

static void lint_constant(struct linting *linting)
{
	lint_truth(linting, linting->milestone->benchmark->root);
}

/* --- ceilings ------------------------------------------------------------------- */

static void term_moves(const struct expression *term, void *context)
{
	*(bool *)context |= !window_stays(&term->window);
}

/* With a baseline it is a level to come down to; with sustain it must stay. */
static void lint_ceiling(struct linting *linting)
{
	const struct milestone *milestone = linting->milestone;
	const struct benchmark *benchmark = milestone->benchmark;

	if (milestone->mode != MODE_BY || benchmark->actual == NULL ||
	    (benchmark->comparison != COMPARE_LE &&
	    benchmark->comparison != COMPARE_LT) || milestone->baseline != NULL ||
	    (milestone->clauses != NULL && milestone->clauses->has_sustain) ||
	    !has_term(benchmark->actual, term_moves))
		return;
	lint_part(linting, LINT_CEILING_NOT_FIXED, benchmark->actual,
		"a ceiling on this is met the first time it holds, perhaps at "
		"the start: write mode = \"at\" or \"throughout\", or a fixed "
		"window");
}

/* --- windows and lags ------------------------------------------------------------ */

/* The last instant a term looks at. */
static instant term_end(const struct linting *linting,
	const struct expression *term)
{
	return term->window.kind == WINDOW_PERIOD ?
		period_end(term->window.period, linting->zone) :
		linting->milestone->due;
}

static void window_visit(const struct expression *term, void *context)
{
	struct linting *linting = context;

	if (term_end(linting, term) > linting->milestone->due)
		lint_part(linting, LINT_WINDOW_AFTER_DUE, term, "the window of "
			"this ends after the due date");
}

static void lint_windows(struct linting *linting)
{
	if (instant_is_known(linting->milestone->due))
		expression_terms(linting->milestone->benchmark->root,
			window_visit, linting);
}

static void lag_visit(const struct expression *term, void *context)
{
	struct linting *linting = context;
	const struct indicator *indicator =
		&linting->reg->indicators[term->indicator];
	instant known;

	if (zone_add(linting->zone, term_end(linting, term), indicator->lag,
	    &known) && known > linting->milestone->lag_end)
		lint_part(linting, LINT_LAG_LATE, term, "the lag of this "
			"indicator ends after the milestone's: it becomes "
			"unverified before its last figure can be known");
}

static void lint_lag(struct linting *linting)
{
	const struct milestone *milestone = linting->milestone;

	if (milestone->has_lag && instant_is_known(milestone->due))
		expression_terms(milestone->benchmark->root, lag_visit, linting);
}

static void lint_path(struct linting *linting)
{
	const struct milestone *milestone = linting->milestone;
	const struct path *path = milestone->path;
	bool started = instant_is_known(milestone->start);
	instant needed = started ? milestone->start : milestone->due;
	struct origin origin = said_origin(milestone, &milestone->path_said);

	if (path == NULL || path->kind != PATH_SEASONAL ||
	    !instant_is_known(needed) ||
	    period_end(path->seasonal.base, linting->zone) <= needed ||
	    !lint_is_new(linting, LINT_PATH_DATA, origin, 0))
		return;
	faults_warning(linting->faults, origin, ids[LINT_PATH_DATA], "path: the figures "
		"of its base period are not all there when the milestone %s",
		started ? "starts" : "is due");
}

/* --- all of it ---------------------------------------------------------------------- */

static void (*const milestone_lints[])(struct linting *linting) = {
	lint_constant, lint_ceiling, lint_windows, lint_lag, lint_path,
};

static void lint_terms(struct linting *linting,
	const struct milestone *milestone)
{
	linting->milestone = milestone;
	for (size_t i = 0; i < sizeof milestone_lints / sizeof *milestone_lints;
	    i++)
		milestone_lints[i](linting);
}

/* It is due before one it waits for. */
static void lint_wait(uint32_t number, void *context)
{
	struct linting *linting = context;
	const struct milestone *milestone = linting->milestone;
	const struct milestone *other = &linting->reg->milestones[number];
	struct origin origin = said_origin(milestone, &milestone->due_said);

	if (instant_is_known(other->due) && other->due > milestone->due &&
	    lint_is_new(linting,
	    LINT_DUE_BEFORE_PREDECESSOR, origin, 0))
		faults_warning(linting->faults, origin,
			ids[LINT_DUE_BEFORE_PREDECESSOR], "due: %s is due before "
			"%s, which it waits for", milestone->id, other->id);
}

/* By its first terms, and by those it was given later. */
static void lint_milestone(struct linting *linting,
	const struct milestone *milestone)
{
	const struct clauses *clauses = milestone->clauses;

	linting->zone = milestone_zone(linting->reg, milestone);
	lint_terms(linting, milestone);
	linting->milestone = milestone;
	expectation_waits(milestone, lint_wait, linting);
	for (size_t i = 0; clauses != NULL && i < clauses->amendment_count; i++)
		lint_terms(linting, clauses->amendments[i].milestone);
}

static void lint_indicators(struct linting *linting)
{
	for (size_t i = 0; i < linting->reg->indicator_count; i++) {
		const struct indicator *indicator = &linting->reg->indicators[i];

		if (indicator->milestone_count == 0 && lint_is_new(linting,
		    LINT_UNUSED_INDICATOR, indicator->origin, 0))
			faults_warning(linting->faults, indicator->origin,
				ids[LINT_UNUSED_INDICATOR], "indicator %s: no "
				"milestone rests on it", indicator->id);
	}
}

static void lint_pledges(struct linting *linting)
{
	for (size_t i = 0; i < linting->reg->pledge_count; i++) {
		const struct pledge *pledge = &linting->reg->pledges[i];

		if (pledge->owner == NULL && lint_is_new(linting, LINT_NO_OWNER,
		    pledge->origin, 0))
			faults_warning(linting->faults, pledge->origin,
				ids[LINT_NO_OWNER], "pledge %s: nobody is its "
				"owner", pledge->id);
	}
}

/* Asked no more often than ever, or near no milestone. */
static void lint_near(struct linting *linting, const struct source *source)
{
	const char *why = NULL;
	int64_t every = source->every;

	if (source->near_count != 0 && source->indicator != NOT_FOUND &&
	    linting->reg->indicators[source->indicator].milestone_count == 0)
		why = "no milestone rests on its indicator, so none is ever near";
	for (size_t i = 0; why == NULL && i < source->near_count; i++) {
		if (every != 0 && source->near[i].every >= every)
			why = "asks no more often than it is asked before";
		every = source->near[i].every;
	}
	if (why != NULL && lint_is_new(linting, LINT_NEAR_IDLE, source->origin, 0))
		faults_warning(linting->faults, source->origin,
			ids[LINT_NEAR_IDLE], "source %s: near: %s", source->id,
			why);
}

static bool source_names(const struct source *source, const char *name)
{
	bool named = placeholder_stands(source->url, name) ||
		placeholder_stands(source->body, name);

	for (size_t i = 0; !named && i < source->header_count; i++)
		named = placeholder_stands(source->headers[i].value, name);
	return named;
}

static void lint_secrets(struct linting *linting, const struct source *source)
{
	for (size_t i = 0; i < source->secret_count; i++)
		if (!source_names(source, source->secrets[i].name) &&
		    lint_is_new(linting, LINT_SECRET_UNUSED, source->origin,
			(uint32_t)i))
			faults_warning(linting->faults, source->origin,
				ids[LINT_SECRET_UNUSED], "source %s: the secret "
				"\"%s\" stands as {%s} nowhere", source->id,
				source->secrets[i].name,
				source->secrets[i].name);
}

static void lint_sources(struct linting *linting)
{
	for (size_t i = 0; i < linting->reg->source_count; i++) {
		lint_near(linting, &linting->reg->sources[i]);
		lint_secrets(linting, &linting->reg->sources[i]);
	}
}

/* What may be wrong comes before what is merely missing: there is a limit to
   what faults keep. */
void register_lint(const struct register_ *reg, struct faults *faults)
{
	struct linting linting = {.reg = reg, .faults = faults,
		.nothing = history_new(NULL, NULL)};

	for (size_t i = 0; i < reg->milestone_count; i++)
		lint_milestone(&linting, &reg->milestones[i]);
	lint_sources(&linting);
	lint_indicators(&linting);
	lint_pledges(&linting);
	lint_forget(&linting);
	history_free(linting.nothing);
}
