/*
 * digest: SHA-256 and HMAC by libcrypto, the text forms by ourselves.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/digest.h"
#include "base/log.h"

/* Looked up once: the look-up costs more than hashing a short row. */
static pthread_once_t sha256_once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256_method;

static void sha256_fetch(void)
{
	sha256_method = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (sha256_method == NULL)
		log_bug("digest: libcrypto has no SHA-256");
}

static const EVP_MD *sha256(void)
{
	pthread_once(&sha256_once, sha256_fetch);
	return sha256_method;
}

void digest_sha256(const void *bytes, size_t length, struct digest *out)
{
	if (EVP_Digest(bytes, length, out->bytes, NULL, sha256(), NULL) != 1)
		log_bug("digest: SHA-256 of %zu bytes failed", length);
}

/* An EVP_MD_CTX under our name; there is no such struct. */
struct digest_state *digest_new(void)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	if (context == NULL || EVP_DigestInit_ex2(context, sha256(), NULL) != 1)
		log_bug("digest: SHA-256 did not start");
	return (struct digest_state *)context;
}

void digest_add(struct digest_state *state, const void *bytes, size_t length)
{
	if (EVP_DigestUpdate((EVP_MD_CTX *)state, bytes, length) != 1)
		log_bug("digest: SHA-256 of %zu more bytes failed", length);
}

void digest_finish(struct digest_state *state, struct digest *out)
{
	EVP_MD_CTX *context = (EVP_MD_CTX *)state;

	if (EVP_DigestFinal_ex(context, out->bytes, NULL) != 1)
		log_bug("digest: SHA-256 did not finish");
	EVP_MD_CTX_free(context);
}

void digest_hmac_sha256(const void *key, size_t key_length,
	const void *bytes, size_t length, struct digest *out)
{
	size_t size = sizeof out->bytes;

	/* A key of no bytes is a key; NULL would mean none. */
	if (EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL,
	    key_length != 0 ? key : "", key_length, bytes, length,
	    out->bytes, sizeof out->bytes, &size) == NULL)
		log_bug("digest: HMAC of %zu bytes failed", length);
}

/* --- hex and base64 ------------------------------------------------------ */

void digest_hex(const struct digest *digest, char out[DIGEST_HEX_SIZE])
{
	static const char hex[] = "0123456789abcdef";

	for (int i = 0; i < DIGEST_SIZE; i++) {
		*out++ = hex[digest->bytes[i] >> 4];
		*out++ = hex[digest->bytes[i] & 15];
	}
	*out = '\0';
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool digest_from_hex(const char *hex, struct digest *out)
{
	struct digest digest;

	if (strlen(hex) != 2 * DIGEST_SIZE)
		return false;
	for (int i = 0; i < DIGEST_SIZE; i++) {
		int high = hex_value(hex[2 * i]);
		int low = hex_value(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		digest.bytes[i] = (uint8_t)(high << 4 | low);
	}
	*out = digest;
	return true;
}

static const char base64_letters[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void text_add_base64(struct text *text, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;

	while (length > 0) {
		size_t taken = length < 3 ? length : 3;
		uint32_t bits = 0;
		char letters[4] = "====";

		for (size_t i = 0; i < 3; i++)
			bits = bits << 8 | (i < taken ? at[i] : 0);
		for (size_t i = 0; i <= taken; i++)
			letters[i] = base64_letters[bits >> (18 - 6 * i) & 63];
		text_add(text, letters, sizeof letters);
		at += taken;
		length -= taken;
	}
}

static int base64_value(char c)
{
	const char *at = c != '\0' ? strchr(base64_letters, c) : NULL;

	return at != NULL ? (int)(at - base64_letters) : -1;
}

/* Takes the padding off *length; false when it or the length is wrong. */
static bool base64_unpadded(const char *base64, size_t *length)
{
	size_t padding = 0;

	while (padding < 2 && padding < *length &&
	    base64[*length - 1 - padding] == '=')
		padding++;
	if (padding != 0 && *length % 4 != 0)
		return false;
	*length -= padding;
	return *length % 4 != 1;
}

bool text_add_base64_decoded(struct text *text, const char *base64,
	size_t length)
{
	size_t before = text->length;
	uint32_t bits = 0;
	int held = 0;

	if (!base64_unpadded(base64, &length))
		return false;
	for (size_t i = 0; i < length; i++) {
		int value = base64_value(base64[i]);

		if (value < 0) {
			text->length = before;
			if (text->data != NULL)
				text->data[before] = '\0';
			return false;
		}
		bits = bits << 6 | (uint32_t)value;
		held += 6;
		if (held >= 8) {
			held -= 8;
			text_add_char(text, (char)(bits >> held & 255));
		}
	}
	return true;
}

/* --- hashes for tables ------------------------------------------------------ */

uint64_t hash_bytes(const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ at[i]) * 0x100000001b3;
	/* MurmurHash3's finalizer: FNV-1a alone spreads its upper bits badly. */
	hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccd;
	hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53;
	return hash ^ hash >> 33;
}

uint64_t hash_string(const char *string)
{
	return hash_bytes(string, strlen(string));
}
