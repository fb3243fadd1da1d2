/*
 * plain: text as people read it: white space in one piece, HTML without its
 * tags. In one pass, whatever the text; no parser, no tree.
 */
#ifndef PLEDGED_EXTRACT_PLAIN_H
#define PLEDGED_EXTRACT_PLAIN_H

#include "base/text.h"

/* White space (a no-break space is some) as one space; none at either end. */
void plain_add_collapsed(struct text *out, const char *string);
/*
 * Likewise a fragment of HTML: tags, comments, scripts and styles left out,
 * the tags that begin a line (p, br, li, td, …) as white space, and characters
 * by name or number as themselves. A '<' or '&' that begins neither stays.
 */
void plain_add_html(struct text *out, const char *html);

#endif
