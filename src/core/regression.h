/*
 * regression: a straight line through points by least squares, and how far
 * what comes may lie from it.
 *
 * Ordinary least squares and the interval for new observations: N. R. Draper
 * and H. Smith, Applied Regression Analysis, 3rd edition, Wiley 1998, chapter
 * 1. Sums are kept about the means as the points come: B. P. Welford, Note on
 * a method for calculating corrected sums of squares and products,
 * Technometrics 4 (1962). Keeps no points.
 */
#ifndef PLEDGED_CORE_REGRESSION_H
#define PLEDGED_CORE_REGRESSION_H

#include <stdint.h>

struct regression {
	int64_t count;
	double mean_x, mean_y;
	double sxx, sxy, syy;	/* sums of squares and products about the means */
};

/* A point; an empty regression is all 0. */
void regression_add(struct regression *regression, double x, double y);

/* What the line expects of count new observations together, at places whose
   sum is sum_x. At least two points, not all at one x. */
double regression_sum(const struct regression *regression, double count,
	double sum_x);

/*
 * Half the width of the interval in which that sum lies with 95 %, were the
 * errors independent, normal and alike: t s √(m + m²/n + (Σx - m x̄)²/Sxx) for
 * m new observations, t of n - 2 degrees of freedom. At least three points.
 */
double regression_margin(const struct regression *regression, double count,
	double sum_x);

/*
 * What Student's t exceeds in size with 5 %, for whole degrees of freedom of 1
 * and more, to six digits: G. W. Hill, Algorithm 396: Student's t-quantiles,
 * Communications of the ACM 13 (10), 1970.
 */
double student_t_95(int64_t degrees);

#endif
