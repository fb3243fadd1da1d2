/*
 * verbs: what pledgectl can be asked for, and how it was asked.
 */
#ifndef PLEDGED_PLEDGECTL_VERBS_H
#define PLEDGED_PLEDGECTL_VERBS_H

#include <stdbool.h>
#include <stddef.h>

#include "pledgectl/client.h"

enum form { FORM_TABLE, FORM_JSON, FORM_JSONL, FORM_CSV };

#define MATCHES_MAX 16

struct request {
	const char *socket;
	enum form form;
	const char *as_of;
	const char *recorded_as_of;
	bool colour;
	size_t width;		/* 0: no limit */
	const char *status;
	const char *matches[MATCHES_MAX];	/* "k=v" */
	size_t match_count;
	const char *within;	/* a duration */
	const char *sort;	/* "due", "urgency", "id" */
	const char *rows, *columns;	/* of a matrix */
	const char *by;		/* of a scorecard */
	const char *months;	/* of a calendar: a number */
	bool all;		/* what is closed, too */
	bool dead;		/* messages that were given up */
	const char *span;	/* how long, a duration */
	const char *until, *from;	/* times */
	bool no;		/* of an attestation */
	const char *on;		/* a date */
	const char *evidence;
	const char *note;
	const char *key;	/* so that it may be sent again */
	const char *published;	/* a time */
	bool provisional;
	const char *file;	/* a table; "-": standard input */
	bool release;		/* all that came with it */
	bool force;
	const char *sample;	/* a number */
	const char *seal;	/* hexadecimal */
	const char *html;	/* a file */
	char **arguments;
	size_t argument_count;
	struct client *client;
};

int verb_status(const struct request *request);
int verb_list(const struct request *request);
int verb_show(const struct request *request);
int verb_explain(const struct request *request);
int verb_history(const struct request *request);
int verb_due(const struct request *request);
int verb_matrix(const struct request *request);
int verb_scorecard(const struct request *request);
int verb_ack(const struct request *request);
int verb_silence_add(const struct request *request);
int verb_silence_list(const struct request *request);
int verb_silence_end(const struct request *request);
int verb_outbox_list(const struct request *request);
int verb_outbox_show(const struct request *request);
int verb_outbox_retry(const struct request *request);
int verb_outbox_drop(const struct request *request);
int verb_channel_test(const struct request *request);
int verb_poll(const struct request *request);
int verb_attest(const struct request *request);
int verb_observe(const struct request *request);
int verb_accept(const struct request *request);
int verb_chart(const struct request *request);
int verb_snapshot(const struct request *request);
int verb_verify(const struct request *request);
int verb_backup(const struct request *request);
int verb_reload(const struct request *request);
int verb_report(const struct request *request);
int verb_export(const struct request *request);

/* --- shared by verbs ---------------------------------------------------------- */

/* Tells what is wrong with the command line. Returns CTL_USAGE. */
int tell_usage(const char *what);
/* Lines no longer than the terminal, broken at spaces, and printable. */
void print_wrapped(const struct request *request, const char *prose);
/* Digits alone. */
bool word_is_number(const char *word);
/* CTL_DONE, unless CSV is asked for. */
int no_csv(const struct request *request);
/* Adds the times asked about, where there are any. */
void query_add_times(const struct request *request, struct text *query);
/* The same with the filters of milestones; within: due so soon, or NULL. A
   client status. */
int query_add_filters(const struct request *request, const char *within,
	struct text *query);
/* Asks for the milestone that is the first argument, or what suffix names of
   it ("/explain"), as of the time asked about. A client status. */
int milestone_get(const struct request *request, const char *suffix,
	struct text *answer);

#endif
