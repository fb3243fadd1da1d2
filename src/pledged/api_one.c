/*
 * api_one: what is in the register, one by one: the same object that its list
 * has.
 */
#include "pledged/api.h"
#include "pledged/view.h"

typedef void put_fn(struct json *json, const struct daemon *daemon,
	uint32_t index);

static void reply_one(struct daemon *daemon, struct server_request *request,
	enum thing_kind kind, const char *id, uint32_t index, put_fn *put)
{
	struct reply reply;

	if (index == NOT_FOUND) {
		reply_absent(daemon, request, kind, id);
		return;
	}
	reply_begin(&reply);
	put(&reply.json, daemon, index);
	reply_send(&reply, request, 200);
}

static void put_pledge(struct json *json, const struct daemon *daemon,
	uint32_t index)
{
	view_pledge(json, daemon->reg, index);
}

void get_pledge(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	reply_one(daemon, request, THING_PLEDGE, rest,
		register_pledge(daemon->reg, rest), put_pledge);
}

static void put_indicator(struct json *json, const struct daemon *daemon,
	uint32_t index)
{
	view_indicator(json, daemon->reg, index);
}

void get_indicator(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	reply_one(daemon, request, THING_INDICATOR, rest,
		register_indicator(daemon->reg, rest), put_indicator);
}

static void put_source(struct json *json, const struct daemon *daemon,
	uint32_t index)
{
	view_source(json, daemon->reg, index,
		engine_source(daemon->engine, index),
		engine_source_busy(daemon->engine, index));
}

void get_source(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	reply_one(daemon, request, THING_SOURCE, rest,
		register_source(daemon->reg, rest), put_source);
}
