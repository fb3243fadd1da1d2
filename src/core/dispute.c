/*
 * dispute: see dispute.h.
 */
#include <math.h>
#include <string.h>

#include "core/dispute.h"
#include "core/expression_internal.h"
#include "core/standing.h"

/* ---- alike --------------------------------------------------------------------- */

static bool duration_equal(struct duration a, struct duration b)
{
	return a.count == b.count && a.unit == b.unit;
}

static bool window_equal(const struct window *a, const struct window *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == WINDOW_PERIOD)
		return period_equal(a->period, b->period);
	return a->kind != WINDOW_TRAILING ||
		duration_equal(a->duration, b->duration);
}

/* Of one unit; it may be the same indicator. */
static bool terms_are_alike(const struct register_ *reg,
	const struct expression *a, const struct expression *b)
{
	const char *unit = reg->indicators[a->indicator].unit;
	const char *other = reg->indicators[b->indicator].unit;

	return window_equal(&a->window, &b->window) &&
		(unit == NULL || other == NULL ? unit == other :
		unit_equal(unit, other));
}

static bool leaves_are_alike(const struct expression *a,
	const struct expression *b)
{
	switch (a->type) {
	case TYPE_NUMBER:
		return operation_is(a, OPERATION_NUMBER) &&
			decimal_equal(a->number, b->number);
	case TYPE_DURATION:
		return duration_equal(a->duration, b->duration);
	case TYPE_DATE:
		return date_compare(a->date, b->date) == 0;
	default:
		return false;
	}
}

/* Whether two trees ask the same, if of different indicators. */
static bool expressions_are_alike(const struct register_ *reg,
	const struct expression *a, const struct expression *b)
{
	if (a->operation != b->operation || a->type != b->type ||
	    a->operand_count != b->operand_count)
		return false;
	if (expression_is_term(a))
		return terms_are_alike(reg, a, b);
	if (a->operand_count == 0)
		return leaves_are_alike(a, b);
	if (operation_is(a, OPERATION_COMPARE) &&
	    memcmp(a->comparisons, b->comparisons,
		(size_t)(a->operand_count - 1) * sizeof *a->comparisons) != 0)
		return false;
	for (size_t i = 0; i < a->operand_count; i++)
		if (!expressions_are_alike(reg, a->operands[i], b->operands[i]))
			return false;
	return true;
}

/* Whether all that is counted asks the same, each one comparison. */
static bool quorum_is_of_one_thing(const struct register_ *reg,
	const struct expression *quorum)
{
	struct sides sides;

	for (size_t i = 1; i < quorum->operand_count; i++)
		if (!expression_sides(quorum->operands[i], &sides) ||
		    !expressions_are_alike(reg, quorum->operands[1],
			quorum->operands[i]))
			return false;
	return true;
}

/* ---- finding ------------------------------------------------------------------- */

struct looking {
	const struct milestone *milestone;
	const struct expression *quorum;
	struct evaluation evaluation;	/* no figure is used here */
	struct dispute *out;
};

static const struct expression *moving_side(const struct looking *looking,
	size_t operand)
{
	struct sides sides;

	return expression_sides(looking->quorum->operands[operand], &sides) ?
		sides.actual : NULL;
}

/* The figure that one side tells; false: none yet. */
static bool side_figure(struct looking *looking,
	const struct expression *side, struct decimal *out)
{
	return expression_partial(side, &looking->evaluation, out);
}

static bool dispute_take(struct looking *looking, size_t slot,
	const struct expression *side)
{
	struct dispute *out = looking->out;
	struct decimal figure;

	if (!side_figure(looking, side, &figure))
		return false;
	out->sides[slot] = (struct dispute_side){(uint16_t)side->from,
		(uint16_t)side->to, decimal_to_double(figure)};
	return true;
}

/* One known to be true beside one known to be false, both of figures. */
static bool dispute_truths(struct looking *looking)
{
	bool found[2] = {false, false};

	for (size_t i = 1; i < looking->quorum->operand_count; i++) {
		enum truth truth = expression_judge(
			looking->quorum->operands[i],
			&looking->evaluation).truth;
		size_t slot = truth == TRUTH_TRUE ? 0 : 1;

		if (truth != TRUTH_UNKNOWN && !found[slot])
			found[slot] = dispute_take(looking, slot,
				moving_side(looking, i));
	}
	return found[0] && found[1];
}

/* The last period through which all that have figures have them. */
static struct period common_period(struct looking *looking)
{
	struct period common = PERIOD_NONE, through;

	for (size_t i = 1; i < looking->quorum->operand_count; i++) {
		through = expression_data_through(moving_side(looking, i),
			&looking->evaluation);
		if (!period_is_none(through) && (period_is_none(common) ||
		    period_compare(through, common) < 0))
			common = through;
	}
	return common;
}

/* Of those that have figures through a period, the least and the greatest. */
struct extremes {
	const struct expression *least_side, *greatest_side;
	struct decimal least, greatest;
};

/* What a side lacks is no difference. */
static bool side_reaches(struct looking *looking,
	const struct expression *side, struct period common)
{
	struct period through = expression_data_through(side,
		&looking->evaluation);

	return !period_is_none(through) &&
		period_compare(through, common) == 0 &&
		needs_are_met(side, &looking->evaluation);
}

static bool sides_compare(struct looking *looking, struct period common)
{
	size_t count = 0;

	for (size_t i = 1; i < looking->quorum->operand_count; i++)
		count += side_reaches(looking, moving_side(looking, i), common);
	return count > 1;
}

static void extremes_take(struct extremes *extremes,
	const struct expression *side, struct decimal figure)
{
	if (extremes->least_side == NULL ||
	    decimal_compare(figure, extremes->least) < 0) {
		extremes->least_side = side;
		extremes->least = figure;
	}
	if (extremes->greatest_side == NULL ||
	    decimal_compare(figure, extremes->greatest) > 0) {
		extremes->greatest_side = side;
		extremes->greatest = figure;
	}
}

static void extremes_find(struct looking *looking, struct period common,
	struct extremes *out)
{
	struct decimal figure;

	*out = (struct extremes){.least_side = NULL};
	for (size_t i = 1; i < looking->quorum->operand_count; i++) {
		const struct expression *side = moving_side(looking, i);

		if (side_reaches(looking, side, common) &&
		    side_figure(looking, side, &figure))
			extremes_take(out, side, figure);
	}
}

/* What cannot be computed is no dispute. */
static bool tolerance_is_exceeded(const struct tolerance *tolerance,
	const struct extremes *extremes)
{
	struct decimal apart, allowed = tolerance->value;
	struct decimal a = decimal_abs(extremes->least);
	struct decimal b = decimal_abs(extremes->greatest);

	if (extremes->least_side == NULL || !decimal_subtract(
	    extremes->greatest, extremes->least, &apart))
		return false;
	if (tolerance->kind == TOLERANCE_SHARE && !decimal_multiply(
	    decimal_compare(a, b) > 0 ? a : b, tolerance->value, &allowed))
		return false;
	return decimal_compare(apart, allowed) > 0;
}

static bool dispute_figures(struct looking *looking, struct period common,
	const struct tolerance *tolerance)
{
	struct extremes extremes;

	extremes_find(looking, common, &extremes);
	return tolerance_is_exceeded(tolerance, &extremes) &&
		dispute_take(looking, 0, extremes.greatest_side) &&
		dispute_take(looking, 1, extremes.least_side);
}

static void looking_at(struct looking *looking, instant at)
{
	if (at < looking->evaluation.at)
		looking->evaluation.at = at;
}

static enum dispute_kind quorum_disputed(struct looking *looking,
	const struct tolerance *tolerance)
{
	const struct evaluation *evaluation = &looking->evaluation;
	struct period common;

	if (tolerance->kind == TOLERANCE_NONE &&
	    !quorum_is_of_one_thing(evaluation->reg, looking->quorum))
		return DISPUTE_NONE;
	common = common_period(looking);
	if (period_is_none(common)) {
		looking->out->blind = true;
		return DISPUTE_NONE;
	}
	if (tolerance->kind == TOLERANCE_NONE && dispute_truths(looking))
		return DISPUTE_TRUTHS;
	looking_at(looking, period_end(common, evaluation->zone));
	looking->out->blind |= !sides_compare(looking, common);
	looking->out->through = common;
	if (tolerance->kind != TOLERANCE_NONE)
		return dispute_figures(looking, common, tolerance) ?
			DISPUTE_FIGURES : DISPUTE_NONE;
	return dispute_truths(looking) ? DISPUTE_TRUTHS : DISPUTE_NONE;
}

static bool is_quorum(const struct expression *node)
{
	return node->operation->judge == judge_quorum;
}

/* In order of appearance, the first that differs. */
static bool dispute_look(const struct looking *looking,
	const struct expression *node, const struct tolerance *tolerance)
{
	struct looking here = *looking;

	for (size_t i = 0; i < node->operand_count; i++)
		if (dispute_look(looking, node->operands[i], tolerance))
			return true;
	if (!is_quorum(node))
		return false;
	here.quorum = node;
	*here.out = (struct dispute){.blind = here.out->blind};
	here.out->kind = (uint8_t)quorum_disputed(&here, tolerance);
	return here.out->kind != DISPUTE_NONE;
}

void dispute_find(const struct milestone *milestone,
	const struct evaluation *evaluation, struct dispute *out)
{
	static const struct tolerance none = {.kind = TOLERANCE_NONE};
	const struct clauses *clauses = milestone->clauses;
	const struct tolerance *tolerance = clauses != NULL ?
		&clauses->tolerance : &none;
	struct looking looking = {milestone, NULL, *evaluation, out};
	bool differ;

	*out = (struct dispute){.kind = DISPUTE_NONE};
	differ = milestone->benchmark->has_quorum &&
		tolerance->kind != TOLERANCE_ANY &&
		dispute_look(&looking, milestone->benchmark->root, tolerance);
	if (differ)
		out->blind = false;
	else
		*out = (struct dispute){.blind = out->blind};
}

/* ---- comparing ----------------------------------------------------------------- */

static bool sides_differ(const struct dispute_side *a,
	const struct dispute_side *b)
{
	return a->from != b->from || a->to != b->to || a->figure != b->figure;
}

bool disputes_differ(const struct dispute *a, const struct dispute *b)
{
	return a->kind != b->kind || !period_equal(a->through, b->through) ||
		sides_differ(&a->sides[0], &b->sides[0]) ||
		sides_differ(&a->sides[1], &b->sides[1]);
}

/* ---- the tolerance ------------------------------------------------------------- */

struct tolerance_check {
	const struct milestone *milestone;
	const struct register_ *reg;
	struct faults *faults;
	struct arena *arena;	/* only while checking */
};

static struct origin tolerance_origin(const struct tolerance_check *check)
{
	return said_origin(check->milestone,
		&check->milestone->clauses->tolerance_said);
}

/* "2%", "1500" or "any". */
static bool tolerance_read(const char *text, struct tolerance *out)
{
	size_t length = strlen(text);
	bool share = length > 0 && text[length - 1] == '%';

	out->kind = TOLERANCE_ANY;
	if (string_is(text, "any"))
		return true;
	out->kind = share ? TOLERANCE_SHARE : TOLERANCE_ABSOLUTE;
	if (!decimal_parse(text, share ? length - 1 : length, &out->value) ||
	    decimal_sign(out->value) < 0 || (share &&
	    !decimal_multiply(out->value, (struct decimal){1, -2}, &out->value)))
		return false;
	return !share || decimal_compare(out->value, DECIMAL_ONE) <= 0;
}

/* As it stands in the benchmark. */
static const char *check_quoted(const struct tolerance_check *check,
	const struct expression *node)
{
	return arena_printf(check->arena, "%.*s", (int)(node->to - node->from),
		check->milestone->benchmark->text + node->from);
}

/* The unit of a side; NULL: it fits all. */
static const char *side_unit(const struct tolerance_check *check,
	const struct expression *side)
{
	struct compiler compiler = {.reg = check->reg, .arena = check->arena,
		.text = check->milestone->benchmark->text,
		.faults = check->faults, .key = "benchmark"};
	struct unit unit;

	return expression_unit(&compiler, side, &unit) ?
		unit_string(&unit, check->arena) : NULL;
}

static void check_operand(const struct tolerance_check *check,
	const struct expression *operand, const char **unit)
{
	struct sides sides;
	const char *other;

	if (!expression_sides(operand, &sides)) {
		faults_error(check->faults, tolerance_origin(check),
			"tolerance: what at_least counts must each be one "
			"comparison of two numbers, as sum(x, 2020) >= 5; "
			"'%s' is not", check_quoted(check, operand));
		return;
	}
	other = side_unit(check, sides.actual);
	if (*unit == NULL)
		*unit = other;
	else if (other != NULL && !unit_equal(*unit, other))
		faults_error(check->faults, tolerance_origin(check),
			"tolerance: '%s' is of another unit than the sides "
			"before it, so that their figures cannot be compared",
			check_quoted(check, sides.actual));
}

static void check_quorums(const struct tolerance_check *check,
	const struct expression *node)
{
	const char *unit = NULL;

	for (size_t i = 0; i < node->operand_count; i++)
		check_quorums(check, node->operands[i]);
	for (size_t i = 1; is_quorum(node) && i < node->operand_count; i++)
		check_operand(check, node->operands[i], &unit);
}

void dispute_check(const struct milestone *milestone,
	const struct register_ *reg, struct faults *faults)
{
	struct tolerance_check check = {milestone, reg, faults, NULL};
	enum tolerance_kind kind = milestone->clauses->tolerance.kind;

	if (kind == TOLERANCE_NONE)
		return;
	if (!milestone->benchmark->has_quorum) {
		faults_error(faults, tolerance_origin(&check), "tolerance: "
			"needs a benchmark with at_least(n, a, b, …), which "
			"asks the same of several sources");
		return;
	}
	if (kind == TOLERANCE_ANY)
		return;
	check.arena = arena_new();
	check_quorums(&check, milestone->benchmark->root);
	arena_free(check.arena);
}

void dispute_compile(const struct milestone *milestone,
	const struct register_ *reg, struct faults *faults)
{
	struct tolerance *tolerance = &milestone->clauses->tolerance;
	const char *text = milestone->clauses->tolerance_said.text;
	struct tolerance_check check = {milestone, reg, faults, NULL};

	if (text == NULL)
		return;
	if (tolerance_read(text, tolerance)) {
		dispute_check(milestone, reg, faults);
		return;
	}
	tolerance->kind = TOLERANCE_NONE;
	faults_error(faults, tolerance_origin(&check), "tolerance: '%s' is "
		"neither a share of the larger figure from 0%% to 100%%, such "
		"as 2%%, nor a number in their unit, nor any", text);
}
