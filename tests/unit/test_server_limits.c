/*
 * What the server does to clients that take too long or are too many. Time is
 * the test's: server.c is compiled here with ours in the loop's place, and with
 * room for few connections.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sys/stat.h>

#include "net/server.h"
#include "talk.h"

static int64_t test_ahead;

static int64_t test_ticks(const struct loop *loop)
{
	return loop_ticks(loop) + test_ahead;
}

#undef SERVER_CONNECTIONS_MAX
#define SERVER_CONNECTIONS_MAX 3
#undef SERVER_CONNECTIONS_UNIX
#define SERVER_CONNECTIONS_UNIX 1
#define loop_ticks test_ticks
#include "net/server.c"
#undef loop_ticks

struct house {
	struct loop *loop;
	struct server *server;
	char path[96];
	int handled;
	struct server_request *kept;
	size_t size;		/* of the reply */
};

static void on_request(void *context, struct server_request *request)
{
	struct house *house = context;
	struct text body;

	house->handled++;
	if (string_is(server_request_path(request), "/later")) {
		house->kept = request;
		return;
	}
	text_init(&body, 0);
	for (size_t i = 0; i < house->size; i++)
		text_add_char(&body, 'x');
	server_reply(request, 200, "text/plain", NULL, &body);
}

static int setup(void **state)
{
	static struct house house;
	struct error error = {0};

	alarm(60);
	test_ahead = 0;
	house = (struct house){.loop = loop_new(), .size = 2};
	snprintf(house.path, sizeof house.path, "/tmp/pledged-test.%d", (int)getpid());
	house.server = server_new(house.loop, on_request, &house);
	if (server_listen_unix(house.server, house.path, 0600, NULL, &error) < 0)
		fail_msg("%s", error.text);
	*state = &house;
	return 0;
}

static int teardown(void **state)
{
	struct house *house = *state;

	server_free(house->server);
	loop_free(house->loop);
	return 0;
}

/* Lets the loop do what is ready and comes back. */
static void do_nothing(void *context)
{
	*(bool *)context = true;
}

static void settle(struct house *house)
{
	for (int i = 0; i < 20; i++) {
		bool done = false;

		loop_post(house->loop, do_nothing, &done);
		while (!done)
			loop_turn(house->loop);
	}
}

static void pass(struct house *house, int64_t seconds)
{
	test_ahead += seconds * 1000;
	server_sweep(house->server);
	settle(house);
	server_sweep(house->server);
}

static void test_dripping(void **state)
{
	static const char request[] = "GET / HTTP/1.1\r\nX: yyyyyyyyyyyyyyyyyyyyyyyy\r\n\r\n";
	struct house *house = *state;
	struct talk talk;
	size_t sent = 0;

	talk_open_unix(&talk, house->loop, house->path);
	while (!talk.ended && sent < strlen(request)) {
		sent += talk_send(&talk, request + sent, 1);
		pass(house, 1);
	}
	assert_true(talk.ended);
	assert_in_range(sent, SERVER_REQUEST_SECONDS - 1, SERVER_REQUEST_SECONDS + 1);
	assert_int_equal(house->handled, 0);
	assert_int_equal(server_connections(house->server), 0);
	talk_close(&talk);
}

static size_t push(struct house *house, struct talk *talk, const char *bytes,
	size_t length)
{
	size_t sent = 0;

	while (sent < length) {
		ssize_t put = send(talk->fd, bytes + sent, length - sent,
			MSG_DONTWAIT | MSG_NOSIGNAL);

		settle(house);
		if (put <= 0)
			break;
		sent += (size_t)put;
	}
	return sent;
}

static char zeros[SERVER_BODY_MAX + 8 * SERVER_AHEAD];

static void test_stuck_body(void **state)
{
	struct house *house = *state;
	struct talk talk;

	talk_open_unix(&talk, house->loop, house->path);
	talk_send(&talk, "POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n", 44);
	assert_int_equal(push(house, &talk, zeros, 900000), 900000);
	pass(house, SERVER_REQUEST_SECONDS - 1);
	assert_int_equal(server_connections(house->server), 1);
	pass(house, 2);
	assert_int_equal(server_connections(house->server), 0);
	assert_int_equal(house->handled, 0);
	talk_close(&talk);
}

/* The size of a chunk that has no end: at libevent's watermark it would keep
   the loop busy until the deadline. */
static void test_endless_chunk(void **state)
{
	struct house *house = *state;
	struct talk talk;

	memset(zeros, '0', sizeof zeros);
	talk_open_unix(&talk, house->loop, house->path);
	talk_send(&talk, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 48);
	assert_in_range(push(house, &talk, zeros, sizeof zeros), SERVER_BODY_MAX,
		sizeof zeros - 1);
	assert_int_equal(talk_receive(&talk, false), 413);
	pass(house, 0);
	assert_int_equal(server_connections(house->server), 0);
	assert_int_equal(house->handled, 0);
	talk_close(&talk);
}

static void test_idle(void **state)
{
	struct house *house = *state;
	struct talk silent, kept;

	talk_open_unix(&silent, house->loop, house->path);
	talk_open_unix(&kept, house->loop, house->path);
	settle(house);
	assert_int_equal(server_connections(house->server), 2);
	pass(house, SERVER_REQUEST_SECONDS - 1);
	assert_int_equal(talk_ask(&kept, "GET / HTTP/1.1\r\n\r\n"), 200);
	pass(house, 2);
	assert_true(silent.ended);
	assert_false(kept.ended);
	assert_int_equal(talk_ask(&kept, "GET / HTTP/1.1\r\n\r\n"), 200);
	pass(house, SERVER_REQUEST_SECONDS + 1);
	assert_true(kept.ended);
	talk_close(&silent);
	talk_close(&kept);
}

/* The handler's time is not the client's. */
static void test_slow_handler(void **state)
{
	struct house *house = *state;
	struct talk talk;

	talk_open_unix(&talk, house->loop, house->path);
	talk_send(&talk, "GET /later HTTP/1.1\r\n\r\n", 23);
	settle(house);
	pass(house, 10 * SERVER_REQUEST_SECONDS);
	assert_false(talk.ended);
	server_reply(house->kept, 204, NULL, NULL, NULL);
	assert_int_equal(talk_receive(&talk, false), 204);
	talk_close(&talk);
}

/* A client that does not read holds 64 KiB and what the kernel keeps, not the
   whole reply; and not for long. */
static void test_not_reading(void **state)
{
	struct house *house = *state;
	struct talk talk;

	house->size = (size_t)8 << 20;
	talk_open_unix(&talk, house->loop, house->path);
	loop_unwatch(talk.watch);
	talk.watch = NULL;
	talk_send(&talk, "GET / HTTP/1.1\r\n\r\n", 18);
	settle(house);
	assert_int_equal(server_connections(house->server), 1);
	struct server_connection *connection = house->server->connections;
	assert_int_equal(connection->state, CONNECTION_REPLYING);
	assert_in_range(evbuffer_get_length(bufferevent_get_output(connection->buffer)),
		1, SERVER_PIECE);
	pass(house, SERVER_REQUEST_SECONDS + 30);
	pass(house, 3);
	assert_int_equal(server_connections(house->server), 0);
	assert_null(house->server->requests);
	talk_close(&talk);
}

static void test_too_many(void **state)
{
	struct house *house = *state;
	struct talk talks[SERVER_CONNECTIONS_MAX], late;

	for (int i = 0; i < SERVER_CONNECTIONS_MAX; i++) {
		talk_open_unix(&talks[i], house->loop, house->path);
		assert_int_equal(talk_ask(&talks[i], "GET / HTTP/1.1\r\n\r\n"), 200);
	}
	talk_open_unix(&late, house->loop, house->path);
	talk_send(&late, "GET / HTTP/1.1\r\n\r\n", 18);
	settle(house);
	assert_int_equal(server_connections(house->server), SERVER_CONNECTIONS_MAX);
	assert_int_equal(late.in.length, 0);
	/* Those inside are served, and one that leaves makes room. */
	assert_int_equal(talk_ask(&talks[1], "GET / HTTP/1.1\r\n\r\n"), 200);
	talk_close(&talks[0]);
	assert_int_equal(talk_receive(&late, false), 200);
	assert_int_equal(server_connections(house->server), SERVER_CONNECTIONS_MAX);
	/* So does time, for connections that never asked anything. */
	talk_close(&late);
	for (int i = 1; i < SERVER_CONNECTIONS_MAX; i++)
		talk_close(&talks[i]);
	for (int i = 0; i < SERVER_CONNECTIONS_MAX; i++)
		talk_open_unix(&talks[i], house->loop, house->path);
	settle(house);
	assert_true(house->server->doors[DOOR_UNIX].resting);
	talk_open_unix(&late, house->loop, house->path);
	pass(house, SERVER_REQUEST_SECONDS + 1);
	assert_int_equal(talk_ask(&late, "GET / HTTP/1.1\r\n\r\n"), 200);
	talk_close(&late);
	for (int i = 0; i < SERVER_CONNECTIONS_MAX; i++)
		talk_close(&talks[i]);
}

#define LIMITS_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIMITS_TEST(test_dripping),
		LIMITS_TEST(test_stuck_body),
		LIMITS_TEST(test_endless_chunk),
		LIMITS_TEST(test_idle),
		LIMITS_TEST(test_slow_handler),
		LIMITS_TEST(test_not_reading),
		LIMITS_TEST(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
