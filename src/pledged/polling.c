/*
 * polling: one poll of one source: fetch, compare, extract, check, report.
 * Whatever goes wrong ends in a report; the engine decides what it means.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "base/log.h"
#include "base/mem.h"
#include "pledged/configuration.h"
#include "pledged/daemon.h"
#include "pledged/extraction.h"

/* Hashing and handing on so much takes the loop a few milliseconds: beyond,
   one answer a turn. */
#define ANSWER_LARGE ((size_t)256 << 10)

struct polling {
	struct daemon *daemon;
	char *source_id;	/* "" when a reload took the source away */
	struct fetch *fetch;	/* NULL: over */
	struct digest program;	/* what it was begun with */
	struct fetch_report report;
	struct text body;
	struct polling *prev, *next;			/* all of them */
	struct polling *arrived_prev, *arrived_next;
};

static void polling_discard(struct polling *polling)
{
	text_release(&polling->body);
	free(polling->source_id);
	free(polling);
}

static void polling_free(struct polling *polling)
{
	DL_DELETE(polling->daemon->pollings, polling);
	fetcher_release(polling->daemon->fetcher, polling->body.length);
	polling_discard(polling);
}

/* The source as the register has it now; NOT_FOUND when a reload took it
   away. One of that name that came later is asked by a poll of its own. */
static uint32_t polling_source(const struct polling *polling)
{
	return register_source(polling->daemon->reg, polling->source_id);
}

/* Tells the engine how it went, unless a reload has changed what was asked:
   then the answer is to another question, and the source is asked anew. */
static void polling_report(struct polling *polling, const struct row *rows,
	size_t count)
{
	struct daemon *daemon = polling->daemon;
	uint32_t index = polling_source(polling);
	struct digest program;

	if (index == NOT_FOUND) {
		polling_free(polling);
		return;
	}
	source_program(&daemon->reg->sources[index], &program);
	if (memcmp(&program, &polling->program, sizeof program) != 0) {
		polling_start(daemon, polling->source_id);
		polling_free(polling);
		return;
	}
	polling->report.finished = loop_now(daemon->loop);
	engine_fetched(daemon->engine, index, &polling->report, rows, count,
		loop_now(daemon->loop), &daemon->effects);
	daemon_absorb(daemon, polling->report.outcome == FETCH_CHANGED ||
		polling->report.outcome == FETCH_UNREADABLE ? &polling->body : NULL);
	polling_free(polling);
}

static void polling_fail(struct polling *polling, enum fetch_outcome outcome,
	const char *error)
{
	polling->report.outcome = outcome;
	string_copy(polling->report.error, sizeof polling->report.error, error);
	polling_report(polling, NULL, 0);
}

/* --- extraction ---------------------------------------------------------- */

/* A row without a time was published, as far as we know, when we fetched it. The
   word of a clock that has been set back must not come before older ones. */
static instant polling_published(const struct polling *polling)
{
	instant now = loop_now(polling->daemon->loop);
	instant as_of = engine_as_of(polling->daemon->engine, now);

	return as_of > now ? as_of : polling->report.started;
}

static void rows_date(struct row *rows, size_t count, instant fetched)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].observation.published == INSTANT_MIN)
			rows[i].observation.published = fetched;
	}
}

static void polling_extracted(void *context, const uint8_t *payload,
	size_t length, const char *error)
{
	struct polling *polling = context;
	struct daemon *daemon = polling->daemon;
	uint32_t index = polling_source(polling);
	struct extraction extraction;

	if (index == NOT_FOUND) {
		polling_free(polling);
		return;
	}
	extraction_read(&extraction, daemon->reg, index, daemon->settings->zone,
		payload, length, error);
	polling->report.rows = extraction.count;
	polling->report.rejected = extraction.rejected;
	if (extraction.fault[0] != '\0') {
		polling_fail(polling, FETCH_UNREADABLE, extraction.fault);
	} else if (extraction.count == 0 && extraction.rejected > 0) {
		polling_fail(polling, FETCH_UNREADABLE, extraction.first_reject);
	} else {
		string_copy(polling->report.error, sizeof polling->report.error,
			extraction.first_reject);
		rows_date(extraction.rows, extraction.count,
			polling_published(polling));
		polling->report.outcome = FETCH_CHANGED;
		polling_report(polling, extraction.rows, extraction.count);
	}
	extraction_release(&extraction);
}

static void polling_extract(struct polling *polling, uint32_t index)
{
	struct daemon *daemon = polling->daemon;
	struct text frame;

	text_init(&frame, FRAME_MAX + FRAME_HEADER);
	extraction_request(&frame, &daemon->reg->sources[index],
		polling->report.started, polling->body.length);
	if (frame.cut)
		polling_fail(polling, FETCH_UNREADABLE,
			"the answer is too large for a worker");
	else
		pool_request_with(daemon->extract, &frame, polling->body.data,
			polling->body.length, daemon->settings->workers.timeout,
			polling_extracted, polling);
	text_release(&frame);
}

/* --- the fetch --------------------------------------------------------------- */

/* Whether these bytes were extracted before, with the same program. */
static bool body_is_known(const struct source_state *state,
	const struct polling *polling)
{
	return state->has_body && state->outcome != FETCH_UNREADABLE &&
		memcmp(&state->body, &polling->report.body,
			sizeof state->body) == 0 &&
		memcmp(&state->program, &polling->program,
			sizeof state->program) == 0;
}

static void polling_arrived(struct polling *polling)
{
	uint32_t index = polling_source(polling);

	if (index == NOT_FOUND) {
		polling_free(polling);
		return;
	}
	const struct source_state *state =
		engine_source(polling->daemon->engine, index);

	polling->report.bytes = (int64_t)polling->body.length;
	digest_sha256(text_string(&polling->body), polling->body.length,
		&polling->report.body);
	polling->report.has_body = true;
	if (body_is_known(state, polling)) {
		polling->report.outcome = FETCH_UNCHANGED;
		polling_report(polling, NULL, 0);
		return;
	}
	polling_extract(polling, index);
}

static void polling_next_arrived(void *context)
{
	struct daemon *daemon = context;
	struct polling *polling = daemon->arrived;

	if (polling == NULL)
		return;
	DL_DELETE2(daemon->arrived, polling, arrived_prev, arrived_next);
	if (daemon->arrived != NULL)
		loop_post(daemon->loop, polling_next_arrived, daemon);
	polling_arrived(polling);
}

/* Many transfers may end in the same turn. */
static void polling_take_body(struct polling *polling, struct text *body)
{
	struct daemon *daemon = polling->daemon;
	bool first = daemon->arrived == NULL;

	polling->body = *body;
	text_init(body, body->limit);
	if (polling->body.length <= ANSWER_LARGE) {
		polling_arrived(polling);
		return;
	}
	DL_APPEND2(daemon->arrived, polling, arrived_prev, arrived_next);
	if (first)
		loop_post(daemon->loop, polling_next_arrived, daemon);
}

static void polling_fetched(void *context, const struct fetch_result *result)
{
	struct polling *polling = context;
	struct fetch_report *report = &polling->report;
	char error[64];

	polling->fetch = NULL;
	report->http_status = result->status;
	report->retry_after = result->retry_after;
	report->max_age = result->max_age;
	string_copy(report->etag, sizeof report->etag, result->etag);
	string_copy(report->last_modified, sizeof report->last_modified,
		result->last_modified);
	if (!result->arrived) {
		polling_fail(polling, FETCH_FAILED, result->error);
	} else if (result->status == 304) {
		report->outcome = FETCH_UNCHANGED;
		polling_report(polling, NULL, 0);
	} else if (result->status != 200) {
		snprintf(error, sizeof error, "the server answered with HTTP status %d",
			result->status);
		polling_fail(polling, FETCH_FAILED, error);
	} else {
		polling_take_body(polling, result->body);
	}
}

/* Validators are only good for the program that read what they stand for. */
static bool validators_hold(const struct source_state *state,
	const struct polling *polling)
{
	return memcmp(&state->program, &polling->program,
		sizeof state->program) == 0;
}

void polling_start(struct daemon *daemon, const char *source_id)
{
	uint32_t index = register_source(daemon->reg, source_id);

	if (index == NOT_FOUND)
		return;
	const struct source *source = &daemon->reg->sources[index];
	const struct source_state *state = engine_source(daemon->engine, index);
	struct fetch_request request = source_request(source, daemon->settings);
	struct polling *polling = mem_new(1, sizeof *polling);

	polling->daemon = daemon;
	DL_APPEND(daemon->pollings, polling);
	polling->source_id = mem_string(source_id);
	polling->report.started = loop_now(daemon->loop);
	polling->report.retry_after = polling->report.max_age = -1;
	source_program(source, &polling->program);
	text_init(&polling->body, 0);
	if (validators_hold(state, polling)) {
		request.if_none_match = state->etag;
		request.if_modified_since = state->last_modified;
	}
	polling->fetch = fetch_start(daemon->fetcher, &request, polling_fetched,
		polling);
}

void polling_drop_lost(struct daemon *daemon)
{
	struct polling *polling, *next;

	DL_FOREACH_SAFE(daemon->pollings, polling, next) {
		if (polling_source(polling) != NOT_FOUND)
			continue;
		if (polling->fetch != NULL) {
			fetch_cancel(polling->fetch);
			polling_free(polling);
		} else {
			/* A worker has it, or it waits for one. */
			polling->source_id[0] = '\0';
		}
	}
}

/* The fetcher is gone by then, and does not want to hear of bodies. */
void polling_stop(struct daemon *daemon)
{
	struct polling *polling, *next;

	DL_FOREACH_SAFE(daemon->pollings, polling, next)
		polling_discard(polling);
	daemon->pollings = daemon->arrived = NULL;
}
