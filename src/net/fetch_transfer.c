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
#define FETCH_REDIRECTS 5L
#define FETCH_CONNECT_SECONDS 10L
#define FETCH_LOW_SPEED 100L		/* bytes a second … */
#define FETCH_LOW_SPEED_SECONDS 15L	/* … for so long */
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

static size_t fetch_on_body(char *bytes, size_t one, size_t count, void *context)
{
	struct fetch *fetch = context;
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
	(void)bytes;
	(void)one;

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

static curl_socket_t fetch_on_socket(void *context, curlsocktype purpose,
	struct curl_sockaddr *address)
{
	struct fetch *fetch = context;
	(void)purpose;

	fetch_resolved(fetch);
	if (!fetch->allow_private && !address_is_public(&address->addr)) {
		fetch->fault = FETCH_FAULT_ADDRESS;
		address_print(&address->addr, fetch->address);
		return CURL_SOCKET_BAD;
	}
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
		address->protocol);
	if (fd < 0) {
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

static void fetch_set_limits(struct fetch *fetch)
{
	CURL *easy = fetch->easy;

	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, FETCH_CONNECT_SECONDS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)fetch->timeout);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, FETCH_LOW_SPEED);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, FETCH_LOW_SPEED_SECONDS);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, FETCH_RECEIVE_BUFFER);
	if (!fetch->cut_body)
		curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE,
			(curl_off_t)fetch->max_body);
	curl_easy_setopt(easy, CURLOPT_MAXREDIRS, FETCH_REDIRECTS);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, fetch->follow ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, FETCH_CONNECTION_AGE);
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, FETCH_CONNECTION_IDLE);
}

/* The whole CA folder would be read anew for every TLS connection. */
static void fetch_set_trust(struct fetch *fetch)
{
	CURL *easy = fetch->easy;

	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
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
	curl_easy_setopt(easy, CURLOPT_UNRESTRICTED_AUTH, 0L);
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

static void fetch_deliver_answer(struct fetch *fetch)
{
	struct fetch_result result;

	fetch_answer_read(fetch->easy, loop_now(fetch->fetcher->loop), &result);
	fetch_deliver(fetch, &result);
}

static void fetch_describe(const struct fetch *fetch, CURLcode code,
	struct fetch_failure *out)
{
	*out = (struct fetch_failure){
		.easy = fetch->easy, .code = code, .fault = fetch->fault,
		.host = fetch->host->name, .said = fetch->said,
		.os_errno = fetch->os_errno, .timeout = fetch->timeout,
		.max_body = fetch->max_body,
	};
	memcpy(out->address, fetch->address, sizeof out->address);
}

static void fetch_asked(void *context, enum lookup_answer answer)
{
	struct fetch *fetch = context;
	struct fetch_failure failure;

	fetch->lookup = NULL;
	fetch_describe(fetch, CURLE_COULDNT_RESOLVE_HOST, &failure);
	failure.lookup = answer;
	bool offline = fetch_failure_words(&failure, fetch->words);
	fetch_deliver_failure(fetch, offline);
}

/* It will begin again from nothing, with its whole time before it. */
static void fetch_postpone(struct fetch *fetch)
{
	struct fetcher *fetcher = fetch->fetcher;

	fetch->host->postponed++;
	fetch_leave_running(fetch);
	fetch_put_easy(fetch);
	text_release(&fetch->received);
	fetch->header_bytes = 0;
	fetch->said[0] = '\0';
	fetch->lacking = false;
	fetch->state = FETCH_POSTPONED;
	DL_APPEND(fetcher->postponed, fetch);
	fetch_release_allotted(fetch);
}

void fetch_ended(void *context, CURL *easy, CURLcode code)
{
	struct fetch *fetch = NULL;
	struct fetch_failure failure;
	char host[FETCH_HOST_MAX];
	(void)context;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&fetch);
	if (fetch->lacking) {
		fetch_postpone(fetch);
		return;
	}
	if (code == CURLE_OK || fetch->cut) {
		fetch_deliver_answer(fetch);
		return;
	}
	fetch_describe(fetch, code, &failure);
	if (fetch_failure_needs_lookup(&failure, host)) {
		fetch_resolves(fetch);
		fetch->state = FETCH_ASKING;
		fetch->lookup = lookup_start(fetch->fetcher->loop, host, fetch_asked, fetch);
		return;
	}
	bool offline = fetch_failure_words(&failure, fetch->words);
	fetch_deliver_failure(fetch, offline);
}
