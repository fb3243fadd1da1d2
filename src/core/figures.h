/*
 * figures: the numbers of an assessment, of benchmarks that are one
 * comparison.
 */
#ifndef PLEDGED_CORE_FIGURES_H
#define PLEDGED_CORE_FIGURES_H

#include "core/assess.h"

/*
 * Fills actual, target, baseline, required_now, pace, shares, shortfall and
 * data_through as at evaluation->at. Returns the progress the pace tells,
 * PROGRESS_PENDING without one.
 */
enum progress figures_take(const struct milestone *milestone,
	struct evaluation *evaluation, struct assessment *out);

/* Whether actual and target are known and compare as the benchmark asks. */
bool figures_hold(const struct milestone *milestone,
	const struct assessment *assessment);

#endif
