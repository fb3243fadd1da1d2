/*
 * notify: from an event to a message. That a channel shall hear of something
 * is a mention; mentions that are told together are one notification.
 *
 *	event ─route→ mention ─gates→ item of a notification ─outbox→ receiver
 *	                 └─ needless: dropped
 *
 * A mention waits at its gates: the pace of its group, the digest and the quiet
 * hours of its channel, a silence, a cause that is told in its place. It is
 * saved with the event that made it, unless it passes them in the same call; so
 * nothing is lost while it waits, and what waits is planned anew after a
 * restart from what is saved.
 */
#ifndef PLEDGED_CORE_NOTIFY_H
#define PLEDGED_CORE_NOTIFY_H

#include "core/alert.h"

struct mention {
	int64_t id;		/* counts up over the life of a store */
	int64_t event;
	int64_t alert;		/* 0: none */
	enum notify_reason reason;
	const char *channel;	/* id */
	const char *group;	/* what is told together on a channel: its route's
				   class and the values it groups by; "" none */
	const char *undelivered; /* the channel that it could not be brought to,
				   whose fallback this one is; NULL */
	int64_t thread;		/* the notification that told of it first on this
				   channel; 0: none has */
	instant made;
};

#define MENTION_GROUP_MAX 500	/* bytes of a group */
#define SPEAKS_FOR_MAX 10	/* consequences named one by one */

/* What a notification says of one mention. */
struct item {
	struct mention mention;
	bool saved;		/* it has waited, and is in the store */
	const struct event *event;
	const struct alert *alert; /* as it stands; NULL: it is about none */
	/* Of what it tells in the place of: subjects of alerts that follow from
	   this one and are not told apart. */
	const char *const *speaks_for;
	size_t speaks_for_count;	/* at most SPEAKS_FOR_MAX */
	size_t consequences;		/* all of them */
	int32_t reminders;		/* REMINDER: which one it is, from 1; else 0 */
};

/* A message to one channel. Its body is rendered when it is saved, so that
   every retry says the same. */
struct notification {
	int64_t id;		/* counts up over the life of a store */
	char message_id[40];	/* "msg_…": stable over retries and restarts */
	int64_t event;		/* of its first item */
	int64_t alert;		/* of its only item; 0: it has several, or none */
	const char *channel;	/* id */
	const char *group;	/* of its mentions */
	instant created;
	const struct item *items;	/* the more urgent first; NULL where it was
				   loaded without them */
	size_t item_count;
};

#define NOTIFICATION_ITEMS_MAX 2500	/* more are told by a further one */
#define WEBHOOK_ITEMS_MAX 500		/* the same of a webhook */

/* The message id of a notification of a store: "msg_" and 120 bits of SHA-256
   over the instance and the number, in base32 (RFC 4648, lower case): nobody
   can guess the next one's. */
void notification_message_id(const char *instance, int64_t id, char out[40]);

/* How far a channel has heard of an alert. */
struct hearing {
	int64_t alert;
	const char *channel;	/* id */
	int64_t thread;		/* the notification that told it first */
	instant told;		/* when it was told last */
	int32_t reminders;	/* how often it was reminded */
};

enum delivery_state {
	DELIVERY_PENDING,
	DELIVERY_DELIVERED,
	DELIVERY_DEAD,		/* given up; may be tried again by hand */
	DELIVERY_DROPPED	/* by hand: nobody will hear of it here */
};
#define DELIVERY_STATE_COUNT (DELIVERY_DROPPED + 1)
const char *delivery_state_name(enum delivery_state state);

#define DELIVERY_ANSWER_MAX 256

/* Where a notification stands. */
struct delivery {
	int64_t notification;
	enum delivery_state state;
	int32_t attempts;
	instant next;		/* PENDING: not before */
	instant at;		/* of the last attempt */
	char answer[DELIVERY_ANSWER_MAX];	/* the receiver's, or the fault */
};

#endif
