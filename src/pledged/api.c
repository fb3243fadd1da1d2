/*
 * api: see api.h. One table of endpoints; each answers with one JSON document,
 * or a problem (RFC 9457) that says what to do.
 */
#include "pledged/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "pledged/web.h"

#define OPEN_SHOWN 10	/* of what is open, where something else was asked for */

/* --- answers --------------------------------------------------------------- */

void reply_begin(struct reply *reply)
{
	text_init(&reply->body, 0);
	json_init(&reply->json, &reply->body);
}

void reply_send_as(struct reply *reply, struct server_request *request,
	int status, const char *type, const char *const *headers)
{
	bool cut = reply->body.cut;

	text_add_char(&reply->body, '\n');
	if (!cut)
		server_reply(request, status, type, headers, &reply->body);
	text_release(&reply->body);
	if (cut)
		reply_problem(request, 500, "the answer would be longer than "
			"%zu bytes: ask for less of it", TEXT_LIMIT_DEFAULT);
}

void reply_send(struct reply *reply, struct server_request *request, int status)
{
	reply_send_as(reply, request, status, "application/json", NULL);
}

bool request_knows(const struct server_request *request, const char *hex)
{
	const char *known = server_request_header(request, "If-None-Match");
	char tag[DIGEST_HEX_SIZE + 2];

	snprintf(tag, sizeof tag, "\"%s\"", hex);
	return known != NULL && strstr(known, tag) != NULL;
}

/* Whatever there is: then what is there will do. */
static bool request_knows_any(const struct server_request *request)
{
	return string_is(server_request_header(request, "If-None-Match"), "*");
}

void reply_tagged(struct server_request *request, const char *type,
	const char *const *more, struct text *body)
{
	const char *headers[REPLY_MORE_MAX + 3];
	char hex[DIGEST_HEX_SIZE], tag[DIGEST_HEX_SIZE + 16];
	struct digest digest;
	size_t count = 0;

	digest_sha256(text_string(body), body->length, &digest);
	digest_hex(&digest, hex);
	snprintf(tag, sizeof tag, "ETag: \"%s\"", hex);
	headers[count++] = tag;
	headers[count++] = "Cache-Control: no-cache";
	for (size_t i = 0; more != NULL && more[i] != NULL; i++)
		headers[count++] = more[i];
	headers[count] = NULL;
	if (!request_knows(request, hex) && !request_knows_any(request)) {
		server_reply(request, 200, type, headers, body);
		return;
	}
	server_reply(request, 304, NULL, headers, NULL);
	text_release(body);
}

void reply_drop(struct reply *reply)
{
	text_release(&reply->body);
}

void reply_put_register(struct reply *reply, const struct daemon *daemon)
{
	char hex[DIGEST_HEX_SIZE];

	digest_hex(&daemon->reg->digest, hex);
	json_put_string(&reply->json, "register", hex);
}

static const char *status_title(int status)
{
	switch (status) {
	case 400: return "Bad Request";
	case 403: return "Forbidden";
	case 404: return "Not Found";
	case 405: return "Method Not Allowed";
	case 409: return "Conflict";
	case 422: return "Unprocessable Content";
	case 500: return "Internal Server Error";
	case 502: return "Bad Gateway";
	case 503: return "Service Unavailable";
	case 504: return "Gateway Timeout";
	case 507: return "Insufficient Storage";
	default: return "Error";
	}
}

/* Where pages are, a problem is one: at their paths, and for a browser also at
   paths where there is nothing. */
static bool request_reads_pages(struct server_request *request)
{
	static const char *const others[] = {"/v1/", "/assets/", "/healthz",
		"/metrics", "/calendar.ics", "/feed.atom"};
	const char *path = server_request_path(request);
	const char *accept = server_request_header(request, "Accept");

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (string_starts(path, others[i]))
			return false;
	return page_is_at(path) || (accept != NULL &&
		strstr(accept, "text/html") != NULL);
}

/* errors: a JSON array, or NULL. */
static void reply_problem_whole(struct server_request *request, int status,
	const char *const *headers, const char *detail, const char *errors)
{
	struct reply reply;

	if (request_reads_pages(request)) {
		page_problem(request, status, status_title(status), detail,
			headers);
		return;
	}
	reply_begin(&reply);
	json_object(&reply.json);
	json_put_string(&reply.json, "type", "about:blank");
	json_put_string(&reply.json, "title", status_title(status));
	json_put_int(&reply.json, "status", status);
	json_put_string(&reply.json, "detail", detail);
	if (errors != NULL) {
		json_key(&reply.json, "errors");
		json_raw(&reply.json, errors);
	}
	json_object_end(&reply.json);
	reply_send_as(&reply, request, status, "application/problem+json", headers);
}

static void __attribute__((format(printf, 4, 0))) reply_problem_said(
	struct server_request *request, int status, const char *errors,
	const char *format, va_list arguments)
{
	struct text detail;

	text_init(&detail, 0);
	text_addv(&detail, format, arguments);
	reply_problem_whole(request, status, NULL, text_string(&detail), errors);
	text_release(&detail);
}

void reply_problem(struct server_request *request, int status,
	const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	reply_problem_said(request, status, NULL, format, arguments);
	va_end(arguments);
}

void reply_problem_list(struct server_request *request, int status,
	const char *errors, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	reply_problem_said(request, status, errors, format, arguments);
	va_end(arguments);
}

void reply_absent(struct daemon *daemon, struct server_request *request,
	enum thing_kind kind, const char *id)
{
	const char *near = thing_nearest(daemon->reg, kind, id, NULL);
	const char *word = things[kind].word;

	if (near != NULL)
		reply_problem(request, 404, "there is no %s \"%s\", did you "
			"mean \"%s\"?", word, id, near);
	else
		reply_problem(request, 404, "there is no %s \"%s\": /v1/%ss "
			"lists them", word, id, word);
}

void reply_unreadable(struct server_request *request,
	const struct error *error)
{
	log_error("%s: %s", server_request_path(request), error->text);
	reply_problem(request, 500, "the store cannot be read: see the log");
}

void reply_none_open(const struct daemon *daemon,
	struct server_request *request, const char *noun, const char *word,
	size_t count, number_fn *number)
{
	struct text open;

	text_init(&open, 0);
	for (size_t i = 0; i < count && i < OPEN_SHOWN; i++)
		text_addf(&open, "%s%lld", i > 0 ? ", " : "",
			(long long)number(daemon, i));
	if (count > OPEN_SHOWN)
		text_addf(&open, " and %zu more", count - OPEN_SHOWN);
	if (count == 0)
		reply_problem(request, 404, "there is no %s %s, and none is "
			"open", noun, word);
	else
		reply_problem(request, 404, "there is no %s %s; open %s %s: "
			"/v1/%ss lists them", noun, word, count == 1 ? "is" :
			"are", text_string(&open), noun);
	text_release(&open);
}

void reply_refusal(struct server_request *request, const struct error *error)
{
	reply_problem(request, 400, "%s", error->text);
}

char *rest_id(const char *rest, const char *suffix)
{
	return string_ends(rest, suffix) ?
		mem_string_n(rest, strlen(rest) - strlen(suffix)) : NULL;
}

int64_t rest_number(const char *word)
{
	char *end;
	long long number = strtoll(word, &end, 10);

	/* The last one has no next, which pages are read by. */
	return *end == '\0' && word[0] >= '0' && word[0] <= '9' && number > 0 &&
		number < INT64_MAX ? number : 0;
}

void add_parameters_but(struct text *out, const struct server_request *request,
	const char *but, char first)
{
	const char *name, *value;

	for (size_t i = 0; server_request_parameter(request, i, &name, &value); i++) {
		if (string_is(name, but))
			continue;
		text_add_char(out, first);
		text_add_percent(out, name, "/@");
		text_add_char(out, '=');
		text_add_percent(out, value, "/@");
		first = '&';
	}
}

bool request_finds_room(const struct server_request *request, size_t under_way,
	size_t most)
{
	return under_way < (server_request_peer(request)->local ? most :
		most - most / 4);
}

const char *note_asked(const struct server_request *request)
{
	const char *note = server_request_query(request, "note");

	return note == NULL || *note == '\0' ? NULL : note;
}

/* --- the table ------------------------------------------------------------- */

/* The first that matches answers. A path that ends in '/', but "/" itself, takes
   whatever follows as the rest; where it has a '*', a milestone's id stands,
   another's where it has a '+', and the rest begins with it. Parameters: the
   words it takes; NULL: it looks at them itself. */
static const struct endpoint {
	enum server_method method;
	const char *path;
	endpoint_fn *answer;
	const char *parameters;
} endpoints[] = {
	{SERVER_GET, "/v1/status", get_status, ""},
	{SERVER_GET, "/v1/pledges", get_pledges, NULL},
	{SERVER_GET, "/v1/milestones", get_milestones, NULL},
	{SERVER_GET, "/v1/milestones/*/explain", get_explanation,
		"as_of recorded_as_of"},
	{SERVER_GET, "/v1/milestones/*/history", get_history,
		"limit cursor latest format"},
	{SERVER_GET, "/v1/milestones/*/chart.svg", get_milestone_chart,
		"as_of recorded_as_of"},
	{SERVER_GET, "/v1/milestones/*/badge.svg", get_milestone_badge,
		"as_of recorded_as_of label"},
	{SERVER_GET, "/v1/pledges/+/badge.svg", get_pledge_badge,
		"as_of recorded_as_of label"},
	{SERVER_GET, "/v1/pledges/", get_pledge, "as_of recorded_as_of"},
	{SERVER_GET, "/v1/milestones/", get_milestone,
		"as_of recorded_as_of"},
	{SERVER_GET, "/v1/indicators", get_indicators, NULL},
	{SERVER_GET, "/v1/indicators/+/observations", get_observations, NULL},
	{SERVER_GET, "/v1/indicators/", get_indicator, ""},
	{SERVER_GET, "/v1/observations", get_held, NULL},
	{SERVER_GET, "/v1/observations/", get_observation, ""},
	{SERVER_GET, "/v1/sources", get_sources, NULL},
	{SERVER_GET, "/v1/sources/+/answers", get_answers, "limit cursor format"},
	{SERVER_GET, "/v1/sources/", get_source, ""},
	{SERVER_GET, "/v1/events", get_events, NULL},
	{SERVER_GET, "/v1/actions", get_actions,
		"limit cursor format subject what by"},
	{SERVER_GET, "/v1/alerts", get_alerts, NULL},
	{SERVER_GET, "/v1/alerts/", get_alert, ""},
	{SERVER_GET, "/v1/silences", get_silences,
		"limit cursor format state"},
	{SERVER_GET, "/v1/silences/", get_silence, ""},
	{SERVER_GET, "/v1/channels", get_channels, NULL},
	{SERVER_GET, "/v1/channels/", get_channel, ""},
	{SERVER_GET, "/v1/outbox", get_outbox, NULL},
	{SERVER_GET, "/v1/notifications/", get_notification, ""},
	{SERVER_GET, "/v1/matrix", get_matrix,
		"pledge rows cols within format as_of recorded_as_of"},
	{SERVER_GET, "/v1/snapshots/", get_snapshot, ""},
	{SERVER_GET, "/v1/definitions/", get_definition, ""},
	{SERVER_GET, "/v1/scorecard", get_scorecard,
		"by pledge format as_of recorded_as_of"},
	{SERVER_GET, "/v1/timeline.svg", get_timeline, NULL},
	{SERVER_GET, "/v1/calendar.svg", get_calendar, NULL},
	{SERVER_GET, "/v1/matrix.svg", get_matrix_chart,
		"pledge rows cols as_of recorded_as_of"},
	{SERVER_GET, "/v1/scorecard.svg", get_scorecard_chart,
		"by pledge as_of recorded_as_of"},
	{SERVER_GET, "/v1/verify", get_verification, ""},
	{SERVER_GET, "/v1/openapi.json", get_openapi, ""},
	{SERVER_GET, "/report", get_report, NULL},
	{SERVER_GET, "/v1/export", get_export, "as_of recorded_as_of"},
	{SERVER_GET, "/v1/export/", get_export_table, "as_of recorded_as_of"},
	{SERVER_GET, "/v1/backup", get_backup, ""},
	{SERVER_GET, "/healthz", get_health, ""},
	{SERVER_GET, "/calendar.ics", get_deadlines, NULL},
	{SERVER_GET, "/feed.atom", get_feed, NULL},
	{SERVER_GET, "/metrics", get_metrics, ""},
	{SERVER_GET, "/assets/", get_asset, ""},
	{SERVER_GET, "/", web_overview, "as_of recorded_as_of"},
	{SERVER_GET, "/milestones", web_milestones, NULL},
	{SERVER_GET, "/milestones/", web_milestone, "as_of recorded_as_of"},
	{SERVER_GET, "/pledges", web_pledges,
		"obligor instrument owner page as_of recorded_as_of"},
	{SERVER_GET, "/pledges/", web_pledge, "as_of recorded_as_of"},
	{SERVER_GET, "/scorecard", web_scorecard,
		"by pledge as_of recorded_as_of"},
	{SERVER_GET, "/matrix", web_matrix,
		"rows cols pledge as_of recorded_as_of"},
	{SERVER_GET, "/calendar", web_calendar, NULL},
	{SERVER_GET, "/alerts", web_alerts, "page as_of recorded_as_of"},
	{SERVER_GET, "/sources", web_sources, "page as_of recorded_as_of"},
	{SERVER_GET, "/deliveries", web_deliveries,
		"state before as_of recorded_as_of"},
	{SERVER_POST, "/v1/sources/", post_poll, "note"},
	{SERVER_POST, "/v1/alerts/", post_ack, ""},
	{SERVER_POST, "/v1/silences", post_silence, ""},
	{SERVER_DELETE, "/v1/silences/", delete_silence, "note"},
	{SERVER_POST, "/v1/outbox/", post_outbox, ""},
	{SERVER_POST, "/v1/channels/", post_channel, "wait note"},
	{SERVER_POST, "/v1/reload", post_reload, "note"},
	{SERVER_POST, "/v1/verify", post_verify, "sample seal note"},
	{SERVER_POST, "/v1/backup", post_backup, ""},
	{SERVER_POST, "/v1/milestones/", post_attestation, ""},
	{SERVER_POST, "/v1/indicators/", post_observations, ""},
	{SERVER_POST, "/v1/observations/", post_accept, ""},
};

#define ENDPOINT_COUNT (sizeof endpoints / sizeof *endpoints)

/* A milestone's id has a slash: what is called "p/explain" is not the explanation
   of "p". Another's has none. */
static bool endpoint_holds_id(const char *rest, char kind, const char *suffix)
{
	const char *slash = strchr(rest, '/');
	size_t length = strlen(rest);

	if (slash == NULL || !string_ends(rest, suffix))
		return false;
	const char *end = rest + length - strlen(suffix);

	return kind == '*' ? end > slash : end == slash && end > rest;
}

static bool endpoint_matches(const struct endpoint *endpoint, const char *path,
	const char **rest)
{
	size_t length = strcspn(endpoint->path, "*+");
	char kind = endpoint->path[length];

	if (kind != '\0') {
		*rest = path + length;
		return strncmp(path, endpoint->path, length) == 0 &&
			endpoint_holds_id(*rest, kind, endpoint->path + length + 1);
	}
	if (length == 1 || endpoint->path[length - 1] != '/') {
		*rest = "";
		return string_is(path, endpoint->path);
	}
	*rest = path + length;
	return string_starts(path, endpoint->path) && **rest != '\0';
}

bool word_is_in(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = words; *at != '\0'; at += strspn(at, " ")) {
		size_t next = strcspn(at, " ");

		if (next == length && strncmp(at, word, length) == 0)
			return true;
		at += next;
	}
	return false;
}

/* The first parameter that an endpoint does not take, or NULL. */
static const char *endpoint_stranger(const struct endpoint *endpoint,
	struct server_request *request)
{
	const char *name, *value;

	for (size_t i = 0; endpoint->parameters != NULL &&
		server_request_parameter(request, i, &name, &value); i++) {
		if (!word_is_in(endpoint->parameters, name))
			return name;
	}
	return NULL;
}

/* What a pattern costs, with each string that it is held against, is in what
   begins with its first wildcard. */
static size_t request_wildcard_bytes(const struct server_request *request)
{
	const char *name, *value;
	size_t bytes = 0;

	for (size_t i = 0; server_request_parameter(request, i, &name, &value); i++)
		bytes += strlen(value + strcspn(value, "*?["));
	return bytes;
}

static bool peer_may(struct daemon *daemon, struct server_request *request,
	const struct endpoint *endpoint)
{
	return endpoint->method == SERVER_GET ||
		access_is_admin(daemon->access, server_request_peer(request));
}

static void endpoint_answer(struct daemon *daemon,
	struct server_request *request, const struct endpoint *endpoint,
	const char *rest)
{
	const char *stranger = endpoint_stranger(endpoint, request);

	if (!peer_may(daemon, request, endpoint))
		reply_problem(request, 403, "only administrators may do this: see "
			"admin.admins in pledged.conf");
	else if (stranger != NULL)
		reply_problem(request, 400, "there is no parameter \"%s\" here",
			stranger);
	else if (endpoint->method == SERVER_GET &&
			request_wildcard_bytes(request) > API_WILDCARDS_MAX)
		reply_problem(request, 400, "the patterns are too long: from their "
			"first *, ? or [ on all together may have %d bytes",
			API_WILDCARDS_MAX);
	else
		endpoint->answer(daemon, request, rest);
}

/* What may be done at a path by other methods than the one that came. Of those
   that take what follows, the first counts: what is read or deleted there has an
   id alone, an order more words. */
static unsigned path_methods(const char *path)
{
	unsigned methods = 0;
	const char *rest;

	for (size_t i = 0; i < ENDPOINT_COUNT; i++) {
		const struct endpoint *endpoint = &endpoints[i];

		if (endpoint_matches(endpoint, path, &rest) && (methods == 0 ||
				endpoint->method == SERVER_DELETE ||
				string_is(endpoint->path, path)))
			methods |= 1u << endpoint->method;
	}
	return methods;
}

static void reply_not_allowed(struct server_request *request, unsigned methods)
{
	static const struct {
		enum server_method method;
		const char *words;
	} known[] = {
		{SERVER_GET, "GET, HEAD"}, {SERVER_POST, "POST"},
		{SERVER_DELETE, "DELETE"},
	};
	static const char *const reading[] = {"Allow: GET, HEAD", NULL};
	struct text allow, detail;

	if (methods == 1u << SERVER_GET) {
		reply_problem_whole(request, 405, reading, "this can only be read, "
			"by GET", NULL);
		return;
	}
	text_init(&allow, 0);
	text_init(&detail, 0);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (methods >> known[i].method & 1)
			text_addf(&allow, "%s%s", allow.length > 0 ? ", " :
				"Allow: ", known[i].words);
	text_addf(&detail, "this takes only %s",
		text_string(&allow) + strlen("Allow: "));
	const char *const headers[] = {text_string(&allow), NULL};

	reply_problem_whole(request, 405, headers, text_string(&detail), NULL);
	text_release(&allow);
	text_release(&detail);
}

void api_handle(void *context, struct server_request *request)
{
	struct daemon *daemon = context;
	enum server_method method = server_request_method(request);
	const char *path = server_request_path(request);
	const char *rest;

	daemon->activity.requests++;
	if (method == SERVER_HEAD)
		method = SERVER_GET;
	for (size_t i = 0; i < ENDPOINT_COUNT; i++) {
		const struct endpoint *endpoint = &endpoints[i];

		if (endpoint->method == method &&
		    endpoint_matches(endpoint, path, &rest)) {
			endpoint_answer(daemon, request, endpoint, rest);
			return;
		}
	}
	unsigned methods = path_methods(path);

	if (methods != 0)
		reply_not_allowed(request, methods);
	else
		reply_problem(request, 404, "there is nothing at %s", path);
}
