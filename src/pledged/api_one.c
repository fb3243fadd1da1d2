/*
 * api_one: what is in the register, one by one: the same object that its list
 * has.
 */
#include "pledged/api.h"
#include "pledged/view.h"

void get_pledge(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	uint32_t index = register_pledge(daemon->reg, rest);
	struct reply reply;

	if (index == NOT_FOUND) {
		reply_absent(daemon, request, THING_PLEDGE, rest);
		return;
	}
	reply_begin(&reply);
	view_pledge(&reply.json, daemon->reg, index);
	reply_send(&reply, request, 200);
}

void get_indicator(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	uint32_t index = register_indicator(daemon->reg, rest);
	struct reply reply;

	if (index == NOT_FOUND) {
		reply_absent(daemon, request, THING_INDICATOR, rest);
		return;
	}
	reply_begin(&reply);
	view_indicator(&reply.json, daemon->reg, index);
	reply_send(&reply, request, 200);
}

void get_source(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	uint32_t index = register_source(daemon->reg, rest);
	struct reply reply;

	if (index == NOT_FOUND) {
		reply_absent(daemon, request, THING_SOURCE, rest);
		return;
	}
	reply_begin(&reply);
	view_source(&reply.json, daemon->reg, index,
		engine_source(daemon->engine, index),
		engine_source_busy(daemon->engine, index));
	reply_send(&reply, request, 200);
}
