/*
 * forecast: where a milestone that is one comparison is heading, by the method
 * it names (projection.h): the value expected at the due date, the day on
 * which the benchmark is expected to hold, and so the slip. An estimate: no
 * verdict rests on it.
 */
#ifndef PLEDGED_CORE_FORECAST_H
#define PLEDGED_CORE_FORECAST_H

#include "core/assess.h"

/* A date further than this after the last figures is none. */
#define FORECAST_YEARS_MAX 100
#define FORECAST_DIGITS 12	/* significant, of all its numbers */

/* Reads what the clauses say of a forecast, and checks it against the
   benchmark; each fault where it stands. */
void forecast_compile(const struct register_ *reg,
	const struct milestone *milestone, struct faults *faults);
/* The check alone, for a milestone with another benchmark or due date. */
void forecast_check(const struct register_ *reg,
	const struct milestone *milestone, struct faults *faults);

/*
 * Fills assessment->forecast from its figures, as at evaluation->at:
 *
 *	value      of the moving side at the end of the last period that ends
 *	           by the due date, never beyond what the figures known and
 *	           the domains of those to come allow; what is known where
 *	           none is to come
 *	misses     that value is not what the benchmark asks of the target; by
 *	           less than a billionth of it, it is
 *	date       the last day of the first period at whose end the benchmark is
 *	           expected to hold; with mode "at" not before the due date.
 *	           What holds until it is exceeded (a ceiling over a window, any
 *	           benchmark with mode "throughout") is expected to on the
 *	           window's last day or the due date, else never
 *	slip_days  that date against the due date
 *
 * There is none without a method, start passed, due date, figures and target
 * that it needs, nor once the verdict or the lifecycle leave nothing to
 * expect. After the due date it stands as it was then. All numbers are finite,
 * of 12 significant digits.
 */
void forecast_take(const struct milestone *milestone,
	const struct evaluation *evaluation, struct assessment *assessment);

/* "run_rate" …, as in the register; NONE: "none". */
const char *forecast_method_name(enum forecast_method method);
bool forecast_method_parse(const char *word, enum forecast_method *out);
/* "run rate" …, for sentences. */
const char *forecast_method_text(enum forecast_method method);

#endif
