/*
 * poll: when a source is asked again, from what the last times gave.
 *
 * After success: the largest of the schedule, Retry-After, max-age and a feed's
 * ttl, the latter three capped at a day. After failure: backoff 1 min × 2^n up
 * to the larger of the schedule and an hour, with equal jitter (half fixed, half
 * spread; Brooker, "Exponential Backoff And Jitter", 2015), spread by a hash
 * of source and attempt so that the same state gives the same plan. Never
 * sooner than min_every unless someone asked.
 *
 * While a milestone is near that rests on the source, the schedule is what `near`
 * says: Retry-After and min_every still hold, max-age and ttl do not, for what
 * decides a deadline is worth an answer that others may have cached.
 *
 * Where a source has moved for good it is asked from then on, once rows were found
 * there; when that fails SOURCE_FAILURES_ALERT times in a row, at its URL again.
 *
 * After 410 a source is not asked again until its definition changes or someone
 * asks. When this machine could not ask, nothing is learned of the source: it
 * is asked again in a minute, by what is known of it.
 */
#ifndef PLEDGED_CORE_POLL_H
#define PLEDGED_CORE_POLL_H

#include "core/definition.h"

enum fetch_outcome {
	FETCH_CHANGED,		/* new bytes, extracted */
	FETCH_UNCHANGED,	/* 304, or the same bytes */
	FETCH_FAILED,		/* no bytes: network, HTTP status, file */
	FETCH_UNREADABLE,	/* bytes, but extraction failed */
	FETCH_OFFLINE		/* this machine could not ask: nothing is known
				   of the source */
};
#define FETCH_OUTCOME_COUNT (FETCH_OFFLINE + 1)
const char *fetch_outcome_name(enum fetch_outcome outcome);
bool fetch_outcome_parse(const char *word, enum fetch_outcome *out);

#define FETCH_ERROR_MAX 320
#define VALIDATOR_MAX 256
#define MOVED_MAX 512
#define SOURCE_FAILURES_ALERT 3	/* in a row, before people are told */

/* One answer to one request of a poll whose bytes came. */
struct poll_answer {
	const char *url;	/* as asked, secrets as {name} */
	const char *parameters;	/* the request's, a JSON object; "{}": none */
	const char *media_type;	/* as the server said; "": it did not */
	instant at;		/* when it had come */
	int http_status;	/* 0: a file */
	char etag[VALIDATOR_MAX];
	char last_modified[VALIDATOR_MAX];
	struct digest body;
	int64_t bytes;		/* of the body as decoded */
	size_t rows;		/* extracted from it, with those rejected */
};

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
	size_t rows;		/* found: taken, or left out by match */
	size_t passed;		/* of these, left out */
	size_t rejected;	/* rows that made no sense */
	int64_t ttl;		/* seconds, of a feed; 0: not said */
	bool gone;		/* 410: it will not come back */
	bool unreached;		/* no server was reached: it, or the network */
	bool unasked;		/* nobody was tried to be reached: this tells nothing
				   of the network */
	char moved[MOVED_MAX];	/* for good, to this URL; "": it has not */
	const struct poll_answer *answers;	/* those read, in order; the caller's */
	size_t answer_count;
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
	struct digest program;	/* of the definition they were read by */
	bool gone;		/* not asked any more, until it changes */
	uint64_t told;		/* the fault that people were told of, as
				   fetch_fault says; 0: none */
	char moved[MOVED_MAX];	/* where it is asked for now; "": its url */
	char error[FETCH_ERROR_MAX];
};

struct poll_settings {
	int64_t every;		/* seconds */
	int64_t min_every;
	int64_t spread;		/* seconds by which polls that fall together are
				   parted at the most; 0: not at all */
};

/* How the milestones stand that rest on a source. */
struct nearness {
	int64_t every;		/* seconds between polls by now; 0: none is near */
	instant begins;		/* when the next one comes near; INSTANT_MAX: never */
	int64_t then;		/* seconds between polls from then on */
};

void source_state_init(struct source_state *state);
/* Drops etag, last_modified and body: the next answer is read whole. */
void source_forget_validators(struct source_state *state);
/* Whether the report is that of a poll that failed; OFFLINE is none. */
bool fetch_failed(const struct fetch_report *report);
/* Takes a report into the state and plans the next poll, as if no milestone
   were near. */
void poll_finished(const struct source *source,
	const struct poll_settings *settings, const struct fetch_report *report,
	struct source_state *state);
/* When a source is asked for the sake of what is near: never later than its
   plan, nor before not_before. */
instant poll_near(const struct source *source,
	const struct poll_settings *settings, const struct source_state *state,
	const struct nearness *near, instant not_before, instant now);
/* Until when its Retry-After forbids to ask it; INSTANT_MIN: it does not. */
instant poll_not_before(const struct fetch_report *report);

/*
 * Polls due at one time are parted: of so many, each begins so many seconds
 * later, by a hash of its id. Up to POLLS_AT_ONCE begin together; of more, as
 * many in a second, over at most settings->spread.
 */
#define POLLS_AT_ONCE 200
int64_t poll_parted(const char *id, size_t count,
	const struct poll_settings *settings);

/*
 * What kind of fault a failed poll is, so that it is told once: 410, the class
 * of an HTTP status, else the first words of the error without what stands in
 * quotes or has a digit. Never 0.
 */
uint64_t fetch_fault(const struct fetch_report *report);

/* Seconds to wait after so many failures in a row (at least 1): first × 2^n up
   to limit, equal jitter, the same for the same (id, number, failures). */
int64_t backoff_seconds(const char *id, int64_t number, int64_t first,
	int32_t failures, int64_t limit);

#endif
