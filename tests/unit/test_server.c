/*
 * The server over real sockets: requests, refusals, replies, listeners.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "net/server.h"
#include "talk.h"

#define BIG ((size_t)5 << 20)

struct house {
	struct loop *loop;
	struct server *server;
	char folder[64];
	char path[96];
	int port;
	int handled;
	struct server_request *kept;
	struct lines *lines;	/* the last that are streamed */
	int gone;		/* streams */
};

static const char *const method_names[] = {"GET", "HEAD", "POST", "DELETE"};

static void reply_text(struct server_request *request, int status, const char *words)
{
	struct text body;

	text_init(&body, 0);
	text_add_string(&body, words);
	server_reply(request, status, "text/plain", NULL, &body);
}

static void reply_echo(struct server_request *request)
{
	const char *name, *value;
	struct text body;
	size_t length;

	text_init(&body, 0);
	text_addf(&body, "%s %s", method_names[server_request_method(request)],
		server_request_path(request));
	for (size_t i = 0; server_request_parameter(request, i, &name, &value); i++)
		text_addf(&body, " [%s=%s]", name, value);
	const char *sent = server_request_body(request, &length);
	if (length > 0)
		text_addf(&body, " (%zu: %.20s)", length, sent);
	server_reply(request, 200, "text/plain", NULL, &body);
	assert_int_equal(body.length, 0);
	text_release(&body);
}

static void reply_peer(struct server_request *request)
{
	const struct server_peer *peer = server_request_peer(request);
	struct text body;

	text_init(&body, 0);
	if (peer->local)
		text_addf(&body, "%d %d %d", (int)peer->uid, (int)peer->gid,
			(int)peer->pid);
	else
		text_add_string(&body, "stranger");
	server_reply(request, 200, "text/plain", NULL, &body);
}

static void reply_big(struct server_request *request)
{
	char *bytes = mem_new(BIG, 1);
	struct text body;

	for (size_t i = 0; i < BIG; i++)
		bytes[i] = (char)('a' + i / 1000 % 26);
	text_init(&body, 0);
	text_add(&body, bytes, BIG);
	free(bytes);
	server_reply(request, 200, "application/octet-stream", NULL, &body);
}

static void reply_cut(struct server_request *request)
{
	struct text body;

	text_init(&body, 4);
	text_add_string(&body, "too long");
	server_reply(request, 200, "text/plain", NULL, &body);
}

static void reply_headers(struct server_request *request)
{
	static const char *const headers[] = {"Cache-Control: max-age=5",
		"ETag: \"x\"", NULL};

	server_reply(request, 304, NULL, headers, NULL);
}

/* Of so many lines, of which each third adds nothing; with a pause behind half of
   them, or broken off there. */
struct lines {
	struct house *house;
	struct server_request *request;
	int line, count;
	enum stream_step half;
};

static enum stream_step lines_next(void *context, struct text *piece)
{
	struct lines *lines = context;

	lines->line++;
	if (lines->line % 3 != 0)
		text_addf(piece, "line %d of %d\n", lines->line, lines->count);
	if (lines->line == lines->count)
		return STREAM_END;
	return lines->line == lines->count / 2 ? lines->half : STREAM_MORE;
}

static void lines_gone(void *context)
{
	struct lines *lines = context;

	lines->house->gone++;
	lines->house->lines = NULL;
	free(lines);
}

static void reply_lines(struct house *house, struct server_request *request,
	int count, enum stream_step half)
{
	static const struct stream_source source = {lines_next, lines_gone};
	static const char *const headers[] = {"X-Lines: some", NULL};
	struct lines *lines = mem_new(1, sizeof *lines);

	*lines = (struct lines){house, request, 0, count, half};
	house->lines = lines;
	server_stream(request, 200, "text/plain", headers, &source, lines);
}

/* Nothing is said until all the work is done. */
static enum stream_step works_next(void *context, struct text *piece)
{
	struct lines *lines = context;

	if (++lines->line < lines->count)
		return STREAM_MORE;
	text_add_string(piece, "done\n");
	return STREAM_END;
}

static void reply_works(struct house *house, struct server_request *request)
{
	static const struct stream_source source = {works_next, lines_gone};
	struct lines *lines = mem_new(1, sizeof *lines);

	*lines = (struct lines){house, request, 0, 100000, STREAM_MORE};
	house->lines = lines;
	server_stream(request, 200, "text/plain", NULL, &source, lines);
}

static void on_request(void *context, struct server_request *request)
{
	struct house *house = context;
	const char *path = server_request_path(request);

	house->handled++;
	if (string_is(path, "/peer"))
		reply_peer(request);
	else if (string_is(path, "/big"))
		reply_big(request);
	else if (string_is(path, "/cut"))
		reply_cut(request);
	else if (string_is(path, "/unchanged"))
		reply_headers(request);
	else if (string_is(path, "/later"))
		house->kept = request;
	else if (string_is(path, "/lines"))
		reply_lines(house, request, 10000, STREAM_MORE);
	else if (string_is(path, "/works"))
		reply_works(house, request);
	else if (string_is(path, "/waits"))
		reply_lines(house, request, 10, STREAM_WAIT);
	else if (string_is(path, "/breaks"))
		reply_lines(house, request, 10, STREAM_BREAK);
	else if (string_is(path, "/agent"))
		reply_text(request, 200, server_request_header(request, "user-AGENT"));
	else
		reply_echo(request);
}

static int free_port(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	close(fd);
	return ntohs(address.sin_port);
}

static int setup(void **state)
{
	static struct house house;
	struct error error = {0};
	char address[32];

	alarm(60);
	house = (struct house){.loop = loop_new(), .port = free_port()};
	snprintf(house.folder, sizeof house.folder, "/tmp/pledged-test.XXXXXX");
	assert_non_null(mkdtemp(house.folder));
	snprintf(house.path, sizeof house.path, "%s/socket", house.folder);
	house.server = server_new(house.loop, on_request, &house);
	snprintf(address, sizeof address, "127.0.0.1:%d", house.port);
	if (server_listen_unix(house.server, house.path, 0660, NULL, &error) < 0 ||
	    server_listen_tcp(house.server, address, &error) < 0)
		fail_msg("%s", error.text);
	*state = &house;
	return 0;
}

static int teardown(void **state)
{
	struct house *house = *state;
	struct stat found;

	server_free(house->server);
	loop_free(house->loop);
	assert_int_equal(lstat(house->path, &found), -1);
	assert_int_equal(rmdir(house->folder), 0);
	return 0;
}

/* --- requests -------------------------------------------------------- */

static void test_keep_alive(void **state)
{
	struct house *house = *state;
	struct talk talk;

	talk_open_unix(&talk, house->loop, house->path);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(talk_ask(&talk, "GET /a HTTP/1.1\r\n\r\n"), 200);
		assert_string_equal(text_string(&talk.body), "GET /a");
		assert_string_equal(talk_header(&talk, "X-Content-Type-Options"), "nosniff");
		assert_string_equal(talk_header(&talk, "Cache-Control"), "no-store");
		assert_non_null(talk_header(&talk, "Date"));
	}
	assert_int_equal(server_connections(house->server), 1);
	assert_int_equal(talk_ask(&talk,
		"GET /a HTTP/1.1\r\nConnection: close\r\n\r\n"), 200);
	talk_until_end(&talk);
	assert_int_equal(server_connections(house->server), 0);
	talk_close(&talk);
}

static void test_pipeline(void **state)
{
	struct house *house = *state;
	struct talk talk;

	talk_open_unix(&talk, house->loop, house->path);
	assert_int_equal(talk_ask(&talk, "GET /1 HTTP/1.1\r\n\r\n"
		"POST /2 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /3 HTTP/1.1\r\n\r\n"), 200);
	assert_string_equal(text_string(&talk.body), "GET /1");
	assert_int_equal(talk_receive(&talk, false), 200);
	assert_string_equal(text_string(&talk.body), "POST /2 (3: abc)");
	assert_int_equal(talk_receive(&talk, false), 200);
	assert_string_equal(text_string(&talk.body), "GET /3");
	talk_close(&talk);
}

static void test_requests(void **state)
{
	static const struct {
		bool tcp;
		const char *request;
		int want_status;
		const char *want_in_body;
	} cases[] = {
		{false, "GET / HTTP/1.1\r\n\r\n", 200, "GET /"},
		{false, "GET /x HTTP/1.0\r\n\r\n", 200, "GET /x"},
		{false, "GET /v1/milestones/a%2Fb@c?q=1+2&x=%C3%A9&y HTTP/1.1\r\n\r\n", 200,
			"GET /v1/milestones/a/b@c [q=1 2] [x=\xC3\xA9] [y=]"},
		{false, "GET /?a=b=c&&d=%26 HTTP/1.1\r\n\r\n", 200, "GET / [a=b=c] [d=&]"},
		{false, "GET /%00 HTTP/1.1\r\n\r\n", 400, "makes no sense"},
		{false, "GET /%FF HTTP/1.1\r\n\r\n", 400, "makes no sense"},
		{false, "GET /%4 HTTP/1.1\r\n\r\n", 400, "makes no sense"},
		{false, "GET /?a=%zz HTTP/1.1\r\n\r\n", 400, "makes no sense"},
		{false, "OPTIONS * HTTP/1.1\r\n\r\n", 405, "only GET, HEAD"},
		{false, "POST /p HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody", 200,
			"POST /p (4: body)"},
		{false, "POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
			"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 200, "POST /p (5: abcde)"},
		{false, "DELETE /d HTTP/1.1\r\n\r\n", 200, "DELETE /d"},
		{false, "PUT /p HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 405, "only GET, HEAD"},
		{false, "PATCH / HTTP/1.1\r\n\r\n", 405, "only GET, HEAD"},
		{false, "BREW /pot HTTP/1.1\r\n\r\n", 501, "no such method"},
		{false, "GET /agent HTTP/1.1\r\nUser-Agent: test\r\n\r\n", 200, "test"},
		{false, "GET /cut HTTP/1.1\r\n\r\n", 500, "ask for less"},
		{false, "POST /p HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n", 413, ""},
		{false, "POST /p HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400, ""},
		{false, "nonsense\r\n\r\n", 400, ""},
		{true, "GET /t HTTP/1.1\r\nHost: localhost\r\n\r\n", 200, "GET /t"},
		{true, "GET /t HTTP/1.1\r\nHost: LOCALHOST:8470\r\n\r\n", 200, "GET /t"},
		{true, "GET /t HTTP/1.1\r\nHost: 127.0.0.1:8470\r\n\r\n", 200, "GET /t"},
		{true, "GET /t HTTP/1.1\r\nHost: [::1]:8470\r\n\r\n", 200, "GET /t"},
		{true, "GET /t HTTP/1.1\r\nHost: [::1]\r\n\r\n", 200, "GET /t"},
		{true, "GET /t HTTP/1.1\r\n\r\n", 403, "localhost"},
		{true, "GET /t HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403, "localhost"},
		{true, "GET /t HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n", 403, "localhost"},
		{true, "GET /t HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\n\r\n", 403, "localhost"},
		{true, "GET /t HTTP/1.1\r\nHost: localhost:80@evil.example\r\n\r\n", 403,
			"localhost"},
		{true, "GET /t HTTP/1.1\r\nHost: [::1\r\n\r\n", 403, "localhost"},
		{true, "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 403,
			"localhost"},
		{true, "POST /t HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx", 405,
			"nothing changed"},
		{true, "DELETE /t HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, "nothing changed"},
	};
	struct house *house = *state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct talk talk;

		if (cases[i].tcp)
			talk_open_tcp(&talk, house->loop, house->port);
		else
			talk_open_unix(&talk, house->loop, house->path);
		talk_ask(&talk, cases[i].request);
		if (talk.status != cases[i].want_status ||
		    strstr(text_string(&talk.body), cases[i].want_in_body) == NULL)
			fail_msg("case %zu: %d %s", i, talk.status, text_string(&talk.body));
		talk_close(&talk);
	}
}

static void test_head(void **state)
{
	struct house *house = *state;
	struct talk talk;

	talk_open_unix(&talk, house->loop, house->path);
	assert_int_equal(talk_ask(&talk, "HEAD /big HTTP/1.1\r\n\r\n"), 200);
	assert_string_equal(talk_header(&talk, "Content-Length"), "5242880");
	assert_int_equal(talk_ask(&talk, "GET /unchanged HTTP/1.1\r\n\r\n"), 304);
	assert_null(talk_header(&talk, "Content-Length"));
	assert_string_equal(talk_header(&talk, "Cache-Control"), "max-age=5");
	assert_int_equal(talk_ask(&talk, "GET /after HTTP/1.1\r\n\r\n"), 200);
	assert_string_equal(text_string(&talk.body), "GET /after");
	talk_close(&talk);
}

static void test_peer(void **state)
{
	struct house *house = *state;
	struct talk talk;
	char want[64];

	snprintf(want, sizeof want, "%d %d %d", (int)getuid(), (int)getgid(), (int)getpid());
	talk_open_unix(&talk, house->loop, house->path);
	assert_int_equal(talk_ask(&talk, "GET /peer HTTP/1.1\r\n\r\n"), 200);
	assert_string_equal(text_string(&talk.body), want);
	talk_close(&talk);
	talk_open_tcp(&talk, house->loop, house->port);
	assert_int_equal(talk_ask(&talk, "GET /peer HTTP/1.1\r\nHost: localhost\r\n\r\n"), 200);
	assert_string_equal(text_string(&talk.body), "stranger");
	talk_close(&talk);
}

static void test_too_many_parameters(void **state)
{
	struct house *house = *state;
	struct text request;
	struct talk talk;

	text_init(&request, 0);
	text_add_string(&request, "GET /?");
	for (int i = 0; i < 65; i++)
		text_addf(&request, "a=%d&", i);
	text_add_string(&request, " HTTP/1.1\r\n\r\n");
	talk_open_unix(&talk, house->loop, house->path);
	assert_int_equal(talk_ask(&talk, text_string(&request)), 400);
	talk_close(&talk);
	text_release(&request);
}

/* --- streams -------------------------------------------------------- */

static void want_lines(struct text *out, int count)
{
	text_init(out, 0);
	for (int i = 1; i <= count; i++)
		if (i % 3 != 0)
			text_addf(out, "line %d of %d\n", i, count);
}

static void test_stream(void **state)
{
	static const char *const requests[] = {
		"GET /lines HTTP/1.1\r\n\r\n",
		"GET /lines HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
	};
	struct house *house = *state;
	struct text want;

	want_lines(&want, 10000);
	for (int i = 0; i < 2; i++) {
		struct talk talk;

		talk_open_unix(&talk, house->loop, house->path);
		talk_say(&talk, requests[i]);
		assert_true(talk_receive_stream(&talk));
		assert_string_equal(talk_header(&talk, "X-Lines"), "some");
		assert_string_equal(text_string(&talk.body), text_string(&want));
		assert_int_equal(house->gone, i + 1);
		talk_close(&talk);
	}
	text_release(&want);
}

static void test_stream_head(void **state)
{
	struct house *house = *state;
	struct talk talk;

	talk_open_unix(&talk, house->loop, house->path);
	assert_int_equal(talk_ask(&talk, "HEAD /lines HTTP/1.1\r\n\r\n"), 200);
	assert_string_equal(text_string(&talk.body), "");
	talk_until_end(&talk);
	assert_int_equal(house->gone, 1);
	talk_close(&talk);
}

/* One that only works leaves each turn to others as well. */
static void test_stream_works(void **state)
{
	struct house *house = *state;
	struct talk talk, other;

	talk_open_unix(&talk, house->loop, house->path);
	talk_open_unix(&other, house->loop, house->path);
	talk_say(&talk, "GET /works HTTP/1.1\r\n\r\n");
	while (house->lines == NULL && house->gone == 0)
		loop_turn(house->loop);
	assert_int_equal(talk_ask(&other, "GET /x HTTP/1.1\r\n\r\n"), 200);
	assert_non_null(house->lines);
	assert_true(house->lines->line < 1000);
	assert_true(talk_receive_stream(&talk));
	assert_string_equal(text_string(&talk.body), "done\n");
	talk_close(&other);
	talk_close(&talk);
}

/* What waits goes on when it is woken, once, and twice woken is once. */
static void test_stream_waits(void **state)
{
	struct house *house = *state;
	struct text want;
	struct talk talk;

	talk_open_unix(&talk, house->loop, house->path);
	talk_say(&talk, "GET /waits HTTP/1.1\r\n\r\n");
	talk_until(&talk, "line 5 of");
	assert_int_equal(house->lines->line, 5);
	server_stream_wake(house->lines->request);
	server_stream_wake(house->lines->request);
	assert_true(talk_receive_stream(&talk));
	want_lines(&want, 10);
	assert_string_equal(text_string(&talk.body), text_string(&want));
	text_release(&want);
	talk_close(&talk);
}

/* The end of one that is broken off does not look like an end. */
static void test_stream_breaks(void **state)
{
	struct house *house = *state;
	struct talk talk;

	talk_open_unix(&talk, house->loop, house->path);
	talk_say(&talk, "GET /breaks HTTP/1.1\r\n\r\n");
	assert_false(talk_receive_stream(&talk));
	assert_non_null(strstr(text_string(&talk.body), "line 4 of"));
	assert_int_equal(house->gone, 1);
	talk_close(&talk);
}

/* One whose reader leaves while it waits. */
static void test_stream_left(void **state)
{
	struct house *house = *state;
	struct talk talk;

	talk_open_unix(&talk, house->loop, house->path);
	talk_say(&talk, "GET /waits HTTP/1.1\r\n\r\n");
	talk_until(&talk, "line 5 of");
	talk_close(&talk);
	while (house->gone == 0)
		loop_turn(house->loop);
	assert_int_equal(server_connections(house->server), 0);
}

/* One that is there when the server ends. */
static void test_stream_at_the_end(void **state)
{
	struct house *house = *state;
	struct talk talk;

	talk_open_unix(&talk, house->loop, house->path);
	talk_say(&talk, "GET /waits HTTP/1.1\r\n\r\n");
	talk_until(&talk, "line 5 of");
	server_free(house->server);
	assert_int_equal(house->gone, 1);
	talk_close(&talk);
	house->server = server_new(house->loop, on_request, house);
}

/* A body of the allowed size; headers just within and beyond theirs. */
static void test_sizes(void **state)
{
	static const struct {
		size_t headers, body;
		int want_status;
	} cases[] = {
		{0, SERVER_BODY_MAX, 200},
		{SERVER_HEADERS_MAX - 200, 0, 200},
		{SERVER_HEADERS_MAX - 200, SERVER_BODY_MAX, 200},
		{SERVER_HEADERS_MAX + 1, 0, 431},
		{8 * SERVER_HEADERS_MAX, 0, 431},
	};
	struct house *house = *state;
	char *filling = mem_new(SERVER_BODY_MAX + 1, 1);

	memset(filling, 'x', SERVER_BODY_MAX);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int handled = house->handled;
		struct talk talk;
		struct text request;

		text_init(&request, 0);
		text_addf(&request, "POST /p HTTP/1.1\r\nContent-Length: %zu\r\nX: %.*s\r\n\r\n",
			cases[i].body, (int)cases[i].headers, filling);
		text_add(&request, filling, cases[i].body);
		talk_open_unix(&talk, house->loop, house->path);
		talk_send(&talk, request.data, request.length);
		talk_receive(&talk, false);
		if (talk.status != cases[i].want_status)
			fail_msg("case %zu: %d", i, talk.status);
		assert_int_equal(house->handled - handled, cases[i].want_status == 200);
		talk_close(&talk);
		text_release(&request);
	}
	free(filling);
}

/* --- replies ------------------------------------------------------------- */

static void test_big_reply(void **state)
{
	struct house *house = *state;
	struct talk talk;

	talk_open_unix(&talk, house->loop, house->path);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(talk_ask(&talk, "GET /big HTTP/1.1\r\n\r\n"), 200);
		assert_int_equal(talk.body.length, BIG);
		for (size_t i = 0; i < BIG; i++)
			if (talk.body.data[i] != (char)('a' + i / 1000 % 26))
				fail_msg("byte %zu", i);
	}
	talk_close(&talk);
}

static void wait_for_connections(struct house *house, size_t count)
{
	while (server_connections(house->server) != count)
		loop_turn(house->loop);
}

static void test_client_leaves_in_a_reply(void **state)
{
	struct house *house = *state;
	struct talk talk;

	talk_open_unix(&talk, house->loop, house->path);
	talk_send(&talk, "GET /big HTTP/1.1\r\n\r\n", 21);
	while (talk.in.length == 0)
		loop_turn(house->loop);
	talk_close(&talk);
	wait_for_connections(house, 0);
}

static void keep_request(struct house *house, struct talk *talk)
{
	talk_open_unix(talk, house->loop, house->path);
	talk_send(talk, "GET /later HTTP/1.1\r\nX: y\r\n\r\n", 29);
	while (house->kept == NULL)
		loop_turn(house->loop);
}

static void test_late_reply(void **state)
{
	struct house *house = *state;
	struct talk talk;

	keep_request(house, &talk);
	reply_text(house->kept, 200, "at last");
	assert_int_equal(talk_receive(&talk, false), 200);
	assert_string_equal(text_string(&talk.body), "at last");
	talk_close(&talk);
}

static void test_late_reply_to_nobody(void **state)
{
	struct house *house = *state;
	struct talk talk;

	keep_request(house, &talk);
	talk_close(&talk);
	assert_string_equal(server_request_header(house->kept, "X"), "y");
	reply_text(house->kept, 200, "too late");
	wait_for_connections(house, 0);
}

static void test_late_reply_after_server(void **state)
{
	struct house *house = *state;
	struct talk talk;

	keep_request(house, &talk);
	server_free(house->server);
	house->server = NULL;
	assert_null(server_request_header(house->kept, "X"));
	reply_text(house->kept, 200, "too late");
	talk_until_end(&talk);
	talk_close(&talk);
}

static void test_free_in_a_reply(void **state)
{
	struct house *house = *state;
	struct talk talk, idle;

	talk_open_unix(&idle, house->loop, house->path);
	talk_open_unix(&talk, house->loop, house->path);
	talk_send(&talk, "GET /big HTTP/1.1\r\n\r\n", 21);
	while (talk.in.length == 0)
		loop_turn(house->loop);
	assert_int_equal(server_connections(house->server), 2);
	server_free(house->server);
	house->server = NULL;
	talk_close(&idle);
	talk_close(&talk);
}

static void turn_only(void *context)
{
	(void)context;
}

static void note_arrival(void *context)
{
	*(bool *)context = true;
}

static void arrival_lost(void *context)
{
	(void)context;
	fail_msg("a descriptor that was a connection's is not watched any more");
}

/* A connection that evhttp closes by itself leaves no event behind: else what
   gets its descriptor's number next would wait for ever. */
static void test_descriptors_are_used_again(void **state)
{
	struct house *house = *state;
	struct loop_watch *watches[2];
	bool arrived[2] = {false, false};
	int pipes[2][2];
	struct talk talk;

	talk_open_unix(&talk, house->loop, house->path);
	assert_int_equal(talk_ask(&talk, "nonsense\r\n\r\n"), 400);
	talk_until_end(&talk);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pipe(pipes[i]), 0);
		watches[i] = loop_watch_fd(house->loop, pipes[i][0], note_arrival,
			&arrived[i]);
		assert_int_equal(write(pipes[i][1], "x", 1), 1);
	}
	struct loop_watch *limit = loop_every(house->loop, 5000, arrival_lost, NULL);
	while (!arrived[0] || !arrived[1])
		loop_turn(house->loop);
	loop_unwatch(limit);
	for (int i = 0; i < 2; i++) {
		loop_unwatch(watches[i]);
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
	talk_close(&talk);
}

static void house_turns_until(struct house *house, size_t connections)
{
	for (int i = 0; server_connections(house->server) != connections; i++) {
		assert_true(i < 10000);
		loop_post(house->loop, turn_only, NULL);
		loop_turn(house->loop);
	}
}

/* Anybody may connect by TCP: those who may use the UNIX socket get in. */
static void test_tcp_leaves_room(void **state)
{
	enum { MANY = SERVER_CONNECTIONS_MAX };
	const size_t most_tcp = SERVER_CONNECTIONS_MAX - SERVER_CONNECTIONS_UNIX;
	static struct talk many[MANY];
	struct house *house = *state;
	struct talk talk;

	for (int i = 0; i < MANY; i++) {
		talk_open_tcp(&many[i], house->loop, house->port);
		if ((size_t)i < most_tcp)
			house_turns_until(house, (size_t)i + 1);
	}
	talk_open_unix(&talk, house->loop, house->path);
	assert_int_equal(talk_ask(&talk, "GET /a HTTP/1.1\r\n\r\n"), 200);
	assert_int_equal(server_connections(house->server), most_tcp + 1);
	/* Whoever leaves makes room for the next of those that wait. */
	assert_int_equal(talk_ask(&many[0], "GET /a HTTP/1.1\r\nHost: localhost\r\n"
		"Connection: close\r\n\r\n"), 200);
	assert_int_equal(talk_ask(&many[most_tcp],
		"GET /b HTTP/1.1\r\nHost: localhost\r\n\r\n"), 200);
	talk_close(&talk);
	for (int i = 0; i < MANY; i++)
		talk_close(&many[i]);
}

/* Out of descriptors: it rests, and goes on when there are some again. */
static void test_no_descriptors(void **state)
{
	struct house *house = *state;
	struct rlimit before, none;
	struct talk talk;

	talk_open_unix(&talk, house->loop, house->path);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = (rlim_t)talk.fd + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	loop_turn(house->loop);
	assert_int_equal(server_connections(house->server), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(talk_ask(&talk, "GET /a HTTP/1.1\r\n\r\n"), 200);
	talk_close(&talk);
}

/* --- listeners --------------------------------------------------------------- */

static int listen_again(struct house *house, const char *path, unsigned mode,
	const char *group, struct error *error)
{
	struct server *other = server_new(house->loop, on_request, house);
	int failed = server_listen_unix(other, path, mode, group, error);

	server_free(other);
	return failed;
}

static void test_unix_live(void **state)
{
	struct house *house = *state;
	struct error error;
	struct talk talk;

	assert_int_equal(listen_again(house, house->path, 0600, NULL, &error), -1);
	assert_non_null(strstr(error.text, "another daemon listens there"));
	talk_open_unix(&talk, house->loop, house->path);
	assert_int_equal(talk_ask(&talk, "GET /a HTTP/1.1\r\n\r\n"), 200);
	talk_close(&talk);
}

static void test_unix_stale(void **state)
{
	struct house *house = *state;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct error error;
	struct stat found;
	struct talk talk;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s/stale", house->folder);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	close(fd);
	if (server_listen_unix(house->server, address.sun_path, 0606, NULL, &error) < 0)
		fail_msg("%s", error.text);
	assert_int_equal(lstat(address.sun_path, &found), 0);
	assert_int_equal(found.st_mode & 07777, 0606);
	talk_open_unix(&talk, house->loop, address.sun_path);
	assert_int_equal(talk_ask(&talk, "GET /a HTTP/1.1\r\n\r\n"), 200);
	talk_close(&talk);
}

static void test_unix_group(void **state)
{
	struct house *house = *state;
	char path[112];
	struct error error;
	struct stat found;

	snprintf(path, sizeof path, "%s/group", house->folder);
	assert_int_equal(listen_again(house, path, 0660, "no-such-group", &error), -1);
	assert_string_equal(error.text, "no-such-group: no such group");
	const struct group *own = getgrgid(getgid());
	if (own == NULL)
		return;
	assert_int_equal(server_listen_unix(house->server, path, 0660, own->gr_name,
		&error), 0);
	assert_int_equal(lstat(path, &found), 0);
	assert_int_equal(found.st_gid, getgid());
}

static void test_unix_refused(void **state)
{
	struct house *house = *state;
	char path[112], long_path[300];
	struct error error;

	snprintf(path, sizeof path, "%s/file", house->folder);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(listen_again(house, path, 0600, NULL, &error), -1);
	assert_non_null(strstr(error.text, "exists and is no socket"));
	assert_int_equal(unlink(path), 0);

	snprintf(path, sizeof path, "%s/no/folder", house->folder);
	assert_int_equal(listen_again(house, path, 0600, NULL, &error), -1);
	assert_non_null(strstr(error.text, "No such file"));

	memset(long_path, 'x', sizeof long_path);
	long_path[0] = '/';
	long_path[sizeof long_path - 1] = '\0';
	assert_int_equal(listen_again(house, long_path, 0600, NULL, &error), -1);
	assert_int_equal(error.kind, ERROR_LIMIT);
}

static void test_tcp_refused(void **state)
{
	static const char *const cases[] = {
		"0.0.0.0:8470", "[::]:8470", "192.0.2.1:8470", "127.0.0.1", "[::1]",
		"localhost:8470", "8470", "", "127.0.0.1:x", "127.0.0.1:99999",
	};
	struct house *house = *state;
	struct error error;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (server_listen_tcp(house->server, cases[i], &error) == 0)
			fail_msg("%s", cases[i]);
}

static void test_adopt(void **state)
{
	struct house *house = *state;
	struct sockaddr_in any = {.sin_family = AF_INET};
	struct error error;
	struct talk talk;
	socklen_t size = sizeof any;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(server_listen_fd(house->server, fd, &error), -1);
	assert_int_equal(server_listen_fd(house->server, -1, &error), -1);
	assert_int_equal(listen(fd, 1), 0);	/* on every address */
	assert_int_equal(server_listen_fd(house->server, fd, &error), -1);
	assert_int_equal(error.kind, ERROR_DENIED);
	close(fd);

	fd = socket(AF_INET, SOCK_STREAM, 0);	/* blocking, as systemd's may be */
	any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&any, size), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&any, &size), 0);
	assert_int_equal(server_listen_fd(house->server, fd, &error), 0);
	talk_open_tcp(&talk, house->loop, ntohs(any.sin_port));
	assert_int_equal(talk_ask(&talk, "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"), 200);
	talk_close(&talk);
}

#define SERVER_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVER_TEST(test_stream),
		SERVER_TEST(test_stream_head),
		SERVER_TEST(test_stream_works),
		SERVER_TEST(test_stream_waits),
		SERVER_TEST(test_stream_breaks),
		SERVER_TEST(test_stream_left),
		SERVER_TEST(test_stream_at_the_end),
		SERVER_TEST(test_keep_alive),
		SERVER_TEST(test_pipeline),
		SERVER_TEST(test_requests),
		SERVER_TEST(test_head),
		SERVER_TEST(test_peer),
		SERVER_TEST(test_too_many_parameters),
		SERVER_TEST(test_sizes),
		SERVER_TEST(test_big_reply),
		SERVER_TEST(test_client_leaves_in_a_reply),
		SERVER_TEST(test_late_reply),
		SERVER_TEST(test_late_reply_to_nobody),
		SERVER_TEST(test_late_reply_after_server),
		SERVER_TEST(test_free_in_a_reply),
		SERVER_TEST(test_descriptors_are_used_again),
		SERVER_TEST(test_tcp_leaves_room),
		SERVER_TEST(test_no_descriptors),
		SERVER_TEST(test_unix_live),
		SERVER_TEST(test_unix_stale),
		SERVER_TEST(test_unix_group),
		SERVER_TEST(test_unix_refused),
		SERVER_TEST(test_tcp_refused),
		SERVER_TEST(test_adopt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
