/* url: see url.h. */
#include "net/url.h"

#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "net/fetch_url.h"

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

/* A copy of a URL with such parameters; NULL: it is none. curl_free() it. */
static char *url_with(const char *asked, const char *set)
{
	CURLU *url = curl_url();
	char *old = NULL, *made = NULL;
	struct text query;

	text_init(&query, FETCH_URL_MAX);
	if (url != NULL && curl_url_set(url, CURLUPART_URL, asked, 0) == CURLUE_OK) {
		curl_url_get(url, CURLUPART_QUERY, &old, 0);
		query_set(old != NULL ? old : "", set, &query);
		if (!query.cut && curl_url_set(url, CURLUPART_QUERY,
				text_string(&query), 0) == CURLUE_OK)
			curl_url_get(url, CURLUPART_URL, &made, 0);
	}
	text_release(&query);
	curl_free(old);
	curl_url_cleanup(url);
	return made;
}

/* --- the next page --------------------------------------------------------- */

int url_next(const char *asked, const char *next, struct text *out,
	struct error *error)
{
	static const char *const words[] = {
		[FETCH_URL_NONSENSE] = "where the next page is makes no URL",
		[FETCH_URL_SCHEME] = "the next page is at a URL that is neither "
			"http nor https",
		[FETCH_URL_USER] = "the next page is at a URL with a user name in "
			"it; such are not fetched",
	};
	char *made = next[0] == '&' ? url_with(asked, next + 1) : NULL;
	char *url = NULL;
	enum fetch_url_verdict verdict = FETCH_URL_NONSENSE;

	if (next[0] != '&')
		verdict = fetch_url_resolve(asked, next, &url);
	else if (made != NULL)
		verdict = fetch_url_resolve(made, made, &url);
	curl_free(made);
	if (verdict != FETCH_URL_GOOD)
		return error_set(error, ERROR_INPUT, "%s", words[verdict]);
	text_add_string(out, url);
	free(url);
	return 0;
}
