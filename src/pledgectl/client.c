/* client: see client.h. */
#include "pledgectl/client.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

#include <curl/curl.h>
#include <jansson.h>

#include "base/mem.h"

#define PATIENCE_MILLISECONDS 120000L
#define FAULTS_SHOWN 20		/* of things that were sent */

struct client {
	CURL *curl;
	const char *socket;
	long patience;		/* milliseconds */
	int64_t ends;		/* when it is over, monotonic; 0: with each answer */
	struct text *said;	/* NULL: standard error */
};

struct client *client_new(const char *socket)
{
	struct client *client = mem_new(1, sizeof *client);

	curl_global_init(CURL_GLOBAL_DEFAULT);
	client->socket = socket;
	client->patience = PATIENCE_MILLISECONDS;
	client->curl = curl_easy_init();
	if (client->curl == NULL) {
		free(client);
		return NULL;
	}
	return client;
}

void client_free(struct client *client)
{
	if (client == NULL)
		return;
	curl_easy_cleanup(client->curl);
	curl_global_cleanup();
	free(client);
}

static int64_t milliseconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void client_hurry(struct client *client, long milliseconds)
{
	client->patience = milliseconds;
	client->ends = milliseconds_now() + milliseconds;
}

/* For the next answer; never 0, which would be for ever. */
static long client_patience(const struct client *client)
{
	int64_t left = client->ends - milliseconds_now();

	return client->ends == 0 ? client->patience : left > 0 ? (long)left : 1;
}

void client_tell_to(struct client *client, struct text *said)
{
	client->said = said;
}

static void client_tell(const struct client *client, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void client_tell(const struct client *client, const char *format, ...)
{
	struct text line, *said = client->said != NULL ? client->said : &line;
	va_list arguments;

	text_init(&line, 0);
	text_clear(said);
	va_start(arguments, format);
	text_addv(said, format, arguments);
	va_end(arguments);
	if (said == &line) {
		fputs("pledgectl: ", stderr);
		print_said(stderr, text_string(&line));
		fputc('\n', stderr);
	}
	text_release(&line);
}

void client_add_escaped(struct text *out, const char *value)
{
	text_add_percent(out, value, "/@");
}

static size_t answer_take(char *bytes, size_t size, size_t count, void *context)
{
	struct text *answer = context;

	text_add(answer, bytes, size * count);
	return answer->cut ? 0 : size * count;
}

void print_said(FILE *out, const char *said)
{
	struct text printable;

	text_init(&printable, 0);
	while (*said != '\0') {
		size_t length = strcspn(said, "\n");
		char *line = mem_string_n(said, length);

		text_add_printable(&printable, line);
		free(line);
		said += length;
		if (*said == '\n') {
			text_add_char(&printable, '\n');
			said++;
		}
	}
	fputs(text_string(&printable), out);
	text_release(&printable);
}

/* Why nobody answered, in the words of the one thing to do about it. */
static int tell_away(const struct client *client, CURLcode code)
{
	struct stat status = {.st_mode = 0};
	long number = 0;

	curl_easy_getinfo(client->curl, CURLINFO_OS_ERRNO, &number);
	if (code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR) {
		client_tell(client, "the daemon broke off its answer");
		return CTL_FAILED;
	}
	if (code == CURLE_OPERATION_TIMEDOUT) {
		client_tell(client, "the daemon did not answer within %ld "
			"milliseconds", client->patience);
		return CTL_FAILED;
	}
	if (stat(client->socket, &status) < 0 && errno == ENOENT) {
		client_tell(client, "the daemon is not running (there is no %s): "
			"systemctl start pledged, or name its socket with -s",
			client->socket);
		return CTL_AWAY;
	}
	if (number == EACCES || number == EPERM) {
		client_tell(client, "%s: permission denied: are you in the socket's "
			"group?", client->socket);
		return CTL_DENIED;
	}
	client_tell(client, "the daemon is not running (nobody answers at %s): "
		"systemctl start pledged", client->socket);
	return CTL_AWAY;
}

/* What is wrong with each of the things that were sent. */
static void tell_faults(const json_t *faults)
{
	size_t i;
	json_t *fault;

	json_array_foreach(faults, i, fault) {
		const char *detail = json_string_value(
			json_object_get(fault, "detail"));

		if (i == FAULTS_SHOWN) {
			fprintf(stderr, "  … and %zu more\n",
				json_array_size(faults) - i);
			return;
		}
		fprintf(stderr, "  item %lld: ", 1 + (long long)json_integer_value(
			json_object_get(fault, "index")));
		print_said(stderr, detail != NULL ? detail : "?");
		fputc('\n', stderr);
	}
}

static int tell_problem(const struct client *client, long status,
	const struct text *answer)
{
	json_t *problem = json_loads(text_string(answer), 0, NULL);
	const char *detail = json_string_value(json_object_get(problem, "detail"));

	if (detail != NULL)
		client_tell(client, "%s", detail);
	else
		client_tell(client, "the daemon answered with status %ld", status);
	if (detail != NULL && client->said == NULL)
		tell_faults(json_object_get(problem, "errors"));
	json_decref(problem);
	return status == 403 ? CTL_DENIED : status == 404 ? CTL_ABSENT
		: status == 400 ? CTL_USAGE : CTL_FAILED;
}

static struct curl_slist *header_of(const char *name, const char *value)
{
	struct curl_slist *headers = NULL;
	struct text line;

	if (value == NULL)
		return NULL;
	text_init(&line, 65536);
	text_addf(&line, "%s: %s", name, value);
	headers = curl_slist_append(NULL, text_string(&line));
	text_release(&line);
	return headers;
}

/* What every question has. */
static void client_prepare(struct client *client, const char *path,
	struct curl_slist *headers)
{
	CURL *curl = client->curl;
	struct text url;

	text_init(&url, 65536);
	text_addf(&url, "http://pledged%s", path);
	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, client->socket);
	curl_easy_setopt(curl, CURLOPT_URL, text_string(&url));
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	text_release(&url);
}

/* body: of a POST. */
static int client_send(struct client *client, const char *method,
	const char *path, const char *body, const char *key,
	struct text *answer)
{
	CURL *curl = client->curl;
	struct curl_slist *headers = header_of("Idempotency-Key", key);
	long status = 0;

	client_prepare(client, path, headers);
	text_init(answer, ANSWER_MAX);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
		client_patience(client));
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, answer_take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	if (string_is(method, "POST")) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	} else if (string_is(method, "DELETE")) {
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	}
	CURLcode code = curl_easy_perform(curl);

	curl_slist_free_all(headers);
	if (code != CURLE_OK)
		return tell_away(client, code);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 200 && status < 300)
		return CTL_DONE;
	return tell_problem(client, status, answer);
}

/* An answer that is handed over, or gathered where it is a problem. */
struct reading {
	CURL *curl;
	client_take *take;
	void *context;
	bool enough;
	struct text problem;
};

static size_t reading_take(char *bytes, size_t size, size_t count, void *context)
{
	struct reading *reading = context;
	long status = 0;

	curl_easy_getinfo(reading->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200 || status >= 300)
		return answer_take(bytes, size, count, &reading->problem);
	reading->enough = !reading->take(reading->context, bytes, size * count);
	return reading->enough ? 0 : size * count;
}

/* Of a request that is prepared, whose headers are freed: the outcome, and the
   status that it came with; 0: nobody answered. */
static CURLcode reading_perform(struct reading *reading,
	struct curl_slist *headers, long *status)
{
	text_init(&reading->problem, 0);
	curl_easy_setopt(reading->curl, CURLOPT_WRITEFUNCTION, reading_take);
	curl_easy_setopt(reading->curl, CURLOPT_WRITEDATA, reading);
	CURLcode code = curl_easy_perform(reading->curl);

	curl_slist_free_all(headers);
	*status = 0;
	curl_easy_getinfo(reading->curl, CURLINFO_RESPONSE_CODE, status);
	return reading->enough ? CURLE_OK : code;
}

static CURLcode reading_run(struct reading *reading, struct client *client,
	const char *path, const char *accept, long *status)
{
	struct curl_slist *headers = header_of("Accept", accept);

	client_prepare(client, path, headers);
	return reading_perform(reading, headers, status);
}

/* Of an answer that has come whole. */
static int reading_end(const struct client *client,
	const struct reading *reading, long status)
{
	return status >= 200 && status < 300 ? CTL_DONE :
		tell_problem(client, status, &reading->problem);
}

int client_read(struct client *client, const char *path, const char *accept,
	client_take *take, void *context)
{
	struct reading reading = {client->curl, take, context, false, {0}};
	long status;
	CURLcode code = reading_run(&reading, client, path, accept, &status);
	int outcome = code != CURLE_OK ? tell_away(client, code) :
		reading_end(client, &reading, status);

	text_release(&reading.problem);
	return outcome;
}

/* About once a second, once an answer has begun. */
static int reading_tick(void *context, curl_off_t total, curl_off_t done,
	curl_off_t sent_total, curl_off_t sent)
{
	struct reading *reading = context;

	(void)total;
	(void)sent_total;
	(void)sent;
	reading->enough |= done > 0 && reading->problem.length == 0 &&
		!reading->take(reading->context, "", 0);
	return reading->enough;
}

int client_follow(struct client *client, const char *path, const char *accept,
	client_take *take, void *context, bool tell)
{
	struct reading reading = {client->curl, take, context, false, {0}};
	struct curl_slist *headers = header_of("Accept", accept);
	long status;

	client_prepare(client, path, headers);
	curl_easy_setopt(client->curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(client->curl, CURLOPT_XFERINFOFUNCTION, reading_tick);
	curl_easy_setopt(client->curl, CURLOPT_XFERINFODATA, &reading);
	CURLcode code = reading_perform(&reading, headers, &status);
	int outcome = CTL_AWAY;

	if (code == CURLE_OK)
		outcome = reading_end(client, &reading, status);
	else if (status == 0 && tell)
		outcome = tell_away(client, code);
	text_release(&reading.problem);
	return outcome;
}

static int download_tick(void *context, curl_off_t total, curl_off_t done,
	curl_off_t sent_total, curl_off_t sent)
{
	const struct download *download = context;

	(void)sent_total;
	(void)sent;
	return !download->tick(download->context, done, total);
}

/* "Repr-Digest: sha-256=:…:" (RFC 9530). */
static size_t download_header(char *line, size_t size, size_t count,
	void *context)
{
	static const char name[] = "Repr-Digest: sha-256=:";
	struct download *download = context;
	size_t length = size * count, skip = sizeof name - 1;
	const char *end;
	struct text bytes;

	if (length <= skip || strncasecmp(line, name, skip) != 0)
		return length;
	end = memchr(line + skip, ':', length - skip);
	text_init(&bytes, DIGEST_SIZE);
	if (end != NULL && text_add_base64_decoded(&bytes, line + skip,
	    (size_t)(end - line) - skip) && bytes.length == DIGEST_SIZE) {
		memcpy(download->digest.bytes, bytes.data, DIGEST_SIZE);
		download->has_digest = true;
	}
	text_release(&bytes);
	return length;
}

int client_download(struct client *client, const char *path,
	struct download *download)
{
	CURL *curl = client->curl;
	struct reading reading = {curl, download->take, download->context, false,
		{0}};
	long status;

	client_prepare(client, path, NULL);
	curl_easy_setopt(curl, CURLOPT_POST, 1L);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "");
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, download_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, download);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, download_tick);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, download);
	CURLcode code = reading_perform(&reading, NULL, &status);
	int outcome = code == CURLE_ABORTED_BY_CALLBACK ? CTL_FAILED :
		code != CURLE_OK ? tell_away(client, code) :
		reading_end(client, &reading, status);

	text_release(&reading.problem);
	return outcome;
}

void client_add_parameter(struct text *query, const char *name,
	const char *value)
{
	if (query->length > 0)
		text_add_char(query, '&');
	client_add_escaped(query, name);
	text_add_char(query, '=');
	client_add_escaped(query, value);
}

int client_ask(struct client *client, const char *method, const char *path,
	struct text *answer)
{
	return client_send(client, method, path, "", NULL, answer);
}

int client_order(struct client *client, const char *method, const char *path,
	const char *key, struct text *answer)
{
	return client_send(client, method, path, "", key, answer);
}

int client_post(struct client *client, const char *path, const char *body,
	const char *key, struct text *answer)
{
	return client_send(client, "POST", path, body, key, answer);
}
