/*
 * fetch_transfer: one request at libcurl, from its options to its end.
 *
 * A body for which there is no memory now is dropped, and asked for anew when
 * all that it needs has been set aside. To pause it instead would leave what is
 * being unpacked in curl, uncounted, and a server waiting that soon hangs up.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <utlist.h>

#include "base/log.h"
#include "net/fetch_answer.h"
#include "net/fetch_transfer.h"

#define FETCH_HEADERS_MAX ((size_t)64 << 10)	/* of all answers to one request */
#define FETCH_RATIO 200			/* decoded to received bytes … */
#define FETCH_RATIO_FROM ((size_t)1 << 20)	/* … beyond this size */
#define FETCH_RECEIVE_BUFFER 16384L	/* what curl may hold uncounted */
#define FETCH_REDIRECTS 5
#define FETCH_SKIP_MAX ((size_t)64 << 10)	/* of a redirect's body, which nobody reads */
#define FETCH_CONNECT_SECONDS 10L
#define FETCH_LOW_SPEED 100L		/* bytes a second … */
#define FETCH_CONNECTION_AGE 600L	/* seconds a connection may be reused */
#define FETCH_CONNECTION_IDLE 60L

/* --- what curl calls while it transfers ------------------------------- */

static size_t size_least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t size_greater(size_t a, size_t b)
{
	return a > b ? a : b;
}

static bool fetch_is_bomb(const struct fetch *fetch, size_t decoded)
{
	curl_off_t received = 0;

	if (decoded <= FETCH_RATIO_FROM)
		return false;
	curl_easy_getinfo(fetch->easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
	return decoded / FETCH_RATIO > (size_t)(received + FETCH_RECEIVE_BUFFER);
}

static size_t fetch_stop(struct fetch *fetch, enum fetch_fault fault)
{
	fetch->fault = fault;
	return CURL_WRITEFUNC_ERROR;
}

/* Memory for a body that has come to so many bytes, and for what is still to
   come of it: what the server announced or, when that is unknown or was only
   the packed size, as much again. Those postponed come first. The answer to a
   POST does not ask, since it cannot be had twice. */
static bool fetch_may_hold(struct fetch *fetch, size_t bytes)
{
	struct fetch_memory *memory = &fetch->fetcher->memory;
	size_t most = fetch->max_body;
	size_t mine = size_greater(fetch->allotted, memory->share);
	curl_off_t length = 0;

	curl_easy_getinfo(fetch->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	size_t announced = length > 0 ? size_least((size_t)length, most) : 0;
	if (fetch->post || size_greater(bytes, announced) <= mine)
		return true;
	bool known = bytes <= announced;
	size_t want = known ? announced : size_least(bytes * 2, most);
	if (fetch->fetcher->postponed == NULL &&
	    fetch_memory_raise(memory, &fetch->allotted, want))
		return true;
	fetch->need = known && fetch->need == 0 ? announced : most;
	fetch->lacking = true;
	return false;
}

/* What is read is read for the sake of the connection. */
static size_t fetch_skip_body(struct fetch *fetch, size_t count)
{
	fetch->skipped += count;
	fetch->cut = fetch->skipped > FETCH_SKIP_MAX;
	return fetch->cut ? CURL_WRITEFUNC_ERROR : count;
}

static size_t fetch_on_body(char *bytes, size_t one, size_t count, void *context)
{
	struct fetch *fetch = context;

	if (fetch->follow && fetch_redirect_reference(fetch->easy) != NULL)
		return fetch_skip_body(fetch, count);
	size_t room = fetch->max_body - fetch->received.length;
	size_t taken = size_least(count, room);
	(void)one;

	if (count > room && !fetch->cut_body)
		return fetch_stop(fetch, FETCH_FAULT_BODY);
	if (fetch_is_bomb(fetch, fetch->received.length + taken))
		return fetch_stop(fetch, FETCH_FAULT_RATIO);
	if (!fetch_may_hold(fetch, fetch->received.length + taken))
		return CURL_WRITEFUNC_ERROR;
	text_add(&fetch->received, bytes, taken);
	fetch->cut = count > room;
	return fetch->cut ? CURL_WRITEFUNC_ERROR : count;
}

static size_t fetch_on_header(char *bytes, size_t one, size_t count, void *context)
{
	struct fetch *fetch = context;
	(void)one;

	if ((bytes[0] == '\r' || bytes[0] == '\n') && !fetch_answer_is_early(fetch->easy))
		fetch->headers_ended = true;
	fetch->header_bytes += count;
	if (fetch->header_bytes > FETCH_HEADERS_MAX)
		return fetch_stop(fetch, FETCH_FAULT_HEADERS);
	return count;
}

/* A redirect's name is one more to look up; it counts, so that none starts
   beside it. */
static int fetch_on_lookup(void *resolver, void *reserved, void *context)
{
	(void)resolver;
	(void)reserved;

	fetch_resolves(context);
	return 0;
}

static void fetch_note_address(struct fetch *fetch, const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		memcpy(&fetch->tried_v4, address, sizeof fetch->tried_v4);
	else if (address->sa_family == AF_INET6)
		memcpy(&fetch->tried_v6, address, sizeof fetch->tried_v6);
}

static curl_socket_t fetch_on_socket(void *context, curlsocktype purpose,
	struct curl_sockaddr *address)
{
	struct fetch *fetch = context;
	(void)purpose;

	fetch_resolved(fetch);
	fetch_note_address(fetch, &address->addr);
	if (!fetch->allow_private && !address_is_public(&address->addr)) {
		fetch->fault = FETCH_FAULT_ADDRESS;
		address_print(&address->addr, fetch->address);
		return CURL_SOCKET_BAD;
	}
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
		address->protocol);
	if (fd < 0) {	/* the family perhaps, and the other one may do */
		fetch->fault = FETCH_FAULT_SOCKET;
		fetch->os_errno = errno;
		return CURL_SOCKET_BAD;
	}
	return fd;
}

/* A connection made for a request that may reach private addresses is no way
   round for one that may not. */
static int fetch_on_connected(void *context, char *peer, char *own, int peer_port,
	int own_port)
{
	struct fetch *fetch = context;
	(void)own;
	(void)peer_port;
	(void)own_port;

	fetch_resolved(fetch);
	fetch->fault = FETCH_FAULT_NONE; /* another of its addresses was good */
	if (fetch->allow_private || address_text_is_public(peer))
		return CURL_PREREQFUNC_OK;
	fetch->fault = FETCH_FAULT_ADDRESS;
	snprintf(fetch->address, sizeof fetch->address, "%s", peer);
	return CURL_PREREQFUNC_ABORT;
}

/* --- setting up a transfer ---------------------------------------------- */

static void fetch_set_callbacks(struct fetch *fetch)
{
	CURL *easy = fetch->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, fetch);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, fetch->said);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, fetch_on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetch);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, fetch_on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, fetch);
	curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, fetch_on_lookup);
	curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, fetch);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, fetch_on_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, fetch);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, fetch_on_connected);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, fetch);
}

/* Milliseconds; 0 would mean for ever. */
static long fetch_time_left(const struct fetch *fetch)
{
	int64_t left = fetch->timeout * 1000 - fetch->spent / 1000;

	return left > 0 ? (long)left : 1;
}

static void fetch_set_limits(struct fetch *fetch)
{
	CURL *easy = fetch->easy;

	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, FETCH_CONNECT_SECONDS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, fetch_time_left(fetch));
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, FETCH_LOW_SPEED);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, fetch->fetcher->slow_seconds);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, FETCH_RECEIVE_BUFFER);
	if (!fetch->cut_body)
		curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE,
			(curl_off_t)fetch->max_body);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);	/* that is ours to do */
	curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, FETCH_CONNECTION_AGE);
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, FETCH_CONNECTION_IDLE);
}

/* The whole CA folder would be read anew for every TLS connection. */
static void fetch_set_trust(struct fetch *fetch)
{
	CURL *easy = fetch->easy;

	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	if (fetch->ca_file != NULL)
		curl_easy_setopt(easy, CURLOPT_CAINFO, fetch->ca_file);
	if (fetch->ca_file != NULL || !fetch->fetcher->keep_ca_path)
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
}

static void fetch_set_request(struct fetch *fetch)
{
	CURL *easy = fetch->easy;

	curl_easy_setopt(easy, CURLOPT_URL, fetch->url);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fetch->headers);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, br");
	if (fetch->fetcher->user_agent != NULL)
		curl_easy_setopt(easy, CURLOPT_USERAGENT, fetch->fetcher->user_agent);
	if (!fetch->post)
		return;
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, fetch->body);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
		(curl_off_t)fetch->body_length);
}

/* It stands in no list. */
void fetch_run(struct fetch *fetch)
{
	struct fetcher *fetcher = fetch->fetcher;
	struct fetch_host *host = fetch->host;

	DL_APPEND(fetcher->running, fetch);
	fetch->state = FETCH_RUNNING;
	host->running++;
	fetcher->running_count++;
	fetch_host_rest(fetcher, host);
	if (host->ring == FETCH_BY_NAME)
		fetch_resolves(fetch);
	fetch->easy = fetcher_take_easy(fetcher);
	fetch_set_callbacks(fetch);
	fetch_set_limits(fetch);
	fetch_set_trust(fetch);
	fetch_set_request(fetch);
	if (!multi_add(fetcher->multi, fetch->easy))
		log_bug("libcurl refuses a transfer");
}

/* --- how a transfer ended ------------------------------------------------- */

static void fetch_note_route(struct fetch_routes *routes, const void *address,
	socklen_t size)
{
	if (((const struct sockaddr *)address)->sa_family == AF_UNSPEC)
		return;
	if (fetch_route_to(address, size))
		routes->some = true;
	else
		routes->none = true;
}

static void fetch_describe(const struct fetch *fetch, CURLcode code,
	struct fetch_failure *out)
{
	*out = (struct fetch_failure){
		.easy = fetch->easy, .code = code, .fault = fetch->fault,
		.host = fetch->asked_host != NULL ? fetch->asked_host : fetch->host->name,
		.said = fetch->said, .os_errno = fetch->os_errno,
		.timeout = fetch->timeout, .spent = fetch->spent,
		.max_body = fetch->max_body,
	};
	memcpy(out->address, fetch->address, sizeof out->address);
	if (code != CURLE_COULDNT_CONNECT)
		return;
	fetch_note_route(&out->routes, &fetch->tried_v4, sizeof fetch->tried_v4);
	fetch_note_route(&out->routes, &fetch->tried_v6, sizeof fetch->tried_v6);
}

static void fetch_fail(struct fetch *fetch, const struct fetch_failure *failure)
{
	struct fetch_result result = {
		.error = fetch->words, .retry_after = -1, .max_age = -1,
		.offline = fetch_failure_words(failure, fetch->words),
		.unreached = fetch->redirects == 0 && fetch_failure_is_unreached(failure),
		.refused = fetch->redirects == 0 && fetch_failure_is_refused(failure),
	};

	fetch_deliver_failure(fetch, &result);
}

static void fetch_asked(void *context, enum lookup_answer answer)
{
	struct fetch *fetch = context;
	struct fetch_failure failure;

	fetch->lookup = NULL;
	fetch_describe(fetch, CURLE_COULDNT_RESOLVE_HOST, &failure);
	failure.lookup = answer;
	fetch_fail(fetch, &failure);
}

/* It will begin again from nothing, with its whole time before it. */
static void fetch_postpone(struct fetch *fetch)
{
	struct fetcher *fetcher = fetch->fetcher;

	fetch->host->postponed++;
	fetch_leave_running(fetch);
	fetch_forget_transfer(fetch);
	fetch->header_bytes = 0;
	fetch->spent = 0;
	fetch->state = FETCH_POSTPONED;
	DL_APPEND(fetcher->postponed, fetch);
	fetch_release_allotted(fetch);
}

static void fetch_broke(struct fetch *fetch, CURLcode code)
{
	struct fetch_failure failure;
	char host[FETCH_HOST_MAX];

	fetch_describe(fetch, code, &failure);
	if (!fetch_failure_needs_lookup(&failure, host)) {
		fetch_fail(fetch, &failure);
		return;
	}
	fetch_resolves(fetch);
	fetch->state = FETCH_ASKING;
	fetch->lookup = lookup_start(fetch->fetcher->loop, host, fetch_asked, fetch);
}

static void fetch_fail_for(struct fetch *fetch, enum fetch_fault fault,
	const char *target)
{
	struct fetch_failure failure;

	fetch->fault = fault;
	fetch_describe(fetch, CURLE_OK, &failure);
	if (target != NULL)
		fetch_url_origin(target, failure.target);
	fetch_fail(fetch, &failure);
}

/* --- redirects ------------------------------------------------------------ */

/* Whether, and into *target where, it leads on. */
static enum fetch_fault fetch_judge_redirect(const struct fetch *fetch,
	const char *reference, char **target)
{
	if (fetch->redirects == FETCH_REDIRECTS)
		return FETCH_FAULT_MANY;
	switch (fetch_url_resolve(fetch->url, reference, target)) {
	case FETCH_URL_NONSENSE:
		return FETCH_FAULT_NONSENSE;
	case FETCH_URL_SCHEME:
		return FETCH_FAULT_SCHEME;
	case FETCH_URL_USER:
		return FETCH_FAULT_USER;
	case FETCH_URL_GOOD:
		break;
	}
	if (fetch->post)
		return FETCH_FAULT_POST;
	if (fetch_url_is_secure(fetch->url) && !fetch_url_is_secure(*target))
		return FETCH_FAULT_DOWNGRADE;
	if (fetch->secret && !fetch_urls_share_origin(fetch->url, *target))
		return FETCH_FAULT_SECRET;
	return FETCH_FAULT_NONE;
}

/* What a caller adds is for the server it named: a key goes by many names. What
   says how to answer, and what is had already, is no one's secret. */
static bool fetch_header_travels(const char *line)
{
	static const char *const travels[] = {"Accept:", "Accept-Language:",
		"If-None-Match:", "If-Modified-Since:"};

	for (size_t i = 0; i < sizeof travels / sizeof travels[0]; i++)
		if (strncasecmp(line, travels[i], strlen(travels[i])) == 0)
			return true;
	return false;
}

static void fetch_drop_headers(struct fetch *fetch)
{
	struct curl_slist *all = fetch->headers;

	fetch->headers = NULL;
	for (const struct curl_slist *line = all; line != NULL; line = line->next)
		if (fetch_header_travels(line->data))
			fetch_add_header(fetch, line->data);
	curl_slist_free_all(all);
}

static void fetch_redirect(struct fetch *fetch, const char *reference)
{
	char *target = NULL;
	curl_off_t took = 0;
	enum fetch_fault fault = fetch_judge_redirect(fetch, reference, &target);

	if (fault != FETCH_FAULT_NONE) {
		fetch_fail_for(fetch, fault, target);
		free(target);
		return;
	}
	bool for_good = fetch_redirect_is_for_good(fetch->easy);
	fetch->moved_for_good = for_good && (fetch->redirects == 0 || fetch->moved_for_good);
	fetch->redirects++;
	curl_easy_getinfo(fetch->easy, CURLINFO_TOTAL_TIME_T, &took);
	fetch->spent += took;
	if (!fetch_urls_share_origin(fetch->url, target))
		fetch_drop_headers(fetch);
	fetch_go_on(fetch, target);
}

/* Where it would have led. */
static void fetch_note_redirect(const struct fetch *fetch,
	struct fetch_result *result)
{
	const char *reference = fetch_redirect_reference(fetch->easy);
	char *target = NULL;

	if (reference == NULL ||
	    fetch_url_resolve(fetch->url, reference, &target) != FETCH_URL_GOOD)
		return;
	fetch_url_origin(target, result->redirect);
	free(target);
}

/* --- the end ----------------------------------------------------------------- */

static void fetch_answered(struct fetch *fetch)
{
	const char *reference = fetch->follow ? fetch_redirect_reference(fetch->easy) : NULL;
	struct fetch_result result;

	if (!fetch->headers_ended) {
		fetch_fail_for(fetch, FETCH_FAULT_HALF, NULL);
		return;
	}
	if (!fetch_answer_has_one_length(fetch->easy)) {
		fetch_fail_for(fetch, FETCH_FAULT_LENGTHS, NULL);
		return;
	}
	if (reference != NULL) {
		fetch_redirect(fetch, reference);
		return;
	}
	fetch_answer_read(fetch->easy, loop_now(fetch->fetcher->loop), &result);
	if (!fetch->follow)
		fetch_note_redirect(fetch, &result);
	result.moved = fetch->moved_for_good &&
		((result.status >= 200 && result.status < 300) || result.status == 304);
	if (result.status == 304 && !fetch->validates)
		fetch_fail_for(fetch, FETCH_FAULT_UNASKED, NULL);
	else
		fetch_deliver(fetch, &result);
}

void fetch_ended(void *context, CURL *easy, CURLcode code)
{
	struct fetch *fetch = NULL;
	(void)context;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&fetch);
	if (fetch->lacking)
		fetch_postpone(fetch);
	else if (code == CURLE_OK || fetch->cut)
		fetch_answered(fetch);
	else
		fetch_broke(fetch, code);
}
