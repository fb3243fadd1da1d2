/*
 * Which addresses are public, and which are loopback.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>

#include "net/address.h"
#include "net/fetch.h"

static const struct {
	const char *address;
	bool want_public;
	bool want_loopback;
} cases[] = {
	{"8.8.8.8", true, false},
	{"1.1.1.1", true, false},
	{"9.255.255.255", true, false},
	{"11.0.0.0", true, false},
	{"100.63.255.255", true, false},
	{"100.128.0.0", true, false},
	{"172.15.255.255", true, false},
	{"172.32.0.0", true, false},
	{"168.63.129.15", true, false},
	{"198.17.255.255", true, false},
	{"198.20.0.0", true, false},
	{"223.255.255.255", true, false},
	{"0.0.0.0", false, false},
	{"10.0.0.1", false, false},
	{"100.64.0.1", false, false},
	{"100.100.100.200", false, false},
	{"127.0.0.1", false, true},
	{"127.255.255.255", false, true},
	{"168.63.129.16", false, false},
	{"169.254.169.254", false, false},
	{"172.16.0.1", false, false},
	{"172.31.255.255", false, false},
	{"192.0.0.192", false, false},
	{"192.0.2.1", false, false},
	{"192.88.99.1", false, false},
	{"192.168.1.1", false, false},
	{"198.18.0.1", false, false},
	{"198.19.255.255", false, false},
	{"198.51.100.1", false, false},
	{"203.0.113.1", false, false},
	{"224.0.0.1", false, false},
	{"240.0.0.1", false, false},
	{"255.255.255.255", false, false},
	{"2606:4700:4700::1111", true, false},
	{"2001:200::1", true, false},
	{"2400::1", true, false},
	{"3ffe::1", true, false},
	{"::", false, false},
	{"::1", false, true},
	{"::8.8.8.8", false, false},
	{"::ffff:8.8.8.8", false, false},
	{"::ffff:127.0.0.1", false, false},
	{"64:ff9b::808:808", false, false},
	{"64:ff9b:1::1", false, false},
	{"100::1", false, false},
	{"2001::1", false, false},
	{"2001:1ff::1", false, false},
	{"2001:db8::1", false, false},
	{"2002:7f00:1::", false, false},
	{"3fff:fff::1", false, false},
	{"5f00::1", false, false},
	{"fc00::1", false, false},
	{"fd00:ec2::254", false, false},
	{"fe80::1", false, false},
	{"fec0::1", false, false},
	{"ff02::1", false, false},
};

static void address_read(const char *text, struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof *out);
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1)
		v4->sin_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1)
		v6->sin6_family = AF_INET6;
	else
		fail_msg("%s is no address", text);
}

static void test_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sockaddr_storage storage;
		const struct sockaddr *address = (struct sockaddr *)&storage;
		char printed[ADDRESS_TEXT_MAX];

		address_read(cases[i].address, &storage);
		if (address_is_public(address) != cases[i].want_public ||
		    address_text_is_public(cases[i].address) != cases[i].want_public ||
		    address_is_loopback(address) != cases[i].want_loopback)
			fail_msg("%s", cases[i].address);
		address_print(address, printed);
		assert_string_equal(printed, cases[i].address);
	}
}

static void test_others(void **state)
{
	struct sockaddr local = {.sa_family = AF_UNIX};
	(void)state;

	assert_false(address_is_public(&local));
	assert_false(address_is_loopback(&local));
	assert_false(address_text_is_public(""));
	assert_false(address_text_is_public("8.8.8"));
	assert_false(address_text_is_public("2606:4700::1%eth0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
