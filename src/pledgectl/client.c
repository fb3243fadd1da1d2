/* client: see client.h. */
#include "pledgectl/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include <curl/curl.h>
#include <jansson.h>

#include "base/mem.h"

#define ANSWER_SECONDS 120L
#define FAULTS_SHOWN 20		/* of things that were sent */

struct client {
	CURL *curl;
	const char *socket;
};

struct client *client_new(const char *socket)
{
	struct client *client = mem_new(1, sizeof *client);

	curl_global_init(CURL_GLOBAL_DEFAULT);
	client->socket = socket;
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
		fputs("pledgectl: the daemon broke off its answer\n", stderr);
		return CTL_FAILED;
	}
	if (code == CURLE_OPERATION_TIMEDOUT) {
		fprintf(stderr, "pledgectl: the daemon did not answer within %ld "
			"seconds\n", ANSWER_SECONDS);
		return CTL_FAILED;
	}
	if (stat(client->socket, &status) < 0 && errno == ENOENT) {
		fprintf(stderr, "pledgectl: the daemon is not running (there is no "
			"%s): systemctl start pledged, or name its socket with -s\n",
			client->socket);
		return CTL_AWAY;
	}
	if (number == EACCES || number == EPERM) {
		fprintf(stderr, "pledgectl: %s: permission denied: are you in the "
			"socket's group?\n", client->socket);
		return CTL_DENIED;
	}
	fprintf(stderr, "pledgectl: the daemon is not running (nobody answers at "
		"%s): systemctl start pledged\n", client->socket);
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

static int tell_problem(long status, const struct text *answer)
{
	json_t *problem = json_loads(text_string(answer), 0, NULL);
	const char *detail = json_string_value(json_object_get(problem, "detail"));

	if (detail != NULL) {
		fputs("pledgectl: ", stderr);
		print_said(stderr, detail);
		fputc('\n', stderr);
		tell_faults(json_object_get(problem, "errors"));
	} else
		fprintf(stderr, "pledgectl: the daemon answered with status %ld\n",
			status);
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
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, ANSWER_SECONDS);
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
	return tell_problem(status, answer);
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

/* Of a request that is prepared; frees its headers. */
static int reading_perform(struct client *client, struct reading *reading,
	struct curl_slist *headers)
{
	CURL *curl = client->curl;
	long status = 0;
	int outcome = CTL_DONE;

	text_init(&reading->problem, 0);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, reading_take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, reading);
	CURLcode code = curl_easy_perform(curl);

	curl_slist_free_all(headers);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_ABORTED_BY_CALLBACK)
		outcome = CTL_FAILED;
	else if (code != CURLE_OK && !reading->enough)
		outcome = tell_away(client, code);
	else if (status < 200 || status >= 300)
		outcome = tell_problem(status, &reading->problem);
	text_release(&reading->problem);
	return outcome;
}

int client_read(struct client *client, const char *path, const char *accept,
	client_take *take, void *context)
{
	struct curl_slist *headers = header_of("Accept", accept);
	struct reading reading = {client->curl, take, context, false, {0}};

	client_prepare(client, path, headers);
	return reading_perform(client, &reading, headers);
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

	client_prepare(client, path, NULL);
	curl_easy_setopt(curl, CURLOPT_POST, 1L);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "");
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, download_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, download);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, download_tick);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, download);
	return reading_perform(client, &reading, NULL);
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
