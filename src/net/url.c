/* url: see url.h. */
#include "net/url.h"

#include <string.h>

#include <curl/curl.h>

/* --- parameters of a query ------------------------------------------------- */

/* "name=value" up to the next '&' or the end. */
struct pair {
	const char *from;
	size_t length;
	size_t name;		/* length of the name */
};

static const char *pair_read(const char *at, struct pair *out)
{
	out->from = at;
	out->length = strcspn(at, "&");
	out->name = strcspn(at, "=&");
	return at[out->length] == '&' ? at + out->length + 1 : at + out->length;
}

static bool pair_is_named(const struct pair *a, const struct pair *b)
{
	return a->name == b->name && memcmp(a->from, b->from, a->name) == 0;
}

static bool query_has(const char *query, const struct pair *wanted)
{
	struct pair pair;

	while (*query != '\0') {
		query = pair_read(query, &pair);
		if (pair_is_named(&pair, wanted))
			return true;
	}
	return false;
}

static void query_add(struct text *out, const struct pair *pair)
{
	if (pair->length == 0)
		return;
	if (out->length > 0)
		text_add_char(out, '&');
	text_add(out, pair->from, pair->length);
}

/* What stays of the old query, in its order, and then what is set. */
static void query_set(const char *query, const char *set, struct text *out)
{
	struct pair pair;

	while (*query != '\0') {
		query = pair_read(query, &pair);
		if (!query_has(set, &pair))
			query_add(out, &pair);
	}
	while (*set != '\0') {
		set = pair_read(set, &pair);
		query_add(out, &pair);
	}
}

static CURLUcode url_set_parameters(CURLU *url, const char *set)
{
	struct text query;
	char *old = NULL;

	text_init(&query, URL_MAX);
	curl_url_get(url, CURLUPART_QUERY, &old, 0);
	query_set(old != NULL ? old : "", set, &query);
	curl_free(old);
	CURLUcode code = query.cut ? CURLUE_MALFORMED_INPUT :
		curl_url_set(url, CURLUPART_QUERY, text_string(&query), 0);

	text_release(&query);
	return code;
}

/* --- the next page --------------------------------------------------------- */

static bool url_is_web(CURLU *url)
{
	char *scheme = NULL;

	if (curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
		return false;
	bool web = string_is(scheme, "http") || string_is(scheme, "https");

	curl_free(scheme);
	return web;
}

static int url_resolve(CURLU *url, const char *next, struct error *error)
{
	CURLUcode code = next[0] == '&' ? url_set_parameters(url, next + 1) :
		curl_url_set(url, CURLUPART_URL, next,
			CURLU_DISALLOW_USER | CURLU_NON_SUPPORT_SCHEME |
			CURLU_URLENCODE);

	if (code == CURLUE_USER_NOT_ALLOWED)
		return error_set(error, ERROR_INPUT, "the next page is at a URL "
			"with a user name in it; such are not fetched");
	if (code != CURLUE_OK)
		return error_set(error, ERROR_INPUT, "where the next page is "
			"makes no URL");
	if (!url_is_web(url))
		return error_set(error, ERROR_INPUT, "the next page is at a URL "
			"that is neither http nor https");
	return 0;
}

static int url_print(CURLU *url, struct text *out, struct error *error)
{
	char *printed = NULL;

	curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0);
	if (curl_url_get(url, CURLUPART_URL, &printed, 0) != CURLUE_OK)
		return error_set(error, ERROR_INPUT, "where the next page is "
			"makes no URL");
	int status = strlen(printed) <= URL_MAX ? 0 :
		error_set(error, ERROR_LIMIT, "the URL of the next page is "
			"longer than %d bytes", URL_MAX);

	if (status == 0)
		text_add_string(out, printed);
	curl_free(printed);
	return status;
}

int url_next(const char *asked, const char *next, struct text *out,
	struct error *error)
{
	CURLU *url = curl_url();
	int status;

	if (url == NULL || curl_url_set(url, CURLUPART_URL, asked, 0) != CURLUE_OK)
		status = error_set(error, ERROR_INPUT, "the URL that was asked "
			"makes no sense");
	else
		status = url_resolve(url, next, error);
	if (status == 0)
		status = url_print(url, out, error);
	curl_url_cleanup(url);
	return status;
}

/* --- servers ----------------------------------------------------------------- */

static bool part_is_same(CURLU *a, CURLU *b, CURLUPart part)
{
	char *one = NULL, *other = NULL;
	bool same = curl_url_get(a, part, &one, CURLU_DEFAULT_PORT) == CURLUE_OK &&
		curl_url_get(b, part, &other, CURLU_DEFAULT_PORT) == CURLUE_OK &&
		curl_strequal(one, other);

	curl_free(one);
	curl_free(other);
	return same;
}

bool url_same_server(const char *a, const char *b)
{
	CURLU *one = curl_url(), *other = curl_url();
	bool same = one != NULL && other != NULL &&
		curl_url_set(one, CURLUPART_URL, a, 0) == CURLUE_OK &&
		curl_url_set(other, CURLUPART_URL, b, 0) == CURLUE_OK &&
		part_is_same(one, other, CURLUPART_SCHEME) &&
		part_is_same(one, other, CURLUPART_HOST) &&
		part_is_same(one, other, CURLUPART_PORT);

	curl_url_cleanup(one);
	curl_url_cleanup(other);
	return same;
}
