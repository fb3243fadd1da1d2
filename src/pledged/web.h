/*
 * web: the pages of the dashboard.
 *
 *	web_overview.c    what slipped, what is at risk, what is due next, where
 *	                  nobody can say
 *	web_milestones.c  milestones that filters select, and one of them
 *	web_pledges.c     pledges, and one of them
 *	web_rollup.c      scorecard and matrix
 *	web_calendar.c    deadlines month by month
 *	web_telling.c     alerts, and what became of messages
 *	web_sources.c     where figures come from
 *	web_choices.c     what there is to choose from in filters
 */
#ifndef PLEDGED_PLEDGED_WEB_H
#define PLEDGED_PLEDGED_WEB_H

#include "pledged/api.h"
#include "pledged/page.h"

endpoint_fn web_overview, web_milestones, web_milestone, web_pledges,
	web_pledge, web_scorecard, web_matrix, web_calendar, web_alerts,
	web_sources, web_deliveries;

/* The fields for who owes what under which instrument. Words of the register up
   to some, else a field for a pattern. */
void web_put_parties(struct page *page);
/* The same, and for labels. */
void web_put_choices(struct page *page);
/* The keys of labels that milestones and pledges have, the commonest first;
   NULL behind the last. Looks at no more than a part of a great register. */
#define WEB_LABELS_MAX 6
void web_label_keys(const struct register_ *reg,
	const char *keys[WEB_LABELS_MAX + 1]);

/* How many of each status, as a bar and in words that lead to lists; filters:
   what those lists are selected by besides, "&pledge=p", or "". */
void web_put_statuses(struct page *page,
	const size_t counts[STATUS_COUNT], const char *filters);

#endif
