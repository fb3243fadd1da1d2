/*
 * decimal: exact numbers, coefficient × 10^exponent.
 *
 * + − × are exact or out of range; ÷ rounds half-even to 34 significant
 * digits, as IEEE 754 decimal128 does. 0.7 + 0.1 >= 0.8 is true here. Values
 * are plain and compared by value: 1.0 equals 1. The coefficient stays below
 * 10^38 in size, the exponent within ±6144.
 */
#ifndef PLEDGED_BASE_DECIMAL_H
#define PLEDGED_BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* On 8 bytes, not 16: a decimal then takes 24 bytes instead of 32, and there
   are very many of them. */
typedef __int128 decimal_wide __attribute__((aligned(8)));

struct decimal {
	decimal_wide coefficient;
	int32_t exponent;
};

#define DECIMAL_ZERO ((struct decimal){0, 0})
#define DECIMAL_ONE ((struct decimal){1, 0})
#define DECIMAL_STRING_MAX 64	/* room decimal_print needs, NUL included */

struct decimal decimal_from_int(int64_t value);
/* The shortest decimal that reads back as value when printed with digits
   significant digits (15 for what came through jq or SQL). false: not
   finite. */
bool decimal_from_double(double value, int digits, struct decimal *out);
double decimal_to_double(struct decimal a);
/* Reads [+-]digits[.digits][e[+-]digits], all length bytes of it. false:
   not such a number, or more than 38 significant digits, or out of range. */
bool decimal_parse(const char *text, size_t length, struct decimal *out);
/* As decimal_parse for a whole C string. */
bool decimal_read(const char *text, struct decimal *out);

/* Exact, or false when the result does not fit. */
bool decimal_add(struct decimal a, struct decimal b, struct decimal *out);
/* *sum += value, for long columns: of like whole numbers at once. */
static inline bool decimal_gather(struct decimal *sum,
	const struct decimal *value)
{
	int64_t a = (int64_t)sum->coefficient, b = (int64_t)value->coefficient;

	if (sum->exponent != value->exponent || a != sum->coefficient ||
	    b != value->coefficient || __builtin_add_overflow(a, b, &a))
		return decimal_add(*sum, *value, sum);
	sum->coefficient = a;
	return true;
}
bool decimal_subtract(struct decimal a, struct decimal b, struct decimal *out);
bool decimal_multiply(struct decimal a, struct decimal b, struct decimal *out);
/* Half-even to 34 digits; false when b is zero or out of range. */
bool decimal_divide(struct decimal a, struct decimal b, struct decimal *out);
struct decimal decimal_negate(struct decimal a);
struct decimal decimal_abs(struct decimal a);

int decimal_compare(struct decimal a, struct decimal b); /* -1 0 1, exact */
int decimal_sign(struct decimal a);
bool decimal_equal(struct decimal a, struct decimal b);
/* Half-even to so many digits after the point (negative: tens, …). */
struct decimal decimal_round(struct decimal a, int places);
/* Half-even to so many significant digits. */
struct decimal decimal_round_significant(struct decimal a, int digits);
/* Without trailing zeros in the coefficient; zero is 0 × 10^0. */
struct decimal decimal_normal(struct decimal a);
/* Digits after the point of the normal form, at least 0. */
int decimal_places(struct decimal a);

/* The exact value, plain ("27335339028", "0.05") where that takes at most
   40 digits, else "1.5e300". Always a JSON number. Returns the length. */
size_t decimal_print(struct decimal a, char out[DECIMAL_STRING_MAX]);
void text_add_decimal(struct text *text, struct decimal a);
/* For people: thousands grouped, all digits: "27,335,339,028.5". */
void text_add_decimal_grouped(struct text *text, struct decimal a);
/* For sentences: three significant digits and a word: "27.3bn", "410m",
   "12.5k", "0.449"; at most three decimals. */
void text_add_decimal_short(struct text *text, struct decimal a);

#endif
