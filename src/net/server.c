/*
 * server: evhttp, with the limits it lacks.
 *
 * evhttp tells nothing of a connection before its first request is complete,
 * so each connection's bufferevent is made here and a reference to it kept. A
 * sweep each second looks for what missed its deadline, and for connections
 * that evhttp has let go (their event callback is gone). The descriptor is
 * closed with our reference and not by evhttp (the option CLOSE_ON_FREE): its
 * number must not be used again while the events of the old connection are
 * still in the base, or those of the new one are lost.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <utlist.h>

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/listen.h"
#include "net/server.h"

#define SERVER_PIECE ((size_t)64 << 10)		/* of a reply at a time */
#define SERVER_AHEAD ((size_t)64 << 10)		/* read beyond the present request */
#define SERVER_BYTES_A_SECOND ((size_t)256 << 10) /* slower readers are cut off */
#define SERVER_PARAMETERS_MAX 64
#define SERVER_PATHS_MAX 4
#define SERVER_NEVER INT64_MAX
#define SERVER_PEERCRED_NONE ((struct server_peer){.local = false})

/*
 *	         first byte         request complete        server_reply
 *	WAITING ------------> READING -------------> HANDLING ----------> REPLYING
 *	   ^                                                                 |
 *	   +-----------------------------------------------------------------+
 *
 * WAITING, READING and REPLYING have a deadline from when they begin; what
 * misses it is shut down.
 */
enum connection_state {
	CONNECTION_WAITING,	/* for the first byte of a request */
	CONNECTION_READING,	/* a request has begun */
	CONNECTION_HANDLING,	/* the handler has it; no deadline of ours */
	CONNECTION_REPLYING	/* the reply goes out */
};

struct server_connection {
	struct server *server;
	struct server_door *door;
	struct bufferevent *buffer;	/* our reference */
	struct evbuffer_cb_entry *arrival;
	enum connection_state state;
	int64_t deadline;		/* ticks */
	size_t header_bytes, line_bytes; /* of the request being read */
	bool headers_done;
	bool refused;			/* cut off; nothing of it counts */
	struct server_request *request;	/* HANDLING, REPLYING */
	struct server_connection *prev, *next;
};

struct server_parameter {
	char *name, *value;
};

/* What comes when the piece that is on its way has been taken. */
enum stream_state {
	STREAM_FLOWING,		/* the next */
	STREAM_RESTING,		/* PARKED */
	STREAM_PARKED,		/* (none is on its way: nothing until it is woken) */
	STREAM_ENDING		/* the end */
};

struct server_request {
	struct server *server;		/* NULL: freed meanwhile */
	struct server_connection *connection;	/* NULL: gone meanwhile */
	struct evhttp_request *http;	/* NULL: gone with the server */
	enum server_method method;
	char *path;
	struct server_parameter parameters[SERVER_PARAMETERS_MAX];
	size_t parameter_count;
	struct text body;
	struct server_peer peer;
	struct text reply;
	size_t sent;
	bool replied;
	const struct stream_source *stream;	/* NULL: the reply is whole */
	void *stream_context;
	enum stream_state stream_state;
	struct event *stream_again;	/* goes on with it in a turn of its own */
	struct server_request *prev, *next;
};

struct server_path {
	char *path;
	dev_t device;
	ino_t inode;
};

/* The listeners of one kind: anybody on this machine may connect by TCP, so
   that must not keep those out who may use the UNIX socket. */
enum server_door_kind { DOOR_UNIX, DOOR_TCP, DOOR_KINDS };

struct server_door {
	struct server *server;
	struct evhttp *http;
	size_t most;			/* connections of this kind */
	size_t count;
	bool resting;			/* its listeners are disabled */
	bool closed;			/* it is being freed */
};

struct server {
	struct loop *loop;
	struct server_door doors[DOOR_KINDS];
	server_handler *handler;
	void *context;
	struct event *sweep;
	struct server_connection *connections;
	size_t connection_count;
	struct server_request *requests;
	struct server_path paths[SERVER_PATHS_MAX];	/* removed at the end */
	size_t path_count;
	struct server *next;		/* in servers */
};

/* libevent tells of a listener that fails, and of whose it is only the evhttp. */
static struct server *servers;

/* --- listeners ---------------------------------------------------------- */

static void server_switch_listener(struct evhttp_bound_socket *bound, void *context)
{
	struct evconnlistener *listener = evhttp_bound_socket_get_listener(bound);
	const struct server_door *door = context;

	if (door->resting)
		evconnlistener_disable(listener);
	else
		evconnlistener_enable(listener);
}

static void door_rest(struct server_door *door, bool resting)
{
	if (door->closed || door->resting == resting)
		return;
	door->resting = resting;
	evhttp_foreach_bound_socket(door->http, server_switch_listener, door);
}

/* Lets in by each door whom there is room for. */
static void server_open_doors(struct server *server)
{
	bool full = server->connection_count >= SERVER_CONNECTIONS_MAX;

	for (int i = 0; i < DOOR_KINDS; i++) {
		struct server_door *door = &server->doors[i];

		door_rest(door, full || door->count >= door->most);
	}
}

static void server_sweep_soon(struct server *server)
{
	struct timeval second = {.tv_sec = 1};

	if (!evtimer_pending(server->sweep, NULL))
		event_add(server->sweep, &second);
}

/* Out of descriptors: the listener would be ready, and fail, without end. */
static void server_on_accept_error(struct evconnlistener *listener, void *context)
{
	const struct evhttp *http = context;
	(void)listener;

	log_warning("no connection can be accepted for now: %s",
		evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
	for (struct server *server = servers; server != NULL; server = server->next)
		for (int i = 0; i < DOOR_KINDS; i++) {
			if (server->doors[i].http != http)
				continue;
			door_rest(&server->doors[i], true);
			server_sweep_soon(server);
		}
}

/* --- connections ---------------------------------------------------------- */

static void connection_deadline(struct server_connection *connection, size_t bytes)
{
	connection->deadline = loop_ticks(connection->server->loop) +
		SERVER_REQUEST_SECONDS * INT64_C(1000) +
		(int64_t)(bytes / SERVER_BYTES_A_SECOND) * 1000;
}

static void connection_watermark(struct server_connection *connection, size_t bytes)
{
	bufferevent_setwatermark(connection->buffer, EV_READ, 0, bytes);
}

/* A body is kept by evhttp in the input until it is whole. */
#define CONNECTION_READ_MAX (SERVER_BODY_MAX + SERVER_AHEAD)

static void connection_release(struct server_connection *connection)
{
	struct server *server = connection->server;

	evbuffer_remove_cb_entry(bufferevent_get_input(connection->buffer),
		connection->arrival);
	bufferevent_decref(connection->buffer);
	DL_DELETE(server->connections, connection);
	server->connection_count--;
	connection->door->count--;
	free(connection);
}

/* evhttp then sees an end of file or an error, and lets go. Reading must not
   be held back by the watermark for that. */
static void connection_cut(struct server_connection *connection)
{
	connection->refused = true;
	connection_watermark(connection, 0);
	shutdown(bufferevent_getfd(connection->buffer), SHUT_RDWR);
}

/* Before the request is whole there is none to reply to by evhttp. */
static void connection_refuse(struct server_connection *connection, const char *status)
{
	int fd = bufferevent_getfd(connection->buffer);
	char words[128];
	int length = snprintf(words, sizeof words, "HTTP/1.1 %s\r\n"
		"Content-Length: 0\r\nConnection: close\r\n\r\n", status);

	if (connection->refused)
		return;
	if (send(fd, words, (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		log_debug("a client whose request was too large is gone");
	connection_cut(connection);
}

/* Counts the header's bytes up to the empty line that ends it. */
static void connection_count_headers(struct server_connection *connection,
	const char *bytes, size_t length)
{
	for (size_t i = 0; i < length && !connection->headers_done; i++) {
		connection->header_bytes++;
		if (bytes[i] == '\n') {
			connection->headers_done = connection->line_bytes == 0;
			connection->line_bytes = 0;
		} else if (bytes[i] != '\r')
			connection->line_bytes++;
	}
	if (connection->header_bytes > SERVER_HEADERS_MAX)
		connection_refuse(connection, "431 Request Header Fields Too Large");
}

/* Looks at the last `fresh` bytes of the input. */
static void connection_read_headers(struct server_connection *connection,
	struct evbuffer *input, size_t fresh)
{
	size_t length = evbuffer_get_length(input);
	struct evbuffer_ptr at;
	char bytes[1024];

	while (fresh > 0 && !connection->headers_done && !connection->refused) {
		if (evbuffer_ptr_set(input, &at, length - fresh, EVBUFFER_PTR_SET) < 0)
			return;
		ev_ssize_t got = evbuffer_copyout_from(input, &at, bytes, sizeof bytes);
		if (got <= 0)
			return;
		connection_count_headers(connection, bytes, (size_t)got);
		fresh -= (size_t)got;
	}
}

static void connection_begin(struct server_connection *connection)
{
	connection->state = CONNECTION_READING;
	connection->header_bytes = connection->line_bytes = 0;
	connection->headers_done = false;
	connection_deadline(connection, 0);
}

static void connection_on_arrival(struct evbuffer *input,
	const struct evbuffer_cb_info *info, void *context)
{
	struct server_connection *connection = context;

	if (info->n_added == 0)
		return;
	if (connection->state == CONNECTION_WAITING)
		connection_begin(connection);
	if (connection->state != CONNECTION_READING)
		return;
	connection_read_headers(connection, input, info->n_added);
	/* libevent calls evhttp again and again at the watermark, and evhttp can
	   make nothing of this much: a chunk's size without end. */
	if (evbuffer_get_length(input) >= CONNECTION_READ_MAX)
		connection_refuse(connection, "413 Content Too Large");
}

/* The reply is out. What the client sent ahead is the next request already. */
static void connection_wait(struct server_connection *connection)
{
	struct evbuffer *input = bufferevent_get_input(connection->buffer);
	size_t ahead = evbuffer_get_length(input);

	connection->request = NULL;
	connection->state = CONNECTION_WAITING;
	connection_deadline(connection, 0);
	connection_watermark(connection, CONNECTION_READ_MAX);
	if (ahead == 0)
		return;
	connection_begin(connection);
	connection_read_headers(connection, input, ahead);
}

static bool connection_is_gone(const struct server_connection *connection)
{
	bufferevent_event_cb on_event = NULL;

	bufferevent_getcb(connection->buffer, NULL, NULL, &on_event, NULL);
	return on_event == NULL;
}

static void server_sweep(struct server *server)
{
	int64_t now = loop_ticks(server->loop);
	struct server_connection *connection, *next;

	DL_FOREACH_SAFE(server->connections, connection, next) {
		if (connection_is_gone(connection))
			connection_release(connection);
		else if (connection->deadline <= now)
			connection_cut(connection);
	}
	server_open_doors(server);
	if (server->connections != NULL)
		server_sweep_soon(server);
}

static void server_on_sweep(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	server_sweep(context);
}

/* evhttp asks for a bufferevent: a connection has been accepted. */
static struct bufferevent *server_on_accept(struct event_base *base, void *context)
{
	struct server_door *door = context;
	struct server *server = door->server;
	struct server_connection *connection = mem_new(1, sizeof *connection);

	connection->server = server;
	connection->door = door;
	connection->buffer = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	if (connection->buffer == NULL)
		log_bug("no buffer for a connection");
	bufferevent_incref(connection->buffer);
	connection->arrival = evbuffer_add_cb(bufferevent_get_input(connection->buffer),
		connection_on_arrival, connection);
	connection_watermark(connection, CONNECTION_READ_MAX);
	connection_deadline(connection, 0);
	DL_APPEND(server->connections, connection);
	server->connection_count++;
	door->count++;
	server_open_doors(server);
	server_sweep_soon(server);
	return connection->buffer;
}

static struct server_connection *server_find(const struct server *server,
	const struct bufferevent *buffer)
{
	struct server_connection *connection;

	DL_FOREACH(server->connections, connection)
		if (connection->buffer == buffer)
			return connection;
	return NULL;
}

/* --- requests -------------------------------------------------------------- */

static void request_free(struct server_request *request)
{
	if (request->server != NULL)
		DL_DELETE(request->server->requests, request);
	for (size_t i = 0; i < request->parameter_count; i++) {
		free(request->parameters[i].name);
		free(request->parameters[i].value);
	}
	if (request->stream_again != NULL)
		event_free(request->stream_again);
	if (request->stream != NULL)
		request->stream->gone(request->stream_context);
	text_release(&request->body);
	text_release(&request->reply);
	free(request->path);
	free(request);
}

/* evhttp closes the connection. A request it still had a place for goes with
   it; one that it has let go is ours. */
static void connection_on_close(struct evhttp_connection *http, void *context)
{
	struct server_connection *connection = context;
	struct server *server = connection->server;
	struct server_request *request = connection->request;
	(void)http;

	connection_release(connection);
	server_open_doors(server);
	if (request == NULL)
		return;
	request->connection = NULL;
	if (evhttp_request_get_connection(request->http) != NULL)
		request->http = NULL;
	if (!request->replied)
		return;
	if (request->http != NULL)
		evhttp_request_free(request->http);
	request_free(request);
}

static int request_hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);

	return c != '\0' && found != NULL ? (int)(found - digits) : -1;
}

/* Undoes %XX (and + in a query). NULL: a broken escape, a NUL, no UTF-8. */
static char *request_decode(const char *text, size_t length, bool plus)
{
	struct text out;

	text_init(&out, 0);
	text_add(&out, "", 0);
	for (size_t i = 0; i < length; i++) {
		int high, low;

		if (text[i] == '+' && plus)
			text_add_char(&out, ' ');
		else if (text[i] != '%')
			text_add_char(&out, text[i]);
		else if (i + 2 < length && (high = request_hex(text[i + 1])) >= 0 &&
			(low = request_hex(text[i + 2])) >= 0) {
			text_add_char(&out, (char)(high << 4 | low));
			i += 2;
		} else {
			text_release(&out);
			return NULL;
		}
	}
	if (utf8_is_valid(text_string(&out), out.length))
		return text_take(&out);
	text_release(&out);
	return NULL;
}

/* "name=value" or "name". */
static bool request_add_parameter(struct server_request *request, const char *text,
	size_t length)
{
	const char *equals = memchr(text, '=', length);
	size_t name = equals != NULL ? (size_t)(equals - text) : length;
	size_t value = equals != NULL ? name + 1 : length;

	if (length == 0)
		return true;
	if (request->parameter_count == SERVER_PARAMETERS_MAX)
		return false;
	struct server_parameter *parameter =
		&request->parameters[request->parameter_count++];
	parameter->name = request_decode(text, name, true);
	parameter->value = request_decode(text + value, length - value, true);
	return parameter->name != NULL && parameter->value != NULL;
}

static bool request_split_query(struct server_request *request, const char *query)
{
	while (query != NULL && *query != '\0') {
		size_t length = strcspn(query, "&");

		if (!request_add_parameter(request, query, length))
			return false;
		query += length + (query[length] == '&');
	}
	return true;
}

static bool request_split_uri(struct server_request *request)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request->http);
	const char *path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;

	if (path == NULL || path[0] != '/')
		return false;
	request->path = request_decode(path, strlen(path), false);
	return request->path != NULL &&
		request_split_query(request, evhttp_uri_get_query(uri));
}

static void request_take_body(struct server_request *request)
{
	struct evbuffer *input = evhttp_request_get_input_buffer(request->http);
	size_t length = evbuffer_get_length(input);

	text_init(&request->body, SERVER_BODY_MAX);
	if (length > 0)
		text_add(&request->body, evbuffer_pullup(input, -1), length);
	evbuffer_drain(input, length);
}

/* SO_PEERCRED "succeeds" on TCP with uid -1: the family decides. */
static struct server_peer connection_peer(const struct server_connection *connection)
{
	int fd = bufferevent_getfd(connection->buffer);
	struct ucred who;
	socklen_t size = sizeof who;

	if (!socket_is_unix(fd) ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) < 0)
		return SERVER_PEERCRED_NONE;
	return (struct server_peer){
		.local = true, .uid = who.uid, .gid = who.gid, .pid = who.pid,
	};
}

/* --- refusals of our own --------------------------------------------------- */

struct server_problem {
	int status;
	const char *title;
	const char *detail;
	const char *const *headers;
};

static const char *const server_allow[] = {"Allow: GET, HEAD, POST, DELETE", NULL};
static const char *const server_allow_read[] = {"Allow: GET, HEAD", NULL};

static const struct server_problem server_bad_request = {400, "Bad Request",
	"the path or the query of the URL makes no sense, or the query has more than "
	"64 parameters", NULL};
static const struct server_problem server_bad_host = {403, "Forbidden",
	"over TCP only requests for localhost are answered: use a URL with localhost, "
	"127.0.0.1 or [::1]", NULL};
static const struct server_problem server_read_only = {405, "Method Not Allowed",
	"over TCP everything can be read and nothing changed: use the UNIX socket",
	server_allow_read};
static const struct server_problem server_bad_method = {405, "Method Not Allowed",
	"only GET, HEAD, POST and DELETE are known here", server_allow};
static const struct server_problem server_unknown_method = {501, "Not Implemented",
	"there is no such method in HTTP as known here", NULL};
static const struct server_problem server_too_long = {431,
	"Request Header Fields Too Large", "the headers are longer than 16 KiB", NULL};
static const struct server_problem server_too_large = {500, "Internal Server Error",
	"the answer is larger than can be sent at once: ask for less of it", NULL};

static void server_reply_problem(struct server_request *request,
	const struct server_problem *problem)
{
	struct text body;
	struct json json;

	text_init(&body, 0);
	json_init(&json, &body);
	json_object(&json);
	json_put_string(&json, "title", problem->title);
	json_put_int(&json, "status", problem->status);
	json_put_string(&json, "detail", problem->detail);
	json_object_end(&json);
	server_reply(request, problem->status, "application/problem+json",
		problem->headers, &body);
}

static const struct server_methods {
	enum evhttp_cmd_type theirs;
	enum server_method ours;
	bool reads;
} server_methods[] = {
	{EVHTTP_REQ_GET, SERVER_GET, true},
	{EVHTTP_REQ_HEAD, SERVER_HEAD, true},
	{EVHTTP_REQ_POST, SERVER_POST, false},
	{EVHTTP_REQ_DELETE, SERVER_DELETE, false},
};

static const struct server_problem *request_check_method(struct server_request *request)
{
	enum evhttp_cmd_type type = evhttp_request_get_command(request->http);
	const enum evhttp_cmd_type known = EVHTTP_REQ_PUT | EVHTTP_REQ_OPTIONS |
		EVHTTP_REQ_TRACE | EVHTTP_REQ_PATCH;

	for (size_t i = 0; i < sizeof server_methods / sizeof server_methods[0]; i++) {
		if (server_methods[i].theirs != type)
			continue;
		request->method = server_methods[i].ours;
		return request->peer.local || server_methods[i].reads ? NULL :
			&server_read_only;
	}
	return type & known ? &server_bad_method : &server_unknown_method;
}

/* A name that someone's DNS lets point to this machine is not "localhost". */
static bool server_host_is_local(const char *host)
{
	char name[64];
	struct in_addr v4;
	size_t length;

	if (host == NULL)
		return false;
	length = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
	if (length >= sizeof name || length > strlen(host))
		return false;
	if (host[length] != '\0' &&
	    (host[length] != ':' || strspn(host + length + 1, "0123456789") !=
		strlen(host + length + 1)))
		return false;
	memcpy(name, host, length);
	name[length] = '\0';
	if (inet_pton(AF_INET, name, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == IN_LOOPBACKNET;
	return strcasecmp(name, "localhost") == 0 || string_is(name, "[::1]");
}

static bool request_host_is_local(const struct server_request *request)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request->http);
	const char *in_uri = uri != NULL ? evhttp_uri_get_host(uri) : NULL;

	return server_host_is_local(server_request_header(request, "Host")) &&
		(in_uri == NULL || server_host_is_local(in_uri));
}

/* NULL: the handler may have it. */
static const struct server_problem *request_check(struct server_request *request)
{
	if (request->connection->refused)
		return &server_too_long;
	const struct server_problem *problem = request_check_method(request);
	if (!request->peer.local && !request_host_is_local(request))
		return &server_bad_host;
	if (problem == NULL && !request_split_uri(request))
		return &server_bad_request;
	return problem;
}

/* A whole request has come. */
static void server_on_request(struct evhttp_request *http, void *context)
{
	struct server *server = context;
	struct evhttp_connection *carrier = evhttp_request_get_connection(http);
	struct server_connection *connection = server_find(server,
		evhttp_connection_get_bufferevent(carrier));

	if (connection == NULL)
		log_bug("a request on an unknown connection");
	evhttp_connection_set_closecb(carrier, connection_on_close, connection);
	struct server_request *request = mem_new(1, sizeof *request);
	request->server = server;
	request->connection = connection;
	request->http = http;
	request->peer = connection_peer(connection);
	request_take_body(request);
	DL_APPEND(server->requests, request);
	connection->request = request;
	connection->state = CONNECTION_HANDLING;
	connection->deadline = SERVER_NEVER;
	connection_watermark(connection, SERVER_AHEAD);
	const struct server_problem *problem = request_check(request);
	if (problem != NULL)
		server_reply_problem(request, problem);
	else
		server->handler(server->context, request);
}

enum server_method server_request_method(const struct server_request *request)
{
	return request->method;
}

const char *server_request_path(const struct server_request *request)
{
	return request->path;
}

const char *server_request_query(const struct server_request *request,
	const char *name)
{
	for (size_t i = 0; i < request->parameter_count; i++)
		if (string_is(request->parameters[i].name, name))
			return request->parameters[i].value;
	return NULL;
}

bool server_request_parameter(const struct server_request *request,
	size_t index, const char **name, const char **value)
{
	if (index >= request->parameter_count)
		return false;
	*name = request->parameters[index].name;
	*value = request->parameters[index].value;
	return true;
}

const char *server_request_header(const struct server_request *request,
	const char *name)
{
	if (request->http == NULL)
		return NULL;
	return evhttp_find_header(evhttp_request_get_input_headers(request->http), name);
}

const char *server_request_body(const struct server_request *request,
	size_t *length)
{
	if (length != NULL)
		*length = request->body.length;
	return text_string(&request->body);
}

const struct server_peer *server_request_peer(
	const struct server_request *request)
{
	return &request->peer;
}

/* --- replies ------------------------------------------------------------ */

static void request_on_complete(struct evhttp_request *http, void *context)
{
	struct server_request *request = context;
	(void)http;

	connection_wait(request->connection);
	request_free(request);
}

static void request_on_drained(struct evhttp_connection *http, void *context);

static void request_send_bytes(struct server_request *request, const char *bytes,
	size_t length)
{
	struct evbuffer *buffer = evbuffer_new();

	if (buffer == NULL || evbuffer_add(buffer, bytes, length) < 0)
		log_bug("no buffer for a reply");
	evhttp_send_reply_chunk_with_cb(request->http, buffer, request_on_drained, request);
	evbuffer_free(buffer);
}

/* The next piece of a whole reply, or the end; evhttp may have freed everything
   after it. */
static void reply_send_next(struct server_request *request)
{
	size_t rest = request->reply.length - request->sent;
	size_t piece = rest < SERVER_PIECE ? rest : SERVER_PIECE;

	if (piece == 0) {
		evhttp_send_reply_end(request->http);
		return;
	}
	request->sent += piece;
	request_send_bytes(request, request->reply.data + request->sent - piece, piece);
}

/* Goes on in another turn: an event made active here would still be of this one,
   and hold up the loop. */
static void stream_again(struct server_request *stream)
{
	static const struct timeval at_once = {0, 0};

	event_add(stream->stream_again, &at_once);
}

/* The next piece of a stream. One that had nothing to add goes on in another
   turn, so that the loop is not held up. */
static void stream_send_next(struct server_request *request)
{
	static const enum stream_state after[] = {
		[STREAM_MORE] = STREAM_FLOWING, [STREAM_WAIT] = STREAM_RESTING,
		[STREAM_END] = STREAM_ENDING, [STREAM_BREAK] = STREAM_ENDING,
	};
	struct text piece;

	text_init(&piece, STREAM_PIECE_MAX);
	enum stream_step step = request->stream->next(request->stream_context, &piece);

	request->stream_state = after[step];
	if (step == STREAM_BREAK || piece.cut) {
		connection_cut(request->connection);
	} else if (piece.length > 0) {
		connection_deadline(request->connection, piece.length);
		request_send_bytes(request, piece.data, piece.length);
	} else if (step == STREAM_MORE) {
		connection_deadline(request->connection, 0);
		stream_again(request);
	} else if (step == STREAM_WAIT) {
		request->stream_state = STREAM_PARKED;
		request->connection->deadline = SERVER_NEVER;
	} else {
		evhttp_send_reply_end(request->http);
	}
	text_release(&piece);
}

static void stream_on_drained(struct server_request *request)
{
	switch (request->stream_state) {
	case STREAM_FLOWING:
		stream_send_next(request);
		break;
	case STREAM_RESTING:
		request->stream_state = STREAM_PARKED;
		request->connection->deadline = SERVER_NEVER;
		break;
	case STREAM_PARKED:
		break;
	case STREAM_ENDING:
		evhttp_send_reply_end(request->http);
		break;
	}
}

static void stream_on_again(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	stream_send_next(context);
}

static void request_on_drained(struct evhttp_connection *http, void *context)
{
	struct server_request *request = context;
	(void)http;

	if (request->stream != NULL)
		stream_on_drained(request);
	else
		reply_send_next(request);
}

static void reply_add_header(struct evkeyvalq *headers, const char *line)
{
	size_t length = strcspn(line, ":");
	char *name = mem_string_n(line, length);
	const char *value = line + length + (line[length] == ':');

	value += strspn(value, " ");
	if (evhttp_add_header(headers, name, value) < 0)
		log_bug("a reply's header is not one: %s", name);
	free(name);
}

static void reply_add_default(struct evkeyvalq *headers, const char *name,
	const char *value)
{
	if (evhttp_find_header(headers, name) == NULL)
		evhttp_add_header(headers, name, value);
}

static bool reply_has_no_body(int status)
{
	return status == 204 || status == 304 || status < 200;
}

static void reply_set_headers(struct server_request *request,
	const char *content_type, const char *const *headers)
{
	struct evkeyvalq *out = evhttp_request_get_output_headers(request->http);

	for (size_t i = 0; headers != NULL && headers[i] != NULL; i++)
		reply_add_header(out, headers[i]);
	if (content_type != NULL)
		reply_add_default(out, "Content-Type", content_type);
	reply_add_default(out, "X-Content-Type-Options", "nosniff");
	reply_add_default(out, "Cache-Control", "no-store");
}

static void reply_set_length(struct server_request *request)
{
	char length[32];

	snprintf(length, sizeof length, "%zu", request->reply.length);
	evhttp_add_header(evhttp_request_get_output_headers(request->http),
		"Content-Length", length);
}

/* The client has gone, or the server itself. */
static void request_drop(struct server_request *request)
{
	if (request->http != NULL)
		evhttp_request_free(request->http);
	request_free(request);
}

static void reply_start(struct server_request *request, int status, size_t length)
{
	request->replied = true;
	request->connection->state = CONNECTION_REPLYING;
	connection_deadline(request->connection, length);
	evhttp_request_set_on_complete_cb(request->http, request_on_complete, request);
	evhttp_send_reply_start(request->http, status, NULL);
}

void server_reply(struct server_request *request, int status,
	const char *content_type, const char *const *headers, struct text *body)
{
	bool cut = body != NULL && body->cut;

	if (cut && request->connection != NULL) {
		text_release(body);
		server_reply_problem(request, &server_too_large);
		return;
	}
	if (body != NULL) {
		request->reply = *body;
		text_init(body, body->limit);
	}
	if (request->connection == NULL) {
		request_drop(request);
		return;
	}
	reply_set_headers(request, content_type, headers);
	if (!reply_has_no_body(status))
		reply_set_length(request);
	reply_start(request, status, request->reply.length);
	if (request->method == SERVER_HEAD || reply_has_no_body(status))
		request->sent = request->reply.length;
	reply_send_next(request);
}

void server_stream(struct server_request *request, int status,
	const char *content_type, const char *const *headers,
	const struct stream_source *source, void *context)
{
	request->stream = source;
	request->stream_context = context;
	if (request->connection == NULL) {
		request_drop(request);
		return;
	}
	request->stream_again = event_new(loop_base(request->server->loop), -1, 0,
		stream_on_again, request);
	if (request->stream_again == NULL)
		log_bug("no event for a stream");
	reply_set_headers(request, content_type, headers);
	/* In HTTP/1.0 nothing else tells the end of what has no length. */
	evhttp_add_header(evhttp_request_get_output_headers(request->http),
		"Connection", "close");
	reply_start(request, status, 0);
	if (request->method == SERVER_HEAD)
		evhttp_send_reply_end(request->http);
	else
		stream_send_next(request);
}

void server_stream_wake(struct server_request *stream)
{
	if (stream->stream_state == STREAM_RESTING)
		stream->stream_state = STREAM_FLOWING;
	if (stream->stream_state != STREAM_PARKED)
		return;
	stream->stream_state = STREAM_FLOWING;
	stream_again(stream);
}

/* --- life ------------------------------------------------------------------ */

size_t server_connections(const struct server *server)
{
	return server->connection_count;
}

static int server_add_listener(struct server *server, int fd, struct error *error)
{
	struct server_door *door =
		&server->doors[socket_is_unix(fd) ? DOOR_UNIX : DOOR_TCP];
	struct evhttp_bound_socket *bound = evhttp_accept_socket_with_handle(
		door->http, fd);

	if (bound == NULL)
		return error_set(error, ERROR_SYSTEM, "descriptor %d cannot be watched", fd);
	evconnlistener_set_error_cb(evhttp_bound_socket_get_listener(bound),
		server_on_accept_error);
	if (door->resting)
		server_switch_listener(bound, door);
	return 0;
}

int server_listen_fd(struct server *server, int fd, struct error *error)
{
	if (listen_adopt(fd, error) < 0)
		return -1;
	return server_add_listener(server, fd, error);
}

static void server_remember_path(struct server *server, const char *path)
{
	struct server_path *entry = &server->paths[server->path_count];
	struct stat found;

	if (lstat(path, &found) < 0)
		return;
	entry->path = mem_string(path);
	entry->device = found.st_dev;
	entry->inode = found.st_ino;
	server->path_count++;
}

int server_listen_unix(struct server *server, const char *path, unsigned mode,
	const char *group, struct error *error)
{
	if (server->path_count == SERVER_PATHS_MAX)
		return error_set(error, ERROR_LIMIT, "%s: more than %d sockets", path,
			SERVER_PATHS_MAX);
	int fd = listen_unix(path, mode, group, error);
	if (fd < 0)
		return -1;
	server_remember_path(server, path);
	return server_add_listener(server, fd, error);
}

int server_listen_tcp(struct server *server, const char *address,
	struct error *error)
{
	int fd = listen_tcp(address, error);

	return fd < 0 ? -1 : server_add_listener(server, fd, error);
}

static void door_make(struct server *server, enum server_door_kind kind, size_t most)
{
	struct server_door *door = &server->doors[kind];
	struct evhttp *http = evhttp_new(loop_base(server->loop));

	if (http == NULL)
		log_bug("no HTTP server");
	*door = (struct server_door){.server = server, .http = http, .most = most};
	evhttp_set_bevcb(http, server_on_accept, door);
	evhttp_set_gencb(http, server_on_request, server);
	evhttp_set_default_content_type(http, NULL);
	/* Ours are counted first, see connection_count_headers. */
	evhttp_set_max_headers_size(http, 2 * SERVER_HEADERS_MAX);
	evhttp_set_max_body_size(http, SERVER_BODY_MAX);
	/* Refused by us, in words; CONNECT by evhttp. */
	evhttp_set_allowed_methods(http, (ev_uint16_t)~EVHTTP_REQ_CONNECT);
}

struct server *server_new(struct loop *loop, server_handler *handler,
	void *context)
{
	struct server *server = mem_new(1, sizeof *server);

	server->loop = loop;
	server->handler = handler;
	server->context = context;
	server->sweep = evtimer_new(loop_base(loop), server_on_sweep, server);
	if (server->sweep == NULL)
		log_bug("no timer for the HTTP server");
	door_make(server, DOOR_UNIX, SERVER_CONNECTIONS_MAX);
	door_make(server, DOOR_TCP, SERVER_CONNECTIONS_MAX - SERVER_CONNECTIONS_UNIX);
	LL_PREPEND(servers, server);
	return server;
}

/* Only what is still the file this server made. */
static void server_remove_path(struct server_path *entry)
{
	struct stat found;

	if (lstat(entry->path, &found) == 0 && found.st_dev == entry->device &&
	    found.st_ino == entry->inode)
		unlink(entry->path);
	free(entry->path);
}

void server_free(struct server *server)
{
	struct server_request *request, *next;

	if (server == NULL)
		return;
	for (size_t i = 0; i < server->path_count; i++)
		server_remove_path(&server->paths[i]);
	LL_DELETE(servers, server);
	for (int i = 0; i < DOOR_KINDS; i++) {
		/* Its listeners are not touched any more; what goes with it makes
		   room at the other. */
		server->doors[i].closed = true;
		evhttp_free(server->doors[i].http);
	}
	while (server->connections != NULL)
		connection_release(server->connections);
	/* Their handlers may still answer; that then goes nowhere. */
	DL_FOREACH_SAFE(server->requests, request, next)
		request->server = NULL;
	event_free(server->sweep);
	free(server);
}
