/*
 * trial: a source asked once for whoever writes it: what was asked and answered,
 * what of it would be taken, and what would not. Nothing is stored.
 */
#ifndef PLEDGED_PLEDGED_TRIAL_H
#define PLEDGED_PLEDGED_TRIAL_H

#include "core/effect.h"
#include "pledged/asking.h"
#include "pledged/command.h"

struct trial_reject {
	uint32_t answer;	/* number of it, from 0 */
	int64_t row;		/* in that, from 1 */
	char *why;
};

struct trial {
	const struct register_ *reg;
	const struct settings *settings;
	uint32_t source;
	bool given;		/* a file stood for the answer */
	enum output output;
	size_t limit;		/* rows shown; 0: all */
	struct trial_reject *rejects;
	size_t reject_count, reject_capacity;
	/* What an engine that knows nothing else makes of the rows: each
	   OBSERVATION and DOCUMENT of it would be kept. */
	struct effects effects;
	struct source_state state;	/* after it; state.next is its next poll */
};

/* Adds all there is to say, in the trial's form, but for the hint. The rows of
   the result are in the effects. */
void trial_print(const struct trial *trial, const struct asking_result *result,
	struct text *out);
/* What goes beside rows alone (jsonl, csv): the rejected ones, and the sum. */
void trial_print_beside(const struct trial *trial,
	const struct asking_result *result, struct text *out);
/* Ends it; hint: what may help, a line each; "": nothing. */
void trial_print_end(const struct trial *trial, const char *hint,
	struct text *out);

/* What a person may do about how it ended, a line each; shape: what the answer
   looks like, or NULL. */
void trial_hint(const struct trial *trial, const struct fetch_report *report,
	const char *shape, struct text *out);

#endif
