/*
 * tree: XML and HTML of strangers as a tree, by libxml2 under limits.
 *
 * No network, no file, no catalogue, no DTD but what stands in the document;
 * a document that declares entities or default attributes is refused, and
 * none is ever replaced but those of XML and, in XML too, the named characters
 * of HTML. At most TREE_ATTRIBUTES_MAX attributes on a tag, which is found
 * before libxml2 sees it (its time grows with their square); TREE_NODES_MAX
 * tags, attributes and texts (some 130 bytes each; a table's cell is two of
 * them); TREE_DEPTH_MAX levels; TREE_TEXT_MAX bytes of text in one place. Out of
 * memory ends the process, as in base/mem.h.
 */
#ifndef PLEDGED_EXTRACT_TREE_H
#define PLEDGED_EXTRACT_TREE_H

#include <libxml/tree.h>

#include "base/error.h"
#include "extract/decode.h"

#define TREE_ATTRIBUTES_MAX 1000
#define TREE_NODES_MAX 1000000
#define TREE_DEPTH_MAX 256		/* libxml2's own */
#define TREE_TEXT_MAX 10000000		/* libxml2's own */

/* Makes libxml2 what is said above; before any other use of it. */
void tree_prepare(void);

/* NULL with a fault, which says line and column. url: what relative addresses
   in it are relative to, never opened. xmlFreeDoc it. */
xmlDocPtr tree_read(const struct decoded *decoded, bool html, const char *url,
	struct error *error);

#endif
