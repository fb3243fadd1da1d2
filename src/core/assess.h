/*
 * assess: judge one milestone under what is known, as of a time.
 *
 * A pure function of (register, history, knowledge): asked twice it answers
 * the same, whatever was asked before. Unknown never becomes a miss. What it
 * answers is flat; the words are made by assessment_reason when somebody
 * wants them.
 */
#ifndef PLEDGED_CORE_ASSESS_H
#define PLEDGED_CORE_ASSESS_H

#include "core/register.h"

struct outcomes;	/* core/outcomes.h */

enum lifecycle { LIFECYCLE_ACTIVE, LIFECYCLE_RESCHEDULED, LIFECYCLE_MODIFIED,
	LIFECYCLE_SUPERSEDED, LIFECYCLE_WITHDRAWN };
#define LIFECYCLE_COUNT (LIFECYCLE_WITHDRAWN + 1)
enum verdict { VERDICT_NONE, VERDICT_MET, VERDICT_MET_LATE, VERDICT_PARTLY_MET,
	VERDICT_NOT_MET, VERDICT_BREACHED, VERDICT_REVERSED, VERDICT_WAIVED };
#define VERDICT_COUNT (VERDICT_WAIVED + 1)
enum progress { PROGRESS_NOT_STARTED, PROGRESS_PENDING, PROGRESS_ON_TRACK,
	PROGRESS_AT_RISK, PROGRESS_OFF_TRACK, PROGRESS_DUE };
#define PROGRESS_COUNT (PROGRESS_DUE + 1)
enum assurance { KNOWLEDGE_ASSESSED, KNOWLEDGE_PROVISIONAL, KNOWLEDGE_NO_DATA,
	KNOWLEDGE_STALE, KNOWLEDGE_DISPUTED };
#define KNOWLEDGE_COUNT (KNOWLEDGE_DISPUTED + 1)
enum status { STATUS_NOT_STARTED, STATUS_PENDING, STATUS_ON_TRACK, STATUS_AT_RISK,
	STATUS_OFF_TRACK, STATUS_DUE, STATUS_AWAITING_DATA, STATUS_UNVERIFIED,
	STATUS_MET, STATUS_MET_LATE, STATUS_PARTLY_MET, STATUS_NOT_MET,
	STATUS_BREACHED, STATUS_REVERSED, STATUS_WAIVED, STATUS_WITHDRAWN,
	STATUS_SUPERSEDED, STATUS_COUNT };

const char *lifecycle_name(enum lifecycle value);
/* Superseded or withdrawn: nothing is asked of it any more. */
bool lifecycle_is_over(enum lifecycle value);
const char *verdict_name(enum verdict value);
const char *progress_name(enum progress value);
const char *assurance_name(enum assurance value);
const char *status_name(enum status value);
bool assurance_parse(const char *word, enum assurance *out);
bool status_parse(const char *word, enum status *out);

struct figure {
	struct decimal value;
	bool known;
};

#define DAYS_NONE INT32_MIN

/* What is expected of a milestone that is one comparison; an estimate. */
struct forecast {
	double value;			/* of the moving side on the due date */
	double low, high;		/* LEAST_SQUARES: between these at 95 % */
	struct date date;		/* on which the benchmark is expected to
					   hold; none: never */
	int32_t slip_days;		/* date - due; DAYS_NONE: no date */
	uint8_t method;			/* enum forecast_method; NONE: there is no
					   forecast, and nothing else is told */
	bool misses;			/* value is not what the benchmark asks */
};

enum dispute_kind { DISPUTE_NONE, DISPUTE_TRUTHS, DISPUTE_FIGURES };

/* What two sources tell of one thing. */
struct dispute {
	uint8_t kind;			/* enum dispute_kind; NONE: they do not
					   differ, and nothing else is told … */
	bool blind;			/* … but that they cannot be compared, for
					   want of figures; not kept */
	struct period through;		/* the figures; NONE: as far as each has */
	struct dispute_side {
		uint16_t from, to;	/* its bytes of the benchmark's text */
		double figure;
	} sides[2];			/* the true one first; the greater */
};

/* When a milestone is expected that waits for others. */
struct expected {
	struct date date;		/* none: nothing is told */
	int32_t slip_days;		/* date - due, where that is later; else 0 */
	uint32_t root_cause;		/* the milestone whose date it is in the end;
					   NOT_FOUND: its own */
};

struct assessment {
	enum lifecycle lifecycle;
	enum verdict verdict;
	enum progress progress;
	enum assurance knowledge;
	enum status status;		/* derived from the four */
	instant as_of;
	/* The dates judged by, as in struct milestone. */
	instant start, due, grace_end, lag_end;
	struct date start_date, due_date;
	instant event;			/* INSTANT_MIN: none */
	struct date event_date;		/* none when the due has a time of day */
	int32_t days_late;		/* DAYS_NONE: null */
	int32_t days_overdue;
	struct figure actual, target, baseline;
	struct figure required_now;	/* the path at data_through */
	struct figure pace;		/* as computed; rounded when shown */
	struct figure share_of_level, share_of_increment;
	struct figure shortfall;
	struct forecast forecast;
	struct expected expected;	/* not kept */
	struct dispute dispute;
	struct period data_through;
	enum unknown_reason unknown;	/* why undecided */
	struct period waiting_for;	/* a period without a figure, NONE: none */
	uint32_t waiting_indicator;	/* whose; NOT_FOUND: none */
	bool published_assumed;
	instant rests_on;		/* the reference instant that decided, else
					   the last looked at; not kept */
	instant next;			/* when time alone may change the answer,
					   after as_of; INSTANT_MAX: never */
};

/* Allocates nothing that it does not free. */
void milestone_assess(const struct register_ *reg, struct history *history,
	uint32_t milestone, struct knowledge known, struct assessment *out);

/* The same with a memory of those that milestones rest on, which also learns of
   this one; NULL where it rests on none. */
void milestone_assess_with(const struct register_ *reg,
	struct history *history, struct outcomes *outcomes, uint32_t milestone,
	struct knowledge known, struct assessment *out);

/* Takes over the dates of a milestone's terms. */
void assessment_date(struct assessment *assessment,
	const struct milestone *milestone);

/* When a milestone was due at first, by what was promised: what an amendment has
   moved is due at assessment->due, what hangs on an event is due but once. */
instant assessment_original_due(const struct register_ *reg, uint32_t milestone,
	const struct assessment *assessment);

/* How a milestone, as it is by its terms at known.published_by, is asked: all
   but the reference instant. */
struct evaluation milestone_evaluation(const struct register_ *reg,
	struct history *history, const struct milestone *milestone,
	struct knowledge known);

/*
 * One sentence in the field's terms: "sum(exports.agriculture, 2020) =
 * 27.3bn, needs >= 33.5bn"; "exports.energy 2020-12 is not published yet";
 * … Never empty.
 */
void assessment_reason(const struct register_ *reg, uint32_t milestone,
	const struct assessment *assessment, struct text *out);

/* The part of it about sources that differ; nothing where none do. */
void assessment_dispute(const struct register_ *reg, uint32_t milestone,
	const struct assessment *assessment, struct text *out);

/* Whether two answers differ in anything but as_of, next and days_overdue,
   which only says how long ago the due date was. */
bool assessment_differs(const struct assessment *a, const struct assessment *b);

/* A milestone's answer, from somebody who has it or judges; room is there for one
   that is not kept. */
typedef const struct assessment *answer_fn(void *context, uint32_t milestone,
	struct assessment *room);
/* How milestones stand, and as of when. */
struct answering {
	answer_fn *answer;
	void *context;
	instant as_of;
};

/* The order of urgency for lists: what is missed first, then what is in
   danger, then blind, then underway, then done. Smaller is more urgent. */
int status_urgency(enum status status);
/* Off its path, or due and not decided: not missed yet. */
bool status_is_in_danger(enum status status);

#endif
