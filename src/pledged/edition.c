/* edition: see edition.h. */
#include "pledged/edition.h"

#include <string.h>

struct edition edition_of(const struct daemon *daemon)
{
	return (struct edition){daemon->reg, daemon->reg->digest};
}

/* Another may stand where the old one stood in memory. */
bool edition_is_current(const struct edition *edition,
	const struct daemon *daemon)
{
	return daemon->reg == edition->reg && memcmp(&daemon->reg->digest,
		&edition->digest, sizeof edition->digest) == 0;
}
