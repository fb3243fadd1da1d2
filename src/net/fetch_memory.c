/* fetch_memory: see fetch_memory.h. */
#include <stdint.h>

#include "base/log.h"
#include "net/fetch_memory.h"

#define SHARES_PART 4	/* of the limit, for the shares of all transfers */

void fetch_memory_init(struct fetch_memory *memory, size_t limit, int transfers)
{
	size_t share = limit / SHARES_PART / (size_t)transfers;

	*memory = (struct fetch_memory){.share = SIZE_MAX, .room = SIZE_MAX};
	if (limit == 0)
		return;
	memory->share = share < FETCH_SHARE_MAX ? share : FETCH_SHARE_MAX;
	memory->room = limit - memory->share * (size_t)transfers;
}

bool fetch_memory_is_full(const struct fetch_memory *memory)
{
	return memory->held >= memory->room;
}

bool fetch_memory_raise(struct fetch_memory *memory, size_t *bytes, size_t more)
{
	size_t others = memory->held - *bytes;

	if (others != 0 && (others > memory->room || more > memory->room - others))
		return false;
	memory->held = others + more;
	*bytes = more;
	return true;
}

void fetch_memory_hold(struct fetch_memory *memory, size_t bytes)
{
	memory->held += bytes;
}

void fetch_memory_release(struct fetch_memory *memory, size_t bytes)
{
	if (bytes > memory->held)
		log_bug("more bytes of bodies are given back than there are");
	memory->held -= bytes;
}
