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

/* The moving side as it stood through a period. */
struct figure figures_through(const struct milestone *milestone,
	struct evaluation *evaluation, struct period through);

/* Whether the pace is that of the path, or more; also where none is told. */
bool figures_keep_pace(const struct milestone *milestone,
	const struct assessment *assessment);

/* Whether the pace is past the threshold of a progress (on_track, at_risk) by a
   margin, a share of it; also where none is told. */
bool figures_keep_clear(const struct milestone *milestone,
	const struct assessment *assessment, enum progress progress,
	struct decimal margin);

/* Whether actual and target are known and compare as the benchmark asks. */
bool figures_hold(const struct milestone *milestone,
	const struct assessment *assessment);

#endif
