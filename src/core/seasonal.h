/*
 * seasonal: the profile of a base year: what share of it had come by the end
 * of each of its periods. A path asks by it what is required, a forecast what
 * is expected.
 */
#ifndef PLEDGED_CORE_SEASONAL_H
#define PLEDGED_CORE_SEASONAL_H

#include "core/register.h"

/* Where a setting that names a profile stands, for its faults. */
struct seasonal_reading {
	const struct register_ *reg;
	const char *key;
	struct origin origin;
	struct faults *faults;
};

/* The next word of name or period characters of a setting; NULL when there is
   none or it is too long. Returns what follows it and space. */
const char *setting_word(const char *text, char word[REGISTER_ID_MAX + 1]);

/* Reads what follows the word seasonal: "(indicator, 2017)". false: a fault
   was added. */
bool seasonal_read(const struct seasonal_reading *reading, const char *rest,
	struct seasonal *out);

/* Whether the profile fits a flow over the periods from first to last; flow
   false: what moves is none. false: a fault was added. */
bool seasonal_fits(const struct seasonal_reading *reading,
	const struct seasonal *seasonal, bool flow, struct period first,
	struct period last);

/* The periods of the base year, at a frequency that fits it. */
int64_t seasonal_periods(const struct seasonal *seasonal,
	enum frequency frequency);

/* What the base year had brought by the end of its n-th period (0: nothing),
   under what is known. false: a figure for that is missing. Costs the n
   figures. */
bool seasonal_through(const struct seasonal *seasonal,
	const struct evaluation *evaluation, enum frequency frequency,
	int64_t n, struct decimal *out);

/* Takes what each period adds in turn, to walk the year once: *sum is what
   n - 1 periods had brought, and becomes that of n. */
bool seasonal_next(const struct seasonal *seasonal,
	const struct evaluation *evaluation, enum frequency frequency,
	int64_t n, struct decimal *sum);

#endif
