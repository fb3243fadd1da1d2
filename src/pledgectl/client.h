/*
 * client: one question to the daemon over its UNIX socket, and the answer.
 */
#ifndef PLEDGED_PLEDGECTL_CLIENT_H
#define PLEDGED_PLEDGECTL_CLIENT_H

#include <stdio.h>

#include "base/digest.h"
#include "base/text.h"

/* Exit statuses. */
enum { CTL_DONE = 0, CTL_FAILED = 1, CTL_USAGE = 2, CTL_AWAY = 3, CTL_DENIED = 4,
	CTL_ABSENT = 5 };

#define ANSWER_MAX ((size_t)256 << 20)

struct client;

struct client *client_new(const char *socket);
void client_free(struct client *client);

/* From now on all answers together may take so long; unless said, each may take
   2 minutes. */
void client_hurry(struct client *client, long milliseconds);
/* What is wrong is put there, in one line without "pledgectl: ", in place of
   what was there before; NULL: told on standard error, as at first. */
void client_tell_to(struct client *client, struct text *said);

/* Asks; returns CTL_DONE with the body in answer, or another status after
   telling in one line on standard error what is wrong. method: GET, POST or
   DELETE. */
int client_ask(struct client *client, const char *method, const char *path,
	struct text *answer);

/* The same of an order; key: an Idempotency-Key, or NULL. */
int client_order(struct client *client, const char *method, const char *path,
	const char *key, struct text *answer);
/* The same by POST, with a body (JSON). */
int client_post(struct client *client, const char *path, const char *body,
	const char *key, struct text *answer);

/*
 * Asks by GET, and hands over the answer piece by piece as it comes, however
 * long that takes; accept: the type that is wanted, or NULL. take answers
 * whether it wants more: when not, that is the end, and good. Returns as
 * client_ask; of a problem, nothing is handed over. CTL_FAILED, too, where the
 * answer ended before it was whole.
 */
typedef bool client_take(void *context, const char *bytes, size_t length);
int client_read(struct client *client, const char *path, const char *accept,
	client_take *take, void *context);

/*
 * The same of an answer without an end; while nothing comes, take is asked with
 * no bytes about once a second. That it was broken off is not told, nor,
 * unless tell is true, that nobody answers: CTL_AWAY.
 */
int client_follow(struct client *client, const char *path, const char *accept,
	client_take *take, void *context, bool tell);

/*
 * An order whose answer is a file. tick is called about once a second, with the
 * bytes that have come and of how many, 0: it is not known yet; its answer is
 * whether to go on. digest: SHA-256 of the whole, where the daemon says so.
 * Returns as client_read; not to go on is CTL_FAILED, and nothing is told.
 */
struct download {
	client_take *take;
	bool (*tick)(void *context, long long done, long long total);
	void *context;
	bool has_digest;
	struct digest digest;
};
int client_download(struct client *client, const char *path,
	struct download *download);

/* Prints what the daemon said, with nothing in it that moves a cursor: it may
   quote a source. Lines stay lines. */
void print_said(FILE *out, const char *said);

/* Adds "name=value", behind "&" unless it is the first. */
void client_add_parameter(struct text *query, const char *name,
	const char *value);
/* Adds a path segment or a query value, percent-encoded. */
void client_add_escaped(struct text *out, const char *value);

#endif
