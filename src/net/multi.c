/*
 * multi: curl's sockets and its timer as events.
 */
#include <stdlib.h>

#include <event2/event.h>

#include "base/log.h"
#include "base/mem.h"
#include "net/multi.h"

struct multi {
	CURLM *curl;
	struct event_base *base;
	struct event *timer;
	bool timer_set;
	multi_done *done;
	void *context;
};

static void multi_reap(struct multi *multi)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(multi->curl, &left)) != NULL) {
		CURL *easy = message->easy_handle;
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_multi_remove_handle(multi->curl, easy);
		multi->done(multi->context, easy, code);
	}
}

static void multi_on_event(evutil_socket_t fd, short what, void *context)
{
	struct multi *multi = context;
	int action = (what & EV_READ ? CURL_CSELECT_IN : 0) |
		(what & EV_WRITE ? CURL_CSELECT_OUT : 0);
	int running;

	curl_multi_socket_action(multi->curl, fd, action, &running);
	multi_reap(multi);
}

/* socketp is the socket's event, kept by curl for us. */
static int multi_on_socket(CURL *easy, curl_socket_t fd, int what, void *context,
	void *socketp)
{
	struct multi *multi = context;
	struct event *event = socketp;
	(void)easy;

	if (what == CURL_POLL_REMOVE) {
		if (event != NULL)
			event_free(event);
		curl_multi_assign(multi->curl, fd, NULL);
		return 0;
	}
	short kind = (short)(EV_PERSIST | (what & CURL_POLL_IN ? EV_READ : 0) |
		(what & CURL_POLL_OUT ? EV_WRITE : 0));
	if (event != NULL && event_get_events(event) == kind)
		return 0;
	if (event != NULL)
		event_free(event);
	event = event_new(multi->base, fd, kind, multi_on_event, multi);
	if (event == NULL || event_add(event, NULL) < 0)
		log_bug("socket %d of a transfer cannot be watched", fd);
	curl_multi_assign(multi->curl, fd, event);
	return 0;
}

static void multi_timer_set(struct multi *multi, long milliseconds)
{
	struct timeval wait = {
		.tv_sec = milliseconds / 1000,
		.tv_usec = milliseconds % 1000 * 1000,
	};

	multi->timer_set = true;
	if (milliseconds < 0)
		event_del(multi->timer);
	else
		event_add(multi->timer, &wait);
}

static int multi_on_timer_wish(CURLM *curl, long milliseconds, void *context)
{
	(void)curl;
	multi_timer_set(context, milliseconds);
	return 0;
}

/* curl does not repeat a wish that it thinks is still in force. */
static void multi_on_timer(evutil_socket_t fd, short what, void *context)
{
	struct multi *multi = context;
	long next = -1;
	int running;
	(void)fd;
	(void)what;

	multi->timer_set = false;
	curl_multi_socket_action(multi->curl, CURL_SOCKET_TIMEOUT, 0, &running);
	multi_reap(multi);
	if (!multi->timer_set && curl_multi_timeout(multi->curl, &next) == CURLM_OK &&
	    next >= 0)
		multi_timer_set(multi, next);
}

bool multi_add(struct multi *multi, CURL *easy)
{
	return curl_multi_add_handle(multi->curl, easy) == CURLM_OK;
}

void multi_remove(struct multi *multi, CURL *easy)
{
	curl_multi_remove_handle(multi->curl, easy);
}

struct multi *multi_new(struct loop *loop, int connections, multi_done *done,
	void *context)
{
	struct multi *multi = mem_new(1, sizeof *multi);

	multi->base = loop_base(loop);
	multi->done = done;
	multi->context = context;
	multi->curl = curl_multi_init();
	multi->timer = evtimer_new(multi->base, multi_on_timer, multi);
	if (multi->curl == NULL || multi->timer == NULL)
		log_bug("libcurl's multi interface cannot be set up");
	curl_multi_setopt(multi->curl, CURLMOPT_SOCKETFUNCTION, multi_on_socket);
	curl_multi_setopt(multi->curl, CURLMOPT_SOCKETDATA, multi);
	curl_multi_setopt(multi->curl, CURLMOPT_TIMERFUNCTION, multi_on_timer_wish);
	curl_multi_setopt(multi->curl, CURLMOPT_TIMERDATA, multi);
	curl_multi_setopt(multi->curl, CURLMOPT_MAXCONNECTS, (long)connections);
	return multi;
}

void multi_free(struct multi *multi)
{
	if (multi == NULL)
		return;
	curl_multi_cleanup(multi->curl);
	event_free(multi->timer);
	free(multi);
}
