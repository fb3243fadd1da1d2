/*
 * route: who hears of an event. Channels say how people are reached, routes
 * which event goes where: the first that matches, and the next ones too while
 * `continue` is set.
 */
#ifndef PLEDGED_CORE_ROUTE_H
#define PLEDGED_CORE_ROUTE_H

#include "core/event.h"

enum channel_type { CHANNEL_LOG, CHANNEL_EMAIL, CHANNEL_WEBHOOK };

#define CHANNELS_MAX 256	/* in one configuration */
#define RECIPIENTS_MAX 100	/* of one email channel */

struct channel {
	const char *id;
	enum channel_type type;
	int64_t timeout;	/* seconds for one delivery */
	/* email */
	const char **to;	/* checked: no control characters, spaces, < > */
	size_t to_count;
	const char *from;
	const char *server;	/* smtp://host[:port] or smtps://… */
	bool starttls;		/* smtp: refuse to go on in clear text */
	const char *user;
	const char *password;	/* secret, from its file; NULL: none */
	/* webhook */
	const char *url;
	const char *secret;	/* "whsec_…"; NULL: unsigned */
	/* both */
	const char *ca_file;	/* more trusted certificates; NULL: the system's */
	bool allow_private;	/* may be on a private or loopback address */
	struct origin origin;
};

enum match_field {	/* what a route can look at */
	MATCH_SEVERITY, MATCH_CLASS, MATCH_KIND, MATCH_OBLIGOR, MATCH_OWNER,
	MATCH_INSTRUMENT, MATCH_PLEDGE, MATCH_MILESTONE, MATCH_SOURCE,
	MATCH_LABEL, MATCH_FIELD_COUNT
};
const char *match_field_name(enum match_field field);
bool match_field_parse(const char *word, enum match_field *out);

struct match {
	enum match_field field;
	const char *label;	/* LABEL: its key */
	const char *pattern;	/* as string_matches */
};

struct route {
	struct match *matches;	/* all must hold; none: everything matches */
	size_t match_count;
	uint32_t *channels;	/* indices into the policy's */
	size_t channel_count;
	bool go_on;		/* continue = true */
	struct origin origin;
};

struct policy {
	struct channel *channels;
	size_t channel_count;
	struct route *routes;
	size_t route_count;
};

/* What is looked at when routing: an event in the light of a register. */
struct route_subject {
	const struct register_ *reg;
	enum event_kind kind;
	enum subject_kind about;
	enum severity severity;
	uint32_t milestone;	/* NOT_FOUND: not about one */
	uint32_t source;	/* likewise */
};

/* The channels that hear of it, each once, in order of the routes. Returns
   how many were written (at most CHANNELS_MAX). */
size_t policy_select(const struct policy *policy,
	const struct route_subject *subject, uint32_t out[CHANNELS_MAX]);
/* Index of a channel by id; NOT_FOUND. */
uint32_t policy_channel(const struct policy *policy, const char *id);

const char *channel_type_name(enum channel_type type);
bool channel_type_parse(const char *word, enum channel_type *out);

#endif
