/*
 * poll: planning the next poll of a source. See poll.h.
 */
#include "core/poll.h"

#include "base/mem.h"

#define HOUR INT64_C(3600)
#define DAY (24 * HOUR)
#define BACKOFF_FIRST INT64_C(60)

static const char *const outcome_names[] = {
	[FETCH_CHANGED] = "changed",
	[FETCH_UNCHANGED] = "unchanged",
	[FETCH_FAILED] = "failed",
	[FETCH_UNREADABLE] = "unreadable",
	[FETCH_OFFLINE] = "offline",
};

const char *fetch_outcome_name(enum fetch_outcome outcome)
{
	return outcome_names[outcome];
}

bool fetch_outcome_parse(const char *word, enum fetch_outcome *out)
{
	for (size_t i = 0; i < sizeof(outcome_names) / sizeof(*outcome_names); i++) {
		if (string_is(word, outcome_names[i])) {
			*out = (enum fetch_outcome)i;
			return true;
		}
	}
	return false;
}

void source_state_init(struct source_state *state)
{
	*state = (struct source_state){
		.next = INSTANT_MAX,
		.last_attempt = INSTANT_MIN,
		.last_success = INSTANT_MIN,
		.last_change = INSTANT_MIN,
		.failing_since = INSTANT_MIN,
	};
}

static int64_t at_most(int64_t value, int64_t limit)
{
	return value < limit ? value : limit;
}

static int64_t at_least(int64_t value, int64_t limit)
{
	return value > limit ? value : limit;
}

static int64_t source_every(const struct source *source,
	const struct poll_settings *settings)
{
	return source->every > 0 ? source->every : settings->every;
}

instant poll_first(const struct source *source,
	const struct poll_settings *settings, instant now)
{
	if (settings->spread <= 0)
		return now;
	uint64_t spread = (uint64_t)settings->spread;
	return now + (int64_t)(hash_string(source->id) % spread);
}

int64_t backoff_seconds(const char *id, int64_t number, int64_t first,
	int32_t failures, int64_t limit)
{
	int64_t wait = first;
	for (int32_t i = 1; i < failures && wait < limit; i++)
		wait *= 2;
	wait = at_most(wait, limit);

	uint64_t seed[] = {hash_string(id), (uint64_t)number, (uint64_t)failures};
	uint64_t half = (uint64_t)wait / 2;
	return wait - (int64_t)half +
		(int64_t)(hash_bytes(seed, sizeof(seed)) % (half + 1));
}

static int64_t poll_wait(const struct source *source,
	const struct poll_settings *settings, const struct fetch_report *report,
	int32_t failures)
{
	int64_t every = source_every(source, settings);
	int64_t wait = every;

	if (failures > 0)
		wait = backoff_seconds(source->id, 0, BACKOFF_FIRST, failures,
			at_least(every, HOUR));
	else
		wait = at_least(wait, at_most(report->max_age, DAY));
	wait = at_least(wait, at_most(report->retry_after, DAY));
	return at_least(wait, settings->min_every);
}

static void copy_validator(char to[VALIDATOR_MAX], const char *from)
{
	snprintf(to, VALIDATOR_MAX, "%s", from);
}

void source_forget_validators(struct source_state *state)
{
	state->etag[0] = '\0';
	state->last_modified[0] = '\0';
	state->has_body = false;
	state->body = (struct digest){{0}};
}

static void state_take_success(struct source_state *state,
	const struct fetch_report *report)
{
	state->last_success = report->finished;
	if (report->outcome == FETCH_CHANGED)
		state->last_change = report->finished;
	state->failures = 0;
	state->failing_since = INSTANT_MIN;
	/* A 304 may come without them: then those we sent still hold. */
	if (report->outcome == FETCH_CHANGED || report->etag[0])
		copy_validator(state->etag, report->etag);
	if (report->outcome == FETCH_CHANGED || report->last_modified[0])
		copy_validator(state->last_modified, report->last_modified);
	if (report->has_body) {
		state->body = report->body;
		state->has_body = true;
	}
}

static void state_take_failure(struct source_state *state,
	const struct fetch_report *report)
{
	if (state->failures == 0)
		state->failing_since = report->finished;
	if (state->failures < INT32_MAX)
		state->failures++;
	source_forget_validators(state);
}

void poll_finished(const struct source *source,
	const struct poll_settings *settings, const struct fetch_report *report,
	struct source_state *state)
{
	bool failed = report->outcome == FETCH_FAILED ||
		report->outcome == FETCH_UNREADABLE;

	state->last_attempt = report->finished;
	state->outcome = report->outcome;
	snprintf(state->error, sizeof(state->error), "%s", report->error);
	source_program(source, &state->program);
	if (failed)
		state_take_failure(state, report);
	else
		state_take_success(state, report);
	state->next = report->finished +
		poll_wait(source, settings, report, state->failures);
}
