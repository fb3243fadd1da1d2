/*
 * digest: SHA-256, HMAC-SHA256, hex and base64 (RFC 4648).
 */
#ifndef PLEDGED_BASE_DIGEST_H
#define PLEDGED_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define DIGEST_SIZE 32
#define DIGEST_HEX_SIZE 65	/* with the NUL */

struct digest {
	uint8_t bytes[DIGEST_SIZE];
};

void digest_sha256(const void *bytes, size_t length, struct digest *out);
/* SHA-256 over several pieces: new, add, finish (which frees). */
struct digest_state;
struct digest_state *digest_new(void);
void digest_add(struct digest_state *state, const void *bytes, size_t length);
void digest_finish(struct digest_state *state, struct digest *out);

void digest_hmac_sha256(const void *key, size_t key_length,
	const void *bytes, size_t length, struct digest *out);

void digest_hex(const struct digest *digest, char out[DIGEST_HEX_SIZE]);
bool digest_from_hex(const char *hex, struct digest *out);
void text_add_base64(struct text *text, const void *bytes, size_t length);
/* Decodes all length characters, padding optional; false: not base64. */
bool text_add_base64_decoded(struct text *text, const char *base64,
	size_t length);

/* A 64-bit hash for tables and for spreading work in time: the same on
   every machine (FNV-1a, then a finalizer). */
uint64_t hash_bytes(const void *bytes, size_t length);
uint64_t hash_string(const char *string);

#endif
