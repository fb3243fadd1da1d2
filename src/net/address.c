/*
 * address: which socket addresses are public unicast space.
 *
 * What is public is decided by the address alone: IPv4 less the blocks of the
 * IANA special-purpose registry, IPv6 inside 2000::/3 less the blocks there
 * that carry or stand for something else (6to4, Teredo, documentation). Mapped,
 * translated, link-local and unique-local forms lie outside 2000::/3.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "net/address.h"
#include "net/fetch.h"

struct address_block {
	uint8_t prefix[16];
	int bits;
};

static const struct address_block address_v4_special[] = {
	{{0}, 8},			/* "this network" */
	{{10}, 8},			/* private */
	{{100, 64}, 10},		/* carrier-grade translation; some metadata */
	{{127}, 8},			/* loopback */
	{{168, 63, 129, 16}, 32},	/* a cloud's metadata and DNS */
	{{169, 254}, 16},		/* link-local; most metadata services */
	{{172, 16}, 12},		/* private */
	{{192, 0, 0}, 24},		/* protocol assignments */
	{{192, 0, 2}, 24},		/* documentation */
	{{192, 88, 99}, 24},		/* 6to4 relays */
	{{192, 168}, 16},		/* private */
	{{198, 18}, 15},		/* benchmarking */
	{{198, 51, 100}, 24},		/* documentation */
	{{203, 0, 113}, 24},		/* documentation */
	{{224}, 4},			/* multicast */
	{{240}, 4},			/* reserved, broadcast */
};

static const struct address_block address_v6_unicast = {{0x20}, 3};

static const struct address_block address_v6_special[] = {
	{{0x20, 0x01, 0x00}, 23},		/* protocol assignments, Teredo */
	{{0x20, 0x01, 0x0d, 0xb8}, 32},		/* documentation */
	{{0x20, 0x02}, 16},			/* 6to4: any IPv4 address inside */
	{{0x3f, 0xff, 0x00}, 20},		/* documentation */
};

static bool address_in_block(const uint8_t *address, const struct address_block *block)
{
	int whole = block->bits / 8, rest = block->bits % 8;

	if (memcmp(address, block->prefix, (size_t)whole) != 0)
		return false;
	if (rest == 0)
		return true;
	uint8_t mask = (uint8_t)(0xff << (8 - rest));
	return (address[whole] & mask) == (block->prefix[whole] & mask);
}

static bool address_in_blocks(const uint8_t *address,
	const struct address_block *blocks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (address_in_block(address, &blocks[i]))
			return true;
	return false;
}

#define ADDRESS_IN(address, blocks) \
	address_in_blocks(address, blocks, sizeof(blocks) / sizeof(blocks)[0])

static bool address_v4_is_public(const struct in_addr *address)
{
	return !ADDRESS_IN((const uint8_t *)address, address_v4_special);
}

static bool address_v6_is_public(const struct in6_addr *address)
{
	return address_in_block(address->s6_addr, &address_v6_unicast) &&
		!ADDRESS_IN(address->s6_addr, address_v6_special);
}

bool address_is_public(const struct sockaddr *address)
{
	switch (address->sa_family) {
	case AF_INET:
		return address_v4_is_public(
			&((const struct sockaddr_in *)(const void *)address)->sin_addr);
	case AF_INET6:
		return address_v6_is_public(
			&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
	default:
		return false;
	}
}

bool address_text_is_public(const char *text)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, text, &v4) == 1)
		return address_v4_is_public(&v4);
	if (inet_pton(AF_INET6, text, &v6) == 1)
		return address_v6_is_public(&v6);
	return false;
}

bool address_is_loopback(const struct sockaddr *address)
{
	const struct sockaddr_in *v4 = (const void *)address;
	const struct sockaddr_in6 *v6 = (const void *)address;

	if (address->sa_family == AF_INET)
		return ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

void address_print(const struct sockaddr *address, char out[ADDRESS_TEXT_MAX])
{
	const struct sockaddr_in *v4 = (const void *)address;
	const struct sockaddr_in6 *v6 = (const void *)address;
	const void *bytes = address->sa_family == AF_INET ?
		(const void *)&v4->sin_addr : (const void *)&v6->sin6_addr;

	if (inet_ntop(address->sa_family, bytes, out, ADDRESS_TEXT_MAX) == NULL)
		out[0] = '\0';
}
