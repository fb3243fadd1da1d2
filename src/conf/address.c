/*
 * address: checks of mail addresses, URLs and listening addresses.
 */
#include <arpa/inet.h>
#include <string.h>

#include "base/text.h"
#include "conf/address.h"

static bool string_is_plain(const char *string)
{
	for (; *string != '\0'; string++)
		if ((unsigned char)*string <= ' ' || *string == 0x7f)
			return false;
	return true;
}

static bool string_is_ascii(const char *string)
{
	for (; *string != '\0'; string++)
		if ((unsigned char)*string >= 0x80)
			return false;
	return true;
}

const char *mail_address_fault(const char *address)
{
	const char *at = strchr(address, '@');

	if (!string_is_plain(address))
		return "a space or a control character in a mail address";
	if (!string_is_ascii(address))
		return "only ASCII letters in a mail address (a domain has an "
			"xn-- form)";
	if (strlen(address) > ADDRESS_MAIL_MAX)
		return "a mail address has at most 254 letters";
	if (strpbrk(address, "<>()[]\\,;:\"") != NULL)
		return "a mail address alone, without name, < > or quotes";
	if (at == NULL || strchr(at + 1, '@') != NULL)
		return "a mail address has exactly one @";
	if (at == address || at[1] == '\0' || at[1] == '.' || at[1] == '-')
		return "a mail address is NAME@DOMAIN";
	return NULL;
}

/* --- URLs ---------------------------------------------------------------- */

const struct url_schemes schemes_web = {{"http", "https"},
	"a URL that begins with http:// or https:// is expected"};
const struct url_schemes schemes_mail = {{"smtp", "smtps"},
	"smtp://HOST[:PORT] or smtps://HOST[:PORT] is expected"};

/* What follows "scheme://" of one of the schemes; NULL: none of them. */
static const char *url_rest(const char *url, const struct url_schemes *schemes)
{
	for (size_t i = 0; i < 2; i++) {
		size_t length = strlen(schemes->names[i]);

		if (strncmp(url, schemes->names[i], length) == 0 &&
		    strncmp(url + length, "://", 3) == 0)
			return url + length + 3;
	}
	return NULL;
}

static bool port_is_valid(const char *digits, size_t length)
{
	int port = 0;

	if (length == 0 || length > 5)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return false;
		port = port * 10 + (digits[i] - '0');
	}
	return port >= 1 && port <= 65535;
}

static bool host_is_name(const char *host, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)host[i];
		bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

		if (!letter && (c < '0' || c > '9') && c != '-' && c != '.' &&
		    c != '_' && c < 0x80)
			return false;
	}
	return length != 0 && length <= 253 && host[0] != '-' && host[0] != '.';
}

static bool host_is_ipv6(const char *host, size_t length)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;

	if (length < 2 || host[0] != '[' || host[length - 1] != ']' ||
	    length - 2 >= sizeof text)
		return false;
	memcpy(text, host + 1, length - 2);
	text[length - 2] = '\0';
	return inet_pton(AF_INET6, text, &address) == 1;
}

/* HOST[:PORT], length bytes. */
static const char *authority_fault(const char *authority, size_t length)
{
	const char *bracket = memchr(authority, ']', length);
	const char *from = bracket != NULL ? bracket : authority;
	const char *colon = memchr(from, ':',
		length - (size_t)(from - authority));
	size_t host = colon != NULL ? (size_t)(colon - authority) : length;

	if (memchr(authority, '@', length) != NULL)
		return "no user or password in a URL";
	if (colon != NULL && !port_is_valid(colon + 1, length - host - 1))
		return "the port of a URL is a number from 1 to 65535";
	if (!host_is_name(authority, host) && !host_is_ipv6(authority, host))
		return "a URL needs the name or address of a host";
	return NULL;
}

const char *url_fault(const char *url, const struct url_schemes *schemes)
{
	const char *rest = url_rest(url, schemes);

	if (!string_is_plain(url))
		return "a space or a control character in a URL (write %20)";
	if (strlen(url) > ADDRESS_URL_MAX)
		return "a URL has at most 4096 letters";
	if (rest == NULL)
		return schemes->expected;
	return authority_fault(rest, strcspn(rest, "/?#"));
}

const char *server_fault(const char *url, const struct url_schemes *schemes)
{
	const char *wrong = url_fault(url, schemes);
	const char *rest = url_rest(url, schemes);

	if (wrong == NULL && rest[strcspn(rest, "/?#")] != '\0')
		wrong = "nothing is expected after the host and its port";
	return wrong;
}

bool url_is_loopback(const char *url)
{
	const char *host = strstr(url, "://");

	if (host == NULL)
		return false;
	host += 3;
	return string_starts(host, "127.") || string_starts(host, "[::1]") ||
		(string_starts(host, "localhost") &&
		strchr(":/", host[9]) != NULL);
}

/* --- listening ----------------------------------------------------------- */

const char *listen_fault(const char *listen)
{
	const char *colon = strrchr(listen, ':');
	char host[INET_ADDRSTRLEN];
	struct in_addr address;
	size_t length;

	if (colon == NULL || !port_is_valid(colon + 1, strlen(colon + 1)))
		return "ADDRESS:PORT is expected, such as \"127.0.0.1:8470\"";
	length = (size_t)(colon - listen);
	if (length == 5 && memcmp(listen, "[::1]", 5) == 0)
		return NULL;
	if (length < sizeof host) {
		memcpy(host, listen, length);
		host[length] = '\0';
		if (inet_pton(AF_INET, host, &address) == 1 &&
		    ntohl(address.s_addr) >> 24 == 127)
			return NULL;
	}
	return "only loopback: 127.0.0.1 or [::1] (others come through a "
		"proxy that knows who they are)";
}
