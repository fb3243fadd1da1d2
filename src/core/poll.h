/*
 * poll: when a source is asked again, from what the last times gave.
 *
 * After success: the largest of the schedule, Retry-After and max-age, the
 * latter two capped at a day. After failure: backoff 1 min × 2^n up to the
 * larger of the schedule and an hour, with equal jitter (half fixed, half
 * spread; Brooker, "Exponential Backoff And Jitter", 2015), spread by a hash
 * of source and attempt so that the same state gives the same plan. Never
 * sooner than min_every unless someone asked.
 */
#ifndef PLEDGED_CORE_POLL_H
#define PLEDGED_CORE_POLL_H

#include "core/register.h"

enum fetch_outcome {
	FETCH_CHANGED,		/* new bytes, extracted */
	FETCH_UNCHANGED,	/* 304, or the same bytes */
	FETCH_FAILED,		/* no bytes: network, HTTP status, file */
	FETCH_UNREADABLE	/* bytes, but extraction failed */
};
const char *fetch_outcome_name(enum fetch_outcome outcome);
bool fetch_outcome_parse(const char *word, enum fetch_outcome *out);

#define FETCH_ERROR_MAX 320
#define VALIDATOR_MAX 256
#define SOURCE_FAILURES_ALERT 3	/* in a row, before people are told */

/* One finished poll, flat; what the store keeps of it. */
struct fetch_report {
	instant started;
	instant finished;
	enum fetch_outcome outcome;
	int http_status;	/* 0: none */
	int64_t bytes;		/* of the body as decoded */
	int64_t retry_after;	/* seconds; -1: not said */
	int64_t max_age;
	char etag[VALIDATOR_MAX];		/* "": none */
	char last_modified[VALIDATOR_MAX];
	struct digest body;	/* CHANGED, UNREADABLE and UNCHANGED by bytes */
	bool has_body;
	size_t rows;		/* extracted */
	size_t rejected;	/* rows that made no sense */
	char error[FETCH_ERROR_MAX];	/* what and where; first reject; "" */
};

struct source_state {
	instant next;		/* INSTANT_MAX: never */
	instant last_attempt;	/* INSTANT_MIN: never yet */
	instant last_success;	/* CHANGED or UNCHANGED */
	instant last_change;
	instant failing_since;	/* INSTANT_MIN: it is not */
	int32_t failures;	/* in a row, of either kind */
	enum fetch_outcome outcome;	/* of the last attempt */
	char etag[VALIDATOR_MAX];	/* dropped after an error */
	char last_modified[VALIDATOR_MAX];
	struct digest body;	/* of the last bytes extracted */
	bool has_body;
	struct digest program;	/* url, format and extract they were read with */
	char error[FETCH_ERROR_MAX];
};

struct poll_settings {
	int64_t every;		/* seconds */
	int64_t min_every;
	int64_t spread;		/* first polls are spread over so many seconds */
};

void source_state_init(struct source_state *state);
/* Digest of what a source's answer means: a change drops the validators. */
void source_program(const struct source *source, struct digest *out);
/* Drops etag, last_modified and body: the next answer is read whole. */
void source_forget_validators(struct source_state *state);
/* First poll of a source that has no plan yet. */
instant poll_first(const struct source *source,
	const struct poll_settings *settings, instant now);
/* Takes a report into the state and plans the next poll. */
void poll_finished(const struct source *source,
	const struct poll_settings *settings, const struct fetch_report *report,
	struct source_state *state);

/* Seconds to wait after so many failures in a row (at least 1): first × 2^n up
   to limit, equal jitter, the same for the same (id, number, failures). */
int64_t backoff_seconds(const char *id, int64_t number, int64_t first,
	int32_t failures, int64_t limit);

#endif
