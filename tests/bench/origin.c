/*
 * origin: an HTTP server for measurements: sources to poll, a receiver of
 * webhooks, and a status to ask for.
 *
 *	origin tcp DELAY_MS      on a free port of all of 127/8, which it prints
 *	origin unix SOCKET       on a UNIX socket
 *
 * GET /NUMBER gives a JSON array of one figure, another one each time, after
 * the delay; POST is received; GET /count gives how many of both were answered
 * since it was asked last, and when the first came and the last went, on the
 * monotonic clock.
 */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench.h"

struct origin {
	struct event_base *base;
	struct timeval delay;
	bool delays;
	size_t answered;
	double first, last;
};

struct held {
	struct origin *origin;
	struct evhttp_request *request;
};

static void reply(struct origin *origin, struct evhttp_request *request)
{
	struct evbuffer *body = evbuffer_new();
	const char *path = evhttp_request_get_uri(request);

	if (evhttp_request_get_command(request) == EVHTTP_REQ_POST)
		evbuffer_add_printf(body, "ok\n");
	else
		evbuffer_add_printf(body, "[{\"indicator\": \"s%s\", "
			"\"period\": \"2025-12\", \"value\": %zu}]\n", path + 1,
			origin->answered);
	origin->answered++;
	origin->last = bench_seconds();
	evhttp_send_reply(request, HTTP_OK, "OK", body);
	evbuffer_free(body);
}

static void reply_late(evutil_socket_t fd, short what, void *context)
{
	struct held *held = context;

	(void)fd;
	(void)what;
	reply(held->origin, held->request);
	free(held);
}

static void count_asked(struct evhttp_request *request, void *context)
{
	struct origin *origin = context;
	struct evbuffer *body = evbuffer_new();

	evbuffer_add_printf(body, "%zu %.6f %.6f\n", origin->answered,
		origin->first, origin->last);
	origin->answered = 0;
	origin->first = 0;
	evhttp_send_reply(request, HTTP_OK, "OK", body);
	evbuffer_free(body);
}

static void asked(struct evhttp_request *request, void *context)
{
	struct origin *origin = context;
	struct held *held;

	if (origin->first <= 0)
		origin->first = bench_seconds();
	if (!origin->delays) {
		reply(origin, request);
		return;
	}
	held = malloc(sizeof *held);
	if (held == NULL)
		bench_fail("out of memory");
	*held = (struct held){origin, request};
	event_base_once(origin->base, -1, EV_TIMEOUT, reply_late, held,
		&origin->delay);
}

static void listen_unix(struct evhttp *http, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
	    listen(fd, 128) != 0 || evhttp_accept_socket(http, fd) != 0)
		bench_fail("cannot listen on %s", path);
}

/* Every address of the loopback device is a host: a daemon limits how much it
   asks of one. Every connection of a sweep may come at once. */
static void listen_tcp(struct evhttp *http)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t length = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2) != 0 ||
	    bind(fd, (struct sockaddr *)&address, length) != 0 ||
	    listen(fd, 4096) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &length) != 0 ||
	    evhttp_accept_socket(http, fd) != 0)
		bench_fail("cannot listen on loopback");
	printf("%d\n", ntohs(address.sin_port));
}

int main(int argc, char **argv)
{
	struct origin origin = {.base = event_base_new()};
	struct evhttp *http = evhttp_new(origin.base);
	long delay;

	if (argc != 3)
		bench_fail("usage: origin tcp DELAY_MS | origin unix SOCKET");
	signal(SIGPIPE, SIG_IGN);
	if (strcmp(argv[1], "unix") == 0) {
		listen_unix(http, argv[2]);
		puts("0");
	} else {
		delay = strtol(argv[2], NULL, 10);
		origin.delays = delay > 0;
		origin.delay.tv_usec = delay * 1000;
		listen_tcp(http);
	}
	fflush(stdout);
	evhttp_set_cb(http, "/count", count_asked, &origin);
	evhttp_set_gencb(http, asked, &origin);
	event_base_dispatch(origin.base);
	return 0;
}
