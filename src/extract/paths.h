/*
 * paths: XPath 1.0 over one document (libxml2), with the variables of a
 * request: $fetched, $url and its parameters. XPath knows no clock, no chance
 * and no file, and libxml2 adds nothing of the kind.
 *
 * All evaluations over a document together take at most PATHS_STEPS_MAX steps
 * (a node looked at is one), or those of the request: the same everywhere, some
 * seconds at worst. A text that is made again and again is not counted.
 */
#ifndef PLEDGED_EXTRACT_PATHS_H
#define PLEDGED_EXTRACT_PATHS_H

#include <libxml/xpath.h>

#include "base/error.h"
#include "extract/extract.h"

#define PATHS_STEPS_MAX 200000000
#define PATH_LENGTH_MAX 4096	/* bytes of one */

struct paths {
	xmlXPathContextPtr context;
	int64_t steps, steps_left;
};

/* One compiled; name: what the author calls it, "rows", "columns: value". */
struct path {
	char name[48];
	const char *text;
	xmlXPathCompExprPtr compiled;
};

/* -1: a name of a parameter or namespace that XPath cannot have. Release it in
   either case. */
int paths_init(struct paths *paths, xmlDocPtr document,
	const struct extract_request *request, struct error *error);
void paths_release(struct paths *paths);

/* text stays the caller's, and there. -1 with a fault that says where. */
int path_init(struct path *path, struct paths *paths, const char *name,
	const char *text, struct error *error);
void path_release(struct path *path);

/* Its result within a node, the number-th of count; xmlXPathFreeObject it.
   NULL with a fault. */
xmlXPathObjectPtr path_run(const struct path *path, struct paths *paths,
	xmlNodePtr node, size_t number, size_t count, struct error *error);

#endif
