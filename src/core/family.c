/*
 * family: see family.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/family.h"

struct families *families_new(struct arena *arena)
{
	struct families *families = arena_alloc(arena, 1, sizeof(*families));

	families->asking = NOT_FOUND;
	return families;
}

const struct family *family_of_one(const struct register_ *reg, const char *id)
{
	uint32_t milestone = register_milestone(reg, id);
	struct family *family;

	if (milestone == NOT_FOUND)
		return NULL;
	family = arena_alloc(reg->arena, 1, sizeof(*family));
	family->number = NOT_FOUND;
	family->count = 1;
	family->members = arena_alloc(reg->arena, 1, sizeof(*family->members));
	family->members[0] = milestone;
	return family;
}

/* The one who asks is part of what was asked only where it is left out. */
static uint32_t pattern_without(const struct register_ *reg,
	const char *pattern)
{
	uint32_t asking = reg->families->asking;

	return asking != NOT_FOUND && string_matches(
		reg->milestones[asking].id, pattern) ? asking : NOT_FOUND;
}

static const struct family *family_find(const struct families *families,
	const char *pattern, uint32_t without)
{
	const struct family *family = families->first;

	while (family != NULL && (family->without != without ||
	    strcmp(family->pattern, pattern) != 0))
		family = family->next;
	return family;
}

/* Most ids differ from a pattern before its first wildcard. */
static void family_collect(const struct register_ *reg, struct family *family)
{
	size_t plain = strcspn(family->pattern, "*?["), capacity = 0;
	uint32_t *members = NULL;

	for (uint32_t i = 0; i < reg->milestone_count; i++) {
		const char *id = reg->milestones[i].id;

		if (id == NULL || i == family->without ||
		    strncmp(id, family->pattern, plain) != 0 ||
		    !string_matches(id, family->pattern))
			continue;
		members = mem_grow(members, family->count, &capacity,
			sizeof(*members));
		members[family->count++] = i;
	}
	family->members = arena_alloc(reg->arena, (size_t)family->count + 1,
		sizeof(*members));
	if (family->count > 0)
		memcpy(family->members, members,
			family->count * sizeof(*members));
	free(members);
}

const struct family *family_of_pattern(const struct register_ *reg,
	const char *pattern)
{
	struct families *families = reg->families;
	uint32_t without = pattern_without(reg, pattern);
	const struct family *found = family_find(families, pattern, without);
	struct family *family;

	if (found != NULL)
		return found;
	family = arena_alloc(reg->arena, 1, sizeof(*family));
	family->pattern = arena_string(reg->arena, pattern);
	family->without = without;
	family_collect(reg, family);
	families->members += family->count;
	if (families->members > FAMILY_MEMBERS_MAX)
		return NULL;
	family->number = families->count++;
	family->next = families->first;
	families->first = family;
	return family;
}

void family_visit(const struct family *family, family_member_visit *visit,
	void *context)
{
	for (size_t i = 0; i < family->count; i++)
		visit(family->members[i], context);
}
