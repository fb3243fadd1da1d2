/*
 * Kleene's tables exhaustively; interval arithmetic against every completion
 * of random expressions, by brute force.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/value.h"

static struct decimal number(const char *text)
{
	struct decimal value;

	assert_true(decimal_read(text, &value));
	return value;
}

static struct bound bound_of(const char *text)
{
	if (string_is(text, "inf"))
		return bound_plus_infinite;
	if (string_is(text, "-inf"))
		return bound_minus_infinite;
	return bound_finite(number(text));
}

/* --- truth ---------------------------------------------------------------- */

#define F TRUTH_FALSE
#define T TRUTH_TRUE
#define U TRUTH_UNKNOWN

static const struct {
	enum truth a, b, want_and, want_or;
} kleene[] = {
	{F, F, F, F}, {F, T, F, T}, {F, U, F, U},
	{T, F, F, T}, {T, T, T, T}, {T, U, U, T},
	{U, F, F, U}, {U, T, U, T}, {U, U, U, U},
};

/* All that a judgement can be: a truth and what may become of it. */
static const struct judgement judgements[] = {
	{F, false, true, UNKNOWN_NOTHING},
	{T, true, false, UNKNOWN_NOTHING},
	{U, false, false, UNKNOWN_AHEAD},
	{U, true, false, UNKNOWN_MISSING},
	{U, false, true, UNKNOWN_MISSING},
	{U, true, true, UNKNOWN_ABSENT},
};
#define JUDGEMENTS (sizeof judgements / sizeof *judgements)

static void judgement_is_sound(struct judgement judgement)
{
	if (judgement.truth == U) {
		assert_int_not_equal(judgement.reason, UNKNOWN_NOTHING);
		return;
	}
	assert_int_equal(judgement.reason, UNKNOWN_NOTHING);
	assert_int_equal(judgement.may_be_true, judgement.truth == T);
	assert_int_equal(judgement.may_be_false, judgement.truth == F);
}

static void kleene_check(struct judgement a, struct judgement b)
{
	struct judgement both = judgement_and(a, b);
	struct judgement either = judgement_or(a, b);
	struct judgement not_both = judgement_not(both);
	struct judgement de_morgan = judgement_or(judgement_not(a), judgement_not(b));

	for (size_t i = 0; i < sizeof kleene / sizeof *kleene; i++) {
		if (kleene[i].a != a.truth || kleene[i].b != b.truth)
			continue;
		assert_int_equal(both.truth, kleene[i].want_and);
		assert_int_equal(either.truth, kleene[i].want_or);
	}
	judgement_is_sound(both);
	judgement_is_sound(either);
	assert_int_equal(both.may_be_true, a.may_be_true && b.may_be_true);
	assert_int_equal(either.may_be_false, a.may_be_false && b.may_be_false);
	assert_int_equal(not_both.truth, de_morgan.truth);
	assert_int_equal(not_both.may_be_true, de_morgan.may_be_true);
	assert_int_equal(not_both.may_be_false, de_morgan.may_be_false);
	assert_int_equal(not_both.reason, de_morgan.reason);
}

static void test_kleene(void **state)
{
	(void)state;
	for (size_t i = 0; i < JUDGEMENTS; i++)
		for (size_t j = 0; j < JUDGEMENTS; j++)
			kleene_check(judgements[i], judgements[j]);
	assert_int_equal(judgement_not(judgement_of(true)).truth, F);
	assert_int_equal(judgement_not(judgement_of(false)).truth, T);
	assert_int_equal(judgement_not(judgements[2]).truth, U);
}

#undef F
#undef T
#undef U

/* --- the edges, by hand ------------------------------------------------------ */

static struct interval interval_of(const char *low, const char *high,
	enum unknown_reason reason)
{
	return interval_unknown(bound_of(low), bound_of(high), reason);
}

typedef struct interval operation(const struct interval *, const struct interval *);

#define MISSING UNKNOWN_MISSING
#define AHEAD UNKNOWN_AHEAD

static const struct {
	operation *run;
	const char *a_low, *a_high;
	enum unknown_reason a_reason;
	const char *b_low, *b_high;
	enum unknown_reason b_reason;
	const char *want_low, *want_high, *want_least, *want_greatest;
} edges[] = {
	{interval_add, "0", "inf", MISSING, "0", "inf", AHEAD,
		"0", "inf", "inf", "inf"},
	{interval_add, "-inf", "inf", MISSING, "-inf", "inf", AHEAD,
		"-inf", "inf", "inf", "-inf"},
	{interval_subtract, "0", "inf", MISSING, "0", "inf", AHEAD,
		"-inf", "inf", "0", "-inf"},
	{interval_multiply, "0", "inf", MISSING, "0", "0", MISSING,
		"0", "0", "0", "0"},
	{interval_multiply, "0", "inf", AHEAD, "-2", "-2", MISSING,
		"-inf", "0", "0", "-inf"},
	{interval_multiply, "-3", "-2", MISSING, "-5", "-4", MISSING,
		"8", "15", "8", "15"},
	{interval_multiply, "-3", "2", MISSING, "-5", "4", AHEAD,
		"-12", "15", "-12", "15"},
	{interval_divide, "1", "1", MISSING, "2", "inf", MISSING,
		"0", "0.5", "0", "0.5"},
	{interval_divide, "1", "2", MISSING, "-4", "-2", MISSING,
		"-1", "-0.25", "-1", "-0.25"},
	{interval_divide, "0", "inf", AHEAD, "2", "2", MISSING,
		"0", "inf", "inf", "0"},
	{interval_divide, "1", "1", MISSING, "0", "inf", MISSING,
		"-inf", "inf", "-inf", "inf"},
	{interval_divide, "1", "1", MISSING, "0", "inf", AHEAD,
		"-inf", "inf", "-inf", "inf"},
	{interval_divide, "1", "1", MISSING, "0", "0", MISSING,
		"-inf", "inf", "-inf", "inf"},
	{interval_least, "3", "3", MISSING, "5", "inf", AHEAD,
		"3", "3", "3", "3"},
	{interval_greatest, "3", "3", MISSING, "0", "inf", AHEAD,
		"3", "inf", "inf", "3"},
};

static void bound_check(const struct bound *got, const char *want)
{
	struct bound wanted = bound_of(want);

	assert_int_equal(bound_compare(got, &wanted), 0);
}

static void test_edges(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
		struct interval a = interval_of(edges[i].a_low, edges[i].a_high,
			edges[i].a_reason);
		struct interval b = interval_of(edges[i].b_low, edges[i].b_high,
			edges[i].b_reason);
		struct interval got = edges[i].run(&a, &b);

		bound_check(&got.low, edges[i].want_low);
		bound_check(&got.high, edges[i].want_high);
		bound_check(&got.least, edges[i].want_least);
		bound_check(&got.greatest, edges[i].want_greatest);
		assert_int_equal(interval_is_point(&got),
			string_is(edges[i].want_low, edges[i].want_high));
	}
}

static void test_range(void **state)
{
	struct interval large = interval_point(number("9e6000"));
	struct interval wide = interval_of("1", "9e6000", MISSING);
	struct interval zero = interval_point(DECIMAL_ZERO);
	struct interval got;

	(void)state;
	got = interval_multiply(&large, &large);
	assert_int_equal(got.reason, UNKNOWN_RANGE);
	bound_check(&got.low, "-inf");
	got = interval_multiply(&wide, &wide);
	assert_int_equal(got.reason, UNKNOWN_RANGE);
	got = interval_divide(&large, &zero);
	assert_int_equal(got.reason, UNKNOWN_RANGE);
	assert_true(interval_compare(&got, COMPARE_GT, &zero).may_be_true);
	got = interval_add(&large, &wide);
	assert_int_equal(got.reason, UNKNOWN_RANGE);
}

/* Infinite bounds are never attained, whoever is nearer to them. */
static void test_infinite(void **state)
{
	struct interval missing = interval_of("0", "inf", MISSING);
	struct interval ahead = interval_of("0", "inf", AHEAD);
	struct judgement got;

	(void)state;
	got = interval_compare(&missing, COMPARE_GE, &ahead);
	assert_int_equal(got.truth, TRUTH_UNKNOWN);
	assert_false(got.may_be_true);
	assert_false(got.may_be_false);
	got = interval_compare(&missing, COMPARE_GE, &missing);
	assert_true(got.may_be_true);
	assert_true(got.may_be_false);
	got = interval_compare(&ahead, COMPARE_LE, &ahead);
	assert_false(got.may_be_true);
	assert_false(got.may_be_false);
}

/* --- completions, by brute force ------------------------------------------------ */

#define LEAVES 4
#define STEPS 3		/* values tried of each unknown leaf: ends and middle */

enum node_kind { NODE_ADD, NODE_SUBTRACT, NODE_LEAST, NODE_GREATEST,
	NODE_MULTIPLY, NODE_DIVIDE, NODE_KINDS };

static operation *const interval_operations[NODE_KINDS] = {
	interval_add, interval_subtract, interval_least, interval_greatest,
	interval_multiply, interval_divide,
};

struct leaf {
	enum unknown_reason reason;
	int low, high;		/* even, so that the middle is whole */
};

/* ((l0 op0 l1) op1 (l2 op2 l3)) */
struct tree {
	struct leaf leaves[LEAVES];
	enum node_kind kinds[LEAVES - 1];
	enum comparison comparison;	/* of conditions: leaves against a level */
	int level;
};

static uint32_t seed;

static int chance(int below)
{
	seed = seed * 1664525 + 1013904223;
	return (int)((seed >> 10) % (uint32_t)below);
}

static struct tree tree_random(int kinds)
{
	static const enum unknown_reason reasons[] = {UNKNOWN_NOTHING, MISSING, AHEAD};
	struct tree tree;

	for (int i = 0; i < LEAVES; i++) {
		struct leaf *leaf = &tree.leaves[i];

		leaf->reason = reasons[chance(3)];
		leaf->low = 2 * (chance(7) - 3);
		leaf->high = leaf->low;
		if (leaf->reason != UNKNOWN_NOTHING)
			leaf->high += 2 * chance(4);
	}
	for (int i = 0; i < LEAVES - 1; i++)
		tree.kinds[i] = (enum node_kind)chance(kinds);
	tree.comparison = (enum comparison)chance(6);
	tree.level = 2 * (chance(9) - 4);
	return tree;
}

static struct interval leaf_interval(const struct leaf *leaf)
{
	return interval_unknown(bound_finite(decimal_from_int(leaf->low)),
		bound_finite(decimal_from_int(leaf->high)), leaf->reason);
}

static struct interval tree_interval(const struct tree *tree)
{
	struct interval leaves[LEAVES];
	struct interval left, right;

	for (int i = 0; i < LEAVES; i++)
		leaves[i] = leaf_interval(&tree->leaves[i]);
	left = interval_operations[tree->kinds[0]](&leaves[0], &leaves[1]);
	right = interval_operations[tree->kinds[2]](&leaves[2], &leaves[3]);
	return interval_operations[tree->kinds[1]](&left, &right);
}

/* false: a division by zero. */
static bool node_value(enum node_kind kind, struct decimal a, struct decimal b,
	struct decimal *out)
{
	switch (kind) {
	case NODE_ADD:
		return decimal_add(a, b, out);
	case NODE_SUBTRACT:
		return decimal_subtract(a, b, out);
	case NODE_MULTIPLY:
		return decimal_multiply(a, b, out);
	case NODE_DIVIDE:
		return decimal_divide(a, b, out);
	case NODE_LEAST:
		*out = decimal_compare(a, b) < 0 ? a : b;
		return true;
	default:
		*out = decimal_compare(a, b) > 0 ? a : b;
		return true;
	}
}

/* choice: a digit to the base STEPS for each leaf. */
static void leaves_value(const struct tree *tree, int choice,
	struct decimal leaves[LEAVES])
{
	for (int i = 0; i < LEAVES; i++, choice /= STEPS) {
		const struct leaf *leaf = &tree->leaves[i];

		leaves[i] = decimal_from_int(leaf->low +
			(leaf->high - leaf->low) / (STEPS - 1) * (choice % STEPS));
	}
}

typedef bool tree_valuation(const struct tree *tree, int choice, struct decimal *out);

static bool tree_value(const struct tree *tree, int choice, struct decimal *out)
{
	struct decimal leaves[LEAVES], left, right;

	leaves_value(tree, choice, leaves);
	return node_value(tree->kinds[0], leaves[0], leaves[1], &left) &&
		node_value(tree->kinds[2], leaves[2], leaves[3], &right) &&
		node_value(tree->kinds[1], left, right, out);
}

/* Joins the digits of one choice for the missing and one for what is ahead. */
static int choice_join(const struct tree *tree, int missing, int ahead)
{
	int choice = 0;

	for (int i = 0, unit = 1; i < LEAVES; i++, unit *= STEPS) {
		choice += unit * (tree->leaves[i].reason == AHEAD ?
			ahead % STEPS : missing % STEPS);
		missing /= STEPS;
		ahead /= STEPS;
	}
	return choice;
}

#define CHOICES 81	/* STEPS to the power of LEAVES */

struct brute {
	struct decimal low, high, least, greatest;
};

static struct decimal larger(struct decimal a, struct decimal b)
{
	return decimal_compare(a, b) > 0 ? a : b;
}

/* From what values range over to what they do without their signs: 0 is among
   them where both signs are, if not among those tried. */
static void range_abs(struct decimal *low, struct decimal *high)
{
	struct decimal least = larger(*low, decimal_negate(*high));

	*high = larger(*high, decimal_negate(*low));
	*low = larger(least, DECIMAL_ZERO);
}

/* false: some completion has no value. absolute: of the values without signs. */
static bool tree_brute(const struct tree *tree, tree_valuation *valuation,
	bool absolute, struct brute *out)
{
	for (int missing = 0; missing < CHOICES; missing++) {
		struct decimal low = DECIMAL_ZERO, high = DECIMAL_ZERO, value;

		for (int ahead = 0; ahead < CHOICES; ahead++) {
			if (!valuation(tree, choice_join(tree, missing, ahead), &value))
				return false;
			if (ahead == 0 || decimal_compare(value, low) < 0)
				low = value;
			if (ahead == 0 || decimal_compare(value, high) > 0)
				high = value;
		}
		if (absolute)
			range_abs(&low, &high);
		if (missing == 0 || decimal_compare(low, out->low) < 0)
			out->low = low;
		if (missing == 0 || decimal_compare(high, out->high) > 0)
			out->high = high;
		if (missing == 0 || decimal_compare(high, out->least) < 0)
			out->least = high;
		if (missing == 0 || decimal_compare(low, out->greatest) > 0)
			out->greatest = low;
	}
	return true;
}

static int against(const struct bound *bound, struct decimal value)
{
	struct bound other = bound_finite(value);

	return bound_compare(bound, &other);
}

static void brute_check(const struct interval *got, const struct brute *brute,
	bool exact)
{
	assert_true(against(&got->low, brute->low) <= 0);
	assert_true(against(&got->high, brute->high) >= 0);
	assert_true(against(&got->least, brute->least) <= 0);
	assert_true(against(&got->greatest, brute->greatest) >= 0);
	if (!exact)
		return;
	assert_int_equal(against(&got->low, brute->low), 0);
	assert_int_equal(against(&got->high, brute->high), 0);
	assert_int_equal(against(&got->least, brute->least), 0);
	assert_int_equal(against(&got->greatest, brute->greatest), 0);
}

/* Never narrower than what completions give; and for sums and extremes, and
   everywhere in its outer bounds, no wider. */
static void test_completions(void **state)
{
	int compared = 0;

	(void)state;
	seed = 7;
	for (int round = 0; round < 1000; round++) {
		bool simple = round % 2 == 0;
		struct tree tree = tree_random(simple ? NODE_MULTIPLY : NODE_KINDS);
		struct interval got = tree_interval(&tree);
		struct brute brute;

		if (!tree_brute(&tree, tree_value, false, &brute))
			continue;
		compared++;
		brute_check(&got, &brute, simple);
	}
	assert_true(compared > 600);
}

static bool order_holds(int order, enum comparison comparison)
{
	static const bool table[][3] = {
		[COMPARE_LT] = {true, false, false},
		[COMPARE_LE] = {true, true, false},
		[COMPARE_EQ] = {false, true, false},
		[COMPARE_NE] = {true, false, true},
		[COMPARE_GE] = {false, true, true},
		[COMPARE_GT] = {false, false, true},
	};

	return table[comparison][order + 1];
}

/* What a tree against a number comes to in each completion. */
struct outcomes {
	bool any_true, any_false;	/* of all */
	bool made_true, made_false;	/* by the missing, whatever lies ahead */
};

static struct outcomes tree_outcomes(const struct tree *tree,
	enum comparison comparison, struct decimal level)
{
	struct outcomes out = {0};

	for (int missing = 0; missing < CHOICES; missing++) {
		bool all_true = true, all_false = true;

		for (int ahead = 0; ahead < CHOICES; ahead++) {
			struct decimal value = DECIMAL_ZERO;
			bool holds;

			assert_true(tree_value(tree,
				choice_join(tree, missing, ahead), &value));
			holds = order_holds(decimal_compare(value, level), comparison);
			all_true = all_true && holds;
			all_false = all_false && !holds;
		}
		out.any_true |= !all_false;
		out.any_false |= !all_true;
		out.made_true |= all_true;
		out.made_false |= all_false;
	}
	return out;
}

static void test_comparisons(void **state)
{
	(void)state;
	seed = 11;
	for (int round = 0; round < 1000; round++) {
		struct tree tree = tree_random(NODE_DIVIDE);
		struct interval got = tree_interval(&tree);
		struct decimal level = decimal_from_int(2 * (chance(15) - 7));
		struct interval other = interval_point(level);
		enum comparison comparison = (enum comparison)(round % 6);
		struct judgement judgement = interval_compare(&got, comparison, &other);
		struct outcomes want = tree_outcomes(&tree, comparison, level);

		judgement_is_sound(judgement);
		if (judgement.truth == TRUTH_TRUE)
			assert_false(want.any_false);
		if (judgement.truth == TRUTH_FALSE)
			assert_false(want.any_true);
		/* Between the values tried may lie one that is equal. */
		if (want.made_true && comparison != COMPARE_NE)
			assert_true(judgement.may_be_true);
		if (want.made_false && comparison != COMPARE_EQ)
			assert_true(judgement.may_be_false);
		/* Everything ahead: nothing can be made of it now. */
		if (got.reason == AHEAD && judgement.truth == TRUTH_UNKNOWN &&
		    bound_compare(&got.least, &got.high) == 0 &&
		    bound_compare(&got.greatest, &got.low) == 0) {
			assert_false(judgement.may_be_true);
			assert_false(judgement.may_be_false);
		}
	}
}

/* --- choices and quorums, by brute force ------------------------------------------ */

static struct judgement leaf_judgement(const struct tree *tree, int leaf)
{
	struct interval value = leaf_interval(&tree->leaves[leaf]);
	struct interval level = interval_point(decimal_from_int(tree->level));

	return interval_compare(&value, tree->comparison, &level);
}

static bool leaf_holds(const struct tree *tree, struct decimal value)
{
	return order_holds(decimal_compare(value, decimal_from_int(tree->level)),
		tree->comparison);
}

/* if(l0 ? level, l1 op0 l2, l3) */
static bool choice_value(const struct tree *tree, int choice, struct decimal *out)
{
	struct decimal leaves[LEAVES];

	leaves_value(tree, choice, leaves);
	*out = leaves[3];
	return !leaf_holds(tree, leaves[0]) ||
		node_value(tree->kinds[0], leaves[1], leaves[2], out);
}

static struct interval choice_interval(const struct tree *tree)
{
	struct interval a = leaf_interval(&tree->leaves[1]);
	struct interval b = leaf_interval(&tree->leaves[2]);
	struct interval other = leaf_interval(&tree->leaves[3]);

	a = interval_operations[tree->kinds[0]](&a, &b);
	return interval_if(leaf_judgement(tree, 0), &a, &other);
}

/* The ends of a leaf tell all that an order may come to; where an equality holds
   may lie between the values tried, so of that only what they do show counts. */
static void test_choices(void **state)
{
	(void)state;
	seed = 19;
	for (int round = 0; round < 1000; round++) {
		struct tree tree = tree_random(NODE_MULTIPLY);
		struct interval got = choice_interval(&tree);
		bool order = tree.comparison != COMPARE_EQ &&
			tree.comparison != COMPARE_NE;
		struct brute brute;

		assert_true(tree_brute(&tree, choice_value, false, &brute));
		assert_true(against(&got.low, brute.low) <= 0);
		assert_true(against(&got.high, brute.high) >= 0);
		if (order)
			brute_check(&got, &brute, true);
	}
}

static bool rounded_value(const struct tree *tree, int choice, struct decimal *out)
{
	bool good = tree_value(tree, choice, out);

	*out = decimal_round(*out, -1);
	return good;
}

static void test_rounding(void **state)
{
	(void)state;
	seed = 23;
	for (int round = 0; round < 1000; round++) {
		struct tree tree = tree_random(NODE_MULTIPLY);
		struct interval whole = tree_interval(&tree);
		struct interval rounded = interval_round(&whole, -1);
		struct interval absolute = interval_abs(&whole);
		struct brute brute;

		assert_true(tree_brute(&tree, rounded_value, false, &brute));
		brute_check(&rounded, &brute, true);
		assert_int_equal(interval_is_point(&rounded),
			bound_compare(&rounded.low, &rounded.high) == 0);
		assert_true(tree_brute(&tree, tree_value, true, &brute));
		brute_check(&absolute, &brute, false);
		assert_true(against(&absolute.low, DECIMAL_ZERO) >= 0);
	}
}

/* 1 where a quorum of the leaves holds, 0 where none does: what can be made of the
   number can be made of the truth. */
static int quorum_needed;

static bool quorum_value(const struct tree *tree, int choice, struct decimal *out)
{
	struct decimal leaves[LEAVES];
	int count = 0;

	leaves_value(tree, choice, leaves);
	for (int i = 0; i < LEAVES; i++)
		count += leaf_holds(tree, leaves[i]);
	*out = decimal_from_int(count >= quorum_needed);
	return true;
}

/* if(l0 ? level, l1 ? level, l2 ? level) as a number */
static bool branch_value(const struct tree *tree, int choice, struct decimal *out)
{
	struct decimal leaves[LEAVES];

	leaves_value(tree, choice, leaves);
	*out = decimal_from_int(leaf_holds(tree,
		leaves[leaf_holds(tree, leaves[0]) ? 1 : 2]));
	return true;
}

static void truth_check(const struct tree *tree, struct judgement got,
	const struct brute *brute)
{
	bool order = tree->comparison != COMPARE_EQ && tree->comparison != COMPARE_NE;
	bool any_false = decimal_sign(brute->low) == 0;
	bool any_true = decimal_sign(brute->high) != 0;
	bool made_false = decimal_sign(brute->least) == 0;
	bool made_true = decimal_sign(brute->greatest) != 0;

	judgement_is_sound(got);
	assert_false(got.truth == TRUTH_TRUE && any_false);
	assert_false(got.truth == TRUTH_FALSE && any_true);
	if (!order)
		return;
	assert_int_equal(got.truth == TRUTH_UNKNOWN, any_true && any_false);
	assert_int_equal(got.may_be_true, made_true);
	assert_int_equal(got.may_be_false, made_false);
}

static void test_quorums(void **state)
{
	(void)state;
	seed = 29;
	for (int round = 0; round < 1000; round++) {
		struct tree tree = tree_random(NODE_MULTIPLY);
		struct quorum quorum = {.count = 0};
		struct brute brute;

		quorum_needed = 1 + round % LEAVES;
		for (int i = 0; i < LEAVES; i++)
			quorum_add(&quorum, leaf_judgement(&tree, i));
		assert_true(tree_brute(&tree, quorum_value, false, &brute));
		truth_check(&tree, quorum_judgement(&quorum, (size_t)quorum_needed),
			&brute);
		assert_true(tree_brute(&tree, branch_value, false, &brute));
		truth_check(&tree, judgement_if(leaf_judgement(&tree, 0),
			leaf_judgement(&tree, 1), leaf_judgement(&tree, 2)), &brute);
	}
}

/* A comparison of two is that of their mirror. */
static void test_mirror(void **state)
{
	static const enum comparison mirrored[] = {
		[COMPARE_LT] = COMPARE_GT, [COMPARE_LE] = COMPARE_GE,
		[COMPARE_EQ] = COMPARE_EQ, [COMPARE_NE] = COMPARE_NE,
		[COMPARE_GE] = COMPARE_LE, [COMPARE_GT] = COMPARE_LT,
	};

	(void)state;
	seed = 13;
	for (int round = 0; round < 1000; round++) {
		struct tree left = tree_random(NODE_DIVIDE);
		struct tree right = tree_random(NODE_DIVIDE);
		struct interval a = tree_interval(&left);
		struct interval b = tree_interval(&right);
		enum comparison comparison = (enum comparison)(round % 6);
		struct judgement one = interval_compare(&a, comparison, &b);
		struct judgement other = interval_compare(&b, mirrored[comparison], &a);

		assert_int_equal(one.truth, other.truth);
		assert_int_equal(one.may_be_true, other.may_be_true);
		assert_int_equal(one.may_be_false, other.may_be_false);
	}
}

static void test_reasons(void **state)
{
	(void)state;
	for (int i = UNKNOWN_NOTHING; i <= UNKNOWN_DISPUTED; i++)
		assert_non_null(unknown_reason_text((enum unknown_reason)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kleene),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_infinite),
		cmocka_unit_test(test_completions),
		cmocka_unit_test(test_comparisons),
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_rounding),
		cmocka_unit_test(test_quorums),
		cmocka_unit_test(test_mirror),
		cmocka_unit_test(test_reasons),
	};

	return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
