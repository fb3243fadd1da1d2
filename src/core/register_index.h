/*
 * register_index: the kinds of things in a register, treated alike: each has
 * an id, an origin and a place in a list. For what reads and checks one.
 */
#ifndef PLEDGED_CORE_REGISTER_INDEX_H
#define PLEDGED_CORE_REGISTER_INDEX_H

#include "core/register.h"

enum thing_kind {
	THING_CALENDAR, THING_INSTRUMENT, THING_INDICATOR, THING_SOURCE,
	THING_PLEDGE, THING_MILESTONE, THING_RECURRENCE, THING_COUNT
};

struct thing {
	const char *word;
	bool hyphens;		/* its ids may have them */
	size_t items, count;	/* offsets in struct register_ */
	size_t size;		/* of one */
	size_t id, origin;	/* offsets in one */
};

extern const struct thing things[THING_COUNT];

size_t thing_count(const struct register_ *reg, enum thing_kind kind);
const char *thing_id(const struct register_ *reg, enum thing_kind kind,
	size_t number);
struct origin thing_origin(const struct register_ *reg, enum thing_kind kind,
	size_t number);

/* The id of that kind nearest to a mistaken one. NULL: none is near, or there
   are too many to compare, or so many faults (NULL: none) that none is compared
   any more. */
const char *thing_nearest(const struct register_ *reg, enum thing_kind kind,
	const char *id, const struct faults *faults);

/* An empty index, with room for the things there are now. */
void index_new(struct register_ *reg);
/* The same of one kind, whose things have become others. */
void index_renew(struct register_ *reg, enum thing_kind kind);
/* Puts every kind in the order of its ids; then what follows may be asked. */
void index_sort(struct register_ *reg);
/* The number of the thing at a place in the order of ids, byte by byte: an order
   that no other thing's coming or going changes. */
uint32_t thing_in_order(const struct register_ *reg, enum thing_kind kind,
	size_t place);
/* The place of the first whose id comes behind one, which need not be that of
   any; NULL: the first of all. */
size_t thing_place_behind(const struct register_ *reg, enum thing_kind kind,
	const char *id);

/* Enters a thing by its id. Returns its number, or that of the thing that
   has the id already. */
uint32_t index_add(struct register_ *reg, enum thing_kind kind,
	uint32_t number);

/* The letters of id_is_valid, for the first length bytes. */
bool id_part_is_valid(const char *id, size_t length, bool hyphens);

#endif
