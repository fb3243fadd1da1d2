/*
 * chart: pictures of what the register asks and what the figures say, as SVG
 * for people: legible without colour, no script, the same bytes for the same
 * facts.
 */
#ifndef PLEDGED_PLEDGED_CHART_H
#define PLEDGED_PLEDGED_CHART_H

#include "core/assess.h"

#define CHART_BYTES_MAX 65536

/*
 * The trajectory of one milestone, as known at a time: the figures against the
 * path, or the target where there is none, the due date, and what is forecast.
 * words says the same in one or two sentences for those who do not see it:
 * "27.3 bn USD of 33.5 bn required by 2020-12-31; 82 % of the path through
 * 2020-12." Both are added to; svg (either may be NULL) gets at most
 * CHART_BYTES_MAX. false, and nothing is added: the benchmark is not one
 * comparison, or nothing is known to draw. Asks the history as an assessment
 * does.
 */
bool chart_trajectory(const struct register_ *reg, struct history *history,
	uint32_t milestone, instant as_of, struct text *svg, struct text *words);

#endif
