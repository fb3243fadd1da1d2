/*
 * api_events: what happens, as it happens (server-sent events, WHATWG HTML
 * 9.2), and what has happened, page by page.
 *
 * Whoever listens has a place in the store and nothing else: a commit wakes
 * them, and each reads on from there at its own pace. So nothing is queued,
 * nothing is lost, and nobody hears of what is not durable. An event's number is
 * its id, by which a reader that was cut off goes on.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "base/log.h"
#include "base/mem.h"
#include "pledged/accept.h"
#include "pledged/api.h"
#include "pledged/columns.h"
#include "pledged/event_filter.h"
#include "pledged/filters.h"
#include "pledged/view.h"

#define LISTENERS_MAX 64	/* each event is looked at for each of them */
#define PULSE_MILLISECONDS 15000
/* Events looked at for one piece of a stream, and for one page. */
#define PIECE_LOOKED 200
#define PAGE_LOOKED_MAX 5000

/* --- what is asked ------------------------------------------------------------ */

enum asked { ASKED_STREAM, ASKED_PAGE };

/* Parameters of one form and not of the other. */
static const char *const words_asked[] = {
	[ASKED_STREAM] = "last_event_id since",
	[ASKED_PAGE] = WORDS_OF_LIST " since until",
};

/* A stream, unless a page is more welcome, or a form that only pages have is
   named. */
static enum asked form_asked(const struct server_request *request)
{
	const char *accept = server_request_header(request, "Accept");
	int stream = accept_quality(accept, "text/event-stream");

	return server_request_query(request, "format") != NULL ||
		accept_quality(accept, "application/json") > stream ||
		accept_quality(accept, "text/csv") > stream ?
		ASKED_PAGE : ASKED_STREAM;
}

static int no_parameter(enum asked form, const char *name, struct error *error)
{
	bool other = word_is_in(words_asked[form == ASKED_PAGE ? ASKED_STREAM :
		ASKED_PAGE], name);

	return error_set(error, ERROR_INPUT, "there is no parameter \"%s\" "
		"here%s", name, !other ? "" : form == ASKED_PAGE ?
		": only a stream takes it (Accept: text/event-stream)" :
		": only a page takes it (Accept: application/json)");
}

struct filter_taking {
	struct event_filter *filter;
	enum asked form;
};

static int filter_take(void *context, const char *name, const char *value,
	const struct zone *zone, struct error *error)
{
	const struct filter_taking *taking = context;
	int taken = event_filter_add(taking->filter, name, value, zone, error);

	return taken != 0 ? taken : no_parameter(taking->form, name, error);
}

static int filter_read(const struct daemon *daemon,
	const struct server_request *request, enum asked form,
	struct event_filter *filter, struct error *error)
{
	struct filter_taking taking = {filter, form};

	return filters_read(daemon, request, &(struct filters){
		words_asked[form], false, filter_take, &taking}, error);
}

/* A date is its beginning. */
static int since_read(const struct daemon *daemon,
	const struct server_request *request, instant *since,
	struct error *error)
{
	const char *word = server_request_query(request, "since");
	struct date day;

	*since = INSTANT_MIN;
	if (word == NULL)
		return 0;
	if (date_parse(word, &day)) {
		*since = zone_day_start(daemon->settings->zone, day);
		return 0;
	}
	return time_word_read(daemon->settings->zone, "since", word, since,
		error);
}

static int until_read(const struct daemon *daemon,
	const struct server_request *request, instant *until,
	struct error *error)
{
	const char *word = server_request_query(request, "until");

	*until = INSTANT_MAX;
	return word == NULL ? 0 : time_word_read(daemon->settings->zone, "until",
		word, until, error);
}

/* --- a listener ------------------------------------------------------------------ */

struct listener {
	struct daemon *daemon;
	struct server_request *request;
	struct event_filter filter;	/* its words are the request's */
	int64_t last;			/* event that it is through with */
	bool greeted;
	bool pulse;			/* it is time for a sign of life */
	struct text *piece;		/* while one is made */
	size_t looked;
	struct listener *prev, *next;
};

/* Lines of a block; JSON is on one. */
static void piece_add_event(struct text *piece, const struct event *event)
{
	struct json json;

	text_addf(piece, "id: %" PRId64 "\nevent: %s\ndata: ", event->id,
		event_kind_name(event->kind));
	json_init(&json, piece);
	view_event(&json, event);
	text_add_string(piece, "\n\n");
}

static void take_event(void *context, const struct event *event)
{
	struct listener *listener = context;

	listener->looked++;
	listener->last = event->id;
	if (event_filter_accepts(&listener->filter, listener->daemon->engine,
			event))
		piece_add_event(listener->piece, event);
}

/* A comment, and the place: a block without data moves a reader's place on and
   is no event, so that one who hears little need not look at all again. */
static void piece_add_place(struct listener *listener, const char *comment)
{
	text_addf(listener->piece, ": %s\nid: %" PRId64 "\n\n", comment,
		listener->last);
}

static enum stream_step listener_next(void *context, struct text *piece)
{
	struct listener *listener = context;
	struct error error;

	listener->piece = piece;
	listener->looked = 0;
	if (!listener->greeted)
		piece_add_place(listener, "pledged");
	listener->greeted = true;
	if (store_load_events(listener->daemon->store, listener->last, NULL,
			PIECE_LOOKED, take_event, listener, &error) < 0) {
		log_error("/v1/events: %s", error.text);
		return STREAM_BREAK;
	}
	if (listener->looked == PIECE_LOOKED)
		return STREAM_MORE;
	if (listener->pulse && piece->length == 0)
		piece_add_place(listener, "still here");
	listener->pulse = false;
	return STREAM_WAIT;
}

static void listener_gone(void *context)
{
	struct listener *listener = context;
	struct daemon *daemon = listener->daemon;

	DL_DELETE(daemon->listeners, listener);
	if (--daemon->listener_count == 0) {
		loop_unwatch(daemon->listeners_pulse);
		daemon->listeners_pulse = NULL;
	}
	free(listener);
}

static void listeners_on_pulse(void *context)
{
	struct daemon *daemon = context;
	struct listener *listener;

	DL_FOREACH(daemon->listeners, listener) {
		listener->pulse = true;
		server_stream_wake(listener->request);
	}
}

void listeners_wake(struct daemon *daemon)
{
	struct listener *listener;
	int64_t last;

	if (daemon->listeners == NULL)
		return;
	/* One that cannot be asked is asked again by each of them, who say so. */
	if (store_last_event(daemon->store, &last, NULL) < 0)
		last = INT64_MAX;
	DL_FOREACH(daemon->listeners, listener)
		if (listener->last < last)
			server_stream_wake(listener->request);
}

static const struct stream_source listener_source = {
	.next = listener_next, .gone = listener_gone,
};

static void listener_start(struct listener *listener)
{
	static const char *const headers[] = {"Cache-Control: no-store",
		"X-Accel-Buffering: no", NULL};
	struct daemon *daemon = listener->daemon;

	if (daemon->listener_count++ == 0)
		daemon->listeners_pulse = loop_every(daemon->loop,
			PULSE_MILLISECONDS, listeners_on_pulse, daemon);
	DL_APPEND(daemon->listeners, listener);
	server_stream(listener->request, 200, "text/event-stream", headers,
		&listener_source, listener);
}

/* --- where one begins --------------------------------------------------------------- */

/* The word by which a reader goes on; NULL: it begins. */
static const char *last_asked(const struct server_request *request)
{
	const char *header = server_request_header(request, "Last-Event-ID");

	return header != NULL && *header != '\0' ? header :
		server_request_query(request, "last_event_id");
}

struct beginning {
	bool given;		/* behind an event … */
	int64_t number;
	instant since;		/* … else before the first from a time on;
				   INSTANT_MIN: with what comes from now on */
};

static int beginning_read(const struct daemon *daemon,
	const struct server_request *request, struct beginning *out,
	struct error *error)
{
	const char *word = last_asked(request);

	out->given = word != NULL;
	out->number = word != NULL ? rest_number(word) : 0;
	if (word != NULL && out->number == 0 && !string_is(word, "0"))
		return error_set(error, ERROR_INPUT, "last_event_id: \"%s\" is not "
			"the id of an event", word);
	return since_read(daemon, request, &out->since, error);
}

/* A number that never was here is of another store: then from now on, too. */
static int beginning_find(const struct beginning *beginning,
	struct store *store, int64_t *place, struct error *error)
{
	int64_t first, none;

	if (store_last_event(store, place, error) < 0)
		return -1;
	if (beginning->given && beginning->number < *place)
		*place = beginning->number;
	if (beginning->given || beginning->since == INSTANT_MIN)
		return 0;
	if (store_find_events(store, beginning->since, beginning->since, &first,
			&none, error) < 0)
		return -1;
	if (first > 0)
		*place = first - 1;
	return 0;
}

static void listen_to_events(struct daemon *daemon,
	struct server_request *request)
{
	struct beginning beginning;
	struct listener *listener;
	struct error error;

	if (!request_finds_room(request, daemon->listener_count,
			LISTENERS_MAX)) {
		reply_problem(request, 503, "%zu listen to events already, and no "
			"more can: close one, or ask for pages (Accept: "
			"application/json)", daemon->listener_count);
		return;
	}
	listener = mem_new(1, sizeof *listener);
	listener->daemon = daemon;
	listener->request = request;
	if (filter_read(daemon, request, ASKED_STREAM, &listener->filter,
			&error) < 0 ||
	    beginning_read(daemon, request, &beginning, &error) < 0) {
		reply_refusal(request, &error);
		free(listener);
	} else if (beginning_find(&beginning, daemon->store, &listener->last,
			&error) < 0) {
		reply_unreadable(request, &error);
		free(listener);
	} else {
		listener_start(listener);
	}
}

/* --- pages --------------------------------------------------------------------------- */

struct event_page {
	struct numbered_list numbered;
	struct daemon *daemon;
	struct event_filter filter;
	instant since, until;
	int64_t first, last;	/* of the stretch of time, by number; 0: none */
};

static bool page_accepts(const struct event_page *page,
	const struct event *event)
{
	return event->time >= page->since && event->time <= page->until &&
		event_filter_accepts(&page->filter, page->daemon->engine, event);
}

static void item_event(void *context, const struct event *event)
{
	struct event_page *page = context;

	if (event->id > page->last || !numbered_takes(&page->numbered, event->id,
			page_accepts(page, event)))
		return;
	view_event(&page->numbered.list.reply.json, event);
	numbered_wrote(&page->numbered, event->id);
}

static int page_load(struct event_page *page)
{
	struct store *store = page->daemon->store;
	struct error *error = &page->numbered.error;
	int64_t after = page->numbered.cursor;

	if (store_find_events(store, page->since, page->until, &page->first,
			&page->last, error) < 0)
		return -1;
	if (page->first == 0 || page->last == 0)
		return 0;
	if (after < page->first - 1)
		after = page->first - 1;
	if (page->filter.event.count + page->filter.milestone.count > 0)
		page->numbered.looked_max = PAGE_LOOKED_MAX;
	return store_load_events(store, after, NULL,
		numbered_rows(&page->numbered), item_event, page, error);
}

static void list_events(struct daemon *daemon, struct server_request *request)
{
	struct event_page page = {.daemon = daemon};
	struct error error;

	if (filter_read(daemon, request, ASKED_PAGE, &page.filter, &error) < 0 ||
	    since_read(daemon, request, &page.since, &error) < 0 ||
	    until_read(daemon, request, &page.until, &error) < 0) {
		reply_refusal(request, &error);
		return;
	}
	if (!numbered_begin(&page.numbered, request))
		return;
	list_as_table(&page.numbered.list, daemon, columns_event);
	numbered_end(&page.numbered, page_load(&page));
}

void get_events(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	(void)rest;
	if (form_asked(request) == ASKED_PAGE)
		list_events(daemon, request);
	else
		listen_to_events(daemon, request);
}
