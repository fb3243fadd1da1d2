/*
 * import: a register made of a table of commitments.
 *
 *	table, mapping ─make→ lists ─write→ text ─check→ register
 *
 * What is written is what `pledged check` takes: it is read as a register
 * before it is given away. A row that is at fault is left out, and everything
 * is made again without it, until nothing is at fault any more.
 */
#ifndef PLEDGED_CONF_IMPORT_H
#define PLEDGED_CONF_IMPORT_H

#include "base/error.h"

#define IMPORT_PASSES_MAX 16	/* over the table */

struct import {
	struct text text;		/* the register */
	size_t rows;			/* of the table, with text */
	size_t left_out, silent;	/* at fault; that say nothing */
	size_t pledges, milestones;
};

/* Tells how far a pass over the table is. */
typedef void import_told(void *context, size_t done, size_t total);

/*
 * Makes a register of a table. false: there is none, and an error says why; of
 * rows that are left out there are errors too. Release it in either case.
 */
bool import_run(struct import *import, const char *mapping, const char *table,
	import_told *tell, void *context, struct faults *faults);
void import_release(struct import *import);

#endif
