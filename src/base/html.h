/*
 * html: an HTML writer (also of the XML in SVG and Atom) by which no page can
 * be broken by what it shows: every text and every attribute is escaped,
 * elements close in order, and a link leads only where links may.
 *
 * A wrong order of calls is a bug and ends the process.
 */
#ifndef PLEDGED_BASE_HTML_H
#define PLEDGED_BASE_HTML_H

#include <stdbool.h>

#include "base/text.h"

#define HTML_DEPTH_MAX 64

struct html {
	struct text *out;
	int depth;
	const char *open[HTML_DEPTH_MAX];
};

/* Writes to the end of out. */
void html_init(struct html *html, struct text *out);

/* Tags and names of attributes are constants of ours. Attributes are pairs of
   name and value, with NULL behind the last; one whose value is NULL is left
   out. */
void html_open(struct html *html, const char *tag, ...)
	__attribute__((sentinel));
/* tag: the innermost that is open. */
void html_close(struct html *html, const char *tag);
/* An element without an end: meta, br, input, img, … */
void html_void(struct html *html, const char *tag, ...)
	__attribute__((sentinel));
/* An element with a text alone. */
void html_element(struct html *html, const char *tag, const char *text, ...)
	__attribute__((sentinel));

void html_text(struct html *html, const char *text);	/* NULL: nothing */
void html_textf(struct html *html, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Markup that is known to be whole: a picture of ours. */
void html_raw(struct html *html, const char *markup);

/* Whether somebody else's URL may be a link: http and https alone. */
bool html_url_is_safe(const char *url);
/* A link to somebody else's URL; only the text where it may not be one. */
void html_link(struct html *html, const char *url, const char *text);

#endif
