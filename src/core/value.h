/*
 * value: numbers, truth and instants that may be unknown, with the reason.
 *
 * A numeric term is an interval. A known figure is a point; an unknown one is
 * the indicator's domain. Two kinds of not knowing are kept apart: what is
 * MISSING (its period has ended, it may still be completed) and what lies
 * AHEAD of the reference instant (its period has not ended there). Beside
 * [low, high], over which everything unknown ranges, a value carries
 * [least, greatest]: the least and the greatest it can be made by completing
 * what is missing while what lies ahead takes the worst value. For a point
 * all four are equal; where something lies ahead least may exceed greatest.
 * (Modal intervals: Kaucher 1980; Gardeñes et al. 2001.)
 *
 * Truth is Kleene's (strong three-valued logic, 1938) plus: can a completion
 * of what is missing make it true, or false?
 */
#ifndef PLEDGED_CORE_VALUE_H
#define PLEDGED_CORE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/decimal.h"

enum bound_kind { BOUND_FINITE, BOUND_MINUS_INFINITE, BOUND_PLUS_INFINITE };

struct bound {
	struct decimal value;	/* FINITE only */
	enum bound_kind kind;
};

enum unknown_reason {		/* the first cause met, most telling last */
	UNKNOWN_NOTHING,	/* it is known */
	UNKNOWN_AHEAD,		/* the period has not ended */
	UNKNOWN_MISSING,	/* ended, not published (or withdrawn) */
	UNKNOWN_ABSENT,		/* the series has no figure at all */
	UNKNOWN_UNREAD,		/* documents may be there that were not read */
	UNKNOWN_UNLISTED,	/* … that were gone from the list before it was */
	UNKNOWN_UNATTESTED,	/* too few people have said anything */
	UNKNOWN_PATTERN,	/* a pattern took too long over a document */
	UNKNOWN_RANGE,		/* out of range: overflow, division by zero */
	UNKNOWN_DEPENDENCY,	/* rests on something else undecided */
	UNKNOWN_DISPUTED
};

struct interval {
	struct bound low, high;
	struct bound least, greatest;
	enum unknown_reason reason;	/* NOTHING: a point */
};

enum truth { TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNKNOWN };

struct judgement {
	enum truth truth;
	bool may_be_true;	/* TRUE, or a completion of the missing makes it so */
	bool may_be_false;
	enum unknown_reason reason;
};

struct interval interval_point(struct decimal value);
/* Everything a bound pair allows, missing or ahead as reason says. */
struct interval interval_unknown(struct bound low, struct bound high,
	enum unknown_reason reason);
struct interval interval_anything(enum unknown_reason reason);
bool interval_is_point(const struct interval *interval);

struct interval interval_add(const struct interval *a, const struct interval *b);
struct interval interval_subtract(const struct interval *a, const struct interval *b);
struct interval interval_multiply(const struct interval *a, const struct interval *b);
struct interval interval_divide(const struct interval *a, const struct interval *b);
struct interval interval_negate(const struct interval *a);
struct interval interval_least(const struct interval *a, const struct interval *b);
struct interval interval_greatest(const struct interval *a, const struct interval *b);
struct interval interval_abs(const struct interval *a);
/* Half-even to so many digits after the point (negative: tens, …). */
struct interval interval_round(const struct interval *a, int places);

enum comparison { COMPARE_LT, COMPARE_LE, COMPARE_EQ, COMPARE_NE, COMPARE_GE,
	COMPARE_GT };
struct judgement interval_compare(const struct interval *a,
	enum comparison comparison, const struct interval *b);

struct judgement judgement_of(bool truth);
struct judgement judgement_and(struct judgement a, struct judgement b);
struct judgement judgement_or(struct judgement a, struct judgement b);
struct judgement judgement_not(struct judgement a);

/* a where the condition is true, b where it is false. */
struct interval interval_if(struct judgement condition, const struct interval *a,
	const struct interval *b);
struct judgement judgement_if(struct judgement condition, struct judgement a,
	struct judgement b);

/* Truths, counted by what they are and may be. */
struct quorum {
	size_t count, known_true, known_false;
	size_t may_be_true, may_be_false;
	enum unknown_reason reason;
};
void quorum_add(struct quorum *quorum, struct judgement next);
/* Whether at least so many of them are true. */
struct judgement quorum_judgement(const struct quorum *quorum, size_t needed);

int bound_compare(const struct bound *a, const struct bound *b);
struct bound bound_finite(struct decimal value);
extern const struct bound bound_minus_infinite, bound_plus_infinite;

const char *unknown_reason_text(enum unknown_reason reason);

#endif
