/*
 * rollup: how many milestones stand how, by what they have in common: a matrix
 * of rows and columns, or groups, which is a matrix of one column.
 *
 * The denominator decides the result, so it is fixed here. Of the milestones
 * selected, those withdrawn, superseded or waived are left out; all others are
 * required. Coverage is the weight of those met, in time or late, among those
 * required; it is a range wherever something past its due date could not be
 * verified or still awaits its data: counted as not met for the lower bound
 * and as met for the upper, since unknown is never a miss. Met in part is not
 * met. The same among those due by now (due date and grace have passed) tells
 * what is missed from what is ahead. Weights are taken at six decimals, shares
 * at four, rounded down, so that 1 means all.
 */
#ifndef PLEDGED_CORE_ROLLUP_H
#define PLEDGED_CORE_ROLLUP_H

#include "base/error.h"
#include "core/assess.h"

#define ROLLUP_CELLS_MAX 10000

/* What a milestone has, or its pledge: a field or a label. */
enum rollup_field {
	ROLLUP_LABEL, ROLLUP_INSTRUMENT, ROLLUP_MILESTONE, ROLLUP_OBLIGOR,
	ROLLUP_OWNER, ROLLUP_PLEDGE, ROLLUP_SEVERITY,
	ROLLUP_ALL		/* the same for all */
};

struct rollup_key {
	enum rollup_field field;
	const char *label;	/* LABEL: its key */
};

/* "obligor", "label.sector"; any other word is a label's key. */
struct rollup_key rollup_key_read(const char *word);
/* The word that groups are made by unless one is said: "obligor", or "instrument"
   where no pledge tells who owes it. */
const char *rollup_party(const struct register_ *reg);
/* NULL: it has none. "milestone" is its name without the pledge. */
const char *rollup_key_value(const struct register_ *reg,
	const struct milestone *milestone, struct rollup_key key);

/* What the denominator makes of a status. */
enum rollup_class {
	ROLLUP_MET,		/* met, met_late */
	ROLLUP_MISSED,		/* partly_met, not_met, breached, reversed */
	ROLLUP_UNKNOWN,		/* awaiting_data, unverified */
	ROLLUP_AHEAD,		/* undecided, and its time not over */
	ROLLUP_OUT,		/* withdrawn, superseded, waived */
	ROLLUP_CLASS_COUNT
};
enum rollup_class rollup_class(enum status status);
extern const char ROLLUP_RULE[];	/* the rule above, for whoever reads it */

/* Weights, in millionths. */
struct rollup_weights {
	int64_t required, met, unknown;
};

struct rollup_tally {
	uint32_t milestones;
	uint32_t by_status[STATUS_COUNT];
	uint32_t by_class[ROLLUP_CLASS_COUNT];
	struct rollup_weights all, due;	/* due: by now */
	uint32_t due_count;
	enum status worst;		/* the most urgent, of those required;
					   STATUS_COUNT: none is */
	instant first_event, last_event;	/* of those met; MIN: none */
	uint32_t next;			/* milestone due next, of those ahead;
					   NOT_FOUND: none */
	instant next_due;
};

/* Of nothing; then milestone by milestone, each with its answer. now: the time
   asked about. */
void tally_init(struct rollup_tally *tally);
void tally_add(struct rollup_tally *tally, uint32_t index,
	const struct milestone *milestone, const struct assessment *answer,
	instant now);
/* Required: all but those left out. */
uint32_t tally_required(const struct rollup_tally *tally);
/* Whether something is required and all of it met. */
bool tally_is_complete(const struct rollup_tally *tally);
/* Shares in ten-thousandths; false: there is nothing to divide by. */
bool weights_share(const struct rollup_weights *weights, int *lower, int *upper);
/* With the space before it, at which no line breaks. */
#define ROLLUP_PERCENT "\u00a0%"
/* "41 %", rounded down; "41–43 %" where not all is known; "–": nothing is
   required. */
void weights_add_share(struct text *out, const struct rollup_weights *weights);
/* Met in time among those decided, in ten-thousandths; false: none is. */
bool tally_on_time(const struct rollup_tally *tally, int *share);
/* Days between the first event and the last; false: there is none. */
bool tally_span(const struct rollup_tally *tally, int *days);

struct rollup_line {
	const char *name;		/* the register's */
	struct rollup_tally tally;
};

struct rollup {
	struct rollup_line *rows, *columns;	/* in the register's order */
	size_t row_count, column_count;
	struct rollup_tally *cells;		/* row after row */
	struct rollup_tally total;
	size_t without_row, without_column;	/* selected and not placed */
	size_t cells_required, cells_met;	/* met: all of a cell */
};

struct rollup_request {
	const char *pattern;	/* of pledges, with a '/' of milestones; NULL */
	const uint32_t *milestones;	/* these alone, in the register's order, and
					   no pattern; NULL: all */
	size_t milestone_count;
	struct rollup_key rows, columns;
	instant as_of;
	size_t milestones_max;	/* selected, at most */
};

/*
 * Fills out, to be released by rollup_release in either case. -1 with an error
 * when a pattern selects nothing (ABSENT), or too much: milestones beyond the
 * request's limit or cells beyond ROLLUP_CELLS_MAX (LIMIT).
 */
int rollup_make(struct rollup *out, const struct register_ *reg,
	const struct rollup_request *request, answer_fn *answer,
	void *context, struct error *error);
void rollup_release(struct rollup *rollup);

/*
 * The same in parts, for who may not be held up: what is selected, at once; then
 * the answers, so many at a time, until count is true: once. NULL with an error.
 * The register and out outlive it.
 */
struct rolling;
struct rolling *rollup_begin(struct rollup *out, const struct register_ *reg,
	const struct rollup_request *request, struct error *error);
bool rollup_count(struct rolling *rolling, size_t most, answer_fn *answer,
	void *context);
void rollup_end(struct rolling *rolling);	/* NULL is nothing */

#endif
