/*
 * owings: who owes what an answer waits for: the sources that should have given
 * a figure, people who have not attested, other milestones that nobody can
 * judge; or nobody, where no source gives the figures at all.
 */
#ifndef PLEDGED_PLEDGED_OWINGS_H
#define PLEDGED_PLEDGED_OWINGS_H

#include "core/explain.h"
#include "pledged/sheet.h"

#define OWINGS_MAX 4		/* of more, the first */

enum owing_kind {
	OWING_SOURCE,		/* it has not given the figure */
	OWING_UNSUPPLIED,	/* no source gives the indicator */
	OWING_PEOPLE,		/* nobody has attested it */
	OWING_MILESTONE		/* another milestone is not known */
};

struct owing {
	enum owing_kind kind;
	uint32_t source, indicator;
	char name[STORE_SOURCE_MAX];	/* an attestation's key, a milestone's id */
	struct period last;		/* of the figures known; NONE: there is none */
};

struct owings {
	struct owing items[OWINGS_MAX];
	size_t count;
	bool more;
};

/* Of an answer that is not known; where it is, nothing is owed. */
void owings_take(struct owings *owings, struct daemon *daemon,
	struct knowledge known, const struct explanation *explanation);
/* In words: how the sources are where the sheet is about now. */
void owings_tell(const struct sheet *sheet, const struct owings *owings);

#endif
