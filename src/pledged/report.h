/*
 * report: what a report says, gathered before a word of it is written: the
 * milestones that are asked for, each judged as known at one time, what they
 * come to, and what it is that nobody could know.
 *
 *	report_new ──→ report_judge … ──→ report_count ──→ report_ask_sources …
 *
 * Everything is asked as of that time and of what was recorded by it, so the
 * same question has the same answer whenever it is asked: no clock is read.
 */
#ifndef PLEDGED_PLEDGED_REPORT_H
#define PLEDGED_PLEDGED_REPORT_H

#include "core/rollup.h"
#include "pledged/edition.h"
#include "pledged/query.h"
#include "pledged/question.h"

#define REPORT_MILESTONES_MAX 10000	/* that are selected */
#define REPORT_FAILING_MAX 1000		/* sources that are told one by one */
#define REPORT_HELD_MAX 100		/* figures, likewise */

/* A source that was not read well when it was last asked. */
struct report_source {
	uint32_t source;
	bool asked;
	enum fetch_outcome outcome;
	instant last_success;		/* INSTANT_MIN: none */
	instant failing_since;
	char error[FETCH_ERROR_MAX];
};

struct report {
	struct daemon *daemon;
	struct edition edition;
	const struct register_ *reg;	/* its own */
	struct question question;	/* past */
	bool recorded_asked;		/* the time of recording was asked for */
	struct query query;
	const char *by;			/* of the scorecard; the request's */
	/* judged */
	uint32_t next;			/* milestone to be judged */
	uint32_t *milestones;		/* selected, in the register's order */
	struct assessment *answers;	/* of each */
	size_t count, capacity;
	/* counted */
	struct rollup rollup;
	size_t instruments, pledges;	/* that have one of them */
	/* asked */
	int64_t last_poll;		/* of all sources by then */
	uint32_t next_source;
	struct report_source *failing;
	size_t failing_count, failing_capacity;
	size_t failing_left_out;
	size_t not_asked;		/* sources that never were by then */
};

/* Nothing is judged yet. daemon and by outlive it. */
struct report *report_new(struct daemon *daemon);
void report_free(struct report *report);

/* Judges some milliseconds' worth. 1: all are judged; 0: not yet; -1 with an
   error: more are selected than a report can hold. */
int report_judge(struct report *report, struct error *error);
/* Once: what they come to. -1 with an error: the scorecard cannot be made. */
int report_count(struct report *report, struct error *error);
/* How sources stood, some at a time; returns likewise. */
int report_ask_sources(struct report *report, struct error *error);

/* The answer of one that is selected; NULL: it is not. context: the report. */
answer_fn report_answer;

/* What readers look for first: milestones that have something in common, each
   list with a heading and a sentence about it. */
struct report_list {
	const char *name;		/* "missed": in JSON and as an anchor */
	const char *heading;
	const char *about;
	const char *none;		/* where there is none; NULL: nothing is said */
	bool (*takes)(const struct assessment *answer);
};
extern const struct report_list report_lists[];
extern const size_t report_list_count;

/* Whether a milestone that is selected rests on an indicator. */
bool report_rests_on(const struct report *report, uint32_t indicator);

/* Figures of an indicator that were held as implausible then. */
typedef void report_held_fn(void *context, uint32_t indicator,
	const struct observation *held);
void report_visit_held(const struct report *report, uint32_t indicator,
	report_held_fn *fn, void *context);

/* What is selected, in words: "obligor CN; sector agriculture or energy"; "all
   milestones of the register". */
void report_add_selection(const struct report *report, struct text *out);

#endif
