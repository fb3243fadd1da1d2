/*
 * route: who hears of an event. Channels say how people are reached, routes
 * which event goes where: the first that matches, and the next ones too while
 * `continue` is set.
 */
#ifndef PLEDGED_CORE_ROUTE_H
#define PLEDGED_CORE_ROUTE_H

#include "core/event.h"
#include "core/hours.h"

enum channel_type { CHANNEL_LOG, CHANNEL_EMAIL, CHANNEL_WEBHOOK };
#define CHANNEL_TYPE_COUNT (CHANNEL_WEBHOOK + 1)

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
	const char *secret_before; /* the one it takes the place of, while
				   receivers change over; NULL: none */
	const char *format;	/* "cloudevents", or of a program */
	const char *program;	/* jq, which makes the body out of the CloudEvents
				   one; NULL: that itself */
	const char *prelude;	/* stands before it */
	size_t items_most;	/* the program takes of a notification; 0: as
				   many as there may be */
	bool token_in_body;	/* by the program, and in no header */
	const struct label *parameters;	/* for the program */
	size_t parameter_count;
	const char *token;	/* secret, for Authorization: Bearer and for the
				   program; NULL: none */
	/* both */
	const char *ca_file;	/* more trusted certificates; NULL: the system's */
	bool allow_private;	/* may be on a private or loopback address */
	const char *zone_id;	/* NULL: that of the settings */
	struct hours hours;	/* when it may be spoken to */
	uint32_t fallback;	/* channel that hears what this one cannot be
				   brought; NOT_FOUND: none */
	struct origin origin;
};

enum match_field {	/* what a route can look at */
	MATCH_SEVERITY, MATCH_CLASS, MATCH_KIND, MATCH_OBLIGOR, MATCH_OWNER,
	MATCH_INSTRUMENT, MATCH_PLEDGE, MATCH_MILESTONE, MATCH_SOURCE,
	MATCH_INDICATOR, MATCH_CHANNEL,
	MATCH_PLACE,		/* the label "place" */
	MATCH_LABEL, MATCH_FIELD_COUNT
};
const char *match_field_name(enum match_field field);
bool match_field_parse(const char *word, enum match_field *out);
/* The words that a field can have, by number from 0 on; NULL: there are no more,
   or it can have any. */
#define MATCH_VALUES_MAX EVENT_KIND_COUNT
const char *match_field_value(enum match_field field, int number);

struct match {
	enum match_field field;
	const char *label;	/* LABEL: its key */
	const char *pattern;	/* as string_matches */
};

#define GROUP_BY_MAX 16
#define GROUP_WAIT_MAX 86400		/* seconds */
#define GROUP_INTERVAL_MAX (7 * 86400)
#define ESCALATIONS_MAX 16	/* steps of one route */

/* What a route groups by: a field, or a label. */
struct group_key {
	enum match_field field;
	const char *label;
};

struct escalation {
	int64_t after;		/* seconds from when the alert was raised, or its
				   acknowledgement ended */
	uint32_t *channels;	/* indices into the policy's */
	size_t channel_count;
};

struct route {
	struct match *matches;	/* all must hold; none: everything matches */
	size_t match_count;
	uint32_t *channels;	/* indices into the policy's */
	size_t channel_count;
	bool go_on;		/* continue = true */
	struct group_key *group_by;
	size_t group_by_count;
	int64_t group_wait;	/* seconds that the first of a group waits for
				   others … */
	int64_t group_interval;	/* … and the next after they were told */
	int64_t repeat_interval; /* to the first reminder; each further wait is
				   twice as long; 0: none */
	struct escalation *steps; /* by time */
	size_t step_count;
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
	uint32_t indicator;	/* likewise */
	const char *channel;	/* id; NULL: likewise */
};

/* Whether all of some matches hold. */
bool matches_hold(const struct match *matches, size_t count,
	const struct route_subject *subject);

/* A channel that hears of something, and by which route. */
struct choice {
	uint32_t channel, route;	/* indices into the policy's */
};
/* The channels that hear of it, each once, in order of the routes. Returns
   how many were written (at most CHANNELS_MAX). */
size_t policy_select(const struct policy *policy,
	const struct route_subject *subject,
	struct choice out[CHANNELS_MAX]);
/* What a route tells together with it: "audience", then what it groups by, as
   in "audience pledge=p sector=energy". Cut at MENTION_GROUP_MAX. */
void route_group(const struct route *route,
	const struct route_subject *subject, struct text *out);
/* Index of a channel by id; NOT_FOUND. */
uint32_t policy_channel(const struct policy *policy, const char *id);

const char *channel_type_name(enum channel_type type);
bool channel_type_parse(const char *word, enum channel_type *out);

#endif
