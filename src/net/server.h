/*
 * server: HTTP/1.1 for people on this machine, by evhttp over UNIX sockets
 * (and loopback TCP, read-only), with the limits evhttp does not have:
 * connections, header and body size, a deadline a request that a dripping
 * client cannot stretch, replies sent in pieces.
 */
#ifndef PLEDGED_NET_SERVER_H
#define PLEDGED_NET_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/text.h"
#include "net/loop.h"

#define SERVER_CONNECTIONS_MAX 128
#define SERVER_CONNECTIONS_UNIX 16	/* of them kept for UNIX sockets */
#define SERVER_HEADERS_MAX 16384
#define SERVER_BODY_MAX ((size_t)1 << 20)
#define SERVER_REQUEST_SECONDS 30

struct server;
struct server_request;

enum server_method { SERVER_GET, SERVER_HEAD, SERVER_POST, SERVER_DELETE };

/* Who asks: from SO_PEERCRED on a UNIX socket; never on TCP. */
struct server_peer {
	bool local;		/* UNIX socket: uid, gid and pid are true */
	uid_t uid;
	gid_t gid;
	pid_t pid;
};

/* Must answer, now or later, by exactly one server_reply. */
typedef void server_handler(void *context, struct server_request *request);

struct server *server_new(struct loop *loop, server_handler *handler,
	void *context);
/* Closes listeners and connections. */
void server_free(struct server *server);

/* Creates, or takes over when stale, a UNIX socket; group NULL: as it comes.
   -1 with an error: another daemon listens there, no permission, … */
int server_listen_unix(struct server *server, const char *path, unsigned mode,
	const char *group, struct error *error);
/* "127.0.0.1:8470" or "[::1]:8470"; other than loopback is refused. */
int server_listen_tcp(struct server *server, const char *address,
	struct error *error);
/* A listening descriptor from the service manager. */
int server_listen_fd(struct server *server, int fd, struct error *error);

enum server_method server_request_method(const struct server_request *request);
/* The path, decoded, without query; begins with '/'. */
const char *server_request_path(const struct server_request *request);
/* A query parameter, decoded; NULL: not there. */
const char *server_request_query(const struct server_request *request,
	const char *name);
/* Parameter number index; false: no more. */
bool server_request_parameter(const struct server_request *request,
	size_t index, const char **name, const char **value);
const char *server_request_header(const struct server_request *request,
	const char *name);
/* The body, NUL-terminated; length may be NULL. */
const char *server_request_body(const struct server_request *request,
	size_t *length);
const struct server_peer *server_request_peer(
	const struct server_request *request);

/* Answers and releases the request. headers: "name: value" lines,
   NULL-terminated, or NULL. The body is taken over and emptied. */
void server_reply(struct server_request *request, int status,
	const char *content_type, const char *const *headers, struct text *body);

/*
 * An answer of unknown length, made piece by piece as its reader takes them
 * (chunked): what is not asked for is not made, so a slow reader costs one
 * piece of memory, and what it gets is as new as it reads.
 *
 *	server_stream ──→ next ──MORE──→ next … ──END──→ gone
 *	                   └─WAIT─→ (server_stream_wake) ─→ next
 */
#define STREAM_PIECE_MAX ((size_t)1 << 20)

enum stream_step {
	STREAM_MORE,	/* what was added, be it nothing, and then the next */
	STREAM_WAIT,	/* what was added, and nothing until it is woken */
	STREAM_END,	/* what was added, and that was all */
	STREAM_BREAK	/* it cannot be ended well: the connection is cut, which
			   its reader sees */
};

struct stream_source {
	/* Adds some tens of KiB (STREAM_PIECE_MAX at most, or it breaks) by some
	   milliseconds of work. */
	enum stream_step (*next)(void *context, struct text *piece);
	/* Once: it has ended, it was cut, or its reader has left. The request is
	   not to be used from then on. */
	void (*gone)(void *context);
};

/* Answers by a stream; the request stays, as its handle, until gone, which may
   be called before this returns. headers as for server_reply; next is never
   called of a HEAD. */
void server_stream(struct server_request *request, int status,
	const char *content_type, const char *const *headers,
	const struct stream_source *source, void *context);
/* There may be more to say. Calls next soon, never at once; of a stream that
   does not wait: nothing. */
void server_stream_wake(struct server_request *stream);

size_t server_connections(const struct server *server);

#endif
