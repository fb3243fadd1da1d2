/*
 * chart: pictures of what the register asks and what the figures say, as SVG
 * for people: legible without colour, no script, the same bytes for the same
 * facts.
 *
 * Each adds a picture to svg, of at most CHART_BYTES_MAX, and to words one or
 * a few sentences that say the same for those who do not see it; they are also
 * the picture's own description. Either may be NULL. false, and nothing is
 * added: there is nothing to draw.
 */
#ifndef PLEDGED_PLEDGED_CHART_H
#define PLEDGED_PLEDGED_CHART_H

#include "core/rollup.h"

#define CHART_BYTES_MAX (512 * 1024)
#define CHART_ROWS_MAX 100	/* that one picture draws */
#define CHART_COLUMNS_MAX 30
#define CHART_MONTHS_MAX 24

enum chart_form {
	CHART_FILE,	/* a file of its own: with a heading, and a style sheet
			   for the dark */
	CHART_INLINE	/* within a page that has the rules of
			   picture.css, a heading and the words */
};

/*
 * The trajectory of one milestone under what is known: the figures against the
 * path, or the target where there is none, what was known of them before they
 * were revised, the due date and the one it had, and what is forecast.
 * "27.3 bn USD of 33.5 bn required by 2020-12-31; 82 % of the path through
 * 2020-12." Nothing to draw: the benchmark is not one comparison, or no figure
 * is known. Asks the history as an assessment does.
 */
bool chart_trajectory(const struct register_ *reg, struct history *history,
	uint32_t milestone, struct knowledge known, enum chart_form form,
	struct text *svg, struct text *words);

/*
 * The dates of milestones, a row each in the order given: when each was due at
 * first and is due now, when it is expected and when it was fulfilled. Of more
 * than CHART_ROWS_MAX the first are drawn, and it is said that there are more.
 */
bool chart_timeline(const struct register_ *reg, const uint32_t *milestones,
	size_t count, const struct answering *answers, enum chart_form form,
	struct text *svg, struct text *words);

/*
 * What is met of each row and column, and the cells between. The keys are the
 * words that it was asked by. Of more than CHART_ROWS_MAX and CHART_COLUMNS_MAX
 * the first are drawn, and it is said that there are more.
 */
bool chart_matrix(const struct register_ *reg, const struct rollup *rollup,
	const char *row_key, const char *column_key, enum chart_form form,
	struct text *svg, struct text *words);

/* How many of each group, the rows, are met, missed, unknown and ahead. */
bool chart_scorecard(const struct register_ *reg, const struct rollup *rollup,
	const char *by, enum chart_form form, struct text *svg,
	struct text *words);

/*
 * Whose due dates lie in so many months (1 to CHART_MONTHS_MAX) from that of a
 * day on: each day by the most urgent of what is due then, and in a file also
 * one by one, CHART_ROWS_MAX at most. Months without any are drawn too. Nothing to
 * draw: chart_months_fit says so.
 */
bool chart_calendar(const struct register_ *reg, const uint32_t *milestones,
	size_t count, const struct answering *answers, struct date first,
	int months, enum chart_form form, struct text *svg, struct text *words);
/* Whether a calendar may have so many months from a day on. */
bool chart_months_fit(struct date first, int64_t months);

#endif
