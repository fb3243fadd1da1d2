/*
 * fetch: requests wait in a queue of their host; hosts that may start another
 * transfer stand in one of two rings (those whose name must be looked up, and
 * those given by number), so that starting and ending cost the same whether
 * ten or ten thousand wait. Hosts that were asked a moment ago stand in no ring
 * but in a list, in the order in which one timer wakes them. Everything but the
 * copying of a request happens in fetcher_on_step and in the callbacks of multi,
 * so done is never called from within fetch_start.
 */
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <event2/event.h>
#include <uthash.h>
#include <utlist.h>

#include "base/log.h"
#include "base/mem.h"
#include "net/fetch_answer.h"
#include "net/fetch_transfer.h"
#include "net/fetch_words.h"

/* What the name of a header may be made of. */
#define FETCH_TOKEN "!#$%&'*+-.^_`|~0123456789" \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define FETCH_SLOW_SECONDS 15		/* below 100 bytes a second for so long */
#define FETCH_RESOLVING_MAX 16		/* each look-up is a thread of libcurl's */
#define FETCH_STARTS_A_STEP 16		/* so that a sweep does not hold up the loop */
#define FETCH_FILE_BYTES_A_STEP (8 * FILE_PIECE)
#define FETCH_FILES_A_STEP 64		/* and requests refused */

/* --- bookkeeping ------------------------------------------------------- */

void fetcher_wake(struct fetcher *fetcher)
{
	struct timeval now = {0};

	event_add(fetcher->step, &now);
}

static void fetch_host_update(struct fetcher *fetcher, struct fetch_host *host)
{
	bool ready = host->queue != NULL && host->running < fetcher->per_host &&
		!host->resting;

	if (ready && !host->ready) {
		DL_APPEND(fetcher->rings[host->ring], host);
		fetcher_wake(fetcher);
	} else if (!ready && host->ready)
		DL_DELETE(fetcher->rings[host->ring], host);
	host->ready = ready;
	if (host->queue == NULL && host->running == 0 && host->postponed == 0 &&
	    !host->resting) {
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
	host->spaced = fetcher->spacing > 0 && !fetch_host_is_loopback(name);
	HASH_ADD_KEYPTR(hh, fetcher->hosts, host->name, strlen(host->name), host);
	return host;
}

/* --- rest between two starts --------------------------------------------- */

static void fetcher_arm_rest(struct fetcher *fetcher)
{
	int64_t wait = fetcher->resting->rests_until - loop_ticks(fetcher->loop);
	struct timeval time = {
		.tv_sec = wait > 0 ? wait / 1000 : 0,
		.tv_usec = wait > 0 ? wait % 1000 * 1000 : 0,
	};

	event_add(fetcher->rest, &time);
}

/* All rest for the same time, so that they wake in the order they lay down. */
void fetch_host_rest(struct fetcher *fetcher, struct fetch_host *host)
{
	if (!host->spaced || host->resting)
		return;
	if (host->ready)
		DL_DELETE(fetcher->rings[host->ring], host);
	host->ready = false;
	host->resting = true;
	host->rests_until = loop_ticks(fetcher->loop) + fetcher->spacing;
	bool first = fetcher->resting == NULL;
	DL_APPEND(fetcher->resting, host);
	if (first)
		fetcher_arm_rest(fetcher);
}

static void fetcher_end_rests(struct fetcher *fetcher, int64_t until)
{
	struct fetch_host *host;

	while ((host = fetcher->resting) != NULL && host->rests_until <= until) {
		DL_DELETE(fetcher->resting, host);
		host->resting = false;
		fetch_host_update(fetcher, host);
	}
}

static void fetcher_on_rest(evutil_socket_t fd, short what, void *context)
{
	struct fetcher *fetcher = context;
	(void)fd;
	(void)what;

	fetcher_end_rests(fetcher, loop_ticks(fetcher->loop));
	if (fetcher->resting != NULL)
		fetcher_arm_rest(fetcher);
	if (fetcher->postponed != NULL)
		fetcher_wake(fetcher);
}

/* --- what a transfer holds ------------------------------------------------- */

CURL *fetcher_take_easy(struct fetcher *fetcher)
{
	if (fetcher->idle_count > 0)
		return fetcher->idle[--fetcher->idle_count];
	CURL *easy = curl_easy_init();
	if (easy == NULL)
		log_bug("libcurl gives no handle");
	return easy;
}

void fetch_put_easy(struct fetch *fetch)
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

/* What one transfer has left behind is of no use to the next. */
void fetch_forget_transfer(struct fetch *fetch)
{
	fetch_put_easy(fetch);
	text_release(&fetch->received);
	fetch->said[0] = '\0';
	fetch->lacking = fetch->cut = fetch->headers_ended = false;
	fetch->fault = FETCH_FAULT_NONE;
	fetch->os_errno = 0;
	fetch->skipped = 0;
	fetch->tried_v4.sin_family = AF_UNSPEC;
	fetch->tried_v6.sin6_family = AF_UNSPEC;
}

void fetch_resolves(struct fetch *fetch)
{
	if (!fetch->resolving)
		fetch->fetcher->resolving++;
	fetch->resolving = true;
}

void fetch_resolved(struct fetch *fetch)
{
	if (!fetch->resolving)
		return;
	fetch->resolving = false;
	if (--fetch->fetcher->resolving < FETCH_RESOLVING_MAX)
		fetcher_wake(fetch->fetcher);
}

void fetcher_release(struct fetcher *fetcher, size_t bytes)
{
	bool full = fetch_memory_is_full(&fetcher->memory);

	fetch_memory_release(&fetcher->memory, bytes);
	if (full || fetcher->postponed != NULL)
		fetcher_wake(fetcher);
}

void fetcher_hold(struct fetcher *fetcher, size_t bytes)
{
	fetch_memory_hold(&fetcher->memory, bytes);
}

void fetch_release_allotted(struct fetch *fetch)
{
	size_t bytes = fetch->allotted;

	fetch->allotted = 0;
	fetcher_release(fetch->fetcher, bytes);
}

/* Gives back the places that a transfer holds. */
void fetch_leave_running(struct fetch *fetch)
{
	struct fetcher *fetcher = fetch->fetcher;

	fetch_resolved(fetch);
	DL_DELETE(fetcher->running, fetch);
	if (fetcher->running_count-- == fetcher->concurrency)
		fetcher_wake(fetcher);
	fetch->host->running--;
	fetch_host_update(fetcher, fetch->host);
}

/* Leaves the list it stands in and gives back what it holds. */
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
		fetch_leave_running(fetch);
		break;
	case FETCH_POSTPONED:
		DL_DELETE(fetcher->postponed, fetch);
		host->postponed--;
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
	fetch_release_allotted(fetch);
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
	free(fetch->asked_host);
	free(fetch->body);
	free(fetch->if_none_match);
	free(fetch->ca_file);
	free(fetch);
}

/* The places are free again before done is called, which may start others. The
   body counts all the while, and on when it was taken. */
void fetch_deliver(struct fetch *fetch, struct fetch_result *result)
{
	struct fetcher *fetcher = fetch->fetcher;
	size_t length = fetch->received.length;

	fetcher_hold(fetcher, length);
	fetch_unlink(fetch);
	if (result->body == NULL)
		result->body = &fetch->received;
	if (result->final_url == NULL)
		result->final_url = fetch->url;
	fetch->done(fetch->context, result);
	if (fetch->received.data != NULL)
		fetcher_release(fetcher, length);
	fetch_free(fetch);
}

void fetch_deliver_failure(struct fetch *fetch, struct fetch_result *result)
{
	text_clear(&fetch->received);
	fetch_deliver(fetch, result);
}

/* A failure of something that never got as far as a connection. */
static void fetch_deliver_words(struct fetch *fetch, bool offline)
{
	struct fetch_result result = {
		.error = fetch->words, .offline = offline,
		.retry_after = -1, .max_age = -1,
	};

	fetch_deliver_failure(fetch, &result);
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
	fetch_deliver_words(fetch, fetch->file.local_fault);
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
		fetch_deliver_words(fetcher->refused, false);
	if (fetcher->refused != NULL)
		fetcher_wake(fetcher);
}

/* One file is read at a time; what has been begun is brought to its end. */
static bool fetcher_may_read(const struct fetcher *fetcher)
{
	return fetcher->files != NULL && (fetcher->files->file_open ||
		!fetch_memory_is_full(&fetcher->memory));
}

static void fetcher_read_files(struct fetcher *fetcher)
{
	size_t bytes = 0;

	for (int i = 0; fetcher_may_read(fetcher) && i < FETCH_FILES_A_STEP &&
	     bytes < FETCH_FILE_BYTES_A_STEP; i++)
		bytes += fetch_file_step(fetcher->files);
	if (fetcher_may_read(fetcher))
		fetcher_wake(fetcher);
}

/* The next host that may start a transfer, from the two rings by turns. A full
   set of look-ups holds up only those that need one. */
static struct fetch_host *fetcher_next_host(struct fetcher *fetcher)
{
	if (fetcher->running_count >= fetcher->concurrency ||
	    fetch_memory_is_full(&fetcher->memory))
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

/* The first of the postponed for which there is a place; NULL: none. */
static struct fetch *fetcher_next_postponed(struct fetcher *fetcher)
{
	struct fetch *fetch;

	if (fetcher->running_count >= fetcher->concurrency)
		return NULL;
	DL_FOREACH(fetcher->postponed, fetch)
		if (fetch->host->running < fetcher->per_host && !fetch->host->resting &&
		    (fetch->host->ring == FETCH_BY_NUMBER ||
		    fetcher->resolving < FETCH_RESOLVING_MAX))
			return fetch;
	return NULL;
}

/* Memory is waited for in order, so that none is passed over for ever. */
static bool fetcher_resume_next(struct fetcher *fetcher)
{
	struct fetch *fetch = fetcher_next_postponed(fetcher);

	if (fetch == NULL)
		return false;
	struct fetch_host *host = fetch->host;
	if (!fetch_memory_raise(&fetcher->memory, &fetch->allotted, fetch->need))
		return false;
	DL_DELETE(fetcher->postponed, fetch);
	host->postponed--;
	fetch_run(fetch);
	fetch_host_update(fetcher, host);
	return true;
}

/* A host goes to the end of its ring with every start. */
static void fetcher_start_waiting(struct fetcher *fetcher)
{
	struct fetch_host *host;
	int starts = 0;

	while (fetcher_resume_next(fetcher))
		starts++;
	while ((host = fetcher_next_host(fetcher)) != NULL) {
		if (starts++ >= FETCH_STARTS_A_STEP) {
			fetcher_wake(fetcher);
			return;
		}
		DL_DELETE(fetcher->rings[host->ring], host);
		host->ready = false;
		struct fetch *fetch = host->queue;
		DL_DELETE(host->queue, fetch);
		fetch_run(fetch);
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

void fetch_add_header(struct fetch *fetch, const char *line)
{
	struct curl_slist *longer = curl_slist_append(fetch->headers, line);
	if (longer == NULL)
		log_bug("libcurl does not take a header");
	fetch->headers = longer;
}

/* Why a header line is not sent; NULL: it is. Those that say where a request
   ends or whom it is for are libcurl's to write. */
static const char *fetch_header_fault(const char *line)
{
	static const char *const ours[] = {"Host:", "Content-Length:",
		"Transfer-Encoding:", "Connection:", "Upgrade:", "TE:", "Trailer:",
		"Expect:", "Range:"};
	size_t name = strspn(line, FETCH_TOKEN);

	if (!fetch_is_printable(line))
		return "a header of the request holds a control character";
	if (name == 0 || line[name] != ':')
		return "a header of the request needs a name, a colon and a value";
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
		if (strncasecmp(line, ours[i], name + 1) == 0)
			return "the request sets a header that only the daemon may set "
				"(Host, Content-Length, Transfer-Encoding, Connection, "
				"Upgrade, TE, Trailer, Expect, Range)";
	return NULL;
}

static void fetch_take_header(struct fetch *fetch, const char *line)
{
	const char *fault = fetch_header_fault(line);

	if (fault != NULL)
		fetch_refuse(fetch, fault);
	else
		fetch_add_header(fetch, line);
}

static void fetch_add_validator(struct fetch *fetch, const char *name,
	const char *value)
{
	struct text line;

	if (value == NULL || value[0] == '\0')
		return;
	text_init(&line, 0);
	text_addf(&line, "%s: %s", name, value);
	fetch_take_header(fetch, text_string(&line));
	text_release(&line);
	fetch->validates = true;
}

static void fetch_copy_headers(struct fetch *fetch, const struct fetch_request *request)
{
	for (size_t i = 0; request->headers != NULL && request->headers[i] != NULL; i++)
		fetch_take_header(fetch, request->headers[i]);
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
	fetch->secret = request->secret;
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

/* Asked before all that waits there: it has waited once. */
void fetch_go_on(struct fetch *fetch, char *url)
{
	struct fetcher *fetcher = fetch->fetcher;
	char host[FETCH_HOST_MAX];

	if (fetch->asked_host == NULL)
		fetch->asked_host = mem_string(fetch->host->name);
	fetch_leave_running(fetch);
	fetch_forget_transfer(fetch);
	fetch_release_allotted(fetch);
	free(fetch->url);
	fetch->url = url;
	fetch_url_host(url, host, sizeof host);
	fetch->host = fetch_host_get(fetcher, host);
	fetch->state = FETCH_QUEUED;
	DL_PREPEND(fetch->host->queue, fetch);
	fetch_host_update(fetcher, fetch->host);
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

size_t fetcher_bytes(const struct fetcher *fetcher)
{
	size_t bytes = fetcher->memory.held;
	const struct fetch *fetch;

	DL_FOREACH(fetcher->running, fetch)
		bytes = bytes - fetch->allotted + fetch->received.length;
	DL_FOREACH(fetcher->files, fetch)
		bytes += fetch->received.length;
	return bytes;
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
	fetcher->spacing = limits->spacing;
	fetcher->slow_seconds = limits->slow > 0 ? limits->slow : FETCH_SLOW_SECONDS;
	fetcher->user_agent = mem_string(limits->user_agent);
	fetch_memory_init(&fetcher->memory, limits->memory, fetcher->concurrency);
	fetcher->idle = mem_new((size_t)fetcher->concurrency, sizeof *fetcher->idle);
	fetcher->multi = multi_new(loop, fetcher->concurrency, fetch_ended, fetcher);
	fetcher->step = evtimer_new(loop_base(loop), fetcher_on_step, fetcher);
	fetcher->rest = evtimer_new(loop_base(loop), fetcher_on_rest, fetcher);
	if (fetcher->step == NULL || fetcher->rest == NULL)
		log_bug("no event for fetching");
	return fetcher;
}

void fetcher_free(struct fetcher *fetcher)
{
	if (fetcher == NULL)
		return;
	while (fetcher->running != NULL)
		fetch_cancel(fetcher->running);
	while (fetcher->postponed != NULL)
		fetch_cancel(fetcher->postponed);
	fetcher_end_rests(fetcher, INT64_MAX);
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
	event_free(fetcher->rest);
	free(fetcher->idle);
	free(fetcher->user_agent);
	free(fetcher);
	curl_global_cleanup();
}
