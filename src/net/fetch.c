/*
 * fetch: requests wait in a queue of their host; hosts that may start another
 * transfer stand in one of two rings (those whose name must be looked up, and
 * those given by number), so that starting and ending cost the same whether
 * ten or ten thousand wait. Everything but the copying of a request happens in
 * fetcher_on_step and in the callbacks of multi, so done is never called from
 * within fetch_start.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>
#include <event2/event.h>
#include <uthash.h>
#include <utlist.h>

#include "base/log.h"
#include "base/mem.h"
#include "net/address.h"
#include "net/fetch.h"
#include "net/fetch_words.h"
#include "net/file.h"
#include "net/lookup.h"
#include "net/multi.h"

#define FETCH_RESOLVING_MAX 16		/* each look-up is a thread of libcurl's */
#define FETCH_STARTS_A_STEP 16		/* so that a sweep does not hold up the loop */
#define FETCH_FILE_BYTES_A_STEP (8 * FILE_PIECE)
#define FETCH_FILES_A_STEP 64		/* and requests refused */
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

/*
 *	fetch_start -> QUEUED -> RUNNING [-> ASKING] -> DELIVERING
 *	            -> READING                       -> DELIVERING
 *	            -> REFUSED                       -> DELIVERING
 */
enum fetch_state {
	FETCH_QUEUED,		/* in its host's queue */
	FETCH_RUNNING,		/* in the multi; holds a place of its host */
	FETCH_ASKING,		/* the same, out of the multi: why there is no such
				   name is being found out */
	FETCH_READING,		/* in the list of files */
	FETCH_REFUSED,		/* in the list of refused; words is why */
	FETCH_DELIVERING	/* in no list; its done is being called */
};

enum fetch_ring { FETCH_BY_NAME, FETCH_BY_NUMBER, FETCH_RINGS };

struct fetch_host {
	char *name;		/* with the port, if one is written */
	enum fetch_ring ring;
	int running;
	bool ready;		/* stands in its ring */
	struct fetch *queue;
	struct fetch_host *prev, *next;
	UT_hash_handle hh;
};

struct fetch {
	struct fetcher *fetcher;
	struct fetch_host *host;	/* NULL: a file, or refused */
	enum fetch_state state;
	struct fetch *prev, *next;
	fetch_done *done;
	void *context;

	char *url;
	bool post, cut_body, allow_private, follow;
	struct curl_slist *headers;
	void *body;
	size_t body_length;
	char *if_none_match;		/* a file's validator */
	char *ca_file;
	int64_t timeout;
	size_t max_body;

	CURL *easy;
	bool resolving;
	struct lookup *lookup;		/* ASKING */
	bool cut;			/* enough of the body has come */
	enum fetch_fault fault;
	struct text received;
	size_t header_bytes;
	char address[ADDRESS_TEXT_MAX];	/* the one refused */
	int os_errno;
	char said[CURL_ERROR_SIZE];	/* by curl */
	char words[FETCH_WORDS_MAX];	/* why it failed */
	struct file file;		/* READING */
	bool file_open;
};

struct fetcher {
	struct loop *loop;
	struct multi *multi;
	struct event *step;		/* work to do soon, never armed in vain */
	int concurrency, per_host;
	char *user_agent;
	bool keep_ca_path;		/* curl has no CA file of its own */

	struct fetch_host *hosts;
	struct fetch_host *rings[FETCH_RINGS];
	enum fetch_ring turn;		/* the ring to look at next */
	struct fetch *running, *files, *refused;
	int running_count, resolving;
	size_t active;
	CURL **idle;			/* handles for reuse */
	int idle_count;
};

/* --- bookkeeping ------------------------------------------------------- */

static void fetcher_wake(struct fetcher *fetcher)
{
	struct timeval now = {0};

	event_add(fetcher->step, &now);
}

static void fetch_host_update(struct fetcher *fetcher, struct fetch_host *host)
{
	bool ready = host->queue != NULL && host->running < fetcher->per_host;

	if (ready && !host->ready) {
		DL_APPEND(fetcher->rings[host->ring], host);
		fetcher_wake(fetcher);
	} else if (!ready && host->ready)
		DL_DELETE(fetcher->rings[host->ring], host);
	host->ready = ready;
	if (host->queue == NULL && host->running == 0) {
		HASH_DEL(fetcher->hosts, host);
		free(host->name);
		free(host);
	}
}

static struct fetch_host *fetch_host_get(struct fetcher *fetcher, const char *name)
{
	struct fetch_host *host;

	HASH_FIND_STR(fetcher->hosts, name, host);
	if (host != NULL)
		return host;
	host = mem_new(1, sizeof *host);
	host->name = mem_string(name);
	host->ring = fetch_host_is_address(name) ? FETCH_BY_NUMBER : FETCH_BY_NAME;
	HASH_ADD_KEYPTR(hh, fetcher->hosts, host->name, strlen(host->name), host);
	return host;
}

static CURL *fetcher_take_easy(struct fetcher *fetcher)
{
	if (fetcher->idle_count > 0)
		return fetcher->idle[--fetcher->idle_count];
	CURL *easy = curl_easy_init();
	if (easy == NULL)
		log_bug("libcurl gives no handle");
	return easy;
}

static void fetch_put_easy(struct fetch *fetch)
{
	struct fetcher *fetcher = fetch->fetcher;

	if (fetch->easy == NULL)
		return;
	curl_easy_reset(fetch->easy);
	if (fetcher->idle_count < fetcher->concurrency)
		fetcher->idle[fetcher->idle_count++] = fetch->easy;
	else
		curl_easy_cleanup(fetch->easy);
	fetch->easy = NULL;
}

static void fetch_resolves(struct fetch *fetch)
{
	if (!fetch->resolving)
		fetch->fetcher->resolving++;
	fetch->resolving = true;
}

static void fetch_resolved(struct fetch *fetch)
{
	if (!fetch->resolving)
		return;
	fetch->resolving = false;
	if (--fetch->fetcher->resolving < FETCH_RESOLVING_MAX)
		fetcher_wake(fetch->fetcher);
}

/* Leaves the list it stands in and gives back the places it holds. */
static void fetch_unlink(struct fetch *fetch)
{
	struct fetcher *fetcher = fetch->fetcher;
	struct fetch_host *host = fetch->host;

	switch (fetch->state) {
	case FETCH_QUEUED:
		DL_DELETE(host->queue, fetch);
		fetch_host_update(fetcher, host);
		break;
	case FETCH_RUNNING:
	case FETCH_ASKING:
		fetch_resolved(fetch);
		DL_DELETE(fetcher->running, fetch);
		if (fetcher->running_count-- == fetcher->concurrency)
			fetcher_wake(fetcher);
		host->running--;
		fetch_host_update(fetcher, host);
		break;
	case FETCH_READING:
		DL_DELETE(fetcher->files, fetch);
		break;
	case FETCH_REFUSED:
		DL_DELETE(fetcher->refused, fetch);
		break;
	case FETCH_DELIVERING:
		return;
	}
	fetch->state = FETCH_DELIVERING;
	fetch->host = NULL;
	fetcher->active--;
}

static void fetch_free(struct fetch *fetch)
{
	lookup_cancel(fetch->lookup);
	fetch_put_easy(fetch);
	if (fetch->file_open)
		file_close(&fetch->file);
	curl_slist_free_all(fetch->headers);
	text_release(&fetch->received);
	free(fetch->url);
	free(fetch->body);
	free(fetch->if_none_match);
	free(fetch->ca_file);
	free(fetch);
}

/* The places are free again before done is called, which may start others. */
static void fetch_deliver(struct fetch *fetch, struct fetch_result *result)
{
	fetch_unlink(fetch);
	if (result->body == NULL)
		result->body = &fetch->received;
	if (result->final_url == NULL)
		result->final_url = fetch->url;
	fetch->done(fetch->context, result);
	fetch_free(fetch);
}

static void fetch_deliver_failure(struct fetch *fetch, bool offline)
{
	struct fetch_result result = {
		.error = fetch->words, .offline = offline,
		.retry_after = -1, .max_age = -1,
	};

	text_clear(&fetch->received);
	fetch_deliver(fetch, &result);
}

/* --- what curl calls while it transfers ------------------------------- */

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

static size_t fetch_on_body(char *bytes, size_t one, size_t count, void *context)
{
	struct fetch *fetch = context;
	size_t room = fetch->max_body - fetch->received.length;
	(void)one;

	if (count > room && fetch->cut_body) {
		text_add(&fetch->received, bytes, room);
		fetch->cut = true;
		return CURL_WRITEFUNC_ERROR;
	}
	if (count > room)
		return fetch_stop(fetch, FETCH_FAULT_BODY);
	if (fetch_is_bomb(fetch, fetch->received.length + count))
		return fetch_stop(fetch, FETCH_FAULT_RATIO);
	text_add(&fetch->received, bytes, count);
	return count;
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

static void fetch_run(struct fetch *fetch)
{
	struct fetcher *fetcher = fetch->fetcher;
	struct fetch_host *host = fetch->host;

	DL_DELETE(host->queue, fetch);
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

/* --- what an answer said ------------------------------------------------- */

static bool fetch_is_printable(const char *value)
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

static int64_t fetch_retry_after(const struct fetch *fetch)
{
	const char *value = fetch_header(fetch->easy, "Retry-After");

	if (value[0] == '\0' || isdigit((unsigned char)value[0]))
		return fetch_seconds(value);
	time_t at = curl_getdate(value, NULL);
	if (at == (time_t)-1)
		return -1;
	instant now = loop_now(fetch->fetcher->loop);
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

static void fetch_deliver_answer(struct fetch *fetch)
{
	struct fetch_result result = {.arrived = true};
	long status = 0;
	char *url = NULL;

	curl_easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(fetch->easy, CURLINFO_EFFECTIVE_URL, &url);
	result.status = (int)status;
	result.final_url = url;
	result.retry_after = fetch_retry_after(fetch);
	result.max_age = fetch_max_age(fetch->easy);
	fetch_validator(fetch->easy, "ETag", result.etag, sizeof result.etag);
	fetch_validator(fetch->easy, "Last-Modified", result.last_modified,
		sizeof result.last_modified);
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

static void fetch_ended(void *context, CURL *easy, CURLcode code)
{
	struct fetch *fetch = NULL;
	struct fetch_failure failure;
	char host[FETCH_HOST_MAX];
	(void)context;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&fetch);
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

/* --- files --------------------------------------------------------------- */

/* "file:/a/b" and "file:///a/b"; taken as it stands, % is no escape. */
static const char *fetch_file_path(const char *url)
{
	if (!string_starts(url, "file:"))
		return NULL;
	const char *path = url + strlen("file:");
	return string_starts(path, "///") ? path + 2 : path;
}

static void fetch_file_failed(struct fetch *fetch, const struct error *error)
{
	snprintf(fetch->words, sizeof fetch->words, "%.*s",
		(int)sizeof fetch->words - 1, error->text);
	fetch_deliver_failure(fetch, fetch->file.local_fault);
}

static void fetch_file_done(struct fetch *fetch, int status)
{
	struct fetch_result result = {
		.arrived = true, .status = status, .retry_after = -1, .max_age = -1,
	};

	file_validator(&fetch->file, loop_now(fetch->fetcher->loop), result.etag);
	fetch_deliver(fetch, &result);
}

/* Opens the file; false: that was already the end of it. */
static bool fetch_file_begin(struct fetch *fetch)
{
	struct error error;
	char validator[FILE_VALIDATOR_MAX];

	fetch->file_open = true;
	if (file_open(&fetch->file, fetch_file_path(fetch->url), fetch->max_body,
			&error) < 0) {
		fetch_file_failed(fetch, &error);
		return false;
	}
	file_validator(&fetch->file, loop_now(fetch->fetcher->loop), validator);
	if (validator[0] == '\0' || !string_is(validator, fetch->if_none_match))
		return true;
	fetch_file_done(fetch, 304);
	return false;
}

/* Returns how many bytes were read. */
static size_t fetch_file_step(struct fetch *fetch)
{
	struct error error;
	size_t before = fetch->received.length;

	if (!fetch->file_open && !fetch_file_begin(fetch))
		return 0;
	int more = file_read(&fetch->file, &fetch->received, &error);
	size_t got = fetch->received.length - before;
	if (more < 0)
		fetch_file_failed(fetch, &error);
	else if (more == 0)
		fetch_file_done(fetch, 200);
	return got;
}

/* --- the step -------------------------------------------------------------- */

static void fetcher_deliver_refused(struct fetcher *fetcher)
{
	for (int i = 0; fetcher->refused != NULL && i < FETCH_FILES_A_STEP; i++)
		fetch_deliver_failure(fetcher->refused, false);
	if (fetcher->refused != NULL)
		fetcher_wake(fetcher);
}

static void fetcher_read_files(struct fetcher *fetcher)
{
	size_t bytes = 0;

	for (int i = 0; fetcher->files != NULL && i < FETCH_FILES_A_STEP &&
	     bytes < FETCH_FILE_BYTES_A_STEP; i++)
		bytes += fetch_file_step(fetcher->files);
	if (fetcher->files != NULL)
		fetcher_wake(fetcher);
}

/* The next host that may start a transfer, from the two rings by turns. A full
   set of look-ups holds up only those that need one. */
static struct fetch_host *fetcher_next_host(struct fetcher *fetcher)
{
	if (fetcher->running_count >= fetcher->concurrency)
		return NULL;
	for (int i = 0; i < FETCH_RINGS; i++) {
		enum fetch_ring ring = fetcher->turn;
		struct fetch_host *host = fetcher->rings[ring];

		fetcher->turn = ring == FETCH_BY_NAME ? FETCH_BY_NUMBER : FETCH_BY_NAME;
		if (host != NULL && (ring == FETCH_BY_NUMBER ||
		    fetcher->resolving < FETCH_RESOLVING_MAX))
			return host;
	}
	return NULL;
}

/* A host goes to the end of its ring with every start. */
static void fetcher_start_waiting(struct fetcher *fetcher)
{
	struct fetch_host *host;
	int starts = 0;

	while ((host = fetcher_next_host(fetcher)) != NULL) {
		if (starts++ == FETCH_STARTS_A_STEP) {
			fetcher_wake(fetcher);
			return;
		}
		DL_DELETE(fetcher->rings[host->ring], host);
		host->ready = false;
		fetch_run(host->queue);
		fetch_host_update(fetcher, host);
	}
}

static void fetcher_on_step(evutil_socket_t fd, short what, void *context)
{
	struct fetcher *fetcher = context;
	(void)fd;
	(void)what;

	fetcher_deliver_refused(fetcher);
	fetcher_read_files(fetcher);
	fetcher_start_waiting(fetcher);
}

/* --- requests -------------------------------------------------------------- */

static void fetch_refuse(struct fetch *fetch, const char *words)
{
	if (fetch->words[0] == '\0')
		snprintf(fetch->words, sizeof fetch->words, "%s", words);
}

static void fetch_add_header(struct fetch *fetch, const char *line)
{
	if (!fetch_is_printable(line)) {
		fetch_refuse(fetch, "a header of the request holds a control character");
		return;
	}
	struct curl_slist *longer = curl_slist_append(fetch->headers, line);
	if (longer == NULL)
		log_bug("libcurl does not take a header");
	fetch->headers = longer;
}

static void fetch_add_validator(struct fetch *fetch, const char *name,
	const char *value)
{
	struct text line;

	if (value == NULL || value[0] == '\0')
		return;
	text_init(&line, 0);
	text_addf(&line, "%s: %s", name, value);
	fetch_add_header(fetch, text_string(&line));
	text_release(&line);
}

static void fetch_copy_headers(struct fetch *fetch, const struct fetch_request *request)
{
	for (size_t i = 0; request->headers != NULL && request->headers[i] != NULL; i++)
		fetch_add_header(fetch, request->headers[i]);
	if (fetch->post)
		fetch_add_header(fetch, "Expect:");
	fetch_add_validator(fetch, "If-None-Match", request->if_none_match);
	fetch_add_validator(fetch, "If-Modified-Since", request->if_modified_since);
}

static struct fetch *fetch_new(struct fetcher *fetcher,
	const struct fetch_request *request, fetch_done *done, void *context)
{
	struct fetch *fetch = mem_new(1, sizeof *fetch);

	fetch->fetcher = fetcher;
	fetch->done = done;
	fetch->context = context;
	fetch->url = mem_string(request->url);
	fetch->post = string_is(request->method, "POST");
	fetch->cut_body = request->cut_body;
	fetch->allow_private = request->allow_private;
	fetch->follow = request->follow;
	fetch->ca_file = mem_string(request->ca_file);
	fetch->if_none_match = mem_string(request->if_none_match);
	fetch->timeout = request->timeout > 0 ? request->timeout : 1;
	fetch->max_body = request->max_body;
	if (fetch->max_body == 0 || fetch->max_body > TEXT_LIMIT_DEFAULT)
		fetch->max_body = TEXT_LIMIT_DEFAULT;
	text_init(&fetch->received, fetch->max_body);
	if (fetch->post) {
		fetch->body = mem_copy(request->body, request->body_length);
		fetch->body_length = request->body_length;
	}
	if (!fetch->post && request->method != NULL && !string_is(request->method, "GET"))
		fetch_refuse(fetch, "only GET and POST are sent");
	return fetch;
}

static void fetch_enqueue(struct fetch *fetch)
{
	struct fetcher *fetcher = fetch->fetcher;
	const char *path = fetch_file_path(fetch->url);
	char host[FETCH_HOST_MAX];

	if (path != NULL && path[0] != '/')
		fetch_refuse(fetch, "a file: URL needs an absolute path");
	if (path == NULL && !fetch_url_host(fetch->url, host, sizeof host))
		fetch_refuse(fetch, host);
	if (fetch->words[0] != '\0') {
		fetch->state = FETCH_REFUSED;
		DL_APPEND(fetcher->refused, fetch);
	} else if (path != NULL) {
		fetch->state = FETCH_READING;
		DL_APPEND(fetcher->files, fetch);
	} else {
		fetch->host = fetch_host_get(fetcher, host);
		fetch->state = FETCH_QUEUED;
		DL_APPEND(fetch->host->queue, fetch);
		fetch_host_update(fetcher, fetch->host);
		return;
	}
	fetcher_wake(fetcher);
}

struct fetch *fetch_start(struct fetcher *fetcher,
	const struct fetch_request *request, fetch_done *done, void *context)
{
	struct fetch *fetch = fetch_new(fetcher, request, done, context);

	fetch_copy_headers(fetch, request);
	fetcher->active++;
	fetch_enqueue(fetch);
	return fetch;
}

void fetch_cancel(struct fetch *fetch)
{
	if (fetch == NULL || fetch->state == FETCH_DELIVERING)
		return;
	if (fetch->state == FETCH_RUNNING)
		multi_remove(fetch->fetcher->multi, fetch->easy);
	fetch_unlink(fetch);
	fetch_free(fetch);
}

size_t fetcher_active(const struct fetcher *fetcher)
{
	return fetcher->active;
}

/* --- life --------------------------------------------------------------- */

struct fetcher *fetcher_new(struct loop *loop, const struct fetch_limits *limits)
{
	struct fetcher *fetcher = mem_new(1, sizeof *fetcher);

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		log_bug("libcurl cannot be set up");
	const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
	fetcher->keep_ca_path = curl->age < CURLVERSION_SEVENTH || curl->cainfo == NULL;
	fetcher->loop = loop;
	fetcher->concurrency = limits->concurrency > 0 ? limits->concurrency : 1;
	fetcher->per_host = limits->per_host > 0 ? limits->per_host : 1;
	fetcher->user_agent = mem_string(limits->user_agent);
	fetcher->idle = mem_new((size_t)fetcher->concurrency, sizeof *fetcher->idle);
	fetcher->multi = multi_new(loop, fetcher->concurrency, fetch_ended, fetcher);
	fetcher->step = evtimer_new(loop_base(loop), fetcher_on_step, fetcher);
	if (fetcher->step == NULL)
		log_bug("no event for fetching");
	return fetcher;
}

void fetcher_free(struct fetcher *fetcher)
{
	if (fetcher == NULL)
		return;
	while (fetcher->running != NULL)
		fetch_cancel(fetcher->running);
	while (fetcher->hosts != NULL)
		fetch_cancel(fetcher->hosts->queue);
	while (fetcher->files != NULL)
		fetch_cancel(fetcher->files);
	while (fetcher->refused != NULL)
		fetch_cancel(fetcher->refused);
	while (fetcher->idle_count > 0)
		curl_easy_cleanup(fetcher->idle[--fetcher->idle_count]);
	multi_free(fetcher->multi);
	event_free(fetcher->step);
	free(fetcher->idle);
	free(fetcher->user_agent);
	free(fetcher);
	curl_global_cleanup();
}
