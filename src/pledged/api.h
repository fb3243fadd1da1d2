/*
 * api: the socket's questions and orders. What its rooms share: the shape of
 * an answer, of a problem (RFC 9457) and of a page of a list.
 *
 *	api.c              the table of endpoints, who may ask, the answers
 *	api_pages.c        pages of lists
 *	api_tables.c       the same as CSV
 *	api_lists.c        indicators and sources
 *	api_observations.c what was observed, and what of it is held
 *	api_pledges.c      pledges, with what their milestones come to
 *	api_milestones.c   milestones, now and as of another time
 *	api_rollup.c       what many milestones come to: matrix, scorecard
 *	api_explain.c      what an answer rests on
 *	api_history.c      what became of a milestone, and what people did
 *	api_events.c       what happens, as it happens, and what has
 *	api_status.c       how the daemon is
 *	api_alerts.c       alerts, and who has them in hand
 *	api_silences.c     what people do not want to be told
 *	api_outbox.c       messages on their way, and what becomes of them
 *	api_channels.c     how people are reached, and whether they are
 *	api_orders.c       what administrators may have it do
 *	api_attest.c       what they attest
 *	api_observe.c      what they observe, and what of it they accept
 *	api_verify.c       whether all is as it was recorded
 *	api_evidence.c     what sources answered, and how it was read
 *	api_assets.c       files that are part of the program
 *	api_charts.c       pictures
 *	api_badges.c       small pictures for pages of others
 *	api_backup.c       a copy of the store
 *	api_deadlines.c    due dates for calendars
 *	api_feed.c         events for feed readers
 *	metrics.c          figures for monitors
 *	api_export.c       everything, as tables
 *	api_report.c       all that is asked of many milestones as one document
 */
#ifndef PLEDGED_PLEDGED_API_H
#define PLEDGED_PLEDGED_API_H

#include "base/json.h"
#include "core/register_index.h"
#include "pledged/daemon.h"
#include "pledged/query.h"
#include "pledged/question.h"

#define API_PAGE_DEFAULT 100
#define API_PAGE_MAX 1000
/* Bytes of all patterns of a request, each from its first wildcard on: they are
   held against thousands of strings without a pause. */
#define API_WILDCARDS_MAX 128
/* A page with so much on it is full. */
#define API_PAGE_BYTES_MAX ((size_t)4 << 20)

/* Answers a request; rest: what follows a path that ends in '/'. Parameters
   have been checked by name. */
typedef void endpoint_fn(struct daemon *daemon, struct server_request *request,
	const char *rest);

endpoint_fn get_pledges, get_pledge, get_indicators, get_observations, get_sources,
	get_alerts, get_channels, get_outbox, get_milestones, get_milestone,
	get_explanation, get_history, get_matrix, get_scorecard, get_status,
	get_health, get_snapshot, get_definition, get_answers, get_held,
	get_verification, get_alert, get_indicator, get_source,
	get_observation, get_silence, get_channel, post_ack, get_silences, post_silence,
	delete_silence, get_notification, post_outbox, post_channel, post_poll,
	post_reload, post_attestation, post_observations, post_accept,
	post_verify, get_asset, get_openapi, get_milestone_chart, get_timeline,
	get_calendar, get_matrix_chart, get_scorecard_chart, get_events,
	get_actions, get_backup, post_backup, get_metrics, get_milestone_badge,
	get_pledge_badge, get_deadlines, get_feed, get_report, get_export,
	get_export_table;

/* --- api.c: answers ----------------------------------------------------------- */

/* A document being written; it does not move until it is sent. */
struct reply {
	struct text body;
	struct json json;
};

void reply_begin(struct reply *reply);
/* Answers the request with it. */
void reply_send(struct reply *reply, struct server_request *request, int status);
/* The same with another type, and headers as server_reply takes them. */
void reply_send_as(struct reply *reply, struct server_request *request,
	int status, const char *type, const char *const *headers);
/* Instead of sending it. */
void reply_drop(struct reply *reply);
/* The digest of the register that an answer was judged by, as a member. */
void reply_put_register(struct reply *reply, const struct daemon *daemon);

/* Whether If-None-Match names a digest: then whoever asks has what it is of, and
   it can only be the same. */
bool request_knows(const struct server_request *request, const char *hex);
/* Answers 200 with bytes that their reader asks for again and again, and 304
   where it has them: they are told by a tag that is made of them. more: headers
   beside (REPLY_MORE_MAX), or NULL. */
#define REPLY_MORE_MAX 4
void reply_tagged(struct server_request *request, const char *type,
	const char *const *more, struct text *body);

void reply_problem(struct server_request *request, int status,
	const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same with what is wrong item by item: a JSON array of objects. */
void reply_problem_list(struct server_request *request, int status,
	const char *errors, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* 404: nothing of that kind has this id; the nearest that has, or the list. */
void reply_absent(struct daemon *daemon, struct server_request *request,
	enum thing_kind kind, const char *id);
/* 500, and the log says why. */
void reply_unreadable(struct server_request *request,
	const struct error *error);
/* 404: what is numbered has no such number; which of it are open. */
typedef int64_t number_fn(const struct daemon *daemon, size_t index);
void reply_none_open(const struct daemon *daemon,
	struct server_request *request, const char *noun, const char *word,
	size_t count, number_fn *number);
/* 400, for a parameter that makes no sense. */
void reply_refusal(struct server_request *request, const struct error *error);

/* The id in "ID/suffix", suffix with its slash; NULL: it ends otherwise.
   free() it. */
char *rest_id(const char *rest, const char *suffix);
/* A number that something may have; 0: it is none. */
int64_t rest_number(const char *word);
/* Whether word is one of those between the spaces. */
bool word_is_in(const char *words, const char *word);
/* Adds the parameters that a request has but for one, each behind first or '&':
   "?limit=10&kind=slipped". */
void add_parameters_but(struct text *out, const struct server_request *request,
	const char *but, char first);
/* Whether one more may be of those that only so many can be at once. A quarter is
   kept for UNIX sockets: anybody on this machine may connect by TCP. */
bool request_finds_room(const struct server_request *request, size_t under_way,
	size_t most);
/* Why somebody orders something: the parameter note; NULL: they do not say. */
const char *note_asked(const struct server_request *request);

/* --- api_charts.c: pictures ------------------------------------------------------- */

/* Answers with a picture, and releases it. */
void reply_chart(struct server_request *request, struct text *svg);

/* --- api_milestones.c: which, and as of when ---------------------------------------- */

/* Which parameters are the filters of milestones. */
struct query_words {
	const char *own;	/* those that are none, as filters.h has them */
	const char *id;		/* what the one called id is; NULL: that */
	bool blanks;		/* empty ones are as if they were not there */
};
/* now: the time asked about. The request outlives the query. */
int query_read(struct daemon *daemon, struct server_request *request,
	instant now, const struct query_words *words, struct query *query,
	struct error *error);
/* Answers 404: no milestone has this id, "is" or "is and was"; what has it, or
   the nearest that there is. */
void reply_no_milestone(struct daemon *daemon, struct server_request *request,
	const char *is, const char *id);
/* The milestone in "ID/suffix"; NOT_FOUND: there is none, which was answered. */
uint32_t milestone_asked(struct daemon *daemon, struct server_request *request,
	const char *rest, const char *suffix);
/* The same with the time asked about; NOT_FOUND also where that makes no sense. */
uint32_t milestone_asked_of(struct daemon *daemon,
	struct server_request *request, const char *rest, const char *suffix,
	struct question *question);

/* --- api_tables.c: lists as CSV ------------------------------------------------ */

enum form { FORM_JSON, FORM_CSV };

/* By the parameter format, else by what the header Accept prefers. */
int form_read(struct server_request *request, enum form *out,
	struct error *error);

/* What a table is made of: the objects in a member of a JSON document. */
struct table {
	enum form form;
	const struct register_ *reg;	/* whose labels there are */
	const char *member;
	const char *const *columns;	/* see columns.h; NULL: it has no table */
};

/* Answers 200 with the document, or with the table that is asked for instead;
   link: a header line, or NULL. */
void reply_send_table(struct reply *reply, struct server_request *request,
	const struct table *table, const char *link);

/* --- api_pages.c: pages ---------------------------------------------------------- */

/* One page: {"items": [...], "next": ...}. */
struct list {
	struct reply reply;
	struct server_request *request;
	struct table table;
	size_t limit;
	size_t count;
	const char *cursor;	/* id behind which it begins; NULL: none */
	const char *last;	/* of the last item that this one is through with */
	bool more;
};

/* Reads limit, cursor and form. false: it was refused, and answered. */
bool list_begin(struct list *list, struct server_request *request);
/* What its items are as CSV, for who asks for that. */
void list_as_table(struct list *list, const struct daemon *daemon,
	const char *const *columns);
/* Whether another item may be written; else the page is full. */
bool list_has_room(struct list *list);
void list_wrote(struct list *list, const char *id);
/* Ends a page before it is full: the next begins behind this item. */
void list_wrote_up_to(struct list *list, const char *id);
void list_end(struct list *list);
/* The same, with the register that its items were judged by. */
void list_end_judged(struct list *list, const struct daemon *daemon);

/* A page of what the store has; the cursor is a number. */
struct numbered_list {
	struct list list;
	int64_t cursor;		/* 0: none */
	int64_t last;		/* as list.last, which it becomes at the end */
	size_t looked;		/* rows of the store … */
	size_t looked_max;	/* … at most, where the page ends, be it short */
	char next[32];
	struct error error;	/* of the store */
};

/* false: it was refused, and answered. */
bool numbered_begin(struct numbered_list *numbered,
	struct server_request *request);
/* Which of some words (NULL at the end) the parameter state is; 0 where it is
   not given. -1: none, which was answered. */
int list_state(struct server_request *request, const char *const *words);
/* Rows to ask of the store: one more than are looked at, as many as the page has
   unless looked_max is set, says that there is a next page. */
size_t numbered_rows(const struct numbered_list *numbered);
/* Whether a row is to be written, which is wanted if it is as was asked; else the
   page is through with it, or full. */
bool numbered_takes(struct numbered_list *numbered, int64_t number, bool wanted);
void numbered_wrote(struct numbered_list *numbered, int64_t number);
/* loaded: what the store said. Half a list must not look like a whole one. */
void numbered_end(struct numbered_list *numbered, int loaded);

/* Begins a list of things of the register in the order of their ids, and says at
   which place the page begins. */
bool list_begin_ordered(struct list *list, const struct daemon *daemon,
	struct server_request *request, enum thing_kind kind, size_t *place);

#endif
