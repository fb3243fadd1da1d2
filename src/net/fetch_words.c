/*
 * fetch_words: from curl's codes and our own findings to sentences.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "net/fetch_words.h"

/* A look-up that took so long would take so long again. */
#define LOOKUP_SLOW_US 4000000

struct fetch_sentence {
	int code;
	bool offline;
	const char *words;
};

static const struct fetch_sentence fetch_by_code[] = {
	{CURLE_GOT_NOTHING, false, "closed the connection without an answer"},
	{CURLE_RECV_ERROR, false, "broke off, or garbled, what it was answering"},
	{CURLE_SEND_ERROR, false, "broke the connection while it was being asked"},
	{CURLE_PARTIAL_FILE, false, "the answer ended before it was complete"},
	{CURLE_HTTP2, false, "broke the HTTP/2 connection"},
	{CURLE_HTTP2_STREAM, false, "broke off the HTTP/2 answer"},
	{CURLE_WEIRD_SERVER_REPLY, false, "does not answer in HTTP"},
	{CURLE_UNSUPPORTED_PROTOCOL, false, "does not answer in HTTP"},
	{CURLE_BAD_CONTENT_ENCODING, false, "the compressed answer is damaged, or packed in "
		"a way that was not asked for"},
	{CURLE_SSL_CONNECT_ERROR, false,
		"no TLS connection; it must speak TLS 1.2 or later"},
	{CURLE_SSL_CACERT_BADFILE, true,
		"the file of trusted certificates here cannot be read"},
	{CURLE_FAILED_INIT, true, "libcurl cannot be set up here"},
	{0, false, NULL}
};

/* By our own finding; a target is named behind the first words. */
static const struct fetch_finding {
	enum fetch_fault fault;
	const char *words, *behind_target;	/* NULL: the target is not named */
} fetch_by_fault[] = {
	{FETCH_FAULT_RATIO, "the compressed answer unpacks to far more than it could "
		"honestly hold", NULL},
	{FETCH_FAULT_HEADERS, "the answer's headers do not end", NULL},
	{FETCH_FAULT_HALF, "the answer ended before it was complete", NULL},
	{FETCH_FAULT_LENGTHS, "says in several ways how long its answer is", NULL},
	{FETCH_FAULT_UNASKED, "answers 304 (not modified), but was not told what we have",
		NULL},
	{FETCH_FAULT_MANY, "more than 5 redirects; use the address that they end at",
		NULL},
	{FETCH_FAULT_NONSENSE, "redirects to a URL that makes no sense", NULL},
	{FETCH_FAULT_SCHEME, "only http and https are fetched, redirects included", NULL},
	{FETCH_FAULT_USER,
		"redirects to a URL with a user name in it; such are not followed", NULL},
	{FETCH_FAULT_POST, "redirects a POST to ", "; such are not followed: if it has "
		"moved there, change the url"},
	{FETCH_FAULT_DOWNGRADE, "redirects from https to ", ", where anyone on the way "
		"could change the answer; such are not followed"},
	{FETCH_FAULT_SECRET, "redirects to ", ", but a secret is sent only to the server "
		"it is for; if that has moved there, change the url"},
};

/* By errno of the attempt to connect. */
static const struct fetch_sentence fetch_by_errno[] = {
	{ECONNREFUSED, false, "refuses the connection; is the server running?"},
	{ECONNRESET, false, "breaks the connection as it is made"},
	{EHOSTUNREACH, false, "cannot be reached; is it switched on?"},
	{ETIMEDOUT, false, "does not take the connection; is it up, or behind a firewall?"},
	{ENETUNREACH, true, "this machine has no route to it; look at its network"},
	{ENETDOWN, true, "the network of this machine is down"},
	{EADDRNOTAVAIL, true, "this machine has no address or port left to connect from"},
	{EPERM, true, "this machine forbids the connection (a firewall, or IPAddressDeny)"},
	{EACCES, true, "this machine forbids the connection (a firewall, or IPAddressDeny)"},
	{EMFILE, true, "this daemon has no file descriptor left (LimitNOFILE)"},
	{ENFILE, true, "this machine has no file descriptor left"},
	{ENOBUFS, true, "this machine has no memory left for sockets"},
	{ENOMEM, true, "this machine has no memory left for sockets"},
	{EAFNOSUPPORT, true, "this machine does not speak its kind of address"},
	{0, false, NULL}
};

static const struct fetch_sentence *fetch_sentence_find(
	const struct fetch_sentence *table, int code)
{
	while (table->words != NULL && table->code != code)
		table++;
	return table->words != NULL ? table : NULL;
}

/* --- hosts ---------------------------------------------------------- */

/* "a.example" or "a.example, redirected to b.example". */
static void fetch_failure_host(const struct fetch_failure *failure, char *out,
	size_t room)
{
	char last[FETCH_HOST_MAX];
	char *url = NULL;

	curl_easy_getinfo(failure->easy, CURLINFO_EFFECTIVE_URL, &url);
	if (url != NULL && fetch_url_host(url, last, sizeof last) &&
	    strcasecmp(last, failure->host) != 0)
		snprintf(out, room, "%.100s, redirected to %.100s", failure->host, last);
	else
		snprintf(out, room, "%.200s", failure->host);
}

/* --- this machine -------------------------------------------------- */

bool fetch_route_to(const struct sockaddr *address, socklen_t size)
{
	int fd = socket(address->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool found = fd >= 0 && connect(fd, address, size) == 0;

	if (fd >= 0)
		close(fd);
	return found;
}

/* Whether there is a way into the Internet: asks the routing table alone, by
   naming a root name server as the peer of a datagram never sent. */
static bool fetch_machine_has_route(void)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(53)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(53)};

	inet_pton(AF_INET, "198.41.0.4", &v4.sin_addr);
	inet_pton(AF_INET6, "2001:503:ba3e::2:30", &v6.sin6_addr);
	return fetch_route_to((struct sockaddr *)&v4, sizeof v4) ||
		fetch_route_to((struct sockaddr *)&v6, sizeof v6);
}

/* --- sentences ------------------------------------------------------- */

static curl_off_t fetch_time(CURL *easy, CURLINFO which)
{
	curl_off_t microseconds = 0;

	curl_easy_getinfo(easy, which, &microseconds);
	return microseconds;
}

/* To any of its addresses, new or kept from before. */
static bool fetch_failure_had_connection(const struct fetch_failure *failure)
{
	char *peer = NULL;

	curl_easy_getinfo(failure->easy, CURLINFO_PRIMARY_IP, &peer);
	return peer != NULL && peer[0] != '\0';
}

/* Nothing came of it, or the time was over before anything did. */
static bool fetch_failure_is_of_name(const struct fetch_failure *failure)
{
	if (failure->code == CURLE_OPERATION_TIMEDOUT)
		return !fetch_failure_had_connection(failure) &&
			fetch_time(failure->easy, CURLINFO_NAMELOOKUP_TIME_T) == 0;
	return failure->code == CURLE_COULDNT_RESOLVE_HOST;
}

bool fetch_failure_needs_lookup(const struct fetch_failure *failure,
	char host[FETCH_HOST_MAX])
{
	char *url = NULL;

	if (!fetch_failure_is_of_name(failure) || !fetch_machine_has_route())
		return false;
	curl_easy_getinfo(failure->easy, CURLINFO_EFFECTIVE_URL, &url);
	if (url == NULL || !fetch_url_host(url, host, FETCH_HOST_MAX))
		return false;
	bool slow = failure->code == CURLE_OPERATION_TIMEDOUT ||
		fetch_time(failure->easy, CURLINFO_TOTAL_TIME_T) >= LOOKUP_SLOW_US;
	host[slow ? 0 : strcspn(host, ":")] = '\0';
	return true;
}

static bool fetch_words_lookup(const struct fetch_failure *failure, struct text *out)
{
	switch (failure->lookup) {
	case LOOKUP_UNKNOWN:
		text_add_string(out, "its name cannot be looked up, since this machine "
			"has no route to the Internet");
		return true;
	case LOOKUP_TROUBLE:
		text_add_string(out, "its name cannot be looked up, since the name servers "
			"of this machine do not answer; look at its DNS");
		return true;
	case LOOKUP_NAME_TROUBLE:
		text_add_string(out, "its name cannot be looked up, since the name servers "
			"that know of it do not answer");
		return false;
	case LOOKUP_NO_NAME:
		break;
	}
	text_add_string(out, "there is no such name in the DNS; check its spelling");
	return false;
}

/* What is wrong with the way to one address says nothing when there was a way to
   another; and a way that ends elsewhere is not this machine's fault. */
static bool fetch_errno_is_local(const struct fetch_failure *failure, int number)
{
	const struct fetch_routes *routes = &failure->routes;

	switch (number) {
	case ENETUNREACH:
	case EHOSTUNREACH:
		return !routes->some;
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT:
		return !routes->some || !routes->none;
	default:
		return true;
	}
}

static bool fetch_words_connect(const struct fetch_failure *failure, struct text *out)
{
	long number = failure->os_errno;

	if (number == 0)
		curl_easy_getinfo(failure->easy, CURLINFO_OS_ERRNO, &number);
	bool local = fetch_errno_is_local(failure, (int)number);
	if (number == EHOSTUNREACH && local)
		number = ENETUNREACH;
	const struct fetch_sentence *found = fetch_sentence_find(fetch_by_errno, (int)number);
	if (found == NULL || (found->offline && !local)) {
		text_add_string(out, "no connection can be made");
		return false;
	}
	text_add_string(out, found->words);
	return found->offline;
}

static bool fetch_words_timeout(const struct fetch_failure *failure, struct text *out)
{
	curl_off_t total = fetch_time(failure->easy, CURLINFO_TOTAL_TIME_T);

	if (fetch_failure_is_of_name(failure))
		return fetch_words_lookup(failure, out);
	if (!fetch_failure_had_connection(failure))
		text_addf(out, "does not take the connection within %jd s; "
			"is it up, or behind a firewall?", (intmax_t)(total / 1000000));
	else if (fetch_time(failure->easy, CURLINFO_PRETRANSFER_TIME_T) == 0)
		text_addf(out, "takes the connection, but agrees on no TLS within %jd s",
			(intmax_t)(total / 1000000));
	else if ((failure->spent + total) / 1000000 + 1 < failure->timeout)
		text_add_string(out, "sends less than 100 bytes a second");
	else
		text_addf(out, "no whole answer within %jd s (timeout)",
			(intmax_t)failure->timeout);
	return false;
}

/* OpenSSL's reason is of use; what else curl says may quote the peer. */
static bool fetch_words_certificate(const struct fetch_failure *failure,
	struct text *out)
{
	static const char reason[] = "SSL certificate problem: ";

	text_add_string(out, "its certificate is not accepted");
	if (string_starts(failure->said, reason))
		text_addf(out, " (%s)", failure->said + sizeof reason - 1);
	else if (strstr(failure->said, "host name") != NULL)
		text_add_string(out, " (it is for another name)");
	text_add_string(out, "; a private authority needs its ca_file");
	return false;
}

static bool fetch_words_body(const struct fetch_failure *failure, struct text *out)
{
	text_addf(out, "the answer is larger than %zu bytes (max_body)",
		failure->max_body);
	return false;
}

static void fetch_words_finding(const struct fetch_finding *finding,
	const struct fetch_failure *failure, struct text *out)
{
	text_add_string(out, finding->words);
	if (finding->behind_target != NULL)
		text_addf(out, "%.100s%s", failure->target, finding->behind_target);
}

static bool fetch_words_fault(const struct fetch_failure *failure, struct text *out)
{
	for (size_t i = 0; i < sizeof fetch_by_fault / sizeof fetch_by_fault[0]; i++)
		if (fetch_by_fault[i].fault == failure->fault) {
			fetch_words_finding(&fetch_by_fault[i], failure, out);
			return false;
		}
	if (failure->fault == FETCH_FAULT_BODY)
		return fetch_words_body(failure, out);
	if (failure->fault == FETCH_FAULT_SOCKET)
		return fetch_words_connect(failure, out);
	text_addf(out, "leads to %s, which is not a public address; "
		"if that is meant, set allow_private", failure->address);
	return false;
}

static bool fetch_words_code(const struct fetch_failure *failure, struct text *out)
{
	const struct fetch_sentence *found = fetch_sentence_find(fetch_by_code,
		(int)failure->code);

	if (found != NULL) {
		text_add_string(out, found->words);
		return found->offline;
	}
	text_addf(out, "the transfer failed (%s)", curl_easy_strerror(failure->code));
	return false;
}

/* curl has no code of its own for a line longer than it takes. */
static bool fetch_words_memory(const struct fetch_failure *failure, struct text *out)
{
	bool answers = fetch_failure_had_connection(failure);

	text_add_string(out, answers ? "a header of the answer is too long" :
		"not enough memory here");
	return !answers;
}

static const struct fetch_telling {
	int code;
	bool (*tell)(const struct fetch_failure *failure, struct text *out);
} fetch_tellings[] = {
	{CURLE_COULDNT_RESOLVE_HOST, fetch_words_lookup},
	{CURLE_COULDNT_CONNECT, fetch_words_connect},
	{CURLE_OPERATION_TIMEDOUT, fetch_words_timeout},
	{CURLE_PEER_FAILED_VERIFICATION, fetch_words_certificate},
	{CURLE_FILESIZE_EXCEEDED, fetch_words_body},
	{CURLE_OUT_OF_MEMORY, fetch_words_memory},
};

/* An address that was refused is no matter once another was connected to. */
static bool fetch_fault_counts(const struct fetch_failure *failure)
{
	if (failure->fault == FETCH_FAULT_ADDRESS || failure->fault == FETCH_FAULT_SOCKET)
		return failure->code == CURLE_COULDNT_CONNECT ||
			failure->code == CURLE_ABORTED_BY_CALLBACK;
	return failure->fault != FETCH_FAULT_NONE;
}

static bool fetch_words_tell(const struct fetch_failure *failure, struct text *out)
{
	if (fetch_fault_counts(failure))
		return fetch_words_fault(failure, out);
	for (size_t i = 0; i < sizeof fetch_tellings / sizeof fetch_tellings[0]; i++)
		if (fetch_tellings[i].code == (int)failure->code)
			return fetch_tellings[i].tell(failure, out);
	return fetch_words_code(failure, out);
}

bool fetch_failure_is_refused(const struct fetch_failure *failure)
{
	return failure->fault == FETCH_FAULT_ADDRESS && fetch_fault_counts(failure);
}

bool fetch_failure_is_unreached(const struct fetch_failure *failure)
{
	if (fetch_fault_counts(failure) && failure->fault != FETCH_FAULT_SOCKET)
		return false;
	return !fetch_failure_had_connection(failure);
}

bool fetch_failure_words(const struct fetch_failure *failure,
	char out[FETCH_WORDS_MAX])
{
	char host[FETCH_HOST_MAX];
	struct text words;

	text_init(&words, 0);
	bool offline = fetch_words_tell(failure, &words);
	fetch_failure_host(failure, host, sizeof host);
	snprintf(out, FETCH_WORDS_MAX, "%s: %s", host, text_string(&words));
	text_release(&words);
	return offline;
}
