/*
 * fetch_answer: headers are the server's words: each is taken only when it
 * makes sense whole.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "net/fetch_answer.h"

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

/* A validator that does not fit whole, or could not be sent back, is none. */
static void fetch_validator(CURL *easy, const char *name, char *out, size_t room)
{
	const char *value = fetch_header(easy, name);

	out[0] = '\0';
	if (strlen(value) < room && fetch_is_printable(value))
		snprintf(out, room, "%s", value);
}

/* Digits alone; more than a century of seconds is cut there. */
static int64_t fetch_seconds(const char *digits)
{
	const int64_t most = INT64_C(3153600000);
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

static int64_t fetch_max_age(CURL *easy)
{
	static const char word[] = "max-age=";
	const char *value = fetch_header(easy, "Cache-Control");

	while (*value != '\0') {
		value += strspn(value, " \t,");
		if (strncasecmp(value, word, sizeof word - 1) == 0)
			return fetch_seconds(value + sizeof word - 1);
		value += strcspn(value, ",");
	}
	return -1;
}

void fetch_answer_read(CURL *easy, instant now, struct fetch_result *result)
{
	long status = 0;
	char *url = NULL;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &url);
	*result = (struct fetch_result){
		.arrived = true, .status = (int)status, .final_url = url,
		.retry_after = fetch_retry_after(easy, now),
		.max_age = fetch_max_age(easy),
	};
	fetch_validator(easy, "ETag", result->etag, sizeof result->etag);
	fetch_validator(easy, "Last-Modified", result->last_modified,
		sizeof result->last_modified);
}
