/* api_status: how the daemon is, for people and for monitors. */
#include "config.h"

#include <string.h>

#include "pledged/api.h"
#include "pledged/view.h"
#include "pledged/checkup.h"
#include "pledged/health.h"

#define DEADLINES_SHOWN 5
#define FAILING_SHOWN 20

static void put_counts(struct json *json, const struct engine *engine)
{
	const size_t *counts = engine_counts(engine);

	json_key(json, "milestones");
	json_object(json);
	json_put_int(json, "total",
		(int64_t)engine_register(engine)->milestone_count);
	json_key(json, "by_status");
	json_object(json);
	for (size_t i = 0; i < STATUS_COUNT; i++) {
		if (counts[i] > 0)
			json_put_int(json, status_name((enum status)i),
				(int64_t)counts[i]);
	}
	json_object_end(json);
	json_object_end(json);
}

static instant deadline_of(const struct daemon *daemon, uint32_t index)
{
	return engine_milestone(daemon->engine, index)->assessment.due;
}

/* The nearest deadlines ahead, kept sorted in a few slots. */
static size_t deadlines_find(const struct daemon *daemon,
	uint32_t out[DEADLINES_SHOWN])
{
	const struct register_ *reg = daemon->reg;
	instant now = loop_now(daemon->loop);
	size_t count = 0;

	for (uint32_t i = 0; i < reg->milestone_count; i++) {
		instant due = deadline_of(daemon, i);
		size_t place = count;

		if (due < now || due == INSTANT_MAX)
			continue;
		while (place > 0 && deadline_of(daemon, out[place - 1]) > due)
			place--;
		if (place == DEADLINES_SHOWN)
			continue;
		if (count < DEADLINES_SHOWN)
			count++;
		memmove(&out[place + 1], &out[place],
			(count - 1 - place) * sizeof *out);
		out[place] = i;
	}
	return count;
}

static void put_deadlines(struct json *json, const struct daemon *daemon)
{
	uint32_t nearest[DEADLINES_SHOWN];
	size_t count = deadlines_find(daemon, nearest);

	json_key(json, "deadlines");
	json_array(json);
	for (size_t i = 0; i < count; i++) {
		const struct milestone_state *state =
			engine_milestone(daemon->engine, nearest[i]);

		json_object(json);
		json_put_string(json, "id", daemon->reg->milestones[nearest[i]].id);
		view_instant_zone(json, "due", deadline_of(daemon, nearest[i]),
			milestone_zone(daemon->reg,
				&daemon->reg->milestones[nearest[i]]));
		json_put_string(json, "status", status_name(state->assessment.status));
		json_object_end(json);
	}
	json_array_end(json);
}

static void put_sources(struct json *json, const struct daemon *daemon)
{
	size_t failing = 0;

	json_key(json, "sources");
	json_object(json);
	json_put_int(json, "total", (int64_t)daemon->reg->source_count);
	json_key(json, "failing");
	json_array(json);
	for (uint32_t i = 0; i < daemon->reg->source_count; i++) {
		const struct source_state *state = engine_source(daemon->engine, i);

		if (state->failures == 0 || ++failing > FAILING_SHOWN)
			continue;
		json_object(json);
		json_put_string(json, "id", daemon->reg->sources[i].id);
		json_put_instant(json, "since", state->failing_since);
		json_put_string(json, "error", state->error);
		json_object_end(json);
	}
	json_array_end(json);
	json_put_int(json, "failing_total", (int64_t)failing);
	json_object_end(json);
}

/* Open ones, and how many of those somebody has in hand. */
static void put_alerts(struct json *json, const struct engine *engine)
{
	json_put_int(json, "alerts", (int64_t)engine_alert_count(engine));
	json_put_int(json, "acknowledged",
		(int64_t)engine_alerts_acknowledged(engine));
	json_put_int(json, "silences", (int64_t)engine_silence_count(engine));
}

void get_status(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	char hex[DIGEST_HEX_SIZE];
	struct reply reply;
	struct json *json = &reply.json;

	(void)rest;
	reply_begin(&reply);
	json_object(json);
	json_put_string(json, "version", PACKAGE_VERSION);
	json_put_string(json, "state",
		engine_is_settling(daemon->engine) ? "settling" : "watching");
	json_put_instant(json, "time", loop_now(daemon->loop));
	json_put_instant(json, "started", daemon->started);
	json_put_int(json, "uptime", loop_now(daemon->loop) - daemon->started);
	json_put_instant(json, "loaded", daemon->reloaded);
	digest_hex(&daemon->reg->digest, hex);
	json_put_string(json, "register", hex);
	digest_hex(&daemon->settings->digest, hex);
	json_put_string(json, "configuration", hex);
	json_key(json, "store");
	checkup_view(daemon->checkup, json);
	put_counts(json, daemon->engine);
	put_deadlines(json, daemon);
	put_sources(json, daemon);
	put_alerts(json, daemon->engine);
	json_put_int(json, "outbox",
		(int64_t)engine_outbox_pending(daemon->engine));
	json_object_end(json);
	reply_send(&reply, request, 200);
}

void get_health(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct health health = health_of(daemon);
	char words[HEALTH_WORDS_MAX];
	struct text body;

	(void)rest;
	if (!health_is_good(&health, words)) {
		reply_problem(request, 503, "%s", words);
		return;
	}
	text_init(&body, 0);
	text_add_string(&body, "ok\n");
	server_reply(request, 200, "text/plain; charset=utf-8", NULL, &body);
	text_release(&body);
}
