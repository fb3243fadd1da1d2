/*
 * fetch_memory: how many bytes of bodies there may be at once.
 *
 * Every transfer has a share that is always there for it; at most a quarter
 * of the limit goes into shares. The rest is one room for all that grows
 * beyond its share and for what the caller keeps. So all bodies together stay
 * within the limit; one that is larger than the room is let in when it is empty.
 */
#ifndef PLEDGED_NET_FETCH_MEMORY_H
#define PLEDGED_NET_FETCH_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#define FETCH_SHARE_MAX ((size_t)256 << 10)

struct fetch_memory {
	size_t share;	/* of a transfer */
	size_t room;	/* SIZE_MAX: no limit */
	size_t held;	/* of the room; above it only by a lone body, and by
			   bodies within their share that the caller keeps */
};

/* limit 0: none. */
void fetch_memory_init(struct fetch_memory *memory, size_t limit, int transfers);

/* No transfer may begin: what is kept must go first. */
bool fetch_memory_is_full(const struct fetch_memory *memory);

/* Makes an allotment of *bytes one of `more` bytes. false: not now. */
bool fetch_memory_raise(struct fetch_memory *memory, size_t *bytes, size_t more);

/* Counts and discounts without asking. */
void fetch_memory_hold(struct fetch_memory *memory, size_t bytes);
void fetch_memory_release(struct fetch_memory *memory, size_t bytes);

#endif
