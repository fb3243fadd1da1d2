/*
 * seasonal: see seasonal.h.
 */
#include <ctype.h>
#include <string.h>

#include "core/register_index.h"
#include "core/seasonal.h"

/* ---- reading --------------------------------------------------------------- */

static bool seasonal_fault(const struct seasonal_reading *reading,
	const char *what)
{
	faults_error(reading->faults, reading->origin, "%s: %s", reading->key,
		what);
	return false;
}

const char *setting_word(const char *text, char word[REGISTER_ID_MAX + 1])
{
	size_t length = 0;

	text = string_skip_space(text);
	while (isalnum((unsigned char)text[length]) || (text[length] != '\0' &&
	    strchr("._-", text[length]) != NULL))
		length++;
	if (length == 0 || length > REGISTER_ID_MAX)
		return NULL;
	memcpy(word, text, length);
	word[length] = '\0';
	return string_skip_space(text + length);
}

static bool seasonal_has_figures(const struct seasonal_reading *reading,
	const char *id, uint32_t indicator)
{
	if (reading->reg->indicators[indicator].kind == INDICATOR_FIGURES)
		return true;
	faults_error(reading->faults, reading->origin,
		"%s: %s is an indicator of documents, and a profile needs "
		"figures", reading->key, id);
	return false;
}

static bool seasonal_indicator(const struct seasonal_reading *reading,
	const char *id, uint32_t *out)
{
	const char *near;

	*out = register_indicator(reading->reg, id);
	if (*out != NOT_FOUND)
		return seasonal_has_figures(reading, id, *out);
	near = thing_nearest(reading->reg, THING_INDICATOR, id,
		reading->faults);
	faults_error(reading->faults, reading->origin,
		near != NULL ? "%s: there is no indicator '%s', did you mean "
		"'%s'?" : "%s: there is no indicator '%s'", reading->key, id,
		near);
	return false;
}

bool seasonal_read(const struct seasonal_reading *reading, const char *rest,
	struct seasonal *out)
{
	char id[REGISTER_ID_MAX + 1], base[REGISTER_ID_MAX + 1];

	if (*rest != '(' || (rest = setting_word(rest + 1, id)) == NULL ||
	    *rest != ',' || (rest = setting_word(rest + 1, base)) == NULL ||
	    *rest != ')' || *string_skip_space(rest + 1) != '\0')
		return seasonal_fault(reading,
			"write seasonal(indicator, 2017)");
	if (!seasonal_indicator(reading, id, &out->indicator))
		return false;
	if (!period_read(base, &out->base) ||
	    out->base.frequency != FREQUENCY_YEAR)
		return seasonal_fault(reading, "the base of seasonal is a "
			"year, such as seasonal(indicator, 2017)");
	return true;
}

/* ---- checking -------------------------------------------------------------- */

bool seasonal_fits(const struct seasonal_reading *reading,
	const struct seasonal *seasonal, bool flow, struct period first,
	struct period last)
{
	enum frequency frequency =
		reading->reg->indicators[seasonal->indicator].frequency;
	struct period from, to;
	int64_t difference;

	if (!flow) {
		faults_error(reading->faults, reading->origin, "%s: a seasonal "
			"%s needs a sum or count over fixed periods on the "
			"side that moves", reading->key, reading->key);
		return false;
	}
	if (frequency != first.frequency ||
	    !period_divide(seasonal->base, frequency, &from, &to))
		return seasonal_fault(reading, "the frequency of the base is "
			"not that of the benchmark");
	/* A leap year's day and a 53rd week are no difference. */
	difference = (to.number - from.number) - (last.number - first.number);
	if (difference < -1 || difference > 1)
		return seasonal_fault(reading,
			"the benchmark's window is not a year as the base is");
	return true;
}

/* ---- asking ---------------------------------------------------------------- */

int64_t seasonal_periods(const struct seasonal *seasonal,
	enum frequency frequency)
{
	struct period first, last;

	if (!period_divide(seasonal->base, frequency, &first, &last))
		return 0;
	return last.number - first.number + 1;
}

/* The figure of the n-th period of the base year, from 1. */
static bool base_figure(const struct seasonal *seasonal,
	const struct evaluation *evaluation, enum frequency frequency,
	int64_t n, struct decimal *out)
{
	const struct indicator *indicator =
		&evaluation->reg->indicators[seasonal->indicator];
	const struct observation *observation;
	struct period first, last;

	if (!period_divide(seasonal->base, frequency, &first, &last))
		return false;
	observation = series_at(history_series(evaluation->history,
		indicator->id), period_next(first, n - 1), evaluation->known);
	if (observation == NULL)
		return false;
	*out = observation->value;
	return true;
}

static bool base_is_total(const struct seasonal *seasonal,
	const struct evaluation *evaluation)
{
	return evaluation->reg->indicators[seasonal->indicator].cumulative;
}

/* Of a running total the figure itself, else the sum. */
bool seasonal_next(const struct seasonal *seasonal,
	const struct evaluation *evaluation, enum frequency frequency,
	int64_t n, struct decimal *sum)
{
	struct decimal figure;

	if (!base_figure(seasonal, evaluation, frequency, n, &figure))
		return false;
	if (!base_is_total(seasonal, evaluation))
		return decimal_add(*sum, figure, sum);
	*sum = figure;
	return true;
}

bool seasonal_through(const struct seasonal *seasonal,
	const struct evaluation *evaluation, enum frequency frequency,
	int64_t n, struct decimal *out)
{
	int64_t from = base_is_total(seasonal, evaluation) && n > 0 ? n : 1;

	*out = DECIMAL_ZERO;
	for (int64_t i = from; i <= n; i++)
		if (!seasonal_next(seasonal, evaluation, frequency, i, out))
			return false;
	return true;
}
