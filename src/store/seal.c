/*
 * seal: one end as bytes and back.
 */
#include <endian.h>
#include <string.h>

#include "store/seal.h"

void seal_end_write(uint8_t *out, const struct seal_end *end)
{
	uint64_t wire = htobe64((uint64_t)end->last);

	out[0] = (uint8_t)end->fact;
	memcpy(out + 1, &wire, sizeof wire);
	memcpy(out + 1 + sizeof wire, end->hash.bytes, DIGEST_SIZE);
}

bool seal_end_read(const uint8_t *bytes, struct seal_end *out)
{
	uint64_t wire;

	if (bytes[0] >= FACT_COUNT || bytes[0] == FACT_SEAL)
		return false;
	memcpy(&wire, bytes + 1, sizeof wire);
	out->fact = (enum fact)bytes[0];
	out->last = (int64_t)be64toh(wire);
	memcpy(out->hash.bytes, bytes + 1 + sizeof wire, DIGEST_SIZE);
	return true;
}
