/*
 * api_orders: what administrators may have the daemon do. An order is recorded
 * with the name of who gave it before it is acknowledged.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "pledged/api.h"

struct order {
	struct daemon *daemon;
	struct server_request *request;
	char *who;
	char *note;	/* why; NULL: they do not say */
	char *report;	/* of a poll the source, of a reload what it said */
	bool done;
};

static struct order *order_new(struct daemon *daemon,
	struct server_request *request)
{
	struct order *order = mem_new(1, sizeof *order);

	order->daemon = daemon;
	order->request = request;
	order->who = access_name(server_request_peer(request));
	order->note = mem_string(note_asked(request));
	return order;
}

static void order_free(struct order *order)
{
	free(order->who);
	free(order->note);
	free(order->report);
	free(order);
}

static void order_acknowledge(const struct order *order, int status,
	const char *done, const char *report)
{
	struct reply reply;

	reply_begin(&reply);
	json_object(&reply.json);
	json_put_bool(&reply.json, done, order->done);
	json_put_string(&reply.json, report, order->report);
	json_object_end(&reply.json);
	reply_send(&reply, order->request, status);
}

static void poll_recorded(void *context, bool committed)
{
	struct order *order = context;

	if (!committed)
		reply_problem(order->request, 503, "it could not be saved");
	else
		order_acknowledge(order, 202, "begun", "source");
	order_free(order);
}

static void poll_order(struct daemon *daemon, struct server_request *request,
	uint32_t source)
{
	const char *id = daemon->reg->sources[source].id;
	struct order *order = order_new(daemon, request);

	order->report = mem_string(id);
	order->done = engine_poll(daemon->engine, source, loop_now(daemon->loop),
		&daemon->effects);
	daemon_absorb(daemon, NULL);
	daemon_record(daemon, order->who, "poll", order->report, order->note,
		poll_recorded, order);
}

void post_poll(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	char *id = rest_id(rest, "/poll");
	uint32_t source = id == NULL ? NOT_FOUND :
		register_source(daemon->reg, id);

	if (id == NULL)
		reply_problem(request, 404, "there is no such order: "
			"POST /v1/sources/{id}/poll");
	else if (source == NOT_FOUND)
		reply_absent(daemon, request, THING_SOURCE, id);
	else
		poll_order(daemon, request, source);
	free(id);
}

static void reload_recorded(void *context, bool committed)
{
	struct order *order = context;

	if (!committed)
		reply_problem(order->request, 503, "it could not be saved that this "
			"was ordered");
	else if (!order->done)
		reply_problem(order->request, 422, "not reloaded, the configuration "
			"in force stays:\n%s", order->report);
	else
		order_acknowledge(order, 200, "reloaded", "warnings");
	order_free(order);
}

/* Why it was ordered, and why it was not done. */
static void reload_done(void *context, bool done, const char *report)
{
	struct order *order = context;
	struct text note;

	order->done = done;
	order->report = mem_string(report);
	text_init(&note, 0);
	if (order->note != NULL)
		text_add_string(&note, order->note);
	if (!done)
		text_addf(&note, "%snot reloaded: %s", note.length > 0 ? "; " : "",
			report);
	daemon_record(order->daemon, order->who, "reload", NULL,
		note.length > 0 ? text_string(&note) : NULL, reload_recorded,
		order);
	text_release(&note);
}

void post_reload(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	(void)rest;
	reload_start(daemon, reload_done, order_new(daemon, request));
}
