/*
 * bare: the same requests as the daemon's by libcurl's multi interface on
 * libevent, and nothing else.
 *
 *	bare get PORT COUNT AT_ONCE HOSTS     GET /0 … /COUNT-1
 *	bare post PORT COUNT AT_ONCE HOSTS    COUNT times one body of a kilobyte
 *
 * HOSTS: how many addresses of 127/8 are asked by turns, 250 to each 127.0.X.
 *
 * Prints: seconds.
 */
#include <curl/curl.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define BODY_SIZE 1024
#define HOSTS_A_NET 250

struct bare {
	struct event_base *base;
	struct event *timer;
	CURLM *multi;
	struct curl_slist *headers;
	bool posts;
	const char *port;
	size_t count, hosts, started, done;
	char body[BODY_SIZE];
};

static size_t body_drop(char *bytes, size_t size, size_t count, void *context)
{
	(void)bytes;
	(void)context;
	return size * count;
}

static void request_start(struct bare *bare, CURL *easy)
{
	size_t number = bare->started++, host = number % bare->hosts;
	char url[64];

	snprintf(url, sizeof url, "http://127.0.%zu.%zu:%s/%zu", host / HOSTS_A_NET,
		host % HOSTS_A_NET + 1, bare->port, number);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body_drop);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	if (bare->posts) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, bare->body);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)BODY_SIZE);
		curl_easy_setopt(easy, CURLOPT_HTTPHEADER, bare->headers);
	}
	curl_multi_add_handle(bare->multi, easy);
}

static void requests_collect(struct bare *bare)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(bare->multi, &left)) != NULL) {
		CURL *easy = message->easy_handle;
		long status = 0;

		curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
		if (message->data.result != CURLE_OK || status != 200)
			bench_fail("a request failed: %s",
				curl_easy_strerror(message->data.result));
		curl_multi_remove_handle(bare->multi, easy);
		if (++bare->done == bare->count)
			event_base_loopbreak(bare->base);
		if (bare->started < bare->count)
			request_start(bare, easy);
		else
			curl_easy_cleanup(easy);
	}
}

static void socket_ready(evutil_socket_t fd, short what, void *context)
{
	struct bare *bare = context;
	int action = (what & EV_READ ? CURL_CSELECT_IN : 0) |
		(what & EV_WRITE ? CURL_CSELECT_OUT : 0);
	int running;

	curl_multi_socket_action(bare->multi, fd, action, &running);
	requests_collect(bare);
}

static void timer_due(evutil_socket_t fd, short what, void *context)
{
	struct bare *bare = context;
	int running;

	(void)fd;
	(void)what;
	curl_multi_socket_action(bare->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	requests_collect(bare);
}

static int socket_watch(CURL *easy, curl_socket_t fd, int what, void *context,
	void *known)
{
	struct bare *bare = context;
	struct event *event = known;

	(void)easy;
	if (event != NULL)
		event_free(event);
	event = NULL;
	if (what != CURL_POLL_REMOVE) {
		event = event_new(bare->base, fd, (short)(EV_PERSIST |
			(what & CURL_POLL_IN ? EV_READ : 0) |
			(what & CURL_POLL_OUT ? EV_WRITE : 0)),
			socket_ready, bare);
		event_add(event, NULL);
	}
	curl_multi_assign(bare->multi, fd, event);
	return 0;
}

static int timer_set(CURLM *multi, long milliseconds, void *context)
{
	struct bare *bare = context;
	struct timeval wait = {milliseconds / 1000, milliseconds % 1000 * 1000};

	(void)multi;
	if (milliseconds < 0)
		event_del(bare->timer);
	else
		event_add(bare->timer, &wait);
	return 0;
}

static void bare_run(struct bare *bare, size_t at_once)
{
	bare->base = event_base_new();
	bare->timer = event_new(bare->base, -1, 0, timer_due, bare);
	bare->multi = curl_multi_init();
	bare->headers = curl_slist_append(NULL,
		"content-type: application/cloudevents+json");
	bare->headers = curl_slist_append(bare->headers, "expect:");
	memset(bare->body, 'x', sizeof bare->body);
	curl_multi_setopt(bare->multi, CURLMOPT_SOCKETFUNCTION, socket_watch);
	curl_multi_setopt(bare->multi, CURLMOPT_SOCKETDATA, bare);
	curl_multi_setopt(bare->multi, CURLMOPT_TIMERFUNCTION, timer_set);
	curl_multi_setopt(bare->multi, CURLMOPT_TIMERDATA, bare);
	while (bare->started < bare->count && bare->started < at_once)
		request_start(bare, curl_easy_init());
	event_base_dispatch(bare->base);
}

int main(int argc, char **argv)
{
	static struct bare bare;
	double start;

	if (argc != 6)
		bench_fail("usage: bare get|post PORT COUNT AT_ONCE HOSTS");
	curl_global_init(CURL_GLOBAL_DEFAULT);
	bare.posts = strcmp(argv[1], "post") == 0;
	bare.port = argv[2];
	bare.count = bench_number(argv[3]);
	bare.hosts = bench_number(argv[5]);
	start = bench_seconds();
	bare_run(&bare, bench_number(argv[4]));
	if (bare.done < bare.count)
		bench_fail("only %zu of %zu were done", bare.done, bare.count);
	printf("%.6f\n", bench_seconds() - start);
	return 0;
}
