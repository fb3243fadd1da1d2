/*
 * family: milestones named by a pattern over full ids, or one by its id.
 *
 * Made while the register is, once for each pattern; a family never holds the
 * milestone that asks for it.
 */
#ifndef PLEDGED_CORE_FAMILY_H
#define PLEDGED_CORE_FAMILY_H

#include "core/register.h"

/* Of all patterns of a register together. */
#define FAMILY_MEMBERS_MAX 5000000

struct families {
	struct family *first;
	uint32_t count;		/* of patterns */
	size_t members;
	uint32_t asking;	/* the milestone that is being read; NOT_FOUND */
};

struct families *families_new(struct arena *arena);

/* The one milestone of an id; NULL: there is none. */
const struct family *family_of_one(const struct register_ *reg, const char *id);
/* Those that a pattern matches, maybe none; NULL: too many for the register. */
const struct family *family_of_pattern(const struct register_ *reg,
	const char *pattern);

/* Calls visit for each member. */
typedef void family_member_visit(uint32_t milestone, void *context);
void family_visit(const struct family *family, family_member_visit *visit,
	void *context);

#endif
