/*
 * page_links: the same as a page shows in other forms: its list as CSV and JSON,
 * the deadlines as a calendar, what happened as a feed, a report to be printed.
 * Each is asked with the filters of the page, and as of the same time where it
 * has one.
 */
#ifndef PLEDGED_PLEDGED_PAGE_LINKS_H
#define PLEDGED_PLEDGED_PAGE_LINKS_H

#include "pledged/page.h"

/* For the head of the document: <link rel="alternate">. */
void page_put_alternates(struct page *page);
/* For the foot: links that people follow. */
void page_put_forms(struct page *page);

#endif
