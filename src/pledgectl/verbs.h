/*
 * verbs: what pledgectl can be asked for, and how it was asked.
 */
#ifndef PLEDGED_PLEDGECTL_VERBS_H
#define PLEDGED_PLEDGECTL_VERBS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/grid.h"
#include "base/moment.h"
#include "pledgectl/client.h"

/* What a monitoring plugin says of a service, and ends with. */
enum { MONITOR_OK, MONITOR_WARNING, MONITOR_CRITICAL, MONITOR_UNKNOWN };

enum form { FORM_TABLE, FORM_JSON, FORM_JSONL, FORM_CSV };

#define MATCHES_MAX 16

struct request {
	const char *socket;
	enum form form;
	const char *as_of;
	const char *recorded_as_of;
	bool colour;
	size_t width;		/* 0: no limit */
	const struct zone *zone;	/* that times are told in, see times.h */
	instant now;
	bool relative;		/* times are told from now on */
	const char *status;
	const char *matches[MATCHES_MAX];	/* "k=v" */
	size_t match_count;
	const char *warnings[MATCHES_MAX], *criticals[MATCHES_MAX];
	size_t warning_count, critical_count;	/* of monitor, "name=range" */
	const char *timeout;	/* a number of seconds */
	const char *within;	/* a duration */
	const char *sort;	/* "due", "urgency", "id" */
	const char *rows, *columns;	/* of a matrix */
	const char *by;		/* of a scorecard */
	const char *months;	/* of a calendar: a number */
	bool all;		/* what is closed, too */
	bool dead;		/* messages that were given up */
	const char *span;	/* how long, a duration */
	const char *until, *from;	/* times */
	const char *since;	/* a time, or how long ago */
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
int verb_watch(const struct request *request);
/* The state of a monitoring plugin, not a client status. */
int verb_monitor(const struct request *request);

/* The names of the numbers that monitor holds against ranges; NULL behind the
   last. */
const char *monitor_measure(size_t number);
int verb_report(const struct request *request);
int verb_export(const struct request *request);

/* --- shared by verbs ---------------------------------------------------------- */

/* Tells what is wrong with the command line. Returns CTL_USAGE. */
int tell_usage(const char *what);
/* The same of a word that is none of some names (NULL at the end), with the one
   that is near: what "word", did you mean ...? */
int tell_unknown(const char *what, const char *word, const char *const *names);
/* The kinds that show takes; NULL at the end. */
const char *const *show_kinds(void);
/* Lines no longer than the terminal, broken at spaces, and printable. */
void print_wrapped(const struct request *request, const char *prose);
/* The rest of a line that stands at a column already; what does not fit goes on
   at that column. Without a terminal it is all one line. */
void print_indented(const struct request *request, const char *prose,
	size_t column, enum grid_style style);
/* Digits alone. */
bool word_is_number(const char *word);
/* Adds the times asked about, where there are any. */
void query_add_times(const struct request *request, struct text *query);
/* Adds what --match says of the items of a list. A client status. */
int query_add_matches(const struct request *request, const char *list,
	struct text *query);
/* The same, the times, --status and, where within is not NULL, what is due so
   soon. */
int query_add_filters(const struct request *request, const char *list,
	const char *within, struct text *query);
/* Asks for what is at /v1/PLACE/ID/SUFFIX; times: as of the time asked about.
   A client status. */
int get_below(const struct request *request, const char *place, const char *id,
	const char *suffix, bool times, struct text *answer);
/* Gives an order there, and says why where that was said. */
int post_below(const struct request *request, const char *place, const char *id,
	const char *suffix, struct text *answer);
/* get_below of the milestone that is the first argument, or what suffix names of
   it ("/explain"). */
int milestone_get(const struct request *request, const char *suffix,
	struct text *answer);

#endif
