/*
 * seal: the ends of fact tables as they stand in a row of `seal`.
 *
 *	ends = end…
 *	end  = fact:u8 last:i64 hash:32        of its last row, big-endian
 */
#ifndef PLEDGED_STORE_SEAL_H
#define PLEDGED_STORE_SEAL_H

#include "base/digest.h"
#include "store/facts.h"

#define SEAL_END_SIZE (1 + 8 + DIGEST_SIZE)

struct seal_end {
	enum fact fact;
	int64_t last;
	struct digest hash;
};

void seal_end_write(uint8_t *out, const struct seal_end *end);
/* false: of no table that we know. */
bool seal_end_read(const uint8_t *bytes, struct seal_end *out);

#endif
