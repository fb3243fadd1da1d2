/*
 * sheet: all that is known of one milestone, or of one pledge, as HTML, the
 * same on a page of its own and within a report: where it stands and since
 * when, the terms, the picture, what the answer rests on and who says so, and
 * how it came to it.
 *
 * It is written below a heading that the caller has made, and everything in it
 * is as of one time: days are counted to and from that, never to the clock, so
 * a sheet asked for twice as of a past time is the same bytes. Text of others
 * is escaped, their URLs are links only where they may be.
 */
#ifndef PLEDGED_PLEDGED_SHEET_H
#define PLEDGED_PLEDGED_SHEET_H

#include "base/html.h"
#include "pledged/question.h"

/* What one sheet lists at most; that there is more is said. */
#define SHEET_FIGURES_MAX 40	/* of one part of a benchmark, the latest */
#define SHEET_NODES_MAX 100	/* parts of a benchmark */
#define SHEET_GROUNDS_MAX 20	/* … that rest on figures or witnesses */
#define SHEET_CHANGES_MAX 50	/* in the history, the latest */
#define SHEET_ROWS_MAX 200	/* milestones of a pledge */

struct sheet {
	struct html *html;
	struct daemon *daemon;
	const struct question *question; /* as of when */
	bool report;		/* links lead to anchors of the same document, and
				   nothing is folded; else a page: links to other
				   pages that keep the time asked about */
	const char *heading;	/* with which sections begin, "h4"; NULL: h2 */
};

/* Below the milestone's own heading. Costs what explaining it costs, and some
   rows of the store. In a report the heading carries the id that
   sheet_anchor gives. */
void sheet_milestone(struct sheet *sheet, uint32_t milestone);
/* Below the pledge's heading: what was promised, by whom, and its milestones as
   a table. */
void sheet_pledge(struct sheet *sheet, uint32_t pledge);

/* What sheets link to. */
enum sheet_target { SHEET_MILESTONE, SHEET_PLEDGE, SHEET_SOURCE };
/* The id of an element about it, which links in a report lead to:
   "milestone-p/m". */
void sheet_anchor(struct text *out, enum sheet_target target, const char *id);

#endif
