/*
 * poll: planning the next poll of a source. See poll.h.
 */
#include "core/poll.h"

#include <string.h>

#include "base/mem.h"

#define HOUR INT64_C(3600)
#define DAY (24 * HOUR)
#define BACKOFF_FIRST INT64_C(60)
#define OFFLINE_WAIT INT64_C(60)

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

int64_t poll_parted(const char *id, size_t count,
	const struct poll_settings *settings)
{
	int64_t window = at_most((int64_t)(count / POLLS_AT_ONCE),
		settings->spread);

	if (window <= 0)
		return 0;
	return (int64_t)(hash_string(id) % (uint64_t)(window + 1));
}

/* Sources of one schedule drift apart: each is asked a little later than it
   says, by a share of its own, at most a twentieth. */
static int64_t poll_drift(const struct source *source,
	const struct poll_settings *settings, int64_t every)
{
	uint64_t seed[] = {hash_string(source->id), (uint64_t)every};
	int64_t most = at_most(every / 20, settings->spread);

	return most <= 0 ? 0 : (int64_t)(hash_bytes(seed, sizeof(seed)) %
		(uint64_t)(most + 1));
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

/* Until the next poll by the source's own plan, whatever the server says. */
static int64_t scheduled_wait(const struct source *source,
	const struct poll_settings *settings, int64_t every, int32_t failures)
{
	if (failures > 0)
		return at_least(backoff_seconds(source->id, 0, BACKOFF_FIRST,
			failures, at_least(every, HOUR)), settings->min_every);
	return at_least(every, settings->min_every) +
		poll_drift(source, settings, every);
}

static int64_t poll_wait(const struct source *source,
	const struct poll_settings *settings, const struct fetch_report *report,
	int32_t failures)
{
	int64_t wait = scheduled_wait(source, settings,
		source_every(source, settings), failures);

	if (failures == 0) {
		wait = at_least(wait, at_most(report->max_age, DAY));
		wait = at_least(wait, at_most(report->ttl, DAY));
	}
	return at_least(wait, at_most(report->retry_after, DAY));
}

instant poll_not_before(const struct fetch_report *report)
{
	return report->retry_after <= 0 ? INSTANT_MIN :
		report->finished + at_most(report->retry_after, DAY);
}

static instant later_of(instant a, instant b)
{
	return a > b ? a : b;
}

instant poll_near(const struct source *source,
	const struct poll_settings *settings, const struct source_state *state,
	const struct nearness *near, instant not_before, instant now)
{
	const struct {
		int64_t every;
		instant from;
	} plans[] = {{near->every, now}, {near->then, near->begins}};
	instant next = state->next;

	for (size_t i = 0; i < sizeof(plans) / sizeof(*plans); i++) {
		int64_t every = at_most(plans[i].every,
			source_every(source, settings));
		if (every <= 0 || plans[i].from == INSTANT_MAX)
			continue;
		instant at = later_of(plans[i].from, state->last_attempt +
			scheduled_wait(source, settings, every,
				state->failures));
		at = later_of(at, not_before);
		next = at < next ? at : next;
	}
	return next;
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
	state->gone = false;
	state->told = 0;
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
	state->gone = report->gone;
	if (state->gone || state->failures >= SOURCE_FAILURES_ALERT)
		state->moved[0] = '\0';
	source_forget_validators(state);
}

/* A login that stands in the place of everything may say of all that it has
   moved for good: only where something is found is asked again. */
static bool report_found(const struct fetch_report *report)
{
	return report->outcome == FETCH_UNCHANGED ||
		(report->outcome == FETCH_CHANGED && report->rows > 0);
}

bool fetch_failed(const struct fetch_report *report)
{
	return report->outcome == FETCH_FAILED ||
		report->outcome == FETCH_UNREADABLE;
}

void poll_finished(const struct source *source,
	const struct poll_settings *settings, const struct fetch_report *report,
	struct source_state *state)
{
	/* What was said of bytes that were read holds while they are the same. */
	if (report->outcome != FETCH_UNCHANGED ||
	    (state->outcome != FETCH_CHANGED && state->outcome != FETCH_UNCHANGED))
		snprintf(state->error, sizeof(state->error), "%s", report->error);
	state->last_attempt = report->finished;
	state->outcome = report->outcome;
	if (report->outcome == FETCH_OFFLINE) {
		state->next = report->finished + OFFLINE_WAIT;
		return;
	}
	source_program(source, &state->program);
	if (report->moved[0] && report_found(report))
		snprintf(state->moved, sizeof(state->moved), "%s",
			report->moved);
	if (fetch_failed(report))
		state_take_failure(state, report);
	else
		state_take_success(state, report);
	state->next = state->gone ? INSTANT_MAX : report->finished +
		poll_wait(source, settings, report, state->failures);
}

/* --- what kind of fault ----------------------------------------------------- */

#define FAULT_WORDS 6

/* The next word of an error text that is the same in each of its kind. */
static const char *fault_word(const char **rest, size_t *length)
{
	for (;;) {
		const char *word = *rest + strspn(*rest, " ");

		if (*word == '\0')
			return NULL;
		*length = strcspn(word, " ");
		if (*word == '"') {
			const char *end = strchr(word + 1, '"');

			*length = end ? (size_t)(end + 1 - word) : strlen(word);
		}
		*rest = word + *length;
		if (*word != '"' && strcspn(word, "0123456789") >= *length)
			return word;
	}
}

uint64_t fetch_fault(const struct fetch_report *report)
{
	uint64_t seed[2 + FAULT_WORDS] = {(uint64_t)report->outcome + 1};
	const char *rest = report->error, *word;
	size_t length;

	if (report->gone)
		seed[1] = 1;
	else if (report->http_status >= 400)
		seed[1] = (uint64_t)report->http_status / 100;
	else
		for (int i = 0; i < FAULT_WORDS &&
				(word = fault_word(&rest, &length)); i++)
			seed[2 + i] = hash_bytes(word, length);
	uint64_t fault = hash_bytes(seed, sizeof(seed));
	return fault ? fault : 1;
}
