/* report_html: what the rooms of the report for people share. */
#ifndef PLEDGED_PLEDGED_REPORT_HTML_H
#define PLEDGED_PLEDGED_REPORT_HTML_H

#include "pledged/report_form.h"

const struct zone *report_zone(const struct report *report);
void report_paragraph(struct html *html, const struct text *words);
/* A section, to be closed, with its heading. */
void report_section(struct html *html, const char *id, const char *heading);

/* --- report_method.c, in this order; the first opens a section and none closes
   it --- */
report_part html_method, html_blind, html_indicators, html_sources, html_held;

#endif
