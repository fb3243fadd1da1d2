/*
 * fetch_answer: headers are the server's words: each is taken only when it
 * makes sense whole.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "net/fetch_answer.h"
#include "net/fetch_link.h"
#include "net/fetch_url.h"

/* Digits alone are seconds; more than a century of them is cut there. */
#define FETCH_SECONDS_MAX INT64_C(3153600000)

bool fetch_is_printable(const char *value)
{
	for (; *value != '\0'; value++)
		if (iscntrl((unsigned char)*value))
			return false;
	return true;
}

static const char *fetch_header(CURL *easy, const char *name)
{
	struct curl_header *header;

	if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
		return "";
	return header->value;
}

bool fetch_answer_has_one_length(CURL *easy)
{
	struct curl_header *header;
	char first[32] = "";

	for (size_t i = 0; curl_easy_header(easy, "Content-Length", i, CURLH_HEADER,
			-1, &header) == CURLHE_OK; i++) {
		if (header->value[strspn(header->value, "0123456789")] != '\0' ||
		    (i > 0 && strcmp(header->value, first) != 0))
			return false;
		snprintf(first, sizeof first, "%s", header->value);
	}
	return true;
}

static int fetch_status(CURL *easy)
{
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	return (int)status;
}

bool fetch_answer_is_early(CURL *easy)
{
	return fetch_status(easy) / 100 == 1;
}

const char *fetch_redirect_reference(CURL *easy)
{
	switch (fetch_status(easy)) {
	case 301:
	case 302:
	case 303:
	case 307:
	case 308:
		break;
	default:
		return NULL;
	}
	const char *reference = fetch_header(easy, "Location");
	return reference[0] != '\0' ? reference : NULL;
}

bool fetch_redirect_is_for_good(CURL *easy)
{
	return fetch_status(easy) == 301 || fetch_status(easy) == 308;
}

/* A value that does not fit whole, or could not be sent back, is none. */
static void fetch_value(CURL *easy, const char *name, char *out, size_t room)
{
	const char *value = fetch_header(easy, name);

	out[0] = '\0';
	if (strlen(value) < room && fetch_is_printable(value))
		snprintf(out, room, "%s", value);
}

static int64_t fetch_seconds(const char *digits)
{
	const int64_t most = FETCH_SECONDS_MAX;
	int64_t seconds = 0;

	if (!isdigit((unsigned char)*digits))
		return -1;
	for (; isdigit((unsigned char)*digits); digits++)
		if (seconds < most)
			seconds = seconds * 10 + (*digits - '0');
	return seconds < most ? seconds : most;
}

static int64_t fetch_retry_after(CURL *easy, instant now)
{
	const char *value = fetch_header(easy, "Retry-After");

	if (value[0] == '\0' || isdigit((unsigned char)value[0]))
		return fetch_seconds(value);
	time_t at = curl_getdate(value, NULL);
	if (at == (time_t)-1)
		return -1;
	return at > now ? at - now : 0;
}

/* --- freshness (RFC 9111) ---------------------------------------------- */

/* Length of a directive with its argument, quotes minded; up to its comma. */
static size_t fetch_directive_length(const char *at)
{
	bool quoted = false;
	size_t i;

	for (i = 0; at[i] != '\0' && (quoted || at[i] != ','); i++) {
		if (at[i] == '"')
			quoted = !quoted;
		else if (quoted && at[i] == '\\' && at[i + 1] != '\0')
			i++;
	}
	return i;
}

static bool fetch_directive_is(const char *at, const char *name)
{
	size_t length = strlen(name);

	return strncasecmp(at, name, length) == 0 && strchr(" \t,", at[length]) != NULL;
}

/* Seconds that one directive allows; -1: it says nothing of it. A no-cache of
   some fields is not one of the whole. */
static int64_t fetch_directive_age(const char *at)
{
	static const char word[] = "max-age=";

	if (fetch_directive_is(at, "no-cache") || fetch_directive_is(at, "no-store"))
		return 0;
	if (strncasecmp(at, word, sizeof word - 1) != 0)
		return -1;
	at += sizeof word - 1;
	return fetch_seconds(*at == '"' ? at + 1 : at);
}

/* The least that any Cache-Control header allows. */
static int64_t fetch_cache_control(CURL *easy)
{
	struct curl_header *header;
	int64_t least = -1;

	for (size_t i = 0; curl_easy_header(easy, "Cache-Control", i, CURLH_HEADER, -1,
			&header) == CURLHE_OK; i++)
		for (const char *at = header->value; *at != '\0';
		     at += fetch_directive_length(at)) {
			at += strspn(at, " \t,");
			int64_t age = fetch_directive_age(at);
			if (age >= 0 && (least < 0 || age < least))
				least = age;
		}
	return least;
}

/* An Expires that is no date lies in the past. */
static int64_t fetch_expires(CURL *easy, instant now)
{
	const char *value = fetch_header(easy, "Expires");

	if (value[0] == '\0')
		return -1;
	time_t expires = curl_getdate(value, NULL);
	time_t date = curl_getdate(fetch_header(easy, "Date"), NULL);
	instant from = date == (time_t)-1 ? now : date;
	if (expires == (time_t)-1 || expires <= from)
		return 0;
	return expires - from < FETCH_SECONDS_MAX ? expires - from : FETCH_SECONDS_MAX;
}

static int64_t fetch_max_age(CURL *easy, instant now)
{
	int64_t fresh = fetch_cache_control(easy);
	int64_t age = fetch_seconds(fetch_header(easy, "Age"));

	if (fresh < 0)
		fresh = fetch_expires(easy, now);
	if (fresh > 0 && age > 0)
		fresh = age < fresh ? fresh - age : 0;
	return fresh;
}

/* --- the whole ---------------------------------------------------------- */

static void fetch_next(CURL *easy, const char *url, struct fetch_result *result)
{
	struct fetch_link link = {0};
	struct curl_header *header;
	char *next = NULL;

	for (size_t i = 0; curl_easy_header(easy, "Link", i, CURLH_HEADER, -1,
			&header) == CURLHE_OK; i++)
		fetch_link_read(&link, header->value);
	result->next_unclear = link.unclear;
	if (link.unclear || link.target[0] == '\0')
		return;
	if (fetch_url_resolve(url, link.target, &next) == FETCH_URL_GOOD &&
	    strlen(next) < sizeof result->next)
		string_copy(result->next, sizeof result->next, next);
	else
		result->next_unclear = true;
	free(next);
}

void fetch_answer_read(CURL *easy, instant now, struct fetch_result *result)
{
	char *url = NULL;

	curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &url);
	*result = (struct fetch_result){
		.arrived = true, .status = fetch_status(easy), .final_url = url,
		.retry_after = fetch_retry_after(easy, now),
		.max_age = fetch_max_age(easy, now),
	};
	fetch_value(easy, "ETag", result->etag, sizeof result->etag);
	fetch_value(easy, "Last-Modified", result->last_modified,
		sizeof result->last_modified);
	fetch_value(easy, "Content-Type", result->media_type, sizeof result->media_type);
	fetch_next(easy, url, result);
}
