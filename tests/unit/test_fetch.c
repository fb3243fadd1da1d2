/*
 * Fetching from a server in a thread of this process, and files.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <arpa/inet.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/fetch.h"
#include "net/fetch_words.h"
#include "net/lookup.h"

/* --- the server ------------------------------------------------------- */

static struct {
	struct event_base *base;
	pthread_t thread;
	int port, stop[2];
	atomic_int requests, holding, most_holding;
	char seen[1024];	/* of the last request to /seen */
	ev_uint16_t peer;	/* the client's port of the last request, and */
	atomic_int peers;	/* how often it was another one than before */
	struct mark {
		char host[32];
		int64_t at;	/* milliseconds */
	} marks[64];		/* of requests to /mark */
	atomic_int mark_count;
	struct evhttp_request *kept[64];	/* never answered to the end */
	size_t kept_count;
} origin;

static void origin_reply(struct evhttp_request *request, int status,
	const void *bytes, size_t length)
{
	struct evbuffer *body = evbuffer_new();

	evbuffer_add(body, bytes, length);
	evhttp_send_reply(request, status, NULL, body);
	evbuffer_free(body);
}

static void origin_header(struct evhttp_request *request, const char *name,
	const char *value)
{
	evhttp_add_header(evhttp_request_get_output_headers(request), name, value);
}

static const char *origin_asked(struct evhttp_request *request, const char *name)
{
	const char *value = evhttp_find_header(
		evhttp_request_get_input_headers(request), name);

	return value != NULL ? value : "-";
}

static void origin_seen(struct evhttp_request *request)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(request);
	size_t length = evbuffer_get_length(body);

	snprintf(origin.seen, sizeof origin.seen, "%s|%s|%s|%s|%s|%.*s",
		evhttp_request_get_command(request) == EVHTTP_REQ_POST ? "POST" : "GET",
		origin_asked(request, "X-Test"), origin_asked(request, "User-Agent"),
		origin_asked(request, "Expect"), origin_asked(request, "Accept-Encoding"),
		(int)length, length > 0 ? (char *)evbuffer_pullup(body, -1) : "");
	origin_reply(request, 200, "seen", 4);
}

static void origin_validators(struct evhttp_request *request)
{
	origin_header(request, "ETag", "\"one\"");
	origin_header(request, "Last-Modified", "Mon, 20 Jul 2020 10:00:00 GMT");
	origin_header(request, "Cache-Control", "public, max-age=120, x=1");
	if (strcmp(origin_asked(request, "If-None-Match"), "\"one\"") == 0)
		origin_reply(request, 304, "", 0);
	else
		origin_reply(request, 200, "fresh", 5);
}

/* 40 MiB of zeros in 40 bytes. */
static void origin_bomb(struct evhttp_request *request)
{
	static const char bomb[] =
		"\xcf\xff\xff\x7f\xf8\x27\x00\xe2\xb1\x40\x20\xf7\xfe\x9f\xff\xff\xff\xf0"
		"\x4f\x00\xc4\x61\x01\x80\xee\xfd\x7f\xfe\xff\xff\xe1\x9f\x00\x88\xc3\x22"
		"\x00\xdd\xfb\x3f";

	origin_header(request, "Content-Encoding", "br");
	origin_reply(request, 200, bomb, sizeof bomb - 1);
}

static void origin_endless_piece(struct evhttp_connection *connection, void *context)
{
	static char bytes[16384];
	struct evbuffer *body = evbuffer_new();
	(void)connection;

	evbuffer_add(body, bytes, sizeof bytes);
	evhttp_send_reply_chunk_with_cb(context, body, origin_endless_piece, context);
	evbuffer_free(body);
}

static void origin_keep(struct evhttp_request *request)
{
	assert_true(origin.kept_count < 64);
	origin.kept[origin.kept_count++] = request;
}

static void origin_endless(struct evhttp_request *request)
{
	origin_keep(request);
	evhttp_send_reply_start(request, 200, NULL);
	origin_endless_piece(NULL, request);
}

static void origin_many_headers(struct evhttp_request *request)
{
	char value[1024];

	memset(value, 'x', sizeof value);
	value[sizeof value - 1] = '\0';
	for (int i = 0; i < 100; i++)
		origin_header(request, "X-Long", value);
	origin_reply(request, 200, "", 0);
}

/* Announces more than it sends. */
static void origin_short(struct evhttp_request *request)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(request);
	int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(connection));
	static const char words[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort";

	assert_int_equal(send(fd, words, sizeof words - 1, 0), sizeof words - 1);
	evhttp_connection_free(connection);
}

static void origin_loop(struct evhttp_request *request)
{
	origin_header(request, "Location", "/loop");
	origin_reply(request, 302, "", 0);
}

static void origin_to(struct evhttp_request *request)
{
	const char *query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(request));
	char *target = evhttp_uridecode(query, 0, NULL);

	origin_header(request, "Location", target);
	origin_reply(request, 302, "", 0);
	free(target);
}

static void origin_release(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	atomic_fetch_sub(&origin.holding, 1);
	origin_reply(context, 200, "held", 4);
}

/* Answers a moment later, and counts how many it does that for at once. */
static void origin_hold(struct evhttp_request *request)
{
	struct timeval moment = {.tv_usec = 3000};
	int holding = atomic_fetch_add(&origin.holding, 1) + 1;

	if (holding > origin.most_holding)
		origin.most_holding = holding;
	event_base_once(origin.base, -1, EV_TIMEOUT, origin_release, request, &moment);
}

static void origin_busy(struct evhttp_request *request)
{
	const char *query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(request));
	char *value = evhttp_uridecode(query, 0, NULL);

	origin_header(request, "Retry-After", value);
	origin_reply(request, 503, "busy", 4);
	free(value);
}

static void origin_control(struct evhttp_request *request)
{
	origin_header(request, "ETag", "\"a\x01" "b\"");
	origin_reply(request, 200, "x", 1);
}

static void origin_large(struct evhttp_request *request)
{
	static char bytes[100000];

	memset(bytes, 'L', sizeof bytes);
	origin_reply(request, 200, bytes, sizeof bytes);
}

static size_t origin_asked_size(struct evhttp_request *request)
{
	return strtoul(evhttp_uri_get_query(evhttp_request_get_evhttp_uri(request)),
		NULL, 10);
}

/* So many bytes, announced … */
static void origin_sized(struct evhttp_request *request)
{
	size_t length = origin_asked_size(request);
	char *bytes = mem_new(length, 1);

	memset(bytes, 's', length);
	origin_reply(request, 200, bytes, length);
	free(bytes);
}

/* … and not announced. */
static void origin_pieces(struct evhttp_request *request)
{
	size_t length = origin_asked_size(request);
	struct evbuffer *body = evbuffer_new();
	char *bytes = mem_new(length, 1);

	memset(bytes, 's', length);
	evbuffer_add(body, bytes, length);
	evhttp_send_reply_start(request, 200, NULL);
	evhttp_send_reply_chunk(request, body);
	evhttp_send_reply_end(request);
	evbuffer_free(body);
	free(bytes);
}

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void origin_mark(struct evhttp_request *request)
{
	int count = origin.mark_count;

	assert_true(count < 64);
	origin.marks[count].at = milliseconds();
	string_copy(origin.marks[count].host, sizeof origin.marks[count].host,
		origin_asked(request, "Host"));
	origin.mark_count = count + 1;
	origin_reply(request, 200, "mark", 4);
}

static void origin_count_peers(struct evhttp_request *request)
{
	char *address;
	ev_uint16_t peer;

	evhttp_connection_get_peer(evhttp_request_get_connection(request), &address, &peer);
	if (peer != origin.peer)
		atomic_fetch_add(&origin.peers, 1);
	origin.peer = peer;
}

static const struct {
	const char *path;
	void (*serve)(struct evhttp_request *request);
} origin_pages[] = {
	{"/seen", origin_seen}, {"/validators", origin_validators},
	{"/bomb", origin_bomb}, {"/endless", origin_endless},
	{"/headers", origin_many_headers}, {"/short", origin_short},
	{"/loop", origin_loop}, {"/to", origin_to}, {"/hold", origin_hold},
	{"/busy", origin_busy}, {"/control", origin_control}, {"/large", origin_large},
	{"/mark", origin_mark}, {"/silent", origin_keep}, {"/sized", origin_sized},
	{"/pieces", origin_pieces},
};

static void origin_on_request(struct evhttp_request *request, void *context)
{
	const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
	(void)context;

	atomic_fetch_add(&origin.requests, 1);
	origin_count_peers(request);
	for (size_t i = 0; i < sizeof origin_pages / sizeof origin_pages[0]; i++)
		if (strcmp(path, origin_pages[i].path) == 0) {
			origin_pages[i].serve(request);
			return;
		}
	origin_reply(request, strcmp(path, "/gone") == 0 ? 404 : 200, path, strlen(path));
}

static void origin_on_stop(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	event_base_loopbreak(context);
}

static void *origin_main(void *context)
{
	struct evhttp *http = evhttp_new(origin.base);
	struct event *stop = event_new(origin.base, origin.stop[0], EV_READ,
		origin_on_stop, origin.base);

	evhttp_accept_socket(http, *(int *)context);
	evhttp_set_gencb(http, origin_on_request, NULL);
	event_add(stop, NULL);
	event_base_dispatch(origin.base);
	/* Those whose client left are evhttp's no more. */
	for (size_t i = 0; i < origin.kept_count; i++)
		if (evhttp_request_get_connection(origin.kept[i]) == NULL)
			evhttp_request_free(origin.kept[i]);
	evhttp_free(http);
	event_free(stop);
	event_base_free(origin.base);
	return NULL;
}

static int origin_start(void **state)
{
	static int fd;
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY),
	};
	socklen_t size = sizeof address;
	(void)state;

	alarm(120);
	origin.base = event_base_new();
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	/* All of 127/8, and nothing else. */
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2) < 0 ||
	    bind(fd, (struct sockaddr *)&address, size) < 0 || listen(fd, 128) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) < 0 || pipe(origin.stop) < 0)
		return -1;
	origin.port = ntohs(address.sin_port);
	return pthread_create(&origin.thread, NULL, origin_main, &fd);
}

static int origin_end(void **state)
{
	(void)state;
	if (write(origin.stop[1], "x", 1) != 1)
		return -1;
	pthread_join(origin.thread, NULL);
	close(origin.stop[0]);
	close(origin.stop[1]);
	return 0;
}

/* --- the client ----------------------------------------------------------- */

struct house {
	struct loop *loop;
	struct fetcher *fetcher;
	int done, want;
	bool inside;		/* fetch_start is running */
	struct fetch_result last;
	char body[256];
	size_t length;
	char error[FETCH_WORDS_MAX + 1], url[512];
	char order[64];		/* the last character of each URL that came */
};

static const struct fetch_limits limits = {
	.concurrency = 8, .per_host = 2, .user_agent = "pledged-test/1",
};

static int setup(void **state)
{
	static struct house house;

	house = (struct house){.loop = loop_new()};
	house.fetcher = fetcher_new(house.loop, &limits);
	origin.requests = origin.most_holding = origin.peers = origin.mark_count = 0;
	*state = &house;
	return 0;
}

static int teardown(void **state)
{
	struct house *house = *state;

	fetcher_free(house->fetcher);
	loop_free(house->loop);
	return 0;
}

static void on_done(void *context, const struct fetch_result *result)
{
	struct house *house = context;

	assert_false(house->inside);
	house->last = *result;
	house->length = result->body->length;
	snprintf(house->body, sizeof house->body, "%.200s", text_string(result->body));
	snprintf(house->error, sizeof house->error, "%s",
		result->error != NULL ? result->error : "");
	snprintf(house->url, sizeof house->url, "%s", result->final_url);
	if ((size_t)house->done < sizeof house->order - 1 && house->url[0] != '\0')
		house->order[house->done] = house->url[strlen(house->url) - 1];
	house->done++;
	if (house->done == house->want)
		loop_stop(house->loop);
}

static const char *url_of(const char *path)
{
	static char url[512];

	if (path[0] == '/')
		snprintf(url, sizeof url, "http://127.0.0.1:%d%s", origin.port, path);
	else
		snprintf(url, sizeof url, "%s", path);
	return url;
}

static struct fetch *start_request(struct house *house, struct fetch_request *request,
	const char *path)
{
	request->url = url_of(path);
	if (request->timeout == 0)
		request->timeout = 20;
	house->want++;
	house->inside = true;
	struct fetch *fetch = fetch_start(house->fetcher, request, on_done, house);
	house->inside = false;
	return fetch;
}

static struct fetch *start(struct house *house, const char *path)
{
	struct fetch_request request = {.allow_private = true, .follow = true};

	return start_request(house, &request, path);
}

static void run(struct house *house)
{
	while (house->done < house->want)
		loop_turn(house->loop);
	assert_int_equal(fetcher_active(house->fetcher), 0);
}

static void get(struct house *house, const char *path)
{
	start(house, path);
	run(house);
}

static void test_get(void **state)
{
	struct house *house = *state;

	get(house, "/hello");
	assert_true(house->last.arrived);
	assert_int_equal(house->last.status, 200);
	assert_string_equal(house->body, "/hello");
	assert_int_equal(house->last.retry_after, -1);
	assert_int_equal(house->last.max_age, -1);
	assert_string_equal(house->last.etag, "");
	get(house, "/gone");
	assert_true(house->last.arrived);
	assert_int_equal(house->last.status, 404);
}

static void test_request(void **state)
{
	static const char *const headers[] = {"X-Test: yes", NULL};
	struct house *house = *state;
	struct fetch_request request = {.allow_private = true, .headers = headers};
	char body[] = "{\"a\":1}";

	start_request(house, &request, "/seen");
	run(house);
	assert_string_equal(origin.seen, "GET|yes|pledged-test/1|-|gzip, br|");
	request.method = "POST";
	request.body = body;
	request.body_length = strlen(body);
	start_request(house, &request, "/seen");
	body[0] = '!';		/* it was copied */
	run(house);
	assert_string_equal(origin.seen, "POST|yes|pledged-test/1|-|gzip, br|{\"a\":1}");
}

static void test_validators(void **state)
{
	struct house *house = *state;
	struct fetch_request request = {.allow_private = true, .if_none_match = "\"one\""};

	get(house, "/validators");
	assert_int_equal(house->last.status, 200);
	assert_string_equal(house->last.etag, "\"one\"");
	assert_string_equal(house->last.last_modified, "Mon, 20 Jul 2020 10:00:00 GMT");
	assert_int_equal(house->last.max_age, 120);
	start_request(house, &request, "/validators");
	run(house);
	assert_true(house->last.arrived);
	assert_int_equal(house->last.status, 304);
	get(house, "/control");
	assert_string_equal(house->last.etag, "");
}

static void test_retry_after(void **state)
{
	static const struct {
		const char *value;
		int64_t want_from, want_to;
	} cases[] = {
		{"120", 120, 120}, {"0", 0, 0}, {"soon", -1, -1}, {"-5", -1, -1},
		{"99999999999999999999", 3153600000, 3153600000},
		{"Wed,%2001%20Jan%202020%2000:00:00%20GMT", 0, 0},
		{"Fri,%2001%20Jan%202100%2000:00:00%20GMT", 1, 3153600000},
	};
	struct house *house = *state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char path[128];

		snprintf(path, sizeof path, "/busy?%s", cases[i].value);
		get(house, path);
		assert_int_equal(house->last.status, 503);
		if (house->last.retry_after < cases[i].want_from ||
		    house->last.retry_after > cases[i].want_to)
			fail_msg("%s: %jd", cases[i].value, (intmax_t)house->last.retry_after);
	}
}

/* What must fail, and in which words. max_body is 50,000. */
static void test_faults(void **state)
{
	static const struct {
		const char *path;
		bool closed;		/* no private addresses */
		const char *want_error;	/* @: this origin's host */
	} cases[] = {
		{"/endless", false, "@: the answer is larger than 50000 bytes (max_body)"},
		{"/large", false, "@: the answer is larger than 50000 bytes (max_body)"},
		{"/headers", false, "@: the answer's headers do not end"},
		{"/short", false, "@: the answer ended before it was complete"},
		{"/loop", false, "@: more than 5 redirects; use the address that they end at"},
		{"/to?file:%2F%2F%2Fetc%2Fpasswd", false,
			"@: only http and https are fetched, redirects included"},
		{"/to?http:%2F%2Fuser:secret@127.0.0.1%2F", false,
			"@: redirects to a URL with a user name in it; such are not followed"},
		{"/to?http:%2F%2F127.0.0.1:1%2Fx?secret", false, "@, redirected to 127.0.0.1:1: "
			"refuses the connection; is the server running?"},
		{"/hello?secret=1", true, "@: leads to 127.0.0.1, which is not a public "
			"address; if that is meant, set allow_private"},
		{"http://[::ffff:127.0.0.1]:9/", true, "[::ffff:127.0.0.1]:9: leads to "
			"::ffff:127.0.0.1, which is not a public address; "
			"if that is meant, set allow_private"},
		{"http://127.0.0.1:1/?secret", false,
			"127.0.0.1:1: refuses the connection; is the server running?"},
		{"ftp://example.org/", false, "the URL is neither http nor https"},
		{"http://user:secret@127.0.0.1/", false,
			"the URL has a user name in it; such are not fetched"},
		{"http://", false, "the URL makes no sense; check its spelling"},
		{"", false, "the URL makes no sense; check its spelling"},
		{"file:relative", false, "a file: URL needs an absolute path"},
	};
	struct house *house = *state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fetch_request request = {.allow_private = !cases[i].closed,
			.follow = true, .max_body = 50000};
		const char *want = cases[i].want_error;
		char whole[512];

		start_request(house, &request, cases[i].path);
		run(house);
		snprintf(whole, sizeof whole, "%s", want);
		if (want[0] == '@')
			snprintf(whole, sizeof whole, "127.0.0.1:%d%s", origin.port, want + 1);
		if (house->last.arrived || strcmp(house->error, whole) != 0)
			fail_msg("%s: %s", cases[i].path, house->error);
		assert_int_equal(house->length, 0);
		assert_null(strstr(house->error, "secret"));
		assert_false(house->last.offline);
	}
}

static void test_ratio(void **state)
{
	struct house *house = *state;
	char want[512];

	get(house, "/bomb");
	snprintf(want, sizeof want, "127.0.0.1:%d: the compressed answer unpacks to far "
		"more than it could honestly hold", origin.port);
	assert_string_equal(house->error, want);
	assert_false(house->last.arrived);
}

static void test_cut_body(void **state)
{
	struct house *house = *state;
	struct fetch_request request = {.allow_private = true, .max_body = 4096,
		.cut_body = true};
	static const char *const paths[] = {"/endless", "/large"};

	for (size_t i = 0; i < 2; i++) {
		start_request(house, &request, paths[i]);
		run(house);
		assert_true(house->last.arrived);
		assert_int_equal(house->last.status, 200);
		assert_int_equal(house->length, 4096);
	}
}

static void test_redirects(void **state)
{
	struct house *house = *state;
	struct fetch_request request = {.allow_private = true};

	get(house, "/to?%2Fhello");
	assert_int_equal(house->last.status, 200);
	assert_string_equal(house->url, url_of("/hello"));
	start_request(house, &request, "/to?%2Fhello");
	run(house);
	assert_int_equal(house->last.status, 302);
}

/* A connection kept for one that may is not lent to one that may not. */
static void test_kept_connection_is_checked(void **state)
{
	struct house *house = *state;
	struct fetch_request request = {.allow_private = false};

	get(house, "/hello");
	start_request(house, &request, "/hello");
	run(house);
	assert_false(house->last.arrived);
	assert_non_null(strstr(house->error, "not a public address"));
	assert_int_equal(origin.requests, 1);
}

static void test_bad_header(void **state)
{
	static const char *const headers[] = {"X: a\r\nY: b", NULL};
	struct house *house = *state;
	struct fetch_request request = {.allow_private = true, .headers = headers};

	start_request(house, &request, "/hello");
	run(house);
	assert_string_equal(house->error, "a header of the request holds a control character");
	request.headers = NULL;
	request.method = "PUT";
	start_request(house, &request, "/hello");
	run(house);
	assert_string_equal(house->error, "only GET and POST are sent");
	assert_int_equal(origin.requests, 0);
}

/* --- queues ----------------------------------------------------------------- */

static void test_per_host(void **state)
{
	struct house *house = *state;

	for (int i = 0; i < 10; i++)
		start(house, "/hold");
	assert_int_equal(fetcher_active(house->fetcher), 10);
	run(house);
	assert_int_equal(origin.requests, 10);
	assert_int_equal(origin.most_holding, limits.per_host);
}

/* Every address of 127/8 is a host of its own. */
static void test_concurrency(void **state)
{
	struct house *house = *state;
	char url[64];

	for (int i = 0; i < 40; i++) {
		snprintf(url, sizeof url, "http://127.0.0.%d:%d/hold", i % 20 + 1, origin.port);
		start(house, url);
	}
	run(house);
	assert_string_equal(house->body, "held");
	assert_in_range(origin.most_holding, 2, limits.concurrency);
}

static void test_order(void **state)
{
	struct house *house = *state;
	struct fetch_limits single = {.concurrency = 4, .per_host = 1};
	char path[] = "/a";

	fetcher_free(house->fetcher);
	house->fetcher = fetcher_new(house->loop, &single);
	for (; path[1] <= 'j'; path[1]++)
		start(house, path);
	run(house);
	assert_string_equal(house->order, "abcdefghij");
}

static void test_many(void **state)
{
	struct house *house = *state;
	char path[32];

	for (int i = 0; i < 1000; i++) {
		snprintf(path, sizeof path, "/%d", i);
		start(house, path);
	}
	run(house);
	assert_int_equal(origin.requests, 1000);
}

/* One after the other, they take one connection. */
static void test_connection_is_reused(void **state)
{
	struct house *house = *state;

	for (int i = 0; i < 300; i++)
		get(house, i % 10 == 0 ? "/to?%2Fhello" : "/hello");
	assert_int_equal(origin.requests, 330);
	assert_int_equal(origin.peers, 1);
}

/* --- spacing ----------------------------------------------------------------- */

/* A name that begins like this is one of a host of its own, and leads here. */
static void start_named(struct house *house, const char *name, const char *path)
{
	char url[128];

	snprintf(url, sizeof url, "http://%s.localhost:%d%s", name, origin.port, path);
	start(house, url);
}

static void house_space(struct house *house, int64_t spacing, int concurrency)
{
	struct fetch_limits spaced = limits;

	spaced.spacing = spacing;
	spaced.concurrency = concurrency;
	fetcher_free(house->fetcher);
	house->fetcher = fetcher_new(house->loop, &spaced);
}

/* However late each comes, it does not start before its time. */
static void test_spacing(void **state)
{
	struct house *house = *state;
	int64_t began;

	house_space(house, 40, 8);
	began = milliseconds();
	for (int i = 0; i < 6; i++)
		start_named(house, "a", "/mark");
	run(house);
	assert_int_equal(origin.mark_count, 6);
	for (int i = 0; i < 6; i++)
		assert_in_range(origin.marks[i].at - began, 40 * i, 40 * i + 20000);
	/* upper case, and a redirect: the same host still */
	began = milliseconds();
	start_named(house, "A", "/to?%2Fmark");
	run(house);
	assert_in_range(origin.marks[6].at - began, 40, 20000);
}

/* Hosts take turns, however soon each of them may go on. */
static void test_spacing_is_fair(void **state)
{
	struct house *house = *state;
	char name[2] = "a", want[32];

	house_space(house, 1, 1);
	for (int i = 0; i < 60; i++) {
		name[0] = (char)('a' + i / 3);
		start_named(house, name, "/mark");
	}
	run(house);
	assert_int_equal(origin.mark_count, 60);
	for (int i = 0; i < 60; i++) {
		snprintf(want, sizeof want, "%c.localhost:%d", 'a' + i % 20, origin.port);
		assert_string_equal(origin.marks[i].host, want);
	}
}

static void test_spacing_spares_loopback(void **state)
{
	struct house *house = *state;
	int64_t began = milliseconds();
	char url[64];

	house_space(house, 60000, 8);
	snprintf(url, sizeof url, "http://localhost:%d/hello", origin.port);
	for (int i = 0; i < 20; i++) {
		start(house, "/hello");
		start(house, url);
	}
	run(house);
	assert_in_range(milliseconds() - began, 0, 59999);
}

static void count_turn(void *context)
{
	(*(int *)context)++;
}

static void stop_loop(void *context)
{
	loop_stop(context);
}

/* Ten thousand wait for a thousand hosts, all of which rest: nothing happens. */
static void test_waiting_costs_nothing(void **state)
{
	struct house *house = *state;
	int turns = 0;
	char name[16];

	house_space(house, 3600000, 8);
	for (int i = 0; i < 10000; i++) {
		snprintf(name, sizeof name, "h%d", i % 1000);
		start_named(house, name, "/hello");
	}
	while (house->done < 1000)
		loop_turn(house->loop);
	assert_int_equal(origin.requests, 1000);
	loop_on_turn_end(house->loop, count_turn, &turns);
	struct loop_watch *watch = loop_every(house->loop, 300, stop_loop, house->loop);
	loop_run(house->loop);
	loop_unwatch(watch);
	assert_in_range(turns, 1, 5);	/* not one for each of them */
	assert_int_equal(house->done, 1000);
	assert_int_equal(fetcher_active(house->fetcher), 9000);
}

/* Cancelled while its host rests; the host itself goes when it has rested. */
static void test_spacing_cancel(void **state)
{
	struct house *house = *state;
	struct fetch *waiting;
	char url[64];

	house_space(house, 20, 8);
	start_named(house, "a", "/hello");
	run(house);
	snprintf(url, sizeof url, "http://a.localhost:%d/mark", origin.port);
	waiting = start(house, url);
	loop_turn(house->loop);
	fetch_cancel(waiting);
	house->want--;
	start_named(house, "a", "/hello");
	run(house);
	assert_int_equal(origin.mark_count, 0);
}

/* Cancelled while waiting, running, refused, a file; the rest arrive. */
static void test_cancel(void **state)
{
	struct house *house = *state;
	struct fetch *waiting[4], *running, *refused, *file;

	running = start(house, "/silent");
	for (int i = 0; i < 4; i++)
		waiting[i] = start(house, "/hello");
	refused = start(house, "nonsense:");
	file = start(house, "file:/etc/hostname");
	fetch_cancel(refused);
	fetch_cancel(file);
	fetch_cancel(waiting[2]);
	fetch_cancel(NULL);
	while (origin.requests == 0)
		loop_turn(house->loop);
	fetch_cancel(running);
	house->want -= 4;
	run(house);
	assert_int_equal(house->done, 3);
	assert_string_equal(house->body, "/hello");
}

static void test_free_busy(void **state)
{
	struct house *house = *state;

	for (int i = 0; i < 5; i++)
		start(house, "/silent");
	start(house, "http://127.0.0.2:1/");
	start(house, "nonsense:");
	while (origin.requests == 0)
		loop_turn(house->loop);
	int done = house->done;
	start(house, "file:/etc/hostname");
	fetcher_free(house->fetcher);
	house->fetcher = NULL;
	assert_int_equal(house->done, done);
}

struct chain {
	struct house *house;
	struct fetch *victim, *self;
	int left;
};

static void on_chain(void *context, const struct fetch_result *result)
{
	struct chain *chain = context;
	struct fetch_request request = {.url = url_of("/hello"), .timeout = 20,
		.allow_private = true};

	assert_true(result->arrived);
	fetch_cancel(chain->self);	/* too late, and harmless */
	fetch_cancel(chain->victim);
	chain->victim = NULL;
	if (chain->left-- > 0)
		chain->self = fetch_start(chain->house->fetcher, &request, on_chain, chain);
	else
		loop_stop(chain->house->loop);
}

/* A done may start others, and cancel what runs. */
static void test_chain(void **state)
{
	struct house *house = *state;
	struct chain chain = {.house = house, .left = 5};
	struct fetch_request request = {.timeout = 20, .allow_private = true};

	chain.victim = start(house, "/silent");
	request.url = url_of("/hello");
	chain.self = fetch_start(house->fetcher, &request, on_chain, &chain);
	loop_run(house->loop);
	assert_int_equal(chain.left, -1);
	assert_int_equal(fetcher_active(house->fetcher), 0);
	assert_int_equal(house->done, 0);
}

/* --- files ------------------------------------------------------------------- */

static char file_path[64], file_url[80];

static void file_make(const char *bytes, size_t length, int age)
{
	struct timespec times[2] = {{.tv_nsec = UTIME_NOW}, {.tv_sec = age}};

	if (file_path[0] == '\0')
		snprintf(file_path, sizeof file_path, "/tmp/pledged-fetch.%d", (int)getpid());
	snprintf(file_url, sizeof file_url, "file:%s", file_path);
	int fd = open(file_path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	assert_int_equal(write(fd, bytes, length), length);
	if (age > 0)
		futimens(fd, times);
	close(fd);
}

static void file_make_of(size_t length)
{
	char *bytes = mem_new(length, 1);

	memset(bytes, 's', length);
	file_make(bytes, length, 0);
	free(bytes);
}

static void test_file(void **state)
{
	struct house *house = *state;
	size_t length = (size_t)3 << 20;
	char *large = mem_new(length, 1);

	file_make("a,b\n1,2\n", 8, 0);
	get(house, file_url);
	assert_true(house->last.arrived);
	assert_int_equal(house->last.status, 200);
	assert_string_equal(house->body, "a,b\n1,2\n");
	assert_string_equal(house->last.etag, "");	/* changed just now */
	memset(large, 'x', length);
	file_make(large, length, 0);
	get(house, file_url);
	assert_int_equal(house->length, length);
	file_make("", 0, 0);
	get(house, file_url);
	assert_true(house->last.arrived);
	assert_int_equal(house->length, 0);
	free(large);
	unlink(file_path);
}

static void test_file_validator(void **state)
{
	struct house *house = *state;
	struct fetch_request request = {0};
	char etag[256];

	/* Old in every respect, and of no interest otherwise. */
	get(house, "file:///usr/include/stdio.h");
	snprintf(etag, sizeof etag, "%s", house->last.etag);
	assert_string_not_equal(etag, "");
	assert_true(house->length > 0);
	request.if_none_match = etag;
	start_request(house, &request, "file:/usr/include/stdio.h");
	run(house);
	assert_true(house->last.arrived);
	assert_int_equal(house->last.status, 304);
	assert_int_equal(house->length, 0);
	assert_string_equal(house->last.etag, etag);
	start_request(house, &request, "file:/usr/include/stdlib.h");
	run(house);
	assert_int_equal(house->last.status, 200);
}

static void test_file_faults(void **state)
{
	static const struct {
		const char *url, *want_error;
	} cases[] = {
		{"file:/nonexistent", "/nonexistent: cannot be opened: No such file or directory"},
		{"file:/dev/zero", "/dev/zero: not a regular file"},
		{"file:/tmp", "/tmp: not a regular file"},
		{"file:/usr/include/stdio.h",
			"/usr/include/stdio.h: larger than 100 bytes (max_body)"},
		{"file:/proc/self/status", "/proc/self/status: larger than 100 bytes (max_body)"},
	};
	struct house *house = *state;
	struct fetch_request request = {.max_body = 100};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		start_request(house, &request, cases[i].url);
		run(house);
		assert_false(house->last.arrived);
		assert_string_equal(house->error, cases[i].want_error);
		assert_false(house->last.offline);
	}
	file_make("", 0, 0);
	unlink(file_path);
	assert_int_equal(mkfifo(file_path, 0600), 0);
	start_request(house, &request, file_url);
	run(house);
	assert_non_null(strstr(house->error, "not a regular file"));
	unlink(file_path);
}

/* --- memory ------------------------------------------------------------------ */

#define KEPT_MAX 400

/* Takes every body, and lets one go a millisecond. */
struct keeper {
	struct house *house;
	size_t want_length, peak;
	struct text kept[KEPT_MAX];
	int count, gone;
};

static void keeper_look(struct keeper *keeper)
{
	size_t bytes = fetcher_bytes(keeper->house->fetcher), kept = 0;

	for (int i = keeper->gone; i < keeper->count; i++)
		kept += keeper->kept[i].length;
	assert_true(kept <= bytes);
	if (bytes > keeper->peak)
		keeper->peak = bytes;
}

static void keeper_on_done(void *context, const struct fetch_result *result)
{
	struct keeper *keeper = context;

	assert_true(result->arrived);
	assert_int_equal(result->body->length, keeper->want_length);
	assert_int_equal(result->body->data[keeper->want_length - 1], 's');
	keeper->kept[keeper->count++] = *result->body;
	text_init(result->body, 0);
	keeper_look(keeper);
}

static void keeper_let_go(void *context)
{
	struct keeper *keeper = context;

	keeper_look(keeper);
	if (keeper->gone == keeper->count)
		return;
	struct text *body = &keeper->kept[keeper->gone++];

	fetcher_release(keeper->house->fetcher, body->length);
	text_release(body);
}

static void keeper_start(struct keeper *keeper, const char *path, int number)
{
	struct fetch_request request = {.allow_private = true, .timeout = 20,
		.max_body = (size_t)3 << 20};
	char url[96];

	if (string_starts(path, "file:"))
		snprintf(url, sizeof url, "%s", path);
	else
		snprintf(url, sizeof url, "http://127.0.0.%d:%d%s?%zu", number % 12 + 1,
			origin.port, path, keeper->want_length);
	request.url = url;
	fetch_start(keeper->house->fetcher, &request, keeper_on_done, keeper);
}

static void house_limit_memory(struct house *house, size_t memory)
{
	struct fetch_limits some = limits;

	some.memory = memory;
	fetcher_free(house->fetcher);
	house->fetcher = fetcher_new(house->loop, &some);
}

/* Together they are far more than the limit; all arrive, and at no time is there
   more than that. */
static void test_memory(void **state)
{
	static const size_t MIB = (size_t)1 << 20;
	const struct {
		const char *path;
		size_t length;
		int count;
		size_t limit, want_peak;
		int want_requests;	/* at most for each */
	} cases[] = {
		{"/sized", MIB + MIB / 2, 12, 4 * MIB, 4 * MIB, 2},
		{"/pieces", MIB + MIB / 2, 12, 4 * MIB, 4 * MIB, 2},
		{"/pieces", MIB / 4, 40, 2 * MIB, 2 * MIB, 2},
		{"/sized", 20000, 300, MIB, MIB, 1},
		{"/pieces", 20000, 300, MIB, MIB, 1},
		{"/sized", 3 * MIB, 6, MIB, 4 * MIB, 2},
		{"file:", 3 * MIB, 6, 4 * MIB, 7 * MIB, 0},
	};
	struct house *house = *state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		static struct keeper keeper;
		bool file = string_is(cases[i].path, "file:");

		keeper = (struct keeper){.house = house, .want_length = cases[i].length};
		house_limit_memory(house, cases[i].limit);
		origin.requests = 0;
		if (file)
			file_make_of(keeper.want_length);
		for (int k = 0; k < cases[i].count; k++)
			keeper_start(&keeper, file ? file_url : cases[i].path, k);
		struct loop_watch *watch = loop_every(house->loop, 1, keeper_let_go, &keeper);
		while (keeper.gone < cases[i].count) {
			loop_turn(house->loop);
			keeper_look(&keeper);
		}
		loop_unwatch(watch);
		assert_int_equal(fetcher_active(house->fetcher), 0);
		assert_int_equal(fetcher_bytes(house->fetcher), 0);
		assert_in_range(keeper.peak, cases[i].length, cases[i].want_peak);
		assert_in_range(origin.requests, 0, cases[i].count * cases[i].want_requests);
	}
	unlink(file_path);
}

/* A small answer comes while large ones wait. */
static void get_beside(struct house *house)
{
	int done = house->done;
	char url[64];

	snprintf(url, sizeof url, "http://127.0.0.9:%d/hello", origin.port);
	start(house, url);
	while (house->done == done)
		loop_turn(house->loop);
	assert_string_equal(house->body, "/hello");
}

/* What would still fit does not pass by what came first: each of these starts
   when the one before it has been postponed or has ended. */
static void test_memory_order(void **state)
{
	struct house *house = *state;
	struct keeper keeper = {.house = house, .want_length = (size_t)1 << 20};
	struct fetch_limits single = limits;

	single.per_host = 1;
	single.memory = (size_t)2 << 20;
	fetcher_free(house->fetcher);
	house->fetcher = fetcher_new(house->loop, &single);
	keeper_start(&keeper, "/sized", 0);
	while (keeper.count == 0)
		loop_turn(house->loop);
	start(house, "/sized?1000001");
	start(house, "/sized?300002");
	start(house, "/3");
	while (strchr(house->order, '3') == NULL)
		loop_turn(house->loop);
	keeper_let_go(&keeper);
	run(house);
	assert_string_equal(house->order, "312");
}

/* What waits for memory can be cancelled, and be there at the end. */
static void test_memory_cancel(void **state)
{
	struct house *house = *state;
	struct keeper keeper = {.house = house, .want_length = (size_t)1 << 20};
	struct fetch *waiting;

	house_limit_memory(house, (size_t)3 << 19);
	keeper_start(&keeper, "/sized", 0);
	while (keeper.count == 0)
		loop_turn(house->loop);
	waiting = start(house, "/sized?1000000");
	start(house, "/sized?1000001");
	while (origin.requests < 3)
		loop_turn(house->loop);
	get_beside(house);
	assert_int_equal(house->done, 1);
	fetch_cancel(waiting);
	house->want--;
	keeper_let_go(&keeper);
	run(house);
	assert_int_equal(house->length, 1000001);
	keeper_start(&keeper, "/sized", 0);
	while (keeper.count == 1)
		loop_turn(house->loop);
	start(house, "/sized?1000000");
	get_beside(house);
	text_release(&keeper.kept[1]);
}

/* --- look-ups --------------------------------------------------------------- */

struct asked {
	struct loop *loop;
	int calls;
	enum lookup_answer answer;
};

static void on_asked(void *context, enum lookup_answer answer)
{
	struct asked *asked = context;

	asked->calls++;
	asked->answer = answer;
	loop_stop(asked->loop);
}

static void do_nothing(void *context)
{
	(void)context;
}

/* One that is found after all means that the servers say now this, now that. */
static void test_lookup(void **state)
{
	struct house *house = *state;
	struct asked asked = {.loop = house->loop};

	lookup_start(house->loop, "127.0.0.1", on_asked, &asked);
	assert_int_equal(asked.calls, 0);
	loop_run(house->loop);
	assert_int_equal(asked.calls, 1);
	assert_int_equal(asked.answer, LOOKUP_TROUBLE);
	for (int i = 0; i < 20; i++) {
		lookup_cancel(lookup_start(house->loop, "127.0.0.1", on_asked, &asked));
		loop_post(house->loop, do_nothing, NULL);
		loop_turn(house->loop);
	}
	lookup_cancel(NULL);
	assert_int_equal(asked.calls, 1);
}

/* A name server that answers every query by the same code. */
struct name_server {
	int fd;
	unsigned char code;
};

static void *name_server_main(void *context)
{
	const struct name_server *server = context;
	unsigned char query[512];
	struct sockaddr_in from;
	socklen_t size = sizeof from;
	ssize_t length;

	while ((length = recvfrom(server->fd, query, sizeof query, 0,
			(struct sockaddr *)&from, &size)) >= 12) {
		query[2] |= 0x80;	/* an answer */
		query[3] = (unsigned char)(0x80 | server->code);
		sendto(server->fd, query, (size_t)length, 0, (struct sockaddr *)&from, size);
		size = sizeof from;
	}
	return NULL;
}

/* One that knows the root, if only that it has no record there, is one. */
static void test_name_servers(void **state)
{
	static const struct {
		unsigned char code;
		bool want;
	} cases[] = {
		{0, true}, {3 /* no such name */, true}, {2 /* failure */, false},
		{5 /* refused */, false},
	};
	(void)state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sockaddr_in address = {.sin_family = AF_INET,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
		socklen_t size = sizeof address;
		struct name_server server = {socket(AF_INET, SOCK_DGRAM, 0), cases[i].code};
		pthread_t thread;

		assert_int_equal(bind(server.fd, (struct sockaddr *)&address, size), 0);
		assert_int_equal(getsockname(server.fd, (struct sockaddr *)&address, &size), 0);
		pthread_create(&thread, NULL, name_server_main, &server);
		assert_int_equal(lookup_server_answers(&address), cases[i].want);
		/* the shortest datagram ends it, and then nobody is there */
		assert_int_equal(sendto(server.fd, "", 0, 0, (struct sockaddr *)&address, size),
			0);
		pthread_join(thread, NULL);
		close(server.fd);
		assert_false(lookup_server_answers(&address));
	}
}

/* --- words -------------------------------------------------------------------- */

static void test_words(void **state)
{
	static const struct {
		CURLcode code;
		enum fetch_fault fault;
		int os_errno;
		const char *said;
		bool want_offline;
		const char *want;
		struct fetch_routes routes;
		enum lookup_answer lookup;
	} cases[] = {
		{CURLE_COULDNT_CONNECT, FETCH_FAULT_NONE, ENETUNREACH, "", true,
			"h: this machine has no route to it; look at its network", {0},
			LOOKUP_UNKNOWN},
		{CURLE_COULDNT_CONNECT, FETCH_FAULT_SOCKET, EMFILE, "", true,
			"h: this daemon has no file descriptor left (LimitNOFILE)", {0},
			LOOKUP_UNKNOWN},
		/* of two addresses, one kind of which this machine does not speak */
		{CURLE_COULDNT_CONNECT, FETCH_FAULT_NONE, ENETUNREACH, "", false,
			"h: no connection can be made", {.some = true, .none = true},
			LOOKUP_UNKNOWN},
		{CURLE_COULDNT_CONNECT, FETCH_FAULT_NONE, EADDRNOTAVAIL, "", false,
			"h: no connection can be made", {.some = true, .none = true},
			LOOKUP_UNKNOWN},
		{CURLE_COULDNT_CONNECT, FETCH_FAULT_SOCKET, EAFNOSUPPORT, "", false,
			"h: no connection can be made", {.some = true, .none = true},
			LOOKUP_UNKNOWN},
		{CURLE_COULDNT_CONNECT, FETCH_FAULT_NONE, EHOSTUNREACH, "", false,
			"h: cannot be reached; is it switched on?", {.some = true},
			LOOKUP_UNKNOWN},
		{CURLE_COULDNT_CONNECT, FETCH_FAULT_NONE, EHOSTUNREACH, "", true,
			"h: this machine has no route to it; look at its network",
			{.none = true}, LOOKUP_UNKNOWN},
		{CURLE_COULDNT_CONNECT, FETCH_FAULT_NONE, EADDRNOTAVAIL, "", true,
			"h: this machine has no address or port left to connect from",
			{.some = true}, LOOKUP_UNKNOWN},
		{CURLE_OUT_OF_MEMORY, FETCH_FAULT_NONE, 0, "", true,
			"h: not enough memory here", {0}, LOOKUP_UNKNOWN},
		{CURLE_COULDNT_RESOLVE_HOST, FETCH_FAULT_NONE, 0, "", false,
			"h: there is no such name in the DNS; check its spelling", {0},
			LOOKUP_NO_NAME},
		{CURLE_COULDNT_RESOLVE_HOST, FETCH_FAULT_NONE, 0, "", false,
			"h: its name cannot be looked up, since the name servers that know "
			"of it do not answer", {0}, LOOKUP_NAME_TROUBLE},
		{CURLE_COULDNT_RESOLVE_HOST, FETCH_FAULT_NONE, 0, "", true,
			"h: its name cannot be looked up, since the name servers of this "
			"machine do not answer; look at its DNS", {0}, LOOKUP_TROUBLE},
		{CURLE_COULDNT_RESOLVE_HOST, FETCH_FAULT_NONE, 0, "", true,
			"h: its name cannot be looked up, since this machine has no route to "
			"the Internet", {0}, LOOKUP_UNKNOWN},
		{CURLE_COULDNT_CONNECT, FETCH_FAULT_NONE, 9999, "", false,
			"h: no connection can be made", {0}, LOOKUP_UNKNOWN},
		{CURLE_RECV_ERROR, FETCH_FAULT_ADDRESS, 0, "", false,
			"h: broke off, or garbled, what it was answering", {0},
			LOOKUP_UNKNOWN},
		{CURLE_PEER_FAILED_VERIFICATION, FETCH_FAULT_NONE, 0,
			"SSL certificate problem: certificate has expired", false,
			"h: its certificate is not accepted (certificate has expired); "
			"a private authority needs its ca_file", {0}, LOOKUP_UNKNOWN},
		{CURLE_SSL_CACERT_BADFILE, FETCH_FAULT_NONE, 0, "", true,
			"h: the file of trusted certificates here cannot be read", {0},
			LOOKUP_UNKNOWN},
		{CURLE_INTERFACE_FAILED, FETCH_FAULT_NONE, 0, "a?secret", false,
			"h: the transfer failed (Failed binding local connection end)", {0},
			LOOKUP_UNKNOWN},
	};
	CURL *easy = curl_easy_init();
	(void)state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char words[FETCH_WORDS_MAX];
		struct fetch_failure failure = {
			.easy = easy, .code = cases[i].code, .fault = cases[i].fault,
			.os_errno = cases[i].os_errno, .said = cases[i].said, .host = "h",
			.routes = cases[i].routes, .lookup = cases[i].lookup,
		};

		bool offline = fetch_failure_words(&failure, words);
		assert_string_equal(words, cases[i].want);
		assert_int_equal(offline, cases[i].want_offline);
	}
	curl_easy_cleanup(easy);
}

#define FETCH_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FETCH_TEST(test_get),
		FETCH_TEST(test_request),
		FETCH_TEST(test_validators),
		FETCH_TEST(test_retry_after),
		FETCH_TEST(test_faults),
		FETCH_TEST(test_ratio),
		FETCH_TEST(test_cut_body),
		FETCH_TEST(test_redirects),
		FETCH_TEST(test_kept_connection_is_checked),
		FETCH_TEST(test_bad_header),
		FETCH_TEST(test_per_host),
		FETCH_TEST(test_concurrency),
		FETCH_TEST(test_order),
		FETCH_TEST(test_many),
		FETCH_TEST(test_connection_is_reused),
		FETCH_TEST(test_spacing),
		FETCH_TEST(test_spacing_is_fair),
		FETCH_TEST(test_spacing_spares_loopback),
		FETCH_TEST(test_waiting_costs_nothing),
		FETCH_TEST(test_spacing_cancel),
		FETCH_TEST(test_cancel),
		FETCH_TEST(test_free_busy),
		FETCH_TEST(test_chain),
		FETCH_TEST(test_file),
		FETCH_TEST(test_file_validator),
		FETCH_TEST(test_file_faults),
		FETCH_TEST(test_memory),
		FETCH_TEST(test_memory_order),
		FETCH_TEST(test_memory_cancel),
		FETCH_TEST(test_lookup),
		cmocka_unit_test(test_name_servers),
		FETCH_TEST(test_words),
	};

	return cmocka_run_group_tests(tests, origin_start, origin_end);
}
