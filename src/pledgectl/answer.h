/*
 * answer: an answer about one thing, in each form.
 *
 *	table	as its verb has it
 *	json, jsonl	as the daemon wrote it, which is one line
 *	csv	as one row, see flat.h
 */
#ifndef PLEDGED_PLEDGECTL_ANSWER_H
#define PLEDGED_PLEDGECTL_ANSWER_H

#include "pledgectl/lists.h"

typedef void answer_table_fn(const struct request *request,
	const struct text *answer);

/* Writes an answer to standard output, if status says that there is one, and
   releases it. Returns status. */
int answer_print(const struct request *request, int status,
	struct text *answer, answer_table_fn *table);

/* --- facts: lines of a name and what it is -------------------------------------- */

enum fact_form {
	FACT_PLAIN,
	FACT_NUMBER,	/* digits in groups */
	FACT_TIME,	/* to the second */
	FACT_DAY,
	FACT_STATUS	/* in its colour */
};

struct fact {
	const char *label;
	const char *key;	/* "forecast.value" is within an object */
	enum fact_form form;
};

/* The facts that have a value, up to a NULL label; what is longer than the
   terminal goes on below itself. */
void facts_print(const struct request *request, const json_t *object,
	struct slice raw, const struct fact *facts);
/* One more, of a text at hand. */
void fact_print(const struct request *request, const char *label,
	const char *value, enum grid_style style);

#endif
