/*
 * Interval arithmetic over exact decimals with two pairs of bounds.
 *
 * For [low, high] everything unknown ranges. For [least, greatest] what is
 * missing chooses first and what lies ahead answers with the worst: least is
 * the min over the missing of the max over what is ahead, greatest the max
 * of the min. Terms count as independent, so results may be wider than the
 * truth and never narrower. An infinite bound is never attained: who chooses
 * second goes beyond it.
 */
#include "core/value.h"

const struct bound bound_minus_infinite = {{0, 0}, BOUND_MINUS_INFINITE};
const struct bound bound_plus_infinite = {{0, 0}, BOUND_PLUS_INFINITE};

struct bound bound_finite(struct decimal value)
{
	return (struct bound){value, BOUND_FINITE};
}

/* Where a bound's kind stands on the line. */
static const int bound_place[] = {
	[BOUND_MINUS_INFINITE] = -1,
	[BOUND_FINITE] = 0,
	[BOUND_PLUS_INFINITE] = 1,
};

int bound_compare(const struct bound *a, const struct bound *b)
{
	if (a->kind == BOUND_FINITE && b->kind == BOUND_FINITE)
		return decimal_compare(a->value, b->value);
	return (bound_place[a->kind] > bound_place[b->kind]) -
		(bound_place[a->kind] < bound_place[b->kind]);
}

static int bound_sign(const struct bound *a)
{
	return a->kind == BOUND_FINITE ? decimal_sign(a->value) :
		bound_place[a->kind];
}

static struct bound bound_infinite(int sign)
{
	return sign < 0 ? bound_minus_infinite : bound_plus_infinite;
}

static struct bound bound_negate(const struct bound *a)
{
	if (a->kind == BOUND_FINITE)
		return bound_finite(decimal_negate(a->value));
	return bound_infinite(-bound_place[a->kind]);
}

/* Of opposite infinities the one of sign `contested` prevails. */
static bool bound_add(const struct bound *a, const struct bound *b,
	int contested, struct bound *out)
{
	int place = bound_place[a->kind] + bound_place[b->kind];

	if (a->kind == BOUND_FINITE && b->kind == BOUND_FINITE) {
		out->kind = BOUND_FINITE;
		return decimal_add(a->value, b->value, &out->value);
	}
	*out = bound_infinite(place != 0 ? place : contested);
	return true;
}

/* Zero times infinity is zero: the zero was chosen. */
static bool bound_multiply(const struct bound *a, const struct bound *b,
	struct bound *out)
{
	int sign = bound_sign(a) * bound_sign(b);

	if (a->kind == BOUND_FINITE && b->kind == BOUND_FINITE) {
		out->kind = BOUND_FINITE;
		return decimal_multiply(a->value, b->value, &out->value);
	}
	*out = sign == 0 ? bound_finite(DECIMAL_ZERO) : bound_infinite(sign);
	return true;
}

/* b is positive. Anything finite over infinity is zero, and so is infinity
   over infinity, where the denominator was chosen second. */
static bool bound_divide(const struct bound *a, const struct bound *b,
	struct bound *out)
{
	if (a->kind == BOUND_FINITE && b->kind == BOUND_FINITE) {
		out->kind = BOUND_FINITE;
		return decimal_divide(a->value, b->value, &out->value);
	}
	*out = b->kind == BOUND_FINITE ? *a : bound_finite(DECIMAL_ZERO);
	return true;
}

static const struct bound *bound_lesser(const struct bound *a, const struct bound *b)
{
	return bound_compare(a, b) <= 0 ? a : b;
}

static const struct bound *bound_larger(const struct bound *a, const struct bound *b)
{
	return bound_compare(a, b) >= 0 ? a : b;
}

/* --- making intervals --------------------------------------------------- */

static void interval_set_point(struct interval *out, struct decimal value)
{
	out->low = bound_finite(value);
	out->high = out->low;
	out->least = out->low;
	out->greatest = out->low;
	out->reason = UNKNOWN_NOTHING;
}

struct interval interval_point(struct decimal value)
{
	struct interval out;

	interval_set_point(&out, value);
	return out;
}

struct interval interval_unknown(struct bound low, struct bound high,
	enum unknown_reason reason)
{
	bool ahead = reason == UNKNOWN_AHEAD;

	if (bound_compare(&low, &high) == 0)
		return interval_point(low.value);
	return (struct interval){
		.low = low,
		.high = high,
		.least = ahead ? high : low,
		.greatest = ahead ? low : high,
		.reason = reason,
	};
}

struct interval interval_anything(enum unknown_reason reason)
{
	return interval_unknown(bound_minus_infinite, bound_plus_infinite, reason);
}

bool interval_is_point(const struct interval *interval)
{
	return interval->reason == UNKNOWN_NOTHING;
}

static enum unknown_reason reason_join(enum unknown_reason a, enum unknown_reason b)
{
	return a > b ? a : b;
}

/* What turned out to be one value whatever is unknown, is known. */
static void interval_settle(struct interval *a)
{
	if (a->reason != UNKNOWN_NOTHING && a->low.kind == BOUND_FINITE &&
	    bound_compare(&a->low, &a->high) == 0)
		interval_set_point(a, a->low.value);
}

/* --- arithmetic ----------------------------------------------------------- */

typedef bool decimal_operation(struct decimal a, struct decimal b,
	struct decimal *out);

static struct interval point_combine(const struct interval *a,
	decimal_operation *operation, const struct interval *b)
{
	struct decimal value;

	if (!operation(a->low.value, b->low.value, &value))
		return interval_anything(UNKNOWN_RANGE);
	return interval_point(value);
}

static bool points(const struct interval *a, const struct interval *b)
{
	return interval_is_point(a) && interval_is_point(b);
}

struct interval interval_add(const struct interval *a, const struct interval *b)
{
	struct interval out;

	if (points(a, b))
		return point_combine(a, decimal_add, b);
	out.reason = reason_join(a->reason, b->reason);
	if (!bound_add(&a->low, &b->low, -1, &out.low) ||
	    !bound_add(&a->high, &b->high, 1, &out.high) ||
	    !bound_add(&a->least, &b->least, 1, &out.least) ||
	    !bound_add(&a->greatest, &b->greatest, -1, &out.greatest))
		return interval_anything(UNKNOWN_RANGE);
	return out;
}

struct interval interval_negate(const struct interval *a)
{
	return (struct interval){
		.low = bound_negate(&a->high),
		.high = bound_negate(&a->low),
		.least = bound_negate(&a->greatest),
		.greatest = bound_negate(&a->least),
		.reason = a->reason,
	};
}

struct interval interval_subtract(const struct interval *a, const struct interval *b)
{
	struct interval negative;

	if (points(a, b))
		return point_combine(a, decimal_subtract, b);
	negative = interval_negate(b);
	return interval_add(a, &negative);
}

/* The least and the largest of the four products of the ends. */
static bool multiply_ends(const struct interval *a, const struct interval *b,
	struct interval *out)
{
	const struct bound *left[] = {&a->low, &a->high};
	const struct bound *right[] = {&b->low, &b->high};
	struct bound product;

	for (int i = 0; i < 4; i++) {
		if (!bound_multiply(left[i / 2], right[i % 2], &product))
			return false;
		if (i == 0 || bound_compare(&product, &out->low) < 0)
			out->low = product;
		if (i == 0 || bound_compare(&product, &out->high) > 0)
			out->high = product;
	}
	return true;
}

/* a is nowhere negative: a factor that grows what has the same sign. */
static bool multiply_choices(const struct interval *a, const struct interval *b,
	struct interval *out)
{
	bool up = bound_sign(&b->least) >= 0;
	bool down = bound_sign(&b->greatest) < 0;
	const struct bound *under = up ? &a->least : &a->greatest;
	const struct bound *over = down ? &a->least : &a->greatest;

	return bound_multiply(under, &b->least, &out->least) &&
		bound_multiply(over, &b->greatest, &out->greatest);
}

static bool interval_is_nonnegative(const struct interval *a)
{
	return bound_sign(&a->low) >= 0;
}

static bool interval_is_nonpositive(const struct interval *a)
{
	return bound_sign(&a->high) <= 0;
}

struct interval interval_multiply(const struct interval *a, const struct interval *b)
{
	struct interval out, negative;
	bool fits;

	if (points(a, b))
		return point_combine(a, decimal_multiply, b);
	if (!interval_is_nonnegative(a) && interval_is_nonpositive(a)) {
		negative = interval_negate(a);
		out = interval_multiply(&negative, b);
		return interval_negate(&out);
	}
	if (!interval_is_nonnegative(a) &&
	    (interval_is_nonnegative(b) || interval_is_nonpositive(b)))
		return interval_multiply(b, a);
	out.reason = reason_join(a->reason, b->reason);
	fits = multiply_ends(a, b, &out);
	if (interval_is_nonnegative(a)) {
		fits = fits && multiply_choices(a, b, &out);
	} else {	/* both of either sign: all as if merely missing */
		out.least = out.low;
		out.greatest = out.high;
	}
	if (!fits)
		return interval_anything(UNKNOWN_RANGE);
	interval_settle(&out);
	return out;
}

/* a over one bound of a positive interval if it is not negative, else over the
   other. */
static bool bound_shrink(const struct bound *a, const struct bound *positive,
	const struct bound *negative, struct bound *out)
{
	return bound_divide(a, bound_sign(a) >= 0 ? positive : negative, out);
}

/* b is everywhere positive. */
static struct interval divide_positive(const struct interval *a, const struct interval *b)
{
	struct interval out = {.reason = reason_join(a->reason, b->reason)};

	if (!bound_shrink(&a->low, &b->high, &b->low, &out.low) ||
	    !bound_shrink(&a->high, &b->low, &b->high, &out.high) ||
	    !bound_shrink(&a->least, &b->greatest, &b->least, &out.least) ||
	    !bound_shrink(&a->greatest, &b->least, &b->greatest, &out.greatest))
		return interval_anything(UNKNOWN_RANGE);
	interval_settle(&out);
	return out;
}

struct interval interval_divide(const struct interval *a, const struct interval *b)
{
	struct interval over, under, out;

	if (points(a, b))
		return point_combine(a, decimal_divide, b);
	if (bound_sign(&b->low) > 0)
		return divide_positive(a, b);
	if (bound_sign(&b->high) < 0) {
		over = interval_negate(a);
		under = interval_negate(b);
		return divide_positive(&over, &under);
	}
	/* Zero is among the denominators, as far as the bounds tell. */
	out = interval_anything(UNKNOWN_RANGE);
	if (!interval_is_point(b))
		out.reason = b->reason;
	return out;
}

static struct interval interval_choose(const struct interval *a,
	const struct interval *b,
	const struct bound *(*choose)(const struct bound *, const struct bound *))
{
	struct interval out = {
		.low = *choose(&a->low, &b->low),
		.high = *choose(&a->high, &b->high),
		.least = *choose(&a->least, &b->least),
		.greatest = *choose(&a->greatest, &b->greatest),
		.reason = reason_join(a->reason, b->reason),
	};

	interval_settle(&out);
	return out;
}

struct interval interval_least(const struct interval *a, const struct interval *b)
{
	return interval_choose(a, b, bound_lesser);
}

struct interval interval_greatest(const struct interval *a, const struct interval *b)
{
	return interval_choose(a, b, bound_larger);
}

/* The larger of a number and its negative, and no less than nothing. */
struct interval interval_abs(const struct interval *a)
{
	const struct interval nothing = interval_point(DECIMAL_ZERO);
	struct interval out = interval_negate(a);

	out = interval_greatest(a, &out);
	return interval_greatest(&out, &nothing);
}

static struct bound bound_round(const struct bound *a, int places)
{
	return a->kind == BOUND_FINITE ?
		bound_finite(decimal_round(a->value, places)) : *a;
}

/* Rounding keeps the order, so the choices stay what they were. */
struct interval interval_round(const struct interval *a, int places)
{
	struct interval out = {
		.low = bound_round(&a->low, places),
		.high = bound_round(&a->high, places),
		.least = bound_round(&a->least, places),
		.greatest = bound_round(&a->greatest, places),
		.reason = a->reason,
	};

	interval_settle(&out);
	return out;
}

/* What can be made of a choice: what is missing takes the better of the sides it
   can bring about; if it can bring about neither, what lies ahead has both. */
static const struct bound *bound_made(struct judgement condition,
	const struct bound *a, const struct bound *b,
	const struct bound *(*better)(const struct bound *, const struct bound *),
	const struct bound *(*worse)(const struct bound *, const struct bound *))
{
	if (condition.may_be_true && condition.may_be_false)
		return better(a, b);
	if (condition.may_be_true || condition.may_be_false)
		return condition.may_be_true ? a : b;
	return worse(a, b);
}

struct interval interval_if(struct judgement condition, const struct interval *a,
	const struct interval *b)
{
	struct interval out;

	if (condition.truth != TRUTH_UNKNOWN)
		return condition.truth == TRUTH_TRUE ? *a : *b;
	out = (struct interval){
		.low = *bound_lesser(&a->low, &b->low),
		.high = *bound_larger(&a->high, &b->high),
		.least = *bound_made(condition, &a->least, &b->least,
			bound_lesser, bound_larger),
		.greatest = *bound_made(condition, &a->greatest, &b->greatest,
			bound_larger, bound_lesser),
		.reason = reason_join(condition.reason,
			reason_join(a->reason, b->reason)),
	};
	interval_settle(&out);
	return out;
}

/* --- comparison ------------------------------------------------------------- */

/* a < b, or a <= b with or_equal; infinities never equal one another. */
static bool bound_below(const struct bound *a, const struct bound *b, bool or_equal)
{
	int order = bound_compare(a, b);

	return order < 0 || (order == 0 && or_equal && a->kind == BOUND_FINITE);
}

static struct judgement compare_order(const struct interval *a,
	const struct interval *b, bool or_equal)
{
	if (bound_below(&a->high, &b->low, or_equal))
		return judgement_of(true);
	if (bound_below(&b->high, &a->low, !or_equal))
		return judgement_of(false);
	return (struct judgement){
		.truth = TRUTH_UNKNOWN,
		.may_be_true = bound_below(&a->least, &b->greatest, or_equal),
		.may_be_false = bound_below(&b->least, &a->greatest, !or_equal),
		.reason = reason_join(a->reason, b->reason),
	};
}

static struct judgement compare_equal(const struct interval *a, const struct interval *b)
{
	if (points(a, b))
		return judgement_of(decimal_equal(a->low.value, b->low.value));
	if (bound_below(&a->high, &b->low, false) ||
	    bound_below(&b->high, &a->low, false))
		return judgement_of(false);
	return (struct judgement){
		.truth = TRUTH_UNKNOWN,
		.may_be_true = bound_below(&a->least, &b->greatest, true) &&
			bound_below(&b->least, &a->greatest, true),
		.may_be_false = bound_below(&a->least, &b->greatest, false) ||
			bound_below(&b->least, &a->greatest, false),
		.reason = reason_join(a->reason, b->reason),
	};
}

struct judgement interval_compare(const struct interval *a,
	enum comparison comparison, const struct interval *b)
{
	static const struct {
		bool swapped;
		bool or_equal;
	} orders[] = {
		[COMPARE_LT] = {false, false},
		[COMPARE_LE] = {false, true},
		[COMPARE_GE] = {true, true},
		[COMPARE_GT] = {true, false},
	};

	if (comparison == COMPARE_EQ)
		return compare_equal(a, b);
	if (comparison == COMPARE_NE)
		return judgement_not(compare_equal(a, b));
	if (orders[comparison].swapped)
		return compare_order(b, a, orders[comparison].or_equal);
	return compare_order(a, b, orders[comparison].or_equal);
}

/* --- truth ---------------------------------------------------------------- */

#define F TRUTH_FALSE
#define T TRUTH_TRUE
#define U TRUTH_UNKNOWN

/* Kleene's strong tables, in the order of enum truth. */
static const enum truth truth_and[3][3] = {
	/*	 F  T  U */
	[F] = {F, F, F},
	[T] = {F, T, U},
	[U] = {F, U, U},
};
static const enum truth truth_or[3][3] = {
	[F] = {F, T, U},
	[T] = {T, T, T},
	[U] = {U, T, U},
};
static const enum truth truth_not[3] = {
	[F] = T, [T] = F, [U] = U,
};

#undef F
#undef T
#undef U

struct judgement judgement_of(bool truth)
{
	return (struct judgement){
		.truth = truth ? TRUTH_TRUE : TRUTH_FALSE,
		.may_be_true = truth,
		.may_be_false = !truth,
		.reason = UNKNOWN_NOTHING,
	};
}

static enum unknown_reason reason_of(enum truth truth, struct judgement a,
	struct judgement b)
{
	return truth == TRUTH_UNKNOWN ? reason_join(a.reason, b.reason) :
		UNKNOWN_NOTHING;
}

struct judgement judgement_and(struct judgement a, struct judgement b)
{
	enum truth truth = truth_and[a.truth][b.truth];

	return (struct judgement){
		.truth = truth,
		.may_be_true = a.may_be_true && b.may_be_true,
		.may_be_false = a.may_be_false || b.may_be_false,
		.reason = reason_of(truth, a, b),
	};
}

struct judgement judgement_or(struct judgement a, struct judgement b)
{
	enum truth truth = truth_or[a.truth][b.truth];

	return (struct judgement){
		.truth = truth,
		.may_be_true = a.may_be_true || b.may_be_true,
		.may_be_false = a.may_be_false && b.may_be_false,
		.reason = reason_of(truth, a, b),
	};
}

struct judgement judgement_not(struct judgement a)
{
	return (struct judgement){
		.truth = truth_not[a.truth],
		.may_be_true = a.may_be_false,
		.may_be_false = a.may_be_true,
		.reason = a.reason,
	};
}

/* What can be made of a choice of truths, as of one of numbers. */
static bool truth_made(struct judgement condition, bool a, bool b)
{
	return (condition.may_be_true && a) || (condition.may_be_false && b) ||
		(a && b);
}

struct judgement judgement_if(struct judgement condition, struct judgement a,
	struct judgement b)
{
	if (condition.truth != TRUTH_UNKNOWN)
		return condition.truth == TRUTH_TRUE ? a : b;
	if (a.truth == b.truth && a.truth != TRUTH_UNKNOWN)
		return a;
	return (struct judgement){
		.truth = TRUTH_UNKNOWN,
		.may_be_true = truth_made(condition, a.may_be_true, b.may_be_true),
		.may_be_false = truth_made(condition, a.may_be_false, b.may_be_false),
		.reason = reason_join(condition.reason,
			reason_join(a.reason, b.reason)),
	};
}

void quorum_add(struct quorum *quorum, struct judgement next)
{
	quorum->count++;
	quorum->known_true += next.truth == TRUTH_TRUE;
	quorum->known_false += next.truth == TRUTH_FALSE;
	quorum->may_be_true += next.may_be_true;
	quorum->may_be_false += next.may_be_false;
	quorum->reason = reason_join(quorum->reason, next.reason);
}

struct judgement quorum_judgement(const struct quorum *quorum, size_t needed)
{
	if (quorum->known_true >= needed)
		return judgement_of(true);
	if (quorum->count - quorum->known_false < needed)
		return judgement_of(false);
	return (struct judgement){
		.truth = TRUTH_UNKNOWN,
		.may_be_true = quorum->may_be_true >= needed,
		.may_be_false = quorum->count - quorum->may_be_false < needed,
		.reason = quorum->reason,
	};
}

const char *unknown_reason_text(enum unknown_reason reason)
{
	static const char *const texts[] = {
		[UNKNOWN_NOTHING] = "known",
		[UNKNOWN_AHEAD] = "the period has not ended",
		[UNKNOWN_MISSING] = "not published",
		[UNKNOWN_ABSENT] = "no figures at all",
		[UNKNOWN_UNREAD] = "its documents were not read so far",
		[UNKNOWN_UNLISTED] =
			"older ones may have gone before its source was read",
		[UNKNOWN_UNATTESTED] = "nobody has attested it, or too few",
		[UNKNOWN_PATTERN] = "a pattern takes too long over a document",
		[UNKNOWN_RANGE] = "out of range",
		[UNKNOWN_DEPENDENCY] = "rests on something undecided",
		[UNKNOWN_DISPUTED] = "disputed",
	};

	return texts[reason];
}
