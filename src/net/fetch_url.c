/* fetch_url: see fetch_url.h. */
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "base/mem.h"
#include "base/text.h"
#include "net/address.h"
#include "net/fetch.h"
#include "net/fetch_url.h"

static bool fetch_url_part(CURLU *url, CURLUPart part, char *out, size_t room)
{
	char *value = NULL;

	if (curl_url_get(url, part, &value, CURLU_NO_DEFAULT_PORT) != CURLUE_OK)
		return false;
	bool fits = strlen(value) < room;
	snprintf(out, room, "%s", value);
	curl_free(value);
	for (char *at = out; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	return fits;
}

static bool fetch_url_is_http(CURLU *url)
{
	char scheme[16];

	return fetch_url_part(url, CURLUPART_SCHEME, scheme, sizeof scheme) &&
		(string_is(scheme, "http") || string_is(scheme, "https"));
}

/* --- hosts ---------------------------------------------------------- */

static bool fetch_url_wrong(char *out, size_t room, const char *words)
{
	snprintf(out, room, "%s", words);
	return false;
}

static bool fetch_url_parts(CURLU *handle, const char *url, char *out, size_t room)
{
	char port[8];
	CURLUcode code = curl_url_set(handle, CURLUPART_URL, url,
		CURLU_DISALLOW_USER | CURLU_NON_SUPPORT_SCHEME);

	if (code == CURLUE_USER_NOT_ALLOWED)
		return fetch_url_wrong(out, room, "the URL has a user name in it; "
			"such are not fetched");
	if (code != CURLUE_OK ||
	    !fetch_url_part(handle, CURLUPART_HOST, out, room))
		return fetch_url_wrong(out, room, "the URL makes no sense; "
			"check its spelling");
	if (!fetch_url_is_http(handle))
		return fetch_url_wrong(out, room, "the URL is neither http nor https");
	size_t length = strlen(out);
	if (fetch_url_part(handle, CURLUPART_PORT, port, sizeof port))
		snprintf(out + length, room - length, ":%s", port);
	return true;
}

bool fetch_url_host(const char *url, char *out, size_t room)
{
	CURLU *handle = curl_url();
	bool good = handle != NULL && fetch_url_parts(handle, url, out, room);

	curl_url_cleanup(handle);
	return good;
}

bool fetch_host_is_address(const char *host)
{
	return host[0] == '[' || host[strspn(host, "0123456789.:")] == '\0';
}

bool fetch_host_is_loopback(const char *host)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	char name[FETCH_HOST_MAX];

	string_copy(name, sizeof name, host[0] == '[' ? host + 1 : host);
	name[strcspn(name, host[0] == '[' ? "]" : ":")] = '\0';
	if (inet_pton(AF_INET, name, &v4.sin_addr) == 1)
		return address_is_loopback((struct sockaddr *)&v4);
	if (inet_pton(AF_INET6, name, &v6.sin6_addr) == 1)
		return address_is_loopback((struct sockaddr *)&v6);
	return string_is(name, "localhost");
}

/* --- where a server's words lead ---------------------------------------- */

static enum fetch_url_verdict fetch_url_judge(CURLU *url, char **out)
{
	char *whole = NULL;

	if (!fetch_url_is_http(url))
		return FETCH_URL_SCHEME;
	curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0);
	if (curl_url_get(url, CURLUPART_URL, &whole, 0) != CURLUE_OK)
		return FETCH_URL_NONSENSE;
	bool fits = strlen(whole) <= FETCH_URL_MAX;
	if (fits)
		*out = mem_string(whole);
	curl_free(whole);
	return fits ? FETCH_URL_GOOD : FETCH_URL_NONSENSE;
}

enum fetch_url_verdict fetch_url_resolve(const char *base, const char *reference,
	char **out)
{
	enum fetch_url_verdict verdict = FETCH_URL_NONSENSE;
	CURLU *url = curl_url();
	CURLUcode code = CURLUE_OUT_OF_MEMORY;

	if (url != NULL && curl_url_set(url, CURLUPART_URL, base, 0) == CURLUE_OK)
		code = curl_url_set(url, CURLUPART_URL, reference,
			CURLU_DISALLOW_USER | CURLU_NON_SUPPORT_SCHEME |
			CURLU_URLENCODE | CURLU_ALLOW_SPACE);
	if (code == CURLUE_OK)
		verdict = fetch_url_judge(url, out);
	else if (code == CURLUE_USER_NOT_ALLOWED)
		verdict = FETCH_URL_USER;
	curl_url_cleanup(url);
	return verdict;
}

bool fetch_url_is_secure(const char *url)
{
	return strncasecmp(url, "https:", strlen("https:")) == 0;
}

void fetch_url_origin(const char *url, char out[FETCH_ORIGIN_MAX])
{
	char host[FETCH_HOST_MAX];

	fetch_url_host(url, host, sizeof host);
	snprintf(out, FETCH_ORIGIN_MAX, "%s://%s",
		fetch_url_is_secure(url) ? "https" : "http", host);
}

bool fetch_urls_share_origin(const char *a, const char *b)
{
	char first[FETCH_ORIGIN_MAX], second[FETCH_ORIGIN_MAX];
	char host[FETCH_HOST_MAX];

	if (!fetch_url_host(a, host, sizeof host) || !fetch_url_host(b, host, sizeof host))
		return false;
	fetch_url_origin(a, first);
	fetch_url_origin(b, second);
	return string_is(first, second);
}
