/*
 * SHA-256 (FIPS 180-4), HMAC (RFC 4231 and Standard Webhooks), base64
 * (RFC 4648), hashes for tables.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/digest.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *bytes, *want_hex;
} digests[] = {
	{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	{"abc",
	 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

static void sha256_is_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(digests); i++) {
		struct digest digest, pieces, read;
		struct digest_state *piecewise = digest_new();
		const char *bytes = digests[i].bytes;
		char hex[DIGEST_HEX_SIZE];

		digest_sha256(bytes, strlen(bytes), &digest);
		digest_hex(&digest, hex);
		assert_string_equal(hex, digests[i].want_hex);
		for (; *bytes != '\0'; bytes++)
			digest_add(piecewise, bytes, 1);
		digest_finish(piecewise, &pieces);
		assert_memory_equal(&pieces, &digest, sizeof digest);
		assert_true(digest_from_hex(hex, &read));
		assert_memory_equal(&read, &digest, sizeof digest);
		hex[5] = 'g';
		assert_false(digest_from_hex(hex, &read));
		hex[5] = '\0';
		assert_false(digest_from_hex(hex, &read));
	}
}

static void hmac_is_right(void **state)
{
	static const struct {
		const char *key, *bytes, *want_hex;
	} cases[] = {
		{"Jefe", "what do ya want for nothing?",
		 "5bdcc146bf60754e6a042426089575c7"
		 "5a003f089d2739839dec58b964ec3843"},
		{"", "", "b613679a0814d9ec772f95d778c35fc5"
		 "ff1697c493715653c6c712144292c5ad"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct digest digest;
		char hex[DIGEST_HEX_SIZE];

		digest_hmac_sha256(cases[i].key, strlen(cases[i].key),
			cases[i].bytes, strlen(cases[i].bytes), &digest);
		digest_hex(&digest, hex);
		assert_string_equal(hex, cases[i].want_hex);
	}
}

static void webhook_vector_is_right(void **state)
{
	static const char secret[] = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
	static const char body[] = "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330."
		"{\"test\": 2432232314}";
	struct text key, signature;
	struct digest digest;

	(void)state;
	text_init(&key, 0);
	text_init(&signature, 0);
	assert_true(text_add_base64_decoded(&key, secret, strlen(secret)));
	digest_hmac_sha256(key.data, key.length, body, strlen(body), &digest);
	text_add_base64(&signature, digest.bytes, DIGEST_SIZE);
	assert_string_equal(text_string(&signature),
		"g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	text_release(&key);
	text_release(&signature);
}

static void base64_goes_both_ways(void **state)
{
	static const struct {
		const char *bytes, *want_base64;
	} cases[] = {
		{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"},
		{"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"}, {"\xff\xef\xfe", "/+/+"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct text out, back;

		text_init(&out, 0);
		text_init(&back, 0);
		text_add_base64(&out, cases[i].bytes, strlen(cases[i].bytes));
		assert_string_equal(text_string(&out), cases[i].want_base64);
		assert_true(text_add_base64_decoded(&back, text_string(&out),
			out.length));
		assert_string_equal(text_string(&back), cases[i].bytes);
		text_clear(&back);
		assert_true(text_add_base64_decoded(&back, text_string(&out),
			strcspn(text_string(&out), "=")));
		assert_string_equal(text_string(&back), cases[i].bytes);
		text_release(&out);
		text_release(&back);
	}
}

static void base64_faults_change_nothing(void **state)
{
	static const char *const faulty[] = {
		"Z", "Zm9vZ", "Zg=", "Zg===", "Z===", "====", "Zm 9v", "Zm-v",
		"Zg==Zg==", "=", "Zm9v\n"};

	(void)state;
	for (size_t i = 0; i < COUNT(faulty); i++) {
		struct text out;

		text_init(&out, 0);
		text_add_string(&out, "kept");
		if (text_add_base64_decoded(&out, faulty[i], strlen(faulty[i])))
			fail_msg("%s", faulty[i]);
		assert_string_equal(text_string(&out), "kept");
		text_release(&out);
	}
}

static void hashes_stay_and_spread(void **state)
{
	uint32_t buckets[64] = {0};

	(void)state;
	assert_true(hash_string("") == hash_bytes("x", 0));
	/* Stored plans depend on these values. */
	assert_true(hash_string("census") == 0x6f7f9af5af3afbe9);
	for (int i = 0; i < 6400; i++)
		buckets[hash_bytes(&i, sizeof i) >> 58]++;
	for (int i = 0; i < 64; i++)
		assert_in_range(buckets[i], 60, 140);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_is_right),
		cmocka_unit_test(hmac_is_right),
		cmocka_unit_test(webhook_vector_is_right),
		cmocka_unit_test(base64_goes_both_ways),
		cmocka_unit_test(base64_faults_change_nothing),
		cmocka_unit_test(hashes_stay_and_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
