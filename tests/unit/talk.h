/*
 * talk: a client on the same loop as the server under test: raw bytes out,
 * HTTP replies in, one thread, no waiting for time.
 */
#ifndef TALK_H
#define TALK_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "net/loop.h"

struct talk {
	struct loop *loop;
	int fd;
	struct loop_watch *watch;
	struct text in;
	bool ended;
	/* of the last reply */
	int status;
	char headers[4096];
	struct text body;
};

/* Called by the loop; also lets a turn end when something has come. */
static inline void talk_on_readable(void *context)
{
	static char bytes[1 << 16];
	struct talk *talk = context;
	ssize_t got = recv(talk->fd, bytes, sizeof bytes, MSG_DONTWAIT);

	if (got > 0) {
		text_add(&talk->in, bytes, (size_t)got);
		return;
	}
	if (got < 0 && errno == EAGAIN)
		return;
	talk->ended = true;
	loop_unwatch(talk->watch);
	talk->watch = NULL;
}

static inline void talk_open(struct talk *talk, struct loop *loop, int fd,
	const struct sockaddr *address, socklen_t size)
{
	*talk = (struct talk){.loop = loop, .fd = fd};
	text_init(&talk->in, 0);
	text_init(&talk->body, 0);
	assert_int_equal(connect(fd, address, size), 0);
	talk->watch = loop_watch_fd(loop, fd, talk_on_readable, talk);
}

static inline void talk_open_unix(struct talk *talk, struct loop *loop,
	const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	talk_open(talk, loop, socket(AF_UNIX, SOCK_STREAM, 0),
		(struct sockaddr *)&address, sizeof address);
}

static inline void talk_open_tcp(struct talk *talk, struct loop *loop, int port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	talk_open(talk, loop, socket(AF_INET, SOCK_STREAM, 0),
		(struct sockaddr *)&address, sizeof address);
}

static inline void talk_close(struct talk *talk)
{
	loop_unwatch(talk->watch);
	close(talk->fd);
	text_release(&talk->in);
	text_release(&talk->body);
}

/* Returns how many bytes went out before the peer hung up. */
static inline size_t talk_send(struct talk *talk, const char *bytes, size_t length)
{
	size_t sent = 0;

	while (sent < length) {
		ssize_t put = send(talk->fd, bytes + sent, length - sent,
			MSG_DONTWAIT | MSG_NOSIGNAL);

		if (put > 0)
			sent += (size_t)put;
		else if (errno == EAGAIN)
			loop_turn(talk->loop);
		else
			break;
	}
	return sent;
}

static inline void talk_consume(struct talk *talk, size_t bytes)
{
	memmove(talk->in.data, talk->in.data + bytes, talk->in.length - bytes);
	talk->in.length -= bytes;
	talk->in.data[talk->in.length] = '\0';
}

static inline const char *talk_header(const struct talk *talk, const char *name)
{
	static char value[512];
	const char *line = talk->headers;

	while ((line = strstr(line, "\r\n")) != NULL) {
		line += 2;
		if (strncasecmp(line, name, strlen(name)) != 0 ||
		    line[strlen(name)] != ':')
			continue;
		line += strlen(name) + 1;
		line += strspn(line, " ");
		snprintf(value, sizeof value, "%.*s", (int)strcspn(line, "\r"), line);
		return value;
	}
	return NULL;
}

/* Takes the next reply; status 0: the peer hung up instead. no_body: the
   reply to a HEAD. */
static inline int talk_receive(struct talk *talk, bool no_body)
{
	const char *end;

	talk->status = 0;
	text_clear(&talk->body);
	while ((end = strstr(text_string(&talk->in), "\r\n\r\n")) == NULL) {
		if (talk->ended)
			return 0;
		loop_turn(talk->loop);
	}
	size_t head = (size_t)(end - talk->in.data) + 4;
	snprintf(talk->headers, sizeof talk->headers, "%.*s", (int)head, talk->in.data);
	talk_consume(talk, head);
	const char *value = talk_header(talk, "Content-Length");
	size_t length = value != NULL && !no_body ? strtoul(value, NULL, 10) : 0;
	while (talk->in.length < length) {
		if (talk->ended)
			return 0;
		loop_turn(talk->loop);
	}
	text_add(&talk->body, text_string(&talk->in), length);
	if (length > 0)
		talk_consume(talk, length);
	talk->status = (int)strtol(talk->headers + strlen("HTTP/1.1 "), NULL, 10);
	return talk->status;
}

static inline int talk_ask(struct talk *talk, const char *request)
{
	talk_send(talk, request, strlen(request));
	return talk_receive(talk, string_starts(request, "HEAD "));
}

static inline void talk_until_end(struct talk *talk)
{
	while (!talk->ended)
		loop_turn(talk->loop);
}

static inline void talk_say(struct talk *talk, const char *request)
{
	talk_send(talk, request, strlen(request));
}

/* Until the peer has said something. */
static inline void talk_until(struct talk *talk, const char *said)
{
	while (strstr(text_string(&talk->in), said) == NULL) {
		if (talk->ended)
			fail_msg("it ended without \"%s\": %s", said,
				text_string(&talk->in));
		loop_turn(talk->loop);
	}
}

/* Takes a reply of unknown length, until the peer hangs up. false: it was in
   chunks, and the last was not there. */
static inline bool talk_receive_stream(struct talk *talk)
{
	bool ended = true;

	talk_receive(talk, true);
	talk_until_end(talk);
	if (talk_header(talk, "Transfer-Encoding") == NULL) {
		text_add(&talk->body, text_string(&talk->in), talk->in.length);
		return true;
	}
	for (size_t at = 0; ended;) {
		char *end;
		size_t length = strtoul(text_string(&talk->in) + at, &end, 16);

		at = (size_t)(end - talk->in.data) + 2;
		ended = at + length <= talk->in.length;
		if (ended && length == 0)
			return true;
		if (ended)
			text_add(&talk->body, talk->in.data + at, length);
		at += length + 2;
		ended = ended && at < talk->in.length;
	}
	return false;
}

#endif
