/*
 * regression: see regression.h.
 */
#include <math.h>

#include "core/regression.h"

void regression_add(struct regression *regression, double x, double y)
{
	double dx = x - regression->mean_x, dy = y - regression->mean_y;

	regression->count++;
	regression->mean_x += dx / (double)regression->count;
	regression->mean_y += dy / (double)regression->count;
	regression->sxx += dx * (x - regression->mean_x);
	regression->sxy += dx * (y - regression->mean_y);
	regression->syy += dy * (y - regression->mean_y);
}

double regression_sum(const struct regression *regression, double count,
	double sum_x)
{
	double slope = regression->sxy / regression->sxx;

	return count * regression->mean_y +
		slope * (sum_x - count * regression->mean_x);
}

double regression_margin(const struct regression *regression, double count,
	double sum_x)
{
	const struct regression *r = regression;
	double n = (double)r->count;
	double residual = r->syy - r->sxy * r->sxy / r->sxx;
	double away = sum_x - count * r->mean_x;

	if (residual < 0)	/* by rounding */
		residual = 0;
	return student_t_95(r->count - 2) * sqrt(residual / (n - 2) *
		(count + count * count / n + away * away / r->sxx));
}

/* ---- Student's t ------------------------------------------------------------- */

#define TAILS 0.05
#define NORMAL_QUANTILE (-1.959963984540054)	/* of TAILS / 2 */
#define PI_HALF 1.5707963267948966

/* Near the centre: the series about the normal deviate. */
static double quantile_by_normal(double n, double a, double b, double c,
	double d)
{
	double x = NORMAL_QUANTILE, y = x * x;

	if (n < 5)
		c += 0.3 * (n - 4.5) * (x + 0.6);
	c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c;
	y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x;
	return expm1(a * y * y);
}

/* Far out: the series of the tail. */
static double quantile_by_tail(double n, double d, double y)
{
	return ((1 / (((n + 6) / (n * y) - 0.089 * d - 0.822) * (n + 2) * 3) +
		0.5 / (n + 4)) * y - 1) * (n + 1) / (n + 2) + 1 / y;
}

double student_t_95(int64_t degrees)
{
	double n = (double)degrees, a, b, c, d, y;

	if (degrees == 1)
		return 1 / tan(TAILS * PI_HALF);
	if (degrees == 2)
		return sqrt(2 / (TAILS * (2 - TAILS)) - 2);
	a = 1 / (n - 0.5);
	b = 48 / (a * a);
	c = ((20700 * a / b - 98) * a - 16) * a + 96.36;
	d = ((94.5 / (b + c) - 3) / b + 1) * sqrt(a * PI_HALF) * n;
	y = pow(d * TAILS, 2 / n);
	y = y > 0.05 + a ? quantile_by_normal(n, a, b, c, d) :
		quantile_by_tail(n, d, y);
	return sqrt(n * y);
}
