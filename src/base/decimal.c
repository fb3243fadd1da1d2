/*
 * decimal: exact arithmetic on a 128-bit coefficient and a power of ten.
 *
 * The usual case, equal exponents, is first in add and compare. Else the
 * number with the higher exponent is brought down to the lower one; nothing
 * is brought to a normal form unless a result would not fit otherwise.
 * Products and quotients go through 256 bits, so every digit is known before
 * one is rounded away.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"

#define DIGITS_MAX 38		/* of a coefficient */
#define DIGITS_QUOTIENT 34
#define EXPONENT_MAX 6144
#define PLAIN_DIGITS_MAX 40	/* printed without an exponent */
#define WHOLE_DIGITS 18		/* whole numbers read get exponent 0 up to here */

#define likely(condition) __builtin_expect(!!(condition), 1)

typedef unsigned __int128 uint128;

#define TEN19 ((uint128)10000000000000000000u)
#define P(n) ((uint128)1##n##u)

static const uint128 powers[DIGITS_MAX + 1] = {
	P(), P(0), P(00), P(000), P(0000), P(00000), P(000000), P(0000000),
	P(00000000), P(000000000), P(0000000000), P(00000000000),
	P(000000000000), P(0000000000000), P(00000000000000),
	P(000000000000000), P(0000000000000000), P(00000000000000000),
	P(000000000000000000), TEN19, TEN19 * P(0), TEN19 * P(00),
	TEN19 * P(000), TEN19 * P(0000), TEN19 * P(00000),
	TEN19 * P(000000), TEN19 * P(0000000), TEN19 * P(00000000),
	TEN19 * P(000000000), TEN19 * P(0000000000), TEN19 * P(00000000000),
	TEN19 * P(000000000000), TEN19 * P(0000000000000),
	TEN19 * P(00000000000000), TEN19 * P(000000000000000),
	TEN19 * P(0000000000000000), TEN19 * P(00000000000000000),
	TEN19 * P(000000000000000000), TEN19 * TEN19,
};

#define COEFFICIENT_END ((__int128)(TEN19 * TEN19))	/* 10^38 */

/* --- pieces ------------------------------------------------------------ */

static uint128 magnitude(struct decimal a)
{
	return a.coefficient < 0 ? -(uint128)a.coefficient :
		(uint128)a.coefficient;
}

/* Decimal digits of a number below 10^39; 0 has none. */
static int digits_count(uint128 value)
{
	int low = 0, high = DIGITS_MAX + 1;

	while (low < high) {
		int middle = (low + high) / 2;

		if (value >= powers[middle])
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Divides *value by ten as often as it goes without rest, at most most
   times. Returns how often. */
static int zeros_strip(uint128 *value, int most)
{
	int stripped = 0;

	if (*value == 0)
		return 0;
	for (int step = 16; step > 0; step /= 2)
		while (step <= most - stripped && *value % powers[step] == 0) {
			*value /= powers[step];
			stripped += step;
		}
	return stripped;
}

static int int_least(int a, int b)
{
	return a < b ? a : b;
}

/*
 * The decimal ± value × 10^exponent, if there is one: trailing zeros move
 * between the coefficient and the exponent as the ranges of both need.
 */
static bool decimal_fit(bool negative, uint128 value, int64_t exponent,
	struct decimal *out)
{
	if (value == 0) {
		*out = DECIMAL_ZERO;
		return true;
	}
	if (value >= powers[DIGITS_MAX] || exponent < -EXPONENT_MAX)
		exponent += zeros_strip(&value, 2 * DIGITS_MAX);
	if (exponent > EXPONENT_MAX) {
		int64_t more = exponent - EXPONENT_MAX;

		if (more >= DIGITS_MAX || value >= powers[DIGITS_MAX - more])
			return false;
		value *= powers[more];
		exponent = EXPONENT_MAX;
	}
	if (value >= powers[DIGITS_MAX] || exponent < -EXPONENT_MAX)
		return false;
	out->coefficient = negative ? -(__int128)value : (__int128)value;
	out->exponent = (int32_t)exponent;
	return true;
}

/* value ÷ divisor half-even; rest: something nonzero was cut before. */
static uint128 divide_half_even(uint128 value, uint128 divisor, bool rest)
{
	uint128 quotient = value / divisor;
	uint128 remainder = value % divisor;
	uint128 left = divisor - remainder;	/* no 2 × remainder: it may
						   pass 128 bits */

	if (remainder > left || (remainder == left &&
	    (rest || (quotient & 1) != 0)))
		quotient++;
	return quotient;
}

/* --- 256 bits ------------------------------------------------------------ */

struct wide {
	uint64_t limb[4];	/* least first */
};

static struct wide wide_multiply(uint128 a, uint128 b)
{
	uint64_t a0 = (uint64_t)a, a1 = (uint64_t)(a >> 64);
	uint64_t b0 = (uint64_t)b, b1 = (uint64_t)(b >> 64);
	uint128 low = (uint128)a0 * b0, high = (uint128)a1 * b1;
	uint128 one = (uint128)a0 * b1, two = (uint128)a1 * b0;
	uint128 middle = (low >> 64) + (uint64_t)one + (uint64_t)two;

	high += (one >> 64) + (two >> 64) + (middle >> 64);
	return (struct wide){{(uint64_t)low, (uint64_t)middle,
		(uint64_t)high, (uint64_t)(high >> 64)}};
}

static uint128 wide_low(const struct wide *a)
{
	return (uint128)a->limb[1] << 64 | a->limb[0];
}

static bool wide_is_small(const struct wide *a)
{
	return (a->limb[2] | a->limb[3]) == 0;
}

/* *a = *a ÷ divisor; returns the rest. */
static uint64_t wide_divide_64(struct wide *a, uint64_t divisor)
{
	uint128 rest = 0;

	for (int i = 3; i >= 0; i--) {
		rest = rest << 64 | a->limb[i];
		a->limb[i] = (uint64_t)(rest / divisor);
		rest %= divisor;
	}
	return (uint64_t)rest;
}

/*
 * One digit, to base 2^64, of a long division by two limbs (Knuth,
 * algorithm D): rest × 2^64 + limb, with rest < divisor and the divisor's
 * highest bit set. The guess from the divisor's upper limb is at most two
 * too large. Leaves the new rest.
 */
static uint64_t quotient_digit(uint128 *rest, uint64_t limb, uint128 divisor)
{
	uint64_t upper = (uint64_t)(divisor >> 64), lower = (uint64_t)divisor;
	uint128 guess = *rest / upper, left = *rest % upper;

	while (guess >> 64 != 0 ||
	    guess * lower > (left << 64 | limb)) {
		guess--;
		left += upper;
		if (left >> 64 != 0)
			break;
	}
	*rest = (*rest << 64 | limb) - guess * divisor;
	return (uint64_t)guess;
}

/* *a = *a ÷ divisor; returns the rest. */
static uint128 wide_divide(struct wide *a, uint128 divisor)
{
	struct wide n = *a;
	uint128 rest = 0;
	uint64_t carry;
	int shift;

	if (divisor >> 64 == 0)
		return wide_divide_64(a, (uint64_t)divisor);
	shift = __builtin_clzll((uint64_t)(divisor >> 64));
	divisor <<= shift;
	carry = shift != 0 ? n.limb[3] >> (64 - shift) : 0;
	for (int i = 3; shift != 0 && i >= 0; i--)
		n.limb[i] = n.limb[i] << shift |
			(i > 0 ? n.limb[i - 1] >> (64 - shift) : 0);
	rest = (uint128)carry << 64 | n.limb[3];
	a->limb[3] = rest >= divisor;	/* which is 2^127 at least */
	if (a->limb[3] != 0)
		rest -= divisor;
	for (int i = 2; i >= 0; i--)
		a->limb[i] = quotient_digit(&rest, n.limb[i], divisor);
	return rest >> shift;
}

/* --- from and to other forms --------------------------------------------- */

struct decimal decimal_from_int(int64_t value)
{
	return (struct decimal){value, 0};
}

struct decimal decimal_normal(struct decimal a)
{
	uint128 value = magnitude(a);

	if (value == 0)
		return DECIMAL_ZERO;
	a.exponent += zeros_strip(&value,
		int_least(EXPONENT_MAX - a.exponent, DIGITS_MAX));
	a.coefficient = a.coefficient < 0 ? -(__int128)value : (__int128)value;
	return a;
}

/* A whole number of few digits with exponent 0, so that sums of what was
   read as 12.5e9 and as 27335339028 meet at equal exponents. */
static struct decimal decimal_whole(struct decimal a)
{
	if (a.exponent > 0 && a.exponent <= WHOLE_DIGITS &&
	    magnitude(a) < powers[WHOLE_DIGITS - a.exponent]) {
		a.coefficient *= (__int128)powers[a.exponent];
		a.exponent = 0;
	}
	return a;
}

bool decimal_from_double(double value, int digits, struct decimal *out)
{
	char text[40];
	int length;

	if (!isfinite(value))
		return false;
	digits = digits < 1 ? 1 : int_least(digits, 17);
	length = snprintf(text, sizeof text, "%.*e", digits - 1, value);
	if (!decimal_parse(text, (size_t)length, out))
		return false;
	*out = decimal_whole(decimal_normal(*out));
	return true;
}

double decimal_to_double(struct decimal a)
{
	char text[DECIMAL_STRING_MAX];

	if (a.exponent == 0 && a.coefficient == (int64_t)a.coefficient)
		return (double)(int64_t)a.coefficient;
	decimal_print(a, text);
	return strtod(text, NULL);
}

/* What a reader of digits has gathered. Zeros wait in pending until a digit
   follows, so that trailing ones never count as significant. */
struct digits {
	uint128 value;
	int count;		/* significant digits in value */
	int64_t pending;
	bool overlong;
};

static void digits_add(struct digits *digits, char c)
{
	if (c == '0') {
		digits->pending += digits->count != 0;
		return;
	}
	if (digits->pending >= DIGITS_MAX - digits->count) {
		digits->overlong = true;
		return;
	}
	digits->value *= powers[digits->pending + 1];
	digits->value += (unsigned)(c - '0');
	digits->count += (int)digits->pending + 1;
	digits->pending = 0;
}

static bool char_is_digit(const char *at, const char *end)
{
	return at < end && *at >= '0' && *at <= '9';
}

/* Reads [+-]digits; what is far out of any range stops growing. */
static bool exponent_parse(const char *at, const char *end, int64_t *out)
{
	bool negative = at < end && *at == '-';
	int64_t value = 0;

	if (at < end && (*at == '-' || *at == '+'))
		at++;
	if (at == end)
		return false;
	for (; char_is_digit(at, end); at++)
		if (value < INT32_MAX)
			value = value * 10 + (*at - '0');
	*out = negative ? -value : value;
	return at == end;
}

bool decimal_parse(const char *text, size_t length, struct decimal *out)
{
	const char *at = text, *end = text + length;
	bool negative = length != 0 && *at == '-';
	struct digits digits = {0};
	int64_t exponent = 0, written = 0;

	if (length != 0 && (*at == '-' || *at == '+'))
		at++;
	if (!char_is_digit(at, end))
		return false;
	for (; char_is_digit(at, end); at++)
		digits_add(&digits, *at);
	if (at < end && *at == '.') {
		if (!char_is_digit(++at, end))
			return false;
		for (; char_is_digit(at, end); at++, exponent--)
			digits_add(&digits, *at);
	}
	if (at < end && ((*at != 'e' && *at != 'E') ||
	    !exponent_parse(at + 1, end, &written)))
		return false;
	if (digits.overlong)
		return false;
	exponent += written;
	/* Trailing zeros stay digits where there is room for them. */
	if (digits.pending <= DIGITS_MAX - digits.count)
		digits.value *= powers[digits.pending];
	else
		exponent += digits.pending;
	if (!decimal_fit(negative, digits.value, exponent, out))
		return false;
	*out = decimal_whole(*out);
	return true;
}

bool decimal_read(const char *text, struct decimal *out)
{
	return decimal_parse(text, strlen(text), out);
}

/* --- arithmetic ------------------------------------------------------------ */

/* ± a ± b at one exponent. Each is below 2^127.3, so unsigned sums of what
   passes the checks hold. */
static bool add_signed(bool a_negative, uint128 a, bool b_negative, uint128 b,
	int32_t exponent, struct decimal *out)
{
	uint128 sum;

	if (a_negative != b_negative) {
		if (a < b)
			return decimal_fit(b_negative, b - a, exponent, out);
		return decimal_fit(a_negative, a - b, exponent, out);
	}
	if (__builtin_add_overflow(a, b, &sum))
		return false;
	return decimal_fit(a_negative, sum, exponent, out);
}

/*
 * The sum when the quick ways failed. In normal forms the lower number ends
 * in a digit that is not zero, and so does the sum: if the higher one does
 * not fit into 128 bits at the lower's exponent, the sum, with that digit
 * and at least 2^128 - 10^38 > 10^38 in size, fits nowhere.
 */
static __attribute__((noinline)) bool add_slowly(struct decimal a,
	struct decimal b, struct decimal *out)
{
	uint128 raised;
	int32_t apart;

	a = decimal_normal(a);
	b = decimal_normal(b);
	if (a.coefficient == 0 || b.coefficient == 0) {
		*out = a.coefficient == 0 ? b : a;
		return true;
	}
	if (a.exponent < b.exponent) {
		struct decimal swap = a;

		a = b;
		b = swap;
	}
	apart = a.exponent - b.exponent;
	if (apart > DIGITS_MAX ||
	    __builtin_mul_overflow(magnitude(a), powers[apart], &raised))
		return false;
	return add_signed(a.coefficient < 0, raised, b.coefficient < 0,
		magnitude(b), b.exponent, out);
}

static inline bool coefficient_fits(__int128 coefficient)
{
	return coefficient > -COEFFICIENT_END && coefficient < COEFFICIENT_END;
}

/* Brings high, with the higher exponent, down to low's. false: no room. */
static inline bool decimal_lower(struct decimal *high, int32_t exponent)
{
	int32_t apart = high->exponent - exponent;

	if (apart > DIGITS_MAX || magnitude(*high) >= powers[DIGITS_MAX - apart])
		return false;
	high->coefficient *= (__int128)powers[apart];
	high->exponent = exponent;
	return true;
}

bool decimal_add(struct decimal a, struct decimal b, struct decimal *out)
{
	__int128 sum;

	if (a.exponent > b.exponent) {
		if (!decimal_lower(&a, b.exponent))
			return add_slowly(a, b, out);
	} else if (a.exponent < b.exponent) {
		if (!decimal_lower(&b, a.exponent))
			return add_slowly(a, b, out);
	}
	if (likely(!__builtin_add_overflow(a.coefficient, b.coefficient, &sum) &&
	    coefficient_fits(sum))) {
		out->coefficient = sum;
		out->exponent = a.exponent;
		return true;
	}
	return add_slowly(a, b, out);
}

bool decimal_subtract(struct decimal a, struct decimal b, struct decimal *out)
{
	b.coefficient = -b.coefficient;
	return decimal_add(a, b, out);
}

bool decimal_multiply(struct decimal a, struct decimal b, struct decimal *out)
{
	bool negative = (a.coefficient < 0) != (b.coefficient < 0);
	int64_t exponent = (int64_t)a.exponent + b.exponent;
	struct wide product = wide_multiply(magnitude(a), magnitude(b));

	/* 10^76 at most, so 38 zeros at most can go. */
	while (!wide_is_small(&product)) {
		struct wide tenth = product;

		if (wide_divide_64(&tenth, 10) != 0)
			return false;
		product = tenth;
		exponent++;
	}
	return decimal_fit(negative, wide_low(&product), exponent, out);
}

/*
 * With so many more digits on top that the quotient has 34 or 35 of them
 * (more only when the dividend alone brings them), its last digits and the
 * rest decide the rounding.
 */
bool decimal_divide(struct decimal a, struct decimal b, struct decimal *out)
{
	bool negative = (a.coefficient < 0) != (b.coefficient < 0);
	uint128 divisor = magnitude(b), quotient, rest;
	int more, drop;
	int64_t exponent = (int64_t)a.exponent - b.exponent;
	struct wide wide;

	if (divisor == 0)
		return false;
	if (a.coefficient == 0) {
		*out = DECIMAL_ZERO;
		return true;
	}
	more = DIGITS_QUOTIENT + digits_count(divisor) -
		digits_count(magnitude(a));
	more = more < 0 ? 0 : more;
	wide = more <= DIGITS_MAX ? wide_multiply(magnitude(a), powers[more]) :
		wide_multiply(magnitude(a) * powers[more - DIGITS_MAX],
			powers[DIGITS_MAX]);
	rest = wide_divide(&wide, divisor);
	quotient = wide_low(&wide);
	drop = digits_count(quotient) - DIGITS_QUOTIENT;
	exponent -= more;
	if (drop > 0) {
		quotient = divide_half_even(quotient, powers[drop], rest != 0);
		exponent += drop;
	} else if (rest > divisor - rest ||
	    (rest == divisor - rest && (quotient & 1) != 0)) {
		quotient++;
	}
	/* The zeros that more put there go again: 6 ÷ 3 is 2. */
	if (exponent < 0)
		exponent += zeros_strip(&quotient, exponent < -DIGITS_MAX ?
			DIGITS_MAX : (int)-exponent);
	return decimal_fit(negative, quotient, exponent, out);
}

struct decimal decimal_negate(struct decimal a)
{
	a.coefficient = -a.coefficient;
	return a;
}

struct decimal decimal_abs(struct decimal a)
{
	return a.coefficient < 0 ? decimal_negate(a) : a;
}

/* --- order ------------------------------------------------------------------ */

int decimal_sign(struct decimal a)
{
	return (a.coefficient > 0) - (a.coefficient < 0);
}

/*
 * What cannot be brought down to the other's exponent is 10^38 or more
 * there, and so the larger in size.
 */
int decimal_compare(struct decimal a, struct decimal b)
{
	if (a.exponent > b.exponent) {
		if (a.coefficient != 0 && !decimal_lower(&a, b.exponent))
			return decimal_sign(a);
	} else if (a.exponent < b.exponent) {
		if (b.coefficient != 0 && !decimal_lower(&b, a.exponent))
			return -decimal_sign(b);
	}
	return (a.coefficient > b.coefficient) -
		(a.coefficient < b.coefficient);
}

bool decimal_equal(struct decimal a, struct decimal b)
{
	return decimal_compare(a, b) == 0;
}

/* --- rounding ---------------------------------------------------------------- */

static struct decimal decimal_drop(struct decimal a, int64_t drop)
{
	struct decimal rounded;
	uint128 value;

	if (drop <= 0)
		return a;
	if (drop > DIGITS_MAX)	/* below a tenth of the last place */
		return DECIMAL_ZERO;
	value = divide_half_even(magnitude(a), powers[drop], false);
	if (!decimal_fit(a.coefficient < 0, value, a.exponent + drop, &rounded))
		return a;	/* at the end of the range: not rounded */
	return rounded;
}

struct decimal decimal_round(struct decimal a, int places)
{
	return decimal_drop(a, -(int64_t)places - a.exponent);
}

struct decimal decimal_round_significant(struct decimal a, int digits)
{
	return decimal_drop(a, (int64_t)digits_count(magnitude(a)) -
		(digits < 1 ? 1 : digits));
}

int decimal_places(struct decimal a)
{
	a = decimal_normal(a);
	return a.exponent < 0 ? -a.exponent : 0;
}

/* --- print --------------------------------------------------------------------- */

/* The digits of value, NUL at the end. Returns how many; "0" for 0. */
static int digits_print(uint128 value, char out[DIGITS_MAX + 2])
{
	char reversed[DIGITS_MAX + 2];
	int count = 0;

	do {
		reversed[count++] = (char)('0' + (int)(value % 10));
		value /= 10;
	} while (value != 0);
	for (int i = 0; i < count; i++)
		out[i] = reversed[count - 1 - i];
	out[count] = '\0';
	return count;
}

/* Copies count digits with a point before the last places of them; zeros are
   put in front so that one digit stands before the point. */
static char *print_fixed(char *out, const char *digits, int count, int places)
{
	int whole = count - places;

	if (whole <= 0) {
		*out++ = '0';
	} else {
		memcpy(out, digits, (size_t)whole);
		out += whole;
		digits += whole;
	}
	if (places > 0)
		*out++ = '.';
	for (; whole < 0; whole++, places--)
		*out++ = '0';
	memcpy(out, digits, (size_t)places);
	return out + places;
}

size_t decimal_print(struct decimal a, char out[DECIMAL_STRING_MAX])
{
	char digits[DIGITS_MAX + 2];
	uint128 value = magnitude(a);
	int exponent = a.exponent + zeros_strip(&value, DIGITS_MAX);
	int count = digits_print(value, digits);
	char *at = out;

	if (value == 0)
		exponent = 0;
	if (a.coefficient < 0)
		*at++ = '-';
	if (exponent >= 0 && count + exponent <= PLAIN_DIGITS_MAX) {
		at = print_fixed(at, digits, count, 0);
		memset(at, '0', (size_t)exponent);
		at += exponent;
	} else if (exponent < 0 && -exponent < PLAIN_DIGITS_MAX) {
		at = print_fixed(at, digits, count, -exponent);
	} else {
		at = print_fixed(at, digits, count, count - 1);
		at += snprintf(at, 8, "e%d", exponent + count - 1);
	}
	*at = '\0';
	return (size_t)(at - out);
}

void text_add_decimal(struct text *text, struct decimal a)
{
	char plain[DECIMAL_STRING_MAX];

	text_add(text, plain, decimal_print(a, plain));
}

void text_add_decimal_grouped(struct text *text, struct decimal a)
{
	char plain[DECIMAL_STRING_MAX];
	const char *at = plain;
	size_t whole;

	decimal_print(a, plain);
	if (*at == '-')
		text_add_char(text, *at++);
	whole = strspn(at, "0123456789");
	for (size_t left = whole; left > 0; left--) {
		text_add_char(text, *at++);
		if (left > 1 && left % 3 == 1)
			text_add_char(text, ',');
	}
	text_add_string(text, at);
}

void text_add_decimal_short(struct text *text, struct decimal a)
{
	static const struct {
		int power;
		const char *word;
	} words[] = {{12, "tn"}, {9, "bn"}, {6, "m"}, {3, "k"}};
	struct decimal rounded = decimal_round_significant(a, 3);

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		struct decimal unit = {1, words[i].power};

		if (decimal_compare(decimal_abs(rounded), unit) < 0)
			continue;
		rounded.exponent -= words[i].power;
		text_add_decimal_grouped(text, rounded);
		text_add_string(text, words[i].word);
		return;
	}
	text_add_decimal(text, decimal_round(rounded, 3));
}
