/*
 * explaining: an explanation being made. For explain.c and witness.c.
 */
#ifndef PLEDGED_CORE_EXPLAINING_H
#define PLEDGED_CORE_EXPLAINING_H

#include "core/explain.h"
#include "core/expression_internal.h"

struct explaining {
	struct explanation *out;
	struct evaluation *evaluation;
	struct compiler units;		/* asks for units; nothing faults */
	struct explained *node;		/* the one being explained */

	/* The last figures it used, in a ring. */
	const struct observation *noted[EXPLAIN_LISTED_MAX];
	size_t noted_count;		/* ever */
};

#endif
