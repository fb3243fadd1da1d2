/*
 * Fetching from a server that lies: what it sends is written down to the byte.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "net/fetch.h"
#include "net/fetch_link.h"
#include "net/fetch_url.h"
#include "net/fetch_words.h"

/* --- the server ------------------------------------------------------- */

enum after {
	AFTER_CLOSE,
	AFTER_HOLD,		/* says nothing more, until the client leaves */
	AFTER_REPEAT,		/* the rest, again and again, without end */
	AFTER_DRIP		/* the same, a piece each tenth of a second */
};

/* What /play answers. A talk takes a copy: it may still go on when the next case
   has begun. */
static struct script {
	const char *bytes;
	size_t length;
	enum after after;
	const char *rest;
} script;

#define TALKS_MAX 256

static struct {
	int listening, secure, stop[2];
	int port, secure_port;
	pthread_t thread, talks[TALKS_MAX];
	size_t talk_count;
	atomic_int requests;
	char asked[4096];	/* the last request */
	_Atomic(SSL_CTX *) tls;
} liar;

/* A connection, in TLS or not. */
struct talk {
	int fd;
	SSL *ssl;
};

static bool talk_write(struct talk *talk, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t put = talk->ssl != NULL ? SSL_write(talk->ssl, bytes, (int)length) :
			send(talk->fd, bytes, length, MSG_NOSIGNAL);

		if (put <= 0)
			return false;
		bytes += put;
		length -= (size_t)put;
	}
	return true;
}

static ssize_t talk_read(struct talk *talk, char *bytes, size_t room)
{
	return talk->ssl != NULL ? SSL_read(talk->ssl, bytes, (int)room) :
		recv(talk->fd, bytes, room, 0);
}

static bool talk_hear(struct talk *talk)
{
	static _Thread_local char heard[sizeof liar.asked];
	size_t length = 0;

	do {
		ssize_t got = talk_read(talk, heard + length, sizeof heard - 1 - length);

		if (got <= 0)
			return false;
		length += (size_t)got;
		heard[length] = '\0';
	} while (strstr(heard, "\r\n\r\n") == NULL);
	memcpy(liar.asked, heard, length + 1);
	atomic_fetch_add(&liar.requests, 1);
	return true;
}

/* The client leaves, or this server ends. */
static void talk_hold(struct talk *talk)
{
	char byte;

	while (talk_read(talk, &byte, 1) > 0)
		;
}

static void talk_play(struct talk *talk)
{
	const struct timespec tenth = {.tv_nsec = 100000000};
	const struct script played = script;

	if (!talk_write(talk, played.bytes, played.length))
		return;
	if (played.after == AFTER_HOLD)
		talk_hold(talk);
	while (played.after >= AFTER_REPEAT &&
	       talk_write(talk, played.rest, strlen(played.rest)))
		if (played.after == AFTER_DRIP)
			nanosleep(&tenth, NULL);
}

/* "/301?TARGET" redirects there; a 1xx before it is no answer. */
static void talk_redirect(struct talk *talk, const char *path)
{
	char answer[3000], body[100];

	memset(body, 'r', sizeof body);
	snprintf(answer, sizeof answer, "HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=next\r\n"
		"Location: /early\r\n\r\n"
		"HTTP/1.1 %.3s Moved\r\nLocation: %.*s\r\nContent-Length: 100\r\n"
		"Connection: close\r\nRetry-After: 7\r\n\r\n%.100s", path + 1,
		(int)strcspn(path + 5, " "), path + 5, body);
	talk_write(talk, answer, strlen(answer));
}

static void talk_answer(struct talk *talk)
{
	const char *path = strchr(liar.asked, ' ');
	char answer[3000];

	if (path == NULL)
		return;
	path++;
	if (string_starts(path, "/play"))
		talk_play(talk);
	else if (path[1] == '3')
		talk_redirect(talk, path);
	else {
		int length = (int)strcspn(path, " ");

		snprintf(answer, sizeof answer, "HTTP/1.1 %s\r\nContent-Length: %d\r\n"
			"Connection: close\r\n\r\n%.*s",
			string_starts(path, "/gone") ? "404 Gone" : "200 OK", length,
			length, path);
		talk_write(talk, answer, strlen(answer));
	}
}

/* What the client still sends is heard, so that no answer of ours is lost. */
static void *talk_main(void *context)
{
	struct talk *talk = context;

	if (talk->ssl != NULL)
		SSL_set_fd(talk->ssl, talk->fd);
	if ((talk->ssl == NULL || SSL_accept(talk->ssl) > 0) && talk_hear(talk)) {
		talk_answer(talk);
		if (talk->ssl != NULL)
			SSL_shutdown(talk->ssl);
		shutdown(talk->fd, SHUT_WR);
		talk_hold(&(struct talk){.fd = talk->fd});
	}
	SSL_free(talk->ssl);
	close(talk->fd);
	free(talk);
	return NULL;
}

static void liar_accept(int listening, bool secure)
{
	struct talk *talk = calloc(1, sizeof *talk);

	talk->fd = accept(listening, NULL, NULL);
	if (secure)
		talk->ssl = SSL_new(liar.tls);
	assert_true(liar.talk_count < TALKS_MAX);
	pthread_create(&liar.talks[liar.talk_count++], NULL, talk_main, talk);
}

static void *liar_main(void *context)
{
	(void)context;
	for (;;) {
		fd_set ready;

		FD_ZERO(&ready);
		FD_SET(liar.listening, &ready);
		FD_SET(liar.secure, &ready);
		FD_SET(liar.stop[0], &ready);
		if (select(64, &ready, NULL, NULL, NULL) < 0 || FD_ISSET(liar.stop[0], &ready))
			return NULL;
		if (FD_ISSET(liar.listening, &ready))
			liar_accept(liar.listening, false);
		if (FD_ISSET(liar.secure, &ready))
			liar_accept(liar.secure, true);
	}
}

static int listen_loopback(int *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY),
	};
	socklen_t size = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	/* All of 127/8, and nothing else. */
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

static int liar_start(void **state)
{
	(void)state;
	alarm(120);
	signal(SIGPIPE, SIG_IGN);
	liar.listening = listen_loopback(&liar.port);
	liar.secure = listen_loopback(&liar.secure_port);
	return pipe(liar.stop) != 0 ||
		pthread_create(&liar.thread, NULL, liar_main, NULL) != 0;
}

static int liar_end(void **state)
{
	(void)state;
	if (write(liar.stop[1], "x", 1) != 1)
		return -1;
	pthread_join(liar.thread, NULL);
	for (size_t i = 0; i < liar.talk_count; i++)
		pthread_join(liar.talks[i], NULL);
	close(liar.listening);
	close(liar.secure);
	close(liar.stop[0]);
	close(liar.stop[1]);
	return 0;
}

/* --- the client ----------------------------------------------------------- */

struct house {
	struct loop *loop;
	struct fetcher *fetcher;
	int done;
	struct fetch_result last;
	char body[256], error[FETCH_WORDS_MAX], url[512];
};

static int setup(void **state)
{
	static struct house house;
	const struct fetch_limits limits = {.concurrency = 8, .per_host = 2, .slow = 1};

	house = (struct house){.loop = loop_new()};
	house.fetcher = fetcher_new(house.loop, &limits);
	liar.requests = 0;
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

	house->last = *result;
	string_copy(house->body, sizeof house->body, text_string(result->body));
	string_copy(house->error, sizeof house->error,
		result->error != NULL ? result->error : "");
	string_copy(house->url, sizeof house->url, result->final_url);
	house->done++;
}

/* "@" is http and this server, "$" https and this server. */
static const char *expand(const char *text, char out[512])
{
	size_t length = 0;

	for (; *text != '\0' && length < 480; text++) {
		if (*text == '@')
			length += (size_t)snprintf(out + length, 32, "127.0.0.1:%d", liar.port);
		else if (*text == '$')
			length += (size_t)snprintf(out + length, 32, "127.0.0.1:%d",
				liar.secure_port);
		else
			out[length++] = *text;
	}
	out[length] = '\0';
	return out;
}

static void ask(struct house *house, struct fetch_request *request, const char *url)
{
	char whole[512];

	request->url = expand(url, whole);
	if (request->timeout == 0)
		request->timeout = 20;
	house->done = 0;
	fetch_start(house->fetcher, request, on_done, house);
	while (house->done == 0)
		loop_turn(house->loop);
}

static void get(struct house *house, const char *url)
{
	struct fetch_request request = {.allow_private = true, .follow = true};

	ask(house, &request, url);
}

static void play(struct house *house, const char *bytes)
{
	script.bytes = bytes;
	script.length = strlen(bytes);
	script.after = AFTER_CLOSE;
	get(house, "http://@/play");
}

static void assert_error(struct house *house, const char *want)
{
	char whole[512];

	assert_false(house->last.arrived);
	assert_string_equal(house->error, expand(want, whole));
	assert_false(house->last.offline);
}

/* --- answers that are none ---------------------------------------------------- */

#define OK "HTTP/1.1 200 OK\r\n"

static void test_lies(void **state)
{
	static char long_line[200001];
	static const struct {
		const char *name, *bytes;
		enum after after;
		const char *rest, *want_error;
	} cases[] = {
		{"silence", "", AFTER_CLOSE, NULL,
			"@: closed the connection without an answer"},
		{"half a status", "HTTP/1.1 2", AFTER_CLOSE, NULL,
			"@: closed the connection without an answer"},
		{"half the headers", OK "Content-Le", AFTER_CLOSE, NULL,
			"@: the answer ended before it was complete"},
		{"headers without an end", OK "Content-Type: text/csv\r\n", AFTER_CLOSE, NULL,
			"@: the answer ended before it was complete"},
		{"half a redirect", "HTTP/1.1 301 Moved\r\nLocation: /a\r\n", AFTER_CLOSE,
			NULL, "@: the answer ended before it was complete"},
		{"an early answer alone", "HTTP/1.1 103 Early Hints\r\n\r\n", AFTER_CLOSE,
			NULL, "@: closed the connection without an answer"},
		{"half an answer behind an early one",
			"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n", AFTER_CLOSE,
			NULL, "@: the answer ended before it was complete"},
		{"HTTP/0.9", "<html>hello</html>\n", AFTER_CLOSE, NULL,
			"@: does not answer in HTTP"},
		{"another protocol", "SSH-2.0-OpenSSH_9.2\r\n", AFTER_HOLD, NULL,
			"@: does not answer in HTTP"},
		{"less than said", OK "Content-Length: 10\r\n\r\nhello", AFTER_CLOSE, NULL,
			"@: the answer ended before it was complete"},
		{"two lengths", OK "Content-Length: 5\r\nContent-Length: 2\r\n\r\nhello",
			AFTER_CLOSE, NULL, "@: says in several ways how long its answer is"},
		{"two lengths in one", OK "Content-Length: 5, 2\r\n\r\nhello", AFTER_CLOSE,
			NULL, "@: says in several ways how long its answer is"},
		{"a negative length", OK "Content-Length: -10\r\n\r\nhello", AFTER_CLOSE, NULL,
			"@: does not answer in HTTP"},
		{"a length beyond numbers",
			OK "Content-Length: 99999999999999999999999\r\n\r\nhello",
			AFTER_CLOSE, NULL,
			"@: the answer is larger than 50000 bytes (max_body)"},
		{"much announced", OK "Content-Length: 50001\r\n\r\n", AFTER_HOLD, NULL,
			"@: the answer is larger than 50000 bytes (max_body)"},
		{"no chunk", OK "Transfer-Encoding: chunked\r\n\r\nhello\r\n", AFTER_CLOSE,
			NULL, "@: broke off, or garbled, what it was answering"},
		{"a chunk cut", OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhel", AFTER_CLOSE,
			NULL, "@: the answer ended before it was complete"},
		{"no last chunk", OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
			AFTER_CLOSE, NULL, "@: the answer ended before it was complete"},
		{"a chunk too large to be",
			OK "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffff\r\nhello",
			AFTER_CLOSE, NULL, "@: broke off, or garbled, what it was answering"},
		{"endless trailers", OK "Transfer-Encoding: chunked\r\n\r\n0\r\n",
			AFTER_REPEAT, "X-Trailer: 1234567890123456789012345678901234567890\r\n",
			"@: the answer's headers do not end"},
		{"an endless body", OK "\r\n", AFTER_REPEAT, "0123456789abcdef",
			"@: the answer is larger than 50000 bytes (max_body)"},
		{"endless chunks", OK "Transfer-Encoding: chunked\r\n\r\n", AFTER_REPEAT,
			"1\r\nx\r\n", "@: the answer is larger than 50000 bytes (max_body)"},
		{"endless headers", OK, AFTER_REPEAT,
			"X-Filler: 1234567890123456789012345678901234567890\r\n",
			"@: the answer's headers do not end"},
		{"endless early answers", "", AFTER_REPEAT,
			"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n",
			"@: the answer's headers do not end"},
		{"one endless header", OK "X-Long: ", AFTER_REPEAT, long_line,
			"@: a header of the answer is too long"},
		{"plain bytes as gzip", OK "Content-Encoding: gzip\r\n\r\nhello", AFTER_CLOSE,
			NULL, "@: the compressed answer is damaged, or packed in a way that "
			"was not asked for"},
		{"an unknown packing", OK "Content-Encoding: rot13\r\n\r\nuryyb", AFTER_CLOSE,
			NULL, "@: the compressed answer is damaged, or packed in a way that "
			"was not asked for"},
		{"nothing new of nothing", "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n",
			AFTER_CLOSE, NULL,
			"@: answers 304 (not modified), but was not told what we have"},
		{"a drip", OK "Content-Length: 1000\r\n\r\n", AFTER_DRIP, "x",
			"@: sends less than 100 bytes a second"},
		{"headers that drip", OK, AFTER_DRIP, "X",
			"@: sends less than 100 bytes a second"},
	};
	struct house *house = *state;

	memset(long_line, 'l', sizeof long_line - 1);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fetch_request request = {.allow_private = true, .max_body = 50000};
		char want[512];

		script.bytes = cases[i].bytes;
		script.length = strlen(cases[i].bytes);
		script.after = cases[i].after;
		script.rest = cases[i].rest;
		ask(house, &request, "http://@/play");
		expand(cases[i].want_error, want);
		if (strcmp(house->error, want) != 0 || house->last.arrived ||
		    house->last.offline || house->last.unreached)
			fail_msg("%s: \"%s\" (offline %d, unreached %d)", cases[i].name,
				house->error, house->last.offline, house->last.unreached);
	}
}

/* Fast enough not to be slow, and never done. */
static void test_timeout(void **state)
{
	static char piece[101];
	struct house *house = *state;
	struct fetch_request request = {.allow_private = true, .timeout = 1};

	memset(piece, 'p', sizeof piece - 1);
	script.bytes = OK "Content-Length: 100000\r\n\r\n";
	script.length = strlen(script.bytes);
	script.after = AFTER_DRIP;
	script.rest = piece;
	ask(house, &request, "http://@/play");
	assert_error(house, "@: no whole answer within 1 s (timeout)");
	assert_false(house->last.unreached);
}

/* Each hop takes half a second; together they may take one. */
static void test_timeout_of_all_hops(void **state)
{
	static char slow[] = "twenty bytes of body";
	struct house *house = *state;
	struct fetch_request request = {.allow_private = true, .follow = true, .timeout = 1};

	script.bytes = "HTTP/1.1 302 Found\r\nLocation: /play\r\nContent-Length: 120\r\n"
		"Connection: close\r\n\r\n";
	script.length = strlen(script.bytes);
	script.after = AFTER_DRIP;
	script.rest = slow;
	ask(house, &request, "http://@/play");
	assert_error(house, "@: no whole answer within 1 s (timeout)");
	assert_in_range(liar.requests, 1, 2);
}

/* Odd, and yet whole. */
static void test_other_answers(void **state)
{
	static const struct {
		const char *bytes;
		int want_status;
		const char *want_body;
	} cases[] = {
		{OK "Content-Length: 3\r\n\r\nhello", 200, "hel"},
		{"HTTP/1.1 204 No Content\r\n\r\n", 204, ""},
		{"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-1/9\r\n"
			"Content-Length: 2\r\n\r\nhe", 206, "he"},
		{"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno", 500, "no"},
		{"HTTP/1.1 302 Found\r\nContent-Length: 2\r\n\r\nno", 302, "no"},
		{"HTTP/1.1 300 Choices\r\nLocation: /x\r\nContent-Length: 2\r\n\r\nno", 300,
			"no"},
		{OK "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n",
			200, "ok"},
		{"HTTP/1.1 100 Continue\r\n\r\n" OK "Content-Length: 2\r\n\r\nok", 200, "ok"},
	};
	struct house *house = *state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		play(house, cases[i].bytes);
		assert_string_equal(house->error, "");
		assert_int_equal(house->last.status, cases[i].want_status);
		assert_string_equal(house->body, cases[i].want_body);
		assert_false(house->last.moved);
	}
}

/* --- redirects ------------------------------------------------------------------ */

static void test_redirects(void **state)
{
	static const struct {
		const char *url;
		bool want_moved;
		const char *want_url;
		int want_status;
	} cases[] = {
		{"http://@/301?/a", true, "http://@/a", 200},
		{"http://@/308?/a", true, "http://@/a", 200},
		{"http://@/302?/a", false, "http://@/a", 200},
		{"http://@/303?/a", false, "http://@/a", 200},
		{"http://@/307?/a", false, "http://@/a", 200},
		{"http://@/301?/308?/301?/a", true, "http://@/a", 200},
		{"http://@/301?/302?/a", false, "http://@/a", 200},
		{"http://@/302?/301?/a", false, "http://@/a", 200},
		{"http://@/301?/gone", false, "http://@/gone", 404},
		{"http://@/301?/302?/301?/302?/301?/a", false, "http://@/a", 200},
		{"http://@/d/x", false, "http://@/d/x", 200},
		{"http://@/301?a%20b", true, "http://@/a%20b", 200},
		{"http://@/301?//@/a", true, "http://@/a", 200},
	};
	struct house *house = *state;
	char want[512];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		get(house, cases[i].url);
		assert_string_equal(house->error, "");
		assert_string_equal(house->url, expand(cases[i].want_url, want));
		assert_int_equal(house->last.status, cases[i].want_status);
		assert_int_equal(house->last.moved, cases[i].want_moved);
		assert_int_equal(house->last.retry_after, -1);
		assert_string_equal(house->last.next, "");
	}
}

static void test_redirects_not_followed(void **state)
{
	static const struct {
		const char *url, *method;
		bool secret;
		const char *want_error;
	} cases[] = {
		{"http://@/302?file:///etc/passwd", NULL, false,
			"@: only http and https are fetched, redirects included"},
		{"http://@/302?ftp://127.0.0.1/x", NULL, false,
			"@: only http and https are fetched, redirects included"},
		{"http://@/302?gopher://127.0.0.1/x", NULL, false,
			"@: only http and https are fetched, redirects included"},
		{"http://@/302?http://", NULL, false,
			"@: redirects to a URL that makes no sense"},
		{"http://@/302?http://user:secret@/a", NULL, false,
			"@: redirects to a URL that makes no sense"},
		{"http://@/302?http://user:secret%40host/a", NULL, false,
			"@: redirects to a URL that makes no sense"},
		{"http://@/301?/301?/301?/301?/301?/301?/a", NULL, false,
			"@: more than 5 redirects; use the address that they end at"},
		{"http://@/307?/a", "POST", false, "@: redirects a POST to http://@; such are "
			"not followed: if it has moved there, change the url"},
		{"http://@/302?http://127.0.0.2:9/a", "POST", false, "@: redirects a POST to "
			"http://127.0.0.2:9; such are not followed: if it has moved there, "
			"change the url"},
		{"http://@/301?http://127.0.0.2:9/secret", NULL, true, "@: redirects to "
			"http://127.0.0.2:9, but a secret is sent only to the server it is "
			"for; if that has moved there, change the url"},
		{"http://@/301?https://@/a", NULL, true, "@: redirects to https://@, but a "
			"secret is sent only to the server it is for; if that has moved "
			"there, change the url"},
		{"http://@/301?//LOCALHOST:9/a", NULL, true, "@: redirects to "
			"http://localhost:9, but a secret is sent only to the server it is "
			"for; if that has moved there, change the url"},
		{"http://@/301?http://127.0.0.2:1/secret", NULL, false, "@, redirected to "
			"127.0.0.2:1: refuses the connection; is the server running?"},
	};
	struct house *house = *state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fetch_request request = {.allow_private = true, .follow = true,
			.method = cases[i].method, .secret = cases[i].secret, .body = "b",
			.body_length = 1};

		ask(house, &request, cases[i].url);
		assert_error(house, cases[i].want_error);
		assert_false(house->last.unreached);
		assert_null(strstr(house->error, "/secret"));
	}
}

/* A key goes to the server it is for, and stays there. */
static void test_headers_stay(void **state)
{
	static const char *const headers[] = {"X-Api-Key: sesame", "Authorization: Bearer s",
		"Accept: text/csv", NULL};
	struct house *house = *state;
	struct fetch_request request = {.allow_private = true, .follow = true,
		.headers = headers, .if_none_match = "\"one\""};
	char url[256];

	ask(house, &request, "http://@/302?/a");
	assert_int_equal(house->last.status, 200);
	assert_non_null(strstr(liar.asked, "X-Api-Key: sesame\r\n"));
	assert_non_null(strstr(liar.asked, "Authorization: Bearer s\r\n"));
	request.secret = true;
	ask(house, &request, "http://@/302?/a");
	assert_int_equal(house->last.status, 200);
	request.secret = false;
	snprintf(url, sizeof url, "http://@/302?http://127.0.0.2:%d/302?/b", liar.port);
	ask(house, &request, url);
	assert_int_equal(house->last.status, 200);
	assert_string_equal(house->body, "/b");
	assert_null(strstr(liar.asked, "sesame"));
	assert_null(strstr(liar.asked, "Bearer"));
	assert_non_null(strstr(liar.asked, "Accept: text/csv\r\n"));
	assert_non_null(strstr(liar.asked, "If-None-Match: \"one\"\r\n"));
	/* nor back to the first, by the other's word */
	snprintf(url, sizeof url, "http://@/302?http://127.0.0.2:%d/302?http://@/c",
		liar.port);
	ask(house, &request, url);
	assert_string_equal(house->body, "/c");
	assert_null(strstr(liar.asked, "sesame"));
}

/* A redirect whose own body never ends is followed all the same. */
static void test_redirect_with_endless_body(void **state)
{
	struct house *house = *state;
	struct fetch_request request = {.allow_private = true, .follow = true,
		.max_body = 1000};

	script.bytes = "HTTP/1.1 301 Moved\r\nLocation: /a\r\n\r\n";
	script.length = strlen(script.bytes);
	script.after = AFTER_REPEAT;
	script.rest = "and so on ";
	ask(house, &request, "http://@/play");
	assert_string_equal(house->body, "/a");
	assert_true(house->last.moved);
}

static void test_headers_of_requests(void **state)
{
	static const struct {
		const char *line, *want;
	} cases[] = {
		{"X-A: b\r\nHost: c", "a header of the request holds a control character"},
		{"X-A: b\nc", "a header of the request holds a control character"},
		{"X-A: b\x7f", "a header of the request holds a control character"},
		{"X-A;", "a header of the request needs a name, a colon and a value"},
		{"X A: b", "a header of the request needs a name, a colon and a value"},
		{": b", "a header of the request needs a name, a colon and a value"},
		{"content-length: 5", "the request sets a header that only the daemon may set "
			"(Host, Content-Length, Transfer-Encoding, Connection, Upgrade, TE, "
			"Trailer, Expect, Range)"},
	};
	struct house *house = *state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *const headers[] = {cases[i].line, NULL};
		struct fetch_request request = {.allow_private = true, .headers = headers};

		ask(house, &request, "http://@/a");
		assert_error(house, cases[i].want);
	}
	assert_int_equal(liar.requests, 0);
}

/* --- what headers say -------------------------------------------------------- */

static void test_max_age(void **state)
{
	static const struct {
		const char *headers;
		int64_t want;
	} cases[] = {
		{"", -1},
		{"Cache-Control: max-age=60\r\n", 60},
		{"Cache-Control: public, MAX-AGE=\"60\"\r\n", 60},
		{"Cache-Control: x=\"a, max-age=9\", max-age=60\r\n", 60},
		{"Cache-Control: max-age=60\r\nCache-Control: max-age=30\r\n", 30},
		{"Cache-Control: max-age=soon\r\n", -1},
		{"Cache-Control: s-maxage=60\r\n", -1},
		{"Cache-Control: no-cache, max-age=60\r\n", 0},
		{"Cache-Control: no-store\r\n", 0},
		{"Cache-Control: no-cache=\"set-cookie, x\", max-age=60\r\n", 60},
		{"Cache-Control: no-cached, max-age=60\r\n", 60},
		{"Cache-Control: max-age=60\r\nAge: 20\r\n", 40},
		{"Cache-Control: max-age=60\r\nAge: 90\r\n", 0},
		{"Age: 90\r\n", -1},
		{"Cache-Control: max-age=99999999999999999999\r\n", 3153600000},
		{"Cache-Control: max-age=0\r\nExpires: Fri, 01 Jan 2100 00:00:00 GMT\r\n", 0},
		{"Date: Wed, 01 Jan 2020 00:00:00 GMT\r\n"
			"Expires: Wed, 01 Jan 2020 01:00:00 GMT\r\n", 3600},
		{"Date: Wed, 01 Jan 2020 00:00:00 GMT\r\n"
			"Expires: Wed, 01 Jan 2020 01:00:00 GMT\r\nAge: 600\r\n", 3000},
		{"Date: Wed, 01 Jan 2020 00:00:00 GMT\r\n"
			"Expires: Tue, 31 Dec 2019 00:00:00 GMT\r\n", 0},
		{"Expires: Wed, 01 Jan 2020 01:00:00 GMT\r\n", 0},
		{"Expires: 0\r\n", 0},
		{"Expires: -1\r\n", 0},
	};
	struct house *house = *state;
	char answer[512];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		snprintf(answer, sizeof answer, OK "%s\r\nx", cases[i].headers);
		play(house, answer);
		if (house->last.max_age != cases[i].want)
			fail_msg("%s%jd", cases[i].headers, (intmax_t)house->last.max_age);
	}
}

static void test_media_type(void **state)
{
	struct house *house = *state;
	char answer[512], long_type[201];

	play(house, OK "Content-Type: text/csv; charset=GB18030\r\n\r\nx");
	assert_string_equal(house->last.media_type, "text/csv; charset=GB18030");
	play(house, OK "\r\nx");
	assert_string_equal(house->last.media_type, "");
	memset(long_type, 'x', sizeof long_type - 1);
	long_type[sizeof long_type - 1] = '\0';
	snprintf(answer, sizeof answer, OK "Content-Type: text/%s\r\n\r\nx", long_type);
	play(house, answer);
	assert_string_equal(house->last.media_type, "");
}

static void test_validators(void **state)
{
	struct house *house = *state;
	struct fetch_request request = {.allow_private = true, .if_none_match = "W/\"a\""};

	play(house, OK "ETag: W/\"a\"\r\nLast-Modified: yesterday\r\n\r\nx");
	assert_string_equal(house->last.etag, "W/\"a\"");
	assert_string_equal(house->last.last_modified, "yesterday");
	ask(house, &request, "http://@/play");	/* the same, and sent again */
	assert_int_equal(house->last.status, 200);
	assert_string_equal(house->last.etag, "W/\"a\"");
	assert_non_null(strstr(liar.asked, "If-None-Match: W/\"a\"\r\n"));
	script.bytes = "HTTP/1.1 304 Not Modified\r\n\r\n";
	script.length = strlen(script.bytes);
	ask(house, &request, "http://@/play");
	assert_int_equal(house->last.status, 304);
	assert_string_equal(house->last.etag, "");
}

static void test_next(void **state)
{
	static const struct {
		const char *headers, *want;	/* NULL: unclear */
	} cases[] = {
		{"", ""},
		{"Link: </p2>; rel=next\r\n", "http://@/p2"},
		{"Link: <?page=2>; rel=\"next\"\r\n", "http://@/play?page=2"},
		{"Link: <p2>; title=\"a; b, <c>\"; rel=\"NEXT\"\r\n", "http://@/p2"},
		{"Link: </p1>; rel=\"prev\", </p3>; rel=\"last next\"\r\n", "http://@/p3"},
		{"Link: </p1>; rel=prev\r\nLink: </p3> ; rel = next ; x\r\n", "http://@/p3"},
		{"Link: </a>; rel=prev; rel=next\r\n", ""},
		{"Link: </a>; rel=nextest\r\n", ""},
		{"Link: </a>; rev=next\r\n", ""},
		{"Link: </a>; rel=next; anchor=\"/other\"\r\n", ""},
		{"Link: </a>; title=\"rel=next\"\r\n", ""},
		{"Link: ,, </p2>; rel=next,\r\n", "http://@/p2"},
		{"Link: </p2>; rel=next, </p2>; rel=next\r\n", "http://@/p2"},
		{"Link: <https://b.example/x?y=1#z>; rel=next\r\n", "https://b.example/x?y=1"},
		{"Link: </p2>; rel=next, </p3>; rel=next\r\n", NULL},
		{"Link: <>; rel=next\r\n", NULL},
		{"Link: /p2; rel=next\r\n", NULL},
		{"Link: </p2; rel=next\r\n", NULL},
		{"Link: </p2>; title=\"a; rel=next\r\n", NULL},
		{"Link: </p2> rel=next\r\n", NULL},
		{"Link: <javascript:alert(1)>; rel=next\r\n", NULL},
		{"Link: <file:///etc/passwd>; rel=next\r\n", NULL},
		{"Link: <http://u:p%40b.example/>; rel=next\r\n", NULL},
	};
	struct house *house = *state;
	char answer[512], want[512];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		bool unclear = cases[i].want == NULL;

		snprintf(answer, sizeof answer, OK "%s\r\nx", cases[i].headers);
		play(house, answer);
		expand(unclear ? "" : cases[i].want, want);
		if (strcmp(house->last.next, want) != 0 || house->last.next_unclear != unclear)
			fail_msg("%s\"%s\" %d", cases[i].headers, house->last.next,
				house->last.next_unclear);
	}
}

static void test_next_too_long(void **state)
{
	static char answer[4096], path[3001];
	struct house *house = *state;

	memset(path, 'p', sizeof path - 1);
	snprintf(answer, sizeof answer, OK "Link: </%s>; rel=next\r\n\r\nx", path);
	play(house, answer);
	assert_true(house->last.next_unclear);
	snprintf(answer, sizeof answer, OK "Link: </%.2040s>; rel=next\r\n\r\nx", path);
	play(house, answer);
	assert_true(house->last.next_unclear);
	assert_string_equal(house->last.next, "");
}

static void test_origins(void **state)
{
	static const struct {
		const char *a, *b;
		bool want;
	} cases[] = {
		{"http://a.example/x", "http://A.example:80/y?z", true},
		{"https://a.example:443", "https://a.example/", true},
		{"http://a.example/", "https://a.example/", false},
		{"http://a.example/", "http://a.example:81/", false},
		{"http://a.example/", "http://b.example/", false},
		{"http://a.example/", "http://a.example.evil/", false},
		{"ftp://a.example/", "ftp://a.example/", false},
		{"http://u@a.example/", "http://u@a.example/", false},
		{"", "", false},
	};
	(void)state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(fetch_urls_share_origin(cases[i].a, cases[i].b), cases[i].want);
}

/* --- TLS ---------------------------------------------------------------------- */

static void x509_add_name(X509 *certificate, const char *alternative)
{
	X509V3_CTX context;

	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context,
		NID_subject_alt_name, alternative);
	assert_non_null(extension);
	X509_add_ext(certificate, extension, -1);
	X509_EXTENSION_free(extension);
}

/* Signed by itself, for a name, and no longer for so many seconds. */
static SSL_CTX *tls_new(const char *alternative, long seconds, const char *pem_path)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
	FILE *file = fopen(pem_path, "w");

	assert_non_null(file);
	X509_set_version(certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -7200);
	X509_gmtime_adj(X509_getm_notAfter(certificate), seconds);
	X509_set_pubkey(certificate, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
		(const unsigned char *)"liar", -1, -1, 0);
	X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
	x509_add_name(certificate, alternative);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	PEM_write_X509(file, certificate);
	fclose(file);
	SSL_CTX_use_certificate(tls, certificate);
	SSL_CTX_use_PrivateKey(tls, key);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return tls;
}

static void test_tls(void **state)
{
	static const struct {
		const char *name, *alternative;
		long seconds;
		bool trusted, old;
		const char *path, *want_error;	/* NULL: it arrives */
	} cases[] = {
		{"good", "IP:127.0.0.1", 7200, true, false, "https://$/a", NULL},
		{"self-signed", "IP:127.0.0.1", 7200, false, false, "https://$/a",
			"$: its certificate is not accepted (self-signed certificate); "
			"a private authority needs its ca_file"},
		{"another's", "IP:127.0.0.9", 7200, true, false, "https://$/a",
			"$: its certificate is not accepted (it is for another name); "
			"a private authority needs its ca_file"},
		{"expired", "IP:127.0.0.1", -3600, true, false, "https://$/a",
			"$: its certificate is not accepted (certificate has expired); "
			"a private authority needs its ca_file"},
		{"TLS 1.1", "IP:127.0.0.1", 7200, true, true, "https://$/a",
			"$: no TLS connection; it must speak TLS 1.2 or later"},
		{"up", "IP:127.0.0.1", 7200, true, false, "http://@/301?https://$/a", NULL},
		{"down", "IP:127.0.0.1", 7200, true, false, "https://$/301?http://@/a",
			"$: redirects from https to http://@, where anyone on the way could "
			"change the answer; such are not followed"},
		{"down and up", "IP:127.0.0.1", 7200, true, false,
			"https://$/301?http://@/301?https://$/a",
			"$: redirects from https to http://@, where anyone on the way could "
			"change the answer; such are not followed"},
	};
	struct house *house = *state;
	char pem[64];

	snprintf(pem, sizeof pem, "/tmp/pledged-liar.%d.pem", (int)getpid());
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fetch_request request = {.allow_private = true, .follow = true,
			.ca_file = cases[i].trusted ? pem : NULL};
		SSL_CTX *tls = tls_new(cases[i].alternative, cases[i].seconds, pem);
		char want[512];

		if (cases[i].old)
			SSL_CTX_set_max_proto_version(tls, TLS1_1_VERSION);
		liar.tls = tls;
		/* no connection kept from the case before */
		fetcher_free(house->fetcher);
		house->fetcher = fetcher_new(house->loop,
			&(struct fetch_limits){.concurrency = 1, .per_host = 1});
		ask(house, &request, cases[i].path);
		expand(cases[i].want_error != NULL ? cases[i].want_error : "", want);
		if (strcmp(house->error, want) != 0 || house->last.offline ||
		    house->last.unreached)
			fail_msg("%s: \"%s\" (offline %d, unreached %d)", cases[i].name,
				house->error, house->last.offline, house->last.unreached);
		SSL_CTX_free(tls);
	}
	unlink(pem);
}

/* A listener that no one serves is connected to, and that is all. */
static void test_tls_stall(void **state)
{
	struct house *house = *state;
	struct fetch_request request = {.allow_private = true, .timeout = 1};
	int port, fd = listen_loopback(&port);
	char url[64], want[128];

	snprintf(url, sizeof url, "https://127.0.0.1:%d/", port);
	ask(house, &request, url);
	snprintf(want, sizeof want, "127.0.0.1:%d: takes the connection, but agrees on no "
		"TLS within 1 s", port);
	assert_error(house, want);
	assert_false(house->last.unreached);
	close(fd);
}

/* --- who is at fault ------------------------------------------------------------ */

static void test_unreached(void **state)
{
	static const struct {
		const char *url;
		bool closed, want_unreached;
		const char *want_error;
	} cases[] = {
		{"http://127.0.0.1:1/", false, true,
			"127.0.0.1:1: refuses the connection; is the server running?"},
		{"http://127.0.0.1:1/", true, false, "127.0.0.1:1: leads to 127.0.0.1, which "
			"is not a public address; if that is meant, set allow_private"},
		{"http://0x7f.1:1/", true, false, "127.0.0.1:1: leads to 127.0.0.1, which "
			"is not a public address; if that is meant, set allow_private"},
		{"http://[::ffff:10.0.0.1]:1/", true, false, "[::ffff:10.0.0.1]:1: leads to "
			"::ffff:10.0.0.1, which is not a public address; if that is meant, "
			"set allow_private"},
		{"http://[64:ff9b::7f00:1]:1/", true, false, "[64:ff9b::7f00:1]:1: leads to "
			"64:ff9b::7f00:1, which is not a public address; if that is meant, "
			"set allow_private"},
		{"http://[2002:7f00:1::]:1/", true, false, "[2002:7f00:1::]:1: leads to "
			"2002:7f00:1::, which is not a public address; if that is meant, set "
			"allow_private"},
		{"http://[fe80::1]:1/", true, false, "[fe80::1]:1: leads to fe80::1, which "
			"is not a public address; if that is meant, set allow_private"},
		{"http://[fc00::1]:1/", true, false, "[fc00::1]:1: leads to fc00::1, which "
			"is not a public address; if that is meant, set allow_private"},
		{"http://[::]:1/", true, false, "[::]:1: leads to ::, which is not a public "
			"address; if that is meant, set allow_private"},
		{"http://0.0.0.0:1/", true, false, "0.0.0.0:1: leads to 0.0.0.0, which is "
			"not a public address; if that is meant, set allow_private"},
	};
	struct house *house = *state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fetch_request request = {.allow_private = !cases[i].closed};

		ask(house, &request, cases[i].url);
		assert_error(house, cases[i].want_error);
		assert_int_equal(house->last.unreached, cases[i].want_unreached);
		assert_int_equal(house->last.refused, cases[i].closed);
	}
	assert_int_equal(liar.requests, 0);
}

/* A name leads where it likes; what counts is the address. */
static void test_name_of_private_address(void **state)
{
	struct house *house = *state;
	struct fetch_request request = {.follow = true};

	ask(house, &request, "http://rebound.localhost:1/");
	assert_false(house->last.arrived || house->last.offline || house->last.unreached);
	assert_true(string_starts(house->error, "rebound.localhost:1: leads to "));
	assert_non_null(strstr(house->error, "1, which is not a public address; if that is "
		"meant, set allow_private"));
}

#define LIES_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIES_TEST(test_lies),
		LIES_TEST(test_timeout),
		LIES_TEST(test_timeout_of_all_hops),
		LIES_TEST(test_other_answers),
		LIES_TEST(test_redirects),
		LIES_TEST(test_redirects_not_followed),
		LIES_TEST(test_headers_stay),
		LIES_TEST(test_redirect_with_endless_body),
		LIES_TEST(test_headers_of_requests),
		LIES_TEST(test_max_age),
		LIES_TEST(test_media_type),
		LIES_TEST(test_validators),
		LIES_TEST(test_next),
		LIES_TEST(test_next_too_long),
		cmocka_unit_test(test_origins),
		LIES_TEST(test_tls),
		LIES_TEST(test_tls_stall),
		LIES_TEST(test_unreached),
		LIES_TEST(test_name_of_private_address),
	};

	return cmocka_run_group_tests(tests, liar_start, liar_end);
}
